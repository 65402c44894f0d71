"""Zeros of Bessel, Airy and Kelvin functions: none skipped, right, differentiable in the order."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special
import torch

from sci import special

ORDERS = [1e-6, 0.02, 0.5, 0.99, 1.0, 1.01, 2.0, 7.3, 32.9, 33.0, 150.0, 1e3, 1e4, 1e6]


@pytest.mark.parametrize("v", ORDERS)
def test_zeros_interlace(v: float) -> None:
    """DLMF 10.21.3: j'_1 < y_1 < y'_1 < j_1 < j'_2 < ...; the first lies in (v, sqrt(2 v (v + 2)))."""
    order = torch.tensor(v, dtype=torch.float64)
    j, jp, y, yp = special.jnyn_zeros(order, 60)
    all_zeros = torch.stack([jp, y, yp, j], -1).reshape(-1)
    assert (all_zeros.diff() > 0).all()
    assert v <= all_zeros[0] < (2 * v * (v + 2)) ** 0.5
    # Distances of neighbouring zeros of J fall (v > 1/2) or rise towards pi: a skipped one would double one of them.
    distance = j.diff()
    assert (distance[1:] / distance[:-1] < 1.5).all() and (distance[1:] / distance[:-1] > 0.6).all()


@pytest.mark.parametrize("n", [0, 1, 4, 25])
def test_whole_orders_are_scipys(n: int) -> None:
    order = torch.tensor(float(n), dtype=torch.float64)
    for found, want in zip(special.jnyn_zeros(order, 30), scipy.special.jnyn_zeros(n, 30), strict=True):
        np.testing.assert_allclose(found.numpy(), want, rtol=1e-13)


def test_late_zeros() -> None:
    """McMahon's expansion (DLMF 10.21.19) at the 10^6th zero, where its second correction is below rounding."""
    v = torch.tensor([0.0, 0.3, 5.0], dtype=torch.float64)
    k = 10**6
    b = (k + v / 2 - 0.25) * torch.pi
    want = b - (4 * v * v - 1) / (8 * b)
    found = special._bessel_zeros.bessel_j_zero(v, torch.tensor(k))
    torch.testing.assert_close(found, want, rtol=4e-16, atol=0)


def test_derivative_in_the_order() -> None:
    v = torch.tensor([0.3, 2.0, 40.0], dtype=torch.float64, requires_grad=True)
    for zeros in (special.jn_zeros, special.jnp_zeros, special.yn_zeros, special.ynp_zeros):
        assert torch.autograd.gradcheck(lambda v, f=zeros: f(v, 3), v)
        assert torch.autograd.gradgradcheck(lambda v, f=zeros: f(v, 3), v)


def test_ordered_zeros() -> None:
    found, want = special.jnjnp_zeros(400), scipy.special.jnjnp_zeros(400)
    np.testing.assert_allclose(found.zo.double().numpy(), want[0], rtol=1e-6)
    value = torch.where(found.t == 0, special.jv(found.n.double(), found.zo.double()), special.jvp(found.n, found.zo))
    assert value.abs().max() < 1e-5


@pytest.mark.parametrize("name", ["ai_zeros", "bi_zeros", "kelvin_zeros"])
def test_many_zeros(name: str) -> None:
    """Distances change slowly: none is skipped; the first ones are SciPy's."""
    found = getattr(special, name)(1500)
    want = getattr(scipy.special, name)(20)
    for zeros, known in zip(found[:2] if name != "kelvin_zeros" else found, want, strict=False):
        distance = zeros.double().abs().diff()
        assert (distance > 0).all() and (distance[1:] / distance[:-1] - 1).abs().max() < 0.4
        np.testing.assert_allclose(zeros[:20].numpy(), known, rtol=1e-6)


def test_errors() -> None:
    for function in (special.jn_zeros, special.ynp_zeros):
        with pytest.raises(ValueError, match="nt"):
            function(1.0, 0)
        with pytest.raises(ValueError, match="n must"):
            function(-1.0, 2)
        with pytest.raises(TypeError, match="n must"):
            function(1j, 2)
    with pytest.raises(ValueError, match="nt"):
        special.jnjnp_zeros(1201)
