"""`LinearOperator`: sums, products and multiples, products from both sides, adjoints and dtypes that are derived."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from sci.sparse import csr_array, csr_matrix, eye_array
from sci.sparse.linalg import LinearOperator, aslinearoperator, cg, eigsh, onenormest

D = torch.tensor([[1.0, 2.0 + 1.0j, 3.0], [4.0, 5.0, 6.0 - 2.0j]], dtype=torch.complex128)


class Columns(LinearOperator):
    """Defines products with matrices alone."""

    def __init__(self, A: torch.Tensor) -> None:
        super().__init__(A.dtype, A.shape)
        self.A = A

    def _matmat(self, X: torch.Tensor) -> torch.Tensor:
        return self.A @ X

    def _rmatmat(self, X: torch.Tensor) -> torch.Tensor:
        return self.A.mH @ X


@pytest.mark.cpu  # the first is a class of this file, which nobody moves
@pytest.mark.parametrize("op", [Columns(D), aslinearoperator(D), aslinearoperator(csr_array(D))])
def test_products_from_both_sides(op: LinearOperator) -> None:
    x, y = torch.randn(3, dtype=D.dtype), torch.randn(2, dtype=D.dtype)
    X, Y = torch.randn(3, 4, dtype=D.dtype), torch.randn(4, 2, dtype=D.dtype)
    for found, want in (
        (op @ x, D @ x),
        (op.H @ y, D.mH @ y),
        (op.T @ y, D.mT @ y),
        (op @ X, D @ X),
        (op.rmatvec(y), D.mH @ y),
        (op.rmatmat(Y.mT), D.mH @ Y.mT),
        (y.numpy() @ op, y @ D),
        (y.numpy() * op, y @ D),
        (Y.numpy() @ op, Y @ D),
        ((2 * op / 4) @ x, D @ x / 2),
        ((2j * op).rmatvec(y), (2j * D).mH @ y),
        ((op - 3 * op) @ x, -2 * D @ x),
        ((op.H @ op) @ x, D.mH @ (D @ x)),
        ((op.H @ op) ** 2 @ x, D.mH @ D @ D.mH @ D @ x),
    ):
        torch.testing.assert_close(torch.as_tensor(found), want)


def test_arguments_are_kept_and_factors_joined() -> None:
    op, other = Columns(D), aslinearoperator(D)
    assert op.args == () and other.args == (D,) and other.H.args == (other,)
    assert (op + other).args == (op, other) and (op.H @ other).args[1] is other
    assert (2 * op).args == (op, 2) and (op * 3 / 3).args[0] is op and (6 * (op * 0.5)).args[1] == 3


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda A: A / torch.ones(2), ValueError, "only divide"),
        (lambda A: A @ 2, ValueError, "scalar operand"),
        (lambda A: 2 @ A, ValueError, "scalar operand"),
        (lambda A: A @ csr_array((3, 3)), TypeError, "sparse matrix"),
        (lambda A: eye_array(2, dtype=D.dtype) @ A, TypeError, "sparse matrix"),
        (lambda A: A @ A, ValueError, "shapes"),
        (lambda A: A + A.H, ValueError, "shapes"),
        (lambda A: np.eye(4) @ A, ValueError, "dimension mismatch"),
        (lambda A: LinearOperator((2, 2), lambda v: v).rmatvec([1, 2]), NotImplementedError, "rmatvec"),
    ],
)
def test_errors(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call(aslinearoperator(D))


def test_devices_are_found(device: torch.device) -> None:
    A = D[:2, :2].to(device)
    found = LinearOperator(A.shape, lambda v: A @ v.to(A.dtype))
    told = LinearOperator(A.shape, lambda v: A @ v, dtype=A.dtype, device=A.device)
    matrix = aslinearoperator(A)
    for op in (matrix, found, told, found.H, told.T, 2 * found, -found, found + matrix, found @ told):
        assert op.device == A.device
    assert LinearOperator(A.shape, lambda v: v, dtype=A.dtype).device is None


@pytest.mark.cpu  # functions are asked with a vector of the CPU
def test_dtypes_are_found_with_one_call() -> None:
    calls: list[int] = []

    def act(v: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        return v * 2.5

    assert LinearOperator((2, 2), act).dtype is torch.get_default_dtype() and len(calls) == 1
    overflows = LinearOperator((2, 2), lambda v: np.array([128 * v.numpy()[0], v.numpy()[1]]))
    assert overflows.dtype is torch.int64
    assert LinearOperator((2, 2), lambda v: D[:, :2] @ v.to(D.dtype)).dtype is torch.complex128


def test_solvers_take_matrices_as_arrays() -> None:
    A = csr_matrix(torch.diag(torch.arange(1.0, 9.0, dtype=torch.float64)))
    torch.testing.assert_close(cg(A, torch.ones(8), rtol=1e-12)[0], 1 / torch.arange(1.0, 9.0, dtype=torch.float64))
    torch.testing.assert_close(eigsh(A.tocoo(), k=1)[0], torch.tensor([8.0], dtype=torch.float64))
    assert onenormest(A) == 8
