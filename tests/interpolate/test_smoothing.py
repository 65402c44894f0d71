"""Smoothing splines and surfaces, and rational interpolants, against SciPy."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import scipy.interpolate as theirs
import torch

import sci.interpolate as ours
from sci.interpolate._reinsch import penalty_of
from tests.interpolate.tolerances import EVALUATED, ROUNDED, SOLVED, relative


def _of(x: Any) -> torch.Tensor:
    return torch.from_numpy(np.asarray(x, dtype=float))


def _curve(m: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    x = np.sort(generator.random(m))
    return x, np.sin(6 * x) + 0.1 * generator.standard_normal(m)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(("m", "share"), [(12, 0.005), (60, 0.01), (400, 0.0095), (400, 0.004)])
def test_curves_have_fitpacks_knots_and_coefficients(m: int, share: float, k: int) -> None:
    x, y = _curve(m, m + k)
    t, c, _ = ours.splrep(_of(x), _of(y), k=k, s=share * m)
    t_, c_, _ = theirs.splrep(x, y, k=k, s=share * m)
    np.testing.assert_allclose(t, t_, rtol=1e-14)
    np.testing.assert_allclose(c, c_, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
def test_splines_as_objects_have_scipys_knots(k: int) -> None:
    """SciPy gives the search room for m / 2 knots first, where it starts again: not the knots of splrep."""
    others = 0
    for seed in range(12):
        x, y = np.linspace(0, 1, 20 + seed), _curve(20 + seed, seed)[1]
        mine, known = ours.UnivariateSpline(_of(x), _of(y), k=k, s=0.1), theirs.UnivariateSpline(x, y, k=k, s=0.1)
        np.testing.assert_allclose(mine.get_knots(), known.get_knots(), rtol=1e-14)
        np.testing.assert_allclose(mine(_of(x)), known(x), rtol=1e-7, atol=1e-8)
        others += mine.get_knots().shape != np.unique(theirs.splrep(x, y, k=k, s=0.1)[0]).shape
    assert others > 0


def test_closed_curves_meet() -> None:
    angle = torch.linspace(0, 2 * torch.pi, 40, dtype=torch.float64)
    noise = 0.02 * torch.randn(2, 40, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    points = torch.stack((angle.cos(), 2 * angle.sin())) + noise
    points[:, -1] = points[:, 0]
    (t, c, k), _ = ours.splprep(points, s=0.05, per=1)
    for order in range(k):
        ends = ours.splev(torch.tensor([0.0, 1.0], dtype=torch.float64), (t, c, k), der=order)
        for end in ends:
            torch.testing.assert_close(end[0], end[1], **SOLVED)


@pytest.mark.parametrize("lam", [0.0, 1e-3, 1.0])
def test_natural_smoothing_spline(lam: float) -> None:
    x, y = _curve(40, 1)
    x, w, at = np.cumsum(0.1 + x), 0.5 + np.abs(y), np.linspace(0, 20, 31)
    expected = theirs.make_smoothing_spline(x, y, w, lam)(at)
    np.testing.assert_allclose(
        ours.make_smoothing_spline(_of(x), _of(y), _of(w), lam)(_of(at)), expected, **relative(SOLVED)
    )


def test_cross_validation_has_the_lowest_score() -> None:
    x, y = _curve(60, 2)
    expected = theirs.make_smoothing_spline(x, y)(x)
    np.testing.assert_allclose(ours.make_smoothing_spline(_of(x), _of(y))(_of(x)), expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("argument", range(3))
def test_gradients_of_cross_validation(argument: int) -> None:
    """The parameter is a zero of the score's slope to nearly all digits: differences see no noise of it."""
    x, y = (_of(v) for v in _curve(20, 4))
    given = [torch.cumsum(0.1 + x, 0), y, 0.5 + y.abs()]
    at = given[0][:1] + 0.3

    def value(v: torch.Tensor) -> torch.Tensor:
        changed = [*given[:argument], v, *given[argument + 1 :]]
        out: torch.Tensor = ours.make_smoothing_spline(*changed)(at)[0]
        return out

    gradient = torch.func.grad(value)(given[argument])
    for i in (1, 5):
        step = torch.zeros(20, dtype=torch.float64)
        step[i] = 1e-4
        far, near = ((value(given[argument] + h * step) - value(given[argument] - h * step)) / h for h in (2, 1))
        difference = (4 * near - far) / 6e-4
        torch.testing.assert_close(gradient[i], difference, rtol=1e-7, atol=1e-7 * gradient.abs().max().item())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_cross_validation_of_straight_lines_and_of_columns(dtype: torch.dtype) -> None:
    x = torch.linspace(0, 4, 9, dtype=dtype)
    wave = torch.sin(x) + 0.1 * torch.cos(17 * x)
    columns = torch.stack((2 * x + 1, torch.zeros(9, dtype=dtype), wave), 1)
    together = ours.make_smoothing_spline(x, columns)(x)
    torch.testing.assert_close(together[:, :2], columns[:, :2])
    torch.testing.assert_close(together[:, 2], ours.make_smoothing_spline(x, wave)(x))


@pytest.mark.parametrize("n", [2, 3, 131, 1042])
def test_traces_by_parts_are_those_of_the_inverse(n: int, device: torch.device) -> None:
    generator = torch.Generator().manual_seed(n)
    x = torch.rand(n + 2, dtype=torch.float64, generator=generator).add_(0.1).cumsum(0)
    p = penalty_of(x, torch.rand(n + 2, dtype=torch.float64, generator=generator).add_(0.1))
    m = p.r + torch.tensor([1e-3, 1.0]).double()[:, None, None] * p.b
    dense = [
        sum(torch.diag_embed(a[..., d, : n - d], s * d) for d in range(min(3, n)) for s in {-1, 1 if d else -1})
        for a in (m, p.b)
    ]
    expected = torch.linalg.solve(dense[0], dense[1].expand_as(dense[0])).diagonal(dim1=-2, dim2=-1).sum(-1)
    for rows in (0, 4, 32):
        found = torch.ops.sci.spline_band_trace(m.to(device), p.b.to(device), rows)
        torch.testing.assert_close(found.cpu(), expected, rtol=1e-11, atol=0)
        single = torch.ops.sci.spline_band_trace(m.float().to(device), p.b.float().to(device), rows)
        torch.testing.assert_close(single.cpu().double(), expected, rtol=1e-4, atol=0)


def _scattered(m: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(m)
    x, y = generator.random((2, m))
    return x, y, np.sin(4 * x) * np.cos(3 * y) + 0.1 * generator.standard_normal(m)


@pytest.mark.parametrize(("kx", "ky"), [(3, 3), (2, 1)])
@pytest.mark.parametrize("share", [0.012, 0.007])
def test_surfaces_have_fitpacks_knots(kx: int, ky: int, share: float) -> None:
    data = _scattered(200)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tx, ty, c, _, _ = ours.bisplrep(*map(_of, data), s=share * 200, kx=kx, ky=ky)
        expected = theirs.bisplrep(*data, s=share * 200, kx=kx, ky=ky)
    np.testing.assert_allclose(tx, expected[0], **relative(SOLVED))
    np.testing.assert_allclose(ty, expected[1], **relative(SOLVED))
    # Both parameters meet the condition to 0.1 %, not each other: the searches begin at different ones.
    np.testing.assert_allclose(c, expected[2], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("s", [0.0, 1.0, 6.0, 18.0])
def test_smoothing_on_a_grid(s: float) -> None:
    generator = np.random.default_rng(4)
    x, y = np.sort(generator.random(30)), np.sort(generator.random(25))
    z = np.sin(4 * x)[:, None] * np.cos(5 * y) + 0.1 * generator.standard_normal((30, 25))
    spline, expected = ours.RectBivariateSpline(_of(x), _of(y), _of(z), s=s), theirs.RectBivariateSpline(x, y, z, s=s)
    np.testing.assert_allclose(spline(_of(x), _of(y)), expected(x, y), **SOLVED)
    assert spline.fp == pytest.approx(expected.fp, abs=1e-9)


def test_least_squares_on_the_sphere() -> None:
    generator = np.random.default_rng(5)
    theta, phi = np.arccos(generator.uniform(-1, 1, 300)), 2 * np.pi * generator.random(300)
    r = np.cos(theta) + 0.5 * np.sin(theta) * np.sin(phi)  # linear in space: smooth at the poles
    spline = ours.LSQSphereBivariateSpline(_of(theta), _of(phi), _of(r), [0.8, 1.6, 2.4], list(np.arange(1, 7) * 0.9))
    assert spline.get_residual() / 300 < 1e-6
    around = spline.ev(torch.zeros(5, dtype=torch.float64), torch.linspace(0, 6, 5, dtype=torch.float64))
    torch.testing.assert_close(around, around[:1].expand(5), **ROUNDED)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("s", "knots"), [(100.0, 8), (20.0, 9), (5.0, 9)])
def test_smoothing_on_the_sphere(s: float, knots: int, dtype: torch.dtype) -> None:
    generator = np.random.default_rng(8)
    theta, phi = 0.2 + 2.7 * generator.random(70), 0.1 + 6 * generator.random(70)
    theta, phi = theta.astype(np.float32), phi.astype(np.float32)
    r = (np.cos(theta) + np.sin(theta) * np.sin(phi) + 0.1 * generator.standard_normal(70)).astype(np.float32)
    spline = ours.SmoothSphereBivariateSpline(*(torch.from_numpy(v).to(dtype) for v in (theta, phi, r)), s=s)
    expected = theirs.SmoothSphereBivariateSpline(*(v.astype(float) for v in (theta, phi, r)), s=s)
    assert len(spline.get_knots()[0]) == len(expected.get_knots()[0]) == knots
    at = np.array([0.0, 0.5, 1.4, 2.2, np.pi]), np.array([1.0, 1.0, 2.8, 4.4, 0.0])
    # Both stop where the residual is s within one part in a thousand; the level cubic is not searched for.
    bound = 1e-2 if s < spline.get_residual() * 1.1 else 1e-12 if dtype == torch.float64 else 1e-6
    np.testing.assert_allclose(spline.ev(*map(_of, at)), expected.ev(*at), rtol=0, atol=bound)


def test_clough_tocher_with_gradients_that_have_converged() -> None:
    x, y, z = _scattered(80)
    at = np.random.default_rng(6).random((500, 2))
    points = np.stack((x, y), 1)
    expected = theirs.CloughTocher2DInterpolator(points, z, tol=1e-14, maxiter=100_000)(at)
    np.testing.assert_allclose(ours.CloughTocher2DInterpolator(_of(points), _of(z))(_of(at)), expected, **ROUNDED)


@pytest.mark.parametrize("d", [2, 3])
def test_the_walk_finds_what_qhull_finds(d: int) -> None:
    generator = np.random.default_rng(7)
    points, values = generator.random((300, d)), generator.standard_normal(300)
    at = generator.random((5000, d)) * 1.2 - 0.1
    at[7] = np.nan
    expected = theirs.LinearNDInterpolator(points, values)(at)
    np.testing.assert_allclose(ours.LinearNDInterpolator(_of(points), _of(values))(_of(at)), expected, **EVALUATED)


def test_rational_interpolants() -> None:
    x = np.linspace(-1, 1, 60)
    at = np.linspace(-1, 1, 77)
    np.testing.assert_allclose(ours.AAA(_of(x), _of(np.exp(x)))(_of(at)), np.exp(at), **relative(EVALUATED))
    poles = ours.AAA(_of(x), _of(np.tan(2 * x))).poles()
    assert (poles - torch.pi / 4).abs().min() < 1e-9
    for d in (0, 3, 7):
        expected = theirs.FloaterHormannInterpolator(x, np.exp(x), d=d)(at)
        np.testing.assert_allclose(ours.FloaterHormannInterpolator(_of(x), _of(np.exp(x)), d=d)(_of(at)), expected)


def test_polynomials_by_coefficients() -> None:
    p, q = ours.pade(_of([1, 1, 1 / 2, 1 / 6, 1 / 24]), 2)
    p_, q_ = theirs.pade([1, 1, 1 / 2, 1 / 6, 1 / 24], 2)
    np.testing.assert_allclose(p.c, p_.c)
    np.testing.assert_allclose(q.c, q_.c)
    line = ours.lagrange(_of([0, 1, 2]), _of([1, 3, 5]))
    np.testing.assert_allclose(line.c, [2, 1])
    assert (line * line).order == 2
    np.testing.assert_allclose((line * line - 1).deriv().c, [8, 4])
    np.testing.assert_allclose(line.integ().c, [1, 1, 0])
    assert ours.approximate_taylor_polynomial(torch.sin, _of(0.0), 3, 0.2, order=7)[3].item() == pytest.approx(-1 / 6)


def test_many_queries_of_irregular_splines_in_no_order() -> None:
    generator = np.random.default_rng(8)
    for m in (5, 90, 5000):
        x, y, at = np.sort(generator.random(m)), generator.standard_normal(m), generator.random(9 * m + 500) * 1.2 - 0.1
        at[3] = np.nan
        for k in (1, 2, 3, 5)[: m - 1]:
            if k >= m:
                continue
            spline = ours.make_interp_spline(_of(x), _of(y), k)
            for nu in range(min(k, 2)):
                few = torch.cat([spline(_of(part), nu) for part in np.array_split(at, len(at) // 4)])
                torch.testing.assert_close(
                    spline(_of(at), nu), few, rtol=1e-9, atol=1e-9 * float(few.nan_to_num().abs().max()), equal_nan=True
                )


@pytest.mark.parametrize("scale", [1e-100, 1e-60, 1e90])
def test_rational_interpolants_over_tiny_and_huge_distances(scale: float) -> None:
    x, y = scale * np.cumsum(0.1 + _curve(9, 0)[0]), _curve(9, 1)[1]
    at = x[1] + (x[-1] - x[1]) * np.linspace(0, 1, 12)
    expected = ours.FloaterHormannInterpolator(_of(x / scale), _of(y))(_of(at / scale))
    for points in (_of(at), _of(at).requires_grad_()):
        found = ours.FloaterHormannInterpolator(_of(x), _of(y))(points)
        torch.testing.assert_close(found.detach(), expected, rtol=1e-12, atol=1e-12)
