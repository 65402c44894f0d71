"""Write the files that follow from the cards: ``python -m tools.sync [--check]``.

``sci/special/__init__.py`` re-exports every public function that a card file of `sci/special` defines, explicitly, so
that type checkers and readers see the names. ``--check`` writes nothing and fails where a file is stale.
"""

from __future__ import annotations

import argparse
import ast
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[1]
HEAD = '''"""Special functions: ``scipy.special`` on tensors, differentiable in every continuous argument."""

# Written by `python -m tools.sync` from the cards in this folder.
from __future__ import annotations

'''


def public_names(path: pathlib.Path) -> list[str]:
    """Return the public functions that a card file declares, or what its ``__all__`` lists."""
    names = []
    for node in ast.parse(path.read_text(), str(path)).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return list(ast.literal_eval(node.value))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in names:
            names += [t.id for t in node.targets if isinstance(t, ast.Name)]  # a second name
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            continue
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") in ("elementwise", "function"):
                flags = {k.arg: getattr(k.value, "value", None) for k in decorator.keywords}
                if flags.get("public", True):
                    names.append(node.name)
    return names


def natural(name: str) -> list[tuple[int, str]]:
    """Sort key of the linter's order: numbers inside names count as numbers (exp2 before exp10)."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def import_line(stem: str, names: list[str]) -> str:
    """Return one import as the formatter writes it."""
    line = f"from .{stem} import {', '.join(names)}"
    return line if len(line) <= 120 else f"from .{stem} import (\n" + "".join(f"    {n},\n" for n in names) + ")"


def special_init() -> str:
    """Return the text of ``sci/special/__init__.py``."""
    exported, lines = [], []
    for path in sorted((ROOT / "sci" / "special").glob("_*.py")):
        names = [] if path.stem == "__init__" else sorted(public_names(path), key=natural)
        if names:
            lines.append(import_line(path.stem, names))
            exported += names
    listed = "".join(f'    "{name}",\n' for name in sorted(exported, key=natural))
    return HEAD + "\n".join(lines) + f"\n\n__all__ = [\n{listed}]\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is stale")
    options = parser.parse_args()
    path, text = ROOT / "sci" / "special" / "__init__.py", special_init()
    if path.is_file() and path.read_text() == text:
        return
    if options.check:
        raise SystemExit(f"{path.relative_to(ROOT)} is stale; run: python -m tools.sync")
    path.write_text(text)


if __name__ == "__main__":
    main()
