"""Conjugate gradients over tensors, for batches of systems, any device and any kind of operator."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Apply = Callable[[Tensor], Tensor]


def conjugate_gradients(
    apply: Apply,
    precondition: Apply | None,
    b: Tensor,
    x: Tensor,
    rtol: float,
    atol: float,
    maxiter: int,
    callback: Callable[[Tensor], object] | None = None,
) -> tuple[Tensor, Tensor]:
    """Solve ``A x = b`` for vectors ``(*batch, n)``; also 0, or the number of iterations done in vain, per system.

    The preconditioned form of Hestenes and Stiefel (Saad, Iterative Methods for Sparse Linear Systems, 2nd ed.,
    algorithm 9.1). A system is done when the *true* residual ``b - A x`` is small enough: when the recursive one says
    so, the true one is computed, and the iteration starts again from it where they differ, as long as that helps.
    Systems that are done stand still. On CUDA the residuals are read by the host every 16 iterations.
    """
    stride = 1 if b.device.type == "cpu" or callback is not None else 16
    size_b = torch.linalg.vector_norm(b, dim=-1, keepdim=True)
    tolerance = torch.clamp(rtol * size_b, min=atol)
    x = torch.where(size_b == 0, torch.zeros_like(x), x)
    r = b - apply(x)
    size = torch.linalg.vector_norm(r, dim=-1, keepdim=True)
    active = (size > tolerance) & torch.isfinite(size)
    last = size
    info = torch.zeros(size.shape, dtype=torch.int64, device=b.device)
    p = torch.zeros_like(r)
    rho = torch.ones_like(_inner(r, r))
    fresh = True
    k = 0
    while k < maxiter and bool(active.any()):
        for _ in range(min(stride, maxiter - k)):
            z = r if precondition is None else precondition(r)
            before, rho = rho, _inner(r, z)
            p = z if fresh else z + p * _ratio(rho, before)
            fresh = False
            q = apply(p)
            alpha = torch.where(active, _ratio(rho, _inner(p, q)), torch.zeros_like(rho))
            x = x + alpha * p
            r = r - alpha * q
            k += 1
            if callback is not None:
                callback(x)
        size = torch.linalg.vector_norm(r, dim=-1, keepdim=True)
        claimed = active & ~(size > tolerance)
        if not bool(claimed.any()):
            continue
        true = b - apply(x)
        size_true = torch.linalg.vector_norm(true, dim=-1, keepdim=True)
        missed = claimed & (size_true > tolerance)
        hopeless = claimed & ~(size_true <= tolerance) & ~(size_true < 0.5 * last)
        info = torch.where(hopeless, torch.full_like(info, max(k, 1)), info)
        active = active & (~claimed | missed) & ~hopeless
        last = torch.where(claimed, size_true, last)
        if bool(missed.any()):
            # Start these again: with p = 0 the next direction is the residual.
            r = torch.where(missed, true, r)
            p = torch.where(missed, torch.zeros_like(p), p)
    size = torch.linalg.vector_norm(b - apply(x), dim=-1, keepdim=True)
    info = torch.where(size <= tolerance, torch.zeros_like(info), torch.where(info > 0, info, max(k, 1)))
    return x, info.squeeze(-1)


def _inner(a: Tensor, b: Tensor) -> Tensor:
    """Return the inner product of vectors, as a column that broadcasts."""
    return torch.linalg.vecdot(a, b).unsqueeze(-1)


def _ratio(a: Tensor, b: Tensor) -> Tensor:
    """Divide, where 0 / 0, which a solved system gives, is 0."""
    return torch.where(b == 0, torch.zeros_like(a), a / b)
