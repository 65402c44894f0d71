"""Kelvin functions: J_0 and K_0 on the diagonals of the plane."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor

from sci._core.arrays import compute_dtype, promote
from sci._core.cards import Sample, function

from ._bessel_jy import jv
from ._bessel_k import kv

_HALF = math.sqrt(0.5)


class KelvinResult(NamedTuple):
    """Kelvin functions as complex numbers: ber + i bei, ker + i kei, and their derivatives."""

    Be: Tensor
    Ke: Tensor
    Bep: Tensor
    Kep: Tensor


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.rand(2, 3, generator=generator, dtype=torch.float64) * 5 + 0.3
    yield Sample(x.to(dtype).to(device))


def _argument(name: str, x: Any) -> tuple[Tensor, torch.dtype]:
    (t,) = promote(name, allow_complex=False, half=True, x=x)
    return t.to(compute_dtype(t.dtype)), t.dtype


def _first(x: Tensor) -> Tensor:
    """Return ber x + i bei x = J_0(x e^(3 pi i/4)), DLMF 10.61.1."""
    return jv(0.0, torch.complex(-_HALF * x, _HALF * x))


def _first_slope(x: Tensor) -> Tensor:
    turn = torch.complex(torch.full_like(x, -_HALF), torch.full_like(x, _HALF))
    return -turn * jv(1.0, torch.complex(-_HALF * x, _HALF * x))


def _second(x: Tensor) -> Tensor:
    """Return ker x + i kei x = K_0(x e^(pi i/4)), DLMF 10.61.2; NaN for x < 0."""
    inside = x > 0
    safe = torch.where(inside, x, torch.ones_like(x))
    value = kv(0.0, torch.complex(_HALF * safe, _HALF * safe))
    edge = torch.where(x == 0, math.inf, math.nan).to(x.dtype)
    imag = torch.where(x == 0, -math.pi / 4, math.nan).to(x.dtype)
    return torch.where(inside, value, torch.complex(edge, imag))


def _second_slope(x: Tensor) -> Tensor:
    inside = x > 0
    safe = torch.where(inside, x, torch.ones_like(x))
    turn = torch.complex(torch.full_like(x, _HALF), torch.full_like(x, _HALF))
    value = -turn * kv(1.0, torch.complex(_HALF * safe, _HALF * safe))
    edge = torch.where(x == 0, -math.inf, math.nan).to(x.dtype)
    imag = torch.where(x == 0, 0.0, math.nan).to(x.dtype)
    return torch.where(inside, value, torch.complex(edge, imag))


@function(differentiable=("x",), samples=_samples, complex=False)
def kelvin(x: Any) -> KelvinResult:
    r"""
    Kelvin functions and their derivatives, as complex numbers.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Be, Ke, Bep, Kep : Tensor
        :math:`\mathrm{ber}\,x + i\,\mathrm{bei}\,x`, :math:`\mathrm{ker}\,x + i\,\mathrm{kei}\,x` and the derivatives
        of both, as a named tuple. The second and fourth are NaN for `x` < 0.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    Notes
    -----
    :math:`J_0(x e^{3\pi i/4})` and :math:`K_0(x e^{\pi i/4})` [1]_; errors are relative to the modulus.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.61, https://dlmf.nist.gov/10.61

    Examples
    --------
    >>> import torch
    >>> from sci.special import kelvin
    >>> kelvin(torch.tensor([1.0], dtype=torch.float64)).Be
    tensor([0.9844+0.2496j], dtype=torch.complex128)
    """
    t, dtype = _argument("kelvin", x)
    parts = (_first(t), _second(t), _first_slope(t), _second_slope(t))
    if t.dtype == dtype:
        return KelvinResult(*parts)
    wanted = (torch.zeros((), dtype=dtype) * 1j).dtype
    return KelvinResult(*(part.to(wanted) for part in parts))


@function(differentiable=("x",), samples=_samples, complex=False)
def ber(x: Any) -> Tensor:
    r"""
    Kelvin function ber.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        :math:`\mathrm{ber}\,x`, in the shape and floating dtype of `x`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    kelvin : all of them at once

    Notes
    -----
    The real part of :math:`J_0(x e^{3\pi i/4})`;
    differentiable to every order that :func:`jv` is. The error is relative to the modulus of
    that complex number.

    Examples
    --------
    >>> import torch
    >>> from sci.special import ber
    >>> ber(torch.tensor([1.0, 5.0], dtype=torch.float64))
    tensor([ 0.9844, -6.2301], dtype=torch.float64)
    """
    t, dtype = _argument("ber", x)
    return _first(t).real.to(dtype)


@function(differentiable=("x",), samples=_samples, complex=False)
def bei(x: Any) -> Tensor:
    r"""
    Kelvin function bei.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        :math:`\mathrm{bei}\,x`, in the shape and floating dtype of `x`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    kelvin : all of them at once

    Notes
    -----
    The imaginary part of :math:`J_0(x e^{3\pi i/4})`;
    differentiable to every order that :func:`jv` is. The error is relative to the modulus of
    that complex number.

    Examples
    --------
    >>> import torch
    >>> from sci.special import bei
    >>> bei(torch.tensor([1.0, 5.0], dtype=torch.float64))
    tensor([0.2496, 0.1160], dtype=torch.float64)
    """
    t, dtype = _argument("bei", x)
    return _first(t).imag.to(dtype)


@function(differentiable=("x",), samples=_samples, complex=False)
def ker(x: Any) -> Tensor:
    r"""
    Kelvin function ker.

    Parameters
    ----------
    x : array_like
        Real argument; NaN where it is negative.

    Returns
    -------
    Tensor
        :math:`\mathrm{ker}\,x`, in the shape and floating dtype of `x`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    kelvin : all of them at once

    Notes
    -----
    The real part of :math:`K_0(x e^{\pi i/4})`;
    differentiable to every order that :func:`kv` is. The error is relative to the modulus of
    that complex number.

    Examples
    --------
    >>> import torch
    >>> from sci.special import ker
    >>> ker(torch.tensor([1.0, 5.0], dtype=torch.float64))
    tensor([ 0.2867, -0.0115], dtype=torch.float64)
    """
    t, dtype = _argument("ker", x)
    return _second(t).real.to(dtype)


@function(differentiable=("x",), samples=_samples, complex=False)
def kei(x: Any) -> Tensor:
    r"""
    Kelvin function kei.

    Parameters
    ----------
    x : array_like
        Real argument; NaN where it is negative.

    Returns
    -------
    Tensor
        :math:`\mathrm{kei}\,x`, in the shape and floating dtype of `x`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    kelvin : all of them at once

    Notes
    -----
    The imaginary part of :math:`K_0(x e^{\pi i/4})`;
    differentiable to every order that :func:`kv` is. The error is relative to the modulus of
    that complex number.

    Examples
    --------
    >>> import torch
    >>> from sci.special import kei
    >>> kei(torch.tensor([1.0, 5.0], dtype=torch.float64))
    tensor([-0.4950,  0.0112], dtype=torch.float64)
    """
    t, dtype = _argument("kei", x)
    return _second(t).imag.to(dtype)


@function(differentiable=("x",), samples=_samples, complex=False)
def berp(x: Any) -> Tensor:
    r"""
    Derivative of the Kelvin function ber.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        :math:`\mathrm{ber}'\,x`, in the shape and floating dtype of `x`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    kelvin : all of them at once

    Notes
    -----
    The real part of :math:`J_0(x e^{3\pi i/4})`, differentiated;
    differentiable to every order that :func:`jv` is. The error is relative to the modulus of
    that complex number.

    Examples
    --------
    >>> import torch
    >>> from sci.special import berp
    >>> berp(torch.tensor([1.0, 5.0], dtype=torch.float64))
    tensor([-0.0624, -3.8453], dtype=torch.float64)
    """
    t, dtype = _argument("berp", x)
    return _first_slope(t).real.to(dtype)


@function(differentiable=("x",), samples=_samples, complex=False)
def beip(x: Any) -> Tensor:
    r"""
    Derivative of the Kelvin function bei.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        :math:`\mathrm{bei}'\,x`, in the shape and floating dtype of `x`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    kelvin : all of them at once

    Notes
    -----
    The imaginary part of :math:`J_0(x e^{3\pi i/4})`, differentiated;
    differentiable to every order that :func:`jv` is. The error is relative to the modulus of
    that complex number.

    Examples
    --------
    >>> import torch
    >>> from sci.special import beip
    >>> beip(torch.tensor([1.0, 5.0], dtype=torch.float64))
    tensor([ 0.4974, -4.3541], dtype=torch.float64)
    """
    t, dtype = _argument("beip", x)
    return _first_slope(t).imag.to(dtype)


@function(differentiable=("x",), samples=_samples, complex=False)
def kerp(x: Any) -> Tensor:
    r"""
    Derivative of the Kelvin function ker.

    Parameters
    ----------
    x : array_like
        Real argument; NaN where it is negative.

    Returns
    -------
    Tensor
        :math:`\mathrm{ker}'\,x`, in the shape and floating dtype of `x`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    kelvin : all of them at once

    Notes
    -----
    The real part of :math:`K_0(x e^{\pi i/4})`, differentiated;
    differentiable to every order that :func:`kv` is. The error is relative to the modulus of
    that complex number.

    Examples
    --------
    >>> import torch
    >>> from sci.special import kerp
    >>> kerp(torch.tensor([1.0, 5.0], dtype=torch.float64))
    tensor([-0.6946,  0.0172], dtype=torch.float64)
    """
    t, dtype = _argument("kerp", x)
    return _second_slope(t).real.to(dtype)


@function(differentiable=("x",), samples=_samples, complex=False)
def keip(x: Any) -> Tensor:
    r"""
    Derivative of the Kelvin function kei.

    Parameters
    ----------
    x : array_like
        Real argument; NaN where it is negative.

    Returns
    -------
    Tensor
        :math:`\mathrm{kei}'\,x`, in the shape and floating dtype of `x`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    kelvin : all of them at once

    Notes
    -----
    The imaginary part of :math:`K_0(x e^{\pi i/4})`, differentiated;
    differentiable to every order that :func:`kv` is. The error is relative to the modulus of
    that complex number.

    Examples
    --------
    >>> import torch
    >>> from sci.special import keip
    >>> keip(torch.tensor([1.0, 5.0], dtype=torch.float64))
    tensor([ 0.3524, -0.0008], dtype=torch.float64)
    """
    t, dtype = _argument("keip", x)
    return _second_slope(t).imag.to(dtype)
