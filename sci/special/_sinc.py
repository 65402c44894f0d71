"""The sinc function and Dirichlet's kernel."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, integers, linear, logarithmic, nan, near, polar, values
from sci._core.dispatch import elementwise


def _sinc_reference(mp: Any, n: Any, x: Any) -> Any:
    """The n-th derivative of sin(pi x) / (pi x) by Leibniz's rule, or Taylor's series near 0."""
    n = int(n)
    z = mp.pi * x
    if abs(z) < n + 1:
        ks = range((n + 1) // 2, 200)
        return mp.pi**n * mp.fsum((-1) ** k * z ** (2 * k - n) / (mp.factorial(2 * k - n) * (2 * k + 1)) for k in ks)
    value = mp.sin(z) / z
    for k in range(1, n + 1):
        value = (mp.sin(z + k * mp.pi / 2) - k * value) / z
    return mp.pi**n * value


@elementwise(
    "special/sinc.h",
    "i r -> r, i c -> c",
    partials=(discrete, lambda n, x, out: sinc_derivative(n + 1, x)),
    reference=_sinc_reference,
    samples=(
        Group("core", n=values(0, 1, 2), x=linear(-4, 4)),
        Group("tiny", n=values(0, 1, 2), x=logarithmic(1e-30, 1e-3), count=12),
        Group("large", n=values(1, 2), x=linear(10, 1000)),
        Group("plane", n=values(0, 1, 2), x=polar(0.01, 5)),
    ),
    special=((0, 0.0, 1.0), (1, 0.0, 0.0), (1, nan, nan), (-1, 1.0, nan)),
    ulp=Ulp(float64=12, float32=12, complex128=16, complex64=16, partials=24),
    public=False,
)
def sinc_derivative(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivatives of the sinc function.

    Parameters
    ----------
    n : tensor_like of integers
        Order of the derivative, 0 to 32; NaN results outside.
    x : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `n`-th derivative of ``sin(pi x) / (pi x)``.

    Notes
    -----
    For ``n = 1`` it is :math:`-\pi j_1(\pi x)`, with the spherical Bessel function. A series for :math:`|\pi x| < n +
    1/2`, Leibniz's rule beyond. The derivative is that of the next order.

    Examples
    --------
    >>> import torch
    >>> from sci.special._sinc import sinc_derivative
    >>> sinc_derivative(1, torch.tensor([0.0, 0.5], dtype=torch.float64))
    tensor([ 0.0000, -1.2732], dtype=torch.float64)
    """


@elementwise(
    "special/sinc.h",
    "r -> r, c -> c",
    partials=(lambda x, out: sinc_derivative(1, x),),
    reference=lambda mp, x: mp.sinpi(x) / (mp.pi * x) if x else mp.mpf(1),
    samples=(
        Group("core", x=linear(-4, 4)),
        Group("beside zeros", x=near(1.0, 2.0, -5.0)),
        Group("tiny", x=logarithmic(1e-30, 1e-3), count=12),
        Group("large", x=linear(10, 1e6)),
        Group("plane", x=polar(0.01, 5)),
    ),
    special=((0.0, 1.0), (-0.0, 1.0), (0.5, 2 / math.pi), (1.0, 0.0), (nan, nan), (inf, nan), (0j, 1 + 0j)),
    ulp=Ulp(float64=3, float32=3, complex128=6, complex64=6, partials=16),
    wide=True,
    pullback="arguments",
)
def sinc(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Normalised sinc function, ``sin(pi x) / (pi x)``.

    Parameters
    ----------
    x : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The sinc function of `x`: 1 at 0, and exactly 0 at the other integers; NaN at infinity.

    See Also
    --------
    diric

    Notes
    -----
    Within 2.5 ulp. The derivative is :math:`-\pi j_1(\pi x)`, with the spherical Bessel function, by a kernel of its
    own, since :math:`(\cos \pi x - \mathrm{sinc}\, x) / x` cancels at 0; so are all higher ones.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.sinc(torch.tensor([0.0, 0.5, 1.0, 1.5], dtype=torch.float64))
    tensor([ 1.0000,  0.6366,  0.0000, -0.2122], dtype=torch.float64)
    """


def _curvature(x: Tensor, n: Tensor, slope: Tensor) -> Tensor:
    """d^2/dx^2 of diric: from diric sin(x/2) = sin(n x/2) / n, differentiated twice; at the maxima -(n^2 - 1) / 12."""
    value = diric(x, n)
    tangent = torch.tan(x / 2)
    top = tangent.abs() < 1e-150 if x.dtype == torch.float64 else tangent.abs() < 1e-18
    inner = -(n * n - 1) / 4 * value - slope / torch.where(top, torch.ones_like(tangent), tangent)
    return torch.where(top, -(n * n - 1) / 12 * value, inner)


def _diric_reference(mp: Any, x: Any, n: Any) -> Any:
    n = int(n)
    return mp.fsum(mp.cos((mp.mpf(n - 1) / 2 - k) * x) for k in range(n)) / n


@elementwise(
    "special/sinc.h",
    "r r -> r",
    partials=(lambda x, n, out: _curvature(x, n, out), discrete),
    reference=lambda mp, x, n: (
        mp.fsum(-(mp.mpf(n - 1) / 2 - k) * mp.sin((mp.mpf(n - 1) / 2 - k) * x) for k in range(int(n))) / n
    ),
    samples=(
        Group("core", x=linear(-7, 7), n=integers(2, 9)),
        Group("about the maxima", x=near(2 * math.pi, -4 * math.pi), n=values(2.0, 3.0, 8.0)),
        Group("tiny", x=logarithmic(1e-20, 1e-3), n=values(2.0, 5.0), count=12),
    ),
    special=((0.0, 3.0, 0.0), (1.0, 2.5, nan), (1.0, 0.0, nan), (1.0, 1.0, 0.0), (nan, 2.0, nan), (inf, 2.0, nan)),
    ulp=Ulp(float64=16, float32=16, partials=64),
    public=False,
)
def diric_dx(x: Any, n: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of Dirichlet's kernel `diric` in `x`.

    Parameters
    ----------
    x : tensor_like
        Real angle.
    n : tensor_like
        Positive whole number; NaN results otherwise.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative, exactly 0 at 0.

    Notes
    -----
    From the derivatives of sinc, so that nothing cancels at the maxima. Its own derivative follows from
    :math:`D \sin(x/2) = \sin(n x/2) / n`, differentiated twice.

    Examples
    --------
    >>> import torch
    >>> from sci.special._sinc import diric_dx
    >>> diric_dx(torch.tensor([0.0, 1.0], dtype=torch.float64), 3.0)
    tensor([ 0.0000, -0.5610], dtype=torch.float64)
    """


@elementwise(
    "special/sinc.h",
    "r r -> r",
    partials=(lambda x, n, out: diric_dx(x, n), discrete),
    reference=_diric_reference,
    samples=(
        Group("core", x=linear(-7, 7), n=integers(2, 9)),
        Group("about the maxima", x=near(2 * math.pi, -4 * math.pi), n=values(2.0, 3.0, 8.0)),
        Group("tiny", x=logarithmic(1e-20, 1e-3), n=values(2.0, 5.0), count=12),
        Group("many terms", x=linear(-3, 3), n=values(30.0, 51.0), count=24),
        Group("one term", x=linear(-3, 3), n=values(1.0), count=4),
    ),
    special=(
        (0.0, 3.0, 1.0),
        (1.0, 2.5, nan),
        (1.0, 0.0, nan),
        (1.0, -3.0, nan),
        (1.0, 1.0, 1.0),
        (nan, 2.0, nan),
        (inf, 2.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=6, float32=6, partials=24),
)
def diric(x: Any, n: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Periodic sinc function (Dirichlet's kernel), ``sin(n x / 2) / (n sin(x / 2))``.

    .. math:: \mathrm{diric}(x, n) = \frac{\sin(n x / 2)}{n \sin(x / 2)}

    Parameters
    ----------
    x : tensor_like
        Real angle.
    n : tensor_like
        Positive whole number; NaN results otherwise.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The kernel: 1 or -1 at the multiples of 2 pi.

    See Also
    --------
    sinc

    Notes
    -----
    The half angle is reduced by the sine and the cosine of ``x / 2``, so that the kernel keeps its digits next to
    every multiple of 2 pi. The derivative in `x` has a kernel of its own; `n` is discrete.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.diric(torch.tensor([0.0, 1.0, 3.0], dtype=torch.float64), 3)
    tensor([ 1.0000,  0.6935, -0.3267], dtype=torch.float64)
    """
