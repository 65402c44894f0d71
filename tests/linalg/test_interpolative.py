"""Interpolative decompositions: precision, rank, operators, random and not."""

from __future__ import annotations

import pytest
import torch

from sci.linalg import hilbert, interpolative
from sci.sparse.linalg import aslinearoperator
from tests.linalg.linalg_matrices import ALL, random, unitary


def of_spectrum(m: int, n: int, s: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    k = s.numel()
    return (unitary(m, m, dtype=dtype)[:, :k] * s.to(dtype)) @ unitary(n, n, dtype=dtype, seed=1)[:k]


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("form", ["plain", "random", "operator"])
def test_decompositions_have_the_precision_asked_for(dtype: torch.dtype, form: str) -> None:
    s = 0.5 ** torch.arange(30, dtype=torch.float64)
    for m, n in ((40, 60), (60, 40)):
        a = of_spectrum(m, n, s, dtype)
        given = aslinearoperator(a) if form == "operator" else a
        eps = 1e-4
        k, idx, proj = interpolative.interp_decomp(given, eps, rand=form == "random", rng=1)
        assert 12 <= k <= 18
        assert float(proj.abs().max()) < 20  # moderate coefficients are what the decomposition is for
        skeleton = interpolative.reconstruct_skel_matrix(a, k, idx)
        again = interpolative.reconstruct_matrix_from_id(skeleton, idx, proj)
        assert float(torch.linalg.matrix_norm(again - a, 2)) < 20 * eps
        torch.testing.assert_close(skeleton @ interpolative.reconstruct_interp_matrix(idx, proj), again)
        u, w, v = interpolative.svd(given, k, rand=form == "random", rng=2)
        assert (u.shape, w.shape, v.shape) == ((m, k), (k,), (n, k))
        assert float(torch.linalg.matrix_norm(u * w @ v.mH - a, 2)) < 20 * eps
        torch.testing.assert_close(w[:4].double(), s[:4], rtol=1e-3, atol=1e-5)
        assert interpolative.estimate_rank(given, eps, rng=3) in (13, 14)


def test_rank_that_exceeds_every_sample() -> None:
    a = hilbert(5, dtype=torch.float64)
    k, _, _ = interpolative.interp_decomp(a, 1e-15)
    assert k == 5
    assert interpolative.estimate_rank(torch.eye(100, dtype=torch.float64), 1e-9) == 100
    with pytest.raises(ValueError, match="exceeds min"):
        interpolative.svd(torch.ones(4, 3), 4)
    with pytest.raises(ValueError, match="eps_or_k"):
        interpolative.interp_decomp(a, 0)


def test_spectral_norms() -> None:
    a, b = random(20, 30), random(20, 30, seed=1)
    got = interpolative.estimate_spectral_norm(a, its=200, rng=0)
    torch.testing.assert_close(got, torch.linalg.matrix_norm(a, 2), rtol=1e-8, atol=0)
    got = interpolative.estimate_spectral_norm_diff(aslinearoperator(a), b, its=200, rng=0)
    torch.testing.assert_close(got, torch.linalg.matrix_norm(a - b, 2), rtol=1e-6, atol=0)
    with pytest.raises(ValueError, match="B must be"):
        interpolative.estimate_spectral_norm_diff(a, b.mT)
