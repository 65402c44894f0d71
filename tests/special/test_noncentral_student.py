"""Derivatives of the noncentral t distribution by two algorithms, an integral and sums of positive terms."""

from __future__ import annotations

import math

import pytest
import torch

import sci

f64 = torch.float64


def _grid() -> tuple[torch.Tensor, ...]:
    df = torch.tensor([3.0, 50.0, 1e4, 1e6], dtype=f64)
    nc = torch.tensor([0.0, 0.25, 2.0, 9.0], dtype=f64)
    t = torch.tensor([1e-3, 0.125, 1.0, 6.0], dtype=f64)
    return tuple(x.reshape(-1) for x in torch.meshgrid(df, nc, t, indexing="ij"))


@pytest.mark.parametrize("place", [1, 2])
def test_both_ways_agree(place: int) -> None:
    """All gradients together may take the integral where one of them alone takes the sums."""
    args = [x.requires_grad_() for x in _grid()]
    together = torch.autograd.grad(sci.special.nctdtr(*args).sum(), args)[place]
    one = [x if i == place else x.detach() for i, x in enumerate(args)]
    alone = torch.autograd.grad(sci.special.nctdtr(*one).sum(), one[place])[0]
    torch.testing.assert_close(alone, together, rtol=3e-13, atol=1e-290)


def test_without_degrees_of_freedom_to_speak_of() -> None:
    """For infinite df the distribution is normal; the density at 0 is that of Student's t."""
    nc = torch.tensor([0.0, 1.5], dtype=f64, requires_grad=True)
    t = torch.tensor([2.0, 0.5], dtype=f64, requires_grad=True)
    by_nc, by_t = torch.autograd.grad(sci.special.nctdtr(math.inf, nc, t).sum(), (nc, t))
    density = torch.exp(-0.5 * (t - nc) ** 2) / math.sqrt(2 * math.pi)
    torch.testing.assert_close(by_t, density)
    torch.testing.assert_close(by_nc, -density)
    zero = torch.zeros((), dtype=f64, requires_grad=True)
    slope = torch.autograd.grad(sci.special.nctdtr(1.0, 0.0, zero), zero)[0]
    assert abs(slope.item() * math.pi - 1) < 1e-15
