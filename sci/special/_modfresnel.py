"""The modified Fresnel integrals."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, near
from sci._core.dispatch import elementwise

from ._ierfcx import ierfcx, scaled_integral


def _partials(x: Tensor, f: Tensor, k: Tensor, sign: int) -> tuple[Tensor, Tensor]:
    """Return -exp(+-i x^2) = -t F / (sqrt(pi) K), and of K = erfcx(t x) / 2 the scaled -t i^1erfc, t = exp(-+i pi/4).

    The former as it stands for |x| < 1, where each of its parts, and of their slopes, keeps its digits; beyond, the
    square would be rounded. Left of 0 the latter is 2 t^2 x K - t / sqrt(pi), where nothing cancels.
    """
    t = complex(math.sqrt(0.5), -sign * math.sqrt(0.5))  # of equal parts, or t^2 were not -+i
    left = x < -1
    right = -t * ierfcx(1, t * torch.where(left, 0, x))
    inner = x.abs() < 1
    square = torch.where(inner, x, 0) ** 2
    wave = torch.where(inner, torch.complex(-square.cos(), -sign * square.sin()), -t / math.sqrt(math.pi) * (f / k))
    return wave, torch.where(left, -2j * sign * x * k - t / math.sqrt(math.pi), right)


def _reference(mp: Any, x: Any, sign: int) -> Any:
    with mp.workdps(mp.dps + 10 + 4 * int(abs(mp.log10(abs(x) + mp.mpf(10) ** -300)))):
        scaled = scaled_integral(mp, 0, mp.expjpi(-mp.mpf(1) / 4) * x) / 2
        integral = mp.sqrt(mp.pi) * mp.expjpi(mp.mpf(1) / 4) * mp.expj(x * x) * scaled
        return (integral, scaled) if sign > 0 else (mp.conj(integral), mp.conj(scaled))


_GROUPS = (
    Group("core", x=linear(-6, 6)),
    Group("large", x=logarithmic(6, 1e4), count=24),
    Group("large negative", x=logarithmic(-1e4, -6), count=24),
    Group("seams", x=near(0.0, 0.8, 7.0, -7.0)),
    Group("tiny", x=logarithmic(1e-30, 1e-3), count=8),
)


@elementwise(
    "special/modfresnel.h",
    "r -> cc",
    partials=(lambda x, f, k: _partials(x, f, k, 1),),
    reference=lambda mp, x: _reference(mp, x, 1),
    samples=_GROUPS,
    special=((inf, (0j, 0j)), (0.0, (0.62665706865775012560 + 0.62665706865775012560j, 0.5 + 0j))),
    ulp=Ulp(float64=8, float32=8, complex128=8, complex64=8, partials=24),
    sorted=True,
)
def modfresnelp(x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Modified Fresnel integrals with the positive sign.

    .. math:: F_+(x) = \int_x^\infty e^{i t^2} dt, \qquad
              K_+(x) = \frac{e^{-i (x^2 + \pi/4)}}{\sqrt\pi} F_+(x)

    Parameters
    ----------
    x : tensor_like
        Real argument.

    Returns
    -------
    (Tensor, Tensor)
        ``F`` and ``K``, complex. At ``-inf`` `K` goes round the unit circle and is NaN.

    See Also
    --------
    modfresnelm : with the negative sign
    fresnel

    Notes
    -----
    :math:`K_+(x) = \mathrm{erfcx}(e^{-i \pi/4} x) / 2`, and `F` from it; negative `x` by reflection, where SciPy's
    imaginary part is wrong. Within 6 eps of the modulus for every `x`.

    The derivatives are :math:`-e^{i x^2}` and a scaled repeated integral of erfc.

    Examples
    --------
    >>> import torch, sci
    >>> f, k = sci.special.modfresnelp(torch.tensor([0.0, 2.0], dtype=torch.float64))
    >>> f
    tensor([0.6267+0.6267j, 0.1652-0.1781j], dtype=torch.complex128)
    """


@elementwise(
    "special/modfresnel.h",
    "r -> cc",
    partials=(lambda x, f, k: _partials(x, f, k, -1),),
    reference=lambda mp, x: _reference(mp, x, -1),
    samples=_GROUPS,
    special=((inf, (0j, 0j)), (0.0, (0.62665706865775012560 - 0.62665706865775012560j, 0.5 + 0j))),
    ulp=Ulp(float64=8, float32=8, complex128=8, complex64=8, partials=24),
    sorted=True,
)
def modfresnelm(x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Modified Fresnel integrals with the negative sign.

    .. math:: F_-(x) = \int_x^\infty e^{-i t^2} dt, \qquad
              K_-(x) = \frac{e^{i (x^2 + \pi/4)}}{\sqrt\pi} F_-(x)

    Parameters
    ----------
    x : tensor_like
        Real argument.

    Returns
    -------
    (Tensor, Tensor)
        ``F`` and ``K``, complex: the conjugates of `modfresnelp`.

    See Also
    --------
    modfresnelp : with the positive sign
    fresnel

    Notes
    -----
    See `modfresnelp`.

    Examples
    --------
    >>> import torch, sci
    >>> f, k = sci.special.modfresnelm(torch.tensor([0.0, 2.0], dtype=torch.float64))
    >>> f
    tensor([0.6267-0.6267j, 0.1652+0.1781j], dtype=torch.complex128)
    """
