"""
How rough is a share price? A kernel for GPyTorch
=================================================

A Gaussian process with a Matérn kernel is as smooth as its parameter nu says: 1/2 is Brownian motion, infinity the
squared exponential. GPyTorch offers three values of it. The kernel of ``sci.neighbours.gpytorch`` learns nu with the
rest, since ``kv`` has a derivative in its order. For the logarithm of a share price (Google, from matplotlib's sample
data) the theory of efficient markets says 1/2; the data come close to it, far from the smooth kernel.
"""

import gpytorch
import matplotlib.cbook
import matplotlib.pyplot as plt
import torch
from tqdm import trange

from sci.neighbours.gpytorch import MaternKernel

torch.set_default_dtype(torch.float64)

prices = matplotlib.cbook.get_sample_data("goog.npz")["price_data"]["adj_close"][-250:]
x = torch.arange(len(prices), dtype=torch.float64) / 50
y = torch.tensor(prices).log()
y = (y - y.mean()) / y.std()
train = torch.rand(len(x), generator=torch.Generator().manual_seed(1)) < 0.6


class Process(gpytorch.models.ExactGP):
    def __init__(self, nu, learn):
        likelihood = gpytorch.likelihoods.GaussianLikelihood(noise_constraint=gpytorch.constraints.GreaterThan(1e-6))
        super().__init__(x[train], y[train], likelihood)
        self.mean_module = gpytorch.means.ConstantMean()
        self.covar_module = gpytorch.kernels.ScaleKernel(MaternKernel(nu=nu))
        self.covar_module.base_kernel.raw_nu.requires_grad_(learn)
        likelihood.noise = 1e-3

    def forward(self, x):
        return gpytorch.distributions.MultivariateNormal(self.mean_module(x), self.covar_module(x))


def fit(nu, learn):
    """Maximise the marginal likelihood."""
    model = Process(nu, learn)
    likelihood = gpytorch.mlls.ExactMarginalLogLikelihood(model.likelihood, model)
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=0.1)
    for _ in trange(80, desc=f"nu = {nu}" + (", learned" if learn else ""), leave=False):
        optimizer.zero_grad()
        loss = -likelihood(model(x[train]), y[train])
        loss.backward()
        optimizer.step()
    return model.eval(), -loss.item() * int(train.sum())


# %%
# One process learns its smoothness, two have it fixed.
models = {name: fit(*arguments) for name, arguments in {"learned": (1.5, True), "5/2": (2.5, False)}.items()}
figure, axes = plt.subplots(1, 2, figsize=(11, 4), layout="constrained", sharey=True)
for axis, (name, (model, value)) in zip(axes, models.items(), strict=True):
    with torch.no_grad():
        prediction = model.likelihood(model(x))
    nu = model.covar_module.base_kernel.nu.item()
    held_out = torch.distributions.Normal(prediction.mean[~train], prediction.stddev[~train]).log_prob(y[~train]).mean()
    print(f"nu {name:8} {nu:5.2f}: log likelihood {value:7.1f}, held-out log density per day {held_out:.3f}")
    axis.fill_between(x, *prediction.confidence_region(), alpha=0.3)
    axis.plot(x, prediction.mean, linewidth=1)
    axis.plot(x[train], y[train], "k.", markersize=3)
    axis.plot(x[~train], y[~train], "x", color="tab:red", markersize=3)
    how = "learned" if name == "learned" else "fixed"
    axis.set(title=f"nu = {nu:.2f} ({how}), log likelihood {value:.1f}", xlabel="time (50 days)")
axes[0].set_ylabel("log price, standardised")
plt.show()
