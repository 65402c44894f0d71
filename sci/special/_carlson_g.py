"""Carlson's symmetric elliptic integral R_G. The mathematics is in csrc/special/carlson.h."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, polar, values
from sci._core.dispatch import elementwise

from ._carlson import elliprd, elliprd_gradient

_RIGHT = polar(1e-2, 1e2, -0.5, 0.5)


def _weighted(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    """Return z R_D(x, y, z), which is 0 at z = 0."""
    zero = z == 0
    return torch.where(zero, 0, z * elliprd(x, y, torch.where(zero, 1, z)))


def _rg_dxdx(x: Tensor, y: Tensor, z: Tensor, out: Tensor) -> Tensor:
    """Differentiate both terms of the slope, which have one sign; where y and z are 0, 1/(4 sqrt(x))."""
    alone = (y == 0) & (z == 0)
    ys, zs = torch.where(y == 0, 1, y), torch.where(z == 0, 1, z)
    first = torch.where(y == 0, 0, y * elliprd_gradient(z, x, ys)[1])
    second = torch.where(z == 0, 0, z * elliprd_gradient(x, torch.where(alone, 1, y), zs)[0])
    return torch.where(alone, -out / (2 * x), (first + second) / 12)


def _rg_dxdy(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    """The slope's terms cancel in its derivative in y, unless x and y are alike: [y R_D(x, z, y) - x R_D(y, z, x)]
    / (24 (x - y)) follows from t / ((t + x)(t + y)) = [x / (t + x) - y / (t + y)] / (x - y) under the integral."""
    apart = (x - y).abs() > 0.5 * torch.maximum(x.abs(), y.abs())
    xs, ys = torch.where(apart, x, 2), torch.where(apart, y, 1)
    far = (_weighted(xs, z, ys) - _weighted(ys, z, xs)) / (24 * (xs - ys))
    xs, ys = torch.where(apart, 1, x), torch.where(apart, 1, y)
    zs = torch.where(z == 0, 1, z)
    along = torch.where(z == 0, 0, z * elliprd_gradient(xs, ys, zs)[1])
    near = (elliprd(z, xs, ys) + ys * elliprd_gradient(z, xs, ys)[2] + along) / 12
    return torch.where(apart, far, near)


@elementwise(
    "special/carlson.h",
    "r r r -> r, c c c -> c",
    partials=(
        _rg_dxdx,
        lambda x, y, z, out: _rg_dxdy(x, y, z),
        lambda x, y, z, out: _rg_dxdy(x, z, y),
    ),
    reference=lambda mp, x, y, z: (y * mp.elliprd(z, x, y) + z * mp.elliprd(x, y, z)) / 12,
    samples=(
        Group("core", x=linear(0.1, 3), y=linear(0.1, 5), z=linear(0.5, 2), count=16),
        Group("alike", x=linear(0.99, 1.01), y=linear(0.98, 1.01), z=values(1.0), count=8),
        Group("beside 0", x=logarithmic(1e-3, 1e3), y=logarithmic(1e-30, 1e-10), z=logarithmic(1e-2, 1e2), count=8),
        Group("apart", x=logarithmic(1e-12, 1e12), y=logarithmic(1e-8, 1e8), z=logarithmic(1e-5, 1e5), count=16),
        Group("plane", x=_RIGHT, y=_RIGHT, z=_RIGHT, count=12),
    ),
    special=((0.25, 0.0, 0.0, 0.5), (1.0, 1.0, nan, nan), (nan, 1.0, 1.0, nan), (1.0, 1.0, -1.0, nan)),
    ulp=Ulp(float64=4, float32=4, complex128=8, complex64=8, partials=32),
    public=False,
)
def elliprg_slope(x: Any, y: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of `elliprg` in its first argument.

    Parameters
    ----------
    x, y, z : array_like
        As for `elliprg`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`(y R_D(z, x, y) + z R_D(x, y, z)) / 12`, whose own derivatives would cancel term by term.
    """


@elementwise(
    "special/carlson.h",
    "r r r -> r, c c c -> c",
    partials=(
        lambda x, y, z, out: elliprg_slope(x, y, z),
        lambda x, y, z, out: elliprg_slope(y, x, z),
        lambda x, y, z, out: elliprg_slope(z, x, y),
    ),
    reference=lambda mp, x, y, z: mp.elliprg(x, y, z),
    samples=(
        Group("core", x=linear(0.1, 3), y=linear(0.1, 5), z=linear(0.5, 2)),
        Group("alike", x=linear(0.99, 1.01), y=linear(0.98, 1.01), z=values(1.0), count=24),
        Group("equal", x=values(1.0, 2.0), y=values(1.0), z=values(1.0, 2.0, 3.0)),
        Group("beside 0", x=logarithmic(1e-30, 1e-10), y=logarithmic(1e-3, 1e3), z=logarithmic(1e-2, 1e2), count=16),
        Group("apart", x=logarithmic(1e-12, 1e12), y=logarithmic(1e-8, 1e8), z=logarithmic(1e-5, 1e5)),
        Group("plane", x=_RIGHT, y=_RIGHT, z=_RIGHT),
    ),
    special=(
        (0.0, 1.0, 2.0, 0.9550494472569279),
        (0.0, 0.0, 1.0, 0.5),
        (0.0, 0.0, 0.0, 0.0),
        (1.0, 1.0, -1.0, nan),
        (inf, 1.0, 1.0, inf),
        (inf, 0.0, 0.0, inf),
        (nan, 1.0, 1.0, nan),
        (1.0, nan, 1.0, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=4, float32=4, complex128=8, complex64=8, partials=16),
)
def elliprg(x: Any, y: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Completely symmetric elliptic integral of the second kind.

    .. math::
        R_G(x, y, z) = \frac14 \int_0^\infty \frac{1}{\sqrt{(t + x)(t + y)(t + z)}}
        \left( \frac{x}{t + x} + \frac{y}{t + y} + \frac{z}{t + z} \right) t \, dt

    Parameters
    ----------
    x, y, z : tensor_like
        Real or complex, off the negative real axis.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The integral; infinite at infinity, NaN on the negative axis.

    See Also
    --------
    elliprf, elliprd

    Notes
    -----
    From :math:`R_F` and :math:`R_D` with the middle argument singled out, so that all terms are positive [1]_,
    19.21.10; complex arguments by the symmetric sum, 19.21.11.

    .. math:: \frac{\partial R_G}{\partial x} = \frac{y \, R_D(z, x, y) + z \, R_D(x, y, z)}{12}

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 19.21. https://dlmf.nist.gov/19.21

    Examples
    --------
    The perimeter of an ellipse with the half axes 3 and 2, :math:`8 R_G(0, a^2, b^2)`:

    >>> import torch, sci
    >>> 8 * sci.special.elliprg(torch.tensor(0.0, dtype=torch.float64), 9.0, 4.0)
    tensor(15.8654, dtype=torch.float64)
    """
