"""The beta function, its logarithm, and the difference of digamma functions that is their derivative."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, values
from sci._core.dispatch import elementwise

from ._digamma import digamma
from ._gamma import gamma
from ._polygamma import polygamma
from ._rgamma import rgamma, rgamma_slope

_NEGATIVE = (-0.3125, -1.59375, -2.8125, -6.40625, -13.1875)


def _difference(mp: Any, n: Any, x: Any, h: Any) -> Any:
    extra = int(max(0, mp.log10(abs(x)) - mp.log10(abs(h)))) if x != 0 and h != 0 else 0
    with mp.workdps(mp.dps + extra):
        return mp.psi(int(n), x + h) - mp.psi(int(n), x)


@elementwise(
    "special/polygamma_difference.h",
    "i r r -> r",
    partials=(
        discrete,
        lambda n, x, h, out: polygamma_difference(n + 1, x, h),
        lambda n, x, h, out: polygamma(n + 1, x + h),
    ),
    reference=_difference,
    samples=(
        Group("small step", n=values(1, 2, 3, 5), x=logarithmic(0.01, 1e4), h=logarithmic(1e-9, 1e-3)),
        Group("step back", n=values(1, 2, 3, 5), x=logarithmic(0.1, 1e4), h=logarithmic(-1e-2, -1e-9)),
        Group("large step", n=values(1, 2, 4), x=logarithmic(0.01, 100), h=logarithmic(0.01, 1e3)),
        Group("negative", n=values(1, 3), x=values(*_NEGATIVE), h=logarithmic(1e-9, 1e-2)),
        Group("order 0", n=values(0), x=logarithmic(0.01, 100), h=logarithmic(1e-6, 10), count=12),
    ),
    special=(
        (1, nan, 1.0, nan),
        (1, 1.0, nan, nan),
        (-1, 1.0, 1.0, nan),
        (1, 1.0, 1.0, -1.0),
        (2, 1.0, 1.0, 2.0),
        (1, 1.0, 0.0, 0.0),
        (1, -3.0, 2.0, -0.3611111111111111),
        (2, -3.0, 2.0, -0.32407407407407407),
        (1, inf, 1.0, 0.0),
    ),
    ulp=Ulp(float64=8, float32=8, partials=16),
    public=False,
    sorted=True,
)
def polygamma_difference(n: Any, x: Any, h: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Difference of polygamma functions, :math:`\psi^{(n)}(x + h) - \psi^{(n)}(x)`, without cancellation for small `h`.

    Parameters
    ----------
    n : tensor_like of integers
        The order; NaN results from negative ones.
    x, h : tensor_like
        Real arguments.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The difference, relatively accurate for small `h`; that of poles a whole distance apart is its limit.

    Notes
    -----
    The sum DLMF 5.15.1 and the asymptotic series 5.15.9 in differences of powers.
    """


@elementwise(
    "special/digamma_difference.h",
    "r r -> r",
    partials=(
        lambda x, h, out: polygamma_difference(1, x, h),
        lambda x, h, out: polygamma(1, x + h),
    ),
    reference=lambda mp, x, h: _difference(mp, 0, x, h),
    samples=(
        Group("small step", x=logarithmic(0.01, 1e4), h=logarithmic(1e-9, 1e-3)),
        Group("step back", x=logarithmic(0.1, 1e4), h=logarithmic(-1e-2, -1e-9)),
        Group("large step", x=logarithmic(0.01, 100), h=logarithmic(0.1, 1e4)),
        Group("negative", x=values(*_NEGATIVE), h=logarithmic(1e-9, 1e-4)),
    ),
    special=((nan, 1.0, nan), (1.0, nan, nan), (1.0, 1.0, 1.0), (1.0, 0.0, 0.0), (inf, 1.0, 0.0)),
    ulp=Ulp(float64=8, float32=8, partials=16),
    public=False,
    sorted=True,
)
def digamma_difference(x: Any, h: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Difference of digamma functions, :math:`\psi(x + h) - \psi(x)`, without cancellation for small `h`.

    Parameters
    ----------
    x, h : tensor_like
        Real arguments; NaN where either argument of the digamma function is a pole.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The difference, relatively accurate for small `h`.

    Notes
    -----
    Recurrence and the asymptotic series in differences, reflection for negative arguments (DLMF 5.5.2, 5.11.2, 5.5.4).
    """


_SAMPLES = (
    Group("small", a=linear(0, 12), b=linear(0, 12)),
    Group("tiny", a=logarithmic(1e-30, 1e-3), b=logarithmic(1e-3, 30), count=24),
    Group("both tiny", a=logarithmic(1e-15, 1e-3), b=logarithmic(1e-15, 1e-3), count=12),
    Group("large", a=linear(10, 120), b=linear(10, 120), dtypes=("float64",)),
    Group("one large", a=logarithmic(1e-3, 10), b=logarithmic(100, 1e12)),
    Group("one negative", a=values(*_NEGATIVE), b=linear(0, 9), count=24),
    Group("both negative", a=values(*_NEGATIVE), b=values(-0.625, -3.34375), count=24),
)


def _beta(mp: Any, a: Any, b: Any, f: Any = lambda x: x) -> Any:
    sizes = [abs(x) for x in (a, b) if x != 0]
    with mp.workdps(mp.dps + int(sum(abs(mp.log10(x)) for x in sizes))):
        return f(mp.gammaprod([a, b], [a + b]))


def _slope(a: Any, b: Any, out: Any) -> Any:
    """dB/da; at the zeros, poles of the denominator, the product rule with 1/Gamma, since psi is infinite."""
    gone = (out == 0) & (a.isinf() | b.isinf())
    zero = (out == 0) & (a + b <= 0) & ~gone
    x, y = torch.where(zero, a, 0.5), torch.where(zero, b, 0.5)
    there = gamma(x) * gamma(y) * (digamma(x) * rgamma(x + y) + rgamma_slope(x + y))
    aside = zero | gone
    slope = beta_da(torch.where(aside, 0.5, a), torch.where(aside, 0.5, b))
    return torch.where(zero, there, torch.where(gone, 0.0, slope))


def _third(a: Tensor, b: Tensor) -> Tensor:
    """Return d^3B/da^2db, of which the parts cancel for small a and b, as those of the second derivative would."""
    value, sum_slope = beta(a, b), polygamma(1, a + b)
    first, second = -digamma_difference(a, b), -digamma_difference(b, a)
    inner = -polygamma_difference(1, a, b) * second - first * sum_slope - polygamma(2, a + b)
    return value * (first * (first * second - sum_slope) + inner)


def _closed(mp: Any, a: Any, b: Any, mixed: bool) -> Any:
    """The first derivative in a or the mixed one, in as many digits as cancel."""
    with mp.workdps(int(mp.dps + 20 + 3 * sum(abs(mp.log10(abs(x))) for x in (a, b, a + b)))):
        f, s = mp.beta(a, b), mp.psi(0, a + b)
        first = mp.psi(0, a) - s
        return f * (first * (mp.psi(0, b) - s) - mp.psi(1, a + b)) if mixed else f * first


_DERIVATIVE_SAMPLES = (
    Group("small", a=linear(0.05, 12), b=linear(0.05, 12)),
    Group("one large", a=logarithmic(0.1, 4), b=logarithmic(100, 1e6), count=12),
    Group("negative", a=values(-0.3125, -0.4375, -1.59375, -2.8125), b=linear(0.6, 9), count=12),
)


@elementwise(
    "special/beta_slopes.h",
    "r r -> r",
    partials=(
        lambda a, b, out: -out * digamma_difference(a, b) - beta(a, b) * polygamma_difference(1, a, b),
        lambda a, b, out: beta_dadb(a, b),
    ),
    reference=lambda mp, a, b: _closed(mp, a, b, False),
    samples=_DERIVATIVE_SAMPLES,
    special=((nan, 1.0, nan), (1.0, nan, nan), (1.0, 1.0, -1.0)),
    ulp=Ulp(float64=32, float32=32, partials=64),
    public=False,
    sorted=True,
)
def beta_da(a: Any, b: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of the beta function in its first argument, away from its zeros.

    A function of its own, the product of :func:`beta` and a difference of digamma functions, since its derivative in
    `b` is a kernel that does not cancel.
    """


@elementwise(
    "special/beta_slopes.h",
    "r r -> r",
    partials=(lambda a, b, out: _third(a, b), lambda a, b, out: _third(b, a)),
    reference=lambda mp, a, b: _closed(mp, a, b, True),
    samples=_DERIVATIVE_SAMPLES,
    special=((nan, 1.0, nan), (1.0, nan, nan)),
    ulp=Ulp(float64=64, float32=4, partials=2000),
    public=False,
    sorted=True,
)
def beta_dadb(a: Any, b: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Mixed second derivative of the beta function, to the relative rounding error also where both arguments are small.

    By divided differences of the digamma function, in double for float32 arguments.
    """


@elementwise(
    "special/beta.h",
    "r r -> r",
    partials=(
        _slope,
        lambda a, b, out: _slope(b, a, out),
    ),
    reference=_beta,
    samples=_SAMPLES,
    special=(
        (1.0, 1.0, 1.0),
        (2.0, 3.0, 1 / 12),
        (0.0, 1.0, inf),
        (-1.0, 1.0, -1.0),
        (-3.0, 2.0, 1 / 6),
        (-1.0, 2.0, inf),
        (-1.5, 2.0, 4 / 3),
        (inf, 1.0, 0.0),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=8, float32=8, partials=32),
    pullback=True,
    sorted=True,
    wide=True,
)
def beta(a: Any, b: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Beta function.

    .. math:: B(a, b) = \int_0^1 t^{a-1} (1-t)^{b-1}\,dt = \frac{\Gamma(a)\,\Gamma(b)}{\Gamma(a+b)}

    Parameters
    ----------
    a, b : tensor_like
        Real arguments; the integral converges for positive ones, the right-hand side continues it to negative ones.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The beta function, in the promoted dtype and the broadcast shape. It is ``inf`` where an argument is 0, -1, ...,
        but for :math:`B(-n, m)` with integers :math:`0 < m \le n`, the limit for fixed `m`.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    betaln : logarithm of its absolute value
    betainc : the regularized incomplete beta function

    Notes
    -----
    Gamma functions while these do not overflow, else Stirling's formula arranged so that no large powers appear;
    reflection for negative arguments [1]_. The error is a few ulp, or what a rounding of the arguments makes.

    With respect to `a` the derivative is :math:`-B(a,b)\,[\psi(a+b)-\psi(a)]`, the difference by a kernel of its own.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 5.12. https://dlmf.nist.gov/5.12

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.beta(torch.tensor([0.5, 2.0], dtype=torch.float64), 3.0)
    tensor([1.0667, 0.0833], dtype=torch.float64)
    """


@elementwise(
    "special/beta.h",
    "r r -> r",
    partials=(
        lambda a, b, out: -digamma_difference(a, b),
        lambda a, b, out: -digamma_difference(b, a),
    ),
    reference=lambda mp, a, b: _beta(mp, a, b, lambda x: mp.log(abs(x))),
    samples=(
        *_SAMPLES,
        Group("huge", a=logarithmic(1e3, 1e15), b=logarithmic(1e3, 1e15)),
        Group("next to nothing", a=logarithmic(1e-300, 1e-30), b=logarithmic(0.1, 10), dtypes=("float64",), count=12),
    ),
    special=(
        (1.0, 1.0, 0.0),
        (0.0, 1.0, inf),
        (-1.0, 1.0, 0.0),
        (-1.5, 1.5, -inf),
        (inf, 1.0, -inf),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    # Along the curve where the beta function is 1 a few ulp of it are many of its logarithm.
    ulp=Ulp(float64=64, float32=64, partials=64),
    sorted=True,
    wide=True,
)
def betaln(a: Any, b: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Logarithm of the absolute value of the beta function.

    .. math:: \ln |B(a, b)|

    Parameters
    ----------
    a, b : tensor_like
        Real arguments.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``log(abs(beta(a, b)))`` without the overflow and underflow of `beta`, in the promoted dtype and the broadcast
        shape: ``inf`` at its poles, ``-inf`` at its zeros.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    beta : the beta function
    gammaln : logarithm of the absolute value of the gamma function

    Notes
    -----
    As `beta`; for large arguments no logarithms of gamma functions are subtracted, so nothing cancels. Beside the
    curve where the beta function is 1 the absolute error is a few ulp of 1.

    With respect to `a` the derivative is :math:`-[\psi(a+b)-\psi(a)]`, by a kernel of its own.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 5.12. https://dlmf.nist.gov/5.12

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.betaln(torch.tensor([1.0, 1e5], dtype=torch.float64), 3.0)
    tensor([ -1.0986, -33.8457], dtype=torch.float64)
    """
