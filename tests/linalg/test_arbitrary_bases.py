"""Losses that depend on the arbitrary basis of equal values raise; those that do not are exact at ties too."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor

import sci
from sci import linalg
from sci.linalg import LinAlgError
from tests.linalg.linalg_matrices import hermitian, random, unitary

DTYPES = (torch.float64, torch.complex128)
Loss = Callable[[Tensor], Tensor]


@contextlib.contextmanager
def raises(text: str) -> Iterator[None]:
    with pytest.raises(LinAlgError, match=text):
        yield


def gradient(loss: Loss, a: Tensor) -> Tensor:
    x = a.clone().requires_grad_()
    return torch.autograd.grad(loss(x), x)[0]


def inner(x: Tensor, y: Tensor) -> Tensor:
    return (x.conj() * y).sum().real


def close(got: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(got, expected, rtol=1e-9, atol=1e-9)


def tied(n: int, dtype: torch.dtype, *batch: int) -> Tensor:
    """Return matrices with the eigenvalues 2, 2, 2, 5, 6, ..."""
    return hermitian(torch.tensor([2.0, 2.0, 2.0, *range(5, n + 2)]), *batch, n, n, dtype=dtype)


# The sizes are those of the kernel, of the composed rule and, on lanes, of a batch.
PLACES = pytest.mark.parametrize("shape", [(6,), (40,), (6, 9)], ids=["small", "large", "batch"])


@PLACES
@pytest.mark.parametrize("dtype", DTYPES)
def test_eigh(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    n, *batch = shape
    a = tied(n, dtype, *batch)
    g = hermitian(torch.linspace(-1, 2, n), n, n, dtype=dtype, seed=5)

    def projector(x: Tensor, first: int, last: int) -> Tensor:
        v = linalg.eigh(x)[1][..., first:last]
        return inner(g, v @ v.mH)

    def by_hand(x: Tensor, f: Callable[[Tensor], Tensor]) -> Tensor:
        w, v = linalg.eigh(x)
        return inner(g, (v * f(w)[..., None, :]) @ v.mH)

    with raises("eigh: the loss depends on the basis of the vectors of equal eigenvalues"):
        gradient(lambda x: projector(x, 0, 2), a)
    with raises("depends on the basis"):
        gradient(lambda x: (linalg.eigh(x)[1].abs() ** 4).sum(), a)
    with raises("eigh: at equal eigenvalues.* the gradients of values and vectors do not determine"):
        gradient(lambda x: by_hand(x, torch.log), a)
    with raises(r"do not determine.*funm\(a, f, hermitian=True\)"):
        gradient(lambda x: by_hand(x, torch.sqrt), 2 * torch.eye(n, dtype=dtype).expand(*batch, n, n))

    # What does not depend on the basis does not raise, and is exact.
    low, high = (torch.linalg.eigh(a)[1][..., k] for k in (slice(0, 3), slice(3, n)))
    w = torch.linalg.eigvalsh(a)
    coupled = low @ ((low.mH @ g @ high) / (w[..., :3, None] - w[..., None, 3:])) @ high.mH
    close(gradient(lambda x: projector(x, 0, 3), a), coupled + coupled.mH)
    close(gradient(lambda x: projector(x, 3, n), a), -coupled - coupled.mH)
    close(gradient(lambda x: linalg.eigh(x)[0].log().sum(), a), torch.linalg.inv(a))
    eye = torch.eye(n, dtype=dtype).expand_as(a)
    close(gradient(lambda x: by_hand(x, torch.ones_like), a), torch.zeros_like(a))
    close(gradient(lambda x: projector(x, 0, 3) + (linalg.eigh(x)[0] ** 2).sum(), a), coupled + coupled.mH + 2 * a)
    close(gradient(lambda x: inner(g, linalg.funm(x, torch.exp, hermitian=True)), 0 * eye), g.expand_as(a))

    # One result of a call serves a symmetric function of the values and a projector.
    def both(x: Tensor) -> Tensor:
        values, v = linalg.eigh(x)
        return values.log().sum() + inner(g, v[..., :3] @ v[..., :3].mH)

    close(gradient(both, a), coupled + coupled.mH + torch.linalg.inv(a))
    with sci.data_checks(False):
        assert torch.isfinite(gradient(lambda x: by_hand(x, torch.log), a)).all()
        assert torch.isfinite(gradient(lambda x: projector(x, 0, 2), a)).all()


@PLACES
@pytest.mark.parametrize("dtype", DTYPES)
def test_schur(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    n, *batch = shape
    a = tied(n, dtype, *batch)
    g = hermitian(torch.linspace(-1, 2, n), n, n, dtype=dtype, seed=5)

    def first(*w: Tensor | float | complex) -> bool:
        return complex(w[0]).real < 3

    def projector(x: Tensor, last: int) -> Tensor:
        z = linalg.schur(x, sort=first)[1][..., :last]
        return inner(g, z @ z.mH)

    def eigenvalues(x: Tensor) -> Tensor:
        return linalg.schur(x)[0].diagonal(dim1=-2, dim2=-1)

    with raises("schur: the loss depends on the basis of the Schur vectors of equal eigenvalues"):
        gradient(lambda x: projector(x, 2), a)
    with raises("depends on the basis"):
        gradient(lambda x: (linalg.schur(x, sort=first)[0][..., :3, :3].triu(1).abs() + 1).log().sum(), a)
    with raises("depends on the basis"):
        gradient(lambda x: (eigenvalues(x).abs().log() * torch.arange(n)).sum(), a)

    low, high = (torch.linalg.eigh(a)[1][..., k] for k in (slice(0, 3), slice(3, n)))
    w = torch.linalg.eigvalsh(a)
    coupled = low @ ((low.mH @ g @ high) / (w[..., :3, None] - w[..., None, 3:])) @ high.mH
    found = gradient(lambda x: projector(x, 3), a)  # of matrices near by that need not be Hermitian
    close((found + found.mH) / 2, coupled + coupled.mH)
    close(gradient(lambda x: eigenvalues(x).abs().log().sum(), a), torch.linalg.inv(a).mH)
    close(gradient(lambda x: (eigenvalues(x) ** 2).sum().real, a), 2 * a.mH)
    step = random(*a.shape, dtype=dtype, seed=7)
    _, tangent = torch.func.jvp(lambda x: projector(x, 3), (a,), (step,))
    close(tangent, inner(found, step))


def test_a_function_by_hand_whose_diagonal_says_nothing() -> None:
    """The sum of V f(w) V^H at the identity, where V is the identity too."""

    def loss(x: Tensor) -> Tensor:
        w, v = linalg.eigh(x)
        return ((v * w.exp()) @ v.mT).sum()

    for n in (3, 40):
        with raises("do not determine"):
            gradient(loss, torch.eye(n, dtype=torch.float64))
    # Its trace is a symmetric function of the eigenvalues.
    eye = torch.eye(3, dtype=torch.float64)
    close(gradient(lambda x: torch.trace((lambda w, v: (v * w.exp()) @ v.mT)(*linalg.eigh(x))), eye), eye.exp() * eye)


def test_the_matrix_of_the_batch() -> None:
    a = torch.diag(torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)).expand(4, 3, 3).clone()
    a[2, 1, 1] = 1.0
    with raises("equal eigenvalues of matrix 2 of the batch"):
        gradient(lambda x: (linalg.eigh(x)[1][..., 0] * torch.arange(1.0, 4.0)).sum() ** 2, a)
    with raises("vectors of equal singular values of matrix 2 of the batch"):
        gradient(lambda x: (linalg.svd(x)[0][..., 2] * torch.arange(1.0, 4.0)).sum() ** 2, a)


def test_single_values_at_a_tie_have_subgradients() -> None:
    """The largest eigenvalue is convex: v v^H is a subgradient for every v of its space."""
    a = torch.eye(4, dtype=torch.float64)
    for value in (lambda x: linalg.eigvalsh(x)[-1], lambda x: linalg.eigh(x)[0][-1]):
        g = gradient(value, a)
        close(torch.linalg.eigvalsh(g), torch.tensor([0.0, 0, 0, 1], dtype=torch.float64))


@pytest.mark.parametrize("call", ["eig_banded", "eigh_tridiagonal", "generalised"])
def test_what_is_built_on_eigh(call: str) -> None:
    b = torch.diag(torch.tensor([1.0, 4.0, 2.0, 8.0], dtype=torch.float64))
    matrices = {
        "eig_banded": lambda x: linalg.eig_banded(torch.stack([0 * x, x])),
        "eigh_tridiagonal": lambda x: linalg.eigh_tridiagonal(x, 0 * x[:-1]),
        "generalised": lambda x: linalg.eigh(x[0] * b, b),
    }
    x, weights = torch.full((4,), 2.0, dtype=torch.float64), random(4, 4)
    with raises("equal eigenvalues"):
        gradient(lambda x: (matrices[call](x)[1] * weights).sum(), x)
    with raises("do not determine"):
        gradient(lambda x: (lambda w, v: ((v * w.exp()) @ v.mT * weights).sum())(*matrices[call](x)), x)
    # All vectors, V V^H = B^-1: no vector is told from another.
    gradient(lambda x: (lambda v: (v @ v.mT * weights).sum())(matrices[call](x)[1]), x)
    gradient(lambda x: matrices[call](x)[0].exp().sum(), x)


@PLACES
@pytest.mark.parametrize("dtype", DTYPES)
def test_svd(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    n, *batch = shape
    left, right = unitary(*batch, n, n, dtype=dtype), unitary(*batch, n, n, dtype=dtype, seed=1)
    s = torch.tensor([*range(n + 2, 5, -1), 3.0, 3.0, 3.0], dtype=torch.float64)
    a = (left * s) @ right
    g = random(n, n, dtype=dtype, seed=5)

    def space(x: Tensor, first: int) -> Tensor:
        u = linalg.svd(x)[0][..., first:]
        return inner(g, u @ u.mH)

    def by_hand(x: Tensor, f: Callable[[Tensor], Tensor]) -> Tensor:
        u, s, vh = linalg.svd(x)
        return inner(g, (u * f(s)[..., None, :]) @ vh)

    with raises("svd: the loss depends on the basis of the vectors of equal singular values"):
        gradient(lambda x: space(x, n - 2), a)
    with raises("svd: at equal singular values"):
        gradient(lambda x: by_hand(x, lambda s: s**3), a)
    with raises("svd: at equal singular values"):
        gradient(lambda x: by_hand(x, lambda s: s), torch.eye(n, dtype=dtype).expand(*batch, n, n) + 0 * a)

    close(gradient(lambda x: by_hand(x, torch.ones_like), a), gradient(lambda x: inner(g, linalg.polar(x)[0]), a))
    close(gradient(lambda x: linalg.svd(x)[1].sum(), a), left @ right)
    close(gradient(lambda x: (linalg.svd(x)[1] ** 2).sum(), a), 2 * a)
    close(gradient(lambda x: sum(linalg.norm(m, "nuc") for m in x.reshape(-1, n, n)), a), left @ right)
    # Spaces of left vectors are those of A A^H.
    of_hermitian = gradient(lambda x: (lambda v: inner(g, v @ v.mH))(linalg.eigh(x @ x.mH)[1][..., :3]), a)
    close(gradient(lambda x: space(x, n - 3), a), of_hermitian)


@pytest.mark.parametrize("dtype", DTYPES)
def test_svd_of_deficient_rank(dtype: torch.dtype) -> None:
    """At singular values 0 left and right vectors turn each for themselves."""
    for n in (4, 40):
        left, right = unitary(n, n, dtype=dtype), unitary(n, n, dtype=dtype, seed=1)
        values = torch.arange(float(n), 0, -1, dtype=torch.float64)
        values[-2:] = 0
        a, g = (left * values) @ right, random(n, n, dtype=dtype, seed=5)
        with raises("svd: the loss depends on the basis of the vectors of singular values 0"):
            gradient(lambda x, g=g: (lambda u, _, vh: inner(g, u @ vh))(*linalg.svd(x)), a)
        gradient(lambda x, g=g: (lambda u: inner(g, u[:, -2:] @ u[:, -2:].mH))(linalg.svd(x)[0]), a)
        gradient(lambda x, g=g, k=n - 2: (lambda u, s, vh: inner(g, u[:, :k] * s[:k] @ vh[:k]))(*linalg.svd(x)), a)


@pytest.mark.parametrize("dtype", DTYPES)
def test_svd_of_other_shapes(dtype: torch.dtype) -> None:
    a, g = random(6, 3, dtype=dtype), random(6, 6, dtype=dtype, seed=1)
    for x, side in ((a, 0), (a.mH.contiguous(), 2)):

        def vectors(x: Tensor, side: int = side) -> Tensor:
            out = linalg.svd(x)[side]
            return out if side == 0 else out.mH

        with raises("the basis of the vectors that complete those of singular values"):
            gradient(lambda x: inner(g[:, 3:], vectors(x)[:, 3:].abs() ** 2), x)
        gradient(lambda x: (lambda v: inner(g, v @ v.mH))(vectors(x)[:, 3:]), x)
    a[:, 2] = a[:, 1]  # of deficient rank: one left vector of singular value 0 among many of that kind
    with raises("vectors of singular values 0"):
        gradient(lambda x: inner(g[:, :3], linalg.svd(x, full_matrices=False)[0].abs() ** 2), a)
    gradient(lambda x: inner(g[:, :2], linalg.svd(x, full_matrices=False)[0][:, :2].abs() ** 2), a)


def test_eig() -> None:
    p = random(4, 4)
    a = p @ torch.diag(torch.tensor([2.0, 2.0, 4.0, 7.0], dtype=torch.float64)) @ torch.linalg.inv(p)
    a = torch.block_diag(2 * torch.eye(2, dtype=torch.float64), a[2:, 2:])  # whose tie is exact
    g = random(4, 4, seed=1)

    def projector(x: Tensor, last: int) -> Tensor:
        w, v = linalg.eig(x)
        order = w.detach().real.argsort()
        v = v[:, order]
        return inner(g, (v[:, :last] @ torch.linalg.inv(v)[:last]).real)

    with raises("eig: the loss depends on the basis of the vectors of equal eigenvalues"):
        gradient(lambda x: (lambda v: inner(g, (v @ v.mH).real))(linalg.eig(x)[1][:, :1]), torch.eye(4).double())
    with raises("do not determine"):
        gradient(
            lambda x: (lambda w, v: inner(g, (v * w.exp() @ torch.linalg.inv(v)).real))(*linalg.eig(x)),
            torch.eye(4, dtype=torch.float64),
        )
    first = int((torch.linalg.eigvals(a).real < 2.5).sum())
    gradient(lambda x: projector(x, first), a)
    close(gradient(lambda x: linalg.eig(x)[0].exp().sum().real, a), torch.linalg.matrix_exp(a).mT)


def test_second_derivatives_at_a_tie() -> None:
    """Of a symmetric function they need f'' between the vectors, which the rule cannot know: reverse mode says so."""
    a = torch.eye(3, dtype=torch.float64).requires_grad_()
    e = hermitian(torch.tensor([1.0, 2.0, 4.0]), 3, 3)
    (g,) = torch.autograd.grad((linalg.eigh(a)[0] ** 3).sum(), a, create_graph=True)
    with raises("do not determine"):
        torch.autograd.grad(inner(e, g), a)
    (g,) = torch.autograd.grad(linalg.eigh(a)[0].sum() * 5, a, create_graph=True)  # 5 tr(A), linear
    close(torch.autograd.grad(inner(e, g), a)[0], torch.zeros(3, 3, dtype=torch.float64))


@pytest.mark.parametrize("dtype", DTYPES)
def test_bases_of_subspaces(dtype: torch.dtype) -> None:
    a, g = random(5, 3, dtype=dtype), random(5, 5, dtype=dtype, seed=1)
    columns = {
        "qr: .* the columns that complete Q": lambda x: linalg.qr(x)[0][:, 3:],
        "qr: .* the columns that complete Q ": lambda x: linalg.rq(x.mH)[1][:2].mH,
        "null_space: .* basis of the null space": lambda x: linalg.null_space(x.mH),
        "orth: .* basis of the range": linalg.orth,
    }
    step = random(5, 3, dtype=dtype, seed=2)
    for text, f in columns.items():
        with raises(text.strip()):
            gradient(lambda x, f=f: inner(g[:, : f(x).shape[-1]], f(x)), a)

        def projector(x: Tensor, f: Callable[[Tensor], Tensor] = f) -> Tensor:
            q = f(x)
            return inner(g, q @ q.mH)

        found, h = gradient(projector, a), 1e-4
        ahead, back = (projector(a + sign * h * step) for sign in (1, -1))
        assert abs(float(inner(found, step) - (ahead - back) / (2 * h))) < 1e-6 * float(found.norm())
        with sci.data_checks(False):
            assert torch.isfinite(gradient(lambda x, f=f: f(x).abs()[0, 0], a)).all()
