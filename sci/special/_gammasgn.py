"""The sign of the gamma function."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, near, values
from sci._core.dispatch import elementwise


@elementwise(
    "special/gammasgn.h",
    "r -> r",
    partials=(discrete,),  # constant between the poles
    reference=lambda mp, x: mp.sign(mp.rgamma(x)),
    samples=(
        Group("positive", x=logarithmic(1e-30, 1e30), count=12),
        Group("negative", x=linear(-30, 0)),
        Group("beside poles", x=values(*(-n * (1 + s * 2.0**-20) for n in (1, 2, 3, 10, 99) for s in (1, -1)))),
        Group("half-integers", x=values(-0.5, -1.5, -2.5, -1000.5, -1001.5)),
        Group("seam", x=near(0.25)),
    ),
    special=((0.0, 1.0), (-0.0, -1.0), (-1.0, nan), (-2.0, nan), (-1e30, nan), (inf, 1.0), (-inf, nan), (nan, nan)),
    ulp=Ulp(float64=0, float32=0),
    wide=True,
)
def gammasgn(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Sign of the gamma function.

    .. math:: \mathrm{gammasgn}(x) = \operatorname{sign} \Gamma(x)

    Parameters
    ----------
    x : tensor_like
        Real argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        1 or -1, in the dtype of `x`: 1 at 0, -1 at -0.0 as the infinities there have it, NaN at the poles -1, -2, ...
        and at ``-inf``.

    Raises
    ------
    TypeError
        Where `x` is not real.

    See Also
    --------
    gammaln : logarithm of the absolute value; ``gammasgn(x) * exp(gammaln(x))`` is the gamma function

    Notes
    -----
    The function is constant between the poles, so its gradient is zero.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.gammasgn(torch.tensor([0.5, -0.5, -1.5], dtype=torch.float64))
    tensor([ 1., -1.,  1.], dtype=torch.float64)
    """
