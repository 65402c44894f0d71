"""BPoly, NdPPoly, Akima, interp1d and pchip_interpolate against SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy import interpolate as reference
from torch._subclasses.fake_tensor import FakeTensorMode

from sci import interpolate
from sci.interpolate import Akima1DInterpolator, BPoly, NdPPoly, PPoly, interp1d, pchip_interpolate
from tests.interpolate.tolerances import EVALUATED, SOLVED, WELL_SOLVED, relative

RNG = np.random.default_rng(0)
X, C = np.sort(RNG.random(6)), RNG.standard_normal((5, 5, 2))
AT = np.r_[np.linspace(-0.1, 1.1, 40), X, np.nan]


@pytest.mark.parametrize("falling", [False, True])
def test_bpoly(falling: bool, device: torch.device) -> None:
    x = X[::-1].copy() if falling else X
    mine, theirs = BPoly(torch.as_tensor(C, device=device), x), reference.BPoly(C, x)
    for nu in range(6):
        for mode in (True, False, "periodic"):
            np.testing.assert_allclose(mine(AT, nu, mode).cpu(), theirs(AT, nu, mode), rtol=1e-9, atol=1e-7)
    np.testing.assert_allclose(mine.antiderivative(2).c.cpu(), theirs.antiderivative(2).c, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(mine.derivative(2).c.cpu(), theirs.derivative(2).c, rtol=1e-12, atol=1e-10)
    np.testing.assert_allclose(mine.integrate(0.2, 0.9).cpu(), theirs.integrate(0.2, 0.9), rtol=1e-11, atol=1e-12)
    power = PPoly.from_bernstein_basis(mine)
    np.testing.assert_allclose(power.c.cpu(), reference.PPoly.from_bernstein_basis(theirs).c, **EVALUATED)
    np.testing.assert_allclose(BPoly.from_power_basis(power).c.cpu(), C, **SOLVED)


@pytest.mark.parametrize("orders", [None, [1, 3, 3, 3, 3]])
def test_bpoly_from_derivatives(orders: Any) -> None:
    y = [RNG.standard_normal(n) for n in (1, 3, 2, 4, 2, 2)]
    mine, theirs = BPoly.from_derivatives(X, y, orders), reference.BPoly.from_derivatives(X, y, orders)
    np.testing.assert_allclose(mine.c, theirs.c, rtol=1e-11, atol=1e-12)


def test_ndppoly(device: torch.device) -> None:
    c = RNG.standard_normal((3, 4, 5, 2, 3))
    x, y = X, np.array([0.0, 0.3, 1.0])
    mine, theirs = NdPPoly(torch.as_tensor(c, device=device), (x, y)), reference.NdPPoly(c, (x, y))
    at = RNG.uniform(-0.1, 1.1, (30, 2))
    for nu in (None, (1, 0), (0, 2), (3, 1)):
        for mode in (True, False):
            np.testing.assert_allclose(mine(at, nu, mode).cpu(), theirs(at, nu, mode), **EVALUATED)
    box = ((0.1, 0.7), (0.2, 0.8))
    np.testing.assert_allclose(mine.integrate(box).cpu(), theirs.integrate(box), rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(
        mine.antiderivative((1, 1))(at).cpu(), theirs.antiderivative((1, 1))(at), **relative(WELL_SOLVED)
    )


@pytest.mark.parametrize("which", range(3))
def test_derivatives_of_ndppoly_that_vanish_can_be_differentiated(which: int) -> None:
    given = [torch.ones(1, 1, 2, 2), torch.arange(3.0), torch.rand(4, 2)]
    given[which].requires_grad_()
    c, x, at = given
    for nu in ((0, 0), (1, 0), (0, 2)):
        value = NdPPoly(c, (x, torch.arange(3.0)))(at, nu)
        (gradient,) = torch.autograd.grad(value.sum(), given[which])
        assert value.eq(0).all() == (nu != (0, 0)) and gradient.sum() == (4 if which == 0 and nu == (0, 0) else 0)


@pytest.mark.parametrize("method", ["akima", "makima"])
def test_akima(method: str) -> None:
    y = np.array([0.0, 0, 0, 1, 2, 2.5, 2.5, 2.5, -1])
    x = np.cumsum(RNG.uniform(0.2, 1, 9))
    mine, theirs = Akima1DInterpolator(x, y, method=method), reference.Akima1DInterpolator(x, y, method=method)
    np.testing.assert_allclose(mine.c, theirs.c, rtol=1e-12, atol=1e-13)
    assert mine(x[0] - 1).isnan()


@pytest.mark.parametrize(
    "kind", ["linear", "nearest", "nearest-up", "previous", "next", "zero", "slinear", "quadratic", "cubic", 5]
)
def test_interp1d(kind: Any, device: torch.device) -> None:
    x, y = RNG.permutation(np.linspace(0, 2, 9)), RNG.standard_normal((2, 9, 3))
    at = np.r_[np.linspace(-0.3, 2.3, 32), 0.125, x].reshape(2, -1)
    for fill in (np.nan, (1.0, 2.0), "extrapolate"):
        arguments: dict[str, Any] = {"axis": 1, "fill_value": fill, "bounds_error": False}
        mine = interp1d(torch.as_tensor(x, device=device), y, kind, **arguments)
        expected = reference.interp1d(x, y, kind, **arguments)(at)
        np.testing.assert_allclose(mine(at).cpu(), expected, **WELL_SOLVED)
        assert mine(np.nan).isnan().all()  # SciPy's steps have the last value here


def test_a_fill_value_is_rounded_once(device: torch.device) -> None:
    f = interp1d(torch.tensor(X, device=device), torch.tensor(X, device=device), fill_value=0.1, bounds_error=False)
    assert f(2.0).item() == 0.1


def test_pchip_interpolate() -> None:
    y = RNG.standard_normal(6)
    for mine, theirs in zip(
        pchip_interpolate(X, y, AT, [0, 1]), reference.pchip_interpolate(X, y, AT, [0, 1]), strict=True
    ):
        np.testing.assert_allclose(mine, theirs, **WELL_SOLVED)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: BPoly.from_derivatives([0.0, 1], [[0.0], [1.0]], 5), ValueError, "order 5 requested"),
        (lambda: BPoly.from_power_basis(1), TypeError, "only accepts PPoly"),
        (lambda: NdPPoly(np.ones((1, 1, 2, 1)), ([0.0, 1], [0.0, 1])), ValueError, "do not agree"),
        (lambda: Akima1DInterpolator([0.0, 1], [0.0, 1], method="no"), NotImplementedError, "unsupported"),
        (lambda: interp1d([0.0, 1], [0.0, 1])(2.0), ValueError, "above the interpolation range"),
        (lambda: interp1d([0.0, 1], [0.0, 1, 2]), ValueError, "equal in length"),
        (lambda: interp1d([0.0, 1], [0.0, 1], "cubic"), ValueError, "at least 4 entries"),
        (lambda: interp1d([0.0, 1], [0.0, 1], "no"), NotImplementedError, "unsupported"),
        (lambda: interp1d([0.0, 1], [0.0, 1], fill_value=np.ones(3)), ValueError, "fill_value has shape"),
    ],
)
def test_errors(call: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        call()


def test_shapes_of_tensors_without_data() -> None:
    makers = (
        interpolate.CubicSpline,
        interpolate.PchipInterpolator,
        interpolate.Akima1DInterpolator,
        interpolate.make_interp_spline,
        lambda x, y: interpolate.make_smoothing_spline(x, y, lam=0.1),
    )
    with FakeTensorMode() as mode:
        x, y = (mode.from_tensor(torch.zeros(8, dtype=dtype)) for dtype in (torch.float64, torch.float32))
        for make in makers:
            found = make(x, y)(x[:3])
            assert found.shape == (3,)
            assert found.dtype == torch.float64
