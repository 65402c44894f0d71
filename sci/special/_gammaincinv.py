"""The inverses of the regularized incomplete gamma functions in their argument."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, values
from sci._core.dispatch import elementwise

from ._gammainc import gammainc_da, over_gamma_density, regularized
from ._gammaln import gammaln


def _inverse(mp: Any, a: Any, y: Any, upper: bool) -> Any:
    """Newton's method for log P = log y, or log Q, in the logarithm of x: concave, so it converges from anywhere."""
    if y > 0.5:
        return _inverse(mp, a, 1 - y, not upper)
    t, target, digits = mp.log(a) - 1 / a, mp.log(y), mp.dps
    precision = 20
    for _ in range(200):
        with mp.workdps(precision + 10):
            x = mp.exp(t)
            value = regularized(mp, a, x, upper)
            slope = mp.exp(a * t - x - mp.loggamma(a)) / value * (-1 if upper else 1)
            step = (target - mp.log(value)) / slope
            t += max(-3, min(3, step))
        if abs(step) < mp.mpf(10) ** -(precision // 2 + 2):
            if precision >= digits + 10:
                break
            precision = min(2 * precision, digits + 10)
    return mp.exp(t)


def _partial_a(a: Any, out: Any) -> Any:
    """Implicit function rule: -(dP/da) / (dP/dx); 0 where x is 0 for every a."""
    inside = (out > 0) & (out < inf)
    x = torch.where(inside, out, 1)
    return torch.where(inside, over_gamma_density(-gammainc_da(a, x), a, x), 0 * a)


def _partial_y(a: Any, y: Any, out: Any) -> Any:
    """The reciprocal density; for tiny x, which has lost digits or all of itself, by the leading term of P."""
    tiny = (out < torch.finfo(out.dtype).tiny) & (y > 0) & (a > 0)
    shape = torch.where(tiny, a, 1.0)
    power = torch.where(tiny, y, 0.5) ** (1 / shape - 1)
    return torch.where(
        tiny,
        power * torch.exp(gammaln(shape + 1) / shape) / shape,
        over_gamma_density(torch.ones_like(out), a, torch.where(tiny, 1.0, out)),
    )


_LOWER = (
    Group("body", a=logarithmic(0.05, 300), y=linear(0.01, 0.99), count=24),
    Group("lower tail", a=logarithmic(0.5, 100), y=logarithmic(1e-30, 0.01), count=16),
    Group("upper tail", a=logarithmic(0.01, 100), y=values(0.9990234375, 0.99999904632568359375)),
)


@elementwise(
    "special/gammaincinv.h",
    "r r -> r",
    partials=(
        lambda a, y, out: _partial_a(a, out),
        lambda a, y, out: _partial_y(a, y, out),
    ),
    reference=lambda mp, a, y: _inverse(mp, a, y, False),
    samples=_LOWER,
    special=(
        (1.0, 0.0, 0.0),
        (1.0, 1.0, inf),
        (0.0, 0.5, nan),
        (-1.0, 0.5, nan),
        (1.0, -0.5, nan),
        (1.0, 1.5, nan),
        (1.0, 0.5, 0.69314718055994530942),
        (0.001, 1e-30, 0.0),
        (nan, 0.5, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=32, partials=128),
    sorted=True,
)
def gammaincinv(a: Any, y: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the regularized lower incomplete gamma function.

    Parameters
    ----------
    a : tensor_like
        Parameter, positive.
    y : tensor_like
        Value from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `x` with ``gammainc(a, x) = y``, in the promoted dtype and the broadcast shape: 0 for ``y = 0``, ``inf`` for
        ``y = 1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    gammainc : the function
    gammainccinv : the inverse of its complement, accurate for `y` next to 1

    Notes
    -----
    Halley's method in the logarithms of `x` and of the smaller one of P and Q, where the problem is concave [1]_; three
    or four evaluations. The error is a few ulp, or about twice what a rounding of the arguments
    makes: P and Q carry one or two of their own.

    By the implicit function rule :math:`\partial x/\partial y = 1/f(x)` and :math:`\partial x/\partial a =
    -(\partial P/\partial a)/f(x)` with the gamma density :math:`f`.

    References
    ----------
    .. [1] A. Gil, J. Segura, N. M. Temme, "Efficient and accurate algorithms for the computation and inversion of the
       incomplete gamma function ratios", SIAM J. Sci. Comput. 34 (2012) A2965-A2981.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.gammaincinv(torch.tensor([0.5, 2.0, 100.0], dtype=torch.float64), 0.5)
    tensor([ 0.2275,  1.6783, 99.6669], dtype=torch.float64)
    """


@elementwise(
    "special/gammaincinv.h",
    "r r -> r",
    partials=(
        lambda a, y, out: _partial_a(a, out),
        lambda a, y, out: -_partial_y(a, 1 - y, out),
    ),
    reference=lambda mp, a, y: _inverse(mp, a, y, True),
    samples=(
        Group("body", a=logarithmic(0.05, 300), y=linear(0.01, 0.99), count=24),
        Group("upper tail", a=logarithmic(0.01, 100), y=logarithmic(1e-30, 0.01), count=16),
        Group("lower tail", a=logarithmic(0.5, 100), y=values(0.9990234375, 0.99999904632568359375)),
    ),
    special=(
        (1.0, 0.0, inf),
        (1.0, 1.0, 0.0),
        (0.0, 0.5, nan),
        (-1.0, 0.5, nan),
        (1.0, -0.5, nan),
        (1.0, 1.5, nan),
        (1.0, 0.5, 0.69314718055994530942),
        (nan, 0.5, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=32, partials=128),
    sorted=True,
)
def gammainccinv(a: Any, y: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the regularized upper incomplete gamma function.

    Parameters
    ----------
    a : tensor_like
        Parameter, positive.
    y : tensor_like
        Value from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `x` with ``gammaincc(a, x) = y``, in the promoted dtype and the broadcast shape: ``inf`` for ``y = 0``, 0
        for ``y = 1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    gammaincc : the function
    gammaincinv : the inverse of its complement, with method and accuracy

    Notes
    -----
    As `gammaincinv`; :math:`\partial x/\partial y = -1/f(x)` with the gamma density :math:`f`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.gammainccinv(torch.tensor([0.5, 2.0, 100.0], dtype=torch.float64), 1e-10)
    tensor([ 20.9107,  26.3340, 177.3005], dtype=torch.float64)
    """
