"""LU factors of matrices in which a structure is found: triangular, tridiagonal, positive definite.

The structure decides only how the factors are found. What comes out is LU with pivots in LAPACK's form for all of them,
so whatever is computed with factors (solutions, derivatives, condition estimates) needs to know of none:

- a diagonal or upper triangular A is its own U;
- a lower triangular A is (A D^-1) D with its diagonal D, which is substitution column by column;
- a positive definite A = C C^H is (C D^-1) (D C^H), half the work of LU, and stable without pivots;
- a tridiagonal A has one number per column of L and three per row of U, found in O(n).
"""

from __future__ import annotations

import torch
from torch import Tensor

from . import _lapack, _lapack_factors

Factors = tuple[Tensor, Tensor, Tensor]  # LU, pivots counted from 1, info


def _all_zero(x: Tensor) -> bool:
    return not bool(x.any())


def find_structure(a: Tensor) -> str:
    """Name the first structure that all matrices of a batch have, in the order in which SciPy looks for them."""
    n = a.shape[-1]
    corners = [a[..., -1, 0].any(), a[..., 0, -1].any(), (a[..., 0, :] != a[..., :, 0].conj()).any()]
    # Nearly all matrices show here that they are general.
    below, above, skew = map(bool, corners) if a.is_cpu else torch.stack(corners).tolist()
    if not (below and above):
        none_below, none_above = _all_zero(a.tril(-1)), _all_zero(a.triu(1))
        if none_below:
            return "diagonal" if none_above else "upper"
        if none_above:
            return "lower"
        if n > 2 and _all_zero(a.tril(-2)) and _all_zero(a.triu(2)):
            return "tridiagonal"
    if not skew and bool((a.diagonal(dim1=-2, dim2=-1).real > 0).all()) and bool((a == a.mH).all()):
        return "positive"
    return "general"


def _trivial_pivots(a: Tensor) -> Tensor:
    return torch.arange(1, a.shape[-1] + 1, dtype=torch.int32, device=a.device).expand(a.shape[:-1]).contiguous()


def _first_zero(d: Tensor) -> Tensor:
    zero = d == 0
    return torch.where(zero.any(-1), zero.to(torch.int32).argmax(-1).to(torch.int32) + 1, 0).to(torch.int32)


def _from_triangle(a: Tensor, lower: bool) -> Factors | None:
    d = a.diagonal(dim1=-2, dim2=-1)
    info = _first_zero(d)
    if not lower:
        return a.contiguous().resolve_conj().resolve_neg(), _trivial_pivots(a), info
    lu = a / d[..., None, :]
    lu.diagonal(dim1=-2, dim2=-1).copy_(d)
    # Quotients that overflow mean nothing; partial pivoting has none.
    regular = bool((torch.isfinite(lu).all((-2, -1)) | (info > 0)).all())
    return (lu, _trivial_pivots(a), info) if regular else None


def _from_cholesky(a: Tensor) -> Factors | None:
    c, info = _lapack_factors.potrf(a, True) if _lapack.worthwhile(a) else torch.linalg.cholesky_ex(a)
    if bool((info != 0).any()):
        return None
    d = c.diagonal(dim1=-2, dim2=-1)
    lu = (c / d[..., None, :]).tril(-1) + (d[..., None] * c.mH).triu()
    return lu, _trivial_pivots(a), torch.zeros(a.shape[:-2], dtype=torch.int32, device=a.device)


def _from_tridiagonal(a: Tensor) -> Factors:
    n = a.shape[-1]
    many = a.reshape(-1, n, n)
    lu = torch.zeros_like(many, memory_format=torch.contiguous_format)
    pivots = torch.empty(many.shape[:-1], dtype=torch.int32, device="cpu")
    info = torch.zeros(many.shape[0], dtype=torch.int32, device="cpu")
    for k in range(many.shape[0]):
        below, diagonal, above, second, pivots[k], info[k] = _lapack_factors.gttrf(
            *(many[k].diagonal(offset) for offset in (-1, 0, 1))
        )
        for offset, values in enumerate((diagonal, above, second)):
            lu[k].diagonal(offset).copy_(values)
        # The multiplier of column j begins in row j + 1, and goes one row down with every exchange that follows.
        rows = torch.arange(n, device="cpu")
        still = torch.where(pivots[k] == rows + 1, rows, n - 1)
        ends = still.flip(0).cummin(0).values.flip(0)
        lu[k][ends[1:], rows[:-1]] = below
    return lu.view(a.shape), pivots.view(a.shape[:-1]), info.view(a.shape[:-2])


def structured_factors(a: Tensor) -> Factors | None:
    """Return LU factors of matrices with a structure; None where there is none, or where it does not help."""
    kind = find_structure(a)
    if kind in ("diagonal", "upper", "lower"):
        return _from_triangle(a, kind == "lower")
    if kind == "positive":
        return _from_cholesky(a)
    if kind == "tridiagonal" and a.is_cpu:
        return _from_tridiagonal(a)
    return None
