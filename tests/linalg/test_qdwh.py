"""The QR-based Halley iteration for polar factors and signs, which large CUDA matrices take: forced on the CPU."""

from __future__ import annotations

import mpmath
import pytest
import torch

from sci.linalg import _qdwh, polar, signm
from tests.linalg.linalg_matrices import ALL, eps, unitary


@pytest.fixture(autouse=True)
def by_iteration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_qdwh, "worthwhile", lambda a: True)


def with_condition(m: int, n: int, condition: float, dtype: torch.dtype, seed: int) -> torch.Tensor:
    u, v = unitary(m, m, dtype=dtype, seed=seed)[:, :n], unitary(n, n, dtype=dtype, seed=seed + 1)
    s = torch.logspace(0, -1, n, dtype=torch.float64) ** torch.tensor(condition).log10()
    return (u * s.to(dtype)) @ v


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("shape", [(24, 24), (40, 24)])
@pytest.mark.parametrize("digits", [0.0, 0.3, 0.6, 0.98])
def test_backward_stable_for_every_condition(dtype: torch.dtype, shape: tuple[int, int], digits: float) -> None:
    # Up to a condition of 1 / eps: the factor is orthonormal, a = u p, and p is Hermitian and positive semidefinite,
    # all within a small multiple of eps.
    unit = eps(dtype)
    for size in (1.0, 1e-15, 1e15):
        a = with_condition(*shape, unit**-digits, dtype, 5) * size
        u, p = polar(a)
        eye = torch.eye(shape[1], dtype=dtype)
        assert float(torch.linalg.matrix_norm(u.mH @ u - eye)) < 30 * unit
        assert float(torch.linalg.matrix_norm(u @ p - a)) < 60 * unit * size
        assert float(torch.linalg.eigvalsh(p)[0]) > -30 * unit * size
        assert torch.equal(p, p.mH)


def test_no_decomposition_is_asked_unless_singular(monkeypatch: pytest.MonkeyPatch) -> None:
    a = torch.stack([with_condition(12, 12, c, torch.float64, 3) for c in (1.0, 1e4, 1e15)])
    good = torch.linalg.svd(a)
    good = good[0] @ good[2]
    calls = []
    svd = torch.linalg.svd
    monkeypatch.setattr(torch.linalg, "svd", lambda *x, **y: calls.append(x[0].shape) or svd(*x, **y))
    u = polar(a)[0]
    assert not calls
    assert float((u - good)[:2].abs().max()) < 1e-11
    singular = torch.stack([torch.zeros(3, 3), torch.diag(torch.tensor([1.0, 0, 0])), torch.eye(3)]).double()
    u = polar(singular)[0]
    assert calls == [torch.Size([2, 3, 3])]
    assert float((u.mH @ u - torch.eye(3)).abs().max()) < 1e-15


def test_reference_of_an_ill_conditioned_matrix() -> None:
    # Hilbert's matrix of order 8 with rows moved: the factor U = A (A^T A)^(-1/2) in 60 digits.
    n = 8
    a = [[mpmath.mpf(1) / ((i * 3) % n + j + 1) for j in range(n)] for i in range(n)]
    held = torch.tensor([[float(x) for x in row] for row in a], dtype=torch.float64)
    with mpmath.workdps(60):
        exact = mpmath.matrix(held.tolist())
        w, v = mpmath.eigsy(exact.T * exact)
        u = exact * v * mpmath.diag([1 / mpmath.sqrt(x) for x in w]) * v.T
    want = torch.tensor([[float(u[i, j]) for j in range(n)] for i in range(n)], dtype=torch.float64)
    condition = float(torch.linalg.cond(held))
    assert condition > 1e9
    assert float((polar(held)[0] - want).abs().max()) < 4 * condition * eps(torch.float64)


def test_derivatives() -> None:
    for a in (with_condition(4, 4, 10.0, torch.complex128, 7), with_condition(5, 3, 3.0, torch.float64, 8)):
        x = a.requires_grad_()
        torch.autograd.gradcheck(lambda x: polar(x), x, check_forward_ad=True)
        torch.autograd.gradgradcheck(lambda x: polar(x), x)
    x = torch.diag(torch.tensor([2.0, -2.0, 1.0], dtype=torch.float64)).requires_grad_()
    torch.autograd.gradcheck(signm, x, check_forward_ad=True)


@pytest.mark.parametrize("dtype", ALL)
def test_signs_of_hermitian_matrices(dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    n = 20
    v = unitary(n, n, dtype=dtype, seed=4)
    eye = torch.eye(n, dtype=dtype)
    signs = torch.where(torch.arange(n) % 3 == 0, -1.0, 1.0).to(dtype)
    for digits in (0.1, 0.4):
        w = torch.logspace(0, -1, n, dtype=torch.float64) ** (-digits * torch.tensor(eps(dtype)).log10())
        a = (v * (w.to(dtype) * signs)) @ v.mH
        a = (a + a.mH) / 2
        for route in (True, False):
            monkeypatch.setattr(_qdwh, "worthwhile", lambda a, route=route: route)
            x = signm(a)
            assert float(torch.linalg.matrix_norm(x @ x - eye)) < 60 * eps(dtype)
            assert float(torch.linalg.matrix_norm(x @ a - a @ x)) < 60 * eps(dtype)
            assert abs(float(x.diagonal().sum().real) - float(signs.sum().real)) < 0.01
    zeros = (v * torch.where(torch.arange(n) < 5, 0, signs)) @ v.mH
    zeros = (zeros + zeros.mH) / 2
    for route in (True, False):
        monkeypatch.setattr(_qdwh, "worthwhile", lambda a, route=route: route)
        assert float((signm(zeros) - zeros).abs().max()) < 200 * eps(dtype)
