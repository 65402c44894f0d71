"""Arrays put together from blocks: `vstack`, `hstack`, `block_array`, `bmat`, `block_diag`. Linear in every block."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.cards import Sample, function
from .._core.errors import items
from ._base import SparseBase, sparray
from ._convert import as_dtype
from ._coo import coo_array, coo_matrix
from ._csr import csr_array
from ._pattern import Coordinates, index_dtype, structural

__all__ = ["block_array", "block_diag", "bmat", "hstack", "vstack"]


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random() -> csr_array:
        return csr_array(torch.randn(2, 2, generator=generator, dtype=dtype, device=device))

    yield Sample(random(), random())


def _stack_call(act: Any, a: Any, b: Any) -> Any:
    return act([a, b]).toarray()


def _block_call(act: Any, a: Any, b: Any) -> Any:
    return act([[a, None], [None, b]]).toarray()


def as_coordinates(A: Any, argument: str, name: str) -> Any:
    """Return an array-like of two dimensions, or a vector as a row, in coordinates."""
    made = A.tocoo()._array() if isinstance(A, SparseBase) else coo_array(dense(A, argument, name))
    return made if made.ndim != 1 else made.reshape(1, -1)


def dense(A: Any, argument: str, name: str) -> Any:
    """Return an array-like as a tensor of at least one dimension; what is sparse stays as it is."""
    if hasattr(A, "tocoo") or (isinstance(A, Tensor) and A.layout is not torch.strided):
        return A
    return torch.atleast_1d(as_tensor(A, argument, name))


def _any_array(blocks: Iterable[Any]) -> bool:
    return any(isinstance(b, sparray) for b in blocks)


def joined(
    parts: Sequence[tuple[Any, int, int]], shape: tuple[int, int], format: str | None, dtype: Any, array: bool
) -> Any:
    """Return blocks in coordinates, each moved by its number of rows and columns, as one array or matrix."""
    common = as_dtype(dtype, "dtype")
    if common is None and parts:
        common = parts[0][0].dtype
        for part, _, _ in parts:
            common = torch.promote_types(common, part.dtype)
    wide = any(x.dtype is torch.int64 for part, _, _ in parts for x in part._pattern.coords)
    index = torch.int64 if wide else index_dtype(*shape, sum(part.nnz for part, _, _ in parts))
    with structural(*(x for part, _, _ in parts for x in part._pattern.coords)):
        coords = []
        for d in range(2):
            moved = [part._pattern.coords[d].to(index) + offset[d] for part, *offset in parts]
            coords.append(torch.cat(moved) if moved else torch.zeros(0, dtype=index))
    data = torch.cat([part._data.to(common) for part, _, _ in parts], -1) if parts else torch.zeros(0, dtype=common)
    canonical = all(part._pattern.canonical for part, _, _ in parts)
    cls = coo_array if array else coo_matrix
    return cls._make(data, Coordinates(coords, shape, canonical, ordered=False)).asformat(format)


def _rows(function: str, blocks: Any) -> list[list[Any]]:
    expected = "rows of blocks"
    return [items(function, "blocks", row, expected) for row in items(function, "blocks", blocks, expected)]


def _grid(name: str, rows: Sequence[Sequence[Any]], format: str | None, dtype: Any, array: bool) -> Any:
    """Join a grid of blocks, where None is a block of zeros."""
    width = len(rows[0]) if rows else 0
    if not rows or any(len(row) != width for row in rows):
        raise ValueError("blocks must be 2-D: rows of equally many blocks")
    blocks = [[None if b is None else as_coordinates(b, "blocks", name) for b in row] for row in rows]
    heights, widths = [0] * len(rows), [0] * width
    known_h, known_w = [False] * len(rows), [False] * width
    for i, row in enumerate(blocks):
        for j, block in enumerate(row):
            if block is None:
                continue
            if block.ndim != 2:
                raise ValueError(f"blocks[{i},{j}] must have two dimensions, got shape {block.shape}")
            for d, (sizes, known, at) in enumerate(((heights, known_h, i), (widths, known_w, j))):
                if known[at] and sizes[at] != block.shape[d]:
                    kind = ("row", "column")[d]
                    text = f"Got blocks[{i},{j}].shape[{d}] == {block.shape[d]}, expected {sizes[at]}"
                    both = sorted((sizes[at], block.shape[d]))
                    details = f"Mismatching dimensions along axis {d}: {{{both[0]}, {both[1]}}}"
                    raise ValueError(
                        f"blocks[{at if d == 0 else ':'},{at if d else ':'}] has incompatible {kind} dimensions "
                        f"(incompatible dimensions for axis {d}). {text}. {details}."
                    )
                sizes[at], known[at] = block.shape[d], True
    starts_h = [sum(heights[:i]) for i in range(len(heights))]
    starts_w = [sum(widths[:j]) for j in range(len(widths))]
    parts = [
        (block, starts_h[i], starts_w[j])
        for i, row in enumerate(blocks)
        for j, block in enumerate(row)
        if block is not None
    ]
    if format is None:
        given = {getattr(b, "format", "") for row in rows for b in row}
        format = given.pop() if len(given) == 1 and given <= {"csr", "csc"} else "coo"
    return joined(parts, (sum(heights), sum(widths)), format, dtype, array)


@function(differentiable=("blocks",), samples=_samples, call=_stack_call, batch=False, compiles=False)
def vstack(blocks: Sequence[Any], format: str | None = None, dtype: Any = None) -> Any:
    """Stack sparse arrays by rows.

    Parameters
    ----------
    blocks : sequence of sparse arrays with equally many columns; vectors are rows
    format : str, optional
        By default that of the blocks where all are "csr" or all are "csc", else "coo".
    dtype : dtype, optional

    Returns
    -------
    sparse array, or sparse matrix where no block is an array

    Raises
    ------
    ValueError
        For shapes that do not fit, and for no blocks.

    Examples
    --------
    >>> from sci.sparse import eye_array, vstack
    >>> vstack([eye_array(2), eye_array(1, 2)]).shape
    (3, 2)
    """
    parts = items("vstack", "blocks", blocks, "a sequence of arrays")
    return _grid("vstack", [[b] for b in parts], format, dtype, _any_array(parts))


@function(differentiable=("blocks",), samples=_samples, call=_stack_call, batch=False, compiles=False)
def hstack(blocks: Sequence[Any], format: str | None = None, dtype: Any = None) -> Any:
    """Stack sparse arrays by columns.

    Parameters
    ----------
    blocks : sequence of sparse arrays with equally many rows; vectors are rows
    format : str, optional
        By default that of the blocks where all are "csr" or all are "csc", else "coo".
    dtype : dtype, optional

    Returns
    -------
    sparse array, or sparse matrix where no block is an array

    Raises
    ------
    ValueError
        For shapes that do not fit, and for no blocks.

    Examples
    --------
    >>> from sci.sparse import eye_array, hstack
    >>> hstack([eye_array(2), eye_array(2, 1)]).shape
    (2, 3)
    """
    parts = items("hstack", "blocks", blocks, "a sequence of arrays")
    if not parts:
        raise ValueError("hstack: blocks must not be empty")
    return _grid("hstack", [parts], format, dtype, _any_array(parts))


@function(differentiable=("blocks",), samples=_samples, call=_block_call, batch=False, compiles=False)
def block_array(blocks: Any, *, format: str | None = None, dtype: Any = None) -> Any:
    """Build a sparse array from a grid of blocks.

    Parameters
    ----------
    blocks : sequence of sequences of sparse arrays, dense arrays or None
        The grid, row by row; None is a block of zeros.
    format : str, optional
        By default that of the blocks where all are "csr" or all are "csc", else "coo".
    dtype : dtype, optional

    Returns
    -------
    sparse array

    Raises
    ------
    ValueError
        For blocks whose shapes do not fit.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import block_array, eye_array
    >>> block_array([[eye_array(1, dtype="float32"), None], [None, torch.tensor([[2.0, 3.0]])]]).toarray()
    tensor([[1., 0., 0.],
            [0., 2., 3.]])
    """
    return _grid("block_array", _rows("block_array", blocks), format, dtype, True)


@function(differentiable=("blocks",), samples=_samples, call=_block_call, batch=False, compiles=False)
def bmat(blocks: Any, format: str | None = None, dtype: Any = None) -> Any:
    """Build a sparse array or matrix from a grid of blocks: an array where one of the blocks is.

    Parameters
    ----------
    blocks, format, dtype
        As of `block_array`.

    Returns
    -------
    sparse array or matrix

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import bmat, eye
    >>> bmat([[eye(1, dtype="float32"), None], [None, torch.tensor([[2.0, 3.0]])]]).toarray()
    tensor([[1., 0., 0.],
            [0., 2., 3.]])
    """
    rows = _rows("bmat", blocks)
    return _grid("bmat", rows, format, dtype, _any_array(b for row in rows for b in row))


@function(differentiable=("mats",), samples=_samples, call=_stack_call, batch=False, compiles=False)
def block_diag(mats: Sequence[Any], format: str | None = None, dtype: Any = None) -> Any:
    """Build a sparse array with blocks along the diagonal.

    Parameters
    ----------
    mats : sequence of sparse arrays, dense arrays or numbers
        Vectors are rows.
    format : str, optional
        By default "coo".
    dtype : dtype, optional

    Returns
    -------
    sparse array, or sparse matrix where no block is an array

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import block_diag
    >>> block_diag([torch.tensor([[1.0, 2.0]]), 3.0]).toarray()
    tensor([[1., 2., 0.],
            [0., 0., 3.]])
    """
    blocks = items("block_diag", "mats", mats, "a sequence of arrays")
    parts, row, column = [], 0, 0
    for block in blocks:
        part = as_coordinates(block, "mats", "block_diag")
        parts.append((part, row, column))
        row, column = row + part.shape[0], column + part.shape[1]
    return joined(parts, (row, column), format, dtype, _any_array(blocks))
