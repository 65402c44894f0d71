"""The direct way from Python to the kernels (csrc/runtime/direct.cpp): functions that compute on plain tensors.

They return NotImplemented for everything else, which then goes the general way: numbers beside CUDA tensors, other
dtypes, subclasses, conjugate views, transforms, modes. In Python the same questions take as long as torch's whole call.
"""

from __future__ import annotations

import ctypes
from typing import Any

import torch
from torch import Tensor
from torch.nn import Parameter

from . import torch_private
from .runtime import library_path, load_library


class _Layout(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int64),
        ("tensor", ctypes.c_int64),
        ("keys", ctypes.c_int64),
        ("wrap", ctypes.c_void_p),
        ("plain", ctypes.c_uint64 * 4),
    ]


# In the order of the library's `Objects`; kept here, as it only borrows them.
_objects: tuple[Any, ...] = (
    (Tensor, Parameter, float, int, str, list, tuple)
    + (NotImplemented, None, False, True, 0)
    + (torch_private.transforms_active, torch_private.dispatch_modes, torch_private.profiler_enabled)
    + (vars(torch_private.forward_ad), "_current_level", -1)
    + (torch.is_grad_enabled, "requires_grad")
    + ("to_save", "others", "shapes", "materialize_grads")
    + (torch_private.CPU, torch_private.CUDA)
)


def _start() -> Any:
    """Return the library as Python calls it, or None where torch is not laid out as the versions that are known."""
    found = torch_private.memory_layout()
    if found is None:
        return None
    library = ctypes.PyDLL(str(library_path()))
    offsets, wrap, plain = found
    layout = _Layout(*offsets, wrap, (ctypes.c_uint64 * len(plain))(*plain))
    library.sci_direct_setup(ctypes.byref(layout), (ctypes.py_object * len(_objects))(*_objects))
    library.sci_direct_elementwise.restype = library.sci_direct_forward.restype = ctypes.py_object
    library.sci_direct_operator.restype = ctypes.py_object
    library.sci_direct_elementwise.argtypes = [ctypes.c_char_p, ctypes.py_object]
    library.sci_direct_forward.argtypes = [ctypes.c_char_p, ctypes.py_object, ctypes.py_object]
    library.sci_direct_differentiable.restype = library.sci_direct_differentiable_forward.restype = ctypes.py_object
    library.sci_direct_differentiable.argtypes = [ctypes.py_object, ctypes.py_object]
    library.sci_direct_differentiable_forward.argtypes = [ctypes.py_object, ctypes.c_int, ctypes.py_object]
    library.sci_direct_operator.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_int64]
    return library


def _decline(*_: Any) -> Any:
    return NotImplemented


load_library()
_library = _start()


def elementwise(name: str, rule: Any) -> Any:
    """Return what computes an elementwise operator, or calls `rule` with the same arguments to record a gradient."""
    return _decline if _library is None else _library.sci_direct_elementwise(name.encode(), rule)


def forward(name: str, general: Any, reads: Any) -> Any:
    """Return ``general(ctx, *args)``, which computes and saves what `backward` takes, with a direct way before it.

    ``reads()`` tells whether the results are of that, too.
    """
    return general if _library is None else _library.sci_direct_forward(name.encode(), general, reads)


def differentiable(kernel: Any, rule: Any) -> Any:
    """Return what calls ``kernel(keys, *args)``, or an autograd function's ``rule(*args)`` to record a gradient.

    Beside plain tensors on one device it takes numbers, flags, strings, None and lists of these and of tensors.
    """
    return _decline if _library is None else _library.sci_direct_differentiable(kernel, rule)


def differentiable_forward(kernel: Any, results: bool, shape: Any) -> Any:
    """Return that function's ``forward(ctx, *args)``, which saves what its `backward` takes.

    That is the arguments, with `results` also these; where `shape` is not None, ``shape(x)`` in place of each tensor x.
    """
    return _decline if _library is None else _library.sci_direct_differentiable_forward(kernel, results, shape)


def operator(name: str, matrices: int, most: int) -> Any:
    """Return what calls an operator with a code behind its tensors and returns these, where the code is 0.

    It takes plain tensors on the CPU that nothing differentiates, the first `matrices` of them floating, real or
    complex, with at most `most` numbers each.
    """
    return _decline if _library is None else _library.sci_direct_operator(name.encode(), matrices, most)
