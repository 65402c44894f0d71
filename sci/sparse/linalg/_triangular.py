"""`spsolve_triangular` and `spilu`: solves with a triangle, and incomplete factors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from ..._core.arrays import as_tensor, compute_dtype, floating
from ..._core.cards import Sample, function
from ...linalg import LinAlgError
from .._csr import csr_array
from .._diagonals import eye_array
from .._extract import tril, triu
from .._products import pattern_tensors
from ._spsolve import _WHY, TRIANGLE, SuperLU, _Factor, _named, _order, _solve, _square
from ._structure import is_sptriangular

__all__ = ["spilu", "spsolve_triangular"]


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


@function(
    differentiable=("A", "b"),
    samples=_samples,
    call=_call,
    batch=False,
    compiles=False,
    host_route=_WHY,
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
    The triangle is handed to SuperLU as its own factor, without pivoting, so there is no fill. Derivatives are those of
    `spsolve`, on the pattern of `A`; entries of a unit diagonal have none.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import spsolve_triangular
    >>> A = csr_array(torch.tensor([[2.0, 0.0], [1.0, 4.0]]))
    >>> spsolve_triangular(A, torch.tensor([2.0, 9.0]))
    tensor([1., 2.])
    """
    matrix = _square(A, "spsolve_triangular")
    if not matrix.has_canonical_format:
        matrix = matrix._with_data(matrix._data)
        matrix.sum_duplicates()
    n = matrix.shape[0]
    right = as_tensor(b, "b", "spsolve_triangular", matrix.device)
    if right.dim() == 0 or right.shape[0 if right.dim() == 1 else -2] != n:
        shapes = f"A has {matrix.shape}, b has {tuple(right.shape)}"
        raise ValueError(f"spsolve_triangular: shapes do not fit: {shapes}")
    if not is_sptriangular(matrix)[0 if lower else 1]:
        raise LinAlgError(f"spsolve_triangular: A is not triangular: it has entries {'above' if lower else 'below'}")
    dtype = compute_dtype(floating(torch.promote_types(matrix.dtype, right.dtype)))
    matrix = matrix.astype(dtype)
    if unit_diagonal:
        strict = tril(matrix, -1) if lower else triu(matrix, 1)
        matrix = (strict + eye_array(n, dtype=dtype, device=matrix.device)).tocsr()
    elif bool((matrix.diagonal() == 0).any()):
        raise LinAlgError("spsolve_triangular: A is singular: zero entry on diagonal.")
    columns = right.to(dtype).unsqueeze(-1) if right.dim() == 1 else right.to(dtype)
    if n == 0:
        return right.to(dtype)
    data = matrix._data
    x, _ = _solve(data, columns, *pattern_tensors(matrix._valid(), data, columns), None, False, TRIANGLE)
    result: Tensor = x.squeeze(-1) if right.dim() == 1 else x
    return result


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

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import spilu
    >>> lu = spilu(csr_array(torch.tensor([[2.0, 1.0], [0.0, 4.0]])))
    >>> lu.solve(torch.tensor([4.0, 8.0]))
    tensor([1., 2.])
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
