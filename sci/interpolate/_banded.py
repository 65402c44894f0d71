r"""The operator that solves the banded systems of spline construction, ``A x = b`` with w diagonals on either side.

`band` is (\*batch, 2 w + 1, n) in LAPACK's storage, ``band[w + i - j, j] = A[i, j]``, any w; `b` is
(\*batch, n, columns). Without `exchange` and for w of 1, 2 and 4 there is no pivoting: see
``csrc/interpolate/banded.h`` for which spline systems need none. Otherwise rows are exchanged, ``band_lu.h``. Long
systems on a GPU are cut into parts first, ``sci/linalg/_band_parts.py``, unless there are so many matrices that one
thread each keeps it busy.

Derivatives of ``x = A^-1 b``: forward ``dx = A^-1 (db - dA x)``; backward, with ``z = A^-T grad``, z to b and
``-z x^H``, cut to the band, to A.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

from .._core import runtime
from .._core.dispatch import operator
from ..linalg._band_parts import are_long, solve_by_parts, transpose
from ._checks import batch_shape, sum_to

runtime.load_library()


def matvec(band: Tensor, x: Tensor) -> Tensor:
    """Return ``A x``: ``(A x)[i] = sum_k band[k, j] x[j]`` with ``j = i - k + w``."""
    width, n = band.shape[-2:]
    w = width // 2
    parts = [band[..., k, :, None] * x for k in range(width)]
    rows = [pad(part, (0, 0, w, w))[..., 2 * w - k : 2 * w - k + n, :] for k, part in enumerate(parts)]
    return torch.stack(rows).sum(0)


def outer(z: Tensor, x: Tensor, width: int) -> Tensor:
    """Return the band of ``Re(z x^H)``: entry [k, j] belongs to row ``i = j + k - w``."""
    n, w = x.shape[-2], width // 2
    z = pad(z, (0, 0, w, w))
    rows = torch.stack([(z[..., k : k + n, :] * x.conj()).sum(-1) for k in range(width)], -2)
    return rows.real if rows.is_complex() else rows


def _fake(band: Tensor, b: Tensor, exchange: bool) -> Tensor:
    return b.new_empty((*batch_shape((band, 2), (b, 2)), *b.shape[-2:]))


def _backward(
    inputs: tuple[Any, ...],
    outputs: tuple[Tensor, ...],
    grads: tuple[Tensor | None, ...],
    needs: tuple[bool, ...],
) -> Sequence[Tensor | None]:
    band, b, exchange = inputs
    (grad,) = grads
    assert grad is not None
    z = _solve(transpose(band), grad, exchange)
    to_band = -sum_to(outer(z, outputs[0], band.shape[-2]), band) if needs[0] else None
    return to_band, sum_to(z, b) if needs[1] else None, None


def _jvp(
    inputs: tuple[Any, ...],
    outputs: tuple[Tensor, ...],
    tangents: tuple[Tensor | None, ...],
) -> Tensor:
    band, _, exchange = inputs
    tangent_band, tangent_b = tangents[:2]
    right = tangent_b
    if tangent_band is not None:
        moved = matvec(tangent_band, outputs[0])
        right = -moved if right is None else right - moved
    assert right is not None
    return _solve(band, right, exchange)


_direct: Callable[..., Tensor] = operator(
    "spline_banded_solve", fake=_fake, backward=_backward, jvp=_jvp, core_dims=(2, 2)
)


def _by_parts(band: Tensor, b: Tensor, exchange: bool) -> Tensor:
    return solve_by_parts(torch.ops.sci.spline_banded_solve.default, band, b, exchange)


_parted: Callable[..., Tensor] = operator(
    "spline_banded_solve_by_parts(Tensor band, Tensor b, bool exchange) -> Tensor",
    kernel=_by_parts,
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    core_dims=(2, 2),
)


def _solve(band: Tensor, b: Tensor, exchange: bool) -> Tensor:
    return (_parted if are_long(band) else _direct)(band, b, exchange)


def solve(band: Tensor, b: Tensor, exchange: bool = False) -> Tensor:
    """Return x with ``A x = b``; `exchange` asks for row exchanges (partial pivoting)."""
    return _solve(band, b, exchange)
