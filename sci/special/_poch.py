"""Pochhammer's symbol of real arguments and its partial derivatives."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, not_implemented, values
from sci._core.dispatch import elementwise


def _poch(mp: Any, z: Any, m: Any) -> Any:
    with mp.workdps(mp.dps + int(mp.log10(2 + abs(z) + abs(m)))):
        return mp.gammaprod([z + m], [z])


def _reference_partial(mp: Any, i: Any, j: Any, z: Any, m: Any) -> Any:
    return mp.diff(lambda z, m: _poch(mp, z, m), (z, m), (int(i), int(j)))


@elementwise(
    "special/poch.h",
    "i i r r -> r",
    partials=(discrete, discrete, not_implemented("a third derivative"), not_implemented("a third derivative")),
    reference=_reference_partial,
    samples=(
        Group("in z", i=values(2), j=values(0), z=linear(1, 9), m=linear(0.5, 4), count=16),
        Group("mixed", i=values(1), j=values(1), z=linear(1, 9), m=linear(0.5, 4), count=16),
        Group("in m", i=values(0), j=values(2), z=linear(1, 9), m=linear(0.5, 4), count=16),
    ),
    special=((2, 0, nan, 1.0, nan), (2, 0, 1.0, nan, nan), (3, 0, 2.0, 1.0, nan)),
    # Second derivatives change sign among the samples; there the terms of some 10 to 100 times their sum show.
    ulp=Ulp(float64=4096, float32=4096),
    public=False,
)
def poch_second(i: Any, j: Any, z: Any, m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second partial derivative of Pochhammer's symbol, :math:`\partial^2 / \partial z^i\,\partial m^j`.

    Parameters
    ----------
    i, j : tensor_like of integers
        The orders, :math:`i + j = 2`; NaN results from others.
    z, m : tensor_like
        Real arguments.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative, finite also where the symbol is zero.

    Notes
    -----
    The algorithms of `poch` on dual numbers.
    """


@elementwise(
    "special/poch.h",
    "i i r r -> r",
    partials=(
        discrete,
        discrete,
        lambda i, j, z, m, out: poch_second(i + 1, j, z, m),
        lambda i, j, z, m, out: poch_second(i, j + 1, z, m),
    ),
    reference=_reference_partial,
    samples=(
        Group("core", i=values(1), j=values(0), z=linear(0, 12), m=linear(0, 12), count=24),
        Group("core, in m", i=values(0), j=values(1), z=linear(0, 12), m=linear(0, 12), count=24),
        Group("zeros", i=values(1), j=values(0), z=values(-1.0, -4.0), m=values(2.5, 8.25)),
        Group("large z", i=values(1), j=values(0), z=logarithmic(200, 1e5), m=linear(0.1, 5), count=24),
        Group("large m", i=values(0), j=values(1), z=linear(0.1, 20), m=linear(90, 120), count=16, dtypes=("float64",)),
        Group("negative", i=values(0), j=values(1), z=values(-0.625, -3.34375), m=values(0.25, -0.875, 5.1875)),
    ),
    special=((1, 0, nan, 1.0, nan), (1, 0, 1.0, nan, nan), (3, 0, 2.0, 1.0, nan)),
    ulp=Ulp(float64=64, float32=64, partials=4096),
    public=False,
    sorted=True,
)
def poch_first(i: Any, j: Any, z: Any, m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    First partial derivative of Pochhammer's symbol, :math:`\partial / \partial z^i\,\partial m^j`.

    Parameters
    ----------
    i, j : tensor_like of integers
        1, 0 or 0, 1: the argument; NaN results from others.
    z, m : tensor_like
        Real arguments.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative, finite also where the symbol is zero.

    Notes
    -----
    The algorithms of `poch` on dual numbers.
    """


@elementwise(
    "special/poch.h",
    "r r -> r",
    partials=(
        lambda z, m, out: poch_first(1, 0, z, m),
        lambda z, m, out: poch_first(0, 1, z, m),
    ),
    reference=_poch,
    samples=(
        Group("core", z=linear(0, 15), m=linear(-10, 15)),
        Group("whole m", z=linear(-9, 15), m=values(1.0, 2.0, 5.0, -1.0, -3.0), count=32),
        Group("large z", z=logarithmic(100, 1e12), m=linear(-5, 9), count=32, dtypes=("float64",)),
        Group("large z", z=logarithmic(100, 1e9), m=linear(-3, 3), count=16, dtypes=("float32",)),
        Group("large m", z=logarithmic(1e-10, 20), m=linear(90, 150), count=24, dtypes=("float64",)),
        Group("both large", z=linear(100, 1000), m=linear(-90, 90), count=32, dtypes=("float64",)),
        Group("negative z", z=values(-0.625, -3.34375, -12.8125), m=linear(-9, 15), count=32),
        Group("negative z, large", z=values(-150.625, -1000.34375), m=linear(-9, 15), count=16, dtypes=("float64",)),
        Group("small m", z=logarithmic(1e-3, 1e6), m=logarithmic(1e-12, 1e-2), count=24),
    ),
    special=(
        (0.0, 0.0, 1.0),
        (0.0, 1.0, 0.0),
        (-1.0, -1.0, -0.5),
        (-3.0, 3.0, -6.0),
        (-3.0, 4.0, 0.0),
        (-3.0, -2.0, 0.05),
        (1.0, -1.0, inf),
        (2.5, -2.5, inf),
        (3.0, 2.0, 12.0),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, partials=256),
    pullback=True,
    sorted=True,
)
def poch(z: Any, m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Pochhammer's symbol, the rising factorial.

    .. math:: (z)_m = \frac{\Gamma(z+m)}{\Gamma(z)}, \qquad (z)_m = z (z+1) \cdots (z+m-1)

    for a positive integer `m`.

    Parameters
    ----------
    z, m : tensor_like
        Real arguments.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The symbol, in the promoted dtype and the broadcast shape: 1 for ``m = 0``, ``inf`` where :math:`z + m` alone is
        0, -1, -2, ..., and 0 where `z` alone is.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    gamma, binom

    Notes
    -----
    Small whole `m` go through the product, moderate arguments through gamma functions, others through Stirling's
    formula in differences, and reflection [1]_. The error is a few ulp, or what a rounding of the arguments makes.

    The derivatives in `z` and `m`, to the second order, are the same algorithms on dual numbers, right also at the
    zeros, where :math:`\psi(z)` has a pole. A third derivative raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 5.2 and 5.5. https://dlmf.nist.gov/5.2

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.poch(torch.tensor([0.5, 3.0], dtype=torch.float64), 2.0)
    tensor([ 0.7500, 12.0000], dtype=torch.float64)
    """
