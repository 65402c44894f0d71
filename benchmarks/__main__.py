"""``python -m benchmarks [DOMAIN ...]``: ratio tables of `sci` against its peers, on the same inputs in one process."""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import importlib
import itertools
import json
import math
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from typing import Any

import threadpoolctl
import torch

from benchmarks import refresh, report, verdicts
from benchmarks.cases import PEERS, Case, Context, free_memory, installed
from benchmarks.timing import Clock, copy_bandwidth, keep_memory, memory_beside, time_alternately

DOMAINS = ("special", "fft", "linalg", "matrix_functions", "sparse", "sparse_solvers", "interpolate")
APART = ("slice", "bars")
PATIENCE = 90.0  # seconds for a row of a run with --go-on


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "domains", nargs="*", metavar="DOMAIN", help=f"of {', '.join(DOMAINS)}; all by default; or slice, bars, refresh"
    )
    parser.add_argument("--device", default="cpu", help="cpu (default) or cuda")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of every library that lets itself be told")
    parser.add_argument("--out", metavar="FILE.json", help="also write the figures to a file")
    parser.add_argument("--cpu-time", action="store_true", help="the process's time, for a machine that is shared")
    parser.add_argument("--quick", action="store_true", help="fewer sizes, shorter blocks")
    parser.add_argument("--small", action="store_true", help="to rehearse: --quick, with little data and a call a row")
    parser.add_argument("--short", action="store_true", help="all sizes, shorter blocks")
    parser.add_argument("--seconds", type=float, help="end after this time, of which each domain gets its share")
    parser.add_argument("--groups", action="store_true", help="elementwise functions: a row per group of samples")
    parser.add_argument("--costs", action="store_true", help="special: single precision and gradients, per function")
    parser.add_argument("--go-on", action="store_true", help="keep the rows that --out has, and time the others")
    parser.add_argument(
        "--fill", type=int, metavar="N", help="call all once in N processes: caches of kernels are full"
    )
    parser.add_argument("--once", metavar="K/N", help=argparse.SUPPRESS)  # of those, the K-th
    parser.add_argument("-k", metavar="PATTERN", help="only functions whose name matches a regular expression")
    options = parser.parse_args()
    for domain in options.domains:
        if domain not in (*DOMAINS, *APART):
            parser.error(f"no domain {domain!r}: choose from {', '.join((*DOMAINS, *APART))}")
    options.quick = options.quick or options.small or bool(options.once)
    if options.go_on and not options.out:
        parser.error("--go-on needs --out")
    return options


class Saved:
    """The figures of a run, and the file that has them however the run ends.

    With --go-on a list beside it has the rows that were begun and have ended the process, or were ended with it after
    `PATIENCE` seconds: they are timed without peers, and the second time not at all.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.path = pathlib.Path(options.out) if options.out else None
        self.found: dict[str, Any] = {"command": sys.argv[1:], "rows": [], "overheads": []}
        self.begun: list[list[str]] = []
        if options.go_on and self.path and self.path.exists():
            self.found["rows"] = json.loads(self.path.read_text())["rows"]
        self.list = self.path.with_suffix(".begun") if self.path and options.go_on else None
        if self.list and self.list.exists():
            self.begun = json.loads(self.list.read_text())
        self.done = {(row["domain"], row["function"], row["arguments"]) for row in self.found["rows"]}
        self.last = time.perf_counter()

    def begin(self, domain: str, case: Case) -> int | None:
        """Return how often a row was begun before; None if it is done."""
        key = [domain, case.name, case.arguments]
        if tuple(key) in self.done:
            return None
        if self.list:
            self.list.write_text(json.dumps([*self.begun, key]))
            faulthandler.dump_traceback_later(PATIENCE, exit=True)
        return self.begun.count(key)

    def add(self, row: dict[str, Any]) -> None:
        """Take a row, and write all of them twice a minute."""
        self.found["rows"].append(row)
        if time.perf_counter() > self.last + 30:
            self.write()

    def write(self) -> None:
        """Write the file, if there is one."""
        if self.path:
            part = self.path.with_suffix(".part")
            part.write_text(json.dumps(self.found, indent=1))
            part.replace(self.path)
        self.last = time.perf_counter()

    def end(self) -> None:
        """Write the file at the end of a run that was not ended by one of its rows."""
        faulthandler.cancel_dump_traceback_later()
        self.write()
        if self.list:
            self.list.unlink(missing_ok=True)


class Run:
    """One run: its options, and the bandwidths it has measured."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.device = torch.device(options.device)
        if self.device.type == "cpu":
            os.environ.setdefault("JAX_PLATFORMS", "cpu")
        self.pattern = options.k or ""
        seconds, rounds = (0.03, 3) if options.quick else (0.09, 9) if options.short else (0.2, 7)
        slow_rounds = 3 if options.quick or options.short else 7
        if options.small:
            seconds, rounds, slow_rounds = 0.0, 1, 1
        self.clock = Clock(self.device, options.threads, seconds, rounds, options.cpu_time, slow_rounds)
        peers = tuple(peer for peer in PEERS if installed(peer, self.device))
        if options.once:
            peers = tuple(peer for peer in peers if peer != "jax")  # keeps nothing
        self.context = Context(self.device, options.quick, peers, options.small or bool(options.once))
        self.bandwidths: dict[int, float] = {}

    def wanted(self, name: str) -> bool:
        return re.search(self.pattern, name) is not None

    def bandwidth(self, bytes: int) -> float:
        """Return the copy speed at a size, rounded to powers of 2 since caches make it a matter of size."""
        size = max(10, bytes.bit_length())
        if size not in self.bandwidths:
            self.bandwidths[size] = copy_bandwidth(self.clock, 3 << (size - 2))
        return self.bandwidths[size]

    def cases(self, name: str, by_group: bool) -> Iterator[Case]:
        """Yield the cases of a domain that are asked for."""
        module = importlib.import_module(f"benchmarks.{name}")
        for case in module.cases(self.context, by_group) if name == "special" else module.cases(self.context):
            if self.wanted(case.name):
                yield case

    def once(self, domains: tuple[str, ...], part: str) -> None:
        """Call every N-th case once, whoever can."""
        first, step = map(int, part.split("/"))
        for domain in domains:
            for case in itertools.islice(self.cases(domain, False), first, None, step):
                for call in case.calls.values():
                    with contextlib.suppress(Exception):
                        call()

    def domain(self, name: str, by_group: bool, saved: Saved) -> Iterator[dict[str, Any]]:
        """Time the cases of a domain, one after the other, but those that are done."""
        for case in self.cases(name, by_group):
            tries = saved.begin(name, case)
            if tries is None:
                continue
            calls = {p: call for p, call in case.calls.items() if tries == 0 or (tries == 1 and p == "sci")}
            times, errors = time_alternately(calls, self.clock)
            errors |= dict.fromkeys(case.calls.keys() - calls.keys(), "the process was ended over it")
            row: dict[str, Any] = {"domain": name, "function": case.name, "arguments": case.arguments, "seconds": times}
            if case.group:
                row["group"] = case.group
            row["ratios"] = {p: t / times["sci"] for p, t in times.items() if p in PEERS and "sci" in times}
            if errors:
                row["errors"] = errors
            if case.bytes and "sci" in times:
                row["copy_share"] = case.bytes / times["sci"] / self.bandwidth(case.bytes)
                if self.device.type == "cuda":
                    row["beside"] = memory_beside(case.calls["sci"]) / case.bytes
            yield row
            del case
            if row.get("copy_share") and sum(row["seconds"].values()) > 1e-3:  # of a large one
                free_memory(self.context.peers, self.device)

    def costs(self) -> list[dict[str, Any]]:
        """Time what `cost_cases` of special yields."""
        from benchmarks import special

        keep_memory()
        return [
            {"function": name, "seconds": time_alternately(calls, self.clock)[0]}
            for name, calls in special.cost_cases(self.context, self.wanted)
        ]

    def overheads(self) -> Iterator[dict[str, Any]]:
        """Time calls on five numbers."""
        from benchmarks import special

        context = Context(self.device, self.context.quick, ("scipy",))
        for name, calls in special.overhead_cases(context):
            if self.wanted(name):
                yield {"function": name, "seconds": time_alternately(calls, self.clock)[0]}


def shared(end: float, parts: int) -> float:
    """Return when the first of some parts has to be over, of a run that ends at `end`."""
    now = time.perf_counter()
    return now + (end - now) / parts


def until(end: float, rows: Iterator[dict[str, Any]], what: str) -> Iterator[dict[str, Any]]:
    """Yield rows as long as there is time."""
    for count, row in enumerate(rows, 1):
        yield row
        if time.perf_counter() > end:
            print(f"left out, as the time was over: {what} after {count}")
            return


def lost(device: torch.device) -> bool:
    """Has an error left the process without a usable GPU?"""
    try:
        if device.type == "cuda":
            torch.cuda.synchronize()
    except RuntimeError:
        return True
    return False


def fill(count: int) -> int:
    """Call every case once, in so many processes."""
    own = sys.orig_argv
    at = own.index("--fill")
    running = [
        subprocess.Popen([sys.executable, *own[1:at], *own[at + 2 :], "--once", f"{k}/{count}"]) for k in range(count)
    ]
    try:
        return max(process.wait() for process in running)
    except KeyboardInterrupt:
        for process in running:
            process.terminate()
        for process in running:  # a signal waits for the end of what was called, and rows are timed next
            try:
                process.wait(1 / count)
            except subprocess.TimeoutExpired:
                process.kill()
        print("left out, as the time was over: kernels of the benchmarks, in part")
        return 1


def main() -> int:
    """Run the benchmarks; the exit status tells whether every domain could be timed."""
    if sys.argv[1:2] == ["refresh"]:
        return refresh.main(sys.argv[2:])
    options = parse()
    if options.fill:
        return fill(options.fill)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # `timeout` ends a run like Ctrl-C: its rows are printed
    torch.set_num_threads(options.threads)
    importlib.import_module("scipy.linalg")  # SciPy's BLAS has threads of its own; limits hold for what is loaded
    threadpoolctl.threadpool_limits(options.threads)
    warnings.filterwarnings("ignore")  # peers warn of overflows in samples that are there on purpose
    run = Run(options)
    start = time.perf_counter()
    end = start + (options.seconds or math.inf)
    if options.once:
        with contextlib.suppress(KeyboardInterrupt):  # the time is over, as `fill` says once for all
            run.once(tuple(options.domains) or DOMAINS, options.once)
        return 0
    where = report.machine(run.device, options.threads)
    print(", ".join(f"{key} {value}" for key, value in where.items()))
    print("python -m benchmarks " + " ".join(sys.argv[1:]), flush=True)
    saved = Saved(options)
    found = saved.found
    found["machine"] = where
    failed = interrupted = False
    if options.costs:
        found["costs"] = run.costs()
        report.print_costs(found["costs"], tuple(p for p in run.context.peers if p in ("scipy", "torch")))
    domains = () if options.costs else tuple(options.domains) or DOMAINS
    for k, domain in enumerate(domains):
        rows: list[dict[str, Any]] = []
        parts = len(domains) - k + (domain == "special")  # with the calls on five numbers
        try:
            new = run.domain(domain, options.groups, saved)
            for row in until(shared(end, parts), new, f"rows of {domain}"):
                rows.append(row)
                saved.add(row)
                if row.get("errors") and lost(run.device):
                    print(f"{row['function']} ({row['arguments']}) left no usable GPU: {row['errors']}", flush=True)
                    saved.write()
                    report.print_rows(domain, rows, run.context.peers)
                    return 1
            if domain == "special":
                found["overheads"] += until(shared(end, parts - 1), run.overheads(), "calls on five numbers")
        except KeyboardInterrupt:  # as where the time allowed is over: what was timed is printed
            print(f"interrupted after {len(rows)} rows of {domain}", flush=True)
            failed = interrupted = True
        except Exception as error:  # one domain's trouble must not cost the others' figures
            print(f"{domain} could not be timed after {len(rows)} rows: {type(error).__name__}: {error}", flush=True)
            failed = True
        report.print_rows(domain, rows, run.context.peers)
        if domain == "bars":
            print("\n".join(" | ".join(line) for line in verdicts.lines(found)))
        for row in rows:
            if "sci" in row.get("errors", {}):  # what peers cannot do is in the file
                print(f"{row['function']} ({row['arguments']}): {row['errors']['sci']}")
                failed = True
        if domain == "special":
            report.print_overheads(found["overheads"])
        if interrupted:
            print(
                f"left out, as the time was over: {domain} in part, {', '.join(domains[k + 1 :]) or 'no other domain'}"
            )
            break
    print(f"{time.perf_counter() - start:.0f} s", flush=True)
    saved.end()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
