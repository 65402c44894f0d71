"""
Which method computes a Bessel function where
=============================================

One set of regions in order and argument serves :math:`J, Y, I, K` and the Hankel functions. Left for real arguments
(``csrc/special/bessel_jy.h``, ``detail/bessel_ik_real.h``), right for complex ones, which all come of a pair
:math:`I_v(w), K_v(w)` in the right half-plane (``detail/bessel_ik_core.h``). Boundaries are those of float64; float32
has its own. They are written down here once more to be drawn: the headers rule.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

order, size = np.meshgrid(np.geomspace(0.1, 1000, 500), np.geomspace(0.1, 1000, 500), indexing="ij")

METHODS = [
    "ascending series; Temme's series for Y, K",
    "Miller's recurrence; Steed's or Temme's continued fraction, quadrature for K",
    "Hankel's expansion",
    "Hankel's expansion, then forward recurrence",
    "Debye's expansion",
    "Olver's expansion",
]
COLOURS = ListedColormap(["#f2cc8f", "#81b29a", "#3d85c6", "#9fc5e8", "#e07a5f", "#8e5572"])


def real_jy(v, x):
    """Return the number of the method of J_v(x) and Y_v(x), x > 0."""
    t = np.clip((x - v) / v, -0.999, None)
    # (2/3) v |zeta|^(3/2), the exponent or phase of Debye's expansion, by its definition (DLMF 10.20.2-3)
    ratio = np.clip(x / v, 1e-9, None)
    below = np.arccosh(1 / np.minimum(ratio, 1)) - np.sqrt(1 - np.minimum(ratio, 1) ** 2)
    above = np.sqrt(np.maximum(ratio, 1) ** 2 - 1) - np.arccos(1 / np.maximum(ratio, 1))
    olver = (v * np.where(ratio < 1, below, above) < 25) & (t > -0.65) & (t < 1.886)
    return np.select(
        [
            (x * x <= 4 * (v + 1)) & (v < 168),
            (x >= 20) & (v * v <= 2 * x),
            (v >= 33) & olver,
            v >= 33,
            x >= 33,
        ],
        [0, 2, 5, 4, 3],
        1,
    )


def real_ik(v, x):
    """Return the number of the method of I_v(x) and K_v(x), x > 0."""
    s = np.hypot(v, x)
    return np.select([(s >= 32) & (v * v <= 2 * x), s >= 32, x <= 0.5, x <= 12], [2, 4, 0, 0], 1)


def plane(v, r):
    """Return the number of the method on the ray arg z = 10 degrees, w = -i z, which passes by the transition z = v."""
    q = r / v * np.exp(1j * np.pi / 18)
    root = np.sqrt(1 - q * q)
    olver = (np.abs(np.log(q)) < 0.6) & (v * np.abs(np.log((1 + root) / q) - root) < 25)
    s = np.abs(v * root)
    return np.select(
        [
            (r >= 20) & (v * v <= r),
            (v >= 33) & olver,
            (v + r >= 32) & (s >= 32),
            (r * r <= 6 * (v + 1)) & (r <= 1.5),
        ],
        [2, 5, 4, 0],
        1,
    )


# %%
fig, axes = plt.subplots(1, 3, figsize=(12, 5), sharey=True)
for ax, (title, method) in zip(
    axes,
    {"J, Y, real": real_jy, "I, K, real": real_ik, "complex, 10 degrees from the real axis": plane}.items(),
    strict=True,
):
    ax.pcolormesh(size, order, method(order, size), cmap=COLOURS, vmin=-0.5, vmax=5.5, rasterized=True)
    ax.set(xscale="log", yscale="log", xlabel="argument", title=title)
axes[0].set_ylabel("order")
fig.legend(handles=[Patch(color=COLOURS(i), label=m) for i, m in enumerate(METHODS)], loc="lower center", ncols=2)
fig.tight_layout(rect=(0, 0.16, 1, 1))
plt.show()
