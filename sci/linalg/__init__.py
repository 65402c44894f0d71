"""Linear algebra: `scipy.linalg` for tensors."""

from __future__ import annotations

from ._cholesky import cho_factor, cho_solve, cholesky
from ._eigh import eigh, eigvalsh
from ._errors import LinAlgError, LinAlgWarning
from ._schur import rsf2csf, schur
from ._solve_triangular import solve_triangular
from ._sqrtm import sqrtm

__all__ = [
    "LinAlgError",
    "LinAlgWarning",
    "cho_factor",
    "cho_solve",
    "cholesky",
    "eigh",
    "eigvalsh",
    "rsf2csf",
    "schur",
    "solve_triangular",
    "sqrtm",
]
