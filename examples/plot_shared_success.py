"""
Batting averages by variational inference
=========================================

After 45 turns at bat, how good is a batter? The classic data of Efron and Morris (1975): 18 players of the 1970
season, their first 45 turns, and the rest of the season as the truth. A hierarchical model draws each player's
ability from a common beta distribution; its posterior is approximated by independent Beta and Gamma distributions,
fitted by stochastic gradients through their samples. The distributions of ``sci.neighbours`` are torch's with the
quantile function that the intervals below need, and with samples differentiable to second order.
"""

import matplotlib.pyplot as plt
import torch
from tqdm import trange

from sci.neighbours.distributions import Beta, Gamma

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)

turns = 45
hits = torch.tensor([18.0, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
season = (
    torch.tensor([346.0, 298, 276, 222, 273, 270, 263, 210, 269, 230, 264, 256, 303, 264, 226, 286, 316, 200]) / 1000
)

# %%
# The model: mean ability m uniform, concentration k from a gamma distribution of mean 100, abilities from
# Beta(m k, (1 - m) k), hits binomial. The approximation has a Beta for m, a Gamma for k and a Beta for each player.
prior = Gamma(torch.tensor(2.0), torch.tensor(0.02))
start = torch.cat([torch.tensor([3.0, 4.0, 1.5, -3.0]), (hits + 5).log(), (turns - hits + 15).log()])
parameters = start.clone().requires_grad_()


def approximation(parameters):
    shapes = parameters.exp()
    n = len(hits)
    return Beta(shapes[0], shapes[1]), Gamma(shapes[2], shapes[3]), Beta(shapes[4 : 4 + n], shapes[4 + n :])


def evidence_bound(parameters, samples):
    mean, concentration, ability = approximation(parameters)
    m, k, p = (q.rsample((samples,)) for q in (mean, concentration, ability))
    likelihood = (hits * p.log() + (turns - hits) * torch.log1p(-p)).sum(-1)
    abilities = Beta((m * k)[:, None], ((1 - m) * k)[:, None]).log_prob(p).sum(-1)
    entropy = mean.entropy() + concentration.entropy() + ability.entropy().sum()
    return (likelihood + abilities + prior.log_prob(k)).mean() + entropy


optimizer = torch.optim.Adam([parameters], lr=0.05)
schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.995)
history = []
for _ in trange(600, desc="fitting", leave=False):
    optimizer.zero_grad()
    loss = -evidence_bound(parameters, 16)
    loss.backward()
    optimizer.step()
    schedule.step()
    history.append(-loss.item())

# %%
# Intervals are quantiles of the fitted distributions, ``icdf``, which torch's Beta does not have.
with torch.no_grad():
    mean, concentration, ability = approximation(parameters)
    low, middle, high = (ability.icdf(torch.tensor(q)) for q in (0.05, 0.5, 0.95))
raw = hits / turns
print(f"mean ability {mean.mean:.3f}, concentration {concentration.mean:.0f}")
print(f"root mean square error, raw averages {(raw - season).square().mean().sqrt():.4f}")
print(f"root mean square error, model        {(middle - season).square().mean().sqrt():.4f}")
print(f"players whose season lies in their 90 % interval: {((low < season) & (season < high)).sum()} of {len(hits)}")

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.5), layout="constrained", width_ratios=(1, 2))
left.plot(history, linewidth=0.7)
left.set(title="evidence lower bound", xlabel="step", ylim=(min(history[50:]) - 5, max(history) + 2))
player = torch.arange(len(hits))
right.vlines(player, low, high, color="tab:blue", alpha=0.4, linewidth=6, label="90 % interval")
right.plot(player, middle, "_", color="tab:blue", markersize=12, label="model")
right.plot(player, raw, "x", color="gray", label="first 45 turns")
right.plot(player, season, "o", color="tab:orange", label="rest of the season")
right.axhline(mean.mean, color="tab:blue", linestyle=":", linewidth=1)
right.set(title="18 batters, 1970", xlabel="player", ylabel="batting average")
right.legend()
plt.show()
