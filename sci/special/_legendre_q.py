"""Legendre's functions of the second kind: kernel (csrc/special/legendre_q.h) and the tables `lqn` and `lqmn`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import cast, compute_dtype, promote
from sci._core.cards import Group, Sample, Ulp, discrete, function, inf, linear, nan, polar, rectangle, values
from sci._core.dispatch import elementwise, operator

from ._legendre import table_size


def _reference(mp: Any, n: int, m: int, z: Any) -> Any:
    """Reference: the definition by derivatives of Q_n."""
    n, m = int(n), int(m)
    with mp.workdps(2 * mp.dps + 20):
        outside = abs(z) > 1

        def q(t: Any) -> Any:
            first = (mp.log(t + 1) - mp.log(t - 1)) / 2 if outside else mp.atanh(t)
            if outside and mp.im(z) == 0:
                first = mp.atanh(1 / t)
            before, now = first, t * first - 1
            for k in range(1, n):
                before, now = now, ((2 * k + 1) * t * now - k * before) / (k + 1)
            return now if n else first

        root = mp.sqrt((z * z - 1) if outside else (1 - z * z)) ** m
        value = root * mp.diff(q, z, m) * (1 if outside else (-1) ** m)
        return value if mp.im(z) != 0 else mp.re(value)


def _slope(n: Tensor, m: Tensor, z: Tensor, out: Tensor) -> Tensor:
    """Return the derivative in z from the next order: that of the power, and that of the derivative of Q_n.

    The power's square is formed as the kernel does, part by part, so that a zero has the same sign: on the imaginary
    axis it decides on the root.
    """
    side = torch.where(z.abs() > 1, -1.0, 1.0).to(z.real.dtype if z.is_complex() else z.dtype)
    square = (1 - z) * (1 + z)
    square = torch.complex(side * square.real, side * square.imag) if z.is_complex() else side * square
    return -side * (legendre_q(n, m + 1, z) / square.sqrt() + m * z / square * out)


@elementwise(
    "special/legendre_q.h",
    "i i r -> r, i i c -> c",
    partials=(discrete, discrete, _slope),
    reference=_reference,
    samples=(
        Group("inside", n=values(0, 1, 2, 5, 9), m=values(0, 1, 2, 0, 3, 1, 0), z=linear(-0.95, 0.95), count=35),
        Group("outside", n=values(0, 1, 2, 5, 9), m=values(0, 1, 2, 0, 3, 1, 0), z=linear(1.05, 4), count=35),
        Group("left", n=values(0, 1, 4), m=values(0, 1, 0, 2), z=linear(-4, -1.1), count=12),
        Group("beside 1", n=values(1, 4), m=values(0, 1, 0), z=values(1.0001, 1.01, 0.99, 0.9999), count=12),
        Group("large", n=values(20, 45), m=values(0, 0, 1), z=linear(-0.95, 0.95), count=12),
        Group("large, outside", n=values(20, 45), m=values(0, 1, 0), z=linear(1.02, 2), count=12, dtypes=("float64",)),
        Group("plane", n=values(0, 1, 3, 6), m=values(0, 1, 0, 2, 0), z=rectangle((-0.6, 0.6), (-0.6, 0.6)), count=20),
        Group("plane, outside", n=values(0, 1, 3, 6), m=values(0, 1, 0, 2, 0), z=polar(1.2, 4), count=20),
    ),
    special=(
        (0, 0, 1.0, inf),
        (3, 0, 1.0, inf),
        (2, 0, -1.0, -inf),
        (2, 0, nan, nan),
        (-1, 0, 0.5, nan),
        (2, 0, inf, 0.0),
    ),
    ulp=Ulp(float64=64, float32=64, complex128=64, complex64=64, partials=256),
    public=False,
    sorted=True,
)
def legendre_q(n: Any, m: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Legendre's function of the second kind, of whole degree and order.

    Parameters
    ----------
    n, m : tensor_like of integers
        Degree and order, not negative; NaN results from others.
    z : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`Q_n^m(z)`: that of Ferrers for :math:`|z| \le 1`, else that with a cut on [-1, 1].
    """


def _table_fake(z: Tensor, m: int, n: int) -> Tensor:
    return z.new_empty(2, m + 1, n + 1, *z.shape)


def _table_slope(z: Tensor, m: int, n: int, out: Tensor) -> Tensor:
    """Return the derivative of a table in z: that of the second half by Legendre's equation, DLMF 14.2.2."""
    real = z.real if z.is_complex() else z
    degrees = torch.arange(n + 1, dtype=real.dtype, device=z.device).reshape(-1, *(1,) * z.dim())
    orders = torch.arange(m + 1, dtype=real.dtype, device=z.device).reshape(-1, 1, *(1,) * z.dim())
    square = (1 - z) * (1 + z)
    second = (2 * z * out[1] - (degrees * (degrees + 1) - orders * orders / square) * out[0]) / square
    return torch.stack((out[1], second))


def _table_backward(inputs: Any, outputs: Any, grads: Any, needs: Any) -> list[Tensor | None]:
    return [(grads[0] * _table_slope(*inputs, *outputs).conj()).sum((0, 1, 2)) if needs[0] else None, None, None]


def _table_jvp(inputs: Any, outputs: Any, tangents: Any) -> Tensor | None:
    return None if tangents[0] is None else _table_slope(*inputs, *outputs) * tangents[0]


def _table_vmap(info: Any, in_dims: Any, z: Tensor, m: int, n: int) -> tuple[Tensor, int]:
    return torch.ops.sci.legendre_q_table.default(z.movedim(in_dims[0], 0), m, n), 3


_table: Callable[..., Tensor] = operator(
    "legendre_q_table", fake=_table_fake, backward=_table_backward, jvp=_table_jvp, vmap=_table_vmap
)


def _tables(name: str, m: int, n: int, z: Any) -> Tensor:
    """Return functions and derivatives, (2, m + 1, n + 1, *)."""
    (x,) = promote(name, half=True, z=z)
    return cast(_table(cast(x, compute_dtype(x.dtype)), m, n), x.dtype)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    for low in (0.1, 1.4):
        x = torch.rand(3, generator=generator, dtype=torch.float64) * 0.5 + low
        z = (torch.complex(x, x.flip(0) / 2) if dtype.is_complex else x).to(dtype).to(device)
        yield Sample(3, z)


def _samples_of_order(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    for sample in _samples(generator, dtype, device):
        yield Sample(2, *sample.args)


@function(differentiable=("z",), samples=_samples)
def lqn(n: Any, z: Any) -> tuple[Tensor, Tensor]:
    r"""
    Legendre's functions of the second kind of all degrees up to `n`, and their derivatives.

    Parameters
    ----------
    n : int
        Largest degree, at least 0.
    z : tensor_like
        Argument, real or complex.

    Returns
    -------
    qn, qn_prime : Tensor
        :math:`Q_k(z)` and :math:`Q_k'(z)` for :math:`k = 0, \ldots, n`, in a dimension before those of `z`.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0.

    See Also
    --------
    lqmn, legendre_p_all

    Notes
    -----
    For :math:`|z| \le 1` the functions on the cut [1]_, by the recurrence forward; beyond, those that vanish at
    infinity, by the recurrence backward. Infinite at :math:`\pm 1`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 14.2, https://dlmf.nist.gov/14.2

    Examples
    --------
    >>> import torch
    >>> from sci.special import lqn
    >>> lqn(2, torch.tensor(0.5))
    (tensor([ 0.5493, -0.7253, -0.8187]), tensor([ 1.3333,  1.2160, -0.8427]))
    """
    value, slope = _tables("lqn", 0, table_size("lqn", "n", n), z).squeeze(1).unbind(0)
    return value, slope


@function(differentiable=("z",), samples=_samples_of_order)
def lqmn(m: Any, n: Any, z: Any) -> tuple[Tensor, Tensor]:
    r"""
    Associated Legendre functions of the second kind up to order `m` and degree `n`, and their derivatives.

    Parameters
    ----------
    m, n : int
        Largest order and degree, at least 0.
    z : tensor_like
        Argument, real or complex.

    Returns
    -------
    qmn, qmn_prime : Tensor
        :math:`Q_k^j(z)` and its derivative for orders :math:`j = 0, \ldots, m` in the first and degrees
        :math:`k = 0, \ldots, n` in the second dimension, before those of `z`.

    Raises
    ------
    ValueError
        Where `m` or `n` is no whole number of at least 0.

    See Also
    --------
    lqn, assoc_legendre_p_all

    Notes
    -----
    :math:`(-1)^j (1 - z^2)^{j/2} Q_k^{(j)}(z)` for :math:`|z| \le 1`, :math:`(z^2 - 1)^{j/2} Q_k^{(j)}(z)` beyond [1]_,
    by the recurrence in the order.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 14.7, https://dlmf.nist.gov/14.7

    Examples
    --------
    >>> import torch
    >>> from sci.special import lqmn
    >>> lqmn(1, 2, torch.tensor(0.5))[0]
    tensor([[ 0.5493, -0.7253, -0.8187],
            [-1.1547, -1.0531,  0.7298]])
    """
    value, slope = _tables("lqmn", table_size("lqmn", "m", m), table_size("lqmn", "n", n), z).unbind(0)
    return value, slope
