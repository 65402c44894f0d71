"""Residuals and orthogonality of tiny and huge matrices: at most twice SciPy's on the same matrix of size 1."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import torch

from sci import linalg
from tests.linalg.linalg_matrices import general_kinds, random
from tests.linalg.test_residuals import Here, off, unit

Array = Any
KINDS = ("random", "condition 1", "condition 1e8", "graded", "defective", "clustered")
SHAPES = ((1, 1), (2, 2), (5, 5), (40, 40), (6, 3), (3, 6))


def polar(m: Any, a: Array, s: float) -> list[float]:
    side = "right" if a.shape[0] >= a.shape[1] else "left"
    u, p = m.polar(a * s, side=side)
    return [off(u @ (p / s) if side == "right" else (p / s) @ u, a)]


def lstsq(m: Any, a: Array, s: float) -> list[float]:
    b = a.sum(1)
    return [off(a @ (m.lstsq(a * s, b)[0] * s), b)]


def pinv(m: Any, a: Array, s: float) -> list[float]:
    p = m.pinv(a * s) * s
    return [off(a @ p @ a, a) / (np.linalg.norm(a) * np.linalg.norm(p))]


def rq(m: Any, a: Array, s: float) -> list[float]:
    r, q = m.rq(a * s, mode="economic")
    return [off(r / s @ q, a), unit(q.T)]


def null_space(m: Any, a: Array, s: float) -> list[float]:
    z = m.null_space(a * s)
    return [float(np.linalg.norm(a @ z) / np.linalg.norm(a)), unit(z)] if z.size else []


def orth(m: Any, a: Array, s: float) -> list[float]:
    q = m.orth(a * s)
    return [off(q @ (q.T @ a), a), unit(q)]


def norms(m: Any, a: Array, s: float) -> list[float]:
    call: Any = m.norm if m is scipy.linalg else lambda x, order: linalg.norm(torch.from_numpy(x), order).numpy()
    return [float(abs(call(a * s, order) / s / np.linalg.norm(a, order) - 1)) for order in ("fro", "nuc", 2, 1)]


def qr_insert(m: Any, a: Array, s: float) -> list[float]:
    q, r = np.linalg.qr(a, mode="complete")
    q, r = m.qr_insert(q, r * s, a[0] * s, 0)
    return [off(q @ (r / s), np.insert(a, 0, a[0], 0)), unit(q)]


def qr_delete(m: Any, a: Array, s: float) -> list[float]:
    q, r = np.linalg.qr(np.insert(a, 0, a[0], 0), mode="complete")
    q, r = m.qr_delete(q, r * s, 0)
    return [off(q @ (r / s), a), unit(q)]


def qr_update(m: Any, a: Array, s: float) -> list[float]:
    q, r = np.linalg.qr(a, mode="complete")
    u, v = a[:, 0].copy(), a[0].copy()
    q, r = m.qr_update(q, r * s, u * s, v)
    return [off(q @ (r / s), a + np.outer(u, v)), unit(q)]


def eig(m: Any, a: Array, s: float) -> list[float]:
    w, v = m.eig(a * s)
    return [off(a @ v, v * (w / s), np.linalg.norm(a))]


def eig_of_a_pair(m: Any, a: Array, s: float) -> list[float]:
    b = np.eye(len(a)) + a / 8
    w, v = m.eig(a * s, b * s)
    return [off(a @ v, b @ v * w, np.linalg.norm(a) + float(np.abs(w).max()) * np.linalg.norm(b))]


def eigh_of_a_pair(m: Any, a: Array, s: float) -> list[float]:
    a, b = a + a.T, a @ a.T + np.eye(len(a))
    w, v = m.eigh(a * s, b)
    return [off(a @ v, b @ v * (w / s), np.linalg.norm(a))]


def qz(m: Any, a: Array, s: float) -> list[float]:
    b = a[::-1].copy()
    found = m.qz(a * s, b * s)
    return [off(found[2] @ (x / s) @ found[3].T, y) for x, y in zip(found[:2], (a, b), strict=True)] + [unit(found[2])]


def ordqz(m: Any, a: Array, s: float) -> list[float]:
    b = np.diag(np.arange(1.0, len(a) + 1))
    one, two, _, _, q, z = m.ordqz(a * s, b * s, sort="lhp")
    return [off(q @ (one / s) @ z.T, a), off(q @ (two / s) @ z.T, b), unit(q)]


def hessenberg(m: Any, a: Array, s: float) -> list[float]:
    h, q = m.hessenberg(a * s, calc_q=True)
    return [off(q @ (h / s) @ q.T, a), unit(q)]


def rsf2csf(m: Any, a: Array, s: float) -> list[float]:
    t, z = scipy.linalg.schur(a)
    t, z = m.rsf2csf(t * s, z)
    return [off(z @ (t / s) @ z.conj().T, a), unit(z)]


def cdf2rdf(m: Any, a: Array, s: float) -> list[float]:
    w, v = np.linalg.eig(a.astype(complex)) if np.isrealobj(np.linalg.eigvals(a)) else np.linalg.eig(a)
    w, v = m.cdf2rdf(w * s, v)
    return [off(a @ v, v @ (w / s), np.linalg.norm(a))]


def ldl(m: Any, a: Array, s: float) -> list[float]:
    a = a + a.T
    low, d, _ = m.ldl(a * s)
    return [off(low @ (d / s) @ low.T, a)]


ANY_SHAPE = (polar, lstsq, pinv, rq, null_space, orth, norms, qr_insert, qr_delete, qr_update)
SQUARE = (eig, eig_of_a_pair, eigh_of_a_pair, qz, ordqz, hessenberg, rsf2csf, cdf2rdf, ldl)


@pytest.mark.parametrize("function", ANY_SHAPE + SQUARE, ids=lambda f: f.__name__)
def test_tiny_and_huge_matrices(function: Callable[..., list[float]]) -> None:
    for m, n in SHAPES:
        if m != n and function in SQUARE:
            continue
        k = max(m, n)
        kinds = general_kinds(k, torch.float64)
        for kind in KINDS:
            if kind == "defective" and function is cdf2rdf:
                continue
            a = np.ascontiguousarray(kinds[kind][1, :m, :n].numpy())
            theirs = function(scipy.linalg, a, 1.0)
            for scale in (1.0, 1e-290, 1e290):
                for found, other in zip(function(Here(), a, scale), theirs, strict=True):
                    limit = 2 * other + (3 + k) * 2.0**-52
                    assert found <= limit, (kind, m, n, scale, found, other)


@pytest.mark.parametrize("scale", [1e-310, 1e-307, 1e304])
def test_least_squares_beside_the_ends_of_the_range(scale: float) -> None:
    a = general_kinds(40, torch.float64)["random"][1].numpy()
    b = a.sum(1)
    theirs = scipy.linalg.lstsq(a * scale, b * scale)[0]
    found = Here().lstsq(a * scale, b * scale)[0]
    digits = 2.0**-52 if scale > 1e-300 else 5e-324 / 1e-310
    assert np.abs(found - 1).max() <= 2 * np.abs(theirs - 1).max() + 1e4 * digits


@pytest.mark.parametrize("dtype", [np.complex128, np.complex64])
def test_least_squares_of_complex_subnormal_numbers(dtype: Any) -> None:
    """Complex quotients by subnormal numbers are NaN."""
    for m, n in ((2, 2), (5, 3), (3, 5), (1, 3)):
        a = general_kinds(5, torch.complex128)["random"][1, :m, :n].numpy().astype(dtype)
        a *= np.finfo(dtype).smallest_subnormal * 1e6
        b = a.sum(1, keepdims=True)
        x = Here().lstsq(np.stack([a, a]), np.stack([b, b]))[0][1].astype(np.clongdouble)
        left = np.abs(a.astype(np.clongdouble) @ x - b.astype(np.clongdouble)).max()
        assert float(left) <= 10 * n * np.finfo(dtype).smallest_subnormal, (m, n)


@pytest.mark.parametrize("dtype", [np.complex128, np.complex64])
def test_factors_of_complex_columns_down_to_subnormal_numbers(dtype: Any) -> None:
    """Torch's own have NaN there in some sizes."""
    tiny, low = (1e-300, -310) if dtype == np.complex128 else (1e-34, -42)
    on_cpu = torch.ones(()).is_cpu
    for m, n in ((4, 4), (9, 4), (9, 9), (20, 20), (40, 3)):
        a = general_kinds(max(m, n), torch.complex128)["random"][1, :m, :n].numpy()
        u, v = np.linalg.qr(a)[0][:, :n], np.linalg.qr(a[:n])[0]
        for x in ((u * 1e-14 ** np.linspace(0, 1, n)) @ v * tiny, a * 10.0 ** np.linspace(0, low, n)):
            x = np.ascontiguousarray(x.astype(dtype))
            for call in (qr, rq_of_wide, lu):
                if not on_cpu and (m > 32 or (call is lu and m > n)):
                    continue  # torch's own
                found, theirs = call(Here(), x), call(scipy.linalg, x)
                for mine, other in zip(found, theirs, strict=True):
                    assert mine <= 2 * other + (3 + m) * float(np.finfo(dtype).eps), (call, m, n)


@pytest.mark.cpu
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128, torch.float32, torch.complex64])
@pytest.mark.parametrize("shape", [(3, 3), (5, 3), (3, 5), (40, 40), (2, 3, 3)])
def test_lu_of_subnormal_numbers_is_that_of_the_scaled_matrix(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    info = torch.finfo(dtype)
    scale = 2.0 ** (math.log2(info.tiny) - (10 if info.bits == 32 else 20))
    weights = random(*shape[:-2], min(shape[-2:]), shape[-1], dtype=dtype, seed=1)
    digits = info.smallest_normal * info.eps / scale * 1e4
    plain, small = (x.requires_grad_() for x in (random(*shape, dtype=dtype), random(*shape, dtype=dtype) * scale))
    (p, low, up), (q, other, tiny) = linalg.lu(plain), linalg.lu(small)
    assert torch.equal(p, q)
    torch.testing.assert_close(other, low, rtol=digits, atol=digits)
    parts = (torch.view_as_real(x) if dtype.is_complex else x for x in (tiny, up))
    torch.testing.assert_close(next(parts) / scale, next(parts), rtol=digits, atol=digits)
    one, two = ((weights.conj() * x).real.sum() for x in (up, tiny))
    (g,), (h,) = torch.autograd.grad(one, plain), torch.autograd.grad(two, small)
    torch.testing.assert_close(h, g, rtol=digits, atol=digits)
    _, moved = torch.func.jvp(lambda x: linalg.lu(x)[2], (small.detach(),), (plain.detach(),))
    _, wanted = torch.func.jvp(lambda x: linalg.lu(x)[2], (plain.detach(),), (plain.detach(),))
    torch.testing.assert_close(moved, wanted, rtol=digits, atol=digits)


def qr(m: Any, a: Array) -> list[float]:
    q, r = (x.astype(np.clongdouble) for x in m.qr(a))
    return [off(q @ r, a.astype(np.clongdouble)), unit(q)]


def lu(m: Any, a: Array) -> list[float]:
    p, low, up = (x.astype(np.clongdouble) for x in m.lu(a))
    return [off(p @ low @ up, a.astype(np.clongdouble))]


def rq_of_wide(m: Any, a: Array) -> list[float]:
    r, q = (x.astype(np.clongdouble) for x in m.rq(np.ascontiguousarray(a.T)))
    return [off(r @ q, a.T.astype(np.clongdouble)), unit(q.conj().T)]


def test_complex_forms_of_blocks_of_subnormal_numbers() -> None:
    a = torch.tensor([[1e-34, 2e-35, 1e-35], [0, 1e-42, 1e-40], [0, -1e-41, 1e-42]], dtype=torch.float32)
    for s in (1.0, 1e-3):
        t, z = linalg.rsf2csf(a * s, torch.eye(3))
        assert bool(torch.isfinite(torch.view_as_real(t)).all())
        torch.testing.assert_close(z @ z.mH, torch.eye(3).to(z.dtype), rtol=0, atol=1e-6)
        torch.testing.assert_close((z @ t @ z.mH).real, a * s, rtol=0, atol=1e-40)


@pytest.mark.parametrize("dtype", [torch.complex64, torch.complex128])
def test_complex_schur_forms_of_rows_over_the_whole_range(dtype: torch.dtype) -> None:
    most, worst = 0.9 * math.log10(torch.finfo(dtype).max), 0.0
    for seed in range(8):
        for n in (8, 17, 24):
            rows = torch.logspace(-most, most, n, dtype=torch.float64)[:, None].to(dtype)
            a = random(n, n, dtype=dtype, seed=seed) * rows
            t, z = linalg.schur(a)
            unit = (z.mH @ z - torch.eye(n)).abs().max()
            moved = (z @ (t / t.abs().max()) @ z.mH - a / t.abs().max()).abs().max()
            worst = max(worst, float(unit), float(moved))
    assert worst < 200 * torch.finfo(dtype).eps
