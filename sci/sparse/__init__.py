"""Sparse arrays and matrices over tensors, differentiable on their pattern."""

from __future__ import annotations

from . import linalg as linalg
from ._base import SparseEfficiencyWarning, SparseWarning, issparse, sparray
from ._bsr import bsr_array, bsr_matrix
from ._construct import diags_array, eye_array, hstack, kron, kronsum, random_array, vstack
from ._coo import coo_array, coo_matrix
from ._csc import csc_array, csc_matrix
from ._csr import csr_array, csr_matrix
from ._dia import dia_array, dia_matrix
from ._dok import dok_array, dok_matrix
from ._lil import lil_array, lil_matrix
from ._matrix import spmatrix

__all__ = [
    "SparseEfficiencyWarning",
    "SparseWarning",
    "bsr_array",
    "bsr_matrix",
    "coo_array",
    "coo_matrix",
    "csc_array",
    "csc_matrix",
    "csr_array",
    "csr_matrix",
    "dia_array",
    "dia_matrix",
    "diags_array",
    "dok_array",
    "dok_matrix",
    "eye_array",
    "hstack",
    "issparse",
    "kron",
    "kronsum",
    "lil_array",
    "lil_matrix",
    "linalg",
    "random_array",
    "sparray",
    "spmatrix",
    "vstack",
]
