"""The generalised Hermitian eigenproblem, as one operator with derivatives in both matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.checks import checks_enabled, require_finite
from sci._core.dispatch import operator

from . import _lapack, _lapack_hermitian
from ._cholesky import cholesky_factor, factorize, solve_with_factor
from ._errors import LinAlgError
from ._hermitian import compute, fill, from_triangle, inverse_gaps, real_dtype, turns
from ._matrices import batch_shape, broadcast_matrices, hermitian_part, new_like, place_in_batch, to_kind
from ._regular import not_positive_definite


def _eigh_generalised(
    a: Tensor, b: Tensor, lower: bool, kind: int, check_finite: bool, function: str
) -> tuple[Tensor, Tensor]:
    a, b = broadcast_matrices(function, ("a", "b"), a, b)
    if check_finite:
        require_finite(function, {"a": a, "b": b})
    if _lapack.worthwhile(a) and a.numel() > 0:
        w, v, info = _lapack_hermitian.sygvd(a, b, lower, kind)
        failed = info != 0
        if checks_enabled() and bool(failed.any()):
            where, code = place_in_batch(info)
            if code > a.shape[-1]:
                raise not_positive_definite(function, "b", where, code - a.shape[-1])
            raise LinAlgError(f"{function}: LAPACK's eigenvalue routine failed with info = {code}{where}")
        return w.masked_fill_(failed[..., None], torch.nan), v.masked_fill_(failed[..., None, None], torch.nan)
    # b = L L^H, and the standard problem for y:
    low = factorize(b, lower, False, function, "b")
    low = low if lower else low.mH
    full = fill(a, lower, True, False, function, "a")
    if kind == 1:  # L^-1 A L^-H y = w y,  v = L^-H y
        half = torch.linalg.solve_triangular(low, full, upper=False)
        reduced = torch.linalg.solve_triangular(low, half.mH, upper=False)
    else:  # L^H A L y = w y,  v = L^-H y (2) or L y (3)
        reduced = low.mH @ full @ low
    w, y = compute(reduced, True, False, function)
    v = low @ y if kind == 3 else torch.linalg.solve_triangular(low.mH, y, upper=True)
    return w, v.contiguous()


def _fake_generalised(
    a: Tensor, b: Tensor, lower: bool, kind: int, check_finite: bool, function: str
) -> tuple[Tensor, Tensor]:
    batch = batch_shape(a, b)
    return new_like(a, (*batch, a.shape[-1]), real_dtype(a.dtype)), new_like(a, (*batch, *a.shape[-2:]))


# V diagonalises both matrices. With S_A, S_B the derivatives of a and b in that basis, and P = V^-H:
#     (1)  A = P W P^H,  B = P P^H:        S_A = V^H dA V,  S_B = V^H dB V
#     (2)  A = V W V^H,  B = P P^H:        S_A = P^H dA P,  S_B = V^H dB V
#     (3)  A = P W P^H,  B = V V^H:        S_A = V^H dA V,  S_B = P^H dB P
# Differentiating both equations with dV = V C gives, for w_i and w_j apart and E_ij = 1 / (w_j - w_i),
#     (1)  C = E (S_A - S_B w_j)   (2)  C = E (S_A + w_i S_B)   (3)  C = E (S_A + S_B w_j)
# and dw = diag(S_A -+ w S_B). Where w_i = w_j, and on the diagonal, only the Hermitian part of C is determined, and C
# is -S_B / 2 in (1) and (2), S_B / 2 in (3). In reverse, with K = V^H gV, its parts skew(K) and herm(K), and
# D = E skew(K):
#     gS_A = diag(gw) + D,   gS_B = -+ (diag(w gw) + (w_i + w_j) D / 2) -+ herm(K) / 2


def _dual_basis(b: Tensor, v: Tensor, lower: bool, kind: int, function: str) -> Tensor:
    """P = V^-H for kinds 2 and 3."""
    full = from_triangle(b, lower, True, False, function, "b")
    if kind == 2:
        dual: Tensor = full @ v
        return dual
    return solve_with_factor(cholesky_factor(full, True, False, function, "b"), v, True, False)  # type: ignore[no-any-return]


def _backward_generalised(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, b, lower, kind, _, function = inputs
    (w, v), (grad_w, grad_v) = outputs, grads
    inner_a = torch.zeros_like(v) if grad_w is None else torch.diag_embed(grad_w.to(v.dtype))
    inner_b = torch.zeros_like(v) if grad_w is None else torch.diag_embed((grad_w * w).to(v.dtype))
    other = torch.zeros_like(v)
    if grad_v is not None:
        k = v.mH @ grad_v
        lengths = torch.linalg.vector_norm(v, dim=-2)
        longest = lengths.amax(-1, keepdim=True) if v.numel() else lengths
        columns = torch.linalg.vector_norm(grad_v, dim=-2) * longest
        turn, other = turns(function, w, grad_w, k, columns), hermitian_part(k)
        inner_a = inner_a + turn
        inner_b = inner_b + (w[..., None, :] + w[..., :, None]) / 2 * turn
    inner_b = (-inner_b if kind == 1 else inner_b) + (other / 2 if kind == 3 else -other / 2)
    dual: Tensor = v if kind == 1 else _dual_basis(b, v, lower, kind, function)
    left_a, left_b = (dual if kind == 2 else v), (dual if kind == 3 else v)
    return (
        to_kind(hermitian_part(left_a @ inner_a @ left_a.mH), a) if needs[0] else None,
        to_kind(hermitian_part(left_b @ inner_b @ left_b.mH), b) if needs[1] else None,
        *(None,) * 4,
    )


def _jvp_generalised(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, Tensor]:
    b, lower, kind, function = inputs[1], inputs[2], inputs[3], inputs[5]
    (w, v), (da, db) = outputs, tangents[:2]
    dual: Tensor = v if kind == 1 else _dual_basis(b, v, lower, kind, function)
    left_a, left_b = (dual if kind == 2 else v), (dual if kind == 3 else v)
    s_a = torch.zeros_like(v) if da is None else left_a.mH @ hermitian_part(da) @ left_a
    s_b = torch.zeros_like(v) if db is None else left_b.mH @ hermitian_part(db) @ left_b
    inverse = inverse_gaps(w)
    rows, columns = w[..., :, None], w[..., None, :]
    weighted = {1: -s_b * columns, 2: s_b * rows, 3: s_b * columns}[kind]
    coupled = torch.where(inverse == 0, s_b / 2 if kind == 3 else -s_b / 2, inverse * (s_a + weighted))
    dw = (s_a + weighted).diagonal(dim1=-2, dim2=-1)
    return dw.real if dw.is_complex() else dw, v @ coupled


# (w, V) of the generalised problem of kind 1, 2 or 3.
generalised = operator(
    "eigh_generalised(Tensor a, Tensor b, bool lower, int kind, bool check_finite, str function) -> (Tensor, Tensor)",
    kernel=_eigh_generalised,
    fake=_fake_generalised,
    backward=_backward_generalised,
    jvp=_jvp_generalised,
    core_dims=(2, 2),
)
