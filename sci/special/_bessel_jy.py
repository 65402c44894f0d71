"""Bessel functions of real order, and their derivatives in the order."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, not_implemented, polar, values
from sci._core.dispatch import elementwise

_THIRD = not_implemented("a third derivative of a Bessel function in which the order takes part")


# ---- references ----------------------------------------------------------------------------------------------------


def _reference_j(mp: Any, v: Any, z: Any) -> Any:
    """Sum the ascending series, DLMF 10.2.2, with the digits that its terms may cancel."""
    with mp.workdps(mp.dps + int(0.9 * abs(z)) + 10):
        sign = 1
        if v == int(v) and v < 0:
            v, sign = -v, (-1) ** int(v)
        q = -z * z / 4
        total = term = mp.mpf(1)
        k = 0
        while k < 10 or abs(term) > mp.eps * abs(total) or k + v < 2:
            k += 1
            term *= q / (k * (k + v))
            total += term
        return sign * (z / 2) ** v * mp.rgamma(v + 1) * total


def _reference(mp: Any, v: Any, z: Any) -> Any:
    """Use the series where it is short, mpmath's asymptotic expansion for large arguments."""
    return _reference_j(mp, v, z) if abs(z) < 2000 else mp.besselj(v, z)


def _reference_order(mp: Any, v: Any, z: Any, n: int) -> Any:
    """Return d^n J/dv^n, n = 1, 2: the series with 1/Gamma(v + k + 1) and its derivatives from the last k downwards."""
    with mp.workdps(mp.dps + int(0.9 * abs(z)) + 10):
        q = -z * z / 4
        last, size = 10, mp.mpf(1)
        while last + v < 2 or size > mp.eps:
            last += 1
            size *= abs(q) / (last * abs(last + v)) if last + v > 2 else abs(q) / last
        w = v + last + 1
        psi = mp.psi(0, w)
        r = mp.rgamma(w)
        r, r1, r2 = r, -psi * r, (psi * psi - mp.psi(1, w)) * r
        s, s1, s2 = r, r1, r2
        for k in range(last, 0, -1):
            w = v + k
            r, r1, r2 = r * w, r1 * w + r, r2 * w + 2 * r1
            s, s1, s2 = r + q / k * s, r1 + q / k * s1, r2 + q / k * s2
        log = mp.log(z / 2)
        total = log * s + s1 if n == 1 else log * log * s + 2 * log * s1 + s2
        return (z / 2) ** v * total


def _reference_dv(mp: Any, v: Any, z: Any) -> Any:
    return _reference_order(mp, v, z, 1)


def _reference_dv2(mp: Any, v: Any, z: Any) -> Any:
    return _reference_order(mp, v, z, 2)


# ---- samples -------------------------------------------------------------------------------------------------------

_CORE = (
    Group("core", v=linear(0, 9.5), z=logarithmic(0.06, 48)),
    Group("whole orders", v=values(0.0, 1.0, 2.0, 7.0), z=linear(0.1, 40), count=32),
    Group("negative order", v=linear(-12, 0), z=logarithmic(0.02, 80), count=24),
    Group("near whole orders", v=near(1.0, -2.0, -5.0), z=values(0.3, 2.5, 30.0)),
    Group("half orders", v=values(-2.5, -0.5, 0.5, 1.5), z=values(1e-3, 1.0, 4.0, 27.0)),
    Group("order near zero", v=values(0.0, 1e-30, -1e-9, 1e-3), z=values(1e-12, 0.1, 3.0, 20.0, 50.0)),
    Group("transition", v=logarithmic(10, 300), z=logarithmic(10, 300)),
    Group("large argument", v=linear(-5, 30), z=logarithmic(61, 900), count=16),
)
_PLANE = (
    Group("plane", v=linear(-4, 8), z=polar(0.01, 50)),
    Group("plane, whole orders", v=values(0.0, 1.0, -2.0), z=polar(0.1, 40), count=24),
    Group("plane, larger orders", v=linear(8, 60), z=polar(5, 100), count=24),
    Group("near the real axis", v=linear(-3, 20), z=polar(0.5, 60, -0.01, 0.01), count=16),
)
_FEW = (
    Group("core", v=linear(0, 9.7), z=logarithmic(0.06, 50), count=24),
    Group("whole orders", v=values(0.0, 1.0, 4.0, -2.0), z=linear(0.2, 38), count=16),
    Group("transition", v=logarithmic(20, 200), z=logarithmic(20, 200), count=16),
    Group("large argument", v=linear(-5, 30), z=logarithmic(60, 600), count=12),
    Group("plane", v=linear(-4, 8), z=polar(0.1, 50), count=24),
)


# ---- J -------------------------------------------------------------------------------------------------------------


def _argument_derivative(v: Tensor, z: Tensor, out: Tensor) -> Tensor:
    """Return dJ/dz by DLMF 10.6.1; beside v = 0 by 10.6.2, since v - 1 would lose the digits of v."""
    at_zero = z == 0
    above = jv(v + 1, z)
    beside_zero = v / torch.where(at_zero, torch.ones_like(z), z) * out - above
    return torch.where((v.abs() < 0.5) & ~at_zero, beside_zero, (jv(v - 1, z) - above) / 2)


@elementwise(
    "special/bessel_jy.h",
    "r r -> r, r c -> c",
    partials=(lambda v, z, out: jv_dv(v, z), _argument_derivative),
    reference=_reference,
    samples=(
        *_CORE,
        Group("small", v=linear(0, 3), z=logarithmic(1e-90, 1e-3), count=16, dtypes=("float64",)),
        Group("small", v=linear(0, 3), z=logarithmic(1e-10, 1e-3), count=16, dtypes=("float32",)),
        Group("negative argument", v=values(0.0, 1.0, -3.0, 6.0), z=linear(-40, -0.1), count=16),
        Group("seams", v=values(0.3, 3.0), z=near(2.28, 4.0, 10.0, 14.0, 25.0, 33.0)),
        Group("order seams", v=near(12.0, 14.0, 33.0), z=values(1.5, 9.0, 24.0, 40.0)),
        Group("far", v=linear(-30, 30), z=logarithmic(3000, 1e15), count=16),
        Group("large order", v=logarithmic(300, 1100), z=logarithmic(320, 1200), count=8, dtypes=("float64",)),
        *_PLANE,
    ),
    special=(
        (0.0, 0.0, 1.0),
        (2.0, 0.0, 0.0),
        (0.5, 0.0, 0.0),
        (-0.5, 0.0, inf),
        (-1.5, 0.0, -inf),
        (-2.0, 0.0, 0.0),
        (1.0, inf, 0.0),
        (0.5, -1.0, nan),
        (0.0, nan, nan),
        (nan, 1.0, nan),
        (inf, 1.0, 0.0),
        (-inf, 1.0, nan),
        (1e6, 1.0, 0.0),
        (0.0, 0j, 1 + 0j),
        (-0.5, 0j, complex(nan, nan)),
        (1.0, complex(inf, 1.0), complex(nan, nan)),
    ),
    ulp=Ulp(float64=32, float32=48, complex128=32, complex64=32, partials=256),
    sorted=True,
)
def jv(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Bessel function of the first kind, of real order.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex. For real `z` < 0 the result is NaN unless `v` is a whole number; for complex `z` the
        branch cut is the negative real axis, on which the value is the limit from above.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`J_v(z)`, complex where `z` is.

    See Also
    --------
    iv : the modified function of the first kind
    kv : the modified function of the second kind

    Notes
    -----
    :math:`J_v` is the solution of :math:`z^2 w'' + z w' + (z^2 - v^2) w = 0` that behaves like
    :math:`(z/2)^v / \Gamma(v + 1)` at the origin [1]_:

    .. math::
        J_v(z) = \left(\frac{z}{2}\right)^v \sum_{k=0}^\infty \frac{(-z^2/4)^k}{k!\, \Gamma(v + k + 1)}.

    For real `z` and :math:`v \geq 0` it is computed by this series where :math:`z^2 \leq 4(v + 1)`; by Hankel's
    expansion where :math:`z \geq 20` and :math:`v^2 \leq 2z`, with a phase that loses no digit for any `z`; by Olver's
    uniform expansion near :math:`z = v` and Debye's expansions elsewhere for :math:`v \geq 33`; and by Miller's
    backward recurrence between these; the orders 0 and 1 have polynomials of their own. Negative orders take
    :math:`Y_v` from Temme's series [2]_ or Steed's continued fraction [3]_. In the complex plane the modified functions
    :math:`I_v` and :math:`K_v` of :math:`-iz` join in. For real `z` an order of a million costs no more than one of 40.

    Derivatives: :math:`\partial J_v/\partial z = (J_{v-1} - J_{v+1})/2`, and the derivative in the order, which has no
    closed form, from the same algorithms on dual numbers, whole orders included. Second derivatives as well; a third
    derivative in the order raises.

    Measured errors are a few units in the last place for orders below 33, of the modulus
    :math:`\sqrt{J_v^2 + Y_v^2}` where the function oscillates, and for larger orders no more than the conditioning in
    `v` and `z` explains. SciPy loses digits in proportion to `z` or `v`; for infinite `z` it gives NaN, not the
    limit 0.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, chapter 10, https://dlmf.nist.gov/10.2
    .. [2] N. M. Temme, "On the numerical evaluation of the ordinary Bessel function of the second kind",
       Journal of Computational Physics 21 (1976), 343-350.
    .. [3] A. R. Barnett, D. H. Feng, J. W. Steed, L. J. B. Goldfarb, "Coulomb wave functions for all real eta and rho",
       Computer Physics Communications 8 (1974), 377-395.

    Examples
    --------
    >>> import torch
    >>> from sci.special import jv
    >>> z = torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64)
    >>> jv(1.5, z)
    tensor([0.0917, 0.2403, 0.4913], dtype=torch.float64)

    The derivative in the order, at a whole order:

    >>> v = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    >>> jv(v, z[1]).backward()
    >>> v.grad
    tensor(-0.1824, dtype=torch.float64)
    """


@elementwise(
    "special/bessel_jy.h",
    "r r -> r, r c -> c",
    partials=(lambda v, z, out: jv_dv2(v, z), lambda v, z, out: (jv_dv(v - 1, z) - jv_dv(v + 1, z)) / 2),
    reference=_reference_dv,
    samples=_FEW,
    special=((0.0, 0.0, -inf), (1.5, 0.0, 0.0), (1.0, -1.0, nan), (nan, 1.0, nan)),
    ulp=Ulp(float64=64, float32=64, complex128=96, complex64=96, partials=800),
    public=False,
    sorted=True,
)
def jv_dv(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of :func:`jv` in the order.

    :math:`\partial J_v/\partial v` from the algorithms of :func:`jv` on dual numbers. Where :math:`J_v` is real for a
    negative `z`, at whole orders, its derivative in the order is not: NaN for real `z` < 0.
    """


@elementwise(
    "special/bessel_jy.h",
    "r r -> r, r c -> c",
    partials=(_THIRD, lambda v, z, out: (jv_dv2(v - 1, z) - jv_dv2(v + 1, z)) / 2),
    reference=_reference_dv2,
    samples=_FEW,
    special=((0.0, 0.0, inf), (1.5, 0.0, 0.0), (1.0, -1.0, nan), (nan, 1.0, nan)),
    ulp=Ulp(float64=800, float32=800, complex128=400, complex64=400, partials=800),
    public=False,
    sorted=True,
)
def jv_dv2(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`jv` in the order.

    :math:`\partial^2 J_v/\partial v^2` from the algorithms of :func:`jv` on nested dual numbers. It serves second-order
    gradients, and has itself a derivative in `z` but none in `v`.
    """
