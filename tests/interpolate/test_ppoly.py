"""Piecewise polynomials: values, modes of extrapolation, calculus, roots and their derivatives."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest
import torch
from scipy import interpolate as reference
from torch import Tensor

from sci.interpolate import BSpline, PPoly
from sci.interpolate._piecewise import evaluate, scatter
from tests.interpolate.tolerances import EVALUATED, SOLVED


def make(k: int, m: int, *trailing: int, falling: bool = False) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(k * m)
    x = np.cumsum(rng.uniform(0.1, 1, m + 1))
    return rng.standard_normal((k, m, *trailing)), x[::-1].copy() if falling else x


@pytest.mark.parametrize("falling", [False, True])
@pytest.mark.parametrize("k", [1, 2, 4, 7])
@pytest.mark.parametrize("extrapolate", [True, False, "periodic"])
def test_values(k: int, extrapolate: Any, falling: bool, device: torch.device) -> None:
    c, x = make(k, 6, 2, falling=falling)
    at = np.concatenate((np.linspace(-2, 8, 40), x, [np.nan]))
    theirs = reference.PPoly(c, x, extrapolate)
    mine = PPoly(torch.as_tensor(c, device=device), torch.as_tensor(x, device=device), extrapolate)
    for nu in (0, 1, 2, 5):
        with np.errstate(all="ignore"):
            expected = theirs(at, nu)
        np.testing.assert_allclose(mine(at, nu).cpu().numpy(), expected, rtol=1e-12, atol=1e-11)


def test_knots_of_every_kind_and_many_queries(device: torch.device) -> None:
    rng = np.random.default_rng(0)
    c = np.arange(2000.0)[None]
    for x in (
        np.arange(2001.0),
        np.sort(rng.random(2001)),
        np.logspace(-12, 3, 2001),
        np.sinh(np.linspace(-9, 9, 2001)),
    ):
        mine = PPoly(torch.as_tensor(c, device=device), torch.as_tensor(x, device=device))
        at = np.concatenate((x, x[:-1] + 0.3 * np.diff(x), rng.permutation(x)))
        np.testing.assert_array_equal(mine(at).cpu().numpy(), np.clip(np.searchsorted(x, at, "right") - 1, 0, 1999))


def test_axis_and_shapes(device: torch.device) -> None:
    c = torch.randn(2, 3, 4, 5, dtype=torch.float64, device=device)
    x = torch.arange(5.0, dtype=torch.float64, device=device)
    p = PPoly(c, x, axis=1)
    assert p.c.shape == (3, 4, 2, 5)
    assert p(torch.rand(6, 7, device=device)).shape == (2, 6, 7, 5)
    assert p(0.5).shape == (2, 5)
    assert p(torch.empty(0, device=device)).shape == (2, 0, 5)
    assert p.derivative().axis == p.antiderivative().axis == 1
    assert p.integrate(torch.zeros(3, 1, device=device), torch.ones(2, device=device)).shape == (3, 2, 2, 5)
    assert "4 intervals of order 3" in repr(p)


def test_calculus(device: torch.device) -> None:
    c, x = make(4, 6, 2)
    theirs, mine = reference.PPoly(c, x), PPoly(torch.as_tensor(c, device=device), torch.as_tensor(x, device=device))
    for nu in (-3, -1, 0, 1, 3, 4, 6):
        np.testing.assert_allclose(mine.derivative(nu).c.cpu().numpy(), theirs.derivative(nu).c, rtol=1e-11, atol=1e-12)
    for a, b in ((x[0], x[-1]), (1.0, 1.5), (2.0, 0.5), (-1.0, 9.0)):
        np.testing.assert_allclose(mine.integrate(a, b).cpu(), theirs.integrate(a, b), **EVALUATED)
    assert torch.isnan(mine.integrate(-1.0, 1.0, extrapolate=False)).all()


def test_extend(device: torch.device) -> None:
    c, x = (torch.as_tensor(a, device=device) for a in make(3, 6, 2))
    whole = PPoly(c, x)
    right, left = PPoly(c[1:, :4], x[:5]), PPoly(c[:, 4:], x[4:])
    right.extend(c[:, 4:], x[5:])
    left.extend(c[1:, :4], x[:4])
    at = torch.linspace(float(x[4]), float(x[-1]), 9, dtype=torch.float64, device=device)
    torch.testing.assert_close(right(at), whole(at))
    torch.testing.assert_close(left(at), whole(at))
    with pytest.raises(ValueError, match="neither on the left or on the right"):
        PPoly(c, x).extend(c[:, :1], x[2:3] + 0.01)
    with pytest.raises(ValueError, match="incompatible"):
        PPoly(c, x).extend(c[:, :2], x[2:3])


@pytest.mark.parametrize("order", [1, 2, 3, 4, 6])
def test_roots(order: int, device: torch.device) -> None:
    c, x = make(order, 12)
    theirs, mine = reference.PPoly(c, x), PPoly(torch.as_tensor(c, device=device), torch.as_tensor(x, device=device))
    for y in (0.0, 0.3):
        for extrapolate in (True, False):
            for jumps in (True, False):
                roots = mine.solve(y, jumps, extrapolate)
                expected = theirs.solve(y, jumps, extrapolate)
                np.testing.assert_allclose(np.sort(roots.cpu()), np.sort(expected), **SOLVED)


def test_roots_of_several_and_of_zero(device: torch.device) -> None:
    p = PPoly(torch.tensor([[[1.0, 0.0]], [[-0.5, 0.0]]], device=device), torch.tensor([0.0, 1.0], device=device))
    first, second = p.roots()
    assert first.tolist() == [0.5]
    assert second[0] == 0.0 and second[1].isnan() and len(second) == 2
    with pytest.raises(ValueError, match="only for real"):
        PPoly([[1j]], [0.0, 1.0]).roots()
    with pytest.raises(ValueError, match="y must be a number"):
        p.solve([1.0, 2.0])


def test_derivatives_of_roots(device: torch.device) -> None:
    x = torch.tensor([0.0, 1.0, 2.5], dtype=torch.float64, device=device, requires_grad=True)
    c = torch.tensor([[1.0, 2.0], [0.5, -3.0], [-1.0, 0.2], [0.2, 0.3]], dtype=torch.float64, device=device)
    c.requires_grad_()
    y = torch.tensor(0.05, dtype=torch.float64, device=device, requires_grad=True)

    def roots(c: Tensor, x: Tensor, y: Tensor) -> Tensor:
        return PPoly(c, x).solve(y, discontinuity=False)

    assert len(roots(c, x, y)) >= 3
    assert torch.autograd.gradcheck(roots, (c, x, y))
    assert torch.autograd.gradgradcheck(roots, (c, x, y))
    double = torch.tensor([[1.0], [0.0], [0.0]], dtype=torch.float64, device=device, requires_grad=True)
    root = PPoly(double, torch.tensor([-1.0, 1.0], dtype=torch.float64, device=device)).roots()
    (gradient,) = torch.autograd.grad(root.sum(), double)
    assert (root == -1).all() and torch.isnan(gradient).any()


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_operators_differentiate_to_any_order(dtype: torch.dtype, device: torch.device) -> None:
    x = torch.tensor([0.0, 0.4, 1.0], dtype=torch.float64, device=device, requires_grad=True)
    q = torch.tensor([0.1, 0.9, 1.2, -0.2], dtype=torch.float64, device=device, requires_grad=True)
    c = torch.randn(4, 2, 3, dtype=dtype, device=device, requires_grad=True)
    g = torch.randn(2, 4, 3, dtype=dtype, device=device, requires_grad=True)
    for nu in (0, 1):
        for f, inputs in (
            (lambda c, x, q, nu=nu: evaluate(c, x, q, nu, True), (c, x, q)),
            (lambda g, x, q, nu=nu: scatter(g, x, q, 4, nu, True), (g, x, q)),
        ):
            assert torch.autograd.gradcheck(f, inputs, check_forward_ad=True, check_batched_grad=True, fast_mode=True)
            assert torch.autograd.gradgradcheck(f, inputs, check_fwd_over_rev=True, fast_mode=True)


def test_adjoint_is_the_same_in_every_run(device: torch.device) -> None:
    x = torch.linspace(0, 1, 6, device=device)
    q, g = torch.rand(5000, device=device), torch.randn(5000, 3, device=device)
    first = scatter(g, x, q, 4, 0, True)
    assert all(torch.equal(first, scatter(g, x, q, 4, 0, True)) for _ in range(3))
    torch.testing.assert_close(
        (evaluate(first, x, q, 0, True) * g).sum() / (first * first).sum(), torch.tensor(1.0, device=device)
    )


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (([[1.0, 2.0]], [0.0, 1.0, 0.5]), "strictly increasing or decreasing"),
        (([1.0, 2.0], [0.0, 1.0]), r"at least 2 dimensions, got shape \(2,\)"),
        (([[1.0]], [0.0, 1.0, 2.0]), r"1 != len\(x\) - 1 = 2"),
        (([[1.0]], [0.0]), "at least 2 breakpoints are needed, got 1"),
        (([[1.0]], [[0.0, 1.0]]), "x must be 1-dimensional"),
        ((np.zeros((0, 1)), [0.0, 1.0]), "at least of order 0"),
        (([[1.0]], [0.0, 1.0], None, 1), "axis must be between 0 and 0, got 1"),
    ],
)
def test_bad_values(args: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        PPoly(*args)


def test_two_devices_raise() -> None:
    with pytest.raises(RuntimeError, match="one device"):
        PPoly(torch.zeros(1, 1, device="meta"), torch.zeros(2))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.complex128])
def test_columns_are_those_of_one(dtype: torch.dtype, device: torch.device) -> None:
    """Threads of a GPU share the columns of a point; the result is that of each column alone."""
    real = dtype.to_real() if dtype.is_complex else dtype
    generator = torch.Generator().manual_seed(5)
    x = torch.arange(8, dtype=real, device=device)
    at = (8 * torch.rand(40, generator=generator) - 0.5).to(real).to(device)
    at[3] = torch.nan
    close = functools.partial(torch.testing.assert_close, rtol=8 * torch.finfo(real).eps, equal_nan=True)
    for columns in (2, 3, 9):
        for k in (1, 4, 6):
            c = torch.randn(k, 7, columns, generator=generator, dtype=torch.float64).to(dtype).to(device)
            for nu in (0, 1, 2):
                alone = [PPoly(c[..., j].contiguous(), x)(at, nu) for j in range(columns)]
                close(PPoly(c, x)(at, nu), torch.stack(alone, -1), atol=1e-4 if real is torch.float32 else 1e-12)
        c = torch.randn(11, columns, generator=generator, dtype=torch.float64).to(dtype).to(device)
        t = torch.cat((x[:1].expand(3), x, x[-1:].expand(3), x[-1:]))
        alone = [BSpline(t, c[..., j].contiguous(), 3)(at) for j in range(columns)]
        close(BSpline(t, c, 3)(at), torch.stack(alone, -1), atol=1e-4 if real is torch.float32 else 1e-12)
