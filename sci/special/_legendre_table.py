"""Tables of Legendre functions of all degrees and orders: the operator (csrc/ops/special_legendre.cpp) and its slope.

The derivative of a table in z or in the angle is the same table with derivatives one order higher.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import cast, compute_dtype, promote
from sci._core.dispatch import operator

from ._legendre import derivative_count, harmonics, real_arguments, table_size, whole_numbers

PLAIN, NORMALISED, SPHERE = range(3)
_Settings = tuple[int, int, int, int, bool, int, int]


def _fake(z: Tensor, low: int, count: int, n: int, m: int, both: bool, kind: int, cut: int) -> Tensor:
    return z.new_empty(count, n + 1, 2 * m + 1 if both else m + 1, *z.shape)


def _slope(z: Tensor, low: int, *others: Any) -> Tensor:
    return legendre_table(z, low + 1, *others)


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Any) -> list[Tensor | None]:
    return [(grads[0] * _slope(*inputs).conj()).sum((0, 1, 2)) if needs[0] else None] + [None] * 7


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> Tensor | None:
    return None if tangents[0] is None else _slope(*inputs) * tangents[0]


def _vmap(info: Any, in_dims: Any, z: Tensor, *settings: Any) -> tuple[Tensor, int]:
    return torch.ops.sci.legendre_table.default(z.movedim(in_dims[0], 0), *settings), 3


legendre_table: Callable[..., Tensor] = operator(
    "legendre_table", fake=_fake, backward=_backward, jvp=_jvp, vmap=_vmap, keeps="arguments"
)


def legendre_all(name: str, n: Any, m: Any, z: Any, branch_cut: Any, norm: Any, diff_n: Any) -> Tensor:
    count = derivative_count(name, diff_n) + 1
    degree, most = table_size(name, "n", n), 0 if m is None else table_size(name, "m", m)
    (x,) = promote(name, half=True, z=z)
    wide = cast(x, compute_dtype(x.dtype))

    def table(cut: int) -> Tensor:
        kind = NORMALISED if norm else PLAIN
        return cast(legendre_table(wide, 0, count, degree, most, m is not None, kind, cut), x.dtype)

    if isinstance(branch_cut, int) and branch_cut in (2, 3):
        found = table(branch_cut)
    else:
        cuts = whole_numbers(name, "branch_cut", branch_cut, x.device)
        found = torch.where(cuts == 2, table(2), torch.where(cuts == 3, table(3), torch.nan))
    return found.squeeze(2) if m is None else found


def sphere_all(name: str, n: Any, m: Any, theta: Any, diff_n: Any) -> Tensor:
    count = derivative_count(name, diff_n) + 1
    degree, most = table_size(name, "n", n), table_size(name, "m", m, signed=True)
    (angle,), dtype = real_arguments(name, theta=theta)
    return cast(legendre_table(angle, 0, count, degree, most, True, SPHERE, 2), dtype)


def harmonics_all(name: str, n: Any, m: Any, theta: Any, phi: Any, diff_n: Any) -> Any:
    order, degree = derivative_count(name, diff_n), table_size(name, "n", n)
    most = table_size(name, "m", m, signed=True)
    (polar, azimuth), dtype = real_arguments(name, theta=theta, phi=phi)
    polar, azimuth = torch.broadcast_tensors(polar, azimuth)
    table = legendre_table(polar, 0, order + 1, degree, most, True, SPHERE, 2)
    orders = torch.arange(-most, most + 1, dtype=polar.dtype, device=polar.device).roll(-most)  # 0 .. m, -m .. -1
    return harmonics(table.unbind(0), orders.reshape(-1, *(1,) * azimuth.dim()), azimuth, dtype)
