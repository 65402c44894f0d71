"""Memory shared with NumPy, SciPy, JAX and torch's sparse tensors; graphs drawn by torchviz; blocks by dask."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special
import torch

from sci import linalg, sparse, special


def test_jax_shares_memory() -> None:
    jnp = pytest.importorskip("jax.numpy")
    theirs = jnp.linspace(0.5, 3.0, 7, dtype=jnp.float32)
    ours = special.gamma(torch.from_dlpack(theirs))
    back = jnp.from_dlpack(ours)
    assert back.unsafe_buffer_pointer() == ours.data_ptr()
    np.testing.assert_allclose(np.asarray(back), scipy.special.gamma(np.asarray(theirs)), rtol=1e-6)


def test_cupy_shares_memory() -> None:
    cupy = pytest.importorskip("cupy")
    if not (torch.cuda.is_available() and cupy.cuda.is_available()):
        pytest.skip("CuPy is installed, but there is no GPU that it and torch both see")
    theirs = cupy.linspace(0.5, 3.0, 7)
    ours = special.gamma(torch.from_dlpack(theirs))
    back = cupy.from_dlpack(ours)
    assert back.data.ptr == ours.data_ptr()
    np.testing.assert_allclose(cupy.asnumpy(back), scipy.special.gamma(cupy.asnumpy(theirs)), rtol=1e-13)


def test_torch_sparse_shares_memory() -> None:
    dense = torch.tensor([[0.0, 2.0, 0.0], [1.0, 0.0, 3.0]], dtype=torch.float64)
    theirs = dense.to_sparse_csr()
    ours = sparse.csr_array(theirs)
    assert ours.data.data_ptr() == theirs.values().data_ptr()
    torch.testing.assert_close(ours @ torch.ones(3, dtype=torch.float64), dense.sum(1))


def test_torchviz_draws_our_operators() -> None:
    torchviz = pytest.importorskip("torchviz")
    nu = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    a = torch.eye(2, dtype=torch.float64) * special.kv(nu, torch.tensor(1.5, dtype=torch.float64))
    value = special.xlogy(linalg.expm(linalg.cholesky(a, lower=True)), 2.0).sum()  # numbers and flags among arguments
    drawn = torchviz.make_dot(value, params={"nu": nu}).source
    assert all(name in drawn for name in ("kv", "cholesky", "expm", "xlogy", "nu"))


def test_dask_maps_blocks() -> None:
    da = pytest.importorskip("dask.array")
    x = np.linspace(0.1, 20, 1000)

    def block(piece: np.ndarray) -> np.ndarray:
        return special.jv(0.3, torch.from_numpy(piece)).numpy()

    found = da.from_array(x, chunks=250).map_blocks(block, dtype=x.dtype).compute(scheduler="threads")
    np.testing.assert_allclose(found, scipy.special.jv(0.3, x), rtol=1e-12, atol=1e-15)
