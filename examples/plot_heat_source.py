"""
A heat source found through a spectral solver
=============================================

A plate with insulated edges is heated from somewhere, and a few thermometers say how warm it is. In the basis of
cosines the equation :math:`-\\nabla^2 u + u = f` with Neumann walls is diagonal: ``dctn``, a division, ``idctn``. All
of it differentiates, so the source is found by descent through the solver.
"""

import matplotlib.pyplot as plt
import torch

from sci import fft

n = 64
x = (torch.arange(n, dtype=torch.float64) + 0.5) / n
k = torch.pi * torch.arange(n, dtype=torch.float64)
symbol = k[:, None] ** 2 + k[None, :] ** 2 + 1


def temperature(source):
    """Solve the equation with insulated walls: cosines of type 2 have no slope there."""
    return fft.idctn(fft.dctn(source, axes=(-2, -1)) / symbol, axes=(-2, -1))


def spot(place, log_width, power):
    """A round source of a given power."""
    width = log_width.exp()
    distance = (x[:, None] - place[0]) ** 2 + (x[None, :] - place[1]) ** 2
    return power * torch.exp(-distance / (2 * width**2)) / (2 * torch.pi * width**2)


# %%
# The truth, read by 40 thermometers with an error of one percent.
generator = torch.Generator().manual_seed(3)
truth = spot(torch.tensor([0.30, 0.65], dtype=torch.float64), torch.tensor(-2.5, dtype=torch.float64), 1.0)
rows, columns = torch.randint(0, n, (2, 40), generator=generator)
readings = temperature(truth)[rows, columns]
readings = readings * (1 + 0.01 * torch.randn(40, generator=generator, dtype=torch.float64))

# %%
# Place, width and power of the source are found from the middle of the plate by quasi-Newton steps.
parameters = torch.tensor([0.5, 0.5, -1.5, 0.5], dtype=torch.float64, requires_grad=True)
optimizer = torch.optim.LBFGS([parameters], lr=0.5, max_iter=200, line_search_fn="strong_wolfe")
path = []


def misfit():
    optimizer.zero_grad()
    found = temperature(spot(parameters[:2], parameters[2], parameters[3]))[rows, columns]
    loss = ((found - readings) ** 2).sum() / (readings**2).sum()
    loss.backward()
    path.append(parameters.detach().clone())
    return loss


optimizer.step(misfit)
place, width, power = parameters[:2].tolist(), parameters[2].exp().item(), parameters[3].item()
print(f"place ({place[0]:.3f}, {place[1]:.3f}), width {width:.3f}, power {power:.3f}")

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained", sharey=True)
extent = (0, 1, 0, 1)
fields = (temperature(truth), temperature(spot(parameters[:2], parameters[2], parameters[3]).detach()))
levels = torch.linspace(float(fields[0].min()), float(fields[0].max()), 15).tolist()
for axes, field, title in (
    (left, fields[0], "true temperature, thermometers"),
    (right, fields[1], "found, and the way"),
):
    image = axes.contourf(x, x, field.T, levels=levels, cmap="inferno", extend="both")
    axes.set(title=title, xlabel="x", aspect="equal")
left.set_ylabel("y")
left.scatter(x[rows], x[columns], s=14, color="white", edgecolor="black", linewidth=0.6)
way = torch.stack(path)
right.plot(way[:, 0], way[:, 1], ".-", color="deepskyblue", linewidth=1, markersize=4)
right.plot(0.30, 0.65, "x", color="white", markersize=9)
right.set(xlim=(0, 1), ylim=(0, 1))
figure.colorbar(image, ax=(left, right), label="temperature", format="%.2f")
plt.show()
