"""Sums along trees: path lengths from the weights of a tree's edges, and the gradient of the weights from theirs.

A tree is given by each node's predecessor, rows of trees by a matrix of them. With ancestors 1, 2, 4, ... edges away,
a sum over a path, or over a subtree, takes as many steps as the number of nodes has binary digits (Hillis and Steele,
Comm. ACM 29, 1986). Both are linear in what they sum, and each is the other's transpose.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..._core.torch_private import dispatch_modes, transforms_active

__all__: list[str] = []


def _parents(predecessors: Tensor) -> Tensor:
    """Return predecessors where a node behind the last one, its own predecessor, stands for none."""
    count = predecessors.shape[-1]
    parents = torch.where(predecessors < 0, count, predecessors.to(torch.int64))
    return torch.nn.functional.pad(parents, (0, 1), value=count)


def _ends(parents: Tensor) -> bool:
    if torch.compiler.is_compiling() or transforms_active() or dispatch_modes():
        return False
    return parents.is_cpu and bool((parents == parents.shape[-1] - 1).all())


def path_sums(values: Tensor, predecessors: Tensor, entries: Tensor) -> Tensor:
    """Return for each node of each tree the sum over its path of ``values[entry]``, the edges' values."""
    if not values.shape[0]:
        return values.new_zeros(predecessors.shape)
    found = values.index_select(0, entries.clamp(min=0).reshape(-1)).reshape(entries.shape)
    sums = torch.nn.functional.pad(torch.where(entries < 0, torch.zeros_like(found), found), (0, 1))
    parents = _parents(predecessors)
    for _ in range(predecessors.shape[-1].bit_length()):
        if _ends(parents):
            break
        sums = sums + sums.gather(-1, parents)
        parents = parents.gather(-1, parents)
    return sums[..., :-1]


def subtree_sums(values: Tensor, predecessors: Tensor, entries: Tensor, count: int) -> Tensor:
    """Return for each of `count` edges the sum of ``values`` over the nodes whose paths take it, in all trees."""
    trees, nodes = predecessors.shape
    parents = _parents(predecessors)
    starts = torch.arange(trees, device=values.device).unsqueeze(-1) * (nodes + 1)
    sums = torch.nn.functional.pad(values, (0, 1))
    for _ in range(nodes.bit_length()):
        if _ends(parents):
            break
        given = torch.where(parents == nodes, torch.zeros_like(sums), sums)
        flat = sums.reshape(-1).index_add(0, (starts + parents).reshape(-1), given.reshape(-1))
        sums = flat.reshape(trees, nodes + 1)
        parents = parents.gather(-1, parents)
    places = torch.where(entries < 0, count, entries).reshape(-1)
    return values.new_zeros(count + 1).index_add(0, places, sums[..., :-1].reshape(-1))[:count]


def roots(predecessors: Tensor) -> Tensor:
    """Return the root of each node's tree."""
    nodes = predecessors.shape[-1]
    own = torch.arange(nodes, device=predecessors.device)
    above = torch.where(predecessors < 0, own, predecessors.to(torch.int64))
    for _ in range(nodes.bit_length()):
        above = above.gather(-1, above)
    return above
