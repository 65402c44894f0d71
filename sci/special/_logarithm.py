"""Relatives of the logarithm: log1p, xlogy, xlog1py, and the private functions that derivatives are made of."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, near, polar, rectangle, values
from sci._core.dispatch import elementwise


@elementwise(
    "special/logarithm.h",
    "r -> r, c -> c",
    partials=(lambda z, out: 1 / (1 + z),),
    reference=lambda mp, z: mp.log1p(z),
    samples=(
        Group("core", z=linear(-0.99, 10)),
        Group("wide", z=logarithmic(10, 1e30), count=24),
        Group("beside -1", z=values(*(2.0**-k - 1 for k in range(1, 24, 2)))),
        Group("tiny", z=logarithmic(1e-300, 1e-3), count=12, dtypes=("float64",)),
        Group("tiny", z=logarithmic(-1e-36, -1e-3), count=12, dtypes=("float32",)),
        Group("plane", z=polar(1e-3, 30)),
        Group("plane, tiny", z=polar(1e-30, 1e-3), count=24),
        Group("plane, about 0", z=rectangle((-0.6, 0.6), (-0.6, 0.6))),
        Group("plane, where |1 + z| is 1", z=rectangle((-0.01, 0.0), (0.0, 0.14)), count=24),
        Group("plane, the other zero of log|1 + z|", z=rectangle((-2.01, -1.99), (-0.1, 0.1)), count=24),
    ),
    special=((0.0, 0.0), (-0.0, -0.0), (-1.0, -inf), (-2.0, nan), (inf, inf), (nan, nan), (0j, 0j)),
    ulp=Ulp(float64=2, float32=2, complex128=4, complex64=4, partials=4),
    wide=True,
    pullback="arguments",
)
def log1p(z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Logarithm of ``1 + z``, accurate for small `z`.

    Parameters
    ----------
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``log(1 + z)``, ``-inf`` at -1. Real arguments below -1 give NaN; complex ones have the branch cut of the
        logarithm there, continuous from the side that the sign of the imaginary zero says.

    See Also
    --------
    expm1 : the inverse
    xlog1py : ``x * log1p(y)``

    Notes
    -----
    Complex: :math:`\log|1 + z| = \frac12 \mathrm{log1p}(x (x + 2) + y^2)` near 0. Within 1 ulp for real arguments,
    within 3 eps of the modulus for complex ones. The derivative is :math:`1 / (1 + z)`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.log1p(torch.tensor([-1.0, 1e-12, 1.0], dtype=torch.float64))
    tensor([      -inf, 1.0000e-12, 6.9315e-01], dtype=torch.float64)
    """


def _xlog_slope(log: Any, x: Tensor, at: Tensor, zero: float) -> Tensor:
    """d/dx of x log y is log y; at x = 0 and log y = -inf, where the value is 0 by convention, 0."""
    lost = (x == 0) & (at == zero)
    return torch.where(lost, torch.zeros_like(x), log(torch.where(lost, torch.ones_like(at), at)))


def _xlog_quotient(x: Tensor, y: Tensor) -> Tensor:
    """d/dy of x log y is x / y; 0 where both vanish."""
    return x / torch.where((x == 0) & (y == 0), torch.ones_like(y), y)


@elementwise(
    "special/logarithm.h",
    "r r -> r, c c -> c",
    partials=(
        lambda x, y, out: _xlog_slope(torch.log, x, y, 0.0) if not y.is_complex() else log1p(y - 1),
        lambda x, y, out: _xlog_quotient(x, y),
    ),
    reference=lambda mp, x, y: x * mp.log(y),
    samples=(
        Group("core", x=linear(-5, 5), y=linear(0, 5)),
        Group("about y = 1", x=linear(-5, 5), y=near(1.0)),
        Group("wide", x=logarithmic(1e-20, 1e10), y=logarithmic(1e-30, 1e30)),
        Group("plane", x=polar(0.1, 10), y=polar(0.1, 10)),
        Group("plane, about y = 1", x=polar(0.1, 10), y=rectangle((0.9, 1.1), (-0.1, 0.1)), count=24),
    ),
    special=(
        (0.0, 0.0, 0.0),
        (0.0, inf, 0.0),
        (0.0, -1.0, 0.0),
        (0.0, nan, nan),
        (1.0, 0.0, -inf),
        (1.0, -1.0, nan),
        (2.0, 1.0, 0.0),
        (nan, 1.0, nan),
        (0j, 0j, 0j),
    ),
    ulp=Ulp(float64=2, float32=2, complex128=5, complex64=5, partials=5),
    wide=True,
    pullback="arguments",
)
def xlogy(x: Any, y: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    ``x * log(y)``, 0 where `x` is 0.

    Parameters
    ----------
    x, y : tensor_like
        Real or complex arguments; real `y` is not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``x * log(y)``; 0 where `x` is 0 and `y` is not NaN.

    See Also
    --------
    xlog1py, entr, rel_entr

    Notes
    -----
    Within 2 ulp. The derivatives are :math:`\log y` and :math:`x / y`. At ``x = y = 0``, where the value 0 is a
    convention, both are taken as 0, so that a loss with empty classes keeps a finite gradient.

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 0.0, 2.0], dtype=torch.float64)
    >>> sci.special.xlogy(x, torch.tensor([0.0, 3.0, 3.0], dtype=torch.float64))
    tensor([0.0000, 0.0000, 2.1972], dtype=torch.float64)
    """


@elementwise(
    "special/logarithm.h",
    "r r -> r, c c -> c",
    partials=(
        lambda x, y, out: _xlog_slope(log1p, x, y, -1.0) if not y.is_complex() else log1p(y),
        lambda x, y, out: _xlog_quotient(x, 1 + y),
    ),
    reference=lambda mp, x, y: x * mp.log1p(y),
    samples=(
        Group("core", x=linear(-5, 5), y=linear(-1, 5)),
        Group("small y", x=linear(-5, 5), y=logarithmic(1e-30, 1e-3)),
        Group("wide", x=logarithmic(1e-20, 1e10), y=logarithmic(1e-3, 1e30)),
        Group("plane", x=polar(0.1, 10), y=polar(0.001, 10)),
    ),
    special=(
        (0.0, -1.0, 0.0),
        (0.0, inf, 0.0),
        (0.0, nan, nan),
        (1.0, -1.0, -inf),
        (1.0, -2.0, nan),
        (nan, 1.0, nan),
        (0j, -1 + 0j, 0j),
    ),
    ulp=Ulp(float64=2, float32=2, complex128=5, complex64=5, partials=5),
    wide=True,
    pullback="arguments",
)
def xlog1py(x: Any, y: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    ``x * log1p(y)``, 0 where `x` is 0.

    Parameters
    ----------
    x, y : tensor_like
        Real or complex arguments; real `y` is not below -1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``x * log(1 + y)``; 0 where `x` is 0 and `y` is not NaN.

    See Also
    --------
    xlogy, log1p

    Notes
    -----
    Within 2 ulp. The derivatives are :math:`\log(1 + y)` and :math:`x / (1 + y)`, both taken as 0 at ``x = 0, y =
    -1``, where the value 0 is a convention.

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64)
    >>> sci.special.xlog1py(x, torch.tensor([-1.0, 1e-12, 1.0], dtype=torch.float64))
    tensor([0.0000e+00, 1.0000e-12, 1.3863e+00], dtype=torch.float64)
    """


@elementwise(
    "special/logarithm.h",
    "r -> r",
    partials=(lambda x, out: 1 / x,),
    reference=lambda mp, x: 1 + mp.log(x),
    samples=(
        Group("core", x=linear(0, 5)),
        Group("about the zero", x=linear(0.36, 0.38), count=24),
        Group("seams", x=near(0.2, 0.6)),
        Group("wide", x=logarithmic(1e-30, 1e30), count=24),
    ),
    special=((0.0, -inf), (-1.0, nan), (inf, inf), (nan, nan), (1.0, 1.0)),
    ulp=Ulp(float64=3, float32=3, partials=2),
    wide=True,
    public=False,
)
def log_times_e(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Logarithm of e times `x`, ``1 + log(x)``, accurate about its zero 1/e.

    Parameters
    ----------
    x : tensor_like
        Real argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``1 + log(x)``.

    Notes
    -----
    The derivative of ``x * log(x)``; its own derivative is ``1 / x``.

    Examples
    --------
    >>> import torch
    >>> from sci.special._logarithm import log_times_e
    >>> log_times_e(torch.tensor([1.0, 2.0], dtype=torch.float64))
    tensor([1.0000, 1.6931], dtype=torch.float64)
    """


@elementwise(
    "special/logarithm.h",
    "r r -> r",
    partials=(lambda x, y, out: 1 / x, lambda x, y, out: -1 / y),
    reference=lambda mp, x, y: mp.log(x / y),
    samples=(
        Group("core", x=linear(0, 5), y=linear(0, 5)),
        Group("x near y", x=linear(0.99, 1.01), y=linear(0.99, 1.01)),
        Group("wide", x=logarithmic(1e-30, 1e30), y=logarithmic(1e-30, 1e30), count=24),
        Group(
            "quotients out of range", x=logarithmic(1e-300, 1e-200), y=logarithmic(1e200, 1e300), dtypes=("float64",)
        ),
    ),
    special=((0.0, 1.0, -inf), (1.0, 0.0, inf), (0.0, 0.0, nan), (-1.0, 1.0, nan), (1.0, nan, nan), (1.0, 1.0, 0.0)),
    ulp=Ulp(float64=4, float32=4, partials=2),
    wide=True,
    public=False,
)
def log_ratio(x: Any, y: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Logarithm of a quotient, ``log(x / y)``, accurate for `x` near `y` and where the quotient overflows.

    Parameters
    ----------
    x, y : tensor_like
        Real arguments, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``log(x / y)``.

    Notes
    -----
    The derivatives are ``1 / x`` and ``-1 / y``.

    Examples
    --------
    >>> import torch
    >>> from sci.special._logarithm import log_ratio
    >>> log_ratio(torch.tensor([1.0, 2.0], dtype=torch.float64), 1.0)
    tensor([0.0000, 0.6931], dtype=torch.float64)
    """


def _moment_reference(mp: Any, k: Any, s: Any) -> Any:
    """Gauss's function 2F1(k + 1, k + 1; k + 2; -s) / (k + 1), DLMF 15.6.1, as the finite sum with digits to spare."""
    k = int(k)
    if s == 0:
        return mp.mpf(1) / (k + 1)
    with mp.workdps(mp.dps + 10 + int((k + 2) * max(0, -mp.log10(abs(s))))):
        q = s / (1 + s)
        return (mp.log1p(s) - mp.fsum(q**j / j for j in range(1, k + 1))) / s ** (k + 1)


@elementwise(
    "special/logarithm.h",
    "i r -> r, i c -> c",
    partials=(discrete, lambda k, s, out: -(k + 1) * log1p_moment(k + 1, s)),
    reference=_moment_reference,
    samples=(
        Group("core", k=values(0, 1, 2), s=linear(-0.95, 5)),
        Group("seams", k=values(1, 2), s=near(1.5, -0.375)),
        Group("tiny", k=values(0, 1), s=logarithmic(-1e-30, -1e-3), count=12),
        Group("wide", k=values(0, 1, 2), s=logarithmic(5, 1e8), count=24),
        Group("plane", k=values(0, 1, 2), s=polar(0.01, 30)),
    ),
    special=((0, 0.0, 1.0), (1, 0.0, 0.5), (0, -1.0, inf), (0, nan, nan), (0, -2.0, nan)),
    ulp=Ulp(float64=12, float32=12, complex128=24, complex64=24, partials=32),
    wide=True,
    public=False,
    sorted=True,
)
def log1p_moment(k: Any, s: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Moments that the derivatives of ``log1p(s) / s`` are made of.

    .. math:: G_k(s) = \int_0^1 \frac{v^k}{(1 + s v)^{k+1}} \, dv, \qquad G_0(s) = \frac{\log(1 + s)}{s}

    Parameters
    ----------
    k : tensor_like of integers
        Order, 0 to 16; NaN results outside.
    s : tensor_like
        Real argument above -1, or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The moment of order `k`.

    Notes
    -----
    The derivative is :math:`G_k' = -(k + 1) G_{k+1}`.

    Examples
    --------
    >>> import torch
    >>> from sci.special._logarithm import log1p_moment
    >>> log1p_moment(1, torch.tensor([0.0, 1.0], dtype=torch.float64))
    tensor([0.5000, 0.1931], dtype=torch.float64)
    """
