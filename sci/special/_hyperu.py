"""Tricomi's confluent hypergeometric function and its derivatives. The mathematics is in csrc/special/hyperu.h."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, not_implemented, values
from sci._core.dispatch import elementwise

from ._hyp1f1 import unless_constant

_THIRD = not_implemented("a third derivative of a hypergeometric function in which a parameter takes part twice")


def _reference(mp: Any, i: Any, j: Any, a: Any, b: Any, x: Any) -> Any:
    """Reference: a derivative in the parameters."""
    with mp.workdps(mp.dps + 10):
        return mp.diff(lambda a, b: mp.hyperu(a, b, x), (a, b), (int(i), int(j)))


def _orders(*orders: tuple[int, int]) -> tuple[Group, ...]:
    """Samples of derivatives."""
    found = []
    for i, j in orders:
        order: dict[str, Any] = {"i": values(i), "j": values(j)}
        found += [
            Group(f"{i}{j}", **order, a=linear(0.3, 3), b=linear(-2.4, 4), x=logarithmic(0.1, 30), count=8),
            Group(f"{i}{j}, whole", **order, a=values(1.5), b=values(1.0, 2.0), x=values(0.5, 5.0)),
        ]
    return tuple(found)


def _second(index: int) -> Any:
    """Return the rule for the derivative of `hyperu_first` in parameter `index`."""

    def rule(i: Tensor, j: Tensor, a: Tensor, b: Tensor, x: Tensor, out: Tensor) -> Tensor:
        return hyperu_second(i + int(index == 0), j + int(index == 1), a, b, x)

    return rule


def _first_slope(i: Tensor, j: Tensor, a: Tensor, b: Tensor, x: Tensor, out: Tensor) -> Tensor:
    # The derivative of U' = -a U(a + 1, b + 1, x) in the parameter.
    return -i * hyperu(a + 1, b + 1, x) - a * hyperu_first(i, j, a + 1, b + 1, x)


@elementwise(
    "special/hyperu.h",
    "i i r r r -> r",
    partials=(discrete, discrete, _THIRD, _THIRD, _THIRD),
    reference=_reference,
    samples=_orders((2, 0), (1, 1), (0, 2)),
    special=((2, 0, nan, 1.0, 0.5, nan), (1, 0, 1.0, 2.0, 0.5, nan)),
    ulp=Ulp(float64=2, float32=2),
    public=False,
    sorted=True,
)
def hyperu_second(i: Any, j: Any, a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`hyperu` in its parameters, :math:`\partial^2 U / \partial a^i \partial b^j`.

    Parameters
    ----------
    i, j : tensor_like of integers
        The orders, not negative, :math:`i + j = 2`; NaN results from others.
    a, b : tensor_like
        Parameters, real.
    x : tensor_like
        Argument, real and positive.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative. Its own derivatives raise.
    """


@elementwise(
    "special/hyperu.h",
    "i i r r r -> r",
    partials=(discrete, discrete, _second(0), _second(1), _first_slope),
    reference=_reference,
    samples=_orders((1, 0), (0, 1)),
    special=((1, 0, nan, 1.0, 0.5, nan), (2, 0, 1.0, 2.0, 0.5, nan)),
    ulp=Ulp(float64=2, float32=2, partials=32),
    public=False,
    sorted=True,
)
def hyperu_first(i: Any, j: Any, a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    First derivative of :func:`hyperu` in a parameter: `a` for `i` = 1, `b` for `j` = 1.

    Parameters
    ----------
    i, j : tensor_like of integers
        The orders, not negative, :math:`i + j = 1`; NaN results from others.
    a, b : tensor_like
        Parameters, real.
    x : tensor_like
        Argument, real and positive.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative.
    """


@elementwise(
    "special/hyperu.h",
    "r r r -> r",
    partials=(
        lambda a, b, x, out: hyperu_first(1, 0, a, b, x),
        lambda a, b, x, out: hyperu_first(0, 1, a, b, x),
        lambda a, b, x, out: -a * unless_constant(a, out, hyperu(a + 1, b + 1, x)),
    ),
    reference=lambda mp, a, b, x: mp.hyperu(a, b, x),
    samples=(
        Group("core", a=linear(-3, 3), b=linear(-3, 4), x=logarithmic(0.01, 40)),
        Group("large x", a=linear(-3, 3), b=linear(-3, 4), x=logarithmic(40, 1e5), count=16),
        Group("whole b", a=values(0.5, -1.5), b=values(-1.0, 1.0, 3.0), x=values(0.03125, 1.5, 12.0)),
        Group("polynomial", a=values(-3.0), b=values(1.25, 2.0), x=values(0.3, 9.0)),
        Group("large", a=linear(-20, 30), b=linear(-20, 30), x=logarithmic(0.1, 80), count=24, dtypes=("float64",)),
    ),
    special=(
        (1.0, 0.5, 0.0, 2.0),
        (1.0, 2.0, 0.0, inf),
        (1.0, 1.0, 0.0, inf),
        (-2.0, 0.5, 0.0, 0.75),
        (-1.0, 2.0, 0.0, -2.0),
        (1.0, 2.0, -1.0, nan),
        (1.0, 2.0, inf, 0.0),
        (-1.0, 2.0, inf, inf),
        (0.0, 1.0, 3.0, 1.0),
        (nan, 1.0, 1.0, nan),
        (1.0, nan, 1.0, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=2, partials=32),
    sorted=True,
)
def hyperu(a: Any, b: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Tricomi's confluent hypergeometric function.

    The solution :math:`U(a, b, x)` of :math:`x w'' + (b - x) w' - a w = 0` with :math:`U \sim x^{-a}` for large `x`.

    Parameters
    ----------
    a, b : tensor_like
        Parameters, real.
    x : tensor_like
        Argument, real and not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function, in the promoted dtype and the broadcast shape; NaN for negative `x`.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    hyp1f1

    Notes
    -----
    The asymptotic series, or the sum of two functions :math:`M` [1]_, interpolated in `b` where that is whole, or
    Taylor steps of the differential equation from large `x`: in double or double-double, as an estimate of the error
    says.

    The derivative is :math:`U' = -a\, U(a+1, b+1, x)`. Derivatives in the parameters, to the second order, are the same
    algorithms on dual numbers; a third one raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 13.2 and 13.7. https://dlmf.nist.gov/13.2

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.hyperu(1.0, 1.0, torch.tensor([0.5, 1.0, 10.0], dtype=torch.float64))
    tensor([0.9229, 0.5963, 0.0916], dtype=torch.float64)
    """
