"""Loops compiled for AVX2 and AVX-512: each level of the CPU keeps the cards' promises, not only the one at hand."""

from __future__ import annotations

import os
import pathlib
import platform
import subprocess
import sys

import pytest

import sci.special  # noqa: F401 - registers the cards
from tools.generate_operators import elementwise_cards

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="other machines have one level")
@pytest.mark.parametrize("level", ["baseline", "avx2"])
def test_values_at_lower_levels(level: str) -> None:
    wide = [card.name for path in ROOT.glob("sci/*/_*.py") for card in elementwise_cards(path) if card.wide]
    names = " or ".join(f"{test}[{name}]" for name in wide for test in ("test_values", "test_special_values"))
    tests = ROOT / "tests" / "test_elementwise_cards.py"
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command = [sys.executable, "-m", "pytest", *options, str(tests), "-k", names]
    done = subprocess.run(command, env={**os.environ, "SCI_CPU": level}, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    assert f"{2 * len(wide)} passed" in done.stdout
