"""The QR decomposition as an operator.

With A = Q R, m >= n, B = dA R^-1, M = Q1^H B (Q1 the first n columns) and skew-Hermitian Omega = Q1^H dQ1, the matrix
dR = (M - Omega) R is upper triangular with a real diagonal, as LAPACK's R has it, so

    (1)  Omega = low(M) - low(M)^H + i Im diag(M)
    (2)  dQ1 = Q1 Omega + (I - Q1 Q1^H) B,   dQ2 = -Q1 (Q2^H B)^H

where low takes the strictly lower triangle and up the upper one with the diagonal. In reverse, with K = Q1^H gQ1 and
U = gR R^H, of which the upper triangle is enough,

    (3)  gM = low(K - K^H) + i Im diag(K) + low(U^H) + up(U) - i Im diag(U)
    (4)  gB = Q1 gM + (I - Q1 Q1^H) gQ1 - Q2 gQ2^H Q1,   gA = gB R^-H.

For m < n the first m columns are decomposed and the rest of R is Q^H times the rest of A. See also S. F. Walter,
L. Lehmann, R. Lamour, "On evaluating higher-order derivatives of the QR decomposition of tall matrices with full column
rank in forward and reverse mode algorithmic differentiation", Optimization Methods and Software 27 (2012) 391-403.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.dispatch import operator

from . import _lapack_orthogonal, _quick
from ._gauges import require_subspace
from ._lu_operators import fits_kernel
from ._matrices import new_like
from ._small_gradients import QR, whole
from ._solve_triangular import triangular

_HALVED = 128  # products of larger triangles are made by halves


def _compute(a: Tensor, full: bool) -> tuple[Tensor, Tensor]:
    m, n = a.shape[-2:]
    if (found := _quick.qr(a, full, True, False)) is not None:
        q, r = found[:2]
        return q, r.narrow(-2, 0, n).contiguous() if full and m > n else r
    if fits_kernel(a) and (not full or m == n):
        return torch.ops.sci._qr_small(a)  # type: ignore[no-any-return]
    if a.is_cuda and fits_kernel(a):  # columns of zeros have no reflections
        q, r = torch.ops.sci._qr_small(torch.nn.functional.pad(a, (0, m - n)))
        return q, r[..., :n, :n].contiguous()
    return _lapack_orthogonal.qr(a, full)


def _fake(a: Tensor, full: bool) -> tuple[Tensor, Tensor]:
    m, n = a.shape[-2:]
    return new_like(a, (*a.shape[:-1], m if full else n)), new_like(a, (*a.shape[:-2], n, n))


def _diagonal(x: Tensor) -> Tensor:
    return x.diagonal(dim1=-2, dim2=-1)


def _imaginary_diagonal(x: Tensor) -> Tensor | float:
    if not x.is_complex():
        return 0.0
    d = _diagonal(x).imag
    return torch.diag_embed(torch.complex(torch.zeros_like(d), d))


def _upper_product(x: Tensor, y: Tensor) -> Tensor:
    """Return the upper triangle of X Y^H for upper triangular X and Y: a third of the product, by halves."""
    n = y.shape[-1]
    if n <= _HALVED:
        return (x @ y.mH).triu()
    h = n // 2
    (x1, right), (_, x2) = (rows.split([h, n - h], -1) for rows in x.split([h, n - h], -2))
    (y1, beside), (_, y2) = (rows.split([h, n - h], -1) for rows in y.split([h, n - h], -2))
    first = _upper_product(x1, y1) + (right @ beside.mH).triu()
    second = torch.nn.functional.pad(_upper_product(x2, y2), (h, 0))
    return torch.cat([torch.cat([first, right @ y2.mH], -1), second], -2)


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    (q, r), (gq, gr) = outputs, grads
    found = whole(QR, q, q, r, gq, gr) if q.shape == r.shape else None
    if found is not None:
        return found, None
    n = r.shape[-1]
    q1 = q.narrow(-1, 0, n)
    k = None if gq is None else q1.mH @ gq.narrow(-1, 0, n)
    if gr is None:
        assert k is not None
        moved = (k - k.mH).tril(-1)
    else:
        upper = _upper_product(gr.triu(), r)
        below = upper.mH if k is None else k + (upper - k).mH
        moved = below.tril(-1) + upper
        if upper.is_complex():
            moved = moved - _imaginary_diagonal(upper)
    if k is not None and k.is_complex():
        moved = moved + _imaginary_diagonal(k)
    if gq is None or k is None or q.shape[-2] == n:
        gb = q1 @ moved
    else:  # (I - Q1 Q1^H) gQ1 is not zero
        gb = q1 @ (moved - k) + gq.narrow(-1, 0, n)
        rest = q.shape[-1] - n
        if rest:
            require_subspace("qr", "columns that complete Q", q.narrow(-1, n, rest), gq.narrow(-1, n, rest))
            gb = gb - q.narrow(-1, n, rest) @ (gq.narrow(-1, n, rest).mH @ q1)
    return triangular(r, gb.mH, 0, False, False, False).mH, None  # gB R^-H = (R^-1 gB^H)^H


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, Tensor]:
    (q, r), da = outputs, tangents[0]
    n = r.shape[-1]
    q1 = q.narrow(-1, 0, n)
    b = triangular(r, da.mH, 2, False, False, False).mH
    m = q1.mH @ b
    low = m.tril(-1)
    omega = low - low.mH + _imaginary_diagonal(m)
    dq = q1 @ omega + (b - q1 @ m)
    rest = q.shape[-1] - n
    if rest:
        dq = torch.cat([dq, -q1 @ (b.mH @ q.narrow(-1, n, rest))], -1)
    return dq, ((m - omega) @ r).triu()


# (Q, R) of tall matrices: Q with n or (full) m columns, R square.
_tall = operator(
    "qr(Tensor a, bool full) -> (Tensor, Tensor)",
    kernel=_compute,
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    core_dims=(2,),
)


def decompose(a: Tensor, full: bool) -> tuple[Tensor, Tensor]:
    """Return Q and R of matrices of any shape; R with m rows if `full`, else with min(m, n)."""
    m, n = a.shape[-2:]
    if m >= n:
        q, r = _tall(a, full)
        return q, torch.nn.functional.pad(r, (0, 0, 0, m - n)) if full and m > n else r
    q, r = _tall(a.narrow(-1, 0, m), False)
    return q, torch.cat([r, q.mH @ a.narrow(-1, m, n - m)], -1)
