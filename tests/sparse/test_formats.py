"""Every format, as array and as matrix: conversions, operators, indexing, assignment, gradients through all of them."""

from __future__ import annotations

import copy
import io
import operator
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import torch

import sci.sparse as sparse
from sci.sparse import coo_array, csr_array, issparse

FORMATS = ["csr", "csc", "coo", "bsr", "dia", "dok", "lil"]
INDEXED = ["csr", "csc", "coo", "dok", "lil"]


def dense(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(*shape, generator=generator, dtype=torch.float64)
    return values * (torch.rand(*shape, generator=generator) < 0.4)


def same(a: Any, b: Any) -> None:
    torch.testing.assert_close(a.toarray() if issparse(a) else a, b)


@pytest.mark.parametrize("kind", ["array", "matrix"])
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (4, 0), (1, 1), (6, 4)])
def test_every_format_becomes_every_other(format: str, kind: str, shape: tuple[int, ...]) -> None:
    D = dense(*shape)
    A = getattr(sparse, f"{format}_{kind}")(D)
    theirs = getattr(scipy.sparse, f"{format}_{kind}")(D.numpy())
    assert A.format == format and A.shape == shape and repr(A).split("\n")[0][:30] == repr(theirs).split("\n")[0][:30]
    same(A, D)
    same(A.T, D.T)
    for other in FORMATS:
        B = A.asformat(other)
        assert type(B) is getattr(sparse, f"{other}_{kind}")
        same(B, D)
        same(getattr(sparse, f"{other}_array")(A), D)
    same(sparse.coo_array(A.to_scipy()), D)
    same(copy.copy(A), D)


@pytest.mark.parametrize("format", FORMATS)
def test_operators_have_scipys_values_and_formats(format: str) -> None:
    D, E = dense(6, 6), dense(6, 6, seed=1)
    A, B = csr_array(D).asformat(format), csr_array(E)
    S, T = scipy.sparse.csr_array(D.numpy()).asformat(format), scipy.sparse.csr_array(E.numpy())
    acts: list[Any] = [operator.add, operator.sub, operator.mul, operator.matmul, operator.ne, operator.lt]
    acts += [lambda a, b: a.maximum(b), lambda a, b: a.T, lambda a, b: a * 2, lambda a, b: a.sum(0), lambda a, b: a / 3]
    acts += [lambda a, b: a.minimum(-0.5), lambda a, b: a**2, lambda a, b: a.T @ b, lambda a, b: b @ a]
    acts += [lambda a, b: a.diagonal(1), lambda a, b: a.trace(), lambda a, b: a.mean(1), lambda a, b: abs(a)]
    acts += [lambda a, b: a.reshape(4, 9), lambda a, b: a.count_nonzero(), lambda a, b: a.real]
    for act in acts:
        ours, theirs = act(A, B), act(S, T)
        want = theirs.toarray() if scipy.sparse.issparse(theirs) else theirs
        np.testing.assert_allclose(ours.toarray() if issparse(ours) else ours, want, rtol=1e-14, atol=1e-15)
        if issparse(ours) and format != "dok" and not (format == "lil" and ours.format == "lil"):
            assert ours.format == theirs.format
    np.testing.assert_allclose(A @ torch.ones(6).double(), S @ np.ones(6), rtol=1e-14)
    np.testing.assert_allclose(torch.ones(2, 6).double() @ A, np.ones((2, 6)) @ S, rtol=1e-14)


@pytest.mark.parametrize("format", FORMATS)
def test_matrices_multiply_with_a_star(format: str) -> None:
    D = dense(5, 5)
    M = sparse.csr_matrix(D).asformat(format)
    same(M * M, D @ D)
    same(M**3, D @ D @ D)
    same(M**0, torch.eye(5).double())
    same(2 * M * torch.ones(5, 2).double(), 2 * D @ torch.ones(5, 2).double())
    assert M.sum(0).shape == (1, 5) and M.sum(1).shape == (5, 1) and M.sum().dim() == 0
    assert sparse.isspmatrix(M * M) and not sparse.isspmatrix(csr_array(D))
    same(M.getrow(2), D[2:3])
    same(M.getcol(-1), D[:, -1:])
    theirs = scipy.sparse.csr_matrix(D.numpy()).asformat(format)
    assert M.getrow(2).format == theirs.getrow(2).format and M.getcol(2).format == theirs.getcol(2).format


KEYS: list[Any] = [
    (2, 3),
    (-1, -1),
    1,
    (slice(None), 2),
    slice(1, 5, 2),
    slice(None, None, -1),
    (slice(4, 0, -2), slice(1, 3)),
    ([0, 2, 2], slice(None)),
    (slice(None), [1, 1, 0]),
    ([0, 5], [1, -1]),
    ([[0], [3]], [1, 2, 2]),
    (3, [0, 4]),
    ([1, 2], 0),
    ...,
    (..., 1),
    torch.tensor([True, False, True, False, False, True]),
]


@pytest.mark.parametrize("format", INDEXED)
def test_indexing_is_that_of_a_dense_array(format: str) -> None:
    D = dense(6, 5)
    A, N = csr_array(D).asformat(format), D.numpy()
    for key in KEYS:
        want = N[key.numpy() if isinstance(key, torch.Tensor) else key]
        got = A[key]
        np.testing.assert_array_equal(got.toarray() if issparse(got) else got, want, err_msg=str(key))
    np.testing.assert_array_equal(A[D > 0].toarray() if issparse(A[D > 0]) else A[D > 0], N[N > 0])
    for bad in ((7, 0), (0, -6), ([0, 9], 0), "a", 1.5, (0, 0, 0), torch.ones(4, dtype=torch.bool)):
        with pytest.raises(IndexError):
            A[bad]


@pytest.mark.parametrize("format", INDEXED)
def test_assignment_is_that_of_a_dense_array(format: str) -> None:
    for key in KEYS:
        D = dense(6, 5)
        A, place = csr_array(D).asformat(format), key.numpy() if isinstance(key, torch.Tensor) else key
        N = D.numpy().copy()
        part = N[place]
        for value in (3.5, np.arange(1.0, part.size + 1).reshape(part.shape)):
            A[key] = value
            N[place] = value
            np.testing.assert_array_equal(A.toarray(), N, err_msg=str(key))
    A = csr_array(dense(3, 4)).asformat(format)
    A[1:, :2] = sparse.csr_array(torch.eye(2))
    assert A[1:, :2].toarray().tolist() == [[1, 0], [0, 1]]
    with pytest.raises(ValueError, match="could not be broadcast"):
        A[0, :] = [1.0, 2.0]
    with pytest.raises(TypeError, match="complex"):
        A[0, 0] = 1j


@pytest.mark.parametrize("format", INDEXED)
def test_gradients_flow_through_assignment_and_indexing(format: str) -> None:
    D = dense(4, 4)

    def f(x: torch.Tensor, data: torch.Tensor) -> torch.Tensor:
        A = csr_array(D)._with_data(data).asformat(format)
        A[1, 2] = x[0]
        A[2, :] = x[1:]
        return (A[1:, [2, 0]].toarray() * A.T.toarray()[:3, :2]).sum()

    x = torch.randn(5, dtype=torch.float64, requires_grad=True)
    data = csr_array(D).data.clone().requires_grad_()
    assert torch.autograd.gradcheck(f, (x, data))


@pytest.mark.parametrize("format", FORMATS)
def test_gradients_keep_the_pattern(format: str) -> None:
    A = csr_array(dense(6, 6)).asformat(format)
    x = torch.randn(6, dtype=torch.float64)
    g = torch.func.grad(lambda A: (A @ x).square().sum() + (A.tocsc() @ A).sum())(A)
    assert type(g) is type(A) and g.shape == A.shape and g.nnz == A.nnz
    D = A.toarray().requires_grad_()
    ((D @ x).square().sum() + (D @ D).sum()).backward()
    mask = A._with_data(torch.ones_like(A._data)).toarray() != 0
    torch.testing.assert_close(g.toarray(), D.grad * mask)


def test_many_dimensions() -> None:
    D, E = dense(2, 3, 4), dense(2, 4, 3, seed=1)
    A, B = coo_array(D), coo_array(E)
    same(A @ B, D @ E)
    same(A @ E, D @ E)
    same(torch.matmul(D, B), D @ E)
    same(A @ torch.ones(4).double(), D @ torch.ones(4).double())
    same(A.tensordot(B, axes=([2, 0], [1, 0])), torch.tensordot(D, E, dims=([2, 0], [1, 0])))
    same(A + A, 2 * D)
    same(A * dense(2, 3, 4, seed=2), D * dense(2, 3, 4, seed=2))
    same(A[:, 1, ::2], D[:, 1, ::2])
    same(A.sum((0, 2)), D.sum((0, 2)))
    same(A.max(axis=1), D.amax(1))
    assert torch.equal(A.argmax(axis=2), D.argmax(2))
    same(sparse.swapaxes(A, 0, 2), D.swapaxes(0, 2))
    same(sparse.expand_dims(A, axis=1), D.unsqueeze(1))
    v = csr_array(D[0, 0])
    assert v.shape == (4,) and (v @ v).dim() == 0
    same(v[1:3], D[0, 0, 1:3])


def test_extremes_are_numpys() -> None:
    D = dense(5, 6)
    D[0] = 0
    D[1] = -1
    A, N = csr_array(D), D.numpy()
    for axis in (None, 0, 1):
        for name in ("argmax", "argmin"):
            np.testing.assert_array_equal(getattr(A, name)(axis=axis), getattr(np, name)(N, axis=axis))
    N = N.copy()
    N[2, 2] = np.nan
    A = csr_array(N)
    np.testing.assert_array_equal(A.nanmax(axis=0).toarray(), np.nanmax(N, axis=0))
    np.testing.assert_array_equal(A.max(axis=1).toarray(), np.max(N, axis=1))
    assert A.argmax() == np.argmax(N)
    C = csr_array(np.array([[1 + 1j, 0, 1 - 2j], [-1, 0, 0]]))
    assert C.max() == 1 + 1j and C.min() == -1 and C.max(axis=1).toarray().tolist() == [1 + 1j, 0]


@pytest.mark.parametrize("format", ["csr", "csc", "coo", "bsr", "dia"])
def test_files_are_scipys(format: str) -> None:
    D = dense(6, 4)
    A = csr_array(D).asformat(format)
    ours, theirs = io.BytesIO(), io.BytesIO()
    sparse.save_npz(ours, A)
    scipy.sparse.save_npz(theirs, scipy.sparse.csr_array(D.numpy()).asformat(format))
    ours.seek(0)
    theirs.seek(0)
    np.testing.assert_array_equal(scipy.sparse.load_npz(ours).toarray(), D)
    back = sparse.load_npz(theirs)
    assert type(back) is type(A)
    same(back, D)


def test_indices_set_one_by_one_are_checked_at_first_use() -> None:
    A = csr_array(torch.eye(3))
    A.indices = torch.tensor([0, 1, 7])
    with pytest.raises(ValueError, match="indices must lie in"):
        A @ torch.ones(3)
    A.indices = torch.tensor([2, 1, 0])
    assert A.toarray().tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    A.data = torch.ones(5)
    with pytest.raises(ValueError, match="lengths"):
        A @ torch.ones(3)
    for break_it, text in [
        (lambda B: setattr(B, "indptr", torch.tensor([0, 1, 2])), "index pointer size"),
        (lambda B: setattr(B, "indptr", torch.tensor([1, 1, 2, 3])), "start with 0"),
        (lambda B: setattr(B, "indptr", torch.tensor([0, 2, 1, 3])), "decrease"),
        (lambda B: setattr(B, "indices", torch.tensor([0, -1, 2])), "must lie"),
        (lambda B: setattr(B, "data", torch.ones(2)), "same size"),
    ]:
        B = csr_array(torch.eye(3))
        break_it(B)
        with pytest.raises(ValueError, match=text):
            B.check_format()


def test_blocks() -> None:
    D = torch.kron(dense(3, 2), torch.ones(2, 3)).double()
    A = csr_array(D).tobsr(blocksize=(2, 3))
    assert A.blocksize == (2, 3) and A.T.blocksize == (3, 2)
    same(A, D)
    same(A.T, D.T)
    with pytest.raises(ValueError, match="blocksize"):
        csr_array(D).tobsr(blocksize=(4, 3))
    with pytest.raises(NotImplementedError, match="tocsr"):
        A[0]
    data = A.data.clone().requires_grad_()
    x = torch.randn(6, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda d: A._with_data(d) @ x, (data,))


def test_dictionary_of_keys() -> None:
    A = sparse.dok_array((3, 4))
    A[1, 2] = 4.0
    A.update({(0, 0): 1.0, (2, 3): 2.0})
    assert (1, 2) in A and (1, 1) not in A and len(A) == 3 and list(A.keys()) == [(0, 0), (1, 2), (2, 3)]
    assert A.pop((1, 2)) == 4 and A.get((1, 2)) == 0 and A.setdefault((1, 1), 7.0) == 7
    del A[0, 0]
    assert A.nnz == 2
    with pytest.raises(KeyError):
        del A[0, 0]
    A[1, 1] = 0
    assert A.nnz == 1
    x = torch.tensor(3.0, requires_grad=True)
    A[0, 1] = x * 2
    A.sum().backward()
    assert x.grad == 2


@pytest.mark.parametrize("index", [torch.int32, torch.int64])
@pytest.mark.parametrize("size", [(2, 3), (1, 4), (6, 1)])
def test_rows_of_blocks_are_scipys(index: torch.dtype, size: tuple[int, int]) -> None:
    D = torch.randn(12, 24, generator=torch.Generator().manual_seed(3)) * (torch.arange(24) % 5 == 1)
    D[3:9] = 0
    A = csr_array(D)
    A = csr_array((A.data, A.indices.to(index), A.indptr.to(index)), shape=A.shape)
    B, theirs = A.tobsr(size), scipy.sparse.csr_array(D.numpy()).tobsr(size)
    assert B.indices.tolist() == theirs.indices.tolist() and B.indptr.tolist() == theirs.indptr.tolist()
    np.testing.assert_array_equal(B.data, theirs.data)
    turned = B.indptr.diff().tolist()
    order = torch.cat([torch.arange(n).flip(0) + s for n, s in zip(turned, B.indptr.tolist(), strict=False)])
    unsorted = sparse.bsr_array(
        (B.data[order], B.indices[order], B.indptr), shape=B.shape
    )  # each row's blocks backwards
    C = unsorted.tocsr()
    torch.testing.assert_close(C.toarray(), D)
    assert C.nnz == B.data.numel() and B.tocsr().has_canonical_format
    assert C.data.is_cuda or not C.has_sorted_indices


def test_rows_of_diagonals_are_scipys() -> None:
    data = torch.arange(1.0, 22.0, dtype=torch.float64).reshape(3, 7)
    for shape, offsets in (((5, 7), [2, -3, 0]), ((9, 4), [-8, 3, -1]), ((4, 12), [-3, 7, 6]), ((0, 7), [0, 1, 2])):
        A = sparse.dia_array((data, offsets), shape=shape).tocsr()
        theirs = scipy.sparse.dia_array((data.numpy(), offsets), shape=shape).tocsr()
        np.testing.assert_array_equal(A.toarray(), theirs.toarray())
        assert A.indices.tolist() == theirs.sorted_indices().indices.tolist() and A.has_canonical_format


@pytest.mark.parametrize("format", FORMATS)
def test_a_copy_owns_its_indices(format: str) -> None:
    A = csr_array(dense(6, 6)).asformat(format)
    B = A.copy()
    assert B._pattern is not A._pattern
    same(B, A.toarray())
    if format in ("csr", "csc", "bsr"):
        B.indices[:] = 0
        B.indptr[:] = 0
    elif format == "coo":
        B.coords[0][:] = 0
    elif format == "dia":
        B.offsets[:] = 5
    same(A, dense(6, 6))


@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("density", [0.0, 0.001, 0.05])
def test_lists_of_rows_and_columns_are_scipys(density: float, index: Any) -> None:
    rng = np.random.default_rng(3)
    S = scipy.sparse.random_array((400, 300), density=density, format="csr", rng=rng)
    S = scipy.sparse.vstack([S[:100], S[:0], 0 * S[:50], S[100:]], format="csr")
    S.indptr, S.indices = S.indptr.astype(index), S.indices.astype(index)
    A = csr_array((torch.from_numpy(S.data), S.indices, S.indptr), shape=S.shape)
    lists = [
        rng.permutation(300),
        rng.integers(300, size=500),
        np.array([299]),
        np.arange(-300, 0),
        np.array([7, 7, -1]),
    ]
    for places in lists:
        for ours, theirs in ((A[:, places], S[:, places]), (A[places], S[places])):
            np.testing.assert_array_equal(ours.indptr, theirs.indptr)
            np.testing.assert_array_equal(ours.toarray(), theirs.toarray())
    leaf = A.data.clone().requires_grad_()
    (A._with_data(leaf)[:, lists[1]] @ torch.arange(500.0, dtype=torch.float64)).sum().backward()
    weights = np.bincount(lists[1], weights=np.arange(500.0), minlength=300)
    np.testing.assert_allclose(leaf.grad, weights[S.indices], rtol=1e-14)
