"""The Poisson distribution function and its inverses. The mathematics is in csrc/special/poisson.h."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, values
from sci._core.dispatch import elementwise

from ._gamma_distribution import _ONE, _inner, _root, _shape
from ._gammainc import gamma_density, gammainc_da, regularized
from ._gammaincinv import _inverse as gamma_quantile


@elementwise(
    "special/poisson.h",
    "r r -> r",
    partials=(
        discrete,
        lambda k, m, out: -gamma_density(torch.floor(k) + 1, m),
    ),
    reference=lambda mp, k, m: regularized(mp, mp.floor(k) + 1, m, True),
    samples=(
        Group("few", k=values(0.0, 1.0, 3.5), m=logarithmic(0.1, 20), count=6),
        Group("many", k=values(40.0, 100.0), m=linear(30, 130), count=4),
    ),
    special=(
        (2.0, 0.0, 1.0),
        (2.0, inf, 0.0),
        (inf, 1.0, 1.0),
        (-1.0, 1.0, nan),
        (-0.5, 1.0, nan),
        (2.0, -1.0, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, partials=64),
    sorted=True,
)
def pdtr(k: Any, m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Distribution function of the Poisson distribution.

    .. math:: \sum_{j=0}^{\lfloor k \rfloor} e^{-m} \frac{m^j}{j!}

    Parameters
    ----------
    k : tensor_like
        Number of events, not negative, rounded down.
    m : tensor_like
        Mean, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The probability of at most `k` events, in the promoted dtype and the broadcast shape; NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    pdtrc : the complement
    pdtri : inverse in `m`
    pdtrik : inverse in `k`

    Notes
    -----
    A regularized incomplete gamma function, relatively accurate in both tails. The derivative in `m` is a probability;
    `k` is discrete.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 8.2 and 8.11. https://dlmf.nist.gov/8

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.pdtr(torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64), 1.0)
    tensor([0.3679, 0.7358, 0.9197], dtype=torch.float64)
    """


@elementwise(
    "special/poisson.h",
    "r r -> r",
    partials=(
        discrete,
        lambda k, m, out: gamma_density(torch.floor(k) + 1, m),
    ),
    reference=lambda mp, k, m: regularized(mp, mp.floor(k) + 1, m, False),
    samples=(
        Group("few", k=values(0.0, 1.0, 3.5), m=logarithmic(0.1, 20), count=6),
        Group("many", k=values(40.0, 100.0), m=linear(30, 130), count=4),
    ),
    special=(
        (2.0, 0.0, 0.0),
        (2.0, inf, 1.0),
        (inf, 1.0, 0.0),
        (-1.0, 1.0, nan),
        (-0.5, 1.0, nan),
        (2.0, -1.0, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, partials=64),
    sorted=True,
)
def pdtrc(k: Any, m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Survival function of the Poisson distribution.

    .. math:: \sum_{j=\lfloor k \rfloor + 1}^\infty e^{-m} \frac{m^j}{j!}

    Parameters
    ----------
    k : tensor_like
        Number of events, not negative, rounded down.
    m : tensor_like
        Mean, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The probability of more than `k` events, in the promoted dtype and the broadcast shape; NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    pdtr : the complement
    pdtri : inverse in `m`
    pdtrik : inverse in `k`

    Notes
    -----
    A regularized incomplete gamma function, relatively accurate in both tails. The derivative in `m` is a probability;
    `k` is discrete.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 8.2 and 8.11. https://dlmf.nist.gov/8

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.pdtrc(torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64), 1.0)
    tensor([0.6321, 0.2642, 0.0803], dtype=torch.float64)
    """


@elementwise(
    "special/poisson.h",
    "r r -> r",
    partials=(
        discrete,
        lambda k, y, out: -1 / gamma_density(torch.floor(k) + 1, out),
    ),
    reference=lambda mp, k, y: gamma_quantile(mp, mp.floor(k) + 1, y, True),
    samples=(
        Group("few", k=values(0.0, 1.0, 3.5), y=linear(0.02, 0.98), count=4),
        Group("many", k=values(40.0, 100.0), y=linear(0.02, 0.98), count=6),
    ),
    special=(
        (1.0, 0.0, inf),
        (1.0, 1.0, 0.0),
        (-1.0, 0.5, nan),
        (1.0, 1.5, nan),
        (0.0, 0.5, 0.69314718055994530942),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=32, partials=128),
    sorted=True,
)
def pdtri(k: Any, y: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the Poisson distribution function in the mean.

    .. math:: \mathrm{pdtri}(k, y) = m, \quad e^{-m} \sum_{j=0}^{k} \frac{m^j}{j!} = y

    Parameters
    ----------
    k : tensor_like
        Number of events, not negative, rounded down.
    y : tensor_like
        Probability from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `m` with ``pdtr(k, m) = y``, in the promoted dtype and the broadcast shape: ``inf`` for ``y = 0``, 0 for ``y
        = 1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    pdtr : the distribution function
    gammainccinv : the function behind it

    Notes
    -----
    The derivative in `y` is the reciprocal of a probability; `k` is discrete.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.pdtri(0, torch.tensor([0.25, 0.5], dtype=torch.float64))
    tensor([1.3863, 0.6931], dtype=torch.float64)
    """


@elementwise(
    "special/poisson.h",
    "r r -> r",
    partials=(
        lambda p, m, out: _root(out, -_ONE(out), gammainc_da(_inner(out) + 1, m)),
        lambda p, m, out: _root(out, -gamma_density(_inner(out) + 1, m), gammainc_da(_inner(out) + 1, m)),
    ),
    reference=lambda mp, p, m: _shape(mp, p, m, True) - 1,
    samples=(
        Group("few", p=linear(0.6, 0.98), m=linear(0.7, 10), count=5),
        Group("many", p=linear(0.02, 0.98), m=linear(20, 100), count=4),
    ),
    special=(
        (0.0, 1.0, 0.0),
        (0.1, 1.0, 0.0),
        (1.0, 1.0, inf),
        (0.5, 0.0, 0.0),
        (0.5, inf, nan),
        (1.5, 1.0, nan),
        (nan, 1.0, nan),
        (0.5, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=64, partials=512),
    sorted=True,
)
def pdtrik(p: Any, m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the Poisson distribution function in the number of events, continuous.

    Parameters
    ----------
    p : tensor_like
        Probability from 0 to 1.
    m : tensor_like
        Mean, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `k`, not negative, with :math:`Q(k + 1, m) = p`, in the promoted dtype and the broadcast shape; 0 where `p`
        is below the value at ``k = 0``, ``inf`` for ``p = 1``. NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    pdtr : the distribution function, of whole numbers
    chdtriv : the method

    Notes
    -----
    Derivatives by the implicit function rule; 0 at the ends.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.pdtrik(torch.tensor([0.75, 0.9], dtype=torch.float64), 1.0)
    tensor([1.0526, 1.8318], dtype=torch.float64)
    """
