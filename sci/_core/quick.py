"""The shortest way: from a public function straight to the kernel of one operator of the library.

A call on a small tensor takes as long as the questions asked before it and the layers it goes through, so a function
asks once whether nothing but the kernel has a say, and calls it. Kernels for this way return a code beside their
results: 0, or that the general way has to be gone, which knows what to convert, to do and to raise.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .torch_private import (
    CPU,
    dispatch_modes,
    forward_ad,
    is_wrapped,
    kernel_of,
    profiler_enabled,
    transforms_active,
)

# Of `torch.compiler.is_compiling` the part that Dynamo answers, in a third of its time: all others who trace set a mode
# or a transform, which is asked for too.
is_compiling = torch.compiler.is_dynamo_compiling
_grad_enabled = torch.is_grad_enabled
REAL_DTYPES = frozenset((torch.float32, torch.float64))
COMPLEX_DTYPES = frozenset((torch.complex64, torch.complex128))
STRIDED = torch.strided


def plain_on_cpu(x: Any, most: int) -> bool:
    """Tell whether a kernel may take `x` as it is: a dense tensor on the CPU that nothing differentiates or watches.

    `most` is the number of elements from which the time of the call no longer counts.
    """
    if type(x) is not Tensor or is_compiling() or x.numel() > most or not x.is_cpu or x.layout is not STRIDED:
        return False
    if x.dtype not in REAL_DTYPES and (x.dtype not in COMPLEX_DTYPES or x.is_conj()):
        return False
    if x.is_neg() or is_wrapped(x) or (x.requires_grad and _grad_enabled()):
        return False
    return not (transforms_active() or dispatch_modes() or forward_ad._current_level >= 0 or profiler_enabled())


def cpu_kernel(name: str) -> Any:
    """Return what calls the CPU kernel of an operator of the library."""
    kernel = kernel_of(getattr(torch.ops.sci, name).default)

    def call(*args: Any) -> Any:
        return kernel(CPU, *args)

    return call
