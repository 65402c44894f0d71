r"""Operators on piecewise polynomials: evaluation, and its adjoint in the coefficients.

On interval i, with ``s = t - x[i]``, the value is ``p(t) = sum_j c[j, i] s**(k - 1 - j)``, and `evaluate` gives its
derivative of order `nu`. Its derivatives, exact almost everywhere (a query on a breakpoint belongs to the interval on
its right, and takes that interval's):

- in the query: ``p^(nu + 1)(t)``, the same operator again;
- in the coefficients: linear, so the rule is the adjoint, `scatter`, which sends each query's gradient to the k
  coefficients of its interval;
- in the breakpoints: only ``x[i]`` of the query's interval enters, through s, so ``-p^(nu + 1)(t)`` sent to it.

`scatter` is linear in what it sends and depends on queries and breakpoints through the same powers, so its own
derivatives are these two operators again, and every order follows.
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


def _evaluate_fake(c: Tensor, x: Tensor, query: Tensor, nu: int, extrapolate: bool) -> Tensor:
    batch = batch_shape((c, 3), (x, 1), (query, 1))
    return c.new_empty((*batch, query.shape[-1], c.shape[-1]))


def _evaluate_backward(inputs: Args, outputs: Grads, grads: Grads, needs: tuple[bool, ...]) -> Sequence[Tensor | None]:
    c, x, query, nu, extrapolate = inputs
    (grad,) = grads
    assert grad is not None
    to_c = sum_to(scatter(grad, x, query, c.shape[-3], nu, extrapolate), c) if needs[0] else None
    to_x, to_query = _through_position(c, x, query, nu, extrapolate, grad, needs[1], needs[2])
    return to_c, to_x, to_query, None, None


def _through_position(
    c: Tensor,
    x: Tensor,
    query: Tensor,
    nu: int,
    extrapolate: bool,
    grad: Tensor,
    to_x: bool,
    to_query: bool,
) -> tuple[Tensor | None, Tensor | None]:
    """Return the gradients in breakpoints and queries of ``Re(sum(conj(grad) * evaluate(c, ...)))``."""
    if not (to_x or to_query):
        return None, None
    weight = real_product(evaluate(c, x, query, nu + 1, extrapolate), grad)  # (*batch, n)
    grad_query = sum_to(weight, query) if to_query else None
    if not to_x:
        return None, grad_query
    sent = -scatter(weight.unsqueeze(-1), x, query, 1, 0, extrapolate)  # (*batch, 1, m, 1)
    grad_x = torch.nn.functional.pad(sent.squeeze(-1).squeeze(-2), (0, 1))  # the last breakpoint starts no interval
    return sum_to(grad_x, x), grad_query


def _moves(x: Tensor, query: Tensor, extrapolate: bool, tx: Tensor | None, tq: Tensor | None) -> Tensor | None:
    """Return the tangent of ``t - x[i]``, as (*batch, n, 1), or None where it is zero."""
    move = None if tq is None else tq.unsqueeze(-1)
    if tx is None:
        return move
    start = evaluate(tx[..., None, :-1, None], x, query, 0, extrapolate)
    return -start if move is None else move - start


def _evaluate_jvp(inputs: Args, outputs: Grads, tangents: Grads) -> Tensor:
    c, x, query, nu, extrapolate = inputs
    tc, tx, tq = tangents[:3]
    total = None if tc is None else evaluate(tc, x, query, nu, extrapolate)
    move = _moves(x, query, extrapolate, tx, tq)
    if move is not None:
        part = evaluate(c, x, query, nu + 1, extrapolate) * move
        total = part if total is None else total + part
    assert total is not None
    return total


def _scatter_fake(grad: Tensor, x: Tensor, query: Tensor, k: int, nu: int, extrapolate: bool) -> Tensor:
    batch = batch_shape((grad, 2), (x, 1), (query, 1))
    return grad.new_empty((*batch, k, x.shape[-1] - 1, grad.shape[-1]))


def _scatter_backward(inputs: Args, outputs: Grads, grads: Grads, needs: tuple[bool, ...]) -> Sequence[Tensor | None]:
    sent, x, query, _, nu, extrapolate = inputs
    (grad,) = grads
    assert grad is not None
    to_sent = sum_to(evaluate(grad, x, query, nu, extrapolate), sent) if needs[0] else None
    # <grad, scatter(sent)> = <evaluate(grad), sent>, so position enters as it does in evaluate.
    to_x, to_query = _through_position(grad, x, query, nu, extrapolate, sent, needs[1], needs[2])
    return to_sent, to_x, to_query, None, None, None


def _scatter_jvp(inputs: Args, outputs: Grads, tangents: Grads) -> Tensor:
    sent, x, query, k, nu, extrapolate = inputs
    ts, tx, tq = tangents[:3]
    total = None if ts is None else scatter(ts, x, query, k, nu, extrapolate)
    move = _moves(x, query, extrapolate, tx, tq)
    if move is not None:
        part = scatter(sent * move, x, query, k, nu + 1, extrapolate)
        total = part if total is None else total + part
    assert total is not None
    return total


# evaluate(c (*, k, m, columns), x (*, m + 1), query (*, n), nu, extrapolate) -> (*, n, columns)
evaluate: Callable[..., Tensor] = operator(
    "ppoly_evaluate",
    fake=_evaluate_fake,
    backward=_evaluate_backward,
    jvp=_evaluate_jvp,
    core_dims=(3, 1, 1),
    keeps="arguments",
)
# scatter(grad (*, n, columns), x (*, m + 1), query (*, n), k, nu, extrapolate) -> (*, k, m, columns)
scatter: Callable[..., Tensor] = operator(
    "ppoly_scatter",
    fake=_scatter_fake,
    backward=_scatter_backward,
    jvp=_scatter_jvp,
    core_dims=(2, 1, 1),
    keeps="arguments",
)
