"""SciPy's optimisers driven by gradients from torch, and scikit-learn on tensors."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.optimize
import torch

from sci import special
from sci.neighbours.optimize import objective


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "Newton-CG", "trust-ncg", "trust-krylov"])
def test_minimize_fits_the_degrees_of_freedom(method: str) -> None:
    """Student's t by maximum likelihood; SciPy's own fit differentiates numerically."""
    sample = scipy.stats.t(3.0, scale=2.0).rvs(2000, random_state=0)
    x = torch.from_numpy(sample)

    def loss(theta: torch.Tensor) -> torch.Tensor:
        df, scale = theta.exp()
        log_density = (
            special.gammaln((df + 1) / 2) - special.gammaln(df / 2) - 0.5 * (df * torch.pi).log() - scale.log()
        )
        return -(log_density - (df + 1) / 2 * special.log1p((x / scale) ** 2 / df)).mean()

    f = objective(loss)
    with_hessian = {"hessp": f.hessp} if method in ("Newton-CG", "trust-ncg", "trust-krylov") else {}
    result = scipy.optimize.minimize(f, np.zeros(2), jac=True, method=method, **with_hessian)
    df, _, scale = scipy.stats.t.fit(sample, floc=0)
    np.testing.assert_allclose(np.exp(result.x), [df, scale], rtol=1e-3)


def test_what_is_no_objective_is_refused() -> None:
    with pytest.raises(ValueError, match="one number"):
        objective(lambda x: x)(np.zeros(2))
    with pytest.raises(ValueError, match="does not depend"):
        objective(lambda x: torch.zeros(()))(np.zeros(2))
    np.testing.assert_array_equal(objective(lambda x: x.sum()).hessp(np.ones(2), np.ones(2)), np.zeros(2))
