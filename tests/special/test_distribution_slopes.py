"""Slopes of distribution functions and quantiles where terms cancel, or underflow before the result does."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import pytest
import torch

from sci import special


def slopes(f: Callable[..., Any], *args: float, dtype: torch.dtype = torch.float64) -> list[float]:
    xs = [torch.tensor(x, dtype=dtype, requires_grad=True) for x in args]
    return [g.item() for g in torch.autograd.grad(f(*xs), xs)]


@pytest.mark.parametrize(
    "point",
    [
        (385.4, 21.8, 1.14),
        (332.4490187568674, 24.20318570394032, 1.0701406743287085),
        (20.556028267842763, 287.69897327738875, 0.9072620663365127),
        (1198.4026710603425, 0.8984303870551429, 4.733652467126405),
        (67.44938799577153, 39.40360439233537, 0.9522583135964687),
    ],
)
def test_many_degrees_of_freedom_on_one_side(point: tuple[float, ...]) -> None:
    def fisher(m: Any, n: Any, x: Any) -> Any:
        return mpmath.betainc(m / 2, n / 2, 0, m * x / (m * x + n), regularized=True)

    with mpmath.workdps(40):
        want = [float(mpmath.diff(fisher, point, order)) for order in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]
    assert slopes(special.fdtr, *point) == pytest.approx(want, rel=1e-12)
    assert slopes(special.fdtrc, *point) == pytest.approx([-g for g in want], rel=1e-12)


def test_hardly_any_degrees_of_freedom() -> None:
    """F / n falls by half the logarithm of n."""
    n = 1e-306
    for x in (3.0, 1e-3, 40.0):
        value = special.fdtr(2.5, torch.tensor(n, dtype=torch.float64), x).item()
        assert slopes(special.fdtr, 2.5, n, x)[1] == pytest.approx(value / n - 0.5, rel=1e-12)


@pytest.mark.parametrize("point", [(0.8317323923110962, 260.8096923828125, 1.7463668702791035e-16), (0.5, 200.0, 1e-9)])
def test_quantiles_beside_the_smallest_numbers(point: tuple[float, ...]) -> None:
    single = [torch.tensor(x).item() for x in point]
    assert slopes(special.fdtri, *single, dtype=torch.float32) == pytest.approx(
        slopes(special.fdtri, *single), rel=1e-4
    )


def test_slope_of_a_gamma_quantile_that_underflows() -> None:
    """P(1/2, x) = erf(sqrt(x)), so that x is pi y^2 / 4 for small y."""
    for dtype, y in ((torch.float64, 1e-200), (torch.float32, 1e-25)):
        at = torch.tensor(y, dtype=dtype).item()
        assert slopes(special.gammaincinv, 0.5, at, dtype=dtype)[1] == pytest.approx(math.pi / 2 * at, rel=1e-5)


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (special.fdtridfd, (2.2337889671325684, 0.5096292495727539, 5.72123908996582)),
        (special.fdtridfd, (3.257066011428833, 0.5579290390014648, 5.236417293548584)),
        (special.stdtridf, (0.10213182866573334, -1.609413743019104)),
        (special.stdtridf, (0.10883665829896927, -1.5499852895736694)),
    ],
)
def test_single_precision_root_is_the_rounded_one(f: Callable[..., Any], args: tuple[float, ...]) -> None:
    double = f(*(torch.tensor(x, dtype=torch.float64) for x in args))
    single = f(*(torch.tensor(x, dtype=torch.float32) for x in args))
    torch.testing.assert_close(single, double.float(), rtol=torch.finfo(torch.float32).eps, atol=0)
