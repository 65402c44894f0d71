r"""Operators on tensor-product B-splines: evaluation, and its adjoint in the coefficients.

``f(x) = sum c[i1, ..., id] B_i1(x_1) ... B_id(x_d)``, or a partial derivative of it of the orders given. Derivatives:

- in coordinate k of the query: the same operator, with the order in k one higher;
- in the coefficients: linear, so the rule is the adjoint, `scatter`;
- in the knots: not implemented, and asking for it raises.

Multilinear interpolation is degree 1 with the grid points as knots, the first and last of them twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from .._core import runtime
from .._core.dispatch import operator
from ._checks import batch_shape, real_product, sum_to

runtime.load_library()

Args = tuple[Any, ...]
Grads = tuple[Tensor | None, ...]
_NO_KNOTS = "RegularGridInterpolator has no derivative in the grid points; detach them, or interpolate in index space"


def _raised(orders: Sequence[int], k: int) -> list[int]:
    return [order + (j == k) for j, order in enumerate(orders)]


def _evaluate_fake(
    c: Tensor,
    knots: Tensor,
    query: Tensor,
    sizes: list[int],
    orders: list[int],
    degree: int,
) -> Tensor:
    batch = batch_shape((c, 2), (knots, 1), (query, 2))
    return c.new_empty((*batch, query.shape[-2], c.shape[-1]))


def _scatter_fake(
    grad: Tensor,
    knots: Tensor,
    query: Tensor,
    sizes: list[int],
    orders: list[int],
    degree: int,
) -> Tensor:
    batch = batch_shape((grad, 2), (knots, 1), (query, 2))
    total = 1
    for size in sizes:
        total *= size
    return grad.new_empty((*batch, total, grad.shape[-1]))


def _through_query(c: Tensor, inputs: Args, grad: Tensor) -> Tensor:
    """Return the gradient in the queries of ``Re(sum(conj(grad) * evaluate(c, ...)))``."""
    _, knots, query, sizes, orders, degree = inputs
    slopes = [evaluate(c, knots, query, sizes, _raised(orders, k), degree) for k in range(len(sizes))]
    return sum_to(torch.stack([real_product(slope, grad) for slope in slopes], -1), query)


def _evaluate_backward(inputs: Args, outputs: Grads, grads: Grads, needs: tuple[bool, ...]) -> Sequence[Tensor | None]:
    c = inputs[0]
    (grad,) = grads
    assert grad is not None
    if needs[1]:
        raise NotImplementedError(_NO_KNOTS)
    to_c = sum_to(scatter(grad, *inputs[1:]), c) if needs[0] else None
    return (
        to_c,
        None,
        _through_query(c, inputs, grad) if needs[2] else None,
        None,
        None,
        None,
    )


def _scatter_backward(inputs: Args, outputs: Grads, grads: Grads, needs: tuple[bool, ...]) -> Sequence[Tensor | None]:
    sent = inputs[0]
    (grad,) = grads
    assert grad is not None
    if needs[1]:
        raise NotImplementedError(_NO_KNOTS)
    to_sent = sum_to(evaluate(grad, *inputs[1:]), sent) if needs[0] else None
    return (
        to_sent,
        None,
        _through_query(grad, inputs, sent) if needs[2] else None,
        None,
        None,
        None,
    )


def _evaluate_jvp(inputs: Args, outputs: Grads, tangents: Grads) -> Tensor:
    c, knots, query, sizes, orders, degree = inputs
    tc, tk, tq = tangents[:3]
    if tk is not None:
        raise NotImplementedError(_NO_KNOTS)
    terms = [] if tc is None else [evaluate(tc, *inputs[1:])]
    if tq is not None:
        for k in range(len(sizes)):
            terms.append(evaluate(c, knots, query, sizes, _raised(orders, k), degree) * tq[..., k, None])
    return sum(terms[1:], terms[0])


def _scatter_jvp(inputs: Args, outputs: Grads, tangents: Grads) -> Tensor:
    sent, knots, query, sizes, orders, degree = inputs
    ts, tk, tq = tangents[:3]
    if tk is not None:
        raise NotImplementedError(_NO_KNOTS)
    terms = [] if ts is None else [scatter(ts, *inputs[1:])]
    if tq is not None:
        for k in range(len(sizes)):
            terms.append(
                scatter(
                    sent * tq[..., k, None],
                    knots,
                    query,
                    sizes,
                    _raised(orders, k),
                    degree,
                )
            )
    return sum(terms[1:], terms[0])


# evaluate(c (*, size, columns), knots (*, all), query (*, n, d), sizes, orders, degree) -> (*, n, columns)
evaluate: Callable[..., Tensor] = operator(
    "tensor_spline_evaluate",
    fake=_evaluate_fake,
    backward=_evaluate_backward,
    jvp=_evaluate_jvp,
    core_dims=(2, 1, 2),
)
# scatter(grad (*, n, columns), knots (*, all), query (*, n, d), sizes, orders, degree) -> (*, size, columns)
scatter: Callable[..., Tensor] = operator(
    "tensor_spline_scatter",
    fake=_scatter_fake,
    backward=_scatter_backward,
    jvp=_scatter_jvp,
    core_dims=(2, 1, 2),
)
