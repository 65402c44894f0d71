"""Reference tables: high-precision values and derivatives at a card's samples, frozen with their provenance."""

from __future__ import annotations

import ast
import csv
import dataclasses
import hashlib
import inspect
import math
import pathlib
from typing import Any

from sci._core.cards import ElementwiseCard


@dataclasses.dataclass
class Row:
    """One sample: a group's name, arguments, values (one per output) and partials (per argument, per output)."""

    signature: str
    precision: str
    group: str
    args: tuple[Any, ...]
    values: tuple[Any, ...]
    partials: tuple[Any, ...]


@dataclasses.dataclass
class Table:
    """A card's reference table: what made it, and its rows."""

    provenance: dict[str, str]
    rows: list[Row]


def table_path(card: ElementwiseCard, root: pathlib.Path | None = None) -> pathlib.Path:
    """Return where the table of a card lies: in a checkout (`root`; by default the library's own), or in the wheel."""
    name = f"{card.name}.csv"
    inside = pathlib.Path(__file__).resolve().parent / "reference" / card.domain / name
    if root is None and inside.is_file():
        return inside
    return (root or pathlib.Path(__file__).resolve().parents[2]) / "tests" / card.domain / "tables" / name


def card_hash(card: ElementwiseCard) -> str:
    """Hash what a table depends on: the reference and the samples of the card, as syntax."""
    module = inspect.getmodule(card.function)
    tree = ast.parse(inspect.getsource(module))  # type: ignore[arg-type]
    names = set()
    text = ""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == card.name and node.decorator_list:
            for decorator in node.decorator_list:
                for keyword in getattr(decorator, "keywords", []):
                    if keyword.arg in ("reference", "samples"):
                        text += ast.unparse(keyword.value)
                        names |= {n.id for n in ast.walk(keyword.value) if isinstance(n, ast.Name)}
    # What they call in the same file counts as well.
    for node in tree.body:
        assigned = [t.id for t in getattr(node, "targets", []) if isinstance(t, ast.Name)]
        if (isinstance(node, ast.FunctionDef) and not node.decorator_list and node.name in names) or names & set(
            assigned
        ):
            text += ast.unparse(node)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write_table(path: pathlib.Path, table: Table) -> None:
    """Write a table as CSV; lines of provenance stand above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        for key, value in table.provenance.items():
            file.write(f"# {key}: {value}\n")
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["signature", "precision", "group", "args", "values", "partials"])
        for row in table.rows:
            cells = [" ".join(_text(x) for x in part) for part in (row.args, row.values, row.partials)]
            out.writerow([row.signature, row.precision, row.group, *cells])


def read_table(path: pathlib.Path) -> Table:
    """Read what `write_table` wrote."""
    provenance: dict[str, str] = {}
    rows = []
    with path.open(newline="") as file:
        lines = file.readlines()
    body = [line for line in lines if not line.startswith("#")]
    for line in lines:
        if line.startswith("# "):
            key, _, value = line[2:].strip().partition(": ")
            provenance[key] = value
    for row in csv.DictReader(body):
        kinds = row["signature"]
        args = tuple(
            int(text) if kind == "i" else _number(text) for text, kind in zip(row["args"].split(), kinds, strict=True)
        )
        values = tuple(_number(text) for text in row["values"].split())
        partials = tuple(_number(text) for text in row["partials"].split())
        rows.append(Row(kinds, row["precision"], row["group"], args, values, partials))
    return Table(provenance, rows)


def _text(x: Any) -> str:
    if isinstance(x, complex):
        return f"{x.real!r}|{x.imag!r}"
    return "-" if x is None else repr(x)


def _number(text: str) -> Any:
    if text == "-":
        return None
    if "|" in text:
        re, im = text.split("|")
        return complex(float(re), float(im))
    return float(text)


def points_condition(row: Row, output: int, outputs: int) -> float:
    """Return how many ulp of a value one ulp in each argument makes: sum of ``|x df/dx| / |f|``."""
    value = abs(row.values[output])
    if not 0 < value < math.inf:
        return 0.0
    total = 0.0
    for i, x in enumerate(row.args):
        d = row.partials[i * outputs + output]
        if d is not None and 0 < abs(d) < math.inf and x != 0:
            # By logarithms: a subnormal value or a huge derivative overflows a quotient that the product brings back.
            total += math.exp(min(700.0, math.log(abs(x)) + math.log(abs(d)) - math.log(value)))
    return total
