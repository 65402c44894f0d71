"""The scaled complementary error function."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, polar, rectangle, values
from sci._core.dispatch import elementwise

from ._ierfcx import ierfcx, scaled_integral

_ZERO = -1.3548101281120058 + 1.9914668428338796j  # of erfc, the one nearest to the origin


@elementwise(
    "special/erfcx.h",
    "r -> r, c -> c",
    # w' = 2 z w - 2/sqrt(pi) cancels like z^-2 for large z: wrong by 27% in float32 at z = 1e3. The scaled integral of
    # erfc does not.
    partials=(lambda z, out: -2 * ierfcx(1, z),),
    reference=lambda mp, z: scaled_integral(mp, 0, z),
    samples=(
        Group("core", z=linear(-1, 8)),
        Group("negative", z=linear(-26.6, -1), dtypes=("float64",)),
        Group("negative", z=linear(-9.3, -1), dtypes=("float32",)),
        Group("overflow", z=near(-26.628735713751), dtypes=("float64",)),
        Group("overflow", z=near(-9.38241481), dtypes=("float32",)),
        Group("seams", z=near(-0.375, -0.4, -2 / 9, 0.0, 2 / 7, 2 / 3, 1.2, 2.0, 10 / 3, 6.0, 14.0)),
        Group("tail", z=logarithmic(8, 1e20), dtypes=("float64",)),
        Group("tail", z=logarithmic(8, 1e10), dtypes=("float32",)),
        Group("huge", z=logarithmic(1e20, 1e308), count=16, dtypes=("float64",)),
        Group("huge", z=logarithmic(1e10, 3e38), count=16, dtypes=("float32",)),
        Group("tiny", z=logarithmic(1e-300, 1e-3), count=12, dtypes=("float64",)),
        Group("tiny", z=logarithmic(1e-36, 1e-3), count=12, dtypes=("float32",)),
        Group("tiny negative", z=logarithmic(-1e-30, -1e-3), count=12),
        Group("plane, right", z=polar(1e-3, 1e4, -0.5, 0.5), count=64),
        Group("plane, left", z=rectangle((-6, 0), (-9, 9))),
        Group("plane, about a zero", z=rectangle((-1.5, -1.2), (1.8, 2.2)), count=16),
        Group("plane, at a zero", z=values(_ZERO, _ZERO.conjugate()), dtypes=("float64",)),
        Group("near the imaginary axis", z=rectangle((-1e-9, 1e-9), (0.1, 12))),
        Group("near the real axis", z=rectangle((-4, 12), (-1e-12, 1e-12))),
        Group("plane, seams", z=polar(6.9999, 7.0001), count=24, dtypes=("float64",)),
        Group("plane, seams", z=polar(4.999, 5.001), count=24, dtypes=("float32",)),
        Group("plane, seam of the series", z=polar(0.7999, 0.8001), count=24),
        Group("plane, huge", z=polar(1e6, 1e30, -0.25, 0.25), count=12),
    ),
    special=(
        (0.0, 1.0),
        (-0.0, 1.0),
        (inf, 0.0),
        (-inf, inf),
        (-30.0, inf),
        (nan, nan),
        (1j, 0.36787944117144232 - 0.60715770584139372j),
    ),
    ulp=Ulp(float64=4, float32=4, complex128=8, complex64=8, partials=8),
)
def erfcx(z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Scaled complementary error function, ``exp(z**2) * erfc(z)``.

    .. math:: \mathrm{erfcx}(z) = e^{z^2} \mathrm{erfc}(z) = \frac{2}{\sqrt\pi} \int_0^\infty e^{-t^2 - 2 z t} \, dt

    Parameters
    ----------
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The scaled complementary error function. It overflows to ``inf`` below -26.6287 (float32: -9.3824) and falls off
        like :math:`1 / (z \sqrt\pi)` on the right.

    See Also
    --------
    erfc : without the scaling
    erf : error function

    Notes
    -----
    Real `z` above -3/8: a polynomial in ``1 / (z + 2)``, one of ten, times ``1 / (z + 2)``; below:
    ``2 exp(z**2) - erfcx(-z)`` with the rounding error of the square put back. Complex `z`: Maclaurin's series of erf
    for \|z\| < 0.8; the trapezoidal rule for the integral over the line, with its pole correction [1]_ [2]_, for
    \|z\| < 7 (single precision: 5); Gauss-Hermite quadrature of the same integral further out; the left half plane by
    reflection.

    Within 3 ulp on the real line, within 4 eps of the modulus in the plane; next to the zeros of erfc in the left half
    plane, within what one rounding of `z` does.

    The derivative is :math:`2 z \, \mathrm{erfcx}(z) - 2 / \sqrt\pi = -2 e^{z^2} \mathrm{i}^1\mathrm{erfc}(z)`. The
    first form loses all digits for large `z`; the second, a scaled repeated integral of erfc [3]_, is computed as a
    function of its own. Gradients have full relative accuracy, as have higher derivatives.

    References
    ----------
    .. [1] F. Matta and A. Reichel, "Uniform computation of the error function and other related functions", Math. Comp.
       25 (1971), 339-344.
    .. [2] M. al Azah and S. N. Chandler-Wilde, "Computation of the complex error function using modified trapezoidal
       rules", SIAM J. Numer. Anal. 59 (2021), 2346-2367.
    .. [3] NIST Digital Library of Mathematical Functions, section 7.18. https://dlmf.nist.gov/7.18

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([-1.0, 0.0, 1e3], dtype=torch.float64, requires_grad=True)
    >>> y = sci.special.erfcx(x)
    >>> y.detach()
    tensor([5.0090e+00, 1.0000e+00, 5.6419e-04], dtype=torch.float64)
    >>> torch.autograd.grad(y.sum(), x)
    (tensor([-1.1146e+01, -1.1284e+00, -5.6419e-07], dtype=torch.float64),)
    """
