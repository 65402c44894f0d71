"""A matrix has the same factors alone and in batches of any size: to rounding, and of few rows to the last bit."""

import pytest
import torch

from sci import linalg

DTYPES = (torch.float32, torch.float64, torch.complex64, torch.complex128)


def _as_it_is(x):
    return x


def _hermitian(x):
    return x + x.mH


def _positive(x):
    return x @ x.mH / x.shape[-1] + torch.eye(x.shape[-1], dtype=x.dtype)


# Rows and columns more than n, what becomes of random matrices, and up to which n all bits agree on the CPU.
CASES = {
    "svd": (linalg.svd, 0, 0, _as_it_is, 4),
    "svd, tall": (lambda a: linalg.svd(a, full_matrices=False), 3, 0, _as_it_is, 40),
    "svd, wide": (lambda a: linalg.svd(a, full_matrices=False), 0, 3, _as_it_is, 40),
    "svdvals": (linalg.svdvals, 0, 0, _as_it_is, 4),
    "qr": (linalg.qr, 0, 0, _as_it_is, 8),
    "qr, tall": (lambda a: linalg.qr(a, mode="economic"), 3, 0, _as_it_is, 5),
    "qr, tall and full": (linalg.qr, 3, 0, _as_it_is, 40),
    "qr, wide": (linalg.qr, 0, 3, _as_it_is, 40),
    "r alone": (lambda a: linalg.qr(a, mode="r"), 0, 0, _as_it_is, 8),
    "rq": (linalg.rq, 0, 0, _as_it_is, 8),
    "eigh": (linalg.eigh, 0, 0, _hermitian, 8),
    "eigvalsh": (linalg.eigvalsh, 0, 0, _hermitian, 4),
    "cholesky": (linalg.cholesky, 0, 0, _positive, 8),
    "lu": (linalg.lu, 0, 0, _as_it_is, 8),
    "hessenberg": (lambda a: linalg.hessenberg(a, calc_q=True), 0, 0, _as_it_is, 8),
}


def _results(function, a):
    found = function(a)
    return found if isinstance(found, tuple) else (found,)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("case", CASES)
def test_factors_do_not_depend_on_the_batch(case, dtype):
    function, rows, columns, make, exact = CASES[case]
    torch.manual_seed(0)
    for n in (*range(1, 13), 17, 20, 21, 24, 32, 33, 40, 66):
        a = make(torch.randn(n + rows, n + columns, dtype=dtype))
        alone = _results(function, a)
        tolerance = 1e4 * n * torch.finfo(dtype).eps
        for count in (1, 5, 40) if n < 41 else (2,):
            for x, y in zip(alone, _results(function, a.repeat(count, 1, 1)), strict=True):
                for k in (0, count - 1):
                    assert float((y[k] - x).abs().max()) <= tolerance * float(x.abs().max()), (n, count)
                    assert n > exact or x.is_cuda or torch.equal(y[k], x), (n, count)


@pytest.mark.cpu  # a GPU's small matrices have one algorithm, and no mark
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_large_entries_that_agree_are_no_mark(dtype):
    # Vectors with entries of equal moduli and different signs, of which rounding makes any the largest.
    torch.manual_seed(1)
    q = linalg.hadamard(16, dtype=dtype) / 4
    a = (q * torch.arange(1, 17).to(dtype)) @ q.mH
    vectors = linalg.eigh(_hermitian(a))[1]
    for _ in range(5):
        noise = torch.finfo(dtype).eps * torch.randn(16, 16, dtype=dtype)
        torch.testing.assert_close(linalg.eigh(_hermitian(a + noise))[1], vectors)


@pytest.mark.cpu  # a GPU's small matrices have one algorithm, and no mark
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_marked_entries_are_positive(dtype):
    torch.manual_seed(2)
    a = torch.randn(3, 70, 70, dtype=dtype)
    for b in (a, a[0], a[:, :12, :12], a[0, :20, :30]):
        u, _, vh = linalg.svd(b)
        assert torch.allclose(u @ (u.mH @ b @ vh.mH) @ vh, b, atol=1e4 * torch.finfo(dtype).eps)
        size = u.real**2 + u.imag**2 if u.is_complex() else u**2
        first = (size >= 0.37 * size.amax(-2, keepdim=True)).to(torch.int8).argmax(-2, keepdim=True)
        mark = u.take_along_dim(first, -2)
        torch.testing.assert_close(mark, mark.abs().to(dtype), rtol=1e-5, atol=0)
