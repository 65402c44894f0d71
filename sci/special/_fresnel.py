"""The Fresnel integrals and their integrands."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, near, polar, rectangle, values
from sci._core.dispatch import elementwise

from ._gaussian import with_digits


def _chirp_reference(mp: Any, n: Any, z: Any) -> Any:
    with mp.workdps(mp.dps + 20 + 4 * int(abs(mp.log10(abs(z) + mp.mpf(10) ** -300)))):
        w = mp.pi * z * z / 2
        return mp.cos(w) if n else mp.sin(w)


_GROUPS = (
    Group("core", z=linear(-6, 6)),
    Group("seams", z=near(1.0, 2.0, 4.0, 16.0)),
    Group("large", z=logarithmic(6, 1e6), count=32),
    Group("tiny", z=logarithmic(1e-60, 1e-3), count=12, dtypes=("float64",)),
    Group("plane", z=polar(1e-3, 4), count=48),
    Group("near the axes", z=rectangle((0.1, 5), (-1e-9, 1e-9)), count=16),
)


@elementwise(
    "special/fresnel.h",
    "i r -> r, i c -> c",
    partials=(discrete, lambda n, z, out: math.pi * z * chirp(n + 1, z)),
    reference=_chirp_reference,
    samples=tuple(
        Group(group.name, count=group.count, dtypes=group.dtypes, n=values(0, 1), **group.axes) for group in _GROUPS
    ),
    special=((0, 0.0, 0.0), (1, 0.0, 1.0), (0, 1.0, 1.0), (2, 1.0, -1.0), (0, nan, nan), (0, inf, nan)),
    ulp=Ulp(float64=4, float32=4, complex128=24, complex64=24, partials=48),
    public=False,
)
def chirp(n: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Integrands of the Fresnel integrals, :math:`\sin(\pi z^2 / 2 + n \pi / 2)`.

    Parameters
    ----------
    n : tensor_like of integers
        Quarters of a turn: 0 for the sine, 1 for the cosine.
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The wave at `z`.

    Notes
    -----
    The square is reduced with its rounding error, so the phase of real `z` is right however large it is. The
    derivative is :math:`\pi z` times the wave a quarter further on.

    Examples
    --------
    >>> import torch
    >>> from sci.special._fresnel import chirp
    >>> chirp(0, torch.tensor([0.0, 1.0], dtype=torch.float64))
    tensor([0., 1.], dtype=torch.float64)
    """


@elementwise(
    "special/fresnel.h",
    "r -> rr, c -> cc",
    partials=(lambda z, s, c: (chirp(0, z), chirp(1, z)),),
    reference=lambda mp, z: (
        with_digits(mp, mp.fresnels, z, per_square=0.7),
        with_digits(mp, mp.fresnelc, z, per_square=0.7),
    ),
    samples=tuple(
        Group("large", z=logarithmic(6, 40), count=24) if group.name == "large" else group for group in _GROUPS
    ),
    special=(
        (0.0, (0.0, 0.0)),
        (-0.0, (-0.0, -0.0)),
        (inf, (0.5, 0.5)),
        (-inf, (-0.5, -0.5)),
        (nan, (nan, nan)),
        (1.0, (0.43825914739035476608, 0.77989340037682282947)),
    ),
    ulp=Ulp(float64=4, float32=4, complex128=16, complex64=16, partials=16),
)
def fresnel(z: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Fresnel integrals.

    .. math:: S(z) = \int_0^z \sin\left(\tfrac{\pi}{2} t^2\right) dt, \qquad
              C(z) = \int_0^z \cos\left(\tfrac{\pi}{2} t^2\right) dt

    Parameters
    ----------
    z : tensor_like
        Real or complex argument.

    Returns
    -------
    (Tensor, Tensor)
        ``S(z)`` and ``C(z)``.

    See Also
    --------
    fresnel_zeros : their complex zeros
    modfresnelp, modfresnelm

    Notes
    -----
    Real `z`: power series for \|z\| < 1, piecewise polynomials for the auxiliary functions f and g beyond [1]_, with
    the phase reduced exactly. Complex `z`: error functions of :math:`\sqrt\pi (1 \mp i) z / 2`. Within 3 ulp on the
    real line; in the plane within 6 eps of the modulus beyond what a rounding of `z` does.

    The derivatives are the integrands at `z`, with the same reduction of the phase.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 7.2(iii) and 7.5. https://dlmf.nist.gov/7

    Examples
    --------
    >>> import torch, sci
    >>> s, c = sci.special.fresnel(torch.tensor([0.0, 1.0, 10.0], dtype=torch.float64))
    >>> s, c
    (tensor([0.0000, 0.4383, 0.4682], dtype=torch.float64), tensor([0.0000, 0.7799, 0.4999], dtype=torch.float64))
    """
