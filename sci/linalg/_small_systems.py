"""Systems of small matrices, solved in one kernel by teams of a GPU's threads (csrc/linalg/systems.h)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core import runtime
from sci._core.checks import checks_enabled, require_finite
from sci._core.dispatch import operator
from sci._core.quick import cpu_kernel

from . import _quick
from ._matrices import batch_shape, broadcast_matrices, hermitian_part, new_like, place_in_batch, to_kind
from ._regular import not_positive_definite, require_regular
from ._small_gradients import plain, ready_on_cpu

runtime.load_library()

# SystemKind there: op(A) is A, A^T or A^H, or a positive definite matrix of which one triangle is read.
PLAIN, TRANSPOSED, ADJOINT, LOWER, UPPER = range(5)
_COLUMNS = 64  # of right-hand sides that one team takes; with more, factors are handed to several
_gradient_on_cpu = cpu_kernel("_solve_small_gradient")
_GRADIENT = 32  # rows and columns that fit beside each other into a team's memory


def fits_team(a: Tensor, b: Tensor) -> bool:
    """Return whether one kernel factors and solves; `a` is small."""
    return b.shape[-1] <= _COLUMNS and (a.is_cuda or (a.is_cpu and a.dim() == 2 and 0 < a.shape[-1] <= _GRADIENT))


def judged(
    function: str, kind: int, check_finite: bool, a: Tensor, b: Tensor | None, rcond: Tensor, info: Tensor
) -> None:
    """Raise or warn of what the kernel has found."""
    if not checks_enabled() or rcond.numel() == 0:
        return
    worst = float(rcond.amin())
    if worst > 2 * torch.finfo(rcond.dtype).eps:
        return
    if check_finite and worst != worst:
        require_finite(function, {"a": a})
        if b is not None:
            require_finite(function, {"b": b})
    if kind >= LOWER and bool((info != 0).any()):
        where, order = place_in_batch(info)
        raise not_positive_definite(function, "a", where, order)
    require_regular(function, "a", rcond, info, lambda: torch.ops.sci._condition_small(a, rcond, info, kind))


def _compute(a: Tensor, b: Tensor, kind: int, judge: bool, check_finite: bool, function: str) -> Tensor:
    if kind == PLAIN and (found := _quick.solve(a, b, 0, check_finite)) is not None:
        return found[0]  # type: ignore[no-any-return]
    a, b = broadcast_matrices(function, ("a", "b"), a, b)
    if kind in (PLAIN, TRANSPOSED) and not a.is_contiguous() and a.mT.is_contiguous():
        a, kind = a.mT, TRANSPOSED - kind
    judge = judge and checks_enabled()
    x, rcond, info = torch.ops.sci._solve_small(a, b, kind, judge, check_finite)
    if judge:
        judged(function, kind, check_finite, a, b, rcond, info)
    return x  # type: ignore[no-any-return]


def _solve_again(a: Tensor, b: Tensor, kind: int) -> Tensor:
    return small_system(a, b, kind, False, False, "solve")  # type: ignore[no-any-return]


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, b, kind = inputs[:3]
    (x,), (g,) = outputs, grads
    grad_a: Tensor | None = None
    if needs[0] and max(x.shape[-2:]) <= _GRADIENT and a.shape[:-2] == x.shape[:-2] and plain(a, x, g):
        gradient = _gradient_on_cpu if ready_on_cpu(a, x, g) else torch.ops.sci._solve_small_gradient
        grad_a, grad_b = gradient(a, x, g, kind)
    else:
        if kind == TRANSPOSED:
            grad_b = _solve_again(a.conj(), g, PLAIN)
        else:
            grad_b = _solve_again(a, g, {PLAIN: ADJOINT, ADJOINT: PLAIN}.get(kind, kind))
        if needs[0]:
            full = -grad_b @ x.mH
            grad_a = (full, full.mT, full.mH)[kind] if kind < LOWER else hermitian_part(full)
    return (
        None if grad_a is None else to_kind(grad_a, a),
        to_kind(grad_b, b) if needs[1] else None,
        None,
        None,
        None,
        None,
    )


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    a, _, kind = inputs[:3]
    (x,), (da, db) = outputs, tangents[:2]
    right: Any = None if db is None else db.expand_as(x)
    if da is not None:
        moved = ((da, da.mT, da.mH)[kind] if kind < LOWER else hermitian_part(da)) @ x
        right = -moved if right is None else right - moved
    return _solve_again(a, right, kind)


# op(A)^-1 B. Derivatives factor again: a matrix is read faster than its factors are written and read.
small_system = operator(
    "small_system(Tensor a, Tensor b, int kind, bool judge, bool check_finite, str function) -> Tensor",
    kernel=_compute,
    fake=lambda a, b, *_: new_like(b, (*batch_shape(a, b), *b.shape[-2:])),
    backward=_backward,
    jvp=_jvp,
    core_dims=(2, 2),
)
