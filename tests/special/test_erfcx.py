"""erfcx: its derivatives, and the seams of its tables."""

from __future__ import annotations

import math

import mpmath
import pytest
import torch

import sci
from sci.special._ierfcx import ierfcx

F64 = torch.float64


@pytest.mark.parametrize("x", [30.0, 1e3, 1e4, 1e10])
@pytest.mark.parametrize("dtype", [torch.float32, F64])
def test_gradient_does_not_cancel(x: float, dtype: torch.dtype) -> None:
    """2 x w - 2/sqrt(pi) is wrong by 27% at x = 1e3 in float32, and 0 at 1e4."""
    t = torch.tensor(x, dtype=dtype, requires_grad=True)
    (slope,) = torch.autograd.grad(sci.special.erfcx(t), t)
    with mpmath.workdps(60):
        z = mpmath.mpf(t.item())
        want = -sum((-1) ** k * mpmath.rf(0.5, k) * (2 * k + 1) / z ** (2 * k + 2) for k in range(10))
        want = float(want / mpmath.sqrt(mpmath.pi))
    assert abs(slope.item() / want - 1) < 8 * torch.finfo(dtype).eps


def test_derivatives_of_higher_order() -> None:
    points = [-2.0, 0.0, 0.7, 3.0, 12.0]
    x = torch.tensor(points, dtype=F64, requires_grad=True)
    y = sci.special.erfcx(x)
    for order in range(1, 5):
        (y,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        with mpmath.workdps(80):
            want = [float(mpmath.diff(lambda t: mpmath.exp(t * t) * mpmath.erfc(t), p, order)) for p in points]
        torch.testing.assert_close(y.detach(), torch.tensor(want, dtype=F64), rtol=1e-14, atol=0)


def test_recurrence_of_the_integrals() -> None:
    """2 n f_n = f_(n-2) - 2 z f_(n-1), DLMF 7.18.7."""
    random = torch.Generator().manual_seed(5)
    z = torch.complex(*torch.rand(2, 2000, generator=random, dtype=F64).mul(24).sub(12))
    for x in (z[z.real > -5], z.real[z.real > -10]):
        f = [ierfcx(n, x) for n in range(-1, 6)]
        for n in range(1, 6):
            size = f[n - 1].abs() + (2 * x * f[n]).abs()
            assert ((2 * n * f[n + 1] - f[n - 1] + 2 * x * f[n]).abs() <= 2e-14 * size).all()


@pytest.mark.parametrize("dtype", [torch.float32, F64])
def test_every_seam_of_the_table_is_smooth(dtype: torch.dtype) -> None:
    """The first number of each interval of 1/(x + 2), and the last one above -3/8, once beyond the table."""
    eps = torch.finfo(dtype).eps
    for seam in [16 / k - 2 for k in range(1, 10)] + [-0.375, -0.4]:
        x = [torch.tensor(seam, dtype=dtype)]
        for direction in (-math.inf, math.inf):
            for _ in range(6):
                x.append(torch.nextafter(x[-1], torch.tensor(direction, dtype=dtype)))
        y = sci.special.erfcx(torch.stack(x))
        assert (y.max() - y.min()) <= 16 * eps * y.max() * max(1, abs(seam)), seam


def test_known_values() -> None:
    assert sci.special.erfcx(torch.zeros((), dtype=F64)) == 1
    assert sci.special.erfcx(torch.zeros(())) == 1
    assert ierfcx(99, torch.ones((), dtype=F64)).isnan()
    assert ierfcx(-2, torch.ones((), dtype=F64)).isnan()
    z = torch.tensor(1e200, dtype=F64)
    assert abs(sci.special.erfcx(z).item() * 1e200 * math.sqrt(math.pi) - 1) < 1e-15
