"""`csr_array`: compressed sparse rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.cards import Sample, function
from .._core.errors import bad_argument
from . import _indexing
from ._base import register, sparray
from ._convert import (
    as_dtype,
    as_shape,
    from_compressed,
    from_coordinates,
    from_dense,
    from_scipy,
    from_torch_sparse,
    is_scipy,
    is_shape,
)
from ._pattern import CompressedRows, Coordinates, compress, index_dtype
from ._products import quick_product, segment_sum

if TYPE_CHECKING:
    from ._coo import coo_array

__all__ = ["csr_array"]


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


@function(differentiable=("data",), discrete=("indices", "indptr"), samples=_samples, call=_call)
class csr_array(sparray):  # noqa: N801
    r"""Compressed sparse row array: a matrix with values at the entries of a pattern, and zeros elsewhere.

    Parameters
    ----------
    arg1 : what to make it of
        - a dense two-dimensional tensor or array-like: its nonzero elements;
        - ``(data, (row, col))``: values at coordinates, where duplicates add up;
        - ``(data, indices, indptr)``: row i has the values ``data[indptr[i]:indptr[i+1]]`` at the columns
          ``indices[indptr[i]:indptr[i+1]]``;
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

    format = "csr"
    _format_name = "Compressed Sparse Row"
    _pattern: CompressedRows

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
        data, pattern = _parts(arg1, shape, device)
        wanted = as_dtype(dtype, "csr_array")
        if wanted is not None:
            data = data.to(wanted)
        elif is_shape(arg1):
            data = data.to(torch.get_default_dtype())
        if shape is not None and tuple(pattern.shape) != as_shape(shape, "csr_array", (2,)):
            raise ValueError(f"csr_array: shape {tuple(shape)} does not fit an array of shape {pattern.shape}")
        if device is not None:
            data, pattern = data.to(device), pattern.to(torch.device(device))
        if copy:
            data = data.clone()
            copied = CompressedRows(pattern.indptr.clone(), pattern.indices.clone(), pattern.shape, pattern._canonical)
            copied._sorted, pattern = pattern._sorted, copied
        self._data, self._pattern, self._maxprint = data, pattern, maxprint

    @property
    def indices(self) -> Tensor:
        """The column of each entry."""
        return self._pattern.indices

    @property
    def indptr(self) -> Tensor:
        """Where each row begins among the entries, and the end."""
        return self._pattern.indptr

    @property
    def has_sorted_indices(self) -> bool:
        """Are the columns of each row in order? Reads the indices the first time it is asked."""
        return self._pattern.sorted

    @property
    def has_canonical_format(self) -> bool:
        """Are they in order, without duplicates? Reads the indices the first time it is asked."""
        return self._pattern.canonical

    def _coordinates(self) -> Coordinates:
        return Coordinates((self._pattern.rows, self._pattern.indices), self.shape, bool(self._pattern._canonical))

    def tocsr(self, copy: bool = False) -> csr_array:
        """Return this array, or a copy."""
        return self.copy() if copy else self

    def tocoo(self, copy: bool = True) -> coo_array:
        """Return the array in coordinates."""
        from ._coo import coo_array

        return coo_array._make(self._data.clone() if copy else self._data, self._coordinates())

    def to_torch(self) -> Tensor:
        """Return a torch tensor of layout ``torch.sparse_csr`` that shares the memory; differentiable in the values."""
        return torch.sparse_csr_tensor(self.indptr, self.indices, self._data, self.shape, check_invariants=False)

    def to_scipy(self) -> Any:
        """Return SciPy's csr_array, sharing memory; the values must be on the CPU and record no gradient."""
        from scipy.sparse import csr_array as scipy_csr_array

        parts = tuple(self._numpy(x) for x in (self._data, self.indices, self.indptr))
        return scipy_csr_array(parts, shape=self.shape)

    def transpose(self, axes: Any = None, copy: bool = False) -> csr_array:
        """Return the transpose, in compressed rows as well; the pattern is sorted the first time, and then known."""
        if axes is not None and tuple(axes) != (1, 0):
            raise bad_argument("transpose", "axes", "None or (1, 0)", axes)
        pattern, order = self._pattern.transpose()
        return csr_array._make(self._data.index_select(-1, order), pattern)

    def sum_duplicates(self) -> None:
        """Sort the indices and add up entries at the same place, in place."""
        if self._pattern.canonical:
            return
        self.sort_indices()
        if not self._pattern.canonical:
            self._pattern, target = self._pattern.merge()
            self._data = segment_sum(self._data, target, self._pattern.nnz)

    def sort_indices(self) -> None:
        """Sort the columns of each row, in place."""
        if not self._pattern.sorted:
            self._pattern, order = self._pattern.sort()
            self._data = self._data.index_select(-1, order)

    def sorted_indices(self) -> csr_array:
        """Return a copy with the columns of each row in order."""
        A = self.copy()
        A.sort_indices()
        return A

    def eliminate_zeros(self) -> None:
        """Drop entries whose value is zero, in place."""
        keep = (self._data.detach() != 0).nonzero()[:, 0]
        pattern = self._pattern
        if keep.shape[0] == pattern.nnz:
            return
        made, order = compress(pattern.rows[keep], pattern.indices[keep], pattern.shape)
        made._canonical = True if pattern._canonical else None
        self._pattern, self._data = made, self._data.index_select(-1, keep[order])

    def __getitem__(self, key: Any) -> Any:
        return _indexing.get(self, key)

    def __matmul__(self, other: Any) -> Any:
        found = quick_product(self._pattern, self._data, other)
        return super().__matmul__(other) if found is None else found


register(csr_array)


def _parts(arg1: Any, shape: Any, device: Any) -> tuple[Tensor, CompressedRows]:
    """Return values and pattern of whatever `csr_array` is made of."""
    name = "csr_array"
    if isinstance(arg1, sparray):
        if arg1.ndim != 2:
            raise ValueError(f"csr_array: arg1 must have two dimensions, got shape {arg1.shape}")
        A = arg1.tocsr()
        return A._data, A._pattern
    if is_shape(arg1):
        sizes = as_shape(arg1, name, (2,))
        index = index_dtype(*sizes)
        indptr = torch.zeros(sizes[0] + 1, dtype=index, device=device)
        return torch.zeros(0, device=device), CompressedRows(indptr, indptr[:0].clone(), sizes, canonical=True)
    if isinstance(arg1, tuple):
        if len(arg1) == 3:
            return from_compressed(*arg1, shape, name)
        if len(arg1) == 2 and isinstance(arg1[1], (tuple, list, Tensor)):
            return _merged(*from_coordinates(*arg1, shape, name, (2,)))
        raise ValueError("csr_array: a tuple must be (M, N), (data, (row, col)) or (data, indices, indptr)")
    if is_scipy(arg1):
        data, pattern = from_scipy(arg1, name)
    elif isinstance(arg1, Tensor) and arg1.layout is not torch.strided:
        data, pattern = from_torch_sparse(arg1, name)
    else:
        dense = as_tensor(arg1, "arg1", name)
        dense = dense.reshape(1, 1) if dense.dim() == 0 else dense
        if dense.dim() != 2:
            raise bad_argument(name, "arg1", "two-dimensional (coo_array has other dimensions)", arg1)
        data, pattern = from_dense(dense)
    return (data, pattern) if isinstance(pattern, CompressedRows) else _merged(data, pattern)


def _merged(data: Tensor, places: Coordinates) -> tuple[Tensor, CompressedRows]:
    """Return coordinates as canonical compressed rows."""
    if len(places.shape) != 2:
        raise ValueError(f"csr_array: arg1 must have two dimensions, got shape {places.shape}")
    pattern, order = places.compressed()
    if places.canonical:
        pattern._canonical = True
    data = data.index_select(-1, order)
    if torch.compiler.is_compiling() or pattern.canonical:  # merging reads the data
        return data, pattern
    pattern, target = pattern.merge()
    return segment_sum(data, target, pattern.nnz), pattern
