"""Smoothing, interpolating and least squares splines as objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

import torch
from torch import Tensor

from .._core.arrays import made_there, promote
from .._core.cards import Sample, function
from .._core.errors import integer, real
from ._checks import holds, require_ends, require_finite, shape_text
from ._fitpack import spalde, splantider, splder, splev, splint, sproot
from ._smoothing_search import laid_out, require_schoenberg_whitney
from ._splrep import _WHY, _report, fit

_EXTS = {0: 0, "extrapolate": 0, 1: 1, "zeros": 1, 2: 2, "raise": 2, 3: 3, "const": 3}
Bbox = Sequence[Any]


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    x = torch.linspace(0, 3, 14, dtype=dtype, device=device)
    yield Sample(x, torch.sin(2 * x) + 0.1 * torch.randn(14, dtype=dtype, generator=generator).to(device))


def _use(thing: Any, x: Tensor, y: Tensor, *args: Any) -> tuple[Tensor, ...]:
    kind = thing.__name__
    inner = made_there([1.0, 1.9], dtype=x.dtype, device=x.device)
    options: dict[str, dict[str, Any]] = {"UnivariateSpline": {"s": 0.03}, "LSQUnivariateSpline": {"t": inner}}
    spline = thing(x, y, bbox=[-0.1, 3.1], **options.get(kind, {}))
    at = made_there([0.1, 1.3, 2.2], dtype=x.dtype, device=x.device)
    return spline(at), spline(at, 1), spline.integral(0.2, 1.7)


@function(
    differentiable=("x", "y", "w", "s"),
    samples=_samples,
    call=_use,
    complex=False,
    batch=False,
    compiles=False,
    host_route=_WHY,
)
class UnivariateSpline:
    """Smoothing spline of one variable.

    Equivalent to `scipy.interpolate.UnivariateSpline`, on tensors and differentiable.

    Parameters
    ----------
    x : array_like, shape (m,)
        Sites, real, ascending (strictly if ``s=0``).
    y : array_like, shape (m,)
        Values, real.
    w : array_like, shape (m,), optional
        Positive weights. Default is 1.
    bbox : pair, optional
        Ends of the base interval. Default: the first and last site.
    k : int, optional
        Degree, 1 to 5. Default is 3.
    s : float, optional
        The smoothing condition ``sum((w * (y - S(x)))**2) <= s``. Default is m; 0 interpolates.
    ext : int or str, optional
        Outside of the base interval: 0 or 'extrapolate' (default), 1 or 'zeros', 2 or 'raise', 3 or 'const'.
    check_finite : bool, optional
        Whether to look for NaN and infinity. Default is False.

    Raises
    ------
    ValueError
        If shapes do not fit, sites are not sorted, or an option is out of range.

    Notes
    -----
    Knots are searched for as `splrep` does, but for a stop of the search at m / 2 knots, as in SciPy, from which on it
    adds them one by one again: of rough data the two find different knots. Derivatives are those of `splrep`.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import UnivariateSpline
    >>> x = torch.linspace(0, 3, 20, dtype=torch.float64)
    >>> spline = UnivariateSpline(x, x**3, s=0)
    >>> round(spline(1.5).item(), 9), round(spline.integral(0, 2).item(), 9)
    (3.375, 4.0)
    """

    ext: int

    def __init__(
        self,
        x: Any,
        y: Any,
        w: Any = None,
        bbox: Bbox = (None, None),
        k: int = 3,
        s: Any = None,
        ext: Any = 0,
        check_finite: bool = False,
    ) -> None:
        data = self.validate_input(x, y, w, bbox, k, s, ext, check_finite)
        self._data, self.ext = data[:5], data[6]
        self._k = k
        self._fit(data[5], None)

    @staticmethod
    def validate_input(
        x: Any, y: Any, w: Any, bbox: Bbox, k: int, s: Any, ext: Any, check_finite: bool
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Any, int]:
        """Return sites, values, weights, both ends, the smoothing condition and the mode, or raise ValueError."""
        name = "UnivariateSpline"
        require_ends(bbox, 2)
        k = integer(name, "k", k)
        s = s if s is None else real(name, "s", s)
        given = {n: v for n, v in (("w", w), ("bbox[0]", bbox[0]), ("bbox[1]", bbox[1])) if v is not None}
        x, y, *rest = promote(name, allow_complex=False, x=x, y=y, **given)
        extra = dict(zip(given, rest, strict=True))
        weight = extra.get("w", torch.ones_like(x))
        for label, v in (("x and y", y), ("x, y, and w", weight)):
            if x.dim() != 1 or v.shape != x.shape:
                shapes = f"got shapes {shape_text(x.shape)} and {shape_text(v.shape)}"
                raise ValueError(f"{label} should have a same length and one dimension, {shapes}")
        if check_finite:
            require_finite(name, {"x": x, "y": y, "w": weight})
        step = x.diff()
        if (s is None or s > 0) and not holds((step >= 0).all()):
            raise ValueError("x must be increasing if s > 0")
        if s is not None and s == 0 and not holds((step > 0).all()):
            raise ValueError("x must be strictly increasing if s = 0")
        if not 1 <= k <= 5:
            raise ValueError(f"k should be 1 <= k <= 5, got {k}")
        if s is not None and not s >= 0:
            raise ValueError(f"s should be s >= 0.0, got {s}")
        if ext not in _EXTS:
            raise ValueError(f"Unknown extrapolation mode {ext}.")
        if x.shape[0] <= k:
            raise ValueError(f"m > k must hold, got m={x.shape[0]} and k={k}")
        low, high = extra.get("bbox[0]", x[0]).reshape(()), extra.get("bbox[1]", x[-1]).reshape(())
        if not holds((low <= x[0]) & (x[-1] <= high)):
            raise ValueError("bbox must hold all sites")
        return x, y, weight, low, high, x.shape[0] if s is None else s, _EXTS[ext]

    def _fit(self, s: Any, inner: Tensor | None) -> None:
        x, y, w, low, high = self._data
        # FITPACK is first given room for so many knots only, and starts again from there: SciPy's knots bear its mark.
        room = max(x.shape[0] // 2, 2 * self._k + 2)
        found = fit(type(self).__name__, x, y[:, None], w, (low, high), self._k, s, inner=inner, pause=room)
        self._eval_args = found.t, found.c[:, 0], self._k
        self._residual = found.fp
        _report(found.ier, True, False, UserWarning)

    @classmethod
    def _from_tck(cls: type[Self], tck: tuple[Tensor, Tensor, int], ext: int = 0) -> Self:
        self = object.__new__(cls)
        t, c, k = tck
        self._eval_args, self.ext, self._k = (t, c[: t.shape[0] - k - 1], k), ext, k
        return self

    def set_smoothing_factor(self, s: Any) -> None:
        """Fit again with another smoothing condition.

        Parameters
        ----------
        s : float
            As for the class.
        """
        self._fit(s, None)

    def __call__(self, x: Any, nu: int = 0, ext: Any = None) -> Tensor:
        """Evaluate the spline or its derivative.

        Parameters
        ----------
        x : array_like
            Points.
        nu : int, optional
            Order of the derivative. Default is 0.
        ext : int or str, optional
            Mode outside of the base interval; that of the object if None.

        Returns
        -------
        Tensor
            Values of the shape of `x`.
        """
        if ext is not None and ext not in _EXTS:
            raise ValueError(f"Unknown extrapolation mode {ext}.")
        out: Tensor = splev(x, self._eval_args, nu, self.ext if ext is None else _EXTS[ext])
        return out

    def get_knots(self) -> Tensor:
        """Return the knots, without the repetitions at the ends."""
        t, _, k = self._eval_args
        return t[k : t.shape[0] - k]

    def get_coeffs(self) -> Tensor:
        """Return the coefficients."""
        return self._eval_args[1]

    def get_residual(self) -> Tensor:
        """Return the weighted sum of squared residuals."""
        return self._residual

    def integral(self, a: Any, b: Any) -> Tensor:
        """Return the integral between two points; the spline counts as zero outside of its base interval."""
        out: Tensor = splint(a, b, self._eval_args)
        return out

    def derivatives(self, x: Any) -> Tensor:
        """Return all derivatives at a point, from order 0 to k."""
        out: Tensor = spalde(x, self._eval_args)
        return out

    def roots(self) -> Tensor:
        """Return the roots of a cubic spline."""
        if self._k != 3:
            raise NotImplementedError("finding roots unsupported for non-cubic splines")
        t = self._eval_args[0]
        out: Tensor = sproot(self._eval_args, 3 * (t.shape[0] - 7))
        return out

    def derivative(self, n: int = 1) -> UnivariateSpline:
        """Return the derivative as a spline.

        Parameters
        ----------
        n : int, optional
            Order. Default is 1.

        Returns
        -------
        UnivariateSpline
            Of degree ``k - n``.
        """
        # A continuation by a constant has no slope.
        return UnivariateSpline._from_tck(splder(self._eval_args, n), 1 if self.ext == 3 else self.ext)

    def antiderivative(self, n: int = 1) -> UnivariateSpline:
        """Return the antiderivative as a spline.

        Parameters
        ----------
        n : int, optional
            How often. Default is 1.

        Returns
        -------
        UnivariateSpline
            Of degree ``k + n``.
        """
        return UnivariateSpline._from_tck(splantider(self._eval_args, n), self.ext)


@function(differentiable=("x", "y", "w"), samples=_samples, call=_use, complex=False, batch=False, compiles=False)
class InterpolatedUnivariateSpline(UnivariateSpline):
    """Interpolating spline of one variable.

    Equivalent to `scipy.interpolate.InterpolatedUnivariateSpline`: `UnivariateSpline` with ``s=0``.

    Parameters
    ----------
    x, y, w, bbox, k, ext, check_finite
        As for `UnivariateSpline`; sites strictly ascending.

    Raises
    ------
    ValueError
        As `UnivariateSpline`.

    Notes
    -----
    The knots are those of `make_interp_spline`, not-a-knot.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import InterpolatedUnivariateSpline
    >>> x = torch.linspace(0, 3, 20, dtype=torch.float64)
    >>> round(InterpolatedUnivariateSpline(x, x**3).derivative()(2.0).item(), 9)
    12.0
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        w: Any = None,
        bbox: Bbox = (None, None),
        k: int = 3,
        ext: Any = 0,
        check_finite: bool = False,
    ) -> None:
        super().__init__(x, y, w, bbox, k, 0, ext, check_finite)


@function(
    differentiable=("x", "y", "t", "w"),
    samples=_samples,
    call=_use,
    complex=False,
    batch=False,
    compiles=False,
    synchronizes=True,
)
class LSQUnivariateSpline(UnivariateSpline):
    """Least squares spline of one variable on given knots.

    Equivalent to `scipy.interpolate.LSQUnivariateSpline`.

    Parameters
    ----------
    x, y : array_like, shape (m,)
        Sites, ascending, and values.
    t : array_like
        Inner knots, ascending, in the base interval.
    w, bbox, k, ext, check_finite
        As for `UnivariateSpline`.

    Raises
    ------
    ValueError
        As `UnivariateSpline`, and if the sites do not determine the spline on these knots (Schoenberg and Whitney).

    Notes
    -----
    The coefficients are those of `make_lsq_spline`, with its derivatives.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import LSQUnivariateSpline
    >>> x = torch.linspace(0, 3, 20, dtype=torch.float64)
    >>> round(LSQUnivariateSpline(x, x**3, [1.5])(2.0).item(), 9)
    8.0
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        t: Any,
        w: Any = None,
        bbox: Bbox = (None, None),
        k: int = 3,
        ext: Any = 0,
        check_finite: bool = False,
    ) -> None:
        if len((getattr(bbox, "__len__", tuple)() and bbox) or ()) == 2 and None not in bbox and not bbox[0] < bbox[1]:
            raise ValueError("Interior knots t must satisfy Schoenberg-Whitney conditions")
        data = self.validate_input(x, y, w, bbox, k, None, ext, check_finite)
        self._data, self.ext = data[:5], data[6]
        self._k = k
        inner, *same = promote("LSQUnivariateSpline", allow_complex=False, t=t, x=data[0], y=data[1], w=data[2])
        low, high = (end.to(inner.dtype) for end in data[3:5])
        self._data = (same[0], same[1], same[2], low, high)
        require_schoenberg_whitney("LSQUnivariateSpline", laid_out(inner, (low, high), k), same[0], k)
        self._fit(0.0, inner)
