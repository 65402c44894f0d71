"""Factors of small matrices by teams, on the CPU with one lane and where there is a GPU (or `--device emulated`) with
4 to 32: against the definitions, and one against the other."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sci._core import runtime
from tests.linalg.linalg_matrices import ALL, eps, general_kinds, positive, random

runtime.load_library()
SIZES = (1, 2, 3, 4, 7, 8, 13, 16, 24, 32, 33)
KINDS = ("random", "graded", "tiny", "huge", "triangle", "condition 1e8", "zero", "diagonal")
ops = torch.ops.sci


def near(x: Tensor, y: Tensor, what: str, factor: float = 30.0) -> None:
    """Compare matrix by matrix, relative to the largest entry of y."""
    n = y.shape[-1]
    scale = y.abs().amax((-2, -1)).clamp_min(torch.finfo(y.real.dtype).tiny)
    error = (x - y).abs().amax((-2, -1)) / scale
    assert float(error.max()) <= factor * max(n, 4) * eps(x.dtype), what


def permuted(b: Tensor, pivots: Tensor) -> Tensor:
    """Return P b: rows exchanged one after the other."""
    rows = torch.arange(b.shape[-2]).repeat(len(b), 1)
    for item, swaps in enumerate(pivots.tolist()):
        for k, other in enumerate(swaps):
            rows[item, [k, other]] = rows[item, [other, k]]
    return b.gather(-2, rows[..., None].expand(b.shape))


@pytest.mark.parametrize("dtype", ALL)
def test_definitions(dtype: torch.dtype, device: torch.device) -> None:
    for n in SIZES:
        kinds = general_kinds(n, dtype)
        for kind in KINDS:
            a = kinds[kind]
            there = a.to(device)
            lu, pivots, rcond, info = (x.cpu() for x in ops._lu_small(there, alone=True))
            near((lu.tril(-1) + torch.eye(n, dtype=dtype)) @ lu.triu(), permuted(a, pivots), f"lu {n} {kind}")
            other = ops._lu_small(a)
            doubt = 2 * eps(dtype)
            if kind not in ("tiny", "huge", "condition 1e8"):  # out of range, or singular but for rounding
                assert torch.equal(info, other[3]), f"{n} {kind}"
                assert torch.equal(rcond < doubt, other[2] < doubt), f"{n} {kind}"
            if kind not in ("tiny", "huge"):
                det = ops._det_small(there, alone=True).cpu()
                expected = (torch.where(pivots == torch.arange(n), 1, -1) * lu.diagonal(dim1=-2, dim2=-1)).prod(-1)
                torch.testing.assert_close(det, expected, rtol=30 * n * eps(dtype), atol=torch.finfo(dtype).tiny)
            q, r = (x.cpu() for x in ops._qr_small(there, alone=True))
            near(q @ r, a, f"qr {n} {kind}")
            near(q.mH @ q, torch.eye(n, dtype=dtype).expand(a.shape), f"qr {n} {kind}")
            assert float(r.tril(-1).abs().max()) == 0


@pytest.mark.parametrize("dtype", ALL)
def test_systems(dtype: torch.dtype, device: torch.device) -> None:
    for n in SIZES:
        a = random(5, n, n, dtype=dtype) + 2 * n**0.5 * torch.eye(n, dtype=dtype)
        a[1::2] = a[1::2].flip(-1)  # with exchanges
        lu, pivots, rcond, info = ops._lu_small(a.to(device), alone=True)
        for columns in (1, 3, 40):
            b = random(5, n, columns, dtype=dtype, seed=1)
            for trans, matrix in enumerate((a, a.mT, a.mH)):
                x = ops._lu_solve_small(lu, pivots, b.to(device), trans, alone=True).cpu()
                near(matrix @ x, b, f"{n} {columns} {trans}", 100)
        x, again, info = (y.cpu() for y in ops._inverse_small(a.to(device)))
        near(a @ x, torch.eye(n, dtype=dtype).expand(a.shape), f"inverse {n}", 100)
        assert torch.equal(again, rcond.cpu()) and not bool(info.any())


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("lower", [False, True])
def test_positive_definite(dtype: torch.dtype, lower: bool, device: torch.device) -> None:
    for n in SIZES:
        a = positive(5, n, n, dtype=dtype)
        if n > 2:
            a[3, n // 2, n // 2] *= -1
        unread = torch.full((n, n), torch.nan, dtype=dtype)
        hidden = a + (unread.triu(1) if lower else unread.tril(-1))
        c, info = (x.cpu() for x in ops._cholesky_small(hidden.to(device), lower, alone=True))
        assert info.tolist() == [0, 0, 0, n // 2 + 1 if n > 2 else 0, 0]
        good = info == 0
        near(((c @ c.mH) if lower else (c.mH @ c))[good], a[good], f"{n}")
        assert float((c.triu(1) if lower else c.tril(-1)).abs().max()) == 0


def test_tall_matrices_have_economic_factors(device: torch.device) -> None:
    for m, n in ((7, 3), (32, 5), (32, 31), (20, 1)):
        a = random(5, m, n, dtype=torch.complex128)
        q, r = (x.cpu() for x in ops._qr_small(a.to(device), alone=True))
        near(q @ r, a, f"{m} {n}")
        near(q.mH @ q, torch.eye(n, dtype=a.dtype).expand(5, n, n), f"{m} {n}")


def test_what_is_not_finite_is_told(device: torch.device) -> None:
    a = random(4, 6, 6) + 6 * torch.eye(6, dtype=torch.float64)
    a[1, 2, 3], a[2, 5, 0] = torch.nan, torch.inf
    a[3, 4] = 0
    _, _, rcond, info = (x.cpu() for x in ops._lu_small(a.to(device), alone=True))
    assert torch.isnan(rcond).tolist() == [False, True, True, False]
    assert rcond[0] > 0.01
    assert rcond[3] == 0 and info[3] > 0
