"""Balancing of matrices, and Khatri-Rao products."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core import runtime
from sci._core.cards import Sample, function
from sci._core.dispatch import operator
from sci._core.errors import bad_argument, take_host_route

from . import _lapack_schur
from ._hermitian import real_dtype
from ._matrices import (
    new_like,
    random_matrices,
    require_finite_data,
    require_matrix,
    require_square,
    tensors,
)
from ._schur_form import KERNEL_CUDA

runtime.load_library()

_WHY = "n > 64: balancing is a sequence of searches and exchanges on one matrix"


def _find(a: Tensor, permute: bool, scale: bool) -> tuple[Tensor, Tensor]:
    if a.shape[-1] <= KERNEL_CUDA:
        factors, places = torch.ops.sci._balance(a, permute, scale)
        return factors, places.long()
    if a.device.type != "cpu":
        take_host_route("linalg.matrix_balance", a.device, _WHY)
    factors, places = _lapack_schur.gebal(a.cpu(), permute, scale)
    return factors.to(a.device), places.to(a.device)


# (scale factors, permutation). Powers of two and integers: piecewise constant, without a derivative.
_balancing = operator(
    "matrix_balance(Tensor a, bool permute, bool scale) -> (Tensor, Tensor)",
    kernel=_find,
    fake=lambda a, permute, scale: (
        new_like(a, a.shape[:-1], real_dtype(a.dtype)),
        new_like(a, a.shape[:-1], torch.int64),
    ),
    core_dims=(2,),
)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 3) * torch.tensor([1.0, 100.0, 1e4], dtype=dtype, device=device))
    yield Sample(draw(2, 3, 3), permute=False)


@function(differentiable=("A",), samples=_samples, host_route=_WHY, synchronizes=True)
def matrix_balance(
    A: Any, permute: bool = True, scale: bool = True, separate: bool = False, overwrite_a: bool = False
) -> tuple[Tensor, Any]:
    r"""Balance matrices: a similarity by permutation and scaling that brings row and column norms close.

    Equivalent to `scipy.linalg.matrix_balance`.

    Parameters
    ----------
    A : (..., n, n) tensor
        Matrices.
    permute : bool
        Permute, so that eigenvalues that can be isolated stand at the ends of the diagonal.
    scale : bool
        Scale by powers of two.
    separate : bool
        Return scale factors and permutation instead of the matrix T.
    overwrite_a : bool
        Accepted and ignored: arguments are never overwritten.

    Returns
    -------
    B : (..., n, n) tensor
        The balanced matrices, ``T^-1 A T``.
    T : (..., n, n) tensor
        The similarity; or with `separate` the pair ``(scale, perm)`` of (..., n) tensors.

    Raises
    ------
    LinAlgError
        `A` is not square.
    ValueError
        `A` holds NaN or infinity.

    Notes
    -----
    *Algorithm.* Exchanges, then powers of two by 2-norms until a sweep over the rows changes nothing [1]_: a kernel of
    one matrix per thread for n up to 64, LAPACK's gebal on the CPU beyond.

    *Derivative.* Permutation and powers of two are piecewise constant: :math:`\dot B = T^{-1} \dot A T`, and `T` has no
    derivative.

    References
    ----------
    .. [1] R. James, J. Langou, B. R. Lowery, "On matrix balancing and eigenvector computation", arXiv:1401.5766, 2014.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import matrix_balance
    >>> a = torch.tensor([[1.0, 1024.0], [1.0 / 1024.0, 1.0]])
    >>> b, t = matrix_balance(a)
    >>> bool(b.norm() < a.norm() / 100), bool((t @ b == a @ t).all())
    (True, True)
    """
    (a,) = tensors("matrix_balance", A=A)
    n = require_square("matrix_balance", "A", a)
    require_finite_data("matrix_balance", True, A=a)
    factors, places = _balancing(a.detach(), bool(permute), bool(scale))
    # B[i, j] = A[p_i, p_j] s_j / s_i
    b = torch.take_along_dim(torch.take_along_dim(a, places[..., :, None], -2), places[..., None, :], -1)
    b = b * (factors[..., None, :] / factors[..., :, None])
    if separate:
        return b, (factors, places)
    chosen = places[..., None, :] == torch.arange(n, device=a.device)[:, None]
    return b, chosen * factors[..., None, :].to(a.dtype)


def _samples_product(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(2, 3), draw(4, 3))
    yield Sample(draw(2, 2, 2), draw(3, 2))


@function(differentiable=("a", "b"), samples=_samples_product)
def khatri_rao(a: Any, b: Any) -> Tensor:
    r"""Khatri-Rao product: Kronecker products of corresponding columns.

    Equivalent to `scipy.linalg.khatri_rao`.

    Parameters
    ----------
    a : (..., m, k) tensor
        Matrices.
    b : (..., n, k) tensor
        Matrices with as many columns. Batch dimensions broadcast.

    Returns
    -------
    c : (..., m n, k) tensor
        ``c[:, j] = kron(a[:, j], b[:, j])``.

    Raises
    ------
    ValueError
        Not matrices, or different numbers of columns.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import khatri_rao
    >>> khatri_rao(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[5.0, 6.0]]))
    tensor([[ 5., 12.],
            [15., 24.]])
    """
    a, b = tensors("khatri_rao", a=a, b=b)
    for name, x in (("a", a), ("b", b)):
        require_matrix("khatri_rao", name, x)
    if a.shape[-1] != b.shape[-1]:
        raise bad_argument("khatri_rao", "b", f"of {a.shape[-1]} columns, as a", b)
    return (a[..., :, None, :] * b[..., None, :, :]).flatten(-3, -2)
