"""The logistic function, its logarithm, its inverse, and the softplus function."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, values
from sci._core.dispatch import elementwise

_LINE = (
    Group("core", x=linear(-10, 10)),
    Group("tails", x=linear(-700, 700), dtypes=("float64",)),
    Group("tails", x=linear(-87, 87), dtypes=("float32",)),
    Group("right", x=linear(15, 50), count=16),
    Group("tiny", x=logarithmic(1e-300, 1e-3), count=12, dtypes=("float64",)),
    Group("tiny", x=logarithmic(-1e-36, -1e-3), count=12, dtypes=("float32",)),
)


def _expit_reference(mp: Any, x: Any) -> Any:
    """With digits to spare, so that differences show the derivative in the right tail."""
    with mp.workdps(mp.dps + int(abs(x))):
        return 1 / (1 + mp.exp(-x))


@elementwise(
    "special/logistic.h",
    "r -> r",
    partials=(lambda x, out: out * expit(-x),),
    reference=_expit_reference,
    samples=(*_LINE, Group("subnormal values", x=linear(-745, -709), dtypes=("float64",), count=16)),
    special=((0.0, 0.5), (inf, 1.0), (-inf, 0.0), (nan, nan)),
    ulp=Ulp(float64=3, float32=3, partials=6),
    wide=True,
    pullback="arguments",
)
def expit(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Logistic function (the logistic sigmoid), ``1 / (1 + exp(-x))``.

    .. math:: \mathrm{expit}(x) = \frac{1}{1 + e^{-x}}

    Parameters
    ----------
    x : tensor_like
        Real argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The logistic function of `x`.

    See Also
    --------
    logit : the inverse
    log_expit : the logarithm

    Notes
    -----
    Within 2.5 ulp, into the left tail as well. The derivative is ``expit(x) * expit(-x)``, which keeps its digits in
    both tails, where ``expit(x) * (1 - expit(x))`` does not.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.expit(torch.tensor([-100.0, 0.0, 2.0], dtype=torch.float64))
    tensor([3.7201e-44, 5.0000e-01, 8.8080e-01], dtype=torch.float64)
    """


@elementwise(
    "special/logistic.h",
    "r -> r",
    partials=(lambda x, out: expit(x),),
    reference=lambda mp, x: mp.log1p(mp.exp(-abs(x))) + max(x, mp.mpf(0)),
    samples=_LINE,
    special=((0.0, 0.6931471805599453), (inf, inf), (-inf, 0.0), (nan, nan)),
    ulp=Ulp(float64=3, float32=3, partials=4),
    wide=True,
)
def softplus(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Softplus function, ``log(1 + exp(x))``.

    .. math:: \mathrm{softplus}(x) = \log(1 + e^x)

    Parameters
    ----------
    x : tensor_like
        Real argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The softplus function of `x`.

    See Also
    --------
    log_expit : ``-softplus(-x)``

    Notes
    -----
    ``max(x, 0) + log1p(exp(-abs(x)))``, within 2 ulp. The derivative is `expit`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.softplus(torch.tensor([-100.0, 0.0, 100.0], dtype=torch.float64))
    tensor([3.7201e-44, 6.9315e-01, 1.0000e+02], dtype=torch.float64)
    """


@elementwise(
    "special/logistic.h",
    "r -> r",
    partials=(lambda x, out: expit(-x),),
    reference=lambda mp, x: min(x, mp.mpf(0)) - mp.log1p(mp.exp(-abs(x))),
    samples=_LINE,
    special=((0.0, -0.6931471805599453), (inf, -0.0), (-inf, -inf), (nan, nan)),
    ulp=Ulp(float64=3, float32=3, partials=4),
    wide=True,
)
def log_expit(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Logarithm of the logistic function, ``log(expit(x))``.

    .. math:: \mathrm{log\_expit}(x) = -\log(1 + e^{-x})

    Parameters
    ----------
    x : tensor_like
        Real argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``log(1 / (1 + exp(-x)))``.

    See Also
    --------
    expit
    softplus : ``-log_expit(-x)``

    Notes
    -----
    ``-log1p(exp(-x))``, and ``x - log1p(exp(x))`` for negative `x`; within 2 ulp. The derivative is ``expit(-x)``.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.log_expit(torch.tensor([-1000.0, 0.0, 100.0], dtype=torch.float64))
    tensor([-1.0000e+03, -6.9315e-01, -3.7201e-44], dtype=torch.float64)
    """


@elementwise(
    "special/logistic.h",
    "r -> r",
    partials=(lambda p, out: 1 / (p * (1 - p)),),
    reference=lambda mp, p: mp.log(p / (1 - p)),
    samples=(
        Group("core", p=linear(0, 1), count=64),
        Group("about the zero", p=linear(0.49, 0.51), count=24),
        Group("seams", p=near(0.25, 0.5, 0.75)),
        Group("lower end", p=logarithmic(1e-300, 1e-3), count=24, dtypes=("float64",)),
        Group("lower end", p=logarithmic(1e-36, 1e-3), count=24, dtypes=("float32",)),
        Group("upper end", p=values(*(1 - 2.0**-k for k in range(3, 53, 4))), dtypes=("float64",)),
        Group("upper end", p=values(*(1 - 2.0**-k for k in range(3, 24, 3))), dtypes=("float32",)),
    ),
    special=((0.0, -inf), (1.0, inf), (0.5, 0.0), (-0.1, nan), (1.5, nan), (inf, nan), (nan, nan)),
    ulp=Ulp(float64=3, float32=3, partials=4),
    wide=True,
    pullback="arguments",
)
def logit(p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Log-odds, ``log(p / (1 - p))``: the inverse of the logistic function.

    Parameters
    ----------
    p : tensor_like
        Real argument in [0, 1].
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The log-odds of `p`: ``-inf`` at 0, ``inf`` at 1, NaN outside.

    See Also
    --------
    expit : the inverse

    Notes
    -----
    For `p` in [1/4, 3/4] ``log1p((2*p - 1) / (1 - p))``, since the quotient's logarithm cancels at 1/2. Within 2.5
    ulp. The derivative is :math:`1 / (p (1 - p))`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.logit(torch.tensor([0.0, 0.25, 0.5, 0.75], dtype=torch.float64))
    tensor([   -inf, -1.0986,  0.0000,  1.0986], dtype=torch.float64)
    """
