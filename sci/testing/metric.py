"""The error metric: units in the last place, with a defined answer for every pair of values."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

_PRECISION: dict[str, type[np.floating[Any]]] = {
    "float32": np.float32,
    "float64": np.float64,
    "complex64": np.float32,
    "complex128": np.float64,
}


def ulp_error(got: npt.ArrayLike, want: npt.ArrayLike, dtype: str) -> npt.NDArray[np.float64]:
    """Return the error of `got` in units in the last place of `want`, elementwise.

    Parameters
    ----------
    got : array, the computed values
    want : array, the reference values, in double or complex double precision
    dtype : the dtype whose ulp counts: float32, float64, complex64 or complex128

    Returns
    -------
    array of float64
        0 where both are NaN or the same infinity, inf where only one of them is NaN or an infinity has another sign.
        The ulp of a value below the smallest normal number is that number's, so an error is never divided by a
        subnormal; an overflow to infinity counts as the step beyond the largest number. A complex error is a distance
        in units of the modulus; a component that is not finite has to agree by itself.
    """
    real = _PRECISION[dtype]
    a, b = np.asarray(got), np.asarray(want)
    if dtype.startswith("complex"):
        a, b = a.astype(np.complex128), b.astype(np.complex128)
        scale = np.hypot(b.real, b.imag)
        parts = [_error(x, y, scale, real) for x, y in ((a.real, b.real), (a.imag, b.imag))]
        with np.errstate(invalid="ignore", over="ignore"):
            return np.hypot(*parts)
    return _error(a.astype(np.float64), b.astype(np.float64), np.abs(b.astype(np.float64)), real)


def _error(
    a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], scale: npt.NDArray[np.float64], real: type[np.floating[Any]]
) -> npt.NDArray[np.float64]:
    info = np.finfo(real)
    largest = float(info.max)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        # A reference beyond the largest number is an overflow in this precision.
        beyond = largest * (1 + float(info.eps) / 4)
        b = np.where(np.abs(b) > beyond, np.copysign(np.inf, b), b)
        size = np.clip(np.where(np.isfinite(scale), scale, largest), float(info.tiny), largest)
        ulp = np.exp2(np.floor(np.log2(size))) * float(info.eps)
        step = 2.0 ** (info.maxexp - 1) * float(info.eps)
        x = np.where(np.isinf(a) & ~np.isinf(b), np.copysign(largest, a), a)
        y = np.where(np.isinf(b) & ~np.isinf(a), np.copysign(largest, b), b)
        error = np.abs(x - y) / ulp
        error = np.where(np.isinf(a) != np.isinf(b), error + step / ulp, error)
    error = np.where(np.isinf(a) & np.isinf(b), np.where(a == b, 0.0, np.inf), error)
    return np.where(np.isnan(a) & np.isnan(b), 0.0, np.where(np.isnan(a) | np.isnan(b), np.inf, error))
