"""Compile every kernel for the GPU at hand into the cache, domain by domain: ``python -m tools.fill_cache``."""

from __future__ import annotations

import argparse
import time

import sci

DOMAINS = ("special", "linalg", "fft", "sparse", "interpolate")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if options.device != "cuda":
        print("no GPU: nothing to compile")
        return
    started = time.perf_counter()
    for k, domain in enumerate(DOMAINS):
        try:
            count = sci.precompile(domain, jobs=options.jobs)
        except KeyboardInterrupt:  # as where the time allowed is over
            print(f"left out, as the time was over: kernels of {', '.join(DOMAINS[k:])}, in part", flush=True)
            raise SystemExit(1) from None
        print(f"{domain}: {count} kernels after {time.perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
