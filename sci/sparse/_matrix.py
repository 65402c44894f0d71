"""`spmatrix`: what makes a sparse matrix of a sparse array."""

from __future__ import annotations

import operator
from typing import Any

import torch
from torch import Tensor

from .._core.errors import bad_argument


class spmatrix:  # noqa: N801
    """Base class of the sparse matrices, for ``isinstance``: ``*`` is the matrix product, all have two dimensions.

    Examples
    --------
    >>> from sci.sparse import csr_matrix, spmatrix
    >>> isinstance(csr_matrix((2, 2)), spmatrix)
    True
    """

    _is_array = False

    def __mul__(self: Any, other: Any) -> Any:
        from ._arithmetic import is_scalar

        if is_scalar(other):
            return self.multiply(other)
        return self.__matmul__(other)

    def __rmul__(self: Any, other: Any) -> Any:
        from ._arithmetic import is_scalar

        if is_scalar(other):
            return self.multiply(other)
        return self.__rmatmul__(other)

    def __pow__(self: Any, other: Any) -> Any:
        """Return a power of the matrix, by repeated squaring."""
        rows, columns = self.shape
        if rows != columns:
            raise TypeError("sparse matrix is not square")
        try:
            n = operator.index(other)
        except TypeError:
            raise ValueError("exponent must be an integer") from None
        if n < 0:
            raise ValueError("exponent must be >= 0")
        return matrix_power(self, n)

    def set_shape(self: Any, shape: Any) -> None:
        """Give the matrix another shape of as many elements, in place."""
        made = self.reshape(shape).asformat(self.format)
        self._data, self._pattern = made._data, made._pattern

    def get_shape(self: Any) -> tuple[int, int]:
        """Return the shape."""
        shape: tuple[int, int] = self.shape
        return shape

    def getformat(self: Any) -> str:
        """Return the format's name."""
        format: str = self.format
        return format

    def getmaxprint(self: Any) -> int:
        """Return how many entries ``str`` shows."""
        count: int = self.maxprint
        return count

    def getnnz(self: Any, axis: int | None = None) -> Any:
        """Count the stored entries, in all (an int) or along an axis (a tensor)."""
        return self._getnnz(axis)

    def getH(self: Any) -> Any:
        """Return the conjugate transpose."""
        return self.conjugate().transpose()

    def asfptype(self: Any) -> Any:
        """Return the matrix with floating values: integers become torch's default dtype."""
        if self.dtype.is_floating_point or self.dtype.is_complex:
            return self
        return self.astype(torch.get_default_dtype())

    def getcol(self: Any, j: int) -> Any:
        """Return column j as a matrix of one column: csc and bsr of these, csr of the others."""
        return self._as(self._strip(j, 1), self.format if self.format in ("csc", "bsr") else "csr")

    def getrow(self: Any, i: int) -> Any:
        """Return row i as a matrix of one row, csr."""
        return self._as(self._strip(i, 0), "csr")

    def _strip(self: Any, place: int, axis: int) -> Any:
        size = self.shape[axis]
        if not -size <= place < size:
            raise IndexError(f"index out of bounds: {place} for size {size}")
        rows = self._array().tocsr() if axis == 0 else self._array().tocsc()
        key = slice(place % size, place % size + 1)
        return rows[key] if axis == 0 else rows[:, key]

    def todense(self: Any, order: str | None = None, out: Tensor | None = None) -> Tensor:
        """Return the matrix as a dense tensor; the same as `toarray`."""
        dense: Tensor = self.toarray(order, out)
        return dense


def matrix_power(A: Any, n: int) -> Any:
    """Return the n-th power of a square matrix, in at most 2 log2(n) products."""
    from ._base import classes

    if n < 0:
        raise bad_argument("matrix_power", "power", "not negative", n)
    result = None
    while n:
        if n & 1:
            result = A if result is None else result @ A
        n >>= 1
        if n:
            A = A @ A
    if result is not None:
        return result
    eye = torch.arange(A.shape[0], device=A.device)
    made = classes["coo", True]((torch.ones(A.shape[0], dtype=A.dtype, device=A.device), (eye, eye)), shape=A.shape)
    return A._as(made, A._sum_format(A))
