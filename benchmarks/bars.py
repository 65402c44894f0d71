"""The rows that the bars for a GPU are about: ``python -m benchmarks bars --device cuda --out FILE.json``.

`benchmarks.verdicts` holds them against the bars; `--quick` rehearses them with little data. Elementwise functions come
last, in an order in which those that there was time for are a sample of all.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import inspect
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import torch

from benchmarks import interpolate, sparse, special
from benchmarks.cases import Case, Context, find, present
from benchmarks.sparse_matrices import Parts, banded, laplacian

SIZES = (1_000_000, 100_000_000, 10_000)
STEPS = 100  # of conjugate gradients


def cases(context: Context) -> Iterator[Case]:
    """Yield the rows, each with the bars' name for it; none beside SciPy, which has the CPU."""
    context = dataclasses.replace(context, peers=tuple(p for p in context.peers if p != "scipy"))
    groups: tuple[tuple[str, Callable[[Context], Iterator[Case]]], ...] = (
        ("small", _small), ("fft", _transforms), ("linalg", _batches), ("sparse", _products), ("solvers", _solvers),
        ("interpolate", _interpolants), ("special", _functions),
    )  # fmt: skip
    for group, rows in groups:
        try:
            yield from (dataclasses.replace(case, group=group) for case in rows(context))
        except Exception as error:  # a peer's trouble must not cost the other groups
            yield Case(f"{group}: rows that could not be made", str(error), {"sci": functools.partial(_fail, error)})


def _fail(error: Exception) -> None:
    raise error


def _functions(context: Context) -> Iterator[Case]:
    """Yield elementwise functions of real numbers in three sizes, of each those of the bars before a third.

    JAX's come last: they compile for each size, and some have no end for arguments far out.
    """
    shuffled = sorted(special.cards(), key=lambda card: hashlib.md5(card.name.encode()).digest())
    others = tuple(peer for peer in context.peers if peer != "jax")
    groups = [(1000,)] if context.quick else [SIZES[:2], SIZES[2:]]
    passes = [(group, others, "") for group in groups]
    if "jax" in context.peers:
        passes.append((groups[0][:1], ("jax",), ", JAX"))
    for sizes, peers, beside in passes:
        for card, count, dtype in itertools.product(shuffled, sizes, (torch.float64, torch.float32)):
            signature = special.signatures(card)[0]
            args = [] if "c" in signature else special.arguments(card, signature, dtype, count, None, context.device)
            if args:
                label = f"{count} {str(dtype).removeprefix('torch.')}{beside}"
                case = special.row(dataclasses.replace(context, peers=peers), card, args, label)
                if case is not None and (not beside or "jax" in case.calls):
                    yield case


def _small(context: Context) -> Iterator[Case]:
    """Yield calls on five numbers of what torch has, too, and a few of other domains: so many in a row that the host's
    time is what counts, as long as the kernel takes less."""
    without = dataclasses.replace(context, peers=tuple(p for p in context.peers if p != "jax"))
    for card in special.cards():
        if special.torch_function(card.name) is not None:
            args = special.arguments(card, special.signatures(card)[0], torch.float64, 5, None, context.device)
            for case in present(special.row(without, card, args, "5 float64")):
                yield dataclasses.replace(case, bytes=None)
    x, a, b = context.randn(5), context.randn(4, 4) + 4 * torch.eye(4, device=context.device), context.randn(4, 1)
    yield from present(
        without.case("fft.dct", "5 float64", x, torch_call=torch.fft.rfft),
        without.case("linalg.solve", "4 x 4", a, b, torch_call=torch.linalg.solve),
    )
    libraries = _libraries(without, banded(5, 1))
    yield Case("A @ x", "5 rows", {p: functools.partial(_product, lib, lib.own(x)) for p, lib in libraries.items()})


def _transforms(context: Context) -> Iterator[Case]:
    """Yield cosine and sine transforms, and cuFFT's `rfft` of the same length, in which their cost is told."""
    shapes = [(1 << 20, 16), (1 << 16, 256), (1 << 14, 1024), (16, 1 << 20), (1 << 12, 4096), (10_000, 1000)]
    for (batch, n), dtype in itertools.product(context.sizes(*shapes), (torch.float64, torch.float32)):
        x = context.randn(batch // 1000 + 1 if context.quick else batch, n, dtype=dtype)
        for name, type in itertools.product(("dct", "dst"), (1, 2, 3, 4)):
            label = f"type {type}, {batch} x {n} {str(dtype).removeprefix('torch.')}"
            moved = 2 * x.numel() * x.element_size()
            for case in present(context.case(f"fft.{name}", label, x, type=type, bytes=moved)):
                yield dataclasses.replace(case, calls={**case.calls, "rfft": functools.partial(torch.fft.rfft, x)})


def _batches(context: Context) -> Iterator[Case]:
    """Yield decompositions of small matrices, by NumPy's names, which CuPy and JAX share."""
    batch = 100 if context.quick else 100_000
    roots = {"torch": "torch", "cupy": "cupy", "jax": "jax.numpy"}
    for n, dtype in itertools.product(context.sizes(16, 8, 4, 2), (torch.float64, torch.float32)):
        general = context.randn(batch, n, n, dtype=dtype)
        symmetric = general + general.mT
        for name in ("eigh", "svd", "qr"):
            a = symmetric if name == "eigh" else general
            calls: dict[str, Callable[[], Any]] = {"sci": functools.partial(find("sci", f"linalg.{name}"), a)}
            for peer, root in roots.items():
                if peer in context.peers and (other := find(root, f"linalg.{name}")) is not None:
                    calls[peer] = context.call(peer, other, [a])
            yield Case(f"linalg.{name}", f"{batch} of {n} x {n} {str(dtype).removeprefix('torch.')}", calls)


def _libraries(context: Context, parts: Parts) -> dict[str, Any]:
    peers = ("sci", *(peer for peer in context.peers if peer in ("torch", "cupy")))
    return {peer: sparse.Library(peer, parts, context.device) for peer in peers}


def _product(library: Any, x: Any) -> Any:
    return library.A @ x


def _products(context: Context) -> Iterator[Case]:
    """Yield products of regular matrices with a vector: their entries once, their rows' and the vectors' numbers."""
    kinds: dict[str, tuple[Callable[[], Parts], Callable[[], Parts]]] = {
        "2-D Laplacian": (lambda: laplacian(2000, 2), lambda: laplacian(50, 2)),
        "3-D Laplacian": (lambda: laplacian(140, 3), lambda: laplacian(14, 3)),
        "banded": (lambda: banded(1_000_000, 10), lambda: banded(1000, 10)),
    }
    for name, builders in kinds.items():
        parts = builders[context.quick]()
        n, entries = len(parts[2]) - 1, len(parts[0])
        libraries = _libraries(context, parts)
        x = context.randn(n)
        calls = {p: functools.partial(_product, lib, lib.own(x)) for p, lib in libraries.items()}
        yield Case("A @ x", f"{name}, {n} rows, {entries} entries", calls, 12 * entries + 20 * n)


def _solvers(context: Context) -> Iterator[Case]:
    """Yield steps of conjugate gradients, and a direct solve."""
    side = 20 if context.quick else 100
    context = dataclasses.replace(context, peers=tuple(p for p in context.peers if p == "cupy"))
    libraries, b = _libraries(context, laplacian(side, 3)), context.randn(side**3)
    roots = {"sci": "sci", "cupy": "cupyx.scipy"}
    calls = {}
    for peer, library in libraries.items():
        solve = find(roots[peer], "sparse.linalg.cg")
        tolerance = "rtol" if "rtol" in inspect.signature(solve).parameters else "tol"
        keywords = {tolerance: 1e-300, "maxiter": STEPS}
        calls[peer] = functools.partial(solve, library.A, library.own(b), **keywords)
    yield Case(f"cg, {STEPS} steps", f"3-D Laplacian, {side**3} rows", calls)
    side = 20 if context.quick else 200
    libraries, b = _libraries(context, laplacian(side, 2)), context.randn(side**2)
    calls = {
        p: functools.partial(find(roots[p], "sparse.linalg.spsolve"), lib.A, lib.own(b)) for p, lib in libraries.items()
    }
    yield Case("spsolve", f"2-D Laplacian, {side**2} rows", calls)


def _interpolants(context: Context) -> Iterator[Case]:
    """Yield evaluations at many points in no order; what it costs to make an interpolant is no bar."""
    for row in interpolate.interpolants(context):
        yield from (case for case in interpolate.rows(context, *row) if case.arguments.startswith("of "))
