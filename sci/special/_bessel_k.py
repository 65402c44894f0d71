"""Modified Bessel functions of the second kind, of real order, and their derivatives in the order and the argument."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, polar, values
from sci._core.dispatch import elementwise

from ._bessel_i import PLANE, THIRD, difference, series

# ---- references and samples ----------------------------------------------------------------------------------------


def _reference_k(mp: Any, v: Any, z: Any, scaled: bool = False) -> Any:
    """For z > 1 by the trapezoidal rule on DLMF 10.32.9, else the difference of I_v and I_-v, DLMF 10.27.4."""
    if mp.im(z) == 0 and mp.re(z) > 1:
        k = _trapezoidal(mp, v, mp.re(z))
        return k if scaled else k * mp.exp(-z)
    digits = mp.dps
    with mp.workdps(2 * digits + int(1.8 * abs(z)) + 20):
        v = abs(v)
        if v == mp.nint(v):  # a whole order is moved by less than the digits can show
            v += mp.mpf(10) ** (-digits - 5)
        power, gamma = (z / 2) ** v, mp.gamma(v + 1)
        k = gamma / (2 * v * power) * series(mp, -v, z) - mp.pi * power / (2 * mp.sinpi(v) * gamma) * series(mp, v, z)
        return k * mp.exp(z) if scaled else k


def _trapezoidal(mp: Any, v: Any, x: Any) -> Any:
    """Return exp(x) K_v(x); the error falls exponentially with 1/h, as a higher precision confirms."""
    decay = 2.303 * (mp.dps + 10)
    h = 0.85 * min(mp.pi**2 / decay, mp.pi * mp.sqrt(2 / (decay * (x + abs(v) + 1))))
    h = mp.mpf(int(h * 2**40)) / 2**40
    peak, tail = mp.asinh(abs(v) / x), mp.mpf(10) ** (-mp.dps - 10)
    step, wave, total, k = mp.exp(v * h), mp.mpf(1), mp.mpf(0.5), 0
    while True:
        k += 1
        wave *= step
        term = mp.exp(-2 * x * mp.sinh(k * h / 2) ** 2) * (wave + 1 / wave) / 2
        total += term
        if k * h > peak and term < tail * total:
            return total * h


def _reference_ke(mp: Any, v: Any, z: Any) -> Any:
    return _reference_k(mp, v, z, scaled=True)


def _reference_k_dz(mp: Any, v: Any, z: Any) -> Any:
    return -(_reference_k(mp, v - 1, z) + _reference_k(mp, v + 1, z)) / 2


def _reference_ke_dz(mp: Any, v: Any, z: Any) -> Any:
    return _reference_ke(mp, v, z) - (_reference_ke(mp, v - 1, z) + _reference_ke(mp, v + 1, z)) / 2


def _reference_ke_dz2(mp: Any, v: Any, z: Any) -> Any:
    return _reference_ke_dz(mp, v, z) - (_reference_ke_dz(mp, v - 1, z) + _reference_ke_dz(mp, v + 1, z)) / 2


_K_SAMPLES = (
    Group("core", v=linear(0, 4), z=logarithmic(0.05, 40), count=32),
    Group("negative order", v=linear(-8, 0), z=logarithmic(0.01, 100), count=12),
    Group("half and whole orders", v=values(0.0, 0.5, 1.0, 2.5, 10.0), z=values(1e-3, 0.5, 2.0, 31.0, 40.0)),
    Group("near whole orders", v=near(-2.0), z=values(0.3, 2.0)),
    Group("near half orders", v=near(1.5), z=values(0.3)),
    Group("order near zero", v=values(0.0, 1e-30, 1e-9, -1e-3), z=values(0.1, 3.0, 20.0, 50.0)),
    Group("seams", v=values(2.7), z=near(0.5, 4.0, 11.0, 12.0, 32.0)),
    Group("small", v=linear(0, 2), z=logarithmic(1e-280, 1e-3), count=16, dtypes=("float64",)),
    Group("small", v=linear(0, 2), z=logarithmic(1e-30, 1e-3), count=16, dtypes=("float32",)),
    Group("recurrence", v=linear(8, 31), z=logarithmic(0.1, 31), count=16),
    Group("large order", v=logarithmic(30, 1000), z=logarithmic(30, 600), count=16, dtypes=("float64",)),
    Group("large argument", v=linear(0, 30), z=logarithmic(33, 600), count=16),
)
_FEW = (
    Group("core", v=linear(0, 4), z=logarithmic(0.05, 40), count=12),
    Group("order near zero", v=values(0.0, 1e-9), z=values(0.1, 3.0, 20.0)),
    Group("recurrence", v=linear(8, 31), z=logarithmic(0.1, 31), count=6),
    Group("large argument", v=linear(0, 30), z=logarithmic(33, 300), count=6),
    Group("plane", v=linear(-4, 4), z=polar(0.1, 50), count=12),
)
_SECOND = (
    Group("core", v=linear(0.1, 4), z=logarithmic(0.05, 40), count=10),
    Group("order near zero", v=values(0.0, 1e-9), z=values(3.0)),
    Group("plane", v=linear(0.1, 4), z=polar(0.5, 40), count=8),
)


# ---- cards ---------------------------------------------------------------------------------------------------------


@elementwise(
    "special/bessel_ik.h",
    "r r -> r, r c -> c",
    partials=(
        lambda v, z, out: kv_dv(v, z),
        lambda v, z, out: -0.5 * (kv(v - 1, z) + kv(v + 1, z)),
    ),
    reference=_reference_k,
    samples=(*_K_SAMPLES, *PLANE),
    special=(
        (0.0, 0.0, inf),
        (2.5, 0.0, inf),
        (-1.0, -0.0, inf),
        (1.0, inf, 0.0),
        (0.5, -1.0, nan),
        (2.0, -1.0, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
        (inf, 1.0, inf),
        (0.3, 1000.0, 0.0),
        (1.0, 0j, complex(nan, nan)),
        (1.0, complex(inf, 0.0), complex(nan, nan)),
    ),
    ulp=Ulp(float64=10, float32=10, complex128=24, complex64=32, partials=100),
    sorted=True,
)
def kv(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Modified Bessel function of the second kind, of real order.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex. For real `z` < 0 the result is NaN, for complex `z` the branch cut is the negative
        real axis; on it the value is the limit from above.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`K_v(z)`, complex where `z` is.

    See Also
    --------
    kve : the same times :math:`e^z`
    iv : the first kind

    Notes
    -----
    :math:`K_v` is the solution of :math:`z^2 w'' + z w' = (z^2 + v^2) w` that vanishes as :math:`z \to +\infty`
    [1]_:

    .. math::
        K_v(z) = \int_0^\infty e^{-z \cosh t} \cosh(v t)\, dt, \qquad |\arg z| < \pi / 2.

    For real `z` it is computed by Temme's series [2]_ for :math:`z < 1/2`; by the trapezoidal rule on the integral,
    whose error falls exponentially, for moderate `z`; with recurrence in the order from orders below 2; and by Hankel's
    and Debye's expansions where :math:`v^2 + z^2 \geq 32^2`, so that an order of a million costs no more than one of
    30. In the complex plane Temme's series and recurrence and the same expansions serve in the right half plane, and
    analytic continuation [1]_ in the left one.

    Derivatives: :math:`\partial K_v/\partial z = -(K_{v-1} + K_{v+1})/2`, and the derivative in the order, which has no
    closed form, comes from the same algorithm on dual numbers and from :math:`\int_0^\infty t\, e^{-z\cosh t}
    \sinh(vt)\, dt`: all terms have one sign. Second derivatives as well; a third derivative in the order raises.

    Measured errors are below 5 units in the last place for real arguments, 10 for orders from 15 to 32; in the complex
    plane they grow as :math:`|v \log(2v/z)|` does, which is the conditioning in the order.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, chapter 10, https://dlmf.nist.gov/10.25
    .. [2] N. M. Temme, "On the numerical evaluation of the modified Bessel function of the third kind",
       Journal of Computational Physics 19 (1975), 324-337.

    Examples
    --------
    >>> import torch
    >>> from sci.special import kv
    >>> z = torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64)
    >>> kv(1.5, z)
    tensor([3.2251, 0.9221, 0.1799], dtype=torch.float64)

    The derivative in the order:

    >>> v = torch.tensor(1.5, dtype=torch.float64, requires_grad=True)
    >>> kv(v, z).sum().backward()
    >>> v.grad
    tensor(5.9710, dtype=torch.float64)
    """


@elementwise(
    "special/bessel_ik.h",
    "r r -> r, r c -> c",
    partials=(
        lambda v, z, out: kve_dv(v, z),
        lambda v, z, out: kve_dz(v, z),
    ),
    reference=_reference_ke,
    samples=(
        *_K_SAMPLES,
        *PLANE,
        Group("far", v=linear(0, 30), z=logarithmic(2000, 1e8), count=16),
    ),
    special=(
        (0.0, 0.0, inf),
        (2.5, -0.0, inf),
        (1.0, inf, 0.0),
        (0.5, -1.0, nan),
        (nan, 1.0, nan),
        (inf, 1.0, inf),
        (1.0, 0j, complex(nan, nan)),
    ),
    ulp=Ulp(float64=10, float32=10, complex128=24, complex64=32, partials=400),
    sorted=True,
)
def kve(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Exponentially scaled modified Bessel function of the second kind, of real order.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex. For real `z` < 0 the result is NaN.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`e^z K_v(z)`, complex where `z` is.

    See Also
    --------
    kv : without the factor; method and references are there

    Notes
    -----
    Does not underflow for large `z`, where :math:`e^z K_v(z) \sim \sqrt{\pi/(2z)}`. The derivatives are functions of
    their own: :math:`e^z K_v - e^z(K_{v-1} + K_{v+1})/2` would cancel for large `z`, while

    .. math::
        \frac{\partial}{\partial z} e^z K_v(z) = -\int_0^\infty (\cosh t - 1) e^{-z(\cosh t - 1)} \cosh(v t)\, dt

    does not. Second derivatives in both arguments are there; third ones raise.

    Examples
    --------
    >>> import torch
    >>> from sci.special import kve
    >>> kve(0.5, torch.tensor([1.0, 100.0, 1e4], dtype=torch.float64))
    tensor([1.2533, 0.1253, 0.0125], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_ik.h",
    "r r -> r, r c -> c",
    partials=(
        lambda v, z, out: kv_dv2(v, z),
        lambda v, z, out: kv_dvdz(v, z),
    ),
    reference=lambda mp, v, z: difference(mp, lambda h: _reference_k(mp, v + h, z), 1),
    samples=_FEW,
    ulp=Ulp(float64=24, float32=24, complex128=150, complex64=150, partials=1e3),
    public=False,
    sorted=True,
)
def kv_dv(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of :func:`kv` in the order.

    Odd in the order: :math:`\partial K_v/\partial v = \int_0^\infty t\, e^{-z \cosh t} \sinh(v t)\, dt` for
    :math:`\Re z > 0`. The relative accuracy holds down to :math:`v \to 0`, where it vanishes, since the kernel keeps
    the parts that are even and odd in the order apart.
    """


@elementwise(
    "special/bessel_ik.h",
    "r r -> r, r c -> c",
    partials=(
        THIRD,
        lambda v, z, out: -0.5 * (kv_dv2(v - 1, z) + kv_dv2(v + 1, z)),
    ),
    reference=lambda mp, v, z: difference(mp, lambda h: _reference_k(mp, v + h, z), 2),
    samples=_SECOND,
    ulp=Ulp(float64=48, float32=48, complex128=1e3, complex64=1e3, partials=1e3),
    public=False,
    sorted=True,
)
def kv_dv2(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`kv` in the order.

    :math:`\partial^2 K_v/\partial v^2 = \int_0^\infty t^2 e^{-z \cosh t} \cosh(v t)\, dt` for :math:`\Re z > 0`,
    positive for real arguments; it serves second-order gradients, and has itself a derivative in `z` but none in `v`.
    """


@elementwise(
    "special/bessel_ik.h",
    "r r -> r, r c -> c",
    partials=(
        lambda v, z, out: -0.5 * (kv_dv2(v - 1, z) + kv_dv2(v + 1, z)),
        lambda v, z, out: (1 + (v / z) ** 2) * kv_dv(v, z) + 2 * v / z**2 * kv(v, z) - out / z,
    ),
    reference=lambda mp, v, z: difference(mp, lambda h: _reference_k_dz(mp, v + h, z), 1),
    samples=_SECOND,
    ulp=Ulp(float64=48, float32=48, complex128=1e3, complex64=1e3, partials=1e3),
    public=False,
    sorted=True,
)
def kv_dvdz(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Mixed second derivative of :func:`kv`, in the order and the argument.

    :math:`-\int_0^\infty t \cosh t\, e^{-z \cosh t} \sinh(v t)\, dt` for :math:`\Re z > 0`, by dual numbers in two
    directions. Odd in the order, with full relative accuracy near zero, where the recurrence in the order would cancel.
    """


@elementwise(
    "special/bessel_ik.h",
    "r r -> r, r c -> c",
    partials=(lambda v, z, out: kve_dv2(v, z), lambda v, z, out: kve_dvdz(v, z)),
    reference=lambda mp, v, z: difference(mp, lambda h: _reference_ke(mp, v + h, z), 1),
    samples=_FEW,
    ulp=Ulp(float64=24, float32=24, complex128=150, complex64=150, partials=1e3),
    public=False,
    sorted=True,
)
def kve_dv(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of :func:`kve` in the order.

    :math:`\int_0^\infty t\, e^{-z (\cosh t - 1)} \sinh(v t)\, dt` for :math:`\Re z > 0`: :func:`kv_dv` times
    :math:`e^z` where that would underflow. Odd in the order, with full relative accuracy near zero.
    """


@elementwise(
    "special/bessel_ik.h",
    "r r -> r, r c -> c",
    partials=(lambda v, z, out: kve_dvdz(v, z), lambda v, z, out: kve_dz2(v, z)),
    reference=_reference_ke_dz,
    samples=_FEW,
    ulp=Ulp(float64=24, float32=24, complex128=600, complex64=600, partials=2e4),
    public=False,
    sorted=True,
)
def kve_dz(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of :func:`kve` in the argument.

    :math:`-\int_0^\infty (\cosh t - 1) e^{-z (\cosh t - 1)} \cosh(v t)\, dt` for :math:`\Re z > 0`: what is left of
    :math:`e^z (K_v - (K_{v-1} + K_{v+1})/2)`, about :math:`-1/(2z)` of the value for large `z`, without that
    cancellation.
    """


@elementwise(
    "special/bessel_ik.h",
    "r r -> r, r c -> c",
    partials=(THIRD, THIRD),
    reference=lambda mp, v, z: difference(mp, lambda h: _reference_ke(mp, v + h, z), 2),
    samples=_SECOND,
    ulp=Ulp(float64=48, float32=48, complex128=1e3, complex64=1e3),
    public=False,
    sorted=True,
)
def kve_dv2(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`kve` in the order.

    :math:`\int_0^\infty t^2 e^{-z (\cosh t - 1)} \cosh(v t)\, dt` for :math:`\Re z > 0`. Second-order gradients end
    here: a third derivative raises, since nothing but differences would give it. Positive for real arguments.
    """


@elementwise(
    "special/bessel_ik.h",
    "r r -> r, r c -> c",
    partials=(THIRD, THIRD),
    reference=lambda mp, v, z: difference(mp, lambda h: _reference_ke_dz(mp, v + h, z), 1),
    samples=_SECOND,
    ulp=Ulp(float64=48, float32=48, complex128=2e4, complex64=2e4),
    public=False,
    sorted=True,
)
def kve_dvdz(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Mixed second derivative of :func:`kve`, in the order and the argument.

    :math:`-\int_0^\infty t (\cosh t - 1) e^{-z (\cosh t - 1)} \sinh(v t)\, dt` for :math:`\Re z > 0`, by dual numbers
    in two directions. Second-order gradients end here: a third derivative raises.
    """


@elementwise(
    "special/bessel_ik.h",
    "r r -> r, r c -> c",
    partials=(THIRD, THIRD),
    reference=_reference_ke_dz2,
    samples=_SECOND,
    ulp=Ulp(float64=48, float32=48, complex128=2e4, complex64=2e4),
    public=False,
    sorted=True,
)
def kve_dz2(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`kve` in the argument.

    :math:`\int_0^\infty (\cosh t - 1)^2 e^{-z (\cosh t - 1)} \cosh(v t)\, dt` for :math:`\Re z > 0`, by dual numbers.
    Second-order gradients end here: a third derivative raises. Positive for real arguments.
    """
