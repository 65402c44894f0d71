"""The gamma family beyond its tables: exact values, identities, derivatives where a factor underflows."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import torch

from sci.special import betainc, betaincc, digamma, gamma, gammaln, polygamma, rgamma, zeta
from sci.special._beta import polygamma_difference
from sci.testing import ulp_error


def double(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def ulp(found: torch.Tensor, want: list[float], dtype: str = "float64") -> float:
    return float(np.max(ulp_error(found.numpy(), want, dtype)))


def test_factorials() -> None:
    n = list(range(1, 171))
    assert ulp(gamma(double(*n)), [float(math.factorial(k - 1)) for k in n]) <= 4
    assert gamma(double(171.0)).item() < math.inf == gamma(double(172.0)).item()


def test_gamma_underflows_with_alternating_sign() -> None:
    signs = torch.signbit(gamma(double(-199.5, -200.5, -201.5, -1000.5)))
    assert signs.tolist() == [False, True, False, True]


def test_complex_gamma_is_real_on_the_axis() -> None:
    x = torch.linspace(-60.3, 60.7, 583, dtype=torch.float64)
    z = gamma(torch.complex(x, torch.zeros_like(x)))
    assert bool((z.imag == 0).all())
    assert ulp(z.real, gamma(x).tolist()) <= 12


def test_complex_gamma_far_out() -> None:
    # |Gamma(1/2 + iy)|^2 = pi / cosh(pi y), DLMF 5.4.4: the exponent's error would show as some 300 ulp.
    y = double(30.0, 100.0, 200.0)
    want = [float(mpmath.sqrt(mpmath.pi / mpmath.cosh(mpmath.pi * v))) for v in y.tolist()]
    assert ulp(gamma(torch.complex(torch.full_like(y, 0.5), y)).abs(), want) <= 64


def test_gamma_derivative_where_gamma_is_subnormal() -> None:
    x = double(-175.5).requires_grad_()
    gamma(x).sum().backward()
    want = mpmath.gamma(-175.5) * mpmath.digamma(-175.5)
    assert abs(x.grad.item() - float(want)) <= 8 * 5e-324


def test_gammaln_between_its_negative_zeros() -> None:
    x = np.linspace(-2.8, -2.4, 57)
    want = [float(mpmath.re(mpmath.loggamma(v))) for v in x]
    error = np.abs(gammaln(torch.from_numpy(x)).numpy() - want)
    assert error.max() <= 2e-16


def test_digamma_of_rational_numbers() -> None:
    # Gauss's theorem, DLMF 5.4.19.
    with mpmath.workdps(40):
        g, pi, log = mpmath.euler, mpmath.pi, mpmath.log
        want = [
            -g - 2 * log(2),
            -g - pi / (2 * mpmath.sqrt(3)) - 3 * log(3) / 2,
            -g - pi / 2 - 3 * log(2),
            -g - pi / 2 * mpmath.sqrt(3) - 2 * log(2) - 3 * log(3) / 2,
        ]
    exact = double(0.5, 0.25)
    assert ulp(digamma(exact), [float(want[0]), float(want[2])]) <= 2
    assert ulp(digamma(double(1 / 3, 1 / 6)), [float(want[1]), float(want[3])]) <= 4


def test_digamma_at_its_negative_zeros() -> None:
    # Relative accuracy is only promised at the first; at the others the absolute error is held.
    for k, start in enumerate((-0.504083, -1.573498, -2.610721, -3.635293, -9.702672)):
        x = float(mpmath.findroot(mpmath.digamma, start))
        with mpmath.workdps(40):
            want = float(mpmath.digamma(mpmath.mpf(x)))
        found = digamma(double(x)).item()
        assert abs(found - want) <= (1e-15 if k else 4 * 2.3e-16 * abs(want))


def test_polygamma_recurrence_and_half_integers() -> None:
    for n in range(1, 9):
        x = torch.linspace(0.3, 20, 40, dtype=torch.float64)
        step = polygamma(n, x) - polygamma(n, x + 1)
        want = (-1) ** (n + 1) * math.factorial(n) / x ** (n + 1)
        scale = polygamma(n, x).abs()
        assert float(((step - want).abs() / scale).max()) <= 2e-15
    # The derivative of even order of the cotangent is 0 there.
    even = polygamma(torch.tensor([2, 4, 30]), double(-7.5))
    torch.testing.assert_close(even, polygamma(torch.tensor([2, 4, 30]), double(8.5)), rtol=1e-14, atol=0)


def test_polygamma_neither_overflows_nor_underflows_early() -> None:
    # 200! and 150^201 are beyond the range, their quotient is not.
    for n, x in ((200, 150.0), (170, 90.0), (300, 400.0), (2, 1e150), (1, 1e300)):
        want = mpmath.mpf(-1) ** (n + 1) * mpmath.factorial(n)
        with mpmath.workdps(40 + 2 * n):
            want = float(want * mpmath.zeta(n + 1, mpmath.mpf(x))) if x < 1e10 else float((-1) ** (n + 1) * x**-n)
        assert abs(polygamma(n, double(x)).item() / want - 1) <= (n + 4) * 2.3e-16


@pytest.mark.parametrize("n", [2**63 - 1, 2**63 - 2])
def test_polygamma_of_the_largest_orders(n: int) -> None:
    """n! x^-(n+1) is beyond all numbers, or below them; the sign is that of (-1)^(n+1), n counted to the last digit."""
    sign = 1.0 if n % 2 else -1.0
    found = polygamma(torch.tensor(n), torch.tensor([2.0, 0.4, 1e300, -0.3], dtype=torch.float64))
    assert found[:2].tolist() == [sign * math.inf] * 2
    assert found[2] == 0 and found[2].signbit() == (sign < 0)
    assert found[3] == math.inf  # from the left of the pole at 0 both signs agree


def test_complex_polygamma_crosses_its_methods_smoothly() -> None:
    # Left of the axis: Fourier series above, zeta sums below Im z = 0.4 + 0.14 n.
    for n in (1, 2, 5):
        seam = 0.4 + 0.14 * n
        for y in (seam - 1e-9, seam + 1e-9):
            z = complex(-6.3, y)
            with mpmath.workdps(40):
                total = mpmath.zeta(n + 1, mpmath.mpc(z) + 8) + mpmath.fsum(
                    (mpmath.mpc(z) + i) ** -(n + 1) for i in range(8)
                )
                want = complex((-1) ** (n + 1) * mpmath.factorial(n) * total)
            found = polygamma(n, torch.tensor(z, dtype=torch.complex128)).item()
            assert abs(found - want) <= 40 * 2.3e-16 * abs(want)


def test_third_derivative_of_gammaln() -> None:
    x = double(0.7, 3.2, -1.3).requires_grad_()
    first = torch.autograd.grad(gammaln(x).sum(), x, create_graph=True)[0]
    second = torch.autograd.grad(first.sum(), x, create_graph=True)[0]
    third = torch.autograd.grad(second.sum(), x)[0]
    torch.testing.assert_close(third, polygamma(2, x.detach()), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("a", "b", "x", "lower", "upper"),
    [
        (3.6e-41, 1.7e308, 0.33, 1.0, 0.0),
        (1.7e308, 3.6e-41, 0.33, 0.0, 1.0),
        (1e-304, 1e79, 0.5, 1.0, 0.0),
        (1e64, 1e200, 0.3, 1.0, 0.0),
        (1e32, 1e-312, 0.75, 0.0, 1.0),
        (1e308, 1e308, 0.5, 0.5, 0.5),
        (1e308, 1e308, 0.25, 0.0, 1.0),
        (4e-193, 1e-220, 0.33, 1e-220 / 4e-193, 1.0),  # b / (a + b) where both are next to nothing
        (1e-220, 4e-193, 0.33, 1.0, 1e-220 / 4e-193),
    ],
)
def test_betainc_of_extreme_parameters(a: float, b: float, x: float, lower: float, upper: float) -> None:
    assert betainc(*double(a, b, x)).item() == pytest.approx(lower, rel=1e-15, abs=0)
    assert betaincc(*double(a, b, x)).item() == pytest.approx(upper, rel=1e-15, abs=0)


@pytest.mark.parametrize("n", [-9, -12, -22, -23, -100, -170])
@pytest.mark.parametrize("y", [5e-324, -1e-310, 3e-300, 1e-290])
def test_complex_gamma_beside_poles(n: int, y: float) -> None:
    z = torch.tensor(complex(n, y), dtype=torch.complex128)
    with mpmath.workdps(700):
        inverse = mpmath.rgamma(mpmath.mpc(n, y))
        want, limit = float(inverse.imag), float(-1 / inverse.imag)
    assert rgamma(z).imag.item() == pytest.approx(want, rel=1e-13, abs=5e-324)
    assert gamma(z).imag.item() == pytest.approx(limit, rel=1e-13, abs=5e-324)


@pytest.mark.parametrize(
    ("z", "want"),
    [
        (0.5 + 2e5j, 2.852770425974903 + 2.047381769078561j),
        (-3 + 2e5j, 1904941267194236.8 + 5163766363427354j),
        (0.5 + 2e7j, complex(math.nan, math.nan)),
    ],
)
def test_zeta_far_up(z: complex, want: complex) -> None:
    """Errors grow like an ulp of the imaginary part; values are mpmath's."""
    value = zeta(torch.tensor(z, dtype=torch.complex128)).item()
    assert value == pytest.approx(want, rel=1e-10, nan_ok=True)


@pytest.mark.parametrize(("x", "h"), [(-16.999999920318185, 5.0), (-7.3, -4.0), (-3.0000001, 2.0)])
def test_differences_beside_poles_a_whole_distance_apart(x: float, h: float) -> None:
    at, step = torch.tensor(x, dtype=torch.float64), torch.tensor(h, dtype=torch.float64)
    with mpmath.workdps(60):
        for n in range(4):
            want = float(mpmath.psi(n, mpmath.mpf(x) + h) - mpmath.psi(n, x))
            assert polygamma_difference(torch.tensor(n), at, step).item() == pytest.approx(want, rel=1e-14)
