"""Natural cubic smoothing splines with a penalty on the curvature."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import made_there
from .._core.cards import Sample, function
from . import _knots
from ._bspline import BSpline
from ._bspline_algebra import blossomed
from ._checks import flatten_trailing, holds, normalize_axis, promote_over_real, require_finite, shape_text
from ._reinsch import best_parameter, fitted_values


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    x = torch.tensor([-1.0, -0.7, -0.2, 0.1, 0.5, 0.9, 1.6, 2.0, 2.3], dtype=dtype, device=device)
    y = torch.sin(2 * x) + 0.2 * torch.randn(9, dtype=dtype, generator=generator).to(device)
    w = (0.5 + torch.rand(9, dtype=dtype, generator=generator)).to(device)
    yield Sample(x, y, w, torch.tensor(0.02, dtype=dtype, device=device))
    yield Sample(x, torch.stack((y, y.flip(0))), lam=0.3, axis=1)


def _use(make: Any, *args: Any, **kwargs: Any) -> tuple[Tensor, ...]:
    spline = make(*args, **kwargs)
    at = made_there([-0.93, 0.23, 1.27], dtype=spline.t.dtype, device=spline.t.device)
    return spline(at), spline(at, 1)


@function(differentiable=("x", "y", "w", "lam"), samples=_samples, call=_use, complex=False)
def make_smoothing_spline(x: Any, y: Any, w: Any = None, lam: Any = None, *, axis: int = 0) -> BSpline:
    r"""Compute the natural cubic spline that is near data and smooth.

    It minimises ``sum(w * (y - f(x))**2) + lam * integral(f''**2)``. Equivalent to
    `scipy.interpolate.make_smoothing_spline`, on tensors and differentiable in all of them.

    Parameters
    ----------
    x : array_like, shape (n,)
        Sites, real, strictly increasing; at least 5.
    y : array_like
        Values, real; along `axis` as long as `x`.
    w : array_like, shape (n,), optional
        Positive weights. Default is 1.
    lam : float, optional
        The parameter, not negative: 0 interpolates. Default: found by generalized cross-validation, for each column of
        `y` its own.
    axis : int, optional
        Axis of `y` that goes with `x`. Default is 0.

    Returns
    -------
    BSpline
        Of degree 3, with all sites as knots.

    Raises
    ------
    ValueError
        If shapes do not fit, there are fewer than 5 sites, `x` is not strictly increasing, weights are not positive,
        `lam` is negative, or values are not finite.

    Notes
    -----
    Reinsch's algorithm [1]_: a system with five diagonals for the second derivatives at the sites. The score of
    cross-validation [2]_, ``n sum((y - f)**2) / tr(I - A)**2``, costs O(n) as well; it is looked at on a grid of
    parameters up to n and then minimised beside the lowest. The parameter found is an implicit function of sites,
    values and weights, with derivatives to second order, for which matrices (n, n) are made.

    References
    ----------
    .. [1] P. J. Green, B. W. Silverman, *Nonparametric Regression and Generalized Linear Models*, Chapman & Hall, 1994,
       section 2.3.3.
    .. [2] G. Wahba, *Spline Models for Observational Data*, SIAM, 1990, chapter 4.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import make_smoothing_spline
    >>> x = torch.linspace(0, 4, 9, dtype=torch.float64)
    >>> make_smoothing_spline(x, 2 * x + 1, lam=1.0)(2.5)  # a straight line is as smooth as can be
    tensor(6., dtype=torch.float64)
    """
    name = "make_smoothing_spline"
    real = {"x": x, "y": y} | ({} if w is None else {"w": w}) | ({} if lam is None else {"lam": lam})
    x, y, *rest = promote_over_real(name, real, {})
    weight = rest[0] if w is not None else torch.ones_like(x)
    axis = normalize_axis(name, axis, y.dim())
    y = y.movedim(axis, 0)
    if x.dim() != 1 or y.shape[0] != x.shape[0] or weight.shape != x.shape:
        shapes = ", ".join(shape_text(v.shape) for v in (x, y, weight))
        raise ValueError(f"{name}: x, y and w must be of one length, got shapes {shapes}")
    if x.shape[0] < 5:
        raise ValueError("``x`` and ``y`` length must be at least 5")
    require_finite(name, {"x": x, "y": y})
    if not holds((x.diff() > 0).all()):
        raise ValueError("``x`` should be an ascending array")
    if not holds((weight > 0).all()):
        raise ValueError("Invalid vector of weights: they must be positive")
    columns = flatten_trailing(y, 1).T
    if lam is None:
        parameter = best_parameter(x, columns, weight)
    else:
        parameter = rest[-1]
        if parameter.dim() or not holds(parameter >= 0):
            raise ValueError("Regularization parameter should be non-negative")
        parameter = parameter.expand(columns.shape[0])
    values, second = fitted_values(x, columns, weight, parameter)
    h = x.diff()
    slope = values.diff(dim=-1) / h - h * (2 * second[:, :-1] + second[:, 1:]) / 6
    pieces = torch.stack((second.diff(dim=-1) / (6 * h), second[:, :-1] / 2, slope, values[:, :-1])).transpose(1, 2)
    t = _knots.augmented(x, 3)
    c = blossomed(pieces, x, t, 3)
    return BSpline.construct_fast(t, c.reshape(c.shape[0], *y.shape[1:]), 3, axis=axis)
