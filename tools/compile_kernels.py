"""Compile every kernel for CUDA, without a GPU: ``python -m tools.compile_kernels [--jobs N] [--arch sm_80 ...]``.

NVRTC makes cubins of the registered kernels for each architecture; the first failure's log is printed and the exit
status is 1. With ``--report FILE`` registers, stack, machine code, instructions in double and to local memory, spills,
shared memory and seconds of each kernel are written as CSV (``python -m tools.kernel_report FILE`` makes tables of it);
kernels that FILE has already are left out, so that a run which was stopped goes on. ``--order OLD`` takes those first
that were compiled fastest in an older report, which need not have all. ``--fast`` compiles with little optimisation and
kernels of neighbouring cards as one program, which reads their headers once: the same errors in a tenth of the time,
but for two headers that do not go together; registers are then not the library's. An architecture that NVRTC does not
know, ``--arch ptx``, makes PTX of the newest that it does, as the library does for a GPU of tomorrow: a fifth of the
time, as four fifths go to the assembler.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import csv
import pathlib
import re
import statistics
import sys
import tempfile
import time
from typing import NamedTuple

import torch

from sci._core import runtime
from tools.cubin import Resources, Spills, resources, spills, stack_is_known

GROUP = 96  # kernels in one program, whose headers are read once; at the end a worker may wait for the last one


class Task(NamedTuple):
    """One program: kernels by number, and how to compile them."""

    indices: tuple[int, ...]
    arch: str
    fast: bool
    path: str


def compile_one(task: Task) -> tuple[Task, float, str]:
    """Return the task, its seconds of processor time and its error; runs in a worker process."""
    runtime.load_library()
    started = time.process_time()
    error = ""
    try:
        torch.ops.sci._compile_kernels(",".join(map(str, task.indices)), task.arch, task.fast, task.path)
        if task.path and not stack_is_known(pathlib.Path(f"{task.path}.log").read_text()):
            error = "a function of it calls itself, so that its stack is not known"
    except RuntimeError as failure:
        error = str(failure)
    return task, time.process_time() - started, error


def reported(path: str | None) -> list[dict[str, str]]:
    """Return the rows of a report."""
    if not path or not pathlib.Path(path).exists():
        return []
    with open(path, newline="") as file:
        return [row for row in csv.DictReader(file) if row["seconds"]]


def costs(path: str | None, names: list[str]) -> list[float]:
    """Return seconds by an older report: a kernel's own, else those of its kind with other types, else the median."""
    rows = reported(path)
    seconds = [float(row["seconds"]) for row in rows]
    known, kinds = {row["kernel"]: s for row, s in zip(rows, seconds, strict=True)}, {}
    for row, s in zip(rows, seconds, strict=True):
        kinds[re.split("[,>]", row["kernel"])[0]] = s
    middle = statistics.median(seconds) if seconds else 0.0
    return [known.get(name, kinds.get(re.split("[,>]", name)[0], middle)) for name in names]


def tasks(options: argparse.Namespace, names: list[str], folder: str) -> list[Task]:
    """Return the programs to compile: one kernel each, or groups of neighbours with ``--fast``."""
    done = {(row["kernel"], row["arch"]) for row in reported(options.report)}
    chosen = [i for i, name in enumerate(names) if re.search(options.match, name)]
    if options.order:
        chosen.sort(key=costs(options.order, names).__getitem__)
    size = GROUP if options.fast and not options.report else 1
    groups = [tuple(chosen[k : k + size]) for k in range(0, len(chosen), size)]
    return [
        Task(group, arch, options.fast, f"{folder}/{group[0]}.{arch}" if options.report else "")
        for group in groups
        for arch in options.arch
        if (names[group[0]], arch) not in done
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--arch", nargs="+", default=["sm_80", "sm_90"])
    parser.add_argument("--match", default="", help="only kernels whose name matches this regular expression")
    parser.add_argument("--fast", action="store_true", help="little optimisation: only whether it compiles")
    parser.add_argument("--order", help="an older report: the kernels that took least come first")
    parser.add_argument("--report", help="a CSV file for registers, stack, code, spills and seconds")
    options = parser.parse_args()
    runtime.load_library()
    names = torch.ops.sci._kernels().splitlines()
    sources = [",".join(re.findall(r'#include "(\w+)/', s)) for s in torch.ops.sci._kernel_sources().splitlines()]
    started = time.perf_counter()
    results = []
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        todo = tasks(options, names, folder)
        # A line at a time: what is stopped keeps what it has.
        file = stack.enter_context(open(options.report, "a", newline="", buffering=1)) if options.report else None
        out = csv.writer(file) if file else None
        if out and file and file.tell() == 0:
            out.writerow(["kernel", "sources", "arch", *Resources._fields, *Spills._fields, "seconds"])
        pool = stack.enter_context(concurrent.futures.ProcessPoolExecutor(options.jobs))
        for task, seconds, error in pool.map(compile_one, todo):
            results.append((task, seconds, error))
            if out and not error:
                image, index = pathlib.Path(task.path), task.indices[0]
                log = pathlib.Path(f"{image}.log")
                found = (*resources(image.read_bytes()), *spills(log.read_text()))
                out.writerow([names[index], sources[index], task.arch, *found, f"{seconds:.2f}"])
                image.unlink()
                log.unlink()
    failures = [result for result in results if result[2]]
    for task, _, error in failures:
        print(f"FAILED {task.arch} {', '.join(names[i] for i in task.indices)}\n{error}\n", file=sys.stderr)
    done = sum(len(task.indices) for task, _, error in results if not error)
    count = sum(len(task.indices) for task, _, _ in results)
    print(f"{done} of {count} compiled in {time.perf_counter() - started:.0f} s", end="")
    slowest = max(results, key=lambda result: result[1], default=None)
    if slowest:
        first, *others = (names[i] for i in slowest[0].indices)
        print(f"; slowest program {slowest[1]:.1f} s: {first} and {len(others)} more", end="")
    print()
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
