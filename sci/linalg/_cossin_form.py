"""The cosine-sine decomposition as an operator, and its derivative on unitary matrices."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.checks import checks_enabled, known, require_finite
from sci._core.dispatch import operator
from sci._core.errors import take_host_route

from . import _lapack_orthogonal
from ._errors import LinAlgError
from ._gauges import checked, require_no_phase, tolerance
from ._hermitian import real_dtype
from ._matrices import differentiates, new_like, place_in_batch

WHY = "it sweeps bidiagonal blocks one after the other"

# X = U S V^H, U = diag(U1, U2), V = diag(V1, V2), S orthogonal, made of cosines c and sines s of the angles and of
# identities. With W = U^H dU and P = V^H dV, block diagonal, and N = U^H dX V S^T, all of them skew-Hermitian,
#     (1)  N = W - S P S^T + dS S^T.
# Its off-diagonal block has no W: in rows i and columns j that belong to angles it is
#     (2)  N12[i, j] = -c_i s_j P1[i, j] + s_i c_j P2[i, j] - [i = j] dtheta_i,
# and the same with i and j exchanged; sum and difference of the two give
#     (3)  P1 = D - E,  P2 = D + E,
#          D = (N12 + N12^H) / (2 sin(theta_i - theta_j)),  E = (N12 - N12^H) / (2 sin(theta_i + theta_j)),
# with dtheta = -Re diag(N12) and D = 0 on the diagonal. Between an angle and an identity, or two identities, one of the
# terms of (2) is absent. P is 0 within an identity, whose vectors are any basis, and there and for the phase of each
# angle's vectors that is a choice of gauge. Then W follows from the diagonal blocks of (1).
# In reverse all of this is transposed: with the skew-Hermitian parts G of U^H gU and H of -gV^H V,
#     (4)  K = H + blockdiag(S^T G S)  is the gradient of P, (3) takes it to N12, and  gX = U skew([G, N12]) S V^H.


@dataclasses.dataclass(frozen=True)
class Parts:
    """Sizes: r angles, and identities in the four blocks of S."""

    m: int
    p: int
    q: int
    swap: bool

    @property
    def r(self) -> int:
        return min(self.p, self.m - self.p, self.q, self.m - self.q)

    @property
    def rows1(self) -> list[int]:
        return [min(self.p, self.q) - self.r, self.r, min(self.p, self.m - self.q) - self.r]

    @property
    def rows2(self) -> list[int]:
        return [min(self.m - self.p, self.m - self.q) - self.r, self.r, min(self.m - self.p, self.q) - self.r]

    @property
    def columns1(self) -> list[int]:
        return [self.rows1[0], self.r, self.rows2[2]]

    @property
    def columns2(self) -> list[int]:
        return [self.rows2[0], self.r, self.rows1[2]]


def _put(block: Tensor, m: int, row: int, column: int) -> Tensor:
    h, w = block.shape[-2:]
    return torch.nn.functional.pad(block, (column, m - column - w, row, m - row - h))


def middle(theta: Tensor, parts: Parts) -> Tensor:
    """Return S."""
    m, p, q, r = parts.m, parts.p, parts.q, parts.r
    (n11, _, n12), (n22, _, n21) = parts.rows1, parts.rows2
    sign = -1.0 if parts.swap else 1.0

    def ones(k: int) -> Tensor:
        return torch.ones(k, dtype=theta.dtype, device=theta.device)

    c, s = theta.cos(), sign * theta.sin()
    diagonals = (
        (ones(n11), 0, 0),
        (ones(n22), p, q),
        (-sign * ones(n12), n11 + r, q + n22 + r),
        (sign * ones(n21), p + n22 + r, n11 + r),
        (c, n11, n11),
        (c, p + n22, q + n22),
        (s, p + n22, n11),
        (-s, n11, q + n22),
    )
    if differentiates(theta):
        terms = (_put(torch.diag_embed(d), m, row, column) for d, row, column in diagonals)
        return sum(terms, theta.new_zeros(()))
    whole = theta.new_zeros(*theta.shape[:-1], m, m)
    for d, row, column in diagonals:
        k = d.shape[-1]
        whole[..., row : row + k, column : column + k].diagonal(dim1=-2, dim2=-1).copy_(d)
    return whole


def join(first: Tensor, second: Tensor) -> Tensor:
    """Return the block diagonal matrix of two square ones."""
    p, m = first.shape[-1], first.shape[-1] + second.shape[-1]
    if not differentiates(first, second):
        whole = first.new_zeros(*first.shape[:-2], m, m)
        whole[..., :p, :p], whole[..., p:, p:] = first, second
        return whole
    return _put(first, m, 0, 0) + _put(second, m, p, p)


def _compute(x: Tensor, p: int, q: int, swap: bool) -> tuple[Tensor, ...]:
    require_finite("cossin", {"X": x})
    if x.device.type != "cpu":
        take_host_route("linalg.cossin", x.device, WHY)
    *found, info = _lapack_orthogonal.csd(x.cpu(), p, q, swap)
    if checks_enabled() and bool(info.any()):
        where, _ = place_in_batch(info)
        raise LinAlgError(f"cossin: the algorithm did not converge{where}")
    return tuple(y.to(x.device) for y in found)


def _fake(x: Tensor, p: int, q: int, swap: bool) -> tuple[Tensor, ...]:
    m, batch = x.shape[-1], x.shape[:-2]
    r = min(p, m - p, q, m - q)
    sizes = (p, m - p), (q, m - q)
    u1, u2, v1, v2 = (new_like(x, (*batch, k, k)) for pair in sizes for k in pair)
    return u1, u2, new_like(x, (*batch, r), real_dtype(x.dtype)), v1, v2


def _inverse(x: Tensor) -> Tensor:
    """1 / x, and 0 where x is 0 up to the error of computed angles."""
    zero = x.abs() <= 4 * torch.finfo(x.dtype).eps
    return torch.where(zero, 0, 1 / torch.where(zero, 1, x))


def _factors(theta: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return 1 / sin(theta_i - theta_j), 1 / sin(theta_i + theta_j), 1 / s and 1 / c."""
    less, more = theta[..., :, None] - theta[..., None, :], theta[..., :, None] + theta[..., None, :]
    return _inverse(less.sin()), _inverse(more.sin()), _inverse(theta.sin()), _inverse(theta.cos())


def _skew(x: Tensor) -> Tensor:
    return (x - x.mH) / 2


def _thirds(x: Tensor, rows: list[int], columns: list[int]) -> list[list[Tensor]]:
    return [list(part.split(columns, -1)) for part in x.split(rows, -2)]


def _assembled(blocks: list[list[Tensor]]) -> Tensor:
    return torch.cat([torch.cat(row, -1) for row in blocks], -2)


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, ...]:
    x, p, q, swap = inputs
    u1, u2, theta, v1h, v2h = outputs
    parts = Parts(x.shape[-1], p, q, swap)
    s = middle(theta, parts).to(x.dtype)
    n = _skew(join(u1, u2).mH @ tangents[0] @ join(v1h, v2h).mH @ s.mT)
    less, more, by_s, by_c = _factors(theta)
    sign = -1.0 if swap else 1.0
    (_, ac, ad), (ce, cc, cd), (be, bc, _) = _thirds(sign * n[..., :p, p:], parts.rows1, parts.rows2)
    d, e = less * (cc + cc.mH) / 2, more * (cc - cc.mH) / 2
    ac, cd = -ac * by_s[..., None, :], -cd * by_c[..., :, None]
    ce, bc = ce * by_s[..., :, None], bc * by_c[..., None, :]

    one = _assembled(
        [
            [ac.new_zeros(*ac.shape[:-1], ac.shape[-2]), ac, -ad],
            [-ac.mH, d - e, cd],
            [ad.mH, -cd.mH, cd.new_zeros(*cd.shape[:-2], cd.shape[-1], cd.shape[-1])],
        ]
    )
    two = _assembled(
        [
            [ce.new_zeros(*ce.shape[:-2], ce.shape[-1], ce.shape[-1]), -ce.mH, -be.mH],
            [ce, d + e, -bc.mH],
            [be, bc, bc.new_zeros(*bc.shape[:-1], bc.shape[-2])],
        ]
    )
    w = n + s @ join(one, two) @ s.mT
    dtheta = -cc.diagonal(dim1=-2, dim2=-1)
    return (
        u1 @ w[..., :p, :p],
        u2 @ w[..., p:, p:],
        dtheta.real if dtheta.is_complex() else dtheta,
        -one @ v1h,
        -two @ v2h,
    )


def _require_gauge(k: list[Tensor], angles: Tensor, size: Tensor) -> None:
    """Raise if a loss depends on phases, or on the basis of an identity: neither is determined."""
    if angles.is_complex():
        require_no_phase("cossin", angles, size[..., None])
    if not checked():
        return
    for block in k:
        worst = known((torch.linalg.matrix_norm(block) - tolerance(size) * size).amax()) if block.numel() else None
        if worst is not None and worst > 0:
            raise LinAlgError(
                "cossin: the loss depends on the vectors that belong to an identity block, of which any basis will do, "
                "so it has no gradient. Use what does not depend on the basis: products of a block of U and one of V^H"
            )


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    x, p, q, swap = inputs
    u1, u2, theta, v1h, v2h = outputs
    parts = Parts(x.shape[-1], p, q, swap)
    s = middle(theta, parts).to(x.dtype)
    g1, g2, g_theta, h1, h2 = (torch.zeros_like(y) if g is None else g for g, y in zip(grads, outputs, strict=True))
    g = _skew(join(u1.mH @ g1, u2.mH @ g2))
    k = _skew(join(-h1 @ v1h.mH, -h2 @ v2h.mH)) + s.mT @ g @ s
    size = sum((torch.linalg.matrix_norm(y) for y in (g1, g2, h1, h2)), torch.zeros_like(theta[..., 0]))
    noise = 4 * math.sqrt(parts.m) * torch.finfo(theta.dtype).eps * size[..., None, None]
    k = torch.where(k.abs() <= noise, 0, k)  # what a gauge leaves is rounding, and is not to be divided by a gap
    (aa, ac, ad), (_, one, cd), (_, _, dd) = _thirds(k[..., :q, :q], parts.columns1, parts.columns1)
    (ee, _, _), (ce, two, _), (be, bc, bb) = _thirds(k[..., q:, q:], parts.columns2, parts.columns2)
    _require_gauge([aa, dd, ee, bb], one + two, size)
    less, more, by_s, by_c = _factors(theta)
    d, e = less * (one + two) / 2, more * (two - one) / 2
    cc = d + e - torch.diag_embed(g_theta / 2).to(x.dtype)
    upper = [
        [ee.new_zeros(*aa.shape[:-1], ee.shape[-1]), -ac * by_s[..., None, :], -ad],
        [ce * by_s[..., :, None], cc, -cd * by_c[..., :, None]],
        [be, bc * by_c[..., None, :], dd.new_zeros(*bb.shape[:-1], dd.shape[-1])],
    ]
    scale = -1.0 if swap else 1.0
    n12 = scale * _assembled(upper)
    n = torch.cat([torch.cat([g[..., :p, :p], n12], -1), torch.cat([-n12.mH, g[..., p:, p:]], -1)], -2)
    return join(u1, u2) @ n @ s @ join(v1h, v2h), None, None, None


# U1, U2, the angles, V1^H, V2^H of unitary matrices.
decomposition = operator(
    "cossin(Tensor x, int p, int q, bool swap) -> (Tensor, Tensor, Tensor, Tensor, Tensor)",
    kernel=_compute,
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    core_dims=(2,),
)
