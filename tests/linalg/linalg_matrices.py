"""Matrices of prescribed condition and spectrum, and how exact a result has to be."""

from __future__ import annotations

from typing import Any

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
