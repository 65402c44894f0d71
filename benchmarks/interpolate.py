"""Interpolation: making splines and evaluating them."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import torch

from benchmarks.cases import Case, Context, find, to_peer

_ROOTS = (("sci", "sci"), ("scipy", "scipy"), ("cupy", "cupyx.scipy"))


def _rows(context: Context, name: str, label: str, args: tuple[Any, ...], queries: torch.Tensor) -> Iterator[Case]:
    """Yield a row for building ``NAME(*args)`` and one for calling it."""
    made, called = {}, {}
    for peer, root in _ROOTS:
        kind = find(root, f"interpolate.{name}")
        if kind is None or (peer != "sci" and peer not in context.peers):
            continue

        def convert(x: Any, peer: str = peer) -> Any:
            if isinstance(x, tuple):
                return tuple(convert(part) for part in x)
            return x if peer == "sci" else to_peer(peer, x)

        theirs = [convert(x) for x in args]
        made[peer] = functools.partial(kind, *theirs)
        try:
            called[peer] = functools.partial(kind(*theirs), convert(queries))
        except Exception:  # the row above shows the error
            continue
    if "sci" in made:
        yield Case(name, f"made of {label}", made)
        yield Case(name, f"of {label}, at {queries.shape[0]} points", called)


def cases(context: Context) -> Iterator[Case]:
    """Yield rows of splines in one dimension, batches of them, and regular grids."""
    points = 10_000 if context.quick else 100_000
    queries = torch.rand(points, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).to(context.device)
    for n, batch in context.sizes((10, 1), (1000, 1), (100, 100), (100_000, 1)):
        x = torch.linspace(0, 1, n, dtype=torch.float64, device=context.device)
        y = context.randn(n, batch) if batch > 1 else context.randn(n)
        label = f"{n} knots" + (f", {batch} splines" if batch > 1 else "")
        few = queries if batch == 1 else queries[: points // batch]
        for name in ("CubicSpline", "PchipInterpolator", "Akima1DInterpolator", "make_interp_spline"):
            yield from _rows(context, name, label, (x, y), few)
    for n in context.sizes(10, 100):
        axis = torch.linspace(0, 1, n, dtype=torch.float64, device=context.device)
        values = context.randn(n, n, n)
        where = torch.stack([queries, queries.flip(0), queries.roll(1)], -1)
        for name in ("RegularGridInterpolator",):
            yield from _rows(context, name, f"{n} x {n} x {n} grid", ((axis, axis, axis), values), where)
