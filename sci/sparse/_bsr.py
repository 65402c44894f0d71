"""`bsr_array`, `bsr_matrix`: compressed rows of dense blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.cards import Sample, function
from .._core.errors import bad_argument, describe
from ._base import SparseBase, classes, makers, sparray
from ._compressed import Compressed, as_rows
from ._convert import as_device, as_dtype, as_shape, is_scipy, is_shape
from ._coo import coo_array
from ._layouts import Blocks
from ._matrix import spmatrix
from ._pattern import (
    CompressedRows,
    as_index,
    check_indices,
    compress_order,
    index_dtype,
    on_plain_cpu,
    structural,
)
from ._pytree import register

__all__ = ["bsr_array", "bsr_matrix"]

_FILL = 0.7  # how much of the blocks has to be entries for a block size that is not asked for


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype, device=device)

    indices = torch.tensor([0, 1, 1], device=device)
    indptr = torch.tensor([0, 2, 3], device=device)
    yield Sample(random(3, 2, 3), indices, indptr, random(6))
    yield Sample(random(3, 2, 3), indices.int(), indptr.int(), random(6, 2))


def _call(cls: Any, data: Any, indices: Any, indptr: Any, x: Any) -> Any:
    return cls((data, indices, indptr), shape=(4, 6)) @ x


def _block_size(blocksize: Any, name: str) -> tuple[int, int]:
    """Return height and width of the blocks."""
    try:
        height, width = blocksize
    except (TypeError, ValueError) as error:
        text = f"{describe(blocksize)} ({error})"
        raise type(error)(f"{name}: blocksize must be a tuple of two positive integers, got {text}") from None
    size = as_shape((height, width), name, (2,))
    if 0 in size:
        raise bad_argument(name, "blocksize", "a tuple of two positive integers", blocksize)
    return size[0], size[1]


class BlocksBase(Compressed):
    """Compressed rows of blocks, as array and as matrix."""

    format = "bsr"
    _format_name = "Block Sparse Row"
    _pattern: Blocks

    def __init__(
        self,
        arg1: Any,
        shape: Any = None,
        dtype: Any = None,
        copy: bool = False,
        blocksize: Any = None,
        *,
        maxprint: int | None = None,
        device: Any = None,
    ) -> None:
        name = type(self).__name__
        size = None if blocksize is None else _block_size(blocksize, name)
        device = as_device(device, name)
        data, pattern = _parts(arg1, shape, size, device, name)
        wanted = as_dtype(dtype, name)
        if wanted is not None:
            data = data.to(wanted)
        elif is_shape(arg1):
            data = data.to(torch.get_default_dtype())
        if shape is not None and pattern.shape != as_shape(shape, name, (2,)):
            raise ValueError(f"{name}: shape {tuple(shape)} does not fit an array of shape {pattern.shape}")
        if device is not None:
            data, pattern = data.to(device), pattern.to(device)
        if copy:
            data = data.clone()
            rows = pattern.rows
            copied = CompressedRows(rows.indptr.clone(), rows.indices.clone(), rows.grid, rows._canonical)
            pattern = Blocks(copied, pattern.blocksize)
        self._data, self._pattern, self._maxprint = data, pattern, maxprint

    @property
    def _kept(self) -> CompressedRows:
        return self._pattern.rows

    def _set_rows(self, rows: CompressedRows) -> None:
        self._pattern = Blocks(rows, self._pattern.blocksize)

    @property
    def blocksize(self) -> tuple[int, int]:
        """Rows and columns of a block."""
        return self._pattern.blocksize

    def _detail(self) -> str:
        return f" (blocksize={self.blocksize[0]}x{self.blocksize[1]})"

    @property
    def data(self) -> Tensor:
        """The blocks, ``(count, R, C)``: the leaf that gradients flow to."""
        return self._data

    @data.setter
    def data(self, values: Any) -> None:
        tensor = as_tensor(values, "data", type(self).__name__)
        if tensor.shape[-2:] != self._data.shape[-2:] or tensor.dim() != 3 or tensor.device != self._data.device:
            expected = f"blocks of shape {self.blocksize} on {self._data.device}"
            raise bad_argument(type(self).__name__, "data", expected, values)
        if tensor.shape != self._data.shape:
            self._set_rows(self._kept.marked(self._kept._sorted, self._kept._canonical).unchecked())
        self._data = tensor

    def _rows(self) -> tuple[Tensor, CompressedRows]:
        self._kept.validate(self._data[:, 0, 0])
        return SparseBase._rows(self)

    def _places(self) -> Any:
        self._kept.validate(self._data[:, 0, 0])
        return SparseBase._places(self)

    def prune(self) -> None:
        """Drop what is behind the last block of values and indices, in place."""
        rows = self._kept
        count = int(rows.indptr[-1].item())
        if rows.nnz < count or self._data.shape[0] < count:
            raise ValueError(f"prune: indptr ends with {count}, but indices has {rows.nnz} elements")
        self._set_rows(CompressedRows(rows.indptr, rows.indices[:count], rows.grid, rows._canonical))
        self._data = self._data[:count]

    def _fitting(self) -> CompressedRows:
        self._kept.fit(self._data[:, 0, 0])
        return self._kept

    def sort_indices(self) -> None:
        """Put the blocks of each row in order, in place."""
        if self._fitting().sorted:
            return
        kept = self._kept
        rows, order = compress_order(kept.rows, kept.indices, kept.grid)
        self._set_rows(rows)
        self._data = self._data.index_select(0, order)

    def sum_duplicates(self) -> None:
        """Add up blocks at the same place, in place; they are then in order."""
        if self._fitting().canonical:
            return
        self.sort_indices()
        rows, target = self._kept.merge()
        zeros = self._data.new_zeros((rows.nnz, *self.blocksize))
        self._set_rows(rows)
        self._data = zeros.index_add(0, target, self._data)

    def eliminate_zeros(self) -> None:
        """Drop blocks whose values are all zero, in place."""
        rows = self._kept
        keep = (self._data.detach() != 0).flatten(1).any(1).nonzero()[:, 0]
        with structural(rows.indptr, rows.indices):
            row = rows.rows.index_select(0, keep)
            borders = torch.arange(rows.grid[0] + 1, device=row.device, dtype=row.dtype)
            indptr = torch.searchsorted(row, borders).to(rows.indptr.dtype)
            kept = CompressedRows(indptr, rows.indices.index_select(0, keep), rows.grid, rows._canonical)
        self._set_rows(kept)
        self._data = self._data.index_select(0, keep)

    def transpose(self, axes: Any = None, copy: bool = False) -> Any:
        """Return the transpose, in transposed blocks."""
        if axes is not None:
            return super().transpose(axes, copy)
        turned, order = self._pattern.rows.transpose()
        data = self._data.index_select(0, order).transpose(1, 2)
        return type(self)._make(data.contiguous() if copy else data, Blocks(turned, self.blocksize[::-1]))

    def resize(self, *shape: Any) -> None:
        """Change the shape in place, to one that the blocks divide; entries outside are dropped."""
        size = self.blocksize
        made = self._array().tocoo()
        made.resize(*shape)
        if made.ndim != 2:
            raise ValueError(f"resize: a bsr array cannot have shape {made.shape}")
        self._data, self._pattern = blocks_from(made, size)

    def __getitem__(self, key: Any) -> Any:
        raise NotImplementedError("a bsr array cannot be indexed: convert it, for example with tocsr()")

    def __setitem__(self, key: Any, value: Any) -> None:
        raise NotImplementedError("a bsr array cannot be assigned to: convert it, for example with tolil()")

    def to_torch(self) -> Tensor:
        """Return a torch tensor of layout bsr that shares the memory; differentiable in the values."""
        rows = self._kept
        return torch.sparse_bsr_tensor(rows.indptr, rows.indices, self._data, self.shape, check_invariants=False)

    def to_scipy(self) -> Any:
        """Return SciPy's array of this format, sharing memory; values must be on the CPU and record no gradient."""
        parts = (self._numpy(self._data), self._numpy(self.indices), self._numpy(self.indptr))
        return self._scipy_class()(parts, shape=self.shape)


@function(
    differentiable=("data",),
    discrete=("indices", "indptr"),
    samples=_samples,
    call=_call,
    batch=False,
    synchronizes=True,
)
class bsr_array(BlocksBase, sparray):  # noqa: N801
    """Block sparse row array: a matrix of dense blocks of one size, of which few are stored.

    Parameters
    ----------
    arg1 : what to make it of
        - a dense two-dimensional tensor or array-like: its nonzero elements;
        - ``(data, (row, col))``: values at coordinates, where duplicates add up;
        - ``(data, indices, indptr)``: blocks ``(count, R, C)``, where block row i has the blocks
          ``data[indptr[i]:indptr[i+1]]`` at the block columns ``indices[indptr[i]:indptr[i+1]]``;
        - ``(M, N)``: no entries;
        - a sparse array, a torch sparse tensor or one of SciPy's sparse arrays.
    shape : tuple of two ints, optional
        By default what the indices need.
    dtype : dtype, optional
        By default that of the values; for an empty array torch's default dtype.
    copy : bool
        Copy the values and indices, where they would be shared otherwise.
    blocksize : tuple of two ints, optional
        ``(R, C)``, which divide the shape. By default the largest square block, up to 6, of which 70% are entries.
    maxprint : int, optional
        How many entries ``str`` shows.
    device : torch.device, optional
        Where to put the array; by default it stays where the values are.

    Attributes
    ----------
    data, indices, indptr : Tensor
        Blocks ``(count, R, C)``, block columns ``(count,)`` and block row starts ``(M / R + 1,)``.
    blocksize : tuple of two ints
    shape, dtype, device, ndim, nnz, size, T : as of a dense tensor, where `nnz` and `size` count the stored elements

    Raises
    ------
    ValueError
        For a block size that does not divide the shape, indices outside of it, and lengths that do not fit.

    Notes
    -----
    Products run in compressed rows, whose pattern is worked out once. Derivatives are those of `csr_array`.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import bsr_array
    >>> A = bsr_array((torch.ones(2, 1, 2), [1, 0], [0, 1, 2]), shape=(2, 4))
    >>> A.toarray()
    tensor([[0., 0., 1., 1.],
            [1., 1., 0., 0.]])
    >>> A.blocksize
    (1, 2)
    """


@function(batch=False)
class bsr_matrix(spmatrix, BlocksBase):  # noqa: N801
    """Block sparse row matrix: `bsr_array` with the operators of matrices.

    ``*`` is the matrix product and ``**`` the matrix power. Made of what `bsr_array` is made of; new code should take
    `bsr_array`.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import bsr_matrix
    >>> A = bsr_matrix(torch.tensor([[1.0, 2.0], [0.0, 3.0]]))
    >>> (A * A).toarray()
    tensor([[1., 8.],
            [0., 9.]])
    """


def _blocks_of(rows: CompressedRows, size: Sequence[int]) -> tuple[CompressedRows, Tensor]:
    """Return the blocks that hold the entries of compressed rows, and where in their values each entry goes."""
    height, width = size
    grid = (rows.grid[0] // height, rows.grid[1] // width)
    index = index_dtype(*rows.grid, rows.nnz * height * width)
    with structural(rows.indptr, rows.indices):
        if on_plain_cpu(rows.indptr, rows.indices):
            known = rows.indptr.to(index), rows.indices.to(index)
            indptr, indices, target = torch.ops.sci.csr_to_blocks(*known, rows.grid[1], height, width)
            return CompressedRows(indptr, indices, grid, canonical=True), target
        across = max(grid[1], 1)
        row, column = rows.rows, rows.indices
        keys, block = torch.unique(row.to(torch.int64) // height * across + column // width, return_inverse=True)
        borders = torch.arange(grid[0] + 1, device=keys.device) * across
        indptr = torch.searchsorted(keys, borders).to(index)
        target = (block * height + row % height) * width + column % width
        return CompressedRows(indptr, (keys % across).to(index), grid, canonical=True), target


def _best_size(rows: CompressedRows) -> tuple[int, int]:
    """Return the largest block size that wastes less than `_FILL` leaves."""
    for size in (6, 4, 3, 2):
        if rows.nnz and rows.grid[0] % size == 0 and rows.grid[1] % size == 0:
            blocks, _ = _blocks_of(rows, (size, size))
            if rows.nnz >= _FILL * size * size * blocks.nnz:
                return size, size
    return 1, 1


def blocks_from(A: SparseBase, size: Sequence[int] | None) -> tuple[Tensor, Blocks]:
    """Return values and pattern in blocks; entries outside the pattern are zeros of the blocks."""
    from ._arithmetic import summed
    from ._reductions import summed_at

    if isinstance(A, BlocksBase) and size in (None, A.blocksize):
        return A._data, A._pattern
    data, rows = summed(A)._rows()
    height, width = size = _best_size(rows) if size is None else (int(size[0]), int(size[1]))
    if A.shape[0] % height or A.shape[1] % width:
        raise ValueError(f"invalid blocksize {tuple(size)} for shape {A.shape}: it must divide the shape")
    blocks, target = _blocks_of(rows, size)
    values = summed_at(data, target, blocks.nnz * height * width).reshape(blocks.nnz, height, width)
    return values, Blocks(blocks, size)


def _parts(arg1: Any, shape: Any, size: Any, device: Any, name: str) -> tuple[Tensor, Blocks]:
    """Return values and pattern of whatever `bsr_array` is made of."""
    if isinstance(arg1, SparseBase):
        if arg1.ndim != 2:
            raise ValueError(f"{name}: {name[:3].upper()} arrays don't support {arg1.ndim}D input, got {arg1.shape}")
        return blocks_from(arg1, size)
    if is_shape(arg1) and len(arg1) == 2:
        sizes = as_shape(arg1, name, (2,))
        height, width = size or (1, 1)
        if sizes[0] % height or sizes[1] % width:
            raise ValueError(f"invalid blocksize {(height, width)} for shape {sizes}: it must divide the shape")
        index = index_dtype(*sizes)
        indptr = torch.zeros(sizes[0] // height + 1, dtype=index, device=device)
        rows = CompressedRows(indptr, indptr[:0].clone(), (sizes[0] // height, sizes[1] // width), canonical=True)
        return torch.zeros((0, height, width), device=device), Blocks(rows, (height, width))
    if isinstance(arg1, tuple) and len(arg1) == 3:
        return _from_blocks(*arg1, shape, size, name)
    if is_scipy(arg1) and arg1.format == "bsr":
        return _from_blocks(arg1.data, arg1.indices, arg1.indptr, arg1.shape, None, name)
    if isinstance(arg1, Tensor) and arg1.layout is torch.sparse_bsr:
        parts = (arg1.values(), arg1.col_indices(), arg1.crow_indices())
        return _from_blocks(*parts, tuple(arg1.shape), None, name)
    if isinstance(arg1, tuple) and not (len(arg1) == 2 and isinstance(arg1[1], (tuple, list, Tensor))):
        raise ValueError(
            f"unrecognized {name} constructor usage: a tuple must be a shape, (data, coords) or (data, indices, indptr)"
        )
    if not isinstance(arg1, tuple) and not is_scipy(arg1):
        if not isinstance(arg1, Tensor) or arg1.layout is torch.strided:
            arg1 = as_rows(as_tensor(arg1, "arg1", name), name)
    A = coo_array._made_for(name, arg1, shape, device=device)
    if A.ndim != 2:
        raise ValueError(f"{name}: {name[:3].upper()} arrays don't support {A.ndim}D input, got {A.shape}")
    return blocks_from(A, size)


def _from_blocks(data: Any, indices: Any, indptr: Any, shape: Any, size: Any, name: str) -> tuple[Tensor, Blocks]:
    values = as_tensor(data, "data", name)
    if values.dim() != 3:
        raise bad_argument(name, "data", "three-dimensional, (count, R, C)", data)
    columns = as_index(indices, "indices", name, values.device)
    starts = as_index(indptr, "indptr", name, values.device)
    if starts.dtype != columns.dtype:
        columns, starts = columns.to(torch.int64), starts.to(torch.int64)
    height, width = int(values.shape[1]), int(values.shape[2])
    if size is not None and tuple(size) != (height, width):
        raise ValueError(f"{name}: mismatching blocksize={tuple(size)} vs {(height, width)}")
    if starts.shape[0] == 0:
        raise ValueError(f"{name}: index pointer must have at least one element")
    if shape is None:
        across = int(columns.max().item()) + 1 if columns.shape[0] else 0
        shape = ((starts.shape[0] - 1) * height, across * width)
    sizes = as_shape(shape, name, (2,))
    if not height or not width or sizes[0] % height or sizes[1] % width:
        raise ValueError(f"invalid blocksize {(height, width)} for shape {sizes}: it must divide the shape")
    grid = (sizes[0] // height, sizes[1] // width)
    if starts.shape[0] != grid[0] + 1:
        raise ValueError(f"{name}: index pointer size {starts.shape[0]} should be {grid[0] + 1}")
    if columns.shape[0] != values.shape[0]:
        text = f"indices and data must have the same length, got {columns.shape[0]} and {values.shape[0]}"
        raise ValueError(f"{name}: {text}")
    check_indices(name, starts, [("indices", columns, grid[1])])
    if columns.dtype is torch.int32 and index_dtype(*sizes) is torch.int64:
        columns, starts = columns.to(torch.int64), starts.to(torch.int64)
    return values, Blocks(CompressedRows(starts, columns, grid), (height, width))


register(bsr_array)
register(bsr_matrix)
classes["bsr", True], classes["bsr", False] = bsr_array, bsr_matrix
makers["bsr"] = lambda A: blocks_from(A, None)
