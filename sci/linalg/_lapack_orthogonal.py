"""QR and singular values, and what comes of them, of matrices on the CPU."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.quick import plain_on_cpu

from . import _lapack
from ._quick import ANY


def geqp3(a: Tensor) -> Tensor:
    """Return the permutations of pivoted QR of a batch, counted from 0."""
    n = a.shape[-1]
    places = torch.arange(n, device="cpu").expand(*a.shape[:-2], n).contiguous()
    if a.numel() == 0:
        return places
    routine = _lapack.routine("geqp3", a.dtype)
    many, many_places = a.detach().reshape(-1, *a.shape[-2:]), places.view(-1, n)
    for k in range(many.shape[0]):
        matrix = many[k].contiguous().numpy(force=True)
        many_places[k] = torch.from_numpy(routine(matrix)[1] - 1)
    return places


def _unitary(packed: Any, tau: Any, columns: int) -> Tensor:
    """Return so many columns of the Q that geqrf or geqp3 left packed; its memory may become theirs."""
    import numpy as np

    m, k = packed.shape[0], len(tau)
    make = _lapack.routine("ungqr" if packed.dtype.kind == "c" else "orgqr", torch.from_numpy(packed).dtype)
    if columns == packed.shape[1]:
        reflectors = packed
    else:
        reflectors = np.zeros((m, columns), packed.dtype, "F")
        reflectors[:, :k] = packed[:, :k]
    q, _, _ = make(reflectors, tau, lwork=64 * columns, overwrite_a=1)
    return torch.from_numpy(np.ascontiguousarray(q))


def _geqrf_of_one(x: Tensor) -> tuple[Any, Any, int]:
    """Return the arrays that LAPACK's geqrf makes of one matrix, and its info."""
    packed, tau, _, info = _lapack.routine("geqrf", x.dtype)(x.numpy(), lwork=64 * x.shape[-1])
    return packed, tau, info


def geqrf(a: Tensor) -> tuple[Tensor, Tensor]:
    """Return what `torch.geqrf` does: R and the reflectors in one matrix, and their factors."""
    packed, tau = torch.geqrf(a)
    if _lapack.defeated(a, packed, tau):

        def decompose(x: Tensor) -> tuple[tuple[Tensor, ...], int]:
            packed, tau, info = _geqrf_of_one(x)
            return (torch.from_numpy(packed), torch.from_numpy(tau)), info

        packed, tau = _lapack.one_by_one(a, decompose)
    return _lapack.in_rows(packed), tau


def pivoted_qr(a: Tensor, columns: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return Q with so many columns, R and the permutation of one matrix, from one factorization."""
    n = a.shape[-1]
    packed, places, tau, _, _ = _lapack.routine("geqp3", a.dtype)(a.numpy(force=True), lwork=64 * (n + 1))
    r = torch.from_numpy(packed)[:columns].triu().contiguous()
    return _unitary(packed, tau, columns), r, torch.from_numpy(places.astype("int64") - 1)


def qr(a: Tensor, full: bool) -> tuple[Tensor, Tensor]:
    """Return Q with m or (not `full`) n columns and n x n triangular R of m x n matrices with m >= n."""
    m, n = a.shape[-2:]
    if not _lapack.decomposes(a):
        q, r = torch.linalg.qr(a, mode="complete" if full else "reduced")
        if not _lapack.defeated(a, q, r):
            return _lapack.in_rows(q), _lapack.in_rows(r.narrow(-2, 0, n))

    def decompose(x: Tensor) -> tuple[tuple[Tensor, ...], int]:
        packed, tau, info = _geqrf_of_one(x)
        r = torch.from_numpy(packed)[:n].triu().contiguous()
        return (_unitary(packed, tau, m if full else n), r), info

    q, r = _lapack.one_by_one(a, decompose)
    return q, r


def svd(a: Tensor, full: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return U, S and V^H."""
    m, n = a.shape[-2:]
    if not _lapack.decomposes(a, in_single_precision=True):
        if m >= n or not plain_on_cpu(a, ANY):
            return torch.linalg.svd(a, full_matrices=full)  # type: ignore[no-any-return]
        # Of wide matrices torch makes a copy, and its LAPACK takes longer. Forward mode takes no views as results.
        u, s, vh = torch.linalg.svd(a.mT, full_matrices=full)
        return torch.from_numpy(vh.mT.numpy()), s, torch.from_numpy(u.mT.numpy())
    routine, query = (_lapack.routine(name, a.dtype) for name in ("gesdd", "gesdd_lwork"))
    work, _ = query(n, m, compute_uv=1, full_matrices=int(full))

    def decompose(x: Tensor) -> tuple[tuple[Tensor, ...], int]:
        # A^T = conj(V) S U^T: its factors, column-major, are those of A.
        left, s, right, info = routine(x.numpy().T, full_matrices=int(full), lwork=int(work.real))
        return tuple(torch.from_numpy(y) for y in (right.T, s, left.T)), info

    u, s, vh = _lapack.one_by_one(a, decompose)
    return u, s, vh


def svdvals(a: Tensor) -> Tensor:
    """Return singular values in descending order."""
    m, n = a.shape[-2:]
    if not _lapack.decomposes(a, in_single_precision=True):
        return torch.linalg.svdvals(a if m >= n or not a.is_cpu else a.mT)  # type: ignore[no-any-return]
    routine, query = (_lapack.routine(name, a.dtype) for name in ("gesdd", "gesdd_lwork"))
    work, _ = query(n, m, compute_uv=0)

    def decompose(x: Tensor) -> tuple[tuple[Tensor, ...], int]:
        _, s, _, info = routine(x.numpy().T, compute_uv=0, lwork=int(work.real))
        return (torch.from_numpy(s),), info

    return _lapack.one_by_one(a, decompose)[0]


def gelsd(a: Tensor, b: Tensor, rtol: float) -> tuple[Tensor, Tensor, int, int]:
    """Return the least-squares solution of one system, singular values, the rank, and LAPACK's info."""
    m, n = a.shape
    routine, query = _lapack.routine("gelsd", a.dtype), _lapack.routine("gelsd_lwork", a.dtype)
    right = torch.nn.functional.pad(b, (0, 0, 0, max(0, n - m))).numpy(force=True)
    *work, _ = query(m, n, b.shape[-1], rtol)
    sizes = [int(w.real) for w in work]
    x, s, rank, info = routine(a.numpy(force=True), right, *sizes, rtol)
    return torch.from_numpy(x[:n]), torch.from_numpy(s), int(rank), int(info)


def gelsy(a: Tensor, b: Tensor, rtol: float) -> tuple[Tensor, Tensor]:
    """Return least-squares solutions by QR with column pivots, and the ranks, of a batch of systems."""
    import numpy as np

    (m, n), k = a.shape[-2:], b.shape[-1]
    routine, query = _lapack.routine("gelsy", a.dtype), _lapack.routine("gelsy_lwork", a.dtype)
    work, _ = query(m, n, k, rtol)
    right = torch.nn.functional.pad(b, (0, 0, 0, max(0, n - m)))
    x = torch.empty(*a.shape[:-2], n, k, dtype=a.dtype, device="cpu")
    rank = torch.empty(a.shape[:-2], dtype=torch.int64, device="cpu")
    for one, c, out, found in zip(
        a.reshape(-1, m, n), right.reshape(-1, *right.shape[-2:]), x.view(-1, n, k), rank.view(-1), strict=True
    ):
        free = np.zeros(n, "int32")  # no column has to come first
        _, solved, _, count, _ = routine(_lapack.columns(one), c.numpy(), free, rtol, int(work.real), overwrite_a=1)
        out.copy_(torch.from_numpy(solved[:n]))
        found.fill_(count)
    return x, rank


def csd(x: Tensor, p: int, q: int, swap: bool) -> tuple[Tensor, ...]:
    """Return U1, U2, angles, V1^H, V2^H of a batch of unitary matrices, and LAPACK's info."""
    m, batch, complex_ = x.shape[-1], x.shape[:-2], x.is_complex()
    r = min(p, m - p, q, m - q)
    sizes = ((p, p), (m - p, m - p), (r,), (q, q), (m - q, m - q))
    real = x.dtype.to_real() if complex_ else x.dtype
    out = [torch.empty(*batch, *size, dtype=real if len(size) == 1 else x.dtype, device="cpu") for size in sizes]
    info = torch.zeros(batch, dtype=torch.int32, device="cpu")
    if x.numel() == 0:
        return *out, info
    name = "uncsd" if complex_ else "orcsd"
    routine, query = _lapack.routine(name, x.dtype), _lapack.routine(name + "_lwork", x.dtype)
    *work, _ = query(m=m, p=p, q=q)
    options = {key: int(size.real) for key, size in zip(("lwork", "lrwork"), work, strict=False)}
    flat, flats = x.detach().reshape(-1, m, m), [y.view(-1, *y.shape[len(batch) :]) for y in out]
    for k in range(flat.shape[0]):
        whole = flat[k].numpy(force=True)
        blocks = (whole[:p, :q], whole[:p, q:], whole[p:, :q], whole[p:, q:])
        *_, theta, u1, u2, v1, v2, code = routine(*blocks, signs=swap, **options)
        for y, found in zip(flats, (u1, u2, theta, v1, v2), strict=True):
            y[k] = torch.from_numpy(found)
        info.view(-1)[k] = code
    return *out, info
