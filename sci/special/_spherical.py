"""Spherical Bessel functions and their derivatives, of whole order and real or complex argument."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Sample, Ulp, discrete, function, inf, integers, linear, logarithmic, nan, values
from sci._core.checks import known
from sci._core.dispatch import elementwise
from sci._core.errors import bad_argument

from ._bessel_i import iv
from ._bessel_ie import finish, order_and_argument
from ._bessel_jy import jv
from ._bessel_k import kv
from ._bessel_y import yv
from ._rgamma import rgamma

Pointwise = Callable[[Tensor, Tensor], Tensor]

_REAL = (
    Group("core", n=integers(0, 12), x=linear(-10, 10), count=32),
    Group("order above the argument", n=integers(5, 40), x=logarithmic(1, 20), count=16, dtypes=("float64",)),
    Group("order above the argument", n=integers(5, 20), x=logarithmic(1, 20), count=16, dtypes=("float32",)),
    Group("far", n=values(0, 1, 7, 30), x=logarithmic(30, 1e5), count=12),
    Group("tiny", n=values(0, 1, 2), x=logarithmic(1e-12, 0.1), count=9),
)


def _reference(mp: Any, n: Any, x: Any) -> Any:
    with mp.extraprec(60 + int(4 * mp.log(2 + abs(x), 2))):
        value = mp.sqrt(mp.pi / (2 * abs(x))) * mp.bessely(n + mp.mpf(1) / 2, abs(x))
        return value if x > 0 or int(n) % 2 else -value


def _reference_slope(mp: Any, n: Any, x: Any) -> Any:
    with mp.extraprec(60 + int(4 * mp.log(2 + abs(x), 2))):
        below = n * _reference(mp, n - 1, x) if n > 0 else 0
        return (below - (n + 1) * _reference(mp, n + 1, x)) / (2 * n + 1)


@elementwise(
    "special/spherical.h",
    "r r -> r",
    partials=(discrete, lambda n, x, out: spherical_y_slope(n, x)),
    reference=_reference,
    samples=_REAL,
    special=((0.0, 0.0, -inf), (3.0, -inf, 0.0), (2.0, inf, 0.0), (1.0, nan, nan)),
    ulp=Ulp(float64=16, float32=16),
    public=False,
    sorted=True,
)
def spherical_y(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Spherical Bessel function of the second kind of whole order `n` and real argument; public as :func:`spherical_yn`.

    :math:`y_n(x) = \sqrt{\pi/(2x)}\, Y_{n+1/2}(x)`, :math:`y_n(-x) = (-1)^{n+1} y_n(x)`; its derivative is
    :func:`spherical_y_slope`.
    """


@elementwise(
    "special/spherical.h",
    "r r -> r",
    partials=(discrete, lambda n, x, out: -2 * out / x - (1 - n / x * ((n + 1) / x)) * spherical_y(n, x)),
    reference=_reference_slope,
    samples=_REAL,
    special=((0.0, 0.0, inf), (3.0, 0.0, inf), (3.0, -inf, 0.0), (1.0, nan, nan)),
    ulp=Ulp(float64=16, float32=16),
    public=False,
    sorted=True,
)
def spherical_y_slope(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of the spherical Bessel function of the second kind, of whole order `n` and real argument.

    :math:`y_n' = y_{n-1} - (n + 1) y_n/x`; its own derivative comes of the differential equation,
    :math:`y'' = -2 y'/x - (1 - n(n+1)/x^2) y`.
    """


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.rand(2, 3, generator=generator, dtype=torch.float64) * 4 + 0.5
    z = (torch.complex(x, x.flip(1) - 2) if dtype.is_complex else x).to(dtype).to(device)
    n = torch.tensor([0, 1, 3], device=device)
    yield Sample(n, z)
    yield Sample(n, z, True)


def _series(n: Tensor, z: Tensor, sign: int) -> Tensor:
    """Return j_n or i_n by the first terms of DLMF 10.53.1-2, for |z| < 0.03: the next is below 1e-18 of the first."""
    q = sign * z * z / 2
    tail = 1 + q / (2 * n + 3) * (1 + q / (2 * (2 * n + 5)) * (1 + q / (3 * (2 * n + 7))))
    # (z/2)^n with a derivative at z = 0 for n = 0 and 1 too.
    power = torch.where(n == 0, torch.ones_like(z), (z / 2) ** n.clamp(min=1))
    return power * tail * (math.sqrt(math.pi) / 2) * rgamma(n + 1.5)


def _base(f: Callable[..., Tensor], n: Tensor, z: Tensor) -> Tensor:
    return math.sqrt(math.pi / 2) / z.sqrt() * f(n + 0.5, z)


def _reflected(z: Tensor) -> tuple[Tensor, Tensor]:
    """Return where z lies in the left half-plane, and z or -z in the right one."""
    left = (z.real if z.is_complex() else z) < 0
    return left, torch.where(left, -z, z)


def _at_infinity(z: Tensor, limit: float, oscillates: bool) -> Tensor:
    """Return SciPy's values at infinite arguments: the limit along the real axis; off it infinite or NaN."""
    if not z.is_complex():
        return torch.full_like(z, limit)
    axis, inside = z.imag == 0, z.real.isinf()
    off = math.inf if oscillates else math.nan
    return torch.complex(
        torch.where(inside, torch.where(axis, limit, off), math.nan).to(z.real.dtype),
        torch.where(inside, torch.where(axis, 0.0, off), math.nan).to(z.real.dtype),
    )


def _first(f: Callable[..., Tensor], sign: int, at_infinity: float) -> Pointwise:
    """Return j_n (sign -1) or i_n (sign 1): regular at 0, of the parity of n."""

    def value(n: Tensor, z: Tensor) -> Tensor:
        left, w = _reflected(z)
        small = w.abs() < 0.03
        result = torch.where(
            small,
            _series(n, torch.where(small, w, 0.01 * torch.ones_like(w)), sign),
            _base(f, n, torch.where(small | w.isinf(), torch.ones_like(w), w)),
        )
        result = torch.where(w.isinf(), _at_infinity(w, at_infinity, sign < 0), result)
        return torch.where(left & (n.remainder(2) == 1), -result, result)

    return value


def _y(n: Tensor, z: Tensor) -> Tensor:
    if not z.is_complex():
        return spherical_y(n, z)
    left, w = _reflected(z)
    zero = w == 0
    result = _base(yv, n, torch.where(zero | w.isinf(), torch.ones_like(w), w))
    result = torch.where(w.isinf(), _at_infinity(w, 0.0, True), result)
    result = torch.where(zero, math.nan, result)
    return torch.where(left & (n.remainder(2) == 0), -result, result)


def _k(n: Tensor, z: Tensor) -> Tensor:
    if z.is_complex():
        result = _base(kv, n, torch.complex(z.real, z.imag + 0.0))  # the root on the cut from above, as of kv
        limit = torch.where(z.real > 0, _at_infinity(z, 0.0, False), _at_infinity(z, -math.inf, False))
        return torch.where(z.isinf(), limit, result)
    w = z.abs()
    edge = (w == 0) | w.isinf()
    result = torch.where(edge, 0.0, _base(kv, n, torch.where(edge, torch.ones_like(w), w)))
    # k_n(-z) = (-1)^(n+1) k_n(z) - pi i_n(z), from DLMF 10.47.11 and 10.47.17
    behind = torch.where(n.remainder(2) == 1, result, -result) - math.pi * _i(n, torch.where(z < 0, w, 0.0))
    return torch.where(z == 0, math.inf, torch.where(z < 0, behind, result))


def _neighbours(f: Pointwise, below: int, above: int) -> Pointwise:
    """Return f' by DLMF 10.51.2 and 10.51.5: (2n + 1) f' = n `below` f_{n-1} + (n + 1) `above` f_{n+1}."""

    def slope(n: Tensor, z: Tensor) -> Tensor:
        lower = torch.where(n > 0, below * n * f((n - 1).clamp(min=0), z), 0.0)
        return (lower + above * (n + 1) * f(n + 1, z)) / (2 * n + 1)

    return slope


def _y_slope(n: Tensor, z: Tensor) -> Tensor:
    return _neighbours(_y, 1, -1)(n, z) if z.is_complex() else spherical_y_slope(n, z)


def _call(name: str, f: Pointwise, slope: Pointwise, n: Any, z: Any, derivative: bool) -> Tensor:
    """Return f or its derivative in z, with checked orders."""
    order, argument, cast = order_and_argument(name, n, z, ("n", "z"))
    order = order.detach()
    if known(((order < 0) | (order != order.round())).any()):
        raise bad_argument(name, "n", "a whole number of at least 0", n)
    return finish(name, (slope if derivative else f)(order, argument), cast, None)


_j = _first(jv, -1, 0.0)
_i = _first(iv, 1, math.inf)


@function(differentiable=("z",), discrete=("n",), samples=_samples)
def spherical_jn(n: Any, z: Any, derivative: bool = False) -> Tensor:
    r"""
    Spherical Bessel function of the first kind, or its derivative.

    Parameters
    ----------
    n : array_like
        Order: whole numbers of at least 0.
    z : array_like
        Argument, real or complex.
    derivative : bool, optional
        Whether to return the derivative in `z` instead of the function.

    Returns
    -------
    Tensor
        :math:`j_n(z)` or :math:`j_n'(z)`, complex where `z` is, in the broadcast shape.

    Raises
    ------
    ValueError
        Where `n` is negative or not whole (a check of data).
    TypeError
        Where `n` is complex or an argument holds no numbers.

    Notes
    -----
    :math:`j_n(z) = \sqrt{\pi/(2z)}\, J_{n+1/2}(z)` [1]_, by the first terms of its series
    for :math:`|z| < 0.03`, so that it is smooth at 0. The derivative is
    :math:`(2n + 1) j_n' = n j_{n-1} - (n + 1) j_{n+1}`, and higher ones follow from it by automatic differentiation.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.47, https://dlmf.nist.gov/10.47

    Examples
    --------
    >>> import torch
    >>> from sci.special import spherical_jn
    >>> spherical_jn(1, torch.tensor([0.5, 2.0], dtype=torch.float64))
    tensor([0.1625, 0.4354], dtype=torch.float64)
    """
    return _call("spherical_jn", _j, _neighbours(_j, 1, -1), n, z, derivative)


@function(differentiable=("z",), discrete=("n",), samples=_samples)
def spherical_yn(n: Any, z: Any, derivative: bool = False) -> Tensor:
    r"""
    Spherical Bessel function of the second kind, or its derivative.

    Parameters
    ----------
    n : array_like
        Order: whole numbers of at least 0.
    z : array_like
        Argument, real or complex.
    derivative : bool, optional
        Whether to return the derivative in `z` instead of the function.

    Returns
    -------
    Tensor
        :math:`y_n(z)` or :math:`y_n'(z)`, complex where `z` is, in the broadcast shape.

    Raises
    ------
    ValueError
        Where `n` is negative or not whole (a check of data).
    TypeError
        Where `n` is complex or an argument holds no numbers.

    Notes
    -----
    :math:`y_n(z) = \sqrt{\pi/(2z)}\, Y_{n+1/2}(z)` [1]_. The derivative is
    :math:`(2n + 1) y_n' = n y_{n-1} - (n + 1) y_{n+1}`, and higher ones follow from it by automatic differentiation.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.47, https://dlmf.nist.gov/10.47

    Examples
    --------
    >>> import torch
    >>> from sci.special import spherical_yn
    >>> spherical_yn(1, torch.tensor([0.5, 2.0], dtype=torch.float64))
    tensor([-4.4692, -0.3506], dtype=torch.float64)
    """
    return _call("spherical_yn", _y, _y_slope, n, z, derivative)


@function(differentiable=("z",), discrete=("n",), samples=_samples)
def spherical_in(n: Any, z: Any, derivative: bool = False) -> Tensor:
    r"""
    Modified spherical Bessel function of the first kind, or its derivative.

    Parameters
    ----------
    n : array_like
        Order: whole numbers of at least 0.
    z : array_like
        Argument, real or complex.
    derivative : bool, optional
        Whether to return the derivative in `z` instead of the function.

    Returns
    -------
    Tensor
        :math:`i_n(z)` or :math:`i_n'(z)`, complex where `z` is, in the broadcast shape.

    Raises
    ------
    ValueError
        Where `n` is negative or not whole (a check of data).
    TypeError
        Where `n` is complex or an argument holds no numbers.

    Notes
    -----
    :math:`i_n(z) = \sqrt{\pi/(2z)}\, I_{n+1/2}(z)` [1]_, by the first terms of its series
    for :math:`|z| < 0.03`, so that it is smooth at 0. The derivative is
    :math:`(2n + 1) i_n' = n i_{n-1} + (n + 1) i_{n+1}`, and higher ones follow from it by automatic differentiation.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.47, https://dlmf.nist.gov/10.47

    Examples
    --------
    >>> import torch
    >>> from sci.special import spherical_in
    >>> spherical_in(1, torch.tensor([0.5, 2.0], dtype=torch.float64))
    tensor([0.1709, 0.9744], dtype=torch.float64)
    """
    return _call("spherical_in", _i, _neighbours(_i, 1, 1), n, z, derivative)


@function(differentiable=("z",), discrete=("n",), samples=_samples)
def spherical_kn(n: Any, z: Any, derivative: bool = False) -> Tensor:
    r"""
    Modified spherical Bessel function of the second kind, or its derivative.

    Parameters
    ----------
    n : array_like
        Order: whole numbers of at least 0.
    z : array_like
        Argument, real or complex.
    derivative : bool, optional
        Whether to return the derivative in `z` instead of the function.

    Returns
    -------
    Tensor
        :math:`k_n(z)` or :math:`k_n'(z)`, complex where `z` is, in the broadcast shape.

    Raises
    ------
    ValueError
        Where `n` is negative or not whole (a check of data).
    TypeError
        Where `n` is complex or an argument holds no numbers.

    Notes
    -----
    :math:`k_n(z) = \sqrt{\pi/(2z)}\, K_{n+1/2}(z)` [1]_. The derivative is
    :math:`(2n + 1) k_n' = -n k_{n-1} - (n + 1) k_{n+1}`, and higher ones follow from it by automatic differentiation.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.47, https://dlmf.nist.gov/10.47

    Examples
    --------
    >>> import torch
    >>> from sci.special import spherical_kn
    >>> spherical_kn(1, torch.tensor([0.5, 2.0], dtype=torch.float64))
    tensor([5.7164, 0.1594], dtype=torch.float64)
    """
    return _call("spherical_kn", _k, _neighbours(_k, -1, -1), n, z, derivative)
