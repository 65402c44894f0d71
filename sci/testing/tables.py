"""Reference tables: high-precision values and derivatives at a card's samples, frozen with their provenance."""

from __future__ import annotations

import ast
import csv
import dataclasses
import functools
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
    path = _file_of(card)
    text, names = _declared(path, card.name)
    # What they call in the same file counts as well.
    here = _definitions(path)
    nodes = {id(here[name]) for name in names if isinstance(here.get(name), ast.FunctionDef | ast.Assign)}
    for node in _tree(path).body:
        if id(node) in nodes:
            text += ast.unparse(node)
    return _digest(text)


def helpers_hash(card: ElementwiseCard) -> str:
    """Hash what the reference and the samples call beyond that: helpers' helpers, and those of files beside the card's.

    Docstrings and comments do not count. Empty where there is nothing further.
    """
    path = _file_of(card)
    _, names = _declared(path, card.name)
    direct = {(path, name) for name in names}
    found: dict[tuple[pathlib.Path, str], str] = {}
    seen: set[tuple[pathlib.Path, str]] = set()
    todo = sorted(direct)
    while todo:
        place = todo.pop()
        if place in seen:
            continue
        seen.add(place)
        what = _definitions(place[0]).get(place[1])
        if isinstance(what, tuple):
            todo.append(what)
        elif what is not None:
            if place not in direct or isinstance(what, ast.AnnAssign):
                found[place] = ast.unparse(_without_docstring(what))
            todo += [(place[0], name) for name in _names(what)]
    texts = [found[place] for place in sorted(found, key=lambda place: (place[0].stem, place[1]))]
    return _digest("\n".join(dict.fromkeys(texts))) if texts else ""


def _file_of(card: ElementwiseCard) -> pathlib.Path:
    return pathlib.Path(inspect.getsourcefile(inspect.getmodule(card.function)))  # type: ignore[arg-type]


@functools.cache
def _tree(path: pathlib.Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _declared(path: pathlib.Path, name: str) -> tuple[str, set[str]]:
    """Return the reference and the samples in a card's declaration, as text, and the names in them."""
    text, names = "", set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            for decorator in node.decorator_list:
                for keyword in getattr(decorator, "keywords", []):
                    if keyword.arg in ("reference", "samples"):
                        text += ast.unparse(keyword.value)
                        names |= _names(keyword.value)
    return text, names


def card_partials(card: ElementwiseCard) -> dict[str, str]:
    """Return the expression of each argument's partial derivative as the card's declaration has it, for reading."""
    path = _file_of(card)
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef) and node.name == card.name and node.decorator_list:
            for keyword in getattr(node.decorator_list[0], "keywords", []):
                if keyword.arg == "partials" and isinstance(keyword.value, ast.Tuple):
                    rules = [_expression(path, rule) for rule in keyword.value.elts]
                    if len(rules) == len(card.arguments):
                        return dict(zip(card.arguments, rules, strict=True))
                elif keyword.arg == "partials":
                    text = _expression(path, keyword.value)
                    return dict.fromkeys((", ".join(card.arguments),), text)
    return {}


def _expression(path: pathlib.Path, rule: ast.expr) -> str:
    """Return the body of a lambda, the source of a function or the expression itself."""
    if isinstance(rule, ast.Lambda):
        return ast.unparse(rule.body)
    found = _definitions(path).get(rule.id) if isinstance(rule, ast.Name) else None
    if isinstance(found, ast.stmt):
        return ast.unparse(found)
    return ast.unparse(rule)


@functools.cache
def _definitions(path: pathlib.Path) -> dict[str, ast.stmt | tuple[pathlib.Path, str]]:
    """Return what a file's names mean: the statement that defines them, or the file beside it that they are from."""
    found: dict[str, ast.stmt | tuple[pathlib.Path, str]] = {}
    for node in _tree(path).body:
        if isinstance(node, ast.FunctionDef):
            if not any(_names(decorator) & {"elementwise", "function"} for decorator in node.decorator_list):
                found[node.name] = node
        elif isinstance(node, ast.Assign):
            found |= {target.id: node for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = node
        elif isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
            beside = path.parent / f"{node.module}.py"
            if beside.is_file():
                found |= {name.asname or name.name: (beside, name.name) for name in node.names}
    return found


def _without_docstring(node: ast.stmt) -> ast.stmt:
    if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
        return ast.FunctionDef(**{**dict(ast.iter_fields(node)), "body": node.body[1:] or [ast.Pass()]}, lineno=0)
    return node


def _digest(text: str) -> str:
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
