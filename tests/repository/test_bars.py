"""The benchmark of the bars for a GPU, with stand-ins for what is not here: it must not fail where a GPU is lent."""

from __future__ import annotations

import json
import pathlib
import sys
import types
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import scipy
import scipy.interpolate
import scipy.sparse.linalg
import torch

from benchmarks import __main__ as main
from benchmarks import cases, verdicts


def row(group: str, function: str, arguments: str, sci: float, **other: float) -> verdicts.Row:
    ratios = {peer: other[peer] / sci for peer in ("torch", "cupy", "jax") if peer in other}
    return {"group": group, "function": function, "arguments": arguments, "ratios": ratios, "domain": "bars",
            "seconds": {"sci": sci, **other}, "copy_share": 1e-5 / sci}  # fmt: skip


def timed(call: Callable[[], object]) -> float:
    call()  # what fails ends the test
    return 1e-6


def test_each_bar_is_held_against_its_rows() -> None:
    rows = [
        row("special", "special.erf", "1000000 float64", 2e-5, cupy=3e-5, torch=1.6e-5),
        row("special", "special.erf", "1000000 float32", 1e-5, cupy=2e-5),
        row("special", "special.hyp2f1", "1000000 float64", 2e-3, cupy=3e-3),
        row("fft", "fft.dct", "type 2", 1.2, rfft=1.0),
        row("linalg", "linalg.svd", "8 x 8", 1.0, torch=9.0, cupy=12.0),
        row("solvers", "cg, 100 steps", "1000 rows", 0.5, cupy=1.0),
    ]
    rows[-1]["errors"] = {"sci": "failed"}
    found = {line[0]: line[1:] for line in verdicts.lines({"rows": rows, "machine": {}})}
    said = {title: (value, met) for title, (value, _, met) in found.items()}
    assert said["special at 1000000: CuPy's time, geometric mean at least 1.3"] == ("1.65", "met")
    assert said["special at 1000000: torch's time, lowest at least 0.9"] == ("0.8", "**not met**")
    assert said["special at 1000000: double's time of single precision, lowest at least 1.7"] == ("2", "met")
    assert said["special at 1000000: copy speed, memory-bound, lowest at least 0.85"] == ("0.5", "**not met**")
    assert said["special at 100000000: CuPy's time, lowest at least 0.9"] == ("-", "not measured")
    assert said["fft: in cuFFT's rfft, highest at most 1.3"] == ("1.2", "met")
    assert said["linalg.svd, batches: torch's time, lowest at least 10"] == ("9", "**not met**")
    assert said["linalg.svd, batches: cupy's time, lowest at least 10"] == ("12", "met")
    assert said["sparse: CuPy's time of conjugate gradients, lowest at least 1.43"] == ("2", "**not met**")  # a failure
    assert len(found) == len(verdicts.bars()) + 1
    assert "hyp2f1" in verdicts.slowest({"rows": rows}, None).splitlines()[2]


def test_every_row_runs_beside_stand_ins(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NumPy and SciPy in the place of CuPy, so that the branches for it are taken."""
    cupy = types.ModuleType("cupy")
    cupy.__dict__.update(linalg=np.linalg, from_dlpack=lambda x: x.numpy(), __version__="0")
    cupyx = types.ModuleType("cupyx")
    cupyx.scipy = scipy  # type: ignore[attr-defined]
    parts = ("special", "fft", "linalg", "sparse", "interpolate", "sparse.linalg")
    modules = {f"cupyx.scipy.{part}": sys.modules[f"scipy.{part}"] for part in parts}
    for name, module in {
        "cupy": cupy,
        "cupy.linalg": np.linalg,
        "cupyx": cupyx,
        "cupyx.scipy": scipy,
        **modules,
    }.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(main, "installed", lambda peer, device: peer in ("torch", "cupy"))
    monkeypatch.setattr(
        main, "time_alternately", lambda calls, _: ({name: timed(call) for name, call in calls.items()}, {})
    )
    out = tmp_path / "bars.json"
    pattern = "A @|type 2|dct|qr|svd|cg|spsolve|[.]erf$|zeta|Cubic|RegularGrid"
    monkeypatch.setattr(cases, "find", cases.find.__wrapped__)  # nothing of the stand-ins is kept
    monkeypatch.setattr(sys, "argv", ["", "bars", "--quick", "--out", str(out), "-k", pattern])
    threads = torch.get_num_threads()
    try:
        main.main()
    finally:
        torch.set_num_threads(threads)
    found = json.loads(out.read_text())
    groups = {row["group"] for row in found["rows"]}
    assert groups == {"small", "fft", "linalg", "sparse", "solvers", "interpolate", "special"}
    assert all("cupy" in row["ratios"] for row in found["rows"] if "type 1" not in row["arguments"])
    assert "## Bars" in verdicts.page(found, None)

    monkeypatch.setattr(sys, "argv", [*sys.argv, "--go-on"])  # nothing is left to do
    monkeypatch.setattr(main, "time_alternately", None)
    assert main.main() == 0
    assert len(json.loads(out.read_text())["rows"]) == len(found["rows"])


def test_rows_before_trouble_are_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def rows(*_: object) -> Iterator[dict[str, object]]:
        """One that failed beside another call of ours, then inputs that cannot be made."""
        own = {"seconds": {"evaluation": 1.0}, "ratios": {}, "errors": {"sci": "x"}}
        yield {"function": "first", "arguments": "", **own}
        raise RuntimeError("no inputs")

    monkeypatch.setattr(main.Run, "domain", rows)
    monkeypatch.setattr(sys, "argv", ["", "fft", "linalg", "--quick"])
    monkeypatch.setattr(torch, "set_num_threads", lambda _: None)
    assert main.main() == 1
    said = capsys.readouterr().out
    assert said.count("no inputs") == 2
    assert sum("first" in line and "failed" in line for line in said.splitlines()) == 2
