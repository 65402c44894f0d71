"""Cholesky factors: residuals, triangles, batches, what fails and how it says so."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import torch

import sci
from sci.linalg import LinAlgError, cho_factor, cho_solve, cholesky
from tests.linalg.linalg_matrices import ALL, positive, random, residual

SIZES = (1, 2, 5, 63, 64, 90)  # both sides of where LAPACK takes over


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("n", SIZES)
def test_factor_times_its_adjoint_is_a(n: int, lower: bool, dtype: torch.dtype) -> None:
    a = positive(2, n, n, dtype=dtype, seed=n)
    c = cholesky(a, lower=lower)
    assert c.dtype == dtype
    assert c.is_contiguous()
    assert residual((c @ c.mH if lower else c.mH @ c) - a, a) < 10 + n
    assert torch.equal(c, c.tril() if lower else c.triu())
    assert (c.diagonal(dim1=-2, dim2=-1).real > 0).all()


@pytest.mark.parametrize("n", [4, 70])
@pytest.mark.parametrize("lower", [False, True])
def test_one_triangle_is_read(n: int, lower: bool) -> None:
    a = positive(n, n, dtype=torch.complex128)
    kept = a.tril() if lower else a.triu()
    torch.testing.assert_close(cholesky(kept, lower=lower), cholesky(a, lower=lower), rtol=1e-12, atol=1e-12)


def test_same_as_scipy() -> None:
    a = positive(6, 6)
    for lower in (False, True):
        np.testing.assert_allclose(cholesky(a, lower=lower), scipy.linalg.cholesky(a.numpy(), lower=lower), rtol=1e-13)


@pytest.mark.parametrize("n", [3, 80])
@pytest.mark.parametrize("lower", [False, True])
def test_layouts_and_batches(n: int, lower: bool) -> None:
    a = positive(2, 3, n, n)
    want = torch.stack([torch.stack([cholesky(x, lower=lower) for x in row]) for row in a])
    torch.testing.assert_close(cholesky(a, lower=lower), want, rtol=1e-12, atol=1e-13)
    strided = torch.stack([a, a], -1)[..., 0]
    torch.testing.assert_close(cholesky(strided, lower=lower), want, rtol=1e-12, atol=1e-13)
    turned = a.mT.contiguous().mT
    torch.testing.assert_close(cholesky(turned, lower=lower), want, rtol=1e-12, atol=1e-13)
    assert cholesky(a[:0]).shape == (0, 3, n, n)


@pytest.mark.parametrize("n", [6, 70])
def test_not_positive_definite_says_which_and_where(n: int) -> None:
    a = torch.eye(n, dtype=torch.float64).repeat(2, 3, 1, 1)
    a[1, 2, 4, 4] = -1
    with pytest.raises(LinAlgError, match=r"cholesky: a .*order 5 of matrix \(1, 2\) of the batch"):
        cholesky(a)
    with pytest.raises(np.linalg.LinAlgError, match=r"cho_factor: a .*order 5 is not"):
        cho_factor(a[1, 2])
    with pytest.raises(torch.linalg.LinAlgError):
        cho_factor(a)
    with sci.data_checks(False):
        c = cholesky(a, lower=True)
    assert torch.isnan(c[1, 2].diagonal()).all()
    assert torch.equal(c[0, 0], torch.eye(n, dtype=torch.float64))


def test_bad_arguments() -> None:
    a = positive(3, 3)
    with pytest.raises(LinAlgError, match=r"cholesky: a must be square.*\(3, 2\)"):
        cholesky(a[:, :2])
    with pytest.raises(LinAlgError, match="a must be a matrix"):
        cholesky(a[0])
    with pytest.raises(TypeError, match="a must be"):
        cholesky("matrix")
    bad = a.clone()
    bad[1, 2] = torch.nan
    with pytest.raises(ValueError, match=r"cholesky: a must not contain infs or NaNs .*at \(1, 2\)"):
        cholesky(bad)
    with pytest.raises(TypeError, match="c_and_lower must be the pair"):
        cho_solve(a, a)
    with pytest.raises(ValueError, match=r"cho_solve: b must be of shape \(3,\)"):
        cho_solve((a, True), torch.ones(4, dtype=torch.float64))
    with pytest.raises(ValueError, match="batch dimensions must broadcast"):
        cho_solve((a.expand(2, 3, 3), True), torch.ones(5, 3, 1, dtype=torch.float64))
    with pytest.raises(RuntimeError, match="one device"):
        cho_solve((a, True), torch.ones(3, device="meta"))


def test_integers_and_arrays() -> None:
    a = [[4, 2], [2, 5]]
    assert cholesky(torch.tensor(a)).dtype == torch.get_default_dtype()
    assert cholesky(np.array(a, dtype=np.float64)).dtype == torch.float64
    np.testing.assert_allclose(cholesky(np.array(a, dtype=np.float64), lower=True), [[2, 0], [1, 2]])


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("n", SIZES)
def test_cho_solve(n: int, lower: bool, dtype: torch.dtype) -> None:
    a, b = positive(2, n, n, dtype=dtype), random(2, n, 3, dtype=dtype, seed=1)
    factor = cho_factor(a, lower=lower)
    x = cho_solve(factor, b)
    assert residual(a @ x - b, a.norm() * x.norm()) < 10 + n
    vector = cho_solve((factor[0][0], lower), b[0, :, 0])
    assert vector.shape == (n,)
    torch.testing.assert_close(vector, x[0, :, 0], rtol=2e4 * n * torch.finfo(dtype).eps, atol=0)
    shared = cho_solve((factor[0][0], lower), b)
    assert residual(a[0] @ shared - b, a.norm() * shared.norm()) < 10 + n
    # The triangle beside the factor is not read, as cho_factor of SciPy leaves data there.
    other = random(n, n, dtype=dtype, seed=2)
    c = factor[0][0] + (other.triu(1) if lower else other.tril(-1))
    torch.testing.assert_close(cho_solve((c, lower), b[0]), x[0], rtol=2e4 * n * torch.finfo(dtype).eps, atol=0)


def test_gradient_is_hermitian_and_that_of_the_log_determinant() -> None:
    a = positive(2, 4, 4, dtype=torch.complex128).requires_grad_()
    for lower in (False, True):
        logdet = 2 * cholesky(a, lower=lower).diagonal(dim1=-2, dim2=-1).real.log().sum()
        (g,) = torch.autograd.grad(logdet, a)
        torch.testing.assert_close(g, torch.linalg.inv(a).mH.detach(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("n", [70])
def test_gradients_through_lapack(n: int) -> None:
    a, b = positive(n, n).requires_grad_(), random(n, 2).requires_grad_()
    x = cho_solve(cho_factor(a, lower=True), b)
    (ga, gb) = torch.autograd.grad(x.sum(), (a, b))
    want = torch.linalg.solve(a, b)
    (wa, wb) = torch.autograd.grad(want.sum(), (a, b))
    torch.testing.assert_close(gb, wb, rtol=1e-9, atol=1e-11)
    torch.testing.assert_close(ga, (wa + wa.mT) / 2, rtol=1e-9, atol=1e-11)
