"""Sparse products and solves: five-point Laplacians and random patterns."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from benchmarks.cases import Case, Context, find, to_peer

_ROOTS = (("sci", "sci"), ("scipy", "scipy"), ("cupy", "cupyx.scipy"))


def _laplacian(n: int) -> tuple[np.ndarray[Any, Any], ...]:
    """Return data, indices, indptr of the five-point Laplacian on an n by n grid, plus the identity."""
    cell = np.arange(n * n)
    i, j = cell // n, cell % n
    rows, columns = [cell], [cell]
    for di, dj in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        inside = (i + di >= 0) & (i + di < n) & (j + dj >= 0) & (j + dj < n)
        rows.append(cell[inside])
        columns.append(cell[inside] + di * n + dj)
    row, column = np.concatenate(rows), np.concatenate(columns)
    order = np.lexsort((column, row))
    row, column = row[order], column[order]
    return np.where(row == column, 5.0, -1.0), column, np.concatenate([[0], np.cumsum(np.bincount(row))])


def cases(context: Context) -> Iterator[Case]:
    """Yield products with vectors and matrices, products of sparse matrices, solves."""
    for n in context.sizes(30, 100, 300, 1000):
        parts = _laplacian(n)
        size = n * n
        x, block = context.randn(size), context.randn(size, 16)
        arrays: dict[str, Any] = {}
        tensors = [torch.from_numpy(part).to(context.device) for part in parts]
        shape = (size, size)
        arrays["sci"] = find("sci", "sparse.csr_array")(tuple(tensors), shape=shape)
        if "scipy" in context.peers:
            arrays["scipy"] = find("scipy", "sparse.csr_array")(parts, shape=shape)
        if "torch" in context.peers:
            arrays["torch"] = torch.sparse_csr_tensor(tensors[2], tensors[1], tensors[0], shape)
        if "cupy" in context.peers:
            arrays["cupy"] = find("cupyx.scipy", "sparse.csr_matrix")(
                tuple(to_peer("cupy", t) for t in tensors), shape=shape
            )
        label = f"five-point, {size} rows"
        moved = 16 * len(parts[0]) + 24 * size

        def each(apply: Any, arrays: dict[str, Any] = arrays) -> dict[str, Any]:
            return {peer: (lambda a=a, peer=peer: apply(a, peer)) for peer, a in arrays.items()}

        vectors = {peer: to_peer(peer, x) if peer != "torch" else x for peer in arrays if peer != "sci"} | {"sci": x}
        blocks = {peer: to_peer(peer, block) if peer != "torch" else block for peer in arrays if peer != "sci"}
        blocks["sci"] = block
        yield Case("sparse A @ x", label, each(lambda a, peer, v=vectors: a @ v[peer]), moved)
        yield Case("sparse A @ X, 16 columns", label, each(lambda a, peer, v=blocks: a @ v[peer]))
        if n <= 300:
            yield Case("sparse A @ A", label, each(lambda a, peer: a @ a))
        for name in ("spsolve", "cg"):
            solve = {peer: find(root, f"sparse.linalg.{name}") for peer, root in _ROOTS if peer in arrays}
            calls = {
                peer: functools.partial(f, arrays[peer], vectors[peer]) for peer, f in solve.items() if f is not None
            }
            if "sci" in calls and (name == "cg" or n <= 100):
                yield Case(f"sparse.linalg.{name}", label, calls)
