"""`spsolve_triangular` and `spilu`: solves with a triangle, and incomplete factors."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.utils.weak import WeakIdKeyDictionary

from ..._core.arrays import as_tensor, compute_dtype, floating
from ..._core.cards import Sample, function
from ..._core.dispatch import _move_batch_dims, operator, unbroadcast
from ..._core.errors import flag
from ...linalg import LinAlgError
from .._csr import csr_array
from .._pattern import bucket_sort, edits, expand_indptr, keepable
from .._products import matmul, pattern_tensors, sample
from ._spsolve import _WHY, SuperLU, _Factor, _named, _order, _present, _square
from ._structure import is_sptriangular

__all__ = ["spilu", "spsolve_triangular"]


# ---- the operator ----------------------------------------------------------------------------------------------------
#
# x = A^-1 b.  dx = A^-1 (db - dA x);   with lambda = A^-H g:        grad_b = lambda,  grad_A = -lambda x^H.
# x = A^-T b.  dx = A^-T (db - dA^T x); with lambda = conj(A)^-1 g:  grad_b = lambda,  grad_A = -conj(x) lambda^T.
# Both gradients of A are sampled on its pattern, without the diagonal where that is taken for ones.

_Levels = tuple[Tensor, Tensor]  # rows in the order of their levels, then where these begin; that on the CPU
_known_levels: Any = WeakIdKeyDictionary()  # of the indices of a pattern: {lower: (edits, levels)}


def _levels(indptr: Tensor, indices: Tensor, lower: bool) -> _Levels:
    """Return the levels of a triangle on CUDA, which the host finds once for a pattern, as long as that lives."""
    now = edits(indptr, indices)
    known = _known_levels.get(indices, {}).get(lower)
    if known is not None and known[0] == (now, indptr.data_ptr()):
        found: _Levels = known[1]
        return found
    rows, starts = torch.ops.sci.csr_triangular_levels(indptr.cpu(), indices.cpu(), lower)
    rows = torch.cat([rows, starts.to(rows.dtype)]).to(indices.device)
    if now is not None and keepable(indices, rows):
        _known_levels.setdefault(indices, {})[lower] = (now, indptr.data_ptr()), (rows, starts)
    return rows, starts


def _kernel(
    data: Tensor,
    b: Tensor,
    indptr: Tensor,
    indices: Tensor,
    t_indptr: Tensor | None,
    t_indices: Tensor | None,
    t_order: Tensor | None,
    lower: bool,
    unit: bool,
    transposed: bool,
) -> Tensor:
    n, k = b.shape[-2:]
    batch = torch.broadcast_shapes(data.shape[:-1], b.shape[:-2])
    members = math.prod(batch)
    right = b.resolve_conj().expand(*batch, n, k).reshape(members, n, k)
    values = data.resolve_conj()
    values = values.unsqueeze(0) if data.dim() == 1 else values.expand(*batch, -1).reshape(members, data.shape[-1])
    order = rows = starts = None
    if b.device.type != "cpu":
        if transposed:
            if t_indptr is None or t_indices is None or t_order is None:
                t_indptr, t_order = bucket_sort(indices, n)
                t_indices = expand_indptr(indptr, indices.shape[0])[t_order]
            indptr, indices, order, lower, transposed = t_indptr, t_indices, t_order, not lower, False
        rows, starts = _levels(indptr, indices, lower)
    solve = torch.ops.sci.csr_triangular_solve
    x: Tensor = solve(values, right, indptr, indices, order, rows, starts, lower, unit, transposed)
    return x.reshape(*batch, n, k)


def _fake(data: Tensor, b: Tensor, *rest: Any) -> Tensor:
    return b.new_empty((*torch.broadcast_shapes(data.shape[:-1], b.shape[:-2]), *b.shape[-2:]))


def _free(data: Tensor, indptr: Tensor, indices: Tensor, unit: bool) -> Tensor:
    """Take the entries that the solution does not depend on for zero."""
    if not unit:
        return data
    return torch.where(expand_indptr(indptr, indices.shape[0]) == indices, torch.zeros_like(data), data)


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Any) -> list[Tensor | None]:
    data, b, *pattern, lower, unit, transposed = inputs
    (x,) = outputs
    against = data.conj().resolve_conj()
    solved = _solve(against, grads[0], *pattern, lower, unit, not transposed)
    grad_data = grad_b = None
    if needs[0]:
        u, v = (-x.conj(), solved) if transposed else (-solved, x.conj())
        if data.dim() == 1 and u.dim() > 2:
            u, v = (w.movedim(-2, 0).reshape(w.shape[-2], -1) for w in (u, v))
        grad_data = _free(unbroadcast(sample(u, v, tuple(pattern)), data), pattern[0], pattern[1], unit)
    if needs[1]:
        grad_b = unbroadcast(solved, b)
    return [grad_data, grad_b] + [None] * 8


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    data, _, *pattern, lower, unit, transposed = inputs
    x = outputs[0] if isinstance(outputs, (tuple, list)) else outputs
    right = torch.zeros_like(x) if tangents[1] is None else tangents[1].expand_as(x)
    if tangents[0] is not None:
        change = _free(tangents[0], pattern[0], pattern[1], unit)
        right = right - matmul(change, x, tuple(pattern), x.shape[-2], x.shape[-2], transposed)
    return _solve(data, right, *pattern, lower, unit, transposed)


def _vmap(info: Any, in_dims: Any, *args: Any) -> Any:
    out = torch.ops.sci.csr_triangular.default(*_move_batch_dims(args, in_dims, _present(args)))
    return out, None if all(d is None for d in in_dims[:2]) else 0


_solve = operator(
    "csr_triangular(Tensor data, Tensor b, Tensor indptr, Tensor indices, Tensor? t_indptr, Tensor? t_indices, "
    "Tensor? t_order, bool lower, bool unit, bool transposed) -> Tensor",
    kernel=_kernel,
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    vmap=_vmap,
)


# ---- the functions ---------------------------------------------------------------------------------------------------


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype, device=device)

    indices = torch.tensor([0, 1, 0, 2, 1, 2, 3], device=device)
    indptr = torch.tensor([0, 1, 2, 4, 7], device=device)
    yield Sample(random(7), indices, indptr, random(4))
    yield Sample(random(7), indices, indptr, random(4, 3))


def _call(spsolve_triangular: Any, data: Any, indices: Any, indptr: Any, b: Any) -> Any:
    rows = torch.repeat_interleave(torch.arange(4, device=indices.device), indptr.diff(), output_size=7)
    A = csr_array((data + 4 * (rows == indices), indices, indptr), shape=(4, 4))
    upper = spsolve_triangular(A.T.tocsr(), b, lower=False)
    return spsolve_triangular(A, b), upper, spsolve_triangular(A, b, unit_diagonal=True)


def _ends_on_diagonal(matrix: csr_array, lower: bool) -> bool:
    """Is the last entry of every row (of an upper triangle: the first) on the diagonal, and not zero?

    So it is in rows in order, and looking there takes less than looking for the diagonal.
    """
    n = matrix.shape[0]
    if matrix.nnz < n or not matrix.has_canonical_format:
        return False
    ends = (matrix.indptr[1:] - 1 if lower else matrix.indptr[:-1]).clamp(0, matrix.nnz - 1)
    rows = torch.arange(n, dtype=matrix.indices.dtype, device=matrix.device)
    found = (matrix.indices[ends] == rows) & (matrix._data.detach()[..., ends] != 0)
    return bool(found.all())


@function(
    differentiable=("A", "b"),
    samples=_samples,
    call=_call,
    batch=False,
    compiles=False,
    synchronizes=True,
)
def spsolve_triangular(
    A: Any,
    b: Any,
    lower: bool = True,
    overwrite_A: bool = False,
    overwrite_b: bool = False,
    unit_diagonal: bool = False,
) -> Tensor:
    r"""Solve ``A x = b`` for a triangular sparse matrix.

    Parameters
    ----------
    A : sparse array ``(N, N)``
        The triangle; a dense matrix is converted, with a `SparseEfficiencyWarning`.
    b : Tensor or array-like ``(N,)``, ``(N, K)`` or ``(..., N, K)``
        Right-hand sides.
    lower : bool
        Which triangle `A` is.
    overwrite_A, overwrite_b : bool
        Accepted, and without effect: arguments are never overwritten.
    unit_diagonal : bool
        Take the diagonal for ones, whatever is stored there.

    Returns
    -------
    Tensor
        The solution, shaped as `b`.

    Raises
    ------
    LinAlgError
        `A` has a zero on its diagonal, or entries in the other triangle.
    ValueError
        For shapes that do not fit.

    Notes
    -----
    Rows are substituted one after another on the CPU, and level by level on CUDA: a row's level is one more than the
    highest of the rows that it takes from (Anderson and Saad 1989). The host finds the levels, once for a pattern;
    levels of up to 1024 rows that follow each other are one launch. The backward error of `x` is at most ``m eps |A|``
    for rows of m entries. With ``lambda = A^-H g`` for the gradient g, that of `b` is ``lambda`` and that of `A` is
    ``-lambda x^H`` on its pattern; entries of a unit diagonal have none.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import spsolve_triangular
    >>> A = csr_array(torch.tensor([[2.0, 0.0], [1.0, 4.0]]))
    >>> spsolve_triangular(A, torch.tensor([2.0, 9.0]))
    tensor([1., 2.])
    """
    name = "spsolve_triangular"
    lower, unit_diagonal = flag(name, "lower", lower), flag(name, "unit_diagonal", unit_diagonal)
    matrix = _square(A, name)
    n = matrix.shape[0]
    right = as_tensor(b, "b", "spsolve_triangular", matrix.device)
    if right.dim() == 0 or right.shape[0 if right.dim() == 1 else -2] != n:
        shapes = f"A has {matrix.shape}, b has {tuple(right.shape)}"
        raise ValueError(f"spsolve_triangular: shapes do not fit: {shapes}")
    if not is_sptriangular(matrix)[0 if lower else 1]:
        raise LinAlgError(f"spsolve_triangular: A is not triangular: it has entries {'above' if lower else 'below'}")
    dtype = compute_dtype(floating(torch.promote_types(matrix.dtype, right.dtype)))
    if not unit_diagonal and not _ends_on_diagonal(matrix, lower) and bool((matrix.diagonal() == 0).any()):
        raise LinAlgError("spsolve_triangular: A is singular: zero entry on diagonal.")
    data = matrix._data.to(dtype)
    columns = right.to(dtype).unsqueeze(-1) if right.dim() == 1 else right.to(dtype)
    x: Tensor = _solve(data, columns, *pattern_tensors(matrix._valid(), data, columns), lower, unit_diagonal, False)
    return x.squeeze(-1) if right.dim() == 1 else x


@function(differentiable=(), batch=False, compiles=False, host_route=_WHY, synchronizes=True)
def spilu(
    A: Any,
    drop_tol: float | None = None,
    fill_factor: float | None = None,
    drop_rule: str | None = None,
    permc_spec: str | None = None,
    diag_pivot_thresh: float | None = None,
    relax: int | None = None,
    panel_size: int | None = None,
    options: dict[str, Any] | None = None,
) -> SuperLU:
    """Factorise a sparse square matrix incompletely: a preconditioner.

    Parameters
    ----------
    A : sparse array ``(N, N)``
        The matrix.
    drop_tol : float, optional
        Entries below this, relative to their column, are dropped; by default 1e-4.
    fill_factor : float, optional
        How many times the entries of `A` the factors may have; by default 10.
    drop_rule, diag_pivot_thresh, relax, panel_size, options
        SuperLU's settings, as in SciPy.
    permc_spec : {"COLAMD", "NATURAL", "MMD_ATA", "MMD_AT_PLUS_A"}, optional
        How the unknowns are ordered.

    Returns
    -------
    SuperLU
        Its ``solve`` differentiates in the right-hand side, and not in the matrix: dropping has no derivative. Use it
        as ``LinearOperator(A.shape, lu.solve, lambda v: lu.solve(v, "H"))``.

    Raises
    ------
    RuntimeError
        A factor is exactly singular.
    ValueError
        `A` is not square.

    Notes
    -----
    **Incomplete Cholesky factors** of a Hermitian positive definite matrix are those of its lower triangle: without
    pivoting and reordering, ``A`` is about ``L D L^H`` with the diagonal D of U, as the second example shows. So made,
    the preconditioner is Hermitian, as `cg` and `minres` need it.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array, diags_array
    >>> from sci.sparse.linalg import LinearOperator, cg, spilu, spsolve_triangular
    >>> lu = spilu(csr_array(torch.tensor([[2.0, 1.0], [0.0, 4.0]])))
    >>> lu.solve(torch.tensor([4.0, 8.0]))
    tensor([1., 2.])

    >>> A = diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(50, 50), dtype=torch.float64).tocsc()
    >>> lu = spilu(A, drop_tol=1e-2, permc_spec="NATURAL", diag_pivot_thresh=0.0)
    >>> L = (lu.L * lu.U.diagonal().sqrt()).tocsr()
    >>> upper = L.T.tocsr()
    >>> M = LinearOperator(A.shape, lambda v: spsolve_triangular(upper, spsolve_triangular(L, v), lower=False))
    >>> x, info = cg(A, torch.ones(50, dtype=torch.float64), M=M, maxiter=3)
    >>> int(info)
    0
    """
    from scipy.sparse import csc_array
    from scipy.sparse.linalg import spilu as scipy_spilu

    matrix, order = _square(A, "spilu"), _order(permc_spec, "spilu")
    matrix = matrix._with_data(matrix._data.detach().to(compute_dtype(floating(matrix.dtype))))
    if not matrix.has_canonical_format:
        matrix = matrix._with_data(matrix._data)
        matrix.sum_duplicates()
    parts = [x.cpu().numpy() for x in (matrix._data.resolve_conj(), matrix.indices, matrix.indptr)]
    factor = scipy_spilu(
        csc_array(tuple(parts), shape=matrix.shape),
        drop_tol=drop_tol,
        fill_factor=fill_factor,
        drop_rule=drop_rule,
        permc_spec=order,
        diag_pivot_thresh=diag_pivot_thresh,
        relax=relax,
        panel_size=panel_size,
        options=options,
    )
    lu = object.__new__(SuperLU)
    lu._matrix, lu._factor, lu._order = matrix, _named([_Factor(factor)], ()), order
    return lu
