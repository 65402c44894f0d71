"""What `make wheel` makes loads in a fresh environment that has torch and nothing of this checkout."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import tarfile
import venv
import zipfile

import pytest
import torch

from tools.build_wheel import build

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHECK = """
import pathlib, sys, torch
import sci
assert "site-packages" in sci.__file__, sci.__file__
from sci import fft, interpolate, linalg, sparse, special
x = torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True)
special.erfcx(x).sum().backward()
assert abs(special.erfcx(x)[0].item() - 0.6156903441929258) < 1e-15
assert (x.grad < 0).all()
matrix = torch.tensor([[4.0, 1.0], [1.0, 3.0]], dtype=torch.float64)
lower = linalg.cholesky(matrix, lower=True)
torch.testing.assert_close(lower @ lower.mT, matrix)
torch.testing.assert_close(fft.ifft(fft.fft(matrix)).real, matrix)
torch.testing.assert_close(sparse.csr_array(matrix) @ matrix, matrix @ matrix)
torch.testing.assert_close(interpolate.CubicSpline([0.0, 1, 2], [0.0, 1, 4])(1.5).item(), 2.25)
from sci._core import runtime
assert (runtime.source_path() / "special" / "erfcx.h").is_file()
assert sys.prefix in str(runtime.source_path())
if torch.ops.sci._nvrtc_version():  # the headers that came along are all a kernel needs
    assert torch.ops.sci._compile_kernels("0", "sm_80", True, "") > 1000
print("loaded")
"""


def test_wheel_loads_in_a_fresh_environment(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("auditwheel", reason="`make` installs it; elsewhere a wheel may be left unbuilt")
    wheel = build(tmp_path)
    assert re.fullmatch(r"sci-[\d.]+-py3-none-manylinux_2_\d+_\w+\.whl", wheel.name)
    names = zipfile.ZipFile(wheel).namelist()
    assert {"sci/_core/libsci.so", "sci/csrc/core/platform.h", "sci/py.typed"} <= set(names)
    modules = {f"sci/{path.relative_to(ROOT / 'sci')}" for path in (ROOT / "sci").rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == modules
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


def test_the_source_distribution_holds_every_file(tmp_path: pathlib.Path) -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    command = [sys.executable, "setup.py", "-q", "egg_info", "-e", str(tmp_path), "sdist", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        names = {name.split("/", 1)[1] for name in packed.getnames() if "/" in name}
    missing = [line for line in listed.stdout.splitlines() if not line.startswith(".") and line not in names]
    assert not missing
    assert not [name for name in names if name.endswith((".so", ".o", ".pyc"))]
