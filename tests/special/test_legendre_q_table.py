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
