"""The error function."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, polar, rectangle, values
from sci._core.dispatch import elementwise

from ._gaussian import gaussian, with_digits

_ZERO = 1.4506161632467709 + 1.8809430001533158j


@elementwise(
    "special/erf.h",
    "r -> r, c -> c",
    partials=(lambda z, out: 2 / math.sqrt(math.pi) * gaussian(z),),
    reference=lambda mp, z: with_digits(mp, mp.erf, z, per_square=0.9),
    samples=(
        Group("core", z=linear(-6.5, 6.5), count=64),
        Group("series", z=linear(-1, 1)),
        Group("seams", z=near(1.0, -1.0, 6.0, 2.0, 3.9, 5.9)),
        Group("saturated", z=linear(6, 26), count=12, dtypes=("float64",)),
        Group("tiny", z=logarithmic(1e-305, 1e-3), count=16, dtypes=("float64",)),
        Group("tiny", z=logarithmic(1e-36, 1e-3), count=16, dtypes=("float32",)),
        Group("subnormal", z=near(0.0)),
        Group("plane", z=polar(1e-3, 8), count=64),
        Group("plane, far out", z=rectangle((-20, 20), (-20, 20)), dtypes=("float64",)),
        Group("plane, about a zero", z=rectangle((1.3, 1.6), (1.7, 2.1)), count=16),
        Group("plane, at a zero", z=values(_ZERO, _ZERO.conjugate(), -_ZERO), dtypes=("float64",)),
        Group("near the imaginary axis", z=rectangle((-1e-9, 1e-9), (0.1, 8))),
        Group("near the real axis", z=rectangle((-4, 4), (-1e-12, 1e-12))),
        Group("plane, seams", z=polar(6.9999, 7.0001), count=24, dtypes=("float64",)),
        Group("plane, seams", z=polar(4.999, 5.001), count=24, dtypes=("float32",)),
        Group("plane, seam of the series", z=polar(0.7999, 0.8001), count=24),
        Group("plane, tiny", z=polar(1e-30, 1e-3), count=12),
    ),
    special=(
        (0.0, 0.0),
        (-0.0, -0.0),
        (inf, 1.0),
        (-inf, -1.0),
        (nan, nan),
        (0.5, 0.52049987781304653768),
        (1j, 1.6504257587975429j),
    ),
    ulp=Ulp(float64=2, float32=2, complex128=8, complex64=8, partials=4),
    wide=True,
)
def erf(z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Error function.

    .. math:: \mathrm{erf}(z) = \frac{2}{\sqrt\pi} \int_0^z e^{-t^2} \, dt

    Parameters
    ----------
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The error function of `z`.

    See Also
    --------
    erfc : ``1 - erf(z)``, accurate where that is small
    erfcx : ``exp(z**2) * erfc(z)``
    erfinv : inverse function

    Notes
    -----
    Real `z`: a polynomial in ``z**2`` for \|z\| < 1, beyond that ``1 - exp(-z**2) * erfcx(z)``. Complex `z`:
    Maclaurin's series for \|z\| < 0.8, else the pole-corrected trapezoidal rule or Gauss-Hermite quadrature [1]_ in a
    form in which nothing cancels: near both axes real and imaginary part are accurate each by itself.

    Within 1.2 ulp on the real line, within 5 eps of the modulus in the plane; next to the complex zeros, within what
    one rounding of `z` does.

    The derivative is :math:`2 e^{-z^2} / \sqrt\pi`, accurate into the tails.

    References
    ----------
    .. [1] M. al Azah and S. N. Chandler-Wilde, "Computation of the complex error function using modified trapezoidal
       rules", SIAM J. Numer. Anal. 59 (2021), 2346-2367.
    .. [2] NIST Digital Library of Mathematical Functions, chapter 7. https://dlmf.nist.gov/7

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.erf(torch.tensor([-1.0, 0.0, 0.5, 3.0], dtype=torch.float64))
    tensor([-0.8427,  0.0000,  0.5205,  1.0000], dtype=torch.float64)
    >>> sci.special.erf(1j)
    tensor(0.+1.6504j)
    """
