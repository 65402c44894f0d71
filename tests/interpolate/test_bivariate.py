"""Splines of several variables, and smoothing splines as objects, against SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy import interpolate as reference

import sci.interpolate as interpolate
from tests.interpolate.tolerances import EVALUATED, FITTED, SLOPES, SOLVED, relative

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("k", [(3, 3), (1, 4), (2, 5)])
def test_rectangle(k: tuple[int, int], device: torch.device) -> None:
    x, y, z = np.sort(RNG.random(9)), np.sort(RNG.random(8)), RNG.standard_normal((9, 8))
    box = [x[0] - 0.1, None, None, y[-1] + 0.1]
    mine = interpolate.RectBivariateSpline(torch.as_tensor(x, device=device), y, z, box, *k)
    theirs = reference.RectBivariateSpline(x, y, z, box, *k)
    u, v = np.linspace(-0.2, 1.2, 15), np.linspace(0.1, 0.9, 15)
    for dx, dy in ((0, 0), (k[0] - 1, 0), (0, 1)):
        expected = theirs(u, v, dx, dy)
        scale = 1e-9 * np.abs(expected).max()
        inside = (u > x[0] - 0.1) & (u < x[-1])  # at the ends FITPACK's derivatives take the other side
        np.testing.assert_allclose(mine(u, v, dx, dy).cpu()[inside], expected[inside], rtol=1e-9, atol=scale)
        np.testing.assert_allclose(
            mine.ev(u, v, dx, dy).cpu()[inside], theirs.ev(u, v, dx, dy)[inside], rtol=1e-9, atol=scale
        )
    np.testing.assert_allclose(
        mine.integral(0.1, 0.8, 0.2, 0.7).cpu(), theirs.integral(0.1, 0.8, 0.2, 0.7), **relative(SOLVED)
    )
    if min(k) > 1:
        np.testing.assert_allclose(
            mine.partial_derivative(1, 1).ev(0.4, 0.5).cpu(), theirs.ev(0.4, 0.5, 1, 1), rtol=1e-9
        )
    tck = (*theirs.tck, *k)
    np.testing.assert_allclose(interpolate.bisplev(v, v, tck), reference.bisplev(v, v, tck), **SOLVED)


@pytest.mark.parametrize("k", [(3, 2), (1, 0), (4, 5)])
def test_ndbspline(k: tuple[int, int], device: torch.device) -> None:
    t = [np.sort(RNG.random(2 * degree + 6)) for degree in k]
    c = RNG.standard_normal((k[0] + 5, k[1] + 5, 2))
    mine = interpolate.NdBSpline([torch.as_tensor(v, device=device) for v in t], c, k)
    theirs = reference.NdBSpline(tuple(t), c, k)
    at = np.stack([RNG.uniform(v[d], v[-d - 1], 20) for v, d in zip(t, k, strict=True)], -1)
    for nu in ((0, 0), (1, 0)):
        expected = theirs(at, nu=nu)
        np.testing.assert_allclose(mine(at, nu=nu).cpu(), expected, rtol=1e-9, atol=1e-10 * np.abs(expected).max())
    assert mine(at + 9, extrapolate=False).isnan().all()
    matrix = interpolate.NdBSpline.design_matrix(at, t, k).toarray()
    expected = reference.NdBSpline.design_matrix(at, tuple(t), k).toarray()  # without columns of zeros at the end
    np.testing.assert_allclose(matrix[:, : expected.shape[1]], expected, **EVALUATED)
    np.testing.assert_allclose(mine.derivative((1, 0))(at).cpu(), mine(at, nu=(1, 0)).cpu(), **SLOPES)


@pytest.mark.parametrize("s", [0, 0.05, 2.0])
def test_make_splrep(s: float) -> None:
    x = np.sort(RNG.random(40))
    y = np.sin(7 * x) + 0.1 * RNG.standard_normal(40)
    mine = interpolate.make_splrep(x, y, s=s)
    t, c, _ = reference.splrep(x, y, s=s)  # SciPy's own make_splrep chooses other knots in some cases than FITPACK
    np.testing.assert_allclose(mine.t, t, rtol=1e-12)
    np.testing.assert_allclose(mine.c, c[: len(mine.c)], **FITTED)
    *_, last = interpolate.generate_knots(x, y, s=s)
    np.testing.assert_allclose(last, t, rtol=1e-12)
    curve, u = interpolate.make_splprep([x, y], s=s)
    other, v = reference.splprep([x, y], s=s)
    np.testing.assert_allclose(u, v, rtol=1e-12)
    np.testing.assert_allclose(curve(u), np.stack(reference.splev(v, other)), **FITTED)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: interpolate.RectBivariateSpline([0.0, 1], [0.0, 1], np.ones((2, 2))), "less than the 2 points"),
        (lambda: interpolate.RectBivariateSpline([0.0, 1], [0.0, 1], np.ones((3, 2)), kx=1), "same number of elements"),
        (lambda: interpolate.NdBSpline(([0.0, 0, 1, 1],), np.ones(3), 1), "inconsistent"),
        (lambda: interpolate.make_splrep([0.0, 1, 2], [1.0, 2], k=1), "one length"),
        (lambda: interpolate.make_splrep([0.0, 1, 2], [1.0, 2, 3], s=-1), "non-negative"),
    ],
)
def test_errors(call: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        call()
