"""Radial basis functions, triangulations, nearest neighbours and the polynomial through data, against SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy import interpolate as reference

import sci.interpolate as interpolate
from tests.interpolate.tolerances import EVALUATED, SLOPES, SOLVED, WELL_SOLVED

RNG = np.random.default_rng(0)
Y, D, AT = RNG.random((40, 2)), RNG.standard_normal((40, 2)), RNG.random((30, 2))


@pytest.mark.parametrize(
    "kernel",
    [
        "linear",
        "thin_plate_spline",
        "cubic",
        "quintic",
        "multiquadric",
        "inverse_multiquadric",
        "inverse_quadratic",
        "gaussian",
    ],
)
@pytest.mark.parametrize("arguments", [{}, {"smoothing": 0.1}, {"neighbors": 12}, {"degree": 2, "smoothing": 1e-3}])
def test_rbf(kernel: str, arguments: dict[str, Any], device: torch.device) -> None:
    more = arguments | ({} if kernel in ("linear", "thin_plate_spline", "cubic", "quintic") else {"epsilon": 6.0})
    mine = interpolate.RBFInterpolator(torch.as_tensor(Y, device=device), D + 1j * D[::-1], kernel=kernel, **more)
    theirs = reference.RBFInterpolator(Y, D + 1j * D[::-1], kernel=kernel, **more)
    np.testing.assert_allclose(mine(AT).cpu(), theirs(AT), **SOLVED)


@pytest.mark.parametrize("kernel", ["multiquadric", "inverse", "gaussian", "linear", "cubic", "quintic", "thin_plate"])
def test_old_rbf(kernel: str) -> None:
    arguments = {"function": kernel, "smooth": 0.01}
    mine, theirs = interpolate.Rbf(*Y.T, D[:, 0], **arguments), reference.Rbf(*Y.T, D[:, 0], **arguments)
    expected = theirs(*AT.T)
    np.testing.assert_allclose(mine(*AT.T), expected, rtol=1e-6, atol=1e-7 * np.abs(expected).max())


@pytest.mark.parametrize("rescale", [False, True])
@pytest.mark.parametrize("ndim", [2, 3])
def test_linear_and_nearest(ndim: int, rescale: bool, device: torch.device) -> None:
    points, values = RNG.random((60, ndim)) * [3, 1, 7][:ndim], RNG.standard_normal((60, 2))
    at = RNG.random((2, 50, ndim)) * [3, 1, 7][:ndim]
    for kind in ("LinearNDInterpolator", "NearestNDInterpolator"):
        mine = getattr(interpolate, kind)(torch.as_tensor(points, device=device), values, rescale=rescale)
        theirs = getattr(reference, kind)(points, values, rescale=rescale)
        np.testing.assert_allclose(mine(at).cpu(), theirs(at), rtol=1e-9, atol=1e-11)
    for method in ("linear", "nearest"):
        found = interpolate.griddata(points, values, at, method, rescale=rescale)
        np.testing.assert_allclose(found, reference.griddata(points, values, at, method, rescale=rescale), **EVALUATED)


@pytest.mark.parametrize("method", ["linear", "nearest", "cubic"])
def test_griddata_in_one_dimension(method: str) -> None:
    x, y = RNG.permutation(np.linspace(0, 3, 9)), RNG.standard_normal(9)
    at = np.linspace(-0.5, 3.5, 20)
    expected = reference.griddata(x, y, at, method)
    np.testing.assert_allclose(interpolate.griddata(x, y, at, method), expected, **EVALUATED)


def test_polynomials(device: torch.device) -> None:
    x, y = np.array([0.0, 0.4, 1.0, 1.7, 2.0, 3.1]), RNG.standard_normal((2, 6))
    at = np.r_[np.linspace(-0.5, 3.5, 12), x]
    for kind in ("BarycentricInterpolator", "KroghInterpolator"):
        mine = getattr(interpolate, kind)(torch.as_tensor(x, device=device), y, axis=1)
        theirs = getattr(reference, kind)(x, y, axis=1)
        np.testing.assert_allclose(mine(at).cpu(), theirs(at), **WELL_SOLVED)
        np.testing.assert_allclose(mine.derivatives(at).cpu(), theirs.derivatives(at), **SLOPES)
        np.testing.assert_allclose(mine.derivative(at, 2).cpu(), theirs.derivative(at, 2), **SLOPES)
    nodes, data = [0.0, 0.0, 1.0, 1.0, 1.0, 2.0], RNG.standard_normal(6)
    np.testing.assert_allclose(
        interpolate.KroghInterpolator(nodes, data)(at),
        reference.KroghInterpolator(nodes, data)(at),
        **WELL_SOLVED,
    )
    p = interpolate.BarycentricInterpolator(x[:4], y[0, :4])
    p.add_xi(x[4:], y[0, 4:])
    np.testing.assert_allclose(p(at), reference.BarycentricInterpolator(x, y[0])(at), **WELL_SOLVED)


def test_barycentric_derivative_at_a_node_is_there() -> None:
    x = torch.tensor([0.0, 1.0, 3.0], dtype=torch.float64, requires_grad=True)
    at = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    out = interpolate.BarycentricInterpolator(x, x.detach() ** 2)(at)
    torch.testing.assert_close(torch.autograd.grad(out.sum(), at)[0], 2 * at.detach())


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: interpolate.RBFInterpolator(Y, D, kernel="no"), ValueError, "`kernel` must be one of"),
        (lambda: interpolate.RBFInterpolator(Y, D, kernel="gaussian"), ValueError, "`epsilon` must be specified"),
        (lambda: interpolate.RBFInterpolator(Y, D[1:]), ValueError, "first axis of `d`"),
        (lambda: interpolate.RBFInterpolator(Y[:2], D[:2]), ValueError, "At least 3 data points"),
        (lambda: interpolate.RBFInterpolator(np.zeros((5, 2)), D[:5]), torch.linalg.LinAlgError, "Singular"),
        (lambda: interpolate.LinearNDInterpolator(Y, D[1:]), ValueError, "different number of values and points"),
        (lambda: interpolate.griddata(Y, D, AT, "no"), ValueError, "Unknown interpolation method"),
        (lambda: interpolate.BarycentricInterpolator([0.0, 0.0], [1.0, 2.0]), ValueError, "must be distinct"),
        (lambda: interpolate.KroghInterpolator([0.0, 1.0], [1.0]), ValueError, "equal in length"),
        (lambda: interpolate.Rbf([0.0, 1.0], [1.0]), ValueError, "equal length"),
    ],
)
def test_errors(call: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        call()


def test_clough_tocher_of_many_points_is_that_of_few() -> None:
    generator = torch.Generator().manual_seed(5)
    points = torch.rand(12, 2, generator=generator, dtype=torch.float64)
    at = 0.2 + 0.6 * torch.rand(200, 2, generator=generator, dtype=torch.float64)
    weight = torch.randn(200, generator=generator, dtype=torch.float64)
    values = torch.randn(12, generator=generator, dtype=torch.float64, requires_grad=True)
    at.requires_grad_()
    spline = interpolate.CloughTocher2DInterpolator(points, values, fill_value=0.0)
    many, few = spline(at), torch.cat([spline(part) for part in at.split(2)])
    torch.testing.assert_close(many, few, rtol=1e-12, atol=1e-13)
    grads = [torch.autograd.grad((weight * out).sum(), (values, at), retain_graph=True) for out in (many, few)]
    for a, b in zip(*grads, strict=True):
        torch.testing.assert_close(a, b, **WELL_SOLVED)


def test_cubics_on_triangles_leave_out_the_second_point_at_a_place() -> None:
    generator = np.random.default_rng(5)
    points, values = generator.random((8, 2)), generator.standard_normal(10)
    points, at = np.concatenate((points, points[:2])), generator.uniform(0.3, 0.6, (4, 2))
    mine = interpolate.CloughTocher2DInterpolator(torch.from_numpy(points), torch.from_numpy(values))
    expected = reference.CloughTocher2DInterpolator(points, values, tol=1e-12)(at)
    np.testing.assert_allclose(mine(torch.from_numpy(at)), expected, rtol=1e-8, atol=1e-9)
