"""Terms of entropies: entr, rel_entr, kl_div."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near
from sci._core.dispatch import elementwise

from ._logarithm import log_ratio, log_times_e

_PAIRS = (
    Group("core", x=linear(0, 5), y=linear(0, 5)),
    Group("x near y", x=linear(0.98, 1.02), y=linear(0.98, 1.02)),
    Group("x beside y", x=near(1.0), y=near(1.0)),
    Group("x half and double y", x=near(1.0), y=near(0.5, 1.5, 2.0)),
    Group("wide", x=logarithmic(1e-20, 1e20), y=logarithmic(1e-20, 1e20)),
    Group("tiny x", x=logarithmic(1e-300, 1e-20), y=linear(0, 5), dtypes=("float64",), count=16),
)


def _excess(x: Tensor, y: Tensor) -> Tensor:
    """1 - x/y; by the difference of both where they are near, and only there, as its own slope cancels elsewhere."""
    near = (y - x).abs() < y.abs() / 2
    return torch.where(near, (y - x) / y, 1 - torch.where(near, torch.zeros_like(x), x) / y)


def _slope_at_edge(d: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Outside the domain, where the value is inf, a derivative is NaN."""
    return torch.where((x < 0) | (y < 0), torch.full_like(d, torch.nan), d)


@elementwise(
    "special/entropy.h",
    "r -> r",
    partials=(lambda x, out: -log_times_e(x),),
    reference=lambda mp, x: -x * mp.log(x),
    samples=(
        Group("core", x=linear(0, 5)),
        Group("about 1/e", x=linear(0.36, 0.38), count=24),
        Group("about 1", x=near(1.0)),
        Group("tiny", x=logarithmic(1e-300, 1e-3), count=16, dtypes=("float64",)),
        Group("tiny", x=logarithmic(1e-36, 1e-3), count=16, dtypes=("float32",)),
        Group("large", x=logarithmic(5, 1e30), count=16),
    ),
    special=((0.0, 0.0), (-0.0, 0.0), (-1.0, -inf), (1.0, -0.0), (inf, -inf), (-inf, -inf), (nan, nan)),
    ulp=Ulp(float64=2, float32=2, partials=4),
    wide=True,
    pullback="arguments",
)
def entr(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Elementwise entropy, ``-x * log(x)``.

    Parameters
    ----------
    x : tensor_like
        Real argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``-x * log(x)``, 0 at 0, ``-inf`` for negative `x`.

    See Also
    --------
    rel_entr, kl_div, xlogy

    Notes
    -----
    Within 2 ulp. The derivative is :math:`-1 - \log x`, accurate about its zero 1/e, ``inf`` at 0 and NaN for
    negative `x`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.entr(torch.tensor([0.0, 0.5, 1.0, 2.0], dtype=torch.float64))
    tensor([ 0.0000,  0.3466, -0.0000, -1.3863], dtype=torch.float64)
    """


@elementwise(
    "special/entropy.h",
    "r r -> r",
    partials=(
        lambda x, y, out: _slope_at_edge(log_ratio(x, y) + 1, x, y),
        lambda x, y, out: _slope_at_edge(-x / torch.where((x == 0) & (y == 0), torch.ones_like(y), y), x, y),
    ),
    reference=lambda mp, x, y: x * mp.log(x / y),
    samples=_PAIRS,
    special=(
        (0.0, 0.0, 0.0),
        (0.0, 2.0, 0.0),
        (1.0, 0.0, inf),
        (-1.0, 1.0, inf),
        (1.0, -1.0, inf),
        (2.0, 2.0, 0.0),
        (inf, 1.0, inf),
        (nan, 1.0, nan),
        (0.0, nan, nan),
    ),
    ulp=Ulp(float64=4, float32=4, partials=32),
    wide=True,
    pullback="arguments",
)
def rel_entr(x: Any, y: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Elementwise relative entropy, ``x * log(x / y)``.

    Parameters
    ----------
    x, y : tensor_like
        Real arguments.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``x * log(x / y)`` for positive arguments, 0 for ``x = 0, y >= 0``, ``inf`` otherwise.

    See Also
    --------
    kl_div, entr, xlogy

    Notes
    -----
    Accurate also where `x` is near `y` and where the quotient overflows: within 3 ulp. The derivatives are
    :math:`\log(x/y) + 1` and :math:`-x/y`; ``-inf`` and 0 at ``x = 0, y > 0``, NaN where an argument is negative.

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    >>> sci.special.rel_entr(x, torch.tensor([1.0, 0.25, 1.0 + 1e-9], dtype=torch.float64))
    tensor([ 0.0000e+00,  3.4657e-01, -1.0000e-09], dtype=torch.float64)
    """


@elementwise(
    "special/entropy.h",
    "r r -> r",
    partials=(
        lambda x, y, out: _slope_at_edge(log_ratio(x, y), x, y),
        lambda x, y, out: _slope_at_edge(_excess(x, torch.where((x == 0) & (y == 0), torch.ones_like(y), y)), x, y),
    ),
    reference=lambda mp, x, y: x * mp.log(x / y) - x + y,
    samples=_PAIRS,
    special=(
        (0.0, 0.0, 0.0),
        (0.0, 2.0, 2.0),
        (1.0, 0.0, inf),
        (-1.0, 1.0, inf),
        (1.0, -1.0, inf),
        (2.0, 2.0, 0.0),
        (nan, 1.0, nan),
        (0.0, nan, nan),
    ),
    ulp=Ulp(float64=6, float32=6, partials=8),
    wide=True,
    pullback="arguments",
)
def kl_div(x: Any, y: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Elementwise Kullback-Leibler divergence, ``x * log(x / y) - x + y``.

    Parameters
    ----------
    x, y : tensor_like
        Real arguments.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``x * log(x / y) - x + y`` for positive arguments, `y` for ``x = 0, y >= 0``, ``inf`` otherwise.

    See Also
    --------
    rel_entr, entr

    Notes
    -----
    For `x` near `y` the formula cancels (SciPy's value loses all digits there). Here it is
    :math:`x (u - \log(1 + u))` with :math:`u = (y - x)/x` and a series for the bracket: within 5 ulp everywhere, and
    never negative. The derivatives are :math:`\log(x/y)` and :math:`1 - x/y`, both 0 at ``x = y``.

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    >>> sci.special.kl_div(x, torch.tensor([1.0, 0.25, 1.0 + 1e-9], dtype=torch.float64))
    tensor([1.0000e+00, 9.6574e-02, 5.0000e-19], dtype=torch.float64)
    """
