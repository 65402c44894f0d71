"""Exponentials: `expm` of a sparse matrix, and `expm_multiply`, its action."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from ..._core.arrays import as_tensor, compute_dtype, floating
from ..._core.cards import Sample, function
from ..._core.errors import warn
from .._base import SparseBase
from .._convert import is_scipy
from .._diagonals import eye_array
from ._eigen import by_parts
from ._implicit import as_matrix, product_of
from ._interface import LinearOperator
from ._norm_estimate import onenormest

__all__ = ["expm", "expm_multiply"]

# Where the Taylor polynomial of degree m has a backward error below the unit roundoff: |A|_1 up to theta_m (Al-Mohy and
# Higham 2011, table 3.1, rounded down).
_THETA = (
    (5, 0.12),
    (10, 0.99),
    (15, 2.1),
    (20, 3.5),
    (25, 4.8),
    (30, 6.2),
    (35, 7.6),
    (40, 9.0),
    (45, 10.4),
    (55, 13.0),
)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype, device=device)

    yield Sample(random(4, 4), random(4))
    yield Sample(random(3, 3), random(3, 2))


def _call(expm_multiply: Any, A: Any, B: Any) -> Any:
    return expm_multiply(A, B), expm_multiply(A, B, start=0.1, stop=0.7, num=3)


def _matrix_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    indices = torch.tensor([0, 2, 1, 0, 2], device=device)
    indptr = torch.tensor([0, 2, 3, 5], device=device)
    yield Sample(torch.randn(5, generator=generator, dtype=dtype, device=device), indices, indptr)


def _call_expm(expm: Any, data: Any, indices: Any, indptr: Any) -> Any:
    from .._csr import csr_array

    return expm(csr_array((data, indices, indptr), shape=(3, 3))).toarray()


def _one_norm(A: Any, kind: str) -> float:
    """Return the 1-norm, exactly for matrices and estimated for operators."""
    with torch.no_grad():
        if kind == "operator":
            return float(onenormest(A))
        sizes = abs(A).sum(axis=0) if isinstance(A, SparseBase) else A.abs().sum(0)
        return float(sizes.max()) if A.shape[0] else 0.0


@function(
    differentiable=("A",), samples=_matrix_samples, call=_call_expm, batch=False, compiles=False, synchronizes=True
)
def expm(A: Any) -> Any:
    r"""Return the exponential of a matrix.

    Parameters
    ----------
    A : sparse array or Tensor ``(N, N)``
        A dense matrix is handed to `sci.linalg.expm`.

    Returns
    -------
    csc_array or Tensor ``(N, N)``
        The exponential, sparse for a sparse `A`. It has an entry wherever a path in the graph of `A` leads.

    Raises
    ------
    ValueError
        `A` is not square.

    Notes
    -----
    Scaling and squaring with the Taylor polynomial of degree 18, whose error for matrices of 1-norm at most 1 is below
    :math:`10^{-17}` [1]_. Derivatives are those of the products.

    References
    ----------
    .. [1] N. J. Higham, "Functions of Matrices", SIAM 2008, section 10.3.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import expm
    >>> expm(csr_array(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))).toarray()
    tensor([[1., 1.],
            [0., 1.]])
    """
    kind, matrix = as_matrix(A, "A", "expm")
    if kind == "dense":
        from ...linalg import expm as dense_expm

        return dense_expm(matrix)
    if kind == "operator":
        raise TypeError("expm: A must be a matrix, got an operator: use expm_multiply")
    matrix = matrix.astype(compute_dtype(floating(matrix.dtype)))
    size = _one_norm(matrix, kind)
    squarings = max(0, math.ceil(math.log2(size))) if 0 < size < math.inf else 0
    scaled = (matrix * 2.0**-squarings).tocsr()
    unit = eye_array(matrix.shape[0], dtype=matrix.dtype, device=matrix.device).tocsr()
    result = (unit + scaled * (1 / 18)).tocsr()
    for k in range(17, 0, -1):  # Horner's rule
        result = (unit + (scaled @ result) * (1 / k)).tocsr()
    for _ in range(squarings):
        result = result @ result
    return result.tocsc()


def _degree(size: float) -> tuple[int, int]:
    """Return the degree and the number of steps with the fewest products."""
    if not math.isfinite(size):
        raise ValueError("expm_multiply: A must hold finite numbers")
    if size == 0:
        return 0, 1
    choices = [(m * max(math.ceil(size / theta), 1), m, max(math.ceil(size / theta), 1)) for m, theta in _THETA]
    _, m, s = min(choices)
    return m, s


def _advance(apply: Any, B: Tensor, t: Any, mu: Any, m: int, s: int) -> Tensor:
    """Return ``exp(t A) B`` for ``apply = A - mu`` (algorithm 3.2 of Al-Mohy and Higham)."""
    eps = torch.finfo(B.dtype).eps
    factor = torch.exp(torch.as_tensor(t * mu / s, device=B.device)).to(B.dtype) if mu is not None else None
    F = B
    for _ in range(s):
        before = float(B.detach().abs().amax()) if B.numel() else 0.0
        for j in range(1, m + 1):
            B = apply(B) * (t / (s * j))
            F = F + B
            size = float(B.detach().abs().amax()) if B.numel() else 0.0
            # Derivatives in A and t lose a power of the series: one term more than the value needs.
            if before + size <= 0.1 * eps * float(F.detach().abs().amax()) and j > 1:
                break
            before = size
        F = F if factor is None else F * factor
        B = F
    return F


@function(differentiable=("A", "B"), samples=_samples, call=_call, batch=False, compiles=False, synchronizes=True)
def expm_multiply(
    A: Any,
    B: Any,
    start: Any = None,
    stop: Any = None,
    num: int | None = None,
    endpoint: bool | None = None,
    traceA: Any = None,
) -> Tensor:
    r"""Return ``exp(A) B``, or ``exp(t A) B`` on a grid of times, without forming the exponential.

    Parameters
    ----------
    A : sparse array, Tensor, LinearOperator ``(N, N)``
        The matrix.
    B : Tensor, array-like or sparse array ``(N,)`` or ``(N, K)``
        What the exponential is applied to.
    start, stop : float or 0-d Tensor, optional
        First and last time; without them the time is 1.
    num : int, optional
        Number of times, by default 50.
    endpoint : bool, optional
        Whether `stop` is the last time, which is the default.
    traceA : complex, optional
        The trace of an operator, whose mean is taken out of it, which saves products; 0 by default.

    Returns
    -------
    Tensor ``(N,)`` or ``(N, K)``, on a grid ``(num, N)`` or ``(num, N, K)``
        The products.

    Raises
    ------
    ValueError
        For shapes that do not fit, and for entries that are not finite.
    TypeError
        Only one of `start` and `stop` is given.

    Warns
    -----
    UserWarning
        `A` is an operator, and `traceA` is not given.

    Notes
    -----
    The truncated Taylor series in several steps, whose degree and number follow from the 1-norm [1]_. Derivatives in
    `A`, `B`, `start`, `stop`, and in the tensors that an operator uses, are those of the series, of every order; they
    keep each of its terms.

    References
    ----------
    .. [1] A. H. Al-Mohy and N. J. Higham, "Computing the action of the matrix exponential, with an application to
       exponential integrators", SIAM J. Scientific Computing 33, 2011.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import expm_multiply
    >>> A = csr_array(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
    >>> expm_multiply(A, torch.tensor([1.0, 2.0]), start=0.0, stop=1.0, num=3)
    tensor([[1., 2.],
            [2., 2.],
            [3., 2.]])
    """
    kind, matrix = as_matrix(A, "A", "expm_multiply")
    n = int(matrix.shape[-1])
    if isinstance(B, SparseBase) or is_scipy(B):
        B = B.toarray()
    if kind == "operator" and traceA is None:
        text = "Trace of LinearOperator not available: expm_multiply takes it as 0; traceA may save products"
        warn(text, UserWarning)
    X = as_tensor(B, "B", "expm_multiply", None if kind == "operator" else matrix.device)
    if X.dim() not in (1, 2) or X.shape[0] != n:
        raise ValueError(f"expm_multiply: shapes do not fit: A has {tuple(matrix.shape)}, B has {tuple(X.shape)}")
    dtype = compute_dtype(floating(torch.promote_types(matrix.dtype or X.dtype, X.dtype)))
    if isinstance(traceA, complex):
        dtype = dtype.to_complex()
    X = X.to(dtype)
    mu = _mean(matrix, kind, n, traceA)
    act = _product(matrix, kind)
    plain = mu is None

    def apply(Y: Tensor) -> Tensor:
        return act(Y) if plain else act(Y) - mu * Y

    if kind == "operator":
        shifted: Any = _shifted(matrix, mu, X.device)
    elif isinstance(matrix, SparseBase):
        shifted = matrix if plain else (matrix - float_or_complex(mu) * eye_array(n, device=matrix.device)).tocsr()
    else:
        shifted = matrix if plain else matrix - mu * torch.eye(n, dtype=matrix.dtype, device=matrix.device)
    size = _one_norm(shifted, kind)
    if start is None and stop is None and num is None and endpoint is None:
        return _advance(apply, X, 1.0, mu, *_degree(size))
    if start is None or stop is None:
        raise TypeError("expm_multiply: start and stop must be given together")
    count = 50 if num is None else int(num)
    if count < 1:
        raise ValueError(f"expm_multiply: num must be positive, got {count}")
    steps = count - 1 if endpoint is None or endpoint else count
    h = (stop - start) / max(steps, 1)
    results = [_advance(apply, X, start, mu, *_degree(size * abs(float_or_complex(start))))]
    for _ in range(count - 1):
        results.append(_advance(apply, results[-1], h, mu, *_degree(size * abs(float_or_complex(h)))))
    return torch.stack(results)


def float_or_complex(mu: Any) -> Any:
    """Return a number without its derivative, for the norm."""
    return mu.detach().item() if isinstance(mu, Tensor) else mu


def _mean(matrix: Any, kind: str, n: int, trace: Any) -> Any:
    if trace is not None:
        double = torch.complex128 if isinstance(trace, complex) else torch.float64
        return (trace if isinstance(trace, Tensor) else torch.tensor(trace, dtype=double, device="cpu")) / max(n, 1)
    if kind == "operator" or n == 0:
        return None
    return matrix.diagonal().sum() / n


def _product(matrix: Any, kind: str) -> Any:
    if kind != "operator":
        return lambda Y: matrix.astype(Y.dtype) @ Y if isinstance(matrix, SparseBase) else matrix.to(Y.dtype) @ Y
    apply = by_parts(product_of(matrix), matrix.dtype)
    return lambda Y: apply(Y) if Y.dim() == 1 else apply(Y.mT).mT


def _shifted(A: LinearOperator, mu: Any, device: torch.device) -> LinearOperator:
    shifted: LinearOperator = A * 1 if mu is None else A - A**0 * float_or_complex(mu)
    shifted.device = shifted.device or device  # of functions alone it is not known
    return shifted
