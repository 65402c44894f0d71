"""Eigenvalues, Schur and Hessenberg forms beside LAPACK's: matrices that hurt, sizes of the kernels, gauges, range."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg
import torch

from sci.linalg import eig, eigvals, hessenberg, schur
from tests.linalg.linalg_matrices import ALL, COUNT, each, eps, general_kinds, generator, random, size, unitary

SIZES = (1, 2, 3, 4, 8, 13, 32)


def unit(x: torch.Tensor, of: torch.Tensor) -> torch.Tensor:
    """Divide by the largest entry of a batch, in complex double precision."""
    return x.to(torch.complex128) / max(float(of.abs().amax()), 1e-300)


def form_errors(a: torch.Tensor, t: torch.Tensor, z: torch.Tensor) -> tuple[float, float]:
    """Return the residual of Z T Z^H, and how far Z is from unitary, in eps: means, as one is luck."""
    matrix, form, z = unit(a, a), unit(t, a), z.to(torch.complex128)
    left = size(z @ form @ z.mH - matrix) / size(matrix).clamp_min(1e-307)
    return float(left.mean()) / eps(a.dtype), float(size(z.mH @ z - torch.eye(a.shape[-1])).mean()) / eps(a.dtype)


def pair_error(a: torch.Tensor, w: torch.Tensor, v: torch.Tensor) -> float:
    matrix, w, v = unit(a, a), unit(w, a), v.to(torch.complex128)
    left = size(matrix @ v - v * w[..., None, :]) / size(matrix).clamp_min(1e-307)
    return float(left.max()) / eps(a.dtype)


def from_both_sides(x: Any) -> Any:
    return scipy.linalg.eig(x, left=True)


def left_errors(a: torch.Tensor, w: torch.Tensor, u: torch.Tensor, v: torch.Tensor) -> tuple[float, float]:
    """Return the errors of left vectors, u^H a = w u^H, and of the right ones beside them."""
    return pair_error(a.mH, w.conj(), u), pair_error(a, w, v)


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", [1, 2, 6, 40])
def test_left_vectors_of_pairs(n: int, dtype: torch.dtype) -> None:
    a = general_kinds(n, dtype)
    b = unitary(COUNT, n, n, dtype=dtype, seed=3) * torch.logspace(0, 2, n, dtype=dtype.to_real())
    for kind in ("random", "condition 1e16", "defective", "clustered"):
        w, u, v = eig(a[kind], b, left=True)
        one, other = (x.to(torch.complex128) for x in (a[kind], b))
        for x, error in (
            (v, one @ v.to(one.dtype) - other @ v.to(one.dtype) * w[..., None, :]),
            (u, one.mH @ u.to(one.dtype) - other.mH @ u.to(one.dtype) * w.conj()[..., None, :]),
        ):
            scale = size(one)[:, None] + size(other)[:, None] * w.abs()
            assert float((torch.linalg.vector_norm(error, dim=-2) / scale).max()) < 10 * n * eps(dtype), kind
            np.testing.assert_allclose(torch.linalg.vector_norm(x, dim=-2), 1, rtol=n * eps(dtype))


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("n", [3, 36])
def test_derivatives_of_left_vectors(n: int, dtype: torch.dtype) -> None:
    a = random(n, n, dtype=dtype).requires_grad_()
    b = random(n, n, dtype=dtype, seed=1).requires_grad_()

    def projectors(*pair: torch.Tensor) -> Any:
        w, u, v = eig(*pair, left=True)
        return w, u[:, 1:2] @ u[:, 1:2].mH, v[:, :1] @ v[:, :1].mH

    torch.autograd.gradcheck(projectors, a, check_forward_ad=True, fast_mode=True)
    torch.autograd.gradcheck(projectors, (a, b), check_forward_ad=True, fast_mode=True)


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", [2, 3, 8, 13])
def test_equal_eigenvalues_beside_noise(n: int, dtype: torch.dtype) -> None:
    # Off the diagonal there is less than its rounding error: a shift is the diagonal's entry, and steps only exchange.
    for level in (1e-30, 0.02, 0.2, 0.5, 1.0, 3.0):
        for seed, keep in enumerate((torch.triu, torch.tril, torch.clone)):
            noise = level * eps(dtype) * keep(random(COUNT, n, n, dtype=dtype, seed=seed))
            a = torch.eye(n, dtype=dtype) + noise + noise.mH
            residual, turned = form_errors(a, *schur(a))
            assert residual < 2 + n, (level, seed)
            assert turned < 2 + 2 * n, (level, seed)
            assert pair_error(a, *eig(a)) < 2 + n, (level, seed)
            assert form_errors(a[:1], *(x[None] for x in schur(a[0])))[0] < 5 + n, (level, seed)


def test_what_other_libraries_give_up() -> None:
    """The QR algorithm of MKL, which torch calls, does not converge for some of these sizes."""
    for n in (20, 33, 40):
        a = torch.ones(n, n, dtype=torch.float64)
        w, v = eig(a)
        assert float((a.to(v.dtype) @ v - v * w).abs().max()) < 1e-12
        torch.testing.assert_close(eigvals(a).abs().amax(), torch.tensor(float(n), dtype=torch.float64))


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", SIZES)
def test_errors_are_at_most_twice_those_of_lapack(n: int, dtype: torch.dtype) -> None:
    for kind, a in general_kinds(n, dtype).items():
        checks = {
            "schur": (form_errors(a, *schur(a)), form_errors(a, *each(scipy.linalg.schur, a))),
            "hessenberg": (
                form_errors(a, *hessenberg(a, calc_q=True)),
                form_errors(a, *each(lambda x: scipy.linalg.hessenberg(x, calc_q=True), a)),
            ),
            "eig": ((pair_error(a, *eig(a)),), (pair_error(a, *each(scipy.linalg.eig, a)),)),
            "left": (left_errors(a, *eig(a, left=True)), left_errors(a, *each(from_both_sides, a))),
        }
        for name, (ours, theirs) in checks.items():
            for x, y in zip(ours, theirs):
                assert x <= 2 * y + 3, (name, kind)


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", [2, 3, 8, 20])
def test_gauges_of_vectors(n: int, dtype: torch.dtype) -> None:
    a = random(40, n, n, dtype=dtype)
    w, v = eig(a)
    np.testing.assert_allclose(torch.linalg.vector_norm(v, dim=-2), 1, rtol=n * eps(dtype))
    largest = v.gather(-2, v.abs().argmax(-2, keepdim=True))
    assert float(largest.imag.abs().max()) <= 4 * eps(dtype)
    if not dtype.is_complex:
        real = w.imag == 0
        assert not v.imag.mT[real].any(), "vectors of real eigenvalues are real"
        up = w.imag > 0
        assert torch.equal(w[up].conj(), w[w.imag < 0])
        assert torch.equal(v.mT[up].conj(), v.mT[w.imag < 0]), "pairs are conjugate"
    torch.testing.assert_close(eigvals(a).abs().sort(-1)[0], w.abs().sort(-1)[0], rtol=1e4 * eps(dtype), atol=0)
    if n <= 8:
        assert torch.equal(eig(a[3])[1], v[3])
        assert torch.equal(schur(a[3])[0], schur(a)[0][3])


def test_isolated_eigenvalues_are_exact() -> None:
    n = 7
    lower = (2 * torch.eye(n) + torch.diag(torch.ones(n - 1), -1)).double()
    order = torch.tensor([3, 0, 6, 1, 5, 2, 4])
    for a in (lower, lower.mT, lower[order][:, order], random(n, n).tril()):
        assert torch.equal(eigvals(a).real.sort()[0], a.diagonal().sort()[0])
        assert not eigvals(a).imag.any()


def test_balancing_finds_small_eigenvalues_of_badly_scaled_matrices() -> None:
    for n in (3, 8):
        a = random(COUNT, n, n, seed=n)
        scale = 2.0 ** torch.linspace(-200, 200, n).round().double()
        w, v = eig(a * scale[:, None] / scale)
        plain = eig(a)[0]
        torch.testing.assert_close(w.abs().sort(-1)[0], plain.abs().sort(-1)[0], rtol=1e-12, atol=0)
        assert bool(torch.isfinite(v).all())


def test_what_is_not_finite_does_not_disturb_its_neighbours() -> None:
    a = random(9, 4, 4)
    a[2, 1, 1] = torch.nan
    a[5, 0, 3] = torch.inf
    bad = torch.tensor([k in (2, 5) for k in range(9)])
    for found in (*eig(a, check_finite=False), *schur(a, check_finite=False), eigvals(a, check_finite=False)):
        assert bool(torch.isnan(found[bad].abs()).all())
        assert bool(torch.isfinite(found[~bad]).all())
    good = a[~bad]
    assert torch.equal(eig(a, check_finite=False)[0][~bad], eig(good)[0])


def test_the_form_of_a_pair_is_unique() -> None:
    """Of [a b; c a] and [a -c; -b a] it is the one with |b| >= |c|, so that T varies smoothly with the matrix."""
    for n in (2, 5, 20, 40):
        t = schur(random(6, n, n, seed=n))[0]
        low, up = t.diagonal(-1, -2, -1), t.diagonal(1, -2, -1)
        assert bool((low.abs() <= up.abs())[low != 0].all())


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex64])
def test_the_sum_of_eigenvalues_has_a_second_derivative(dtype: torch.dtype) -> None:
    """It is the trace's, 0: what reaches the vectors is rounding error, which no phase should be seen in."""
    for n in (3, 9, 40):
        a = random(n, n, dtype=dtype).requires_grad_()
        for values in (eigvals(a), eigvals(a, torch.eye(n, dtype=dtype))):
            (first,) = torch.autograd.grad(values.sum().real, a, create_graph=True)
            (second,) = torch.autograd.grad(torch.view_as_real(first + 0j).sum(), a)
            torch.testing.assert_close(first, torch.eye(n, dtype=dtype), rtol=0, atol=n**3 * eps(dtype))
            assert second.abs().max() < n**3 * eps(dtype)


def test_eigenvalues_alone_have_derivatives() -> None:
    a = random(3, 4, 4).requires_grad_()
    torch.autograd.gradcheck(lambda a: eigvals(a).abs().prod(-1), a, check_forward_ad=True, check_batched_grad=True)
    compiled = torch.compile(lambda a: eigvals(a).abs().sum(), backend="eager", fullgraph=True)
    (one,) = torch.autograd.grad(compiled(a), a)
    (two,) = torch.autograd.grad(eigvals(a).abs().sum(), a)
    torch.testing.assert_close(one, two)


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", [2, 5, 17, 40])
def test_what_is_triangular_in_some_order_has_an_exact_form(n: int, dtype: torch.dtype) -> None:
    order = torch.randperm(n, generator=generator(n))
    upper = random(COUNT, n, n, dtype=dtype).triu()
    jordan = (torch.eye(n, dtype=dtype) + torch.diag(torch.ones(n - 1, dtype=dtype), -1)).expand(COUNT, n, n)
    for a in (upper.mT.contiguous(), upper[:, order][:, :, order], jordan.contiguous()):
        for x in (a, a[0]):
            t, z = schur(x)
            assert torch.equal(z @ t @ z.mH, x)
            assert not t.tril(-1).any()
    assert torch.equal(schur(upper)[0], upper)
