"""Parabolic cylinder functions D and V. The mathematics is in csrc/special/pbdv.h."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import compute_dtype, promote
from sci._core.cards import Group, Sample, Ulp, function, inf, integers, linear, logarithmic, nan, not_implemented
from sci._core.checks import known
from sci._core.dispatch import elementwise
from sci._core.errors import bad_argument, whole_number

from ._last_order import last_order

_THIRD = not_implemented("a third derivative of a parabolic cylinder function in its order")

# ---- references ------------------------------------------------------------------------------------------------------


def _solve(mp: Any, kind: str, v: Any, x: Any) -> tuple[Any, Any]:
    """U or V and the derivative in x, by Kummer's series of the even and the odd solution (DLMF 12.4, 12.7.12-13)."""
    with mp.workdps(int(mp.dps + 15 + x * x / 2 + 2 * mp.sqrt(abs(v) + 1) * abs(x))):
        a, z = -v - mp.mpf(1) / 2, x * x / 2
        e, p, q = mp.exp(-x * x / 4), a / 2 + mp.mpf(1) / 4, a / 2 + mp.mpf(3) / 4
        even, odd = mp.hyp1f1(p, 0.5, z), mp.hyp1f1(q, 1.5, z)
        even_slope = x * (2 * p * mp.hyp1f1(p + 1, 1.5, z) - even / 2)
        odd_slope = odd * (1 - x * x / 2) + x * x * q / 1.5 * mp.hyp1f1(q + 1, 2.5, z)
        if kind == "U":
            start, slope = mp.sqrt(mp.pi) * mp.rgamma(q) / 2 ** (p), -mp.sqrt(mp.pi) * mp.rgamma(p) / 2 ** (p - 0.5)
        else:
            s, t = mp.mpf(3) / 4 - a / 2, mp.mpf(1) / 4 - a / 2
            start, slope = 2**p * mp.sinpi(s) * mp.rgamma(s), 2**q * mp.sinpi(t) * mp.rgamma(t)
        return e * (start * even + slope * x * odd), e * (start * even_slope + slope * odd_slope)


def _reference(kind: str, order: int) -> Any:
    """Return the reference of the `order`-th derivative in v."""

    def reference(mp: Any, v: Any, x: Any) -> tuple[Any, ...]:
        if order == 0:
            return _solve(mp, kind, v, x)
        with mp.workdps(mp.dps + 15):
            return tuple(mp.diff(lambda u, k=k: _solve(mp, kind, u, x)[k], v, order) for k in range(2))

    return reference


def _groups(few: bool) -> tuple[Group, ...]:
    """Samples: fewer for the derivatives in the order, whose references are slow."""
    count = {"count": 10} if few else {}
    groups = (
        Group("core", v=linear(-6, 6), x=linear(-7, 7), **count),  # type: ignore[arg-type]
        Group("whole", v=integers(0, 12), x=linear(-6, 6), count=8 if few else 16),
        Group("large order", v=linear(-58, 61), x=linear(-10, 9.5), count=8 if few else 24, dtypes=("float64",)),
    )
    if few:
        return groups
    return (
        *groups,
        Group("large x", v=linear(-20, 20), x=linear(8, 24), count=16, dtypes=("float64",)),
        Group("small x", v=linear(-9, 9), x=logarithmic(1e-12, 0.1), count=12),
    )


_UNKNOWN = ((nan, 1.0, (nan, nan)), (1.0, nan, (nan, nan)), (inf, 1.0, (nan, nan)), (-inf, 1.0, (nan, nan)))

# ---- derivatives -----------------------------------------------------------------------------------------------------


def _rate(v: Tensor, x: Tensor) -> Tensor:
    """The equation: y'' = (x^2/4 - v - 1/2) y."""
    return x * x / 4 - v - 0.5


def _curvature(v: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return _rate(v, torch.where(x.isinf() & (y == 0), 0, x)) * y


@elementwise(
    "special/pbdv.h",
    "r r -> r r",
    partials=(_THIRD, lambda v, x, y, yp: (yp, _rate(v, x) * y - 2 * pbdv_by_v(v, x)[0])),
    reference=_reference("U", 2),
    samples=_groups(few=True),
    special=_UNKNOWN,
    ulp=Ulp(float64=2048, float32=16, partials=2048),
    public=False,
    sorted=True,
)
def pbdv_by_v2(v: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Second derivatives of `pbdv`'s results in the order.

    Parameters
    ----------
    v, x : tensor_like
        As for `pbdv`.

    Returns
    -------
    (Tensor, Tensor)
        :math:`\partial^2 D_v(x) / \partial v^2` and :math:`\partial^2 D_v'(x) / \partial v^2`. Their derivatives in
        `v` raise.
    """


@elementwise(
    "special/pbdv.h",
    "r r -> r r",
    partials=(
        lambda v, x, y, yp: pbdv_by_v2(v, x),
        lambda v, x, y, yp: (yp, _rate(v, x) * y - pbdv(v, x)[0]),
    ),
    reference=_reference("U", 1),
    samples=_groups(few=True),
    special=_UNKNOWN,
    ulp=Ulp(float64=384, float32=4, partials=2048),
    public=False,
    sorted=True,
)
def pbdv_by_v(v: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Derivatives of `pbdv`'s results in the order.

    Parameters
    ----------
    v, x : tensor_like
        As for `pbdv`.

    Returns
    -------
    (Tensor, Tensor)
        :math:`\partial D_v(x) / \partial v` and :math:`\partial D_v'(x) / \partial v`.
    """


@elementwise(
    "special/pbdv.h",
    "r r -> r r",
    partials=(lambda v, x, y, yp: pbdv_by_v(v, x), lambda v, x, y, yp: (yp, _curvature(v, x, y))),
    reference=_reference("U", 0),
    samples=_groups(few=False),
    special=(
        *_UNKNOWN,
        (0.0, 0.0, (1.0, -0.0)),
        (1.0, 0.0, (0.0, 1.0)),
        (2.5, inf, (0.0, -0.0)),
    ),
    # Between its zeros; beside one of them the error is relative to the amplitude.
    ulp=Ulp(float64=64, float32=2, partials=2048),
    sorted=True,
)
def pbdv(v: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Parabolic cylinder function D and its derivative.

    .. math::
        D_v(x) = U(-v - \tfrac12, x), \qquad D_v'' = \left(\tfrac{x^2}{4} - v - \tfrac12\right) D_v, \qquad
        D_v(x) \sim e^{-x^2/4} x^v \quad (x \to \infty)

    Parameters
    ----------
    v : tensor_like
        Order, real.
    x : tensor_like
        Argument, real.

    Returns
    -------
    d, dp : Tensor
        :math:`D_v(x)` and :math:`D_v'(x)`.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    pbvv : the second solution
    pbwa : of the equation with the other sign of :math:`x^2`
    pbdv_seq : a sequence of orders

    Notes
    -----
    The Liouville-Green series [1]_, uniform in the order and the argument, where it serves; elsewhere Taylor steps of
    the equation from a point where it does, in the direction in which the function does not die away. Negative `x` by
    connection to :math:`V`. SciPy loses all digits there.

    The derivative in `x` of the second result comes of the equation. Derivatives in `v`, to the second order, are the
    same algorithm on dual numbers; a third one raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, chapter 12. https://dlmf.nist.gov/12

    Examples
    --------
    >>> import torch, sci
    >>> d, dp = sci.special.pbdv(0.5, torch.tensor([-2.0, 0.0, 2.0], dtype=torch.float64))
    >>> d
    tensor([-0.9050,  0.5814,  0.5340], dtype=torch.float64)
    """


@elementwise(
    "special/pbdv.h",
    "r r -> r r",
    partials=(_THIRD, lambda v, x, y, yp: (yp, _rate(v, x) * y - 2 * pbvv_by_v(v, x)[0])),
    reference=_reference("V", 2),
    samples=_groups(few=True),
    special=_UNKNOWN,
    ulp=Ulp(float64=2048, float32=16, partials=2048),
    public=False,
    sorted=True,
)
def pbvv_by_v2(v: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Second derivatives of `pbvv`'s results in the order.

    Parameters
    ----------
    v, x : tensor_like
        As for `pbvv`.

    Returns
    -------
    (Tensor, Tensor)
        :math:`\partial^2 V_v(x) / \partial v^2` and :math:`\partial^2 V_v'(x) / \partial v^2`. Their derivatives in
        `v` raise.
    """


@elementwise(
    "special/pbdv.h",
    "r r -> r r",
    partials=(
        lambda v, x, y, yp: pbvv_by_v2(v, x),
        lambda v, x, y, yp: (yp, _rate(v, x) * y - pbvv(v, x)[0]),
    ),
    reference=_reference("V", 1),
    samples=_groups(few=True),
    special=_UNKNOWN,
    ulp=Ulp(float64=384, float32=4, partials=2048),
    public=False,
    sorted=True,
)
def pbvv_by_v(v: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Derivatives of `pbvv`'s results in the order.

    Parameters
    ----------
    v, x : tensor_like
        As for `pbvv`.

    Returns
    -------
    (Tensor, Tensor)
        :math:`\partial V_v(x) / \partial v` and :math:`\partial V_v'(x) / \partial v`.
    """


@elementwise(
    "special/pbdv.h",
    "r r -> r r",
    partials=(lambda v, x, y, yp: pbvv_by_v(v, x), lambda v, x, y, yp: (yp, _curvature(v, x, y))),
    reference=_reference("V", 0),
    samples=_groups(few=False),
    special=(*_UNKNOWN, (2.5, inf, (inf, inf))),
    ulp=Ulp(float64=64, float32=2, partials=2048),
    sorted=True,
)
def pbvv(v: Any, x: Any, /) -> tuple[Tensor, Tensor]:
    r"""
    Parabolic cylinder function V and its derivative.

    .. math::
        V_v(x) = V(-v - \tfrac12, x), \qquad V_v'' = \left(\tfrac{x^2}{4} - v - \tfrac12\right) V_v, \qquad
        V_v(x) \sim \sqrt{2/\pi} \, e^{x^2/4} x^{-v-1} \quad (x \to \infty)

    Parameters
    ----------
    v : tensor_like
        Order, real.
    x : tensor_like
        Argument, real.

    Returns
    -------
    v, vp : Tensor
        :math:`V_v(x)` and :math:`V_v'(x)`.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    pbdv : the solution that dies away
    pbvv_seq : a sequence of orders

    Notes
    -----
    See `pbdv`. For :math:`v \le -1/2` it is
    :math:`\Gamma(\tfrac12 + a) / \pi \, (\sin(\pi a) U(a, x) + U(a, -x))` with :math:`a = -v - 1/2` (DLMF 12.2.20).

    Examples
    --------
    >>> import torch, sci
    >>> v, vp = sci.special.pbvv(0.5, torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64))
    >>> v
    tensor([-0.6560,  0.2200,  1.0211], dtype=torch.float64)
    """


# ---- sequences of orders ---------------------------------------------------------------------------------------------


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.rand(2, 3, generator=generator, dtype=torch.float64) * 4 - 2
    yield Sample(torch.tensor(2.3, dtype=dtype, device=device), x.to(dtype).to(device))


_LONGEST = 1_000_000


def _sequence(name: str, f: Any, v: Any, x: Any) -> tuple[Tensor, Tensor]:
    """Return f of the orders from v's fraction to v."""
    order, z, at_hand, dtype = last_order(name, v, x)
    if known(~(order.abs() <= _LONGEST)):
        raise bad_argument(name, "v", f"of at most {_LONGEST} in size", v)
    whole = int(at_hand.trunc())
    steps = range(-whole, 1) if whole >= 0 else range(-whole, -1, -1)
    orders = order + torch.tensor(list(steps), dtype=order.dtype, device=z.device)
    values, slopes = f(orders, z[..., None])
    return values.to(dtype), slopes.to(dtype)


@function(differentiable=("v", "x"), samples=_samples, complex=False, compiles=False, batch=False, synchronizes=True)
def pbdv_seq(v: Any, x: Any) -> tuple[Tensor, Tensor]:
    r"""
    Parabolic cylinder functions D and their derivatives, of a sequence of orders.

    Parameters
    ----------
    v : float or Tensor
        Last order, one number; the others differ from it by whole numbers, from its fraction on.
    x : array_like
        Real argument, of any shape.

    Returns
    -------
    dv, dp : Tensor
        :math:`D_{v_0}(x), D_{v_0 \pm 1}(x), \dots, D_v(x)` with :math:`v_0 = v - \mathrm{trunc}(v)` along a new last
        dimension, and their derivatives in `x`.

    Raises
    ------
    ValueError
        Where `v` is not one number of at most 1e6 in size.
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    pbdv : one order, of any shape

    Notes
    -----
    Each order by itself: no recurrence loses digits.

    Examples
    --------
    >>> import torch
    >>> from sci.special import pbdv_seq
    >>> pbdv_seq(2.5, torch.tensor(1.0, dtype=torch.float64))[0]
    tensor([ 0.8422,  0.5157, -0.7476], dtype=torch.float64)
    """
    return _sequence("pbdv_seq", pbdv, v, x)


@function(differentiable=("v", "x"), samples=_samples, complex=False, compiles=False, batch=False, synchronizes=True)
def pbvv_seq(v: Any, x: Any) -> tuple[Tensor, Tensor]:
    r"""
    Parabolic cylinder functions V and their derivatives, of a sequence of orders.

    Parameters
    ----------
    v : float or Tensor
        Last order, one number; the others differ from it by whole numbers, from its fraction on.
    x : array_like
        Real argument, of any shape.

    Returns
    -------
    vv, vp : Tensor
        :math:`V_{v_0}(x), V_{v_0 \pm 1}(x), \dots, V_v(x)` with :math:`v_0 = v - \mathrm{trunc}(v)` along a new last
        dimension, and their derivatives in `x`.

    Raises
    ------
    ValueError
        Where `v` is not one number of at most 1e6 in size.
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    pbvv : one order, of any shape

    Examples
    --------
    >>> import torch
    >>> from sci.special import pbvv_seq
    >>> pbvv_seq(2.5, torch.tensor(1.0, dtype=torch.float64))[0]
    tensor([ 0.2200, -0.5418, -0.3047], dtype=torch.float64)
    """
    return _sequence("pbvv_seq", pbvv, v, x)


def _complex_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    z = torch.randn(2, 3, generator=generator, dtype=torch.float64)
    yield Sample(4, z.to(dtype).to(device))
    yield Sample(3, torch.complex(z, z.flip(0)).to(dtype.to_complex()).to(device))


@function(differentiable=("z",), samples=_complex_samples, complex=True)
def pbdn_seq(n: int, z: Any) -> tuple[Tensor, Tensor]:
    r"""
    Parabolic cylinder functions D of whole orders at a complex argument, and their derivatives.

    Parameters
    ----------
    n : int
        Highest order, at least 0.
    z : array_like
        Argument, real or complex, of any shape.

    Returns
    -------
    dv, dp : Tensor
        :math:`D_0(z), D_1(z), \dots, D_n(z)` along a new last dimension, and their derivatives. As in SciPy at least
        two orders.

    Raises
    ------
    ValueError
        Where `n` is not a whole number of at least 0.
    TypeError
        Where `z` holds no numbers.

    See Also
    --------
    pbdv : real orders, real arguments

    Notes
    -----
    :math:`D_{k+1} = z D_k - k D_{k-1}` and :math:`D_k' = k D_{k-1} - \frac{z}{2} D_k` (DLMF 12.8.1, 12.8.2), scaled so
    that neither overflows before :math:`e^{-z^2/4}` is multiplied in.

    Examples
    --------
    >>> import torch
    >>> from sci.special import pbdn_seq
    >>> pbdn_seq(2, torch.tensor(1.0j, dtype=torch.complex128))[0]
    tensor([ 1.2840+0.0000j,  0.0000+1.2840j, -2.5681+0.0000j], dtype=torch.complex128)
    """
    n = whole_number("pbdn_seq", "n", n, 0)
    (t,) = promote("pbdn_seq", half=True, z=z)
    w = t.to(compute_dtype(t.dtype))
    highest = max(n, 1)
    power = -w * w / 4
    now, before = torch.ones_like(w), torch.zeros_like(w)
    scale = torch.zeros_like(w.real if w.is_complex() else w)
    values, slopes = [], []
    for k in range(highest + 1):
        front = torch.exp(power + scale)
        values.append(front * now)
        slopes.append(front * (k * before - w / 2 * now))
        now, before = w * now - k * before, now
        size = torch.maximum(now.detach().abs(), before.detach().abs())
        large = torch.where(size > 1e18, size, torch.ones_like(size))
        now, before, scale = now / large, before / large, scale + torch.log(large)
    return torch.stack(values, -1).to(t.dtype), torch.stack(slopes, -1).to(t.dtype)
