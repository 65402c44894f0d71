"""Gauss's hypergeometric function and its derivatives. The mathematics is in csrc/special/hyp2f1.h."""

from __future__ import annotations

from typing import Any

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
    rectangle,
    values,
)
from sci._core.dispatch import elementwise

from ._hyp1f1 import unless_constant

_THIRD = not_implemented("a third derivative of a hypergeometric function in which a parameter takes part twice")


def _reference(mp: Any, i: Any, j: Any, k: Any, a: Any, b: Any, c: Any, z: Any) -> Any:
    """Reference: a derivative in the parameters."""
    with mp.workdps(mp.dps + 10):
        return mp.diff(lambda a, b, c: mp.hyp2f1(a, b, c, z), (a, b, c), (int(i), int(j), int(k)))


def _orders(*orders: tuple[int, int, int]) -> tuple[Group, ...]:
    """Samples of derivatives: each order on the real line and in the plane."""
    found = []
    for i, j, k in orders:
        order: dict[str, Any] = {"i": values(i), "j": values(j), "k": values(k)}
        moderate: dict[str, Any] = {"a": linear(0.3, 3), "b": linear(-2.6, 2.8), "c": linear(0.4, 4)}
        large: dict[str, Any] = {"a": linear(-20, 20), "b": linear(-9, 20), "c": linear(1, 30)}
        found += [
            Group(f"{i}{j}{k}", **order, **moderate, z=linear(-3, 0.95), count=6),
            Group(f"{i}{j}{k}, large", **order, **large, z=linear(-3, 0.9), count=4, dtypes=("float64",)),
            Group(f"{i}{j}{k}, plane", **order, **moderate, z=polar(0.1, 10), count=6),
            Group(f"{i}{j}{k}, whole", **order, a=values(1.0), b=values(2.0), c=values(3.0), z=polar(0.5, 5), count=4),
        ]
    return tuple(found)


def _seconds(index: int) -> Any:
    """Return the rule for the derivative of `hyp2f1_first` in parameter `index`."""

    def rule(i: Tensor, j: Tensor, k: Tensor, a: Tensor, b: Tensor, c: Tensor, z: Tensor, out: Tensor) -> Tensor:
        up = [int(index == n) for n in range(3)]
        return hyp2f1_second(i + up[0], j + up[1], k + up[2], a, b, c, z)

    return rule


def _first_slope(i: Tensor, j: Tensor, k: Tensor, a: Tensor, b: Tensor, c: Tensor, z: Tensor, out: Tensor) -> Tensor:
    # The derivative of F' = a b / c F(a + 1, b + 1; c + 1; z) in the parameter.
    by_front = (i * b + j * a - k * (a * b / c)) / c
    return by_front * hyp2f1(a + 1, b + 1, c + 1, z) + a * b / c * hyp2f1_first(i, j, k, a + 1, b + 1, c + 1, z)


@elementwise(
    "special/hyp2f1.h",
    "i i i r r r r -> r, i i i r r r c -> c",
    partials=(discrete, discrete, discrete, _THIRD, _THIRD, _THIRD, _THIRD),
    reference=_reference,
    samples=_orders((2, 0, 0), (1, 1, 0), (1, 0, 1), (0, 2, 0), (0, 1, 1), (0, 0, 2)),
    special=((2, 0, 0, 1.0, 1.0, nan, 0.5, nan), (1, 0, 0, 1.0, 1.0, 2.0, 0.5, nan)),
    ulp=Ulp(float64=2, float32=2),
    public=False,
    sorted=True,
)
def hyp2f1_second(i: Any, j: Any, k: Any, a: Any, b: Any, c: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`hyp2f1` in parameters, :math:`\partial^2 F / \partial a^i \partial b^j \partial c^k`.

    Parameters
    ----------
    i, j, k : tensor_like of integers
        The orders, not negative, :math:`i + j + k = 2`; NaN results from others.
    a, b, c : tensor_like
        Parameters, real.
    z : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative; NaN at the poles in `c` and on the real line beyond 1. Its own derivatives raise.
    """


@elementwise(
    "special/hyp2f1.h",
    "i i i r r r r -> r, i i i r r r c -> c",
    partials=(discrete, discrete, discrete, _seconds(0), _seconds(1), _seconds(2), _first_slope),
    reference=_reference,
    samples=_orders((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    special=((1, 0, 0, 1.0, 1.0, nan, 0.5, nan), (2, 0, 0, 1.0, 1.0, 2.0, 0.5, nan)),
    ulp=Ulp(float64=2, float32=2, partials=32),
    public=False,
    sorted=True,
)
def hyp2f1_first(i: Any, j: Any, k: Any, a: Any, b: Any, c: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    First derivative of :func:`hyp2f1` in a parameter: `a` for `i` = 1, `b` for `j` = 1, `c` for `k` = 1.

    Parameters
    ----------
    i, j, k : tensor_like of integers
        The orders, not negative, :math:`i + j + k = 1`; NaN results from others.
    a, b, c : tensor_like
        Parameters, real.
    z : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative; NaN at the poles in `c` and on the real line beyond 1.
    """


@elementwise(
    "special/hyp2f1.h",
    "r r r r -> r, r r r c -> c",
    partials=(
        lambda a, b, c, z, out: hyp2f1_first(1, 0, 0, a, b, c, z),
        lambda a, b, c, z, out: hyp2f1_first(0, 1, 0, a, b, c, z),
        lambda a, b, c, z, out: hyp2f1_first(0, 0, 1, a, b, c, z),
        lambda a, b, c, z, out: a * b / c * unless_constant(a * b, out, hyp2f1(a + 1, b + 1, c + 1, z)),
    ),
    reference=lambda mp, a, b, c, z: mp.hyp2f1(a, b, c, z),
    samples=(
        Group("core", a=linear(-3, 3), b=linear(-3, 3), c=linear(-3, 4), z=linear(-0.95, 0.95)),
        Group("beside 1", a=linear(-3, 3), b=linear(-3, 3), c=linear(0.1, 4), z=linear(0.9, 0.999), count=24),
        Group("negative z", a=linear(-3, 3), b=linear(-3, 3), c=linear(-3, 4), z=logarithmic(-1e4, -1), count=32),
        Group("large", a=linear(-40, 40), b=linear(-40, 40), c=linear(1, 60), z=linear(-2, 0.9), dtypes=("float64",)),
        Group("whole", a=values(1.0, 2.0), b=values(1.0, 3.0), c=values(2.0, 5.0), z=values(-3.0, -0.5, 0.7, 0.97)),
        Group("half", a=values(0.5), b=values(0.5, 1.0), c=values(1.5, 1.0), z=values(-30.0, -1.1, 0.8, 0.99)),
        Group("polynomial", a=values(-3.0), b=values(1.25, -0.5), c=values(0.75, -4.5), z=values(-20.0, 0.3, 0.9)),
        Group("plane", a=linear(-3, 3), b=linear(-3, 3), c=linear(-3, 4), z=polar(0.1, 10)),
        Group("plane, far", a=linear(-3, 3), b=linear(-3, 3), c=linear(0.1, 4), z=polar(10, 1e5), count=16),
        Group(
            "corner", a=linear(-3, 3), b=linear(-3, 3), c=linear(0.1, 4), z=rectangle((0.4, 0.6), (0.8, 0.95)), count=12
        ),
        Group("plane, whole", a=values(1.0), b=values(1.0, 2.0), c=values(2.0), z=polar(0.2, 8), count=16),
        Group(
            "plane, large",
            a=linear(-30, 30),
            b=linear(-30, 30),
            c=linear(1, 40),
            z=polar(0.1, 10),
            dtypes=("float64",),
        ),
    ),
    special=(
        (1.0, 2.0, 3.0, 0.0, 1.0),
        (1.0, 2.0, -1.0, 0.0, 1.0),
        (1.0, 2.0, 4.0, 1.0, 3.0),
        (1.0, 2.0, 3.0, 1.0, inf),
        (1.0, 2.0, 0.0, 0.5, inf),
        (1.0, 2.0, -1.0, 0.5, inf),
        (-1.0, 2.0, -2.0, 0.5, 1.5),
        (1.5, 2.0, 3.0, 2.0, inf),
        (-1.0, 2.0, 4.0, 3.0, -0.5),
        (0.5, 2.0, 0.5, 0.75, 16.0),
        (1.0, 1.0, inf, 0.5, 1.0),
        (nan, 1.0, 1.0, 0.5, nan),
        (1.0, nan, 1.0, 0.5, nan),
        (1.0, 1.0, nan, 0.5, nan),
        (1.0, 1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=2, complex128=32, complex64=2, partials=32),
    sorted=True,
)
def hyp2f1(a: Any, b: Any, c: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Gauss's hypergeometric function.

    .. math::
        {}_2F_1(a, b; c; z) = \sum_{n=0}^\infty \frac{(a)_n (b)_n}{(c)_n} \frac{z^n}{n!}

    and its analytic continuation, with a cut along :math:`z > 1`.

    Parameters
    ----------
    a, b, c : tensor_like
        Parameters, real.
    z : tensor_like
        Argument, real or complex. On the cut the sign of the imaginary part, of a zero too, tells the side.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function, in the promoted dtype and the broadcast shape; infinite for real :math:`z > 1` unless it is a
        polynomial, and where `c` is 0, -1, -2, ... and no polynomial ends before the pole.

    Raises
    ------
    TypeError
        Where a parameter is complex, or an argument holds no numbers.

    See Also
    --------
    hyp1f1, hyp0f1

    Notes
    -----
    The power series about 0, 1 or infinity [1]_, each in the best of its four forms by Kummer's transformations, with
    an estimate of the error, or that in powers of :math:`z/(z-2)` [3]_, which converges between their discs too. Where
    more than a few digits cancel the same in double-double arithmetic, or Taylor steps of the differential equation.

    The derivative is :math:`F' = \frac{ab}{c} {}_2F_1(a+1, b+1; c+1; z)`. Derivatives in the parameters, to the second
    order, are the same algorithms on dual numbers; a third one raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 15.8. https://dlmf.nist.gov/15.8
    .. [2] J. W. Pearson, S. Olver and M. A. Porter, "Numerical methods for the computation of the confluent and Gauss
       hypergeometric functions", Numer. Algorithms 74 (2017), 821-866.
    .. [3] J. L. Lopez and N. M. Temme, "New series expansions of the Gauss hypergeometric function", Adv. Comput.
       Math. 39 (2013), 349-365.

    Examples
    --------
    >>> import torch, sci
    >>> z = torch.tensor([-1.0, 0.5, 0.9], dtype=torch.float64)
    >>> sci.special.hyp2f1(1.0, 1.0, 2.0, z)
    tensor([0.6931, 1.3863, 2.5584], dtype=torch.float64)
    """
