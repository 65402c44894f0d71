"""Compile every kernel for the GPU at hand into the cache, with all cores: ``python -m tools.fill_cache``."""

from __future__ import annotations

import argparse
import concurrent.futures
import time

import torch

from sci._core import runtime


def cache_one(task: tuple[int, str]) -> float:
    """Compile one kernel into the cache, or find it there; return the seconds."""
    runtime.load_library()
    started = time.perf_counter()
    torch.ops.sci._cache_kernel(*task)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if options.device != "cuda":
        print("no GPU: nothing to compile")
        return
    major, minor = torch.cuda.get_device_capability()
    runtime.load_library()
    names = torch.ops.sci._kernels().splitlines()
    started = time.perf_counter()
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        times = list(pool.map(cache_one, [(i, f"sm_{major}{minor}") for i in range(len(names))]))
    print(f"{len(names)} kernels in {time.perf_counter() - started:.0f} s with {options.jobs} processes")
    for seconds, name in sorted(zip(times, names, strict=True), reverse=True)[:12]:
        print(f"{seconds:6.2f} s  {name}")


if __name__ == "__main__":
    main()
