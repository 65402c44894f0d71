"""The polynomial through data: in barycentric form, and in Newton's form with derivatives given (Krogh)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from .._core import runtime
from .._core.arrays import made_there
from .._core.cards import Sample, function
from .._core.errors import integer, warn
from ._checks import flatten_trailing, holds, normalize_axis, nothing_differentiates, promote_over_real, shape_text

runtime.load_library()


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    real = dtype.to_real() if dtype.is_complex else dtype
    x = torch.tensor([-1.0, -0.2, 0.5, 0.9, 2.0], dtype=real, device=device)
    yield Sample(x, torch.randn(2, 5, dtype=dtype, generator=generator).to(device), axis=1)


def _use(thing: Any, x: Tensor, y: Tensor, axis: int) -> tuple[Tensor, ...]:
    p = thing(x, y, axis=axis)
    at = made_there([-0.93, -0.2, 0.13, 1.27], dtype=x.dtype, device=x.device)  # one of them a node
    return p(at), p.derivative(at, 2)


def _use_call(f: Any, x: Tensor, y: Tensor, axis: int) -> Tensor:
    out: Tensor = f(x, y, made_there([-0.93, 0.13, 1.27], dtype=x.dtype, device=x.device), axis=axis)
    return out


class _Polynomial:
    """Data in one precision, the interpolation axis in front; shapes of what is evaluated."""

    xi: Tensor
    _y: Tensor
    _axis: int

    def _points(self, x: Any) -> tuple[Tensor, Tensor, Tensor]:
        name = type(self).__name__
        nodes, points, y = promote_over_real(name, {"xi": self.xi, "x": x}, {"yi": self._y})
        return nodes, points, y

    def _shaped(self, out: Tensor, points: Tensor, first: int = 0) -> Tensor:
        """Return values (first dimensions, n, columns) with the axis replaced by the shape of the points."""
        lead = out.shape[:first]
        out = out.reshape(lead + points.shape + self._y.shape[1:])
        if self._axis and points.dim() != 0:
            source = tuple(range(first, first + points.dim()))
            out = out.movedim(source, tuple(range(first + self._axis, first + self._axis + points.dim())))
        return out

    @property
    def n(self) -> int:
        """The number of nodes."""
        return self.xi.shape[0]

    @property
    def r(self) -> int:
        """The number of columns of values."""
        return math.prod(self._y.shape[1:])

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the values."""
        return self._y.dtype

    def derivative(self, x: Any, der: int = 1) -> Tensor:
        """Evaluate one derivative.

        Parameters
        ----------
        x : array_like
            Points.
        der : int, optional
            Order. Default is 1.

        Returns
        -------
        Tensor
            Values; the interpolation axis is replaced by the shape of `x`.
        """
        return self.derivatives(x, der + 1)[der]

    def derivatives(self, x: Any, der: int | None = None) -> Tensor:
        """Evaluate several derivatives; see the subclasses."""
        raise TypeError("a polynomial needs a form")


def _checked(name: str, xi: Any, yi: Any, axis: int) -> tuple[Tensor, Tensor, int]:
    xi, yi = promote_over_real(name, {"xi": xi}, {"yi": yi})
    if xi.dim() != 1 or yi.dim() == 0:
        raise ValueError(
            f"{name}: xi must be 1-dimensional and yi at least, got {shape_text(xi.shape)} and {shape_text(yi.shape)}"
        )
    axis = normalize_axis(name, axis, yi.dim())
    if yi.shape[axis] != xi.shape[0]:
        raise ValueError(
            f"{name}: x and y arrays must be equal in length along interpolation axis, got {xi.shape[0]} "
            f"and {yi.shape[axis]}"
        )
    return xi, yi.movedim(axis, 0), axis


@function(differentiable=("xi", "yi"), samples=_samples, call=_use)
class BarycentricInterpolator(_Polynomial):
    r"""The polynomial through data, in barycentric form.

    Equivalent to `scipy.interpolate.BarycentricInterpolator`, on tensors, differentiable in nodes, values and points.

    Parameters
    ----------
    xi : array_like, shape (n,)
        Nodes, real, distinct.
    yi : array_like, optional
        Values, real or complex; along `axis` as long as `xi`. They can be set later.
    axis : int, optional
        Axis of `yi` that goes with `xi`. Default is 0.
    wi : array_like, shape (n,), optional
        The barycentric weights, if they are known.
    rng, random_state : optional
        Have no effect: SciPy orders the nodes at random when it multiplies the weights.

    Attributes
    ----------
    xi, yi : Tensor
        Nodes, and values with the axis in front.
    wi : Tensor
        Weights ``1 / prod(xi[i] - xi[j] for j != i)``, up to a factor.

    Raises
    ------
    ValueError
        If shapes do not fit, or nodes coincide.

    Notes
    -----
    With k the node nearest to x, the barycentric formula [1]_ reads

    .. math:: p(x) = y_k + \frac{(x - x_k) \sum_{j \ne k} w_j (y_j - y_k) / (x - x_j)}
              {w_k + (x - x_k) \sum_{j \ne k} w_j / (x - x_j)},

    which is smooth at the nodes, too; it is differentiated as it stands.

    References
    ----------
    .. [1] J.-P. Berrut, L. N. Trefethen, Barycentric Lagrange interpolation, SIAM Review 46 (2004) 501.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import BarycentricInterpolator
    >>> x = torch.tensor([0.0, 1.0, 3.0], dtype=torch.float64)
    >>> p = BarycentricInterpolator(x, x**2)
    >>> p(2.0), p.derivative(2.0)
    (tensor(4., dtype=torch.float64), tensor(4., dtype=torch.float64))
    """

    def __init__(
        self, xi: Any, yi: Any = None, axis: int = 0, *, wi: Any = None, rng: Any = None, random_state: Any = None
    ) -> None:
        name = type(self).__name__
        (self.xi,) = promote_over_real(name, {"xi": xi}, {})
        self._has_values = False
        self._axis = axis
        if yi is not None:
            self.set_yi(yi, axis)
        if wi is not None:
            self.wi, self.xi = promote_over_real(name, {"wi": wi, "xi": self.xi}, {})
        else:
            self._weigh()

    def _weigh(self) -> None:
        x = self.xi
        if not holds((x.sort().values.diff() != 0).all()):
            raise ValueError(f"{type(self).__name__}: Interpolation points xi must be distinct.")
        # In units of a quarter of the interval's length, products neither over- nor underflow for some hundred nodes.
        scale = 4 / (x.amax() - x.amin()) if x.shape[0] > 1 else 1
        gaps = (x[:, None] - x) * scale
        self.wi = 1 / torch.where(torch.eye(x.shape[0], dtype=torch.bool, device=x.device), 1, gaps).prod(1)

    def set_yi(self, yi: Any, axis: int | None = None) -> None:
        """Set the values.

        Parameters
        ----------
        yi : array_like or None
            Values.
        axis : int, optional
            Their axis that goes with the nodes.
        """
        if yi is None:
            self._has_values = False
            return
        self.xi, self._y, self._axis = _checked(type(self).__name__, self.xi, yi, self._axis if axis is None else axis)
        self._has_values = True

    @property
    def yi(self) -> Tensor | None:
        """The values, with the interpolation axis in front."""
        return self._y if self._has_values else None

    def add_xi(self, xi: Any, yi: Any = None) -> None:
        """Add nodes, with values if there are some already.

        Parameters
        ----------
        xi : array_like
            Nodes.
        yi : array_like, optional
            Values, the axis in front.
        """
        name = type(self).__name__
        if self._has_values != (yi is not None):
            what = "No previous yi value to update!" if yi is not None else "A new yi is needed with the new xi."
            raise ValueError(f"{name}: {what}")
        self.xi, more = promote_over_real(name, {"the nodes": self.xi, "xi": xi}, {})
        self.xi = torch.cat((self.xi, more))
        if yi is not None:
            old, new = promote_over_real(name, {}, {"the values": self._y, "yi": yi})
            self._y = torch.cat((old, new.movedim(normalize_axis(name, self._axis, new.dim()), 0)))
        self._weigh()

    def __call__(self, x: Any) -> Tensor:
        """Evaluate the polynomial.

        Parameters
        ----------
        x : array_like
            Points.

        Returns
        -------
        Tensor
            Values; the interpolation axis is replaced by the shape of `x`.
        """
        nodes, points, y = self._points(x)
        return self._shaped(self._values(nodes, points.reshape(points.numel()), flatten_trailing(y, 1)), points)

    def _points(self, x: Any) -> tuple[Tensor, Tensor, Tensor]:
        if not self._has_values:
            raise ValueError(f"{type(self).__name__}: values yi must be set before it can be evaluated")
        return super()._points(x)

    def _values(self, nodes: Tensor, at: Tensor, y: Tensor) -> Tensor:
        if nothing_differentiates(nodes, at, y, self.wi) and y.device == at.device and self.wi.dtype is nodes.dtype:
            out: Tensor = torch.ops.sci.polynomial_values.default(nodes, self.wi, y, at)
            return out
        gap = at[:, None] - nodes
        k = gap.detach().abs().argmin(1)
        nearest = k[:, None] == torch.arange(nodes.shape[0], device=nodes.device)
        inverse = torch.where(nearest, 0, self.wi.to(nodes.dtype) / torch.where(nearest, 1, gap))
        step = at - nodes[k]
        total = inverse.sum(1)
        top = inverse.to(y.dtype) @ y - total[:, None] * y[k]
        return y[k] + (step / (self.wi[k] + step * total))[:, None] * top

    def derivatives(self, x: Any, der: int | None = None) -> Tensor:
        """Evaluate several derivatives.

        Parameters
        ----------
        x : array_like
            Points.
        der : int, optional
            How many, from order 0 on. Default: as many as there are nodes.

        Returns
        -------
        Tensor
            With a dimension for the order in front.

        Notes
        -----
        The values of a derivative at the nodes are a matrix times those of the one before (Berrut and Trefethen, 9.3).
        """
        nodes, points, y = self._points(x)
        n = nodes.shape[0]
        at, values = points.reshape(points.numel()), flatten_trailing(y, 1)
        same = torch.eye(n, dtype=torch.bool, device=nodes.device)
        matrix = torch.where(same, 0, self.wi / self.wi[:, None] / torch.where(same, 1, nodes[:, None] - nodes))
        matrix = (matrix - torch.diag(matrix.sum(1))).to(values.dtype)
        out = []
        for order in range(n if der is None else der):
            out.append(self._values(nodes, at, values))
            values = matrix @ values if order + 1 < n else torch.zeros_like(values)
        return self._shaped(torch.stack(out), points, 1)


@function(differentiable=("xi", "yi"), samples=_samples, call=_use)
class KroghInterpolator(_Polynomial):
    """The polynomial through data and derivatives at some of the nodes, in Newton's form.

    Equivalent to `scipy.interpolate.KroghInterpolator`, on tensors and differentiable in nodes, values and points.

    Parameters
    ----------
    xi : array_like, shape (n,)
        Nodes, real. A node that is repeated, in neighbouring places, has derivatives of rising order in `yi`.
    yi : array_like
        Values, real or complex; along `axis` as long as `xi`.
    axis : int, optional
        Axis of `yi` that goes with `xi`. Default is 0.

    Attributes
    ----------
    xi, yi : Tensor
        Nodes, and values with the axis in front.
    c : Tensor
        Coefficients of Newton's form, the divided differences.

    Raises
    ------
    ValueError
        If shapes do not fit.

    Notes
    -----
    Divided differences, confluent at repeated nodes [1]_; differentiated as they stand. In compiled code and under
    `torch.func.vmap`, which know no values, all nodes count as different.

    References
    ----------
    .. [1] F. T. Krogh, Efficient algorithms for polynomial interpolation and numerical differentiation, Math. Comp. 24
       (1970) 185.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import KroghInterpolator
    >>> p = KroghInterpolator([0.0, 0.0, 1.0], torch.tensor([0.0, 0.0, 1.0]))  # p(0) = p'(0) = 0, p(1) = 1
    >>> p(3.0)
    tensor(9., dtype=torch.float64)
    """

    def __init__(self, xi: Any, yi: Any, axis: int = 0) -> None:
        self.xi, self._y, self._axis = _checked(type(self).__name__, xi, yi, axis)
        x, y = self.xi, flatten_trailing(self._y, 1)
        n = x.shape[0]
        if n > 30:
            text = f"{n} degrees provided, degrees higher than about thirty cause problems with numerical instability "
            warn(f"{text}with 'KroghInterpolator'", UserWarning)
        first = list(range(n))  # the first place of each node
        if not holds((x.diff() != 0).all()):
            nodes = x.tolist()
            for i in range(1, n):
                if nodes[i] == nodes[i - 1]:
                    first[i] = first[i - 1]
        column = [y[i] for i in first]
        c = [column[0]]
        for j in range(1, n):
            column = [
                y[first[i] + j] / math.factorial(j)
                if first[i] == first[i + j]
                else (column[i + 1] - column[i]) / (x[i + j] - x[i])
                for i in range(n - j)
            ]
            c.append(column[0])
        self.c = torch.stack(c).reshape(self._y.shape)

    @property
    def yi(self) -> Tensor:
        """The values, with the interpolation axis in front."""
        return self._y

    def __call__(self, x: Any) -> Tensor:
        """Evaluate the polynomial.

        Parameters
        ----------
        x : array_like
            Points.

        Returns
        -------
        Tensor
            Values; the interpolation axis is replaced by the shape of `x`.
        """
        return self.derivatives(x, 1)[0]

    def derivatives(self, x: Any, der: int | None = None) -> Tensor:
        """Evaluate several derivatives.

        Parameters
        ----------
        x : array_like
            Points.
        der : int, optional
            How many, from order 0 on. Default: as many as there are nodes.

        Returns
        -------
        Tensor
            With a dimension for the order in front.
        """
        nodes, points, y = self._points(x)
        n = nodes.shape[0]
        count = n if der is None else der
        if count == 1 and self.c.dtype is y.dtype and nothing_differentiates(nodes, points, self.c):
            flat = flatten_trailing(self.c, 1)
            values = torch.ops.sci.polynomial_values.default(nodes, nodes[:0], flat, points.reshape(points.numel()))
            return self._shaped(values.unsqueeze(0), points, 1)
        at = points.reshape(points.numel(), 1)
        c = flatten_trailing(self.c, 1)
        orders = min(count, n)
        # Leibniz: (p (x - x_k) + c_k)^(m) = p^(m) (x - x_k) + m p^(m-1)
        p = [torch.zeros_like(c[:1]).expand(at.shape[0], -1) for _ in range(orders)]
        for k in range(n - 1, -1, -1):
            step = at - nodes[k]
            p = [p[m] * step + (m * p[m - 1] if m else c[k]) for m in range(orders)]
        p += [torch.zeros_like(p[0])] * (count - orders)
        return self._shaped(torch.stack(p), points, 1)


def _interpolated(p: Any, x: Any, der: Any) -> Any:
    if isinstance(der, (list, tuple)):
        every = p.derivatives(x, max(der) + 1)
        return torch.stack([every[order] for order in der])
    return p(x) if der == 0 else p.derivative(x, integer(type(p).__name__, "der", der))


@function(differentiable=("xi", "yi", "x"), samples=_samples, call=_use_call)
def barycentric_interpolate(xi: Any, yi: Any, x: Any, axis: int = 0, *, der: Any = 0, rng: Any = None) -> Tensor:
    """Evaluate the polynomial through data, in one call.

    Equivalent to `scipy.interpolate.barycentric_interpolate`; see `BarycentricInterpolator`, whose derivatives it has.

    Parameters
    ----------
    xi, yi, axis
        Nodes and values.
    x : array_like
        Points.
    der : int or list of int, optional
        Orders of the derivatives wanted. Default is 0, the value.
    rng : optional
        Has no effect.

    Returns
    -------
    Tensor
        Values; for a list of orders with a dimension in front.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import barycentric_interpolate
    >>> barycentric_interpolate([0.0, 1.0, 3.0], torch.tensor([0.0, 1.0, 9.0]), 2.0)
    tensor(4., dtype=torch.float64)
    """
    out: Tensor = _interpolated(BarycentricInterpolator(xi, yi, axis), x, der)
    return out


@function(differentiable=("xi", "yi", "x"), samples=_samples, call=_use_call)
def krogh_interpolate(xi: Any, yi: Any, x: Any, der: Any = 0, axis: int = 0) -> Tensor:
    """Evaluate the polynomial through data and derivatives, in one call.

    Equivalent to `scipy.interpolate.krogh_interpolate`; see `KroghInterpolator`, whose derivatives it has.

    Parameters
    ----------
    xi, yi, axis
        Nodes and values.
    x : array_like
        Points.
    der : int or list of int, optional
        Orders of the derivatives wanted. Default is 0, the value.

    Returns
    -------
    Tensor
        Values; for a list of orders with a dimension in front.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import krogh_interpolate
    >>> krogh_interpolate([0.0, 0.0, 1.0], torch.tensor([0.0, 0.0, 1.0]), 3.0, der=1)
    tensor(6., dtype=torch.float64)
    """
    out: Tensor = _interpolated(KroghInterpolator(xi, yi, axis), x, der)
    return out
