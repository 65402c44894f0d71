"""Functions that build sparse arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse
import torch

from sci.sparse import coo_array, csr_array, diags_array, eye_array, hstack, kron, kronsum, random_array, vstack


@pytest.mark.parametrize("shape", [None, (4, 6), (6, 4)])
def test_diagonals(shape: Any) -> None:
    lengths = {None: (4, 3, 2), (4, 6): (4, 3, 4), (6, 4): (4, 4, 2)}[shape]
    diagonals = [np.arange(1.0, n + 1) for n in lengths]
    ours = diags_array([torch.from_numpy(d) for d in diagonals], offsets=[0, -1, 2], shape=shape)
    theirs = scipy.sparse.diags_array(diagonals, offsets=[0, -1, 2], shape=shape)
    np.testing.assert_array_equal(ours.toarray(), theirs.toarray())
    assert ours.format == theirs.format == "dia"


def test_diagonals_broadcast_one_element_and_keep_dtypes() -> None:
    A = diags_array([1.0, torch.ones(3)], offsets=[1, 0], shape=(3, 3))
    assert A.toarray().tolist() == [[1, 1, 0], [0, 1, 1], [0, 0, 1]]
    assert diags_array(torch.ones(2, dtype=torch.float32), offsets=1).shape == (3, 3)
    assert diags_array(torch.tensor([1, 2]), dtype=None).dtype is torch.int64
    with pytest.warns(FutureWarning):
        assert diags_array(torch.tensor([1, 2])).dtype is torch.get_default_dtype()
    assert diags_array(torch.tensor([1, 2]), dtype=torch.complex64).dtype is torch.complex64


@pytest.mark.parametrize(("m", "n", "k"), [(3, None, 0), (2, 4, 1), (4, 2, -1), (2, 2, 2), (0, 0, 0)])
def test_eye(m: int, n: Any, k: int) -> None:
    np.testing.assert_array_equal(eye_array(m, n, k=k).toarray(), scipy.sparse.eye_array(m, n, k=k).toarray())
    assert eye_array(m, n, k=k, dtype=torch.float32, format="coo").dtype is torch.float32


@pytest.mark.cpu  # arrays of NumPy's beside sparse ones
def test_kronecker() -> None:
    a, b = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]]), np.array([[0.0, 4.0], [5.0, 6.0]])
    np.testing.assert_array_equal(kron(csr_array(a), b).toarray(), np.kron(a, b))
    assert kron(a, b).format == "bsr" and isinstance(kron(csr_array(a), b, "csr"), csr_array)
    T = np.array([[2.0, -1.0, 0.0], [-1.0, 2.0, -1.0], [0.0, -1.0, 2.0]])
    np.testing.assert_array_equal(kronsum(T, b).toarray(), scipy.sparse.kronsum(T, b).toarray())


def test_stacks() -> None:
    a, b = torch.eye(2), torch.ones(3, 2)
    assert torch.equal(vstack([csr_array(a), b]).toarray(), torch.cat([a, b]))
    assert torch.equal(hstack([csr_array(a), coo_array(b.T)], "csr").toarray(), torch.cat([a, b.T], 1))


def test_random() -> None:
    A = random_array((50, 80), density=0.1, rng=3)
    assert A.nnz == 400 and A.has_canonical_format and A.tocsr().has_canonical_format
    assert torch.equal(A.toarray(), random_array((50, 80), density=0.1, rng=3).toarray())
    assert bool(((A.data >= 0) & (A.data < 1)).all())
    big = random_array((10**6, 10**6), density=1e-9, rng=torch.Generator().manual_seed(0), format="csr")
    assert big.nnz == 1000
    assert random_array((5, 5), density=1.0, dtype=torch.complex64, rng=np.random.default_rng(0)).nnz == 25
    assert random_array((9,), density=0.5, data_sampler=lambda size: np.ones(size)).sum() == 4


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: diags_array([[1.0], [1.0]], offsets=[0]), "different number of diagonals"),
        (lambda: diags_array([[1.0], [1.0]], offsets=[0, 0]), "repeated"),
        (lambda: diags_array([[1.0, 2.0]], offsets=[0], shape=(3, 3)), "does not agree"),
        (lambda: diags_array([[1.0]], offsets=[5], shape=(2, 2)), "out of bounds"),
        (lambda: eye_array(-1), "negative"),
        (lambda: kronsum(np.ones((2, 3)), np.eye(2)), "A is not square"),
        (lambda: kronsum(coo_array(np.ones(3)), np.eye(2)), "2D"),
        (lambda: vstack([]), "blocks must be 2-D"),
        (lambda: hstack([np.ones((2, 2)), np.ones((3, 2))]), "incompatible"),
        (lambda: random_array((2, 2), density=2), "density"),
    ],
)
def test_errors(make: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make()


@pytest.mark.gpu
def test_kron_takes_array_likes_to_the_device_of_the_other_operand() -> None:
    A, other = csr_array(torch.tensor([[1.0, 0.0], [2.0, 3.0]], dtype=torch.float64)), np.array([[1.0, 2.0]])
    on_gpu, square = A.to("cuda"), other.T @ other
    for given in (other, other.tolist(), scipy.sparse.csr_array(other)):
        for found, want in ((kron(on_gpu, given), kron(A, given)), (kron(given, on_gpu), kron(given, A))):
            assert found.device.type == "cuda"
            assert torch.equal(found.toarray().cpu(), want.toarray())
    assert torch.equal(kronsum(on_gpu, square).toarray().cpu(), kronsum(A, square).toarray())
