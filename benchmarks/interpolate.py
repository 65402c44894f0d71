"""Interpolation: making splines and evaluating them."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import torch

from benchmarks.cases import Case, Context, find, to_peer

_EVALUATED = 1_000_000

_ROOTS = (("sci", "sci"), ("scipy", "scipy"), ("cupy", "cupyx.scipy"))


def rows(context: Context, name: str, label: str, args: tuple[Any, ...], queries: torch.Tensor) -> Iterator[Case]:
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


Row = tuple[str, str, tuple[Any, ...], torch.Tensor]


def interpolants(context: Context) -> tuple[Row, ...]:
    """Return one interpolant of each kind: name, what of, arguments, and many points in no order."""
    points = 100_000 if context.quick else _EVALUATED
    generator = torch.Generator().manual_seed(1)
    flat = torch.rand(points, dtype=torch.float64, generator=generator).to(context.device)
    pairs = torch.stack((flat, flat.roll(1)), 1)
    x = torch.rand(100, dtype=torch.float64, generator=generator).sort().values
    x[0], x[-1] = 0, 1
    x, y = x.to(context.device), context.randn(100)
    side, edges = (torch.linspace(0, 1, n, dtype=torch.float64, device=context.device) for n in (50, 21))
    scattered = torch.rand(500, 2, dtype=torch.float64, generator=generator).to(context.device)
    return (
        ("CubicSpline", "100 irregular knots", (x, y), flat),
        ("make_interp_spline", "100 irregular sites", (x, y), flat),
        ("interp1d", "100 irregular sites", (x, y), flat),
        ("InterpolatedUnivariateSpline", "100 irregular sites", (x, y), flat),
        ("BPoly", "100 irregular knots", (context.randn(4, 99), x), flat),
        ("KroghInterpolator", "10 nodes", (x[::10], y[::10]), flat),
        ("BarycentricInterpolator", "20 nodes", (x[::5], y[::5]), flat),
        (
            "RegularGridInterpolator",
            "50 x 50 x 50",
            ((side, side, side), context.randn(50, 50, 50)),
            torch.cat((pairs, pairs[:, :1].roll(2)), 1),
        ),
        ("LinearNDInterpolator", "500 points", (scattered, context.randn(500)), pairs),
        ("CloughTocher2DInterpolator", "500 points", (scattered, context.randn(500)), pairs),
        ("NearestNDInterpolator", "500 points", (scattered, context.randn(500)), pairs[: points // 10]),
        ("RBFInterpolator", "500 points", (scattered, context.randn(500)), pairs[: points // 100]),
        ("NdPPoly", "20 x 20 cells", (context.randn(4, 4, 20, 20), (edges, edges)), pairs),
    )


def _backward(context: Context) -> Iterator[Case]:
    """Yield what the gradient in values and points costs in evaluations."""
    for name, label, args, at in interpolants(context):
        last = args[0] if name in ("BPoly", "NdPPoly") else args[-1]
        varied = last.clone().requires_grad_()
        points = at.clone().requires_grad_(name != "NearestNDInterpolator")
        made = find("sci", f"interpolate.{name}")(*(varied if x is last else x for x in args))
        out = made(points)
        wanted = [x for x in (varied, points) if x.requires_grad]
        backward = functools.partial(torch.autograd.grad, out, wanted, torch.ones_like(out), retain_graph=True)
        calls = {"sci": backward, "evaluation": functools.partial(made, points)}
        yield Case(name, f"gradient, {label}, at {at.shape[0]} points", calls)


def _many(context: Context) -> Iterator[Case]:
    """Yield the row of many small splines on knots of their own, beside a loop over SciPy's."""
    count, n = 1000 if context.quick else 10_000, 10
    generator = torch.Generator().manual_seed(2)
    x = torch.rand(count, n, dtype=torch.float64, generator=generator).cumsum(1).to(context.device)
    y = context.randn(count, n)
    at = x[:, :1] + (x[:, -1:] - x[:, :1]) * torch.linspace(0, 1, 10, dtype=torch.float64, device=context.device)
    spline = find("sci", "interpolate.CubicSpline")
    together = torch.func.vmap(lambda x, y, at: spline(x, y)(at))
    calls: dict[str, Any] = {"sci": functools.partial(together, x, y, at)}
    theirs = find("scipy", "interpolate.CubicSpline")
    if theirs is not None and context.device.type == "cpu":
        rows = [v.numpy() for v in (x, y, at)]
        calls["scipy"] = lambda: [theirs(*pair)(points) for *pair, points in zip(*rows, strict=True)]
    yield Case("CubicSpline", f"{count} splines of {n} knots, all different, made and called at 10 points", calls)


def cases(context: Context) -> Iterator[Case]:
    """Yield rows of splines in one dimension, batches of them, and regular grids."""
    for row in interpolants(context):
        yield from rows(context, *row)
    yield from _backward(context)
    yield from _many(context)
    points = 10_000 if context.quick else 100_000
    queries = torch.rand(points, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).to(context.device)
    for n, batch in context.sizes((10, 1), (1000, 1), (100, 100), (100_000, 1)):
        x = torch.linspace(0, 1, n, dtype=torch.float64, device=context.device)
        y = context.randn(n, batch) if batch > 1 else context.randn(n)
        label = f"{n} knots" + (f", {batch} splines" if batch > 1 else "")
        few = queries if batch == 1 else queries[: points // batch]
        for name in ("CubicSpline", "PchipInterpolator", "Akima1DInterpolator", "make_interp_spline"):
            yield from rows(context, name, label, (x, y), few)
    for n in context.sizes(10, 100):
        axis = torch.linspace(0, 1, n, dtype=torch.float64, device=context.device)
        values = context.randn(n, n, n)
        where = torch.stack([queries, queries.flip(0), queries.roll(1)], -1)
        for name in ("RegularGridInterpolator",):
            yield from rows(context, name, f"{n} x {n} x {n} grid", ((axis, axis, axis), values), where)
