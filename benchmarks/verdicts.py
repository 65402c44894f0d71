"""Holds the rows of `benchmarks.bars` against the bars: ``python -m benchmarks.verdicts FILE.json [KERNELS.csv]``.

Prints the page of a run in Markdown: machine, versions and command, a line per bar, the twenty rows that are furthest
from the floor with what their kernels need (of `tools.compile_kernels --report`, made without a GPU), and all rows.
"""

from __future__ import annotations

import csv
import json
import re
import statistics
import sys
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from benchmarks.refresh import table, tables
from benchmarks.report import duration

Row = dict[str, Any]
Figure = Callable[[Row], "float | None"]
SLOWEST = 20

# A double's 16 bytes cross the memory of a GPU in the time of some 60 fused products in double precision: these need
# fewer (polynomials, an exponential or a logarithm), so that the memory decides what they take.
LIGHT = {
    f"special.{name}"
    for name in ("entr", "exp2", "expit", "expm1", "huber", "kl_div", "log1p", "pseudo_huber", "radian", "rel_entr",
                 "round", "erf", "xlogy", "cbrt")
}  # fmt: skip


class Bar(NamedTuple):
    """A figure of each row of a group, what is made of them, and the limit."""

    title: str
    group: str
    figure: Figure
    limit: float
    summary: str = "lowest"  # or "highest" or "geometric mean"
    rows: str = ""  # a regular expression for "function, arguments"


def _peer(name: str) -> Figure:
    return lambda row: row["ratios"].get(name)


def _value(key: str) -> Figure:
    return lambda row: row.get(key)


def _cost(unit: str) -> Figure:
    def cost(row: Row) -> float | None:
        times = row["seconds"]
        return times["sci"] / times[unit] if "sci" in times and unit in times else None

    return cost


def bars() -> list[Bar]:
    """Return all of them."""
    found = []
    for size in (1_000_000, 100_000_000):
        rows, of = f", {size} ", f"special at {size}"
        light = f"^({'|'.join(map(re.escape, sorted(LIGHT)))}){rows}"
        found += [
            Bar(f"{of}: CuPy's time", "special", _peer("cupy"), 1.3, "geometric mean", rows),
            Bar(f"{of}: CuPy's time", "special", _peer("cupy"), 0.9, rows=rows),
            Bar(f"{of}: torch's time", "special", _peer("torch"), 0.9, rows=rows),
            Bar(f"{of}: double's time of single precision", "special", _value("to_double"), 1.7, rows=rows),
            Bar(f"{of}: copy speed, memory-bound", "special", _value("copy_share"), 0.85, rows=light),
        ]
    found += [
        Bar("special: memory beside the result, in inputs and results", "special", _value("beside"), 0.01, "highest"),
        Bar("call on a small tensor: torch's time", "small", _peer("torch"), 1 / 1.3),
        Bar("call on a small tensor: CuPy's time", "small", _peer("cupy"), 1.0),
        Bar("fft: in cuFFT's rfft", "fft", _cost("rfft"), 1.3, "highest"),
        Bar("fft: CuPy's time", "fft", _peer("cupy"), 1.0),
    ]
    for name in ("qr", "eigh", "svd"):
        found += [
            Bar(f"linalg.{name}, batches: {peer}'s time", "linalg", _peer(peer), 10.0, rows=f"^linalg.{name},")
            for peer in ("torch", "cupy", "jax")
        ]
    return found + [
        Bar("sparse: copy speed of A @ x", "sparse", _value("copy_share"), 0.85),
        Bar("sparse: CuPy's time of conjugate gradients", "solvers", _peer("cupy"), 1 / 0.7, rows="^cg"),
        Bar("interpolate: CuPy's time of evaluation", "interpolate", _peer("cupy"), 3.0),
    ]


def _pair(rows: Iterable[Row]) -> None:
    """Give rows in single precision the time of the same row in double precision, in their own."""
    times = {(row["function"], row["arguments"]): row["seconds"].get("sci") for row in rows}
    for row in rows:
        if "float32" in row["arguments"]:
            double = times.get((row["function"], row["arguments"].replace("float32", "float64")))
            if double and (single := row["seconds"].get("sci")):
                row["to_double"] = double / single


def verdict(bar: Bar, rows: Iterable[Row]) -> tuple[str, str, str, str]:
    """Return a bar's line: what it asks, what was measured, where, and whether it is met."""
    names = {id(row): f"{row['function']}, {row['arguments']}" for row in rows}
    of = [row for row in rows if row.get("group") == bar.group and re.search(bar.rows, names[id(row)])]
    found = [(value, names[id(row)]) for row in of if (value := bar.figure(row)) is not None]
    sign = "at most" if bar.summary == "highest" else "at least"
    asks = f"{bar.title}, {bar.summary} {sign} {bar.limit:.3g}"
    failed = sum("sci" in row.get("errors", {}) for row in of)
    trouble = f"; {failed} rows failed" if failed else ""
    if not found:
        return asks, "-", f"no row{trouble}", "not measured"
    values = [value for value, _ in found]
    if bar.summary == "geometric mean":
        measured, place = statistics.geometric_mean(values), f"{len(values)} rows"
    else:
        measured, place = (max if bar.summary == "highest" else min)(found)
        beyond = sum(v > bar.limit if bar.summary == "highest" else v < bar.limit for v in values)
        place += f"; {beyond} of {len(values)} rows beyond the limit"
    met = measured <= bar.limit if bar.summary == "highest" else measured >= bar.limit
    return asks, f"{measured:.3g}", place + trouble, "met" if met and not failed else "**not met**"


def lines(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Return the line of each bar, and of what a time does not tell."""
    rows = [row for row in found["rows"] if row.get("group")]
    _pair(rows)
    cudss = found["machine"].get("cudss")
    said = "-" if cudss is None else "cuDSS" if cudss else "not installed: by other means"
    return [verdict(bar, rows) for bar in bars()] + [
        ("spsolve through cuDSS", said, "", "met" if cudss else "not measured")
    ]


def slowest(found: dict[str, Any], kernels: str | None) -> str:
    """Return the elementwise functions furthest from the time that their memory takes, with their kernels' needs."""
    largest = max((_count(row) for row in found["rows"] if row.get("copy_share")), default=0)
    rows = [row for row in found["rows"] if row.get("group") == "special" and row.get("copy_share")]
    rows = sorted((row for row in rows if _count(row) == largest), key=lambda row: row["copy_share"])[:SLOWEST]
    resources: dict[tuple[str, str], Row] = {}
    if kernels:
        with open(kernels, newline="") as file:
            for row in csv.DictReader(file):
                if match := re.search(r"Elementwise<sci::(?:call_)?(\w+), (float|double),", row["kernel"]):
                    resources[match[1], {"float": "float32", "double": "float64"}[match[2]]] = row
    head = ["function", "arguments", "time", "of copy speed", "registers", "stack", "spills, stored and loaded"]
    body = []
    for row in rows:
        name, kind = row["function"].removeprefix("special."), row["arguments"].split()[-1]
        needs = resources.get((name, kind), {})
        shown = [needs.get(key, "-") for key in ("registers", "stack")]
        shown.append(f"{needs['stores']} and {needs['loads']}" if needs else "-")
        share = f"{100 * row['copy_share']:.2g} %"
        body.append([f"`{row['function']}`", row["arguments"], duration(row["seconds"]["sci"]), share, *shown])
    return table(head, body)


def _count(row: Row) -> int:
    first = row["arguments"].split()[0]
    return int(first) if first.isdigit() else 0


def page(found: dict[str, Any], kernels: str | None) -> str:
    """Return the whole page."""
    command = " ".join(["python -m benchmarks", *found["command"]])
    where = ", ".join(f"{key} {value}" for key, value in found["machine"].items())
    return "\n\n".join(
        [
            "# On a GPU",
            f"{where}.",
            f"`{command}`, medians by events of the device (JAX: of the host's clock, until its result is there).",
            "## Bars",
            table(["bar", "measured", "where", ""], [list(line) for line in lines(found)]),
            f"## The {SLOWEST} furthest from the floor",
            "The floor is the time of copying as many bytes, measured in the same run.",
            slowest(found, kernels),
            "## All rows",
            tables(found),
        ]
    )


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        print(page(json.load(file), sys.argv[2] if len(sys.argv) > 2 else None))
