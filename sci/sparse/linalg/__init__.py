"""Linear algebra of sparse arrays: solvers that differentiate implicitly."""

from __future__ import annotations

from ._cg import cg, minres
from ._eigen import ArpackError, ArpackNoConvergence, eigs, eigsh
from ._gmres import gcrotmk, gmres, lgmres
from ._interface import LinearOperator, aslinearoperator
from ._least_squares import lsmr, lsqr
from ._lobpcg import lobpcg
from ._nonsymmetric import bicg, bicgstab, cgs, qmr, tfqmr
from ._spsolve import MatrixRankWarning, SuperLU, factorized, splu, spsolve
from ._svds import svds

__all__ = [
    "ArpackError",
    "ArpackNoConvergence",
    "LinearOperator",
    "MatrixRankWarning",
    "SuperLU",
    "aslinearoperator",
    "bicg",
    "bicgstab",
    "cg",
    "cgs",
    "eigs",
    "eigsh",
    "factorized",
    "gcrotmk",
    "gmres",
    "lgmres",
    "lobpcg",
    "lsmr",
    "lsqr",
    "minres",
    "qmr",
    "splu",
    "spsolve",
    "svds",
    "tfqmr",
]
