"""Hypergeometric functions beyond their cards' samples: parameters in the thousands, derivatives where no value is."""

from __future__ import annotations

import mpmath
import pytest
import torch

from sci import special

FAR = [
    (11.0, -3521.9, 100.0, 0.5),  # cancels 15 digits about 0; terms up to 1e1100 in the form without cancellation
    (7.25, -1204.5, 60.5, 0.75),
    (-3521.9, 11.0, 100.0, 0.5),
    (20.5, 1500.25, 40.0, -0.75),
]


@pytest.mark.parametrize("point", FAR)
def test_parameters_in_the_thousands(point: tuple[float, ...]) -> None:
    a, b, c, z = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in point)
    value = special.hyp2f1(a, b, c, z)
    slopes = torch.autograd.grad(value, (a, b, c, z))
    with mpmath.workdps(60):
        want = mpmath.hyp2f1(*point)
        assert abs(value.item() - want) <= 1e-13 * abs(want)
        for i in range(4):
            shift = mpmath.mpf(10) ** -15
            up, down = (mpmath.hyp2f1(*(x + sign * shift * (k == i) for k, x in enumerate(point))) for sign in (1, -1))
            slope = (up - down) / (2 * shift)
            assert abs(slopes[i].item() - slope) <= 1e-11 * abs(slope)


def test_no_value_no_derivative() -> None:
    # Points at which all digits cancel in every form that there is.
    points = [(-4.4e3, 5.3e3, -2.5e3, 0.7), (1.1e5, -2.7e5, 3.3e4, 0.6), (2306.698, -2213.3327, 1919.722, 0.06732)]
    a, b, c, z = torch.tensor(points, dtype=torch.float64).T.clone().requires_grad_().unbind()
    value = special.hyp2f1(a, b, c, z)
    slopes = torch.autograd.grad(value.sum(), (a, b, c))
    missing = torch.isnan(value)
    assert missing.any()
    for slope in slopes:
        assert torch.isnan(slope[missing]).all()


@pytest.mark.parametrize(
    "point", [(99.35, 34.76, 130.37), (-98.96, -41.11, 46.73), (91.67, -83.98, 44.42), (99.4, 29.96, 22.9)]
)
def test_tricomi_beyond_powers_in_range(point: tuple[float, ...]) -> None:
    """Points at which the path begins where x^-a is beyond the range of doubles."""
    a, b, x = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in point)
    value = special.hyperu(a, b, x)
    slopes = torch.autograd.grad(value, (a, b, x))
    with mpmath.workdps(200):
        want = mpmath.hyperu(*point)
        assert abs(value.item() - want) <= 1e-13 * abs(want)
        for i in range(3):
            shift = mpmath.mpf(10) ** -50
            up, down = (mpmath.hyperu(*(v + sign * shift * (k == i) for k, v in enumerate(point))) for sign in (1, -1))
            slope = (up - down) / (2 * shift)
            assert abs(slopes[i].item() - slope) <= 1e-11 * abs(slope)
