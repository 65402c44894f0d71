"""The exponential of small matrices on vector lanes: against mpmath, alone and side by side with others."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import torch

from sci.linalg import _expm, expm, expm_cond
from tests.linalg.linalg_matrices import ALL, random, residual

F64 = torch.float64


def exact(a: torch.Tensor) -> torch.Tensor:
    with mpmath.workdps(60):
        x = mpmath.expm(mpmath.matrix(a.tolist()), method="taylor")
        return torch.tensor(np.array(x.tolist(), dtype=complex))


# Ward (SIAM J. Numer. Anal. 14 (1977) 600), Moler and Van Loan, and matrices that are easily scaled too much.
HARD = [
    [[4.0, 2, 0], [1, 4, 1], [1, 1, 4]],
    [[29.87942128909879, 0.7815750847907159, -2.289519314033932],
     [0.7815750847907159, 25.72656945571064, 8.680737820540137],
     [-2.289519314033932, 8.680737820540137, 34.39400925519054]],
    [[-131.0, 19, 18], [-390, 56, 54], [-387, 57, 52]],
    [[-49.0, 24], [-64, 31]],
    [[1.0, 1e6], [0, -1]],
    [[0.0, 1e10], [0, 0]],
    [[-1.0, 1e4, 0], [0, -1, 1e4], [0, 0, -1]],
]  # fmt: skip


@pytest.mark.parametrize("rows", HARD)
def test_hard_matrices(rows: list[list[float]]) -> None:
    a = torch.tensor(rows, dtype=F64)
    want = exact(a).real
    bound = 20 * max(float(expm_cond(a)), 1.0)
    for x in (expm(a), expm(torch.stack([a * 0, a, -a, a / 1024, a]))[1], expm(a + 0j).real):
        assert residual(x - want, want) < bound
    assert residual(expm(a.mT) - want.mT, want) < bound


@pytest.mark.parametrize("rows", HARD)
def test_hard_matrices_by_torch(rows: list[list[float]], monkeypatch: pytest.MonkeyPatch) -> None:
    """The form for CUDA and large matrices."""
    a = torch.tensor(rows, dtype=F64)
    want = exact(a).real
    bound = 20 * max(float(expm_cond(a)), 1.0)
    monkeypatch.setattr(_expm, "_by_kernel", lambda a: False)
    for x in (expm(a), expm(torch.stack([a * 0, a, -a, a / 1024, a]))[1], expm(a + 0j).real):
        assert residual(x - want, want) < bound


@pytest.mark.parametrize("rows", HARD)
def test_hard_matrices_by_teams(rows: list[list[float]]) -> None:
    a = torch.tensor(rows, dtype=F64)
    want = exact(a).real
    bound = 20 * max(float(expm_cond(a)), 1.0)
    for x in (a, torch.stack([a * 0, a, -a, a / 1024, a]), a + 0j):
        found = torch.ops.sci._expm_team(x).real
        assert residual((found if x.dim() == 2 else found[1]) - want, want) < bound


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("shift", [0, -30, 3])
def test_teams_of_any_size(dtype: torch.dtype, shift: int) -> None:
    """Of triangles the whole is exact, and what is not finite leaves the others of the batch."""
    for n in (1, 2, 5, 9):
        a = random(5, n, n, dtype=dtype) * torch.tensor([1e-9, 0.3, 2, 3, 1])[:, None, None].to(dtype)
        a[3] = 10 * a[3].triu()
        a = a + shift * torch.eye(n, dtype=dtype)
        a[4, n - 1, 0] = torch.nan
        found = torch.ops.sci._expm_team(a)
        for k in range(4):
            want = exact(a[k])
            difference = found[k] - (want if dtype.is_complex else want.real).to(dtype)
            exactly = k == 3 and not dtype.is_complex
            assert residual(difference, want) < 20 + (0 if exactly else 2 * float(torch.linalg.matrix_norm(a[k])))
        assert bool(found[4].isnan().all())


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("shift", [0, -30, 3])
def test_low_degrees_and_spectra_around_another_point(
    dtype: torch.dtype, shift: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_expm, "_by_kernel", lambda a: False)
    a = random(4, 4, dtype=dtype)
    for size in (1e-9, 1e-3, 0.02, 0.1, 1.0):
        x = a * size + shift * torch.eye(4, dtype=dtype)
        want = exact(x)
        bound = 10 * (1 + abs(shift))
        assert residual(expm(x) - (want if dtype.is_complex else want.real).to(dtype), want) < bound
    nilpotent = torch.diag(torch.tensor([1e6, 1e6], dtype=dtype), 1)
    torch.testing.assert_close(expm(nilpotent)[0], torch.tensor([1, 1e6, 5e11], dtype=dtype))


@pytest.mark.cpu
@pytest.mark.parametrize("n", [65, 130, 203])
@pytest.mark.parametrize("dtype", [torch.float32, F64])
def test_large_matrices_by_the_kernel(n: int, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    """Products of many blocks, with rows and columns left over."""
    a = random(n, n, dtype=dtype) / n**0.5 + torch.eye(n, dtype=dtype)
    monkeypatch.setattr(_expm, "_by_kernel", lambda a: False)
    want = expm(a.double()).to(dtype)
    assert residual(torch.ops.sci._expm_small(a) - want, want) < 60


@pytest.mark.parametrize("kernel", [True, False])
def test_triangles_are_exact_on_the_diagonal(kernel: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not kernel:
        monkeypatch.setattr(_expm, "_by_kernel", lambda a: False)
    a = torch.diag(torch.tensor([-700.0, 0.3, 5.0, -30.0], dtype=F64)) + random(4, 4).triu(1)
    for x in (a, a.mT.contiguous()):
        np.testing.assert_allclose(expm(x).diagonal().numpy(), np.exp(a.diagonal().numpy()), rtol=4e-16)
        both = torch.stack([x, random(4, 4), x * 10, 0 * x])
        for found, given in zip(expm(both), both, strict=True):
            want = exact(given).real
            assert residual(found - want, want) < 20


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", [2, 5, 9, 16, 24])
def test_matrices_side_by_side_are_as_alone(dtype: torch.dtype, n: int) -> None:
    scales = torch.tensor([0, 1e-8, 1e-3, 1, 30, 2, 0.1], dtype=dtype)[:, None, None]
    a = random(7, n, n, dtype=dtype) / n**0.5 * scales
    x = expm(a)
    assert x.dtype == dtype
    for k in range(7):
        assert residual(x[k] - expm(a[k]), x[k]) < 400
    want = exact(a[3])
    assert residual(x[3] - (want if dtype.is_complex else want.real).to(dtype), x[3]) < 400


def test_not_finite_stays_in_its_lane() -> None:
    a = random(6, 3, 3)
    a[1, 0, 0], a[4, 1, 1] = torch.nan, -torch.inf
    x = expm(a)
    assert torch.isnan(x[[1, 4]]).all()
    torch.testing.assert_close(x[[0, 2, 3, 5]], expm(a[[0, 2, 3, 5]]))
    big = expm(torch.diag(torch.tensor([-1e300, 0.0], dtype=F64)))
    np.testing.assert_array_equal(big, np.diag([0.0, 1.0]))
    assert torch.isinf(expm(torch.full((1, 2, 2), 1e300, dtype=F64))).all()
