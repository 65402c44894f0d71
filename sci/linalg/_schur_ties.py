r"""Gradients of Schur forms at equal eigenvalues that T couples, since they do not stand side by side.

For (6) of `_schur_form` the gradient gM between two equal eigenvalues is free. A loss that depends on neither the basis
of their vectors nor on which of them is which determines it. Let R have the right vectors of the k equal ones in its
columns, unit triangular in their places, L the left ones with L^H R = 1, and V the rows of R in the window from the
first place to the last. Were these moved to the front of the window, T would be a multiple of the identity on them, and
so has the gradient to be:

    (1)  V^H gM V = c V^H V     in the window.

What (6) leaves free is D = L C R^H with strictly lower C, so (1) gives C = -low(V^H gM V (V^H V)^-1) for the gM found
with 0 in the free places. The other entries of (1) say whether the loss is such a one. In forward mode the adjoint map
takes from M what no Schur form follows:

    (2)  M' = M - V low(L^H M R) (V^H V)^-1 V^H.

Clusters whose places interleave share a window. A cluster side by side has R = L = 1 and nothing to be taken off.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from sci._core.checks import known


class Cluster(NamedTuple):
    """Equal eigenvalues at `places`, with R, L, V (0 outside of its window) and (V^H V)^-1."""

    places: list[int]
    right: Tensor
    left: Tensor
    window: Tensor
    inverse: Tensor


Ties = dict[int, "list[Cluster] | None"]  # by the matrix of the batch; None where they are defective


@torch.no_grad()
def find_ties(t: Tensor, equal: Tensor, close: Tensor) -> Ties | None:
    """Return the clusters of `equal` pairs, flags below the diagonal; None where there are none or they cannot be read.

    `close` is how close equal eigenvalues come.
    """
    if not known(equal.any()):
        return None
    n = t.shape[-1]
    held, flags, bounds = t.detach().reshape(-1, n, n), equal.reshape(-1, n, n), close.reshape(-1)
    chosen = flags.flatten(1).any(1).nonzero()[:, 0].tolist()
    return {k: _clusters(held[k], flags[k], float(bounds[k])) for k in chosen}


def _clusters(t: Tensor, equal: Tensor, close: float) -> list[Cluster] | None:
    groups: list[list[int]] = []
    for i in range(t.shape[-1]):
        partners = equal[i].nonzero()[:, 0].tolist()
        found = next((group for group in groups if any(j in group for j in partners)), None)
        if found is None:
            groups.append([i])
        else:
            found.append(i)
    groups = [group for group in groups if len(group) > 1]
    clusters = []
    for group in groups:
        start, end = group[0], group[-1]
        for _ in groups:  # windows that interleave grow together
            for other in groups:
                if other[0] <= end and other[-1] >= start:
                    start, end = min(start, other[0]), max(end, other[-1])
        cluster = _cluster(t, group, start, end + 1, close)
        if cluster is None:
            return None
        clusters.append(cluster)
    return clusters


def _cluster(t: Tensor, places: list[int], start: int, end: int, close: float) -> Cluster | None:
    n, k = t.shape[-1], len(places)
    eye = torch.eye(n, dtype=t.dtype, device=t.device)
    shifted = t - t.diagonal()[places].mean() * eye
    right, left = eye[:, places].clone(), eye[:, places].clone()
    coupling = shifted[places][:, places]
    rest = [i for i in range(start, end) if i not in places]
    if rest:
        inner, above, beside = shifted[rest][:, rest], shifted[rest][:, places], shifted[places][:, rest]
        right[rest] = -torch.linalg.solve_ex(inner, above)[0]
        left[rest] = -torch.linalg.solve_ex(inner.mH, beside.mH)[0]
        coupling = coupling + beside @ right[rest]
    size = float(right.abs().amax()) * float(left.abs().amax())
    if not float(coupling.abs().amax()) <= 4 * k * close * size:
        return None
    left = left @ torch.linalg.inv(right.mH @ left)
    window = right.clone()
    before, behind = shifted[:start], shifted[:, end:]
    right[:start] = -torch.linalg.solve_ex(before[:, :start], before @ window)[0]
    left[end:] = -torch.linalg.solve_ex(behind[end:].mH, behind.mH @ left)[0]
    return Cluster(places, right, left, window, torch.linalg.inv(window.mH @ window))


def determined_gradient(grad: Tensor, ties: Ties) -> tuple[Tensor, Tensor]:
    """Return gM with (1), NaN where eigenvalues are defective, and how far from (1) pairs are, below the diagonal."""
    n = grad.shape[-1]
    flat = list(grad.reshape(-1, n, n))
    spread = torch.zeros(len(flat), n, n, dtype=grad.detach().abs().dtype, device=grad.device)
    for k, clusters in ties.items():
        if clusters is None:
            flat[k] = flat[k] * torch.nan
            continue
        for c in clusters:
            part = c.window.mH @ flat[k] @ c.window @ c.inverse
            flat[k] = flat[k] - c.left @ part.tril(-1) @ c.right.mH
            d = part.detach().diagonal()
            off = part.detach().mT.abs() + (d[:, None] - d).abs()
            index = torch.tensor(c.places, device=grad.device)
            spread[k, index[:, None], index] = off.tril(-1)
    return torch.stack(flat).reshape(grad.shape), spread.reshape(grad.shape)


def followed_tangent(m: Tensor, ties: Ties) -> Tensor:
    """Return M' of (2), NaN where eigenvalues are defective."""
    n = m.shape[-1]
    flat = list(m.reshape(-1, n, n))
    for k, clusters in ties.items():
        if clusters is None:
            flat[k] = flat[k] * torch.nan
            continue
        for c in clusters:
            part = (c.left.mH @ flat[k] @ c.right).tril(-1)
            flat[k] = flat[k] - c.window @ part @ c.inverse @ c.window.mH
    return torch.stack(flat).reshape(m.shape)
