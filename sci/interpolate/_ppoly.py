"""Piecewise polynomials in the power basis, the base of every spline class here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import torch
from torch import Tensor

from .._core.arrays import made_there, promote, running_sum
from .._core.cards import Sample, function
from ._bspline_algebra import power_coefficients
from ._checks import promote_over_real, shape_text
from ._modes import Extrapolate, mode_of
from ._piecewise import evaluate
from ._piecewise_base import PiecewiseBase
from ._roots import roots_of


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int, dtype: torch.dtype = dtype) -> Tensor:
        return torch.randn(*shape, dtype=dtype, generator=generator).to(device)

    real = dtype.to_real() if dtype.is_complex else dtype
    x = torch.tensor([-1.0, 0.5, 0.7, 2.0], dtype=real, device=device)
    yield Sample(random(4, 3), x)
    yield Sample(random(3, 3, 2), x)
    yield Sample(random(2, 3, 3), x, axis=1)
    yield Sample(random(2, 3), x, "periodic")


def _use(thing: Any, *args: Any, **kwargs: Any) -> tuple[Tensor, ...]:
    spline = thing(*args, **kwargs)
    at = made_there([-0.93, -0.41, 0.61, 1.27, 1.83], dtype=spline.x.dtype, device=spline.x.device)
    return (
        spline(at),
        spline(at, 1),
        spline.antiderivative()(at),
        spline.integrate(-0.3, 1.1),
    )


@function(differentiable=("c", "x"), samples=_samples, call=_use)
class PPoly(PiecewiseBase):
    r"""Piecewise polynomial in terms of coefficients and breakpoints.

    Between ``x[i]`` and ``x[i + 1]`` it is ``sum(c[j, i] * (t - x[i])**(k - 1 - j) for j in range(k))``. Equivalent to
    `scipy.interpolate.PPoly`, on tensors and differentiable in coefficients, breakpoints and points of evaluation.

    Parameters
    ----------
    c : array_like, shape (k, m, ...)
        Coefficients, real or complex, of order k on m intervals; highest power first.
    x : array_like, shape (m + 1,)
        Breakpoints, real, strictly increasing or decreasing.
    extrapolate : bool or 'periodic', optional
        Whether to continue the first and last interval's polynomial (True or None, the default), to return NaN outside
        (False), or to continue periodically.
    axis : int, optional
        The axis of `c` where the two axes (k, m) stand. Default is 0.

    Attributes
    ----------
    x : Tensor
        Breakpoints.
    c : Tensor
        Coefficients, the axes (k, m) brought to the front.
    extrapolate : bool or 'periodic'
        Mode of extrapolation.
    axis : int
        Interpolation axis.

    Raises
    ------
    ValueError
        If the shapes of `c` and `x` do not fit, `x` is not strictly monotonic, or `axis` is out of range. The order of
        `x` is data: it is not checked in compiled code and under `torch.func.vmap`.
    TypeError
        If an argument holds no numbers, or `x` is complex.

    Notes
    -----
    With p the polynomial of the interval that holds t: dp/dt is the next derivative; the gradient in `c` sends each
    point's gradient to the k coefficients of its interval, always in the order of the points (no atomic additions, so
    results are reproducible on CUDA too); the gradient in ``x[i]`` is ``-p'(t)`` summed over interval i. A point on an
    inner breakpoint belongs to the interval on its right.

    Making the object checks the order of `x`, which on CUDA waits for the device once.

    References
    ----------
    .. [1] C. de Boor, *A Practical Guide to Splines*, revised edition, Springer, 2001, chapter VII.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import PPoly
    >>> p = PPoly([[1.0, -1.0], [0.0, 0.0], [0.0, 1.0]], [0.0, 1.0, 2.0])  # t**2, then 1 - (t - 1)**2
    >>> p(torch.tensor([0.5, 1.5], dtype=torch.float64))
    tensor([0.2500, 0.7500], dtype=torch.float64)
    >>> p.derivative()(torch.tensor(0.5, dtype=torch.float64))
    tensor(1., dtype=torch.float64)
    >>> p.integrate(0, 2)
    tensor(1., dtype=torch.float64)
    """

    @staticmethod
    def _evaluate(c: Tensor, x: Tensor, points: Tensor, nu: int, extrapolate: bool) -> Tensor:
        return evaluate(c, x, points, nu, extrapolate)

    @staticmethod
    def _of_order(c: Tensor, k: int) -> Tensor:
        return torch.cat((c.new_zeros(k - c.shape[0], *c.shape[1:]), c))

    @classmethod
    def from_bernstein_basis(cls: type[Self], bp: Any, extrapolate: Extrapolate = None) -> Self:
        """Make a piecewise polynomial in the power basis of one in the Bernstein basis.

        Parameters
        ----------
        bp : BPoly
            The polynomial.
        extrapolate : bool or 'periodic', optional
            Mode of extrapolation; that of `bp` if None.

        Returns
        -------
        PPoly
            The same function.
        """
        from ._bpoly import BPoly, to_powers

        if not isinstance(bp, BPoly):
            raise TypeError(
                f"{cls.__name__}.from_bernstein_basis only accepts BPoly instances. Got {type(bp)} instead."
            )
        mode = bp.extrapolate if extrapolate is None else extrapolate
        return cls.construct_fast(to_powers(bp.c, bp.x), bp.x, mode, bp.axis)

    @classmethod
    def from_spline(cls: type[Self], tck: Any, extrapolate: Extrapolate = None) -> Self:
        """Make a piecewise polynomial of a spline.

        Parameters
        ----------
        tck : BSpline or tuple
            A spline, or its knots, coefficients and degree.
        extrapolate : bool or 'periodic', optional
            Mode of extrapolation; that of the spline if None, or True.

        Returns
        -------
        PPoly
            With the knots as breakpoints; where knots are repeated, intervals are empty.
        """
        if hasattr(tck, "tck"):
            extrapolate = tck.extrapolate if extrapolate is None else extrapolate
            tck = tck.tck
        t, c = promote_over_real(cls.__name__, {"t": tck[0]}, {"c": tck[1]})
        return cls.construct_fast(power_coefficients(t, c, int(tck[2])), t, extrapolate)

    def derivative(self, nu: int = 1) -> PPoly:
        """Return a new piecewise polynomial, the derivative.

        Parameters
        ----------
        nu : int, optional
            Order of the derivative; a negative one is an antiderivative. Default is 1.

        Returns
        -------
        PPoly
            Of order k - nu.
        """
        if nu < 0:
            return self.antiderivative(-nu)
        c = self.c
        for _ in range(nu):
            k = c.shape[0]
            if k == 1:
                c = torch.zeros_like(c)
                break
            powers = torch.arange(k - 1, 0, -1, dtype=self.x.dtype, device=c.device)
            c = c[:-1] * powers.reshape(-1, *(1,) * (c.dim() - 1))
        return self._like(c, self.extrapolate)

    def antiderivative(self, nu: int = 1) -> PPoly:
        """Return a new piecewise polynomial, the antiderivative, continuous and zero at ``x[0]``.

        Parameters
        ----------
        nu : int, optional
            Order of the antiderivative; a negative one is a derivative. Default is 1.

        Returns
        -------
        PPoly
            Of order k + nu. A periodic object gives one that does not extrapolate.
        """
        if nu <= 0:
            return self.derivative(-nu)
        c = self.c
        for _ in range(nu):
            powers = torch.arange(c.shape[0], 0, -1, dtype=self.x.dtype, device=c.device)
            c = c / powers.reshape(-1, *(1,) * (c.dim() - 1))
            step = self.x.diff().reshape(-1, *(1,) * (c.dim() - 2))
            over = torch.zeros_like(c[0])  # the integral over each interval, by Horner's rule
            for row in c:
                over = (over + row) * step
            start = torch.cat((torch.zeros_like(over[:1]), running_sum(over[:-1])))
            c = torch.cat((c, start[None]))
        return self._like(c, False if self.extrapolate == "periodic" else self.extrapolate)

    def _like(self, c: Tensor, extrapolate: Extrapolate) -> PPoly:
        # Splines become plain piecewise polynomials by differentiation; a user's subclass stays what it is.
        kind = type(self) if type(self).__module__ != PPoly.__module__.replace("_ppoly", "_cubic") else PPoly
        return kind.construct_fast(c, self.x, extrapolate, self.axis)

    def integrate(self, a: Any, b: Any, extrapolate: Extrapolate = None) -> Tensor:
        """Compute a definite integral.

        Parameters
        ----------
        a, b : array_like
            Lower and upper bound, real; unlike in SciPy they may be arrays, which broadcast.
        extrapolate : bool or 'periodic', optional
            Mode of extrapolation; that of the object if None.

        Returns
        -------
        Tensor
            The integral, of shape ``broadcast(a, b).shape + c.shape[2:]``.
        """
        name = type(self).__name__
        extrapolate = self.extrapolate if extrapolate is None else mode_of(name, extrapolate)
        breaks, lower, upper, _ = promote_over_real(name, {"x": self.x, "a": a, "b": b}, {"c": self.c})
        lower, upper = torch.broadcast_tensors(lower, upper)  # type: ignore[no-untyped-call]
        primitive = self.antiderivative()
        primitive.axis = 0
        if extrapolate != "periodic":
            return primitive(upper, extrapolate=extrapolate) - primitive(lower, extrapolate=extrapolate)
        start, period = breaks[0], breaks[-1] - breaks[0]
        whole = primitive(breaks[-1])

        def periodic(t: Tensor) -> Tensor:
            turns = torch.floor((t - start) / period)
            rest = start + (t - start - turns * period)
            shape = (*turns.shape, *(1,) * whole.dim())
            return turns.reshape(shape) * whole + primitive(rest, extrapolate=True)

        return periodic(upper) - periodic(lower)

    def solve(self, y: Any = 0.0, discontinuity: bool = True, extrapolate: Extrapolate = None) -> Any:
        r"""Find real solutions of ``pp(x) == y``.

        Parameters
        ----------
        y : float or 0-d tensor, optional
            Right-hand side. Default is zero.
        discontinuity : bool, optional
            Whether a change of sign across a discontinuity at a breakpoint is a root. Default is True.
        extrapolate : bool or 'periodic', optional
            Whether to return roots of the polynomials of the first and last interval outside; 'periodic' works as
            False. That of the object if None.

        Returns
        -------
        Tensor or list
            The roots, interval by interval; for several polynomials a list of them, nested as their trailing shape
            says (SciPy: an object array). An interval that is zero everywhere gives its start, then NaN.

        Raises
        ------
        ValueError
            If the coefficients are complex.

        Notes
        -----
        Roots of degree 1 and 2 are closed forms, others eigenvalues of companion matrices, all polished by Newton
        steps. They have derivatives, of first and second order, in coefficients, breakpoints and `y` by the
        implicit function theorem, ``dr = (dy - dp(r)) / p'(r)``; the gradient of a multiple root is NaN, and that of
        a root at a discontinuity is that of its breakpoint. The number of roots depends on the data: this cannot be
        compiled or batched by vmap, and waits for a GPU.
        """
        name = type(self).__name__
        mode = self.extrapolate if extrapolate is None else mode_of(name, extrapolate)
        if self.c.is_complex():
            raise ValueError(f"{name}: root finding is only for real-valued polynomials")
        c, breaks, y = promote(name, allow_complex=False, c=self.c, x=self.x, y=y)
        if y.dim():
            raise ValueError(f"{name}: y must be a number, got shape {shape_text(y.shape)}")
        return roots_of(c, breaks, y, discontinuity, mode is True)

    def roots(self, discontinuity: bool = True, extrapolate: Extrapolate = None) -> Any:
        """Find real roots; see `solve`, which this calls with ``y=0``."""
        return self.solve(0, discontinuity, extrapolate)
