"""Sizes up to which matrices have kernels on the CPU, as csrc/ops/matrix_sizes.h states them."""

import torch

from sci._core import runtime

runtime.load_library()

ONE_CHOLESKY, ONE_LU, ONE_SCHUR, ONE_SQRTM, EIGH_BATCH = torch.ops.sci._matrix_sizes()
