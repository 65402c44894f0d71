"""The one-sided Kolmogorov-Smirnov statistic: survival function, inverse, derivatives."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, linear, logarithmic, nan, not_implemented, values
from sci._core.dispatch import elementwise

from ._betaincinv import secant


def _survival(mp: Any, n: Any, d: Any) -> Any:
    n = int(mp.floor(n))
    return sum(
        mp.binomial(n, j) * d * (d + mp.mpf(j) / n) ** (j - 1) * (1 - d - mp.mpf(j) / n) ** (n - j)
        for j in range(int(mp.floor(n * (1 - d))) + 1)
    )


def _quantile(mp: Any, n: Any, p: Any) -> Any:
    start = min(mp.mpf("0.9"), mp.sqrt(-mp.log(p) / (2 * n)))
    low = high = start
    while _survival(mp, n, low) < p:
        low /= 2
    while high < 1 and _survival(mp, n, high) > p:
        high += (1 - high) / 2
    for _ in range(20):
        middle = (low + high) / 2
        if _survival(mp, n, middle) > p:
            low = middle
        else:
            high = middle
    with mp.workdps(mp.dps + 10):
        return secant(mp, lambda d: _survival(mp, n, d) - p, low, high)


_SAMPLES = (
    Group("few", n=values(2.0, 3.0, 7.5, 12.0), d=linear(0.03, 0.9), count=8),
    Group("many", n=values(40.0, 60.0), d=linear(0.01, 0.3), count=6),
    Group("small", n=values(5.0, 40.0), d=logarithmic(1e-8, 1e-2), count=8),
)


@elementwise(
    "special/smirnov.h",
    "r r -> r",
    partials=(
        discrete,
        not_implemented("a third derivative"),
    ),
    reference=lambda mp, n, d: mp.diff(lambda t: _survival(mp, n, t), d, 2),
    samples=_SAMPLES[:2],
    special=(
        (1.0, 0.5, 0.0),
        (2.0, 0.75, 2.0),
        (nan, 0.5, nan),
        (2.0, nan, nan),
    ),
    # It changes sign.
    ulp=Ulp(float64=512, float32=512),
    public=False,
    sorted=True,
)
def smirnov_dd2(n: Any, d: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of the survival function of the one-sided Kolmogorov-Smirnov statistic.

    Parameters
    ----------
    n : tensor_like
        Number of points, at least 1, rounded down.
    d : tensor_like
        Deviation.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The second derivative in `d`.

    Notes
    -----
    The sum of `smirnov` on dual numbers of dual numbers.
    """


@elementwise(
    "special/smirnov.h",
    "r r -> r",
    partials=(
        discrete,
        lambda n, d, out: smirnov_dd2(n, d),
    ),
    reference=lambda mp, n, d: mp.diff(lambda t: _survival(mp, n, t), d),
    samples=_SAMPLES[:2],
    special=(
        (1.0, 0.5, -1.0),
        (2.0, 0.0, -1.0),
        (2.0, 1.0, 0.0),
        (nan, 0.5, nan),
        (2.0, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=64, partials=512),
    public=False,
    sorted=True,
)
def smirnov_dd(n: Any, d: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of the survival function of the one-sided Kolmogorov-Smirnov statistic.

    Parameters
    ----------
    n : tensor_like
        Number of points, at least 1, rounded down.
    d : tensor_like
        Deviation.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative in `d`, not positive.

    Notes
    -----
    The sum of `smirnov` on dual numbers.
    """


@elementwise(
    "special/smirnov.h",
    "r r -> r",
    partials=(
        discrete,
        lambda n, d, out: smirnov_dd(n, d),
    ),
    reference=lambda mp, n, d: _survival(mp, n, d),
    samples=_SAMPLES,
    special=(
        (1.0, 0.5, 0.5),
        (2.0, 0.0, 1.0),
        (2.0, 1.0, 0.0),
        (2.0, 1.5, nan),
        (0.0, 0.5, nan),
        (-1.0, 0.5, nan),
        (3.5, 0.5, 0.16666666666666666667),
        (nan, 0.5, nan),
        (2.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=32, partials=64),
    sorted=True,
)
def smirnov(n: Any, d: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Survival function of the one-sided Kolmogorov-Smirnov statistic.

    .. math:: S_n(d) = \sum_{j=0}^{\lfloor n(1-d) \rfloor} \binom{n}{j} d\, (d + j/n)^{j-1} (1 - d - j/n)^{n-j}

    Parameters
    ----------
    n : tensor_like
        Number of points, at least 1, rounded down.
    d : tensor_like
        Deviation, from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The probability that the statistic of `n` points exceeds `d`, in the promoted dtype and the broadcast shape; NaN
        outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    smirnovi : the inverse
    kolmogorov : the limit of the two-sided statistic

    Notes
    -----
    The sum [1]_ of positive terms, each by the deviance (Loader), so that nothing cancels or overflows. The work grows
    with `n`; beyond 2^17 points the asymptotic form :math:`\exp(-(6nd+1)^2/(18n))` is taken, whose relative error is
    about 1/n. Twice differentiable in `d`; `n` is discrete.

    References
    ----------
    .. [1] Z. W. Birnbaum, F. H. Tingey, "One-sided confidence contours for probability distribution functions", Ann.
       Math. Statist. 22 (1951) 592-596.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.smirnov(2, torch.tensor([0.25, 0.5, 0.75], dtype=torch.float64))
    tensor([0.6875, 0.2500, 0.0625], dtype=torch.float64)
    """


@elementwise(
    "special/smirnov.h",
    "r r -> r",
    partials=(
        discrete,
        lambda n, p, out: 1 / smirnov_dd(n, out),
    ),
    reference=lambda mp, n, p: _quantile(mp, n, p),
    samples=(
        Group("few", n=values(2.0, 3.0, 7.5, 12.0), p=linear(0.05, 0.9), count=6),
        Group(
            "many",
            n=values(
                60.0,
            ),
            p=linear(0.02, 0.98),
            count=6,
        ),
        Group(
            "tail",
            n=values(
                12.0,
            ),
            p=logarithmic(1e-12, 1e-2),
            count=4,
        ),
    ),
    special=(
        (1.0, 0.25, 0.75),
        (2.0, 0.0, 1.0),
        (2.0, 1.0, 0.0),
        (2.0, 1.5, nan),
        (0.0, 0.5, nan),
        (nan, 0.5, nan),
        (2.0, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=64, partials=256),
    sorted=True,
)
def smirnovi(n: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the survival function of the one-sided Kolmogorov-Smirnov statistic.

    .. math:: \mathrm{smirnovi}(n, p) = d, \quad \mathrm{smirnov}(n, d) = p

    Parameters
    ----------
    n : tensor_like
        Number of points, at least 1, rounded down.
    p : tensor_like
        Probability from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `d` with ``smirnov(n, d) = p``, in the promoted dtype and the broadcast shape: 1 for ``p = 0``, 0 for ``p =
        1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    smirnov : the function

    Notes
    -----
    A root by Chandrupatla's method in the logarithm of the function. The derivative is the reciprocal of the
    function's; `n` is discrete.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.smirnovi(2, torch.tensor([0.0625, 0.25], dtype=torch.float64))
    tensor([0.7500, 0.5000], dtype=torch.float64)
    """
