"""What structure a matrix has: bandwidths and symmetry, found in the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import as_tensor
from sci._core.cards import Sample, function
from sci._core.errors import bad_argument
from sci._core.torch_private import dispatch_modes, transforms_active

from ._matrices import random_matrices


def _matrix(function: str, a: Any) -> Tensor:
    if a is None:
        raise bad_argument(function, "a", "a tensor or an array of numbers", a, TypeError)
    x = as_tensor(a, "a", function).detach()
    if x.dim() < 2:
        raise bad_argument(function, "a", "a matrix or a batch of matrices", a)
    return x


def _bandwidths(a: Tensor) -> tuple[Tensor, Tensor]:
    """Return how far nonzero entries lie below and above the diagonal, (...) each."""
    m, n = a.shape[-2:]
    if a.numel() == 0:
        zero = torch.zeros(a.shape[:-2], dtype=torch.int64, device=a.device)
        return zero, zero
    below = torch.arange(m, device=a.device)[:, None] - torch.arange(n, device=a.device)
    nonzero = a != 0
    low = torch.where(nonzero, below, 0).amax((-2, -1)).clamp(min=0)
    up = torch.where(nonzero, -below, 0).amax((-2, -1)).clamp(min=0)
    return low, up


def largest_bandwidth(a: Tensor) -> tuple[int, int]:
    """Return the bandwidths that hold all matrices of a batch; in the compiler those of a full matrix."""
    n = a.shape[-1]
    if torch.compiler.is_compiling() or a.device.type == "meta" or a.numel() == 0:
        return max(n - 1, 0), max(n - 1, 0)
    if a.dim() == 2 and a.is_cpu and not transforms_active() and not dispatch_modes():
        from scipy.linalg import bandwidth as found  # which stops at the first number that is not 0

        low, up = found(a.numpy(force=True))
        return int(low), int(up)
    low, up = _bandwidths(a.detach())
    try:
        return int(low.amax()), int(up.amax())
    except RuntimeError:  # under vmap the bandwidth has no single value
        return n - 1, n - 1


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 3))
    yield Sample(draw(2, 3, 3))


@function(samples=_samples, discrete=("a",), compiles=False, batch=False, synchronizes=True)
def bandwidth(a: Any) -> Any:
    """Lower and upper bandwidth of matrices: how far nonzero entries lie from the diagonal.

    Equivalent to `scipy.linalg.bandwidth`.

    Parameters
    ----------
    a : (..., m, n) tensor
        Matrices.

    Returns
    -------
    lu : tuple of int
        ``(lower, upper)``; two int64 tensors (...) for a batch. ``(0, 0)`` for diagonal and empty matrices.

    Raises
    ------
    ValueError
        `a` is no matrix.

    Notes
    -----
    The numbers are read from the data: on CUDA this waits for the GPU.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import bandwidth
    >>> bandwidth(torch.tensor([[3.0, 1.0, 0.0], [4.0, 1.0, 1.0], [0.0, 2.0, 1.0]]))
    (1, 1)
    """
    x = _matrix("bandwidth", a)
    low, up = _bandwidths(x)
    return (int(low), int(up)) if x.dim() == 2 else (low, up)


def _symmetric(function: str, a: Any, atol: float | None, rtol: float | None, conjugate: bool) -> Any:
    x = _matrix(function, a)
    if x.shape[-1] != x.shape[-2]:
        raise bad_argument(function, "a", "square in its last two dimensions", a)
    other = x.mH if conjugate and x.is_complex() else x.mT
    if atol is None and rtol is None:
        same = (x == other).flatten(-2).all(-1)
    else:
        if not (x.is_floating_point() or x.is_complex()):
            x, other = x.to(torch.float64), other.to(torch.float64)
        close = torch.isclose(x, other, atol=atol or 0.0, rtol=rtol or 0.0)
        same = close.flatten(-2).all(-1)
    return bool(same) if x.dim() == 2 else same


@function(samples=_samples, discrete=("a",), compiles=False, batch=False, synchronizes=True)
def issymmetric(a: Any, atol: float | None = None, rtol: float | None = None) -> Any:
    """Whether matrices are symmetric, ``a == a^T``.

    Equivalent to `scipy.linalg.issymmetric`.

    Parameters
    ----------
    a : (..., n, n) tensor
        Matrices.
    atol, rtol : float, optional
        Absolute and relative tolerance of the comparison; without both it is exact.

    Returns
    -------
    sym : bool
        The answer; a bool tensor (...) for a batch.

    Raises
    ------
    ValueError
        `a` is not square.

    Notes
    -----
    The answer is read from the data: on CUDA this waits for the GPU. NaN equals nothing.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import issymmetric
    >>> issymmetric(torch.tensor([[1.0, 2.0], [2.0, 3.0]]))
    True
    """
    return _symmetric("issymmetric", a, atol, rtol, False)


@function(samples=_samples, discrete=("a",), compiles=False, batch=False, synchronizes=True)
def ishermitian(a: Any, atol: float | None = None, rtol: float | None = None) -> Any:
    """Whether matrices are Hermitian, ``a == a^H``.

    Equivalent to `scipy.linalg.ishermitian`.

    Parameters
    ----------
    a : (..., n, n) tensor
        Matrices.
    atol, rtol : float, optional
        Absolute and relative tolerance of the comparison; without both it is exact.

    Returns
    -------
    her : bool
        The answer; a bool tensor (...) for a batch.

    Raises
    ------
    ValueError
        `a` is not square.

    Notes
    -----
    The answer is read from the data: on CUDA this waits for the GPU. NaN equals nothing.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import ishermitian
    >>> ishermitian(torch.tensor([[1.0, 2.0j], [-2.0j, 3.0]]))
    True
    """
    return _symmetric("ishermitian", a, atol, rtol, True)
