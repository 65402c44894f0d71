"""The shortest way of the functions on few small matrices (`sci._core.quick`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sci._core.direct import operator
from sci._core.quick import cpu_kernel, is_compiling, plain_on_cpu

from ._sizes import ONE_CHOLESKY

_MOST = ONE_CHOLESKY**2  # as many numbers as the largest matrices have that go this way
ANY = 2**63 - 1  # where the general way takes more steps, which large batches feel too


def _shortest(name: str, matrices: int = 1, most: int = _MOST) -> Callable[..., Any]:
    """Return what asks an operator whose first arguments are matrices: its results, or None for the general way."""
    direct = operator(name, matrices, most)

    def ask(*args: Any) -> Any:
        found = NotImplemented if is_compiling() else direct(*args)
        return None if found is NotImplemented else found

    return ask


def one_system(name: str) -> Callable[..., Any]:
    """Return what solves one system by an operator on a band and its right-hand side: None for the general way."""
    kernel = cpu_kernel(name)

    def ask(band: Any, b: Any, *options: Any) -> Any:
        if not (plain_on_cpu(band, ANY) and plain_on_cpu(b, ANY)) or band.dtype is not b.dtype:
            return None
        columns = b.dim()
        if band.dim() != 2 or columns not in (1, 2) or band.shape[1] != b.shape[0] or b.numel() == 0:
            return None
        x, info = kernel(band, b if columns == 2 else b[:, None], *options)
        if info.item():
            return None
        return x if columns == 2 else x[:, 0]

    return ask


cholesky = _shortest("_cholesky_quick")
determinant = _shortest("_det_quick")
eig = _shortest("_eig_quick")
eigh = _shortest("_eigh_quick", most=ANY)
inverse = _shortest("_inverse_quick", most=ANY)
lu = _shortest("_lu_quick")
lu_of_many = _shortest("_lu_quick", most=ANY)
lu_parts = _shortest("_lu_parts")
lu_solve = _shortest("_lu_solve_quick", 2, ANY)
least_squares = _shortest("_lstsq_quick", 2, ANY)
norms = _shortest("_norms_quick", most=ANY)
pseudoinverse = _shortest("_pinv_quick", most=ANY)
qr = _shortest("_qr_quick", most=ANY)
schur = _shortest("_schur_quick")
solve = _shortest("_solve_quick", 2, ANY)
solve_positive = _shortest("_solve_positive_quick", 2, ANY)
square_root = _shortest("_sqrtm_small")
substitution = _shortest("_substitution_quick", 2, ANY)
svd = _shortest("_svd_quick", most=ANY)
