"""Sparse arrays: products, conversions, slices, sums and construction on matrices of the usual kinds."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from benchmarks.cases import Case, Context, find, to_peer
from benchmarks.sparse_matrices import KINDS, Parts

_ROOTS = {"sci": "sci", "scipy": "scipy", "cupy": "cupyx.scipy"}
_FORMAT = {"sci": "array", "scipy": "array", "cupy": "matrix"}  # CuPy has no sparse arrays


class Library:
    """One library's sparse arrays of one matrix."""

    def __init__(self, peer: str, parts: Parts, device: torch.device) -> None:
        self.peer, self.device = peer, device
        self.kept: dict[int, Any] = {}
        tensors = [torch.from_numpy(part).to(device) for part in parts]
        self.data: Any
        self.indices: Any
        self.indptr: Any
        self.data, self.indices, self.indptr = tensors if peer == "torch" else [self.own(x) for x in tensors]
        size = len(parts[2]) - 1
        self.shape = (size, size)
        if peer != "torch":
            self.csr = find(_ROOTS[peer], f"sparse.csr_{_FORMAT[peer]}")
            self.coo = find(_ROOTS[peer], f"sparse.coo_{_FORMAT[peer]}")
            order = np.random.default_rng(3).permutation(len(parts[0]))
            row = np.repeat(np.arange(size, dtype=np.int32), np.diff(parts[2]))
            shuffled = (parts[0][order], row[order], parts[1][order])
            self.entries = [self.own(torch.from_numpy(x).to(device)) for x in shuffled]
        self.A = self.make()

    def own(self, x: torch.Tensor) -> Any:
        """Return a tensor as the library's own array."""
        return x if self.peer in ("sci", "torch") else to_peer(self.peer, x)

    def make(self) -> Any:
        """Return the matrix, of which nothing is known yet."""
        if self.peer == "torch":
            return torch.sparse_csr_tensor(self.indptr, self.indices, self.data, self.shape, check_invariants=False)
        return self.csr((self.data, self.indices, self.indptr), shape=self.shape)

    def places(self, places: np.ndarray[Any, Any]) -> Any:
        """Return an index array, made once."""
        if id(places) not in self.kept:
            self.kept[id(places)] = self.own(torch.from_numpy(places).to(self.device))
        return self.kept[id(places)]

    def make_coo(self) -> Any:
        """Return the matrix by coordinates in random order."""
        data, row, column = self.entries
        return self.coo((data, (row, column)), shape=self.shape)


def _operations(n: int) -> Iterator[tuple[str, Callable[[Library], Any], bool]]:
    """Name operations that need no other operand, on a matrix that is made anew where a pattern is worked out."""
    rows = np.random.default_rng(4).integers(n, size=max(n // 10, 2))
    low, high = n // 4, 3 * n // 4
    yield "csr_array((data, indices, indptr))", lambda lib: lib.make(), True
    yield "coo_array(...).tocsr()", lambda lib: lib.make_coo().tocsr(), False
    yield "csr.tocsc()", lambda lib: lib.make().tocsc(), False
    yield "csr.T.tocsr()", lambda lib: lib.make().T.tocsr(), False
    yield "A[low:high]", lambda lib: lib.make()[low:high], False
    yield "A[:, low:high]", lambda lib: lib.make()[:, low:high], False
    yield "A[low:high, low:high]", lambda lib: lib.make()[low:high, low:high], False
    yield "A[rows]", lambda lib: lib.make()[lib.places(rows)], False
    yield "A[:, columns]", lambda lib: lib.make()[:, lib.places(rows)], False
    yield "A[i]", lambda lib: lib.A[n // 2], False


def cases(context: Context) -> Iterator[Case]:
    """Yield every operation on every kind of matrix, in two sizes."""
    peers = ["sci", *(peer for peer in context.peers if peer in ("scipy", "torch", "cupy"))]
    for kind, builders in KINDS.items():
        for build in builders[:1] if context.quick else builders:
            parts = build()
            n, entries = len(parts[2]) - 1, len(parts[0])
            label = f"{kind}, {n} rows, {entries} entries"
            libraries = {peer: Library(peer, parts, context.device) for peer in peers}
            yield from _products(context, libraries, label, n, entries)
            yield from _graphs(libraries, label, n)
            sparse = {peer: lib for peer, lib in libraries.items() if peer != "torch"}
            for name, act, with_torch in _operations(n):
                used = libraries if with_torch else sparse
                calls = {p: functools.partial(act, lib) for p, lib in used.items()}
                yield Case(name, label, calls)
    yield from _small(context, peers)


def _products(context: Context, libraries: dict[str, Library], label: str, n: int, entries: int) -> Iterator[Case]:
    x, block = context.randn(n), context.randn(n, 32)
    for name, operand, moved in (("A @ x", x, 12 * entries + 20 * n), ("A @ X, 32 columns", block, None)):
        calls = {p: functools.partial(_matmul, lib.A, lib.own(operand)) for p, lib in libraries.items()}
        yield Case(name, label, calls, moved)
    A = libraries["sci"].A
    leaf = A.data.clone().requires_grad_()
    wanted = x.clone().requires_grad_()
    B, ones = A._with_data(leaf), torch.ones_like(x)
    out = B @ wanted
    backward = functools.partial(torch.autograd.grad, out, (leaf, wanted), ones, retain_graph=True)
    yield Case("A @ x, backward", label, {"sci": backward, "product": lambda: A @ x})
    if entries < 2e6 or "power" not in label:  # a graph's square fills the memory
        yield Case("A @ A", label, {p: functools.partial(_square, lib) for p, lib in libraries.items()})
    turned = {p: lib.make().T.tocsr() for p, lib in libraries.items() if p != "torch"}
    sums: dict[str, Any] = {p: functools.partial(_sum, libraries[p], B) for p, B in turned.items()}
    yield Case("A + A.T", label, sums)


def _graphs(libraries: dict[str, Library], label: str, n: int) -> Iterator[Case]:
    """Yield functions of a graph whose weights are the magnitudes of the entries."""
    graphs: dict[str, tuple[Any, Any]] = {}
    for peer, lib in libraries.items():
        if peer in ("sci", "scipy"):
            graphs[peer] = (importlib.import_module(f"{_ROOTS[peer]}.sparse.csgraph"), abs(lib.make()))
    sources = [0, n // 3, n // 2, n - 1]
    for name, act in (
        ("csgraph.dijkstra, 4 sources", lambda graph, A: graph.dijkstra(A, indices=sources, return_predecessors=True)),
        ("csgraph.breadth_first_order", lambda graph, A: graph.breadth_first_order(A, 0)),
        ("csgraph.breadth_first_tree", lambda graph, A: graph.breadth_first_tree(A, 0)),
        ("csgraph.connected_components", lambda graph, A: graph.connected_components(A)),
        ("csgraph.minimum_spanning_tree", lambda graph, A: graph.minimum_spanning_tree(A)),
        ("csgraph.laplacian", lambda graph, A: graph.laplacian(A)),
    ):
        yield Case(name, label, {peer: functools.partial(act, *given) for peer, given in graphs.items()})


def _matmul(A: Any, x: Any) -> Any:
    return A @ x


def _sum(lib: Library, B: Any) -> Any:
    return lib.make() + B


def _square(lib: Library) -> Any:
    A = lib.make()
    return A @ A


def _small(context: Context, peers: list[str]) -> Iterator[Case]:
    """Yield calls on a matrix of 5 rows: what a call costs that has nothing to do."""
    from benchmarks.sparse_matrices import banded

    libraries = {peer: Library(peer, banded(5, 1), context.device) for peer in peers}
    x = context.randn(5)
    for name, act in (
        ("A @ x", lambda lib, x: lib.A @ x),
        ("A + A", lambda lib, x: lib.A + lib.A),
        ("2 * A", lambda lib, x: 2 * lib.A),
        ("A.T", lambda lib, x: lib.A.T),
    ):
        calls = {
            p: functools.partial(act, lib, lib.own(x))
            for p, lib in libraries.items()
            if name == "A @ x" or p != "torch"
        }
        yield Case(f"small: {name}", "5 rows", calls)
    for name, act_on, _ in _operations(5):
        calls = {p: functools.partial(act_on, lib) for p, lib in libraries.items() if p != "torch"}
        yield Case(f"small: {name}", "5 rows", calls)
