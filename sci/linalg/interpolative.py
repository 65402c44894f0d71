"""Interpolative decompositions: matrices of low rank from some of their columns, `scipy.linalg.interpolative`.

``A ~ A[:, idx[:k]] P``, where P is the identity in those columns and its other entries are of moderate size [1]_.
Matrices are looked at by themselves, or (by default, and operators always) by a random basis Q of their range: Q^H A
has few rows, and to the accuracy asked for the same interpolation [2]_.

.. [1] H. Cheng, Z. Gimbutas, P.-G. Martinsson, V. Rokhlin, "On the compression of low rank matrices", SIAM Journal on
   Scientific Computing 26 (2005) 1389-1404.
.. [2] N. Halko, P.-G. Martinsson, J. A. Tropp, "Finding structure with randomness", SIAM Review 53 (2011) 217-288.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import as_tensor
from sci._core.cards import Sample, function
from sci._core.errors import bad_argument, integer, real

from ._matrices import numpy_generator, random_matrices, tensors
from ._qr import PIVOTING, qr
from ._solve_triangular import solve_triangular
from ._svd import svd as dense_svd

__all__ = [
    "estimate_rank",
    "estimate_spectral_norm",
    "estimate_spectral_norm_diff",
    "id_to_svd",
    "interp_decomp",
    "reconstruct_interp_matrix",
    "reconstruct_matrix_from_id",
    "reconstruct_skel_matrix",
    "svd",
]

_EXTRA = 8  # columns of a random basis beyond the rank looked for


class _Map:
    """A matrix or a linear operator with its products, and where its numbers live."""

    def __init__(self, function: str, argument: str, A: Any) -> None:
        self.function, self.given = function, A
        self.dense = not (hasattr(A, "matmat") and hasattr(A, "rmatmat"))
        if self.dense:
            (self.given,) = tensors(function, **{argument: A})
        if len(self.given.shape) != 2:
            raise bad_argument(function, argument, "one matrix or a linear operator", A)
        self.shape = tuple(self.given.shape)
        dtype = getattr(A, "dtype", None)
        known = dtype if isinstance(dtype, torch.dtype) else torch.float64
        start = torch.zeros(self.shape[1], 1, dtype=known, device=getattr(A, "device", None))
        probe = self.given if self.dense else A.matmat(start)
        self.dtype, self.device = probe.dtype, probe.device

    def times(self, x: Tensor) -> Tensor:
        return self.given @ x if self.dense else self.given.matmat(x)  # type: ignore[no-any-return]

    def adjoint_times(self, x: Tensor) -> Tensor:
        return self.given.mH @ x if self.dense else self.given.rmatmat(x)  # type: ignore[no-any-return]

    def draw(self, rng: Any, rows: int, columns: int) -> Tensor:
        numbers = rng.standard_normal((rows, columns))
        if self.dtype.is_complex:
            numbers = numbers + 1j * rng.standard_normal((rows, columns))
        return torch.as_tensor(numbers, device=self.device).to(self.dtype)


def _rank(y: Tensor, eps: float) -> int:
    s = torch.linalg.svdvals(y)
    return int((s > eps * s[0]).sum()) if s.numel() else 0


def _range(a: _Map, rng: Any, columns: int) -> Tensor:
    with torch.no_grad():
        return torch.linalg.qr(a.times(a.draw(rng, a.shape[1], columns)))[0]


def _compressed(a: _Map, eps_or_k: float, rng: Any) -> Tensor:
    """Return Q^H A for a random basis Q of the range, large enough for the rank or the precision."""
    least = min(a.shape)
    size = min(int(eps_or_k) + _EXTRA, least) if eps_or_k >= 1 else min(2 * _EXTRA, least)
    while True:
        y = a.adjoint_times(_range(a, rng, size)).mH
        if eps_or_k >= 1 or size == least or _rank(y.detach(), float(eps_or_k)) + _EXTRA <= size:
            return y
        size = min(2 * size, least)


def _require_size(function: str, eps_or_k: Any, least: int) -> None:
    if not real(function, "eps_or_k", eps_or_k) > 0:
        raise bad_argument(function, "eps_or_k", "a positive precision or a rank", eps_or_k)
    if eps_or_k >= 1 and int(eps_or_k) > least:
        raise ValueError(f"{function}: Approximation rank {int(eps_or_k)} exceeds min(A.shape) = {least}")


def _decompose(function: str, A: Any, eps_or_k: Any, rand: bool, rng: Any) -> tuple[int, Tensor, Tensor, _Map]:
    a = _Map(function, "A", A)
    _require_size(function, eps_or_k, min(a.shape))
    y = a.given if a.dense and not rand else _compressed(a, eps_or_k, numpy_generator(function, rng))
    r, idx = qr(y.detach(), mode="r", pivoting=True)
    if eps_or_k >= 1:
        k = int(eps_or_k)
    else:
        size = r.diagonal().abs()
        k = int((size > eps_or_k * size[:1]).sum())
    # Which columns is held; their coefficients are a least squares solution, with its derivative.
    q, r = qr(y[:, idx[:k]], mode="economic")
    return k, idx, solve_triangular(r, q.mH @ y[:, idx[k:]]), a


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(5, 4), 2, rand=False)
    yield Sample(draw(3, 6), 3, rand=False)


@function(differentiable=("A",), samples=_samples, batch=False, compiles=False, host_route=PIVOTING, synchronizes=True)
def interp_decomp(A: Any, eps_or_k: float, rand: bool = True, rng: Any = None) -> Any:
    r"""Interpolative decomposition of one matrix: ``A[:, idx[:k]] @ proj ~ A[:, idx[k:]]``.

    Equivalent to `scipy.linalg.interpolative.interp_decomp`.

    Parameters
    ----------
    A : (m, n) tensor or linear operator
        The matrix, or an object with `shape`, `matmat` and `rmatmat`.
    eps_or_k : float
        Relative precision if below 1, rank otherwise.
    rand : bool
        Whether a matrix is looked at by a random basis of its range; operators always are.
    rng : int or numpy.random.Generator, optional
        Where random numbers come from.

    Returns
    -------
    k : int
        The rank that gives the precision; returned only if `eps_or_k` is one.
    idx : (n,) tensor of int64
        Columns, the k interpolated from first.
    proj : (k, n - k) tensor
        Interpolation coefficients.

    Raises
    ------
    ValueError
        A rank above ``min(m, n)``, or not positive.

    Notes
    -----
    *Algorithm.* QR with column pivoting of `A`, or of :math:`Q^H A` with Q an orthonormal basis of the range of A times
    k + 8 random vectors, doubled until the precision is reached.

    *Derivative.* Of the least squares solution `proj`, with `idx` (and Q) held.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg.interpolative import interp_decomp, reconstruct_matrix_from_id
    >>> x = torch.arange(1.0, 6.0, dtype=torch.float64)
    >>> a = 1 / (x[:, None] + x[None, :])
    >>> k, idx, proj = interp_decomp(a, 1e-3, rand=False)
    >>> k
    3
    >>> torch.allclose(reconstruct_matrix_from_id(a[:, idx[:k]], idx, proj), a, atol=1e-3)
    True
    """
    k, idx, proj, _ = _decompose("interp_decomp", A, eps_or_k, bool(rand), rng)
    return (idx, proj) if eps_or_k >= 1 else (k, idx, proj)


def _columns(function: str, idx: Any, count: int, like: Tensor) -> Tensor:
    """Return the columns of an interpolative decomposition of `count` of them as a tensor beside `like`."""
    columns = as_tensor(idx, "idx", function)
    if columns.is_floating_point() or columns.is_complex() or columns.shape != (count,):
        raise bad_argument(function, "idx", f"{count} columns, integers", idx)
    return columns.to(like.device)


def _parts(function: str, B: Any, proj: Any) -> tuple[Tensor, Tensor]:
    B, proj = tensors(function, B=B, proj=proj)
    if B.dim() != 2:
        raise bad_argument(function, "B", "one matrix", B)
    if proj.dim() != 2 or proj.shape[0] != B.shape[1]:
        raise bad_argument(function, "proj", f"a matrix of {B.shape[1]} rows, as B has columns", proj)
    return B, proj


def _interpolation(function: str, idx: Any, proj: Tensor) -> Tensor:
    columns = _columns(function, idx, sum(proj.shape), proj)
    eye = torch.eye(proj.shape[0], dtype=proj.dtype, device=proj.device)
    return torch.cat([eye, proj], 1)[:, columns.argsort()]


def _samples_interp(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(torch.tensor([2, 0, 3, 1], device=device), draw(2, 2))


@function(differentiable=("proj",), discrete=("idx",), samples=_samples_interp, batch=False, compiles=False)
def reconstruct_interp_matrix(idx: Any, proj: Any) -> Tensor:
    """Interpolation matrix P of ``A = A[:, idx[:k]] @ P``.

    Equivalent to `scipy.linalg.interpolative.reconstruct_interp_matrix`.

    Parameters
    ----------
    idx : (n,) tensor of integers
        Columns, as `interp_decomp` returns them.
    proj : (k, n - k) tensor
        Interpolation coefficients.

    Returns
    -------
    P : (k, n) tensor
        The matrix, linear in `proj`.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg.interpolative import reconstruct_interp_matrix
    >>> reconstruct_interp_matrix(torch.tensor([1, 0]), torch.tensor([[0.5]]))
    tensor([[0.5000, 1.0000]])
    """
    name = "reconstruct_interp_matrix"
    (proj,) = tensors(name, proj=proj)
    if proj.dim() != 2:
        raise bad_argument(name, "proj", "one matrix", proj)
    return _interpolation(name, idx, proj)


def _samples_skeleton(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 4), 2, torch.tensor([2, 0, 3, 1], device=device))


@function(differentiable=("A",), discrete=("idx",), samples=_samples_skeleton, batch=False, compiles=False)
def reconstruct_skel_matrix(A: Any, k: int, idx: Any) -> Tensor:
    """Skeleton: the columns ``A[:, idx[:k]]`` that a matrix is interpolated from.

    Equivalent to `scipy.linalg.interpolative.reconstruct_skel_matrix`.

    Parameters
    ----------
    A : (m, n) tensor
        The matrix.
    k : int
        Rank of the decomposition.
    idx : (n,) tensor of integers
        Columns, as `interp_decomp` returns them.

    Returns
    -------
    B : (m, k) tensor
        The columns.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg.interpolative import reconstruct_skel_matrix
    >>> reconstruct_skel_matrix(torch.tensor([[1.0, 2.0, 3.0]]), 2, torch.tensor([2, 0, 1]))
    tensor([[3., 1.]])
    """
    name = "reconstruct_skel_matrix"
    (A,) = tensors(name, A=A)
    if A.dim() != 2:
        raise bad_argument(name, "A", "one matrix", A)
    return A[:, _columns(name, idx, A.shape[1], A)[: integer(name, "k", k)]]


def _samples_parts(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(5, 2), torch.tensor([2, 0, 3, 1], device=device), draw(2, 2))


@function(differentiable=("B", "proj"), discrete=("idx",), samples=_samples_parts, batch=False, compiles=False)
def reconstruct_matrix_from_id(B: Any, idx: Any, proj: Any) -> Tensor:
    """Matrix of an interpolative decomposition.

    Equivalent to `scipy.linalg.interpolative.reconstruct_matrix_from_id`.

    Parameters
    ----------
    B : (m, k) tensor
        Skeleton.
    idx : (n,) tensor of integers
        Columns, as `interp_decomp` returns them.
    proj : (k, n - k) tensor
        Interpolation coefficients.

    Returns
    -------
    A : (m, n) tensor
        ``B`` and ``B @ proj`` in the places that `idx` names.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg.interpolative import reconstruct_matrix_from_id
    >>> reconstruct_matrix_from_id(torch.tensor([[2.0]]), torch.tensor([1, 0]), torch.tensor([[0.5]]))
    tensor([[1., 2.]])
    """
    name = "reconstruct_matrix_from_id"
    B, proj = _parts(name, B, proj)
    columns = _columns(name, idx, sum(proj.shape), B)
    return torch.cat([B, B @ proj], 1)[:, columns.argsort()]


def _independent_of_phase(function: Any, *args: Any, **options: Any) -> Any:
    u, s, v = function(*args, **options)
    return s, u[:, None, :] * v[None, :, :].conj()


@function(
    differentiable=("B", "proj"),
    discrete=("idx",),
    samples=_samples_parts,
    call=_independent_of_phase,
    batch=False,
    compiles=False,
    synchronizes=True,
)
def id_to_svd(B: Any, idx: Any, proj: Any) -> tuple[Tensor, Tensor, Tensor]:
    """Singular value decomposition of a matrix given by its interpolative decomposition.

    Equivalent to `scipy.linalg.interpolative.id_to_svd`.

    Parameters
    ----------
    B : (m, k) tensor
        Skeleton.
    idx : (n,) tensor of integers
        Columns, as `interp_decomp` returns them.
    proj : (k, n - k) tensor
        Interpolation coefficients.

    Returns
    -------
    U : (m, k) tensor
        Left singular vectors.
    S : (k,) tensor
        Singular values, descending.
    V : (n, k) tensor
        Right singular vectors: ``A = U @ diag(S) @ V.mH``.

    Notes
    -----
    The derivative is that of `qr` of B and of the adjoint interpolation matrix, and of `svd` of a k x k matrix.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg.interpolative import id_to_svd
    >>> U, S, V = id_to_svd(torch.tensor([[3.0], [4.0]]), torch.tensor([0, 1]), torch.tensor([[0.0]]))
    >>> S
    tensor([5.])
    """
    name = "id_to_svd"
    B, proj = _parts(name, B, proj)
    q, r = qr(B, mode="economic")
    other, t = qr(_interpolation(name, idx, proj).mH, mode="economic")
    u, s, vh = dense_svd(r @ t.mH, full_matrices=False)
    return q @ u, s, other @ vh.mH


@function(
    differentiable=("A",),
    samples=_samples,
    call=_independent_of_phase,
    batch=False,
    compiles=False,
    host_route=PIVOTING,
    synchronizes=True,
)
def svd(A: Any, eps_or_k: float, rand: bool = True, rng: Any = None) -> tuple[Tensor, Tensor, Tensor]:
    """Singular value decomposition of low rank, by an interpolative decomposition.

    Equivalent to `scipy.linalg.interpolative.svd`.

    Parameters
    ----------
    A : (m, n) tensor or linear operator
        The matrix, or an object with `shape`, `matmat` and `rmatmat`.
    eps_or_k : float
        Relative precision if below 1, rank otherwise.
    rand : bool
        Whether a matrix is looked at by a random basis of its range; operators always are.
    rng : int or numpy.random.Generator, optional
        Where random numbers come from.

    Returns
    -------
    U : (m, k) tensor
        Left singular vectors.
    S : (k,) tensor
        Singular values, descending.
    V : (n, k) tensor
        Right singular vectors (not their adjoint).

    Raises
    ------
    ValueError
        A rank above ``min(m, n)``, or not positive.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg.interpolative import svd
    >>> U, S, V = svd(torch.ones(4, 3), 1, rand=False)
    >>> torch.allclose(U * S @ V.mH, torch.ones(4, 3))
    True
    """
    k, idx, proj, a = _decompose("svd", A, eps_or_k, bool(rand), rng)
    if a.dense:
        columns = a.given[:, idx[:k]]
    else:
        columns = a.times(torch.nn.functional.one_hot(idx[:k], a.shape[1]).mT.to(a.dtype))
    return id_to_svd(columns, idx, proj)


@function(batch=False, compiles=False, synchronizes=True)
def estimate_rank(A: Any, eps: float, rng: Any = None) -> int:
    """Rank to a relative precision, by random products.

    Equivalent to `scipy.linalg.interpolative.estimate_rank`.

    Parameters
    ----------
    A : (m, n) tensor or linear operator
        The matrix, or an object with `shape`, `matmat` and `rmatmat`.
    eps : float
        Singular values below `eps` times the largest do not count.
    rng : int or numpy.random.Generator, optional
        Where random numbers come from.

    Returns
    -------
    k : int
        The rank. SciPy's is some eight higher for matrices.

    Raises
    ------
    ValueError
        `eps` is not between 0 and 1.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg.interpolative import estimate_rank
    >>> estimate_rank(torch.ones(20, 30), 1e-4)
    1
    """
    if not 0 < real("estimate_rank", "eps", eps) < 1:
        raise bad_argument("estimate_rank", "eps", "between 0 and 1", eps)
    y = _compressed(_Map("estimate_rank", "A", A), eps, numpy_generator("estimate_rank", rng))
    return _rank(y.detach(), eps)


def _power(a: list[tuple[float, _Map]], its: int, rng: Any) -> Tensor:
    first = a[0][1]
    its = integer(first.function, "its", its)
    x = first.draw(numpy_generator(first.function, rng), first.shape[1], 1)
    x = x / torch.linalg.vector_norm(x)
    size = torch.zeros((), dtype=x.real.dtype, device=x.device)
    for _ in range(its):
        y = sum((sign * part.times(x) for sign, part in a), torch.zeros_like(x[:1]))
        x = sum((sign * part.adjoint_times(y) for sign, part in a), torch.zeros_like(x[:1]))
        size = torch.linalg.vector_norm(x)
        x = x / torch.where(size > 0, size, 1)
    return size.sqrt()


def _samples_norm(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(4, 3), its=5, rng=0)


@function(differentiable=("A",), samples=_samples_norm, batch=False, compiles=False, synchronizes=True)
def estimate_spectral_norm(A: Any, its: int = 20, rng: Any = None) -> Tensor:
    """Largest singular value, by the power method.

    Equivalent to `scipy.linalg.interpolative.estimate_spectral_norm`.

    Parameters
    ----------
    A : (m, n) tensor or linear operator
        The matrix, or an object with `shape`, `matmat` and `rmatmat`.
    its : int
        Number of steps.
    rng : int or numpy.random.Generator, optional
        Where random numbers come from.

    Returns
    -------
    norm : () tensor
        An estimate from below; the derivative is that of the steps.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg.interpolative import estimate_spectral_norm
    >>> estimate_spectral_norm(torch.diag(torch.tensor([1.0, 3.0])))
    tensor(3.)
    """
    return _power([(1.0, _Map("estimate_spectral_norm", "A", A))], its, rng)


def _samples_difference(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(4, 3), draw(4, 3), its=5, rng=0)


@function(differentiable=("A", "B"), samples=_samples_difference, batch=False, compiles=False, synchronizes=True)
def estimate_spectral_norm_diff(A: Any, B: Any, its: int = 20, rng: Any = None) -> Tensor:
    """Largest singular value of ``A - B``, by the power method.

    Equivalent to `scipy.linalg.interpolative.estimate_spectral_norm_diff`.

    Parameters
    ----------
    A, B : (m, n) tensors or linear operators
        The matrices, or objects with `shape`, `matmat` and `rmatmat`.
    its : int
        Number of steps.
    rng : int or numpy.random.Generator, optional
        Where random numbers come from.

    Returns
    -------
    norm : () tensor
        An estimate from below; the derivative is that of the steps.

    Raises
    ------
    ValueError
        The shapes differ.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg.interpolative import estimate_spectral_norm_diff
    >>> estimate_spectral_norm_diff(torch.diag(torch.tensor([1.0, 3.0])), torch.eye(2))
    tensor(2.)
    """
    name = "estimate_spectral_norm_diff"
    a, b = _Map(name, "A", A), _Map(name, "B", B)
    if a.shape != b.shape:
        raise bad_argument(name, "B", f"of shape {a.shape}, as A", B)
    return _power([(1.0, a), (-1.0, b)], its, rng)
