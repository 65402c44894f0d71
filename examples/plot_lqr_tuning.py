"""
A controller tuned by gradient through a Riccati equation
=========================================================

A linear-quadratic regulator is optimal for its weights, but what is wanted of a crane is stated otherwise: bring the
load over within a few seconds, do not let it swing, do not push harder than the motor can. Here the weights are found
by descent: the gain comes from ``solve_continuous_are``, the motion from ``expm``, and both differentiate.
"""

import matplotlib.pyplot as plt
import torch

from sci import linalg

torch.set_default_dtype(torch.float64)

# A trolley of mass 1 carries a load of mass 0.5 on a rope of length 1.5: position, speed, angle, rate of the angle.
gravity, load, rope = 9.81, 0.5, 1.5
a = torch.tensor([[0, 1, 0, 0], [0, 0, load * gravity, 0], [0, 0, 0, 1], [0, 0, -(1 + load) * gravity / rope, 0]])
b = torch.tensor([[0.0], [1.0], [0.0], [-1 / rope]])
start = torch.tensor([-1.0, 0, 0, 0])  # one metre to go
step, steps = 0.02, 400
time = step * torch.arange(steps + 1)


def motion(log_weights):
    """Gain of the weights, states over time, and the force."""
    q = torch.diag(log_weights[:4].exp())
    r = log_weights[4].exp().reshape(1, 1)
    x = linalg.solve_continuous_are(a, b, q, r)
    gain = torch.linalg.solve(r, b.T @ x)
    forward = linalg.expm((a - b @ gain) * step)
    states = [start]
    for _ in range(steps):
        states.append(forward @ states[-1])
    states = torch.stack(states)
    return gain, states, -(states @ gain.T)[:, 0]


def cost(states, force):
    """Late distance, swing beyond 3 degrees and force beyond 1.5 N, each squared and summed over time."""
    late = (time / 2).clamp(max=1) ** 2 * states[:, 0] ** 2
    swing = torch.relu(states[:, 2].abs() - torch.deg2rad(torch.tensor(3.0))) ** 2
    push = torch.relu(force.abs() - 1.5) ** 2
    return step * (late + 5000 * swing + 20 * push).sum()


# %%
# From equal weights, quasi-Newton steps in their logarithms.
log_weights = torch.zeros(5, requires_grad=True)
optimizer = torch.optim.LBFGS([log_weights], max_iter=40, line_search_fn="strong_wolfe")
history = []


def loss():
    optimizer.zero_grad()
    _, states, force = motion(log_weights)
    value = cost(states, force)
    value.backward()
    history.append(value.item())
    return value


before = motion(torch.zeros(5))
optimizer.step(loss)
with torch.no_grad():
    after = motion(log_weights)
print(f"cost {history[0]:.4f} -> {history[-1]:.4f}")
print("weights", [f"{w:.3g}" for w in log_weights.detach().exp().tolist()])
print(
    f"largest swing {before[1][:, 2].abs().max().rad2deg():.2f} -> {after[1][:, 2].abs().max().rad2deg():.2f} degrees"
)

# %%
figure, (top, middle, bottom) = plt.subplots(3, 1, figsize=(7, 7), sharex=True, layout="constrained")
for (_, states, force), label, color in ((before, "equal weights", "gray"), (after, "tuned", "tab:blue")):
    top.plot(time, states[:, 0], color=color, label=label)
    middle.plot(time, states[:, 2].rad2deg(), color=color)
    bottom.plot(time, force, color=color)
middle.axhspan(-3, 3, color="tab:green", alpha=0.12)
bottom.axhspan(-1.5, 1.5, color="tab:green", alpha=0.12)
top.set(ylabel="position (m)", title="A crane before and after tuning; green: what is allowed")
top.legend()
middle.set(ylabel="swing (degrees)")
bottom.set(ylabel="force (N)", xlabel="time (s)")
plt.show()
