"""The Box-Cox transforms and their inverses."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, near, values
from sci._core.dispatch import elementwise

from ._logarithm import log1p, log1p_moment
from ._power import power_over_base


def _transform(mp: Any, log: Any, lmbda: Any) -> Any:
    return mp.expm1(lmbda * log) / lmbda if lmbda else log


def _finite(lmbda: Tensor, one: Tensor) -> Tensor:
    """`lmbda`, but 0 for an infinite one where the number transformed is 1: there all transforms are one."""
    return torch.where(one & lmbda.isinf(), 0, lmbda)


def _integrand(n: Tensor, log: Tensor, lmbda: Tensor) -> Tensor:
    """t^n e^(lambda t) at t = log."""
    gone = log.isinf() & (log * lmbda < 0)
    t = torch.where(gone, 0, log)
    # By the square: the forward derivative of a power takes the logarithm of its base for any exponent.
    power = torch.where(n % 2 == 1, t, torch.ones_like(t)) * (t * t) ** (n // 2)
    return torch.where(gone, 0, power * torch.exp(lmbda * t))


def _moment(mp: Any, n: Any, log: Any, lmbda: Any) -> Any:
    """Kummer's function, DLMF 13.4.1."""
    return log ** (n + 1) * mp.hyp1f1(n + 1, n + 2, lmbda * log) / (n + 1)


@elementwise(
    "special/boxcox.h",
    "i r r -> r",
    partials=(
        discrete,
        lambda n, log, lmbda, out: _integrand(n, log, lmbda),
        lambda n, log, lmbda, out: boxcox_moment(n + 1, log, lmbda),
    ),
    reference=_moment,
    samples=(
        Group("core", n=values(0, 1, 2, 3), log=linear(-6, 6), lmbda=linear(-4, 4)),
        Group("wide", n=values(1, 2), log=linear(-40, 40), lmbda=linear(-8, 8), count=24, dtypes=("float64",)),
        Group("wide", n=values(1, 2), log=linear(-20, 20), lmbda=linear(-3, 3), count=24, dtypes=("float32",)),
        Group("small", n=values(1, 2), log=logarithmic(1e-6, 1), lmbda=logarithmic(-1e-6, -1e-3), count=12),
    ),
    special=(
        (1, 0.0, 2.0, 0.0),
        (1, -inf, 2.0, 0.25),
        (2, -inf, 2.0, -0.25),
        (3, inf, -2.0, 0.375),
        (2, -inf, -1.0, -inf),
        (3, -inf, -1.0, inf),
        (1, nan, 1.0, nan),
        (-1, 1.0, 1.0, nan),
    ),
    ulp=Ulp(float64=12, float32=12, partials=16),
    public=False,
    sorted=True,
)
def boxcox_moment(n: Any, log: Any, lmbda: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of order `n` of the Box-Cox transform of :math:`e^{\mathrm{log}}` in `lmbda`.

    .. math:: \int_0^{\mathrm{log}} t^n e^{\lambda t}\,dt

    Its derivative in `log` is the integrand, without the cancellation between a power of `log` and a moment of the
    exponential function that it is made of.

    Parameters
    ----------
    n : tensor_like of integers
        Order, 0 to 64; NaN results outside.
    log, lmbda : tensor_like
        Real arguments.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative.
    """


@elementwise(
    "special/boxcox.h",
    "r r -> r",
    partials=(
        lambda x, lmbda, out: power_over_base(x, _finite(lmbda, x == 1)),
        lambda x, lmbda, out: boxcox_moment(1, torch.log(x), _finite(lmbda, x == 1)),
    ),
    reference=lambda mp, x, lmbda: _transform(mp, mp.log(x), lmbda),
    samples=(
        Group("core", x=linear(0, 5), lmbda=linear(-3, 3)),
        Group("about x = 1", x=near(1.0, 1.01), lmbda=linear(-3, 3)),
        Group("small lambda", x=logarithmic(1e-5, 1e5), lmbda=logarithmic(1e-20, 1e-3)),
        Group("lambda = 0", x=linear(0, 5), lmbda=values(0.0), count=12),
        Group("wide", x=logarithmic(1e-10, 1e10), lmbda=linear(-3, 3)),
    ),
    special=(
        (0.0, 1.0, -1.0),
        (0.0, 0.0, -inf),
        (0.0, -1.0, -inf),
        (inf, 0.0, inf),
        (inf, -1.0, 1.0),
        (inf, 1.0, inf),
        (-1.0, 2.0, nan),
        (1.0, 2.0, 0.0),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=4, float32=4, partials=16),
    wide=True,
    pullback="arguments",
)
def boxcox(x: Any, lmbda: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Box-Cox transform, ``(x**lmbda - 1) / lmbda``, ``log(x)`` for ``lmbda = 0``.

    Parameters
    ----------
    x : tensor_like
        Real argument, not negative (NaN results otherwise).
    lmbda : tensor_like
        Real power parameter.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The transform of `x`.

    See Also
    --------
    inv_boxcox : the inverse
    boxcox1p : of ``1 + x``

    Notes
    -----
    ``L * exprel(lmbda * L)`` with ``L = log(x)``: smooth through ``lmbda = 0``. The derivatives are
    :math:`x^{\lambda - 1}` in `x` and :math:`L^2 \int_0^1 t\, e^{\lambda L t} dt` in `lmbda`, whose textbook form
    cancels.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.boxcox(torch.tensor([0.5, 1.0, 4.0], dtype=torch.float64), 0.5)
    tensor([-0.5858,  0.0000,  2.0000], dtype=torch.float64)
    """


@elementwise(
    "special/boxcox.h",
    "r r -> r",
    partials=(
        lambda x, lmbda, out: torch.where(
            x == -1, power_over_base(1 + x, lmbda), torch.exp(_finite(lmbda, x == 0) * log1p(x)) / (1 + x)
        ),
        lambda x, lmbda, out: boxcox_moment(1, log1p(x), _finite(lmbda, x == 0)),
    ),
    reference=lambda mp, x, lmbda: _transform(mp, mp.log1p(x), lmbda),
    samples=(
        Group("core", x=linear(-0.9, 5), lmbda=linear(-3, 3)),
        Group("small x", x=logarithmic(-1e-20, -1e-3), lmbda=linear(-3, 3)),
        Group("small lambda", x=logarithmic(1e-5, 1e5), lmbda=logarithmic(1e-20, 1e-3)),
        Group("lambda = 0", x=linear(0, 5), lmbda=values(0.0), count=12),
    ),
    special=(
        (-1.0, 1.0, -1.0),
        (-1.0, 0.0, -inf),
        (inf, -1.0, 1.0),
        (-2.0, 2.0, nan),
        (0.0, 2.0, 0.0),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=4, float32=4, partials=16),
    wide=True,
    pullback="arguments",
)
def boxcox1p(x: Any, lmbda: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Box-Cox transform of ``1 + x``, accurate for small `x`.

    Parameters
    ----------
    x : tensor_like
        Real argument, not below -1 (NaN results otherwise).
    lmbda : tensor_like
        Real power parameter.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``((1 + x)**lmbda - 1) / lmbda``, ``log1p(x)`` for ``lmbda = 0``.

    See Also
    --------
    inv_boxcox1p : the inverse
    boxcox

    Notes
    -----
    As `boxcox` with ``L = log1p(x)``. The derivatives are :math:`(1 + x)^{\lambda - 1}` in `x` and
    :math:`L^2 \int_0^1 t\, e^{\lambda L t} dt` in `lmbda`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.boxcox1p(torch.tensor([1e-12, 0.5, 3.0], dtype=torch.float64), 0.5)
    tensor([1.0000e-12, 4.4949e-01, 2.0000e+00], dtype=torch.float64)
    """


def _inverse_log(mp: Any, y: Any, lmbda: Any) -> Any:
    return mp.log1p(lmbda * y) / lmbda if lmbda else y


def _inverse_slopes(y: Tensor, lmbda: Tensor) -> tuple[Tensor, Tensor]:
    """With x = exp(g), g = y G_0(s), s = lambda y: dx/dy = x / (1 + s), dx/d lambda = -x y^2 G_1(s).

    Where s = -1 they are what (1 + s)^(1/lambda - 1) is there, and y / lambda times that.
    """
    # Each branch holds numbers without effect where the other is taken, or NaN would come back through it.
    gone = (y == -torch.inf) & (lmbda <= 0)  # x is 0
    y = torch.where(gone, 0, y)
    x, s = torch.where(gone, 0, inv_boxcox(y, lmbda)), lmbda * y
    edge = s == -1
    s = torch.where(edge, 0, s)
    power = torch.where(lmbda == 1, 1.0, torch.where((lmbda > 0) & (lmbda < 1), 0.0, torch.inf)).to(x.dtype)
    power = torch.where(edge, power, 0)
    by_lmbda = torch.where(power == 0, power, power * y / torch.where(edge, lmbda, 1))
    return torch.where(edge, power, x / (1 + s)), torch.where(edge, by_lmbda, -x * y * y * log1p_moment(1, s))


_INVERSE = (
    Group("core", y=linear(0, 5), lmbda=linear(-0.15, 3)),
    Group("negative", y=linear(-3, 0), lmbda=linear(-3, 0.3)),
    Group("small lambda", y=linear(-20, 20), lmbda=logarithmic(-1e-20, -1e-3)),
    Group("lambda = 0", y=linear(-5, 5), lmbda=values(0.0), count=12),
    Group("small y", y=logarithmic(1e-20, 1e-3), lmbda=linear(-3, 3)),
)


@elementwise(
    "special/boxcox.h",
    "r r -> r",
    partials=(
        lambda y, lmbda, out: _inverse_slopes(y, lmbda)[0],
        lambda y, lmbda, out: _inverse_slopes(y, lmbda)[1],
    ),
    reference=lambda mp, y, lmbda: mp.exp(_inverse_log(mp, y, lmbda)),
    samples=_INVERSE,
    special=(
        (0.0, 1.0, 1.0),
        (-1.0, 1.0, 0.0),
        (1.0, -1.0, inf),
        (-2.0, 1.0, nan),
        (inf, 1.0, inf),
        (inf, 0.0, inf),
        (-inf, 0.0, 0.0),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=4, float32=4, partials=24),
    wide=True,
    pullback="arguments",
)
def inv_boxcox(y: Any, lmbda: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the Box-Cox transform, ``(lmbda * y + 1)**(1 / lmbda)``, ``exp(y)`` for ``lmbda = 0``.

    Parameters
    ----------
    y : tensor_like
        Real argument.
    lmbda : tensor_like
        Real power parameter.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `x` with ``boxcox(x, lmbda) == y``; NaN where ``lmbda * y < -1``.

    See Also
    --------
    boxcox, inv_boxcox1p

    Notes
    -----
    The derivatives are :math:`x / (1 + \lambda y)` in `y` and
    :math:`-x y^2 \int_0^1 v / (1 + \lambda y v)^2 dv` in `lmbda`, whose textbook form cancels for small ``lmbda * y``.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.inv_boxcox(torch.tensor([-1.0, 0.0, 2.0], dtype=torch.float64), 0.5)
    tensor([0.2500, 1.0000, 4.0000], dtype=torch.float64)
    """


@elementwise(
    "special/boxcox.h",
    "r r -> r",
    partials=(
        lambda y, lmbda, out: _inverse_slopes(y, lmbda)[0],
        lambda y, lmbda, out: _inverse_slopes(y, lmbda)[1],
    ),
    reference=lambda mp, y, lmbda: mp.expm1(_inverse_log(mp, y, lmbda)),
    samples=_INVERSE,
    special=(
        (0.0, 1.0, 0.0),
        (-1.0, 1.0, -1.0),
        (1.0, -1.0, inf),
        (-2.0, 1.0, nan),
        (inf, 0.0, inf),
        (-inf, 0.0, -1.0),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=4, float32=4, partials=24),
    wide=True,
    pullback="arguments",
)
def inv_boxcox1p(y: Any, lmbda: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the Box-Cox transform of ``1 + x``.

    .. math::

        \mathrm{inv\_boxcox1p}(y, \lambda)
        = (1 + \lambda y)^{1 / \lambda} - 1, \qquad e^y - 1 \text{ for } \lambda = 0

    Parameters
    ----------
    y : tensor_like
        Real argument.
    lmbda : tensor_like
        Real power parameter.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `x` with ``boxcox1p(x, lmbda) == y``; NaN where ``lmbda * y < -1``.

    See Also
    --------
    boxcox1p, inv_boxcox

    Notes
    -----
    The derivatives are those of `inv_boxcox`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.inv_boxcox1p(torch.tensor([-1.0, 1e-12, 2.0], dtype=torch.float64), 0.5)
    tensor([-7.5000e-01,  1.0000e-12,  3.0000e+00], dtype=torch.float64)
    """
