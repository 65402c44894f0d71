"""logsumexp, softmax and log_softmax: reductions, composed of differentiable operations."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import promote
from sci._core.cards import Sample, function
from sci._core.errors import bad_argument

from ._logarithm import log1p

Axis = int | tuple[int, ...] | None


def _axes(function_name: str, x: Tensor, axis: Axis) -> tuple[int, ...]:
    """Return the axes to reduce as a sorted tuple of numbers from 0 on."""
    if axis is None:
        return tuple(range(x.dim()))
    given = axis if isinstance(axis, tuple) else (axis,)
    rank = max(x.dim(), 1)
    for one in given:
        if not isinstance(one, int) or isinstance(one, bool) or not -rank <= one < rank:
            raise bad_argument(function_name, "axis", f"None or integers from {-rank} to {rank - 1}", axis)
    found = tuple(sorted(one % rank for one in given))
    if len(set(found)) != len(found):
        raise bad_argument(function_name, "axis", "distinct axes", axis)
    return found if x.dim() else ()


def _largest(real: Tensor, axes: tuple[int, ...]) -> Tensor:
    """Return the largest element along the axes, as a constant; 0 where there is none or it is infinite."""
    if not axes:
        top = real.detach()
    elif real.numel() == 0:
        top = real.detach().sum(dim=axes, keepdim=True)
    else:
        top = real.detach().amax(dim=axes, keepdim=True)
    return torch.where(torch.isfinite(top), top, torch.zeros_like(top))


def _sum(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    return x.sum(dim=axes, keepdim=True) if axes else x


def _log_sum(shifted: Tensor, weights: Tensor | None, axes: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Return (log s, s) for s = sum w exp(shifted), whose largest terms are of size 1.

    They are summed apart from the rest r, and log s = log(big) + log1p(r / big): the rest counts also where it is
    below one ulp of the sum. Where s vanishes the result is -inf and has the gradient 0.
    """
    real = shifted.real if shifted.is_complex() else shifted
    if shifted.is_complex():
        # exp(-inf + iy) is 0 for every y.
        shifted = torch.where(real == -math.inf, torch.full_like(shifted, -math.inf), shifted)
    terms = torch.exp(shifted)
    if weights is not None:
        # A weight of 0 takes its term out, however large that is; the term's size is kept for the weight's gradient.
        huge = torch.finfo(terms.dtype).max
        if terms.is_complex():
            bounded = torch.where(torch.isfinite(terms), terms, torch.full_like(terms, huge))
        else:
            bounded = terms.clamp(max=huge)
        terms = weights * torch.where(weights == 0, bounded, terms)
    top = real == 0
    nothing = torch.zeros_like(terms)
    big, rest = _sum(torch.where(top, terms, nothing), axes), _sum(torch.where(top, nothing, terms), axes)
    total = big + rest
    empty = total == 0
    one = torch.ones_like(total)
    size = big.abs()
    near = (size > 0) & (rest.abs() <= size / 2)
    ratio = torch.where(near, rest, torch.zeros_like(rest)) / torch.where(near, big, one)
    plain = torch.where(near, big, torch.where(empty, one, total))
    if terms.is_complex():
        found = torch.log(plain) + log1p(ratio)
        turns = 2 * math.pi * torch.round(found.imag.detach() / (2 * math.pi))
        found = torch.complex(found.real, found.imag - turns)
        return torch.where(empty, torch.full_like(found, -math.inf), found), total
    found = torch.log(plain.abs()) + log1p(ratio)
    return torch.where(empty, torch.full_like(found, -math.inf), found), total


def _infinite_log_sum(x: Tensor, weights: Tensor | None, axes: tuple[int, ...]) -> Tensor:
    """Return log(sum w exp(x)) of rows with real parts inf, whose directions alone count.

    exp(inf + iy) has the parts inf cos y and inf sin y (C99, Annex G); parts inf - inf are NaN.
    """

    def times(a: Tensor, b: Tensor) -> Tensor:
        return torch.where((a == 0) | (b == 0), torch.zeros_like(a), a * b)

    x = x.detach()
    size = torch.where(x.real == math.inf, x.real, torch.zeros_like(x.real))
    real, imag = times(size, torch.cos(x.imag)), times(size, torch.sin(x.imag))
    if weights is not None:
        w = weights.detach()
        real, imag = times(w.real, real) - times(w.imag, imag), times(w.real, imag) + times(w.imag, real)
    real, imag = _sum(real, axes), _sum(imag, axes)
    return torch.complex(torch.log(torch.hypot(real, imag)), torch.atan2(imag, real))


def _reshape(x: Tensor, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    return x if keepdims or not axes else x.squeeze(axes)


def _draw(generator: torch.Generator, dtype: torch.dtype, device: torch.device, *shape: int) -> Tensor:
    return torch.randn(shape, generator=generator, dtype=dtype).to(device)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    yield Sample(_draw(generator, dtype, device, 3, 4), axis=-1)
    yield Sample(_draw(generator, dtype, device, 2, 3, 2), axis=(-1, -2))


def _weighted_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    yield from _samples(generator, dtype, device)
    weights = _draw(generator, dtype, device, 3, 4).abs() + 0.5
    yield Sample(_draw(generator, dtype, device, 3, 4), axis=-1, b=weights.to(dtype), return_sign=False)


@function(differentiable=("a", "b"), samples=_weighted_samples)
def logsumexp(
    a: Any, axis: Axis = None, b: Any = None, keepdims: bool = False, return_sign: bool = False
) -> Tensor | tuple[Tensor, Tensor]:
    r"""
    Logarithm of a sum of exponentials, ``log(sum(b * exp(a)))``, without overflow.

    Parameters
    ----------
    a : tensor_like
        Real or complex exponents.
    axis : int or tuple of ints, optional
        The axes to sum over, by default all.
    b : tensor_like, optional
        Weights, real or complex, of a shape that broadcasts with `a`. A weight 0 takes its element out.
    keepdims : bool
        Keep the summed axes with length 1.
    return_sign : bool
        Return the logarithm of the modulus of the sum, and its sign, apart.

    Returns
    -------
    Tensor, or (Tensor, Tensor)
        The logarithm; NaN for a negative real sum, unless `return_sign`. ``-inf`` for a sum of nothing. With
        `return_sign` also the sign of the sum (for complex sums, the number of modulus 1), 0 where the sum is 0.

    Raises
    ------
    ValueError
        If `axis` names no axis of `a`, or one twice.
    TypeError
        If `a` or `b` holds no numbers.

    See Also
    --------
    softmax : the derivative
    log_softmax

    Notes
    -----
    With the largest real part m taken out of the exponents, the largest terms are summed apart from the rest r, and
    ``m + log(s) + log1p(r / s)`` keeps what is below one ulp of the sum.

    The derivative in `a` is ``b * exp(a - logsumexp)``, that is `softmax` where there are no weights; in `b` it is
    ``exp(a - logsumexp)``. An element ``-inf`` has the derivative 0, and so have all of a row in which every element
    is ``-inf``; it is NaN beside an element ``inf``.

    References
    ----------
    .. [1] P. Blanchard, D. J. Higham and N. J. Higham, "Accurately computing the log-sum-exp and softmax functions",
       IMA J. Numer. Anal. 41 (2021), 2311-2330.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.logsumexp(torch.tensor([1000.0, 1000.0], dtype=torch.float64))
    tensor(1000.6931, dtype=torch.float64)
    >>> sci.special.logsumexp(torch.tensor([1.0, 2.0], dtype=torch.float64), b=[1.0, -3.0], return_sign=True)
    (tensor(2.9678, dtype=torch.float64), tensor(-1., dtype=torch.float64))
    """
    if b is None:
        (x,) = promote("logsumexp", half=True, a=a)
        weights = None
    else:
        x, weights = promote("logsumexp", half=True, a=a, b=b)
        x, weights = torch.broadcast_tensors(x, weights)
    axes = _axes("logsumexp", x, axis)
    real = x.real if x.is_complex() else x
    counted = real if weights is None else torch.where(weights == 0, torch.full_like(real, -math.inf), real)
    top = _largest(counted, axes)
    log, total = _log_sum(x - top, weights, axes)
    if x.is_complex():
        infinite = ((counted == math.inf).any(axes, keepdim=True) if axes else counted == math.inf) & (top == 0)
        log = torch.where(infinite, _infinite_log_sum(x, weights, axes), log)
    if return_sign:
        out = (log.real if log.is_complex() else log) + top
        sign = torch.where(torch.isnan(total), total, torch.sgn(total))
        return _reshape(out, axes, keepdims), _reshape(sign, axes, keepdims)
    out = log + top
    if not x.is_complex():
        out = torch.where(total < 0, torch.full_like(out, math.nan), out)
    return _reshape(out, axes, keepdims)


@function(differentiable=("x",), samples=_samples)
def softmax(x: Any, axis: Axis = None) -> Tensor:
    r"""
    Softmax function, ``exp(x) / sum(exp(x))``.

    Parameters
    ----------
    x : tensor_like
        Real or complex argument.
    axis : int or tuple of ints, optional
        The axes to sum over, by default all.

    Returns
    -------
    Tensor
        Of the shape of `x`; real results sum to 1 along `axis`. A row of nothing but ``-inf``, and one with ``inf``,
        gives NaN.

    Raises
    ------
    ValueError
        If `axis` names no axis of `x`, or one twice.

    See Also
    --------
    log_softmax, logsumexp

    Notes
    -----
    The derivative is :math:`\partial s_i / \partial x_j = s_i (\delta_{ij} - s_j)`, 0 at an element ``-inf``.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.softmax(torch.tensor([1.0, 2.0, -torch.inf], dtype=torch.float64))
    tensor([0.2689, 0.7311, 0.0000], dtype=torch.float64)
    """
    (y,) = promote("softmax", half=True, x=x)
    axes = _axes("softmax", y, axis)
    if not y.is_complex() and len(axes) == 1:
        return torch.softmax(y, axes[0])
    terms = torch.exp(y - _peak(y, axes))
    return terms / _sum(terms, axes)


def _peak(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """Return the largest real part as it is, infinite or not: where it is, softmax is NaN."""
    real = (x.real if x.is_complex() else x).detach()
    return real.amax(dim=axes, keepdim=True) if axes and real.numel() else _largest(real, axes)


@function(differentiable=("x",), samples=_samples)
def log_softmax(x: Any, axis: Axis = None) -> Tensor:
    r"""
    Logarithm of the softmax function.

    Parameters
    ----------
    x : tensor_like
        Real or complex argument.
    axis : int or tuple of ints, optional
        The axes to sum over, by default all.

    Returns
    -------
    Tensor
        ``x - logsumexp(x)``, of the shape of `x`. A row of nothing but ``-inf`` gives NaN; beside an element ``inf``,
        which gives NaN, the others are ``-inf``.

    Raises
    ------
    ValueError
        If `axis` names no axis of `x`, or one twice.

    See Also
    --------
    softmax, logsumexp

    Notes
    -----
    Where one element is far above the others its value is minus the sum of the others' ratios, which
    ``log(softmax(x))`` and the plain difference round to 0. The derivative is :math:`\delta_{ij} - s_j` with the
    softmax s.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.log_softmax(torch.tensor([0.0, -50.0], dtype=torch.float64))
    tensor([-1.9287e-22, -5.0000e+01], dtype=torch.float64)
    """
    (y,) = promote("log_softmax", half=True, x=x)
    axes = _axes("log_softmax", y, axis)
    shifted = y - _largest(y.real if y.is_complex() else y, axes)
    log, _ = _log_sum(shifted, None, axes)
    return shifted - log
