"""Spence's function and the quotient it is the integral of."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, near, polar, values
from sci._core.dispatch import elementwise

from ._gaussian import with_digits


def _dilogarithm(mp: Any, z: Any) -> Any:
    """Li_2(1 - z), z = 1 being a zero."""
    with mp.workdps(mp.dps + 10 + 2 * int(max(0, -mp.log10(abs(1 - z) + mp.mpf(10) ** -200)))):
        found = with_digits(mp, lambda z: mp.polylog(2, 1 - z), z)
        return mp.re(found) if mp.im(z) == 0 else found


def _quotient_reference(mp: Any, n: Any, z: Any) -> Any:
    n, w = int(n), z - 1
    if w == 0:
        return (-1) ** n * mp.factorial(n) / mp.mpf(n + 1)
    with mp.workdps(mp.dps + 20 + int((n + 2) * max(0, -mp.log10(abs(w))))):
        value = mp.log(z) / w
        for k in range(1, n + 1):
            value = ((-1) ** (k - 1) * mp.factorial(k - 1) / z**k - k * value) / w
        return value


@elementwise(
    "special/spence.h",
    "i r -> r, i c -> c",
    partials=(discrete, lambda n, z, out: log_quotient(n + 1, z)),
    reference=_quotient_reference,
    samples=(
        Group("core", n=values(0, 1, 2), z=linear(0.01, 5)),
        Group("wide", n=values(0, 1, 2), z=logarithmic(1e-10, 1e10), count=24),
        Group("about 1", n=values(0, 1, 2), z=near(1.0, 1.5, 0.5)),
        Group("plane", n=values(0, 1, 2), z=polar(0.01, 100), count=32),
    ),
    special=((0, 1.0, 1.0), (1, 1.0, -0.5), (0, 0.0, inf), (0, inf, 0.0), (0, -1.0, nan), (0, nan, nan)),
    ulp=Ulp(float64=16, float32=16, complex128=24, complex64=24, partials=96),
    public=False,
    sorted=True,
)
def log_quotient(n: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivatives of :math:`\log(z) / (z - 1)`.

    Parameters
    ----------
    n : tensor_like of integers
        Order of the derivative, 0 to 16.
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative of order `n`; regular at 1.

    Notes
    -----
    The Taylor series about 1, Leibniz's rule beyond. The derivative is the function of the next order.

    Examples
    --------
    >>> import torch
    >>> from sci.special._spence import log_quotient
    >>> log_quotient(0, torch.tensor([0.5, 1.0], dtype=torch.float64))
    tensor([1.3863, 1.0000], dtype=torch.float64)
    """


@elementwise(
    "special/spence.h",
    "r -> r, c -> c",
    partials=(lambda z, out: -log_quotient(0, z),),
    reference=_dilogarithm,
    samples=(
        Group("core", z=linear(0.01, 4)),
        Group("wide", z=logarithmic(1e-10, 1e10), count=24),
        Group("seams", z=near(1.0, 0.5, 2.0)),
        Group("plane", z=polar(0.01, 100), count=48),
        Group("about 1", z=values(1 + 1e-3j, 1.001 + 1e-9j, 0.999 - 1e-5j, 1 - 0.5j, 0.5 + 0.8660254j, 0.5 - 0.87j)),
        Group("beside the cut", z=polar(0.1, 10, 0.99, 0.9999), count=12),
    ),
    special=((0.0, 1.6449340668482264365), (1.0, 0.0), (-1.0, nan), (inf, -inf), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, complex128=8, complex64=8, partials=16),
)
def spence(z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Spence's function, the dilogarithm of ``1 - z``.

    .. math:: \int_1^z \frac{\log t}{1 - t} \, dt = \mathrm{Li}_2(1 - z)

    Parameters
    ----------
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        Spence's function; NaN for negative real `z`. Of complex arguments the principal value, cut along the negative
        axis, the sign of a zero imaginary part telling the side.

    See Also
    --------
    zeta

    Notes
    -----
    Debye's series in ``log(z)``, to which reflection and inversion bring every argument [1]_. Within 3 ulp for real
    `z`, 4 eps of the modulus in the plane, next to the zero at 1 too.

    The derivative is ``log(z) / (1 - z)``, regular at 1.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 25.12. https://dlmf.nist.gov/25.12

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.spence(torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64))
    tensor([ 1.6449,  0.0000, -0.8225], dtype=torch.float64)
    """
