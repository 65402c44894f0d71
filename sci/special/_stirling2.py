"""Stirling numbers of the second kind, exactly rounded."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core.arrays import as_tensor, common_device
from sci._core.cards import function
from sci._core.errors import bad_argument, take_host_route

from ._exact_integers import exact_integers

_LARGEST = 1.7976931348623157e308
_COLUMN_MOST = 1100  # with k >= 2 and n beyond, k^(n - k) / 2 overflows unless n - k is small


_WHY = "its integers are of any length"


@function(complex=False, batch=False, compiles=False, synchronizes=True, host_route=_WHY)
def stirling2(N: Any, K: Any, *, exact: bool = False) -> Any:
    r"""
    Stirling numbers of the second kind: the ways to part `N` things into `K` sets that are not empty.

    Parameters
    ----------
    N, K : int or tensor_like of an integer dtype
        The numbers, of shapes that broadcast.
    exact : bool, optional
        Return integers: a Python integer for Python integers, else int64, or where a value does not fit it a NumPy
        array of Python integers.

    Returns
    -------
    Tensor, int or numpy.ndarray
        The numbers: of torch's default dtype, correctly rounded (infinite beyond its range), unless `exact`. 0 where
        `N` or `K` is negative or `K` larger than `N`.

    Raises
    ------
    TypeError
        Where an argument is of no integer type.

    Notes
    -----
    Integer arithmetic on the host: the recurrence :math:`S(n, k) = k\,S(n-1, k) + S(n-1, k-1)` [1]_, and for large `n`
    with small :math:`m = n - k` the sum over associated Stirling numbers
    :math:`S(n, n-m) = \sum_j S_2(m+j, j) \binom{n}{m+j}` [2]_. The arguments are whole: there is no derivative.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 26.8.22, https://dlmf.nist.gov/26.8#E22
    .. [2] L. Comtet, Advanced Combinatorics, Reidel 1974, page 226, exercise 16.

    Examples
    --------
    >>> import torch
    >>> from sci.special import stirling2
    >>> stirling2(torch.tensor([10, 10, 9]), torch.tensor([3, -1, 3]))
    tensor([9330.,    0., 3025.])
    >>> stirling2(30, 17, exact=True)
    511605167806434372210
    """
    scalars = all(isinstance(x, (int, np.integer)) and not isinstance(x, bool) for x in (N, K))
    if scalars and exact:
        return _exact(int(N), int(K))
    n, k = _integers("N", N), _integers("K", K)
    device = common_device((n, k), ("N", "K"), "stirling2")
    take_host_route("special.stirling2", device, _WHY)
    n, k = torch.broadcast_tensors(n.to(device), k.to(device))
    pairs, place = torch.unique(torch.stack([n.reshape(-1), k.reshape(-1)]), dim=1, return_inverse=True)
    tasks = list(zip(*pairs.tolist(), strict=True)) if n.numel() else []
    if not exact:
        found = torch.tensor([_rounded(a, b) for a, b in tasks], dtype=torch.float64, device=device)
        return found[place].reshape(n.shape).to(torch.get_default_dtype())
    return exact_integers([_exact(a, b) for a, b in tasks], place.reshape(n.shape))


def _integers(argument: str, x: Any) -> Tensor:
    tensor = as_tensor(x, argument, "stirling2")
    if tensor.is_floating_point() or tensor.is_complex() or tensor.dtype is torch.bool:
        raise bad_argument("stirling2", argument, "of an integer type", x, TypeError)
    return tensor.to(torch.int64)


def _rounded(n: int, k: int) -> float:
    # S(n, k) >= k^(n - k): beyond the range without computing it.
    if 1 < k < n and (n - k) * math.log(k) > math.log(_LARGEST) + 1:
        return math.inf
    try:
        return float(_exact(n, k))
    except OverflowError:
        return math.inf


def _exact(n: int, k: int) -> int:
    if k < 0 or n < k or (k == 0) != (n == 0):
        return 0
    if k in (0, 1) or n == k:
        return 1
    m = n - k
    if n > _COLUMN_MOST and m < k:
        return sum(w * math.comb(n, m + j) for j, w in enumerate(_associated(m)))
    return _column(n, k)


@functools.lru_cache(maxsize=256)
def _column(n: int, k: int) -> int:
    """S(n, k) by the recurrence along k + 1 columns: the diagonal band of n - k rows is enough."""
    row = [1] + [0] * k  # S(j, j), ... as j grows: row[j] = S(i + j, j) for the present i
    for j in range(1, k + 1):
        row[j] = 1
    row[0] = 0
    for _ in range(n - k):
        for j in range(1, k + 1):
            row[j] = j * row[j] + row[j - 1]
    return row[k]


@functools.lru_cache(maxsize=256)
def _associated(m: int) -> list[int]:
    """Return S_2(m + j, j) for j = 0, ..., m, the ways to part m + j things into j sets of at least two.

    The recurrence S_2(n, k) = k S_2(n-1, k) + (n-1) S_2(n-2, k-1) along diagonals d = n - k: row[j] = S_2(d + j, j).
    """
    row = [1] + [0] * m
    for d in range(1, m + 1):
        row = [0] + [j * row[j] + (d + j - 1) * row[j - 1] for j in range(1, m + 1)]
    return row
