"""Generalised Schur forms: residual and structure, order, singular pairs, derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg
import torch

import sci
from sci.linalg import LinAlgError, ordqz, qz
from tests.linalg.linalg_matrices import ALL, not_unitary, random, residual


def check(a: torch.Tensor, b: torch.Tensor, s: torch.Tensor, t: torch.Tensor, q: torch.Tensor, z: torch.Tensor) -> None:
    n = a.shape[-1]
    for matrix, form in ((a, s), (b, t)):
        size = float(torch.linalg.matrix_norm(matrix).max())
        assert residual(q @ form @ z.mH - matrix.to(q.dtype), max(size, 1e-30)) < 30 + 4 * n
    assert not_unitary(q) < 30 + 6 * n
    assert not_unitary(z) < 30 + 6 * n
    assert torch.equal(t, t.triu())
    if s.is_complex():
        assert torch.equal(s, s.triu())
        assert (t.diagonal(dim1=-2, dim2=-1).imag == 0).all()
        return
    assert torch.equal(s, s.triu(-1))
    block = s.diagonal(-1, -2, -1) != 0
    assert not (block[..., 1:] & block[..., :-1]).any(), "blocks are 2 x 2 at most"


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("n", [1, 2, 3, 12])
def test_random(n: int, dtype: torch.dtype) -> None:
    a, b = random(3, n, n, dtype=dtype, seed=n), random(n, n, dtype=dtype, seed=n + 1)
    for output in ("real", "complex"):
        found = qz(a, b, output=output)
        assert {x.dtype for x in found} == {dtype if output == "real" else dtype.to_complex()}
        check(a, b.expand_as(a), *found)


@pytest.mark.parametrize("name", ["zero", "singular", "identity", "tiny", "huge"])
def test_hard_pairs(name: str) -> None:
    a, b = random(5, 5), random(5, 5, seed=1)
    pairs = {
        "zero": (a, b * 0),
        "singular": (a, b.triu(1)),
        "identity": (torch.eye(5, dtype=a.dtype), torch.eye(5, dtype=a.dtype)),
        "tiny": (a * 1e-150, b * 1e-150),
        "huge": (a * 1e150, b * 1e150),
    }
    a, b = pairs[name]
    scale = float(torch.stack((a, b)).abs().max())
    s, t, q, z = qz(a, b)
    check(a / scale, b / scale, s / scale, t / scale, q, z)


INSIDE = {
    "lhp": lambda w: w.real < 0,
    "rhp": lambda w: w.real > 0,
    "iuc": lambda w: abs(w) < 1,
    "ouc": lambda w: abs(w) > 1,
}


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("sort", [*INSIDE, "callable"])
def test_order(sort: str, dtype: torch.dtype) -> None:
    a, b = random(3, 7, 7, dtype=dtype), random(3, 7, 7, dtype=dtype, seed=1)
    inside = INSIDE.get(sort, lambda w: abs(w.imag) < 0.5)
    chosen: Any = (lambda x, y: inside(x / y)) if sort == "callable" else sort
    s, t, alpha, beta, q, z = ordqz(a, b, sort=chosen)
    check(a, b, s, t, q, z)
    for k in range(3):
        w = (alpha[k] / beta[k]).numpy()
        flags = inside(w)
        assert (np.diff(flags.astype(int)) <= 0).all(), "those selected come first"
        want = scipy.linalg.eigvals(a[k].numpy(), b[k].numpy())
        np.testing.assert_allclose(np.sort_complex(w.round(9)), np.sort_complex(want.round(9)), rtol=1e-8, atol=1e-8)


def gauge_free(function: Any, a: torch.Tensor, b: torch.Tensor, **options: Any) -> tuple[torch.Tensor, ...]:
    s, t, *rest = function(a, b, **options)
    q, z = rest[-2:]
    return (s * s.conj()).real, (t * t.conj()).real, q[..., :, None, :] * z[..., None, :, :].conj()


@pytest.mark.parametrize("options", [{}, {"output": "complex"}, {"sort": "lhp"}])
def test_derivatives_of_pairs_and_single_eigenvalues(options: dict[str, Any]) -> None:
    function = ordqz if "sort" in options else qz
    a, b = random(5, 5, seed=3), random(5, 5, seed=4)
    assert 0 < (qz(a, b)[0].diagonal(-1) != 0).sum() < 3, "blocks of both sizes"
    xs = (a.requires_grad_(), b.requires_grad_())
    torch.autograd.gradcheck(lambda a, b: gauge_free(function, a, b, **options), xs, check_forward_ad=True)
    torch.autograd.gradgradcheck(lambda a, b: gauge_free(function, a, b, **options), xs, fast_mode=True)


def test_the_gradient_of_a_determinant() -> None:
    a, b = random(20, 20).requires_grad_(), random(20, 20, seed=1).requires_grad_()
    _, _, alpha, beta, _, _ = ordqz(a, b, sort="iuc")
    ga, gb = torch.autograd.grad((alpha.abs() / beta).log().sum(), (a, b))
    torch.testing.assert_close(ga, torch.linalg.inv(a.detach()).mT, rtol=1e-7, atol=1e-7)
    torch.testing.assert_close(gb, -torch.linalg.inv(b.detach()).mT, rtol=1e-7, atol=1e-7)


def test_a_loss_that_depends_on_phases_raises() -> None:
    a = random(3, 3, dtype=torch.complex128).requires_grad_()
    b = random(3, 3, dtype=torch.complex128, seed=1)
    with pytest.raises(LinAlgError, match="qz: the loss depends on the phases"):
        qz(a, b)[3].imag.sum().backward()
    with sci.data_checks(False):
        qz(a, b)[3].imag.sum().backward()


ROTATION = torch.tensor([[0.6, 0.8], [-0.8, 0.6]], dtype=torch.float64)


@pytest.mark.parametrize("options", [{}, {"output": "complex"}])
@pytest.mark.parametrize(
    "middle", [torch.diag(torch.tensor([0.3, 0.3, 10, -1])), torch.block_diag(ROTATION, 3 * torch.eye(1))], ids=len
)
def test_equal_eigenvalues_have_no_derivative(middle: torch.Tensor, options: dict[str, Any]) -> None:
    """Nor has a block beside which T is a multiple of the identity, in the real form."""
    n = len(middle)
    left, right = (torch.linalg.qr(random(n, n, seed=k))[0] for k in (1, 2))
    a, b = (left @ middle.double() @ right).requires_grad_(), left @ right
    exists = n == 3 and "output" in options

    def loss(x: torch.Tensor) -> torch.Tensor:
        return (random(n, n) * qz(x, b, **options)[3].abs() ** 2).sum()

    tangent = torch.func.jvp(loss, (a.detach(),), (torch.ones(n, n, dtype=a.dtype),))[1]
    assert tangent.isfinite() if exists else tangent.isnan()
    if exists:
        return loss(a).backward()
    with pytest.raises(LinAlgError, match="qz: no derivative exists, two eigenvalues are equal"):
        loss(a).backward()
    with sci.data_checks(False):
        loss(a).backward()
    assert a.grad is not None and a.grad.isnan().any()


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda a: qz(a, a, output="imaginary"), "output must be 'real' or 'complex'"),
        (lambda a: qz(a, a, sort="lhp"), "sort must be None"),
        (lambda a: ordqz(a, a, sort="up"), "sort must be a callable, 'lhp'"),
        (lambda a: qz(a[:2], a), "A must be square"),
        (lambda a: qz(a, a[:2, :2]), "B must be 3 x 3, as A"),
        (lambda a: ordqz(a, a * torch.nan), "ordqz: B must not contain infs or NaNs"),
    ],
)
def test_bad_arguments(call: Any, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call(torch.eye(3))


def test_what_is_not_finite_gives_nan_where_unchecked() -> None:
    assert all(torch.isnan(x).all() for x in qz(torch.eye(3), torch.full((3, 3), torch.nan), check_finite=False))


def test_graded_pairs_of_float32() -> None:
    """On two of five of these LAPACK's iteration does not converge in single precision."""
    n = 17
    grade = torch.logspace(0, -20, n, dtype=torch.float64)
    a = (random(8, n, n) * grade[:, None] * grade).float()
    b = torch.diag(torch.arange(1.0, n + 1)).expand(8, n, n)
    s, t, q, z = qz(a, b)
    for form, of in ((s, a), (t, b)):
        assert residual(q @ form @ z.mT - of, of) < 100
