"""Solutions of ``A x = b`` by iteration, differentiated by the implicit function theorem: one home for all methods."""

from __future__ import annotations

import operator as python_operator
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from ..._core.arrays import as_tensor, compute_dtype, floating
from ..._core.cards import Sample
from ..._core.dispatch import _move_batch_dims, operator, unbroadcast
from ..._core.errors import bad_argument, warn
from ..._core.torch_private import (
    forward_grad_enabled,
    forward_mode_active,
    through_grads_batched,
    transforms_active,
)
from .._base import SparseBase, SparseWarning
from .._convert import is_scipy
from .._csr import csr_array
from .._products import matmul, pattern_tensors, sample
from . import _arnoldi, _short_recurrences
from ._cg_steps import conjugate_gradients
from ._interface import LinearOperator, _Matrix, aslinearoperator
from ._iterate import Apply, Method, Options, System, iterate
from ._recurrence import Repeated, repeated

_LONG_ROW = 2**14
METHODS: dict[str, Method] = {
    "bicg": _short_recurrences.bicg,
    "bicgstab": _short_recurrences.bicgstab,
    "cg": _short_recurrences.cg,
    "cgs": _short_recurrences.cgs,
    "gcrotmk": _arnoldi.gcrotmk,
    "gmres": _arnoldi.gmres,
    "lgmres": _arnoldi.lgmres,
    "minres": _short_recurrences.minres,
    "qmr": _short_recurrences.qmr,
    "tfqmr": _short_recurrences.tfqmr,
}
_HERMITIAN = ("cg", "minres")

# Signature of the compiled operator: whole solves by conjugate gradients on the CPU.
_csr_cg = torch.ops.sci.csr_cg.default


# ---- the operator ----------------------------------------------------------------------------------------------------
#
# x = A^-1 b.  dx = A^-1 (db - dA x).  With g the gradient with respect to x and lambda = A^-H g,
#     grad_b = lambda,     grad_A = -lambda x^H, on the pattern of A where it is sparse.
# With `adjoint`, x = A^-H b, and the gradients are lambda = A^-1 g and -x lambda^H. Both are solves by this same
# operator, so derivatives of every order follow. Nothing depends on x0 or M. For minres, A stands for A - shift.


def _apply(data: Tensor, pattern: list[Tensor], n: int, x: Tensor, adjoint: bool = False) -> Tensor:
    """Multiply vectors (*batch, n) by the dense matrix `data`, or the one on the pattern, or the adjoint."""
    columns = x.unsqueeze(-1)
    if not pattern:
        return ((data.mH if adjoint else data) @ columns).squeeze(-1)
    if adjoint:
        return matmul(data.conj().resolve_conj(), columns, _tensors(pattern), n, n, True).squeeze(-1)
    return matmul(data, columns, _tensors(pattern), n, n, False).squeeze(-1)


def _products(data: Tensor, pattern: list[Tensor], n: int) -> tuple[Apply, Apply]:
    """Return ``A x`` and ``A^H x`` as functions that many vectors are put into."""
    matrix = repeated(data, pattern, n) if pattern else None

    def forward(x: Tensor) -> Tensor:
        def otherwise(x: Tensor) -> Tensor:
            return _apply(data, pattern, n, x)

        return otherwise(x) if matrix is None else matrix.product(x, otherwise)

    def back(x: Tensor) -> Tensor:
        def otherwise(x: Tensor) -> Tensor:
            return _apply(data, pattern, n, x, True)

        return otherwise(x) if matrix is None else matrix.product(x, otherwise, True)

    return forward, back


def _tensors(pattern: list[Tensor]) -> Any:
    return (*pattern, None, None, None) if len(pattern) == 2 else tuple(pattern)


def _shifted(apply: Apply, shift: float) -> Apply:
    """Return ``A - shift``."""
    return apply if shift == 0 else lambda v: apply(v) - shift * v


def _options(method: str, settings: list[float]) -> Options:
    rtol, atol, maxiter, _, *more = settings
    return Options(rtol, atol, int(maxiter), tuple(more), state=[] if method in ("lgmres", "gcrotmk") else None)


def _complain(method: str, info: Tensor) -> None:
    if info.device.type != "meta" and bool((info != 0).any()):
        text = "the system for the derivative did not converge to the tolerance, so the derivative is inaccurate"
        warn(f"{method}: {text}", SparseWarning)


def _batch(data: Tensor, b: Tensor, x0: Tensor | None, pattern: list[Tensor]) -> torch.Size:
    start = () if x0 is None else x0.shape[:-1]
    return torch.broadcast_shapes(data.shape[: data.dim() - (1 if pattern else 2)], b.shape[:-1], start)


def _kernel(
    data: Tensor,
    b: Tensor,
    x0: Tensor | None,
    m: Tensor | None,
    pattern: list[Tensor],
    m_pattern: list[Tensor],
    method: str,
    settings: list[float],
    adjoint: bool,
    derivative: bool,
) -> tuple[Tensor, Tensor]:
    n = b.shape[-1]
    b = b.expand(*_batch(data, b, x0, pattern), n)
    x0 = None if x0 is None else x0.expand_as(b)
    compiled = method == "cg" and bool(pattern) and data.dim() == 1 and b.device.type in ("cpu", "cuda")
    if m is not None and compiled:
        compiled = bool(m_pattern) and m.dim() == 1 and m_pattern[0].dtype == pattern[0].dtype
    compiled = compiled and b.numel() > 0 and data.numel() > 0 and (m is None or m.numel() > 0)
    fused = compiled and b.device.type == "cuda"
    if fused and data.shape[0] > _LONG_ROW:  # the fused kernels would leave a very long row to one warp
        fused = compiled = int(pattern[0].diff().max()) <= _LONG_ROW
    if fused:
        rows, start = (None if v is None else v.resolve_conj().reshape(-1, n).contiguous() for v in (b, x0))
        assert rows is not None
        other = None if m is None else (m, *m_pattern[:2])
        x, info = conjugate_gradients(
            (data, *pattern[:2]), other, lambda v: _apply(data, pattern, n, v), rows, start,
            settings[0], settings[1], int(settings[2]),
        )  # fmt: skip
        x, info = x.reshape(b.shape), info.reshape(b.shape[:-1])
    elif compiled:
        second = (None, None, None) if m is None else (m, *m_pattern[:2])
        start = torch.zeros_like(b) if x0 is None else x0
        rtol, atol, maxiter = settings[0], settings[1], int(settings[2])
        right, start = b.reshape(-1, n), start.reshape(-1, n)
        x, info = _csr_cg(data, *pattern[:2], *second, right, start, rtol, atol, maxiter)
        x, info = x.reshape(b.shape), info.reshape(b.shape[:-1])
    else:
        with torch.no_grad():
            shift = settings[4] if method == "minres" else 0.0
            forward, back = _products(data, pattern, n)
            system = System(
                _shifted(forward, shift),
                back,
                None if m is None else lambda v: _apply(m, m_pattern, n, v),
                None if m is None else lambda v: _apply(m, m_pattern, n, v, True),
                fresh=True,
            )
            turned = system.adjoint if adjoint else system
            x, info = iterate(METHODS[method], turned, b.resolve_conj(), x0, _options(method, settings))
    if derivative:
        _complain(method, info)
    return x.contiguous(), info


def _fake(data: Tensor, b: Tensor, x0: Any, m: Any, pattern: Any, *rest: Any) -> tuple[Tensor, Tensor]:
    batch = _batch(data, b, x0, pattern)
    return b.new_empty((*batch, b.shape[-1])), b.new_empty(batch, dtype=torch.int64)


def _solve_for_derivative(inputs: Any, right: Tensor, adjoint: bool) -> Tensor:
    data, _, _, m, pattern, m_pattern, method, settings, *_ = inputs
    settings = [settings[3], *settings[1:]]
    adjoint = adjoint and method not in _HERMITIAN
    x: Tensor = _solve(data, right, None, m, pattern, m_pattern, method, settings, adjoint, True)[0]
    return x


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Any) -> list[Tensor | None]:
    data, b, _, _, pattern, *_, adjoint, _ = inputs
    x, g = outputs[0], grads[0]
    if g is None:
        return [None] * 10
    solved = through_grads_batched(lambda right: _solve_for_derivative(inputs, right, not adjoint), g)
    grad_data = grad_b = None
    if needs[0]:
        u, v = (-x, solved.conj()) if adjoint else (-solved, x.conj())
        u, v = u.unsqueeze(-1), v.unsqueeze(-1)
        if not pattern:
            grad_data = unbroadcast(u * v.mT, data)
        elif data.dim() == 1 and u.dim() > 2:  # several right-hand sides: their sum is one sampled product
            u, v = (w.squeeze(-1).reshape(-1, w.shape[-2]).mT for w in (u, v))
            grad_data = sample(u, v, _tensors(pattern))
        else:
            grad_data = unbroadcast(sample(u, v, _tensors(pattern)), data)
    if needs[1]:
        grad_b = unbroadcast(solved, b)
    return [grad_data, grad_b] + [None] * 8


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, None]:
    pattern, adjoint = inputs[4], inputs[8]
    x = outputs[0]
    right = torch.zeros_like(x) if tangents[1] is None else tangents[1].expand_as(x)
    if tangents[0] is not None:
        right = right - _apply(tangents[0], pattern, x.shape[-1], x, adjoint)
    return _solve_for_derivative(inputs, right, adjoint), None


def _vmap(info: Any, in_dims: Any, data: Tensor, b: Tensor, x0: Any, m: Any, *rest: Any) -> Any:
    cores = (1 if rest[0] else 2, 1, 1, 1 if rest[1] else 2)
    given = [i for i, x in enumerate((data, b, x0, m)) if x is not None]
    args, dims = tuple((data, b, x0, m)[i] for i in given), tuple(in_dims[i] for i in given)
    moved = iter(_move_batch_dims(args, dims, tuple(cores[i] for i in given)))
    full = [None if x is None else next(moved) for x in (data, b, x0, m)]
    out = torch.ops.sci.sparse_iterate.default(*full, *rest)
    moving = any(dim is not None for dim in in_dims[:3])
    return out, (0, 0) if moving else (None, None)


_solve = operator(
    "sparse_iterate(Tensor data, Tensor b, Tensor? x0, Tensor? m, Tensor[] pattern, Tensor[] m_pattern, str method, "
    "float[] settings, bool adjoint, bool derivative) -> (Tensor, Tensor)",
    kernel=_kernel,
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    vmap=_vmap,
)


# ---- operators known by their products -------------------------------------------------------------------------------


class ThroughSolve(torch.autograd.Function):
    """Zero in value, and in its derivative ``A^-1`` applied to that of the residual.

    For x that solves A x = b and the residual r = b - A x, ``x + ThroughSolve(r)`` has the derivative
    A^-1 (db - dA x), whatever tensors A uses (the implicit function theorem). Where x is held fixed in r, that is right
    once; a second step from the x so found has the second derivative right, too, as its dA x knows how x varies.
    """

    @staticmethod
    def forward(residual: Tensor, back: Callable[[Tensor], Tensor], ahead: Callable[[Tensor], Tensor]) -> Tensor:
        return torch.zeros_like(residual)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.back, ctx.ahead = inputs[1:]

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return through_grads_batched(ctx.back, g), None, None

    @staticmethod
    def jvp(ctx: Any, t: Tensor, *_: Any) -> Any:
        return ctx.ahead(t)


def wanted() -> bool:
    """Can anything be differentiated here?"""
    return torch.is_grad_enabled() or forward_mode_active() or transforms_active()


def may_carry_derivatives(kind: str, matrix: Any, *tensors: Tensor | None) -> bool:
    """Can a solution depend on something that is differentiated? What functions use is not known beforehand."""
    if kind == "operator" or forward_mode_active() or transforms_active():
        return wanted()
    data = matrix._data if kind == "pattern" else matrix
    return torch.is_grad_enabled() and any(x is not None and x.requires_grad for x in (data, *tensors))


def carry_derivatives(*residuals: Tensor) -> bool:
    """Do residuals, computed where derivatives are `wanted`, depend on something that is differentiated?"""
    return forward_mode_active() or transforms_active() or any(r.requires_grad for r in residuals)


def _repeated(A: LinearOperator) -> Repeated | None:
    """Return an operator's matrix for many products, where it has one in compressed rows."""
    matrix = A.A if isinstance(A, _Matrix) else None
    if not isinstance(matrix, csr_array) or matrix.ndim != 2:
        return None
    pattern = matrix._valid()
    return repeated(matrix._data, (pattern.indptr, pattern.indices), int(matrix.shape[1]))


def products_of(A: LinearOperator) -> tuple[Apply, Apply]:
    """Return ``A x`` and ``A^H x`` as functions of vectors ``(*batch, n)``."""
    matrix = _repeated(A)
    return product_of(A, matrix), adjoint_of(A, matrix)


def product_of(A: LinearOperator, matrix: Repeated | None = None) -> Apply:
    """Return ``A x`` as a function of vectors ``(*batch, n)``; `matrix` is what `_repeated` has found."""
    matrix = _repeated(A) if matrix is None else matrix

    def apply(x: Tensor) -> Tensor:
        return rows(x) if matrix is None or wanted() else matrix.product(x, rows)

    def rows(x: Tensor) -> Tensor:
        if x.dim() == 1:
            return A.matvec(x)
        y = A.matmat(x.reshape(-1, x.shape[-1]).mT).mT
        return y.reshape(*x.shape[:-1], y.shape[-1])

    return apply


def adjoint_of(A: LinearOperator, matrix: Repeated | None = None) -> Apply:
    """Return ``A^H x``; by differentiating ``matvec``, which is linear, where no ``rmatvec`` is defined."""
    forward = product_of(A)
    matrix = _repeated(A) if matrix is None else matrix
    known: list[bool] = []

    def direct(y: Tensor) -> Tensor:
        if y.dim() == 1:
            return A.rmatvec(y)
        x = A.rmatmat(y.reshape(-1, y.shape[-1]).mT).mT
        return x.reshape(*y.shape[:-1], x.shape[-1])

    def apply(y: Tensor) -> Tensor:
        return rows(y) if matrix is None or wanted() else matrix.product(y, rows, True)

    def rows(y: Tensor) -> Tensor:
        if not known or known[0]:
            try:
                result = direct(y)
                known[:] = [True]
                return result
            except NotImplementedError:
                known[:] = [False]
        graph = torch.is_grad_enabled()
        with torch.enable_grad():
            x = y.new_zeros((*y.shape[:-1], A.shape[1]), requires_grad=True)
            return torch.autograd.grad(forward(x), x, y, create_graph=graph)[0]

    return apply


def _solve_operator(
    method: str,
    system: System,
    b: Tensor,
    x0: Tensor | None,
    options: Options,
    derivative_rtol: float,
    callback: Callable[[Tensor], object] | None,
    derivative: bool = False,
    differentiated: bool = True,
) -> tuple[Tensor, Tensor]:
    with torch.no_grad(), forward_grad_enabled(False):
        x, info = iterate(METHODS[method], system, b.detach(), x0, options, callback)
    if derivative:
        _complain(method, info)
    if not (differentiated and wanted()):
        return x, info
    first = b - system.apply(x.detach())
    if not carry_derivatives(first):
        return x, info
    turned = system if method in _HERMITIAN else system.adjoint
    # Of the two steps, the one that a derivative comes to last solves for a residual: nothing is left to do, unless it
    # is differentiated in turn. `enough` is how small the other one has made it.
    enough = [0.0]

    def solve(of: System, rest: bool) -> Apply:
        def act(g: Tensor) -> Tensor:
            if not rest:
                enough[0] = max(options.atol, derivative_rtol * float(torch.linalg.vector_norm(g.detach())))
            atol = 2 * enough[0] if rest else options.atol
            state: Any = None if options.state is None else []
            again = Options(derivative_rtol, atol, options.maxiter, options.more, state=state)
            return _solve_operator(method, of, g, None, again, derivative_rtol, None, True)[0]

        return act

    x = x.detach() + ThroughSolve.apply(first, solve(turned, True), solve(system, False))  # type: ignore[no-untyped-call]
    x = x + ThroughSolve.apply(b - system.apply(x), solve(turned, False), solve(system, True))  # type: ignore[no-untyped-call]
    return x, info


# ---- arguments -------------------------------------------------------------------------------------------------------


def samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    """Yield dense systems: one, several right-hand sides, several matrices."""

    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype, device=device)

    yield Sample(random(4, 4), random(4))
    yield Sample(random(3, 3), random(2, 3))
    yield Sample(random(2, 3, 3), random(3))


def call(function: Any, A: Any, b: Any) -> Any:
    """Solve for a Hermitian positive definite matrix of independent entries to full accuracy."""
    n = A.shape[-1]
    A = A @ A.mH + n * torch.eye(n, dtype=A.dtype, device=A.device)
    return function(A, b, rtol=8 * torch.finfo(b.dtype).eps)[0]


def call_general(function: Any, A: Any, b: Any) -> Any:
    """Solve for a matrix that is not Hermitian."""
    n = A.shape[-1]
    A = A + 2 * n * torch.eye(n, dtype=A.dtype, device=A.device)
    return function(A, b, rtol=32 * torch.finfo(b.dtype).eps)[0]


def as_matrix(A: Any, name: str, function: str, n: int = -1, square: bool = True) -> tuple[str, Any]:
    """Return what kind of operator this is ("pattern", "dense" or "operator") and the operator."""
    if isinstance(A, SparseBase):
        A = A.tocsr()
    elif is_scipy(A) or (isinstance(A, Tensor) and A.layout is not torch.strided):
        A = csr_array(A)
    if isinstance(A, SparseBase):
        kind: str = "pattern"
    elif isinstance(A, LinearOperator) or (hasattr(A, "matvec") and hasattr(A, "shape")):
        kind, A = "operator", aslinearoperator(A)
    else:
        kind, A = "dense", as_tensor(A, name, function)
    if len(A.shape) < 2 or (square and A.shape[-1] != A.shape[-2]):
        raise ValueError(f"{function}: {name} must be {'square' if square else 'a matrix'}, got shape {tuple(A.shape)}")
    if n >= 0 and A.shape[-1] != n:
        raise ValueError(f"{function}: {name} has shape {tuple(A.shape)}, which does not fit {n} unknowns")
    return kind, A


def _own_preconditioner(A: LinearOperator) -> LinearOperator | None:
    """Return the preconditioner that SciPy finds in an operator's ``psolve``."""
    act = getattr(A, "psolve", None)
    more: dict[str, Any] = {"rmatvec": getattr(A, "rpsolve", None), "dtype": A.dtype}
    return None if act is None else LinearOperator(A.shape, act, **more)


def vector(x: Any, name: str, function: str, n: int, device: Any) -> Tensor:
    """Return ``(..., n)`` of ``(..., n)`` or ``(n, 1)``."""
    found = as_tensor(x, name, function, device)
    if found.dim() == 2 and found.shape == (n, 1) and n != 1:
        found = found.squeeze(-1)
    if found.dim() == 0 or found.shape[-1] != n:
        raise ValueError(f"{function}: {name} has shape {tuple(found.shape)}, which does not fit {n} unknowns")
    return found


def solve(
    method: str,
    A: Any,
    b: Any,
    x0: Any,
    rtol: Any,
    atol: Any,
    maxiter: Any,
    M: Any,
    callback: Any,
    *,
    limit: Callable[[int], int] = lambda n: 10 * n,
    more: Callable[[int], tuple[float, ...]] = lambda n: (),
    derivative_rtol: Any = None,
    M2: Any = None,
    note: Callable[[Tensor], object] | None = None,
    state: Callable[[System, torch.dtype], list[Any]] | None = None,
) -> tuple[Tensor, Tensor, list[Any]]:
    """Check the arguments and solve; also the vectors that the method has kept."""
    kind, matrix = as_matrix(A, "A", method)
    n = int(matrix.shape[-1])
    right = vector(b, "b", method, n, None if kind == "operator" else matrix.device)
    if kind != "operator" and right.device != matrix.device:
        where = f"got A on {matrix.device} and b on {right.device}"
        raise RuntimeError(f"{method}: all tensors must be on one device, {where}")
    dtype = right.dtype if matrix.dtype is None else torch.promote_types(matrix.dtype, right.dtype)
    from_b = isinstance(x0, str) and x0 == "Mb"
    start = None if x0 is None or from_b else vector(x0, "x0", method, n, right.device)
    dtype = compute_dtype(floating(dtype if start is None else torch.promote_types(dtype, start.dtype)))
    right = right.to(dtype)
    start = None if start is None else start.detach().to(dtype)
    most = limit(n) if maxiter is None else whole("maxiter", maxiter, method)
    rtol, atol = number("rtol", rtol, method), number("atol", atol, method)
    own = rtol if derivative_rtol is None else number("derivative_rtol", derivative_rtol, method)
    if callback is not None and not callable(callback):
        raise bad_argument(method, "callback", "a function", callback, TypeError)
    M = _own_preconditioner(matrix) if M is None and kind == "operator" else M
    m_kind, m = ("none", None) if M is None else as_matrix(M, "M", method, n)
    m2 = None if M2 is None else aslinearoperator(as_matrix(M2, "M2", method, n)[1])
    if from_b:
        start = right.detach() if m is None else product_of(aslinearoperator(m))(right.detach())
    by_products = "operator" in (kind, m_kind) or any(f is not None for f in (callback, note, state, m2))
    if by_products:
        A_, left = aslinearoperator(matrix), None if m is None else aslinearoperator(m)
        (M1, M1_adjoint), (M2_, M2_adjoint) = ((None, None) if x is None else products_of(x) for x in (left, m2))
        forward, back = products_of(A_)
        forward = _shifted(forward, more(n)[0] if method == "minres" else 0.0)
        system = System(forward, back, M1, M1_adjoint, M2_, M2_adjoint, kind != "operator")
        kept: Any = [] if method in ("lgmres", "gcrotmk") else None
        if state is not None:
            with torch.no_grad():
                kept = state(system, dtype)
        options = Options(rtol, atol, most, more(n), note=note, state=kept)
        start = None if start is None else start.expand(torch.broadcast_shapes(start.shape, right.shape))
        right = right if start is None else right.expand_as(start)
        differentiated = may_carry_derivatives(kind, matrix, right)
        found = _solve_operator(method, system, right, start, options, own, callback, False, differentiated)
        return *found, kept or []
    data, pattern = _parts(kind, matrix, dtype, right, transposed=method in ("bicg", "qmr"))
    m_data, m_pattern = (None, []) if m is None else _parts(m_kind, m, dtype, transposed=method in ("bicg", "qmr"))
    settings = [rtol, atol, float(most), own, *more(n)]
    return *_solve(data, right, start, m_data, pattern, m_pattern, method, settings, False, False), []


def _parts(kind: str, matrix: Any, dtype: torch.dtype, *values: Tensor, transposed: bool = False) -> Any:
    """Return a matrix as the operator takes it: values, and the tensors of the pattern (none for a dense one)."""
    if kind == "dense":
        return matrix.to(dtype), []
    data = matrix._data.to(dtype)
    tensors = pattern_tensors(matrix._valid(), data, *values, transposed=transposed)
    return data, [x for x in tensors if x is not None]


def number(name: str, value: Any, function: str) -> float:
    """Return a tolerance."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise bad_argument(function, name, "a non-negative number", value) from None
    if not found >= 0:
        raise bad_argument(function, name, "a non-negative number", value)
    return found


def whole(name: str, value: Any, function: str) -> int:
    """Return a count."""
    try:
        found = python_operator.index(value)
    except TypeError:
        raise bad_argument(function, name, "an integer", value, TypeError) from None
    if found < 0:
        raise bad_argument(function, name, "a non-negative integer", value)
    return found
