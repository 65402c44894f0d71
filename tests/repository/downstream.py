"""A program of a user: its types are checked under mypy's and pyright's strict rules. It is not run."""

from __future__ import annotations

import torch
from torch import Tensor

from sci import fft, interpolate, linalg, sparse, special
from sci.sparse import csgraph
from sci.sparse import linalg as solvers


def roughness(x: Tensor, nu: Tensor, data: Tensor) -> Tensor:
    """Use functions of every domain as a user would."""
    r = torch.cdist(x, x)
    kernel: Tensor = special.kv(nu, r + 1e-9) * r**nu / special.gamma(nu)
    factor = linalg.cholesky(kernel, lower=True)
    weights = linalg.cho_solve((factor, True), data)
    q, upper = linalg.qr(kernel)
    schur, vectors = linalg.schur(kernel)
    spectrum = fft.rfft(data, norm="ortho")
    spline = interpolate.CubicSpline(x[:, 0], data, bc_type="natural")
    slope: Tensor = spline(x[:, 0], 1)
    grid = interpolate.RegularGridInterpolator((x[:, 0], x[:, 0]), kernel, method="cubic")
    nodes, node_weights = special.roots_legendre(5)
    total: Tensor = q.sum() + upper.sum() + schur.sum() + vectors.sum() + spectrum.abs().sum() + slope.sum()
    out: Tensor = total + weights.sum() + grid(x).sum() + nodes.sum() + node_weights.sum()
    return out


def solved(kernel: Tensor, b: Tensor) -> Tensor:
    """Use sparse arrays and their solvers as a user would."""
    matrix = sparse.csr_array(kernel)
    normal = matrix.T @ matrix + sparse.eye_array(b.shape[0])
    u, info = solvers.cg(normal, b, rtol=1e-8)
    v: Tensor = solvers.splu(normal).solve(b)
    distances: Tensor = csgraph.dijkstra(matrix, directed=False)
    out: Tensor = u + v + distances.sum() + matrix.sum(axis=0) + info
    return out
