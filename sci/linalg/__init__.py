"""Linear algebra: `scipy.linalg` for tensors."""

from __future__ import annotations

from ._balance import khatri_rao, matrix_balance
from ._banded import cho_solve_banded, cholesky_banded, solve_banded, solveh_banded
from ._bandwidth import bandwidth, ishermitian, issymmetric
from ._cholesky import cho_factor, cho_solve, cholesky
from ._det import det
from ._eigh import eigh, eigvalsh
from ._errors import LinAlgError, LinAlgWarning
from ._norm import norm
from ._pinv import lstsq, pinv, pinvh
from ._polar import polar
from ._schur import rsf2csf, schur
from ._solve import inv, solve
from ._solve_triangular import solve_triangular
from ._sqrtm import sqrtm
from ._subspaces import null_space, orth, orthogonal_procrustes, subspace_angles
from ._svd import diagsvd, svd, svdvals
from ._toeplitz import matmul_toeplitz, solve_circulant, solve_toeplitz

__all__ = [
    "LinAlgError",
    "LinAlgWarning",
    "bandwidth",
    "cho_factor",
    "cho_solve",
    "cho_solve_banded",
    "cholesky",
    "cholesky_banded",
    "det",
    "diagsvd",
    "eigh",
    "eigvalsh",
    "inv",
    "ishermitian",
    "issymmetric",
    "khatri_rao",
    "lstsq",
    "matmul_toeplitz",
    "matrix_balance",
    "norm",
    "null_space",
    "orth",
    "orthogonal_procrustes",
    "pinv",
    "pinvh",
    "polar",
    "rsf2csf",
    "schur",
    "solve",
    "solve_banded",
    "solve_circulant",
    "solve_toeplitz",
    "solve_triangular",
    "solveh_banded",
    "sqrtm",
    "subspace_angles",
    "svd",
    "svdvals",
]
