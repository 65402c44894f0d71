"""The singular value decomposition as operators with derivatives that are finite at equal singular values.

With A = U S V^H, k = min(m, n), U = [U1 U2], V = [V1 V2] (U2, V2 belong to the full form), M = U1^H dA V1 and the
skew-Hermitian Omega = U1^H dU1, Psi = V1^H dV1, differentiating A V = U S and A^H U = V S gives

    (1)  dS = Re diag(M)
    (2)  Omega + Psi = E- (M + M^H),  Omega - Psi = E+ (M - M^H),   E-+[i, j] = 1 / (s_j -+ s_i)
    (3)  U2^H dU1 = U2^H dA V1 / S,  V2^H dV1 = V2^H dA^H U1 / S,  dU2 = -U1 (U2^H dU1)^H, and so for V2

so equal singular values meet only in E-, which is 0 there, and E+ is 0 where both vanish. In reverse, with P and Q the
skew parts of U1^H gU1 and V1^H gV1,

    (4)  gM = diag(gS) + E- (P + Q) + E+ (P - Q)

and (3) is transposed. (2) is Giles [1], section 3.2, with the sum and the difference of his two equations, so that
s_j^2 - s_i^2 is never formed.

[1] M. Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic
differentiation", Oxford University Computing Laboratory, NA-08/01, 2008.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.checks import checks_enabled, finite_probe, require_finite
from sci._core.dispatch import operator

from . import _lapack_orthogonal, _quick
from ._errors import LinAlgError, TorchLinAlgError
from ._gauges import checked, require_determined, require_no_basis, require_no_phase, require_subspace
from ._hermitian import inverse_gaps, is_small, mended, real_dtype
from ._matrices import new_like
from ._small_gradients import SVD, whole


def _failed(function: str, a: Tensor, error: Exception) -> Exception:
    if not bool(torch.isfinite(finite_probe(a))):
        return ValueError(f"{function}: a must not contain NaN or infinity")
    return LinAlgError(f"{function}: {error}")


def _is_small(a: Tensor) -> bool:
    # Whether all left vectors exist has to be read, which on a GPU only checks do.
    return a.shape[-2] == a.shape[-1] and is_small(a, 32) and (a.is_cpu or (a.is_cuda and checks_enabled()))


def _small(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """By Jacobi's method, but where a singular value vanishes: its left vector has to be made, which LAPACK does."""
    u, s, vh, info = torch.ops.sci._svd_small(a)
    left = info != 0
    if bool(left.any()):
        for whole, part in zip((u, s, vh), torch.linalg.svd(a[left]), strict=True):
            whole[left] = part
    return u, s, vh


def factors(a: Tensor, full: bool, function: str) -> tuple[Tensor, Tensor, Tensor]:
    """Return U, s, V^H in any memory layout, with any signs."""
    if (quick := _quick.svd(a, full, True, False)) is not None:
        return quick[0], quick[1], quick[2]
    return _general(a, full, function)


def _general(a: Tensor, full: bool, function: str) -> tuple[Tensor, Tensor, Tensor]:
    try:
        return _small(a) if _is_small(a) else _lapack_orthogonal.svd(a, full)
    except TorchLinAlgError as error:
        raise _failed(function, a, error) from None


def compute(a: Tensor, full: bool, check_finite: bool, function: str) -> tuple[Tensor, Tensor, Tensor]:
    if (quick := _quick.svd(a, full, True, check_finite)) is not None:
        return quick[0], quick[1], quick[2]
    if check_finite:
        require_finite(function, {"a": a})
    u, s, vh = _general(a, full, function)
    u, vh = u.contiguous(), vh.contiguous()
    if not (a.is_cuda and _is_small(a)):  # which has one algorithm there
        torch.ops.sci._orient(u, vh)
    return u, s, vh


def _fake(a: Tensor, full: bool, check_finite: bool, function: str) -> tuple[Tensor, Tensor, Tensor]:
    *batch, m, n = a.shape
    k = min(m, n)
    shapes = ((m, m), (n, n)) if full else ((m, k), (k, n))
    return (
        new_like(a, (*batch, *shapes[0])),
        new_like(a, (*batch, k), real_dtype(a.dtype)),
        new_like(a, (*batch, *shapes[1])),
    )


def _reciprocal(s: Tensor, size: Tensor) -> Tensor:
    """1 / s, and 0 where s is a rounding error of `size`."""
    small = s <= s.shape[-1] * torch.finfo(s.dtype).eps * size
    return torch.where(small, torch.inf, s).reciprocal()


def _coefficients(s: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return E-, E+ and 1 / S."""
    if s.shape[-1] == 0:
        empty = s[..., None, :] + s[..., :, None]
        return empty, empty, s
    size = s.amax(-1, keepdim=True)
    return inverse_gaps(s), _reciprocal(s[..., None, :] + s[..., :, None], size[..., None]), _reciprocal(s, size)


def _first(x: Tensor, k: int) -> Tensor:
    # narrow, since an index that takes everything makes an alias, which batched gradients do not know.
    return x.narrow(-1, 0, k)


def _rest(x: Tensor, k: int) -> Tensor:
    return x.narrow(-1, k, x.shape[-1] - k)


def _skew(x: Tensor) -> Tensor:
    return (x - x.mH) / 2


def _without_noise(turn: Tensor, lengths: Tensor, rows: int) -> Tensor:
    """Set P + Q to zero where it is rounding error, which a small gap would blow up."""
    noise = 4 * math.sqrt(rows) * torch.finfo(lengths.dtype).eps * lengths
    return torch.where(turn.abs() <= noise[..., None, :] + noise[..., :, None], 0, turn)


def _require_gauge(
    function: str, k: Tensor, gs: Tensor | None, minus: Tensor, plus: Tensor, turn: Tensor, other: Tensor, size: Tensor
) -> None:
    """Raise if a loss depends on what is arbitrary among U1 and V1; `k` is U1^H gU1 + V1^H gV1."""
    if turn.is_complex():
        require_no_phase(function, turn, size)
    if not checked():
        return
    require_determined(function, "singular values", minus, turn, size, gs, k)
    # Vectors of zero turn, or have phases, each for itself.
    pairs = size[..., None, :] + size[..., :, None]
    require_no_basis(function, "vectors of singular values 0", other, plus == 0, pairs)


def _outside(function: str, full: Tensor, grad: Tensor, k: int, inverse: Tensor) -> Tensor:
    """Return the part of dU1 outside the span of U1, and with it dU2, in reverse: gX of (3) times 1 / S."""
    basis, grad1 = _first(full, k), _first(grad, k)
    outside = grad1 - basis @ (basis.mH @ grad1)
    size = torch.linalg.vector_norm(grad1, dim=-2)
    if full.shape[-1] > k:
        rest, grad2 = _rest(full, k), _rest(grad, k)
        outside = outside - rest @ (grad2.mH @ basis)
        require_subspace(function, "vectors that complete those of singular values", rest, grad2)
        size = size + torch.linalg.matrix_norm(grad2)[..., None]
    free = (inverse == 0)[..., None, :]
    require_no_basis(function, "vectors of singular values 0", outside, free, size[..., None, :])
    return outside * inverse[..., None, :]


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    (u, s, vh), (gu, gs, gvh) = outputs, grads
    if u.shape == vh.shape:
        found = whole(SVD, u, u, s, vh, gu, gs, gvh)
        if found is not None:
            return found, None, None, None
    k = s.shape[-1]
    u1, v = _first(u, k), vh.mH
    v1 = _first(v, k)
    if gu is None and gvh is None:
        return (u1 * gs[..., None, :]) @ v1.mH, None, None, None
    gu = torch.zeros_like(u) if gu is None else gu
    gv = torch.zeros_like(v) if gvh is None else gvh.mH
    gu1, gv1 = _first(gu, k), _first(gv, k)
    minus, plus, inverse = _coefficients(s)
    left, right = u1.mH @ gu1, v1.mH @ gv1
    lengths = torch.linalg.vector_norm(gu1, dim=-2) + torch.linalg.vector_norm(gv1, dim=-2)
    p, q = _skew(left), _skew(right)
    turn, other = _without_noise(p + q, lengths, u.shape[-2]), p - q
    _require_gauge(inputs[3], left + right, gs, minus, plus, turn, other, lengths)
    core = torch.addcmul(minus * turn, plus.to(other.dtype), other)
    if gs is not None:
        core = core + torch.diag_embed(gs)
    grad = u1 @ core @ v1.mH
    if u.shape[-2] > k:
        grad = grad + _outside(inputs[3], u, gu, k, inverse) @ v1.mH
    if v.shape[-2] > k:
        grad = grad + u1 @ _outside(inputs[3], v, gv, k, inverse).mH
    return grad, None, None, None


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, Tensor, Tensor]:
    (u, s, vh), da = outputs, tangents[0]
    k = s.shape[-1]
    u1, v = _first(u, k), vh.mH
    v1 = _first(v, k)
    minus, plus, inverse = _coefficients(s)
    av, ahu = da @ v1, da.mH @ u1
    m = u1.mH @ av
    ds = m.diagonal(dim1=-2, dim2=-1)
    total, difference = minus * (m + m.mH), plus * (m - m.mH)
    du, dv = u1 @ (total + difference) / 2, v1 @ (total - difference) / 2
    made = []
    for full, basis, moved, image in ((u, u1, du, av), (v, v1, dv, ahu)):
        if full.shape[-2] > k:
            outside = (image - basis @ (basis.mH @ image)) * inverse[..., None, :]
            moved = moved + outside
            if full.shape[-1] > k:
                moved = torch.cat([moved, -basis @ (outside.mH @ _rest(full, k))], -1)
        made.append(moved)
    return made[0], ds.real if ds.is_complex() else ds, made[1].mH


# (U, S, V^H).
decomposition = operator(
    "svd(Tensor a, bool full, bool check_finite, str function) -> (Tensor, Tensor, Tensor)",
    kernel=compute,
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    core_dims=(2,),
)


def _values(a: Tensor, check_finite: bool, function: str) -> Tensor:
    if (quick := _quick.svd(a, False, False, check_finite)) is not None:
        return quick[1]  # type: ignore[no-any-return]
    if check_finite:
        require_finite(function, {"a": a})
    if a.is_cuda and a.shape[-2] == a.shape[-1] and is_small(a):
        _, s, _, info = torch.ops.sci._svd_small(a, vectors=False)
        if mended((s,), info, a, lambda a: (torch.linalg.svdvals(a),)):
            return s  # type: ignore[no-any-return]
    try:
        if _is_small(a) and a.is_cpu and a.shape[-1] <= 8:
            return _small(a)[1]
        s = _lapack_orthogonal.svdvals(a)
    except TorchLinAlgError as error:
        raise _failed(function, a, error) from None
    return s


def _backward_values(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    u, _, vh = decomposition(inputs[0], False, False, inputs[2])
    return (u * grads[0][..., None, :]) @ vh, None, None


def _jvp_values(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    u, _, vh = decomposition(inputs[0], False, False, inputs[2])
    ds: Tensor = (u.conj() * (tangents[0] @ vh.mH)).sum(-2)
    return ds.real if ds.is_complex() else ds


# Singular values alone. Its rule computes the vectors anew, so eager code that differentiates takes `decomposition`.
singular_values = operator(
    "svdvals(Tensor a, bool check_finite, str function) -> Tensor",
    kernel=_values,
    fake=lambda a, check_finite, function: new_like(a, (*a.shape[:-2], min(a.shape[-2:])), real_dtype(a.dtype)),
    backward=_backward_values,
    jvp=_jvp_values,
    core_dims=(2,),
)
