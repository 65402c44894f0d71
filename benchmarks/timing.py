"""Times calls alternately, so that a machine that slows down or is shared slows all libraries alike."""

from __future__ import annotations

import ctypes
import dataclasses
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.utils.benchmark import Timer

Call = Callable[[], Any]

_WARM = 0.25  # seconds: a call that takes longer needs no others before it
_LONG = 2.0  # seconds: a call that takes longer is timed once, the first time


@dataclasses.dataclass(frozen=True)
class Clock:
    """How time is taken: on which device, with how many CPU threads, for how long, in how many rounds (of calls that
    last longer than a block, at most `slow_rounds`); `cpu_time` counts the process's own time instead of the wall's,
    which says more on a machine that others use too (with one thread)."""

    device: torch.device
    threads: int
    seconds: float
    rounds: int
    cpu_time: bool = False
    slow_rounds: int = 7


def _block(call: Call, number: int, clock: Clock, peer: str) -> float:
    """Return seconds per call over `number` calls; 0 calls are one without others to warm up."""
    device = clock.device
    if (
        peer not in ("scipy", "jax") and device.type == "cuda"
    ):  # asynchronous calls on torch's stream: events on the device time them
        with torch.cuda.device(device):
            begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            torch.cuda.synchronize()
            begin.record()
            for _ in range(number or 1):
                call()
            end.record()
            end.synchronize()
            return float(begin.elapsed_time(end)) * 1e-3 / (number or 1)
    watch = time.process_time if clock.cpu_time else time.perf_counter
    if not number:
        start = watch()
        call()
        return watch() - start
    timer = Timer("call()", globals={"call": call}, num_threads=clock.threads, timer=watch)
    return float(timer.timeit(number).median)


def time_alternately(calls: Mapping[str, Call], clock: Clock) -> tuple[dict[str, float], dict[str, str]]:
    """Return the median time of each call, in seconds, and why others could not be timed.

    Each round times a block of each call, one after the other; all blocks together take some ``clock.seconds`` per
    call, but a block is at least one call.
    """
    numbers: dict[str, int] = {}
    found: dict[str, list[float]] = {}
    errors: dict[str, str] = {}
    for name, call in calls.items():
        try:
            once = _block(call, 0, clock, name)
            if once > _LONG:
                found[name] = [once]
                continue
            if once <= _WARM:
                call()
                once = _block(call, 1, clock, name)
            if once < 1e-3:
                once = _block(call, 20, clock, name)
            numbers[name] = 0 if once > _WARM else max(1, int(clock.seconds / clock.rounds / max(once, 1e-7)))
        except Exception as error:  # a peer that cannot do it is no reason to stop
            errors[name] = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    slow = bool(found) or max(numbers.values(), default=2) <= 1
    if found or 0 in numbers.values():  # one way of timing for all libraries
        numbers = dict.fromkeys(numbers, 0)
    for _ in range(min(clock.rounds, clock.slow_rounds) if slow else clock.rounds):
        for name, number in numbers.items():
            found.setdefault(name, []).append(_block(calls[name], number, clock, name))
    return {name: statistics.median(times) for name, times in found.items()}, errors


def keep_memory() -> None:
    """Let the C library keep the memory of arrays that are freed, and give it some that has been written to.

    The system takes longer to hand out the pages of a long array than most kernels take to fill them, and which calls
    meet new ones is chance: of the same row they made 1.5 or 12 forward passes.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:  # not glibc
        return
    mallopt(-3, 1 << 25)  # M_MMAP_THRESHOLD: what is smaller comes of the heap
    mallopt(-1, (1 << 31) - 1)  # M_TRIM_THRESHOLD: which does not shrink
    written = [torch.ones(1 << 20, dtype=torch.float64) for _ in range(16)]
    del written


def memory_beside(call: Call) -> int:
    """Return the bytes that a call on a GPU holds at most beside its result."""
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    result = call()  # held while the two are read
    beside = torch.cuda.max_memory_allocated() - torch.cuda.memory_allocated()
    del result
    return beside


def copy_bandwidth(clock: Clock, bytes: int) -> float:
    """Return the bytes per second, read and written, that a copy of tensors with `bytes` in all moves."""
    x = torch.ones(max(1, bytes // 16), dtype=torch.float64, device=clock.device)
    y = torch.empty_like(x)
    times, _ = time_alternately({"torch": lambda: y.copy_(x)}, clock)
    return 16 * x.numel() / times["torch"]
