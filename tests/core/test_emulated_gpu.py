"""The tests of tests/emulator need a process of their own: the emulator gives all of torch a CUDA device."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.mark.skipif(torch.version.cuda is not None, reason="this torch has its own CUDA")
def test_kernels_run_on_the_emulated_gpu(pytestconfig: pytest.Config) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--device", "emulated"]
    chosen = ["--all"] if pytestconfig.getoption("--all") else []
    done = subprocess.run([*command, *chosen, "tests/emulator"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
