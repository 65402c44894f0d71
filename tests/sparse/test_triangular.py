"""Triangular solves: values against dense ones, derivatives of both directions, and the levels that CUDA takes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sci.linalg import LinAlgError
from sci.sparse import csr_array
from sci.sparse.linalg import spsolve_triangular
from sci.sparse.linalg._triangular import _solve


def triangle(n: int, lower: bool, dtype: torch.dtype, seed: int = 0) -> Tensor:
    """Return a random triangle with holes, off its diagonal smaller than on it."""
    generator = torch.Generator().manual_seed(seed)
    D = torch.randn(n, n, generator=generator, dtype=dtype)
    D = D * (torch.rand(n, n, generator=generator) < 0.3)
    D = D / n + 2 * torch.eye(n, dtype=dtype)
    return torch.tril(D) if lower else torch.triu(D)


@pytest.mark.parametrize("lower", [True, False])
def test_columns_in_any_order_and_twice(lower: bool) -> None:
    D = triangle(20, lower, torch.float64)
    rows, columns = D.nonzero().unbind(1)
    halves = torch.cat([0.25 * D[rows, columns], 0.75 * D[rows, columns]])
    place = torch.randperm(len(halves), generator=torch.Generator().manual_seed(1))
    place = place[torch.argsort(torch.cat([rows, rows])[place], stable=True)]
    indptr = torch.cat([torch.zeros(1, dtype=torch.int64), 2 * torch.bincount(rows, minlength=20).cumsum(0)])
    A = csr_array((halves[place], torch.cat([columns, columns])[place], indptr), shape=(20, 20))
    b = torch.randn(20, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    want = torch.linalg.solve_triangular(D, b.unsqueeze(-1), upper=not lower).squeeze(-1)
    torch.testing.assert_close(spsolve_triangular(A, b, lower), want)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("unit", [False, True])
@pytest.mark.parametrize("transposed", [False, True])
def test_derivatives_of_both_directions(transposed: bool, unit: bool, dtype: torch.dtype) -> None:
    A = csr_array(triangle(6, True, dtype))
    data = A.data.clone().requires_grad_()
    b = torch.randn(2, 6, 2, dtype=dtype, generator=torch.Generator().manual_seed(3)).requires_grad_()

    def solve(data: Tensor, b: Tensor) -> Tensor:
        return _solve(data, b, A.indptr, A.indices, None, None, None, True, unit, transposed)  # type: ignore[no-any-return]

    D = triangle(6, True, dtype)
    want = torch.linalg.solve_triangular(D.mT if transposed else D, b, upper=transposed, unitriangular=unit)
    torch.testing.assert_close(solve(data, b), want)
    assert torch.autograd.gradcheck(solve, (data, b), check_forward_ad=True, check_batched_grad=True)
    assert torch.autograd.gradgradcheck(solve, (data, b), check_fwd_over_rev=True)


def test_vmap_over_matrices_of_one_pattern() -> None:
    A = csr_array(triangle(8, True, torch.float64))
    data = torch.stack([A.data, 2 * A.data, A.data + 0.1])
    b = torch.randn(8, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(4))

    def solve(data: Tensor) -> Tensor:
        return _solve(data, b, A.indptr, A.indices, None, None, None, True, False, False)  # type: ignore[no-any-return]

    want = torch.stack([torch.linalg.solve(A._with_data(d).toarray(), b) for d in data])
    torch.testing.assert_close(torch.vmap(solve)(data), want)
    torch.testing.assert_close(solve(data), want)


@pytest.mark.cpu
@pytest.mark.parametrize("index", [torch.int32, torch.int64])
@pytest.mark.parametrize("lower", [True, False])
def test_rows_of_a_level_depend_on_earlier_levels_alone(lower: bool, index: torch.dtype) -> None:
    D = triangle(40, lower, torch.float64)
    A = csr_array(D)
    levels = torch.ops.sci.csr_triangular_levels
    rows, starts = levels(A.indptr.to(index), A.indices.to(index), lower)
    assert rows.dtype == index and sorted(rows.tolist()) == list(range(40)) and int(starts[-1]) == 40
    solved: set[int] = set()
    last: set[int] = set()
    for begin, end in zip(starts.tolist(), starts.tolist()[1:], strict=False):
        here = rows[begin:end].tolist()
        needed = {j for i in here for j in D[i].nonzero().flatten().tolist() if j != i}
        assert needed <= solved
        assert not solved or all(any(j in last for j in D[i].nonzero().flatten().tolist()) for i in here)
        last = set(here)
        solved |= last


def test_indices_changed_behind_the_back_raise() -> None:
    A = csr_array(triangle(8, True, torch.float64))
    indices = A.indices.clone()
    indices[3] = 99
    with pytest.raises(RuntimeError, match="csr_triangular_solve"):
        b = torch.ones(1, 8, 1, dtype=torch.float64)
        torch.ops.sci.csr_triangular_solve(A.data[None], b, A.indptr, indices, None, None, None, True, False, False)
    assert spsolve_triangular(csr_array((0, 0)), torch.ones(0)).shape == (0,)


@pytest.mark.parametrize("lower", [True, False])
def test_a_stored_zero_on_the_diagonal_raises(lower: bool) -> None:
    A = csr_array(triangle(9, lower, torch.float64))
    data = A.data.clone()
    data[A.indptr[5] - 1 if lower else A.indptr[4]] = 0
    with pytest.raises(LinAlgError, match="zero entry"):
        spsolve_triangular(A._with_data(data), torch.ones(9), lower)
    unit = spsolve_triangular(A._with_data(data), torch.ones(9), lower, unit_diagonal=True)
    assert bool(torch.isfinite(unit).all())
