"""`check_format`: whether index tensors and values of a sparse array belong together."""

from __future__ import annotations

from torch import Tensor

from ._pattern import CompressedRows, check_indices


def check_compressed(data: Tensor, rows: CompressedRows, name: str, full: bool) -> None:
    """Raise ValueError, saying what and where, for lengths and (in full) indices that do not belong together."""
    if rows.indptr.shape[0] != rows.grid[0] + 1:
        raise ValueError(f"{name}: index pointer size {rows.indptr.shape[0]} should be {rows.grid[0] + 1}")
    if int(rows.indptr[0]) != 0:
        raise ValueError(f"{name}: index pointer should start with 0, got {int(rows.indptr[0])}")
    if (data.shape[-1] != rows.indices.shape[0] and data.dim() == 1) or (data.dim() == 3 and len(data) != rows.nnz):
        raise ValueError(f"{name}: indices and data should have the same size, got {rows.nnz} and {tuple(data.shape)}")
    last = int(rows.indptr[-1])
    if last > rows.indices.shape[0]:
        raise ValueError(
            f"{name}: Last value of index pointer should be less than or equal to the size of index and data arrays, "
            f"got {last} and {rows.indices.shape[0]}"
        )
    if full:
        check_indices(name, rows.indptr, [("indices", rows.indices, rows.grid[1])])
