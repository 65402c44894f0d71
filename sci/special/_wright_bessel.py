"""Wright's generalised Bessel function, its logarithm, and what their derivatives are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, values
from sci._core.dispatch import elementwise

from ._bessel_i import THIRD

# ---- references ----------------------------------------------------------------------------------------------------


def _sums(mp: Any, a: Any, b: Any, x: Any, order: int) -> Any:
    """Sum the series of the `order`-th derivative in b; all terms of the function itself are positive."""
    with mp.workdps(mp.dps + 15):
        total, power, k = mp.mpf(0), mp.mpf(1), 0
        while True:
            z = a * k + b
            g = mp.rgamma(z)
            if order:
                psi = mp.psi(0, z)
                g *= -psi if order == 1 else psi * psi - mp.psi(1, z)
            total += power * g
            k += 1
            power *= x / k
            if k > 5 and abs(power * g) < mp.eps * abs(total):
                return total


def _reference(mp: Any, a: Any, b: Any, x: Any) -> Any:
    return _sums(mp, a, b, x, 0)


def _reference_db(mp: Any, a: Any, b: Any, x: Any) -> Any:
    return _sums(mp, a, b, x, 1)


def _reference_db2(mp: Any, a: Any, b: Any, x: Any) -> Any:
    return _sums(mp, a, b, x, 2)


# ---- samples -------------------------------------------------------------------------------------------------------

_CORE = (
    Group("core", a=linear(0.05, 3), b=linear(0.1, 6), x=logarithmic(0.01, 60), count=32),
    Group("small a", a=logarithmic(1e-3, 0.1), b=linear(0.2, 4), x=logarithmic(0.1, 60), count=10),
    Group("large a", a=linear(3, 12), b=linear(0.2, 8), x=logarithmic(0.1, 100), count=10),
)
_FEW = (
    Group("core", a=linear(0.1, 2.5), b=linear(0.2, 5), x=logarithmic(0.1, 40), count=16),
    Group("small a", a=logarithmic(0.01, 0.1), b=linear(0.5, 4), x=logarithmic(0.1, 40), count=6),
)
_LARGE = Group("large x", a=linear(0.3, 2), b=linear(0.1, 6), x=logarithmic(60, 1000), count=8, dtypes=("float64",))


# ---- derivatives -----------------------------------------------------------------------------------------------------


def _shift(a: Tensor, b: Tensor, x: Tensor) -> Tensor:
    """Return Phi(a, a + b; x) / Phi(a, b; x), the derivative of log Phi in x."""
    return torch.exp(log_wright_bessel(a, a + b, x) - log_wright_bessel(a, b, x))


def _log_da(a: Tensor, b: Tensor, x: Tensor, out: Tensor) -> Tensor:
    shift = _shift(a, b, x)
    return x * shift * wright_bessel_ratio(a, a + b, x).masked_fill(shift == 0, 0)  # the terms may underflow


def _ratio_da(a: Tensor, b: Tensor, x: Tensor, out: Tensor) -> Tensor:
    shift = _shift(a, b, x)
    slope = wright_bessel_ratio2(a, a + b, x) - wright_bessel_ratio(a, a + b, x) * out
    return x * shift * slope.masked_fill(shift == 0, 0)  # as above


def _ratio_dx(ratio: Callable[..., Tensor], a: Tensor, b: Tensor, x: Tensor, out: Tensor) -> Tensor:
    shift = _shift(a, b, x)
    return shift * (ratio(a, a + b, x) - out).masked_fill(shift == 0, 0)  # as above


@elementwise(
    "special/wright_bessel.h",
    "r r r -> r",
    partials=(
        lambda a, b, x, out: x * wright_bessel_db(a, a + b, x),
        lambda a, b, x, out: wright_bessel_db(a, b, x),
        lambda a, b, x, out: wright_bessel(a, a + b, x),
    ),
    reference=_reference,
    samples=(*_CORE, _LARGE),
    special=(
        (1.0, 1.0, 0.0, 1.0),
        (1.0, 0.0, 0.0, 0.0),
        (-1.0, 1.0, 1.0, nan),
        (1.0, -1.0, 1.0, nan),
        (1.0, 1.0, -1.0, nan),
        (1.0, 1.0, inf, inf),
        (nan, 1.0, 1.0, nan),
    ),
    ulp=Ulp(float64=32, float32=2, partials=128),
    sorted=True,
)
def wright_bessel(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Wright's generalised Bessel function.

    Parameters
    ----------
    a, b : array_like
        Parameters, not negative.
    x : array_like
        Argument, real and not negative.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`\Phi(a, b; x)`; NaN where an argument is negative.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    log_wright_bessel : its logarithm, beyond the range of the function
    iv : the case `a` = 1, :math:`I_v(2\sqrt x) = x^{v/2} \Phi(1, v + 1; x)`

    Notes
    -----
    .. math::
        \Phi(a, b; x) = \sum_{k=0}^\infty \frac{x^k}{k!\, \Gamma(ak + b)}.

    By this series, or by Hankel's integral [1]_ along a parabola through its saddle point with the trapezoidal rule.
    Derivatives: :math:`\Phi_x(a, b; x) = \Phi(a, a + b; x)`, :math:`\Phi_b` by the same sum and integral, and
    :math:`\Phi_a(a, b; x) = x\,\Phi_b(a, a + b; x)`. Third derivatives raise where `a` and `b` take part thrice.

    References
    ----------
    .. [1] E. M. Wright, "On the coefficients of power series having exponential singularities", Journal of the London
       Mathematical Society 8 (1933), 71-79.

    Examples
    --------
    >>> import torch
    >>> from sci.special import wright_bessel
    >>> wright_bessel(0.5, 1.5, torch.tensor([0.0, 1.0, 10.0], dtype=torch.float64))
    tensor([  1.1284,   2.6019, 683.3550], dtype=torch.float64)
    """


@elementwise(
    "special/wright_bessel.h",
    "r r r -> r",
    partials=(
        _log_da,
        lambda a, b, x, out: wright_bessel_ratio(a, b, x),
        lambda a, b, x, out: _shift(a, b, x),
    ),
    reference=lambda mp, a, b, x: mp.log(_reference(mp, a, b, x)),
    samples=(*_CORE, _LARGE),
    special=(
        (1.0, 1.0, 0.0, 0.0),
        (1.0, 0.0, 0.0, -inf),
        (-1.0, 1.0, 1.0, nan),
        (1.0, 1.0, inf, inf),
        (nan, 1.0, 1.0, nan),
    ),
    ulp=Ulp(float64=32, float32=2, partials=1000),
    sorted=True,
)
def log_wright_bessel(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Logarithm of Wright's generalised Bessel function.

    Parameters
    ----------
    a, b : array_like
        Parameters, not negative.
    x : array_like
        Argument, real and not negative.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`\log \Phi(a, b; x)`; NaN where an argument is negative.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    wright_bessel : the function, and the method

    Notes
    -----
    The integral gives the logarithm of its size by itself, so that nothing overflows. Where the function is near 1 the
    error is relative to it, not to the small logarithm. The derivatives are those of the function over the function,
    kernels of their own.

    Examples
    --------
    >>> import torch
    >>> from sci.special import log_wright_bessel
    >>> log_wright_bessel(0.5, 1.5, torch.tensor([1.0, 1e4], dtype=torch.float64))
    tensor([  0.9562, 870.4050], dtype=torch.float64)
    """


@elementwise(
    "special/wright_bessel.h",
    "r r r -> r",
    partials=(
        lambda a, b, x, out: x * wright_bessel_db2(a, a + b, x),
        lambda a, b, x, out: wright_bessel_db2(a, b, x),
        lambda a, b, x, out: wright_bessel_db(a, a + b, x),
    ),
    reference=_reference_db,
    samples=_FEW,
    special=((-1.0, 1.0, 1.0, nan),),
    ulp=Ulp(float64=64, float32=2, partials=512),
    public=False,
    sorted=True,
)
def wright_bessel_db(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of :func:`wright_bessel` in `b`.

    The sum with the derivative of :math:`1/\Gamma`, or the integral with a factor :math:`-\log s`. It is zero near
    `b` = 1.46 for small `x`, and the derivative of :func:`wright_bessel` in `a` is made of it as well.
    """


@elementwise(
    "special/wright_bessel.h",
    "r r r -> r",
    partials=(THIRD, THIRD, lambda a, b, x, out: wright_bessel_db2(a, a + b, x)),
    reference=_reference_db2,
    samples=_FEW,
    special=((-1.0, 1.0, 1.0, nan),),
    ulp=Ulp(float64=512, float32=2, partials=1024),
    public=False,
    sorted=True,
)
def wright_bessel_db2(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`wright_bessel` in `b`.

    The sum with the second derivative of :math:`1/\Gamma`, or the integral with a factor :math:`\log^2 s`. Derivatives
    in `a` and `b` raise.
    """


@elementwise(
    "special/wright_bessel.h",
    "r r r -> r",
    partials=(
        _ratio_da,
        lambda a, b, x, out: wright_bessel_ratio2(a, b, x) - out * out,
        lambda a, b, x, out: _ratio_dx(wright_bessel_ratio, a, b, x, out),
    ),
    reference=lambda mp, a, b, x: _reference_db(mp, a, b, x) / _reference(mp, a, b, x),
    samples=_FEW,
    special=((-1.0, 1.0, 1.0, nan),),
    ulp=Ulp(float64=64, float32=2, partials=4000),
    public=False,
    sorted=True,
)
def wright_bessel_ratio(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of :func:`log_wright_bessel` in `b`.

    The derivative of the function over the function, from one sum or integral, also where both overflow. Its own
    derivatives are differences of such ratios.
    """


@elementwise(
    "special/wright_bessel.h",
    "r r r -> r",
    partials=(THIRD, THIRD, lambda a, b, x, out: _ratio_dx(wright_bessel_ratio2, a, b, x, out)),
    reference=lambda mp, a, b, x: _reference_db2(mp, a, b, x) / _reference(mp, a, b, x),
    samples=(*_FEW, Group("whole b", a=values(0.5, 1.0), b=values(1.0, 2.0), x=values(0.5, 5.0))),
    special=((-1.0, 1.0, 1.0, nan),),
    ulp=Ulp(float64=512, float32=2, partials=4000),
    public=False,
    sorted=True,
)
def wright_bessel_ratio2(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`wright_bessel` in `b` over the function.

    From one sum or integral, also where both overflow. It serves second-order gradients of the logarithm;
    derivatives in `a` and `b` are missing and raise when they are asked for.
    """
