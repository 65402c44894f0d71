"""Zeros of the Airy functions on the negative axis."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function

from ._airy import airy
from ._bessel_zeros import count_of


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    yield Sample(4)


def _guess(t: Tensor, slope: bool) -> Tensor:
    """Return -T(t) or -U(t) of DLMF 9.9.18-19."""
    w = t**-2
    tail = 1 + w * (-7 / 48 + w * 35 / 288) if slope else 1 + w * (5 / 48 - w * 5 / 36)
    return -(t ** (2 / 3)) * tail


def _newton(x: Tensor, which: int, slope: bool) -> Tensor:
    """Newton's method on Ai or Bi (w'' = x w): three steps from these approximations reach the last digit."""
    for _ in range(5):
        w = airy(x)
        value, first = w[2 * which], w[2 * which + 1]
        x = x - (first / (x * value) if slope else value / first)
    return x


def _zeros(name: str, which: int, nt: Any) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    count = count_of(name, nt)
    k = torch.arange(1, count + 1, dtype=torch.float64)
    late, early = 0.375 * math.pi * (4 * k - 1), 0.375 * math.pi * (4 * k - 3)
    start, start_slope = _guess(early if which else late, False), _guess(late if which else early, True)
    if which:
        start[0] = -1.1737
    else:
        start_slope[0] = -1.0188
    zero, turning = _newton(start, which, False), _newton(start_slope, which, True)
    dtype = torch.get_default_dtype()
    values = (zero, turning, airy(turning)[2 * which], airy(zero)[2 * which + 1])
    return tuple(value.to(dtype) for value in values)  # type: ignore[return-value]


@function(samples=_samples, complex=False, batch=False)
def ai_zeros(nt: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    r"""
    Zeros of Ai and of its derivative, with the values of the other there.

    Parameters
    ----------
    nt : int
        How many.

    Returns
    -------
    a, ap, ai, aip : Tensor
        The zeros :math:`a_k` of :math:`\mathrm{Ai}` and :math:`a'_k` of :math:`\mathrm{Ai}'`,
        :math:`\mathrm{Ai}(a'_k)` and :math:`\mathrm{Ai}'(a_k)`, in torch's default dtype.

    Raises
    ------
    ValueError
        Where `nt` is not a positive whole number.

    See Also
    --------
    bi_zeros : the same of Bi

    Notes
    -----
    Newton's method from the expansions for large zeros [1]_.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 9.9, https://dlmf.nist.gov/9.9

    Examples
    --------
    >>> from sci.special import ai_zeros
    >>> ai_zeros(2)[0]
    tensor([-2.3381, -4.0879])
    """
    return _zeros("ai_zeros", 0, nt)


@function(samples=_samples, complex=False, batch=False)
def bi_zeros(nt: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    r"""
    Negative zeros of Bi and of its derivative, with the values of the other there.

    Parameters
    ----------
    nt : int
        How many.

    Returns
    -------
    b, bp, bi, bip : Tensor
        The zeros :math:`b_k` of :math:`\mathrm{Bi}` and :math:`b'_k` of :math:`\mathrm{Bi}'`,
        :math:`\mathrm{Bi}(b'_k)` and :math:`\mathrm{Bi}'(b_k)`, in torch's default dtype.

    Raises
    ------
    ValueError
        Where `nt` is not a positive whole number.

    See Also
    --------
    ai_zeros : the same of Ai

    Notes
    -----
    Newton's method from the expansions for large zeros (DLMF 9.9).

    Examples
    --------
    >>> from sci.special import bi_zeros
    >>> bi_zeros(2)[0]
    tensor([-1.1737, -3.2711])
    """
    return _zeros("bi_zeros", 1, nt)
