"""Zeros of Bessel functions and of their derivatives, differentiable in the order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor

from sci._core.arrays import as_tensor, compute_dtype, floating
from sci._core.cards import Group, Sample, Ulp, discrete, function, linear, logarithmic, nan, values
from sci._core.checks import known
from sci._core.dispatch import elementwise
from sci._core.errors import bad_argument, whole_number

from ._bessel_jy import jv, jv_dv
from ._bessel_y import yv, yv_dv


def _rate(f: Callable[..., Tensor], f_dv: Callable[..., Tensor], v: Tensor, x: Tensor) -> Tensor:
    """Return dx/dv where C_v(x) = 0, from C_v' = -C_{v+1} there (DLMF 10.6.2)."""
    return f_dv(v, x) / f(v + 1, x)


def _slope_rate(f: Callable[..., Tensor], f_dv: Callable[..., Tensor], v: Tensor, x: Tensor) -> Tensor:
    """Return dx/dv where C_v'(x) = v/x C_v - C_{v+1} = 0, and so C_v'' = -(1 - v^2/x^2) C_v."""
    c, ratio = f(v, x), v / x
    return (c / x + ratio * f_dv(v, x) - f_dv(v + 1, x)) / ((1 - ratio) * (1 + ratio) * c)


_SAMPLES = (
    Group("core", v=linear(0.05, 12), k=values(1, 2, 3, 7), count=12),
    Group("whole orders", v=values(1.0, 2.0, 5.0), k=values(1, 4)),
    Group("larger", v=logarithmic(20, 150), k=values(1, 5), count=4),
    Group("late", v=linear(0.1, 3), k=values(40, 100), count=3),
)
_ULP = Ulp(float64=4, float32=4, partials=64)


@elementwise(
    "special/bessel_zero.h",
    "r i -> r",
    partials=(lambda v, k, out: _rate(jv, jv_dv, v, out), discrete),
    reference=lambda mp, v, k: mp.besseljzero(v, k),
    samples=_SAMPLES,
    special=((-1.0, 1, nan), (nan, 1, nan)),
    ulp=_ULP,
    public=False,
    sorted=True,
)
def bessel_j_zero(v: Any, k: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    The `k`-th positive zero of :math:`J_v`, for real `v` of at least 0.

    The first approximation is McMahon's or Olver's (DLMF 10.21), which skip no index; Halley's method refines it. The
    derivative is :math:`(\partial J_v/\partial v)/J_{v+1}`, DLMF 10.21.16 in another form.
    """


@elementwise(
    "special/bessel_zero.h",
    "r i -> r",
    partials=(lambda v, k, out: _rate(yv, yv_dv, v, out), discrete),
    reference=lambda mp, v, k: mp.besselyzero(v, k),
    samples=_SAMPLES,
    special=((-1.0, 1, nan), (nan, 1, nan)),
    ulp=_ULP,
    public=False,
    sorted=True,
)
def bessel_y_zero(v: Any, k: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    The `k`-th positive zero of :math:`Y_v`, for real `v` of at least 0.

    As :func:`bessel_j_zero`, with the zeros of Bi in place of those of Ai. The derivative is
    :math:`(\partial Y_v/\partial v)/Y_{v+1}`.
    """


@elementwise(
    "special/bessel_zero.h",
    "r i -> r",
    partials=(lambda v, k, out: _slope_rate(jv, jv_dv, v, out), discrete),
    reference=lambda mp, v, k: mp.besseljzero(v, k, 1),
    samples=_SAMPLES,
    special=((-1.0, 1, nan), (nan, 1, nan)),
    ulp=_ULP,
    public=False,
    sorted=True,
)
def bessel_jp_zero(v: Any, k: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    The `k`-th positive zero of :math:`J_v'`, for real `v` of at least 0.

    At `v` = 0 these are the zeros of :math:`J_1`: the first zero of :math:`J_v'` goes to 0 with `v`, is not counted
    there, and the index is discontinuous.
    """


@elementwise(
    "special/bessel_zero.h",
    "r i -> r",
    partials=(lambda v, k, out: _slope_rate(yv, yv_dv, v, out), discrete),
    reference=lambda mp, v, k: mp.besselyzero(v, k, 1),
    samples=_SAMPLES,
    special=((-1.0, 1, nan), (nan, 1, nan)),
    ulp=_ULP,
    public=False,
    sorted=True,
)
def bessel_yp_zero(v: Any, k: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    The `k`-th positive zero of :math:`Y_v'`, for real `v` of at least 0.

    As :func:`bessel_y_zero`; the derivative in `v` is that of the implicit function, with
    :math:`Y_v'' = -(1 - v^2/x^2) Y_v` at the zero.
    """


# ---- lists of zeros ------------------------------------------------------------------------------------------------


def count_of(name: str, nt: Any, most: int | None = None) -> int:
    """Return the number of zeros that is asked for, checked."""
    expected = "a positive whole number" + (f" up to {most}" if most else "")
    return whole_number(name, "nt", nt, 1, most or math.inf, expected)


def _list(name: str, zero: Callable[..., Tensor], n: Any, nt: Any) -> Tensor:
    count = count_of(name, nt)
    order = as_tensor(n, "n", name)
    if order.is_complex():
        raise bad_argument(name, "n", "real", n, TypeError)
    dtype = floating(order.dtype)
    order = order.to(compute_dtype(dtype))
    if known((order < 0).any()):
        raise bad_argument(name, "n", "at least 0", n)
    k = torch.arange(1, count + 1, device=order.device)
    return zero(order[..., None], k).to(dtype)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    v = torch.rand(2, 3, generator=generator, dtype=torch.float64) * 4 + 0.2
    yield Sample(v.to(dtype).to(device), 3)


@function(differentiable=("n",), samples=_samples, complex=False)
def jn_zeros(n: Any, nt: int) -> Tensor:
    r"""
    The first positive zeros of the Bessel function of the first kind.

    Parameters
    ----------
    n : array_like
        Order: any real number of at least 0.
    nt : int
        How many zeros.

    Returns
    -------
    Tensor
        :math:`j_{n,1}, \dots, j_{n,nt}` along a new last dimension.

    Raises
    ------
    ValueError
        Where `n` is negative (a check of data) or `nt` is not a positive whole number.
    TypeError
        Where `n` is complex.

    See Also
    --------
    jnp_zeros, yn_zeros, ynp_zeros

    Notes
    -----
    By McMahon's and Olver's expansions and Halley's method [1]_, to one unit in the last place, with no index skipped,
    for orders to a million. Differentiable in the order, also twice:
    :math:`dj/dn = (\partial J_n/\partial n)/J_{n+1}` at the zero.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.21, https://dlmf.nist.gov/10.21

    Examples
    --------
    >>> import torch
    >>> from sci.special import jn_zeros
    >>> jn_zeros(torch.tensor(0.0, dtype=torch.float64), 3)
    tensor([2.4048, 5.5201, 8.6537], dtype=torch.float64)
    """
    return _list("jn_zeros", bessel_j_zero, n, nt)


@function(differentiable=("n",), samples=_samples, complex=False)
def jnp_zeros(n: Any, nt: int) -> Tensor:
    r"""
    The first positive zeros of the derivative of the Bessel function of the first kind.

    Parameters
    ----------
    n : array_like
        Order: any real number of at least 0.
    nt : int
        How many zeros.

    Returns
    -------
    Tensor
        :math:`j'_{n,1}, \dots, j'_{n,nt}` along a new last dimension; for `n` = 0 without the zero at 0.

    Raises
    ------
    ValueError
        Where `n` is negative (a check of data) or `nt` is not a positive whole number.
    TypeError
        Where `n` is complex.

    See Also
    --------
    jn_zeros : the method is described there

    Notes
    -----
    Differentiable in the order. The first zero goes to 0 with `n` like :math:`\sqrt{2n}`, and is not counted at
    `n` = 0: the index is discontinuous there.

    Examples
    --------
    >>> import torch
    >>> from sci.special import jnp_zeros
    >>> jnp_zeros(torch.tensor(1.0, dtype=torch.float64), 3)
    tensor([1.8412, 5.3314, 8.5363], dtype=torch.float64)
    """
    return _list("jnp_zeros", bessel_jp_zero, n, nt)


@function(differentiable=("n",), samples=_samples, complex=False)
def yn_zeros(n: Any, nt: int) -> Tensor:
    r"""
    The first positive zeros of the Bessel function of the second kind.

    Parameters
    ----------
    n : array_like
        Order: any real number of at least 0.
    nt : int
        How many zeros.

    Returns
    -------
    Tensor
        :math:`y_{n,1}, \dots, y_{n,nt}` along a new last dimension.

    Raises
    ------
    ValueError
        Where `n` is negative (a check of data) or `nt` is not a positive whole number.
    TypeError
        Where `n` is complex.

    See Also
    --------
    jn_zeros : the method is described there

    Notes
    -----
    Differentiable in the order: :math:`dy/dn = (\partial Y_n/\partial n)/Y_{n+1}` at the zero.

    Examples
    --------
    >>> import torch
    >>> from sci.special import yn_zeros
    >>> yn_zeros(torch.tensor(0.0, dtype=torch.float64), 3)
    tensor([0.8936, 3.9577, 7.0861], dtype=torch.float64)
    """
    return _list("yn_zeros", bessel_y_zero, n, nt)


@function(differentiable=("n",), samples=_samples, complex=False)
def ynp_zeros(n: Any, nt: int) -> Tensor:
    r"""
    The first positive zeros of the derivative of the Bessel function of the second kind.

    Parameters
    ----------
    n : array_like
        Order: any real number of at least 0.
    nt : int
        How many zeros.

    Returns
    -------
    Tensor
        :math:`y'_{n,1}, \dots, y'_{n,nt}` along a new last dimension.

    Raises
    ------
    ValueError
        Where `n` is negative (a check of data) or `nt` is not a positive whole number.
    TypeError
        Where `n` is complex.

    See Also
    --------
    jn_zeros : the method is described there

    Notes
    -----
    Differentiable in the order, as the derivative of an implicit function.

    Examples
    --------
    >>> import torch
    >>> from sci.special import ynp_zeros
    >>> ynp_zeros(torch.tensor(0.0, dtype=torch.float64), 3)
    tensor([2.1971, 5.4297, 8.5960], dtype=torch.float64)
    """
    return _list("ynp_zeros", bessel_yp_zero, n, nt)


@function(differentiable=("n",), samples=_samples, complex=False)
def jnyn_zeros(n: Any, nt: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    r"""
    The first positive zeros of both Bessel functions and of their derivatives.

    Parameters
    ----------
    n : array_like
        Order: any real number of at least 0.
    nt : int
        How many zeros of each.

    Returns
    -------
    Jn, Jnp, Yn, Ynp : Tensor
        What `jn_zeros`, `jnp_zeros`, `yn_zeros` and `ynp_zeros` give.

    Raises
    ------
    ValueError
        Where `n` is negative (a check of data) or `nt` is not a positive whole number.
    TypeError
        Where `n` is complex.

    See Also
    --------
    jn_zeros : the method is described there

    Notes
    -----
    For `n` > 0 they interlace: :math:`j'_{n,1} < y_{n,1} < y'_{n,1} < j_{n,1} < j'_{n,2} < \dots` [1]_.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.21.3, https://dlmf.nist.gov/10.21

    Examples
    --------
    >>> import torch
    >>> from sci.special import jnyn_zeros
    >>> torch.stack(jnyn_zeros(torch.tensor(1.0, dtype=torch.float64), 2))[:, 0]
    tensor([3.8317, 1.8412, 2.1971, 3.6830], dtype=torch.float64)
    """
    zeros = (bessel_j_zero, bessel_jp_zero, bessel_y_zero, bessel_yp_zero)
    jn, jnp, yn, ynp = (_list("jnyn_zeros", zero, n, nt) for zero in zeros)
    return jn, jnp, yn, ynp


class OrderedZeros(NamedTuple):
    """Zeros of all J_n and J_n' in order: value, order, number, and 1 for the derivative's."""

    zo: Tensor
    n: Tensor
    m: Tensor
    t: Tensor


def _count_sample(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    yield Sample(4)


@function(samples=_count_sample, complex=False, batch=False, compiles=False)
def jnjnp_zeros(nt: int) -> OrderedZeros:
    r"""
    The smallest zeros of all :math:`J_n` and :math:`J_n'` of whole order, in ascending order.

    Parameters
    ----------
    nt : int
        How many, at most 1200.

    Returns
    -------
    zo, n, m, t : Tensor
        The zeros in torch's default dtype, with the order, the serial number and 0 for a zero of :math:`J_n` or 1 for
        one of :math:`J_n'`, as int64; a named tuple. The first is the zero of :math:`J_0'` at 0, with the number 0.

    Raises
    ------
    ValueError
        Where `nt` is not a whole number from 1 to 1200.

    See Also
    --------
    jn_zeros, jnp_zeros

    Notes
    -----
    These are the cut-off frequencies of the modes of a circular waveguide. Of two equal zeros, :math:`j_{1,m}` and
    :math:`j'_{0,m}`, that of :math:`J_1` comes first.

    Examples
    --------
    >>> from sci.special import jnjnp_zeros
    >>> jnjnp_zeros(4).n.tolist()
    [0, 1, 0, 2]
    """
    count = count_of("jnjnp_zeros", nt, 1200)
    # Up to x there are about x^2/4 zeros of each kind, and j'_{n,1} > n.
    largest = int(math.sqrt(4.6 * count)) + 6
    n = torch.arange(largest + 1)[:, None]
    k = torch.arange(1, largest // 3 + 2)
    order = n.double()
    zeros = torch.stack([bessel_j_zero(order, k), bessel_jp_zero(order, k)])
    t = torch.arange(2)[:, None, None].expand_as(zeros).reshape(-1)
    n, k = n.expand(zeros.shape).reshape(-1), k.expand(zeros.shape).reshape(-1)
    place = torch.argsort(zeros.reshape(-1), stable=True)[: count - 1]  # zeros of J_n stand first among equals
    start = torch.zeros(1, dtype=torch.int64)
    zo = torch.cat([torch.zeros(1, dtype=torch.float64), zeros.reshape(-1)[place]]).to(torch.get_default_dtype())
    return OrderedZeros(
        zo, torch.cat([start, n[place]]), torch.cat([start, k[place]]), torch.cat([start + 1, t[place]])
    )


# ---- complex zeros of Y_0, Y_1, Y_1' ---------------------------------------------------------------------------------


def _complex_zeros(order: int, slope: bool, count: int) -> Tensor:
    """Newton's method from the zeros of Y_0(w) + 2 i J_0(w), w = -z, or their like, for large w."""
    shift = 0.25 if order == 0 else 1.25 if slope else 0.75
    k = torch.arange(1, count + 1, dtype=torch.float64)
    z = torch.complex(-(k - shift) * math.pi, torch.full_like(k, math.log(3) / 2))
    if order == 1:
        z[0] = torch.tensor(0.5768 + 0.9040j if slope else -0.5027 + 0.7862j, dtype=z.dtype)
    for _ in range(12):
        y, y1 = yv(float(order), z), yv(float(order + 1), z)
        first = order / z * y - y1
        step = y / first if not slope else first / (-first / z - (1 - (order / z) ** 2) * y)
        z = z - step
    return z


def _y_zeros(name: str, order: int, slope: bool, nt: Any, complex: bool) -> tuple[Tensor, Tensor]:
    count = count_of(name, nt)
    if complex:
        z = _complex_zeros(order, slope, count)
    else:
        k = torch.arange(1, count + 1)
        zero = bessel_yp_zero if slope else bessel_y_zero
        real = zero(torch.tensor(float(order), dtype=torch.float64), k)
        z = torch.complex(real, torch.zeros_like(real))
    value = yv(1.0, z) if slope or order == 0 else yv(0.0, z)  # at a zero of Y_1, Y_1' = Y_0
    dtype = torch.complex128 if torch.get_default_dtype() == torch.float64 else torch.complex64
    return z.to(dtype), value.to(dtype)


@function(samples=_count_sample, complex=False, batch=False)
def y0_zeros(nt: int, complex: bool = False) -> tuple[Tensor, Tensor]:
    r"""
    Zeros of :math:`Y_0` and :math:`Y_1` there.

    Parameters
    ----------
    nt : int
        How many.
    complex : bool, optional
        Whether to give the zeros in the upper half-plane beside the negative axis instead of the positive ones.

    Returns
    -------
    z0n, y0pz0n : Tensor
        The zeros and :math:`Y_1 = -Y_0'` at them, complex, of the precision of torch's default dtype. SciPy, too, gives
        the derivative with this sign.

    Raises
    ------
    ValueError
        Where `nt` is not a positive whole number.

    See Also
    --------
    yn_zeros : real zeros of any order, differentiable in it

    Notes
    -----
    The complex ones are found by Newton's method from :math:`-(k - \frac14)\pi + \frac i2 \log 3`, their place for
    large `k`. Their conjugates are zeros as well.

    Examples
    --------
    >>> from sci.special import y0_zeros
    >>> y0_zeros(2)[0].real
    tensor([0.8936, 3.9577])
    """
    return _y_zeros("y0_zeros", 0, False, nt, complex)


@function(samples=_count_sample, complex=False, batch=False)
def y1_zeros(nt: int, complex: bool = False) -> tuple[Tensor, Tensor]:
    r"""
    Zeros of :math:`Y_1` and its derivative there.

    Parameters
    ----------
    nt : int
        How many.
    complex : bool, optional
        Whether to give the zeros in the upper half-plane beside the negative axis instead of the positive ones.

    Returns
    -------
    z1n, y1pz1n : Tensor
        The zeros and :math:`Y_1'` at them, complex, of the precision of torch's default dtype.

    Raises
    ------
    ValueError
        Where `nt` is not a positive whole number.

    See Also
    --------
    y0_zeros : the method is described there

    Notes
    -----
    At a zero, :math:`Y_1' = Y_0` (DLMF 10.6.2).

    Examples
    --------
    >>> from sci.special import y1_zeros
    >>> y1_zeros(2)[0].real
    tensor([2.1971, 5.4297])
    """
    return _y_zeros("y1_zeros", 1, False, nt, complex)


@function(samples=_count_sample, complex=False, batch=False)
def y1p_zeros(nt: int, complex: bool = False) -> tuple[Tensor, Tensor]:
    r"""
    Zeros of :math:`Y_1'` and :math:`Y_1` there.

    Parameters
    ----------
    nt : int
        How many.
    complex : bool, optional
        Whether to give the zeros in the upper half-plane beside the negative axis instead of the positive ones.

    Returns
    -------
    z1pn, y1z1pn : Tensor
        The zeros and :math:`Y_1` at them, complex, of the precision of torch's default dtype.

    Raises
    ------
    ValueError
        Where `nt` is not a positive whole number.

    See Also
    --------
    y0_zeros : the method is described there

    Notes
    -----
    The first complex zero, 0.5768 + 0.9040i, lies apart from the others, in the right half-plane.

    Examples
    --------
    >>> from sci.special import y1p_zeros
    >>> y1p_zeros(2)[0].real
    tensor([3.6830, 6.9415])
    """
    return _y_zeros("y1p_zeros", 1, True, nt, complex)
