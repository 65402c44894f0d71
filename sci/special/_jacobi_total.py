"""The integral of Jacobi's weight, in one kernel. The mathematics is in csrc/special/jacobi_total.h."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, values
from sci._core.dispatch import elementwise

from ._beta import digamma_difference


def _reference(mp: Any, alpha: Any, beta: Any) -> Any:
    if not (alpha > -1 and beta > -1):
        return mp.nan
    return mp.mpf(2) ** (alpha + beta + 1) * mp.beta(alpha + 1, beta + 1)


def _slope(first: Tensor, other: Tensor, out: Tensor) -> Tensor:
    return out * (math.log(2) - digamma_difference(first + 1, other + 1))


@elementwise(
    "special/jacobi_total.h",
    "r r -> r",
    partials=(lambda alpha, beta, out: _slope(alpha, beta, out), lambda alpha, beta, out: _slope(beta, alpha, out)),
    reference=_reference,
    samples=(
        Group("core", alpha=linear(-0.99, 6), beta=linear(-0.99, 6), count=24),
        Group("beside -1", alpha=values(-0.9990234375, -1 + 2.0**-20), beta=linear(-0.9, 3), count=6),
        Group("large", alpha=linear(10, 60), beta=linear(10, 60), count=12),
        Group("underflow", alpha=linear(600, 1200), beta=linear(400, 900), count=8, dtypes=("float64",)),
        Group("one large", alpha=logarithmic(10, 300), beta=linear(-0.5, 2), count=8, dtypes=("float64",)),
    ),
    special=((nan, 0.0, nan), (0.0, nan, nan), (-1.0, 0.0, nan), (0.0, -2.0, nan), (0.0, 0.0, 2.0), (inf, inf, nan)),
    # Large parameters: 2^(alpha + beta + 1) and the beta function have the condition alpha + beta.
    ulp=Ulp(float64=1024, float32=64, partials=1e4),
    public=False,
    sorted=True,
)
def jacobi_total(alpha: Any, beta: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Integral of Jacobi's weight, :math:`2^{\alpha+\beta+1} B(\alpha + 1, \beta + 1)`.

    Parameters
    ----------
    alpha, beta : tensor_like
        Exponents, real, greater than -1; NaN elsewhere.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The integral.
    """
