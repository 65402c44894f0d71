"""Jacobi's elliptic functions. The mathematics is in csrc/special/ellipj.h."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, not_implemented, values
from sci._core.dispatch import elementwise


def _reference(mp: Any, u: Any, m: Any) -> tuple[Any, ...]:
    """Reference: by theta functions; the amplitude from them and the number of half periods."""
    sn, cn, dn = (mp.ellipfun(kind, u, m=m) for kind in ("sn", "cn", "dn"))
    turns = mp.nint(mp.re(u / (2 * mp.ellipk(m))))
    sign = (-1) ** int(turns)
    return sn, cn, dn, turns * mp.pi + mp.atan2(sign * sn, sign * cn)


def _amplitude_slope(mp: Any, u: Any, m: Any) -> Any:
    """Reference: the derivative of the amplitude in m."""
    with mp.workdps(mp.dps + 10):
        *_, dn, am = _reference(mp, u, m)
        return -dn * mp.diff(lambda parameter: mp.ellipf(am, parameter), m)


def _by_parameter(u: Tensor, m: Tensor, sn: Tensor, cn: Tensor, dn: Tensor, am: Tensor) -> tuple[Tensor, ...]:
    """F(am, m) = u gives d am/dm = -dn dF/dm; the others follow by the chain rule, dn from dn^2 = 1 - m sn^2."""
    slope = ellipj_slope(u, m)
    # At m = 1 it is -sinh(u)/4 for large u, times cn = 1/cosh(u).
    turn = torch.where((m == 1) & slope.isinf(), -sn / 4, cn * slope)
    return turn, -sn * slope, -sn * (sn + 2 * m * turn) / (2 * dn), slope


def _slope_by_argument(u: Tensor, m: Tensor, out: Tensor) -> Tensor:
    sn, cn, dn, _ = ellipj(u, m)
    return -sn * (sn + 2 * m * cn * out) / (2 * dn)


@elementwise(
    "special/ellipj.h",
    "r r -> r",
    partials=(not_implemented("a third derivative of the amplitude"),) * 2,
    reference=lambda mp, u, m: mp.diff(lambda parameter: _amplitude_slope(mp, u, parameter), m),
    samples=(
        Group("core", u=linear(-3, 3), m=linear(0.01, 0.99), count=12),
        Group("periods", u=linear(-20, 20), m=linear(0.01, 0.99), count=6),
        Group("beside m = 1", u=linear(-6, 6), m=values(1 - 2**-10), count=6),
    ),
    special=((0.5, -0.1, nan), (0.5, 1.1, nan), (inf, 0.5, nan), (nan, 0.5, nan), (0.5, nan, nan)),
    # Terms of one size and both signs: it crosses 0.
    ulp=Ulp(float64=4096, float32=4096),
    public=False,
)
def ellipj_curvature(u: Any, m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of Jacobi's amplitude in the parameter.

    Parameters
    ----------
    u, m : tensor_like
        As for `ellipj`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative, by differentiating :math:`F(\varphi(m), m) = u` twice.
    """


@elementwise(
    "special/ellipj.h",
    "r r -> r",
    partials=(_slope_by_argument, lambda u, m, out: ellipj_curvature(u, m)),
    reference=lambda mp, u, m: _amplitude_slope(mp, u, m),
    samples=(
        Group("core", u=linear(-3, 3), m=linear(0.01, 0.99), count=16),
        Group("periods", u=linear(-20, 20), m=linear(0.01, 0.99), count=8),
        Group("beside m = 1", u=linear(-12, 12), m=values(1 - 2**-10, 1 - 2**-18), count=12),
    ),
    special=((0.0, 0.5, -0.0), (0.5, -0.1, nan), (0.5, 1.1, nan), (inf, 0.5, nan), (nan, 0.5, nan), (0.5, nan, nan)),
    # Its own derivative in m is a difference: where m and sn are both beside 1, 5e-11 (relative) is lost.
    ulp=Ulp(float64=16, float32=16, partials=262144),
    public=False,
)
def ellipj_slope(u: Any, m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of Jacobi's amplitude in the parameter.

    Parameters
    ----------
    u, m : tensor_like
        As for `ellipj`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`-\mathrm{dn} \, \partial F/\partial m` at the amplitude.
    """


@elementwise(
    "special/ellipj.h",
    "r r -> r r r r",
    partials=(
        lambda u, m, sn, cn, dn, am: (cn * dn, -sn * dn, -m * sn * cn, dn),
        _by_parameter,
    ),
    reference=_reference,
    samples=(
        Group("core", u=linear(-3, 3), m=linear(0.01, 0.99), count=24),
        Group("periods", u=linear(-20, 20), m=linear(0.01, 0.99), count=24),
        Group("small", u=logarithmic(1e-8, 1e-2), m=linear(0.01, 0.99), count=12),
        Group("beside m = 0", u=linear(-9, 9), m=logarithmic(1e-12, 1e-3), count=12),
        Group("beside m = 1", u=linear(-12, 12), m=values(1 - 2**-10, 1 - 2**-18), count=12),
    ),
    special=(
        (0.0, 0.5, (0.0, 1.0, 1.0, 0.0)),
        (0.5, 0.0, (0.479425538604203, 0.8775825618903728, 1.0, 0.5)),
        (0.5, 1.0, (0.46211715726000973, 0.886818883970074, 0.886818883970074, 0.48038107913372946)),
        (0.5, -0.1, (nan, nan, nan, nan)),
        (0.5, 1.1, (nan, nan, nan, nan)),
        (inf, 0.5, (nan, nan, nan, nan)),
        (nan, 0.5, (nan, nan, nan, nan)),
        (0.5, nan, (nan, nan, nan, nan)),
    ),
    # Beside the zeros of sn and cn the error is up to twice what one rounding of u does. The derivative of dn in m
    # crosses 0 in the samples.
    ulp=Ulp(float64=48, float32=48, partials=64),
)
def ellipj(u: Any, m: Any, /, *, out: Tensor | None = None) -> tuple[Tensor, ...]:
    r"""
    Jacobi's elliptic functions.

    .. math::
        \mathrm{sn}(u, m) = \sin\varphi, \quad \mathrm{cn}(u, m) = \cos\varphi, \quad
        \mathrm{dn}(u, m) = \sqrt{1 - m \sin^2\varphi}, \qquad F(\varphi, m) = u

    Parameters
    ----------
    u : tensor_like
        Argument, real.
    m : tensor_like
        Parameter, the square of the modulus, between 0 and 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    sn, cn, dn, ph : Tensor
        The three functions and the amplitude :math:`\varphi`; NaN for `m` outside [0, 1].

    See Also
    --------
    ellipkinc : the inverse of the amplitude
    ellipk : the quarter period

    Notes
    -----
    Gauss's transformation in the form of Bulirsch [1]_, which subtracts nowhere, so that small values of `cn` and `dn`
    beside :math:`m = 1` keep their digits.

    .. math::
        \frac{\partial\varphi}{\partial u} = \mathrm{dn}, \qquad
        \frac{\partial\varphi}{\partial m} = -\mathrm{dn} \, \frac{\partial F}{\partial m}(\varphi, m),

    from which the others follow by the chain rule [2]_.

    References
    ----------
    .. [1] R. Bulirsch, "Numerical calculation of elliptic integrals and elliptic functions", Numer. Math. 7 (1965),
       78-90.
    .. [2] NIST Digital Library of Mathematical Functions, section 22.13. https://dlmf.nist.gov/22.13

    Examples
    --------
    >>> import torch, sci
    >>> sn, cn, dn, ph = sci.special.ellipj(torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64), 0.5)
    >>> sn
    tensor([0.0000, 0.8030, 0.9947], dtype=torch.float64)
    >>> torch.allclose(sci.special.ellipkinc(ph, 0.5), torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64))
    True
    """
