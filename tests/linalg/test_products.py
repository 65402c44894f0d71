"""Algorithms made of products alone, which large CUDA matrices take: forced on the CPU, against the Schur methods."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from sci.linalg import (
    _expm,
    _logm,
    _products,
    _sqrtm,
    _sylvester,
    expm,
    fractional_matrix_power,
    logm,
    solve_continuous_lyapunov,
    solve_discrete_lyapunov,
    solve_sylvester,
    sqrtm,
)
from tests.linalg.linalg_matrices import ALL, eps, positive, random, residual


@pytest.fixture(autouse=True)
def without_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of small matrices have a kernel of their own: tests/linalg/test_small_products.py."""
    monkeypatch.setattr(_products, "small", lambda *xs, alone=0: False)


@pytest.fixture
def by_products(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_products, "worthwhile", lambda *xs: True)


def far_apart(dtype: torch.dtype) -> torch.Tensor:
    """Matrices that need different scalings: sizes from 1e-3 to 1e6, and one near the identity."""
    x = random(5, 12, 12, dtype=dtype, seed=3) / 12**0.5 + 2 * torch.eye(12, dtype=dtype)
    x = x * torch.tensor([1e-3, 1.0, 1e3, 1e6, 1.0], dtype=dtype)[:, None, None]
    x[4] = torch.eye(12, dtype=dtype) + 1e-3 * x[1]
    return x


def close(x: torch.Tensor, y: torch.Tensor, factor: float) -> None:
    error = torch.linalg.matrix_norm(x - y) / torch.linalg.matrix_norm(y)
    assert float(error.max()) <= factor * eps(x.dtype)


@pytest.mark.parametrize("dtype", ALL)
def test_the_schur_methods_agree(dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, q = far_apart(dtype), far_apart(dtype).flip(0), random(5, 12, 12, dtype=dtype, seed=4)
    stable = random(5, 12, 12, dtype=dtype, seed=5) / 12
    calls: list[Any] = [
        lambda: sqrtm(a),
        lambda: logm(a),
        lambda: fractional_matrix_power(a, 0.3),
        lambda: solve_sylvester(a, b, q),
        lambda: solve_sylvester(-a, -b, q),
        lambda: solve_continuous_lyapunov(a, q),
    ]
    wanted = [f() for f in calls]
    monkeypatch.setattr(_products, "worthwhile", lambda *xs: True)
    for module, name in ((_logm, "_by_schur"), (_sylvester, "_by_schur"), (_sqrtm, "decomposition")):
        monkeypatch.setattr(module, name, _refuse)
    for f, y in zip(calls, wanted, strict=True):
        close(f(), y, 500)
    for method in ("direct", "bilinear"):
        close(solve_discrete_lyapunov(stable, q), solve_discrete_lyapunov(stable, q, method), 300)


def _refuse(*args: Any) -> Any:
    raise AssertionError("a Schur method was asked")


def test_matrices_that_do_not_converge_go_to_the_schur_methods(by_products: None) -> None:
    # A negative eigenvalue, a defective singular one and a good matrix in a batch; spectra on both sides.
    a = torch.stack([torch.diag(torch.tensor([4.0, -9.0])), torch.tensor([[2.0, 1.0], [0.0, 2.0]])]).double()
    x = sqrtm(a)
    close(x @ x, a.to(x.dtype), 50)
    close(expm(logm(a)), a.to(x.dtype), 100)
    left, right = torch.diag(torch.tensor([1.0, -2.0])).double(), torch.diag(torch.tensor([5.0, -4.0])).double()
    q = torch.ones(2, 2, dtype=torch.float64)
    y = solve_sylvester(left, right, q)
    close(left @ y + y @ right, q, 50)
    for radius in (0.5, 1.5):  # above 1 the sum of powers diverges
        a = radius * torch.eye(3, dtype=torch.float64) + random(3, 3).triu(1)
        x = solve_discrete_lyapunov(a, torch.ones(3, 3, dtype=torch.float64))
        close(a @ x @ a.mT + 1, x, 1e3)


def test_single_matrices(by_products: None) -> None:
    a = positive(30, 30, condition=1e4)
    close(sqrtm(a) @ sqrtm(a), a, 100)
    close(expm(logm(a)), a, 1000)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_derivatives(by_products: None, dtype: torch.dtype) -> None:
    a = (random(2, 2, dtype=dtype) / 2 + 2 * torch.eye(2, dtype=dtype)).requires_grad_()
    b = (random(2, 2, dtype=dtype, seed=1) / 3).requires_grad_()
    functions: list[Any] = [
        sqrtm,
        logm,
        lambda a: solve_sylvester(a, a.mT, b.detach()),
    ]
    for f in functions:
        assert torch.autograd.gradcheck(f, (a,), check_forward_ad=True)
        assert torch.autograd.gradgradcheck(f, (a,))
    assert torch.autograd.gradcheck(solve_discrete_lyapunov, (b, a), check_forward_ad=True)
    assert torch.autograd.gradgradcheck(solve_discrete_lyapunov, (b, a))


@pytest.mark.cpu  # asks for its way
def test_what_is_left_to_other_algorithms() -> None:
    assert not _products.worthwhile(random(100, 100))  # the CPU has LAPACK


@pytest.mark.parametrize("dtype", ALL)
def test_the_exponential_by_products_alone(dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    scales = torch.tensor([0.0, 1e-6, 0.3, 3.0, 10.0, 25.0], dtype=dtype)[:, None, None]
    a = scales * (random(6, 10, 10, dtype=dtype) / 10**0.5 - 2 * torch.eye(10, dtype=dtype))
    wanted = expm(a)
    monkeypatch.setattr(_expm, "_by_kernel", lambda a: False)
    for k in range(6):
        bound = 40 * max(1.0, float(torch.linalg.matrix_norm(a[k])))
        assert residual(expm(a)[k] - wanted[k], wanted[k]) < bound
        assert residual(expm(a[k]) - wanted[k], wanted[k]) < bound


@pytest.mark.parametrize("dtype", [torch.float32, torch.complex64, torch.float64])
def test_sums_of_powers_that_leave_the_range_are_not_taken_for_solutions(dtype: torch.dtype) -> None:
    """In a batch, where squares of single precision overflow: spectral radius 3 among matrices with 0.3."""
    a, q = random(7, 4, 4, dtype=dtype) / 8, random(7, 4, 4, dtype=dtype, seed=1)
    a[2:5] += 3 * torch.eye(4, dtype=dtype)
    x = solve_discrete_lyapunov(a, q)
    for k in range(7):
        close(a[k] @ x[k] @ a[k].mH + q[k], x[k], 300)
