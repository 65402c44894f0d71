"""Arrays of every format through the transforms: pytrees, gradients, vmap over the values, the compiler, optimizers."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
import torch
from torch.utils import _pytree as pytree

import sci.sparse as sp

FORMATS = ("csr", "csc", "coo", "bsr", "dia", "dok", "lil")
DENSE = torch.tensor(
    [[1.0, 0.5, 0.0, 0.0], [0.0, 0.0, -2.0, 0.0], [0.0, 3.0, 0.25, 0.0], [0.0, 0.0, 0.0, 0.0]], dtype=torch.float64
)
X = torch.arange(12, dtype=torch.float64).reshape(4, 3).sin()


def array(format: str, is_array: bool = True) -> Any:
    made = sp.csr_array(DENSE) if is_array else sp.csr_matrix(DENSE)
    return made.tobsr((2, 2)) if format == "bsr" else made.asformat(format)


def loss(A: Any) -> torch.Tensor:
    return (A @ X).square().sum() + (2 * A).sum()


def wanted(D: torch.Tensor) -> torch.Tensor:
    leaf = D.clone().requires_grad_()
    return torch.autograd.grad((leaf @ X).square().sum() + 2 * leaf.sum(), leaf)[0]


@pytest.mark.parametrize("is_array", [True, False])
@pytest.mark.parametrize("format", FORMATS)
def test_pytrees_keep_class_and_pattern(format: str, is_array: bool) -> None:
    A = array(format, is_array)
    leaves, spec = pytree.tree_flatten({"A": A, "n": 1})
    assert sum(isinstance(leaf, torch.Tensor) for leaf in leaves) == 1
    again = pytree.tree_unflatten(leaves, spec)["A"]
    assert type(again) is type(A)
    assert torch.equal(again.toarray(), DENSE)
    doubled = pytree.tree_map(lambda x: 2 * x, A)
    assert torch.equal(doubled.toarray(), 2 * DENSE)
    assert torch.equal(pickle.loads(pickle.dumps(A)).toarray(), DENSE)


@pytest.mark.parametrize("is_array", [True, False])
@pytest.mark.parametrize("format", FORMATS)
def test_gradients_have_the_format_and_the_pattern(format: str, is_array: bool) -> None:
    A = array(format, is_array)
    grad = torch.func.grad(loss)(A)
    assert type(grad) is type(A)
    there = A._with_data(torch.ones_like(A._data)).toarray() != 0
    torch.testing.assert_close(grad.toarray(), torch.where(there, wanted(DENSE), 0.0))
    _, tangent = torch.func.jvp(loss, (A,), (grad,))
    torch.testing.assert_close(tangent, grad._data.square().sum())


@pytest.mark.parametrize("format", ["csr", "csc", "coo"])
def test_vmap_over_values_makes_batches_of_one_pattern(format: str) -> None:
    A = array(format)
    batch = torch.stack([A.data, 2 * A.data, A.data - 1])
    for f in (lambda A: A @ X, lambda A: A.T @ X, lambda A: (A + A.T).toarray(), lambda A: A[1:3].toarray(), loss):
        got = torch.func.vmap(lambda data: f(A._with_data(data)))(batch)  # noqa: B023
        for k, data in enumerate(batch):
            torch.testing.assert_close(got[k], f(A._with_data(data)))
    grads = torch.func.vmap(torch.func.grad(lambda data: loss(A._with_data(data))))(batch)
    one = torch.func.grad(lambda data: loss(A._with_data(data)))(batch[2])
    torch.testing.assert_close(grads[2], one)


@pytest.mark.parametrize("format", ["csr", "csc", "coo", "bsr", "dia"])
def test_the_compiler_takes_arrays_as_arguments(format: str) -> None:
    A = array(format)
    run = torch.compile(loss, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(run(A), loss(A))
    compiled = torch.compile(torch.func.grad(loss), fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(A).data, torch.func.grad(loss)(A).data)


@pytest.mark.parametrize("format", FORMATS)
def test_optimizers_learn_the_values(format: str) -> None:
    A = array(format)
    leaf = A._data.detach().clone().requires_grad_()
    optimizer = torch.optim.SGD([leaf], lr=0.01)
    before = loss(A._with_data(leaf)).item()
    for _ in range(3):
        optimizer.zero_grad()
        loss(A._with_data(leaf)).backward()
        optimizer.step()
    assert loss(A._with_data(leaf)).item() < before
