"""Modified Mathieu functions. The mathematics is in csrc/special/mathieu_modified.h."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, integers, linear, logarithmic, nan, not_implemented
from sci._core.dispatch import elementwise

from ._mathieu import eigenpair, mathieu_a, mathieu_b, mathieu_characteristic_q, mathieu_characteristic_q2

_THIRD = not_implemented("a third derivative of a modified Mathieu function in its parameter")


def _bessel(mp: Any, second: Any, z: Any, last: int) -> list[Any]:
    """Reference: J or Y of the orders 0 to last + 1, by the recurrence where it is stable."""
    if second:
        f = [mp.bessely(0, z), mp.bessely(1, z)]
        for n in range(1, last + 1):
            f.append(2 * n / z * f[n] - f[n - 1])
        return f
    f = [mp.mpf(0)] * (last + 2)
    f[last + 1], f[last] = mp.besselj(last + 1, z), mp.besselj(last, z)
    for n in range(last, 0, -1):
        f[n - 1] = 2 * n / z * f[n] - f[n + 1]
    return f


def _products(mp: Any, even: Any, second: Any, m: Any, q: Any, x: Any) -> tuple[Any, Any]:
    """Reference: the series of products of Bessel functions (DLMF 28.24) about the largest coefficient."""
    first, _, v = eigenpair(mp, even, m, q)
    row, off = max(range(len(v)), key=lambda k: abs(v[k])), first if m else 0
    u, w = mp.sqrt(q) * mp.exp(-x), mp.sqrt(q) * mp.exp(x)
    rows = [k for k, t in enumerate(v) if abs(t) > mp.eps * mp.mpf(10) ** -10]
    last = rows[-1] + row + off
    j, c = _bessel(mp, 0, u, last), _bessel(mp, second, w, last)

    def pair(f: list[Any], n: int, z: Any) -> tuple[Any, Any]:
        k = abs(n)
        sign = -1 if n < 0 and k % 2 else 1
        return sign * f[k], sign * (k / z * f[k] - f[k + 1])

    turn, total, slope = (1 if even else -1), mp.mpf(0), mp.mpf(0)
    for k in rows:
        weight = (-1) ** k * v[k] / v[row]
        (p, dp), (g, dg) = pair(j, k - row, u), pair(c, k + row + off, w)
        (r, dr), (h, dh) = pair(j, k + row + off, u), pair(c, k - row, w)
        total += weight * (p * g + turn * r * h)
        slope += weight * (w * (p * dg + turn * r * dh) - u * (dp * g + turn * dr * h))
    front = (-1) ** ((int(m) - off) // 2) / mp.mpf(2 if off == 0 and row == 0 else 1)
    return front * total, front * slope


def _radial(mp: Any, even: Any, second: Any, m: Any, q: Any, x: Any, order: int) -> tuple[Any, ...]:
    """The function and its derivative in x, both differentiated in q."""
    with mp.workdps(mp.dps + 15):
        if order:
            return tuple(mp.diff(lambda t, i=i: _products(mp, even, second, m, t, x)[i], q, order) for i in range(2))
        return _products(mp, even, second, m, q, x)


_GROUPS = (
    Group("core", m=integers(1, 7), q=linear(0.2, 15), x=linear(0, 2), count=6),
    Group("large q", m=integers(1, 20), q=logarithmic(15, 400), x=linear(0.05, 1.5), count=3, dtypes=("float64",)),
    Group("small q", m=integers(1, 5), q=logarithmic(1e-4, 0.2), x=linear(0, 3), count=3, dtypes=("float64",)),
)


def _few() -> tuple[Group, ...]:
    """Samples of derivatives in q: both families, both kinds."""
    return tuple(
        Group(
            f"family {even}, kind {second + 1}",
            even=integers(even, even),
            second=integers(second, second),
            m=integers(1, 7),
            q=linear(0.2, 15),
            x=linear(0.05, 2),
            count=2,
        )
        for even in (0, 1)
        for second in (0, 1)
    )


def _rate(even: int, m: Tensor, q: Tensor, x: Tensor) -> Tensor:
    """The equation: y'' = (a - 2q cosh(2x)) y."""
    x = torch.where(q == 0, 0, x)  # cosh may be infinite, and is not there
    return (mathieu_a if even else mathieu_b)(m, q) - 2 * q * torch.cosh(2 * x)


def _rate_q(even: Tensor, m: Tensor, q: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """The same of a family in a tensor, and its derivative in q."""
    a = torch.where(even != 0, mathieu_a(m, q), mathieu_b(m, q))
    twice = 2 * torch.cosh(2 * x)
    return a - q * twice, mathieu_characteristic_q(even, m, q) - twice


def _value(even: Tensor, second: Tensor, m: Tensor, q: Tensor, x: Tensor) -> Tensor:
    c = torch.where(second != 0, mathieu_modcem2(m, q, x)[0], mathieu_modcem1(m, q, x)[0])
    s = torch.where(second != 0, mathieu_modsem2(m, q, x)[0], mathieu_modsem1(m, q, x)[0])
    return torch.where(even != 0, c, s)


def _slope_q(even: Tensor, second: Tensor, m: Tensor, q: Tensor, x: Tensor, y: Tensor, yp: Tensor) -> Any:
    rate, rate_q = _rate_q(even, m, q, x)
    return yp, rate * y + rate_q * _value(even, second, m, q, x)


def _slope_q2(even: Tensor, second: Tensor, m: Tensor, q: Tensor, x: Tensor, y: Tensor, yp: Tensor) -> Any:
    rate, rate_q = _rate_q(even, m, q, x)
    first, curvature = mathieu_modified_by_q(even, second, m, q, x)[0], mathieu_characteristic_q2(even, m, q)
    return yp, rate * y + 2 * rate_q * first + curvature * _value(even, second, m, q, x)


@elementwise(
    "special/mathieu_modified.h",
    "i i i r r -> r r",
    partials=(
        discrete,
        discrete,
        discrete,
        _THIRD,
        _slope_q2,
    ),
    reference=lambda mp, even, second, m, q, x: _radial(mp, even, second, m, q, x, 2),
    samples=_few(),
    special=((1, 0, 1, nan, 1.0, (nan, nan)), (0, 1, 2, 0.0, 1.0, (nan, nan))),
    ulp=Ulp(float64=2048, float32=32, partials=4096),
    public=False,
)
def mathieu_modified_by_q2(even: Any, second: Any, m: Any, q: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Second derivatives of a modified Mathieu function and its slope in `q`.

    Parameters
    ----------
    even : tensor_like of integers
        Not 0 for :math:`\mathrm{Mc}`, 0 for :math:`\mathrm{Ms}`.
    second : tensor_like of integers
        0 for the first kind, not 0 for the second.
    m : tensor_like of integers
        Order.
    q : tensor_like
        Parameter, positive.
    x : tensor_like
        Argument, real.

    Returns
    -------
    (Tensor, Tensor)
        The derivatives of :math:`y` and of :math:`y'`. Their own in `q` raise.
    """


@elementwise(
    "special/mathieu_modified.h",
    "i i i r r -> r r",
    partials=(
        discrete,
        discrete,
        discrete,
        lambda even, second, m, q, x, y, yp: mathieu_modified_by_q2(even, second, m, q, x),
        _slope_q,
    ),
    reference=lambda mp, even, second, m, q, x: _radial(mp, even, second, m, q, x, 1),
    samples=_few(),
    special=((1, 0, 1, nan, 1.0, (nan, nan)), (0, 1, 2, 0.0, 1.0, (nan, nan))),
    ulp=Ulp(float64=256, float32=8, partials=2048),
    public=False,
)
def mathieu_modified_by_q(even: Any, second: Any, m: Any, q: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    First derivatives of a modified Mathieu function and its slope in `q`.

    Parameters
    ----------
    even : tensor_like of integers
        Not 0 for :math:`\mathrm{Mc}`, 0 for :math:`\mathrm{Ms}`.
    second : tensor_like of integers
        0 for the first kind, not 0 for the second.
    m : tensor_like of integers
        Order.
    q : tensor_like
        Parameter, positive.
    x : tensor_like
        Argument, real.

    Returns
    -------
    (Tensor, Tensor)
        The derivatives of :math:`y` and of :math:`y'`.
    """


@elementwise(
    "special/mathieu_modified.h",
    "i r r -> r r",
    partials=(
        discrete,
        lambda m, q, x, y, yp: mathieu_modified_by_q(1, 0, m, q, x),
        lambda m, q, x, y, yp: (yp, _rate(1, m, q, x) * y),
    ),
    reference=lambda mp, m, q, x: _radial(mp, 1, 0, m, q, x, 0),
    samples=_GROUPS,
    special=(
        (1, nan, 1.0, (nan, nan)),
        (1, 1.0, nan, (nan, nan)),
        (-1, 1.0, 1.0, (nan, nan)),
        (1, -1.0, 1.0, (nan, nan)),
    ),
    # Between its zeros; beside one of them the error is relative to the amplitude.
    ulp=Ulp(float64=32, float32=2, partials=256),
    sorted=True,
)
def mathieu_modcem1(m: Any, q: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Even modified Mathieu function of the first kind and its derivative.

    The solution :math:`\mathrm{Mc}^{(1)}_m(x, q)` of :math:`y'' - (a_m - 2q \cosh 2x) y = 0` that behaves like
    :math:`J_m(\sqrt q \, e^x)` for large `x`.

    Parameters
    ----------
    m : tensor_like of integers
        Order, at least 0.
    q : tensor_like
        Parameter, positive.
    x : tensor_like
        Argument, real (not in degrees).

    Returns
    -------
    y, yp : Tensor
        The function and its derivative in `x`; NaN for negative `q` and beyond :math:`10^7`, and for orders that are
        less or beyond 9000.

    Raises
    ------
    TypeError
        Where `m` is not whole, or an argument is complex or holds no numbers.

    See Also
    --------
    mathieu_modcem2 : of the second kind
    mathieu_cem : the periodic functions

    Notes
    -----
    Series of products of Bessel functions [1]_ about the largest coefficient, in which nothing cancels [2]_. Negative
    `x` by parity.

    The derivative in `x` of the second result comes of the equation. Derivatives in `q`, to the second order, are the
    same algorithm on dual numbers; a third one raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 28.24. https://dlmf.nist.gov/28.24
    .. [2] A. L. Van Buren and J. E. Boisvert, "Accurate calculation of the modified Mathieu functions of integer
       order", Quart. Appl. Math. 65 (2007), 1-23.

    Examples
    --------
    >>> import torch, sci
    >>> y, yp = sci.special.mathieu_modcem1(2, 5.0, torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64))
    >>> y
    tensor([ 0.6056,  0.3681, -0.3102], dtype=torch.float64)
    """


@elementwise(
    "special/mathieu_modified.h",
    "i r r -> r r",
    partials=(
        discrete,
        lambda m, q, x, y, yp: mathieu_modified_by_q(1, 1, m, q, x),
        lambda m, q, x, y, yp: (yp, _rate(1, m, q, x) * y),
    ),
    reference=lambda mp, m, q, x: _radial(mp, 1, 1, m, q, x, 0),
    samples=_GROUPS,
    special=(
        (1, nan, 1.0, (nan, nan)),
        (1, 1.0, nan, (nan, nan)),
        (-1, 1.0, 1.0, (nan, nan)),
        (1, -1.0, 1.0, (nan, nan)),
    ),
    # Between its zeros; beside one of them the error is relative to the amplitude.
    ulp=Ulp(float64=32, float32=2, partials=256),
    sorted=True,
)
def mathieu_modcem2(m: Any, q: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Even modified Mathieu function of the second kind and its derivative.

    The solution :math:`\mathrm{Mc}^{(2)}_m(x, q)` of :math:`y'' - (a_m - 2q \cosh 2x) y = 0` that behaves like
    :math:`Y_m(\sqrt q \, e^x)` for large `x`.

    Parameters
    ----------
    m : tensor_like of integers
        Order, at least 0.
    q : tensor_like
        Parameter, positive.
    x : tensor_like
        Argument, real (not in degrees).

    Returns
    -------
    y, yp : Tensor
        The function and its derivative in `x`; NaN for negative `q` and beyond :math:`10^7`, and for orders that are
        less or beyond 9000.

    Raises
    ------
    TypeError
        Where `m` is not whole, or an argument is complex or holds no numbers.

    See Also
    --------
    mathieu_modcem1 : of the first kind
    mathieu_cem : the periodic functions

    Notes
    -----
    Series of products of Bessel functions [1]_ about the largest coefficient, in which nothing cancels [2]_; beside 0
    the even and the odd part, one of which is as small as :math:`e^{-4\sqrt q}`. Negative `x` by parity, after the part
    that is not of the function's own.

    The derivative in `x` of the second result comes of the equation. Derivatives in `q`, to the second order, are the
    same algorithm on dual numbers; a third one raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 28.24. https://dlmf.nist.gov/28.24
    .. [2] A. L. Van Buren and J. E. Boisvert, "Accurate calculation of the modified Mathieu functions of integer
       order", Quart. Appl. Math. 65 (2007), 1-23.

    Examples
    --------
    >>> import torch, sci
    >>> y, yp = sci.special.mathieu_modcem2(2, 5.0, torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64))
    >>> y
    tensor([-0.2554,  0.2849,  0.1368], dtype=torch.float64)
    """


@elementwise(
    "special/mathieu_modified.h",
    "i r r -> r r",
    partials=(
        discrete,
        lambda m, q, x, y, yp: mathieu_modified_by_q(0, 0, m, q, x),
        lambda m, q, x, y, yp: (yp, _rate(0, m, q, x) * y),
    ),
    reference=lambda mp, m, q, x: _radial(mp, 0, 0, m, q, x, 0),
    samples=_GROUPS,
    special=(
        (1, nan, 1.0, (nan, nan)),
        (1, 1.0, nan, (nan, nan)),
        (-1, 1.0, 1.0, (nan, nan)),
        (1, -1.0, 1.0, (nan, nan)),
    ),
    # Between its zeros; beside one of them the error is relative to the amplitude.
    ulp=Ulp(float64=32, float32=2, partials=256),
    sorted=True,
)
def mathieu_modsem1(m: Any, q: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Odd modified Mathieu function of the first kind and its derivative.

    The solution :math:`\mathrm{Ms}^{(1)}_m(x, q)` of :math:`y'' - (b_m - 2q \cosh 2x) y = 0` that behaves like
    :math:`J_m(\sqrt q \, e^x)` for large `x`.

    Parameters
    ----------
    m : tensor_like of integers
        Order, at least 1.
    q : tensor_like
        Parameter, positive.
    x : tensor_like
        Argument, real (not in degrees).

    Returns
    -------
    y, yp : Tensor
        The function and its derivative in `x`; NaN for negative `q` and beyond :math:`10^7`, and for orders that are
        less or beyond 9000.

    Raises
    ------
    TypeError
        Where `m` is not whole, or an argument is complex or holds no numbers.

    See Also
    --------
    mathieu_modsem2 : of the second kind
    mathieu_sem : the periodic functions

    Notes
    -----
    Series of products of Bessel functions [1]_ about the largest coefficient, in which nothing cancels [2]_. Negative
    `x` by parity.

    The derivative in `x` of the second result comes of the equation. Derivatives in `q`, to the second order, are the
    same algorithm on dual numbers; a third one raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 28.24. https://dlmf.nist.gov/28.24
    .. [2] A. L. Van Buren and J. E. Boisvert, "Accurate calculation of the modified Mathieu functions of integer
       order", Quart. Appl. Math. 65 (2007), 1-23.

    Examples
    --------
    >>> import torch, sci
    >>> y, yp = sci.special.mathieu_modsem1(2, 5.0, torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64))
    >>> y
    tensor([ 0.0000,  0.4168, -0.2136], dtype=torch.float64)
    """


@elementwise(
    "special/mathieu_modified.h",
    "i r r -> r r",
    partials=(
        discrete,
        lambda m, q, x, y, yp: mathieu_modified_by_q(0, 1, m, q, x),
        lambda m, q, x, y, yp: (yp, _rate(0, m, q, x) * y),
    ),
    reference=lambda mp, m, q, x: _radial(mp, 0, 1, m, q, x, 0),
    samples=_GROUPS,
    special=(
        (1, nan, 1.0, (nan, nan)),
        (1, 1.0, nan, (nan, nan)),
        (-1, 1.0, 1.0, (nan, nan)),
        (1, -1.0, 1.0, (nan, nan)),
    ),
    # Between its zeros; beside one of them the error is relative to the amplitude.
    ulp=Ulp(float64=32, float32=2, partials=256),
    sorted=True,
)
def mathieu_modsem2(m: Any, q: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Odd modified Mathieu function of the second kind and its derivative.

    The solution :math:`\mathrm{Ms}^{(2)}_m(x, q)` of :math:`y'' - (b_m - 2q \cosh 2x) y = 0` that behaves like
    :math:`Y_m(\sqrt q \, e^x)` for large `x`.

    Parameters
    ----------
    m : tensor_like of integers
        Order, at least 1.
    q : tensor_like
        Parameter, positive.
    x : tensor_like
        Argument, real (not in degrees).

    Returns
    -------
    y, yp : Tensor
        The function and its derivative in `x`; NaN for negative `q` and beyond :math:`10^7`, and for orders that are
        less or beyond 9000.

    Raises
    ------
    TypeError
        Where `m` is not whole, or an argument is complex or holds no numbers.

    See Also
    --------
    mathieu_modsem1 : of the first kind
    mathieu_sem : the periodic functions

    Notes
    -----
    Series of products of Bessel functions [1]_ about the largest coefficient, in which nothing cancels [2]_; beside 0
    the even and the odd part, one of which is as small as :math:`e^{-4\sqrt q}`. Negative `x` by parity, after the part
    that is not of the function's own.

    The derivative in `x` of the second result comes of the equation. Derivatives in `q`, to the second order, are the
    same algorithm on dual numbers; a third one raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 28.24. https://dlmf.nist.gov/28.24
    .. [2] A. L. Van Buren and J. E. Boisvert, "Accurate calculation of the modified Mathieu functions of integer
       order", Quart. Appl. Math. 65 (2007), 1-23.

    Examples
    --------
    >>> import torch, sci
    >>> y, yp = sci.special.mathieu_modsem2(2, 5.0, torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64))
    >>> y
    tensor([-0.4966, -0.0279,  0.2466], dtype=torch.float64)
    """
