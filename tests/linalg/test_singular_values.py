"""SVD, polar factors and subspaces: values, derivatives at equal and vanishing singular values."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import torch

from sci.linalg import (
    LinAlgError,
    bandwidth,
    diagsvd,
    ishermitian,
    issymmetric,
    khatri_rao,
    matrix_balance,
    norm,
    null_space,
    orth,
    orthogonal_procrustes,
    polar,
    subspace_angles,
    svd,
    svdvals,
)
from tests.linalg.linalg_matrices import ALL, not_unitary, random, residual, unitary


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("shape", [(0, 3), (1, 1), (4, 2), (2, 5), (3, 6, 6)])
def test_svd(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    a = random(*shape, dtype=dtype)
    m, n = shape[-2:]
    for full in (True, False):
        u, s, vh = svd(a, full)
        k = s.shape[-1]
        assert not_unitary(u) < 30
        assert not_unitary(vh.mH) < 30
        assert residual((u[..., :k] * s[..., None, :]) @ vh[..., :k, :] - a, a) < 30
    assert torch.equal(svd(a, compute_uv=False), svdvals(a))
    assert diagsvd(s, m, n).shape == shape


def spectral(s: list[float], dtype: torch.dtype, m: int = 4) -> torch.Tensor:
    n = len(s)
    return (
        unitary(m, m, dtype=dtype)[:, :n]
        @ torch.diag(torch.tensor(s, dtype=dtype))
        @ unitary(n, n, dtype=dtype, seed=1)
    )


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_gradients_at_equal_singular_values(dtype: torch.dtype) -> None:
    a = spectral([2.0, 2.0, 2.0, 1.0], dtype).requires_grad_()
    # The nuclear norm's gradient is the polar factor, and the norm's is a / norm, ties or not.
    (g,) = torch.autograd.grad(svdvals(a).sum(), a)
    torch.testing.assert_close(g, polar(a)[0])
    (g,) = torch.autograd.grad(svdvals(a).square().sum().sqrt(), a)
    torch.testing.assert_close(g, a / norm(a))
    # A projector on the cluster: against the same through eigenvectors of a perturbation of first order.
    weight = random(4, 4, dtype=dtype, seed=5)

    def loss(x: torch.Tensor) -> torch.Tensor:
        left = svd(x)[0][:, :3]
        return ((left @ left.mH) * weight).sum().real

    (g,) = torch.autograd.grad(loss(a), a)
    direction, h = random(4, 4, dtype=dtype, seed=6), 1e-5
    want = (loss(a.detach() + h * direction) - loss(a.detach() - h * direction)) / (2 * h)
    np.testing.assert_allclose(float((g.conj() * direction).sum().real), float(want), rtol=1e-7)
    for x in (torch.eye(3, dtype=dtype), torch.zeros(3, 3, dtype=dtype), torch.zeros(4, 2, dtype=dtype)):
        x.requires_grad_()
        u, s, vh = svd(x)
        (g,) = torch.autograd.grad((u.abs() ** 2).sum() + s.sum() + (vh.abs() ** 2).sum(), x)
        assert torch.isfinite(g.abs()).all()


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_polar_derivative_at_equal_singular_values_to_second_order(dtype: torch.dtype) -> None:
    a = spectral([2.0, 2.0, 2.0, 0.5], dtype)
    torch.autograd.gradcheck(polar, a.clone().requires_grad_(), check_forward_ad=True)
    torch.autograd.gradgradcheck(polar, a.clone().requires_grad_())
    torch.autograd.gradcheck(lambda x: polar(x, "left"), a[:3].clone().requires_grad_(), check_forward_ad=True)


@pytest.mark.parametrize("dtype", ALL)
def test_polar(dtype: torch.dtype) -> None:
    for shape in ((4, 4), (5, 3), (2, 4), (2, 3, 3)):
        a = random(*shape, dtype=dtype)
        for side in ("right", "left"):
            u, p = polar(a, side)
            assert residual((u @ p if side == "right" else p @ u) - a, a) < 40
            assert torch.equal(p, p.mH)
            assert float(torch.linalg.eigvalsh(p).min()) > -1e-5
    with pytest.raises(ValueError, match="polar: side must be 'right' or 'left', got 'up'"):
        polar(a, "up")


def test_phases_raise() -> None:
    a = random(3, 3, dtype=torch.complex128).requires_grad_()
    with pytest.raises(LinAlgError, match="depends on the phases"):
        svd(a)[0].real.sum().backward()


def test_subspaces() -> None:
    a = random(5, 2) @ random(2, 4, seed=1)
    z, q = null_space(a), orth(a)
    assert z.shape == (4, 2)
    assert q.shape == (5, 2)
    torch.testing.assert_close(a @ z, torch.zeros(5, 2).double(), rtol=0, atol=1e-13)
    torch.testing.assert_close(q @ q.mH @ a, a)
    b = random(5, 3, seed=2)
    np.testing.assert_allclose(
        subspace_angles(a[:, :2], b), scipy.linalg.subspace_angles(a[:, :2].numpy(), b.numpy()), rtol=1e-13
    )
    tiny = torch.tensor([[1.0], [1e-9]], dtype=torch.float64)
    np.testing.assert_allclose(subspace_angles(tiny, torch.tensor([[1.0], [0.0]]).double()), [1e-9], rtol=1e-12)
    with pytest.raises(ValueError, match="one rank"):
        null_space(torch.stack([torch.eye(2), torch.zeros(2, 2)]))
    r, scale = orthogonal_procrustes(a, random(5, 4, seed=3))
    want = scipy.linalg.orthogonal_procrustes(a.numpy(), random(5, 4, seed=3).numpy())
    np.testing.assert_allclose(scale, want[1], rtol=1e-13)
    assert not_unitary(r) < 20


def test_structure_and_products() -> None:
    a = random(4, 4).triu(-2).tril(1)
    assert bandwidth(a) == (2, 1)
    low, up = bandwidth(torch.stack([a, torch.eye(4).double()]))
    assert low.tolist() == [2, 0]
    assert up.tolist() == [1, 0]
    assert bandwidth(torch.empty(0, 3)) == (0, 0)
    assert issymmetric(torch.eye(2))
    assert not issymmetric(torch.tensor([[1.0, 2.0], [2.1, 1.0]]))
    assert issymmetric(torch.tensor([[1.0, 2.0], [2.1, 1.0]]), atol=0.2)
    assert ishermitian(torch.tensor([[1, 2j], [-2j, 1]]))
    assert not ishermitian(torch.tensor([[1j, 0], [0, 1]]))
    x, y = random(2, 3), random(4, 3, seed=1)
    np.testing.assert_allclose(khatri_rao(x, y), scipy.linalg.khatri_rao(x.numpy(), y.numpy()))
    with pytest.raises(ValueError, match="khatri_rao: b must be of 3 columns"):
        khatri_rao(x, y[:, :2])


def test_balance() -> None:
    a = torch.tensor(
        [[1.0, 0.0, 2e5, 0.0], [0.0, 3.0, 0.0, 0.0], [1e-4, 0.0, 1.0, 7.0], [0.0, 5.0, 1e3, 2.0]], dtype=torch.float64
    )
    for options in ({}, {"permute": False}, {"scale": False}, {"separate": True}):
        b, t = matrix_balance(a, **options)
        want, want_t = scipy.linalg.matrix_balance(a.numpy(), **options)
        np.testing.assert_array_equal(b.numpy(), want)
        for x, y in zip(t, want_t, strict=True):
            np.testing.assert_array_equal(x.numpy(), y)


@pytest.mark.parametrize("dtype", ALL)
def test_balance_of_batches_with_zeros_and_scales(dtype: torch.dtype) -> None:
    """The kernel's exchanges and powers of two are those of LAPACK; scales beyond the squares of numbers, too."""
    generator = torch.Generator().manual_seed(5)
    for n in (0, 1, 2, 5, 8):
        zeros = torch.rand(60, n, n, generator=generator) < 0.6
        a = torch.where(zeros, 0, random(60, n, n, dtype=dtype))
        a = a * 10.0 ** torch.randint(-4, 5, (60, n, n), generator=generator).to(dtype)
        a[40:50] *= torch.finfo(dtype).tiny ** 0.75
        a[50:] *= torch.finfo(dtype).max ** 0.75
        for options in ({}, {"permute": False}, {"scale": False}):
            b, (scale, places) = matrix_balance(a, separate=True, **options)
            for k in range(60 if n else 0):
                want, (want_scale, want_places) = scipy.linalg.matrix_balance(a[k].numpy(), separate=True, **options)
                np.testing.assert_array_equal(places[k].numpy(), want_places)
                np.testing.assert_array_equal(scale[k].numpy(), want_scale)
                np.testing.assert_array_equal(b[k].numpy(), want)
