"""What users of other libraries have reported of their sparse arrays, and must not happen here."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import torch

import sci.sparse as sp

LARGE = 200_000  # a dense matrix of this size would take 320 GB


def band(n: int, dtype: torch.dtype = torch.float64) -> Any:
    return sp.diags_array(
        [torch.linspace(1, 2, n - 1, dtype=dtype), torch.linspace(3, 4, n, dtype=dtype)], offsets=[-1, 0], format="csr"
    )


USES: dict[str, Callable[[Any, Any], Any]] = {
    "vector": lambda A, x: A @ x,
    "columns": lambda A, x: A @ x.unsqueeze(1).expand(-1, 2),
    "transposed": lambda A, x: A.T @ x,
    "from the left": lambda A, x: x @ A,
    "two sparse": lambda A, x: (A @ A.T).data,
    "columns first": lambda A, x: A.tocsc() @ x,
    "coordinates": lambda A, x: A.tocoo() @ x,
    "slice": lambda A, x: A[10:-10:3].data,
    "stack": lambda A, x: sp.vstack([A, A]).tocsc().data,
    "sum": lambda A, x: (A + A.T).sum(1),
}


@pytest.mark.parametrize("name", USES)
def test_gradients_are_never_dense(name: str) -> None:
    """pytorch 41128, 86963, 2389, 14489: the gradient of a sparse product fills the memory."""
    A, x = band(LARGE), torch.ones(LARGE, dtype=torch.float64, requires_grad=True)
    data = A.data.clone().requires_grad_()
    USES[name](A._with_data(data), x).square().sum().backward()
    assert data.grad is not None and data.grad.shape == (2 * LARGE - 1,) and bool(data.grad.any())


@pytest.mark.parametrize("name", USES)
def test_vmap_has_no_slow_loop(name: str) -> None:
    """pytorch functorch 1075, 91700: products of sparse tensors under vmap warn that they run one by one."""
    A, x = band(6), torch.linspace(-1, 1, 6, dtype=torch.float64)
    if name == "slice":
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        got = torch.func.vmap(lambda data, x: USES[name](A._with_data(data), x))(
            torch.stack([A.data, 2 * A.data]), torch.stack([x, x.cos()])
        )
    for one, data, v in zip(got, (A.data, 2 * A.data), (x, x.cos()), strict=True):
        torch.testing.assert_close(one, USES[name](A._with_data(data), v))


@pytest.mark.parametrize("dtype", [torch.complex64, torch.complex128])
@pytest.mark.parametrize("format", ["csr", "csc", "coo", "bsr", "dia"])
def test_conjugates(format: str, dtype: torch.dtype) -> None:
    """pytorch 91631: a conjugated CSR tensor is multiplied as if it were not."""
    D = torch.randn(4, 6, generator=torch.Generator().manual_seed(0), dtype=dtype)
    A, x = sp.csr_array(D).asformat(format), D[:, 0] + 1j
    for lazy in (x, x.conj(), (x.conj() * 2).conj()):
        torch.testing.assert_close(A.conj().T @ lazy, D.mH @ lazy)
        torch.testing.assert_close(A.T.conj() @ lazy, D.mH @ lazy)
    torch.testing.assert_close(A._with_data(A.data.conj()) @ D[0], D.conj() @ D[0])


def test_a_star_is_elementwise_for_arrays_and_the_product_for_matrices() -> None:
    """cupy 6253: sparse arrays in place of matrices."""
    D = torch.arange(9, dtype=torch.float64).reshape(3, 3)
    assert torch.equal((sp.csr_array(D) * sp.csr_array(D)).toarray(), D * D)
    assert torch.equal((sp.csr_matrix(D) * sp.csr_matrix(D)).toarray(), D @ D)
    assert torch.equal((sp.csr_array(D) ** 2).toarray(), D**2)
    assert torch.equal((sp.csr_matrix(D) ** 2).toarray(), D @ D)


def test_shapes_whose_product_passes_int32() -> None:
    """cupy 3513, 8731, 10092: positions are counted in int32, and overflow."""
    n = 3 * 10**9
    places = torch.tensor([0, 2**31 + 5, n - 1])
    A = sp.coo_array((torch.tensor([1.0, 2.0, 3.0]), (torch.tensor([0, 1, 1]), places)), shape=(2, n)).tocsr()
    assert A.indices.dtype is torch.int64 and A[1, 2**31 + 5] == 2 and A[:, [n - 1]].toarray()[1, 0] == 3
    assert A.sum() == 6 and A.sum(1).tolist() == [1, 5] and (A + A)[1, n - 1] == 6
    big = sp.coo_array(
        (torch.ones(2), (torch.tensor([0, 10**5 - 1]), torch.tensor([0, 10**5 - 1]))), shape=(10**5,) * 2
    )
    flat = big.reshape(1, 10**10)
    assert flat.coords[1].tolist() == [0, 10**10 - 1] and flat.reshape(10**5, 10**5).coords[0].tolist() == [
        0,
        10**5 - 1,
    ]
    assert sp.kron(big, big).tocoo().coords[0].tolist() == [0, 10**5 - 1, (10**5 - 1) * 10**5, 10**10 - 1]


def test_the_index_dtype_is_kept_and_promoted() -> None:
    A = sp.csr_array(torch.eye(3, dtype=torch.float64))
    assert A.indices.dtype is torch.int32
    wide = sp.csr_array((A.data, A.indices.to(torch.int64), A.indptr.to(torch.int64)), shape=A.shape)
    for made in (A + wide, A @ wide, sp.hstack([A, wide]), A.multiply(wide)):
        assert torch.equal(made.tocsr().toarray() != 0, torch.eye(3, 3, dtype=torch.bool).repeat(1, made.shape[1] // 3))
        assert made.tocsr().indices.dtype in (torch.int32, torch.int64)


@pytest.mark.cpu
def test_memory_is_shared_with_other_libraries() -> None:
    """pytorch, scipy: conversions that copy."""
    S = scipy.sparse.random_array((5, 5), density=0.5, format="csr", rng=np.random.default_rng(0))
    A = sp.csr_array(S)
    S.data[0] = 7
    assert A.data[0] == 7 and A.to_scipy().data[0] == 7 and A.to_torch().values()[0] == 7
    assert np.shares_memory(A.to_scipy().data, S.data) and np.shares_memory(A.to_scipy().indices, S.indices)
    T = A.to_torch()
    assert sp.csr_array(T).data.data_ptr() == T.values().data_ptr()


LAYOUTS = (torch.sparse_coo, torch.sparse_csr, torch.sparse_csc, torch.sparse_bsr, torch.sparse_bsc)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("format", ["coo", "csr", "csc", "bsr", "dia", "lil", "dok"])
def test_torch_sparse_tensors_become_every_format(format: str, layout: Any) -> None:
    D = torch.zeros(6, 8, dtype=torch.float64)
    D[[0, 2, 3, 3, 5], [1, 4, 0, 7, 2]] = torch.arange(1, 6, dtype=torch.float64)
    blocks = {"blocksize": (3, 2)} if layout in (torch.sparse_bsr, torch.sparse_bsc) else {}
    T = D.to_sparse(layout=layout, **blocks)
    A = getattr(sp, f"{format}_array")(T)
    assert A.format == format and torch.equal(A.toarray(), D)
    if layout is getattr(torch, f"sparse_{format}", None):
        assert A.data.data_ptr() == (T._values() if format == "coo" else T.values()).data_ptr()


class Foreign:
    """An array of another library: DLPack and nothing else, as CuPy's refuse to become NumPy's."""

    def __init__(self, x: Any) -> None:
        self.x, self.shape, self.dtype, self.ndim = torch.as_tensor(x), tuple(x.shape), x.dtype, x.ndim

    def __dlpack__(self, **options: Any) -> Any:
        return self.x.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.x.__dlpack_device__()

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("Implicit conversion to a NumPy array is not allowed")

    def __len__(self) -> int:
        return int(self.shape[0])


class ForeignMatrix:
    """As cupyx.scipy.sparse has them, over SciPy's."""

    def __init__(self, A: Any) -> None:
        self.A, self.format, self.shape = A, A.format, A.shape
        for name in ("data", "indices", "indptr", "offsets", "row", "col"):
            if hasattr(A, name):
                setattr(self, name, Foreign(getattr(A, name)))

    @property
    def T(self) -> ForeignMatrix:
        return type(self)(self.A.T)

    def tocoo(self) -> ForeignMatrix:
        return type(self)(self.A.tocoo())


ForeignMatrix.__module__ = "cupyx.scipy.sparse._csr"


@pytest.mark.parametrize("source", ["csr", "csc", "coo", "dia"])
def test_other_libraries_arrays_by_dlpack(source: str) -> None:
    S = scipy.sparse.random_array((5, 7), density=0.4, format=source, rng=np.random.default_rng(1))
    for format in ("csr", "csc", "coo", "bsr", "dia"):
        A = getattr(sp, f"{format}_array")(ForeignMatrix(S))
        assert np.array_equal(A.toarray(), S.toarray())
        if format == source:
            assert np.shares_memory(A.data.numpy(), S.data)
    if source in ("csr", "csc"):
        parts = [Foreign(x) for x in (S.data, S.indices, S.indptr)]
        A = getattr(sp, f"{source}_array")(tuple(parts), shape=S.shape)
        assert np.array_equal(A.toarray(), S.toarray()) and np.shares_memory(A.indices.numpy(), S.indices)
    assert np.array_equal((sp.csr_array(S.tocsr()) + ForeignMatrix(S)).toarray(), 2 * S.toarray())
