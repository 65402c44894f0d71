"""Where intermediate products leave the range, or terms cancel, though the result has all its digits."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import pytest
import torch

from sci import special


def relative(got: torch.Tensor, want: Any) -> float:
    """The error in eps."""
    return float(abs(mpmath.mpmathify(got.item()) - want) / abs(want)) * 2.0**52


@pytest.mark.parametrize(("a", "b"), [(-2e-270, -1e-182), (2e-216, -1e-301), (-1e-141, -3e-182), (-3e-242, -4e-219)])
def test_beta_of_two_tiny_arguments(a: float, b: float) -> None:
    """B = 1/a + 1/b there; the product a b underflows."""
    point = torch.tensor([a, b], dtype=torch.float64)
    with mpmath.workdps(30):
        want = mpmath.mpf(1) / a + mpmath.mpf(1) / b
        assert relative(special.beta(*point), want) < 4
        assert relative(special.betaln(*point), mpmath.log(abs(want))) < 4


def test_beta_beside_the_end_of_the_range() -> None:
    """B = Gamma(a) b^-a for a large b, and log B of a = b, whose sum overflows: -a log 4."""
    for dtype, large in ((torch.float64, 1.7e308), (torch.float32, 3e38)):
        a, b = torch.tensor([-0.5, large], dtype=dtype)
        rounding = math.log(large) * torch.finfo(dtype).eps  # twice what an ulp of a makes
        assert special.beta(a, b).item() == pytest.approx(-3.5449077018110318 * b.item() ** 0.5, rel=2 * rounding)
    a, b = torch.tensor([1.2e308, 1.2e308], dtype=torch.float64, requires_grad=True)
    value = special.betaln(a, b)
    assert value.item() == pytest.approx(-1.2e308 * math.log(4), rel=1e-15) and special.beta(a, b) == 0
    assert torch.autograd.grad(value, a)[0].item() == pytest.approx(-math.log(2), rel=1e-15)


def test_incomplete_functions_of_extreme_shapes() -> None:
    a, b, x = torch.tensor([8e-174, 4e148, 4e-153], dtype=torch.float64)
    with mpmath.workdps(30):
        assert relative(special.betaincc(a, b, x), a.item() * mpmath.e1(mpmath.mpf(b.item()) * x.item())) < 4
    a, b, p = torch.tensor([2e-272, 1e-117, 2e-103], dtype=torch.float64)
    assert special.betainccinv(a, b, p) == 0  # exp(-1e169)
    a = torch.tensor([5e33, 1e28, 1e200], dtype=torch.float64)
    torch.testing.assert_close(special.gammaincinv(a, 1e-27), a, rtol=4e-13, atol=0)


@pytest.mark.parametrize("z", [1.6077872948231913 + 0.379518561342843j, 1.1049249995604042 + 0.2844331656465443j])
def test_complex_digamma_about_its_root(z: complex) -> None:
    with mpmath.workdps(30):
        assert relative(special.digamma(torch.tensor(z, dtype=torch.complex128)), mpmath.digamma(z)) < 4


@pytest.mark.parametrize(
    "z", [17.209585562750362 - 7.516014242918346e-11j, 17.223185100780256 - 4.924453354657885e-10j]
)
def test_cosine_integral_beside_the_axis(z: complex) -> None:
    with mpmath.workdps(30):
        assert relative(special.sici(torch.tensor(z, dtype=torch.complex128))[1], mpmath.ci(z)) < 4


def test_shapes_of_beta_distributions_far_from_1() -> None:
    """I_x(a, b) is b / (a + b) for tiny shapes, x^a for x so small that b x is nothing."""
    shape = torch.tensor([7e-89, 2e-300, 1e-20], dtype=torch.float64)
    p = torch.tensor([0.7, 0.02, 0.5], dtype=torch.float64)
    x = torch.tensor([0.16, 0.4, 1e-290], dtype=torch.float64)
    torch.testing.assert_close(special.btdtria(p, shape, x), shape * (1 - p) / p, rtol=1e-14, atol=0)
    torch.testing.assert_close(special.btdtrib(shape, p, x), shape * p / (1 - p), rtol=1e-14, atol=0)
    x = torch.tensor([1e-242, 1e-100], dtype=torch.float64)
    p = torch.tensor([0.02, 0.9], dtype=torch.float64)
    torch.testing.assert_close(special.betainc(special.btdtria(p, 2.5, x), 2.5, x), p, rtol=1e-12, atol=0)


def test_fisher_where_quotients_of_its_arguments_overflow() -> None:
    def three(*args: float) -> list[torch.Tensor]:
        return [torch.tensor(x, dtype=torch.float64) for x in args]

    with mpmath.workdps(30):
        assert relative(special.fdtr(*three(1e200, 3e-188, 1e-90)), 1.5e-188 * mpmath.e1(1.5e-98)) < 4
    assert special.fdtrc(*three(6e-156, 1e273, 2e244)) == 0
    assert special.fdtr(*three(3e281, 2e303, 4e33)) == 1
    for dfn, dfd, p, want in (
        (1e-73, 0.75, 0.875, 0.0),
        (15.0, 4e-9, 0.025, math.inf),
        (3e46, 4e-305, 2e-120, math.inf),
        (4e-206, 1e199, 8e-238, 0.0),
    ):
        assert special.fdtri(*three(dfn, dfd, p)) == want


def test_distributions_far_out() -> None:
    far = torch.tensor(1e229, dtype=torch.float64, requires_grad=True)
    assert special.kolmogorov(far) == 0
    assert torch.autograd.grad(special.kolmogorov(far), far)[0] == 0
    df = torch.tensor([3e300, 4e-150], dtype=torch.float64)
    assert special.stdtr(df[0], 8e154) == 1
    assert special.stdtrit(df[1], 0.43) == -math.inf


@pytest.mark.parametrize(("x", "lmbda"), [(1.0000000005, 1.43e12), (1.0 + 2.0**-40, 7.9e14), (1 - 2.0**-41, -1.58e15)])
def test_boxcox_where_the_power_overflows(x: float, lmbda: float) -> None:
    """(x^lambda - 1) / lambda and its slopes are numbers there; s = lambda log x is in the exponent."""
    point = torch.tensor([x, lmbda], dtype=torch.float64, requires_grad=True)
    value = special.boxcox(*point)
    (slopes,) = torch.autograd.grad(value, point)
    with mpmath.workdps(40):
        s = mpmath.log(x) * lmbda
        power, bound = mpmath.exp(s), 4 * float(s)
        assert power > mpmath.mpf(2) ** 1024
        assert relative(value, power / lmbda) < bound
        assert slopes[0] == math.inf  # out of range
        assert relative(slopes[1], power * (s - 1) / mpmath.mpf(lmbda) ** 2) < bound


def test_noncentral_student_where_the_square_overflows() -> None:
    v, d, t = torch.tensor([[1e256, 5e188, 0.01], [6e-240, 0.5, 0.5], [5e188, 1.25, 1e160]], dtype=torch.float64)
    # Of 1 - F at 1e150 there remains (1e150 / 1e160)^v.
    far = (1 - special.nctdtr(v[2:], d[2:], torch.tensor([1e150], dtype=torch.float64))).item() * 10**-0.1
    near = special.ndtr(torch.tensor(0.75, dtype=torch.float64)).item()
    want = torch.tensor([1.0, near, 1 - far], dtype=torch.float64)
    torch.testing.assert_close(special.nctdtr(v, d, t), want, rtol=1e-14, atol=0)


def test_signs_of_what_overflows_in_the_plane() -> None:
    """Fresnel's integrals as their first terms, DLMF 7.12.2 and 7.12.3; zeros of 1/Gamma beyond the range."""
    angles = torch.linspace(-3.1, 3.1, 40, dtype=torch.float64)
    z = torch.polar(torch.logspace(1.5, 3, 40, dtype=torch.float64), angles)
    for found, wave, sign in zip(special.fresnel(z), (mpmath.cos, mpmath.sin), (-1, 1), strict=True):
        for at, value in zip(z.tolist(), found.tolist(), strict=True):
            want = sign * wave(mpmath.pi * mpmath.mpc(at) ** 2 / 2) / (mpmath.pi * at)
            for part, other in ((value.real, want.real), (value.imag, want.imag)):
                assert part == mpmath.sign(other) * math.inf or abs(other) < 1e308
                assert not math.isnan(part)
    whole = torch.tensor([-3.0, -171.0, -260.0], dtype=torch.complex128)
    assert (special.rgamma(whole) == 0).all()


@pytest.mark.parametrize(
    ("n", "alpha", "beta", "x", "want"),
    [
        (-3.2154717775436726e-09, -190.369025998767, 0.0036346776051435887, 0.10446680864193712, 0.99999997877563797),
        (80.61130865613696, -198.32046244534504, 13.53934206580156, 0.0, -2.0037663744416474e45),
        (5.088602023179856, -0.019218722189856794, -349.4767451194155, 0.4561355374070548, 96242170.81368627),
        (16.409256537147414, -4.982852728630919, 3.727560024451621, 1.0020275343761988, 6.4537747625720715e-7),
        (10.837622434679188, 1.634657684817379, 128.63635358585907, 0.01566502086827093, -2.2067284936987368e22),
        (370.00000000000483, -157.01674514060338, 0.0006205411881849769, -0.05902206961104883, 7.5715975803197188e-24),
        (0.3, -2.0, 0.5, 0.25, -0.017907041957446449),  # 2F1 is infinite
    ],
)
def test_jacobi_functions_of_large_negative_parameters(
    n: float, alpha: float, beta: float, x: float, want: float
) -> None:
    """References: DLMF 18.5.7 by its series with 400 digits, in the limit where alpha is whole."""
    value = special.eval_jacobi(*torch.tensor([n, alpha, beta, x], dtype=torch.float64))
    assert value.item() == pytest.approx(want, rel=1e-11)


@pytest.mark.parametrize(
    ("a", "b", "x", "want"),
    [
        (-14.355399128890896, 2221.244505362468, 1813.0, 9.9558568929639081e-12),
        (-21.5, 2558.0, 2016.5154525122193, 7.6480150949783013e-16),
        (-0.023863061988654535, -863.2518271027819, 380.8964631469455, -1.4071480525500489e230),
    ],
)
def test_kummer_function_of_large_parameters(a: float, b: float, x: float, want: float) -> None:
    """References: the series with 900 digits, beyond the terms that rise again where b + n is nearly 0."""
    value = special.hyp1f1(*torch.tensor([a, b, x], dtype=torch.float64))
    assert value.item() == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("point", [(25.0, 60.0, 0.5), (37.1, 300.0, 45.8), (100.0, 250.0, 3.0), (200.0, 395.0, 20.0)])
def test_besselpoly_of_large_powers(point: tuple[float, float, float]) -> None:
    with mpmath.workdps(250):
        a, power, nu = map(mpmath.mpf, point)
        term, want = a**nu / mpmath.gamma(nu + 1), mpmath.mpf(0)
        for k in range(700):  # DLMF 10.2.2 integrated
            want += term / (nu + power + 1 + 2 * k)
            term *= -a * a / ((k + 1) * (nu + k + 1))
        assert relative(special.besselpoly(*torch.tensor(point, dtype=torch.float64)), want) < 64


@pytest.mark.parametrize(("a", "b"), [(5e-324, 0.525), (12.5, 5e-324), (-0.0015, 5e-324), (3e-320, 1e-319)])
def test_beta_of_an_argument_below_the_normal_numbers(a: float, b: float) -> None:
    point = torch.tensor([a, b], dtype=torch.float64)
    with mpmath.workdps(30):
        want = mpmath.log(sum(1 / mpmath.mpf(x) for x in (a, b) if abs(x) < 1e-300))
        assert special.beta(*point) == math.inf
        assert relative(special.betaln(*point), want) < 4


def test_beta_of_infinity_and_a_negative_argument() -> None:
    """Gamma(a) b^-a grows with the sign of Gamma(a)."""
    a = torch.tensor([-0.03, -1.5, -2.45, -3.2], dtype=torch.float64)
    signs = special.gammasgn(a)
    assert torch.equal(special.beta(a, torch.tensor(math.inf)), signs * math.inf)


HYP0F1_RANGE = [  # b, z and the value, where factors of it leave the range
    *((17.0, -9.6370182437312e288, 0.0), (0.449, 3.86e172, math.inf), (22.5, 3.04e196, math.inf)),
    *((9.55e132, -2.66e26, 1.0), (-28.000000270803387, 1645101.9, -math.inf), (-141.1, 5.28e7, math.inf)),
    *((2e186, 2.5e288, math.inf), (5e-324, -2.999, -math.inf), (3.6e-116, 119083.25, math.inf)),
]


@pytest.mark.parametrize(("b", "z", "want"), HYP0F1_RANGE)
def test_hyp0f1_beyond_the_range_of_its_factors(b: float, z: float, want: float) -> None:
    assert special.hyp0f1(*torch.tensor([b, z], dtype=torch.float64)).item() == want


@pytest.mark.parametrize(
    ("b", "z"),
    [
        *((1.8e206, 1.46e207), (9.7e5, -1.2e7), (3e-310, 1e-305), (3e-310, 2.5e-290), (140.2, -1e290)),
        *((-2000.25, 3.3e5), (-300.7, -9000.0), (-151.125, 8600.0), (-480.000001, 61000.0)),
    ],
)
def test_hyp0f1_of_large_and_tiny_parameters(b: float, z: float) -> None:
    value = special.hyp0f1(*torch.tensor([b, z], dtype=torch.float64))
    with mpmath.workdps(400):
        want = mpmath.exp(mpmath.mpf(z) / b) if b > 1e20 else mpmath.hyp0f1(b, z) if abs(z) < 1e9 else mpmath.mpf(0)
        assert value.item() == want or relative(value, want) < 64 + abs(z / b)


def test_gammaincinv_of_the_smallest_probability() -> None:
    """Whose iteration meets values of 0."""
    a, p = torch.tensor([12.5, 300.0, 2967.7, 4e4, 7e5], dtype=torch.float64), torch.tensor(5e-324, dtype=torch.float64)
    with mpmath.workdps(30):
        for shape, x in zip(a, special.gammaincinv(a, p), strict=True):
            log_tail = mpmath.log(mpmath.gammainc(shape.item(), 0, x.item(), regularized=True))
            assert abs(log_tail - mpmath.log(mpmath.mpf(5e-324))) < 1


@pytest.mark.parametrize(
    ("p", "v", "noncentrality"),
    [
        (0.283, 8.36e-119, 16.0),
        (0.1227, 4.9e-90, 18.5),
        (3.7e-7, 2.8e-14, 285427.0),
        (0.9999999998879819, 4e-57, 0.004),
    ],
)
def test_chndtrix_of_hardly_any_degrees_of_freedom(p: float, v: float, noncentrality: float) -> None:
    """Of which the chance of 0 is exp(-L/2), and less than p."""
    v_, nc = torch.tensor([v, noncentrality], dtype=torch.float64)
    x = special.chndtrix(torch.tensor(p, dtype=torch.float64), v_, nc)
    assert special.chndtr(x, v_, nc).item() == pytest.approx(p, rel=1e-12)


def test_student_of_degrees_of_freedom_below_the_normal_numbers() -> None:
    t = torch.tensor([-20.0, 0.5, 1e40], dtype=torch.float64)
    assert torch.equal(special.stdtr(torch.tensor(5e-324, dtype=torch.float64), t), torch.full_like(t, 0.5))


@pytest.mark.parametrize(("v", "x"), [(0.0, 1e-200), (0.0, 2e-299), (-1.84, 1.4e-281), (-1.6, 1e-300)])
def test_struve_of_tiny_arguments(v: float, x: float) -> None:
    """(x/2)^(v+1) / (Gamma(3/2) Gamma(v + 3/2)) (DLMF 11.2.1), the power of v alone out of range."""
    point = torch.tensor([v, x], dtype=torch.float64)
    with mpmath.workdps(30):
        order = mpmath.mpf(v)
        want = (mpmath.mpf(x) / 2) ** (order + 1) * mpmath.rgamma(1.5) * mpmath.rgamma(order + 1.5)
        assert relative(special.struve(*point), want) < 1024
        assert relative(special.modstruve(*point), want) < 1024


@pytest.mark.parametrize(("v", "x"), [(-1.5, 1e-160), (-2.5, 1e-100), (-16.5, 8e-204), (-3.5, 1e-4)])
def test_struve_of_tiny_arguments_between_poles(v: float, x: float) -> None:
    """Bessel functions (DLMF 11.4.3, 11.4.4), here their first two terms, beside powers that overflow."""
    point = torch.tensor([v, x], dtype=torch.float64)
    with mpmath.workdps(30):
        half = mpmath.mpf(x) / 2
        first = half ** mpmath.mpf(-v) * mpmath.rgamma(mpmath.mpf(1) - v)
        sign = (-1) ** int(-v - 0.5)
        for function, turn in ((special.struve, -1), (special.modstruve, 1)):
            value, want = function(*point), first * (1 + turn * half**2 / (1 - v)) * (sign if turn < 0 else 1)
            assert value == 0 if abs(want) < 5e-324 else relative(value, want) < 8


@pytest.mark.parametrize(
    ("v", "nc", "t"), [(1e308, 0.5, 0.3), (1e306, -0.5, 1e-3), (1e60, 12.0, 3.0), (1e200, 1e6, 1e6)]
)
def test_noncentral_student_of_hardly_any_chance(v: float, nc: float, t: float) -> None:
    """With so many degrees of freedom it is the normal distribution; t / sqrt(v) squared underflows."""
    value = special.nctdtr(*torch.tensor([v, nc, t], dtype=torch.float64))
    assert value.item() == pytest.approx(special.ndtr(torch.tensor(t - nc, dtype=torch.float64)).item(), rel=1e-15)


def test_bessel_functions_of_less_than_an_ulp_of_the_range() -> None:
    z = torch.tensor([5e-320 + 3e-320j, -3e-310 + 1e-323j], dtype=torch.complex128)
    assert torch.equal(special.iv(45.4, z), torch.zeros_like(z))
    assert torch.isinf(special.kv(45.4, z)).all()
    assert torch.equal(special.jv(1e5, z), torch.zeros_like(z))


@pytest.mark.parametrize(
    ("v", "z", "growth"),
    [(13968.9423828125, 8049.07421875 + 12944.8662109375j, 2e4), (41842.0, 41850.1484375 - 24827.41015625j, 1e4),
     (13968.9, 8049 + 300j, -1e4), (1057251.0, 0.0046 + 76494.09375j, -1e6)],
)  # fmt: skip
def test_bessel_functions_of_large_orders_in_the_plane_overflow_or_vanish(v: float, z: complex, growth: float) -> None:
    """J is I turned (DLMF 10.27.6): the exponential and the power of two that balances it are both out of range."""
    z_ = torch.tensor(z, dtype=torch.complex128)
    for value in (special.jv(v, z_), special.iv(v, -1j * z_ if z.imag > 0 else 1j * z_)):
        assert torch.isinf(value.real) and torch.isinf(value.imag) if growth > 0 else value == 0


def test_it2i0k0_beyond_the_range_of_its_powers() -> None:
    i, k = special.it2i0k0(torch.tensor(1e300, dtype=torch.float64))
    assert math.isinf(i) and k == 0


@pytest.mark.parametrize(
    "z", [-2877.31005859375 + 0.00918800849467516j, 1e6 + 1e-5j, 1e12 + 1e-11j, 300 + 0.2j, -0.01 + 900j, 70 - 69.5j]
)
def test_fresnel_far_out_has_the_phase_of_its_argument(z: complex) -> None:
    """By the auxiliary functions' expansions (DLMF 7.12.2, 7.12.3), the square in as many digits as it has."""
    got = special.fresnel(torch.tensor(z, dtype=torch.complex128))
    with mpmath.workdps(60):
        w = mpmath.mpmathify(z)
        turned = abs(w.imag) > abs(w.real)
        w = w / 1j if turned else w
        side = -1 if w.real < 0 else 1
        w, wave = side * w, mpmath.pi * w**2 / 2
        f, g, term = mpmath.mpc(0), mpmath.mpc(0), 1 / (mpmath.pi * w)
        for k in range(0, 12, 2):
            f, term = f + term, term * (2 * k + 1) / (mpmath.pi * w**2)
            g, term = g + term, -term * (2 * k + 3) / (mpmath.pi * w**2)
        s = side * (0.5 - f * mpmath.cos(wave) - g * mpmath.sin(wave))
        c = side * (0.5 + f * mpmath.sin(wave) - g * mpmath.cos(wave))
        if turned:
            s, c = -1j * s, 1j * c
        for value, want in zip(got, (s, c), strict=True):
            assert relative(value, want) < 256 or not mpmath.isfinite(complex(want))


def test_principal_value_of_elliprj_of_arguments_far_apart() -> None:
    """R_J is homogeneous of degree -3/2."""
    x, y, z, p = torch.tensor([1e154, 1e-100, 1e-150, -1e-3], dtype=torch.float64)
    scale = 2.0**80
    far = special.elliprj(x * scale, y * scale, z * scale, p * scale) * 2.0**120
    assert far.item() == pytest.approx(special.elliprj(x, y, z, p).item(), rel=1e-14) and math.isfinite(far)


@pytest.mark.parametrize("p", [1e-300, 1e-20, 0.3, 0.75, 1 - 1e-10])
def test_quantiles_of_student_with_all_degrees_of_freedom_are_normal(p: float) -> None:
    p_ = torch.tensor(p, dtype=torch.float64)
    assert special.stdtrit(torch.tensor(math.inf, dtype=torch.float64), p_).item() == pytest.approx(
        special.ndtri(p_).item(), rel=4e-16
    )
