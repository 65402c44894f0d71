"""Kernels of Laguerre's polynomials of whole degree. The mathematics is in csrc/special/orthogonal.h."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, integers, linear, logarithmic, nan, rectangle
from sci._core.dispatch import elementwise

from ._orthogonal import THIRD, precise


def _laguerre(mp: Any, n: int, alpha: Any, x: Any) -> Any:
    return precise(mp, n, lambda: mp.laguerre(int(n), alpha, x))


def _laguerre_samples(count: int) -> tuple[Group, ...]:
    return (
        Group("core", n=integers(1, 16), alpha=linear(-0.9, 4), x=linear(-2, 20), count=count),
        Group(
            "large", n=integers(30, 150), alpha=linear(-0.9, 4), x=linear(0, 200), count=count // 2, dtypes=("float64",)
        ),
        Group("small", n=integers(1, 30), alpha=linear(-0.9, 4), x=logarithmic(1e-6, 0.3), count=count // 2),
        Group("plane", n=integers(1, 16), alpha=linear(-0.9, 4), x=rectangle((-5, 15), (-9, 9)), count=count // 2),
    )


@elementwise(
    "special/orthogonal.h",
    "i r r -> r, i r c -> c",
    partials=(discrete, THIRD, lambda n, alpha, x, out: -laguerre_polynomial_second(n - 1, alpha + 1, x)),
    reference=lambda mp, n, alpha, x: precise(mp, n, lambda: mp.diff(lambda t: mp.laguerre(int(n), t, x), alpha, 2)),
    samples=_laguerre_samples(12),
    special=((2, nan, 0.5, nan), (2, 0.5, nan, nan), (1, 0.5, 0.25, 0.0)),
    ulp=Ulp(float64=64, float32=64, complex128=64, complex64=64, partials=128),
    public=False,
    sorted=True,
)
def laguerre_polynomial_second(n: Any, alpha: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`laguerre_polynomial` in `alpha`.

    Parameters
    ----------
    n : tensor_like of integers
        Degree.
    alpha : tensor_like
        Parameter, real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The polynomial or derivative, in the broadcast shape; NaN for degrees beyond a million.

    Notes
    -----
    By dual numbers. A third derivative in `alpha` raises.
    """


@elementwise(
    "special/orthogonal.h",
    "i r r -> r, i r c -> c",
    partials=(
        discrete,
        lambda n, alpha, x, out: laguerre_polynomial_second(n, alpha, x),
        lambda n, alpha, x, out: -laguerre_polynomial_first(n - 1, alpha + 1, x),
    ),
    reference=lambda mp, n, alpha, x: precise(mp, n, lambda: mp.diff(lambda t: mp.laguerre(int(n), t, x), alpha)),
    samples=_laguerre_samples(16),
    special=((2, nan, 0.5, nan), (2, 0.5, nan, nan), (1, 0.5, 0.25, 1.0)),
    ulp=Ulp(float64=32, float32=32, complex128=32, complex64=32, partials=128),
    public=False,
    sorted=True,
)
def laguerre_polynomial_first(n: Any, alpha: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    First derivative of :func:`laguerre_polynomial` in `alpha`.

    Parameters
    ----------
    n : tensor_like of integers
        Degree.
    alpha : tensor_like
        Parameter, real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The polynomial or derivative, in the broadcast shape; NaN for degrees beyond a million.

    Notes
    -----
    By dual numbers.
    """


@elementwise(
    "special/orthogonal.h",
    "i r r -> r, i r c -> c",
    partials=(
        discrete,
        lambda n, alpha, x, out: laguerre_polynomial_first(n, alpha, x),
        lambda n, alpha, x, out: -laguerre_polynomial(n - 1, alpha + 1, x),
    ),
    reference=_laguerre,
    samples=_laguerre_samples(32),
    special=(
        (0, 0.75, 0.5, 1.0),
        (-2, 0.75, 0.5, 0.0),
        (2, nan, 0.5, nan),
        (2, 0.5, nan, nan),
        (3, 0.5, float("inf"), -float("inf")),
        (3, 0.5, -float("inf"), float("inf")),
    ),
    ulp=Ulp(float64=16, float32=16, complex128=16, complex64=16, partials=32),
    wide=True,
    public=False,
    sorted=True,
)
def laguerre_polynomial(n: Any, alpha: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Laguerre's polynomial.

    Parameters
    ----------
    n : tensor_like of integers
        Degree.
    alpha : tensor_like
        Parameter, real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The polynomial or derivative, in the broadcast shape; NaN for degrees beyond a million.

    Notes
    -----
    The derivative is :math:`-L^{(\alpha+1)}_{n-1}`.
    """
