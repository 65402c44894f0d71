"""Nodes and weights of Gauss-Chebyshev quadrature. The mathematics is in csrc/special/detail/chebyshev_rule.h."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import chosen_device, number
from sci._core.cards import function
from sci._core.dispatch import operator

from ._gauss import count


def _fake(like: Tensor, n: int, *_: Any) -> tuple[Tensor, Tensor]:
    return like.new_empty(n), like.new_empty(n)


_nodes_and_weights = operator("chebyshev_rule", fake=_fake)


def _rule(
    name: str, n: Any, second: bool, scale: float, total: float, shifted: bool, mu: bool, dtype: Any, device: Any
) -> tuple[Any, ...]:
    """Return `scale` times the zeros of T_n or U_n (or those moved to [0, 1]), and weights with a sum of `total`."""
    made = torch.get_default_dtype() if dtype is None else dtype
    kind = torch.float32 if made is torch.float32 else torch.float64
    like = number(0.0, kind, chosen_device(device))
    found = _nodes_and_weights(like, count(name, n), second, shifted, scale, total)
    if made is not kind:
        found = tuple(x.to(made) for x in found)
    return (*found, total) if mu else found


@function()
def roots_chebyt(n: Any, mu: bool = False, *, dtype: Any = None, device: Any = None) -> tuple[Any, ...]:
    r"""Gauss-Chebyshev quadrature of the first kind, weight :math:`(1 - x^2)^{-1/2}` on [-1, 1].

    Parameters
    ----------
    n : int
        Number of points.
    mu : bool, optional
        Whether to return the sum of the weights as well.
    dtype : torch.dtype, optional
        Floating dtype of the result; by default torch's default dtype.
    device : torch.device, optional
        Where to make the result.

    Returns
    -------
    x, w : Tensor
        Nodes, ascending, and weights.
    mu : float
        The sum of the weights; only where `mu` is True.

    Raises
    ------
    ValueError
        Where `n` is no positive whole number.

    See Also
    --------
    roots_chebyu, roots_sh_chebyt

    Notes
    -----
    The zeros of :math:`T_n` are cosines of equal steps, the weights :math:`\pi/n`: exact to rounding for every `n`.

    Examples
    --------
    >>> import sci
    >>> sci.special.roots_chebyt(2)
    (tensor([-0.7071,  0.7071]), tensor([1.5708, 1.5708]))
    """
    return _rule("roots_chebyt", n, False, 1.0, math.pi, False, mu, dtype, device)


@function()
def roots_chebyu(n: Any, mu: bool = False, *, dtype: Any = None, device: Any = None) -> tuple[Any, ...]:
    r"""Gauss-Chebyshev quadrature of the second kind, weight :math:`(1 - x^2)^{1/2}` on [-1, 1].

    Parameters
    ----------
    n : int
        Number of points.
    mu : bool, optional
        Whether to return the sum of the weights as well.
    dtype : torch.dtype, optional
        Floating dtype of the result; by default torch's default dtype.
    device : torch.device, optional
        Where to make the result.

    Returns
    -------
    x, w : Tensor
        Nodes, ascending, and weights.
    mu : float
        The sum of the weights; only where `mu` is True.

    Raises
    ------
    ValueError
        Where `n` is no positive whole number.

    See Also
    --------
    roots_chebyt, roots_sh_chebyu

    Notes
    -----
    The zeros of :math:`U_n` are :math:`\cos(k\pi/(n + 1))`, the weights :math:`\pi/(n + 1)\,\sin^2(k\pi/(n + 1))`.

    Examples
    --------
    >>> import sci
    >>> sci.special.roots_chebyu(2)
    (tensor([-0.5000,  0.5000]), tensor([0.7854, 0.7854]))
    """
    return _rule("roots_chebyu", n, True, 1.0, math.pi / 2, False, mu, dtype, device)


@function()
def roots_chebyc(n: Any, mu: bool = False, *, dtype: Any = None, device: Any = None) -> tuple[Any, ...]:
    r"""Gauss-Chebyshev quadrature of the first kind, weight :math:`(1 - (x/2)^2)^{-1/2}` on [-2, 2].

    Parameters
    ----------
    n : int
        Number of points.
    mu : bool, optional
        Whether to return the sum of the weights as well.
    dtype : torch.dtype, optional
        Floating dtype of the result; by default torch's default dtype.
    device : torch.device, optional
        Where to make the result.

    Returns
    -------
    x, w : Tensor
        Nodes, ascending, and weights.
    mu : float
        The sum of the weights; only where `mu` is True.

    Raises
    ------
    ValueError
        Where `n` is no positive whole number.

    See Also
    --------
    roots_chebyt, roots_chebys

    Notes
    -----
    Nodes and weights are twice those of `roots_chebyt`.

    Examples
    --------
    >>> import sci
    >>> sci.special.roots_chebyc(2)
    (tensor([-1.4142,  1.4142]), tensor([3.1416, 3.1416]))
    """
    return _rule("roots_chebyc", n, False, 2.0, 2 * math.pi, False, mu, dtype, device)


@function()
def roots_chebys(n: Any, mu: bool = False, *, dtype: Any = None, device: Any = None) -> tuple[Any, ...]:
    r"""Gauss-Chebyshev quadrature of the second kind, weight :math:`(1 - (x/2)^2)^{1/2}` on [-2, 2].

    Parameters
    ----------
    n : int
        Number of points.
    mu : bool, optional
        Whether to return the sum of the weights as well.
    dtype : torch.dtype, optional
        Floating dtype of the result; by default torch's default dtype.
    device : torch.device, optional
        Where to make the result.

    Returns
    -------
    x, w : Tensor
        Nodes, ascending, and weights.
    mu : float
        The sum of the weights; only where `mu` is True.

    Raises
    ------
    ValueError
        Where `n` is no positive whole number.

    See Also
    --------
    roots_chebyu, roots_chebyc

    Notes
    -----
    Nodes and weights are twice those of `roots_chebyu`.

    Examples
    --------
    >>> import sci
    >>> sci.special.roots_chebys(2)
    (tensor([-1.,  1.]), tensor([1.5708, 1.5708]))
    """
    return _rule("roots_chebys", n, True, 2.0, math.pi, False, mu, dtype, device)


@function()
def roots_sh_chebyt(n: Any, mu: bool = False, *, dtype: Any = None, device: Any = None) -> tuple[Any, ...]:
    r"""Gauss-Chebyshev quadrature of the first kind, weight :math:`(x - x^2)^{-1/2}` on [0, 1].

    Parameters
    ----------
    n : int
        Number of points.
    mu : bool, optional
        Whether to return the sum of the weights as well.
    dtype : torch.dtype, optional
        Floating dtype of the result; by default torch's default dtype.
    device : torch.device, optional
        Where to make the result.

    Returns
    -------
    x, w : Tensor
        Nodes, ascending, and weights.
    mu : float
        The sum of the weights; only where `mu` is True.

    Raises
    ------
    ValueError
        Where `n` is no positive whole number.

    See Also
    --------
    roots_chebyt, roots_sh_chebyu

    Notes
    -----
    The nodes are squares of sines, so those beside 0 keep their digits.

    Examples
    --------
    >>> import sci
    >>> sci.special.roots_sh_chebyt(2)
    (tensor([0.1464, 0.8536]), tensor([1.5708, 1.5708]))
    """
    return _rule("roots_sh_chebyt", n, False, 1.0, math.pi, True, mu, dtype, device)


@function()
def roots_sh_chebyu(n: Any, mu: bool = False, *, dtype: Any = None, device: Any = None) -> tuple[Any, ...]:
    r"""Gauss-Chebyshev quadrature of the second kind, weight :math:`(x - x^2)^{1/2}` on [0, 1].

    Parameters
    ----------
    n : int
        Number of points.
    mu : bool, optional
        Whether to return the sum of the weights as well.
    dtype : torch.dtype, optional
        Floating dtype of the result; by default torch's default dtype.
    device : torch.device, optional
        Where to make the result.

    Returns
    -------
    x, w : Tensor
        Nodes, ascending, and weights.
    mu : float
        The sum of the weights; only where `mu` is True.

    Raises
    ------
    ValueError
        Where `n` is no positive whole number.

    See Also
    --------
    roots_chebyu, roots_sh_chebyt

    Notes
    -----
    The nodes are squares of sines, so those beside 0 keep their digits.

    Examples
    --------
    >>> import sci
    >>> sci.special.roots_sh_chebyu(2)
    (tensor([0.2500, 0.7500]), tensor([0.1963, 0.1963]))
    """
    return _rule("roots_sh_chebyu", n, True, 1.0, math.pi / 8, True, mu, dtype, device)


t_roots = roots_chebyt
u_roots = roots_chebyu
c_roots = roots_chebyc
s_roots = roots_chebys
ts_roots = roots_sh_chebyt
us_roots = roots_sh_chebyu
