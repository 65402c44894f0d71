"""Sparse arrays: construction, conversion, products, arithmetic, reductions, indexing, errors."""

from __future__ import annotations

import itertools
import operator
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import torch

from sci.sparse import SparseEfficiencyWarning, coo_array, csc_array, csr_array, issparse, lil_array, sparray

DTYPES = [torch.float64, torch.float32, torch.complex128, torch.complex64]
FORMATS = [csr_array, coo_array]


def dense(*shape: int, dtype: torch.dtype = torch.float64, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(*shape, generator=generator, dtype=dtype)
    return values * (torch.rand(*shape, generator=generator) < 0.4)


def close(a: Any, b: Any) -> None:
    torch.testing.assert_close(a.toarray() if isinstance(a, sparray) else a, b)


# ---- construction ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (1, 1), (2, 5), (7, 4)])
def test_dense_round_trip(form: Any, shape: tuple[int, ...]) -> None:
    D = dense(*shape)
    A = form(D)
    assert A.shape == shape
    assert A.nnz == int((D != 0).sum())
    close(A, D)
    close(A.tocsr().tocoo().tocsr(), D)
    close(A.T, D.T)
    close(form(A), D)
    close(form(D.tolist(), shape=shape) if D.numel() else form(shape, dtype=D.dtype), D)


@pytest.mark.parametrize("form", FORMATS)
def test_from_coordinates_adds_duplicates(form: Any) -> None:
    A = form((torch.tensor([1.0, 2.0, 4.0]), ([1, 0, 1], [2, 1, 2])), shape=(2, 3))
    want = torch.tensor([[0.0, 2.0, 0.0], [0.0, 0.0, 5.0]])
    close(A, want)
    assert A.tocsr().has_canonical_format
    A.sum_duplicates()
    assert A.nnz == 2
    close(A, want)
    assert form((torch.ones(2), ([0, 4], [1, 3]))).shape == (5, 4)


def test_from_compressed_shares_memory() -> None:
    data, indices, indptr = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([2, 0, 1]), torch.tensor([0, 2, 3])
    A = csr_array((data, indices, indptr), shape=(2, 3))
    assert A.data is data and A.indices is indices and A.indptr is indptr
    assert not A.has_sorted_indices
    data[0] = 5.0
    close(A, torch.tensor([[2.0, 0.0, 5.0], [0.0, 3.0, 0.0]]))
    copied = csr_array((data, indices, indptr), shape=(2, 3), copy=True)
    A.sort_indices()
    assert A.has_sorted_indices and A.indices.tolist() == [0, 2, 1] and indices.tolist() == [2, 0, 1]
    close(A, copied.toarray())
    assert csr_array((data, indices, indptr)).shape == (2, 3)
    assert csr_array((data, indices.int(), indptr.int())).indices.dtype is torch.int32


@pytest.mark.cpu
@pytest.mark.parametrize("dtype", DTYPES)
def test_scipy_and_torch_round_trips(dtype: torch.dtype) -> None:
    D = dense(5, 4, dtype=dtype)
    S = scipy.sparse.csr_array(D.numpy())
    A = csr_array(S)
    assert A.dtype is dtype
    assert A.data.numpy().ctypes.data == S.data.ctypes.data, "zero-copy"
    close(A, D)
    assert A.to_scipy().data.ctypes.data == S.data.ctypes.data
    np.testing.assert_array_equal(A.to_scipy().toarray(), D.numpy())
    np.testing.assert_array_equal(coo_array(S).to_scipy().toarray(), D.numpy())
    close(coo_array(scipy.sparse.csc_array(S)), D)
    for layout in ("to_sparse_coo", "to_sparse_csr", "to_sparse_csc"):
        T = getattr(D, layout)()
        close(csr_array(T), D)
        close(coo_array(T), D)
    torch.testing.assert_close(A.to_torch().to_dense(), D)
    torch.testing.assert_close(A.tocoo().to_torch().to_dense(), D)
    assert csr_array(D.to_sparse_csr()).to_torch().layout is torch.sparse_csr


def test_dimensions_of_coo() -> None:
    D = dense(2, 3, 4)
    A = coo_array(D)
    assert A.ndim == 3
    close(A, D)
    close(A.transpose((2, 0, 1)), D.permute(2, 0, 1))
    close(A.reshape(6, -1), D.reshape(6, 4))
    close(A.sum((0, 2)), D.sum((0, 2)))
    v = coo_array(torch.tensor([0.0, 2.0, 3.0]))
    assert v.shape == (3,)
    close(v @ torch.ones(3), torch.tensor(5.0))
    assert v.tocsr().shape == (3,)
    with pytest.raises(ValueError, match="CSR must be 1D or 2D"):
        A.tocsr()


def test_dtypes_and_devices() -> None:
    A = csr_array(torch.tensor([[1, 0], [0, 2]]))
    assert A.dtype is torch.int64
    assert A.astype("float32").dtype is torch.float32
    assert A.astype(float).dtype is torch.float64
    assert csr_array(torch.tensor([[0, 1j, 2 + 1j]])).astype(bool).toarray().tolist() == [[False, True, True]]
    assert csr_array((2, 2)).dtype is torch.get_default_dtype()
    assert csr_array(A, dtype=torch.complex64).dtype is torch.complex64
    assert A.to(torch.float32).device == A.device
    assert (A @ torch.tensor([1, 1])).dtype is torch.int64
    assert A.mean().dtype is torch.get_default_dtype()
    with pytest.raises(TypeError, match="dtype"):
        A.astype("no such thing")


@pytest.mark.cpu  # a GPU's arrays name their device
def test_printing_is_scipys() -> None:
    S = scipy.sparse.csr_array([[1.0, 0.0], [2.5, 0.0]])
    assert repr(csr_array(S)) == repr(S)
    assert str(csr_array(S)) == str(S)
    assert repr(coo_array(S)) == repr(S.tocoo())
    many = scipy.sparse.csr_array(np.arange(1.0, 101.0).reshape(10, 10))
    assert str(csr_array(many)) == str(many)
    assert str(csr_array(many).todia()) == str(many.todia())


# ---- products --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("index", [torch.int32, torch.int64])
def test_products(form: Any, dtype: torch.dtype, index: torch.dtype) -> None:
    D = dense(13, 9, dtype=dtype)
    A = form(D).tocsr()
    A = csr_array((A.data, A.indices.to(index), A.indptr.to(index)), shape=A.shape)
    A = A if form is csr_array else A.tocoo()
    for shape in [(9,), (9, 1), (9, 3), (9, 8), (9, 0), (2, 9, 5), (2, 1, 9, 2)]:
        x = torch.randn(*shape, dtype=dtype)
        torch.testing.assert_close(A @ x, D @ x)
        torch.testing.assert_close(torch.matmul(A, x), D @ x)
    for shape in [(13,), (1, 13), (5, 13), (2, 5, 13)]:
        x = torch.randn(*shape, dtype=dtype)
        torch.testing.assert_close(x @ A, x @ D)
        torch.testing.assert_close(x.numpy() @ A, x @ D)
    x = torch.randn(3, 9, dtype=dtype).mT
    torch.testing.assert_close(A @ x, D @ x)
    close(A @ A.T, D @ D.T)
    close(A.conj().T @ A, D.mH @ D)


def test_product_with_long_rows_and_empty_ones() -> None:
    D = dense(40, 300)
    D[5] = 0
    D[7] = torch.randn(300)
    A = csr_array(D)
    x = torch.randn(300, dtype=torch.float64)
    # |fl(A x) - A x| <= nnz eps |A| |x|, and as much for the dense product
    bound = 600 * torch.finfo(torch.float64).eps * (D.abs() @ x.abs())
    assert bool(((A @ x - D @ x).abs() <= bound).all())
    assert torch.equal(A @ x, A @ x)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("index", [torch.int32, torch.int64])
def test_products_of_rows_of_every_mean_length(dtype: torch.dtype, index: torch.dtype) -> None:
    """GPUs share rows among threads by the mean length, and have another way for rows that are much longer."""
    generator = torch.Generator().manual_seed(3)
    for rows, columns, density, full in (
        (1, 1, 1.0, 0), (130, 67, 0.0, 1), (75, 61, 0.02, 2), (131, 97, 0.05, 0), (67, 300, 0.05, 1), (33, 90, 0.9, 0),
    ):  # fmt: skip
        D = torch.randn(rows, columns, generator=generator, dtype=torch.float64).to(dtype)
        D = D * (torch.rand(rows, columns, generator=generator) < density)
        D[rows // 2 : rows // 2 + full] = 1  # at a density near zero, 64 times the mean and more
        D[:, 0] *= torch.rand(rows, generator=generator) < 0.5
        A = csr_array(D)
        A = csr_array((A.data, A.indices.to(index), A.indptr.to(index)), shape=D.shape)
        x = torch.randn(3, columns, generator=generator, dtype=torch.float64).to(dtype)
        g = torch.randn(3, rows, generator=generator, dtype=torch.float64).to(dtype)
        torch.testing.assert_close(A @ x[0], D @ x[0])
        torch.testing.assert_close(A.T @ g[0], D.T @ g[0])
        back = torch.func.vjp(lambda data, v, A=A: A._with_data(data) @ v, A.data, x[0])[1](g[0])
        torch.testing.assert_close(back[1], D.mH @ g[0])
        torch.testing.assert_close(A._with_data(back[0]).toarray(), torch.outer(g[0], x[0].conj()) * (D != 0))
        many = torch.func.vmap(lambda v, A=A: A @ v)(x)
        torch.testing.assert_close(many, (D @ x.mT).mT)
        scaled = torch.func.vmap(lambda s, v, A=A: A._with_data(A.data * s) @ v)(x[:, 0].contiguous(), x)
        torch.testing.assert_close(scaled, (D @ (x * x[:, :1]).mT).mT)


def test_transposed_product_with_and_without_the_transposed_pattern() -> None:
    D = dense(11, 6)
    A, B = csr_array(D), csr_array(D)
    x = torch.randn(11, 3, dtype=torch.float64)
    assert B._pattern.transposed is not None
    torch.testing.assert_close(x.mT @ A, D.new_tensor((x.mT @ D).tolist()))
    torch.testing.assert_close(x.mT @ B, x.mT @ D)


def test_integer_and_boolean_products() -> None:
    D = torch.tensor([[1, 0, 2], [0, 3, 0]])
    A = csr_array(D)
    x = torch.tensor([1, 2, 3])
    assert torch.equal(A @ x, (D * x).sum(1))  # torch has no products of whole numbers on CUDA
    assert torch.equal((A @ A.T).toarray(), (D[:, None] * D).sum(2))
    assert (csr_array(D != 0) @ torch.tensor([True, False, False])).tolist() == [True, False]
    assert (A @ x.to(torch.float32)).dtype is torch.float32


def test_two_threads_give_the_same_bits() -> None:
    D = dense(500, 400)
    A = csr_array(D)
    x = torch.randn(400, 7, dtype=torch.float64)
    one = A @ x
    torch.set_num_threads(2)
    try:
        assert torch.equal(A @ x, one)
        torch.testing.assert_close(torch.func.grad(lambda x: (A @ x).sum())(x), D.sum(0)[:, None].expand(400, 7))
    finally:
        torch.set_num_threads(1)


# ---- arithmetic ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_arithmetic(form: Any) -> None:
    D, E = dense(6, 5), dense(6, 5, seed=1)
    A, B = form(D), form(E)
    row, column, full = torch.randn(5).double(), torch.randn(6, 1).double(), torch.rand(6, 5).double() + 1
    for got, want in [
        (A + B, D + E),
        (A - B, D - E),
        (A + A, 2 * D),
        (-A, -D),
        (abs(A), D.abs()),
        (A * 2, D * 2),
        (2.5 * A, D * 2.5),
        (A / 4, D / 4),
        (A * torch.tensor(3.0), D * 3),
        (A * B, D * E),
        (A.multiply(row), D * row),
        (A * column, D * column),
        (full * A, D * full),
        (A / full, D / full),
        (A + full, D + full),
        (full - A, full - D),
        (A**2, D**2),
        (A.power(3), D**3),
        (A.maximum(B), torch.maximum(D, E)),
        (A.minimum(0), torch.clamp(D, max=0)),
        (A + 0, D),
    ]:
        close(got, want)
    assert isinstance(A + B, sparray) and isinstance(A * column, sparray)
    for act in (operator.ne, operator.lt, operator.gt):
        close(act(A, B), act(D, E))
        close(act(A, 0), act(D, torch.tensor(0.0)))
    with pytest.warns(SparseEfficiencyWarning):
        close(A == B, D == E)
    with pytest.warns(SparseEfficiencyWarning):
        close(A >= -1, D >= -1)


def test_no_entry_is_dropped_by_value() -> None:
    A = csr_array(torch.eye(3))
    assert (A - A).nnz == 3
    Z = A - A
    Z.eliminate_zeros()
    assert Z.nnz == 0 and A.nnz == 3


@pytest.mark.parametrize("form", FORMATS)
def test_reductions(form: Any) -> None:
    D = dense(6, 5)
    A = form(D)
    for axis in (None, 0, 1, -1, -2, (0, 1)):
        want = D.sum() if axis is None else D.sum(axis)
        torch.testing.assert_close(A.sum(axis), want)
        torch.testing.assert_close(A.mean(axis), want / (30 if axis in (None, (0, 1)) else D.shape[axis]))
    for axis in (0, 1):
        close(A.max(axis), D.amax(axis))
        close(A.min(axis), D.amin(axis))
        assert torch.equal(A.count_nonzero(axis), (D != 0).sum(axis))
    assert A.max() == D.max() and A.min() == D.min()
    for k in (-7, -5, -2, 0, 1, 4, 9):
        want = torch.diagonal(D, k) if -6 < k < 5 else D.new_zeros(0)
        torch.testing.assert_close(A.diagonal(k), want)
    torch.testing.assert_close(A.trace(), torch.diagonal(D).sum())
    assert [x.tolist() for x in A.nonzero()] == [x.tolist() for x in D.nonzero(as_tuple=True)]
    full = form(torch.tensor([[3.0, 2.0], [5.0, 4.0]]))
    assert full.min() == 2.0 and full.min(0).toarray().tolist() == [3.0, 2.0]


def test_indexing() -> None:
    D = dense(6, 5)
    A = csr_array(D)
    mask = torch.tensor([True, False, True, False, False, True])
    rows = torch.tensor([4, 0, 0])
    for key in [1, -1, (2, 3), (slice(1, 4), slice(None)), (slice(None, None, 2), 1), slice(None), (3, slice(1, 4))]:
        close(A[key], D[key])
    for key in [(rows, slice(0, 3)), mask, (slice(None), torch.tensor([0, 4, 0])), (rows, torch.tensor([1, 2, 3]))]:
        close(A[key], D[key])
    close(A[::-1], D.flip(0))
    close(A[np.array([4])[::-1]], D[[4]])
    with pytest.raises(IndexError, match="out of bounds"):
        A[6]
    with pytest.raises(IndexError, match="integer"):
        A[1.5]


# ---- derivatives, transforms, compiler -------------------------------------------------------------------------------


def test_gradient_keeps_the_pattern() -> None:
    D = dense(5, 4)
    A = csr_array(D)
    x = torch.randn(4, dtype=torch.float64)
    g = torch.func.grad(lambda A: (A @ x).square().sum())(A)
    assert isinstance(g, csr_array) and g.indices is A.indices
    close(g, 2 * torch.outer(D @ x, x) * (D != 0))
    A.requires_grad_()
    (A @ x).square().sum().backward()
    torch.testing.assert_close(A.data.grad, g.data)
    before = A.data.detach().clone()
    torch.optim.SGD([A.data], lr=0.1).step()
    torch.testing.assert_close(A.data.detach(), before - 0.1 * g.data)


@pytest.mark.parametrize(
    "f",
    [
        lambda d, A, B, x: (A._with_data(d) + B).toarray(),
        lambda d, A, B, x: (A._with_data(d) * B).data,
        lambda d, A, B, x: (A._with_data(d) @ B.T).toarray(),
        lambda d, A, B, x: A._with_data(d).sum(0),
        lambda d, A, B, x: A._with_data(d).diagonal(1),
        lambda d, A, B, x: A._with_data(d).T.data,
        lambda d, A, B, x: x @ A._with_data(d),
        lambda d, A, B, x: csr_array(A._with_data(d).toarray()).data,
        lambda d, A, B, x: (
            coo_array((torch.cat([d, d]), (A.tocoo().row.repeat(2), A.tocoo().col.repeat(2))), A.shape).tocsr().data
        ),
        lambda d, A, B, x: A._with_data(d)[1:4, 2].data,
        lambda d, A, B, x: A._with_data(d).max(0).data,
        lambda d, A, B, x: A._with_data(d).to_torch().to_dense(),
    ],
)
def test_everything_differentiates(f: Any) -> None:
    A, B = csr_array(dense(5, 4)), csr_array(dense(5, 4, seed=1))
    x = torch.randn(5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    d = A.data.clone().requires_grad_()
    forward = "to_torch" not in str(f.__code__.co_names)
    torch.autograd.gradcheck(lambda d: f(d, A, B, x), d, check_forward_ad=forward, fast_mode=True)


def test_torch_sparse_tensors_pass_gradients() -> None:
    D = dense(4, 4).requires_grad_()
    (csr_array(D.to_sparse_coo()) @ torch.ones(4, dtype=torch.float64)).sum().backward()
    torch.testing.assert_close(D.grad, (D != 0).double())


def test_vmap_over_values_and_right_hand_sides() -> None:
    D = dense(4, 3)
    A = csr_array(D)
    x = torch.randn(6, 3, dtype=torch.float64)
    scales = torch.arange(1.0, 7.0, dtype=torch.float64)
    torch.testing.assert_close(torch.func.vmap(lambda x: A @ x)(x), x @ D.T)
    torch.testing.assert_close(torch.func.vmap(lambda s, x: (A * s) @ x)(scales, x), scales[:, None] * (x @ D.T))
    many = torch.func.vmap(lambda s: A * s)(scales)
    torch.testing.assert_close(torch.func.vmap(lambda A, x: x @ A.T)(many, x), scales[:, None] * (x @ D.T))
    hessian = torch.func.hessian(lambda x: (A @ x).square().sum())(x[0])
    torch.testing.assert_close(hessian, 2 * D.T @ D)


@pytest.mark.parametrize(
    "f",
    [
        lambda A, x: A @ x,
        lambda A, x: x @ A,
        lambda A, x: torch.matmul(A, x),
        lambda A, x: A.T @ x,
        lambda A, x: A * x,
        lambda A, x: x - A,
        lambda A, x: A - x,
        lambda A, x: (A * 2 + A).sum(0),
        lambda A, x: csr_array((A.data, A.indices, A.indptr), shape=(4, 4)) @ x,
        lambda A, x: torch.func.grad(lambda A: (A @ x).square().sum())(A),
    ],
)
def test_compiler(f: Any) -> None:
    """Square and not symmetric: the order of the operands must survive (see `torch_private.torch_function`)."""
    A = csr_array(dense(4, 4))
    x = torch.randn(4, dtype=torch.float64)
    found, want = torch.compile(f, fullgraph=True, backend="aot_eager")(A, x), f(A, x)
    close(found, want.toarray() if isinstance(want, sparray) else want)


def test_export() -> None:
    class Layer(torch.nn.Module):
        def forward(self, A: csr_array, x: torch.Tensor) -> torch.Tensor:
            return A @ x

    A, x = csr_array(dense(4, 3)), torch.randn(3, dtype=torch.float64)
    program = torch.export.export(Layer(), (A, x))
    torch.testing.assert_close(program.module()(A, x), A @ x)


# ---- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: csr_array((torch.ones(2), [0, 5], [0, 1, 2]), shape=(2, 3)), ValueError, r"\[0, 3\), got 5"),
        (lambda: csr_array((torch.ones(2), [0, -1], [0, 1, 2]), shape=(2, 3)), ValueError, "got -1"),
        (lambda: csr_array((torch.ones(2), [0, 1], [0, 1, 3]), shape=(2, 3)), ValueError, "indptr ends with 3"),
        (lambda: csr_array((torch.ones(2), [0, 1], [1, 1, 2]), shape=(2, 3)), ValueError, "begin with 0"),
        (lambda: csr_array((torch.ones(2), [0, 1], [0, 2, 1, 2]), shape=(3, 3)), ValueError, "decrease"),
        (lambda: csr_array((torch.ones(2), [0, 1], [0, 2]), shape=(3, 3)), ValueError, "indptr must have 4"),
        (lambda: csr_array((torch.ones(3), [0, 1], [0, 2])), ValueError, "same length"),
        (lambda: csr_array((torch.ones(2), [0.5, 1], [0, 2])), TypeError, "indices .* integers"),
        (lambda: csr_array((torch.ones(2), ([0, 1], [0, 3])), shape=(2, 2)), ValueError, r"coords\[1\]"),
        (lambda: csr_array((torch.ones(2), ([0], [0, 3]))), ValueError, r"coords\[0\] has 1"),
        (lambda: csr_array((torch.ones(0), ([], []))), ValueError, "infer"),
        (lambda: csr_array((-1, 2)), ValueError, "negative"),
        (lambda: csr_array(torch.ones(2, 2, 2)), ValueError, "support 3D"),
        (lambda: csr_array(3.0), ValueError, "scalar"),
        (lambda: csr_array(torch.ones(2, 2), shape=(3, 3)), ValueError, "does not fit"),
        (lambda: csr_array((2, 2)) * torch.ones(3), ValueError, "inconsistent shapes"),
        (lambda: csr_array((2, 2)).asformat("abc"), ValueError, "format"),
        (lambda: csr_array("abc"), TypeError, "arg1"),
        (lambda: csr_array((2, 2)) @ torch.ones(3), ValueError, "mismatch"),
        (lambda: csr_array((2, 2)) @ 3, ValueError, "scalar"),
        (lambda: csr_array((2, 2)) @ "abc", TypeError, ""),
        (lambda: csr_array((2, 2)) + csr_array((3, 2)), ValueError, "inconsistent shapes"),
        (lambda: csr_array((2, 2)) + 1, NotImplementedError, "nonzero scalar"),
        (lambda: csr_array((2, 2)) ** 0, NotImplementedError, "zero power"),
        (lambda: csr_array((2, 2)).sum(2), ValueError, "axis out of range: 2"),
        (lambda: csr_array((2, 2)).sum(1.5), TypeError, "axis"),
        (lambda: bool(csr_array((2, 2))), ValueError, "ambiguous"),
        (lambda: len(csr_array((2, 2))), TypeError, "ambiguous"),
        (lambda: np.asarray(csr_array((2, 2))), TypeError, "toarray"),
        (lambda: csr_array(torch.eye(2).requires_grad_()).to_scipy(), RuntimeError, "detach"),
        (lambda: csr_array((2, 2)).to("meta") @ torch.ones(2), RuntimeError, "on meta"),
        (lambda: sparray(), ValueError, "base class"),
    ],
)
def test_errors(make: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        make()


def test_issparse() -> None:
    assert issparse(csr_array((1, 1))) and issparse(coo_array((1, 1)))
    assert not issparse(torch.eye(2).to_sparse()) and not issparse(None)


@pytest.mark.parametrize("make", [csr_array, csc_array, coo_array])
def test_indices_written_in_place_are_seen(make: Any) -> None:
    A = make(torch.tensor([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0], [0.0, 0.0, 4.0]]))
    x = torch.tensor([1.0, 10.0, 100.0])
    assert (A @ x).tolist() == [201.0, 30.0, 400.0]
    indices = A.coords[1] if A.format == "coo" else A.indices
    indices[0] = 1
    before = A.toarray()
    assert before[0, 1] == 1.0 if A.format != "csc" else before[1, 0] == 1.0
    assert torch.equal(A @ x, before @ x)
    assert torch.equal(A.T @ x, before.T @ x)
    indices[0] = 10**6
    with pytest.raises(ValueError, match="sparse"):
        A @ x


def test_numpys_operators_and_functions() -> None:
    dense = np.arange(9.0).reshape(3, 3)
    A = csr_array(np.eye(3))
    for act in (np.add, np.subtract, np.matmul, np.less, np.equal, np.maximum):
        made = act(dense, A)
        np.testing.assert_array_equal(made if isinstance(made, torch.Tensor) else made.toarray(), act(dense, np.eye(3)))
    x = dense.copy()
    x += A
    x -= A.tocoo()
    x @= A
    assert type(x) is np.ndarray
    np.testing.assert_array_equal(x, dense)
    np.testing.assert_allclose(np.sin(A).toarray(), np.sin(np.eye(3)))
    assert (np.float64(2) * A).format == "csr"
    with pytest.raises(TypeError, match="unsupported operand"):
        dense // A
    with pytest.raises(TypeError, match="unsupported operand"):
        np.cos(A)


@pytest.mark.parametrize("dtype", [torch.float32, torch.int64, torch.complex128, torch.bool])
def test_truth_values_subtract_as_numbers(dtype: torch.dtype) -> None:
    x, mask = torch.tensor([[2, 0], [0, 3]]).to(dtype), torch.tensor([[True, True], [False, True]])
    if dtype is torch.bool:  # as for NumPy and torch
        with pytest.raises(RuntimeError, match="bool"):
            csr_array(x) - mask
        return
    want = x - mask.to(dtype)
    assert torch.equal(csr_array(x) - mask, want) and torch.equal(csr_array(x) - mask.numpy(), want)
    assert torch.equal(mask - csr_array(x), -want) and torch.equal(csr_array(mask) - x, -want)


def test_extremes_of_truth_values_are_truth_values() -> None:
    mask = torch.tensor([[True, False, False], [True, True, False]])
    for name, axis, explicit in itertools.product(("max", "min", "nanmax", "nanmin"), (0, 1), (False, True)):
        found = getattr(csr_array(mask), name)(axis=axis, explicit=explicit)
        want = getattr(scipy.sparse.csr_array(mask.numpy()), name)(axis=axis, explicit=explicit)
        assert found.dtype is torch.bool, name
        np.testing.assert_array_equal(found.toarray(), want.toarray())


def test_unsigned_values_subtract_in_the_common_dtype() -> None:
    D = torch.tensor([[5, 0], [0, 251]], dtype=torch.uint8)
    other = torch.tensor([[0, 1], [-3, 0]], dtype=torch.int8)
    assert torch.equal(other - csr_array(D), other - D)
    assert torch.equal((csr_array(other) - csr_array(D)).toarray(), other - D)


def test_lil_arrays_change_in_place() -> None:
    A = lil_array(torch.tensor([[0.0, 2.0], [4.0, 0.0]]))
    same = A
    A += csr_array(torch.eye(2))
    A *= 2
    assert same is A
    assert A.toarray().tolist() == [[2.0, 4.0], [8.0, 2.0]]


def test_places_of_explicit_extremes_are_zero_along_lines_without_entries() -> None:
    dense = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 3.0, -2.0]])
    for name, axis in itertools.product(("argmax", "argmin"), (0, 1)):
        for array in (dense, 0 * dense):
            found = getattr(csr_array(torch.tensor(array)), name)(axis=axis, explicit=True)
            want = getattr(scipy.sparse.csr_array(array), name)(axis=axis, explicit=True)
            np.testing.assert_array_equal(found, want)
    with pytest.raises(ValueError, match="explicit"):
        csr_array((3, 3)).argmax(explicit=True)
