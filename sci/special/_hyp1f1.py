"""Kummer's confluent hypergeometric function and its derivatives. The mathematics is in csrc/special/hyp1f1.h."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import (
    Group,
    Ulp,
    discrete,
    inf,
    linear,
    logarithmic,
    nan,
    not_implemented,
    polar,
    values,
)
from sci._core.dispatch import elementwise

_THIRD = not_implemented("a third derivative of a hypergeometric function in which a parameter takes part twice")


def _reference(mp: Any, i: Any, j: Any, a: Any, b: Any, z: Any) -> Any:
    """Reference: a derivative in the parameters."""
    with mp.workdps(mp.dps + 10):
        return mp.diff(lambda a, b: mp.hyp1f1(a, b, z), (a, b), (int(i), int(j)))


def _orders(*orders: tuple[int, int]) -> tuple[Group, ...]:
    """Samples of derivatives: each order on the real line and in the plane."""
    found = []
    for i, j in orders:
        order: dict[str, Any] = {"i": values(i), "j": values(j)}
        moderate: dict[str, Any] = {"a": linear(0.3, 3), "b": linear(0.4, 4)}
        large: dict[str, Any] = {"a": linear(-15, 20), "b": linear(1, 30)}
        found += [
            Group(f"{i}{j}", **order, **moderate, z=linear(-8, 8), count=6),
            Group(f"{i}{j}, large", **order, **large, z=linear(-30, 30), count=4, dtypes=("float64",)),
            Group(f"{i}{j}, plane", **order, **moderate, z=polar(0.1, 30), count=6),
        ]
    return tuple(found)


def _second(index: int) -> Any:
    """Return the rule for the derivative of `hyp1f1_first` in parameter `index`."""

    def rule(i: Tensor, j: Tensor, a: Tensor, b: Tensor, z: Tensor, out: Tensor) -> Tensor:
        return hyp1f1_second(i + int(index == 0), j + int(index == 1), a, b, z)

    return rule


def unless_constant(factor: Tensor, out: Tensor, raised: Tensor) -> Tensor:
    """Keep the overflow of a function of raised parameters from a factor of 0, where the function `out` is 1."""
    return torch.where((factor == 0) & (out == 1) & ~raised.isfinite(), 0, raised)


def _first_slope(i: Tensor, j: Tensor, a: Tensor, b: Tensor, z: Tensor, out: Tensor) -> Tensor:
    # The derivative of M' = a / b M(a + 1, b + 1, z) in the parameter.
    return (i - j * (a / b)) / b * hyp1f1(a + 1, b + 1, z) + a / b * hyp1f1_first(i, j, a + 1, b + 1, z)


@elementwise(
    "special/hyp1f1.h",
    "i i r r r -> r, i i r r c -> c",
    partials=(discrete, discrete, _THIRD, _THIRD, _THIRD),
    reference=_reference,
    samples=_orders((2, 0), (1, 1), (0, 2)),
    special=((2, 0, nan, 1.0, 0.5, nan), (1, 0, 1.0, 2.0, 0.5, nan)),
    ulp=Ulp(float64=2, float32=2),
    public=False,
    sorted=True,
)
def hyp1f1_second(i: Any, j: Any, a: Any, b: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`hyp1f1` in its parameters, :math:`\partial^2 M / \partial a^i \partial b^j`.

    Parameters
    ----------
    i, j : tensor_like of integers
        The orders, not negative, :math:`i + j = 2`; NaN results from others.
    a, b : tensor_like
        Parameters, real.
    z : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative; NaN at the poles in `b`. Its own derivatives raise.
    """


@elementwise(
    "special/hyp1f1.h",
    "i i r r r -> r, i i r r c -> c",
    partials=(discrete, discrete, _second(0), _second(1), _first_slope),
    reference=_reference,
    samples=_orders((1, 0), (0, 1)),
    special=((1, 0, nan, 1.0, 0.5, nan), (2, 0, 1.0, 2.0, 0.5, nan)),
    ulp=Ulp(float64=2, float32=2, partials=32),
    public=False,
    sorted=True,
)
def hyp1f1_first(i: Any, j: Any, a: Any, b: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    First derivative of :func:`hyp1f1` in a parameter: `a` for `i` = 1, `b` for `j` = 1.

    Parameters
    ----------
    i, j : tensor_like of integers
        The orders, not negative, :math:`i + j = 1`; NaN results from others.
    a, b : tensor_like
        Parameters, real.
    z : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative; NaN at the poles in `b`.
    """


@elementwise(
    "special/hyp1f1.h",
    "r r r -> r, r r c -> c",
    partials=(
        lambda a, b, x, out: hyp1f1_first(1, 0, a, b, x),
        lambda a, b, x, out: hyp1f1_first(0, 1, a, b, x),
        lambda a, b, x, out: a / b * unless_constant(a, out, hyp1f1(a + 1, b + 1, x)),
    ),
    reference=lambda mp, a, b, x: mp.hyp1f1(a, b, x),
    samples=(
        Group("core", a=linear(-3, 3), b=linear(-3, 4), x=linear(-10, 10)),
        Group("positive", a=linear(-3, 3), b=linear(0.1, 4), x=logarithmic(10, 80), count=24),
        Group("negative", a=linear(-3, 3), b=linear(0.1, 4), x=logarithmic(-1e4, -10), count=24),
        Group("large", a=linear(-40, 40), b=linear(1, 60), x=linear(-100, 100), count=32, dtypes=("float64",)),
        Group(
            "negative a, large z", a=linear(-60, -10), b=linear(0.5, 3), x=linear(5, 80), count=16, dtypes=("float64",)
        ),
        Group("polynomial", a=values(-3.0), b=values(1.25, 2.5), x=values(-20.0, 0.3, 9.0)),
        Group("plane", a=linear(-3, 3), b=linear(-3, 4), x=polar(0.1, 60)),
        Group("plane, large", a=linear(-30, 30), b=linear(1, 40), x=polar(0.1, 100), count=32, dtypes=("float64",)),
    ),
    special=(
        (1.0, 2.0, 0.0, 1.0),
        (1.0, 0.0, 0.5, inf),
        (1.0, -1.0, 0.5, inf),
        (-1.0, -2.0, 0.5, 1.25),
        (-2.0, -1.0, 0.5, inf),
        (-1.0, -1.0, 0.5, 1.5),
        (0.0, 2.0, 3.0, 1.0),
        (1.0, 2.0, inf, inf),
        (1.0, 2.0, -inf, 0.0),
        (1.0, inf, 2.0, 1.0),
        (nan, 1.0, 1.0, nan),
        (1.0, nan, 1.0, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=2, complex128=32, complex64=2, partials=32),
    sorted=True,
)
def hyp1f1(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Kummer's confluent hypergeometric function.

    .. math::
        M(a, b, z) = {}_1F_1(a; b; z) = \sum_{n=0}^\infty \frac{(a)_n}{(b)_n} \frac{z^n}{n!}

    Parameters
    ----------
    a, b : tensor_like
        Parameters, real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function, in the promoted dtype and the broadcast shape; infinite where `b` is 0, -1, -2, ... and no
        polynomial ends before the pole.

    Raises
    ------
    TypeError
        Where a parameter is complex, or an argument holds no numbers.

    See Also
    --------
    hyp0f1, hyp2f1

    Notes
    -----
    The power series, plain or by :math:`M(a, b, z) = e^z M(b-a, b, -z)`, and the asymptotic series [1]_, with an
    estimate of the error; where the real function oscillates, recurrence down from a larger `b`. Where more than a few
    digits cancel the same in double-double arithmetic, or Taylor steps of the differential equation from 0.

    The derivative is :math:`M' = \frac ab M(a+1, b+1, z)`. Derivatives in the parameters, to the second order, are the
    same algorithms on dual numbers; a third one raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 13.2 and 13.7. https://dlmf.nist.gov/13.7
    .. [2] J. W. Pearson, S. Olver and M. A. Porter, "Numerical methods for the computation of the confluent and Gauss
       hypergeometric functions", Numer. Algorithms 74 (2017), 821-866.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.hyp1f1(1.0, 2.0, torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64))
    tensor([0.6321, 1.0000, 1.7183], dtype=torch.float64)
    """
