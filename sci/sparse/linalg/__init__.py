"""Linear algebra of sparse arrays: solvers that differentiate implicitly."""

from __future__ import annotations

from ._cg import cg
from ._interface import LinearOperator, aslinearoperator

__all__ = ["LinearOperator", "aslinearoperator", "cg"]
