"""Prints the tables of a run and keeps the figures."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import statistics
import subprocess
from typing import Any

import rich.box
import rich.markup
import torch
from rich.console import Console
from rich.table import Table

Row = dict[str, Any]


def console() -> Console:
    """Return a console that is as wide as the tables also where the output is a file."""
    plain = Console()
    return plain if plain.is_terminal else Console(width=160)


def duration(seconds: float) -> str:
    """Return a time with three digits and its unit."""
    for unit, factor in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= factor:
            return f"{seconds / factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def ratio(value: float | None) -> str:
    """Return a ratio; the reader looks for those below 1."""
    if value is None:
        return "-"
    text = f"{value:.2f}" if value < 100 else f"{value:.0f}"
    return text if value >= 1 else f"[bold red]{text}[/]"


def print_rows(title: str, rows: list[Row], peers: tuple[str, ...]) -> None:
    """Print times of sci, per peer how many times faster sci is, and what a call costs in other calls of sci."""
    table = Table(title=f"{title}: times faster than the peer (above 1: sci is faster)", box=rich.box.SIMPLE_HEAD)
    for heading in ("function", "arguments"):
        table.add_column(heading)
    shown = [peer for peer in peers if any(peer in row["ratios"] for row in rows)]
    units = sorted({name for row in rows for name in row["seconds"]} - {"sci", *peers})
    for heading in ("sci", *shown, *(f"cost in {unit}" for unit in units), "copy speed"):
        table.add_column(heading, justify="right")
    for row in rows:
        ratios = [ratio(row["ratios"].get(peer)) for peer in shown]
        share = f"{100 * row['copy_share']:.0f} %" if row.get("copy_share") else "-"
        own = row["seconds"].get("sci")
        costs = [own / t if own and (t := row["seconds"].get(unit)) else None for unit in units]
        time = duration(own) if own else "failed"
        table.add_row(
            rich.markup.escape(row["function"]),
            row["arguments"],
            time,
            *ratios,
            *("-" if c is None else f"{c:.2f}" for c in costs),
            share,
        )
    if len(rows) > 1:
        table.add_section()
        kept = {peer: [row["ratios"][peer] for row in rows if peer in row["ratios"]] for peer in shown}
        for title, act in (("geometric mean", statistics.geometric_mean), ("lowest", min)):
            table.add_row(title, "", "", *[ratio(act(kept[peer])) for peer in shown], *[""] * len(units), "")
    console().print(table)


def print_overheads(rows: list[Row]) -> None:
    """Print what calls on five numbers cost, and the plain call in units of SciPy's ufunc."""
    table = Table(title="calls on 5 numbers (ratio: to SciPy's; below 1: sci is faster)", box=rich.box.SIMPLE_HEAD)
    table.add_column("function")
    for heading in ("call", "number with tensor", "with gradient", "SciPy", "ratio"):
        table.add_column(heading, justify="right")
    for row in rows:
        times = row["seconds"]
        shown = [duration(times[key]) if key in times else "-" for key in ("sci", "number", "gradient", "scipy")]
        both = {"sci", "scipy"} <= times.keys()
        table.add_row(row["function"], *shown, f"{times['sci'] / times['scipy']:.2f}" if both else "-")
    console().print(table)


def print_costs(rows: list[Row], peers: tuple[str, ...]) -> None:
    """Print what peers, single precision and a backward pass take in units of the call in double precision."""
    table = Table(title="special: times in units of the call in float64", box=rich.box.SIMPLE_HEAD)
    headings = (*peers, "float32", "gradient", "last argument's")
    table.add_column("function")
    for heading in ("float64", *headings):
        table.add_column(heading, justify="right")
    kept: dict[str, list[float]] = {heading: [] for heading in headings}
    for row in rows:
        times = row["seconds"]
        units = {heading: times[heading] / times["sci"] for heading in headings if heading in times}
        for heading, value in units.items():
            kept[heading].append(value)
        shown = [f"{units[heading]:.2f}" if heading in units else "-" for heading in headings]
        table.add_row(row["function"], duration(times["sci"]), *shown)
    table.add_section()
    for title, act in (("geometric mean", statistics.geometric_mean), ("lowest", min), ("highest", max)):
        table.add_row(title, "", *[f"{act(kept[h]):.2f}" if kept[h] else "-" for h in headings])
    console().print(table)


def machine(device: torch.device, threads: int) -> dict[str, Any]:
    """Say where the figures are from."""
    name = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as file:
            name = next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    found: dict[str, Any] = {"cpu": name, "threads": threads, "python": platform.python_version()}
    for module in ("torch", "scipy", "numpy", "cupy", "jax"):
        try:
            found[module] = __import__(module).__version__
        except ImportError:
            continue
    if device.type == "cuda":
        found["gpu"], found["cuda"] = torch.cuda.get_device_name(device), torch.version.cuda
        asked = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
        if shutil.which(asked[0]):
            found["driver"] = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split("\n")[0]
        found["cudss"] = importlib.util.find_spec("nvmath") is not None
    return found
