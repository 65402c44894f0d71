"""The regularized incomplete beta functions, their derivatives in the parameters, and the beta density."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, not_implemented, values
from sci._core.dispatch import elementwise

from ._polygamma import polygamma


def regularized_beta(mp: Any, a: Any, b: Any, x: Any, upper: bool, y: Any = None) -> Any:
    """Reference: the series of positive terms for x <= 1/2, with digits for the subtraction from 1."""
    y = 1 - x if y is None else y
    if x == 0 or y == 0:
        return mp.mpf(upper == (x == 0))
    if x > y:
        return regularized_beta(mp, b, a, y, not upper, x)
    target = mp.dps
    extra = 10 + int(max(0, mp.log10(a + b), -mp.log10(a), -mp.log10(b)))
    for _ in range(20):
        with mp.workdps(target + extra):
            term = total = mp.mpf(1)
            n = 0
            while term > mp.eps * total:
                term *= x * (a + b + n) / (a + 1 + n)
                total += term
                n += 1
            log_factor = a * mp.log(x) + b * mp.log(y) - mp.loggamma(a) - mp.loggamma(b) + mp.loggamma(a + b)
            part = mp.exp(log_factor) / a * total
            if not upper:
                return part
            rest = 1 - part
            lost = -mp.log10(abs(rest)) if rest else target + extra
        if lost + 5 < extra:
            return rest
        extra += int(lost) + 10
    raise ArithmeticError("the complement is too small")


_SAMPLES = (
    Group("core", a=linear(0.1, 12), b=linear(0.1, 12), x=linear(0, 1), count=16),
    Group("large", a=linear(20, 100), b=linear(20, 100), x=linear(0.4, 0.6), count=16),
    Group("one large", a=linear(0.2, 8), b=logarithmic(20, 300), x=logarithmic(1e-4, 0.1), count=12),
    Group("other large", a=logarithmic(20, 300), b=linear(0.2, 8), x=linear(0.9, 0.99), count=12),
    Group("small a", a=logarithmic(1e-10, 0.9), b=logarithmic(0.1, 20), x=logarithmic(1e-6, 0.9), count=12),
    Group("small b", a=logarithmic(0.1, 20), b=logarithmic(1e-10, 0.9), x=linear(0.05, 0.95), count=12),
    Group("small x", a=linear(0.3, 4), b=linear(0.3, 10), x=logarithmic(1e-8, 1e-2), count=8),
    Group("tails", a=linear(8, 25), b=linear(8, 25), x=values(0.0625, 0.125, 0.875, 0.9375), count=8),
    Group("seams", a=values(13.0), b=values(26.0, 0.75), x=near(0.5)),
)


@elementwise(
    "special/betainc.h",
    "r r r -> r",
    partials=(
        lambda a, b, x, out: polygamma(1, a + b) - polygamma(1, a),
        lambda a, b, x, out: polygamma(1, a + b) + 0 * x,
        lambda a, b, x, out: 1 / x,
    ),
    reference=lambda mp, a, b, x: mp.log(x) - mp.digamma(a) + mp.digamma(a + b),
    samples=(
        Group("core", a=linear(0.1, 13), b=linear(0.1, 13), x=linear(0, 1), count=12),
        Group("large", a=logarithmic(10, 1e3), b=logarithmic(10, 1e3), x=linear(0, 1), count=8),
        Group("small", a=logarithmic(1e-3, 1), b=logarithmic(1e-3, 1), x=logarithmic(1e-10, 1), count=8),
    ),
    special=((1.0, 1.0, 0.0, -inf), (1.0, 1.0, 1.0, 1.0), (nan, 1.0, 0.5, nan), (1.0, 1.0, nan, nan)),
    # A root crosses the samples; the derivative in the first parameter is a difference of trigamma functions.
    ulp=Ulp(float64=64, float32=64, partials=2048),
    public=False,
)
def beta_log_slope(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Logarithmic derivative of the beta density in `a`, :math:`\ln x - \psi(a) + \psi(a + b)`.

    Parameters
    ----------
    a, b, x : tensor_like
        Real arguments.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The sum, for large parameters and `x` near the mean from :math:`\ln(x (a+b)/a)`, which does not cancel.

    Notes
    -----
    The differences of digamma functions and logarithms by the asymptotic series, DLMF 5.11.2.
    """


@elementwise(
    "special/betainc.h",
    "r r r -> r",
    partials=(
        lambda a, b, x, out: polygamma(1, a + b) + 0 * x,
        lambda a, b, x, out: polygamma(1, a + b) - polygamma(1, b),
        lambda a, b, x, out: -1 / (1 - x),
    ),
    reference=lambda mp, a, b, x: mp.log1p(-x) - mp.digamma(b) + mp.digamma(a + b),
    samples=(
        Group("core", a=linear(0.1, 13), b=linear(0.1, 13), x=linear(0, 1), count=12),
        Group("large", a=logarithmic(10, 1e3), b=logarithmic(10, 1e3), x=linear(0, 1), count=8),
        Group("small", a=logarithmic(1e-3, 1), b=logarithmic(1e-3, 1), x=logarithmic(1e-10, 1), count=8),
    ),
    special=((1.0, 1.0, 1.0, -inf), (1.0, 1.0, 0.0, 1.0), (nan, 1.0, 0.5, nan), (1.0, 1.0, nan, nan)),
    # A root crosses the samples; the derivative in the first parameter is a difference of trigamma functions.
    ulp=Ulp(float64=64, float32=64, partials=2048),
    public=False,
)
def beta_log_coslope(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Logarithmic derivative of the beta density in `b`, :math:`\ln(1 - x) - \psi(b) + \psi(a + b)`.

    Parameters
    ----------
    a, b, x : tensor_like
        Real arguments.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The mirror image of `beta_log_slope`, accurate for small `x`.

    Notes
    -----
    The differences of digamma functions and logarithms by the asymptotic series, DLMF 5.11.2.
    """


def _finite(density: Tensor, factor: Tensor) -> Tensor:
    """Multiply where the density, 0 or infinite at the ends of [0, 1], may meet an infinite factor: 0 times it is 0."""
    zero = density == 0
    return torch.where(zero, torch.zeros_like(density), density * torch.where(zero, 1.0, factor))


def _density_dx(a: Any, b: Any, x: Any, out: Any) -> Any:
    """((a - 1)/x - (b - 1)/(1 - x)) times the density; at the ends the difference of densities that this is."""
    end = (x == 0) | (x == 1)
    inner = torch.where(end, 0.5, x)
    slope = out * ((a - 1) / inner - (b - 1) / (1 - inner))
    left, right = torch.where(end & (a > 1), a - 1, 0.0), torch.where(end & (b > 1), b - 1, 0.0)
    limit = (a + b - 1) * (beta_density(left, b, x) - beta_density(a, right, x))
    limit = torch.where(torch.isinf(out), torch.where(x == 0, -out, out), limit)
    return torch.where(end, limit, slope)


@elementwise(
    "special/betainc.h",
    "r r r -> r",
    partials=(
        lambda a, b, x, out: _finite(out, beta_log_slope(a, b, x)),
        lambda a, b, x, out: _finite(out, beta_log_coslope(a, b, x)),
        _density_dx,
    ),
    reference=lambda mp, a, b, x: mp.exp(
        (a - 1) * mp.log(x) + (b - 1) * mp.log1p(-x) - mp.loggamma(a) - mp.loggamma(b) + mp.loggamma(a + b)
    ),
    samples=(
        Group("core", a=linear(0.1, 13), b=linear(0.1, 13), x=linear(0, 1), count=12),
        Group("large", a=linear(20, 100), b=linear(20, 100), x=linear(0.4, 0.6), count=12),
        Group("small", a=logarithmic(1e-10, 1), b=logarithmic(1e-10, 1), x=logarithmic(1e-10, 0.9), count=8),
        Group("huge", a=values(1e10), b=values(3e10), x=values(0.249997, 0.25, 0.250003), dtypes=("float64",)),
    ),
    special=(
        (1.0, 3.0, 0.0, 3.0),
        (0.5, 3.0, 0.0, inf),
        (2.0, 3.0, 0.0, 0.0),
        (3.0, 1.0, 1.0, 3.0),
        (3.0, 0.5, 1.0, inf),
        (3.0, 2.0, 1.0, 0.0),
        (0.0, 1.0, 0.5, 0.0),
        (2.0, 1.0, 1.5, nan),
        (nan, 1.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=8, float32=8, partials=64),
    public=False,
    sorted=True,
)
def beta_density(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Density of the beta distribution, :math:`x^{a-1} (1-x)^{b-1} / B(a, b)`.

    Parameters
    ----------
    a, b : tensor_like
        Shapes, not negative; 0 where one of them is 0.
    x : tensor_like
        Argument from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The density, without the overflow of its factors.

    Notes
    -----
    For large parameters by the values at the peaks of three gamma densities and the deviance (Loader).
    """


_FEW = tuple(group for group in _SAMPLES if group.name in ("core", "tails"))
_SLOPED = (
    *_FEW,
    Group("small", a=logarithmic(1e-4, 0.9), b=logarithmic(1e-4, 20), x=logarithmic(1e-3, 0.9), count=8),
    Group("transition", a=linear(13, 100), b=linear(13, 100), x=linear(0.4, 0.6), count=8),
)
_CURVED = (
    Group("core", a=linear(0.5, 12), b=linear(0.5, 12), x=linear(0.02, 0.98), count=8),
    Group("large", a=linear(20, 100), b=linear(20, 100), x=values(0.25, 0.53125), count=6),
    Group("small", a=logarithmic(1e-3, 0.9), b=linear(0.5, 5), x=logarithmic(1e-3, 0.5), count=6),
)
_CURVED_SPECIAL = ((1.0, 1.0, 0.0, 0.0), (2.0, 3.0, 1.0, 0.0), (nan, 1.0, 0.5, nan), (1.0, 1.0, nan, nan))


def _curvature(mp: Any, a: Any, b: Any, x: Any, orders: tuple[int, int]) -> Any:
    """Reference of a second derivative in the parameters, by differences."""
    return mp.diff(lambda s, t: regularized_beta(mp, s, t, x, False), (a, b), orders)


_third = not_implemented("a third derivative")


def over_beta_density(above: Any, a: Any, b: Any, x: Any) -> Any:
    """Return `above` over the density, for small x by x times the density, which is of moderate size where the square
    of the density, in the quotient's derivatives, is out of range."""
    small = (x > 0) & (x < 1e-8)
    near = a / (a + b) * beta_density(a + 1, b, torch.where(small, x, 0.5))
    return torch.where(small, above * (x / near), above / beta_density(a, b, torch.where(small, 0.5, x)))


@elementwise(
    "special/betainc.h",
    "r r r -> r",
    partials=(
        _third,
        _third,
        lambda a, b, x, out: _finite(
            beta_density(a, b, x),
            beta_log_slope(a, b, x) ** 2 + polygamma(1, a + b) - polygamma(1, a),
        ),
    ),
    reference=lambda mp, a, b, x: _curvature(mp, a, b, x, (2, 0)),
    samples=_CURVED,
    special=_CURVED_SPECIAL,
    # It changes sign, and so does its derivative.
    ulp=Ulp(float64=2048, float32=2048, partials=2048),
    public=False,
    sorted=True,
)
def betainc_daa(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of the regularized incomplete beta function in `a`.

    Parameters
    ----------
    a, b, x : tensor_like
        Real arguments, `x` from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`\partial^2 I_x(a, b) / \partial a^2`; that of the complement is its negative.

    Notes
    -----
    The algorithms of `betainc` on dual numbers of dual numbers.
    """


@elementwise(
    "special/betainc.h",
    "r r r -> r",
    partials=(
        _third,
        _third,
        lambda a, b, x, out: _finite(
            beta_density(a, b, x),
            beta_log_slope(a, b, x) * beta_log_coslope(a, b, x) + polygamma(1, a + b),
        ),
    ),
    reference=lambda mp, a, b, x: _curvature(mp, a, b, x, (1, 1)),
    samples=_CURVED,
    special=_CURVED_SPECIAL,
    # It changes sign, and so does its derivative.
    ulp=Ulp(float64=2048, float32=2048, partials=2048),
    public=False,
    sorted=True,
)
def betainc_dab(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Mixed second derivative of the regularized incomplete beta function in its parameters.

    Parameters
    ----------
    a, b, x : tensor_like
        Real arguments, `x` from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`\partial^2 I_x(a, b) / \partial a \partial b`; that of the complement is its negative.

    Notes
    -----
    The algorithms of `betainc` on dual numbers of dual numbers.
    """


@elementwise(
    "special/betainc.h",
    "r r r -> r",
    partials=(
        _third,
        _third,
        lambda a, b, x, out: _finite(
            beta_density(a, b, x),
            beta_log_coslope(a, b, x) ** 2 + polygamma(1, a + b) - polygamma(1, b),
        ),
    ),
    reference=lambda mp, a, b, x: _curvature(mp, a, b, x, (0, 2)),
    samples=_CURVED,
    special=_CURVED_SPECIAL,
    # It changes sign, and so does its derivative.
    ulp=Ulp(float64=2048, float32=2048, partials=2048),
    public=False,
    sorted=True,
)
def betainc_dbb(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of the regularized incomplete beta function in `b`.

    Parameters
    ----------
    a, b, x : tensor_like
        Real arguments, `x` from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`\partial^2 I_x(a, b) / \partial b^2`; that of the complement is its negative.

    Notes
    -----
    The algorithms of `betainc` on dual numbers of dual numbers.
    """


@elementwise(
    "special/betainc.h",
    "r r r -> r",
    partials=(
        lambda a, b, x, out: betainc_daa(a, b, x),
        lambda a, b, x, out: betainc_dab(a, b, x),
        lambda a, b, x, out: _finite(beta_density(a, b, x), beta_log_slope(a, b, x)),
    ),
    reference=lambda mp, a, b, x: mp.diff(lambda s: regularized_beta(mp, s, b, x, False), a),
    samples=_SLOPED,
    special=(
        (1.0, 1.0, 0.0, 0.0),
        (2.0, 3.0, 1.0, 0.0),
        (nan, 1.0, 0.5, nan),
        (1.0, 1.0, nan, nan),
        (-1.0, 1.0, 0.5, nan),
    ),
    # The second derivatives are 0 beside the mean.
    ulp=Ulp(float64=256, float32=256, partials=4096),
    public=False,
    sorted=True,
)
def betainc_da(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of the regularized incomplete beta function with respect to `a`.

    Parameters
    ----------
    a, b, x : tensor_like
        Real arguments, `x` from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`\partial I_x(a, b) / \partial a`, negative; that of the complement is its negative.

    Notes
    -----
    The algorithms of `betainc` on dual numbers, applied to the smaller one of :math:`I` and :math:`1 - I`: relatively
    accurate in both tails.
    """


@elementwise(
    "special/betainc.h",
    "r r r -> r",
    partials=(
        lambda a, b, x, out: betainc_dab(a, b, x),
        lambda a, b, x, out: betainc_dbb(a, b, x),
        lambda a, b, x, out: _finite(beta_density(a, b, x), beta_log_coslope(a, b, x)),
    ),
    reference=lambda mp, a, b, x: mp.diff(lambda s: regularized_beta(mp, a, s, x, False), b),
    samples=_SLOPED,
    special=(
        (1.0, 1.0, 0.0, 0.0),
        (2.0, 3.0, 1.0, 0.0),
        (nan, 1.0, 0.5, nan),
        (1.0, 1.0, nan, nan),
        (-1.0, 1.0, 0.5, nan),
    ),
    # The second derivatives are 0 beside the mean.
    ulp=Ulp(float64=256, float32=256, partials=4096),
    public=False,
    sorted=True,
)
def betainc_db(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of the regularized incomplete beta function with respect to `b`.

    Parameters
    ----------
    a, b, x : tensor_like
        Real arguments, `x` from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`\partial I_x(a, b) / \partial b`, positive; that of the complement is its negative.

    Notes
    -----
    The algorithms of `betainc` on dual numbers, applied to the smaller one of :math:`I` and :math:`1 - I`: relatively
    accurate in both tails.
    """


@elementwise(
    "special/betainc.h",
    "r r r -> r",
    partials=(
        lambda a, b, x, out: betainc_da(a, b, x),
        lambda a, b, x, out: betainc_db(a, b, x),
        lambda a, b, x, out: beta_density(a, b, x),
    ),
    reference=lambda mp, a, b, x: regularized_beta(mp, a, b, x, False),
    samples=_SAMPLES,
    special=(
        (0.0, 0.0, 0.5, nan),
        (0.0, 1.0, 0.5, 1.0),
        (1.0, 0.0, 0.5, 0.0),
        (inf, 1.0, 0.5, 0.0),
        (1.0, inf, 0.5, 1.0),
        (inf, inf, 0.5, nan),
        (2.0, 3.0, 0.0, 0.0),
        (2.0, 3.0, 1.0, 1.0),
        (-1.0, 1.0, 0.5, nan),
        (1.0, -1.0, 0.5, nan),
        (1.0, 1.0, -0.5, nan),
        (1.0, 1.0, 1.5, nan),
        (nan, 1.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 1.0, nan, nan),
    ),
    # float32: its three gamma functions of sums below 13.
    ulp=Ulp(float64=16, float32=32, partials=256),
    pullback="arguments",
    sorted=True,
)
def betainc(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Regularized incomplete beta function.

    .. math:: I_x(a, b) = \frac{1}{B(a, b)} \int_0^x t^{a-1} (1-t)^{b-1}\,dt

    Parameters
    ----------
    a, b : tensor_like
        Parameters, not negative.
    x : tensor_like
        Argument from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function, from 0 to 1, in the promoted dtype and the broadcast shape. NaN outside the domain and where both
        parameters are 0 or both infinite.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    betaincc : the complement
    betaincinv : the inverse in `x`

    Notes
    -----
    With :math:`x \le a / (a + b)` by symmetry: a series of positive terms, a continued fraction [2]_, expressions of
    their own for small parameters, and about the mean of large parameters the uniform expansion [1]_ by a recurrence
    for its Taylor coefficients, the same short sum for all sizes. The error is a few ulp, or what a rounding of the
    arguments makes.

    The derivative in `x` is the beta density, finite at the ends of [0, 1] where it is; those in `a` and `b`, and the
    second ones, are the same algorithms on dual numbers, relatively accurate in both tails. A third derivative in the
    parameters alone raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 8.17 and 8.18. https://dlmf.nist.gov/8
    .. [2] A. R. DiDonato, A. H. Morris, "Algorithm 708: Significant digit computation of the incomplete beta function
       ratios", ACM Trans. Math. Softw. 18 (1992) 360-373.

    Examples
    --------
    >>> import torch, sci
    >>> a = torch.tensor([0.5, 2.0, 100.0], dtype=torch.float64, requires_grad=True)
    >>> p = sci.special.betainc(a, 3.0, 0.25)
    >>> p.detach()
    tensor([7.9297e-01, 2.6172e-01, 1.8150e-57], dtype=torch.float64)
    >>> p[1].backward()
    >>> a.grad[1]
    tensor(-0.2281, dtype=torch.float64)
    """


@elementwise(
    "special/betainc.h",
    "r r r -> r",
    partials=(
        lambda a, b, x, out: -betainc_da(a, b, x),
        lambda a, b, x, out: -betainc_db(a, b, x),
        lambda a, b, x, out: -beta_density(a, b, x),
    ),
    reference=lambda mp, a, b, x: regularized_beta(mp, a, b, x, True),
    samples=_FEW,
    special=(
        (0.0, 0.0, 0.5, nan),
        (0.0, 1.0, 0.5, 0.0),
        (1.0, 0.0, 0.5, 1.0),
        (inf, 1.0, 0.5, 1.0),
        (1.0, inf, 0.5, 0.0),
        (inf, inf, 0.5, nan),
        (2.0, 3.0, 0.0, 1.0),
        (2.0, 3.0, 1.0, 0.0),
        (-1.0, 1.0, 0.5, nan),
        (1.0, -1.0, 0.5, nan),
        (1.0, 1.0, -0.5, nan),
        (1.0, 1.0, 1.5, nan),
        (nan, 1.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 1.0, nan, nan),
    ),
    # float32: its three gamma functions of sums below 13.
    ulp=Ulp(float64=16, float32=32, partials=256),
    pullback="arguments",
)
def betaincc(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Complement of the regularized incomplete beta function.

    .. math:: 1 - I_x(a, b) = \frac{1}{B(a, b)} \int_x^1 t^{a-1} (1-t)^{b-1}\,dt

    Parameters
    ----------
    a, b : tensor_like
        Parameters, not negative.
    x : tensor_like
        Argument from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function, from 1 to 0, in the promoted dtype and the broadcast shape. NaN outside the domain and where both
        parameters are 0 or both infinite.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    betainc : the complement
    betainccinv : the inverse in `x`

    Notes
    -----
    Computed together with `betainc`, the smaller of the two directly: relatively accurate down to underflow. The
    derivatives are those of `betainc` with the sign changed.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 8.17. https://dlmf.nist.gov/8.17

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.betaincc(torch.tensor([0.5, 2.0, 100.0], dtype=torch.float64), 3.0, 0.999)
    tensor([3.1262e-10, 3.9970e-09, 1.5944e-04], dtype=torch.float64)
    """
