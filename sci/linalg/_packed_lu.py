r"""LU factors in one matrix as an operator, with the pivots held.

With P^T A = L U, and A1 the leading k x k part of P^T A for k = min(m, n), L1 and U1 those of L and U,

    (1)  S = L1^-1 dA1 U1^-1,   dL1 = L1 low(S),   dU1 = up(S) U1
    (2)  dL2 = dA2 U1^-1 - L2 up(S)   of the rows below,   dU2 = L1^-1 dA2 - low(S) U2   of the columns beside

where low takes the strictly lower triangle and up the upper one with the diagonal. In reverse

    (3)  gS = low(L1^H gL1 - gU2 U2^H) + up(gU1 U1^H - L2^H gL2)
    (4)  gA1 = L1^-H gS U1^-H,   gA2 = gL2 U1^-H or L1^-H gU2.

F. R. de Hoog, R. S. Anderssen, M. A. Lukas, "Differentiation of matrix functionals using triangular factorization",
Mathematics of Computation 80 (2011) 1585-1600, has (1) for square matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.checks import known
from sci._core.dispatch import operator
from sci._core.torch_private import transforms_active

from . import _lapack, _lapack_factors, _quick
from ._hermitian import real_dtype
from ._lu_operators import fits_lanes, is_small
from ._matrices import in_range, new_like
from ._small_gradients import LU, whole
from ._solve_triangular import triangular


def _compute(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    if fits_lanes(a) and (found := _quick.lu_of_many(a, False)) is not None:
        return found[0], found[1], torch.zeros(a.shape[:-2], dtype=torch.int32, device=a.device)
    if a.is_cuda and a.shape[-1] == a.shape[-2] and is_small(a):
        return torch.ops.sci._lu_teams(a)  # type: ignore[no-any-return]
    factor = _lapack_factors.getrf if _lapack.worthwhile_alone(a) else _lapack_factors.lu_factor
    lu, pivots, info = factor(a)
    if _subnormal_pivots(lu):  # LAPACK's quotients by complex ones have no right digit
        x, power = in_range(a)
        lu, pivots, info = factor(x)
        lu = torch.where(_upper(lu), lu * power, lu)
    return lu.contiguous(), pivots - 1, info


def _subnormal_pivots(lu: Tensor) -> bool:
    if not lu.is_cpu or lu.numel() == 0:
        return False
    d = lu.detach().diagonal(dim1=-2, dim2=-1).abs()
    tiny = torch.finfo(lu.dtype).tiny
    least = known(d.amin())
    return least is not None and not least >= tiny and known(((d < tiny) & (d > 0)).any()) == 1


def _upper(x: Tensor) -> Tensor:
    return torch.ones(x.shape[-2:], dtype=torch.bool, device=x.device).triu()


def _scaled(lu: Tensor) -> tuple[Tensor, Tensor | None]:
    """Return the factors with U in range, and what it was divided by: the rules are linear in 1 / U."""
    if not _subnormal_pivots(lu):
        return lu, None
    _, power = in_range(lu.detach().triu())
    return torch.where(_upper(lu), _over(lu, power), lu), power


def _over(x: Tensor, power: Tensor) -> Tensor:
    """Return x / power; a complex quotient by a subnormal number is NaN."""
    return torch.complex(x.real / power, x.imag / power) if x.is_complex() else x / power


def _lower_over(x: Tensor, power: Tensor | None) -> Tensor:
    return x if power is None else torch.where(_upper(x), x, _over(x, power))


def _fake(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    pivots = new_like(a, (*a.shape[:-2], min(a.shape[-2:])), torch.int32)
    return new_like(a, a.shape), pivots, new_like(a, a.shape[:-2], torch.int32)


def permutation_matrix(lu: Tensor, pivots: Tensor) -> Tensor:
    """Return P. The factors come with it under a transform: torch's vmap in a vmap fails on results that are empty."""
    p: Tensor = torch.lu_unpack(lu.detach(), pivots + 1, unpack_data=transforms_active())[0]
    return p


def _rows(lu: Tensor, pivots: Tensor, dim: int) -> Tensor:
    """Return the place of each row of A in P^T A (dim -1), or the row of A that stands in each place (-2)."""
    p = permutation_matrix(lu, pivots)
    return (p.real if p.is_complex() else p).argmax(dim)[..., None]


def _corners(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the leading square part, the rows below it and the columns beside it."""
    m, n = x.shape[-2:]
    k = min(m, n)
    upper, left = x.narrow(-2, 0, k), x.narrow(-1, 0, k)  # no indexing: gradcheck's batches have no rule for it
    return upper.narrow(-1, 0, k), left.narrow(-2, k, m - k), upper.narrow(-1, k, n - k)


def _assemble(square: Tensor, below: Tensor | None, beside: Tensor | None) -> Tensor:
    if below is not None:
        return torch.cat([square, below], -2)
    return square if beside is None else torch.cat([square, beside], -1)


def _times_inverse(x: Tensor, lu: Tensor, adjoint: bool) -> Tensor:
    """Return X U^-1, or X U^-H."""
    return triangular(lu, x.mH, 0 if adjoint else 2, False, False, False).mH  # type: ignore[no-any-return]


def _inverse_times(lu: Tensor, x: Tensor, adjoint: bool) -> Tensor:
    """Return L^-1 X, or L^-H X."""
    return triangular(lu, x, 2 if adjoint else 0, True, True, False)  # type: ignore[no-any-return]


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    (lu, pivots, _), g = outputs, grads[0]
    lu, power = _scaled(lu)
    g = _lower_over(g, power)
    found = whole(LU, lu, lu, g, pivots.to(real_dtype(lu.dtype)))
    if found is not None:
        return (found,)
    (lu1, low2, up2), (g1, g_low2, g_up2) = _corners(lu), _corners(g)
    g_low, below, beside = g1.tril(-1), None, None
    low = g_low + lu1.tril(-1).mH @ g_low
    up = g1.triu() @ lu1.triu().mH
    if low2.shape[-2]:
        up = up - low2.mH @ g_low2
        below = _times_inverse(g_low2, lu1, True)
    if up2.shape[-1]:
        low = low - g_up2 @ up2.mH
        beside = _inverse_times(lu1, g_up2, True)
    square = _times_inverse(_inverse_times(lu1, low.tril(-1) + up.triu(), True), lu1, True)
    grad = _assemble(square, below, beside)
    return (torch.take_along_dim(grad, _rows(lu, pivots, -1), -2),)


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, None, None]:
    lu, pivots, _ = outputs
    lu, power = _scaled(lu)
    return _lower_over(_tangent(lu, pivots, tangents[0]), power), None, None


def _tangent(lu: Tensor, pivots: Tensor, da: Tensor) -> Tensor:
    da = torch.take_along_dim(da, _rows(lu, pivots, -2), -2)
    (lu1, low2, up2), (da1, below, beside) = _corners(lu), _corners(da)
    s = _times_inverse(_inverse_times(lu1, da1, False), lu1, False)
    low, up = s.tril(-1), s.triu()
    square = low + lu1.tril(-1) @ low + up @ lu1.triu()
    if low2.shape[-2]:
        return _assemble(square, _times_inverse(below, lu1, False) - low2 @ up, None)
    if up2.shape[-1]:
        return _assemble(square, None, _inverse_times(lu1, beside, False) - low @ up2)
    return square


# (LU, pivots counted from 0, info): L below the diagonal, U on and above it.
packed_lu = operator(
    "packed_lu(Tensor a) -> (Tensor, Tensor, Tensor)",
    kernel=_compute,
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    core_dims=(2,),
)
