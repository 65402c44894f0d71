"""Ellipsoidal harmonics: Lame's equation, orthogonality, SciPy's numbering, arguments of every kind."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import scipy.special
import torch

from sci.special import ellip_harm, ellip_harm_2, ellip_normal

S = torch.tensor([-3.7, 0.4, 1.9, 2.5, 4.0, 12.0], dtype=torch.float64)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 6, 11])
def test_scipys_numbering_and_signs(n: int) -> None:
    for p in range(1, 2 * n + 2):
        wanted = scipy.special.ellip_harm(5, 8, n, p, S.numpy(), -1, 1)
        got = ellip_harm(5.0, 8.0, n, p, S, -1, 1).numpy()
        np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-13 * np.abs(wanted).max())


def test_lames_equation() -> None:
    """The residual of the equation with one separation constant for all s."""
    s = S.clone().requires_grad_()
    for p in (1, 5, 6, 9, 10, 13, 14, 17):
        value = ellip_harm(1.5, 4.0, 8, p, s)
        (slope,) = torch.autograd.grad(value.sum(), s, create_graph=True)
        (bend,) = torch.autograd.grad(slope.sum(), s)
        rest = (s**2 - 1.5) * (s**2 - 4) * bend + s * (2 * s**2 - 5.5) * slope - 8 * 9 * s**2 * value
        constant = (rest / value)[-2]
        scale = ((8 * 9 * s**2 + constant.abs()) * value).abs() + ((s**2 - 1.5) * (s**2 - 4) * bend).abs()
        assert ((rest - constant * value).abs() < 1e-11 * scale).all()


@pytest.mark.parametrize("h2", [0.01, 5.0, 7.99])
def test_degree_14(h2: float) -> None:
    """Polynomials in s^2 from Lame's equation with 50 digits, the terms of which cancel 6 digits in double."""
    n, k2, s = 14, 8.0, torch.tensor([0.3, 1.7, 2.4, 2.75, 3.7, 12.0], dtype=torch.float64)
    with mpmath.workdps(50):
        size, total, product = n // 2 + 1, mpmath.mpf(h2) + k2, mpmath.mpf(h2) * k2
        matrix = mpmath.zeros(size)
        for j in range(size):
            matrix[j, j] = -total * (4 * j * (j - 1) + 4 * j)
            if j:
                matrix[j - 1, j] = product * (4 * j * (j - 1) + 2 * j)
            if j + 1 < size:
                matrix[j + 1, j] = 4 * j * (j - 1) + 6 * j - n * (n + 1)
        values, vectors = mpmath.eig(matrix)
        order = sorted(range(size), key=lambda i: -mpmath.re(values[i]))
        for p in range(1, size + 1):
            c = [mpmath.re(vectors[j, order[p - 1]]) for j in range(size)]
            wanted = [mpmath.polyval(c[::-1], mpmath.mpf(x) ** 2) / c[-1] for x in s.tolist()]
            got = ellip_harm(h2, k2, n, p, s)
            np.testing.assert_allclose(got.numpy(), [float(x) for x in wanted], rtol=1e-12)


@pytest.mark.filterwarnings("ignore::scipy.integrate.IntegrationWarning")
@pytest.mark.parametrize(("n", "p"), [(0, 1), (1, 3), (2, 5), (3, 7), (5, 4)])
def test_second_kind_and_norm(n: int, p: int) -> None:
    wanted = [scipy.special.ellip_harm_2(5, 8, n, p, s) for s in (3.5, 10.0)]
    got = ellip_harm_2(5.0, 8.0, n, p, torch.tensor([3.5, 10.0], dtype=torch.float64))
    np.testing.assert_allclose(got.numpy(), wanted, rtol=1e-10)
    five = torch.tensor(5.0, dtype=torch.float64)
    assert ellip_normal(five, 8.0, n, p).item() == pytest.approx(scipy.special.ellip_normal(5, 8, n, p), rel=1e-10)


def test_norm_of_degree_one() -> None:
    """Dassios (2012), chapter 4: 4 pi/3 times h2 k2, h2 (k2 - h2), k2 (k2 - h2)."""
    h2, k2 = (torch.tensor(x, dtype=torch.float64) for x in (1.3, 2.1))
    wanted = [4 * math.pi / 3 * x for x in (1.3 * 2.1, 1.3 * 0.8, 2.1 * 0.8)]
    np.testing.assert_allclose(ellip_normal(h2, k2, 1, [1, 2, 3]).numpy(), wanted, rtol=4e-15)


def test_arguments() -> None:
    n, p = torch.tensor([1, 2, 3]), np.array([[1], [2]])
    got = ellip_harm(5.0, 8.0, n, p, 2.5)
    np.testing.assert_allclose(got.numpy(), scipy.special.ellip_harm(5, 8, n.numpy(), p, 2.5), rtol=1e-6)
    assert ellip_harm(8.0, 5.0, 1, 1, S).isnan().all()
    assert ellip_harm(5.0, 8.0, 1, 4, S).isnan().all()
    assert ellip_harm(5.0, 8.0, 1, 1, S, signm=0.5).isnan().all()
    assert ellip_harm_2(5.0, 8.0, 1, 1, S).isnan().tolist() == [False, True, True, True, False, False]
    with pytest.raises(ValueError, match="ellip_harm: n must be whole numbers"):
        ellip_harm(5.0, 8.0, 1.5, 1, S)


@pytest.mark.parametrize(("h2", "k2"), [(5.0, 8.0), (0.3, 7.0), (2.0, 2.1)])
@pytest.mark.parametrize(("n", "p"), [(0, 1), (1, 3), (4, 6), (9, 14), (30, 40), (70, 9)])
def test_values_with_and_without_derivatives(n: int, p: int, h2: float, k2: float) -> None:
    """The kernel against tensors, of one parameter for all and of one for each argument."""
    a, b, s = (torch.tensor(x, dtype=torch.float64) for x in (h2, k2, [[1.2, 1.5, 4.0], [1.3, 2.0, 9.0]]))
    s = s * b.sqrt()
    for function, arguments in ((ellip_harm, (n, p, s)), (ellip_harm_2, (n, p, s)), (ellip_normal, (n, p))):
        wanted = function(a.clone().requires_grad_(), b, *arguments).detach()
        found = function(a, b, *arguments), function(a.expand(2, 1), b.expand(3), *arguments)
        for value in found:
            np.testing.assert_allclose(value.numpy(), wanted.expand_as(value).numpy(), rtol=1e-12)


def test_second_kind_beside_the_focus() -> None:
    for s in (2.8285, 2.84):
        with mpmath.workdps(30):
            places = [0, 0.2, 0.3, 0.34, 0.35, 1 / mpmath.mpf(s)]
            whole = mpmath.quad(lambda u: u**2 / (1 - 8 * u**2) ** 1.5 / mpmath.sqrt(1 - 5 * u**2), places)
            wanted = float(3 * mpmath.sqrt(mpmath.mpf(s) ** 2 - 8) * whole)
        got = ellip_harm_2(5.0, 8.0, 1, 3, torch.tensor(s, dtype=torch.float64))
        assert got.item() == pytest.approx(wanted, rel=1e-13)
