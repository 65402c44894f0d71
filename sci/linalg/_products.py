"""Functions of matrices and equations by products, inverses and solves alone, with a scaling for each matrix.

A GPU does these at full speed, whole batches at once, where the QR algorithm that makes a Schur form works one column
at a time; and the CPU's vector lanes take a matrix each, as that algorithm does not let them. So here CUDA matrices go
that are too large for a kernel with one thread per matrix (`worthwhile`), batches of `small` ones on every device, and
all discrete equations. Every result is checked by its residual: a matrix for which an iteration does not converge,
or loses digits to ill-conditioning, is left to the Schur methods (`unless_settled`).

Sources: [1] N. J. Higham, "Functions of Matrices", SIAM 2008. [2] J. D. Roberts, "Linear model reduction and solution
of the algebraic Riccati equation by use of the sign function", Int. J. Control 32 (1980) 677-687. [3] R. A. Smith,
"Matrix equation XA + BX = C", SIAM J. Appl. Math. 16 (1968) 198-201.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from sci._core import runtime

from ._schur_form import KERNEL_CUDA

runtime.load_library()

HOST_ROUTE = "n > 64 where products do not converge: the Schur decomposition has a GPU form for n <= 64 only"

_STEPS = 60  # the iterations converge quadratically once scaling has done its work
_GROWN = 1e15  # powers this large belong to a spectral radius above 1
_SCALED = 1e-2  # nearer to its limit than this an iteration is not scaled any more


# The kernels of linalg/products_job.h: matrices up to this n in batches of at least so many, and up to that n fewer.
_SMALL, _MANY, ALONE = 32, 4, 24
_ROOT, _SIGN, _SYLVESTER, _SYLVESTER_SAME, _LYAPUNOV, _STEIN, _CONTINUOUS, _DISCRETE = range(8)  # ProductsKind there


def small(*xs: Tensor, alone: int = 0) -> bool:
    """Return whether these matrices, batches of one shape, belong to the kernel for small ones.

    `alone` is the n up to which that holds for fewer than fill vectors.
    """
    n, number = xs[0].shape[-1], xs[0].numel()
    if n < 2 or number < n * n or n > (_SMALL if number >= _MANY * n * n else alone):
        return False
    return all(x.shape == xs[0].shape for x in xs)


def worthwhile(*xs: Tensor) -> bool:
    """Return whether the device of these matrices has no Schur form for one of them."""
    return all(x.is_cuda for x in xs) and any(x.shape[-1] > KERNEL_CUDA for x in xs)


def _by_kernel(kind: int, a: Tensor, b: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    x, good = torch.ops.sci._products_small(*(y.resolve_conj() for y in (a, b, c)), kind)
    return x, good != 0


def is_adjoint(a: Tensor, b: Tensor) -> bool:
    """Return whether `b` is ``a.mH``, a view of the same numbers."""
    views = a.data_ptr() == b.data_ptr() and a.shape == b.shape and a.stride() == b.mT.stride()
    return views and a.is_neg() == b.is_neg() and (not a.is_complex() or a.is_conj() != b.is_conj())


def _is_same(a: Tensor, b: Tensor) -> bool:
    views = a.data_ptr() == b.data_ptr() and a.stride() == b.stride()
    return views and a.is_neg() == b.is_neg() and a.is_conj() == b.is_conj()


def signs(a: Tensor) -> tuple[Tensor, Tensor]:
    """Return signs of small matrices, and for which matrices they are good."""
    return _by_kernel(_SIGN, a, a, a)


def riccati(a: Tensor, g: Tensor, q: Tensor, continuous: bool) -> tuple[Tensor, Tensor]:
    """Return stabilising solutions for small matrices, and where they are near enough for Newton's method."""
    return _by_kernel(_CONTINUOUS if continuous else _DISCRETE, a, g, q)


def _eye(x: Tensor) -> Tensor:
    return torch.eye(x.shape[-1], dtype=x.dtype, device=x.device)


def _one_norm(x: Tensor) -> Tensor:
    return torch.linalg.matrix_norm(x, 1)


def _whole(x: Tensor) -> Tensor:
    """One number per matrix, to multiply matrices with."""
    return x[..., None, None]


def settled(residual: Tensor, size: Tensor) -> Tensor:
    """Return for which matrices the residual is rounding error of products of this size. NaN and infinity are not."""
    return (_one_norm(residual) <= 4 * residual.shape[-1] * torch.finfo(size.dtype).eps * size) & torch.isfinite(size)


def unless_settled(x: Tensor, good: Tensor, others: Callable[[Tensor], Tensor]) -> Tensor:
    """Return `x`, with ``others(mask)`` for those matrices of the batch that are not `good`."""
    if bool(good.all()):
        return x.contiguous()
    x = x.clone(memory_format=torch.contiguous_format)
    x[~good] = others(~good)
    return x


def square_root(a: Tensor) -> tuple[Tensor, Tensor]:
    """Return principal square roots, and for which matrices the residual is as small as that of a Schur method.

    Denman and Beavers' iteration in product form, X -> A^(1/2) and M -> I, scaled by determinants: [1], (6.29).
    """
    if small(a):
        return _by_kernel(_ROOT, a, a, a)
    n, eye = a.shape[-1], _eye(a)
    x = m = a
    scaled = torch.ones(a.shape[:-2], dtype=torch.bool, device=a.device)
    distance = torch.full(a.shape[:-2], torch.inf, dtype=a.real.dtype, device=a.device)
    for _ in range(_STEPS):
        mu = torch.where(scaled, torch.exp(torch.linalg.slogdet(m)[1] / (-2 * n)), 1.0)
        back = torch.linalg.inv_ex(m)[0] / _whole(mu * mu)
        x = _whole(mu) / 2 * (x + x @ back)
        m = (2 * eye + _whole(mu * mu) * m + back) / 4
        before, distance = distance, _one_norm(m - eye)
        # Without scaling the distance is squared every time, until it is rounding error.
        done = ~scaled & (distance > before / 2) | ~torch.isfinite(distance) | (distance == 0)
        scaled = scaled & (distance > _SCALED)
        if bool(done.all()):
            break
    return x, settled(x @ x - a, _one_norm(x) ** 2)


def sylvester(a: Tensor, b: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
    """Solve A X + X B = Q for spectra of A and B on the same side of the imaginary axis; return X and where it is good.

    Newton's iteration for the sign of [A Q; 0 -B], which is [I 2X; 0 -I], block by block and scaled by determinants:
    [2]; [1], section 5.5.
    """
    if small(a, b, q):
        kind = _SYLVESTER_SAME if _is_same(a, b) else _LYAPUNOV if is_adjoint(a, b) else _SYLVESTER
        return _by_kernel(kind, a, b, q)
    m, n = a.shape[-1], b.shape[-1]
    # The left half-plane becomes the right one.
    mean = a.diagonal(dim1=-2, dim2=-1).mean(-1).real + b.diagonal(dim1=-2, dim2=-1).mean(-1).real
    side = _whole(torch.where(mean < 0, -1.0, 1.0).to(mean.dtype))
    r, s, c = side * a, side * b, side * q
    scaled = torch.ones(q.shape[:-2], dtype=torch.bool, device=q.device)
    distance = torch.full(q.shape[:-2], torch.inf, dtype=q.real.dtype, device=q.device)
    for _ in range(_STEPS):
        logs = (torch.linalg.slogdet(r)[1] + torch.linalg.slogdet(s)[1]) / (m + n)
        mu = _whole(torch.where(scaled, torch.exp(logs), 1.0))
        back_r, back_s = torch.linalg.inv_ex(r)[0], torch.linalg.inv_ex(s)[0]
        c = (c / mu + mu * (back_r @ c @ back_s)) / 2
        r, s = (r / mu + mu * back_r) / 2, (s / mu + mu * back_s) / 2
        before = distance
        distance = torch.maximum(_one_norm(r - _eye(r)), _one_norm(s - _eye(s)))
        done = ~scaled & (distance > before / 2) | ~torch.isfinite(distance) | (distance == 0)
        scaled = scaled & (distance > _SCALED)
        if bool(done.all()):
            break
    x = c / 2
    return x, settled(a @ x + x @ b - q, (_one_norm(a) + _one_norm(b)) * _one_norm(x))


def stein(a: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
    """Solve A X A^H - X + Q = 0 for spectral radii below 1; return X and for which matrices it is good.

    The sum of A^k Q (A^H)^k, doubled in length with every step: the squared form of Smith's method [3].
    """
    if small(a, q, alone=ALONE):
        return _by_kernel(_STEIN, a, a, q)
    power, x = a, q
    eps = torch.finfo(a.dtype).eps
    for _ in range(_STEPS):
        x = x + power @ x @ power.mH
        power = power @ power
        size = _one_norm(power)
        if bool(((size * size * a.shape[-1] <= eps) | ~torch.isfinite(size) | (size > _GROWN)).all()):
            break
    size_a = _one_norm(a) * _one_norm(a.mH)
    return x, settled(a @ x @ a.mH - x + q, (size_a + 1) * _one_norm(x))
