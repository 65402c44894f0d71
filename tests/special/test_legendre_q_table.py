"""Tables of Legendre's functions of the second kind: entries, slopes, derivatives, transforms."""

from __future__ import annotations

import math

import pytest
import torch

from sci import special
from sci.special._legendre_q import legendre_q

Z = torch.tensor([0.3, -0.7, 0.999, 1.001, 1.5, -2.5, 40.0, math.inf, math.nan, 1.0, -1.0], dtype=torch.float64)


@pytest.mark.parametrize("z", [Z, torch.complex(Z[:7], Z[:7].flip(0) / 7)])
def test_entries_are_those_of_one_degree(z: torch.Tensor) -> None:
    value, slope = special.lqmn(4, 30, z)
    want = legendre_q(torch.arange(31)[:, None], torch.arange(5)[:, None, None], z)
    torch.testing.assert_close(value, want, rtol=1e-12, atol=0, equal_nan=True)
    assert slope.shape == value.shape
    torch.testing.assert_close(special.lqn(30, z)[0], want[0], rtol=1e-12, atol=0, equal_nan=True)


def test_slopes_at_the_ends() -> None:
    value, slope = special.lqn(2, torch.tensor([1.0, -1.0], dtype=torch.float64))
    assert value.tolist() == [[math.inf, -math.inf], [math.inf, math.inf], [math.inf, -math.inf]]
    assert slope.tolist() == [[math.inf, math.inf], [math.inf, -math.inf], [math.inf, math.inf]]


@pytest.mark.parametrize("where", [[0.3, -0.6], [1.4, 3.0]])
def test_derivatives(where: list[float]) -> None:
    x = torch.tensor(where, dtype=torch.float64, requires_grad=True)
    torch.autograd.gradcheck(lambda t: special.lqmn(2, 4, t), x, check_forward_ad=True)
    torch.autograd.gradgradcheck(lambda t: special.lqmn(2, 4, t), x)
    rows = torch.func.vmap(lambda t: special.lqmn(2, 4, t)[1], out_dims=-1)(x.detach())
    torch.testing.assert_close(rows, special.lqmn(2, 4, x.detach())[1])


@pytest.mark.parametrize("dtype", [torch.complex64, torch.complex128])
def test_slope_of_one_degree_beside_the_imaginary_axis(dtype: torch.dtype) -> None:
    """Q_0' = 1/(1 - z^2), whichever root the next order has there."""
    z = torch.tensor([2j, -3j, 1e-12 + 20j, -1e-12 - 5j, 0.5j], dtype=dtype, requires_grad=True)
    slope = torch.autograd.grad(legendre_q(torch.tensor(0), torch.tensor(0), z).real.sum(), z)[0]
    torch.testing.assert_close(slope.conj().real, (1 / (1 - z.detach() ** 2)).real, rtol=1e-6, atol=0)
