"""Interpolation and smoothing of scattered data by radial basis functions."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import made_there
from .._core.cards import Sample, function
from .._core.errors import real, warn
from ..linalg import LinAlgError
from ..linalg._lu_operators import solve_ex
from ..special import entr
from ._checks import flatten_trailing, holds, nothing_differentiates, promote_over_real, shape_text, solve_dense

# Elements of the matrix of distances that exist at a time; more queries are taken in turns.
_AT_A_TIME = 1 << 22
_IN_CACHE = 1 << 16


def _root(square: Tensor) -> Tensor:
    """Square root with derivative 0 at 0: what multiplies it there vanishes, or it is the cusp of 'linear'."""
    zero = square == 0
    return torch.where(zero, 0, torch.where(zero, 1, square).sqrt())


def _thin_plate(square: Tensor) -> Tensor:
    if nothing_differentiates(square):
        out: Tensor = entr(square).mul_(-0.5)
        return out
    return square * torch.where(square == 0, 1, square).log() / 2


# Functions of the squared distance, and the lowest degree of polynomial that makes the problem well-posed.
_KERNELS: dict[str, tuple[Callable[[Tensor], Tensor], int]] = {
    "linear": (lambda s: -_root(s), 0),
    "thin_plate_spline": (_thin_plate, 1),
    "cubic": (lambda s: s * _root(s), 1),
    "quintic": (lambda s: -s * s * _root(s), 2),
    "multiquadric": (lambda s: -(1 + s).sqrt(), 0),
    "inverse_multiquadric": (lambda s: (1 + s).rsqrt(), -1),
    "inverse_quadratic": (lambda s: 1 / (1 + s), -1),
    "gaussian": (lambda s: torch.exp(-s), -1),
}
_SCALE_INVARIANT = ("linear", "thin_plate_spline", "cubic", "quintic")


def squared_distances(x: Tensor, y: Tensor) -> Tensor:
    """Return ``|x[..., i, :] - y[..., j, :]|**2``, dimension by dimension, so that nothing cancels."""
    if nothing_differentiates(x, y) and x.shape[-1]:  # in the memory of the first
        total = (x[..., :, None, 0] - y[..., None, :, 0]).square_()
        for k in range(1, x.shape[-1]):
            gap = x[..., :, None, k] - y[..., None, :, k]
            total.addcmul_(gap, gap)
        return total
    total = x.new_zeros(())
    for k in range(x.shape[-1]):
        gap = x[..., :, None, k] - y[..., None, :, k]
        total = total + gap * gap
    return total


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    real = dtype.to_real() if dtype.is_complex else dtype
    y = torch.rand(9, 2, dtype=real, generator=generator).to(device)
    d = torch.randn(9, 2, dtype=dtype, generator=generator).to(device)
    yield Sample(y, d)
    epsilon = torch.tensor(1.3, dtype=real, device=device)
    smoothing = torch.tensor(0.1, dtype=real, device=device)
    yield Sample(y, d[:, 0], smoothing=smoothing, kernel="gaussian", epsilon=epsilon)
    yield Sample(y, d[:, 0], neighbors=6, kernel="cubic")


def _use(thing: Any, *args: Any, **kwargs: Any) -> Tensor:
    f = thing(*args, **kwargs)
    at = made_there([[0.21, 0.33], [0.72, 0.56], [0.13, 0.9]], dtype=f.y.dtype, device=f.y.device)
    out: Tensor = f(at)
    return out


@function(differentiable=("y", "d", "smoothing", "epsilon"), samples=_samples, call=_use)
class RBFInterpolator:
    r"""Radial basis function interpolator, or smoother, in N dimensions.

    Equivalent to `scipy.interpolate.RBFInterpolator`, on tensors and differentiable in data points, values, smoothing,
    shape parameter and points of evaluation.

    Parameters
    ----------
    y : array_like, shape (npoints, ndims)
        Data points, real.
    d : array_like, shape (npoints, ...)
        Values, real or complex.
    neighbors : int, optional
        Use only that many nearest data points for each point of evaluation. Default: all.
    smoothing : float or array_like, shape (npoints,), optional
        0, the default, interpolates.
    kernel : str, optional
        'linear' (-r), 'thin_plate_spline' (r**2 log r, the default), 'cubic' (r**3), 'quintic' (-r**5), 'multiquadric'
        (-sqrt(1 + r**2)), 'inverse_multiquadric', 'inverse_quadratic' or 'gaussian' (exp(-r**2)).
    epsilon : float, optional
        Shape parameter, multiplies the distances. Default is 1 for the first four kernels; required for others.
    degree : int, optional
        Degree of the polynomial added, -1 for none. Default: the lowest that makes the problem well-posed, at least 0.

    Attributes
    ----------
    y, d : Tensor
        Data points and values.

    Raises
    ------
    ValueError
        If shapes do not fit, there are fewer points than monomials, or an option is unknown.
    LinAlgError
        If the system is singular, as with coinciding points or all of them on a line.

    Notes
    -----
    The coefficients a of the kernels and b of the monomials solve ``(K + diag(smoothing)) a + P b = d, P^T a = 0`` [1]_
    by a dense LU factorization; values are computed for many points at a time, never with an array of points times
    points times dimensions. All of it is differentiated. At a data point the kernel 'linear' has a cusp, where its
    gradient is taken as zero. `neighbors` are found by comparing all distances, on every device; which they are does
    not vary.

    References
    ----------
    .. [1] G. Fasshauer, *Meshfree Approximation Methods with Matlab*, World Scientific, 2007.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import RBFInterpolator
    >>> y = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], dtype=torch.float64)
    >>> f = RBFInterpolator(y, y[:, 0] + 2 * y[:, 1])
    >>> round(f(torch.tensor([[0.5, 0.25]], dtype=torch.float64)).item(), 9)
    1.0
    """

    def __init__(
        self,
        y: Any,
        d: Any,
        neighbors: int | None = None,
        smoothing: Any = 0.0,
        kernel: str = "thin_plate_spline",
        epsilon: Any = None,
        degree: int | None = None,
    ) -> None:
        name = type(self).__name__
        given = {"y": y, "smoothing": smoothing} | ({} if epsilon is None else {"epsilon": epsilon})
        y, smoothing, *rest = promote_over_real(name, given, {"d": d})
        d = rest[-1]
        kernel = kernel.lower() if isinstance(kernel, str) else kernel
        if y.dim() != 2:
            raise ValueError(f"{name}: `y` must be a 2-dimensional array, got shape {shape_text(y.shape)}.")
        n, ndim = y.shape
        if d.dim() == 0 or d.shape[0] != n:
            raise ValueError(f"{name}: Expected the first axis of `d` to have length {n}, got {shape_text(d.shape)}.")
        if smoothing.dim() and smoothing.shape != (n,):
            raise ValueError(
                f"{name}: Expected `smoothing` to be a scalar or have shape ({n},), got {shape_text(smoothing.shape)}."
            )
        if kernel not in _KERNELS:
            raise ValueError(f"{name}: `kernel` must be one of {set(_KERNELS)}, got {kernel!r}.")
        if epsilon is None:
            if kernel not in _SCALE_INVARIANT:
                raise ValueError(
                    f"{name}: `epsilon` must be specified if `kernel` is not one of {set(_SCALE_INVARIANT)}."
                )
            epsilon = y.new_ones(())
        else:
            epsilon = rest[0]
        function, lowest = _KERNELS[kernel]
        if degree is None:
            degree = max(lowest, 0)
        elif real(name, "degree", degree) < -1:
            raise ValueError(f"{name}: `degree` must be at least -1, got {degree}.")
        elif -1 < degree < lowest:
            text = f"`degree` should not be below {lowest} when `kernel` is '{kernel}'. The interpolant may not be "
            warn(f"{text}uniquely solvable.", UserWarning)
        if neighbors is not None:
            neighbors = int(min(real(name, "neighbors", neighbors), n))
            if neighbors < 1:
                raise ValueError(f"{name}: `neighbors` must be positive, got {neighbors}.")
        self._powers: list[list[int]] = [[]] if degree >= 0 else []
        for _ in range(ndim):
            self._powers = [[*powers, e] for powers in self._powers for e in range(degree + 1 - sum(powers))]
        if (n if neighbors is None else neighbors) < len(self._powers):
            raise ValueError(
                f"{name}: At least {len(self._powers)} data points are required when `degree` is {degree} "
                f"and the number of dimensions is {ndim}."
            )
        self.y, self.d, self.neighbors, self.smoothing = y, d, neighbors, smoothing.expand(n)
        self.kernel, self.epsilon, self._function = kernel, epsilon, function
        self._columns = flatten_trailing(d, 1)
        if neighbors is None:
            self._solved = self._solve(y, self._columns, self.smoothing)

    def _monomials(self, x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
        u = (x - shift) / scale
        columns = []
        for powers in self._powers:
            column = torch.ones_like(u[..., 0])
            for k, power in enumerate(powers):
                for _ in range(power):
                    column = column * u[..., k]
            columns.append(column)
        return torch.stack(columns, -1) if columns else u[..., :0]

    def _solve(self, y: Tensor, d: Tensor, smoothing: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return coefficients (*, n + monomials, columns), shift and scale of the monomials, for y (*, n, ndim)."""
        low, high = y.amin(-2, keepdim=True), y.amax(-2, keepdim=True)
        shift, scale = (low + high) / 2, (high - low) / 2
        scale = torch.where(scale == 0, 1, scale)
        k = self._function(squared_distances(y * self.epsilon, y * self.epsilon)) + torch.diag_embed(smoothing)
        p = self._monomials(y, shift, scale)
        corner = p.new_zeros(*p.shape[:-2], p.shape[-1], p.shape[-1])
        matrix = torch.cat((torch.cat((k, p), -1), torch.cat((p.mT, corner), -1)), -2)
        right = torch.cat((d, d.new_zeros(*d.shape[:-2], p.shape[-1], d.shape[-1])), -2)
        solution, info = solve_ex(matrix.to(right.dtype), right)
        if not holds((info == 0).all() & torch.isfinite(solution).all()):
            text = "Singular matrix"
            rank = int(torch.linalg.matrix_rank(p.detach()).amin()) if p.shape[-1] else 0
            if rank < p.shape[-1]:
                text = f"{text}. The matrix of monomials evaluated at the data point coordinates does not have full "
                text += f"column rank ({rank}/{p.shape[-1]})."
            raise LinAlgError(f"{type(self).__name__}: {text}")
        return solution, shift, scale

    def __call__(self, x: Any) -> Tensor:
        """Evaluate the interpolant.

        Parameters
        ----------
        x : array_like, shape (npts, ndims)
            Points.

        Returns
        -------
        Tensor, shape (npts, ...)
            Values.
        """
        name = type(self).__name__
        y, x, columns = promote_over_real(name, {"y": self.y, "x": x}, {"d": self._columns})
        if x.dim() != 2:
            raise ValueError(f"{name}: `x` must be a 2-dimensional array, got shape {shape_text(x.shape)}.")
        if x.shape[1] != y.shape[1]:
            raise ValueError(f"{name}: Expected the second axis of `x` to have length {y.shape[1]}, got {x.shape[1]}.")
        if x.shape[0] == 0:
            return columns.new_empty((0, *self.d.shape[1:]))
        width = y.shape[0] if self.neighbors is None else self.neighbors**2 + y.shape[0]
        # Without derivatives the parts fit into a cache; with them fewer parts make fewer nodes of the graph.
        most = _IN_CACHE if x.device.type == "cpu" and nothing_differentiates(x, y, columns) else _AT_A_TIME
        rows = max(1, most // max(1, width))
        out = torch.cat([self._values(part, y) for part in x.split(rows)])  # type: ignore[no-untyped-call]
        return out.reshape(x.shape[:1] + self.d.shape[1:])

    def _values(self, x: Tensor, y: Tensor) -> Tensor:
        if self.neighbors is None:
            solution, shift, scale = self._solved
            if nothing_differentiates(x, y, solution):
                kernels, tail = self._parts(x, y, shift, scale)
                n = y.shape[0]
                made: Tensor = kernels.to(solution.dtype) @ solution[:n] + tail.to(solution.dtype) @ solution[n:]
                return made
            return self._row(x, y, shift, scale).to(solution.dtype) @ solution
        near = squared_distances(x.detach(), y.detach()).topk(self.neighbors, -1, largest=False).indices.sort(-1).values
        own = y[near]
        solution, shift, scale = self._solve(own, self._columns[near], self.smoothing[near])
        return (self._row(x[:, None], own, shift, scale).to(solution.dtype) @ solution)[:, 0]

    def _row(self, x: Tensor, y: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
        """Return the kernels at all data points, and the monomials."""
        return torch.cat(self._parts(x, y, shift, scale), -1)

    def _parts(self, x: Tensor, y: Tensor, shift: Tensor, scale: Tensor) -> tuple[Tensor, Tensor]:
        kernels = self._function(squared_distances(x * self.epsilon, y * self.epsilon))
        return kernels, self._monomials(x, shift, scale)


def _rbf_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    x, y = torch.rand(2, 8, dtype=dtype, generator=generator).to(device)
    d = torch.randn(8, dtype=dtype, generator=generator).to(device)
    yield Sample(x, y, d, epsilon=0.7)
    yield Sample(x, y, d)


def _use_rbf(thing: Any, x: Tensor, y: Tensor, d: Tensor, **kwargs: Any) -> Tensor:
    out: Tensor = thing(x, y, d, **kwargs)(x[:3] * 0.9, y[:3] + 0.05)
    return out


_OLD: dict[str, Callable[[Tensor, Any], Tensor]] = {
    "multiquadric": lambda s, e: (s / (e * e) + 1).sqrt(),
    "inverse": lambda s, e: (s / (e * e) + 1).rsqrt(),
    "gaussian": lambda s, e: torch.exp(-s / (e * e)),
    "linear": lambda s, e: _root(s),
    "cubic": lambda s, e: s * _root(s),
    "quintic": lambda s, e: s * s * _root(s),
    "thin_plate": lambda s, e: _thin_plate(s),
}


def _arguments(basis: Callable[..., Any]) -> int:
    try:
        return len(inspect.signature(basis).parameters)
    except ValueError:  # of C
        return 1


@function(samples=_rbf_samples, call=_use_rbf, complex=False)
class Rbf:
    """Radial basis function interpolation, the older class of SciPy; see `RBFInterpolator` for a better one.

    Equivalent to `scipy.interpolate.Rbf`, on tensors and differentiable in all coordinates and values.

    Parameters
    ----------
    *args : array_like
        Coordinates x, y, z, ... of the data points, then the values d, all of one size.
    **kwargs : optional
        `function`: 'multiquadric' (default), 'inverse', 'gaussian', 'linear', 'cubic', 'quintic', 'thin_plate' or a
        callable of the distances, or of this object and the distances. `epsilon`: the distance that is the unit, by
        default about that between neighbours. `smooth`: 0, the default, interpolates. `norm`: 'euclidean'. `mode`:
        '1-D', or 'N-D' for values with columns.

    Attributes
    ----------
    xi, di, nodes, epsilon : Tensor
        Coordinates (dimensions, n), values, coefficients and unit.

    Raises
    ------
    ValueError
        If shapes do not fit or an option is unknown.

    Notes
    -----
    A dense symmetric system without a polynomial part; differentiated as it stands.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import Rbf
    >>> x = torch.linspace(0, 3, 8, dtype=torch.float64)
    >>> abs(Rbf(x, torch.sin(x))(1.3).item() - 0.9636) < 1e-2
    True
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        known = {"function", "epsilon", "smooth", "norm", "mode"}
        if set(kwargs) - known:
            raise ValueError(f"Rbf: unknown arguments {sorted(set(kwargs) - known)}")
        if kwargs.get("norm", "euclidean") != "euclidean":
            raise ValueError(f"Rbf: norm must be 'euclidean', got {kwargs['norm']!r}")
        parts = promote_over_real("Rbf", {f"argument {i}": a for i, a in enumerate(args[:-1])}, {"d": args[-1]})
        self.mode = kwargs.get("mode", "1-D")
        self.xi = torch.stack([part.reshape(part.numel()) for part in parts[:-1]])
        self.di = parts[-1].reshape(parts[-1].numel()) if self.mode == "1-D" else parts[-1]
        if self.di.shape[0] != self.xi.shape[1]:
            raise ValueError("Rbf: All arrays must be equal length.")
        self.N = self.xi.shape[1]
        self.function = kwargs.get("function", "multiquadric")
        self.smooth = kwargs.get("smooth", 0.0)
        epsilon = kwargs.get("epsilon")
        if epsilon is None:
            edges = self.xi.amax(1) - self.xi.amin(1)
            used = edges != 0
            epsilon = (torch.where(used, edges, 1).prod() / self.N) ** (1 / used.sum().clamp(min=1))
        self.epsilon = epsilon
        matrix = self._basis(self.xi, self.xi)
        matrix = matrix - torch.eye(self.N, dtype=matrix.dtype, device=matrix.device) * self.smooth
        self.nodes = solve_dense("Rbf", matrix.to(self.di.dtype), self.di)

    def _basis(self, x: Tensor, y: Tensor) -> Tensor:
        square = squared_distances(x.T, y.T)
        if callable(self.function):
            distance = _root(square)
            out: Tensor = self.function(self, distance) if _arguments(self.function) == 2 else self.function(distance)
            return out
        name = {"inverse multiquadric": "inverse", "inverse_multiquadric": "inverse", "thin-plate": "thin_plate"}.get(
            str(self.function).lower(), str(self.function).lower()
        )
        if name not in _OLD:
            raise ValueError(f"Rbf: function must be a callable or one of {', '.join(_OLD)}, got {self.function!r}")
        return _OLD[name](square, self.epsilon)

    def __call__(self, *args: Any) -> Tensor:
        """Evaluate the interpolant at points given by their coordinates, which broadcast."""
        parts = promote_over_real("Rbf", {f"argument {i}": a for i, a in enumerate(args)}, {"d": self.nodes})[:-1]
        parts = tuple(torch.broadcast_tensors(*parts))  # type: ignore[no-untyped-call]
        shape = parts[0].shape
        flat = torch.stack([part.reshape(math.prod(shape)) for part in parts])
        out = self._basis(flat, self.xi).to(self.nodes.dtype) @ self.nodes
        return out.reshape(shape + self.nodes.shape[1:])
