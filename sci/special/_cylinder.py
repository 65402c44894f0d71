"""Private kernels of Bessel functions of complex argument: scaled holomorphic functions, and derivatives by order.

``cylinder(kind, v, z)`` is one of eight functions; `ive`, `jve` and `yve` are three of them times a phase, and the
Hankel functions and `yv` take their derivatives here.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, linear, logarithmic, polar, values
from sci._core.dispatch import elementwise

from ._bessel_i import THIRD, difference
from ._bessel_jy import _reference_j

# The kinds of csrc/special/detail/bessel_cylinder.h.
TURNED_I, TURNED_J, TURNED_Y, PLAIN_Y, H1, H2, H1E, H2E = range(8)
_ALL = values(*range(8))


# ---- references ----------------------------------------------------------------------------------------------------


def jy_pair(mp: Any, v: Any, z: Any) -> tuple[Any, Any]:
    """J_v and Y_v by DLMF 10.2.3, whole orders moved by less than the digits can show; digits for H1 = J + i Y too."""
    digits = mp.dps
    with mp.workdps(2 * digits + int(1.8 * abs(z)) + 20):
        if v == mp.nint(v):
            v += mp.mpf(10) ** (-digits - 5 - int(0.9 * abs(z)))
        j = _reference_j(mp, v, z)
        return j, (mp.cospi(v) * j - _reference_j(mp, -v, z)) / mp.sinpi(v)


def reference_hankel(mp: Any, v: Any, z: Any, sign: int, scaled: bool = False) -> Any:
    with mp.workdps(mp.dps + int(1.8 * abs(z)) + 20):
        j, y = jy_pair(mp, v, z)
        h = j + sign * 1j * y
        return h * mp.exp(-sign * 1j * z) if scaled else h


def _reference(mp: Any, kind: Any, v: Any, z: Any) -> Any:
    kind = int(kind)
    if kind >= H1:
        return reference_hankel(mp, v, z, 1 if kind in (H1, H1E) else -1, kind >= H1E)
    s = -1 if mp.im(z) < 0 else 1
    with mp.workdps(mp.dps + int(1.8 * abs(z)) + 20):
        if kind == TURNED_I:
            s = -1 if mp.re(z) < 0 else 1
            return mp.exp(-s * z) * mp.besseli(v, z)
        j, y = jy_pair(mp, v, z)
        return y if kind == PLAIN_Y else (j if kind == TURNED_J else y) * mp.exp(s * 1j * z)


def _reference_dz(mp: Any, kind: Any, v: Any, z: Any) -> Any:
    return difference(mp, lambda h: _reference(mp, kind, v, z + h), 1)


_PLANE = Group("plane", kind=_ALL, v=linear(-4, 5), z=polar(0.1, 20), count=24)
_WHOLE = Group("whole orders", kind=_ALL, v=values(0.0, 1.0, -2.0), z=polar(0.3, 10), count=8)
_LARGER = Group("larger orders", kind=_ALL, v=linear(6, 30), z=polar(3, 20), count=8)
_WIDER = (
    Group("large orders", kind=_ALL, v=logarithmic(30, 150), z=polar(10, 300), count=16, dtypes=("float64",)),
    Group("large argument", kind=_ALL, v=linear(-10, 15), z=polar(40, 200), count=12, dtypes=("float64",)),
    Group("tiny", kind=_ALL, v=linear(-1.4, 3), z=polar(1e-30, 1e-3), count=8, dtypes=("float64",)),
)
_FEW = (
    Group("plane", kind=_ALL, v=linear(-3, 4), z=polar(0.3, 8), count=12),
    Group("whole orders", kind=_ALL, v=values(0.0, 1.0), z=polar(0.5, 6), count=4),
)


# ---- derivatives -----------------------------------------------------------------------------------------------------


def rate(kind: Tensor, z: Tensor) -> Tensor:
    """Return c in f = exp(c z) C_v(z), C_v a solution of Bessel's equation (of the modified one for the first kind)."""
    one = torch.ones_like(z)
    s_re, s_im = torch.where(z.real < 0, -one, one), torch.where(z.imag < 0, -one, one)
    c = torch.where(kind == TURNED_I, -s_re, torch.zeros_like(z))
    c = torch.where((kind == TURNED_J) | (kind == TURNED_Y), 1j * s_im, c)
    return torch.where(kind == H1E, -1j * one, torch.where(kind == H2E, 1j * one, c))


def _neighbours(function: Any, kind: Tensor, v: Tensor, z: Tensor) -> Tensor:
    """Return C'_v from C_{v-1} and C_{v+1}, DLMF 10.6.1 and 10.29.1."""
    sign = torch.where(kind == TURNED_I, 1.0, -1.0).to(v.dtype)
    return (function(kind, v - 1, z) + sign * function(kind, v + 1, z)) / 2


def _second(kind: Tensor, v: Tensor, z: Tensor, first: Tensor) -> Tensor:
    """Return f'' from f' and f = exp(c z) C_v by the differential equation, DLMF 10.2.1 and 10.25.1."""
    c = rate(kind, z)
    q = torch.where(kind == TURNED_I, torch.ones_like(z), -torch.ones_like(z))
    f = cylinder(kind, v, z)
    return 2 * c * first - first / z + (q - c * c + c / z + (v / z) ** 2) * f


# ---- cards -----------------------------------------------------------------------------------------------------------


@elementwise(
    "special/bessel_cylinder.h",
    "i r c -> c",
    partials=(
        discrete,
        lambda kind, v, z, out: cylinder_dv(kind, v, z),
        lambda kind, v, z, out: cylinder_dz(kind, v, z),
    ),
    reference=_reference,
    samples=(_PLANE, _WHOLE, _LARGER, *_WIDER),
    ulp=Ulp(float64=160, float32=160, partials=1500),
    public=False,
)
def cylinder(kind: Any, v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    A Bessel function of complex argument with a holomorphic scale, by its number.

    0: :math:`e^{-sz} I_v(z)` with `s` the sign of :math:`\Re z`; 1, 2: :math:`e^{isz} J_v(z)` and
    :math:`e^{isz} Y_v(z)` with `s` the sign of :math:`\Im z`; 3: :math:`Y_v`; 4, 5: the Hankel functions of the first
    and second kind; 6, 7: these times :math:`e^{\mp iz}`. Public functions are made of them, their derivatives as well.
    """


@elementwise(
    "special/bessel_cylinder.h",
    "i r c -> c",
    partials=(
        discrete,
        lambda kind, v, z, out: cylinder_dv2(kind, v, z),
        lambda kind, v, z, out: _neighbours(cylinder_dv, kind, v, z) + rate(kind, z) * out,
    ),
    reference=lambda mp, kind, v, z: difference(mp, lambda h: _reference(mp, kind, v + h, z), 1),
    samples=_FEW,
    ulp=Ulp(float64=300, float32=300, partials=5000),
    public=False,
)
def cylinder_dv(kind: Any, v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of :func:`cylinder` in the order, by the same algorithms on dual numbers.

    Whole orders are no exception; at order 0 the parts that are even and odd in the order are kept apart. The
    derivative in `z` follows from that of the neighbouring orders, :math:`2C'_v = C_{v-1} - C_{v+1}`.
    """


@elementwise(
    "special/bessel_cylinder.h",
    "i r c -> c",
    partials=(
        discrete,
        lambda kind, v, z, out: _neighbours(cylinder_dv, kind, v, z) + rate(kind, z) * cylinder_dv(kind, v, z),
        lambda kind, v, z, out: _second(kind, v, z, out),
    ),
    reference=_reference_dz,
    samples=_FEW,
    ulp=Ulp(float64=1500, float32=1500, partials=5000),
    public=False,
)
def cylinder_dz(kind: Any, v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of :func:`cylinder` in the argument, by the same algorithms on dual numbers.

    The difference of neighbouring orders and the derivative of the scale would cancel for large `z`, where a scaled
    function is nearly a power; this kernel does not form it.
    """


@elementwise(
    "special/bessel_cylinder.h",
    "i r c -> c",
    partials=(
        discrete,
        THIRD,
        lambda kind, v, z, out: _neighbours(cylinder_dv2, kind, v, z) + rate(kind, z) * out,
    ),
    reference=lambda mp, kind, v, z: difference(mp, lambda h: _reference(mp, kind, v + h, z), 2),
    samples=(
        Group("plane", kind=_ALL, v=linear(-3, 4), z=polar(0.3, 6), count=8),
        Group("whole orders", kind=_ALL, v=values(0.0, 1.0), z=polar(0.5, 6), count=4),
    ),
    ulp=Ulp(float64=3000, float32=3000, partials=10000),
    public=False,
)
def cylinder_dv2(kind: Any, v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`cylinder` in the order, by nested dual numbers.

    It serves the second-order gradients of the Hankel functions and their relatives, and has itself a derivative in
    `z` but none in `v`: asking for that raises.
    """
