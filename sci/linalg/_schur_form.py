"""The Schur decomposition as operators: kernels by size and device, and the derivative."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core import runtime
from sci._core.checks import checks_enabled, known, require_finite
from sci._core.dispatch import operator
from sci._core.errors import take_host_route

from . import _lapack_schur
from ._errors import LinAlgError
from ._gauges import checked, require_no_basis, require_no_phase
from ._matrices import batch_shape, broadcast_matrices, new_like, place_in_batch, to_kind
from ._schur_ties import Ties, determined_gradient, find_ties, followed_tangent
from ._sizes import ONE_SCHUR
from ._small_gradients import fits, good

runtime.load_library()

KERNEL_CUDA = 64  # the largest n for which a kernel works on one matrix per GPU thread; more are too slow for one
_TEAM = 5  # matrices in the shared memory of a team of GPU threads that makes a gradient
WHY = "its QR algorithm has a GPU form for n <= 64 only"


# ---- kernels, by size and device -----------------------------------------------------------------------------------


def on_host(function: str, x: Tensor) -> bool:
    """Return whether n x n matrices on this device go to the CPU, and note the host route if so."""
    if x.device.type == "cpu" or x.shape[-1] <= KERNEL_CUDA:
        return False
    take_host_route(f"linalg.{function}", x.device, WHY)
    return True


def _decompose(a: Tensor, complex_output: bool, check_finite: bool, function: str) -> tuple[Tensor, Tensor]:
    if check_finite:
        require_finite(function, {"a": a})
    if on_host(function, a):
        t, z = _decompose(a.cpu(), complex_output, False, function)
        return t.to(a.device), z.to(a.device)
    large = a.device.type == "cpu" and a.shape[-1] > ONE_SCHUR
    t, z, info = _lapack_schur.gees(a) if large else torch.ops.sci._schur_small(a)
    if checks_enabled() and a.shape[-1] > 0 and bool(info.any()):
        info = torch.where(torch.isfinite(t[..., 0, 0]), info, 0)  # NaN in, NaN out
        if bool(info.any()):
            where, count = place_in_batch(info)
            raise LinAlgError(f"{function}: the QR algorithm did not find {count} eigenvalues{where}")
    if complex_output and not a.is_complex():
        # Three times faster than the complex algorithm on the same matrix.
        t, z = real_to_complex_form(t, z)
        t, z = t.contiguous(), z.contiguous()
    return t, z


def _fake_decompose(a: Tensor, complex_output: bool, check_finite: bool, function: str) -> tuple[Tensor, Tensor]:
    dtype = a.dtype.to_complex() if complex_output and not a.is_complex() else a.dtype
    return new_like(a, a.shape, dtype), new_like(a, a.shape, dtype)


def _reorder(a: Tensor, t: Tensor, z: Tensor, select: Tensor) -> tuple[Tensor, Tensor]:
    if on_host("schur", a):
        t, z = _reorder(*(x.cpu() for x in (a, t, z, select)))
        return t.to(a.device), z.to(a.device)
    large = t.device.type == "cpu" and t.shape[-1] > ONE_SCHUR
    reorder = _lapack_schur.trsen if large else torch.ops.sci._schur_reorder
    t, z, info = reorder(t, z, select.to(torch.int32))
    if checks_enabled() and bool(info.any()):
        where, _ = place_in_batch(info)
        raise LinAlgError(f"schur: eigenvalues{where} are too close to be separated for reordering")
    return t, z


def _solve_lower(t: Tensor, c: Tensor, adjoint: bool, coupled: bool) -> Tensor:
    t, c = broadcast_matrices("schur", ("t", "c"), t, c)
    if on_host("schur", c):
        t, c, device = t.cpu(), c.cpu(), c.device
        return torch.ops.sci._schur_lower_solve(t, c, adjoint, coupled).to(device)  # type: ignore[no-any-return]
    return torch.ops.sci._schur_lower_solve(t, c, adjoint, coupled)  # type: ignore[no-any-return]


# ---- the derivative ------------------------------------------------------------------------------------------------
#
# A = Z T Z^H, Omega = Z^H dZ (skew-Hermitian), M = Z^H dA Z = Omega T - T Omega + dT.
#
# Complex form. The strictly lower triangle has no dT:  low(Omega T - T Omega) = low(M), and only the strictly lower
# triangle X of Omega enters there. With Omega = X - X^H (the diagonal of Omega is the phases' gauge, set to zero):
#     (1)  low(X T - T X) = low(M)          (2)  dT = M - (Omega T - T Omega)          (3)  dZ = Z Omega
# Real form: the same block by block for X = L, the strictly *block* lower triangle. In addition each 2 x 2 block
# [a b; c a] at p has a rotation w = X[p+1, p], which the standard form (equal diagonal entries) determines. With
# R = M - (L T - T L):
#     (4)  w = (R[p+1, p+1] - R[p, p]) / (2 (b + c))
# Adjoint, with Q the part of the gradient of T on the form's pattern and K = low(N - N^H),
# N = Z^H gZ - Q T^H + T^H Q:
#     (5)  gR[p+1, p+1] = -gR[p, p] = K[p+1, p] / (2 (b + c)),   gL = blocklow(K - gR T^H + T^H gR)
#     (6)  low(Y T^H - T^H Y) = gL,   gM = Q + gR + Y,   gA = Z gM Z^H


def blocks_of(t: Tensor) -> Tensor | None:
    """Return the flags of 2 x 2 blocks by their subdiagonal place, (..., n - 1); None where the form has none."""
    if t.is_complex() or t.shape[-1] < 2:
        return None
    return t.diagonal(-1, -2, -1) != 0


def at(values: Tensor, offset: int) -> Tensor:
    return torch.diag_embed(values, offset)


def _ends(values: Tensor, second: bool) -> Tensor:
    """Put values of blocks, (..., n - 1), on the diagonal: at the first or the second place of each block."""
    return at(torch.nn.functional.pad(values, (1, 0) if second else (0, 1)), 0)


def on_pattern(x: Tensor, blocks: Tensor | None) -> Tensor:
    """Keep the upper triangle, and the subdiagonals inside of blocks."""
    return x.triu() if blocks is None else x.triu() + at(torch.where(blocks, x.diagonal(-1, -2, -1), 0), -1)


def block_lower(x: Tensor, blocks: Tensor | None) -> Tensor:
    return x.tril(-1) if blocks is None else x.tril(-1) - at(torch.where(blocks, x.diagonal(-1, -2, -1), 0), -1)


def tie(t: Tensor) -> Tensor:
    """Return what rounding errors make of zeros in a computed form, and how close equal eigenvalues come, (..., 1)."""
    return 4 * t.shape[-1] * torch.finfo(t.dtype).eps * t.detach().abs().amax((-2, -1))[..., None]


def _every_rotation(t: Tensor, blocks: Tensor) -> Tensor:
    """Return which blocks are [a b; -b a], in which every rotation is a standard form."""
    b, c = t.diagonal(1, -2, -1), t.diagonal(-1, -2, -1)
    rounding = 8 * torch.finfo(t.dtype).eps * (b.abs() + c.abs())
    return blocks & ((b + c).abs() <= torch.maximum(rounding, tie(t)))


def _rotation_weight(t: Tensor, blocks: Tensor) -> Tensor:
    """1 / (2 (b + c)) of each block; 0 elsewhere, and where any rotation will do."""
    determined = blocks & ~_every_rotation(t, blocks)
    total = t.diagonal(1, -2, -1) + t.diagonal(-1, -2, -1)
    return torch.where(determined, 1 / (2 * torch.where(determined, total, 1)), 0)


def equal_pairs(t: Tensor, blocks: Tensor | None) -> Tensor:
    """Return where below the diagonal the eigenvalues at row and column are equal, and in no 2 x 2 block."""
    d, close = t.detach().diagonal(dim1=-2, dim2=-1), tie(t)
    equal = ((d[..., :, None] - d[..., None, :]).abs() <= close[..., None]).tril(-1)
    if blocks is None:
        return equal
    up, low = (t.detach().diagonal(k, -2, -1).abs() for k in (1, -1))
    pairs = blocks & (torch.maximum(up, low) > close)  # but for what rounding errors have made of two equal ones
    single = ~torch.nn.functional.pad(pairs, (0, 1)) & ~torch.nn.functional.pad(pairs, (1, 0))
    return equal & single[..., :, None] & single[..., None, :]


def _ties(t: Tensor, blocks: Tensor | None) -> Ties | None:
    return find_ties(t, equal_pairs(t, blocks), tie(t)) if checked() and t.numel() > 0 else None


@torch.no_grad()
def _require_no_basis(
    t: Tensor, q: Tensor, skew: Tensor, left_out: Tensor, spread: Tensor | None, grad: Tensor, size: Tensor
) -> None:
    """Raise if a loss depends on the basis of the vectors of equal eigenvalues, or these are defective.

    Between them Y of (6) is free, and `left_out` is its residual. Of T, whose form there is that of any perturbation, a
    loss may use what no unitary matrix changes: `spread` says how far its gradient is from a multiple of the identity.
    """
    if not checked() or t.shape[-1] < 2 or t.numel() == 0:
        return
    blocks, turn = blocks_of(t), torch.zeros_like(t.abs())
    scale = t.abs().amax((-2, -1))[..., None, None]
    if spread is not None:
        turn = torch.where(equal_pairs(t, blocks), torch.maximum(left_out.abs(), scale * spread), 0)
    if blocks is not None and known((whole := _every_rotation(t, blocks)).any()):
        g = q.diagonal(dim1=-2, dim2=-1)
        off = (g[..., 1:] - g[..., :-1]).abs() + (q.diagonal(1, -2, -1) + q.diagonal(-1, -2, -1)).abs()
        planes = torch.maximum(skew.diagonal(-1, -2, -1).abs(), scale[..., 0] * off)
        turn = turn + at(torch.where(whole, planes, 0), -1)
    size = size[..., None, None]
    require_no_basis("schur", "Schur vectors of equal eigenvalues or of a normal pair", turn, True, size)
    if known((torch.isnan(grad) & torch.isfinite(size)).any()):
        raise LinAlgError("schur: equal eigenvalues are defective, or of two 2 x 2 blocks, where no derivative exists")


def _commutator(x: Tensor, t: Tensor) -> Tensor:
    return x @ t - t @ x


def _jvp_lower(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    t, _, adjoint, coupled = inputs
    (x,), (dt, dc) = outputs, tangents[:2]
    right = None if dc is None else dc.expand_as(x)
    if dt is not None:
        dt = on_pattern(dt, blocks_of(t))
        moved = _commutator(x, dt.mH if adjoint else dt)
        right = -moved if right is None else right - moved
    return solve_lower(t, right, adjoint, coupled)  # type: ignore[no-any-return]


def _backward_lower(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    t, c, adjoint, coupled = inputs
    (x,), (g,) = outputs, grads
    y = solve_lower(t, g, not adjoint, coupled)
    grad_t = None
    if needs[0]:
        one, other = (y, x) if adjoint else (x, y)
        grad_t = to_kind(on_pattern(other @ one.mH - one.mH @ other, blocks_of(t)), t)
    return grad_t, to_kind(y, c) if needs[1] else None, None, None


# The strictly block lower X of (1), or Y of (6) with `adjoint`; 0 between equal eigenvalues, of which those that T
# couples give NaN unless `coupled`.
solve_lower = operator(
    "schur_lower(Tensor t, Tensor c, bool adjoint, bool coupled) -> Tensor",
    kernel=_solve_lower,
    fake=lambda t, c, adjoint, coupled: new_like(c, (*batch_shape(t, c), *c.shape[-2:])),
    backward=_backward_lower,
    jvp=_jvp_lower,
    core_dims=(2, 2),
)


def _tangents(t: Tensor, z: Tensor, da: Tensor) -> tuple[Tensor, Tensor]:
    m = z.mH @ da.to(z.dtype) @ z
    blocks = blocks_of(t)
    ties = _ties(t, blocks)
    m = m if ties is None else followed_tangent(m, ties)
    lower = solve_lower(t, block_lower(m, blocks), False, ties is not None)
    if blocks is not None:
        diagonal = (m - _commutator(lower, t)).diagonal(dim1=-2, dim2=-1)
        turn = torch.where(blocks, (diagonal[..., 1:] - diagonal[..., :-1]) * _rotation_weight(t, blocks), 0)
        lower = lower + at(turn, -1)
    omega = lower - lower.mH
    return on_pattern(m - _commutator(omega, t), blocks), z @ omega


def _gradient(a: Tensor, t: Tensor, z: Tensor, grad_t: Tensor | None, grad_z: Tensor | None) -> Tensor:
    if fits(t, t, z, grad_t, grad_z, teams=_TEAM):
        grad, flags = torch.ops.sci._schur_gradient(t, z, grad_t, grad_z)
        if good(t, flags):
            return to_kind(grad, a)
    blocks = blocks_of(t)
    q = torch.zeros_like(t) if grad_t is None else on_pattern(grad_t, blocks)
    n = t.mH @ q - q @ t.mH
    if grad_z is not None:
        n = n + z.mH @ grad_z
    skew = n - n.mH
    size = torch.linalg.vector_norm(t, dim=(-2, -1)) * torch.linalg.vector_norm(q, dim=(-2, -1))
    if grad_z is not None:
        size = size + torch.linalg.vector_norm(grad_z, dim=(-2, -1))
    if t.is_complex():
        require_no_phase("schur", skew / 2, size[..., None])
    right, middle = block_lower(skew, blocks), q
    if blocks is not None:
        weight = torch.where(blocks, skew.diagonal(-1, -2, -1) * _rotation_weight(t, blocks), 0)
        r = _ends(weight, True) - _ends(weight, False)
        right = right - block_lower(r @ t.mH - t.mH @ r, blocks)
        middle = middle + r
    ties = _ties(t, blocks)
    lower = solve_lower(t, right, True, ties is not None)
    inner, spread = middle + lower, None
    if ties is not None:
        inner, spread = determined_gradient(inner, ties)
    grad = z @ inner @ z.mH
    _require_no_basis(t, q, skew, right - _commutator(lower, t.mH), spread, grad, size)
    return to_kind(grad, a)


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    return _gradient(inputs[0], *outputs, *grads), *(None,) * (len(inputs) - 1)


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, Tensor]:
    t, z = outputs
    return _tangents(t, z, tangents[0])


# (T, Z); for a real matrix in complex output by way of its real form.
decomposition = operator(
    "schur(Tensor a, bool complex_output, bool check_finite, str function) -> (Tensor, Tensor)",
    kernel=_decompose,
    fake=_fake_decompose,
    backward=_backward,
    jvp=_jvp,
    core_dims=(2,),
)

# (T, Z) with the selected eigenvalues first, from a Schur form of `a`; the derivative is that of any Schur form of `a`.
reordered = operator(
    "schurreordered(Tensor a, Tensor t, Tensor z, Tensor select) -> (Tensor, Tensor)",
    kernel=_reorder,
    fake=lambda a, t, z, select: (new_like(t, t.shape), new_like(z, z.shape)),
    backward=_backward,
    jvp=_jvp,
    core_dims=(2, 2, 2, 1),
)


# ---- the complex form of a real one ----------------------------------------------------------------------------------


def real_to_complex_form(t: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    """Turn quasi-triangular forms into triangular ones; see `rsf2csf`."""
    dtype = torch.promote_types(torch.promote_types(t.dtype, z.dtype), torch.complex64)
    n = t.shape[-1]
    if n < 2:
        return t.to(dtype), z.to(dtype)
    t, z = t.to(dtype), z.to(dtype)
    diagonal, up, low = t.diagonal(dim1=-2, dim2=-1), t.diagonal(1, -2, -1), t.diagonal(-1, -2, -1)
    first, second = diagonal[..., :-1], diagonal[..., 1:]
    eps = torch.finfo(dtype).eps
    block = low.abs() > eps * (first.abs() + second.abs())
    # The rotation [conj(c) s; -s c] with (c, s) along (mu, low), mu = first eigenvalue - last entry, makes the block
    # triangular.
    half = first / 2 - second / 2
    # The rotation does not depend on the block's scale, whose squares may leave the range. Parts are divided, since the
    # reciprocal of a subnormal number does, too.
    size = torch.where(block, torch.maximum(torch.maximum(half.abs(), up.abs()), low.abs()).detach(), 1)
    half, up, low = (torch.complex(x.real / size, x.imag / size) for x in (half, up, low))
    square = half * half + up * low
    root = torch.where(block, square, 1).sqrt()
    mu = half + torch.where(root.imag < 0, -root, root)
    r = torch.where(block, mu.abs() ** 2 + low.abs() ** 2, 1).sqrt()
    c, s = torch.where(block, mu / r, 1), torch.where(block, low / r, 0)
    pad = torch.nn.functional.pad
    g_diagonal = torch.where(pad(block, (0, 1)), pad(c.conj().resolve_conj(), (0, 1)), pad(c, (1, 0), value=1.0))
    g = torch.diag_embed(g_diagonal) + torch.diag_embed(s, 1) - torch.diag_embed(s, -1)
    return (g @ t @ g.mH).triu(), z @ g.mH


# ---- forms that keep structure -------------------------------------------------------------------------------------


def structured_decomposition(a: Tensor, complex_output: bool, function: str) -> tuple[Tensor, Tensor]:
    """Return Schur forms for a function of matrices, on plain tensors.

    [A E; 0 A], which derivatives take, has twice the form of A: half the size, and its equal eigenvalues stay equal.
    Complex matrices without imaginary parts have the form of real ones: eigenvalues on the negative axis stay there.
    """
    n = a.shape[-1]
    h = n // 2
    if n == 2 * h > 0 and not bool(a[..., h:, :h].any()) and torch.equal(a[..., :h, :h], a[..., h:, h:]):
        t, z = structured_decomposition(a[..., :h, :h].contiguous(), complex_output or a.is_complex(), function)
        zero = torch.zeros_like(t)
        above = torch.cat([t, z.mH @ a[..., :h, h:].to(z.dtype) @ z], -1)
        pair = torch.cat([above, torch.cat([zero, t], -1)], -2)
        return pair, torch.cat([torch.cat([z, zero], -1), torch.cat([zero, z], -1)], -2)
    if a.is_complex() and not bool(a.imag.any()):
        return decomposition(a.real.contiguous(), True, False, function)  # type: ignore[no-any-return]
    return decomposition(a, complex_output, False, function)  # type: ignore[no-any-return]
