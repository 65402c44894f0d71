"""Derivatives of Gauss rules in the parameters: nodes moved and weights remade by mpmath, many points, all modes."""

from __future__ import annotations

import time
from typing import Any

import mpmath
import pytest
import torch

from sci import special

F64 = torch.float64


def _jacobi_step(k: int, a: Any, b: Any) -> tuple[Any, Any]:
    """Centre and square of the monic recurrence, DLMF 18.9.2."""
    t = 2 * k + a + b
    centre = (b - a) / (a + b + 2) if k == 0 else (b * b - a * a) / (t * (t + 2))
    if k == 0:
        return centre, 0
    return centre, 4 * k * (k + a) * (k + b) * (k + a + b) / (t * t * (t + 1) * (t - 1))


def _laguerre_step(k: int, a: Any, b: Any) -> tuple[Any, Any]:
    return 2 * k + a + 1, k * (k + a)


def _node_and_logarithm(n: int, laguerre: bool, a: Any, b: Any, start: float) -> tuple[Any, Any]:
    """The node beside `start`, and the logarithm of its weight, DLMF 3.5.31 and 18.5."""
    x = mpmath.mpf(start)
    steps = [(_laguerre_step if laguerre else _jacobi_step)(k, a, b) for k in range(n)]
    for turn in range(4):
        before, p, slope_before, slope = mpmath.mpf(0), mpmath.mpf(1), mpmath.mpf(0), mpmath.mpf(0)
        for centre, square in steps:
            before, p, slope_before, slope = (
                p,
                (x - centre) * p - square * before,
                slope,
                p + (x - centre) * slope - square * slope_before,
            )
        if turn < 3:
            x -= p / slope
    if laguerre:
        front = mpmath.loggamma(n + a + 1) + mpmath.loggamma(n + 1) - mpmath.log(x)
    else:
        front = (2 * n + a + b + 1) * mpmath.log(2) - mpmath.log(1 - x * x)
        for sign, top in ((1, n + a + 1), (1, n + b + 1), (1, n + a + b + 1), (1, n + 1), (-2, 2 * n + a + b + 1)):
            front += sign * mpmath.loggamma(top)
    return x, front - 2 * mpmath.log(abs(slope))


def _want(n: int, laguerre: bool, a: float, b: float, start: float, orders: tuple[int, int]) -> tuple[Any, Any]:
    with mpmath.workdps(60):
        return tuple(
            mpmath.diff(
                lambda u, v, i=i: _node_and_logarithm(n, laguerre, u, v, start)[i],
                (mpmath.mpf(a), mpmath.mpf(b)),
                orders,
                h=mpmath.mpf(10) ** -15,
            )
            for i in range(2)
        )


def _nearly(found: float, want: Any, size: Any) -> bool:
    return bool(abs(found - want) <= 1e-11 * abs(want) + 2e-13 * abs(size))


@pytest.mark.parametrize("n", [1, 2, 7, 33, 64])
@pytest.mark.parametrize(("name", "a", "b"), [("jacobi", 0.5, -0.25), ("jacobi", -0.875, 6.5), ("laguerre", 0.75, 0.0)])
def test_slopes_are_mpmaths(n: int, name: str, a: float, b: float) -> None:
    def rule(u: torch.Tensor, v: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x, w = special.roots_genlaguerre(n, u) if name == "laguerre" else special.roots_jacobi(n, u, v)
        return x, w.log()

    at = torch.tensor(a, dtype=F64), torch.tensor(b, dtype=F64)
    x, _ = rule(*at)
    first = torch.func.jacfwd(rule, argnums=(0, 1))(*at)
    for k in sorted({0, n // 2, n - 1}):
        for parameter in range(1 if name == "laguerre" else 2):
            want = _want(n, name == "laguerre", a, b, x[k].item(), (1 - parameter, parameter))
            for i in range(2):
                assert _nearly(first[i][parameter][k].item(), want[i], 1 if i else x[k].item() / n)


@pytest.mark.parametrize(("i", "j"), [(2, 0), (1, 1), (0, 2), (2, 1)])
def test_higher_slopes_are_mpmaths(i: int, j: int) -> None:
    n, a, b = 12, 0.5, -0.25
    u, v = (torch.tensor(t, dtype=F64, requires_grad=True) for t in (a, b))
    x, w = special.roots_jacobi(n, u, v)
    for k in (0, 5, 11):
        want = _want(n, False, a, b, x[k].item(), (i, j))
        # The total of the weights has two derivatives.
        for found, value in zip((x[k], w[k].log())[: 2 if i + j == 2 else 1], want, strict=False):
            for parameter, order in ((u, i), (v, j)):
                for _ in range(order):
                    (found,) = torch.autograd.grad(found, parameter, create_graph=True)
            assert found.item() == pytest.approx(float(value), rel=1e-10, abs=1e-12)


def test_a_fourth_derivative_raises() -> None:
    a = torch.tensor(0.5, dtype=F64, requires_grad=True)
    found = special.roots_jacobi(3, a, 0.25)[0][0]
    with pytest.raises(RuntimeError, match="third order"):
        for _ in range(4):
            (found,) = torch.autograd.grad(found, a, create_graph=True)


def test_many_points_in_linear_time() -> None:
    n, a, b = 1500, 0.5, -0.25
    u, v = (torch.tensor(t, dtype=F64, requires_grad=True) for t in (a, b))
    x, w = special.roots_jacobi(n, u, v)
    for k in (0, 500):
        want = _want(n, False, a, b, x[k].item(), (0, 1))
        found = [torch.autograd.grad(f[k], v, retain_graph=True)[0].item() for f in (x, w.log())]
        assert found[0] == pytest.approx(float(want[0]), rel=1e-11)
        assert found[1] == pytest.approx(float(want[1]), rel=1e-11, abs=1e-12)
    start = time.process_time()
    x, w = special.roots_jacobi(50_000, u, v)
    (w * x.cos()).sum().backward()
    # As many points by steps of the recurrence for each would take minutes.
    assert time.process_time() - start < 20
    other = v.detach().clone().requires_grad_()
    few, weights = special.roots_jacobi(24, a, other)
    (weights * few.cos()).sum().backward()
    assert v.grad is not None and other.grad is not None
    assert v.grad.item() == pytest.approx(other.grad.item(), rel=1e-11)
