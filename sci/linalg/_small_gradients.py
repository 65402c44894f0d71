"""Gradients of decompositions of small matrices in one pass, for backward passes that nothing differentiates.

The rules beside the operators are compositions of differentiable functions, which makes second derivatives, forward
mode and compiled code of them; for a batch of 3 x 3 matrices that is a dozen passes over memory. The same rules for
one matrix are in csrc/linalg/gradients.h.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import Parameter

from sci._core import runtime
from sci._core.quick import cpu_kernel
from sci._core.torch_private import profiler_enabled

from ._gauges import checked
from ._matrices import READY, differentiates

runtime.load_library()

_LARGEST = 32
EIGH, SVD, EIG, CHOLESKY, QR, DET, INVERSE, LU = range(8)  # GradientKind there
# On a GPU teams of threads have the rules (csrc/linalg/gradients_teams.h), by the matrices that one keeps in shared
# memory, of which every GPU has so much.
_TEAMS, TEAM_BYTES = {EIGH: 3, SVD: 5, QR: 4, EIG: 3, CHOLESKY: 3, INVERSE: 3, LU: 3, DET: 2}, 62 * 1024

_PLAIN = (Tensor, Parameter)
_on_cpu = cpu_kernel("_gradient_small")
_FOR_ALL = (CHOLESKY, INVERSE)  # rules without a flag


def fused(kind: int, like: Tensor, *parts: Tensor | None, option: bool = False) -> tuple[Tensor, Tensor] | None:
    """Return the gradient of square matrices, and flags of those it is not good for; None where there is no kernel.

    `like` is a matrix among the results; `parts` are the results and then their gradients, None for those without.
    """
    if not fits(like, *parts, teams=_TEAMS[kind]):
        return None
    given = (kind, *parts, *(None,) * (6 - len(parts)), option, checked())
    return (_on_cpu if ready_on_cpu(*parts) else torch.ops.sci._gradient_small)(*given)  # type: ignore[no-any-return]


def fits(like: Tensor, *parts: Tensor | None, teams: int = 0) -> bool:
    """Return whether these are small square matrices, and plain tensors that nothing differentiates: on the CPU, or on
    a GPU where a team needs so many matrices in shared memory."""
    n = like.shape[-1]
    if n > _LARGEST or n != like.shape[-2] or like.numel() == 0 or like.dtype not in READY:
        return False
    if not like.is_cpu and not (like.is_cuda and 0 < teams * n * (n | 1) * like.element_size() <= TEAM_BYTES):
        return False
    return plain(*(x for x in parts if x is not None))


def ready_on_cpu(*plain: Tensor | None) -> bool:
    """Return whether a kernel may take these plain tensors without the dispatcher, which takes longer than a small
    gradient does."""
    for x in plain:
        if x is not None and (not x.is_cpu or x.is_conj() or x.is_neg()):
            return False
    return not profiler_enabled()


def plain(*given: Tensor) -> bool:
    """Return whether these are plain tensors that nothing differentiates."""
    return not differentiates(*given) and all(type(x) in _PLAIN for x in given)


def good(like: Tensor, flags: Tensor) -> bool:
    """Return whether no matrix belongs to the composed rule. On a GPU that is read where data are checked: without
    checks that rule raises nothing, and has the same numbers."""
    return not ((like.is_cpu or checked()) and any_of(flags))


def whole(kind: int, like: Tensor, *parts: Tensor | None, option: bool = False) -> Tensor | None:
    """Return the gradient if it is good for all matrices."""
    found = fused(kind, like, *parts, option=option)
    if found is None or (kind not in _FOR_ALL and not good(like, found[1])):
        return None
    return found[0]


def any_of(flags: Tensor) -> bool:
    """Return whether one is set; of a single one without an operator."""
    return bool(flags if flags.dim() == 0 else flags.any())
