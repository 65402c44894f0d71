"""Airy, Struve and Wright functions and integrals: identities, range, arguments of every kind."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import torch

from sci import special

EPSILON = torch.finfo(torch.float64).eps


def plane(count: int, low: float, high: float, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    r, t = torch.rand(2, count, generator=generator, dtype=torch.float64)
    return torch.polar(torch.exp(math.log(low) + r * math.log(high / low)), (2 * t - 1) * math.pi)


def test_airy_wronskian() -> None:
    """DLMF 9.2.7: Ai Bi' - Ai' Bi = 1/pi, held against the size of its terms."""
    for z in (plane(3000, 1e-3, 50), torch.linspace(-90, 90, 3000, dtype=torch.float64)):
        ai, aip, bi, bip = special.airy(z)
        size = (ai * bip).abs() + (aip * bi).abs()
        assert ((ai * bip - aip * bi - 1 / math.pi).abs() < 30 * EPSILON * size).all()


def test_airye_beyond_the_range() -> None:
    x = torch.tensor([1e8, 1e30, 1e300], dtype=torch.float64)
    ai, _, bi, _ = special.airye(x)
    second = 5 / 48 * x**-1.5  # DLMF 9.7.5 and 9.7.7
    torch.testing.assert_close(ai, x**-0.25 / (2 * math.sqrt(math.pi)) * (1 - second), rtol=1e-15, atol=0)
    torch.testing.assert_close(bi, x**-0.25 / math.sqrt(math.pi) * (1 + second), rtol=1e-15, atol=0)
    for out in special.airye(torch.complex(x, x)):
        assert out.isfinite().all()
    v = torch.tensor([0.5, 1e9], dtype=torch.float64, requires_grad=True)
    special.airye(v)[0].sum().backward()
    assert v.grad is not None
    assert math.isclose(v.grad[1], -0.25 * 1e9**-1.25 / (2 * math.sqrt(math.pi)), rel_tol=1e-12)


def test_airye_is_airy_with_factors() -> None:
    z = plane(500, 0.05, 40)
    zeta = 2 / 3 * z * z.sqrt()
    up, down = torch.exp(zeta), torch.exp(-zeta.real.abs())
    for found, want, factor in zip(special.airye(z), special.airy(z), (up, up, down, down), strict=True):
        assert ((found - want * factor).abs() < 4e-13 * found.abs() + 1e-300).all()


@pytest.mark.parametrize("v", [-3.4, -0.7, 0.0, 1.0, 2.6, 25.0])
def test_struve_recurrence(v: float) -> None:
    """DLMF 11.4.23 and 11.4.25, which joins the methods of three orders."""
    x = torch.logspace(-1, 2, 400, dtype=torch.float64)
    g = (x / 2) ** v / math.sqrt(math.pi) * special.rgamma(torch.tensor(v + 1.5, dtype=torch.float64))
    for f, sign in ((special.struve, 1.0), (special.modstruve, -1.0)):
        low, mid, high = f(v - 1, x), f(v, x), f(v + 1, x)
        size = low.abs() + high.abs() + (2 * v / x * mid).abs() + g.abs()
        error = (low + sign * high - 2 * v / x * mid - g).abs()
        assert (error < 300 * EPSILON * size).all()


def test_wright_bessel_is_i() -> None:
    x = torch.logspace(-2, 4.5, 100, dtype=torch.float64)
    want = special.ive(1.5, 2 * x.sqrt()).log() + 2 * x.sqrt() - 0.75 * x.log()
    torch.testing.assert_close(special.log_wright_bessel(1.0, 2.5, x), want, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("name", ["itj0y0", "it2j0y0", "iti0k0", "it2i0k0"])
def test_parity_of_integrals(name: str) -> None:
    x = torch.tensor([0.3, 3.0, 60.0], dtype=torch.float64)
    first, second = getattr(special, name)(x)
    mirrored, none = getattr(special, name)(-x)
    sign = 1 if name.startswith("it2") else -1
    assert torch.equal(mirrored, sign * first) and none.isnan().all() and second.isfinite().all()


def test_besselpoly_large() -> None:
    """Against int_0^1 x J_0(2 a x) dx = J_1(2a)/(2a), and the recurrence in the exponent for large a."""
    a = torch.logspace(-2, 5, 300, dtype=torch.float64)
    want = special.j1(2 * a) / (2 * a)
    size = torch.maximum(want.abs(), 0.5 * a**-1.5 / math.sqrt(math.pi))
    assert ((special.besselpoly(a, 1.0, 0.0) - want).abs() < 60 * EPSILON * size).all()


FUZZED = (
    ("airy", "z"), ("airye", "z"), ("itairy", "r"), ("struve", "rr"), ("modstruve", "rr"), ("wright_bessel", "rrr"),
    ("log_wright_bessel", "rrr"), ("besselpoly", "rrr"), ("itj0y0", "r"), ("it2i0k0", "r"), ("itmodstruve0", "r"),
    ("jv", "rz"), ("yv", "rz"), ("ive", "rz"), ("kve", "rz"), ("hankel1e", "rz"), ("hankel2", "rz"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "kinds"), FUZZED)
def test_every_bit_pattern(name: str, kinds: str) -> None:
    """No argument loops or crashes, and NaN goes in and out."""
    generator = torch.Generator().manual_seed(len(name))

    def bits() -> torch.Tensor:
        return torch.randint(-(2**63), 2**63 - 1, (1500,), generator=generator).view(torch.float64)

    args = [torch.complex(bits(), bits()) if kind == "z" else bits() for kind in kinds]
    found = getattr(special, name)(*args)
    unknown = torch.stack([x.isnan() for x in args]).any(0)
    for out in found if isinstance(found, tuple) else (found,):
        assert out.shape == (1500,) and out[unknown].isnan().all()


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("x", [-123456.0, -1e6, -1e8, -1e10, -3e10])
def test_airy_of_a_large_phase(x: float, dtype: torch.dtype) -> None:
    point = torch.tensor(x, dtype=dtype)
    with mpmath.workdps(60):
        pairs = [(f(point.item()), f(point.item(), derivative=1)) for f in (mpmath.airyai, mpmath.airybi)]
        want = [float(y) for pair in pairs for y in pair]
        size = [float(mpmath.hypot(pairs[0][k % 2], pairs[1][k % 2])) for k in range(4)]
    for z in (point, torch.complex(point, point.new_tensor(0.0))):
        for found, w, s in zip(special.airy(z), want, size, strict=True):
            assert abs(found.item() - w) <= 4 * torch.finfo(dtype).eps * s
    for found, w, s in zip(special.airye(point)[2:], want[2:], size[2:], strict=True):
        assert abs(found.item() - w) <= 4 * torch.finfo(dtype).eps * s


@pytest.mark.parametrize("x", [-1e11, -1.09e37, -1e150, -1e300])
def test_airy_of_a_phase_without_digits(x: float) -> None:
    point = torch.tensor(x, dtype=torch.float64)
    assert all(torch.isnan(f) for f in special.airy(point))
    assert all(torch.isnan(f.real) for f in special.airy(torch.complex(point, torch.zeros_like(point))))
    beside = special.airy(torch.complex(point, 1 / point.abs().sqrt()))  # exp(+-Re zeta) about 1
    assert all(torch.isnan(f.real) for f in beside)
    assert abs(special.itairy(-point.new_tensor(1.09e37))[0].item() + 2 / 3) < EPSILON


def test_spherical_kn_of_negative_arguments() -> None:
    """k_1(z) = (pi/2) e^-z (1/z + 1/z^2) and k_2 hold on both sides of 0; infinities as in SciPy."""
    z = torch.tensor([-40.0, -3.0, -0.2, -1e-8, 0.7], dtype=torch.float64)
    x = z.numpy()
    first = math.pi / 2 * np.exp(-x) * (1 / x + 1 / x**2)
    second = math.pi / 2 * np.exp(-x) * (1 / x + 3 / x**2 + 3 / x**3)
    np.testing.assert_allclose(special.spherical_kn(1, z).numpy(), first, rtol=2e-15)
    np.testing.assert_allclose(special.spherical_kn(2, z).numpy(), second, rtol=4e-15)
    assert special.spherical_kn(2, torch.tensor(-math.inf)).item() == -math.inf
    far = torch.tensor([complex(-math.inf), complex(math.inf), complex(math.inf, math.inf)])
    assert special.spherical_jn(2, far).tolist() == [0, 0, complex(math.inf, math.inf)]
    assert special.spherical_kn(2, far)[:2].tolist() == [-math.inf, 0]


@pytest.mark.parametrize(("a", "b", "x"), [(5.0, 100.0, 1e5), (4.0, 60.0, 1e6), (5.0, 0.0, 1e8), (100.0, 0.0, 1e20)])
def test_wright_bessel_of_few_terms(a: float, b: float, x: float) -> None:
    """Where few terms count of the many that a large x suggests, among them the smallest numbers."""
    with mpmath.workdps(40):
        wanted = mpmath.nsum(lambda k: mpmath.mpf(x) ** k / mpmath.factorial(k) * mpmath.rgamma(a * k + b), [0, 60])
        log_wanted = float(mpmath.log(wanted))
    arguments = [torch.tensor(y, dtype=torch.float64) for y in (a, b, x)]
    assert special.wright_bessel(*arguments).item() == pytest.approx(float(wanted), rel=1e-13)
    assert special.log_wright_bessel(*arguments).item() == pytest.approx(log_wanted, rel=1e-14)


@pytest.mark.parametrize("b", [1.0, 2.0, 1 + 2.0**-40, 2 - 2.0**-30])
@pytest.mark.parametrize("x", [1e-20, 3e-9, 0.01])
def test_log_wright_bessel_beside_zero(b: float, x: float) -> None:
    """Where the function is about 1, the logarithm of its double has no digit."""
    arguments = (torch.tensor(q, dtype=torch.float64) for q in (0.5, b, x))
    with mpmath.workdps(50):
        half = mpmath.mpf(1) / 2
        wanted = mpmath.log(sum(mpmath.mpf(x) ** k / mpmath.fac(k) / mpmath.gamma(half * k + b) for k in range(40)))
    assert special.log_wright_bessel(*arguments).item() == pytest.approx(float(wanted), rel=2e-15)


@pytest.mark.parametrize(
    ("name", "v", "x"),
    [("struve", -316.25, 39.8), ("modstruve", -1.25e-10, 1e-30), ("struve", 100.25, 0.4), ("modstruve", -100.4, 47.0)],
)
def test_struve_of_hard_orders(name: str, v: float, x: float) -> None:
    with mpmath.workdps(60):
        wanted = float((mpmath.struveh if name == "struve" else mpmath.struvel)(v, x))
    value = getattr(special, name)(torch.tensor(v, dtype=torch.float64), torch.tensor(x, dtype=torch.float64)).item()
    assert value == pytest.approx(wanted, rel=4e-15)


def test_kelvin_functions_at_zero_and_beside_it() -> None:
    """-pi/4 in the precision of the argument, and kei' = x (1/2 - gamma - log(x/2)) / 2 where K_1 has no digit."""
    assert special.kei(torch.tensor(0.0, dtype=torch.float64)).item() == -math.pi / 4
    x = 1e-300
    want = x / 2 * (0.5 - 0.5772156649015329 - math.log(x / 2))
    assert special.keip(torch.tensor(x, dtype=torch.float64)).item() == pytest.approx(want, rel=1e-15)


def test_struve_of_orders_beyond_the_series() -> None:
    """Orders that no `int` holds, too: by compiler and processor they became the least one or the largest."""
    v = torch.tensor([-1.25e5, -1e10, -1.8e28, -1e300], dtype=torch.float64)
    for f in (special.struve, special.modstruve):
        assert f(v, torch.tensor(2.0)).isnan().all()
        assert f(v.float(), torch.tensor(2.0)).isnan()[:3].all()
