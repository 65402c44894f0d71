"""Preconditioners of every kind: fewer iterations, the same solution, the same gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

import sci.sparse.linalg
from sci.sparse import block_diag, csr_array, diags_array, eye_array, kron
from sci.sparse.linalg import LinearOperator, aslinearoperator, spilu, spsolve_triangular

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


def _incomplete_cholesky(A: csr_array) -> LinearOperator:
    lu = spilu(A.tocsc(), drop_tol=1e-2, permc_spec="NATURAL", diag_pivot_thresh=0.0)
    L = (lu.L * lu.U.diagonal().sqrt()).tocsr()
    L_H = L.conj().T.tocsr()
    back = {"lower": False}
    return LinearOperator(A.shape, lambda v: spsolve_triangular(L_H, spsolve_triangular(L, v), **back), dtype=A.dtype)


def _polynomial(A: csr_array) -> LinearOperator:
    """Return two terms of Neumann's series on Jacobi's splitting, in its symmetric form."""
    over = 1 / A.diagonal()

    def apply(B: Any) -> Callable[[Tensor], Tensor]:
        return lambda v: over * (2 * v - 0.5 * (B @ (over * v)))

    return LinearOperator(A.shape, apply(A), rmatvec=apply(A.T.tocsr()), dtype=A.dtype)


KINDS = {
    "jacobi": _jacobi,
    "block jacobi": _block_jacobi,
    "incomplete": _incomplete,
    "incomplete Cholesky": _incomplete_cholesky,
    "polynomial": _polynomial,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ITERATIONS)
def test_preconditioner(name: str, kind: str) -> None:
    if kind == "incomplete Cholesky" and name != "cg":
        return
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


@pytest.mark.parametrize("name", ["bicg", "bicgstab", "cgs", "gcrotmk", "gmres", "lgmres", "qmr", "tfqmr"])
@pytest.mark.parametrize("kind", ["sparse", "operator"])
def test_the_adjoint_takes_the_adjoint_of_a_complex_preconditioner(name: str, kind: str) -> None:
    """Without it the solve for the derivative, which is limited to few steps, would not converge."""
    n, dtype = 40, torch.complex128
    phase = torch.exp(1j * torch.arange(n, dtype=torch.float64))
    T = diags_array([-1.3, 2.5, -0.7], offsets=[-1, 0, 1], shape=(n, n)).tocsr().to(dtype)
    A = (diags_array(phase * torch.logspace(0, 5, n, dtype=torch.float64)) @ T).tocsr()  # rows of all sizes and phases
    noise = 1e-3 * torch.randn(n, n, dtype=dtype, generator=_draw())
    inverse = torch.linalg.inv(A.toarray()) @ (torch.eye(n) + noise)
    calls = [0, 0]

    def count(side: int, D: Tensor) -> Callable[[Tensor], Tensor]:
        def apply(v: Tensor) -> Tensor:
            calls[side] += 1
            return D @ v

        return apply

    M: Any = LinearOperator((n, n), count(0, inverse), count(1, inverse.mH), dtype=dtype)
    if kind == "sparse":
        M = csr_array(inverse)
    b, g = torch.randn(2, n, dtype=dtype, generator=_draw())
    more: dict[str, Any] = {"M1" if name == "qmr" else "M": M if kind == "sparse" else aslinearoperator(M)}
    leaf, right = A.data.clone().requires_grad_(), b.clone().requires_grad_()
    x, info = getattr(sci.sparse.linalg, name)(A._with_data(leaf), right, rtol=1e-10, maxiter=12, **more)
    assert int(info) == 0
    calls[:] = [0, 0]
    found = torch.autograd.grad(x, (leaf, right), g)
    assert kind == "sparse" or (calls[1] > 0 and (calls[0] == 0 or name in ("bicg", "qmr")))
    solved = torch.linalg.solve(A.toarray().mH, g)
    torch.testing.assert_close(found[1], solved, rtol=1e-6, atol=1e-9)
    coo = A.tocoo()
    want = -torch.outer(solved, x.detach().conj())[coo.row, coo.col]
    torch.testing.assert_close(found[0], want, rtol=1e-6, atol=1e-9 * float(want.abs().max()))
