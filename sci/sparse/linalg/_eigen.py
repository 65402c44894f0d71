"""`eigsh` and `eigs`: a few eigenpairs of a large matrix."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..._core.arrays import as_tensor, compute_dtype, floating
from ..._core.cards import Sample, function
from ..._core.errors import bad_argument, real, warn
from ..._core.torch_private import forward_grad_enabled
from .._base import SparseBase
from .._diagonals import eye_array
from .._random import generator_of
from ._eigen_derivatives import general_pairs, hermitian_pairs, tolerance
from ._gmres import gmres
from ._implicit import adjoint_of, as_matrix, number, product_of, whole
from ._interface import LinearOperator, _Matrix, aslinearoperator
from ._iterate import Apply
from ._krylov_schur import Krylov, Pairs, picker, search
from ._spsolve import splu

__all__ = ["ArpackError", "ArpackNoConvergence", "eigs", "eigsh"]


@function(differentiable=(), batch=False)
class ArpackError(RuntimeError):
    """The search for eigenvalues failed.

    Attributes
    ----------
    info : int
        0 where nothing more is known.
    infodict : dict of int to str
        Texts by number; kept for programs written for ARPACK, which does not run here.
    """

    def __init__(self, info: Any = 0, infodict: dict[int, str] | None = None) -> None:
        super().__init__(f"ARPACK error {info}: {(infodict or {}).get(info, 'Unknown error')}")


@function(differentiable=(), batch=False)
class ArpackNoConvergence(ArpackError):  # noqa: N818
    """Not all eigenvalues asked for have converged.

    Attributes
    ----------
    eigenvalues : Tensor ``(K,)``
        Those that have.
    eigenvectors : Tensor ``(N, K)``
        Their eigenvectors, as columns.
    """

    def __init__(self, msg: str, eigenvalues: Tensor, eigenvectors: Tensor) -> None:
        super().__init__(-1, {-1: msg})
        self.eigenvalues, self.eigenvectors = eigenvalues, eigenvectors


# ---- operators -------------------------------------------------------------------------------------------------------


def by_parts(apply: Apply, dtype: torch.dtype | None) -> Apply:
    """Let a real operator take complex vectors."""

    def act(x: Tensor) -> Tensor:
        if x.is_complex() and dtype is not None and not dtype.is_complex:
            x = x.resolve_conj()
            return torch.complex(apply(x.real), apply(x.imag))
        return apply(x)

    return act


def _identity(x: Tensor) -> Tensor:
    return x


def _inverse(matrix: Any, kind: str, dtype: torch.dtype, tol: float) -> Apply:
    """Return what solves with a matrix: its factors, or an iteration where only its products are known."""
    if kind == "pattern":
        lu = splu(matrix.astype(dtype))
        return lu.solve
    if kind == "dense":
        factors = torch.linalg.lu_factor(matrix.to(dtype))
        return lambda b: torch.linalg.lu_solve(*factors, b.unsqueeze(-1)).squeeze(-1)

    act = product_of(matrix)
    eps = torch.finfo(dtype).eps

    def solve(b: Tensor) -> Tensor:
        # As accurate as the residual's own rounding allows: what falls short of that is refined once.
        x = torch.zeros_like(b)
        for _ in range(2):
            change, _ = gmres(matrix, b - act(x), rtol=8 * eps, atol=0.0, restart=100, maxiter=20)
            x = x + change
        if bool(torch.linalg.vector_norm(b - act(x)) > max(1e4 * eps, tol) * torch.linalg.vector_norm(b)):
            raise ValueError("the inner iteration, gmres, did not converge: give OPinv or Minv")
        return x

    return solve


def _shifted(kinds: tuple[str, str], A: Any, M: Any, sigma: Any, n: int) -> tuple[str, Any]:
    """Return ``A - sigma M`` of the simplest kind."""
    if "operator" in kinds:
        op = aslinearoperator(A)
        other = None if M is None else aslinearoperator(M)

        def act(x: Tensor) -> Tensor:
            return op.matvec(x) - sigma * (x if other is None else other.matvec(x))

        dtype = op.dtype or torch.get_default_dtype()
        dtype = dtype.to_complex() if isinstance(sigma, complex) else dtype
        return "operator", aslinearoperator(_Products((n, n), act, dtype))
    if "dense" in kinds:
        dense = _dense(A)
        if M is None:
            return "dense", dense - sigma * torch.eye(n, dtype=dense.dtype, device=dense.device)
        return "dense", dense - sigma * _dense(M)
    other = eye_array(n, dtype=A.dtype, device=A.device) if M is None else M
    return "pattern", (A - sigma * other).tocsr()


@dataclasses.dataclass
class _Products:
    shape: tuple[int, int]
    matvec: Apply
    dtype: torch.dtype


def _unwrapped(A: Any) -> Any:
    """Return the matrix that an operator was made of, which can be factorised."""
    return A.A if isinstance(A, _Matrix) else A


class _Search:
    """Arguments that eigsh and eigs share, checked."""

    def __init__(
        self,
        name: str,
        A: Any,
        k: Any,
        M: Any,
        sigma: Any,
        which: Any,
        v0: Any,
        ncv: Any,
        maxiter: Any,
        tol: Any,
        rng: Any,
    ) -> None:
        self.name = name
        self.dense = not isinstance(A, LinearOperator) and not isinstance(M, LinearOperator)
        A, M = _unwrapped(A), _unwrapped(M)
        self.kind, self.A = as_matrix(A, "A", name)
        if len(self.A.shape) != 2:
            raise ValueError(f"{name}: A must be a square matrix, got shape {tuple(self.A.shape)}")
        self.n = int(self.A.shape[0])
        self.k = whole("k", k, name)
        if self.k == 0:
            raise bad_argument(name, "k", "a positive integer", k)
        found: tuple[str, Any] = ("none", None) if M is None else as_matrix(M, "M", name, self.n)
        self.m_kind, self.M = found
        self.real = self.A.dtype is None or not self.A.dtype.is_complex
        self.real = self.real and (self.M is None or self.M.dtype is None or not self.M.dtype.is_complex)
        dtype = self.A.dtype or torch.get_default_dtype()
        if self.M is not None and self.M.dtype is not None:
            dtype = torch.promote_types(dtype, self.M.dtype)
        self.dtype = compute_dtype(floating(dtype))
        if isinstance(sigma, Tensor):
            sigma = sigma.item()
        if sigma is not None:
            is_complex = isinstance(sigma, complex) or np.iscomplexobj(sigma)
            sigma = complex(sigma) if is_complex else float(real(name, "sigma", sigma))
            sigma = sigma.real if isinstance(sigma, complex) and sigma.imag == 0 else sigma
        self.sigma: Any = sigma
        self.device = self.A.device or torch.device("cpu")
        self.start = None if v0 is None else as_tensor(v0, "v0", name, None if self.kind == "operator" else self.device)
        if self.start is not None:
            self.start = self.start.detach().reshape(-1).to(self.dtype)
            self.device = self.start.device
            if self.start.shape[0] != self.n:
                raise ValueError(f"{name}: v0 must have {self.n} entries, got {self.start.shape[0]}")
        self.which, self.tol, self.ncv, self.maxiter = which, number("tol", tol, name), ncv, maxiter
        self.generator = generator_of(0 if rng is None else rng, name)

    def apply(self) -> Apply:
        return by_parts(product_of(aslinearoperator(self.A)), self.A.dtype)

    def product(self) -> Apply:
        return _identity if self.M is None else by_parts(product_of(aslinearoperator(self.M)), self.M.dtype)

    def random(self, dtype: torch.dtype) -> Tensor:
        x = torch.rand(self.n, dtype=torch.float64, generator=self.generator, device=self.generator.device) * 2 - 1
        return x.to(dtype).to(self.device)

    def run(
        self, apply: Apply, product: Apply | None, hermitian: bool, pick: Any, dtype: torch.dtype, room: int
    ) -> Pairs:
        n, k = self.n, self.k
        ncv = min(n, max(2 * k + 1, 20)) if self.ncv is None else whole("ncv", self.ncv, self.name)
        if not k + room <= ncv <= n:
            raise ValueError(f"{self.name}: ncv must be k{'+1' if room > 1 else ''}<ncv<=n, got {ncv}")
        limit = 10 * n if self.maxiter is None else whole("maxiter", self.maxiter, self.name)
        tol = self.tol or torch.finfo(dtype).eps
        problem = Krylov(apply, product, hermitian, pick, k, ncv, limit, tol, lambda: self.random(dtype))
        problem.fresh_products = self.sigma is None and self.M is None and self.kind != "operator"
        v0 = self.random(dtype) if self.start is None else self.start.to(dtype)
        with torch.no_grad(), forward_grad_enabled(False):
            return search(problem, v0)

    def report(self, pairs: Pairs, values: Tensor) -> None:
        if bool(pairs.converged.all()):
            return
        done = pairs.converged.to(values.device)
        text = f"No convergence ({self.maxiter} iterations, {int(done.sum())}/{self.k} eigenvectors converged)"
        raise ArpackNoConvergence(text, values[done], pairs.vectors[done].mT)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    yield Sample(torch.randn(6, 6, generator=generator, dtype=dtype, device=device))


def _gap(A: Tensor) -> Tensor:
    return torch.diag(torch.arange(A.shape[-1], dtype=A.real.dtype, device=A.device) * 4).to(A.dtype)


def _call_hermitian(eigsh: Any, A: Any) -> Any:
    values, X = eigsh((A + A.mH) / 2 + _gap(A), k=2)
    return values, (X * X.conj()).real


def _call_general(eigs: Any, A: Any) -> Any:
    values, X = eigs(A + _gap(A), k=2)
    return torch.view_as_real(values), (X * X.conj()).real


def _dense(A: Any) -> Tensor:
    return A.toarray() if isinstance(A, SparseBase) else A


# ---- the functions ---------------------------------------------------------------------------------------------------


@function(
    differentiable=("A", "M"), samples=_samples, call=_call_hermitian, batch=False, compiles=False, synchronizes=True
)
def eigsh(
    A: Any,
    k: int = 6,
    M: Any = None,
    sigma: float | None = None,
    which: str = "LM",
    v0: Any = None,
    ncv: int | None = None,
    maxiter: int | None = None,
    tol: float = 0,
    return_eigenvectors: bool = True,
    Minv: Any = None,
    OPinv: Any = None,
    mode: str = "normal",
    rng: Any = None,
    *,
    derivative_rtol: float | None = None,
) -> Any:
    r"""Find k eigenvalues, and eigenvectors, of a Hermitian matrix: ``A x = l M x``.

    Parameters
    ----------
    A : sparse array, Tensor, LinearOperator ``(N, N)``
        Taken for Hermitian, which is not checked.
    k : int
        How many, less than N.
    M : sparse array, Tensor, LinearOperator ``(N, N)``, optional
        Hermitian and positive definite (with `sigma`, semi-definite will do).
    sigma : float, optional
        Find the eigenvalues near this: `which` then speaks of those of the inverse.
    which : {"LM", "SM", "LA", "SA", "BE"}
        Largest or smallest by modulus, largest or smallest, or half from each end.
    v0 : Tensor or array-like ``(N,)``, optional
        Where to start; by default random.
    ncv : int, optional
        Vectors that are kept, by default ``min(N, max(2 k + 1, 20))``.
    maxiter : int, optional
        Restarts; by default ``10 N``.
    tol : float
        Relative accuracy of the eigenvalues; 0 is that of the dtype.
    return_eigenvectors : bool
        Return the vectors, too.
    Minv, OPinv : Tensor, sparse array, LinearOperator, optional
        The inverse of `M`, and of ``A - sigma M``; by default factors of a matrix, or gmres for an operator.
    mode : {"normal", "buckling", "cayley"}
        What is inverted with a `sigma`: ``(A - sigma M)^-1`` times M, times A, or times ``A + sigma M``.
    rng : int, torch.Generator, numpy.random.Generator, optional
        Of the random start; by default always the same one.
    derivative_rtol : float, optional
        Relative tolerance of the solves for derivatives; by default 1e-11 in double and 1e-5 in single precision.

    Returns
    -------
    w : Tensor ``(k,)``
        Eigenvalues, ascending.
    v : Tensor ``(N, k)``
        Eigenvectors, with ``v^H M v = 1``, if `return_eigenvectors`.

    Raises
    ------
    ArpackNoConvergence
        Not all have converged; it holds those that have.
    ValueError
        For arguments that do not fit.
    TypeError
        For k >= N where `A` is not dense; a dense matrix is decomposed as a whole then.

    Notes
    -----
    Lanczos' method with thick restarts [1]_, in the inner product of M, every vector made orthogonal to all others. The
    vectors stay on the device of `A`; their products with one vector are read by the host in each step.

    **Derivatives**, in `A`, `M` and the tensors that operators use,

    .. math:: dl = x^H (dA - l\, dM) x, \qquad (A - l M)\, dx = (dl\, M + l\, dM - dA)\, x,

    the latter by `minres` on the bordered system, which is regular. For a sparse `A` the gradient has its pattern.
    Vectors of repeated eigenvalues have no derivative; functions of their span do, and get it.

    References
    ----------
    .. [1] K. Wu and H. Simon, "Thick-restart Lanczos method for large symmetric eigenvalue problems", SIAM J. Matrix
       Analysis and Applications 22, 2000.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import diags_array
    >>> from sci.sparse.linalg import eigsh
    >>> w, v = eigsh(diags_array(torch.arange(1.0, 9.0, dtype=torch.float64)), k=2)
    >>> torch.allclose(w, torch.tensor([7.0, 8.0], dtype=torch.float64))
    True
    """
    s = _Search("eigsh", A, k, M, sigma, which, v0, ncv, maxiter, tol, rng)
    if which not in ("LM", "SM", "LA", "SA", "BE"):
        raise bad_argument("eigsh", "which", "one of LM SM LA SA BE", which)
    if mode not in ("normal", "buckling", "cayley"):
        raise bad_argument("eigsh", "mode", "'normal', 'buckling' or 'cayley'", mode)
    if s.k >= s.n:
        if not s.dense or s.kind != "dense" or s.m_kind not in ("none", "dense"):
            raise TypeError(
                f"eigsh: k must be less than {s.n} for a sparse array or an operator; decompose a dense matrix"
            )
        warn("eigsh: k >= N, the whole matrix is decomposed", RuntimeWarning)
        from ...linalg import eigh

        w, v = eigh(s.A, s.M)
        return (w, v) if return_eigenvectors else w
    _require_inverses("eigsh", s, Minv, OPinv)
    apply, product = s.apply(), s.product()
    if s.sigma is None:
        if mode != "normal":
            raise bad_argument("eigsh", "mode", "'normal' without sigma", mode)
        act, inner, back = _without_shift(s, apply, Minv)
    else:
        solve = _shift_inverse(s, OPinv)
        act, inner, back = _with_shift(s, apply, product, solve, mode)
    pairs = s.run(act, inner, True, picker(which), s.dtype, 1)
    found = back(pairs.values.to(s.dtype).real)
    order = torch.argsort(found)
    pairs.values, pairs.vectors = found[order], pairs.vectors[order]
    pairs.converged = pairs.converged[order.cpu()]
    if mode == "buckling":  # the vectors are orthonormal with A
        X = pairs.vectors
        with torch.no_grad(), forward_grad_enabled(False):
            pairs.vectors = X / (X.conj() * product(X)).sum(-1, keepdim=True).real.abs().sqrt()
    s.report(pairs, pairs.values)
    rtol = tolerance("eigsh", derivative_rtol, s.dtype)
    values, X = hermitian_pairs(apply, product, pairs.values, pairs.vectors, rtol)
    return (values, X.mT) if return_eigenvectors else values


def _require_inverses(name: str, s: _Search, Minv: Any, OPinv: Any) -> None:
    if s.sigma is None and OPinv is not None:
        raise ValueError(f"{name}: OPinv should not be specified with sigma = None.")
    if s.sigma is not None and Minv is not None:
        raise ValueError(f"{name}: Minv should not be specified with sigma")
    for what, given in (("Minv", Minv), ("OPinv", OPinv)):
        if given is not None and not hasattr(given, "shape"):
            raise bad_argument(name, what, "a matrix or a linear operator", given, TypeError)
        if given is not None and tuple(given.shape) != (s.n, s.n):
            raise ValueError(f"{name}: {what} must have shape {(s.n, s.n)}, got {tuple(given.shape)}")


def _without_shift(s: _Search, apply: Apply, Minv: Any) -> tuple[Apply, Apply | None, Callable[[Tensor], Tensor]]:
    if s.M is None:
        return apply, None, _identity
    with torch.no_grad():
        if Minv is not None:
            inverse = product_of(aslinearoperator(Minv))
        else:
            inverse = _inverse(s.M, s.m_kind, s.dtype, torch.finfo(s.dtype).eps)
    return (lambda x: inverse(apply(x))), s.product(), _identity


def _shift_inverse(s: _Search, OPinv: Any) -> Apply:
    if OPinv is not None:
        return by_parts(product_of(aslinearoperator(OPinv)), getattr(OPinv, "dtype", None))
    with torch.no_grad():
        kind, matrix = _shifted((s.kind, s.m_kind), s.A, s.M, s.sigma, s.n)
        dtype = s.dtype.to_complex() if isinstance(s.sigma, complex) else s.dtype
        return _inverse(matrix, kind, dtype, torch.finfo(s.dtype).eps)


def _with_shift(
    s: _Search, apply: Apply, product: Apply, solve: Apply, mode: str
) -> tuple[Apply, Apply | None, Callable[[Tensor], Tensor]]:
    sigma = s.sigma
    inner = None if s.M is None else product
    if mode == "normal":
        return (lambda x: solve(product(x))), inner, lambda nu: sigma + 1 / nu
    if mode == "buckling":
        return (lambda x: solve(apply(x))), apply, lambda nu: sigma * nu / (nu - 1)
    return (lambda x: solve(apply(x) + sigma * product(x))), inner, lambda nu: sigma * (nu + 1) / (nu - 1)


@function(
    differentiable=("A", "M"), samples=_samples, call=_call_general, batch=False, compiles=False, synchronizes=True
)
def eigs(
    A: Any,
    k: int = 6,
    M: Any = None,
    sigma: complex | None = None,
    which: str = "LM",
    v0: Any = None,
    ncv: int | None = None,
    maxiter: int | None = None,
    tol: float = 0,
    return_eigenvectors: bool = True,
    Minv: Any = None,
    OPinv: Any = None,
    OPpart: str | None = None,
    rng: Any = None,
    *,
    derivative_rtol: float | None = None,
) -> Any:
    r"""Find k eigenvalues, and eigenvectors, of a square matrix: ``A x = l M x``.

    Parameters
    ----------
    A : sparse array, Tensor, LinearOperator ``(N, N)``
        The matrix, real or complex.
    k : int
        How many, less than N - 1.
    M : sparse array, Tensor, LinearOperator ``(N, N)``, optional
        Hermitian and positive definite (with `sigma`, semi-definite will do).
    sigma : complex, optional
        Find the eigenvalues near this: `which` then speaks of those of the inverse.
    which : {"LM", "SM", "LR", "SR", "LI", "SI"}
        Largest or smallest by modulus, real or imaginary part (its modulus, for a real matrix).
    v0, ncv, maxiter, tol, return_eigenvectors, Minv, OPinv, rng, derivative_rtol
        As for `eigsh`.
    OPpart : {"r", "i"}, optional
        For a real `A` and a complex `sigma`, which part of the inverse is used; accepted, and without effect: the
        inverse is used as a whole, on complex vectors.

    Returns
    -------
    w : Tensor ``(k,)``
        Eigenvalues, complex, the most wanted first.
    v : Tensor ``(N, k)``
        Eigenvectors of length 1, if `return_eigenvectors`.

    Raises
    ------
    ArpackNoConvergence
        Not all have converged; it holds those that have.
    ValueError
        For arguments that do not fit.
    TypeError
        For k >= N - 1 where `A` is not dense; a dense matrix is decomposed as a whole then.

    Notes
    -----
    Krylov and Schur's method [1]_. **Derivatives** in `A`, `M` and the tensors that operators use are those of simple
    eigenvalues: the bordered system of `eigsh`, solved by `gmres`; the gauge is ``x^H dx = 0``.

    References
    ----------
    .. [1] G. W. Stewart, "A Krylov-Schur algorithm for large eigenproblems", SIAM J. Matrix Analysis and
       Applications 23, 2001.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import diags_array
    >>> from sci.sparse.linalg import eigs
    >>> w, v = eigs(diags_array(torch.arange(1.0, 9.0, dtype=torch.float64)), k=2)
    >>> torch.allclose(w.real, torch.tensor([8.0, 7.0], dtype=torch.float64))
    True
    """
    s = _Search("eigs", A, k, M, sigma, which, v0, ncv, maxiter, tol, rng)
    if which not in ("LM", "SM", "LR", "SR", "LI", "SI"):
        raise bad_argument("eigs", "which", "one of LM SM LR SR LI SI", which)
    if OPpart is not None and str(OPpart).lower() not in ("r", "i"):
        raise bad_argument("eigs", "OPpart", "'r' or 'i'", OPpart)
    if s.k >= s.n - 1:
        if not s.dense or s.kind != "dense" or s.m_kind not in ("none", "dense"):
            raise TypeError(f"eigs: k must be less than {s.n - 1} for a sparse array or an operator")
        warn("eigs: k >= N - 1, the whole matrix is decomposed", RuntimeWarning)
        from ...linalg import eig

        w, v = eig(s.A, s.M)
        return (w, v) if return_eigenvectors else w
    _require_inverses("eigs", s, Minv, OPinv)
    apply, product = s.apply(), s.product()
    dtype = s.dtype.to_complex() if isinstance(s.sigma, complex) else s.dtype
    if s.sigma is None:
        act, inner, back = _without_shift(s, apply, Minv)
    else:
        act, inner, back = _with_shift(s, apply, product, _shift_inverse(s, OPinv), "normal")
    pairs = s.run(act, inner, False, picker(which, s.real), dtype, 2)
    values = back(pairs.values)
    X = pairs.vectors / torch.linalg.vector_norm(pairs.vectors, dim=-1, keepdim=True)
    pairs.vectors = X
    s.report(pairs, values)
    rtol = tolerance("eigs", derivative_rtol, s.dtype)
    A_adjoint = by_parts(adjoint_of(aslinearoperator(s.A)), s.A.dtype)
    M_adjoint = _identity if s.M is None else by_parts(adjoint_of(aslinearoperator(s.M)), s.M.dtype)
    values, X = general_pairs(apply, A_adjoint, product, M_adjoint, values, X, rtol)
    return (values, X.mT) if return_eigenvectors else values
