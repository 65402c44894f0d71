"""One large matrix: what is handed to LAPACK at once, beside SciPy, and the same with a gradient recorded."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import threadpoolctl
import torch

from sci import linalg
from sci.linalg import LinAlgError, LinAlgWarning, _lapack, _lapack_conditions, _qr_operator
from sci.linalg._band_operators import to_band
from sci.linalg._matrices import hermitian_part
from tests.linalg.linalg_matrices import positive, random, unitary

N = 100
DTYPES = (torch.float64, torch.complex128)
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "lu": ("lu", {}),
    "p l together": ("lu", {"permute_l": True}),
    "indices": ("lu", {"p_indices": True}),
    "lu_factor": ("lu_factor", {}),
    "pivoted qr": ("qr", {"pivoting": True}),
    "economic pivoted qr": ("qr", {"pivoting": True, "mode": "economic"}),
    "r of pivoted qr": ("qr", {"pivoting": True, "mode": "r"}),
    "hessenberg": ("hessenberg", {}),
    "inv": ("inv", {}),
    "det": ("det", {}),
    "upper ldl": ("ldl", {"lower": False}),
    "ldl": ("ldl", {}),
    "cholesky": ("cholesky", {}),
    "lower cholesky": ("cholesky", {"lower": True}),
}


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Keep OpenBLAS from threads of its own, which wait for each other where tests run side by side."""
    with threadpoolctl.threadpool_limits(1):
        yield


@pytest.fixture(autouse=True, params=[False, True], ids=["openblas", "mkl"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take what the makers of processors stand for, whichever this one is."""
    monkeypatch.setattr(_lapack, "mkl_on_intel", lambda: request.param)


def parts(x: Any) -> tuple[Any, ...]:
    return x if isinstance(x, tuple) else (x,)


def same(function: Callable[..., Any], a: torch.Tensor, expected: Any) -> None:
    for x, y in zip(parts(function(a)), parts(expected), strict=True):
        assert tuple(x.shape) == np.shape(y)
        scale = np.abs(y).max()
        np.testing.assert_allclose(x.numpy(force=True) / scale, y / scale, rtol=0, atol=1e-10)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("call", CALLS)
def test_as_scipy_with_and_without_gradient(call: str, dtype: torch.dtype) -> None:
    name, keywords = CALLS[call]
    square = "ldl" in call or "cholesky" in call
    shapes = ((N, N),) if name in ("hessenberg", "inv", "det") or square else ((N, N), (N + 20, N), (N, N + 20))
    for m, n in shapes:
        a = positive(m, m, dtype=dtype) if square else random(m, n, dtype=dtype) + 2 * torch.eye(m, n, dtype=dtype)
        expected = getattr(scipy.linalg, name)(a.numpy(), **keywords)
        same(lambda x: getattr(linalg, name)(x, **keywords), a, expected)
        if m >= n or "qr" not in call:
            same(lambda x: getattr(linalg, name)(x, **keywords), a.requires_grad_(), expected)


def test_large_upper_factor() -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        a = positive(420, 420)
        same(linalg.cholesky, a, scipy.linalg.cholesky(a.numpy()))
        a[300, 300] = -1
        with pytest.raises(LinAlgError, match="order 301"):
            linalg.cholesky(a)
    finally:
        torch.set_num_threads(threads)


@pytest.mark.cpu
@pytest.mark.parametrize("dtype", DTYPES)
def test_decompositions_of_batches(dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    """On one thread these come of SciPy's LAPACK: as torch's, row-major, with gradients, and errors that say where."""
    a = random(2, 3, 45, 40, dtype=dtype)
    square = hermitian_part(a[..., :40, :])
    calls: dict[str, Callable[..., Any]] = {
        "qr": lambda: linalg.qr(a, mode="economic"),
        "full qr": lambda: linalg.qr(a),
        "svd": lambda: linalg.svd(a),
        "thin svd": lambda: linalg.svd(a.mT, full_matrices=False),
        "svdvals": lambda: linalg.svdvals(a),
        "eigh": lambda: linalg.eigh(square),
        "polar": lambda: linalg.polar(a),
    }
    expected = {name: parts(call()) for name, call in calls.items()}
    monkeypatch.setattr(_lapack, "decomposes", lambda a, in_single_precision=False: a.numel() > 0)
    for name, call in calls.items():
        for x, y in zip(parts(call()), expected[name], strict=True):
            assert x.is_contiguous()
            tall = name in ("full qr", "svd") and x.shape[-1] == 45  # where any basis completes the columns
            gram = [z.narrow(-1, 0, 40) if tall else z for z in (x, y)]
            size = [z.abs() if z.dim() > 3 else z for z in gram]  # signs and phases are a choice
            torch.testing.assert_close(*size, rtol=1e-9, atol=1e-11)
    a[1, 2, 3, 4] = torch.nan
    for function in (linalg.svd, linalg.svdvals):
        with pytest.raises(ValueError, match="NaN"):
            function(a, check_finite=False)


@pytest.mark.cpu
@pytest.mark.parametrize("name", ["qr", "svd", "svdvals", "polar", "eigh"])
def test_decompositions_of_a_view_yet_to_be_negated(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_lapack, "decomposes", lambda a, in_single_precision=False: a.numel() > 0)
    a = hermitian_part(random(70, 70))
    function = getattr(linalg, name)
    for x, y in zip(parts(function(torch._neg_view(-a))), parts(function(a)), strict=True):
        torch.testing.assert_close(x.abs(), y.abs(), rtol=1e-9, atol=1e-11)  # signs are a choice


@pytest.mark.parametrize("dtype", DTYPES)
def test_upper_triangle_of_a_product_by_halves(dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_qr_operator, "_HALVED", 2)
    for n in (1, 2, 3, 7, 12):
        x, y = random(3, n, n, dtype=dtype).triu(), random(3, n, n, dtype=dtype, seed=1).triu()
        torch.testing.assert_close(_qr_operator._upper_product(x, y), (x @ y.mH).triu())


@pytest.mark.parametrize("dtype", DTYPES)
def test_rank_deficient_systems_and_subspaces(dtype: torch.dtype) -> None:
    for m, n in ((N, N), (N + 20, N), (N, N + 20)):
        a = random(m, 70, dtype=dtype) @ random(70, n, dtype=dtype, seed=1)
        b = random(m, 3, dtype=dtype, seed=2)
        x, residues, rank, s = linalg.lstsq(a, b, cond=1e-12)
        expected = scipy.linalg.lstsq(a.numpy(), b.numpy(), cond=1e-12)
        assert rank == expected[2] == 70
        assert residues.numel() == 0
        np.testing.assert_allclose(x.numpy(), expected[0], rtol=0, atol=1e-11)
        np.testing.assert_allclose(s.numpy(), expected[3], rtol=0, atol=1e-11)
        for name, size in (("null_space", n - 70), ("orth", 70)):
            z, other = getattr(linalg, name)(a), torch.from_numpy(getattr(scipy.linalg, name)(a.numpy()))
            assert z.shape == (n if name == "null_space" else m, size)
            torch.testing.assert_close(z @ z.mH, other @ other.mH, rtol=0, atol=1e-12)


def test_singular_and_ill_conditioned_matrices() -> None:
    a = random(N, N)
    a[:, 7] = 0
    with pytest.raises(LinAlgError, match="singular: pivot 7"):
        linalg.inv(a)
    u, v = unitary(N, N), unitary(N, N, seed=1)
    bad = (u * torch.logspace(0, -18, N, dtype=torch.float64)) @ v
    for call in (linalg.inv, lambda x: linalg.solve(x, x[:, :1])):
        with pytest.warns(LinAlgWarning, match="ill-conditioned"):
            call(bad)
    for a in (torch.stack([random(N, N)] * 3), random(60, 60)):
        torch.testing.assert_close(linalg.inv(a), torch.linalg.inv(a))
    assert float(linalg.det(torch.zeros(N, N))) == 0


@pytest.mark.cpu
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.complex128, torch.complex64])
def test_condition_estimates_as_lapack(dtype: torch.dtype) -> None:
    n = 260
    wide = torch.complex128 if dtype.is_complex else torch.float64
    u, v = unitary(n, n, dtype=wide), unitary(n, n, seed=1, dtype=wide)
    graded = torch.logspace(300, -300, n, dtype=torch.float64)
    for a in (*((u * torch.logspace(0, -k, n, dtype=torch.float64)) @ v for k in (0, 3, 6, 12)), torch.diag(graded)):
        a = a.to(dtype)
        lu, _, _ = torch.linalg.lu_factor_ex(a)
        norm = a.abs().sum(0).amax()
        torch.testing.assert_close(_lapack_conditions.one_norm(a), norm)
        gecon = getattr(scipy.linalg.lapack, _lapack.PREFIX[dtype] + "gecon")
        expected = gecon(lu.numpy(), float(norm))[0]
        found = float(_lapack_conditions.reciprocal_condition(lu, norm))
        assert found == pytest.approx(expected, rel=1e-3, abs=0)


@pytest.mark.parametrize("dtype", DTYPES)
def test_conditions_of_structured_matrices(dtype: torch.dtype) -> None:
    for n in (3, 4, 9, 40):
        a = random(n, n, dtype=dtype)
        low, band = a.tril() + 2 * torch.eye(n), a.tril(2).triu(-1)
        high, definite = low.mT.contiguous(), positive(n, n, dtype=dtype)
        other = definite + torch.ones(n, n).triu(1)  # a triangle that is not read
        found = (
            (_lapack_conditions.condition_of_triangle(low, True), low),
            (_lapack_conditions.condition_of_triangle(high, False), high),
            (_lapack_conditions.condition_of_factor(other, linalg.cholesky(definite, lower=True), True), definite),
            (_lapack_conditions.condition_of_factor(other.mH, linalg.cholesky(definite), False), definite),
            (_lapack_conditions.condition_of_band(to_band(band, 1, 2), 1, 2), band),
        )
        for mine, matrix in found:
            exact = 1 / (torch.linalg.matrix_norm(matrix, 1) * torch.linalg.matrix_norm(torch.linalg.inv(matrix), 1))
            assert float(exact) * (1 - 1e-9) <= mine <= 3 * float(exact), n
    assert _lapack_conditions.condition_of_band(torch.zeros(3, 4, dtype=dtype), 1, 1) == 0


@pytest.mark.parametrize("dtype", DTYPES)
def test_one_ill_conditioned_structured_system(dtype: torch.dtype) -> None:
    n = 12
    bad = torch.eye(n, dtype=dtype)
    bad[3, 3] = 1e-18
    for kind in ("positive definite", "upper triangular", "lower triangular", "tridiagonal", "banded"):
        with pytest.warns(LinAlgWarning, match="ill-conditioned"):
            linalg.solve(bad, torch.ones(n, dtype=dtype), assume_a=kind)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            linalg.solve(2 * torch.eye(n, dtype=dtype), torch.ones(n, dtype=dtype), assume_a=kind)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_one_tridiagonal_matrix(dtype: torch.dtype) -> None:
    d, e = random(N, dtype=dtype), random(N - 1, dtype=dtype, seed=1)
    w, v = linalg.eigh_tridiagonal(d, e)
    dense = torch.diag(d) + torch.diag(e, 1) + torch.diag(e, -1)
    tolerance = 1e-12 if dtype == torch.float64 else 1e-4
    torch.testing.assert_close(w, torch.linalg.eigvalsh(dense), rtol=0, atol=tolerance)
    torch.testing.assert_close((v * w) @ v.mT, dense, rtol=0, atol=tolerance)
    torch.testing.assert_close(linalg.eigvalsh_tridiagonal(d, e), w, rtol=0, atol=tolerance)
    with_gradient = linalg.eigh_tridiagonal(d.requires_grad_(), e)[0]
    torch.testing.assert_close(with_gradient.detach(), w, rtol=0, atol=tolerance)
