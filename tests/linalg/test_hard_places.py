"""Derivatives at the hard places, one test for each row of docs/linalg-derivatives.md.

The references are analytic limits, or central differences of a function that does not depend on the arbitrary choices
of the decomposition, in mpmath's arithmetic where the function is one of a matrix.
"""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import pytest
import torch
from torch import Tensor

from sci import linalg
from sci.linalg import LinAlgError, LinAlgWarning
from tests.linalg.linalg_matrices import random, unitary

TIED = torch.diag(torch.tensor([2.0, 2.0, 5.0], dtype=torch.float64))
JORDAN = torch.tensor([[2.0, 1.0], [0.0, 2.0]], dtype=torch.float64)
SINGULAR = torch.diag(torch.tensor([3.0, 2.0, 0.0], dtype=torch.float64))
CUT = torch.tensor([[-1.0, 0.7], [0.0, 4.0]], dtype=torch.float64)
W = random(3, 3, seed=1)


def gradient(f: Callable[[Tensor], Tensor], a: Tensor) -> Tensor:
    x = a.clone().requires_grad_()
    (g,) = torch.autograd.grad(f(x), x)
    forward = torch.func.jvp(f, (a,), (torch.ones_like(a),))[1]
    assert torch.allclose(forward, g.sum(), rtol=1e-9, atol=1e-9), "forward mode and backward agree"
    return g


def differences(f: Callable[[Tensor], Tensor], a: Tensor, h: float = 1e-3) -> Tensor:
    """Return the gradient of `f` by central differences of order 6."""
    g = torch.zeros_like(a)
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            e = torch.zeros_like(a)
            e[i, j] = h
            for k, weight in ((1, 45), (2, -9), (3, 1)):
                g[i, j] += weight * (f(a + k * e) - f(a - k * e)) / (60 * h)
    return g


def close(got: Tensor, expected: Tensor, tolerance: float = 1e-9) -> None:
    assert torch.allclose(got, expected, rtol=tolerance, atol=tolerance), (got, expected)


@pytest.mark.parametrize("rotated", [False, True])
def test_projector_on_equal_eigenvalues(rotated: bool) -> None:
    v = unitary(3, 3, seed=3) if rotated else torch.eye(3, dtype=torch.float64)
    a = v @ TIED @ v.mT
    a = (a + a.mT) / 2

    def projector(x: Tensor) -> Tensor:
        u = linalg.eigh(x)[1][:, :2]
        return ((u @ u.mT) * W).sum()

    # dP = -(P dA Q + Q dA P) / (5 - 2) with Q = I - P, to first order.
    p = v[:, :2] @ v[:, :2].mT
    q = torch.eye(3, dtype=torch.float64) - p
    s = (W + W.mT) / 2
    close(gradient(projector, a), -(p @ s @ q + q @ s @ p) / 3)


def test_symmetric_functions_of_equal_eigenvalues() -> None:
    a = 2 * torch.eye(3, dtype=torch.float64)
    close(gradient(lambda x: (linalg.eigh(x)[0] ** 3).sum(), a), 12 * torch.eye(3, dtype=torch.float64))
    close(gradient(lambda x: (linalg.eigvals(x) ** 3).sum().real, a), 12 * torch.eye(3, dtype=torch.float64))


def test_polar_factor_at_equal_singular_values() -> None:
    def factor(x: Tensor) -> Tensor:
        u, _, vh = linalg.svd(x)
        return ((u @ vh) * W).sum()

    close(gradient(factor, 2 * torch.eye(3, dtype=torch.float64)), (W - W.mT) / 4)


def test_cluster_of_equal_singular_values() -> None:
    def projector(x: Tensor) -> Tensor:
        u = linalg.svd(x)[0][:, 1:]
        return ((u @ u.mT) * W).sum()

    close(gradient(projector, TIED), differences(projector, TIED))


def test_eigenvalues_of_a_defective_matrix() -> None:
    """The trace is exact; any other function of the eigenvalues needs their difference, and is warned about."""
    with pytest.warns(LinAlgWarning, match="ill-conditioned"):
        g = gradient(lambda x: linalg.eigvals(x).sum().real, JORDAN)
    close(g, torch.eye(2, dtype=torch.float64))


def test_eigenvectors_of_a_defective_matrix() -> None:
    x = JORDAN.clone().requires_grad_()
    t, z = linalg.schur(x)
    with pytest.raises(LinAlgError, match="defective"):  # the Schur form of the two has no derivative
        torch.autograd.grad((z @ t @ t @ z.mT).sum(), x)


def test_functions_of_a_defective_matrix() -> None:
    w = W[:2, :2]
    for f, slope in ((linalg.logm, 0.5), (linalg.sqrtm, 0.5 / 2**0.5), (linalg.expm, float(torch.e**2))):
        g = gradient(lambda x, f=f: (f(x) * w).sum(), JORDAN)
        close(g, differences(lambda x, f=f: (f(x) * w).sum(), JORDAN), 1e-8)
        close(gradient(lambda x, f=f: f(x).trace(), JORDAN).trace(), torch.tensor(2 * slope, dtype=torch.float64))


def _of_rank_2(c: Tensor) -> Tensor:
    return c[:, :2] @ c[:, 2:].mT


@pytest.mark.parametrize("name", ["pinv", "lstsq", "null_space", "orth"])
def test_rank_deficient(name: str) -> None:
    """Along matrices of the same rank, the only directions in which these have a derivative."""
    b, w = random(5, seed=4), random(5, 5, seed=5)

    def f(c: Tensor) -> Tensor:
        a = _of_rank_2(c)
        if name == "pinv":
            return (linalg.pinv(a) * w).sum()
        if name == "lstsq":
            return linalg.lstsq(a, b)[0] @ w[0]
        basis = linalg.null_space(a, rcond=1e-10) if name == "null_space" else linalg.orth(a, rcond=1e-10)
        return ((basis @ basis.mT) * w).sum()

    c = random(5, 4, seed=6)
    g = gradient(f, c)
    expected = differences(f, c, 1e-4)
    close(g / expected.abs().amax(), expected / expected.abs().amax(), 1e-7)


def test_polar_of_a_singular_matrix() -> None:
    """The factors of the branch along which the smallest singular value changes its sign: det u = 1 near SINGULAR."""

    def branch(x: Tensor) -> tuple[Tensor, Tensor]:
        v, _, wh = torch.linalg.svd(x)
        sign = torch.ones(3, dtype=torch.float64)
        sign[2] = torch.linalg.det(v @ wh).sign()
        u = (v * sign) @ wh
        return u, u.mT @ x

    for k in (0, 1):
        assert linalg.polar(SINGULAR)[0].det() > 0
        g = gradient(lambda x, k=k: (linalg.polar(x)[k] * W).sum(), SINGULAR)
        close(g, differences(lambda x, k=k: (branch(x)[k] * W).sum(), SINGULAR))


def test_singular_cholesky_pivot() -> None:
    with pytest.raises(LinAlgError, match="leading minor of order 2"):
        linalg.cholesky(torch.tensor([[4.0, 2.0], [2.0, 1.0]]))


@pytest.mark.parametrize("order", [None, "fro", "nuc", 1, 2, -1, -2, float("inf")])
def test_norm_at_zero(order: object) -> None:
    """A subgradient g: its dual norm is at most 1, and 0 = norm(0) is not above any other value."""
    g = gradient(lambda x: linalg.norm(x, order), torch.zeros(3, 3, dtype=torch.float64))
    assert torch.isfinite(g).all()
    if order not in (-1, -2):  # these are no norms
        e = random(200, 3, 3, seed=7)
        assert (((g * e).sum((-2, -1))) <= linalg.norm(e, order, axis=(-2, -1)) * (1 + 1e-12)).all()


def test_norms_at_equal_singular_values() -> None:
    a = torch.eye(3, dtype=torch.float64)
    close(gradient(lambda x: linalg.norm(x, "nuc"), a), a)
    close(gradient(lambda x: linalg.norm(x, 2), a), a / 3)  # of the subgradients the one of least size


def _on_the_cut(name: str) -> list[mpmath.mpc]:
    """Return <W, L(A, E_ij)> at CUT by divided differences, in 40 digits."""
    f = {"logm": mpmath.log, "sqrtm": mpmath.sqrt, "fractional_matrix_power": lambda z: z ** mpmath.mpf(0.3)}[name]
    with mpmath.workdps(40):
        a = mpmath.matrix(CUT.tolist())
        lam = [mpmath.mpf(-1), mpmath.mpf(4)]
        v = mpmath.matrix([[1, mpmath.mpf(CUT[0, 1].item()) / 5], [0, 1]])
        back = v**-1
        turn = f(mpmath.mpf(-1))  # f along the negative axis by f on the positive one
        along = (lambda z: f(-z) + turn) if name == "logm" else (lambda z: f(-z) * turn)
        slope = [mpmath.diff(along, lam[0]), mpmath.diff(f, lam[1])]
        across = (f(lam[0]) - f(lam[1])) / (lam[0] - lam[1])
        assert mpmath.norm(a - v * mpmath.diag(lam) * back) < 1e-30
        found = []
        for i in range(2):
            for j in range(2):
                e = mpmath.zeros(2)
                e[i, j] = 1
                m = back * e * v
                for p in range(2):
                    for q in range(2):
                        m[p, q] *= slope[p] if p == q else across
                out = v * m * back
                found.append(sum(out[p, q] * mpmath.mpf(W[p, q].item()) for p in range(2) for q in range(2)))
        return found


@pytest.mark.parametrize("name", ["logm", "sqrtm", "fractional_matrix_power"])
def test_functions_on_the_negative_axis(name: str) -> None:
    """The derivative of the branch of the values: real and imaginary parts, backward and forward."""
    options = (0.3,) if name == "fractional_matrix_power" else ()
    expected = torch.tensor([complex(z) for z in _on_the_cut(name)], dtype=torch.complex128).reshape(2, 2)
    for part in ("real", "imag"):
        g = gradient(lambda x, part=part: (getattr(getattr(linalg, name)(x, *options), part) * W[:2, :2]).sum(), CUT)
        close(g, getattr(expected, part), 1e-12)


@pytest.mark.parametrize("name", ["logm", "sqrtm"])
@pytest.mark.filterwarnings("ignore::sci.linalg.LinAlgWarning")
def test_functions_of_a_singular_matrix(name: str) -> None:
    x = SINGULAR.clone().requires_grad_()
    (g,) = torch.autograd.grad(getattr(linalg, name)(x).sum(), x)
    assert not torch.isfinite(g[2, 2])  # infinite: no finite wrong number
    with pytest.warns(LinAlgWarning, match="singular"):
        getattr(linalg, name)(SINGULAR)


def test_pivoted_qr_where_the_order_jumps() -> None:
    """The permutation of the values is held: the derivative is that of the QR decomposition of the permuted matrix."""
    a = torch.eye(3, dtype=torch.float64)
    places = linalg.qr(a, pivoting=True)[2]

    def of_positive_diagonal(r: Tensor) -> Tensor:
        return (r.diagonal().sign()[:, None] * r * W).sum()

    held = differences(lambda x: of_positive_diagonal(linalg.qr(x[:, places])[1]), a)
    close(gradient(lambda x: of_positive_diagonal(linalg.qr(x, pivoting=True)[1]), a), held)


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_determinant_of_a_singular_matrix(rank: int) -> None:
    a = torch.diag(torch.tensor([3.0, 2.0, 1.0], dtype=torch.float64) * (torch.arange(3) < rank))
    close(gradient(linalg.det, a), differences(torch.det, a))
    close(
        gradient(lambda x: (torch.func.grad(linalg.det)(x) * W).sum(), a),
        differences(lambda x: (differences(torch.det, x) * W).sum(), a, 1e-2),
        1e-8,
    )


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_cofactors_of_large_matrices(dtype: torch.dtype) -> None:
    """By the inverse where the condition allows that, by singular values up to rank n - 1; in one batch."""
    n = 60
    u, v = unitary(n, n, dtype=dtype), unitary(n, n, dtype=dtype, seed=1)
    least = torch.tensor([0.5, 1e-3, 1e-9, 0.0], dtype=torch.float64)
    s = torch.ones(4, n, dtype=torch.float64)
    s[:, -1] = least
    a = (u * s[:, None, :]) @ v.mH
    others = least[:, None].expand(4, n).clone()
    others[:, -1] = 1
    phase = torch.linalg.det(u @ v.mH).conj()
    expected = phase * ((u * others[:, None, :]) @ v.mH)
    x = a.requires_grad_()
    together = torch.autograd.grad(linalg.det(x).real.sum(), x)[0]
    for k in range(4):
        alone = torch.autograd.grad(linalg.det(x[k]).real, x)[0][k]
        close(together[k], expected[k], 1e-11)
        close(alone, expected[k], 1e-11)


def test_cofactors_where_the_determinant_is_out_of_range() -> None:
    n = 200
    u, v = unitary(n, n), unitary(n, n, seed=1)
    phase = torch.linalg.det(u @ v.mT)
    for scale in (2.0**-6, 2.0**6):  # det = 2^-1200, 2^1200, cofactors 2^-1194 or 2^1194: 0 and infinity
        x = ((u * scale) @ v.mT).requires_grad_()
        g = torch.autograd.grad(linalg.det(x), x)[0]
        assert bool((g == 0).all()) if scale < 1 else bool(g.isinf().all())
    log_s = torch.full((n,), -4.325, dtype=torch.float64)
    log_s[:30] = -9.825
    x = ((u * 2.0**log_s) @ v.mT).requires_grad_()  # det = 2^-1030, which is subnormal; cofactors up to 2^-1020
    expected = phase * ((u * 2.0 ** (log_s.sum() - log_s + 1020)) @ v.mT)
    close(torch.autograd.grad(linalg.det(x), x)[0] * 2.0**1000 * 2.0**20, expected, 1e-10)
