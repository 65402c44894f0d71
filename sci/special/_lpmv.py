"""Associated Legendre functions of real degree, through Jacobi's functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import common_shape, compute_dtype, promote
from sci._core.cards import Sample, function
from sci._core.dispatch import write_out
from sci._core.ufunc_keywords import accepts_ufunc_keywords

from ._hyp2f1 import hyp2f1
from ._jacobi_function import jacobi_function
from ._legendre import legendre_derivative
from ._poch import poch
from ._rgamma import rgamma


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = (torch.rand(3, generator=generator, dtype=torch.float64) * 1.4 - 0.7).to(dtype).to(device)
    v = torch.tensor([2.5, 3.0, 4.25], dtype=dtype, device=device)
    yield Sample(torch.tensor([0, 1, -2], device=device), v, x)


def _whole_pair(m: Any, v: Any) -> tuple[int, int] | None:
    """Return degree and order for the kernel of whole ones, where numbers are given that have a function there."""
    for number in (m, v):
        if isinstance(number, bool) or not isinstance(number, (int, float)) or number != number // 1:
            return None
    degree, order = int(v) if v >= 0 else -int(v) - 1, int(m)
    return (degree, order) if abs(order) <= degree else None


def _below(order: Tensor, degree: Tensor, z: Tensor, value: Tensor) -> Tensor:
    """Return `value`, but of negative order with a size beyond a whole degree the function there: DLMF 14.3.1."""
    size = order.abs()
    whole = order == order.round()
    none = (degree == degree.round()) & (size > degree)
    beyond = none & whole & (order < 0)
    held = torch.where(beyond, size, torch.zeros_like(size))
    quotient = torch.where(beyond, (1 - z) / (1 + z), torch.ones_like(z))
    rest = torch.where(beyond, (1 - z) / 2, torch.zeros_like(z))
    below = quotient ** (held / 2) * hyp2f1(-degree, degree + 1, held + 1, rest) * rgamma(held + 1)
    nothing = torch.where(z.isnan(), z, torch.zeros_like(value))
    return torch.where(none & whole, torch.where(beyond, below, nothing), value)


@function(differentiable=("v", "x"), discrete=("m",), samples=_samples, complex=False)
@accepts_ufunc_keywords
def lpmv(m: Any, v: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Associated Legendre function of whole order and real degree, on the cut.

    .. math::
        P_v^m(x) = (-1)^m (1 - x^2)^{m/2} \frac{d^m}{dx^m} P_v(x)

    Parameters
    ----------
    m : tensor_like
        Order, whole; others give NaN.
    v : tensor_like
        Degree, real.
    x : tensor_like
        Argument, real, :math:`|x| \le 1`; for `m` = 0 also beyond.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function, in the broadcast shape. At -1 it is infinite for `m` = 0 and degrees that are not whole.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    assoc_legendre_p, eval_legendre, lqmn

    Notes
    -----
    By Jacobi's function, :math:`P_v^m = (-1)^m (v + 1)_m 2^{-m} (1 - x^2)^{m/2} P_{v-m}^{(m,m)}(x)` [1]_, whose
    derivatives it has. Of negative order
    :math:`P_v^{-m} = (-1)^m \frac{\Gamma(v - m + 1)}{\Gamma(v + m + 1)} P_v^m`, of negative degree
    :math:`P_{-v-1}^m = P_v^m`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 14.3, 18.7, https://dlmf.nist.gov/14.3

    Examples
    --------
    >>> import torch
    >>> from sci.special import lpmv
    >>> lpmv(1, 2.5, torch.tensor([0.0, 0.5], dtype=torch.float64))
    tensor([ 0.9836, -0.9874], dtype=torch.float64)
    """
    if (whole_pair := _whole_pair(m, v)) is not None:
        (x,) = promote("lpmv", half=True, allow_complex=False, x=x)
        result = legendre_derivative(0, *whole_pair, 0, 2, x.to(compute_dtype(x.dtype))).to(x.dtype)
        return result if out is None else write_out("lpmv", result, out)
    given = promote("lpmv", half=True, allow_complex=False, m=m, v=v, x=x)
    common_shape("lpmv", **dict(zip("mvx", given, strict=True)))
    order, degree, z = (t.to(compute_dtype(t.dtype)) for t in given)
    order = order.detach()
    size = order.abs()
    whole = order == order.round()
    degree = torch.where(degree < -0.5, -degree - 1, degree)
    # Where the function is 0 or has no order the parts are those of order 0.
    none = (degree == degree.round()) & (size > degree)
    used = torch.where(whole & ~none, size, torch.zeros_like(size))
    half = (used / 2).floor()
    square = (1 - z) * (1 + z) / 4
    even = used == 2 * half
    root = torch.where(even, torch.ones_like(square), square).sqrt()
    # Each half of the rising factorial with its half of the power: neither overflows where the product does not.
    first, second = poch(degree + 1, half), poch(degree + 1 + half, used - half)
    # Of negative order the reciprocal of the falling factorial.
    negative = (order < 0) & (used > 0)
    front = torch.where(negative, 1 / poch(degree - used + 1, used), first)
    rest = torch.where(negative, torch.ones_like(second), second)
    value = front * square**half * root * rest * jacobi_function(degree - used, used, used, z)
    sign = torch.where((used.remainder(2) == 1) & ~negative, -1.0, 1.0).to(z.dtype)
    result = sign * value
    if not (isinstance(v, float) and v != v // 1):
        result = _below(order, degree, z, result)
    # jacobi_function is infinite at -1 without its sign.
    end = (z == -1) & (used == 0) & (degree != degree.round())
    result = torch.where(end, -torch.inf * torch.sin(torch.pi * degree).detach().sign(), result)
    result = torch.where(whole, result, torch.nan).to(given[2].dtype)
    return result if out is None else write_out("lpmv", result, out)
