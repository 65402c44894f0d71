"""`funm_multiply_krylov`: a function of a matrix applied to a vector, by restarted Arnoldi iterations."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..._core.arrays import compute_dtype, floating
from ..._core.cards import function
from ..._core.errors import bad_argument
from ..._core.torch_private import forward_grad_enabled
from ._arnoldi import arnoldi
from ._eigen import by_parts
from ._implicit import adjoint_of, as_matrix, number, product_of, vector, wanted, whole
from ._interface import aslinearoperator
from ._iterate import Apply, norm

__all__ = ["funm_multiply_krylov"]


@dataclasses.dataclass
class _Krylov:
    """``A V = V H`` but for a last column, and ``y = V f(H) e1 |b|``; the vectors of V are rows."""

    y: Tensor
    V: Tensor
    H: Tensor
    size: Tensor


@dataclasses.dataclass
class _Settings:
    f: Callable[[Tensor], Any]
    apply: Apply
    transposed: Apply
    rtol: float
    atol: float
    every: int
    restarts: int
    hermitian: bool

    def function(self, H: Tensor) -> Tensor:
        return torch.as_tensor(self.f(H), device=H.device)

    def expand(self, apply: Apply, b: Tensor, hermitian: bool) -> _Krylov:
        """Build the decomposition cycle by cycle (Eiermann and Ernst 2006, section 2)."""
        n = b.shape[-1]
        m = min(self.every, n)
        y, V, H = torch.zeros_like(b), b.new_zeros(0, n), b.new_zeros(0, 0)
        peak = b.abs().amax(-1, keepdim=True) if n else norm(b)
        if n == 0 or bool(peak == 0):
            return _Krylov(y, V, H, peak)
        size = peak * norm(b / peak)  # whose squares neither overflow nor vanish
        enough = max(self.atol, self.rtol * float(size))
        v, link = b / size, None
        for _ in range(min(self.restarts, n // m + 1)):
            cycle = arnoldi(apply, v, m, torch.zeros_like(size))
            done, k = H.shape[0], cycle.H.shape[-1]
            block = cycle.H[:k]
            if hermitian:
                block = ((block + block.mH) / 2).triu(-1).tril(1)
            H = torch.block_diag(H, block)
            if link is not None:
                H[done, done - 1] = link
            V = torch.cat([V, cycle.V[:k]])
            part = size * self.function(H)[done:, 0]
            y = y + part @ cycle.V[:k].to(part.dtype)
            whole_space = bool(cycle.stuck.any()) or k == n
            if whole_space or not bool(norm(part) > enough):
                break
            v, link = cycle.V[k], cycle.H[k, k - 1]
        return _Krylov(y, V, H, size)


class _FirstOrder(torch.autograd.Function):
    """A derivative that knows what it depends on, so that to differentiate it again raises an error."""

    @staticmethod
    def forward(value: Tensor, *of: Tensor) -> Tensor:
        return value.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        pass

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        raise RuntimeError("funm_multiply_krylov has derivatives of first order only")

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Any:
        raise RuntimeError("funm_multiply_krylov has derivatives of first order only")


class _ThroughFunction(torch.autograd.Function):
    """The value, with its first derivative in b and in the products ``P = A V``, and so in all that A is made of.

    The Fréchet derivative is found from ``f([[A, E], [0, A]]) = [[f(A), L(A, E)], [0, f(A)]]``. Backward, with a
    decomposition ``A^T W = W K`` that starts at the conjugate g of the gradient, L(A, b g^T) is ``V X W^T``, where X is
    the corner of ``f([[H, |b| |g| e1 e1^T], [0, K^T]])`` (Kandolf, Koskela, Relton and Schweitzer 2021). Forward, it
    is the upper part of ``f([[A, dP], [0, H]])`` times ``[0, |b| e1]``.
    """

    @staticmethod
    def forward(b: Tensor, P: Tensor, found: _Krylov, settings: _Settings) -> Tensor:
        return found.y.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        b, P, ctx.found, ctx.settings = inputs
        ctx.save_for_backward(b, P)
        ctx.save_for_forward(b, P)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        with torch.no_grad():
            grads = _ThroughFunction.pull(ctx.found, ctx.settings, g)
        inputs = ctx.saved_tensors
        grads = [x if of.is_complex() or not x.is_complex() else x.real for x, of in zip(grads, inputs, strict=True)]
        return *(_FirstOrder.apply(x, g, *inputs) for x in grads), None, None  # type: ignore[no-untyped-call]

    @staticmethod
    def pull(found: _Krylov, settings: _Settings, g: Tensor) -> list[Tensor]:
        """Return the gradients with respect to b and P."""
        other = settings.expand(settings.transposed, g.conj().resolve_conj(), settings.hermitian)
        p, q = found.H.shape[0], other.H.shape[0]
        products = torch.zeros_like(other.y[:1]).expand(p, g.shape[-1])
        if p and q:
            dtype = torch.promote_types(found.H.dtype, other.H.dtype)
            block = torch.block_diag(found.H.to(dtype), other.H.mT.to(dtype))
            block[0, p] = (found.size * other.size).squeeze()
            X = settings.function(block)[:p, p:]
            products = (X @ other.V.to(X.dtype)).conj()
        return [other.y.conj(), products]

    @staticmethod
    def jvp(ctx: Any, db: Tensor | None, dP: Tensor | None, *_: Any) -> Any:
        with torch.no_grad():
            result = _ThroughFunction.push(ctx.found, ctx.settings, db, dP)
        given = [x for x in (db, dP) if x is not None]
        return _FirstOrder.apply(result, *given, *ctx.saved_tensors)  # type: ignore[no-untyped-call]

    @staticmethod
    def push(found: _Krylov, settings: _Settings, db: Tensor | None, dP: Tensor | None) -> Tensor:
        """Return the tangent of the value."""
        result = torch.zeros_like(found.y)
        if db is not None:
            result = result + settings.expand(settings.apply, db, settings.hermitian).y
        k, n = found.V.shape
        if dP is None or k == 0:
            return result

        def apply(x: Tensor) -> Tensor:
            upper, lower = x[:n], x[n:]
            return torch.cat([settings.apply(upper) + lower @ dP.to(x.dtype), found.H.to(x.dtype) @ lower])

        start = torch.cat([torch.zeros_like(found.V[0]), found.size, found.V.new_zeros(k - 1)])
        return result + settings.expand(apply, start, False).y[:n]


@function(differentiable=(), batch=False, compiles=False, synchronizes=True)
def funm_multiply_krylov(
    f: Callable[[Tensor], Any],
    A: Any,
    b: Any,
    *,
    assume_a: str = "general",
    t: Any = 1.0,
    atol: float = 0.0,
    rtol: float = 1e-6,
    restart_every_m: int | None = None,
    max_restarts: int = 20,
) -> Tensor:
    r"""Return ``f(t A) b`` by a restarted Krylov method, without forming the function of the matrix.

    Parameters
    ----------
    f : callable
        ``f(X)`` returns the function of a small dense matrix, for instance `sci.linalg.expm`.
    A : sparse array, Tensor or LinearOperator ``(N, N)``
        The matrix.
    b : Tensor or array-like ``(N,)``
        The vector.
    assume_a : {"general", "gen", "hermitian", "her"}
        Whether `A` is Hermitian, so that the small matrices are tridiagonal and Hermitian.
    t : float or 0-d Tensor
        Factor of the matrix.
    atol, rtol : float
        Stop when a cycle changes the result by at most ``max(rtol * norm(b), atol)``.
    restart_every_m : int, optional
        Length of a cycle; by default ``min(20, N)``, at most N.
    max_restarts : int
        Stop after so many cycles, or after ``N // restart_every_m + 1`` where that is less.

    Returns
    -------
    Tensor ``(N,)``
        The result, complex where `f` is.

    Raises
    ------
    ValueError
        For shapes that do not fit, for an unknown structure, and for limits that are not positive.
    TypeError
        For arguments that are no arrays of numbers.

    Notes
    -----
    The cycles build ``A V = V H`` with the orthonormal bases of Arnoldi's method, and the result is
    :math:`\|b\| V f(tH) e_1` [1]_. For a Hermitian matrix the bases are made orthogonal against all their vectors, too.
    A cycle that ends because it has found an invariant subspace gives the result in full.

    **Derivatives**, backward and forward, in `A` (its entries, or the tensors that an operator uses), `b` and `t` are
    those of the result, to the accuracy of the iteration, not those of the iteration; they need values of `f` alone,
    for matrices that are twice as large [2]_. They are of first order: to differentiate them again raises an error.
    `torch.func.vmap` is not supported, since the length of an iteration depends on the values.

    References
    ----------
    .. [1] M. Eiermann and O. G. Ernst, "A restarted Krylov subspace method for the evaluation of matrix functions",
       SIAM J. Numerical Analysis 44, 2006.
    .. [2] P. Kandolf, A. Koskela, S. D. Relton and M. Schweitzer, "Computing low-rank approximations of the Fréchet
       derivative of a matrix function using Krylov subspace methods", Numerical Linear Algebra with Applications 28,
       2021.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import expm
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import funm_multiply_krylov
    >>> A = csr_array(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
    >>> funm_multiply_krylov(expm, A, torch.tensor([1.0, 2.0]), t=0.5)
    tensor([2., 2.])
    """
    name = "funm_multiply_krylov"
    if assume_a not in ("general", "gen", "hermitian", "her"):
        raise ValueError(f"{name}: assume_a: {assume_a!r} is not a recognized matrix structure")
    kind, matrix = as_matrix(A, "A", name)
    n = int(matrix.shape[-1])
    if getattr(b, "ndim", 1) != 1:
        raise ValueError(f"{name}: argument 'b' must be a 1D array. Its shape is {tuple(b.shape)}")
    if len(matrix.shape) != 2:
        raise bad_argument(name, "A", "two-dimensional", A)
    x = vector(b, "b", name, n, None if kind == "operator" else matrix.device)
    every = min(20, max(n, 1)) if restart_every_m is None else int(restart_every_m)
    if every <= 0:
        raise ValueError(f"{name}: argument 'restart_every_m' must be positive. It is {restart_every_m}")
    if int(max_restarts) <= 0:
        raise ValueError(f"{name}: argument 'max_restarts' must be positive. It is {max_restarts}")
    limit = whole("max_restarts", int(max_restarts), name)
    dtype = torch.promote_types(matrix.dtype or x.dtype, x.dtype)
    complex_t = isinstance(t, complex) or (isinstance(t, Tensor) and t.is_complex())
    if complex_t:
        dtype = floating(dtype).to_complex()
    x = x.to(compute_dtype(floating(dtype)))
    operator = aslinearoperator(matrix)
    forward, back = by_parts(product_of(operator), matrix.dtype), by_parts(adjoint_of(operator), matrix.dtype)

    def apply(v: Tensor) -> Tensor:
        return (t * forward(v)).to(v.dtype)

    def transposed(v: Tensor) -> Tensor:
        return (t * back(v.conj().resolve_conj()).conj()).to(v.dtype).resolve_conj()

    hermitian = assume_a in ("hermitian", "her") and not complex_t
    tolerances = number("rtol", rtol, name), number("atol", atol, name)
    settings = _Settings(f, apply, transposed, *tolerances, every, limit, hermitian)
    with torch.no_grad(), forward_grad_enabled(False):
        found = settings.expand(apply, x.detach(), hermitian)
    if not wanted():
        return found.y
    products = apply(found.V) if found.V.shape[0] else found.V
    result: Tensor = _ThroughFunction.apply(x, products, found, settings)  # type: ignore[no-untyped-call]
    return result
