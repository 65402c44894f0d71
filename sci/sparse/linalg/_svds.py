"""`svds`: a few singular values and vectors of a large matrix."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from ..._core.arrays import as_tensor, compute_dtype, floating
from ..._core.cards import Sample, function
from ..._core.torch_private import forward_grad_enabled
from ...linalg import LinAlgError
from .._random import generator_of
from ._eigen import ArpackNoConvergence, by_parts
from ._eigen_derivatives import hermitian_pairs, tolerance
from ._implicit import as_matrix, products_of
from ._interface import LinearOperator, aslinearoperator
from ._krylov_schur import Krylov, picker, search
from ._lobpcg import lobpcg

__all__ = ["svds"]


_KINDS = (True, False, "vh", "u")


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    yield Sample(torch.randn(6, 4, generator=generator, dtype=dtype, device=device))


def _call(svds: Any, A: Any) -> Any:
    diagonal = torch.zeros_like(A)
    diagonal.diagonal().copy_(4.0 * torch.arange(4, device=A.device))
    u, s, vh = svds(A + diagonal, k=2)
    return s, (u * u.conj()).real, u @ vh


def _count(name: str, value: Any, low: int, high: float, text: str) -> int:
    try:
        found = int(value)
    except (TypeError, ValueError) as error:
        raise type(error)(f"svds: `{name}` must be {text}; {error}") from None
    if found != value or not low <= found <= high:
        raise ValueError(f"svds: `{name}` must be {text}; got {value!r}")
    return found


def _tolerance(tol: Any) -> float:
    text = "svds: `tol` must be a non-negative floating point value."
    try:
        wrong = tol < 0 or not math.isfinite(tol)
    except TypeError as error:
        raise TypeError(f"{text} {error}") from None
    if wrong:
        raise ValueError(f"{text} Got {tol!r}")
    return float(tol)


def _start(v0: Any, length: int) -> Tensor:
    text = "svds: `v0` must be of floating or complex floating data type."
    try:
        start = as_tensor(v0, "v0", "svds").detach()
    except TypeError as error:
        raise ValueError(f"{text} {error}") from None
    if not (start.is_floating_point() or start.is_complex()):
        raise ValueError(f"{text} Got {start.dtype}")
    if start.shape != (length,):
        raise ValueError(f"svds: `v0` must have shape {(length,)}; got {tuple(start.shape)}")
    return start


@function(differentiable=("A",), samples=_samples, call=_call, batch=False, compiles=False, synchronizes=True)
def svds(
    A: Any,
    k: int = 6,
    ncv: int | None = None,
    tol: float = 0,
    which: str = "LM",
    v0: Any = None,
    maxiter: int | None = None,
    return_singular_vectors: bool | str = True,
    solver: str = "arpack",
    rng: Any = None,
    options: dict[str, Any] | None = None,
    *,
    derivative_rtol: float | None = None,
) -> Any:
    r"""Find k singular values, and singular vectors, of a matrix.

    Parameters
    ----------
    A : sparse array, Tensor, LinearOperator ``(M, N)``
        The matrix.
    k : int
        How many, less than ``min(M, N)``; "propack" takes ``min(M, N)``, too.
    ncv : int, optional
        Vectors that are kept; by default ``max(2 k + 1, 20)``, at most ``min(M, N)``.
    tol : float
        Relative accuracy of the singular values; 0 is that of the dtype.
    which : {"LM", "SM"}
        The largest or the smallest ones.
    v0 : Tensor or array-like, optional
        Where to start, of ``min(M, N)`` entries (for "propack" M).
    maxiter : int, optional
        Restarts, by default 10 times the number of rows or columns; for "lobpcg" iterations, by default 20; for
        "propack" also the largest number of vectors that are kept.
    return_singular_vectors : bool, "u" or "vh"
        Return both kinds of vectors, none, or one kind.
    solver : {"arpack", "propack", "lobpcg"}
        The first two are Lanczos' method with thick restarts, the third `lobpcg`, both on ``A^H A`` or ``A A^H``.
    rng : int, torch.Generator, numpy.random.Generator, optional
        Of the random start; by default always the same one.
    options : dict, optional
        Accepted, and without effect.
    derivative_rtol : float, optional
        Relative tolerance of the solves for derivatives, as for `eigsh`.

    Returns
    -------
    u : Tensor ``(M, k)``
        Left singular vectors; None where they are not asked for.
    s : Tensor ``(k,)``
        Singular values, ascending; alone without vectors.
    vh : Tensor ``(k, N)``
        Right singular vectors, conjugate; None where they are not asked for.

    Raises
    ------
    ValueError, TypeError
        For arguments that do not fit.
    ArpackNoConvergence
        Not all have converged; with "propack" a LinAlgError.

    Notes
    -----
    The space that the iteration finds is decomposed once more by `A` itself, so u and vh are orthonormal, and small
    singular values do not suffer from the square.

    **Derivatives** are those of the eigenpairs ``(u, v)`` of ``[[0, A], [A^H, 0]]``, see `eigsh`.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import diags_array
    >>> from sci.sparse.linalg import svds
    >>> s = svds(diags_array(torch.arange(1.0, 9.0, dtype=torch.float64)), k=2, return_singular_vectors=False)
    >>> torch.allclose(s, torch.tensor([7.0, 8.0], dtype=torch.float64))
    True
    """
    if solver not in ("arpack", "lobpcg", "propack"):
        raise ValueError(f"svds: solver must be one of arpack, lobpcg, propack; got {solver!r}")
    _, matrix = as_matrix(A, "A", "svds", square=False)
    if len(matrix.shape) != 2:
        raise ValueError(f"svds: A must be a matrix: array must have ndim <= 2, got shape {tuple(matrix.shape)}")
    m, n = (int(size) for size in matrix.shape)
    if min(m, n) == 0:
        raise ValueError("svds: `A` must not be empty.")
    small = min(m, n)
    most = small if solver == "propack" else small - 1
    k = _count("k", k, 1, most, "an integer satisfying `0 < k < min(A.shape)`")
    if which not in ("LM", "SM"):
        raise ValueError(f"svds: `which` must be in {{'LM', 'SM'}}; got {which!r}")
    tol = _tolerance(tol)
    if maxiter is not None:
        maxiter = _count("maxiter", maxiter, 1, math.inf, "a positive integer.")
    if return_singular_vectors not in _KINDS:
        raise ValueError(f"svds: `return_singular_vectors` must be in {_KINDS}; got {return_singular_vectors!r}")
    width = min(small, max(2 * k + 1, 20))
    if ncv is not None and solver == "arpack":
        width = _count("ncv", ncv, k + 1, small - 1, "an integer satisfying `k < ncv < min(A.shape)`")
    op = aslinearoperator(matrix)
    dtype = compute_dtype(floating(op.dtype or torch.get_default_dtype()))
    forward, back = (by_parts(act, op.dtype) for act in products_of(op))
    wide = m < n
    first, second = (back, forward) if wide else (forward, back)
    device = op.device or torch.device("cpu")
    draw = generator_of(0 if rng is None else rng, "svds")

    def random() -> Tensor:
        return (torch.rand(small, dtype=torch.float64, generator=draw, device=draw.device) * 2 - 1).to(dtype).to(device)

    start = random()
    if v0 is not None:
        length = m if solver == "propack" else small
        start = _start(v0, length).to(dtype)
        if length != small:
            start = back(start)
    converged = None
    with torch.no_grad(), forward_grad_enabled(False):
        if solver == "lobpcg":
            X = torch.stack([start, *(random() for _ in range(k - 1))], -1)
            gram = _Gram(small, lambda X: second(first(X.mT)).mT, dtype)
            X = lobpcg(gram, X, tol=tol**2 or None, maxiter=maxiter or 20, largest=which == "LM")[1].mT
        else:
            accuracy = max(tol**2, torch.finfo(dtype).eps)
            limit = 10 * small if maxiter is None else maxiter
            if solver == "propack" and maxiter is not None:
                width = min(width, max(k, maxiter))

            def apply(x: Tensor) -> Tensor:
                return second(first(x))

            problem = Krylov(apply, None, True, picker(which), k, max(width, k), limit, accuracy, random)
            problem.fresh_products = not isinstance(matrix, LinearOperator)
            pairs = search(problem, start)
            X, converged = pairs.vectors, pairs.converged
        left, s, right = torch.linalg.svd(first(X).mT, full_matrices=False)
        inner = right.conj() @ X  # rows: right singular vectors of `first`
        order = torch.arange(k - 1, -1, -1, device=left.device)
        left, s, inner = left[:, order].mT, s[order], inner[order]
        U, V = (inner, left) if wide else (left, inner)
    if converged is not None and not bool(converged.all()):
        if solver == "propack":
            raise LinAlgError(f"svds: k={k} singular triplets did not converge within {maxiter} iterations")
        count = int(converged.sum())
        text = f"No convergence ({maxiter} iterations, {count}/{k} singular vectors converged)"
        raise ArpackNoConvergence(text, s[k - count :], X[converged.to(X.device)].mT)
    rtol = tolerance("svds", derivative_rtol, dtype)

    def both(x: Tensor) -> Tensor:
        return torch.cat([forward(x[..., m:]), back(x[..., :m])], -1)

    half = math.sqrt(0.5)
    s, pair = hermitian_pairs(both, lambda x: x, s, torch.cat([U, V], -1) * half, rtol)
    if return_singular_vectors is False:
        return s
    u, vh = pair[:, :m].mT / half, pair[:, m:].conj().resolve_conj() / half
    return (None if return_singular_vectors == "vh" else u), s, (None if return_singular_vectors == "u" else vh)


class _Gram:
    """``A^H A`` as an operator of columns."""

    def __init__(self, n: int, matmat: Any, dtype: torch.dtype) -> None:
        self.shape, self.matmat, self.dtype = (n, n), matmat, dtype

    def matvec(self, x: Tensor) -> Tensor:
        result: Tensor = self.matmat(x.reshape(-1, 1))
        return result.reshape(x.shape)
