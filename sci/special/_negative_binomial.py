"""The negative binomial distribution function and its inverses."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, values
from sci._core.dispatch import elementwise

from ._betainc import beta_density, betainc_da, betainc_db, regularized_beta
from ._betaincinv import beta_quantile, quotient, shape_quantile


def _nbdtr_dp(k: Any, n: Any, p: Any) -> Any:
    return beta_density(torch.trunc(n), torch.trunc(k) + 1, p)


def _root_partial(out: Any, above: Any, below: Any) -> Any:
    return quotient((out > 0) & (out < inf), above, below)


@elementwise(
    "special/binomial.h",
    "r r r -> r",
    partials=(
        discrete,
        discrete,
        lambda k, n, p, out: _nbdtr_dp(k, n, p),
    ),
    reference=lambda mp, k, n, p: regularized_beta(mp, mp.floor(n), mp.floor(k) + 1, p, False),
    samples=(
        Group("few", k=values(0.0, 1.0, 2.5), n=values(3.0, 8.0), p=logarithmic(1e-4, 0.9), count=12),
        Group("many", k=values(20.0, 37.0), n=values(60.0, 100.0), p=linear(0.5, 0.9), count=12),
    ),
    special=(
        (2.0, 3.0, 0.0, 0.0),
        (2.0, 3.0, 1.0, 1.0),
        (-1.0, 3.0, 0.3, nan),
        (2.0, 0.0, 0.3, nan),
        (2.0, 3.0, 1.5, nan),
        (nan, 3.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 3.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=32, partials=64),
    sorted=True,
)
def nbdtr(k: Any, n: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Negative binomial distribution function.

    .. math:: \sum_{j=0}^{\lfloor k \rfloor} \binom{n+j-1}{j} p^n (1-p)^j

    Parameters
    ----------
    k : tensor_like
        Number of failures, not negative, rounded down.
    n : tensor_like
        Number of successes, positive, rounded down.
    p : tensor_like
        Probability of success, from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The probability of at most `k` failures before the `n`-th success, in the promoted dtype and the broadcast
        shape; NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    nbdtrc : the complement
    nbdtri : inverse in `p`
    nbdtrik : inverse in `k`
    nbdtrin : inverse in `n`

    Notes
    -----
    An incomplete beta function, :math:`I_p(n, k + 1)`. The derivative in `p` is a beta density; `k` and `n` are
    discrete.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 8.17. https://dlmf.nist.gov/8.17

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.nbdtr(torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64), 1, 0.5)
    tensor([0.5000, 0.7500, 0.8750], dtype=torch.float64)
    """


@elementwise(
    "special/binomial.h",
    "r r r -> r",
    partials=(
        discrete,
        discrete,
        lambda k, n, p, out: -_nbdtr_dp(k, n, p),
    ),
    reference=lambda mp, k, n, p: regularized_beta(mp, mp.floor(n), mp.floor(k) + 1, p, True),
    samples=(
        Group("few", k=values(0.0, 1.0, 2.5), n=values(3.0, 8.0), p=logarithmic(1e-4, 0.9), count=12),
        Group("many", k=values(20.0, 37.0), n=values(60.0, 100.0), p=linear(0.5, 0.9), count=12),
    ),
    special=(
        (2.0, 3.0, 0.0, 1.0),
        (2.0, 3.0, 1.0, 0.0),
        (-1.0, 3.0, 0.3, nan),
        (2.0, 0.0, 0.3, nan),
        (2.0, 3.0, 1.5, nan),
        (nan, 3.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 3.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=32, partials=64),
    sorted=True,
)
def nbdtrc(k: Any, n: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Survival function of the negative binomial distribution.

    .. math:: \sum_{j=\lfloor k \rfloor + 1}^{\infty} \binom{n+j-1}{j} p^n (1-p)^j

    Parameters
    ----------
    k : tensor_like
        Number of failures, not negative, rounded down.
    n : tensor_like
        Number of successes, positive, rounded down.
    p : tensor_like
        Probability of success, from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The probability of more than `k` failures before the `n`-th success, in the promoted dtype and the broadcast
        shape; NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    nbdtr : the complement
    nbdtri : inverse in `p`
    nbdtrik : inverse in `k`
    nbdtrin : inverse in `n`

    Notes
    -----
    An incomplete beta function, :math:`I_{1-p}(k + 1, n)`. The derivative in `p` is a beta density; `k` and `n` are
    discrete.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 8.17. https://dlmf.nist.gov/8.17

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.nbdtrc(torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64), 1, 0.5)
    tensor([0.5000, 0.2500, 0.1250], dtype=torch.float64)
    """


@elementwise(
    "special/binomial.h",
    "r r r -> r",
    partials=(
        discrete,
        discrete,
        lambda k, n, y, out: 1 / _nbdtr_dp(k, n, out),
    ),
    reference=lambda mp, k, n, y: beta_quantile(mp, mp.floor(n), mp.floor(k) + 1, y, False),
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
        (1.0, 3.0, 0.0, 0.0),
        (1.0, 3.0, 1.0, 1.0),
        (1.0, 0.0, 0.3, nan),
        (-1.0, 3.0, 0.3, nan),
        (1.0, 3.0, 1.5, nan),
        (nan, 3.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 3.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=32, partials=256),
    sorted=True,
)
def nbdtri(k: Any, n: Any, y: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the negative binomial distribution function in the probability of success.

    .. math:: \mathrm{nbdtri}(k, n, y) = p, \quad I_p(n, k + 1) = y

    Parameters
    ----------
    k : tensor_like
        Number of failures, not negative, rounded down.
    n : tensor_like
        Number of successes, positive, rounded down.
    y : tensor_like
        Value of the distribution function, from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `p` with ``nbdtr(k, n, p) = y``, in the promoted dtype and the broadcast shape; NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    nbdtr : the distribution function

    Notes
    -----
    The derivative in `y` is the reciprocal of a beta density; `k` and `n` are discrete.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.nbdtri(1, 1, torch.tensor([0.75, 0.96], dtype=torch.float64))
    tensor([0.5000, 0.8000], dtype=torch.float64)
    """


@elementwise(
    "special/binomial.h",
    "r r r -> r",
    partials=(
        lambda y, n, p, out: _root_partial(out, 1.0, betainc_db(n, out + 1, p)),
        lambda y, n, p, out: _root_partial(out, -betainc_da(n, out + 1, p), betainc_db(n, out + 1, p)),
        lambda y, n, p, out: _root_partial(out, -beta_density(n, out + 1, p), betainc_db(n, out + 1, p)),
    ),
    reference=lambda mp, y, n, p: shape_quantile(
        mp, lambda k: regularized_beta(mp, n, k + 1, p, False), n * (1 - p) / p, y
    ),
    samples=(
        Group("few", y=linear(0.4, 0.98), n=linear(1, 8), p=linear(0.1, 0.5), count=5),
        Group("many", y=linear(0.02, 0.98), n=linear(20, 60), p=linear(0.3, 0.7), count=4),
    ),
    special=(
        (0.0, 3.0, 0.3, 0.0),
        (0.01, 3.0, 0.3, 0.0),
        (1.0, 3.0, 0.3, inf),
        (0.5, 3.0, 1.0, 0.0),
        (0.5, 3.0, 0.0, inf),
        (1.5, 3.0, 0.3, nan),
        (nan, 3.0, 0.5, nan),
        (0.5, nan, 0.5, nan),
        (0.5, 3.0, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=64, partials=512),
)
def nbdtrik(y: Any, n: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the negative binomial distribution function in the number of failures, continuous.

    Parameters
    ----------
    y : tensor_like
        Value of the distribution function, from 0 to 1.
    n : tensor_like
        Number of successes, positive.
    p : tensor_like
        Probability of success, from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `k`, not negative, with :math:`I_p(n, k + 1) = y`, in the promoted dtype and the broadcast shape; 0 where
        `y` is below the value at ``k = 0``, ``inf`` for ``y = 1``. NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    nbdtr : the distribution function, of whole numbers
    bdtrik : the same for the binomial distribution, with method

    Notes
    -----
    Derivatives in all arguments by the implicit function rule; 0 at the ends.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.nbdtrik(torch.tensor([0.75, 0.875], dtype=torch.float64), 1, 0.5)
    tensor([1., 2.], dtype=torch.float64)
    """


@elementwise(
    "special/binomial.h",
    "r r r -> r",
    partials=(
        lambda k, y, p, out: _root_partial(out, -betainc_db(out, k + 1, p), betainc_da(out, k + 1, p)),
        lambda k, y, p, out: _root_partial(out, 1.0, betainc_da(out, k + 1, p)),
        lambda k, y, p, out: _root_partial(out, -beta_density(out, k + 1, p), betainc_da(out, k + 1, p)),
    ),
    reference=lambda mp, k, y, p: shape_quantile(
        mp, lambda n: regularized_beta(mp, n, k + 1, p, False), (k + 1) * p / (1 - p), y
    ),
    samples=(
        Group("few", k=linear(0, 8), y=linear(0.02, 0.98), p=linear(0.1, 0.9), count=5),
        Group("many", k=linear(15, 40), y=linear(0.02, 0.98), p=linear(0.2, 0.8), count=4),
    ),
    special=(
        (2.0, 0.0, 0.3, inf),
        (2.0, 1.0, 0.3, 0.0),
        (2.0, 0.3, 0.0, 0.0),
        (2.0, 0.3, 1.0, inf),
        (-1.0, 0.3, 0.5, nan),
        (2.0, 1.5, 0.5, nan),
        (nan, 0.5, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 0.5, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=64, partials=512),
    sorted=True,
)
def nbdtrin(k: Any, y: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the negative binomial distribution function in the number of successes, continuous.

    Parameters
    ----------
    k : tensor_like
        Number of failures, not negative.
    y : tensor_like
        Value of the distribution function, from 0 to 1.
    p : tensor_like
        Probability of success, from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `n` with :math:`I_p(n, k + 1) = y`, in the promoted dtype and the broadcast shape: ``inf`` for ``y = 0``, 0
        for ``y = 1``. NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    nbdtr : the distribution function, of whole numbers
    btdtria : the same in terms of the beta distribution, with method

    Notes
    -----
    Derivatives in all arguments by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.nbdtrin(0, torch.tensor([0.25, 0.5], dtype=torch.float64), 0.5)
    tensor([2., 1.], dtype=torch.float64)
    """
