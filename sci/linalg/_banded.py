"""Banded systems and banded Cholesky factors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.errors import bad_argument, flag
from sci._core.quick import cpu_kernel, plain_on_cpu

from . import _quick
from ._band_operators import (
    banded_solve,
    factor_of_band,
    positive_banded_solve,
    solve_with_band_factor,
)
from ._lapack_bands import wide_band
from ._matrices import broadcast_matrices, random_matrices, require_matrix, right_hand_side, tensors

# One matrix without a derivative goes to its kernel at once; None for the general way.
_regular, _positive = _quick.one_system("_banded_solve"), _quick.one_system("_banded_positive_solve")
_factor = cpu_kernel("_banded_cholesky")


def _one(ab: Any, b: Any, below: int, above: int) -> Tensor | None:
    if type(ab) is not Tensor or ab.dim() != 2 or ab.shape[0] != below + above + 1 or max(below, above) >= ab.shape[1]:
        return None
    return _regular(ab, b, below, above, False, None)  # type: ignore[no-any-return]


def _one_positive(ab: Any, b: Any, lower: bool, factored: bool) -> Tensor | None:
    if type(ab) is not Tensor or ab.dim() != 2 or (not factored and wide_band(ab, True)):
        return None
    return _positive(ab, b, lower, factored)  # type: ignore[no-any-return]


def _one_factor(ab: Any, lower: bool) -> Tensor | None:
    if not plain_on_cpu(ab, _quick.ANY) or ab.dim() != 2 or ab.numel() == 0 or wide_band(ab, False):
        return None
    c, info = _factor(ab, lower)
    return None if info.item() else c


def _solve_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)

    def band(below: int, above: int, *shape: int) -> Tensor:
        ab = draw(*shape[:-1], below + above + 1, shape[-1])
        ab[..., above, :] += 4
        return ab

    yield Sample((1, 1), band(1, 1, 4), draw(4))
    yield Sample((2, 1), band(2, 1, 2, 5), draw(5, 2))
    yield Sample((0, 1), band(0, 1, 3), draw(2, 3, 1))
    yield Sample((1, 1), band(1, 1, 0), draw(0, 2))


@function(differentiable=("ab", "b"), samples=_solve_samples, synchronizes=True)
def solve_banded(
    l_and_u: Any,
    ab: Any,
    b: Any,
    overwrite_ab: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Tensor:
    r"""Solve ``a x = b`` for banded `a`.

    Equivalent to `scipy.linalg.solve_banded`.

    Parameters
    ----------
    l_and_u : (int, int)
        Numbers of diagonals below and above the main one.
    ab : (..., l + u + 1, n) tensor
        The diagonals: ``ab[u + i - j, j] = a[i, j]``. The corners that lie outside the matrix are not read.
    b : (n,) or (..., n, k) tensor
        Right-hand sides. One dimension is one vector; otherwise the last two dimensions are a matrix. Batch
        dimensions broadcast.
    overwrite_ab, overwrite_b : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where the result is not finite because `ab` or `b` holds NaN or infinity.

    Returns
    -------
    x : tensor
        The solution, of the shape of `b` with the broadcast batch dimensions.

    Raises
    ------
    LinAlgError
        `a` is singular, naming the pivot and the matrix of the batch.
    ValueError
        Shapes do not match, or not finite data.

    Notes
    -----
    *Algorithm.* LU with partial pivoting within the band, ``O(n l (l + u))``. On the CPU the systems of a batch stand
    side by side on the lanes of its vectors; on CUDA each has a thread, and a few long ones are cut into parts, whose
    result is kept where its residual is that of elimination with exchanges.

    *Derivative.* :math:`\dot X = A^{-1} (\dot B - \dot A X)`; in reverse :math:`\bar B = A^{-H} \bar X`, and the band
    of :math:`\bar A = -\bar B X^H`, without the dense matrix.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import solve_banded
    >>> ab = torch.tensor([[0.0, 1.0, 1.0], [4.0, 4.0, 4.0], [1.0, 1.0, 0.0]])
    >>> torch.allclose(solve_banded((1, 1), ab, torch.tensor([5.0, 6.0, 5.0])), torch.ones(3))
    True
    """
    name = "solve_banded"
    try:
        below, above = (int(k) for k in l_and_u)
    except (TypeError, ValueError):
        raise bad_argument(name, "l_and_u", "a pair of integers", l_and_u, TypeError) from None
    if min(below, above) >= 0 and (found := _one(ab, b, below, above)) is not None:
        return found
    ab, b = tensors(name, ab=ab, b=b)
    rows, n = require_matrix(name, "ab", ab)
    if below < 0 or above < 0 or rows != below + above + 1:
        text = f"{name}: ab must have l + u + 1 rows for l_and_u = ({below}, {above}), got {rows}"
        raise ValueError(text)
    b, vector = right_hand_side(name, n, b)
    broadcast_matrices(name, ("ab", "b"), ab, b)
    kept_below, kept_above = (min(k, max(n - 1, 0)) for k in (below, above))
    ab = ab.narrow(-2, above - kept_above, kept_below + kept_above + 1)  # diagonals beyond the corner hold nothing
    x = banded_solve(ab, b, kept_below, kept_above, False, bool(check_finite), name)
    return x[..., 0] if vector else x  # type: ignore[no-any-return]


def _positive_band(draw: Any, width: int, lower: bool, *shape: int) -> Tensor:
    ab: Tensor = draw(*shape[:-1], width, shape[-1])
    row = 0 if lower else width - 1
    ab[..., row, :] = ab[..., row, :].abs() + 2 * width
    return ab


def _positive_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(_positive_band(draw, 2, True, 4), draw(4), lower=True)
    yield Sample(_positive_band(draw, 3, False, 2, 5), draw(5, 2))
    yield Sample(_positive_band(draw, 2, False, 0), draw(0, 2))


@function(differentiable=("ab", "b"), samples=_positive_samples, synchronizes=True)
def solveh_banded(
    ab: Any,
    b: Any,
    overwrite_ab: bool = False,
    overwrite_b: bool = False,
    lower: bool = False,
    check_finite: bool = True,
) -> Tensor:
    r"""Solve ``a x = b`` for Hermitian positive definite banded `a`.

    Equivalent to `scipy.linalg.solveh_banded`.

    Parameters
    ----------
    ab : (..., u + 1, n) tensor
        The diagonals: ``ab[u + i - j, j] = a[i, j]`` for ``i <= j``; with `lower` ``ab[i - j, j] = a[i, j]`` for
        ``i >= j``. Imaginary parts of the diagonal are ignored, and the corner outside the matrix is not read.
    b : (n,) or (..., n, k) tensor
        Right-hand sides. One dimension is one vector; otherwise the last two dimensions are a matrix. Batch
        dimensions broadcast.
    overwrite_ab, overwrite_b : bool
        Accepted and ignored: arguments are never overwritten.
    lower : bool
        Which form `ab` has.
    check_finite : bool
        Raise ValueError where `ab` or `b` holds NaN or infinity.

    Returns
    -------
    x : tensor
        The solution, of the shape of `b` with the broadcast batch dimensions.

    Raises
    ------
    LinAlgError
        `a` is not positive definite, naming the leading minor and the matrix of the batch.
    ValueError
        Shapes do not match, or not finite data.

    Notes
    -----
    *Algorithm.* A = L D L^H within the band; on the CPU the systems of a batch stand side by side on the lanes of its
    vectors, on CUDA each has a thread.

    *Derivative.* As `solve_banded`; an entry of `ab` off the diagonal stands for two entries of `a`, so its gradient is
    that of :math:`-\bar B X^H - X \bar B^H`.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import solveh_banded
    >>> x = solveh_banded(torch.tensor([[0.0, 1.0, 1.0], [4.0, 4.0, 4.0]]), torch.tensor([5.0, 6.0, 5.0]))
    >>> torch.allclose(x, torch.ones(3))
    True
    """
    name = "solveh_banded"
    lower = flag(name, "lower", lower)
    if (found := _one_positive(ab, b, lower, False)) is not None:
        return found
    ab, b = tensors(name, ab=ab, b=b)
    _, n = require_matrix(name, "ab", ab)
    b, vector = right_hand_side(name, n, b)
    broadcast_matrices(name, ("ab", "b"), ab, b)
    x = positive_banded_solve(ab, b, lower, bool(check_finite), name)
    return x[..., 0] if vector else x  # type: ignore[no-any-return]


def _factor_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(_positive_band(draw, 2, True, 4), lower=True)
    yield Sample(_positive_band(draw, 3, False, 2, 4))


@function(differentiable=("ab",), samples=_factor_samples, synchronizes=True)
def cholesky_banded(ab: Any, overwrite_ab: bool = False, lower: bool = False, check_finite: bool = True) -> Tensor:
    r"""Cholesky factors of Hermitian positive definite banded matrices.

    Equivalent to `scipy.linalg.cholesky_banded`.

    Parameters
    ----------
    ab : (..., u + 1, n) tensor
        The diagonals, as `solveh_banded` takes them.
    overwrite_ab : bool
        Accepted and ignored: arguments are never overwritten.
    lower : bool
        Which form `ab` and the result have.
    check_finite : bool
        Raise ValueError where `ab` holds NaN or infinity.

    Returns
    -------
    c : (..., u + 1, n) tensor
        The diagonals of the factor: U of ``a = U^H U``, or L of ``a = L L^H`` with `lower`. Zero in the corner.

    Raises
    ------
    LinAlgError
        `a` is not positive definite, naming the leading minor and the matrix of the batch.
    ValueError
        `ab` is no matrix, or not finite data.

    See Also
    --------
    cho_solve_banded, solveh_banded

    Notes
    -----
    *Derivative.* That of `cholesky`, by way of the dense matrix (``n**2`` numbers): what is needed of
    :math:`L^{-1} \dot A L^{-H}` is not banded. `solveh_banded` differentiates within the band.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import cholesky_banded
    >>> cholesky_banded(torch.tensor([[0.0, 2.0], [4.0, 5.0]]))
    tensor([[0., 1.],
            [2., 2.]])
    """
    lower = flag("cholesky_banded", "lower", lower)
    if (found := _one_factor(ab, lower)) is not None:
        return found
    (ab,) = tensors("cholesky_banded", ab=ab)
    require_matrix("cholesky_banded", "ab", ab)
    return factor_of_band(ab, lower, bool(check_finite), "cholesky_banded")


def _factor_solve_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(_positive_band(draw, 2, True, 4), draw(4), lower=True)
    yield Sample(_positive_band(draw, 3, False, 2, 5), draw(5, 2), lower=False)


@function(
    differentiable=("cb", "b"),
    samples=_factor_solve_samples,
    call=lambda f, cb, b, lower: f((cb, lower), b),
)
def cho_solve_banded(cb_and_lower: Any, b: Any, overwrite_b: bool = False, check_finite: bool = True) -> Tensor:
    r"""Solve ``a x = b``, given the banded Cholesky factor of `a`.

    Equivalent to `scipy.linalg.cho_solve_banded`.

    Parameters
    ----------
    cb_and_lower : (cb, lower)
        (..., u + 1, n) banded factors from `cholesky_banded`, and whether they are lower ones.
    b : (n,) or (..., n, k) tensor
        Right-hand sides. One dimension is one vector; otherwise the last two dimensions are a matrix. Batch
        dimensions broadcast.
    overwrite_b : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `cb` or `b` holds NaN or infinity.

    Returns
    -------
    x : tensor
        The solution, of the shape of `b` with the broadcast batch dimensions.

    Raises
    ------
    ValueError
        Shapes do not match, or not finite data.

    Notes
    -----
    *Derivative.* That of the two banded triangular systems: see `solve_banded`.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import cho_solve_banded, cholesky_banded
    >>> c = cholesky_banded(torch.tensor([[0.0, 2.0], [4.0, 5.0]]))
    >>> cho_solve_banded((c, False), torch.tensor([6.0, 7.0]))
    tensor([1., 1.])
    """
    name = "cho_solve_banded"
    if not isinstance(cb_and_lower, (tuple, list)) or len(cb_and_lower) != 2:
        raise bad_argument(name, "cb_and_lower", "the pair (cb, lower)", cb_and_lower, TypeError)
    cb, lower = cb_and_lower
    lower = flag(name, "lower", lower)
    if (found := _one_positive(cb, b, lower, True)) is not None:
        return found
    cb, b = tensors(name, cb=cb, b=b)
    _, n = require_matrix(name, "cb", cb)
    b, vector = right_hand_side(name, n, b)
    broadcast_matrices(name, ("cb", "b"), cb, b)
    x = solve_with_band_factor(cb, b, lower, bool(check_finite), name)
    return x[..., 0] if vector else x
