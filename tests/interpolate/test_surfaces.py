"""Surfaces through and near data: the search on the host, its derivatives, and the sphere's poles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import sci.interpolate as interpolate
from sci.interpolate import _surface_fit as surface_fit
from tests.interpolate.tolerances import SOLVED


def scattered(m: int, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    x, y = torch.rand(2, m, dtype=torch.float64, generator=generator)
    return x, y, torch.sin(4 * x) * torch.cos(3 * y) + 0.1 * torch.randn(m, dtype=torch.float64, generator=generator)


@pytest.mark.parametrize("k", [(3, 3), (1, 2), (4, 2)])
@pytest.mark.parametrize("share", [0.05, 0.011, 0.008])
def test_the_search_on_the_host_is_the_search_on_tensors(k: tuple[int, int], share: float) -> None:
    data = surface_fit.Points(*scattered(300), torch.linspace(0.5, 1.5, 300, dtype=torch.float64))
    ends, most, s = (-0.1, 1.0, 0.0, 1.2), (9, 9), share * 300
    fast = surface_fit.search_rectangle("name", data, ends, k, s, most)
    slow = surface_fit.search(data, lambda a, b: surface_fit.rectangle(data.x, a, b, ends, k), s, most)
    assert fast.ier == slow.ier
    torch.testing.assert_close(fast.space.tx, slow.space.tx, rtol=1e-9, atol=0)
    torch.testing.assert_close(fast.space.ty, slow.space.ty, rtol=1e-9, atol=0)
    torch.testing.assert_close(fast.c, slow.c, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(fast.fp, slow.fp, rtol=1e-6, atol=0)


def test_points_that_do_not_determine_a_surface() -> None:
    x, y, z = scattered(40)
    y = x.clone()  # all on a line
    with pytest.warns(UserWarning, match="."):
        spline = interpolate.SmoothBivariateSpline(x, y, z, s=2.0)
    torch.testing.assert_close(spline.get_residual(), (spline.ev(x, y) - z).square().sum(), rtol=1e-6, atol=1e-9)


def test_the_gradient_of_a_surface_follows_the_condition() -> None:
    x, y, z = scattered(300)
    s = torch.tensor(2.4, dtype=torch.float64, requires_grad=True)
    z.requires_grad_()
    residual = interpolate.SmoothBivariateSpline(x, y, z, s=s).get_residual()
    to_z, to_s = torch.autograd.grad(residual, (z, s))
    torch.testing.assert_close(to_s, torch.ones_like(s), rtol=1e-8, atol=0)  # the residual is s
    torch.testing.assert_close(to_z, torch.zeros_like(z), rtol=0, atol=1e-8)


def ring(m: int, n: int, closed: bool) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(m)
    u = torch.linspace(0.3, 2.9, m, dtype=torch.float64) + 0.1 * torch.rand(m, dtype=torch.float64, generator=generator)
    v = torch.linspace(-1, 4.9, n, dtype=torch.float64) + 0.1 * torch.rand(n, dtype=torch.float64, generator=generator)
    if closed:
        v[-1] = v[0] + 2 * math.pi
    r = torch.randn(m, n, dtype=torch.float64, generator=generator)
    return u, v, torch.cat((r[:, :-1], r[:, :1]), 1) if closed else r


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("values", [None, 0.5, (None, -1.5)])
@pytest.mark.parametrize(("smooth", "flat"), [(False, False), (True, False), (True, True), ((True, False), False)])
def test_splines_through_a_grid_on_the_sphere(closed: bool, values: Any, smooth: Any, flat: Any) -> None:
    u, v, r = ring(6, 9, closed)
    spline = interpolate.RectSphereBivariateSpline(
        u, v, r, pole_continuity=smooth, pole_flat=flat, pole_values=values, pole_exact=values is not None
    )
    theta, phi = torch.meshgrid(u, v, indexing="ij")
    torch.testing.assert_close(spline.ev(theta, phi), r, **SOLVED)
    around = torch.linspace(-0.8, 5, 9, dtype=torch.float64)
    smooth, flat = (pair if isinstance(pair, tuple) else (pair, pair) for pair in (smooth, flat))
    values = values if isinstance(values, tuple) else (values, values)
    for pole, at in ((0, 0.0), (1, math.pi)):
        there = spline.ev(torch.full_like(around, at), around)
        torch.testing.assert_close(there, there[:1].expand(9), **SOLVED)
        if values[pole] is not None:
            torch.testing.assert_close(there[0].item(), values[pole])
        if flat[pole]:
            slope = spline.ev(torch.full_like(around, at), around, 1, 0)
            torch.testing.assert_close(slope, torch.zeros_like(slope), rtol=0, atol=1e-8)


def test_what_data_leave_open_at_the_poles_makes_the_jumps_small() -> None:
    u, v, r = ring(5, 6, False)
    free = interpolate.RectSphereBivariateSpline(u, v, r)
    poles = [free.ev(at, 0.0).item() for at in (0.0, math.pi)]
    pinned = interpolate.RectSphereBivariateSpline(u, v, r, pole_values=tuple(poles))
    at = torch.rand(20, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(free.ev(3 * at[:, 0], 6 * at[:, 1]), pinned.ev(3 * at[:, 0], 6 * at[:, 1]))


def test_too_few_points_on_the_sphere() -> None:
    u, v, r = ring(4, 4, False)
    with pytest.raises(ValueError, match="at least 4 colatitudes and 4 longitudes"):
        interpolate.RectSphereBivariateSpline(u[:3], v, r[:3])
    with pytest.raises(ValueError, match="and 4 longitudes are needed, got 4 and 3"):
        interpolate.RectSphereBivariateSpline(u, v[:3], r[:, :3])
    np.testing.assert_allclose(
        interpolate.RectSphereBivariateSpline(u[:3], v, r[:3], pole_values=(1.0, None)).ev(0.0, 2.0), 1.0
    )


def test_a_surface_that_jumps_has_derivatives_between_the_jumps() -> None:
    x = torch.linspace(0, 1, 30, dtype=torch.float64)
    at, to = (v.flatten() for v in torch.meshgrid(x, x, indexing="ij"))
    jump = [0.5] * 4  # four equal knots: two polynomials
    spline = interpolate.LSQBivariateSpline(at, to, torch.where(at < 0.5, at**2, 3 - at) * to, jump, [])
    derivative = spline.partial_derivative(1, 1)
    side = torch.tensor([0.2, 0.4, 0.6, 0.9], dtype=torch.float64)
    expected = torch.where(side < 0.5, 2 * side, -1)
    torch.testing.assert_close(derivative.ev(side, 0.3), expected, rtol=1e-7, atol=1e-7)
    torch.testing.assert_close(spline.ev(side, 0.3, 1, 1), expected, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("s", [1.0, 0.1])
def test_the_gradient_of_a_surface_through_a_grid_follows_the_condition(s: float) -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.linspace(0, 3, 14, dtype=torch.float64)
    z = torch.sin(2 * x)[:, None] * torch.cos(x) + 0.1 * torch.randn(14, 14, dtype=torch.float64, generator=generator)
    z.requires_grad_()
    condition = torch.tensor(s, dtype=torch.float64, requires_grad=True)
    residual = interpolate.RectBivariateSpline(x, x, z, s=condition).get_residual()
    to_z, to_s = torch.autograd.grad(residual, (z, condition))
    torch.testing.assert_close(to_s, torch.ones_like(to_s), rtol=1e-7, atol=0)
    torch.testing.assert_close(to_z, torch.zeros_like(to_z), rtol=0, atol=1e-7)
