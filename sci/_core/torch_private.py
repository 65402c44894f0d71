"""Everything private in torch that the library uses, and nothing else of it.

torch has no public way to give an operator one derivative rule that serves eager autograd, ``torch.func``, the compiler
and export alike; these names are how. `tests/core/test_torch_private.py` fails if a release of torch drops one.
"""

from __future__ import annotations

from typing import Any

from torch._C import DispatchKey as _DispatchKey
from torch._C import DispatchKeySet as _DispatchKeySet
from torch._C import _are_functorch_transforms_active as transforms_active
from torch._C import _AutoDispatchBelowAutograd as below_autograd
from torch._C import _DisableFuncTorch as below_transforms
from torch._C import _len_torch_dispatch_stack as dispatch_modes
from torch._C._functorch import is_functorch_wrapped_tensor as is_wrapped_by_transform
from torch._functorch.autograd_function import enable_single_level_autograd_function
from torch.autograd import _profiler_enabled as profiler_enabled
from torch.autograd import forward_ad as forward_ad
from torch.autograd.forward_ad import _set_fwd_grad_enabled as forward_grad_enabled
from torch.autograd.function import _SingleLevelFunction as SingleLevelFunction
from torch.utils._pytree import register_pytree_node

__all__ = [
    "CPU",
    "CUDA",
    "SingleLevelFunction",
    "below_autograd",
    "below_transforms",
    "dispatch_modes",
    "enable_single_level_autograd_function",
    "forward_ad",
    "forward_grad_enabled",
    "forward_mode_active",
    "is_wrapped_by_transform",
    "kernel_of",
    "profiler_enabled",
    "register_pytree_node",
    "transforms_active",
]

CPU = _DispatchKeySet(_DispatchKey.CPU)
CUDA = _DispatchKeySet(_DispatchKey.CUDA)


def kernel_of(op: Any) -> Any:
    """Return ``f(keyset, *args)`` that runs an operator's kernel for `CPU` or `CUDA` and nothing above it.

    It skips autograd, conjugation, modes and the profiler: a third of a small call's cost.
    """
    return op._handle.redispatch_boxed


def forward_mode_active() -> bool:
    """Is a level of forward-mode differentiation open?"""
    return forward_ad._current_level >= 0
