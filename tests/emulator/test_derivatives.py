"""Derivatives of CUDA tensors: torch takes them in a thread of the device's own."""

from __future__ import annotations

import functools

import pytest
import torch
from torch.utils.checkpoint import checkpoint

from sci import sparse, special
from tests import emulator

pytestmark = pytest.mark.skipif(not emulator.started(), reason="--device emulated")


def test_batched_gradients_of_a_solver() -> None:
    """The level of ``is_grads_batched`` is a variable of the calling thread's."""
    dense = torch.tensor([[4.0, 1.0, 0.0], [1.0, 3.0, 0.5], [0.0, 0.5, 2.0]], dtype=torch.float64, device="cuda")
    b = torch.tensor([1.0, 2.0, -1.0], dtype=torch.float64, device="cuda", requires_grad=True)
    x, _ = sparse.linalg.cg(sparse.csr_array(dense), b, rtol=1e-14)
    rows = torch.eye(3, dtype=torch.float64, device="cuda")
    (found,) = torch.autograd.grad(x, b, rows, is_grads_batched=True)
    torch.testing.assert_close(found.cpu(), torch.linalg.inv(dense.cpu()), rtol=1e-12, atol=1e-13)


def test_error_settings_reach_what_is_computed_again() -> None:
    """A checkpoint calls the function once more within the backward pass, in the device's thread."""
    x = torch.zeros(1, dtype=torch.float64, device="cuda", requires_grad=True)
    keywords = {"use_reentrant": False, "preserve_rng_state": False}
    again = functools.partial(checkpoint, lambda x: special.gamma(x).sin(), **keywords)
    y = again(x)
    with special.errstate(singular="raise"), pytest.raises(special.SpecialFunctionError, match="gamma"):
        y.sum().backward()
    again(x).sum().backward()
