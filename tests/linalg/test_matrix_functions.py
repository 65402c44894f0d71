"""Functions of matrices and matrix equations: against mpmath, SciPy and residuals; derivatives at Jordan blocks."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.linalg
import torch

from sci import linalg
from sci.linalg import (
    LinAlgError,
    LinAlgWarning,
    _logm,
    expm,
    expm_cond,
    expm_frechet,
    fractional_matrix_power,
    logm,
    signm,
    solve_continuous_lyapunov,
    solve_discrete_lyapunov,
    solve_sylvester,
)
from tests.linalg.linalg_matrices import ALL, eps, random, residual

HARD = {
    "jordan": [[0.5, 1.0, 0.0], [0.0, 0.5, 1.0], [0.0, 0.0, 0.5]],
    "nonnormal": [[1.0, 1e6], [0.0, -1.0]],
    "graded": [[1e-8, 1.0, 0.0], [0.0, 1e-3, 1e3], [0.0, 0.0, 2.0]],
    "overscaling": [[49.0, 24.0], [-64.0, -31.0]],
    "nilpotent": [[0.0, 1e4, 3.0], [0.0, 0.0, 1e4], [0.0, 0.0, 0.0]],
    "rotation": [[0.0, -30.0], [30.0, 0.0]],
    "zero": [[0.0, 0.0], [0.0, 0.0]],
}


def exact(f: str, a: torch.Tensor) -> np.ndarray:
    with mpmath.workdps(60):
        m = getattr(mpmath, f)(mpmath.matrix(a.tolist()))
        return np.array([[complex(m[i, j]) for j in range(m.cols)] for i in range(m.rows)])


@pytest.mark.parametrize("name", HARD)
def test_expm_of_hard_matrices(name: str) -> None:
    a = torch.tensor(HARD[name], dtype=torch.float64)
    want = exact("expm", a)
    error = np.linalg.norm(expm(a).numpy() - want) / np.linalg.norm(want)
    condition = float(expm_cond(a)) if name != "zero" else 1.0
    assert error < 4 * np.finfo(float).eps * max(condition, 4.0)


@pytest.mark.parametrize("dtype", ALL)
def test_expm_of_batches_with_different_scalings(dtype: torch.dtype) -> None:
    a = random(6, 4, 4, dtype=dtype) * torch.logspace(-6, 1, 6)[:, None, None].to(dtype)
    x = expm(a)
    assert x.dtype == dtype
    for k in range(6):
        want = scipy.linalg.expm(a[k].numpy().astype(np.complex128 if dtype.is_complex else np.float64))
        np.testing.assert_allclose(x[k], want, atol=300 * eps(dtype) * np.abs(want).max(), rtol=0)
    a[2, 0, 0] = torch.nan
    assert torch.isnan(expm(a)[2].abs()).all()
    torch.testing.assert_close(expm(a)[3], x[3])
    assert expm(a[:, :0, :0]).shape == (6, 0, 0)


@pytest.mark.parametrize("name", ["cosm", "sinm", "tanm", "coshm", "sinhm", "tanhm"])
def test_trigonometric_functions(name: str) -> None:
    for dtype in (torch.float64, torch.complex128):
        a = random(2, 4, 4, dtype=dtype) / 2
        got = getattr(linalg, name)(a)
        assert got.dtype == dtype
        for k in range(2):
            np.testing.assert_allclose(got[k], getattr(scipy.linalg, name)(a[k].numpy()), rtol=1e-11, atol=1e-12)


def test_frechet_derivative_at_a_jordan_block_and_condition() -> None:
    a, e = torch.tensor(HARD["jordan"], dtype=torch.float64), random(3, 3)
    h = mpmath.mpf(10) ** -20
    with mpmath.workdps(60):
        plus, minus = (mpmath.expm(mpmath.matrix(a.tolist()) + s * h * mpmath.matrix(e.tolist())) for s in (1, -1))
        want = np.array(((plus - minus) / (2 * h)).tolist(), dtype=float)
    x, derivative = expm_frechet(a, e)
    np.testing.assert_allclose(derivative, want, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(x, exact("expm", a).real, rtol=1e-14, atol=1e-15)
    b = random(4, 4)
    np.testing.assert_allclose(expm_cond(b), scipy.linalg.expm_cond(b.numpy()), rtol=1e-2)
    with pytest.raises(ValueError, match="expm_frechet: method must be"):
        expm_frechet(a, e, method="x")
    with pytest.raises(ValueError, match="E must be 3 x 3"):
        expm_frechet(a, torch.eye(2))


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("name", ["logm", "sqrtm"])
def test_errors_of_the_schur_form_are_taken_off(name: str, dtype: torch.dtype) -> None:
    """Without that they are 5 to 30 units of roundoff on these well-conditioned matrices."""
    rotations = torch.linalg.matrix_exp(0.8 * (random(3, 3) - random(3, 3).mT))
    others = random(10, 10, seed=2) / 10 + torch.diag(torch.linspace(0.5, 3, 10, dtype=torch.float64))
    blocks = torch.block_diag(rotations, random(3, 3, seed=3) / 8 + torch.eye(3))
    for a in (rotations, others, blocks):
        a = a.to(dtype)
        want = exact(f"{name}", a)
        error = np.linalg.norm(getattr(linalg, name)(a).numpy() - want) / np.linalg.norm(want)
        assert error < 2 * eps(dtype)


@pytest.mark.parametrize("dtype", ALL)
def test_logarithm_and_powers(dtype: torch.dtype) -> None:
    for scale in (1e-3, 1.0, 1e3):
        a = (random(2, 5, 5, dtype=dtype) / 3 + 2 * torch.eye(5)) * scale
        x = logm(a)
        assert x.dtype == dtype
        assert residual(expm(x) - a, a) < 2000
        half = fractional_matrix_power(a, 0.5)
        assert residual(half @ half - a, a) < 2000
        assert residual(fractional_matrix_power(a, -1.25) @ fractional_matrix_power(a, 1.25) - torch.eye(5), 1.0) < 1e5
    assert residual(fractional_matrix_power(a, 3) - a @ a @ a, a @ a @ a) < 20


@pytest.mark.parametrize("dtype", ALL)
def test_large_logarithms_have_the_digits_of_small_ones(dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    a = random(2, 21, 21, dtype=dtype) + 6 * torch.eye(21, dtype=dtype)
    a[1] *= 1e3  # another number of roots
    if not dtype.is_complex:
        assert int((torch.linalg.eigvals(a).imag != 0).sum()) > 6  # the form has blocks
    small = logm(a)
    monkeypatch.setattr(_logm, "_KERNEL", 0)
    large = logm(a)
    assert not torch.equal(small, large)
    assert residual(small - large, large) < 20


def test_logarithm_of_hard_matrices() -> None:
    for rows in (
        [[0.5, 1.0, 0.0], [0.0, 0.5, 1.0], [0.0, 0.0, 0.5]],
        [[1e-10, 1.0], [0.0, 1.0]],
        [[1.0, 1e-9], [1e-9, 1.0]],
    ):
        a = torch.tensor(rows, dtype=torch.float64)
        want = exact("logm", a)
        np.testing.assert_allclose(logm(a), want.real, rtol=0, atol=200 * np.finfo(float).eps * np.abs(want).max())
    x = logm(torch.tensor([[-1.0, 0.0], [0.0, 4.0]], dtype=torch.float64))
    np.testing.assert_allclose(x, [[np.pi * 1j, 0], [0, np.log(4)]], rtol=1e-15, atol=1e-15)
    rotation = logm(torch.tensor([[0.0, -1.0], [1.0, 0.0]], dtype=torch.float64))
    np.testing.assert_allclose(rotation, [[0, -np.pi / 2], [np.pi / 2, 0]], rtol=1e-15, atol=1e-15)
    with pytest.warns(LinAlgWarning, match="logm: a matrix is exactly singular"):
        logm(torch.diag(torch.tensor([0.0, 1.0])))
    # A defective matrix: the derivative exists there.
    jordan = torch.tensor(HARD["jordan"], dtype=torch.float64).requires_grad_()
    torch.autograd.gradcheck(logm, jordan, check_forward_ad=True)


@pytest.mark.parametrize("dtype", ALL)
def test_sign(dtype: torch.dtype) -> None:
    v = random(4, 4, dtype=dtype)
    d = torch.tensor([1.0, -1.0, 1.0, -1.0], dtype=dtype)
    a = v @ torch.diag(d * torch.tensor([1, 20, 300, 0.1])) @ torch.linalg.inv(v)
    torch.testing.assert_close(signm(a), v @ torch.diag(d) @ torch.linalg.inv(v), rtol=1e-2, atol=1e-2)
    assert residual(signm(a) @ signm(a) - torch.eye(4), 1.0) < 1e5


def test_sign_is_0_on_the_imaginary_axis() -> None:
    """As in SciPy, whose test matrix has the eigenvalues 3, -2, i, -i and 0; the sign of J + 0 is of J alone."""
    assert not signm(torch.zeros(2, 2)).any()
    torch.testing.assert_close(signm(torch.tensor([[0.0, -1.0], [1.0, 0.0]])), torch.zeros(2, 2))
    rows = [[29.2, -24.2, 69.5, 49.8, 7], [-9.2, 5.2, -18, -16.8, -2], [-10, 6, -20, -18, -2]]
    rows += [[-9.6, 9.6, -25.5, -15.4, -2], [9.8, -4.8, 18, 18.2, 2]]
    a = torch.tensor(rows, dtype=torch.float64)
    x = signm(a)
    torch.testing.assert_close(x @ x @ x, x, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(x @ a, a @ x, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(x.trace(), 0, atol=1e-9)
    np.testing.assert_allclose(x[0], [11.94933333, -2.24533333, 15.31733333, 21.65333333, -2.24533333], rtol=1e-8)
    batch = torch.stack([torch.eye(5, dtype=torch.float64), a, -a, a.mT, a])
    torch.testing.assert_close(signm(batch), torch.stack([batch[0], x, -x, x.mT, x]), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("dtype", ALL)
def test_equations(dtype: torch.dtype) -> None:
    a, b, q = (
        random(2, 4, 4, dtype=dtype),
        random(3, 3, dtype=dtype, seed=1) + 8 * torch.eye(3),
        random(4, 3, dtype=dtype),
    )
    x = solve_sylvester(a, b, q)
    assert residual(a @ x + x @ b - q, 10.0) < 100
    h = random(4, 4, dtype=dtype)
    x = solve_continuous_lyapunov(a + 5 * torch.eye(4), h)
    assert residual((a + 5 * torch.eye(4)) @ x + x @ (a + 5 * torch.eye(4)).mH - h, 10.0) < 100
    for method in (None, "direct", "bilinear"):
        x = solve_discrete_lyapunov(a / 8, h, method)
        assert residual(a @ x @ a.mH / 64 - x + h, 10.0) < 100
    with pytest.raises(ValueError, match=r"solve_sylvester: q must be of shape \(..., 4, 3\)"):
        solve_sylvester(a, b, q.mT)
    with pytest.raises(ValueError, match="solve_discrete_lyapunov: method"):
        solve_discrete_lyapunov(a, h, "x")


@pytest.mark.parametrize("name", ["solve_continuous_are", "solve_discrete_are"])
def test_riccati(name: str) -> None:
    f, g = getattr(linalg, name), getattr(scipy.linalg, name)
    for n, m, seed in ((1, 1, 0), (4, 2, 1), (12, 3, 2)):
        a, b = random(n, n, seed=seed), random(n, m, seed=seed + 10)
        q, r = 2 * torch.eye(n).double(), torch.eye(m).double() + 0.1
        e, s = torch.eye(n).double() + random(n, n, seed=3) / (8 * n), random(n, m, seed=4) / 50
        for options in ({}, {"e": e}, {"s": s}, {"e": e, "s": s}):
            want = g(*(x.numpy() for x in (a, b, q, r)), **{k: v.numpy() for k, v in options.items()})
            np.testing.assert_allclose(f(a, b, q, r, **options), want, rtol=1e-8, atol=1e-9 * np.abs(want).max())
    # a double integrator, from textbooks: x = [[sqrt 3, 1], [1, sqrt 3]]
    if name == "solve_continuous_are":
        a, b = torch.tensor([[0.0, 1.0], [0.0, 0.0]]).double(), torch.tensor([[0.0], [1.0]]).double()
        want = torch.tensor([[3**0.5, 1.0], [1.0, 3**0.5]], dtype=torch.float64)
        torch.testing.assert_close(
            f(a, b, torch.eye(2).double(), torch.ones(1, 1).double()), want, rtol=1e-13, atol=1e-13
        )
    with pytest.raises(LinAlgError, match="no stabilising solution"):
        f(3 * torch.eye(2), torch.zeros(2, 1), torch.eye(2), torch.ones(1, 1))
    with pytest.raises(ValueError, match="q must be Hermitian"):
        f(torch.eye(2), torch.ones(2, 1), torch.tensor([[1.0, 2.0], [0.0, 1.0]]), torch.ones(1, 1))
    with pytest.raises(ValueError, match="b must be of 2 rows"):
        f(torch.eye(2), torch.ones(3, 1), torch.eye(2), torch.ones(1, 1))


def test_logarithm_of_real_matrices_is_principal_on_the_negative_axis() -> None:
    # Rounding must not put a negative eigenvalue below the axis, nor equal ones of a derivative's block on two sides.
    v = random(5, 5)
    a = v @ torch.diag(torch.tensor([-3.0, -1.0, 2.0, 5.0, -7.0], dtype=torch.float64)) @ torch.linalg.inv(v)
    logs = torch.linalg.eigvals(logm(a))
    assert bool((logs.imag > -1e-8).all())
    direction = random(5, 5, seed=1)
    h = 1e-6
    wanted = (logm(a + h * direction) - logm(a - h * direction)) / (2 * h)
    _, found = torch.func.jvp(lambda x: logm(x.to(torch.complex128)), (a,), (direction,))
    torch.testing.assert_close(found, wanted, rtol=1e-6, atol=1e-6)


def test_number_of_roots_belongs_to_the_matrix() -> None:
    # A matrix near the identity keeps its digits beside one that needs many roots.
    t = torch.tensor([[1.1, 1e-3], [0.0, 0.9]], dtype=torch.float64)
    large = torch.tensor([[1e8, 1e8], [0.0, 1e-8]], dtype=torch.float64)
    torch.testing.assert_close(logm(torch.stack([t, large]))[0], logm(t), rtol=1e-15, atol=0)
