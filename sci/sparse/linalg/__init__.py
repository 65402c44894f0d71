"""Linear algebra of sparse arrays: solvers that differentiate implicitly."""

from __future__ import annotations

from ._cg import cg
from ._interface import LinearOperator, aslinearoperator
from ._spsolve import MatrixRankWarning, SuperLU, factorized, splu, spsolve

__all__ = [
    "LinearOperator",
    "MatrixRankWarning",
    "SuperLU",
    "aslinearoperator",
    "cg",
    "factorized",
    "splu",
    "spsolve",
]
