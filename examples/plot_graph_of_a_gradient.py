r"""
What a gradient is made of: a graph drawn
=========================================

A likelihood is slow, and which part of it the gradient goes through is anyone's guess. torchviz writes the graph that
autograd has recorded, and its nodes bear the names of ``sci``'s operators: one node for a Cholesky factor or a Bessel
function with its own rule, not the hundred operations inside. Three ways to the same Gaussian log-likelihood show what
that tells: by ``cholesky``, by ``inv`` and ``det``, and by an eigendecomposition.
"""

import re

import matplotlib.pyplot as plt
import networkx
import torch
import torchviz

from sci import linalg, special

x = torch.linspace(0, 4, 60, dtype=torch.float64)
y = x.sin() + 0.1 * torch.randn(60, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def covariance(nu):
    """Return a Matérn covariance of smoothness nu, with noise."""
    r = (2 * nu).sqrt() * (x[:, None] - x).abs() + 1e-9
    return 2 ** (1 - nu) * special.rgamma(nu) * r**nu * special.kv(nu, r) + 0.01 * torch.eye(60, dtype=torch.float64)


def by_factor(nu):
    factor = linalg.cholesky(covariance(nu), lower=True)
    return linalg.solve_triangular(factor, y, lower=True).square().sum() + 2 * factor.diagonal().log().sum()


def by_inverse(nu):
    K = covariance(nu)
    return y @ linalg.inv(K) @ y + linalg.det(K).log()


def by_spectrum(nu):
    w, v = linalg.eigh(covariance(nu))
    return ((v.mT @ y).square() / w + w.log()).sum()


# %%
# The three agree, and so do their gradients in the smoothness. ``make_dot(...).render("graph")`` makes a picture of a
# graph where Graphviz is installed; its text is all that is needed to draw it here, in layers from the leaf down.
ways = (by_factor, by_inverse, by_spectrum)
graphs = []
for way in ways:
    nu = torch.tensor(1.3, dtype=torch.float64, requires_grad=True)
    value = way(nu)
    (slope,) = torch.autograd.grad(value, nu, retain_graph=True)
    text = torchviz.make_dot(value, params={"nu": nu}).source
    graph = networkx.DiGraph(re.findall(r"(\d+) -> (\d+)\n", text))  # without what a node keeps
    labels = re.findall(r'(\d+) \[label=(?:"\s*([^"]*)"|([^\] ]+))', text)
    names = {key: (quoted or plain).split("\n")[0] for key, quoted, plain in labels}
    graphs.append((graph, names))
    print(f"{way.__name__:12} value {value:.10f}, slope {slope:.8f}, {len(graph)} nodes")

# %%
# Operators of ``sci`` in orange, torch's own in grey; values flow down, gradients up.
ours = ("cholesky", "triangular", "solve", "kv", "rgamma", "inv", "det", "eigh", "lu")
figure, axes = plt.subplots(1, 3, figsize=(12, 8), layout="constrained")
for axis, way, (graph, names) in zip(axes, ways, graphs, strict=True):
    for layer, nodes in enumerate(networkx.topological_generations(graph)):
        for node in nodes:
            graph.nodes[node]["layer"] = layer
    places = networkx.multipartite_layout(graph, subset_key="layer", align="horizontal", scale=-1)
    networkx.draw_networkx_edges(graph, places, ax=axis, arrowsize=5, width=0.6, edge_color="0.6")
    for node, (horizontal, vertical) in places.items():
        name = re.sub(r"Backward\d*$", "", names.get(node, ""))
        ours_too = name.startswith(ours)  # torch's nodes begin with a capital letter
        box = {"facecolor": "orange" if ours_too else "0.92", "edgecolor": "none", "pad": 1.5}
        axis.text(horizontal, vertical, name, fontsize=8, ha="center", va="center", bbox=box)
    axis.set(title=way.__name__)
    axis.axis("off")
plt.show()
