"""Modified Bessel functions of the first kind, of real order, and their derivatives in the order."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, not_implemented, polar, values
from sci._core.dispatch import elementwise

THIRD = not_implemented("a third derivative of a Bessel function in which the order takes part")


# ---- references and samples ----------------------------------------------------------------------------------------


def _reference_i(mp: Any, v: Any, z: Any) -> Any:
    """Sum the ascending series, DLMF 10.25.2, with the digits that its terms may cancel."""
    with mp.workdps(mp.dps + int(0.9 * abs(z)) + 10):
        v = abs(v) if v == int(v) else v
        return (z / 2) ** v * mp.rgamma(v + 1) * series(mp, v, z)


def series(mp: Any, v: Any, z: Any) -> Any:
    q = z * z / 4
    total = term = mp.mpf(1)
    k = 0
    while k < 10 or abs(term) > mp.eps * abs(total) or k + v < 2:
        k += 1
        term *= q / (k * (k + v))
        total += term
    return total


def _reference_i_dz(mp: Any, v: Any, z: Any) -> Any:
    return (_reference_i(mp, v - 1, z) + _reference_i(mp, v + 1, z)) / 2


def difference(mp: Any, f: Any, count: int) -> Any:
    """Take the `count`-th derivative of f at zero by a central difference of second order at twice the digits."""
    with mp.workdps(2 * mp.dps + 20):
        h = mp.mpf(10) ** (-mp.dps // 4 - 3)
        return (f(h) - f(-h)) / (2 * h) if count == 1 else (f(h) - 2 * f(mp.mpf(0)) + f(-h)) / h**2


PLANE = (
    Group("plane", v=linear(-4, 4), z=polar(0.01, 50), count=32),
    Group("plane, whole orders", v=values(0.0, 1.0, 2.0), z=polar(0.1, 40), count=16),
    Group("imaginary axis", v=linear(0, 6), z=polar(0.5, 60, 0.5, 0.5), count=8),
    Group("plane, larger orders", v=linear(8, 40), z=polar(1, 100), count=16),
    Group("plane, turning points", v=values(40.25), z=polar(30, 55, 0.35, 0.65), count=8, dtypes=("float64",)),
)
_FEW_I = (
    Group("core", v=linear(0, 4), z=logarithmic(0.05, 40), count=12),
    Group("order near zero", v=values(0.0, 1e-9), z=values(0.1, 3.0, 19.0, 21.0)),
    Group("recurrence", v=linear(8, 31), z=logarithmic(0.1, 31), count=6),
    Group("large argument", v=linear(0, 30), z=logarithmic(33, 80), count=6),
    Group("plane", v=linear(0, 4), z=polar(0.1, 50, -0.3, 0.3), count=12),
)
_SECOND_I = (
    Group("core", v=linear(0.1, 4), z=logarithmic(0.05, 12), count=10),
    Group("plane", v=linear(0.1, 4), z=polar(0.5, 10, -0.3, 0.3), count=8),
    Group("between series and asymptotics", v=values(0.3, 5.7, 19.2), z=linear(17.5, 21), count=9),
)


# ---- cards ---------------------------------------------------------------------------------------------------------


@elementwise(
    "special/bessel_ik.h",
    "r r -> r, r c -> c",
    partials=(
        lambda v, z, out: iv_dv(v, z),
        lambda v, z, out: 0.5 * (iv(v - 1, z) + iv(v + 1, z)),
    ),
    reference=_reference_i,
    samples=(
        Group("core", v=linear(0, 4), z=logarithmic(0.05, 40)),
        Group("negative order", v=linear(-8, 0), z=logarithmic(0.01, 40), count=16),
        Group("negative argument", v=values(0.0, 1.0, -2.0, 3.0), z=logarithmic(-20, -0.1), count=12),
        Group("half and whole orders", v=values(0.0, 0.5, -1.0, 2.5, 10.0), z=values(1e-3, 0.3, 2.0, 11.0, 31.0, 40.0)),
        Group("near whole orders", v=near(1.0, -2.0), z=values(0.3, 2.0)),
        Group("order near zero", v=values(0.0, 1e-30, 1e-9), z=values(0.1, 3.0, 20.0, 50.0)),
        Group("seams", v=values(0.3), z=near(2.0, 6.0, 12.0, 20.0, 32.0)),
        Group("small", v=linear(0, 1), z=logarithmic(1e-280, 1e-3), count=16, dtypes=("float64",)),
        Group("small", v=linear(0, 1), z=logarithmic(1e-30, 1e-3), count=16, dtypes=("float32",)),
        Group("recurrence", v=linear(8, 31), z=logarithmic(0.5, 31), count=16),
        Group("large order", v=logarithmic(30, 1000), z=logarithmic(30, 600), count=16, dtypes=("float64",)),
        Group("large argument", v=linear(0, 30), z=logarithmic(33, 85), count=16),
        *PLANE,
        Group("small order in the plane", v=logarithmic(1e-9, 0.5), z=polar(0.5, 25, -1.57, 1.57), count=24),
    ),
    special=(
        (0.0, 0.0, 1.0),
        (1.0, 0.0, 0.0),
        (2.5, 0.0, 0.0),
        (-2.0, 0.0, 0.0),
        (-0.5, 0.0, inf),
        (-1.5, 0.0, -inf),
        (0.5, -1.0, nan),
        (1.0, inf, inf),
        (1.0, -inf, -inf),
        (nan, 1.0, nan),
        (1.0, nan, nan),
        (inf, 1.0, 0.0),
        (1.0, 800.0, inf),
        (0.0, 0j, 1 + 0j),
        (1.5, 0j, 0j),
        (1.0, complex(inf, 0.0), complex(nan, nan)),
    ),
    ulp=Ulp(float64=10, float32=10, complex128=32, complex64=32, partials=1000),
    sorted=True,
)
def iv(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Modified Bessel function of the first kind, of real order.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex. For real `z` < 0 the result is NaN unless `v` is whole; for complex `z` the branch
        cut of orders that are not whole is the negative real axis, and the value on it is the limit from above.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`I_v(z)`, complex where `z` is.

    See Also
    --------
    kv, kve : the second kind

    Notes
    -----
    The series [1]_

    .. math::
        I_v(z) = \sum_{k=0}^\infty \frac{(z/2)^{v + 2k}}{k!\, \Gamma(v + k + 1)}

    serves small `z`, Miller's backward recurrence moderate ones, and Hankel's and Debye's expansions the rest, of any
    order. Negative orders: :math:`I_{-v} = I_v + (2/\pi) \sin(v\pi) K_v`.

    Derivatives: :math:`\partial I_v/\partial z = (I_{v-1} + I_{v+1})/2`; the derivative in the order comes from dual
    numbers. It is :math:`-K_0(z)` at :math:`v = 0`, exponentially smaller than :math:`I_0`; the kernel takes the part
    of :math:`I_v` that is even in the order apart, so that this difference has all its digits. A third derivative in
    the order raises.

    Measured errors are below 5 units in the last place for real arguments, except near the zeros that negative orders
    have; 400 for the derivative in the order, where that is a hundredth of the value or less.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, chapter 10, https://dlmf.nist.gov/10.25

    Examples
    --------
    >>> import torch
    >>> from sci.special import iv
    >>> iv(0.0, torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64))
    tensor([1.2661, 1.0000, 1.2661], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_ik.h",
    "r r -> r, r c -> c",
    partials=(
        lambda v, z, out: iv_dv2(v, z),
        lambda v, z, out: iv_dvdz(v, z),
    ),
    reference=lambda mp, v, z: difference(mp, lambda h: _reference_i(mp, v + h, z), 1),
    samples=_FEW_I,
    ulp=Ulp(float64=400, float32=10, complex128=1000, complex64=1000, partials=1000),
    public=False,
    sorted=True,
)
def iv_dv(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of :func:`iv` in the order.

    Negative for :math:`v \geq 0` and real :math:`z > 0`, about :math:`-v/z` of the value for large `z`, and
    :math:`-K_0(z)` at :math:`v = 0`; the relative accuracy is that of these small quantities. NaN for real `z` < 0,
    where only isolated orders are real.
    """


@elementwise(
    "special/bessel_ik.h",
    "r r -> r, r c -> c",
    partials=(
        THIRD,
        lambda v, z, out: 0.5 * (iv_dv2(v - 1, z) + iv_dv2(v + 1, z)),
    ),
    reference=lambda mp, v, z: difference(mp, lambda h: _reference_i(mp, v + h, z), 2),
    samples=_SECOND_I,
    ulp=Ulp(float64=4000, float32=10, complex128=4000, complex64=4000, partials=4000),
    public=False,
    sorted=True,
)
def iv_dv2(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`iv` in the order.

    It serves second-order gradients, and has itself a derivative in `z` but none in `v`. It changes sign in the order;
    near those zeros, and where it is much smaller than the value of :func:`iv`, the relative error grows.
    """


@elementwise(
    "special/bessel_ik.h",
    "r r -> r, r c -> c",
    partials=(
        lambda v, z, out: 0.5 * (iv_dv2(v - 1, z) + iv_dv2(v + 1, z)),
        lambda v, z, out: (1 + (v / z) ** 2) * iv_dv(v, z) + 2 * v / z**2 * iv(v, z) - out / z,
    ),
    reference=lambda mp, v, z: difference(mp, lambda h: _reference_i_dz(mp, v + h, z), 1),
    samples=_SECOND_I,
    ulp=Ulp(float64=4000, float32=10, complex128=4000, complex64=4000, partials=4000),
    public=False,
    sorted=True,
)
def iv_dvdz(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Mixed second derivative of :func:`iv`, in the order and the argument.

    By dual numbers in two directions. At :math:`v = 0` it is :math:`K_1(z)`, exponentially smaller than the derivatives
    at :math:`v \pm 1`, whose sum it is: the recurrence in the order would have no digit left.
    """
