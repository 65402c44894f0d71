"""The complementary error function."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, polar, rectangle, values
from sci._core.dispatch import elementwise

from ._gaussian import gaussian, with_digits

_ZERO = -1.3548101281120058 + 1.9914668428338796j


@elementwise(
    "special/erfc.h",
    "r -> r, c -> c",
    partials=(lambda z, out: -2 / math.sqrt(math.pi) * gaussian(z),),
    reference=lambda mp, z: with_digits(mp, mp.erfc, z, per_square=0.9),
    samples=(
        Group("core", z=linear(-6, 6), count=64),
        Group("tail", z=linear(6, 26.5), dtypes=("float64",)),
        Group("tail", z=linear(4, 9.1), dtypes=("float32",)),
        Group("subnormal values", z=linear(26.55, 27.2), dtypes=("float64",), count=16),
        Group("subnormal values", z=linear(9.2, 10.0), dtypes=("float32",), count=16),
        Group("seams", z=near(-0.5, 0.5, 2 / 3, 1.2, 2.0, 10 / 3, 6.0)),
        Group("tiny", z=logarithmic(1e-305, 1e-3), count=12, dtypes=("float64",)),
        Group("tiny", z=logarithmic(1e-36, 1e-3), count=12, dtypes=("float32",)),
        Group("zero", z=near(0.0)),
        Group("plane", z=polar(1e-3, 8), count=64),
        Group("plane, far out", z=rectangle((-20, 20), (-20, 20)), dtypes=("float64",)),
        Group("plane, about a zero", z=rectangle((-1.5, -1.2), (1.8, 2.2)), count=16),
        Group("plane, at a zero", z=values(_ZERO, _ZERO.conjugate()), dtypes=("float64",)),
        Group("near the imaginary axis", z=rectangle((-1e-9, 1e-9), (0.1, 8))),
        Group("near the real axis", z=rectangle((-4, 8), (-1e-12, 1e-12))),
        Group("plane, seams", z=polar(6.9999, 7.0001), count=24, dtypes=("float64",)),
        Group("plane, seams", z=polar(4.999, 5.001), count=24, dtypes=("float32",)),
        Group("plane, seam of the series", z=polar(0.7999, 0.8001), count=24),
    ),
    special=(
        (0.0, 1.0),
        (-0.0, 1.0),
        (inf, 0.0),
        (-inf, 2.0),
        (nan, nan),
        (30.0, 0.0),
        (0.5, 0.47950012218695346232),
        (1j, 1 - 1.6504257587975429j),
    ),
    ulp=Ulp(float64=4, float32=5, complex128=8, complex64=8, partials=4),
    wide=True,
)
def erfc(z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Complementary error function, ``1 - erf(z)``.

    .. math:: \mathrm{erfc}(z) = \frac{2}{\sqrt\pi} \int_z^\infty e^{-t^2} \, dt

    Parameters
    ----------
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The complementary error function of `z`, relatively accurate in the whole tail; it underflows at 27.23 (float32:
        10.06).

    See Also
    --------
    erf : error function
    erfcx : ``exp(z**2) * erfc(z)``, which does not underflow

    Notes
    -----
    Real `z`: ``1 - erf(z)`` for \|z\| < 1/2, a piecewise polynomial up to 6, ``exp(-z**2) * erfcx(z)`` above, with the
    rounding error of ``z**2`` put back into the exponential, and ``2 - erfc(-z)`` below. Complex `z` as in `erf` [1]_.

    Within 2 ulp on the real line, within 5 eps of the modulus in the plane; next to the complex zeros, within what
    one rounding of `z` does.

    The derivative is :math:`-2 e^{-z^2} / \sqrt\pi`, accurate into the tails.

    References
    ----------
    .. [1] M. al Azah and S. N. Chandler-Wilde, "Computation of the complex error function using modified trapezoidal
       rules", SIAM J. Numer. Anal. 59 (2021), 2346-2367.
    .. [2] NIST Digital Library of Mathematical Functions, chapter 7. https://dlmf.nist.gov/7

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.erfc(torch.tensor([-1.0, 0.0, 3.0, 20.0], dtype=torch.float64))
    tensor([ 1.8427e+00,  1.0000e+00,  2.2090e-05, 5.3959e-176],
           dtype=torch.float64)
    """
