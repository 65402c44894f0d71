"""Batches of banded and Toeplitz systems, which go side by side on the CPU: each must be what it is alone."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.linalg
import torch
from torch import Tensor

import sci
from sci.linalg import (
    LinAlgError,
    cho_solve_banded,
    cholesky_banded,
    solve_banded,
    solve_toeplitz,
    solveh_banded,
    toeplitz,
)
from sci.linalg._band_parts import solve_general, solve_positive
from tests.linalg.linalg_matrices import ALL, random

BATCHES = (2, 9)


WIDE = 40  # bands that one alone has from LAPACK


def backward_error(a: Tensor, x: Tensor, b: Tensor) -> float:
    """Return the largest |b - A x| / (|A| |x| + |b|) of a batch, in eps, with Frobenius norms."""
    r, *sizes = (torch.linalg.matrix_norm(y) for y in (b - a @ x, a, x, b))
    return float((r / (sizes[0] * sizes[1] + sizes[2])).max() / torch.finfo(r.dtype).eps)


def dense(ab: Tensor, above: int) -> Tensor:
    rows, n = ab.shape[-2:]
    a = ab.new_zeros(*ab.shape[:-2], n, n)
    for r in range(max(0, above - n + 1), min(rows, above + n)):
        diagonal = a.diagonal(above - r, -2, -1)
        diagonal.copy_(ab[..., r, max(above - r, 0) :][..., : diagonal.shape[-1]])
    return a


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("batch", BATCHES)
def test_general_bands(dtype: torch.dtype, batch: int) -> None:
    for (below, above), n, m in itertools.product(((0, 0), (1, 1), (2, 0), (0, 3), (3, 2)), (1, 4, 70), (1, 3)):
        # No dominant diagonal: in some matrices of the batch rows are exchanged, in others not.
        ab = random(batch, below + above + 1, n, dtype=dtype, seed=n)
        ab[::2, above] += 6
        b = random(batch, n, m, dtype=dtype, seed=1)
        x = solve_banded((below, above), ab, b)
        assert backward_error(dense(ab, above), x, b) < 8
        for k in range(batch):  # another order of the same exchanges: equal but for rounding
            alone = solve_banded((below, above), ab[k], b[k])
            assert backward_error(dense(ab[k], above), alone, b[k]) < 300


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("batch", BATCHES)
def test_positive_bands(dtype: torch.dtype, batch: int) -> None:
    for w, n, m, lower in itertools.product((0, 1, 4, WIDE), (1, 2, 9, 70), (1, 3), (False, True)):
        if w == WIDE and (n < 70 or batch > 2 or m > 1):
            continue
        ab = random(batch, w + 1, n, dtype=dtype, seed=n)
        row = 0 if lower else w
        ab[:, row] = ab[:, row].abs() + 8 * w
        one = ab.numpy()
        b = random(batch, n, m, dtype=dtype, seed=1)
        x, c = solveh_banded(ab, b, lower=lower), cholesky_banded(ab, lower=lower)
        again = cho_solve_banded((c, lower), b)
        low = dense(ab, 0) if lower else dense(ab, w).mH
        a = low.tril(-1) + low.tril(-1).mH + torch.diag_embed(low.diagonal(dim1=1, dim2=2).real).to(dtype)
        assert max(backward_error(a, x, b), backward_error(a, again, b)) < 8
        for k in range(batch):
            if w < n:
                expected = scipy.linalg.cholesky_banded(one[k], lower=lower)
                expected[c[k].numpy() == 0] = 0  # the corner
                assert np.abs(c[k].numpy() - expected).max() < 8 * torch.finfo(dtype).eps * np.abs(expected).max()
            torch.testing.assert_close(solveh_banded(ab[k], b[k], lower=lower), x[k])
            torch.testing.assert_close(cholesky_banded(ab[k], lower=lower), c[k])


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("batch", BATCHES)
def test_toeplitz(dtype: torch.dtype, batch: int) -> None:
    for n, m in itertools.product((1, 2, 3, 8, 70), (1, 3)):
        c, r, b = (random(batch, n, *tail, dtype=dtype, seed=k) for k, tail in enumerate(((), (), (m,))))
        c[:, 0] += 2 * n
        for row in (r, c.conj()):  # general, and Hermitian but for an imaginary part of the diagonal
            x = solve_toeplitz((c, row), b)
            full = torch.stack([toeplitz(*pair) for pair in zip(c, row)])
            assert backward_error(full, x, b) < 8
            for k in range(batch):
                torch.testing.assert_close(solve_toeplitz((c[k], row[k]), b[k]), x[k])
            c[:, 0] = c[:, 0].abs()


@pytest.mark.parametrize("n", [3, 9])
def test_errors_name_the_matrix(n: int) -> None:
    ab = torch.zeros(7, 3, n).double()
    ab[:, 1] = 2
    b = torch.ones(7, n, 1).double()
    torch.testing.assert_close(solve_banded((1, 1), ab, b), b / 2)
    ab[5, 1, 1] = 0
    with pytest.raises(LinAlgError, match="singular: pivot 1 of matrix 5 of the batch is zero"):
        solve_banded((1, 1), ab, b)
    for function in (lambda: solveh_banded(ab[:, :2], b), lambda: cholesky_banded(ab[:, :2])):
        with pytest.raises(LinAlgError, match="leading minor of order 2 of matrix 5 of the batch"):
            function()
    with pytest.raises(LinAlgError, match="leading minor of order 1 of matrix 3 of the batch"):
        c = torch.ones(7, n).double().cumsum(0)
        c[3, 0] = 0
        c[:, 1:] = 0
        solve_toeplitz(c, b)
    for bad in (torch.inf, torch.nan):
        ab[5, 1, 1] = bad
        for function in (
            lambda: solve_banded((1, 1), ab, b),
            lambda: solveh_banded(ab[:, :2], b),
            lambda: cholesky_banded(ab[:, :2]),
            lambda: solve_banded((1, 1), ab[5], b[5]),
            lambda: solveh_banded(ab[5, :2], b[5]),
            lambda: solve_toeplitz(ab[:, 1], b),
        ):
            with pytest.raises(ValueError, match=r"must not contain infs or NaNs .*at \("):
                function()
    for empty in (solve_banded((1, 1), ab[:0], b[:0]), solveh_banded(ab[:0, :2], b[:0]), cholesky_banded(ab[:0])):
        assert empty.shape[0] == 0


def test_pivots_near_underflow() -> None:
    """The quotients by a pivot may leave the range where the solution does not."""
    ab = torch.tensor([[0.0, 1e300, 0.0], [1e-300, 1.0, 1.0], [0.0, 0.0, 0.0]], dtype=torch.float64)
    x = solve_banded((1, 1), ab, torch.tensor([1e-20, 0.0, 1.0], dtype=torch.float64))
    torch.testing.assert_close(x, torch.tensor([1e280, 0.0, 1.0], dtype=torch.float64))


@pytest.mark.parametrize("dtype", ALL)
def test_long_ones_by_parts(dtype: torch.dtype, device: torch.device) -> None:
    """What a GPU makes of a few long systems: as good as elimination, and given up where it would not be."""
    n = 600
    for below, above in ((1, 1), (0, 2), (3, 1)):
        ab = random(2, below + above + 1, n, dtype=dtype, seed=n).to(device)
        ab[:, above] += 8
        b = random(2, n, 2, dtype=dtype, seed=1).to(device)
        a = dense(ab, above)
        assert backward_error(a, solve_general(ab, b, below, above, False), b) < 4
        assert backward_error(a.mH, solve_general(ab, b, below, above, True), b) < 4
        assert backward_error(a, solve_banded((below, above), ab, b), b) < 4
    ab = random(2, 3, n, dtype=dtype, seed=n).to(device)  # no dominant diagonal
    assert backward_error(dense(ab, 1), solve_banded((1, 1), ab, b), b) < 300
    ab[1, 1] = 0  # [0 1; 1 0] again and again: parts of an odd number of rows are singular
    ab[1, 0, 1::2] = ab[1, 2, 0::2] = 1
    ab[1, 0, 0::2] = ab[1, 2, 1::2] = 0
    for wanted in (True, False):
        with sci.data_checks(wanted):
            assert backward_error(dense(ab, 1), solve_banded((1, 1), ab, b), b) < 300
    for w in (0, 1, 3):
        low = random(2, w + 1, n, dtype=dtype, seed=n).to(device)
        low[:, 0] = low[:, 0].abs() + 8 * w + 1
        b = random(2, n, 1, dtype=dtype, seed=1).to(device)
        a = dense(low, 0)
        a = a + a.tril(-1).mH
        x, definite = solve_positive(low, b)
        assert definite
        assert backward_error(a, x, b) < 4
        assert backward_error(a, solveh_banded(low, b, lower=True), b) < 4
        assert backward_error(a, cho_solve_banded((cholesky_banded(low, lower=True), True), b), b) < 4
        factor = torch.zeros_like(low)  # of a nearly singular matrix
        factor[:, 0], factor[:, 1:2] = 1, -0.99
        x = cho_solve_banded((factor, True), b)
        want = cho_solve_banded((factor.cpu(), True), b.cpu())
        torch.testing.assert_close(x.cpu(), want, rtol=0, atol=100 * torch.finfo(dtype).eps * float(want.abs().max()))
        low[1, 0, 317] = -1
        assert not solve_positive(low, b)[1]
        with pytest.raises(LinAlgError, match="minor of order 318"):
            solveh_banded(low, b, lower=True)
    ab = random(3, n, dtype=dtype, seed=2).to(device)
    ab[:, 300] = 0
    with pytest.raises(LinAlgError, match="singular"):
        solve_banded((1, 1), ab, b[0])
