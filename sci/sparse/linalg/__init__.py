"""Linear algebra of sparse arrays: solvers that differentiate implicitly."""

from __future__ import annotations

from ._cg import cg, minres
from ._gmres import gcrotmk, gmres, lgmres
from ._interface import LinearOperator, aslinearoperator
from ._least_squares import lsmr, lsqr
from ._nonsymmetric import bicg, bicgstab, cgs, qmr, tfqmr
from ._spsolve import MatrixRankWarning, SuperLU, factorized, splu, spsolve

__all__ = [
    "LinearOperator",
    "MatrixRankWarning",
    "SuperLU",
    "aslinearoperator",
    "bicg",
    "bicgstab",
    "cg",
    "cgs",
    "factorized",
    "gcrotmk",
    "gmres",
    "lgmres",
    "lsmr",
    "lsqr",
    "minres",
    "qmr",
    "splu",
    "spsolve",
    "tfqmr",
]
