"""What tools.compile_kernels reports of a kernel is read from the cubin."""

from __future__ import annotations

import pathlib

import pytest
import torch

from sci._core import runtime
from tools.cubin import resources, spills, stack_is_known
from tools.kernel_functions import functions

runtime.load_library()


@pytest.mark.skipif(not torch.ops.sci._nvrtc_version(), reason="NVRTC is not installed")
def test_resources(tmp_path: pathlib.Path) -> None:
    names = torch.ops.sci._kernels().splitlines()
    pair = [i for i, name in enumerate(names) if "call_erfinv," in name]
    file = tmp_path / "pair.cubin"
    torch.ops.sci._compile_kernels(",".join(map(str, pair)), "sm_80", False, str(file))
    image = file.read_bytes()
    found = resources(image)
    assert found.registers is not None
    assert 8 <= found.registers <= 255
    assert found.stack is not None
    assert found.stack < 1024
    assert 500 < found.code < len(image)
    assert found.double > 50
    assert resources(b".version 8.0") == (None, None, 12, 0, 0)
    log = pathlib.Path(f"{file}.log").read_text()
    assert f"Used {found.registers} registers" in log
    assert spills(log).shared == 0  # an elementwise kernel has none
    assert stack_is_known(log)


def test_spills_are_read_from_the_log() -> None:
    line = "ptxas         .     {} bytes stack frame, {} bytes spill stores, {} bytes spill loads\n"
    used = "ptxas info    : Used 255 registers, used 1 barriers, 96 bytes cumulative stack size, 2048 bytes smem\n"
    assert spills(line.format(96, 40, 44) + used + line.format(8, 2, 3)) == (42, 47, 2048)
    assert spills("") == (0, 0, 0)
    assert stack_is_known(line.format(96, 0, 0) + used)
    assert not stack_is_known(used + line.format(104, 0, 0))


def test_functions_of_a_kernel_are_counted_by_size() -> None:
    ptx = (
        ".func  (.param .b64 out) part(\n\t.param .b64 in\n)\n{\n\tadd;\n\tret;\n}\n"
        ".visible .entry kernel(\n\t.param .u64 p\n)\n{\n"
        "\tcall.uni (r), \n\tpart, \n\t(a);\n\tcall.uni (r), \n\tpart, \n\t(b);\n\tret;\n}\n"
    )
    assert functions(ptx) == [(3, 0, "kernel"), (2, 2, "part")]
