"""
Conductivity from boundary measurements
=======================================

Electrical impedance tomography looks into a body without opening it: currents flow between electrodes on its
boundary, and the voltages there tell how well it conducts inside. The body is a square of 28 x 28 nodes with a good
and a bad conductor hidden in it. Each trial solves a sparse linear system for all currents at once
(``sci.sparse.linalg.spsolve``), and the misfit's gradient in all conductivities costs one more, transposed, solve
with the same factors.
"""

import matplotlib.pyplot as plt
import torch
from tqdm import tqdm

from sci import sparse
from sci.sparse.linalg import spsolve

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
n = 28
node = torch.arange(n * n).reshape(n, n)

# %%
# Nodes are joined to their neighbours; an edge conducts as the mean of its nodes. One corner is grounded.
one = torch.cat([node[:, :-1].flatten(), node[:-1].flatten()])
other = torch.cat([node[:, 1:].flatten(), node[1:].flatten()])
rows, columns = torch.cat([one, other, one, other]), torch.cat([one, other, other, one])
ground = torch.tensor([1.0])


def potentials(log_conductivity, currents):
    """Solve for the potentials of all nodes, one column for each pattern of currents."""
    conductivity = log_conductivity.flatten().exp()
    edge = (conductivity[one] + conductivity[other]) / 2
    values = torch.cat([edge, edge, -edge, -edge, ground])
    places = (torch.cat([rows, node[:1, 0]]), torch.cat([columns, node[:1, 0]]))
    matrix = sparse.coo_array((values, places), shape=(n * n, n * n)).tocsc()
    return spsolve(matrix, currents)


# %%
# 28 electrodes around the boundary; current enters at one and leaves at another, in 90 patterns.
around = torch.cat([node[0, :-1], node[:-1, -1], node[-1, 1:].flip(0), node[1:, 0].flip(0)])
electrodes = around[torch.linspace(0, len(around), 29)[:28].long()]
pairs = torch.stack([torch.randperm(28)[:2] for _ in range(90)])
currents = torch.zeros(n * n, 90)
currents[electrodes[pairs[:, 0]], torch.arange(90)] = 1
currents[electrodes[pairs[:, 1]], torch.arange(90)] = -1

y, x = torch.meshgrid(torch.linspace(0, 1, n), torch.linspace(0, 1, n), indexing="ij")
truth = torch.zeros(n, n)
truth[(x - 0.3) ** 2 + (y - 0.35) ** 2 < 0.15**2] = 1.2
truth[((x - 0.68).abs() < 0.14) & ((y - 0.68).abs() < 0.12)] = -1.5
clean = potentials(truth, currents)[electrodes]
noise = 2e-3 * clean.std()
measured = clean + noise * torch.randn(clean.shape)

# %%
# Least squares, with a price on edges in the picture (total variation).
found = torch.zeros(n, n, requires_grad=True)
optimizer = torch.optim.LBFGS([found], max_iter=120, max_eval=150, history_size=50, line_search_fn="strong_wolfe")
history = []
progress = tqdm(total=150, desc="looking inside", leave=False)


def loss():
    optimizer.zero_grad()
    misfit = 0.5 * (potentials(found, currents)[electrodes] - measured).square().sum() / noise**2
    dy, dx = found.diff(dim=0)[:, :-1], found.diff(dim=1)[:-1]
    value = misfit + 20 * (dy**2 + dx**2 + 1e-4).sqrt().sum()
    value.backward()
    history.append(misfit.item())
    progress.update()
    return value


optimizer.step(loss)
progress.close()

picture = found.detach()
print(f"misfit {history[0]:.0f} -> {history[-1]:.0f}; {measured.numel() / 2:.0f} is what the noise makes")
for name, guess in (("uniform", torch.zeros(n, n)), ("found", picture)):
    print(f"{name}: root mean square error of the log conductivity {(guess - truth).square().mean().sqrt():.3f}")

# %%
figure, axes = plt.subplots(1, 3, figsize=(12, 4), layout="constrained")
for axis, values, title in zip(axes, (truth, picture), ("truth", "found from the boundary"), strict=False):
    shown = axis.imshow(values, cmap="RdBu_r", vmin=-1.6, vmax=1.6)
    axis.plot(electrodes % n, electrodes // n, "k.", clip_on=False)
    axis.set(title=title, xticks=[], yticks=[])
figure.colorbar(shown, ax=axes[:2], label="log conductivity")
axes[2].semilogy(history)
axes[2].axhline(measured.numel() / 2, color="gray", linestyle=":", label="noise")
axes[2].set(title="misfit", xlabel="evaluation")
axes[2].legend()
plt.show()
