"""Bessel functions of the second kind, of real order, and their derivatives in the order."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, polar, values
from sci._core.dispatch import elementwise

from ._bessel_i import THIRD, difference
from ._cylinder import jy_pair


def _reference(mp: Any, v: Any, z: Any) -> Any:
    return jy_pair(mp, v, z)[1]


def _argument_derivative(v: Tensor, z: Tensor, out: Tensor) -> Tensor:
    """Return dY/dz by DLMF 10.6.1; beside v = 0 by 10.6.2, since v - 1 would lose the digits of v."""
    above = yv(v + 1, z)
    beside_zero = v / torch.where(z == 0, torch.ones_like(z), z) * out - above
    return torch.where((v.abs() < 0.5) & (z != 0), beside_zero, (yv(v - 1, z) - above) / 2)


_FEW = (
    Group("core", v=linear(0, 6), z=logarithmic(0.06, 30), count=8),
    Group("whole orders", v=values(0.0, 1.0, 4.0, -2.0), z=linear(0.2, 20), count=4),
    Group("plane", v=linear(-3, 5), z=polar(0.1, 15), count=6),
)


@elementwise(
    "special/bessel_cylinder.h",
    "r r -> r, r c -> c",
    partials=(lambda v, z, out: yv_dv(v, z), _argument_derivative),
    reference=_reference,
    samples=(
        Group("core", v=linear(0, 9.5), z=logarithmic(0.06, 48), count=12),
        Group("whole orders", v=values(0.0, 1.0, 2.0, 7.0), z=linear(0.1, 40), count=8),
        Group("negative order", v=linear(-12, 0), z=logarithmic(0.02, 60), count=8),
        Group("near whole orders", v=near(1.0, -2.0), z=values(2.5)),
        Group("half orders", v=values(-1.5, 0.5), z=values(1e-3, 4.0, 27.0)),
        Group("order near zero", v=values(0.0, -1e-9), z=values(0.1, 20.0)),
        Group("transition", v=logarithmic(10, 90), z=logarithmic(10, 90), count=8),
        Group("seams", v=values(0.3), z=near(2.0, 20.0)),
        Group("small", v=linear(0, 2), z=logarithmic(1e-90, 1e-3), count=4, dtypes=("float64",)),
        Group("small", v=linear(0, 2), z=logarithmic(1e-10, 1e-3), count=4, dtypes=("float32",)),
        Group("plane", v=linear(-4, 8), z=polar(0.01, 30), count=12),
        Group("plane, whole orders", v=values(0.0, 1.0, -2.0), z=polar(0.1, 30), count=8),
        Group("plane, half orders", v=values(-1.5, 0.5), z=values(2.0 + 1j, -2.0 - 5j)),
        Group("plane, large orders", v=logarithmic(10, 200), z=polar(10, 400), count=12, dtypes=("float64",)),
        Group("plane, large argument", v=linear(-10, 15), z=polar(30, 250), count=8, dtypes=("float64",)),
        Group("plane, tiny", v=linear(-1.4, 3), z=polar(1e-60, 1e-3), count=6, dtypes=("float64",)),
        Group("large orders", v=logarithmic(90, 300), z=logarithmic(20, 1000), count=8, dtypes=("float64",)),
    ),
    special=(
        (0.0, 0.0, -inf),
        (1.5, 0.0, -inf),
        (-1.0, 0.0, inf),
        (-2.0, 0.0, -inf),
        (-1.5, 0.0, 0.0),
        (1.0, inf, 0.0),
        (1.0, -1.0, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
        (inf, 1.0, nan),
        (1.0, 0j, complex(-inf, 0.0)),
        (1.0, complex(inf, 1.0), complex(nan, nan)),
    ),
    ulp=Ulp(float64=48, float32=48, complex128=32, complex64=32, partials=500),
    sorted=True,
)
def yv(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Bessel function of the second kind, of real order.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex. For real `z` < 0 the result is NaN; for complex `z` the branch cut is the negative
        real axis, and the value on it the limit from above.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`Y_v(z)`, complex where `z` is.

    Raises
    ------
    TypeError
        Where `v` is complex or an argument holds no numbers.

    See Also
    --------
    jv : the first kind; the methods are described there
    yve : scaled by :math:`e^{-|\Im z|}`

    Notes
    -----
    :math:`Y_v(z) = (J_v(z) \cos v\pi - J_{-v}(z)) / \sin v\pi`, at whole orders its limit [1]_. For real `z` Temme's
    series [2]_ or Steed's continued fraction give it for moderate arguments, forward recurrence raises the order, and
    Hankel's, Debye's and Olver's expansions serve large ones. For complex `z` it is
    :math:`i (J_v - H^{(1)}_v)` in the upper half-plane.

    Derivatives: :math:`\partial Y_v/\partial z = (Y_{v-1} - Y_{v+1})/2`; in the order, first and second, by the same
    algorithms on dual numbers, whole orders included. A third derivative in the order raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.2.3, https://dlmf.nist.gov/10.2
    .. [2] N. M. Temme, "On the numerical evaluation of the ordinary Bessel function of the second kind",
       Journal of Computational Physics 21 (1976), 343-350.

    Examples
    --------
    >>> import torch
    >>> from sci.special import yv
    >>> yv(1.5, torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64))
    tensor([-2.5215, -1.1025, -0.3956], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_cylinder.h",
    "r r -> r, r c -> c",
    partials=(lambda v, z, out: yv_dv2(v, z), lambda v, z, out: (yv_dv(v - 1, z) - yv_dv(v + 1, z)) / 2),
    reference=lambda mp, v, z: difference(mp, lambda h: _reference(mp, v + h, z), 1),
    samples=_FEW,
    special=((1.0, -1.0, nan), (nan, 1.0, nan)),
    ulp=Ulp(float64=300, float32=300, complex128=300, complex64=300, partials=3000),
    public=False,
    sorted=True,
)
def yv_dv(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of :func:`yv` in the order.

    :math:`\partial Y_v/\partial v` from the algorithms of :func:`yv` on dual numbers, at whole orders too, where the
    definition by :math:`J_v` and :math:`J_{-v}` would divide by zero. NaN for real `z` < 0.
    """


@elementwise(
    "special/bessel_cylinder.h",
    "r r -> r, r c -> c",
    partials=(THIRD, lambda v, z, out: (yv_dv2(v - 1, z) - yv_dv2(v + 1, z)) / 2),
    reference=lambda mp, v, z: difference(mp, lambda h: _reference(mp, v + h, z), 2),
    samples=(
        Group("core", v=linear(0, 6), z=logarithmic(0.1, 20), count=5),
        Group("whole orders", v=values(0.0, 2.0), z=linear(0.3, 12), count=3),
        Group("plane", v=linear(-3, 5), z=polar(0.3, 10), count=8),
    ),
    special=((1.0, -1.0, nan), (nan, 1.0, nan)),
    ulp=Ulp(float64=3000, float32=3000, complex128=3000, complex64=3000, partials=10000),
    public=False,
    sorted=True,
)
def yv_dv2(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`yv` in the order.

    From the algorithms of :func:`yv` on nested dual numbers. It serves second-order gradients, and has itself a
    derivative in `z` but none in `v`: asking for that raises.
    """
