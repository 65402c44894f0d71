"""Cubic splines against SciPy, their conditions, their two constructions, their derivatives, their errors."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from scipy import interpolate as reference
from torch import Tensor

from sci.interpolate import Akima1DInterpolator, BSpline, CubicHermiteSpline, CubicSpline, PchipInterpolator

X = np.array([-1.0, 0.0, 0.5, 2.0, 4.0, 4.5, 5.5, 9.0])
END_VALUES = np.array([[2.0, -1.0], [0.5, 3.0]])
ENDS: list[Any] = ["not-a-knot", "natural", "clamped", (1, END_VALUES), (2, END_VALUES)]


def data(n: int, *, periodic: bool = False) -> tuple[np.ndarray, np.ndarray]:
    y = np.random.default_rng(n).standard_normal((2, n, 2))
    if periodic:
        y[:, -1] = y[:, 0]
    return X[:n], y


def tensors(device: torch.device, *arrays: Any) -> list[Tensor]:
    return [torch.as_tensor(a, device=device) for a in arrays]


def same(mine: Tensor, scipys: np.ndarray, scale: float = 1.0) -> None:
    np.testing.assert_allclose(mine.cpu().numpy(), scipys, rtol=1e-12, atol=1e-12 * scale)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 8])
def test_values_for_all_ends(n: int, device: torch.device) -> None:
    x, y = data(n)
    at = np.linspace(-3, 11, 30).reshape(5, 6)
    for bc in itertools.product(ENDS, ENDS):
        theirs = reference.CubicSpline(x, y, axis=1, bc_type=bc)
        mine = CubicSpline(*tensors(device, x, y), axis=1, bc_type=bc)
        same(mine.c, theirs.c, 10)
        for nu in (0, 1, 2):
            same(mine(at, nu), theirs(at, nu), 1 + np.abs(theirs(at, nu)).max())
        same(mine.integrate(-2.0, 5.0), theirs.integrate(-2.0, 5.0), 10)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 8])
def test_periodic(n: int, device: torch.device) -> None:
    x, y = data(n, periodic=True)
    theirs = reference.CubicSpline(x, y, axis=1, bc_type="periodic")
    mine = CubicSpline(*tensors(device, x, y), axis=1, bc_type="periodic")
    assert mine.extrapolate == "periodic"
    at = np.linspace(-30, 30, 41)
    same(mine(at), theirs(at), 10)
    for a, b in ((-30.0, 17.0), (3.0, -40.0), (0.0, 0.5)):
        same(mine.integrate(a, b), theirs.integrate(a, b), 100)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.complex64, torch.complex128])
@pytest.mark.parametrize("bc", ["not-a-knot", "natural", "periodic", ((1, 0.5), "not-a-knot"), ("natural", (2, -1.0))])
def test_kernel_and_differentiable_construction_agree(bc: Any, dtype: torch.dtype, device: torch.device) -> None:
    real = dtype.to_real() if dtype.is_complex else dtype
    for n in (4, 5, 6, 60):
        x = torch.linspace(0, 1, n, dtype=real, device=device) ** 1.5
        y = torch.randn(n, 70, dtype=dtype, device=device)
        y[-1] = y[0]
        ends = bc
        if not isinstance(bc, str):
            ends = [(e[0], torch.full((70,), e[1], device=device)) if isinstance(e, tuple) else e for e in bc]
        plain = CubicSpline(x, y, bc_type=ends).c
        recorded = CubicSpline(x, y.clone().requires_grad_(), bc_type=ends).c
        assert plain.dtype is dtype
        for mine, same_row in zip(plain, recorded, strict=True):
            tolerance = 50 * n * torch.finfo(real).eps * same_row.abs().max()
            assert (mine - same_row).abs().max() <= tolerance


def test_knots_that_differ_by_many_orders(device: torch.device) -> None:
    x = torch.tensor([0.0, 1e-6, 1.0, 1.0 + 1e-7, 50.0, 51.0], dtype=torch.float64, device=device)
    y = torch.tensor([1.0, 1.1, -2.0, -2.0, 3.0, 4.0], dtype=torch.float64, device=device)
    for bc in ("not-a-knot", "natural", "clamped"):
        c = CubicSpline(x, y, bc_type=bc).c
        h = x.diff()
        jump = ((c[0] * h + c[1]) * h + c[2]) * h + c[3]
        size = ((c[0].abs() * h + c[1].abs()) * h + c[2].abs()) * h + c[3].abs()
        assert ((jump - y[1:]).abs() <= 1e-14 * size).all()
        bend = 6 * c[0] * h + 2 * c[1]  # the second derivative at the right end of each interval
        rounding = (c[2].abs() + (y.diff() / h).abs()) / h  # that of a divided difference of slopes
        assert ((bend[:-1] - 2 * c[1, 1:]).abs() <= 1e-14 * (rounding[:-1] + rounding[1:])).all()


@pytest.mark.parametrize("periodic", [False, True])
def test_derivatives_in_knots_values_and_points(periodic: bool, device: torch.device) -> None:
    x = torch.tensor([0.0, 0.4, 1.0, 1.7, 2.0], dtype=torch.float64, device=device, requires_grad=True)
    y = torch.randn(4 if periodic else 5, 2, dtype=torch.complex128, device=device, requires_grad=True)
    q = torch.tensor([0.1, 0.9, 2.3, -0.2], dtype=torch.float64, device=device, requires_grad=True)

    def f(x: Tensor, y: Tensor, q: Tensor) -> Tensor:
        if periodic:
            y = torch.cat((y, y[:1]))
        return CubicSpline(x, y, bc_type="periodic" if periodic else "not-a-knot")(q)

    assert torch.autograd.gradcheck(f, (x, y, q), check_forward_ad=True, check_batched_grad=True, fast_mode=True)
    assert torch.autograd.gradgradcheck(f, (x, y, q), check_fwd_over_rev=True, fast_mode=True)


def test_derivative_in_boundary_values(device: torch.device) -> None:
    x, y = tensors(device, *data(5))
    end = torch.tensor([[2.0, -1.0], [0.5, 3.0]], dtype=torch.float64, device=device, requires_grad=True)
    q = torch.tensor([0.1, 3.0], dtype=torch.float64, device=device)
    assert torch.autograd.gradcheck(lambda e: CubicSpline(x, y, 1, ((2, e), (1, 2 * e)))(q), (end,))


def test_transforms_without_fallback(device: torch.device, recwarn: pytest.WarningsRecorder) -> None:
    x, y = tensors(device, X, np.sin(X))
    knots, values = torch.stack((x, 2 * x)), torch.stack((y, 3 * y))
    q = torch.linspace(0, 5, 6, dtype=torch.float64, device=device)
    batched = torch.func.vmap(lambda x, y: CubicSpline(x, y)(q))(knots, values)
    for row, x_row, y_row in zip(batched, knots, values, strict=True):
        torch.testing.assert_close(row, CubicSpline(x_row, y_row)(q))

    def bend(y: Tensor) -> Tensor:
        return (CubicSpline(x, y)(q) ** 2).sum()

    hessian = torch.func.hessian(bend)(y)
    design = torch.func.jacrev(lambda y: CubicSpline(x, y)(q))(y)
    torch.testing.assert_close(hessian, 2 * design.T @ design)
    assert not [w for w in recwarn if "fallback" in str(w.message)]


def test_compiles_whole(device: torch.device) -> None:
    def loss(x: Tensor, y: Tensor, q: Tensor) -> Tensor:
        spline = CubicSpline(x, y, bc_type="natural")
        return (spline(q) * spline.derivative()(q)).sum() + spline.integrate(0.0, 1.0)

    x, y = tensors(device, X, np.sin(X))
    q = torch.linspace(0, 5, 6, dtype=torch.float64, device=device)
    compiled = torch.compile(loss, fullgraph=True, backend="aot_eager")
    y.requires_grad_()
    expected = torch.autograd.grad(loss(x, y, q), y)[0]
    torch.testing.assert_close(torch.autograd.grad(compiled(x, y, q), y)[0], expected)


def test_float32_and_integers_and_lists(device: torch.device) -> None:
    x = torch.arange(5, device=device)
    assert CubicSpline(x, x**2)(x).dtype is torch.get_default_dtype()
    assert CubicSpline(x.float(), x.float())(0.5).dtype is torch.float32
    assert CubicSpline(x.float(), x.float())(torch.ones(2, dtype=torch.float64, device=device)).dtype is torch.float64
    torch.testing.assert_close(
        CubicSpline([0.0, 1.0, 2.0], [0.0, 1.0, 4.0])([3.0]), torch.tensor([9.0], dtype=torch.float64)
    )


@pytest.mark.parametrize("shape", [(10, 0, 5), (10, 5, 0)])
@pytest.mark.parametrize("bc", ["not-a-knot", "periodic", "natural"])
def test_empty_trailing_dimensions(shape: tuple[int, ...], bc: str, device: torch.device) -> None:
    spline = CubicSpline(torch.arange(10.0, device=device), torch.zeros(shape, device=device), bc_type=bc)
    assert spline(torch.zeros(3, 2, device=device)).shape == (3, 2, *shape[1:])
    pchip = PchipInterpolator(torch.arange(10.0, device=device), torch.zeros(shape, device=device))
    assert pchip(1.5).shape == shape[1:]


def test_not_contiguous(device: torch.device) -> None:
    y = torch.randn(3, 16, dtype=torch.float64, device=device).T[::2]
    x = torch.arange(24.0, dtype=torch.float64, device=device)[::3]
    torch.testing.assert_close(CubicSpline(x, y).c, CubicSpline(x.clone(), y.clone().contiguous()).c)


def test_pchip(device: torch.device) -> None:
    at = np.linspace(-2, 10, 50)
    for n in (2, 3, 8):
        x, y = data(n)
        y[0, :, 0] = np.cumsum(np.abs(y[0, :, 0]))
        y[1, : n // 2, 1] = 0.25  # flat
        theirs = reference.PchipInterpolator(x, y, axis=1)
        mine = PchipInterpolator(*tensors(device, x, y), axis=1)
        same(mine(at), theirs(at), 10)
    x, y = tensors(device, X, np.array([0.0, 0.1, 0.5, 0.6, 2.0, 2.1, 2.5, 6.0]))
    x.requires_grad_(), y.requires_grad_()
    q = torch.tensor([0.1, 3.0, 8.0], dtype=torch.float64, device=device, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, y, q: PchipInterpolator(x, y)(q), (x, y, q), check_forward_ad=True)


def test_pchip_of_flat_data_has_finite_gradient(device: torch.device) -> None:
    y = torch.tensor([0.0, 1.0, 1.0, 1.0, 0.0], dtype=torch.float64, device=device, requires_grad=True)
    spline = PchipInterpolator(torch.arange(5.0, dtype=torch.float64, device=device), y)
    (gradient,) = torch.autograd.grad(spline(torch.linspace(0, 4, 9, device=device)).sum(), y)
    assert torch.isfinite(gradient).all()


def test_hermite(device: torch.device) -> None:
    x, y = data(5)
    slopes = np.random.default_rng(1).standard_normal(y.shape)
    at = np.linspace(-2, 10, 50)
    mine = CubicHermiteSpline(*tensors(device, x, y, slopes), axis=1)
    same(mine(at), reference.CubicHermiteSpline(x, y, slopes, axis=1)(at), 10)


GOOD = [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("args", "kwargs", "text"),
    [
        (([1 + 1j, 2, 3, 4], GOOD), {}, "x must be real"),
        (([float("nan"), 2, 3, 4], GOOD), {}, "x must contain only finite"),
        ((GOOD, [1.0, float("inf"), 3, 4]), {}, "y must contain only finite"),
        (([2.0, 1.0, 3.0, 4.0], GOOD), {}, "strictly increasing"),
        (([1.0, 1.0, 3.0, 4.0], GOOD), {}, "strictly increasing"),
        ((GOOD, [1.0, 2.0, 3.0]), {}, "length of y along axis=0, 3, doesn't match the length of x, 4"),
        (([GOOD], GOOD), {}, "x must be 1-dimensional, got shape"),
        (([1.0], [1.0]), {}, "at least 2 elements, got 1"),
        ((GOOD, GOOD), {"axis": 1}, "axis 1 is out of bounds"),
        ((GOOD, GOOD), {"bc_type": ("periodic", "clamped")}, "both curve ends"),
        ((GOOD, GOOD), {"bc_type": ((2, 0), (3, 10))}, "order must be 1 or 2, got 3"),
        ((GOOD, GOOD), {"bc_type": ((1, 0),)}, "contain 2 elements"),
        ((GOOD, GOOD), {"bc_type": (0.0, 0.0)}, r"form \(order, value\), got 0.0"),
        ((GOOD, GOOD), {"bc_type": "not-a-typo"}, "'not-a-typo' is not allowed"),
        ((GOOD, GOOD), {"bc_type": ("clamped", (1, [0.0, 0.0]))}, r"bc_type\[1\] has shape \(2,\), expected \(\)"),
        ((GOOD, GOOD), {"bc_type": "periodic"}, "must be identical"),
        ((GOOD, GOOD), {"extrapolate": "mirrored"}, "extrapolate must be a bool or 'periodic', got 'mirrored'"),
    ],
)
def test_bad_values(args: Any, kwargs: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        CubicSpline(*args, **kwargs)


def test_bad_objects() -> None:
    with pytest.raises(TypeError, match="CubicSpline: y must be a tensor"):
        CubicSpline(GOOD, "abcd")
    with pytest.raises(TypeError, match="x must be real"):
        CubicSpline(GOOD, GOOD)(torch.tensor([1j]))
    with pytest.raises(ValueError, match="y must contain real values"):
        PchipInterpolator(GOOD, [1j, 2, 3, 4])
    with pytest.raises(ValueError, match=r"dydx .* must be identical"):
        CubicHermiteSpline(GOOD, GOOD, [1.0])
    with pytest.raises(ValueError, match="nu cannot be negative, got -1"):
        CubicSpline(GOOD, GOOD)(1.0, -1)


def test_checks_of_data_can_be_off() -> None:
    import sci

    with sci.data_checks(False):
        CubicSpline([2.0, 1.0, 3.0, 4.0], GOOD)


@pytest.mark.parametrize("method", ["akima", "makima"])
def test_columns_of_akima_do_not_know_of_each_other(method: str) -> None:
    x = torch.tensor([0.0, 1.0, 2.5, 3.0, 4.2, 5.0], dtype=torch.float64)
    y = torch.tensor([0.0, 1.0, -0.5, 2.0, 0.3, 0.1], dtype=torch.float64)
    q = torch.linspace(0, 5, 31, dtype=torch.float64)
    both = Akima1DInterpolator(x, torch.stack([y, 1e-12 * y], 1), method=method)(q)
    alone = Akima1DInterpolator(x, y, method=method)(q)
    torch.testing.assert_close(both, torch.stack([alone, 1e-12 * alone], 1), rtol=1e-12, atol=1e-26)
    empty = Akima1DInterpolator(x, torch.ones(6, 0, dtype=torch.float64), method=method)
    assert empty(q).shape == (31, 0)


def test_axis_out_of_bounds() -> None:
    for axis in (-3, 2):
        with pytest.raises(np.exceptions.AxisError, match=f"axis {axis} is out of bounds"):
            BSpline(torch.arange(8.0), torch.ones(5, 4), 2, axis=axis)
