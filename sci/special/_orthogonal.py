"""Kernels of orthogonal polynomials of whole degree. The mathematics is in csrc/special/orthogonal.h."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, integers, linear, logarithmic, nan, not_implemented, rectangle, values
from sci._core.dispatch import elementwise

THIRD = not_implemented("a third derivative of an orthogonal polynomial in which a parameter takes part twice")


def precise(mp: Any, n: int, f: Any) -> Any:
    with mp.workdps(mp.dps + 30 + abs(int(n))):
        return f()


def _jacobi(mp: Any, n: int, alpha: Any, beta: Any, x: Any) -> Any:
    return precise(mp, n, lambda: mp.jacobi(int(n), alpha, beta, x))


def _gegenbauer(mp: Any, n: int, lam: Any, x: Any) -> Any:
    return precise(mp, n, lambda: mp.gegenbauer(int(n), lam, x))


def _below(n: Tensor) -> Tensor:
    """Return the degree of the derivative of P_n, also for negative n, where P_n = P_{-n-1}."""
    return (n - 1).where(n >= 0, -n - 2)


# ---- Legendre ------------------------------------------------------------------------------------------------------


def _legendre_samples(low: float) -> tuple[Group, ...]:
    return (
        Group("core", n=integers(0, 20), x=linear(low, 1), count=32),
        Group("large", n=integers(30, 300), x=linear(low, 1), count=24),
        Group("negative", n=values(-1, -2, -9), x=linear(low, 1), count=8),
        Group("outside", n=integers(1, 20), x=linear(1, 3), count=12),
        Group("small", n=integers(1, 40), x=logarithmic(1e-12, 1e-2), count=16),
        Group("plane", n=integers(0, 20), x=rectangle((-2, 2), (-2, 2)), count=16),
    )


@elementwise(
    "special/orthogonal.h",
    "i r -> r, i c -> c",
    partials=(discrete, lambda n, x, out: gegenbauer_polynomial(_below(n), 1.5, x)),
    reference=lambda mp, n, x: _jacobi(mp, n if n >= 0 else -n - 1, 0, 0, x),
    samples=_legendre_samples(-1),
    special=(
        (0, 0.5, 1.0),
        (9, 1.0, 1.0),
        (9, -1.0, -1.0),
        (10000, 1.0, 1.0),
        (3, -0.0, 0.0),
        (3, nan, nan),
        (3, -float("inf"), -float("inf")),
        (2000000, 0.5, nan),
    ),
    ulp=Ulp(float64=16, float32=16, complex128=16, complex64=16, partials=32),
    wide=True,
    public=False,
    sorted=True,
)
def legendre_polynomial(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Legendre's polynomial.

    Parameters
    ----------
    n : tensor_like of integers
        Degree; P_{-n-1} = P_n.
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
    The derivative is :math:`P_n' = C^{(3/2)}_{n-1}`.
    """


@elementwise(
    "special/orthogonal.h",
    "i r -> r, i c -> c",
    partials=(discrete, lambda n, x, out: (_below(n) + 2) * sh_jacobi_polynomial(_below(n), 1.0, 1.0, x)),
    reference=lambda mp, n, x: _jacobi(mp, n if n >= 0 else -n - 1, 0, 0, 2 * mp.mpmathify(x) - 1),
    samples=_legendre_samples(0),
    special=((9, 1.0, 1.0), (9, 0.0, -1.0), (3, nan, nan), (3, -float("inf"), -float("inf"))),
    ulp=Ulp(float64=16, float32=16, complex128=16, complex64=16, partials=128),
    wide=True,
    public=False,
    sorted=True,
)
def sh_legendre_polynomial(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Legendre's polynomial at :math:`2x - 1`, which keeps the digits of small `x`.

    Parameters
    ----------
    n : tensor_like of integers
        Degree; P_{-n-1} = P_n.
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
    The derivative is :math:`(n + 1) P^{(1,1)}_{n-1}(2x - 1)`.
    """


# ---- Gegenbauer ----------------------------------------------------------------------------------------------------


def _gegenbauer_samples(count: int) -> tuple[Group, ...]:
    return (
        Group("core", n=integers(1, 16), lam=linear(-0.45, 4), x=linear(-1, 1), count=count),
        Group("large", n=integers(30, 200), lam=linear(-0.45, 4), x=linear(-1, 1), count=count // 2),
        Group("outside", n=integers(1, 16), lam=linear(-0.45, 4), x=linear(1, 3), count=count // 2),
        Group("plane", n=integers(1, 16), lam=linear(-0.45, 4), x=rectangle((-2, 2), (-2, 2)), count=count // 2),
        Group("moderate", n=values(2, 3), lam=linear(0.2, 2), x=rectangle((-1, 1), (0.1, 1)), count=count // 2),
    )


@elementwise(
    "special/orthogonal.h",
    "i r r -> r, i r c -> c",
    partials=(
        discrete,
        THIRD,
        lambda n, lam, x, out: (
            4 * gegenbauer_polynomial_first(n - 1, lam + 1, x)
            + 2 * lam * gegenbauer_polynomial_second(n - 1, lam + 1, x)
        ),
    ),
    reference=lambda mp, n, lam, x: precise(mp, n, lambda: mp.diff(lambda t: mp.gegenbauer(int(n), t, x), lam, 2)),
    samples=_gegenbauer_samples(12),
    special=((2, nan, 0.5, nan), (2, 0.5, nan, nan), (1, 0.5, 0.25, 0.0)),
    ulp=Ulp(float64=64, float32=64, complex128=64, complex64=64, partials=128),
    public=False,
    sorted=True,
)
def gegenbauer_polynomial_second(n: Any, lam: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`gegenbauer_polynomial` in `lam`.

    Parameters
    ----------
    n : tensor_like of integers
        Degree.
    lam : tensor_like
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
    By dual numbers. A third derivative in `lam` raises.
    """


@elementwise(
    "special/orthogonal.h",
    "i r r -> r, i r c -> c",
    partials=(
        discrete,
        lambda n, lam, x, out: gegenbauer_polynomial_second(n, lam, x),
        lambda n, lam, x, out: (
            2 * gegenbauer_polynomial(n - 1, lam + 1, x) + 2 * lam * gegenbauer_polynomial_first(n - 1, lam + 1, x)
        ),
    ),
    reference=lambda mp, n, lam, x: precise(mp, n, lambda: mp.diff(lambda t: mp.gegenbauer(int(n), t, x), lam)),
    samples=_gegenbauer_samples(16),
    special=((2, nan, 0.5, nan), (2, 0.5, nan, nan), (1, 0.5, 0.25, 0.5)),
    ulp=Ulp(float64=32, float32=32, complex128=32, complex64=32, partials=64),
    public=False,
    sorted=True,
)
def gegenbauer_polynomial_first(n: Any, lam: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    First derivative of :func:`gegenbauer_polynomial` in `lam`.

    Parameters
    ----------
    n : tensor_like of integers
        Degree.
    lam : tensor_like
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
        lambda n, lam, x, out: gegenbauer_polynomial_first(n, lam, x),
        lambda n, lam, x, out: 2 * lam * gegenbauer_polynomial(n - 1, lam + 1, x),
    ),
    reference=_gegenbauer,
    samples=_gegenbauer_samples(32),
    special=(
        (0, 0.75, 0.5, 1.0),
        (3, 0.0, 0.5, 0.0),
        (-2, 0.75, 0.5, 0.0),
        (2, nan, 0.5, nan),
        (2, 0.5, nan, nan),
        (2, -0.25, float("inf"), -float("inf")),
    ),
    ulp=Ulp(float64=32, float32=32, complex128=32, complex64=32, partials=64),
    wide=True,
    public=False,
    sorted=True,
)
def gegenbauer_polynomial(n: Any, lam: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Gegenbauer's polynomial.

    Parameters
    ----------
    n : tensor_like of integers
        Degree.
    lam : tensor_like
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
    The derivative is :math:`2\lambda C^{(\lambda+1)}_{n-1}`.
    """


# ---- Jacobi --------------------------------------------------------------------------------------------------------


def _jacobi_samples(count: int, **orders: Any) -> tuple[Group, ...]:
    parameters: dict[str, Any] = {**orders, "alpha": linear(-0.9, 4), "beta": linear(-0.8, 3)}
    return (
        Group("core", n=integers(1, 16), **parameters, x=linear(-1, 1), count=count),
        Group("large", n=integers(30, 120), **parameters, x=linear(-1, 1), count=count // 2),
        Group("outside", n=integers(1, 16), **parameters, x=linear(1, 3), count=count // 2),
        Group("plane", n=integers(1, 16), **parameters, x=rectangle((-2, 2), (-2, 2)), count=count // 2),
        Group("moderate", n=values(2, 3), **parameters, x=rectangle((-1, 1), (0.1, 1)), count=count // 2),
    )


def _jacobi_derivative(mp: Any, i: int, j: int, n: int, alpha: Any, beta: Any, x: Any) -> Any:
    """Reference: a derivative in the parameters."""
    return precise(mp, n, lambda: mp.diff(lambda a, b: mp.jacobi(int(n), a, b, x), (alpha, beta), (int(i), int(j))))


@elementwise(
    "special/orthogonal.h",
    "i i i r r r -> r, i i i r r c -> c",
    partials=(discrete, discrete, discrete, THIRD, THIRD, THIRD),
    reference=_jacobi_derivative,
    samples=(
        *_jacobi_samples(8, i=values(2), j=values(0)),
        *_jacobi_samples(8, i=values(1), j=values(1)),
        *_jacobi_samples(8, i=values(0), j=values(2)),
    ),
    special=((1, 1, 2, nan, 1.0, 0.5, nan), (1, 0, 2, 1.0, 1.0, 0.5, nan)),
    ulp=Ulp(float64=1024, float32=1024, complex128=64, complex64=256),
    public=False,
)
def jacobi_polynomial_second(
    i: Any, j: Any, n: Any, alpha: Any, beta: Any, x: Any, /, *, out: Tensor | None = None
) -> Tensor:
    r"""
    Second derivative of :func:`jacobi_polynomial` in the parameters.

    Parameters
    ----------
    i, j : tensor_like of integers
        Orders in `alpha` and `beta`, :math:`i + j = 2`; NaN results from others.
    n : tensor_like of integers
        Degree.
    alpha, beta : tensor_like
        Parameters, real.
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
    By dual numbers. Its own derivatives raise.
    """


@elementwise(
    "special/orthogonal.h",
    "i i i r r r -> r, i i i r r c -> c",
    partials=(
        discrete,
        discrete,
        discrete,
        lambda i, j, n, alpha, beta, x, out: jacobi_polynomial_second(i + 1, j, n, alpha, beta, x),
        lambda i, j, n, alpha, beta, x, out: jacobi_polynomial_second(i, j + 1, n, alpha, beta, x),
        lambda i, j, n, alpha, beta, x, out: (
            jacobi_polynomial(n - 1, alpha + 1, beta + 1, x) / 2
            + (n + alpha + beta + 1) / 2 * jacobi_polynomial_first(i, j, n - 1, alpha + 1, beta + 1, x)
        ),
    ),
    reference=_jacobi_derivative,
    samples=(*_jacobi_samples(12, i=values(1), j=values(0)), *_jacobi_samples(12, i=values(0), j=values(1))),
    special=((1, 0, 2, nan, 1.0, 0.5, nan), (1, 1, 2, 1.0, 1.0, 0.5, nan)),
    ulp=Ulp(float64=64, float32=64, complex128=32, complex64=32, partials=1024),
    public=False,
)
def jacobi_polynomial_first(
    i: Any, j: Any, n: Any, alpha: Any, beta: Any, x: Any, /, *, out: Tensor | None = None
) -> Tensor:
    r"""
    First derivative of :func:`jacobi_polynomial` in a parameter.

    Parameters
    ----------
    i, j : tensor_like of integers
        1, 0 for `alpha` and 0, 1 for `beta`; NaN results from others.
    n : tensor_like of integers
        Degree.
    alpha, beta : tensor_like
        Parameters, real.
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
    "i r r r -> r, i r r c -> c",
    partials=(
        discrete,
        lambda n, alpha, beta, x, out: jacobi_polynomial_first(1, 0, n, alpha, beta, x),
        lambda n, alpha, beta, x, out: jacobi_polynomial_first(0, 1, n, alpha, beta, x),
        lambda n, alpha, beta, x, out: (n + alpha + beta + 1) / 2 * jacobi_polynomial(n - 1, alpha + 1, beta + 1, x),
    ),
    reference=_jacobi,
    samples=(*_jacobi_samples(32),),
    special=(
        (0, 0.75, 0.25, 0.5, 1.0),
        (-2, 0.75, 0.25, 0.5, 0.0),
        (2, nan, 0.25, 0.5, nan),
        (2, 0.5, 0.25, nan, nan),
        (3, 0.5, 0.25, -float("inf"), -float("inf")),
    ),
    ulp=Ulp(float64=32, float32=32, complex128=32, complex64=32, partials=64),
    wide=True,
    public=False,
    sorted=True,
)
def jacobi_polynomial(n: Any, alpha: Any, beta: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Jacobi's polynomial.

    Parameters
    ----------
    n : tensor_like of integers
        Degree.
    alpha, beta : tensor_like
        Parameters, real.
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
    The derivative is :math:`\frac{n+\alpha+\beta+1}{2} P^{(\alpha+1,\beta+1)}_{n-1}`.
    """


def _sh_jacobi_derivative(mp: Any, i: int, j: int, n: int, alpha: Any, beta: Any, x: Any) -> Any:
    return _jacobi_derivative(mp, i, j, n, alpha, beta, 2 * mp.mpmathify(x) - 1)


def _sh_jacobi_samples(count: int, **orders: Any) -> tuple[Group, ...]:
    p: dict[str, Any] = {**orders, "alpha": linear(-0.9, 4), "beta": linear(-0.8, 3)}
    return (
        Group("core", n=integers(1, 16), **p, x=linear(0, 1), count=count),
        Group("small", n=integers(1, 40), **p, x=logarithmic(1e-2, 0.1), count=count),
        Group("plane", n=integers(1, 16), **p, x=rectangle((-1, 2), (-1, 1)), count=count // 2),
        Group("moderate", n=values(2, 3), **p, x=rectangle((0, 1), (0.06, 0.5)), count=count // 2),
    )


@elementwise(
    "special/orthogonal.h",
    "i i i r r r -> r, i i i r r c -> c",
    partials=(discrete, discrete, discrete, THIRD, THIRD, THIRD),
    reference=_sh_jacobi_derivative,
    samples=(
        *_sh_jacobi_samples(6, i=values(2), j=values(0)),
        *_sh_jacobi_samples(6, i=values(1), j=values(1)),
        *_sh_jacobi_samples(6, i=values(0), j=values(2)),
    ),
    special=((1, 1, 2, nan, 1.0, 0.5, nan), (1, 0, 2, 1.0, 1.0, 0.5, nan)),
    ulp=Ulp(float64=1024, float32=1024, complex128=64, complex64=64),
    public=False,
)
def sh_jacobi_polynomial_second(
    i: Any, j: Any, n: Any, alpha: Any, beta: Any, x: Any, /, *, out: Tensor | None = None
) -> Tensor:
    r"""
    Second derivative of :func:`sh_jacobi_polynomial` in the parameters, of order `i` in `alpha` and `j` in `beta`,
    :math:`i + j = 2` (NaN results from others), by dual numbers: as :func:`jacobi_polynomial_second`, with the digits
    of small `x`. Its own derivatives raise.
    """


@elementwise(
    "special/orthogonal.h",
    "i i i r r r -> r, i i i r r c -> c",
    partials=(
        discrete,
        discrete,
        discrete,
        lambda i, j, n, alpha, beta, x, out: sh_jacobi_polynomial_second(i + 1, j, n, alpha, beta, x),
        lambda i, j, n, alpha, beta, x, out: sh_jacobi_polynomial_second(i, j + 1, n, alpha, beta, x),
        lambda i, j, n, alpha, beta, x, out: (
            sh_jacobi_polynomial(n - 1, alpha + 1, beta + 1, x)
            + (n + alpha + beta + 1) * sh_jacobi_polynomial_first(i, j, n - 1, alpha + 1, beta + 1, x)
        ),
    ),
    reference=_sh_jacobi_derivative,
    samples=(*_sh_jacobi_samples(10, i=values(1), j=values(0)), *_sh_jacobi_samples(10, i=values(0), j=values(1))),
    special=((1, 0, 2, nan, 1.0, 0.5, nan), (1, 1, 2, 1.0, 1.0, 0.5, nan)),
    ulp=Ulp(float64=512, float32=64, complex128=32, complex64=32, partials=1024),
    public=False,
)
def sh_jacobi_polynomial_first(
    i: Any, j: Any, n: Any, alpha: Any, beta: Any, x: Any, /, *, out: Tensor | None = None
) -> Tensor:
    r"""
    First derivative of :func:`sh_jacobi_polynomial`: in `alpha` for `i`, `j` = 1, 0 and in `beta` for 0, 1 (NaN results
    from others), by dual numbers: as :func:`jacobi_polynomial_first`, with the digits of small `x`.
    """


@elementwise(
    "special/orthogonal.h",
    "i r r r -> r, i r r c -> c",
    partials=(
        discrete,
        lambda n, alpha, beta, x, out: sh_jacobi_polynomial_first(1, 0, n, alpha, beta, x),
        lambda n, alpha, beta, x, out: sh_jacobi_polynomial_first(0, 1, n, alpha, beta, x),
        lambda n, alpha, beta, x, out: (n + alpha + beta + 1) * sh_jacobi_polynomial(n - 1, alpha + 1, beta + 1, x),
    ),
    reference=lambda mp, n, alpha, beta, x: _jacobi(mp, n, alpha, beta, 2 * mp.mpmathify(x) - 1),
    samples=(
        Group("core", n=integers(1, 16), alpha=linear(-0.9, 4), beta=linear(-0.8, 3), x=linear(0, 1), count=24),
        Group(
            "small", n=integers(1, 40), alpha=linear(-0.9, 4), beta=linear(-0.8, 3), x=logarithmic(1e-12, 0.1), count=16
        ),
        Group(
            "plane",
            n=integers(1, 16),
            alpha=linear(-0.9, 4),
            beta=linear(-0.8, 3),
            x=rectangle((-1, 2), (-1, 1)),
            count=12,
        ),
    ),
    special=((0, 0.75, 0.25, 0.5, 1.0), (2, 0.5, 0.25, nan, nan)),
    ulp=Ulp(float64=32, float32=32, complex128=32, complex64=32, partials=64),
    wide=True,
    public=False,
)
def sh_jacobi_polynomial(n: Any, alpha: Any, beta: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Jacobi's polynomial at :math:`2x - 1`, which keeps the digits of small `x`.

    Parameters
    ----------
    n : tensor_like of integers
        Degree.
    alpha, beta : tensor_like
        Parameters, real.
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
    The derivative is :math:`(n+\alpha+\beta+1) P^{(\alpha+1,\beta+1)}_{n-1}(2x - 1)`.
    """
