"""Matrix square roots: residuals, real and complex results, singular matrices, derivatives."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import scipy.linalg
import torch

import sci
from sci.linalg import LinAlgError, LinAlgWarning, sqrtm
from tests.linalg.linalg_matrices import ALL, positive, random, residual, unitary


@pytest.fixture(autouse=True)
def no_warnings() -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("error", LinAlgWarning)
        yield


def shifted(*shape: int, dtype: torch.dtype = torch.float64, seed: int = 0) -> torch.Tensor:
    """Matrices with eigenvalues in the right half-plane, pairs among them."""
    n = shape[-1]
    return random(*shape, dtype=dtype, seed=seed) / n**0.5 + 2 * torch.eye(n, dtype=dtype)


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", [1, 2, 3, 10, 66, 120])
def test_square_is_a(n: int, dtype: torch.dtype) -> None:
    a = shifted(2, n, n, dtype=dtype, seed=n)
    x = sqrtm(a)
    assert x.dtype == dtype
    assert residual(x @ x - a, (x.norm() ** 2).item()) < 20 + n
    assert (torch.linalg.eigvals(x).real > 0).all()


@pytest.mark.parametrize("n", [2, 3, 6])
def test_same_as_scipy(n: int) -> None:
    for a in (shifted(n, n), random(n, n), random(n, n, dtype=torch.complex128)):
        want = scipy.linalg.sqrtm(a.numpy())
        x = sqrtm(a)
        assert x.numpy().dtype == want.dtype
        np.testing.assert_allclose(x, want, rtol=1e-11, atol=1e-11)


def test_real_unless_an_eigenvalue_is_negative() -> None:
    pair = torch.tensor([[0.0, -1.0], [1.0, 0.0]])  # eigenvalues +-i
    assert not sqrtm(pair).is_complex()
    negative = torch.diag(torch.tensor([4.0, -9.0]))
    torch.testing.assert_close(sqrtm(negative), torch.diag(torch.tensor([2, 3j])))
    assert sqrtm(torch.stack([pair, negative])).is_complex(), "one complex root makes the batch complex"
    assert sqrtm(negative.double()).dtype == torch.complex128
    assert not sqrtm(torch.zeros(0, 2, 2)).is_complex()
    assert sqrtm(torch.zeros(0, 0)).shape == (0, 0)
    assert sqrtm(torch.eye(2, dtype=torch.int64)).dtype == torch.get_default_dtype()


def test_where_the_type_cannot_depend_on_data_there_is_nan() -> None:
    negative = torch.diag(torch.tensor([4.0, -9.0]))
    run = torch.compile(sqrtm, fullgraph=True, backend="aot_eager")
    assert torch.isnan(run(negative)).all()
    torch.testing.assert_close(run(negative.to(torch.complex64)), sqrtm(negative))
    both = torch.func.vmap(sqrtm)(torch.stack([torch.eye(2), negative]))
    assert torch.isnan(both[1]).all()
    torch.testing.assert_close(both[0], torch.eye(2))
    with sci.data_checks(False):
        assert torch.isnan(sqrtm(negative)).all()


def test_singular_matrices_warn() -> None:
    with pytest.warns(LinAlgWarning, match="singular"):
        torch.testing.assert_close(sqrtm(torch.zeros(2, 2)), torch.zeros(2, 2))
    with pytest.warns(LinAlgWarning, match="singular"):
        torch.testing.assert_close(sqrtm(torch.diag(torch.tensor([4.0, 0.0]))), torch.diag(torch.tensor([2.0, 0.0])))
    with pytest.warns(LinAlgWarning, match="singular"):
        x = sqrtm(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))  # has no square root
    assert torch.isinf(x[0, 1])
    assert torch.equal(x[1], torch.zeros(2))
    with pytest.warns(LinAlgWarning, match="ill-conditioned"):
        sqrtm(torch.diag(torch.tensor([1.0, 1e-20], dtype=torch.float64)))
    assert torch.isnan(sqrtm(torch.full((2, 2), torch.nan))).all()
    assert torch.isnan(sqrtm(torch.full((120, 120), torch.nan))).all()


def test_bad_arguments() -> None:
    with pytest.raises(LinAlgError, match="sqrtm: A must be square"):
        sqrtm(torch.ones(2, 3))
    with pytest.raises(LinAlgError, match="A must be a matrix"):
        sqrtm(torch.tensor(4.0))
    with pytest.raises(TypeError, match="A must be"):
        sqrtm("A")
    with pytest.warns(DeprecationWarning, match="disp"):
        x, error = sqrtm(torch.eye(2), disp=False)
    assert torch.equal(x, torch.eye(2))
    assert float(error) == 0


# ---- derivatives ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [4, 70, 115])
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_tangent_solves_the_sylvester_equation(n: int, dtype: torch.dtype) -> None:
    a, e = shifted(n, n, dtype=dtype), random(n, n, dtype=dtype, seed=9)
    x, dx = torch.func.jvp(sqrtm, (a,), (e,))
    assert residual(x @ dx + dx @ x - e, (x.norm() * dx.norm()).item()) < 20 + n
    leaf = a.clone().requires_grad_()
    g = random(n, n, dtype=dtype, seed=10)
    (found,) = torch.autograd.grad(sqrtm(leaf), leaf, g)
    torch.testing.assert_close((found.conj() * e).sum().real, (g.conj() * dx).sum().real, rtol=1e-9, atol=1e-9)


def test_complex_root_of_a_real_matrix_differentiates() -> None:
    a = random(4, 4, seed=2) / 2 - 3 * torch.eye(4, dtype=torch.float64)
    a[3] = a[:, 3] = 0
    a[3, 3] = -1  # an eigenvalue on the negative axis, whatever the others are
    assert sqrtm(a).is_complex()
    torch.autograd.gradcheck(sqrtm, a.clone().requires_grad_(), check_forward_ad=True)
    torch.autograd.gradgradcheck(sqrtm, a.clone().requires_grad_())


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_exact_at_equal_eigenvalues(dtype: torch.dtype) -> None:
    # At 4 I: dX = dA / 4, d2X = -dA dA / 32.
    a = (4 * torch.eye(3, dtype=dtype)).requires_grad_()
    torch.autograd.gradcheck(sqrtm, a, check_forward_ad=True)
    torch.autograd.gradgradcheck(sqrtm, a)
    e = random(3, 3, dtype=dtype)

    def tangent(a: torch.Tensor) -> torch.Tensor:
        return torch.func.jvp(sqrtm, (a,), (e,))[1]

    first, second = torch.func.jvp(tangent, (a.detach(),), (e,))
    torch.testing.assert_close(first, e / 4)
    torch.testing.assert_close(second, -e @ e / 32)


def test_positive_definite_root_is_symmetric() -> None:
    a = positive(8, 8, condition=1e6)
    x = sqrtm(a)
    torch.testing.assert_close(x, x.mT, rtol=0, atol=1e-9)
    q = unitary(8, 8)
    torch.testing.assert_close(sqrtm(q @ q.mT), torch.eye(8, dtype=torch.float64))


def test_gradients_of_singular_matrices_where_they_exist() -> None:
    # The root of V diag(4, 1, 0) V^T with a permutation V: the derivative is c_ij / (u_i + u_j) in the basis V, and
    # what depends on the root at (2, 2) has none.
    u = torch.tensor([2.0, 1.0, 0.0], dtype=torch.float64)
    for basis in (torch.eye(3, dtype=torch.float64), torch.eye(3, dtype=torch.float64)[[2, 0, 1]]):
        a = basis @ torch.diag(u * u) @ basis.T
        c = torch.tensor([[1.0, 2, 3], [4, 5, 6], [7, 8, 0]], dtype=torch.float64)
        sums = u[:, None] + u
        want = basis @ torch.where(sums > 0, c / torch.where(sums > 0, sums, 1), 0) @ basis.T
        batch = torch.stack([a, a + torch.eye(3, dtype=torch.float64), a, a, a])
        for x in (a, batch):
            x = x.clone().requires_grad_()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", LinAlgWarning)  # singular, as it is
                root = sqrtm(x)
            (g,) = torch.autograd.grad((root * (basis @ c @ basis.T)).sum(), x)
            got = g if x.dim() == 2 else g[0]
            torch.testing.assert_close(got, want, rtol=1e-12, atol=1e-12)
            assert torch.isfinite(g).all()
    x = torch.diag(u * u).requires_grad_()
    with pytest.warns(LinAlgWarning, match="singular"):
        root = sqrtm(x)
    (g,) = torch.autograd.grad(root.sum(), x)
    assert not torch.isfinite(g).all()


def test_what_rounding_leaves_between_zero_eigenvalues() -> None:
    """An entry that rounding makes counts as 0; one of the matrix's size has no square root."""
    a = torch.diag_embed(torch.tensor([0.0, 6.0, 0.0], dtype=torch.float64))
    a[0, 2] = 1e-16
    with pytest.warns(LinAlgWarning, match="singular"):
        x = sqrtm(a)
    torch.testing.assert_close(x @ x, a, rtol=0, atol=1e-15)
    a[0, 2] = 1
    with pytest.warns(LinAlgWarning, match="singular"):
        assert not torch.isfinite(sqrtm(a)).all()
