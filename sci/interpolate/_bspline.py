"""Univariate splines in the B-spline basis."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, Self

import torch
from torch import Tensor

from .._core.arrays import made_there, promote
from .._core.cards import Sample, function
from .._core.checks import checks_enabled
from .._core.errors import integer
from ..sparse import csr_array
from ._bspline_algebra import blossomed, differentiated, integrated, padded, spline_values, with_knot
from ._checks import holds, normalize_axis, promote_over_real, same_kind, shape_text
from ._cubic import CubicSpline
from ._modes import Extrapolate, base_interval, mode_of
from ._tensor_spline import basis_functions, knot_interval


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, dtype=dtype, generator=generator).to(device)

    real = dtype.to_real() if dtype.is_complex else dtype
    t = torch.tensor([-2.0, -1.6, -1.3, -1.0, 0.2, 0.8, 1.4, 2.0, 2.2, 2.9, 3.1], dtype=real, device=device)
    yield Sample(t, random(7), 3)
    yield Sample(t, random(2, 8), 2, axis=1)
    yield Sample(t, random(7, 2), 3, extrapolate=False)
    yield Sample(t, random(6), 4, extrapolate="periodic")


def _use(thing: Any, *args: Any, **kwargs: Any) -> tuple[Tensor, ...]:
    spline = thing(*args, **kwargs)
    at = made_there([-0.93, 0.11, 0.53, 1.27], dtype=spline.t.dtype, device=spline.t.device)
    return spline(at), spline(at, 1), spline.antiderivative()(at, extrapolate=True), spline.integrate(-0.3, 1.1)


@function(differentiable=("t", "c"), samples=_samples, call=_use)
class BSpline:
    r"""Univariate spline in the B-spline basis.

    ``S(x) = sum(c[j] * B[j, k](x) for j in range(n))`` with the B-splines of degree k on the knots t. Equivalent to
    `scipy.interpolate.BSpline`, on tensors and differentiable in knots, coefficients and points of evaluation.

    Parameters
    ----------
    t : array_like, shape (n + k + 1,)
        Knots, real, in non-decreasing order.
    c : array_like, shape (n or more, ...)
        Coefficients, real or complex.
    k : int
        Degree, up to 63.
    extrapolate : bool or 'periodic', optional
        Outside of the base interval ``t[k] .. t[n]``: continue the first and last polynomial (True, the default),
        return NaN (False), or continue periodically.
    axis : int, optional
        The axis of `c` along which the coefficients stand. Default is 0.

    Attributes
    ----------
    t : Tensor
        Knots.
    c : Tensor
        Coefficients, that axis in front.
    k : int
        Degree.
    extrapolate : bool or 'periodic'
        Mode of extrapolation.
    axis : int
        Interpolation axis.
    tck : tuple
        ``(t, c, k)``.

    Raises
    ------
    ValueError
        If the shapes of `t` and `c` do not fit the degree, or the knots are not finite, not sorted or all the same
        (data: not checked in compiled code and under `torch.func.vmap`).
    TypeError
        If an argument holds no numbers, `t` is complex, or `k` is no integer.

    Notes
    -----
    Values come of the recurrence of de Boor and Cox [1]_, chapter X, in one kernel on CPU and CUDA. Derivatives: in x
    the spline's own derivative; in c the adjoint map, summed in the order of the points; in t the recurrence
    differentiated, which is computed only when asked for. A point on a knot belongs to the interval on its right, and
    so do its derivatives; a knot whose multiplicity makes the spline discontinuous there has one-sided derivatives.

    Making the object checks the knots, which on CUDA waits for the device once.

    References
    ----------
    .. [1] C. de Boor, *A Practical Guide to Splines*, revised edition, Springer, 2001.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import BSpline
    >>> spline = BSpline(torch.arange(7.0), torch.tensor([-1.0, 2.0, 0.0, -1.0]), 2)
    >>> spline(torch.tensor([2.5, 3.5]))
    tensor([1.3750, 0.1250])
    >>> spline.integrate(2, 4)
    tensor(1.3333)
    """

    t: Tensor
    c: Tensor
    k: int
    extrapolate: bool | Literal["periodic"]
    axis: int

    def __init__(self, t: Any, c: Any, k: Any, extrapolate: Extrapolate = True, axis: int = 0) -> None:
        name = type(self).__name__
        k = integer(name, "k", k)
        t, c = promote_over_real(name, {"t": t}, {"c": c})
        axis = normalize_axis(name, axis, c.dim())
        c = c.movedim(axis, 0) if axis else c
        check_knots(name, t, k)
        if c.shape[0] < t.shape[0] - k - 1:
            text = f"{t.shape[0]} knots, {c.shape[0]} coefficients, degree {k}"
            raise ValueError(f"{name}: Knots, coefficients and degree are inconsistent: {text}")
        self._assign(t, c, k, extrapolate, axis)

    def _assign(self, t: Tensor, c: Tensor, k: int, extrapolate: Extrapolate, axis: int) -> None:
        self.t, self.c, self.k, self.axis = t, c, k, axis
        self.extrapolate = mode_of(type(self).__name__, True if extrapolate is None else extrapolate)

    @classmethod
    def construct_fast(
        cls: type[Self], t: Tensor, c: Tensor, k: int, extrapolate: Extrapolate = True, axis: int = 0
    ) -> Self:
        """Make a spline without checks: `t` and `c` are tensors that fit, the coefficients along the first axis.

        Parameters
        ----------
        t, c, k, extrapolate, axis
            As for the class.

        Returns
        -------
        BSpline
            An object of this class.
        """
        self = object.__new__(cls)
        self._assign(t, c, k, extrapolate, axis)
        return self

    @property
    def tck(self) -> tuple[Tensor, Tensor, int]:
        """Knots, coefficients and degree."""
        return self.t, self.c, self.k

    @classmethod
    def basis_element(cls: type[Self], t: Any, extrapolate: Extrapolate = True) -> Self:
        """Return the B-spline of the knots `t`, shape (k + 2,), as a spline with one coefficient that is 1.

        Parameters
        ----------
        t : array_like, shape (k + 2,)
            Its knots.
        extrapolate : bool or 'periodic', optional
            Whether to continue beyond ``t[0] .. t[k + 1]``. Default is True.

        Returns
        -------
        BSpline
            Of degree k.
        """
        (t,) = promote(cls.__name__, allow_complex=False, t=t)
        k = t.shape[0] - 2
        if k < 0:
            raise ValueError(f"{cls.__name__}: basis_element: t must have at least 2 knots, got {t.shape[0]}")
        t = torch.cat(((t[:1] - 1).expand(k), t, (t[-1:] + 1).expand(k)))
        c = torch.zeros_like(t)
        c[k] = 1
        return cls.construct_fast(t, c, k, extrapolate)

    @classmethod
    def design_matrix(cls, x: Any, t: Any, k: int, extrapolate: Extrapolate = False) -> csr_array:
        """Return the matrix of all B-splines at all points, as a sparse array of shape (len(x), n).

        Parameters
        ----------
        x : array_like, shape (m,)
            Points.
        t : array_like, shape (n + k + 1,)
            Knots.
        k : int
            Degree.
        extrapolate : bool or 'periodic', optional
            False, the default, raises for points outside of the base interval.

        Returns
        -------
        csr_array
            With k + 1 entries per row, differentiable in `x` and `t`.
        """
        name = cls.__name__
        k = integer(name, "k", k)
        mode = mode_of(name, extrapolate)
        x, t = promote(name, allow_complex=False, x=x, t=t)
        x = x.reshape(1) if x.dim() == 0 else x
        if x.dim() != 1:
            raise ValueError(f"{name}: x must be 1-dimensional, got shape {shape_text(x.shape)}")
        check_knots(name, t, k)
        n = t.shape[0] - k - 1
        if mode == "periodic":
            x = base_interval(x, t[k], t[n])
        elif not mode and not holds(((x >= t[k]) & (x <= t[n])).all()):
            raise ValueError(f"{name}: Out of bounds w/ x = {x.detach().tolist()}.")
        interval = knot_interval(t, x, k)
        basis, _ = basis_functions(t, x, interval, k)
        columns = (interval - k)[:, None] + torch.arange(k + 1, device=x.device)
        rows = torch.arange(x.shape[0] + 1, device=x.device) * (k + 1)
        return csr_array((basis.reshape(-1), columns.reshape(-1), rows), shape=(x.shape[0], n))

    def __call__(self, x: Any, nu: int = 0, extrapolate: Extrapolate = None) -> Tensor:
        """Evaluate the spline or its derivative.

        Parameters
        ----------
        x : array_like
            Points, real.
        nu : int, optional
            Order of the derivative. Default is 0.
        extrapolate : bool or 'periodic', optional
            Mode of extrapolation; that of the object if None.

        Returns
        -------
        Tensor
            Values; the interpolation axis of the coefficients is replaced by the shape of `x`. NaN for NaN.
        """
        name = type(self).__name__
        nu = integer(name, "nu", nu)
        if nu < 0:
            raise ValueError(f"{name}: order of derivative nu cannot be negative, got {nu}")
        mode = self.extrapolate if extrapolate is None else mode_of(name, extrapolate)
        t, c = self.t, self.c
        if same_kind(x, t) and (c.dtype is t.dtype or c.is_complex()):
            points = x
        else:
            t, points, c = promote_over_real(name, {"t": t, "x": x}, {"c": c})
        if mode is not True:
            low, high = t[self.k], t[t.shape[0] - self.k - 1]
        if mode == "periodic":
            points = base_interval(points, low, high)
        out = spline_values(t, c, self.k, points, nu)
        if not mode:
            outside = ~((points >= low) & (points <= high))
            out = torch.where(outside.reshape(points.shape + (1,) * (c.dim() - 1)), torch.nan, out)
        if self.axis:
            out = out.movedim(
                tuple(range(points.dim())), tuple(range(self.axis, self.axis + points.dim()))
            )  # with no dimension of x nothing moves
        return out

    def derivative(self, nu: int = 1) -> BSpline:
        """Return a new spline, the derivative.

        Parameters
        ----------
        nu : int, optional
            Order of the derivative. Default is 1.

        Returns
        -------
        BSpline
            Of degree ``k - nu``.
        """
        if nu < 0:
            return self.antiderivative(-nu)
        t, c, k = self.t, padded(self.c, self.t.shape[0]), self.k
        if nu > k:
            raise ValueError(
                f"{type(self).__name__}: Order of derivative (nu = {nu}) must be <= order of spline (k = {k})"
            )
        for _ in range(nu):
            t, c, k = differentiated(t, c, k)
        return type(self).construct_fast(t, c, k, self.extrapolate, self.axis)

    def antiderivative(self, nu: int = 1) -> BSpline:
        """Return a new spline, the antiderivative that is zero at ``t[0]``.

        Parameters
        ----------
        nu : int, optional
            How often to integrate. Default is 1.

        Returns
        -------
        BSpline
            Of degree ``k + nu``. A periodic object gives one that does not extrapolate.
        """
        if nu < 0:
            return self.derivative(-nu)
        t, c, k = self.t, padded(self.c, self.t.shape[0]), self.k
        for _ in range(nu):
            t, c, k = integrated(t, c, k)
        mode: Extrapolate = False if self.extrapolate == "periodic" else self.extrapolate
        return type(self).construct_fast(t, c, k, mode, self.axis)

    def integrate(self, a: Any, b: Any, extrapolate: Extrapolate = None) -> Tensor:
        """Compute a definite integral.

        Parameters
        ----------
        a, b : array_like
            Lower and upper bound; unlike in SciPy they may be arrays, which broadcast.
        extrapolate : bool or 'periodic', optional
            Mode of extrapolation; that of the object if None. False leaves out what is outside of the base interval.

        Returns
        -------
        Tensor
            The integral, of shape ``broadcast(a, b).shape + c.shape[1:]``.
        """
        name = type(self).__name__
        mode = self.extrapolate if extrapolate is None else mode_of(name, extrapolate)
        t, lower, upper, c = promote_over_real(name, {"t": self.t, "a": a, "b": b}, {"c": self.c})
        lower, upper = torch.broadcast_tensors(lower, upper)  # type: ignore[no-untyped-call]
        start, stop = t[self.k], t[t.shape[0] - self.k - 1]
        primitive = integrated(t, padded(c, t.shape[0]), self.k)
        if not mode:
            lower, upper = (torch.minimum(torch.maximum(x, start), stop) for x in (lower, upper))
        if mode != "periodic":
            return spline_values(*primitive, upper) - spline_values(*primitive, lower)
        first = spline_values(*primitive, start)
        whole, period = spline_values(*primitive, stop) - first, stop - start

        def from_start(x: Tensor) -> Tensor:
            turns = torch.floor((x.detach() - start) / period).detach()
            rest = spline_values(*primitive, x - turns * period) - first
            return turns.reshape(turns.shape + (1,) * whole.dim()) * whole + rest

        return from_start(upper) - from_start(lower)

    @classmethod
    def from_power_basis(cls: type[Self], pp: Any, bc_type: Any = "not-a-knot") -> Self:
        """Return a cubic spline in the B-spline basis.

        Parameters
        ----------
        pp : CubicSpline
            The spline.
        bc_type : str, optional
            Its boundary conditions: 'not-a-knot' (default), 'natural', 'clamped' or 'periodic'. They decide the knots.

        Returns
        -------
        BSpline
            The same function.
        """
        if not isinstance(pp, CubicSpline):
            raise NotImplementedError(
                f"{cls.__name__}: Only CubicSpline objects are accepted for now. Got {type(pp)} instead."
            )
        from ._knots import augmented, not_a_knot, periodic

        t = {"periodic": periodic, "not-a-knot": not_a_knot, "natural": augmented, "clamped": augmented}.get(bc_type)
        if t is None:
            raise TypeError(f"{cls.__name__}: Unknown boundary condition: {bc_type}")
        knots = t(pp.x, 3)
        c = blossomed(pp.c, pp.x, knots, 3)
        if bc_type == "periodic":  # beyond the ends the polynomials of pp do not repeat; the coefficients do
            n = pp.x.shape[0] - 1
            c = torch.cat((c[1 : n + 1], c[1 : n + 1], c[1 : n + 1], c[1 : n + 1]))[n - 1 : 2 * n + 2]
        return cls.construct_fast(knots, c, 3, pp.extrapolate, pp.axis)

    def insert_knot(self, x: Any, m: int = 1) -> Self:
        """Insert a knot and keep the function.

        Parameters
        ----------
        x : float
            The new knot, in the base interval.
        m : int, optional
            How often. Default is 1.

        Returns
        -------
        BSpline
            The spline with more knots.
        """
        name = type(self).__name__
        if m <= 0:
            raise ValueError(f"{name}: `m` must be positive, got m = {m}.")
        t, x, c = promote_over_real(name, {"t": self.t, "x": x}, {"c": self.c})
        if x.dim():
            raise ValueError(f"{name}: x must be a number, got shape {shape_text(x.shape)}")
        k = self.k
        if not holds((x >= t[k]) & (x <= t[-k - 1])):
            raise ValueError(f"{name}: Cannot insert a knot at {x.item()}.")
        for _ in range(m):
            t, c = _periodic_insertion(t, c, k, x) if self.extrapolate == "periodic" else with_knot(t, c, k, x)
        return type(self).construct_fast(t, c, k, self.extrapolate, self.axis)

    def __repr__(self) -> str:
        trailing = shape_text(self.c.shape[1:])
        return f"{type(self).__name__}(degree {self.k}, {self.t.shape[0]} knots, trailing shape {trailing})"


def _periodic_insertion(t: Tensor, c: Tensor, k: int, x: Tensor) -> tuple[Tensor, Tensor]:
    """Insert a knot and its images in the neighbouring periods, whose knots the outer B-splines have."""
    n = t.shape[0] - k - 1
    place = int(knot_interval(t, x.reshape(1), k)[0])
    if place - k < k and n - 1 - place < k:
        raise ValueError(
            f"Not enough internal knots for a periodic extension: {k} are needed on one side of the new one"
        )
    period = t[n] - t[k]
    t, c = with_knot(t, c, k, x)
    n += 1
    inner = t[k : n + 1]
    t = torch.cat((inner[-k - 1 : -1] - period, inner, inner[1 : k + 1] + period)) if k else t
    if place < 2 * k and k:  # the B-splines at the right end have an image of the new knot, which they were not told
        c = torch.cat((c[: n - k], c[:k]))
    elif place >= n - k - 1 and k:
        c = torch.cat((c[n - k : n], c[k:n]))
    return t, c


def check_knots(name: str, t: Tensor, k: int) -> None:
    """Raise ValueError unless t holds the knots of a spline of degree k."""
    if k < 0:
        raise ValueError(f"{name}: Spline order cannot be negative, got k={k}")
    if k > 63:
        raise ValueError(f"{name}: k must be at most 63, got {k}")
    if t.dim() != 1:
        raise ValueError(f"{name}: Knot vector must be one-dimensional, got t of shape {shape_text(t.shape)}")
    n = t.shape[0] - k - 1
    if n < k + 1:
        raise ValueError(f"{name}: Need at least {2 * k + 2} knots for degree {k}, got {t.shape[0]}")
    if not checks_enabled():
        return
    fine = (t.diff() >= 0).all() & (t[k] < t[n]) & torch.isfinite(t).all()
    if holds(fine):
        return
    if not holds(torch.isfinite(t).all()):
        raise ValueError(f"{name}: Knots should not have nans or infs.")
    if not holds((t.diff() >= 0).all()):
        raise ValueError(f"{name}: Knots must be in a non-decreasing order.")
    raise ValueError(f"{name}: Need at least two internal knots.")
