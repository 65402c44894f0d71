"""Conjugate gradients: residuals, agreement of all kinds of operators, honest reports, implicit derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse.linalg
import torch

from sci.sparse import SparseWarning, csr_array, diags_array, eye_array, kronsum
from sci.sparse.linalg import LinearOperator, aslinearoperator, cg

DTYPES = [torch.float64, torch.float32, torch.complex128, torch.complex64]


def laplacian(n: int, dtype: torch.dtype = torch.float64, shift: float = 0.1) -> csr_array:
    one = torch.ones(n, dtype=torch.float64)
    T = diags_array([-one[1:], (2 + shift) * one, -one[1:]], offsets=[-1, 0, 1])
    A = kronsum(T, T)
    if dtype.is_complex:  # Hermitian, and not real: a gauge transformation of the edges
        phase = torch.exp(0.3j * torch.arange(n * n))
        A = csr_array(diags_array(phase) @ A @ diags_array(phase.conj()))
    return A.to(dtype)


def right(n: int, dtype: torch.dtype, *batch: int) -> torch.Tensor:
    return torch.randn(*batch, n, dtype=dtype, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("dtype", DTYPES)
def test_residuals_of_every_kind_of_operator(dtype: torch.dtype) -> None:
    A = laplacian(9, dtype)
    D, b = A.toarray(), right(81, dtype)
    M = diags_array(1 / A.diagonal().real).to(dtype)
    rtol = 1e-10 if dtype in (torch.float64, torch.complex128) else 1e-4
    operators = [A, A.tocoo(), D, aslinearoperator(A), LinearOperator(A.shape, lambda v: D @ v, dtype=dtype)]
    for op in operators:
        for preconditioner in (None, M, M.toarray(), aslinearoperator(M)):
            x, info = cg(op, b, rtol=rtol, M=preconditioner)
            assert info == 0 and x.dtype is dtype
            assert torch.linalg.vector_norm(b - D @ x) <= rtol * torch.linalg.vector_norm(b) * (1 + 1e-3)


def test_is_scipys_solution() -> None:
    A, b = laplacian(7), right(49, torch.float64)
    want, info = scipy.sparse.linalg.cg(A.to_scipy(), b.numpy(), rtol=1e-12)
    assert info == 0
    np.testing.assert_allclose(cg(A, b, rtol=1e-12)[0], want, rtol=1e-9)
    np.testing.assert_allclose(cg(A.to_scipy(), b.numpy()[:, None], rtol=1e-12)[0], want, rtol=1e-9)


def test_starts_callbacks_and_limits() -> None:
    A, b = laplacian(6), right(36, torch.float64)
    x, _ = cg(A, b, rtol=1e-12)
    again, info = cg(A, b, x, rtol=1e-10, maxiter=0)
    assert info == 0 and torch.equal(again, x)
    seen: list[torch.Tensor] = []
    _, info = cg(A, b, maxiter=5, callback=seen.append)
    assert info == 5 and len(seen) == 5
    assert cg(A, b, maxiter=3)[1] == 3
    assert torch.equal(cg(A, torch.zeros_like(b), x)[0], torch.zeros_like(b))
    assert cg(A, b, rtol=0.0, atol=1e-8)[1] == 0
    empty, info = cg(torch.zeros(0, 0), torch.zeros(0))
    assert empty.shape == (0,) and info == 0


def test_nan_ends_at_once() -> None:
    A, b = laplacian(4), right(16, torch.float64)
    b[3] = torch.nan
    for op in (A, A.toarray()):
        assert cg(op, b)[1] > 0


@pytest.mark.parametrize("dense", [False, True])
def test_batches_converge_each_by_itself(dense: bool) -> None:
    A, b = laplacian(5), right(25, torch.float64, 3, 2)
    b[0, 0] = 0
    b[1] *= 1e6
    D = A.toarray()
    x, info = cg(D if dense else A, b, rtol=1e-11)
    assert info.shape == (3, 2) and bool((info == 0).all())
    size = torch.linalg.vector_norm(b, dim=-1)
    assert bool((torch.linalg.vector_norm(b - x @ D.mT, dim=-1) <= 1.001e-11 * size).all())
    if dense:
        many = torch.stack([D, 2 * D, 3 * D])[:, None]
        want = torch.linalg.solve(many, b.unsqueeze(-1)).squeeze(-1)
        torch.testing.assert_close(cg(many, b, rtol=1e-13)[0], want)


def test_info_is_about_the_true_residual() -> None:
    """In float32 the recursive residual goes to zero, and b - A x does not."""
    A, b = laplacian(60, torch.float32, shift=1e-4), torch.ones(3600)
    for op in (A, aslinearoperator(A)):
        x, info = cg(op, b, rtol=1e-6)
        small = torch.linalg.vector_norm(b - A @ x) <= 1.001e-6 * torch.linalg.vector_norm(b)
        assert (info == 0) == bool(small)


# ---- derivatives -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("kind", ["sparse", "dense", "operator"])
def test_derivatives(dtype: torch.dtype, kind: str) -> None:
    A, b = laplacian(2, dtype), right(4, dtype)

    def solve(data: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        B = A._with_data(data)
        B = (B + B.conj().T) / 2
        op = {"sparse": lambda: B, "dense": B.toarray, "operator": lambda: aslinearoperator(B)}[kind]()
        return cg(op, b, rtol=1e-14)[0]

    inputs = (A.data.clone().requires_grad_(), b.clone().requires_grad_())
    torch.autograd.gradcheck(solve, inputs, check_forward_ad=True, fast_mode=True)
    torch.autograd.gradgradcheck(solve, inputs, fast_mode=True)


def test_gradient_is_the_formula_on_the_pattern() -> None:
    A, b, g = laplacian(5), right(25, torch.float64), right(25, torch.float64) * 2
    grad_A, grad_b = torch.func.vjp(lambda A, b: cg(A, b, rtol=1e-13)[0], A, b)[1](g)
    D = A.toarray()
    x, y = torch.linalg.solve(D, b), torch.linalg.solve(D, g)
    assert isinstance(grad_A, csr_array) and grad_A.indices is A.indices
    torch.testing.assert_close(grad_A.toarray(), -torch.outer(y, x) * (D != 0))
    torch.testing.assert_close(grad_b, y)


def test_vmap_and_compiler() -> None:
    A, b = laplacian(3), right(9, torch.float64, 4)
    want = torch.linalg.solve(A.toarray(), b.mT).mT
    torch.testing.assert_close(torch.func.vmap(lambda b: cg(A, b, rtol=1e-13)[0])(b), want)
    scales = torch.arange(1.0, 5.0, dtype=torch.float64)
    found = torch.func.vmap(lambda s, b: cg(A * s, b, rtol=1e-13)[0])(scales, b)
    torch.testing.assert_close(found, want / scales[:, None])
    run = torch.compile(lambda A, b: cg(A, b, rtol=1e-13), fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(run(A, b[0])[0], want[0])


def test_a_derivative_that_does_not_converge_says_so() -> None:
    A, b = laplacian(6), right(36, torch.float64).requires_grad_()
    x, _ = cg(A, b, maxiter=2)
    with pytest.warns(SparseWarning, match="derivative"):
        x.square().sum().backward()


# ---- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda A, b: cg(torch.ones(2, 3), b), ValueError, "A must be square"),
        (lambda A, b: cg(A, b[:3]), ValueError, r"b has shape \(3,\)"),
        (lambda A, b: cg(A, torch.tensor(1.0)), ValueError, "b has shape"),
        (lambda A, b: cg(A, b, b[:2]), ValueError, "x0 has shape"),
        (lambda A, b: cg(A, b, M=torch.eye(3)), ValueError, "M has shape"),
        (lambda A, b: cg(A, b, rtol="small"), ValueError, "rtol"),
        (lambda A, b: cg(A, b, atol=-1.0), ValueError, "atol"),
        (lambda A, b: cg(A, b, maxiter=2.5), TypeError, "maxiter"),
        (lambda A, b: cg(A, b, callback=3), TypeError, "callback"),
        (lambda A, b: cg(A, b, 1, 2), TypeError, "positional"),
        (lambda A, b: cg("abc", b), TypeError, "A must be"),
        (lambda A, b: cg(A.to("meta"), b), RuntimeError, "one device"),
    ],
)
def test_errors(call: Any, error: type[Exception], text: str) -> None:
    A = eye_array(4)
    with pytest.raises(error, match=text):
        call(A, torch.ones(4, dtype=torch.float64))
