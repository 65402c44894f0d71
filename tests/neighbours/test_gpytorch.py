"""The Matérn kernel against GPyTorch's own at its three smoothnesses, and learning the smoothness."""

from __future__ import annotations

import math

import pytest
import torch

gpytorch = pytest.importorskip("gpytorch")


def points() -> torch.Tensor:
    x = torch.randn(12, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    x[1] = x[0]
    return x


@pytest.mark.parametrize("nu", [0.5, 1.5, 2.5])
def test_values_and_lengthscale_gradients_are_gpytorchs(nu: float) -> None:
    from sci.neighbours.gpytorch import MaternKernel

    ours, theirs = MaternKernel(nu=nu).double(), gpytorch.kernels.MaternKernel(nu=nu).double()
    ours.nu = nu
    a, b = ours(points()).to_dense(), theirs(points()).to_dense()
    # GPyTorch's distances are square roots of differences: 3e-8 where they should be 0.
    tolerance = 1e-7 if nu == 0.5 else 1e-10
    torch.testing.assert_close(a, b, rtol=tolerance, atol=tolerance)
    assert (ours(points(), diag=True) == 1).all()
    weights = torch.randn(12, 12, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    (weights * a).sum().backward()
    (weights * b).sum().backward()
    torch.testing.assert_close(ours.raw_lengthscale.grad, theirs.raw_lengthscale.grad, rtol=tolerance, atol=tolerance)


def test_gradient_in_the_smoothness() -> None:
    from sci.neighbours.gpytorch import MaternKernel

    kernel = MaternKernel(nu=0.8).double()
    raw = kernel.raw_nu.detach().clone().requires_grad_()

    def covariance(raw: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(kernel, {"raw_nu": raw}, (points(), points())).to_dense()

    assert torch.autograd.gradcheck(covariance, raw)


def test_a_process_learns_its_smoothness() -> None:
    from sci.neighbours.gpytorch import MaternKernel

    torch.manual_seed(3)
    x = torch.linspace(0, 10, 150, dtype=torch.float64)[:, None]
    truth = gpytorch.kernels.MaternKernel(nu=0.5).double()
    truth.lengthscale = 1.0
    root = torch.linalg.cholesky(truth(x).to_dense() + 1e-6 * torch.eye(150)).detach()
    y = root @ torch.randn(150, dtype=torch.float64)
    kernel = MaternKernel(nu=2.0).double()
    optimizer = torch.optim.LBFGS(kernel.parameters(), max_iter=30, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        covariance = kernel(x).to_dense() + 1e-6 * torch.eye(150)
        value = -torch.distributions.MultivariateNormal(torch.zeros(150).double(), covariance).log_prob(y)
        value.backward()
        return value

    optimizer.step(loss)
    assert math.isclose(kernel.nu.item(), 0.5, abs_tol=0.1)


def test_a_smoothness_outside_its_constraint_is_refused() -> None:
    from sci.neighbours.gpytorch import MaternKernel

    with pytest.raises(ValueError, match="nu = 20"):
        MaternKernel(nu=20.0)
