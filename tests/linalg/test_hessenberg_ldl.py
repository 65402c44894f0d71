"""Hessenberg forms, LDL factors and real forms of eigenvalues: residual, structure, SciPy's values, bad arguments."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import torch

from sci.linalg import LinAlgError, cdf2rdf, eig, hessenberg, ldl
from tests.linalg.linalg_matrices import ALL, eps, not_unitary, random, residual


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", [1, 2, 3, 20])
@pytest.mark.parametrize("scale", [1.0, 1e-30, 1e30])
def test_hessenberg(n: int, dtype: torch.dtype, scale: float) -> None:
    a = scale * random(2, n, n, dtype=dtype)
    h, q = hessenberg(a, calc_q=True)
    assert h.dtype == q.dtype == dtype
    assert torch.equal(h, h.triu(-1))
    assert not_unitary(q) < 20 + n
    unit = a / scale
    assert residual(q @ (h / scale) @ q.mH - unit, float(torch.linalg.matrix_norm(unit).max())) < 20 + n
    want = torch.from_numpy(scipy.linalg.hessenberg(a[1].numpy()))
    torch.testing.assert_close(h[1] / scale, want / scale, rtol=0, atol=100 * n * eps(dtype))
    if n > 2 and dtype.is_complex:
        assert h.diagonal(-1, -2, -1).imag.abs().max() == 0


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_second_derivatives_of_hessenberg(dtype: torch.dtype) -> None:
    x = random(5, 5, dtype=dtype, seed=3).requires_grad_()
    torch.autograd.gradgradcheck(lambda a: hessenberg(a, calc_q=True), x, fast_mode=True, check_fwd_over_rev=True)


def test_gradient_of_a_trace_survives_the_hessenberg_form() -> None:
    a = random(30, 30).requires_grad_()
    (g,) = torch.autograd.grad(hessenberg(a).trace(), a)
    torch.testing.assert_close(g, torch.eye(30, dtype=torch.float64), rtol=1e-12, atol=1e-12)


def test_bad_arguments_of_hessenberg() -> None:
    with pytest.raises(LinAlgError, match="a must be square"):
        hessenberg(torch.ones(2, 3))
    with pytest.raises(ValueError, match="hessenberg: a must not contain infs or NaNs"):
        hessenberg(torch.full((3, 3), torch.nan))


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("hermitian", [True, False])
def test_ldl(dtype: torch.dtype, lower: bool, hermitian: bool) -> None:
    for n in (1, 2, 9):
        a = random(3, n, n, dtype=dtype, seed=n)
        a = a + (a.mH if hermitian else a.mT)
        a.diagonal(dim1=-2, dim2=-1)[0] = 0  # 2 x 2 pivots
        outer, d, perm = ldl(a.tril() if lower else a.triu(), lower=lower, hermitian=hermitian)
        back = outer @ d @ (outer.mH if hermitian else outer.mT)
        assert residual(back - a, float(torch.linalg.matrix_norm(a).max())) < 50
        turned = torch.take_along_dim(outer, perm[..., None], -2)
        assert torch.equal(turned, turned.tril() if lower else turned.triu())
        assert (turned.diagonal(dim1=-2, dim2=-1) == 1).all()
        assert perm.dtype == torch.int64
        want = scipy.linalg.ldl(a[2].numpy(), lower=lower, hermitian=hermitian)
        np.testing.assert_array_equal(perm[2].numpy(), want[2])
        torch.testing.assert_close(d[2], torch.from_numpy(want[1]), rtol=0, atol=200 * eps(dtype))


def test_ldl_gives_log_determinants_of_indefinite_matrices() -> None:
    a = random(2, 6, 6, seed=1)
    a = (a + a.mT).requires_grad_()
    (g,) = torch.autograd.grad(torch.linalg.slogdet(ldl(a)[1])[1].sum(), a)
    torch.testing.assert_close(g, torch.linalg.inv(a.detach()), rtol=1e-9, atol=1e-9)


def test_bad_arguments_of_ldl() -> None:
    with pytest.raises(LinAlgError, match="A must be square"):
        ldl(torch.ones(2, 3))
    with pytest.raises(ValueError, match="ldl: A must not contain infs or NaNs"):
        ldl(torch.full((3, 3), torch.inf))


def test_cdf2rdf() -> None:
    a = random(4, 5, 5)
    wr, vr = cdf2rdf(*eig(a))
    assert not wr.is_complex()
    torch.testing.assert_close(a @ vr, vr @ wr, rtol=1e-12, atol=1e-12)
    w, v = np.linalg.eig(a[0].numpy())
    for one, want in zip(cdf2rdf(w, v), scipy.linalg.cdf2rdf(w, v), strict=True):
        np.testing.assert_allclose(one.numpy(), want, rtol=1e-15, atol=1e-15)
    with pytest.raises(ValueError, match="an even number"):
        cdf2rdf(torch.tensor([1j, 1.0]), torch.eye(2))
    with pytest.raises(ValueError, match="w must be of shape"):
        cdf2rdf(torch.ones(3), torch.eye(2))


def test_ldl_warns_of_imaginary_parts_of_a_hermitian_diagonal() -> None:
    a = torch.eye(3, dtype=torch.complex128) * (2 + 1j)
    with pytest.warns(np.exceptions.ComplexWarning, match="ldl: imaginary parts of the diagonal"):
        _, d, _ = ldl(a)
    assert torch.equal(d, 2 * torch.eye(3, dtype=a.dtype))
    ldl(a, hermitian=False)  # symmetric: nothing is ignored
