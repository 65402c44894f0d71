"""Hankel functions of real order and complex argument, plain and scaled."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, linear, logarithmic, nan, polar, values
from sci._core.dispatch import elementwise

from ._cylinder import H1, H1E, H2, H2E, cylinder_dv, cylinder_dz, reference_hankel

_NAN = complex(nan, nan)
_SAMPLES = (
    Group("plane", v=linear(-4, 8), z=polar(0.01, 30), count=40),
    Group("plane, whole orders", v=values(0.0, 1.0, -2.0), z=polar(0.1, 30), count=24),
    Group("larger orders", v=linear(8, 60), z=polar(5, 60), count=16),
    Group("near the real axis", v=linear(-3, 12), z=polar(0.5, 40, -0.01, 0.01), count=12),
    Group("half orders", v=values(-1.5, 0.5), z=values(1e-3 + 0j, 2.0 + 1j, -3.0 + 0j, -2.0 - 5j, 20.0 - 9j)),
    Group("tiny", v=linear(0, 2), z=polar(1e-90, 1e-3), count=8, dtypes=("float64",)),
)
_WIDER = (
    Group("large orders", v=logarithmic(40, 200), z=polar(10, 400), count=12, dtypes=("float64",)),
    Group("large argument", v=linear(-10, 15), z=polar(60, 250), count=8, dtypes=("float64",)),
    Group(
        "near whole orders", v=values(1 + 1e-10, 2 - 1e-10, -1 + 1e-10), z=polar(0.3, 20), count=6, dtypes=("float64",)
    ),
)
_FEWER = (
    Group("plane", v=linear(-4, 8), z=polar(0.05, 20), count=10),
    Group("plane, whole orders", v=values(0.0, 1.0, -2.0), z=polar(0.3, 10), count=4),
    Group("near the real axis", v=linear(-3, 8), z=polar(0.5, 20, -0.01, 0.01), count=4),
    Group("half orders", v=values(-1.5, 0.5), z=values(-2.0 - 5j)),
)
_SPECIAL = (
    (1.0, 0j, _NAN),
    (nan, 1 + 1j, _NAN),
    (1.0, complex(nan, 1.0), _NAN),
    (1.0, complex(1.0, float("inf")), _NAN),
)
_FAR = Group("far", v=linear(0, 12), z=polar(60, 90), count=3, dtypes=("float64",))


@elementwise(
    "special/bessel_cylinder.h",
    "r c -> c",
    partials=(
        lambda v, z, out: cylinder_dv(H1, v, z),
        lambda v, z, out: (hankel1(v - 1, z) - hankel1(v + 1, z)) / 2,
    ),
    reference=lambda mp, v, z: reference_hankel(mp, v, z, 1),
    samples=(*_SAMPLES, *_WIDER),
    special=_SPECIAL,
    ulp=Ulp(float64=200, float32=64, partials=500),
    sorted=True,
)
def hankel1(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Hankel function of the first kind, :math:`H^{(1)}_v(z) = J_v(z) + i Y_v(z)`.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex; real ones are taken as complex. The branch cut is the negative real axis, and the
        value on it the limit from above.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        Complex values in the broadcast shape of `v` and `z`; NaN at `z` = 0 and at infinity.

    Raises
    ------
    TypeError
        Where `v` is complex or an argument holds no numbers.

    See Also
    --------
    hankel1e : the same times :math:`e^{-iz}`
    hankel2 : the second kind

    Notes
    -----
    In the upper half-plane, where it decays, :math:`H^{(1)}_v(z) = \frac{2}{\pi i} e^{-i\pi v/2} K_v(-iz)` [1]_ with
    the methods of :func:`kv`; in the lower one the conjugate of :math:`H^{(2)}_v(\bar z) = 2J_v - H^{(1)}_v`, where
    both terms are of one size at most at the real axis. On the positive real axis :func:`jv` and :func:`yv`.

    Derivatives: :math:`(H_{v-1} - H_{v+1})/2` in `z` [2]_; in the order, first and second, by the same algorithms on
    dual numbers. A third derivative in the order raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.27.8, https://dlmf.nist.gov/10.27
    .. [2] The same, 10.6.1, https://dlmf.nist.gov/10.6

    Examples
    --------
    >>> import torch
    >>> from sci.special import hankel1
    >>> hankel1(0.0, torch.tensor([1.0, 10.0], dtype=torch.float64))
    tensor([ 0.7652+0.0883j, -0.2459+0.0557j], dtype=torch.complex128)
    """


@elementwise(
    "special/bessel_cylinder.h",
    "r c -> c",
    partials=(
        lambda v, z, out: cylinder_dv(H2, v, z),
        lambda v, z, out: (hankel2(v - 1, z) - hankel2(v + 1, z)) / 2,
    ),
    reference=lambda mp, v, z: reference_hankel(mp, v, z, -1),
    samples=(*_FEWER, *_WIDER),
    special=_SPECIAL,
    ulp=Ulp(float64=160, float32=64, partials=500),
    sorted=True,
)
def hankel2(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Hankel function of the second kind, :math:`H^{(2)}_v(z) = J_v(z) - i Y_v(z)`.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex; real ones are taken as complex. The branch cut is the negative real axis, and the
        value on it the limit from above.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        Complex values in the broadcast shape of `v` and `z`; NaN at `z` = 0 and at infinity.

    Raises
    ------
    TypeError
        Where `v` is complex or an argument holds no numbers.

    See Also
    --------
    hankel1 : the first kind; method, derivatives and references are there
    hankel2e : the same times :math:`e^{iz}`

    Notes
    -----
    :math:`H^{(2)}_v(z)` is the conjugate of :math:`H^{(1)}_v(\bar z)`; it decays in the lower half-plane.

    Examples
    --------
    >>> import torch
    >>> from sci.special import hankel2
    >>> hankel2(0.0, torch.tensor([1.0, 10.0], dtype=torch.float64))
    tensor([ 0.7652-0.0883j, -0.2459-0.0557j], dtype=torch.complex128)
    """


@elementwise(
    "special/bessel_cylinder.h",
    "r c -> c",
    partials=(lambda v, z, out: cylinder_dv(H1E, v, z), lambda v, z, out: cylinder_dz(H1E, v, z)),
    reference=lambda mp, v, z: reference_hankel(mp, v, z, 1, scaled=True),
    samples=(*_FEWER, _FAR, *_WIDER),
    special=_SPECIAL,
    ulp=Ulp(float64=32, float32=32, partials=1500),
    sorted=True,
)
def hankel1e(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Exponentially scaled Hankel function of the first kind, :math:`e^{-iz} H^{(1)}_v(z)`.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex; real ones are taken as complex.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        Complex values in the broadcast shape of `v` and `z`; NaN at `z` = 0 and at infinity.

    Raises
    ------
    TypeError
        Where `v` is complex or an argument holds no numbers.

    See Also
    --------
    hankel1 : without the factor; method and references are there
    kve : in the upper half-plane this is a phase times its value at :math:`-iz`

    Notes
    -----
    Neither underflows in the upper half-plane nor oscillates along the real axis:
    :math:`e^{-iz} H^{(1)}_v(z) \sim \sqrt{2/(\pi z)}\, e^{-i(v\pi/2 + \pi/4)}`. The derivative in `z` is a kernel of
    its own, since the neighbouring orders and the factor would cancel for large `z`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import hankel1e
    >>> hankel1e(0.0, torch.tensor([1.0, 1e4], dtype=torch.float64))
    tensor([0.4877-0.5962j, 0.0056-0.0056j], dtype=torch.complex128)
    """


@elementwise(
    "special/bessel_cylinder.h",
    "r c -> c",
    partials=(lambda v, z, out: cylinder_dv(H2E, v, z), lambda v, z, out: cylinder_dz(H2E, v, z)),
    reference=lambda mp, v, z: reference_hankel(mp, v, z, -1, scaled=True),
    samples=(*_FEWER, _FAR, *_WIDER),
    special=_SPECIAL,
    ulp=Ulp(float64=32, float32=32, partials=1500),
    sorted=True,
)
def hankel2e(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Exponentially scaled Hankel function of the second kind, :math:`e^{iz} H^{(2)}_v(z)`.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex; real ones are taken as complex.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        Complex values in the broadcast shape of `v` and `z`; NaN at `z` = 0 and at infinity.

    Raises
    ------
    TypeError
        Where `v` is complex or an argument holds no numbers.

    See Also
    --------
    hankel1e : the first kind, of which this is the conjugate at the conjugate argument
    hankel2 : without the factor

    Notes
    -----
    Neither underflows in the lower half-plane nor oscillates along the real axis. Derivatives as of :func:`hankel1e`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import hankel2e
    >>> hankel2e(0.0, torch.tensor([1.0, 1e4], dtype=torch.float64))
    tensor([0.4877+0.5962j, 0.0056+0.0056j], dtype=torch.complex128)
    """
