"""LU, Cholesky and LDL factors and triangular systems of matrices on the CPU."""

from __future__ import annotations

import torch
from torch import Tensor

from . import _lapack
from ._sizes import LOWER_CHOLESKY_FROM


def potrf(a: Tensor, lower: bool) -> tuple[Tensor, Tensor]:
    """Return the Cholesky factors of a batch, with zeros in the other triangle, and LAPACK's info."""
    routine = _lapack.routine("potrf", a.dtype)
    if a.dim() == 2 and not lower and a.shape[-1] >= LOWER_CHOLESKY_FROM:
        c, info = routine(a.detach().contiguous().resolve_conj().numpy().T, lower=True, clean=1)
        return torch.from_numpy(c.T), torch.tensor(info, dtype=torch.int32)
    out = torch.empty(a.shape, dtype=a.dtype)
    info = torch.zeros(a.shape[:-2], dtype=torch.int32)
    # The upper factor is the transpose of the lower one of A^T. Either comes of LAPACK's upper form on columns that are
    # A's rows: up to some size its lower form takes twice the time, two transpositions a tenth of it.
    source = (a if lower else a.mT).detach().reshape(-1, *a.shape[-2:])
    codes, factors = info.view(-1), out.view(-1, *a.shape[-2:])
    for k in range(source.shape[0]):
        c, codes[k] = routine(source[k].contiguous().resolve_conj().numpy().T, lower=False, clean=1)
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
    out = torch.empty(shape, dtype=b.dtype)
    many_a, many_b, many_x = (x.detach().reshape(-1, *x.shape[-2:]) for x in (a, b, out))
    for k in range(many_a.shape[0]):
        # X^T op(A)^T = B^T, where B^T is column-major without a copy.
        ak, turned = many_a[k], trans != 0
        low, transposed = (not lower, turned) if not ak.mT.is_contiguous() else (lower, not turned)
        if ak.mT.is_contiguous():
            matrix = ak.resolve_conj().numpy()
        else:
            matrix = ak.contiguous().resolve_conj().numpy().T
        right = many_b[k].contiguous().resolve_conj().numpy().T
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


def getrf(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return LU of one matrix, column-major, with pivots counted from 1, and LAPACK's info."""
    lu, pivots, info = _lapack.routine("getrf", a.dtype)(a.detach().resolve_conj().numpy())
    return torch.from_numpy(lu), torch.from_numpy(pivots) + 1, torch.tensor(info, dtype=torch.int32)


def lu_factor(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return what `torch.linalg.lu_factor_ex` does."""
    lu, pivots, info = torch.linalg.lu_factor_ex(a)
    if _lapack.defeated(a, lu):
        lu, pivots, info = _lapack.one_by_one(a, lambda x: (getrf(x), 0))
    return lu, pivots, info


def getri(lu: Tensor, pivots: Tensor) -> Tensor:
    """Return the inverse of one matrix from what `getrf` returned."""
    n = lu.shape[-1]
    inverse, _ = _lapack.routine("getri", lu.dtype)(lu.numpy(), (pivots - 1).numpy(), lwork=64 * n)
    return torch.from_numpy(inverse)


def gttrf(below: Tensor, diagonal: Tensor, above: Tensor) -> tuple[Tensor, ...]:
    """Return the diagonals of L and U of one tridiagonal matrix, pivots counted from 1, and LAPACK's info."""
    routine = _lapack.routine("gttrf", diagonal.dtype)
    *found, info = routine(*(x.detach().resolve_conj().numpy() for x in (below, diagonal, above)))
    return *(torch.from_numpy(x) for x in found), torch.tensor(info, dtype=torch.int32)


def ldl(a: Tensor, lower: bool, hermitian: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return the outer factors, block diagonal factors and permutations of a batch of symmetric matrices."""
    if a.numel() == 0:
        return (
            torch.empty(a.shape, dtype=a.dtype),
            torch.empty(a.shape, dtype=a.dtype),
            torch.empty(a.shape[:-1], dtype=torch.int64),
        )
    factor = _lapack.routine("hetrf" if hermitian else "sytrf", a.dtype)
    apart = _lapack.routine("syconv", a.dtype)
    side = -1 if lower else 1  # of the diagonal, where sub- or superdiagonal entries of D are

    def decompose(x: Tensor) -> tuple[tuple[Tensor, ...], int]:
        packed, pivots, _ = factor(x.numpy(), lower=int(lower), lwork=64 * x.shape[-1])
        packed, beside, _ = apart(packed, pivots, lower=int(lower), overwrite_a=1)
        order = torch.tensor(_order(pivots.tolist(), lower))
        triangle, off = torch.from_numpy(packed), torch.from_numpy(beside[:-1] if lower else beside[1:])
        outer, d = torch.empty(x.shape, dtype=x.dtype), torch.zeros(x.shape, dtype=x.dtype)
        for place, entries in ((0, triangle.diagonal()), (side, off), (-side, off.conj() if hermitian else off)):
            d.diagonal(place).copy_(entries)
        outer.numpy()[order.numpy()] = (triangle.tril() if lower else triangle.triu()).fill_diagonal_(1).numpy()
        return (outer, d, order), 0

    return _lapack.one_by_one(a, decompose)  # type: ignore[return-value]


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
