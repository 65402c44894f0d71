"""LU, Cholesky and LDL factors and triangular systems of matrices on the CPU."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import torch
from torch import Tensor

from . import _lapack
from ._sizes import LOWER_CHOLESKY_FROM

_SMALL = 32


def potrf(a: Tensor, lower: bool) -> tuple[Tensor, Tensor]:
    """Return the Cholesky factors of a batch, with zeros in the other triangle, and LAPACK's info."""
    routine = _lapack.routine("potrf", a.dtype)
    if a.dim() == 2 and not lower and a.shape[-1] >= LOWER_CHOLESKY_FROM:
        c, info = routine(a.contiguous().numpy(force=True).T, lower=True, clean=1)
        return torch.from_numpy(c.T), torch.tensor(info, dtype=torch.int32, device="cpu")
    out = torch.empty(a.shape, dtype=a.dtype, device="cpu")
    info = torch.zeros(a.shape[:-2], dtype=torch.int32, device="cpu")
    # The upper factor is the transpose of the lower one of A^T. Either comes of LAPACK's upper form on columns that are
    # A's rows: up to some size its lower form takes twice the time, two transpositions a tenth of it.
    source = (a if lower else a.mT).detach().reshape(-1, *a.shape[-2:])
    codes, factors = info.view(-1), out.view(-1, *a.shape[-2:])
    for k in range(source.shape[0]):
        c, codes[k] = routine(source[k].contiguous().numpy(force=True).T, lower=False, clean=1)
        made = torch.from_numpy(c.T)
        if lower and source.shape[0] == 1:
            return made.view(a.shape), info
        if source.shape[0] == 1:
            return made.mT.contiguous().view(a.shape), info
        factors[k] = made if lower else made.mT
    return out, info


def trsm(a: Tensor, b: Tensor, trans: int, lower: bool, unit_diagonal: bool, overwrite_b: bool = False) -> Tensor:
    """Solve op(A) X = B for batches of equal shape; `trans` as in `solve_triangular`."""
    vector = b.shape[-1] == 1
    routine = _lapack.routine("trsv" if vector else "trsm", a.dtype)
    if trans == 2:
        a = a.conj()
    shape = b.shape
    out = torch.empty(shape, dtype=b.dtype, device="cpu")
    many_a, many_b, many_x = (x.detach().reshape(-1, *x.shape[-2:]) for x in (a, b, out))
    for k in range(many_a.shape[0]):
        # X^T op(A)^T = B^T, where B^T is column-major without a copy.
        ak, turned = many_a[k], trans != 0
        low, transposed = (not lower, turned) if not ak.mT.is_contiguous() else (lower, not turned)
        if ak.mT.is_contiguous():
            matrix = ak.numpy(force=True)
        else:
            matrix = ak.contiguous().numpy(force=True).T
        right = many_b[k].contiguous().numpy(force=True).T
        options = {"lower": low, "diag": int(unit_diagonal)}
        if vector:  # op(A) x = b itself: the other way round
            x = routine(matrix, right[0], overwrite_x=overwrite_b, trans=int(not transposed), **options)
        else:
            options |= {"side": 1, "trans_a": int(transposed), "overwrite_b": overwrite_b}
            x = routine(1.0, matrix, right, **options)
        if many_a.shape[0] == 1:
            return torch.from_numpy(x.T).view(shape)
        many_x[k] = torch.from_numpy(x.T).view(shape[-2:])
    return out


def lu_of_one(a: Tensor) -> tuple[Tensor, Tensor, int]:
    """Return LU of one matrix, column-major, with pivots counted from 0, and LAPACK's info."""
    if _lapack.mkl_on_intel() and a.shape[-1] >= _lapack.MIN_ALONE:
        found, places, code = torch.linalg.lu_factor_ex(a.detach())
        if not _lapack.defeated(a, found):
            return found, places - 1, int(code)
    lu, pivots, info = _lapack.routine("getrf", a.dtype)(_lapack.columns(a), overwrite_a=1)
    return torch.from_numpy(lu), torch.from_numpy(pivots), info


def getrf(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return what `torch.linalg.lu_factor_ex` does, of one matrix."""
    lu, pivots, info = lu_of_one(a)
    return lu, pivots + 1, torch.tensor(info, dtype=torch.int32, device="cpu")


def lu_factor(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return what `torch.linalg.lu_factor_ex` does."""
    lu, pivots, info = torch.linalg.lu_factor_ex(a)
    if _lapack.defeated(a, lu):
        lu, pivots, info = _lapack.one_by_one(a, lambda x: (getrf(x), 0))
    return lu, pivots, info


def getrs(lu: Tensor, pivots: Tensor, b: Tensor, adjoint: bool) -> Tensor:
    """Return A^-1 b or A^-H b of one matrix, from what `getrf` returned."""
    trans = 0 if not adjoint else 2 if lu.is_complex() else 1
    matrix, exchanges, x = lu.numpy(force=True), (pivots - 1).numpy(), _lapack.columns(b)
    if b.shape[-1] > 1:
        x, _ = _lapack.routine("getrs", lu.dtype)(matrix, exchanges, x, trans=trans, overwrite_b=1)
        return _lapack.row_major(x)
    # One vector takes getrs, which treats it as a matrix, longer.
    exchange = functools.partial(_lapack.routine("laswp", lu.dtype), piv=exchanges, overwrite_a=1)
    solve = functools.partial(_lapack.routine("trsv", lu.dtype), matrix, trans=trans, overwrite_x=1)
    if adjoint:
        x = exchange(solve(solve(x[:, 0]), lower=1, diag=1)[:, None], inc=-1)
    else:
        x = solve(solve(exchange(x)[:, 0], lower=1, diag=1))[:, None]
    return torch.from_numpy(x)


def _lu_of_transpose(a: Tensor) -> tuple[Any, Any, Tensor, int]:
    """Return LU of A^T and its pivots, the diagonal of U with the sign of their exchanges in it, and LAPACK's info."""
    x = a.contiguous().numpy(force=True).T
    lu, pivots, info = _lapack.routine("getrf", a.dtype)(x)
    diagonal = lu.diagonal().copy()
    if np.count_nonzero(pivots != np.arange(len(pivots), dtype=pivots.dtype)) % 2:
        diagonal[0] *= -1
    return lu, pivots, torch.from_numpy(diagonal), info


def determinant(a: Tensor) -> Tensor:
    """Return the determinant of one matrix, which is its transpose's."""
    return _lu_of_transpose(a)[2].prod()


def inverse(a: Tensor) -> tuple[Tensor, Tensor, int]:
    """Return the inverse of one matrix, which is that of its transpose transposed, numbers whose product is the
    determinant, and LAPACK's info."""
    lu, pivots, diagonal, info = _lu_of_transpose(a)
    if info == 0:
        lu, _ = _lapack.routine("getri", a.dtype)(lu, pivots, lwork=64 * a.shape[-1], overwrite_lu=1)
    return torch.from_numpy(lu.T), diagonal, info


def gttrf(below: Tensor, diagonal: Tensor, above: Tensor) -> tuple[Tensor, ...]:
    """Return the diagonals of L and U of one tridiagonal matrix, pivots counted from 1, and LAPACK's info."""
    routine = _lapack.routine("gttrf", diagonal.dtype)
    *found, info = routine(*(x.numpy(force=True) for x in (below, diagonal, above)))
    return *(torch.from_numpy(x) for x in found), torch.tensor(info, dtype=torch.int32, device="cpu")


def ldl(a: Tensor, lower: bool, hermitian: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return the outer factors, block diagonal factors and permutations of a batch of symmetric matrices."""
    if a.numel() == 0:
        return (
            torch.empty(a.shape, dtype=a.dtype, device="cpu"),
            torch.empty(a.shape, dtype=a.dtype, device="cpu"),
            torch.empty(a.shape[:-1], dtype=torch.int64, device="cpu"),
        )
    factor = _lapack.routine("hetrf" if hermitian else "sytrf", a.dtype)
    apart = _lapack.routine("syconv", a.dtype)
    n, triangle = a.shape[-1], int(lower)
    matrices = _lapack.resolved(a).reshape(-1, n, n)
    factors, order = torch.empty_like(matrices), np.empty(matrices.shape[:-1], np.int64)
    beside = np.empty(order.shape, matrices.numpy().dtype)
    for k, (x, packed) in enumerate(zip(matrices.numpy(), factors.numpy(), strict=True)):
        small = n <= _SMALL  # its rows may become columns in the call
        x = x if small else _lapack.columns(matrices[k])
        made, pivots, _ = factor(x, lower=triangle, lwork=64 * n, overwrite_a=int(not small))
        made, beside[k], _ = apart(made, pivots, lower=triangle, overwrite_a=1)
        packed[:] = made if small else _lapack.row_major(made).numpy()
        order[k] = _order(pivots.tolist(), lower)
    off = torch.from_numpy(beside[:, :-1] if lower else beside[:, 1:])
    side = -1 if lower else 1  # of the diagonal, where sub- or superdiagonal entries of D are
    d = torch.zeros_like(factors)
    diagonals = (0, factors.diagonal(dim1=-2, dim2=-1)), (side, off), (-side, off.conj() if hermitian else off)
    for place, entries in diagonals:
        d.diagonal(place, -2, -1).copy_(entries)
    factors = factors.tril_() if lower else factors.triu_()
    factors.diagonal(dim1=-2, dim2=-1).fill_(1)
    places, outer = torch.from_numpy(order), factors
    if (order != np.arange(n)).any():
        outer = torch.empty_like(factors).scatter_(-2, places[..., None].expand(factors.shape), factors)
    return outer.view(a.shape), d.view(a.shape), places.view(a.shape[:-1])


def _order(pivots: list[int], lower: bool) -> list[int]:
    """Return the permutation of the exchanges of sytrf, made forward for lower factors, backward for upper ones."""
    n = len(pivots)
    order, second = list(range(n)), False
    for k in range(n) if lower else range(n - 1, -1, -1):
        # Of a 2 x 2 block both pivots are negative, and the row farther on is exchanged.
        second = pivots[k] < 0 and not second
        if not second:
            other = abs(pivots[k]) - 1
            order[k], order[other] = order[other], order[k]
    return order
