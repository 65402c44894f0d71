"""Parabolic cylinder functions: identities far from the cards' samples, sequences of orders, arguments refused."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import scipy.special
import torch

from sci import special
from sci.special import _pbdv as reference

V = torch.linspace(-700.25, 800.5, 61, dtype=torch.float64)
X = torch.linspace(-60, 60, 49, dtype=torch.float64)


def test_wronskians() -> None:
    # W{U, V} = sqrt(2/pi) (DLMF 12.2.19), W{W(a, x), W(a, -x)} = 1 (12.14.4); relative to the sum's terms.
    v, x = V[:, None] / 10, X / 4
    (d, dp), (u, up) = special.pbdv(v, x), special.pbvv(v, x)
    size = (d * up).abs() + (dp * u).abs()
    assert ((d * up - dp * u - math.sqrt(2 / math.pi)).abs() <= 1e-13 * size).all()
    a = V[:, None] / 20
    (w, wp), (r, rp) = special.pbwa(a, x), special.pbwa(a, -x)
    size = (w * rp).abs() + (wp * r).abs()
    assert ((-w * rp - wp * r - 1).abs() <= 1e-13 * size).all()


def test_recurrence_for_large_orders() -> None:
    # D_(v+1) - x D_v + v D_(v-1) = 0 (DLMF 12.8.1), where nothing overflows
    v, x = torch.linspace(-150, 150, 31, dtype=torch.float64)[:, None], X[::3] / 3 + 0.1
    up, here, down = (special.pbdv(v + k, x)[0] for k in (1, 0, -1))
    size = up.abs() + (x * here).abs() + (v * down).abs()
    assert torch.isfinite(size).all()
    # beside zeros of all three the error is that of the order's ulp, which moves the phase by |v| eps
    assert ((up - x * here + v * down).abs() <= 3e-12 * size).all()


def test_whole_orders_are_hermites() -> None:
    x = torch.linspace(-9, 9, 19, dtype=torch.float64)
    for n in (0, 1, 2, 7, 24, 61):
        want = special.eval_hermitenorm(n, x) * torch.exp(-x * x / 4)
        scale = want.abs().max()
        found = special.pbdv(float(n), x)[0]
        assert ((found - want).abs() <= 1e-11 * want.abs() + 2e-14 * scale).all()


def test_scipy_where_it_is_right() -> None:
    v, x = np.linspace(-2, 5, 8)[:, None], np.linspace(0.5, 4, 8)
    for ours, theirs in ((special.pbdv, scipy.special.pbdv), (special.pbvv, scipy.special.pbvv)):
        for found, want in zip(ours(v, x), theirs(v, x), strict=True):
            np.testing.assert_allclose(found.numpy(), want, rtol=1e-9, atol=1e-9)
    for found, want in zip(special.pbwa(v, x), scipy.special.pbwa(v, x), strict=True):
        np.testing.assert_allclose(found.numpy(), want, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", ["pbdv", "pbvv"])
def test_sequences_are_the_functions(name: str) -> None:
    f, sequence = getattr(special, name), getattr(special, name + "_seq")
    x = torch.tensor([[0.5, -1.0], [3.0, 0.0]], dtype=torch.float64)
    values, slopes = sequence(3.25, x)
    assert values.shape == slopes.shape == (2, 2, 4)
    want = f(torch.tensor([0.25, 1.25, 2.25, 3.25], dtype=torch.float64), x[..., None])
    assert torch.equal(values, want[0]) and torch.equal(slopes, want[1])
    for v in (4.5, 2.0):
        for found, right in zip(sequence(v, 1.25), getattr(scipy.special, name + "_seq")(v, 1.25), strict=True):
            np.testing.assert_allclose(found.numpy(), right, rtol=2e-7)
    down = sequence(-2.5, torch.tensor(1.0, dtype=torch.float64))[0]
    assert torch.equal(down, f(torch.tensor([-0.5, -1.5, -2.5], dtype=torch.float64), 1.0)[0])


def test_complex_sequence() -> None:
    z = torch.tensor([0.5 + 1j, -3 + 2j, 2j, 1.5], dtype=torch.complex128)
    values, slopes = special.pbdn_seq(12, z)
    for i, point in enumerate(z.tolist()):
        for n in (0, 1, 5, 12):  # SciPy takes the real part for z in the exponential
            want = mpmath.pcfd(n, point), mpmath.diff(lambda t, n=n: mpmath.pcfd(n, t), point)
            assert abs(values[i, n].item() - complex(want[0])) <= 1e-14 * abs(want[0])
            assert abs(slopes[i, n].item() - complex(want[1])) <= 1e-12 * abs(want[1])
    assert torch.equal(special.pbdn_seq(0, 1.0)[0], special.pbdn_seq(1, 1.0)[0])
    x = torch.tensor([-8.0, 0.25, 40.0], dtype=torch.float64)
    values, slopes = special.pbdn_seq(200, x)
    want = special.pbdv_seq(200.0, x)
    # beside zeros relative to the neighbours
    for found, right in zip((values, slopes), want, strict=True):
        size = right.abs() + torch.roll(right, 1, -1).abs()
        assert ((found - right).abs() <= 1e-11 * size + 1e-300).all()


def test_refused() -> None:
    with pytest.raises(ValueError, match="n"):
        special.pbdn_seq(-1, 1.0)
    with pytest.raises(ValueError, match="v"):
        special.pbdv_seq(torch.ones(2), 1.0)
    for v in (math.inf, math.nan, 1e300):
        with pytest.raises(ValueError, match="pbvv_seq: v must be of at most 1000000 in size"):
            special.pbvv_seq(v, 1.0)
    with pytest.raises(TypeError):
        special.pbdv(1j, 1.0)


@pytest.mark.parametrize("v", [2.1e-6, -5.1e-6, 1e-20, 3e-12])
@pytest.mark.parametrize("x", [-5.6, -0.0018, -1e-7, 0.7])
def test_beside_order_zero_the_distance_counts(v: float, x: float) -> None:
    """-v - 1/2 rounds it away; D_v (x < 0, large) and V_v (x small) are in proportion to it."""
    for name, kind in (("pbdv", "U"), ("pbvv", "V")):
        with mpmath.workdps(60):
            want = reference._solve(mpmath.mp, kind, mpmath.mpf(v), mpmath.mpf(x))
        found = getattr(special, name)(torch.tensor(v, dtype=torch.float64), torch.tensor(x, dtype=torch.float64))
        for f, w in zip(found, want, strict=True):
            assert abs(f.item() / float(w) - 1) < 1e-13, name


def test_whole_order_at_small_argument() -> None:
    """V(17.5, 0) = 0."""
    value, slope = special.pbvv(torch.tensor(-18.0, dtype=torch.float64), torch.tensor(-1.9e-9, dtype=torch.float64))
    assert abs(value / (-1.9e-9 * slope) - 1) < 1e-14
