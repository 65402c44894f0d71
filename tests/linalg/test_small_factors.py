"""Factors of small matrices side by side: residuals beside LAPACK's, on matrices that hurt, and what fails."""

from __future__ import annotations

import math
import warnings

import pytest
import scipy.linalg
import torch

from sci.linalg import LinAlgError, LinAlgWarning, cholesky, det, inv, qr, rq, solve
from sci.linalg._lu_operators import factors
from tests.linalg.linalg_matrices import ALL, COUNT, each, eps, general_kinds, positive, random, size

SIZES = (1, 2, 3, 4, 5, 8, 13, 32)


def wide(x: torch.Tensor) -> torch.Tensor:
    return x.to(torch.complex128 if x.is_complex() else torch.float64)


def error(product: torch.Tensor, a: torch.Tensor) -> float:
    return float((size(product - wide(a)) / size(a).clamp_min(1e-307)).max()) / eps(a.dtype)


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", SIZES)
def test_qr_is_as_exact_as_lapack(n: int, dtype: torch.dtype) -> None:
    eye = torch.eye(n, dtype=dtype)
    kinds = general_kinds(n, dtype)
    for kind, a in kinds.items():
        q, r = qr(a)
        theirs = each(scipy.linalg.qr, a)  # torch's has NaN for equal complex entries, with MKL on some CPUs
        assert error(wide(q) @ wide(r), a) <= 2 * error(wide(theirs[0]) @ wide(theirs[1]), a) + 3, kind
        off = [float(size(x.mH @ x - eye).max()) / eps(dtype) for x in (q, theirs[0])]
        # Equal columns leave noise whose entries are all alike, and so are the rounding errors: they add up.
        assert off[0] <= 2 * off[1] + (2 + n / 4 if kind == "ones" else 2), kind
        assert torch.equal(r, r.triu()), kind
        assert not r.is_complex() or not r.diagonal(dim1=-2, dim2=-1)[..., : n - 1].imag.any(), kind
        if n <= 8 and a.is_cpu:  # a GPU's kernel is for batches
            assert torch.equal(qr(a[1])[0], q[1]), kind
    a = kinds["random"]
    if n != 2 or not dtype.is_complex:  # of those LAPACK's last sign differs from its own in other sizes
        torch.testing.assert_close(qr(a)[1], torch.linalg.qr(a)[1], rtol=1e3 * eps(dtype), atol=1e3 * eps(dtype))
    tall = random(COUNT, min(n + 3, 32), n, dtype=dtype)
    q, r = qr(tall, mode="economic")
    assert error(wide(q) @ wide(r), tall) < 5 + n / 2
    assert float(size(q.mH @ q - eye).max()) < (5 + n / 2) * eps(dtype)


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", SIZES)
def test_lu_and_determinant_are_as_exact_as_lapack(n: int, dtype: torch.dtype) -> None:
    for kind, a in general_kinds(n, dtype).items():
        lu, pivots, rcond, info = factors(a)
        one = torch.eye(n, dtype=wide(a).dtype)
        product = (wide(lu).tril(-1) + one) @ wide(lu).triu()
        p = torch.lu_unpack(lu, pivots + 1)[0]
        theirs = torch.linalg.lu(a)
        best = error(wide(theirs[0]) @ wide(theirs[1]) @ wide(theirs[2]), a)
        assert error(wide(p) @ product, a) <= 2 * best + 2, kind
        assert float(lu.tril(-1).abs().max()) <= 1.5, kind
        zero = (lu.diagonal(dim1=-2, dim2=-1) == 0).any(-1)
        assert torch.equal(zero, info != 0), kind
        assert torch.equal(rcond == 0, zero) or float(rcond[~zero].min()) == 0, kind
        if kind not in ("tiny", "huge"):
            sign = torch.linalg.det(p.real).round()
            torch.testing.assert_close(det(a), lu.diagonal(dim1=-2, dim2=-1).prod(-1) * sign)


def test_condition_is_never_taken_for_better_than_it_is() -> None:
    # What is returned is 1 / an upper bound of |A| |A^-1|, or where that is large Higham's estimate of it.
    for n in (2, 5, 12, 32):
        for power in (0, 4, 8, 12, 15):
            s = 10 ** (-power * torch.linspace(0, 1, n, dtype=torch.float64))
            u, v = (torch.linalg.qr(random(40, n, n, seed=seed))[0] for seed in (1, 2))
            a = (u * s) @ v
            true = 1 / torch.linalg.matrix_norm(a, 1) / torch.linalg.matrix_norm(torch.linalg.inv(a), 1)
            found = factors(a)[2]
            if n <= 5 and power <= 4:
                assert bool((found <= 1.01 * true).all())
            if power < 15:  # then the inverse says nothing any more
                assert bool((found <= 10 * true).all())
    singular = torch.ones(6, 4, 4, dtype=torch.float64)
    with pytest.raises(LinAlgError, match="singular: pivot 1 "):
        solve(singular, torch.ones(4, 1, dtype=torch.float64), assume_a="gen")
    near = positive(6, 4, 4)
    near[3, :, 1] = near[3, :, 0] * (1 + 1e-16)
    near[3, 2, 1] = math.nextafter(float(near[3, 2, 1]), math.inf)
    with pytest.warns(LinAlgWarning, match="ill-conditioned"):
        solve(near, torch.ones(4, 1, dtype=torch.float64), assume_a="gen")


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", SIZES)
def test_solutions_have_small_residuals(n: int, dtype: torch.dtype) -> None:
    b = random(COUNT, n, 3, dtype=dtype, seed=2)
    for kind, a in general_kinds(n, dtype).items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LinAlgWarning)
            try:
                x = solve(a, b, assume_a="gen")
            except LinAlgError:
                if not (kind == "condition 1e8" and eps(dtype) > 1e-8):
                    assert kind in ("zero", "ones", "singular", "one large", "condition 1e16", "tiny", "graded"), kind
                continue
        if not bool(torch.isfinite(x).all()):
            assert kind in ("tiny", "graded", "condition 1e16"), kind
            continue
        left = size(wide(a) @ wide(x) - wide(b)) / (size(a) * size(x) + size(b))
        assert float(left.max()) < (3 + n) * eps(dtype), kind
    a = general_kinds(n, dtype)["random"]
    eye = torch.eye(n, dtype=dtype).expand(COUNT, n, n)
    torch.testing.assert_close(inv(a) @ a, eye, rtol=0, atol=2e4 * eps(dtype))
    strided = torch.stack([a, a], -1)[..., 0]
    assert torch.equal(inv(strided), inv(a))
    assert torch.equal(inv(a.mH), inv(a.mH.clone()))


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", SIZES)
def test_cholesky_factors_of_small_matrices(n: int, dtype: torch.dtype) -> None:
    for condition in (1.0, 1e3, 1e6 if eps(dtype) > 1e-10 else 1e14):
        for scale in (1.0, 1e-30, 1e30):
            a = positive(COUNT, n, n, condition=condition, dtype=dtype) * scale
            a = (a + a.mH) / 2
            try:
                low = cholesky(a, lower=True)
            except LinAlgError:
                assert condition > 1e5
                continue
            assert error(wide(low) @ wide(low).mH, a) < 3 + n / 2
            assert torch.equal(cholesky(a), low.mH)
    if n > 1:
        a[3, n - 1, n - 1] = -1
        with pytest.raises(LinAlgError, match=rf"order {n} .*3"):
            cholesky(a)


def test_rq_of_no_rows_has_the_identity() -> None:
    r, q = rq(torch.zeros(0, 3))
    assert r.shape == (0, 3)
    assert torch.equal(q, torch.eye(3))
