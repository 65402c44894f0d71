"""Banded and tridiagonal matrices on the CPU."""

from __future__ import annotations

import torch
from torch import Tensor

from . import _lapack

_WIDE, _WIDE_FACTOR = 20, 40  # bands with more diagonals are solved, and factored, in blocks


def wide_band(ab: Tensor, solve: bool) -> bool:
    """Return whether `ab` is one positive definite band so wide that blocked factors are faster."""
    wide = _WIDE if solve else _WIDE_FACTOR
    return ab.dim() == 2 and ab.shape[0] > wide and ab.is_cpu and ab.dtype in _lapack.PREFIX


def pbtrf(ab: Tensor, lower: bool) -> Tensor | None:
    """Return the band Cholesky factor of one matrix, zero in the corner; None where it is not positive definite."""
    c, info = _lapack.routine("pbtrf", ab.dtype)(ab.numpy(force=True), lower=int(lower))
    if info != 0:
        return None
    factor = torch.from_numpy(c).contiguous()
    w, n = ab.shape[0] - 1, ab.shape[1]
    rows, columns = torch.arange(w + 1, device="cpu")[:, None], torch.arange(min(w, n), device="cpu")
    if lower:
        factor[:, max(n - w, 0) :].masked_fill_(rows + columns >= min(w, n), 0)
    else:
        factor[:, : min(w, n)].masked_fill_(rows + columns < w, 0)
    return factor


def pbsv(ab: Tensor, b: Tensor, lower: bool) -> Tensor | None:
    """Return the solution of one positive definite banded system; None where it is not positive definite."""
    band, right = (y.numpy(force=True) for y in (ab, b))
    _, x, info = _lapack.routine("pbsv", ab.dtype)(band, right, lower=int(lower))
    return torch.from_numpy(x).contiguous() if info == 0 else None


def stevd(d: Tensor, e: Tensor, vectors: bool) -> tuple[Tensor, Tensor] | None:
    """Return eigenvalues and vectors (column-major) of symmetric tridiagonal matrices; None where the routine
    fails."""
    routine, n = _lapack.routine("stevd", d.dtype), d.shape[-1]
    if d.dim() == 1:
        w, v, info = routine(d.numpy(force=True), e.numpy(force=True), compute_v=int(vectors))
        return (torch.from_numpy(w), torch.from_numpy(v)) if info == 0 else None
    count, wanted = d.numel() // n, n if vectors else 0
    many_d, many_e = d.reshape(count, n).numpy(force=True), e.reshape(count, n - 1).numpy(force=True)
    values, columns = (
        torch.empty(shape, dtype=d.dtype, device="cpu") for shape in (d.shape, (*d.shape[:-1], wanted, n))
    )
    many_w, many_v = values.view(count, n).numpy(), columns.view(count, wanted, n).numpy()
    for k in range(count):
        many_w[k], v, info = routine(many_d[k], many_e[k], compute_v=int(vectors))
        if info != 0:
            return None
        if vectors:
            many_v[k] = v.T
    return values, columns.mT


def bevd(ab: Tensor, lower: bool, vectors: bool) -> tuple[Tensor, Tensor | None] | None:
    """Return eigenvalues and vectors (column-major) of Hermitian bands; None where the routine fails."""
    routine = _lapack.routine("hbevd" if ab.is_complex() else "sbevd", ab.dtype)
    options = {"compute_v": int(vectors), "lower": int(lower), "overwrite_ab": 0}  # 1 unless told
    if ab.dim() == 2:
        w, v, info = routine(ab.numpy(force=True), **options)
        return (torch.from_numpy(w), torch.from_numpy(v) if vectors else None) if info == 0 else None
    found = []
    for one in ab.detach().reshape(-1, *ab.shape[-2:]).numpy(force=True):
        w, v, info = routine(one, **options)
        if info != 0:
            return None
        found.append((torch.from_numpy(w), torch.from_numpy(v.T) if vectors else None))
    lead, n = ab.shape[:-2], ab.shape[-1]
    values = torch.stack([w for w, _ in found]).view(*lead, n)
    if not vectors:
        return values, None
    return values, torch.stack([rows for _, rows in found if rows is not None]).view(*lead, n, n).mT
