"""Derivatives with respect to the values of sparse arrays, on patterns of every kind, through every operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

import sci.sparse as sp

# Row starts and columns of a 4 by 4 matrix.
PATTERNS: dict[str, tuple[list[int], list[int]]] = {
    "canonical": ([0, 2, 3, 5, 6], [0, 2, 1, 0, 3, 2]),
    "empty rows": ([0, 0, 2, 2, 3], [1, 3, 0]),
    "duplicates": ([0, 3, 3, 5, 6], [1, 1, 2, 0, 0, 3]),
    "unsorted": ([0, 3, 4, 6, 6], [3, 0, 2, 1, 2, 0]),
    "no entries": ([0, 0, 0, 0, 0], []),
}
X = torch.arange(12, dtype=torch.float64).reshape(4, 3).sin()
W = torch.arange(16, dtype=torch.float64).reshape(4, 4).sin()
B = sp.csr_array((X[:3].reshape(-1)[:5].clone(), [1, 3, 0, 2, 2], [0, 2, 3, 3, 5]), shape=(4, 4))

# Each makes a tensor of the matrix and its dense twin; the values of the results must agree, and so do gradients.
OPERATIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "vector": (lambda A: A @ X[:, 0], lambda D: D @ X[:, 0]),
    "columns": (lambda A: A @ X, lambda D: D @ X),
    "from the left": (lambda A: X.T @ A, lambda D: X.T @ D),
    "transposed": (lambda A: A.T @ X, lambda D: D.T @ X),
    "sparse product": (lambda A: (A @ B).toarray(), lambda D: D @ B.toarray()),
    "product of itself": (lambda A: (A @ A.T).toarray(), lambda D: D @ D.T),
    "sum": (lambda A: A.sum(0) + A.sum(1), lambda D: D.sum(0) + D.sum(1)),
    "mean": (lambda A: A.mean(), lambda D: D.mean()),
    "trace": (lambda A: A.diagonal(1), lambda D: D.diagonal(1)),
    "scaled": (lambda A: (2.5 * A / 3 - A).toarray(), lambda D: 2.5 * D / 3 - D),
    "added": (lambda A: (A + B).toarray(), lambda D: D + B.toarray()),
    "added to the transpose": (lambda A: (A - A.T.tocsr()).toarray(), lambda D: D - D.T),
    "multiplied": (lambda A: A.multiply(B).toarray(), lambda D: D * B.toarray()),
    "by columns": (lambda A: A.tocsc() @ X, lambda D: D @ X),
    "in coordinates": (lambda A: A.tocoo().tocsc().tocsr() @ X, lambda D: D @ X),
    "in blocks": (lambda A: A.tobsr(blocksize=(2, 2)) @ X, lambda D: D @ X),
    "in diagonals": (lambda A: A.todia() @ X, lambda D: D @ X),
    "a row": (lambda A: A[2].toarray(), lambda D: D[2]),
    "a column": (lambda A: A[:, 1].toarray(), lambda D: D[:, 1]),
    "rows": (lambda A: A[1:3].toarray(), lambda D: D[1:3]),
    "rows by list": (lambda A: A[[3, 0, 0]].toarray(), lambda D: D[[3, 0, 0]]),
    "columns by list": (lambda A: A[:, [2, 0, 2]].toarray(), lambda D: D[:, [2, 0, 2]]),
    "a box": (lambda A: A[1:, 1:3].toarray(), lambda D: D[1:, 1:3]),
    "every other column": (lambda A: A[:, ::-2].toarray(), lambda D: D.flip(1)[:, ::2]),
    "stacked": (lambda A: sp.vstack([A, B, A]).toarray(), lambda D: torch.cat([D, B.toarray(), D])),
    "side by side": (lambda A: sp.hstack([A, B]).toarray(), lambda D: torch.cat([D, B.toarray()], 1)),
    "kron": (lambda A: sp.kron(A, B).toarray(), lambda D: torch.kron(D, B.toarray())),
    "triangle": (lambda A: sp.tril(A).toarray(), lambda D: torch.tril(D)),
    "times a dense row": (lambda A: A.multiply(X[:, 2]).toarray(), lambda D: D * X[:, 2]),
    "times a dense matrix": (lambda A: (A * W).toarray(), lambda D: D * W),
    "divided": (lambda A: (A / (2 + W)).toarray(), lambda D: D / (2 + W)),
    "power": (lambda A: A.power(3).toarray(), lambda D: D**3),
    "elementwise": (lambda A: A.sin().toarray(), lambda D: D.sin()),
    "larger": (lambda A: A.maximum(B).toarray(), lambda D: torch.maximum(D, B.toarray())),
    "reshaped": (lambda A: A.reshape(2, 8).toarray(), lambda D: D.reshape(2, 8)),
    "permuted": (lambda A: sp.permute_dims(A.tocoo(), (1, 0)).toarray(), lambda D: D.T),
    "in three dimensions": (lambda A: A.tocoo().reshape(2, 2, 4).sum(1), lambda D: D.reshape(2, 2, 4).sum(1)),
    "by keys": (lambda A: A.todok() @ X, lambda D: D @ X),
    "by lists": (lambda A: A.tolil() @ X, lambda D: D @ X),
    "pairs": (lambda A: A[[0, 2, 2], [1, 0, 0]], lambda D: D[[0, 2, 2], [1, 0, 0]]),
    "elements": (lambda A: A[0, 1] * A[2, 0], lambda D: D[0, 1] * D[2, 0]),
    "block diagonal": (lambda A: sp.block_diag([A, B]).toarray(), lambda D: torch.block_diag(D, B.toarray())),
    "blocks": (
        lambda A: sp.block_array([[A, None], [B, A.T]]).toarray(),
        lambda D: torch.cat([torch.cat([D, 0 * D], 1), torch.cat([B.toarray(), D.T], 1)]),
    ),
    "kronsum": (
        lambda A: sp.kronsum(A, B).toarray(),
        lambda D: torch.kron(torch.eye(4, dtype=D.dtype), D) + torch.kron(B.toarray(), torch.eye(4, dtype=D.dtype)),
    ),
}


def matrix(kind: str, index: torch.dtype, dtype: torch.dtype = torch.float64) -> Any:
    indptr, indices = (torch.tensor(x, dtype=index) for x in PATTERNS[kind])
    data = torch.arange(1, indices.shape[0] + 1, dtype=dtype).sin()
    if data.shape[0]:
        data[-1] = 0  # an explicit zero
    return sp.csr_array((data, indices, indptr), shape=(4, 4))


def dense(A: Any, data: torch.Tensor) -> torch.Tensor:
    rows = torch.repeat_interleave(torch.arange(4), (A.indptr[1:] - A.indptr[:-1]).to(torch.int64))
    return torch.zeros(4, 4, dtype=data.dtype).index_put((rows, A.indices.to(torch.int64)), data, accumulate=True)


@pytest.mark.parametrize("kind", PATTERNS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_values_and_gradients_are_those_of_the_dense_matrix(name: str, kind: str) -> None:
    act, twin = OPERATIONS[name]
    for index in (torch.int32, torch.int64):
        A = matrix(kind, index)
        data = A.data.clone().requires_grad_()
        got, want = act(A._with_data(data)), twin(dense(A, data))
        torch.testing.assert_close(got, want, rtol=1e-14, atol=1e-14)
        torch.testing.assert_close(act(A), want.detach(), rtol=1e-14, atol=1e-14)  # the kernels that move values
        weights = torch.arange(want.numel(), dtype=torch.float64).reshape(want.shape).cos()
        if not got.requires_grad:  # nothing of the matrix is left
            assert not want.requires_grad or not torch.autograd.grad((want * weights).sum(), data)[0].any()
            continue
        found, expected = (torch.autograd.grad((y * weights).sum(), data)[0] for y in (got, want))
        assert found.shape == A.data.shape
        torch.testing.assert_close(found, expected, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize(
    "name", ["vector", "columns", "transposed", "product of itself", "a box", "columns by list", "kron"]
)
def test_gradcheck(name: str, dtype: torch.dtype) -> None:
    act, _ = OPERATIONS[name]
    for kind in ("empty rows", "duplicates", "unsorted"):
        A = matrix(kind, torch.int32)
        data = A.data.to(dtype).requires_grad_()

        def f(data: torch.Tensor, A: Any = A) -> Any:
            return act(A._with_data(data))

        assert torch.autograd.gradcheck(f, data, check_forward_ad=True)
        assert torch.autograd.gradgradcheck(f, data)


@pytest.mark.parametrize("kind", ["empty rows", "duplicates", "unsorted"])
def test_gradcheck_of_every_operation(kind: str) -> None:
    A = matrix(kind, torch.int64)
    data = (A.data + 0.05).requires_grad_()
    for name, (act, _) in OPERATIONS.items():

        def f(data: torch.Tensor, act: Any = act) -> Any:
            return act(A._with_data(data))

        if not f(data).requires_grad:  # an operation that this pattern leaves nothing for
            continue
        assert torch.autograd.gradcheck(f, data, check_forward_ad=True, fast_mode=True), name
        assert torch.autograd.gradgradcheck(f, data, fast_mode=True), name


@pytest.mark.parametrize("name", OPERATIONS)
def test_transforms_over_values(name: str) -> None:
    act, twin = OPERATIONS[name]
    A = matrix("unsorted", torch.int64)
    several = torch.stack([A.data, 2 * A.data, A.data.cos()])
    got = torch.func.vmap(lambda data: act(A._with_data(data)))(several)
    for one, data in zip(got, several, strict=True):
        torch.testing.assert_close(one, twin(dense(A, data)), rtol=1e-13, atol=1e-14)
    gradient = torch.func.grad(lambda A: act(A).square().sum())(A)
    data = A.data.clone().requires_grad_()
    (expected,) = torch.autograd.grad(twin(dense(A, data)).square().sum(), data)
    torch.testing.assert_close(gradient.data, expected, rtol=1e-13, atol=1e-14)
    assert gradient.indices is A.indices


def test_matrices_without_rows_or_columns() -> None:
    for shape in ((0, 0), (0, 3), (3, 0)):
        A = sp.csr_array(shape, dtype=torch.float64).requires_grad_()
        x = torch.ones(shape[1], dtype=torch.float64, requires_grad=True)
        (A @ x).sum().backward()
        assert A.data.grad.shape == (0,) and torch.equal(x.grad, torch.zeros(shape[1], dtype=torch.float64))
        assert (A @ A.T).shape == (shape[0], shape[0]) and A.T.tocsr().shape == shape[::-1]
        assert A[:, :].shape == shape and A.tocsc().tocoo().shape == shape


def test_both_gradients_in_one_pass_are_the_two_apart() -> None:
    A = matrix("unsorted", torch.int32)
    for dtype in (torch.float64, torch.complex128):
        a, x = (v.to(dtype).requires_grad_() for v in (A.data, X[:, 1]))
        weights = torch.arange(4, dtype=torch.float64).cos().to(dtype) * (1 if dtype is torch.float64 else 1 + 2j)
        threads = torch.get_num_threads()
        try:
            torch.set_num_threads(1)
            both = torch.autograd.grad(A._with_data(a) @ x, (a, x), weights)
            apart = [torch.autograd.grad(A._with_data(a) @ x, v, weights)[0] for v in (a, x)]
        finally:
            torch.set_num_threads(threads)
        for one, two in zip(both, apart, strict=True):
            torch.testing.assert_close(one, two, rtol=1e-15, atol=0)


def test_gradients_repeat_bit_for_bit() -> None:
    generator = torch.Generator().manual_seed(0)
    rows, columns = torch.randint(50, (2, 4000), generator=generator)
    A = sp.coo_array((torch.randn(4000, generator=generator), (rows, columns)), shape=(50, 50)).tocsr()
    x = torch.randn(50, generator=generator, requires_grad=True)
    data = A.data.clone().requires_grad_()
    torch.use_deterministic_algorithms(True)
    try:
        runs = []
        for _ in range(3):
            M = A._with_data(data)
            y = (M @ x).sum() + ((M @ M.T) @ x).square().sum() + M[::2].sum() + M[:, [3, 3, 9]].sum()
            runs.append(torch.autograd.grad(y, (data, x)))
    finally:
        torch.use_deterministic_algorithms(False)
    assert all(torch.equal(a, b) for run in runs[1:] for a, b in zip(run, runs[0], strict=True))


# What the compiler cannot know: how many diagonals there are. It has no ``@`` for two arrays either: `dot` is the same.
COMPILED = {
    **{k: v for k, v in OPERATIONS.items() if k not in ("in diagonals", "sparse product", "product of itself")},
    "sparse dot": (lambda A: A.dot(B).toarray(), None),
    "dot with itself": (lambda A: A.dot(A.T).toarray(), None),
}


@pytest.mark.parametrize("name", COMPILED)
def test_compiles_without_a_break(name: str) -> None:
    act, _ = COMPILED[name]
    for kind in (
        ("canonical", "duplicates") if name in ("added", "multiplied", "power", "rows", "stacked") else ("canonical",)
    ):
        A = matrix(kind, torch.int64)

        def f(A: Any) -> Any:
            return act(A).square().sum()

        torch._dynamo.reset()
        got = torch.compile(f, fullgraph=True, backend="aot_eager")(A)
        torch.testing.assert_close(got, f(A))


def test_compiled_gradients_through_structure() -> None:
    A = matrix("canonical", torch.int64)

    def f(A: Any) -> Any:
        return (A[1:3] @ X).sum() + (sp.vstack([A, B]) @ X).square().sum() + (A + B).dot(A.T).toarray().square().sum()

    torch._dynamo.reset()
    data = A.data.clone().requires_grad_()
    run = torch.compile(lambda data: f(A._with_data(data)), fullgraph=True, backend="aot_eager")
    (got,) = torch.autograd.grad(run(data), data)
    (want,) = torch.autograd.grad(f(A._with_data(data)), data)
    torch.testing.assert_close(got, want)
