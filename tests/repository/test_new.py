"""`python -m tools.new` writes two files that build, register and pass the loop over cards."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "options",
    [
        ["--complex"],
        pytest.param([], marks=pytest.mark.slow),
        pytest.param(["--arguments", "a,x"], marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_a_new_function_is_two_files(tmp_path: pathlib.Path, options: list[str]) -> None:
    """In a copy of the tree that holds this one function: build, table, the whole loop over cards."""
    skip = shutil.ignore_patterns(".git", ".venv", "build", "*.so", "__pycache__", "docs", "tables", "_[a-z]*.py")
    shutil.copytree(
        ROOT / "sci" / "_core", tmp_path / "sci" / "_core", ignore=shutil.ignore_patterns("*.so", "__pycache__")
    )
    shutil.copytree(ROOT / "sci" / "testing", tmp_path / "sci" / "testing")
    shutil.copy(ROOT / "sci" / "__init__.py", tmp_path / "sci")
    (tmp_path / "sci" / "special").mkdir()
    for folder in ("core", "runtime"):
        shutil.copytree(ROOT / "csrc" / folder, tmp_path / "csrc" / folder)
    (tmp_path / "csrc" / "special").mkdir()
    shutil.copy(ROOT / "csrc" / "Makefile", tmp_path / "csrc")
    # What knows no function is compiled already: the times of its files are copied with them.
    other = shutil.ignore_patterns("generated", "ops")
    shutil.copytree(ROOT / "build" / "csrc", tmp_path / "build" / "csrc", ignore=other)
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=skip)
    (tmp_path / "tests" / "special").mkdir(parents=True)
    for name in ("conftest.py", "test_elementwise_cards.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}

    def run(*command: str) -> str:
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    run(sys.executable, "-m", "tools.new", "special", "novel", *options)
    run("make", "-C", "csrc", "-j2", f"PYTHON={sys.executable}")
    run(sys.executable, "-m", "tools.sync")
    assert '"novel"' in (tmp_path / "sci/special/__init__.py").read_text()
    run(sys.executable, "-m", "tools.reference", "special", "novel")
    text = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_elementwise_cards.py")
    assert "passed" in text
    again = subprocess.run([sys.executable, "-m", "tools.new", "special", "novel"], cwd=tmp_path, env=environment)
    assert again.returncode != 0
