"""Sparse arrays: csr and coo, over tensors, differentiable on their pattern."""

from __future__ import annotations

from . import linalg as linalg
from ._base import SparseEfficiencyWarning, SparseWarning, issparse, sparray
from ._construct import diags_array, eye_array, hstack, kron, kronsum, random_array, vstack
from ._coo import coo_array
from ._csr import csr_array

__all__ = [
    "SparseEfficiencyWarning",
    "SparseWarning",
    "coo_array",
    "csr_array",
    "diags_array",
    "eye_array",
    "hstack",
    "issparse",
    "kron",
    "kronsum",
    "linalg",
    "random_array",
    "sparray",
    "vstack",
]
