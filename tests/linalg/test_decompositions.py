"""LU, QR, RQ and eigenvalues: values against SciPy and residuals, hard places, errors; special matrices."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
import scipy.linalg
import torch

from sci import linalg
from sci.linalg import LinAlgError, LinAlgWarning, eig, eigvals, lu, lu_factor, lu_solve, qr, rq
from tests.linalg.linalg_matrices import ALL, not_unitary, random, residual

SHAPES = [(0, 0), (1, 1), (4, 4), (5, 3), (3, 5), (2, 4, 3)]


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("shape", SHAPES)
def test_lu(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    a = random(*shape, dtype=dtype)
    p, low, up = lu(a)
    assert residual(p.to(dtype) @ low @ up - a, a) < 20
    assert not p.is_complex()
    places, low, up = lu(a, p_indices=True)
    assert residual(torch.take_along_dim(low, places[..., None], -2) @ up - a, a) < 20
    whole, up = lu(a, permute_l=True)
    assert residual(whole @ up - a, a) < 20
    if shape[-1] == shape[-2] and shape[-1]:
        b = random(shape[-1], 2, dtype=dtype)
        for trans, op in ((0, a), (1, a.mT), (2, a.mH)):
            torch.testing.assert_close(op @ lu_solve(lu_factor(a), b, trans), b.expand_as(op @ b), rtol=1e-3, atol=1e-4)
    got, want = lu_factor(a), scipy.linalg.lu_factor(a.numpy()) if a.numel() else (a, got_nothing(shape))
    if a.numel():
        np.testing.assert_array_equal(got[1], want[1])
        np.testing.assert_allclose(got[0], want[0], rtol=1e-3, atol=1e-4)


def got_nothing(shape: tuple[int, ...]) -> np.ndarray:
    return np.zeros((*shape[:-2], 0))


@pytest.mark.parametrize("f", [lambda a: lu_factor(a)[0], lambda a: lu(a)[1] @ lu(a)[0]], ids=["lu_factor", "lu"])
def test_gradients_of_lu_in_two_vmaps(f: Callable[[torch.Tensor], torch.Tensor]) -> None:
    a = random(2, 3, 4, 4, dtype=torch.float64)

    def gradient(a: torch.Tensor) -> torch.Tensor:
        return torch.func.grad(lambda a: f(a).square().sum())(a)

    found = torch.func.vmap(torch.func.vmap(gradient, in_dims=-1, out_dims=-1))(a.movedim(1, -1))
    torch.testing.assert_close(found.movedim(-1, 1), gradient(a))


def test_lu_warns_and_raises() -> None:
    with pytest.warns(LinAlgWarning, match="diagonal entry 1 of U is exactly zero"):
        lu_factor(torch.ones(2, 2))
    with pytest.raises(ValueError, match="lu_solve: piv must be of length 2"):
        lu_solve((torch.eye(2), torch.zeros(3)), torch.ones(2))
    with pytest.raises(TypeError, match="lu_solve: lu_and_piv must be the pair"):
        lu_solve(torch.eye(2), torch.ones(2))
    with pytest.raises(ValueError, match="lu: a must be a matrix"):
        lu(torch.ones(3))


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("shape", SHAPES)
def test_qr_and_rq(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    a = random(*shape, dtype=dtype)
    m, n = shape[-2:]
    k = min(m, n)
    for mode, rows, columns in (("full", m, m), ("economic", k, k)):
        q, r = qr(a, mode=mode)
        assert (q.shape[-1], r.shape[-2]) == (columns, rows)
        assert not_unitary(q) < 30
        assert residual(q @ r - a, a) < 30
        assert torch.equal(r, r.triu())
        q, r, p = qr(a, mode=mode, pivoting=True)
        assert residual(q @ r - torch.take_along_dim(a, p[..., None, :], -1), a) < 30
        d = r.diagonal(dim1=-2, dim2=-1).abs()
        assert bool((d.diff(dim=-1) <= 1e-5).all())
    np.testing.assert_allclose(qr(a, mode="r")[0], qr(a)[1], rtol=1e-4, atol=1e-5)
    (packed, tau), r = qr(a, mode="raw")
    assert packed.shape == a.shape
    assert tau.shape[-1] == k
    for x in (a, torch.ones_like(a)):  # of which torch's has NaN where it is complex, with MKL on some CPUs
        (packed, tau), r = qr(x, mode="raw")
        np.testing.assert_array_equal(r, packed[..., :k, :].triu())
        assert residual(torch.linalg.householder_product(packed.tril(-1)[..., :k], tau) @ r - x, x) < 30
    for mode in ("full", "economic"):
        r, q = rq(a, mode=mode)
        assert not_unitary(q.mH) < 30
        assert residual(r @ q - a, a) < 30
        assert torch.equal(r, r.triu(r.shape[-1] - m))
    if len(shape) == 2 and a.numel():
        np.testing.assert_array_equal(qr(a, pivoting=True)[2], scipy.linalg.qr(a.numpy(), pivoting=True)[2])
    with pytest.raises(ValueError, match="qr: mode must be"):
        qr(a, mode="x")
    with pytest.raises(ValueError, match="qr: lwork must be"):
        qr(torch.eye(3), lwork=2)
    assert torch.equal(qr(torch.eye(3), lwork=-1)[1], qr(torch.eye(3), lwork=3)[1])


@pytest.mark.parametrize("dtype", ALL)
def test_eig(dtype: torch.dtype) -> None:
    a, b = random(2, 5, 5, dtype=dtype), random(5, 5, dtype=dtype, seed=1)
    w, left, v = eig(a, left=True)
    assert residual(a.to(v.dtype) @ v - v * w[..., None, :], a) < 60
    assert residual(left.mH @ a.to(v.dtype) - w[..., None] * left.mH, a) < 600
    w, left, v = eig(a, b, left=True)
    right = b.to(v.dtype) @ v * w[..., None, :]
    assert residual(a.to(v.dtype) @ v - right, float(torch.linalg.matrix_norm(right).max())) < 100
    torch.testing.assert_close(torch.linalg.vector_norm(v, dim=-2), torch.ones(2, 5, dtype=v.real.dtype))
    np.testing.assert_allclose(
        np.sort_complex(eigvals(a[0], b).numpy()),
        np.sort_complex(scipy.linalg.eigvals(a[0].numpy(), b.numpy())),
        rtol=1e-3,
    )
    pair = eigvals(a, b, homogeneous_eigvals=True)
    assert pair.shape == (2, 2, 5)
    torch.testing.assert_close(pair[:, 0] / pair[:, 1], w, rtol=1e-3, atol=1e-4)
    infinite = eigvals(torch.eye(2, dtype=dtype), torch.diag(torch.tensor([1, 0])).to(dtype), homogeneous_eigvals=True)
    assert torch.isfinite(infinite.abs()).all()


def test_derivative_of_eigenvalues_at_a_tie_and_of_phases() -> None:
    a = torch.diag(torch.tensor([2.0, 2.0, 1.0], dtype=torch.float64)).requires_grad_()
    (g,) = torch.autograd.grad(eigvals(a).real.sum(), a)  # the trace
    torch.testing.assert_close(g, torch.eye(3).double())
    x = random(3, 3).requires_grad_()
    with pytest.raises(LinAlgError, match="depends on the phases"):
        eig(x)[1].imag.sum().backward()


VECTORS = {
    "toeplitz": [(4,), (4, 3)],
    "hankel": [(4,), (4, 3), (0, 2)],
    "circulant": [(5,), (1,)],
    "companion": [(2,), (5,)],
    "fiedler": [(4,)],
    "fiedler_companion": [(1,), (2,), (3,), (6,), (7,)],
    "leslie": [(4, 3)],
}


@pytest.mark.parametrize("name", VECTORS)
def test_matrices_of_vectors(name: str) -> None:
    for sizes in VECTORS[name]:
        for dtype in (torch.float64, torch.complex128):
            xs = [random(n, dtype=dtype, seed=k) for k, n in enumerate(sizes)]
            got = getattr(linalg, name)(*xs)
            np.testing.assert_allclose(got, getattr(scipy.linalg, name)(*(x.numpy() for x in xs)), rtol=1e-14)
            batch = getattr(linalg, name)(*(torch.stack([x, 2 * x]) for x in xs))
            torch.testing.assert_close(batch[0], got)


def test_other_special_matrices() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        for n in (0, 1, 2, 5, 8):
            for name, options in (
                ("hilbert", [{}]),
                ("invhilbert", [{}, {"exact": True}]),
                ("pascal", [{}, {"kind": "lower"}, {"kind": "upper", "exact": False}]),
                ("invpascal", [{}, {"kind": "lower"}, {"kind": "upper", "exact": False}]),
                ("dft", [{}, {"scale": "sqrtn"}, {"scale": "n"}]),
                ("helmert", [{}, {"full": True}] if n else []),
                ("hadamard", [{}] if n and n != 5 else []),
            ):
                for option in options:
                    if n == 0 and name in ("invhilbert", "pascal", "invpascal", "dft"):
                        continue
                    got, want = getattr(linalg, name)(n, **option), getattr(scipy.linalg, name)(n, **option)
                    np.testing.assert_allclose(got, want, rtol=1e-14, atol=1e-14, err_msg=name)
    finally:
        torch.set_default_dtype(torch.float32)
    a = random(3)
    for n, mode in ((4, "full"), (5, "same"), (2, "same"), (4, "valid"), (2, "valid")):
        want = scipy.linalg.convolution_matrix(a.numpy(), n, mode)
        np.testing.assert_array_equal(linalg.convolution_matrix(a, n, mode), want)
    blocks = [random(2, 3), random(4), random(1, 1)]
    np.testing.assert_array_equal(linalg.block_diag(*blocks), scipy.linalg.block_diag(*(x.numpy() for x in blocks)))
    x = random(30, 3)
    want = scipy.linalg.clarkson_woodruff_transform(x.numpy(), 7, rng=np.random.default_rng(3))
    np.testing.assert_allclose(linalg.clarkson_woodruff_transform(x, 7, rng=3), want, rtol=1e-14, atol=1e-14)
    with pytest.raises(ValueError, match="do not fit into int64"):
        linalg.pascal(40)
    with pytest.raises(ValueError, match="hadamard: n must be a power of 2, got 3"):
        linalg.hadamard(3)
    with pytest.raises(ValueError, match="leading coefficient"):
        linalg.companion(torch.tensor([0.0, 1.0]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert linalg.block_diag().shape == (1, 0)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("factor", [0, 1])
@pytest.mark.parametrize("mode", ["economic", "full"])
def test_gradients_of_one_factor_of_qr(factor: int, mode: str, dtype: torch.dtype) -> None:
    """Where the other has none its part of the rule is left out; sizes beyond those of kernels."""

    def call(a: torch.Tensor) -> torch.Tensor:
        x = linalg.qr(a, mode=mode)[factor]
        return x if factor else x.narrow(-1, 0, 33)

    for m in (33, 35):
        a = random(m, 33, dtype=dtype).requires_grad_()
        assert torch.autograd.gradcheck(call, (a,), fast_mode=True, check_forward_ad=True)
