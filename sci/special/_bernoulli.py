"""Bernoulli and Euler numbers, correctly rounded."""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core.cards import function
from sci._core.errors import bad_argument

_BERNOULLI_LAST, _EULER_LAST = 258, 186  # of the even numbers in double's range


@function(complex=False, batch=False)
def bernoulli(n: int, *, dtype: torch.dtype | None = None, device: Any = None) -> Tensor:
    r"""
    Bernoulli numbers :math:`B_0, \dots, B_n`, with :math:`B_1 = -1/2`.

    Parameters
    ----------
    n : int
        The last index, not negative.
    dtype : torch.dtype, optional
        A real floating dtype; torch's default by default.
    device : torch.device, optional
        Where to make the tensor; torch's default by default.

    Returns
    -------
    Tensor, shape (n + 1,)
        The numbers, correctly rounded; infinite beyond the range of the dtype (n > 258 in double precision).

    Raises
    ------
    ValueError
        Where `n` is no integer or negative.

    Notes
    -----
    From the tangent numbers in integer arithmetic, :math:`B_{2k} = (-1)^{k-1} 2k\,T_k/(4^k (4^k - 1))` [1]_.

    References
    ----------
    .. [1] R. P. Brent and D. Harvey, Fast computation of Bernoulli, tangent and secant numbers, in: Computational and
       Analytical Mathematics, Springer 2013, 127-142.

    Examples
    --------
    >>> from sci.special import bernoulli
    >>> bernoulli(4)
    tensor([ 1.0000, -0.5000,  0.1667,  0.0000, -0.0333])
    """
    last = _index("bernoulli", n)
    found = [0.0] * (max(last, 1) + 1)
    found[0], found[1] = 1.0, -0.5
    even = _bernoulli_numbers(min(last, _BERNOULLI_LAST) // 2)
    for k in range(1, last // 2 + 1):
        found[2 * k] = even[k - 1] if k <= len(even) else float("inf") * (-1) ** (k - 1)
    return torch.tensor(found[: last + 1], dtype=dtype, device=device)


@function(complex=False, batch=False)
def euler(n: int, *, dtype: torch.dtype | None = None, device: Any = None) -> Tensor:
    r"""
    Euler numbers :math:`E_0, \dots, E_n`, the odd ones zero.

    Parameters
    ----------
    n : int
        The last index, not negative.
    dtype : torch.dtype, optional
        A real floating dtype; torch's default by default.
    device : torch.device, optional
        Where to make the tensor; torch's default by default.

    Returns
    -------
    Tensor, shape (n + 1,)
        The numbers, correctly rounded; infinite beyond the range of the dtype (n > 186 in double precision).

    Raises
    ------
    ValueError
        Where `n` is no integer or negative.

    Notes
    -----
    The secant numbers in integer arithmetic, :math:`E_{2k} = (-1)^k S_k` [1]_.

    References
    ----------
    .. [1] R. P. Brent and D. Harvey, Fast computation of Bernoulli, tangent and secant numbers, in: Computational and
       Analytical Mathematics, Springer 2013, 127-142.

    Examples
    --------
    >>> from sci.special import euler
    >>> euler(6)
    tensor([  1.,   0.,  -1.,   0.,   5.,   0., -61.])
    """
    last = _index("euler", n)
    found = [0.0] * (last + 1)
    secants = _secant_numbers(min(last, _EULER_LAST) // 2)
    for k in range(last // 2 + 1):
        found[2 * k] = (-1) ** k * (float(secants[k]) if k < len(secants) else float("inf"))
    return torch.tensor(found, dtype=dtype, device=device)


def _index(name: str, n: Any) -> int:
    if not isinstance(n, (int, np.integer)) or isinstance(n, bool) or n < 0:
        raise bad_argument(name, "n", "a non-negative integer", n)
    return int(n)


@functools.lru_cache(maxsize=8)
def _bernoulli_numbers(count: int) -> list[float]:
    """Return B_2, ..., B_(2 count)."""
    tangent = [0, 1] + [0] * (count - 1)  # Brent and Harvey, algorithm TangentNumbers
    for k in range(2, count + 1):
        tangent[k] = (k - 1) * tangent[k - 1]
    for k in range(2, count + 1):
        for j in range(k, count + 1):
            tangent[j] = (j - k) * tangent[j - 1] + (j - k + 2) * tangent[j]
    return [float(Fraction((-1) ** (k - 1) * 2 * k * tangent[k], 4**k * (4**k - 1))) for k in range(1, count + 1)]


@functools.lru_cache(maxsize=8)
def _secant_numbers(count: int) -> list[int]:
    """Return S_0, ..., S_count."""
    secant = [1] + [0] * count  # Brent and Harvey, algorithm SecantNumbers
    for k in range(1, count + 1):
        secant[k] = k * secant[k - 1]
    for k in range(1, count + 1):
        for j in range(k + 1, count + 1):
            secant[j] = (j - k) * secant[j - 1] + (j - k + 1) * secant[j]
    return secant
