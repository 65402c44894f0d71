"""Gradients of Schur forms at equal eigenvalues that do not stand side by side, against functions of the matrix."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sci.linalg import LinAlgError, schur
from tests.linalg.linalg_matrices import random, unitary

DTYPES = [torch.float64, torch.complex128]
ORDERS = [(1, 2, 1), (3, 1, 2, 1), (1, 2, 1, 3), (1, 2, 1, 2), (1, 2, 2, 1, 0.5), (1, 2, 1, 3, 1), (4, 1, 1, 2, 1)]


def form(values: tuple[float, ...], dtype: torch.dtype) -> Tensor:
    """Return a triangular matrix, which is its own form, with these eigenvalues, none of them defective."""
    n = len(values)
    v = torch.eye(n, dtype=dtype) + random(n, n, dtype=dtype, seed=n).triu(1)
    return (v @ torch.diag(torch.tensor(values, dtype=dtype)) @ torch.linalg.inv(v)).triu()


def agrees(f: Callable[[Tensor], Tensor], a: Tensor, wanted: Tensor, rtol: float = 1e-13) -> None:
    x = a.clone().requires_grad_()
    (g,) = torch.autograd.grad(f(x), x)
    torch.testing.assert_close(g, wanted, rtol=rtol, atol=rtol)
    direction = random(*a.shape, dtype=a.dtype, seed=7)
    _, moved = torch.func.jvp(f, (a,), (direction,))
    torch.testing.assert_close(moved, (wanted.conj() * direction).sum().real, rtol=10 * rtol, atol=10 * rtol)


def eigenvalues(x: Tensor) -> Tensor:
    return schur(x)[0].diagonal(dim1=-2, dim2=-1)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("values", ORDERS)
def test_functions_of_all_eigenvalues(values: tuple[float, ...], dtype: torch.dtype) -> None:
    a = form(values, dtype)
    agrees(lambda x: eigenvalues(x).log().sum().real, a, torch.linalg.inv(a).mH)
    agrees(lambda x: (eigenvalues(x) ** 3).sum().real, a, 3 * (a @ a).mH)
    agrees(lambda x: (schur(x)[0].abs() ** 2).sum(), a, 2 * a)


def test_in_a_batch() -> None:
    a = torch.stack([form((1, 2, 1), torch.float64), form((1, 2, 3), torch.float64), form((2, 5, 2), torch.float64)])
    agrees(lambda x: eigenvalues(x).log().sum(), a, torch.linalg.inv(a).mH)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("values", "count"), [((3, 1, 2, 1), 1), ((1, 2, 1, 3), 3)])
def test_subspaces_beside_them(values: tuple[float, ...], count: int, dtype: torch.dtype) -> None:
    """The first vectors in front of the equal ones, and those of all up to the last of these."""
    a, weights = form(values, dtype), random(4, 4, dtype=dtype, seed=1)

    def loss(z: Tensor) -> Tensor:
        return (weights.conj() * (z @ z.mH)).sum().real

    def known(x: Tensor) -> Tensor:
        w, v = torch.linalg.eig(x)
        chosen = (w.real > 2.5) if count == 1 else (w.real < 2.5)
        return loss(torch.linalg.qr(v[:, chosen])[0])

    direction = random(4, 4, dtype=dtype, seed=2)
    x = a.clone().requires_grad_()
    (g,) = torch.autograd.grad(loss(schur(x)[1][:, :count]), x)
    h = 1e-5
    slope = (known(a + h * direction) - known(a - h * direction)) / (2 * h)
    torch.testing.assert_close((g.conj() * direction).sum().real, slope, rtol=1e-7, atol=1e-8)


def test_equal_pairs_by_the_complex_form() -> None:
    block = torch.tensor([[1.0, -2.0], [3.0, 1.0]], dtype=torch.float64)
    q = unitary(4, 4)
    a = q @ torch.block_diag(block, block) @ q.mT
    agrees(lambda x: schur(x, output="complex")[0].diagonal().prod().abs().log(), a, torch.linalg.inv(a).mT, 1e-12)
    with pytest.raises(LinAlgError, match="two 2 x 2 blocks"):
        schur(x := a.clone().requires_grad_())[0].square().sum().backward()
    assert x.grad is None


@pytest.mark.parametrize("dtype", DTYPES)
def test_other_losses_raise(dtype: torch.dtype) -> None:
    weights = random(3, 3, dtype=dtype)

    def by_hand(x: Tensor) -> Tensor:
        t, z = schur(x)
        return (weights.conj() * (z @ t @ t @ z.mH)).sum().real

    losses = (lambda x: schur(x)[0][0, 1].abs(), by_hand, lambda x: eigenvalues(x)[0].abs())
    for loss in losses:
        x = form((1, 2, 1), dtype).requires_grad_()
        with pytest.raises(LinAlgError, match="basis of the Schur vectors of equal eigenvalues"):
            loss(x).backward()
    defective = torch.tensor([[1.0, 1.0, 0.3], [0.0, 2.0, 1.0], [0.0, 0.0, 1.0]], dtype=dtype, requires_grad=True)
    with pytest.raises(LinAlgError, match="defective"):
        eigenvalues(defective).abs().sum().backward()
