"""The Hermitian eigenproblem as operators with derivatives that are finite at equal eigenvalues."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core import runtime
from sci._core.checks import checks_enabled, finite_probe, require_finite
from sci._core.dispatch import operator

from . import _lapack, _lapack_hermitian, _quick
from ._errors import LinAlgError, TorchLinAlgError
from ._gauges import require_determined, require_no_phase
from ._matrices import hermitian_part, new_like, require_convergence
from ._sizes import EIGH_BATCH, is_alone
from ._small_gradients import EIGH, whole

runtime.load_library()

# Matrices side by side on the CPU up to the first size in any number, so that a matrix has the same vectors alone and
# in a batch, measured against LAPACK, and on a GPU up to the second, by teams of threads. Larger ones go side by side
# from so many on.
_SMALL, _TEAMS, _BATCH = 8, 32, 4
_MIN_VALUES = 384  # from here on eigenvalues of real matrices alone are faster by syevr than by MKL's syevd


def is_small(a: Tensor, in_batch: int = EIGH_BATCH) -> bool:
    """Return whether the own kernels are the faster ones for these matrices."""
    n = a.shape[-1]
    if n <= (min(in_batch, _TEAMS) if a.is_cuda else _SMALL) or is_alone(a):
        return a.numel() > 0
    return n <= in_batch and a.is_cpu and a.numel() >= _BATCH * n * n


def mended(found: tuple[Tensor, ...], info: Tensor, a: Tensor, lapack: Callable[[Tensor], tuple[Tensor, ...]]) -> bool:
    """Give matrices that the kernel failed on to LAPACK, and no others of the batch. Where that raises, return False:
    asked for the whole batch, it says of which matrix."""
    if not checks_enabled() or not bool(info.any()):
        return True
    failed = info != 0
    if not bool(torch.isfinite(finite_probe(a[failed]))):
        return False
    try:
        for x, y in zip(found, lapack(a[failed]), strict=True):
            x[failed] = y
    except TorchLinAlgError:
        return False
    return True


def compute(a: Tensor, lower: bool, check_finite: bool, function: str) -> tuple[Tensor, Tensor]:
    if (quick := _quick.eigh(a, lower, True, check_finite)) is not None:
        return quick[0], quick[1]
    if check_finite:
        require_finite(function, {"a": a})
    if is_small(a):
        w, v, info = torch.ops.sci._eigh_small(a, lower)
        if mended((w, v), info, a, lambda a: torch.linalg.eigh(a, UPLO="L" if lower else "U")):
            return w, v
    require_convergence(function, a, check_finite=check_finite)
    try:
        w, v = _lapack_hermitian.eigh(a, lower)
    except TorchLinAlgError as error:
        raise LinAlgError(f"{function}: {error}") from None
    v = v.contiguous()
    torch.ops.sci._orient(v, v.new_empty(0))
    return w, v


def real_dtype(dtype: torch.dtype) -> torch.dtype:
    return dtype.to_real() if dtype.is_complex else dtype


def _fake_eigh(a: Tensor, lower: bool, check_finite: bool, function: str) -> tuple[Tensor, Tensor]:
    return new_like(a, a.shape[:-1], real_dtype(a.dtype)), new_like(a, a.shape)


def inverse_gaps(w: Tensor) -> Tensor:
    """E[i, j] = 1 / (w[j] - w[i]), and 0 where the two are equal up to the error of computed eigenvalues."""
    if w.shape[-1] == 0:
        return torch.zeros_like(w[..., None, :] - w[..., :, None])
    gaps = w[..., None, :] - w[..., :, None]
    size = w.abs().amax(-1)[..., None, None]
    equal = gaps.abs() <= w.shape[-1] * torch.finfo(w.dtype).eps * size
    return torch.where(equal, torch.inf, gaps).reciprocal()


def turns(function: str, w: Tensor, grad_w: Tensor | None, k: Tensor, columns: Tensor) -> Tensor:
    """Return E skew(K) of K = V^H gV, where products of the columns of V and gV are at most `columns`.

    What a loss may not depend on, rotations among eigenvectors of (nearly) equal eigenvalues and phases, shows as
    skew(K) = 0 up to rounding. Divided by a small gap that rounding would be all there is, so it is set to zero.
    """
    skew, inverse = k - k.mH, inverse_gaps(2 * w)  # twice skew(K), and half of E
    if k.numel() == 0:
        return skew
    columns = 2 * columns
    noise = 4 * math.sqrt(k.shape[-1]) * torch.finfo(columns.dtype).eps * columns
    skew = torch.where(skew.abs() <= noise[..., None, :] + noise[..., :, None], 0, skew)
    if k.is_complex():
        require_no_phase(function, skew, columns)
    require_determined(function, "eigenvalues", inverse, skew, columns, grad_w, k)
    return inverse * skew


def with_diagonal(x: Tensor, d: Tensor) -> Tensor:
    """Return `x`, whose diagonal is 0, with `d` there."""
    return torch.diagonal_scatter(x, d.to(x.dtype), dim1=-2, dim2=-1)


def standard_backward(function: str, w: Tensor, v: Tensor, grad_w: Tensor | None, grad_v: Tensor | None) -> Tensor:
    """Return the gradient in a Hermitian matrix with eigenvalues w and vectors v, from theirs."""
    found = whole(EIGH, v, w, v, grad_w, grad_v)
    if found is not None:
        return found
    if grad_v is None:
        assert grad_w is not None
        return (v * grad_w[..., None, :]) @ v.mH
    inner = turns(function, w, grad_w, v.mH @ grad_v, torch.linalg.vector_norm(grad_v, dim=-2))
    if grad_w is not None:
        inner = with_diagonal(inner, grad_w)
    return hermitian_part(v @ inner @ v.mH)


def _backward_eigh(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    (w, v), (grad_w, grad_v) = outputs, grads
    return standard_backward(inputs[3], w, v, grad_w, grad_v), None, None, None


def standard_jvp(w: Tensor, v: Tensor, da: Tensor) -> tuple[Tensor, Tensor]:
    """Return the tangents of eigenvalues and vectors from that of the matrix."""
    inner = v.mH @ da @ v
    dw = inner.diagonal(dim1=-2, dim2=-1)
    return dw.real if dw.is_complex() else dw, v @ (inverse_gaps(w) * inner)


def _jvp_eigh(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, Tensor]:
    w, v = outputs
    return standard_jvp(w, v, hermitian_part(tangents[0]))


# (w, V) of Hermitian matrices, of which one triangle is read.
standard = operator(
    "eigh(Tensor a, bool lower, bool check_finite, str function) -> (Tensor, Tensor)",
    kernel=compute,
    fake=_fake_eigh,
    backward=_backward_eigh,
    jvp=_jvp_eigh,
    core_dims=(2,),
)


def _eigvalsh(a: Tensor, lower: bool, check_finite: bool, function: str) -> Tensor:
    if (quick := _quick.eigh(a, lower, False, check_finite)) is not None:
        return quick[0]  # type: ignore[no-any-return]
    if check_finite:
        require_finite(function, {"a": a})
    if is_small(a):
        w, _, info = torch.ops.sci._eigh_small(a, lower, False)
        if mended((w,), info, a, lambda a: (torch.linalg.eigvalsh(a, UPLO="L" if lower else "U"),)):
            return w  # type: ignore[no-any-return]
    require_convergence(function, a, check_finite=check_finite)
    theirs = _lapack.mkl_on_intel() and (a.is_complex() or a.shape[-1] < _MIN_VALUES)
    if _lapack.worthwhile(a) and a.numel() > 0 and not theirs:
        return _lapack_hermitian.eigvalsh(a, lower)
    try:
        w = torch.linalg.eigvalsh(a, UPLO="L" if lower else "U")
    except TorchLinAlgError as error:
        raise LinAlgError(f"{function}: {error}") from None
    return w


def _backward_eigvalsh(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    _, v = standard(inputs[0], inputs[1], False, inputs[3])
    return (v * grads[0][..., None, :]) @ v.mH, None, None, None


def _jvp_eigvalsh(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    _, v = standard(inputs[0], inputs[1], False, inputs[3])
    dw: Tensor = (v.conj() * (hermitian_part(tangents[0]) @ v)).sum(-2)
    return dw.real if dw.is_complex() else dw


# Eigenvalues alone. Its rule computes the vectors anew, so eager code that differentiates takes `standard`.
standard_values = operator(
    "eigvalsh(Tensor a, bool lower, bool check_finite, str function) -> Tensor",
    kernel=_eigvalsh,
    fake=lambda a, lower, check_finite, function: new_like(a, a.shape[:-1], real_dtype(a.dtype)),
    backward=_backward_eigvalsh,
    jvp=_jvp_eigvalsh,
    core_dims=(2,),
)


# ---- whole matrices from one triangle ------------------------------------------------------------------------------


def fill(a: Tensor, lower: bool, conjugate: bool, check_finite: bool, function: str, argument: str) -> Tensor:
    if check_finite:
        require_finite(function, {argument: a})
    inside = torch.ones(a.shape[-2:], dtype=torch.bool, device=a.device)
    whole = torch.where(inside.tril() if lower else inside.triu(), a, a.mH if conjugate else a.mT).contiguous()
    if conjugate and a.is_complex():
        torch.view_as_real(whole.diagonal(dim1=-2, dim2=-1))[..., 1].zero_()
    return whole


def _own_part(x: Tensor, conjugate: bool) -> Tensor:
    return (x + (x.mH if conjugate else x.mT)) / 2


def _backward_fill(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    return _own_part(grads[0], inputs[2]), *(None,) * 5


def _jvp_fill(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    return _own_part(tangents[0], inputs[2])


# A Hermitian matrix (or with conjugate=False a symmetric one) from one triangle. Its derivative is the one on such
# matrices, as that of every function here.
from_triangle = operator(
    "from_triangle(Tensor a, bool lower, bool conjugate, bool check_finite, str function, str argument) -> Tensor",
    kernel=fill,
    fake=lambda a, lower, conjugate, check_finite, function, argument: new_like(a, a.shape),
    backward=_backward_fill,
    jvp=_jvp_fill,
    core_dims=(2,),
    keeps="shapes",
)
