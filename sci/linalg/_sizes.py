"""Sizes up to which matrices have kernels on the CPU, or that suit LAPACK, as csrc/ops/matrix_sizes.h states them."""

import torch

from sci._core import runtime

runtime.load_library()

ONE_CHOLESKY, ONE_LU, ONE_SCHUR, ONE_SQRTM, EIGH_BATCH, LOWER_CHOLESKY_FROM = torch.ops.sci._matrix_sizes()
