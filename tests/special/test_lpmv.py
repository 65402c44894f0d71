"""Associated Legendre functions of real degree: values against mpmath and SciPy, derivatives."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.special
import torch

from sci import special

X = torch.linspace(-0.95, 0.99, 9, dtype=torch.float64)


@pytest.mark.parametrize("m", [-3, -1, 0, 1, 2, 4])
@pytest.mark.parametrize("v", [-2.5, -0.25, 0.5, 4.0, 7.25, 20.0])
def test_values_are_scipys(m: int, v: float) -> None:
    found, want = special.lpmv(m, v, X).numpy(), scipy.special.lpmv(m, v, X.numpy())
    np.testing.assert_allclose(found, want, rtol=1e-10, atol=1e-11 * abs(want).max())


@pytest.mark.parametrize(("m", "v"), [(-4, 2.0), (-1, -1.0), (-2, 0.0)])
def test_negative_orders_beyond_the_degree(m: int, v: float) -> None:
    for x in (-0.5, 0.25, 0.75):
        found = special.lpmv(m, v, torch.tensor(x, dtype=torch.float64)).item()
        assert found == pytest.approx(float(mpmath.legenp(v if v >= 0 else -v - 1, m, x, type=2)), rel=1e-13)


def _jacobi_and_condition(v: float, alpha: float, beta: float, x: float) -> tuple[mpmath.mpf, mpmath.mpf]:
    """Jacobi's function, and what a relative change of degree or argument makes of it."""
    with mpmath.workdps(60 + int(v)):
        exact = [mpmath.mpf(t) for t in (v, alpha, beta, x)]
        value, h = mpmath.jacobi(*exact), mpmath.mpf(10) ** -20
        changes = [
            (mpmath.jacobi(*[t + h * (i == k) for i, t in enumerate(exact)]) - value) / h * exact[k] for k in (0, 3)
        ]
        return value, 1 + (abs(changes[0]) + abs(changes[1])) / abs(value)


@pytest.mark.parametrize(
    ("v", "alpha", "beta"),
    [(7.25, 0.5, 2.0), (31.6, 9.0, 9.0), (60.3, 12.0, 12.0), (44.7, 0.25, 6.5), (90.1, 8.0, 4.0)],
)
def test_waves_beside_minus_one(v: float, alpha: float, beta: float) -> None:
    """The recurrence in the degree alone had lost up to 10 digits here, one number at a time and along rows."""
    x = torch.tensor([-0.999, -0.98, -0.93, -0.85, -0.7, -0.55, -0.3, -0.1, 0.1, 0.4, 0.7, 0.9], dtype=torch.float64)
    row = special.eval_jacobi(v, alpha, beta, x)
    complexes = special.eval_jacobi(v, alpha, beta, x.to(torch.complex128))
    for i, at in enumerate(x.tolist()):
        value, condition = _jacobi_and_condition(v, alpha, beta, at)
        for found in (row[i].item(), special.eval_jacobi(v, alpha, beta, x[i]).item(), complexes[i].item()):
            assert abs(found - value) <= 16 * 2.0**-52 * condition * abs(value)
        if alpha == beta:
            order = int(beta)
            found = special.lpmv(order, v + order, x[i]).item()
            front = mpmath.rf(mpmath.mpf(v + order) + 1, order) / 2**order
            front *= (1 - mpmath.mpf(at) ** 2) ** (mpmath.mpf(order) / 2)
            assert abs(found - (-1) ** order * front * value) <= 16 * 2.0**-52 * condition * abs(front * value)


def test_derivatives_and_what_is_no_order() -> None:
    v = torch.tensor([1.5, 3.0, 4.25], dtype=torch.float64, requires_grad=True)
    x = torch.tensor([0.25, -0.5, 0.75], dtype=torch.float64, requires_grad=True)
    for m in (0, 1, 2, -1):
        assert torch.autograd.gradcheck(lambda v, x, m=m: special.lpmv(m, v, x), (v, x))
    assert torch.isnan(special.lpmv(1.5, 2.0, X)).all()
    assert (special.lpmv(3, 2.0, X) == 0).all()


@pytest.mark.parametrize(("m", "v"), [(0, 0), (1, 3), (-2, 5.0), (2, -4), (7, 40), (-7, 12)])
def test_numbers_that_are_whole(m: int, v: float) -> None:
    """The kernel of whole degrees and orders gives what that of real degrees gives, also its slope."""
    x = torch.linspace(-0.99, 0.99, 101, dtype=torch.float64)
    found = special.lpmv(m, v, x)
    general = special.lpmv(m, torch.tensor(v, dtype=torch.float64), x)
    torch.testing.assert_close(found, general, rtol=1e-11, atol=1e-13 * general.abs().max().item())
    assert torch.autograd.gradcheck(lambda x: special.lpmv(m, v, x), x[::20].clone().requires_grad_())
