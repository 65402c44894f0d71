"""LU factors with a condition estimate, and systems solved with them, as operators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core import runtime
from sci._core.checks import checks_enabled, require_finite
from sci._core.dispatch import operator

from . import _lapack, _lapack_conditions, _lapack_factors, _quick
from ._hermitian import real_dtype
from ._matrices import batch_shape, broadcast_matrices, new_like, to_kind
from ._regular import require_regular
from ._sizes import ONE_LU
from ._small_gradients import INVERSE, whole
from ._small_systems import PLAIN, fits_team, judged, small_system
from ._structure import find_structure, structured_factors

runtime.load_library()

# The largest n for matrices side by side on the CPU's lanes, and up to which one alone goes there too, so that it has
# the same factors as in a batch; between the two from so many on.
_LANES, _LANES_ALONE, _BATCH = 32, 8, 4
_TEAM_LU = 48  # in complex double: factors and a team's right-hand sides take 62 KB, and a GPU has 64 KB or more
_MANY = 192  # right-hand sides for which OpenBLAS is the faster one, and rows of one complex one


def fits_lanes(a: Tensor) -> bool:
    """Return whether factors of these matrices, with at least as many rows as columns, are made side by side."""
    m, n = a.shape[-2:]
    if not a.is_cpu or m > _LANES or a.numel() == 0:
        return False
    return m <= _LANES_ALONE or a.numel() >= _BATCH * m * n


def fits_kernel(a: Tensor) -> bool:
    """Return whether these matrices go side by side on the CPU, or one per team of threads on a GPU."""
    return fits_lanes(a) or (a.is_cuda and a.shape[-2] <= _LANES and a.numel() > 0)


def is_small(a: Tensor) -> bool:
    """Return whether matrices of this size have a kernel for one after the other on the CPU, or teams on a GPU."""
    n = a.shape[-1]
    return n <= ONE_LU and (n <= _TEAM_LU or not a.is_cuda or a.dtype != torch.complex128)


def estimate_inverse_norm(solve: Callable[[Tensor, bool], Tensor], like: Tensor, steps: int = 4) -> Tensor:
    """Return Higham's estimate of the 1-norms of inverses, (...); ``solve(b, adjoint)`` applies them to (..., n, k).

    N. J. Higham, ACM TOMS 14 (1988) 381-396, algorithm 4.1, for a whole batch at once: every matrix takes `steps`
    steps, of which those after its own convergence repeat the estimate.
    """
    n = like.shape[-1]
    x = torch.full((*like.shape[:-1], 1), 1.0 / max(n, 1), dtype=like.dtype, device=like.device)
    best = torch.zeros(like.shape[:-2], dtype=real_dtype(like.dtype), device=like.device)
    for _ in range(steps):
        x = solve(x, False)
        best = torch.maximum(best, x.abs().sum((-2, -1)))
        y = solve(torch.where(x == 0, torch.ones_like(x), x.sgn()), True)
        x = torch.nn.functional.one_hot(y.abs().squeeze(-1).argmax(-1), n).to(like.dtype)[..., None]
    signs = 1 + torch.arange(n, device=like.device) / max(n - 1, 1)
    signs[1::2] *= -1
    alternating = solve(signs.to(like.dtype)[:, None].expand(*like.shape[:-1], 1).contiguous(), False)
    return torch.maximum(best, 2 * alternating.abs().sum((-2, -1)) / (3 * max(n, 1)))


def _general(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    if _lapack.worthwhile_alone(a):
        return _lapack_factors.getrf(a)
    return torch.linalg.lu_factor_ex(a)  # type: ignore[no-any-return]


def _one_norm(a: Tensor) -> Tensor:
    return _lapack_conditions.one_norm(a) if _lapack.worthwhile_alone(a) else a.abs().sum(-2).amax(-1)


def factors(a: Tensor, look: bool = False) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return (LU, pivots, rcond, info); the pivots count from 0 for small matrices, from 1 (LAPACK's) for others.

    With `look` a structure of large matrices is looked for. The kernel for small ones exchanges no rows of a lower
    triangular matrix; more there is not to be gained. On a GPU its rcond is at most the estimate.
    """
    if is_small(a) or a.numel() == 0:
        return torch.ops.sci._lu_small(a)  # type: ignore[no-any-return]
    found = structured_factors(a) if look and (a.is_cpu or checks_enabled()) else None
    lu, pivots, info = _general(a) if found is None else found
    if not checks_enabled():
        return lu, pivots, new_like(a, a.shape[:-2], real_dtype(a.dtype)), info
    norm = _one_norm(a)
    if a.is_cpu:
        return lu, pivots, torch.where(info == 0, _lapack_conditions.reciprocal_condition(lu, norm), 0), info
    inverse = estimate_inverse_norm(lambda b, adjoint: torch.linalg.lu_solve(lu, pivots, b, adjoint=adjoint), a)
    return lu, pivots, torch.where(info == 0, 1 / norm / inverse, 0), info


def apply_inverse(lu: Tensor, pivots: Tensor, b: Tensor, adjoint: bool) -> Tensor:
    """Return A^-1 b or A^-H b, with what `factors` returned."""
    if is_small(lu) or b.numel() == 0 or lu.numel() == 0:
        return torch.ops.sci._lu_solve_small(lu, pivots, b, 2 if adjoint else 0)  # type: ignore[no-any-return]
    n, columns = b.shape[-2:]
    many = columns >= _MANY or (columns == 1 and n >= _MANY and b.is_complex())
    if many and _lapack.worthwhile_alone(lu) and _lapack.solves(lu):
        return _lapack_factors.getrs(lu, pivots, b, adjoint)
    return torch.linalg.lu_solve(lu, pivots, b, adjoint=adjoint).contiguous()


def _factor(a: Tensor, check_finite: bool, look: bool, function: str) -> tuple[Tensor, Tensor]:
    if check_finite:
        require_finite(function, {"a": a})
    lu, pivots, rcond, info = factors(a, look)
    if a.is_cuda and is_small(a):
        judged(function, PLAIN, False, a, None, rcond, info)
    else:
        require_regular(function, "a", rcond, info)
    return lu, pivots


# (LU, pivots) of regular matrices. Not differentiable: a function differentiates in A, with these at hand.
regular_factors = operator(
    "regular_lu(Tensor a, bool check_finite, bool look, str function) -> (Tensor, Tensor)",
    kernel=_factor,
    fake=lambda a, check_finite, look, function: (new_like(a, a.shape), new_like(a, a.shape[:-1], torch.int32)),
    core_dims=(2,),
)


def _solved(a: Tensor, lu: Tensor, pivots: Tensor, b: Tensor, adjoint: bool) -> Tensor:
    lu, b = broadcast_matrices("solve", ("a", "b"), lu, b)
    return apply_inverse(lu, pivots.expand(lu.shape[:-1]), b, adjoint)


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, lu, pivots, b, adjoint = inputs
    (x,), (g,) = outputs, grads
    grad_b = solve_with_lu(a, lu, pivots, g, not adjoint)
    grad_a = None
    if needs[0]:
        grad_a = to_kind(-x @ grad_b.mH if adjoint else -grad_b @ x.mH, a)
    return grad_a, None, None, to_kind(grad_b, b) if needs[3] else None, None


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    a, lu, pivots, _, adjoint = inputs
    (x,), da, db = outputs, tangents[0], tangents[3]
    right = None if db is None else db.expand_as(x)
    if da is not None:
        moved = (da.mH if adjoint else da) @ x
        right = -moved if right is None else right - moved
    return solve_with_lu(a, lu, pivots, right, adjoint)  # type: ignore[no-any-return]


# A^-1 B or A^-H B. It depends on A and B; LU and pivots are only how A is handed over.
solve_with_lu = operator(
    "solve_with_lu(Tensor a, Tensor lu, Tensor pivots, Tensor b, bool adjoint) -> Tensor",
    kernel=_solved,
    fake=lambda a, lu, pivots, b, adjoint: new_like(b, (*batch_shape(a, b), *b.shape[-2:])),
    backward=_backward,
    jvp=_jvp,
    core_dims=(2, 2, 1, 2),
)


def general_solve(a: Tensor, b: Tensor, check_finite: bool, function: str, look: bool = False) -> Tensor:
    """Return A^-1 B for regular matrices, differentiable in all entries of both, whatever structure `look` finds."""
    if is_small(a) and fits_team(a, b):
        return small_system(a, b, PLAIN, True, check_finite, function)  # type: ignore[no-any-return]
    lu, pivots = regular_factors(a.detach(), check_finite, look, function)
    return solve_with_lu(a, lu, pivots, b, False)  # type: ignore[no-any-return]


def solve_ex(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Return what `torch.linalg.solve_ex` does, for matrices of which the caller says what is to be said.

    Torch's own takes its factors for constants where a derivative in forward mode is differentiated again: from
    ``dx = A^-1 (db - dA x)`` the term ``-A^-1 dA dx`` is missing, whichever mode is the outer one.
    """
    lu, pivots, info = torch.linalg.lu_factor_ex(a.detach())
    vector = b.dim() == 1
    x: Tensor = solve_with_lu(a, lu, pivots - 1 if is_small(a) else pivots, b[:, None] if vector else b, False)
    return x[..., 0] if vector else x, info


def _inverse(a: Tensor, check_finite: bool, look: bool, function: str) -> Tensor:
    if (found := _quick.inverse(a, check_finite)) is not None:
        return found[0]  # type: ignore[no-any-return]
    if a.is_cpu and not is_small(a) and a.numel() > 0 and not (look and find_structure(a) != "general"):
        return _large_inverse(a, check_finite, function)
    if a.is_cuda and a.shape[-1] <= _LANES:
        x, rcond, info = torch.ops.sci._solve_small(a, None, PLAIN, checks_enabled(), False)
        judged(function, PLAIN, check_finite, a, None, rcond, info)
        return x  # type: ignore[no-any-return]
    lu, pivots = _factor(a, check_finite, look, function)
    eye = torch.eye(a.shape[-1], dtype=a.dtype, device=a.device).expand(a.shape)
    return apply_inverse(lu, pivots, eye, False)


def _large_inverse(a: Tensor, check_finite: bool, function: str) -> Tensor:
    if check_finite:
        require_finite(function, {"a": a})
    if _lapack.inverts(a):
        return _inverse_of_one(a, function)
    x, info = torch.linalg.inv_ex(a)
    if checks_enabled():
        norms = _one_norm(a) * _one_norm(x)
        require_regular(function, "a", torch.where(info == 0, 1 / norms, 0), info)
    return x.contiguous()


def _inverse_of_one(a: Tensor, function: str) -> Tensor:
    x, _, info = _lapack_factors.inverse(a)
    if info:  # of the transpose: `a` has pivots of its own, of which the error tells
        info, x = _lapack_factors.lu_of_one(a)[2] or info, torch.full_like(a, torch.inf)
    if checks_enabled():
        rcond = 0.0 if info else 1 / float(_one_norm(a)) / float(_one_norm(x))
        require_regular(
            function,
            "a",
            torch.tensor(rcond, dtype=real_dtype(a.dtype), device="cpu"),
            torch.tensor(info, device="cpu"),
        )
    return x


def _backward_inverse(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    (x,), (g,) = outputs, grads
    found = whole(INVERSE, x, x, g)
    return -x.mH @ g @ x.mH if found is None else found, None, None, None


def _jvp_inverse(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    (x,) = outputs
    return -x @ tangents[0] @ x  # type: ignore[no-any-return]


inverse = operator(
    "inverse(Tensor a, bool check_finite, bool look, str function) -> Tensor",
    kernel=_inverse,
    fake=lambda a, check_finite, look, function: new_like(a, a.shape),
    backward=_backward_inverse,
    jvp=_jvp_inverse,
    core_dims=(2,),
)
