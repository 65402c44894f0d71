"""Huber's loss and the pseudo-Huber loss."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, values
from sci._core.dispatch import elementwise


def _huber_reference(mp: Any, delta: Any, r: Any) -> Any:
    return r * r / 2 if abs(r) <= delta else delta * (abs(r) - delta / 2)


@elementwise(
    "special/huber.h",
    "r r -> r",
    partials=(
        lambda delta, r, out: torch.where(r.abs() > delta, r.abs() - delta, torch.zeros_like(out)),
        lambda delta, r, out: torch.where(r.abs() > delta, delta * torch.sign(r), r),
    ),
    reference=_huber_reference,
    samples=(
        Group("core", delta=linear(0, 5), r=linear(-10, 10)),
        Group("wide", delta=logarithmic(1e-10, 1e10), r=logarithmic(1e-10, 1e10)),
        Group("beside the bend", delta=values(2.0), r=values(1.9999, 2.0001, -2.0001)),
    ),
    special=(
        (-1.0, 1.0, inf),
        (0.0, 1.0, 0.0),
        (1.0, inf, inf),
        (inf, 2.0, 2.0),
        (2.0, 2.0, 2.0),
        (1.0, nan, nan),
        (nan, 1.0, nan),
    ),
    ulp=Ulp(float64=2, float32=2, partials=2),
    wide=True,
    pullback="arguments",
)
def huber(delta: Any, r: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Huber loss: quadratic for \|r\| <= delta, linear beyond.

    .. math:: \frac{r^2}{2} \quad (|r| \le \delta), \qquad
              \delta \left(|r| - \frac{\delta}{2}\right) \quad (|r| > \delta)

    Parameters
    ----------
    delta : tensor_like
        Where the two pieces meet, real; a negative one gives ``inf``.
    r : tensor_like
        Real residual.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The Huber loss of `r`.

    See Also
    --------
    pseudo_huber : smooth to every order

    Notes
    -----
    The derivatives are ``max(abs(r) - delta, 0)`` in `delta` and `r` clamped to ``[-delta, delta]`` in `r`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.huber(1.0, torch.tensor([-3.0, 0.5, 2.0], dtype=torch.float64))
    tensor([2.5000, 0.1250, 1.5000], dtype=torch.float64)
    """


def _pseudo_slope_delta(delta: Tensor, r: Tensor) -> Tensor:
    """d/d delta = (h - delta)^2 / h with h = hypot(delta, r) and h - delta = r^2 / (h + delta)."""
    far, zero = r.isinf(), (delta == 0) & (r == 0)
    r = torch.where(far, 1, r)
    h = torch.hypot(torch.where(zero, 1, delta), r)
    return torch.where(far, torch.inf, (r * (r / (h + delta))) ** 2 / h)


def _pseudo_slope_r(delta: Tensor, r: Tensor) -> Tensor:
    """r delta / h as the smaller one of r and delta over a root of more than 1, of which no derivative cancels."""
    far, flat, zero = r.isinf(), delta.isinf(), (delta == 0) & (r == 0)
    s, d = torch.where(far, 1, r), torch.where(flat | zero, 1, delta)
    steep = s.abs() > d
    small, large = torch.where(steep, d, s), torch.where(steep, s, d)
    inner = small / torch.hypot(torch.ones_like(s), small / large) * torch.where(steep, s.sign(), 1)
    return torch.where(far, delta * r.sign(), torch.where(flat, s, torch.where(zero, 0, inner)))


@elementwise(
    "special/huber.h",
    "r r -> r",
    partials=(
        lambda delta, r, out: _pseudo_slope_delta(delta, r),
        lambda delta, r, out: _pseudo_slope_r(delta, r),
    ),
    reference=lambda mp, delta, r: delta**2 * (mp.sqrt(1 + (r / delta) ** 2) - 1),
    samples=(
        Group("core", delta=linear(0, 5), r=linear(-10, 10)),
        Group("wide", delta=logarithmic(1e-8, 1e8), r=logarithmic(1e-8, 1e8)),
        Group("small residuals", delta=linear(0.5, 5), r=logarithmic(-1e-15, -1e-3)),
        Group("equal", delta=near(2.0), r=near(2.0)),
    ),
    special=((-1.0, 1.0, inf), (0.0, 1.0, 0.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (1.0, nan, nan), (nan, 1.0, nan)),
    ulp=Ulp(float64=4, float32=4, partials=12),
    wide=True,
)
def pseudo_huber(delta: Any, r: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Pseudo-Huber loss, a smooth relative of `huber`.

    .. math:: \delta^2 \left(\sqrt{1 + (r/\delta)^2} - 1\right)

    Parameters
    ----------
    delta : tensor_like
        Scale, real; a negative one gives ``inf``.
    r : tensor_like
        Real residual.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The pseudo-Huber loss of `r`, 0 for ``delta = 0``.

    See Also
    --------
    huber

    Notes
    -----
    As :math:`\delta r^2 / (\delta + h)` with :math:`h = \sqrt{\delta^2 + r^2}`, which neither cancels nor overflows:
    within 3 ulp. The derivatives are :math:`(h - \delta)^2 / h` in `delta` and :math:`\delta r / h` in `r`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.pseudo_huber(1.0, torch.tensor([-3.0, 1e-9, 2.0], dtype=torch.float64))
    tensor([2.1623e+00, 5.0000e-19, 1.2361e+00], dtype=torch.float64)
    """
