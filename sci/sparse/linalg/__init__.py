"""Linear algebra of sparse arrays: solvers that differentiate implicitly."""

from __future__ import annotations

from ._cg import cg, minres
from ._eigen import ArpackError, ArpackNoConvergence, eigs, eigsh
from ._exponential import expm, expm_multiply
from ._funm_multiply_krylov import funm_multiply_krylov
from ._gmres import gcrotmk, gmres, lgmres
from ._interface import LinearOperator, aslinearoperator
from ._laplacian_nd import LaplacianNd
from ._least_squares import lsmr, lsqr
from ._lobpcg import lobpcg
from ._nonsymmetric import bicg, bicgstab, cgs, qmr, tfqmr
from ._norm_estimate import onenormest
from ._progress import SolverProgress
from ._spsolve import MatrixRankWarning, SuperLU, factorized, splu, spsolve
from ._structure import inv, is_sptriangular, matrix_power, norm, spbandwidth, use_solver
from ._svds import svds
from ._triangular import spilu, spsolve_triangular

__all__ = [
    "ArpackError",
    "ArpackNoConvergence",
    "LaplacianNd",
    "LinearOperator",
    "MatrixRankWarning",
    "SolverProgress",
    "SuperLU",
    "aslinearoperator",
    "bicg",
    "bicgstab",
    "cg",
    "cgs",
    "eigs",
    "eigsh",
    "expm",
    "expm_multiply",
    "factorized",
    "funm_multiply_krylov",
    "gcrotmk",
    "gmres",
    "inv",
    "is_sptriangular",
    "lgmres",
    "lobpcg",
    "lsmr",
    "lsqr",
    "matrix_power",
    "minres",
    "norm",
    "onenormest",
    "qmr",
    "spbandwidth",
    "spilu",
    "splu",
    "spsolve",
    "spsolve_triangular",
    "svds",
    "tfqmr",
    "use_solver",
]
