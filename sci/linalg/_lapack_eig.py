"""LAPACK's eigenvectors of general matrices and pairs, from both sides, through SciPy's interface."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from sci._core.checks import finite_probe

from . import _lapack


def geev(a: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return eigenvalues, left and right vectors (columns of norm 1) of a batch, all complex, and LAPACK's info."""
    n = a.shape[-1]
    w, left, right, info = _empty(a)
    if a.numel() == 0:
        return w, left, right, info
    routine = _lapack.routine("geev", a.dtype)
    many = a.detach().reshape(-1, n, n)
    many_w, many_left, many_right = w.view(-1, n), left.view(-1, n, n), right.view(-1, n, n)
    for k in range(many.shape[0]):
        if not bool(torch.isfinite(finite_probe(many[k]))):
            for x in (many_w, many_left, many_right):
                x[k] = torch.nan
            continue
        *parts, vl, vr, code = routine(many[k].numpy(force=True), lwork=max(1, 32 * n))
        many_w[k] = values = _values(parts)
        many_left[k], many_right[k] = (_vectors(torch.from_numpy(v), values) for v in (vl, vr))
        info.view(-1)[k] = code
    return w, left, right, info


def ggev(a: Tensor, b: Tensor, from_left: bool) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return alpha, beta, right vectors and, where wanted, left ones of a batch of pairs, and LAPACK's info."""
    n = a.shape[-1]
    alpha, left, right, info = _empty(a)
    beta = torch.empty_like(alpha)
    left = left if from_left else left.new_empty((*a.shape[:-1], 0))
    if a.numel() == 0:
        return alpha, beta, right, left, info
    routine = _lapack.routine("ggev", a.dtype)
    many_a, many_b = (x.detach().reshape(-1, n, n) for x in (a, b))
    found = [x.view(many_a.shape[0], *x.shape[a.dim() - 2 :]) for x in (alpha, beta, right, left)]
    many_alpha, many_beta, many_right, many_left = found
    for k in range(many_a.shape[0]):
        one, other = (x[k].contiguous().numpy(force=True) for x in (many_a, many_b))
        if not bool(torch.isfinite(finite_probe(many_a[k]) + finite_probe(many_b[k]))):
            for x in found:
                x[k] = torch.nan
            continue
        *parts, low, vl, vr, _, code = routine(one, other, compute_vl=int(from_left), compute_vr=1)
        many_alpha[k] = numerator = _values(parts)
        many_beta[k] = torch.from_numpy(low).to(beta.dtype)
        many_right[k] = _vectors(torch.from_numpy(vr), numerator)
        if from_left:
            many_left[k] = _vectors(torch.from_numpy(vl), numerator)
        info.view(-1)[k] = code
    return alpha, beta, right, left, info


def _empty(a: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Make room for values, two matrices of vectors and codes."""
    dtype = a.dtype if a.is_complex() else a.dtype.to_complex()
    return (
        torch.empty(a.shape[:-1], dtype=dtype, device="cpu"),
        torch.empty(a.shape, dtype=dtype, device="cpu"),
        torch.empty(a.shape, dtype=dtype, device="cpu"),
        torch.zeros(a.shape[:-2], dtype=torch.int32, device="cpu"),
    )


def _values(parts: Sequence[object]) -> Tensor:
    """Return complex numbers from real and imaginary parts, or from themselves."""
    found = [torch.from_numpy(x) for x in parts]
    return torch.complex(*found) if len(found) == 2 else found[0]


def _vectors(v: Tensor, values: Tensor) -> Tensor:
    """Return complex vectors of norm 1; of real ones a pair has the parts of its first vector in two columns."""
    if not v.is_complex():
        first, second = values.imag > 0, values.imag < 0
        following, before = v.roll(-1, 1), v.roll(1, 1)
        imag = torch.where(first, following, torch.where(second, -v, 0))
        v = torch.complex(torch.where(second, before, v), imag)
    return v / torch.linalg.vector_norm(v, dim=0)
