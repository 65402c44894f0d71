"""funm: values against mpmath, derivatives at repeated eigenvalues, parameters of the function, Hermitian matrices."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.linalg
import torch

from sci.linalg import LinAlgWarning, expm, expm_frechet, funm, logm
from sci.special import gamma
from tests.linalg.linalg_matrices import ALL, hermitian, random, residual

F64 = torch.float64
JORDAN = torch.diag(torch.full((5,), 0.7, dtype=F64)) + torch.diag(torch.ones(4, dtype=F64), 1)
MATRICES = {
    "random": random(6, 6),
    "jordan": JORDAN,
    "nilpotent": JORDAN - 0.7 * torch.eye(5, dtype=F64),
    "zero": torch.zeros(3, 3, dtype=F64),
    "near": torch.tensor([[1, 5.0, 3], [0, 1 + 1e-7, 2], [0, 0, 1 + 3e-5]], dtype=F64),
    "tiny": random(4, 4, seed=1) * 1e-9,
    "large": random(5, 5, seed=2) * 20,
}


def exact(name: str, a: torch.Tensor) -> torch.Tensor:
    with mpmath.workdps(50):
        x = getattr(mpmath, name)(mpmath.matrix(a.tolist()))
        return torch.tensor(np.array(x.tolist(), dtype=complex))


@pytest.mark.parametrize("name", sorted(MATRICES))
def test_exponential_and_its_derivative(name: str) -> None:
    a = MATRICES[name]
    want = exact("expm", a)
    x = funm(a, torch.exp)
    assert x.dtype == F64
    assert residual(x - want.real, want) < 100
    e = random(*a.shape, seed=5)
    derivative = torch.func.jvp(lambda m: funm(m, torch.exp), (a,), (e,))[1]
    wanted = expm_frechet(a, e, compute_expm=False)
    assert residual(derivative - wanted, wanted) < 200


def test_logarithm_near_its_singularity() -> None:
    for scale in (1e-6, 1.0, 1e6):
        a = JORDAN * scale
        want = exact("logm", a)
        assert residual(funm(a, torch.log) - want.real, want) < 100
    np.testing.assert_allclose(funm(torch.diag(torch.tensor([-1.0, 2.0])), np.log), np.diag([np.pi * 1j, np.log(2)]))


@pytest.mark.parametrize("dtype", ALL)
def test_dtypes_batches_and_scipy(dtype: torch.dtype) -> None:
    a = random(2, 3, 5, 5, dtype=dtype)
    x = funm(a, torch.sin)
    assert x.dtype == dtype
    want = torch.as_tensor(scipy.linalg.funm(a[1, 2].to(torch.complex128).numpy(), np.sin))
    assert residual(x[1, 2] - (want if dtype.is_complex else want.real).to(dtype), x[1, 2]) < 500
    error = funm(a, torch.sin, disp=False)[1]
    assert error.shape == (2, 3)
    assert float(error.max()) < 1e4 * torch.finfo(dtype).eps
    assert funm(torch.zeros(2, 0, 0, dtype=dtype), torch.exp).shape == (2, 0, 0)
    with pytest.warns(LinAlgWarning):
        np.testing.assert_array_equal(funm(torch.eye(2), abs), np.eye(2))


def test_second_derivatives_and_parameters_of_the_function() -> None:
    theta = torch.tensor(0.7, dtype=F64, requires_grad=True)

    def f(t: torch.Tensor, a: torch.Tensor) -> torch.Tensor:
        return funm(a, lambda x: torch.exp(t * x))

    for a in (random(3, 3), JORDAN[:3, :3], 0.3 * torch.eye(3, dtype=F64)):
        inputs = (theta, a.clone().requires_grad_())
        assert torch.autograd.gradcheck(f, inputs, check_forward_ad=True)
        assert torch.autograd.gradgradcheck(f, inputs, fast_mode=True)


@pytest.mark.parametrize("dtype", [F64, torch.complex128])
def test_hermitian_at_repeated_eigenvalues(dtype: torch.dtype) -> None:
    theta = torch.tensor(0.7, dtype=F64, requires_grad=True)
    for w in ([1.0, 1, 1, 2], [1, 1 + 1e-9, 1 + 1e-5, 1.1], [0, 0, 0, 0]):
        a = hermitian(torch.tensor(w, dtype=F64), 4, 4, dtype=dtype, seed=3)

        def f(t: torch.Tensor, m: torch.Tensor) -> torch.Tensor:
            return funm((m + m.mH) / 2, lambda x: torch.log(2 + t * x), hermitian=True)

        assert residual(f(theta.detach(), a) - logm(2 * torch.eye(4) + 0.7 * a), 1.0) < 50
        inputs = (theta, a.clone().requires_grad_())
        assert torch.autograd.gradcheck(f, inputs, check_forward_ad=True, fast_mode=True)
        assert torch.autograd.gradgradcheck(lambda m: f(theta.detach(), m), inputs[1:], fast_mode=True)
        g = hermitian(torch.tensor([1.0, -2, 3, 0.5], dtype=F64), 4, 4, dtype=dtype, seed=4)
        wanted = expm_frechet(a, g, compute_expm=False)
        for fprime in (None, torch.exp, np.exp):
            m = a.clone().requires_grad_()
            funm(m, torch.exp, hermitian=True, fprime=fprime).backward(g)
            assert residual(m.grad - wanted, wanted) < 50


def test_hermitian_takes_real_functions_and_gives_complex_values() -> None:
    a = hermitian(torch.tensor([1.0, 2, 3], dtype=F64), 3, 3)
    v = torch.linalg.eigh(a)[1]
    np.testing.assert_allclose(
        funm(a, gamma, hermitian=True), v @ torch.diag(torch.tensor([1.0, 1, 2])).double() @ v.mH, atol=1e-14
    )
    turn = funm(a, lambda x: torch.exp(1j * x), hermitian=True)
    assert residual(turn - expm(1j * a), 1.0) < 50
    torch.autograd.gradcheck(
        lambda m: funm((m + m.T) / 2, lambda x: torch.exp(1j * x), hermitian=True), (a.requires_grad_(),)
    )


def test_mixed_second_derivative_of_the_hermitian_form_is_taken_in_the_matrix_first() -> None:
    theta = torch.tensor(0.7, dtype=F64, requires_grad=True)
    a = hermitian(torch.tensor([1.0, 2, 3], dtype=F64), 3, 3).requires_grad_()
    weight = random(3, 3)
    x = (funm(a, lambda x: torch.exp(theta * x), hermitian=True) * weight).sum()
    (grad,) = torch.autograd.grad(x, a, create_graph=True)
    (mixed,) = torch.autograd.grad(grad[0, 1], theta, retain_graph=True)
    other = (funm(a, lambda x: x * torch.exp(0.7 * x), hermitian=True) * weight).sum()
    torch.testing.assert_close(mixed, torch.autograd.grad(other, a)[0][0, 1])
    (grad,) = torch.autograd.grad(x, theta, create_graph=True)
    with pytest.raises(NotImplementedError, match="in A first"):
        torch.autograd.grad(grad, a)


def test_a_function_that_is_not_analytic_warns() -> None:
    with pytest.warns(LinAlgWarning, match="does not look analytic"):
        funm(MATRICES["nilpotent"], lambda x: x.real.sign() + 0j)


def test_errors() -> None:
    with pytest.raises(TypeError, match="funm: func must be callable"):
        funm(torch.eye(2), 3)
    with pytest.raises(ValueError, match="keeps the shape"):
        funm(torch.eye(2), lambda x: torch.cat([x, x]))
    with pytest.raises(ValueError, match="square"):
        funm(torch.ones(2, 3), torch.exp)


def test_close_eigenvalues_of_a_strongly_nonnormal_triangle() -> None:
    for spread in (0.01, 0.3, 0.5):
        a = 2 * random(12, 12).triu(1) + torch.diag(1 + spread * random(12, seed=1))
        direction = random(12, 12, seed=2)
        value, derivative = torch.func.jvp(lambda a: funm(a, torch.exp), (a,), (direction,))
        assert residual(value - expm(a), expm(a)) < 100
        wanted = expm_frechet(a, direction, compute_expm=False)
        assert residual(derivative - wanted, wanted) < 1000
