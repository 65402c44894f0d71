"""
Vibrations from irregular samples: a model that cannot blow up
==============================================================

Three masses between springs are set swinging; their positions are measured with noise at irregular times. A linear
system x' = A x is fitted to them: the prediction at each time is a matrix exponential, and A is parametrised to be
stable (``sci.neighbours.parametrizations.Hurwitz``, Lyapunov's theorem as a bijection), so that no step of the
optimiser, and no forecast, can run away. Frequencies and dampings are read off the eigenvalues.
"""

import matplotlib.pyplot as plt
import torch
from torch.nn.utils import parametrize

from sci import linalg
from sci.neighbours.parametrizations import Hurwitz

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)

# %%
# The truth: springs of stiffness 1, 2, 1.5, 1, masses 1, light damping.
stiffness = torch.tensor([[3.0, -2, 0], [-2, 3.5, -1.5], [0, -1.5, 2.5]])
truth = torch.zeros(6, 6)
truth[:3, 3:], truth[3:, :3], truth[3:, 3:] = torch.eye(3), -stiffness, -0.06 * torch.eye(3)
start = torch.tensor([1.0, 0, -0.5, 0, 0, 0])
times = (20 * torch.rand(150)).sort().values
measured = (linalg.expm(truth * times[:, None, None]) @ start)[:, :3] + 0.05 * torch.randn(150, 3)


# %%
# The model: a stable matrix, a start, and the first three components as what is seen.
class System(torch.nn.Module):
    def __init__(self):
        super().__init__()
        # Three slow, damped oscillators of different frequencies to begin with.
        a = linalg.block_diag(*(torch.tensor([[-0.1, w], [-w, -0.1]]) for w in (0.8, 1.5, 2.3)))
        self.matrix = torch.nn.Parameter(a)
        self.start = torch.nn.Parameter(0.3 * torch.randn(6))
        self.seen = torch.nn.Parameter(0.3 * torch.randn(3, 6))
        parametrize.register_parametrization(self, "matrix", Hurwitz())

    def forward(self, times):
        return linalg.expm(self.matrix * times[:, None, None]) @ self.start @ self.seen.T


model = System()
optimizer = torch.optim.LBFGS(model.parameters(), max_iter=400, line_search_fn="strong_wolfe", history_size=30)
history = []


def loss():
    optimizer.zero_grad()
    value = (model(times) - measured).square().mean()
    value.backward()
    history.append(value.item())
    return value


optimizer.step(loss)
with torch.no_grad():
    print(f"root mean square error {history[0] ** 0.5:.3f} -> {history[-1] ** 0.5:.4f}; noise 0.05")
    true, found = (torch.linalg.eigvals(m) for m in (truth, model.matrix))
    for name, w in (("true ", true), ("found", found)):
        w = w[w.imag > 0]
        w = w[w.imag.argsort()]
        print(name, "frequencies", [f"{v:.3f}" for v in w.imag], "dampings", [f"{-v:.3f}" for v in w.real])

# %%
# The forecast: twice as long as the record.
fine = torch.linspace(0, 40, 800)
with torch.no_grad():
    forecast = model(fine)
    exact = (linalg.expm(truth * fine[:, None, None]) @ start)[:, :3]
figure, axes = plt.subplots(3, 1, figsize=(9, 6), sharex=True, sharey=True, layout="constrained")
for k, axis in enumerate(axes):
    axis.plot(fine, exact[:, k], color="black", linewidth=0.8, label="truth")
    axis.plot(fine, forecast[:, k], color="tab:blue", linestyle="--", label="model")
    axis.plot(times, measured[:, k], ".", color="gray", markersize=4, label="measured")
    axis.axvspan(20, 40, color="tab:orange", alpha=0.08)
    axis.set_ylabel(f"mass {k + 1}")
axes[0].set_title("Three masses between springs; shaded: forecast")
axes[0].legend(loc="upper right", ncols=3)
axes[-1].set_xlabel("time")
plt.show()
