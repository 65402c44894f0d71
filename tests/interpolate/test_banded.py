"""The banded solver of spline construction: residuals, derivatives, shapes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sci.interpolate._banded import matvec, outer, solve, transpose
from sci.linalg import _band_parts
from sci.linalg._band_parts import solve_by_parts


def spline_like(width: int, n: int, dtype: torch.dtype, device: torch.device, *batch: int) -> Tensor:
    """A diagonally dominant band, whose entries outside of the matrix are no numbers: nobody may read them."""
    generator = torch.Generator().manual_seed(width * 100 + n)
    band = torch.rand(*batch, width, n, generator=generator, dtype=torch.float64) - 0.5
    band[..., width // 2, :] += width
    for k in range(width):
        for j in range(n):
            if not 0 <= j + k - width // 2 < n:
                band[..., k, j] = float("nan")
    return band.to(dtype).to(device)


def dense(band: Tensor) -> Tensor:
    width, n = band.shape[-2:]
    a = band.new_zeros(*band.shape[:-2], n, n)
    for k in range(width):
        for j in range(n):
            if 0 <= (i := j + k - width // 2) < n:
                a[..., i, j] = band[..., k, j]
    return a


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.complex64, torch.complex128])
@pytest.mark.parametrize("width", [3, 5, 9])
@pytest.mark.parametrize("n", [1, 2, 3, 40])
def test_residual(width: int, n: int, dtype: torch.dtype, device: torch.device) -> None:
    real = dtype.to_real() if dtype.is_complex else dtype
    band = spline_like(width, n, real, device)
    b = torch.randn(n, 70, dtype=dtype, device=device)
    x = solve(band, b)
    a = dense(band).to(dtype)
    error = (a @ x - b).abs().max()
    assert error <= 8 * torch.finfo(real).eps * a.abs().sum(1).max() * x.abs().max()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.complex128])
@pytest.mark.parametrize(("width", "exchange"), [(3, False), (5, False), (9, False), (1, True), (7, True), (13, True)])
@pytest.mark.parametrize(("bands", "rights"), [((), ()), ((), (2,)), ((3, 1), (2,))])
def test_long_systems_by_parts(
    width: int,
    exchange: bool,
    bands: tuple[int, ...],
    rights: tuple[int, ...],
    dtype: torch.dtype,
    device: torch.device,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As one thread finds it, and on a GPU what `solve` does; separators' systems are cut again."""
    monkeypatch.setattr(_band_parts, "_FEW", 40)
    real = dtype.to_real() if dtype.is_complex else dtype
    for n in (512, 1290, 5003) if not bands else (700,):
        band = spline_like(width, n, real, device, *bands)
        b = torch.randn(*rights, n, 2, dtype=dtype, device=device)
        x = solve_by_parts(torch.ops.sci.spline_banded_solve.default, band, b, exchange)
        want = torch.ops.sci.spline_banded_solve.default(band, b, exchange)
        torch.testing.assert_close(x, want, rtol=0, atol=30 * torch.finfo(real).eps * float(want.abs().max()))
        if device.type == "cuda":
            torch.testing.assert_close(solve(band, b, exchange), x, rtol=0, atol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.complex128])
@pytest.mark.parametrize("width", [1, 3, 7, 13])
@pytest.mark.parametrize("n", [1, 2, 5, 40])
def test_row_exchanges(width: int, n: int, dtype: torch.dtype, device: torch.device) -> None:
    """Matrices with zeros on the diagonal, for which elimination without exchanges divides by zero."""
    real = dtype.to_real() if dtype.is_complex else dtype
    band = spline_like(width, n, real, device)
    if width > 1:
        band[width // 2] *= (torch.arange(n, device=device) % 2) * 0.2
    b = torch.randn(n, 40, dtype=dtype, device=device)
    a = dense(band).to(dtype)
    if not torch.linalg.cond(a) < 1e4:
        pytest.skip("a draw that is nearly singular")
    x = solve(band, b, True)
    error = (a @ x - b).abs().max()
    assert error <= 32 * torch.finfo(real).eps * a.abs().sum(1).max() * x.abs().max()


def test_batch_broadcasts_and_layout_does_not_matter(device: torch.device) -> None:
    band = spline_like(3, 7, torch.float64, device, 2, 1)
    b = torch.randn(5, 3, 7, dtype=torch.float64, device=device).transpose(-1, -2)
    x = solve(band, b)
    assert x.shape == (2, 5, 7, 3)
    torch.testing.assert_close(x[1, 4], torch.linalg.solve(dense(band)[1, 0], b[4]))
    assert solve(band, b[:0]).shape == (2, 0, 7, 3)


def test_transpose_matvec_outer(device: torch.device) -> None:
    band = spline_like(5, 8, torch.float64, device).nan_to_num(0)
    x = torch.randn(8, 2, dtype=torch.complex128, device=device)
    z = torch.randn(8, 2, dtype=torch.complex128, device=device)
    torch.testing.assert_close(dense(transpose(band)), dense(band).T)
    torch.testing.assert_close(matvec(band, x), dense(band).to(x.dtype) @ x)
    inside = dense(torch.ones_like(band))
    torch.testing.assert_close(dense(outer(z, x, 5)), (z @ x.mH).real * inside)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_derivatives(dtype: torch.dtype, device: torch.device) -> None:
    band = spline_like(5, 6, torch.float64, device).nan_to_num(0).requires_grad_()
    b = torch.randn(6, 2, dtype=dtype, device=device, requires_grad=True)
    assert torch.autograd.gradcheck(solve, (band, b), check_forward_ad=True, check_batched_grad=True, fast_mode=True)
    assert torch.autograd.gradgradcheck(solve, (band, b), fast_mode=True)


def test_bad_band(device: torch.device) -> None:
    with pytest.raises(RuntimeError, match="6 diagonals"):
        solve(torch.ones(6, 9, device=device), torch.ones(9, 1, device=device))
    with pytest.raises(RuntimeError, match="right-hand side of 8 rows"):
        solve(torch.ones(3, 9, device=device), torch.ones(8, 1, device=device))
