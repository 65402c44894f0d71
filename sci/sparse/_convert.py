"""What sparse arrays are made of: dense and sparse arrays of every library, index arrays, dtypes."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.errors import bad_argument, describe
from .._core.torch_private import dispatch_modes
from ._pattern import (
    CompressedRows,
    Coordinates,
    as_index,
    check_indices,
    expand_indptr,
    index_dtype,
    inspect,
    inspected,
)

# Row starts and columns of more entries are checked when they are first used: reading them all takes as long as some
# products do, and on a GPU it waits for the device.
CHECKED_AT_ONCE = 2**15


def as_dtype(dtype: Any, function: str) -> torch.dtype | None:
    """Return a dtype given as torch's, NumPy's, a name or a Python type; Python's `float` is NumPy's: float64."""
    if dtype is None or isinstance(dtype, torch.dtype):
        return dtype
    try:
        return torch.from_numpy(np.empty(0, np.dtype(dtype))).dtype
    except (TypeError, ValueError):
        raise bad_argument(function, "dtype", "a dtype that torch has", dtype, TypeError) from None


def as_device(device: Any, function: str) -> torch.device | None:
    """Return a device given as torch takes it."""
    try:
        return None if device is None else torch.device(device)
    except (TypeError, RuntimeError):
        raise bad_argument(function, "device", "a device that torch knows", device, TypeError) from None


def as_shape(shape: Any, function: str, ndims: tuple[int, ...], argument: str = "shape") -> tuple[int, ...]:
    """Return a shape as a tuple of non-negative integers of an allowed length."""
    try:
        sizes = tuple(
            [operator.index(n) for n in (shape if isinstance(shape, (tuple, list, torch.Size)) else (shape,))]
        )
    except TypeError as error:
        raise TypeError(f"{function}: {argument} must be a tuple of integers: {error}, got {describe(shape)}") from None
    if sizes and min(sizes) < 0:
        raise ValueError(f"{function}: {argument} elements cannot be negative, got {sizes}")
    if ndims and len(sizes) not in ndims:
        raise ValueError(f"{function}: {argument} must have {' or '.join(map(str, ndims))} dimensions, got {sizes}")
    return sizes


def is_scipy(x: Any) -> bool:
    """Is this one of SciPy's sparse arrays or matrices, or of CuPy's? (Asked without importing these.)"""
    return type(x).__module__.startswith(("scipy.sparse", "cupyx.scipy.sparse")) and hasattr(x, "tocoo")


def is_shape(x: Any) -> bool:
    """Is this a tuple of integers?"""
    if not isinstance(x, (tuple, torch.Size)):
        return False
    for n in x:  # noqa: SIM110  # a loop: generators cost more than the answer
        if not isinstance(n, (int, np.integer)) or isinstance(n, bool):
            return False
    return True


def from_dense(x: Tensor) -> tuple[Tensor, Coordinates]:
    """Return the nonzero values of a dense array, differentiably, and where they are."""
    places = (x.detach() != 0).nonzero(as_tuple=True)
    wanted = index_dtype(*x.shape, places[0].shape[0])
    pattern = Coordinates([p.to(wanted) for p in places], x.shape, canonical=True)
    return x[places], pattern


def from_torch_sparse(x: Tensor, function: str) -> tuple[Tensor, Coordinates | CompressedRows]:
    """Return values and pattern of a torch sparse tensor, sharing its memory where the layout allows it."""
    if x.layout is torch.sparse_coo:
        if x.dense_dim():
            raise bad_argument(function, "arg1", "a sparse tensor without dense dimensions", x)
        if x.requires_grad or x.is_coalesced():
            x = x.coalesce()
            # Coalesced coordinates are in row-major order.
            return x.values(), Coordinates(x.indices().unbind(0), x.shape, canonical=True)
        return x._values(), Coordinates(x._indices().unbind(0), x.shape)
    if x.layout not in (torch.sparse_csr, torch.sparse_csc, torch.sparse_bsr, torch.sparse_bsc):
        raise bad_argument(function, "arg1", "a sparse tensor of layout coo, csr, csc, bsr or bsc", x, TypeError)
    values = x.values()
    if x.dim() != 2 or values.dim() != (1 if x.layout in (torch.sparse_csr, torch.sparse_csc) else 3):
        raise bad_argument(function, "arg1", "a two-dimensional sparse tensor without dense dimensions", x)
    if x.layout is torch.sparse_csr:
        return values, CompressedRows(x.crow_indices(), x.col_indices(), x.shape)
    if x.layout is torch.sparse_csc:
        return columns_of_torch(x).turned(values)
    by_rows = x.layout is torch.sparse_bsr
    starts, minor = (x.crow_indices(), x.col_indices()) if by_rows else (x.ccol_indices(), x.row_indices())
    blocks = (expand_indptr(starts, minor.shape[0]), minor)
    coords = []
    for d, places in enumerate(blocks if by_rows else blocks[::-1]):
        inside = torch.arange(values.shape[1 + d], dtype=places.dtype, device=places.device)
        within = (places.unsqueeze(-1) * values.shape[1 + d] + inside).unsqueeze(2 - d)
        coords.append(within.expand(values.shape).reshape(-1))
    return values.reshape(-1), Coordinates(coords, x.shape)


def columns_of_torch(x: Tensor) -> CompressedRows:
    """Return the pattern of a tensor of layout csc, by columns."""
    return CompressedRows(x.ccol_indices(), x.row_indices(), x.shape[::-1])


def from_scipy(x: Any, function: str) -> tuple[Tensor, Coordinates | CompressedRows]:
    """Return values and pattern of one of SciPy's or CuPy's sparse arrays, sharing memory for coo and csr."""
    if x.format == "csr" and len(x.shape) == 2:  # also what a csc array's transpose is
        data = as_tensor(x.data, "arg1", function)
        return data, CompressedRows(
            as_index(x.indptr, "indptr", function, None), as_index(x.indices, "indices", function, None), x.shape
        )
    x = x.tocoo()
    coords = getattr(x, "coords", None) or (x.row, x.col)
    indices = [as_index(places, "coords", function, None) for places in coords]
    return as_tensor(x.data, "arg1", function), Coordinates(indices, x.shape)


def from_coordinates(
    data: Any, coords: Any, shape: Any, function: str, ndims: tuple[int, ...]
) -> tuple[Tensor, Coordinates]:
    """Return values and pattern of ``(data, (i, j))``."""
    values = as_tensor(data, "data", function)
    if values.dim() == 0:
        values = values.reshape(1)
    if isinstance(coords, Tensor) or not isinstance(coords, (tuple, list)):
        coords = tuple(coords)
    ndim = len(coords)
    if ndims and ndim not in ndims:
        raise ValueError(f"{function}: coords must hold {' or '.join(map(str, ndims))} index arrays, got {ndim}")
    indices = [as_index(places, f"coords[{d}]", function, values.device) for d, places in enumerate(coords)]
    for d, places in enumerate(indices):
        if places.shape[0] != values.shape[-1]:
            text = f"{function}: coords[{d}] has {places.shape[0]} elements, but data has {values.shape[-1]}"
            raise ValueError(text)
    if shape is None:
        if any(places.shape[0] == 0 for places in indices):
            raise ValueError(f"{function}: cannot infer dimensions from zero sized index arrays")
        largest = torch.stack([places.max().to(torch.int64) for places in indices]).tolist()
        sizes = tuple(n + 1 for n in largest)
    else:
        sizes = as_shape(shape, function, (ndim,))
    check_indices(function, None, [(f"coords[{d}]", p, n) for d, (p, n) in enumerate(zip(indices, sizes, strict=True))])
    if any(places.dtype != indices[0].dtype for places in indices) or index_dtype(*sizes) is torch.int64:
        indices = [places.to(torch.int64) for places in indices]
    return values, Coordinates(indices, sizes)


def from_compressed(
    data: Any, indices: Any, indptr: Any, shape: Any, function: str, by_columns: bool = False
) -> tuple[Tensor, CompressedRows]:
    """Return values and pattern of ``(data, indices, indptr)``, by rows or, as rows of the transpose, by columns."""
    values = as_tensor(data, "data", function)
    columns = as_index(indices, "indices", function, values.device)
    starts = as_index(indptr, "indptr", function, values.device)
    if starts.dtype != columns.dtype:
        columns, starts = columns.to(torch.int64), starts.to(torch.int64)
    if values.dim() == 0 or values.shape[-1] != columns.shape[0]:
        text = f"data and indices must have the same length, got {tuple(values.shape)} and {tuple(columns.shape)}"
        raise ValueError(f"{function}: {text}")
    if starts.shape[0] == 0:
        raise ValueError(f"{function}: indptr must have at least one element")
    report = inspect(starts, columns) if columns.shape[0] <= CHECKED_AT_ONCE else None
    if report is not None or (not torch.compiler.is_compiling() and starts.is_cpu and not dispatch_modes()):
        used = int(starts[-1]) if report is None else report[1]
        if 0 <= used < columns.shape[0]:  # what is behind the last row is none of the array's
            values, columns, report = values[..., :used], columns[:used], None
    flat = False
    if shape is None:
        width = 0
        if columns.shape[0]:
            width = (int(columns.max().item()) if report is None else report[4]) + 1
        sizes: tuple[int, ...] = (starts.shape[0] - 1, width)
    else:
        sizes = as_shape(shape, function, (2,) if by_columns else (1, 2))
        flat = len(sizes) == 1
        sizes = (1, *sizes) if flat else sizes[::-1] if by_columns else sizes
    if starts.shape[0] != sizes[0] + 1:
        what = "columns" if by_columns else "rows"
        raise ValueError(
            f"{function}: indptr must have {sizes[0] + 1} elements for {sizes[0]} {what}: "
            f"index pointer size {len(starts)} should be {sizes[0] + 1}"
        )
    pattern = CompressedRows(starts, columns, sizes, flat=flat)
    if columns.shape[0] <= CHECKED_AT_ONCE:
        inspected(function, pattern, report)
    else:
        pattern.unchecked(function)
    if columns.dtype is torch.int32 and index_dtype(*sizes) is torch.int64:
        wide = CompressedRows(starts.to(torch.int64), columns.to(torch.int64), sizes, pattern._canonical, flat)
        wide._unchecked, pattern = pattern._unchecked, wide
    return values, pattern
