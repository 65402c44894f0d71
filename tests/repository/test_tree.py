"""Tests about the tree itself: cards and headers match, generated files are fresh, docs and package agree."""

from __future__ import annotations

import ast
import importlib
import pathlib
import re
import subprocess
import sys

import pytest

from sci._core.cards import DOMAINS
from tools import sync
from tools.generate_operators import elementwise_cards

ROOT = pathlib.Path(__file__).resolve().parents[2]


def tracked() -> list[pathlib.Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_special_init_is_generated() -> None:
    assert (ROOT / "sci/special/__init__.py").read_text() == sync.special_init(), "run: python -m tools.sync"


def test_cards_and_headers_match() -> None:
    used = set()
    for path in (ROOT / "sci").glob("*/_*.py"):
        for name, header, _, arguments, *_ in elementwise_cards(path):
            assert (ROOT / "csrc" / header).is_file(), f"{name}: no header {header}"
            assert arguments, f"{name}: arguments before a slash"
            used.add(header)
    for header in (ROOT / "csrc" / "special").glob("*.h"):
        text = header.read_text()
        mentions = f"special/{header.name}" in used or "card" not in text.split("\n\n")[0]
        assert mentions, f"{header.name} names a card that does not use it"


def test_every_table_belongs_to_a_card() -> None:
    names = {card[0] for path in (ROOT / "sci").glob("*/_*.py") for card in elementwise_cards(path)}
    tables = {path.stem for path in (ROOT / "tests").glob("*/tables/*.csv")}
    assert tables == names


@pytest.mark.parametrize("domain", DOMAINS)
def test_public_names_are_declared(domain: str) -> None:
    module = importlib.import_module(f"sci.{domain}")
    assert len(set(module.__all__)) == len(module.__all__)
    for name in module.__all__:
        thing = getattr(module, name)
        base = isinstance(thing, type) and any(
            issubclass(getattr(module, other), thing) and other != name
            for other in module.__all__
            if isinstance(getattr(module, other), type)
        )
        if callable(thing) and not base and not (isinstance(thing, type) and issubclass(thing, (Exception, Warning))):
            names = {f"{domain}.{name}", f"{domain}.{getattr(thing, '__name__', name)}"}  # t_roots is roots_chebyt
            declared = hasattr(thing, "card") or names & function_names()
            assert declared, f"sci.{domain}.{name} has no card"


def function_names() -> set[str]:
    from sci._core.cards import function_cards

    return set(function_cards)


def test_the_library_imports_no_reference() -> None:
    """SciPy only inside functions, where a host route is marked; mpmath never."""
    for path in (ROOT / "sci").rglob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
            assert not any(n.split(".")[0] == "mpmath" for n in names), path
        top = [n for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]
        for node in top:
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            assert not any(n.split(".")[0] == "scipy" for n in names), f"{path} imports SciPy at its top"


def test_differences_name_what_exists() -> None:
    text = (ROOT / "docs" / "differences.md").read_text()
    for domain, name in re.findall(r"`(linalg|fft|special|sparse|interpolate)\.(\w+)`", text):
        assert hasattr(importlib.import_module(f"sci.{domain}"), name), f"docs/differences.md: {domain}.{name}"


def test_docstring_sections_are_in_order() -> None:
    order = ["Parameters", "Returns", "Yields", "Raises", "Warns", "See Also", "Notes", "References", "Examples"]
    for domain in DOMAINS:
        module = importlib.import_module(f"sci.{domain}")
        for name in module.__all__:
            text = getattr(module, name).__doc__ or ""
            found = [line.strip() for line, under in zip(text.splitlines(), text.splitlines()[1:], strict=False)
                     if line.strip() in order and set(under.strip()) == {"-"}]  # fmt: skip
            assert found == sorted(found, key=order.index), f"sci.{domain}.{name}: {found}"


def test_no_control_characters() -> None:
    r"""Such as the backspace that ``\b`` of a formula becomes in a string that is not raw."""
    for path in tracked():
        if path.suffix in (".py", ".h", ".cpp", ".md", ".rst"):
            found = re.search(r"[\x00-\x08\x0b-\x1f]", path.read_text())
            assert not found, f"{path.relative_to(ROOT)}: {found.group() if found else ''!r}"


def test_no_file_is_too_long() -> None:
    for path in tracked():
        if path.suffix in (".py", ".h", ".cpp") and path.parts[len(ROOT.parts)] in (
            "sci",
            "csrc",
            "tools",
            "benchmarks",
        ):
            lines = len(path.read_text().splitlines())
            assert lines <= 700, f"{path.relative_to(ROOT)} has {lines} lines"


def test_generated_operators_read_cards_as_syntax(tmp_path: pathlib.Path) -> None:
    run = [sys.executable, str(ROOT / "tools" / "generate_operators.py"), str(tmp_path)]
    subprocess.run(run, check=True)
    before = {p.name: p.stat().st_mtime_ns for p in tmp_path.iterdir() if p.suffix == ".cpp"}
    subprocess.run(run, check=True)
    assert before == {p.name: p.stat().st_mtime_ns for p in tmp_path.iterdir() if p.suffix == ".cpp"}
    assert "table.cpp" in before
