"""B-splines and splines made of data, against SciPy; derivatives are tested with the cards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy import interpolate as reference

from sci.interpolate import BSpline, CubicSpline, PPoly, make_interp_spline, make_lsq_spline


def spline(k: int, *trailing: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(k)
    t = np.sort(rng.random(20))
    t[10] = t[9]
    return t, rng.standard_normal((20 - k - 1, *trailing))


def close(mine: Any, theirs: Any, rtol: float = 1e-11) -> None:
    theirs = np.asarray(theirs)
    mine = mine.cpu().numpy()[: len(theirs)] if theirs.ndim else mine.cpu().numpy()
    scale = np.abs(np.nan_to_num(theirs)).max() if theirs.size else 0
    np.testing.assert_allclose(mine, theirs[: len(mine)] if theirs.ndim else theirs, rtol=rtol, atol=rtol * scale)


@pytest.mark.parametrize("k", [0, 1, 2, 3, 5, 8])
@pytest.mark.parametrize("mode", [True, False, "periodic"])
def test_values_and_integrals(k: int, mode: Any, device: torch.device) -> None:
    t, c = spline(k, 2)
    mine, theirs = BSpline(torch.as_tensor(t, device=device), c, k), reference.BSpline(t, c, k)
    x = np.concatenate((np.linspace(t[k] - 0.02, t[-k - 1] + 0.02, 50), t, [np.nan]))
    for nu in range(min(k, 2) + 1):
        close(mine(x, nu, mode), theirs(x, nu, mode), 1e-9)
    for a, b in ((0.1, 0.9), (2.3, -1.0)):
        close(mine.integrate(a, b, mode), theirs.integrate(a, b, mode), 1e-9)


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_algebra(k: int, device: torch.device) -> None:
    t, c = spline(k, 2)
    mine, theirs = BSpline(torch.as_tensor(t, device=device), c, k), reference.BSpline(t, c, k)
    if k == 1:  # the knot that is there twice is a jump
        with pytest.raises(ValueError, match="not differentiable"):
            mine.derivative()
    else:
        close(mine.derivative().c, theirs.derivative().c)
    close(mine.antiderivative(2).c, theirs.antiderivative(2).c)
    close(mine.antiderivative(2).t, theirs.antiderivative(2).t)
    close(mine.insert_knot(0.5, 2).c, theirs.insert_knot(0.5, 2).c)
    x = np.linspace(t[k], t[-k - 1], 9)
    close(PPoly.from_spline(mine)(x), theirs(x), 1e-9)
    matrix = BSpline.design_matrix(x, torch.as_tensor(t, device=device), k)
    close(matrix.toarray(), reference.BSpline.design_matrix(x, t, k).toarray())
    element = BSpline.basis_element(t[: k + 2])
    close(element(x), reference.BSpline.basis_element(t[: k + 2])(x), 1e-9)


@pytest.mark.parametrize("condition", ["not-a-knot", "natural", "clamped", "periodic"])
def test_from_power_basis_and_periodic_knots(condition: str) -> None:
    rng = np.random.default_rng(0)
    x, y = np.sort(rng.random(9)), rng.standard_normal(9)
    y[-1] = y[0]
    mine = BSpline.from_power_basis(CubicSpline(x, y, bc_type=condition), condition)
    theirs = reference.BSpline.from_power_basis(reference.CubicSpline(x, y, bc_type=condition), condition)
    close(mine.t, theirs.t)
    close(mine.c, theirs.c)
    if condition == "periodic":
        for at in (x[1] - 0.001, x[-2] + 0.01, x[4] + 0.001):
            close(mine.insert_knot(at).c, theirs.insert_knot(at).c)
            close(mine.insert_knot(at).t, theirs.insert_knot(at).t)


@pytest.mark.parametrize("k", range(8))
def test_interpolating_spline(k: int, device: torch.device) -> None:
    rng = np.random.default_rng(k)
    x, y = np.sort(rng.random(14)), rng.standard_normal((14, 2))
    mine = make_interp_spline(torch.as_tensor(x, device=device), y, k)
    theirs = reference.make_interp_spline(x, y, k)
    close(mine.t, theirs.t)
    close(mine.c, theirs.c, 1e-10)


@pytest.mark.parametrize("k", range(1, 7))
@pytest.mark.parametrize("n", [4, 6, 9, 14])
def test_periodic_interpolating_spline(k: int, n: int, device: torch.device) -> None:
    rng = np.random.default_rng(k)
    x, y = np.linspace(0, 1, n) ** 1.3, rng.standard_normal((n, 2))
    y[-1] = y[0]
    if n <= k + 1:
        return
    mine = make_interp_spline(torch.as_tensor(x, device=device), y, k, bc_type="periodic")
    theirs = reference.make_interp_spline(x, y, k, bc_type="periodic")
    close(mine.t, theirs.t)
    close(mine.c, theirs.c, 1e-9)
    close(mine(x), y, 1e-10)
    close(mine(x + 2.0), y, 1e-9)


@pytest.mark.parametrize(
    "conditions",
    ["natural", "clamped", ([(1, [1.0, 2.0])], [(2, [0.0, 1.0])]), ([(2, [1.0, 2.0]), (1, [1.0, 0.0])], None)],
)
def test_conditions_at_the_ends(conditions: Any) -> None:
    rng = np.random.default_rng(1)
    x, y = np.sort(rng.random(12)), rng.standard_normal((12, 2))
    t = None if conditions in ("natural", "clamped") or conditions[1] else np.r_[[x[0]] * 4, x[1:-1], [x[-1]] * 4]
    close(make_interp_spline(x, y, 3, t, conditions).c, reference.make_interp_spline(x, y, 3, t, conditions).c, 1e-10)


@pytest.mark.parametrize("k", [0, 1, 2, 3, 5])
def test_least_squares(k: int) -> None:
    rng = np.random.default_rng(2)
    x, y, w = np.sort(rng.random(100)), rng.standard_normal((100, 2)), rng.random(100) + 0.1
    t = np.r_[[x[0]] * (k + 1), 0.2, 0.4, 0.5, 0.8, [x[-1]] * (k + 1)]
    close(make_lsq_spline(x, y, t, k, w).c, reference.make_lsq_spline(x, y, t, k, w).c)


def test_different_sites_per_batch_element() -> None:
    x = torch.rand(3, 10, dtype=torch.float64).cumsum(1)
    y = torch.randn(3, 10, dtype=torch.float64)
    out = torch.func.vmap(lambda x, y: make_interp_spline(x, y)(x.mean()))(x, y)
    torch.testing.assert_close(out[1], make_interp_spline(x[1], y[1])(x[1].mean()))


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: BSpline([0.0, 1.0], [1.0], 3), ValueError, "Need at least 8 knots"),
        (lambda: BSpline([0.0, 0, 0, 0], [1.0, 2], 1), ValueError, "two internal knots"),
        (lambda: BSpline([0.0, 1, 0, 3], [1.0, 2], 1), ValueError, "non-decreasing"),
        (lambda: BSpline([0.0, 1, 2, 3], [1.0], 1), ValueError, "inconsistent"),
        (lambda: BSpline([0.0, 1, 2, 3], [1.0, 2], 1.5), TypeError, "integer"),
        (lambda: BSpline([0.0, 1, 2, float("inf")], [1.0, 2], 1), ValueError, "nans or infs"),
        (lambda: BSpline([[0.0, 1, 2, 3]], [1.0, 2], 1), ValueError, "one-dimensional"),
        (lambda: BSpline.design_matrix([9.0], [0.0, 1, 2, 3], 1), ValueError, "Out of bounds"),
        (lambda: BSpline([0.0, 1, 2, 3], [1.0, 2], 1).insert_knot(7.0), ValueError, "Cannot insert a knot at 7.0"),
        (lambda: make_interp_spline([0.0], [1.0], 1), ValueError, "at least 2 sites"),
        (lambda: make_interp_spline([0.0, 1, 1], [1.0, 2, 3], 1), ValueError, "duplicates"),
        (lambda: make_interp_spline([0.0, 2, 1], [1.0, 2, 3], 1), ValueError, "strictly increasing"),
        (lambda: make_interp_spline([0.0, 1, 2], [1.0, 2], 1), ValueError, "incompatible"),
        (lambda: make_interp_spline([0.0, 1, 2], [1.0, 2, 3], 2, bc_type="odd"), ValueError, "Unknown boundary"),
        (lambda: make_interp_spline([0.0, 1, 2], [1.0, float("nan"), 3], 1), ValueError, "y must not contain"),
        (
            lambda: make_interp_spline([0.0, 1, 2, 3], [1.0] * 4, 1, [0.0, 0, 0.1, 0.2, 3, 3]),
            torch.linalg.LinAlgError,
            "singular",
        ),
        (lambda: make_lsq_spline([0.0, 1], [1.0, 2], [0.0, 0, 1, 1], 1, [1.0]), ValueError, "w must have the shape"),
        (lambda: make_lsq_spline([0.0, 1], [1.0, 2], [0.0, 0, 1, 1], 1, method="no"), ValueError, "method must be"),
    ],
)
def test_errors(call: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        call()
