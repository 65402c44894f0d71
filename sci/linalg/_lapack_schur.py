"""Schur and Hessenberg forms of matrices, and of pairs of them, on the CPU."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.checks import finite_probe

from . import _lapack


def gebal(a: Tensor, permute: bool, scale: bool) -> tuple[Tensor, Tensor]:
    """Return scale factors (in permuted order) and permutations of a batch."""
    routine, n = _lapack.routine("gebal", a.dtype), a.shape[-1]
    factors = torch.ones(a.shape[:-1], dtype=a.dtype.to_real() if a.is_complex() else a.dtype, device="cpu")
    places = torch.arange(n, device="cpu").expand(a.shape[:-1]).contiguous()
    if a.numel() == 0:
        return factors, places
    many, many_factors, many_places = a.detach().reshape(-1, n, n), factors.view(-1, n), places.view(-1, n)
    for k in range(many.shape[0]):
        _, low, high, found, _ = routine(many[k].contiguous().numpy(force=True), scale=scale, permute=permute)
        order = list(range(n))
        # Outside low ... high `found` holds the exchanges, made from the end backward, then from the start forward.
        for j in (*range(n - 1, high, -1), *range(low)):
            with_j = int(found[j]) - 1
            order[j], order[with_j] = order[with_j], order[j]
        many_places[k] = torch.tensor(order, device="cpu")
        many_factors[k, low : high + 1] = torch.from_numpy(found[low : high + 1].copy()).to(factors.dtype)
    return factors, places


def hessenberg_form(a: Tensor) -> Tensor:
    """Return the Hessenberg form of one matrix."""
    reduce = _lapack.routine("gehrd", a.dtype)
    packed, _, _ = reduce(_lapack.columns(a), lwork=_reduction_work(a.shape[-1]), overwrite_a=1)
    return _lapack.row_major(packed).triu(-1)


def _reduction_work(n: int) -> int:
    """Return the size of work space with which gehrd and unghr take whole blocks."""
    return 64 * n + 65 * 64


def gehrd(a: Tensor) -> tuple[Tensor, Tensor]:
    """Return Hessenberg forms and their unitary matrices of a batch."""
    n = a.shape[-1]
    forms, unitary = (torch.empty(a.shape, dtype=a.dtype, device="cpu") for _ in range(2))
    if a.numel() == 0:
        return forms, unitary
    reduce, multiply = (_lapack.routine(name, a.dtype) for name in ("gehrd", "unghr" if a.is_complex() else "orghr"))
    many, many_h, many_q = a.detach().reshape(-1, n, n), forms.view(-1, n, n), unitary.view(-1, n, n)
    for k in range(many.shape[0]):
        packed, tau, _ = reduce(_lapack.columns(many[k]), lwork=_reduction_work(n), overwrite_a=1)
        many_h[k] = torch.from_numpy(packed).triu(-1)
        if n > 1:
            many_q[k] = torch.from_numpy(multiply(packed, tau, lwork=_reduction_work(n), overwrite_a=1)[0])
        else:
            many_q[k] = 1
    return forms, unitary


def _no_selection(*_: Any) -> int:
    return 0


def gees(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return Schur forms and vectors of a batch, and LAPACK's info."""
    routine = _lapack.routine("gees", a.dtype)
    t, z = torch.empty_like(a, memory_format=torch.contiguous_format), torch.empty(a.shape, dtype=a.dtype, device="cpu")
    info = torch.zeros(a.shape[:-2], dtype=torch.int32, device="cpu")
    flat, codes = a.detach().reshape(-1, *a.shape[-2:]), info.view(-1)
    many_t, many_z = t.view(-1, *a.shape[-2:]), z.view(-1, *a.shape[-2:])
    lwork = 0
    for k in range(flat.shape[0]):
        if not bool(torch.isfinite(finite_probe(flat[k]))):
            many_t[k], many_z[k], codes[k] = torch.nan, torch.nan, flat.shape[-1]
            continue
        matrix = flat[k].numpy(force=True)
        if not lwork:
            lwork = int(routine(_no_selection, matrix, lwork=-1)[-2][0].real)
        found = routine(_no_selection, matrix, lwork=lwork)
        many_t[k], many_z[k] = torch.from_numpy(found[0]), torch.from_numpy(found[-3])
        codes[k] = found[-1]
    return t, z, info


def trsen(t: Tensor, z: Tensor, select: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return reordered Schur forms and vectors of a batch, and LAPACK's info."""
    routine, n = _lapack.routine("trsen", t.dtype), t.shape[-1]
    many_t, many_z, many_select = t.detach().reshape(-1, n, n), z.detach().reshape(-1, n, n), select.reshape(-1, n)
    out_t, out_z = (
        torch.empty(many_t.shape, dtype=t.dtype, device="cpu"),
        torch.empty(many_t.shape, dtype=t.dtype, device="cpu"),
    )
    info = torch.zeros(t.shape[:-2], dtype=torch.int32, device="cpu")
    for k in range(many_t.shape[0]):
        found = routine(many_select[k].numpy(), many_t[k].numpy(), many_z[k].numpy(), job="N")
        out_t[k], out_z[k] = torch.from_numpy(found[0]), torch.from_numpy(found[1])
        info.view(-1)[k] = 0 if found[-1] == 0 else n + 1
    return out_t.view(t.shape), out_z.view(t.shape), info


def gges(a: Tensor, b: Tensor) -> tuple[Tensor, ...]:
    """Return generalised Schur forms S, T and their Q, Z of a batch of pairs, and LAPACK's info."""
    routine, n = _lapack.routine("gges", a.dtype), a.shape[-1]
    forms = tuple(torch.empty(a.shape, dtype=a.dtype, device="cpu") for _ in range(4))
    info = torch.zeros(a.shape[:-2], dtype=torch.int32, device="cpu")
    if a.numel() == 0:
        return *forms, info
    many_a, many_b, *many = (x.detach().reshape(-1, n, n) for x in (a, b, *forms))
    lwork = 0
    for k in range(many_a.shape[0]):
        one, other = (x[k].contiguous().numpy(force=True) for x in (many_a, many_b))
        if not bool(torch.isfinite(finite_probe(many_a[k]) + finite_probe(many_b[k]))):
            for x in many:
                x[k] = torch.nan
            continue
        if not lwork:
            lwork = int(routine(_no_selection, one, other, lwork=-1)[-2][0].real)
        found = routine(_no_selection, one, other, lwork=lwork, sort_t=0)
        for x, y in zip(many, (found[0], found[1], found[-4], found[-3]), strict=True):
            x[k] = torch.from_numpy(y)
        info.view(-1)[k] = found[-1]
    return *forms, info


def tgsen(s: Tensor, t: Tensor, q: Tensor, z: Tensor, select: Tensor) -> tuple[Tensor, ...]:
    """Return reordered generalised Schur forms and their Q, Z of a batch, and LAPACK's info."""
    routine, n = _lapack.routine("tgsen", s.dtype), s.shape[-1]
    forms = tuple(torch.empty(s.shape, dtype=s.dtype, device="cpu") for _ in range(4))
    info = torch.zeros(s.shape[:-2], dtype=torch.int32, device="cpu")
    if s.numel() == 0:
        return *forms, info
    many, out = ([x.detach().reshape(-1, n, n) for x in xs] for xs in ((s, t, q, z), forms))
    flags = select.reshape(-1, n)
    for k in range(flags.shape[0]):
        matrices = (x[k].contiguous().numpy(force=True) for x in many)
        found = routine(flags[k].numpy(), *matrices, ijob=0, lwork=4 * n + 16, liwork=1)
        for x, y in zip(out, (found[0], found[1], found[-7], found[-6]), strict=True):
            x[k] = torch.from_numpy(y)
        info.view(-1)[k] = found[-1]
    return *forms, info
