"""Trigonometric and hyperbolic functions of matrices: cosine and sine at once, by products."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function

from ._expm import against_underscaling, by_small_kernel, combine, combined, one_norm, small
from ._lu_operators import general_solve
from ._matrices import random_matrices, require_square, tensors
from ._matrix_function import derivatives_by_blocks, matrix_function

_CIRCULAR, _HYPERBOLIC = 1, 2  # ExponentialKind in linalg/exponential.h
_SIGN = {_CIRCULAR: -1.0, _HYPERBOLIC: 1.0}
# The largest norm at which x^17 / 18! is below unit roundoff; in float32 rounding errors grow before.
_THETA = {torch.float64: 0.97, torch.float32: 2.0}


def _pair(kind: int, a: Tensor) -> tuple[Tensor, Tensor]:
    if a.numel() == 0:
        return a.clone(), a.clone()
    if small(a):
        return by_small_kernel(kind, a)
    norm = one_norm(a)
    good = torch.isfinite(norm)
    if not bool(good.all()):
        usable = good[..., None, None]
        cosine, sine = _by_products(torch.where(usable, a, 0), torch.where(good, norm, 0), _SIGN[kind])
        return torch.where(usable, cosine, torch.nan), torch.where(usable, sine, torch.nan)
    return _by_products(a, norm, _SIGN[kind])


def _by_products(a: Tensor, norm: Tensor, sign: float) -> tuple[Tensor, Tensor]:
    """Return cosines and sines as linalg/exponential.h makes them: polynomials in B = A^2, then doubled arguments."""
    theta = _THETA[norm.dtype]
    before = torch.ceil(torch.log2((norm / 1024).clamp(min=1.0)))
    a, norm = a * torch.exp2(-before)[..., None, None], norm * torch.exp2(-before)
    b = a @ a
    b2 = b @ b
    b3 = b2 @ b
    size = torch.minimum(norm, torch.maximum(one_norm(b2) ** (1 / 4), one_norm(b3) ** (1 / 6)))
    steps = torch.ceil(torch.log2((size / theta).clamp(min=1.0)))
    steps = steps + against_underscaling(a, norm, steps, theta, 17)
    if bool(steps.any()):
        scale = torch.exp2(-steps)[..., None, None]
        a, b, b2, b3 = a * scale, b * scale**2, b2 * scale**4, b3 * scale**6
    powers = [b, b2, b3, b2 @ b2]
    cosine = _polynomial(powers, [sign**k / math.factorial(2 * k) for k in range(9)])
    sine = a @ _polynomial(powers, [sign**k / math.factorial(2 * k + 1) for k in range(9)])
    steps = steps + before
    for k in range(int(steps.amax())):
        wanted = (steps > k)[..., None, None]
        doubled = cosine @ cosine + sign * (sine @ sine)
        sine = torch.where(wanted, 2 * sine @ cosine, sine)
        cosine = torch.where(wanted, doubled, cosine)
    return cosine, sine


def _polynomial(powers: list[Tensor], c: list[float]) -> Tensor:
    return combine(powers[3] @ combined(c[4:], powers), c[:4], powers[:3])


def _frechet(kind: int, a: Tensor, e: Tensor) -> tuple[Tensor, ...]:
    if small(a):
        return by_small_kernel(kind, a, e)
    return derivatives_by_blocks(lambda x: _pair(kind, x), a, e)


_circular, _ = matrix_function(
    "circular_pair", functools.partial(_pair, _CIRCULAR), functools.partial(_frechet, _CIRCULAR), 2
)
_hyperbolic, _ = matrix_function(
    "hyperbolic_pair", functools.partial(_pair, _HYPERBOLIC), functools.partial(_frechet, _HYPERBOLIC), 2
)

# T = tanh(x) as sinh(x) / cosh(x) loses what the condition of the cosine says: exp(x) of eigenvalues 0 and x. So it is
# that of A / 2^j, where the cosine is of moderate size, and the argument is doubled, with sign -1 for the tangent:
#     (1)  T(2x) = M^-1 2 T,   M = 1 + sign T^2        (2)  its derivative  M^-1 (2 D - sign (T D + D T) T(2x))
# Poles on the way are those of eigenvalues off the axis along which the cosine is bounded; there j is 0.
_GROWTH = 4.0  # bound of the logarithm of the cosine's norm


def _halvings(a: Tensor, size: Tensor) -> Tensor:
    """Return j, numbers of shape (..., 1, 1), of cosines of the norms `size`."""
    size = torch.where(torch.isfinite(size), size.log(), one_norm(a))
    steps = torch.ceil(torch.log2((size / _GROWTH).clamp(min=1.0)))
    return torch.where(torch.isfinite(steps), steps, 0)[..., None, None]


def _tangents(kind: int, function: str, a: Tensor, e: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Return tangents and, of a direction E, their derivatives."""
    cosine, sine = _pair(kind, a)
    if a.numel() == 0:
        return sine, sine
    size = one_norm(cosine)
    steps = None if bool((size <= math.exp(_GROWTH)).all()) else _halvings(a, size)
    if steps is not None:
        scale = torch.exp2(-steps)
        a, e = a * scale, None if e is None else e * scale
        cosine, sine = _pair(kind, a)
    t = d = general_solve(cosine, sine, False, function)
    if e is not None:
        d_cosine, d_sine = _frechet(kind, a, e)
        d = general_solve(cosine, d_sine - d_cosine @ t, False, function)
    if steps is None:
        return t, d
    eye, sign = torch.eye(a.shape[-1], dtype=a.dtype, device=a.device), _SIGN[kind]
    for k in range(int(steps.amax())):
        wanted = steps > k
        m = torch.where(wanted, eye + sign * (t @ t), eye)
        doubled = general_solve(m, 2 * t, False, function)
        if e is not None:
            moved = general_solve(m, 2 * d - sign * (t @ d + d @ t) @ doubled, False, function)
            d = torch.where(wanted, moved, d)
        t = torch.where(wanted, doubled, t)
    return t, d


def _tangent_function(kind: int, name: str) -> Callable[..., Any]:
    return matrix_function(name, lambda a: _tangents(kind, name, a)[0], lambda a, e: _tangents(kind, name, a, e)[1])[0]


_tanm, _tanhm = _tangent_function(_CIRCULAR, "tanm"), _tangent_function(_HYPERBOLIC, "tanhm")


def _matrix(function: str, A: Any) -> Tensor:
    (a,) = tensors(function, A=A)
    require_square(function, "A", a)
    return a


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 3))
    yield Sample(draw(2, 2, 2))
    yield Sample(draw(0, 0))


_DOCUMENT = """{summary}

    Equivalent to `scipy.linalg.{name}`.

    Parameters
    ----------
    A : (..., n, n) tensor
        Matrices, real or complex.

    Returns
    -------
    {name} : (..., n, n) tensor
        {returns}; real for real `A`.

    Raises
    ------
    LinAlgError
        `A` is not square{also}.

    Notes
    -----
    {method}*Algorithm.* Polynomials in the square of `A`, scaled by powers of two, then doubled arguments: ``cos(2x) =
    cos(x)**2 - sin(x)**2``, ``sin(2x) = 2 sin(x) cos(x)`` [1]_, of hyperbolic functions with a plus; products alone,
    and for n up to 32 in a kernel for the CPU's vector lanes. NaN or infinity gives NaN for that matrix.

    *Derivative.* The Fréchet derivative, as that of `expm`: the same products with the blocks of
    :math:`\\begin{{pmatrix}} A & E \\\\ 0 & A \\end{{pmatrix}}`, to every order.

    References
    ----------
    .. [1] A. H. Al-Mohy, N. J. Higham, S. D. Relton, "New algorithms for computing the matrix sine and cosine
       separately or simultaneously", SIAM J. Sci. Comput. 37 (2015) A456-A487.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import {name}
    >>> {name}(torch.zeros(2, 2))
    tensor([[{one}., 0.],
            [0., {one}.]])
    """


def _documented(
    name: str, summary: str, returns: str, one: int, method: str = "", also: str = ""
) -> Callable[[Callable[[Any], Tensor]], Callable[[Any], Tensor]]:
    def declare(f: Callable[[Any], Tensor]) -> Callable[[Any], Tensor]:
        f.__doc__ = _DOCUMENT.format(name=name, summary=summary, returns=returns, method=method, one=one, also=also)
        return function(differentiable=("A",), samples=_samples, synchronizes=True)(f)

    return declare


_BY_DOUBLING = """``solve({}, {})``, of `A` divided by a power of two where the
    cosine would be large; then as often ``T(2x) = 2 T(x) / (1 -+ T(x)**2)``. """
_SINGULAR = ", or the cosine is singular"


@_documented("cosm", "Matrix cosine.", "The cosines", 1)
def cosm(A: Any) -> Tensor:
    return _circular(_matrix("cosm", A))[0]


@_documented("sinm", "Matrix sine.", "The sines", 0)
def sinm(A: Any) -> Tensor:
    return _circular(_matrix("sinm", A))[1]


@_documented("tanm", "Matrix tangent.", "The tangents", 0, _BY_DOUBLING.format("cosm(A)", "sinm(A)"), _SINGULAR)
def tanm(A: Any) -> Tensor:
    return _tanm(_matrix("tanm", A))  # type: ignore[no-any-return]


@_documented("coshm", "Hyperbolic matrix cosine.", "The hyperbolic cosines", 1)
def coshm(A: Any) -> Tensor:
    return _hyperbolic(_matrix("coshm", A))[0]


@_documented("sinhm", "Hyperbolic matrix sine.", "The hyperbolic sines", 0)
def sinhm(A: Any) -> Tensor:
    return _hyperbolic(_matrix("sinhm", A))[1]


@_documented(
    "tanhm", "Hyperbolic matrix tangent.", "The tangents", 0, _BY_DOUBLING.format("coshm(A)", "sinhm(A)"), _SINGULAR
)
def tanhm(A: Any) -> Tensor:
    return _tanhm(_matrix("tanhm", A))  # type: ignore[no-any-return]
