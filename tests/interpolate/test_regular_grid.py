"""Regular grids against SciPy, derivatives, bounds, shapes, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy import interpolate as reference
from scipy.sparse.linalg import spsolve
from torch import Tensor

from sci.interpolate import RegularGridInterpolator, interpn
from sci.interpolate._tensor_spline import evaluate, scatter
from tests.interpolate.tolerances import ROUNDED, WELL_SOLVED

METHODS = ("linear", "nearest", "slinear", "cubic", "quintic", "pchip")


def grid(
    sizes: tuple[int, ...], *trailing: int, seed: int = 0
) -> tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray]:
    """Points, values, and queries of which a few lie outside and one is NaN."""
    rng = np.random.default_rng(seed)
    points = tuple(np.cumsum(rng.uniform(0.2, 1, n)) for n in sizes)
    at = np.stack([rng.uniform(p[0] - 0.2, p[-1] + 0.2, (3, 8)) for p in points], -1)
    at[1, 2, 0] = np.nan
    at[0, :2] = [p[1] for p in points]
    return points, rng.standard_normal((*sizes, *trailing)), at


def tensors(device: torch.device, arrays: Any) -> tuple[Tensor, ...]:
    return tuple(torch.as_tensor(a, device=device) for a in arrays)


@pytest.mark.parametrize("fill", [np.nan, None, 2.5])
@pytest.mark.parametrize("sizes", [(9,), (8, 7)])
@pytest.mark.parametrize("method", METHODS)
def test_values(method: str, sizes: tuple[int, ...], fill: float | None, device: torch.device) -> None:
    for trailing in ((), (2,)):
        points, values, at = grid(sizes, *trailing)
        options: dict[str, Any] = {"solver": spsolve} if method in ("cubic", "quintic") else {}
        expected = reference.RegularGridInterpolator(points, values, method, False, fill, **options)(at)
        mine = RegularGridInterpolator(
            tensors(device, points), torch.as_tensor(values, device=device), method, False, fill
        )(torch.as_tensor(at, device=device))
        np.testing.assert_allclose(mine.cpu().numpy(), expected, **WELL_SOLVED)


@pytest.mark.parametrize("method", ["linear", "nearest", "pchip"])
def test_three_dimensions_and_descending_points(method: str, device: torch.device) -> None:
    points, values, at = grid((5, 6, 4), 2)
    points = (points[0], points[1][::-1], points[2])
    expected = reference.RegularGridInterpolator(points, values, method, False, None)(at)
    mine = RegularGridInterpolator(points, torch.as_tensor(values, device=device), method, False, None)(at)
    np.testing.assert_allclose(mine.cpu().numpy(), expected, **ROUNDED)


@pytest.mark.parametrize("method", ["cubic", "quintic"])
def test_three_dimensional_splines_reproduce_polynomials(method: str, device: torch.device) -> None:
    points = tensors(device, [np.cumsum(np.linspace(0.3, 1, n)) for n in (6, 7, 8)])
    x, y, z = torch.meshgrid(*points, indexing="ij")
    spline = RegularGridInterpolator(points, x**3 * y - 2 * y**3 * z**2 + z**3, method, False, None)
    at = torch.rand(20, 3, dtype=torch.float64, device=device) * 4
    a, b, c = at.T
    torch.testing.assert_close(spline(at), a**3 * b - 2 * b**3 * c**2 + c**3, rtol=1e-11, atol=1e-10)
    torch.testing.assert_close(spline(at, nu=(1, 0, 0)), 3 * a**2 * b, rtol=1e-10, atol=1e-9)
    torch.testing.assert_close(spline(at, nu=(0, 2, 1)), -24 * b * c, rtol=1e-9, atol=1e-8)


@pytest.mark.parametrize("method", ["linear", "slinear", "cubic", "quintic", "pchip"])
def test_derivatives_in_values_and_queries(method: str, device: torch.device) -> None:
    points, values, _ = grid((7, 6), 2)
    knots = tensors(device, points)
    dtype = torch.float64 if method == "pchip" else torch.complex128
    v = torch.as_tensor(values, device=device).to(dtype).requires_grad_()
    inside = [torch.as_tensor(p[:-2] + 0.3 * np.diff(p)[:-1], device=device)[:4] for p in points]
    q = torch.stack(inside, -1).requires_grad_()

    def f(v: Tensor, q: Tensor) -> Tensor:
        return RegularGridInterpolator(knots, v, method)(q)

    assert torch.autograd.gradcheck(f, (v, q), check_forward_ad=True, check_batched_grad=True, fast_mode=True)
    if method in ("linear", "cubic"):
        assert torch.autograd.gradgradcheck(f, (v, q), check_fwd_over_rev=True, fast_mode=True)


@pytest.mark.parametrize("method", METHODS)
def test_transforms(method: str, device: torch.device, recwarn: pytest.WarningsRecorder) -> None:
    points, values, at = grid((7, 6), 2)
    knots = tensors(device, points)
    v = torch.as_tensor(values, device=device)
    q = torch.as_tensor(at[0], device=device).clamp(max=2.0, min=1.0)

    def f(v: Tensor, q: Tensor) -> Tensor:
        return RegularGridInterpolator(knots, v, method, bounds_error=False)(q)

    torch.testing.assert_close(torch.func.vmap(f, (2, None), 1)(v, q), f(v, q))
    torch.testing.assert_close(torch.func.vmap(f, (None, 0))(v, q[:, None])[:, 0], f(v, q))
    assert not [w for w in recwarn if "fallback" in str(w.message)]
    if method in ("slinear", "quintic"):
        return  # as cubic
    compiled = torch.compile(f, fullgraph=True, backend="aot_eager")
    v.requires_grad_()
    torch.testing.assert_close(
        torch.autograd.grad(compiled(v, q).sum(), v)[0], torch.autograd.grad(f(v, q).sum(), v)[0]
    )


@pytest.mark.parametrize("method", ["linear", "slinear", "cubic", "quintic", "pchip"])
def test_derivatives_in_the_grid_points(method: str, device: torch.device) -> None:
    points, values, _ = grid((7, 6))
    knots = tuple(p.requires_grad_() for p in tensors(device, points))
    share = torch.tensor([[0.13, 0.61], [0.52, 0.97], [0.88, 0.05]], dtype=torch.float64, device=device)
    inside = torch.stack([p[0] + (p[-1] - p[0]) * u for p, u in zip(knots, share.T, strict=True)], -1).detach()

    def f(x: Tensor, y: Tensor) -> Tensor:
        return RegularGridInterpolator((x, y), torch.as_tensor(values, device=device), method, False, None)(inside)

    assert torch.autograd.gradcheck(f, knots, check_forward_ad=True, fast_mode=True)
    assert torch.autograd.gradgradcheck(f, knots, fast_mode=True)


def test_adjoint_is_the_same_in_every_run(device: torch.device) -> None:
    knots = torch.linspace(0, 1, 9, device=device).repeat(2)
    g, q = torch.randn(4000, 2, device=device), torch.rand(4000, 2, device=device)
    first = scatter(g, knots, q, [7, 7], [0, 0], [1, 1])
    assert all(torch.equal(first, scatter(g, knots, q, [7, 7], [0, 0], [1, 1])) for _ in range(3))
    torch.testing.assert_close(
        (evaluate(first, knots, q, [7, 7], [0, 0], [1, 1]) * g).sum(), (first * first).sum(), rtol=1e-4, atol=1e-4
    )


def test_bounds(device: torch.device) -> None:
    points, values, _ = grid((5, 6))
    f = RegularGridInterpolator(points, torch.as_tensor(values, device=device))
    inside = np.array([[p[0] for p in points], [p[-1] for p in points]])
    torch.testing.assert_close(f(inside).cpu(), torch.tensor([values[0, 0], values[-1, -1]]))
    for dimension, bad in ((0, points[0][-1] + 0.1), (1, points[1][0] - 0.1), (1, np.nan)):
        query = inside.copy()
        query[1, dimension] = bad
        with pytest.raises(ValueError, match=f"out of bounds in dimension {dimension}"):
            f(query)
    assert f(np.empty((0, 2))).shape == (0,)
    infinite = RegularGridInterpolator(points, values, bounds_error=False, fill_value=3.0)([[np.inf, -np.inf]])
    assert infinite.tolist() == [3.0]


@pytest.mark.parametrize("method", ["linear", "nearest"])
def test_axes_of_length_one(method: str, device: torch.device) -> None:
    x = torch.linspace(0, 6, 20, dtype=torch.float64, device=device)
    one = torch.zeros(1, dtype=torch.float64, device=device)
    plain = RegularGridInterpolator((x,), torch.sin(x), method, False, None)
    flat = RegularGridInterpolator((x, one), torch.sin(x)[:, None], method, False, None)
    filled = RegularGridInterpolator((x, one), torch.sin(x)[:, None], method, False, 9.0)
    at = torch.linspace(-1, 7, 30, dtype=torch.float64, device=device)
    torch.testing.assert_close(flat(torch.stack((at, at), -1)), plain(at))
    assert (filled(torch.stack((at, at + 0.001 + 10), -1)) == 9).all()
    assert torch.isnan(flat([[1.0, float("nan")]])).all()


def test_dtypes(device: torch.device) -> None:
    x = torch.arange(6, dtype=torch.float32, device=device)
    f = RegularGridInterpolator((x, x), torch.outer(x, x))
    assert f(torch.ones(3, 2, device=device)).dtype is torch.float32
    assert f(torch.ones(3, 2, dtype=torch.float64, device=device)).dtype is torch.float64
    assert RegularGridInterpolator((x,), x.to(torch.int64))(x).dtype is torch.float32
    assert RegularGridInterpolator((x,), x.to(torch.complex64), "cubic")(x).dtype is torch.complex64
    for method in METHODS:
        g = RegularGridInterpolator((x, x), torch.outer(x, x), method)
        torch.testing.assert_close(g([[1.0, 2.0]]), torch.tensor([2.0], dtype=torch.float64, device=device))


def test_queries_of_every_shape(device: torch.device) -> None:
    x = torch.linspace(0, 1, 5, dtype=torch.float64, device=device)
    f = RegularGridInterpolator((x, x), torch.zeros(5, 5, 3, dtype=torch.float64, device=device))
    assert f(torch.rand(4, 6, 2, device=device)).shape == (4, 6, 3)
    assert f([0.5, 0.5]).shape == (1, 3)
    assert f((x[:, None], x[None])).shape == (5, 5, 3)
    assert RegularGridInterpolator((x,), x)(0.5).shape == (1,)
    torch.testing.assert_close(interpn((x,), x**2, x, "cubic"), x**2)
    torch.testing.assert_close(interpn((x, x), x[:, None] * x, [[0.3, 0.2]], "splinef2d")[0].item(), 0.06)


SQUARE = [0.0, 0.5, 1.0]


@pytest.mark.parametrize(
    ("args", "kwargs", "text"),
    [
        (([SQUARE, [0.0, 1.0, 0.5]], np.zeros((3, 3))), {}, "dimension 1 must be strictly ascending or descending"),
        (([[SQUARE], SQUARE], np.zeros((3, 3))), {}, "dimension 0 must be 1-dimensional"),
        (([SQUARE, [0.0, 1.0]], np.zeros((3, 3))), {}, "2 points and 3 values along dimension 1"),
        (([SQUARE] * 3, np.zeros((3, 3))), {}, "3 point arrays, but values has 2 dimensions"),
        (([SQUARE], SQUARE), {"method": "septic"}, "method must be one of .*, got 'septic'"),
        (([SQUARE], SQUARE), {"method": "cubic"}, "3 points in dimension 0, but method cubic requires at least 4"),
        (([SQUARE], SQUARE), {"fill_value": 1j}, "fill_value must be either None or a number"),
        (([SQUARE], SQUARE), {"solver": spsolve}, "solver must be None"),
        (([np.arange(6.0)], np.arange(6.0) * 1j), {"method": "pchip"}, "values must be real for method 'pchip'"),
    ],
)
def test_bad_values(args: Any, kwargs: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        RegularGridInterpolator(*args, **kwargs)


def test_bad_calls() -> None:
    f = RegularGridInterpolator([SQUARE], SQUARE)
    with pytest.raises(ValueError, match="xi have dimension 3, but this RegularGridInterpolator has dimension 1"):
        f(np.zeros((1, 1, 3)))
    with pytest.raises(ValueError, match="cannot compute derivatives nu"):
        f([0.5], nu=(1,))
    with pytest.raises(ValueError, match="nu must be 1 non-negative orders"):
        f([0.5], "slinear", nu=(1, 1))
    with pytest.raises(TypeError, match="values must be a tensor"):
        RegularGridInterpolator([SQUARE], "abc")
    with pytest.raises(TypeError, match="xi must be real"):
        f(torch.tensor([0.5j]))
    with pytest.raises(TypeError, match="solver"):
        RegularGridInterpolator([SQUARE], SQUARE, "slinear", solver=spsolve)
    with pytest.raises(ValueError, match="2-dimensional"):
        interpn([SQUARE], SQUARE, [0.5], "splinef2d")
