"""The polar decomposition, and the Hermitian Sylvester equation its derivative needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.checks import require_finite
from sci._core.dispatch import operator
from sci._core.errors import bad_argument

from . import _hermitian, _lapack, _qdwh, _svd_operators
from ._matrices import (
    batch_shape,
    broadcast_matrices,
    hermitian_part,
    new_like,
    random_matrices,
    require_matrix,
    tensors,
    to_kind,
)
from ._pinv import pseudoinverse
from ._products import unless_settled


def _solve_sylvester(p: Tensor, c: Tensor) -> Tensor:
    p, c = broadcast_matrices("polar", ("p", "c"), p, c)
    w, v = _hermitian.compute(p, True, False, "polar")
    total = w[..., None, :] + w[..., :, None]
    size = w.abs().amax(-1)[..., None, None] if w.shape[-1] else total
    zero = total.abs() <= w.shape[-1] * torch.finfo(w.dtype).eps * size
    inner = torch.where(zero, 0, (v.mH @ c @ v) / torch.where(zero, 1, total))
    return (v @ inner @ v.mH).contiguous()


def _backward_sylvester(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    p, c = inputs
    (x,), (g,) = outputs, grads
    y = hermitian_sylvester(p, g)
    grad_p = to_kind(hermitian_part(-(y @ x.mH + x.mH @ y)), p) if needs[0] else None
    return grad_p, to_kind(y, c) if needs[1] else None


def _jvp_sylvester(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    p, _ = inputs
    (x,), (dp, dc) = outputs, tangents
    right = None if dc is None else dc.expand_as(x)
    if dp is not None:
        dp = hermitian_part(dp)
        moved = dp @ x + x @ dp
        right = -moved if right is None else right - moved
    return hermitian_sylvester(p, right)  # type: ignore[no-any-return]


# X of P X + X P = C for Hermitian P >= 0; components between two vanishing eigenvalues are 0.
hermitian_sylvester = operator(
    "hermitian_sylvester(Tensor p, Tensor c) -> Tensor",
    kernel=_solve_sylvester,
    fake=lambda p, c: new_like(c, (*batch_shape(p, c), *c.shape[-2:])),
    backward=_backward_sylvester,
    jvp=_jvp_sylvester,
    core_dims=(2, 2),
)

# A = U P, m >= n. Differentiating U^H U = 1 and P = U^H A = P^H gives, with X = U^H dU skew-Hermitian,
#     (1)  P X + X P = U^H dA - dA^H U          (2)  dU = U X + (I - U U^H) dA P^-1
# in reverse, with (1) self-adjoint, gA = U Syl(P, U^H gU - gU^H U) + (I - U U^H) gU P^-1. Equal singular values play no
# part; of vanishing ones the derivative does not exist, and its part there is 0. The other factor is
#     (3)  P = herm(U^H A), or of A = P U  herm(A U^H)
# but in the values it is made of the singular vectors, which keeps the error of A - U P that of their decomposition.


def _factors(a: Tensor, right: bool, function: str) -> tuple[Tensor, Tensor]:
    require_finite(function, {"a": a})
    if not _qdwh.worthwhile(a):
        return _by_singular_values(a, right, function)
    wide = a.shape[-2] < a.shape[-1]
    u, good = _qdwh.unitary_polar_factor(a.mH if wide else a)
    u = u.mH if wide else u
    p = _other_factor(a, u, right)
    if bool(good.all()):
        return u.resolve_conj().contiguous(), p.contiguous()
    found = _by_singular_values(a[~good], right, function)
    return unless_settled(u, good, lambda bad: found[0]), unless_settled(p, good, lambda bad: found[1])


def _other_factor(a: Tensor, u: Tensor, right: bool) -> Tensor:
    """(3)."""
    return hermitian_part(u.mH @ a if right else a @ u.mH)


def _by_singular_values(a: Tensor, right: bool, function: str) -> tuple[Tensor, Tensor]:
    u, s, vh = _svd_operators.factors(a, False, function)
    vectors = vh.mH if right else u
    if _lapack.decomposes(a, True) and a.dim() == 2 and not a.is_complex():
        half = (vectors * s.sqrt()).numpy()
        p = torch.from_numpy(half @ half.T)  # of which NumPy computes one triangle
    else:
        p = hermitian_part((vectors * s[..., None, :]) @ vectors.mH)
    return (u @ vh).contiguous(), p.contiguous()


def _map(a: Tensor, u: Tensor, c: Any) -> Tensor:
    """(1) and (2) for dA = c; the same linear map serves both modes, since it is its own adjoint."""
    p = hermitian_part(u.mH @ a)
    k = u.mH @ c
    moved = u @ hermitian_sylvester(p, k - k.mH)
    if a.shape[-2] == a.shape[-1]:
        return moved
    n = a.shape[-1]
    inverse = pseudoinverse(p, True, 0.0, n * torch.finfo(a.dtype).eps, False, "polar")[0]
    outside: Tensor = (c - u @ k) @ inverse
    return moved + outside


def _unitary_map(a: Tensor, u: Tensor, c: Any) -> Tensor:
    """`_map` of matrices of any shape."""
    return _map(a, u, c) if a.shape[-2] >= a.shape[-1] else _map(a.mH, u.mH, c.mH).mH


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, right, _ = inputs
    u, (gu, gp) = outputs[0], grads
    direct: Tensor | None = None
    if gp is not None:
        gp = hermitian_part(gp)
        direct, through = (u @ gp, a @ gp) if right else (gp @ u, gp @ a)
        gu = through if gu is None else gu + through
    if gu is not None:
        moved = _unitary_map(a, u, gu)
        direct = moved if direct is None else direct + moved
    return direct, None, None


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, Tensor]:
    a, right, _ = inputs
    u, da = outputs[0], tangents[0]
    du = _unitary_map(a, u, da)
    return du, hermitian_part(du.mH @ a + u.mH @ da if right else da @ u.mH + a @ du.mH)


def _fake(a: Tensor, right: bool, function: str) -> tuple[Tensor, Tensor]:
    m, n = a.shape[-2:]
    size = n if right else m
    return new_like(a, a.shape), new_like(a, (*a.shape[:-2], size, size))


# U and P of a = U P (`right`) or a = P U.
polar_factors = operator(
    "polar_factors(Tensor a, bool right, str function) -> (Tensor, Tensor)",
    kernel=_factors,
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    core_dims=(2,),
)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 3))
    yield Sample(draw(2, 4, 2))
    yield Sample(draw(2, 3), side="left")
    yield Sample(draw(0, 0))


@function(differentiable=("a",), samples=_samples, synchronizes=True)
def polar(a: Any, side: str = "right") -> tuple[Tensor, Tensor]:
    r"""Polar decomposition ``a = u p`` (or ``a = p u``).

    Equivalent to `scipy.linalg.polar`.

    Parameters
    ----------
    a : (..., m, n) tensor
        Matrices.
    side : {'right', 'left'}
        On which side of `u` the factor `p` stands.

    Returns
    -------
    u : (..., m, n) tensor
        The factor with orthonormal columns, or rows where ``m < n``.
    p : (..., n, n) or (..., m, m) tensor
        The Hermitian positive semidefinite factor.

    Raises
    ------
    LinAlgError
        The singular value decomposition does not converge.
    ValueError
        `a` is no matrix, holds NaN or infinity, or an unknown `side`.

    Notes
    -----
    *Algorithm.* From the singular value decomposition; on CUDA for more than 64 columns or rows by the QR-based
    dynamically weighted Halley iteration [2]_, products and factorisations alone, backward stable for every condition.
    Numerically singular matrices go the first way.

    *Derivative.* :math:`X = U^H \dot U` solves :math:`P X + X P = U^H \dot A - \dot A^H U`, and :math:`\dot U = U X +
    (I - U U^H) \dot A P^{-1}` [1]_, chapter 8; :math:`P = U^H A`. Exact at equal singular values, to every order. Where
    singular values vanish the derivative does not exist; its part there is 0.

    References
    ----------
    .. [1] N. J. Higham, "Functions of Matrices", SIAM 2008.
    .. [2] Y. Nakatsukasa, Z. Bai, F. Gygi, "Optimizing Halley's iteration for computing the matrix polar
       decomposition", SIAM J. Matrix Anal. Appl. 31 (2010) 2700-2720.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import polar
    >>> u, p = polar(torch.tensor([[0.0, -2.0], [2.0, 0.0]]))
    >>> torch.allclose(p, 2 * torch.eye(2), atol=1e-6), torch.allclose(u, torch.tensor([[0.0, -1.0], [1.0, 0.0]]))
    (True, True)
    """
    (a,) = tensors("polar", a=a)
    require_matrix("polar", "a", a)
    if side not in ("right", "left"):
        raise bad_argument("polar", "side", "'right' or 'left'", side)
    return polar_factors(a, side == "right", "polar")  # type: ignore[no-any-return]
