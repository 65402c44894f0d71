"""``python -m sci``: configuration, self-check, benchmarks."""

from __future__ import annotations

import dataclasses
import pathlib
import re
import subprocess
import sys

import pytest
import torch

import sci.linalg
import sci.special  # noqa: F401  (their cards)
from sci.__main__ import main
from sci._core import selfcheck
from sci._core.cards import Ulp, elementwise_cards, function_cards
from tests.processes import run_module

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_info() -> None:
    done = run_module("sci", "info")
    assert done.returncode == 0, done.stderr
    assert f"torch              {torch.__version__}" in done.stdout


def test_selfcheck(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["selfcheck", "--match", r"special.(erfcx|gammasgn)$|fft.dct$|linalg.det$"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:2] == ["domain", "functions"]
    assert {line.split()[0] for line in lines[1:-1]} == {"special", "fft", "linalg"}
    assert lines[-1] == "4 functions on cpu: all as promised"


def test_selfcheck_finds_values_and_gradients(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    card = elementwise_cards["erfcx"]
    tight = dataclasses.replace(card, ulp=Ulp(float64=1e-3, float32=1e-3))
    monkeypatch.setitem(elementwise_cards, "erfcx", tight)
    wrong = dataclasses.replace(elementwise_cards["erf"], function=lambda x: x.sin())
    monkeypatch.setitem(elementwise_cards, "erf", wrong)
    lost = dataclasses.replace(function_cards["linalg.det"], call=lambda thing, a, **_: thing(a.detach()) + a.sum() * 0)
    monkeypatch.setitem(function_cards, "linalg.det", lost)
    assert main(["selfcheck", "--match", r"special.(erfcx|erf)$|linalg.det$"]) == 1
    text = capsys.readouterr().out
    assert "FAILED special.erfcx float64" in text
    assert "FAILED special.erf: gradient in z at" in text
    assert "FAILED linalg.det: GradcheckError" in text


def test_selfcheck_leaves_out_what_needs_scipy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    assert main(["selfcheck", "--match", r"sparse.linalg.(splu|spilu|norm)$"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2] == "left out, as they need SciPy (pip install scipy): sparse.linalg.spilu, sparse.linalg.splu"
    assert lines[-1] == "3 functions on cpu: all as promised"


def test_selfcheck_of_a_crash_goes_on(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("sci: no such kernel")

    monkeypatch.setattr(selfcheck, "_elementwise", crash)
    assert main(["selfcheck", "--match", r"special.erf$|fft.dct$"]) == 1
    text = capsys.readouterr().out
    assert "FAILED special.erf: RuntimeError: sci: no such kernel" in text
    assert "2 functions on cpu: 1 failures" in text


def test_bad_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ([], ["nonsense"], ["info", "--more"], ["selfcheck", "--match", "no such function"]):
        with pytest.raises(SystemExit) as caught:
            main(command)
        assert caught.value.code == 2
    assert "got 'no such function'" in capsys.readouterr().err
    if not torch.cuda.is_available():
        with pytest.raises(SystemExit):
            main(["selfcheck", "--device", "cuda"])
        assert "got 'cuda', and there is no CUDA here" in capsys.readouterr().err


def test_bench_is_the_benchmarks() -> None:
    done = run_module("sci", "bench", "special", "--quick", "-k", "no such function")
    assert "python -m benchmarks" in done.stdout + done.stderr or done.returncode == 0, done.stderr


def test_a_run_of_tests_out_of_time_ends_well_and_says_what_it_left_out() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "--seconds", "1e-3", "tests/fft/test_lengths.py"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout
    assert re.search(r"left out, as the time was over: \d+ tests of tests/fft", done.stdout)


def test_benchmarks_out_of_time_say_what_they_left_out() -> None:
    done = run_module("benchmarks", "fft", "sparse", "--quick", "--seconds", "1e-3")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"left out, as the time was over: rows of (\w+) after 1", done.stdout) == ["fft", "sparse"]
