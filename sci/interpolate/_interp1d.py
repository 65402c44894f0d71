"""Interpolation of a function of one variable by the simplest rules, as an object."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor, made_there
from .._core.cards import Sample, function
from .._core.checks import known
from ._checks import flatten_trailing, holds, normalize_axis, promote_over_real, shape_text
from ._make_splines import make_interp_spline
from ._piecewise import evaluate
from ._tensor_spline import knot_interval

_DEGREES = {"slinear": 1, "quadratic": 2, "cubic": 3, "zero": 0}
_STEPS = ("nearest", "nearest-up", "previous", "next")


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    real = dtype.to_real() if dtype.is_complex else dtype
    x = torch.tensor([-1.0, -0.2, 0.5, 0.9, 2.0], dtype=real, device=device)
    y = torch.randn(2, 5, dtype=dtype, generator=generator).to(device)
    yield Sample(x, y)
    yield Sample(x, y[0], "cubic")


def _use(thing: Any, *args: Any, **kwargs: Any) -> Tensor:
    f = thing(*args, **kwargs)
    out: Tensor = f(made_there([-0.93, -0.41, 0.13, 1.27], dtype=f.x.dtype, device=f.x.device))
    return out


@function(differentiable=("x", "y"), samples=_samples, call=_use)
class interp1d:  # noqa: N801 - SciPy's name
    """Interpolate a function of one variable.

    Equivalent to `scipy.interpolate.interp1d`, on tensors and differentiable in sites, values and points.

    Parameters
    ----------
    x : array_like, shape (n,)
        Sites, real.
    y : array_like
        Values, real or complex; along `axis` as long as `x`.
    kind : str or int, optional
        'linear' (default), 'nearest' (halves go down), 'nearest-up' (halves go up), 'previous', 'next', or a spline:
        'zero', 'slinear', 'quadratic', 'cubic' or its degree.
    axis : int, optional
        Axis of `y` that goes with `x`. Default is the last.
    copy : bool, optional
        Has no effect: data are never changed.
    bounds_error : bool, optional
        Whether points outside raise. Default is True, unless ``fill_value='extrapolate'``.
    fill_value : number, array_like, pair of them, or "extrapolate", optional
        Value outside, or values below and above, NaN by default.
    assume_sorted : bool, optional
        If False (default), the sites may be in any order.

    Attributes
    ----------
    x, y : Tensor
        Sites in ascending order, and values, in the order given.
    fill_value : object
        As above.
    bounds_error : bool
        As above.

    Raises
    ------
    ValueError
        If shapes do not fit, there are too few sites, or a point lies outside.
    NotImplementedError
        If `kind` is unknown.

    Notes
    -----
    Linear interpolation has the derivative on the right at a site; 'nearest' and its like are piecewise constant and
    have derivatives in the values only. Splines are those of `make_interp_spline`.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import interp1d
    >>> f = interp1d(torch.tensor([0.0, 1.0, 3.0]), torch.tensor([0.0, 2.0, 6.0]), fill_value="extrapolate")
    >>> f(torch.tensor([0.5, 2.0, 4.0]))
    tensor([1., 4., 8.])
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        kind: Any = "linear",
        axis: int = -1,
        copy: bool = True,
        bounds_error: bool | None = None,
        fill_value: Any = float("nan"),
        assume_sorted: bool = False,
    ) -> None:
        name = type(self).__name__
        if not (isinstance(kind, int) or kind in ("linear", *_DEGREES, *_STEPS)):
            raise NotImplementedError(f"{kind} is unsupported: Use fitpack routines for other types.")
        x, y = promote_over_real(name, {"x": x}, {"y": y})
        if x.dim() != 1:
            raise ValueError(f"{name}: the x array must have exactly one dimension, got shape {shape_text(x.shape)}.")
        if y.dim() == 0:
            raise ValueError(f"{name}: the y array must have at least one dimension.")
        self.axis = normalize_axis(name, axis, y.dim())
        if y.shape[self.axis] != x.shape[0]:
            text = f"got {x.shape[0]} and {y.shape[self.axis]}"
            raise ValueError(f"{name}: x and y arrays must be equal in length along interpolation axis, {text}")
        if not assume_sorted:
            x, order = x.sort(stable=True)
            y = y.index_select(self.axis, order)
        self.x, self.y, self.kind, self.copy = x, y, kind, copy
        front = flatten_trailing(y.movedim(self.axis, 0), 1)
        self._trailing = y.movedim(self.axis, 0).shape[1:]
        degree = kind if isinstance(kind, int) else _DEGREES.get(kind)
        fewest = 1 if degree is None and kind != "linear" else (degree or 0) + 1
        if x.shape[0] < fewest:
            raise ValueError(f"{name}: x and y arrays must have at least {fewest} entries, got {x.shape[0]}")
        self._rule: Callable[[Tensor, Tensor, Tensor], Tensor]
        if kind == "linear":
            self._rule = _linear
        elif degree is None:
            self._rule = lambda x, y, at: y[_step(kind, x, at)]
        else:
            # SciPy's answer to data with NaN is, but for kinds that only know their neighbours, NaN everywhere.
            fine = degree == 0 or holds(torch.isfinite(x if degree == 1 else torch.cat((x, front.flatten()))).all())
            if not fine and holds(torch.isnan(x).all()):
                raise ValueError(f"{name}: the x array is all NaN")
            data = front if fine else torch.zeros_like(front)
            sites = x if fine else torch.arange(x.shape[0], dtype=x.dtype, device=x.device)
            spline = make_interp_spline(sites, data, degree, check_finite=False)
            self._rule = lambda x, y, at: spline(at) if fine else torch.full_like(spline(at), torch.nan)
        self._front = front
        self._set_fill(name, fill_value, bounds_error)

    def _set_fill(self, name: str, fill_value: Any, bounds_error: bool | None) -> None:
        self._fill_value = fill_value
        self._extrapolates = isinstance(fill_value, str)
        if self._extrapolates:
            if fill_value != "extrapolate":
                raise ValueError(f"{name}: fill_value must be numbers or 'extrapolate', got {fill_value!r}")
            if bounds_error:
                raise ValueError(f"{name}: Cannot extrapolate and raise at the same time.")
            self.bounds_error = False
            nan = float("nan")
            sides = {"previous": (nan, None), "next": (None, nan)}.get(str(self.kind), (None, None))
        else:
            pair = isinstance(fill_value, tuple) and len(fill_value) == 2
            sides = fill_value if pair else (fill_value, fill_value)
            self.bounds_error = True if bounds_error is None else bounds_error
        self._sides = tuple(side if side is None else self._fill_rows(name, side) for side in sides)

    def _fill_rows(self, name: str, side: Any) -> Tensor:
        if isinstance(side, (int, float, complex)):
            dtype = self.y.dtype.to_complex() if isinstance(side, complex) else self.y.dtype
            fill = made_there(side, dtype, self.y.device)
        else:
            fill = as_tensor(side, "fill_value", name).to(device=self.y.device)
            fill = fill if fill.is_complex() else fill.to(self.y.dtype)
        try:
            # The fill value may have the shape of y without the axis, or with 1 along it.
            if fill.dim() == self.y.dim() and fill.dim() and fill.shape[self.axis] == 1:
                fill = fill.squeeze(self.axis)
            return fill.expand(self._trailing).reshape(self._front.shape[1])
        except RuntimeError:
            text = f"shape {shape_text(fill.shape)}, expected one that broadcasts to {shape_text(self._trailing)}"
            raise ValueError(f"{name}: fill_value has {text}") from None

    @property
    def fill_value(self) -> Any:
        """The value outside, as given."""
        return self._fill_value

    @fill_value.setter
    def fill_value(self, value: Any) -> None:
        self._set_fill(type(self).__name__, value, None if isinstance(value, str) else self.bounds_error)

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the values."""
        return self.y.dtype

    def __call__(self, x: Any) -> Tensor:
        """Evaluate the interpolant.

        Parameters
        ----------
        x : array_like
            Points.

        Returns
        -------
        Tensor
            Values; the interpolation axis is replaced by the shape of `x`.
        """
        name = type(self).__name__
        sites, points, y = promote_over_real(name, {"the sites": self.x, "x": x}, {"y": self._front})
        at = points.reshape(points.numel())
        within = at.device.type == "cpu" and at.numel() > 0 and known(_inside(at, sites)) == 1
        if self.bounds_error and not within:
            for beyond, place, end in ((at < sites[0], "below", sites[0]), (at > sites[-1], "above", sites[-1])):
                if not holds(~beyond.any()):
                    kind = "minimum" if place == "below" else "maximum"
                    text = f"x_new is {place} the interpolation range's {kind} value ({end.item()})"
                    raise ValueError(f"{name}: A value ({at[beyond][0].item()}) in {text}.")
        out = self._rule(sites, y, at)
        if within:
            return self._shaped(out, points)
        for side, outside in zip(self._sides, (at < sites[0], at > sites[-1]), strict=True):
            if side is not None and not self.bounds_error:
                out = torch.where(outside[:, None], side.to(out.device), out)
        return self._shaped(torch.where(torch.isnan(at)[:, None], torch.nan, out), points)

    def _shaped(self, out: Tensor, points: Tensor) -> Tensor:
        out = out.reshape(points.shape + self._trailing)
        if self.axis:
            out = out.movedim(tuple(range(points.dim())), tuple(range(self.axis, self.axis + points.dim())))
        return out


def _inside(at: Tensor, sites: Tensor) -> Tensor:
    """Return whether all points lie between the sites; False with a NaN."""
    low, high = at.aminmax()
    return (low >= sites[0]) & (high <= sites[-1])


def _linear(x: Tensor, y: Tensor, at: Tensor) -> Tensor:
    if x.shape[0] == 1:
        return y.expand(at.shape[0], -1)
    slope = y.diff(dim=0) / x.diff()[:, None]
    return evaluate(torch.stack((slope, y[:-1])), x, at, 0, True)


def _step(kind: str, x: Tensor, at: Tensor) -> Tensor:
    """Return the number of the site whose value is taken."""
    x, at = x.detach(), at.detach()
    if kind in ("nearest", "nearest-up"):
        return _count((x[1:] + x[:-1]) / 2, at, kind == "nearest-up")
    if kind == "previous":
        return (_count(x, at, True) - 1).clamp(min=0)
    return _count(x, at, False).clamp(max=x.shape[0] - 1)


def _count(steps: Tensor, at: Tensor, with_equal: bool) -> Tensor:
    """Return how many of the sorted steps lie below each point, or at it."""
    end = steps.new_full((1,), torch.inf)
    if not with_equal:
        steps = torch.nextafter(steps, end)
    return knot_interval(torch.cat((-end, steps, end)), at, 0)
