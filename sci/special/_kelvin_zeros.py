"""Zeros of the Kelvin functions and of their derivatives."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function

from ._bessel_ie import jve
from ._bessel_k import kve
from ._bessel_zeros import count_of

_HALF = math.sqrt(0.5)
# What is added to k pi where the zeros lie for large k, in units of pi and of x / sqrt(2): DLMF 10.70, and those of the
# derivatives a quarter of pi before (ber, bei) or behind them (ker, kei).
_SHIFT = {
    "ber": -3 / 8, "bei": 1 / 8, "ker": -5 / 8, "kei": -1 / 8,
    "berp": 3 / 8, "beip": -1 / 8, "kerp": -3 / 8, "keip": 1 / 8,
}  # fmt: skip


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    yield Sample(4)


def _pair(second: bool, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return ber + i bei or ker + i kei and the derivative, times one positive factor that keeps them in range."""
    side = torch.full_like(x, _HALF)
    turn = torch.complex(side if second else -side, side)
    z = turn * x
    if not second:
        return jve(0.0, z), -turn * jve(1.0, z)
    back = torch.polar(torch.ones_like(x), -_HALF * x)
    return kve(0.0, z) * back, -turn * kve(1.0, z) * back


def _zeros(name: str, kind: str, nt: Any) -> Tensor:
    """Newton's method, w'' = i w - w'/x, from the first terms of DLMF 10.70; the last step changes no digit."""
    k = torch.arange(1, count_of(name, nt) + 1, dtype=torch.float64)
    t = (k + _SHIFT[kind]) * math.pi
    second, slope, imaginary = kind[0] == "k", kind.endswith("p"), kind[1:3] == "ei"
    x = math.sqrt(2) * (t if slope else t + 1 / (16 * t))
    for _ in range(8):
        w, w1 = _pair(second, x)
        f, f1 = (w1, 1j * w - w1 / x) if slope else (w, w1)
        step = f.imag / f1.imag if imaginary else f.real / f1.real
        x = x - step.clamp(-0.7, 0.7)
    return x.to(torch.get_default_dtype())


@function(samples=_samples, complex=False, batch=False)
def kelvin_zeros(nt: int) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    r"""
    The first positive zeros of all Kelvin functions.

    Parameters
    ----------
    nt : int
        How many of each.

    Returns
    -------
    ber, bei, ker, kei, berp, beip, kerp, keip : Tensor
        The zeros of the function of that name, in torch's default dtype.

    Raises
    ------
    ValueError
        Where `nt` is not a positive whole number.

    See Also
    --------
    kelvin : the functions

    Notes
    -----
    Newton's method from the expansions for large zeros [1]_, on scaled functions: there is no overflow, however many
    zeros are asked for.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.70, https://dlmf.nist.gov/10.70

    Examples
    --------
    >>> from sci.special import kelvin_zeros
    >>> kelvin_zeros(1)[0]
    tensor([2.8489])
    """
    ber, bei, ker, kei, berp, beip, kerp, keip = (_zeros("kelvin_zeros", kind, nt) for kind in _SHIFT)
    return ber, bei, ker, kei, berp, beip, kerp, keip


@function(samples=_samples, complex=False, batch=False)
def ber_zeros(nt: int) -> Tensor:
    r"""
    The first positive zeros of the Kelvin function ber.

    Parameters
    ----------
    nt : int
        How many.

    Returns
    -------
    Tensor
        The zeros of :func:`ber`, ascending, in torch's default dtype.

    Raises
    ------
    ValueError
        Where `nt` is not a positive whole number.

    See Also
    --------
    kelvin_zeros : the method is described there

    Notes
    -----
    For large `k` the `k`-th is near :math:`\sqrt2 \pi (k - \frac38)` (DLMF 10.70).

    Examples
    --------
    >>> from sci.special import ber_zeros
    >>> ber_zeros(2)
    tensor([2.8489, 7.2388])
    """
    return _zeros("ber_zeros", "ber", nt)


@function(samples=_samples, complex=False, batch=False)
def bei_zeros(nt: int) -> Tensor:
    r"""
    The first positive zeros of the Kelvin function bei.

    Parameters
    ----------
    nt : int
        How many.

    Returns
    -------
    Tensor
        The zeros of :func:`bei`, ascending, in torch's default dtype.

    Raises
    ------
    ValueError
        Where `nt` is not a positive whole number.

    See Also
    --------
    kelvin_zeros : the method is described there

    Notes
    -----
    For large `k` the `k`-th is near :math:`\sqrt2 \pi (k + \frac18)` (DLMF 10.70).

    Examples
    --------
    >>> from sci.special import bei_zeros
    >>> bei_zeros(2)
    tensor([5.0262, 9.4554])
    """
    return _zeros("bei_zeros", "bei", nt)


@function(samples=_samples, complex=False, batch=False)
def ker_zeros(nt: int) -> Tensor:
    r"""
    The first positive zeros of the Kelvin function ker.

    Parameters
    ----------
    nt : int
        How many.

    Returns
    -------
    Tensor
        The zeros of :func:`ker`, ascending, in torch's default dtype.

    Raises
    ------
    ValueError
        Where `nt` is not a positive whole number.

    See Also
    --------
    kelvin_zeros : the method is described there

    Notes
    -----
    For large `k` the `k`-th is near :math:`\sqrt2 \pi (k - \frac58)` (DLMF 10.70).

    Examples
    --------
    >>> from sci.special import ker_zeros
    >>> ker_zeros(2)
    tensor([1.7185, 6.1273])
    """
    return _zeros("ker_zeros", "ker", nt)


@function(samples=_samples, complex=False, batch=False)
def kei_zeros(nt: int) -> Tensor:
    r"""
    The first positive zeros of the Kelvin function kei.

    Parameters
    ----------
    nt : int
        How many.

    Returns
    -------
    Tensor
        The zeros of :func:`kei`, ascending, in torch's default dtype.

    Raises
    ------
    ValueError
        Where `nt` is not a positive whole number.

    See Also
    --------
    kelvin_zeros : the method is described there

    Notes
    -----
    For large `k` the `k`-th is near :math:`\sqrt2 \pi (k - \frac18)` (DLMF 10.70).

    Examples
    --------
    >>> from sci.special import kei_zeros
    >>> kei_zeros(2)
    tensor([3.9147, 8.3442])
    """
    return _zeros("kei_zeros", "kei", nt)


@function(samples=_samples, complex=False, batch=False)
def berp_zeros(nt: int) -> Tensor:
    r"""
    The first positive zeros of the derivative of the Kelvin function ber.

    Parameters
    ----------
    nt : int
        How many.

    Returns
    -------
    Tensor
        The zeros of :func:`berp`, ascending, in torch's default dtype.

    Raises
    ------
    ValueError
        Where `nt` is not a positive whole number.

    See Also
    --------
    kelvin_zeros : the method is described there

    Notes
    -----
    For large `k` the `k`-th is near :math:`\sqrt2 \pi (k + \frac38)`.

    Examples
    --------
    >>> from sci.special import berp_zeros
    >>> berp_zeros(2)
    tensor([ 6.0387, 10.5136])
    """
    return _zeros("berp_zeros", "berp", nt)


@function(samples=_samples, complex=False, batch=False)
def beip_zeros(nt: int) -> Tensor:
    r"""
    The first positive zeros of the derivative of the Kelvin function bei.

    Parameters
    ----------
    nt : int
        How many.

    Returns
    -------
    Tensor
        The zeros of :func:`beip`, ascending, in torch's default dtype.

    Raises
    ------
    ValueError
        Where `nt` is not a positive whole number.

    See Also
    --------
    kelvin_zeros : the method is described there

    Notes
    -----
    For large `k` the `k`-th is near :math:`\sqrt2 \pi (k - \frac18)`.

    Examples
    --------
    >>> from sci.special import beip_zeros
    >>> beip_zeros(2)
    tensor([3.7727, 8.2810])
    """
    return _zeros("beip_zeros", "beip", nt)


@function(samples=_samples, complex=False, batch=False)
def kerp_zeros(nt: int) -> Tensor:
    r"""
    The first positive zeros of the derivative of the Kelvin function ker.

    Parameters
    ----------
    nt : int
        How many.

    Returns
    -------
    Tensor
        The zeros of :func:`kerp`, ascending, in torch's default dtype.

    Raises
    ------
    ValueError
        Where `nt` is not a positive whole number.

    See Also
    --------
    kelvin_zeros : the method is described there

    Notes
    -----
    For large `k` the `k`-th is near :math:`\sqrt2 \pi (k - \frac38)`.

    Examples
    --------
    >>> from sci.special import kerp_zeros
    >>> kerp_zeros(2)
    tensor([2.6658, 7.1721])
    """
    return _zeros("kerp_zeros", "kerp", nt)


@function(samples=_samples, complex=False, batch=False)
def keip_zeros(nt: int) -> Tensor:
    r"""
    The first positive zeros of the derivative of the Kelvin function kei.

    Parameters
    ----------
    nt : int
        How many.

    Returns
    -------
    Tensor
        The zeros of :func:`keip`, ascending, in torch's default dtype.

    Raises
    ------
    ValueError
        Where `nt` is not a positive whole number.

    See Also
    --------
    kelvin_zeros : the method is described there

    Notes
    -----
    For large `k` the `k`-th is near :math:`\sqrt2 \pi (k + \frac18)`.

    Examples
    --------
    >>> from sci.special import keip_zeros
    >>> keip_zeros(2)
    tensor([4.9318, 9.4041])
    """
    return _zeros("keip_zeros", "keip", nt)
