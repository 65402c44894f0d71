"""Triangular systems: every option against a dense solve, singular matrices, shapes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.linalg
import torch

import sci
from sci.linalg import LinAlgError, cho_solve, solve_triangular
from tests.linalg.linalg_matrices import ALL, random, residual


def matrix(*shape: int, dtype: torch.dtype) -> torch.Tensor:
    n = shape[-1]
    return random(*shape, dtype=dtype) / n + 2 * torch.eye(n, dtype=dtype)


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", [1, 3, 66])
def test_every_option(n: int, dtype: torch.dtype) -> None:
    a, b = matrix(n, n, dtype=dtype), random(n, 2, dtype=dtype, seed=3)
    tolerance = 40 * n * torch.finfo(dtype).eps
    for trans, lower, unit in itertools.product((0, 1, 2, "N", "T", "C"), (False, True), (False, True)):
        want = scipy.linalg.solve_triangular(a.numpy(), b.numpy(), trans, lower, unit)
        for layout in (a, a.mT.contiguous().mT, torch.stack([a, a], -1)[..., 0]):
            x = solve_triangular(layout, b, trans, lower, unit)
            assert x.dtype == dtype
            np.testing.assert_allclose(x, want, rtol=tolerance, atol=tolerance)


def test_vectors_and_batches() -> None:
    a, b = matrix(2, 3, 4, 4, dtype=torch.float64), random(3, 4, 2)
    x = solve_triangular(a, b, lower=True)
    assert x.shape == (2, 3, 4, 2)
    torch.testing.assert_close(a.tril() @ x, b.expand_as(x), rtol=1e-13, atol=1e-13)
    vector = solve_triangular(a, b[0, :, 0], lower=True)
    assert vector.shape == (2, 3, 4)
    torch.testing.assert_close(vector[0, 0], x[0, 0, :, 0])
    assert solve_triangular(a[:0], b).shape == (0, 3, 4, 2)
    assert solve_triangular(a[0, 0], b[0, :, :0]).shape == (4, 0)
    large = matrix(2, 70, 70, dtype=torch.float64)
    b = random(70, 3)
    torch.testing.assert_close(large.triu() @ solve_triangular(large, b), b.expand(2, 70, 3), rtol=1e-11, atol=1e-12)


def test_singular_says_where() -> None:
    a = torch.eye(4, dtype=torch.float64).repeat(3, 1, 1)
    a[1, 2, 2] = 0
    b = torch.ones(4, dtype=torch.float64)
    with pytest.raises(LinAlgError, match="solve_triangular: a is singular: diagonal entry 2 of matrix 1 of the batch"):
        solve_triangular(a, b)
    with pytest.raises(LinAlgError, match="diagonal entry 2 is zero"):
        solve_triangular(a[1], b)
    assert torch.isfinite(solve_triangular(a, b, unit_diagonal=True)).all()
    with sci.data_checks(False):
        assert not torch.isfinite(solve_triangular(a, b)).all()


def test_bad_arguments() -> None:
    a, b = torch.eye(3), torch.ones(3)
    with pytest.raises(ValueError, match="trans must be 0, 1, 2, 'N', 'T' or 'C', got 'X'"):
        solve_triangular(a, b, trans="X")
    with pytest.raises(ValueError, match="trans must be"):
        solve_triangular(a, b, trans=True)
    with pytest.raises(LinAlgError, match="a must be square"):
        solve_triangular(a[:2], b)
    with pytest.raises(ValueError, match=r"b must be of shape \(3,\) or \(..., 3, k\)"):
        solve_triangular(a, torch.ones(4))
    with pytest.raises(ValueError, match="b must be of shape"):
        solve_triangular(a, torch.tensor(1.0))
    with pytest.raises(ValueError, match=r"solve_triangular: b must not contain infs or NaNs .*inf at"):
        solve_triangular(a, b * torch.inf)
    with pytest.raises(TypeError, match="solve_triangular: b must be"):
        solve_triangular(a, object())


def test_only_the_triangle_has_a_gradient() -> None:
    a = matrix(4, 4, dtype=torch.float64).requires_grad_()
    for lower, unit in itertools.product((False, True), (False, True)):
        (g,) = torch.autograd.grad(solve_triangular(a, torch.ones(4).double(), 0, lower, unit).sum(), a)
        offset = int(unit)
        assert torch.equal(g, g.tril(-offset) if lower else g.triu(offset))
        assert g.abs().sum() > 0


def test_compiled_check_raises_where_the_eager_one_does() -> None:
    run = torch.compile(lambda a, b: solve_triangular(a, b), fullgraph=True, backend="aot_eager")
    with pytest.raises(LinAlgError, match="diagonal entry 1 is zero"):
        run(torch.diag(torch.tensor([1.0, 0.0])), torch.ones(2))


@pytest.mark.parametrize("dtype", ALL)
def test_few_and_many_columns_agree(dtype: torch.dtype) -> None:
    # Few right-hand sides have a kernel of their own; what it does not read may be anything.
    options = list(itertools.product((0, 1, 2), (False, True), (False, True)))
    for n in (1, 2, 3, 7, 17, 70):
        a = random(n, n, dtype=dtype) / n + 2 * torch.eye(n, dtype=dtype)
        b = random(n, 9, dtype=dtype, seed=1)
        for trans, lower, unit in options:
            outside = torch.ones(n, n).triu(1) if lower else torch.ones(n, n).tril(-1)
            noisy = a + outside * 7 + (torch.eye(n) * 3 if unit else 0)
            clean = a.tril() if lower else a.triu()
            many = solve_triangular(clean, b, trans, lower=lower, unit_diagonal=unit)
            for matrix in (noisy, noisy.mT.contiguous().mT):
                few = solve_triangular(matrix, b[:, :3], trans, lower=lower, unit_diagonal=unit)
                assert residual(few - many[:, :3], many) < 20
                if not unit:
                    twice = cho_solve((matrix, lower), b[:, :2])
                    first, second = (0, 2) if lower else (2, 0)
                    want = solve_triangular(clean, solve_triangular(clean, b, first, lower=lower), second, lower=lower)
                    assert residual(twice - want[:, :2], want) < 20
