"""Residuals and orthogonality at most twice those of SciPy, on matrices that hurt and of all shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import threadpoolctl
import torch

from sci import linalg
from sci.linalg import _lapack
from tests.linalg.linalg_matrices import eps, general_kinds, generator, hermitian_kinds, random, unitary

Array = Any
Shapes = tuple[tuple[int, int], ...]
DTYPES = (torch.float64, torch.complex128, torch.float32)
SHAPES = ((1, 1), (2, 2), (3, 3), (7, 7), (5, 3), (3, 5), (2, 1), (1, 4))


def unit(q: Array) -> float:
    """Return how far the columns of q are from orthonormal."""
    return float(np.abs(q.conj().T @ q - np.eye(q.shape[1])).max())


def lu(m: Any, a: Array) -> list[float]:
    p, low, up = m.lu(a)
    return [off(p @ low @ up, a)]


def pivoted(m: Any, a: Array) -> list[float]:
    q, r, p = m.qr(a, mode="economic", pivoting=True)
    return [off(q @ r, a[:, p]), unit(q)]


def qr(m: Any, a: Array) -> list[float]:
    q, r = m.qr(a)
    return [off(q @ r, a), unit(q)]


def rq(m: Any, a: Array) -> list[float]:
    r, q = m.rq(a, mode="economic")
    return [off(r @ q, a), unit(q.conj().T)]


def svd(m: Any, a: Array) -> list[float]:
    u, s, vh = m.svd(a, full_matrices=False)
    return [off(u * s @ vh, a), unit(u), unit(vh.conj().T)]


def polar(m: Any, a: Array) -> list[float]:
    u, p = m.polar(a)
    other, q = m.polar(a, side="left")
    return [off(u @ p, a), off(q @ other, a), unit(u if a.shape[0] >= a.shape[1] else u.conj().T)]


def lstsq(m: Any, a: Array) -> list[float]:
    """Return the normal equations' residual of a consistent right-hand side and another."""
    b = np.stack([a.sum(1), np.arange(1, a.shape[0] + 1)], 1).astype(a.dtype)
    x = m.lstsq(a, b)[0]
    return [off(a @ x[:, :1], b[:, :1])]


def ldl(m: Any, a: Array) -> list[float]:
    low, d, _ = m.ldl(a)
    return [off(low @ d @ low.conj().T, a)]


def eigh(m: Any, a: Array) -> list[float]:
    w, v = m.eigh(a)
    return [off(v * w @ v.conj().T, a), unit(v)]


def upper_eigh(m: Any, a: Array) -> list[float]:
    """Return the errors where the triangle that is not read is another one."""
    w, v = m.eigh(np.triu(a) + np.tril(np.ones_like(a), -1), lower=False)
    return [off(v * w @ v.conj().T, a), unit(v)]


def pair(m: Any, a: Array) -> list[float]:
    """Return the residual of the generalised problem with a positive definite partner of condition 100."""
    n = len(a)
    b = (np.eye(n) * np.logspace(0, 2, n) + 0.1).astype(a.dtype)
    w, v = m.eigh(a, b)
    return [off(a @ v, b @ v * w, np.linalg.norm(a))]


def schur(m: Any, a: Array) -> list[float]:
    t, z = m.schur(a)
    return [off(z @ t @ z.conj().T, a), unit(z)]


def hessenberg(m: Any, a: Array) -> list[float]:
    h, q = m.hessenberg(a, calc_q=True)
    return [off(q @ h @ q.conj().T, a), unit(q)]


def qz(m: Any, a: Array) -> list[float]:
    b = a[::-1].copy()
    s, t, q, z = m.qz(a, b)
    return [off(q @ s @ z.conj().T, a), off(q @ t @ z.conj().T, b), unit(q), unit(z)]


def ordqz(m: Any, a: Array) -> list[float]:
    b = np.eye(len(a), dtype=a.dtype) * np.arange(1, len(a) + 1)
    s, t, _, _, q, z = m.ordqz(a, b.astype(a.dtype), sort="lhp")
    return [off(q @ s @ z.conj().T, a), off(q @ t @ z.conj().T, b), unit(q), unit(z)]


def eig(m: Any, a: Array) -> list[float]:
    w, v = m.eig(a)
    return [off(a @ v, v * w, np.linalg.norm(a))]


def off(x: Array, a: Array, size: float | None = None) -> float:
    """Return the relative distance, also of tiny and huge matrices."""
    unit_of = np.abs(a).max()
    if size is None:
        unit_of = unit_of or 1.0
        return float(np.linalg.norm(x / unit_of - a / unit_of) / (np.linalg.norm(a / unit_of) or 1.0))
    return float(np.linalg.norm(x - a) / (size or 1.0))


class Here:
    """This library with NumPy arrays in and out."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **keywords: Any) -> Any:
            out = getattr(linalg, name)(*(torch.from_numpy(np.array(x, order="C")) for x in args), **keywords)
            return (
                tuple(x.resolve_conj().numpy() for x in out) if isinstance(out, tuple) else out.resolve_conj().numpy()
            )

        return call


ANY_SHAPE = (lu, pivoted, qr, rq, svd, polar, lstsq)
SQUARE = (schur, hessenberg, qz, ordqz, eig)
HERMITIAN = (ldl, eigh, upper_eigh, pair)
OUT_OF_RANGE = ("tiny", "huge")  # where a test's own products leave the range of numbers


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("function", ANY_SHAPE + SQUARE + HERMITIAN, ids=lambda f: f.__name__)
def test_at_most_twice_scipy(function: Callable[[Any, Array], list[float]], dtype: torch.dtype) -> None:
    compare(function, dtype, SHAPES)


@pytest.mark.cpu
@pytest.mark.parametrize("dtype", [*DTYPES, torch.complex64])
@pytest.mark.parametrize("function", [qr, rq, svd, polar, eigh, upper_eigh], ids=lambda f: f.__name__)
def test_routes_of_large_matrices(
    function: Callable[[Any, Array], list[float]], dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_lapack, "decomposes", lambda a, in_single_precision=False: a.numel() > 0)
    with threadpoolctl.threadpool_limits(1):
        compare(function, dtype, ((40, 40), (50, 40), (40, 50), (34, 33)))


def compare(function: Callable[[Any, Array], list[float]], dtype: torch.dtype, shapes: Shapes) -> None:
    for m, n in shapes:
        if m != n and function not in ANY_SHAPE:
            continue
        k = max(m, n)
        kinds = (hermitian_kinds if function in HERMITIAN else general_kinds)(k, dtype)
        for kind, matrices in kinds.items():
            if kind in OUT_OF_RANGE and function in (pair, eig, lstsq, ordqz, qz, polar):
                continue
            a = np.ascontiguousarray(matrices[1, :m, :n].numpy())
            found, theirs = function(Here(), a), function(scipy.linalg, a)
            for mine, other in zip(found, theirs, strict=True):
                assert mine <= 2 * other + (3 + k) * eps(dtype), (kind, m, n, mine / eps(dtype), other / eps(dtype))


@pytest.mark.parametrize("dtype", DTYPES)
def test_polar_factors_of_badly_scaled_rows(dtype: torch.dtype) -> None:
    """LAPACK decomposes the adjoint of such a wide matrix with ten times the error."""
    for seed in range(20):
        powers = torch.randint(-6, 7, (20,), generator=generator(seed)).to(dtype.to_real())
        a = (10.0 ** powers[:, None] * random(20, 20, dtype=dtype, seed=seed) / 10.0**powers)[:6].contiguous()
        for x in (a, torch.stack([a, a])):
            for side in ("left", "right"):
                u, p = (y[-1].numpy() if x.dim() == 3 else y.numpy() for y in linalg.polar(x, side))
                v, q = scipy.linalg.polar(a.numpy(), side)
                found, theirs = (y if side == "right" else y[::-1] for y in ((u, p), (v, q)))
                limit = 2 * off(theirs[0] @ theirs[1], a.numpy()) + 9 * eps(dtype)
                assert off(found[0] @ found[1], a.numpy()) <= limit, (seed, side)


@pytest.mark.parametrize("dtype", DTYPES)
def test_cossin(dtype: torch.dtype) -> None:
    for n, p, q in ((2, 1, 1), (5, 2, 3), (6, 3, 3), (7, 1, 5)):
        x = unitary(n, n, dtype=dtype)
        u, cs, vh = (y.numpy() for y in linalg.cossin(x, p=p, q=q))
        theirs = scipy.linalg.cossin(x.numpy(), p=p, q=q)
        assert off(u @ cs @ vh, x.numpy()) <= 2 * off(theirs[0] @ theirs[1] @ theirs[2], x.numpy()) + 3 * eps(dtype)
        assert unit(u) <= 2 * unit(theirs[0]) + n * eps(dtype)


@pytest.mark.parametrize("name", ["lu", "qr", "rq", "svd", "polar", "schur", "hessenberg", "eigh", "eig", "ldl"])
def test_no_rows_and_columns(name: str) -> None:
    keywords = {"calc_q": True} if name == "hessenberg" else {}
    for x in getattr(linalg, name)(torch.zeros(0, 0, dtype=torch.float64), **keywords):
        assert x.numel() == 0
