"""Hypergeometric functions beyond their cards' samples: parameters in the thousands, derivatives where no value is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

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
    "point",
    [
        # the asymptotic series serves only where x^-a is beyond the range of doubles
        *((99.35, 34.76, 130.37), (-98.96, -41.11, 46.73), (91.67, -83.98, 44.42), (99.4, 29.96, 22.9)),
        # an integral, beside a = 0 with a recurrence that cancels 7 digits; gamma functions beyond the range
        *((112.5, 140.5, 100.25), (4.5e-8, 1045.92, 699.5), (-0.115, -1064.25, 82.5), (0.99997, -1435.01, 0.01225)),
        *((-163.88, 0.5, 5.79), (-78.2, -428.9, 19.9)),
    ],
)
def test_tricomi_by_integral_and_recurrence(point: tuple[float, ...]) -> None:
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


BEYOND = [  # beyond the range of doubles, or terms that are though the value is not
    (special.hyperu, mpmath.hyperu, (-223.347, 0.25, 251.86)),  # +1e481, of terms of both signs
    (special.hyperu, mpmath.hyperu, (-972.5, 0.5, 706.6)),
    (special.hyperu, mpmath.hyperu, (-0.0231, 211.0, 0.0336)),
    (special.hyperu, mpmath.hyperu, (163.625, -91.5, 20.5757)),  # 1e-377
    (special.hyperu, mpmath.hyperu, (-0.0175, -355.62, 0.0)),
    (special.hyp1f1, mpmath.hyp1f1, (155.3142598722545, 1817.4841653966766, 923.029765454084)),
    (special.hyp1f1, mpmath.hyp1f1, (0.25, 2259.5, 793.5)),
    (special.hyp1f1, mpmath.hyp1f1, (22.5, 1683.6, -1001.97)),
    (special.hyp1f1, mpmath.hyp1f1, (0.0015, -1007.34, 238.5)),
    (special.hyp1f1, mpmath.hyp1f1, (947.3, 0.0067, 451.7)),
    (special.poch, mpmath.rf, (3.0, 379.0)),
    (special.poch, mpmath.rf, (0.001, 260.4)),
    (special.poch, mpmath.rf, (0.0, 577.5)),
]


@pytest.mark.parametrize(("function", "reference", "point"), BEYOND)
def test_terms_beyond_the_range(
    function: Callable[..., torch.Tensor], reference: Callable[..., Any], point: tuple[float, ...]
) -> None:
    value = function(*(torch.tensor(v, dtype=torch.float64) for v in point)).item()
    with mpmath.workdps(60):
        want = reference(*point)
        if abs(want) > sys.float_info.max or abs(want) < sys.float_info.min:
            assert value == float(want)
        else:
            assert abs(value - want) <= 1e-12 * abs(want)


def _check_complex(
    function: Callable[..., torch.Tensor], reference: Callable[..., Any], parameters: tuple[complex, ...], z: complex
) -> None:
    given = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in parameters]
    value = function(*given, torch.tensor(z, dtype=torch.complex128))
    slopes = torch.autograd.grad(value.real, given)
    with mpmath.workdps(200):
        want = reference(*parameters, z)
        assert abs(value.item() - want) <= 1e-13 * abs(want)
        shift = mpmath.mpf(10) ** -50
        for i in range(len(parameters)):
            up, down = (reference(*(x + s * shift * (k == i) for k, x in enumerate(parameters)), z) for s in (1, -1))
            slope = (up - down) / (2 * shift)
            assert abs(slopes[i].item() - slope.real) <= 1e-11 * abs(slope)


@pytest.mark.parametrize("point", [(98.0, -68.0625, -46.5 - 33.25j), (73.5, -78.5, -166.75 + 51.75j)])
def test_kummer_past_poles(point: tuple[complex, ...]) -> None:
    """Points with b far below 0 that neither a series nor a path from 0 reaches."""
    _check_complex(special.hyp1f1, mpmath.hyp1f1, point[:-1], point[-1])


@pytest.mark.parametrize(
    "point",
    [(85.375, 90.0625, -42.6875, -3.0 - 0.25j), (78.75, 49.5, -45.8125, -0.9375 - 0.25j)],
)
def test_gauss_past_poles(point: tuple[complex, ...]) -> None:
    """The same for c."""
    _check_complex(special.hyp2f1, mpmath.hyp2f1, point[:-1], point[-1])


@pytest.mark.parametrize(
    ("name", "point"),
    [
        # b far below 0 in the left half plane: down along the diagonal of both parameters
        ("hyp1f1", (16.484988643793244, -48.11192681675989, -153.46107385921113)),
        ("hyp1f1", (7.9884852449640675, -62.31842557345044, -178.61754661646262)),
        # terms of 1e271
        ("hyp0f1", (-316.5, 6e4)),
        # Bessel functions, at and beside a zero
        ("hyp0f1", (-2.521988707824116, -5688.541715873532)),
        ("hyp0f1", (84.25, -2009.5)),
        # a front of a series below the range of doubles
        ("hyp2f1", (-39.900792066109545, -89.38020780468005, 95.61574128419974, -12.35235864615256)),
        # whole differences of either sign, and a pole of one factor
        ("hyp2f1", (0.75, 1.5, 5.25, 0.875)),
        ("hyp2f1", (2.25, 3.5, 2.75, 0.875)),
        ("hyp2f1", (1.25, 4.25, 0.5, -7.5)),
        ("hyp2f1", (-1.0, 3.0, 5.5, -7.5)),
    ],
)
def test_seams_of_values(name: str, point: tuple[float, ...]) -> None:
    value = getattr(special, name)(*(torch.tensor(x, dtype=torch.float64) for x in point)).item()
    reference = getattr(mpmath, name)
    with mpmath.workdps(120):
        want = reference(*point)
        # One ulp of each argument, as for the cards' samples.
        moved = [
            abs(reference(*(x * (1 + mpmath.mpf(2) ** -52 * (k == i)) for k, x in enumerate(point))) - want)
            for i in range(len(point))
        ]
        assert abs(value - want) <= max(2**-47 * abs(want), sum(moved))


@pytest.mark.parametrize(
    "point",
    [
        (-104.7607384282765, -3160.93647968 + 2107.69619388j),  # neither a series nor a path from 0 keeps digits
        (-107.49931936751545, -3056.48519334 - 5418.06325761j),  # nor recurrence
        (-143.99952593267565, -4339.03175762 - 1739.98936194j),  # beside a pole, beyond the range of 1/Gamma
        (-127.00002765954015, 316.91756163 - 514.64090153j),  # b - 1 rounds what is left beside a pole
        (-0.00048828125, 150.0 + 40.0j),
        (57.15737, -1264.0 - 3571.25j),
    ],
)
def test_confluent_limit_of_large_complex_arguments(point: tuple[float, complex]) -> None:
    b, z = point
    value = special.hyp0f1(torch.tensor(b, dtype=torch.float64), torch.tensor(z, dtype=torch.complex128)).item()
    with mpmath.workdps(120):
        want = mpmath.hyp0f1(b, z)
        step = 1 + mpmath.mpf(2) ** -52
        moved = abs(mpmath.hyp0f1(b * step, z) - want) + abs(mpmath.hyp0f1(b, z * step) - want)
        assert abs(value - want) <= max(2**-47 * abs(want), moved)


@pytest.mark.parametrize(
    "point", [(-84.6875, -29.25, 93.125, -0.640625 - 0.8828125j), (-37.125, -81.625, 94.875, 1.5 - 5.75j)]
)
def test_factors_beyond_the_range_of_doubles_in_single_precision(point: tuple[complex, ...]) -> None:
    """Points at which a quotient of gamma functions underflows, though its product with a power does not."""
    a, b, c = (torch.tensor(x, dtype=torch.float32) for x in point[:-1])
    value = special.hyp2f1(a, b, c, torch.tensor(point[-1], dtype=torch.complex64)).item()
    with mpmath.workdps(200):
        want = mpmath.hyp2f1(*point)
        assert abs(value - want) <= 2**-22 * abs(want)


@pytest.mark.parametrize("offset", [1.5e-9, -3e-7, 2e-5])
@pytest.mark.parametrize(("a", "b"), [(0, 3), (0, 0), (-1, 5), (-3, -2), (2, -1), (-2, 1)])
def test_tricomi_beside_whole_parameters(a: int, b: int, offset: float) -> None:
    """The rounding of a - b + 1 and b - 1 counts beside poles of the gamma functions."""
    for point in ((a + offset, b - 0.9 * offset, 1.1075), (a - offset, b + 0.4 * offset, 4.68)):
        with mpmath.workdps(40):
            want = mpmath.hyperu(*point)
            moved = [
                mpmath.hyperu(*(v * (1 + mpmath.mpf(2) ** -52 * (k == i)) for i, v in enumerate(point)))
                for k in (0, 1, 2)
            ]
            bound = 16 * 2.0**-52 + float(sum(abs(x / want - 1) for x in moved))
        value = special.hyperu(*(torch.tensor(v, dtype=torch.float64) for v in point))
        assert abs(value.item() / want - 1) < bound


@pytest.mark.parametrize(
    ("a", "b", "z"),
    [(0.9999998807907104, 2.0, 2 + 1.6608393714642696e36j), (0.0010732949012890458, -1.3434629440307617, 20 + 3.4e19j)],
)
def test_kummer_of_huge_imaginary_arguments(a: float, b: float, z: complex) -> None:
    """DLMF 13.7.2, of which the first terms are all."""
    value = special.hyp1f1(a, b, torch.tensor(z, dtype=torch.complex128))
    with mpmath.workdps(80):
        w = mpmath.mpmathify(z)
        want = mpmath.gamma(b) * (
            mpmath.exp(w) * w ** (mpmath.mpf(a) - b) * mpmath.rgamma(a)
            + mpmath.exp(1j * mpmath.pi * a) * w ** (-mpmath.mpf(a)) * mpmath.rgamma(mpmath.mpf(b) - a)
        )
        assert abs(value.item() - want) <= 1e-12 * abs(want)
