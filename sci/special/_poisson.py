"""Chi-squared, gamma and Poisson distribution functions and their inverses."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, values
from sci._core.dispatch import elementwise

from ._betaincinv import quotient, shape_quantile
from ._gammainc import gamma_density, gammainc_da, regularized
from ._gammaincinv import _inverse as gamma_quantile


def _root(out: Any, above: Any, below: Any) -> Any:
    return quotient((out > 0) & (out < inf), above, below)


def _inner(out: Any) -> Any:
    """The root where it is positive and finite; elsewhere a number at which nothing overflows."""
    return torch.where((out > 0) & (out < inf), out, 1.0)


def _shape(mp: Any, p: Any, x: Any, upper: bool = False) -> Any:
    return shape_quantile(mp, lambda s: regularized(mp, s, x, upper), x + 1, p)


def _scale_quotient(out: Any, divisor: Any) -> Any:
    """out / divisor, 0 where both are 0."""
    return torch.where(out == 0, torch.zeros_like(out), out / torch.where(out == 0, 1.0, divisor))


_ONE = torch.ones_like


@elementwise(
    "special/poisson.h",
    "r r -> r",
    partials=(
        lambda v, x, out: gammainc_da(v / 2, x / 2) / 2,
        lambda v, x, out: gamma_density(v / 2, x / 2) / 2,
    ),
    reference=lambda mp, v, x: regularized(mp, v / 2, x / 2, False),
    samples=(
        Group("core", v=linear(0.5, 20), x=linear(0, 30), count=12),
        Group("many", v=linear(26, 400), x=linear(26, 400), count=10),
        Group("small", v=logarithmic(1e-4, 1), x=logarithmic(1e-6, 2), count=8),
    ),
    special=(
        (0.0, 1.0, 1.0),
        (0.0, 0.0, nan),
        (1.0, 0.0, 0.0),
        (1.0, inf, 1.0),
        (inf, 1.0, 0.0),
        (-1.0, 1.0, nan),
        (1.0, -1.0, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, partials=128),
)
def chdtr(v: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Distribution function of the chi-squared distribution.

    .. math:: P(v/2, x/2)

    Parameters
    ----------
    v : tensor_like
        Degrees of freedom, not negative.
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
    chdtrc : the complement
    chdtri : inverse of `chdtrc` in `x`
    chdtriv : inverse of `chdtr` in `v`

    Notes
    -----
    As accurate as `gammainc`, in both tails. The derivative in `x` is the density, that in `v` the derivative of the
    incomplete gamma function in its parameter.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 8.2 and 8.11. https://dlmf.nist.gov/8

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.chdtr(torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64), 2.0)
    tensor([0.8427, 0.6321, 0.4276], dtype=torch.float64)
    """


@elementwise(
    "special/poisson.h",
    "r r -> r",
    partials=(
        lambda v, x, out: -gammainc_da(v / 2, x / 2) / 2,
        lambda v, x, out: -gamma_density(v / 2, x / 2) / 2,
    ),
    reference=lambda mp, v, x: regularized(mp, v / 2, x / 2, True),
    samples=(
        Group("core", v=linear(0.5, 20), x=linear(0, 30), count=12),
        Group("many", v=linear(26, 400), x=linear(26, 400), count=10),
        Group("small", v=logarithmic(1e-4, 1), x=logarithmic(1e-6, 2), count=8),
    ),
    special=(
        (0.0, 1.0, 0.0),
        (0.0, 0.0, nan),
        (1.0, 0.0, 1.0),
        (1.0, inf, 0.0),
        (inf, 1.0, 1.0),
        (-1.0, 1.0, nan),
        (1.0, -1.0, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, partials=128),
)
def chdtrc(v: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Survival function of the chi-squared distribution.

    .. math:: Q(v/2, x/2)

    Parameters
    ----------
    v : tensor_like
        Degrees of freedom, not negative.
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
    chdtr : the complement
    chdtri : inverse of `chdtrc` in `x`
    chdtriv : inverse of `chdtr` in `v`

    Notes
    -----
    As accurate as `gammainc`, in both tails. The derivative in `x` is the density, that in `v` the derivative of the
    incomplete gamma function in its parameter.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 8.2 and 8.11. https://dlmf.nist.gov/8

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.chdtrc(torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64), 2.0)
    tensor([0.1573, 0.3679, 0.5724], dtype=torch.float64)
    """


@elementwise(
    "special/poisson.h",
    "r r -> r",
    partials=(
        lambda v, p, out: _root(out, -gammainc_da(v / 2, _inner(out) / 2), gamma_density(v / 2, _inner(out) / 2)),
        lambda v, p, out: -2 / gamma_density(v / 2, out / 2),
    ),
    reference=lambda mp, v, p: 2 * gamma_quantile(mp, v / 2, p, True),
    samples=(
        Group("body", v=logarithmic(0.5, 100), p=linear(0.02, 0.98), count=12),
        Group("tail", v=logarithmic(0.5, 30), p=logarithmic(1e-30, 0.01), count=8),
    ),
    special=(
        (1.0, 0.0, inf),
        (1.0, 1.0, 0.0),
        (0.0, 0.5, nan),
        (1.0, 1.5, nan),
        (2.0, 0.5, 1.3862943611198906188),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=32, partials=256),
)
def chdtri(v: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the survival function of the chi-squared distribution.

    Parameters
    ----------
    v : tensor_like
        Degrees of freedom, positive.
    p : tensor_like
        Probability from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `x` with ``chdtrc(v, x) = p``, in the promoted dtype and the broadcast shape: ``inf`` for ``p = 0``, 0 for
        ``p = 1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    chdtrc : the survival function
    gammainccinv : the function behind it

    Notes
    -----
    Derivatives by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.chdtri(2.0, torch.tensor([0.05, 0.5], dtype=torch.float64))
    tensor([5.9915, 1.3863], dtype=torch.float64)
    """


@elementwise(
    "special/poisson.h",
    "r r -> r",
    partials=(
        lambda p, x, out: _root(out, 2 * _ONE(out), gammainc_da(_inner(out) / 2, x / 2)),
        lambda p, x, out: _root(out, -gamma_density(_inner(out) / 2, x / 2), gammainc_da(_inner(out) / 2, x / 2)),
    ),
    reference=lambda mp, p, x: 2 * _shape(mp, p, x / 2),
    samples=(
        Group("body", p=linear(0.02, 0.98), x=logarithmic(0.3, 100), count=12),
        Group("tails", p=values(1e-10, 1e-3, 0.9990234375), x=logarithmic(1, 40), count=6),
    ),
    special=(
        (0.0, 1.0, inf),
        (1.0, 1.0, 0.0),
        (0.5, 0.0, nan),
        (0.5, inf, nan),
        (1.5, 1.0, nan),
        (0.5, -1.0, nan),
        (nan, 1.0, nan),
        (0.5, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=64, partials=512),
)
def chdtriv(p: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the chi-squared distribution function in the degrees of freedom.

    Parameters
    ----------
    p : tensor_like
        Probability from 0 to 1.
    x : tensor_like
        Argument, positive.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `v` with ``chdtr(v, x) = p``, in the promoted dtype and the broadcast shape: ``inf`` for ``p = 0``, 0 for
        ``p = 1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    chdtr : the distribution function

    Notes
    -----
    A root by Chandrupatla's method in the logarithm of the smaller tail. Derivatives by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> v = sci.special.chdtriv(torch.tensor([0.1, 0.5], dtype=torch.float64), 2.0)
    >>> sci.special.chdtr(v, 2.0)
    tensor([0.1000, 0.5000], dtype=torch.float64)
    """


@elementwise(
    "special/poisson.h",
    "r r r -> r",
    partials=(
        lambda a, b, x, out: x * gamma_density(b, a * x),
        lambda a, b, x, out: gammainc_da(b, a * x),
        lambda a, b, x, out: a * gamma_density(b, a * x),
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
        lambda a, b, x, out: -x * gamma_density(b, a * x),
        lambda a, b, x, out: -gammainc_da(b, a * x),
        lambda a, b, x, out: -a * gamma_density(b, a * x),
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
        lambda p, b, x, out: 1 / (x * gamma_density(b, out * x)),
        lambda p, b, x, out: _root(out, -gammainc_da(b, _inner(out) * x), x * gamma_density(b, _inner(out) * x)),
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
)
def gdtria(p: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the gamma distribution function in the rate.

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
)
def gdtrib(a: Any, p: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the gamma distribution function in the shape.

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
        lambda a, b, p, out: _root(
            abs(out), -gammainc_da(b, abs(a) * _inner(abs(out))), a * gamma_density(b, abs(a) * _inner(abs(out)))
        ),
        lambda a, b, p, out: 1 / (a * gamma_density(b, a * out)),
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
)
def gdtrix(a: Any, b: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the gamma distribution function in its argument.

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


@elementwise(
    "special/poisson.h",
    "r r -> r",
    partials=(
        discrete,
        lambda k, m, out: -gamma_density(torch.floor(k) + 1, m),
    ),
    reference=lambda mp, k, m: regularized(mp, mp.floor(k) + 1, m, True),
    samples=(
        Group("few", k=values(0.0, 1.0, 3.5), m=logarithmic(0.1, 20), count=6),
        Group("many", k=values(40.0, 100.0), m=linear(30, 130), count=4),
    ),
    special=(
        (2.0, 0.0, 1.0),
        (2.0, inf, 0.0),
        (inf, 1.0, 1.0),
        (-1.0, 1.0, nan),
        (-0.5, 1.0, nan),
        (2.0, -1.0, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, partials=64),
)
def pdtr(k: Any, m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Distribution function of the Poisson distribution.

    .. math:: \sum_{j=0}^{\lfloor k \rfloor} e^{-m} \frac{m^j}{j!}

    Parameters
    ----------
    k : tensor_like
        Number of events, not negative, rounded down.
    m : tensor_like
        Mean, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The probability of at most `k` events, in the promoted dtype and the broadcast shape; NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    pdtrc : the complement
    pdtri : inverse in `m`
    pdtrik : inverse in `k`

    Notes
    -----
    A regularized incomplete gamma function, relatively accurate in both tails. The derivative in `m` is a probability;
    `k` is discrete.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 8.2 and 8.11. https://dlmf.nist.gov/8

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.pdtr(torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64), 1.0)
    tensor([0.3679, 0.7358, 0.9197], dtype=torch.float64)
    """


@elementwise(
    "special/poisson.h",
    "r r -> r",
    partials=(
        discrete,
        lambda k, m, out: gamma_density(torch.floor(k) + 1, m),
    ),
    reference=lambda mp, k, m: regularized(mp, mp.floor(k) + 1, m, False),
    samples=(
        Group("few", k=values(0.0, 1.0, 3.5), m=logarithmic(0.1, 20), count=6),
        Group("many", k=values(40.0, 100.0), m=linear(30, 130), count=4),
    ),
    special=(
        (2.0, 0.0, 0.0),
        (2.0, inf, 1.0),
        (inf, 1.0, 0.0),
        (-1.0, 1.0, nan),
        (-0.5, 1.0, nan),
        (2.0, -1.0, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, partials=64),
)
def pdtrc(k: Any, m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Survival function of the Poisson distribution.

    .. math:: \sum_{j=\lfloor k \rfloor + 1}^\infty e^{-m} \frac{m^j}{j!}

    Parameters
    ----------
    k : tensor_like
        Number of events, not negative, rounded down.
    m : tensor_like
        Mean, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The probability of more than `k` events, in the promoted dtype and the broadcast shape; NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    pdtr : the complement
    pdtri : inverse in `m`
    pdtrik : inverse in `k`

    Notes
    -----
    A regularized incomplete gamma function, relatively accurate in both tails. The derivative in `m` is a probability;
    `k` is discrete.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 8.2 and 8.11. https://dlmf.nist.gov/8

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.pdtrc(torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64), 1.0)
    tensor([0.6321, 0.2642, 0.0803], dtype=torch.float64)
    """


@elementwise(
    "special/poisson.h",
    "r r -> r",
    partials=(
        discrete,
        lambda k, y, out: -1 / gamma_density(torch.floor(k) + 1, out),
    ),
    reference=lambda mp, k, y: gamma_quantile(mp, mp.floor(k) + 1, y, True),
    samples=(
        Group("few", k=values(0.0, 1.0, 3.5), y=linear(0.02, 0.98), count=4),
        Group("many", k=values(40.0, 100.0), y=linear(0.02, 0.98), count=6),
    ),
    special=(
        (1.0, 0.0, inf),
        (1.0, 1.0, 0.0),
        (-1.0, 0.5, nan),
        (1.0, 1.5, nan),
        (0.0, 0.5, 0.69314718055994530942),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=32, partials=128),
)
def pdtri(k: Any, y: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the Poisson distribution function in the mean.

    Parameters
    ----------
    k : tensor_like
        Number of events, not negative, rounded down.
    y : tensor_like
        Probability from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `m` with ``pdtr(k, m) = y``, in the promoted dtype and the broadcast shape: ``inf`` for ``y = 0``, 0 for ``y
        = 1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    pdtr : the distribution function
    gammainccinv : the function behind it

    Notes
    -----
    The derivative in `y` is the reciprocal of a probability; `k` is discrete.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.pdtri(0, torch.tensor([0.25, 0.5], dtype=torch.float64))
    tensor([1.3863, 0.6931], dtype=torch.float64)
    """


@elementwise(
    "special/poisson.h",
    "r r -> r",
    partials=(
        lambda p, m, out: _root(out, -_ONE(out), gammainc_da(_inner(out) + 1, m)),
        lambda p, m, out: _root(out, -gamma_density(_inner(out) + 1, m), gammainc_da(_inner(out) + 1, m)),
    ),
    reference=lambda mp, p, m: _shape(mp, p, m, True) - 1,
    samples=(
        Group("few", p=linear(0.6, 0.98), m=linear(0.7, 10), count=5),
        Group("many", p=linear(0.02, 0.98), m=linear(20, 100), count=4),
    ),
    special=(
        (0.0, 1.0, 0.0),
        (0.1, 1.0, 0.0),
        (1.0, 1.0, inf),
        (0.5, 0.0, 0.0),
        (0.5, inf, nan),
        (1.5, 1.0, nan),
        (nan, 1.0, nan),
        (0.5, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=64, partials=512),
)
def pdtrik(p: Any, m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the Poisson distribution function in the number of events, continuous.

    Parameters
    ----------
    p : tensor_like
        Probability from 0 to 1.
    m : tensor_like
        Mean, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `k`, not negative, with :math:`Q(k + 1, m) = p`, in the promoted dtype and the broadcast shape; 0 where `p`
        is below the value at ``k = 0``, ``inf`` for ``p = 1``. NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    pdtr : the distribution function, of whole numbers
    chdtriv : the method

    Notes
    -----
    Derivatives by the implicit function rule; 0 at the ends.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.pdtrik(torch.tensor([0.75, 0.9], dtype=torch.float64), 1.0)
    tensor([1.0526, 1.8318], dtype=torch.float64)
    """
