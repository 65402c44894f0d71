"""Matrices of model problems on grids, as the tests of iterative solvers take them."""

from __future__ import annotations

import torch

from sci.sparse import csr_array, diags_array, kronsum


def line(n: int, below: float, centre: float, above: float) -> csr_array:
    one = torch.ones(n, dtype=torch.float64)
    return diags_array([below * one[1:], centre * one, above * one[1:]], offsets=[-1, 0, 1]).tocsr()


def poisson(n: int, d: int) -> csr_array:
    A = T = line(n, -1.0, 2.0, -1.0)
    for _ in range(d - 1):
        A = kronsum(A, T)
    return A.tocsr()


def convection(n: int) -> csr_array:
    return kronsum(line(n, -1.4, 2.0, -0.6), line(n, -1.2, 2.0, -0.8)).tocsr()
