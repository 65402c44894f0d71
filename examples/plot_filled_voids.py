r"""
Voids of an elevation model, filled in NumPy's own memory
=========================================================

Clouds hide parts of an elevation model from a satellite, and whoever works with it holds it as a NumPy array and his
matrices in SciPy's. Arrays that speak DLPack (those of NumPy, CuPy, JAX and torch) become tensors of the same memory by
``torch.from_dlpack``, and :class:`sci.sparse.csr_array` takes SciPy's and torch's sparse matrices as they lie. So a
solver of ``sci`` fits into code that knows nothing of tensors, without a copy: here voids are filled by the surface of
least curvature :math:`\int (\Delta z)^2`, on the elevations that matplotlib ships.
"""

import importlib

import matplotlib.cbook
import matplotlib.pyplot as plt
import numpy as np
import scipy.sparse
import torch

from sci import sparse
from sci.sparse.linalg import spsolve

with matplotlib.cbook.get_sample_data("jacksboro_fault_dem.npz") as file:
    truth = file["elevation"][:240, :300].astype(float)

# %%
# What NumPy and SciPy hold: elevations with round voids, and the Laplacian of the grid, mirrored at its edges.
rng = np.random.default_rng(2)
rows, columns = np.indices(truth.shape)
void = np.zeros(truth.shape, dtype=bool)
for _ in range(25):
    row, column, radius = rng.uniform(10, 230), rng.uniform(10, 290), rng.uniform(3, 12)
    void |= (rows - row) ** 2 + (columns - column) ** 2 < radius**2
elevation = np.where(void, np.nan, truth)


def second_difference(n):
    """Return the matrix of second differences of n numbers, mirrored at the ends."""
    diagonal = np.full(n, -2.0)
    diagonal[[0, -1]] = -1
    return scipy.sparse.diags_array([np.ones(n - 1), diagonal, np.ones(n - 1)], offsets=[-1, 0, 1])


m, n = truth.shape
laplacian = scipy.sparse.kron(second_difference(m), scipy.sparse.eye_array(n)) + scipy.sparse.kron(
    scipy.sparse.eye_array(m), second_difference(n)
)
inside = laplacian.tocsr()[:, void.ravel()]
normal = (inside.T @ inside).tocsr()

# %%
# The same memory, seen as tensors: no number has moved.
z = torch.from_dlpack(elevation)
A = sparse.csr_array(normal)
print("elevations share memory:", z.data_ptr() == elevation.ctypes.data)
print("matrix shares memory:   ", A.data.data_ptr() == normal.data.ctypes.data)

# %%
# The curvature that the known elevations leave at the voids' edges is the right-hand side. Writing the solution into
# the tensor fills NumPy's array.
hidden = torch.from_dlpack(void)
known = torch.where(hidden, 0.0, z)
curvature = sparse.csr_array(laplacian) @ known.ravel()
z[hidden] = spsolve(A, -(sparse.csr_array(inside).T @ curvature))

error = np.abs(elevation - truth)[void]
print(f"{void.sum()} elevations filled, {error.mean():.1f} m off on average; "
      f"the mean elevation instead: {np.abs(truth[~void].mean() - truth)[void].mean():.1f} m")  # fmt: skip

# %%
# Where they are installed, CuPy and JAX take tensors, and tensors their arrays, in the same way: on the device where
# the data are.
for name in ("cupy", "jax.numpy"):
    try:
        xp = importlib.import_module(name)
        theirs = xp.from_dlpack(z.cuda() if name == "cupy" else z.float())
        print(f"{name}: {type(theirs)} of shape {theirs.shape}, back as {torch.from_dlpack(theirs).dtype}")
    except (ImportError, RuntimeError) as missing:
        print(f"{name}: {missing}")

# %%
# With voids, filled, and where the fill is off.
figure, axes = plt.subplots(1, 3, figsize=(12, 3.4), layout="constrained")
shown = (np.where(void, np.nan, truth), elevation, np.where(void, elevation - truth, np.nan))
for axis, picture, title in zip(axes, shown, ("with voids", "filled", "error / m"), strict=True):
    span = {"cmap": "RdBu", "vmin": -40, "vmax": 40} if "error" in title else {"cmap": "gist_earth"}
    drawn = axis.imshow(picture, **span)
    axis.set(title=title, xticks=[], yticks=[])
    figure.colorbar(drawn, ax=axis, shrink=0.7)
plt.show()
