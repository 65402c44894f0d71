"""Piecewise polynomials in the Bernstein basis."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Self

import torch
from torch import Tensor

from .._core.arrays import as_tensor, made_there, running_sum
from .._core.cards import Sample, function
from ._bspline_algebra import along_rows
from ._checks import constant, holds, promote_over_real
from ._modes import Extrapolate, mode_of
from ._piecewise_base import PiecewiseBase
from ._ppoly import PPoly
from ._tensor_spline import evaluate


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, dtype=dtype, generator=generator).to(device)

    real = dtype.to_real() if dtype.is_complex else dtype
    x = torch.tensor([-1.0, 0.5, 0.7, 2.0], dtype=real, device=device)
    yield Sample(random(4, 3), x)
    yield Sample(random(2, 3, 3), x, "periodic", 1)


def _use(thing: Any, *args: Any, **kwargs: Any) -> tuple[Tensor, ...]:
    p = thing(*args, **kwargs)
    at = made_there([-0.93, -0.41, 0.61, 1.27, 1.83], dtype=p.x.dtype, device=p.x.device)
    return p(at), p(at, 1), p.antiderivative()(at), p.integrate(-0.3, 1.1)


def to_powers(c: Tensor, x: Tensor) -> Tensor:
    """Return power coefficients of Bernstein ones: ``C(k, j) Delta^j c[0] / h^j`` goes with ``(t - x[i])**j``."""
    k = constant(c.shape[0] - 1)
    h = along_rows(x.diff(), c[0])
    rows, difference = [], c
    for j in range(k + 1):
        rows.append(difference[0] * math.comb(k, j) / h**j)
        difference = difference.diff(dim=0)
    return torch.stack(rows[::-1])


@function(differentiable=("c", "x"), samples=_samples, call=_use)
class BPoly(PiecewiseBase):
    r"""Piecewise polynomial in the Bernstein basis.

    Between ``x[i]`` and ``x[i + 1]``, with ``s = (t - x[i]) / (x[i + 1] - x[i])``, it is
    ``sum(c[a, i] * comb(k, a) * s**a * (1 - s)**(k - a) for a in range(k + 1))``. Equivalent to
    `scipy.interpolate.BPoly`, on tensors and differentiable in coefficients, breakpoints and points of evaluation.

    Parameters
    ----------
    c : array_like, shape (k + 1, m, ...)
        Coefficients, real or complex, of degree k on m intervals.
    x : array_like, shape (m + 1,)
        Breakpoints, real, strictly increasing or decreasing.
    extrapolate : bool or 'periodic', optional
        Whether to continue the first and last interval's polynomial (True or None, the default), to return NaN outside
        (False), or to continue periodically.
    axis : int, optional
        The axis of `c` where the two axes (k + 1, m) stand. Default is 0.

    Attributes
    ----------
    x : Tensor
        Breakpoints.
    c : Tensor
        Coefficients, the axes (k + 1, m) brought to the front.
    extrapolate : bool or 'periodic'
        Mode of extrapolation.
    axis : int
        Interpolation axis.

    Raises
    ------
    ValueError
        As `PPoly`.

    Notes
    -----
    Bernstein polynomials are the B-splines whose knots are the breakpoints, each k + 1 times [1]_, chapter X: that
    kernel evaluates them, and its derivatives are theirs.

    References
    ----------
    .. [1] C. de Boor, *A Practical Guide to Splines*, revised edition, Springer, 2001.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import BPoly
    >>> p = BPoly([[1.0], [2.0], [3.0]], [0.0, 1.0])  # 1 + 2 t
    >>> p(torch.tensor([0.25, 0.5], dtype=torch.float64))
    tensor([1.5000, 2.0000], dtype=torch.float64)
    """

    @staticmethod
    def _evaluate(c: Tensor, x: Tensor, points: Tensor, nu: int, extrapolate: bool) -> Tensor:
        order, m, columns = c.shape
        knots = x.repeat_interleave(order)
        out = evaluate(
            c.transpose(0, 1).reshape(m * order, columns), knots, points.unsqueeze(-1), [m * order], [nu], [order - 1]
        )
        if extrapolate:
            return out
        inside = (points >= torch.minimum(x[0], x[-1])) & (points <= torch.maximum(x[0], x[-1]))
        return torch.where(inside.unsqueeze(-1), out, torch.nan)

    @staticmethod
    def _of_order(c: Tensor, k: int) -> Tensor:
        """Raise the degree one at a time: ``d[a] = (a c[a - 1] + (k + 1 - a) c[a]) / (k + 1)`` (Farin)."""
        while c.shape[0] < k:
            degree = c.shape[0]
            real = c.real.dtype if c.is_complex() else c.dtype
            share = along_rows(torch.arange(degree + 1, dtype=real, device=c.device), c) / degree
            zero = torch.zeros_like(c[:1])
            c = share * torch.cat((zero, c)) + (1 - share) * torch.cat((c, zero))
        return c

    def derivative(self, nu: int = 1) -> BPoly:
        """Return a new piecewise polynomial, the derivative.

        Parameters
        ----------
        nu : int, optional
            Order of the derivative; a negative one is an antiderivative. Default is 1.

        Returns
        -------
        BPoly
            Of degree ``k - nu``.
        """
        if nu < 0:
            return self.antiderivative(-nu)
        c = self.c
        for _ in range(nu):
            if c.shape[0] == 1:
                c = torch.zeros_like(c)
                break
            c = c.diff(dim=0) * (c.shape[0] - 1) / along_rows(self.x.diff(), c[0])
        return self.construct_fast(c, self.x, self.extrapolate, self.axis)

    def antiderivative(self, nu: int = 1) -> BPoly:
        """Return a new piecewise polynomial, the antiderivative, continuous and zero at ``x[0]``.

        Parameters
        ----------
        nu : int, optional
            Order of the antiderivative; a negative one is a derivative. Default is 1.

        Returns
        -------
        BPoly
            Of degree ``k + nu``. A periodic object gives one that does not extrapolate.
        """
        if nu <= 0:
            return self.derivative(-nu)
        c = self.c
        for _ in range(nu):
            over = running_sum(c) * along_rows(self.x.diff(), c[0]) / c.shape[0]
            whole = running_sum(over[-1])
            start = torch.cat((torch.zeros_like(whole[:1]), whole[:-1]))
            c = torch.cat((torch.zeros_like(over[:1]), over)) + start
        mode: Extrapolate = False if self.extrapolate == "periodic" else self.extrapolate
        return self.construct_fast(c, self.x, mode, self.axis)

    def integrate(self, a: Any, b: Any, extrapolate: Extrapolate = None) -> Tensor:
        """Compute a definite integral.

        Parameters
        ----------
        a, b : array_like
            Lower and upper bound; unlike in SciPy they may be arrays, which broadcast.
        extrapolate : bool or 'periodic', optional
            Mode of extrapolation; that of the object if None.

        Returns
        -------
        Tensor
            The integral, of shape ``broadcast(a, b).shape + c.shape[2:]``.
        """
        return PPoly.from_bernstein_basis(self).integrate(a, b, extrapolate)

    @classmethod
    def from_power_basis(cls: type[Self], pp: Any, extrapolate: Extrapolate = None) -> Self:
        """Make a polynomial in the Bernstein basis of one in the power basis.

        Parameters
        ----------
        pp : PPoly
            The polynomial.
        extrapolate : bool or 'periodic', optional
            Mode of extrapolation; that of `pp` if None.

        Returns
        -------
        BPoly
            The same function.
        """
        if not isinstance(pp, PPoly):
            raise TypeError(f"{cls.__name__}.from_power_basis only accepts PPoly instances. Got {type(pp)} instead.")
        c, k = pp.c, constant(pp.c.shape[0] - 1)
        h = along_rows(pp.x.diff(), c[0])
        # s**j = sum over a >= j of comb(a, j) / comb(k, j) times Bernstein polynomial a
        rows = [sum(c[k - j] * h**j * (math.comb(a, j) / math.comb(k, j)) for j in range(a + 1)) for a in range(k + 1)]
        mode = pp.extrapolate if extrapolate is None else mode_of(cls.__name__, extrapolate)
        return cls.construct_fast(torch.stack(rows), pp.x, mode, pp.axis)  # type: ignore[arg-type]

    @classmethod
    def from_derivatives(
        cls: type[Self], xi: Any, yi: Sequence[Any], orders: Any = None, extrapolate: Extrapolate = None
    ) -> Self:
        """Make the piecewise polynomial that has given values and derivatives at the breakpoints.

        Parameters
        ----------
        xi : array_like, shape (n,)
            Breakpoints, strictly increasing.
        yi : list of array_like
            ``yi[i][j]`` is the j-th derivative at ``xi[i]``.
        orders : None, int or list of int, optional
            Degree of the polynomials; None uses all derivatives.
        extrapolate : bool or 'periodic', optional
            Mode of extrapolation. Default is True.

        Returns
        -------
        BPoly
            The polynomial.
        """
        name = f"{cls.__name__}.from_derivatives"
        parts = {f"yi[{i}]": as_tensor(y, f"yi[{i}]", name) for i, y in enumerate(yi)}
        xi, *values = promote_over_real(name, {"xi": xi}, parts)
        m = len(values) - 1
        if xi.shape[0] != len(values):
            raise ValueError(f"{name}: xi and yi need to have the same length, got {xi.shape[0]} and {len(values)}")
        if not holds((xi.diff() > 0).all()):
            raise ValueError(f"{name}: x coordinates are not in increasing order")
        if orders is None or hasattr(orders, "__index__"):
            orders = [orders] * m
        if any(order is not None and order <= 0 for order in orders):
            raise ValueError(f"{name}: Orders must be positive, got {orders}.")
        h = xi.diff()
        columns = []
        for i in range(m):
            left, right = values[i], values[i + 1]
            have = (left.shape[0], right.shape[0])
            n1, n2 = have
            if orders[i] is not None:
                n = orders[i] + 1
                n1 = min(n // 2, have[0])
                n2 = min(n - n1, have[1])
                n1 = min(n - n2, have[0])
                if n1 + n2 != n:
                    text = f"Point {i} has {have[0]} derivatives, point {i + 1} has {have[1]} derivatives"
                    raise ValueError(f"{name}: {text}, but order {orders[i]} requested")
            columns.append(_hermite(left[:n1], right[:n2], h[i]))
        k = max(values[i].shape[0] + values[i + 1].shape[0] for i in range(m))
        return cls(torch.stack([cls._of_order(c, k) for c in columns], 1), xi, extrapolate)


def _hermite(left: Tensor, right: Tensor, h: Tensor) -> Tensor:
    """Return the Bernstein coefficients with given derivatives at both ends of an interval of length h.

    The derivative of order q at the left is ``n! / (n - q)! Delta^q c[0] / h^q`` (at the right with backward
    differences), and ``c[q]`` is the sum of ``comb(q, j) Delta^j c[0]``.
    """
    n = constant(left.shape[0] + right.shape[0] - 1)

    def side(y: Tensor, sign: int) -> list[Tensor]:
        deltas = [y[q] * (sign * h) ** q * (math.factorial(n - q) / math.factorial(n)) for q in range(y.shape[0])]
        return [torch.stack([math.comb(q, j) * deltas[j] for j in range(q + 1)]).sum(0) for q in range(y.shape[0])]

    return torch.stack(side(left, 1) + side(right, -1)[::-1])
