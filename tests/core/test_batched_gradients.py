"""Functions of the library in a user's own derivative, under ``torch.autograd.grad(..., is_grads_batched=True)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from sci import fft, interpolate, linalg, sparse, special
from sci._core.cards import elementwise_cards

_generator = torch.Generator().manual_seed(7)
A = torch.randn(4, 4, generator=_generator, dtype=torch.float64) + 5 * torch.eye(4, dtype=torch.float64)
S = sparse.csr_array(A)
SITES = torch.arange(4.0, dtype=torch.float64)

CALLS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "elementwise": lambda g, x: special.erfcx(g),
    "two arguments": lambda g, x: special.jv(0.5, x.exp()) * special.xlogy(g, x.exp()),
    "complex": lambda g, x: special.loggamma(torch.complex(g, x)).imag,
    "csr product": lambda g, x: S @ g,
    "transposed csr product": lambda g, x: S.T @ g,
    "csr data": lambda g, x: (S * g) @ x,
    "logsumexp": lambda g, x: special.logsumexp(g) * x,
    "solve": lambda g, x: linalg.solve(A, g),
    "matrix of solve": lambda g, x: linalg.solve(A + torch.diag_embed(g), x),
    "cholesky_banded": lambda g, x: linalg.cholesky_banded(torch.stack([torch.ones_like(g) / 4, 3 + g])).sum(0),
    "lu_solve": lambda g, x: linalg.lu_solve(linalg.lu_factor(A), g),
    "solve_toeplitz": lambda g, x: linalg.solve_toeplitz(A[:, 0], g),
    "norm": lambda g, x: linalg.norm(g) * x,
    "lu": lambda g, x: linalg.lu(A + torch.diag_embed(g))[2] @ x,
    "sqrtm": lambda g, x: linalg.sqrtm(A @ A.mT + torch.diag_embed(g)) @ x,
    "eigh": lambda g, x: linalg.eigh(A + A.mT + torch.diag_embed(g))[0],
    "spsolve": lambda g, x: sparse.linalg.spsolve(S, g),
    "cg": lambda g, x: sparse.linalg.cg(S @ S.T, g, rtol=1e-13)[0],
    "dct": lambda g, x: fft.dct(g),
    "fht": lambda g, x: fft.fht(g, 0.1, 0.3),
    "svd": lambda g, x: linalg.svd(A + torch.diag_embed(g))[1],
    "CubicSpline": lambda g, x: interpolate.CubicSpline(SITES, g)(x.sigmoid()),
    "points of CubicSpline": lambda g, x: interpolate.CubicSpline(SITES, x)(g.sigmoid()),
    "make_interp_spline": lambda g, x: interpolate.make_interp_spline(SITES, g)(x.sigmoid()),
}


class Rule(torch.autograd.Function):
    """The identity whose derivative is a call under test."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, call: Any) -> Tensor:
        ctx.save_for_backward(x)
        ctx.call = call
        return x.clone()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        return ctx.call(grads[0], *ctx.saved_tensors), None


def check(call: Callable[[Tensor, Tensor], Tensor], x: Tensor, grads: Tensor) -> None:
    y = Rule.apply(x, call)  # type: ignore[no-untyped-call]
    rows = [torch.autograd.grad(y, x, g, retain_graph=True)[0] for g in grads]
    (together,) = torch.autograd.grad(y, x, grads, is_grads_batched=True)
    torch.testing.assert_close(together, torch.stack(rows), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", CALLS)
def test_in_a_derivative_of_a_user(name: str) -> None:
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(4, generator=generator, dtype=torch.float64).requires_grad_()
    check(CALLS[name], x, torch.rand(3, 4, generator=generator, dtype=torch.float64))


def test_elementwise_functions() -> None:
    """Every one of them, with all its arguments batched."""
    x = torch.tensor([0.25, 0.75], dtype=torch.float64, requires_grad=True)
    grads = torch.tensor([[1.0, 1.0], [1.125, 0.875]], dtype=torch.float64)
    for card in elementwise_cards.values():

        def call(g: Tensor, x: Tensor, card: Any = card) -> Tensor:
            of_kind = {"i": torch.tensor([1, 2]), "r": x * g, "c": torch.complex(x * g, x)}
            args = [of_kind[kind] for kind in card.signatures[0][0]]
            out = card.function(*args)
            out = torch.stack(out).sum(0) if isinstance(out, tuple) else out
            return torch.nan_to_num((out.real + out.imag if out.is_complex() else out).to(torch.float64))

        check(call, x, grads)


def test_second_derivative_of_batched_gradients() -> None:
    """The graph of a batch of gradients, recorded with `create_graph`, has the operators' own rules."""
    x = torch.tensor([0.3, 0.9], dtype=torch.float64, requires_grad=True)

    def f(x: Tensor) -> Tensor:
        return Rule.apply(x, lambda g, x: special.gammaln(x + g))  # type: ignore[no-any-return, no-untyped-call]

    grads = torch.eye(2, dtype=torch.float64)
    (rows,) = torch.autograd.grad(f(x), x, grads, is_grads_batched=True, create_graph=True)
    torch.testing.assert_close(rows, torch.special.gammaln(x + grads))
    (second,) = torch.autograd.grad(rows.sum(), x)
    torch.testing.assert_close(second, torch.special.digamma(x + grads).sum(0))


def test_batched_gradient_of_two_levels() -> None:
    """Within each level of ``jacobian(vectorize=True)`` the tensors of the other keep their batch."""

    def inner(g: Tensor, x: Tensor) -> Tensor:
        z = x.detach().requires_grad_()
        with torch.enable_grad():
            y = Rule.apply(z, lambda h, z: special.erfcx(h * g + z))  # type: ignore[no-untyped-call]
        (rows,) = torch.autograd.grad(y, z, torch.eye(2, dtype=x.dtype), is_grads_batched=True)
        return rows.sum(0)  # type: ignore[no-any-return]

    x = torch.tensor([0.3, 0.9], dtype=torch.float64, requires_grad=True)
    check(inner, x, torch.tensor([[1.0, 2.0], [3.0, 4.0], [0.5, 0.25]], dtype=torch.float64))
