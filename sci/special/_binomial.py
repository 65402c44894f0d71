"""The binomial distribution function and its inverses."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, values
from sci._core.dispatch import elementwise

from ._betainc import beta_density, betainc_da, betainc_db, regularized_beta
from ._betaincinv import beta_quantile, quotient, shape_quantile


def _bdtr(mp: Any, k: Any, n: Any, p: Any, upper: bool) -> Any:
    k, n = mp.floor(k), mp.floor(n)
    return mp.mpf(not upper) if k == n else regularized_beta(mp, k + 1, n - k, p, not upper)


def _failures_density(k: Any, n: Any, p: Any) -> Any:
    """Derivative of bdtrc in p; 0 for k = -1 and k = n, where the function is constant."""
    k, n = torch.floor(k).clamp(min=-1), torch.trunc(n)
    return beta_density(k + 1, n - k, p)


def _bdtri_dy(k: Any, n: Any, out: Any) -> Any:
    return -1 / _failures_density(k, n, out)


def _bdtrik_partial(out: Any, n: Any, p: Any, above: Any) -> Any:
    """By the implicit function rule for 1 - bdtr = I_p(k + 1, n - k), whose two terms in k have one sign."""
    inside = (out > 0) & (out < n)
    k = torch.where(inside, out, n / 2)
    own = betainc_db(k + 1, n - k, p) - betainc_da(k + 1, n - k, p)
    return quotient(inside, above(k + 1, n - k, p), own)


def _bdtrin_partial(out: Any, k: Any, p: Any, above: Any) -> Any:
    inside = (out > k) & (out < inf)
    left = torch.where(inside, out - k, 1.0)
    return quotient(inside, above(k + 1, left, p), betainc_db(k + 1, left, p))


_ONE = torch.ones_like


@elementwise(
    "special/binomial.h",
    "r r r -> r",
    partials=(
        discrete,
        discrete,
        lambda k, n, p, out: -_failures_density(k, n, p),
    ),
    reference=lambda mp, k, n, p: _bdtr(mp, k, n, p, False),
    samples=(
        Group("few", k=values(0.0, 1.0, 2.5), n=values(3.0, 8.0), p=logarithmic(1e-4, 0.9), count=12),
        Group("many", k=values(20.0, 37.0), n=values(60.0, 100.0), p=linear(0.2, 0.6), count=12),
    ),
    special=(
        (3.0, 3.0, 0.3, 1.0),
        (1.0, 3.0, 0.0, 1.0),
        (1.0, 3.0, 1.0, 0.0),
        (4.0, 3.0, 0.3, nan),
        (1.0, inf, 0.3, nan),
        (1.0, 3.0, -0.1, nan),
        (1.0, 3.0, 1.1, nan),
        (-1.0, 3.0, 0.3, nan),
        (nan, 3.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 3.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=32, partials=64),
    sorted=True,
)
def bdtr(k: Any, n: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Binomial distribution function.

    .. math:: \sum_{j=0}^{\lfloor k \rfloor} \binom{n}{j} p^j (1-p)^{n-j}

    Parameters
    ----------
    k : tensor_like
        Number of successes, rounded down.
    n : tensor_like
        Number of trials, rounded towards 0 to a whole number.
    p : tensor_like
        Probability of success, from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The sum, in the promoted dtype and the broadcast shape; NaN outside the domain, which negative `k` and ``k > n``
        are.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    bdtrc : the complement
    bdtri : inverse in `p`
    bdtrik : inverse in `k`
    bdtrin : inverse in `n`

    Notes
    -----
    An incomplete beta function, :math:`I_{1-p}(n - k, k + 1)`, relatively accurate also where it is small. The
    derivative in `p` is a beta density; `k` and `n` are discrete.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 8.17. https://dlmf.nist.gov/8.17

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.bdtr(torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64), 3, 0.5)
    tensor([0.1250, 0.5000, 0.8750], dtype=torch.float64)
    """


@elementwise(
    "special/binomial.h",
    "r r r -> r",
    partials=(
        discrete,
        discrete,
        lambda k, n, p, out: _failures_density(k, n, p),
    ),
    reference=lambda mp, k, n, p: _bdtr(mp, k, n, p, True),
    samples=(
        Group("few", k=values(0.0, 1.0, 2.5), n=values(3.0, 8.0), p=logarithmic(1e-4, 0.9), count=12),
        Group("many", k=values(20.0, 37.0), n=values(60.0, 100.0), p=linear(0.2, 0.6), count=12),
    ),
    special=(
        (3.0, 3.0, 0.3, 0.0),
        (1.0, 3.0, 0.0, 0.0),
        (1.0, 3.0, 1.0, 1.0),
        (4.0, 3.0, 0.3, nan),
        (1.0, inf, 0.3, nan),
        (1.0, 3.0, -0.1, nan),
        (1.0, 3.0, 1.1, nan),
        (-1.0, 3.0, 0.3, 1.0),
        (nan, 3.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 3.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=32, partials=64),
    sorted=True,
)
def bdtrc(k: Any, n: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Survival function of the binomial distribution.

    .. math:: \sum_{j=\lfloor k \rfloor + 1}^{n} \binom{n}{j} p^j (1-p)^{n-j}

    Parameters
    ----------
    k : tensor_like
        Number of successes, rounded down.
    n : tensor_like
        Number of trials, rounded towards 0 to a whole number.
    p : tensor_like
        Probability of success, from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The sum, in the promoted dtype and the broadcast shape; NaN outside the domain, 1 for negative `k`.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    bdtr : the complement
    bdtri : inverse in `p`
    bdtrik : inverse in `k`
    bdtrin : inverse in `n`

    Notes
    -----
    An incomplete beta function, :math:`I_p(k + 1, n - k)`, relatively accurate also where it is small. The derivative
    in `p` is a beta density; `k` and `n` are discrete.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 8.17. https://dlmf.nist.gov/8.17

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.bdtrc(torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64), 3, 0.5)
    tensor([0.8750, 0.5000, 0.1250], dtype=torch.float64)
    """


@elementwise(
    "special/binomial.h",
    "r r r -> r",
    partials=(
        discrete,
        discrete,
        lambda k, n, y, out: _bdtri_dy(k, n, out),
    ),
    reference=lambda mp, k, n, y: 1 - beta_quantile(mp, mp.floor(n) - mp.floor(k), mp.floor(k) + 1, y, False),
    samples=(
        Group("few", k=values(0.0, 1.0, 2.5), n=values(3.0, 8.0), y=linear(0.02, 0.98), count=4),
        Group(
            "many",
            k=values(20.0, 60.0),
            n=values(
                75.0,
            ),
            y=linear(0.02, 0.98),
            count=6,
        ),
    ),
    special=(
        (1.0, 3.0, 0.0, 1.0),
        (1.0, 3.0, 1.0, 0.0),
        (3.0, 3.0, 0.3, nan),
        (-1.0, 3.0, 0.3, nan),
        (1.0, 3.0, 1.5, nan),
        (nan, 3.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 3.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=32, partials=256),
    sorted=True,
)
def bdtri(k: Any, n: Any, y: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the binomial distribution function in the probability of success.

    .. math:: \mathrm{bdtri}(k, n, y) = p, \quad \sum_{j=0}^{k} \binom{n}{j} p^j (1 - p)^{n - j} = y

    Parameters
    ----------
    k : tensor_like
        Number of successes, rounded down.
    n : tensor_like
        Number of trials, rounded towards 0 to a whole number.
    y : tensor_like
        Value of the distribution function, from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `p` with ``bdtr(k, n, p) = y``, in the promoted dtype and the broadcast shape; NaN outside the domain and
        for ``k = n``, where `bdtr` is 1 for every `p`.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    bdtr : the distribution function
    betaincinv : the function behind it

    Notes
    -----
    The reciprocal of a beta density is the derivative in `y`; `k` and `n` are discrete.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.bdtri(1, 3, torch.tensor([0.1, 0.5], dtype=torch.float64))
    tensor([0.8042, 0.5000], dtype=torch.float64)
    """


@elementwise(
    "special/binomial.h",
    "r r r -> r",
    partials=(
        lambda y, n, p, out: _bdtrik_partial(out, n, p, lambda a, b, x: _ONE(x)),
        lambda y, n, p, out: _bdtrik_partial(out, n, p, betainc_db),
        lambda y, n, p, out: _bdtrik_partial(out, n, p, beta_density),
    ),
    reference=lambda mp, y, n, p: (
        n
        / (
            1
            + 1 / shape_quantile(mp, lambda s: regularized_beta(mp, n * (s / (1 + s)) + 1, n / (1 + s), p, True), p, y)
        )
    ),
    samples=(
        Group("few", y=linear(0.4, 0.98), n=linear(3, 12), p=linear(0.1, 0.5), count=5),
        Group("many", y=linear(0.02, 0.98), n=linear(30, 100), p=linear(0.2, 0.8), count=4),
    ),
    special=(
        (0.0, 3.0, 0.3, 0.0),
        (0.01, 3.0, 0.3, 0.0),
        (1.0, 3.0, 0.3, 3.0),
        (0.5, 3.0, 1.0, 3.0),
        (0.5, 3.0, 0.0, nan),
        (1.5, 3.0, 0.3, nan),
        (nan, 3.0, 0.5, nan),
        (0.5, nan, 0.5, nan),
        (0.5, 3.0, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=64, partials=512),
    sorted=True,
)
def bdtrik(y: Any, n: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the binomial distribution function in the number of successes, continuous.

    Parameters
    ----------
    y : tensor_like
        Value of the distribution function, from 0 to 1.
    n : tensor_like
        Number of trials, positive.
    p : tensor_like
        Probability of success, from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `k` from 0 to `n` with :math:`I_{1-p}(n - k, k + 1) = y`, in the promoted dtype and the broadcast shape; 0
        where `y` is below the value at ``k = 0``. NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    bdtr : the distribution function, of whole numbers
    bdtrin : the inverse in `n`

    Notes
    -----
    A root by Chandrupatla's method in the logarithm of the smaller tail, to full precision (SciPy's has errors of
    1e-11). Derivatives in all arguments by the implicit function rule; 0 at the ends.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.bdtrik(torch.tensor([0.5, 0.9], dtype=torch.float64), 10, 0.5)
    tensor([4.5000, 6.5174], dtype=torch.float64)
    """


@elementwise(
    "special/binomial.h",
    "r r r -> r",
    partials=(
        lambda k, y, p, out: _bdtrin_partial(out, k, p, lambda a, b, x: betainc_db(a, b, x) - betainc_da(a, b, x)),
        lambda k, y, p, out: _bdtrin_partial(out, k, p, lambda a, b, x: -_ONE(x)),
        lambda k, y, p, out: _bdtrin_partial(out, k, p, lambda a, b, x: -beta_density(a, b, x)),
    ),
    reference=lambda mp, k, y, p: k + shape_quantile(mp, lambda d: regularized_beta(mp, k + 1, d, p, True), k + 1, y),
    samples=(
        Group("few", k=linear(0, 8), y=linear(0.02, 0.98), p=linear(0.1, 0.9), count=5),
        Group("many", k=linear(15, 40), y=linear(0.02, 0.98), p=linear(0.2, 0.8), count=4),
    ),
    special=(
        (2.0, 1.0, 0.3, 2.0),
        (2.0, 0.0, 0.3, inf),
        (2.0, 0.5, 1.0, 2.0),
        (2.0, 0.5, 0.0, nan),
        (-1.0, 0.5, 0.3, nan),
        (nan, 0.5, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 0.5, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=64, partials=512),
    sorted=True,
)
def bdtrin(k: Any, y: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the binomial distribution function in the number of trials, continuous.

    Parameters
    ----------
    k : tensor_like
        Number of successes, not negative.
    y : tensor_like
        Value of the distribution function, from 0 to 1.
    p : tensor_like
        Probability of success, from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `n`, at least `k`, with :math:`I_{1-p}(n - k, k + 1) = y`, in the promoted dtype and the broadcast shape:
        `k` for ``y = 1``, ``inf`` for ``y = 0``. NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    bdtr : the distribution function, of whole numbers
    bdtrik : the inverse in `k`, with method

    Notes
    -----
    Derivatives in all arguments by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.bdtrin(0, torch.tensor([0.25, 0.5], dtype=torch.float64), 0.5)
    tensor([2., 1.], dtype=torch.float64)
    """
