"""Second derivatives where what the first ones are made of nearly cancels, in both precisions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import pytest
import torch

from sci import special

Function = Callable[..., Any]

I_E = ((1e-12,), (1e-3,), (0.99,), (1.01,), (7.0,), (31.0,), (3e4,))
STRUVE = ((-1.0, 1e-8), (-1.0, 1e-3), (-1.1, 1e-5), (-0.9, 0.3), (0.0, 1e-6), (0.0, 0.01), (0.0, 0.99), (0.5, 2.0))

# Points where the second derivatives had lost digits, up to all of them, and ordinary ones beside them.
CASES: dict[str, tuple[Function, tuple[tuple[float, ...], ...]]] = {
    "beta": (
        mpmath.beta,
        ((0.05, 40.0), (40.0, 0.02), (3.0, 2e5), (1e-3, 2e-3), (1e-4, 1e-5), (1e-6, 2.0), (4.8e-10, 396.0)),
    ),
    "betaln": (lambda a, b: mpmath.log(mpmath.beta(a, b)), ((4.8e-10, 39.0), (128e9, 1482.0), (2.5, 2.5))),
    "boxcox": (lambda x, p: (x**p - 1) / p, ((1568338944.0, -3.117), (3.8487521e-10, 2.490376711), (3.0, 1e-3))),
    "boxcox1p": (lambda x, p: ((1 + x) ** p - 1) / p, ((1e7, -2.5), (0.25, 2.0))),
    "i0e": (lambda x: mpmath.besseli(0, x) * mpmath.exp(-x), I_E),
    "i1e": (lambda x: mpmath.besseli(1, x) * mpmath.exp(-x), I_E),
    "i1": (lambda x: mpmath.besseli(1, x), ((1e-12,), (1e-3,), (7.0,))),
    "j1": (lambda x: mpmath.besselj(1, x), ((1e-12,), (9e-7,), (1e-3,), (7.0,))),
    "it2struve0": (
        lambda x: mpmath.pi / 2 - mpmath.quad(lambda t: mpmath.struveh(0, t) / t, [0, x]),
        ((1e-9,), (1e-3,), (0.99,), (1.01,), (7.0,)),
    ),
    "ive": (
        lambda v, x: mpmath.besseli(v, x) * mpmath.exp(-x),
        ((0.75, 31.0), (3.0, 90.0), (2.0, 3e4), (6.5, 200.0)),
    ),
    "kl_div": (lambda x, y: x * mpmath.log(x / y) - x + y, ((6.03, 1.49e11), (2.0, 2.0001), (3.0, 1.0))),
    "pseudo_huber": (
        lambda d, r: d * d * (mpmath.sqrt(1 + (r / d) ** 2) - 1),
        ((2.05, 29497.0), (2.9, -5e-5), (2.0, 2.0), (3.0, -2.5)),
    ),
    "struve": (mpmath.struveh, STRUVE),
    "modstruve": (mpmath.struvel, STRUVE),
    "wrightomega": (lambda z: mpmath.lambertw(mpmath.exp(z)).real, ((300.0,), (2.0,), (-3.0,))),
}


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=["float64", "float32"])
@pytest.mark.parametrize("name", CASES)
def test_second_slopes_keep_their_digits(name: str, dtype: torch.dtype) -> None:
    reference, points = CASES[name]
    precision = 256 * torch.finfo(dtype).eps
    for point in points:
        args = [torch.tensor(p, dtype=dtype, requires_grad=True) for p in point]
        numbers = tuple(a.item() for a in args)
        slopes = torch.autograd.grad(getattr(special, name)(*args), args, create_graph=True)
        for i, slope in enumerate(slopes):
            found = torch.autograd.grad(slope, args, retain_graph=True, materialize_grads=True)
            for j, value in enumerate(found):
                orders = tuple(int(k == i) + int(k == j) for k in range(len(args)))
                with mpmath.workdps(60):
                    want = (
                        mpmath.diff(reference, numbers, orders)
                        if len(args) > 1
                        else mpmath.diff(reference, *numbers, 2)
                    )
                size = abs(want) if abs(want) > torch.finfo(dtype).tiny else torch.finfo(dtype).tiny / precision
                assert abs(value.item() - want) <= precision * size, (point, i, j, value.item(), float(want))


# Quantiles whose density, or its square, is near the end of the range of float32.
QUANTILES: list[tuple[str, tuple[float, ...]]] = [
    ("betaincinv", (0.04769504815340042, 5.093883514404297, 0.021550504490733147)),
    ("betainccinv", (0.1, 2.5, 0.99)),
    ("betaincinv", (2.5, 0.1, 0.99)),
    ("chdtri", (0.4, 0.9999)),
    ("fdtri", (4.0, 0.05, 0.6)),
    ("fdtri", (0.2, 8.623444557189941, 0.0021400272380560637)),
    ("gammaincinv", (0.05, 0.02)),
    ("gammainccinv", (0.217, 0.999999)),
    ("gammainccinv", (0.0035186498425900936, 0.19176483154296875)),
    ("gdtria", (0.15543702244758606, 0.037388406693935394, 9.120821952819824)),
    ("gdtrix", (1.5168567895889282, 0.2754811942577362, 1.5256192753554387e-08)),
    ("stdtrit", (0.22600030899047852, 0.9999979734420776)),
    ("stdtrit", (0.07178890705108643, 0.9890105128288269)),
]


@pytest.mark.parametrize(("name", "point"), QUANTILES)
def test_second_slopes_of_quantiles_in_single_precision(name: str, point: tuple[float, ...]) -> None:
    point = tuple(torch.tensor(p, dtype=torch.float32).item() for p in point)
    want, got = second_slopes(name, *point), second_slopes(name, *point, dtype=torch.float32)
    for i, row in enumerate(want):
        assert got[i] == pytest.approx(row, rel=1e-3, abs=0), i


def second_slopes(name: str, *point: float, dtype: torch.dtype = torch.float64) -> list[list[float]]:
    args = [torch.tensor(p, dtype=dtype, requires_grad=True) for p in point]
    slopes = torch.autograd.grad(getattr(special, name)(*args), args, create_graph=True)
    return [
        [s.item() for s in torch.autograd.grad(slope, args, retain_graph=True, materialize_grads=True)]
        for slope in slopes
    ]


@pytest.mark.parametrize("point", [(0.5, 0.7), (2.0, 0.0), (2.0, -1.5), (0.0, -1.5)])
def test_parameters_of_hyperu_at_0(point: tuple[float, float]) -> None:
    found = second_slopes("hyperu", *point, 0.0)
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        orders = (int(i == 0) + int(j == 0), int(i == 1) + int(j == 1))
        with mpmath.workdps(40):
            want = mpmath.diff(lambda a, b: mpmath.gamma(1 - b) * mpmath.rgamma(a - b + 1), point, orders)
        assert found[i][j] == pytest.approx(float(want), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("name", ["struve", "modstruve"])
def test_order_and_argument_of_struve_at_0(name: str) -> None:
    limits = {2.5: 0.0, 0.5: 0.0, 0.0: -math.inf, -0.5: -math.inf, -1.0: math.inf, -1.5: -math.inf, -2.5: math.inf}
    for v, limit in limits.items():
        assert second_slopes(name, v, 0.0)[0][1] == limit, v


def test_wright_bessel_beyond_the_range_of_the_gamma_function() -> None:
    # -log Gamma(b) and its derivatives, next to which the other terms vanish.
    found = second_slopes("log_wright_bessel", 200.0, 202.5, 1.0)
    value = special.log_wright_bessel(200.0, torch.tensor(202.5, dtype=torch.float64), 1.0)
    assert value.item() == pytest.approx(-math.lgamma(202.5), rel=1e-14)
    assert found[1][1] == pytest.approx(-float(mpmath.psi(1, 202.5)), rel=1e-12)
    assert not torch.tensor(found).isnan().any()


@pytest.mark.parametrize(("alpha", "x"), [(-3.0, 2.0), (-30.0, 20.0)])
def test_whole_negative_alpha_of_laguerre_polynomials(alpha: float, x: float) -> None:
    def polynomial(alpha: Any) -> Any:
        return mpmath.fsum((-x) ** k * mpmath.binomial(11 + alpha, 11 - k) / mpmath.factorial(k) for k in range(12))

    a = torch.tensor(alpha, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(special.eval_genlaguerre(11.0, a, x), a, create_graph=True)
    (second,) = torch.autograd.grad(slope, a)
    with mpmath.workdps(40):
        want = [float(mpmath.diff(polynomial, alpha, n)) for n in (1, 2)]
    assert [slope.item(), second.item()] == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("x", [1e-4, 0.01, -0.3, 0.99])
def test_parts_of_fresnel_waves_in_single_precision(x: float) -> None:
    argument = torch.tensor(x, requires_grad=True)
    wave = special.modfresnelp(argument)[0]
    square = argument.item() ** 2
    wants = {"real": (math.cos, math.sin, -1), "imag": (math.sin, math.cos, 1)}
    for part, (slope_of, bend_of, sign) in wants.items():
        (slope,) = torch.autograd.grad(getattr(wave, part), argument, create_graph=True)
        (bend,) = torch.autograd.grad(slope, argument, retain_graph=True)
        assert slope.item() == pytest.approx(-slope_of(square), rel=1e-6)
        assert bend.item() == pytest.approx(-sign * 2 * argument.item() * bend_of(square), rel=1e-6)
