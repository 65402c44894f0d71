"""`lil_array`, `lil_matrix`: lists of rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from .._core.cards import Sample, function
from . import _indexing
from ._base import SparseBase, classes, makers, sparray
from ._compressed import as_rows
from ._csr import csr_array
from ._editable import Editable
from ._matrix import spmatrix
from ._pattern import CompressedRows
from ._pytree import register

__all__ = ["lil_array", "lil_matrix"]


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    yield Sample(torch.randn(3, generator=generator, dtype=dtype, device=device))


def _call(cls: Any, x: Any) -> Any:
    A = cls(x.new_zeros((2, 3)))
    A[0, 1] = x[0]
    A[1, [0, 2]] = x[1:]
    return A @ x


class ListsBase(Editable):
    """Lists of rows, as array and as matrix."""

    format = "lil"
    _format_name = "List of Lists"

    def __init__(
        self,
        arg1: Any,
        shape: Any = None,
        dtype: Any = None,
        copy: bool = False,
        *,
        maxprint: int | None = None,
        device: Any = None,
    ) -> None:
        name = type(self).__name__
        if isinstance(arg1, SparseBase) and arg1.ndim != 2:
            raise ValueError(f"{name}: arg1 must have two dimensions, got shape {arg1.shape}")
        if not isinstance(arg1, (tuple, SparseBase)) and not hasattr(arg1, "tocoo"):
            from .._core.arrays import as_tensor

            if not (isinstance(arg1, Tensor) and arg1.layout is not torch.strided):
                arg1 = as_rows(as_tensor(arg1, "arg1", name), name)
        A = csr_array._made_for(name, arg1, shape, dtype, copy, device)
        if A.ndim != 2:
            raise ValueError(f"{name}: LIL arrays don't support {A.ndim}D input, got {A.shape}")
        self._data, self._pattern = lists_from(A)
        self._maxprint = maxprint

    @property
    def rows(self) -> list[Tensor]:
        """The columns of the entries of each row."""
        return self._split(self._pattern.indices)

    @property
    def data(self) -> list[Tensor]:
        """The values of the entries of each row."""
        return self._split(self._data)

    @data.setter
    def data(self, values: Any) -> None:
        raise AttributeError("the values of a lil array are set by assignment: A[i, j] = x")

    def _split(self, x: Tensor) -> list[Tensor]:
        indptr = self._pattern.indptr
        sizes: list[int] = (indptr[1:] - indptr[:-1]).tolist()
        return list(torch.split(x, sizes)) if sizes else []

    def __getitem__(self, key: Any) -> Any:
        waiting = self._pending(key)
        if waiting is not None:
            return waiting
        made = _indexing.get(self, key)
        if isinstance(made, Tensor):
            return made
        return self._as(made, "lil" if made.ndim == 2 else None)

    def _becomes(self, made: Any) -> Any:
        """Take on the values and the pattern of a result, in place where it is sparse."""
        if not isinstance(made, SparseBase) or made.shape != self.shape:
            return made
        made = made.asformat("lil")
        self._pattern, self._data = made._pattern, made._data
        return self

    def __iadd__(self, other: Any) -> Any:
        return self._becomes(self + other)

    def __isub__(self, other: Any) -> Any:
        return self._becomes(self - other)

    def __imul__(self, other: Any) -> Any:
        return self._becomes(self * other)

    def __itruediv__(self, other: Any) -> Any:
        return self._becomes(self / other)

    def getrow(self, i: int) -> Any:
        """Return row i as an array of one row; of a matrix as a csr_matrix."""
        size = self.shape[0]
        if not -size <= i < size:
            raise IndexError("row index out of bounds")
        return self._as(self._array()[i % size : i % size + 1], "lil" if self._is_array else "csr")

    def getrowview(self, i: int) -> Any:
        """Return row i as an array of one row, which shares nothing."""
        return self._as(self.getrow(i), "lil")

    def reshape(self, *shape: Any, order: str = "C", copy: bool = False) -> Any:
        """Return the array with another shape of as many elements; one size may be -1."""
        made = super().reshape(*shape, order=order, copy=copy)
        if made.ndim != 2:
            raise ValueError(f"shape must be two-dimensional, got {made.shape}")
        return made.asformat("lil")


@function(differentiable=("arg1",), samples=_samples, call=_call, batch=False, compiles=False, synchronizes=True)
class lil_array(ListsBase, sparray):  # noqa: N801
    """Sparse array as lists of rows, to be built by assignments.

    Parameters
    ----------
    arg1 : what to make it of
        - a dense two-dimensional tensor or array-like: its nonzero elements;
        - ``(M, N)``: no entries;
        - a sparse array, a torch sparse tensor or one of SciPy's sparse arrays.
    shape : tuple of two ints, optional
    dtype : dtype, optional
        By default that of the values; for an empty array torch's default dtype.
    copy : bool
        Copy the values.
    maxprint : int, optional
        How many entries ``str`` shows.
    device : torch.device, optional
        Where to put the array; by default it stays where the values are.

    Attributes
    ----------
    rows, data : list of Tensor
        Columns and values of each row's entries; views for reading, to which nothing can be appended.
    shape, dtype, device, ndim, nnz, size, T : as of a dense tensor, where `nnz` and `size` count the stored entries

    Raises
    ------
    ValueError
        For other than two dimensions.

    Notes
    -----
    ``A[i, j] = x`` collects elements, numbers or tensors without dimensions, and gradients flow to these; they are
    stored together when the array is next used as a whole. Assignments of rows and blocks are stored at once.

    Examples
    --------
    >>> from sci.sparse import lil_array
    >>> A = lil_array((2, 3))
    >>> A[0, 1] = 4.0
    >>> A[1, [0, 2]] = [1.0, 2.0]
    >>> A.toarray()
    tensor([[0., 4., 0.],
            [1., 0., 2.]])
    """


@function(batch=False)
class lil_matrix(spmatrix, ListsBase):  # noqa: N801
    """Sparse matrix as lists of rows: `lil_array` with the operators of matrices.

    ``*`` is the matrix product and ``**`` the matrix power. Made of what `lil_array` is made of; new code should take
    `lil_array`.

    Examples
    --------
    >>> from sci.sparse import lil_matrix
    >>> A = lil_matrix((2, 2))
    >>> A[0, 1] = 3.0
    >>> A[0].toarray()
    tensor([[0., 3.]])
    """

    getrow = ListsBase.getrow


def lists_from(A: SparseBase) -> tuple[Tensor, CompressedRows]:
    """Return values and pattern as lists of rows: in order, without duplicates."""
    from ._arithmetic import summed

    A = summed(A.tocsr()._array())
    return A._data, A._pattern


register(lil_array)
register(lil_matrix)
classes["lil", True], classes["lil", False] = lil_array, lil_matrix
makers["lil"] = lists_from
