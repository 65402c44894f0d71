"""The logarithm of the gamma function's absolute value."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, values
from sci._core.dispatch import elementwise

from ._digamma import digamma


def _reference(mp: Any, x: Any) -> Any:
    return mp.re(mp.loggamma(x))


# Between negative integers psi, the derivative, has a zero, with a fractional part between 0.15 (far away) and 0.43;
# there its relative error is large (its own card has samples there). These fractional parts keep off it.
_OFF_ZEROS = (0.015625, 0.09375, 0.5, 0.578125, 0.703125, 0.84375, 0.953125)


@elementwise(
    "special/gammaln.h",
    "r -> r",
    partials=(lambda x, out: digamma(x),),
    reference=_reference,
    samples=(
        Group("core", x=linear(0, 3)),
        Group("recurrence", x=linear(3, 8)),
        Group("Stirling", x=logarithmic(8, 1e6)),
        Group("beside 1", x=near(1.0)),
        Group("beside 2", x=near(2.0)),
        Group("zeros", x=values(*(n + s * 2.0**-k for n in (1, 2) for s in (1, -1) for k in (3, 7, 12, 20)))),
        Group("negative", x=values(*(f - n for n in (1, 2, 3, 4, 7, 10, 12) for f in _OFF_ZEROS))),
        Group("reflection", x=values(*(f - n for n in (14, 20, 32, 75, 190) for f in _OFF_ZEROS))),
        Group("between the first negative zeros", x=linear(-2.8, -2.66), count=8),
        Group("between the first negative zeros", x=linear(-2.56, -2.4), count=8),
        Group("beside poles", x=values(*(-n * (1 + s * 2.0**-22) for n in (1, 2, 5, 14, 30) for s in (1, -1)))),
        Group("seams", x=near(0.5, 4.0, 8.0, 3.0)),
        Group("huge", x=logarithmic(1e6, 1e300), count=12, dtypes=("float64",)),
        Group("huge", x=logarithmic(1e6, 1e35), count=12, dtypes=("float32",)),
        Group("tiny", x=logarithmic(5e-324, 1e-3), count=16, dtypes=("float64",)),
        Group("tiny", x=logarithmic(1e-44, 1e-3), count=16, dtypes=("float32",)),
        Group("tiny negative", x=logarithmic(-1e-44, -1e-3), count=16),
    ),
    special=(
        (0.0, inf),
        (-0.0, inf),
        (-1.0, inf),
        (-2.0, inf),
        (-1e30, inf),
        (1.0, 0.0),
        (2.0, 0.0),
        (0.5, 0.57236494292470008707),
        (inf, inf),
        (-inf, -inf),
        (nan, nan),
    ),
    wide=True,
    ulp=Ulp(float64=4, float32=4),
    pullback="arguments",
    sorted=True,
)
def gammaln(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Logarithm of the absolute value of the gamma function.

    .. math:: \ln |\Gamma(x)|

    Parameters
    ----------
    x : tensor_like
        Real argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``log(abs(gamma(x)))``, without its overflow. It is ``inf`` at the poles 0, -1, -2, ... and ``-inf`` at
        ``-inf``, as SciPy has it.

    See Also
    --------
    gamma : the gamma function itself
    digamma : the derivative

    Notes
    -----
    For `x` above 8 it is Stirling's formula, arranged so that no large terms cancel; below, a rational approximation
    in the form :math:`u(u-1)R(u)` of :math:`\ln\Gamma(1+u)` together with the recurrence keeps the relative error
    small beside the zeros 1 and 2. Negative `x` go through the recurrence or reflection [1]_; beside the zeros there
    (two between each pair of integers below -2) the absolute error is about one ulp of 1, no more than a rounding of
    `x` makes. Elsewhere results are within 4 ulp, subnormal `x` included.

    The derivative is :math:`\psi(x)`, `digamma`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 5.5 and 5.11. https://dlmf.nist.gov/5

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.gammaln(torch.tensor([0.5, 1.0, 1000.0], dtype=torch.float64))
    tensor([5.7236e-01, 0.0000e+00, 5.9052e+03], dtype=torch.float64)
    """
