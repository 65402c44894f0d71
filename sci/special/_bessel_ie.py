"""Scaled Bessel functions whose factor is not holomorphic: ive, jve, yve.

For complex `z` each is a holomorphic kernel times a phase of modulus 1, both differentiable; for real `z` a kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import REAL_OF, as_tensor, compute_dtype, promote
from sci._core.cards import Group, Sample, Ulp, function, inf, linear, logarithmic, nan, values
from sci._core.dispatch import elementwise, write_out
from sci._core.errors import bad_argument
from sci._core.ufunc_keywords import accepts_ufunc_keywords

from ._bessel_i import THIRD, _reference_i, difference, iv_dv, iv_dvdz
from ._bessel_jy import jv
from ._bessel_y import yv
from ._cylinder import TURNED_I, TURNED_J, TURNED_Y, cylinder


def order_and_argument(
    name: str, v: Any, z: Any, called: tuple[str, str] = ("v", "z")
) -> tuple[Tensor, Tensor, torch.dtype | None]:
    """Return a real order and a real or complex argument of one precision, and the dtype to cast a result back to.

    Errors speak of what the caller's arguments are `called`.
    """
    if as_tensor(v, called[0], name).is_complex():
        raise bad_argument(name, called[0], "real", v, TypeError)
    order, argument = promote(name, half=True, **dict(zip(called, (v, z), strict=True)))
    dtype = argument.dtype
    wide = compute_dtype(dtype)
    argument = argument.to(wide)
    order = (order.real if order.is_complex() else order).to(REAL_OF.get(wide, wide))
    return order, argument, None if wide == dtype else dtype


def finish(name: str, result: Tensor, cast: torch.dtype | None, out: Tensor | None) -> Tensor:
    """Cast a result back and put it where the caller wants it."""
    if cast is not None:
        result = result.to(cast)
    return result if out is None else write_out(name, result, out)


# ---- exp(-|x|) I_v(x) for real x -----------------------------------------------------


def _reference(mp: Any, v: Any, x: Any) -> Any:
    return _reference_i(mp, v, x) * mp.exp(-abs(x))


def _far_ratios(v: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return f_xx / f and f_vx / f of f = exp(-x) I_v(x) for x > 30, 4 v^2, from the terms of DLMF 10.40.1:
    x^(-1/2) c_k with c_k = c_{k-1} ((2k - 1)^2 - 4 v^2) / (8 k x). The parts of other formulas cancel there."""
    term, slope = torch.ones_like(x), torch.zeros_like(x)  # c_k and its derivative in v^2
    total, second, mixed = term, 0.75 * term, slope
    for k in range(1, 17):
        factor = ((2 * k - 1) ** 2 - 4 * v * v) / (8 * k * x)
        term, slope = term * factor, slope * factor - term / (2 * k * x)
        total, second, mixed = total + term, second + (k + 0.5) * (k + 1.5) * term, mixed - (k + 0.5) * slope
    return second / (total * x) / x, 2 * v * mixed / (total * x)


def _is_far(v: Tensor, x: Tensor, start: float) -> Tensor:
    return (x.abs() > start) & (x.abs() > 4 * v * v) & (x.abs() < inf)


def _dvdz(v: Tensor, x: Tensor) -> Tensor:
    """By the kernels of I_v, which do not cancel at v = 0, while I_v is in range; beyond by neighbouring orders, and
    for orders that are small beside the argument by the asymptotic expansion."""
    near, far = x.abs() < 80, _is_far(v, x, 80)
    safe = torch.where(near, x, torch.ones_like(x))
    direct = torch.exp(-safe.abs()) * (iv_dvdz(v, safe) - torch.sign(safe) * iv_dv(v, safe))
    expanded = torch.sign(x) * _far_ratios(torch.where(far, v, 0.0), torch.where(far, x.abs(), 80.0))[1]
    orders = (ive_dv(v - 1, x) + ive_dv(v + 1, x)) / 2 - torch.sign(x) * ive_dv(v, x)
    return torch.where(near, direct, torch.where(far, expanded * ive_real(v, x), orders))


def _dz2(v: Tensor, x: Tensor, first: Tensor) -> Tensor:
    """Return the second derivative by the differential equation, DLMF 10.25.1; where that cancels, for |x| < 1 by
    I_v'' = (I_{v-2} + 2 I_v + I_{v+2}) / 4, DLMF 10.29.1, and for large |x| by the asymptotic expansion."""
    s, small, large = torch.sign(x), x.abs() < 1, _is_far(v, x, 30)
    far, near = torch.where(small, torch.ones_like(x), x), torch.where(small, x, torch.ones_like(x))
    value = ive_real(v, x)
    equation = -2 * s * first - first / far + ((v / far) ** 2 - s / far) * value
    orders = (ive_real(v - 2, near) + 2 * value + ive_real(v + 2, near)) / 4 - 2 * s * first - s * s * value
    expanded = _far_ratios(torch.where(large, v, 0.0), torch.where(large, x.abs(), 30.0))[0] * value
    return torch.where(small, orders, torch.where(large, expanded, equation))


_FEW = (
    Group("core", v=linear(0, 4), z=logarithmic(0.05, 20), count=12),
    Group("whole orders", v=values(0.0, 1.0), z=values(0.3, 3.0, 19.0)),
    Group("large argument", v=linear(0, 20), z=logarithmic(33, 80), count=4),
)


@elementwise(
    "special/bessel_ie.h",
    "r r -> r",
    partials=(lambda v, z, out: ive_dv(v, z), lambda v, z, out: ive_dz(v, z)),
    reference=_reference,
    samples=(
        Group("core", v=linear(0, 4), z=logarithmic(0.05, 40), count=16),
        Group("negative order", v=linear(-6, 0), z=logarithmic(0.05, 20), count=6),
        Group("negative argument", v=values(0.0, 1.0, -2.0, 3.0), z=logarithmic(-20, -0.1), count=6),
        Group("large argument", v=linear(0, 30), z=logarithmic(33, 200), count=8),
    ),
    special=(
        (0.0, 0.0, 1.0),
        (2.5, 0.0, 0.0),
        (0.5, -1.0, nan),
        (1.0, inf, 0.0),
        (nan, 1.0, nan),
        (1.0, nan, nan),
        (inf, 1.0, 0.0),
    ),
    ulp=Ulp(float64=12, float32=12, partials=1000),
    public=False,
    sorted=True,
)
def ive_real(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    :math:`e^{-|z|} I_v(z)` for real `z`: the part of :func:`ive` that has a kernel for real arguments.

    Its derivative in `z` is a kernel of its own, since for large `z` the neighbouring orders and the derivative of the
    factor cancel.
    """


@elementwise(
    "special/bessel_ik.h",
    "r r -> r",
    partials=(lambda v, z, out: ive_dv2(v, z), lambda v, z, out: _dvdz(v, z)),
    reference=lambda mp, v, z: difference(mp, lambda h: _reference(mp, v + h, z), 1),
    samples=_FEW,
    ulp=Ulp(float64=400, float32=10, partials=20000),
    public=False,
    sorted=True,
)
def ive_dv(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of :func:`ive` in the order for real `z`, by dual numbers.

    About :math:`-v/z` of the value for large `z`, and :math:`-e^{-z} K_0(z)` at :math:`v = 0`, with the relative
    accuracy of these small quantities.
    """


@elementwise(
    "special/bessel_ik.h",
    "r r -> r",
    partials=(lambda v, z, out: _dvdz(v, z), lambda v, z, out: _dz2(v, z, out)),
    reference=lambda mp, v, z: difference(mp, lambda h: _reference(mp, v, z + h), 1),
    samples=_FEW,
    ulp=Ulp(float64=1000, float32=10, partials=20000),
    public=False,
    sorted=True,
)
def ive_dz(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of :func:`ive` in the argument for real `z`, by dual numbers.

    About :math:`-1/(2z)` of the value for large `z`: what is left of :math:`e^{-z} (I_{v-1} + I_{v+1})/2 - e^{-z} I_v`,
    without that cancellation.
    """


@elementwise(
    "special/bessel_ik.h",
    "r r -> r",
    partials=(THIRD, THIRD),
    reference=lambda mp, v, z: difference(mp, lambda h: _reference(mp, v + h, z), 2),
    samples=(Group("core", v=linear(0.1, 4), z=logarithmic(0.05, 12), count=8),),
    ulp=Ulp(float64=4000, float32=10),
    public=False,
    sorted=True,
)
def ive_dv2(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`ive` in the order for real `z`, by nested dual numbers.

    Second-order gradients end here: a third derivative in which the order takes part raises. Where the value itself is
    much larger than this derivative, its relative error grows.
    """


# ---- the public functions ------------------------------------------------------


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    real = torch.float64 if dtype in (torch.float64, torch.complex128) else torch.float32
    v = torch.rand(2, 3, generator=generator, dtype=torch.float64) * 3 + 0.2
    x = torch.rand(2, 3, generator=generator, dtype=torch.float64) * 4 + 0.5
    z = torch.complex(x - 3, x.flip(1)) if dtype.is_complex else x
    yield Sample(v.to(real).to(device), z.to(dtype).to(device))


def _turned(name: str, kind: int, real: Callable[..., Any], v: Any, z: Any, out: Tensor | None) -> Tensor:
    """Return a holomorphic kernel times the phase that makes its factor real."""
    order, argument, cast = order_and_argument(name, v, z)
    if not argument.is_complex():
        return finish(name, real(order, argument), cast, out)
    re, im = argument.real, argument.imag
    if kind == TURNED_I:
        angle = torch.where(re < 0, -im, im)
    else:
        angle = torch.where(im < 0, re, -re)
    result = cylinder(kind, order, argument) * torch.complex(angle.cos(), angle.sin())
    return finish(name, result, cast, out)


@function(differentiable=("v", "z"), samples=_samples)
@accepts_ufunc_keywords
def ive(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Exponentially scaled modified Bessel function of the first kind, :math:`e^{-|\Re z|} I_v(z)`.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex. For real `z` < 0 the result is NaN unless `v` is whole.
    out : Tensor, optional
        Where to put the result; not where a gradient is recorded.

    Returns
    -------
    Tensor
        The scaled function, complex where `z` is, in the broadcast shape.

    Raises
    ------
    TypeError
        Where `v` is complex or an argument holds no numbers.

    See Also
    --------
    iv : without the factor; method and references are there

    Notes
    -----
    Neither overflows nor, for large `z`, underflows. The factor is not holomorphic: for complex `z` the function is
    the holomorphic :math:`e^{-sz} I_v(z)`, `s` the sign of :math:`\Re z`, times :math:`e^{is \Im z}`, and gradients
    are those of the real and imaginary parts. On the imaginary axis, where :math:`|\Re z|` has a corner, `s` is 1.
    Derivatives in the order as of :func:`iv`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import ive
    >>> ive(0.5, torch.tensor([1.0, 100.0, 1e4], dtype=torch.float64))
    tensor([0.3450, 0.0399, 0.0040], dtype=torch.float64)
    """
    return _turned("ive", TURNED_I, ive_real, v, z, out)


@function(differentiable=("v", "z"), samples=_samples)
@accepts_ufunc_keywords
def jve(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Exponentially scaled Bessel function of the first kind, :math:`e^{-|\Im z|} J_v(z)`.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex; for real `z` this is :func:`jv`.
    out : Tensor, optional
        Where to put the result; not where a gradient is recorded.

    Returns
    -------
    Tensor
        The scaled function, complex where `z` is, in the broadcast shape.

    Raises
    ------
    TypeError
        Where `v` is complex or an argument holds no numbers.

    See Also
    --------
    jv : without the factor; method and references are there

    Notes
    -----
    For complex `z` the holomorphic :math:`e^{isz} J_v(z)`, `s` the sign of :math:`\Im z`, times
    :math:`e^{-is \Re z}`; gradients are those of the real and imaginary parts, on the real axis those of the upper
    half-plane.

    Examples
    --------
    >>> import torch
    >>> from sci.special import jve
    >>> jve(0.0, torch.tensor([1.0 + 1.0j, 1.0 + 1000.0j], dtype=torch.complex128))
    tensor([0.3449-0.1827j, 0.0068-0.0106j], dtype=torch.complex128)
    """
    return _turned("jve", TURNED_J, jv, v, z, out)


@function(differentiable=("v", "z"), samples=_samples)
@accepts_ufunc_keywords
def yve(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Exponentially scaled Bessel function of the second kind, :math:`e^{-|\Im z|} Y_v(z)`.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    z : array_like
        Argument, real or complex; for real `z` this is :func:`yv`.
    out : Tensor, optional
        Where to put the result; not where a gradient is recorded.

    Returns
    -------
    Tensor
        The scaled function, complex where `z` is, in the broadcast shape.

    Raises
    ------
    TypeError
        Where `v` is complex or an argument holds no numbers.

    See Also
    --------
    yv : without the factor; method and references are there

    Notes
    -----
    For complex `z` the holomorphic :math:`e^{isz} Y_v(z)`, `s` the sign of :math:`\Im z`, times
    :math:`e^{-is \Re z}`; gradients are those of the real and imaginary parts, on the real axis those of the upper
    half-plane.

    Examples
    --------
    >>> import torch
    >>> from sci.special import yve
    >>> yve(0.5, torch.tensor([1.0, 2.0], dtype=torch.float64))
    tensor([-0.4311,  0.2348], dtype=torch.float64)
    """
    return _turned("yve", TURNED_Y, yv, v, z, out)
