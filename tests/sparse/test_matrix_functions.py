"""Functions of sparse matrices: structure, norms, powers, inverses, exponentials, triangles, incomplete factors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.sparse.linalg
import torch

from sci.linalg import LinAlgError
from sci.sparse import csr_array, diags_array, kronsum
from sci.sparse.linalg import (
    LinearOperator,
    SolverProgress,
    aslinearoperator,
    bicgstab,
    expm,
    expm_multiply,
    gmres,
    inv,
    is_sptriangular,
    matrix_power,
    norm,
    onenormest,
    spbandwidth,
    spilu,
    spsolve_triangular,
    use_solver,
)

DTYPES = [torch.float64, torch.float32, torch.complex128, torch.complex64]


def random(*shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(3))


def holes(n: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    A = random(n, n, dtype=dtype)
    return torch.where(A.abs() > 0.9, A, 0) + 3 * torch.eye(n, dtype=dtype)


def convection(n: int) -> csr_array:
    one = torch.ones(n, dtype=torch.float64)
    T = diags_array([-1.4 * one[1:], 2 * one, -0.6 * one[1:]], offsets=[-1, 0, 1])
    return kronsum(T, T).tocsr()


def test_structure() -> None:
    A = diags_array([torch.ones(4), torch.ones(5), torch.ones(3)], offsets=[-1, 0, 2]).tocsr()
    assert spbandwidth(A) == (1, 2) and spbandwidth(csr_array(torch.zeros(3, 3))) == (0, 0)
    assert is_sptriangular(A) == (False, False)
    assert is_sptriangular(diags_array(torch.ones(3)).tocsr()) == (True, True)
    with pytest.raises(TypeError, match="unknown"):
        use_solver(colour="red")


@pytest.mark.parametrize("dtype", DTYPES)
def test_norms(dtype: torch.dtype) -> None:
    D = holes(7, dtype)[:, :5]
    A = csr_array(D)
    for ord in (None, "fro", 1, -1, 2, torch.inf, -torch.inf):
        torch.testing.assert_close(norm(A, ord), torch.linalg.matrix_norm(D, "fro" if ord is None else ord))
    for axis in (0, 1):
        for ord in (None, 0, 1, 2, 3, torch.inf, -torch.inf):
            want = torch.linalg.vector_norm(D, 2 if ord is None else ord, dim=axis)
            torch.testing.assert_close(norm(A, ord, axis=axis), want)
    for ord in (None, 1, 3, torch.inf):
        torch.testing.assert_close(norm(csr_array(D[0]), ord, axis=0), torch.linalg.vector_norm(D[0], ord or 2))
    for bad, error in ((1.5, TypeError), ((0, 0), ValueError), (2, ValueError), ((), ValueError)):
        with pytest.raises(error):
            norm(A, axis=bad)


def test_powers_and_inverse() -> None:
    D = holes(6)
    torch.testing.assert_close(matrix_power(csr_array(D), 5).toarray(), torch.linalg.matrix_power(D, 5))
    torch.testing.assert_close(matrix_power(csr_array(D), 0).toarray(), torch.eye(6, dtype=torch.float64))
    torch.testing.assert_close(inv(csr_array(D)).toarray(), torch.linalg.inv(D))
    with pytest.raises(TypeError, match="sparse"):
        inv(D)


@pytest.mark.parametrize("default", [torch.float32, torch.float64])
def test_inverse_of_integers_is_of_the_default_type(default: torch.dtype) -> None:
    before = torch.get_default_dtype()
    torch.set_default_dtype(default)
    try:
        assert inv(csr_array(torch.tensor([[2, 0], [1, 4]]))).dtype is default
    finally:
        torch.set_default_dtype(before)


@pytest.mark.parametrize("dtype", DTYPES)
def test_exponentials(dtype: torch.dtype) -> None:
    eps = torch.finfo(dtype).eps
    for scale in (1e-3, 1.0, 6.0):
        D = holes(9, dtype) * scale
        wide = torch.complex128 if dtype.is_complex else torch.float64
        want = torch.from_numpy(scipy.linalg.expm(D.to(wide).numpy())).to(dtype)
        bound = 300 * eps * float(want.abs().max()) * (1 + scale)
        assert float((expm(csr_array(D)).toarray() - want).abs().max()) < bound
        B = random(9, 2, dtype=dtype)
        for op in (csr_array(D), D, aslinearoperator(D), LinearOperator((9, 9), lambda v: D @ v, dtype=dtype)):  # noqa: B023
            more: dict[str, Any] = {"traceA": complex(D.trace()).real} if op is not D and not dtype.is_complex else {}
            if isinstance(op, LinearOperator) and not more:
                continue
            found = expm_multiply(op, B, **more)
            assert float((found - want @ B).abs().max()) < 20 * bound and found.dtype is dtype


def test_time_grids() -> None:
    D, b = holes(8), random(8)
    grid = expm_multiply(csr_array(D), b, start=-0.2, stop=0.9, num=5)
    theirs = scipy.sparse.linalg.expm_multiply(csr_array(D).to_scipy(), b.numpy(), start=-0.2, stop=0.9, num=5)
    np.testing.assert_allclose(grid, theirs, rtol=1e-11)
    half = expm_multiply(D, b, start=0.0, stop=1.0, num=4, endpoint=False)
    torch.testing.assert_close(half[2], torch.linalg.matrix_exp(0.5 * D) @ b)
    assert torch.equal(half[0], b)
    with pytest.raises(TypeError, match="together"):
        expm_multiply(D, b, start=0.0)


def test_exponentials_differentiate_in_matrix_vector_and_time() -> None:
    A = csr_array(holes(4) * 0.4)
    inputs = (A.data.clone().requires_grad_(), random(4).requires_grad_(), torch.tensor(0.7, dtype=torch.float64))

    def act(data: torch.Tensor, b: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return expm_multiply(A._with_data(data), b, start=0.5 * t, stop=t, num=3)

    inputs[2].requires_grad_()
    torch.autograd.gradcheck(act, inputs, check_forward_ad=True, fast_mode=True)
    torch.autograd.gradgradcheck(act, inputs, fast_mode=True)
    (g,) = torch.autograd.grad(act(*inputs)[-1].sum(), inputs[2])
    torch.testing.assert_close(g, (A @ expm_multiply(A, inputs[1].detach() * 1.0, start=0.7, stop=0.7, num=1)[0]).sum())


def test_the_estimate_of_the_one_norm_is_a_close_lower_bound() -> None:
    ratios = []
    for seed in range(30):
        A = torch.randn(40, 40, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
        true = float(A.abs().sum(0).max())
        est, v, w = onenormest(aslinearoperator(A), compute_v=True, compute_w=True)
        assert float(est) <= true * (1 + 1e-12)
        torch.testing.assert_close(A @ v, w)
        torch.testing.assert_close(w.abs().sum(), est)
        ratios.append(float(est) / true)
    assert min(ratios) > 0.6 and sum(ratios) / len(ratios) > 0.85  # SciPy's mean is 0.91


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("lower", [True, False])
def test_triangles(lower: bool, dtype: torch.dtype) -> None:
    D = torch.tril(holes(30, dtype)) if lower else torch.triu(holes(30, dtype))
    b = random(2, 30, 3, dtype=dtype)
    for unit in (False, True):
        x = spsolve_triangular(csr_array(D), b, lower, unit_diagonal=unit)
        want = torch.linalg.solve_triangular(D, b, upper=not lower, unitriangular=unit)
        assert float((x - want).norm() / want.norm()) < 1e4 * torch.finfo(dtype).eps
    with pytest.raises(LinAlgError, match="not triangular"):
        spsolve_triangular(csr_array(D), b, not lower)
    with pytest.raises(LinAlgError, match="zero entry"):
        spsolve_triangular(csr_array(D - torch.diag(torch.diag(D))), b, lower)


def test_incomplete_factors_precondition() -> None:
    A, b = convection(12), random(144)
    lu = spilu(A, drop_tol=1e-2)
    M = LinearOperator(A.shape, lu.solve, lambda v: lu.solve(v, "H"))
    plain: list[int] = []
    helped: list[int] = []
    bicgstab(A, b, callback=lambda _: plain.append(0))
    b.requires_grad_()
    x, info = bicgstab(A, b, M=M, rtol=1e-10, callback=lambda _: helped.append(0))
    assert info == 0 and len(helped) < len(plain)
    (g,) = torch.autograd.grad(x.sum(), b)
    torch.testing.assert_close(A.T @ g, torch.ones_like(g), rtol=0, atol=1e-6)


def test_progress() -> None:
    A, b = convection(8), random(64)
    with SolverProgress(A, b, show=False) as progress:
        _, info = bicgstab(A, b, callback=progress)
    assert info == 0 and progress.history[-1] <= 1e-5 < progress.history[0]
    norms = SolverProgress(show=False)
    gmres(A, b, callback=norms, callback_type="pr_norm")
    assert norms.history == sorted(norms.history, reverse=True)
    with pytest.raises(ValueError, match="together"):
        SolverProgress(A)
