"""The kernel runtime where it can be tested without a GPU: NVRTC, the cache on disk, error texts."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
import torch

import sci
from sci._core import runtime
from tests import processes

runtime.load_library()
sci_ops = torch.ops.sci
NVRTC = bool(sci_ops._nvrtc_version())
# Three that compile in a moment.
LIGHT = [i for i, name in enumerate(sci_ops._kernels().splitlines()) if "PiecewiseGather" in name][:3]
needs_nvrtc = pytest.mark.skipif(not NVRTC, reason="NVRTC is not installed")


LOADED = "import torch, sci; from sci._core import runtime; runtime.load_library()\n"


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return processes.run_python(LOADED + code, **environment)


def test_kernels_are_listed_once() -> None:
    names = sci_ops._kernels().splitlines()
    assert names
    assert len(set(names)) == len(names)


def test_kernels_in_float32_have_a_twin_that_is_assembled() -> None:
    """`make cubins` asks the assembler about the form in double precision alone."""
    names = sci_ops._kernels().splitlines()
    single = {name for name in names if "float" in name}
    assert {re.sub(r"\bfloat\b", "double", name) for name in single} <= set(names) - single


@needs_nvrtc
@pytest.mark.skipif(shutil.which("g++") is None, reason="no g++ to make another library's NVRTC")
def test_another_librarys_nvrtc_is_left_to_it(tmp_path: pathlib.Path) -> None:
    """CuPy may have loaded one of another release than torch's, for which the kernels in the cache are not."""
    version = sci_ops._nvrtc_version()
    name = "libnvrtc.so.12" if version.startswith("13.") else "libnvrtc.so.13"
    code = 'extern "C" int nvrtcVersion(int* major, int* minor) { return *major = 1, *minor = 2, 0; }'
    made = ["g++", "-shared", "-fPIC", "-x", "c++", "-", f"-Wl,-soname,{name}", "-o", str(tmp_path / name)]
    subprocess.run(made, input=code, text=True, check=True)
    code = f"import ctypes; ctypes.CDLL({str(tmp_path / name)!r}); print(torch.ops.sci._nvrtc_version())"
    assert run_python(code).stdout.split() == [version]


@needs_nvrtc
@pytest.mark.parametrize("arch", ["sm_80", "ptx"])
def test_a_kernel_of_each_source_compiles(arch: str) -> None:
    """One kernel for each domain's first body; `make cubins` compiles all, for an architecture between these two."""
    names = sci_ops._kernels().splitlines()
    first = {name.split("<")[1].split("::")[-1]: i for i, name in reversed(list(enumerate(names)))}
    chosen = [str(i) for i in sorted(first.values())]
    programs = [",".join(chosen[i : i + 16]) for i in range(0, len(chosen), 16)]  # what they share is compiled once
    assert all(sci_ops._compile_kernels(program, arch, True, "") > 10_000 for program in programs)


@needs_nvrtc
def test_unknown_architecture_falls_back_to_ptx(tmp_path: pathlib.Path) -> None:
    """Of the newest that NVRTC knows and the GPU has: between two known ones it is the older."""
    for arch, target in (("sm_95", r"sm_90"), ("sm_999", r"sm_\d{3}"), ("ptx", r"sm_\d{3}")):
        path = tmp_path / f"{arch}.ptx"
        sci_ops._compile_kernels(str(LIGHT[0]), arch, False, str(path))
        assert re.search(rf"\.target {target}\b", path.read_text()), arch
    with pytest.raises(RuntimeError, match=r"compiles for sm_\d+ and newer GPUs, not for sm_20: take a torch"):
        sci_ops._compile_kernels(str(LIGHT[0]), "sm_20", False, "")


@needs_nvrtc
def test_failing_compile_names_kernel_and_shows_the_log() -> None:
    with pytest.raises(RuntimeError, match=r"(?s)sci: compiling the GPU kernel sci::run<sci::Broken>.*not_a_function"):
        sci_ops._compile_text(
            '#include "core/platform.h"\nnamespace sci { struct Broken { SCI_HD void operator()(int64_t i) const '
            "{ not_a_function(i); } }; }",
            "sci::Broken",
            "sm_80",
        )


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a driver here")
def test_missing_nvrtc_says_what_to_install() -> None:
    code = """
torch.ops.sci._configure(str(runtime.source_path()), "/nonexistent", "")
import ctypes.util
try:
    torch.ops.sci._compile_kernels("0", "sm_80", False, "")
except RuntimeError as error:
    print(error)
"""
    # A new interpreter: the linker reads its variables when that starts.
    environment = {**os.environ, "LD_LIBRARY_PATH": ""}
    done = subprocess.run([sys.executable, "-c", LOADED + code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    if NVRTC and not done.stdout.strip():
        pytest.skip("NVRTC is on the system's own search path")
    assert "cannot load NVRTC" in done.stdout
    assert "nvidia-cuda-nvrtc" in done.stdout


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a driver here")
def test_missing_driver_is_named() -> None:
    with pytest.raises(RuntimeError, match=r"(?s)cannot load the NVIDIA driver.*libcuda|cuDeviceGet returned status"):
        sci_ops._device_arch(0)


def test_device_that_is_not_there() -> None:
    with pytest.raises(RuntimeError, match="no such device: cuda:999"):
        sci_ops._device_arch(999)


@needs_nvrtc
def test_cache_is_filled_read_and_repaired(tmp_path: pathlib.Path) -> None:
    code = f"""
import pathlib
read = lambda: (torch.ops.sci._cache_kernel({LIGHT[0]}, "sm_80"), torch.ops.sci._cache_trouble())
first = read()
(file,) = pathlib.Path({str(tmp_path)!r}).rglob("*.cubin")
whole = file.read_bytes()
for damage in (whole[:100], b"", whole[:-1] + bytes([whole[-1] ^ 1]), b"x" * 5000):
    file.write_bytes(damage)
    assert read() == first
    # NVRTC's output differs from run to run: the entry is whole again, not the same bytes.
    assert len(file.read_bytes()) > len(whole) // 2
"""
    done = run_python(code, SCI_CACHE=str(tmp_path))
    assert done.returncode == 0, done.stderr


@needs_nvrtc
def test_several_processes_fill_one_cache(tmp_path: pathlib.Path) -> None:
    code = f"print([torch.ops.sci._cache_kernel(i, 'sm_80') for i in {LIGHT}])"
    runs = [processes.start_python(LOADED + code, SCI_CACHE=str(tmp_path)) for _ in range(3)]
    texts = {run.result().stdout for run in runs}
    assert len(texts) == 1
    assert len(list(tmp_path.rglob("*.cubin"))) == 3
    assert not list(tmp_path.rglob("*.part"))


@needs_nvrtc
def test_unwritable_cache_still_works(tmp_path: pathlib.Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder should be")
    code = f"print(torch.ops.sci._cache_kernel({LIGHT[0]}, 'sm_80')); sci.show_config()"
    done = run_python(code, SCI_CACHE=str(blocked))
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) > 1000
    assert "cannot write" in done.stdout
    assert "compiled anew" in done.stdout


def test_missing_library_says_what_to_do(tmp_path: pathlib.Path) -> None:
    code = "runtime._loaded = False; runtime.library_path = lambda: __import__('pathlib').Path('/nonexistent')\n"
    done = run_python(code + "runtime.load_library()")
    assert "make build" in done.stderr


def test_show_config(capsys: pytest.CaptureFixture[str]) -> None:
    config = sci.show_config("dicts")
    assert config is not None
    assert config["torch"] == torch.__version__
    sci.show_config()
    text = capsys.readouterr().out
    for key in ("sci", "torch", "threads", "device", "kernel cache", "host routes taken"):
        assert key in text
    with pytest.raises(ValueError, match="mode must be"):
        sci.show_config("html")


def test_import_is_quick() -> None:
    code = "import time, torch; t = time.perf_counter(); import sci; print(time.perf_counter() - t)"
    runs = (processes.run_python(code) for _ in range(3))
    assert any(float(run.stdout) < 0.3 for run in runs)  # the first as a rule, where nothing else is at work
