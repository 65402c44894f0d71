"""Tables of what the GPU kernels need: ``python -m tools.kernel_report FILE.csv``, of `tools.compile_kernels --report`.

Prints Markdown: what NVRTC takes per domain (the cold start), how registers and spills are spread, and the heaviest
kernels, by the bytes of spilled registers that they move and then by their stack.
"""

from __future__ import annotations

import argparse
import csv
import re
import statistics
from collections.abc import Iterable

from tools.cubin import Resources, Spills

Row = dict[str, str]
HEAVIEST = 20


def domain(row: Row) -> str:
    """Return whose kernel it is."""
    return "special" if "Elementwise<" in row["kernel"] else row["sources"].split(",")[0]


def short(kernel: str) -> str:
    """Return a kernel's name without what all of them share."""
    body = re.sub(r"\bsci::|\bcall_", "", kernel.partition("<")[2].removesuffix(">"))
    return re.sub(r"\s+", " ", body)


def number(row: Row, key: str) -> int:
    return int(row[key] or 0)


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table."""
    head = list(head)
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def summary(rows: list[Row]) -> str:
    """Return a line per domain: the kernels, their compile times, registers and spills."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(domain(row), []).append(row)
    lines = []
    for name, group in [*sorted(groups.items()), ("all", rows)]:
        seconds = sorted(float(row["seconds"]) for row in group)
        registers = sorted(number(row, "registers") for row in group)
        spilling = sum(number(row, "stores") > 0 for row in group)
        stack = max(number(row, "stack") for row in group)
        times = (f"{statistics.median(seconds):.2f}", f"{seconds[-1]:.1f}", f"{sum(seconds):.0f}")
        lines.append((name, len(group), *times, registers[len(registers) // 2], registers[-1], spilling, stack))
    head = ("domain", "kernels", "median s", "slowest s", "all s", "median registers", "most", "spill", "largest stack")
    return table(head, lines)


def heaviest(rows: list[Row]) -> str:
    """Return the kernels that move most spilled bytes, then those with the largest stack."""
    rows = sorted(rows, key=lambda row: (-number(row, "stores") - number(row, "loads"), -number(row, "stack")))
    keys = (*Resources._fields, *Spills._fields)
    lines = [(f"`{short(row['kernel'])}`", *(number(row, key) for key in keys), row["seconds"]) for row in rows]
    return table(("kernel", *keys, "seconds"), lines[:HEAVIEST])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="what `python -m tools.compile_kernels --report FILE.csv` has written")
    options = parser.parse_args()
    with open(options.file, newline="") as file:
        rows = list(csv.DictReader(file))
    for arch in sorted({row["arch"] for row in rows}):
        chosen = [row for row in rows if row["arch"] == arch]
        print(f"{arch}\n\n{summary(chosen)}\n\n{heaviest(chosen)}\n")


if __name__ == "__main__":
    main()
