"""
An optical fibre measured through its modes
===========================================

A step-index fibre guides light in a core of radius :math:`a` whose refractive index is a little above that of the
cladding. Each guided mode :math:`\\mathrm{LP}_{nm}` is :math:`J_n` in the core and :math:`K_n` outside, and its
effective index is where the two meet smoothly,

.. math:: \\frac{u J_{n+1}(u)}{J_n(u)} = \\frac{w K_{n+1}(w)}{K_n(w)}, \\qquad u^2 + w^2 = V^2.

Zeros of Bessel functions bracket every mode, bisection finds it, and one Newton step that is differentiated carries
the derivative: so the index of the core and its radius are fitted to measured effective indices by gradients. A second
question needs the derivative in the *order*: of a wedge-shaped cavity of opening angle :math:`\\alpha` the resonances
are zeros :math:`j_{\\nu,m}` with :math:`\\nu = \\pi/\\alpha`, and the angle is found from them.
"""

import math

import matplotlib.pyplot as plt
import torch

from sci import special

torch.set_default_dtype(torch.float64)
wavelength, cladding = 1.55, 1.444  # micrometres; fused silica
k = 2 * math.pi / wavelength
modes = [(0, 1), (1, 1), (2, 1), (0, 2)]


def mismatch(n, u, v):
    """Return how far the fields fail to meet at the edge of the core: multiplied out, so that it has no poles."""
    w = (v * v - u * u).sqrt()
    return u * special.jv(n + 1, u) * special.kve(n, w) - w * special.kve(n + 1, w) * special.jv(n, u)


def effective_index(core, radius):
    """Return the effective index of each mode."""
    found = []
    for n, m in modes:
        v = k * radius * (core**2 - cladding**2).sqrt()
        # u lies between the zeros of J_{n-1} (cut-off) and J_n; for n = 0 the first cut-off is at 0.
        low = special.jn_zeros(1, m)[m - 2] if n == 0 and m > 1 else special.jn_zeros(n - 1, m)[-1] if n else 1e-3
        high = min(float(special.jn_zeros(n, m)[-1]), float(v.detach()) - 1e-9)
        low = float(low) + 1e-9
        sign = mismatch(n, torch.tensor(low), v.detach()).sign()
        for _ in range(50):  # bisection, which needs no derivative
            middle = (low + high) / 2
            if mismatch(n, torch.tensor(middle), v.detach()).sign() == sign:
                low = middle
            else:
                high = middle
        u = torch.tensor((low + high) / 2, requires_grad=True)
        (slope,) = torch.autograd.grad(mismatch(n, u, v.detach()), u)
        u = u.detach() - mismatch(n, u.detach(), v) / slope  # the implicit function's derivative
        found.append((core**2 - (u / (k * radius)) ** 2).sqrt())
    return torch.stack(found)


# %%
# The truth, and what an interferometer reads of it.
truth = torch.tensor(1.4580), torch.tensor(7.5)
generator = torch.Generator().manual_seed(2)
measured = effective_index(*truth) + 2e-6 * torch.randn(len(modes), generator=generator)

# %%
# Index and radius by quasi-Newton steps in scaled parameters, from values that are far off by any maker's standards.
parameters = torch.tensor([0.5, 0.5], requires_grad=True)
optimizer = torch.optim.LBFGS([parameters], lr=0.2, max_iter=60, line_search_fn="strong_wolfe")
path = []


def unscaled():
    return 1.455 + 0.014 * parameters[0], 6.5 + 4.0 * parameters[1]


def misfit():
    optimizer.zero_grad()
    loss = (((effective_index(*unscaled()) - measured) / 1e-4) ** 2).mean()
    loss.backward()
    path.append([float(p.detach()) for p in unscaled()])
    return loss


optimizer.step(misfit)
core, radius = (p.detach() for p in unscaled())
print(f"core index {core:.5f} (true {truth[0]:.5f}), radius {radius:.4f} um (true {truth[1]:.4f} um)")

# %%
# The wedge: from four resonances to the order, and so to the angle. Newton's method with d j/d nu.
order = torch.tensor(math.pi / 1.1)
resonances = special.jn_zeros(order, 4)
guess = torch.tensor(2.2, requires_grad=True)
steps = []
for _ in range(6):
    zeros = special.jn_zeros(guess, 4)
    residual = zeros - resonances
    (gradient,) = torch.autograd.grad(residual.sum(), guess)
    steps.append(abs(float(guess.detach() - order)))
    guess = (guess - residual.sum() / gradient).detach().requires_grad_()
errors = ", ".join(f"{step:.0e}" for step in steps)
print(f"angle {math.pi / float(guess.detach()):.12f}, true 1.1; errors of the order {errors}")

# %%
fig, (left, middle, right) = plt.subplots(1, 3, figsize=(11, 3.5))
r = torch.linspace(0, 3, 400) * radius
v = k * radius * (core**2 - cladding**2).sqrt()
for (n, m), index in zip(modes, effective_index(core, radius), strict=True):
    u = k * radius * (core**2 - index**2).sqrt()
    w = (v * v - u * u).sqrt()
    inside = special.jv(n, u * r / radius) / special.jv(n, u)
    outside = special.kve(n, w * r / radius) / special.kve(n, w) * torch.exp(w - w * r / radius)
    field = torch.where(r < radius, inside, outside)
    left.plot(r / radius, field / field.abs().max(), label=f"LP$_{{{n}{m}}}$")
left.axvline(1, color="grey", lw=0.8)
left.set(xlabel="r / a", title="guided modes")
left.legend(fontsize=8)
middle.plot(*zip(*path), "o-", ms=3)
middle.plot(float(truth[0]), float(truth[1]), "r*", ms=12)
middle.set(xlabel="index of the core", ylabel="radius [um]", title="fit by gradients")
nu = torch.linspace(0.5, 8, 60)
right.plot(nu, special.jn_zeros(nu, 4))
right.axvline(float(order), color="grey", lw=0.8)
right.plot([float(order)] * 4, resonances, "r*")
right.set(xlabel=r"order $\nu = \pi/\alpha$", title=r"zeros $j_{\nu,m}$ and the resonances")
fig.tight_layout()
plt.show()
