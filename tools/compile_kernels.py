"""Compile every kernel for CUDA, without a GPU: ``python -m tools.compile_kernels [--jobs N] [--arch sm_80 ...]``.

NVRTC makes a cubin of each registered kernel and architecture; the first failure's log is printed and the exit status
is 1. With ``--report FILE`` the size and time of each are written as CSV. ``--fast`` compiles with little optimisation:
the same errors in a fifth of the time; sizes and registers are then not those of the library.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import csv
import sys
import time

import torch

from sci._core import runtime


def compile_one(task: tuple[int, str, bool]) -> tuple[int, str, int, float, str]:
    """Return (index, arch, bytes, seconds, error) of one compilation; runs in a worker process."""
    index, arch, fast = task
    runtime.load_library()
    started = time.perf_counter()
    try:
        size, error = torch.ops.sci._compile_kernel(index, arch, fast), ""
    except RuntimeError as failure:
        size, error = 0, str(failure)
    return index, arch, size, time.perf_counter() - started, error


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--arch", nargs="+", default=["sm_80", "sm_90"])
    parser.add_argument("--match", default="", help="only kernels whose name contains this")
    parser.add_argument("--fast", action="store_true", help="little optimisation: only whether it compiles")
    parser.add_argument("--report", help="a CSV file for sizes and times")
    options = parser.parse_args()
    runtime.load_library()
    names = torch.ops.sci._kernels().splitlines()
    chosen = [i for i, name in enumerate(names) if options.match in name]
    tasks = [(i, arch, options.fast) for i in chosen for arch in options.arch]
    started = time.perf_counter()
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        results = list(pool.map(compile_one, tasks))
    failures = [result for result in results if result[4]]
    for index, arch, _, _, error in failures:
        print(f"FAILED {names[index]} {arch}\n{error}\n", file=sys.stderr)
    if options.report:
        with open(options.report, "w", newline="") as file:
            out = csv.writer(file)
            out.writerow(["kernel", "arch", "bytes", "seconds"])
            out.writerows([names[i], arch, size, f"{seconds:.2f}"] for i, arch, size, seconds, _ in results)
    slowest = max(results, key=lambda result: result[3], default=None)
    print(f"{len(results) - len(failures)} of {len(results)} compiled in {time.perf_counter() - started:.0f} s", end="")
    print(f"; slowest {slowest[3]:.1f} s: {names[slowest[0]]}" if slowest else "")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
