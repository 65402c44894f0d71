"""Operators of sparse arrays: products, sums, comparisons.

Which entries a result has follows from the patterns alone: the union for sums, the intersection for products. Values
go there by `index_select` and `index_add`, so all of it differentiates in every mode. Only comparisons drop entries by
value.

Functions return arrays in compressed rows (for operands by columns, in columns; for more than two dimensions, in
coordinates); the caller gives them the format and the kind that the operands ask for.
"""

from __future__ import annotations

import numbers
import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from .._core.arrays import as_tensor, result_dtype
from .._core.errors import warn
from ._combine import Aligned, align, intersection, quick_sum, union
from ._convert import is_scipy
from ._products import oriented, product, sparse_product
from ._tensors import matmul_tensors

if TYPE_CHECKING:
    from ._base import SparseBase


def is_scalar(x: Any) -> bool:
    """Is this a number, or an array without dimensions?"""
    return isinstance(x, numbers.Number) or (isinstance(x, (Tensor, np.ndarray, np.generic)) and x.ndim == 0)


def is_sparse(x: Any) -> bool:
    """Is this one of this library's sparse arrays?"""
    from ._base import SparseBase

    return isinstance(x, SparseBase)


def operand(x: Any, like: SparseBase, name: str = "other") -> Any:
    """Return the other operand as a sparse array or a dense tensor on the same device; None for anything else."""
    from ._coo import coo_array

    if isinstance(x, Tensor) and x.layout is torch.strided:
        found: Any = x
    elif is_sparse(x):
        found = x._array()
    elif is_scipy(x) or isinstance(x, Tensor):
        found = coo_array(x, device=like.device if type(x).__module__.startswith("scipy") else None)
    elif isinstance(x, (np.ndarray, np.generic, list, tuple, numbers.Number)) or hasattr(x, "__dlpack__"):
        if isinstance(x, np.ndarray) and x.dtype == object:
            return None
        return as_tensor(x, name, "sparse", like.device)
    else:
        return None
    if found.device != like.device and (found.ndim or found.device.type != "cpu"):
        raise RuntimeError(f"sparse: the array is on {like.device}, but {name} is on {found.device}")
    return found


def summed(A: Any) -> Any:
    """Return the array without duplicates and with sorted indices."""
    if A._is_canonical():
        return A
    A = A._with_data(A._data)
    A.sum_duplicates()
    return A


# ---- the matrix product ----------------------------------------------------------------------------------------------


def _checked_product(A: Any, x: Any, left: tuple[int, ...], right: tuple[int, ...]) -> None:
    if x.ndim == 0:
        raise ValueError("matmul: scalar operands are not allowed, use '*' instead")
    if left[-1] != (right[0] if len(right) == 1 else right[-2]):
        text = f"matmul: dimension mismatch with signature (n,k={left[-1]}),(k={right[-2:][0]},m)->(n,m)"
        raise ValueError(f"{text}: inconsistent shapes {left} and {right}")


def matmul(A: Any, other: Any) -> Any:
    """Return ``A @ other``: dense for a dense operand, sparse for a sparse one."""
    x = operand(other, A)
    if x is None:
        return NotImplemented
    _checked_product(A, x, A.shape, tuple(x.shape))
    if A.ndim > 2 or (not isinstance(x, Tensor) and x.ndim > 2):
        return matmul_tensors(A, x)
    if A.ndim == 1 or not isinstance(x, Tensor):
        return _matmul_sparse(A, x)
    data, pattern, turned = oriented(A)
    return product(pattern, data, x, transposed=turned)


def rmatmul(A: Any, other: Any) -> Any:
    """Return ``other @ A``."""
    x = operand(other, A)
    if x is None:
        return NotImplemented
    if not isinstance(x, Tensor):
        return matmul(x, A)
    _checked_product(A, x, tuple(x.shape), A.shape)
    if A.ndim > 2:
        made = matmul_tensors(A.transpose((*range(A.ndim - 2), A.ndim - 1, A.ndim - 2)), _turned(x))
        return made if x.dim() == 1 else made.mT
    if A.ndim == 1:
        data, places = A._places()
        return (data * x.index_select(-1, places.coords[0])).sum(-1)
    data, pattern, turned = oriented(A)
    if x.dim() == 1:
        return product(pattern, data, x, transposed=not turned)
    return product(pattern, data, x.mT, transposed=not turned).mT


def _turned(x: Tensor) -> Tensor:
    return x if x.dim() == 1 else x.mT


def _matmul_sparse(A: Any, B: Any) -> Any:
    """Multiply where an operand is one-dimensional and sparse, or both are sparse."""
    if A.ndim == 1:
        if B.ndim == 1:
            dense = B if isinstance(B, Tensor) else B.toarray()
            data, places = A._places()
            return (data * dense.index_select(-1, places.coords[0])).sum(-1)
        if isinstance(B, Tensor):
            data, places = A._places()
            return (data.unsqueeze(-1) * B.index_select(-2, places.coords[0])).sum(-2)
        return _two(A.tocoo().reshape(1, -1), B).tocoo().reshape(-1)
    if B.ndim == 1:
        return _two(A, B.tocoo().reshape(-1, 1)).tocoo().reshape(-1)
    return _two(A, B)


def _two(A: Any, B: Any) -> Any:
    """Multiply two sparse matrices; by columns, (A B)^T = B^T A^T is the product by rows."""
    from ._csc import csc_array
    from ._csr import csr_array
    from ._layouts import CompressedColumns

    if A.format == "csc":
        right, left = A, B.tocsc()
        data, pattern = sparse_product(left._data, left._pattern.turned, right._data, right._pattern.turned)
        return csc_array._make(data, CompressedColumns(pattern))
    data, pattern = sparse_product(*A._rows(), *B._rows())
    return csr_array._make(data, pattern)


# ---- elementwise -----------------------------------------------------------------------------------------------------


def _same_shape(A: Any, B: Any) -> None:
    if A.shape != tuple(B.shape):
        raise ValueError(f"inconsistent shapes: {A.shape} and {tuple(B.shape)}")


def add(A: Any, other: Any, sign: int) -> Any:
    """Return ``A + sign * other``: sparse for a sparse operand, dense for a dense one."""
    x = operand(other, A)
    if x is None:
        return NotImplemented
    if isinstance(x, Tensor):
        if x.dim() == 0:
            if not torch.compiler.is_compiling() and bool(x == 0):
                return A.copy()
            raise NotImplementedError("adding a nonzero scalar to a sparse array is not supported")
        if x.dim() != A.ndim or not _broadcasts(x.shape, A.shape):
            if A.ndim > 2 or x.dim() > A.ndim or not _broadcasts(x.shape, A.shape):
                raise ValueError(f"inconsistent shapes: {A.shape} and {tuple(x.shape)}")
        return A.toarray() + x if sign > 0 else _difference(A.toarray(), x)
    _same_shape(A, x)
    pair = align(A, x)
    quick = quick_sum(pair, sign)
    if quick is not None:
        return pair.array(*quick)
    a, b, pattern = union(pair)
    if a.dtype is torch.bool:
        if sign < 0:
            raise TypeError("subtracting boolean sparse arrays is not supported; cast them first")
        return pair.array(a | b, pattern)
    return pair.array(a + b if sign > 0 else a - b, pattern)


def subtract_from(other: Any, A: Any) -> Any:
    """Return ``other - A``; unsigned values are negated in the common dtype only."""
    x = operand(other, A)
    if not isinstance(x, Tensor) or x.dim() == 0:
        return add(-A, other, 1)
    if A.ndim > 2 or not _broadcasts(x.shape, A.shape):
        raise ValueError(f"inconsistent shapes: {A.shape} and {tuple(x.shape)}")
    return _difference(x, A.toarray())


def _difference(x: Tensor, y: Tensor) -> Tensor:
    """Return ``x - y`` of dense arrays; truth values count as 0 and 1 beside numbers, which torch refuses."""
    if (x.dtype is torch.bool) is (y.dtype is torch.bool):
        return x - y
    dtype = torch.result_type(x, y)
    return x.to(dtype) - y.to(dtype)


def _at_entries(A: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return the values of `A` and the elements of a dense array, broadcast to the shape of `A`, at its entries."""
    data, pattern = A._places()
    coords = pattern.coords
    places = [coords[A.ndim - x.dim() + d] if n > 1 else torch.zeros_like(coords[0]) for d, n in enumerate(x.shape)]
    return data, x[tuple(places)]


def multiply(A: Any, other: Any) -> Any:
    """Return the elementwise product, which is sparse."""
    if isinstance(other, (bool, int, float, complex)):
        return A._with_data(A._data * other)
    x = operand(other, A)
    if x is None:
        return NotImplemented
    if isinstance(x, Tensor):
        if x.dim() == 0:
            return A._with_data(A._data * _as_weak(x, other, A._data))
        return _with_dense(A, x, operator.mul)
    if A.shape != x.shape:
        if x.ndim <= A.ndim and _broadcasts(x.shape, A.shape):
            return _with_dense(A, x.toarray(), operator.mul)
        if A.ndim <= x.ndim and _broadcasts(A.shape, x.shape):
            return _with_dense(x, A.toarray(), operator.mul)
        return _outer(A, x)
    pair = align(A, x)
    if pair.same and pair.left[1].canonical:
        return pair.array(pair.left[0] * pair.right[0], pair.left[1])
    return pair.array(*intersection(pair, operator.mul))


def _outer(A: Any, B: Any) -> Any:
    """Multiply where both operands are repeated, such as a column and a row."""
    from ._coo import coo_array

    try:
        shape = torch.broadcast_shapes(A.shape, tuple(B.shape))
    except RuntimeError:
        raise ValueError(f"inconsistent shapes: {A.shape} and {tuple(B.shape)}") from None
    made = coo_array(A.toarray().expand(shape) * B.toarray())
    return made.tocsr() if len(shape) == 2 else made


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
        return coo_array(act(A.toarray().expand(shape), x))
    data, values = _at_entries(A, x)
    _, places = A._places()
    return coo_array._make(act(data, values), places)


def divide(A: Any, other: Any) -> Any:
    """Return ``A / other``: sparse, but for a sparse divisor, where zeros are divided by zeros."""
    if isinstance(other, (bool, int, float, complex)):
        return A._with_data(A._data / other)
    x = operand(other, A)
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
    x = operand(other, A)
    if x is None:
        raise TypeError(f"maximum: other must be a number or an array, got {type(other).__name__}")
    act = ordered(act)
    if not isinstance(x, Tensor):
        _same_shape(A, x)
        pair = align(A, x)
        a, b, pattern = union(pair)
        return pair.array(act(a, b), pattern)
    if x.dim():
        return act(*_promoted(A.toarray(), x))
    data, bound = _promoted(A._data, x)
    if bool(act(torch.zeros_like(bound), bound) != 0):
        from ._coo import coo_array

        _warn(f"taking {act.__name__} with {bound.item()} makes every element nonzero")
        return coo_array(act(A.toarray().to(data.dtype), bound)).asformat(A.format)
    A = summed(A)
    if A.ndim < 3 and A.format not in ("csr", "csc"):
        A = A.tocsr()
    return A._with_data(act(A._data.to(data.dtype), bound))


def _promoted(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    dtype = torch.promote_types(a.dtype, b.dtype) if b.dim() else result_dtype([a, b])
    return a.to(dtype), b.to(dtype)


def _warn(text: str) -> None:
    from ._base import SparseEfficiencyWarning

    warn(text, SparseEfficiencyWarning)


def _before(a: Tensor, b: Tensor) -> Tensor:
    """Compare complex numbers as NumPy orders them: by the real part, then by the imaginary part."""
    a, b = torch.broadcast_tensors(*_promoted(*(x if isinstance(x, Tensor) else torch.as_tensor(x) for x in (a, b))))
    return (a.real < b.real) | ((a.real == b.real) & (a.imag < b.imag))


# torch does not order complex numbers; comparisons by name, of a and b.
_ORDERED: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "lt": _before,
    "gt": lambda a, b: _before(b, a),
    "le": lambda a, b: _before(a, b) | (a == b),
    "ge": lambda a, b: _before(b, a) | (a == b),
    "maximum": lambda a, b: torch.where(_before(a, b) | b.isnan(), b, a),
    "minimum": lambda a, b: torch.where(_before(b, a) | b.isnan(), b, a),
}


def ordered(act: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return a comparison, `torch.maximum` or `torch.minimum` that also knows complex numbers."""

    def compare_any(a: Any, b: Any) -> Any:
        if a.is_complex() or b.is_complex():
            by_parts = _ORDERED.get(act.__name__)
            if by_parts is not None:
                dtype = torch.promote_types(a.dtype, b.dtype)
                return by_parts(a.to(dtype), b.to(dtype))
        return act(a, b)

    compare_any.__name__ = act.__name__
    return compare_any


_UNSIGNED = (torch.uint8, torch.uint16, torch.uint32, torch.uint64)


def _signed(data: Tensor, x: Tensor) -> Tensor:
    """Return values to compare with a number: next to unsigned ones torch would take a negative one for a large one."""
    if x.dim() or data.dtype not in _UNSIGNED or x.dtype in _UNSIGNED:
        return data
    return data.to(torch.float64 if data.dtype is torch.uint64 else torch.int64)


def compare(A: Any, other: Any, act: Callable[[Any, Any], Any]) -> Any:
    """Compare elementwise: a boolean array, sparse but for a dense operand. Entries that compare False are dropped."""
    x = operand(other, A)
    if x is None:
        return NotImplemented
    if isinstance(x, Tensor) and x.dim():
        if act in (operator.eq, operator.ne) and not (_broadcasts(x.shape, A.shape) or _broadcasts(A.shape, x.shape)):
            return act is operator.ne
        return ordered(act)(A.toarray(), x)
    if not isinstance(x, Tensor) and A.shape != x.shape:
        if act in (operator.eq, operator.ne):
            return act is operator.ne
        _same_shape(A, x)
    if isinstance(x, Tensor):
        zero_compares = bool(ordered(act)(torch.zeros_like(x), x))
    else:
        zero_compares = act in (operator.eq, operator.le, operator.ge)
    if zero_compares:
        from ._coo import coo_array

        _warn(f"comparing sparse arrays with {act.__name__} is inefficient where zeros compare True")
        right = x if isinstance(x, Tensor) else x.toarray()
        return coo_array(ordered(act)(_signed(A.toarray(), right), right))
    if isinstance(x, Tensor):
        A = summed(A)
        if A.format not in ("csr", "csc", "coo"):
            A = A.tocsr()
        result = A._with_data(ordered(act)(_signed(A._data, x), x))
    else:
        pair: Aligned = align(A, x)
        a, b, pattern = union(pair)
        result = pair.array(ordered(act)(a, b), pattern)
    result.eliminate_zeros()
    return result
