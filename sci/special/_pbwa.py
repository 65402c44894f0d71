"""Parabolic cylinder function W. The mathematics is in csrc/special/pbwa.h."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, not_implemented
from sci._core.dispatch import elementwise

_THIRD = not_implemented("a third derivative of a parabolic cylinder function in its parameter")


def _solve(mp: Any, a: Any, x: Any) -> tuple[Any, Any]:
    """W and W', by Kummer's series of the even and the odd solution (DLMF 12.14.2-3, 12.14.8-12)."""
    with mp.workdps(int(mp.dps + 15 + x * x / 2 + 2 * mp.sqrt(abs(a) + 1) * abs(x))):
        i, z = mp.mpc(0, 1), -mp.mpc(0, 1) * x * x / 2
        e, p, q = mp.exp(-z / 2), i * a / 2 + mp.mpf(1) / 4, i * a / 2 + mp.mpf(3) / 4
        even, odd = mp.hyp1f1(p, 0.5, z), mp.hyp1f1(q, 1.5, z)
        # M' = (parameter / second parameter) M(... + 1), dz/dx = -ix
        even_slope = -i * x * (2 * p * mp.hyp1f1(p + 1, 1.5, z) - even / 2)
        odd_slope = odd + x * (-i * x) * (q / 1.5 * mp.hyp1f1(q + 1, 2.5, z) - odd / 2)
        ratio = mp.exp(mp.re(mp.loggamma(p) - mp.loggamma(q)) / 2)
        start, slope = ratio / mp.mpf(2) ** 0.75, -1 / (ratio * mp.mpf(2) ** 0.25)
        return start * mp.re(e * even) + slope * x * mp.re(e * odd), (
            start * mp.re(e * even_slope) + slope * mp.re(e * odd_slope)
        )


def _reference(order: int) -> Any:
    """Return the reference of the `order`-th derivative in a."""

    def reference(mp: Any, a: Any, x: Any) -> tuple[Any, ...]:
        if order == 0:
            return _solve(mp, a, x)
        with mp.workdps(mp.dps + 15):
            return tuple(mp.diff(lambda parameter, k=k: _solve(mp, parameter, x)[k], a, order) for k in range(2))

    return reference


_FEW = (
    Group("core", a=linear(-5, 5), x=linear(-7.3, 7), count=12),
    Group("large parameter", a=linear(-40, 40), x=linear(-10, 10), count=8, dtypes=("float64",)),
)
_GROUPS = (
    Group("core", a=linear(-5, 5), x=linear(-7.3, 7)),
    Group("large parameter", a=linear(-58, 61), x=linear(-10, 9.5), count=24, dtypes=("float64",)),
    Group("large x", a=linear(-12, 12), x=linear(-24, 24), count=16, dtypes=("float64",)),
    Group("small x", a=linear(-9, 9), x=logarithmic(1e-12, 0.1), count=12),
)
_UNKNOWN = ((nan, 1.0, (nan, nan)), (1.0, nan, (nan, nan)), (inf, 1.0, (nan, nan)))


def _rate(a: Tensor, x: Tensor) -> Tensor:
    """The equation: y'' = (a - x^2/4) y."""
    return a - x * x / 4


@elementwise(
    "special/pbwa.h",
    "r r -> r r",
    partials=(_THIRD, lambda a, x, y, yp: (yp, _rate(a, x) * y + 2 * pbwa_by_a(a, x)[0])),
    reference=_reference(2),
    samples=_FEW,
    special=_UNKNOWN,
    ulp=Ulp(float64=512, float32=2, partials=512),
    public=False,
    sorted=True,
)
def pbwa_by_a2(a: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Second derivatives of `pbwa`'s results in the parameter.

    Parameters
    ----------
    a, x : tensor_like
        As for `pbwa`.

    Returns
    -------
    (Tensor, Tensor)
        :math:`\partial^2 W(a, x) / \partial a^2` and :math:`\partial^2 W'(a, x) / \partial a^2`. Their derivatives in
        `a` raise.
    """


@elementwise(
    "special/pbwa.h",
    "r r -> r r",
    partials=(lambda a, x, y, yp: pbwa_by_a2(a, x), lambda a, x, y, yp: (yp, _rate(a, x) * y + pbwa(a, x)[0])),
    reference=_reference(1),
    samples=_FEW,
    special=_UNKNOWN,
    ulp=Ulp(float64=128, float32=2, partials=512),
    public=False,
    sorted=True,
)
def pbwa_by_a(a: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Derivatives of `pbwa`'s results in the parameter.

    Parameters
    ----------
    a, x : tensor_like
        As for `pbwa`.

    Returns
    -------
    (Tensor, Tensor)
        :math:`\partial W(a, x) / \partial a` and :math:`\partial W'(a, x) / \partial a`.
    """


@elementwise(
    "special/pbwa.h",
    "r r -> r r",
    partials=(lambda a, x, y, yp: pbwa_by_a(a, x), lambda a, x, y, yp: (yp, _rate(a, x) * y)),
    reference=_reference(0),
    samples=_GROUPS,
    special=(*_UNKNOWN, (0.0, 0.0, (1.0227656721131686, -0.48887053372346295))),
    # Between its zeros; beside one of them the error is relative to the amplitude.
    ulp=Ulp(float64=40, float32=2, partials=256),
    sorted=True,
)
def pbwa(a: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Parabolic cylinder function W and its derivative.

    .. math::
        W'' = \left(a - \tfrac{x^2}{4}\right) W, \qquad
        W(a, 0) = 2^{-3/4} \left|\frac{\Gamma(\frac14 + \frac{ia}{2})}{\Gamma(\frac34 + \frac{ia}{2})}\right|^{1/2},
        \qquad W(a, 0) W'(a, 0) = -\tfrac12

    Parameters
    ----------
    a : tensor_like
        Parameter, real.
    x : tensor_like
        Argument, real.

    Returns
    -------
    w, wp : Tensor
        :math:`W(a, x)` and :math:`W'(a, x)`, for all real `a` and `x`: SciPy has NaN outside of -5 to 5.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    pbdv, pbvv : solutions of the equation with the other sign of :math:`x^2`

    Notes
    -----
    The Liouville-Green series [1]_, uniform in the parameter and the argument, where it serves; elsewhere Taylor steps
    of the equation, from 0 or to the left from a point where it does.

    The derivative in `x` of the second result comes of the equation. Derivatives in `a`, to the second order, are the
    same algorithm on dual numbers; a third one raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 12.14. https://dlmf.nist.gov/12.14

    Examples
    --------
    >>> import torch, sci
    >>> w, wp = sci.special.pbwa(1.0, torch.tensor([-8.0, 0.0, 8.0], dtype=torch.float64))
    >>> w
    tensor([ 3.4420,  0.7315, -0.0069], dtype=torch.float64)
    """
