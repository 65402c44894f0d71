"""Hermitian eigenproblems: residuals, normalisation, subsets, and derivatives where eigenvalues are equal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg
import torch

import sci
from sci.linalg import LinAlgError, eigh, eigvalsh
from tests.linalg.linalg_matrices import ALL, hermitian, not_unitary, positive, random, residual


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", [1, 2, 7, 70])
def test_standard(n: int, dtype: torch.dtype) -> None:
    a = hermitian(torch.linspace(-3, 5, n), 2, n, n, dtype=dtype)
    for lower in (False, True):
        kept = a.tril() if lower else a.triu()
        w, v = eigh(kept, lower=lower)
        assert w.dtype == a.real.dtype
        assert v.dtype == dtype
        assert residual(a @ v - v * w[..., None, :], a) < 20 + n
        assert not_unitary(v) < 20 + n
        size = 30 * n * torch.finfo(dtype).eps
        torch.testing.assert_close(eigvalsh(kept, lower=lower), w, rtol=size, atol=size)
        torch.testing.assert_close(eigh(kept, lower=lower, eigvals_only=True), w, rtol=size, atol=size)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("type", [1, 2, 3])
@pytest.mark.parametrize("lower", [False, True])
def test_generalised(type: int, lower: bool, dtype: torch.dtype) -> None:
    a, b = hermitian(torch.linspace(-3, 5, 6), 2, 6, 6, dtype=dtype), positive(6, 6, dtype=dtype, seed=1)
    half = torch.tril if lower else torch.triu
    w, v = eigh(half(a), half(b), lower=lower, type=type)
    left = {1: a, 2: a @ b, 3: b @ a}[type]
    right = b @ v if type == 1 else v
    scale = left.norm() * v.norm()
    assert residual(left @ v - right * w[..., None, :], scale) < 30
    metric = torch.linalg.inv(b) if type == 3 else b
    assert residual(v.mH @ metric @ v - torch.eye(6), 1.0) < 1000
    want = scipy.linalg.eigh(a[0].numpy(), b.numpy(), type=type, eigvals_only=True)
    np.testing.assert_allclose(w[0], want, rtol=1e-11)
    np.testing.assert_allclose(eigvalsh(a, b, type=type)[0], want, rtol=1e-11)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("type", [1, 2, 3])
def test_generalised_through_lapack(type: int, dtype: torch.dtype) -> None:
    n = 66
    a, b = hermitian(torch.linspace(-3, 5, n), n, n, dtype=dtype), positive(n, n, condition=10, dtype=dtype, seed=1)
    for lower in (False, True):
        half = torch.tril if lower else torch.triu
        w, v = eigh(half(a), half(b), lower=lower, type=type)
        left = {1: a, 2: a @ b, 3: b @ a}[type]
        right = b @ v if type == 1 else v
        assert residual(left @ v - right * w, float(left.norm() * v.norm())) < 100
        metric = torch.linalg.inv(b) if type == 3 else b
        assert residual(v.mH @ metric @ v - torch.eye(n), 1.0) < 20 * n
    bad = b.clone()
    bad[9, 9] = -1
    with pytest.raises(LinAlgError, match="b is not positive definite: the leading minor of order 10 of matrix 1"):
        eigh(torch.stack([a, a]), torch.stack([b, bad]), type=type)
    with sci.data_checks(False):
        w, _ = eigh(torch.stack([a, a]), torch.stack([b, bad]), type=type)
    assert torch.isnan(w[1]).all()
    assert torch.isfinite(w[0]).all()


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_large_subset(dtype: torch.dtype) -> None:
    a = hermitian(torch.arange(70.0), 70, 70, dtype=dtype)
    for lower in (False, True):
        kept = a.tril() if lower else a.triu()
        w, v = eigh(kept, lower=lower, subset_by_index=(3, 7))
        torch.testing.assert_close(w, torch.arange(3.0, 8.0, dtype=torch.float64))
        assert v.shape == (70, 5)
        assert residual(a @ v - v * w, a) < 100
        torch.testing.assert_close(eigvalsh(kept, lower=lower, subset_by_index=(3, 7)), w)


def test_subsets() -> None:
    a = hermitian(torch.arange(6.0), 6, 6)
    w, v = eigh(a)
    some, vectors = eigh(a, subset_by_index=[1, 3])
    torch.testing.assert_close(some, w[1:4])
    torch.testing.assert_close(vectors, v[:, 1:4])
    a = torch.diag(torch.arange(6.0, dtype=torch.float64))
    some, vectors = eigh(a, subset_by_value=(1.0, 3.0))  # half open: 1 is not in it
    assert some.tolist() == [2, 3]
    assert vectors.shape == (6, 2)
    assert eigvalsh(a, subset_by_value=(-torch.inf, 0.5)).tolist() == [0]
    assert eigvalsh(a, subset_by_value=(10, 11)).shape == (0,)
    with pytest.raises(ValueError, match="different eigenvalues in the matrices of the batch"):
        eigh(torch.stack([a, a + 2 * torch.eye(6)]), subset_by_value=(1.5, 3))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"driver": "fast"}, "driver must be None or one of"),
        ({"driver": "gvd"}, "driver must be one of ev, evd, evr, evx without b"),
        ({"b": True, "driver": "evr"}, "driver must be one of gv"),
        ({"driver": "evd", "subset_by_index": [0, 1]}, "for a subset"),
        ({"b": True, "type": 4}, "type must be 1, 2 or 3, got 4"),
        ({"subset_by_index": [0, 1], "subset_by_value": [0, 1]}, "cannot both be given"),
        ({"subset_by_index": [0, 3]}, r"0 <= first <= last < 3, got \[0, 3\]"),
        ({"subset_by_value": [2, 1]}, "low < high"),
    ],
)
def test_bad_options(options: dict[str, Any], message: str) -> None:
    a = torch.eye(3)
    if options.get("b"):
        options = {**options, "b": a}
    with pytest.raises(ValueError, match=message):
        eigh(a, **options)


def test_bad_matrices() -> None:
    a = torch.eye(3)
    with pytest.raises(LinAlgError, match="eigh: a must be square"):
        eigh(a[:2])
    with pytest.raises(ValueError, match="eigh: b must be 3 x 3, as a"):
        eigh(a, torch.eye(2))
    with pytest.raises(LinAlgError, match="eigh: b is not positive definite: the leading minor of order 1 of matrix 1"):
        eigh(a, torch.stack([a, -a]))
    with pytest.raises(ValueError, match="eigvalsh: a must not contain infs or NaNs"):
        eigvalsh(a * torch.nan)
    with pytest.raises(ValueError, match="eigh: a must not contain infs or NaNs"):
        eigh(a * torch.nan, a)
    with pytest.raises(TypeError, match="eigh: a must be"):
        eigh(None)
    with pytest.raises(NotImplementedError, match="cannot be compiled"):
        eigh(torch.eye(3, device="meta"), subset_by_value=(0, 1))


def test_empty() -> None:
    w, v = eigh(torch.zeros(0, 0, requires_grad=True))
    assert w.shape == (0,)
    assert v.shape == (0, 0)
    (w.sum() + v.sum()).backward()
    assert eigh(torch.zeros(0, 3, 3))[1].shape == (0, 3, 3)


# ---- derivatives ---------------------------------------------------------------------------------------------------


def gradient(loss: Any, a: torch.Tensor) -> torch.Tensor:
    a = a.clone().requires_grad_()
    return torch.autograd.grad(loss(a), a)[0]


@pytest.mark.parametrize("gap", [0.0, 1e-300, 1e-16, 1e-14, 1e-10, 1e-6])
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_equal_and_nearly_equal_eigenvalues(gap: float, dtype: torch.dtype) -> None:
    a = hermitian(torch.tensor([1.0, 1.0 + gap, 3.0, 3.0, 3.0, 7.0], dtype=torch.float64), 6, 6, dtype=dtype)
    m = hermitian(torch.linspace(-1, 2, 6), 6, 6, dtype=dtype, seed=5)
    eye = torch.eye(6, dtype=dtype)

    # Symmetric functions of eigenvalues: d sum(exp w) = exp(A).
    torch.testing.assert_close(gradient(lambda a: eigh(a)[0].exp().sum(), a), torch.linalg.matrix_exp(a))
    torch.testing.assert_close(gradient(lambda a: eigvalsh(a).exp().sum(), a), torch.linalg.matrix_exp(a))

    # The projector on a cluster, here of the two lowest: its derivative couples it to the others only.
    def projected(a: torch.Tensor) -> torch.Tensor:
        low = eigh(a)[1][:, :2]
        return (m.conj() * (low @ low.mH)).sum().real

    w, v = torch.linalg.eigh(a)
    low, high = v[:, :2], v[:, 2:]
    inner = (low.mH @ m @ high) / (w[:2, None] - w[None, 2:])
    want = low @ inner @ high.mH
    want = want + want.mH
    torch.testing.assert_close(gradient(projected, a), want)

    # Forward mode agrees, up to the noise eps / gap that a tangent of V itself has.
    direction = hermitian(torch.linspace(-2, 1, 6), 6, 6, dtype=dtype, seed=6)
    _, tangent = torch.func.jvp(projected, (a,), (direction,))
    torch.testing.assert_close(
        tangent, (want.conj() * direction).sum().real, rtol=1e-9 if gap < 1e-15 else 1e-14 / gap, atol=1e-9
    )

    # Anything is finite, also what has no derivative.
    with sci.data_checks(False):
        for vague in (lambda a: eigh(a)[1].abs()[:, 0].sum(), lambda a: (eigh(a)[1].abs() ** 2 * m.abs()).sum()):
            assert torch.isfinite(gradient(vague, a)).all()
            assert torch.isfinite(gradient(vague, eye)).all()


def test_second_derivative_of_symmetric_function_at_distinct_eigenvalues() -> None:
    a = hermitian(torch.tensor([1.0, 2.0, 4.0]), 3, 3)
    hessian = torch.func.hessian(lambda a: (eigh(a)[0] ** 3).sum())(a)  # of tr(A^3)
    e = random(3, 3)
    e = (e + e.mT) / 2
    second = torch.einsum("ij,ijkl,kl", e, hessian, e)
    torch.testing.assert_close(second, 6 * torch.trace(a @ e @ e), rtol=1e-10, atol=1e-10)


def test_generalised_gradients_at_equal_eigenvalues() -> None:
    # A = 2 B: all eigenvalues are 2. tr f(w) = tr f(B^-1 A), d tr (B^-1 A)^2 = 2 B^-1 A B^-1 : dA - ...
    b = positive(4, 4, condition=10).requires_grad_()
    a = (2 * b).detach().requires_grad_()
    ga, gb = torch.autograd.grad((eigh(a, b)[0] ** 2).sum(), (a, b))
    wa, wb = torch.autograd.grad(torch.trace(torch.matrix_power(torch.linalg.solve(b, a), 2)), (a, b))
    torch.testing.assert_close(ga, (wa + wa.mT) / 2)
    torch.testing.assert_close(gb, (wb + wb.mT) / 2)


def test_a_loss_that_depends_on_phases_raises() -> None:
    a = hermitian(torch.tensor([1.0, 2.0, 4.0]), 3, 3, dtype=torch.complex128).requires_grad_()
    loss = eigh(a)[1][0, 0].imag
    with pytest.raises(LinAlgError, match="phases of the complex vectors"):
        loss.backward()
    with sci.data_checks(False):
        eigh(a)[1].imag.sum().backward()
    assert a.grad is not None
