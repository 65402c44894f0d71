"""Spheroidal functions and their derivatives in c at points of their own, by eigenvectors of the matrix in mpmath."""

from __future__ import annotations

import random
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.linalg
import torch

from sci import special

mpf = mpmath.mpf


def eigenpair(oblate: bool, m: int, n: int, c: Any) -> tuple[Any, list[Any]]:
    """Rayleigh's quotient iteration on the matrix of orthonormal Legendre functions (DLMF 30.8), from LAPACK's pair."""
    size = int(n / 2 + float(c) + 25 + mpmath.mp.dps * 0.6)
    sign = -1 if oblate else 1
    degrees = [mpf(m + (n - m) % 2 + 2 * k) for k in range(size)]
    mean = [(2 * j * (j + 1) - 2 * m * m - 1) / ((2 * j - 1) * (2 * j + 3)) for j in degrees]
    diagonal = [j * (j + 1) + sign * c * c * t for j, t in zip(degrees, mean, strict=True)]
    beside = [
        sign * c * c * mpmath.sqrt(((j + 1) ** 2 - m * m) * ((j + 2) ** 2 - m * m) / ((2 * j + 1) * (2 * j + 5)))
        / (2 * j + 3)
        for j in degrees[:-1]
    ]  # fmt: skip
    index = (n - m) // 2
    value, vector = scipy.linalg.eigh_tridiagonal(
        np.array(diagonal, float), np.array(beside, float), select="i", select_range=(index, index)
    )
    found, x = mpf(value[0]), [mpf(t) for t in vector[:, 0]]
    for _ in range(5):  # each triples the digits
        pivots, y = [diagonal[0] - found], list(x)
        for k in range(size - 1):
            ratio = beside[k] / (pivots[k] or mpmath.eps)
            pivots.append(diagonal[k + 1] - found - ratio * beside[k])
            y[k + 1] -= ratio * y[k]
        y[-1] /= pivots[-1] or mpmath.eps
        for k in range(size - 2, -1, -1):
            y[k] = (y[k] - beside[k] * y[k + 1]) / (pivots[k] or mpmath.eps)
        norm = mpmath.sqrt(sum(t * t for t in y))
        x = [t / norm for t in y]
        found = sum(d * t * t for d, t in zip(diagonal, x, strict=True))
        found += 2 * sum(e * s * t for e, s, t in zip(beside, x, x[1:], strict=False))
    return found, x


def legendre(m: int, degrees: list[int], x: Any) -> list[tuple[Any, Any]]:
    """P_l^m of unit norm, without the sign (-1)^m, and its derivative."""
    before, now, out = mpf(0), mpmath.sqrt(1 - x * x) ** m * mpmath.fac2(2 * m - 1), {}
    for j in range(m, degrees[-1] + 1):
        norm = mpmath.sqrt(mpf(2 * j + 1) / 2 * mpmath.rf(j - m + 1, 2 * m) ** -1)
        out[j] = norm * now, norm * ((j + m) * before - j * x * now) / (1 - x * x)
        before, now = now, ((2 * j + 1) * x * now - (j + m) * before) / (j - m + 1)
    return [out[j] for j in degrees]


def angular(oblate: bool, m: int, n: int, c: Any, x: Any) -> tuple[Any, ...]:
    _, d = eigenpair(oblate, m, n, c)
    parity = (n - m) % 2
    degrees = [m + parity + 2 * k for k in range(len(d))]
    at_x, at_zero = legendre(m, degrees, x), legendre(m, degrees, mpf(0))
    k = (n - m) // 2
    unit = at_zero[k][parity] / mpmath.sqrt(mpf(2 * n + 1) / 2 / mpmath.rf(n - m + 1, 2 * m))
    scale = unit / sum(t * p[parity] for t, p in zip(d, at_zero, strict=True))
    return tuple(scale * sum(t * p[i] for t, p in zip(d, at_x, strict=True)) for i in (0, 1))


def radial(oblate: bool, m: int, n: int, c: Any, x: Any) -> tuple[Any, ...]:
    """The first kind: DLMF 30.11.3-4."""
    _, d = eigenpair(oblate, m, n, c)
    sign, first = (1 if oblate else -1), m + (n - m) % 2
    total, waves = mpf(0), []
    for k, t in enumerate(d):
        j = first + 2 * k
        weight = t * mpmath.sqrt((2 * j + 1) * mpmath.rf(j - m + 1, 2 * m))
        total += weight
        waves.append((j, weight * (-1) ** ((j - n) // 2)))
    front = (1 + sign / x**2) ** (mpf(m) / 2)

    def sum_at(z: Any) -> tuple[Any, Any]:
        f = {j: mpmath.sqrt(mpmath.pi / (2 * z)) * mpmath.besselj(j + mpf(1) / 2, z) for j, _ in waves}
        after = {j: mpmath.sqrt(mpmath.pi / (2 * z)) * mpmath.besselj(j + mpf(3) / 2, z) for j, _ in waves}
        value = sum(w * f[j] for j, w in waves) / total
        return value, sum(w * (j / z * f[j] - after[j]) for j, w in waves) / total

    value, slope = sum_at(c * x)
    return front * value, front * (c * slope - sign * m / (x**3 * (1 + sign / x**2)) * value)


@pytest.mark.parametrize("oblate", [False, True], ids=["prolate", "oblate"])
@pytest.mark.parametrize("name", ["ang1", "rad1"])
def test_values_and_derivatives(oblate: bool, name: str) -> None:
    draw = random.Random(20)
    function, reference = (
        getattr(special, f"{'obl' if oblate else 'pro'}_{name}"),
        angular if name == "ang1" else radial,
    )
    for _ in range(8 if name == "ang1" else 5):
        m = draw.choice([0, 1, 2, 5])
        n, c = m + draw.randint(0, 12), 10 ** draw.uniform(-1.5, 1.4)
        x = draw.uniform(-1, 1) if name == "ang1" else 10 ** draw.uniform(-0.7, 1) + (not oblate)
        with mpmath.workdps(60 + int(c) + 2 * n):
            step = mpf(c) * mpf(10) ** -14
            (low, want, high) = (reference(oblate, m, n, mpf(c) + k * step, mpf(x)) for k in (-1, 0, 1))
            slopes = [float((b - a) / (2 * step)) for a, b in zip(low, high, strict=True)]
        at = torch.tensor(c, dtype=torch.float64, requires_grad=True)
        found = function(m, n, at, torch.tensor(x, dtype=torch.float64))
        for k in (0, 1):
            (slope,) = torch.autograd.grad(found[k], at, retain_graph=True)
            # One rounding of c, and of x in what oscillates.
            condition = abs(c * slopes[k] / float(want[k])) + abs(x * float(want[1] / want[0])) + n + c
            assert abs(found[k].item() / float(want[k]) - 1) < 2.3e-16 * max(16, 2 * condition), (m, n, c, x, k)
            assert abs(slope.item() / slopes[k] - 1) < 1e-11, (m, n, c, x, k)


@pytest.mark.parametrize("oblate", [False, True], ids=["prolate", "oblate"])
def test_characteristic_values(oblate: bool) -> None:
    """And their derivatives."""
    draw = random.Random(21)
    for _ in range(12):
        m = draw.choice([0, 1, 3, 8])
        n, c = m + draw.randint(0, 25), 10 ** draw.uniform(-2, 1.8)
        with mpmath.workdps(30):
            step = mpf(c) * mpf(10) ** -10
            (low, want, high) = (eigenpair(oblate, m, n, mpf(c) + k * step)[0] for k in (-1, 0, 1))
            slope = float((high - low) / (2 * step))
        at = torch.tensor(c, dtype=torch.float64, requires_grad=True)
        found = (special.obl_cv if oblate else special.pro_cv)(m, n, at)
        condition = abs(c * slope / float(want))
        assert abs(found.item() / float(want) - 1) < 4.5e-16 * max(1, condition)
        assert abs(torch.autograd.grad(found, at)[0].item() / slope - 1) < 1e-12
