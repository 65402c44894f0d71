"""Trigonometric and hyperbolic functions of matrices, by the exponential."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function

from ._expm import exponential
from ._lu_operators import general_solve
from ._matrices import random_matrices, require_square, tensors


def _matrix(function: str, A: Any) -> Tensor:
    (a,) = tensors(function, A=A)
    require_square(function, "A", a)
    return a


def _pair(a: Tensor) -> tuple[Tensor, Tensor]:
    """Cos A and sin A."""
    if not a.is_complex():
        both = exponential(torch.complex(torch.zeros_like(a), a))
        return both.real, both.imag
    plus, minus = exponential(1j * a), exponential(-1j * a)
    return (plus + minus) / 2, (plus - minus) / 2j


def _hyperbolic_pair(a: Tensor) -> tuple[Tensor, Tensor]:
    plus, minus = exponential(a), exponential(-a)
    return (plus + minus) / 2, (plus - minus) / 2


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
    {method} The derivative is that of `expm`, through this formula, to every order.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import {name}
    >>> {name}(torch.zeros(2, 2))
    tensor([[{one}., 0.],
            [0., {one}.]])
    """


def _documented(
    name: str, summary: str, returns: str, method: str, one: int, also: str = ""
) -> Callable[[Callable[[Any], Tensor]], Callable[[Any], Tensor]]:
    def declare(f: Callable[[Any], Tensor]) -> Callable[[Any], Tensor]:
        f.__doc__ = _DOCUMENT.format(name=name, summary=summary, returns=returns, method=method, one=one, also=also)
        return function(differentiable=("A",), samples=_samples, synchronizes=True)(f)

    return declare


_BY_EXPM = (
    "By ``expm(1j * A)``: its real or imaginary part for real `A`, half the sum or difference with ``expm(-1j * A)``."
)
_SINGULAR = ", or the cosine is singular"
_BY_REAL_EXPM = "Half the sum or difference of ``expm(A)`` and ``expm(-A)``."


@_documented("cosm", "Matrix cosine.", "The cosines", _BY_EXPM, 1)
def cosm(A: Any) -> Tensor:
    return _pair(_matrix("cosm", A))[0]


@_documented("sinm", "Matrix sine.", "The sines", _BY_EXPM, 0)
def sinm(A: Any) -> Tensor:
    return _pair(_matrix("sinm", A))[1]


@_documented(
    "tanm", "Matrix tangent.", "The tangents", "``solve(cosm(A), sinm(A))``.", 0, ", or the cosine is singular"
)
def tanm(A: Any) -> Tensor:
    cosine, sine = _pair(_matrix("tanm", A))
    return general_solve(cosine, sine, False, "tanm")


@_documented("coshm", "Hyperbolic matrix cosine.", "The hyperbolic cosines", _BY_REAL_EXPM, 1)
def coshm(A: Any) -> Tensor:
    return _hyperbolic_pair(_matrix("coshm", A))[0]


@_documented("sinhm", "Hyperbolic matrix sine.", "The hyperbolic sines", _BY_REAL_EXPM, 0)
def sinhm(A: Any) -> Tensor:
    return _hyperbolic_pair(_matrix("sinhm", A))[1]


@_documented("tanhm", "Hyperbolic matrix tangent.", "The tangents", "``solve(coshm(A), sinhm(A))``.", 0, _SINGULAR)
def tanhm(A: Any) -> Tensor:
    cosine, sine = _hyperbolic_pair(_matrix("tanhm", A))
    return general_solve(cosine, sine, False, "tanhm")
