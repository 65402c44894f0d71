"""Orthogonal polynomials: values against mpmath and SciPy, derivatives, objects, quadrature, what is refused."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special
import torch

from sci import special

DOUBLE = torch.float64
X = torch.linspace(-0.9, 0.95, 7, dtype=DOUBLE)
FAMILIES: dict[str, tuple[float, ...]] = {
    "legendre": (),
    "sh_legendre": (),
    "chebyt": (),
    "chebyu": (),
    "chebyc": (),
    "chebys": (),
    "sh_chebyt": (),
    "sh_chebyu": (),
    "jacobi": (0.5, -0.25),
    "sh_jacobi": (2.5, 0.75),
    "gegenbauer": (0.75,),
    "laguerre": (),
    "genlaguerre": (1.25,),
}
OBJECTS = {**FAMILIES, "hermite": (), "hermitenorm": ()}


def points(name: str) -> torch.Tensor:
    return (X + 1) / 2 if name.startswith("sh_") or "laguerre" in name else X


@pytest.mark.parametrize("name", FAMILIES)
def test_whole_degrees_are_scipys(name: str) -> None:
    n, x = torch.arange(12)[:, None], points(name)
    found = getattr(special, f"eval_{name}")(n, *FAMILIES[name], x)
    want = getattr(scipy.special, f"eval_{name}")(n.numpy(), *FAMILIES[name], x.numpy())
    np.testing.assert_allclose(found.numpy(), want, rtol=1e-12, atol=1e-13)
    same = getattr(special, f"eval_{name}")(n.to(DOUBLE), *FAMILIES[name], x)
    np.testing.assert_allclose(same.numpy(), want, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("second", [False, True])
def test_chebyshev_polynomials_of_short_degree(second: bool) -> None:
    """Beside the zeros at 0, the ends and the seam of the recurrences at x^2 = 1/2, to the condition of each point."""
    seam = math.sqrt(0.5)
    x = [1e-300, 1e-9, 0.03, 0.4, 0.69, seam - 1e-9, seam, seam + 1e-9, 0.72, 0.93, 1 - 1e-3, 1 - 1e-12, 1 + 1e-9, 3.5]
    x += [-value for value in x]
    n = list(range(-33, 34))
    function = special.eval_chebyu if second else special.eval_chebyt
    found = function(torch.tensor(n)[:, None], torch.tensor(x, dtype=DOUBLE)).tolist()
    with mpmath.workdps(400):
        for column, point in enumerate(x):
            t = mpmath.acos(point)
            for row, degree in enumerate(n):
                v = degree + 1 if second else degree
                want = mpmath.re(mpmath.sin(v * t) / mpmath.sin(t) if second else mpmath.cos(v * t))
                slope = mpmath.re(v * mpmath.sin(v * t) / mpmath.sin(t))  # T'
                if second:
                    slope = mpmath.re((point * want - v * mpmath.cos(v * t)) / (1 - mpmath.mpf(point) ** 2))
                assert abs(found[row][column] - want) <= 4 * 2.3e-16 * (abs(want) + abs(point * slope))


@pytest.mark.parametrize("parameters", [(1.0, 658.0), (2.25, 68.9), (47.1, -0.2), (900.0, 3.0), (-0.9, 4000.0)])
def test_jacobi_polynomials_of_degree_2_between_zeros_at_one_end(parameters: tuple[float, float]) -> None:
    """At the nodes of five, where the sum over powers of x cancels to a ten-thousandth of its terms."""
    x = special.roots_jacobi(5, *torch.tensor(parameters, dtype=DOUBLE))[0]
    found = special.eval_jacobi(torch.tensor([[1], [2]]), *parameters, x).tolist()
    with mpmath.workdps(50):
        a, b = map(mpmath.mpf, parameters)
        for column, point in enumerate(x.tolist()):
            y, three, four = (mpmath.mpf(point) - 1) / 2, a + b + 3, a + b + 4  # DLMF 18.5.7
            values = a + 1 + (a + b + 2) * y, (a + 1) * (a + 2) / 2 + three * y * (a + 2 + four * y / 2)
            slopes = (a + b + 2) / 2, three * (a + 2 + four * y) / 2
            for row, (want, slope) in enumerate(zip(values, slopes, strict=True)):
                assert abs(found[row][column] - want) <= 4 * 2.3e-16 * (abs(want) + abs(point * slope))


@pytest.mark.parametrize("n", [2, 5, 8, 31])
def test_chebyshev_polynomials_on_the_seams(n: int) -> None:
    """Re x^2 = 1/2, and the middle of [0, 1]."""
    z, middle = 0.75 + 0.25j, 0.5 - 0.375j
    pairs = ((special.eval_chebyt, z, z), (special.eval_sh_chebyt, middle, 2 * middle - 1))
    for function, argument, inner in pairs:
        for m in (n, n + 0.5):
            want = complex(mpmath.cos(m * mpmath.acos(inner)))
            assert function(m, argument).item() == pytest.approx(want, rel=1e-5)
            assert function(m, torch.tensor(argument, dtype=torch.complex128)).item() == pytest.approx(want, rel=2e-14)
    u = complex(mpmath.sin((n + 1) * mpmath.acos(z)) / mpmath.sin(mpmath.acos(z)))
    assert special.eval_chebyu(n, torch.tensor(z, dtype=torch.complex128)).item() == pytest.approx(u, rel=2e-14)


@pytest.mark.parametrize("name", FAMILIES)
def test_real_degrees_are_scipys(name: str) -> None:
    n, x = torch.tensor([-1.75, -0.5, 0.25, 3.5, 9.125], dtype=DOUBLE)[:, None], points(name).abs().clamp(min=0.25)
    found = getattr(special, f"eval_{name}")(n, *FAMILIES[name], x)
    want = getattr(scipy.special, f"eval_{name}")(n.numpy(), *FAMILIES[name], x.numpy())
    np.testing.assert_allclose(found.numpy(), want, rtol=2e-11, atol=1e-12)


@pytest.mark.parametrize("name", FAMILIES)
def test_complex_arguments_are_scipys(name: str) -> None:
    z = torch.complex(points(name), X.flip(0) + 0.3)
    for n in (3, 2.5):
        found = getattr(special, f"eval_{name}")(n, *FAMILIES[name], z)
        want = getattr(scipy.special, f"eval_{name}")(n, *FAMILIES[name], z.numpy())
        np.testing.assert_allclose(found.numpy(), want, rtol=1e-11)


@pytest.mark.parametrize("n", [47.5, 90.25, 400.75])
@pytest.mark.parametrize("x", [-0.85, -0.5, -0.1, 0.6])
def test_large_real_degrees(n: float, x: float) -> None:
    """Where SciPy's errors grow to 1e79: against mpmath, with the error that one ulp of the arguments makes."""
    point = torch.tensor(x, dtype=DOUBLE)
    with mpmath.workdps(900 if n > 200 else 250):
        pairs = (
            (special.eval_legendre(n, point), mpmath.hyp2f1(-n, n + 1, 1, (1 - mpmath.mpf(x)) / 2)),
            (special.eval_jacobi(n, 0.5, -0.25, point), mpmath.jacobi(n, 0.5, -0.25, x)),
            (special.eval_gegenbauer(n, 0.75, point), mpmath.gegenbauer(n, 0.75, x)),
            (special.eval_chebyt(n, point), mpmath.cos(n * mpmath.acos(x))),
        )
        for found, want in pairs:
            assert float(abs(found.item() - want)) < 8 * n * 2.3e-16 * max(1, abs(float(want)))


@pytest.mark.parametrize("x", [-0.999, -0.2, 1e-5, 0.7, 0.99999])
def test_large_whole_degrees(x: float) -> None:
    n, alpha, beta = 10_000, 0.75, -0.25
    with mpmath.workdps(40):
        z = mpmath.mpf(x)
        before, now = mpmath.mpf(1), z
        for k in range(1, n):
            before, now = now, ((2 * k + 1) * z * now - k * before) / (k + 1)
        a, b = mpmath.mpf(1), (alpha + 1) + (alpha + beta + 2) * (z - 1) / 2
        for k in range(1, n):
            t = 2 * k + alpha + beta
            up = (t + 1) * ((t + 2) * t * z + alpha**2 - beta**2) * b / 2 - (k + alpha) * (k + beta) * (t + 2) * a
            a, b = b, up / ((k + 1) * (k + alpha + beta + 1) * t)
    point = torch.tensor(x, dtype=DOUBLE)
    for found, want in (
        (special.eval_legendre(n, point), now),
        (special.eval_jacobi(n, alpha, beta, point), b),
        (special.eval_chebyt(n, point), mpmath.cos(n * mpmath.acos(x))),
    ):
        assert float(abs(found.item() - want)) < n * 2.3e-16 * max(1, abs(float(want)))


@pytest.mark.parametrize(
    ("v", "alpha", "beta", "x"),
    [
        (29.75, 1.5, 22.25, -1.0625 + 0.03125j),
        (14.5, 2.25, 8.5, -0.875 + 0.25j),
        (15.25, -0.375, 26.0, -1.46875 + 0.53125j),
        (120.5, 0.25, 16.75, -1.0078125 + 0.0078125j),
    ],
)
def test_jacobi_where_one_wave_grows_with_the_degree_and_one_with_beta(
    v: float, alpha: float, beta: float, x: complex
) -> None:
    """Steps along the degree or along beta lose up to seven digits there."""
    place = [torch.tensor(q, dtype=torch.float64, requires_grad=True) for q in (v, alpha, beta)]
    found = special.eval_jacobi(*place, torch.tensor(x, dtype=torch.complex128))
    slopes = torch.autograd.grad(found.real, place)
    with mpmath.workdps(50):
        h = mpmath.mpf(10) ** -15
        want = mpmath.jacobi(v, alpha, beta, mpmath.mpc(x))
        assert abs(found.item() / complex(want) - 1) < 32 * 2.3e-16
        for i, slope in enumerate(slopes):
            up, down = ([q + s * h * (i == k) for k, q in enumerate((v, alpha, beta))] for s in (1, -1))
            wanted = (mpmath.jacobi(*up, mpmath.mpc(x)) - mpmath.jacobi(*down, mpmath.mpc(x))) / (2 * h)
            assert abs(slope.item() - wanted.real) < 1e-12 * abs(wanted)


GEGENBAUER = [  # a large parameter, one far below 0, none
    *((13.0, 1530.0, -0.01), (0.0019, 1970.96, 0.965), (0.67, 212.9, -0.4), (0.5, 1160.7, 0.3)),
    *((0.5, -23.957186117641733, 0.675), (0.5, -23.957186117641733, 13.675), (20.3, -7.3, 2.2)),
]


@pytest.mark.parametrize("point", GEGENBAUER)
def test_gegenbauer_of_large_parameters(point: tuple[float, ...]) -> None:
    value = special.eval_gegenbauer(*(torch.tensor(v, dtype=torch.float64) for v in point)).item()
    with mpmath.workdps(40):
        want = mpmath.gegenbauer(*point)
        # what an ulp of each argument makes
        moved = sum(
            abs(mpmath.gegenbauer(*(v * (1 + 2.0**-52 * (k == i)) for k, v in enumerate(point))) - want)
            for i in range(3)
        )
        assert abs(value - want) <= 1e-14 * abs(want) + 8 * moved


GEGENBAUER_POLES = [  # v + lambda + 1/2 or lambda + 1/2 is 0, -1, -2, ..., or nearly so
    *((-2.5, 2.0, 0.3), (-2.5, 1.0, 1.3), (-1.5, 1.0, -0.4), (-10.5, 3.0, 0.6), (-2.75, 1.25, 0.9)),
    *((-1.5, 1 + 1e-9, 0.6), (-3.2, 1.7, 0.9), (-2.61, 1.1, -0.6), (-100.5, 3.0, -0.8)),
]


@pytest.mark.parametrize("point", GEGENBAUER_POLES)
def test_gegenbauer_about_poles_of_jacobi(point: tuple[float, ...]) -> None:
    """By the function as 15.4.7 with 18.5.9 of DLMF give it, and its derivatives in all arguments."""
    place = [torch.tensor(q, dtype=torch.float64, requires_grad=True) for q in point]
    value = special.eval_gegenbauer(*place)
    slopes = torch.autograd.grad(value, place)

    def function(v: Any, p: Any, x: Any) -> Any:
        front = mpmath.gamma(v + 2 * p) * mpmath.rgamma(2 * p) * mpmath.rgamma(v + 1)
        return front * mpmath.hyp2f1(-v, v + 2 * p, p + 0.5, (1 - x) / 2)

    with mpmath.workdps(40):
        at = [mpmath.mpf(q) for q in point]
        assert abs(value.item() / function(*at) - 1) < 1e-14
        for i, slope in enumerate(slopes):
            assert abs(slope.item() / mpmath.diff(function, at, tuple(int(i == k) for k in range(3))) - 1) < 2e-13


def test_gegenbauer_of_half_whole_negative_parameters() -> None:
    """The limit, beside which both sides are regular."""
    v, x = torch.tensor([[2.3], [1.3]], dtype=torch.float64), torch.tensor([-0.7, 0.3, 1.4], dtype=torch.float64)
    for p in (-0.5, -1.5, -2.5):
        low, high = (special.eval_gegenbauer(v, p + h, x) for h in (-1e-5, 1e-5))
        torch.testing.assert_close(special.eval_gegenbauer(v, p, x), (low + high) / 2, rtol=1e-7, atol=1e-7)


JACOBI_POLES = [  # alpha whole and negative, or nearly so
    *((2.3, -1.0, 0.4, 0.3), (2.3, -2.0, 1.4, -0.7), (-1.7, -3.0, 0.4, 0.6), (20.7, -10.0, 0.5, 0.2)),
    *((20.7, -10.0, -5.2, 0.2), (0.5, -1.0, 0.0, 1.4), (3.3, -2 + 1e-9, 0.7, 0.3), (2.3, -2.0, 0.4, 0.3 + 0.7j)),
]


@pytest.mark.parametrize("point", JACOBI_POLES)
def test_slopes_of_jacobi_at_whole_negative_parameters(point: tuple[Any, ...]) -> None:
    """First ones and those of that in alpha, by differences about a place 1e-35 beside."""
    place = [torch.tensor(q, dtype=torch.float64, requires_grad=True) for q in point[:3]]
    value = special.eval_jacobi(*place, torch.tensor(point[3], dtype=torch.complex128)).real
    slopes = torch.autograd.grad(value, place, create_graph=True)
    seconds = torch.autograd.grad(slopes[1], place)

    def function(v: Any, a: Any, b: Any) -> Any:
        series = mpmath.hyp2f1(-v, v + a + b + 1, a + 1, (1 - mpmath.mpmathify(point[3])) / 2)
        return mpmath.re(mpmath.gamma(v + a + 1) * mpmath.rgamma(v + 1) * mpmath.rgamma(a + 1) * series)

    with mpmath.workdps(110):
        h, beside = mpmath.mpf(10) ** -20, mpmath.mpf(10) ** -35
        at = [mpmath.mpf(q) + beside * (i == 1) for i, q in enumerate(point[:3])]

        def moved(*steps: int) -> Any:
            return function(*(q + h * s for q, s in zip(at, steps, strict=True)))

        for i in range(3):
            e, f = [int(i == k) for k in range(3)], [0, 1, 0]
            want = (moved(*e) - moved(*(-k for k in e))) / (2 * h)
            both = [[s * k + t * m for k, m in zip(e, f, strict=True)] for s, t in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
            second = sum(sign * moved(*q) for sign, q in zip((1, -1, -1, 1), both, strict=True)) / (4 * h * h)
            assert abs(slopes[i].item() / want - 1) < 1e-13 and abs(seconds[i].item() / second - 1) < 1e-12


def test_negative_degrees_of_legendre() -> None:
    """P_{-n-1} = P_n, also of whole degrees that are floating-point numbers."""
    x = torch.linspace(-3, 3, 13, dtype=torch.float64)
    for n in (0, 2, 7, 30):
        for degree in (torch.tensor(-1.0 - n, dtype=torch.float64), -1 - n):
            torch.testing.assert_close(
                special.eval_legendre(degree, x), special.eval_legendre(n, x), rtol=1e-14, atol=0
            )


def test_derivatives_in_every_argument() -> None:
    n = torch.tensor([0.5, 2.0, 3.75], dtype=DOUBLE, requires_grad=True)
    x = torch.tensor([0.2, 0.45, 0.8], dtype=DOUBLE, requires_grad=True)
    p = torch.tensor([0.75, 1.5, 2.25], dtype=DOUBLE, requires_grad=True)
    q = torch.tensor([0.5, 0.25, 1.75], dtype=DOUBLE, requires_grad=True)
    for name, parameters in (("legendre", ()), ("jacobi", (p, q)), ("gegenbauer", (p,)), ("genlaguerre", (p,))):
        f = getattr(special, f"eval_{name}")
        assert torch.autograd.gradcheck(f, (n, *parameters, x), check_forward_ad=True)
        assert torch.autograd.gradgradcheck(f, (n, *parameters, x))
        whole = torch.tensor([0, 2, 5])
        assert torch.autograd.gradgradcheck(lambda *args, f=f, whole=whole: f(whole, *args), (*parameters, x))


def test_third_derivatives_in_parameters_raise() -> None:
    p = torch.tensor(0.5, dtype=DOUBLE, requires_grad=True)
    first = torch.autograd.grad(special.eval_genlaguerre(3, p, 0.5), p, create_graph=True)[0]
    second = torch.autograd.grad(first, p, create_graph=True)[0]
    with pytest.raises(NotImplementedError, match="third derivative"):
        second.backward()


def test_degrees_that_are_none_and_special_values() -> None:
    x = torch.tensor([0.5, math.inf, -math.inf, math.nan], dtype=DOUBLE)
    assert special.eval_legendre(-3, x)[0] == special.eval_legendre(2, x)[0]
    assert special.eval_jacobi(-2, 0.5, 0.5, x)[0] == 0
    assert special.eval_legendre(3, x)[1:3].tolist() == [math.inf, -math.inf]
    assert special.eval_laguerre(3, x)[1:3].tolist() == [-math.inf, math.inf]
    assert special.eval_legendre(0.5, torch.tensor(-2.0)).item() == math.inf
    for name, parameters in FAMILIES.items():
        assert torch.isnan(getattr(special, f"eval_{name}")(2, *parameters, x)[3])
        assert torch.isnan(getattr(special, f"eval_{name}")(math.nan, *parameters, x)).all()
    # Polynomials where SciPy has none: parameters below -1.
    assert special.eval_genlaguerre(2, -1.0, torch.tensor(3.0, dtype=DOUBLE)).item() == pytest.approx(1.5)
    assert special.eval_jacobi(1, -2.0, -1.0, torch.tensor(0.5, dtype=DOUBLE)).item() == pytest.approx(-0.75)


def test_dtypes_out_and_refused() -> None:
    x = X.float()
    assert special.eval_legendre(torch.arange(7), x).dtype == torch.float32
    assert special.eval_legendre(torch.full((7,), 2.5), X).dtype == DOUBLE
    out = torch.empty_like(X)
    assert special.eval_jacobi(3, 0.5, 0.5, X, out=out) is out
    assert special.eval_laguerre(2, X[:0]).shape == (0,)
    torch.testing.assert_close(special.assoc_laguerre(X, 3, 0.5), special.eval_genlaguerre(3, 0.5, X))
    with pytest.raises(TypeError, match="eval_gegenbauer: alpha must be real"):
        special.eval_gegenbauer(2.5, torch.tensor(1j), X)


# ---- objects -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("monic", [False, True])
@pytest.mark.parametrize("name", OBJECTS)
def test_objects_are_scipys(name: str, monic: bool) -> None:
    for n in (1, 4, 7):
        p = getattr(special, name)(n, *OBJECTS[name], monic=monic, dtype=DOUBLE)
        q = getattr(scipy.special, name)(n, *OBJECTS[name], monic=monic)
        x = np.array([0.125, 0.5, 0.75])
        np.testing.assert_allclose(p.c.numpy(), q.c, rtol=1e-12, atol=1e-12 * abs(q.c).max())
        np.testing.assert_allclose(p(torch.tensor(x)).numpy(), q(x), rtol=1e-11)
        np.testing.assert_allclose(p.weights.numpy(), q.weights, rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(p.weight_func(torch.tensor(x)).numpy(), q.weight_func(x), rtol=1e-13)
        np.testing.assert_allclose(p.deriv().c.numpy(), np.atleast_1d(q.deriv().c), rtol=1e-12, atol=1e-11)
        assert p.normcoef.item() == pytest.approx(q.normcoef, rel=1e-11)
        assert tuple(p.limits) == tuple(q.limits)


def test_objects_of_degree_zero() -> None:
    p = special.chebyu(0, dtype=DOUBLE)
    assert p.c.tolist() == [1.0] and p.weights.shape == (0, 3)
    assert p.normcoef.item() == pytest.approx(math.sqrt(math.pi / 2))
    assert special.chebyc(0).c.tolist() == [2.0]
    assert special.legendre(0).deriv().c.tolist() == [0.0]


def test_objects_differentiate() -> None:
    a, b = (torch.tensor(v, dtype=DOUBLE, requires_grad=True) for v in (0.5, -0.25))

    def parts(a: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, ...]:
        p = special.jacobi(3, a, b)
        return p.c, p.weights, p.normcoef, p(torch.tensor(0.25, dtype=DOUBLE))

    assert torch.autograd.gradcheck(parts, (a, b))
    assert torch.autograd.gradcheck(lambda a: special.gegenbauer(3, a).weights, (a,))


# ---- quadrature ----------------------------------------------------------------------------------------------------

RULES: dict[str, tuple[float, ...]] = {
    name: parameters for name, parameters in OBJECTS.items() if not name.split("_")[-1].startswith("cheby")
}


@pytest.mark.parametrize("n", [1, 2, 9, 40])
@pytest.mark.parametrize("name", RULES)
def test_rules_are_scipys(name: str, n: int) -> None:
    x, w, mu = getattr(special, f"roots_{name}")(n, *RULES[name], mu=True, dtype=DOUBLE)
    want = getattr(scipy.special, f"roots_{name}")(n, *RULES[name], mu=True)
    np.testing.assert_allclose(x.numpy(), want[0], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(w.numpy(), want[1], rtol=2e-11)
    assert float(mu) == pytest.approx(want[2], rel=1e-13)


@pytest.mark.parametrize("n", [99, 100, 101, 500])
def test_legendre_rules_digit_for_digit(n: int) -> None:
    x, w = special.roots_legendre(n, dtype=DOUBLE)
    with mpmath.workdps(30):
        for i in (0, 1, 29, 30, 31, n // 4, n // 2 - 1, n - 1):
            z = mpmath.mpf(x[i].item())
            for _ in range(3):
                before, now = mpmath.mpf(1), z
                for k in range(1, n):
                    before, now = now, ((2 * k + 1) * z * now - k * before) / (k + 1)
                slope = n * (before - z * now) / (1 - z * z)
                z -= now / slope
            assert abs(x[i].item() / z - 1) < 1e-15
            assert abs(w[i].item() * (1 - z * z) * slope**2 / 2 - 1) < 1.5e-14


def test_rules_of_many_points() -> None:
    n = 100_000
    x, w = special.roots_legendre(n, dtype=DOUBLE)
    assert (x.diff() > 0).all() and torch.equal(x, -x.flip(0))
    for k in (0, 2, 8, 100):
        assert (w * x**k).sum().item() == pytest.approx(2 / (k + 1), rel=1e-14)
    for name, total in (("laguerre", 1.0), ("hermite", math.sqrt(math.pi))):
        x, w = getattr(special, f"roots_{name}")(700, dtype=DOUBLE)
        assert (x.diff() > 0).all() and (w >= 0).all() and w.sum().item() == pytest.approx(total, rel=1e-13)


def monic(n: int, family: Any, z: Any) -> tuple[Any, Any]:
    """P_n and P_n' by the recurrence, in mpmath's arithmetic."""
    before, now, slope_before, slope = mpmath.mpf(0), mpmath.mpf(1), mpmath.mpf(0), mpmath.mpf(0)
    for k in range(n):
        centre, square = family(mpmath.mpf(k))
        now, before, slope, slope_before = (
            (z - centre) * now - square * before,
            now,
            now + (z - centre) * slope - square * slope_before,
            slope,
        )
    return now, slope


def jacobi_steps(a: float, b: float) -> Any:
    def steps(k: Any) -> tuple[Any, Any]:  # DLMF 18.9.2
        t = 2 * k + a + b
        square = 4 * k * (k + a) * (k + b) * (k + a + b) / (t * t * (t + 1) * (t - 1)) if k else 0
        return (b * b - a * a) / (t * (t + 2)), square

    return steps


@pytest.mark.parametrize(
    ("name", "parameters", "family"),
    [
        ("jacobi", (0.25, -0.75), jacobi_steps(0.25, -0.75)),
        ("jacobi", (20.5, 3.0), jacobi_steps(20.5, 3.0)),
        ("gegenbauer", (0.125,), jacobi_steps(-0.375, -0.375)),
        ("genlaguerre", (-0.9375,), lambda k: (2 * k + 0.0625, k * (k - 0.9375))),
        ("genlaguerre", (30.5,), lambda k: (2 * k + 31.5, k * (k + 30.5))),
        ("hermite", (), lambda k: (0, k / 2)),
    ],
)
def test_rules_of_a_thousand_points_digit_for_digit(name: str, parameters: tuple[float, ...], family: Any) -> None:
    n = 1000
    x, w = getattr(special, f"roots_{name}")(n, *parameters, dtype=DOUBLE)
    assert (x.diff() > 0).all()
    first = None
    with mpmath.workdps(50):
        for i in (n // 2, n // 2 + 1, n // 4, 3, 1, 0, n - 2, n - 1):
            z = mpmath.mpf(x[i].item())
            for _ in range(2):
                value, slope = monic(n, family, z)
                z -= value / slope
            # nodes on [-1, 1] to an ulp of 1, others to two of their own
            assert abs(x[i].item() - z) < (4.5e-16 * abs(z) if name in ("genlaguerre", "hermite") else 2.3e-16)
            # w (1 - x^2) P'^2, w x P'^2 and w P'^2 are the same at all nodes (DLMF 18.5, 3.5.31)
            factor = z if "laguerre" in name else 1 if name == "hermite" else 1 - z * z
            if w[i].item() > 1e-290:
                size = w[i].item() * factor * slope**2
                first = first or size
                assert abs(size / first - 1) < 4e-14 + (2.3e-16 * abs(z) if "laguerre" in name else 0)


@pytest.mark.parametrize(
    ("name", "parameters", "moments"),
    [
        ("jacobi", (0.5, -0.25), None),
        ("genlaguerre", (0.5,), [math.gamma(1.5), math.gamma(2.5), math.gamma(3.5), math.gamma(4.5)]),
        ("hermite", (), [math.sqrt(math.pi), 0, math.sqrt(math.pi) / 2, 0]),
    ],
)
def test_rules_take_linear_time(name: str, parameters: tuple[float, ...], moments: list[float] | None) -> None:
    x, w = getattr(special, f"roots_{name}")(50_000, *parameters, dtype=DOUBLE)
    assert (x.diff() > 0).all() and (w >= 0).all()
    if moments is None:
        few, v = special.roots_jacobi(4, *parameters, dtype=DOUBLE)
        moments = [float((v * few**k).sum()) for k in range(4)]
    for k, moment in enumerate(moments):
        assert float((w * x**k).sum()) == pytest.approx(moment, rel=2e-14, abs=1e-14)


@pytest.mark.parametrize("n", [2, 3, 4, 9])
def test_rules_at_the_edge_of_the_parameters(n: int) -> None:
    """A weight that is large at one end, and a parameter that is much more than the degree."""
    for a, b in ((-0.5, -1 + 2**-40), (-1 + 2**-30, -1 + 2**-20), (200.5, 0.5), (0.25, 400.0)):
        x, w = special.roots_jacobi(n, a, b, dtype=DOUBLE)
        with mpmath.workdps(60):
            front = mpmath.gammaprod([n + a + 1, n + b + 1], [n + a + b + 1, n + 1]) * mpmath.mpf(2) ** (a + b + 1)
            family = jacobi_steps(mpmath.mpf(a), mpmath.mpf(b))
            lead = mpmath.gammaprod([2 * n + a + b + 1], [n + a + b + 1, n + 1]) / mpmath.mpf(2) ** n
            for i in range(n):
                z = mpmath.mpf(x[i].item())
                for _ in range(3):
                    value, slope = monic(n, family, z)
                    z -= value / slope
                assert abs(x[i].item() - z) < 4.5e-16
                assert abs(w[i].item() * (1 - z * z) * (lead * slope) ** 2 / front - 1) < 4e-14


def test_rules_with_parameters_digit_for_digit() -> None:
    """The nodes are zeros, the weights of DLMF 3.5.31 and 18.5: all against mpmath."""
    n, a, b = 30, 0.5, -0.25
    x, w = special.roots_jacobi(n, a, b, dtype=DOUBLE)
    y, v = special.roots_genlaguerre(n, a, dtype=DOUBLE)
    with mpmath.workdps(60):
        front = mpmath.gammaprod([n + a + 1, n + b + 1], [n + a + b + 1, n + 1]) * mpmath.mpf(2) ** (a + b + 1)
        for i in (0, 1, 14, 28, 29):
            z = mpmath.findroot(lambda t: mpmath.jacobi(n, a, b, t), x[i].item())
            slope = (n + a + b + 1) / mpmath.mpf(2) * mpmath.jacobi(n - 1, a + 1, b + 1, z)
            assert abs(x[i].item() - z) < 3e-16 and abs(w[i].item() * (1 - z * z) * slope**2 / front - 1) < 2e-14
            z = mpmath.findroot(lambda t: mpmath.laguerre(n, a, t), y[i].item())
            slope = -mpmath.laguerre(n - 1, a + 1, z)
            want = mpmath.gammaprod([n + a + 1], [n + 1]) / (z * slope**2)
            assert abs(y[i].item() / z - 1) < 1e-15 and abs(v[i].item() / want - 1) < 1e-13


def test_total_whose_beta_function_underflows() -> None:
    for a, b in ((1000.0, 500.0), (1.0, 658.0)):
        _, w, mu = special.roots_jacobi(5, torch.tensor([a, 0.5], dtype=DOUBLE), b, mu=True)
        want = mpmath.mpf(2) ** (a + b + 1) * mpmath.beta(a + 1, b + 1)
        assert mu[0].item() == pytest.approx(float(want), rel=1e-12) and w[0].sum().item() == pytest.approx(float(want))
        assert torch.isfinite(w).all()


def test_rules_differentiate_twice_and_in_batches() -> None:
    a = torch.tensor([0.5, 1.25], dtype=DOUBLE, requires_grad=True)
    b = torch.tensor([-0.25, 0.75], dtype=DOUBLE, requires_grad=True)
    for f, args in (
        (lambda a, b: special.roots_jacobi(4, a, b, mu=True), (a, b)),
        (lambda a: special.roots_gegenbauer(4, a), (a,)),
        (lambda a: special.roots_genlaguerre(3, a), (a,)),
        (lambda a, b: special.roots_sh_jacobi(3, a + 1, b + 1), (a, b)),
    ):
        assert torch.autograd.gradcheck(f, args)
        assert torch.autograd.gradgradcheck(f, args)
    x, w = special.roots_jacobi(4, a, b)
    assert x.shape == w.shape == (2, 4)
    torch.testing.assert_close(x[1], special.roots_jacobi(4, a[1], b[1])[0])


def test_names_dtypes_and_refused() -> None:
    short = {"p": "legendre", "ps": "sh_legendre", "j": "jacobi", "js": "sh_jacobi", "cg": "gegenbauer"}
    short |= {"l": "laguerre", "la": "genlaguerre", "h": "hermite", "he": "hermitenorm"}
    for key, name in short.items():
        assert getattr(special, f"{key}_roots") is getattr(special, f"roots_{name}")
    assert special.roots_legendre(3)[0].dtype == torch.get_default_dtype()
    assert special.roots_jacobi(3, torch.tensor(0.5, dtype=DOUBLE), 1.0)[0].dtype == DOUBLE
    bad: list[tuple[Any, str]] = [
        (lambda: special.roots_legendre(0), "roots_legendre: n must be a positive whole number, got 0"),
        (lambda: special.roots_hermite(2.5), "roots_hermite: n must be a positive whole number, got 2.5"),
        (lambda: special.roots_jacobi(2, -1.0, 0.0), "roots_jacobi: `alpha` must be a finite number greater than -1"),
        (lambda: special.roots_gegenbauer(2, -0.5), "`alpha` must be a finite number greater than -0.5"),
        (lambda: special.roots_sh_jacobi(2, 1.0, 2.0), "`p1 - q1` must be a finite number greater than -1"),
        (lambda: special.legendre(-1), "legendre: n must be a whole number of at least 0, got -1"),
        (lambda: special.genlaguerre(2, -1), "genlaguerre: `alpha` must be a finite number greater than -1"),
    ]
    for call, message in bad:
        with pytest.raises(ValueError, match=message):
            call()


# Where alpha + beta is a negative whole number, or near one, steps of the recurrence have divisors that vanish.
@pytest.mark.parametrize(
    ("n", "alpha", "beta", "x", "most"),
    [
        (113, 12.0, -14.0, -0.01, 1e-12),
        (113, 11.999999999999998, -14.0002, -0.01, 1e-12),
        (60, 5.0, -9.0, 0.2, 1e-12),
        (60, 5.0, -9.0, -0.2, 1e-10),
        (25, 2.0, -30.0, 0.2, 1e-13),
        (30, -3.5, -2.5, 0.4, 1e-13),
        (250, -3.5, -2.5, 0.4, 1e-12),
        (400, -1.0, -1.0, 0.2, 1e-12),
        (40, 0.3, -4.3, -0.7, 1e-11),
        (40, 1.3, -3.3, -0.7, 1e-11),
    ],
)
def test_jacobi_at_negative_sums_of_parameters(n: int, alpha: float, beta: float, x: float, most: float) -> None:
    def polynomial(alpha: Any, beta: Any, x: Any) -> Any:
        rising, factorial = mpmath.rf, mpmath.factorial
        return mpmath.fsum(
            rising(n + alpha + beta + 1, k)
            * rising(alpha + k + 1, n - k)
            / factorial(k)
            / factorial(n - k)
            * (x - 1) ** k
            / mpmath.mpf(2) ** k
            for k in range(n + 1)
        )

    args = [torch.tensor(value, dtype=DOUBLE, requires_grad=True) for value in (alpha, beta, x)]
    value = special.eval_jacobi(n, *args)
    slopes = torch.autograd.grad(value, args)
    with mpmath.workdps(400):
        exact = [mpmath.mpf(a) for a in (alpha, beta, x)]
        step = mpmath.mpf(10) ** -150
        want = [polynomial(*exact)]
        for i in range(3):
            ahead = [a + step * (i == j) for j, a in enumerate(exact)]
            want.append((polynomial(*ahead) - want[0]) / step)
    for got, wanted in zip([value, *slopes], want, strict=True):
        assert got.item() == pytest.approx(float(wanted), rel=most)
