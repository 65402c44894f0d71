"""The distribution function of Tukey's lambda distribution."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, not_implemented, values
from sci._core.dispatch import elementwise


def _cdf(mp: Any, x: Any, s: Any) -> Any:
    if x < 0:
        return _upper(mp, -x, s)
    return 1 - _upper(mp, x, s)


def _upper(mp: Any, x: Any, s: Any) -> Any:
    """The upper tail q for x > 0, by Newton's method for Q(q) = x in the logit."""
    digits = mp.dps
    with mp.workdps(digits + 30):
        t = x if abs(s * x) < 1e-8 else -mp.log1p(-s * x) / s
        for _ in range(200):
            p, q = 1 / (1 + mp.exp(-t)), 1 / (1 + mp.exp(t))
            value = 2 * (p * q) ** (s / 2) * mp.sinh(s * t / 2) / s if s else t
            step = (mp.log(value / x)) * value / (q * p**s + p * q**s)
            t = max(t / 4, t - step)
            if abs(step) < mp.mpf(10) ** (-digits - 5) * t:
                break
        return 1 / (1 + mp.exp(t))


def _slope(x: Any, s: Any, u: float, v: float) -> Any:
    return tklmbda_slope(x, s, torch.full_like(x, u), torch.full_like(x, v))


def _curvature(x: Any, s: Any, u: Any, v: Any, r: float, w: float) -> Any:
    return tklmbda_curvature(x, s, u, v, torch.full_like(x, r), torch.full_like(x, w))


_third = not_implemented("a third derivative")
_SAMPLES = (
    Group("positive", x=linear(-0.9, 0.9), lmbda=linear(0.1, 1), count=6),
    Group("near 0", x=linear(-5, 5), lmbda=logarithmic(1e-12, 0.1), count=6),
    Group("below 0", x=linear(-5, 5), lmbda=logarithmic(-1, -1e-8), count=6),
    Group("tails", x=logarithmic(-1e6, -10), lmbda=linear(-1.5, -0.1), count=8),
)


@elementwise(
    "special/tukey.h",
    "r r r r r r -> r",
    partials=(
        _third,
        _third,
        _third,
        _third,
        _third,
        _third,
    ),
    reference=lambda mp, x, lmbda, u, v, r, s: mp.diff(
        lambda h, k: _cdf(mp, x + h * u + k * r, lmbda + h * v + k * s), (0, 0), (1, 1)
    ),
    samples=(
        Group(
            "core",
            x=linear(-0.9, 0.9),
            lmbda=linear(-1, 0.9),
            u=values(1.0, 0.0),
            v=values(0.5, 1.0),
            r=values(1.0, 0.5),
            s=values(0.0, 1.0),
            count=6,
        ),
    ),
    special=(
        (inf, 0.5, 1.0, 0.0, 1.0, 0.0, 0.0),
        (0.0, 2.0, 1.0, 0.0, 1.0, 0.0, 0.0),
        (nan, 0.5, 1.0, 0.0, 1.0, 0.0, nan),
    ),
    # It changes sign.
    ulp=Ulp(float64=2048, float32=2048),
    public=False,
)
def tklmbda_curvature(x: Any, lmbda: Any, u: Any, v: Any, r: Any, s: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of the distribution function of Tukey's lambda distribution along two directions.

    Parameters
    ----------
    x : tensor_like
        Argument.
    lmbda : tensor_like
        Shape.
    u : tensor_like
        First direction, part of `x`.
    v : tensor_like
        First direction, part of `lmbda`.
    r : tensor_like
        Second direction, part of `x`.
    s : tensor_like
        Second direction, part of `lmbda`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative along :math:`(u, v)` of that along :math:`(r, s)`.

    Notes
    -----
    By Newton's step on dual numbers of dual numbers. Bilinear in the directions.
    """


@elementwise(
    "special/tukey.h",
    "r r r r -> r",
    partials=(
        lambda x, lmbda, u, v, out: _curvature(x, lmbda, u, v, 1.0, 0.0),
        lambda x, lmbda, u, v, out: _curvature(x, lmbda, u, v, 0.0, 1.0),
        lambda x, lmbda, u, v, out: _slope(x, lmbda, 1.0, 0.0),
        lambda x, lmbda, u, v, out: _slope(x, lmbda, 0.0, 1.0),
    ),
    reference=lambda mp, x, lmbda, u, v: mp.diff(lambda h: _cdf(mp, x + h * u, lmbda + h * v), 0),
    samples=(
        Group("core", x=linear(-0.9, 0.9), lmbda=linear(-1, 0.9), u=values(1.0, 0.0, 0.5), v=values(0.5, 1.0), count=6),
        Group(
            "near 0", x=linear(-5, 5), lmbda=logarithmic(1e-10, 0.1), u=values(1.0, 0.0), v=values(0.0, 1.0), count=8
        ),
    ),
    special=(
        (inf, 0.5, 1.0, 0.0, 0.0),
        (0.0, 2.0, 1.0, 0.0, 1.0),
        (nan, 0.5, 1.0, 0.0, nan),
    ),
    # It changes sign in mixed directions.
    ulp=Ulp(float64=512, float32=512, partials=4096),
    public=False,
)
def tklmbda_slope(x: Any, lmbda: Any, u: Any, v: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of the distribution function of Tukey's lambda distribution along a direction.

    Parameters
    ----------
    x : tensor_like
        Argument.
    lmbda : tensor_like
        Shape.
    u : tensor_like
        Direction, part of `x`.
    v : tensor_like
        Direction, part of `lmbda`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`u\,\partial F/\partial x + v\,\partial F/\partial\lambda`.

    Notes
    -----
    By Newton's step on dual numbers from the root. Linear in the direction.
    """


@elementwise(
    "special/tukey.h",
    "r r -> r",
    partials=(
        lambda x, lmbda, out: _slope(x, lmbda, 1.0, 0.0),
        lambda x, lmbda, out: _slope(x, lmbda, 0.0, 1.0),
    ),
    reference=lambda mp, x, lmbda: _cdf(mp, x, lmbda),
    samples=_SAMPLES,
    special=(
        (0.0, 0.3, 0.5),
        (3.0, 1.0, 1.0),
        (-3.0, 1.0, 0.0),
        (0.5, 1.0, 0.75),
        (inf, -1.0, 1.0),
        (-inf, 0.0, 0.0),
        (1.0, inf, 1.0),
        (1.0, 2.0, 1.0),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=32, partials=512),
    pullback="arguments",
    sorted=True,
)
def tklmbda(x: Any, lmbda: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Distribution function of Tukey's lambda distribution.

    .. math:: F(x) = p \text{ where } x = \frac{p^\lambda - (1 - p)^\lambda}{\lambda}

    Parameters
    ----------
    x : tensor_like
        Argument.
    lmbda : tensor_like
        Shape.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function, from 0 to 1, in the promoted dtype and the broadcast shape; 0 and 1 beyond :math:`|x| = 1/\lambda`
        for positive `lmbda`.

    Raises
    ------
    TypeError
        Where an argument is not real.

    Notes
    -----
    The logistic distribution for ``lmbda = 0``, uniform distributions for 1 and 2. The root in the logit of `p`, in
    which the quantile function is written without cancellation for small `lmbda` (SciPy's errors reach 1e-4 there);
    relatively accurate in the left tail. Derivatives in both arguments by implicit differentiation on dual numbers; a
    third one raises.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.tklmbda(torch.tensor([-0.5, 0.0, 0.5], dtype=torch.float64), 1.0)
    tensor([0.2500, 0.5000, 0.7500], dtype=torch.float64)
    """
