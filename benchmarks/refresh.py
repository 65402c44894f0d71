"""Figures of the performance page, anew: ``python -m benchmarks refresh [--only REGEX] [--list]``.

Runs each benchmark that ``docs/performance.md`` names, one after the other, and puts its tables into
``docs/performance-tables.md``, a section per command with the commit and the machine it ran on. Sections of commands
that were not run stay as they are, and those of commands that the page no longer names go.
"""

from __future__ import annotations

import argparse
import datetime
import json
import pathlib
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
from typing import Any

from benchmarks.report import duration

DOCS = pathlib.Path(__file__).resolve().parents[1] / "docs"
HEAD = """# Tables of the benchmarks

What the commands of {doc}`performance` print: the time of `sci`, and how many times as long the others take.
`python -m benchmarks refresh` makes this page.

"""
Row = dict[str, Any]


def commands(text: str) -> list[str]:
    """Return the benchmarks that a page's sections name; the list of ways to call at its head is none of them."""
    body = text.partition("\n## ")[2]
    found = re.findall(r"python\s+-m\s+benchmarks\s+(\w[^`\n]*(?:\n[^`\n]+)*?)\s*(?=`|\n\n|\n```)", body)
    return list(dict.fromkeys(" ".join(command.split()) for command in found))


def sections(text: str) -> dict[str, str]:
    """Return the page's sections by command."""
    parts = re.split(r"^## `python -m benchmarks (.*)`\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def tables(found: dict[str, Any]) -> str:
    """Return a run's figures in Markdown."""
    texts = []
    by_domain: dict[str, list[Row]] = {}
    for row in found["rows"]:
        by_domain.setdefault(row["domain"], []).append(row)
    for rows in by_domain.values():
        peers = sorted({peer for row in rows for peer in row["ratios"]})
        lines = [
            [f"`{row['function']}`", row["arguments"], duration(row["seconds"]["sci"])]
            + [f"{row['ratios'][peer]:.2f}" if peer in row["ratios"] else "-" for peer in peers]
            for row in rows
            if "sci" in row["seconds"]
        ]
        for title, act in (("geometric mean", statistics.geometric_mean), ("lowest", min)):
            kept = [[row["ratios"][peer] for row in rows if peer in row["ratios"]] for peer in peers]
            lines.append([f"**{title}**", "", "", *(f"{act(values):.2f}" for values in kept)])
        texts.append(table(["function", "arguments", "`sci`", *peers], lines))
    for key, first in (("overheads", "call on 5 numbers"), ("costs", "time")):
        measured: list[Row] = found.get(key, [])
        others = sorted({name for row in measured for name in row["seconds"]} - {"sci"})
        lines = []
        for row in measured:
            times = row["seconds"]
            lines.append(
                [f"`{row['function']}`", *(duration(times[n]) if n in times else "-" for n in ("sci", *others))]
            )
        if lines:
            texts.append(table([first, "`sci`", *others], lines))
    return "\n\n".join(texts)


def run(command: str) -> str:
    """Run one benchmark and return its section; what went wrong stands in it."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks", *shlex.split(command), "--out", file.name], check=False
        )
        text = pathlib.Path(file.name).read_text()
    if not text:
        return f"It ended with status {done.returncode} and without figures."
    found = json.loads(text)
    where = ", ".join(f"{key} {value}" for key, value in found["machine"].items())
    return f"{datetime.date.today()}, commit {commit()}, {where}.\n\n{tables(found)}"


def commit() -> str:
    """Say what was measured."""
    asked = ["git", "-C", str(DOCS.parent), "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def main(arguments: list[str]) -> int:
    """Run the commands and write the page."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks refresh", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", metavar="REGEX", help="only commands that match a regular expression")
    parser.add_argument("--list", action="store_true", help="print the commands and run none")
    options = parser.parse_args(arguments)
    named = commands((DOCS / "performance.md").read_text())
    chosen = [command for command in named if re.search(options.only, command)]
    if not chosen:
        parser.error(f"no command of the page matches {options.only!r}: {'; '.join(named)}")
    if options.list:
        print("\n".join(f"python -m benchmarks {command}" for command in chosen))
        return 0
    page = DOCS / "performance-tables.md"
    for command in chosen:
        kept = sections(page.read_text()) if page.is_file() else {}
        kept[command] = run(command)
        parts = [f"## `python -m benchmarks {name}`\n\n{kept[name]}\n" for name in named if name in kept]
        page.write_text(HEAD + "\n".join(parts))
    return 0
