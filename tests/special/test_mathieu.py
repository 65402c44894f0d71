"""Mathieu functions: identities far from the cards' samples, SciPy where it is right, tables, arguments refused."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import scipy.linalg
import scipy.special
import torch

from sci import special
from sci.special import _mathieu_modified as reference

F64 = torch.float64


def test_characteristic_values_of_a_table() -> None:
    # Abramowitz and Stegun, table 20.1
    q = torch.tensor([5.0, 25.0], dtype=F64)
    for m, want in (
        (0, (-5.80004602, -40.25677955)),
        (2, (7.44910974, -3.52216473)),
        (10, (100.12636922, 103.23020480)),
    ):
        assert (special.mathieu_a(m, q) - torch.tensor(want, dtype=F64)).abs().max() < 5e-8
    for m, want in ((2, (2.09946045, -21.31486062)), (10, (100.12636922, 103.22568004))):
        assert (special.mathieu_b(m, q) - torch.tensor(want, dtype=F64)).abs().max() < 5e-8


def test_branches_beside_each_other() -> None:
    # a_0 < b_1 < a_1 < b_2 < ... for q > 0 (DLMF 28.2.11), where SciPy takes a wrong one
    for q in (170.0, 205.5, 250.0, 4000.0):
        m = torch.arange(61)
        a, b = special.mathieu_a(m, torch.tensor(q, dtype=F64)), special.mathieu_b(m + 1, torch.tensor(q, dtype=F64))
        tiny = 1e-13 * (a.abs() + 2 * q)  # a_m and b_(m+1) may be the same to all digits
        assert (b >= a - tiny).all() and (a[1:] > b[:-1] - tiny[1:]).all()


def test_characteristic_values_of_matrices() -> None:
    generator = np.random.default_rng(5)
    for _ in range(40):
        m, q, even = int(10 ** generator.uniform(0, 3)), 10 ** generator.uniform(-3, 5.5), generator.random() < 0.5
        first = (m % 2 if even else 2 - m % 2) if m else 0
        p = 2.0 * np.arange(int(0.5 * math.sqrt(m * m + 4 * q)) + 60 + int(30 * q ** (1 / 6))) + first
        diagonal, beside = p * p, np.full(len(p) - 1, q)
        if first == 0:
            beside[0] *= math.sqrt(2)
        if first == 1:
            diagonal[0] += q if even else -q
        (want,) = scipy.linalg.eigh_tridiagonal(
            diagonal, beside, True, select="i", select_range=((m - first) // 2, (m - first) // 2)
        )
        found = (special.mathieu_a if even else special.mathieu_b)(m, torch.tensor(q, dtype=F64)).item()
        assert abs(found - want) < 1e-11 * (abs(want) + 2 * q)


def test_zeros_and_ends_are_exact() -> None:
    # x in degrees is measured from the nearest end, also where a negative q turns the interval round
    x = torch.tensor([1e-9, 90 - 2.0**-40], dtype=F64)
    for q in (-6.0, 6.0):
        y, yp = special.mathieu_sem(3, q, x)
        assert abs(y[0] / (math.radians(1e-9) * yp[0]) - 1) < 1e-14
        y, yp = special.mathieu_cem(3, q, x)
        assert abs(y[1] / (-math.radians(2.0**-40) * yp[1]) - 1) < 1e-14


@pytest.mark.parametrize("even", [True, False])
def test_the_equation_of_characteristic_values(even: bool) -> None:
    # da/dq = 1/pi int 2 cos(2x) y^2 dx over a period, in which the trapezoidal rule is exact (Hellmann and Feynman)
    x = torch.arange(0, 360, 0.5, dtype=F64)
    for m, q in ((1, -3.0), (2, 40.0), (7, 5.0), (30, 700.0), (150, 2000.0)):
        parameter = torch.tensor(q, dtype=F64, requires_grad=True)
        value = (special.mathieu_a if even else special.mathieu_b)(m, parameter)
        (slope,) = torch.autograd.grad(value, parameter)
        y, _ = (special.mathieu_cem if even else special.mathieu_sem)(m, q, x)
        assert abs((y * y).mean().item() - 0.5) < 1e-13
        want = 2 * (2 * torch.cos(2 * torch.deg2rad(x)) * y * y).mean()
        assert abs(slope - want) < 1e-12


def test_small_values_keep_their_digits() -> None:
    # About 0 the function is 1e-20 of what it is at its maximum; it obeys the equation relatively to itself.
    q = torch.tensor(900.0, dtype=F64)
    x = torch.tensor([0.0, 0.01, 1.0, 7.0], dtype=F64, requires_grad=True)
    y, yp = special.mathieu_cem(2, q, x)
    (second,) = torch.autograd.grad(yp.sum(), x)
    a = special.mathieu_a(2, q)
    rate = 2 * q * torch.cos(2 * torch.deg2rad(x)) - a
    assert 0 < y[0] < 1e-20
    assert torch.allclose(second * 180 / math.pi, rate * y, rtol=1e-13, atol=0)
    h = 1e-3
    near, far = special.mathieu_cem(2, q, x - h)[0], special.mathieu_cem(2, q, x + h)[0]
    step = math.radians(h)
    assert torch.allclose((near - 2 * y + far) / step**2, rate * y, rtol=1e-5, atol=0)


def test_wronskians_of_modified_functions() -> None:
    x = torch.tensor([-1.5, -0.2, 0.0, 0.3, 1.0, 2.5], dtype=F64)
    for m, q in ((1, 0.01), (2, 3.0), (5, 90.0), (20, 400.0), (40, 2.0), (90, 70.0), (60, 3000.0)):
        for first, second in (
            (special.mathieu_modcem1, special.mathieu_modcem2),
            (special.mathieu_modsem1, special.mathieu_modsem2),
        ):
            (f, fp), (g, gp) = first(m, q, x), second(m, q, x)
            size = (f * gp).abs() + (fp * g).abs()
            assert ((f * gp - fp * g - 2 / math.pi).abs() <= 1e-12 * size).all()


@pytest.mark.parametrize(
    ("m", "q", "x"), [(208, 3e3, 0.0016), (270, 3e4, 0.003), (320, 300.0, 0.6), (4759, 1e7, 0.1), (9000, 1e7, 1.0)]
)
def test_modified_functions_behind_the_turning_point(m: int, q: float, x: float) -> None:
    # The first kind is up to 1e-280 of what it is beyond, the second its inverse.
    at = torch.tensor(x, dtype=F64)
    for first, second in (
        (special.mathieu_modcem1, special.mathieu_modcem2),
        (special.mathieu_modsem1, special.mathieu_modsem2),
    ):
        (f, fp), (g, gp) = first(m, torch.tensor(q, dtype=F64), at), second(m, torch.tensor(q, dtype=F64), at)
        size = (f * gp).abs() + (fp * g).abs()
        assert ((f * gp - fp * g - 2 / math.pi).abs() <= 1e-12 * size).all()
        far, _ = second(m, torch.tensor(q, dtype=F64), -at)
        assert far.abs() > g.abs()
    assert special.mathieu_modsem2(9000, torch.tensor(1e7, dtype=F64), 0.5)[0].isinf()


@pytest.mark.parametrize(("m", "q"), [(2, 3.3), (3, 0.097), (5, 2e-4), (17, 8.1), (4, 60.0)])
def test_what_vanishes_at_zero_keeps_its_digits(m: int, q: float) -> None:
    with mpmath.workdps(40):
        for x in (4e-7, 0.0015, 0.03):
            at = [mpmath.mpf(t) for t in (q, x)]
            for name, even, which in (("modcem1", 1, 1), ("modsem1", 0, 0)):
                want = reference._products(mpmath.mp, even, 0, m, *at)[which]
                found = getattr(special, f"mathieu_{name}")(m, torch.tensor(q, dtype=F64), torch.tensor(x, dtype=F64))
                assert abs(found[which].item() / float(want) - 1) < 2e-14


def test_scipy_where_it_is_right() -> None:
    m, x = np.arange(1, 7)[:, None], np.linspace(-200, 300, 9)
    for q in (0.5, 6.0):
        for name in ("mathieu_cem", "mathieu_sem"):
            for found, want in zip(
                getattr(special, name)(torch.tensor(m), q, x), getattr(scipy.special, name)(m, q, x), strict=True
            ):
                np.testing.assert_allclose(found.numpy(), want, rtol=1e-7, atol=1e-7)
        for name in ("mathieu_modcem1", "mathieu_modcem2", "mathieu_modsem1", "mathieu_modsem2"):
            t = np.linspace(0.2, 1.5, 4)
            for found, want in zip(
                getattr(special, name)(torch.tensor(m), q, t), getattr(scipy.special, name)(m, q, t), strict=True
            ):
                np.testing.assert_allclose(found.numpy(), want, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", ["mathieu_even_coef", "mathieu_odd_coef"])
def test_coefficients(name: str) -> None:
    for m, q in ((1, 0.5), (2, 5.0), (5, 20.0)):
        found, want = getattr(special, name)(m, torch.tensor(q, dtype=F64)), getattr(scipy.special, name)(m, q)
        assert found.shape[0] == len(want)
        np.testing.assert_allclose(found[:10].numpy(), want[:10], rtol=1e-7, atol=1e-10)
        p = m % 2 if name == "mathieu_even_coef" else 2 - m % 2
        x = torch.tensor([12.0, 77.0], dtype=F64)
        wave = (torch.cos if name == "mathieu_even_coef" else torch.sin)(
            torch.deg2rad(x)[:, None] * (2 * torch.arange(len(want)) + p)
        )
        y = (special.mathieu_cem if name == "mathieu_even_coef" else special.mathieu_sem)(m, q, x)[0]
        assert torch.allclose((wave * found).sum(-1), y, rtol=1e-13, atol=1e-14)


def test_all_coefficients_of_a_large_parameter() -> None:
    found = special.mathieu_even_coef(2, torch.tensor(1e6, dtype=F64))
    assert len(found) < 2500
    assert abs((found * found).sum() + found[0] ** 2 - 1) < 1e-12  # DLMF 28.4.9


def test_refused() -> None:
    with pytest.raises(TypeError, match="m"):
        special.mathieu_a(1.5, 1.0)
    with pytest.raises(ValueError, match="m"):
        special.mathieu_odd_coef(0, 1.0)
    with pytest.raises(ValueError, match="q"):
        special.mathieu_even_coef(2, -1.0)
    with pytest.raises(ValueError, match="q"):
        special.mathieu_even_coef(2, torch.ones(2))
    with pytest.raises(ValueError, match=r"mathieu_odd_coef: q must be from 0 to 1e\+07"):
        special.mathieu_odd_coef(2, 1e300)
    with pytest.raises(ValueError, match="m"):
        special.mathieu_even_coef(10**18, 1.0)
    assert torch.isnan(special.mathieu_cem(10000, 1.5, 1.3)[0])


@pytest.mark.parametrize(
    ("name", "m", "q"),
    [
        ("cem", 0, 3.0),
        ("cem", 6, 223.3806383526762),
        ("cem", 5, 73.53811267841115),
        ("cem", 1, 1200.0),
        ("sem", 1, 16.68951138686997),
        ("sem", 7, 154.49092818568576),
        ("sem", 8, 41.96832697903797),
        ("sem", 2, 9.0),
    ],
)
def test_second_kind_beside_zero(name: str, m: int, q: float) -> None:
    """The value of Mc2 and the slope of Ms2 at 0 are exp(-4 sqrt(q)), down to 1e-58 here, and right relatively."""
    even = int(name == "cem")
    for x in (0.0, 1e-6, 2e-4, 0.003):
        with mpmath.workdps(140):
            want = reference._products(mpmath.mp, even, 1, m, mpmath.mpf(q), mpmath.mpf(x))
        found = getattr(special, f"mathieu_mod{name}2")(m, torch.tensor(q, dtype=F64), torch.tensor(x, dtype=F64))
        for a, b in zip(found, want, strict=True):
            assert abs(a.item() / float(b) - 1) < 4e-15 + 4e-16 * math.sqrt(q)


def test_second_kind_beside_zero_by_the_parameter() -> None:
    for name, m in (("cem", 2), ("sem", 3)):
        q = torch.tensor(20.0, dtype=F64, requires_grad=True)
        even, which = int(name == "cem"), 0 if name == "cem" else 1
        small = getattr(special, f"mathieu_mod{name}2")(m, q, 0.0)[which]
        (first,) = torch.autograd.grad(small, q, create_graph=True)
        (second,) = torch.autograd.grad(first, q)
        with mpmath.workdps(60):
            h = mpmath.mpf(10) ** -15
            low, at, high = (
                reference._products(mpmath.mp, even, 1, m, 20 + k * h, mpmath.mpf(0))[which] for k in (-1, 0, 1)
            )
            slope, bend = float((high - low) / (2 * h)), float((high - 2 * at + low) / h**2)
        assert abs(first.item() / slope - 1) < 1e-12
        assert abs(second.item() / bend - 1) < 1e-11
