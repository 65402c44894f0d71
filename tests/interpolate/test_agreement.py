"""Agreement with SciPy to 1e-12 on well-conditioned data: every end condition, degree, axis, dtype and mode."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from scipy import interpolate as theirs
from scipy.sparse.linalg import spsolve
from torch import Tensor

import sci.interpolate as ours

N = 14
X = np.linspace(0, 3, N) + 0.02 * np.sin(np.arange(N) * 5.0)  # nearly uniform: systems with small condition numbers
INSIDE = np.random.default_rng(0).uniform(X[0], X[-1], 40)
AT = np.concatenate((INSIDE, X, [-0.31, -0.02, 3.02, 3.4, np.nan])).reshape(-1)
ENDS = ("not-a-knot", "natural", "clamped", (1, 0.5), (2, -0.75))
AXES = (0, 1, -1)


def values(axis: int, complex_: bool, periodic: bool = False, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    y = rng.standard_normal((N, 2, 3)) + (1j * rng.standard_normal((N, 2, 3)) if complex_ else 0)
    if periodic:
        y[-1] = y[0]
    return np.moveaxis(y, 0, axis)


def same(mine: Any, expected: np.ndarray, what: Any) -> None:
    """Compare relative to the largest value."""
    mine = mine.detach().cpu().numpy()
    expected = np.asarray(expected)
    assert mine.shape == expected.shape, what
    assert mine.dtype.kind == expected.dtype.kind, what
    size = np.nanmax(np.abs(expected), initial=0.0)
    np.testing.assert_allclose(mine, expected, rtol=0, atol=1e-12 * max(size, 1e-300), err_msg=str(what))


def slope(spline: Callable[[Tensor], Tensor], at: np.ndarray) -> Tensor:
    """Return the derivative by autograd of a spline of one column."""
    points = torch.tensor(at, requires_grad=True)
    return torch.autograd.grad(spline(points).sum(), points)[0]


@pytest.mark.parametrize("complex_", [False, True])
def test_cubic_splines(complex_: bool) -> None:
    cases = [(bc, axis) for bc in itertools.product(ENDS, ENDS) for axis in (AXES if bc[0] == bc[1] else (0,))]
    for bc, axis in [*cases, *(("periodic", axis) for axis in AXES)]:
        y = values(axis, complex_, bc == "periodic")
        ends = bc
        if bc != "periodic":
            shape = np.moveaxis(y, axis, 0).shape[1:]
            ends = tuple((e[0], np.full(shape, e[1])) if isinstance(e, tuple) else e for e in bc)
        mine, other = ours.CubicSpline(X, y, axis, ends), theirs.CubicSpline(X, y, axis, ends)
        for nu, mode in itertools.product(range(4), (None, True, False, "periodic")):
            same(mine(AT, nu, mode), other(AT, nu, mode), (bc, axis, nu, mode))


@pytest.mark.parametrize("complex_", [False, True])
@pytest.mark.parametrize("k", range(8))
def test_interpolating_splines(k: int, complex_: bool) -> None:
    conditions: list[Any] = [None]
    if k == 3:
        conditions += ["natural", "clamped", "not-a-knot", ([(1, np.ones((2, 3)))], [(2, np.zeros((2, 3)))])]
    if k == 5:
        conditions += [([(1, np.ones((2, 3))), (2, np.zeros((2, 3)))], [(1, np.ones((2, 3))), (2, np.zeros((2, 3)))])]
    for bc, axis in [*itertools.product(conditions, AXES), *(("periodic", axis) for axis in AXES if 1 < k < 6)]:
        y = values(axis, complex_, bc == "periodic")
        mine = ours.make_interp_spline(X, y, k, None, bc, axis)
        if bc == "periodic" and complex_:  # of which SciPy drops the imaginary part
            parts = [theirs.make_interp_spline(X, v, k, None, bc, axis) for v in (y.real, y.imag)]
            other: Any = lambda *args, parts=parts: parts[0](*args) + 1j * parts[1](*args)  # noqa: E731
        else:
            other = theirs.make_interp_spline(X, y, k, None, bc, axis)
        for nu, mode in itertools.product(range(min(k, 2) + 1), (None, True, False, "periodic")):
            at = np.concatenate((INSIDE, AT[-5:]))  # at the knots, jumps of the last derivative are rounding's
            same(mine(at, nu, mode), other(at, nu, mode), (bc, axis, nu, mode))


@pytest.mark.parametrize("complex_", [False, True])
def test_local_cubics(complex_: bool) -> None:
    makers = {
        "CubicHermiteSpline": lambda home, y, axis: home.CubicHermiteSpline(X, y, np.sin(y), axis),
        "akima": lambda home, y, axis: home.Akima1DInterpolator(X, y, axis, method="akima"),
        "makima": lambda home, y, axis: home.Akima1DInterpolator(X, y, axis, method="makima"),
    }
    if not complex_:
        makers["pchip"] = lambda home, y, axis: home.PchipInterpolator(X, y, axis)
    else:
        del makers["akima"], makers["makima"]  # refused, as in SciPy
    for (name, make), axis in itertools.product(makers.items(), AXES):
        y = values(axis, complex_)
        mine, other = make(ours, y, axis), make(theirs, y, axis)
        for nu, mode in itertools.product(range(4), (None, True, False, "periodic")):
            same(mine(AT, nu, mode), other(AT, nu, mode), (name, axis, nu, mode))


@pytest.mark.parametrize("complex_", [False, True])
@pytest.mark.parametrize("kind", ["PPoly", "BPoly"])
def test_piecewise_polynomials(kind: str, complex_: bool) -> None:
    rng = np.random.default_rng(3)
    for k, axis in itertools.product(range(1, 7), (0, 1)):
        c = rng.standard_normal((k, N - 1, 2)) + (1j * rng.standard_normal((k, N - 1, 2)) if complex_ else 0)
        c = np.moveaxis(c, (0, 1), (axis, axis + 1))
        mine, other = (getattr(home, kind)(c, X, axis=axis) for home in (ours, theirs))
        for nu, mode in itertools.product(range(min(k, 3)), (True, False, "periodic")):
            same(mine(AT, nu, mode), other(AT, nu, mode), (k, axis, nu, mode))
        for a, b in ((0.1, 2.2), (2.9, 0.3)):
            same(mine.integrate(a, b), other.integrate(a, b), (k, axis, a, b))


@pytest.mark.parametrize("complex_", [False, True])
@pytest.mark.parametrize(
    "kind", ["linear", "nearest", "nearest-up", "zero", "slinear", "quadratic", "cubic", "previous", "next"]
)
def test_interp1d(kind: str, complex_: bool) -> None:
    at = AT[:-1]  # of NaN see docs/differences.md
    for axis, fill in itertools.product(AXES, ("extrapolate", np.nan, 2.5, (-1.0, 1.0))):
        if fill == "extrapolate" and kind == "zero":
            continue
        y = values(axis, complex_)
        mine, other = (home.interp1d(X, y, kind, axis, bounds_error=False, fill_value=fill) for home in (ours, theirs))
        same(mine(at), other(at), (axis, fill))


@pytest.mark.parametrize("k", range(1, 6))
def test_univariate_splines(k: int) -> None:
    y = values(0, False)[:, 0, 0]
    mine, other = (home.InterpolatedUnivariateSpline(X, y, k=k) for home in (ours, theirs))
    at = AT[:-1]
    for ext, nu in itertools.product((0, 1, 3), range(k + 1)):
        if ext == 3 and nu:
            continue
        same(mine(at, nu, ext), other(at, nu, ext), (ext, nu))
        if ext != 3:
            parts = [(torch.as_tensor(v) for v in tck[:2]) for tck in (other._eval_args,)]
            tck = (*parts[0], k)
            same(ours.splev(at, tck, nu, ext), theirs.splev(at, other._eval_args, nu, ext), ("splev", ext, nu))


@pytest.mark.parametrize("complex_", [False, True])
@pytest.mark.parametrize("method", ["linear", "nearest", "slinear", "cubic", "quintic", "pchip"])
def test_grids(method: str, complex_: bool) -> None:
    if method == "pchip" and complex_:
        return
    rng = np.random.default_rng(5)
    grid = (X[:9], X[2:10], X[:7])
    for d, trailing in ((1, ()), (2, (2,)), (3, ())):
        shape = (*(len(g) for g in grid[:d]), *trailing)
        data = rng.standard_normal(shape) + (1j * rng.standard_normal(shape) if complex_ else 0)
        at = np.stack([rng.uniform(g[0] - 0.3, g[-1] + 0.3, 40) for g in grid[:d]], -1)
        at[0, 0] = np.nan
        for fill in (None, np.nan, 1.5):
            options: dict[str, Any] = {"bounds_error": False, "fill_value": fill}
            mine = ours.RegularGridInterpolator(grid[:d], data, method, **options)
            if method in ("cubic", "quintic"):  # by default SciPy iterates, to six digits
                options["solver"] = spsolve
            other = theirs.RegularGridInterpolator(grid[:d], data, method, **options)
            same(mine(at), other(at), (d, fill))


@pytest.mark.parametrize("complex_", [False, True])
def test_polynomials(complex_: bool) -> None:
    nodes = np.cos(np.pi * np.arange(8) / 7)[::-1]
    at = np.concatenate((np.random.default_rng(0).uniform(-1, 1, 30), nodes))
    for axis in AXES:
        y = np.take(values(axis, complex_), range(8), axis)
        for kind in ("BarycentricInterpolator", "KroghInterpolator"):
            mine, other = (getattr(home, kind)(nodes, y, axis) for home in (ours, theirs))
            same(mine(at), other(at), (kind, axis))


@pytest.mark.cpu  # splines of NumPy's arrays, at tensors
def test_derivatives_are_those_of_scipy() -> None:
    y = values(0, False)[:, 0, 0]
    nodes = np.cos(np.pi * np.arange(9) / 8)[::-1]
    c = np.random.default_rng(2).standard_normal((4, N - 1))
    at = INSIDE / 3.2
    pairs: dict[str, tuple[Any, Any]] = {
        name: (getattr(ours, name)(X, y), getattr(theirs, name)(X, y))
        for name in ("CubicSpline", "PchipInterpolator", "Akima1DInterpolator", "make_interp_spline")
    }
    pairs["CubicHermiteSpline"] = ours.CubicHermiteSpline(X, y, y[::-1]), theirs.CubicHermiteSpline(X, y, y[::-1])
    pairs["PPoly"] = ours.PPoly(c, X), theirs.PPoly(c, X)
    pairs["BPoly"] = ours.BPoly(c, X), theirs.BPoly(c, X)
    pairs["univariate"] = ours.InterpolatedUnivariateSpline(X, y), theirs.InterpolatedUnivariateSpline(X, y)
    for name, (mine, other) in pairs.items():
        same(slope(mine, at), other.derivative()(at), name)
    for name in ("KroghInterpolator", "BarycentricInterpolator"):
        mine, other = (getattr(home, name)(nodes, y[:9]) for home in (ours, theirs))
        points = np.random.default_rng(0).uniform(-1, 1, 20)
        same(slope(mine, points), other.derivative(points), name)
    grid, data = (X[:9], X[2:10]), np.random.default_rng(5).standard_normal((9, 8))
    places = np.stack([np.random.default_rng(6).uniform(g[0], g[-1], 40) for g in grid], -1)
    for method in ("slinear", "cubic", "quintic"):
        mine = ours.RegularGridInterpolator(grid, data, method)
        other = theirs.RegularGridInterpolator(grid, data, method, solver=None if method == "slinear" else spsolve)
        points = torch.tensor(places, requires_grad=True)
        (found,) = torch.autograd.grad(mine(points).sum(), points)
        for k, nu in enumerate(((1, 0), (0, 1))):
            expected = other(places, nu=nu)
            np.testing.assert_allclose(found[:, k], expected, rtol=0, atol=4e-12 * np.abs(expected).max())
