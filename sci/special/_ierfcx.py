"""Scaled repeated integrals of the complementary error function: the derivatives of erfcx."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, near, polar, rectangle, values
from sci._core.dispatch import elementwise

from ._gaussian import with_digits


def scaled_integral(mp: Any, n: Any, z: Any) -> Any:
    """Reference: ``exp(z^2) i^n erfc(z)``."""
    return with_digits(mp, lambda z: _scaled_integral(mp, int(n), z), z)


def _scaled_integral(mp: Any, n: int, z: Any) -> Any:
    """Go up the recurrence in n with the digits that it cancels; far out the asymptotic series."""
    if mp.re(z) < 0:  # the reflection, DLMF 7.18.11
        before, now = mp.mpf(0), mp.mpf(2)
        for k in range(1, n + 1):
            before, now = now, (before - 2 * z * now) / (2 * k)
        return now * mp.exp(z * z) - (-1) ** n * _scaled_integral(mp, n, -z)
    if abs(z) ** 2 > 4 * mp.dps + 40:
        term = 2 / mp.sqrt(mp.pi) / (2 * z) ** (n + 1)  # DLMF 7.18.14
        total, m = term, 0
        while abs(term) > mp.eps * abs(total):
            term *= -mp.mpf((n + 2 * m + 1) * (n + 2 * m + 2)) / ((m + 1) * (2 * z) ** 2)
            total, m = total + term, m + 1
        return total
    with mp.workdps(mp.dps + 20 + int((n + 1) * mp.log10(4 * abs(z) ** 2 + 10))):
        before, now = 2 / mp.sqrt(mp.pi), mp.exp(z * z) * mp.erfc(z)
        for k in range(1, n + 1):
            before, now = now, (before - 2 * z * now) / (2 * k)
        return now


_N = values(1, 2, 3, 0)


@elementwise(
    "special/ierfcx.h",
    "i r -> r, i c -> c",
    partials=(discrete, lambda n, z, out: -2 * (n + 1) * ierfcx(n + 1, z)),
    reference=scaled_integral,
    samples=(
        Group("core", n=_N, z=linear(0, 9), count=64),
        Group("near zero", n=_N, z=linear(-1, 1)),
        Group("negative", n=_N, z=linear(-26, 0), dtypes=("float64",)),
        Group("negative", n=_N, z=linear(-8.9, 0), dtypes=("float32",)),
        Group("tail", n=_N, z=logarithmic(9, 1e12), dtypes=("float64",)),
        Group("tail", n=_N, z=logarithmic(9, 1e6), dtypes=("float32",)),
        Group("huge", n=values(1, 0), z=logarithmic(1e12, 1e100), count=12, dtypes=("float64",)),
        Group("tiny", n=_N, z=logarithmic(1e-300, 1e-3), count=12, dtypes=("float64",)),
        Group("tiny", n=_N, z=logarithmic(1e-36, 1e-3), count=12, dtypes=("float32",)),
        Group("seams", n=values(1), z=near(0.0, 2 / 7, 2 / 3, 1.2, 2.0, 10 / 3, 6.0, 14.0)),
        Group("seams, higher orders", n=values(2), z=near(1.0, 8.5, 6.0, 1e8)),
        Group("plane, right", n=_N, z=polar(0.01, 100, -0.5, 0.5), count=64),
        Group("plane, left", n=_N, z=rectangle((-5, 0), (-8, 8))),
        Group("near the imaginary axis", n=_N, z=rectangle((0, 1e-9), (0.1, 10))),
    ),
    special=(
        (-1, 0.5, 1.1283791670955126),
        (1, inf, 0.0),
        (2, inf, 0.0),
        (1, -inf, inf),
        (1, nan, nan),
        (99, 1.0, nan),
    ),
    ulp=Ulp(float64=10, float32=10, complex128=16, complex64=16, partials=32),
    public=False,
    sorted=True,
)
def ierfcx(n: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Scaled repeated integrals of the complementary error function.

    .. math:: f_n(z) = e^{z^2} \, \mathrm{i}^n\mathrm{erfc}(z), \qquad
              \mathrm{i}^n\mathrm{erfc}(z) = \int_z^\infty \mathrm{i}^{n-1}\mathrm{erfc}(t) \, dt

    with :math:`\mathrm{i}^{-1}\mathrm{erfc}(z) = 2 e^{-z^2} / \sqrt\pi` and :math:`\mathrm{i}^0\mathrm{erfc} =
    \mathrm{erfc}`.

    Parameters
    ----------
    n : tensor_like of int
        Order, -1 to 8; NaN comes out for others.
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The scaled integral of order `n` at `z`.

    See Also
    --------
    sci.special.erfcx : n = 0

    Notes
    -----
    The derivative is :math:`f_n' = 2 z f_n - f_{n-1} = -2 (n + 1) f_{n+1}`: the first form cancels for large `z`, the
    second never does. So every derivative of `erfcx` has the relative accuracy of this function: within 3 ulp for real
    `z` and n <= 1, within 15 eps of the modulus for n <= 3 elsewhere. For n of 5 and more some :math:`2^n` ulp are lost
    around \|z\| = 1.

    Real arguments up to n = 1 use polynomials in 1/(z + 2); the rest the trapezoidal rule with its pole correction, and
    Gauss-Hermite quadrature for \|z\| > 8.5; the left half plane by reflection [1]_.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 7.18. https://dlmf.nist.gov/7.18

    Examples
    --------
    >>> import torch
    >>> from sci.special._ierfcx import ierfcx
    >>> ierfcx(1, torch.tensor([0.0, 1.0, 1e4], dtype=torch.float64))
    tensor([5.6419e-01, 1.3661e-01, 2.8209e-09], dtype=torch.float64)
    """
