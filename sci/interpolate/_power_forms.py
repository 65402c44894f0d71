"""Polynomials by their coefficients, and ratios of them: through data, from a Taylor series, and to one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import promote
from .._core.cards import Sample, function
from .._core.errors import bad_argument, integer
from .._core.poly1d import Poly1d
from ._checks import promote_over_real, shape_text, solve_dense


def _lagrange_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    x = torch.tensor([-1.0, -0.2, 0.5, 0.9], dtype=dtype, device=device)
    yield Sample(x, torch.randn(4, dtype=dtype, generator=generator).to(device))


@function(
    differentiable=("x", "w"),
    samples=_lagrange_samples,
    call=lambda f, x, w: f(x, w).c,
    batch=False,
    compiles=False,
    synchronizes=True,
)
def lagrange(x: Any, w: Any) -> Poly1d:
    """Return the polynomial through data by its coefficients.

    Equivalent to `scipy.interpolate.lagrange`, on tensors and differentiable in both.

    Parameters
    ----------
    x : array_like, shape (n,)
        Nodes, distinct.
    w : array_like, shape (n,)
        Values.

    Returns
    -------
    Poly1d
        The polynomial, with its coefficients in `c`, highest power first, as a `numpy.poly1d` has them.

    Raises
    ------
    ValueError
        If the arguments are not 1-dimensional and of one length.

    Notes
    -----
    Divided differences of Newton's form, multiplied out [1]_. Coefficients are ill-conditioned for more than about 20
    nodes; `BarycentricInterpolator` is not.

    References
    ----------
    .. [1] J. Stoer, R. Bulirsch, *Introduction to Numerical Analysis*, Springer, 2002, section 2.1.3.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import lagrange
    >>> x = torch.tensor([0.0, 1.0, 2.0])
    >>> lagrange(x, x**3).c
    tensor([ 3., -2.,  0.])
    """
    x, w = promote("lagrange", x=x, w=w)
    if x.dim() != 1 or w.shape != x.shape:
        raise ValueError(
            f"lagrange: x and w must be 1-dimensional and of one length, got {shape_text(x.shape)} and "
            f"{shape_text(w.shape)}"
        )
    n = x.shape[0]
    column, differences = w, [w[0]]
    for j in range(1, n):
        column = column.diff() / (x[j:] - x[:-j])
        differences.append(column[0])
    c = differences[-1].reshape(1)
    for j in range(n - 2, -1, -1):
        shifted = torch.cat((c.new_zeros(1), c))
        c = torch.cat((c, c.new_zeros(1))) - x[j] * shifted
        c = torch.cat((c[:-1], c[-1:] + differences[j]))
    return Poly1d(c)


def _pade_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    yield Sample(torch.tensor([1.0, 1.1, 0.5, 0.2, 0.03], dtype=dtype, device=device), 2)


@function(
    differentiable=("an",),
    samples=_pade_samples,
    call=lambda f, an, m: tuple(p.c for p in f(an, m)),
    batch=False,
    compiles=False,
    synchronizes=True,
)
def pade(an: Any, m: int, n: int | None = None) -> tuple[Poly1d, Poly1d]:
    """Return the Pade approximant of a Taylor series as two polynomials.

    Equivalent to `scipy.interpolate.pade`, on tensors and differentiable.

    Parameters
    ----------
    an : array_like, shape (N,)
        Coefficients of the series, the constant first.
    m : int
        Degree of the denominator.
    n : int, optional
        Degree of the numerator. Default is ``N - 1 - m``.

    Returns
    -------
    p, q : Poly1d
        Numerator and denominator, with ``q(0) = 1``; their series quotient agrees with `an` up to the power n + m.

    Raises
    ------
    ValueError
        If the degrees are negative or need more coefficients than there are.

    Notes
    -----
    The denominator solves the linear system of the powers n + 1 to n + m [1]_, the numerator is the product's start.

    References
    ----------
    .. [1] G. A. Baker, P. Graves-Morris, *Pade Approximants*, Cambridge University Press, 1996, section 1.1.

    Examples
    --------
    >>> from sci.interpolate import pade
    >>> p, q = pade([1.0, 1.0, 1 / 2, 1 / 6], 1)
    >>> q.c
    tensor([-0.3333,  1.0000], dtype=torch.float64)
    """
    (an,) = promote("pade", an=an)
    if an.dim() != 1:
        raise ValueError(f"pade: an must be 1-dimensional, got shape {shape_text(an.shape)}")
    m = integer("pade", "m", m)
    n = an.shape[0] - 1 - m if n is None else integer("pade", "n", n)
    if n < 0:
        raise ValueError("Order of q <m> must be smaller than len(an)-1.")
    if m < 0:
        raise ValueError(f"pade: m must not be negative, got {m}")
    if n + m > an.shape[0] - 1:
        raise ValueError("Order of q+p <m+n> must be smaller than len(an).")
    # Row i of the Toeplitz matrix: the coefficient of x**i of the product is sum_j an[i - j] q[j].
    power = torch.arange(n + m + 1, device=an.device)
    lag = power[:, None] - power[: m + 1]
    product = torch.where(lag >= 0, an[lag.clamp(min=0)], 0)
    tail = product[n + 1 :]
    rest = solve_dense("pade", tail[:, 1:], -tail[:, :1])[:, 0] if m else an.new_zeros(0)
    q = torch.cat((an.new_ones(1), rest))
    return Poly1d((product[: n + 1] @ q).flip(0)), Poly1d(q.flip(0))


def _taylor_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    real = dtype.to_real() if dtype.is_complex else dtype
    yield Sample(torch.sin, torch.tensor(0.3, dtype=real, device=device), 4, torch.tensor(0.5, dtype=real), 6)


@function(
    differentiable=("x",),
    samples=_taylor_samples,
    call=lambda f, *args: f(*args).c,
    complex=False,
    batch=False,
    compiles=False,
    synchronizes=True,
)
def approximate_taylor_polynomial(
    f: Callable[[Tensor], Any], x: Any, degree: int, scale: Any, order: int | None = None
) -> Poly1d:
    """Estimate the Taylor polynomial of a function from its values.

    Equivalent to `scipy.interpolate.approximate_taylor_polynomial`. Where `f` can be differentiated, `torch.func.jet`
    or nested `torch.func.jvp` give the derivatives themselves.

    Parameters
    ----------
    f : callable
        The function; takes a tensor of points, shape (order + 1,).
    x : float
        The point of expansion.
    degree : int
        Degree of the Taylor polynomial.
    scale : float
        Width of the interval from which values are taken.
    order : int, optional
        Degree of the polynomial through the values, of which the first terms are returned. Default is `degree`.

    Returns
    -------
    Poly1d
        The polynomial p with ``p(h)`` near ``f(x + h)``.

    Raises
    ------
    ValueError
        If `order` is less than `degree`, or `x` or `scale` is no number.

    Notes
    -----
    The polynomial through the values at Chebyshev points of the second kind [1]_, solved for in units of `scale`.

    References
    ----------
    .. [1] L. N. Trefethen, *Approximation Theory and Approximation Practice*, SIAM, 2013, chapter 2.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import approximate_taylor_polynomial
    >>> zero = torch.tensor(0.0, dtype=torch.float64)
    >>> approximate_taylor_polynomial(torch.exp, zero, 2, 0.1, order=6)[2]
    tensor(0.5000, dtype=torch.float64)
    """
    name = "approximate_taylor_polynomial"
    if not callable(f):
        raise bad_argument(name, "f", "a function", f, TypeError)
    degree = integer(name, "degree", degree)
    order = degree if order is None else integer(name, "order", order)
    if order < degree:
        raise ValueError(f"{name}: order must be at least degree={degree}, got {order}")
    at, width = promote_over_real(name, {"x": x, "scale": scale}, {})
    if at.dim() or width.dim():
        raise ValueError(
            f"{name}: x and scale must be numbers, got shapes {shape_text(at.shape)} and {shape_text(width.shape)}"
        )
    step = torch.arange(order + 1, dtype=at.dtype, device=at.device) * (math.pi / max(order, 1))
    unit = step.cos()
    values = torch.as_tensor(f(at + width / 2 * unit), device=at.device)
    # Chebyshev coefficients by the orthogonality of the points, then powers by the three-term recurrence.
    half = torch.ones_like(unit)
    half[0] = half[-1] = 0.5
    cosines = torch.cos(torch.arange(order + 1, device=at.device)[:, None] * step) * half * half[:, None]
    chebyshev = cosines.to(values.dtype) @ values * (2 / max(order, 1)) if order else values
    rows = [torch.zeros_like(unit), torch.zeros_like(unit)]
    rows[0][0], rows[1][min(1, order)] = 1, 1
    for _ in range(2, order + 1):
        rows.append(2 * rows[-1].roll(1) - rows[-2])
    powers = torch.stack(rows[: order + 1]).to(values.dtype).T @ chebyshev
    scaled = powers / (width / 2) ** torch.arange(order + 1, device=at.device)
    return Poly1d(scaled[: degree + 1].flip(0))
