"""Determinants, with derivatives that hold at singular matrices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core import runtime
from sci._core.cards import Sample, function
from sci._core.checks import checks_enabled, require_finite
from sci._core.dispatch import operator

from . import _lapack, _lapack_factors, _quick
from ._errors import LinAlgError, TorchLinAlgError
from ._lu_operators import is_small
from ._matrices import broadcast_matrices, new_like, random_matrices, require_square, tensors
from ._small_gradients import DET, any_of, fused

runtime.load_library()

_LU_CONDITION = 0.4  # as a power of 1/eps: 2e6 in double precision

# d det = <C, dA> with the matrix of cofactors C = conj(det) A^-H. With A = U S V^H it is
#     (1)  C = conj(det U V^H) U diag(prod_{j != i} s_j) V^H,
# which needs no inverse and holds at every rank. The determinant is a polynomial of degree one in every entry, so in
# that basis, E = U^H dA V and p_ij = prod_{k != i, j} s_k,
#     (2)  dC_ii = sum_{j != i} p_ij conj(E_jj),   dC_ij = -p_ij conj(E_ji),   conjugates since C goes with conj(det).


def _det(a: Tensor, check_finite: bool) -> Tensor:
    if (found := _quick.determinant(a, check_finite)) is not None:
        return found[0]  # type: ignore[no-any-return]
    if check_finite:
        require_finite("det", {"a": a})
    if _lapack.inverts(a):
        return _lapack_factors.determinant(a)
    if not is_small(a):
        d: Tensor = torch.linalg.det(a)
        return d
    if a.numel() > 0:
        return torch.ops.sci._det_small(a)  # type: ignore[no-any-return]
    lu, pivots, _, _ = torch.ops.sci._lu_small(a)
    return _signed_diagonal(lu, pivots + 1).prod(-1)


def _signed_diagonal(lu: Tensor, pivots: Tensor) -> Tensor:
    """Return the diagonals of U, with the sign of LAPACK's pivots in the first entry."""
    u = lu.diagonal(dim1=-2, dim2=-1)
    swaps = (pivots != torch.arange(1, u.shape[-1] + 1, device=pivots.device, dtype=pivots.dtype)).sum(-1)
    first = torch.where(swaps[..., None] % 2 == 1, -u[..., :1], u[..., :1])
    return torch.cat((first, u[..., 1:]), -1)


def _products_without(s: Tensor) -> tuple[Tensor, Tensor]:
    """Return prod_{k != i} s_k, (..., n), and prod_{k != i, j} s_k with zeros on the diagonal, (..., n, n)."""
    n = s.shape[-1]
    eye = torch.eye(n, dtype=torch.bool, device=s.device)
    single = torch.where(eye, 1, s[..., None, :]).prod(-1)
    both = eye[:, None, :] | eye[None, :, :]
    double = torch.where(both, 1, s[..., None, None, :]).prod(-1)
    return single, torch.where(eye, 0, double)


def _in_basis(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """U, S, V with the phase of conj(det(U V^H)) moved into U."""
    try:
        u, s, vh = torch.linalg.svd(a)
    except TorchLinAlgError as error:
        raise LinAlgError(f"det: {error}") from None
    return u, s, vh


def _cofactors(a: Tensor) -> Tensor:
    if is_small(a) or a.numel() == 0:
        return _cofactors_of_any_rank(a)
    c, good = _cofactors_by_inverse(a)
    if not bool(good.all()):
        c[~good] = _cofactors_of_any_rank(a[~good])
    return c


def _cofactors_by_inverse(a: Tensor) -> tuple[Tensor, Tensor]:
    """Return conj(det A) A^-H, and for which matrices it holds.

    It costs a tenth of the time of (1). Close to rank n - 1 the cofactors are far better conditioned than the two
    factors, whose errors grow with the condition number: from _LU_CONDITION on (1) is taken.
    """
    if _lapack.inverts(a):
        x, u, code = _lapack_factors.inverse(a)
        info = torch.tensor(code, device="cpu")
    else:
        lu, pivots, info = torch.linalg.lu_factor_ex(a)
        x, u = torch.linalg.inv_ex(a)[0], _signed_diagonal(lu, pivots)
    d = u.prod(-1)
    condition = a.abs().sum(-2).amax(-1) * x.abs().sum(-2).amax(-1)
    limits = torch.finfo(a.dtype)
    size = d.abs()
    if not bool(((size > limits.tiny) & (size < limits.max)).all()):  # cofactors may be in range where d is not
        # Where |log d| is large, exp loses that many ulp, which is why not always.
        half = (u.abs().log().sum(-1) / 2).exp()
        d = u.sgn().prod(-1) * half
        x = x * half[..., None, None]
    good = (info == 0) & (condition * limits.eps**_LU_CONDITION < 1)
    return (d[..., None, None] * x).mH.contiguous(), good


def _cofactors_of_any_rank(a: Tensor) -> Tensor:
    u, s, vh = _in_basis(a)
    phase = torch.linalg.det(u @ vh).conj()
    n = s.shape[-1]
    single = torch.where(torch.eye(n, dtype=torch.bool, device=s.device), 1, s[..., None, :]).prod(-1)
    return (phase[..., None, None] * ((u * single[..., None, :]) @ vh)).contiguous()


def _cofactors_derivative(a: Tensor, e: Tensor) -> Tensor:
    a, e = broadcast_matrices("det", ("a", "e"), a, e)
    u, s, vh = _in_basis(a)
    phase = torch.linalg.det(u @ vh).conj()
    _, double = _products_without(s)
    inner = (u.mH @ e @ vh.mH).conj()
    diagonal = (double.to(inner.dtype) @ inner.diagonal(dim1=-2, dim2=-1)[..., None])[..., 0]
    # The conjugate of the linear map stands on both sides of the basis: C is conjugate-linear in dA.
    moved = torch.diag_embed(diagonal) - double * inner.mT
    return (phase[..., None, None] * (u @ moved @ vh)).contiguous()


def _backward_derivative(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, _ = inputs
    if needs[0]:
        raise NotImplementedError("det: third derivatives are not implemented")
    # The second derivative of a polynomial is symmetric: the map is its own adjoint.
    return None, cofactors_derivative(a, grads[0])


def _jvp_derivative(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    a, _ = inputs
    if tangents[0] is not None:
        raise NotImplementedError("det: third derivatives are not implemented")
    return cofactors_derivative(a, tangents[1])  # type: ignore[no-any-return]


# dC of (2) for dA = E.
cofactors_derivative = operator(
    "cofactors_derivative(Tensor a, Tensor e) -> Tensor",
    kernel=_cofactors_derivative,
    fake=lambda a, e: new_like(e, torch.broadcast_shapes(a.shape, e.shape)),
    backward=_backward_derivative,
    jvp=_jvp_derivative,
    core_dims=(2, 2),
    keeps="arguments",
)

# C of (1).
cofactors = operator(
    "cofactors(Tensor a) -> Tensor",
    kernel=_cofactors,
    fake=lambda a: new_like(a, a.shape),
    backward=lambda inputs, outputs, grads, needs: (cofactors_derivative(inputs[0], grads[0]),),
    jvp=lambda inputs, outputs, tangents: cofactors_derivative(inputs[0], tangents[0]),
    core_dims=(2,),
    keeps="arguments",
)


def _backward_det(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, g = inputs[0], grads[0]
    found = fused(DET, a, a, g) if a.is_cpu or checks_enabled() else None  # to ask for its flags waits for a GPU
    if found is None:
        return g[..., None, None] * cofactors(a), None
    grad, left = found
    if any_of(left):
        grad[left != 0] = g[left != 0][..., None, None] * cofactors(a[left != 0])
    return grad, None


determinant = operator(
    "determinant(Tensor a, bool check_finite) -> Tensor",
    kernel=_det,
    fake=lambda a, check_finite: new_like(a, a.shape[:-2]),
    backward=_backward_det,
    jvp=lambda inputs, outputs, tangents: (cofactors(inputs[0]).conj() * tangents[0]).sum((-2, -1)),
    core_dims=(2,),
)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 3))
    low = draw(3, 1) @ draw(1, 3)
    yield Sample(torch.stack([draw(3, 3), low + draw(3, 1) @ draw(1, 3), low]))
    yield Sample(draw(2, 4, 4))
    yield Sample(draw(0, 0))


@function(differentiable=("a",), samples=_samples)
def det(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Tensor:
    r"""Determinant of matrices.

    Equivalent to `scipy.linalg.det`.

    Parameters
    ----------
    a : (..., n, n) tensor
        Matrices.
    overwrite_a : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `a` holds NaN or infinity.

    Returns
    -------
    det : (...) tensor
        Determinants, of the dtype of `a`; 1 for empty matrices.

    Raises
    ------
    LinAlgError
        `a` is not square.
    ValueError
        Not finite data.

    Notes
    -----
    *Algorithm.* LU with partial pivoting.

    *Derivative.* :math:`\bar A = \bar d\,\mathrm{conj}(\det A) A^{-H}` [1]_, section 2.2.4, computed as the matrix of
    cofactors from singular values: it is exact for singular matrices of every rank, as is the second derivative. The
    third is not implemented and raises.

    References
    ----------
    .. [1] M. Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic
       differentiation", Oxford University Computing Laboratory, NA-08/01, 2008.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import det
    >>> det(torch.tensor([[0.0, 2.0], [3.0, 1.0]]))
    tensor(-6.)
    """
    if (found := _quick.determinant(a, bool(check_finite))) is not None:
        return found[0]  # type: ignore[no-any-return]
    if _lapack.takes(a, check_finite) and a.shape[0] == a.shape[1]:
        return _det(a, False)
    (a,) = tensors("det", a=a)
    require_square("det", "a", a)
    return determinant(a, bool(check_finite))  # type: ignore[no-any-return]
