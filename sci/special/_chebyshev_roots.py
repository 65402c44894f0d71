"""Nodes and weights of Gauss-Chebyshev quadrature, which are closed expressions for every number of points."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core.cards import function
from sci._core.errors import bad_argument
from sci._core.torch_private import dispatch_modes, function_modes


def _count(name: str, n: Any) -> int:
    if isinstance(n, Tensor) and n.numel() == 1:
        n = n.item()
    if isinstance(n, bool) or not isinstance(n, (int, float)) or n != n // 1 or n < 1:
        raise bad_argument(name, "n", "a positive whole number", n)
    return int(n)


def _on_host(device: Any) -> bool:
    """Is it a plain call for the CPU, where NumPy has less to do per call than operators on tensors?"""
    if torch.compiler.is_compiling() or dispatch_modes() or function_modes():
        return False
    return device is None or torch.device(device).type == "cpu"


def _tensor(numbers: Any, dtype: Any) -> Tensor:
    if dtype is torch.float32:
        return torch.from_numpy(numbers.astype(np.float32))
    x = torch.from_numpy(numbers)
    return x if dtype is torch.float64 else x.to(dtype)


def _mirrored(value: Any, other: Any, count: int, dtype: Any, device: Any, host: bool) -> Tensor:
    """Return value(sin, j) for j = 0, 1, ... below count / 2, the middle too, then `other` of these from the last."""
    rest = count // 2
    if host:
        half = value(np.sin, np.arange(count - rest, dtype=np.float64))
        return _tensor(np.concatenate((half, other(half[:rest][::-1]))), dtype)
    half = value(torch.sin, torch.arange(count - rest, dtype=torch.float64, device=device))
    return torch.cat((half, other(half[:rest].flip(0)))).to(dtype)


def _rule(
    name: str, n: Any, second: bool, scale: float, total: float, shifted: bool, mu: bool, dtype: Any, device: Any
) -> tuple[Any, ...]:
    """Return `scale` times the zeros of T_n or U_n (or those moved to [0, 1]), and weights with a sum of `total`."""
    count = _count(name, n)
    made = torch.get_default_dtype() if dtype is None else dtype
    step, first = math.pi / (2 * (count + 1 if second else count)), 1.0 if second else 0.5
    host = _on_host(device)

    # Each from the angle to the nearer of the middle and the ends, where sine keeps its digits.
    def node(sin: Any, j: Any) -> Any:
        return sin((j + first) * step) ** 2

    def weight(sin: Any, j: Any) -> Any:
        return (2 * total / (count + 1)) * sin((j + 1) * (2 * step)) ** 2

    if shifted:
        x = _mirrored(node, lambda v: 1.0 - v, count, made, device, host)
    elif host:
        x = _tensor(np.sin(np.arange(1 - count, count, 2) * step) * scale, made)
    else:
        x = (torch.sin(torch.arange(1 - count, count, 2, dtype=torch.float64, device=device) * step) * scale).to(made)
    if second:
        w = _mirrored(weight, lambda v: v, count, made, device, host)
    else:
        w = torch.full((count,), total / count, dtype=made, device=device)
    return (x, w, total) if mu else (x, w)


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
