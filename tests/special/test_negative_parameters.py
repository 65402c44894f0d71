"""Orthogonal polynomials whose parameters have no weight function: exact sums of fractions are the reference."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest
import torch

from sci import special

Number = Fraction | float


def binomial(top: Fraction, k: int) -> Fraction:
    value = Fraction(1)
    for i in range(k):
        value = value * (top - i) / (i + 1)
    return value


def jacobi(n: int, alpha: Fraction, beta: Fraction, x: Fraction) -> Fraction:
    """DLMF 18.5.8."""
    u, v = (x - 1) / 2, (x + 1) / 2
    up = [Fraction(1)]
    down = [Fraction(1)]
    for s in range(n):
        up.append(up[-1] * (n + beta - s) / (s + 1))
        down.append(down[-1] * (n + alpha - s) / (s + 1))
    return sum((down[n - s] * up[s] * u**s * v ** (n - s) for s in range(n + 1)), 0 * x)


def gegenbauer(n: int, lam: Fraction, x: Fraction) -> Fraction:
    """DLMF 18.5.10."""
    total, rising = Fraction(0), [Fraction(1)]
    for i in range(n):
        rising.append(rising[-1] * (lam + i))
    for k in range(n // 2 + 1):
        total += (-1) ** k * rising[n - k] / (math.factorial(k) * math.factorial(n - 2 * k)) * (2 * x) ** (n - 2 * k)
    return total


def laguerre(n: int, alpha: Fraction, x: Fraction) -> Fraction:
    """DLMF 18.5.12."""
    return sum((binomial(n + alpha, n - k) * (-x) ** k / math.factorial(k) for k in range(n + 1)), Fraction(0))


FAMILIES: dict[str, tuple[Callable[..., Fraction], Callable[..., torch.Tensor], int]] = {
    "jacobi": (jacobi, special.eval_jacobi, 2),
    "gegenbauer": (gegenbauer, special.eval_gegenbauer, 1),
    "genlaguerre": (laguerre, special.eval_genlaguerre, 1),
}


def points(name: str) -> list[tuple[int, tuple[float, ...], float]]:
    """Parameters of -1 or less: small and large ones, sums about -n, whole and nearly whole numbers."""
    draw, found = random.Random(5), []
    for n in (2, 3, 7, 12, 20, 21, 33, 48):
        for _ in range(8):
            total = draw.choice([draw.uniform(-2.2 * n, -2), draw.uniform(-1.9, n)])
            alpha = draw.choice([-draw.uniform(1, 1.5 * n + 1), -draw.uniform(1, 3)])
            alpha = draw.choice([alpha, float(round(alpha)), round(alpha) + 1e-7])
            x = draw.choice([draw.uniform(-1, 1), draw.uniform(-3, 3), 1 - 10 ** draw.uniform(-7, 0)])
            parameters = (alpha, total - alpha) if name == "jacobi" else (min(alpha, -1.0),)
            if name == "jacobi" and draw.random() < 0.5:
                parameters, x = parameters[::-1], -x
            found.append((n, parameters, x * n / 4 if name == "genlaguerre" else x))
    return found


@pytest.mark.parametrize("name", FAMILIES)
def test_values_and_slopes(name: str, device: torch.device) -> None:
    exact, function, count = FAMILIES[name]
    step = Fraction(1, 2**200)
    for n, parameters, x in points(name):
        at = [Fraction(p) for p in (*parameters, x)]
        want: list[Number] = [exact(n, *at)]
        for i in range(count + 1):
            moved = [a + step * (k == i) for k, a in enumerate(at)]
            want.append((exact(n, *moved) - want[0]) / step)
        tensors = [torch.tensor(p, dtype=torch.float64, device=device, requires_grad=True) for p in (*parameters, x)]
        value = function(n, *tensors)
        got = [value, *torch.autograd.grad(value, tensors)]
        # Beside a zero of the value or a slope what a rounding of the arguments moves.
        least = [0.0] * len(want) if want[0] else [1e-300] * len(want)
        if want[0]:
            least[0] = sum(abs(float(w) * float(a)) for w, a in zip(want[1:], at, strict=True)) * 1e-3
        for place, (g, w) in enumerate(zip(got, want, strict=True)):
            scale = max(abs(float(w)), least[place])
            assert abs(g.item() - float(w)) <= 1e-13 * scale, (n, parameters, x, place, g.item(), float(w))


@pytest.mark.parametrize("dtype", [torch.float32, torch.complex64, torch.complex128], ids=str)
def test_other_dtypes(dtype: torch.dtype, device: torch.device) -> None:
    real = torch.finfo(dtype).dtype
    for n, parameters, x in points("jacobi"):
        tensors = [torch.tensor(p, dtype=getattr(torch, real), device=device) for p in parameters]
        if min(t.item() for t in tensors) > -1:
            continue  # rounded up: the recurrence's
        z = torch.tensor(x + 0.5j if dtype.is_complex else x, dtype=dtype, device=device)
        got = special.eval_jacobi(n, *tensors, z)
        with mpmath.workdps(200):
            want = jacobi(n, *(mpmath.mpf(t.item()) for t in tensors), mpmath.mpmathify(z.item()))  # type: ignore[arg-type]
        rounded = torch.tensor(complex(want) if dtype.is_complex else float(want), dtype=dtype)
        torch.testing.assert_close(
            got.cpu(), rounded, rtol=4 * torch.finfo(dtype).eps, atol=1e-38, msg=f"{n, parameters, x}"
        )


@pytest.mark.parametrize("alpha", [-1.0, -4.0, -8.0, -4.0 + 1e-9, -8.0 + 1e-9, -2.9375, -5.5])
def test_laguerre_functions(alpha: float, device: torch.device) -> None:
    """Real degrees at and beside poles of 1F1, where the values and slopes are limits."""
    for degree, x in ((0.625, -1.5), (2.75, 3.25), (7.375, 0.5), (16.96875, 0.046875), (12.5, 24.0)):
        tensors = [torch.tensor(t, dtype=torch.float64, device=device, requires_grad=True) for t in (degree, alpha, x)]
        value = special.eval_genlaguerre(*tensors)
        got = [value, *torch.autograd.grad(value, tensors)]
        with mpmath.workdps(120):
            beside = mpmath.mpf(10) ** -60

            def exact(v: Any, a: Any, t: Any, beside: Any = beside) -> Any:
                front = mpmath.gammaprod([v + a + 1], [v + 1, a + 1 + beside])
                return front * mpmath.hyp1f1(-v, a + 1 + beside, t)

            at = [mpmath.mpf(t) for t in (degree, alpha, x)]
            want = [exact(*at)]
            for i in range(3):
                step = mpmath.mpf(10) ** -25
                up, down = ([t + sign * step * (k == i) for k, t in enumerate(at)] for sign in (1, -1))
                want.append((exact(*up) - exact(*down)) / (2 * step))
        for place, (g, w) in enumerate(zip(got, want, strict=True)):
            scale = abs(w) + 1e-2 * abs(want[0])
            assert abs(g.item() - w) <= 1e-12 * scale, (degree, x, place, g.item(), float(w))


def test_what_has_no_digits_is_not_a_number() -> None:
    """The terms cancel by 10^40, more than two doubles hold."""
    got = special.eval_jacobi(130, torch.tensor(101.0, dtype=torch.float64), -338.25, 2.140625)
    assert (
        got.isnan()
        or abs(got.item() / float(jacobi(130, Fraction(101), Fraction(-1353, 4), Fraction(137, 64))) - 1) < 1e-6
    )
