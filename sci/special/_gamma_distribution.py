"""The gamma distribution function and its inverses. The mathematics is in csrc/special/poisson.h."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, values
from sci._core.dispatch import elementwise

from ._betaincinv import quotient, shape_quantile
from ._gammainc import gamma_density, gammainc_da, over_gamma_density, regularized
from ._gammaincinv import _inverse as gamma_quantile


def _root(out: Any, above: Any, below: Any) -> Any:
    return quotient((out > 0) & (out < inf), above, below)


def _inner(out: Any) -> Any:
    """The root where it is positive and finite; elsewhere a number at which nothing overflows."""
    return torch.where((out > 0) & (out < inf), out, 1.0)


def _shape(mp: Any, p: Any, x: Any, upper: bool = False) -> Any:
    return shape_quantile(mp, lambda s: regularized(mp, s, x, upper), x + 1, p)


def _scaled(factor: Any, density: Any) -> Any:
    """The product, 0 where one is 0 and the other infinite."""
    return factor.nan_to_num() * torch.where((factor == 0) & density.isinf(), 0.0, density)


def _quantile_slope(factor: Any, b: Any, out: Any) -> Any:
    """Derivative in p of a quantile over `factor`; where that is infinite, `out` is 0 for all p."""
    return over_gamma_density(1 / factor, b, torch.where(factor.isinf(), b + out, factor * out))


def _shape_slope(factor: Any, b: Any, out: Any) -> Any:
    """Derivative in the shape `b` of a quantile over `factor`; 0 where that is 0 or infinite."""
    z = factor * _inner(out)
    return torch.where(
        (out > 0) & (out < inf), over_gamma_density(-gammainc_da(b, z) / factor, b, z), torch.zeros_like(z)
    )


_ONE = torch.ones_like


@elementwise(
    "special/poisson.h",
    "r r r -> r",
    partials=(
        lambda a, b, x, out: _scaled(x, gamma_density(b, a * x)),
        lambda a, b, x, out: gammainc_da(b, a * x),
        lambda a, b, x, out: _scaled(a, gamma_density(b, a * x)),
    ),
    reference=lambda mp, a, b, x: regularized(mp, b, a * x, False),
    samples=(
        Group("core", a=linear(0.3, 3), b=linear(0.3, 10), x=linear(0, 8), count=12),
        Group("large", a=linear(0.5, 2), b=linear(13, 100), x=linear(13, 100), count=8),
    ),
    special=(
        (1.0, 0.0, 1.0, 1.0),
        (1.0, 1.0, 0.0, 0.0),
        (1.0, 1.0, inf, 1.0),
        (-1.0, 1.0, 1.0, nan),
        (1.0, -1.0, 1.0, nan),
        (1.0, 1.0, -1.0, nan),
        (nan, 1.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, partials=128),
    pullback="arguments",
    sorted=True,
)
def gdtr(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Distribution function of the gamma distribution.

    .. math:: P(b, a x) = \frac{a^b}{\Gamma(b)} \int_0^x t^{b-1} e^{-a t}\,dt

    Parameters
    ----------
    a : tensor_like
        Rate, not negative.
    b : tensor_like
        Shape, not negative.
    x : tensor_like
        Argument, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The regularized incomplete gamma function, in the promoted dtype and the broadcast shape; NaN outside the
        domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    gdtrc : the complement
    gdtria : inverse in `a`
    gdtrib : inverse in `b`
    gdtrix : inverse in `x`

    Notes
    -----
    As accurate as `gammainc`, in both tails; the rounding of the product `a x` counts as one of an argument.
    Derivatives in all arguments.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 8.2 and 8.11. https://dlmf.nist.gov/8

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.gdtr(1.0, torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64), 2.0)
    tensor([0.8647, 0.5940, 0.3233], dtype=torch.float64)
    """


@elementwise(
    "special/poisson.h",
    "r r r -> r",
    partials=(
        lambda a, b, x, out: -_scaled(x, gamma_density(b, a * x)),
        lambda a, b, x, out: -gammainc_da(b, a * x),
        lambda a, b, x, out: -_scaled(a, gamma_density(b, a * x)),
    ),
    reference=lambda mp, a, b, x: regularized(mp, b, a * x, True),
    samples=(
        Group("core", a=linear(0.3, 3), b=linear(0.3, 10), x=linear(0, 8), count=12),
        Group("large", a=linear(0.5, 2), b=linear(13, 100), x=linear(13, 100), count=8),
    ),
    special=(
        (1.0, 0.0, 1.0, 0.0),
        (1.0, 1.0, 0.0, 1.0),
        (1.0, 1.0, inf, 0.0),
        (-1.0, 1.0, 1.0, nan),
        (1.0, -1.0, 1.0, nan),
        (1.0, 1.0, -1.0, nan),
        (nan, 1.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, partials=128),
    pullback="arguments",
    sorted=True,
)
def gdtrc(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Survival function of the gamma distribution.

    .. math:: Q(b, a x) = \frac{a^b}{\Gamma(b)} \int_x^\infty t^{b-1} e^{-a t}\,dt

    Parameters
    ----------
    a : tensor_like
        Rate, not negative.
    b : tensor_like
        Shape, not negative.
    x : tensor_like
        Argument, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The regularized incomplete gamma function, in the promoted dtype and the broadcast shape; NaN outside the
        domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    gdtr : the complement
    gdtria : inverse in `a`
    gdtrib : inverse in `b`
    gdtrix : inverse in `x`

    Notes
    -----
    As accurate as `gammainc`, in both tails; the rounding of the product `a x` counts as one of an argument.
    Derivatives in all arguments.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 8.2 and 8.11. https://dlmf.nist.gov/8

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.gdtrc(1.0, torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64), 2.0)
    tensor([0.1353, 0.4060, 0.6767], dtype=torch.float64)
    """


@elementwise(
    "special/poisson.h",
    "r r r -> r",
    partials=(
        lambda p, b, x, out: _quantile_slope(x, b, out),
        lambda p, b, x, out: _shape_slope(x, b, out),
        lambda p, b, x, out: -out / x,
    ),
    reference=lambda mp, p, b, x: gamma_quantile(mp, b, p, False) / x,
    samples=(Group("body", p=linear(0.02, 0.98), b=logarithmic(0.3, 50), x=logarithmic(0.1, 10), count=12),),
    special=(
        (0.0, 2.0, 1.0, 0.0),
        (1.0, 2.0, 1.0, inf),
        (0.5, 2.0, 0.0, nan),
        (0.5, 0.0, 1.0, nan),
        (1.5, 2.0, 1.0, nan),
        (0.5, 1.0, 1.0, 0.69314718055994530942),
        (nan, 1.0, 1.0, nan),
        (0.5, nan, 1.0, nan),
        (0.5, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=32, partials=256),
    sorted=True,
)
def gdtria(p: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the gamma distribution function in the rate.

    .. math:: \mathrm{gdtria}(p, b, x) = a, \quad P(b, a x) = p

    Parameters
    ----------
    p : tensor_like
        Probability from 0 to 1.
    b : tensor_like
        Shape, positive.
    x : tensor_like
        Argument, positive.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `a` with ``gdtr(a, b, x) = p``, in the promoted dtype and the broadcast shape; NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    gdtr : the distribution function
    gammaincinv : the function behind it

    Notes
    -----
    The quantile of the distribution with rate 1, divided by `x`. Derivatives by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.gdtria(torch.tensor([0.25, 0.5], dtype=torch.float64), 1.0, 2.0)
    tensor([0.1438, 0.3466], dtype=torch.float64)
    """


@elementwise(
    "special/poisson.h",
    "r r r -> r",
    partials=(
        lambda a, p, x, out: _root(out, -x * gamma_density(_inner(out), a * x), gammainc_da(_inner(out), a * x)),
        lambda a, p, x, out: _root(out, _ONE(out), gammainc_da(_inner(out), a * x)),
        lambda a, p, x, out: _root(out, -a * gamma_density(_inner(out), a * x), gammainc_da(_inner(out), a * x)),
    ),
    reference=lambda mp, a, p, x: _shape(mp, p, a * x),
    samples=(
        Group("body", a=linear(0.5, 2), p=linear(0.02, 0.98), x=logarithmic(0.3, 60), count=6),
        Group("tails", a=linear(0.5, 2), p=values(1e-10, 1e-3, 0.9990234375), x=logarithmic(1, 20), count=6),
    ),
    special=(
        (1.0, 0.0, 1.0, inf),
        (1.0, 1.0, 1.0, 0.0),
        (1.0, 0.5, 0.0, 0.0),
        (0.0, 0.5, 1.0, nan),
        (1.0, 1.5, 1.0, nan),
        (1.0, 0.5, inf, nan),
        (nan, 1.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=64, partials=512),
    sorted=True,
)
def gdtrib(a: Any, p: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the gamma distribution function in the shape.

    .. math:: \mathrm{gdtrib}(a, p, x) = b, \quad P(b, a x) = p

    Parameters
    ----------
    a : tensor_like
        Rate, positive.
    p : tensor_like
        Probability from 0 to 1.
    x : tensor_like
        Argument, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `b` with ``gdtr(a, b, x) = p``, in the promoted dtype and the broadcast shape: ``inf`` for ``p = 0``, 0 for
        ``p = 1`` and for ``x = 0``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    gdtr : the distribution function
    chdtriv : the same with rate 1/2, with method

    Notes
    -----
    Derivatives by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> b = sci.special.gdtrib(2.0, torch.tensor([0.1, 0.5], dtype=torch.float64), 1.0)
    >>> sci.special.gdtr(2.0, b, 1.0)
    tensor([0.1000, 0.5000], dtype=torch.float64)
    """


@elementwise(
    "special/poisson.h",
    "r r r -> r",
    partials=(
        lambda a, b, p, out: -out / a,
        lambda a, b, p, out: torch.sign(a) * _shape_slope(abs(a), b, abs(out)),
        lambda a, b, p, out: _quantile_slope(a, b, out),
    ),
    reference=lambda mp, a, b, p: gamma_quantile(mp, b, p, False) / a,
    samples=(Group("body", a=logarithmic(0.1, 10), b=logarithmic(0.3, 50), p=linear(0.02, 0.98), count=6),),
    special=(
        (1.0, 2.0, 0.0, 0.0),
        (1.0, 2.0, 1.0, inf),
        (1.0, 0.0, 0.5, nan),
        (0.0, 1.0, 0.5, inf),
        (1.0, 2.0, 1.5, nan),
        (1.0, 1.0, 0.5, 0.69314718055994530942),
        (nan, 1.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=32, partials=256),
    sorted=True,
)
def gdtrix(a: Any, b: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the gamma distribution function in its argument.

    .. math:: \mathrm{gdtrix}(a, b, p) = x, \quad P(b, a x) = p

    Parameters
    ----------
    a : tensor_like
        Rate, not negative.
    b : tensor_like
        Shape, positive.
    p : tensor_like
        Probability from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `x` with ``gdtr(a, b, x) = p``, in the promoted dtype and the broadcast shape; NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    gdtr : the distribution function
    gammaincinv : the function behind it

    Notes
    -----
    The quantile of the distribution with rate 1, divided by `a`. Derivatives by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.gdtrix(2.0, 1.0, torch.tensor([0.25, 0.5], dtype=torch.float64))
    tensor([0.1438, 0.3466], dtype=torch.float64)
    """
