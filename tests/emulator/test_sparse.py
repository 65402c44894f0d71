"""What sparse products and solves launch on the emulated GPU, and where they wait."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sci.sparse import csr_array, diags_array, eye_array, kron
from sci.sparse.linalg import spsolve_triangular
from sci.sparse.linalg._triangular import _solve
from tests import emulator

pytestmark = pytest.mark.skipif(not emulator.started(), reason="--device emulated")


def launched(name: str) -> list[str]:
    return [line for line in emulator.launches() if name in line]


def random(*size: int) -> Tensor:
    return torch.randn(*size, generator=torch.Generator().manual_seed(sum(size)), dtype=torch.float64)


def laplacian(side: int) -> csr_array:
    """Return the five-point stencil on a square."""
    line = diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(side, side), dtype=torch.float64)
    eye = eye_array(side, dtype=torch.float64)
    return (kron(line, eye) + kron(eye, line)).tocsr()


def test_narrow_levels_of_a_triangle_are_one_launch() -> None:
    lower = laplacian(12)
    lower = lower._with_data(torch.where(lower.tocoo().row >= lower.tocoo().col, lower.data, 0))
    lower.eliminate_zeros()
    on_gpu = lower.to("cuda")
    for size in ((144,), (144, 3), (2, 144, 5)):
        b = random(*size)
        emulator.launches()
        found = spsolve_triangular(on_gpu, b.cuda())
        assert len(launched("CsrTriangle")) == 1  # for 23 levels
        torch.testing.assert_close(found.cpu(), spsolve_triangular(lower, b), rtol=1e-14, atol=0)
        found = spsolve_triangular(on_gpu.T.tocsr(), b.cuda(), lower=False)
        torch.testing.assert_close(found.cpu(), spsolve_triangular(lower.T.tocsr(), b, lower=False), rtol=1e-14, atol=0)


def test_wide_levels_have_launches_of_their_own() -> None:
    # Levels of 1, 1100, 1 and 1 rows.
    n = 1103
    rows = torch.cat([torch.arange(1, n - 2), torch.tensor([n - 2, n - 1])])
    columns = torch.cat([torch.zeros(n - 3, dtype=torch.int64), torch.tensor([n - 3, n - 2])])
    dense = 2 * torch.eye(n, dtype=torch.float64)
    dense[rows, columns] = 0.5
    A, b = csr_array(dense), random(n)
    on_gpu = A.to("cuda")
    emulator.launches()
    found = spsolve_triangular(on_gpu, b.cuda())
    assert ["Levels" in line for line in launched("CsrTriangle")] == [False, False, True]
    torch.testing.assert_close(found.cpu(), torch.linalg.solve_triangular(dense, b[:, None], upper=False)[:, 0])


def test_levels_are_found_once_for_a_pattern() -> None:
    A = csr_array(torch.eye(5, dtype=torch.float64) + torch.diag(torch.ones(4, dtype=torch.float64), -1)).to("cuda")
    b = random(1, 5, 1).cuda()

    def solve() -> Tensor:
        return _solve(A.data, b, A.indptr, A.indices, None, None, None, True, False, False)  # type: ignore[no-any-return]

    want = solve()
    torch.cuda.set_sync_debug_mode("error")
    try:
        found = solve()
        A.indices[1:3] = A.indices[1:3].flip(0)  # in place: the levels are those of another pattern
        with pytest.raises(RuntimeError, match="synchronizing"):
            solve()
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert torch.equal(found.cpu(), want.cpu())


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex64])
@pytest.mark.parametrize("columns", [2, 5, 33, 130])
def test_products_with_several_columns_are_one_launch(columns: int, dtype: torch.dtype) -> None:
    dense = (random(2, 40, 70) * (random(1, 40, 70) > 0.8)).to(dtype)
    dense[:, 3] = 0
    dense[0, 7] = 0.5  # longer than a team has lanes
    pattern = csr_array((dense != 0).any(0).to(dtype))
    A = pattern._with_data(dense[:, pattern.tocoo().row, pattern.tocoo().col])
    on_gpu = A.to("cuda")
    for matrix, rows, want in ((on_gpu, 70, dense), (on_gpu.T, 40, dense.mT)):
        x = random(rows, columns).to(dtype)
        emulator.launches()
        found = matrix @ x.cuda()
        assert len(launched("CsrMatmul")) == 1
        torch.testing.assert_close(found.cpu(), want @ x)
