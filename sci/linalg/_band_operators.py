"""Banded systems as operators: LU with pivoting, and Cholesky factors.

Bands are stored as LAPACK has them, ``ab[u + i - j, j] = a[i, j]``, (..., l + u + 1, n).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core import runtime
from sci._core.checks import checks_enabled, finite_probe, require_finite
from sci._core.dispatch import operator

from . import _lapack_bands
from ._band_parts import are_long, solve_general, solve_positive
from ._cholesky import cholesky_factor
from ._errors import LinAlgError
from ._matrices import batch_shape, broadcast_matrices, differentiates, new_like, place_in_batch, to_kind
from ._regular import not_positive_definite

runtime.load_library()


def _rows_of_columns(n: int, below: int, above: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return the row i of each place (r, j) of a band, i = j + r - above, clamped, and whether it is a row."""
    i = torch.arange(n, device=device) + torch.arange(-above, below + 1, device=device)[:, None]
    return i.clamp(0, max(n - 1, 0)), (i >= 0) & (i < n)


def to_band(a: Tensor, below: int, above: int) -> Tensor:
    """Return the diagonals -l ... u of matrices in band storage."""
    n = a.shape[-1]
    rows, inside = _rows_of_columns(n, below, above, a.device)
    columns = torch.arange(n, device=a.device).expand_as(rows)
    return torch.where(inside, a[..., rows, columns], 0)


def from_band(ab: Tensor, below: int, above: int) -> Tensor:
    """Return the dense matrices of a band."""
    n = ab.shape[-1]
    rows, inside = _rows_of_columns(n, below, above, ab.device)
    columns = torch.arange(n, device=ab.device).expand_as(rows)
    flat = (rows * n + columns).reshape(-1)
    zero = ab.new_zeros(*ab.shape[:-2], n * n)
    kept = torch.where(inside, ab, 0).flatten(-2)
    return zero.index_add(-1, flat, kept).reshape(*ab.shape[:-2], n, n)


def band_product(ab: Tensor, x: Tensor, below: int, above: int, adjoint: bool) -> Tensor:
    """A x, or A^H x."""
    n = ab.shape[-1]
    rows, inside = _rows_of_columns(n, below, above, ab.device)
    kept = torch.where(inside, ab, 0)
    if adjoint:
        return (kept.conj()[..., None] * x[..., rows, :]).sum(-3)
    terms = (kept[..., None] * x[..., None, :, :]).flatten(-3, -2)  # of places (r, j), to be added into row i
    return x.new_zeros(*terms.shape[:-2], n, x.shape[-1]).index_add(-2, rows.reshape(-1), terms)


def band_outer(g: Tensor, x: Tensor, below: int, above: int) -> Tensor:
    """Return the band of g x^H."""
    rows, inside = _rows_of_columns(x.shape[-2], below, above, x.device)
    return torch.where(inside, (g[..., rows, :] * x.conj()[..., None, :, :]).sum(-1), 0)


def _sure(ab: Tensor, b: Tensor, x: Tensor, below: int, above: int, adjoint: bool) -> Tensor:
    """Say where the residual is that of elimination with exchanges, and the matrix is not nearly singular."""
    eps = torch.finfo(x.dtype).eps
    rest = (b - band_product(ab, x, below, above, adjoint)).abs().flatten(-2)
    size = band_product(ab.abs(), x.abs(), below, above, adjoint).flatten(-2).amax(-1)
    norm = b.abs().flatten(-2).amax(-1)
    small = rest.amax(-1) <= 32 * ab.shape[-2] * eps * (size + norm)
    return small & (size <= 0.01 / eps * norm)


def _solve(ab: Tensor, b: Tensor, below: int, above: int, adjoint: bool, check_finite: bool, function: str) -> Tensor:
    ab, b = broadcast_matrices(function, ("ab", "b"), ab, b)
    parts = done = None
    if b.numel() > 0 and are_long(ab):  # one thread takes what parts fail at: they may be singular
        parts = solve_general(ab, b, below, above, adjoint)
        done = _sure(ab, b, parts, below, above, adjoint)
    x, info = torch.ops.sci._banded_solve(ab, b, below, above, adjoint, done)
    if parts is not None and done is not None:
        x = torch.where(done[..., None, None], parts, x)
    if checks_enabled() and bool(info.any()):
        _require_regular_data(function, check_finite, {"ab": ab}, {"b": b})
        if bool((info > 0).any()):
            where, place = place_in_batch(info.clamp(min=0))
            raise LinAlgError(f"{function}: the matrix is singular: pivot {place - 1}{where} is zero")
    return x  # type: ignore[no-any-return]


def _require_regular_data(function: str, wanted: bool, *arguments: dict[str, Tensor]) -> None:
    """Raise ValueError for NaN or infinity, where a kernel met some or gave up; overflow alone is no error."""
    for argument in arguments if wanted else ():
        require_finite(function, argument)


def _backward_solve(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    ab, b, below, above, adjoint, _, function = inputs
    (x,), (g,) = outputs, grads
    grad_b = banded_solve(ab, g, below, above, not adjoint, False, function)
    grad_ab = None
    if needs[0]:
        grad_ab = to_kind(-band_outer(x, grad_b, below, above) if adjoint else -band_outer(grad_b, x, below, above), ab)
    return grad_ab, to_kind(grad_b, b) if needs[1] else None, *(None,) * 5


def _jvp_solve(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    ab, _, below, above, adjoint, _, function = inputs
    (x,), (dab, db) = outputs, tangents[:2]
    right = None if db is None else db.expand_as(x)
    if dab is not None:
        moved = band_product(dab, x, below, above, adjoint)
        right = -moved if right is None else right - moved
    return banded_solve(ab, right, below, above, adjoint, False, function)  # type: ignore[no-any-return]


# A^-1 B or A^-H B of banded matrices.
banded_solve = operator(
    "banded_solve(Tensor ab, Tensor b, int below, int above, bool adjoint, bool check_finite, str function) -> Tensor",
    kernel=_solve,
    fake=lambda ab, b, below, above, adjoint, check_finite, function: new_like(b, (*batch_shape(ab, b), *b.shape[-2:])),
    backward=_backward_solve,
    jvp=_jvp_solve,
    core_dims=(2, 2),
)


# ---- Hermitian positive definite bands; in lower form ab[i - j, j] = a[i, j] -----------------------------------------


def lower_form(ab: Tensor, lower: bool) -> Tensor:
    """Bring Hermitian bands to lower form: the r-th diagonal of the upper form, conjugated and moved by r columns."""
    if lower:
        return ab
    w, n = ab.shape[-2] - 1, ab.shape[-1]
    shifts = torch.arange(w + 1, device=ab.device)[:, None]
    places = torch.arange(n, device=ab.device) + shifts  # A[j + r, j] = conj(A[j, j + r]) = conj(ab[w - r, j + r])
    flipped = ab.flip(-2).conj()
    moved = flipped[..., shifts.expand_as(places), places.clamp(max=max(n - 1, 0))]
    return torch.where(places < n, moved, 0)


def upper_form(ab: Tensor) -> Tensor:
    """Bring Hermitian bands from lower to upper form."""
    w, n = ab.shape[-2] - 1, ab.shape[-1]
    shifts = torch.arange(w, -1, -1, device=ab.device)[:, None]
    places = torch.arange(n, device=ab.device) - shifts  # A[j - r, j] = conj(A[j, j - r]) = conj(ab[r, j - r])
    moved = ab.conj()[..., shifts.expand_as(places), places.clamp(min=0)]
    return torch.where(places >= 0, moved, 0)


def _require_positive(function: str, info: Tensor, check_finite: bool, *arguments: dict[str, Tensor]) -> None:
    if checks_enabled() and bool(info.any()):
        _require_regular_data(function, check_finite, *arguments)
        if bool((info > 0).any()):
            where, order = place_in_batch(info.clamp(min=0))
            raise not_positive_definite(function, "ab", where, order)


def _factor(ab: Tensor, lower: bool, check_finite: bool, function: str) -> Tensor:
    if _lapack_bands.wide_band(ab, False) and bool(torch.isfinite(finite_probe(ab))):
        factor = _lapack_bands.pbtrf(ab, lower)
        if factor is not None:
            return factor
    c, info = torch.ops.sci._banded_cholesky(ab, lower)
    _require_positive(function, info, check_finite, {"ab": ab})
    return c  # type: ignore[no-any-return]


# Band factors. Without a derivative: where one is wanted, `factor_of_band` goes through the dense matrix.
_plain_factor = operator(
    "banded_cholesky(Tensor ab, bool lower, bool check_finite, str function) -> Tensor",
    kernel=_factor,
    fake=lambda ab, lower, check_finite, function: new_like(ab, ab.shape),
    core_dims=(2,),
)


def _hermitian_of(ab: Tensor) -> Tensor:
    low = from_band(ab, ab.shape[-2] - 1, 0)
    diagonal = low.diagonal(dim1=-2, dim2=-1)
    if low.is_complex():
        diagonal = diagonal.real.to(low.dtype)
    strict = low.tril(-1)
    return strict + strict.mH + torch.diag_embed(diagonal)


def factor_of_band(ab: Tensor, lower: bool, check_finite: bool, function: str) -> Tensor:
    """Return band Cholesky factors in the form of `ab`; differentiable through the dense matrix."""
    if not differentiates(ab):
        return _plain_factor(ab, lower, check_finite, function)  # type: ignore[no-any-return]
    dense = cholesky_factor(_hermitian_of(lower_form(ab, lower)), True, check_finite, function, "ab")
    c = to_band(dense, ab.shape[-2] - 1, 0)
    return c if lower else upper_form(c)


def solve_with_band_factor(cb: Tensor, b: Tensor, lower: bool, check_finite: bool, function: str) -> Tensor:
    """Return (L L^H)^-1 b for band factors."""
    w = cb.shape[-2] - 1
    if not (b.is_meta or differentiates(cb, b)):
        cb, b = broadcast_matrices(function, ("cb", "b"), cb, b)
        if b.numel() > 0 and are_long(cb):
            low = lower_form(cb, lower)
            y = solve_general(low, b, w, 0, False)
            x = solve_general(low, y, w, 0, True)
            if not checks_enabled() or bool((_sure(low, b, y, w, 0, False) & _sure(low, y, x, w, 0, True)).all()):
                return x
        x, info = torch.ops.sci._banded_positive_solve(cb, b, lower, True)
        _require_positive(function, info, check_finite, {"cb": cb}, {"b": b})
        return x  # type: ignore[no-any-return]
    cb = lower_form(cb, lower)
    y = banded_solve(cb, b, w, 0, False, check_finite, function)
    return banded_solve(cb, y, w, 0, True, False, function)  # type: ignore[no-any-return]


def _solve_positive(ab: Tensor, b: Tensor, lower: bool, check_finite: bool, function: str) -> Tensor:
    ab, b = broadcast_matrices(function, ("ab", "b"), ab, b)
    if _lapack_bands.wide_band(ab, True) and bool(torch.isfinite(finite_probe(ab) + finite_probe(b))):
        found = _lapack_bands.pbsv(ab, b, lower)
        if found is not None:
            return found
    if b.numel() > 0 and are_long(ab):
        x, definite = solve_positive(lower_form(ab, lower), b)
        if not checks_enabled() or bool(definite):
            return x
    x, info = torch.ops.sci._banded_positive_solve(ab, b, lower, False)
    _require_positive(function, info, check_finite, {"ab": ab}, {"b": b})
    return x  # type: ignore[no-any-return]


def _backward_positive(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    ab, b, lower, _, function = inputs
    (x,), (g,) = outputs, grads
    grad_b = positive_banded_solve(ab, g, lower, False, function)
    grad_ab = None
    if needs[0]:
        w = ab.shape[-2] - 1
        # Of an entry below the diagonal and its conjugate above; the diagonal counts once, and is real.
        both = -band_outer(grad_b, x, w, 0) - band_outer(x, grad_b, w, 0)
        low = torch.cat([both[..., :1, :] / 2, both[..., 1:, :]], -2)
        grad_ab = to_kind(low if lower else upper_form(low), ab)
    return grad_ab, to_kind(grad_b, b) if needs[1] else None, None, None, None


def _jvp_positive(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    ab, _, lower, _, function = inputs
    (x,), (dab, db) = outputs, tangents[:2]
    right = None if db is None else db.expand_as(x)
    if dab is not None:
        dab, w = lower_form(dab, lower), ab.shape[-2] - 1
        diagonal = dab[..., :1, :]
        diagonal = diagonal.real.to(dab.dtype) if dab.is_complex() else diagonal
        low = torch.cat([diagonal / 2, dab[..., 1:, :]], -2)
        moved = band_product(low, x, w, 0, False) + band_product(low, x, w, 0, True)
        right = -moved if right is None else right - moved
    return positive_banded_solve(ab, right, lower, False, function)  # type: ignore[no-any-return]


# A^-1 B of Hermitian positive definite bands.
positive_banded_solve = operator(
    "positive_banded_solve(Tensor ab, Tensor b, bool lower, bool check_finite, str function) -> Tensor",
    kernel=_solve_positive,
    fake=lambda ab, b, lower, check_finite, function: new_like(b, (*batch_shape(ab, b), *b.shape[-2:])),
    backward=_backward_positive,
    jvp=_jvp_positive,
    core_dims=(2, 2),
)
