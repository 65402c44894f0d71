"""Generalised Schur forms as operators: LAPACK's on the CPU, and their derivative.

A = Q S Z^H, B = Q T Z^H; Omega = Q^H dQ, Psi = Z^H dZ (skew-Hermitian), M = Q^H dA Z, N = Q^H dB Z:

    (1)  dS = M - Omega S + S Psi          (2)  dT = N - Omega T + T Psi

Complex form. The strictly lower triangles X of Omega and Y of Psi solve the triangular pair of Sylvester equations

    (3)  low(X S - S Y) = low(M),   low(X T - T Y) = low(N).

T has a real diagonal: with R = N - (X - X^H) T + T (Y - Y^H),

    (4)  Omega[j, j] - Psi[j, j] = i Im R[j, j] / T[j, j],

and Psi[j, j], the phase of column j of both Q and Z, is arbitrary: zero.
Real form. The same for strictly block lower triangles; (3) is solved for the complex form of the 2 x 2 blocks. In a
block T is diagonal, T = diag(t, u), which determines the rotations w = Omega[p+1, p] and v = Psi[p+1, p]:

    (5)  [w, v] = -[[u, t], [t, u]] [R[p, p+1], R[p+1, p]] / (u^2 - t^2).

Backward is the adjoint of (1) to (5), in reverse order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.checks import checks_enabled, known
from sci._core.dispatch import operator
from sci._core.errors import take_host_route

from . import _lapack_schur
from ._errors import LinAlgError
from ._gauges import checked, require_no_phase
from ._matrices import batch_shape, in_range, new_like, place_in_batch, to_kind
from ._schur_form import at, block_lower, blocks_of, on_pattern, tie

WHY = "its QZ algorithm has no GPU form"


def _compute(a: Tensor, b: Tensor, complex_output: bool, function: str) -> tuple[Tensor, ...]:
    if a.device.type != "cpu":
        take_host_route(f"linalg.{function}", a.device, WHY)
    pair = [x.cpu().to(x.dtype.to_complex()) if complex_output else x.cpu() for x in (a, b)]
    *found, info = _lapack_schur.gges(*pair)
    dtype = pair[0].dtype
    if dtype in (torch.float32, torch.complex64) and bool(info.any()):  # of graded pairs, whose squares underflow
        wide = torch.float64 if dtype == torch.float32 else torch.complex128
        *found, info = _lapack_schur.gges(*(x.to(wide) for x in pair))
        found = [x.to(dtype) for x in found]
    if checks_enabled() and bool(info.any()):
        where, _ = place_in_batch(info)
        raise LinAlgError(f"{function}: the QZ algorithm did not converge{where}")
    return tuple(x.to(a.device) for x in found)


def _fake(a: Tensor, b: Tensor, complex_output: bool, function: str) -> tuple[Tensor, ...]:
    dtype = a.dtype.to_complex() if complex_output and not a.is_complex() else a.dtype
    return tuple(new_like(a, (*batch_shape(a, b), *a.shape[-2:]), dtype) for _ in range(4))


def _reorder(a: Tensor, b: Tensor, s: Tensor, t: Tensor, q: Tensor, z: Tensor, select: Tensor) -> tuple[Tensor, ...]:
    if a.device.type != "cpu":
        take_host_route("linalg.ordqz", a.device, WHY)
    # LAPACK's exchanges multiply entries of both forms.
    (s, size_s), (t, size_t) = (in_range(x.cpu()) for x in (s, t))
    *found, info = _lapack_schur.tgsen(s, t, *(x.cpu() for x in (q, z, select)))
    if checks_enabled() and bool(info.any()):
        where, _ = place_in_batch(info)
        raise LinAlgError(f"ordqz: eigenvalues{where} are too close to be separated for reordering")
    s, t, q, z = found
    s, t = s * size_s, t * size_t
    if not s.is_complex():  # LAPACK leaves negative entries of T's diagonal beside blocks
        sign = torch.where(t.diagonal(dim1=-2, dim2=-1) < 0, -1.0, 1.0).to(t.dtype)[..., None, :]
        s, t, z = s * sign, t * sign, z * sign
    return tuple(x.to(a.device) for x in (s, t, q, z))


# ---- the triangular pair of equations (3) --------------------------------------------------------------------------


def _pair(s: Tensor, t: Tensor, c: Tensor, e: Tensor, mask: Tensor, adjoint: bool) -> tuple[Tensor, Tensor]:
    """Solve (3), or its adjoint, where `mask` is true, one diagonal after the other; NaN between equal eigenvalues."""
    n = s.shape[-1]
    x, y = torch.zeros_like(c), torch.zeros_like(e)
    ds, dt = s.diagonal(dim1=-2, dim2=-1), t.diagonal(dim1=-2, dim2=-1)
    if adjoint:
        ds, dt = ds.conj(), dt.conj()
    error_s, error_t = (tie(x) if n else 0 for x in (s, t))
    for d in range(1, n) if adjoint else range(n - 1, 0, -1):
        if adjoint:
            left, right = c - (x @ s.mH + y @ t.mH), e + (s.mH @ x + t.mH @ y)
        else:
            left, right = c - (x @ s - s @ y), e - (x @ t - t @ y)
        p, r = left.diagonal(-d, -2, -1), right.diagonal(-d, -2, -1)
        sj, si, tj, ti = ds[..., : n - d], ds[..., d:], dt[..., : n - d], dt[..., d:]
        here = mask.diagonal(-d, -2, -1)
        det = torch.where(here, si * tj - sj * ti, 1)
        equal = det.abs() <= error_s * torch.maximum(ti.abs(), tj.abs()) + error_t * torch.maximum(si.abs(), sj.abs())
        det = torch.where(here & equal, torch.nan, det)
        if adjoint:
            one, two = -(ti * p + tj * r), sj * r + si * p
        else:
            one, two = si * r - ti * p, sj * r - tj * p
        x = x + at(torch.where(here, one / det, 0), -d)
        y = y + at(torch.where(here, two / det, 0), -d)
    return x, y


def _complex_blocks(s: Tensor, t: Tensor, blocks: Tensor) -> tuple[Tensor, Tensor]:
    """Return the unitary U and V that make the 2 x 2 blocks of U^H S V and U^H T V triangular."""
    d, e = s.diagonal(dim1=-2, dim2=-1), t.diagonal(dim1=-2, dim2=-1)
    p, q, first, last = d[..., :-1], d[..., 1:], e[..., :-1], e[..., 1:]
    up, low = s.diagonal(1, -2, -1), s.diagonal(-1, -2, -1)
    first, last = torch.where(blocks, first, 1), torch.where(blocks, last, 1)
    p, q, up, low = (torch.where(blocks, x, y) for x, y in ((p, 0), (q, 0), (up, 1), (low, -1)))
    x, y = p / first, q / last
    inside = (-(up / first) * (low / last) - ((x - y) / 2) ** 2).clamp_min(0)
    w = torch.complex((x + y) / 2, inside.sqrt())

    def unitary(one: Tensor, two: Tensor) -> Tensor:
        size = (one.real**2 + one.imag**2 + two.real**2 + two.imag**2).sqrt()
        one, two = torch.where(blocks, one / size, 1), torch.where(blocks, two / size, 0)
        pad = torch.nn.functional.pad
        second = pad(blocks, (1, 0))
        diagonal = torch.where(second, pad(one.conj(), (1, 0)), pad(one, (0, 1), value=1))
        return torch.diag_embed(diagonal) + at(two, -1) + at(-two.conj(), 1)

    v = (torch.complex(up, torch.zeros_like(up)), w * first - p)
    return unitary(first * v[0], last * v[1]), unitary(*v)


def _solve(s: Tensor, t: Tensor, c: Tensor, e: Tensor, adjoint: bool) -> tuple[Tensor, Tensor]:
    """Solve (3) or its adjoint for the strictly block lower parts."""
    blocks = blocks_of(s.detach())
    mask = block_lower(torch.ones_like(s.detach().real), blocks) != 0
    if blocks is None:
        return _pair(s, t, c, e, mask, adjoint)
    u, v = _complex_blocks(s, t, blocks)
    dtype = u.dtype
    form, other = ((u.mH @ x.to(dtype) @ v).triu() for x in (s, t))
    ends = ((u, u), (v, v)) if adjoint else ((u, v), (u, v))
    back = ((u, v), (u, v)) if adjoint else ((u, u), (v, v))
    c, e = (left.mH @ x.to(dtype) @ right for x, (left, right) in zip((c, e), ends, strict=True))
    found = _pair(form, other, c, e, mask, adjoint)
    x, y = ((left @ x @ right.mH).real for x, (left, right) in zip(found, back, strict=True))
    return block_lower(x, blocks), block_lower(y, blocks)


# ---- the derivative ------------------------------------------------------------------------------------------------


def _inner(t: Tensor, blocks: Tensor) -> tuple[Tensor, Tensor]:
    """Return t / (u^2 - t^2) and u / (u^2 - t^2) of each block, NaN where these are equal; 0 elsewhere."""
    d = t.diagonal(dim1=-2, dim2=-1)
    first, last = d[..., :-1], d[..., 1:]
    det = torch.where(blocks, (last - first) * (last + first), 1)
    det = torch.where(blocks & ((last - first).abs() <= tie(t)), torch.nan, det)
    return torch.where(blocks, first / det, 0), torch.where(blocks, last / det, 0)


def _imaginary_over(x: Tensor, t: Tensor) -> Tensor:
    """i Im diag(x) / diag(t), and 0 where t vanishes."""
    d, e = x.diagonal(dim1=-2, dim2=-1).imag, t.diagonal(dim1=-2, dim2=-1).real
    value = torch.where(e != 0, d / torch.where(e != 0, e, 1), 0)
    return torch.diag_embed(torch.complex(torch.zeros_like(value), value))


def _on_diagonal_form(x: Tensor, blocks: Tensor | None) -> Tensor:
    """Keep of T's tangent or gradient what varies: the triangle, diagonal in blocks, with a real diagonal."""
    x = x.triu()
    if x.is_complex():
        d = x.diagonal(dim1=-2, dim2=-1).imag
        return x - torch.diag_embed(torch.complex(torch.zeros_like(d), d))
    return x if blocks is None else x - at(torch.where(blocks, x.diagonal(1, -2, -1), 0), 1)


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, ...]:
    s, t, q, z = outputs
    m, n = (torch.zeros_like(s) if x is None else q.mH @ x.to(q.dtype) @ z for x in tangents[:2])
    blocks = blocks_of(s.detach())
    x, y = _solve(s, t, block_lower(m, blocks), block_lower(n, blocks), False)
    omega, psi = x - x.mH, y - y.mH
    r = n - omega @ t + t @ psi
    if s.is_complex():
        omega = omega + _imaginary_over(r, t)
    elif blocks is not None:
        first, last = _inner(t, blocks)
        up, low = r.diagonal(1, -2, -1), r.diagonal(-1, -2, -1)
        w, v = -(last * up + first * low), -(first * up + last * low)
        omega, psi = omega + at(w, -1) - at(w, 1), psi + at(v, -1) - at(v, 1)
    ds, dt = m - omega @ s + s @ psi, n - omega @ t + t @ psi
    return on_pattern(ds, blocks), _on_diagonal_form(dt, blocks), q @ omega, z @ psi


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    (a, b), (s, t, q, z) = inputs[:2], outputs
    blocks = blocks_of(s.detach())
    zero = torch.zeros_like(s)
    gs = zero if grads[0] is None else on_pattern(grads[0], blocks)
    gt = zero if grads[1] is None else _on_diagonal_form(grads[1], blocks)
    left, right = -gs @ s.mH - gt @ t.mH, s.mH @ gs + t.mH @ gt
    if grads[2] is not None:
        left = left + q.mH @ grads[2]
    if grads[3] is not None:
        right = right + z.mH @ grads[3]
    gr = zero
    size = (torch.linalg.matrix_norm(left) + torch.linalg.matrix_norm(right))[..., None, None]
    if s.is_complex():
        require_no_phase("qz", left + right, size[..., 0])
        gr = _imaginary_over(left, t)
    elif blocks is not None:
        first, last = _inner(t, blocks)
        w, v = (x.diagonal(-1, -2, -1) - x.diagonal(1, -2, -1) for x in (left, right))
        gr = at(-(last * w + first * v), 1) + at(-(first * w + last * v), -1)
    left, right = left - gr @ t.mH, right + t.mH @ gr
    c, e = (block_lower(x - x.mH, blocks) for x in (left, right))
    c, e = _solve(s, t, c, e, True)
    gm, gn = q @ (gs + c) @ z.mH, q @ (gt + gr + e) @ z.mH
    if checked() and known(((gm + gn).isnan() & (size == size)).any()):
        raise LinAlgError("qz: no derivative exists, two eigenvalues are equal, or both of t beside a 2 x 2 block")
    rest = (None,) * (len(inputs) - 2)
    return to_kind(gm, a) if needs[0] else None, to_kind(gn, b) if needs[1] else None, *rest


decomposition = operator(
    "qz(Tensor a, Tensor b, bool complex_output, str function) -> (Tensor, Tensor, Tensor, Tensor)",
    kernel=_compute,
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    core_dims=(2, 2),
    one_batch=True,
)

# The form of (a, b) in which `select` comes first; s, t, q, z, a form of it, are held.
reordered = operator(
    "qz_reordered(Tensor a, Tensor b, Tensor s, Tensor t, Tensor q, Tensor z, Tensor select)"
    " -> (Tensor, Tensor, Tensor, Tensor)",
    kernel=_reorder,
    fake=lambda a, b, s, *rest: tuple(new_like(s, s.shape) for _ in range(4)),
    backward=_backward,
    jvp=_jvp,
    core_dims=(2, 2, 2, 2, 2, 2, 1),
    one_batch=True,
)
