"""What compressed rows and compressed columns share: everything but which of the two dimensions is kept together."""

from __future__ import annotations

from typing import Any, TypeVar

import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.errors import bad_argument, describe
from . import _indexing, _slicing
from ._assignment import set_item
from ._base import SparseBase
from ._combine import canonical, without_duplicates
from ._convert import (
    as_device,
    as_dtype,
    as_shape,
    columns_of_torch,
    from_compressed,
    from_coordinates,
    from_dense,
    from_scipy,
    from_torch_sparse,
    is_scipy,
    is_shape,
)
from ._format_checks import check_compressed
from ._layouts import CompressedColumns
from ._pattern import CompressedRows, Coordinates, as_index, compress, index_dtype, movable, on_plain_cpu

Self = TypeVar("Self", bound="Compressed")
Part = tuple[Tensor, CompressedRows]


class Compressed(SparseBase):
    """Rows (or columns) one after the other, each with its columns (or rows) and values."""

    _by_columns = False

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
        self._fill(type(self).__name__, arg1, shape, dtype, copy, maxprint, device)

    def _fill(
        self, name: str, arg1: Any, shape: Any, dtype: Any, copy: bool, maxprint: int | None, device: Any
    ) -> None:
        device = as_device(device, name)
        data, rows = _parts(arg1, shape, device, name, self._by_columns, self._ndims if self._is_array else (2,))
        wanted = as_dtype(dtype, name)
        if wanted is not None:
            data = data.to(wanted)
        elif is_shape(arg1):
            data = data.to(torch.get_default_dtype())
        if device is not None:
            data, rows = data.to(device), rows.to(device)
        if copy:
            data = data.clone()
            copied = CompressedRows(
                rows.indptr.clone(), rows.indices.clone(), rows.grid, canonical=rows._canonical, flat=rows.flat
            )
            copied._sorted, rows = rows._sorted, copied
        self._data, self._maxprint = data, maxprint
        self._set_rows(rows)
        if shape is not None and self.shape != as_shape(shape, name, self._ndims):
            raise ValueError(f"{name}: shape {tuple(shape)} does not fit an array of shape {self.shape}")

    @property
    def _name(self) -> str:
        return type(self).__name__

    @property
    def _kept(self) -> CompressedRows:
        """The pattern of what is kept together: rows, or the columns as rows of the transpose."""
        rows: CompressedRows = self._pattern.turned if self._by_columns else self._pattern
        return rows

    def _set_rows(self, rows: CompressedRows) -> None:
        self._pattern = CompressedColumns(rows) if self._by_columns else rows

    # ---- the index tensors -----------------------------------------------------------------------------------------

    @property
    def indices(self) -> Tensor:
        """The column (for csc the row) of each entry."""
        return self._kept.indices

    @indices.setter
    def indices(self, values: Any) -> None:
        rows = self._kept
        x = as_index(values, "indices", type(self).__name__, self.device)
        self._set_rows(CompressedRows(rows.indptr.to(x.dtype), x, rows.grid, None, rows.flat).unchecked(self._name))

    @property
    def indptr(self) -> Tensor:
        """Where each row (for csc each column) begins among the entries, and the end."""
        return self._kept.indptr

    @indptr.setter
    def indptr(self, values: Any) -> None:
        rows = self._kept
        x = as_index(values, "indptr", type(self).__name__, self.device)
        self._set_rows(CompressedRows(x, rows.indices.to(x.dtype), rows.grid, None, rows.flat).unchecked(self._name))

    @property
    def data(self) -> Tensor:
        """The values of the stored entries, ``(nnz,)``: the leaf that gradients flow to."""
        return self._data

    @data.setter
    def data(self, values: Any) -> None:
        tensor = as_tensor(values, "data", type(self).__name__)
        if tensor.device != self._data.device:
            raise bad_argument(type(self).__name__, "data", f"on {self._data.device}", values)
        if tensor.shape != self._data.shape:  # indices that fit have to follow
            self._set_rows(self._kept.marked(self._kept._sorted, self._kept._canonical).unchecked(self._name))
        self._data = tensor

    def _fitting(self) -> CompressedRows:
        """Return `_kept` for a kernel that checks the indices itself."""
        self._kept.fit(self._data)
        return self._kept

    def _valid(self) -> CompressedRows:
        """Return `_kept` for a kernel: checked, if it came unchecked or was written to since."""
        self._kept.validate(self._data)
        return self._kept

    def _rows(self) -> Part:
        self._valid()
        return super()._rows()

    def _places(self) -> tuple[Tensor, Coordinates]:
        self._valid()
        return super()._places()

    @property
    def has_sorted_indices(self) -> bool:
        """Are the indices of each row (for csc each column) in order? Reads them the first time it is asked."""
        return self._fitting().sorted

    @has_sorted_indices.setter
    def has_sorted_indices(self, value: bool) -> None:
        rows = self._kept
        self._set_rows(rows.marked(bool(value), rows._canonical if value else False))

    @property
    def has_canonical_format(self) -> bool:
        """Are they in order, without duplicates? Reads the indices the first time it is asked."""
        return self._fitting().canonical

    @has_canonical_format.setter
    def has_canonical_format(self, value: bool) -> None:
        rows = self._kept
        self._set_rows(rows.marked(True if value else rows._sorted, bool(value)))

    def check_format(self, full_check: bool = True) -> None:
        """Raise ValueError, saying what and where, if lengths or (for a full check) indices are inconsistent."""
        check_compressed(self._data, self._kept, type(self).__name__, full_check)

    def prune(self) -> None:
        """Drop what is behind the last entry of values and indices, in place."""
        rows = self._kept
        count = int(rows.indptr[-1].item())
        if count == rows.nnz:
            return
        if rows.nnz < count or self._data.shape[-1] < count:
            raise ValueError(f"prune: indptr ends with {count}, but indices has {rows.nnz} elements")
        self._set_rows(CompressedRows(rows.indptr, rows.indices[:count], rows.grid, rows._canonical, rows.flat))
        self._data = self._data[..., :count]

    # ---- order and duplicates --------------------------------------------------------------------------------------

    def sum_duplicates(self) -> None:
        """Add up entries at the same place, in place; indices are then in order."""
        if self._fitting().canonical:
            return
        self._data, rows = canonical((self._data, self._kept))
        self._set_rows(rows)

    def sort_indices(self) -> None:
        """Put the indices of each row (for csc each column) in order, in place."""
        if self._fitting().sorted:
            return
        self._data, rows = self._kept.sort(self._data)
        self._set_rows(rows)

    def sorted_indices(self: Self) -> Self:
        """Return a copy with the indices of each row (for csc each column) in order."""
        A = self.copy()
        A.sort_indices()
        return A

    # ---- indexing --------------------------------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Any:
        made = _slicing.take(self, key)
        if made is not None:
            return made
        made = _indexing.get(self, key)
        if isinstance(made, Tensor):
            return made
        if not self._is_array:
            return _as_matrix_result(self, made, key)
        if made.ndim == 1 and self.ndim == 2 and _indexing.pairs(key):
            return made.toarray()
        return self._as(made, self.format if made.ndim == self.ndim else None)

    def __setitem__(self, key: Any, value: Any) -> None:
        set_item(self, key, value)

    # ---- other libraries ---------------------------------------------------------------------------------------------

    def to_torch(self) -> Tensor:
        """Return a torch tensor of layout csr (csc) that shares the memory; differentiable in the values."""
        if self.ndim == 1:
            return self.tocoo().to_torch()  # type: ignore[no-any-return]
        make = torch.sparse_csc_tensor if self._by_columns else torch.sparse_csr_tensor
        return make(self.indptr, self.indices, self._data, self.shape, check_invariants=False)

    def to_scipy(self) -> Any:
        """Return SciPy's array of this format, sharing memory; values must be on the CPU and record no gradient."""
        parts = (self._numpy(self._data), self._numpy(self.indices), self._numpy(self.indptr))
        return self._scipy_class()(parts, shape=self.shape)


def _as_matrix_result(A: Compressed, made: Any, key: Any) -> Any:
    """Return a result of indexing a matrix: pairs of indices give dense rows."""
    if _indexing.pairs(key) and made.shape[0] == 1 and _indexing.flat_pairs(key):
        return made.toarray()
    return A._as(made, A.format)


def compressed_from(A: SparseBase, by_columns: bool) -> Part:
    """Return values and canonical-as-they-are compressed rows (or columns) of an array; duplicates of coo add up."""
    if by_columns:
        if A.format == "csr":
            return A._fitting().turned(A._data)
        data, places = A._places()
        swapped = Coordinates(places.coords[::-1], places.shape[::-1], places.canonical, ordered=False)
        return merged(data, swapped)
    if A.format == "coo" or A.format == "dok":
        return merged(*A._places())
    return A._fitting().turned(A._data) if A.format == "csc" else A._rows()


def merged(data: Tensor, places: Coordinates) -> Part:
    """Return coordinates as canonical compressed rows."""
    if places._compressed is None and len(places.shape) == 2 and movable(data) and on_plain_cpu(*places.coords):
        row, column = places.coords
        data, pattern = compress(data, row, column, places.shape)
        return without_duplicates(data, pattern)
    pattern, order = places.compressed()
    if places.canonical:
        pattern._canonical = True
    data = data.index_select(-1, order)
    if torch.compiler.is_compiling():  # merging reads the data
        return data, pattern
    return without_duplicates(data, pattern)


def _parts(arg1: Any, shape: Any, device: Any, name: str, by_columns: bool, ndims: tuple[int, ...]) -> Part:
    """Return values and rows (or columns) of whatever a compressed array is made of."""
    if isinstance(arg1, SparseBase):
        if arg1.ndim not in ndims:
            raise ValueError(f"{name}: {name[:3].upper()} arrays don't support {arg1.ndim}D input, got {arg1.shape}")
        made = arg1.tocsc() if by_columns else arg1.tocsr()
        return made._data, made._kept
    if is_shape(arg1):
        sizes = as_shape(arg1, name, ndims)
        index = index_dtype(*sizes)
        grid = sizes[::-1] if by_columns else (1, *sizes)[-2:]
        indptr = torch.zeros(grid[0] + 1, dtype=index, device=device)
        return torch.zeros(0, device=device), CompressedRows(indptr, indptr[:0].clone(), grid, True, len(sizes) == 1)
    if isinstance(arg1, tuple):
        if len(arg1) == 3:
            return from_compressed(*arg1, shape, name, by_columns)
        if len(arg1) == 2 and isinstance(arg1[1], (tuple, list, Tensor)):
            data, places = from_coordinates(*arg1, shape, name, ndims)
            return _oriented(data, places, by_columns)
        raise ValueError(
            f"unrecognized {name} constructor usage: a tuple must be a shape, (data, coords) or (data, indices, indptr)"
        )
    if is_scipy(arg1):
        if by_columns and arg1.format == "csc":
            data, pattern = from_scipy(arg1.T, name)
            return data, pattern  # type: ignore[return-value]
        data, pattern = from_scipy(arg1, name)
    elif isinstance(arg1, Tensor) and arg1.layout is not torch.strided:
        if by_columns and arg1.layout is torch.sparse_csc and arg1.dim() == 2 and arg1.values().dim() == 1:
            return arg1.values(), columns_of_torch(arg1)
        data, pattern = from_torch_sparse(arg1, name)
    else:
        dense = as_tensor(arg1, "arg1", name)
        dense = as_rows(dense, name)
        if dense.dim() not in ndims:
            raise ValueError(
                f"{name}: {name[:3].upper()} arrays don't support {dense.dim()}D input, got {describe(arg1)}"
            )
        data, pattern = from_dense(dense)
    if isinstance(pattern, CompressedRows):
        if not by_columns:
            return data, pattern
        return pattern.turned(data)
    if len(pattern.shape) not in ndims:
        raise ValueError(f"{name}: arg1 must have {' or '.join(map(str, ndims))} dimensions, got {pattern.shape}")
    return _oriented(data, pattern, by_columns)


def as_rows(dense: Tensor, name: str) -> Tensor:
    """Return what a matrix is made of as two-dimensional; arrays do not take what has too few dimensions."""
    if name.endswith("_matrix"):
        return torch.atleast_2d(dense)
    if dense.dim() == 0:
        raise ValueError(f"{name}: a sparse array is not made from a scalar, got {describe(dense)}")
    return dense


def _oriented(data: Tensor, places: Coordinates, by_columns: bool) -> Part:
    if by_columns:
        places = Coordinates(places.coords[::-1], places.shape[::-1], places.canonical, ordered=False)
    return merged(data, places)


__all__ = ["Compressed", "as_rows", "compressed_from", "merged"]
