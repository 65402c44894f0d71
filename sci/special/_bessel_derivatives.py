"""Whole orders by name (jn, yn, kn), and derivatives of Bessel functions in the argument (jvp and its like)."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.checks import known
from sci._core.errors import bad_argument, under_name
from sci._core.ufunc_keywords import accepts_ufunc_keywords

from ._bessel_i import iv
from ._bessel_ie import finish, order_and_argument
from ._bessel_jy import jv
from ._bessel_k import kv
from ._bessel_y import yv
from ._hankel import hankel1, hankel2


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    real = torch.float64 if dtype in (torch.float64, torch.complex128) else torch.float32
    v = torch.rand(2, 3, generator=generator, dtype=torch.float64) * 3 + 0.2
    x = torch.rand(2, 3, generator=generator, dtype=torch.float64) * 4 + 0.5
    z = torch.complex(x - 3, x.flip(1)) if dtype.is_complex else x
    yield Sample(v.to(real).to(device), z.to(dtype).to(device))


def _whole_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.rand(2, 3, generator=generator, dtype=torch.float64) * 4 + 0.5
    yield Sample(torch.tensor([0, 1, 3], device=device), x.to(dtype).to(device))


# ---- whole orders -----------------------------------------------------------------


def _of_whole_order(name: str, f: Callable[..., Tensor], n: Any, x: Any, out: Tensor | None) -> Tensor:
    order, argument, cast = order_and_argument(name, n, x, ("n", "x"))
    if argument.is_complex():
        raise bad_argument(name, "x", "real", x, TypeError)
    if known(((order != order.round()) & ~order.isnan()).any()):
        raise bad_argument(name, "n", "whole", n)
    return finish(name, f(order.detach(), argument), cast, out)


@function(differentiable=("v", "z"), samples=_samples)
@accepts_ufunc_keywords
def jn(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Bessel function of the first kind: another name of :func:`jv`.

    Parameters
    ----------
    v : array_like
        Order: any real number, in spite of the name.
    z : array_like
        Argument, real or complex.
    out : Tensor, optional
        Where to put the result; not where a gradient is recorded.

    Returns
    -------
    Tensor
        :math:`J_v(z)`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import jn
    >>> jn(2, torch.tensor([0.0, 1.0], dtype=torch.float64))
    tensor([0.0000, 0.1149], dtype=torch.float64)
    """
    return under_name("jn", jv, v, z, out=out)


@function(differentiable=("x",), discrete=("n",), samples=_whole_samples, complex=False)
@accepts_ufunc_keywords
def yn(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Bessel function of the second kind of whole order.

    Parameters
    ----------
    n : array_like
        Order: whole numbers.
    x : array_like
        Real argument; NaN where it is negative.
    out : Tensor, optional
        Where to put the result; not where a gradient is recorded.

    Returns
    -------
    Tensor
        :math:`Y_n(x)`.

    Raises
    ------
    ValueError
        Where `n` is not whole (a check of data: SciPy drops the fraction).
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    yv : any real order, complex argument, derivatives in the order

    Examples
    --------
    >>> import torch
    >>> from sci.special import yn
    >>> yn(2, torch.tensor([0.5, 1.0], dtype=torch.float64))
    tensor([-5.4414, -1.6507], dtype=torch.float64)
    """
    return _of_whole_order("yn", yv, n, x, out)


@function(differentiable=("x",), discrete=("n",), samples=_whole_samples, complex=False)
@accepts_ufunc_keywords
def kn(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Modified Bessel function of the second kind of whole order.

    Parameters
    ----------
    n : array_like
        Order: whole numbers.
    x : array_like
        Real argument; NaN where it is negative.
    out : Tensor, optional
        Where to put the result; not where a gradient is recorded.

    Returns
    -------
    Tensor
        :math:`K_n(x)`.

    Raises
    ------
    ValueError
        Where `n` is not whole (a check of data: SciPy drops the fraction).
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    kv : any real order, complex argument, derivatives in the order

    Examples
    --------
    >>> import torch
    >>> from sci.special import kn
    >>> kn(2, torch.tensor([0.5, 1.0], dtype=torch.float64))
    tensor([7.5502, 1.6248], dtype=torch.float64)
    """
    return _of_whole_order("kn", kv, n, x, out)


# ---- derivatives ------------------------------------------------------------------


def whole(name: str, argument: str, n: Any, least: int = 0) -> int:
    """Return a Python integer of at least `least`."""
    try:
        n = operator.index(n)
    except TypeError:
        raise bad_argument(name, argument, f"an integer of at least {least}", n) from None
    if n < least:
        raise bad_argument(name, argument, f"an integer of at least {least}", n)
    return n


def _derivative(name: str, f: Callable[..., Tensor], sign: int, total: int, v: Any, z: Any, n: Any) -> Tensor:
    """Return the n-th derivative as a sum over neighbouring orders, DLMF 10.6.7 and 10.29.5."""
    n = whole(name, "n", n)
    order, argument, cast = order_and_argument(name, v, z)
    result = f(order - n, argument)
    for k in range(1, n + 1):
        result = result + sign**k * math.comb(n, k) * f(order - n + 2 * k, argument)
    return finish(name, result * (total**n / 2.0**n), cast, None)


@function(differentiable=("v", "z"), samples=_samples)
def jvp(v: Any, z: Any, n: int = 1) -> Tensor:
    r"""
    Derivatives of the Bessel function of the first kind in the argument.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex.
    n : int, optional
        How many times to differentiate; 0 gives the function itself.

    Returns
    -------
    Tensor
        :math:`d^n J_v(z) / dz^n`.

    Raises
    ------
    ValueError
        Where `n` is no integer of at least 0.
    TypeError
        Where `v` is complex or an argument holds no numbers.

    See Also
    --------
    jv : the function

    Notes
    -----
    :math:`2^{-n} \sum_k (-1)^k \binom{n}{k} J_{v-n+2k}(z)` [1]_.
    Differentiable in `v` and `z` as the function is.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.6.7, https://dlmf.nist.gov/10.6

    Examples
    --------
    >>> import torch
    >>> from sci.special import jvp
    >>> jvp(1.5, torch.tensor([1.0, 2.0], dtype=torch.float64))
    tensor([0.3109, 0.1445], dtype=torch.float64)
    """
    return _derivative("jvp", jv, -1, 1, v, z, n)


@function(differentiable=("v", "z"), samples=_samples)
def yvp(v: Any, z: Any, n: int = 1) -> Tensor:
    r"""
    Derivatives of the Bessel function of the second kind in the argument.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex.
    n : int, optional
        How many times to differentiate; 0 gives the function itself.

    Returns
    -------
    Tensor
        :math:`d^n Y_v(z) / dz^n`.

    Raises
    ------
    ValueError
        Where `n` is no integer of at least 0.
    TypeError
        Where `v` is complex or an argument holds no numbers.

    See Also
    --------
    yv : the function

    Notes
    -----
    :math:`2^{-n} \sum_k (-1)^k \binom{n}{k} Y_{v-n+2k}(z)` [1]_.
    Differentiable in `v` and `z` as the function is.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.6.7, https://dlmf.nist.gov/10.6

    Examples
    --------
    >>> import torch
    >>> from sci.special import yvp
    >>> yvp(1.5, torch.tensor([1.0, 2.0], dtype=torch.float64))
    tensor([1.2226, 0.5315], dtype=torch.float64)
    """
    return _derivative("yvp", yv, -1, 1, v, z, n)


@function(differentiable=("v", "z"), samples=_samples)
def h1vp(v: Any, z: Any, n: int = 1) -> Tensor:
    r"""
    Derivatives of the Hankel function of the first kind in the argument.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex.
    n : int, optional
        How many times to differentiate; 0 gives the function itself.

    Returns
    -------
    Tensor
        :math:`d^n H^{(1)}_v(z) / dz^n`.

    Raises
    ------
    ValueError
        Where `n` is no integer of at least 0.
    TypeError
        Where `v` is complex or an argument holds no numbers.

    See Also
    --------
    hankel1 : the function

    Notes
    -----
    :math:`2^{-n} \sum_k (-1)^k \binom{n}{k} H^{(1)}_{v-n+2k}(z)` [1]_.
    Differentiable in `v` and `z` as the function is.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.6.7, https://dlmf.nist.gov/10.6

    Examples
    --------
    >>> import torch
    >>> from sci.special import h1vp
    >>> h1vp(1.5, torch.tensor([1.0, 2.0], dtype=torch.float64))
    tensor([0.3109+1.2226j, 0.1445+0.5315j], dtype=torch.complex128)
    """
    return _derivative("h1vp", hankel1, -1, 1, v, z, n)


@function(differentiable=("v", "z"), samples=_samples)
def h2vp(v: Any, z: Any, n: int = 1) -> Tensor:
    r"""
    Derivatives of the Hankel function of the second kind in the argument.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex.
    n : int, optional
        How many times to differentiate; 0 gives the function itself.

    Returns
    -------
    Tensor
        :math:`d^n H^{(2)}_v(z) / dz^n`.

    Raises
    ------
    ValueError
        Where `n` is no integer of at least 0.
    TypeError
        Where `v` is complex or an argument holds no numbers.

    See Also
    --------
    hankel2 : the function

    Notes
    -----
    :math:`2^{-n} \sum_k (-1)^k \binom{n}{k} H^{(2)}_{v-n+2k}(z)` [1]_.
    Differentiable in `v` and `z` as the function is.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.6.7, https://dlmf.nist.gov/10.6

    Examples
    --------
    >>> import torch
    >>> from sci.special import h2vp
    >>> h2vp(1.5, torch.tensor([1.0, 2.0], dtype=torch.float64))
    tensor([0.3109-1.2226j, 0.1445-0.5315j], dtype=torch.complex128)
    """
    return _derivative("h2vp", hankel2, -1, 1, v, z, n)


@function(differentiable=("v", "z"), samples=_samples)
def ivp(v: Any, z: Any, n: int = 1) -> Tensor:
    r"""
    Derivatives of the modified Bessel function of the first kind in the argument.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex.
    n : int, optional
        How many times to differentiate; 0 gives the function itself.

    Returns
    -------
    Tensor
        :math:`d^n I_v(z) / dz^n`.

    Raises
    ------
    ValueError
        Where `n` is no integer of at least 0.
    TypeError
        Where `v` is complex or an argument holds no numbers.

    See Also
    --------
    iv : the function

    Notes
    -----
    :math:`2^{-n} \sum_k \binom{n}{k} I_{v-n+2k}(z)` [1]_.
    Differentiable in `v` and `z` as the function is.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.29.5, https://dlmf.nist.gov/10.29

    Examples
    --------
    >>> import torch
    >>> from sci.special import ivp
    >>> ivp(1.5, torch.tensor([1.0, 2.0], dtype=torch.float64))
    tensor([0.4974, 1.2216], dtype=torch.float64)
    """
    return _derivative("ivp", iv, 1, 1, v, z, n)


@function(differentiable=("v", "z"), samples=_samples)
def kvp(v: Any, z: Any, n: int = 1) -> Tensor:
    r"""
    Derivatives of the modified Bessel function of the second kind in the argument.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex.
    n : int, optional
        How many times to differentiate; 0 gives the function itself.

    Returns
    -------
    Tensor
        :math:`d^n K_v(z) / dz^n`.

    Raises
    ------
    ValueError
        Where `n` is no integer of at least 0.
    TypeError
        Where `v` is complex or an argument holds no numbers.

    See Also
    --------
    kv : the function

    Notes
    -----
    :math:`(-1)^n 2^{-n} \sum_k \binom{n}{k} K_{v-n+2k}(z)` [1]_.
    Differentiable in `v` and `z` as the function is.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.29.5, https://dlmf.nist.gov/10.29

    Examples
    --------
    >>> import torch
    >>> from sci.special import kvp
    >>> kvp(1.5, torch.tensor([1.0, 2.0], dtype=torch.float64))
    tensor([-1.8443, -0.2549], dtype=torch.float64)
    """
    return _derivative("kvp", kv, 1, -1, v, z, n)
