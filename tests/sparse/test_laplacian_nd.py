"""`LaplacianNd`: products, matrices and the known spectrum."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import scipy.sparse.linalg
import torch

from sci.sparse.linalg import LaplacianNd, cg, eigsh

CONDITIONS = ["dirichlet", "neumann", "periodic"]
GRIDS = [(6,), (2, 3), (5, 2), (2, 3, 4), (3, 1, 2)]
DTYPES = [torch.int8, torch.int64, torch.float32, torch.float64, torch.complex64, torch.complex128]


def random(*shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("conditions", CONDITIONS)
@pytest.mark.parametrize("grid", GRIDS)
def test_matrix_spectrum_and_products_agree(grid: tuple[int, ...], conditions: str) -> None:
    L = LaplacianNd(grid, boundary_conditions=conditions)
    dense = L.toarray()
    n = dense.shape[0]
    assert dense.dtype is torch.int8 and L.shape == (n, n)
    assert torch.equal(L.tosparse().toarray(), dense) and torch.equal(dense, dense.T)
    if 1 not in grid:  # where SciPy's matrix contradicts its eigenvalues
        theirs = scipy.sparse.linalg.LaplacianNd(grid, boundary_conditions=conditions)
        np.testing.assert_array_equal(dense, theirs.toarray())
    A = dense.double()
    values, vectors = L.eigenvalues(), L.eigenvectors()
    torch.testing.assert_close(values, torch.linalg.eigvalsh(A), rtol=1e-13, atol=1e-13)
    torch.testing.assert_close(A @ vectors, vectors * values, rtol=0, atol=1e-14)
    torch.testing.assert_close(vectors.T @ vectors, torch.eye(n, dtype=torch.float64), rtol=0, atol=1e-14)
    for m in range(1, n + 2):
        some = L.eigenvectors(m)
        assert torch.equal(L.eigenvalues(m), values[-m:]) and some.shape == (n, min(m, n))
        torch.testing.assert_close(A @ some, some * values[-m:], rtol=0, atol=1e-14)
    for dtype in (torch.float32, torch.complex128):
        X = random(n, 3, dtype=dtype)
        for product in (L @ X, L.H @ X, L.T @ X, torch.stack([L.rmatvec(x) for x in X.T], -1)):
            torch.testing.assert_close(product, dense.to(dtype) @ X)


@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes(dtype: torch.dtype) -> None:
    L = LaplacianNd((3, 2), dtype=dtype)
    real = dtype.to_real() if dtype.is_complex or dtype.is_floating_point else torch.float64
    assert L.dtype is L.toarray().dtype is L.tosparse().dtype is dtype
    assert L.eigenvalues().dtype is L.eigenvectors(2).dtype is real
    assert (L @ torch.ones(6, dtype=dtype)).dtype is dtype
    assert (L @ torch.ones(6)).dtype is torch.promote_types(dtype, torch.float32)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("conditions", CONDITIONS)
def test_products_differentiate(conditions: str, dtype: torch.dtype) -> None:
    L = LaplacianNd((3, 2), boundary_conditions=conditions)
    for x in (random(6, dtype=dtype), random(6, 2, dtype=dtype)):
        products: tuple[Callable[[torch.Tensor], torch.Tensor], ...] = (lambda x: L @ x, lambda x: (L.T @ (L @ x)) ** 2)
        for act in products:
            torch.autograd.gradcheck(act, x.requires_grad_(), check_forward_ad=True)
            torch.autograd.gradgradcheck(act, x.requires_grad_())
    batch = random(4, 6)
    torch.testing.assert_close(torch.func.vmap(L.matvec)(batch), (L @ batch.T).T)


def test_solvers_take_it() -> None:
    L = LaplacianNd((7, 5), boundary_conditions="dirichlet", dtype=torch.float64)
    b = random(35)
    x, info = cg(-L, b, rtol=1e-12)
    assert int(info) == 0
    torch.testing.assert_close(L @ x, -b, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(eigsh(L, k=3, which="LA")[0], L.eigenvalues(3))


def test_large_grids_need_no_matrix() -> None:
    L = LaplacianNd((1000, 1000), boundary_conditions="neumann")
    values, vectors = L.eigenvalues(4), L.eigenvectors(4)
    want = 2 - 2 * np.cos(np.pi / 1000)
    # The difference of cosines has lost the digits that the sine squared keeps.
    np.testing.assert_allclose(values, [-2 * want, -want, -want, 0], rtol=1e-9)
    torch.testing.assert_close(L @ vectors, vectors * values, rtol=0, atol=1e-15)


def test_errors_name_the_argument() -> None:
    with pytest.raises(ValueError, match="boundary_conditions"):
        LaplacianNd((3,), boundary_conditions="robin")
    for grid in ((), (3, 0)):
        with pytest.raises(ValueError, match="grid_shape"):
            LaplacianNd(grid)
    with pytest.raises(TypeError, match="integers"):
        LaplacianNd((2.5,))
    with pytest.raises(ValueError, match="m must be positive"):
        LaplacianNd((3,)).eigenvalues(0)
