"""The operators behind the shortest path functions: one search per source, and all pairs of a full matrix.

They return lengths, predecessors and edges. The lengths' derivative is that of the sum of weights along each path.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from ..._core.dispatch import operator
from ..._core.errors import warn
from .._pattern import expand_indptr
from ._graph import NO_NODE
from ._trees import path_sums, subtree_sums

__all__ = ["NegativeCycleError"]


class NegativeCycleError(Exception):
    """The graph has a cycle of negative length: paths along it have no shortest one."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)


def _relax(
    weights: Tensor, indptr: Tensor, indices: Tensor, lengths: Tensor, waiting: Tensor, width: float, limit: float
) -> Tensor | None:
    """Lower lengths until no edge lowers one; None where that does not end, since there is a negative cycle.

    With a finite `width` (and no negative weights) only nodes up to that far behind the nearest that waits go on.
    """
    searches, nodes = lengths.shape
    bits = 63 if weights.dtype is torch.float64 else 31
    ordered = lengths.view(torch.int64 if bits == 63 else torch.int32).clone()
    ordered = torch.where(ordered < 0, ordered ^ (2**bits - 1), ordered)
    bounds = torch.full((searches,), math.inf, dtype=weights.dtype, device=weights.device)
    # Each round settles a node that waited in each search, and without bounds all nodes another edge away.
    for _ in range(nodes + 1):
        if not bool(waiting.any()):
            found = torch.where(ordered < 0, ordered ^ (2**bits - 1), ordered)
            return found.view(weights.dtype)
        if math.isfinite(width):
            now = torch.where(ordered < 0, ordered ^ (2**bits - 1), ordered).view(weights.dtype)
            nearest = torch.where(waiting != 0, now, math.inf).amin(-1)
            bounds = torch.nextafter(nearest, torch.full_like(nearest, math.inf)).maximum(nearest + width)
        torch.ops.sci.graph_relax(weights, indptr, indices, ordered, waiting, bounds, limit)
    return None


def _starts(sources: Tensor, nodes: int, nearest: bool) -> Tensor:
    """Return which nodes each search starts from."""
    found = torch.zeros((1 if nearest else sources.shape[0], nodes), dtype=torch.int32, device=sources.device)
    places = sources.to(torch.int64)
    found[torch.zeros_like(places) if nearest else torch.arange(places.shape[0], device=places.device), places] = 1
    return found


def delta_stepping(
    weights: Tensor, indptr: Tensor, indices: Tensor, sources: Tensor, nearest: bool, limit: float
) -> Tensor:
    """Return lengths for weights that are not negative, by delta-stepping; the width of a step is the mean weight."""
    waiting = _starts(sources, indptr.shape[0] - 1, nearest)
    lengths = torch.where(waiting != 0, 0.0, math.inf).to(weights.dtype)
    width = float(weights.nanmean()) if weights.shape[0] else 1.0
    found = _relax(weights, indptr, indices, lengths, waiting, width if width > 0 else 1.0, limit)
    assert found is not None
    return found


def tight_tree(
    weights: Tensor, indptr: Tensor, indices: Tensor, sources: Tensor, lengths: Tensor
) -> tuple[Tensor, Tensor]:
    """Return predecessors and edges of shortest paths from their lengths, level by level."""
    levels = _starts(sources, lengths.shape[1], lengths.shape[0] < sources.shape[0]) - 1
    predecessors = torch.full_like(levels, 2**31 - 1)
    for level in range(lengths.shape[1]):
        if not bool((levels == level).any()):
            break
        torch.ops.sci.graph_tight(weights, indptr, indices, lengths, levels, predecessors, level)
    predecessors = torch.where((predecessors == 2**31 - 1) | (levels <= 0), NO_NODE, predecessors)
    return predecessors, torch.ops.sci.graph_entries(weights, indptr, indices, lengths, predecessors)


def _dijkstra(weights: Tensor, indptr: Tensor, indices: Tensor, sources: Tensor, nearest: bool, limit: float) -> Tensor:
    if weights.is_cuda:
        return delta_stepping(weights, indptr, indices, sources, nearest, limit)
    found: Tensor = torch.ops.sci.graph_dijkstra(weights, indptr, indices, sources, nearest, limit)
    return found


def _tree(weights: Tensor, indptr: Tensor, indices: Tensor, sources: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    if weights.is_cuda:
        return tight_tree(weights, indptr, indices, sources, lengths)
    predecessors, entries = torch.ops.sci.graph_tree(weights, indptr, indices, sources, lengths.contiguous())
    return predecessors, entries


def _paths_kernel(
    weights: Tensor, indptr: Tensor, indices: Tensor, sources: Tensor, method: str, nearest: bool, limit: float
) -> tuple[Tensor, Tensor, Tensor]:
    weights, indptr, indices = weights.detach().contiguous(), indptr.contiguous(), indices.contiguous()
    nodes = indptr.shape[0] - 1
    if nodes == 0 or sources.shape[0] == 0:
        shape = (1 if nearest else sources.shape[0], nodes)
        marks = torch.full(shape, NO_NODE, dtype=torch.int32, device=weights.device)
        return weights.new_full(shape, math.inf), marks, marks.to(torch.int64)
    negative = bool((weights < 0).any())
    if negative and method == "dijkstra":
        text = "dijkstra: the graph has negative weights: johnson or bellman_ford are the methods for those"
        warn(text, UserWarning)
    if not negative and method != "bellman_ford":
        lengths = _dijkstra(weights, indptr, indices, sources, nearest, limit)
        return lengths, *_tree(weights, indptr, indices, sources, lengths)
    if method == "bellman_ford":
        waiting = _starts(sources, nodes, nearest)
        start = torch.where(waiting != 0, 0.0, math.inf).to(weights.dtype)
        found = _relax(weights, indptr, indices, start, waiting, math.inf, math.inf)
        if found is None:
            raise NegativeCycleError("bellman_ford: a negative cycle can be reached from one of the sources")
        return found, *_tree(weights, indptr, indices, sources, found)
    # Johnson's method: lengths from a node outside, with edges of weight 0 to all, make every weight non-negative.
    waiting = torch.ones((1, nodes), dtype=torch.int32, device=weights.device)
    start = torch.zeros((1, nodes), dtype=weights.dtype, device=weights.device)
    found = _relax(weights, indptr, indices, start, waiting, math.inf, math.inf)
    if found is None:
        raise NegativeCycleError("johnson: the graph has a negative cycle")
    level = found[0]
    shifted = (weights + level[expand_indptr(indptr, indices.shape[0])] - level[indices]).clamp(min=0)
    lengths = _dijkstra(shifted, indptr, indices, sources, nearest, math.inf)
    predecessors, entries = _tree(shifted, indptr, indices, sources, lengths)
    # Summed anew with the weights themselves: no rounding of the shifts is left.
    sums = path_sums(weights, predecessors, entries)
    found = torch.where(lengths.isinf(), lengths, sums)
    if limit < math.inf:
        far = found > limit
        return found.masked_fill(far, math.inf), predecessors.masked_fill(far, NO_NODE), entries.masked_fill(far, -1)
    return found, predecessors, entries


def _paths_fake(
    weights: Tensor, indptr: Tensor, indices: Tensor, sources: Tensor, method: str, nearest: bool, limit: float
) -> tuple[Tensor, Tensor, Tensor]:
    shape = (1 if nearest else sources.shape[0], indptr.shape[0] - 1)
    return (
        weights.new_empty(shape),
        indptr.new_empty(shape, dtype=torch.int32),
        indptr.new_empty(shape, dtype=torch.int64),
    )


def _paths_backward(inputs: Any, outputs: Any, grads: Any, needs: Any) -> list[Tensor | None]:
    found = None
    if needs[0] and grads[0] is not None:
        found = subtree_sums(grads[0], outputs[1], outputs[2], inputs[0].shape[0])
    return [found, *[None] * (len(inputs) - 1)]


def _paths_jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, None, None]:
    return path_sums(tangents[0], outputs[1], outputs[2]), None, None


def _paths_vmap(info: Any, in_dims: Any, weights: Tensor, *rest: Any) -> Any:
    members = weights.movedim(in_dims[0], 0).unbind(0)
    found = [search(member, *rest) for member in members]
    return tuple(torch.stack(parts) for parts in zip(*found, strict=True)), (0, 0, 0)


search = operator(
    "graph_paths(Tensor weights, Tensor indptr, Tensor indices, Tensor sources, str method, bool nearest, float limit)"
    " -> (Tensor, Tensor, Tensor)",
    kernel=_paths_kernel,
    fake=_paths_fake,
    backward=_paths_backward,
    jvp=_paths_jvp,
    vmap=_paths_vmap,
)


# ---- all pairs of a full matrix --------------------------------------------------------------------------------------


def _pairs_kernel(dense: Tensor) -> tuple[Tensor, Tensor]:
    nodes = dense.shape[0]
    lengths = torch.where(dense.isnan(), math.inf, dense.detach()).contiguous()
    own = torch.arange(nodes, device=dense.device)
    lengths[own, own] = lengths[own, own].clamp(max=0)
    predecessors = torch.where(lengths < math.inf, own.to(torch.int32).unsqueeze(-1), NO_NODE).to(torch.int32)
    predecessors[own, own] = NO_NODE
    torch.ops.sci.graph_dense(lengths, predecessors)
    if bool((lengths[own, own] < 0).any()):
        raise NegativeCycleError("floyd_warshall: the graph has a negative cycle")
    return lengths, predecessors


def _pairs_entries(predecessors: Tensor) -> Tensor:
    nodes = predecessors.shape[0]
    columns = torch.arange(nodes, device=predecessors.device)
    return torch.where(predecessors < 0, -1, predecessors.to(torch.int64) * nodes + columns)


def _pairs_fake(dense: Tensor) -> tuple[Tensor, Tensor]:
    return torch.empty_like(dense), torch.empty_like(dense, dtype=torch.int32)


def _pairs_backward(inputs: Any, outputs: Any, grads: Any, needs: Any) -> list[Tensor | None]:
    if grads[0] is None:
        return [None]
    count = inputs[0].numel()
    return [subtree_sums(grads[0], outputs[1], _pairs_entries(outputs[1]), count).reshape(inputs[0].shape)]


def _pairs_jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, None]:
    return path_sums(tangents[0].reshape(-1), outputs[1], _pairs_entries(outputs[1])), None


def _pairs_vmap(info: Any, in_dims: Any, dense: Tensor) -> Any:
    found = [pairs(member) for member in dense.movedim(in_dims[0], 0).unbind(0)]
    return tuple(torch.stack(parts) for parts in zip(*found, strict=True)), (0, 0)


pairs = operator(
    "graph_all_pairs(Tensor dense) -> (Tensor, Tensor)",
    kernel=_pairs_kernel,
    fake=_pairs_fake,
    backward=_pairs_backward,
    jvp=_pairs_jvp,
    vmap=_pairs_vmap,
)
