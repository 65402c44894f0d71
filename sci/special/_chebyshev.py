"""Chebyshev polynomials of the four kinds. The mathematics is in csrc/special/chebyshev.h."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, rectangle, values
from sci._core.dispatch import elementwise

from ._hyp2f1 import hyp2f1
from ._jacobi_function import gegenbauer_function


def _angle(low: Tensor, high: Tensor) -> Tensor:
    """Return t / sin t for cos t = 1 - 2 low = 2 high - 1: smooth at t = 0, and about t = pi from pi - t."""
    left = (high.real < 0.25) & (high != 0)
    if not high.is_complex():
        left = left & (high > 0)  # further to the left it is infinite
    found = hyp2f1(1.0, 1.0, 1.5, torch.where(left, high, low))
    sine = 2 * torch.where(left, low, 0.25).sqrt() * torch.where(left, high, 0.25).sqrt()
    return torch.where(left, torch.pi / sine - found, found)


def _first_slope(n: Tensor, low: Tensor, high: Tensor, below: Tensor) -> Tensor:
    """Return the derivative of T_n(x) in n, -t sin(n t), from (1 - x)/2, (1 + x)/2 and `below` = U_{n-1}(x)."""
    end = high == 0
    low, high = torch.where(end, 0.5, low), torch.where(end, 0.5, high)
    found = -4 * low * high * _angle(low, high) * below
    return torch.where(end, torch.zeros_like(found) - torch.pi * torch.sin(torch.pi * n), found)


def _second_slope(n: Tensor, low: Tensor, high: Tensor, above: Tensor) -> Tensor:
    """Return the derivative of U_n(x) in n, t / sin t cos((n + 1) t), from (1 -+ x)/2 and `above` = T_{n+1}(x)."""
    found = _angle(low, high) * above
    limit = torch.where((n + 1).abs() < 1, torch.zeros_like(found), inf)  # t = i infinity
    return torch.where(low == -inf, limit, found)


def _slope(n: Tensor, x: Tensor) -> Tensor:
    """Return U_n'(x) = 2 C_{n-1}^(2)(x), by U_n = -U_{-n-2} for negative degrees."""
    negative = n < -1
    found = 2 * gegenbauer_function(torch.where(negative, -n - 3, n - 1), torch.full_like(n, 2), x)
    return torch.where(negative, -found, found)


def _shifted_slope(n: Tensor, x: Tensor, out: Tensor) -> Tensor:
    """Return dU_n(y)/dx, y = 2 x - 1: (y U_n - (n + 1) T_{n+1}) / (1 - y^2) for small x, of which y keeps no digits.

    For whole degrees, where that cancels, the slope is smooth there.
    """
    left = (x.abs() < 0.0625) & (x != 0) & (n != n.round())
    if not x.is_complex():
        left = left & (x > 0)
    inside = torch.where(left, x, 0.5)
    near = (2 * inside - 1) * torch.where(left, out, 0.0) - (n + 1) * eval_sh_chebyt(n + 1, inside)
    return torch.where(left, near / (2 * inside * (1 - inside)), 2 * _slope(n, torch.where(left, 0.5, 2 * x - 1)))


def _cosine(mp: Any, n: Any, x: Any) -> Any:
    with mp.workdps(mp.dps + 20):
        t = mp.cos(n * mp.acos(x))
        return t if mp.im(x) != 0 else mp.re(t)


def _sine(mp: Any, n: Any, x: Any) -> Any:
    with mp.workdps(mp.dps + 20):
        t = mp.acos(x)
        u = mp.sin((n + 1) * t) / mp.sin(t) if t != 0 else mp.mpf(n + 1)
        return u if mp.im(x) != 0 else mp.re(u)


def _samples(low: float, high: float, plane: float = 2.0) -> tuple[Group, ...]:
    """Samples for polynomials on [low, high]; a number beside `low` and `high` has the same distance everywhere."""
    middle, half = (low + high) / 2, (high - low) / 2
    whole = values(*(float(k) for k in (0, 1, 2, 3, 5, 8, 13, 16, 17, 25)))
    return (
        Group("core", n=whole, x=linear(low, high), count=40),
        Group("large degrees", n=values(40.0, 101.0, 500.0, 999.0), x=linear(low, high), count=24),
        Group("negative degrees", n=values(-1.0, -2.0, -7.0, -30.0), x=linear(low, high), count=16),
        Group("real degrees", n=linear(-12, 40), x=linear(low + half / 8, high), count=32),
        Group("seams", n=values(7.0, 20.0, 2.5), x=near(middle + 0.7 * half), count=24),
        Group("seam of short ones", n=values(7.0, 13.0), x=near(middle + half / 2), count=12),
        Group("outside", n=values(3.0, 20.0, 51.0), x=linear(high, high + half), count=16),
        Group("far", n=values(2.0, 5.0, 0.5), x=logarithmic(high + 1, 1e5), count=16),
        Group(
            "plane",
            n=values(1.0, 4.0, 17.0, 30.0),
            x=rectangle((middle - plane * half, middle + plane * half), (-plane * half, plane * half)),
            count=24,
        ),
        Group("plane, real degrees", n=linear(-5, 20), x=rectangle((low - half, high + half), (0.1, 2)), count=16),
    )


_ULP = Ulp(float64=16, float32=16, complex128=64, complex64=64, partials=64)


@elementwise(
    "special/chebyshev.h",
    "r r -> r, r c -> c",
    partials=(
        lambda n, x, out: _first_slope(n, (1 - x) / 2, (1 + x) / 2, eval_chebyu(n - 1, x)),
        lambda n, x, out: n * eval_chebyu(n - 1, x),
    ),
    reference=lambda mp, n, x: _cosine(mp, n, x),
    samples=_samples(-1.0, 1.0),
    special=(
        (0.0, 1.0, 1.0),
        (30.0, 1.0, 1.0),
        (31.0, -1.0, -1.0),
        (3.0, 0.0, -0.0),
        (2.0, nan, nan),
        (nan, 0.5, nan),
        (0.5, -2.0, inf),
        (2.0, inf, inf),
        (3.0, -inf, -inf),
        (20.0, 1e100, inf),
    ),
    ulp=_ULP,
    wide=True,
)
def eval_chebyt(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Chebyshev's polynomial of the first kind.

    .. math::
        T_n(\cos\theta) = \cos n\theta

    Parameters
    ----------
    n : tensor_like
        Degree, real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The polynomial, or the function of a degree that is not whole; infinite for real arguments to the left of the
        interval and degrees that are not whole.

    Raises
    ------
    TypeError
        Where `n` is complex or an argument holds no numbers.

    See Also
    --------
    eval_chebyu, eval_chebyc, eval_sh_chebyt, chebyt

    Notes
    -----
    Whole degrees up to 32 by the recurrence, others by the formula [1]_: the time does not grow with the degree.
    The derivatives are :math:`T_n' = n U_{n-1}` and, in `n`, :math:`-\theta\sin n\theta`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 18.5, https://dlmf.nist.gov/18.5

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    >>> sci.special.eval_chebyt(2, x)
    tensor([-1.0000, -0.5000,  1.0000], dtype=torch.float64)
    """


@elementwise(
    "special/chebyshev.h",
    "r r -> r, r c -> c",
    partials=(
        lambda n, x, out: _second_slope(n, (1 - x) / 2, (1 + x) / 2, eval_chebyt(n + 1, x)),
        lambda n, x, out: _slope(n, x),
    ),
    reference=lambda mp, n, x: _sine(mp, n, x),
    samples=_samples(-1.0, 1.0),
    special=(
        (0.0, 1.0, 1.0),
        (30.0, 1.0, 31.0),
        (31.0, -1.0, -32.0),
        (-1.0, 0.5, 0.0),
        (3.0, 0.0, -0.0),
        (2.0, nan, nan),
        (nan, 0.5, nan),
        (0.5, -2.0, inf),
        (2.0, inf, inf),
        (3.0, -inf, -inf),
    ),
    ulp=_ULP,
    wide=True,
)
def eval_chebyu(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Chebyshev's polynomial of the second kind.

    .. math::
        U_n(\cos\theta) = \frac{\sin (n+1)\theta}{\sin\theta}

    Parameters
    ----------
    n : tensor_like
        Degree, real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The polynomial, or the function of a degree that is not whole; infinite for real arguments to the left of the
        interval and degrees that are not whole.

    Raises
    ------
    TypeError
        Where `n` is complex or an argument holds no numbers.

    See Also
    --------
    eval_chebyt, eval_chebys, eval_sh_chebyu, chebyu

    Notes
    -----
    Whole degrees up to 32 by the recurrence, others by the formula [1]_: the time does not grow with the degree.
    The derivatives are :math:`U_n' = 2 C^{(2)}_{n-1}` and, in `n`, :math:`\theta\cos((n+1)\theta) / \sin\theta`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 18.5, https://dlmf.nist.gov/18.5

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    >>> sci.special.eval_chebyu(2, x)
    tensor([-1.,  0.,  3.], dtype=torch.float64)
    """


@elementwise(
    "special/chebyshev.h",
    "r r -> r, r c -> c",
    partials=(
        lambda n, x, out: 2 * _first_slope(n, (2 - x) / 4, (2 + x) / 4, eval_chebys(n - 1, x)),
        lambda n, x, out: n * eval_chebys(n - 1, x),
    ),
    reference=lambda mp, n, x: 2 * _cosine(mp, n, x / 2),
    samples=_samples(-2.0, 2.0),
    special=((0.0, 1.0, 2.0), (30.0, 2.0, 2.0), (2.0, nan, nan), (nan, 0.5, nan), (0.5, -3.0, inf)),
    ulp=_ULP,
    wide=True,
)
def eval_chebyc(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Chebyshev's polynomial of the first kind on [-2, 2].

    .. math::
        C_n(x) = 2 T_n(x/2)

    Parameters
    ----------
    n : tensor_like
        Degree, real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The polynomial, or the function of a degree that is not whole; infinite for real arguments to the left of the
        interval and degrees that are not whole.

    Raises
    ------
    TypeError
        Where `n` is complex or an argument holds no numbers.

    See Also
    --------
    eval_chebyt, eval_chebys, chebyc

    Notes
    -----
    Whole degrees up to 32 by the recurrence, others by the formula [1]_: the time does not grow with the degree.
    The derivatives are :math:`C_n' = n S_{n-1}` and, in `n`, :math:`-2\theta\sin n\theta,\ x = 2\cos\theta`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 18.5, https://dlmf.nist.gov/18.5

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64)
    >>> sci.special.eval_chebyc(2, x)
    tensor([-2., -1.,  2.], dtype=torch.float64)
    """


@elementwise(
    "special/chebyshev.h",
    "r r -> r, r c -> c",
    partials=(
        lambda n, x, out: _second_slope(n, (2 - x) / 4, (2 + x) / 4, eval_chebyt(n + 1, x / 2)),
        lambda n, x, out: _slope(n, x / 2) / 2,
    ),
    reference=lambda mp, n, x: _sine(mp, n, x / 2),
    samples=_samples(-2.0, 2.0),
    special=((0.0, 1.0, 1.0), (30.0, 2.0, 31.0), (2.0, nan, nan), (nan, 0.5, nan), (0.5, -3.0, inf)),
    ulp=_ULP,
    wide=True,
)
def eval_chebys(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Chebyshev's polynomial of the second kind on [-2, 2].

    .. math::
        S_n(x) = U_n(x/2)

    Parameters
    ----------
    n : tensor_like
        Degree, real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The polynomial, or the function of a degree that is not whole; infinite for real arguments to the left of the
        interval and degrees that are not whole.

    Raises
    ------
    TypeError
        Where `n` is complex or an argument holds no numbers.

    See Also
    --------
    eval_chebyu, eval_chebyc, chebys

    Notes
    -----
    Whole degrees up to 32 by the recurrence, others by the formula [1]_: the time does not grow with the degree.
    The derivatives are :math:`S_n'(x) = C^{(2)}_{n-1}(x/2)` and, in `n`, :math:`\theta\cos((n+1)\theta) /
    \sin\theta,\ x = 2\cos\theta`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 18.5, https://dlmf.nist.gov/18.5

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64)
    >>> sci.special.eval_chebys(2, x)
    tensor([-1.,  0.,  3.], dtype=torch.float64)
    """


@elementwise(
    "special/chebyshev.h",
    "r r -> r, r c -> c",
    partials=(
        lambda n, x, out: _first_slope(n, 1 - x, x, eval_sh_chebyu(n - 1, x)),
        lambda n, x, out: 2 * n * eval_sh_chebyu(n - 1, x),
    ),
    reference=lambda mp, n, x: _cosine(mp, n, 2 * mp.mpmathify(x) - 1),
    samples=(*_samples(0.0, 1.0), Group("left end", n=linear(-3, 12), x=logarithmic(1e-13, 1e-3), count=10)),
    special=((0.0, 1.0, 1.0), (31.0, 0.0, -1.0), (2.0, nan, nan), (nan, 0.5, nan), (0.5, -1.0, inf)),
    ulp=_ULP,
    wide=True,
)
def eval_sh_chebyt(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Chebyshev's polynomial of the first kind on [0, 1].

    .. math::
        T^*_n(x) = T_n(2x - 1)

    Parameters
    ----------
    n : tensor_like
        Degree, real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The polynomial, or the function of a degree that is not whole; infinite for real arguments to the left of the
        interval and degrees that are not whole.

    Raises
    ------
    TypeError
        Where `n` is complex or an argument holds no numbers.

    See Also
    --------
    eval_chebyt, eval_sh_chebyu, sh_chebyt

    Notes
    -----
    Whole degrees up to 32 by the recurrence, others by the formula [1]_: the time does not grow with the degree.
    The derivatives are :math:`2n U^*_{n-1}` and, in `n`, :math:`-\theta\sin n\theta,\ 2x - 1 = \cos\theta`. The
    digits of a small `x` are kept.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 18.5, https://dlmf.nist.gov/18.5

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    >>> sci.special.eval_sh_chebyt(2, x)
    tensor([ 1., -1.,  1.], dtype=torch.float64)
    """


@elementwise(
    "special/chebyshev.h",
    "r r -> r, r c -> c",
    partials=(
        lambda n, x, out: _second_slope(n, 1 - x, x, eval_sh_chebyt(n + 1, x)),
        _shifted_slope,
    ),
    reference=lambda mp, n, x: _sine(mp, n, 2 * mp.mpmathify(x) - 1),
    samples=(*_samples(0.0, 1.0), Group("left end", n=linear(-3, 12), x=logarithmic(1e-13, 1e-3), count=10)),
    special=((0.0, 1.0, 1.0), (31.0, 0.0, -32.0), (2.0, nan, nan), (nan, 0.5, nan), (0.5, -1.0, inf)),
    ulp=_ULP,
    wide=True,
)
def eval_sh_chebyu(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Chebyshev's polynomial of the second kind on [0, 1].

    .. math::
        U^*_n(x) = U_n(2x - 1)

    Parameters
    ----------
    n : tensor_like
        Degree, real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The polynomial, or the function of a degree that is not whole; infinite for real arguments to the left of the
        interval and degrees that are not whole.

    Raises
    ------
    TypeError
        Where `n` is complex or an argument holds no numbers.

    See Also
    --------
    eval_chebyu, eval_sh_chebyt, sh_chebyu

    Notes
    -----
    Whole degrees up to 32 by the recurrence, others by the formula [1]_: the time does not grow with the degree.
    The derivatives are :math:`4 C^{(2)}_{n-1}(2x - 1)` and, in `n`, :math:`\theta\cos((n+1)\theta) / \sin\theta,\ 2x
    - 1 = \cos\theta`. The digits of a small `x` are kept.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 18.5, https://dlmf.nist.gov/18.5

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    >>> sci.special.eval_sh_chebyu(2, x)
    tensor([ 3., -1.,  3.], dtype=torch.float64)
    """
