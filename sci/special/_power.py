"""Powers: powm1 and the cube root."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, values
from sci._core.dispatch import elementwise

from ._logarithm import xlogy


def power_over_base(x: Tensor, y: Tensor) -> Tensor:
    """x^(y - 1) as x^y / x, since rounding y - 1 would cost digits; directly where x^y leaves the normal numbers."""
    power = torch.pow(x, y)
    size = power.abs()
    normal = (size >= torch.finfo(x.dtype).tiny) & torch.isfinite(size) & (x != 0)
    return torch.where(normal, power / torch.where(normal, x, torch.ones_like(x)), torch.pow(x, y - 1))


def _slope_of_base(x: Tensor, y: Tensor, out: Tensor) -> Tensor:
    """y x^(y - 1); 0 for y = 0, and for infinite y where the power vanishes."""
    still = ~out.isnan() & ((y == 0) | (y.isinf() & (out == -1)))
    x, y = torch.where(still, 1, x), torch.where(still, 0, y)
    return y * power_over_base(x, y)


@elementwise(
    "core/platform.h",
    "r -> r",
    partials=(lambda x, out: 1 / (3 * out * out),),
    reference=lambda mp, x: mp.sign(x) * mp.cbrt(abs(x)),
    samples=(
        Group("core", x=linear(-10, 10)),
        Group("wide", x=logarithmic(1e-300, 1e300), dtypes=("float64",)),
        Group("wide", x=logarithmic(-1e-36, -1e36), dtypes=("float32",)),
        Group("cubes", x=near(8.0, -27.0, 1.0)),
    ),
    special=((0.0, 0.0), (-0.0, -0.0), (27.0, 3.0), (-8.0, -2.0), (inf, inf), (-inf, -inf), (nan, nan)),
    ulp=Ulp(float64=4, float32=1, partials=8),
)
def cbrt(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Cube root.

    Parameters
    ----------
    x : tensor_like
        Real argument, of either sign.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The real cube root of `x`.

    See Also
    --------
    powm1

    Notes
    -----
    Within 4 ulp. The derivative is :math:`1 / (3 x^{2/3})`, ``inf`` at 0.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.cbrt(torch.tensor([-8.0, 0.0, 2.0], dtype=torch.float64))
    tensor([-2.0000,  0.0000,  1.2599], dtype=torch.float64)
    """


@elementwise(
    "special/logarithm.h",
    "r r -> r",
    partials=(
        _slope_of_base,
        lambda x, y, out: xlogy(torch.pow(x, y), x),
    ),
    reference=lambda mp, x, y: mp.power(x, y) - 1,
    samples=(
        Group("core", x=linear(0, 5), y=linear(-4, 4)),
        Group("about x = 1", x=near(1.0, 1.01), y=linear(-5, 5)),
        Group("small y", x=linear(0.1, 10), y=logarithmic(1e-20, 1e-3)),
        Group("wide", x=logarithmic(1e-10, 1e10), y=linear(-8, 8)),
        Group("negative base", x=linear(-5, 0), y=values(3.0)),
    ),
    special=(
        (0.0, 1.0, -1.0),
        (0.0, 0.0, 0.0),
        (0.0, -1.0, inf),
        (-2.0, 2.0, 3.0),
        (-2.0, 3.0, -9.0),
        (-2.0, 0.5, nan),
        (-1.0, 0.25, nan),
        (inf, 1.0, inf),
        (inf, -1.0, -1.0),
        (1.0, nan, nan),
        (nan, 1.0, nan),
    ),
    ulp=Ulp(float64=3, float32=3, partials=8),
)
def powm1(x: Any, y: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Power less one, ``x**y - 1``, accurate where the power is near 1.

    Parameters
    ----------
    x : tensor_like
        Real base; negative only with whole `y`, NaN otherwise.
    y : tensor_like
        Real exponent.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``x**y - 1``.

    See Also
    --------
    expm1, boxcox

    Notes
    -----
    ``expm1(y * log(x))`` where that exponent is below 1, the power otherwise; within 3 ulp. The derivatives are
    :math:`y x^{y-1}` and :math:`x^y \log x`, the latter 0 at ``x = 0, y > 0`` and NaN for negative `x`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.powm1(torch.tensor([1.0 + 1e-9, 2.0, 0.0], dtype=torch.float64), 2.0)
    tensor([ 2.0000e-09,  3.0000e+00, -1.0000e+00], dtype=torch.float64)
    """
