"""Combinations and permutations: exact integers, or the binomial and Pochhammer functions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core.arrays import common_shape, promote
from sci._core.cards import Sample, function
from sci._core.errors import describe

from ._binom import binom
from ._poch import poch


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    n = torch.rand(2, 3, generator=generator, dtype=torch.float64) * 5 + 5
    k = torch.rand(3, generator=generator, dtype=torch.float64) * 4 + 0.5
    yield Sample(n.to(dtype=dtype, device=device), k.to(dtype=dtype, device=device))


@function(differentiable=("N", "k"), samples=_samples, complex=False)
def comb(N: Any, k: Any, *, exact: bool = False, repetition: bool = False) -> Any:
    r"""
    Number of combinations of `N` things taken `k` at a time, :math:`\binom Nk`.

    Parameters
    ----------
    N, k : tensor_like or int
        Real numbers, of shapes that broadcast; Python integers where `exact`.
    exact : bool, optional
        Compute with Python integers, of any size.
    repetition : bool, optional
        Count the combinations with repetition, :math:`\binom{N+k-1}{k}`.

    Returns
    -------
    Tensor or int
        The numbers; 0 where `N` or `k` is negative, or `k` larger than `N` (without repetition).

    Raises
    ------
    ValueError
        For ``exact=True`` and arguments that are no Python integers.

    See Also
    --------
    binom : the same function without the zeros

    Notes
    -----
    The derivatives are those of :func:`binom`, and 0 where the value was set to 0.

    Examples
    --------
    >>> import torch
    >>> from sci.special import comb
    >>> comb(torch.tensor([10.0, 10.0]), torch.tensor([3.0, 4.0]))
    tensor([120., 210.])
    >>> comb(10, 3, exact=True, repetition=True)
    220
    """
    if exact:
        n, m = _whole("comb", "N", N), _whole("comb", "k", k)
        if n < 0 or m < 0:
            return 0
        if repetition:
            return 1 if m == 0 else math.comb(n + m - 1, m)
        return math.comb(n, m)
    x, y = promote("comb", allow_complex=False, N=N, k=k)
    common_shape("comb", N=x, k=y)
    valid = (x >= 0) & (y >= 0)
    if repetition:
        value = torch.where(y == 0, 1.0, binom(torch.where(valid, x + y - 1, 1.0), torch.where(valid, y, 1.0)))
    else:
        valid = valid & (y <= x)
        value = binom(torch.where(valid, x, 1.0), torch.where(valid, y, 1.0))
    return torch.where(valid, value, 0.0)


@function(differentiable=("N", "k"), samples=_samples, complex=False)
def perm(N: Any, k: Any, exact: bool = False) -> Any:
    r"""
    Number of permutations of `N` things taken `k` at a time, :math:`N!/(N-k)!`.

    Parameters
    ----------
    N, k : tensor_like or int
        Real numbers, of shapes that broadcast; Python integers where `exact`.
    exact : bool, optional
        Compute with Python integers, of any size.

    Returns
    -------
    Tensor or int
        The numbers; 0 where `N` or `k` is negative, or `k` larger than `N`.

    Raises
    ------
    ValueError
        For ``exact=True`` and arguments that are no Python integers.

    See Also
    --------
    poch : the rising factorial :math:`(N-k+1)_k`, which this is

    Notes
    -----
    The derivatives are those of :func:`poch`, and 0 where the value was set to 0.

    Examples
    --------
    >>> import torch
    >>> from sci.special import perm
    >>> perm(torch.tensor([10.0, 10.0]), torch.tensor([3.0, 4.0]))
    tensor([ 720., 5040.])
    """
    if exact:
        n, m = _whole("perm", "N", N), _whole("perm", "k", k)
        return 0 if n < 0 or m < 0 else math.perm(n, m)
    x, y = promote("perm", allow_complex=False, N=N, k=k)
    common_shape("perm", N=x, k=y)
    valid = (x >= 0) & (y >= 0) & (y <= x)
    return torch.where(valid, poch(torch.where(valid, x - y + 1, 1.0), torch.where(valid, y, 1.0)), 0.0)


def _whole(name: str, argument: str, x: Any) -> int:
    if isinstance(x, (list, tuple)) or (isinstance(x, (np.ndarray, Tensor)) and x.ndim):
        raise ValueError(
            f"{name}: with `exact=True` {argument} must be a scalar integer (scalar integers only), got {describe(x)}"
        )
    value = x.item() if isinstance(x, (np.ndarray, np.generic, Tensor)) else x
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name}: Non-integer {argument} with `exact=True`: got {describe(x)}")
    return value
