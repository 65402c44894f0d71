"""Linear algebra: `scipy.linalg` for tensors."""

from __future__ import annotations

from . import interpolative
from ._balance import khatri_rao, matrix_balance
from ._banded import cho_solve_banded, cholesky_banded, solve_banded, solveh_banded
from ._bandwidth import bandwidth, ishermitian, issymmetric
from ._cdf2rdf import cdf2rdf
from ._cholesky import cho_factor, cho_solve, cholesky
from ._constant_matrices import (
    clarkson_woodruff_transform,
    dft,
    hadamard,
    helmert,
    hilbert,
    invhilbert,
    invpascal,
    pascal,
)
from ._cossin import cossin
from ._det import det
from ._eig import eig, eigvals
from ._eig_banded import eig_banded, eigh_tridiagonal, eigvals_banded, eigvalsh_tridiagonal
from ._eigh import eigh, eigvalsh
from ._errors import LinAlgError, LinAlgWarning
from ._expm import expm, expm_cond, expm_frechet
from ._funm import funm
from ._hessenberg import hessenberg
from ._ldl import ldl
from ._logm import fractional_matrix_power, logm, signm
from ._lu import lu, lu_factor, lu_solve
from ._norm import norm
from ._pinv import lstsq, pinv, pinvh
from ._polar import polar
from ._qr import qr, rq
from ._qr_update import qr_delete, qr_insert, qr_multiply, qr_update
from ._qz import ordqz, qz
from ._riccati import solve_continuous_are, solve_discrete_are
from ._schur import rsf2csf, schur
from ._solve import inv, solve
from ._solve_triangular import solve_triangular
from ._special_matrices import (
    block_diag,
    circulant,
    companion,
    convolution_matrix,
    fiedler,
    fiedler_companion,
    hankel,
    leslie,
    toeplitz,
)
from ._sqrtm import sqrtm
from ._subspaces import null_space, orth, orthogonal_procrustes, subspace_angles
from ._svd import diagsvd, svd, svdvals
from ._sylvester import solve_continuous_lyapunov, solve_discrete_lyapunov, solve_lyapunov, solve_sylvester
from ._toeplitz import matmul_toeplitz, solve_circulant, solve_toeplitz
from ._trigonometric import coshm, cosm, sinhm, sinm, tanhm, tanm

__all__ = [
    "LinAlgError",
    "LinAlgWarning",
    "bandwidth",
    "block_diag",
    "cdf2rdf",
    "cho_factor",
    "cho_solve",
    "cho_solve_banded",
    "cholesky",
    "cholesky_banded",
    "circulant",
    "clarkson_woodruff_transform",
    "companion",
    "convolution_matrix",
    "coshm",
    "cosm",
    "cossin",
    "det",
    "dft",
    "diagsvd",
    "eig",
    "eig_banded",
    "eigh",
    "eigh_tridiagonal",
    "eigvals",
    "eigvals_banded",
    "eigvalsh",
    "eigvalsh_tridiagonal",
    "expm",
    "expm_cond",
    "expm_frechet",
    "fiedler",
    "fiedler_companion",
    "fractional_matrix_power",
    "funm",
    "hadamard",
    "hankel",
    "helmert",
    "hessenberg",
    "hilbert",
    "interpolative",
    "inv",
    "invhilbert",
    "invpascal",
    "ishermitian",
    "issymmetric",
    "khatri_rao",
    "ldl",
    "leslie",
    "logm",
    "lstsq",
    "lu",
    "lu_factor",
    "lu_solve",
    "matmul_toeplitz",
    "matrix_balance",
    "norm",
    "null_space",
    "ordqz",
    "orth",
    "orthogonal_procrustes",
    "pascal",
    "pinv",
    "pinvh",
    "polar",
    "qr",
    "qr_delete",
    "qr_insert",
    "qr_multiply",
    "qr_update",
    "qz",
    "rq",
    "rsf2csf",
    "schur",
    "signm",
    "sinhm",
    "sinm",
    "solve",
    "solve_banded",
    "solve_circulant",
    "solve_continuous_are",
    "solve_continuous_lyapunov",
    "solve_discrete_are",
    "solve_discrete_lyapunov",
    "solve_lyapunov",
    "solve_sylvester",
    "solve_toeplitz",
    "solve_triangular",
    "solveh_banded",
    "sqrtm",
    "subspace_angles",
    "svd",
    "svdvals",
    "tanhm",
    "tanm",
    "toeplitz",
]
