"""Every table of figures in the documentation names the command that it is from."""

from __future__ import annotations

import pathlib
import re
import shlex
import sys

import pytest

from benchmarks import refresh
from benchmarks.__main__ import parse

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("page", ["performance", "accuracy", "gpu-kernels", "weak-spots"])
def test_sections_with_tables_name_a_command(page: str) -> None:
    for section in re.split(r"^##? ", (DOCS / f"{page}.md").read_text(), flags=re.MULTILINE)[1:]:
        if re.search(r"^\|[ -]*-", section, re.MULTILINE):
            assert re.search(r"python -m (benchmarks|tools|tests)|--match|pytest", section), section.partition("\n")[0]


def test_commands_of_the_page_can_be_run(monkeypatch: pytest.MonkeyPatch) -> None:
    commands = refresh.commands((DOCS / "performance.md").read_text())
    assert len(commands) > 8
    for command in commands:
        monkeypatch.setattr(sys, "argv", ["python -m benchmarks", *shlex.split(command)])
        assert parse().domains, command


def test_tables_keep_what_was_not_run(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "performance.md").write_text(
        "# P\n\n## A\n\n`python -m benchmarks fft` and `python -m\nbenchmarks linalg -k x`\n"
    )
    monkeypatch.setattr(refresh, "DOCS", tmp_path)
    monkeypatch.setattr(refresh, "run", lambda command: f"of {command}")
    assert refresh.main(["--only", "fft"]) == 0
    monkeypatch.setattr(refresh, "run", lambda command: "anew")
    assert refresh.main(["--only", "linalg"]) == 0
    assert refresh.sections((tmp_path / "performance-tables.md").read_text()) == {
        "fft": "of fft",
        "linalg -k x": "anew",
    }
