"""Conversions take no more than three times its output, read from the process's highest memory (Linux)."""

from __future__ import annotations

import concurrent.futures
import ctypes
import gc
import pathlib
from collections.abc import Callable
from typing import Any

import pytest
import torch

from sci.sparse import coo_array, csr_array, eye_array

STATUS, RESET = pathlib.Path("/proc/self/status"), pathlib.Path("/proc/self/clear_refs")
SIZE, DEGREE = 200_000, 10
SLACK = 4 * 2**20  # pools of threads, the interpreter


def memory(field: str) -> int:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(field))
    return 1024 * int(line.split()[1])


def peak(call: Callable[[], Any]) -> tuple[int, Any]:
    """How much more memory a call takes at its worst, its result included."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what is free goes back, so that taking it again is seen
    torch.ops.sci._release_memory()
    RESET.write_text("5")
    before = memory("VmRSS")
    made = call()
    return memory("VmHWM") - before, made


def parts(A: Any) -> int:
    """Bytes of the tensors that an array is made of."""
    tensors = [A] if isinstance(A, torch.Tensor) else [A.data]
    if not isinstance(A, torch.Tensor):
        tensors += list(A.coords) if A.format == "coo" else [A.offsets] if A.format == "dia" else [A.indices, A.indptr]
    return sum(x.numel() * x.element_size() for x in tensors)


def made(format: str) -> Any:
    """A fresh array of 2 million entries, unless of blocks or diagonals, of which nothing is known but its entries."""
    generator = torch.Generator().manual_seed(0)
    if format in ("bsr", "dia"):
        band = torch.arange(SIZE).repeat_interleave(DEGREE)
        rows, columns = band, (band // 2 * 2 + torch.arange(DEGREE).repeat(SIZE)).clamp(max=SIZE - 1)
    else:
        rows = torch.arange(SIZE).repeat_interleave(DEGREE)
        columns = torch.randint(SIZE, rows.shape, generator=generator)
    data = torch.randn(rows.shape, generator=generator, dtype=torch.float64)
    A = coo_array((data, (rows.int(), columns.int())), shape=(SIZE, SIZE))
    A.sum_duplicates()
    if format == "coo":
        order = torch.randperm(A.nnz, generator=generator)
        return coo_array((A.data[order], tuple(x[order] for x in A.coords)), shape=A.shape)
    A = A.tocsr()
    if format == "csr":
        return csr_array((A.data, A.indices, A.indptr), shape=A.shape)
    return A.tobsr((2, 2)) if format == "bsr" else A.asformat(format)


COMPRESSED = ("csr", "csc", "coo")
CONVERSIONS = [
    *((source, target) for source in COMPRESSED for target in COMPRESSED if source != target),
    ("bsr", "coo"),
    ("bsr", "csr"),
    ("dia", "coo"),
    ("dia", "csr"),
]


@pytest.mark.skipif(not RESET.exists(), reason="the highest memory is read where Linux writes it")
@pytest.mark.parametrize(("source", "target"), CONVERSIONS)
def test_conversions_take_three_times_their_output(source: str, target: str) -> None:
    A = made(source)
    try:
        taken, B = peak(lambda: A.asformat(target))
    except PermissionError:
        pytest.skip("the highest memory cannot be reset")
    assert taken <= 3 * parts(B) + SLACK, f"{taken / parts(B):.1f} times the output"


@pytest.mark.skipif(not RESET.exists(), reason="the highest memory is read where Linux writes it")
def test_blocks_take_three_times_their_output() -> None:
    A = made("bsr").tocsr()
    A = csr_array((A.data, A.indices, A.indptr), shape=A.shape)
    for size in ((2, 2), None):
        try:
            taken, B = peak(lambda size=size: A.tobsr(size))
        except PermissionError:
            pytest.skip("the highest memory cannot be reset")
        assert taken <= 3 * parts(B) + SLACK, f"{taken / parts(B):.1f} times the output"


@pytest.mark.skipif(not RESET.exists(), reason="the highest memory is read where Linux writes it")
def test_transposing_and_making_take_three_times_their_output() -> None:
    A = made("csr")
    for call in (lambda: A.T.tocsr(), lambda: csr_array((A.data, A.indices, A.indptr), shape=A.shape, copy=True)):
        try:
            taken, B = peak(call)
        except PermissionError:
            pytest.skip("the highest memory cannot be reset")
        assert taken <= 3 * parts(B) + SLACK, f"{taken / parts(B):.1f} times the output"


def test_memory_of_long_results_is_given_out_again() -> None:
    A, x = eye_array(2**20, format="csr", dtype=torch.float64), torch.arange(2**20, dtype=torch.float64)
    torch.ops.sci._release_memory()
    first = A @ x
    place = first.data_ptr()
    second = A @ (2 * x)  # the first is still in use
    assert second.data_ptr() != place
    part = first[5:10]
    del first
    third = A @ x
    assert third.data_ptr() != place
    assert torch.equal(part, x[5:10])
    del part
    fourth = A @ x
    assert fourth.data_ptr() == place
    for y, wanted in ((second, 2 * x), (third, x), (fourth, x)):
        assert torch.equal(y, wanted)


def test_kept_memory_by_several_threads() -> None:
    A, x = eye_array(2**20, format="csr", dtype=torch.float64), torch.arange(2**20, dtype=torch.float64)

    def work(factor: int) -> bool:
        return all(torch.equal(A @ (factor * x), factor * x) for _ in range(5))

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(4)))
