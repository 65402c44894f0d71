"""Fourier coefficients of Mathieu functions. The mathematics is in csrc/special/mathieu.h."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import as_tensor, compute_dtype, promote
from sci._core.cards import Group, Sample, Ulp, discrete, function, integers, linear, nan
from sci._core.checks import known
from sci._core.dispatch import elementwise
from sci._core.errors import bad_argument, one_number, whole_number

from ._mathieu import THIRD, eigenpair


def _coefficient(mp: Any, even: Any, m: Any, k: Any, q: Any, order: int) -> Any:
    with mp.workdps(mp.dps + 15 + int(math.sqrt(abs(q)))):
        return mp.diff(lambda t: eigenpair(mp, even, m, t)[2][int(k)], q, order)


_ROWS = (
    Group("even", even=integers(1, 1), m=integers(0, 9), k=integers(0, 8), q=linear(0.1, 20), count=5),
    Group("odd", even=integers(0, 0), m=integers(1, 9), k=integers(0, 8), q=linear(0.1, 20), count=5),
)


@elementwise(
    "special/mathieu.h",
    "i i i r -> r",
    partials=(discrete, discrete, discrete, THIRD),
    reference=lambda mp, even, m, k, q: _coefficient(mp, even, m, k, q, 2),
    samples=_ROWS,
    special=((1, 1, 0, nan, nan), (1, -1, 0, 1.0, nan), (1, 1, 0, -1.0, nan)),
    ulp=Ulp(float64=8192, float32=16),
    public=False,
)
def mathieu_coefficient_q2(even: Any, m: Any, k: Any, q: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative in `q` of a Fourier coefficient of a Mathieu function.

    Parameters
    ----------
    even : tensor_like of integers
        Not 0 for :math:`ce`, 0 for :math:`se`.
    m : tensor_like of integers
        Order.
    k : tensor_like of integers
        Which of them: that of frequency `m` % 2 + 2 `k`, for :math:`se` of even order 2 + 2 `k`.
    q : tensor_like
        Parameter, at least 0.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The coefficient's derivative.
    """


@elementwise(
    "special/mathieu.h",
    "i i i r -> r",
    partials=(discrete, discrete, discrete, lambda even, m, k, q, out: mathieu_coefficient_q2(even, m, k, q)),
    reference=lambda mp, even, m, k, q: _coefficient(mp, even, m, k, q, 1),
    samples=_ROWS,
    special=((1, 1, 0, nan, nan), (1, -1, 0, 1.0, nan), (1, 1, 0, -1.0, nan)),
    ulp=Ulp(float64=512, float32=4, partials=8192),
    public=False,
)
def mathieu_coefficient_q(even: Any, m: Any, k: Any, q: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    First derivative in `q` of a Fourier coefficient of a Mathieu function.

    Parameters
    ----------
    even : tensor_like of integers
        Not 0 for :math:`ce`, 0 for :math:`se`.
    m : tensor_like of integers
        Order.
    k : tensor_like of integers
        Which of them: that of frequency `m` % 2 + 2 `k`, for :math:`se` of even order 2 + 2 `k`.
    q : tensor_like
        Parameter, at least 0.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The coefficient's derivative.
    """


@elementwise(
    "special/mathieu.h",
    "i i i r -> r",
    partials=(discrete, discrete, discrete, lambda even, m, k, q, out: mathieu_coefficient_q(even, m, k, q)),
    reference=lambda mp, even, m, k, q: _coefficient(mp, even, m, k, q, 0),
    samples=_ROWS,
    special=((1, 1, 0, nan, nan), (1, -1, 0, 1.0, nan), (1, 1, 0, -1.0, nan)),
    ulp=Ulp(float64=64, float32=2, partials=512),
    public=False,
)
def mathieu_coefficient(even: Any, m: Any, k: Any, q: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Fourier coefficient of a Mathieu function.

    Parameters
    ----------
    even : tensor_like of integers
        Not 0 for :math:`ce`, 0 for :math:`se`.
    m : tensor_like of integers
        Order.
    k : tensor_like of integers
        Which of them: that of frequency `m` % 2 + 2 `k`, for :math:`se` of even order 2 + 2 `k`.
    q : tensor_like
        Parameter, at least 0.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The coefficient.
    """


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    yield Sample(4, torch.tensor(2.5, dtype=dtype, device=device))
    yield Sample(3, torch.tensor(0.5, dtype=dtype, device=device))


_LARGEST_ORDER, _LARGEST_Q = 9000, 1e7  # those of csrc/special/detail/mathieu_matrix.h


def _coefficients(name: str, even: int, m: Any, q: Any) -> Tensor:
    least = 0 if even else 1
    m = whole_number(name, "m", m, least, _LARGEST_ORDER, f"a whole number from {least} to {_LARGEST_ORDER}")
    if one_number(as_tensor(q, "q", name)) is None:
        raise bad_argument(name, "q", "one number", q)
    (t,) = promote(name, allow_complex=False, half=True, q=q)
    parameter = t.reshape(()).to(compute_dtype(t.dtype))
    if known(~((parameter >= 0) & (parameter <= _LARGEST_Q))):
        raise bad_argument(name, "q", f"from 0 to {_LARGEST_Q:.0e}", q)
    # SciPy's number of them, or those that are not 0 to all digits where these are fewer.
    size, root = float(parameter.detach()), math.sqrt(float(parameter.detach()))
    long = 7.5 + 56.1 * root - 134.7 * size + 90.7 * root * size
    if size > 1:
        long = 17.0 + 3.1 * root - 0.126 * size + 0.0037 * root * size
    edge = 0.5 * math.sqrt(m * m + 4 * size)
    count = min(int(long + 0.5 * m), int(edge + 40 + 17 * math.cbrt(size / (8 * edge + 8))))
    rows = torch.arange(max(count, int(0.5 * m) + 8), device=t.device)
    return mathieu_coefficient(even, int(m), rows, parameter).to(t.dtype)


@function(differentiable=("q",), samples=_samples, complex=False, compiles=False, batch=False, synchronizes=True)
def mathieu_even_coef(m: int, q: Any) -> Tensor:
    r"""
    Fourier coefficients of the even Mathieu functions.

    .. math::
        \mathrm{ce}_m(x, q) = \sum_k A_k \cos((2k + p) x), \qquad p = m \bmod 2

    Parameters
    ----------
    m : int
        Order, from 0 to 9000.
    q : float or Tensor
        Parameter, one number from 0 to 1e7.

    Returns
    -------
    Tensor
        The coefficients, as many as SciPy gives, or fewer for large `q`: beyond them they are nothing.

    Raises
    ------
    ValueError
        Where `m` is not a whole number, or `q` not one number, in these ranges.
    TypeError
        Where `q` is complex or holds no numbers.

    See Also
    --------
    mathieu_cem : the function

    Notes
    -----
    Each is relatively accurate, also where it is small [1]_.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 28.4. https://dlmf.nist.gov/28.4

    Examples
    --------
    >>> import torch
    >>> from sci.special import mathieu_even_coef
    >>> mathieu_even_coef(2, torch.tensor(1.0, dtype=torch.float64))[:3]
    tensor([ 0.2169,  0.9483, -0.0818], dtype=torch.float64)
    """
    return _coefficients("mathieu_even_coef", 1, m, q)


@function(differentiable=("q",), samples=_samples, complex=False, compiles=False, batch=False, synchronizes=True)
def mathieu_odd_coef(m: int, q: Any) -> Tensor:
    r"""
    Fourier coefficients of the odd Mathieu functions.

    .. math::
        \mathrm{se}_m(x, q) = \sum_k B_k \sin((2k + p) x), \qquad p = 1 \text{ for odd } m, \; 2 \text{ for even}

    Parameters
    ----------
    m : int
        Order, from 1 to 9000.
    q : float or Tensor
        Parameter, one number from 0 to 1e7.

    Returns
    -------
    Tensor
        The coefficients, as many as SciPy gives, or fewer for large `q`: beyond them they are nothing.

    Raises
    ------
    ValueError
        Where `m` is not a whole number, or `q` not one number, in these ranges.
    TypeError
        Where `q` is complex or holds no numbers.

    See Also
    --------
    mathieu_sem : the function

    Notes
    -----
    Each is relatively accurate, also where it is small [1]_.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 28.4. https://dlmf.nist.gov/28.4

    Examples
    --------
    >>> import torch
    >>> from sci.special import mathieu_odd_coef
    >>> mathieu_odd_coef(2, torch.tensor(1.0, dtype=torch.float64))[:3]
    tensor([ 0.9966, -0.0827,  0.0026], dtype=torch.float64)
    """
    return _coefficients("mathieu_odd_coef", 0, m, q)
