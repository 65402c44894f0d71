"""Batches whose elements have sites of their own, which SciPy lacks: values and all gradients by `torch.func.vmap`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

import sci.interpolate as interpolate

Use = Callable[[Tensor, Tensor, Tensor], Tensor]
USES: dict[str, Use] = {
    "CubicSpline": lambda x, y, at: interpolate.CubicSpline(x, y)(at),
    "periodic": lambda x, y, at: interpolate.CubicSpline(x, torch.cat((y[:-1], y[:1])), bc_type="periodic")(at),
    "PchipInterpolator": lambda x, y, at: interpolate.PchipInterpolator(x, y)(at),
    "Akima1DInterpolator": lambda x, y, at: interpolate.Akima1DInterpolator(x, y)(at),
    "CubicHermiteSpline": lambda x, y, at: interpolate.CubicHermiteSpline(x, y, y.cos())(at),
    "make_interp_spline": lambda x, y, at: interpolate.make_interp_spline(x, y, 5)(at),
    "InterpolatedUnivariateSpline": lambda x, y, at: interpolate.InterpolatedUnivariateSpline(x, y)(at),
    "make_lsq_spline": lambda x, y, at: interpolate.make_lsq_spline(
        x, y, torch.cat((x[:1].expand(4), x[4:5], x[-1:].expand(4)))
    )(at),
    "make_smoothing_spline": lambda x, y, at: interpolate.make_smoothing_spline(x, y, lam=0.01)(at),
    "BSpline": lambda x, y, at: interpolate.BSpline(x, y[:5], 3)(at),
    "PPoly": lambda x, y, at: interpolate.PPoly(torch.stack((y[:-1], y[1:])), x)(at),
    "interp1d": lambda x, y, at: interpolate.interp1d(x, y)(at),
    "BarycentricInterpolator": lambda x, y, at: interpolate.BarycentricInterpolator(x, y)(at),
    "KroghInterpolator": lambda x, y, at: interpolate.KroghInterpolator(x, y)(at),
    "FloaterHormannInterpolator": lambda x, y, at: interpolate.FloaterHormannInterpolator(x, y)(at),
    "RegularGridInterpolator": lambda x, y, at: interpolate.RegularGridInterpolator((x,), y, "cubic")(at[:, None]),
    "RBFInterpolator": lambda x, y, at: interpolate.RBFInterpolator(x[:, None], y)(at[:, None]),
}


@pytest.mark.parametrize("name", USES)
def test_sites_of_their_own(name: str, device: torch.device, recwarn: pytest.WarningsRecorder) -> None:
    use, generator = USES[name], torch.Generator().manual_seed(0)
    x = (0.2 + torch.rand(3, 9, dtype=torch.float64, generator=generator)).cumsum(1).to(device)
    y = torch.randn(3, 9, dtype=torch.float64, generator=generator).to(device)
    at = x[:, :1] + (x[:, -1:] - x[:, :1]) * torch.rand(3, 5, dtype=torch.float64, generator=generator).to(device)
    rows = list(zip(x, y, at, strict=True))
    together = torch.func.vmap(use)(x, y, at)
    alone = torch.stack([use(*row) for row in rows])
    torch.testing.assert_close(together, alone, rtol=1e-9, atol=1e-11)

    def loss(x: Tensor, y: Tensor, at: Tensor) -> Tensor:
        return use(x, y, at).square().sum()

    gradient = torch.func.grad(loss, argnums=(0, 1, 2))
    for found, *each in zip(torch.func.vmap(gradient)(x, y, at), *(gradient(*row) for row in rows), strict=True):
        expected = torch.stack(each)
        torch.testing.assert_close(found, expected, rtol=1e-8, atol=1e-9 * max(1.0, expected.abs().max().item()))
    assert not [w for w in recwarn if "fallback" in str(w.message)]
