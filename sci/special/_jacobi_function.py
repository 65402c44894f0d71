"""Jacobi's functions of real degree and their derivatives. The mathematics is in csrc/special/jacobi_function.h."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, linear, nan, not_implemented, rectangle, values
from sci._core.dispatch import elementwise

from ._poch import poch
from ._rgamma import rgamma

_THIRD = not_implemented("a third derivative of Jacobi's function in which a parameter takes part twice")


def _jacobi(mp: Any, v: Any, alpha: Any, beta: Any, x: Any) -> Any:
    with mp.workdps(mp.dps + 30 + int(abs(v))):
        return mp.jacobi(v, alpha, beta, x)


def _reference(mp: Any, i: Any, j: Any, k: Any, v: Any, alpha: Any, beta: Any, x: Any) -> Any:
    """Reference: a derivative in the parameters."""
    with mp.workdps(mp.dps + 10):
        orders = (int(i), int(j), int(k))
        return mp.diff(lambda v, a, b: _jacobi(mp, v, a, b, x), (v, alpha, beta), orders)


def _orders(*orders: tuple[int, int, int]) -> tuple[Group, ...]:
    """Samples of derivatives: each order on the real line and in the plane."""
    found = []
    for i, j, k in orders:
        order: dict[str, Any] = {"i": values(i), "j": values(j), "k": values(k)}
        parameters: dict[str, Any] = {"alpha": linear(-0.8, 3), "beta": linear(-0.7, 2)}
        found += [
            Group(f"{i}{j}{k}", **order, v=linear(-2, 8), **parameters, x=linear(-0.9, 1.5), count=6),
            Group(f"{i}{j}{k}, whole", **order, v=values(2.0, 4.0, 7.0), **parameters, x=linear(-0.9, 1), count=4),
            Group(f"{i}{j}{k}, plane", **order, v=linear(-2, 8), **parameters, x=rectangle((-2, 2), (0.1, 2)), count=4),
        ]
    return tuple(found)


def _seconds(index: int) -> Any:
    """Return the rule for the derivative of `jacobi_function_first` in parameter `index`."""

    def rule(i: Tensor, j: Tensor, k: Tensor, v: Tensor, alpha: Tensor, beta: Tensor, x: Tensor, out: Tensor) -> Tensor:
        up = [int(index == n) for n in range(3)]
        return jacobi_function_second(i + up[0], j + up[1], k + up[2], v, alpha, beta, x)

    return rule


def _first_slope(
    i: Tensor, j: Tensor, k: Tensor, v: Tensor, alpha: Tensor, beta: Tensor, x: Tensor, out: Tensor
) -> Tensor:
    # The derivative of P' = (v + alpha + beta + 1)/2 P_{v-1}^(alpha+1, beta+1) in the parameter.
    scale = (v + alpha + beta + 1) / 2
    return jacobi_function(v - 1, alpha + 1, beta + 1, x) / 2 + scale * jacobi_function_first(
        i, j, k, v - 1, alpha + 1, beta + 1, x
    )


@elementwise(
    "special/jacobi_function.h",
    "i i i r r r r -> r, i i i r r r c -> c",
    partials=(discrete, discrete, discrete, _THIRD, _THIRD, _THIRD, _THIRD),
    reference=_reference,
    samples=_orders((2, 0, 0), (1, 1, 0), (1, 0, 1), (0, 2, 0), (0, 1, 1), (0, 0, 2)),
    special=((2, 0, 0, 1.0, 1.0, nan, 0.5, nan), (1, 0, 0, 1.0, 1.0, 2.0, 0.5, nan)),
    # Second derivatives may be small beside the terms that make them, those of the gamma functions and of the series;
    # first ones too, for small degrees.
    ulp=Ulp(float64=1024, float32=2, complex128=256, complex64=2),
    public=False,
)
def jacobi_function_second(
    i: Any, j: Any, k: Any, v: Any, alpha: Any, beta: Any, x: Any, /, *, out: Tensor | None = None
) -> Tensor:
    r"""
    Second derivative of :func:`jacobi_function` in parameters, :math:`\partial^2 / \partial v^i\,\partial \alpha^j\,
    \partial \beta^k`.

    Parameters
    ----------
    i, j, k : tensor_like of integers
        The orders, not negative, :math:`i + j + k = 2`; NaN results from others.
    v, alpha, beta : tensor_like
        Degree and parameters, real.
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
    "special/jacobi_function.h",
    "i i i r r r r -> r, i i i r r r c -> c",
    partials=(discrete, discrete, discrete, _seconds(0), _seconds(1), _seconds(2), _first_slope),
    reference=_reference,
    samples=_orders((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    special=((1, 0, 0, 1.0, 1.0, nan, 0.5, nan), (2, 0, 0, 1.0, 1.0, 2.0, 0.5, nan)),
    ulp=Ulp(float64=64, float32=2, complex128=64, complex64=2, partials=1024),
    public=False,
)
def jacobi_function_first(
    i: Any, j: Any, k: Any, v: Any, alpha: Any, beta: Any, x: Any, /, *, out: Tensor | None = None
) -> Tensor:
    r"""
    First derivative of :func:`jacobi_function` in a parameter: `v` for `i` = 1, `alpha` for `j` = 1, `beta` for `k` =
    1.

    Parameters
    ----------
    i, j, k : tensor_like of integers
        The orders, not negative, :math:`i + j + k = 1`; NaN results from others.
    v, alpha, beta : tensor_like
        Degree and parameters, real.
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
    "special/jacobi_function.h",
    "r r r r -> r, r r r c -> c",
    partials=(
        lambda v, alpha, beta, x, out: jacobi_function_first(1, 0, 0, v, alpha, beta, x),
        lambda v, alpha, beta, x, out: jacobi_function_first(0, 1, 0, v, alpha, beta, x),
        lambda v, alpha, beta, x, out: jacobi_function_first(0, 0, 1, v, alpha, beta, x),
        lambda v, alpha, beta, x, out: (v + alpha + beta + 1) / 2 * jacobi_function(v - 1, alpha + 1, beta + 1, x),
    ),
    reference=_jacobi,
    samples=(
        Group("core", v=linear(-3, 12), alpha=linear(-0.9, 4), beta=linear(-0.8, 3), x=linear(-0.9, 1.5), count=40),
        Group(
            "whole",
            v=values(1.0, 4.0, 9.0),
            alpha=linear(-0.9, 3),
            beta=linear(-0.8, 3),
            x=linear(-1, 1),
            count=24,
        ),
        Group("larger", v=linear(-4, 60), alpha=values(0.25), beta=values(0.375), x=linear(-0.7, 1), count=24),
        Group("large", v=linear(40, 300), alpha=linear(-0.9, 9), beta=linear(-0.8, 3), x=linear(-0.9, 1), count=24),
        Group("outside", v=linear(-3, 30), alpha=linear(-0.9, 4), beta=linear(-0.8, 3), x=linear(1, 9), count=16),
        Group(
            "plane",
            v=linear(-3, 20),
            alpha=linear(-0.9, 4),
            beta=linear(-0.8, 3),
            x=rectangle((-2, 2), (0.1, 2)),
            count=24,
        ),
    ),
    special=(
        (2.5, 0.0, 0.0, 1.0, 1.0),
        (0.5, 0.0, 0.0, nan, nan),
        (nan, 0.0, 0.0, 0.5, nan),
        (2e6, 0.0, 0.0, 0.5, nan),
        (-1.0, 0.25, 0.5, 0.5, 0.0),
    ),
    ulp=Ulp(float64=128, float32=2, complex128=32, complex64=2, partials=4096),
    public=False,
    sorted=True,
)
def jacobi_function(v: Any, alpha: Any, beta: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Jacobi's function of real degree, the polynomial for whole ones.

    .. math::
        P_v^{(\alpha, \beta)}(x) = \frac{\Gamma(v + \alpha + 1)}{\Gamma(v + 1)\,\Gamma(\alpha + 1)}
            {}_2F_1(-v, v + \alpha + \beta + 1; \alpha + 1; (1 - x)/2)

    Derivatives in the parameters, to the second order, are the same algorithm on dual numbers.
    """


def _gegenbauer_mirror(v: Tensor, lam: Tensor) -> tuple[Tensor, Tensor]:
    """
    Return degree and factor of Gegenbauer's function about the poles of gamma(v + lam + 1/2).

    There that of Jacobi is infinite beside a factor 0, and the function is taken of the degree w = -v - 2 lam, of which
    2F1(-v, v + 2 lam; lam + 1/2; (1 - x)/2) is the same: C_v = -sin(pi v) / sin(pi (v + 2 lam)) C_w by DLMF 5.5.3.
    With d the distance of v + lam + 1/2 from a whole number the second sine is sin(pi v - 2 pi d). Where v is
    nearer to one, the factor has poles itself, and both functions beside it zeros.
    """
    at = v + lam + 0.5
    gap = at - at.round()
    mirrored = (at < 0.25) & (gap.abs() < 0.125) & ((v - v.round()).abs() > 3 * gap.abs())
    apart = torch.where(mirrored, 2 * math.pi * gap, 0)
    tangent = torch.tan(math.pi * torch.where(mirrored, v - v.round(), 0.25))
    factor = -1 / (torch.cos(apart) - torch.sin(apart) / tangent)
    return torch.where(mirrored, -v - 2 * lam, v), torch.where(mirrored, factor, 1)


def gegenbauer_function(v: Tensor, lam: Tensor, x: Tensor) -> Tensor:
    """Return Gegenbauer's function of real degree, a multiple of Jacobi's with both parameters lam - 1/2."""
    v, mirrored = _gegenbauer_mirror(v, lam)
    # The shorter of two ways, which does not overflow before the function does; by the degree not at lam = -1/2, -3/2,
    # ..., where both factors are 0. Gamma(lam + 1/2) / Gamma(2 lam) is DLMF 5.5.5.
    few = (v.abs() <= lam.abs()) & ((lam > 0) | (lam + 0.5 != (lam + 0.5).round()))
    degree, parameter = torch.where(few, v, 0), torch.where(few, 1, lam)
    by_degree = poch(2 * torch.where(few, lam, 1), degree) / poch(torch.where(few, lam, 1) + 0.5, degree)
    doubled = math.sqrt(math.pi) * torch.exp2(1 - 2 * parameter) * rgamma(parameter)
    by_parameter = poch(v + parameter + 0.5, parameter - 0.5) * doubled
    return mirrored * torch.where(few, by_degree, by_parameter) * jacobi_function(v, lam - 0.5, lam - 0.5, x)
