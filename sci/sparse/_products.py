"""Products on a pattern of compressed rows, and their derivatives.

With A the matrix of `data` on the pattern, ``csr_matmul`` is ``A @ x`` or ``A.T @ x``, linear in both, and

    d(A x) = dA x + A dx,     grad_A = sample(g x^H),     grad_x = A^H g,

where ``sample`` keeps the entries on the pattern (``csr_sample``, a sampled dense-dense product): the gradient of a
sparse matrix is never dense. ``csr_sample`` is bilinear in turn and its derivatives are products again, so derivatives
of every order stay among these two operators. (Giles, "Collected matrix derivative results", 2008, section 2.2.1.)
"""

from __future__ import annotations

import weakref
from typing import Any

import torch
from torch import Tensor

from .._core.dispatch import operator, unbroadcast
from .._core.quick import COMPLEX_DTYPES, STRIDED, is_compiling
from .._core.torch_private import (
    CPU,
    CUDA,
    dispatch_modes,
    forward_ad,
    forward_mode_active,
    is_batched_gradient,
    kernel_of,
    profiler_enabled,
    transforms_active,
)
from ._pattern import (
    CompressedRows,
    bucket_sort,
    compress_order,
    expand_indptr,
    on_plain_cpu,
    one_thread,
    same_index_dtype,
    structural,
)

# The pattern as operators take it: indptr, indices, then indptr, indices and order of the transpose, or None.
PatternTensors = tuple[Tensor, Tensor, Tensor | None, Tensor | None, Tensor | None]


def _matmul_fake(
    data: Tensor,
    x: Tensor,
    indptr: Tensor,
    indices: Tensor,
    t1: Any,
    t2: Any,
    t3: Any,
    rows: int,
    columns: int,
    t: bool,
    longest: int,
) -> Tensor:
    batch = torch.broadcast_shapes(data.shape[:-1], x.shape[:-2])
    return x.new_empty((*batch, columns if t else rows, x.shape[-1]))


def _matmul_backward(inputs: Any, outputs: Any, grads: Any, needs: Any) -> list[Tensor | None]:
    data, x, *pattern, rows, columns, transposed, _ = inputs
    (g,) = grads
    grad_data = grad_x = None
    if needs[0] and needs[1] and not transposed and _one_pass(data, x, g):
        parts = max(1, min(torch.get_num_threads(), 8, data.shape[0] // max(2**15, columns)))
        grad_data, grad_x = torch.ops.sci.csr_matvec_gradients(data, x, g, *pattern[:2], parts)
        return [grad_data, grad_x] + [None] * 9
    if needs[0]:
        u, v = (x.conj(), g) if transposed else (g, x.conj())
        if data.dim() == 1 and (u.dim() > 2 or v.dim() > 2):  # one matrix: the batch is part of the sum
            batch = torch.broadcast_shapes(u.shape[:-2], v.shape[:-2])
            u, v = _fold(u, batch), _fold(v, batch)
        grad_data = unbroadcast(sample(u, v, tuple(pattern)), data)
    if needs[1]:
        grad_x = unbroadcast(matmul(data.conj(), g, tuple(pattern), rows, columns, not transposed), x)
    return [grad_data, grad_x] + [None] * 9


def _one_pass(data: Tensor, x: Tensor, g: Tensor) -> bool:
    """Are these one matrix and one vector on the CPU, and nothing differentiates further?"""
    if not (data.dim() == 1 and x.dim() == g.dim() == 2 and x.shape[1] == 1 and g.shape[0] > 0):
        return False
    return _all_plain(data, x, g)


def _fold(x: Tensor, batch: torch.Size) -> Tensor:
    """Move batch dimensions into the columns."""
    return x.expand(*batch, *x.shape[-2:]).movedim(-2, 0).reshape(x.shape[-2], -1)


def _matmul_jvp(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    data, x, *pattern, rows, columns, transposed, longest = inputs
    result = None
    if tangents[0] is not None:
        result = matmul(tangents[0], x, tuple(pattern), rows, columns, transposed, longest)
    if tangents[1] is not None:
        moved = matmul(data, tangents[1], tuple(pattern), rows, columns, transposed, longest)
        result = moved if result is None else result + moved
    assert result is not None
    return result


def _sample_fake(u: Tensor, v: Tensor, indptr: Tensor, indices: Tensor, t1: Any, t2: Any, t3: Any) -> Tensor:
    return u.new_empty((*torch.broadcast_shapes(u.shape[:-2], v.shape[:-2]), indices.shape[0]))


def _sample_backward(inputs: Any, outputs: Any, grads: Any, needs: Any) -> list[Tensor | None]:
    u, v, *pattern = inputs
    (g,) = grads
    rows, columns = u.shape[-2], v.shape[-2]
    grad_u = grad_v = None
    if needs[0]:
        grad_u = unbroadcast(matmul(g, v.conj(), tuple(pattern), rows, columns, False), u)
    if needs[1]:
        grad_v = unbroadcast(matmul(g, u.conj(), tuple(pattern), rows, columns, True), v)
    return [grad_u, grad_v] + [None] * 5


def _sample_jvp(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    u, v, *pattern = inputs
    result = None
    if tangents[0] is not None:
        result = sample(tangents[0], v, tuple(pattern))
    if tangents[1] is not None:
        moved = sample(u, tangents[1], tuple(pattern))
        result = moved if result is None else result + moved
    assert result is not None
    return result


_matmul = operator(
    "csr_matmul",
    fake=_matmul_fake,
    backward=_matmul_backward,
    jvp=_matmul_jvp,
    core_dims=(1, 2, 1, 1, 1, 1, 1),
    keeps="arguments",
)
_sample = operator(
    "csr_sample",
    fake=_sample_fake,
    backward=_sample_backward,
    jvp=_sample_jvp,
    core_dims=(2, 2, 1, 1, 1, 1, 1),
    keeps="arguments",
)


def matmul(
    data: Tensor, x: Tensor, pattern: Any, rows: int, columns: int, transposed: bool, longest: int = -1
) -> Tensor:
    """Multiply the matrix (transposed: its transpose) by the columns of `x`, with leading batch dimensions in both.

    `longest` is how many entries the longest row of what is multiplied has: without it, CUDA takes two launches.
    """
    indptr, indices, t_indptr, t_indices, t_order = pattern
    if transposed and t_indptr is None and indices.device.type != "cpu":
        t_indptr, t_order = bucket_sort(indices, columns)
        t_indices = expand_indptr(indptr, indices.shape[0])[t_order]
    result: Tensor = _matmul(data, x, indptr, indices, t_indptr, t_indices, t_order, rows, columns, transposed, longest)
    return result


def _apply_fake(data: Tensor, x: Tensor, indptr: Tensor, indices: Tensor, columns: int, transposed: bool) -> Tensor:
    return x.new_empty((columns if transposed else indptr.shape[0] - 1, *x.shape[1:]))


def _apply_backward(inputs: Any, outputs: Any, grads: Any, needs: Any) -> list[Tensor | None]:
    """Do what `_matmul_backward` does, of a matrix and a vector."""
    data, x, indptr, indices, columns, transposed = inputs
    whole = data, x.unsqueeze(-1), indptr, indices, None, None, None, indptr.shape[0] - 1, columns, transposed, -1
    grad_data, grad_x = _matmul_backward(whole, outputs, (grads[0].unsqueeze(-1),), needs)[:2]
    return [grad_data, None if grad_x is None else grad_x.squeeze(-1), None, None, None, None]


# On the CPU the product without what transforms and forward mode need: it takes vectors as they are.
_apply = operator("csr_apply", fake=_apply_fake, backward=_apply_backward, keeps="arguments")


def sample(u: Tensor, v: Tensor, pattern: Any) -> Tensor:
    """Return the entries of ``u @ v.T`` on the pattern."""
    result: Tensor = _sample(u, v, *pattern)
    return result


def pattern_tensors(pattern: CompressedRows, *values: Tensor, transposed: bool = False) -> PatternTensors:
    """Return the pattern as the operators take it, with the transpose where the product or a gradient will need it."""
    if torch.compiler.is_compiling():
        wanted = True
    else:
        wanted = transposed or transforms_active() or forward_mode_active()
        wanted = wanted or (torch.is_grad_enabled() and any(x.requires_grad for x in values))
    t_indptr, t_indices, t_order = pattern.known_transposed(wanted)
    return pattern.indptr, pattern.indices, t_indptr, t_indices, t_order


_apply_kernel, _matmul_kernel = (kernel_of(op.default) for op in (torch.ops.sci.csr_apply, torch.ops.sci.csr_matmul))
_grad_enabled = torch.is_grad_enabled
_DIRECT = frozenset((torch.float32, torch.float64, torch.complex64, torch.complex128))


def _is_direct(x: Tensor) -> bool:
    """Are these the values as they lie in memory, of a dtype that kernels take?"""
    dtype = x.dtype
    plain = dtype in _DIRECT and x.layout is STRIDED and not x.is_neg() and not is_batched_gradient(x)
    return plain and not (dtype.is_complex and x.is_conj())


def quick_product(A: Any, pattern: CompressedRows, x: Any, transposed: bool = False) -> Tensor | None:
    """Multiply where nothing has to be converted and at most a gradient is recorded: straight to the kernel. Else None.

    A product of a small matrix takes as long as the questions asked here, so what cannot change of the values is asked
    once, and shapes and devices are left to the kernel, which raises RuntimeError.
    """
    if is_compiling() or type(x) is not Tensor:
        return None
    data, known, direct = A._data, pattern._edits, A._direct
    if direct is None or direct[0] is not data:
        if type(data) is not Tensor or data.dim() != 1 or not _is_direct(data) or not (data.is_cpu or data.is_cuda):
            return None
        direct = A._direct = data, data.dtype, data.is_cpu
    _, dtype, on_cpu = direct
    if (
        known is None
        or pattern._unchecked
        or known[0] != pattern.indptr._version
        or known[1] != pattern.indices._version
    ):
        pattern.fit(data)
    if x.dtype is not dtype or x.layout is not STRIDED or x.is_neg() or (dtype in COMPLEX_DTYPES and x.is_conj()):
        return None
    recorded = (x.requires_grad or data.requires_grad) and _grad_enabled()
    modes = forward_ad._current_level >= 0 or dispatch_modes() or profiler_enabled()
    if modes or transforms_active() or is_batched_gradient(x):
        return None
    if on_cpu:
        # Threads gather, where this or the gradient's product would scatter.
        if (transposed or recorded) and (x.dim() > 1 or (data.shape[0] > 2**15 and not one_thread())):
            return None
        args = data, x, pattern.indptr, pattern.indices, pattern.grid[1], transposed
        result: Tensor = _apply(*args) if recorded else _apply_kernel(CPU, *args)
        return result
    if transposed or recorded:
        return None
    parts = pattern.indptr, pattern.indices, None, None, None, *pattern.grid
    result = _matmul_kernel(CUDA, data, x, *parts, False, pattern.longest)
    return result


def multiplies(pattern: CompressedRows, data: Tensor, x: Tensor, transposed: bool = False) -> bool:
    """Do shape and device of `x` fit? If so, what a kernel refused are indices that lie outside."""
    ndim = x.dim()
    return (
        ndim > 0 and x.shape[-2 if ndim > 1 else 0] == pattern.grid[0 if transposed else 1] and x.device == data.device
    )


def product(pattern: CompressedRows, data: Tensor, x: Tensor, transposed: bool = False) -> Tensor:
    """Multiply by a vector or by the columns of a (batch of) matrices, in the common dtype."""
    dtype = data.dtype
    if x.dtype is not dtype:
        dtype = torch.promote_types(dtype, x.dtype)
        data, x = data.to(dtype), x.to(dtype)
    rows, columns = pattern.grid
    columns_of_x = x.unsqueeze(-1) if x.dim() == 1 else x
    if dtype.is_floating_point or dtype.is_complex:
        if dtype.itemsize < 4 or dtype is torch.complex32:  # half types compute in single precision
            wide = torch.complex64 if dtype.is_complex else torch.float32
            return product(pattern, data.to(wide), x.to(wide), transposed).to(dtype)
        tensors = pattern_tensors(pattern, data, x, transposed=transposed)
        y = matmul(data, columns_of_x, tensors, rows, columns, transposed, -1 if transposed else pattern.longest)
    else:
        y = _integer_product(pattern, data, columns_of_x, transposed)
    return y.squeeze(-1) if x.dim() == 1 else y


def oriented(A: Any) -> tuple[Tensor, CompressedRows, bool]:
    """Return values and compressed rows of a matrix or, where it is kept by columns, of its transpose (True)."""
    if A.format == "csc":
        return A._data, A._valid(), True
    return (*A._rows(), False)


def _integer_product(pattern: CompressedRows, data: Tensor, x: Tensor, transposed: bool) -> Tensor:
    source, target = (pattern.rows, pattern.indices) if transposed else (pattern.indices, pattern.rows)
    size = pattern.grid[1] if transposed else pattern.grid[0]
    if data.dtype is torch.bool:
        return _integer_product(pattern, data.to(torch.int64), x.to(torch.int64), transposed) != 0
    terms = data.unsqueeze(-1) * x.index_select(-2, source)
    out = terms.new_zeros((*terms.shape[:-2], size, terms.shape[-1]))
    return out.index_add(-2, target, terms)


def segment_sum(data: Tensor, target: Tensor, count: int) -> Tensor:
    """Sum values whose `target`, in order, is one of `count` places; booleans are joined by or."""
    if data.dtype is torch.bool:
        return segment_sum(data.to(torch.int32), target, count) != 0
    return data.new_zeros((*data.shape[:-1], count)).index_add(-1, target, data)


# The product C = A B of sparse matrices has the trilinear form sum a_ik b_kj c_ij over triples of entries that meet.
# With the values of two of the three slots (A, B, C) given, the form's derivative with respect to the third is the
# operator's result: slot 2 is the product itself, slots 0 and 1 are the gradients of A and B on their patterns. So the
# derivatives of each are the others.
_SLOTS = ((1, 2), (0, 2), (0, 1))


def _triples_fake(slot: int, x: Tensor, y: Tensor, *rest: Any) -> Tensor:
    return x.new_empty(rest[2 * slot + 1].shape[0])


def _triples_backward(inputs: Any, outputs: Any, grads: Any, needs: Any) -> list[Tensor | None]:
    slot, x, y, *pattern = inputs
    values: dict[int, Tensor] = {slot: grads[0]}
    values |= dict(zip(_SLOTS[slot], (x.conj(), y.conj()), strict=True))
    found: list[Tensor | None] = [None]
    for position, other in enumerate(_SLOTS[slot]):
        first, second = (values[s].resolve_conj() for s in _SLOTS[other])
        found.append(_triples(other, first, second, *pattern) if needs[1 + position] else None)
    return found + [None] * 7


def _triples_jvp(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    slot, x, y, *pattern = inputs
    result = None
    if tangents[1] is not None:
        result = _triples(slot, tangents[1], y, *pattern)
    if tangents[2] is not None:
        moved = _triples(slot, x, tangents[2], *pattern)
        result = moved if result is None else result + moved
    assert result is not None
    return result


def _triples_kernel(slot: int, x: Tensor, y: Tensor, *pattern: Any) -> Tensor:
    x, y = x.resolve_conj().resolve_neg(), y.resolve_conj().resolve_neg()
    made: Tensor = torch.ops.sci.csr_triples_values(slot, x, y, *pattern)
    return made


def _triples_vmap(info: Any, in_dims: Any, slot: int, x: Tensor, y: Tensor, *pattern: Any) -> Any:
    count = info.batch_size
    xs, ys = (
        [v] * count if d is None else v.movedim(d, 0).unbind(0) for v, d in zip((x, y), in_dims[1:3], strict=True)
    )
    return torch.stack([_triples(slot, a, b, *pattern) for a, b in zip(xs, ys, strict=True)]), 0


_triples = operator(
    "csr_triples(int slot, Tensor x, Tensor y, Tensor pa, Tensor ia, Tensor pb, Tensor ib, Tensor pc, Tensor ic, "
    "int columns) -> Tensor",
    kernel=_triples_kernel,
    fake=_triples_fake,
    backward=_triples_backward,
    jvp=_triples_jvp,
    vmap=_triples_vmap,
    keeps="arguments",
)


def _product_pattern(left: CompressedRows, right: CompressedRows, grid: tuple[int, int]) -> CompressedRows:
    """Return the pattern of a product; the last one is remembered, for loops that change values alone."""
    known = left._product
    if known is not None and known[0]() is right:
        return known[1]
    with structural(left.indices, right.indices):
        nothing = torch.zeros(max(left.nnz, right.nnz), dtype=torch.float32, device="cpu")
        _, pattern = _multiply(nothing, left, nothing, right, grid)
    return pattern


def _multiply(
    a: Tensor, left: CompressedRows, b: Tensor, right: CompressedRows, grid: tuple[int, int]
) -> tuple[Tensor, CompressedRows]:
    """Multiply plain values, and remember the pattern. Rows come out in the order that entries are met in."""
    parts = same_index_dtype(left.indptr, left.indices, right.indptr, right.indices)
    try:
        data, indptr, indices = torch.ops.sci.csr_multiply(a, *parts[:2], b, *parts[2:], grid[1])
    except RuntimeError:  # more entries than int32 counts, or indices that do not hold, which will raise again
        parts = [x.to(torch.int64) for x in parts]
        data, indptr, indices = torch.ops.sci.csr_multiply(a, *parts[:2], b, *parts[2:], grid[1])
    pattern = CompressedRows(indptr, indices, grid)
    left._product = (weakref.ref(right), pattern)
    return data, pattern


def is_plain(*values: Tensor) -> bool:
    """Are these rows of values of one dtype that a kernel takes as they are, with nothing to differentiate?"""
    return all(x.dim() == 1 for x in values) and _all_plain(*values)


def _all_plain(*values: Tensor) -> bool:
    if is_compiling() or transforms_active() or forward_mode_active() or dispatch_modes():
        return False
    dtype, grad = values[0].dtype, torch.is_grad_enabled()
    return dtype in _DIRECT and all(
        x.dtype is dtype
        and x.is_cpu
        and not (grad and x.requires_grad)
        and not x.is_conj()
        and not x.is_neg()
        and not is_batched_gradient(x)
        for x in values
    )


def sparse_product(a: Tensor, left: CompressedRows, b: Tensor, right: CompressedRows) -> tuple[Tensor, CompressedRows]:
    """Multiply two matrices by compressed rows.

    On the CPU row by row (Gustavson, ACM TOMS 4, 1978); elsewhere every pair of entries that meet is listed, sorted by
    place and added up, with memory for the pairs, 8 to 16 bytes each besides the values.
    """
    grid = (left.grid[0], right.grid[1])
    dtype = torch.promote_types(a.dtype, b.dtype)
    # The rows need a place for every column: not for far more columns than there are entries.
    few = grid[1] <= 64 * (left.nnz + right.nnz) + 2**20
    if dtype in _DIRECT and few and a.dim() == b.dim() == 1 and on_plain_cpu(left.indices, right.indices):
        a, b = a.to(dtype), b.to(dtype)
        if left._product is None and is_plain(a, b):
            return _multiply(a, left, b, right, grid)
        pattern = _product_pattern(left, right, grid)
        parts = (left.indptr, left.indices, right.indptr, right.indices, pattern.indptr, pattern.indices)
        tensors = [x.contiguous() for x in same_index_dtype(*parts)]
        return _triples(2, a, b, *tensors, grid[1]), pattern
    with structural(left.indices, right.indices):
        counts = (right.indptr[1:] - right.indptr[:-1])[left.indices]
        begins = counts.cumsum(0) - counts
        pairs = int(counts.sum().item())
        p = torch.repeat_interleave(torch.arange(left.nnz, device=a.device), counts, output_size=pairs)
        q = torch.arange(pairs, device=a.device) + (right.indptr[left.indices] - begins)[p]
        found, order = compress_order(left.rows[p], right.indices[q], grid)
        pattern, target = found.merge()
        p, q = p[order], q[order]
    terms = a.to(dtype).index_select(-1, p) * b.to(dtype).index_select(-1, q)
    return segment_sum(terms, target, pattern.nnz), pattern
