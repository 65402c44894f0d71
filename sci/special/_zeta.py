"""The zeta functions of Riemann and Hurwitz."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import (
    Group,
    Sample,
    Ulp,
    discrete,
    function,
    inf,
    linear,
    logarithmic,
    nan,
    near,
    rectangle,
    values,
)
from sci._core.dispatch import elementwise
from sci._core.errors import under_name


def _riemann(mp: Any, x: Any) -> Any:
    with mp.workdps(mp.dps + 20):
        return mp.zeta(x)


def _derivative_reference(mp: Any, n: Any, x: Any) -> Any:
    with mp.workdps(mp.dps + 20):
        return mp.zeta(x, 1, int(n))


def _riemann_less_1(mp: Any, x: Any) -> Any:
    with mp.workdps(mp.dps + 20 + int(max(0, x) / 3)):
        return mp.zeta(x) - 1


_ORDERS = values(1, 2)


@elementwise(
    "special/zeta.h",
    "i r -> r, i c -> c",
    partials=(discrete, lambda n, x, out: riemann_derivative(n + 1, x)),
    reference=_derivative_reference,
    samples=(
        Group("slope", n=values(1), x=linear(-1, 10), count=24),
        Group("right", n=_ORDERS, x=linear(1.1, 20), count=24),
        Group("strip", n=_ORDERS, x=linear(-0.9, 0.9), count=24),
        Group("left", n=_ORDERS, x=linear(-15, -1), count=24),
        Group("plane", n=_ORDERS, x=rectangle((-6, 8), (-12, 12)), count=24),
    ),
    special=((1, 0.0, -0.91893853320467274178), (1, 1.0, nan), (1, inf, -0.0), (1, nan, nan)),
    ulp=Ulp(float64=48, float32=48, complex128=256, complex64=256, partials=512),
    public=False,
    sorted=True,
)
def riemann_derivative(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivatives of Riemann's zeta function.

    Parameters
    ----------
    n : tensor_like of integers
        Order, 0 to 4; NaN results for others.
    x : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative of order `n`.

    Notes
    -----
    Euler and Maclaurin's formula and the reflection formula with Taylor coefficients. The derivative is the function of
    the next order.

    Examples
    --------
    >>> import torch
    >>> from sci.special._zeta import riemann_derivative
    >>> riemann_derivative(1, torch.tensor([0.0, 2.0], dtype=torch.float64))
    tensor([-0.9189, -0.9375], dtype=torch.float64)
    """


@elementwise(
    "special/zeta.h",
    "r -> r, c -> c",
    partials=(lambda x, out: riemann_derivative(1, x),),
    reference=_riemann,
    samples=(
        Group("core", x=linear(-1.5, 12)),
        Group("left", x=linear(-30, -1), count=32),
        Group("seams", x=near(0.0, 2.0, -1.0, 3.0, 6.0, 14.0)),
        Group("beside the pole", x=near(1.0001, 0.9999)),
        Group("far left", x=linear(-250, -30), count=16, dtypes=("float64",)),
        Group("far right", x=linear(12, 50), count=12),
        Group("plane", x=rectangle((-8, 8), (-20, 20)), count=48),
        Group("critical line", x=values(0.5 + 14.13j, 0.5 + 30j, 0.5 + 100j), dtypes=("float64",)),
    ),
    special=((1.0, inf), (0.0, -0.5), (-2.0, 0.0), (inf, 1.0), (-inf, nan), (nan, nan), (2.0, 1.6449340668482264365)),
    ulp=Ulp(float64=8, float32=16, complex128=96, complex64=96, partials=128),
    public=False,
    sorted=True,
)
def riemann_zeta(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Riemann's zeta function: `zeta` with one argument.

    Parameters
    ----------
    x : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The zeta function of `x`.

    Notes
    -----
    See `sci.special.zeta`.

    Examples
    --------
    >>> import torch
    >>> from sci.special._zeta import riemann_zeta
    >>> riemann_zeta(torch.tensor([-1.0, 2.0], dtype=torch.float64))
    tensor([-0.0833,  1.6449], dtype=torch.float64)
    """


@elementwise(
    "special/zeta.h",
    "r -> r",
    partials=(lambda x, out: riemann_derivative(1, x),),
    reference=_riemann_less_1,
    samples=(
        Group("core", x=linear(-1.5, 12)),
        Group("left", x=linear(-30, -1), count=32),
        Group("right", x=linear(12, 200), count=24, dtypes=("float64",)),
        Group("right", x=linear(12, 120), dtypes=("float32",)),
        Group("seams", x=near(0.0, 2.0, 3.0, 6.0, 14.0, 30.0, 62.0)),
    ),
    special=((1.0, inf), (0.0, -1.5), (inf, 0.0), (-inf, nan), (-4.0, -1.0), (nan, nan)),
    ulp=Ulp(float64=8, float32=16, partials=64),
    sorted=True,
)
def zetac(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Riemann's zeta function minus 1.

    Parameters
    ----------
    x : tensor_like
        Real argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``zeta(x) - 1``, ``inf`` at the pole 1; relatively accurate for large `x`, where it falls like ``2**-x``.

    See Also
    --------
    zeta : the function itself

    Notes
    -----
    Piecewise polynomials for :math:`(x - 1) (\zeta(x) - 1) 2^x` right of -1, the reflection formula on the left [1]_.
    Within 4 ulp for ``x > -1``. The derivative is that of `zeta`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, chapter 25. https://dlmf.nist.gov/25

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.zetac(torch.tensor([0.0, 2.0, 100.0], dtype=torch.float64))
    tensor([-1.5000e+00,  6.4493e-01,  7.8886e-31], dtype=torch.float64)
    """


def _derivative_by_shift(n: Tensor, s: Tensor, q: Tensor, out: Tensor) -> Tensor:
    """The n-th derivative in s of -s zeta(s + 1, q)."""
    lower = n * hurwitz_derivative((n - 1).clamp(min=0), s + 1, q)
    return -(s * hurwitz_derivative(n, s + 1, q) + lower)


def _hurwitz(mp: Any, s: Any, q: Any, n: int = 0) -> Any:
    with mp.workdps(mp.dps + 20 + int(abs(s) * max(1, abs(mp.log10(abs(q)))))):
        if q < 0:
            steps = int(mp.ceil(-q)) + 1
            return mp.fsum((q + k) ** -int(s) for k in range(steps)) + mp.zeta(int(s), q + steps)
        return mp.zeta(s, q, n)


@elementwise(
    "special/zeta.h",
    "i r r -> r",
    partials=(
        discrete,
        lambda n, s, q, out: hurwitz_derivative(n + 1, s, q),
        _derivative_by_shift,
    ),
    reference=lambda mp, n, s, q: _hurwitz(mp, s, q, int(n)),
    samples=(
        Group("core", n=_ORDERS, s=linear(1.05, 12), q=linear(0.1, 10), count=48),
        Group("large q", n=_ORDERS, s=linear(1.05, 6), q=logarithmic(10, 1e6), count=16),
    ),
    special=((1, 0.5, 1.0, nan), (1, 2.0, -1.0, nan), (1, nan, 1.0, nan), (1, 2.0, nan, nan)),
    ulp=Ulp(float64=16, float32=16, partials=128),
    public=False,
)  # fmt: skip
def hurwitz_derivative(n: Any, s: Any, q: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivatives of Hurwitz's zeta function in `s`.

    Parameters
    ----------
    n : tensor_like of integers
        Order, 0 to 4; NaN results for others.
    s : tensor_like
        Real exponent above 1.
    q : tensor_like
        Real shift above 0.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative of order `n`.

    Notes
    -----
    Euler and Maclaurin's formula with Taylor coefficients in `s`.

    Examples
    --------
    >>> import torch
    >>> from sci.special._zeta import hurwitz_derivative
    >>> hurwitz_derivative(1, torch.tensor([2.0, 3.0], dtype=torch.float64), 1.0)
    tensor([-0.9375, -0.1981], dtype=torch.float64)
    """


@elementwise(
    "special/zeta.h",
    "r r -> r",
    partials=(
        lambda s, q, out: hurwitz_derivative(1, s, q),
        lambda s, q, out: -s * hurwitz_zeta(s + 1, q),
    ),
    reference=_hurwitz,
    samples=(
        Group("core", s=linear(1.05, 12), q=linear(0.1, 10), count=64),
        Group("large s", s=linear(12, 300), q=linear(0.8, 6), count=32, dtypes=("float64",)),
        Group("large s", s=linear(12, 40), q=linear(0.8, 6), count=24, dtypes=("float32",)),
        Group("large q", s=linear(1.05, 6), q=logarithmic(10, 1e10), count=32),
        Group("tiny q", s=linear(1.05, 6), q=logarithmic(1e-6, 0.1), count=16),
        Group("beside the pole", s=near(1.0001), q=values(0.5, 3.0)),
    ),
    special=(
        (1.0, 2.0, inf),
        (0.5, 2.0, nan),
        (2.0, 0.0, inf),
        (2.0, -1.0, inf),
        (2.5, -0.5, nan),
        (2.0, -0.5, 8.9348022005446793094),
        (3.0, -0.5, 0.41439832211715999),
        (2.0, inf, 0.0),
        (inf, 1.0, 1.0),
        (nan, 1.0, nan),
        (2.0, nan, nan),
    ),
    ulp=Ulp(float64=6, float32=6, partials=24),
    public=False,
)
def hurwitz_zeta(s: Any, q: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Hurwitz's zeta function: `zeta` with two arguments.

    Parameters
    ----------
    s : tensor_like
        Real exponent.
    q : tensor_like
        Real shift.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The zeta function.

    Notes
    -----
    See `sci.special.zeta`.

    Examples
    --------
    >>> import torch
    >>> from sci.special._zeta import hurwitz_zeta
    >>> hurwitz_zeta(torch.tensor([2.0, 3.0], dtype=torch.float64), 0.5)
    tensor([4.9348, 8.4144], dtype=torch.float64)
    """


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.rand(3, 4, generator=generator, dtype=torch.float64)
    if dtype.is_complex:
        y = torch.rand(3, 4, generator=generator, dtype=torch.float64)
        yield Sample(torch.complex(2 * x - 0.5, 3 * y + 0.5).to(device, dtype))
        return
    q = torch.rand(3, 4, generator=generator, dtype=torch.float64)
    yield Sample((5 * x + 1.5).to(device, dtype))
    yield Sample((5 * x + 1.5).to(device, dtype), (3 * q + 0.5).to(device, dtype))


@function(differentiable=("x", "q"), samples=_samples)
def zeta(x: Any, q: Any = None, out: Tensor | None = None) -> Tensor:
    r"""
    Riemann's or Hurwitz's zeta function.

    .. math:: \zeta(x, q) = \sum_{k=0}^\infty \frac{1}{(k + q)^x}

    Parameters
    ----------
    x : tensor_like
        Exponent; real, or complex when `q` is not given.
    q : tensor_like, optional
        Real shift. Without it the function is Riemann's, continued to the whole plane.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The zeta function. ``inf`` at ``x = 1`` and for ``q = 0, -1, ...``; with `q`, NaN for ``x < 1``, and for
        negative `q` unless `x` is whole. Complex `x` with an imaginary part beyond 1e7 (single
        precision: 1e5) give NaN.

    Raises
    ------
    TypeError
        If `x` or `q` holds no numbers, or `q` is given and one of them is complex.

    See Also
    --------
    zetac : minus 1
    polygamma : ``zeta(n + 1, q)`` times ``(-1)**(n + 1) n!``

    Notes
    -----
    Real `x` without `q`: piecewise polynomials right of -1, the reflection formula on the left. Otherwise Euler and
    Maclaurin's formula [1]_. Within 5 ulp for real ``x > -1``, on the left and in the plane within what one rounding of
    `x` does.

    The derivative in `x` is the same formula differentiated, that in `q` is ``-x * zeta(x + 1, q)``.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 25.2 and 25.11. https://dlmf.nist.gov/25

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.zeta(torch.tensor([-1.0, 0.0, 2.0], dtype=torch.float64))
    tensor([-0.0833, -0.5000,  1.6449], dtype=torch.float64)
    >>> x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    >>> torch.autograd.grad(sci.special.zeta(x, 0.5), x)
    (tensor(1.7481, dtype=torch.float64),)
    """
    given = (x,) if q is None else (x, q)
    return under_name("zeta", riemann_zeta if q is None else hurwitz_zeta, *given, out=out)
