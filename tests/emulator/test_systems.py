"""Structured systems on the emulated GPU, in teams: the values are the CPU's."""

from __future__ import annotations

import pytest
import torch

from sci.linalg import solve_toeplitz
from tests import emulator

pytestmark = pytest.mark.skipif(not emulator.started(), reason="--device emulated")


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex64])
@pytest.mark.parametrize(("batch", "n", "columns"), [(3, 1, 2), (2, 2, 1), (3, 40, 3), (1, 300, 1)])
def test_toeplitz_systems_have_a_team_each(batch: int, n: int, columns: int, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(n)
    column, row = (torch.randn(batch, n, dtype=dtype, generator=generator) / n for _ in range(2))
    column[:, 0] += 3
    b = torch.randn(batch, n, columns, dtype=dtype, generator=generator)
    want = solve_toeplitz((column, row), b)
    emulator.launches()
    found = solve_toeplitz((column.cuda(), row.cuda()), b.cuda())
    (line,) = [line for line in emulator.launches() if "Levinson" in line]
    assert f"block {256 if n > 256 else 128} n {batch}" in line
    torch.testing.assert_close(found.cpu(), want, rtol=0, atol=50 * torch.finfo(dtype).eps)


def test_a_vanishing_minor_is_reported_by_its_order() -> None:
    c, b = torch.tensor([[3.0, 1.0, 1.0, 1.0, 2.0], [0.1, 0.2, 1.0, 0.2, 0.1]]), torch.ones(2, 1, 3)
    _, info = torch.ops.sci._levinson(c.cuda(), b.cuda())
    assert info.tolist() == torch.ops.sci._levinson(c, b)[1].tolist() == [2, 0]


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex64])
@pytest.mark.parametrize(("batch", "n", "w"), [(3, 9, 2), (2, 3, 5), (5, 40, 7), (2, 70, 33)])
def test_factors_of_bands_have_a_team_each(batch: int, n: int, w: int, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(w)
    for lower in (True, False):
        ab = torch.randn(batch, w + 1, n, dtype=dtype, generator=generator)
        main = 0 if lower else w
        ab[:, main] = 3.0 * w + ab[:, main].abs()
        want = torch.ops.sci._banded_cholesky(ab, lower)
        emulator.launches()
        found = torch.ops.sci._banded_cholesky(ab.cuda(), lower)
        (line,) = emulator.launches()
        assert "BandedCholeskyTeam" in line
        assert torch.equal(found[1].cpu(), want[1])
        torch.testing.assert_close(found[0].cpu(), want[0], rtol=0, atol=20 * w * torch.finfo(dtype).eps)
        ab[0, main, n // 2] = -1
        infos = [torch.ops.sci._banded_cholesky(x, lower)[1].tolist() for x in (ab, ab.cuda())]
        assert infos[0] == infos[1] == [n // 2 + 1] + [0] * (batch - 1)
