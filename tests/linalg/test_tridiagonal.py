"""Batches of tridiagonal matrices: residuals and orthogonality beside LAPACK's, on matrices that hurt."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import torch
from torch import Tensor

from sci import linalg
from sci.linalg import LinAlgError, eigh_tridiagonal, eigvalsh_tridiagonal
from tests.linalg.linalg_matrices import REAL, eps, random

Pair = tuple[Tensor, Tensor]


def kinds(n: int, dtype: torch.dtype) -> dict[str, Pair]:
    """Return batches of five, of which the last differs from the others."""
    d, e = random(5, n, seed=1), random(5, n - 1, seed=2)
    steps = torch.arange(n, dtype=torch.float64)
    reach = 300 if dtype == torch.float64 else 36
    grades = 10.0 ** (-reach / 2 * steps / max(n - 1, 1))
    beside = (grades[1:] * grades[:-1]) ** 0.5
    one, off = torch.ones(5, n, dtype=torch.float64), torch.ones(5, n - 1, dtype=torch.float64)
    found = {
        "random": (d, e),
        "second difference": (2 * one, -off),
        "zero": (0 * one, 0 * off),
        "constant diagonal": (3 * one, 0 * off),
        "zero diagonal": (0 * one, e),
        "Wilkinson": ((steps - (n - 1) / 2).abs() * one, off),
        "split": (d.round(), torch.where(steps[1:] % 3 == 0, 0, e)),
        "graded down": (d * grades, e * beside / 3),
        "graded up": ((d * grades).flip(-1), (e * beside / 3).flip(-1)),
        "graded to the middle": (torch.cat([d * grades, (d * grades).flip(-1)], -1)[:, ::2], e * 1e-20),
        "huge": (d * 10.0**reach, e * 10.0**reach),
        "tiny": (d * 10.0**-reach, e * 10.0**-reach),
        "weakly coupled": (one, off * eps(dtype)),
    }
    for x, y in found.values():
        x[4], y[4] = d[0], e[0]  # others run on where this one is done
    return {kind: (x.to(dtype), y.to(dtype)) for kind, (x, y) in found.items()}


def errors(d: Tensor, e: Tensor, w: Tensor, v: Tensor) -> tuple[float, float]:
    """Return residual and distance from orthogonality, the worst of the batch, in eps."""
    size = torch.cat([d, e], -1).abs().amax(-1).clamp_min(torch.finfo(d.dtype).tiny).double()
    a = (torch.diag_embed(d) + torch.diag_embed(e, 1) + torch.diag_embed(e, -1)).double() / size[:, None, None]
    wide = v.double()
    left = a @ wide - wide * (w.double() / size[:, None])[:, None, :]
    off = wide.mT @ wide - torch.eye(d.shape[-1], dtype=torch.float64)
    return float(left.abs().max()) / eps(d.dtype), float(off.abs().max()) / eps(d.dtype)


@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 13, 32, 48, 70, 100])
def test_as_exact_as_lapack(n: int, dtype: torch.dtype) -> None:
    for kind, (d, e) in kinds(n, dtype).items():
        w, v = eigh_tridiagonal(d, e)
        assert bool((w[:, 1:] >= w[:, :-1]).all()), kind
        theirs = [scipy.linalg.eigh_tridiagonal(x.numpy(), y.numpy()) for x, y in zip(d, e, strict=True)]
        other_w, other_v = (torch.from_numpy(np.stack(x)) for x in zip(*theirs, strict=True))
        for mine, other in zip(errors(d, e, w, v), errors(d, e, other_w, other_v), strict=True):
            assert mine <= 2 * other + 4 + n**0.5, kind
        size = other_w.abs().amax(-1, keepdim=True).clamp_min(torch.finfo(dtype).tiny)
        for found in (w, eigvalsh_tridiagonal(d, e)):
            assert float(((found - other_w).abs() / size).max()) <= (8 + 2 * n**0.5) * eps(dtype), kind


@pytest.mark.parametrize("n", [80, 101, 104, 159])
def test_single_matrices_as_exact_as_lapack(n: int) -> None:
    for kind, (d, e) in kinds(n, torch.float64).items():
        w, v = eigh_tridiagonal(d[0], e[0])
        other = scipy.linalg.eigh_tridiagonal(d[0].numpy(), e[0].numpy())
        found, theirs = (errors(d[:1], e[:1], x[None], y[None]) for x, y in ((w, v), map(torch.from_numpy, other)))
        for mine, lapack in zip(found, theirs, strict=True):
            assert mine <= 2 * lapack + 4 + n**0.5, kind


@pytest.mark.cpu
@pytest.mark.parametrize("n", [16, 17, 32, 35, 65, 99, 200])
def test_vectors_from_values(n: int) -> None:
    # 33, 36, 66, 100 have divisors: leading minors of second differences are zero at eigenvalues of the whole.
    given = kinds(n, torch.float64)
    for d, e in (given["random"], given["second difference"]):
        exact = torch.linalg.eigvalsh(torch.diag_embed(d) + torch.diag_embed(e, 1) + torch.diag_embed(e, -1))
        # Values that are further off than those of any QR algorithm come right, too.
        for start in (exact, exact + 1e-12 * exact.abs().amax(-1, keepdim=True)):
            w, rows, info = torch.ops.sci._tridiagonal_vectors(d, e, start)
            if bool(info.all()):
                assert bool((torch.ops.sci._tridiagonal_eigh(d, e, True)[2] == n).all()), "lanes, and no vectors"
                return
            assert not bool(info.any())
            assert max(errors(d, e, w, rows.mT)) <= 8 + n**0.5
    for kind in ("zero", "constant diagonal", "Wilkinson", "weakly coupled"):
        d, e = given[kind]
        assert torch.ops.sci._tridiagonal_vectors(d, e, d.sort(-1)[0])[2][0] == 1, "equal values want LAPACK"
    for bad in (torch.nan, torch.inf):
        d, e = given["random"]
        d, start = d.clone(), torch.linalg.eigvalsh(torch.diag_embed(d))
        d[1, 3] = bad
        info = torch.ops.sci._tridiagonal_vectors(d, e, start)[2]
        assert info[1] == 1


@pytest.mark.parametrize("n", [2, 8])
def test_a_matrix_is_the_same_alone_and_in_a_batch(n: int) -> None:
    d, e = kinds(n, torch.float64)["random"]
    w, v = eigh_tridiagonal(d, e)
    for k in range(5):
        one = eigh_tridiagonal(d[k], e[k])
        assert torch.equal(one[0], w[k])
        assert torch.equal(one[1], v[k])
        assert torch.equal(eigvalsh_tridiagonal(d[k], e[k]), eigvalsh_tridiagonal(d, e)[k])


@pytest.mark.cpu
@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_one_matrix_that_is_not_finite(bad: float) -> None:
    d, e = kinds(6, torch.float64)["random"]
    w, v = eigh_tridiagonal(d, e)
    for x in (d, e):
        before = x[2, 3].clone()
        x[2, 3] = bad
        with pytest.raises(ValueError, match="infs or NaNs"):
            eigh_tridiagonal(d, e)
        if bad != bad:  # of infinity LAPACK says nothing, and gives NaN
            with pytest.raises(ValueError, match=r"NaN|non-finite|converge"):  # LinAlgError is one
                eigh_tridiagonal(d, e, check_finite=False)
        found = torch.ops.sci._tridiagonal_eigh(d, e, True)
        if not bool((found[2] == 6).all()):  # with lanes
            assert found[2].tolist() == [0, 0, 6, 0, 0]
            others = [0, 1, 3, 4]
            assert torch.equal(found[0][others], w[others])
            assert torch.equal(found[1][others].mT, v[others])
            assert bool(found[0][2].isnan().all())
            assert bool(found[1][2].isnan().all())
        x[2, 3] = before


def test_shapes_and_strides() -> None:
    d, e = random(3, 1, 6), random(4, 5)
    w, v = eigh_tridiagonal(d, e)
    assert w.shape == (3, 4, 6)
    assert v.shape == (3, 4, 6, 6)
    one = eigh_tridiagonal(d[2, 0], e[1])
    torch.testing.assert_close(w[2, 1], one[0])
    every = eigh_tridiagonal(random(4, 12)[:, ::2], random(5, 4).mT)
    copies = eigh_tridiagonal(random(4, 12)[:, ::2].contiguous(), random(5, 4).mT.contiguous())
    assert torch.equal(every[1], copies[1])
    w, v = eigh_tridiagonal(torch.zeros(0, 5), torch.zeros(0, 4))
    assert w.shape == (0, 5)
    assert v.shape == (0, 5, 5)
    assert eigvalsh_tridiagonal(torch.zeros(0, 5), torch.zeros(0, 4)).shape == (0, 5)
    one, vector = eigh_tridiagonal(torch.tensor([[-2.0], [0.0]]), torch.zeros(2, 0))
    assert one.tolist() == [[-2.0], [0.0]]
    assert vector.abs().tolist() == [[[1.0]], [[1.0]]]


def test_gradients() -> None:
    d, e = random(3, 7, seed=3).requires_grad_(), random(6, seed=4).requires_grad_()
    weight = random(7, 7, seed=5)

    def loss(d: Tensor, e: Tensor) -> Tensor:
        w, v = eigh_tridiagonal(d, e)
        return ((v * w.exp()[..., None, :]) @ v.mT * weight).sum(), (v**2 * weight).sum()  # type: ignore[return-value]

    for values in (lambda d, e: eigh_tridiagonal(d, e)[0], eigvalsh_tridiagonal):
        assert torch.autograd.gradcheck(values, (d, e), check_forward_ad=True)
        assert torch.autograd.gradgradcheck(values, (d, e), check_fwd_over_rev=True)
    assert torch.autograd.gradcheck(loss, (d, e), check_forward_ad=True)
    assert torch.autograd.gradgradcheck(loss, (d, e), check_fwd_over_rev=True)
    # At equal eigenvalues: of tr(T^3), whose gradient is 3 T^2.
    d, e = (
        torch.ones(4, 5, dtype=torch.float64).requires_grad_(),
        torch.zeros(4, 4, dtype=torch.float64).requires_grad_(),
    )
    gd, ge = torch.autograd.grad((eigh_tridiagonal(d, e)[0] ** 3).sum(), (d, e))
    torch.testing.assert_close(gd, 3 * torch.ones_like(d))
    torch.testing.assert_close(ge, torch.zeros_like(e))


def test_no_convergence_is_said() -> None:
    d = torch.full((5, 9), torch.nan)
    with pytest.raises((LinAlgError, ValueError)):
        eigvalsh_tridiagonal(d, torch.ones(5, 8), check_finite=False)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.complex128], ids=str)
@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("shape", [(3, 5), (2, 60), (4, 60), (2, 150), (5, 2, 70), (2, 2, 3, 60), (6, 2, 9), (30, 250)])
def test_bands_as_dense_matrices(shape, lower, dtype):
    ab = torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(1))
    eps, n, u = torch.finfo(dtype).eps, shape[-1], shape[-2] - 1
    full = torch.zeros(*shape[:-2], n, n, dtype=dtype)
    for k in range(u + 1):
        diagonal = ab[..., k, : n - k] if lower else ab[..., u - k, k:]
        full.diagonal(-k if lower else k, -2, -1).copy_(diagonal.real if k == 0 else diagonal)
    beside = full.tril(-1) + full.triu(1)
    full = full + beside.mH
    w, v = linalg.eig_banded(ab, lower=lower)
    size = torch.linalg.eigvalsh(full).abs().amax(-1)[..., None, None]
    assert ((full @ v - v * w[..., None, :]).abs() / size).max() < 20 * n**0.5 * eps
    assert (v.mH @ v - torch.eye(n, dtype=dtype)).abs().max() < 20 * n**0.5 * eps
    assert (w.diff(dim=-1) >= 0).all() and not w.is_complex() and v.dtype == dtype
    values = linalg.eigvals_banded(ab, lower=lower)
    assert ((values - w).abs() / size[..., 0]).max() < 20 * n**0.5 * eps
    x = ab.clone().requires_grad_()
    recorded = linalg.eig_banded(x, lower=lower)
    assert recorded[1].requires_grad and ((recorded[0] - w).abs() / size[..., 0]).max() < 20 * n**0.5 * eps
