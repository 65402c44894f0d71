"""The kernels of special cases against the ways that they shorten: multilinear grids, nearest points, polynomials."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import interpolate as reference

import sci.interpolate as interpolate
from sci.interpolate import _tensor_spline as tensor_spline
from sci.interpolate._nearest import Cells
from tests.interpolate.tolerances import ROUNDED


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("order", [0, 1])
def test_multilinear_is_the_general_spline(d: int, order: int, device: torch.device) -> None:
    generator = torch.Generator().manual_seed(d)
    sizes = [5, 4, 6][:d]
    orders = [order, *[0] * (d - 1)]
    points = [torch.rand(n, dtype=torch.float64, generator=generator).sort().values for n in sizes]
    points[1] = torch.cat((points[1][:1], points[1][1:2], points[1][1:2], points[1][3:]))  # an empty interval
    knots = torch.cat([torch.cat((p[:1], p, p[-1:])) for p in points]).to(device)
    c = torch.randn(2, *sizes, dtype=torch.float64, generator=generator).to(device).flatten(1)[..., None]
    at = (1.4 * torch.rand(2, 90, d, dtype=torch.float64, generator=generator) - 0.2).to(device)
    at[0, 0, 0] = torch.nan
    at[1, :5] = torch.stack([p[[0, 1, 2, 3, -1]] for p in points], -1).to(device)
    one = [1] * d
    general = tensor_spline.evaluate(torch.cat((c, c), -1), knots, at, sizes, orders, one)[..., :1]  # two columns
    short = tensor_spline.evaluate(c, knots, at, sizes, orders, one)
    torch.testing.assert_close(short, general, rtol=1e-13, atol=1e-13, equal_nan=True)
    slopes = tensor_spline._slopes(c, knots, at, sizes, orders)
    for k in range(d):
        raised = [o + (j == k) for j, o in enumerate(orders)]
        expected = tensor_spline.evaluate(c, knots, at, sizes, raised, one).squeeze(-1)
        torch.testing.assert_close(slopes[..., k], expected, **ROUNDED, equal_nan=True)
    sent = torch.randn(2, 90, 1, dtype=torch.float64, generator=generator).to(device)
    both = tensor_spline.scatter(torch.cat((sent, sent), -1), knots, at, sizes, orders, one)[..., :1]
    torch.testing.assert_close(tensor_spline.scatter(sent, knots, at, sizes, orders, one), both, rtol=1e-13, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("k", [0, 1, 2, 3, 5])
def test_adjoint_through_powers(k: int, dtype: torch.dtype, device: torch.device) -> None:
    generator = torch.Generator().manual_seed(k)
    inner = torch.rand(8, dtype=torch.float64, generator=generator).sort().values
    inner[4] = inner[3]
    ends = torch.tensor([0.0, 1.0], dtype=torch.float64)
    t = torch.cat((ends[:1].expand(k + 1), inner, ends[1:].expand(k + 1))).to(device)
    at = (1.4 * torch.rand(900, 1, dtype=torch.float64, generator=generator) - 0.2).to(device)
    at[:3, 0] = torch.tensor([torch.nan, 1.0, inner[3]], device=device)
    sent = torch.randn(900, 1, dtype=dtype, generator=generator).to(device)
    sizes = [t.shape[0] - k - 1]
    for order in range(3):
        many = tensor_spline.scatter(sent, t, at, sizes, [order], [k])  # so many queries that powers come first
        both = tensor_spline.scatter(torch.cat((sent, sent), -1), t, at, sizes, [order], [k])[:, :1]
        torch.testing.assert_close(many, both, rtol=1e-11, atol=1e-12 * max(1.0, both.abs().max().item()))


def test_second_derivatives_of_multilinear(device: torch.device) -> None:
    generator = torch.Generator().manual_seed(3)
    points = torch.tensor([0.0, 0.3, 1.0, 1.2], dtype=torch.float64, device=device, requires_grad=True)
    values = torch.randn(4, 4, dtype=torch.float64, generator=generator).to(device).requires_grad_()
    at = torch.tensor([[0.1, 0.2], [0.7, 1.1], [1.05, 0.5]], dtype=torch.float64, device=device, requires_grad=True)

    def use(p: torch.Tensor, v: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        return interpolate.RegularGridInterpolator((p, p), v)(x)

    assert torch.autograd.gradcheck(use, (points, values, at), check_forward_ad=True)
    assert torch.autograd.gradgradcheck(use, (points, values, at), check_fwd_over_rev=True)


@pytest.mark.parametrize("d", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", ["even", "line", "lattice"])
def test_nearest_points(d: int, kind: str, device: torch.device) -> None:
    rng = np.random.default_rng(d)
    points = rng.random((500, d)) if kind != "lattice" else rng.integers(0, 9 if d > 1 else 300, (500, d)).astype(float)
    if kind == "line":
        points[:, 1:] = points[:, :1]
    far = rng.standard_normal((100, d)) * 100
    at = np.concatenate([rng.random((500, d)) * 3 - 1, far, points[:50], rng.integers(-3, 9, (200, d)) / 2])
    cells = Cells(torch.as_tensor(points, device=device))
    squares = ((at[:, None] - points) ** 2).sum(-1)
    if cells.crowded:
        assert d > 2 and kind == "line"
    else:
        found = cells.nearest(torch.as_tensor(at, device=device)).cpu().numpy()
        np.testing.assert_array_equal(found, squares.argmin(1))  # the first one of equally near ones
    mine = interpolate.NearestNDInterpolator(torch.as_tensor(points, device=device), np.arange(500.0))
    np.testing.assert_array_equal(squares[np.arange(len(at)), mine(at).cpu().numpy().astype(int)], squares.min(1))


def test_nearest_points_far_away_and_not_finite() -> None:
    points = torch.tensor([[0.0, 0.0], [1.0, 2.0], [3.0, 1.0]], dtype=torch.float64)
    nearest = interpolate.NearestNDInterpolator(points, [1.0, 2.0, 3.0])
    assert nearest([1e300, 0.0]).isnan()  # the square of its distance is no number
    assert nearest([1e100, 0.0]).item() == 1  # all are equally far
    with pytest.raises(ValueError, match="must be finite"):
        nearest([np.inf, 0.0])


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128, torch.float32])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_polynomials_of_several_variables(d: int, dtype: torch.dtype, device: torch.device) -> None:
    generator = torch.Generator().manual_seed(d)
    powers, cells = (3, 2, 4)[:d], (5, 4, 3)[:d]
    real = dtype.to_real() if dtype.is_complex else dtype
    c = torch.randn(*powers, *cells, 2, dtype=dtype, generator=generator).to(device)
    x = [torch.rand(m + 1, generator=generator).sort().values.to(device, real) for m in cells]
    close = {"rtol": 1e-12, "atol": 1e-11} if real is torch.float64 else {"rtol": 1e-5, "atol": 1e-3}
    for n in (3, 200):  # fewer queries than cells, and more
        at = (1.4 * torch.rand(n, d, generator=generator) - 0.2).to(device, real)
        at[0, 0] = torch.nan
        at[1, 0] = x[0][2]
        at[2] = torch.stack([v[-1] for v in x])
        for nu in ((0,) * d, (1,) * d, (*(0,) * (d - 1), 2), (5, *(0,) * (d - 1))):
            for extrapolate in (True, False):
                made = interpolate.NdPPoly(c, x)(at, nu, extrapolate)
                differentiable = interpolate.NdPPoly(c.clone().requires_grad_(), x)(at, nu, extrapolate)
                torch.testing.assert_close(made, differentiable.detach(), equal_nan=True, **close)
                theirs = reference.NdPPoly(c.cpu().numpy(), [v.cpu().numpy() for v in x])
                expected = theirs(at.cpu().numpy(), nu, extrapolate)
                np.testing.assert_allclose(made.cpu(), expected, **close)
