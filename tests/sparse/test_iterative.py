"""Iterative solvers: SciPy's solutions and iteration counts, batches, breakdowns, reports, implicit derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse.linalg
import torch

import sci.sparse.linalg
from sci.sparse import csr_array, diags_array, eye_array
from sci.sparse.linalg import LinearOperator, aslinearoperator, gcrotmk, gmres, lgmres, lsmr, lsqr, minres, qmr
from tests.sparse.model_matrices import convection, line, poisson

GENERAL = ["bicg", "bicgstab", "cgs", "gcrotmk", "gmres", "lgmres", "qmr", "tfqmr"]
SQUARE = ["cg", "minres", *GENERAL]
DTYPES = [torch.float64, torch.float32, torch.complex128, torch.complex64]


def solver(name: str) -> Any:
    return getattr(sci.sparse.linalg, name)


def right(n: int, dtype: torch.dtype = torch.float64, *batch: int) -> torch.Tensor:
    return torch.randn(*batch, n, dtype=dtype, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", GENERAL)
def test_kinds_of_operators_and_preconditioners(name: str, dtype: torch.dtype) -> None:
    A = convection(6).to(dtype)
    if dtype.is_complex:
        A = (A + 0.3j * eye_array(36, dtype=dtype)).tocsr()
    D, b = A.toarray(), right(36, dtype)
    M = diags_array(1 / A.diagonal()).to(dtype)
    rtol = 1e-9 if dtype in (torch.float64, torch.complex128) else 1e-4
    for op in (A, D, aslinearoperator(A), LinearOperator(A.shape, lambda v: D @ v, dtype=dtype)):
        for preconditioner in (None, M, aslinearoperator(M.toarray())):
            key = "M1" if name == "qmr" else "M"
            x, info = solver(name)(op, b, rtol=rtol, **{key: preconditioner})
            assert info == 0 and x.dtype is dtype
            assert torch.linalg.vector_norm(b - D @ x) <= rtol * torch.linalg.vector_norm(b) * (1 + 1e-3)


@pytest.mark.parametrize("name", SQUARE)
def test_batches_converge_each_by_itself(name: str) -> None:
    A = poisson(5, 2)
    b = right(25, torch.float64, 3, 2)
    b[0, 0] = 0
    b[1] *= 1e6
    for op in (A, A.toarray(), aslinearoperator(A)):
        x, info = solver(name)(op, b, rtol=1e-10)
        assert info.shape == (3, 2) and bool((info == 0).all())
        size = torch.linalg.vector_norm(b, dim=-1)
        assert bool((torch.linalg.vector_norm(b - x @ A.toarray().mT, dim=-1) <= 2e-9 * size).all())


@pytest.mark.parametrize("name", SQUARE)
def test_limits_starts_and_nan(name: str) -> None:
    A, b = poisson(6, 2), right(36)
    solve = solver(name)
    x, _ = solve(A, b, rtol=1e-11)
    again, info = solve(A, b, x, rtol=1e-9, maxiter=0)
    assert info == 0 and torch.equal(again, x)
    assert torch.equal(solve(A, torch.zeros_like(b), x)[0], torch.zeros_like(b))
    if name not in ("gcrotmk", "gmres", "lgmres"):
        assert solve(A, b, maxiter=3, rtol=1e-12)[1] == 3
    bad = b.clone()
    bad[3] = torch.nan
    if name == "gcrotmk":
        with pytest.raises(ValueError, match="finite"):
            solve(A, bad)
    else:
        assert solve(A, bad)[1] != 0
    empty, info = solve(torch.zeros(0, 0), torch.zeros(0))
    assert empty.shape == (0,) and info == 0


@pytest.mark.parametrize("name", GENERAL)
def test_a_breakdown_is_reported(name: str) -> None:
    """A rotation by 90 degrees: r^H A r = 0."""
    A, b = torch.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=torch.float64), torch.tensor([1.0, 0.0], dtype=torch.float64)
    x, info = solver(name)(A, b)
    assert bool(torch.isfinite(x).all())
    solved = torch.linalg.vector_norm(b - A @ x) <= 1e-5
    assert bool(solved) == (int(info) == 0)
    if name in ("bicg", "bicgstab", "cgs", "qmr", "tfqmr"):
        assert info < 0


@pytest.mark.parametrize("name", GENERAL)
def test_a_singular_system_ends(name: str) -> None:
    A = torch.diag(torch.tensor([1.0, 2.0, 0.0], dtype=torch.float64))
    x, info = solver(name)(A, torch.ones(3, dtype=torch.float64), maxiter=50)
    assert info != 0 and bool(torch.isfinite(x).all())


def test_minres_takes_singular_and_shifted_systems() -> None:
    A = torch.diag(torch.tensor([1.0, 2.0, 0.0], dtype=torch.float64))
    x, info = minres(A, torch.tensor([1.0, 2.0, 0.0], dtype=torch.float64), rtol=1e-12)
    assert info == 0
    torch.testing.assert_close(x, torch.tensor([1.0, 1.0, 0.0], dtype=torch.float64))
    B, b = poisson(5, 2), right(25)
    x, info = minres(B, b, shift=-0.5, rtol=1e-12)
    torch.testing.assert_close(B @ x + 0.5 * x, b)
    with pytest.raises(ValueError, match="non-symmetric"):
        minres(torch.tensor([[1.0, 2.0], [0.0, 1.0]]), torch.ones(2), check=True)


def test_kept_directions_help_the_next_solve() -> None:
    A, b = convection(14), right(196)
    for solve, key in ((lgmres, "outer_v"), (gcrotmk, "CU")):
        kept: list[Any] = []
        more = {"inner_m": 8} if solve is lgmres else {"m": 8, "k": 6, "truncate": "smallest"}
        counts = []
        for _ in range(2):
            seen: list[torch.Tensor] = []
            _, info = solve(A, b, rtol=1e-8, callback=seen.append, **{key: kept}, **more)
            assert info == 0 and kept
            counts.append(len(seen))
        assert counts[1] < counts[0] if solve is gcrotmk else counts[1] <= counts[0]


def test_gmres_callbacks() -> None:
    A, b = convection(8), right(64)
    norms: list[torch.Tensor] = []
    gmres(A, b, callback=norms.append, callback_type="pr_norm")
    assert all(x.dim() == 0 for x in norms) and bool((torch.stack(norms).diff() <= 1e-12).all())
    with pytest.warns(DeprecationWarning, match="callback_type"):
        assert gmres(A, b, callback=norms.append, maxiter=4)[1] == 4
    with pytest.raises(ValueError, match="callback_type"):
        gmres(A, b, callback=norms.append, callback_type="y")


def test_qmr_preconditions_from_both_sides() -> None:
    A, b = convection(8), right(64)
    P, L, U = torch.linalg.lu(A.toarray())
    first = LinearOperator(A.shape, lambda v: torch.linalg.solve(P @ L, v), lambda v: torch.linalg.solve((P @ L).mT, v))
    second = LinearOperator(A.shape, lambda v: torch.linalg.solve(U, v), lambda v: torch.linalg.solve(U.mT, v))
    b = b.requires_grad_()
    x, info = qmr(A, b, M1=first, M2=second, rtol=1e-10, maxiter=3)
    assert info == 0
    (g,) = torch.autograd.grad(x.sum(), b)
    torch.testing.assert_close(g, torch.linalg.solve(A.toarray().mT, torch.ones_like(b)))


# ---- least squares ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("shape", [(9, 5), (5, 9), (6, 6)])
@pytest.mark.parametrize("damp", [0.0, 0.4])
def test_least_squares(shape: tuple[int, int], damp: float, dtype: torch.dtype) -> None:
    m, n = shape
    A = torch.randn(m, n, dtype=dtype, generator=torch.Generator().manual_seed(2))
    b, g = right(m, dtype, 2), right(n, dtype, 2)

    def exact(A: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        if damp == 0:
            return b @ torch.linalg.pinv(A).mT
        return torch.linalg.solve(A.mH @ A + damp**2 * torch.eye(n), A.mH @ b.mT).mT

    inputs = (A.requires_grad_(), b.requires_grad_())
    want = exact(*inputs)
    grads = torch.autograd.grad(want, inputs, g)
    for solve in (lsqr, lsmr):
        limit = {"iter_lim" if solve is lsqr else "maxiter": 100}
        for op in (A, aslinearoperator(A), LinearOperator(shape, lambda v: A @ v, dtype=dtype)):
            x, why, count, *_ = solve(op, b, damp=damp, atol=1e-14, btol=1e-14, conlim=0.0, **limit)
            assert why.shape == (2,) and bool((why < 7).all()) and bool((count <= 3 * max(shape)).all())
            torch.testing.assert_close(x, want)
            for found, expected in zip(torch.autograd.grad(x, inputs, g), grads, strict=True):
                torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-7)


def test_least_squares_reports_are_scipys() -> None:
    A = poisson(6, 2)[:, :30].tocsr()
    b = right(36)
    ours, theirs = (
        lsqr(A, b, damp=1.0, calc_var=True),
        scipy.sparse.linalg.lsqr(A.to_scipy(), b.numpy(), 1.0, calc_var=True),
    )
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-4, atol=1e-8)
    for x, y in zip(lsmr(A, b, 1.0), scipy.sparse.linalg.lsmr(A.to_scipy(), b.numpy(), 1.0), strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-4, atol=1e-8)


# ---- derivatives -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("kind", ["sparse", "operator"])
@pytest.mark.parametrize("name", GENERAL)
def test_derivatives(name: str, kind: str, dtype: torch.dtype) -> None:
    if dtype.is_complex and kind == "operator" and name not in ("bicg", "gmres"):
        return
    A, b = convection(2).to(dtype), right(4, dtype)
    if dtype.is_complex:
        A = A._with_data(A.data * (1 + 0.2j * torch.arange(A.nnz)))
    A = (A + 2 * eye_array(4, dtype=dtype)).tocsr()

    def solve(data: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        B = A._with_data(data)
        op = B if kind == "sparse" else LinearOperator(A.shape, lambda v: B @ v, dtype=dtype)
        return solver(name)(op, b, rtol=1e-13, maxiter=60)[0]

    inputs = (A.data.clone().requires_grad_(), b.clone().requires_grad_())
    torch.autograd.gradcheck(solve, inputs, check_forward_ad=True, fast_mode=True)
    torch.autograd.gradgradcheck(solve, inputs, fast_mode=True)
    dense = torch.linalg.solve(A._with_data(inputs[0]).toarray(), inputs[1])
    for x, y in zip(
        torch.autograd.grad(solve(*inputs).abs().sum(), inputs),
        torch.autograd.grad(dense.abs().sum(), inputs),
        strict=True,
    ):
        torch.testing.assert_close(x, y)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("kind", ["sparse", "operator"])
def test_derivatives_of_minres(kind: str, dtype: torch.dtype) -> None:
    A, b = poisson(2, 2).to(dtype), right(4, dtype)
    more = diags_array(torch.tensor([0.0, -4.5, -5.0, 1.0], dtype=torch.float64)).to(dtype)  # indefinite
    A = (A + more).tocsr()

    def solve(data: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        B = A._with_data(data)
        B = (B + B.conj().T) / 2
        op = B if kind == "sparse" else LinearOperator(A.shape, lambda v: B @ v, dtype=dtype)
        return minres(op, b, rtol=1e-14, maxiter=60)[0]

    inputs = (A.data.clone().requires_grad_(), b.clone().requires_grad_())
    torch.autograd.gradcheck(solve, inputs, check_forward_ad=True, fast_mode=True)
    torch.autograd.gradgradcheck(solve, inputs, fast_mode=True)


@pytest.mark.parametrize("name", SQUARE)
def test_transforms_and_the_compiler(name: str) -> None:
    A, b = line(6, -1.3, 3.0, -0.7), right(6)

    def solve(data: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        B = A._with_data(data)
        B = (B + B.T).tocsr() if name in ("cg", "minres") else B
        return solver(name)(B, b, rtol=1e-13, maxiter=60)[0]

    def loss(b: torch.Tensor) -> torch.Tensor:
        return solve(A.data, b).sin().sum()

    D = A.toarray() + (A.toarray().mT if name in ("cg", "minres") else 0)
    x, inverse = torch.linalg.solve(D, b), torch.linalg.inv(D)
    scales = torch.tensor([1.0, 2.0], dtype=torch.float64)
    for found in (
        torch.func.vmap(solve, (0, None))(A.data * scales[:, None], b),
        torch.func.vmap(solve)(A.data * scales[:, None], torch.stack([b, b])),
    ):
        torch.testing.assert_close(found, x / scales[:, None])
    torch.testing.assert_close(torch.func.jacrev(solve, 1)(A.data, b), inverse, rtol=1e-8, atol=1e-9)
    torch.testing.assert_close(torch.func.jacfwd(solve, 1)(A.data, b), inverse, rtol=1e-8, atol=1e-9)
    gradients = torch.func.vmap(torch.func.grad(loss))(torch.stack([b, 2 * b]))
    torch.testing.assert_close(gradients[1], inverse.mT @ (2 * x).cos(), rtol=1e-8, atol=1e-9)
    want = -(inverse.mT * x.sin()) @ inverse
    torch.testing.assert_close(torch.func.hessian(loss)(b), want, rtol=1e-7, atol=1e-8)
    B = csr_array(D)
    run = torch.compile(lambda B, b: solver(name)(B, b, rtol=1e-13)[0], fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(run(B, b), x)


def test_the_derivative_has_a_tolerance_of_its_own() -> None:
    A, b = convection(8), right(64).requires_grad_()
    want = torch.linalg.solve(A.toarray().mT, torch.ones(64, dtype=torch.float64))
    errors = []
    for rtol in (1e-2, 1e-10):
        x, _ = solver("bicgstab")(A, b, rtol=1e-4, derivative_rtol=rtol)
        errors.append(float((torch.autograd.grad(x.sum(), b)[0] - want).abs().max()))
    assert errors[1] < 1e-8 < errors[0]
