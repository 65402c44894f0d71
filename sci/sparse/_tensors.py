"""Products of sparse arrays of more than two dimensions: `matmul` over batches and `tensordot`, as one matrix product.

A batch of products ``(..., m, k) @ (..., k, n)`` is the product of one matrix with rows (batch, m) and columns
(batch, k) with one with rows (batch, k) and columns n: no block of zeros is ever made.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ._pattern import Coordinates, index_dtype, structural


def _broadcast_batch(A: Any, batch: Sequence[int]) -> Any:
    """Return an array in coordinates with its leading dimensions repeated to `batch`."""
    from ._coo import coo_array

    own = (1,) * (len(batch) + 2 - A.ndim) + A.shape
    A = A.tocoo().reshape(own)
    data, places = A._data, A._pattern
    for d, size in enumerate(batch):
        if own[d] == size:
            continue
        with structural(*places.coords):
            copies = torch.arange(size, device=data.device, dtype=places.coords[0].dtype)
            count = places.nnz
            coords = [x.repeat(size) for x in places.coords]
            coords[d] = copies.repeat_interleave(count)
        data = data.repeat(size)
        shape = list(places.shape)
        shape[d] = size
        places = Coordinates(coords, shape, places.canonical, ordered=False)
    return coo_array._make(data, places)


def _merge_dims(places: Coordinates, groups: Sequence[Sequence[int]]) -> Coordinates:
    """Return coordinates in which each group of dimensions is one, in row-major order."""
    sizes = [math.prod(places.shape[d] for d in group) for group in groups]
    index = index_dtype(*sizes)
    coords = []
    with structural(*places.coords):
        for group in groups:
            key = torch.zeros(places.nnz, dtype=index, device=places.coords[0].device)
            for d in group:
                key = key * places.shape[d] + places.coords[d].to(index)
            coords.append(key)
    return Coordinates(coords, sizes, places.canonical, ordered=False)


def matmul_tensors(A: Any, x: Any) -> Any:
    """Multiply where an operand has more than two dimensions; the leading ones broadcast."""
    from ._coo import coo_array

    left = A.tocoo().reshape(1, -1) if A.ndim == 1 else A
    vector = x.ndim == 1
    dense = isinstance(x, Tensor)
    right = (x.reshape(-1, 1) if dense else x.tocoo().reshape(-1, 1)) if vector else x
    try:
        batch = tuple(torch.broadcast_shapes(left.shape[:-2], tuple(right.shape[:-2])))
    except RuntimeError:
        raise ValueError(f"Batch dimensions are not broadcastable: {A.shape} and {tuple(x.shape)}") from None
    m, k, n = left.shape[-2], left.shape[-1], right.shape[-1]
    B = len(batch)
    left = _broadcast_batch(left, batch)
    places = _merge_dims(left._pattern, [range(B + 1), (*range(B), B + 1)])
    flat = coo_array._make(left._data, places)
    if dense:
        made: Any = flat @ right.expand(*batch, k, n).reshape(-1, n)
    else:
        right = _broadcast_batch(right, batch)
        made = flat @ coo_array._make(right._data, _merge_dims(right._pattern, [range(B + 1), (B + 1,)]))
        made = made.tocoo()
    shape = [*batch, m, n]
    if vector:
        shape.pop()
    if A.ndim == 1:
        shape.pop(-2 if not vector else -1)
    return made.reshape(shape)


def _axes(axes: Any, ndim_a: int, ndim_b: int) -> tuple[list[int], list[int]]:
    if isinstance(axes, int):
        if axes < 0 or axes > min(ndim_a, ndim_b):
            raise ValueError(f"tensordot: axes must lie between 0 and the number of dimensions, got {axes}")
        return list(range(ndim_a - axes, ndim_a)), list(range(axes))
    try:
        first, second = axes
    except (TypeError, ValueError):
        raise ValueError(f"axes must be a tuple/list of length 2, got {axes}") from None
    of_a = [first] if isinstance(first, int) else list(first)
    of_b = [second] if isinstance(second, int) else list(second)
    if len(of_a) != len(of_b):
        raise ValueError("axes lists/tuples must be of the same length")
    for given, ndim, name in ((of_a, ndim_a, "self"), (of_b, ndim_b, "other")):
        for d in given:
            if not -ndim <= d < ndim:
                raise ValueError(f"axes indices for {name} are out of bounds: {d} for {ndim} dimensions")
    return [d % ndim_a for d in of_a], [d % ndim_b for d in of_b]


def tensordot(A: Any, other: Any, axes: Any) -> Any:
    """Sum products over pairs of axes."""
    from ._arithmetic import is_sparse, operand
    from ._coo import coo_array

    x = operand(other, A)
    if x is None or x.ndim == 0:
        raise TypeError(
            f"tensordot: arg not supported type: other must be an array with dimensions, got {type(other).__name__}"
        )
    of_a, of_b = _axes(axes, A.ndim, x.ndim)
    if any(A.shape[i] != x.shape[j] for i, j in zip(of_a, of_b, strict=True)):
        raise ValueError(f"sizes of the corresponding axes must match: {A.shape} and {tuple(x.shape)} along {axes}")
    rest_a = [d for d in range(A.ndim) if d not in of_a]
    rest_b = [d for d in range(x.ndim) if d not in of_b]
    shape = [A.shape[d] for d in rest_a] + [x.shape[d] for d in rest_b]
    data, places = A._places()
    left = coo_array._make(data, _merge_dims(places, [rest_a, of_a]))
    if is_sparse(x):
        values, where = x._places()
        made = (left @ coo_array._make(values, _merge_dims(where, [of_b, rest_b]))).tocoo()
        return made.reshape(shape) if shape else made.sum()
    right = x.permute(*of_b, *rest_b).reshape(left.shape[1], -1)
    return (left @ right).reshape(shape)
