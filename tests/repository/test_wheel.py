"""The wheel loads in a fresh environment that has torch and nothing of this checkout."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import venv
import zipfile

import pytest
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHECK = """
import pathlib, sys, torch
import sci
assert "site-packages" in sci.__file__, sci.__file__
from sci import special
x = torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True)
special.erfcx(x).sum().backward()
assert abs(special.erfcx(x)[0].item() - 0.6156903441929258) < 1e-15
assert (x.grad < 0).all()
from sci._core import runtime
assert (runtime.source_path() / "special" / "erfcx.h").is_file()
print("loaded")
"""


def test_wheel_loads_in_a_fresh_environment(tmp_path: pathlib.Path) -> None:
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True).returncode:
        pytest.skip("no pip here")
    wheels = tmp_path / "wheels"
    build = [*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(wheels), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = wheels.glob("*.whl")
    assert "-py3-none-" in wheel.name
    names = zipfile.ZipFile(wheel).namelist()
    assert "sci/_core/libsci.so" in names
    assert "sci/csrc/core/platform.h" in names
    assert "sci/py.typed" in names
    assert not any(name.startswith(("tests", "tools")) for name in names)
    fresh = tmp_path / "fresh"
    venv.create(fresh, with_pip=False)
    site = next(fresh.glob("lib/python*/site-packages"))
    zipfile.ZipFile(wheel).extractall(site)
    # torch itself comes from this environment: only sci is on trial.
    (site / "torch.pth").write_text(str(pathlib.Path(torch.__file__).parents[1]) + "\n")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    run = [str(fresh / "bin" / "python"), "-c", CHECK]
    done = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert done.stdout.strip() == "loaded", done.stderr
