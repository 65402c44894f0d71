"""Operators of sparse arrays: products, sums, comparisons.

Which entries a result has follows from the patterns alone: the union for sums, the intersection for products. Values
go there by `index_select` and `index_add`, so all of it differentiates in every mode. Only comparisons drop entries by
value.
"""

from __future__ import annotations

import numbers
import operator
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from .._core.arrays import as_tensor, result_dtype
from ._convert import is_scipy
from ._pattern import CompressedRows, Coordinates, compress, index_dtype, structural
from ._products import product, segment_sum

if TYPE_CHECKING:
    from ._base import sparray
    from ._csr import csr_array


def is_scalar(x: Any) -> bool:
    """Is this a number, or an array without dimensions?"""
    return isinstance(x, numbers.Number) or (isinstance(x, (Tensor, np.ndarray, np.generic)) and x.ndim == 0)


def _operand(x: Any, like: sparray, name: str = "other") -> Any:
    """Return the other operand as a sparse array or a dense tensor on the same device; None for anything else."""
    from ._base import sparray
    from ._coo import coo_array

    if isinstance(x, Tensor) and x.layout is torch.strided:
        found: Any = x
    elif isinstance(x, sparray):
        found = x
    elif is_scipy(x) or isinstance(x, Tensor):
        found = coo_array(x, device=like.device if is_scipy(x) else None)
    elif isinstance(x, (np.ndarray, np.generic, list, tuple, numbers.Number)) or hasattr(x, "__dlpack__"):
        return as_tensor(x, name, "sparse", like.device)
    else:
        return None
    if found.device != like.device and (found.ndim or found.device.type != "cpu"):
        raise RuntimeError(f"sparse: the array is on {like.device}, but {name} is on {found.device}")
    return found


def _rows_of(A: sparray) -> csr_array:
    """Return compressed rows for a product, where duplicates do no harm."""
    from ._coo import coo_array

    return A._rows() if isinstance(A, coo_array) else A.tocsr()


def summed(A: Any) -> Any:
    """Return the array without duplicates and with sorted indices."""
    if A.has_canonical_format:
        return A
    A = A._with_data(A._data)
    A.sum_duplicates()
    return A


# ---- the matrix product ----------------------------------------------------------------------------------------------


def matmul(A: sparray, other: Any) -> Any:
    """Return ``A @ other``: dense for a dense operand, sparse for a sparse one."""
    x = _operand(other, A)
    if x is None:
        return NotImplemented
    if x.ndim == 0:
        raise ValueError("matmul: a scalar operand is not allowed, use '*' instead")
    if A.ndim > 2 or (x.ndim > 2 and not isinstance(x, Tensor)):
        raise ValueError(f"matmul: sparse operands must have one or two dimensions, got {A.shape} and {tuple(x.shape)}")
    inner = x.shape[0] if x.ndim == 1 else x.shape[-2]
    if A.shape[-1] != inner:
        raise ValueError(f"matmul: dimension mismatch of shapes {A.shape} and {tuple(x.shape)}")
    if A.ndim == 1 or not isinstance(x, Tensor):
        return _matmul_sparse(A, x)
    rows = _rows_of(A)
    return product(rows._pattern, rows._data, x)


def rmatmul(A: sparray, other: Any) -> Any:
    """Return ``other @ A``."""
    x = _operand(other, A)
    if x is None:
        return NotImplemented
    if x.ndim == 0:
        raise ValueError("matmul: a scalar operand is not allowed, use '*' instead")
    if not isinstance(x, Tensor):
        return matmul(x, A)
    if x.shape[-1] != A.shape[0]:
        raise ValueError(f"matmul: dimension mismatch of shapes {tuple(x.shape)} and {A.shape}")
    if A.ndim == 1:
        return (A._data * x.index_select(-1, A._coordinates().coords[0])).sum(-1)
    rows = _rows_of(A)
    if x.dim() == 1:
        return product(rows._pattern, rows._data, x, transposed=True)
    return product(rows._pattern, rows._data, x.mT, transposed=True).mT


def _matmul_sparse(A: Any, B: Any) -> Any:
    """Multiply where an operand is one-dimensional and sparse, or both are sparse."""
    if A.ndim == 1:
        if B.ndim == 1:
            dense = B if isinstance(B, Tensor) else B.toarray()
            return (A._data * dense.index_select(-1, A._coordinates().coords[0])).sum(-1)
        if isinstance(B, Tensor):
            return (A._data.unsqueeze(-1) * B.index_select(-2, A._coordinates().coords[0])).sum(-2)
        result = _sparse_product(A.tocoo().reshape(1, -1).tocsr(), B.tocsr())
        return result.tocoo().reshape(-1)
    if B.ndim == 1:
        return _sparse_product(A.tocsr(), B.tocoo().reshape(-1, 1).tocsr()).tocoo().reshape(-1)
    return _sparse_product(A.tocsr(), B.tocsr())


def _sparse_product(A: csr_array, B: csr_array) -> csr_array:
    """Multiply two matrices by compressed rows: list every pair of entries that meet, sort by place, add up.

    Needs memory for the pairs, 8 to 16 bytes each besides the values.
    """
    from ._csr import csr_array

    left, right = A._pattern, B._pattern
    shape = (A.shape[0], B.shape[1])
    with structural(left.indices, right.indices):
        counts = (right.indptr[1:] - right.indptr[:-1])[left.indices]
        begins = counts.cumsum(0) - counts
        pairs = int(counts.sum().item())
        p = torch.repeat_interleave(torch.arange(left.nnz, device=A.device), counts, output_size=pairs)
        q = torch.arange(pairs, device=A.device) + (right.indptr[left.indices] - begins)[p]
        found, order = compress(left.rows[p], right.indices[q], shape)
        pattern, target = found.merge()
        p, q = p[order], q[order]
    dtype = torch.promote_types(A.dtype, B.dtype)
    terms = A._data.to(dtype).index_select(-1, p) * B._data.to(dtype).index_select(-1, q)
    return csr_array._make(segment_sum(terms, target, pattern.nnz), pattern)


# ---- elementwise -----------------------------------------------------------------------------------------------------


def _same_shape(A: sparray, B: Any) -> None:
    if A.shape != B.shape:
        raise ValueError(f"inconsistent shapes: {A.shape} and {tuple(B.shape)}")


def _from_keys(keys: Tensor, shape: Sequence[int]) -> CompressedRows | Coordinates:
    """Return the pattern of sorted distinct places: compressed rows for two dimensions."""
    coords, rest, index = [], keys, index_dtype(*shape, keys.shape[0])
    for n in reversed(shape):
        coords.append((rest % max(n, 1)).to(index))
        rest = rest // max(n, 1)
    coords.reverse()
    if len(shape) != 2:
        return Coordinates(coords, shape, canonical=True)
    borders = torch.arange(shape[0] + 1, device=keys.device, dtype=index)
    indptr = torch.searchsorted(coords[0], borders, out_int32=index is torch.int32)
    return CompressedRows(indptr, coords[1], shape, canonical=True)


def _array(data: Tensor, pattern: CompressedRows | Coordinates) -> Any:
    from ._coo import coo_array
    from ._csr import csr_array

    return csr_array._make(data, pattern) if isinstance(pattern, CompressedRows) else coo_array._make(data, pattern)


def _rows_if_matrix(A: sparray) -> Any:
    return A.tocsr() if A.ndim == 2 else A.tocoo()


def _same_pattern(a: Any, b: Any) -> bool:
    """Are these the same places, as far as can be told without reading them?"""
    if a is b:
        return True
    return (
        isinstance(a, CompressedRows)
        and isinstance(b, CompressedRows)
        and a.indices is b.indices
        and a.indptr is b.indptr
    )


def _union(A: Any, B: Any) -> tuple[Tensor, Tensor, CompressedRows | Coordinates]:
    """Return the values of two arrays on the union of their patterns."""
    A, B = _rows_if_matrix(A), _rows_if_matrix(B)
    dtype = torch.promote_types(A.dtype, B.dtype)
    if _same_pattern(A._pattern, B._pattern):
        return A._data.to(dtype), B._data.to(dtype), A._pattern
    A, B = summed(A), summed(B)
    with structural(A._pattern.keys(), B._pattern.keys()):
        keys, places = torch.unique(torch.cat([A._pattern.keys(), B._pattern.keys()]), return_inverse=True)
        pattern = _from_keys(keys, A.shape)
        to_a, to_b = places[: A.nnz], places[A.nnz :]
    count = keys.shape[0]
    return segment_sum(A._data.to(dtype), to_a, count), segment_sum(B._data.to(dtype), to_b, count), pattern


def add(A: sparray, other: Any, sign: int) -> Any:
    """Return ``A + sign * other``: sparse for a sparse operand, dense for a dense one."""
    x = _operand(other, A)
    if x is None:
        return NotImplemented
    if isinstance(x, Tensor):
        if x.dim() == 0:
            if not torch.compiler.is_compiling() and bool(x == 0):
                return A.copy()
            raise NotImplementedError("adding a nonzero scalar to a sparse array is not supported")
        dense = A.toarray()
        return dense + x if sign > 0 else dense - x
    _same_shape(A, x)
    a, b, pattern = _union(A, x)
    if a.dtype is torch.bool:
        if sign < 0:
            raise TypeError("subtracting boolean sparse arrays is not supported; cast them first")
        return _array(a | b, pattern)
    return _array(a + b if sign > 0 else a - b, pattern)


def _at_entries(A: sparray, x: Tensor) -> Tensor:
    """Return the elements of a dense array, broadcast to the shape of `A`, at the entries of `A`."""
    coords = A._coordinates().coords
    places = [coords[A.ndim - x.dim() + d] if n > 1 else torch.zeros_like(coords[0]) for d, n in enumerate(x.shape)]
    return x[tuple(places)]


def _scaled(data: Tensor, factor: Any, act: Callable[[Any, Any], Any]) -> Tensor:
    result: Tensor = act(data, factor)
    return result


def multiply(A: Any, other: Any) -> Any:
    """Return the elementwise product, which is sparse."""
    if isinstance(other, (bool, int, float, complex)):
        return A._with_data(A._data * other)
    x = _operand(other, A)
    if x is None:
        return NotImplemented
    if isinstance(x, Tensor):
        if x.dim() == 0:
            return A._with_data(A._data * _as_weak(x, other, A._data))
        return _with_dense(A, x, operator.mul)
    if A.shape != x.shape:
        if x.ndim <= A.ndim and _broadcasts(x.shape, A.shape):
            return _with_dense(A, x.toarray(), operator.mul)
        return _with_dense(x, A.toarray(), operator.mul)
    A, B = _rows_if_matrix(A), _rows_if_matrix(x)
    if _same_pattern(A._pattern, B._pattern) and A._pattern.canonical:
        return A._with_data(A._data * B._data)
    A, B = summed(A), summed(B)
    if isinstance(A._pattern, Coordinates):
        A, B = _ordered(A), _ordered(B)
    with structural(A._pattern.keys(), B._pattern.keys()):
        a, b = A._pattern.keys(), B._pattern.keys()
        if b.shape[0] == 0 or a.shape[0] == 0:
            in_a = in_b = a.new_zeros(0)
        else:
            near = torch.searchsorted(b, a).clamp(max=b.shape[0] - 1)
            in_a = (b[near] == a).nonzero()[:, 0]
            in_b = near[in_a]
        pattern = _from_keys(a[in_a], A.shape)
    return _array(A._data.index_select(-1, in_a) * B._data.index_select(-1, in_b), pattern)


def _ordered(A: Any) -> Any:
    """Return coordinates in row-major order."""
    with structural(*A._pattern.coords):
        order = torch.argsort(A._pattern.keys())
        coords = [x[order] for x in A._pattern.coords]
    return type(A)._make(A._data.index_select(-1, order), Coordinates(coords, A.shape, canonical=True))


def _as_weak(x: Tensor, given: Any, data: Tensor) -> Tensor:
    """Cast a 0-d operand as torch would: its dtype gives way to that of the values within a kind of number."""
    return x.to(result_dtype([data, x])) if isinstance(given, Tensor) else x


def _broadcasts(shape: Sequence[int], to: Sequence[int]) -> bool:
    return all(n in (1, m) for n, m in zip(reversed(shape), reversed(to), strict=False))


def _with_dense(A: Any, x: Tensor, act: Callable[[Any, Any], Any]) -> Any:
    """Combine with a dense array at the entries of `A`; zeros of `A` stay zeros."""
    from ._coo import coo_array

    if x.dim() > A.ndim or not _broadcasts(x.shape, A.shape):
        try:
            shape = torch.broadcast_shapes(A.shape, x.shape)
        except RuntimeError:
            raise ValueError(f"inconsistent shapes: {A.shape} and {tuple(x.shape)}") from None
        dense = act(A.toarray().expand(shape), x)
        return coo_array(dense).asformat("csr" if len(shape) == 2 else "coo")
    return A._with_data(act(A._data, _at_entries(A, x)))


def divide(A: Any, other: Any) -> Any:
    """Return ``A / other``: sparse, but for a sparse divisor, where zeros are divided by zeros."""
    if isinstance(other, (bool, int, float, complex)):
        return A._with_data(A._data / other)
    x = _operand(other, A)
    if x is None:
        return NotImplemented
    if not isinstance(x, Tensor):
        _same_shape(A, x)
        return A.toarray() / x.toarray()
    if x.dim() == 0:
        return A._with_data(A._data / x)
    return _with_dense(summed(A), x, operator.truediv)


def extreme(A: Any, other: Any, act: Callable[[Tensor, Tensor], Tensor]) -> Any:
    """Return the elementwise maximum or minimum."""
    x = _operand(other, A)
    if x is None:
        raise TypeError(f"maximum: other must be a number or an array, got {type(other).__name__}")
    if not isinstance(x, Tensor):
        _same_shape(A, x)
        a, b, pattern = _union(A, x)
        return _array(act(a, b), pattern)
    if x.dim():
        return act(*_promoted(A.toarray(), x))
    data, bound = _promoted(A._data, x)
    if bool(act(torch.zeros_like(bound), bound) != 0):
        warnings.warn("this extreme makes every element nonzero", _efficiency_warning(), stacklevel=3)
        from ._csr import csr_array

        return csr_array(act(A.toarray().to(data.dtype), bound))
    A = summed(A)
    return A._with_data(act(A._data.to(data.dtype), bound))


def _promoted(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    dtype = torch.promote_types(a.dtype, b.dtype) if b.dim() else result_dtype([a, b])
    return a.to(dtype), b.to(dtype)


def _efficiency_warning() -> type[Warning]:
    from ._base import SparseEfficiencyWarning

    return SparseEfficiencyWarning


def compare(A: Any, other: Any, act: Callable[[Any, Any], Any]) -> Any:
    """Compare elementwise: a boolean array, sparse but for a dense operand. Entries that compare False are dropped."""
    x = _operand(other, A)
    if x is None:
        return NotImplemented
    if isinstance(x, Tensor) and x.dim():
        return act(A.toarray(), x)
    if not isinstance(x, Tensor) and A.shape != x.shape:
        if act in (operator.eq, operator.ne):
            return act is operator.ne
        _same_shape(A, x)
    A = _rows_if_matrix(A)
    if isinstance(x, Tensor):
        zero_compares = bool(act(torch.zeros_like(x), x))
    else:
        zero_compares = act in (operator.eq, operator.le, operator.ge)
    if zero_compares:
        text = f"comparing sparse arrays with {act.__name__} is inefficient where zeros compare True"
        warnings.warn(text, _efficiency_warning(), stacklevel=3)
        return type(A)(act(A.toarray(), x if isinstance(x, Tensor) else x.toarray()))
    if isinstance(x, Tensor):
        A = summed(A)
        result = A._with_data(act(A._data, x))
    else:
        a, b, pattern = _union(A, x)
        result = _array(act(a, b), pattern)
    result.eliminate_zeros()
    return result
