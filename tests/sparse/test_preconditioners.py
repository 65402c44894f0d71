"""Preconditioners of every kind: fewer iterations, the same solution, the same gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

import sci.sparse.linalg
from sci.sparse import block_diag, csr_array, diags_array, eye_array, kron
from sci.sparse.linalg import LinearOperator, spilu

N = 12
ITERATIONS = {"cg": 0.9, "bicgstab": 0.9, "gmres": 1.0, "gcrotmk": 1.0}


def _matrix(symmetric: bool) -> csr_array:
    """Return a diffusion whose coefficient varies by three orders of magnitude, with or without convection."""
    scale = torch.logspace(-1.5, 1.5, N * N, dtype=torch.float64)[torch.randperm(N * N, generator=_draw())].sqrt()
    wind = 0.0 if symmetric else 0.4
    T = diags_array([-1 - wind, 2.0, -1 + wind], offsets=[-1, 0, 1], shape=(N, N))
    A = kron(T, eye_array(N)) + kron(eye_array(N), T)
    return (diags_array(scale) @ A.tocsr() @ diags_array(scale)).tocsr()


def _draw() -> torch.Generator:
    return torch.Generator().manual_seed(3)


def _jacobi(A: csr_array) -> Any:
    return diags_array(1 / A.diagonal())


def _block_jacobi(A: csr_array) -> Any:
    D = A.toarray()
    return block_diag([torch.linalg.inv(D[i : i + N, i : i + N]) for i in range(0, N * N, N)], format="csr")


def _incomplete(A: csr_array) -> LinearOperator:
    lu = spilu(A.tocsc(), drop_tol=1e-3, fill_factor=8)
    return LinearOperator(A.shape, lu.solve, rmatvec=lambda v: lu.solve(v, "H"), dtype=A.dtype)


def _polynomial(A: csr_array) -> LinearOperator:
    """Return two terms of Neumann's series on Jacobi's splitting, in its symmetric form."""
    over = 1 / A.diagonal()

    def apply(B: Any) -> Callable[[Tensor], Tensor]:
        return lambda v: over * (2 * v - 0.5 * (B @ (over * v)))

    return LinearOperator(A.shape, apply(A), rmatvec=apply(A.T.tocsr()), dtype=A.dtype)


KINDS = {"jacobi": _jacobi, "block jacobi": _block_jacobi, "incomplete": _incomplete, "polynomial": _polynomial}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ITERATIONS)
def test_preconditioner(name: str, kind: str) -> None:
    A = _matrix(symmetric=name == "cg")
    M = KINDS[kind](A)
    b = torch.randn(N * N, dtype=torch.float64, generator=_draw())
    solve = getattr(sci.sparse.linalg, name)
    counts = []
    for given in (None, M):
        seen: list[Tensor] = []
        more = {"callback_type": "pr_norm"} if name == "gmres" else {}
        x, info = solve(A, b, rtol=1e-9, M=given, callback=seen.append, **more)
        assert int(info) == 0
        assert torch.linalg.vector_norm(b - A @ x) <= 1.001e-9 * torch.linalg.vector_norm(b)
        counts.append(len(seen))
    assert counts[1] <= max(ITERATIONS[name] * counts[0], 1), counts
    leaf, right = A.data.clone().requires_grad_(), b.clone().requires_grad_()
    x, _ = solve(A._with_data(leaf), right, rtol=1e-11, M=M)
    found = torch.autograd.grad(x.sin().sum(), (leaf, right))
    dense, other = A.toarray().requires_grad_(), b.clone().requires_grad_()
    grads = torch.autograd.grad(torch.linalg.solve(dense, other).sin().sum(), (dense, other))
    coo = A.tocoo()
    assert torch.allclose(found[0], grads[0][coo.row, coo.col], rtol=1e-6, atol=1e-8 * float(grads[0].abs().max()))
    assert torch.allclose(found[1], grads[1], rtol=1e-6, atol=1e-8 * float(grads[1].abs().max()))
