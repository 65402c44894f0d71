"""Cases that users of other libraries reported: values, and finite, right derivatives at the edges."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special
import torch

from sci import special


def f64(*x: float, grad: bool = False) -> torch.Tensor:
    return torch.tensor(x if len(x) != 1 else x[0], dtype=torch.float64, requires_grad=grad)


def gradients(f: Callable[..., Any], *args: float, dtype: torch.dtype = torch.float64) -> list[float]:
    xs = [torch.tensor(a, dtype=dtype, requires_grad=True) for a in args]
    return [g.item() for g in torch.autograd.grad(f(*xs), xs)]


def slopes(f: Callable[..., Any], *args: float) -> list[float]:
    with mpmath.workdps(40):
        orders = [tuple(int(i == j) for j in range(len(args))) for i in range(len(args))]
        return [float(mpmath.diff(f, args, n)) for n in orders]


def regularized(a: Any, b: Any, x: Any) -> Any:
    return mpmath.betainc(a, b, 0, x, regularized=True)


def lower(a: Any, x: Any) -> Any:
    return mpmath.gammainc(a, 0, x, regularized=True)


# pytorch #129085, #67763; jax #15487: gradients in every argument.
@pytest.mark.parametrize("point", [(0.3, 4.0, 0.02), (2.5, 2.5, 0.5), (30.0, 50.0, 0.4), (1.0, 1.0, 0.75)])
def test_betainc_differentiates_in_all_arguments(point: tuple[float, ...]) -> None:
    np.testing.assert_allclose(gradients(special.betainc, *point), slopes(regularized, *point), rtol=1e-12)


@pytest.mark.parametrize("point", [(0.2, 1e-3), (1.0, 1.0), (20.0, 21.0), (5.0, 30.0)])
def test_gammainc_differentiates_in_both_arguments(point: tuple[float, float]) -> None:
    np.testing.assert_allclose(gradients(special.gammainc, *point), slopes(lower, *point), rtol=1e-12)


# tensorflow #116934 (1900 in single precision), #123578 (NaN at the edge).
def test_gammainc_of_large_equal_arguments() -> None:
    value = special.gammainc(torch.tensor(8.7e6), torch.tensor(8.7e6))
    assert value.item() == pytest.approx(0.50004509, rel=1e-6)


def test_gammainc_slope_at_the_edge() -> None:
    assert gradients(special.gammainc, 1.0, 0.0)[1] == 1.0
    assert gradients(special.gammainc, 2.0, 0.0) == [0.0, 0.0]
    assert gradients(special.gammainc, 0.5, 0.0)[1] == math.inf
    assert gradients(special.gammainc, 1.0, math.inf) == [0.0, 0.0]


# tfp PR #1580: NaN in single precision for small shapes; stan-dev/math PR #3409.
def test_betainc_gradients_of_small_shapes_in_single_precision() -> None:
    for point in ((1e-3, 2e-3, 0.3), (1e-6, 1e-6, 0.5), (0.01, 100.0, 1e-3)):
        want = slopes(regularized, *(float(np.float32(x)) for x in point))
        np.testing.assert_allclose(gradients(special.betainc, *point, dtype=torch.float32), want, rtol=2e-5)


def test_betainc_slopes_at_the_edges() -> None:
    assert gradients(special.betainc, 1.0, 3.0, 0.0) == [0.0, 0.0, 3.0]
    assert gradients(special.betainc, 3.0, 1.0, 1.0) == [0.0, 0.0, 3.0]
    assert gradients(special.betainc, 2.0, 2.0, 0.0) == [0.0, 0.0, 0.0]


# pytorch #49291, #26334; pytensor #413; tfp #1625: inverses.
def test_inverses_differentiate() -> None:
    t = special.gammaincinv(f64(2.5), f64(0.3)).item()
    da, dx = slopes(lower, 2.5, t)
    np.testing.assert_allclose(gradients(special.gammaincinv, 2.5, 0.3), [-da / dx, 1 / dx], rtol=1e-11)
    x = special.betaincinv(f64(2.0), f64(3.0), f64(0.7)).item()
    da, db, dx = slopes(regularized, 2.0, 3.0, x)
    np.testing.assert_allclose(gradients(special.betaincinv, 2.0, 3.0, 0.7), [-da / dx, -db / dx, 1 / dx], rtol=1e-11)
    t = special.stdtrit(f64(5.0), f64(0.9)).item()
    density = special._student.student_density(f64(5.0), f64(t)).item()
    assert gradients(special.stdtrit, 5.0, 0.9)[1] == pytest.approx(1 / density, rel=1e-13)


# pytorch #55357, #106692, #186640, #140701: poles and infinity.
def test_polygamma_at_poles_and_infinity() -> None:
    x = f64(-1.0, 0.0, -0.0, math.inf, math.nan)
    one, two = special.polygamma(1, x).tolist(), special.polygamma(2, x).tolist()
    assert one[:4] == [math.inf, math.inf, math.inf, 0.0]
    assert math.isnan(two[0]) or math.isinf(two[0])
    assert two[3] == 0.0
    assert math.isnan(one[4])
    assert special.digamma(f64(math.inf)).item() == math.inf


# tensorflow #60041; jax #11521, #38199; scipy #15036.
def test_zeta_differentiates_in_both_arguments() -> None:
    for point in ((2.5, 0.75), (1.5, 40.0), (7.0, 3.0)):
        np.testing.assert_allclose(gradients(special.zeta, *point), slopes(mpmath.zeta, *point), rtol=1e-12)
    assert special.zeta(f64(0.5)).item() == pytest.approx(-1.4603545088095868, rel=1e-15)
    assert special.zeta(f64(-9.5)).item() == pytest.approx(float(mpmath.zeta(-9.5)), rel=1e-14)


# pytorch #76801, #137888, [gammainc(2.0, t)]: types and scalars in any place.
def test_scalars_and_types() -> None:
    t = torch.tensor([0.5, 1.5])
    assert special.gammainc(2.0, t).dtype is torch.float32
    assert special.betainc(2, t.double(), 0.5).dtype is torch.float64
    assert special.gammaln(torch.tensor([3, 4])).dtype is torch.float32
    assert special.xlogy(2.0, t).dtype is torch.float32


def test_signed_zeros_of_python_numbers() -> None:
    assert special.loggamma(complex(-3.4, 0.0)).imag < 0 < special.loggamma(complex(-3.4, -0.0)).imag
    assert special.gamma(0.0).item() == math.inf
    assert special.gamma(-0.0).item() == -math.inf


# The zeros of beta are poles of its denominator, where psi is infinite.
@pytest.mark.parametrize("point", [(0.5, -0.5), (1.5, -3.5), (-1.25, -1.75)])
def test_beta_slopes_at_its_zeros(point: tuple[float, float]) -> None:
    def beta(a: Any, b: Any) -> Any:
        return mpmath.gamma(a) * mpmath.gamma(b) * mpmath.rgamma(a + b)

    np.testing.assert_allclose(gradients(special.beta, *point), slopes(beta, *point), rtol=1e-13)


def test_extreme_arguments_of_the_gamma_family() -> None:
    assert special.beta(f64(1e-200), f64(1e200)).item() == pytest.approx(1e200)
    assert special.beta(f64(4.641588833612981e66), f64(-4.5)).item() == pytest.approx(-6.00196013005175e298, rel=1e-12)
    assert special.betaln(f64(1e-200), f64(1e-200)).item() == pytest.approx(math.log(2) + 200 * math.log(10))
    assert special.binom(f64(5.4555947811685144e16), f64(19.00000000000002)).item() == pytest.approx(
        8.2206352466304007e300, rel=1e-12
    )
    assert special.binom(f64(1e100), f64(-1.4285714285714286)).item() == pytest.approx(-3.8207707e-144, rel=1e-7)
    assert special.poch(f64(1.0), f64(6e18)).item() == math.inf
    assert special.betaincinv(f64(3.6e-5), f64(3e5), f64(0.9)).item() == 0.0


def test_student_with_many_degrees_of_freedom() -> None:
    # dF/dv = phi(t) (t^3 + t) / (4 v^2) (1 + O(1/v))
    v, t = 1e12, -1.5
    slope = gradients(special.stdtr, v, t)[0]
    want = math.exp(-t * t / 2) / math.sqrt(2 * math.pi) * (t**3 + t) / (4 * v * v)
    assert slope == pytest.approx(want, rel=1e-11)
    assert special.stdtr(f64(1e120), f64(1.0)).item() == pytest.approx(0.84134474606854292578, rel=1e-15)
    assert special.stdtrit(f64(1e120), f64(0.1)).item() == pytest.approx(-1.2815515655446008125, rel=1e-15)


# SciPy gives NaN for large noncentralities.
def test_noncentral_t_of_large_noncentrality() -> None:
    value = special.nctdtr(f64(3.0, 10.0), f64(60.0, -80.0), f64(50.0, -70.0))
    assert bool(value.isfinite().all())
    back = special.nctdtrit(f64(3.0, 10.0), f64(60.0, -80.0), value)
    np.testing.assert_allclose(back.numpy(), [50.0, -70.0], rtol=1e-12)
    assert special.nctdtr(f64(math.inf), f64(1.0), f64(2.0)).item() == special.ndtr(f64(1.0)).item()


def test_uniform_distribution_is_exact() -> None:
    x = f64(0.0, 0.25, 0.7, 1.0)
    assert torch.equal(special.betainc(1.0, 1.0, x), x)
    assert torch.equal(special.betaincc(1.0, 1.0, x), 1 - x)
    assert special.bdtrc(1, 3, f64(0.5)).item() == 0.5


def test_complex_expm1_at_infinity() -> None:
    z = torch.tensor([complex(math.inf, math.inf), complex(-math.inf, math.nan)], dtype=torch.complex128)
    right, left = special.expm1(z).tolist()
    assert right.real == math.inf and math.isnan(right.imag)
    assert left == -1


# Whole numbers below 0, where a sum of arguments loses what counts beside the zero of a sine.
@pytest.mark.parametrize("point", [(2.664357114312415e-10, -13.00011889), (1e-12, -31.0000003)])
def test_beta_and_its_relatives_beside_odd_poles(point: tuple[float, float]) -> None:
    a, b = point
    with mpmath.workdps(40):
        x, y = mpmath.mpf(a), mpmath.mpf(b)
        beta = float(mpmath.gammaprod([x, y], [x + y]))
        poch = float(mpmath.gammaprod([x + y], [y]))
    assert special.beta(f64(a), f64(b)).item() == pytest.approx(beta, rel=4e-15)
    assert special.poch(f64(b), f64(a)).item() == pytest.approx(poch, rel=4e-15)


# Within 13 of 0 the gamma functions themselves are taken, corrected for what the sums of arguments lose.
@pytest.mark.parametrize(
    ("z", "m"),
    [(-7.0000217, 3e-9), (-2.9999999991, 1e-11), (-11.3, 7.3000000004), (-0.4, -3.59999997), (-0.99178, -5.28e-7)],
)
def test_poch_and_binom_beside_small_poles(z: float, m: float) -> None:
    with mpmath.workdps(50):
        x, y = mpmath.mpf(z), mpmath.mpf(m)
        value = mpmath.gammaprod([x + y], [x])
        slope = float(value * mpmath.digamma(x + y))
        below = float(mpmath.gammaprod([x + 1], [y + 1, x - y + 1]))
        beside = float(mpmath.gammaprod([y + 1], [x + 1, y - x + 1]))
    by_m = f64(m, grad=True)
    found = special.poch(f64(z), by_m)
    assert found.item() == pytest.approx(float(value), rel=1e-14)
    assert torch.autograd.grad(found, by_m)[0].item() == pytest.approx(slope, rel=1e-12)
    assert special.binom(f64(z), f64(m)).item() == pytest.approx(below, rel=1e-14)
    assert special.binom(f64(m), f64(z)).item() == pytest.approx(beside, rel=1e-14)


def test_pochhammer_from_a_pole_by_less_than_an_ulp() -> None:
    assert special.poch(f64(-2.4e100), f64(5e-10)).item() == 0.0
    assert special.poch(f64(-5.0), f64(1e-20)).item() == 0.0


@pytest.mark.parametrize("point", [(48.0, 10.0, 2.0317997424101595e-16), (24.0, 5.0, 3.407761119943244e-50)])
def test_negative_binomial_far_in_the_tail(point: tuple[float, float, float]) -> None:
    k, n, p = point
    with mpmath.workdps(40):
        want = float(mpmath.betainc(n, k + 1, 0, mpmath.mpf(p), regularized=True))
    assert special.nbdtr(f64(k), f64(n), f64(p)).item() == pytest.approx(want, rel=4e-15)


def test_box_cox_inverses_overflow() -> None:
    assert special.inv_boxcox(f64(859.4026070021453), f64(3.5388600052518455e-13)).item() == math.inf
    assert special.inv_boxcox1p(f64(992.9297005889509), f64(3.055306442481254e-05)).item() == math.inf


def test_box_cox_slopes_where_the_argument_vanishes() -> None:
    for lmbda, slope in ((1.0, 1.0), (2.0, 0.0), (0.5, math.inf)):
        assert gradients(special.boxcox1p, -1.0, lmbda)[0] == slope
        assert gradients(special.boxcox, 0.0, lmbda)[0] == slope
    for inverse in (special.inv_boxcox, special.inv_boxcox1p):
        assert gradients(inverse, -1.0, 1.0) == [1.0, -1.0]
        assert gradients(inverse, -2.0, 0.5) == [0.0, 0.0]
        assert gradients(inverse, -0.5, 2.0)[0] == math.inf


# The limits for whole b: B(a, b) = (b - 1)! / (a (a + 1) ... (a + b - 1)).
def test_beta_slopes_at_finite_values_among_the_poles() -> None:
    for a, b in ((-1.0, 1.0), (-2.0, 2.0), (-5.0, 3.0)):
        log_slope = -sum(1 / (a + i) for i in range(int(b)))
        at = special.beta(f64(a), f64(b)).item()
        x = f64(a, grad=True)
        assert torch.autograd.grad(special.beta(x, f64(b)), x)[0].item() == pytest.approx(at * log_slope, rel=1e-14)
        assert torch.autograd.grad(special.betaln(x, f64(b)), x)[0].item() == pytest.approx(log_slope, rel=1e-14)


def test_betainc_slopes_at_vanishing_shapes() -> None:
    for b, x in ((1.0, 0.5), (3.0, 0.01), (2.0, 0.99), (50.0, 0.5)):
        with mpmath.workdps(40):
            want = -float(mpmath.quad(lambda t, b=b: (1 - t) ** (b - 1) / t, [x, (1 + 3 * x) / 4, 1]))
        assert gradients(special.betainc, 0.0, b, x)[0] == pytest.approx(want, rel=1e-12)
        assert gradients(special.betaincc, b, 0.0, 1 - x)[1] == pytest.approx(
            float(mpmath.quad(lambda t, b=b: -((1 - t) ** (b - 1)) / t, [x, (1 + 3 * x) / 4, 1])), rel=1e-12
        )
    assert math.isnan(gradients(special.betainc, 0.0, 0.0, 0.5)[0])


def test_slopes_at_infinity() -> None:
    assert gradients(special.poch, math.inf, -0.5) == [0.0, 0.0]
    assert gradients(special.poch, math.inf, 0.0)[0] == 0.0
    assert gradients(special.binom, math.inf, 0.0)[0] == 0.0
    x = f64(math.inf, grad=True)
    assert torch.autograd.grad(sum(special.sici(x)), x)[0].item() == 0.0


# Partial derivatives where a product or a quotient of the general rule is infinity times zero.
def test_slopes_at_edges_of_the_domain() -> None:
    assert gradients(special.agm, 0.0, 2.0) == [math.inf, 0.0]
    assert gradients(special.agm, -3.0, 0.0) == [0.0, math.inf]
    assert gradients(special.agm, 0.0, 0.0) == [0.0, 0.0]
    for h in (math.inf, -math.inf):
        assert gradients(special.owens_t, h, 0.0) == [0.0, 0.0]
    assert gradients(special.owens_t, 0.0, math.inf) == [0.0, 0.0]
    assert gradients(special.nrdtrisd, 2.0, 0.5, 2.0)[1] == 0.0
    for backward in (gradients(special.nrdtrisd, 1.0, 0.5, 2.0), gradients(special.nrdtrisd, 2.0, 0.5, 2.0)):
        assert not any(map(math.isnan, backward))
    # P(v/2, x/2) as v falls to 0, and e^(-nc/2) of no degrees of freedom
    x = 1.5
    by_degrees, by_centre = -float(mpmath.e1(x / 2)) / 2, -math.exp(-x / 2) / 2
    assert gradients(special.chndtr, x, 0.0, 0.0) == pytest.approx([0.0, by_degrees, by_centre], rel=1e-14)


# Where the sum of the arguments is beside a pole, what rounding takes from it counts.
def test_beta_slopes_beside_a_zero() -> None:
    a, b = -13.1875, 5.187499999000001
    with mpmath.workdps(40):
        want = [float(mpmath.diff(lambda *z: mpmath.beta(*z), (a, b), n)) for n in ((1, 0), (0, 1))]
    np.testing.assert_allclose(gradients(special.beta, a, b), want, rtol=1e-13)


# Beside 2 degrees of freedom F hardly depends on the other ones.
@pytest.mark.parametrize("point", [(1.99, 20.7, 3.7e-6), (1.605, 16.26, 9.0e-4), (11.2, 1.95, 9.26)])
def test_fdtr_slopes_that_cancel(point: tuple[float, float, float]) -> None:
    def cdf(m: Any, n: Any, x: Any) -> Any:
        return mpmath.betainc(m / 2, n / 2, 0, m * x / (m * x + n), regularized=True)

    np.testing.assert_allclose(gradients(special.fdtr, *point), slopes(cdf, *point), rtol=1e-12)


def test_log_ndtr_slope_beside_the_imaginary_axis() -> None:
    z = torch.tensor(5 - 60j, dtype=torch.complex128, requires_grad=True)
    (slope,) = torch.autograd.grad(special.log_ndtr(z).real, z)
    with mpmath.workdps(60):
        w = mpmath.mpc(5, -60)
        want = complex(mpmath.npdf(0) * mpmath.exp(-w * w / 2) / (mpmath.erfc(-w / mpmath.sqrt(2)) / 2))
    assert slope.conj().item() == pytest.approx(want, rel=1e-13)


def test_smirnov_of_less_than_a_step() -> None:
    d = torch.tensor([1e-9, 2e-3, 0.0249], dtype=torch.float64, requires_grad=True)
    value = special.smirnov(f64(40.0), d)
    (slope,) = torch.autograd.grad(value.sum(), d)
    for x, v, s in zip(d.tolist(), value.tolist(), slope.tolist(), strict=True):
        assert v == pytest.approx(1 - x * (1 + x) ** 39, rel=4e-16)
        assert s == pytest.approx(-((1 + x) ** 38) * (1 + 40 * x), rel=1e-14)


def test_round_gives_negative_zero_to_itself_only() -> None:
    signs = torch.signbit(special.round(f64(-0.0, -0.3, -0.5, 0.5)))
    assert signs.tolist() == [True, False, False, False]


# stan-dev/math PR #3409: NaN, or wrong by O(1), in ordinary regions.
@pytest.mark.parametrize("a", [0.03, 0.8, 6.0, 45.0, 800.0])
@pytest.mark.parametrize("part", [0.7, 0.95, 1.05, 1.2])
def test_gammainc_slopes_over_the_plane(a: float, part: float) -> None:
    np.testing.assert_allclose(gradients(special.gammainc, a, a * part), slopes(lower, a, a * part), rtol=1e-12)


@pytest.mark.parametrize("a", [0.03, 1.7, 12.0])
@pytest.mark.parametrize("b", [0.2, 5.0, 15.0])
@pytest.mark.parametrize("x", [0.02, 0.45, 0.97])
def test_betainc_slopes_over_the_cube(a: float, b: float, x: float) -> None:
    want = slopes(regularized, a, b, x)
    np.testing.assert_allclose(gradients(special.betainc, a, b, x), want, rtol=1e-12)


# cupy #8934: a table of edge values.
@pytest.mark.parametrize("name", ["gammainc", "gammaincc", "gammaincinv", "gammainccinv"])
def test_incomplete_gamma_functions_at_edges_are_scipys(name: str) -> None:
    edges = np.array([-math.inf, -1.0, 0.0, 0.5, 1.0, 2.0, math.inf, math.nan])
    a, x = (grid.ravel() for grid in np.meshgrid(edges, edges))
    found = getattr(special, name)(torch.from_numpy(a), torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(found, getattr(scipy.special, name)(a, x), rtol=1e-13)


# pytorch #53989, jax PR #1722: NaN where a quotient has a limit; first and second derivatives there.
@pytest.mark.parametrize(
    ("name", "args", "place", "first", "second"),
    [
        ("sinc", (0.0,), 0, 0.0, -(math.pi**2) / 3),
        ("exprel", (0.0,), 0, 1 / 2, 1 / 3),
        ("cosm1", (0.0,), 0, 0.0, -1.0),
        ("dawsn", (0.0,), 0, 1.0, 0.0),
        ("spence", (1.0,), 0, -1.0, 0.5),
        ("diric", (0.0, 5), 0, 0.0, -2.0),
        ("powm1", (1.0, 2.0), 0, 2.0, 2.0),
        ("agm", (2.0, 2.0), 0, 0.5, -1 / 16),
        ("boxcox", (2.0, 0.0), 1, math.log(2) ** 2 / 2, math.log(2) ** 3 / 3),
        ("boxcox1p", (1.0, 0.0), 1, math.log(2) ** 2 / 2, math.log(2) ** 3 / 3),
        ("inv_boxcox", (0.7, 0.0), 1, -math.exp(0.7) * 0.245, math.exp(0.7) * (0.7**4 / 4 + 2 * 0.343 / 3)),
        ("inv_boxcox1p", (0.7, 0.0), 1, -math.exp(0.7) * 0.245, math.exp(0.7) * (0.7**4 / 4 + 2 * 0.343 / 3)),
        ("voigt_profile", (1.0, 0.0, 2.0), 1, 0.0, -4 / math.pi / 125),
        ("owens_t", (0.0, 1.0), 0, 0.0, -1 / (2 * math.pi)),
        ("zetac", (0.0,), 0, -0.91893853320467274178, -2.0063564559085848512),
        ("xlog1py", (2.0, 0.0), 1, 2.0, -2.0),
        ("pseudo_huber", (1.5, 0.0), 1, 0.0, 1.0),
        ("betaln", (1.0, 1.0), 0, -1.0, 1.0),
    ],
)
def test_slopes_at_removable_singularities(name: str, args: Any, place: int, first: float, second: float) -> None:
    xs = [f64(a, grad=True) if i == place else f64(a) for i, a in enumerate(args)]
    (slope,) = torch.autograd.grad(getattr(special, name)(*xs), xs[place], create_graph=True)
    (bend,) = torch.autograd.grad(slope, xs[place])
    assert slope.item() == pytest.approx(first, rel=1e-13, abs=1e-300)
    assert bend.item() == pytest.approx(second, rel=1e-12, abs=1e-300)


# pytorch #41637, #145679, tfp PR #1597: quantiles of distributions.
@pytest.mark.parametrize(
    ("name", "direct", "shapes", "place"),
    [
        ("bdtri", "bdtr", (3.0, 9.0), 2),
        ("chdtri", "chdtrc", (3.5,), 1),
        ("chndtrix", "chndtr", (3.5, 1.2), 0),
        ("fdtri", "fdtr", (3.5, 8.0), 2),
        ("gdtrix", "gdtr", (0.7, 2.5), 2),
        ("ncfdtri", "ncfdtr", (3.5, 8.0, 1.2), 3),
        ("nctdtrit", "nctdtr", (6.0, 0.8), 2),
        ("pdtri", "pdtr", (4.0,), 1),
    ],
)
def test_quantiles_differentiate(name: str, direct: str, shapes: tuple[float, ...], place: int) -> None:
    p = f64(0.3, grad=True)
    x = getattr(special, name)(*shapes[:place], p, *shapes[place:])
    back = x.detach().requires_grad_()
    again = getattr(special, direct)(*shapes[:place], back, *shapes[place:])
    assert again.item() == pytest.approx(0.3, rel=1e-13)
    (slope,), (density,) = torch.autograd.grad(x, p), torch.autograd.grad(again, back)
    assert slope.item() == pytest.approx(1 / density.item(), rel=1e-12)


# n x / m y is no number, the distribution function is: so small that there is no n for the probability sought.
def test_fisher_with_vanishing_degrees_of_freedom() -> None:
    m, nc, f = 751.966, 659.577, 0.0035158552
    found = special.ncfdtr(m, f64(1e-307, 1e-306), nc, f)
    np.testing.assert_allclose(found.numpy(), scipy.special.ncfdtr(m, [1e-307, 1e-306], nc, f), rtol=1e-13)
    central = special.fdtr(m, f64(1e-307), f).item()
    with mpmath.workdps(30):
        w = mpmath.log(mpmath.mpf(m) / 1e-307 * f) + mpmath.digamma(mpmath.mpf(m) / 2) + mpmath.euler
    assert central == pytest.approx(float(w * 1e-307 / 2), rel=1e-13)
    assert math.isnan(special.ncfdtridfd(f64(m), 0.0071, nc, f).item())
