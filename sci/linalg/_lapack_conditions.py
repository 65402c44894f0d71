"""Norms of matrices on the CPU and estimates of their reciprocal conditions in the 1-norm.

Of structured matrices the routines see transposes, whose condition in the norm of infinity that is; Hermitian ones have
it in either.
"""

from __future__ import annotations

import functools

import torch
from torch import Tensor

from . import _lapack

_MIN_ESTIMATE = 256  # below, gecon takes less time than the calls of our own estimate
_ESTIMATE_STEPS = 5  # LAPACK's bound
_MIN_BAND = 3  # rows that routines for bands take


def one_norm(a: Tensor) -> Tensor:
    """Return the 1-norm of one matrix, half the time of torch's sums or less."""
    size = _lapack.routine("lange", a.dtype)("I", a.detach().contiguous().resolve_conj().numpy().T)
    return torch.tensor(size, dtype=a.dtype.to_real() if a.is_complex() else a.dtype)


def reciprocal_condition(lu: Tensor, pivots: Tensor, norm: Tensor) -> Tensor:
    """Return estimates of the reciprocal condition numbers of a batch in the 1-norm, from LU factors and 1-norms."""
    n, own = lu.shape[-1], lu.shape[-1] >= _MIN_ESTIMATE and not lu.is_complex()
    gecon = _lapack.routine("gecon", lu.dtype)
    if lu.dim() == 2:
        rows = [(lu, pivots, norm)]
    else:
        rows = list(zip(lu.reshape(-1, n, n), pivots.reshape(-1, n), norm.reshape(-1), strict=True))
    found = [
        1 / float(size) / _inverse_norm(one, swaps - 1) if own and size > 0 else gecon(one.numpy(), float(size))[0]
        for one, swaps, size in rows
    ]
    return torch.tensor(found, dtype=norm.dtype).view(norm.shape)


def _inverse_norm(lu: Tensor, pivots: Tensor) -> float:
    """Return an estimate of the 1-norm of a real inverse, infinity where a solution overflows.

    The steps of gecon (N. J. Higham, ACM TOMS 14 (1988) 381-396, algorithm 4.1), whose own triangular solves guard
    every component against overflow and take several times as long as these.
    """
    import numpy as np

    n = lu.shape[-1]
    solve = functools.partial(_lapack.routine("getrs", lu.dtype), lu.numpy(), pivots.numpy())
    signs = (1 + np.arange(n) / (n - 1)) * np.where(np.arange(n) % 2, -1, 1)
    x, place = np.full(n, 1 / n), -1
    with np.errstate(all="ignore"):
        best = 2 * float(np.abs(solve(signs)[0]).sum()) / (3 * n)
        for _ in range(_ESTIMATE_STEPS):
            y = solve(x)[0]
            estimate = float(np.abs(y).sum())
            if place >= 0 and not estimate > best:
                break
            best = max(best, estimate)
            found = int(np.abs(solve(np.where(y < 0, -1.0, 1.0), trans=1)[0]).argmax())
            if found == place:
                break
            x, place = np.zeros(n), found
            x[place] = 1
    return best if best < np.inf else np.inf  # neither of a NaN


def estimates_condition(a: Tensor) -> bool:
    """Return whether the functions below take `a`."""
    return a.dim() == 2 and a.is_cpu and a.shape[-1] >= _MIN_BAND and a.dtype in _lapack.PREFIX


def condition_of_triangle(a: Tensor, lower: bool) -> float:
    matrix = a.contiguous().resolve_conj().numpy().T
    return float(_lapack.routine("trcon", a.dtype)(matrix, norm="I", uplo="U" if lower else "L")[0])


def condition_of_factor(a: Tensor, c: Tensor, lower: bool) -> float:
    """Return that of a Hermitian matrix, of which one triangle is read, from its Cholesky factor."""
    half = (a.tril() if lower else a.triu()).abs().numpy()
    norm = float((half.sum(0) + half.sum(1) - half.diagonal()).max())
    packed, _ = _lapack.routine("trttp", c.dtype)(c.contiguous().resolve_conj().numpy().T, uplo="U" if lower else "L")
    return float(_lapack.routine("ppcon", c.dtype)(c.shape[-1], packed, norm, lower=int(not lower))[0])


def condition_of_band(ab: Tensor, below: int, above: int) -> float:
    """Return that of a matrix from its diagonals in band storage."""
    norm, band = float(ab.abs().sum(0).amax()), torch.nn.functional.pad(ab, (0, 0, below, 0))
    packed, pivots, info = _lapack.routine("gbtrf", ab.dtype)(band.resolve_conj().numpy(), below, above)
    return 0.0 if info else float(_lapack.routine("gbcon", ab.dtype)(below, above, packed, pivots, norm)[0])
