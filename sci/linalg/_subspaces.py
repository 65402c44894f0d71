"""Bases of null spaces and ranges, angles between subspaces, and the orthogonal Procrustes problem."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.dispatch import operator
from sci._core.errors import bad_argument, real

from . import _lapack_orthogonal
from ._errors import LinAlgError, TorchLinAlgError
from ._gauges import require_subspace
from ._matrices import (
    broadcast_matrices,
    differentiates,
    new_like,
    random_matrices,
    require_finite_data,
    require_matrix,
    tensors,
)
from ._pinv import pseudoinverse
from ._polar import polar_factors
from ._svd import values

# Of a basis only the subspace is determined, which moves with A at constant rank. With P = A^+ and the gauge in which a
# basis does not turn within its own span:
#     (1)  null space:  dV = -P dA V          gA = -P^H gV V^H
#     (2)  range:       dQ = (I - Q Q^H) dA P Q      gA = (I - Q Q^H) gQ (P Q)^H


def _bases(a: Tensor, rtol: float, function: str) -> tuple[Tensor, Tensor, Tensor]:
    """Return U, V^H (full) and the ranks, -1 where there is NaN or infinity."""
    try:
        u, s, vh = _lapack_orthogonal.svd(a, True)
    except TorchLinAlgError as error:
        raise LinAlgError(f"{function}: {error}") from None
    largest = s.amax(-1, keepdim=True) if s.shape[-1] else s.new_zeros((*s.shape[:-1], 1))
    ranks = torch.where(torch.isfinite(largest[..., 0]), (s > rtol * largest).sum(-1), -1)
    return u, vh, ranks


def _common_rank(function: str, a: Tensor, rtol: float, check_finite: bool) -> int:
    if torch.compiler.is_compiling() or a.device.type == "meta":
        return min(a.shape[-2:])  # the size of the result cannot depend on data: full rank
    require_finite_data(function, check_finite, A=a)
    return _one_rank(function, a, _bases(a.detach(), rtol, function)[2])


def _one_rank(function: str, a: Tensor, ranks: Tensor) -> int:
    if ranks.numel() == 0:
        return min(a.shape[-2:])
    try:
        low, high = int(ranks.amin()), int(ranks.amax())
    except RuntimeError:  # under vmap
        return min(a.shape[-2:])
    if low < 0:
        raise ValueError(f"{function}: A must not contain NaN or infinity")
    if low != high:
        raise ValueError(f"{function}: the matrices of a batch must have one rank, got ranks {low} to {high}")
    return low


def _direct_bases(function: str, a: Tensor, rtol: float, check_finite: bool) -> tuple[Tensor, Tensor, int]:
    """Return U, V^H (full) and the rank, for calls that nothing differentiates: one decomposition does."""
    require_finite_data(function, check_finite, A=a)
    u, vh, ranks = _bases(a, rtol, function)
    return u, vh, _one_rank(function, a, ranks)


def _null_basis(a: Tensor, rank: int, rtol: float, function: str) -> Tensor:
    vh = _bases(a, rtol, function)[1]
    return vh[..., rank:, :].mH.clone(memory_format=torch.contiguous_format)


def _backward_null(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, _, rtol, function = inputs
    require_subspace(function, "null space", outputs[0], grads[0])
    p = pseudoinverse(a, False, 0.0, rtol, False, function)[0]
    return -p.mH @ grads[0] @ outputs[0].mH, None, None, None


def _jvp_null(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    a, _, rtol, function = inputs
    p = pseudoinverse(a, False, 0.0, rtol, False, function)[0]
    return -p @ (tangents[0] @ outputs[0])  # type: ignore[no-any-return]


_null = operator(
    "null_basis(Tensor a, int rank, float rtol, str function) -> Tensor",
    kernel=_null_basis,
    fake=lambda a, rank, rtol, function: new_like(a, (*a.shape[:-2], a.shape[-1], a.shape[-1] - rank)),
    backward=_backward_null,
    jvp=_jvp_null,
    core_dims=(2,),
)


def _range_basis(a: Tensor, rank: int, rtol: float, function: str) -> Tensor:
    return _bases(a, rtol, function)[0][..., :rank].clone(memory_format=torch.contiguous_format)


def _backward_range(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, _, rtol, function = inputs
    (q,), (g,) = outputs, grads
    if function == "orth":  # angles depend on the basis where they are rounding errors of 0
        require_subspace(function, "range", q, g)
    p = pseudoinverse(a, False, 0.0, rtol, False, function)[0]
    return (g - q @ (q.mH @ g)) @ (p @ q).mH, None, None, None


def _jvp_range(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    a, _, rtol, function = inputs
    (q,) = outputs
    moved = tangents[0] @ (pseudoinverse(a, False, 0.0, rtol, False, function)[0] @ q)
    return moved - q @ (q.mH @ moved)  # type: ignore[no-any-return]


_range = operator(
    "range_basis(Tensor a, int rank, float rtol, str function) -> Tensor",
    kernel=_range_basis,
    fake=lambda a, rank, rtol, function: new_like(a, (*a.shape[:-1], rank)),
    backward=_backward_range,
    jvp=_jvp_range,
    core_dims=(2,),
)


def _rtol(function: str, a: Tensor, rcond: float | None) -> float:
    return float(torch.finfo(a.dtype).eps * max(a.shape[-2:]) if rcond is None else real(function, "rcond", rcond))


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(2, 4))
    yield Sample(draw(2, 2, 3))


def _projector(function: Any, a: Tensor, **options: Any) -> Any:
    q = function(a, **options)
    return q @ q.mH


@function(differentiable=("A",), samples=_samples, call=_projector, synchronizes=True)
def null_space(
    A: Any,
    rcond: float | None = None,
    *,
    overwrite_a: bool = False,
    check_finite: bool = True,
    lapack_driver: str = "gesdd",
) -> Tensor:
    r"""Orthonormal basis of the null space.

    Equivalent to `scipy.linalg.null_space`.

    Parameters
    ----------
    A : (..., m, n) tensor
        Matrices; those of a batch must have one rank.
    rcond : float, optional
        Singular values up to ``rcond * max(s)`` count as zero; by default ``eps * max(m, n)``.
    overwrite_a : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `A` holds NaN or infinity.
    lapack_driver : {'gesdd', 'gesvd'}
        Accepted and ignored.

    Returns
    -------
    Z : (..., n, n - rank) tensor
        The basis, in columns.

    Raises
    ------
    LinAlgError
        The singular value decomposition does not converge; or, in a backward pass, a loss depends on the basis.
    ValueError
        `A` is no matrix, matrices of a batch have different ranks, or not finite data.

    Notes
    -----
    The size of the result depends on the data; where they cannot be read (`torch.compile`, `torch.vmap`) full rank is
    assumed.

    *Derivative.* Of the subspace, for constant rank: :math:`\dot Z = -A^+ \dot A Z`, from :math:`A Z = 0` in the gauge
    where the basis does not turn within its span. For losses that depend on the subspace alone, such as ``Z @ Z.mH``:
    others raise.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import null_space
    >>> null_space(torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])).abs()
    tensor([[0.],
            [0.],
            [1.]])
    """
    (a,) = tensors("null_space", A=A)
    require_matrix("null_space", "A", a)
    if lapack_driver not in ("gesdd", "gesvd"):
        raise bad_argument("null_space", "lapack_driver", "'gesdd' or 'gesvd'", lapack_driver)
    rtol = _rtol("null_space", a, rcond)
    if not differentiates(a) and a.device.type != "meta":
        _, vh, rank = _direct_bases("null_space", a, rtol, bool(check_finite))
        return vh[..., rank:, :].mH.clone(memory_format=torch.contiguous_format)
    return _null(a, _common_rank("null_space", a, rtol, bool(check_finite)), rtol, "null_space")  # type: ignore[no-any-return]


def _samples_orth(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(4, 2))
    yield Sample(draw(2, 3, 2))


@function(differentiable=("A",), samples=_samples_orth, call=_projector, synchronizes=True)
def orth(A: Any, rcond: float | None = None) -> Tensor:
    r"""Orthonormal basis of the range.

    Equivalent to `scipy.linalg.orth`.

    Parameters
    ----------
    A : (..., m, n) tensor
        Matrices; those of a batch must have one rank.
    rcond : float, optional
        Singular values up to ``rcond * max(s)`` count as zero; by default ``eps * max(m, n)``.

    Returns
    -------
    Q : (..., m, rank) tensor
        The basis, in columns.

    Raises
    ------
    LinAlgError
        The singular value decomposition does not converge; or, in a backward pass, a loss depends on the basis.
    ValueError
        `A` is no matrix, holds NaN or infinity, or matrices of a batch have different ranks.

    Notes
    -----
    The size of the result depends on the data; where they cannot be read (`torch.compile`, `torch.vmap`) full rank is
    assumed.

    *Derivative.* Of the subspace, for constant rank: :math:`\dot Q = (I - Q Q^H) \dot A A^+ Q`. For losses that
    depend on the subspace alone, such as ``Q @ Q.mH``, also at equal singular values: others raise.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import orth
    >>> orth(torch.tensor([[2.0, 2.0], [0.0, 0.0]])).abs()
    tensor([[1.],
            [0.]])
    """
    (a,) = tensors("orth", A=A)
    require_matrix("orth", "A", a)
    return _basis_of_range("orth", a, _rtol("orth", a, rcond))


def _basis_of_range(function: str, a: Tensor, rtol: float) -> Tensor:
    if not differentiates(a) and a.device.type != "meta":
        u, _, rank = _direct_bases(function, a, rtol, True)
        return u[..., :rank].clone(memory_format=torch.contiguous_format)
    return _range(a, _common_rank(function, a, rtol, True), rtol, function)  # type: ignore[no-any-return]


def _samples_angles(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(5, 2), draw(5, 3))
    yield Sample(draw(2, 4, 2), draw(4, 1))


@function(differentiable=("A", "B"), samples=_samples_angles, synchronizes=True)
def subspace_angles(A: Any, B: Any) -> Tensor:
    r"""Angles between the ranges of two matrices.

    Equivalent to `scipy.linalg.subspace_angles`.

    Parameters
    ----------
    A, B : (..., m, n) and (..., m, k) tensor
        Matrices whose columns span the subspaces. Batch dimensions broadcast.

    Returns
    -------
    angles : (..., min(n, k)) tensor
        The principal angles in radians, descending; fewer where a matrix has not full rank.

    Raises
    ------
    ValueError
        Different numbers of rows, or NaN or infinity.

    Notes
    -----
    Angles below 45 degrees are computed by their sines, others by their cosines, each accurate to rounding error [1]_.

    *Derivative.* By the chain rule through the bases' projections; infinite at an angle that is exactly 0.

    References
    ----------
    .. [1] A. V. Knyazev, M. E. Argentati, "Principal angles between subspaces in an A-based scalar product", SIAM J.
       Sci. Comput. 23 (2002) 2008-2040.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import subspace_angles
    >>> angles = subspace_angles(torch.tensor([[1.0], [0.0]]), torch.tensor([[1.0], [1.0]]))
    >>> torch.allclose(angles, torch.tensor([torch.pi / 4]))
    True
    """
    name = "subspace_angles"
    a, b = tensors(name, A=A, B=B)
    for label, x in (("A", a), ("B", b)):
        require_matrix(name, label, x)
    if a.shape[-2] != b.shape[-2]:
        raise bad_argument(name, "B", f"of {a.shape[-2]} rows, as A", b)
    broadcast_matrices(name, ("A", "B"), a, b)
    require_finite_data(name, True, A=a, B=b)
    p, q = (_basis_of_range(name, x, _rtol(name, x, None)) for x in (a, b))
    if p.shape[-1] < q.shape[-1]:
        p, q = q, p
    inner = p.mH @ q
    cosines = values(inner, False, name)
    sines = values(q - p @ inner, False, name)
    # Descending sines go with ascending cosines; rounding may carry either past 1.
    cosines = cosines.flip(-1)
    by_sine = cosines.detach() ** 2 >= 0.5
    small = torch.asin(torch.where(by_sine, sines.clamp(-1, 1), 0))
    large = torch.acos(torch.where(by_sine, 0, cosines.clamp(-1, 1)))
    return torch.where(by_sine, small, large)


def _samples_procrustes(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(4, 3), draw(4, 3))
    yield Sample(draw(2, 3, 2), draw(3, 2))


@function(differentiable=("A", "B"), samples=_samples_procrustes, synchronizes=True)
def orthogonal_procrustes(A: Any, B: Any, check_finite: bool = True) -> tuple[Tensor, Tensor]:
    r"""The unitary matrix that maps `A` closest to `B`.

    Equivalent to `scipy.linalg.orthogonal_procrustes`.

    Parameters
    ----------
    A, B : (..., m, n) tensor
        Matrices. Batch dimensions broadcast.
    check_finite : bool
        Raise ValueError where an argument holds NaN or infinity.

    Returns
    -------
    R : (..., n, n) tensor
        The unitary matrix that minimises ``norm(A @ R - B)``.
    scale : (...) tensor
        The sum of the singular values of ``A^H B``.

    Raises
    ------
    LinAlgError
        The singular value decomposition does not converge.
    ValueError
        Shapes do not match, or not finite data.

    Notes
    -----
    R is the unitary polar factor of :math:`A^H B`, and has its derivative (see `polar`), exact at equal singular
    values; the scale is :math:`\mathrm{Re}\,\mathrm{tr}(R^H A^H B)`.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import orthogonal_procrustes
    >>> a = torch.tensor([[2.0, 0.0], [0.0, 1.0]])
    >>> r, scale = orthogonal_procrustes(a, a.flip(-1))
    >>> torch.allclose(r, torch.tensor([[0.0, 1.0], [1.0, 0.0]]), atol=1e-6)
    True
    """
    name = "orthogonal_procrustes"
    a, b = tensors(name, A=A, B=B)
    for label, x in (("A", a), ("B", b)):
        require_matrix(name, label, x)
    if a.shape[-2:] != b.shape[-2:]:
        raise bad_argument(name, "B", f"of shape (..., {a.shape[-2]}, {a.shape[-1]}), as A", b)
    broadcast_matrices(name, ("A", "B"), a, b)
    require_finite_data(name, check_finite, A=a, B=b)
    product = a.mH @ b
    r, _ = polar_factors(product, True, name)
    scale = (r.conj() * product).sum((-2, -1))
    return r, scale.real if scale.is_complex() else scale
