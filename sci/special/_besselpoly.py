"""The weighted integral of a Bessel function, and its derivatives in exponent and order."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, linear, logarithmic, nan, not_implemented, values
from sci._core.dispatch import elementwise

from ._bessel_i import difference
from ._bessel_jy import jv_dv

_SECOND = not_implemented("a second derivative of besselpoly in the exponent and the order")


def _reference(mp: Any, a: Any, lmb: Any, nu: Any) -> Any:
    """Sum the integrated ascending series of J, with the digits that its terms cancel."""
    with mp.workdps(mp.dps + int(2 * a) + 10):
        total, term, k = mp.mpf(0), mp.rgamma(nu + 1), 0
        while k < 5 or abs(term) > mp.eps * abs(total):
            total += term / (nu + lmb + 1 + 2 * k)
            k += 1
            term *= -a * a / (k * (nu + k))
        return a**nu * total


_SAMPLES = (
    Group("core", a=logarithmic(0.05, 18), lmb=linear(-0.4, 4), nu=linear(0.1, 8), count=24),
    Group("whole", a=logarithmic(0.1, 60), lmb=values(0.0, 1.0, 2.0), nu=values(0.0, 1.0, 3.0), count=18),
    Group("large", a=logarithmic(20, 90), lmb=linear(-0.4, 3), nu=linear(0, 12), count=10),
)
_FEW = (
    Group("core", a=logarithmic(0.1, 18), lmb=linear(0, 3), nu=linear(0.1, 6), count=12),
    Group("large", a=logarithmic(20, 60), lmb=linear(0, 2), nu=linear(0.2, 8), count=5),
)


@elementwise(
    "special/besselpoly.h",
    "r r r -> r",
    partials=(
        lambda a, lmb, nu, out: besselpoly(a, lmb + 1, nu - 1) - besselpoly(a, lmb + 1, nu + 1),
        lambda a, lmb, nu, out: besselpoly_dlmb(a, lmb, nu),
        lambda a, lmb, nu, out: besselpoly_dnu(a, lmb, nu),
    ),
    reference=_reference,
    samples=_SAMPLES,
    special=((0.0, 1.0, 0.0, 0.5), (0.0, 1.0, 1.5, 0.0), (-1.0, 1.0, 0.5, nan), (1.0, -2.0, 0.5, nan)),
    ulp=Ulp(float64=64, float32=2, partials=1000),
    sorted=True,
)
def besselpoly(a: Any, lmb: Any, nu: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Weighted integral of the Bessel function of the first kind.

    Parameters
    ----------
    a : array_like
        Scale in the argument; where it is negative the result is NaN unless `nu` is a whole number.
    lmb : array_like
        Exponent of the weight.
    nu : array_like
        Order.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`\int_0^1 x^\lambda J_\nu(2ax)\,dx`; NaN where it diverges, :math:`\lambda + \nu \leq -1`.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    jv : the integrand

    Notes
    -----
    For :math:`a \leq 20` the series of :math:`J_\nu`, integrated and summed with twice the digits, since its terms
    cancel; beyond, the integral to infinity [1]_ less its tail by Lommel functions. SciPy's result is off by orders of
    magnitude for large `a`. Derivatives: in `a` by :math:`2J_\nu' = J_{\nu-1} - J_{\nu+1}`, in `lmb` and `nu` by the
    differentiated series and expansion; second derivatives in these two raise.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.22.43, https://dlmf.nist.gov/10.22

    Examples
    --------
    >>> import torch
    >>> from sci.special import besselpoly
    >>> besselpoly(torch.tensor([0.5, 5.0, 50.0], dtype=torch.float64), 1.0, 0.0)
    tensor([ 0.4401,  0.0043, -0.0008], dtype=torch.float64)
    """


@elementwise(
    "special/besselpoly.h",
    "r r r -> r",
    partials=(
        lambda a, lmb, nu, out: besselpoly_dlmb(a, lmb + 1, nu - 1) - besselpoly_dlmb(a, lmb + 1, nu + 1),
        _SECOND,
        _SECOND,
    ),
    reference=lambda mp, a, lmb, nu: difference(mp, lambda h: _reference(mp, a, lmb + h, nu), 1),
    samples=_FEW,
    special=((-1.0, 1.0, 0.5, nan),),
    ulp=Ulp(float64=200, float32=2, partials=2000),
    public=False,
    sorted=True,
)
def besselpoly_dlmb(a: Any, lmb: Any, nu: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of :func:`besselpoly` in the exponent, :math:`\int_0^1 x^\lambda \log x\, J_\nu(2ax)\,dx`.

    By the same series with twice the digits, and by the expansions for large `a` on dual numbers.
    """


@elementwise(
    "special/besselpoly.h",
    "r r r -> r",
    partials=(lambda a, lmb, nu, out: (jv_dv(nu, 2 * a) - (lmb + 1) * out) / a, _SECOND, _SECOND),
    reference=lambda mp, a, lmb, nu: difference(mp, lambda h: _reference(mp, a, lmb, nu + h), 1),
    samples=_FEW,
    special=((-1.0, 1.0, 0.5, nan),),
    ulp=Ulp(float64=1000, float32=2, partials=4000),
    public=False,
    sorted=True,
)
def besselpoly_dnu(a: Any, lmb: Any, nu: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of :func:`besselpoly` in the order, for positive `a`.

    By the same series with twice the digits, and by the expansions for large `a` on dual numbers. At negative whole
    orders the limit of others, where these are finite, and NaN where more than four digits would cancel.
    """
