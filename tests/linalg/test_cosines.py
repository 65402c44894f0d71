"""Circular and hyperbolic functions of matrices and the derivative kernel they share with the exponential."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import torch

from sci.linalg import (
    LinAlgWarning,
    _expm,
    _trigonometric,
    coshm,
    cosm,
    expm,
    expm_cond,
    expm_frechet,
    sinhm,
    sinm,
    tanhm,
    tanm,
)
from tests.linalg.linalg_matrices import ALL, eps, random, residual

FUNCTIONS = [cosm, sinm, coshm, sinhm]
HARD = [
    [[1.0, 1e6], [0, -1]],
    [[0.0, 1e10], [0, 0]],
    [[-1.0, 1e4, 0], [0, -1, 1e4], [0, 0, -1]],
    [[-49.0, 24], [-64, 31]],
    [[1e-9, 2e-9], [3e-9, 4e-9]],
]


def by_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the form for CUDA and large matrices."""
    monkeypatch.setattr(_trigonometric, "small", lambda a: False)
    monkeypatch.setattr(_expm, "small", lambda a: False)


def exact(f: Callable[..., torch.Tensor], a: torch.Tensor) -> torch.Tensor:
    with mpmath.workdps(80):
        m = mpmath.matrix(a.tolist())
        turned = m if f in (coshm, sinhm) else m * mpmath.mpc(0, 1)
        plus, minus = (mpmath.expm(x, method="taylor") for x in (turned, -turned))
        y = plus + minus if f in (cosm, coshm) else plus - minus
        y = y / (mpmath.mpc(0, 2) if f is sinm else 2)
        y = torch.tensor(np.array(y.tolist(), dtype=complex)).reshape(a.shape)
    return y if a.is_complex() else y.real


@pytest.mark.parametrize("f", FUNCTIONS)
@pytest.mark.parametrize("kernel", [True, False])
def test_values_of_hard_matrices(f: Callable[..., torch.Tensor], kernel: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not kernel:
        by_torch(monkeypatch)
    for rows in HARD:
        a = torch.tensor(rows, dtype=torch.float64)
        turned = a if f in (coshm, sinhm) else 1j * a
        bound = 20 * max(float(expm_cond(turned)), float(expm_cond(-turned)), 1.0)
        want = exact(f, a)
        for x in (f(a), f(torch.stack([a, a * 0, a / 1024, a]))[3]):
            assert residual(x - want, want) < bound
        assert residual(f(a + 0j) - want, want) < bound


@pytest.mark.parametrize("f", FUNCTIONS)
@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", [1, 7, 33])
def test_batches_with_a_scaling_for_each(f: Callable[..., torch.Tensor], dtype: torch.dtype, n: int) -> None:
    scales = torch.tensor([0, 1e-8, 1e-3, 1, 9, 2, 0.1, 0.5, 3, 1], dtype=dtype)[:, None, None]
    a = random(10, n, n, dtype=dtype) / n**0.5 * scales
    x = f(a)
    assert x.dtype == dtype
    assert not x[0].any() or torch.equal(x[0], torch.eye(n, dtype=dtype))
    for k in range(1, 10):
        assert residual(x[k] - f(a[k]), x[k]) < 300
    if n > 7:
        return
    want = exact(f, a[3].to(torch.complex128 if dtype.is_complex else torch.float64))
    assert residual(x[3].to(want.dtype) - want, want) * 2.3e-16 < 60 * eps(dtype)
    # Without the cancellation of exp(x) - exp(-x).
    tiny = a[1].to(torch.complex128 if dtype.is_complex else torch.float64)
    if f in (sinm, sinhm):
        assert residual(x[1].to(tiny.dtype) - tiny, tiny) * 2.3e-16 < 8 * eps(dtype)


def test_not_finite_stays_in_its_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    a = random(6, 3, 3)
    a[1, 0, 0], a[4, 1, 1] = torch.nan, -torch.inf
    for _ in range(2):
        for f in [*FUNCTIONS, tanm, tanhm]:
            x = f(a)
            assert torch.isnan(x[[1, 4]]).all()
            torch.testing.assert_close(x[[0, 2, 3, 5]], f(a[[0, 2, 3, 5]]))
        by_torch(monkeypatch)
    assert cosm(torch.zeros(0, 0)).shape == (0, 0)
    assert sinm(torch.zeros(0, 3, 3)).shape == (0, 3, 3)
    assert torch.isfinite(cosm(torch.full((1, 2, 2), 1e300, dtype=torch.float64))).all()


@pytest.mark.parametrize("kernel", [True, False])
@pytest.mark.parametrize(("f", "exact_f"), [(tanhm, mpmath.tanh), (tanm, mpmath.tan)])
def test_tangents_where_the_cosine_is_singular_to_rounding(
    f: Callable[..., torch.Tensor], exact_f: Callable[..., Any], kernel: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not kernel:
        by_torch(monkeypatch)
    n, tiny = 5, mpmath.mpf(10) ** -20
    generator = torch.Generator().manual_seed(4)
    for scale in (0.5, 10.0, 20.0 * n, 300.0):
        a = random(n, n, dtype=torch.complex128, seed=int(scale)) * scale
        e = torch.randn(n, n, dtype=torch.complex128, generator=generator)
        with warnings.catch_warnings():
            warnings.simplefilter("error", LinAlgWarning)
            value, derivative = torch.func.jvp(f, (a,), (e,))
        with mpmath.workdps(60):
            x, d = mpmath.matrix(a.tolist()), mpmath.matrix(e.tolist()) * tiny

            def of(x: Any) -> Any:
                w, v = mpmath.eig(x)
                return v * mpmath.diag([exact_f(y) for y in w]) * v**-1

            want, moved = of(x), (of(x + d) - of(x - d)) / (2 * tiny)
        for got, exact_one in ((value, want), (derivative, moved)):
            exact_one = torch.tensor([[complex(y) for y in row] for row in exact_one.tolist()], dtype=torch.complex128)
            assert residual(got - exact_one, exact_one) < 500


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_directions_against_the_block_matrix(dtype: torch.dtype) -> None:
    scales = torch.tensor([0, 1e-8, 1e-3, 1, 20, 2, 0.1, 0.5, 300], dtype=dtype)[:, None, None]
    a, e = random(9, 5, 5, dtype=dtype, seed=1) / 3 * scales, random(9, 5, 5, dtype=dtype, seed=2) * scales.flip(0)
    whole = torch.cat([torch.cat([a, e], -1), torch.cat([0 * a, a], -1)], -2)
    for f in [expm, *FUNCTIONS]:
        want = f(whole)[..., :5, 5:]
        got = torch.func.jvp(f, (a,), (e,))[1]
        for k in range(9):
            bound = 200 + 100 * float(torch.linalg.matrix_norm(a[k]))
            assert residual(got[k] - want[k], want[k]) < bound or float(want[k].abs().max()) == 0
    x, derivative = expm_frechet(a, e)
    torch.testing.assert_close(x, expm(a), rtol=1e-12, atol=1e-300)
    assert residual(derivative[3] - expm(whole)[3, :5, 5:], derivative[3]) < 300


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("kernel", [True, False])
def test_derivatives_to_second_order(dtype: torch.dtype, kernel: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not kernel:
        by_torch(monkeypatch)
        if dtype.is_complex:
            return  # the same code
    tied = torch.diag(torch.tensor([2.0, 2.0, -1.0], dtype=dtype))
    jordan = tied + torch.diag(torch.tensor([1.0, 0.0], dtype=dtype), 1)
    a = torch.stack([random(3, 3, dtype=dtype), tied, jordan, torch.zeros(3, 3, dtype=dtype)]).requires_grad_()
    for f in [cosm, sinhm, tanm] if kernel else [sinm]:
        torch.autograd.gradcheck(f, a, check_forward_ad=True, check_batched_grad=kernel)
        torch.autograd.gradgradcheck(f, a[2].detach().requires_grad_(), check_fwd_over_rev=True)
    e = random(4, 3, 3, dtype=dtype, seed=3).requires_grad_()
    torch.autograd.gradcheck(
        expm_frechet, (a[:2].detach().requires_grad_(), e[:2].detach().requires_grad_()), check_forward_ad=True
    )
    torch.autograd.gradgradcheck(lambda a: expm_frechet(a, e[0], compute_expm=False), a[1].detach().requires_grad_())


def test_third_derivative_of_the_cosine() -> None:
    x = torch.tensor([[0.7]], dtype=torch.float64)
    d = cosm
    for _ in range(3):
        d = torch.func.jacfwd(d)
    torch.testing.assert_close(d(x).flatten(), torch.sin(x).flatten())
