"""Structure that `solve` and `inv` find by themselves: values, derivatives in all entries, errors."""

from __future__ import annotations

import warnings

import pytest
import torch

from sci.linalg import LinAlgError, LinAlgWarning, block_diag, fiedler, inv, qr, qr_delete, qr_insert, solve, toeplitz
from sci.linalg._structure import find_structure, structured_factors
from tests.linalg.linalg_matrices import ALL, positive, random, residual


def matrices(n: int, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    full = random(n, n, dtype=dtype) + 2 * n**0.5 * torch.eye(n)
    return {
        "diagonal": torch.diag(full.diagonal()),
        "upper": full.triu(),
        "lower": full.tril(),
        # Without the shift: pivoting exchanges rows.
        "tridiagonal": random(n, n, dtype=dtype, seed=1).triu(-1).tril(1),
        "positive": positive(n, n, dtype=dtype),
        "general": full,
    }


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", [5, 60])
def test_found_structure_solves(n: int, dtype: torch.dtype) -> None:
    b = random(n, 2, dtype=dtype, seed=2)
    for kind, a in matrices(n, dtype).items():
        assert find_structure(a) == kind
        size = lambda x, a=a: float(torch.linalg.matrix_norm(a) * torch.linalg.matrix_norm(x))  # noqa: E731
        x, turned = solve(a, b), solve(a, b, transposed=True)
        assert residual(a @ x - b, size(x)) < 4 + n / 8, kind
        assert residual(a.mT @ turned - b, size(turned)) < 4 + n / 8, kind
        inverse = inv(a)
        assert residual(a @ inverse - torch.eye(n, dtype=dtype), size(inverse)) < 4 + n / 8, kind


@pytest.mark.cpu  # the CPU's factors, a GPU has others
def test_factors_of_a_structure_are_those_of_the_matrix() -> None:
    for kind, a in matrices(60, torch.float64).items():
        for matrix in (a, torch.stack([a, 2 * a])):
            found = structured_factors(matrix)
            if kind == "general":
                assert found is None
                continue
            lu, pivots, info = found
            p, low, up = torch.lu_unpack(lu, pivots)
            torch.testing.assert_close(p @ low @ up, matrix, rtol=1e-13, atol=1e-13)
            assert not info.any()


def test_symmetric_and_indefinite_matrices_are_general() -> None:
    a = random(60, 60, dtype=torch.complex128)
    assert find_structure(a + a.mT) == "general"
    indefinite = a + a.mH
    assert structured_factors(indefinite) is None
    shifted = indefinite + torch.eye(60) * 5  # a positive diagonal, and no positive definite matrix
    assert find_structure(shifted) == "positive"
    assert structured_factors(shifted) is None
    b = random(60, 1, dtype=torch.complex128)
    torch.testing.assert_close(solve(shifted, b), torch.linalg.solve(shifted, b))


def test_derivative_sees_all_entries() -> None:
    for n in (5, 60):
        b = random(n, 2)
        for a in matrices(n, torch.float64).values():
            a = a.clone().requires_grad_()
            x = solve(a, b)
            (grad,) = torch.autograd.grad(x.sum(), a)
            want = -torch.linalg.solve(a.detach().mT, torch.ones(n, 2, dtype=a.dtype)) @ x.detach().mT
            torch.testing.assert_close(grad, want)


@pytest.mark.parametrize("n", [6, 60])
def test_singular_and_ill_conditioned_structures(n: int) -> None:
    for kind, a in matrices(n, torch.float64).items():
        if kind in ("general", "tridiagonal", "positive"):
            continue
        singular = a.clone()
        singular[3, 3] = 0
        with pytest.raises(LinAlgError, match="singular"):
            solve(singular, torch.ones(n, dtype=a.dtype))
        poor = a.clone()
        poor[3, 3] = 1e-20
        with pytest.warns(LinAlgWarning, match="ill-conditioned"):
            solve(poor, torch.ones(n, dtype=a.dtype))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        solve(positive(n, n), torch.ones(n, dtype=torch.float64))


@pytest.mark.parametrize("n", [20, 60])
def test_lower_triangular_is_substitution(n: int) -> None:
    # x is known componentwise to few ulp, although the condition number is far beyond 1 / eps (Higham, Accuracy and
    # Stability of Numerical Algorithms, theorem 8.5); exchanges of rows would lose it.
    a = torch.tril(-torch.ones(n, n, dtype=torch.float64), -1)
    d = torch.logspace(0, -18, n, dtype=torch.float64)
    a = (a + torch.diag(torch.ones(n, dtype=torch.float64))) * d[:, None]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LinAlgWarning)
        x = solve(a, d)
    want = torch.ones(n, dtype=torch.float64)
    for i in range(1, n):
        want[i] = 1 + want[:i].sum()
    assert float(((x - want) / want).abs().max()) < 4 * n * torch.finfo(torch.float64).eps


def test_one_by_one_matrices_divide_everything() -> None:
    a = torch.full((1, 1), 2.0)
    assert solve(a, torch.tensor(3.0)) == 1.5
    torch.testing.assert_close(solve(a, torch.tensor([2.0, 4.0])), torch.tensor([1.0, 2.0]))
    for b in (0, [0.0, 1.0]):
        with pytest.raises(LinAlgError, match="singular"):
            solve([[0.0]], b)
    with pytest.raises(ValueError, match="assume_a"):
        solve(1, 1, assume_a="zxcv")


def test_structural_matrices_keep_integers() -> None:
    assert toeplitz([1, 2, 3]).dtype == torch.int64
    assert fiedler(torch.tensor([1, 4])).tolist() == [[0, 3], [3, 0]]
    assert block_diag(torch.tensor([[True]])).dtype == torch.bool
    assert block_diag(torch.tensor([[1, 2]]), 3.5).tolist() == [[1.0, 2.0, 0.0], [0.0, 0.0, 3.5]]


def test_rows_and_columns_at_places_of_their_own() -> None:
    a, u = random(4, 5, 5), random(4, 3, 5, seed=3)
    q, r = qr(a)
    k = torch.tensor([0, -1, 5, 2])
    for which, put in (("row", u), ("col", u.mT)):
        got = qr_insert(q, r, put, k, which)
        lost = qr_delete(q, r, torch.tensor([0, 1, -2, 3]), 2, which)
        for i in range(4):
            one = qr_insert(q[i], r[i], put[i], int(k[i]), which)
            torch.testing.assert_close(got[0][i] @ got[1][i], one[0] @ one[1])
            one = qr_delete(q[i], r[i], [0, 1, -2, 3][i], 2, which)
            torch.testing.assert_close(lost[0][i] @ lost[1][i], one[0] @ one[1])
    with pytest.raises(ValueError, match="k must be between"):
        qr_insert(q, r, u, torch.tensor([0, 1, 2, 9]))
