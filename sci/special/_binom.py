"""The binomial coefficient of real arguments and its partial derivatives."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, linear, logarithmic, nan, not_implemented, values
from sci._core.dispatch import elementwise


def _binom(mp: Any, n: Any, k: Any) -> Any:
    with mp.workdps(mp.dps + int(mp.log10(2 + abs(n) + abs(k)))):
        return mp.gammaprod([n + 1], [k + 1, n - k + 1])


def _reference_partial(mp: Any, i: Any, j: Any, n: Any, k: Any) -> Any:
    return mp.diff(lambda n, k: _binom(mp, n, k), (n, k), (int(i), int(j)))


@elementwise(
    "special/binom.h",
    "i i r r -> r",
    partials=(discrete, discrete, not_implemented("a third derivative"), not_implemented("a third derivative")),
    reference=_reference_partial,
    samples=(
        Group("in n", i=values(2), j=values(0), n=linear(5, 9), k=linear(2.5, 4), count=16),
        Group("mixed", i=values(1), j=values(1), n=linear(1, 9), k=linear(0.5, 4), count=16),
        Group("in k", i=values(0), j=values(2), n=linear(1, 9), k=linear(0.5, 4), count=16),
    ),
    special=((2, 0, nan, 1.0, nan), (2, 0, 1.0, nan, nan), (3, 0, 2.0, 1.0, nan)),
    # Second derivatives change sign among the samples; there the terms of some 10 to 100 times their sum show.
    ulp=Ulp(float64=4096, float32=4096),
    public=False,
)
def binom_second(i: Any, j: Any, n: Any, k: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second partial derivative of the binomial coefficient, :math:`\partial^2 / \partial n^i\,\partial k^j`.

    Parameters
    ----------
    i, j : tensor_like of integers
        The orders, :math:`i + j = 2`; NaN results from others.
    n, k : tensor_like
        Real arguments.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative, finite also where the coefficient is zero.

    Notes
    -----
    The algorithms of `binom` on dual numbers.
    """


@elementwise(
    "special/binom.h",
    "i i r r -> r",
    partials=(
        discrete,
        discrete,
        lambda i, j, n, k, out: binom_second(i + 1, j, n, k),
        lambda i, j, n, k, out: binom_second(i, j + 1, n, k),
    ),
    reference=_reference_partial,
    samples=(
        Group("core", i=values(1), j=values(0), n=linear(0, 12), k=linear(0, 12), count=24),
        Group("core, in k", i=values(0), j=values(1), n=linear(0, 12), k=linear(0, 12), count=24),
        Group("zeros", i=values(1), j=values(0), n=values(3.0, 7.0), k=values(-2.0, 9.0)),
        Group("zeros, in k", i=values(0), j=values(1), n=values(3.0, 7.0), k=values(-2.0, 9.0)),
        Group("large", i=values(1), j=values(0), n=logarithmic(200, 1e6), k=linear(0.1, 5), count=24),
        Group("negative", i=values(0), j=values(1), n=values(-0.625, -3.34375), k=linear(0, 9), count=16),
    ),
    special=((1, 0, nan, 1.0, nan), (1, 0, 1.0, nan, nan), (3, 0, 2.0, 1.0, nan), (0, 1, -2.0, 1.0, nan)),
    ulp=Ulp(float64=64, float32=64, partials=4096),
    public=False,
    sorted=True,
)
def binom_first(i: Any, j: Any, n: Any, k: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    First partial derivative of the binomial coefficient, :math:`\partial / \partial n^i\,\partial k^j`.

    Parameters
    ----------
    i, j : tensor_like of integers
        1, 0 or 0, 1: the argument; NaN results from others.
    n, k : tensor_like
        Real arguments.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative, finite also where the coefficient is zero.

    Notes
    -----
    The algorithms of `binom` on dual numbers.
    """


@elementwise(
    "special/binom.h",
    "r r -> r",
    partials=(
        lambda n, k, out: binom_first(1, 0, n, k),
        lambda n, k, out: binom_first(0, 1, n, k),
    ),
    reference=_binom,
    samples=(
        Group("core", n=linear(0, 20), k=linear(-1, 20)),
        Group("whole", n=values(1.0, 5.0, 20.0, 52.0), k=values(0.0, 1.0, 2.0, 5.0, 17.0, 30.0)),
        Group("whole, large", n=values(200.0, 1000.0), k=values(3.0, 20.0, 90.0), dtypes=("float64",)),
        Group("small k", n=logarithmic(1e-10, 1e10), k=values(0.5, 1.5, 2.25), count=24),
        Group("large", n=linear(100, 1000), k=linear(0, 100), count=24, dtypes=("float64",)),
        Group("k beyond n", n=linear(0, 12), k=logarithmic(20, 1e5), count=24, dtypes=("float64",)),
        Group("negative n", n=values(-0.625, -3.34375, -12.8125), k=linear(-9, 15), count=32),
        Group("negative n, whole k", n=values(-0.625, -3.34375, -150.8125), k=values(1.0, 2.0, 7.0)),
    ),
    special=(
        (0.0, 0.0, 1.0),
        (3.0, 5.0, 0.0),
        (3.0, -1.0, 0.0),
        (-2.0, 3.0, nan),
        (67.0, 2.0, 2211.0),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, partials=512),
    pullback=True,
    sorted=True,
)
def binom(n: Any, k: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Binomial coefficient of real arguments.

    .. math:: \binom{n}{k} = \frac{\Gamma(n+1)}{\Gamma(k+1)\,\Gamma(n-k+1)}

    Parameters
    ----------
    n, k : tensor_like
        Real arguments.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The coefficient, in the promoted dtype and the broadcast shape. It is exact for whole arguments up to
        :math:`2^{53}` (float32: :math:`2^{24}`) when `k` or `n - k` is at most 20, and NaN for negative whole `n`, as
        SciPy has it.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    beta : the beta function, in terms of which it is computed for large arguments

    Notes
    -----
    Small whole `k` go through the product, moderate arguments through gamma functions, others through the beta
    function and reflection [1]_. The error is a few ulp, or what a rounding of the arguments makes.

    The derivatives in `n` and `k`, to the second order, are the same algorithms on dual numbers, right also at the
    zeros, where :math:`\psi` has a pole. A third derivative raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 1.2 and 5.5. https://dlmf.nist.gov/1.2

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.binom(torch.tensor([5.0, 2.5], dtype=torch.float64), 2.0)
    tensor([10.0000,  1.8750], dtype=torch.float64)
    """
