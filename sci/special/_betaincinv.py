"""Inverses of the regularized incomplete beta functions in the argument and in the shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, values
from sci._core.dispatch import elementwise

from ._betainc import beta_density, betainc_da, betainc_db, over_beta_density, regularized_beta


def beta_quantile(mp: Any, a: Any, b: Any, p: Any, upper: bool) -> Any:
    """Reference: Newton's method for the logarithm of the smaller of the two values, concave in the logit of x."""
    if p > 0.5:
        return beta_quantile(mp, a, b, 1 - p, not upper)
    if upper:
        return 1 - beta_quantile(mp, b, a, p, False)
    log_beta = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)
    t, target, digits = mp.log(a / b), mp.log(p), mp.dps
    precision = 20
    for _ in range(300):
        with mp.workdps(precision + 15 + int(abs(t))):
            y = 1 / (1 + mp.exp(t))
            x = 1 / (1 + mp.exp(-t))
            value = regularized_beta(mp, a, b, x, False, y)
            slope = mp.exp(a * mp.log(x) + b * mp.log(y) - log_beta) / value
            step = (target - mp.log(value)) / slope
            t += max(-3, min(3, step))
        if abs(step) < mp.mpf(10) ** -(precision // 2 + 2):
            if precision >= digits + 10:
                break
            precision = min(2 * precision, digits + 10)
    with mp.workdps(digits + 10 + int(abs(t))):
        return 1 / (1 + mp.exp(-t))


def shape_quantile(mp: Any, cdf: Any, start: Any, p: Any) -> Any:
    """Reference: the root k > 0 of cdf(k) = p, monotone; bisection in the logarithm of k, then secants."""
    target = mp.mpf(p)
    with mp.workdps(mp.dps + 15):
        low = high = mp.mpf(start)
        rising = cdf(low * 1.5) > cdf(low)
        while (cdf(low) > target) == rising:
            low /= 4
        while (cdf(high) < target) == rising:
            high *= 4
        with mp.workdps(20):
            for _ in range(14):
                middle = mp.sqrt(low * high)
                if (cdf(middle) < target) == rising:
                    low = middle
                else:
                    high = middle
        return secant(mp, lambda k: cdf(k) - target, low, high)


def secant(mp: Any, f: Any, a: Any, b: Any) -> Any:
    """Reference: the secant method from a bracket so narrow that it converges, to the working precision."""
    fa, fb = f(a), f(b)
    for _ in range(40):
        if fb == fa:
            return b
        a, b, fa = b, b - fb * (b - a) / (fb - fa), fb
        if abs(b - a) <= mp.mpf(10) ** (5 - mp.dps) * abs(b):
            return b
        fb = f(b)
    raise ArithmeticError("no convergence")


def quotient(inside: Any, above: Any, below: Any) -> Any:
    """The quotient of two partial derivatives where the root is inside its range; 0 at the ends."""
    return torch.where(inside, above / torch.where(inside, below, 1.0), torch.zeros_like(below))


def _small(a: Any, b: Any, y: Any, out: Any, complement: Any) -> Any:
    """Where x is beyond 1/2, and the smaller of x and 1 - x, which keeps its digits, with the shapes in its order.

    1 - x is the inverse of the complement of the mirror image, I_(1-x)(b, a) = 1 - I_x(a, b) (DLMF 8.17.4).
    """
    beyond = out > 0.5
    rest = complement(torch.where(beyond, b, 1.0), torch.where(beyond, a, 1.0), torch.where(beyond, y, 0.5))
    return beyond, torch.where(beyond, b, a), torch.where(beyond, a, b), torch.where(beyond, rest, out)


def _by_parameter(own: Callable[..., Any], mirrored: Callable[..., Any], *args: Any) -> Any:
    """The partial derivative in the parameter in which `own` is that of I_x, `mirrored` that of the mirror image."""
    beyond, a, b, x = _small(*args)
    inside = (x > 0) & (x < 1)
    x = torch.where(inside, x, 0.5)
    there, here = torch.where(beyond, x, 0.5), torch.where(beyond, 0.5, x)
    slope = over_beta_density(torch.where(beyond, mirrored(a, b, there), -own(a, b, here)), a, b, x)
    return torch.where(inside, slope, torch.zeros_like(slope))


def _da(a: Any, b: Any, y: Any, out: Any, complement: Any) -> Any:
    return _by_parameter(betainc_da, betainc_db, a, b, y, out, complement)


def _db(a: Any, b: Any, y: Any, out: Any, complement: Any) -> Any:
    return _by_parameter(betainc_db, betainc_da, a, b, y, out, complement)


def _dy(a: Any, b: Any, y: Any, out: Any, complement: Any) -> Any:
    _, a, b, x = _small(a, b, y, out, complement)
    return over_beta_density(torch.ones_like(x), a, b, x)


def _inside(out: Any, above: Any, below: Any) -> Any:
    """The quotient of two partial derivatives where the root is positive and finite; 0 elsewhere."""
    return quotient((out > 0) & (out < inf), above, below)


_LOWER = (
    Group("body", a=logarithmic(0.2, 20), b=logarithmic(0.2, 20), y=linear(0.01, 0.99), count=8),
    Group("lower tail", a=logarithmic(0.5, 10), b=logarithmic(0.5, 10), y=logarithmic(1e-20, 0.01), count=4),
    Group(
        "upper tail",
        a=logarithmic(0.5, 10),
        b=logarithmic(0.5, 10),
        y=values(0.9990234375, 0.99999904632568359375),
        count=2,
    ),
)


@elementwise(
    "special/betaincinv.h",
    "r r r -> r",
    partials=(
        lambda a, b, y, out: _da(a, b, y, out, betainccinv),
        lambda a, b, y, out: _db(a, b, y, out, betainccinv),
        lambda a, b, y, out: _dy(a, b, y, out, betainccinv),
    ),
    reference=lambda mp, a, b, y: beta_quantile(mp, a, b, y, False),
    samples=_LOWER,
    special=(
        (1.0, 2.0, 0.0, 0.0),
        (1.0, 2.0, 1.0, 1.0),
        (0.0, 1.0, 0.5, nan),
        (1.0, -1.0, 0.5, nan),
        (1.0, 1.0, -0.5, nan),
        (1.0, 1.0, 1.5, nan),
        (1.0, 1.0, 0.5, 0.5),
        (nan, 1.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=64, partials=256),
    pullback=True,
    sorted=True,
)
def betaincinv(a: Any, b: Any, y: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the regularized incomplete beta function in its argument.

    Parameters
    ----------
    a : tensor_like
        Parameter, positive.
    b : tensor_like
        Parameter, positive.
    y : tensor_like
        Value from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `x` with ``betainc(a, b, x) = y``, in the promoted dtype and the broadcast shape: 0 for ``y = 0``, 1 for ``y
        = 1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    betainc : the function
    betainccinv : the inverse of its complement, accurate for `y` next to 1

    Notes
    -----
    Halley's method in the logit of `x` and the logarithm of the smaller one of the two values, where the problem is
    concave; kept between bounds. The error is a few ulp, or what a rounding of the arguments makes.

    By the implicit function rule :math:`\partial x/\partial y = 1/f(x)` and :math:`\partial x/\partial a = -(\partial
    I/\partial a)/f(x)` with the beta density :math:`f`; 0 where `x` is 0 or 1 for every `a`. Beyond 1/2 they are taken
    of :math:`1 - x`, the inverse of the mirror image, which keeps its digits next to 1.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 8.17. https://dlmf.nist.gov/8.17

    Examples
    --------
    >>> import torch, sci
    >>> y = torch.tensor([0.1, 0.5, 0.9], dtype=torch.float64)
    >>> sci.special.betainc(2.0, 3.0, sci.special.betaincinv(2.0, 3.0, y))
    tensor([0.1000, 0.5000, 0.9000], dtype=torch.float64)
    """


@elementwise(
    "special/betaincinv.h",
    "r r r -> r",
    partials=(
        lambda a, b, y, out: _da(a, b, y, out, betaincinv),
        lambda a, b, y, out: _db(a, b, y, out, betaincinv),
        lambda a, b, y, out: -_dy(a, b, y, out, betaincinv),
    ),
    reference=lambda mp, a, b, y: beta_quantile(mp, a, b, y, True),
    samples=(_LOWER[0], _LOWER[2]),
    special=(
        (1.0, 2.0, 0.0, 1.0),
        (1.0, 2.0, 1.0, 0.0),
        (0.0, 1.0, 0.5, nan),
        (1.0, -1.0, 0.5, nan),
        (1.0, 1.0, -0.5, nan),
        (1.0, 1.0, 1.5, nan),
        (1.0, 1.0, 0.5, 0.5),
        (nan, 1.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=64, partials=256),
    pullback=True,
    sorted=True,
)
def betainccinv(a: Any, b: Any, y: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the complement of the regularized incomplete beta function in its argument.

    .. math:: \mathrm{betainccinv}(a, b, y) = x, \quad 1 - I_x(a, b) = y

    Parameters
    ----------
    a : tensor_like
        Parameter, positive.
    b : tensor_like
        Parameter, positive.
    y : tensor_like
        Value from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `x` with ``betaincc(a, b, x) = y``, in the promoted dtype and the broadcast shape: 1 for ``y = 0``, 0 for
        ``y = 1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    betaincc : the function
    betaincinv : the inverse of its complement, accurate for `y` next to 1

    Notes
    -----
    As `betaincinv`, with the other sign of the derivative in `y`.

    Examples
    --------
    >>> import torch, sci
    >>> y = torch.tensor([0.1, 0.5, 0.9], dtype=torch.float64)
    >>> sci.special.betaincc(2.0, 3.0, sci.special.betainccinv(2.0, 3.0, y))
    tensor([0.1000, 0.5000, 0.9000], dtype=torch.float64)
    """


@elementwise(
    "special/binomial.h",
    "r r r -> r",
    partials=(
        lambda p, b, x, out: _inside(out, 1.0, betainc_da(out, b, x)),
        lambda p, b, x, out: _inside(out, -betainc_db(out, b, x), betainc_da(out, b, x)),
        lambda p, b, x, out: _inside(out, -beta_density(out, b, x), betainc_da(out, b, x)),
    ),
    reference=lambda mp, p, b, x: shape_quantile(
        mp, lambda a: regularized_beta(mp, a, b, x, False), b * x / (1 - x), p
    ),
    samples=(
        Group("core", p=linear(0.02, 0.98), b=logarithmic(0.3, 20), x=linear(0.1, 0.9), count=6),
        Group("tails", p=values(1e-10, 1e-3, 0.9990234375), b=logarithmic(0.3, 20), x=linear(0.1, 0.9), count=3),
    ),
    special=(
        (0.0, 2.0, 0.5, inf),
        (1.0, 2.0, 0.5, 0.0),
        (0.5, 0.0, 0.5, nan),
        (0.5, 2.0, 0.0, nan),
        (0.5, 2.0, 1.0, nan),
        (1.5, 2.0, 0.5, nan),
        (nan, 1.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=32, partials=256),
)
def btdtria(p: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the beta distribution function in its first shape.

    Parameters
    ----------
    p : tensor_like
        Probability from 0 to 1.
    b : tensor_like
        Second shape, positive.
    x : tensor_like
        Quantile, between 0 and 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `a` with ``betainc(a, b, x) = p``, in the promoted dtype and the broadcast shape: ``inf`` for ``p = 0``, 0
        for ``p = 1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    btdtrib : the inverse in the second shape
    betainc : the distribution function

    Notes
    -----
    The distribution function decreases with `a`. Its root by Chandrupatla's method in the logarithm of the smaller
    tail, a bounded number of evaluations. By the implicit function rule :math:`\partial a/\partial p = 1/I_a`,
    :math:`\partial a/\partial b = -I_b/I_a` and :math:`\partial a/\partial x = -f/I_a`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 8.17. https://dlmf.nist.gov/8.17

    Examples
    --------
    >>> import torch, sci
    >>> a = sci.special.btdtria(torch.tensor([0.1, 0.5], dtype=torch.float64), 3.0, 0.25)
    >>> sci.special.betainc(a, 3.0, 0.25)
    tensor([0.1000, 0.5000], dtype=torch.float64)
    """


@elementwise(
    "special/binomial.h",
    "r r r -> r",
    partials=(
        lambda a, p, x, out: _inside(out, -betainc_da(a, out, x), betainc_db(a, out, x)),
        lambda a, p, x, out: _inside(out, 1.0, betainc_db(a, out, x)),
        lambda a, p, x, out: _inside(out, -beta_density(a, out, x), betainc_db(a, out, x)),
    ),
    reference=lambda mp, a, p, x: shape_quantile(
        mp, lambda b: regularized_beta(mp, a, b, x, False), a * (1 - x) / x, p
    ),
    samples=(
        Group("core", a=logarithmic(0.3, 20), p=linear(0.02, 0.98), x=linear(0.1, 0.9), count=6),
        Group("tails", a=logarithmic(0.3, 20), p=values(1e-10, 1e-3, 0.9990234375), x=linear(0.1, 0.9), count=3),
    ),
    special=(
        (2.0, 0.0, 0.5, 0.0),
        (2.0, 1.0, 0.5, inf),
        (0.0, 0.5, 0.5, nan),
        (2.0, 0.5, 0.0, nan),
        (2.0, 0.5, 1.0, nan),
        (2.0, 1.5, 0.5, nan),
        (nan, 1.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=32, partials=256),
    sorted=True,
)
def btdtrib(a: Any, p: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the beta distribution function in its second shape.

    Parameters
    ----------
    a : tensor_like
        First shape, positive.
    p : tensor_like
        Probability from 0 to 1.
    x : tensor_like
        Quantile, between 0 and 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `b` with ``betainc(a, b, x) = p``, in the promoted dtype and the broadcast shape: 0 for ``p = 0``, ``inf``
        for ``p = 1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    btdtria : the inverse in the first shape, with method
    betainc : the distribution function

    Notes
    -----
    By the implicit function rule :math:`\partial b/\partial p = 1/I_b`, :math:`\partial b/\partial a = -I_a/I_b` and
    :math:`\partial b/\partial x = -f/I_b`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 8.17. https://dlmf.nist.gov/8.17

    Examples
    --------
    >>> import torch, sci
    >>> b = sci.special.btdtrib(3.0, torch.tensor([0.1, 0.5], dtype=torch.float64), 0.25)
    >>> sci.special.betainc(3.0, b, 0.25)
    tensor([0.1000, 0.5000], dtype=torch.float64)
    """
