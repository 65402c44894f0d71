r"""Operators on tensor-product B-splines: evaluation, and its adjoint in the coefficients.

``f(x) = sum c[i1, ..., id] B_i1(x_1) ... B_id(x_d)``, or a partial derivative of it of the orders given. Derivatives:

- in coordinate k of the query: the same operator, with the order in k one higher;
- in the coefficients: linear, so the rule is the adjoint, `scatter`;
- in the knots: the recurrence of de Boor and Cox in torch's own operations, `_recurrence`, differentiated by torch.

Multilinear interpolation is degree 1 with the grid points as knots, the first and last of them twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

from .._core import runtime
from .._core.dispatch import operator
from ._checks import batch_shape, real_product, sum_to

runtime.load_library()

Args = tuple[Any, ...]
Grads = tuple[Tensor | None, ...]


def _raised(orders: Sequence[int], k: int) -> list[int]:
    return [order + (j == k) for j, order in enumerate(orders)]


def _evaluate_fake(
    c: Tensor,
    knots: Tensor,
    query: Tensor,
    sizes: list[int],
    orders: list[int],
    degrees: list[int],
) -> Tensor:
    batch = batch_shape((c, 2), (knots, 1), (query, 2))
    return c.new_empty((*batch, query.shape[-2], c.shape[-1]))


def _scatter_fake(
    grad: Tensor,
    knots: Tensor,
    query: Tensor,
    sizes: list[int],
    orders: list[int],
    degrees: list[int],
) -> Tensor:
    batch = batch_shape((grad, 2), (knots, 1), (query, 2))
    total = 1
    for size in sizes:
        total *= size
    return grad.new_empty((*batch, total, grad.shape[-1]))


def _through_query(c: Tensor, inputs: Args, grad: Tensor) -> Tensor:
    """Return the gradient in the queries of ``Re(sum(conj(grad) * evaluate(c, ...)))``."""
    _, knots, query, sizes, orders, degrees = inputs
    if set(degrees) == {1} and len(sizes) in (2, 3) and c.shape[-1] == 1 and not c.is_complex():
        return sum_to(_slopes(c, knots, query, sizes, orders) * grad, query)
    slopes = [evaluate(c, knots, query, sizes, _raised(orders, k), degrees) for k in range(len(sizes))]
    parts = [real_product(slope, grad) for slope in slopes]
    return sum_to(parts[0].unsqueeze(-1) if len(parts) == 1 else torch.stack(parts, -1), query)


def _through_knots(c: Tensor, inputs: Args, grad: Tensor) -> Tensor:
    """Return the gradient in the knots of ``Re(sum(conj(grad) * evaluate(c, ...)))``."""
    _, knots, query, *rest = inputs

    def paired(t: Tensor) -> Tensor:
        return real_product(grad, _recurrence(c, t, query, *rest)).sum()

    _, pull = torch.func.vjp(paired, knots)[:2]
    (found,) = pull(grad.new_ones((), dtype=knots.dtype))
    return found


def _recurrence(c: Tensor, knots: Tensor, query: Tensor, *grid: Sequence[int], tangent: Tensor | None = None) -> Tensor:
    """Compute what `evaluate` does in torch's operations, or its derivative along a `tangent` of the knots."""
    weights, index = _weights_and_places(knots, tangent, query, *grid)
    lead = torch.broadcast_shapes(c.shape[:-2], weights.shape[:-2])  # type: ignore[no-untyped-call]
    rows = _gather_rows(c.expand(*lead, *c.shape[-2:]), index.expand(*lead, *index.shape[-2:]))
    return (rows * weights.unsqueeze(-1)).sum(-2)


def _recurrence_adjoint(
    sent: Tensor, knots: Tensor, query: Tensor, sizes: Sequence[int], *grid: Sequence[int], tangent: Tensor
) -> Tensor:
    """Return the derivative of `scatter` along a tangent of the knots."""
    weights, index = _weights_and_places(knots, tangent, query, sizes, *grid)
    parts = sent.unsqueeze(-2) * weights.unsqueeze(-1)  # (*, n, products, columns)
    lead, columns = parts.shape[:-3], parts.shape[-1]
    flat = parts.reshape(*lead, -1, columns)
    places = index.expand(*lead, *index.shape[-2:]).reshape(*lead, -1, 1).expand(*lead, flat.shape[-2], columns)
    return flat.new_zeros(*lead, math.prod(sizes), columns).scatter_add(-2, places, flat)


def _gather_rows(c: Tensor, index: Tensor) -> Tensor:
    """Return ``c[index]`` (*, n, products, columns) for c (*, size, columns)."""
    lead, columns = c.shape[:-2], c.shape[-1]
    flat = index.reshape(*lead, -1, 1).expand(*lead, index.shape[-1] * index.shape[-2], columns)
    return c.gather(-2, flat).reshape(*index.shape, columns)


def _weights_and_places(
    knots: Tensor,
    tangent: Tensor | None,
    query: Tensor,
    sizes: Sequence[int],
    orders: Sequence[int],
    degrees: Sequence[int],
) -> tuple[Tensor, Tensor]:
    """Return the products of B-splines at each query and the numbers of their coefficients, both (*, n, products).

    With a `tangent` of the knots, the products' derivatives along it.
    """
    at, products, changes, places = 0, None, None, None
    lead = torch.broadcast_shapes(knots.shape[:-1], query.shape[:-2])  # type: ignore[no-untyped-call]
    knots, query = knots.expand(*lead, knots.shape[-1]), query.expand(*lead, *query.shape[-2:])
    tangent = tangent if tangent is None else tangent.expand(*lead, knots.shape[-1])
    for k, (size, order, degree) in enumerate(zip(sizes, orders, degrees, strict=True)):
        own = slice(at, at + size + degree + 1)
        t, x, dt = knots[..., own], query[..., k], None if tangent is None else tangent[..., own]
        at = own.stop
        cell = knot_interval(t, x, degree)
        basis, change = basis_functions(t, x, cell, degree, order, dt)
        place = (cell - degree).unsqueeze(-1) + torch.arange(degree + 1, device=x.device)
        if products is None or places is None:
            products, changes, places = basis, change, place
            continue
        if changes is not None and change is not None:
            changes = _outer(changes, basis) + _outer(products, change)
        products = _outer(products, basis)
        places = (places.unsqueeze(-1) * size + place.unsqueeze(-2)).flatten(-2)
    assert products is not None and places is not None
    return products if changes is None else changes, places


def _outer(a: Tensor, b: Tensor) -> Tensor:
    return (a.unsqueeze(-1) * b.unsqueeze(-2)).flatten(-2)


def _interval_fake(t: Tensor, query: Tensor, degree: int) -> Tensor:
    return t.new_empty((*batch_shape((t, 1), (query, 1)), query.shape[-1]), dtype=torch.int64)


_interval: Callable[..., Tensor] = operator("spline_interval", fake=_interval_fake, core_dims=(1, 1))


def knot_interval(t: Tensor, x: Tensor, degree: int) -> Tensor:
    """Return l with ``t[l] <= x < t[l + 1]``, the nearest interval outside; never an empty one (*, n)."""
    return _interval(t.detach(), x.detach(), degree)


def basis_functions(
    t: Tensor, x: Tensor, interval: Tensor, degree: int, order: int = 0, tangent: Tensor | None = None
) -> tuple[Tensor, Tensor | None]:
    """Return the degree + 1 B-splines of knots t (*, m) that are not zero in the intervals of x (*, n), differentiated.

    The recurrence of de Boor and Cox for all x at once, as in ``csrc/interpolate/tensor_spline.h``, and for all splines
    of a degree, as a graph of it is traced once per spline otherwise. Of the results (*, n, degree + 1) the second are
    the derivatives along a `tangent` of the knots.
    """
    if order > degree:
        none = x.new_zeros(*x.shape, degree + 1)
        return none, None if tangent is None else none
    x = x.unsqueeze(-1)
    near = _knots_near(t, interval, degree)
    moves = None if tangent is None else _knots_near(tangent, interval, degree)
    basis, change = torch.ones_like(x), torch.zeros_like(x)
    for d in range(1, degree + 1):
        left, right = near.narrow(-1, degree - d, d), near.narrow(-1, degree, d)
        part = basis / (right - left)
        differentiates = d > degree - order
        if moves is not None:
            dleft, dright = moves.narrow(-1, degree - d, d), moves.narrow(-1, degree, d)
            change = (change - part * (dright - dleft)) / (right - left)
            if differentiates:
                change = _shares(-d * change, d * change)
            else:
                change = _shares(dright * part + (right - x) * change, (x - left) * change - dleft * part)
        basis = _shares(-d * part, d * part) if differentiates else _shares((right - x) * part, (x - left) * part)
    return basis, change if moves is not None else None


def _knots_near(t: Tensor, interval: Tensor, degree: int) -> Tensor:
    """Return the 2 degree knots (*, n, 2 degree) about each interval."""
    steps = torch.arange(1 - degree, degree + 1, device=t.device)
    places = interval.unsqueeze(-1) + steps
    return t.gather(-1, places.flatten(-2)).reshape(places.shape)


def _shares(earlier: Tensor, same: Tensor) -> Tensor:
    """Add what each spline of a degree gives to two of the next: to one that begins a knot earlier, and at the same."""
    return pad(earlier, (0, 1)) + pad(same, (1, 0))


def _evaluate_backward(inputs: Args, outputs: Grads, grads: Grads, needs: tuple[bool, ...]) -> Sequence[Tensor | None]:
    c = inputs[0]
    (grad,) = grads
    assert grad is not None
    to_knots = _through_knots(c, inputs, grad) if needs[1] else None
    to_c = sum_to(scatter(grad, *inputs[1:]), c) if needs[0] else None
    return (
        to_c,
        to_knots,
        _through_query(c, inputs, grad) if needs[2] else None,
        None,
        None,
        None,
    )


def _scatter_backward(inputs: Args, outputs: Grads, grads: Grads, needs: tuple[bool, ...]) -> Sequence[Tensor | None]:
    sent = inputs[0]
    (grad,) = grads
    assert grad is not None
    to_knots = _through_knots(grad, inputs, sent) if needs[1] else None
    to_sent = sum_to(evaluate(grad, *inputs[1:]), sent) if needs[0] else None
    return (
        to_sent,
        to_knots,
        _through_query(grad, inputs, sent) if needs[2] else None,
        None,
        None,
        None,
    )


def _evaluate_jvp(inputs: Args, outputs: Grads, tangents: Grads) -> Tensor:
    c, knots, query, sizes, orders, degrees = inputs
    tc, tk, tq = tangents[:3]
    terms = [] if tc is None else [evaluate(tc, *inputs[1:])]
    if tk is not None:
        terms.append(_recurrence(*inputs, tangent=tk))
    if tq is not None:
        for k in range(len(sizes)):
            terms.append(evaluate(c, knots, query, sizes, _raised(orders, k), degrees) * tq[..., k, None])
    return sum(terms[1:], terms[0])


def _scatter_jvp(inputs: Args, outputs: Grads, tangents: Grads) -> Tensor:
    sent, knots, query, sizes, orders, degrees = inputs
    ts, tk, tq = tangents[:3]
    terms = [] if ts is None else [scatter(ts, *inputs[1:])]
    if tk is not None:
        terms.append(_recurrence_adjoint(*inputs, tangent=tk))
    if tq is not None:
        for k in range(len(sizes)):
            terms.append(
                scatter(
                    sent * tq[..., k, None],
                    knots,
                    query,
                    sizes,
                    _raised(orders, k),
                    degrees,
                )
            )
    return sum(terms[1:], terms[0])


def _slopes_fake(c: Tensor, knots: Tensor, query: Tensor, sizes: list[int], orders: list[int]) -> Tensor:
    batch = batch_shape((c, 2), (knots, 1), (query, 2))
    return c.new_empty((*batch, *query.shape[-2:]))


def _slopes_backward(inputs: Args, outputs: Grads, grads: Grads, needs: tuple[bool, ...]) -> Sequence[Tensor | None]:
    c, knots, query, sizes, orders = inputs
    (grad,) = grads
    assert grad is not None
    one = [1] * len(sizes)
    parts = [
        _evaluate_backward(
            (c, knots, query, sizes, _raised(orders, k), one), (), (grad[..., k, None],), (*needs[:3], *(False,) * 3)
        )[:3]
        for k in range(len(sizes))
    ]
    sums = (None if column[0] is None else sum(column[1:], column[0]) for column in zip(*parts, strict=True))
    return (*sums, None, None)


def _slopes_jvp(inputs: Args, outputs: Grads, tangents: Grads) -> Tensor:
    c, knots, query, sizes, orders = inputs
    one = [1] * len(sizes)
    parts = [_evaluate_jvp((c, knots, query, sizes, _raised(orders, k), one), (), tangents) for k in range(len(sizes))]
    return torch.cat(parts, -1)


# slopes(c (*, size, 1), knots (*, all), query (*, n, d), sizes, orders) -> (*, n, d): what `evaluate` gives for each
# coordinate with its order raised, all in one pass; degree 1, real, two or three dimensions
_slopes: Callable[..., Tensor] = operator(
    "multilinear_slopes",
    fake=_slopes_fake,
    backward=_slopes_backward,
    jvp=_slopes_jvp,
    core_dims=(2, 1, 2),
    keeps="arguments",
)
# evaluate(c (*, size, columns), knots (*, all), query (*, n, d), sizes, orders, degrees) -> (*, n, columns)
evaluate: Callable[..., Tensor] = operator(
    "tensor_spline_evaluate",
    fake=_evaluate_fake,
    backward=_evaluate_backward,
    jvp=_evaluate_jvp,
    core_dims=(2, 1, 2),
    keeps="arguments",
)
# scatter(grad (*, n, columns), knots (*, all), query (*, n, d), sizes, orders, degrees) -> (*, size, columns)
scatter: Callable[..., Tensor] = operator(
    "tensor_spline_scatter",
    fake=_scatter_fake,
    backward=_scatter_backward,
    jvp=_scatter_jvp,
    core_dims=(2, 1, 2),
    keeps="arguments",
)
