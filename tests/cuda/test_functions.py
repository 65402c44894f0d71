"""What a GPU shows of the functions that are not elementwise: waiting, capture, order, memory, what the host does."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import torch
from torch.utils import _pytree as pytree

import sci
from sci._core.cards import FunctionCard, function_cards
from sci._core.errors import host_routes_taken
from sci._core.selfcheck import Tally, _function
from tests import emulator

pytestmark = pytest.mark.gpu

for domain in ("fft", "interpolate", "linalg", "sparse", "special"):
    importlib.import_module(f"sci.{domain}")
sampled = [pytest.param(card, id=name) for name, card in sorted(function_cards.items()) if card.samples]
claiming = [
    p for p in sampled if not p.values[0].synchronizes and (p.values[0].host_route or " only)").endswith(" only)")
]


def calls(card: FunctionCard, device: str = "cuda") -> Iterator[tuple[Any, Any]]:
    """The arguments of a card's samples, without derivatives."""
    assert card.samples is not None
    for sample in card.samples(torch.Generator().manual_seed(0), torch.float64, torch.device(device)):
        yield pytree.tree_map(lambda x: x.detach() if isinstance(x, torch.Tensor) else x, (sample.args, sample.kwargs))


# Where torch.use_deterministic_algorithms(True) makes torch raise.
DISORDERED: set[str] = set()


# The most that a call holds beside its results, in multiples of inputs and results together (docs/gpu-kernels.md).
WORKSPACE, LARGER_WORKSPACE = 10, {"RBFInterpolator": 12, "Rbf": 12, "expm_cond": 120}


def same(found: Any, want: Any) -> None:
    """Hold the tensors of two results to be the same, bit by bit."""
    for x, y in zip(pytree.tree_leaves(found), pytree.tree_leaves(want), strict=True):
        if isinstance(x, torch.Tensor):
            torch.testing.assert_close(x, y, rtol=0, atol=0, equal_nan=True)


@contextlib.contextmanager
def reads_of_the_host() -> Iterator[list[str]]:
    """Note where the library takes more than one number of a CUDA tensor to the host."""
    reads: list[str] = []
    own = {name: getattr(torch.Tensor, name) for name in ("cpu", "to", "tolist", "numpy")}

    def noted(name: str) -> Callable[..., Any]:
        def read(x: torch.Tensor, *args: Any, **keywords: Any) -> Any:
            found = own[name](x, *args, **keywords)
            there = isinstance(found, torch.Tensor) and found.device.type != "cpu"
            if x.is_cuda and not there and x.numel() > 1:
                place = sys._getframe(1)
                reads.append(f"{x.numel()} numbers by {name} in {place.f_code.co_filename}:{place.f_lineno}")
            return found

        return read

    for name in own:
        setattr(torch.Tensor, name, noted(name))
    try:
        yield reads
    finally:
        for name, method in own.items():
            setattr(torch.Tensor, name, method)


@pytest.mark.parametrize("card", sampled)
def test_values_are_those_of_the_cpu(card: FunctionCard) -> None:
    """And the gradients those of finite differences."""
    _function(card, torch.device("cuda"), Tally())


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="one GPU")
@pytest.mark.parametrize("card", sampled)
def test_a_device_that_is_not_the_current_one(card: FunctionCard) -> None:
    if not (given := next(calls(card), None)):
        return
    there = next(calls(card, "cuda:1"))
    with sci.data_checks(False):
        found, want = (pytree.tree_leaves(card.call(card.object, *a, **k)) for a, k in (there, given))
    made = [(x, y) for x, y in zip(found, want, strict=True) if isinstance(x, torch.Tensor)]
    assert all(x.device.index == 1 for x, y in made if y.is_cuda)
    same([x.cpu() for x, _ in made], [y.cpu() for _, y in made])
    assert torch.cuda.current_device() == 0


@pytest.mark.parametrize("card", claiming)
def test_a_call_keeps_to_the_current_stream(card: FunctionCard) -> None:
    """Where its arguments are made late, on another stream than the default one."""
    args, kwargs = next(calls(card))
    given = [x for x in pytree.tree_leaves((args, kwargs)) if isinstance(x, torch.Tensor) and x.is_floating_point()]
    stream = torch.cuda.Stream()
    with sci.data_checks(False):
        want = card.call(card.object, *args, **kwargs)
        kept = [x.clone() for x in given]
        for x in given:
            x.fill_(0.5)
        torch.cuda.synchronize()
        with torch.cuda.stream(stream):
            if torch.version.cuda:
                torch.cuda._sleep(20_000_000)  # some 10 ms
            for x, value in zip(given, kept, strict=True):
                x.copy_(value)
            if not torch.version.cuda:
                emulator.launches()
            found = card.call(card.object, *args, **kwargs)
        torch.cuda.synchronize()
    same(found, want)
    if not torch.version.cuda:
        assert all(line.endswith(f" stream {stream.number}") for line in emulator.launches())


@pytest.mark.parametrize("card", claiming)
def test_a_warm_call_does_not_wait(card: FunctionCard) -> None:
    """With data checks off: they read the data, which waits."""
    for args, kwargs in calls(card):
        with sci.data_checks(False):
            card.call(card.object, *args, **kwargs)
            torch.cuda.synchronize()
            torch.cuda.set_sync_debug_mode("error")
            try:
                card.call(card.object, *args, **kwargs)
            finally:
                torch.cuda.set_sync_debug_mode("default")


@pytest.mark.parametrize("card", claiming)
def test_a_warm_call_is_captured(card: FunctionCard) -> None:
    """In a graph, whose replay gives the same bits."""
    for args, kwargs in calls(card):
        with sci.data_checks(False):
            want = card.call(card.object, *args, **kwargs)
            torch.cuda.synchronize()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                found = card.call(card.object, *args, **kwargs)
        if torch.version.cuda:  # an emulated graph keeps nothing
            graph.replay()
            same(found, want)


@pytest.mark.parametrize("card", sampled)
def test_the_same_bits_twice_where_asked_for(card: FunctionCard) -> None:
    """Or torch's error, where one of its operators has no order that is certain."""
    torch.use_deterministic_algorithms(True)
    try:
        for args, kwargs in calls(card):
            same(*(card.call(card.object, *args, **kwargs) for _ in range(2)))
    except RuntimeError as error:
        assert "does not have a deterministic implementation" in str(error), error  # noqa: PT017
        assert card.name in DISORDERED, f"{card.name} has to be named as one that raises"
    finally:
        torch.use_deterministic_algorithms(False)


@pytest.mark.parametrize("card", [p for p in sampled if p.values[0].batch and not p.values[0].host_route])
def test_a_call_holds_little_beside_its_results(card: FunctionCard) -> None:
    """For 300 of the first sample at once: by leading dimensions, or by vmap for what takes pairs of unlike ones."""
    flat, spec = pytree.tree_flatten(next(calls(card)))
    places = [i for i, x in enumerate(flat) if isinstance(x, torch.Tensor) and x.is_floating_point() and x.dim()]
    batches = [flat[i].expand(300, *flat[i].shape).contiguous() for i in places]

    def f(*xs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        full = list(flat)
        for i, x in zip(places, xs, strict=True):
            full[i] = x
        args, kwargs = pytree.tree_unflatten(full, spec)
        found = pytree.tree_leaves(card.call(card.object, *args, **kwargs))
        return tuple(x for x in found if isinstance(x, torch.Tensor))

    def size(xs: Sequence[torch.Tensor]) -> int:
        return sum(x.numel() * x.element_size() for x in xs)

    for run in (f, torch.func.vmap(f)):
        try:
            found = run(*batches)  # the first call compiles, and keeps tables
            if size(found) < 300:  # one of them
                continue
            torch.cuda.reset_peak_memory_stats()
            before = torch.cuda.memory_allocated()
            found = run(*batches)
            beside = torch.cuda.max_memory_allocated() - before - size(found)
        except (ValueError, RuntimeError):
            continue
        assert beside <= LARGER_WORKSPACE.get(card.name, WORKSPACE) * (size(batches) + size(found))
        return
    pytest.fail("takes no batches of its sample")


@pytest.mark.parametrize("card", sampled)
def test_what_computes_on_the_host_is_declared(card: FunctionCard) -> None:
    """A host route is on the card, from which the documentation's list is made, and nothing else leaves the GPU.

    Functions that wait may read what decides what they do: places of a pattern, a small matrix of a subspace.
    """
    given, before = list(calls(card)), host_routes_taken()
    with reads_of_the_host() as reads, sci.data_checks(False):
        for args, kwargs in given:
            card.call(card.object, *args, **kwargs)
    taken = {name for name, count in host_routes_taken().items() if count != before.get(name, 0)}
    if card.host_route:
        return
    assert not taken, f"computes on the host: {taken}"
    assert card.synchronizes or not reads, f"reads {reads}"
