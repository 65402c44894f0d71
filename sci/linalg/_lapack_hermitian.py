"""Eigenvalues and vectors of Hermitian matrices on the CPU."""

from __future__ import annotations

import torch
from torch import Tensor

from . import _lapack
from ._errors import LinAlgError
from ._matrices import in_range

_WORK = 70  # numbers a row that the routines' blocks want; SciPy gives them fewer unless told


def eigvalsh(a: Tensor, lower: bool) -> Tensor:
    """Return eigenvalues of Hermitian matrices in ascending order."""
    complex_ = a.is_complex()
    routine = _lapack.routine("heevr" if complex_ else "syevr", a.dtype)
    out = torch.empty(a.shape[:-1], dtype=a.dtype.to_real() if complex_ else a.dtype, device="cpu")
    flat, many = a.detach().reshape(-1, *a.shape[-2:]), out.view(-1, a.shape[-1])
    for k in range(flat.shape[0]):
        # The transpose of A is conj(A), which has the eigenvalues of A.
        matrix = flat[k].contiguous().numpy(force=True).T
        found = routine(matrix, compute_v=0, lower=int(not lower), lwork=_WORK * matrix.shape[0])
        if found[-1] != 0:
            raise LinAlgError(f"eigvalsh: LAPACK's eigenvalue routine failed with info = {found[-1]}")
        many[k] = torch.from_numpy(found[0])
    return out


def eigh(a: Tensor, lower: bool) -> tuple[Tensor, Tensor]:
    """Return eigenvalues and vectors of Hermitian matrices: the steps of syevd, whose complex form multiplies more."""
    if not _lapack.decomposes(a):
        return torch.linalg.eigh(a, UPLO="L" if lower else "U")  # type: ignore[no-any-return]
    complex_, n = a.is_complex(), a.shape[-1]
    reduce, divide = _lapack.routine("hetrd" if complex_ else "sytrd", a.dtype), _lapack.routine("stevd", a.real.dtype)
    multiply = _lapack.routine("unmqr" if complex_ else "ormqr", a.dtype)
    a, power = in_range(a.tril() if lower else a.triu())

    def decompose(x: Tensor) -> tuple[tuple[Tensor, ...], int]:
        # conj(A) has its lower triangle in the memory of A's upper one.
        matrix = x.numpy() if lower else x.numpy().T
        packed, d, e, tau, _ = reduce(matrix, lower=1, lwork=64 * n)
        w, z, info = divide(d, e)
        # A = Q T Q^H, or its conjugate, and T = Z W Z^T. In columns V^T, or V^H, = Z^T Q^H, all but the first of Z^T.
        v = torch.empty(n, n, dtype=a.dtype, device="cpu")
        v.numpy()[:] = z
        multiply("R", "C" if complex_ else "T", packed[1:, :-1], tau, v[1:].numpy().T, 64 * n, overwrite_c=1)
        return (torch.from_numpy(w), v.conj_physical_() if lower else v), info

    w, v = _lapack.one_by_one(a, decompose)
    return w * power.squeeze((-2, -1)) if power.dim() else w, v


def eigh_subset(a: Tensor, lower: bool, first: int, last: int, vectors: bool) -> tuple[Tensor, Tensor | None]:
    """Return some eigenvalues and vectors of one Hermitian matrix."""
    routine = _lapack.routine("heevr" if a.is_complex() else "syevr", a.dtype)
    matrix = a.contiguous().numpy(force=True).T
    options = {"compute_v": int(vectors), "range": "I", "il": first + 1, "iu": last + 1, "lower": int(not lower)}
    options["lwork"] = _WORK * a.shape[-1]
    w, v, _, _, info = routine(matrix, **options)
    if info != 0:
        raise LinAlgError(f"eigh: LAPACK's eigenvalue routine failed with info = {info}")
    count = last - first + 1
    values = torch.from_numpy(w[:count].copy())
    return values, torch.from_numpy(v[:, :count].copy()).conj().resolve_conj() if vectors else None


def sygvd(a: Tensor, b: Tensor, lower: bool, kind: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return eigenvalues and vectors of generalised Hermitian problems, and LAPACK's info."""
    complex_ = a.is_complex()
    routine = _lapack.routine("hegvd" if complex_ else "sygvd", a.dtype)
    w = torch.empty(a.shape[:-1], dtype=a.dtype.to_real() if complex_ else a.dtype, device="cpu")
    v = torch.empty(a.shape, dtype=a.dtype, device="cpu")
    info = torch.zeros(a.shape[:-2], dtype=torch.int32, device="cpu")
    n = a.shape[-1]
    many_a, many_b, many_v = (x.detach().reshape(-1, n, n) for x in (a, b, v))
    many_w, codes = w.view(-1, n), info.view(-1)
    for k in range(many_a.shape[0]):
        # The transposes are conj(A) and conj(B), whose vectors are conj(V).
        one, other = (x[k].contiguous().numpy(force=True).T for x in (many_a, many_b))
        found = routine(one, other, itype=kind, jobz="V", uplo="U" if lower else "L")
        vectors = torch.from_numpy(found[1])
        many_w[k], many_v[k], codes[k] = torch.from_numpy(found[0]), vectors.conj() if complex_ else vectors, found[2]
    return w, v, info
