"""Structure and simple functions of sparse matrices: bandwidth, triangles, norms, powers, inverse."""

from __future__ import annotations

import math
import operator as python_operator
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from ..._core.arrays import as_tensor, compute_dtype, floating
from ..._core.cards import Sample, function
from ..._core.errors import bad_argument, warn
from .._base import SparseBase, SparseEfficiencyWarning
from .._convert import is_scipy
from .._csc import csc_array
from .._csr import csr_array
from .._diagonals import eye_array
from ._spsolve import WITHOUT_CUDSS, spsolve
from ._svds import svds

__all__ = ["inv", "is_sptriangular", "matrix_power", "norm", "spbandwidth", "use_solver"]


def sparse(A: Any, name: str, argument: str = "A") -> Any:
    """Return a sparse array of two dimensions; anything else raises."""
    if is_scipy(A):
        A = csr_array(A)
    if not isinstance(A, SparseBase):
        raise bad_argument(name, argument, "a sparse array", A, TypeError)
    if A.ndim != 2:
        raise ValueError(f"{name}: {argument} must be two-dimensional, got shape {tuple(A.shape)}")
    return A


def _offsets(A: Any, name: str) -> Tensor:
    if not isinstance(A, SparseBase) and not is_scipy(A):
        A = csr_array(as_tensor(A, "A", name))
        text = f"{name} is given a dense matrix, or one of another kind"
        warn(text, SparseEfficiencyWarning)
    row, column = sparse(A, name).tocoo().coords
    return column.long() - row.long()


@function(differentiable=(), batch=False, compiles=False, synchronizes=True)
def spbandwidth(A: Any) -> tuple[int, int]:
    """Return how many diagonals there are below and above the main one.

    Parameters
    ----------
    A : sparse array ``(M, N)``
        Explicit zeros count as entries.

    Returns
    -------
    below, above : int
        Of the entries farthest from the diagonal.

    Raises
    ------
    ValueError
        The array is not two-dimensional.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import spbandwidth
    >>> spbandwidth(csr_array(torch.tensor([[1.0, 0.0, 3.0], [2.0, 1.0, 0.0], [0.0, 2.0, 1.0]])))
    (1, 2)
    """
    offsets = _offsets(A, "spbandwidth")
    if offsets.numel() == 0:
        return 0, 0
    low, high = torch.aminmax(offsets)
    return max(-int(low), 0), max(int(high), 0)


@function(differentiable=(), batch=False, compiles=False, synchronizes=True)
def is_sptriangular(A: Any) -> tuple[bool, bool]:
    """Return whether a sparse matrix is lower and whether it is upper triangular, by its entries' places.

    Parameters
    ----------
    A : sparse array ``(M, N)``
        Explicit zeros count as entries.

    Returns
    -------
    lower, upper : bool
        Both for a diagonal matrix.

    Raises
    ------
    ValueError
        The array is not two-dimensional.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import is_sptriangular
    >>> is_sptriangular(csr_array(torch.tensor([[1.0, 0.0], [2.0, 1.0]])))
    (True, False)
    """
    offsets = _offsets(A, "is_sptriangular")
    return bool((offsets <= 0).all()), bool((offsets >= 0).all())


@function(differentiable=(), batch=False)
def use_solver(**kwargs: Any) -> None:
    """Accept SciPy's choice of a direct solver, without effect: the factorisation is always SuperLU's.

    Parameters
    ----------
    useUmfpack, assumeSortedIndices : bool, optional
        As in SciPy.

    Raises
    ------
    TypeError
        For other keywords.

    Examples
    --------
    >>> from sci.sparse.linalg import use_solver
    >>> use_solver(useUmfpack=False)
    """
    for name in kwargs:
        if name not in ("useUmfpack", "assumeSortedIndices"):
            raise TypeError(f"use_solver: unknown keyword {name!r}")


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    indices = torch.tensor([0, 2, 1, 0, 2], device=device)
    indptr = torch.tensor([0, 2, 3, 5], device=device)
    yield Sample(torch.randn(5, generator=generator, dtype=dtype, device=device), indices, indptr)


def _matrix(data: Any, indices: Any, indptr: Any) -> Any:
    rows = torch.repeat_interleave(torch.arange(3, device=indices.device), indptr.diff(), output_size=5)
    return csr_array((data + 4 * (rows == indices), indices, indptr), shape=(3, 3))


def _call_inv(inv: Any, *args: Any) -> Any:
    return inv(_matrix(*args)).toarray()


def _call_power(matrix_power: Any, *args: Any) -> Any:
    return matrix_power(_matrix(*args), 5).toarray()


def _norm_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    for sample in _samples(generator, dtype, device):
        yield Sample(_matrix(*sample.args))


def _call_norm(norm: Any, A: Any) -> Any:
    return norm(A), norm(A, 1), norm(A, axis=0), norm(A, 3, axis=1)


@function(
    differentiable=("A",),
    samples=_samples,
    call=_call_inv,
    batch=False,
    compiles=False,
    host_route=WITHOUT_CUDSS,
    synchronizes=True,
)
def inv(A: Any) -> Any:
    """Return the inverse of a sparse matrix, as a sparse array.

    Parameters
    ----------
    A : sparse array ``(N, N)``
        Its inverse usually has many more entries.

    Returns
    -------
    csc_array
        The inverse.

    Raises
    ------
    TypeError
        `A` is not sparse.
    ValueError
        `A` is not square.

    Notes
    -----
    `spsolve` with the unit matrix; derivatives are its.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import inv
    >>> inv(csr_array(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))).toarray()
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    matrix = sparse(A, "inv")
    if matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"inv: A must be square, got shape {tuple(matrix.shape)}")
    unit = torch.eye(matrix.shape[0], dtype=compute_dtype(floating(matrix.dtype)), device=matrix.device)
    x = spsolve(matrix, unit)
    return csc_array(x.reshape(matrix.shape))


@function(differentiable=("A",), samples=_samples, call=_call_power, batch=False, compiles=False, synchronizes=True)
def matrix_power(A: Any, power: int) -> Any:
    """Return a power of a square sparse matrix, by squarings.

    Parameters
    ----------
    A : sparse array ``(N, N)``
        The matrix.
    power : int
        Not negative.

    Returns
    -------
    csr_array
        The product.

    Raises
    ------
    TypeError
        `A` is not sparse.
    ValueError
        `A` is not square, or `power` is negative or no integer.

    Notes
    -----
    Derivatives are those of the products.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import matrix_power
    >>> matrix_power(csr_array(torch.tensor([[1.0, 1.0], [0.0, 1.0]])), 5).toarray()
    tensor([[1., 5.],
            [0., 1.]])
    """
    matrix = sparse(A, "matrix_power").tocsr()
    if matrix.shape[0] != matrix.shape[1]:
        raise TypeError("matrix_power: sparse matrix is not square")
    try:
        count = python_operator.index(power)
    except TypeError:
        raise bad_argument("matrix_power", "power", "an integer", power) from None
    if count < 0:
        raise bad_argument("matrix_power", "power", "a non-negative integer", power)
    if count == 0:
        return eye_array(matrix.shape[0], dtype=matrix.dtype, device=matrix.device).tocsr()
    result = None
    while count:
        if count & 1:
            result = matrix if result is None else result @ matrix
        count >>= 1
        matrix = matrix @ matrix if count else matrix
    return result


def _sum(x: Any, axis: int) -> Tensor:
    total = x.sum(axis=axis)
    return (total.toarray() if isinstance(total, SparseBase) else total).reshape(-1)


def _extreme(x: Any, axis: int, largest: bool) -> Tensor:
    found = x.max(axis=axis) if largest else x.min(axis=axis)
    return (found.toarray() if isinstance(found, SparseBase) else found).reshape(-1)


@function(differentiable=("x",), samples=_norm_samples, call=_call_norm, batch=False, compiles=False)
def norm(x: Any, ord: Any = None, axis: Any = None) -> Tensor:
    """Return a norm of a sparse matrix, or of its rows or columns.

    Parameters
    ----------
    x : sparse array ``(M, N)`` or ``(N,)``
        The matrix, or a vector.
    ord : {None, "fro", 1, -1, 2, inf, -inf}, or a number for vectors
        Which norm; 2 is the largest singular value, found by `svds`. For vectors, 0 counts the entries that are not 0.
    axis : int or pair of ints, optional
        An axis for vectors, of columns (0) or rows (1); a pair, or None, for the matrix.

    Returns
    -------
    Tensor
        ``()``, or one entry per vector.

    Raises
    ------
    TypeError
        `x` is not sparse, or `axis` no integers.
    ValueError
        For other values of `ord` and `axis`.

    Notes
    -----
    Derivatives have the pattern of x.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import norm
    >>> A = csr_array(torch.tensor([[3.0, 0.0], [4.0, 1.0]]))
    >>> norm(A, 1)
    tensor(7.)
    >>> norm(A, axis=0)
    tensor([5., 1.])
    """
    if isinstance(x, SparseBase) and x.ndim == 1:
        if axis not in (None, 0, -1, (0,), (-1,)):
            raise bad_argument("norm", "axis", "None or 0 for a vector", axis)
        return norm(x.reshape(1, -1), 2 if ord is None else ord, axis=1).squeeze(0)
    A = sparse(x, "norm", "x").tocsr()
    if not A.has_canonical_format:
        A = A._with_data(A._data)
        A.sum_duplicates()
    if not (A.dtype.is_floating_point or A.dtype.is_complex):
        A = A.astype(torch.get_default_dtype())
    axes: tuple[int, ...] = (0, 1)
    if axis is not None:
        given = axis if isinstance(axis, tuple) else (axis,)
        try:
            places = [python_operator.index(a) for a in given]
        except TypeError:
            raise bad_argument("norm", "axis", "None, an integer or a pair of integers", axis, TypeError) from None
        if len(places) not in (1, 2) or not all(-2 <= a < 2 for a in places):
            raise bad_argument("norm", "axis", "one or two of the axes of a matrix", axis)
        axes = tuple(a % 2 for a in places)
        if len(set(axes)) != len(axes):
            raise bad_argument("norm", "axis", "two different axes", axis)
    if len(axes) == 1:
        return _vector_norms(A, ord, axes[0])
    row, column = axes
    if ord in (None, "f", "fro"):
        return torch.linalg.vector_norm(A._data)
    if ord in (1, -1, math.inf, -math.inf):
        sums = _sum(abs(A), row if abs(ord) == 1 else column)
        return sums.amax() if ord > 0 else sums.amin()
    if ord == 2:
        if min(A.shape) < 3:
            return torch.linalg.matrix_norm(A.toarray(), 2)
        largest: Tensor = svds(A, k=1, return_singular_vectors=False)[0]
        return largest
    if ord in (-2, "nuc"):
        raise NotImplementedError(f"norm: ord = {ord!r} needs all singular values; decompose x.toarray()")
    raise bad_argument("norm", "ord", "None, 'fro', 1, -1, 2, inf or -inf for matrices", ord)


def _vector_norms(A: Any, ord: Any, axis: int) -> Tensor:
    if ord is not None and not isinstance(ord, (int, float)):
        raise bad_argument("norm", "ord", "None or a number for vectors", ord)
    size = abs(A)
    if ord in (math.inf, -math.inf):
        return _extreme(size, axis, ord > 0)
    if ord == 0:
        return _sum((A != 0).astype(torch.int64), axis).to(size.dtype)
    if ord == 1:
        return _sum(size, axis)
    if ord in (None, 2):
        return _sum(size._with_data(size._data.square()), axis).sqrt()
    return _sum(size._with_data(size._data**ord), axis) ** (1 / ord)
