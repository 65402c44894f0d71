"""The Kolmogorov distribution: survival function, inverse, derivatives."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, not_implemented, values
from sci._core.dispatch import elementwise

from ._betaincinv import secant


def _survival(mp: Any, x: Any) -> Any:
    q = mp.exp(-2 * x * x)
    if x > 0.5:
        return 2 * sum((-1) ** (k - 1) * q ** (k * k) for k in range(1, 4 + int(mp.sqrt(mp.dps) * 2 / x)))
    u = mp.pi**2 / (8 * x * x)
    with mp.workdps(mp.dps + int(u)):
        return 1 - mp.sqrt(2 * mp.pi) / x * sum(
            mp.exp(-((2 * k - 1) ** 2) * u) for k in range(1, 4 + int(mp.sqrt(mp.dps)))
        )


def _quantile(mp: Any, p: Any) -> Any:
    start = mp.sqrt(mp.log(2 / p) / 2) if p < 0.5 else mp.mpf("0.6")
    with mp.workdps(mp.dps + 10):
        return secant(mp, lambda x: mp.log(_survival(mp, x) / p), start, start * mp.mpf("1.001"))


_SAMPLES = (
    Group("upper", x=linear(0.82, 4), count=16),
    Group("lower", x=linear(0.18, 0.82), count=16),
    Group("tail", x=linear(4, 6), count=6),
    Group("seam", x=near(0.82)),
)


@elementwise(
    "special/kolmogorov.h",
    "r -> r",
    partials=(not_implemented("a third derivative"),),
    reference=lambda mp, x: mp.diff(lambda t: _survival(mp, t), x, 2),
    samples=_SAMPLES,
    special=(
        (0.0, 0.0),
        (-1.0, 0.0),
        (inf, 0.0),
        (nan, nan),
    ),
    # It changes sign at the mode of the density.
    ulp=Ulp(float64=64, float32=64, partials=64),
    public=False,
)
def kolmogorov_dx2(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of the survival function of the Kolmogorov distribution.

    Parameters
    ----------
    x : tensor_like
        Argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative of `kolmogorov_dx`.

    Notes
    -----
    The sums of `kolmogorov` on dual numbers of dual numbers; 0 for arguments that are not positive.
    """


@elementwise(
    "special/kolmogorov.h",
    "r -> r",
    partials=(lambda x, out: kolmogorov_dx2(x),),
    reference=lambda mp, x: mp.diff(lambda t: _survival(mp, t), x),
    samples=_SAMPLES,
    special=(
        (0.0, 0.0),
        (-1.0, 0.0),
        (inf, 0.0),
        (nan, nan),
    ),
    ulp=Ulp(float64=16, float32=32, partials=128),
    public=False,
)
def kolmogorov_dx(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of the survival function of the Kolmogorov distribution: minus its density.

    Parameters
    ----------
    x : tensor_like
        Argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative, not positive.

    Notes
    -----
    The sums of `kolmogorov` on dual numbers; 0 for arguments that are not positive.
    """


@elementwise(
    "special/kolmogorov.h",
    "r -> r",
    partials=(lambda y, out: kolmogorov_dx(y),),
    reference=lambda mp, y: _survival(mp, y),
    samples=tuple(Group(g.name, y=g.axes["x"], count=g.count) for g in _SAMPLES),
    special=(
        (0.0, 1.0),
        (-1.0, 1.0),
        (inf, 0.0),
        (0.01, 1.0),
        (nan, nan),
    ),
    ulp=Ulp(float64=8, float32=8, partials=16),
)
def kolmogorov(y: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Survival function of the Kolmogorov distribution.

    .. math:: K(y) = 2 \sum_{k=1}^\infty (-1)^{k-1} e^{-2 k^2 y^2}

    Parameters
    ----------
    y : tensor_like
        Argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function, from 1 to 0, in the promoted dtype and the broadcast shape; 1 where `y` is not positive.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    kolmogi : the inverse
    smirnov : the one-sided statistic of a finite sample

    Notes
    -----
    The limiting distribution of :math:`\sqrt{n}` times the two-sided Kolmogorov-Smirnov statistic. Four terms of the
    series above or, for small `y`, of its transformation by Jacobi's identity (DLMF 20.7.32) [1]_. Differentiable
    twice; the derivatives are relatively accurate everywhere, 0 for arguments that are not positive.

    References
    ----------
    .. [1] W. Feller, "On the Kolmogorov-Smirnov limit theorems for empirical distributions", Ann. Math. Statist. 19
       (1948) 177-189.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.kolmogorov(torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64))
    tensor([9.6395e-01, 2.7000e-01, 6.7093e-04], dtype=torch.float64)
    """


@elementwise(
    "special/kolmogorov.h",
    "r -> r",
    partials=(lambda p, out: 1 / kolmogorov_dx(out),),
    reference=lambda mp, p: _quantile(mp, p),
    samples=(
        Group("body", p=linear(0.01, 0.99), count=16),
        Group("upper tail", p=logarithmic(1e-30, 0.01), count=4),
        Group("lower tail", p=values(0.9990234375, 0.99999904632568359375)),
    ),
    special=(
        (0.0, inf),
        (1.0, 0.0),
        (-0.1, nan),
        (1.1, nan),
        (nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, partials=64),
    sorted=True,
)
def kolmogi(p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the survival function of the Kolmogorov distribution.

    .. math:: \mathrm{kolmogi}(p) = x, \quad 2 \sum_{k=1}^\infty (-1)^{k-1} e^{-2 k^2 x^2} = p

    Parameters
    ----------
    p : tensor_like
        Probability from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `y` with ``kolmogorov(y) = p``, in the promoted dtype and the broadcast shape: ``inf`` for ``p = 0``, 0 for
        ``p = 1``, NaN outside [0, 1].

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    kolmogorov : the function

    Notes
    -----
    Newton's method in the logarithms of `y` and of the smaller one of the function and its complement. The derivative
    is the reciprocal of the function's.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.kolmogi(torch.tensor([0.05, 0.5], dtype=torch.float64))
    tensor([1.3581, 0.8276], dtype=torch.float64)
    """
