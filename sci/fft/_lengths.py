"""Lengths that fast Fourier transforms like: products of small primes."""

from __future__ import annotations

import functools
import sys
from typing import Any

import torch

from .._core.cards import function
from .._core.errors import integer
from .._core.torch_private import function_modes

_COMPLEX, _REAL, _CUDA = (3, 5, 7, 11), (3, 5), (3, 5, 7)


def _primes(real: bool, device: Any) -> tuple[int, ...]:
    """Return the odd primes that cost least: those of the CPU's own passes, or of cuFFT's."""
    device = torch.get_default_device() if device is None else torch.device(device)
    return _CUDA if device.type == "cuda" else _REAL if real else _COMPLEX


def _odd_smooth(limit: int, primes: tuple[int, ...]) -> list[int]:
    """Return all products of `primes` up to `limit`."""
    found = [1]
    for p in primes:
        power, more = p, list(found)
        while power <= limit:
            more += [power * f for f in found if power * f <= limit]
            power *= p
        found = more
    return found


def _target(name: str, target: int, lowest: int) -> int:
    target = integer(name, "target", target)
    if target < lowest:
        raise ValueError(f"{name}: Target length must be positive, got {target}")
    if target > sys.maxsize // 11:
        raise ValueError(f"{name}: Target length is too large to perform an FFT, got {target}")
    return target


@functools.lru_cache(maxsize=1024)
def _next(target: int, primes: tuple[int, ...]) -> int:
    if _target("next_fast_len", target, 0) <= 6:
        return target
    # Each odd factor f up to the target, times the least power of two that reaches it.
    best: int = 1 << (target - 1).bit_length()
    return min(best, *(f << (-(-target // f) - 1).bit_length() for f in _odd_smooth(best, primes)))


@functools.lru_cache(maxsize=1024)
def _prev(target: int, primes: tuple[int, ...]) -> int:
    return max(f << (target // f).bit_length() - 1 for f in _odd_smooth(target, primes))


@function(complex=False, batch=False)
def next_fast_len(target: int, real: bool = False, *, device: Any = None) -> int:
    """Return the next length at or above `target` for which a Fourier transform is fast.

    Equivalent to `scipy.fft.next_fast_len`.

    Parameters
    ----------
    target : int
        Length to start from, 0 or more.
    real : bool, optional
        Whether the transform takes or gives real numbers (`rfft`, `irfft`, `hfft`, `ihfft`).
    device : device, optional
        Where the transform will run, by default torch's default device.

    Returns
    -------
    int
        The least number not below `target` that is a product of the primes up to 11 (with `real` up to 5; on CUDA
        always up to 7).

    Raises
    ------
    ValueError
        If `target` is negative, or too large for a transform.

    Notes
    -----
    On the CPU a value costs about as much in complex lengths with the factors 7 and 11 as in those without, up to a
    fifth more with 13; in real ones up to a quarter more with 7 or 11. cuFFT has kernels of its own for 2, 3, 5 and 7.
    Padding to this length makes transforms of awkward (for example prime) lengths faster, on CPU and GPU alike. On a
    GPU it also keeps the number of different plans, which take memory, small. No tensors, hence no derivative.

    References
    ----------
    .. [1] M. Frigo, S. G. Johnson, "The design and implementation of FFTW3", Proc. IEEE 93 (2005).

    Examples
    --------
    >>> import sci
    >>> sci.fft.next_fast_len(93059)
    93170
    >>> sci.fft.next_fast_len(13, real=True)
    15
    >>> sci.fft.next_fast_len(11, device="cuda")
    12
    """
    if device is None and type(target) is int and not function_modes():  # a default device is such a mode
        return _next(target, _REAL if real else _COMPLEX)
    return _next(_target("next_fast_len", target, 0), _primes(real, device))


@function(complex=False, batch=False)
def prev_fast_len(target: int, real: bool = False, *, device: Any = None) -> int:
    """Return the previous length at or below `target` for which a Fourier transform is fast.

    Equivalent to `scipy.fft.prev_fast_len`.

    Parameters
    ----------
    target : int
        Length to start from, 1 or more.
    real : bool, optional
        Whether the transform takes or gives real numbers (`rfft`, `irfft`, `hfft`, `ihfft`).
    device : device, optional
        Where the transform will run, by default torch's default device.

    Returns
    -------
    int
        The largest number not above `target` that is a product of the primes up to 11 (with `real` up to 5; on CUDA
        always up to 7).

    Raises
    ------
    ValueError
        If `target` is below 1, or too large for a transform.

    See Also
    --------
    next_fast_len

    References
    ----------
    .. [1] M. Frigo, S. G. Johnson, "The design and implementation of FFTW3", Proc. IEEE 93 (2005).

    Examples
    --------
    >>> import sci
    >>> sci.fft.prev_fast_len(93059)
    92928
    """
    target = _target("prev_fast_len", target, 1)
    return target if target <= 6 else _prev(target, _primes(real, device))
