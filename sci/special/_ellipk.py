"""Complete elliptic integrals. The mathematics is in csrc/special/ellipk.h."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, not_implemented
from sci._core.dispatch import elementwise

_PARAMETER = (
    Group("core", m=linear(-2, 0.999)),
    Group("tiny", m=logarithmic(1e-30, 1e-3), count=12),
    Group("beside 1", m=near(1 - 2**-10, 1 - 2**-20), count=12),
    Group("negative", m=logarithmic(-1e30, -1e-3), count=24),
)
_COMPLEMENT = (
    Group("core", p=linear(0.01, 3)),
    Group("tiny", p=logarithmic(1e-300, 1e-2), dtypes=("float64",)),
    Group("tiny", p=logarithmic(1e-37, 1e-2), dtypes=("float32",)),
    Group("seam", p=near(1.0), count=8),
    Group("large", p=logarithmic(1, 1e30), count=24),
)


def _moments(mp: Any, p: Any) -> tuple[Any, Any]:
    """Reference: the integrals of cos^2/D and sin^2/D, with digits for m = 0."""
    m = 1 - p
    if abs(m) < mp.mpf(10) ** (-mp.dps):
        return mp.pi / 4, mp.pi / 4
    with mp.workdps(2 * mp.dps + 20):
        first, second = mp.ellipk(m), mp.ellipe(m)
        return (second - p * first) / m, (first - second) / m


def _difference(mp: Any, p: Any) -> Any:
    """Reference: the difference of the two, divided by m."""
    return mp.pi / 16 * mp.hyp2f1(1.5, 1.5, 3, 1 - p)


@elementwise(
    "special/ellipk.h",
    "r -> r",
    partials=(not_implemented("a third derivative of the complete elliptic integrals"),),
    reference=_difference,
    samples=_COMPLEMENT,
    special=((0.0, inf), (-1.0, nan), (inf, 0.0), (nan, nan)),
    # About m = 0 its fit's coefficients are 20 times its value.
    ulp=Ulp(float64=64, float32=64),
    wide=True,
    public=False,
)
def ellip_s(p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative's part of the complete elliptic integrals.

    Parameters
    ----------
    p : tensor_like
        Complementary parameter, :math:`1 - m`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`(D - B)/m`, where :math:`D = \int \sin^2 t / \Delta \, dt` and :math:`B = \int \cos^2 t / \Delta \, dt`.
    """


@elementwise(
    "special/ellipk.h",
    "r -> r",
    partials=(lambda p, out: -ellip_s(p) / 2,),
    reference=lambda mp, p: _moments(mp, p)[0],
    samples=_COMPLEMENT,
    special=((0.0, 1.0), (-1.0, nan), (inf, 0.0), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, partials=64),
    wide=True,
    public=False,
)
def ellip_b(p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Complete elliptic integral :math:`\int_0^{\pi/2} \cos^2 t / \Delta \, dt`.

    Parameters
    ----------
    p : tensor_like
        Complementary parameter, :math:`1 - m`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The integral, :math:`[E - (1 - m) K]/m` without its cancellation.
    """


@elementwise(
    "special/ellipk.h",
    "r -> r",
    partials=(lambda p, out: (ellip_s(p) - out) / (2 * p),),
    reference=lambda mp, p: _moments(mp, p)[1],
    samples=_COMPLEMENT,
    special=((0.0, inf), (-1.0, nan), (inf, 0.0), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, partials=64),
    wide=True,
    public=False,
)
def ellip_d(p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Complete elliptic integral :math:`\int_0^{\pi/2} \sin^2 t / \Delta \, dt`.

    Parameters
    ----------
    p : tensor_like
        Complementary parameter, :math:`1 - m`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The integral, :math:`(K - E)/m` without its cancellation.
    """


@elementwise(
    "special/ellipk.h",
    "r -> r",
    partials=(lambda m, out: ellip_b(1 - m) / (2 * (1 - m)),),
    reference=lambda mp, m: mp.ellipk(m),
    samples=_PARAMETER,
    special=((0.0, 1.5707963267948966), (1.0, inf), (1.5, nan), (-inf, 0.0), (inf, nan), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, partials=8),
    wide=True,
)
def ellipk(m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Complete elliptic integral of the first kind.

    .. math:: K(m) = \int_0^{\pi/2} \frac{dt}{\sqrt{1 - m \sin^2 t}}

    Parameters
    ----------
    m : tensor_like
        Parameter, the square of the modulus; real, at most 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The integral; infinite at 1, NaN beyond.

    See Also
    --------
    ellipkm1 : accurate beside ``m = 1``
    ellipkinc : the incomplete integral
    ellipe : the integral of the second kind

    Notes
    -----
    :math:`P(p) - \ln(p) \, Q(p)` with polynomials in :math:`p = 1 - m` for :math:`0 \le m \le 1`; below, the reciprocal
    modulus [1]_, 19.7. Within 2 ulp.

    .. math:: K'(m) = \frac{B(m)}{2 (1 - m)}, \qquad B(m) = \int_0^{\pi/2} \frac{\cos^2 t}{\sqrt{1 - m \sin^2 t}} \, dt,

    where the usual :math:`[E - (1 - m) K] / [2 m (1 - m)]` cancels about :math:`m = 0`. Third derivatives raise.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, chapter 19. https://dlmf.nist.gov/19

    Examples
    --------
    The period of a pendulum beside that of a small swing, for amplitudes of 10, 90 and 170 degrees:

    >>> import torch, sci
    >>> half = torch.deg2rad(torch.tensor([10.0, 90.0, 170.0], dtype=torch.float64)) / 2
    >>> sci.special.ellipk(half.sin() ** 2) * 2 / torch.pi
    tensor([1.0019, 1.1803, 2.4394], dtype=torch.float64)
    """


@elementwise(
    "special/ellipk.h",
    "r -> r",
    partials=(lambda p, out: -ellip_b(p) / (2 * p),),
    reference=lambda mp, p: mp.ellipk(1 - p) if p > 1e-6 else _beside_one(mp, p),
    samples=_COMPLEMENT,
    special=((0.0, inf), (1.0, 1.5707963267948966), (-1.0, nan), (inf, 0.0), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, partials=8),
    wide=True,
)
def ellipkm1(p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Complete elliptic integral of the first kind beside ``m = 1``.

    .. math:: K(1 - p) = \int_0^{\pi/2} \frac{dt}{\sqrt{1 - (1 - p) \sin^2 t}}

    Parameters
    ----------
    p : tensor_like
        Complementary parameter, :math:`1 - m`; real, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The integral; infinite at 0, NaN for negative `p`.

    See Also
    --------
    ellipk : in terms of `m`

    Notes
    -----
    As `ellipk`; the derivative is :math:`-B(1 - p) / (2 p)` with the integral `B` named there.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.ellipkm1(torch.tensor([1e-300, 1e-20, 0.5], dtype=torch.float64))
    tensor([346.7741,  24.4121,   1.8541], dtype=torch.float64)
    """


def _beside_one(mp: Any, p: Any) -> Any:
    """Reference: K(1 - p) by its series about p = 0, DLMF 19.12.1, for p below 1e-6."""
    total, factor, digamma = mp.mpf(0), mp.mpf(1), mp.mpf(0)
    for n in range(2 + int(mp.dps / 5)):
        total += factor * (mp.log(16 / p) / 2 - digamma)
        factor *= p * (mp.mpf(2 * n + 1) / (2 * n + 2)) ** 2
        digamma += mp.mpf(2) / ((2 * n + 1) * (2 * n + 2))
    return total


@elementwise(
    "special/ellipk.h",
    "r -> r",
    partials=(lambda m, out: -ellip_d(1 - m) / 2,),
    reference=lambda mp, m: mp.ellipe(m),
    samples=_PARAMETER,
    special=((0.0, 1.5707963267948966), (1.0, 1.0), (1.5, nan), (-inf, inf), (inf, nan), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, partials=8),
    wide=True,
)
def ellipe(m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Complete elliptic integral of the second kind.

    .. math:: E(m) = \int_0^{\pi/2} \sqrt{1 - m \sin^2 t} \, dt

    Parameters
    ----------
    m : tensor_like
        Parameter, the square of the modulus; real, at most 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The integral, NaN for `m` above 1.

    See Also
    --------
    ellipeinc : the incomplete integral
    ellipk : the integral of the first kind

    Notes
    -----
    Computed like `ellipk`, within 2 ulp.

    .. math:: E'(m) = -\frac{D(m)}{2}, \qquad D(m) = \int_0^{\pi/2} \frac{\sin^2 t}{\sqrt{1 - m \sin^2 t}} \, dt,

    where the usual :math:`(E - K) / (2 m)` cancels about :math:`m = 0` [1]_. Third derivatives raise.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 19.4. https://dlmf.nist.gov/19.4

    Examples
    --------
    The perimeter of an ellipse with the half axes 3 and 2:

    >>> import torch, sci
    >>> sci.special.ellipe(torch.tensor(1 - 4 / 9, dtype=torch.float64)) * 12
    tensor(15.8654, dtype=torch.float64)
    """
