"""Compile every kernel into the cache: ``python -m tools.fill_cache``, for the GPU at hand or ``--arch sm_90``."""

from __future__ import annotations

import argparse
import time

import sci

DOMAINS = ("linalg", "fft", "sparse", "interpolate", "special")  # what takes most of the time at the end


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--arch", help="an architecture, where there is no GPU")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if options.device != "cuda" and not options.arch:
        print("no GPU: nothing to compile")
        return
    started = time.perf_counter()
    try:  # one pool of processes for all: each takes seconds to load torch
        count = sci.precompile(DOMAINS, arch=options.arch, jobs=options.jobs)
    except KeyboardInterrupt:  # as where the time allowed is over
        print("left out, as the time was over: kernels, in part", flush=True)
        raise SystemExit(1) from None
    print(f"{count} kernels after {time.perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
