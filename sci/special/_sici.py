"""The sine and cosine integrals, the hyperbolic ones, and their integrands."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, near, polar, rectangle, values
from sci._core.dispatch import elementwise

from ._gaussian import with_digits


def _quotient_reference(mp: Any, n: Any, z: Any, hyperbolic: bool) -> Any:
    """Go up the recurrence of Leibniz's rule, with the digits that it cancels."""
    n = int(n)
    with mp.workdps(mp.dps + 20 + int(2 * (n + 1) * max(0, -mp.log10(abs(z))))):
        waves = [mp.sinh(z), mp.cosh(z)] if hyperbolic else [mp.sin(z), mp.cos(z), -mp.sin(z), -mp.cos(z)]
        value = waves[0] / z
        for k in range(1, n + 1):
            value = (waves[k % len(waves)] - k * value) / z
        return value


_N = values(0, 1, 2, 3)
_QUOTIENT = (
    Group("core", n=_N, z=linear(-9, 9)),
    Group("tiny", n=_N, z=logarithmic(1e-20, 0.1), count=12),
    Group("plane", n=_N, z=polar(0.01, 12), count=32),
    Group("seams", n=values(2), z=near(2.5)),
)


@elementwise(
    "special/sici.h",
    "i r -> r, i c -> c",
    partials=(discrete, lambda n, z, out: sine_quotient(n + 1, z)),
    reference=lambda mp, n, z: _quotient_reference(mp, n, z, False),
    samples=_QUOTIENT,
    special=((0, 0.0, 1.0), (1, 0.0, 0.0), (0, inf, 0.0), (0, nan, nan)),
    # Beside zeros the recurrence's few eps of its terms count.
    ulp=Ulp(float64=96, float32=96, complex128=32, complex64=32, partials=128),
    public=False,
)
def sine_quotient(n: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivatives of :math:`\sin(z) / z`.

    Parameters
    ----------
    n : tensor_like of integers
        Order of the derivative, 0 to 16.
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative of order `n`.

    Notes
    -----
    A power series near 0, Leibniz's rule beyond. The derivative is the function of the next order.

    Examples
    --------
    >>> import torch
    >>> from sci.special._sici import sine_quotient
    >>> sine_quotient(0, torch.tensor([0.0, 1.0], dtype=torch.float64))
    tensor([1.0000, 0.8415], dtype=torch.float64)
    """


@elementwise(
    "special/sici.h",
    "i r -> r, i c -> c",
    partials=(discrete, lambda n, z, out: sinh_quotient(n + 1, z)),
    reference=lambda mp, n, z: _quotient_reference(mp, n, z, True),
    samples=_QUOTIENT,
    special=((0, 0.0, 1.0), (1, 0.0, 0.0), (0, -inf, inf), (1, -inf, -inf), (0, nan, nan)),
    # Beside zeros the recurrence's few eps of its terms count.
    ulp=Ulp(float64=96, float32=96, complex128=32, complex64=32, partials=128),
    public=False,
)
def sinh_quotient(n: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivatives of :math:`\sinh(z) / z`.

    Parameters
    ----------
    n : tensor_like of integers
        Order of the derivative, 0 to 16.
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative of order `n`.

    Notes
    -----
    A power series near 0, Leibniz's rule beyond. The derivative is the function of the next order.

    Examples
    --------
    >>> import torch
    >>> from sci.special._sici import sinh_quotient
    >>> sinh_quotient(0, torch.tensor([0.0, 1.0], dtype=torch.float64))
    tensor([1.0000, 1.1752], dtype=torch.float64)
    """


def _pair(mp: Any, odd: Any, even: Any, z: Any) -> Any:
    """The two integrals; those even ones of negative real arguments are those of their modulus."""
    with mp.workdps(mp.dps + int(abs(mp.im(z))) + 10 + int(max(0, mp.log10(abs(z))))):
        if mp.im(z) == 0:
            return with_digits(mp, odd, z), with_digits(mp, lambda z: mp.re(even(abs(z))), z)
        return with_digits(mp, odd, z), with_digits(mp, even, z)


def _cosine_quotient(x: Tensor) -> Tensor:
    """cos(x) / x, 0 at real infinity."""
    if x.is_complex():
        return torch.cos(x) / x
    far = torch.isinf(x)
    return torch.where(far, 0.0, torch.cos(torch.where(far, 1.0, x)) / x)


_GROUPS = (
    Group("core", z=linear(-12, 12), count=64),
    Group("tiny", z=logarithmic(1e-300, 1e-2), count=12, dtypes=("float64",)),
    Group("tiny", z=logarithmic(1e-36, 1e-2), count=12, dtypes=("float32",)),
    Group("seams", z=near(1.0, 2.0, 4.0, 64.0)),
    Group("plane", z=polar(0.05, 30), count=48),
    Group("seam of the plane", z=polar(2.499, 2.501), count=16),
    Group("near the axes", z=rectangle((-20, 20), (-1e-9, 1e-9)), count=12),
)


@elementwise(
    "special/sici.h",
    "r -> rr, c -> cc",
    partials=(lambda x, si, ci: (sine_quotient(0, x), _cosine_quotient(x)),),
    reference=lambda mp, z: _pair(mp, mp.si, mp.ci, z),
    samples=(
        *(Group(g.name, count=g.count, dtypes=g.dtypes, x=g.axes["z"]) for g in _GROUPS),
        Group("large", x=logarithmic(12, 1e6), count=24),
        Group("about zeros", x=values(0.616505, 3.38418, 6.42705, 9.52978)),
    ),
    special=(
        (0.0, (0.0, -inf)),
        (inf, (1.5707963267948966192, 0.0)),
        (-inf, (-1.5707963267948966192, nan)),
        (nan, (nan, nan)),
        (-2.0, (-1.6054129768026948486, 0.42298082877486499570)),
    ),
    ulp=Ulp(float64=4, float32=4, complex128=16, complex64=16, partials=8),
)
def sici(x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Sine and cosine integrals.

    .. math:: \mathrm{Si}(x) = \int_0^x \frac{\sin t}{t} \, dt, \qquad
              \mathrm{Ci}(x) = \gamma + \log x + \int_0^x \frac{\cos t - 1}{t} \, dt

    Parameters
    ----------
    x : tensor_like
        Real or complex argument.

    Returns
    -------
    (Tensor, Tensor)
        ``Si(x)`` and ``Ci(x)``. Ci of negative real `x` is that of its modulus, of complex ones the principal value,
        ``i pi`` on the negative axis.

    See Also
    --------
    shichi : the hyperbolic integrals
    expi, exp1

    Notes
    -----
    Real `x`: power series below 1, piecewise polynomials for the auxiliary functions f and g beyond [1]_. Complex `x`:
    power series below 2.5, exponential integrals of ``i x`` and ``-i x`` beyond. Within 3 ulp for real `x`, beside the
    zeros of Ci as one rounding of `x` allows; 10 eps of the modulus in the plane.

    The derivatives are ``sin(x) / x``, 1 at 0, and ``cos(x) / x``.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 6.2(iii). https://dlmf.nist.gov/6.2

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.sici(torch.tensor([0.0, 1.0], dtype=torch.float64))
    (tensor([0.0000, 0.9461], dtype=torch.float64), tensor([  -inf, 0.3374], dtype=torch.float64))
    """


@elementwise(
    "special/sici.h",
    "r -> rr, c -> cc",
    partials=(lambda x, shi, chi: (sinh_quotient(0, x), torch.cosh(x) / x),),
    reference=lambda mp, z: _pair(mp, mp.shi, mp.chi, z),
    samples=(
        *(Group(g.name, count=g.count, dtypes=g.dtypes, x=g.axes["z"]) for g in _GROUPS),
        Group("large", x=linear(12, 700), count=24, dtypes=("float64",)),
        Group("large", x=linear(12, 85), count=16, dtypes=("float32",)),
        Group("about the zero", x=values(0.523822, 0.52, 0.53)),
    ),
    special=(
        (0.0, (0.0, -inf)),
        (inf, (inf, inf)),
        (-inf, (-inf, inf)),
        (nan, (nan, nan)),
        (-2.0, (-2.5015674333549756415, 2.4526669226469145520)),
    ),
    ulp=Ulp(float64=6, float32=6, complex128=16, complex64=16, partials=8),
)
def shichi(x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Hyperbolic sine and cosine integrals.

    .. math:: \mathrm{Shi}(x) = \int_0^x \frac{\sinh t}{t} \, dt, \qquad
              \mathrm{Chi}(x) = \gamma + \log x + \int_0^x \frac{\cosh t - 1}{t} \, dt

    Parameters
    ----------
    x : tensor_like
        Real or complex argument.

    Returns
    -------
    (Tensor, Tensor)
        ``Shi(x)`` and ``Chi(x)``. Chi of negative real `x` is that of its modulus, of complex ones the principal value,
        ``i pi`` on the negative axis.

    See Also
    --------
    sici : the trigonometric integrals
    expi, exp1

    Notes
    -----
    Power series near 0, exponential integrals of `x` and ``-x`` beyond. Within 4 ulp for real `x`, beside the zero of
    Chi at 0.5238 as one rounding of `x` allows; 10 eps of the modulus in the plane.

    The derivatives are ``sinh(x) / x``, 1 at 0, and ``cosh(x) / x``.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.shichi(torch.tensor([0.0, 1.0], dtype=torch.float64))
    (tensor([0.0000, 1.0573], dtype=torch.float64), tensor([  -inf, 0.8379], dtype=torch.float64))
    """
