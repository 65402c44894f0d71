"""What a loss may not depend on since it is arbitrary: phases of complex vectors, bases of the spaces of equal values.

Backward passes check this where data are checked (`sci.data_checks`), from K = V^H gV. A loss that does not depend on
the basis of the vectors of equal values has skew(K) = 0 among these, one that does not depend on phases Im diag(K) = 0,
both up to rounding. Gradients of values and vectors together may still fail to determine that of the matrix: of
V f(w) V^H, with gradient G and S = V^H G V, they are gw_i = f' S_ii and K = 2 S f in a space of equal values, and the
gradient has f' S_ij between two of them, which neither shows. That is the case where gw differs among equal values, or
where it is not zero, diag(K) does not differ, and the Hermitian part of K has entries beside the diagonal; values with
a symmetric function and vectors with a projector have all of these in exceptional directions only.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from sci._core.checks import checks_enabled, known

from ._errors import LinAlgError
from ._matrices import hermitian_part, place_in_batch


def checked() -> bool:
    """Return whether gradients may be read."""
    return checks_enabled() and not torch.compiler.is_compiling()


def tolerance(x: Tensor) -> float:
    """Return the part of a gradient that users' own rounding may leave where it would have been zero."""
    return 100 * math.sqrt(torch.finfo(x.dtype).eps)


def require_no_phase(function: str, k: Tensor, size: Tensor) -> None:
    """Raise if a loss depends on the phases of complex vectors, which are arbitrary: then it has no gradient."""
    if k.numel() == 0 or not checked():
        return
    phase = k.diagonal(dim1=-2, dim2=-1).imag.abs()
    worst = known((phase - tolerance(phase) * size).amax())
    if worst is not None and worst > 0:
        text = (
            f"{function}: the loss depends on the phases of the complex vectors, which are arbitrary, so it has no "
            "gradient. Use what does not depend on them: moduli, projectors v v^H, or vectors divided by the phase of "
            "one of their entries"
        )
        raise LinAlgError(text)


def _raise_where(found: Tensor, text: str) -> None:
    """Raise for the first matrix with a flag among (..., n, n)."""
    if known(found.any()):
        where, _ = place_in_batch(found.flatten(-2).any(-1))
        raise LinAlgError(text.format(where=where))


def require_no_basis(function: str, vectors: str, turn: Tensor, among: Tensor | bool, size: Tensor) -> None:
    """Raise if a loss depends on the basis of vectors, of which any will do: if `turn` is not 0 `among` these pairs."""
    if not checked() or turn.numel() == 0:
        return
    text = (
        f"{function}: the loss depends on the basis of the {vectors}{{where}}, which is arbitrary, so it has no "
        "gradient. Use what does not depend on it: projectors on all these vectors, symmetric functions of the values, "
        "functions of the matrix"
    )
    _raise_where(among & (turn.abs() > tolerance(size) * size), text)


def require_subspace(function: str, vectors: str, basis: Tensor, grad: Tensor) -> None:
    """Raise if a loss with gradient `grad` depends on more than the span of these orthonormal vectors."""
    if not checked() or basis.shape[-1] < (1 if basis.is_complex() else 2):
        return
    k = basis.detach().mH @ grad.detach()
    length = torch.linalg.vector_norm(grad.detach(), dim=-2)
    require_no_basis(function, vectors, (k - k.mH) / 2, True, length[..., None, :] + length[..., :, None])


def require_determined(
    function: str,
    values: str,
    inverse: Tensor,
    turn: Tensor,
    lengths: Tensor,
    grad_w: Tensor | None,
    k: Tensor | None,
) -> None:
    """Raise if, at equal values, a loss depends on the basis or its gradient is not determined.

    `inverse` is 1 / (w_j - w_i), 0 where these are equal; `turn` is skew(K), `k` is K (None where the vectors are
    not orthonormal) and `lengths` those of the columns of gV.
    """
    if inverse.shape[-1] < 2 or not checked():
        return
    inverse = inverse.detach()
    apart = known(torch.count_nonzero(inverse))
    if apart is None or apart == inverse.numel() - inverse.numel() // inverse.shape[-1]:
        return
    equal = (inverse == 0).tril(-1)
    turn, lengths = turn.detach(), lengths.detach()
    size = lengths[..., None, :] + lengths[..., :, None]
    require_no_basis(function, f"vectors of equal {values}", turn, equal | equal.mT, size)
    if grad_w is None:
        return
    rate, small = grad_w.detach(), tolerance(size)
    whole = torch.linalg.matrix_norm(inverse * turn) + torch.linalg.vector_norm(rate, dim=-1)
    whole = whole[..., None, None]
    # Of V f(w) V^-1 the gradient of V vanishes there, so it says nothing of whether the vectors are used.
    used = equal if k is None else equal & (size > small * size.amax((-2, -1), keepdim=True))
    left_out = used & ((rate[..., None, :] - rate[..., :, None]).abs() > small * whole)
    if k is not None:
        stretch = hermitian_part(k.detach())
        d = stretch.diagonal(dim1=-2, dim2=-1).real
        even = (d[..., None, :] - d[..., :, None]).abs() <= small * size
        rates = rate.abs()
        missing = stretch.abs() * (rates[..., None, :] + rates[..., :, None]) > small * size * whole
        left_out = left_out | (used & even & missing)
    text = (
        f"{function}: at equal {values}{{where}} the gradients of values and vectors do not determine that of the "
        "matrix; for v f(w) v^H that takes the derivative of f. Use a function of the matrix, as "
        "linalg.funm(a, f, hermitian=True), or take what depends on values and what depends on vectors from two calls"
    )
    _raise_where(left_out, text)
