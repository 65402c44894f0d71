"""Conjugate gradients on CUDA for matrices in compressed rows, in kernels that make whole iterations.

Three kernels are an iteration, four with a preconditioner (``csrc/sparse/cg_steps.h``); factors, limits and the count
of iterations stay on the device, where a system that is done stands still. So the host looks at the flags every 16
iterations only, and nobody sees that it has asked for more than were needed.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..._core import runtime
from ._iterate import Apply, norm

runtime.load_library()

_STRIDE = 16  # iterations between two looks of the host
_steps = torch.ops.sci.csr_cg_steps.default


def conjugate_gradients(
    matrix: tuple[Tensor, ...],
    preconditioner: tuple[Tensor, ...] | None,
    apply: Apply,
    b: Tensor,
    x0: Tensor | None,
    rtol: float,
    atol: float,
    maxiter: int,
) -> tuple[Tensor, Tensor]:
    """Solve ``A x = b`` for vectors ``(k, n)``; `apply` is the product with A, whose compressed rows `matrix` are.

    The rule of `iterate`: a system is done when the true residual is small enough, and starts again where only the
    recursion's is, as long as that helps.
    """
    size = norm(b)
    limit = torch.clamp(rtol * size, min=atol).double().square()
    if x0 is None:
        x, r = torch.zeros_like(b), b.clone()
    else:
        x = torch.where(size == 0, torch.zeros_like(x0), x0)
        r = b - apply(x)
    numbers = size.new_zeros(b.shape[0], 4)  # r^H r, r^H z, alpha, beta
    flags = torch.zeros(b.shape[0], 3, dtype=torch.int32, device=b.device)  # active, iterations, blocks that arrived
    p, q = torch.zeros_like(b), torch.empty_like(b)
    z = r if preconditioner is None else torch.empty_like(b)
    second = (None, None, None) if preconditioner is None else preconditioner
    square = norm(r).square()
    last, active = square, (square > limit) & torch.isfinite(square)
    while maxiter > 0 and bool(active.any()):
        flags[:, :1] = active
        numbers[:, :1], numbers[:, 1:2] = square, square if preconditioner is None else 0
        numbers[:, 3:] = 0
        p.zero_()
        while True:
            _steps(*matrix, *second, [x, r, p, q, z], numbers, limit, flags, _STRIDE, maxiter)
            if not bool(flags[:, 0].any()):
                break
        x.addcmul_(p, numbers[:, 2:3].to(p.dtype))  # the last step of each
        numbers[:, 2:3] = 0
        r.copy_(b - apply(x))
        square = norm(r).square()
        again = active & (numbers[:, :1] <= limit) & (square > limit) & (square < 0.25 * last)
        active = again & (flags[:, 1:2] < maxiter)
        last = torch.where(again, square, last)
    info = torch.where(square <= limit, 0, flags[:, 1:2].long().clamp(min=1))
    return x, info.squeeze(-1)
