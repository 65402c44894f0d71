"""A GPU that is none: CUDA's driver, NVRTC and torch's CUDA backend, emulated on the CPU of a torch without CUDA.

`start()` builds what is missing with g++ (a minute, once), and makes ``torch.device("cuda")`` work: torch's operators
run its kernels for the CPU on memory that the host cannot touch otherwise, the library's own kernels are compiled for
the "GPU" with g++, and run, with an eye on races in shared memory. What it cannot show: times, races in global memory,
limits of registers and stack, and the last bits of CUDA's elementary functions.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import pathlib
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parents[1] / "build/emulator"
DEVICES = 2
LIMITS = {  # tests, by the beginning of their names, that need of CUDA what is not here
    "sparse/test_arrays.py::test_everything_differentiates[<lambda>11]": "sparse tensors of torch's",
    "sparse/test_arrays.py::test_torch_sparse_tensors_pass_gradients": "sparse tensors of torch's",
    "sparse/test_reports.py::test_torch_sparse_tensors_become_every_format": "sparse tensors of torch's",
    "sparse/test_reports.py::test_other_libraries_arrays_by_dlpack": "torch without CUDA asks for no stream",
    "sparse/test_cudss.py": "sparse tensors of torch's",
    "sparse/test_transforms.py::test_pytrees_keep_class_and_pattern": "torch without CUDA cannot read such a pickle",
    "cuda/test_runtime.py::test_graph_capture_of_a_warm_call": "graphs are captured, not replayed",
    "core/test_torch_private.py::test_behaviour_that_the_operators_rest_on": "torch's own kernels for CUDA",
}
_libraries: list[ctypes.CDLL] = []


def _is_older(made: pathlib.Path, *sources: pathlib.Path) -> bool:
    return not made.exists() or made.stat().st_mtime < max(source.stat().st_mtime for source in sources)


def build() -> tuple[pathlib.Path, pathlib.Path]:
    """Return the driver's and the compiler's libraries, made anew where their sources are newer."""
    torch_folder = pathlib.Path(torch.__file__).parent
    driver, compiler = BUILD / "libcuda.so.1", BUILD / "libnvrtc.so.13"
    common = ["-std=c++17", "-O2", "-fPIC", "-w", "-U_FORTIFY_SOURCE", f'-DEMULATOR_FOLDER="{HERE}"']
    libraries = {driver: ("device", "driver", "threads"), compiler: ("compiler",)}
    BUILD.mkdir(parents=True, exist_ok=True)
    with open(BUILD / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # pytest's processes start together
        for library, units in libraries.items():
            objects = [BUILD / f"{unit}.o" for unit in units]
            for unit, made in zip(units, objects, strict=True):
                if _is_older(made, HERE / f"{unit}.cpp", HERE / "emulator.h"):
                    command = ["g++", *common, "-c", HERE / f"{unit}.cpp", "-o", made.with_suffix(".part")]
                    subprocess.run([*command, "-isystem", torch_folder / "include"], check=True)
                    made.with_suffix(".part").replace(made)
            header = [HERE / "kernel.h"] if library == compiler else []
            if _is_older(library, *objects, *header):
                if header:  # the key of sci's cache does not know the emulator's own header
                    shutil.rmtree(BUILD / "cache", ignore_errors=True)
                part = library.with_suffix(".part")
                link = ["g++", "-shared", f"-Wl,-soname,{library.name}", "-o", part, *objects]
                subprocess.run([*link, f"-L{torch_folder}/lib", "-ltorch_cpu", "-lc10", "-ldl"], check=True)
                part.replace(library)
    return driver, compiler


class Stream:
    """A stream by number; everything runs at once, so that only its number matters."""

    _last = 0

    def __init__(self, device: Any = None, **_: Any) -> None:
        Stream._last += 1
        self.number, self.device_index = Stream._last, torch.ops.emulator.set_device(-1)

    def synchronize(self) -> None: ...
    def wait_stream(self, other: Any) -> None: ...


class Event:
    """`torch.cuda.Event`, by the host's clock."""

    def __init__(self, **_: Any) -> None: ...
    def record(self) -> None:
        self.at = time.perf_counter()

    def synchronize(self) -> None: ...
    def elapsed_time(self, end: Event) -> float:
        return (end.at - self.at) * 1e3


@contextlib.contextmanager
def stream(one: Stream) -> Iterator[None]:
    before = torch.ops.emulator.set_stream(one.device_index, one.number)
    try:
        yield
    finally:
        torch.ops.emulator.set_stream(one.device_index, before)


class CurrentDevice:
    """`torch.cuda.device`: the current device within a block."""

    def __init__(self, which: Any) -> None:
        self.index = which if isinstance(which, int) else torch.device(which).index or 0

    def __enter__(self) -> None:
        self.before = torch.ops.emulator.set_device(self.index)

    def __exit__(self, *_: Any) -> None:
        torch.ops.emulator.set_device(self.before)


@contextlib.contextmanager
def graph(_: Any = None, **__: Any) -> Iterator[None]:
    """Refuse, as capture does, what waits, loads a kernel or copies from the host; nothing is kept for a replay."""
    torch.ops.emulator.set_capturing(True)
    try:
        yield
    finally:
        torch.ops.emulator.set_capturing(False)


def _index(which: Any = None) -> int:
    if which is None:
        return torch.ops.emulator.set_device(-1)  # type: ignore[no-any-return]
    return which if isinstance(which, int) else torch.device(which).index or 0


def start() -> None:
    """Make CUDA tensors possible in this process; before the library is loaded."""
    if _libraries:
        return
    if torch.cuda.is_available() or torch.version.cuda:
        raise RuntimeError("the emulator needs a torch without CUDA")
    _libraries.extend(ctypes.CDLL(str(path), ctypes.RTLD_GLOBAL) for path in build())
    os.environ.setdefault("SCI_CACHE", str(BUILD / "cache"))
    ops, cuda = torch.ops.emulator, torch.cuda
    cuda._lazy_init = lambda: None
    cuda._initialized = True
    cuda.is_available = lambda: True
    cuda.is_initialized = lambda: True
    cuda.device_count = lambda: DEVICES
    cuda.current_device = _index
    cuda.set_device = lambda which: ops.set_device(_index(which)) and None
    cuda.device = CurrentDevice  # type: ignore[misc]
    cuda.get_device_capability = lambda which=None: (9, 0)
    cuda.get_device_name = lambda which=None: "emulated"
    cuda.is_bf16_supported = lambda including_emulation=True: True
    cuda.synchronize = lambda which=None: None
    cuda.empty_cache = lambda: None
    cuda.manual_seed = cuda.manual_seed_all = lambda seed: None
    cuda.mem_get_info = lambda which=None: (1 << 32, 1 << 32)
    cuda.is_current_stream_capturing = ops.capturing
    cuda.set_sync_debug_mode = lambda mode: ops.set_sync_mode(str(mode))
    cuda.memory_allocated = lambda which=None: ops.allocated(_index(which), False)
    cuda.max_memory_allocated = lambda which=None: ops.allocated(_index(which), True)
    cuda.reset_peak_memory_stats = lambda which=None: ops.reset_peak(_index(which))
    cuda.Stream, cuda.stream, cuda.graph, cuda.CUDAGraph = Stream, stream, graph, object  # type: ignore[misc]
    cuda.Event = Event  # type: ignore[misc]


def launches() -> list[str]:
    """Return the kernels launched since the last call: name, grid, block, n, device and stream."""
    return torch.ops.emulator.launches().splitlines()  # type: ignore[no-any-return]


def driver_calls(run: Callable[[], Any], current: int | None) -> int:
    """Return how often a call asks the driver about contexts and launches, with a device's context current or none."""
    driver = _libraries[0]
    if current is not None:
        driver.cuCtxPushCurrent_v2(ctypes.c_void_p(current + 1))
    driver.emulator_driver_calls()
    run()
    count = int(driver.emulator_driver_calls())
    if current is not None:
        driver.cuCtxPopCurrent_v2(ctypes.byref(ctypes.c_void_p()))
    return count


@contextlib.contextmanager
def counted_traffic() -> Iterator[list[int]]:
    """Give a list that has, after the block, the bytes that its kernels moved between warps and global memory.

    They move sectors of 32 bytes; what several lanes of a warp touch of one in the same step counts once, what the
    caches keep between steps counts again. Registers are g++'s: it may load again what NVRTC keeps.
    """
    moved: list[int] = []
    torch.ops.emulator.traffic(True)
    try:
        yield moved
    finally:
        moved.append(torch.ops.emulator.traffic(False))


def libraries() -> list[ctypes.CDLL]:
    """Return the driver and the compiler, to launch a kernel by hand."""
    return _libraries


def started() -> bool:
    """Return whether this process has the emulator."""
    return bool(_libraries)


__all__ = ["DEVICES", "HERE", "LIMITS", "counted_traffic", "launches", "libraries", "start", "started"]
