"""Sizes up to which matrices have kernels on the CPU, or that suit LAPACK, as csrc/ops/matrix_sizes.h states them."""

import torch

from sci._core import runtime

runtime.load_library()

ONE_CHOLESKY, ONE_LU, ONE_SCHUR, ONE_SQRTM, EIGH_BATCH, LOWER_CHOLESKY_FROM, ONE_PLANES = torch.ops.sci._matrix_sizes()


def is_alone(a: torch.Tensor) -> bool:
    """Return whether this is one matrix on the CPU for the kernels with vectors along its rows."""
    return a.dim() == 2 and a.is_cpu and min(a.shape) > 0 and max(a.shape) <= ONE_PLANES
