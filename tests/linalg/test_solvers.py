"""Solvers, inverses, determinants and least squares: values against SciPy, hard places, errors."""

from __future__ import annotations

import itertools
import warnings

import mpmath
import numpy as np
import pytest
import scipy.linalg
import torch

import sci
from sci.linalg import (
    LinAlgError,
    LinAlgWarning,
    cho_solve_banded,
    cholesky_banded,
    det,
    inv,
    lstsq,
    matmul_toeplitz,
    norm,
    pinv,
    pinvh,
    solve,
    solve_banded,
    solve_circulant,
    solve_toeplitz,
    solveh_banded,
)
from tests.linalg.linalg_matrices import ALL, positive, random, residual, unitary


def close(x: torch.Tensor, want: np.ndarray, factor: float = 100.0) -> None:
    tolerance = factor * torch.finfo(x.dtype).eps if x.is_floating_point() or x.is_complex() else 0
    np.testing.assert_allclose(
        x.detach().numpy(), want, rtol=tolerance, atol=tolerance * max(1.0, np.abs(want).max(initial=0))
    )


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", [1, 2, 5, 48, 49, 80])
def test_solve_is_backward_stable(n: int, dtype: torch.dtype) -> None:
    for condition in (1.0, 1e3, 1 / torch.finfo(dtype).eps / 50):
        w = torch.logspace(0, -np.log10(condition), n, dtype=torch.float64).to(dtype)
        a = (unitary(n, n, dtype=dtype) * w) @ unitary(n, n, dtype=dtype, seed=1)
        b = random(n, 3, dtype=dtype, seed=2)
        x = solve(a, b)
        assert x.dtype == dtype
        size = torch.linalg.matrix_norm(a) * torch.linalg.matrix_norm(x) + torch.linalg.matrix_norm(b)
        assert residual(a @ x - b, float(size)) < 4 + n / 8
        assert residual(a.mT @ solve(a, b, transposed=True) - b, float(size)) < 8 + n / 4
        assert residual(a @ inv(a) - torch.eye(n, dtype=dtype), condition) < 10 * n


@pytest.mark.parametrize("dtype", ALL)
def test_solve_reads_only_the_structure(dtype: torch.dtype) -> None:
    n = 6
    a, b, noise = positive(n, n, dtype=dtype), random(n, 2, dtype=dtype), random(n, n, dtype=dtype, seed=5)
    up, low = a.triu() + noise.tril(-1), a.tril() + noise.triu(1)
    want = torch.linalg.solve(a, b)
    for kind in ("pos", "her", "positive definite", "hermitian"):
        torch.testing.assert_close(solve(up, b, assume_a=kind), want, rtol=1e-3, atol=1e-3)
        torch.testing.assert_close(solve(low, b, lower=True, assume_a=kind), want, rtol=1e-3, atol=1e-3)
        torch.testing.assert_close(
            solve(up, b, assume_a=kind, transposed=True), torch.linalg.solve(a.mT, b), rtol=1e-3, atol=1e-3
        )
    s = random(n, n, dtype=dtype) + 4 * torch.eye(n)
    s = s + s.mT
    torch.testing.assert_close(solve(s.triu(), b, assume_a="sym"), torch.linalg.solve(s, b))
    torch.testing.assert_close(inv(s.tril(), assume_a="sym", lower=True), torch.linalg.inv(s))
    full = noise + 5 * torch.eye(n)
    for kind, part in (
        ("diagonal", torch.diag(full.diagonal())),
        ("tridiagonal", full.triu(-1).tril(1)),
        ("upper triangular", full.triu()),
        ("lower triangular", full.tril()),
    ):
        torch.testing.assert_close(solve(full, b, assume_a=kind), torch.linalg.solve(part, b))
        torch.testing.assert_close(solve(full, b, assume_a=kind, transposed=True), torch.linalg.solve(part.mT, b))
    band = full.triu(-1).tril(2)
    torch.testing.assert_close(solve(band, b, assume_a="banded"), torch.linalg.solve(band, b))


def test_singular_and_ill_conditioned() -> None:
    a = torch.eye(3, dtype=torch.float64).repeat(2, 1, 1)
    a[1, 2] = a[1, 1]
    with pytest.raises(LinAlgError, match="solve: a is singular: pivot 2 of matrix 1 of the batch is zero"):
        solve(a, torch.ones(3, dtype=torch.float64))
    with pytest.raises(LinAlgError, match="inv: a is singular"):
        inv(a)
    with pytest.raises(LinAlgError, match="diagonal entry 1 is zero"):
        solve(torch.diag(torch.tensor([1.0, 0.0])), torch.ones(2), assume_a="diagonal")
    hilbert = torch.tensor(scipy.linalg.hilbert(15))
    graded = torch.diag(torch.logspace(0, -17, 60, dtype=torch.float64))
    for bad, structure in (
        (hilbert, None),
        (hilbert, "sym"),
        (graded, None),
        (graded, "pos"),
        (graded, "diagonal"),
        (graded, "upper triangular"),
        (graded, "tridiagonal"),
    ):
        with pytest.warns(LinAlgWarning, match=r"solve: An ill-conditioned matrix: a has rcond = .*e-\d+"):
            solve(bad, torch.ones(bad.shape[0], dtype=torch.float64), assume_a=structure)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        solve(torch.eye(3) * 1e-30, torch.ones(3))  # tiny is not ill-conditioned
        with sci.data_checks(False):
            assert not torch.isfinite(solve(a, torch.ones(3, dtype=torch.float64))[1]).all()


def test_solve_errors() -> None:
    a, b = torch.eye(3), torch.ones(3)
    with pytest.raises(ValueError, match=r"solve: assume_a must be None or one of 'general'.*got 'x'"):
        solve(a, b, assume_a="x")
    with pytest.raises(ValueError, match="inv: assume_a"):
        inv(a, assume_a="banded")
    with pytest.raises(LinAlgError, match="a must be square"):
        solve(a[:2], b)
    with pytest.raises(ValueError, match=r"b must be of shape \(3,\)"):
        solve(a, torch.ones(4))
    with pytest.raises(ValueError, match="must not contain infs or NaNs"):
        solve(a * torch.nan, b)
    with pytest.raises(ValueError, match="must not contain infs or NaNs"):
        solve(a, b * torch.inf)
    with pytest.raises(ValueError, match="l \\+ u \\+ 1 rows"):
        solve_banded((1, 1), torch.ones(2, 4), torch.ones(4))
    with pytest.raises(TypeError, match="l_and_u"):
        solve_banded(3, torch.ones(2, 4), torch.ones(4))


@pytest.mark.parametrize("dtype", ALL)
def test_det(dtype: torch.dtype) -> None:
    for n in (0, 1, 2, 7, 60):
        a = random(n, n, dtype=dtype) / max(n, 1) ** 0.5
        close(det(a), np.linalg.det(a.numpy().astype(np.complex128 if a.is_complex() else float)), 4000)
    a = random(2, 3, 4, 4, dtype=dtype)
    assert det(a).shape == (2, 3)


def test_gradient_of_det_at_every_rank() -> None:
    # The cofactors of an integer matrix are integers.
    full = torch.tensor([[2.0, 1.0, 3.0], [4.0, 2.0, 6.0], [1.0, 5.0, 2.0]], dtype=torch.float64, requires_grad=True)
    (g,) = torch.autograd.grad(det(full), full)
    want = torch.tensor([[-26.0, -2.0, 18.0], [13.0, 1.0, -9.0], [0.0, 0.0, 0.0]], dtype=torch.float64)
    torch.testing.assert_close(g, want, rtol=0, atol=1e-13)
    zero = torch.zeros(2, 2, dtype=torch.float64)
    hessian = torch.func.hessian(det)(zero)
    assert torch.equal(hessian[0, 0], torch.tensor([[0.0, 0.0], [0.0, 1.0]], dtype=torch.float64))
    assert torch.equal(hessian[0, 1], torch.tensor([[0.0, 0.0], [-1.0, 0.0]], dtype=torch.float64))
    with pytest.raises(NotImplementedError, match="third derivatives"):
        torch.func.grad(lambda x: torch.func.hessian(det)(x).sum())(zero)


def test_norms() -> None:
    a = random(3, 4, dtype=torch.complex128)
    for order in (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
        close(norm(a, order), scipy.linalg.norm(a.numpy(), order))
        b = random(2, 4, 3)
        for axis in ((0, 1), (2, 0), (-1, -2)):
            close(norm(b, order, axis), scipy.linalg.norm(b.numpy(), order, axis))
            close(norm(b, order, axis, True), scipy.linalg.norm(b.numpy(), order, axis, True))
    v = a[0]
    for order in (None, 0, 1, 2, 3, 0.5, -1, np.inf, -np.inf):
        close(norm(v, order), scipy.linalg.norm(v.numpy(), order))
        close(norm(a, order, axis=0), scipy.linalg.norm(a.numpy(), order, 0))
    nothing = torch.empty(0, 2)
    for order, expected in ((None, 0.0), (0, 0.0), (1, 0.0), (3, 0.0), (np.inf, 0.0), (-1, np.inf), (-2, np.inf)):
        assert norm(nothing, order, axis=0).tolist() == [expected] * 2
        assert norm(nothing, order, axis=1).shape == (0,)
    with pytest.raises(ValueError, match="takes a minimum"):
        norm(nothing, -np.inf, axis=0)
    with pytest.raises(ValueError, match="norm: ord must be"):
        norm(a, 3)
    with pytest.raises(ValueError, match="one or two dimensions"):
        norm(random(2, 2, 2), 1)
    x = torch.zeros(3, 3, dtype=torch.float64, requires_grad=True)
    for order in (None, "nuc", 2, 1):
        assert torch.isfinite(torch.autograd.grad(norm(x, order), x)[0]).all()


@pytest.mark.parametrize("dtype", ALL)
def test_pinv_and_lstsq_of_any_rank(dtype: torch.dtype) -> None:
    for m, n, rank in ((5, 3, 3), (5, 3, 2), (3, 5, 3), (4, 4, 1), (3, 0, 0)):
        a = random(m, rank, dtype=dtype) @ random(rank, n, dtype=dtype, seed=1)
        p, r = pinv(a, return_rank=True)
        assert r == rank
        eps = torch.finfo(dtype).eps
        for x in (a @ p @ a - a, p @ a @ p - p, a @ p - (a @ p).mH, p @ a - (p @ a).mH):
            assert float(x.abs().max() if x.numel() else 0) < 500 * eps * max(
                1.0, float(p.abs().max()) if p.numel() else 0
            )
        b = random(m, 2, dtype=dtype, seed=2)
        x, residues, r, _ = lstsq(a, b, cond=100 * eps)
        assert r == rank
        torch.testing.assert_close(x, p @ b, rtol=500 * eps, atol=500 * eps)
        assert residues.shape == ((2,) if m > n == rank else (0,))
        if m > n == rank and n:
            torch.testing.assert_close(residues, torch.linalg.vector_norm(a @ x - b, dim=0) ** 2, rtol=1e-3, atol=1e-5)
    h = random(4, 2, dtype=dtype)
    h = h @ torch.diag(torch.tensor([2.0, -1.0], dtype=dtype)) @ h.mH
    p, r = pinvh(h, return_rank=True)
    assert r == 2
    torch.testing.assert_close(p, pinv(h), rtol=1e-3, atol=1e-4)


def test_derivative_of_rank_deficient_least_squares() -> None:
    # Along a curve of constant rank: A(t) = L(t) R(t).
    left, right, b = random(5, 2), random(2, 4, seed=1), random(5, seed=2)
    d_left, d_right = random(5, 2, seed=3), random(2, 4, seed=4)

    def along(t: torch.Tensor) -> torch.Tensor:
        return lstsq((left + t * d_left) @ (right + t * d_right), b, cond=1e-10)[0]

    def direct(t: float) -> np.ndarray:
        a = (left + t * d_left) @ (right + t * d_right)
        return np.linalg.pinv(a.numpy(), rcond=1e-10) @ b.numpy()

    _, tangent = torch.func.jvp(along, (torch.tensor(0.0).double(),), (torch.tensor(1.0).double(),))
    h = 1e-5
    np.testing.assert_allclose(tangent.numpy(), (direct(h) - direct(-h)) / (2 * h), rtol=1e-7, atol=1e-9)
    grad = torch.func.grad(lambda t: along(t).square().sum())(torch.tensor(0.0).double())
    np.testing.assert_allclose(float(grad), float((2 * along(torch.tensor(0.0)) * tangent).sum()), rtol=1e-10)


@pytest.mark.parametrize("dtype", ALL)
def test_banded(dtype: torch.dtype) -> None:
    for (low, up), n in itertools.product(((0, 0), (1, 1), (2, 0), (0, 3), (2, 3)), (1, 2, 7)):
        a = random(n, n, dtype=dtype, seed=n).triu(-low).tril(up)  # no dominant diagonal: rows are exchanged
        ab = torch.zeros(low + up + 1, n, dtype=dtype)
        for i, j in itertools.product(range(n), range(n)):
            if -up <= i - j <= low:
                ab[up + i - j, j] = a[i, j]
        b = random(n, 2, dtype=dtype)
        x = solve_banded((low, up), ab, b)
        assert residual(a @ x - b, float(torch.linalg.matrix_norm(a) * torch.linalg.matrix_norm(x))) < 20
        noise = ab + torch.where(torch.tensor(scipy_corner(low, up, n)), torch.nan, 0)
        torch.testing.assert_close(solve_banded((low, up), noise, b), x)
    for w, n in ((0, 3), (1, 1), (1, 6), (3, 5)):
        h = positive(n, n, dtype=dtype).tril(w).triu(-w) + 100 * torch.eye(n)
        band = np.zeros((w + 1, n), h.numpy().dtype)
        for r in range(min(w + 1, n)):
            band[r, : n - r] = h.numpy().diagonal(-r)
        b = random(n, 2, dtype=dtype)
        upper = torch.tensor(np.array([np.roll(band[w - r].conj(), w - r) for r in range(w + 1)]))
        for ab, lower in ((torch.tensor(band), True), (upper, False)):
            torch.testing.assert_close(solveh_banded(ab, b, lower=lower), torch.linalg.solve(h, b))
            c = cholesky_banded(ab, lower=lower)
            close(c, scipy.linalg.cholesky_banded(ab.numpy(), lower=lower))
            torch.testing.assert_close(cho_solve_banded((c, lower), b), torch.linalg.solve(h, b))
    with pytest.raises(LinAlgError, match="leading minor of order 2"):
        solveh_banded(torch.tensor([[0.0, 2.0], [1.0, 1.0]]), torch.ones(2))
    with pytest.raises(LinAlgError, match="singular: pivot 1"):
        solve_banded((1, 0), torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.ones(2))


def scipy_corner(low: int, up: int, n: int) -> np.ndarray:
    i = np.arange(n) + np.arange(-up, low + 1)[:, None]
    return (i < 0) | (i >= n)


@pytest.mark.parametrize("dtype", ALL)
def test_toeplitz_and_circulant(dtype: torch.dtype) -> None:
    for n in (1, 2, 9, 40):
        c, r, b = (random(n, dtype=dtype, seed=k) for k in range(3))
        c = c + 0
        c[0] = 4 * n**0.5
        dense = torch.tensor(scipy.linalg.toeplitz(c.numpy(), r.numpy()))
        x = solve_toeplitz((c, r), b)
        assert (
            residual((dense @ x - b)[:, None], float(torch.linalg.matrix_norm(dense) * torch.linalg.vector_norm(x)))
            < 50
        )
        many = random(n, 3, dtype=dtype, seed=9)
        torch.testing.assert_close(matmul_toeplitz((c, r), many), dense @ many, rtol=1e-3, atol=1e-4)
        hermitian = torch.tensor(scipy.linalg.toeplitz(c.numpy()))
        torch.testing.assert_close(solve_toeplitz(c, many), torch.linalg.solve(hermitian, many), rtol=1e-3, atol=1e-4)
        x = solve_circulant(c, b)
        close(x, scipy.linalg.solve_circulant(c.numpy(), b.numpy()), 1000)
    wide = matmul_toeplitz((random(3, dtype=dtype), random(5, dtype=dtype)), random(5, 2, dtype=dtype))
    assert wide.shape == (3, 2)
    with pytest.raises(LinAlgError, match="leading minor of order 1"):
        solve_toeplitz(torch.tensor([0.0, 1.0]), torch.ones(2))
    with pytest.raises(LinAlgError, match="nearly singular"):
        solve_circulant(torch.ones(3), torch.ones(3))
    torch.testing.assert_close(solve_circulant(torch.ones(3), torch.ones(3), singular="lstsq"), torch.full((3,), 1 / 3))
    assert solve_circulant(torch.tensor([2.0, 0.0, 1.0]), torch.ones(3, 0)).shape == (3, 0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.complex64, torch.complex128], ids=str)
@pytest.mark.parametrize("shape", [(7, 4), (4, 7), (90, 30), (30, 70), (50, 50)], ids=str)
def test_least_squares_by_pivots(shape: tuple[int, int], dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    (m, n), k = shape, min(shape)
    a, b = torch.randn(3, m, n, dtype=dtype), torch.randn(3, m, 2, dtype=dtype)
    if k > 2:  # a deficient rank
        a[1] = torch.randn(m, 2, dtype=dtype) @ torch.randn(2, n, dtype=dtype)
    cond = 100 * torch.finfo(dtype).eps
    x, residues, rank, s = lstsq(a, b, cond=cond, lapack_driver="gelsy")
    assert s is None
    assert residues.shape == (3, 0)
    assert rank.tolist() == [k, min(k, 2), k]
    expected = lstsq(a, b, cond=cond)[0]
    tolerance = 1e4 * torch.finfo(dtype).eps
    torch.testing.assert_close(x, expected, rtol=tolerance, atol=tolerance * float(expected.abs().max()))
    for i in range(3):
        theirs = scipy.linalg.lstsq(a[i].numpy(), b[i].numpy(), cond=cond, lapack_driver="gelsy")
        one = lstsq(a[i], b[i], cond=cond, lapack_driver="gelsy")
        torch.testing.assert_close(one[0], x[i], rtol=tolerance, atol=tolerance)
        torch.testing.assert_close(one[0], torch.from_numpy(theirs[0]), rtol=tolerance, atol=tolerance)
        assert int(one[2]) == theirs[2]
    with torch.device("meta"):  # another default device
        vector = lstsq(a[0], b[0, :, 0], cond=cond, lapack_driver="gelsy")[0]
    torch.testing.assert_close(vector, x[0, :, 0], rtol=tolerance, atol=tolerance)


def test_least_squares_by_pivots_are_differentiated_by_singular_values() -> None:
    torch.manual_seed(0)
    a = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
    b = torch.randn(5, dtype=torch.float64)
    x, _, rank, s = lstsq(a, b, lapack_driver="gelsy")
    assert s is None
    assert int(rank) == 3
    found = torch.autograd.grad(x.sum(), a)[0]
    expected = torch.autograd.grad(lstsq(a, b)[0].sum(), a)[0]
    torch.testing.assert_close(found, expected, rtol=0, atol=0)
    small = lstsq(a.detach(), b, lapack_driver="gelsy")  # by the kernel of small matrices
    torch.testing.assert_close(small[0], x.detach())
    assert small[1].shape == (0,)
    assert small[3] is None
    for bad in (torch.tensor([[float("nan")]]), torch.tensor([[float("inf")]])):
        with pytest.raises(ValueError, match="lstsq: a must not contain"):
            lstsq(bad, torch.ones(1), lapack_driver="gelsy")


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("n", [3, 8, 12])
def test_gradients_of_pseudoinverses_and_least_squares_of_graded_matrices(n: int, dtype: torch.dtype) -> None:
    """Of full rank they are those of the inverse, whose error grows with the condition, not with its square."""
    scales = torch.logspace(-4, 4, n, dtype=torch.float64).to(dtype)
    right, e, g, h = (random(n, n, dtype=dtype, seed=k) for k in range(1, 5))
    for a in (random(n, n, dtype=dtype) * scales, random(n, n, dtype=dtype) * scales[:, None]):
        with mpmath.workdps(40):
            exact = (mpmath.matrix(a.tolist()) ** -1).tolist()
        inverse = torch.tensor([[complex(x) for x in row] for row in exact], dtype=torch.complex128)
        inverse = inverse if dtype.is_complex else inverse.real
        bound = 20 * float(torch.linalg.cond(a))
        moved = -inverse @ e @ inverse
        of_b = -inverse @ e @ inverse @ right
        for f, direction, back in (
            (pinv, moved, -inverse.mH @ g @ inverse.mH),
            (lambda x: pinv(x[None])[0], moved, -inverse.mH @ g @ inverse.mH),
            (lambda x: lstsq(x, right)[0], of_b, -inverse.mH @ h @ (inverse @ right).mH),
            (lambda x: lstsq(x, right, lapack_driver="gelsy")[0], of_b, -inverse.mH @ h @ (inverse @ right).mH),
        ):
            assert residual(torch.func.jvp(f, (a,), (e,))[1] - direction, direction) < bound
            x = a.clone().requires_grad_()
            given = g if direction is moved else h
            assert residual(torch.autograd.grad(f(x), x, given)[0] - back, back) < bound


@pytest.mark.parametrize("structure", ["tridiagonal", "banded", "upper triangular", "lower triangular", "pos", "sym"])
def test_structured_systems_under_transforms(structure: str) -> None:
    """The estimate of the condition, LAPACK's for one matrix, is not asked of a transform's tensor."""
    n = 12
    a = random(n, n) / n + 2 * torch.eye(n, dtype=torch.float64)
    a = a + a.mT if structure in ("pos", "sym") else a
    b = random(n, 2, seed=1)

    def f(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return solve(a, b, assume_a=structure).square().sum()

    x, y = a.clone().requires_grad_(), b.clone().requires_grad_()
    want = torch.autograd.grad(f(x, y), (x, y))
    torch.testing.assert_close(torch.func.grad(f, (0, 1))(a, b), want)
    tangent = torch.func.jvp(f, (a, b), (a, b))[1]
    torch.testing.assert_close(tangent, (want[0] * a).sum() + (want[1] * b).sum())
