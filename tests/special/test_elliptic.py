"""Second derivatives of elliptic integrals where terms of a first derivative's formula would cancel."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
import torch

from sci import special


def mixed(name: str, at: tuple[float, ...], i: int, k: int) -> float:
    xs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in at]
    (first,) = torch.autograd.grad(getattr(special, name)(*xs), xs[i], create_graph=True)
    return torch.autograd.grad(first, xs[k])[0].item()


@pytest.mark.parametrize("phi", [2.4e-9, 1e-6, 0.003, 1.2, 3.0])
@pytest.mark.parametrize("m", [-40.0, 5e-10, 0.3, 0.7, 1 - 1e-6])
def test_incomplete_integrals_by_amplitude_and_parameter(phi: float, m: float) -> None:
    with mpmath.workdps(40):
        sine = mpmath.sin(phi) ** 2
        delta = mpmath.sqrt(1 - mpmath.mpf(m) * sine)
        first, second = float(sine / (2 * delta**3)), float(-sine / (2 * delta))
    assert abs(mixed("ellipkinc", (phi, m), 0, 1) / first - 1) < 1e-14
    assert abs(mixed("ellipeinc", (phi, m), 0, 1) / second - 1) < 1e-14


def hessian_of_rg(mp: Any, at: tuple[float, ...], i: int, k: int) -> Any:
    """A central difference of the slope [y R_D(z, x, y) + z R_D(x, y, z)] / 12, with digits for it."""

    def slope(*xs: Any) -> Any:
        x, (y, z) = xs[i], (xs[j] for j in range(3) if j != i)
        return (y * mp.elliprd(z, x, y) + z * mp.elliprd(x, y, z)) / 12

    step = mp.mpf(at[k]) * mp.mpf(10) ** -25
    low, high = ([x + sign * step * (j == k) for j, x in enumerate(at)] for sign in (-1, 1))
    return (slope(*high) - slope(*low)) / (2 * step)


@pytest.mark.parametrize(
    "at", [(0.3, 0.7, 2.0), (0.034, 0.022, 1e-27), (8e18, 1.3, 0.24), (4.1, 3.8e6, 0.034), (1.0, 1.0, 3.0)]
)
def test_carlsons_second_kind_twice(at: tuple[float, ...]) -> None:
    for i, k in ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 0)):
        with mpmath.workdps(100):
            want = float(hessian_of_rg(mpmath.mp, at, i, k))
        assert abs(mixed("elliprg", at, i, k) / want - 1) < 1e-13, (i, k)
