"""The principal branch of the logarithm of the gamma function."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, polar, rectangle, values
from sci._core.dispatch import elementwise

from ._digamma import digamma


@elementwise(
    "special/loggamma.h",
    "r -> r, c -> c",
    # Where the value is NaN, on the cut, digamma is finite: no derivative there.
    partials=(lambda z, out: torch.where(out.isnan(), out, digamma(z)),),
    reference=lambda mp, z: mp.loggamma(z),
    samples=(
        Group("core", z=linear(0, 8)),
        Group("Stirling", z=logarithmic(8, 1e6)),
        Group("beside 1 and 2", z=near(1.0, 2.0)),
        Group("tiny", z=logarithmic(1e-37, 1e-3), count=12),
        Group("plane", z=rectangle((-20, 20), (-20, 20))),
        Group("plane, recurrence", z=rectangle((-8.5, 8.5), (-2, 2))),
        Group("plane, about the zeros", z=rectangle((0.5, 2.5), (-0.4, 0.4)), count=32),
        Group("plane, wide", z=polar(10, 1e5), count=32),
        Group("plane, tiny", z=polar(1e-15, 0.1), count=16),
        Group("plane, beside poles", z=values(*(complex(-n, s * 2.0**-20) for n in (0, 1, 4, 9) for s in (1, -1)))),
        Group("beside the cut", z=values(*(complex(x, s * 2.0**-30) for x in (-0.5, -2.3, -7.7) for s in (1, -1)))),
    ),
    special=(
        (0.0, inf),
        (-0.5, nan),
        (-1.0, nan),
        (1.0, 0.0),
        (2.0, 0.0),
        (inf, inf),
        (-inf, nan),
        (nan, nan),
    ),
    ulp=Ulp(float64=4, float32=4, complex128=16, complex64=16),
    sorted=True,
)
def loggamma(z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Principal branch of the logarithm of the gamma function.

    The analytic continuation of :math:`\ln\Gamma(x)`, :math:`x > 0`, to the plane cut along the negative real axis;
    it is not the logarithm of `gamma`, whose imaginary part is confined to :math:`(-\pi, \pi]`.

    Parameters
    ----------
    z : tensor_like
        Real or complex argument. On the cut the sign of a zero imaginary part tells the side.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The logarithm, in the dtype of `z`. Real `z` below 0 give NaN, 0 gives ``inf``; complex poles give NaN.

    Raises
    ------
    TypeError
        Where `z` holds no numbers.

    See Also
    --------
    gammaln : logarithm of the absolute value, for all real arguments

    Notes
    -----
    Taylor series about the zeros 1 and 2, recurrence, Stirling's series with the turns about zero counted, and
    reflection [1]_ [2]_: 5 ulp of the modulus, the zeros included.

    The derivative is :math:`\psi(z)`, `digamma`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 5.5, 5.7 and 5.11. https://dlmf.nist.gov/5
    .. [2] D. E. G. Hare, "Computing the principal branch of log-Gamma", J. Algorithms 25 (1997) 221-236.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.loggamma(torch.tensor([0.5, -1.5 + 2j], dtype=torch.complex128))
    tensor([ 0.5724+0.0000j, -3.8624-4.6226j], dtype=torch.complex128)
    """
