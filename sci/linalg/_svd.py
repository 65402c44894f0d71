"""Singular values and vectors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.errors import bad_argument, integer

from . import _quick
from ._matrices import differentiates, random_matrices, require_matrix, tensors
from ._svd_operators import decomposition, singular_values

_DRIVERS = ("gesdd", "gesvd")


def values(a: Tensor, check_finite: bool, function: str) -> Tensor:
    """Return singular values, by the way that is cheapest where nothing, or something, differentiates."""
    if torch.compiler.is_compiling() or not differentiates(a):
        return singular_values(a, check_finite, function)  # type: ignore[no-any-return]
    return decomposition(a, False, check_finite, function)[1]  # type: ignore[no-any-return]


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 3))
    yield Sample(draw(2, 4, 2))
    yield Sample(draw(2, 4), full_matrices=False)
    yield Sample(draw(4, 2), full_matrices=False)
    yield Sample(draw(0, 3))


def _independent_of_phase(function: Any, a: Tensor, **options: Any) -> Any:
    # Signs and phases cancel in u v^H, and the bases beyond the rank in their projectors.
    u, s, vh = function(a, **options)
    k = s.shape[-1]
    outer = torch.einsum("...ik,...kj->...ijk", u.narrow(-1, 0, k), vh.narrow(-2, 0, k))
    u2, v2 = u.narrow(-1, k, u.shape[-1] - k), vh.narrow(-2, k, vh.shape[-2] - k).mH
    return s, outer, u2 @ u2.mH, v2 @ v2.mH


@function(differentiable=("a",), samples=_samples, call=_independent_of_phase, synchronizes=True)
def svd(
    a: Any,
    full_matrices: bool = True,
    compute_uv: bool = True,
    overwrite_a: bool = False,
    check_finite: bool = True,
    lapack_driver: str = "gesdd",
) -> tuple[Tensor, Tensor, Tensor] | Tensor:
    r"""Singular value decomposition ``a = u @ diag(s) @ vh``.

    Equivalent to `scipy.linalg.svd`.

    Parameters
    ----------
    a : (..., m, n) tensor
        Matrices.
    full_matrices : bool
        Return square `u` and `vh` (the default), or only the first ``k = min(m, n)`` vectors of each.
    compute_uv : bool
        Return `u` and `vh` also; otherwise only `s`.
    overwrite_a : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `a` holds NaN or infinity.
    lapack_driver : {'gesdd', 'gesvd'}
        Accepted and ignored: the algorithm is torch's.

    Returns
    -------
    u : (..., m, m) or (..., m, k) tensor
        Left singular vectors, in columns.
    s : (..., k) tensor
        Singular values, real and descending.
    vh : (..., n, n) or (..., k, n) tensor
        Right singular vectors, conjugated, in rows.

    Raises
    ------
    LinAlgError
        The algorithm does not converge; in a backward pass: the loss depends on the arbitrary phases of complex
        vectors, or on the arbitrary basis of equal singular values, or the gradients of the factors do not determine
        that of `a` there.
    ValueError
        `a` is no matrix, an unknown driver, or not finite data.

    See Also
    --------
    svdvals, polar, pinv

    Notes
    -----
    *Derivative.* With :math:`M = U^H \dot A V`: :math:`\dot s = \mathrm{Re}\,\mathrm{diag}(M)`, and
    :math:`U^H \dot U \pm V^H \dot V = E^\mp \circ (M \pm M^H)`, :math:`E^\mp_{ij} = 1/(s_j \mp s_i)`; the parts outside
    of the span of the first k vectors are :math:`(I - U U^H) \dot A V S^{-1}` and the like. This is [1]_, section 3.2,
    arranged so that squares of singular values are never subtracted.

    *Equal and vanishing singular values.* Where two agree to rounding error (``k eps max(s)``) :math:`E^-` is 0, where
    they vanish so are :math:`E^+` and :math:`1/s`. Gradients are always finite, and exact for every loss that the
    gradients of the factors determine there: symmetric functions of equal singular values, projectors on their
    subspaces, the unitary factor ``u @ vh`` of a regular matrix. Other losses that use the vectors raise in a backward
    pass, unless `sci.data_checks` are off. `polar`, `pinv` and `norm` are exact there.

    *Gauge.* Pairs of vectors have an arbitrary common sign or phase; those of equal singular values are an arbitrary
    basis, as are those that complete `u` and `vh`. A loss that depends on phases or bases raises.

    References
    ----------
    .. [1] M. Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic
       differentiation", Oxford University Computing Laboratory, NA-08/01, 2008.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import svd
    >>> a = torch.tensor([[3.0, 0.0], [4.0, 5.0]])
    >>> u, s, vh = svd(a)
    >>> torch.allclose(u @ torch.diag(s) @ vh, a, atol=1e-5)
    True
    """
    if lapack_driver == "gesdd":
        found = _quick.svd(a, bool(full_matrices), bool(compute_uv), bool(check_finite))
        if found is not None:
            return (found[0], found[1], found[2]) if compute_uv else found[1]
    (a,) = tensors("svd", a=a)
    require_matrix("svd", "a", a)
    if not isinstance(lapack_driver, str):
        raise bad_argument("svd", "lapack_driver", "'gesdd' or 'gesvd'", lapack_driver, TypeError)
    if lapack_driver not in _DRIVERS:
        raise bad_argument("svd", "lapack_driver", "'gesdd' or 'gesvd'", lapack_driver)
    if not compute_uv:
        return values(a, bool(check_finite), "svd")
    return decomposition(a, bool(full_matrices), bool(check_finite), "svd")  # type: ignore[no-any-return]


def _samples_values(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    for shape in ((3, 3), (2, 4, 2), (0, 2)):
        yield Sample(draw(*shape))


@function(differentiable=("a",), samples=_samples_values, synchronizes=True)
def svdvals(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Tensor:
    r"""Singular values.

    Equivalent to `scipy.linalg.svdvals`.

    Parameters
    ----------
    a : (..., m, n) tensor
        Matrices.
    overwrite_a : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `a` holds NaN or infinity.

    Returns
    -------
    s : (..., min(m, n)) tensor
        Singular values, real and descending.

    Raises
    ------
    LinAlgError
        The algorithm does not converge.
    ValueError
        `a` is no matrix, or not finite data.

    Notes
    -----
    *Derivative.* :math:`\dot s = \mathrm{Re}\,\mathrm{diag}(U^H \dot A V)`, in reverse :math:`\bar A = U
    \mathrm{diag}(\bar s) V^H`; exact for symmetric functions of equal singular values, a subgradient at zero ones.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import svdvals
    >>> svdvals(torch.diag(torch.tensor([3.0, -4.0])))
    tensor([4., 3.])
    """
    if (found := _quick.svd(a, False, False, bool(check_finite))) is not None:
        return found[1]  # type: ignore[no-any-return]
    (a,) = tensors("svdvals", a=a)
    require_matrix("svdvals", "a", a)
    return values(a, bool(check_finite), "svdvals")


def _samples_diagonal(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3), 4, 3)
    yield Sample(draw(2, 2), 2, 3)


@function(differentiable=("s",), samples=_samples_diagonal)
def diagsvd(s: Any, M: int, N: int) -> Tensor:
    """Put singular values on the diagonal of a matrix.

    Equivalent to `scipy.linalg.diagsvd`.

    Parameters
    ----------
    s : (..., M) or (..., N) tensor
        Singular values.
    M, N : int
        Size of the matrices; the smaller one is the length of `s`.

    Returns
    -------
    S : (..., M, N) tensor
        Matrices with `s` on the diagonal.

    Raises
    ------
    ValueError
        The length of `s` is neither M nor N.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import diagsvd
    >>> diagsvd(torch.tensor([2.0, 1.0]), 2, 3)
    tensor([[2., 0., 0.],
            [0., 1., 0.]])
    """
    (s,) = tensors("diagsvd", s=s)
    M, N = integer("diagsvd", "M", M), integer("diagsvd", "N", N)
    if s.dim() == 0 or s.shape[-1] != min(M, N):
        raise bad_argument("diagsvd", "s", f"of length {min(M, N)}, the smaller of M and N", s)
    square = torch.diag_embed(s)
    return torch.nn.functional.pad(square, (0, N - s.shape[-1], 0, M - s.shape[-1]))
