"""Eigenvalues and singular values: every `which` and mode, repeated ones, reports of failure, derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg
import torch

from sci.linalg import LinAlgError
from sci.sparse import csr_array, diags_array, eye_array, kronsum
from sci.sparse.linalg import ArpackNoConvergence, LinearOperator, aslinearoperator, eigs, eigsh, lobpcg, svds

DTYPES = [torch.float64, torch.float32, torch.complex128, torch.complex64]


def random(*shape: int, dtype: torch.dtype = torch.float64, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def hermitian(n: int, dtype: torch.dtype) -> torch.Tensor:
    A = random(n, n, dtype=dtype)
    return (A + A.mH) / 2


def definite(n: int, dtype: torch.dtype) -> torch.Tensor:
    A = random(n, n, dtype=dtype, seed=1)
    return A @ A.mH / n + torch.eye(n, dtype=dtype)


def wanted(values: torch.Tensor, which: str, k: int) -> torch.Tensor:
    keys = {"LM": -values.abs(), "SM": values.abs(), "LA": -values.real, "SA": values.real}
    if which == "BE":
        up = values.sort().values
        return torch.cat([up[: k // 2], up[len(up) - (k - k // 2) :]])
    return values[torch.argsort(keys[which])[:k]]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("which", ["LM", "SM", "LA", "SA", "BE"])
def test_eigsh(which: str, dtype: torch.dtype) -> None:
    A = hermitian(40, dtype)
    eps = torch.finfo(dtype).eps
    operators = [
        csr_array(A),
        A,
        aslinearoperator(A),
        LinearOperator(A.shape, lambda v: A @ v, dtype=dtype, device=A.device),
    ]
    for op in operators if which == "LA" else operators[:1]:
        w, v = eigsh(op, k=5, which=which, maxiter=4000)
        want = wanted(torch.linalg.eigvalsh(A), which, 5).sort().values
        assert w.dtype is dtype.to_real() and v.dtype is dtype
        torch.testing.assert_close(w, want, rtol=0, atol=300 * eps * float(want.abs().max() + 5))
        assert float((A @ v - v * w).abs().max()) < 1000 * eps
        torch.testing.assert_close(v.mH @ v, torch.eye(5, dtype=dtype), rtol=0, atol=100 * eps)


@pytest.mark.parametrize("mode", ["normal", "buckling", "cayley"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_eigsh_generalised_and_shifted(mode: str, dtype: torch.dtype) -> None:
    M = definite(30, dtype)
    A = definite(30, dtype).flip(0, 1) if mode == "buckling" else hermitian(30, dtype)
    values = torch.linalg.eigvals(torch.linalg.solve(M, A)).real
    sigma = 0.6
    near = values[torch.argsort((values - sigma).abs())[:4]].sort().values
    w, v = eigsh(csr_array(A), k=4, M=csr_array(M), sigma=sigma, mode=mode, which="LM")
    assert float((A @ v - M @ v * w).abs().max()) < 1e-10
    torch.testing.assert_close(v.mH @ M @ v, torch.eye(4, dtype=dtype), rtol=0, atol=1e-10)
    if mode == "normal":
        torch.testing.assert_close(w, near)
        plain = eigsh(A, k=3, M=M, return_eigenvectors=False)
        torch.testing.assert_close(plain, wanted(values, "LM", 3).sort().values)
        solve = LinearOperator((30, 30), lambda x: torch.linalg.solve(A - sigma * M, x), dtype=dtype)
        torch.testing.assert_close(eigsh(A, 4, M, sigma, OPinv=solve, return_eigenvectors=False), near)


def test_repeated_eigenvalues_and_invariant_spaces() -> None:
    w, v = eigsh(eye_array(30, dtype=torch.float64), k=4)
    torch.testing.assert_close(w, torch.ones(4, dtype=torch.float64))
    torch.testing.assert_close(v.mT @ v, torch.eye(4, dtype=torch.float64))
    one = torch.ones(12, dtype=torch.float64)
    T = diags_array([-one[1:], 2 * one, -one[1:]], offsets=[-1, 0, 1])
    A = kronsum(T, T).tocsr()
    want = torch.linalg.eigvalsh(A.toarray())
    torch.testing.assert_close(eigsh(A, k=7, sigma=0, return_eigenvectors=False), want[:7])
    torch.testing.assert_close(eigsh(A, k=7, which="LA", return_eigenvectors=False), want[-7:])
    assert bool((eigsh(csr_array(torch.zeros(9, 9)), k=2)[0] == 0).all())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("which", ["LM", "SM", "LR", "SR", "LI", "SI"])
def test_eigs(which: str, dtype: torch.dtype) -> None:
    n = 20 if which == "SI" else 40
    A = random(n, n, dtype=dtype)
    if which == "SM":  # at the edge of the spectrum: Krylov spaces are poor inside of it
        A = A + 12 * torch.eye(n, dtype=dtype)
    eps = torch.finfo(dtype).eps
    values = torch.linalg.eigvals(A)
    imag = values.imag if dtype.is_complex else values.imag.abs()
    keys = {"LM": -values.abs(), "SM": values.abs(), "LR": -values.real, "SR": values.real, "LI": -imag, "SI": imag}
    k = 6
    want = keys[which].sort().values[:k]
    w, v = eigs(csr_array(A), k=k, which=which, maxiter=400)
    own = w.imag if dtype.is_complex else w.imag.abs()
    found = {"LM": -w.abs(), "SM": w.abs(), "LR": -w.real, "SR": w.real, "LI": -own, "SI": own}[which]
    torch.testing.assert_close(found, want, rtol=0, atol=3000 * eps)
    assert float((A.to(v.dtype) @ v - v * w).abs().max()) < 3000 * eps


def test_eigs_shifted_and_generalised() -> None:
    A, M = random(30, 30), definite(30, torch.float64)
    values = torch.from_numpy(scipy.linalg.eigvals(A.numpy(), M.numpy()))
    for sigma in (0.3, 0.3 + 0.4j):
        w, v = eigs(csr_array(A), k=4, M=csr_array(M), sigma=sigma)
        want = (values - sigma).abs().sort().values[:4]
        torch.testing.assert_close((w - sigma).abs().sort().values, want)
        assert float(((A @ v.real - M @ (v * w).real).abs()).max()) < 1e-10


def test_failure_keeps_what_has_converged() -> None:
    A = diags_array(torch.arange(1.0, 1001.0, dtype=torch.float64) ** 3)
    with pytest.raises(ArpackNoConvergence) as caught:
        eigsh(A, k=4, ncv=8, maxiter=8, which="LM")
    found = caught.value
    assert found.eigenvectors.shape == (1000, len(found.eigenvalues)) and len(found.eigenvalues) < 4


def test_starts_are_deterministic() -> None:
    A = csr_array(hermitian(40, torch.float64))
    first, again = eigsh(A, k=3)[1], eigsh(A, k=3)[1]
    assert torch.equal(first, again)
    a, b = (eigsh(A, k=3, rng=np.random.default_rng(5))[1] for _ in range(2))
    assert torch.equal(a, b)


@pytest.mark.parametrize("solver", ["arpack", "lobpcg", "propack"])
@pytest.mark.parametrize("shape", [(40, 24), (24, 40)])
def test_svds(shape: tuple[int, int], solver: str) -> None:
    for dtype in (torch.float64, torch.complex128):
        A = random(*shape, dtype=dtype)
        want = torch.linalg.svdvals(A)
        for which in ("LM", "SM"):
            more: dict[str, Any] = {"maxiter": 500} if solver == "lobpcg" else {}
            u, s, vh = svds(csr_array(A), k=3, which=which, solver=solver, **more)
            expected = want[:3].flip(0) if which == "LM" else want[-3:].flip(0)
            torch.testing.assert_close(s, expected, rtol=1e-7, atol=1e-7)
            assert float((A @ vh.mH - u * s).abs().max()) < 1e-5
            torch.testing.assert_close(u.mH @ u, torch.eye(3, dtype=dtype), rtol=0, atol=1e-9)


def test_small_singular_values_do_not_suffer_from_the_square() -> None:
    scales = torch.tensor([1.0, 0.5, 0.1, 1e-2, 1e-6], dtype=torch.float64)
    Q, P = torch.linalg.qr(random(20, 5))[0], torch.linalg.qr(random(5, 5, seed=1))[0]
    s = svds(Q * scales @ P, k=4, return_singular_vectors=False)
    torch.testing.assert_close(s, scales[:4].flip(0))
    assert bool((svds(torch.zeros(6, 4), k=2)[1] == 0).all())


@pytest.mark.parametrize("dtype", DTYPES)
def test_lobpcg(dtype: torch.dtype) -> None:
    A = hermitian(60, dtype) + torch.diag(torch.arange(60)).to(dtype) * 3
    B, X = definite(60, dtype), random(60, 3, dtype=dtype)
    M = torch.linalg.inv(A - 5 * torch.linalg.eigvalsh(A)[0].abs() * -torch.eye(60, dtype=dtype))
    tol = 1e-9 if torch.finfo(dtype).eps < 1e-10 else 2e-3
    for largest in (True, False):
        w, v = lobpcg(csr_array(A), X, maxiter=400, tol=tol, largest=largest)
        want = torch.linalg.eigvalsh(A)
        torch.testing.assert_close(w, want.flip(0)[:3] if largest else want[:3], rtol=1e-5, atol=1e-4)
        w, v = lobpcg(A, X, B, M=None if largest else M, maxiter=600, tol=tol, largest=largest)
        assert float((A @ v - B @ v * w).abs().max()) < 2 * tol
        torch.testing.assert_close(v.mH @ B @ v, torch.eye(3, dtype=dtype), rtol=0, atol=1e-4)


def test_lobpcg_with_constraints_and_histories() -> None:
    A = diags_array(torch.arange(1.0, 61.0, dtype=torch.float64))
    Y = torch.eye(60, 2, dtype=torch.float64)
    w, _, values, norms = lobpcg(
        A, random(60, 2), Y=Y, largest=False, maxiter=200, tol=1e-8, retLambdaHistory=True, retResidualNormsHistory=True
    )
    torch.testing.assert_close(w, torch.tensor([3.0, 4.0], dtype=torch.float64))
    assert len(values) == len(norms) and float(norms[-1].max()) <= 1e-8
    with pytest.warns(UserWarning, match="Exited at iteration 2"):
        lobpcg(A, random(60, 2), maxiter=2)
    with pytest.warns(UserWarning, match="gramA is not Hermitian"):
        lobpcg(random(20, 20), random(20, 2), maxiter=100, tol=1e9, verbosityLevel=1)


# ---- derivatives -----------------------------------------------------------------------------------------------------


def test_derivatives_in_pattern_and_mass_matrix() -> None:
    one = torch.ones(8, dtype=torch.float64)
    A = diags_array([-one[1:], 2 * one + 0.3 * torch.arange(8), -one[1:]], offsets=[-1, 0, 1]).tocsr()
    mass = 1 + 0.1 * torch.arange(8, dtype=torch.float64)

    def run(data: torch.Tensor, mass: torch.Tensor) -> Any:
        B = A._with_data(data)
        w, v = eigsh(((B + B.T) / 2).tocsr(), k=2, M=diags_array(mass).tocsr(), sigma=0.0)
        return w, v**2

    inputs = (A.data.clone().requires_grad_(), mass.requires_grad_())
    torch.autograd.gradcheck(run, inputs, check_forward_ad=True, fast_mode=True)
    torch.autograd.gradgradcheck(run, inputs, fast_mode=True)
    (g,) = torch.autograd.grad(eigsh(A._with_data(inputs[0]), k=1)[0].sum(), inputs[0])
    x = eigsh(A, k=1)[1][:, 0]
    torch.testing.assert_close(g, torch.outer(x, x)[A.tocoo().coords])


def test_derivatives_through_operators() -> None:
    D, p = hermitian(12, torch.float64), torch.tensor([0.5, 1.5], dtype=torch.float64, requires_grad=True)
    E = torch.diag(torch.arange(12, dtype=torch.float64))
    op = LinearOperator((12, 12), lambda v: p[0] * (D @ v) + p[1] * (E @ v), dtype=torch.float64, device=D.device)
    want = torch.linalg.eigvalsh(p[0] * D + p[1] * E)[-2:]
    for found in (eigsh(op, k=2, which="LA")[0], eigs(op, k=2, which="LR")[0].real.flip(0)):
        torch.testing.assert_close(
            torch.autograd.grad(found[1], p)[0], torch.autograd.grad(want[1], p, retain_graph=True)[0]
        )


def test_an_invariant_subspace_of_repeated_values_has_its_derivative() -> None:
    T = random(9, 9)
    Q = torch.linalg.qr(T)[0]
    values = torch.tensor([5.0, 5.0, 3.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.0], dtype=torch.float64)
    A = ((Q * values) @ Q.mT).requires_grad_()
    W = hermitian(9, torch.float64)
    v = eigsh(A, k=2)[1]
    (g,) = torch.autograd.grad((v @ v.mT * W).sum(), A)
    # d P = sum over pairs of P and its complement of q_i (q_i^T dA q_j) q_j^T / (l_j - l_i).
    G = Q.mT @ W @ Q
    factor = torch.zeros(9, 9, dtype=torch.float64)
    factor[:2, 2:] = 2 / (5.0 - values[2:])
    want = Q @ (factor * G) @ Q.mT
    torch.testing.assert_close((g + g.mT) / 2, (want + want.mT) / 2)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda A: eigsh(A[:3]), ValueError, "square"),
        (lambda A: eigsh(A, k=0), ValueError, "k must be"),
        (lambda A: eigsh(A, k=2, which="XX"), ValueError, "which"),
        (lambda A: eigsh(A, k=2, sigma=1.0, mode="no"), ValueError, "mode"),
        (lambda A: eigsh(A, k=2, ncv=2), ValueError, "ncv"),
        (lambda A: eigsh(A, k=2, v0=torch.ones(3)), ValueError, "v0"),
        (lambda A: eigsh(A, k=2, OPinv=A), ValueError, "OPinv"),
        (lambda A: eigsh(csr_array(A), k=9), TypeError, "k must be less"),
        (lambda A: eigs(csr_array(A), k=8), TypeError, "k must be less"),
        (lambda A: svds(A, k=9), ValueError, "`k` must be"),
        (lambda A: svds(A, k=2, solver="x"), ValueError, "solver"),
        (lambda A: svds(A, k=[]), TypeError, "`k` must be an integer"),
        (lambda A: svds(A, k="hi"), ValueError, "`k` must be an integer.*'hi'"),
        (lambda A: svds(A, k=2, ncv=9), ValueError, "`ncv` must be"),
        (lambda A: svds(A, k=2, maxiter=1.5), ValueError, "`maxiter` must be a positive"),
        (lambda A: svds(A, k=2, tol="hi"), TypeError, "`tol` must be"),
        (lambda A: svds(A, k=2, tol=-1), ValueError, "`tol` must be"),
        (lambda A: svds(A, k=2, v0="hi"), ValueError, "`v0` must be"),
        (lambda A: svds(A[None], k=2), ValueError, "ndim <= 2"),
        (lambda A: svds(A * torch.arange(9), k=1, maxiter=1, solver="propack"), LinAlgError, "did not converge"),
        (lambda A: lobpcg(A, torch.ones(9)), ValueError, "rank-2"),
    ],
)
def test_errors(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call(torch.eye(9, dtype=torch.float64))
