"""Compile every kernel for the GPU at hand into the cache, with all cores: ``python -m tools.fill_cache``."""

from __future__ import annotations

import argparse
import time

import sci


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if options.device != "cuda":
        print("no GPU: nothing to compile")
        return
    started = time.perf_counter()
    count = sci.precompile(jobs=options.jobs)
    print(f"{count} kernels in {time.perf_counter() - started:.0f} s with {options.jobs} processes")


if __name__ == "__main__":
    main()
