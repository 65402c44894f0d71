"""
Tails of a share's returns: SciPy's optimiser, exact Hessians
=============================================================

Daily returns are not normal. Their degrees of freedom are a parameter of Student's t distribution: here fitted by
maximum likelihood with ``scipy.optimize.minimize``, whose trust-region method gets gradient and Hessian products from
torch, and with standard errors from the exact second derivatives. The data are matplotlib's sample of Google's share
price.
"""

import matplotlib.cbook
import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.optimize import minimize

from sci import special
from sci.neighbours.distributions import StudentT
from sci.neighbours.optimize import objective

torch.set_default_dtype(torch.float64)
prices = matplotlib.cbook.get_sample_data("goog.npz")["price_data"]["adj_close"]
returns = 100 * torch.tensor(np.diff(np.log(prices)))


def negative_log_likelihood(theta):
    """Of log df, location and log scale."""
    return -StudentT(theta[0].exp(), theta[1], theta[2].exp()).log_prob(returns).sum()


f = objective(negative_log_likelihood)
result = minimize(f, np.array([1.0, 0.0, 0.5]), jac=True, hessp=f.hessp, method="trust-ncg", options={"gtol": 1e-6})
covariance = torch.linalg.inv(torch.func.hessian(negative_log_likelihood)(torch.tensor(result.x)))
error = covariance.diagonal().sqrt().tolist()
df, location, scale = result.x[0], result.x[1], result.x[2]
print(f"{result.nit} iterations, gradient {np.abs(result.jac).max():.1e}")
print(f"degrees of freedom {np.exp(df):.2f}, between {np.exp(df - error[0]):.2f} and {np.exp(df + error[0]):.2f}")
print(f"location {location:.3f} +- {error[1]:.3f} %, scale {np.exp(scale):.3f} %")

# %%
# The loss that a day exceeds once in 1000 days, a quantile, and its own standard error: its gradient in the parameters.
theta = torch.tensor(result.x, requires_grad=True)
risk = theta[1] + theta[2].exp() * special.stdtrit(theta[0].exp(), torch.tensor(1e-3))
(slope,) = torch.autograd.grad(risk, theta)
print(f"one day in 1000 loses {-risk.item():.1f} +- {(slope @ covariance @ slope).sqrt():.1f} %")
normal = returns.mean() + returns.std() * special.ndtri(torch.tensor(1e-3))
print(f"a normal distribution of that variance says {-normal:.1f} %; in {len(returns)} days: {-returns.min():.1f} %")

# %%
# Quantiles of the sample against those of both fitted distributions: points on the line fit.
ordered = returns.sort().values
level = (torch.arange(len(returns)) + 0.5) / len(returns)
with torch.no_grad():
    student = StudentT(theta[0].exp(), theta[1], theta[2].exp()).icdf(level)
figure, axis = plt.subplots(figsize=(6, 5), layout="constrained")
axis.plot(returns.mean() + returns.std() * special.ndtri(level), ordered, ".", color="gray", label="normal")
axis.plot(student, ordered, ".", color="tab:blue", label=f"Student's t, {np.exp(df):.1f} degrees of freedom")
axis.axline((0, 0), slope=1, color="black", linewidth=0.8)
axis.set(
    xlabel="quantile of the fit (%)", ylabel="quantile of the returns (%)", title="Daily returns, Google 2004-2008"
)
axis.legend()
plt.show()
