"""`csr_array`, `csr_matrix`: compressed sparse rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from .._core.cards import Sample, function
from ._base import classes, makers, sparray
from ._compressed import Compressed, compressed_from
from ._matrix import spmatrix
from ._products import multiplies, quick_product
from ._pytree import register

__all__ = ["csr_array", "csr_matrix"]


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype, device=device)

    indices = torch.tensor([0, 2, 1, 0, 3], device=device)
    indptr = torch.tensor([0, 2, 2, 3, 5], device=device)
    yield Sample(random(5), indices, indptr, random(4))
    yield Sample(random(5), indices.int(), indptr.int(), random(4, 3))
    yield Sample(random(5), indices, indptr, random(2, 4, 2))


def _call(cls: Any, data: Any, indices: Any, indptr: Any, x: Any) -> Any:
    A = cls((data, indices, indptr), shape=(4, 4))
    return A @ x + A.T @ (2 * x)


class RowsBase(Compressed):
    """Compressed rows, as array and as matrix."""

    format = "csr"
    _format_name = "Compressed Sparse Row"
    _ndims = (1, 2)

    def __matmul__(self, other: Any) -> Any:
        rows = self._pattern
        try:
            found = quick_product(self, rows, other)
        except RuntimeError:
            if not multiplies(rows, self._data, other):
                return super().__matmul__(other)
            with rows.explained(self._data):
                raise
        if found is None:
            return super().__matmul__(other)
        if rows.flat:
            return found[..., 0] if other.dim() == 1 else found[..., 0, :]
        return found

    def transpose(self, axes: Any = None, copy: bool = False) -> Any:
        """Return the transpose, by columns; values and indices are shared unless `copy`."""
        if axes is not None or self.ndim == 1:
            return super().transpose(axes, copy)
        from ._layouts import CompressedColumns

        data = self._data.clone() if copy else self._data
        return self._class("csc")._make(data, CompressedColumns(self._pattern))


@function(differentiable=("data",), discrete=("indices", "indptr"), samples=_samples, call=_call, synchronizes=True)
class csr_array(RowsBase, sparray):  # noqa: N801
    r"""Compressed sparse row array: a matrix with values at the entries of a pattern, and zeros elsewhere.

    Parameters
    ----------
    arg1 : what to make it of
        - a dense tensor or array-like: its nonzero elements;
        - ``(data, (row, col))``: values at coordinates, where duplicates add up;
        - ``(data, indices, indptr)``: row i has the values ``data[indptr[i]:indptr[i+1]]`` at the columns
          ``indices[indptr[i]:indptr[i+1]]``;
        - ``(M, N)``: no entries;
        - a sparse array, a torch sparse tensor (coo, csr, csc) or one of SciPy's sparse arrays.

        A one-dimensional array, ``(data, (col,))`` or the shape ``(N,)`` make a vector.
    shape : tuple of one or two ints, optional
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
        Values ``(nnz,)``, columns ``(nnz,)`` and row starts ``(M + 1,)``; indices are int32 or int64.
    shape, dtype, device, ndim, nnz, size, T : as of a dense tensor, where `nnz` and `size` count the stored entries

    Raises
    ------
    ValueError
        For indices outside the shape, `indptr` that does not run from 0 upwards, and lengths or shapes that do not fit.
    TypeError
        For indices that are not integers, and for values that torch has no dtype for.

    Notes
    -----
    Values are shared with a tensor, NumPy array, torch or SciPy csr array that is handed over, not copied, and
    gradients flow to the tensor. Making an array checks the indices, which waits for the device once (but not inside
    ``torch.compile``, where the shape should be given).

    A sparse array is a pytree with `data` as its leaf: ``torch.func.grad(f)(A)`` is a sparse array of the same pattern,
    ``torch.compile`` takes `A` as an argument, ``torch.optim.Adam([A.data])`` optimises the values. For ``y = A @ x``,

    .. math:: dy = dA\,x + A\,dx, \quad \bar A = P(\bar y x^H), \quad \bar x = A^H \bar y,

    where P keeps the entries of the pattern [1]_: the gradient of a sparse array is never dense. Sums run in a fixed
    order, so results repeat bit for bit. ``A @ x`` takes vectors ``(N,)`` and (batches of) matrices ``(..., N, K)``.

    References
    ----------
    .. [1] M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation",
       Advances in Automatic Differentiation, 2008.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> A = csr_array(torch.tensor([[1.0, 0.0, 2.0], [0.0, 0.0, 3.0]]))
    >>> A.nnz
    3
    >>> A @ torch.tensor([1.0, 1.0, 1.0])
    tensor([3., 3.])
    >>> torch.func.grad(lambda A: (A @ torch.ones(3)).square().sum())(A).toarray()
    tensor([[6., 0., 6.],
            [0., 0., 6.]])
    """


@function(batch=False)
class csr_matrix(spmatrix, RowsBase):  # noqa: N801
    """Compressed sparse row matrix: `csr_array` with the operators of matrices.

    ``*`` is the matrix product, ``**`` the matrix power, and every result of indexing has two dimensions. Made of what
    `csr_array` is made of; new code should take `csr_array`.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_matrix
    >>> A = csr_matrix(torch.tensor([[1.0, 2.0], [0.0, 3.0]]))
    >>> (A * A).toarray()
    tensor([[1., 8.],
            [0., 9.]])
    """


register(csr_array)
register(csr_matrix)
classes["csr", True], classes["csr", False] = csr_array, csr_matrix
makers["csr"] = lambda A: compressed_from(A, by_columns=False)
