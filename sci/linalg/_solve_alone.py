"""One system of equations on the CPU that nothing differentiates: straight to LAPACK's routines for its structure.

What is found not finite, singular or ill-conditioned is left to the general way, which knows what to say of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core.checks import checks_enabled
from sci._core.quick import plain_on_cpu

from . import _lapack, _lapack_factors, _quick
from ._lapack_conditions import LEAST, norm_of_half, of_factors

_Found = tuple[Any, float]  # the solution and the reciprocal condition in the 1-norm, 0 where there is no solution


def solve(a: Any, b: Any, structure: str, lower: bool, transposed: bool, check_finite: bool) -> Tensor | None:
    """Return the solution of one regular system, as `sci.linalg.solve`; None where the general way has to be gone."""
    if not (plain_on_cpu(a, _quick.ANY) and plain_on_cpu(b, _quick.ANY) and checks_enabled()) or a.dtype is not b.dtype:
        return None
    shape, right = a.shape, b.shape
    n = shape[-1] if shape else 0
    if n < LEAST or tuple(shape) != (n, n) or len(right) not in (1, 2) or right[0] != n or right[-1] == 0:
        return None
    if check_finite and structure not in _OF_DIAGONALS and not _lapack.finite(a.numpy()):
        return None
    x = a.numpy()
    if transposed:
        x, lower = x.T, not lower
        structure = {"upper": "lower", "lower": "upper"}.get(structure, structure)
    if structure == "unknown":
        structure = _structure(x)
    if structure in _CUBIC and not _lapack.on_one_thread(n):
        return None
    y, rcond = _WAYS[structure](x, np.array(b.numpy().reshape(n, -1), order="F"), lower)
    if not rcond >= torch.finfo(a.dtype).eps or not _lapack.finite(y):
        return None
    return torch.from_numpy(y[:, 0]) if len(right) == 1 else _lapack.row_major(y)


def _structure(x: Any) -> str:
    """Name the first structure that the matrix has, in SciPy's order."""
    if x[-1, 0] and x[0, -1]:  # nearly all matrices show here that they are general
        if (x[0] == x[:, 0].conj()).all() and (x.diagonal().real > 0).all() and (x == x.conj().T).all():
            return "positive or general"
        return "general"
    below, above = _bandwidth(x)
    if below == 0 or above == 0:
        return "diagonal" if below == above else "upper" if below == 0 else "lower"
    return "tridiagonal" if below == above == 1 else "general"


def _bandwidth(x: Any) -> tuple[int, int]:
    """Return how many diagonals below and above the main one hold all entries: too many where a row is zero."""
    filled, rows = x != 0, np.arange(len(x))
    first, last = filled.argmax(1), len(x) - 1 - filled[:, ::-1].argmax(1)
    return int((rows - first).max()), int((last - rows).max())


def _routines(x: Any, *names: str) -> Iterator[Callable[..., Any]]:
    dtype = torch.from_numpy(x[:0]).dtype
    return (_lapack.routine(name, dtype) for name in names)


def _general(x: Any, b: Any, _: bool = False) -> _Found:
    factors, places, info = _lapack_factors.lu_of_one(torch.from_numpy(x))
    if info:
        return b, 0.0
    lu = factors.numpy()
    if b.shape[1] > 1 and _lapack.mkl_on_intel():
        y = torch.linalg.lu_solve(factors, places + 1, torch.from_numpy(b)).numpy()
    else:
        (solve,) = _routines(x, "getrs")
        y, _ = solve(lu, places.numpy(), b, overwrite_b=1)
    return y, of_factors(lu, float(np.abs(x).sum(0).max()))


def _diagonal(x: Any, b: Any, _: bool) -> _Found:
    d = x.diagonal()
    size = np.abs(d)
    least = size.min()
    return (b / d[:, None], least / size.max()) if least > 0 else (b, 0.0)


def _lower(x: Any, b: Any, _: bool = True) -> _Found:
    return _triangular(x, b, True)


def _upper(x: Any, b: Any, _: bool = False) -> _Found:
    return _triangular(x, b, False)


def _triangular(x: Any, b: Any, lower: bool) -> _Found:
    # The routines see A^T: the other triangle, and the norm of infinity.
    solve, condition = _routines(x, "trtrs", "trcon")
    y, info = solve(x.T, b, lower=not lower, trans=1, overwrite_b=1)
    return y, 0.0 if info else condition(x.T, norm="I", uplo="U" if lower else "L")[0]


def _tridiagonal(x: Any, b: Any, _: bool) -> _Found:
    factor, solve, condition = _routines(x, "gttrf", "gttrs", "gtcon")
    diagonals = [x.diagonal(k) for k in (-1, 0, 1)]
    below, middle, above = (np.abs(d) for d in diagonals)
    middle[:-1] += below
    middle[1:] += above
    *lu, info = factor(*diagonals)
    if info:
        return b, 0.0
    return solve(*lu, b, overwrite_b=1)[0], condition(*lu, middle.max())[0]


def _banded(x: Any, b: Any, _: bool) -> _Found:
    n = len(x)
    below, above = _bandwidth(x)
    if 2 * below + above >= n:
        return _general(x, b)
    factor, solve, condition = _routines(x, "gbtrf", "gbtrs", "gbcon")
    band = np.zeros((2 * below + above + 1, n), x.dtype, "F")
    for k in range(-below, above + 1):
        band[below + above - k, max(k, 0) : n + min(k, 0)] = x.diagonal(k)
    size = np.abs(band).sum(0).max()
    lu, pivots, info = factor(band, below, above, overwrite_ab=1)
    if info:
        return b, 0.0
    return solve(lu, below, above, b, pivots, overwrite_b=1)[0], condition(below, above, lu, pivots, size)[0]


def _positive(x: Any, b: Any, lower: bool) -> _Found:
    factor, solve, condition = _routines(x, "potrf", "potrs", "pocon")
    # The transpose is conj(A), whose solution with conj(b) is conj(x).
    c, info = factor(x.T, lower=not lower, clean=0)
    if info:
        return b, 0.0
    y, _ = solve(c, np.conjugate(b, b), lower=not lower, overwrite_b=1)
    return np.conjugate(y, y), condition(c, norm_of_half(x, lower), uplo="U" if lower else "L")[0]


def _positive_or_general(x: Any, b: Any, lower: bool) -> _Found:
    found = _positive(x, b.copy("F"), lower)
    return found if found[1] else _general(x, b)


def _hermitian(x: Any, b: Any, lower: bool) -> _Found:
    if x.dtype.kind != "c":
        return _symmetric(x, b, lower)
    solve, condition = _routines(x, "hesv", "hecon")
    packed, pivots, y, info = solve(x.T, np.conjugate(b, b), lower=not lower, lwork=64 * len(x), overwrite_b=1)
    if info:
        return b, 0.0
    return np.conjugate(y, y), condition(packed, pivots, norm_of_half(x, lower), lower=not lower)[0]


def _symmetric(x: Any, b: Any, lower: bool) -> _Found:
    solve, condition = _routines(x, "sysv", "sycon")
    packed, pivots, y, info = solve(x.T, b, lower=not lower, lwork=64 * len(x), overwrite_b=1)
    return y, 0.0 if info else condition(packed, pivots, norm_of_half(x, lower), lower=not lower)[0]


_WAYS: dict[str, Callable[[Any, Any, bool], _Found]] = {
    "general": _general,
    "diagonal": _diagonal,
    "tridiagonal": _tridiagonal,
    "banded": _banded,
    "upper": _upper,
    "lower": _lower,
    "symmetric": _symmetric,
    "hermitian": _hermitian,
    "positive": _positive,
    "positive or general": _positive_or_general,
}
_OF_DIAGONALS = frozenset(("diagonal", "tridiagonal"))  # all that is read shows in the result
_CUBIC = frozenset(("general", "banded", "symmetric", "hermitian", "positive", "positive or general"))
