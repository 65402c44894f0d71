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
