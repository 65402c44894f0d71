r"""Rational functions in barycentric form: AAA approximation, and the interpolants of Floater and Hormann.

.. math:: r(z) = \sum_j \frac{w_j f_j}{z - z_j} \Big/ \sum_j \frac{w_j}{z - z_j}

Poles and roots are the zeros of a sum ``sum(a_j / (z - z_j))``: with ``u = 1 / (z - z_k)`` for the k whose coefficient
is the largest, they are the eigenvalues u of ``diag(1 / d_j) + 1 (a_j / d_j)^T / a_k``, ``d_j = z_j - z_k``, over all
other j. Two steps of Newton's method on the sum itself give them their last digits and their derivatives.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from .._core import runtime
from .._core.arrays import made_there, promote
from .._core.cards import Sample, function
from .._core.errors import integer, real, warn
from ._checks import flatten_trailing, holds, normalize_axis, nothing_differentiates

runtime.load_library()


def _values(nodes: Tensor, weights: Tensor, y: Tensor, at: Tensor) -> Tensor:
    """Return r (n, columns) at points (n,); y (m, columns).

    With k the node nearest to z, ``y_k + (z - z_k) sum(w_j (y_j - y_k) / (z - z_j)) / (w_k + (z - z_k) sum(...))``,
    sums over the others, is smooth at the nodes, too.
    """
    if nodes.shape[0]:  # a factor of all weights counts for nothing, but over tiny distances they would overflow
        largest = weights.detach().abs().amax()
        weights = weights * torch.ldexp(torch.ones_like(largest), -torch.frexp(largest).exponent)
    whole = weights.sum()
    limit = (weights @ y.to(torch.promote_types(weights.dtype, y.dtype))) / torch.where(whole == 0, 1, whole)
    real = nodes.dtype is weights.dtype is at.dtype and not nodes.is_complex()
    if real and nothing_differentiates(nodes, weights, y, at) and nodes.shape[0]:
        direct: Tensor = torch.ops.sci.polynomial_values.default(nodes, weights, y, at)
        return torch.where(torch.isinf(at)[:, None], limit, direct)
    gap = at[:, None] - nodes
    k = gap.detach().abs().argmin(1)
    nearest = k[:, None] == torch.arange(nodes.shape[0], device=nodes.device)
    inverse = torch.where(nearest, 0, weights / torch.where(nearest, 1, gap))
    step = at - nodes[k]
    total = inverse.sum(1)
    top = inverse.to(y.dtype) @ y - total[:, None] * y[k]
    below = weights[k] + step * total
    out = y[k] + (step / torch.where((step == 0) & (below == 0), 1, below))[:, None] * top
    return torch.where(torch.isinf(at)[:, None], limit, out)


def _zeros(a: Tensor, nodes: Tensor) -> Tensor:
    """Return the finite zeros of ``sum(a_j / (z - z_j))``, complex."""
    whole = torch.promote_types(torch.promote_types(a.dtype, nodes.dtype), torch.complex64)
    a, nodes = a.to(whole), nodes.to(whole)
    used = a.detach() != 0
    a, nodes = a[used], nodes[used]
    if a.shape[0] < 2:
        return a.new_zeros(0)
    k = int(a.detach().abs().argmax())
    rest = torch.arange(a.shape[0], device=a.device) != k
    b, d = a[rest].detach(), (nodes[rest] - nodes[k]).detach()
    u = torch.linalg.eigvals(torch.diag(1 / d) + (b / d / a[k].detach())[None, :])
    z = nodes[k].detach() + 1 / u[u != 0]
    z = z[torch.isfinite(z.real) & torch.isfinite(z.imag)]
    for step in range(4):
        held_a, held = (a, nodes) if step > 1 else (a.detach(), nodes.detach())
        inverse = 1 / (z[:, None] - held)
        moved = z + (inverse @ held_a) / (inverse * inverse @ held_a)
        fine = torch.isfinite(moved.real) & torch.isfinite(moved.imag)
        fine = fine & ((moved - z).abs() < 1e-3 * inverse.abs().amax(1) ** -1).detach()
        z = torch.where(fine, moved, z)
    return z


class _BarycentricRational:
    """Data checked and sorted out, evaluation, poles, residues and roots."""

    _called = ("x", "y")  # what errors call the arguments

    def __init__(self, x: Any, y: Any, axis: int = 0) -> None:
        name = type(self).__name__
        x, y = promote(name, **dict(zip(self._called, (x, y), strict=True)))
        if x.dim() != 1:
            raise ValueError("`x` must be 1-D.")
        if y.dim() == 0:
            raise ValueError("`y` must be at least 1-D.")
        self._axis = normalize_axis(name, axis, y.dim())
        y = y.movedim(self._axis, 0)
        self._check(y)
        if y.shape[0] != x.shape[0]:
            raise ValueError(f"`x` be of size {y.shape[0]} but got size {x.shape[0]}.")
        if not holds(torch.isfinite(x).all()):
            raise ValueError("`x` must be finite.")
        fine = torch.isfinite(y).reshape(y.shape[0], -1).all(1)
        if not holds(fine.all()):
            x, y = x[fine], y[fine]
        self._shape = y.shape[1:]
        self._nodes, self._y = x, flatten_trailing(y, 1)

    def _check(self, y: Tensor) -> None:
        pass

    def _form(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return nodes, values (m, columns) and weights of the barycentric form."""
        return self._nodes, self._y, self.weights

    weights: Tensor

    def __call__(self, z: Any) -> Tensor:
        """Evaluate the rational function.

        Parameters
        ----------
        z : array_like
            Points, real or complex.

        Returns
        -------
        Tensor
            Values; the interpolation axis of the values is replaced by the shape of `z`.
        """
        nodes, y, weights = self._form()
        z, nodes = promote(type(self).__name__, z=z, nodes=nodes)
        out = _values(nodes, weights.to(torch.promote_types(weights.dtype, nodes.dtype)), y, z.reshape(z.numel()))
        out = out.reshape(z.shape + self._shape)
        if self._axis and z.dim():
            out = out.movedim(tuple(range(z.dim())), tuple(range(self._axis, self._axis + z.dim())))
        return out

    def poles(self) -> Tensor:
        """Return the poles.

        Returns
        -------
        Tensor
            The finite zeros of the denominator, complex.
        """
        nodes, _, weights = self._form()
        return _zeros(weights, nodes)

    def _one(self, what: str) -> Tensor:
        if self._y.shape[1] != 1 or self._shape:
            raise NotImplementedError(f"{type(self).__name__}: {what} are there for 1-D values only.")
        return self._form()[1][:, 0]

    def residues(self) -> Tensor:
        """Return the residues at the poles.

        Returns
        -------
        Tensor
            In the order of `poles`, complex.
        """
        y = self._one("residues")
        nodes, _, weights = self._form()
        inverse = 1 / (self.poles()[:, None] - nodes)
        top, below = ((power @ v.to(inverse.dtype)) for power, v in ((inverse, weights * y), (inverse**2, weights)))
        return -top / below

    def roots(self) -> Tensor:
        """Return the zeros.

        Returns
        -------
        Tensor
            The finite zeros of the numerator, complex.
        """
        y = self._one("roots")
        nodes, _, weights = self._form()
        found = _zeros(weights * y, nodes)
        return torch.cat((found, nodes[y == 0].to(found.dtype)))


def _weights(nodes: Tensor, y: Tensor, index: Tensor, rest: Tensor) -> Tensor:
    """Return the weights of the least Loewner residual on the points `rest`, for the support points `index`."""
    z, f = nodes[index], y[index]
    m = z.shape[0]
    if rest.shape[0] == 0:
        return torch.full_like(f * z, m**-0.5)
    loewner = (y[rest, None] - f) / (nodes[rest, None] - z)
    # Support points that are closer to the others have larger columns, and would get tiny weights without digits.
    # A smooth norm: the least distance would have kinks where two neighbours are equally near.
    norms = torch.linalg.vector_norm(1 / (nodes[rest, None] - z), dim=0)
    a = loewner / norms
    _, s, vh = torch.linalg.svd(a.detach(), full_matrices=rest.shape[0] < m)
    if rest.shape[0] < m:
        null = vh[s.shape[0] :]
    else:  # several singular values may be the least one
        null = vh[s == s[-1]]
    v = null.conj().sum(0) / math.sqrt(null.shape[0])
    if rest.shape[0] >= m and null.shape[0] == 1:
        v = _moving(a, v, s, vh)
    w = v / norms
    return w / torch.linalg.vector_norm(w.detach())


def _moving(a: Tensor, v: Tensor, s: Tensor, vh: Tensor) -> Tensor:
    """Return the last singular vector v with its derivatives: two Newton steps of value 0 on ``a^H a v = s**2 v``."""
    gap = s * s - s[-1] * s[-1]
    inverse = torch.where(gap > 0, 1 / torch.where(gap > 0, gap, 1), 0)
    for _ in range(2):
        image = a.mH @ (a @ v)
        rest = image - (v.conj() @ image) * v
        v = v - vh.mH @ (inverse * (vh @ (rest - rest.detach())))
    return v


def _aaa_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    real = dtype.to_real() if dtype.is_complex else dtype
    x = torch.linspace(-1, 1, 12, dtype=real, device=device)
    a = torch.rand(1, dtype=dtype, generator=generator).to(device)
    yield Sample(x, 1 / (x + 1.5 + a) + 0.4 * torch.sin(2 * x + 0.3), rtol=0.01)


def _use(thing: Any, x: Tensor, y: Tensor, **kwargs: Any) -> Tensor:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        out: Tensor = thing(x, y, **kwargs)(made_there([-0.87, 0.13, 0.77], dtype=x.dtype, device=x.device))
    return out


@function(differentiable=("x", "y"), samples=_aaa_samples, call=_use, batch=False, compiles=False, synchronizes=True)
class AAA(_BarycentricRational):
    r"""AAA rational approximation of real or complex data.

    Equivalent to `scipy.interpolate.AAA`, on tensors and differentiable in points, values and queries.

    Parameters
    ----------
    x : array_like, shape (n,)
        Points, real or complex, finite.
    y : array_like, shape (n,)
        Values. Those that are infinite or NaN are left out.
    rtol : float, optional
        Tolerance relative to the largest value. Default is ``eps**0.75``.
    max_terms : int, optional
        The largest number of support points. Default is 100.
    clean_up : bool, optional
        Whether to remove poles with tiny residues (Froissart doublets). Default is True.
    clean_up_tol : float, optional
        What is tiny: relative to the geometric mean of the values times the distance from the pole to the points.
        Default is 1e-13.

    Attributes
    ----------
    support_points, support_values : Tensor
        Where the approximation interpolates, and the values there.
    weights : Tensor
        Barycentric weights.
    errors : Tensor
        The largest error after each step.

    Raises
    ------
    ValueError
        If shapes do not fit, points are not finite, or `max_terms` is less than 1.
    TypeError
        If `max_terms` is not an integer.

    Warns
    -----
    RuntimeWarning
        If `rtol` was not reached, or spurious poles were removed.

    Notes
    -----
    A greedy algorithm [1]_: the point of the largest error becomes a support point, and the weights are the right
    singular vector of the least singular value of the Loewner matrix at the others, each column over the norm of its
    inverse distances. Derivatives are those with the choice of support points held fixed: exact as long as it does not
    change. Of the weights they are those of a singular vector: as ill-conditioned as its singular value is near to the
    next.

    References
    ----------
    .. [1] Y. Nakatsukasa, O. Sete, L. N. Trefethen, The AAA algorithm for rational approximation, SIAM J. Sci. Comput.
       40 (2018) A1494.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import AAA
    >>> x = torch.linspace(-1, 1, 100, dtype=torch.float64)
    >>> r = AAA(x, torch.tan(torch.pi * x / 2 * 0.9))
    >>> round(min(r.poles().real.abs()).item(), 6)  # tan has its first pole at pi / 2
    1.111111
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        *,
        rtol: float | None = None,
        max_terms: int = 100,
        clean_up: bool = True,
        clean_up_tol: float = 1e-13,
    ) -> None:
        super().__init__(x, y)
        max_terms = integer("AAA", "max_terms", max_terms)
        if max_terms < 1:
            raise ValueError("`max_terms` must be an integer value greater than or equal to one.")
        x = self._nodes.detach()
        numbers = torch.view_as_real(x.resolve_conj()) if x.is_complex() else x
        _, first = torch.unique(numbers, dim=0, return_inverse=True)
        place = torch.arange(x.shape[0], device=x.device)
        kept = torch.full_like(place, x.shape[0]).scatter_reduce(0, first, place, "amin")
        kept = kept[kept < x.shape[0]]
        self._nodes, self._y = self._nodes[kept], self._y[kept]
        info = torch.finfo(x.dtype)
        relative = info.eps**0.75 if rtol is None else real("AAA", "rtol", rtol)
        x, y = self._nodes.detach(), self._y[:, 0].detach()
        tolerance = relative * float(y.abs().amax()) if y.numel() else 0.0
        left = torch.ones_like(y, dtype=torch.bool)
        chosen: list[int] = []
        errors: list[float] = []
        fit = y.mean().expand_as(y)
        for _ in range(min(max_terms, y.shape[0])):
            new = int(torch.where(left, (y - fit).abs(), -1).argmax())
            chosen.append(new)
            left[new] = False
            index, rest = torch.tensor(chosen, device=x.device), torch.nonzero(left).reshape(-1)
            weights = _weights(x, y, index, rest)
            fit = y.to(torch.promote_types(weights.dtype, y.dtype)).clone()
            cauchy = 1 / (x[rest, None] - x[index])
            fit[rest] = (cauchy @ (weights * y[index]).to(fit.dtype)) / (cauchy.to(weights.dtype) @ weights)
            errors.append(float((y - fit).abs().amax()))
            if not errors[-1] > tolerance:
                break
        self._chosen = torch.tensor(chosen, dtype=torch.int64, device=x.device)
        if errors and errors[-1] > tolerance:
            warn(f"AAA failed to converge within {max_terms} iterations.", RuntimeWarning)
        self.errors = torch.tensor(errors, dtype=x.abs().dtype, device=x.device)
        self._weigh(left)
        self._clean_up_tol = real("AAA", "clean_up_tol", clean_up_tol)
        if clean_up:
            self.clean_up(clean_up_tol)

    def _weigh(self, left: Tensor) -> None:
        rest = torch.nonzero(left).reshape(-1)
        self.weights = _weights(self._nodes, self._y[:, 0], self._chosen, rest)

    def _check(self, y: Tensor) -> None:
        if y.dim() != 1:
            raise ValueError("`y` must be 1-D.")

    @property
    def support_points(self) -> Tensor:
        """The points where the approximation interpolates."""
        return self._nodes[self._chosen]

    @property
    def support_values(self) -> Tensor:
        """The values there."""
        return self._y[self._chosen, 0]

    def _form(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.support_points, self._y[self._chosen], self.weights

    def clean_up(self, cleanup_tol: float | None = None) -> int:
        """Remove spurious poles.

        Parameters
        ----------
        cleanup_tol : float, optional
            As for the class, whose value is the default.

        Returns
        -------
        int
            How many there were. For each the nearest support point is left out, and the weights are found again.
        """
        tolerance = self._clean_up_tol if cleanup_tol is None else cleanup_tol
        y, x = self._y[:, 0].detach(), self._nodes.detach()
        sized = y.abs()[y != 0]
        mean = float(sized.log().mean().exp()) if sized.numel() else 0.0
        poles, residues = self.poles().detach(), self.residues().detach()
        distance = (poles[:, None] - x).abs().amin(1) if poles.numel() else poles.abs()
        spurious = residues.abs() < tolerance * mean * distance
        count = int(spurious.sum())
        if not count:
            return 0
        keep = torch.ones_like(self._chosen, dtype=torch.bool)
        keep[(poles[spurious][:, None] - x[self._chosen]).abs().argmin(1)] = False
        dropped = x[self._chosen[~keep]]
        self._chosen = self._chosen[keep]
        warn(f"{count} Froissart doublets detected.", RuntimeWarning)
        # A point that is left out takes no further part: its value is what the doublet was there for.
        left = (x[:, None] != torch.cat((dropped, x[self._chosen]))).all(1)
        self._weigh(left)
        return count


def _use_hormann(thing: Any, x: Tensor, y: Tensor, **kwargs: Any) -> Tensor:
    out: Tensor = thing(x, y, **kwargs)(made_there([-0.93, 0.13, 0.77], dtype=x.dtype, device=x.device))
    return out


def _hormann_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    real = dtype.to_real() if dtype.is_complex else dtype
    x = torch.tensor([-1.0, -0.7, -0.2, 0.1, 0.5, 0.9, 1.6], dtype=real, device=device)
    yield Sample(x, torch.randn(7, 2, dtype=dtype, generator=generator).to(device))
    yield Sample(x, torch.randn(2, 7, dtype=dtype, generator=generator).to(device), d=2, axis=1)


@function(differentiable=("points", "values"), samples=_hormann_samples, call=_use_hormann, batch=False)
class FloaterHormannInterpolator(_BarycentricRational):
    r"""The rational interpolant of Floater and Hormann, without poles on the real axis.

    Equivalent to `scipy.interpolate.FloaterHormannInterpolator`, on tensors and differentiable in all of them.

    Parameters
    ----------
    points : array_like, shape (n,)
        Nodes, real or complex, ascending.
    values : array_like
        Values; along `axis` as long as `points`. Nodes with infinite values or NaN are left out.
    d : int, optional
        Degree of the polynomials that are blended, less than n. Default is 3.
    axis : int, optional
        Axis of `values` that goes with `points`. Default is 0.

    Attributes
    ----------
    weights : Tensor
        Barycentric weights.

    Raises
    ------
    ValueError
        If shapes do not fit, nodes are not finite, or `d` is out of range.
    TypeError
        If `d` is not an integer.

    Notes
    -----
    ``w_k = sum((-1)**i prod(1 / (x_k - x_j)))`` over the i, ``k - d <= i <= k``, and the j of ``i .. i + d`` other than
    k [1]_; all of it is differentiated.

    References
    ----------
    .. [1] M. S. Floater, K. Hormann, Barycentric rational interpolation with no poles and high rates of approximation,
       Numer. Math. 107 (2007) 315.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import FloaterHormannInterpolator
    >>> x = torch.linspace(-5, 5, 41, dtype=torch.float64)
    >>> r = FloaterHormannInterpolator(x, 1 / (1 + x**2))
    >>> round(r(0.3).item(), 4)  # 1 / 1.09
    0.9174
    """

    _called = ("points", "values")

    def __init__(self, points: Any, values: Any, *, d: int = 3, axis: int = 0) -> None:
        super().__init__(points, values, axis)
        x, n = self._nodes, self._nodes.shape[0]
        d = integer(type(self).__name__, "d", d)
        if not 0 <= d < n:
            raise ValueError("`d` must satisfy 0 <= d < n.")
        window = x.unfold(0, d + 1, 1)  # (n - d, d + 1)
        gap = window[:, :, None] - window[:, None, :]
        same = torch.eye(d + 1, dtype=torch.bool, device=x.device)
        part = 1 / torch.where(same, 1, gap).prod(-1)
        sign = 1 - 2 * (torch.arange(n - d, device=x.device) % 2)
        place = torch.arange(n - d, device=x.device)[:, None] + torch.arange(d + 1, device=x.device)
        self.weights = x.new_zeros(n).index_put((place,), part * sign[:, None], accumulate=True)
