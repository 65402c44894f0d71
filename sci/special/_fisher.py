"""Fisher's F distribution function, its inverses, its density, and derivatives in the degrees of freedom."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, not_implemented, values
from sci._core.dispatch import elementwise

from ._betainc import beta_density, regularized_beta
from ._betaincinv import beta_quantile, shape_quantile
from ._gammainc import log_minus_digamma


def _cdf(mp: Any, m: Any, n: Any, x: Any, upper: bool) -> Any:
    r = m * x / n
    return regularized_beta(mp, m / 2, n / 2, r / (1 + r), upper, 1 / (1 + r))


def _density(mp: Any, m: Any, n: Any, x: Any) -> Any:
    r = m * x / n
    log_beta = mp.loggamma(m / 2) + mp.loggamma(n / 2) - mp.loggamma((m + n) / 2)
    return mp.exp(m / 2 * mp.log(r) - (m + n) / 2 * mp.log1p(r) - log_beta) / x


def _quantile(mp: Any, m: Any, n: Any, p: Any) -> Any:
    with mp.workdps(mp.dps + 20):
        w = beta_quantile(mp, m / 2, n / 2, p, False)
        return n / m * w / (1 - w)


def _peak_slope(m: Any) -> Any:
    """log a - psi(a) for a = m/2, without cancellation."""
    return log_minus_digamma(m / 2, m / 2)


def _log_slope_n(m: Any, n: Any, x: Any) -> Any:
    """Derivative of the density's logarithm in the first degrees of freedom."""
    r = m * x / n
    u = (x - 1) / (1 + r)
    logarithm = torch.where(abs(u) < 0.5, torch.log1p(u), torch.log(x * (1 + m / n) / (1 + r)))
    return (logarithm - u + _peak_slope(m) - _peak_slope(m + n)) / 2


def _log_slope_d(m: Any, n: Any, x: Any) -> Any:
    r = m * x / n
    u = m / n * (1 - x) / (1 + r)
    logarithm = torch.where(abs(u) < 0.5, torch.log1p(u), torch.log((1 + m / n) / (1 + r)))
    return (logarithm - u + _peak_slope(n) - _peak_slope(m + n)) / 2


def _density_slope(m: Any, n: Any, x: Any, u: Any, v: Any) -> Any:
    """Derivative of the density along (u, v)."""
    density = fisher_density(m, n, x)
    zero = (x == 0) | (x == inf)
    inner = torch.where(zero, 1.0, x)
    factor = u * _log_slope_n(m, n, inner) + v * _log_slope_d(m, n, inner)
    return torch.where(zero, torch.zeros_like(density), density * factor)


def _slope(m: Any, n: Any, x: Any, u: float, v: float) -> Any:
    return fdtr_slope(m, n, x, torch.full_like(x, u), torch.full_like(x, v))


def _curvature(m: Any, n: Any, x: Any, u: Any, v: Any, s: float, t: float) -> Any:
    return fdtr_curvature(m, n, x, u, v, torch.full_like(x, s), torch.full_like(x, t))


def _density_dx(m: Any, n: Any, x: Any, out: Any) -> Any:
    inner = torch.where((x == 0) | (x == inf), 1.0, x)
    r = m / n * inner
    factor = (m / 2 - 1) / inner - (m + n) / 2 * (m / n) / (1 + r)
    # At 0 a power x^(m/2 - 1): its limit from the next term where m = 2 or 4.
    zero = torch.zeros_like(out)
    start = torch.where(m == 2, -(n + 2) / n, torch.where(m == 4, 4 * (n + 2) / n, zero))
    start = torch.where((m > 2) & (m < 4), inf, torch.where(m < 2, -inf, start))
    return torch.where(x == 0, start, torch.where(x == inf, zero, out * factor))


def _over_density(above: Any, m: Any, n: Any, x: Any) -> Any:
    """`above` over the density, for small and large x by x times the density, which is of moderate size where the
    square of the density, in the quotient's derivatives, is out of range. With y = m x / (m x + n) that is
    y^(m/2) (1 - y)^(n/2) / B(m/2, n/2)."""
    ratio = m / n * x
    tiny = torch.finfo(ratio.dtype).tiny
    low, high = (ratio > tiny) & (ratio < 1e-8), (ratio > 1e8) & (ratio < 1 / tiny)
    aside = low | high
    inner = torch.where(aside, x, 1.0)
    small = torch.where(high, n / m / torch.where(high, x, 1.0), m / n * torch.where(low, x, 1.0))
    own, other = torch.where(high, n, m) / 2, torch.where(high, m, n) / 2
    total = own + other
    moderate = own / total * (other / (total + 1)) * beta_density(own + 1, other + 1, small / (1 + small))
    return torch.where(aside, above * (inner / moderate), above / fisher_density(m, n, torch.where(aside, 1.0, x)))


def _fdtri_partial(m: Any, n: Any, out: Any, u: float, v: float) -> Any:
    inside = (out > 0) & (out < inf)
    x = torch.where(inside, out, 1.0)
    slope = _over_density(-_slope(m, n, x, u, v), m, n, x)
    return torch.where(inside, slope, torch.zeros_like(slope))


_SAMPLES = (
    Group("core", dfn=linear(0.5, 12), dfd=linear(0.5, 12), x=logarithmic(0.05, 12), count=16),
    Group("many", dfn=linear(20, 400), dfd=linear(20, 400), x=linear(0.6, 1.6), count=12),
    Group("tails", dfn=linear(1, 12), dfd=linear(1, 40), x=logarithmic(12, 1e4), count=8),
    Group("small x", dfn=linear(1, 12), dfd=linear(1, 40), x=logarithmic(1e-8, 0.01), count=8),
)
_SLOPED = (
    Group(
        "core",
        dfn=linear(0.5, 12),
        dfd=linear(0.5, 12),
        x=logarithmic(0.05, 12),
        u=values(1.0, 0.5),
        v=values(0.25, 1.0),
        count=12,
    ),
    Group(
        "many",
        dfn=linear(20, 200),
        dfd=linear(20, 200),
        x=linear(0.6, 1.6),
        u=values(1.0, 0.0),
        v=values(0.0, 1.0),
        count=8,
    ),
    Group(
        "tails",
        dfn=linear(1, 12),
        dfd=linear(1, 20),
        x=logarithmic(12, 1e3),
        u=values(1.0, 0.0),
        v=values(0.0, 1.0),
        count=6,
    ),
)
_third = not_implemented("a third derivative")


@elementwise(
    "special/fisher.h",
    "r r r -> r",
    partials=(
        lambda dfn, dfd, x, out: _density_slope(dfn, dfd, x, 1.0, 0.0),
        lambda dfn, dfd, x, out: _density_slope(dfn, dfd, x, 0.0, 1.0),
        lambda dfn, dfd, x, out: _density_dx(dfn, dfd, x, out),
    ),
    reference=lambda mp, dfn, dfd, x: _density(mp, dfn, dfd, x),
    samples=_SAMPLES,
    special=(
        (3.0, 2.0, 0.0, 0.0),
        (2.0, 2.0, 0.0, 1.0),
        (1.0, 2.0, 0.0, inf),
        (1.0, 2.0, inf, 0.0),
        (0.0, 1.0, 1.0, nan),
        (1.0, 1.0, -1.0, nan),
        (nan, 1.0, 1.0, nan),
        (1.0, nan, 1.0, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, partials=512),
    public=False,
    sorted=True,
)
def fisher_density(dfn: Any, dfd: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Density of Fisher's F distribution.

    Parameters
    ----------
    dfn : tensor_like
        Degrees of freedom of the numerator, positive.
    dfd : tensor_like
        Degrees of freedom of the denominator, positive.
    x : tensor_like
        Argument, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The density.

    Notes
    -----
    :math:`w^{m/2} (1-w)^{n/2} / (B(m/2, n/2)\, x)` with :math:`w = m x / (m x + n)`, by the factors of `betainc`.
    """


@elementwise(
    "special/fisher.h",
    "r r r r r r r -> r",
    partials=(
        _third,
        _third,
        _third,
        _third,
        _third,
        _third,
        _third,
    ),
    reference=lambda mp, dfn, dfd, x, u, v, s, t: mp.diff(
        lambda h, k: _cdf(mp, dfn + h * u + k * s, dfd + h * v + k * t, x, False), (0, 0), (1, 1)
    ),
    samples=(
        Group(
            "core",
            dfn=linear(0.5, 12),
            dfd=linear(0.5, 12),
            x=logarithmic(0.1, 12),
            u=values(1.0, 0.0),
            v=values(0.0, 1.0),
            s=values(1.0),
            t=values(0.0, 0.5),
            count=10,
        ),
    ),
    special=(
        (1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0),
        (1.0, 1.0, 1.0, 1.0, 0.0, 1.0, nan, nan),
    ),
    # It changes sign.
    ulp=Ulp(float64=4096, float32=4096, partials=4096),
    public=False,
)
def fdtr_curvature(
    dfn: Any, dfd: Any, x: Any, u: Any, v: Any, s: Any, t: Any, /, *, out: Tensor | None = None
) -> Tensor:
    r"""
    Second derivative of Fisher's F distribution function along two directions of the degrees of freedom.

    Parameters
    ----------
    dfn : tensor_like
        Degrees of freedom of the numerator, positive.
    dfd : tensor_like
        Degrees of freedom of the denominator, positive.
    x : tensor_like
        Argument, not negative.
    u : tensor_like
        First direction, part of `dfn`.
    v : tensor_like
        First direction, part of `dfd`.
    s : tensor_like
        Second direction, part of `dfn`.
    t : tensor_like
        Second direction, part of `dfd`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative along :math:`(u, v)` of that along :math:`(s, t)`.

    Notes
    -----
    The algorithms of `fdtr` on dual numbers of dual numbers. Bilinear in the directions.
    """


@elementwise(
    "special/fisher.h",
    "r r r r r -> r",
    partials=(
        lambda dfn, dfd, x, u, v, out: _curvature(dfn, dfd, x, u, v, 1.0, 0.0),
        lambda dfn, dfd, x, u, v, out: _curvature(dfn, dfd, x, u, v, 0.0, 1.0),
        lambda dfn, dfd, x, u, v, out: _density_slope(dfn, dfd, x, u, v),
        lambda dfn, dfd, x, u, v, out: _slope(dfn, dfd, x, 1.0, 0.0),
        lambda dfn, dfd, x, u, v, out: _slope(dfn, dfd, x, 0.0, 1.0),
    ),
    reference=lambda mp, dfn, dfd, x, u, v: mp.diff(lambda h: _cdf(mp, dfn + h * u, dfd + h * v, x, False), 0),
    samples=_SLOPED,
    special=(
        (1.0, 1.0, 0.0, 1.0, 0.0, 0.0),
        (1.0, 1.0, inf, 1.0, 0.0, 0.0),
        (0.0, 1.0, 1.0, 1.0, 0.0, nan),
        (1.0, 1.0, 1.0, nan, 0.0, nan),
        (1.0, 1.0, 1.0, 1.0, nan, nan),
    ),
    # It changes sign, and so do its derivatives.
    ulp=Ulp(float64=2048, float32=2048, partials=8192),
    public=False,
    sorted=True,
)
def fdtr_slope(dfn: Any, dfd: Any, x: Any, u: Any, v: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of Fisher's F distribution function along a direction of the degrees of freedom.

    Parameters
    ----------
    dfn : tensor_like
        Degrees of freedom of the numerator, positive.
    dfd : tensor_like
        Degrees of freedom of the denominator, positive.
    x : tensor_like
        Argument, not negative.
    u : tensor_like
        Direction, part of `dfn`.
    v : tensor_like
        Direction, part of `dfd`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`u\,\partial F/\partial m + v\,\partial F/\partial n`.

    Notes
    -----
    The algorithms of `fdtr` on dual numbers, applied to the smaller tail. Linear in the direction.
    """


@elementwise(
    "special/fisher.h",
    "r r r -> r",
    partials=(
        lambda dfn, dfd, x, out: _slope(dfn, dfd, x, 1.0, 0.0),
        lambda dfn, dfd, x, out: _slope(dfn, dfd, x, 0.0, 1.0),
        lambda dfn, dfd, x, out: fisher_density(dfn, dfd, x),
    ),
    reference=lambda mp, dfn, dfd, x: _cdf(mp, dfn, dfd, x, False),
    samples=_SAMPLES,
    special=(
        (2.0, 3.0, 0.0, 0.0),
        (2.0, 3.0, inf, 1.0),
        (0.0, 1.0, 1.0, nan),
        (1.0, 0.0, 1.0, nan),
        (1.0, inf, 1.0, nan),
        (2.0, 2.0, -1.0, nan),
        (2.0, 2.0, 1.0, 0.5),
        (nan, 1.0, 1.0, nan),
        (1.0, nan, 1.0, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, partials=2048),
    pullback="arguments",
    sorted=True,
)
def fdtr(dfn: Any, dfd: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Distribution function of Fisher's F distribution.

    .. math:: I_w(m/2, n/2),\quad w = \frac{m x}{m x + n}

    Parameters
    ----------
    dfn : tensor_like
        Degrees of freedom of the numerator, positive.
    dfd : tensor_like
        Degrees of freedom of the denominator, positive.
    x : tensor_like
        Argument, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function, in the promoted dtype and the broadcast shape; NaN where `x` is negative or the degrees of freedom
        are not positive and finite.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    fdtrc : the complement
    fdtri : inverse in `x`
    fdtridfd : inverse in `dfd`

    Notes
    -----
    An incomplete beta function whose distance from the mean is formed before anything cancels, relatively accurate in
    both tails. The derivative in `x` is the density; those in the degrees of freedom are the same algorithms on dual
    numbers.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 8.17. https://dlmf.nist.gov/8.17

    Examples
    --------
    >>> import torch, sci
    >>> dfd = torch.tensor([2.0, 5.0], dtype=torch.float64, requires_grad=True)
    >>> p = sci.special.fdtr(2.0, dfd, 1.0)
    >>> p.detach()
    tensor([0.5000, 0.5688], dtype=torch.float64)
    >>> p.sum().backward()
    >>> bool((dfd.grad > 0).all())
    True
    """


@elementwise(
    "special/fisher.h",
    "r r r -> r",
    partials=(
        lambda dfn, dfd, x, out: -_slope(dfn, dfd, x, 1.0, 0.0),
        lambda dfn, dfd, x, out: -_slope(dfn, dfd, x, 0.0, 1.0),
        lambda dfn, dfd, x, out: -fisher_density(dfn, dfd, x),
    ),
    reference=lambda mp, dfn, dfd, x: _cdf(mp, dfn, dfd, x, True),
    samples=_SAMPLES,
    special=(
        (2.0, 3.0, 0.0, 1.0),
        (2.0, 3.0, inf, 0.0),
        (0.0, 1.0, 1.0, nan),
        (1.0, 0.0, 1.0, nan),
        (1.0, inf, 1.0, nan),
        (2.0, 2.0, -1.0, nan),
        (2.0, 2.0, 1.0, 0.5),
        (nan, 1.0, 1.0, nan),
        (1.0, nan, 1.0, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, partials=2048),
    pullback="arguments",
    sorted=True,
)
def fdtrc(dfn: Any, dfd: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Survival function of Fisher's F distribution.

    .. math:: 1 - I_w(m/2, n/2),\quad w = \frac{m x}{m x + n}

    Parameters
    ----------
    dfn : tensor_like
        Degrees of freedom of the numerator, positive.
    dfd : tensor_like
        Degrees of freedom of the denominator, positive.
    x : tensor_like
        Argument, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function, in the promoted dtype and the broadcast shape; NaN where `x` is negative or the degrees of freedom
        are not positive and finite.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    fdtr : the complement
    fdtri : inverse in `x`
    fdtridfd : inverse in `dfd`

    Notes
    -----
    An incomplete beta function whose distance from the mean is formed before anything cancels, relatively accurate in
    both tails. The derivative in `x` is the density; those in the degrees of freedom are the same algorithms on dual
    numbers.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 8.17. https://dlmf.nist.gov/8.17

    Examples
    --------
    >>> import torch, sci
    >>> dfd = torch.tensor([2.0, 5.0], dtype=torch.float64, requires_grad=True)
    >>> p = sci.special.fdtrc(2.0, dfd, 1.0)
    >>> p.detach()
    tensor([0.5000, 0.4312], dtype=torch.float64)
    >>> p.sum().backward()
    >>> bool((dfd.grad < 0).all())
    True
    """


@elementwise(
    "special/fisher.h",
    "r r r -> r",
    partials=(
        lambda dfn, dfd, p, out: _fdtri_partial(dfn, dfd, out, 1.0, 0.0),
        lambda dfn, dfd, p, out: _fdtri_partial(dfn, dfd, out, 0.0, 1.0),
        lambda dfn, dfd, p, out: _over_density(torch.ones_like(out), dfn, dfd, out),
    ),
    reference=lambda mp, dfn, dfd, p: _quantile(mp, dfn, dfd, p),
    samples=(
        Group("core", dfn=linear(0.5, 12), dfd=linear(1, 12), p=linear(0.02, 0.98), count=4),
        Group("many", dfn=linear(20, 200), dfd=linear(20, 200), p=linear(0.02, 0.98), count=3),
        Group("tail", dfn=linear(1, 12), dfd=linear(1, 12), p=logarithmic(1e-20, 0.01), count=6),
    ),
    special=(
        (3.0, 4.0, 0.0, 0.0),
        (3.0, 4.0, 1.0, inf),
        (3.0, 4.0, -0.1, nan),
        (3.0, 4.0, 1.1, nan),
        (0.0, 4.0, 0.5, nan),
        (2.0, 2.0, 0.5, 1.0),
        (nan, 1.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=64, partials=2048),
    sorted=True,
)
def fdtri(dfn: Any, dfd: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of Fisher's F distribution function in its argument.

    .. math:: \mathrm{fdtri}(d_1, d_2, p) = x, \quad I_{d_1 x / (d_1 x + d_2)}(d_1 / 2, d_2 / 2) = p

    Parameters
    ----------
    dfn : tensor_like
        Degrees of freedom of the numerator, positive.
    dfd : tensor_like
        Degrees of freedom of the denominator, positive.
    p : tensor_like
        Probability from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `x` with ``fdtr(dfn, dfd, x) = p``, in the promoted dtype and the broadcast shape: 0 for ``p = 0``, ``inf``
        for ``p = 1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    fdtr : the distribution function

    Notes
    -----
    From the inverse of the incomplete beta function. Derivatives in all arguments by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.fdtri(2.0, 2.0, torch.tensor([0.25, 0.5, 0.75], dtype=torch.float64))
    tensor([0.3333, 1.0000, 3.0000], dtype=torch.float64)
    """


@elementwise(
    "special/fisher.h",
    "r r r -> r",
    partials=(
        lambda dfn, p, x, out: -_slope(dfn, out, x, 1.0, 0.0) / _slope(dfn, out, x, 0.0, 1.0),
        lambda dfn, p, x, out: 1 / _slope(dfn, out, x, 0.0, 1.0),
        lambda dfn, p, x, out: -fisher_density(dfn, out, x) / _slope(dfn, out, x, 0.0, 1.0),
    ),
    reference=lambda mp, dfn, p, x: shape_quantile(mp, lambda n: _cdf(mp, dfn, n, x, False), 2, p),
    samples=(
        Group("core", dfn=linear(0.5, 6), p=linear(0.1, 0.45), x=linear(1, 3), count=5),
        Group("large x", dfn=linear(1, 6), p=linear(0.5, 0.8), x=linear(4, 9), count=3),
    ),
    special=(
        (2.0, 0.5, 1.0, 2.0),
        (2.0, 0.0, 1.0, nan),
        (2.0, 0.999, 1.0, nan),
        (0.0, 0.5, 1.0, nan),
        (2.0, 0.5, 0.0, nan),
        (nan, 0.5, 1.0, nan),
        (2.0, nan, 1.0, nan),
        (2.0, 0.5, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=64, partials=4096),
)
def fdtridfd(dfn: Any, p: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of Fisher's F distribution function in the degrees of freedom of the denominator.

    .. math:: \mathrm{fdtridfd}(d_1, p, x) = d_2, \quad I_{d_1 x / (d_1 x + d_2)}(d_1 / 2, d_2 / 2) = p

    Parameters
    ----------
    dfn : tensor_like
        Degrees of freedom of the numerator, positive.
    p : tensor_like
        Probability, strictly between 0 and 1.
    x : tensor_like
        Argument, positive.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `dfd` with ``fdtr(dfn, dfd, x) = p``, in the promoted dtype and the broadcast shape; NaN where none is
        found.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    fdtr : the distribution function

    Notes
    -----
    The distribution function increases with `dfd` for ``x >= 1``. For smaller `x` it falls again for large `dfd`, and
    there may be two roots or none: the root sought is that from ``dfd = 5`` upwards where the function is too small
    there, else downwards. Chandrupatla's method, to full precision (SciPy's has errors of 1e-11, and gives 1e100 where
    there is no root). Derivatives by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.fdtridfd(2.0, torch.tensor([0.4, 0.5], dtype=torch.float64), 1.0)
    tensor([0.8369, 2.0000], dtype=torch.float64)
    """
