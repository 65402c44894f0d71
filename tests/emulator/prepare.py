"""Compile kernels for the emulated device ahead: ``python -m tests.emulator.prepare [--match REGEX] [--jobs 2]``.

Kernels of one header and precision are compiled as one unit, in a quarter of the time that they take one by one.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import re
import time

import torch

from sci._core import runtime
from sci._core.precompile import worker_processes
from tests import emulator

ARCH = "sm_90"


def kernels() -> list[tuple[str, str]]:
    """Return the names and the sources of all kernels."""
    emulator.start()
    runtime.load_library()
    ops = torch.ops.sci
    return list(zip(ops._kernels().splitlines(), ops._kernel_sources().splitlines(), strict=True))


def groups(match: str) -> list[list[int]]:
    """Return the numbers of kernels that are compiled together, large groups first."""
    found: dict[tuple[str, bool], list[int]] = collections.defaultdict(list)
    for i, (name, source) in enumerate(kernels()):
        if re.search(match, name):
            found[" ".join(re.findall(r'#include "([^"]*)"', source)), "float" in name].append(i)
    return sorted(found.values(), key=len, reverse=True)


def compile_group(group: list[int]) -> list[str]:
    """Compile kernels into the cache; return what is wrong with those that do not compile."""
    names = kernels()
    compiler = emulator.libraries()[1]
    compiler.emulator_put_off()
    for i in group:
        with contextlib.suppress(RuntimeError):
            torch.ops.sci._cache_kernel(i, ARCH)
    compiler.emulator_make_together()
    wrong = []
    for i in group:
        try:
            torch.ops.sci._cache_kernel(i, ARCH)
        except RuntimeError as error:
            wrong.append(f"{names[i][0]}: {error}")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--match", default="", help="only kernels whose name matches this regular expression")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    started = time.perf_counter()
    chosen = groups(options.match)
    try:
        with worker_processes(options.jobs) as pool:
            wrong = [text for texts in pool.map(compile_group, chosen) for text in texts]
    except KeyboardInterrupt:  # as where the time allowed is over
        print("left out, as the time was over: kernels, in part", flush=True)
        raise SystemExit(1) from None
    print(*wrong, sep="\n", end="\n" if wrong else "")
    count = sum(map(len, chosen))
    print(f"{count - len(wrong)} of {count} kernels after {time.perf_counter() - started:.0f} s")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
