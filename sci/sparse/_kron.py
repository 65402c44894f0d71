"""`kron`, `kronsum`: Kronecker products and sums. Bilinear and linear in the values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.cards import Sample, function
from ._base import SparseBase, sparray
from ._coo import coo_array, coo_matrix
from ._csr import csr_array
from ._diagonals import eye_array
from ._pattern import Coordinates, index_dtype, structural

__all__ = ["kron", "kronsum"]


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype, device=device)

    yield Sample(random(2, 2), random(3, 3))


def _call(act: Any, a: Any, b: Any) -> Any:
    return act(csr_array(a), csr_array(b)).toarray()


def _coordinates(A: Any, B: Any, name: str) -> Any:
    """Return operand `A` as an array in coordinates; array-likes join the device of the other one, `B`."""
    array = isinstance(A, sparray) or isinstance(B, sparray)
    if isinstance(A, SparseBase):
        made = A.tocoo()._array()
    else:
        device = B.device if isinstance(B, (Tensor, SparseBase)) and not isinstance(A, Tensor) else None
        dense = A if hasattr(A, "tocoo") or isinstance(A, Tensor) else as_tensor(A, name, "kron", device)
        made = coo_array(dense if getattr(dense, "ndim", 2) else dense.reshape(1), device=device)
    if not array and made.ndim != 2:
        if made.ndim > 2:
            raise TypeError(
                f"kron: {name} has shape {made.shape}: expected 2D array or matrix, for more dimensions "
                "one of the operands has to be a sparse array"
            )
        made = made.reshape(1, -1)
    return made


@function(differentiable=("A", "B"), samples=_samples, call=_call, batch=False, compiles=False, synchronizes=True)
def kron(A: Any, B: Any, format: str | None = None) -> Any:
    """Return the Kronecker product of two sparse arrays.

    Parameters
    ----------
    A, B : sparse arrays or dense arrays
    format : str, optional
        By default "bsr" for a matrix `B` of which half is stored, else "coo".

    Returns
    -------
    sparse array, or sparse matrix where neither operand is an array

    Raises
    ------
    TypeError
        For more than two dimensions where neither operand is a sparse array.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array, eye_array, kron
    >>> kron(eye_array(2, dtype="float32"), csr_array(torch.tensor([[1.0, 2.0]]))).toarray()
    tensor([[1., 2., 0., 0.],
            [0., 0., 1., 2.]])
    """
    array = isinstance(A, sparray) or isinstance(B, sparray)
    left, right = _coordinates(A, B, "A"), _coordinates(B, A, "B")
    ndim = max(left.ndim, right.ndim)
    left = left.reshape((1,) * (ndim - left.ndim) + left.shape)
    right = right.reshape((1,) * (ndim - right.ndim) + right.shape)
    shape = tuple(m * n for m, n in zip(left.shape, right.shape, strict=True))
    if format is None and ndim == 2 and 2 * right.nnz >= math.prod(right.shape):
        format = "bsr"
    index = index_dtype(*shape, left.nnz * right.nnz)
    with structural(*left.coords, *right.coords):
        coords = [
            (a.to(index).unsqueeze(1) * n + b.to(index)).reshape(-1)
            for a, b, n in zip(left.coords, right.coords, right.shape, strict=True)
        ]
    data = (left.data.unsqueeze(-1) * right.data).reshape(-1)
    canonical = left._pattern.canonical and right._pattern.canonical
    cls = coo_array if array else coo_matrix
    made = cls._make(data, Coordinates(coords, shape, canonical, ordered=False))
    if format == "bsr" and min(right.shape) > 0:
        return made.tobsr(blocksize=right.shape)
    return made.asformat(format or "coo")


@function(differentiable=("A", "B"), samples=_samples, call=_call, batch=False, compiles=False, synchronizes=True)
def kronsum(A: Any, B: Any, format: str | None = None) -> Any:
    """Return the Kronecker sum ``kron(I, A) + kron(B, I)`` of two square sparse arrays.

    Parameters
    ----------
    A, B : sparse arrays or dense two-dimensional arrays, square
    format : str, optional
        By default "csr".

    Returns
    -------
    sparse array, or sparse matrix where neither operand is an array

    Raises
    ------
    ValueError
        For operands that are not square.

    Notes
    -----
    With the second difference in one dimension for A and B, this is the Laplacian of a grid.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import kronsum
    >>> D = torch.tensor([[2.0, -1.0], [-1.0, 2.0]])
    >>> kronsum(D, D).toarray()
    tensor([[ 4., -1., -1.,  0.],
            [-1.,  4.,  0., -1.],
            [-1.,  0.,  4., -1.],
            [ 0., -1., -1.,  4.]])
    """
    array = isinstance(A, sparray) or isinstance(B, sparray)
    # A matrix is never flat; an array may be, and is refused.
    left, right = _coordinates(A, B, "A"), _coordinates(B, A, "B")
    for name, X in (("A", left), ("B", right)):
        if left.ndim != 2 or right.ndim != 2:
            raise ValueError(f"kronsum requires 2D inputs, got shapes {left.shape} and {right.shape}")
        if X.shape[0] != X.shape[1]:
            raise ValueError(f"kronsum: {name} is not square, got shape {X.shape}")
    of_a = eye_array(left.shape[0], dtype=left.dtype, device=left.device)
    of_b = eye_array(right.shape[0], dtype=right.dtype, device=right.device)
    total = (kron(of_b, left, "csr") + kron(right, of_a, "csr")).asformat(format or "csr")
    return total if array else coo_matrix((1, 1))._as(total)
