"""The digamma function."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, polar, rectangle, values
from sci._core.dispatch import elementwise

from ._polygamma import polygamma

_ROOTS = (1.4616321449683623, -0.5040830082644554)


@elementwise(
    "special/digamma.h",
    "r -> r, c -> c",
    partials=(lambda z, out: polygamma(1, z),),
    reference=lambda mp, z: mp.digamma(z),
    samples=(
        Group("core", z=linear(0, 8)),
        Group("asymptotic", z=logarithmic(8, 1e6)),
        Group("root", z=near(_ROOTS[0])),
        Group("negative root", z=near(_ROOTS[1])),
        Group("about the negative root", z=linear(-0.6, -0.4), count=24),
        Group("negative", z=linear(-20, 0)),
        Group("beside poles", z=values(*(-n * (1 + s * 2.0**-22) for n in (1, 2, 5, 14, 30) for s in (1, -1)))),
        Group("seams", z=near(1.0, 2.0, 4.0, 8.0, -0.474, -0.534)),
        Group("huge", z=logarithmic(1e6, 1e300), count=12, dtypes=("float64",)),
        Group("huge", z=logarithmic(1e6, 1e35), count=12, dtypes=("float32",)),
        Group("tiny", z=logarithmic(1e-150, 1e-3), count=12, dtypes=("float64",)),
        Group("tiny", z=logarithmic(1e-18, 1e-3), count=12, dtypes=("float32",)),
        Group("tiny negative", z=logarithmic(-1e-18, -1e-3), count=12),
        Group("plane", z=rectangle((-9, 9), (-9, 9))),
        Group("plane, about the roots", z=rectangle((-0.6, 1.9), (-0.4, 0.4)), count=32),
        Group("plane, wide", z=polar(10, 1e5), count=24),
        Group("plane, tiny", z=polar(1e-15, 0.1), count=16),
        Group("plane, beside poles", z=values(*(complex(-n, s * 2.0**-20) for n in (0, 1, 4, 9) for s in (1, -1)))),
    ),
    special=(
        (0.0, -inf),
        (-0.0, inf),
        (-1.0, nan),
        (-2.0, nan),
        (-1e30, nan),
        (1.0, -0.57721566490153286061),
        (0.5, -1.9635100260214234794),
        (inf, inf),
        (-inf, nan),
        (nan, nan),
    ),
    ulp=Ulp(float64=4, float32=4, complex128=16, complex64=16),
    sorted=True,
    wide=True,
)
def digamma(z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Digamma function, the logarithmic derivative of the gamma function.

    .. math:: \psi(z) = \frac{\Gamma'(z)}{\Gamma(z)}

    Parameters
    ----------
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The digamma function of `z`. It is ``-inf`` at 0, ``inf`` at -0.0 and NaN at the other poles -1, -2, ...; NaN
        at complex poles.

    See Also
    --------
    gammaln : the function it is the derivative of
    polygamma : its derivatives

    Notes
    -----
    Real `z`: an asymptotic series above 8, below it a rational approximation that has the positive root
    1.46163... as a factor, and the recurrence; Taylor series at the root -0.50408...; reflection below -1 [1]_.
    Complex `z` go through Taylor series about these two roots, recurrence, asymptotic series and reflection. Both roots
    are resolved to full relative accuracy; beside the other negative roots the absolute error is a few ulp of 1, less
    than a rounding of `z` makes.

    The derivative is the trigamma function, ``polygamma(1, z)``.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 5.4, 5.5 and 5.11. https://dlmf.nist.gov/5

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.digamma(torch.tensor([0.5, 1.0, 10.0], dtype=torch.float64))
    tensor([-1.9635, -0.5772,  2.2518], dtype=torch.float64)
    """


psi = digamma
