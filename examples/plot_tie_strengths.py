"""
How strong are the ties?
========================

In Zachary's karate club (1977) members met in different places, some pairs in many, others in one. Say news takes a day
divided by that number along a tie, and always comes on the fastest way. From when it arrived, told from a few members,
we learn how long every tie takes: the times are shortest path lengths, and `dijkstra` passes gradients to the ties
along the paths.
"""

import matplotlib.pyplot as plt
import networkx
import torch

from sci.sparse import csr_array
from sci.sparse.csgraph import dijkstra

club = networkx.karate_club_graph()
ties = torch.tensor(list(club.edges))
days = 1 / torch.tensor([club.edges[pair]["weight"] for pair in club.edges], dtype=torch.float64)
members = club.number_of_nodes()


def graph(lengths: torch.Tensor) -> csr_array:
    """Return the club with a length for each tie, walked in both directions by `directed=False`."""
    return csr_array((lengths, ties.T), shape=(members, members))


# %%
# News starts from twelve of the 34 members, and its arrival is known up to two hours. The other members' news is kept
# back to test what was learned.
told = torch.randperm(members, generator=torch.Generator().manual_seed(0))
sources, others = told[:12], told[12:]
arrivals = dijkstra(graph(days), directed=False, indices=sources)
noise = torch.randn(arrivals.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
observed = arrivals + noise / 12

# %%
# Lengths are positive, so their logarithms are learned. At first all ties are alike. A tie that is on no path receives
# no gradient, and stays; the paths change as the lengths do.
logs = torch.full_like(days, -1.0).requires_grad_()
optimizer = torch.optim.Adam([logs], lr=0.05)
losses = []
for _ in range(300):
    optimizer.zero_grad()
    loss = (dijkstra(graph(logs.exp()), directed=False, indices=sources) - observed).square().mean()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
learned = logs.detach().exp()

with torch.no_grad():
    want = dijkstra(graph(days), directed=False, indices=others)
    for name, lengths in (("all alike", torch.full_like(days, days.mean())), ("learned", learned)):
        found = dijkstra(graph(lengths), directed=False, indices=others)
        print(f"{name}: news of the others arrives {24 * (found - want).abs().mean():.1f} hours off")

# %%
# Ties that carry news are found well; of those that are too slow for any path only that is known.
leaf = learned.clone().requires_grad_()
dijkstra(graph(leaf), directed=False, indices=sources).sum().backward()
used = leaf.grad > 0
places = networkx.kamada_kawai_layout(club)
figure, (map_axes, axes) = plt.subplots(1, 2, figsize=(10, 4.5), layout="constrained")
drawn = networkx.draw_networkx_edges(
    club, places, ax=map_axes, edge_color=learned.numpy(), edge_cmap=plt.get_cmap("viridis_r"), width=2
)
colors = ["crimson" if node in sources.tolist() else "0.7" for node in club]
networkx.draw_networkx_nodes(club, places, ax=map_axes, node_size=60, node_color=colors)
map_axes.set(title="The club; news came from the red members")
map_axes.axis("off")
figure.colorbar(drawn, ax=map_axes, label="learned days along a tie", shrink=0.7)
axes.scatter(days[~used], learned[~used], color="0.8", label="on no fastest way")
axes.scatter(days[used], learned[used], color="C0", label="carries news")
axes.axline((0.2, 0.2), slope=1, color="0.5", linewidth=1)
axes.set(xlabel="true days along a tie", ylabel="learned", title="Ties")
axes.legend()
plt.show()
