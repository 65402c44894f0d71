"""The regularized incomplete gamma functions, their derivatives in the parameter, and the gamma density."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, not_implemented, values
from sci._core.dispatch import elementwise

from ._polygamma import polygamma


def regularized(mp: Any, a: Any, x: Any, upper: bool) -> Any:
    """Reference: Kummer's series with digits for the subtraction from 1; for large a, quadrature of the density."""
    if x == 0 or a == 0:
        return mp.mpf(upper == (x == 0))
    if a < 1000:
        tail = (x - a - a * mp.log(x / a)) / mp.log(10)
        with mp.workdps(mp.dps + 10 + int(max(0, tail) + max(0, -mp.log10(a)))):
            term = total = mp.mpf(1)
            n = 0
            while term > mp.eps * total:
                n += 1
                term *= x / (a + n)
                total += term
            lower = mp.exp(a * mp.log(x) - x - mp.loggamma(a + 1)) * total
            return 1 - lower if upper else lower
    with mp.workdps(mp.dps + 10 + int(mp.log10(a))):
        # In units of the standard deviation, out to where the density is below the precision.
        scale, peak = mp.sqrt(a), a * mp.log(a) - a - mp.loggamma(a)
        start = (x - a) / scale
        side = 1 if x > a else -1
        far = mp.sqrt(start * start + 3 * mp.log(10) * mp.dps)

        def density(z: Any) -> Any:
            t = a + side * scale * z
            return mp.exp(a * mp.log(t / a) - side * scale * z + peak) * scale / t

        ends = [abs(start) + (far - abs(start)) * k / 12 for k in range(13)]
        part = mp.quad(density, ends, method="gauss-legendre")
        return part if (side > 0) == upper else 1 - part


_SAMPLES = (
    Group("series", a=linear(0.5, 13), x=linear(0, 10)),
    Group("fraction", a=linear(0, 12), x=linear(2, 30)),
    Group("small a", a=logarithmic(1e-12, 0.9), x=logarithmic(1e-6, 1.1)),
    Group("small a, fraction", a=logarithmic(1e-12, 0.9), x=linear(1.1, 20), count=24),
    Group("small x", a=linear(0.3, 20), x=logarithmic(1e-10, 1e-2), count=24),
    Group("transition", a=linear(13, 300), x=linear(13, 300)),
    Group(
        "transition, near", a=values(13.0, 50.0, 200.0, 900.0), x=values(10.0, 14.5, 48.0, 51.5, 190.0, 215.0, 880.0)
    ),
    Group("seams", a=values(13.0, 25.0), x=near(3.9, 7.6, 13.0, 30.8, 59.0)),
    Group("seams, small", a=values(0.25, 0.75, 1.0, 1.25), x=near(0.5, 1.0, 1.1, 1.25)),
    Group("large", a=values(1500.0), x=values(1400.0, 1500.0, 1620.0)),
    Group("huge", a=values(1e12), x=values(0.999998e12, 1e12, 1.000002e12), dtypes=("float64",)),
)


@elementwise(
    "special/gammainc.h",
    "r r -> r",
    partials=(lambda a, x, out: -polygamma(1, a), lambda a, x, out: 1 / x),
    reference=lambda mp, a, x: mp.log(x) - mp.digamma(a),
    samples=(
        Group("core", a=linear(0.1, 13), x=linear(0, 20)),
        Group("near", a=values(13.0, 1e3, 1e9), x=values(12.5, 1000.5, 1.0000001e9), dtypes=("float64",)),
        Group("far", a=logarithmic(1e-6, 1e3), x=logarithmic(1e-10, 1e9), count=24),
    ),
    special=((1.0, 0.0, -inf), (1.0, 1.0, 0.57721566490153286061), (nan, 1.0, nan), (1.0, nan, nan)),
    # A root, beside x = a - 1/2, crosses the samples.
    ulp=Ulp(float64=64, float32=64),
    public=False,
)
def log_minus_digamma(a: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Logarithmic derivative of the gamma density in its shape, :math:`\ln x - \psi(a)`.

    Parameters
    ----------
    a, x : tensor_like
        Real arguments.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The difference, for large `a` and `x` near it as :math:`\ln(x/a) + [\ln a - \psi(a)]`, which does not cancel.

    Notes
    -----
    The bracket by its asymptotic series, DLMF 5.11.2.
    """


@elementwise(
    "special/gammainc.h",
    "r r -> r",
    partials=(
        # At x = 0 the logarithm meets a factor that is 0 (a > 1); for a <= 1 there is no derivative.
        lambda a, x, out: torch.where((x == 0) & (a > 1), torch.zeros_like(out), out * log_minus_digamma(a, x)),
        # x^(a-2) e^-x / Gamma(a) (a - 1 - x); at x = 0 the difference of densities that this is.
        lambda a, x, out: torch.where(
            x == 0, gamma_density(a - 1, x) - out, out * ((a - 1 - x) / torch.where(x == 0, 1, x))
        ),
    ),
    reference=lambda mp, a, x: mp.exp((a - 1) * mp.log(x) - x) * mp.rgamma(a),
    samples=(
        Group("core", a=linear(0.1, 13), x=linear(0, 20)),
        Group("small", a=logarithmic(1e-12, 1), x=logarithmic(1e-10, 10), count=24),
        Group("large", a=linear(13, 300), x=linear(13, 300)),
        Group("huge", a=values(1e12), x=values(0.999998e12, 1e12, 1.000002e12), dtypes=("float64",)),
        Group("tails", a=linear(20, 100), x=values(0.5, 3.0, 250.0), count=16),
    ),
    special=(
        (1.0, 0.0, 1.0),
        (0.5, 0.0, inf),
        (2.0, 0.0, 0.0),
        (0.0, 1.0, 0.0),
        (2.0, inf, 0.0),
        (2.0, -1.0, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=8, float32=8, partials=64),
    public=False,
)
def gamma_density(a: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Density of the gamma distribution, :math:`x^{a-1} e^{-x} / \Gamma(a)`.

    Parameters
    ----------
    a : tensor_like
        Shape; by continuation also negative, 0 at 0.
    x : tensor_like
        Argument, not negative: NaN below 0.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The density, without the overflow of its factors.

    Notes
    -----
    For large `a` by the value at the peak and the deviance (Loader): the relative error is that of the exponent.
    The derivatives are the density times :math:`\ln x - \psi(a)` and :math:`(a - 1 - x)/x`.
    """


def over_gamma_density(above: Any, a: Any, x: Any) -> Any:
    """Return `above` over the density at x > 0; for small x by x times the density, which is of moderate size where
    the square of the density, in the quotient's derivatives, is out of range."""
    small = (x > 0) & (x < 1e-8) & (a > 0)
    near = a * gamma_density(a + 1, torch.where(small, x, 1.0))
    return torch.where(small, above * (x / near), above / gamma_density(a, torch.where(small, 1.0, x)))


@elementwise(
    "special/gammainc.h",
    "r r -> r",
    partials=(
        not_implemented("a third derivative"),
        lambda a, x, out: gamma_density(a, x) * (log_minus_digamma(a, x) ** 2 - polygamma(1, a)),
    ),
    reference=lambda mp, a, x: mp.diff(lambda s: regularized(mp, s, x, False), a, 2),
    samples=(
        Group("core", a=linear(0.5, 12), x=linear(0, 5), count=24),
        Group("upper", a=linear(0.5, 12), x=linear(13, 30), count=24),
        Group("transition", a=linear(13, 100), x=values(9.0, 40.0), count=16),
    ),
    special=((1.0, 0.0, 0.0), (2.0, inf, 0.0), (nan, 1.0, nan), (1.0, nan, nan), (-1.0, 1.0, nan)),
    # It changes sign beside x = a, and so does its derivative.
    ulp=Ulp(float64=2048, float32=2048, partials=2048),
    public=False,
    sorted=True,
)
def gammainc_daa(a: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of the regularized lower incomplete gamma function with respect to its parameter.

    Parameters
    ----------
    a, x : tensor_like
        Real arguments, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`\partial^2 P(a, x) / \partial a^2`; that of :math:`Q` is its negative.

    Notes
    -----
    The algorithms of `gammainc` on dual numbers of dual numbers.
    """


@elementwise(
    "special/gammainc.h",
    "r r -> r",
    partials=(
        lambda a, x, out: gammainc_daa(a, x),
        lambda a, x, out: gamma_density(a, x) * log_minus_digamma(a, x),
    ),
    reference=lambda mp, a, x: mp.diff(lambda s: regularized(mp, s, x, False), a),
    samples=(
        Group("series", a=linear(0.5, 13), x=linear(0, 10), count=32),
        Group("fraction", a=linear(0.1, 12), x=linear(2, 30), count=32),
        Group("small a", a=logarithmic(1e-6, 0.9), x=logarithmic(1e-3, 1.1), count=32),
        Group("small a, fraction", a=logarithmic(1e-6, 0.9), x=linear(1.1, 20), count=16),
        Group("transition", a=linear(13, 300), x=linear(13, 300)),
        Group("large", a=values(900.0), x=values(850.0, 905.0, 960.0)),
    ),
    special=(
        (1.0, 0.0, 0.0),
        (0.0, 1.0, -0.21938393439552027368),
        (2.0, inf, 0.0),
        (nan, 1.0, nan),
        (1.0, nan, nan),
        (-1.0, 1.0, nan),
    ),
    # The second derivative is 0 beside x = a.
    ulp=Ulp(float64=32, float32=32, partials=4096),
    public=False,
    sorted=True,
)
def gammainc_da(a: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of the regularized lower incomplete gamma function with respect to its parameter.

    Parameters
    ----------
    a, x : tensor_like
        Real arguments, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`\partial P(a, x) / \partial a`, which is negative; that of :math:`Q` is its negative. It is
        :math:`-E_1(x)` at ``a = 0`` and 0 at ``x = 0``.

    Notes
    -----
    The algorithms of `gammainc` on dual numbers, applied to the smaller one of P and Q: relatively accurate in both
    tails.
    """


@elementwise(
    "special/gammainc.h",
    "r r -> r",
    partials=(lambda a, x, out: gammainc_da(a, x), lambda a, x, out: gamma_density(a, x)),
    reference=lambda mp, a, x: regularized(mp, a, x, False),
    samples=_SAMPLES,
    special=(
        (0.0, 0.0, nan),
        (0.0, 1.0, 1.0),
        (1.0, 0.0, 0.0),
        (2.0, inf, 1.0),
        (inf, 2.0, 0.0),
        (inf, inf, nan),
        (-1.0, 1.0, nan),
        (1.0, -1.0, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    # Just below x = 1.1 the expression for small a cancels to a tenth.
    ulp=Ulp(float64=16, float32=16, partials=64),
    sorted=True,
)
def gammainc(a: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Regularized lower incomplete gamma function.

    .. math:: P(a, x) = \frac{1}{\Gamma(a)} \int_0^x t^{a-1} e^{-t}\,dt

    Parameters
    ----------
    a : tensor_like
        Parameter, not negative.
    x : tensor_like
        Argument, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function, from 0 to 1, in the promoted dtype and the broadcast shape. NaN where an argument is negative and
        where both are 0 or both infinite; 1 at ``a = 0``.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    gammaincc : the complement, accurate where it is small
    gammaincinv : the inverse in `x`

    Notes
    -----
    A series of positive terms below the mean, a continued fraction above it, an expression of their own for small
    parameters, and for :math:`a \ge 13` about the mean the uniform expansion [1]_ by a recurrence for its Taylor
    coefficients [2]_, the same short sum for all `a`. The error is a few ulp, or what a rounding of the arguments
    makes.

    The derivative in `x` is the gamma density, finite at ``a = 1, x = 0``; the one in `a`, and the second, are the same
    algorithms on dual numbers, relatively accurate in both tails. A third derivative in `a` alone raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 8.7, 8.9 and 8.12. https://dlmf.nist.gov/8
    .. [2] A. Gil, J. Segura, N. M. Temme, "Efficient and accurate algorithms for the computation and inversion of the
       incomplete gamma function ratios", SIAM J. Sci. Comput. 34 (2012) A2965-A2981.

    Examples
    --------
    >>> import torch, sci
    >>> a = torch.tensor([0.5, 2.0, 100.0], dtype=torch.float64, requires_grad=True)
    >>> p = sci.special.gammainc(a, 2.0)
    >>> p.detach()
    tensor([ 9.5450e-01,  5.9399e-01, 1.8754e-129], dtype=torch.float64)
    >>> p[1].backward()
    >>> a.grad[1]
    tensor(-0.2940, dtype=torch.float64)
    """


@elementwise(
    "special/gammainc.h",
    "r r -> r",
    partials=(lambda a, x, out: -gammainc_da(a, x), lambda a, x, out: -gamma_density(a, x)),
    reference=lambda mp, a, x: regularized(mp, a, x, True),
    samples=_SAMPLES,
    special=(
        (0.0, 0.0, nan),
        (0.0, 1.0, 0.0),
        (1.0, 0.0, 1.0),
        (2.0, inf, 0.0),
        (inf, 2.0, 1.0),
        (inf, inf, nan),
        (-1.0, 1.0, nan),
        (1.0, -1.0, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    # Just below x = 1.1 the expression for small a cancels to a tenth.
    ulp=Ulp(float64=16, float32=16, partials=64),
    sorted=True,
)
def gammaincc(a: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Regularized upper incomplete gamma function.

    .. math:: Q(a, x) = \frac{1}{\Gamma(a)} \int_x^\infty t^{a-1} e^{-t}\,dt = 1 - P(a, x)

    Parameters
    ----------
    a : tensor_like
        Parameter, not negative.
    x : tensor_like
        Argument, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function, from 1 to 0, in the promoted dtype and the broadcast shape. NaN where an argument is negative and
        where both are 0 or both infinite; 0 at ``a = 0``.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    gammainc : the complement, with method and accuracy
    gammainccinv : the inverse in `x`

    Notes
    -----
    Computed together with `gammainc`, the smaller of the two directly: relatively accurate down to underflow. The
    derivatives are those of `gammainc` with the sign changed.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 8.7, 8.9 and 8.12. https://dlmf.nist.gov/8

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.gammaincc(torch.tensor([0.5, 2.0, 100.0], dtype=torch.float64), 150.0)
    tensor([3.2944e-67, 1.0834e-63, 5.9245e-06], dtype=torch.float64)
    """
