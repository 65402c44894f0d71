"""Teams of threads on the emulated GPU: what they exchange, and that mistakes with shared memory are seen."""

from __future__ import annotations

import ctypes
import functools

import pytest
import torch

from tests import emulator

pytestmark = pytest.mark.skipif(not emulator.started(), reason="--device emulated")

EXCHANGES = """
namespace sci {
struct Exchanges {
  const double* x;
  double* out;
  int64_t team_size;
  SCI_HD int64_t shared_bytes() const { return 8 * team_size; }
  SCI_HD void team(int64_t i, Team team, char* shared) const {
    auto* room = reinterpret_cast<double*>(shared);
    const double own = x[i * team.size + team.lane];
    double* to = out + 8 * i * team.size + team.lane;
    room[team.lane] = own;
    team.sync();
    const complex<double> both = team.sum(complex<double>{own, 1.0});
    const Largest<double> best = team.largest(own, team.lane);
    const double all[] = {room[team.size - 1 - team.lane], both.re, both.im, best.value, double(best.index),
                          team.broadcast(own, team.size - 1), double(team.any(own > 2.5)), team.greatest(own)};
    for (int k = 0; k < 8; ++k) to[k * team.size] = all[k];
  }
};
}
"""
MISTAKES = """
namespace sci {
struct Mistakes {
  double* x;
  int64_t mistake;
  static constexpr int team_size = 8;
  SCI_HD int64_t shared_bytes() const { return 128; }
  SCI_HD void team(int64_t i, Team team, char* shared) const {
    auto* room = reinterpret_cast<double*>(shared);
    const int next = (team.lane + 1) % team.size;
    if (mistake != 2) room[team.lane] = 1;
    if (mistake == 1) x[0] = team.sum(room[team.lane]);  // orders nothing
    if (mistake != 1 && !(mistake == 3 && team.lane == 5)) team.sync();
    double sum = room[next];
    if (mistake == 4) room[team.lane] = 2;
    if (mistake == 5 && team.lane == 0) room[16] = 0;
    if (mistake == 6) sum += __shfl_sync(0xffu << (threadIdx.x / 8 * 8), sum, (threadIdx.x + 8) % 32);
    if (mistake == 7) __syncthreads();
    x[i * team.size + team.lane] = sum;
    if (mistake == 8 && team.lane != 3) team.sync();
  }
};
}
"""
SEEN = {
    1: "without a barrier",
    2: "never written",
    3: "never written",
    4: "without a barrier",
    5: "byte 128 of 128",
    6: "does not take part",
    7: "do not come",
    8: "do not come",
}


@functools.cache
def function(source: str, body: str) -> ctypes.c_void_p:
    """Return a kernel of this text, compiled and loaded."""
    driver, compiler = emulator.libraries()
    program, module, made, text = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_char_p()
    name = f"sci::run_teams<sci::{body}>".encode()
    include = f"-I{emulator.HERE.parents[1]}/csrc".encode()
    source = '#include "core/launch.h"\n' + source
    compiler.nvrtcCreateProgram(ctypes.byref(program), source.encode(), None, 0, None, None)
    compiler.nvrtcAddNameExpression(program, name)
    size = ctypes.c_size_t()
    if compiler.nvrtcCompileProgram(program, 1, (ctypes.c_char_p * 1)(include)):
        compiler.nvrtcGetProgramLogSize(program, ctypes.byref(size))
        log = ctypes.create_string_buffer(size.value)
        compiler.nvrtcGetProgramLog(program, log)
        raise RuntimeError(log.value.decode())
    compiler.nvrtcGetCUBINSize(program, ctypes.byref(size))
    image = ctypes.create_string_buffer(size.value)
    compiler.nvrtcGetCUBIN(program, image)
    compiler.nvrtcGetLoweredName(program, name, ctypes.byref(text))
    driver.cuCtxPushCurrent_v2(ctypes.c_void_p(1))
    assert not driver.cuModuleLoadData(ctypes.byref(module), image)
    assert not driver.cuModuleGetFunction(ctypes.byref(made), module, text)
    driver.cuCtxPopCurrent_v2(ctypes.byref(ctypes.c_void_p()))
    return made


def launch(kernel: ctypes.c_void_p, body: list[int], n: int, grid: int, block: int, shared: int) -> int:
    driver, _ = emulator.libraries()
    values, count = (ctypes.c_int64 * len(body))(*body), ctypes.c_int64(n)
    arguments = (ctypes.c_void_p * 2)(ctypes.addressof(values), ctypes.addressof(count))
    driver.cuCtxPushCurrent_v2(ctypes.c_void_p(1))
    status = driver.cuLaunchKernel(kernel, grid, 1, 1, block, 1, 1, shared, ctypes.c_void_p(1 << 32), arguments, None)
    driver.cuCtxPopCurrent_v2(ctypes.byref(ctypes.c_void_p()))
    return int(status)


@pytest.mark.parametrize(("size", "block"), [(1, 32), (4, 32), (8, 128), (16, 64), (32, 64), (64, 64), (256, 256)])
def test_what_lanes_exchange(size: int, block: int) -> None:
    items = 11
    x = torch.arange(items * size, dtype=torch.float64).mul(7).remainder(13).mul(0.25).reshape(items, size)
    out = torch.zeros(items, 8, size, dtype=torch.float64, device="cuda")
    x_there = x.cuda()
    kernel = function(EXCHANGES, "Exchanges")
    shared = max(block // size, 1) * max(8 * size, 16) + (512 if size > 32 else 0)
    assert launch(kernel, [x_there.data_ptr(), out.data_ptr(), size], items, 2, block, shared) == 0
    best = x.max(-1, keepdim=True).values
    one = torch.ones_like(x)
    expected = [x.flip(-1), x.sum(-1, keepdim=True) * one, size * one, best * one,
                (x == best).double().argmax(-1, keepdim=True) * one, x[:, -1:] * one,
                (x > 2.5).any(-1, keepdim=True) * one, best * one]  # fmt: skip
    assert torch.equal(out.cpu(), torch.stack(expected, 1))


def test_teams_without_mistakes() -> None:
    x = torch.zeros(40, 8, dtype=torch.float64, device="cuda")
    assert launch(function(MISTAKES, "Mistakes"), [x.data_ptr(), 0], 40, 2, 64, 1024) == 0
    assert torch.equal(x.cpu(), torch.ones(40, 8, dtype=torch.float64))


@pytest.mark.parametrize("mistake", SEEN)
def test_mistakes_of_teams_are_seen(mistake: int, capfd: pytest.CaptureFixture[str]) -> None:
    x = torch.zeros(5, 8, dtype=torch.float64, device="cuda")
    # One team per block for the one that reads beyond its memory.
    shape = (5, 5, 8, 128) if mistake == 5 else (5, 1, 64, 1024)
    status = launch(function(MISTAKES, "Mistakes"), [x.data_ptr(), mistake], *shape)
    assert status == 719
    assert SEEN[mistake] in capfd.readouterr().err


def test_shared_memory_beyond_what_was_asked_for() -> None:
    x = torch.zeros(5, 8, dtype=torch.float64, device="cuda")
    assert launch(function(MISTAKES, "Mistakes"), [x.data_ptr(), 0], 5, 1, 64, 49 * 1024) == 1
