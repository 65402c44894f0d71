"""``python -m benchmarks.distributed [--processes 1 2 4]``: how work on sharded tensors scales over processes.

Each case is timed in 1, 2 and 4 processes of this machine (gloo, one thread each): the least of several steps, of which
each is as long as its slowest process takes; with ``--cpu-time`` the busiest one's computing, without waits. Beside it
stand the bytes that a process receives in a step, counted from the matrix's pattern or the shape. ``--gpus 64`` prints
the model of docs/distributed.md for so many GPUs, with no measurement in it.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.distributed as dist
from torch.distributed.device_mesh import init_device_mesh
from torch.multiprocessing.spawn import spawn

from benchmarks.report import duration

SIDE = 600  # of the grid whose Laplacian is multiplied by
LENGTH, ROWS = 1000, 2000  # of the array that is transformed


def laplacian(n: int) -> Any:
    """Return the five-point matrix of a square grid."""
    from sci import sparse

    line = sparse.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(n, n), dtype=torch.float64)
    eye = sparse.eye_array(n, dtype=torch.float64)
    return (sparse.kron(line, eye) + sparse.kron(eye, line)).tocsr()


def cases(mesh: Any) -> Iterator[tuple[str, Callable[[], Any], int]]:
    """Yield a case's name, its step, and the bytes that this process receives in it."""
    from torch.distributed.tensor import Shard, distribute_tensor

    import sci.distributed
    from sci import fft, special
    from sci.sparse.linalg import cg

    p = mesh.size()
    x = distribute_tensor(torch.linspace(0.1, 20, 1 << 20, dtype=torch.float64), mesh, [Shard(0)])
    yield "jv(0.3, x), 2^20 numbers", lambda: special.jv(0.3, x), 0
    rows = distribute_tensor(torch.randn(ROWS, LENGTH, dtype=torch.float64), mesh, [Shard(0)])
    bytes_of_array = 16 * ROWS * (LENGTH // 2 + 1)
    yield f"rfft along rows, {ROWS} x {LENGTH}", lambda: fft.rfft(rows), 0
    spectrum = fft.rfft(rows)
    # gloo has no all-to-all of one tensor: torch gathers.
    yield (
        f"fft along the sharded axis, {ROWS} x {LENGTH // 2 + 1}",
        lambda: fft.fft(spectrum, axis=0),
        (bytes_of_array * (p - 1) // p),
    )
    A = sci.distributed.RowSharded(laplacian(SIDE), mesh)
    b = distribute_tensor(torch.ones(SIDE * SIDE, dtype=torch.float64), mesh, [Shard(0)])
    yield f"A @ x, Laplacian {SIDE} x {SIDE}", lambda: A @ b, 8 * A.halo
    leaf: Any = b.clone().requires_grad_()
    yield "A @ x and its gradient", lambda: torch.autograd.grad((A @ leaf).sum(), leaf), 16 * A.halo
    yield "20 iterations of cg", lambda: cg(A, b, rtol=0.0, maxiter=20), 20 * 8 * (A.halo + 3 * (p > 1))


def work(rank: int, world: int, address: str, folder: str, cpu_time: bool) -> None:
    """Time every case in one of the processes; the first writes the figures."""
    torch.set_num_threads(1)
    watch = time.process_time if cpu_time else time.perf_counter
    dist.init_process_group("gloo", init_method=address, rank=rank, world_size=world)
    mesh = init_device_mesh("cpu", (world,))
    torch.manual_seed(0)
    found = []
    for name, step, received in cases(mesh):
        step()
        best = torch.tensor(float("inf"), dtype=torch.float64)
        stop, count = time.perf_counter() + 2.0, 0
        while count < 5 or (time.perf_counter() < stop and count < 40):
            dist.barrier()
            begin = watch()
            step()
            took = torch.tensor([watch() - begin, time.perf_counter() - stop], dtype=torch.float64)
            dist.all_reduce(took, dist.ReduceOp.MAX)  # also so that all agree on when to stop
            best = torch.minimum(best, took[0])
            count += 1
            stop = time.perf_counter() - float(took[1])
        most = torch.tensor(received)
        dist.all_reduce(most, dist.ReduceOp.MAX)
        found.append((name, float(best), int(most)))
    if rank == 0:
        pathlib.Path(folder, f"{world}.json").write_text(json.dumps(found))
    dist.destroy_process_group()


def measure(processes: list[int], cpu_time: bool) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        for world in processes:
            address = f"file://{folder}/meet{world}"
            spawn(work, (world, address, folder, cpu_time), nprocs=world)  # type: ignore[no-untyped-call]
        found = {p: json.loads(pathlib.Path(folder, f"{p}.json").read_text()) for p in processes}
    print("| step | " + " | ".join(f"{p} process{'es' * (p > 1)}" for p in processes) + " | received, per process |")
    print("|---|" + "---|" * (len(processes) + 1))
    for rows in zip(*found.values(), strict=True):
        times = " | ".join(duration(row[1]) for row in rows)
        print(f"| {rows[0][0]} | {times} | {' / '.join(f'{row[2] / 1024:.0f}' for row in rows)} KiB |")


def model(p: int, n: int, memory: float, link: float, latency: float) -> None:
    """Print what a step on p GPUs takes by bytes alone: a grid of n^3 points, 8-byte values and 4-byte indices."""
    rows = n**3 // p
    product = rows * (7 * 12 + 4 + 16) / memory  # entries, row pointers, x read and y written
    vectors = rows * 8 * 10 / memory  # what an iteration of cg reads and writes besides
    side = round(p ** (1 / 3))
    cuts = {"slabs": 2 * n * n * 8}
    if side**3 == p and n % side == 0:
        cuts["blocks"] = 6 * (n // side) ** 2 * 8
    print(f"{p} GPUs, grid of {n}^3, {memory / 1e12:.2f} TB/s of memory and {link / 1e9:.0f} GB/s per link\n")
    print("| step | received, per GPU | memory | links | share of the time alone |")
    print("|---|---|---|---|---|")

    def row(name: str, received: float, local: float, waits: float = 0.0) -> None:
        sent = received / link + waits
        share = f"{100 * local / (local + sent):.0f} %"
        print(
            f"| {name} | {received / 2**20:.1f} MiB | {duration(local)} | {duration(sent) if sent else '-'} | {share} |"
        )

    row("elementwise function, transform along whole rows, batch of decompositions", 0, rows * 16 / memory)
    row("transform along the sharded axis", 16 * rows * (p - 1) / p, rows * 16 * 4 / memory)
    for cut, received in cuts.items():
        row(f"A @ x, {cut}", received, product)
        row(f"iteration of cg, {cut}", received, product + vectors, 3 * latency)


def main() -> None:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m benchmarks.distributed", description=__doc__, formatter_class=form)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--cpu-time", action="store_true", help="the busiest process's own time, for a shared machine")
    parser.add_argument("--gpus", type=int, help="print the model for so many GPUs, and measure nothing")
    parser.add_argument("--grid", type=int, default=1024, help="points along each side of the model's grid")
    parser.add_argument("--memory", type=float, default=3.35e12, help="bytes per second of a GPU's memory")
    parser.add_argument("--link", type=float, default=50e9, help="bytes per second between GPUs, per GPU")
    parser.add_argument("--latency", type=float, default=20e-6, help="seconds of an all-reduce of a number")
    options = parser.parse_args()
    if options.gpus:
        model(options.gpus, options.grid, options.memory, options.link, options.latency)
    else:
        measure(options.processes, options.cpu_time)


if __name__ == "__main__":
    main()
