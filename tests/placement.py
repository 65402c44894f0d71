"""Tests that know of no device, run on CUDA tensors: ``pytest --device cuda --moved``.

What such a test makes (`torch.tensor`, `torch.rand`, arrays of NumPy's) is moved, and what it hands to NumPy is brought
back. The library's own calls are left as they are: a tensor that it makes on the wrong device is an error to be found.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch._decomp.decompositions_for_jvp  # reads the source of torch's functions: before they are others
from torch.utils import _pytree as pytree

from sci import fft, linalg, sparse, special
from sci.sparse.linalg import LaplacianNd

MADE = ("arange", "as_tensor", "empty", "eye", "from_numpy", "full", "linspace", "logspace", "normal", "ones", "rand")
MADE = (*MADE, "randint", "randn", "randperm", "sparse_coo_tensor", "tensor", "tril_indices", "triu_indices", "zeros")
READ = ("numpy", "__array__")


def _of_a_test() -> bool:
    return str(sys._getframe(2).f_globals.get("__name__", "")).split(".")[0] not in ("sci", "torch", "numpy", "scipy")


def _moved(make: Callable[..., Any], device: torch.device) -> Callable[..., Any]:
    def placed(*args: Any, **keywords: Any) -> Any:
        if not _of_a_test() or keywords.get("device") is not None or "out" in keywords:
            return make(*args, **keywords)
        grad = keywords.pop("requires_grad", False)
        made = make(*args, **keywords).to(device)
        return made.requires_grad_() if grad else made

    return placed


def _told(make: Callable[..., Any], device: torch.device) -> Callable[..., Any]:
    """A constructor that has an argument `device`."""

    @functools.wraps(make)
    def made(*args: Any, **keywords: Any) -> Any:
        return make(*args, **({"device": device} if _of_a_test() else {}) | keywords)

    return made


def _back(read: Callable[..., Any]) -> Callable[..., Any]:
    def brought(x: Any, *args: Any, **keywords: Any) -> Any:
        library = sys._getframe(1).f_globals.get("__name__", "").startswith("sci.")  # fails there as it would anywhere
        return read(x if library else x.cpu(), *args, **keywords)

    return brought


def _placed(value: Any, device: torch.device) -> Any:
    return value.to(device) if isinstance(value, (torch.Tensor, *KINDS)) and value.device.type == "cpu" else value


KINDS = [kind for kind in vars(sparse).values() if isinstance(kind, type) and hasattr(kind, "to_scipy")]


def _has_device(make: Any) -> bool:
    return inspect.isfunction(make) and "device" in inspect.signature(make).parameters


HOMES = (fft, linalg, sparse, special)
MAKERS = {make for home in HOMES for make in vars(home).values() if _has_device(make)}
MAKERS -= {fft.next_fast_len, fft.prev_fast_len}  # of numbers
PLACELESS = {sparse.diags, sparse.diags_array, sparse.load_npz}  # of numbers and files: on the CPU


@contextmanager
def moved(device: torch.device, module: Any, parameters: dict[str, Any]) -> Iterator[None]:
    """Have a test of a module make its tensors and sparse arrays on a device; those that it is given are moved."""
    held = {
        name: value for name, value in vars(module).items() if isinstance(value, (torch.Tensor, *KINDS, dict, list))
    }
    changes = [(torch, name, _moved) for name in MADE] + [(torch.Tensor, name, _back) for name in READ]
    changes += [(kind, "to_scipy", _back) for kind in KINDS]
    changes += [(kind, "__init__", _told) for kind in (*KINDS, LaplacianNd)]
    tests = [place for name, place in sys.modules.items() if name.startswith("tests.")]
    for place in (*HOMES, *tests):
        named = {name: x for name, x in vars(place).items() if inspect.isfunction(x)}
        changes += [(place, name, _told) for name, x in named.items() if x in MAKERS]
        changes += [(place, name, _moved) for name, x in named.items() if x in PLACELESS]
    kept = [(place, name, getattr(place, name)) for place, name, _ in changes]
    kept += [(module, name, value) for name, value in held.items()]
    whole = functools.partial(_placed, device=device)
    for name, value in held.items():
        setattr(module, name, pytree.tree_map(whole, value, is_leaf=lambda x: isinstance(x, tuple(KINDS))))
    parameters.update({name: pytree.tree_map(whole, value) for name, value in parameters.items()})
    once = functools.lru_cache(None)(lambda change, own: change(own) if change is _back else change(own, device))
    for (place, name, change), (_, _, own) in zip(changes, kept, strict=False):
        setattr(place, name, once(change, own))  # a function with two names is one still
    try:
        yield
    finally:
        for place, name, own in kept:
            setattr(place, name, own)
