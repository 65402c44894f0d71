"""The shortest way of the functions on few small matrices (`sci._core.quick`)."""

from __future__ import annotations

from typing import Any

from sci._core import runtime
from sci._core.quick import cpu_kernel, plain_on_cpu

runtime.load_library()

# As many numbers as the largest matrices have that go this way (one_cholesky_limit in csrc/ops/factors_jobs.h).
_MOST = 128 * 128

cholesky = cpu_kernel("_cholesky_quick")
determinant = cpu_kernel("_det_quick")
eigh = cpu_kernel("_eigh_quick")
inverse = cpu_kernel("_inverse_quick")
lu = cpu_kernel("_lu_quick")
lu_parts = cpu_kernel("_lu_parts")
qr = cpu_kernel("_qr_quick")
schur = cpu_kernel("_schur_quick")
solve = cpu_kernel("_solve_quick")
substitution = cpu_kernel("_substitution_quick")
square_root = cpu_kernel("_sqrtm_small")
svd = cpu_kernel("_svd_quick")


def fits(x: Any) -> bool:
    """Return whether the operators above may be asked."""
    return plain_on_cpu(x, _MOST)
