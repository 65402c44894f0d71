"""
A Markov chain in continuous time, fitted through the matrix exponential
========================================================================

Patients are seen at irregular visits: well, ill, worse, or dead. Between visits nothing is known, so the probability of
what was seen is an entry of ``expm(Q t)``, with the rates of the chain in Q. Their maximum of likelihood is found by
gradient, and the second derivatives there give the standard errors.
"""

import matplotlib.pyplot as plt
import torch

from sci import linalg

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(5)
names = ("well", "ill", "worse", "dead")
moves = ((0, 1), (1, 0), (1, 2), (2, 1), (0, 3), (1, 3), (2, 3))
truth = torch.tensor([0.30, 0.20, 0.25, 0.10, 0.02, 0.06, 0.30])  # per year


def rates(values):
    """Q of the rates: rows sum to zero."""
    rows, columns = zip(*moves)
    q = torch.zeros(4, 4).index_put((torch.tensor(rows), torch.tensor(columns)), values)
    return q - torch.diag(q.sum(1))


# %%
# 400 patients, up to eight visits with gaps between a few weeks and two years.
gaps = 0.1 + 1.9 * torch.rand(400, 8, generator=generator)
transition = linalg.expm(rates(truth) * gaps[..., None, None])
state = torch.zeros(400, dtype=torch.long)
seen = []
for visit in range(8):
    following = torch.multinomial(transition[torch.arange(400), visit, state], 1, generator=generator)[:, 0]
    alive = state != 3
    seen.append((state[alive], following[alive], gaps[alive, visit]))
    state = following
before, after, gap = (torch.cat(x) for x in zip(*seen))
print(f"{len(gap)} intervals, {int((after == 3).sum())} deaths")


def loss(log_rates):
    """Minus the logarithm of the likelihood: one batch of exponentials, one per interval."""
    p = linalg.expm(rates(log_rates.exp()) * gap[:, None, None])
    return -p[torch.arange(len(gap)), before, after].log().sum()


log_rates = torch.full((7,), -2.0, requires_grad=True)
optimizer = torch.optim.LBFGS([log_rates], max_iter=60, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    value = loss(log_rates)
    value.backward()
    return value


optimizer.step(closure)
found = log_rates.detach()
error = torch.linalg.inv(torch.autograd.functional.hessian(loss, found)).diagonal().sqrt()
for (i, j), rate, spread, true in zip(moves, found.exp(), error, truth):
    print(f"{names[i]:>5} -> {names[j]:5} {rate:.3f} (factor {spread.exp():.2f}), true {true:.3f}")

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
place = torch.arange(7)
middle = found.exp()
low, high = (found - 1.96 * error).exp(), (found + 1.96 * error).exp()
left.errorbar(middle, place, xerr=torch.stack([middle - low, high - middle]), fmt="o", capsize=3, label="fitted, 95 %")
left.plot(truth, place, "kx", markersize=8, label="true")
left.set_yticks(place.tolist(), [f"{names[i]} → {names[j]}" for i, j in moves])
left.set(xscale="log", xlabel="rate per year")
left.legend()
years = torch.linspace(0, 15, 151)
fitted, wanted = (linalg.expm(rates(values) * years[:, None, None])[:, 0] for values in (middle, truth))
for k, name in enumerate(names):
    right.plot(years, fitted[:, k], color=f"C{k}", label=name)
    right.plot(years, wanted[:, k], color="black", linestyle=":")
right.set(xlabel="years from the first visit", ylabel="probability", title="from 'well'; dotted: true")
right.legend()
plt.show()
