"""What only a GPU can show: CUDA against CPU on the samples, streams, graphs, devices, synchronisation, size."""

from __future__ import annotations

import fcntl
import pathlib
import tempfile
import threading
from collections.abc import Callable, Iterator

import pytest
import torch

from sci import fft, interpolate, linalg, special
from sci._core.cards import ElementwiseCard, elementwise_cards
from sci.testing import points_condition, read_table, table_path, ulp_error
from tools.accuracy import tensors
from tools.reference import load_domain

pytestmark = pytest.mark.gpu

ROOT = pathlib.Path(__file__).resolve().parents[2]
load_domain("special")
CARDS = sorted(elementwise_cards.values(), key=lambda card: card.name)
each_card = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)


@each_card
def test_cuda_agrees_with_cpu(card: ElementwiseCard) -> None:
    """Both keep the card's promise (test_elementwise_cards); here they are held against each other, twice as wide."""
    parts: dict[tuple[str, str], list] = {}
    for row in read_table(table_path(card, ROOT)).rows:
        parts.setdefault((row.signature, row.precision), []).append(row)
    for rows in parts.values():
        args = tensors(rows)
        here, there = card.function(*args), card.function(*(x.cuda() for x in args))
        pairs = zip(*(found if isinstance(found, tuple) else (found,) for found in (here, there)), strict=True)
        for k, (a, b) in enumerate(pairs):
            assert b.is_cuda
            assert b.dtype == a.dtype
            dtype = str(a.dtype).removeprefix("torch.")
            bound = getattr(card.ulp, dtype) or card.ulp.float64
            errors = ulp_error(b.cpu().numpy(), a.numpy(), dtype)
            allowed = [2 * max(bound, points_condition(row, k, card.outputs)) for row in rows]
            worst = int((errors / allowed).argmax())
            assert (errors <= allowed).mean() > 0.99, f"{card.name}{rows[worst].args}: {errors[worst]} ulp"


@each_card
def test_no_hidden_synchronisation(card: ElementwiseCard) -> None:
    rows = [row for row in read_table(table_path(card, ROOT)).rows if row.precision == "float64"]
    rows = [row for row in rows if row.signature == rows[0].signature][:8]
    args = [x.cuda() for x in tensors(rows)]
    card.function(*args)
    torch.cuda.synchronize()
    torch.cuda.set_sync_debug_mode("error")
    try:
        card.function(*args)
    finally:
        torch.cuda.set_sync_debug_mode("default")


def test_current_stream_is_used() -> None:
    x = torch.rand(1 << 22, dtype=torch.float64, device="cuda")
    want = special.erfcx(x)
    streams = [torch.cuda.Stream() for _ in range(3)]
    results = []
    torch.cuda.synchronize()
    for k, stream in enumerate(streams):
        with torch.cuda.stream(stream):
            y = x + 0.0
            for _ in range(k + 1):
                y = y * 1.0
            results.append(special.erfcx(y))
    torch.cuda.synchronize()
    for result in results:
        torch.testing.assert_close(result, want, rtol=0, atol=0)


def test_graph_capture_of_a_warm_call() -> None:
    x = torch.linspace(0.1, 5, 1000, dtype=torch.float64, device="cuda")
    special.erfcx(x)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        out = special.erfcx(x)
    x.copy_(x + 1)
    graph.replay()
    torch.testing.assert_close(out, special.erfcx(x), rtol=0, atol=0)


def test_threads_without_a_context() -> None:
    """A fresh thread has no current CUDA context: the guard makes one current."""
    x = torch.rand(100, dtype=torch.float64, device="cuda")
    want, found = special.erfcx(x), []
    thread = threading.Thread(target=lambda: found.append(special.erfcx(x)))
    thread.start()
    thread.join()
    torch.testing.assert_close(found[0], want, rtol=0, atol=0)


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="one GPU")
def test_device_that_is_not_the_current_one() -> None:
    x = torch.rand(100, dtype=torch.float64)
    for index in range(torch.cuda.device_count()):
        out = special.erfcx(x.to(f"cuda:{index}"))
        assert out.device.index == index
        torch.testing.assert_close(out.cpu(), special.erfcx(x), rtol=1e-14, atol=0)
    with pytest.raises(RuntimeError, match="one device"):
        special.kv(x.to("cuda:0"), x.to("cuda:1"))


ROW = torch.linspace(0.5, 2, 1024)
MANY: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "dense": special.erfcx,
    "turned": lambda x: special.erfcx(x.mT).mT,
    "broadcast": lambda x: special.xlogy(x[:, :1], ROW.to(x.device)),
    "several outputs": lambda x: special.sici(x)[1],
    "dct": fft.dct,
    "det": lambda x: linalg.det(x.unflatten(1, (16, 8, 8)) + torch.eye(8, device=x.device)),
    "spline": lambda x: interpolate.CubicSpline(ROW[:9].to(x.device), ROW[:9].to(x.device))(x),
}


@pytest.fixture
def alone() -> Iterator[None]:
    """No other process holds as much at the same time, or keeps it."""
    with open(pathlib.Path(tempfile.gettempdir()) / "sci_large", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
        torch.cuda.empty_cache()


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("name", MANY)
def test_more_than_two_to_the_31_elements(name: str) -> None:
    rows = (1 << 21) + 3
    if torch.cuda.mem_get_info()[0] < 1 << 36:
        pytest.skip("not enough memory on this GPU")
    x = ROW.cuda().repeat(rows, 1)
    x[-1] *= 0.75
    places = [0, rows // 2, rows - 2, rows - 1]
    found, want = MANY[name](x)[places], MANY[name](x[places])
    assert (found - want).abs().max() <= 1e-6 * want.abs().max()


def test_a_number_is_copied_to_the_gpu_once() -> None:
    x = torch.rand(10, dtype=torch.float64, device="cuda")
    special.kv(1.25, x)
    torch.cuda.set_sync_debug_mode("error")
    try:
        special.kv(1.25, x)
    finally:
        torch.cuda.set_sync_debug_mode("default")


def test_two_devices_raise() -> None:
    with pytest.raises(RuntimeError, match="one device"):
        special.kv(torch.ones(3, device="cuda"), torch.ones(3))
