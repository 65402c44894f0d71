"""Laguerre's functions of real degree and their derivatives. The mathematics is in csrc/special/laguerre_function.h."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, linear, nan, not_implemented, rectangle, values
from sci._core.dispatch import elementwise

_THIRD = not_implemented("a third derivative of Laguerre's function in which a parameter takes part twice")


def _laguerre(mp: Any, v: Any, alpha: Any, x: Any) -> Any:
    with mp.workdps(mp.dps + 30 + int(abs(v) + abs(x))):
        return mp.laguerre(v, alpha, x)


def _reference(mp: Any, i: Any, j: Any, v: Any, alpha: Any, x: Any) -> Any:
    """Reference: a derivative in the parameters."""
    with mp.workdps(mp.dps + 10):
        return mp.diff(lambda v, a: _laguerre(mp, v, a, x), (v, alpha), (int(i), int(j)))


def _orders(*orders: tuple[int, int]) -> tuple[Group, ...]:
    found = []
    for i, j in orders:
        order: dict[str, Any] = {"i": values(i), "j": values(j)}
        found += [
            Group(f"{i}{j}", **order, v=linear(-2, 9), alpha=linear(-0.8, 3), x=linear(-3, 20), count=8),
            Group(f"{i}{j}, whole", **order, v=values(2.0, 4.0, 7.0), alpha=linear(-0.8, 3), x=linear(0, 9), count=4),
            Group(
                f"{i}{j}, plane",
                **order,
                v=linear(-2, 8),
                alpha=linear(-0.8, 3),
                x=rectangle((-3, 9), (0.1, 5)),
                count=4,
            ),
        ]
    return tuple(found)


@elementwise(
    "special/laguerre_function.h",
    "i i r r r -> r, i i r r c -> c",
    partials=(discrete, discrete, _THIRD, _THIRD, _THIRD),
    reference=_reference,
    samples=_orders((2, 0), (1, 1), (0, 2)),
    special=((2, 0, 1.0, nan, 0.5, nan), (1, 0, 1.0, 2.0, 0.5, nan)),
    # Second derivatives are small beside the terms that make them, those of the gamma functions and of the series.
    ulp=Ulp(float64=4096, float32=2, complex128=256, complex64=2),
    public=False,
)
def laguerre_function_second(i: Any, j: Any, v: Any, alpha: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`laguerre_function` in parameters, :math:`\partial^2 / \partial v^i\,\partial \alpha^j`.

    Parameters
    ----------
    i, j : tensor_like of integers
        The orders, not negative, :math:`i + j = 2`; NaN results from others.
    v, alpha : tensor_like
        Degree and parameter, real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative. Its own derivatives raise.
    """


@elementwise(
    "special/laguerre_function.h",
    "i i r r r -> r, i i r r c -> c",
    partials=(
        discrete,
        discrete,
        lambda i, j, v, alpha, x, out: laguerre_function_second(i + 1, j, v, alpha, x),
        lambda i, j, v, alpha, x, out: laguerre_function_second(i, j + 1, v, alpha, x),
        lambda i, j, v, alpha, x, out: -laguerre_function_first(i, j, v - 1, alpha + 1, x),
    ),
    reference=_reference,
    samples=_orders((1, 0), (0, 1)),
    special=((1, 0, 1.0, nan, 0.5, nan), (2, 0, 1.0, 2.0, 0.5, nan)),
    ulp=Ulp(float64=128, float32=2, complex128=64, complex64=2, partials=4096),
    public=False,
    sorted=True,
)
def laguerre_function_first(i: Any, j: Any, v: Any, alpha: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    First derivative of :func:`laguerre_function` in a parameter: `v` for `i` = 1, `alpha` for `j` = 1.

    Parameters
    ----------
    i, j : tensor_like of integers
        The orders, not negative, :math:`i + j = 1`; NaN results from others.
    v, alpha : tensor_like
        Degree and parameter, real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative.
    """


@elementwise(
    "special/laguerre_function.h",
    "r r r -> r, r r c -> c",
    partials=(
        lambda v, alpha, x, out: laguerre_function_first(1, 0, v, alpha, x),
        lambda v, alpha, x, out: laguerre_function_first(0, 1, v, alpha, x),
        lambda v, alpha, x, out: -laguerre_function(v - 1, alpha + 1, x),
    ),
    reference=_laguerre,
    samples=(
        Group("core", v=linear(-3, 12), alpha=linear(-0.9, 4), x=linear(-4, 25), count=40),
        Group("whole", v=values(0.0, 1.0, 4.0, 9.0), alpha=linear(-0.9, 3), x=linear(-2, 20), count=24),
        Group("large", v=linear(20, 150), alpha=linear(-0.9, 9), x=linear(0, 150), count=24, dtypes=("float64",)),
        Group("plane", v=linear(-3, 20), alpha=linear(-0.9, 4), x=rectangle((-5, 15), (0.1, 9)), count=24),
    ),
    special=((2.5, 0.0, 0.0, 1.0), (0.5, 0.0, nan, nan), (nan, 0.0, 0.5, nan), (2e6, 0.0, 0.5, nan)),
    ulp=Ulp(float64=64, float32=2, complex128=32, complex64=2, partials=512),
    public=False,
    sorted=True,
)
def laguerre_function(v: Any, alpha: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Laguerre's function of real degree, the polynomial for whole ones.

    .. math::
        L_v^{(\alpha)}(x) = \frac{\Gamma(v + \alpha + 1)}{\Gamma(v + 1)\,\Gamma(\alpha + 1)}
            {}_1F_1(-v; \alpha + 1; x)

    Derivatives in the parameters, to the second order, are the same algorithm on dual numbers.
    """
