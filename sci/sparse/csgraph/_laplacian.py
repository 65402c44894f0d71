"""`laplacian`: degrees minus weights, as an array or as a function."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from ..._core.cards import Sample, function
from .._base import SparseBase
from .._convert import as_dtype
from .._csr import csr_array
from .._pattern import Coordinates, structural
from .._products import oriented, product
from .._reductions import summed_at
from ..linalg import LinearOperator
from ._graph import as_square, is_masked, masked_parts

__all__ = ["laplacian"]


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    indices = torch.tensor([2, 1, 2, 3, 3, 0, 1, 3], device=device)
    indptr = torch.tensor([0, 2, 4, 6, 8], device=device)
    yield Sample(1 + torch.rand(8, generator=generator, dtype=dtype, device=device), indices, indptr)


def _call(f: Any, data: Any, indices: Any, indptr: Any) -> Any:
    A = csr_array((data, indices, indptr), shape=(4, 4))
    x = torch.linspace(0.5, 1.5, 4, dtype=data.dtype, device=data.device)
    return f(A) @ x + f(A, normed=True) @ x + f(A, symmetrized=True, use_out_degree=True) @ x


def _roots(degrees: Tensor) -> tuple[Tensor, Tensor]:
    """Return the roots of the degrees, 1 for isolated nodes, and the diagonal of the normalised Laplacian."""
    apart = degrees == 0
    ones = torch.ones_like(degrees)
    return torch.where(apart, ones, torch.where(apart, ones, degrees).sqrt()), (~apart).to(degrees.dtype)


def _in_place(A: Any, normed: bool, axis: int) -> tuple[Any, Tensor] | None:
    """Return the Laplacian on the pattern of `A` and what that lacks of the diagonal; None for duplicates in this."""
    data, pattern, turned = oriented(A)
    n = A.shape[0]
    with structural(pattern.indptr, pattern.indices):
        rows, columns = pattern.rows, pattern.indices
        there = (rows == columns).nonzero()[:, 0]
        known = columns.index_select(0, there)  # in order, since rows are
        if bool((known[1:] == known[:-1]).any()):
            return None
        lacks = torch.ones(n, dtype=torch.bool, device=rows.device).index_fill(0, known.to(torch.int64), False)
        lacking = lacks.nonzero()[:, 0]
    data = (-data).index_fill(-1, there, 0)
    ones = torch.ones(n, dtype=data.dtype, device=data.device)
    degrees = diagonal = -product(pattern, data, ones, transposed=(axis == 0) != turned)
    if normed:
        degrees, diagonal = _roots(degrees)
        data = data / degrees.index_select(-1, rows) / degrees.index_select(-1, columns)
    data = data.index_copy(-1, there, diagonal.index_select(-1, known))
    canonical = bool(pattern._canonical)
    if lacking.shape[0]:
        data = torch.cat([data, diagonal.index_select(-1, lacking)], -1)
        more = lacking.to(rows.dtype)
        rows, columns = torch.cat([rows, more]), torch.cat([columns, more])
    coords = [columns, rows] if turned else [rows, columns]
    places = Coordinates(coords, (n, n), canonical, ordered=not turned and not lacking.shape[0])
    return A._class("coo")._make(data, places), degrees


def _sparse(A: Any, normed: bool, axis: int, symmetrized: bool) -> tuple[Any, Tensor]:
    if A.format in ("csr", "csc") and not symmetrized and A.shape[0]:
        found = _in_place(A, normed, axis)
        if found is not None:
            return found
    data, places = A.tocoo()._places()
    rows, columns = places.coords
    n = A.shape[0]
    with structural(rows, columns):
        apart = (rows != columns).nonzero()[:, 0]
        rows, columns = rows[apart], columns[apart]
        own = torch.arange(n, dtype=rows.dtype, device=rows.device)
    data = data.index_select(-1, apart)
    cls = A._class("coo")
    if symmetrized:
        coords = [torch.cat([rows, columns]), torch.cat([columns, rows])]
        both = cls._make(torch.cat([data, data.conj()], -1), Coordinates(coords, (n, n)))
        both.sum_duplicates()
        data, (rows, columns) = both._data, both._pattern.coords
    degrees = summed_at(data, (columns, rows)[axis], n)
    diagonal = degrees
    if normed:
        degrees, diagonal = _roots(degrees)
        data = data / degrees.index_select(-1, rows) / degrees.index_select(-1, columns)
    pattern = Coordinates([torch.cat([rows, own]), torch.cat([columns, own])], (n, n))
    return cls._make(torch.cat([-data, diagonal], -1), pattern), degrees


def _dense(x: Tensor, normed: bool, axis: int, symmetrized: bool) -> tuple[Tensor, Tensor]:
    own = torch.eye(x.shape[-1], dtype=torch.bool, device=x.device)
    x = torch.where(own, torch.zeros_like(x), x)
    if symmetrized:
        x = x + x.mH
    degrees = x.sum(axis, dtype=x.dtype)
    diagonal = degrees
    if normed:
        degrees, diagonal = _roots(degrees)
        x = x / degrees.unsqueeze(-1) / degrees
    return torch.where(own, torch.diag(diagonal), -x), degrees


def _product(A: Any, normed: bool, axis: int, symmetrized: bool) -> tuple[Callable[[Any], Tensor], Tensor]:
    """Return a function that multiplies by the Laplacian, which is never formed."""
    sums, diagonal = A.sum(axis).reshape(-1), A.diagonal()
    if symmetrized:
        sums, diagonal = sums + A.sum(1 - axis).reshape(-1).conj(), diagonal + diagonal.conj()
    degrees = sums - diagonal
    scale = None
    if normed:
        degrees, _ = _roots(degrees)
        scale = 1 / degrees
    adjoint = A.mT.conj() if symmetrized else None

    def column(v: Tensor, x: Tensor) -> Tensor:
        return v.unsqueeze(-1) if x.dim() > 1 else v

    def multiply(v: Any) -> Tensor:
        x = torch.as_tensor(v, device=sums.device)
        dtype = torch.promote_types(x.dtype, sums.dtype)
        x = x.to(dtype)
        if scale is not None:
            x = x * column(scale, x)
        y = x * column(sums, x) - A.to(dtype) @ x
        if adjoint is not None:
            y = y - adjoint.to(dtype) @ x
        return y if scale is None else y * column(scale, y)

    return multiply, degrees


@function(differentiable=("csgraph",), samples=_samples, call=_call, batch=False, compiles=False, synchronizes=True)
def laplacian(
    csgraph: Any,
    normed: bool = False,
    return_diag: bool = False,
    use_out_degree: bool = False,
    *,
    copy: bool = True,
    form: str = "array",
    dtype: Any = None,
    symmetrized: bool = False,
) -> Any:
    r"""Return the Laplacian of a graph: degrees on the diagonal, minus the weights.

    Parameters
    ----------
    csgraph : sparse array, dense tensor or array-like ``(N, N)``
        The weights, real or complex; the diagonal does not count.
    normed : bool
        Scale rows and columns by the inverse roots of the degrees.
    return_diag : bool
        Return the degrees, too; for `normed` their roots, 1 for isolated nodes.
    use_out_degree : bool
        Degrees are sums of rows; by default of columns.
    copy : bool
        False writes the result over a dense tensor or a coo array of its dtype for which no gradient is recorded.
    form : {"array", "function", "lo"}
        Return an array, a function that multiplies by it, or a `LinearOperator`; the last two never form it.
    dtype : dtype, optional
        Of the result; by default that of the weights, the default float type for integers with `normed`.
    symmetrized : bool
        Take ``csgraph + csgraph.conj().T``.

    Returns
    -------
    lap : coo_array or coo_matrix (dia for dia), Tensor for dense input, or as `form` says
        The Laplacian ``(N, N)``.
    diag : Tensor ``(N,)``
        See `return_diag`.

    Raises
    ------
    ValueError
        For a graph that is not square, and for another `form`.

    Notes
    -----
    The Laplacian is linear in the weights W but for the scaling, and differentiable in all of them:

    .. math:: L = \operatorname{diag}(W^T 1) - W, \quad
       L_{\mathrm{normed}} = D^{-1/2} L D^{-1/2}, \quad D = \operatorname{diag}(W^T 1).

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.csgraph import laplacian
    >>> laplacian(torch.tensor([[0.0, 1.0], [1.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    if form not in ("array", "function", "lo"):
        raise ValueError(f"Invalid form: {form!r}")
    graph = as_square(csgraph, "laplacian")
    if is_masked(graph):
        values, there = masked_parts(graph, "laplacian")
        graph = torch.where(there, values, torch.zeros_like(values))
    inexact = graph.dtype.is_floating_point or graph.dtype.is_complex
    if normed and not inexact:
        graph = graph.to(torch.get_default_dtype())
    wanted = as_dtype(dtype, "laplacian") or graph.dtype
    if graph.dtype is torch.bool:
        graph = graph.to(torch.int64)
    axis = 1 if use_out_degree else 0
    made: Any
    if form != "array":
        if copy and isinstance(graph, Tensor):  # what is written to it afterwards does not count
            graph = graph.clone()
        multiply, degrees = _product(graph, normed, axis, symmetrized)
        made = multiply
        if form == "lo":
            operator: Any = LinearOperator
            made = operator(graph.shape, matvec=multiply, matmat=multiply, dtype=wanted)
    elif isinstance(graph, SparseBase):
        made, degrees = _sparse(graph, normed, axis, symmetrized)
        made = made.astype(wanted, copy=False)
        if graph.format == "dia" and not normed:
            made = made.todia()
        elif not copy and graph is csgraph and graph.format == "coo" and wanted is graph.dtype:
            if not (made.requires_grad or graph.requires_grad):
                graph._data, graph._pattern = made._data, made._pattern
    else:
        made, degrees = _dense(graph, normed, axis, symmetrized)
        made = made.to(wanted)
        if not copy and graph.dtype is wanted and not made.requires_grad:
            made = graph.copy_(made)
    return (made, degrees.to(wanted)) if return_diag else made
