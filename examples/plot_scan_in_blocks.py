r"""
A scan without its noise's bias, in blocks over a cluster
=========================================================

The magnitude of a magnetic resonance signal follows Rice's distribution: where there is no signal, the noise still has
a positive mean, and dark tissue looks brighter than it is. The signal :math:`A` behind nine neighbouring magnitudes
:math:`m_i` maximises the likelihood

.. math:: \sum_i \log \frac{m_i}{\sigma^2} - \frac{m_i^2 + A^2}{2 \sigma^2} + \log I_0\Big(\frac{m_i A}{\sigma^2}\Big),

pixel by pixel: work for ``dask.array.map_blocks``, whose blocks can lie on many machines. Each block is a NumPy array,
on which ``sci`` and ``torch.func`` work without a copy. The head is matplotlib's sample of a scan, from which the air
is cut out; noise as of a fast scan is added here, so that the truth is known.
"""

import dask.array
import matplotlib.cbook
import matplotlib.pyplot as plt
import numpy as np
import torch

from sci import special

with matplotlib.cbook.get_sample_data("s1045.ima.gz") as file:
    truth = np.frombuffer(file.read(), ">u2").reshape(256, 256).astype(float)
generator = np.random.default_rng(0)
scan = np.abs(truth + 30 * (generator.standard_normal(truth.shape) + 1j * generator.standard_normal(truth.shape)))

# %%
# The noise, from four corners of air, where the magnitude is Rayleigh's: its mean square is :math:`2 \sigma^2`.
air = np.concatenate([scan[:24, :24], scan[:24, -24:], scan[-24:, :24], scan[-24:, -24:]])
sigma = float(np.sqrt((air**2).mean() / 2))
print(f"sigma = {sigma:.2f}; mean of the air {air.mean():.2f}, Rayleigh's {sigma * np.sqrt(np.pi / 2):.2f}")


# %%
# A function of a block is a function of tensors. Newton's method takes slope and curvature of the likelihood from
# ``torch.func``, which differentiates ``i0e``; the curvature at the maximum also gives the standard error.
def log_likelihood(signal, magnitudes):
    """Return the log-likelihood of one signal, up to a constant."""
    u = magnitudes * signal / sigma**2
    return (u + special.i0e(u).log() - signal**2 / (2 * sigma**2)).sum()


slope = torch.func.grad(log_likelihood)
curvature = torch.func.grad(slope)


def signal_of(block):
    """Return signal and standard error (2, rows, columns) of magnitudes (rows, columns, 9)."""
    m = torch.from_numpy(block).reshape(-1, block.shape[-1])
    signal = (m.square().mean(1) - 2 * sigma**2).clamp(min=sigma**2 / 4).sqrt()  # by the second moment
    for _ in range(15):
        first, second = torch.vmap(slope)(signal, m), torch.vmap(curvature)(signal, m)
        step = torch.where(second < 0, -first / second, first.sign() * sigma)
        signal = (signal + step.clamp(-sigma, sigma)).clamp(min=0)
    error = (-torch.vmap(curvature)(signal, m)).clamp(min=1 / (9 * sigma**2) ** 2).rsqrt()
    # Where the likelihood is highest at zero there is nothing to tell a signal from noise.
    error = torch.where(signal > 1e-3 * sigma, error, torch.nan)
    return torch.stack((signal, error)).reshape(2, *block.shape[:-1]).numpy()


# %%
# Every pixel with its neighbours, in 16 blocks. ``dask.distributed.Client("address")`` before this cell would send the
# blocks to the machines behind that address; nothing else changes.
padded = dask.array.from_array(np.pad(scan, 1, mode="edge"), chunks=-1)
shifts = [padded[i : i + 256, j : j + 256] for i in range(3) for j in range(3)]
patches = dask.array.stack(shifts, axis=-1).rechunk((64, 64, 9))
found = patches.map_blocks(signal_of, dtype=float, drop_axis=2, new_axis=0, chunks=((2,), (64,) * 4, (64,) * 4))
signal, error = found.compute()
average = patches.mean(axis=-1).compute()

even = np.ptp(np.lib.stride_tricks.sliding_window_view(np.pad(truth, 1, mode="edge"), (3, 3)), axis=(2, 3)) < sigma / 2
edges = np.array([0, 0.5, 1, 2, 3, 4, 7])
bin_of = np.digitize(truth / sigma, edges) - 1
bias = [[(x - truth)[even & (bin_of == k)].mean() / sigma for k in range(6)] for x in (average, signal)]
for k in range(6):
    print(f"signal of {edges[k]} to {edges[k + 1]} sigma, {np.sum(even & (bin_of == k)):6} pixels: bias of the average "
          f"{bias[0][k]:6.3f} sigma, of the likelihood {bias[1][k]:6.3f} sigma")  # fmt: skip

# %%
# What the scanner gives, the signal, and by how much both are off: an average of neighbours by the noise's mean,
# :math:`\sqrt{\pi / 2}\,\sigma`, in the air, and by nothing where the signal is strong.
figure, axes = plt.subplots(1, 4, figsize=(13, 3.6), layout="constrained")
for axis, picture, title in zip(axes, (scan, average, signal), ("magnitude", "average", "signal"), strict=False):
    shown = axis.imshow(picture, cmap="gray", vmin=0, vmax=7 * sigma)
    axis.set(title=title, xticks=[], yticks=[])
figure.colorbar(shown, ax=axes[:3], shrink=0.8)
for values, label in zip(bias, ("average", "signal"), strict=True):
    axes[3].plot((edges[1:] + edges[:-1]) / 2, values, ".-", label=label)
axes[3].axhline(np.sqrt(np.pi / 2), color="black", linewidth=0.8, linestyle=":", label="mean of the noise alone")
axes[3].set(xlabel="truth / sigma", ylabel="bias / sigma")
axes[3].legend()
plt.show()
