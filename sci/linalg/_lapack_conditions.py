"""Norms of matrices on the CPU and estimates of their reciprocal conditions in the 1-norm.

Of structured matrices the routines see transposes, whose condition in the norm of infinity that is; Hermitian ones have
it in either.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core.torch_private import is_wrapped

from . import _lapack

_MIN_ESTIMATE = 256  # below, gecon takes less time than the calls of our own estimate
_ESTIMATE_STEPS = 5  # LAPACK's bound
LEAST = 3  # rows that routines for bands take, and from which they are asked


def one_norm(a: Tensor) -> Tensor:
    """Return the 1-norm of one matrix, half the time of torch's sums or less."""
    a = _lapack.resolved(a)
    if a.is_complex():
        return torch.tensor(np.abs(a.numpy()).sum(0).max(), dtype=a.real.dtype, device="cpu")
    norm = _lapack.routine("lange", a.dtype)
    size = norm("1", a.numpy()) if a.mT.is_contiguous() else norm("I", a.contiguous().numpy().T)
    return torch.tensor(size, dtype=a.dtype, device="cpu")


def reciprocal_condition(lu: Tensor, norm: Tensor) -> Tensor:
    """Return estimates of the reciprocal condition numbers of a batch in the 1-norm, from LU factors and 1-norms."""
    n = lu.shape[-1]
    pairs = zip(lu.reshape(-1, n, n), norm.reshape(-1).tolist(), strict=True)
    return torch.tensor([of_factors(one.numpy(), size) for one, size in pairs], dtype=norm.dtype, device="cpu").view(
        norm.shape
    )


def of_factors(lu: Any, norm: float) -> float:
    """Return that estimate for one matrix."""
    n = len(lu)
    if n >= _MIN_ESTIMATE and norm > 0:
        return 1 / norm / _inverse_norm(_by_factors(lu), n)
    return float(_lapack.routine("gecon", torch.from_numpy(lu[:0]).dtype)(lu, norm)[0])


def _by_factors(lu: Any) -> Callable[[Any, bool], Any]:
    """Return what applies U^-1 L^-1, whose 1-norm is that of the inverse, or its adjoint."""
    solve = functools.partial(_lapack.routine("trsv", torch.from_numpy(lu).dtype), lu, overwrite_x=1)
    adjoint = 2 if lu.dtype.kind == "c" else 1

    def apply(x: Any, transposed: bool) -> Any:
        if transposed:
            return solve(solve(x, trans=adjoint), lower=1, diag=1, trans=adjoint)
        return solve(solve(x, lower=1, diag=1))

    return apply


def _inverse_norm(apply: Callable[[Any, bool], Any], n: int) -> float:
    """Return an estimate of the 1-norm of an inverse, infinity where a solution overflows.

    The steps of gecon (N. J. Higham, ACM TOMS 14 (1988) 381-396, algorithm 4.1), whose own triangular solves guard
    every component against overflow and take several times as long as these. `apply` may overwrite its argument.
    """
    with np.errstate(all="ignore"):
        alternating = apply((1 + np.arange(n) / (n - 1)) * np.where(np.arange(n) % 2, -1, 1), False)
        best, place = 2 * float(np.abs(alternating).sum()) / (3 * n), -1
        x = np.full(n, 1 / n)
        for _ in range(_ESTIMATE_STEPS):
            y = apply(x, False)
            size = np.abs(y)
            estimate = float(size.sum())
            if place >= 0 and not estimate > best:
                break
            best = max(best, estimate)
            found = int(np.abs(apply(np.where(size > 0, y / size, 1), True)).argmax())
            if found == place:
                break
            x, place = np.zeros(n), found
            x[place] = 1
    return best if best < np.inf else np.inf  # neither of a NaN


def estimates_condition(a: Tensor) -> bool:
    """Return whether the functions below take `a`."""
    return a.dim() == 2 and a.is_cpu and a.shape[-1] >= LEAST and a.dtype in _lapack.PREFIX and not is_wrapped(a)


def condition_of_triangle(a: Tensor, lower: bool) -> float:
    matrix = a.contiguous().numpy(force=True).T
    return float(_lapack.routine("trcon", a.dtype)(matrix, norm="I", uplo="U" if lower else "L")[0])


def norm_of_half(x: Any, lower: bool) -> float:
    """Return that of a symmetric or Hermitian array, of which one triangle is read."""
    half = np.abs(np.tril(x) if lower else np.triu(x))
    with np.errstate(invalid="ignore"):
        return float((half.sum(0) + half.sum(1) - half.diagonal()).max())


def condition_of_factor(a: Tensor, c: Tensor, lower: bool) -> float:
    """Return that of a Hermitian matrix, of which one triangle is read, from its Cholesky factor."""
    factor = c.contiguous().numpy(force=True).T
    norm = norm_of_half(a.numpy(force=True), lower)
    return float(_lapack.routine("pocon", c.dtype)(factor, norm, uplo="U" if lower else "L")[0])


def condition_of_band(ab: Tensor, below: int, above: int) -> float:
    """Return that of a matrix from its diagonals in band storage."""
    norm, band = float(ab.abs().sum(0).amax()), torch.nn.functional.pad(ab, (0, 0, below, 0))
    packed, pivots, info = _lapack.routine("gbtrf", ab.dtype)(band.numpy(force=True), below, above)
    return 0.0 if info else float(_lapack.routine("gbcon", ab.dtype)(below, above, packed, pivots, norm)[0])
