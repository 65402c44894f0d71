"""The class of orthogonal polynomials that `legendre`, `jacobi` and their relatives return."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core.arrays import promote
from sci._core.poly1d import Poly1d

from ._gauss import Family, gegenbauer_recurrence

Rule = Callable[[], tuple[Tensor, Tensor]]
Pointwise = Callable[[Tensor], Tensor]


class OrthogonalPolynomial(Poly1d):
    """An orthogonal polynomial: a `Poly1d` that knows its nodes, weights and norm, and is evaluated by its recurrence.

    Attributes
    ----------
    c : Tensor
        Coefficients, from the highest power.
    limits : tuple of float
        The interval.
    normcoef : Tensor
        The square root of the integral of the weight function times the polynomial's square.
    weight_func : callable
        The weight function.
    """

    def __init__(
        self, c: Tensor, rule: Rule, evaluate: Pointwise, weight_func: Pointwise, limits: Any, normcoef: Tensor
    ) -> None:
        super().__init__(c)
        self._rule, self._evaluate, self._made = rule, evaluate, c.dtype
        self._weight_func, self.limits, self.normcoef = weight_func, limits, normcoef

    def weight_func(self, x: Any) -> Tensor:
        """Return the weight function at x."""
        (point,) = promote("weight_func", x=x)
        return self._weight_func(point).to(point.dtype)

    @property
    def weights(self) -> Tensor:
        """The rows (node, weight of Gauss quadrature, this over the weight function)."""
        if self.order == 0:
            return self.c.new_zeros(0, 3)
        x, w = self._rule()
        return torch.stack((x, w, w / self._weight_func(x)), -1).to(self._made)

    @property
    def roots(self) -> Tensor:
        """The zeros, real and ascending: the nodes. Also under the name `r`."""
        return self.weights[:, 0]

    r = roots

    def __call__(self, x: Any) -> Any:
        """Evaluate the polynomial by its recurrence, or compose it with another, a `Poly1d` or NumPy's."""
        if isinstance(x, (Poly1d, np.poly1d)):
            inner = torch.as_tensor(x.c, dtype=self.c.dtype, device=self.c.device)
            composed = Poly1d(self.c[:1])
            for a in self.c[1:]:
                composed = composed * inner + a
            return composed
        (point,) = promote("OrthogonalPolynomial", x=x)
        return self._evaluate(point)


def quotient(a: int, b: int) -> float:
    """Return a quotient of integers of any size."""
    try:
        return a / b
    except OverflowError:
        return math.copysign(math.inf, a)


def chebyshev_family(n: int, second: bool, interval: str, device: Any) -> Family:
    """Return the recurrence of Chebyshev's polynomials: on [-1, 1], on [-2, 2] (double) or on [0, 1] (shifted)."""
    lam = torch.full((), 1.0 if second else 0.0, dtype=torch.float64, device=device)
    centres, squares = gegenbauer_recurrence(n, lam)
    total = torch.full_like(lam, math.pi / 2 if second else math.pi)
    if interval == "double":
        return Family(lambda: (2 * centres, 4 * squares), 2 * total)
    if interval == "shifted":
        return Family(lambda: ((1 + centres) / 2, squares / 4), total / (4 if second else 1))
    return Family(lambda: (centres, squares), total)


def _coefficients(n: int, family: Family) -> Tensor:
    """Return those of the monic polynomial of degree n, highest power first, by its recurrence."""
    before, now = family.total.new_zeros(0), family.total.new_ones(1)
    zero = family.total.new_zeros(1)
    centres, squares = family.recurrence()
    for k in range(n):
        step = torch.cat((now, zero)) - centres[k] * torch.cat((zero, now))
        if k:
            step = step - squares[k - 1] * torch.cat((zero, zero, before))
        before, now = now, step
    return now


def with_rule(
    n: int,
    family: Family,
    leading: Any,
    monic: bool,
    rule: Rule,
    evaluate: Pointwise,
    weight_func: Pointwise,
    limits: Any,
    made: torch.dtype,
) -> OrthogonalPolynomial:
    """Build the object of degree n from the recurrence to degree n + 1; `leading` is the coefficient of `evaluate`."""
    norm = family.total
    for square in family.recurrence()[1][:n].unbind(-1):
        norm = norm * square
    scale = 1.0 if monic else leading

    def value(x: Tensor) -> Tensor:
        y = evaluate(x)
        return (y / leading).to(y.dtype) if monic else y

    c, normcoef = scale * _coefficients(n, family), norm.sqrt() * abs(scale)
    return OrthogonalPolynomial(c.to(made), rule, value, weight_func, limits, normcoef.to(made))
