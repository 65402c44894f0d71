"""The shortest way of the functions on few small matrices (`sci._core.quick`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sci._core.quick import cpu_kernel, plain_on_cpu

from ._sizes import ONE_CHOLESKY

_MOST = ONE_CHOLESKY**2  # as many numbers as the largest matrices have that go this way
_ANY = 2**63 - 1  # where the general way takes more steps, which large batches feel too


def _shortest(name: str, matrices: int = 1, most: int = _MOST) -> Callable[..., Any]:
    """Return what asks an operator whose first arguments are matrices: its results, or None for the general way."""
    kernel = cpu_kernel(name)

    def ask(*args: Any) -> Any:
        for x in args[:matrices]:
            if not plain_on_cpu(x, most):
                return None
        *found, code = kernel(*args)
        return None if code else found

    return ask


cholesky = _shortest("_cholesky_quick")
determinant = _shortest("_det_quick")
eigh = _shortest("_eigh_quick")
inverse = _shortest("_inverse_quick", most=_ANY)
lu = _shortest("_lu_quick")
lu_parts = _shortest("_lu_parts")
lu_solve = _shortest("_lu_solve_quick", 2, _ANY)
qr = _shortest("_qr_quick")
schur = _shortest("_schur_quick")
solve = _shortest("_solve_quick", 2, _ANY)
solve_positive = _shortest("_solve_positive_quick", 2, _ANY)
square_root = _shortest("_sqrtm_small")
substitution = _shortest("_substitution_quick", 2)
svd = _shortest("_svd_quick")
