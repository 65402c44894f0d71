"""A user's program type-checks under mypy's and pyright's strict rules, and its mistakes are found."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(__file__).with_name("downstream.py")
MISTAKES = {
    "special.erfcx(x)": "special.erfcx()",
    "x = special.erfcx(x)": "x: int = special.erfcx(x)",
    "linalg.cholesky(a, lower=True)": "linalg.cholesky(a, lover=True)",
}

pytestmark = pytest.mark.slow  # each checker reads torch's annotations, which takes half a minute


def _mistaken(folder: pathlib.Path) -> list[pathlib.Path]:
    """Write a program of three lines for each mistake."""
    made = []
    for k, (right, wrong) in enumerate(MISTAKES.items()):
        body = f"    {wrong}\n" if wrong != right else ""
        text = "from torch import Tensor\nfrom sci import linalg, special\n\n\ndef f(x: Tensor, a: Tensor) -> None:\n"
        made.append(folder / f"mistake{k}.py")
        made[-1].write_text(text + body)
    return made


def _pyright(folder: pathlib.Path, files: list[pathlib.Path]) -> dict[str, int]:
    """Return pyright's number of errors in each file."""
    settings = {
        "include": [file.name for file in files],
        "typeCheckingMode": "strict",
        "reportUnusedExpression": False,
        "reportUnusedImport": False,
        "extraPaths": [str(ROOT)],
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    run = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson", "-p", str(folder)]
    done = subprocess.run(run, capture_output=True, text=True, cwd=folder)
    try:
        found = json.loads(done.stdout)["generalDiagnostics"]
    except ValueError:
        pytest.fail(f"pyright did not run: {done.stdout[-300:]}{done.stderr[-300:]}")
    counts = dict.fromkeys((file.name for file in files), 0)
    for entry in found:
        counts[pathlib.Path(entry["file"]).name] += entry["severity"] == "error"
    return counts


def test_pyright(tmp_path: pathlib.Path) -> None:
    if importlib.util.find_spec("pyright") is None:
        pytest.skip("pyright is not installed; the extended run installs it")
    program = tmp_path / PROGRAM.name
    program.write_text(PROGRAM.read_text())
    mistakes = _mistaken(tmp_path)
    found = _pyright(tmp_path, [program, *mistakes])
    assert found.pop(program.name) == 0
    assert all(found.values()), found


def test_mypy(tmp_path: pathlib.Path) -> None:
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("mypy is not installed; `make lint` installs it")
    mistakes = _mistaken(tmp_path)
    run = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--hide-error-context", "--config-file="]
    run += ["--follow-imports=silent", "--cache-dir", str(tmp_path / "cache"), str(PROGRAM), *map(str, mistakes)]
    done = subprocess.run(run, capture_output=True, text=True, cwd=ROOT)
    lines = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert not [line for line in lines if PROGRAM.name in line]
    for file in mistakes:
        assert any(file.name in line for line in lines), f"{file.name} passes: {file.read_text()}"
