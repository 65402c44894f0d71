"""Sequences of orders: Riccati-Bessel functions, and Jahnke's Lambda function."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import compute_dtype, promote
from sci._core.cards import Sample, function
from sci._core.checks import known
from sci._core.errors import bad_argument, whole_number

from ._bessel_jy import jv
from ._gammaln import gammaln
from ._last_order import last_order
from ._spherical import spherical_jn, spherical_yn


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.rand(2, 3, generator=generator, dtype=torch.float64) * 4 + 0.5
    yield Sample(3, x.to(dtype).to(device))


def _riccati(name: str, f: Any, n: Any, x: Any) -> tuple[Tensor, Tensor]:
    """Return x f_k and (x f_k)' = x f_{k-1} - k f_k, DLMF 10.51.2; (x f_0)' is -x y_0 or x j_0 of the other kind."""
    highest = whole_number(name, "n", n, 0)
    (t,) = promote(name, allow_complex=False, half=True, x=x)
    z = t.to(compute_dtype(t.dtype))[..., None]
    k = torch.arange(highest + 1, device=z.device)
    first = f is spherical_jn
    safe = torch.where(z == 0, torch.ones_like(z), z) if not first else z
    values = f(k, safe)
    start, slope = (torch.sin(z), torch.cos(z)) if first else (-torch.cos(z), torch.sin(z))
    products = torch.cat([start, (safe * values)[..., 1:]], -1)
    slopes = torch.cat([slope, products[..., :-1] - k[1:] * values[..., 1:]], -1)
    if not first:
        pole = (z == 0) & (k > 0)
        products, slopes = torch.where(pole, -math.inf, products), torch.where(pole, math.inf, slopes)
    return products.to(t.dtype), slopes.to(t.dtype)


@function(differentiable=("x",), samples=_samples, complex=False)
def riccati_jn(n: int, x: Any) -> tuple[Tensor, Tensor]:
    r"""
    Riccati-Bessel functions of the first kind and their derivatives, of all orders up to `n`.

    Parameters
    ----------
    n : int
        Highest order, at least 0.
    x : array_like
        Real argument, of any shape.

    Returns
    -------
    jn, jnp : Tensor
        :math:`x j_k(x)` and its derivative for `k` = 0 to `n`, along a new last dimension.

    Raises
    ------
    ValueError
        Where `n` is not a whole number of at least 0.
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    spherical_jn : :math:`j_k` itself, for complex arguments too

    Notes
    -----
    :math:`(x j_k)' = x j_{k-1} - k j_k` (DLMF 10.51.2); the first is :math:`\sin x`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import riccati_jn
    >>> riccati_jn(2, torch.tensor(1.5, dtype=torch.float64))[0]
    tensor([0.9975, 0.5943, 0.1910], dtype=torch.float64)
    """
    return _riccati("riccati_jn", spherical_jn, n, x)


@function(differentiable=("x",), samples=_samples, complex=False)
def riccati_yn(n: int, x: Any) -> tuple[Tensor, Tensor]:
    r"""
    Riccati-Bessel functions of the second kind and their derivatives, of all orders up to `n`.

    Parameters
    ----------
    n : int
        Highest order, at least 0.
    x : array_like
        Real argument, of any shape.

    Returns
    -------
    yn, ynp : Tensor
        :math:`x y_k(x)` and its derivative for `k` = 0 to `n`, along a new last dimension.

    Raises
    ------
    ValueError
        Where `n` is not a whole number of at least 0.
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    spherical_yn : :math:`y_k` itself, for complex arguments too

    Notes
    -----
    :math:`(x y_k)' = x y_{k-1} - k y_k` (DLMF 10.51.2); the first is :math:`-\cos x`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import riccati_yn
    >>> riccati_yn(2, torch.tensor(1.5, dtype=torch.float64))[0]
    tensor([-0.0707, -1.0447, -2.0186], dtype=torch.float64)
    """
    return _riccati("riccati_yn", spherical_yn, n, x)


def _lambda(v: Tensor, x: Tensor) -> Tensor:
    """Return Gamma(v+1) (2/x)^v J_v(x): the series in x^2 (DLMF 10.16.9) where it cannot cancel, as written else."""
    q = -x * x / 4
    small = q.detach().abs() <= v.detach() + 1
    near = torch.where(small, q, torch.zeros_like(q))
    series = torch.ones_like(near)
    for k in range(40, 0, -1):
        series = 1 + series * near / (k * (v + k))
    y = torch.where(small, torch.full_like(q, 4.0), x.abs() + 0 * v)
    far = torch.exp(gammaln(v + 1) + v * torch.log(2 / y)) * jv(v, y)
    return torch.where(small, series, far)


def _lmbda_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.rand(2, 3, generator=generator, dtype=torch.float64) * 5 + 0.5
    yield Sample(torch.tensor(2.3, dtype=dtype, device=device), x.to(dtype).to(device))


@function(
    differentiable=("v", "x"), samples=_lmbda_samples, complex=False, compiles=False, batch=False, synchronizes=True
)
def lmbda(v: Any, x: Any) -> tuple[Tensor, Tensor]:
    r"""
    Jahnke's Lambda function and its derivative, of the orders up to `v`.

    Parameters
    ----------
    v : float or Tensor
        Highest order, one number of at least 0; the others differ from it by whole numbers, down to its fraction.
    x : array_like
        Real argument, of any shape.

    Returns
    -------
    vl, dl : Tensor
        :math:`\Lambda_{v_0}(x), \Lambda_{v_0 + 1}(x), \dots, \Lambda_v(x)` with :math:`v_0 = v - \lfloor v \rfloor`
        along a new last dimension, and their derivatives in `x`.

    Raises
    ------
    ValueError
        Where `v` is negative or not one number.
    TypeError
        Where an argument is complex or holds no numbers.

    Notes
    -----
    :math:`\Lambda_v(x) = \Gamma(v + 1) (2/x)^v J_v(x)`, even in `x` and 1 at 0;
    :math:`\Lambda_v' = -\frac{x}{2(v + 1)} \Lambda_{v+1}` (DLMF 10.6.6).

    Examples
    --------
    >>> import torch
    >>> from sci.special import lmbda
    >>> lmbda(3.0, torch.tensor(2.0, dtype=torch.float64))[0]
    tensor([0.2239, 0.5767, 0.7057, 0.7737], dtype=torch.float64)
    """
    order, z, at_hand, dtype = last_order("lmbda", v, x)
    if known(~(order >= 0)):
        raise bad_argument("lmbda", "v", "at least 0", v)
    orders = order - torch.arange(int(at_hand.floor()), -1, -1, device=z.device)
    z = z[..., None]
    return _lambda(orders, z).to(dtype), (-z / (2 * (orders + 1)) * _lambda(orders + 1, z)).to(dtype)
