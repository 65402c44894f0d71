"""`csc_array`, `csc_matrix`: compressed sparse columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from .._core.cards import Sample, function
from ._base import classes, makers, sparray
from ._compressed import Compressed, compressed_from
from ._layouts import CompressedColumns
from ._matrix import spmatrix
from ._products import multiplies, quick_product
from ._pytree import register

__all__ = ["csc_array", "csc_matrix"]


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype, device=device)

    indices = torch.tensor([0, 2, 1, 0, 3], device=device)
    indptr = torch.tensor([0, 2, 2, 3, 5], device=device)
    yield Sample(random(5), indices, indptr, random(4))
    yield Sample(random(5), indices.int(), indptr.int(), random(2, 4, 2))


def _call(cls: Any, data: Any, indices: Any, indptr: Any, x: Any) -> Any:
    A = cls((data, indices, indptr), shape=(4, 4))
    return A @ x + A.T @ (2 * x)


class ColumnsBase(Compressed):
    """Compressed columns, as array and as matrix."""

    format = "csc"
    _format_name = "Compressed Sparse Column"
    _by_columns = True
    _pattern: CompressedColumns

    def __matmul__(self, other: Any) -> Any:
        rows = self._pattern.turned
        try:
            found = quick_product(self, rows, other, transposed=True)
        except RuntimeError:
            if not multiplies(rows, self._data, other, transposed=True):
                return super().__matmul__(other)
            with rows.explained(self._data):
                raise
        return super().__matmul__(other) if found is None else found

    def transpose(self, axes: Any = None, copy: bool = False) -> Any:
        """Return the transpose, by rows; values and indices are shared unless `copy`."""
        if axes is not None:
            return super().transpose(axes, copy)
        return self._class("csr")._make(self._data.clone() if copy else self._data, self._pattern.turned)


@function(differentiable=("data",), discrete=("indices", "indptr"), samples=_samples, call=_call, synchronizes=True)
class csc_array(ColumnsBase, sparray):  # noqa: N801
    """Compressed sparse column array: a matrix with values at the entries of a pattern, and zeros elsewhere.

    Parameters
    ----------
    arg1 : what to make it of
        - a dense two-dimensional tensor or array-like: its nonzero elements;
        - ``(data, (row, col))``: values at coordinates, where duplicates add up;
        - ``(data, indices, indptr)``: column j has the values ``data[indptr[j]:indptr[j+1]]`` at the rows
          ``indices[indptr[j]:indptr[j+1]]``;
        - ``(M, N)``: no entries;
        - a sparse array, a torch sparse tensor (coo, csr, csc) or one of SciPy's sparse arrays.
    shape : tuple of two ints, optional
        By default what the indices need.
    dtype : dtype, optional
        By default that of the values; for an empty array torch's default dtype.
    copy : bool
        Copy the values and indices, where they would be shared otherwise.
    maxprint : int, optional
        How many entries ``str`` shows.
    device : torch.device, optional
        Where to put the array; by default it stays where the values are.

    Attributes
    ----------
    data, indices, indptr : Tensor
        Values ``(nnz,)``, rows ``(nnz,)`` and column starts ``(N + 1,)``; indices are int32 or int64.
    shape, dtype, device, ndim, nnz, size, T : as of a dense tensor, where `nnz` and `size` count the stored entries

    Raises
    ------
    ValueError
        For indices outside the shape, `indptr` that does not run from 0 upwards, and lengths or shapes that do not fit.
    TypeError
        For indices that are not integers, and for values that torch has no dtype for.

    Notes
    -----
    It is the transpose of a `csr_array`, which is one that shares its memory. Columns are taken out fast, rows slowly.
    Derivatives are those of `csr_array`.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csc_array
    >>> A = csc_array(torch.tensor([[1.0, 0.0, 2.0], [0.0, 0.0, 3.0]]))
    >>> A.indptr
    tensor([0, 1, 1, 3], dtype=torch.int32)
    >>> A @ torch.tensor([1.0, 1.0, 1.0])
    tensor([3., 3.])
    """


@function(batch=False)
class csc_matrix(spmatrix, ColumnsBase):  # noqa: N801
    """Compressed sparse column matrix: `csc_array` with the operators of matrices.

    ``*`` is the matrix product, ``**`` the matrix power, and every result of indexing has two dimensions. Made of what
    `csc_array` is made of; new code should take `csc_array`.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csc_matrix
    >>> A = csc_matrix(torch.tensor([[1.0, 2.0], [0.0, 3.0]]))
    >>> (A * A).toarray()
    tensor([[1., 8.],
            [0., 9.]])
    """


def _columns(A: Any) -> tuple[Tensor, CompressedColumns]:
    data, turned = compressed_from(A, by_columns=True)
    return data, CompressedColumns(turned)


register(csc_array)
register(csc_matrix)
classes["csc", True], classes["csc", False] = csc_array, csc_matrix
makers["csc"] = _columns
