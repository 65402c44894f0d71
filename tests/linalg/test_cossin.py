"""The cosine-sine decomposition: all block sizes, hard angles, gauges, derivatives at equal angles."""

from __future__ import annotations

import itertools

import pytest
import torch

import sci
from sci.linalg import LinAlgError, cossin, eigh
from tests.linalg.linalg_matrices import ALL, not_unitary, random, residual, unitary


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("swap", [False, True])
def test_factors_are_unitary_and_multiply_to_x(dtype: torch.dtype, swap: bool) -> None:
    for m in (2, 3, 5):
        x = unitary(2, m, m, dtype=dtype)
        for p, q in itertools.product(range(1, m), repeat=2):
            u, cs, vh = cossin(x, p, q, swap_sign=swap)
            assert residual(u @ cs.to(dtype) @ vh - x, 1.0) < 20 * m
            assert max(not_unitary(u), not_unitary(vh)) < 20 * m
            (u1, _), theta, (_, v2) = cossin(x, p, q, separate=True, swap_sign=swap)
            assert theta.shape == (2, min(p, m - p, q, m - q))
            assert theta.dtype == cs.dtype == x.real.dtype
            assert float(theta.min()) >= 0
            assert float(theta.max()) <= torch.pi / 2
            assert torch.equal(u[..., :p, :p], u1)
            assert torch.equal(vh[..., q:, q:], v2)
            blocks = (x[..., :p, :q], x[..., :p, q:], x[..., p:, :q], x[..., p:, q:])
            assert torch.equal(cossin(blocks, swap_sign=swap)[0], u)


def test_angles_have_full_accuracy_where_they_are_tiny() -> None:
    # Angles of 1e-12 are lost in singular values of X11, 1 - 5e-25.
    theta = torch.tensor([1e-12, 0.5], dtype=torch.float64)
    u, v = unitary(4, 4)[:2, :2], unitary(4, 4, seed=1)[:2, :2]
    u, v = torch.linalg.qr(u)[0], torch.linalg.qr(v)[0]
    c, s = torch.diag(theta.cos()), torch.diag(theta.sin())
    x = torch.block_diag(u, v) @ torch.cat([torch.cat([c, -s], 1), torch.cat([s, c], 1)]) @ torch.block_diag(v, u)
    found = cossin(x, 2, 2, separate=True)[1].sort().values
    assert float((found - theta).abs().max()) < 1e-15


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_losses_at_equal_angles_have_their_gradient(dtype: torch.dtype) -> None:
    theta = torch.tensor([0.3, 0.7, 0.7], dtype=torch.float64)
    c, s = torch.diag(theta.cos()), torch.diag(theta.sin())
    middle = torch.cat([torch.cat([c, -s], 1), torch.cat([s, c], 1)]).to(dtype)
    left, right = (torch.block_diag(unitary(3, 3, dtype=dtype, seed=k), unitary(3, 3, dtype=dtype)) for k in (3, 4))
    x = (left @ middle @ right).requires_grad_()
    (u1, _), angles, _ = cossin(x, 3, 3, separate=True)
    h = x[:3, :3] @ x[:3, :3].mH
    weight = random(3, 3, dtype=dtype, seed=5)
    one, same = u1[:, :1], eigh(h)[1][:, 2:]
    losses = (
        ((angles.cos() ** 4).sum(), (h @ h).trace().real),  # symmetric in the angles
        ((one @ one.mH * weight).sum().real, (same @ same.mH * weight).sum().real),  # the projector of the single one
    )
    for loss, reference in losses:
        along = []
        for y in (loss, reference):
            (g,) = torch.autograd.grad(y, x, retain_graph=True)
            k = x.detach().mH @ g
            along.append(x.detach() @ (k - k.mH) / 2)
        torch.testing.assert_close(loss, reference, rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(*along, rtol=1e-10, atol=1e-10)


def test_losses_that_depend_on_a_gauge_raise() -> None:
    x = unitary(5, 5, dtype=torch.complex128).requires_grad_()
    (u1, u2), _, _ = cossin(x, 2, 2, separate=True)
    with pytest.raises(LinAlgError, match="phases"):
        u1[0, 0].real.backward(retain_graph=True)
    real = unitary(6, 6).requires_grad_()
    (u1, u2), _, _ = cossin(real, 1, 2, separate=True)
    with pytest.raises(LinAlgError, match="identity block"):
        u2[0, 0].backward(retain_graph=True)
    with sci.data_checks(False):
        u2[0, 0].backward()
    assert bool(torch.isfinite(real.grad).all())


def test_bad_arguments() -> None:
    x = unitary(4, 4)
    with pytest.raises(ValueError, match="invalid p=4, 0<p<4"):
        cossin(x, 4, 1)
    with pytest.raises(ValueError, match="only supports square"):
        cossin(x[:3], 1, 1)
    with pytest.raises(ValueError, match="exactly four arrays"):
        cossin([x, x])
    with pytest.raises(ValueError, match="infs or NaNs"):
        cossin(torch.full((2, 2), torch.nan), 1, 1)
    with pytest.raises(ValueError, match="Invalid x12 dimensions"):
        cossin((x[:2, :2], x[:2, 1:], x[2:, :2], x[2:, 2:]))
