"""logsumexp, softmax and log_softmax: values against mpmath and SciPy, edges, and the derivatives there."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import scipy.special
import torch

import sci

F64 = torch.float64
inf = math.inf


def reference(a: list[float]) -> float:
    with mpmath.workdps(800):
        return float(mpmath.log(mpmath.fsum(mpmath.exp(x) for x in a)))


@pytest.mark.parametrize(
    "a",
    [[0.0, -40.0], [1000.0, 1000.0], [-1000.0, -1001.5], [1e-300, -800.0], [3.0], [-2.0, -2.0, -50.0], [0.0, -700.0]],
)
def test_logsumexp_keeps_what_is_below_one_ulp_of_the_sum(a: list[float]) -> None:
    found = sci.special.logsumexp(torch.tensor(a, dtype=F64)).item()
    assert found == pytest.approx(reference(a), rel=4e-16, abs=0)


def test_log_softmax_of_a_dominating_element() -> None:
    found = sci.special.log_softmax(torch.tensor([0.0, -50.0], dtype=F64))
    assert found[0].item() == pytest.approx(-math.exp(-50), rel=1e-15)
    assert found[1].item() == -50.0


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), (0, 1, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_axes_and_weights_agree_with_scipy(axis: int | tuple[int, ...] | None, keepdims: bool) -> None:
    random = np.random.default_rng(0)
    a, b = random.normal(size=(2, 3, 4)) * 20, random.normal(size=(3, 4))
    for weights in (None, b):
        want, sign = scipy.special.logsumexp(a, axis=axis, b=weights, keepdims=keepdims, return_sign=True)
        found, s = sci.special.logsumexp(torch.from_numpy(a), axis=axis, b=weights, keepdims=keepdims, return_sign=True)
        np.testing.assert_allclose(found.numpy(), want, rtol=1e-13)
        np.testing.assert_array_equal(s.numpy(), sign)
    for name in ("softmax", "log_softmax"):
        want = getattr(scipy.special, name)(a, axis=axis)
        np.testing.assert_allclose(
            getattr(sci.special, name)(torch.from_numpy(a), axis=axis).numpy(), want, rtol=1e-12, atol=2e-16
        )


def test_complex() -> None:
    a = np.array([1 + 1j, 2 - 3j, 0.5 + 2.9j])
    want = scipy.special.logsumexp(a)
    np.testing.assert_allclose(sci.special.logsumexp(torch.from_numpy(a)).numpy(), want, rtol=1e-14)
    np.testing.assert_allclose(sci.special.softmax(torch.from_numpy(a)).numpy(), scipy.special.softmax(a), rtol=1e-14)


def test_values_at_infinity() -> None:
    lse = sci.special.logsumexp
    assert lse(torch.tensor([-inf, -inf])).item() == -inf
    assert lse(torch.tensor([inf, 1.0])).item() == inf
    assert lse(torch.tensor([inf, -inf])).item() == inf
    assert math.isnan(lse(torch.tensor([math.nan, 1.0])).item())
    assert lse(torch.zeros(0)).item() == -inf
    assert math.isnan(lse(torch.tensor([1.0, 2.0]), b=[1.0, -3.0]).item())
    value, sign = lse(torch.tensor([1.0, 2.0]), b=[0.0, 0.0], return_sign=True)
    assert (value.item(), sign.item()) == (-inf, 0.0)
    assert lse(torch.tensor([1000.0, 1.0], dtype=F64), b=[0.0, 1.0]).item() == 1.0


def test_derivatives_at_minus_infinity() -> None:
    a = torch.tensor([[0.0, -inf, 1.0], [-inf, -inf, -inf]], dtype=F64, requires_grad=True)
    (grad,) = torch.autograd.grad(sci.special.logsumexp(a, axis=1)[0] + sci.special.logsumexp(a, axis=1)[1], a)
    weights = torch.softmax(torch.tensor([0.0, 1.0], dtype=F64), 0)
    torch.testing.assert_close(grad[0, [0, 2]], weights, rtol=4e-16, atol=0)
    assert grad[0, 1] == 0
    assert (grad[1] == 0).all()
    x = torch.tensor([0.0, -inf, 1.0], dtype=F64, requires_grad=True)
    for f in (sci.special.softmax, sci.special.log_softmax):
        (grad,) = torch.autograd.grad(f(x)[0], x)
        assert grad.isfinite().all()
        assert grad[1] == 0


def test_derivative_in_a_weight_that_is_zero() -> None:
    b = torch.tensor([0.0, 2.0], dtype=F64, requires_grad=True)
    a = torch.tensor([1.0, 0.0], dtype=F64)
    (grad,) = torch.autograd.grad(sci.special.logsumexp(a, b=b), b)
    torch.testing.assert_close(grad, torch.tensor([math.e / 2, 0.5], dtype=F64), rtol=1e-15, atol=0)


def test_bad_arguments() -> None:
    for f in (sci.special.logsumexp, sci.special.softmax, sci.special.log_softmax):
        for axis in (3, "x", (0, 0)):
            with pytest.raises(ValueError, match=rf"{f.__name__}: axis must be"):
                f(torch.zeros(2, 2), axis=axis)
        with pytest.raises(TypeError, match="must be a tensor"):
            f("text")


@pytest.mark.parametrize("b", [None, [2.0, 2.0], [0.0, 1.0]])
@pytest.mark.parametrize(
    "a",
    [
        [complex(-inf, inf), 1 + 2j],
        [complex(-inf, inf), complex(-inf, 1)],
        [-inf, complex(inf, 0.7533)],
        [inf, complex(-inf, 2.3562)],
        [complex(inf, 3.927), 5.0],
        [complex(inf, 5.4978), complex(inf, 5.4978)],
        [3.0, complex(inf, -0.0)],
    ],
)
def test_complex_infinities_agree_with_scipy(a: list[complex], b: list[float] | None) -> None:
    z = np.array(a)
    with np.errstate(invalid="ignore"):
        want = scipy.special.logsumexp(z[1:] if b == [0.0, 1.0] else z)  # SciPy's weighted infinities are NaN
    want = want + math.log(2) if b == [2.0, 2.0] else want
    found = sci.special.logsumexp(torch.from_numpy(z), b=b).numpy()
    np.testing.assert_allclose([found.real, found.imag], [want.real, want.imag], rtol=1e-14)


def test_nan_has_no_sign() -> None:
    log, sign = sci.special.logsumexp(torch.tensor([math.nan, 1.0], dtype=F64), return_sign=True)
    assert math.isnan(log) and math.isnan(sign)


@pytest.mark.parametrize("a", [[inf, 1.0, -inf], [inf, inf, 1.0], [-inf, -inf], [-inf, 2.0], [math.nan, 1.0]])
def test_log_softmax_at_infinity_agrees_with_scipy(a: list[float]) -> None:
    with np.errstate(all="ignore"):
        want = scipy.special.log_softmax(np.array(a))
    np.testing.assert_array_equal(sci.special.log_softmax(torch.tensor(a, dtype=F64)).numpy(), want)
