"""Mathieu functions and their characteristic values. The mathematics is in csrc/special/mathieu.h."""

from __future__ import annotations

import functools
import math
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, integers, linear, logarithmic, nan, not_implemented
from sci._core.dispatch import elementwise

THIRD = not_implemented("a third derivative of a Mathieu function in its parameter")
_DEGREE = math.pi / 180

# ---- references ------------------------------------------------------------------------------------------------------


def _bisected(diagonal: list[float], beside: list[float], index: int) -> float:
    """Return an eigenvalue to some 12 digits, by counting negative pivots."""
    low, high = min(diagonal) - 2 * max(map(abs, beside)) - 1, diagonal[index] + 2 * max(map(abs, beside)) + 1
    for _ in range(60):
        middle, below, pivot = (low + high) / 2, 0, 1.0
        for k, d in enumerate(diagonal):
            pivot = d - middle - (beside[k - 1] ** 2 / pivot if k else 0.0) or 1e-300
            below += pivot < 0
        low, high = (low, middle) if below > index else (middle, high)
    return (low + high) / 2


@functools.lru_cache(maxsize=64)
def _cached(mp: Any, even: int, m: int, q: Any, digits: int) -> tuple[int, Any, list[Any]]:
    return _eigenpair(mp, even, m, q)


def eigenpair(mp: Any, even: Any, m: Any, q: Any) -> tuple[int, Any, list[Any]]:
    """Reference: first frequency, characteristic value and coefficients; kept, since each serves many points."""
    return _cached(mp, int(even), int(m), q, mp.prec)


def _eigenpair(mp: Any, even: Any, m: Any, q: Any) -> tuple[int, Any, list[Any]]:
    """Reference: first frequency, characteristic value and coefficients, by bisection, then inverse iteration."""
    m = int(m)
    first = (m % 2 if even else 2 - m % 2) if m else 0
    size = int(0.65 * math.sqrt(m * m + 4 * abs(float(q)))) + 24 + mp.dps // 3
    diagonal = [mp.mpf((2 * k + first) ** 2) for k in range(size)]
    if first == 1:
        diagonal[0] += q if even else -q
    beside = [mp.mpf(q)] * (size - 1)
    if first == 0:
        beside[0] = q * mp.sqrt(2)
    a = mp.mpf(_bisected([float(d) for d in diagonal], [float(e) for e in beside], (m - first) // 2))
    a += mp.mpf(10) ** -11 * (1 + abs(a))
    v = [mp.mpf((37 * k * k + 11 * k) % 19 - 9 or 1) for k in range(size)]  # has a part of every vector
    for _ in range(4 if mp.dps < 250 else 6):  # each doubles and more the digits of the vector, from 11
        pivots, y = [diagonal[0] - a], list(v)
        for k in range(size - 1):
            ratio = beside[k] / (pivots[k] or mp.eps)
            pivots.append(diagonal[k + 1] - a - ratio * beside[k])
            y[k + 1] -= ratio * y[k]
        y[-1] /= pivots[-1] or mp.eps
        for k in range(size - 2, -1, -1):
            y[k] = (y[k] - beside[k] * y[k + 1]) / (pivots[k] or mp.eps)
        norm = mp.sqrt(sum(t * t for t in y))
        v = [t / norm for t in y]
        a = sum(d * t * t for d, t in zip(diagonal, v, strict=True))
        a += 2 * sum(e * s * t for e, s, t in zip(beside, v, v[1:], strict=False))
    if first == 0:
        v[0] /= mp.sqrt(2)
    if sum(t if even else t * (2 * k + first) for k, t in enumerate(v)) < 0:
        v = [-t for t in v]
    return first, a, v


def _characteristic(mp: Any, even: Any, m: Any, q: Any, order: int) -> Any:
    with mp.workdps(mp.dps + 15):
        return mp.diff(lambda t: eigenpair(mp, even, m, t)[1], q, order) if order else eigenpair(mp, even, m, q)[1]


def _angular(mp: Any, even: Any, m: Any, q: Any, x: Any, order: int) -> tuple[Any, ...]:
    """The function and its derivative in x, both differentiated in q."""
    x = x * mp.pi / 180

    def values(q: Any) -> tuple[Any, Any]:
        first, _, v = eigenpair(mp, even, m, q)
        p = [2 * k + first for k in range(len(v))]
        f, g = (mp.cos, lambda t: -mp.sin(t)) if even else (mp.sin, mp.cos)
        return (
            sum(t * f(k * x) for k, t in zip(p, v, strict=True)),
            sum(t * k * g(k * x) for k, t in zip(p, v, strict=True)),
        )

    with mp.workdps(mp.dps + 20 + int(math.sqrt(abs(q)))):  # the function is exponentially small about 0
        return tuple(mp.diff(lambda t, i=i: values(t)[i], q, order) for i in range(2)) if order else values(q)


# ---- samples ---------------------------------------------------------------------------------------------------------

_CHARACTERISTIC = (
    Group("core", m=integers(1, 9), q=linear(-12, 20), count=10),
    Group("large q", m=integers(1, 24), q=logarithmic(20, 120), count=5, dtypes=("float64",)),
    Group("small q", m=integers(1, 40), q=logarithmic(1e-6, 1), count=4),
)
_ANGULAR = (
    Group("core", m=integers(1, 7), q=linear(-8, 15), x=linear(-190, 370), count=10),
    Group("large q", m=integers(1, 20), q=logarithmic(15, 300), x=linear(2, 88), count=5, dtypes=("float64",)),
    Group("large order", m=integers(20, 60), q=linear(-90, 90), x=linear(1, 89), count=3, dtypes=("float64",)),
)


def _few(**axes: Any) -> tuple[Group, ...]:
    """Samples of derivatives in q."""
    core: dict[str, Any] = {"m": integers(1, 7), "q": linear(-8, 15), **axes}
    return tuple(Group(f"family {even}", even=integers(even, even), **core, count=4) for even in (0, 1))


# ---- characteristic values -------------------------------------------------------------------------------------------


@elementwise(
    "special/mathieu.h",
    "i i r -> r",
    partials=(discrete, discrete, THIRD),
    reference=lambda mp, even, m, q: _characteristic(mp, even, m, q, 2),
    samples=_few(),
    special=((1, 1, nan, nan), (0, 0, 1.0, nan)),
    ulp=Ulp(float64=2048, float32=16),
    public=False,
)
def mathieu_characteristic_q2(even: Any, m: Any, q: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of a characteristic value in `q`.

    Parameters
    ----------
    even : tensor_like of integers
        Not 0 for :math:`ce`, 0 for :math:`se`.
    m : tensor_like of integers
        Order.
    q : tensor_like
        Parameter, real.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative of :math:`a_m(q)` or :math:`b_m(q)`; its own derivative raises.
    """


@elementwise(
    "special/mathieu.h",
    "i i r -> r",
    partials=(discrete, discrete, lambda even, m, q, out: mathieu_characteristic_q2(even, m, q)),
    reference=lambda mp, even, m, q: _characteristic(mp, even, m, q, 1),
    samples=_few(),
    special=((1, 1, nan, nan), (0, 0, 1.0, nan)),
    ulp=Ulp(float64=64, float32=4, partials=2048),
    public=False,
    sorted=True,
)
def mathieu_characteristic_q(even: Any, m: Any, q: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    First derivative of a characteristic value in `q`.

    Parameters
    ----------
    even : tensor_like of integers
        Not 0 for :math:`ce`, 0 for :math:`se`.
    m : tensor_like of integers
        Order.
    q : tensor_like
        Parameter, real.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative of :math:`a_m(q)` or :math:`b_m(q)`.
    """


@elementwise(
    "special/mathieu.h",
    "i r -> r",
    partials=(discrete, lambda m, q, out: mathieu_characteristic_q(1, m, q)),
    reference=lambda mp, m, q: _characteristic(mp, 1, m, q, 0),
    samples=_CHARACTERISTIC,
    special=((0, nan, nan), (-1, 1.0, nan), (3, 0.0, 9.0), (1, 1e9, nan)),
    ulp=Ulp(float64=8, float32=2, partials=256),
    sorted=True,
)
def mathieu_a(m: Any, q: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Characteristic value of the even Mathieu functions.

    The value :math:`a` for which :math:`y'' + (a - 2q \cos 2x) y = 0` has the even periodic solution
    :math:`\mathrm{ce}_m(x, q)`.

    Parameters
    ----------
    m : tensor_like of integers
        Order, at least 0.
    q : tensor_like
        Parameter, real, of either sign.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`a_m(q)`; NaN for orders that are less or beyond 30000, and for :math:`|q| > 10^7`.

    Raises
    ------
    TypeError
        Where `m` is not whole, or an argument holds no numbers.

    See Also
    --------
    mathieu_cem : the function
    mathieu_b : of the odd functions

    Notes
    -----
    The eigenvalue of a tridiagonal matrix [1]_ by Rayleigh's quotients of vectors that recurrences from both ends give,
    kept within a bracket by the number of their changes of sign: always the right branch, where SciPy takes a wrong one
    for orders from 16 on and `q` about 200.

    Derivatives in `q`, to the second order, by the same steps on dual numbers; a third one raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 28.2. https://dlmf.nist.gov/28.2

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.mathieu_a(2, torch.tensor([0.0, 1.0, 25.0], dtype=torch.float64))
    tensor([ 4.0000,  4.3713, -3.5222], dtype=torch.float64)
    """


@elementwise(
    "special/mathieu.h",
    "i r -> r",
    partials=(discrete, lambda m, q, out: mathieu_characteristic_q(0, m, q)),
    reference=lambda mp, m, q: _characteristic(mp, 0, m, q, 0),
    samples=_CHARACTERISTIC,
    special=((1, nan, nan), (0, 1.0, nan), (3, 0.0, 9.0), (1, 1e9, nan)),
    ulp=Ulp(float64=8, float32=2, partials=256),
    sorted=True,
)
def mathieu_b(m: Any, q: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Characteristic value of the odd Mathieu functions.

    The value :math:`b` for which :math:`y'' + (b - 2q \cos 2x) y = 0` has the odd periodic solution
    :math:`\mathrm{se}_m(x, q)`.

    Parameters
    ----------
    m : tensor_like of integers
        Order, at least 1.
    q : tensor_like
        Parameter, real, of either sign.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`b_m(q)`; NaN for orders that are less or beyond 30000, and for :math:`|q| > 10^7`.

    Raises
    ------
    TypeError
        Where `m` is not whole, or an argument holds no numbers.

    See Also
    --------
    mathieu_sem : the function
    mathieu_a : of the even functions

    Notes
    -----
    The eigenvalue of a tridiagonal matrix [1]_ by Rayleigh's quotients of vectors that recurrences from both ends give,
    kept within a bracket by the number of their changes of sign: always the right branch, where SciPy takes a wrong one
    for orders from 16 on and `q` about 200.

    Derivatives in `q`, to the second order, by the same steps on dual numbers; a third one raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 28.2. https://dlmf.nist.gov/28.2

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.mathieu_b(2, torch.tensor([0.0, 1.0, 25.0], dtype=torch.float64))
    tensor([  4.0000,   3.9170, -21.3149], dtype=torch.float64)
    """


# ---- the functions ---------------------------------------------------------------------------------------------------


def _rate(even: int, m: Tensor, q: Tensor, x: Tensor) -> Tensor:
    """The equation: y'' = (2q cos(2x) - a) y."""
    return 2 * q * torch.cos(2 * _DEGREE * x) - (mathieu_a if even else mathieu_b)(m, q)


def _rate_q(even: Tensor, m: Tensor, q: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """The same of a family in a tensor, and its derivative in q."""
    a = torch.where(even != 0, mathieu_a(m, q), mathieu_b(m, q))
    twice = 2 * torch.cos(2 * _DEGREE * x)
    return q * twice - a, twice - mathieu_characteristic_q(even, m, q)


def _value(even: Tensor, m: Tensor, q: Tensor, x: Tensor) -> Tensor:
    return torch.where(even != 0, mathieu_cem(m, q, x)[0], mathieu_sem(m, q, x)[0])


def _slope_q(even: Tensor, m: Tensor, q: Tensor, x: Tensor, y: Tensor, yp: Tensor) -> tuple[Tensor, Tensor]:
    rate, rate_q = _rate_q(even, m, q, x)
    return _DEGREE * yp, _DEGREE * (rate * y + rate_q * _value(even, m, q, x))


def _slope_q2(even: Tensor, m: Tensor, q: Tensor, x: Tensor, y: Tensor, yp: Tensor) -> tuple[Tensor, Tensor]:
    rate, rate_q = _rate_q(even, m, q, x)
    first, second = mathieu_by_q(even, m, q, x)[0], mathieu_characteristic_q2(even, m, q)
    return _DEGREE * yp, _DEGREE * (rate * y + 2 * rate_q * first - second * _value(even, m, q, x))


@elementwise(
    "special/mathieu.h",
    "i i r r -> r r",
    partials=(discrete, discrete, THIRD, _slope_q2),
    reference=lambda mp, even, m, q, x: _angular(mp, even, m, q, x, 2),
    samples=_few(x=linear(-11, 11)),
    special=((1, 1, nan, 1.0, (nan, nan)),),
    ulp=Ulp(float64=4096, float32=32, partials=4096),
    public=False,
)
def mathieu_by_q2(even: Any, m: Any, q: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Second derivatives of a Mathieu function and its slope in `q`.

    Parameters
    ----------
    even : tensor_like of integers
        Not 0 for :math:`ce`, 0 for :math:`se`.
    m : tensor_like of integers
        Order.
    q : tensor_like
        Parameter, real.
    x : tensor_like
        Argument, real, in degrees.

    Returns
    -------
    (Tensor, Tensor)
        The derivatives of :math:`y` and of :math:`y'`. Their own in `q` raise.
    """


@elementwise(
    "special/mathieu.h",
    "i i r r -> r r",
    partials=(discrete, discrete, lambda even, m, q, x, y, yp: mathieu_by_q2(even, m, q, x), _slope_q),
    reference=lambda mp, even, m, q, x: _angular(mp, even, m, q, x, 1),
    samples=_few(x=linear(-11, 11)),
    special=((1, 1, nan, 1.0, (nan, nan)),),
    ulp=Ulp(float64=256, float32=8, partials=4096),
    public=False,
)
def mathieu_by_q(even: Any, m: Any, q: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    First derivatives of a Mathieu function and its slope in `q`.

    Parameters
    ----------
    even : tensor_like of integers
        Not 0 for :math:`ce`, 0 for :math:`se`.
    m : tensor_like of integers
        Order.
    q : tensor_like
        Parameter, real.
    x : tensor_like
        Argument, real, in degrees.

    Returns
    -------
    (Tensor, Tensor)
        The derivatives of :math:`y` and of :math:`y'`.
    """


@elementwise(
    "special/mathieu.h",
    "i r r -> r r",
    partials=(
        discrete,
        lambda m, q, x, y, yp: mathieu_by_q(1, m, q, x),
        lambda m, q, x, y, yp: (_DEGREE * yp, _DEGREE * _rate(1, m, q, x) * y),
    ),
    reference=lambda mp, m, q, x: _angular(mp, 1, m, q, x, 0),
    samples=_ANGULAR,
    special=(
        (1, nan, 1.0, (nan, nan)),
        (1, 1.0, nan, (nan, nan)),
        (-1, 1.0, 1.0, (nan, nan)),
        (1, 0.0, 0.0, (1.0, 0.0)),
    ),
    # Between its zeros; beside one of them the error is relative to the amplitude.
    ulp=Ulp(float64=16, float32=2, partials=256),
    sorted=True,
)
def mathieu_cem(m: Any, q: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Even Mathieu function and its derivative.

    The even periodic solution :math:`\mathrm{ce}_m(x, q)` of :math:`y'' + (a_m - 2q \cos 2x) y = 0`, with
    :math:`\int_0^{2\pi} y^2 dx = \pi` and :math:`y(0) > 0`.

    Parameters
    ----------
    m : tensor_like of integers
        Order, at least 0.
    q : tensor_like
        Parameter, real, of either sign.
    x : tensor_like
        Argument, real, **in degrees**.

    Returns
    -------
    y, yp : Tensor
        The function and its derivative in the argument in radians; NaN for orders that are negative or beyond 9000, for
        :math:`|q| > 10^7` and for infinite `x`.

    Raises
    ------
    TypeError
        Where `m` is not whole, or an argument is complex or holds no numbers.

    See Also
    --------
    mathieu_a : the characteristic value
    mathieu_modcem1 : the modified functions

    Notes
    -----
    The Fourier series [1]_, with coefficients that are relatively accurate. Where the function is exponentially small
    it is carried from the axis of symmetry to the turning point by Taylor steps of the equation, so that small values
    keep their digits.

    The derivative in `x` of the second result comes of the equation. Derivatives in `q`, to the second order, are the
    same algorithm on dual numbers; a third one raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 28.4. https://dlmf.nist.gov/28.4

    Examples
    --------
    >>> import torch, sci
    >>> y, yp = sci.special.mathieu_cem(2, 5.0, torch.tensor([0.0, 45.0, 90.0], dtype=torch.float64))
    >>> y
    tensor([ 0.7353,  0.8586, -0.7245], dtype=torch.float64)
    """


@elementwise(
    "special/mathieu.h",
    "i r r -> r r",
    partials=(
        discrete,
        lambda m, q, x, y, yp: mathieu_by_q(0, m, q, x),
        lambda m, q, x, y, yp: (_DEGREE * yp, _DEGREE * torch.where(m == 0, 0, _rate(0, m, q, x)) * y),
    ),
    reference=lambda mp, m, q, x: _angular(mp, 0, m, q, x, 0),
    samples=_ANGULAR,
    special=(
        (1, nan, 1.0, (nan, nan)),
        (1, 1.0, nan, (nan, nan)),
        (-1, 1.0, 1.0, (nan, nan)),
        (1, 0.0, 0.0, (0.0, 1.0)),
    ),
    # Between its zeros; beside one of them the error is relative to the amplitude.
    ulp=Ulp(float64=16, float32=2, partials=256),
    sorted=True,
)
def mathieu_sem(m: Any, q: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Odd Mathieu function and its derivative.

    The odd periodic solution :math:`\mathrm{se}_m(x, q)` of :math:`y'' + (b_m - 2q \cos 2x) y = 0`, with
    :math:`\int_0^{2\pi} y^2 dx = \pi` and :math:`y'(0) > 0`.

    Parameters
    ----------
    m : tensor_like of integers
        Order, at least 1; of order 0 the function is 0.
    q : tensor_like
        Parameter, real, of either sign.
    x : tensor_like
        Argument, real, **in degrees**.

    Returns
    -------
    y, yp : Tensor
        The function and its derivative in the argument in radians; NaN for orders that are negative or beyond 9000, for
        :math:`|q| > 10^7` and for infinite `x`.

    Raises
    ------
    TypeError
        Where `m` is not whole, or an argument is complex or holds no numbers.

    See Also
    --------
    mathieu_b : the characteristic value
    mathieu_modsem1 : the modified functions

    Notes
    -----
    The Fourier series [1]_, with coefficients that are relatively accurate. Where the function is exponentially small
    it is carried from the axis of symmetry to the turning point by Taylor steps of the equation, so that small values
    keep their digits.

    The derivative in `x` of the second result comes of the equation. Derivatives in `q`, to the second order, are the
    same algorithm on dual numbers; a third one raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 28.4. https://dlmf.nist.gov/28.4

    Examples
    --------
    >>> import torch, sci
    >>> y, yp = sci.special.mathieu_sem(2, 5.0, torch.tensor([0.0, 45.0, 90.0], dtype=torch.float64))
    >>> y
    tensor([0.0000, 0.8807, 0.0000], dtype=torch.float64)
    """
