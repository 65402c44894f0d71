"""`lobpcg`: extreme eigenpairs by a block of preconditioned conjugate gradients."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from ..._core.arrays import as_tensor, compute_dtype, floating
from ..._core.cards import Sample, function
from ..._core.errors import integer, real, warn
from ..._core.torch_private import forward_grad_enabled
from ._eigen import by_parts
from ._eigen_derivatives import hermitian_pairs, tolerance
from ._implicit import as_matrix, product_of
from ._interface import LinearOperator, aslinearoperator
from ._iterate import Apply, _summed

__all__ = ["lobpcg"]

_FRESH = 16  # iterations after which images are computed anew


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    yield Sample(torch.randn(8, 8, generator=generator, dtype=dtype, device=device))


def _call(lobpcg: Any, A: Any) -> Any:
    n = A.shape[-1]
    A = (A + A.mH) / 2 + torch.diag(torch.arange(n, dtype=A.real.dtype, device=A.device) * 4).to(A.dtype)
    X = torch.eye(n, 2, dtype=A.dtype, device=A.device).flip(0)
    values, V = lobpcg(A, X, tol=1e-12 if A.dtype in (torch.float64, torch.complex128) else 1e-5, maxiter=100)
    return values, (V * V.conj()).real


def _operator(A: Any, name: str, n: int, dtype: torch.dtype) -> Apply:
    """Return a product with rows ``(..., N)``, of a matrix, an operator or a function of columns."""
    if callable(A) and not isinstance(A, LinearOperator) and not hasattr(A, "shape"):

        def columns(x: Tensor) -> Tensor:
            return as_tensor(A(x.reshape(-1, n).mT), name, "lobpcg").to(dtype).mT.reshape(x.shape)

        return columns
    matrix = as_matrix(A, name, "lobpcg", n)[1]
    op = matrix if hasattr(matrix, "matmat") else aslinearoperator(matrix)
    apply = by_parts(product_of(op), op.dtype)
    return lambda x: apply(x).to(dtype)


def _everywhere(x: Tensor) -> Tensor:
    """Return a sharded tensor as the whole one."""
    whole: Tensor = x.full_tensor() if hasattr(x, "full_tensor") else x
    return whole


def _gram(X: Tensor, Y: Tensor) -> Tensor:
    """Return the inner products of the rows of X with those of Y."""
    return _summed(X.conj() @ Y.mT)


def _orthonormal(X: Tensor, BX: Tensor) -> tuple[Tensor, Tensor]:
    """Return rows, orthonormal with B, that span those of X, and their images; directions that depend on others go."""
    size = _summed((X.conj() * BX).sum(1)).real.clamp(min=0).sqrt()
    scale = torch.where(size > 0, 1 / size, torch.zeros_like(size))
    gram = _gram(X, BX) * scale * scale.unsqueeze(-1)
    values, W = torch.linalg.eigh((gram + gram.mH) / 2)
    keep = values > 10 * X.shape[0] * torch.finfo(X.dtype).eps * values[-1:].clamp(min=0)
    first = len(values) - int(keep.sum())  # values ascend; a slice is what sharded tensors can do, too
    T = (scale.unsqueeze(-1) * (W[:, first:] / values[first:].sqrt())).mT
    X = T @ X
    return X, X if BX is X else T @ BX


@function(differentiable=("A", "B"), samples=_samples, call=_call, batch=False, compiles=False, synchronizes=True)
def lobpcg(
    A: Any,
    X: Any,
    B: Any = None,
    M: Any = None,
    Y: Any = None,
    tol: float | None = None,
    maxiter: int | None = None,
    largest: bool = True,
    verbosityLevel: int = 0,
    retLambdaHistory: bool = False,
    retResidualNormsHistory: bool = False,
    restartControl: int = 20,
    *,
    derivative_rtol: float | None = None,
) -> Any:
    r"""Find the largest or smallest eigenvalues of a Hermitian matrix, ``A x = l B x``, from a block of starts.

    Parameters
    ----------
    A : sparse array, Tensor, LinearOperator ``(N, N)``, or callable
        Hermitian; a function takes columns ``(N, K)``.
    X : Tensor or array-like ``(N, k)``
        Where to start; as many pairs are found as it has columns.
    B : as `A`, optional
        Hermitian and positive definite.
    M : as `A`, optional
        Preconditioner: an approximation of the inverse of `A`.
    Y : Tensor or array-like ``(N, j)``, optional
        Constraints: eigenvectors are orthogonal, with `B`, to these columns.
    tol : float, optional
        Largest residual norm; by default ``sqrt(eps) * N``.
    maxiter : int, optional
        Iterations; by default 20.
    largest : bool
        The largest ones, or the smallest.
    verbosityLevel : int
        Where it is positive, print residuals, and warn of a matrix that is not Hermitian.
    retLambdaHistory, retResidualNormsHistory : bool
        Return what each iteration has found.
    restartControl : int
        Accepted, and without effect: the block of directions is orthonormal in each iteration, and none are kept that
        depend on others.
    derivative_rtol : float, optional
        Relative tolerance of the solves for derivatives, as for `eigsh`.

    Returns
    -------
    w : Tensor ``(k,)``
        Eigenvalues; descending for the largest ones, else ascending.
    v : Tensor ``(N, k)``
        Eigenvectors, orthonormal with `B`.
    histories : lists of Tensors
        If asked for.

    Raises
    ------
    ValueError
        For shapes that do not fit.

    Warns
    -----
    UserWarning
        Not all residuals are as small as asked for; and where the matrix is so small that it is decomposed as a whole.

    Notes
    -----
    Each iteration seeks the best pairs in the span of the block, its preconditioned residuals and the last directions
    [1]_; residuals are made orthonormal by their Gram matrix [2]_, and directions in the small space of coefficients
    [3]_. Derivatives are those of `eigsh`; with a `Y` there are
    none.

    References
    ----------
    .. [1] A. V. Knyazev, "Toward the optimal preconditioned eigensolver", SIAM J. Scientific Computing 23, 2001.
    .. [2] A. Stathopoulos and K. Wu, "A block orthogonalization procedure with constant synchronization requirements",
       SIAM J. Scientific Computing 23, 2002.
    .. [3] U. Hetmaniuk and R. Lehoucq, "Basis selection in LOBPCG", J. Computational Physics 218, 2006.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import diags_array
    >>> from sci.sparse.linalg import lobpcg
    >>> A = diags_array(torch.arange(1.0, 41.0, dtype=torch.float64))
    >>> X = torch.randn(40, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    >>> w, v = lobpcg(A, X, maxiter=100, tol=1e-8)
    >>> torch.allclose(w, torch.tensor([40.0, 39.0], dtype=torch.float64))
    True
    """
    block = as_tensor(X, "X", "lobpcg").detach()
    if block.dim() != 2:
        raise ValueError(f"lobpcg: expected rank-2 array for argument X, got shape {tuple(block.shape)}")
    n, k = block.shape
    if k > n:
        raise ValueError(f"lobpcg: X has more columns than rows: {tuple(block.shape)}")
    dtypes = [x.dtype for x in (A, B, Y) if isinstance(getattr(x, "dtype", None), torch.dtype)]
    dtype = functools.reduce(torch.promote_types, [floating(d) for d in dtypes], floating(block.dtype))
    dtype = compute_dtype(dtype)
    apply = _operator(A, "A", n, dtype)
    product = None if B is None else _operator(B, "B", n, dtype)
    precondition = None if M is None else _operator(M, "M", n, dtype)
    block = block.to(dtype)
    constraints = None if Y is None else as_tensor(Y, "Y", "lobpcg").detach().to(dtype)
    limit = 20 if maxiter is None else integer("lobpcg", "maxiter", maxiter)
    wanted = 0.0 if tol is None else float(real("lobpcg", "tol", tol))
    enough = wanted if wanted > 0 else torch.finfo(dtype).eps ** 0.5 * n
    with torch.no_grad(), forward_grad_enabled(False):
        if constraints is None and n < 5 * k:
            text = f"The problem size {n} is too small relative to the block size {k}. Using a dense eigensolver"
            warn(text, UserWarning)
            found = _whole(apply, product, block, largest)
        else:
            rows = None if constraints is None else constraints.mT
            found = _iterate(apply, product, precondition, rows, block.mT, enough, limit, largest, verbosityLevel)
    values, V, histories = found
    if constraints is None and values.shape[0]:
        rtol = tolerance("lobpcg", derivative_rtol, dtype)
        values, x = hermitian_pairs(apply, product or (lambda x: x), values, V.mT, rtol)
        V = x.mT
    chosen = [h for h, asked in zip(histories, (retLambdaHistory, retResidualNormsHistory), strict=True) if asked]
    return (values, V, *chosen)


Found = tuple[Tensor, Tensor, tuple[list[Tensor], list[Tensor]]]


def _whole(A: Apply, B: Apply | None, X: Tensor, largest: bool) -> Found:
    from ...linalg import eigh

    unit = torch.eye(X.shape[0], dtype=X.dtype, device=X.device)
    values, V = eigh(A(unit).mT, None if B is None else B(unit).mT)
    order = torch.arange(len(values), device=X.device)
    order = (order.flip(0) if largest else order)[: X.shape[1]]
    return values[order], V[:, order], ([values[order]], [torch.zeros_like(values[order])])


@dataclasses.dataclass
class _Block:
    """Rows and their images."""

    rows: Tensor
    A: Tensor
    B: Tensor

    def combine(self, T: Tensor, other: _Block, U: Tensor) -> _Block:
        """Return ``T^T`` times these rows and ``U^T`` times the others."""

        def act(x: Tensor, y: Tensor) -> Tensor:
            return torch.addmm(T.mT @ x, U.mT, y)

        rows = act(self.rows, other.rows)
        return _Block(rows, act(self.A, other.A), rows if self.B is self.rows else act(self.B, other.B))


def _iterate(
    A: Apply,
    B: Apply | None,
    M: Apply | None,
    Y: Tensor | None,
    X: Tensor,
    enough: float,
    limit: int,
    largest: bool,
    verbosity: int,
) -> Found:
    """Iterate on rows Z: the k best vectors, then the directions, orthonormal to them and among themselves.

    Images and inner products follow by linearity, so an iteration multiplies the residuals alone; they are computed
    anew now and then, and before convergence is claimed.
    """

    def block(Z: Tensor) -> _Block:
        return _Block(Z, A(Z), Z if B is None else B(Z))

    def residuals(Z: _Block, values: Tensor) -> tuple[Tensor, Tensor, float]:
        R = Z.A[:k] - values.unsqueeze(-1) * Z.B[:k]
        size = torch.linalg.vector_norm(R, dim=1)
        return R, size, float(size.max()) if k else 0.0

    def grams(Z: _Block) -> tuple[Tensor, Tensor]:
        return _gram(Z.rows, Z.A), _gram(Z.rows, Z.B)

    constrain = _constraint(Y, B)
    k = X.shape[0]
    X = constrain(X)
    X, _ = _orthonormal(X, X if B is None else B(X))
    if X.shape[0] < k:
        raise ValueError("lobpcg: the columns of X (without those of Y) depend on each other")
    Z = block(X)
    gram = _gram(X, Z.A)
    if verbosity > 0:
        kinds = "standard" if B is None else "generalized", "without" if M is None else "with"
        print("Solving {} eigenvalue problem {} preconditioning".format(*kinds))
        _warn_if_not_hermitian("gramA", gram)
    values, W = _ritz(gram, _gram(X, Z.B), k, largest)
    Z = Z.combine(W, Z, torch.zeros_like(W))
    inner = grams(Z)
    best: tuple[float, Tensor, Tensor] | None = None
    lambdas, norms = [], []
    for step in range(limit + 1):
        R, size, worst = residuals(Z, values)
        if step % _FRESH == _FRESH - 1 or worst <= enough:
            Z = block(Z.rows)
            inner = grams(Z)
            R, size, worst = residuals(Z, values)
        lambdas.append(values)
        norms.append(size)
        if verbosity > 0:
            print(f"lobpcg: iteration {step}, largest residual norm {worst:.6e}")
        if best is None or worst < best[0]:
            best = worst, values, Z.rows[:k]
        if worst <= enough or step == limit or not worst < float("inf"):
            break
        left = _everywhere(size > enough).tolist()
        R = R if all(left) else torch.stack([R[i] for i, is_left in enumerate(left) if is_left])
        R = constrain(R if M is None else M(R))
        apart = 1.0
        for _ in range(3):
            R = R - _gram(Z.B, R).mT @ Z.rows
            R, image = _orthonormal(R, R if B is None else B(R))
            G = _bordered(inner[1], Z.rows, R, image)
            apart = _distance(_everywhere(G)) if R.shape[0] else 1.0
            if apart < 0.1:  # what is left of it the projected problem knows
                break
        if not apart < 0.1:
            break
        new = _Block(R, A(R), image)
        gram = _bordered(inner[0], Z.rows, R, new.A)
        values, W = _ritz(gram, G, k, largest)
        T = torch.cat([W, _directions(W, G, k)], 1)
        inner = T.mH @ gram @ T, T.mH @ G @ T
        Z = Z.combine(T[: Z.rows.shape[0]], new, T[Z.rows.shape[0] :])
    assert best is not None
    if not best[0] <= enough:
        text = f"Exited at iteration {step} with accuracies of {best[0]:.3g}, not reaching the tolerance {enough:.3g}"
        warn(f"lobpcg: {text}", UserWarning)
    return best[1], best[2].mT, (lambdas, norms)


def _bordered(known: Tensor, X: Tensor, R: Tensor, image: Tensor) -> Tensor:
    """Return the inner products of the rows of both with their images, those of X among themselves being `known`."""
    corner = _gram(X, image)
    return torch.cat([torch.cat([known, corner], 1), torch.cat([corner.mH, _gram(R, image)], 1)])


def _distance(G: Tensor) -> float:
    """Return the largest entry of ``G - I``."""
    return float((G - torch.eye(len(G), dtype=G.dtype, device=G.device)).abs().max())


def _directions(W: Tensor, G: Tensor, k: int) -> Tensor:
    """Return where the best vectors have gone from the last ones, orthonormal to them and among themselves.

    All that is work on coefficients (Hetmaniuk and Lehoucq 2006, section 4).
    """
    P = torch.cat([torch.zeros_like(W[:k]), W[k:]])
    for _ in range(2):
        P = P - W @ (W.mH @ (G @ P))
        P = _orthonormal(P.mT, (G @ P).mT)[0].mT
    return P


def _warn_if_not_hermitian(name: str, gram: Tensor) -> None:
    apart, allowed = (gram - gram.mH).abs().sum(0).amax(), 10 * torch.finfo(gram.dtype).eps * gram.abs().sum(0).amax()
    if bool(apart > allowed):
        text = f"Matrix {name} is not Hermitian: it differs from its adjoint by {float(apart):.3g}"
        warn(f"lobpcg: {text}", UserWarning)


def _constraint(Y: Tensor | None, B: Apply | None) -> Callable[[Tensor], Tensor]:
    if Y is None or Y.shape[0] == 0:
        return lambda Z: Z
    Q, BQ = _orthonormal(Y, Y if B is None else B(Y))
    return lambda Z: Z - _gram(BQ, Z).mT @ Q


def _ritz(gram: Tensor, G: Tensor, k: int, largest: bool) -> tuple[Tensor, Tensor]:
    """Return the k best values of the projected matrix, whose basis has the inner products G, and their columns."""
    L = torch.linalg.cholesky((G + G.mH) / 2)
    half = torch.linalg.solve_triangular(L, (gram + gram.mH) / 2, upper=False)
    inner = torch.linalg.solve_triangular(L, half.mH, upper=False)
    values, W = torch.linalg.eigh((inner + inner.mH) / 2)
    if largest:
        values, W = values.flip(0), W.flip(1)
    return values[:k], torch.linalg.solve_triangular(L.mH, W[:, :k], upper=True)
