"""Everything private in torch that the library uses, and nothing else of it.

torch has no public way to give an operator one derivative rule that serves eager autograd, ``torch.func``, the compiler
and export alike; these names are how. `tests/core/test_torch_private.py` fails if a release of torch drops one.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import operator
import pathlib
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch._C import DispatchKey as _DispatchKey
from torch._C import DispatchKeySet as _DispatchKeySet
from torch._C import _are_functorch_transforms_active as transforms_active
from torch._C import _AutoDispatchBelowAutograd as below_autograd
from torch._C import _DisableFuncTorch as below_transforms
from torch._C import _get_dispatch_mode as _dispatch_mode
from torch._C import _is_any_autocast_enabled as any_autocast
from torch._C import _len_torch_dispatch_stack as dispatch_modes
from torch._C import _len_torch_function_stack as function_modes
from torch._C import _SetExcludeDispatchKeyGuard as _set_excluded
from torch._C import _TorchDispatchModeKey as _ModeKey
from torch._C._functorch import is_functorch_wrapped_tensor as _is_wrapped_by_transform  # also by one that has ended
from torch._C._functorch import is_legacy_batchedtensor as is_batched_gradient
from torch._functorch.autograd_function import (  # type: ignore[attr-defined]
    VmapInfo,
    enable_single_level_autograd_function,
)
from torch.autograd import _profiler_enabled as profiler_enabled  # type: ignore[attr-defined]
from torch.autograd import forward_ad as forward_ad
from torch.autograd.forward_ad import _set_fwd_grad_enabled as forward_grad_enabled
from torch.autograd.function import _SingleLevelFunction as SingleLevelFunction
from torch.utils._pytree import GetAttrKey as attribute_key  # noqa: N813
from torch.utils._pytree import register_pytree_node, tree_flatten, tree_leaves, tree_map, tree_unflatten

__all__ = [
    "CPU",
    "CUDA",
    "GRADS_BATCHED",
    "SingleLevelFunction",
    "any_autocast",
    "attribute_key",
    "below_autograd",
    "below_transforms",
    "dispatch_modes",
    "enable_single_level_autograd_function",
    "fake_mode_active",
    "forward_ad",
    "forward_grad_enabled",
    "forward_mode_active",
    "function_modes",
    "is_batched_gradient",
    "is_wrapped",
    "kernel_of",
    "lazy_views_resolved",
    "memory_layout",
    "primal",
    "profiler_enabled",
    "register_pytree_node",
    "rule_for_grads_batched",
    "through_grads_batched",
    "torch_function",
    "transforms_active",
    "tree_flatten",
    "tree_leaves",
    "tree_map",
    "tree_unflatten",
]

CPU = _DispatchKeySet(_DispatchKey.CPU)
CUDA = _DispatchKeySet(_DispatchKey.CUDA)


def kernel_of(op: Any) -> Any:
    """Return ``f(keyset, *args)`` that runs an operator's kernel for `CPU` or `CUDA` and nothing above it.

    It skips autograd, conjugation, modes and the profiler: a third of a small call's cost.
    """
    return op._handle.redispatch_boxed


_TENSOR_BYTES = 208  # of torch's own part of a tensor
# THPVariable_Wrap of a tensor that is moved from, copied, or given by value, which C++ passes in the same way.
_WRAPS = tuple(f"_Z16THPVariable_Wrap{how}N2at10TensorBaseE" for how in ("O", "RK", ""))


def _words(address: int, size: int) -> list[int]:
    return list((ctypes.c_uint64 * (size // 8)).from_address(address))


def memory_layout() -> tuple[tuple[int, ...], int, tuple[int, ...]] | None:
    """Return where a tensor's type, handle and dispatch keys are, torch's function that makes an object of a tensor,
    and the dispatch keys of plain tensors: on the CPU, there in inference mode, on CUDA, there in inference mode.

    They are looked for in some tensors that have to have them in the same places, once each; None if one is not found.
    """
    keys_of = torch._C._dispatch_keys
    x, z = torch.ones(2, device="cpu"), torch.ones(2, dtype=torch.complex64, device="cpu")
    with torch.inference_mode():
        inference = torch.ones(2, device="cpu")
    try:
        at = []
        for y in (x, z, z.conj(), z.conj().imag, inference, torch.ones(2, device="meta"), x.to_sparse()):
            head = _words(id(y), torch.Tensor.__basicsize__)
            own = _words(y._cdata, _TENSOR_BYTES)
            known = (head, id(type(y))), (head, y._cdata), (own, keys_of(y).raw_repr())
            if any(words.count(value) != 1 for words, value in known):
                return None
            at.append(tuple(8 * words.index(value) for words, value in known))
        library = ctypes.CDLL(str(pathlib.Path(torch.__file__).parent / "lib" / "libtorch_python.so"))
        wrap = next(getattr(library, name) for name in _WRAPS if hasattr(library, name))
        plain = []
        for device in ("CPU", "CUDA"):
            there = _DispatchKeySet(getattr(_DispatchKey, device)) | _DispatchKeySet(
                getattr(_DispatchKey, f"Autocast{device}")
            )
            plain += [
                there
                | _DispatchKeySet(_DispatchKey.ADInplaceOrView)
                | _DispatchKeySet(getattr(_DispatchKey, f"Autograd{device}")),
                there,
            ]
    except (AttributeError, OSError, StopIteration):
        return None
    if len(set(at)) != 1 or plain[0] != keys_of(x) or plain[1] != keys_of(inference):
        return None
    return at[0], ctypes.cast(wrap, ctypes.c_void_p).value or 0, tuple(keys.raw_repr() for keys in plain)


@contextlib.contextmanager
def lazy_views_resolved() -> Iterator[None]:
    """Make conjugate and negative views mean what they say: compiled code runs operators with both keys masked."""
    with _set_excluded(_DispatchKey.Conjugate, False), _set_excluded(_DispatchKey.Negative, False):
        yield


def forward_mode_active() -> bool:
    """Is a level of forward-mode differentiation open?"""
    return forward_ad._current_level >= 0


def fake_mode_active() -> bool:
    """Do tensors have no data now, as while the compiler traces?

    Asking such a tensor for its number leaves an unknown behind, over which torch 2.11's compiler stumbles later.
    """
    return _dispatch_mode(_ModeKey.FAKE) is not None


def is_wrapped(x: torch.Tensor) -> bool:
    """Has `x` no memory of its own, as under a transform (also one that has ended) or with `is_grads_batched`?"""
    return _is_wrapped_by_transform(x) or is_batched_gradient(x)


def _own_batch(x: Any, level: int) -> torch.Tensor | None:
    """Return a tensor that is batched at this level with its batch dimension in front, None for anything else."""
    if not isinstance(x, torch.Tensor) or not is_batched_gradient(x):
        return None
    try:
        # One of another level would get a new dimension of this length, which no tensor can have.
        return torch._remove_batch_dim(x, level, -2, 0)
    except RuntimeError:
        return None


def _innermost_batch(xs: Sequence[Any]) -> tuple[int, list[torch.Tensor | None]]:
    """Return the innermost level of ``is_grads_batched`` at which one of `xs` is batched, and `_own_batch` of each."""
    here = torch._C._vmapmode_increment_nesting() - 1
    torch._C._vmapmode_decrement_nesting()
    # Derivatives on a GPU are taken in a thread of their own, in which no level is known.
    for level in range(here or 64, 0, -1):
        owns = [_own_batch(x, level) for x in xs]
        if any(own is not None for own in owns):
            return level, owns
    raise RuntimeError("none of the arguments is a batch of gradients")


def through_grads_batched(solve: Callable[[torch.Tensor], torch.Tensor], g: torch.Tensor) -> torch.Tensor:
    """Return ``solve(g)`` where g may be batched by ``torch.autograd.grad(..., is_grads_batched=True)``.

    That is an older vmap than ``torch.func``'s, which knows no rules of operators: `solve` gets a leading dimension.
    """
    if not is_batched_gradient(g):
        return solve(g)
    level, (own,) = _innermost_batch((g,))
    assert own is not None
    return torch._add_batch_dim(solve(own), 0, level)


def rule_for_grads_batched(rule: Callable[..., Any]) -> Callable[..., Any]:
    """Return a kernel for `GRADS_BATCHED` made of an operator's rule for vmap, ``rule(info, in_dims, *args)``."""

    def run(*args: Any) -> Any:
        level, owns = _innermost_batch(args)
        size = next(own.shape[0] for own in owns if own is not None)
        in_dims = tuple(None if own is None else 0 for own in owns)
        inner = (x if own is None else own for x, own in zip(args, owns, strict=True))
        out, dims = rule(VmapInfo(size, "error"), in_dims, *inner)
        if isinstance(out, torch.Tensor):
            return torch._add_batch_dim(out, dims, level)
        pairs = zip(out, dims, strict=True)
        return tuple(x if dim is None else torch._add_batch_dim(x, dim, level) for x, dim in pairs)

    return run


GRADS_BATCHED = "Batched"


# Rules without which this library does not run in a user's derivative, where torch has none at this key: of views, and
# of compositions of other operators, which torch does not compose there.
_aten = torch.library.Library("aten", "IMPL")
_views = (torch.ops.aten.detach.default, torch.ops.aten.alias.default)
_composed = (
    torch.ops.aten.flatten.using_ints,
    torch.ops.aten.broadcast_tensors.default,
    torch.ops.aten.einsum.default,
)
for _op in (*_views, *_composed):
    if not torch._C._dispatch_has_kernel_for_dispatch_key(_op.name(), GRADS_BATCHED):
        _rule = functools.partial(through_grads_batched, _op) if _op in _views else _op.decompose
        _aten.impl(_op, _rule, GRADS_BATCHED)


class torch_function(classmethod):  # type: ignore[type-arg]  # noqa: N801
    """``__torch_function__`` of a class that is no tensor; corrects an order of operands in the compiler.

    For ``A @ x``, where only x is a tensor, Dynamo looks for the reflected operator in a table, in which ``@`` is
    missing, and then calls ``Tensor.matmul(x, A)``: x @ A, silently. It asks the class for this attribute first, which
    is when the entry is added that eager mode has: ``Tensor.__rmatmul__(x, A)``.
    """

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        builtin = sys.modules.get("torch._dynamo.variables.builtin")
        if builtin is not None:
            reflected = builtin.BUILTIN_TO_TENSOR_RFN_MAP
            if operator.matmul not in reflected:
                builtin.populate_builtin_to_tensor_fn_map()
                reflected[operator.matmul] = torch.Tensor.__rmatmul__
        return super().__get__(instance, owner)


def carry(key: str, value: Any) -> None:
    """Keep a value for the backward passes that this thread will ask for; a GPU's run in threads of their own."""
    torch._C._stash_obj_in_tls(key, value)


def carried(key: str) -> Any:
    """Return what was kept by `carry`, in a backward pass; None elsewhere."""
    within = torch._C._current_graph_task_id() != -1
    return torch._C._get_obj_in_tls(key) if within and torch._C._is_key_in_tls(key) else None


def primal(x: Any) -> Any:
    """Return a tensor without its tangent at the innermost level; those of outer levels stay."""
    if not isinstance(x, torch.Tensor) or not (x.is_floating_point() or x.is_complex()):
        return x
    return torch._VF._unpack_dual(x, level=0)[0]
