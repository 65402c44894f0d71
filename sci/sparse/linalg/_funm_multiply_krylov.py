"""`funm_multiply_krylov`: a function of a matrix applied to a vector, by restarted Arnoldi iterations."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from ..._core.arrays import compute_dtype, floating
from ..._core.cards import function
from ..._core.errors import bad_argument
from ..._core.torch_private import forward_grad_enabled
from .._products import pattern_tensors, sample
from ._arnoldi import arnoldi
from ._eigen import by_parts
from ._implicit import _apply as multiply
from ._implicit import _tensors as tensors_of
from ._implicit import adjoint_of, as_matrix, number, product_of, vector, wanted, whole
from ._interface import aslinearoperator
from ._iterate import Apply, norm

__all__ = ["funm_multiply_krylov"]

_ONCE = "funm_multiply_krylov has derivatives of first order only where A is a LinearOperator"
_Tensors = tuple[Tensor, ...]


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


def _pull(found: _Krylov, settings: _Settings, g: Tensor) -> tuple[Tensor, Tensor]:
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
    return other.y.conj(), products


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
        raise RuntimeError(_ONCE)

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Any:
        raise RuntimeError(_ONCE)


class _ThroughProducts(torch.autograd.Function):
    """An operator's value, with its first derivative in b and in the products ``P = A V``, so in all that A is made of.

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
            grads = _pull(ctx.found, ctx.settings, g)
        inputs = ctx.saved_tensors
        parts = [_like(x, of) for x, of in zip(grads, inputs, strict=True)]
        return *(_FirstOrder.apply(x, g, *inputs) for x in parts), None, None  # type: ignore[no-untyped-call]

    @staticmethod
    def jvp(ctx: Any, db: Tensor | None, dP: Tensor | None, *_: Any) -> Any:
        with torch.no_grad():
            result = _ThroughProducts.push(ctx.found, ctx.settings, db, dP)
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


# ---- derivatives of every order, where the tensors that make up the matrix are known ---------------------------------
#
# y = f(A) b.  dy = f(A) db + L(A, dA) b is the upper half of f([[A, dA], [0, A]]) [db; b]: again such a function, of a
# matrix that is linear in the tensors of A and of dA. So forward derivatives are values of this function, and those of
# gradients are gradients of it: d Re<c, grad Re<g, y>> is the gradient of Re<g, dy(c)>, as the Hessian is symmetric.


@dataclasses.dataclass(frozen=True)
class _Maps:
    """A matrix that is linear in some tensors: products with rows of vectors, and the gradient of the products."""

    apply: Callable[[_Tensors, Tensor], Tensor]
    transposed: Callable[[_Tensors, Tensor], Tensor]
    gradient: Callable[[_Tensors, Tensor, Tensor], _Tensors]

    def doubled(self) -> _Maps:
        """Return the maps of ``[[A, D], [0, A]]``, whose tensors are those of A and those of D."""

        def apply(of: _Tensors, x: Tensor) -> Tensor:
            (a, d), (u, v) = _halves(of), x.chunk(2, -1)
            return torch.cat([self.apply(a, u) + self.apply(d, v), self.apply(a, v)], -1)

        def transposed(of: _Tensors, x: Tensor) -> Tensor:
            (a, d), (u, v) = _halves(of), x.chunk(2, -1)
            return torch.cat([self.transposed(a, u), self.transposed(d, u) + self.transposed(a, v)], -1)

        def gradient(of: _Tensors, g: Tensor, x: Tensor) -> _Tensors:
            (a, d), (gu, gv), (u, v) = _halves(of), g.chunk(2, -1), x.chunk(2, -1)
            pairs = zip(self.gradient(a, gu, u), self.gradient(a, gv, v), strict=True)
            return (*(p + q for p, q in pairs), *self.gradient(d, gu, v))

        return _Maps(apply, transposed, gradient)


def _halves(of: _Tensors) -> tuple[_Tensors, _Tensors]:
    return of[: len(of) // 2], of[len(of) // 2 :]


def _maps(pattern: list[Any], n: int) -> _Maps:
    """Return the maps of a dense matrix, or of one on a pattern."""

    def product(data: Tensor, x: Tensor, transposed: bool) -> Tensor:
        if transposed:
            data = data.conj()  # of which the adjoint is taken
        dtype = torch.promote_types(data.dtype, x.dtype)
        act = by_parts(lambda v: multiply(data, pattern, n, v, transposed), data.dtype)
        return act(x.to(dtype).resolve_conj())

    def gradient(of: _Tensors, g: Tensor, x: Tensor) -> _Tensors:
        dtype = torch.promote_types(g.dtype, x.dtype)
        u, v = g.to(dtype).mT.resolve_conj(), x.to(dtype).mH.resolve_conj()
        return (_like(sample(u, v, tensors_of(pattern)) if pattern else u @ v.mT, of[0]),)

    return _Maps(lambda of, x: product(of[0], x, False), lambda of, x: product(of[0], x, True), gradient)


def _like(x: Tensor, of: Tensor) -> Tensor:
    """Return the part of a gradient that a real tensor has."""
    return x.real if x.is_complex() and not of.is_complex() else x


@dataclasses.dataclass
class _Task:
    """What to do with the tensors, and the decomposition once there is one."""

    settings: _Settings
    maps: _Maps
    found: _Krylov | None = None

    def bound(self, of: _Tensors) -> _Settings:
        apply, transposed = functools.partial(self.maps.apply, of), functools.partial(self.maps.transposed, of)
        return dataclasses.replace(self.settings, apply=apply, transposed=transposed)

    def decompose(self, b: Tensor, of: _Tensors) -> _Krylov:
        if self.found is None:
            settings = self.bound(of)
            self.found = settings.expand(settings.apply, b, settings.hermitian)
        return self.found


@dataclasses.dataclass
class _Direction:
    """The doubled problem, whose direction is scaled so that neither half hides in the other's tolerance."""

    task: _Task
    start: Tensor
    of: _Tensors
    scale: Tensor

    @staticmethod
    def along(task: _Task, b: Tensor, of: _Tensors, db: Tensor, dof: _Tensors) -> _Direction:
        with torch.no_grad(), forward_grad_enabled(False):
            ratio = torch.maximum(_ratio([db], [b]), _ratio(dof, of))
            scale = torch.where((ratio > 0) & ratio.isfinite(), 1 / ratio, 1).detach()
        doubled = _Task(dataclasses.replace(task.settings, hermitian=False), task.maps.doubled())
        return _Direction(doubled, torch.cat([scale * db, b]), (*of, *(scale * x for x in dof)), scale)

    def value(self) -> Tensor:
        """Return the derivative of the value."""
        y: Tensor = _Value.apply(self.start, self.task, *self.of)  # type: ignore[no-untyped-call]
        return y.chunk(2)[0] / self.scale

    def gradients(self, g: Tensor) -> _Tensors:
        """Return the derivatives of the gradients of ``Re<g, y>``."""
        padded = torch.cat([g, torch.zeros_like(g)])
        start, *of = _Gradients.apply(self.task, padded, self.start, *self.of)  # type: ignore[no-untyped-call]
        return tuple(x / self.scale for x in (start.chunk(2)[1], *of[: len(of) // 2]))


def _ratio(change: Sequence[Tensor], of: Sequence[Tensor]) -> Tensor:
    """Return by how much the largest entry of a direction exceeds the largest one of what it changes."""
    top, bottom = (torch.cat([x.abs().flatten() for x in (*xs, xs[0].new_zeros(1))]).amax() for xs in (change, of))
    return top / torch.where(bottom > 0, bottom, 1)


class _Value(torch.autograd.Function):
    """The value, from b and the tensors of the matrix."""

    @staticmethod
    def forward(b: Tensor, task: _Task, *of: Tensor) -> Tensor:
        return task.decompose(b, of).y.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        b, ctx.task, *of = inputs
        ctx.save_for_backward(b, *of)
        ctx.save_for_forward(b, *of)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        grads = _Gradients.apply(ctx.task, g, *ctx.saved_tensors)  # type: ignore[no-untyped-call]
        return grads[0], None, *grads[1:]

    @staticmethod
    def jvp(ctx: Any, db: Tensor | None, _: None, *dof: Tensor | None) -> Any:
        b, *of = ctx.saved_tensors
        along_b, *along_of = _filled((db, *dof), ctx.saved_tensors)
        return _Direction.along(ctx.task, b, tuple(of), along_b, tuple(along_of)).value()


class _Gradients(torch.autograd.Function):
    """The gradients of ``Re<g, y>`` with respect to b and the tensors of the matrix."""

    @staticmethod
    def forward(task: _Task, g: Tensor, b: Tensor, *of: Tensor) -> _Tensors:
        found = task.decompose(b, of)
        grad_b, products = _pull(found, task.bound(of), g)
        return _like(grad_b, b).clone(), *task.maps.gradient(of, products, found.V)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.task, *tensors = inputs
        ctx.save_for_backward(*tensors)
        ctx.save_for_forward(*tensors)

    @staticmethod
    def backward(ctx: Any, cb: Tensor, *cof: Tensor) -> Any:
        g, b, *of = ctx.saved_tensors
        direction = _Direction.along(ctx.task, b, tuple(of), cb, cof)
        return None, direction.value(), *direction.gradients(g)

    @staticmethod
    def jvp(ctx: Any, _: None, *tangents: Tensor | None) -> Any:
        g, b, *of = ctx.saved_tensors
        dg, db, *dof = _filled(tangents, ctx.saved_tensors)
        first = _Gradients.apply(ctx.task, dg, b, *of)  # type: ignore[no-untyped-call]
        second = _Direction.along(ctx.task, b, tuple(of), db, tuple(dof)).gradients(g)
        return tuple(p + q for p, q in zip(first, second, strict=True))


def _filled(tangents: Sequence[Tensor | None], of: Sequence[Tensor]) -> list[Tensor]:
    return [torch.zeros_like(x) if t is None else t for t, x in zip(tangents, of, strict=True)]


# ---- the function ----------------------------------------------------------------------------------------------------


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
    for matrices that are twice as large [2]_. Derivatives of every order are there, since the derivative in a direction
    is itself such a function, of a matrix twice as large; for a `LinearOperator`, whose tensors are not known, they are
    of first order, and to differentiate them again raises an error.
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
    >>> y = funm_multiply_krylov(expm, A, torch.tensor([1.0, 2.0]), t=0.5)
    >>> torch.allclose(y, torch.tensor([2.0, 2.0]))
    True
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
    if kind != "operator" and wanted():
        data = matrix if kind == "dense" else matrix._data
        data = t * data.to(compute_dtype(floating(data.dtype)))
        data = data.to(dtype if data.is_complex() else dtype.to_real())
        pattern: list[Any] = [] if kind == "dense" else list(pattern_tensors(matrix._valid(), data, x))
        y: Tensor = _Value.apply(x, _Task(settings, _maps(pattern, n)), data)  # type: ignore[no-untyped-call]
        return y
    with torch.no_grad(), forward_grad_enabled(False):
        found = settings.expand(apply, x.detach(), hermitian)
    if not wanted():
        return found.y
    products = apply(found.V) if found.V.shape[0] else found.V
    result: Tensor = _ThroughProducts.apply(x, products, found, settings)  # type: ignore[no-untyped-call]
    return result
