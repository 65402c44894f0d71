"""Incomplete elliptic integrals. The mathematics is in csrc/special/ellipkinc.h."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, not_implemented, values
from sci._core.dispatch import elementwise

_SAMPLES = (
    Group("core", phi=linear(-1.57, 1.57), m=linear(-2, 0.99), count=32),
    Group("beside m = 1", phi=linear(0.1, 1.5), m=values(1 - 2**-10, 1 - 2**-18), count=12),
    Group("turns", phi=linear(-20, 20), m=linear(-2, 0.99), count=24),
    Group("beside pi/2", phi=linear(1.5, 1.65), m=linear(-2, 0.999), count=16),
    Group("small", phi=logarithmic(1e-8, 1e-1), m=linear(-3, 0.99), count=12),
    Group("large negative m", phi=linear(0.1, 4), m=logarithmic(-1e6, -1), count=12),
)
_FEW = tuple(Group(g.name, count=8, dtypes=g.dtypes, **g.axes) for g in _SAMPLES)
_NAN = ((nan, 0.5, nan), (0.5, nan, nan), (0.5, 1.5, nan))


def _reference(mp: Any, kind: str, phi: Any, m: Any, order: int) -> Any:
    """Reference: the incomplete integral of the first or second kind, or a derivative in m."""
    f = mp.ellipf if kind == "F" else mp.ellipe
    with mp.workdps(mp.dps + 10):
        return mp.diff(lambda parameter: f(phi, parameter), m, order) if order else f(phi, m)


def _delta(phi: Tensor, m: Tensor) -> Tensor:
    # 1 - m sin^2 phi; beside m = 1, where that subtracts, cos^2 phi + (1 - m) sin^2 phi. Neither's derivatives cancel.
    sine = phi.sin() ** 2
    square = torch.where(m > 0.5, phi.cos() ** 2 + (1 - m) * sine, 1 - m * sine)
    return square.masked_fill(m == -inf, inf).sqrt()  # at phi = 0 as well: F vanishes for all phi, E jumps


@elementwise(
    "special/ellipkinc.h",
    "r r -> r",
    partials=(
        lambda phi, m, out: phi.sin() ** 4 / (2 * _delta(phi, m) ** 3),
        not_implemented("a third derivative of the incomplete elliptic integrals"),
    ),
    reference=lambda mp, phi, m: -2 * _reference(mp, "E", phi, m, 2),
    samples=_FEW,
    special=_NAN,
    ulp=Ulp(float64=32, float32=32),
    public=False,
)
def ellipdinc_dm(phi: Any, m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of `ellipdinc` in the parameter.

    Parameters
    ----------
    phi, m : tensor_like
        Amplitude and parameter, real.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`\frac12 \int_0^\varphi \sin^4 t \, (1 - m \sin^2 t)^{-3/2} \, dt`.
    """


@elementwise(
    "special/ellipkinc.h",
    "r r -> r",
    partials=(
        lambda phi, m, out: phi.sin() ** 2 / _delta(phi, m),
        lambda phi, m, out: ellipdinc_dm(phi, m),
    ),
    reference=lambda mp, phi, m: -2 * _reference(mp, "E", phi, m, 1),
    samples=_FEW,
    special=_NAN,
    ulp=Ulp(float64=8, float32=8, partials=64),
    public=False,
)
def ellipdinc(phi: Any, m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Incomplete elliptic integral :math:`\int_0^\varphi \sin^2 t \, (1 - m \sin^2 t)^{-1/2} \, dt`.

    Parameters
    ----------
    phi, m : tensor_like
        Amplitude and parameter, real.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The integral, :math:`(F - E)/m` without its cancellation.
    """


@elementwise(
    "special/ellipkinc.h",
    "r r -> r",
    partials=(
        lambda phi, m, out: 3 * phi.sin() ** 4 / (4 * _delta(phi, m) ** 5),
        not_implemented("a third derivative of the incomplete elliptic integrals"),
    ),
    reference=lambda mp, phi, m: _reference(mp, "F", phi, m, 2),
    samples=_FEW,
    special=_NAN,
    ulp=Ulp(float64=32, float32=32),
    public=False,
)
def ellip_slope_dm(phi: Any, m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of `ellipkinc` in the parameter.

    Parameters
    ----------
    phi, m : tensor_like
        Amplitude and parameter, real.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`\frac34 \int_0^\varphi \sin^4 t \, (1 - m \sin^2 t)^{-5/2} \, dt`.
    """


@elementwise(
    "special/ellipkinc.h",
    "r r -> r",
    partials=(
        lambda phi, m, out: phi.sin() ** 2 / (2 * _delta(phi, m) ** 3),
        lambda phi, m, out: ellip_slope_dm(phi, m),
    ),
    reference=lambda mp, phi, m: _reference(mp, "F", phi, m, 1),
    samples=_FEW,
    special=_NAN,
    ulp=Ulp(float64=8, float32=8, partials=64),
    public=False,
)
def ellip_slope(phi: Any, m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of `ellipkinc` in the parameter.

    Parameters
    ----------
    phi, m : tensor_like
        Amplitude and parameter, real.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`\frac12 \int_0^\varphi \sin^2 t \, (1 - m \sin^2 t)^{-3/2} \, dt`.
    """


@elementwise(
    "special/ellipkinc.h",
    "r r -> r",
    partials=(lambda phi, m, out: 1 / _delta(phi, m), lambda phi, m, out: ellip_slope(phi, m)),
    reference=lambda mp, phi, m: _reference(mp, "F", phi, m, 0),
    samples=_SAMPLES,
    special=(
        *_NAN,
        (0.0, 0.5, 0.0),
        (0.5, 0.0, 0.5),
        (0.5, 1.0, 0.5222381032784404),
        (2.0, 1.0, inf),
        (-2.0, 1.0, -inf),
        (inf, 0.5, inf),
        (-inf, 0.5, -inf),
        (0.5, -inf, 0.0),
        (inf, -inf, nan),
        (1e-40, 0.5, 1e-40),
    ),
    ulp=Ulp(float64=4, float32=4, partials=16),
)
def ellipkinc(phi: Any, m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Incomplete elliptic integral of the first kind.

    .. math:: F(\varphi, m) = \int_0^\varphi \frac{dt}{\sqrt{1 - m \sin^2 t}}

    Parameters
    ----------
    phi : tensor_like
        Amplitude in radians, any real number.
    m : tensor_like
        Parameter, the square of the modulus; real, at most 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The integral, odd in `phi`; NaN for `m` above 1, and for `m` of 1 infinite beyond :math:`\pi/2`.

    See Also
    --------
    ellipk : the complete integral
    ellipj : its inverse
    elliprf : Carlson's form

    Notes
    -----
    Carlson's :math:`\sin\varphi \, R_F(\cos^2\varphi, 1 - m \sin^2\varphi, 1)` [1]_ within :math:`\pm\pi/2`, and the
    complete integral for every half turn, with sine and cosine of `phi` itself, so that no digits are lost there.

    .. math::
        \frac{\partial F}{\partial\varphi} = \frac{1}{\Delta}, \qquad
        \frac{\partial F}{\partial m} = \frac12 \int_0^\varphi \frac{\sin^2 t}{(1 - m \sin^2 t)^{3/2}} \, dt,
        \qquad \Delta = \sqrt{1 - m \sin^2\varphi}

    The second is a function of its own, a multiple of :math:`R_D`, since its closed form cancels about :math:`m = 0`.
    Third derivatives in `m` raise.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 19.25. https://dlmf.nist.gov/19.25

    Examples
    --------
    >>> import torch, sci
    >>> phi = torch.tensor([0.5, 1.5, 10.0], dtype=torch.float64)
    >>> sci.special.ellipkinc(phi, 0.5)
    tensor([ 0.5105,  1.7540, 11.7156], dtype=torch.float64)
    """


@elementwise(
    "special/ellipkinc.h",
    "r r -> r",
    partials=(lambda phi, m, out: _delta(phi, m), lambda phi, m, out: -ellipdinc(phi, m) / 2),
    reference=lambda mp, phi, m: _reference(mp, "E", phi, m, 0),
    samples=_SAMPLES,
    special=(
        *_NAN,
        (0.0, 0.5, 0.0),
        (0.5, 0.0, 0.5),
        (0.5, 1.0, 0.479425538604203),
        (2.0, 1.0, 1.0907025731743183),
        (inf, 0.5, inf),
        (-inf, 0.5, -inf),
        (inf, -inf, inf),
        (-inf, -inf, -inf),
        (0.5, -inf, inf),
        (1e-40, 0.5, 1e-40),
    ),
    ulp=Ulp(float64=4, float32=4, partials=16),
)
def ellipeinc(phi: Any, m: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Incomplete elliptic integral of the second kind.

    .. math:: E(\varphi, m) = \int_0^\varphi \sqrt{1 - m \sin^2 t} \, dt

    Parameters
    ----------
    phi : tensor_like
        Amplitude in radians, any real number.
    m : tensor_like
        Parameter, the square of the modulus; real, at most 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The integral, odd in `phi`; NaN for `m` above 1.

    See Also
    --------
    ellipe : the complete integral
    ellipkinc : the integral of the first kind

    Notes
    -----
    Carlson's integrals in the forms whose terms are all positive: 19.25.9 of [1]_ for negative `m`, 19.25.10 for
    positive.

    .. math::
        \frac{\partial E}{\partial\varphi} = \sqrt{1 - m \sin^2\varphi}, \qquad
        \frac{\partial E}{\partial m} = -\frac12 \int_0^\varphi \frac{\sin^2 t}{\sqrt{1 - m \sin^2 t}} \, dt

    Third derivatives in `m` raise.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 19.25. https://dlmf.nist.gov/19.25

    Examples
    --------
    The length of an ellipse's arc, half axes 3 and 2, over a quarter of its parameter:

    >>> import torch, sci
    >>> phi = torch.tensor([0.0, torch.pi / 8, torch.pi / 4], dtype=torch.float64)
    >>> 3 * sci.special.ellipeinc(phi, 1 - 4 / 9)
    tensor([0.0000, 1.1616, 2.2315], dtype=torch.float64)
    """
