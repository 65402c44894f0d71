"""What a kernel needs of the GPU: registers, stack, machine code by its cubin, spills and shared memory by the log.

The section ``.nv.info`` holds records of a format byte, an attribute byte and, in format 4, a length of two bytes and
that many bytes: the number of a symbol and a value. The stack holds local arrays and spilled registers; how much of it
is spills, only the assembler's log (``--ptxas-options=-v``) says.

Instructions have 16 bytes from sm_70 on, the first two of which hold the operation: 0x28 to 0x2b in nine bits are
products, sums, comparisons and fused products in double, 0x983 and 0x387 in twelve load and store local memory. NVIDIA
does not document this; nvdisasm's words for fifteen kernels of sm_90 and their 300,000 instructions agree with it.
"""

from __future__ import annotations

import re
import struct
from collections import Counter
from typing import NamedTuple

FRAME_SIZE, REGISTERS = 0x11, 0x2F
DOUBLE, LOCAL = range(0x28, 0x2C), (0x983, 0x387)


class Resources(NamedTuple):
    """Of the most demanding function in the file; None where the file does not say."""

    registers: int | None
    stack: int | None
    code: int
    double: int  # instructions that compute in double precision
    local: int  # instructions that load or store local memory: arrays with an index, spills


class Spills(NamedTuple):
    """Bytes that all functions of a program together move for want of registers, and its bytes of shared memory."""

    stores: int
    loads: int
    shared: int


def spills(log: str) -> Spills:
    """Return what the assembler's log says of spills and shared memory."""
    pairs = re.findall(r"(\d+) bytes spill stores, (\d+) bytes spill loads", log)
    shared = re.findall(r"(\d+) bytes smem", log)
    stores, loads = (sum(int(pair[i]) for pair in pairs) for i in (0, 1))
    return Spills(stores, loads, max(map(int, shared), default=0))


def stack_is_known(log: str) -> bool:
    """Return False for a kernel with a function that calls itself: CUDA gives it 1 KB, be that enough or not."""
    whole = map(int, re.findall(r"(\d+) bytes cumulative stack size", log))
    frames = map(int, re.findall(r"(\d+) bytes stack frame", log))
    return max(frames, default=0) <= max(whole, default=0)


def sections(image: bytes) -> dict[str, bytes]:
    """Return an ELF file's sections by name."""
    (table,) = struct.unpack_from("<Q", image, 0x28)
    size, count, names = struct.unpack_from("<HHH", image, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", image, table + i * size) for i in range(count)]
    text = image[headers[names][4] :]
    found = {}
    for name, kind, _, _, offset, length in headers:
        label = text[name : text.index(b"\0", name)].decode()
        found[label] = b"" if kind == 8 else image[offset : offset + length]  # 8: no content in the file
    return found


def resources(image: bytes) -> Resources:
    """Return what a cubin needs; nothing but its size for what is no ELF file (PTX)."""
    if image[:4] != b"\x7fELF":
        return Resources(None, None, len(image), 0, 0)
    parts = sections(image)
    info, values = parts.get(".nv.info", b""), {FRAME_SIZE: [], REGISTERS: []}  # type: ignore[var-annotated]
    at = 0
    while at + 4 <= len(info):
        form, attribute, length = struct.unpack_from("<BBH", info, at)
        at += 4
        if form == 4:
            if attribute in values and length == 8:
                values[attribute].append(struct.unpack_from("<II", info, at)[1])
            at += length
    code = b"".join(content for name, content in parts.items() if name.startswith(".text"))
    operations = Counter(half for half, *_ in struct.iter_unpack("<H14x", code))
    double = sum(count for half, count in operations.items() if half & 0x1FF in DOUBLE)
    local = sum(count for half, count in operations.items() if half & 0xFFF in LOCAL)
    registers, stack = (max(values[kind], default=None) for kind in (REGISTERS, FRAME_SIZE))
    return Resources(registers, stack, len(code), double, local)
