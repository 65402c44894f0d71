"""`sci.neighbours.distributions` against SciPy, and its samples against the quantile function."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
import torch

from sci.neighbours.distributions import Beta, Gamma, StudentT

CASES = {
    "Beta": (Beta, (0.7, 3.0), lambda a, b: scipy.stats.beta(a, b)),
    "Gamma": (Gamma, (1.3, 2.0), lambda a, rate: scipy.stats.gamma(a, scale=1 / rate)),
    "StudentT": (StudentT, (4.0, 0.5, 2.0), lambda df, loc, scale: scipy.stats.t(df, loc, scale)),
}


def parameters(name: str, requires_grad: bool = False) -> list[torch.Tensor]:
    return [torch.tensor(p, dtype=torch.float64, requires_grad=requires_grad) for p in CASES[name][1]]


@pytest.mark.parametrize("name", CASES)
def test_distribution_and_quantile_functions_are_scipys(name: str) -> None:
    ours, reference = CASES[name][0](*parameters(name)), CASES[name][2](*CASES[name][1])
    p = torch.tensor([1e-12, 1e-3, 0.2, 0.5, 0.9, 1 - 1e-6], dtype=torch.float64)
    x = ours.icdf(p)
    np.testing.assert_allclose(x, reference.ppf(p.numpy()), rtol=1e-12)
    np.testing.assert_allclose(ours.cdf(x), p, rtol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_samples_move_as_quantiles_do_to_second_order(name: str) -> None:
    theta = parameters(name, requires_grad=True)
    distribution = CASES[name][0](*theta)
    torch.manual_seed(0)
    sample = distribution.rsample((50,))
    quantile = distribution.icdf(distribution.cdf(sample.detach()).detach())
    torch.testing.assert_close(sample, quantile, rtol=1e-11, atol=1e-11)
    weights = torch.linspace(-1, 2, 50, dtype=torch.float64)

    def derivatives(x: torch.Tensor) -> list[torch.Tensor]:
        first = torch.autograd.grad((weights * x).sum(), theta, create_graph=True)
        second: list[torch.Tensor] = []
        for g in first:
            second += torch.autograd.grad(g + 0 * theta[0], theta, retain_graph=True, materialize_grads=True)
        return [*first, *second]

    for ours, reference in zip(derivatives(sample), derivatives(quantile), strict=True):
        torch.testing.assert_close(ours, reference, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("name", CASES)
def test_samples_keep_their_distribution(name: str) -> None:
    torch.manual_seed(1)
    distribution = CASES[name][0](*parameters(name))
    sample = distribution.rsample((20_000,))
    assert scipy.stats.kstest(distribution.cdf(sample).numpy(), "uniform").pvalue > 1e-3


def test_samples_of_gamma_in_the_tail_have_their_derivative() -> None:
    """Far above the median the survival function carries the digits."""
    shape = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    from sci.neighbours.distributions import _reparameterised

    z = _reparameterised(torch.tensor(90.0, dtype=torch.float64), Gamma(shape, torch.ones((), dtype=torch.float64)))
    (ours,) = torch.autograd.grad(z, shape)
    step = 1e-4  # Q(2, 90) = 1.1e-37: SciPy's inverse survival function, by central differences
    q = scipy.special.gammaincc(2.0, 90.0)
    reference = (scipy.special.gammainccinv(2 + step, q) - scipy.special.gammainccinv(2 - step, q)) / (2 * step)
    np.testing.assert_allclose(ours.item(), reference, rtol=1e-6)


def test_values_outside_the_support_are_refused() -> None:
    with pytest.raises(ValueError, match="value"):
        Beta(torch.tensor(1.0), torch.tensor(2.0), validate_args=True).cdf(torch.tensor(1.5))
