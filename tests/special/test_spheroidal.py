"""Spheroidal functions: identities, limits, and places where sums of Legendre and Bessel functions lose digits."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special
import torch

from sci import special
from sci.special import _spheroidal_reference as reference

MODES = [(0, 0), (0, 1), (1, 1), (1, 4), (2, 5), (3, 9), (0, 30), (10, 14)]
KINDS = ["pro", "obl"]


def double(x: Any) -> torch.Tensor:
    return torch.tensor(x, dtype=torch.float64)


def of(kind: str, name: str) -> Any:
    return getattr(special, f"{kind}_{name}")


def radii(kind: str) -> torch.Tensor:
    x = torch.tensor([1e-6, 1e-3, 0.02, 0.3, 1.0, 2.5, 8.0, 300.0], dtype=torch.float64)
    return 1 + x if kind == "pro" else x


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("c", [1e-3, 0.7, 5.0, 30.0, 200.0])
def test_wronskian(kind: str, c: float) -> None:
    x = radii(kind)
    form = (x - 1) * (x + 1) if kind == "pro" else x * x + 1
    for m, n in MODES:
        r1, d1 = of(kind, "rad1")(m, n, c, x)
        r2, d2 = of(kind, "rad2")(m, n, c, x)
        product, other = r1 * d2, d1 * r2
        # Relative to the larger of the two terms, as they may cancel; both kinds may leave the range of doubles.
        found, want = product - other, 1 / (c * form)
        use = product.isfinite() & other.isfinite() & (r1.abs() > 1e-290) & (d1.abs() > 1e-290)
        scale = torch.maximum(torch.maximum(product.abs(), other.abs()), want)
        assert bool(use.any())
        assert ((found - want).abs() / scale)[use].max() < 2e-12, (m, n)


@pytest.mark.parametrize("kind", KINDS)
def test_without_c_they_are_legendre_functions(kind: str) -> None:
    x = torch.linspace(-0.99, 0.99, 11, dtype=torch.float64)
    for m, n in MODES:
        s, slope = of(kind, "ang1")(m, n, 0.0, x)
        want = special.assoc_legendre_p(n, m, x, diff_n=1) * (-1) ** m
        torch.testing.assert_close(s, want[0], rtol=1e-12, atol=1e-12 * want[0].abs().max().item())
        torch.testing.assert_close(slope, want[1], rtol=1e-12, atol=1e-12 * want[1].abs().max().item())
        assert of(kind, "cv")(m, n, double(0.0)) == n * (n + 1)


@pytest.mark.parametrize("kind", KINDS)
def test_parity_and_negative_c(kind: str) -> None:
    x, r = torch.linspace(0.05, 0.95, 5, dtype=torch.float64), radii(kind)[2:5]
    for m, n in MODES:
        even = of(kind, "ang1")(m, n, 3.0, x)
        mirrored = of(kind, "ang1")(m, n, -3.0, -x)
        sign = (-1) ** (n - m)
        torch.testing.assert_close(mirrored, (sign * even[0], -sign * even[1]), rtol=0, atol=0)
        for k in (1, 2):
            pair = of(kind, f"rad{k}")(m, n, 3.0, r)
            sign = (-1) ** (n + k - 1)
            torch.testing.assert_close(
                of(kind, f"rad{k}")(m, n, -3.0, r), (sign * pair[0], sign * pair[1]), rtol=0, atol=0
            )


@pytest.mark.parametrize("kind", KINDS)
def test_far_away_they_are_waves(kind: str) -> None:
    c, x = 2.0, double([1e6, 1e7])
    for m, n in MODES[:6]:
        phase = c * x - (n + 1) * math.pi / 2
        for k, wave in ((1, phase.cos()), (2, phase.sin())):
            r, _ = of(kind, f"rad{k}")(m, n, c, x)
            torch.testing.assert_close(r * c * x, wave, rtol=0, atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_functions_of_one_order_are_orthogonal(kind: str) -> None:
    nodes, weights = np.polynomial.legendre.leggauss(120)
    x, w = double(nodes), double(weights)
    n = torch.arange(1, 9)
    s, _ = of(kind, "ang1")(1, n[:, None], 12.0, x)
    s = s / (w * s * s).sum(-1, keepdim=True).sqrt()
    torch.testing.assert_close((w * s) @ s.T, torch.eye(8, dtype=torch.float64), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("kind", "c", "x"), [("pro", 80.0, 0.99), ("pro", 200.0, 0.9), ("obl", 80.0, 0.97)])
def test_large_c(kind: str, c: float, x: float) -> None:
    """Values of exp(-c) and exp(c) times that at 0."""
    with mpmath.workdps(30):
        want = reference.angular(mpmath.mp, kind == "obl", 0, 2, mpmath.mpf(c), mpmath.mpf(x))
    found = of(kind, "ang1")(0, 2, double(c), double(x))
    for a, b in zip(found, want, strict=True):
        assert abs(a.item() / float(b) - 1) < c * 1e-15


@pytest.mark.parametrize(("m", "n", "c"), [(0, 0, 5.0), (0, 0, 25.0), (1, 2, 10.0), (2, 3, 4.0), (4, 6, 15.0)])
def test_second_kind_on_the_disk(m: int, n: int, c: float) -> None:
    """At x = 0 the second oblate kind or its slope is exp(-2c) beside the first, and right to the last digits."""
    with mpmath.workdps(30):
        want = reference.radial(mpmath.mp, True, True, m, n, mpmath.mpf(c), mpmath.mpf(0))
    for a, b in zip(special.obl_rad2(m, n, double(c), double(0.0)), want, strict=True):
        assert abs(a.item() / float(b) - 1) < 1e-14 * c


@pytest.mark.parametrize("kind", KINDS)
def test_scipy_where_it_is_right(kind: str) -> None:
    for m, n in [(0, 0), (1, 2), (2, 2)]:
        for c in (0.5, 2.0):
            ours, theirs = of(kind, "ang1"), getattr(scipy.special, f"{kind}_ang1")
            np.testing.assert_allclose(ours(m, n, double(c), 0.4), theirs(m, n, c, 0.4), rtol=1e-12)
            ours, theirs = of(kind, "rad1"), getattr(scipy.special, f"{kind}_rad1")
            np.testing.assert_allclose(ours(m, n, double(c), 2.5), theirs(m, n, c, 2.5), rtol=1e-9)
            found, want = of(kind, "cv_seq")(m, n, double(c)), getattr(scipy.special, f"{kind}_cv_seq")(m, n, c)
            np.testing.assert_allclose(found, want, rtol=1e-12)


def test_published_values() -> None:
    """SpheroidalS1(1, 1, 30, 1.1) and SpheroidalS2(0, 0, 3, 1.02), which SciPy's own tests quote."""
    np.testing.assert_allclose(
        special.pro_rad1(1, 1, double(30), 1.1), (0.009657872296166435, 3.253369651472877), rtol=1e-12
    )
    np.testing.assert_allclose(
        special.pro_rad2(0, 0, double(3), 1.02), (-0.35089596858528077, 13.652764213480872), rtol=1e-13
    )


@pytest.mark.parametrize("kind", KINDS)
def test_given_values_make_the_same_functions(kind: str) -> None:
    c, x, r = double([0.5, 6.0, 40.0]), double(0.6), double(1.4)
    for m, n in MODES[:6]:
        cv = of(kind, "cv")(m, n, c)
        torch.testing.assert_close(of(kind, "ang1_cv")(m, n, c, cv, x), of(kind, "ang1")(m, n, c, x), rtol=0, atol=0)
        for k in (1, 2):
            torch.testing.assert_close(
                of(kind, f"rad{k}_cv")(m, n, c, cv, r), of(kind, f"rad{k}")(m, n, c, r), rtol=0, atol=0
            )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["ang1", "rad1", "rad2"])
def test_gradients_through_cv_are_those_of_c(kind: str, name: str) -> None:
    x = double(0.6 if name == "ang1" else 1.4)
    for m, n in MODES[1:6]:
        c = double([0.7, 4.0]).requires_grad_()
        direct = torch.autograd.grad(of(kind, name)(m, n, c, x)[0].sum(), c)[0]
        through = of(kind, f"{name}_cv")(m, n, c, of(kind, "cv")(m, n, c), x)[0]
        torch.testing.assert_close(torch.autograd.grad(through.sum(), c)[0], direct, rtol=1e-9, atol=0)


def test_large_degrees_and_limits() -> None:
    n = torch.arange(300, 303)
    s, _ = special.pro_ang1(0, n, double(20.0), double(0.3))
    assert s.isfinite().all()
    assert special.pro_cv(0, 1000, double(1.0)).isfinite()
    assert special.pro_cv(0, 1001, double(1.0)).isnan()
    assert special.pro_cv(0, 5, double(1e4)).isfinite()
    assert special.pro_cv(0, 5, double(1.1e4)).isnan()
    assert special.pro_rad1(0, 5, double(5000.0), double(1.5))[0].isfinite()
    assert special.pro_rad1(0, 900, double(5000.0), double(1.5))[0].isnan()


@pytest.mark.parametrize("kind", KINDS)
def test_any_bits(kind: str) -> None:
    """Random doubles, and whole numbers for the mode: no crash, NaN exactly outside the domain."""
    generator = torch.Generator().manual_seed(7)
    bits = torch.randint(-(2**63), 2**63 - 1, (4, 300), generator=generator)
    m, n, c, x = bits.view(torch.float64)
    whole = torch.randint(0, 12, (2, 300), generator=generator).double()
    for a, b in ((m, n), (whole[0], whole[0] + whole[1])):
        for name in ("ang1", "rad1", "rad2"):
            value, _ = of(kind, name)(a, b, c, x)
            inside = x.abs() < 1 if name == "ang1" else x > 1 if kind == "pro" else x >= 0
            valid = inside & (a >= 0) & (a <= b) & (a == a.floor()) & (b == b.floor()) & (c.abs() <= 1e4) & (b <= 1000)
            assert bool((value.isnan() == ~valid).all())


@pytest.mark.parametrize("m", [-1, 0.5, "a"])
def test_sequences_refuse(m: Any) -> None:
    with pytest.raises(ValueError, match="m"):
        special.pro_cv_seq(m, 3, 1.0)
    with pytest.raises(ValueError, match="n"):
        special.obl_cv_seq(2, 1, 1.0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["rad1_cv", "rad2_cv"])
def test_second_derivatives_for_a_value_at_hand(kind: str, name: str) -> None:
    """In c, the characteristic value and x, which may vary apart from each other."""
    for m, n in MODES[1:5]:
        c = double(2.5)
        at = tuple(t.clone().requires_grad_() for t in (c, of(kind, "cv")(m, n, c), double(1.4)))

        def function(c: torch.Tensor, cv: torch.Tensor, x: torch.Tensor, m: int = m, n: int = n) -> Any:
            return of(kind, name)(m, n, c, cv, x)

        assert torch.autograd.gradgradcheck(function, at, check_fwd_over_rev=True, check_rev_over_rev=True)


@pytest.mark.parametrize("kind", KINDS)
def test_second_derivatives_keep_their_digits(kind: str) -> None:
    """Close to where Miller's recurrence starts from far above: 1e-11 were lost."""
    m, n, at = 2, 3, (4.0, 16.8129585075665, 1.1305997767972311)
    c, cv, x = (torch.tensor(t, dtype=torch.float64, requires_grad=True) for t in at)
    r, _ = of(kind, "rad1_cv")(m, n, c, cv, x)
    (first,) = torch.autograd.grad(r, c, create_graph=True)
    (second,) = torch.autograd.grad(first, c)
    with mpmath.workdps(60):
        C, CV, X, h = *map(mpmath.mpf, at), mpmath.mpf(10) ** -18
        f = [reference.radial_continued(mpmath.mp, kind == "obl", False, m, n, C + k * h, CV, X)[0] for k in (-1, 0, 1)]
        slope, curvature = float((f[2] - f[0]) / (2 * h)), float((f[0] - 2 * f[1] + f[2]) / h**2)
    assert abs(first.item() / slope - 1) < 2e-15
    assert abs(second.item() / curvature - 1) < 2e-14
