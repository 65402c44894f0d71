"""Factorials of every step: exact integers, or the gamma function with its derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core.arrays import as_tensor, promote
from sci._core.cards import Sample, function
from sci._core.errors import describe, take_host_route

from ._exact_integers import exact_integers
from ._gamma import gamma
from ._poch import poch
from ._rgamma import rgamma

_EXACT = "its integers are of any length (exact=True only)"


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    n = torch.rand(2, 3, generator=generator, dtype=torch.float64) * 6 + 0.3
    yield Sample(n.to(dtype=dtype, device=device), extend="complex")


def _samples_k(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    n = torch.rand(2, 3, generator=generator, dtype=torch.float64) * 6 + 0.3
    k = torch.rand(3, generator=generator, dtype=torch.float64) * 3 + 0.5
    yield Sample(n.to(dtype=dtype, device=device), k.to(dtype=dtype, device=device), extend="complex")


@function(differentiable=("n",), samples=_samples, host_route=_EXACT)
def factorial(n: Any, exact: bool = False, extend: str = "zero") -> Any:
    r"""
    Factorial :math:`n! = \Gamma(n + 1)`.

    Parameters
    ----------
    n : tensor_like or int
        Real argument of any shape; complex with ``extend="complex"``.
    exact : bool, optional
        Whole arguments only: return exact integers.
    extend : {"zero", "complex"}, optional
        What negative arguments give: 0, or the gamma function, which has poles at negative whole numbers (NaN).

    Returns
    -------
    Tensor, int or numpy.ndarray
        The factorials, in the shape of `n`; floating, or int64 where `exact`. With ``exact=True`` a Python integer
        gives a Python integer, and an array in which a value does not fit int64 (n > 20) a NumPy array of Python
        integers. None gives NaN.

    Raises
    ------
    ValueError
        For a bad `extend`; for ``exact=True`` with arguments that are not of an integer type or with
        ``extend="complex"``; for complex `n` without ``extend="complex"``.

    See Also
    --------
    gamma : the function behind it
    factorial2, factorialk : with steps of 2 and k

    Notes
    -----
    The derivative is :math:`n!\,\psi(n + 1)`; 0 where the value was set to 0. Exact values are computed on the host.

    Examples
    --------
    >>> import torch
    >>> from sci.special import factorial
    >>> factorial(torch.tensor([3.0, 4.0, 5.0]))
    tensor([  6.,  24., 120.])
    >>> factorial(25, exact=True)
    15511210043330985984000000
    """
    _check_options("factorial", exact, extend)
    if exact:
        return _exactly("factorial", n, lambda m: math.factorial(m))
    x = _argument("factorial", "n", n, extend, real=True)
    if extend == "complex":
        return gamma(_no_pole(x + 1))
    return _zero_below(x, lambda y: gamma(y + 1))


@function(differentiable=("n",), samples=_samples, host_route=_EXACT)
def factorial2(n: Any, exact: bool = False, extend: str = "zero") -> Any:
    r"""
    Double factorial :math:`n!! = n (n - 2) (n - 4) \cdots`, down to 2 or 1.

    Parameters
    ----------
    n : tensor_like or int
        Whole numbers of any shape, of an integer type; real or complex numbers with ``extend="complex"``.
    exact : bool, optional
        Return exact integers.
    extend : {"zero", "complex"}, optional
        ``"zero"``: negative numbers give 0. ``"complex"``: the function below, which at even numbers is
        :math:`\sqrt{2/\pi}` times the double factorial.

    Returns
    -------
    Tensor, int or numpy.ndarray
        The double factorials, in the shape of `n`; as of :func:`factorial`.

    Raises
    ------
    ValueError
        As :func:`factorial`; also for floating `n` without ``extend="complex"``.

    Notes
    -----
    For odd `n`, and for all with ``extend="complex"``,

    .. math:: n!! = \frac{2^{(n+1)/2}}{\sqrt{\pi}}\, \Gamma\Bigl(\frac n2 + 1\Bigr),
              \qquad \frac{d}{dn} n!! = \tfrac12 \Bigl(\log 2 + \psi\bigl(\tfrac n2 + 1\bigr)\Bigr)\, n!!

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 5.4.2, https://dlmf.nist.gov/5.4#E2

    Examples
    --------
    >>> import torch
    >>> from sci.special import factorial2
    >>> factorial2(torch.tensor([5, 6, 7]))
    tensor([ 15.,  48., 105.])
    """
    _check_options("factorial2", exact, extend)
    if exact:
        return _exactly("factorial2", n, lambda m: math.prod(range(m, 0, -2)))
    x = _argument("factorial2", "n", n, extend)
    if extend == "complex":
        return torch.exp2((x + 1) / 2) * gamma(_no_pole(x / 2 + 1)) / math.sqrt(math.pi)

    def value(y: Tensor) -> Tensor:
        # Powers of 2 with whole exponents are exact: only the gamma function rounds.
        even = torch.exp2(torch.div(y + 1, 2, rounding_mode="floor")) * gamma(y / 2 + 1)
        return torch.where(torch.remainder(y, 2) == 1, even / math.sqrt(math.pi), even)

    return _whole(x, value)


@function(differentiable=("n", "k"), samples=_samples_k, host_route=_EXACT)
def factorialk(n: Any, k: Any, exact: bool = False, extend: str = "zero") -> Any:
    r"""
    Multifactorial of `n` with step `k`: :math:`n (n - k) (n - 2k) \cdots`, down to a number from 1 to `k`.

    Parameters
    ----------
    n : tensor_like or int
        Whole numbers of any shape, of an integer type; real or complex numbers with ``extend="complex"``.
    k : int or tensor_like
        The step, a positive integer; with ``extend="complex"`` any number but 0, of a shape that broadcasts.
    exact : bool, optional
        Return exact integers.
    extend : {"zero", "complex"}, optional
        ``"zero"``: negative numbers give 0. ``"complex"``: the formula below with r = 1 for every `n`, which differs
        from the multifactorial by a factor where `n` is not 1 modulo `k`; with a negative number `k` it is complex.

    Returns
    -------
    Tensor, int or numpy.ndarray
        The multifactorials, in the broadcast shape; as of :func:`factorial`.

    Raises
    ------
    ValueError
        As :func:`factorial2`; also for a `k` that is not positive (zero, with ``extend="complex"``).

    Notes
    -----
    With r = n mod k,

    .. math:: n!_{(k)} = k^{(n-r)/k}\, \frac{\Gamma(n/k + 1)}{\Gamma(r/k + 1)} \max(r, 1),

    the quotient by :func:`poch`.
    It is differentiable in `n` and `k` where they vary continuously, with ``extend="complex"``, through
    :func:`gamma`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import factorialk
    >>> factorialk(torch.tensor([5, 7, 9]), 3)
    tensor([ 10.,  28., 162.])
    """
    _check_options("factorialk", exact, extend)
    if not isinstance(k, (int, float, complex, np.number, np.ndarray, Tensor, list, tuple)):
        raise ValueError(f"factorialk: Unsupported data type for k: {describe(k)}")
    if extend == "zero":
        if not isinstance(k, (int, np.integer)) or isinstance(k, bool):
            found = describe(k)
            raise ValueError(f'factorialk: In order to use non-integer k, use extend="complex"; got {found}')
        if k <= 0:
            raise ValueError(f"factorialk: For `extend='zero'` k must be positive, got {k}")
    if exact:
        return _exactly("factorialk", n, lambda m: math.prod(range(m, 0, -int(k))))
    x = _argument("factorialk", "n", n, extend)
    if extend == "complex":
        if isinstance(k, (int, float, np.integer, np.floating)) and k < 0:
            k = complex(k)  # its powers are complex
        x, step = promote("factorialk", n=x, k=k)
        if isinstance(k, (int, float, complex)) and k == 0:
            raise ValueError("factorialk: Parameter k cannot be zero!")
        return torch.exp(torch.log(step) * ((x - 1) / step)) * gamma(_no_pole(x / step + 1)) * rgamma(1 / step + 1)

    def value(y: Tensor) -> Tensor:
        r = torch.remainder(y, k)
        steps = (y - r) / k
        return torch.pow(float(k), steps) * poch(r / k + 1, steps) * r.clamp(min=1)

    return _whole(x, value)


def _check_options(name: str, exact: bool, extend: str) -> None:
    if extend not in ("zero", "complex"):
        raise ValueError(f"{name}: argument `extend` must be 'zero' or 'complex', got {extend!r}")
    if exact and extend == "complex":
        raise ValueError(f"{name}: Incompatible options: exact=True computes integers, extend='complex' does not")


def _argument(name: str, argument: str, n: Any, extend: str, real: bool = False) -> Tensor:
    """Return the floating tensor of `n`, with SciPy's errors for types that `extend` does not allow."""
    given = _numbers(name, argument, n)
    if n is None or _is_uint64(n):
        return given
    if given.dtype is torch.bool:
        raise ValueError(f"{name}: Unsupported data type for {argument}: {describe(n)}")
    if extend != "complex" and (given.is_complex() or (given.is_floating_point() and not real)):
        raise ValueError(f'{name}: In order to use non-integer {argument}, use extend="complex"; got {describe(n)}')
    (x,) = promote(name, n=n)
    return x  # type: ignore[no-any-return]


def _numbers(name: str, argument: str, n: Any) -> Tensor:
    """Return the tensor of `n`; None is NaN, and uint64, of which int64 does not hold all, floating."""
    if n is None:
        n = math.nan
    if _is_uint64(n):
        floating = n.to(torch.float64) if isinstance(n, Tensor) else torch.from_numpy(np.asarray(n, dtype=np.float64))
        return floating.to(torch.get_default_dtype())
    try:
        return as_tensor(n, argument, name)
    except TypeError as error:
        raise ValueError(f"{name}: Unsupported data type for {argument}: {describe(n)}") from error


def _is_uint64(n: Any) -> bool:
    if isinstance(n, Tensor):
        return n.dtype is torch.uint64
    return isinstance(n, (np.ndarray, np.generic)) and n.dtype == np.uint64


def _zero_below(x: Tensor, value: Callable[[Tensor], Tensor]) -> Tensor:
    """Return `value` of x, and zero at negative numbers; they never reach its poles, whose gradient would be NaN."""
    below = x < 0
    return torch.where(below, 0.0, value(torch.where(below, 0.0, x)))


def _no_pole(x: Tensor) -> Tensor:
    """Return x with NaN for 0: there the gamma function is infinite, elsewhere at its poles NaN."""
    return torch.where(x == 0, math.nan, x)


def _whole(x: Tensor, value: Callable[[Tensor], Tensor]) -> Tensor:
    """Return `_zero_below` computed in double: single precision then has the whole numbers exactly."""
    return _zero_below(x.to(torch.float64), value).to(x.dtype)


def _exactly(name: str, n: Any, compute: Callable[[int], int]) -> Any:
    """Apply an integer function: a Python integer gives one, an array exact integers."""
    if isinstance(n, (int, np.integer)) and not isinstance(n, bool):
        return compute(int(n)) if n >= 0 else 0
    x = as_tensor(n, "n", name) if _is_uint64(n) else _numbers(name, "n", n)
    if n is None or (name == "factorial" and isinstance(n, float) and math.isnan(n)):
        return x
    if x.is_complex() or (x.is_floating_point() and name != "factorial"):
        raise ValueError(f'{name}: In order to use non-integer n, use extend="complex"; got {describe(n)}')
    if x.dtype is torch.bool or x.is_floating_point():
        raise ValueError(f"{name}: `exact=True` only supports integers for n, got {describe(n)}")
    take_host_route(f"special.{name}", x.device, _EXACT)
    whole, place = torch.unique(x, return_inverse=True)
    return exact_integers([compute(m) if m >= 0 else 0 for m in whole.tolist()], place)
