"""Akima's local cubic interpolation, and PCHIP in one call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.cards import Sample, function
from .._core.errors import integer
from ._checks import flatten_trailing
from ._cubic import CubicHermiteSpline, PchipInterpolator, _data, _hermite, _knots, _use
from ._modes import Extrapolate
from ._spline_slopes import akima_slopes


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    y = torch.tensor([[0.1, 0.5, 0.8, 1.4, 0.5], [0.1, 1.0, 0.2, -0.7, 0.4]], dtype=dtype, device=device)
    yield Sample(_knots(dtype, device), y[0])
    yield Sample(_knots(dtype, device), y, axis=1, method="makima")


@function(differentiable=("x", "y"), samples=_samples, call=_use, complex=False)
class Akima1DInterpolator(CubicHermiteSpline):
    """Akima interpolator: C1 smooth, local, and free of the overshoot of splines.

    Equivalent to `scipy.interpolate.Akima1DInterpolator`, on tensors and differentiable in knots and values.

    Parameters
    ----------
    x : array_like, shape (n,)
        Knots, real, strictly increasing.
    y : array_like
        Values, real, of any dimension; along `axis` as long as `x`.
    axis : int, optional
        Axis of `y` that goes with `x`. Default is 0.
    method : {"akima", "makima"}, optional
        The original weights (default) or the modified ones, which are flat where data are.
    extrapolate : bool or 'periodic', optional
        See `PPoly`. Default is False.

    Raises
    ------
    ValueError
        As `CubicHermiteSpline`, and if `y` is complex.
    NotImplementedError
        If `method` is unknown.

    Notes
    -----
    The slopes are continuous functions of the data but where all weights at a knot vanish [1]_; absolute values make
    their derivatives jump where two neighbouring differences are equal, and there the gradient takes that of zero.

    References
    ----------
    .. [1] H. Akima, A new method of interpolation and smooth curve fitting based on local procedures, J. ACM 17
       (1970) 589.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import Akima1DInterpolator
    >>> akima = Akima1DInterpolator([0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 1.0, 1.0, 1.0])
    >>> akima(torch.tensor([0.5, 1.5, 3.5], dtype=torch.float64))
    tensor([-0.1250,  0.5625,  1.0000], dtype=torch.float64)
    """

    def __init__(
        self, x: Any, y: Any, axis: int = 0, *, method: str = "akima", extrapolate: Extrapolate = None
    ) -> None:
        name = type(self).__name__
        if method not in ("akima", "makima"):
            raise NotImplementedError(f"{name}: `method`={method} is unsupported. It must be 'akima' or 'makima'.")
        x, y, _, axis = _data(name, x, y, axis)
        if y.is_complex():
            raise ValueError(f"{name}: y must contain real values, got {y.dtype}")
        slopes = akima_slopes(x.diff(), flatten_trailing(y, 1), method == "makima").reshape(y.shape)
        self._assign(_hermite(x, y, slopes), x, False if extrapolate is None else extrapolate, axis)

    def extend(self, c: Any, x: Any) -> None:
        """Raise NotImplementedError: an Akima interpolator has no more coefficients than its data give."""
        raise NotImplementedError(
            "Extending a 1-D Akima interpolator is not yet implemented; make a PPoly of its c and x"
        )

    @classmethod
    def from_spline(cls, tck: Any, extrapolate: Extrapolate = None) -> Any:
        """Raise NotImplementedError: a spline is no Akima interpolator."""
        raise NotImplementedError("This method does not make sense for an Akima interpolator.")

    @classmethod
    def from_bernstein_basis(cls, bp: Any, extrapolate: Extrapolate = None) -> Any:
        """Raise NotImplementedError: a polynomial is no Akima interpolator."""
        raise NotImplementedError("This method does not make sense for an Akima interpolator.")


def _samples_pchip(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    y = torch.tensor([0.1, 0.5, 0.6, 1.4, 1.5], dtype=dtype, device=device)
    at = torch.tensor([-0.93, -0.41, 0.13, 1.27], dtype=dtype, device=device)
    yield Sample(_knots(dtype, device), y, at)
    yield Sample(_knots(dtype, device), y, at, [0, 1])


@function(differentiable=("xi", "yi", "x"), samples=_samples_pchip, complex=False)
def pchip_interpolate(xi: Any, yi: Any, x: Any, der: Any = 0, axis: int = 0) -> Tensor | list[Tensor]:
    """Interpolate monotonically (PCHIP), in one call.

    Equivalent to `scipy.interpolate.pchip_interpolate`.

    Parameters
    ----------
    xi : array_like, shape (n,)
        Knots, strictly increasing.
    yi : array_like
        Values, real; along `axis` as long as `xi`.
    x : array_like
        Points.
    der : int or list of int, optional
        Orders of the derivatives wanted. Default is 0, the value.
    axis : int, optional
        Axis of `yi` that goes with `xi`. Default is 0.

    Returns
    -------
    Tensor or list of Tensor
        The derivative, or one for each of a list of orders.

    Notes
    -----
    Its derivatives are those of `PchipInterpolator`.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import pchip_interpolate
    >>> pchip_interpolate([0.0, 1.0, 2.0], [0.0, 1.0, 4.0], 1.5)
    tensor(2.1875, dtype=torch.float64)
    """
    name = "pchip_interpolate"
    spline = PchipInterpolator(as_tensor(xi, "xi", name), as_tensor(yi, "yi", name), axis=axis)
    if isinstance(der, (list, tuple)):
        return [spline(x, order) for order in der]
    return spline(x, integer(name, "der", der))
