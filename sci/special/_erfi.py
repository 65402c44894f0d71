"""The imaginary error function and Faddeeva's function."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, polar, rectangle
from sci._core.dispatch import elementwise

from ._gaussian import gaussian, with_digits
from ._ierfcx import ierfcx, scaled_integral


def _growing(z: Tensor) -> Tensor:
    """exp(z^2), real as a fourth power, z/2 being exact: no overflow before the result's, nor in the derivative."""
    if z.is_complex():
        return gaussian(1j * z)
    root = 1 / gaussian(z / 2)
    return (root * root) * (root * root)


@elementwise(
    "special/erfi.h",
    "r -> r, c -> c",
    partials=(lambda z, out: 2 / math.sqrt(math.pi) * _growing(z),),
    reference=lambda mp, z: with_digits(mp, mp.erfi, z, per_square=0.9),
    samples=(
        Group("core", z=linear(-5, 5)),
        Group("large", z=linear(5, 26.5), count=24, dtypes=("float64",)),
        Group("large", z=linear(5, 9.2), count=16, dtypes=("float32",)),
        Group("seams", z=near(0.0, 0.5, 1.0, 2.0, 4.0)),
        Group("overflow", z=near(26.65), dtypes=("float64",)),
        Group("tiny", z=logarithmic(1e-200, 1e-3), count=12, dtypes=("float64",)),
        Group("plane", z=polar(1e-3, 8), count=32),
        Group("near the real axis", z=rectangle((-4, 4), (-1e-12, 1e-12)), count=16),
        Group("near the imaginary axis", z=rectangle((-1e-9, 1e-9), (0.1, 8)), count=16),
    ),
    special=((0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -inf), (nan, nan), (1.0, 1.6504257587975428760)),
    ulp=Ulp(float64=4, float32=4, complex128=8, complex64=8, partials=10),
)
def erfi(z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Imaginary error function, ``-i erf(i z)``.

    .. math:: \mathrm{erfi}(z) = \frac{2}{\sqrt\pi} \int_0^z e^{t^2} \, dt

    Parameters
    ----------
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The imaginary error function of `z`; real arguments beyond 26.66 (float32: 9.4) give infinities.

    See Also
    --------
    erf : error function
    dawsn : ``exp(-z**2)`` times the integral

    Notes
    -----
    Real `z`: :math:`2 e^{z^2} D(z) / \sqrt\pi` with Dawson's integral, and the square with its rounding error; complex
    `z`: the kernel of `erf`. Within 4 ulp on the real line, 5 eps of the modulus in the plane.

    The derivative is :math:`2 e^{z^2} / \sqrt\pi`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.erfi(torch.tensor([-1.0, 0.0, 2.0], dtype=torch.float64))
    tensor([-1.6504,  0.0000, 18.5648], dtype=torch.float64)
    """


@elementwise(
    "special/erfi.h",
    "c -> c",
    partials=(lambda z, out: 2j * ierfcx(1, -1j * z),),
    reference=lambda mp, z: scaled_integral(mp, 0, mp.mpc(0, -1) * z),
    samples=(
        Group("plane, above", z=polar(1e-3, 1e3, 0.0, 1.0), count=48),
        Group("plane, below", z=rectangle((-9, 9), (-6, 0)), count=32),
        Group("near the real axis", z=rectangle((-12, 12), (-1e-9, 1e-9)), count=24),
        Group("seams", z=polar(6.9999, 7.0001, 0.0, 1.0), count=16, dtypes=("float64",)),
        Group("seams", z=polar(4.999, 5.001, 0.0, 1.0), count=16, dtypes=("float32",)),
        Group("far out", z=polar(1e3, 1e12, 0.0, 1.0), count=12),
    ),
    special=(
        (0j, 1 + 0j),
        (1 + 0j, 0.36787944117144232160 + 0.60715770584139372912j),
        (1j, 0.42758357615580700442 + 0j),
    ),
    ulp=Ulp(float64=8, float32=8, complex128=8, complex64=8, partials=24),
)
def wofz(z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Faddeeva's function.

    .. math:: w(z) = e^{-z^2} \, \mathrm{erfc}(-i z)

    Parameters
    ----------
    z : tensor_like
        Complex argument; real ones become complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        Faddeeva's function of `z`, complex.

    See Also
    --------
    erfcx : ``wofz(z) = erfcx(-i z)``
    voigt_profile, dawsn

    Notes
    -----
    The kernel of `erfcx` [1]_; on the real line :math:`e^{-x^2} + 2 i D(x) / \sqrt\pi`, the real and the imaginary
    part accurate each by itself.

    Within 5 eps of the modulus; below the real axis, next to zeros, within what one rounding of `z`
    does.

    The derivative is :math:`2 i / \sqrt\pi - 2 z w(z)`, which cancels for large `z` and is computed as a repeated
    integral of erfc.

    References
    ----------
    .. [1] M. al Azah and S. N. Chandler-Wilde, "Computation of the complex error function using modified trapezoidal
       rules", SIAM J. Numer. Anal. 59 (2021), 2346-2367.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.wofz(torch.tensor([0.0, 1.0, 1j], dtype=torch.complex128))
    tensor([1.0000+0.0000j, 0.3679+0.6072j, 0.4276+0.0000j], dtype=torch.complex128)
    """
