"""Legendre functions and spherical harmonics: identities, poles, high degrees, shapes, arguments that are refused."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special
import torch

from sci import special

THETA = torch.linspace(0.05, 3.1, 9, dtype=torch.float64)
PHI = torch.linspace(-2, 5, 9, dtype=torch.float64)
Z = torch.linspace(-0.95, 0.95, 9, dtype=torch.float64)


def close(found: Any, want: Any) -> None:
    """Compare tensors (or tuples) with SciPy's arrays, shapes and orders of dimensions included."""
    for x, y in zip(*(t if isinstance(t, tuple) else (t,) for t in (found, want)), strict=True):
        assert x.shape == y.shape
        np.testing.assert_allclose(x.numpy(), y, rtol=1e-11, atol=1e-12 * max(1.0, np.abs(y).max()))


@pytest.mark.parametrize("diff_n", [0, 1, 2])
def test_shapes_and_values_are_scipys(diff_n: int) -> None:
    z, theta, phi = Z.numpy(), THETA.numpy(), PHI.numpy()
    n, m = np.array([[1], [5], [8]]), np.array([[0], [-3], [2]])
    tn, tm = torch.tensor(n), torch.tensor(m)
    close(special.legendre_p(tn, Z, diff_n=diff_n), scipy.special.legendre_p(n, z, diff_n=diff_n))
    close(special.legendre_p_all(6, Z, diff_n=diff_n), scipy.special.legendre_p_all(6, z, diff_n=diff_n))
    for kwargs in ({}, {"norm": True}):
        close(
            special.assoc_legendre_p(tn, tm, Z, diff_n=diff_n, **kwargs),
            scipy.special.assoc_legendre_p(n, m, z, diff_n=diff_n, **kwargs),
        )
        close(
            special.assoc_legendre_p_all(4, 6, Z, diff_n=diff_n, **kwargs),
            scipy.special.assoc_legendre_p_all(4, 6, z, diff_n=diff_n, **kwargs),
        )
    close(
        special.sph_legendre_p(tn, tm, THETA, diff_n=diff_n), scipy.special.sph_legendre_p(n, m, theta, diff_n=diff_n)
    )
    close(
        special.sph_legendre_p_all(4, 6, THETA, diff_n=diff_n),
        scipy.special.sph_legendre_p_all(4, 6, theta, diff_n=diff_n),
    )
    close(
        special.sph_harm_y(tn, tm, THETA, PHI, diff_n=diff_n), scipy.special.sph_harm_y(n, m, theta, phi, diff_n=diff_n)
    )
    close(
        special.sph_harm_y_all(4, 6, THETA, PHI, diff_n=diff_n),
        scipy.special.sph_harm_y_all(4, 6, theta, phi, diff_n=diff_n),
    )


@pytest.mark.parametrize("branch_cut", [2, 3])
def test_complex_values_are_scipys(branch_cut: int) -> None:
    z = torch.complex(Z * 2, PHI.flip(0) + 0.1)
    for n, m in ((3, 1), (3, -1), (6, 2), (7, -3)):
        close(
            special.assoc_legendre_p(n, m, z, branch_cut=branch_cut, diff_n=2),
            scipy.special.assoc_legendre_p(n, m, z.numpy(), branch_cut=branch_cut, diff_n=2),
        )


@pytest.mark.parametrize(("n", "m", "theta"), [(1000, 3, 1.2), (3000, 2000, 1.0), (10000, 0, 0.3), (10000, 9990, 1.55)])
def test_high_degree(n: int, m: int, theta: float) -> None:
    """Within the error that n ulp of the angle would make: nothing overflows on the way."""
    with mpmath.workdps(40):
        before, now, lam, c = mpmath.mpf(0), mpmath.mpf(1), m + mpmath.mpf(1) / 2, mpmath.cos(mpmath.mpf(theta))
        for k in range(n - m):
            before, now = now, (2 * (k + lam) * c * now - (k + 2 * lam - 1) * before) / (k + 1)
        norm = mpmath.sqrt((n + mpmath.mpf(1) / 2) / (2 * mpmath.pi) * mpmath.gammaprod([n - m + 1], [n + m + 1]))
        want = float((-1) ** m * norm * mpmath.fac2(2 * m - 1) * mpmath.sin(theta) ** m * now)
    found = special.sph_legendre_p(n, m, torch.tensor(theta, dtype=torch.float64))[0].item()
    assert found == pytest.approx(want, rel=4 * n * 2.3e-16)


def test_angles_beyond_the_sphere() -> None:
    theta = torch.linspace(-3, 6, 8, dtype=torch.float64)
    close(special.sph_legendre_p(5, 2, theta), scipy.special.sph_legendre_p(5, 2, theta.numpy()))
    close(special.sph_legendre_p(5, 3, theta), scipy.special.sph_legendre_p(5, 3, theta.numpy()))
    torch.autograd.gradcheck(lambda t: special.sph_legendre_p(5, 3, t, diff_n=2), theta.requires_grad_())


def test_addition_theorem() -> None:
    """The harmonics of one degree have the sum of squares (2n + 1) / (4 pi)."""
    y = special.sph_harm_y_all(40, 40, THETA, PHI)
    degrees = torch.arange(41, dtype=torch.float64)[:, None]
    torch.testing.assert_close(
        y.abs().square().sum(1), ((2 * degrees + 1) / (4 * math.pi)).expand(-1, 9), rtol=1e-13, atol=0
    )


def test_poles_have_gradients() -> None:
    """At the pole dY_1^1/dtheta is -sqrt(3 / 8 pi), and second derivatives are finite."""
    theta = torch.zeros((), dtype=torch.float64, requires_grad=True)
    (first,) = torch.autograd.grad(special.sph_legendre_p(1, 1, theta)[0], theta, create_graph=True)
    assert first.item() == pytest.approx(-math.sqrt(3 / (8 * math.pi)), rel=1e-15)
    y = special.sph_harm_y(torch.arange(5), torch.tensor([0, 1, -1, 2, 3]), theta, 0.3).abs().square().sum()
    (first,) = torch.autograd.grad(y, theta, create_graph=True)
    assert first.isfinite()
    assert torch.autograd.grad(first, theta)[0].isfinite()


def test_diff_n_is_the_gradient() -> None:
    theta, phi = THETA.clone().requires_grad_(), PHI.clone().requires_grad_()
    y, gradient, hessian = special.sph_harm_y(4, 2, theta, phi, diff_n=2)
    for part in ("real", "imag"):
        found = torch.autograd.grad(getattr(y, part).sum(), (theta, phi), create_graph=True)
        torch.testing.assert_close(torch.stack(found, -1), getattr(gradient, part), rtol=1e-12, atol=1e-13)
        second = torch.autograd.grad(found[0].sum(), (theta, phi), retain_graph=True)
        torch.testing.assert_close(torch.stack(second, -1), getattr(hessian[..., 0, :], part), rtol=1e-12, atol=1e-12)


def test_ends_where_scipy_has_wrong_signs() -> None:
    z = torch.tensor([1.0, -1.0], dtype=torch.float64)
    assert special.assoc_legendre_p(3, 2, z, diff_n=2)[2].tolist() == [-90.0, 90.0]  # 15 z (1 - z^2)
    assert special.assoc_legendre_p(3, 3, z, diff_n=2)[2].tolist() == [-math.inf, -math.inf]  # -15 (1 - z^2)^(3/2)
    torch.testing.assert_close(special.assoc_legendre_p(3, 0, z, norm=True)[0], z * math.sqrt(3.5))


def test_polynomials_are_exact_at_the_ends() -> None:
    for n in range(30):
        for z in (1.0, -1.0):
            for dtype in (torch.float32, torch.float64, torch.complex128):
                assert special.assoc_legendre_p(n, 0, torch.tensor(z, dtype=dtype))[0] == z**n
            assert special.lpmv(0, n, torch.tensor(z, dtype=torch.float64)) == z**n


def test_float32_and_empty() -> None:
    x = THETA.float()
    assert special.sph_legendre_p(3, 1, x).dtype == torch.float32
    assert special.sph_harm_y(3, 1, x, x).dtype == torch.complex64
    assert special.legendre_p(3, x.half()).dtype == torch.float16
    assert special.sph_harm_y_all(3, 2, x[:0], x[:0], diff_n=1)[1].shape == (4, 5, 0, 2)
    assert special.legendre_p_all(0, x[:0]).shape == (1, 1, 0)


def test_refused_arguments() -> None:
    with pytest.raises(ValueError, match="diff_n must be 0, 1 or 2, got 3"):
        special.legendre_p(2, Z, diff_n=3)
    with pytest.raises(ValueError, match="n must be a whole number of at least 0, got -1"):
        special.legendre_p_all(-1, Z)
    with pytest.raises(ValueError, match="m must be a whole number of at least 0, got -1"):
        special.assoc_legendre_p_all(2, -1, Z)
    with pytest.raises(TypeError, match="n must be integer"):
        special.sph_legendre_p(1.5, 1, THETA)
    with pytest.raises(TypeError, match="theta must be real"):
        special.sph_harm_y(1, 1, THETA + 1j, PHI)


def test_huge_degrees_and_orders_end() -> None:
    top, least = 2**63 - 1, -(2**63)
    n = torch.tensor([top, top, 2 * 10**6, 10**6, 12, 12], dtype=torch.int64)
    m = torch.tensor([0, top - 9, 1, 0, least, least + 1], dtype=torch.int64)
    sphere = special.sph_legendre_p(n, m, THETA[0])[0]
    plane = special.assoc_legendre_p(n, m, Z[0], diff_n=1)
    assert torch.isnan(sphere[:3]).all() and torch.isfinite(sphere[3]) and (sphere[4:] == 0).all()
    assert torch.isnan(plane[:, :3]).all() and torch.isfinite(plane[0, 3]) and torch.isnan(plane[1, 3])
    assert (plane[:, 4:] == 0).all()


@pytest.mark.parametrize(("x", "dtype"), [(1e150, torch.float64), (-1e150, torch.float64), (-1e18, torch.float32)])
def test_hermite_of_a_huge_degree_and_argument_ends(x: float, dtype: torch.dtype) -> None:
    point = torch.tensor(x, dtype=dtype)
    for f in (special.eval_hermite, special.eval_hermitenorm):
        assert f(2**62, point).item() == math.inf
        assert f(2**62 + 1, point).item() == math.copysign(math.inf, x)
