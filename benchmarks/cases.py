"""What is timed: a case is one call, written once, that every library gets in its own arrays."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import importlib.util
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

# JAX, where it is imported: double precision stays double, and memory is left for the others.
os.environ.setdefault("JAX_ENABLE_X64", "true")
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

Call = Callable[[], Any]
PEERS = ("scipy", "torch", "cupy", "jax")


@dataclasses.dataclass
class Case:
    """One row: a function, its arguments in words, a call per library and, by other names, calls of `sci` to compare
    with; `bytes` that the call must move at least, and the `group` of bars that it is held against."""

    name: str
    arguments: str
    calls: Mapping[str, Call]
    bytes: int | None = None
    group: str | None = None


@dataclasses.dataclass(frozen=True)
class Context:
    """Where and how much to time; makes inputs and calls. `small`: elementwise functions take a thousand numbers and
    others at most so many matrices, of which a GPU runs the same kernel as of millions."""

    device: torch.device
    quick: bool
    peers: tuple[str, ...]
    small: bool = False

    def sizes(self, *sizes: Any) -> tuple[Any, ...]:
        """Return all sizes, or every other one for a quick look."""
        return sizes[::2] if self.quick else sizes

    def many(self, count: int) -> int:
        """Return how many matrices a batch has that is to have `count`."""
        return min(count, 1000) if self.small else count

    def randn(self, *shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
        """Return the same normal numbers for every library and run."""
        generator = torch.Generator().manual_seed(sum(shape))
        return torch.randn(*shape, generator=generator, dtype=dtype).to(self.device)

    def case(
        self,
        name: str,
        arguments: str,
        *args: Any,
        torch_call: Callable[..., Any] | None = None,
        scipy_call: Callable[..., Any] | None = None,
        bytes: int | None = None,
        **keywords: Any,
    ) -> Case | None:
        """Make the row of ``sci.NAME(*args, **keywords)``; None if `sci` has no such function.

        SciPy, CuPy and JAX are called by the same name and arguments where they have it. torch's names and arguments
        differ, so its call is given: it gets `args` alone.
        """
        function = find("sci", name)
        if function is None:
            return None
        calls: dict[str, Call] = {"sci": functools.partial(function, *args, **keywords)}
        for peer in self.peers:
            if peer == "torch":
                if torch_call is not None:
                    calls[peer] = functools.partial(torch_call, *args)
                continue
            other = scipy_call if peer == "scipy" and scipy_call else find(*_place(peer, name))
            if other is None:
                continue
            calls[peer] = self.call(peer, other, args, keywords)
        return Case(name, arguments, calls, bytes)

    def call(
        self, peer: str, function: Callable[..., Any], args: Sequence[Any], keywords: Mapping[str, Any] | None = None
    ) -> Call:
        """Return the call of a peer's function on the peer's own arrays."""
        theirs, named = [to_peer(peer, x) for x in args], keywords or {}
        if peer == "jax":
            return _jax_call(function, theirs, named)
        return functools.partial(function, *theirs, **{key: to_peer(peer, x) for key, x in named.items()})


def installed(peer: str, device: torch.device) -> bool:
    """Is a library there, and has it a place on this device?"""
    if importlib.util.find_spec(peer) is None:
        return False
    return peer != "cupy" or device.type == "cuda"


@functools.cache
def find(root: str, name: str) -> Any:
    """Return ``root.NAME`` or None."""
    *modules, last = f"{root}.{name}".split(".")
    try:
        return getattr(importlib.import_module(".".join(modules)), last, None)
    except ImportError:
        return None


def _place(peer: str, name: str) -> tuple[str, str]:
    if peer == "jax":
        return ("jax.scipy", name) if find("jax.scipy", name) is not None else ("jax.numpy", name)
    return ("cupyx.scipy" if peer == "cupy" else peer), name


def to_peer(peer: str, x: Any) -> Any:
    """Return a tensor as a library's own array, without a copy where it can be; anything else as it is."""
    if not isinstance(x, Tensor) or peer == "torch":
        return x
    if peer == "scipy":
        array: np.ndarray[Any, Any] = x.detach().cpu().numpy()
        return array[()] if array.ndim == 0 else array
    if peer == "cupy":
        return importlib.import_module("cupy").from_dlpack(x.detach())
    jax_numpy = importlib.import_module("jax.numpy")
    return jax_numpy.from_dlpack(x.detach()) if x.is_cuda else jax_numpy.asarray(x.detach().numpy())


def free_memory(peers: tuple[str, ...], device: torch.device) -> None:
    """Give the memory that libraries keep on a GPU to the others."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
        if "cupy" in peers:
            importlib.import_module("cupy").get_default_memory_pool().free_all_blocks()


def _jax_call(function: Callable[..., Any], args: list[Any], keywords: Mapping[str, Any]) -> Call:
    jax = importlib.import_module("jax")
    compiled = jax.jit(functools.partial(function, **keywords))
    return lambda: jax.block_until_ready(compiled(*args))


def present(*cases: Case | None) -> Iterator[Case]:
    """Leave out the rows of functions that are not there."""
    yield from (case for case in cases if case is not None)
