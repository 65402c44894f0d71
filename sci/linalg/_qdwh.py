"""The unitary polar factor by the QR-based dynamically weighted Halley iteration: factorisations and products alone.

    X' = X (a I + b X^H X) (I + c X^H X)^-1,

with weights that follow from a lower bound l of the smallest singular value, is the best rational step of its kind
towards singular values 1: six steps for a condition of 1e16 ([1], (3.12) to (3.17)). It is done in one of two ways,

    (1)  c > 100:   [sqrt(c) X; I] = [Q1; Q2] R,   X' = b / c X + (a - b / c) / sqrt(c) Q1 Q2^H        ([1], (4.1))
    (2)  else:      I + c X^H X = W^H W,           X' = b / c X + (a - b / c) X W^-1 W^-H              ([2], (5.8))

and both are backward stable [3]: no inverse of X enters. Newton and Schulz's step X (3 I - X^H X) / 2 ends it.

Sources: [1] Y. Nakatsukasa, Z. Bai, F. Gygi, "Optimizing Halley's iteration for computing the matrix polar
decomposition", SIAM J. Matrix Anal. Appl. 31 (2010) 2700-2720. [2] Y. Nakatsukasa, N. J. Higham, "Stable and efficient
spectral divide and conquer algorithms for the symmetric eigenvalue decomposition and the SVD", SIAM J. Sci. Comput. 35
(2013) A1325-A1349. [3] Y. Nakatsukasa, N. J. Higham, "Backward stability of iterations for computing the polar
decomposition", SIAM J. Matrix Anal. Appl. 33 (2012) 460-479.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ._matrices import hermitian_part
from ._schur_form import KERNEL_CUDA

_BY_QR = 100.0  # weights c above this belong to (1)
_STEPS = 9  # six and a few more where rounding errors hide the smallest singular value


def worthwhile(a: Tensor) -> bool:
    """Return whether this is faster than a decomposition: on the CPU those of LAPACK take half of the time."""
    return a.is_cuda and min(a.shape[-2:]) > KERNEL_CUDA


def _weights(lower: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return a, b, c and the next bound: [1], (3.16) and (3.17)."""
    square = lower * lower
    d = torch.pow(4 * (1 - square) / (square * square), 1 / 3)
    root = torch.sqrt(1 + d)
    a = root + torch.sqrt(8 - 4 * d + 8 * (2 - square) / (square * root)) / 2
    b = (a - 1) ** 2 / 4
    c = a + b - 1
    return a, b, c, (lower * (a + b * square) / (1 + c * square)).clamp(max=1.0)


def _step(x: Tensor, a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    n = x.shape[-1]
    eye = torch.eye(n, dtype=x.dtype, device=x.device)
    by_qr = bool((c > _BY_QR).any())
    a, b, c = (y.to(x.real.dtype)[..., None, None] for y in (a, b, c))
    if by_qr:
        root = torch.sqrt(c)
        q, _ = torch.linalg.qr(torch.cat([root * x, eye.expand(*x.shape[:-2], n, n)], -2))
        one, other = q.split([x.shape[-2], n], -2)
        return b / c * x + (a - b / c) / root * (one @ other.mH)
    factor = torch.linalg.cholesky_ex(eye + c * (x.mH @ x))[0]
    solved = torch.cholesky_solve(x.mH, factor).mH
    return b / c * x + (a - b / c) * solved


def unitary_polar_factor(a: Tensor, hermitian: bool = False) -> tuple[Tensor, Tensor]:
    """Return U of a = U P for m >= n, and for which matrices its columns are orthonormal up to rounding errors.

    They are not where `a` is singular: vanishing singular values stay. Of `hermitian` matrices U is the sign; that the
    iterates stay Hermitian makes it one up to rounding errors, whatever the condition.
    """
    n = a.shape[-1]
    eps = torch.finfo(a.dtype).eps
    size = a.abs().amax((-2, -1), keepdim=True)
    x = a / torch.where((size > 0) & torch.isfinite(size), size, 1)
    length = torch.linalg.matrix_norm(x, keepdim=True)
    x = x / torch.where(length > 0, length, 1)
    q = None
    if a.shape[-2] > n:
        q, x = torch.linalg.qr(x)
    # 1 / |X^-1|_F is below the smallest singular value, and at most sqrt(n) times.
    back = torch.linalg.matrix_norm(torch.linalg.inv_ex(x)[0]).double()
    lower = torch.where(torch.isfinite(back), 1 / back.clamp(min=1.0), 0.0).clamp(min=eps / 8)
    for _ in range(_STEPS):
        if not bool((lower < 1 - 8 * eps).any()):
            break
        *weights, lower = _weights(lower)
        x = _step(x, *weights)
        x = hermitian_part(x) if hermitian else x
    gram = x.mH @ x
    x = (3 * x - x @ gram) / 2
    # The last step squares this distance.
    eye = torch.eye(n, dtype=a.dtype, device=a.device)
    good = torch.linalg.matrix_norm(gram - eye) <= math.sqrt(eps) / 16
    x = hermitian_part(x) if hermitian else x
    return (x if q is None else q @ x).contiguous(), good
