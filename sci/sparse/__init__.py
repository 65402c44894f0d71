"""Sparse arrays and matrices over tensors, differentiable on their pattern."""

from __future__ import annotations

from . import csgraph as csgraph
from . import linalg as linalg
from ._base import SparseEfficiencyWarning, SparseWarning, issparse, sparray
from ._bsr import bsr_array, bsr_matrix
from ._coo import coo_array, coo_matrix
from ._csc import csc_array, csc_matrix
from ._csr import csr_array, csr_matrix
from ._dia import dia_array, dia_matrix
from ._diagonals import diags, diags_array, eye, eye_array, identity, spdiags
from ._dims import expand_dims, permute_dims, swapaxes
from ._dok import dok_array, dok_matrix
from ._extract import find, tril, triu
from ._io import load_npz, save_npz
from ._kinds import (
    get_index_dtype,
    isspmatrix,
    isspmatrix_bsr,
    isspmatrix_coo,
    isspmatrix_csc,
    isspmatrix_csr,
    isspmatrix_dia,
    isspmatrix_dok,
    isspmatrix_lil,
    safely_cast_index_arrays,
)
from ._kron import kron, kronsum
from ._lil import lil_array, lil_matrix
from ._matrix import spmatrix
from ._random import rand, random, random_array
from ._stacking import block_array, block_diag, bmat, hstack, vstack

__all__ = [
    "SparseEfficiencyWarning",
    "SparseWarning",
    "block_array",
    "block_diag",
    "bmat",
    "bsr_array",
    "bsr_matrix",
    "coo_array",
    "coo_matrix",
    "csc_array",
    "csc_matrix",
    "csgraph",
    "csr_array",
    "csr_matrix",
    "dia_array",
    "dia_matrix",
    "diags",
    "diags_array",
    "dok_array",
    "dok_matrix",
    "expand_dims",
    "eye",
    "eye_array",
    "find",
    "get_index_dtype",
    "hstack",
    "identity",
    "issparse",
    "isspmatrix",
    "isspmatrix_bsr",
    "isspmatrix_coo",
    "isspmatrix_csc",
    "isspmatrix_csr",
    "isspmatrix_dia",
    "isspmatrix_dok",
    "isspmatrix_lil",
    "kron",
    "kronsum",
    "lil_array",
    "lil_matrix",
    "linalg",
    "load_npz",
    "permute_dims",
    "rand",
    "random",
    "random_array",
    "safely_cast_index_arrays",
    "save_npz",
    "sparray",
    "spdiags",
    "spmatrix",
    "swapaxes",
    "tril",
    "triu",
    "vstack",
]
