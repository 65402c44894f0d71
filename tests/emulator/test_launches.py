"""Launching kernels on the emulated GPU: compiling, the cache, geometry, devices, streams, capture, waiting."""

from __future__ import annotations

import pathlib
import subprocess
import weakref
from collections.abc import Callable

import pytest
import torch

from sci import sparse, special
from sci._core.arrays import _cached_number, number, running_sum
from sci.sparse.linalg import cg
from tests import emulator, processes

pytestmark = pytest.mark.skipif(not emulator.started(), reason="--device emulated")

START = "import torch\nfrom tests import emulator\nemulator.start()\nfrom sci import special\n"


def start_python(code: str, **environment: str) -> processes.Started:
    return processes.start_python(START + code, **environment)


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return start_python(code, **environment).result()


def uniform(*size: int, device: str = "cuda") -> torch.Tensor:
    return torch.linspace(0.1, 3, torch.Size(size).numel(), dtype=torch.float64).reshape(size).to(device)


def fields(line: str) -> dict[str, int]:
    words = line.rpartition(">")[2].split()
    return {name: int(value) for name, value in zip(words[::2], words[1::2], strict=True)}


def launched() -> list[dict[str, int]]:
    return [fields(line) for line in emulator.launches()]


@pytest.mark.parametrize(("size", "grid"), [((), 1), ((128,), 1), ((129,), 2), ((3, 200), 5)])
def test_an_element_is_a_thread(size: tuple[int, ...], grid: int) -> None:
    x = uniform(*size)
    emulator.launches()
    found = special.erfcx(x)
    (one,) = launched()
    assert (one["grid"], one["block"], one["n"]) == (grid, 128, x.numel())
    torch.testing.assert_close(found.cpu(), special.erfcx(x.cpu()), rtol=1e-15, atol=0)


FULL = 2**17  # threads


@pytest.mark.parametrize(
    ("function", "dtype", "each"),
    [(special.exprel, torch.float32, 4), (special.exprel, torch.float64, 2),
     (special.xlogy, torch.float32, 2), (special.xlogy, torch.complex64, 1), (special.sici, torch.float32, 4)],
)  # fmt: skip
def test_a_thread_takes_several_elements_where_there_are_many(
    function: Callable[..., torch.Tensor | tuple[torch.Tensor, ...]], dtype: torch.dtype, each: int
) -> None:
    whole = torch.linspace(-2, 3, 2 * FULL * each + 300, dtype=dtype)
    operands = (whole,) if function is not special.xlogy else (whole, whole.flip(0))
    moved = [x.cuda() for x in operands]
    several = FULL * each
    for view in (slice(several - 1), slice(several), slice(several + 33), slice(1, None, 2), slice(7, several + 206)):
        emulator.launches()
        found = function(*(x[view] for x in moved))
        (one,) = launched()
        n, count = len(whole[view]), each if len(whole[view]) >= several else 1
        assert (one["grid"], one["n"]) == (-(-n // (128 * count)), n)
        expected = function(*(x[view] for x in operands))
        for a, b in zip(*((r if isinstance(r, tuple) else (r,)) for r in (found, expected)), strict=True):
            eps = torch.finfo(dtype).eps
            zero = eps if function is special.sici else 0  # Ci(0.6165...) = 0, by rounding of terms near 1
            torch.testing.assert_close(a.cpu(), b, rtol=8 * eps, atol=zero, equal_nan=True)


def test_several_elements_share_a_number() -> None:
    x = torch.linspace(0.5, 3, 2 * FULL + 5).cuda()
    for a, b in ((x[:1], x), (x, torch.tensor(2.0, device="cuda"))):
        torch.testing.assert_close(special.xlogy(a, b).cpu(), special.xlogy(a.cpu(), b.cpu()), rtol=1e-6, atol=1e-6)
        emulator.launches()
        special.xlogy(a, b)
        assert [one["grid"] for one in launched()] == [FULL // 128 + 1]


def test_a_row_is_a_warp() -> None:
    dense = uniform(9, 40)
    matrix, vector = sparse.csr_array(dense), uniform(40)
    emulator.launches()
    found = matrix @ vector
    warps = [fields(line) for line in emulator.launches() if "run_warps<" in line]
    assert warps
    assert all(32 * one["n"] <= one["grid"] * one["block"] < 32 * one["n"] + one["block"] for one in warps)
    torch.testing.assert_close(found.cpu(), dense.cpu() @ vector.cpu(), rtol=1e-13, atol=1e-13)


def test_an_iteration_of_conjugate_gradients_is_three_launches() -> None:
    A = sparse.diags_array([-1.0, 2.5, -1.0], offsets=[-1, 0, 1], shape=(300, 300), dtype=torch.float64).tocsr()
    b = uniform(300)
    want, info = cg(A.to("cpu"), b.cpu(), maxiter=5)
    emulator.launches()
    x, found = cg(A.to("cuda"), b, maxiter=5)
    steps = [line for line in emulator.launches() if "sci::Cg" in line]
    assert len(steps) == 3 * 16  # as many as are asked for between two looks of the host; five count
    assert found.item() == info.item() == 5
    torch.testing.assert_close(x.cpu(), want, rtol=1e-13, atol=0)


def test_a_warm_call_asks_the_driver_for_the_context_and_a_launch() -> None:
    x = uniform(5)
    special.erfcx(x)
    for current, calls in ((0, 2), (1, 4), (None, 4)):  # another device's context, or none, is changed and put back
        assert emulator.driver_calls(lambda: special.erfcx(x), current) == calls


def test_nothing_is_launched_for_nothing() -> None:
    x = torch.empty(0, 3, dtype=torch.float64, device="cuda")
    emulator.launches()
    assert special.erfcx(x).shape == (0, 3)
    assert not launched()


def test_views_and_broadcast_operands() -> None:
    x, y = uniform(4, 6).t()[1:, ::2], uniform(5, 1, 1)
    torch.testing.assert_close(special.hyp2f1(0.5, y, 4.0, -x).cpu(), special.hyp2f1(0.5, y.cpu(), 4.0, -x.cpu()))


def test_more_dimensions_than_a_kernel_takes_are_launches_of_their_own() -> None:
    """None of ten of these can be joined; a kernel takes eight."""
    sizes = (3, 2, 3, 2, 2, 2, 3, 2, 2, 2)
    x = uniform(*(2 * size for size in sizes))[tuple([slice(None, None, 2)] * len(sizes))]
    y = uniform(*sizes[::-1]).permute(*range(len(sizes))[::-1])
    for args in ((x,), (x, y)):
        emulator.launches()
        found = special.erfcx(x) if len(args) == 1 else special.hyp2f1(0.5, y, 4.0, -x)
        assert [one["n"] for one in launched()] == [x.numel() // 6] * 6
        want = special.erfcx(x.cpu()) if len(args) == 1 else special.hyp2f1(0.5, y.cpu(), 4.0, -x.cpu())
        torch.testing.assert_close(found.cpu(), want)


def test_the_device_is_the_tensors_own() -> None:
    x = uniform(10, device="cuda:1")
    emulator.launches()
    assert special.erfcx(x).device == torch.device("cuda:1")
    assert [one["device"] for one in launched()] == [1]
    assert torch.cuda.current_device() == 0
    with pytest.raises(RuntimeError, match="one device"):
        special.kv(x, x.to("cuda:0"))


def test_the_stream_is_the_current_one() -> None:
    x = uniform(10)
    emulator.launches()
    for stream in (torch.cuda.Stream(), torch.cuda.Stream()):
        with torch.cuda.stream(stream):
            special.erfcx(x)
        assert [one["stream"] for one in launched()] == [stream.number]
    special.erfcx(x)
    assert [one["stream"] for one in launched()] == [0]


def test_a_warm_call_can_be_captured_and_a_cold_one_says_why_not() -> None:
    code = """
x = torch.rand(10, dtype=torch.float64, device="cuda")
with torch.cuda.graph():
    try: special.erfcx(x)
    except RuntimeError as error: print(error)
special.erfcx(x)
with torch.cuda.graph(): special.erfcx(x)
with torch.cuda.graph():
    try: x.sum().item()
    except RuntimeError as error: print(error)
"""
    run = run_python(code)
    first, second = run.stdout.splitlines()
    assert "call_erfcx" in first and "cuModuleLoadData returned status 900" in first, run.stderr
    assert "not permitted when stream is capturing" in second


def test_numbers_outlive_the_cache_in_a_captured_graph() -> None:
    """A replay reads them where they were."""
    x = uniform(5)
    for captured in (False, True):
        special.kv(1.1875, x)
        if captured:
            with torch.cuda.graph():
                special.kv(1.1875, x)
        before = number(1.1875, torch.float64, x.device)
        where, held = before.data_ptr(), weakref.ref(before)
        del before
        _cached_number.cache_clear()
        assert (held() is not None) == captured
    assert held().data_ptr() == where


def test_a_number_that_makes_place_has_been_read_in_every_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[torch.device] = []
    monkeypatch.setattr(torch.cuda, "synchronize", waited.append)
    _cached_number.cache_clear()
    device = torch.device("cuda:0")
    for k in range(_cached_number.cache_parameters()["maxsize"]):
        number(k + 0.5, torch.float64, device)
    with torch.cuda.graph():
        number(0.125, torch.float64, torch.device("cpu"))
    assert not waited
    number(0.25, torch.float64, device)
    assert device in waited
    waited.clear()
    number(0.25, torch.float64, device)
    assert not waited


@pytest.mark.slow  # four processes; tests/core/test_kernels.py has the cache without a launch
def test_processes_share_a_cache_and_repair_it(tmp_path: pathlib.Path) -> None:
    code = """
x = torch.linspace(0.1, 3, 7, dtype=torch.float64)
print((special.erfcx(x.cuda()).cpu() - special.erfcx(x)).abs().max().item() < 1e-15, len(emulator.launches()))
"""
    both = [start_python(code, SCI_CACHE=str(tmp_path)) for _ in range(2)]
    assert [run.result().stdout for run in both] == ["True 1\n"] * 2
    (kept,) = tmp_path.rglob("*.*")
    assert kept.suffix == ".cubin"
    whole = kept.read_bytes()
    for damage in (whole[: len(whole) // 2], b""):
        kept.write_bytes(damage)
        assert run_python(code, SCI_CACHE=str(tmp_path)).stdout == "True 1\n"
        assert len(kept.read_bytes()) > len(whole) // 2


def test_sizes_beyond_32_bits_arrive_whole() -> None:
    """Captured: nothing runs, and the result's memory is not touched."""
    code = """
n = 2**31 + 5
x = torch.full((1,), 2.0, device="cuda")
special.erfcx(x)
emulator.launches()
with torch.cuda.graph(): special.erfcx(x.expand(n))
with torch.cuda.graph(): special.erfcx(torch.empty(3, n // 3, device="cuda").t())
for line in emulator.launches(): print(line)
"""
    run = run_python(code)
    one, other = map(fields, run.stdout.splitlines())
    assert one["n"] == 2**31 + 5, run.stderr
    assert other["n"] == (2**31 + 5) // 3 * 3
    assert other["grid"] * other["block"] >= other["n"]


def test_whole_numbers_have_no_products() -> None:
    x = torch.ones(3, 3, dtype=torch.int64, device="cuda")
    with pytest.raises(NotImplementedError, match="not implemented for Long"):
        x @ x


@pytest.mark.parametrize("dtype", [torch.float32, torch.complex64])
def test_factors_of_products_are_rounded_where_torch_is_told_to(dtype: torch.dtype) -> None:
    x = uniform(6, 6).to(dtype)
    exact, errors = x.cpu().to(torch.complex128), []
    for allowed in (False, True):
        torch.backends.cuda.matmul.allow_tf32 = allowed
        try:
            products = [x @ x, torch.addmm(x, x, x) - x, (x[None] @ x[None])[0]]
        finally:
            torch.backends.cuda.matmul.allow_tf32 = False
        errors.append(max(((p.cpu() - exact @ exact).abs() / (exact @ exact).abs()).max().item() for p in products))
    assert errors[0] < 1e-6 < 3e-5 < errors[1] < 1e-3


@pytest.mark.parametrize("rows", [0, 1, 2, 37, 64])
def test_sums_in_a_certain_order(rows: int) -> None:
    x = uniform(rows, 3)
    torch.use_deterministic_algorithms(True)
    try:
        with pytest.raises(RuntimeError, match="deterministic"):
            x.cumsum(0)
        found = running_sum(x)
    finally:
        torch.use_deterministic_algorithms(False)
    torch.testing.assert_close(found.cpu(), x.cpu().cumsum(0), rtol=1e-14, atol=0)


def test_numbers_of_the_host_stand_beside_some_operators() -> None:
    x, one = uniform(5), torch.tensor(1.0, dtype=torch.float64)
    places = torch.arange(2, device="cuda")
    assert ((x * one).cpu() == x.cpu()).all()
    for refused in (
        lambda: torch.clamp(x, min=one),
        lambda: torch.stack([x[0], one]),
        lambda: torch.addcmul(x, x, one),
    ):
        with pytest.raises(RuntimeError, match="Expected all tensors to be on the same device"):
            refused()
    torch.cuda.set_sync_debug_mode("error")
    try:
        x[2:] = 0.5
        with pytest.raises(RuntimeError, match="synchronizing"):
            x[places] = 0.5
    finally:
        torch.cuda.set_sync_debug_mode("default")


def test_less_shared_memory() -> None:
    """A GPU with 64 KB: a warp has one team of 16 lanes, whose matrices take 61 KB."""
    code = """
from sci import linalg
a = torch.randn(3, 32, 32, dtype=torch.complex128, generator=torch.Generator().manual_seed(0))
w, v = linalg.eig(a.cuda())
w, v = w.cpu(), v.cpu()
print(bool((a @ v - v * w[:, None]).abs().max() < 1e-12), emulator.launches()[-1].split(" grid ")[1])
"""
    run = run_python(code, SCI_EMULATED_SHARED="65536")
    assert run.stdout.startswith("True 3 block 16 n 3"), run.stdout + run.stderr


def test_teams_need_warps_whose_lanes_go_their_own_ways() -> None:
    code = """
from sci import linalg
try: linalg.eig(torch.eye(3, device="cuda"))
except RuntimeError as error: print(error)
"""
    run = run_python(code, SCI_EMULATED_CAPABILITY="61")
    assert "needs a GPU of compute capability 7.0 or newer, and cuda:0 is sm_61" in run.stdout, run.stdout + run.stderr


def test_what_waits_is_refused() -> None:
    x = uniform(10)
    special.kv(1.25, x)
    torch.cuda.set_sync_debug_mode("error")
    try:
        special.kv(1.25, x)
        for wait in (lambda: x.sum().item(), lambda: x[x > 1], x.cpu, lambda: torch.tensor([1.0], device="cuda")):
            with pytest.raises(RuntimeError, match="synchronizing"):
                wait()
    finally:
        torch.cuda.set_sync_debug_mode("default")


def test_the_host_cannot_read_the_devices_memory() -> None:
    code = """
import ctypes
x = torch.ones(4, device="cuda")
ctypes.c_float.from_address(x.data_ptr()).value
"""
    assert run_python(code).returncode < 0


def test_a_kernel_cannot_read_the_hosts_memory() -> None:
    code = """
x = torch.rand(4, dtype=torch.float64)
y = torch.ops.emulator.disguise(x)
try: special.erfcx(y)
except RuntimeError as error: print(error)
"""
    run = run_python(code)
    assert "call_erfcx" in run.stdout and "cuLaunchKernel returned status 700" in run.stdout, run.stderr
    assert "the host's" in run.stderr


def test_a_kernel_cannot_read_beyond_a_block() -> None:
    code = """
x = torch.rand(4, dtype=torch.float64, device="cuda")
y = torch.ops.emulator.stretch(x, 5)
try: special.erfcx(y)
except RuntimeError as error: print(error)
"""
    run = run_python(code)
    assert "cuLaunchKernel returned status 700" in run.stdout, run.stderr
    assert "outside of what was allocated" in run.stderr
