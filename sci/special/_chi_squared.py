"""The chi-squared distribution function and its inverses. The mathematics is in csrc/special/poisson.h."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, values
from sci._core.dispatch import elementwise

from ._gamma_distribution import _ONE, _inner, _root, _shape, _shape_slope
from ._gammainc import gamma_density, gammainc_da, over_gamma_density, regularized
from ._gammaincinv import _inverse as gamma_quantile


@elementwise(
    "special/poisson.h",
    "r r -> r",
    partials=(
        lambda v, x, out: gammainc_da(v / 2, x / 2) / 2,
        lambda v, x, out: gamma_density(v / 2, x / 2) / 2,
    ),
    reference=lambda mp, v, x: regularized(mp, v / 2, x / 2, False),
    samples=(
        Group("core", v=linear(0.5, 20), x=linear(0, 30), count=12),
        Group("many", v=linear(26, 400), x=linear(26, 400), count=10),
        Group("small", v=logarithmic(1e-4, 1), x=logarithmic(1e-6, 2), count=8),
    ),
    special=(
        (0.0, 1.0, 1.0),
        (0.0, 0.0, nan),
        (1.0, 0.0, 0.0),
        (1.0, inf, 1.0),
        (inf, 1.0, 0.0),
        (-1.0, 1.0, nan),
        (1.0, -1.0, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, partials=128),
    sorted=True,
)
def chdtr(v: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Distribution function of the chi-squared distribution.

    .. math:: P(v/2, x/2)

    Parameters
    ----------
    v : tensor_like
        Degrees of freedom, not negative.
    x : tensor_like
        Argument, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The regularized incomplete gamma function, in the promoted dtype and the broadcast shape; NaN outside the
        domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    chdtrc : the complement
    chdtri : inverse of `chdtrc` in `x`
    chdtriv : inverse of `chdtr` in `v`

    Notes
    -----
    As accurate as `gammainc`, in both tails. The derivative in `x` is the density, that in `v` the derivative of the
    incomplete gamma function in its parameter.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 8.2 and 8.11. https://dlmf.nist.gov/8

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.chdtr(torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64), 2.0)
    tensor([0.8427, 0.6321, 0.4276], dtype=torch.float64)
    """


@elementwise(
    "special/poisson.h",
    "r r -> r",
    partials=(
        lambda v, x, out: -gammainc_da(v / 2, x / 2) / 2,
        lambda v, x, out: -gamma_density(v / 2, x / 2) / 2,
    ),
    reference=lambda mp, v, x: regularized(mp, v / 2, x / 2, True),
    samples=(
        Group("core", v=linear(0.5, 20), x=linear(0, 30), count=12),
        Group("many", v=linear(26, 400), x=linear(26, 400), count=10),
        Group("small", v=logarithmic(1e-4, 1), x=logarithmic(1e-6, 2), count=8),
    ),
    special=(
        (0.0, 1.0, 0.0),
        (0.0, 0.0, nan),
        (1.0, 0.0, 1.0),
        (1.0, inf, 0.0),
        (inf, 1.0, 1.0),
        (-1.0, 1.0, nan),
        (1.0, -1.0, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, partials=128),
    sorted=True,
)
def chdtrc(v: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Survival function of the chi-squared distribution.

    .. math:: Q(v/2, x/2)

    Parameters
    ----------
    v : tensor_like
        Degrees of freedom, not negative.
    x : tensor_like
        Argument, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The regularized incomplete gamma function, in the promoted dtype and the broadcast shape; NaN outside the
        domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    chdtr : the complement
    chdtri : inverse of `chdtrc` in `x`
    chdtriv : inverse of `chdtr` in `v`

    Notes
    -----
    As accurate as `gammainc`, in both tails. The derivative in `x` is the density, that in `v` the derivative of the
    incomplete gamma function in its parameter.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 8.2 and 8.11. https://dlmf.nist.gov/8

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.chdtrc(torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64), 2.0)
    tensor([0.1573, 0.3679, 0.5724], dtype=torch.float64)
    """


@elementwise(
    "special/poisson.h",
    "r r -> r",
    partials=(
        lambda v, p, out: _shape_slope(0.5, v / 2, out) / 2,
        lambda v, p, out: over_gamma_density(-2 * _ONE(out), v / 2, out / 2),
    ),
    reference=lambda mp, v, p: 2 * gamma_quantile(mp, v / 2, p, True),
    samples=(
        Group("body", v=logarithmic(0.5, 100), p=linear(0.02, 0.98), count=12),
        Group("tail", v=logarithmic(0.5, 30), p=logarithmic(1e-30, 0.01), count=8),
    ),
    special=(
        (1.0, 0.0, inf),
        (1.0, 1.0, 0.0),
        (0.0, 0.5, nan),
        (1.0, 1.5, nan),
        (2.0, 0.5, 1.3862943611198906188),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=32, partials=256),
    sorted=True,
)
def chdtri(v: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the survival function of the chi-squared distribution.

    .. math:: \mathrm{chdtri}(v, p) = x, \quad Q(v / 2, x / 2) = p

    Parameters
    ----------
    v : tensor_like
        Degrees of freedom, positive.
    p : tensor_like
        Probability from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `x` with ``chdtrc(v, x) = p``, in the promoted dtype and the broadcast shape: ``inf`` for ``p = 0``, 0 for
        ``p = 1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    chdtrc : the survival function
    gammainccinv : the function behind it

    Notes
    -----
    Derivatives by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.chdtri(2.0, torch.tensor([0.05, 0.5], dtype=torch.float64))
    tensor([5.9915, 1.3863], dtype=torch.float64)
    """


@elementwise(
    "special/poisson.h",
    "r r -> r",
    partials=(
        lambda p, x, out: _root(out, 2 * _ONE(out), gammainc_da(_inner(out) / 2, x / 2)),
        lambda p, x, out: _root(out, -gamma_density(_inner(out) / 2, x / 2), gammainc_da(_inner(out) / 2, x / 2)),
    ),
    reference=lambda mp, p, x: 2 * _shape(mp, p, x / 2),
    samples=(
        Group("body", p=linear(0.02, 0.98), x=logarithmic(0.3, 100), count=12),
        Group("tails", p=values(1e-10, 1e-3, 0.9990234375), x=logarithmic(1, 40), count=6),
    ),
    special=(
        (0.0, 1.0, inf),
        (1.0, 1.0, 0.0),
        (0.5, 0.0, nan),
        (0.5, inf, nan),
        (1.5, 1.0, nan),
        (0.5, -1.0, nan),
        (nan, 1.0, nan),
        (0.5, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=64, partials=512),
    sorted=True,
)
def chdtriv(p: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the chi-squared distribution function in the degrees of freedom.

    .. math:: \mathrm{chdtriv}(p, x) = v, \quad P(v / 2, x / 2) = p

    Parameters
    ----------
    p : tensor_like
        Probability from 0 to 1.
    x : tensor_like
        Argument, positive.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `v` with ``chdtr(v, x) = p``, in the promoted dtype and the broadcast shape: ``inf`` for ``p = 0``, 0 for
        ``p = 1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    chdtr : the distribution function

    Notes
    -----
    A root by Chandrupatla's method in the logarithm of the smaller tail. Derivatives by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> v = sci.special.chdtriv(torch.tensor([0.1, 0.5], dtype=torch.float64), 2.0)
    >>> sci.special.chdtr(v, 2.0)
    tensor([0.1000, 0.5000], dtype=torch.float64)
    """
