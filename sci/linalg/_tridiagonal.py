"""The eigenproblem of real symmetric tridiagonal matrices as operators with derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core import runtime
from sci._core.dispatch import operator

from . import _hermitian, _lapack_bands
from ._matrices import READY, new_like, require_convergence

runtime.load_library()

# QR steps on matrices side by side (CPU): up to the first size in any number, so that a matrix has the same vectors
# alone and in a batch, and from so many on up to the second, or at any size for values. Beyond, vectors from values in
# batches. Measured against stevd.
SMALL, _SMALL_IN_BATCH, _BATCH = 8, 31, 4
_SMALL_IN_MANY, _MANY = 23, 32  # float64 in many: vectors from values, which are made in float64, pay off earlier
_LARGEST_IN_BATCH = 512


def dense(d: Tensor, e: Tensor) -> Tensor:
    return torch.diag_embed(d) + torch.diag_embed(e, 1) + torch.diag_embed(e, -1)


def _together(d: Tensor, e: Tensor) -> tuple[Tensor, Tensor]:
    lead = torch.broadcast_shapes(d.shape[:-1], e.shape[:-1])
    return d.expand(*lead, d.shape[-1]), e.expand(*lead, e.shape[-1])


def _side_by_side(d: Tensor, largest: int | None) -> bool:
    n = d.shape[-1]
    if not d.is_cpu or d.dtype not in READY:
        return False
    return n <= SMALL or (d.numel() >= _BATCH * n and (largest is None or n <= largest))


def _by_steps(d: Tensor, e: Tensor) -> tuple[Tensor, Tensor] | None:
    w, rows, info = torch.ops.sci._tridiagonal_eigh(d, e, True)
    return None if bool(info.any()) else (w, rows)


def _by_lapack(d: Tensor, e: Tensor) -> tuple[Tensor, Tensor] | None:
    """Return what stevd does, or where it fails, on numbers from both ends of the range, QR steps."""
    found = _lapack_bands.stevd(d, e, True)
    return _by_steps(d, e) if found is None else (found[0], found[1].mT)


def _from_values(d: Tensor, e: Tensor, function: str) -> tuple[Tensor, Tensor] | None:
    """Return eigenvalues, and vectors that come from them; of matrices with close ones those of LAPACK."""
    x, y = d.double(), e.double()
    w, rows, info = torch.ops.sci._tridiagonal_vectors(x, y, _values(x, y, function))
    close = info != 0
    if bool(close.any()):
        found = _by_lapack(x[close], y[close])
        if found is None:
            return None
        w[close], rows[close] = found
    return w.to(d.dtype), rows.to(d.dtype)


def _on_cpu(d: Tensor, e: Tensor, function: str) -> tuple[Tensor, Tensor] | None:
    n, found = d.shape[-1], None
    many = d.dtype == torch.float64 and d.numel() >= _MANY * n
    if _side_by_side(d, _SMALL_IN_MANY if many else _SMALL_IN_BATCH):
        found = _by_steps(d, e)
    elif _side_by_side(d, _LARGEST_IN_BATCH):
        found = _from_values(d, e, function)
    return _by_lapack(d, e) if found is None and n > SMALL else found


def _compute(d: Tensor, e: Tensor, function: str) -> tuple[Tensor, Tensor]:
    d, e = _together(d, e)
    if d.is_cpu:  # a GPU's are looked at as dense matrices
        require_convergence(function, d, e)
    found = _on_cpu(d, e, function) if d.numel() > 0 and d.is_cpu and d.dtype in READY else None
    if found is not None:
        return found
    w, v = _hermitian.compute(dense(d, e), True, False, function)
    return w, v.mT.contiguous()


def _values(d: Tensor, e: Tensor, function: str) -> Tensor:
    d, e = _together(d, e)
    if d.is_cpu:  # a GPU's are looked at as dense matrices
        require_convergence(function, d, e)
    if d.numel() > 0 and _side_by_side(d, None):
        w, _, info = torch.ops.sci._tridiagonal_eigh(d, e, False)
        if not bool(info.any()):
            return w  # type: ignore[no-any-return]
    if d.numel() > 0 and d.is_cpu and d.dtype in READY and d.shape[-1] > SMALL:
        found = _lapack_bands.stevd(d, e, False)
        if found is not None:
            return found[0]
    return _hermitian.compute(dense(d, e), True, False, function)[0]


def _fake_values(d: Tensor, e: Tensor, function: str) -> Tensor:
    return new_like(d, (*torch.broadcast_shapes(d.shape[:-1], e.shape[:-1]), d.shape[-1]))


def _fake(d: Tensor, e: Tensor, function: str) -> tuple[Tensor, Tensor]:
    w = _fake_values(d, e, function)
    return w, new_like(d, (*w.shape, w.shape[-1]))


def _of_values(rows: Tensor, grad_w: Tensor) -> tuple[Tensor, Tensor]:
    """Return gradients from those of eigenvalues alone: the entries of V diag(gw) V^T on the two diagonals."""
    weighted = rows * grad_w[..., :, None]
    return (weighted * rows).sum(-2), 2 * (weighted[..., 1:] * rows[..., :-1]).sum(-2)


def _reduced(found: tuple[Tensor, Tensor], d: Tensor, e: Tensor) -> tuple[Tensor, Tensor, None]:
    return found[0].sum_to_size(d.shape), found[1].sum_to_size(e.shape), None


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    (d, e, function), (w, rows), (grad_w, grad_rows) = inputs, outputs, grads
    if grad_rows is None:
        return _reduced(_of_values(rows, grad_w), d, e)
    full = _hermitian.standard_backward(function, w, rows.mT, grad_w, grad_rows.mT)
    return _reduced((full.diagonal(dim1=-2, dim2=-1), 2 * full.diagonal(-1, dim1=-2, dim2=-1)), d, e)


def _tangent(d: Tensor, e: Tensor, tangents: Any) -> Tensor:
    dd, de = (torch.zeros_like(x) if t is None else t for x, t in zip((d, e), tangents, strict=False))
    return dense(*_together(dd, de))


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, Tensor]:
    (d, e, _), (w, rows) = inputs, outputs
    dw, dv = _hermitian.standard_jvp(w, rows.mT, _tangent(d, e, tangents))
    return dw, dv.mT


# (w, V^T)
vectors = operator(
    "eigh_tridiagonal(Tensor d, Tensor e, str function) -> (Tensor, Tensor)",
    kernel=_compute,
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    core_dims=(1, 1),
)


def _backward_values(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    d, e, function = inputs
    _, rows = vectors(d, e, function)
    return _reduced(_of_values(rows, grads[0]), d, e)


def _jvp_values(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    d, e, function = inputs
    w, rows = vectors(d, e, function)
    dw: Tensor = _hermitian.standard_jvp(w, rows.mT, _tangent(d, e, tangents))[0]
    return dw


# Eigenvalues alone. Its rule computes the vectors anew, so eager code that differentiates takes `vectors`.
values = operator(
    "eigvalsh_tridiagonal(Tensor d, Tensor e, str function) -> Tensor",
    kernel=_values,
    fake=_fake_values,
    backward=_backward_values,
    jvp=_jvp_values,
    core_dims=(1, 1),
)
