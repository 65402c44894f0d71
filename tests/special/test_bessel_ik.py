"""Modified Bessel functions: identities that tie orders, kinds and derivatives together, and regressions."""

from __future__ import annotations

import math

import pytest
import torch

from sci.special._bessel_i import iv, iv_dv
from sci.special._bessel_k import kv, kv_dv, kve, kve_dz

EPSILON = torch.finfo(torch.float64).eps


def relative(found: torch.Tensor, wanted: torch.Tensor) -> float:
    return float(((found - wanted).abs() / wanted.abs()).max())


def grid(*axes: torch.Tensor) -> list[torch.Tensor]:
    return [x.flatten() for x in torch.meshgrid(*axes, indexing="ij")]


def test_wronskian() -> None:
    """DLMF 10.28.2: I_v K_{v+1} + I_{v+1} K_v = 1/z, all terms positive for real z."""
    v, z = grid(torch.linspace(0, 60, 41, dtype=torch.float64), torch.logspace(-2, 2.5, 60, dtype=torch.float64))
    found = iv(v, z) * kv(v + 1, z) + iv(v + 1, z) * kv(v, z)
    assert relative(found, 1 / z) < 40 * EPSILON


def test_wronskian_in_the_plane() -> None:
    v, r, angle = grid(
        torch.linspace(0, 8, 9, dtype=torch.float64),
        torch.logspace(-1, 2, 20, dtype=torch.float64),
        torch.linspace(-1.5, 1.5, 11, dtype=torch.float64),
    )
    z = torch.polar(r, angle)
    found = iv(v, z) * kv(v + 1, z) + iv(v + 1, z) * kv(v, z)
    assert relative(found, 1 / z) < 400 * EPSILON


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_half_orders(dtype: torch.dtype) -> None:
    """DLMF 10.39.2, and continuity of the branch that uses it."""
    z = torch.logspace(-2, 2, 200, dtype=dtype)
    bare = torch.sqrt(math.pi / (2 * z.double()))
    eps = torch.finfo(dtype).eps
    assert relative(kve(0.5, z).double(), bare) < 4 * eps
    assert relative(kve(2.5, z).double(), bare * (1 + 3 / z.double() + 3 / z.double() ** 2)) < 8 * eps
    beside = torch.nextafter(torch.tensor(2.5, dtype=dtype), torch.tensor(3.0, dtype=dtype))
    assert relative(kve(beside, z), kve(2.5, z)) < 20 * eps


def test_order_derivative_at_one_half() -> None:
    """DLMF 10.38.7: dK_v/dv at v = 1/2 is sqrt(pi/(2z)) E_1(2z) e^z; E_1 here by its continued fraction for 2z >= 2."""
    z = torch.linspace(1, 30, 80, dtype=torch.float64)
    fraction = torch.zeros_like(z)
    for n in range(120, 0, -1):
        fraction = n * n / (2 * z + 2 * n + 1 - fraction)
    e1 = torch.exp(-2 * z) / (2 * z + 1 - fraction)
    assert relative(kv_dv(0.5, z), torch.sqrt(math.pi / (2 * z)) * e1 * torch.exp(z)) < 60 * EPSILON


def test_order_derivative_of_i_at_zero() -> None:
    """DLMF 10.38.4: -K_0(z), which is up to e^-2z smaller than I_0(z)."""
    z = torch.logspace(-2, 1.8, 120, dtype=torch.float64)
    assert relative(iv_dv(0.0, z), -kv(0.0, z)) < 400 * EPSILON


def test_order_derivative_is_odd() -> None:
    v, z = grid(torch.logspace(-15, 0.5, 40, dtype=torch.float64), torch.logspace(-2, 2, 30, dtype=torch.float64))
    assert torch.equal(kv_dv(-v, z), -kv_dv(v, z))
    assert (kv_dv(torch.zeros_like(z), z) == 0).all()
    small = torch.full_like(z, 1e-12)
    assert relative(kv_dv(small, z) / 1e-12, kv_dv(2 * small, z) / 2e-12) < 40 * EPSILON


def test_derivative_of_the_scaled_function_does_not_cancel() -> None:
    """At z = 1e8 the difference of e^z K_v and its neighbours has no digit left."""
    z = torch.tensor([1e4, 1e8, 1e12], dtype=torch.float64)
    leading = -torch.sqrt(math.pi / (2 * z)) / (2 * z)
    assert relative(kve_dz(0.5, z), leading) < 8 * EPSILON


def test_large_orders() -> None:
    """Values by mpmath, where the exponents of the parts are far out of range and that of the whole is not."""
    v = torch.tensor([500.0, 1e4, 1e5, 1e6], dtype=torch.float64)
    z = torch.tensor([330.0, 6627.0, 66270.0, 662743.0], dtype=torch.float64)
    wanted = torch.tensor(
        [0.61553452287199725512, 0.025111939330274553695, 9.3758165821826575155, 0.0024445433180414287899],
        dtype=torch.float64,
    )
    conditioning = v * torch.asinh(v / z)
    error = (kv(v, z) - wanted).abs() / wanted
    assert (error < 0.05 * conditioning * EPSILON + 4 * EPSILON).all()


def test_third_derivative_raises() -> None:
    v = torch.tensor(1.5, dtype=torch.float64, requires_grad=True)
    first = torch.autograd.grad(kv(v, 2.0), v, create_graph=True)[0]
    second = torch.autograd.grad(first, v, create_graph=True)[0]
    with pytest.raises(NotImplementedError, match="third derivative"):
        torch.autograd.grad(second, v)


def test_matern_gradients() -> None:
    """The use this is for: a Matern kernel with a learned smoothness."""

    def matern(nu: torch.Tensor, r: torch.Tensor) -> torch.Tensor:
        s = torch.sqrt(2 * nu) * r
        return torch.exp((1 - nu) * math.log(2) - torch.lgamma(nu) + nu * torch.log(s)) * kv(nu, s)

    nu = torch.tensor([0.5, 1.5, 2.2, 7.3], dtype=torch.float64, requires_grad=True)
    r = torch.tensor([0.1, 0.9, 2.0, 3.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(matern, (nu, r))
    assert torch.autograd.gradgradcheck(matern, (nu, r))
    assert relative(matern(nu, r).detach()[:1], torch.exp(-r[:1].detach())) < 8 * EPSILON


def test_extreme_arguments_stay_numbers() -> None:
    """No NaN for finite orders and arguments, however extreme."""
    points = [0.0, 5e-324, 1e-300, 1e-20, 0.5, 1.0, 31.999999999999996, 32.0, 745.0, 1e6, 1e17, 1e300, 1.7e308]
    v, z = grid(torch.tensor(points, dtype=torch.float64), torch.tensor(points, dtype=torch.float64))
    for function in (kv, kve, iv, kv_dv, kve_dz):
        assert not torch.isnan(function(v, z)).any(), function.__name__
