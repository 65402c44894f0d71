"""The inverse error function."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, values
from sci._core.dispatch import elementwise

from ._gaussian import gaussian


def _reference(mp: Any, x: Any) -> Any:
    """Solve erf(y) = x by Newton's iteration on erfc near 1, where mpmath's own inverse loses digits."""
    if x == 0 or abs(x) < 0.9:
        return mp.erfinv(x) if abs(x) > mp.mpf(10) ** -30 else mp.sqrt(mp.pi) / 2 * x * (1 + mp.pi / 12 * x * x)
    complement = 1 - abs(x)
    y = mp.sqrt(-mp.log(complement * mp.sqrt(mp.pi)))
    for _ in range(60):
        step = (mp.erfc(y) - complement) * mp.exp(y * y) * mp.sqrt(mp.pi) / 2
        y += step / (1 - step * y)
        if abs(step) < mp.mpf(10) ** (-mp.dps // 2 - 5):
            break
    return mp.sign(x) * y


@elementwise(
    "special/erfinv.h",
    "r -> r",
    partials=(lambda x, out: math.sqrt(math.pi) / 2 / gaussian(out),),
    reference=_reference,
    samples=(
        Group("core", x=linear(-0.99, 0.99), count=64),
        Group("upper end", x=values(*(1 - 2.0**-k for k in range(4, 53))), dtypes=("float64",)),
        Group("lower end", x=values(*(2.0**-k - 1 for k in range(4, 53, 3))), dtypes=("float64",)),
        Group("upper end", x=values(*(1 - 2.0**-k for k in range(4, 24))), dtypes=("float32",)),
        Group("tail", x=linear(0.999, 0.99999)),
        Group("seams", x=near(*(math.sqrt(-math.expm1(-w)) for w in (1, 2, 3, 4, 5, 6, 7, 8)))),
        Group("seams of the tail", x=near(0.9999980340, 0.99999999750, 0.99999999999918), dtypes=("float64",)),
        Group("tiny", x=logarithmic(1e-300, 1e-3), count=16, dtypes=("float64",)),
        Group("tiny", x=logarithmic(1e-36, 1e-3), count=16, dtypes=("float32",)),
        Group("subnormal", x=near(0.0)),
    ),
    special=(
        (0.0, 0.0),
        (-0.0, -0.0),
        (1.0, inf),
        (-1.0, -inf),
        (1.5, nan),
        (-1.5, nan),
        (inf, nan),
        (-inf, nan),
        (nan, nan),
        (0.5, 0.47693627620446987338),
    ),
    ulp=Ulp(float64=3, float32=3, partials=8),
    wide=True,
)
def erfinv(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the error function.

    Parameters
    ----------
    x : tensor_like
        Real argument in [-1, 1].
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The number `y` with ``erf(y) = x``: ``inf`` at 1, ``-inf`` at -1, NaN outside.

    See Also
    --------
    erf : error function

    Notes
    -----
    ``x`` times a piecewise polynomial in :math:`w = -\log((1 - x)(1 + x))`, and in its square root where `x` is near
    1 [1]_. Within 2.5 ulp everywhere, for subnormal `x` and for the last numbers below 1.

    The derivative is :math:`\frac{\sqrt\pi}{2} e^{y^2}`.

    References
    ----------
    .. [1] M. B. Giles, "Approximating the erfinv function", GPU Computing Gems Jade Edition (2011), chapter 10.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.erfinv(torch.tensor([-0.5, 0.0, 0.9, 1.0], dtype=torch.float64))
    tensor([-0.4769,  0.0000,  1.1631,     inf], dtype=torch.float64)
    """
