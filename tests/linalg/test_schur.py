"""Schur forms: residual and structure, sorting, difficult matrices, derivatives where they exist and where not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg
import torch

import sci
from sci.linalg import LinAlgError, rsf2csf, schur
from tests.linalg.linalg_matrices import ALL, REAL, not_unitary, random, residual


def check(a: torch.Tensor, t: torch.Tensor, z: torch.Tensor) -> None:
    n = a.shape[-1]
    size = float(torch.linalg.matrix_norm(a).max())
    assert residual(z @ t @ z.mH - a.to(t.dtype), max(size, 1e-30)) < 20 + n
    assert not_unitary(z) < 20 + 6 * n
    if t.is_complex() or n < 2:
        assert torch.equal(t, t.triu())
        return
    assert torch.equal(t, t.triu(-1))
    low, up, d = t.diagonal(-1, -2, -1), t.diagonal(1, -2, -1), t.diagonal(dim1=-2, dim2=-1)
    block = low != 0
    assert not (block[..., 1:] & block[..., :-1]).any(), "blocks are 2 x 2 at most"
    assert torch.equal(d[..., 1:][block], d[..., :-1][block])
    assert (low[block] * up[block] < 0).all()


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", [1, 2, 3, 10, 40])
def test_random(n: int, dtype: torch.dtype) -> None:
    a = random(3, n, n, dtype=dtype, seed=n)
    for output in ("real", "complex"):
        t, z = schur(a, output=output)
        assert t.dtype == z.dtype == (dtype if output == "real" else dtype.to_complex())
        check(a, t, z)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_large_matrices_go_through_lapack(dtype: torch.dtype) -> None:
    a = random(2, 120, 120, dtype=dtype)
    t, z = schur(a)
    check(a, t, z)
    check(a, *schur(a, output="complex"))


HARD = {
    "zero": np.zeros((4, 4)),
    "identity": np.eye(4),
    "cyclic shift": np.eye(6)[[1, 2, 3, 4, 5, 0]],
    "exchange": np.array([[0.0, 1], [1, 0]]),
    "nilpotent": np.eye(5, k=1),
    "transposed nilpotent": np.eye(5, k=-1),
    "Jordan": np.eye(6) + np.eye(6, k=1),
    "rotations": np.kron(np.eye(3), [[0.0, 1], [-1, 0]]),
    "ones": np.ones((5, 5)),
    "roots of unity": scipy.linalg.companion([1, 0, 0, 0, 0, 0, 0, 1]),
    "Hilbert": scipy.linalg.hilbert(8),
    "tiny": 1e-200 * np.random.default_rng(0).standard_normal((6, 6)),
    "huge": 1e200 * np.random.default_rng(0).standard_normal((6, 6)),
    "graded": np.diag(10.0 ** -np.arange(0, 40, 5)) + 1e-30 * np.ones((8, 8)),
    "scaled badly": np.array([[1.0, 1e150], [1e-150, 1]]),
}


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_hard(name: str, dtype: torch.dtype) -> None:
    a = torch.tensor(HARD[name]).to(dtype)
    t, z = schur(a)
    size = a.abs().max().clamp_min(1e-300)
    check(a / size, t / size, z)


def test_eigenvalues_are_those_of_scipy() -> None:
    a = random(12, 12)
    t, _ = schur(a, output="complex")
    want = np.sort_complex(scipy.linalg.eigvals(a.numpy()))
    np.testing.assert_allclose(np.sort_complex(t.diagonal().numpy()), want, rtol=1e-11)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("sort", ["lhp", "rhp", "iuc", "ouc"])
def test_sort(sort: str, dtype: torch.dtype) -> None:
    a = random(4, 7, 7, dtype=dtype) / 2
    inside = {
        "lhp": lambda w: w.real < 0,
        "rhp": lambda w: w.real >= 0,
        "iuc": lambda w: abs(w) <= 1,
        "ouc": lambda w: abs(w) > 1,
    }[sort]
    t, z, sdim = schur(a, sort=sort)
    check(a, t, z)
    assert sdim.shape == (4,)
    for k in range(4):
        w = scipy.linalg.eigvals(t[k].numpy())
        want = sum(inside(x) for x in scipy.linalg.eigvals(a[k].numpy()))
        assert int(sdim[k]) == want
        lead = scipy.linalg.eigvals(t[k, :want, :want].numpy())
        assert len(w) == 7
        assert all(inside(x) for x in lead)


@pytest.mark.parametrize("n", [3, 8, 17, 32])
def test_entries_that_underflow_on_the_way(n: int) -> None:
    """Forms of skew matrices converge so fast that bulges become subnormal, of which the reciprocal is infinite."""
    a = random(100, n, n, dtype=torch.float32)
    check(a - a.mT, *schur(a - a.mT))


def test_sort_by_callable() -> None:
    a = torch.tensor([[0.1, -2.0], [2.0, 0.1]], dtype=torch.float64)
    assert int(schur(a, sort=lambda x, y: y > 0)[2]) == 2, "either of a pair selects both"
    assert int(schur(a, output="complex", sort=lambda z: z.imag > 0)[2]) == 1
    real = torch.diag(torch.tensor([-1.0, 2.0, -3.0, 4.0]))
    t, _, sdim = schur(real, sort=lambda x: x >= 0)
    assert t.diagonal().tolist() == [2.0, 4.0, -1.0, -3.0]
    assert int(sdim) == 2
    assert schur(torch.zeros(0, 0), sort="lhp")[2].item() == 0
    with pytest.raises(NotImplementedError, match="callable sort"):
        schur(real.to("meta"), sort=lambda x: x > 0)


def test_pairs_of_all_kinds_change_places() -> None:
    # 1 x 1 past 2 x 2, 2 x 2 past 1 x 1, 2 x 2 past 2 x 2, repeatedly.
    for seed in range(20):
        a = random(9, 9, seed=seed)
        t, z, sdim = schur(a, sort=lambda x, y: abs(y) < 0.5)
        check(a, t, z)
        w = scipy.linalg.eigvals(a.numpy())
        assert int(sdim) == sum(abs(w.imag) < 0.5)


def test_bad_arguments() -> None:
    a = torch.eye(3)
    with pytest.raises(ValueError, match="output must be 'real' or 'complex', got 'imaginary'"):
        schur(a, output="imaginary")
    with pytest.raises(ValueError, match="sort must be None, a callable"):
        schur(a, sort="up")
    with pytest.raises(ValueError, match="sort must be"):
        schur(a, sort=1)
    with pytest.raises(LinAlgError, match="a must be square"):
        schur(a[:2])
    with pytest.raises(ValueError, match="schur: a must not contain infs or NaNs"):
        schur(a * torch.inf)
    assert torch.isnan(schur(a * torch.nan, check_finite=False)[0]).all()
    assert torch.isnan(schur(torch.full((120, 120), torch.nan), check_finite=False)[0]).all()
    with pytest.raises(LinAlgError, match="rsf2csf: Z must be 3 x 3, as T"):
        rsf2csf(a, torch.eye(2))
    with pytest.raises(ValueError, match="rsf2csf: T must not contain"):
        rsf2csf(a * torch.nan, a)


@pytest.mark.parametrize("dtype", REAL)
def test_rsf2csf(dtype: torch.dtype) -> None:
    a = random(3, 6, 6, dtype=dtype)
    t, z = rsf2csf(*schur(a))
    check(a, t, z)
    want = scipy.linalg.rsf2csf(*(x[0].numpy() for x in schur(a)))
    np.testing.assert_allclose(t[0].numpy().diagonal(), want[0].diagonal(), rtol=100 * torch.finfo(dtype).eps)
    again = rsf2csf(t, z)
    assert torch.equal(again[0], t)


# ---- derivatives ---------------------------------------------------------------------------------------------------


def independent_of_signs(a: torch.Tensor, **options: Any) -> tuple[torch.Tensor, torch.Tensor]:
    t, z, *_ = schur(a, **options)
    return (t * t.conj()).real, z[..., :, None, :] * z[..., None, :, :].conj()


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("options", [{}, {"output": "complex"}, {"sort": "iuc"}])
def test_derivatives_of_pairs_and_single_eigenvalues(options: dict[str, Any], dtype: torch.dtype) -> None:
    a = random(5, 5, dtype=dtype, seed=3)
    assert dtype.is_complex or 0 < (schur(a)[0].diagonal(-1) != 0).sum() < 3, "blocks of both sizes"
    x = a.requires_grad_()
    torch.autograd.gradcheck(lambda x: independent_of_signs(x, **options), x, check_forward_ad=True, fast_mode=True)
    torch.autograd.gradgradcheck(lambda x: independent_of_signs(x, **options), x, fast_mode=True)


def test_gradient_of_a_large_matrix() -> None:
    a = random(115, 115).requires_grad_()
    (g,) = torch.autograd.grad((schur(a, output="complex")[0].diagonal() ** 2).sum().real, a)  # tr A^2
    torch.testing.assert_close(g, 2 * a.mT.detach(), rtol=1e-8, atol=1e-8)
    (g,) = torch.autograd.grad(schur(a)[0].trace(), a)
    torch.testing.assert_close(g, torch.eye(115, dtype=torch.float64), rtol=1e-8, atol=1e-8)


JORDAN = torch.tensor([[2.0, 1.0], [0.0, 2.0]], dtype=torch.float64)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_defective_eigenvalues_have_no_derivative(dtype: torch.dtype) -> None:
    for a in (JORDAN.to(dtype), torch.block_diag(JORDAN, random(40, 40)).to(dtype)):
        a.requires_grad_()
        with pytest.raises(LinAlgError, match="schur: equal eigenvalues are defective"):
            torch.autograd.grad((schur(a)[0].diagonal() ** 2).sum().real, a)
        with sci.data_checks(False):
            (g,) = torch.autograd.grad((schur(a)[0].diagonal() ** 2).sum().real, a)
        assert torch.isnan(g).any()
        _, tangent = torch.func.jvp(lambda a: schur(a)[0], (a.detach(),), (random(*a.shape, dtype=dtype),))
        assert torch.isnan(tangent).any()


@pytest.mark.parametrize("n", [2, 40])
def test_a_normal_pair_has_any_rotation(n: int) -> None:
    rest = torch.diag(torch.linspace(1, 2, n - 2, dtype=torch.float64))
    a = torch.block_diag(torch.tensor([[0.0, 1.0], [-1.0, 0.0]]).double(), rest).requires_grad_()
    (g,) = torch.autograd.grad(schur(a)[0].det(), a)
    torch.testing.assert_close(g, a.detach().det() * a.detach().inverse().mT)
    for loss in (lambda t, z: t.sum(), lambda t, z: z[:, 0] @ torch.arange(n).double()):
        with pytest.raises(LinAlgError, match="of a normal pair"):
            torch.autograd.grad(loss(*schur(a)), a)


def test_a_loss_that_depends_on_phases_raises() -> None:
    a = random(3, 3, dtype=torch.complex128).requires_grad_()
    with pytest.raises(LinAlgError, match="schur: the loss depends on the phases"):
        schur(a)[1].imag.sum().backward()
    with sci.data_checks(False):
        schur(a)[1].imag.sum().backward()


def test_failed_sort_of_close_eigenvalues_raises_or_succeeds() -> None:
    a = torch.tensor([[1.0, 2.0], [0.0, 1.0 + 1e-16]], dtype=torch.float64)
    t, z, sdim = schur(a, sort="iuc")
    check(a, t, z)
    assert int(sdim) == 2
