"""Cases that users of other libraries reported: Bessel and hypergeometric functions, harmonics, the complex plane."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import torch

from sci import special


def f64(*x: float) -> torch.Tensor:
    return torch.tensor(x, dtype=torch.float64)


def slope(f: Callable[..., Any], *args: Any, place: int = -1) -> float:
    xs = list(args)
    xs[place] = torch.tensor(args[place], dtype=torch.float64, requires_grad=True)
    return float(torch.autograd.grad(f(*xs), xs[place])[0].item())


# pytorch #76324, #74940: no gradient, without a word.
@pytest.mark.parametrize("x", [0.3, 4.7, 29.0])
@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("j0", lambda x: mpmath.besselj(0, x)),
        ("j1", lambda x: mpmath.besselj(1, x)),
        ("y0", lambda x: mpmath.bessely(0, x)),
        ("y1", lambda x: mpmath.bessely(1, x)),
        ("i0", lambda x: mpmath.besseli(0, x)),
        ("i0e", lambda x: mpmath.exp(-x) * mpmath.besseli(0, x)),
        ("i1", lambda x: mpmath.besseli(1, x)),
        ("i1e", lambda x: mpmath.exp(-x) * mpmath.besseli(1, x)),
        ("k0", lambda x: mpmath.besselk(0, x)),
        ("k0e", lambda x: mpmath.exp(x) * mpmath.besselk(0, x)),
        ("k1", lambda x: mpmath.besselk(1, x)),
        ("k1e", lambda x: mpmath.exp(x) * mpmath.besselk(1, x)),
    ],
)
def test_bessel_functions_of_whole_order_differentiate(name: str, reference: Callable[[Any], Any], x: float) -> None:
    with mpmath.workdps(40):
        want = float(mpmath.diff(reference, x))
    assert slope(getattr(special, name), x) == pytest.approx(want, rel=1e-12)


def test_airy_and_spherical_functions_differentiate() -> None:
    for k, derivative in enumerate((mpmath.airyai, mpmath.airybi)):
        want = float(derivative(1.3, derivative=1))
        assert slope(lambda x, k=k: special.airy(x)[2 * k], 1.3) == pytest.approx(want, rel=1e-13)
    with mpmath.workdps(40):
        want = float(mpmath.diff(lambda x: mpmath.sqrt(mpmath.pi / 2 / x) * mpmath.besselj(2.5, x), 3.1))
    assert slope(lambda x: special.spherical_jn(2, x), 3.1) == pytest.approx(want, rel=1e-12)


# pytorch PR #189872 (1e-7 in double precision), scipy #22705, #22706 (a million ulp in places).
@pytest.mark.parametrize("name", ["j0", "j1", "y0", "y1"])
def test_bessel_functions_have_all_digits(name: str) -> None:
    order, kind = int(name[1]), mpmath.besselj if name[0] == "j" else mpmath.bessely
    x = np.concatenate([np.geomspace(1e-3, 100, 150), 2.404825557695773 + np.arange(-3, 4) * 1e-9, [1e4, 12345.678]])
    found = getattr(special, name)(torch.from_numpy(x)).tolist()
    for at, value in zip(x.tolist(), found, strict=True):
        want = kind(order, mpmath.mpf(at))
        size = max(abs(want), min(1, math.sqrt(2 / math.pi / at)))
        # an ulp of x moves the value by x times the slope, about the size
        assert abs(value - want) <= (4 + at) * 2.0**-52 * size, (at, value)


def test_slopes_of_j1_at_zero() -> None:
    x = torch.zeros((), dtype=torch.float64, requires_grad=True)
    (first,) = torch.autograd.grad(special.j1(x), x, create_graph=True)
    (second,) = torch.autograd.grad(first, x)
    assert (first.item(), second.item()) == (0.5, 0.0)


# pytorch #69451; jax #9956, #11002, #12402; cupy #6982; tfp #1131: real orders, derivatives in them, the plane.
@pytest.mark.parametrize(("v", "z"), [(0.3, 0.7), (1.5, 12.0), (7.25, 3.5)])
@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("jv", mpmath.besselj),
        ("yv", mpmath.bessely),
        ("iv", mpmath.besseli),
        ("kv", mpmath.besselk),
        ("kve", lambda v, z: mpmath.exp(z) * mpmath.besselk(v, z)),
        ("ive", lambda v, z: mpmath.exp(-z) * mpmath.besseli(v, z)),
    ],
)
def test_bessel_functions_of_real_order(name: str, reference: Callable[..., Any], v: float, z: float) -> None:
    function = getattr(special, name)
    with mpmath.workdps(40):
        want = float(reference(v, z))
        by_order, by_argument = (float(mpmath.diff(reference, (v, z), n)) for n in ((1, 0), (0, 1)))
        w = complex(reference(v, mpmath.mpc(z, 1.0)) if "e" not in name else 0)
    assert function(f64(v), f64(z)).item() == pytest.approx(want, rel=1e-13)
    assert slope(function, f64(v), z) == pytest.approx(by_argument, rel=1e-11)
    assert slope(function, v, f64(z), place=0) == pytest.approx(by_order, rel=1e-11)
    if "e" not in name:
        found = function(v, torch.tensor(complex(z, 1.0), dtype=torch.complex128)).item()
        assert abs(found - w) <= 1e-13 * abs(w)


# tfp #1861, #2001: NaN near 1 for plain parameters; jax #2991, #15670, pytensor PR #90: slopes in the parameters.
def test_gauss_function_near_one() -> None:
    for a, b, c in itertools.product((0.5, 1.0, 2.25), (0.75, 1.5), (0.6, 2.0, 3.3)):
        for z in (0.9, 0.990, 0.9999):
            want = float(mpmath.hyp2f1(a, b, c, z))
            assert special.hyp2f1(a, b, c, f64(z)).item() == pytest.approx(want, rel=2e-13), (a, b, c, z)


def test_hypergeometric_functions_differentiate_in_parameters() -> None:
    point, places = (0.8, 1.6, 0.7), range(3)
    with mpmath.workdps(40):
        kummer = [float(mpmath.diff(mpmath.hyp1f1, point, tuple(int(i == k) for i in places))) for k in places]
        gauss = float(mpmath.diff(lambda c: mpmath.hyp2f1(0.8, 1.6, c, 0.9), 2.3))
    for k in places:
        assert slope(special.hyp1f1, *point, place=k) == pytest.approx(kummer[k], rel=1e-11)
    assert slope(special.hyp2f1, 0.8, 1.6, 2.3, 0.9, place=2) == pytest.approx(gauss, rel=1e-11)


# jax #20769, #40651: right only at the first place where angles broadcast; galax PRs #836, #844: NaN on the axis.
def test_spherical_harmonics_broadcast() -> None:
    n, m = torch.tensor([[[1]], [[3]]]), torch.tensor([[[-1]], [[2]]])
    theta, phi = f64(0.3, 1.1, 2.9)[:, None], f64(0.2, 4.0)
    found = special.sph_harm_y(n, m, theta, phi)
    assert found.shape == (2, 3, 2)
    for i, j, k in itertools.product(range(2), range(3), range(2)):
        want = complex(mpmath.spherharm(n[i].item(), m[i].item(), theta[j].item(), phi[k].item()))
        assert abs(found[i, j, k].item() - want) <= 1e-15


def test_spherical_harmonics_differentiate_on_the_axis() -> None:
    for n, m, want in (
        (1, 0, 0.0),
        (1, 1, -math.sqrt(3 / 8 / math.pi)),
        (2, 1, -math.sqrt(15 / 8 / math.pi)),
        (2, 2, 0),
    ):
        found = slope(lambda theta, n=n, m=m: special.sph_harm_y(n, m, theta, 0.0).real, 0.0)
        assert found == pytest.approx(want, rel=1e-14, abs=1e-15)


# jax PR #37676, tfp #1265: lgamma and the error functions reject complex arguments or lose digits there.
@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("wofz", lambda z: mpmath.exp(-z * z) * mpmath.erfc(-1j * z)),
        ("erfcx", lambda z: mpmath.exp(z * z) * mpmath.erfc(z)),
        ("erf", mpmath.erf),
        ("loggamma", mpmath.loggamma),
        ("digamma", mpmath.digamma),
    ],
)
def test_functions_in_the_plane(name: str, reference: Callable[[Any], Any]) -> None:
    for dtype, eps in ((torch.complex128, 2.0**-52), (torch.complex64, 2.0**-23)):
        for z in (0.5 + 0.25j, -2.25 + 3.5j, 4.0 - 1.125j, 12.0 + 0.5j, -0.125 - 7.0j):
            with mpmath.workdps(60):
                want = complex(reference(mpmath.mpc(z)))
            found = getattr(special, name)(torch.tensor(z, dtype=dtype))
            assert found.dtype is dtype
            if abs(want) < 1e37:
                assert abs(found.item() - want) <= 64 * eps * abs(want), (name, z)


# pytorch #143648: another value where it is compiled; #6190, #49015: digamma at and beside its poles.
def test_polygamma_is_the_same_where_it_is_compiled() -> None:
    x = f64(-1.0, -0.0, 0.0, 0.5, math.inf, -2.5)
    for n in (0, 1, 2):
        compiled = torch.compile(lambda y, n=n: special.polygamma(n, y), fullgraph=True, backend="aot_eager")
        torch.testing.assert_close(compiled(x), special.polygamma(n, x), rtol=0, atol=0, equal_nan=True)


def test_digamma_at_and_beside_its_poles() -> None:
    assert special.digamma(f64(0.0)).item() == -math.inf and special.digamma(f64(-0.0)).item() == math.inf
    assert math.isnan(special.digamma(f64(-3.0)).item())
    for x in (-1e-10, -0.9999999, -7.00000001, -100.5):
        assert special.digamma(f64(x)).item() == pytest.approx(float(mpmath.digamma(mpmath.mpf(x))), rel=1e-14)


# pytorch PR #42359: whole numbers become the default float.
@pytest.mark.parametrize("name", ["gamma", "erf", "j0", "expit", "ndtr", "zetac"])
def test_whole_numbers_become_floats(name: str) -> None:
    found = getattr(special, name)(torch.tensor([2, 3]))
    assert found.dtype is torch.float32
    torch.testing.assert_close(found, getattr(special, name)(torch.tensor([2.0, 3.0])), rtol=0, atol=0)
