"""Derivatives of eigenpairs by the bordered system, never through the iterations.

An eigenpair solves ``G(x, l) = (A x - l M x, c^H x - 1) = 0`` with c fixed, so

    (dx, dl) = -K^-1 (dA x - l dM x, 0),     K = [[A - l M, -M x], [c^H, 0]],

and K is regular where the eigenvalue is simple (Andrew, Chu and Lancaster 1993). With a Hermitian A and M and c = -M x,
K is Hermitian and `minres` solves with it, in the sense of least squares where values repeat: a derivative that is
symmetric in a repeated value's vectors, as those of invariant subspaces are, is then right. All pairs are solved for at
once. The gauge is that of x itself: dx is orthogonal to x, or has the length that ``x^H M x = 1`` asks for.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..._core.errors import real
from ._implicit import ThroughSolve, _solve_operator, carry_derivatives, wanted
from ._iterate import Apply, Options, System


def _bordered(A: Apply, M: Apply, x: Tensor, value: Tensor, c: Tensor) -> Apply:
    def K(z: Tensor) -> Tensor:
        y, mu = z[..., :-1], z[..., -1:]
        top = A(y) - value * M(y) - mu * M(x)
        return torch.cat([top, (c.conj() * y).sum(-1, keepdim=True)], -1)

    return K


def tolerance(function: str, derivative_rtol: Any, dtype: torch.dtype) -> float:
    """Return the tolerance with which derivatives solve their systems."""
    if derivative_rtol is None:
        return float(1e-3 * torch.finfo(dtype).eps ** 0.5)
    return float(real(function, "derivative_rtol", derivative_rtol))


def hermitian_pairs(A: Apply, M: Apply, values: Tensor, X: Tensor, rtol: float) -> tuple[Tensor, Tensor]:
    """Give eigenvalues ``(k,)`` and vectors (rows of X, ``x^H M x = 1``) their derivatives."""
    values, X = values.detach(), X.detach()
    if not wanted():
        return values, X
    if not carry_derivatives(A(X), M(X)):
        return values, X
    with torch.no_grad():
        c = -M(X)
    limit = 20 * (X.shape[-1] + 1)
    # Where values repeat, what is derived moves out of their common space, not within it.
    close = torch.finfo(X.dtype).eps ** 0.75 * values.abs().max()
    same = ((values.unsqueeze(0) - values.unsqueeze(1)).abs() <= close).to(X.dtype)
    same = same.tril(-1) + same.triu(1)

    def outside(z: Tensor) -> Tensor:
        y = z[..., :-1] + (z[..., :-1] @ c.mH * same) @ X
        return torch.cat([y, z[..., -1:]], -1)

    def outside_adjoint(z: Tensor) -> Tensor:
        y = z[..., :-1] + (z[..., :-1] @ X.mH * same) @ c
        return torch.cat([y, z[..., -1:]], -1)

    def refine(x: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        residual = torch.cat([value * M(x) - A(x), torch.zeros_like(value)], -1)
        bordered = _bordered(A, M, x, value, c)

        def K(z: Tensor) -> Tensor:
            return outside_adjoint(bordered(outside(z)))

        system = System(K, K)

        def solve(g: Tensor) -> Tensor:
            g = outside_adjoint(g)
            return outside(_solve_operator("minres", system, g, None, Options(rtol, 0.0, limit, (0.0,)), rtol, None)[0])

        change: Tensor = ThroughSolve.apply(residual, solve, solve)  # type: ignore[no-untyped-call]
        x = x + change[..., :-1]
        image = M(x)
        size = (x.conj() * image).sum(-1, keepdim=True).real
        value = (x.conj() * A(x)).sum(-1, keepdim=True).real / size
        return x / size.sqrt(), value

    x, value = X, values.unsqueeze(-1)
    for _ in range(2):
        x, value = refine(x, value.to(x.real.dtype))
    # The values and lengths found by the iteration stay as they are.
    value = value.squeeze(-1)
    return values + (value - value.detach()), X + (x - x.detach())


def general_pairs(
    A: Apply, A_adjoint: Apply, M: Apply, M_adjoint: Apply, values: Tensor, X: Tensor, rtol: float
) -> tuple[Tensor, Tensor]:
    """Give eigenvalues and unit eigenvectors of a matrix that is not Hermitian their derivatives."""
    values, X = values.detach(), X.detach()
    if not wanted():
        return values, X
    if not carry_derivatives(A(X), M(X)):
        return values, X
    n = X.shape[-1]
    limit = 10 * (n + 1)
    options = Options(rtol, 0.0, limit, (float(min(n + 1, 200)), 0.0))

    def refine(x: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        residual = torch.cat([value * M(x) - A(x), torch.zeros_like(value)], -1)

        def adjoint(z: Tensor) -> Tensor:
            y, mu = z[..., :-1], z[..., -1:]
            below = -(M(x).conj() * y).sum(-1, keepdim=True)
            return torch.cat([A_adjoint(y) - value.conj() * M_adjoint(y) + mu * X, below], -1)

        system = System(_bordered(A, M, x, value, X), adjoint)

        def ahead(g: Tensor) -> Tensor:
            return _solve_operator("gmres", system, g, None, options, rtol, None)[0]

        def back(g: Tensor) -> Tensor:
            return _solve_operator("gmres", system.adjoint, g, None, options, rtol, None)[0]

        change: Tensor = ThroughSolve.apply(residual, back, ahead)  # type: ignore[no-untyped-call]
        return x + change[..., :-1], value + change[..., -1:]

    x, value = X, values.unsqueeze(-1)
    for _ in range(2):
        x, value = refine(x, value)
    size = x.abs().square().sum(-1, keepdim=True).sqrt()
    x = x / size
    return values + (value.squeeze(-1) - value.squeeze(-1).detach()), X + (x - x.detach())
