"""One system that goes straight to LAPACK, beside the same with a gradient recorded, which does not."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest
import torch

from sci import linalg
from sci.linalg import LinAlgError, LinAlgWarning, _lapack, _solve, _solve_alone
from tests.linalg.linalg_matrices import positive, random

pytestmark = pytest.mark.cpu

Tensor = torch.Tensor
DTYPES = (torch.float64, torch.float32, torch.complex128, torch.complex64)
KINDS = (
    "general", "diagonal", "upper triangular", "lower triangular", "tridiagonal", "banded", "sym", "her", "pos",
)  # fmt: skip


def matrix(kind: str, n: int, dtype: torch.dtype) -> Tensor:
    a = random(n, n, dtype=dtype) / n**0.5 + 2 * torch.eye(n)
    made = {
        "diagonal": a.diagonal().diag(),
        "upper triangular": a.triu(),
        "lower triangular": a.tril(),
        "tridiagonal": a.triu(-1).tril(1),
        "banded": a.triu(-1).tril(2),
        "sym": a + a.mT - torch.eye(n),
        "her": a + a.mH - torch.eye(n),
        "pos": positive(n, n, dtype=dtype),
    }
    return made.get(kind, a).to(dtype).contiguous()


def unread(a: Tensor, kind: str, lower: bool) -> Tensor:
    """Return `a` with another number wherever its structure says what stands there."""
    ones = torch.ones(a.shape)
    if kind == "diagonal":
        kept = torch.eye(len(a))
    elif kind == "tridiagonal":
        kept = ones.triu(-1).tril(1)
    elif kind in ("general", "banded"):
        kept = ones
    else:
        kept = ones.tril() if (lower if kind in ("sym", "her", "pos") else kind == "lower triangular") else ones.triu()
    return torch.where(kept > 0, a, 1e3)


@pytest.fixture(autouse=True, params=[False, True], ids=["openblas", "mkl"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take what the makers of processors stand for, whichever this one is."""
    monkeypatch.setattr(_lapack, "mkl_on_intel", lambda: request.param)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [3, 4, 9, 70])
def test_solves_what_the_general_way_solves(n: int, kind: str, dtype: torch.dtype) -> None:
    a = matrix(kind, n, dtype)
    bound = 50 * n * torch.finfo(dtype).eps
    for assumed, low, transposed in itertools.product((kind, None), (False, True), (False, True)):
        given = a if assumed is None else unread(a, kind, low)
        for b in (random(n, dtype=dtype), random(n, 1, dtype=dtype), random(n, 3, dtype=dtype)):
            x = _solve_alone.solve(given, b, _solve._structure("solve", assumed), low, transposed, True)
            assert x is not None
            assert x.shape == b.shape
            assert x.is_contiguous()
            options = {"assume_a": assumed, "lower": low, "transposed": transposed}
            general = linalg.solve(given.clone().requires_grad_(), b, **options).detach()
            torch.testing.assert_close(x, general, rtol=bound, atol=bound)
            residual = (a.mT if transposed else a) @ x - b
            assert float(residual.abs().max()) <= bound * float(a.abs().sum(0).max() * x.abs().max())


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_regular_is_said_by_the_general_way(kind: str) -> None:
    n = 60
    structure = _solve._structure("solve", kind)
    b = random(n)
    for at, value in ((5, 0.0), (7, torch.nan), (9, torch.inf), (3, 1e-20)):
        a = 2 * torch.eye(n, dtype=torch.float64)
        a[at, at] = value
        assert _solve_alone.solve(a, b, structure, False, False, True) is None
        if value == 1e-20:
            with pytest.warns(LinAlgWarning, match="ill-conditioned"):
                linalg.solve(a, b, assume_a=kind)
        else:
            with pytest.raises(LinAlgError if value == 0 else ValueError):
                linalg.solve(a, b, assume_a=kind)
    a = 2 * torch.eye(n, dtype=torch.float64)
    for low in (False, True):
        nan = unread(a, kind, low)
        nan[nan == 1e3] = torch.nan
        if kind in ("diagonal", "tridiagonal"):
            torch.testing.assert_close(linalg.solve(nan, b, assume_a=kind), b / 2)
        elif bool(nan.isnan().any()):
            with pytest.raises(ValueError, match="a must"):
                linalg.solve(nan, b, assume_a=kind, lower=low)
            x = linalg.solve(nan, b, assume_a=kind, lower=low, check_finite=False)
            torch.testing.assert_close(x, b / 2)
    for value in (torch.nan, torch.inf):
        b[4] = value
        assert _solve_alone.solve(a, b, structure, False, False, True) is None
        with pytest.raises(ValueError, match="b must"):
            linalg.solve(a, b, assume_a=kind)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        torch.testing.assert_close(linalg.solve(a, random(n), assume_a=kind), random(n) / 2)


def test_bandwidths() -> None:
    for n in (3, 7, 66):
        for below in range(0, n, 5):
            for above in range(0, n, 4):
                x = np.tril(np.triu(np.ones((n, n)), -below), above)
                assert _solve_alone._bandwidth(x) == (below, above)


@pytest.mark.parametrize("dtype", DTYPES)
def test_columns(dtype: torch.dtype) -> None:
    for shape in ((0, 3), (3, 0), (5, 5), (64, 128), (1100, 3)):
        for a in (random(*shape, dtype=dtype), random(*shape[::-1], dtype=dtype).mH):
            copy = _lapack.columns(a)
            assert copy.flags.f_contiguous
            assert torch.equal(torch.from_numpy(copy), a.resolve_conj())
            assert copy.size == 0 or copy.ctypes.data != a.data_ptr()
            rows = _lapack.row_major(copy)
            assert rows.is_contiguous()
            assert torch.equal(rows, a.resolve_conj())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [2, 5, 9, 60])
def test_one_band_as_with_a_gradient(n: int, dtype: torch.dtype) -> None:
    bound = 50 * n * torch.finfo(dtype).eps
    ab = random(3, n, dtype=dtype)
    ab[1] += 8
    upper, lower = ab[:2].contiguous(), ab[1:].contiguous()
    apart = lower.clone()
    apart[0] += torch.arange(n)  # vectors of close values are known to eps over their distance
    row, d, e = random(n, dtype=dtype), random(n, dtype=dtype).real.clone(), random(n - 1, dtype=dtype).real.clone()
    column = row.clone()
    column[0] = row[0] = 4 * n
    calls = [
        (lambda x: linalg.cholesky_banded(x), upper),
        (lambda x: linalg.cholesky_banded(x, lower=True), lower),
        (lambda x: linalg.eigvals_banded(x), upper),
        (lambda x: linalg.eig_banded(x, lower=True)[1].abs(), apart),
        (lambda x: linalg.eigvalsh_tridiagonal(x, e), d),
        (lambda x: linalg.eigh_tridiagonal(x, e)[1].abs(), d),
    ]
    for b in (random(n, dtype=dtype), random(n, 3, dtype=dtype)):
        calls += [
            (lambda x, b=b: linalg.solve_banded((1, 1), x, b), ab),
            (lambda x, b=b: linalg.solveh_banded(x, b), upper),
            (lambda x, b=b: linalg.solveh_banded(x, b, lower=True), lower),
            (lambda x, b=b: linalg.cho_solve_banded((x, False), b), upper),
            (lambda x, b=b: linalg.cho_solve_banded((x, True), b), lower),
            (lambda x, b=b: linalg.solve_toeplitz(x, b), column),
            (lambda x, b=b: linalg.solve_toeplitz((x, row), b), column),
        ]
    for call, x in calls:
        found, expected = call(x), call(x.clone().requires_grad_())
        torch.testing.assert_close(found, expected.detach(), rtol=bound, atol=bound)
        broken = x.clone()
        broken[..., -2] = torch.nan
        with pytest.raises(ValueError, match="NaN"):
            call(broken)
