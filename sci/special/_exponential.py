"""Relatives of the exponential function: exp2, exp10, expm1, exprel, cosm1."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, near, polar, rectangle, values
from sci._core.dispatch import elementwise

_LN10 = math.log(10)


def _tiny(**more: Any) -> tuple[Group, Group]:
    """Two groups of small arguments of either sign, one for each precision."""
    return (
        Group("tiny", x=logarithmic(1e-300, 1e-3), count=12, dtypes=("float64",), **more),
        Group("tiny", x=logarithmic(-1e-36, -1e-3), count=12, dtypes=("float32",), **more),
    )


@elementwise(
    "special/exponential.h",
    "r -> r",
    partials=(lambda x, out: math.log(2) * out,),
    reference=lambda mp, x: mp.mpf(2) ** x,
    samples=(
        Group("core", x=linear(-20, 20)),
        Group("wide", x=linear(-1000, 1020), dtypes=("float64",)),
        Group("wide", x=linear(-124, 127), dtypes=("float32",)),
        Group("subnormal values", x=linear(-1073, -1022), dtypes=("float64",), count=16),
        Group("zero", x=near(0.0, 1.0)),
    ),
    special=((0.0, 1.0), (3.0, 8.0), (inf, inf), (-inf, 0.0), (nan, nan)),
    ulp=Ulp(float64=1, float32=1, partials=2),
    wide=True,
    pullback=True,
)
def exp2(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Two to the power `x`.

    Parameters
    ----------
    x : tensor_like
        Real argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``2**x``, exact for whole `x`.

    See Also
    --------
    exp10, expm1

    Notes
    -----
    Within 1 ulp. The derivative is :math:`2^x \log 2`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.exp2(torch.tensor([-1.0, 0.5, 10.0], dtype=torch.float64))
    tensor([5.0000e-01, 1.4142e+00, 1.0240e+03], dtype=torch.float64)
    """


@elementwise(
    "special/exponential.h",
    "r -> r",
    partials=(lambda x, out: _LN10 * out,),
    reference=lambda mp, x: mp.mpf(10) ** x,
    samples=(
        Group("core", x=linear(-10, 10)),
        Group("wide", x=linear(-306, 308), dtypes=("float64",)),
        Group("wide", x=linear(-37, 38), dtypes=("float32",)),
        Group("subnormal values", x=linear(-323, -308), dtypes=("float64",), count=16),
        Group("zero", x=near(0.0, 1.0)),
    ),
    special=((0.0, 1.0), (2.0, 100.0), (10.0, 1e10), (inf, inf), (-inf, 0.0), (400.0, inf), (nan, nan)),
    ulp=Ulp(float64=1, float32=1, partials=3),
    wide=True,
    pullback=True,
)
def exp10(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Ten to the power `x`.

    Parameters
    ----------
    x : tensor_like
        Real argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``10**x``, exact where that is a number of the dtype.

    See Also
    --------
    exp2, expm1

    Notes
    -----
    Within 1 ulp. The derivative is :math:`10^x \log 10`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.exp10(torch.tensor([-1.0, 0.5, 3.0], dtype=torch.float64))
    tensor([1.0000e-01, 3.1623e+00, 1.0000e+03], dtype=torch.float64)
    """


@elementwise(
    "special/exponential.h",
    "r -> r, c -> c",
    partials=(lambda z, out: torch.exp(z),),
    reference=lambda mp, z: mp.expm1(z),
    samples=(
        Group("core", z=linear(-5, 5)),
        Group("wide", z=linear(-40, 700), dtypes=("float64",)),
        Group("wide", z=linear(-18, 88), dtypes=("float32",)),
        Group("tiny", z=logarithmic(1e-300, 1e-3), count=12, dtypes=("float64",)),
        Group("tiny", z=logarithmic(-1e-36, -1e-3), count=12, dtypes=("float32",)),
        Group("zero", z=near(0.0)),
        Group("plane", z=polar(1e-3, 30)),
        Group("plane, tiny", z=polar(1e-30, 1e-3), count=24),
        Group("plane, about a zero", z=rectangle((-0.1, 0.1), (6.2, 6.4)), count=24),
        Group("plane, left", z=rectangle((-40, -1), (-7, 7)), count=24),
    ),
    special=((0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -1.0), (nan, nan), (0j, 0j), (-inf + 0j, -1 + 0j)),
    ulp=Ulp(float64=2, float32=2, complex128=4, complex64=4, partials=3),
    wide=True,
    pullback="arguments",
)
def expm1(z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Exponential function less one, ``exp(z) - 1``, accurate for small `z`.

    Parameters
    ----------
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``exp(z) - 1``.

    See Also
    --------
    exprel : ``expm1(x) / x``
    log1p : the inverse

    Notes
    -----
    Complex arguments by :math:`e^x \cos y - 1 = (e^x - 1) \cos y - 2 \sin^2(y/2)`. Within 1 ulp for real arguments,
    within 3 eps of the modulus for complex ones. The derivative is :math:`e^z`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.expm1(torch.tensor([1e-12, 1.0, -50.0], dtype=torch.float64))
    tensor([ 1.0000e-12,  1.7183e+00, -1.0000e+00], dtype=torch.float64)
    """


@elementwise(
    "special/exponential.h",
    "r -> r",
    partials=(lambda x, out: -torch.sin(x),),
    reference=lambda mp, x: -2 * mp.sin(x / 2) ** 2,
    samples=(
        Group("core", x=linear(-7, 7)),
        Group("wide", x=linear(-1000, 1000)),
        *_tiny(),
        Group("zero", x=near(0.0, 2 * math.pi)),
    ),
    special=((0.0, 0.0), (-0.0, 0.0), (inf, nan), (-inf, nan), (nan, nan)),
    ulp=Ulp(float64=3, float32=3, partials=3),
    wide=True,
)
def cosm1(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Cosine less one, ``cos(x) - 1``, accurate for small `x`.

    Parameters
    ----------
    x : tensor_like
        Real argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``cos(x) - 1``, NaN at infinity.

    See Also
    --------
    expm1, log1p

    Notes
    -----
    :math:`-2 \sin^2(x/2)`, within 2 ulp. The derivative is :math:`-\sin x`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.cosm1(torch.tensor([1e-9, 1.0], dtype=torch.float64))
    tensor([-5.0000e-19, -4.5970e-01], dtype=torch.float64)
    """


def _moment_reference(mp: Any, n: Any, x: Any) -> Any:
    """Kummer's function M(n + 1, n + 2, x) / (n + 1)."""
    return mp.hyp1f1(n + 1, n + 2, x) / (n + 1)


@elementwise(
    "special/exponential.h",
    "i r -> r",
    partials=(discrete, lambda n, x, out: exprel_moment(n + 1, x)),
    reference=_moment_reference,
    samples=(
        Group("core", n=values(0, 1, 2, 3), x=linear(-10, 10)),
        Group("wide", n=values(1, 2, 3), x=linear(-600, 700), dtypes=("float64",)),
        Group("wide", n=values(1, 2, 3), x=linear(-80, 88), dtypes=("float32",)),
        Group("seams", n=values(1, 2), x=near(2.0, -2.0, 4.0, -4.0)),
        Group("tiny", n=values(1, 2), x=logarithmic(-1e-30, -1e-3), count=12),
    ),
    special=((1, 0.0, 0.5), (1, inf, inf), (1, -inf, 0.0), (1, nan, nan), (-1, 1.0, nan)),
    ulp=Ulp(float64=6, float32=6, partials=8),
    wide=True,
    public=False,
    sorted=True,
)
def exprel_moment(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Moments of the exponential function, the derivatives of `exprel`.

    .. math:: I_n(x) = \int_0^1 t^n e^{xt} \, dt = \frac{d^n}{dx^n} \frac{e^x - 1}{x}

    Parameters
    ----------
    n : tensor_like of integers
        Order, 0 to 64; NaN results outside.
    x : tensor_like
        Real argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The moment of order `n`.

    Notes
    -----
    The closed form :math:`(e^x - n I_{n-1}) / x` cancels for small `x`, where series stand in its place. The
    derivative is the moment of the next order.

    Examples
    --------
    >>> import torch
    >>> from sci.special._exponential import exprel_moment
    >>> exprel_moment(1, torch.tensor([0.0, 1.0], dtype=torch.float64))
    tensor([0.5000, 1.0000], dtype=torch.float64)
    """


@elementwise(
    "special/exponential.h",
    "r -> r",
    partials=(lambda x, out: exprel_moment(1, x),),
    reference=lambda mp, x: mp.expm1(x) / x if x else mp.mpf(1),
    samples=(
        Group("core", x=linear(-10, 10)),
        Group("wide", x=linear(-700, 715), dtypes=("float64",)),
        Group("wide", x=linear(-85, 92), dtypes=("float32",)),
        Group("tiny", x=logarithmic(1e-300, 1e-3), count=12, dtypes=("float64",)),
        Group("tiny", x=logarithmic(-1e-36, -1e-3), count=12, dtypes=("float32",)),
        Group("where exp overflows", x=near(709.782712893384, 708.7, 716.3), dtypes=("float64",)),
        Group("zero", x=near(1.0)),
    ),
    special=((0.0, 1.0), (-0.0, 1.0), (inf, inf), (-inf, 0.0), (nan, nan)),
    ulp=Ulp(float64=3, float32=3, partials=8),
    wide=True,
    pullback="arguments",
)
def exprel(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Relative error exponential, ``(exp(x) - 1) / x``.

    Parameters
    ----------
    x : tensor_like
        Real argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``(exp(x) - 1) / x``, 1 at 0.

    See Also
    --------
    expm1

    Notes
    -----
    Within 2 ulp, also above 709.78 where ``exp(x)`` overflows and the quotient does not yet.

    The derivative is :math:`\int_0^1 t e^{xt} \, dt`, 1/2 at 0, by its own kernel, since
    :math:`(e^x - \mathrm{exprel}(x)) / x` cancels.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.exprel(torch.tensor([-2.0, 0.0, 1e-9, 2.0], dtype=torch.float64))
    tensor([0.4323, 1.0000, 1.0000, 3.1945], dtype=torch.float64)
    """
