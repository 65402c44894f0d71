"""A run in parts (``pytest --seconds --done``) goes on where a process was lost, and where it was left."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TESTS = """
import os, pytest

@pytest.mark.parametrize("i", range(24))
def test_x(i):
    if i == 5:
        os._exit(1)
    assert i != 11, f"eleven is {i}"
"""


def test_a_lost_process_is_replaced_and_what_was_run_is_left_out(tmp_path: pathlib.Path) -> None:
    (tmp_path / "test_many.py").write_text(TESTS)
    done = tmp_path / "done"
    done.write_text("passed test_many.py::test_x[3]\nfailed test_many.py::test_x[4]\tits cause\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider", "-n", "1"]
    command += ["--seconds", "100", "--done", str(done), "--rootdir", str(tmp_path), "test_many.py"]
    run = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    outcomes = [line.partition(" ")[::2] for line in done.read_text().splitlines()]
    assert len(outcomes) == len({name.partition("\t")[0] for _, name in outcomes}) == 24, run.stdout
    lost, failed = sorted(name for outcome, name in outcomes[2:] if outcome == "failed")[::-1]
    assert lost.startswith("test_many.py::test_x[5]\tworker 'gw0' crashed")
    assert failed == "test_many.py::test_x[11]\tAssertionError: eleven is 11"
    assert "left out" not in run.stdout
