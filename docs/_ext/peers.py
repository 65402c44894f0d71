"""The tables of `docs/coming-from`: which name of SciPy, CuPy, JAX and torch is which of `sci`."""

from __future__ import annotations

import csv
import importlib
import inspect
import pathlib
from typing import Any

from cards import OUT, write

from sci._core.cards import DOMAINS

HERE = pathlib.Path(__file__).resolve().parents[1]
PREFIX = {"cupy": "cupyx.scipy", "jax": "jax.scipy", "torch": "torch"}


def ours(domain: str, name: str) -> str:
    """Return a link to a function's page, or a dash where `sci` has none."""
    try:
        module = importlib.import_module(f"sci.{domain}")
    except ImportError:
        return "–"
    return f":doc:`sci.{domain}.{name} </generated/{domain}/{name}>`" if name in module.__all__ else "–"


def theirs(peer: str, domain: str, name: str, cell: str) -> tuple[str, str]:
    """Return a peer's name of a function and what restricts it there."""
    kind, _, text = cell.partition(":")
    if kind == "yes":
        return f"``{PREFIX[peer]}.{domain}.{name}``", text
    if kind in ("np", "equiv"):
        return f"``{text}``", ""
    return f"``{PREFIX[peer]}.{domain}.{name}``" if kind == "host" else "in part", text


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    text = ".. list-table::\n   :header-rows: 1\n\n"
    for row in (head, *rows):
        text += "   * - " + "\n     - ".join(cell or " " for cell in row) + "\n"
    return text + "\n"


def peer_table(peer: str) -> str:
    """Return the table of one peer's names, by domain."""
    with (HERE / "peers.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row[peer]]
    text = ""
    for domain in DOMAINS:
        lines = []
        for row in rows:
            if row["domain"] == domain:
                name, restriction = theirs(peer, domain, row["name"], row[peer])
                lines.append((name, ours(domain, row["name"]), restriction))
        if lines:
            text += f".. rubric:: {domain}\n\n" + table((peer, "sci", f"restricted in {peer} to"), lines)
    return text


def scipy_table() -> str:
    """Return how many of SciPy's public names exist, and those that do not."""
    rows = []
    for domain in DOMAINS:
        module = importlib.import_module(f"scipy.{domain}")
        names = {n for n in module.__all__ if not inspect.ismodule(getattr(module, n)) and n != "test"}
        missing = sorted(n for n in names if ours(domain, n) == "–")
        listed = ", ".join(f"``{n}``" for n in missing) or "–"
        rows.append((f"``{domain}``", f"{len(names) - len(missing)} of {len(names)}", listed))
    return table(("domain", "names", "not in sci"), rows)


def generate(app: Any) -> None:
    for peer in PREFIX:
        write(OUT / "peers" / f"{peer}.inc", peer_table(peer))
    write(OUT / "peers" / "scipy.inc", scipy_table())


def setup(app: Any) -> dict[str, bool]:
    app.connect("builder-inited", generate)
    return {"parallel_read_safe": True}
