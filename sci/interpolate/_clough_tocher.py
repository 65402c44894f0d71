r"""Piecewise cubic, once continuously differentiable interpolation of scattered data in the plane.

Each triangle is split at its centroid in three, and on each part the interpolant is a cubic in Bernstein-Bezier form.
Its coefficients at the edges follow from values and gradients at the vertices; those beside the middle of an edge from
the condition that the derivative in one direction is linear along it, and the inner ones from continuity [1]_. The
direction is that from centroid to centroid across the edge, so that both triangles choose the same.

Gradients minimise the sum over all edges of ``integral(s''**2)``, s the cubic along the edge through values and slopes
at its ends [2]_: a sparse, symmetric, positive definite system, two unknowns per point.

.. [1] G. Farin, Triangular Bernstein-Bezier patches, CAGD 3 (1986) 83; P. Alfeld, A trivariate Clough-Tocher scheme for
   tetrahedral data, CAGD 1 (1984) 169.
.. [2] G. M. Nielson, A method for interpolating scattered data based upon a minimum norm network, Math. Comp. 40 (1983)
   253; R. J. Renka, A. K. Cline, A triangle-based C1 interpolation method, Rocky Mountain J. Math. 14 (1984) 223.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import made_there
from .._core.cards import Sample, function
from .._core.errors import bad_argument, real
from ..sparse import csr_array
from ..sparse.linalg import spsolve
from ._checks import flatten_trailing, promote_over_real, require_finite
from ._rgi import coordinates
from ._scattered import _WHY, Triangulation


def gradients(points: Tensor, values: Tensor, simplices: Tensor) -> Tensor:
    """Return the gradients (n, 2, columns) of least curvature for values (n, columns).

    With ``d = g . e`` along an edge e of length L, an edge's energy is ``4 / L**3`` times
    ``d1**2 + d1 d2 + d2**2 - 3 (d1 + d2) (f2 - f1) + 3 (f2 - f1)**2``.
    """
    n = points.shape[0]
    pairs = torch.cat((simplices[:, [0, 1]], simplices[:, [1, 2]], simplices[:, [2, 0]]))
    edges = torch.unique(pairs.sort(1).values, dim=0)
    first, second = torch.cat((edges, edges.flip(1))).unbind(1)  # in both directions
    e = points[second] - points[first]
    weight = e.square().sum(1) ** -1.5
    block = e[:, :, None] * e[:, None, :] * weight[:, None, None]
    axis = torch.arange(2, device=points.device)

    def places(rows: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
        row = (2 * rows[:, None, None] + axis[:, None]).expand(-1, 2, 2)
        column = (2 * columns[:, None, None] + axis).expand(-1, 2, 2)
        return row.flatten(), column.flatten()

    diagonal = block.new_zeros(n, 2, 2).index_put((first,), 2 * block, accumulate=True)
    every = torch.arange(n, device=points.device)
    # A point that is in no triangle, the second one at its place, has no curvature to lessen, and no slope.
    alone = torch.ones(n, dtype=block.dtype, device=points.device).index_fill(0, first, 0)
    diagonal = diagonal + torch.diag_embed(alone[:, None].expand(n, 2))
    rows, columns = (torch.cat(pair) for pair in zip(places(first, second), places(every, every), strict=True))
    entries = torch.cat((block.flatten(), diagonal.flatten()))
    order = torch.argsort(rows * (2 * n) + columns)
    starts = torch.searchsorted(rows[order], torch.arange(2 * n + 1, device=points.device))
    matrix = csr_array((entries[order].to(values.dtype), columns[order], starts), shape=(2 * n, 2 * n))
    rise = (3 * weight)[:, None] * (values[second] - values[first])
    right = values.new_zeros(n, 2, values.shape[1]).index_put(
        (first,), e[:, :, None] * rise[:, None, :], accumulate=True
    )
    found: Tensor = spsolve(matrix, right.reshape(2 * n, values.shape[1]))
    return found.reshape(n, 2, values.shape[1])


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    real = dtype.to_real() if dtype.is_complex else dtype
    points = torch.rand(9, 2, dtype=real, generator=generator).to(device)
    yield Sample(points, torch.randn(9, 2, dtype=dtype, generator=generator).to(device))


def _use(thing: Any, points: Tensor, values: Tensor) -> Tensor:
    at = made_there([[0.52, 0.53], [0.43, 0.6]], dtype=points.dtype, device=points.device)
    out: Tensor = thing(points, values)(at)
    return out


@function(
    differentiable=("points", "values"), samples=_samples, call=_use, batch=False, compiles=False, host_route=_WHY
)
class CloughTocher2DInterpolator:
    """Piecewise cubic, C1 smooth interpolation of scattered data in two dimensions, with little curvature.

    Equivalent to `scipy.interpolate.CloughTocher2DInterpolator`, on tensors and differentiable in points, values and
    queries.

    Parameters
    ----------
    points : array_like, shape (npoints, 2), or scipy.spatial.Delaunay
        Data points, or their triangulation.
    values : array_like, shape (npoints, ...)
        Values, real or complex.
    fill_value : float, optional
        Value outside of the convex hull. Default is NaN.
    tol, maxiter : optional
        Must be positive, and have no further effect: the gradients are found by a direct solver.
    rescale : bool, optional
        Whether to bring the coordinates to unit size before the triangulation.

    Raises
    ------
    ValueError
        If shapes do not fit, or values are not finite.

    Notes
    -----
    Qhull triangulates, and finds the triangle of a query, on the host. Gradients at the points come of one sparse
    system [2]_; on the triangles stand the cubics of Clough and Tocher [1]_. Derivatives are those with the
    triangulation held fixed; the second derivatives in the queries jump at the edges.

    References
    ----------
    .. [1] G. Farin, Triangular Bernstein-Bezier patches, CAGD 3 (1986) 83.
    .. [2] G. M. Nielson, A method for interpolating scattered data based upon a minimum norm network, Math. Comp. 40
       (1983) 253.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import CloughTocher2DInterpolator
    >>> points = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], dtype=torch.float64)
    >>> round(CloughTocher2DInterpolator(points, points[:, 0] - points[:, 1])(0.5, 0.25).item(), 12)
    0.25
    """

    def __init__(
        self,
        points: Any,
        values: Any,
        fill_value: Any = float("nan"),
        tol: float = 1e-6,
        maxiter: int = 400,
        rescale: bool = False,
    ) -> None:
        name = type(self).__name__
        for label, given in (("tol", tol), ("maxiter", maxiter)):
            if not real(name, label, given) > 0:
                raise bad_argument(name, label, "positive", given)
        mesh = Triangulation(name, points, values, rescale)
        if mesh.points.shape[1] != 2:
            raise ValueError(f"{name}: this mode needs 2-D points, got {mesh.points.shape[1]} dimensions")
        self._mesh, self.points, self.values, self.tri = mesh, mesh.points, mesh.values, mesh.tri
        self.is_complex, self.fill_value = self.values.is_complex(), fill_value
        require_finite(name, {"values": self.values})
        self.grad = gradients(mesh.scaled, flatten_trailing(self.values, 1), mesh.simplices)
        self._ratios = self._cross_ratios()

    def _cross_ratios(self) -> Tensor:
        """Return for each triangle and the edge opposite to vertex k what decides the direction across it (t, 3).

        With b the barycentric coordinates of the neighbour's centroid, direction ``b - 1/3`` is written as a multiple
        of ``(-2, 1 + ..., 1 - ...)``: without a neighbour the direction is that to the middle of the edge.
        """
        mesh = self._mesh
        neighbors = torch.as_tensor(self.tri.neighbors, dtype=torch.int64, device=self.points.device)
        centroid = mesh.corners.mean(1)
        offset = centroid[neighbors.clamp(min=0)] - mesh.corners[:, 2:3]
        b = (mesh.inverse[:, None] @ offset.unsqueeze(-1)).squeeze(-1)  # (t, 3 neighbours, 2)
        b = torch.cat((b, 1 - b.sum(-1, keepdim=True)), -1)
        out = []
        for k in range(3):
            near, far = b[:, k, (k + 1) % 3], b[:, k, (k + 2) % 3]
            out.append((2 * far + near - 1) / (2 - 3 * far - 3 * near))
        return torch.where(neighbors >= 0, torch.stack(out, 1), -0.5)

    def __call__(self, *args: Any) -> Tensor:
        """Evaluate the interpolant.

        Parameters
        ----------
        *args : array_like
            Points of shape (..., 2), or one array per coordinate, which broadcast.

        Returns
        -------
        Tensor
            Values.
        """
        name, mesh = type(self).__name__, self._mesh
        at = coordinates(name, args[0] if len(args) == 1 else args, 2, self.points.device)
        at, values = promote_over_real(name, {"xi": at}, {"values": self.values})
        flat = at.reshape(math.prod(at.shape[:-1]), 2)
        found, b = mesh.locate(flat)
        triangle = found.clamp(min=0)
        columns = flatten_trailing(values, 1)

        def coefficients(where: Any) -> Tensor:
            vertices = mesh.simplices[where]
            gradient = self.grad[vertices].to(columns.dtype)
            return _coefficients(columns[vertices], gradient, mesh.corners[where], self._ratios[where])

        if triangle.shape[0] < mesh.simplices.shape[0]:
            out = _cubic(b, coefficients(triangle).unbind(0))
        else:  # once for each triangle
            out = _cubic(b, [c.index_select(0, triangle) for c in coefficients(slice(None)).unbind(0)])
        out = torch.where((found < 0)[:, None], self.fill_value, out)
        return out.reshape(at.shape[:-1] + values.shape[1:])


def _coefficients(f: Tensor, gradient: Tensor, corner: Tensor, ratio: Tensor) -> Tensor:
    """Return the cubics' 19 coefficients in triangles, (19, t, columns), in the order in which `_cubic` takes them.

    f (t, 3, columns), gradient (t, 3, 2, columns), corner (t, 3, 2), ratio (t, 3). A coefficient's name counts its
    powers: of vertex i, j, and of the centroid.
    """
    side = corner[:, None, :, :] - corner[:, :, None, :]  # [i, j]: from i to j
    slope = (side.unsqueeze(-1) * gradient[:, :, None]).sum(3) / 3  # (t, i, j, columns)
    edge = f[:, :, None] + slope  # [i, j]: twice at i, once at j
    pull = f + slope.sum(2) / 3  # twice at i, once at the centroid
    middle = []
    for k in range(3):  # once at both others and at the centroid, opposite to k
        i, j = (k + 1) % 3, (k + 2) % 3
        third = -f[:, i] + 3 * edge[:, i, j] - 3 * edge[:, j, i] + f[:, j]
        second = -f[:, i] + 2 * edge[:, i, j] - edge[:, j, i] + pull[:, j] + pull[:, i]
        middle.append((ratio[:, k, None] * third + second) / 2)
    inner = [(middle[(i + 1) % 3] + middle[(i + 2) % 3] + pull[:, i]) / 3 for i in range(3)]
    found = [(inner[0] + inner[1] + inner[2]) / 3]
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        found += [f[:, i], edge[:, i, j], edge[:, i, k], pull[:, i], inner[i], middle[i]]
    return torch.stack(found)


def _cubic(b: Tensor, coefficients: Sequence[Tensor]) -> Tensor:
    """Return the cubics' values (n, columns) at barycentric coordinates b (n, 3), of coefficients (n, columns)."""
    center, *others = coefficients
    least = b.amin(1)
    m = (3 * least).unsqueeze(-1)
    p = [(b[:, i] - least).unsqueeze(-1) for i in range(3)]
    out = m**3 * center
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        corner, to_j, to_k, pull, inner, middle = others[6 * i : 6 * i + 6]
        square = 3 * p[i] * p[i]
        out = out + p[i] ** 3 * corner + square * (p[j] * to_j + p[k] * to_k + m * pull)
        out = out + 3 * p[i] * m * m * inner + 6 * p[j] * p[k] * m * middle
    return out
