"""Work on patterns: compression of coordinates, union, products of sparse matrices and their derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse
import torch

import sci.sparse
from sci.sparse import coo_array, csr_array
from sci.sparse._pattern import compress_order


def sparse(rows: int, columns: int, count: int, seed: int, index: Any = np.int32) -> Any:
    rng = np.random.default_rng(seed)
    places = (rng.integers(rows, size=count).astype(index), rng.integers(columns, size=count).astype(index))
    return scipy.sparse.coo_array((rng.standard_normal(count), places), shape=(rows, columns))


@pytest.mark.parametrize("index", [torch.int32, torch.int64])
@pytest.mark.parametrize(("rows", "columns", "count"), [(0, 3, 0), (1, 1000, 400), (50, 7, 200), (1000, 1000, 3000)])
def test_compression_sorts_stably(rows: int, columns: int, count: int, index: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(0)
    row = torch.randint(max(rows, 1), (count,), generator=generator).to(index)
    column = torch.randint(columns, (count,), generator=generator).to(index)
    pattern, order = compress_order(row, column, (rows, columns))
    want = np.lexsort((np.arange(count), column, row))
    np.testing.assert_array_equal(order, want)
    np.testing.assert_array_equal(pattern.indices, column[want])
    np.testing.assert_array_equal(pattern.indptr, np.searchsorted(row[want], np.arange(rows + 1)))
    distinct = np.unique(row.numpy().astype(np.int64) * columns + column.numpy()).size == count
    assert pattern.canonical == distinct and pattern.sorted


def test_compression_needs_no_place_per_column() -> None:
    A = coo_array((torch.ones(2), ([0, 1], [2**40, 5])), shape=(2, 2**41)).tocsr()
    assert A.indices.tolist() == [2**40, 5] and A.indices.dtype is torch.int64
    assert (A + A).nnz == 2


WIDE = 2**40 + 3  # columns, of which nothing may have a place each
WIDE_USES: dict[str, Any] = {
    "csr": lambda A, m: A.tocsr(),
    "reshaped": lambda A, m: A.reshape(WIDE, 3),
    "transposed": lambda A, m: A.T,
    "box": lambda A, m: A.tocsr()[:2, 2**31 : 2**33],
    "rows": lambda A, m: A.tocsr()[[2, 0]],
    "element": lambda A, m: A.tocsr()[2, 2**31 + 7],
    "sum": lambda A, m: A.tocsr().sum(1),
    "largest": lambda A, m: A.tocsr().max(1),
    "added": lambda A, m: A.tocsr() + 2 * A.tocsr(),
    "multiplied": lambda A, m: A.tocsr() * A.tocsr(),
    "side by side": lambda A, m: m.hstack([A, A], format="csr"),
    "one below": lambda A, m: m.vstack([A, A], format="csr"),
    "kron": lambda A, m: m.kron(A, m.coo_array(np.ones((1, 2))), format="coo"),
    "keys": lambda A, m: A.todok(),
}


@pytest.mark.parametrize("use", WIDE_USES)
def test_indices_beyond_int32_are_scipys(use: str) -> None:
    row, column = np.array([0, 0, 2, 2, 1]), np.array([5, WIDE - 1, 2**31 + 7, 2**33, 2**32])
    values = np.arange(1.0, 6.0)
    ours, theirs = (
        WIDE_USES[use](m.coo_array((values, (row, column)), shape=(3, WIDE)), m) for m in (sci.sparse, scipy.sparse)
    )
    if not scipy.sparse.issparse(theirs):
        np.testing.assert_array_equal(ours, theirs)
        return
    assert ours.format == theirs.format and ours.shape == theirs.shape
    found = []
    for A in (ours.tocoo(), theirs.tocoo()):
        found.append(sorted(zip(*(np.asarray(x).tolist() for x in (*A.coords, A.data)), strict=True)))
    assert found[0] == found[1]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.complex128, torch.int64, torch.bool])
def test_sums_of_different_patterns(dtype: torch.dtype) -> None:
    S, T = sparse(40, 30, 200, 0), sparse(40, 30, 150, 1)
    A, B = (csr_array(X).astype(torch.float64).astype(dtype) for X in (S, T))
    for a, b in ((A, B), (A.astype(torch.int64), B) if dtype is not torch.bool else (A, B), (A, B.tocsc())):
        D, E = a.toarray(), b.toarray()
        torch.testing.assert_close((a + b).toarray(), D | E if dtype is torch.bool else D + E)
        if dtype is not torch.bool:
            torch.testing.assert_close((a - b).toarray(), D - E)
        assert (a + b).has_canonical_format


def test_sums_differentiate() -> None:
    A, B = csr_array(sparse(5, 4, 8, 0)), csr_array(sparse(5, 4, 7, 1))
    a, b = (X.data.clone().requires_grad_() for X in (A, B))
    assert torch.autograd.gradcheck(lambda a, b: (A._with_data(a) - B._with_data(b)).data, (a, b))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.complex128, torch.int64, torch.bool])
@pytest.mark.parametrize(("m", "k", "n"), [(0, 3, 2), (3, 0, 2), (30, 20, 25), (5, 300, 200)])
def test_products_of_sparse_matrices(m: int, k: int, n: int, dtype: torch.dtype) -> None:
    A = csr_array(sparse(m, k, 4 * m if k else 0, 0)).astype(dtype)
    B = csr_array(sparse(k, n, 4 * k, 1)).astype(dtype)
    want = A.toarray().to(torch.complex128) @ B.toarray().to(torch.complex128)
    for C in (A @ B, A.tocsc() @ B, A.tocoo() @ B.tobsr()):
        got = C.toarray()
        assert got.dtype is dtype
        expected = want.real != 0 if dtype is torch.bool else want
        tight = 1e-5 if dtype is torch.float32 else 1e-12
        if dtype is torch.bool:
            assert torch.equal(got, expected)
        else:
            torch.testing.assert_close(got.to(torch.complex128), expected, rtol=tight, atol=tight)
    assert (A @ B).sorted_indices().has_canonical_format


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_products_of_sparse_matrices_differentiate(dtype: torch.dtype) -> None:
    A, B = csr_array(sparse(4, 5, 9, 0)).astype(dtype), csr_array(sparse(5, 3, 8, 1)).astype(dtype)
    a, b = (X.data.clone().requires_grad_() for X in (A, B))

    def f(a: torch.Tensor, b: torch.Tensor) -> Any:
        return (A._with_data(a) @ B._with_data(b)).data

    assert torch.autograd.gradcheck(f, (a, b), check_forward_ad=True, check_batched_grad=False)
    assert torch.autograd.gradgradcheck(f, (a, b))
    got = torch.func.grad(lambda A: ((A @ B) @ B.T.conj()).sum().abs())(A._with_data(a.detach()))
    assert got.nnz == A.nnz
    rows = torch.func.vmap(lambda a: f(a, b.detach()))(torch.stack([a.detach(), 2 * a.detach()]))
    torch.testing.assert_close(rows[1], 2 * f(a, b).detach())


def test_unsigned_values_compare_with_negative_numbers() -> None:
    A = csr_array(torch.tensor([[0, 200, 3]], dtype=torch.uint8))
    assert (A > -1).toarray().all() and not (A < -1).toarray().any()
    assert (A != -1).toarray().all()


@pytest.mark.cpu  # of SciPy's matrices
@pytest.mark.parametrize("index", [np.int32, np.int64])
def test_long_patterns_whose_rows_lead_anywhere(index: Any) -> None:
    rng = np.random.default_rng(7)
    S = scipy.sparse.csr_array(
        (rng.standard_normal(2**20 + 5), rng.integers(30_000, size=2**20 + 5), np.r_[0, np.full(40_000, 2**20 + 5)]),
        shape=(40_000, 30_000),
    )
    S.indptr[1:-1] = np.sort(rng.integers(2**20, size=39_999))
    S.indices, S.indptr = S.indices.astype(index), S.indptr.astype(index)
    A, T = csr_array(S).T.tocsr(), S.T.tocsr()
    for got, want in ((A.data, T.data), (A.indices, T.indices), (A.indptr, T.indptr)):
        np.testing.assert_array_equal(got, want)
    S.indices[-3] = 30_000
    with pytest.raises((RuntimeError, ValueError), match="ind"):
        csr_array(S).T.tocsr()
