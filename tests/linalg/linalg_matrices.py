"""Matrices of prescribed condition and spectrum, and how exact a result has to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

REAL = (torch.float32, torch.float64)
ALL = (*REAL, torch.complex64, torch.complex128)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def random(*shape: int, dtype: torch.dtype = torch.float64, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=dtype, generator=generator(seed))


def unitary(*shape: int, dtype: torch.dtype = torch.float64, seed: int = 0) -> Tensor:
    return torch.linalg.qr(random(*shape, dtype=dtype, seed=seed))[0]


def hermitian(w: Tensor, *shape: int, dtype: torch.dtype = torch.float64, seed: int = 0) -> Tensor:
    """Return V diag(w) V^H with a random V."""
    v = unitary(*shape, dtype=dtype, seed=seed)
    a = (v * w.to(v.real.dtype)[..., None, :]) @ v.mH
    return (a + a.mH) / 2


def positive(*shape: int, condition: float = 100.0, dtype: torch.dtype = torch.float64, seed: int = 0) -> Tensor:
    """Return Hermitian positive definite matrices of that condition number."""
    n = shape[-1]
    w = torch.logspace(0, torch.tensor(condition).log10().item(), n, dtype=torch.float64) if n > 1 else torch.ones(n)
    return hermitian(w, *shape, dtype=dtype, seed=seed)


def each(function: Callable[..., Any], a: torch.Tensor) -> list[torch.Tensor]:
    """Return SciPy's results, matrix by matrix."""
    return [torch.from_numpy(np.stack(parts)) for parts in zip(*(function(x.numpy()) for x in a))]


def eps(dtype: torch.dtype) -> float:
    return torch.finfo(dtype).eps


def residual(x: Tensor, size: Any) -> float:
    """Return the largest norm of the matrices `x`, in units of `size` times their dtype's eps."""
    if x.numel() == 0:
        return 0.0
    norm = torch.linalg.matrix_norm(x)
    is_matrix = isinstance(size, Tensor) and size.dim() >= 2
    scale = torch.linalg.matrix_norm(size) if is_matrix else torch.tensor(float(size), dtype=torch.float64)
    return float((norm / (scale * eps(x.dtype)).clamp_min(1e-300)).max())


def not_unitary(z: Tensor) -> float:
    """Return how far ``z^H z`` is from the identity, in eps."""
    return residual(z.mH @ z - torch.eye(z.shape[-1], dtype=z.dtype), 1.0)


# ---- matrices that hurt --------------------------------------------------------------------------------------------

COUNT = 5  # not a multiple of the lanes


def spectra(n: int) -> dict[str, Tensor]:
    line = torch.linspace(0, 1, n, dtype=torch.float64) if n > 1 else torch.ones(1, dtype=torch.float64)
    alternating = torch.where(torch.arange(n) % 2 == 0, 1.0, -1.0).double()
    return {
        "condition 1": torch.ones(n, dtype=torch.float64),
        "signs": alternating,
        "condition 1e8": 10 ** (-8 * line),
        "condition 1e16": alternating * 10 ** (-16 * line),
        "clustered": 1 + 1e-12 * line,
        "one large": torch.where(torch.arange(n) == 0, 1.0, 1e-3).double(),
        "singular": torch.where(torch.arange(n) == 0, 0.0, 1.0 + line),
    }


def hermitian_kinds(n: int, dtype: torch.dtype) -> dict[str, Tensor]:
    kinds = {name: hermitian(w, COUNT, n, n, dtype=dtype) for name, w in spectra(n).items()}
    a = random(COUNT, n, n, dtype=dtype)
    a = a + a.mH
    grade = 10.0 ** (-torch.arange(n, dtype=a.real.dtype))
    top = 1e300 if a.real.dtype == torch.float64 else 1e37
    zero = torch.zeros(COUNT, n, n, dtype=dtype)
    return kinds | {
        "random": a,
        "graded": a * (grade * grade[:, None]),
        "tiny": a / top,
        "huge": a / a.abs().amax() * top,
        "identity": zero + torch.eye(n),
        "zero": zero,
        "diagonal": zero + torch.diag(torch.arange(n, 0, -1)),
    }


def general_kinds(n: int, dtype: torch.dtype) -> dict[str, Tensor]:
    u, v = unitary(COUNT, n, n, dtype=dtype), unitary(COUNT, n, n, dtype=dtype, seed=1)
    kinds = {name: (u * w.to(dtype)) @ v for name, w in spectra(n).items()}
    a = random(COUNT, n, n, dtype=dtype)
    jordan = torch.eye(n, dtype=dtype) + torch.diag(torch.ones(n - 1, dtype=dtype), 1)
    extra = {"defective": jordan.expand(COUNT, n, n).clone(), "triangle": a.triu(), "ones": torch.ones_like(a)}
    return kinds | hermitian_kinds(n, dtype) | extra


def size(x: Tensor) -> Tensor:
    """Return the norms of a batch of matrices, also of tiny and huge ones."""
    parts = (torch.view_as_real(x.resolve_conj()) if x.is_complex() else x).double().flatten(1)
    big = parts.abs().amax(-1, keepdim=True).clamp_min(1e-307)
    return torch.linalg.vector_norm(parts / big, dim=-1) * big[:, 0]
