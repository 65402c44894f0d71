"""What warps lose where their lanes go different ways: ``python -m tests.emulator.divergence [--match REGEX]``.

Runs the elementwise kernels of public functions on the arguments of ``python -m benchmarks special``, the samples of
all groups mixed at random, and counts how often each lane runs each basic block; with ``--derivatives`` those of
functions that only derivatives use, on their own samples, and of backward passes (`NAME_pullback`), on the function's
samples, its values and gradients that are normal random numbers. A warp runs a block as often as the
lane that does so most; the factor is what a warp runs over what a lane needs on average, weighed by g++'s instructions,
1 where all lanes do the same. An elementary function counts as `FUNCTION` instructions, a division or root as
`DIVISION`, as they are a call or one instruction here. `sorted` is the factor where blocks of `SORTED` elements are
sorted as csrc/core/sorted.h does it, `gain` what warps run without sorting over what they run with it, `SORTING`
instructions an element for that counted; `sorts` says whether the kernel does.

A lower bound: a block is taken to be run by all lanes that need it at once, though they come to it by different calls
or in different rounds of an outer loop, and elementary functions are taken to have one way through.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import ctypes
import itertools
import pathlib
import re
import statistics
import subprocess
import tempfile
from typing import Any, NamedTuple

import torch
from torch import Tensor

from sci._core import runtime
from tests import emulator
from tests.emulator import prepare
from tools.generate_operators import body

WIDTH, SORTED = 32, 1024
SORTING = 60  # instructions an element, of what sorts and loads it again
FUNCTION, DIVISION = 40, 10
FLAGS = [
    *("-std=gnu++17", "-w", "-O2", "-shared", "-fPIC", "-fno-gnu-unique", "-fno-math-errno", "-fno-trapping-math"),
    *("-march=x86-64-v3", "-ffp-contract=fast", "-fsanitize-coverage=trace-pc", "-fno-optimize-sibling-calls"),
    # What is not apart is copied into its callers, as NVRTC does.
    *("--param", "max-inline-insns-single=20000", "--param", "inline-unit-growth=100000"),
    *("--param", "large-function-growth=100000", "--param", "large-stack-frame-growth=100000"),
]


class Kernel(NamedTuple):
    name: str  # of the function, and its arguments' kinds
    body: str
    definition: str
    args: list[Tensor]
    outputs: Tensor
    sorts: bool

    @property
    def is_pullback(self) -> bool:
        """Does it sort by the arguments between the gradient and the value alone?"""
        return "_pullback" in self.name


def kernels(match: str, dtype: torch.dtype, count: int, derivatives: bool = False) -> dict[str, list[Kernel]]:
    """Return the kernels to run, by the headers they include."""
    # Which starts the emulator, before anything loads the library.
    sources = {name.partition("<")[2]: (name, source) for name, source in prepare.kernels()}
    from benchmarks import special
    from sci._core.cards import elementwise_cards

    kinds = {"r": dtype, "c": dtype.to_complex(), "i": torch.int64}
    found: dict[str, list[Kernel]] = collections.defaultdict(list)

    def add(label: str, function: str, ins: str, outs: str, args: list[Tensor]) -> None:
        name = body(function, ins, outs, int(dtype is torch.float64))
        kernel, source = sources[f"{name}>"]
        includes, _, definition = source.partition("namespace")
        if args:
            made = torch.empty(len(outs), count, dtype=kinds[outs[0]])
            sorts = kernel.startswith("run_sorted")
            found[includes].append(Kernel(label, name, f"namespace{definition}", args, made, sorts))

    public = special.cards()  # which imports what has cards
    for card in public if not derivatives else [card for _, card in sorted(elementwise_cards.items())]:
        outputs = dict(card.signatures)
        for signature in special.signatures(card):
            label, back = card.name + (", complex" if "c" in signature else ""), f"{card.name}_pullback"
            if not (derivatives and card.public) and re.search(match, label):
                args = special.arguments(card, signature, dtype, count, None)
                add(label, card.name, signature, outputs[signature], args)
            ins, outs = f"r{signature}r", signature  # as tools.generate_operators has them
            if derivatives and f"{body(back, ins, outs, int(dtype is torch.float64))}>" in sources:
                if args := special.arguments(card, signature, dtype, count, None) if re.search(match, back) else []:
                    grad = torch.randn(count, dtype=dtype, generator=torch.Generator().manual_seed(1))
                    add(back, back, ins, outs, [grad, *args, card.function(*args)])
    return found


def compile_together(folder: str, number: int, includes: str, chosen: list[Kernel]) -> str:
    """Return the path of a library with the kernels of the same headers."""
    unit, library = (f"{folder}/{number}.{ending}" for ending in ("cpp", "so"))
    lines = [f'#include "{emulator.HERE}/divergence.h"', *re.findall(r'#include "[^"]*"', includes)]
    lines += dict.fromkeys(kernel.definition for kernel in chosen)
    for i, kernel in enumerate(chosen):
        lines.append(f"DIVERGENCE_KERNEL({i}, {str(kernel.is_pullback).lower()}, {kernel.body})")
    pathlib.Path(unit).write_text("\n".join(lines) + "\n")
    subprocess.run(["g++", *FLAGS, f"-I{runtime.source_path()}", unit, "-o", library], check=True)
    return library


def weights(library: str) -> Tensor:
    """Return the instructions of each block, by the place where its first call returns to."""
    text = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", library], capture_output=True, text=True, check=True
    ).stdout
    found: dict[int, int] = {}
    begins, block = False, 0
    # An instruction, or the beginning of a function.
    for place, operation, what in re.findall(r"^ *([0-9a-f]+)(?::\t(\S+) *(.*)| <.*>:)$", text, re.M):
        if begins or not operation:
            block = int(place, 16) if begins else 0
            found[block] = 0
        begins = operation == "call" and "__sanitizer_cov_trace_pc" in what
        if not begins and block:
            called = re.search(r"<[a-z]\w*@plt>", what)
            found[block] += FUNCTION if called else DIVISION if re.match("v?(i?div|sqrt)", operation) else 1
    weight = torch.zeros(1 + max(found), dtype=torch.int32)
    weight[list(found)] = torch.tensor(list(found.values()), dtype=torch.int32)
    return weight


def count(function: Any, kernel: Kernel, args: list[Tensor], weight: Tensor) -> tuple[Tensor, Tensor]:
    """Return the instructions that elements need, and those that warps run."""
    operands = [*kernel.outputs, *args]
    data = (ctypes.c_void_p * len(operands))(*(x.data_ptr() for x in operands))
    needed = torch.zeros(len(args[0]), dtype=torch.int64)
    run = torch.zeros(len(args[0]) // WIDTH, dtype=torch.int64)
    pointers = (ctypes.c_void_p(x.data_ptr()) for x in (weight, needed, run))
    function(data, ctypes.c_longlong(len(run)), *pointers)
    return needed, run


def sorted_order(library: Any, index: int, kernel: Kernel) -> Tensor:
    """Return the order in which a sorted kernel takes its elements, by blocks."""
    operands = [*kernel.outputs, *kernel.args]
    data = (ctypes.c_void_p * len(operands))(*(x.data_ptr() for x in operands))
    bins = torch.empty(len(kernel.args[0]), dtype=torch.int64)
    library[f"divergence_bins{index}"](data, ctypes.c_longlong(len(bins)), ctypes.c_void_p(bins.data_ptr()))
    order = bins.reshape(-1, SORTED).argsort(dim=1, stable=True) + torch.arange(0, len(bins), SORTED)[:, None]
    return order.ravel()


def row(library: Any, index: int, kernel: Kernel, weight: Tensor) -> tuple[float, float, float, float, str]:
    """Return what sorting gains, the factor, what an element needs, the factor of sorted blocks, and the function."""
    function = library[f"divergence_run{index}"]
    needed, run = count(function, kernel, kernel.args, weight)
    order = sorted_order(library, index, kernel)
    _, of_sorted = count(function, kernel, [x[order] for x in kernel.args], weight)
    mean = float(needed.double().mean())
    factor, less = (float(WIDTH * x.sum() / needed.sum()) for x in (run, of_sorted))
    return factor * mean / (less * mean + SORTING), factor, mean, less, kernel.name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--match", default="", help="only functions whose name matches this regular expression")
    parser.add_argument("--blocks", type=int, default=2, help=f"of {SORTED} elements")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--most", type=int, default=20, help="rows of the table")
    parser.add_argument("--float32", action="store_true")
    parser.add_argument("--derivatives", action="store_true", help="kernels of derivatives instead")
    options = parser.parse_args()
    dtype = torch.float32 if options.float32 else torch.float64
    groups = kernels(options.match, dtype, SORTED * options.blocks, options.derivatives)
    rows = []
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        made = pool.map(compile_together, itertools.repeat(folder), itertools.count(), groups, groups.values())
        for path, chosen in zip(made, groups.values(), strict=True):
            library, weight = ctypes.CDLL(path), weights(path)
            rows += [(*row(library, i, kernel, weight), kernel.sorts) for i, kernel in enumerate(chosen)]
    print("| function | instructions an element | factor | sorted | gain | sorts |\n|---|---|---|---|---|---|")
    rows.sort(key=lambda row: row[1], reverse=True)
    for gain, factor, needed, of_sorted, name, sorts in rows[: options.most]:
        print(f"| {name} | {needed:.0f} | {factor:.1f} | {of_sorted:.1f} | {gain:.1f} | {'yes' if sorts else 'no'} |")
    factors = [row[1] for row in rows]
    above = sum(factor > 3 for factor in factors)
    print(f"\n{len(factors)} kernels: median {statistics.median(factors):.1f}, {above} above 3")


if __name__ == "__main__":
    main()
