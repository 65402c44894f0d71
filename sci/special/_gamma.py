"""The gamma function."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, polar, rectangle, values
from sci._core.dispatch import elementwise

from ._digamma import digamma

# Neighbours of poles, exact in float32; the poles themselves have no derivative to compare with.
_BESIDE_POLES = tuple(-n * (1 + side * 2.0**-22) for n in (1, 2, 3, 7, 12, 14, 20, 29) for side in (1, -1))

# Between negative integers psi, and so the derivative, has a zero, with a fractional part between 0.15 (far away) and
# 0.43; there its relative error is large. These fractional parts keep off it.
_OFF_ZEROS = (0.015625, 0.09375, 0.5, 0.578125, 0.703125, 0.84375, 0.953125)


@elementwise(
    "special/gamma.h",
    "r -> r, c -> c",
    partials=(lambda z, out: out * digamma(z),),
    reference=lambda mp, z: mp.gamma(z),
    samples=(
        Group("recurrence", z=linear(0, 12.9)),
        Group("recurrence, negative", z=values(*(f - n for n in (1, 2, 3, 4, 7, 10, 12) for f in _OFF_ZEROS))),
        Group("Stirling", z=linear(13, 171.6), dtypes=("float64",)),
        Group("Stirling", z=linear(13, 35), dtypes=("float32",)),
        Group("reflection", z=values(*(f - n for n in (14, 20, 32) for f in _OFF_ZEROS))),
        Group(
            "reflection", z=values(*(f - n for n in (50, 100, 143, 160, 169) for f in _OFF_ZEROS)), dtypes=("float64",)
        ),
        Group("gradual underflow", z=linear(-180, -170), count=8, dtypes=("float64",)),
        Group("gradual underflow", z=linear(-39, -34), count=8, dtypes=("float32",)),
        Group("beside poles", z=values(*_BESIDE_POLES)),
        Group("tiny", z=logarithmic(1e-300, 1e-3), count=12, dtypes=("float64",)),
        Group("tiny", z=logarithmic(1e-37, 1e-3), count=12, dtypes=("float32",)),
        Group("tiny negative", z=logarithmic(-1e-37, -1e-3), count=12),
        Group("seams", z=near(0.5, 1.0, 1.5, 2.0, 13.0, 26.0)),
        Group("seams", z=near(143.0, 171.6), dtypes=("float64",)),
        Group("plane, recurrence", z=rectangle((-8.5, 8.5), (-2, 2))),
        Group("plane", z=rectangle((-20, 20), (-20, 20))),
        Group("plane, wide", z=polar(20, 150), count=24, dtypes=("float64",)),
        Group("plane, wide", z=polar(15, 30), count=24, dtypes=("float32",)),
        Group("plane, tiny", z=polar(1e-15, 0.1), count=16),
        Group("plane, beside poles", z=values(*(complex(-n, s * 2.0**-20) for n in (0, 1, 4, 9) for s in (1, -1)))),
    ),
    special=(
        (0.0, inf),
        (-0.0, -inf),
        (-1.0, nan),
        (-2.0, nan),
        (-1e30, nan),
        (1.0, 1.0),
        (2.0, 1.0),
        (5.0, 24.0),
        (0.5, 1.7724538509055160273),
        (-0.5, -3.5449077018110320546),
        (200.0, inf),
        (-200.5, -0.0),
        (-201.5, 0.0),
        (inf, inf),
        (-inf, nan),
        (nan, nan),
    ),
    ulp=Ulp(float64=4, float32=4, complex128=32, complex64=32),
    sorted=True,
    wide=True,
)
def gamma(z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Gamma function.

    .. math:: \Gamma(z) = \int_0^\infty t^{z-1} e^{-t}\,dt, \qquad \Re z > 0,

    and its analytic continuation, with simple poles at 0, -1, -2, ...

    Parameters
    ----------
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The gamma function of `z`. It is ``inf`` at 0, ``-inf`` at -0.0 and NaN at the other poles; NaN at complex
        poles.

    See Also
    --------
    gammaln : logarithm of its absolute value
    digamma : its logarithmic derivative

    Notes
    -----
    Near the origin the Taylor series of the entire function :math:`1/\Gamma` and the recurrence
    :math:`\Gamma(z+1) = z\,\Gamma(z)` are used, Stirling's formula elsewhere, and reflection for the left half-plane
    [1]_. Real results are within 4 ulp over the whole range, gradual underflow included. For complex `z` the
    error is a few ulp where the series serves; elsewhere the exponent of Stirling's formula is carried in two parts, so
    that it is some 10 ulp at :math:`|z| = 20`, growing like :math:`|z|/2`.

    The derivative is :math:`\Gamma'(z) = \Gamma(z)\,\psi(z)`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 5.5, 5.7 and 5.11. https://dlmf.nist.gov/5

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.gamma(torch.tensor([0.5, 1.0, 5.0], dtype=torch.float64))
    tensor([ 1.7725,  1.0000, 24.0000], dtype=torch.float64)
    """
