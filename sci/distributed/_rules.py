"""How the operators of this library act on ``DTensor``: see `sci.distributed`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.distributed.tensor import Partial, Replicate, Shard
from torch.distributed.tensor.experimental import register_sharding

# All that makes operators.
from .. import fft as fft
from .. import interpolate as interpolate
from .. import linalg as linalg
from .. import special as special
from .._core.dispatch import batched_operators

__all__: list[str] = []

Placements = tuple[list[Any], list[Any]]


# Operators of interpolation: of which arguments the points are a dimension, counted from the end, and of the result;
# None where the result is a sum over all points.
_POINTS: dict[str, tuple[dict[int, int], int | None]] = {
    "ppoly_evaluate": ({2: 1}, 2),
    "tensor_spline_evaluate": ({2: 2}, 2),
    "multilinear_slopes": ({2: 2}, 2),
    "spline_interval": ({1: 1}, 1),
    "grid_places": ({0: 2}, 1),
    "grid_nearest": ({1: 2}, 1),
    "ppoly_scatter": ({0: 2, 2: 1}, None),
    "tensor_spline_scatter": ({0: 2, 2: 2}, None),
}


def _is_tensor(x: Any) -> bool:
    return hasattr(x, "ndim")


def _rule(name: str, core_dims: Sequence[int], outputs: int) -> Callable[..., list[Placements]]:
    """Return what `register_sharding` asks for: the placements that fit together, of outputs and of arguments."""

    def rule(*arguments: Any) -> list[Placements]:
        cores = iter(core_dims)
        batches = [x.ndim - next(cores) if _is_tensor(x) else None for x in arguments]
        rank = max(batch for batch in batches if batch is not None)
        fitting: list[Placements] = [_whole(arguments, outputs)]
        for dim in range(rank):
            inputs: list[Any] = []
            for x, batch in zip(arguments, batches, strict=True):
                own = -1 if batch is None else dim - (rank - batch)
                # An argument that is broadcast along the dimension is needed whole everywhere.
                sharded = own >= 0 and x.shape[own] != 1
                inputs.append(None if batch is None else Shard(own) if sharded else Replicate())
            if any(isinstance(placement, Shard) for placement in inputs):
                fitting.append(([Shard(dim)] * outputs, inputs))
        if name in _POINTS:
            places, after = _POINTS[name]
            inputs = [
                Shard(x.ndim - places[i]) if i in places else Replicate() if _is_tensor(x) else None
                for i, x in enumerate(arguments)
            ]
            points = arguments[min(places)].ndim - places[min(places)]
            if after is None:
                fitting.append(([Partial()], inputs))
            elif points == rank:  # no other argument has more batch dimensions
                fitting.append(([Shard(rank)], inputs))
        return fitting

    return rule


def _whole(arguments: Sequence[Any], outputs: int) -> Placements:
    return [Replicate()] * outputs, [Replicate() if _is_tensor(x) else None for x in arguments]


def _transform_rule(x: Any, axes: Sequence[int], *options: Any) -> list[Placements]:
    """Return the placements of a Fourier or cosine transform: sharded along any other dimension.

    Where x is sharded along an axis and has another dimension, the whole is no choice: gathering counts as much as an
    all-to-all in torch's plan, and would win.
    """
    along = {axis % x.ndim for axis in axes}
    nothing = [None] * (1 + len(options))
    others = [([Shard(k)], [Shard(k), *nothing]) for k in range(x.ndim) if k not in along]
    cut = any(isinstance(p, Shard) and p.dim in along for p in getattr(x, "placements", ()))
    return others if cut and others else [*others, _whole((x, axes, *options), 1)]


_SPECIAL: dict[str, Callable[..., list[Placements]]] = {
    "fourier_transform": _transform_rule,
    "trigonometric_transform": _transform_rule,
}


def _register() -> None:
    for overload, core_dims in batched_operators:
        name, returns = overload._schema.name.split("::")[1], overload._schema.returns
        if all(isinstance(result.type, torch.TensorType) for result in returns):
            register_sharding(overload)(_SPECIAL.get(name) or _rule(name, core_dims, len(returns)))


_register()
