"""`cg`: conjugate gradients, differentiated implicitly."""

from __future__ import annotations

import operator as python_operator
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from ..._core.arrays import as_tensor, compute_dtype, floating
from ..._core.cards import Sample, function
from ..._core.dispatch import _move_batch_dims, operator, unbroadcast
from ..._core.errors import bad_argument
from ..._core.torch_private import forward_mode_active, through_grads_batched, transforms_active
from .._base import SparseBase, SparseWarning
from .._convert import is_scipy
from .._csr import csr_array
from .._products import matmul, pattern_tensors, sample
from ._interface import LinearOperator, aslinearoperator
from ._iterate import conjugate_gradients

__all__ = ["cg"]

# Signature of the compiled operator: whole solves on the CPU.
_csr_cg = torch.ops.sci.csr_cg.default


# ---- the operator ----------------------------------------------------------------------------------------------------
#
# x = A^-1 b.  dx = A^-1 (db - dA x).  With g the gradient with respect to x and lambda = A^-H g, and A^H = A,
#     grad_b = lambda,     grad_A = -lambda x^H, on the pattern of A where it is sparse.
# Both are solves with A again, by this same operator, so derivatives of every order follow. Nothing depends on x0 or M.


def _apply(data: Tensor, pattern: list[Tensor], n: int, x: Tensor) -> Tensor:
    """Multiply vectors (*batch, n) by the dense matrix `data`, or the one on the pattern."""
    if not pattern:
        return (data @ x.unsqueeze(-1)).squeeze(-1)
    return matmul(data, x.unsqueeze(-1), _tensors(pattern), n, n, False).squeeze(-1)


def _tensors(pattern: list[Tensor]) -> Any:
    return (*pattern, None, None, None) if len(pattern) == 2 else tuple(pattern)


def _kernel(
    data: Tensor,
    b: Tensor,
    x0: Tensor,
    m: Tensor | None,
    pattern: list[Tensor],
    m_pattern: list[Tensor],
    rtol: float,
    atol: float,
    maxiter: int,
    adjoint: bool,
) -> tuple[Tensor, Tensor]:
    n = b.shape[-1]
    core = 1 if pattern else 2
    batch = torch.broadcast_shapes(data.shape[: data.dim() - core], b.shape[:-1], x0.shape[:-1])
    b, x0 = b.expand(*batch, n), x0.expand(*batch, n)
    compiled = bool(pattern) and data.dim() == 1 and b.device.type == "cpu" and b.numel() > 0
    if m is not None and compiled:
        compiled = bool(m_pattern) and m.dim() == 1 and m_pattern[0].dtype == pattern[0].dtype
    if compiled:
        second = (None, None, None) if m is None else (m, *m_pattern[:2])
        x, info = _csr_cg(data, *pattern[:2], *second, b.reshape(-1, n), x0.reshape(-1, n), rtol, atol, maxiter)
        x, info = x.reshape(b.shape), info.reshape(b.shape[:-1])
    else:
        precondition = None if m is None else lambda v: _apply(m, m_pattern, n, v)
        x, info = conjugate_gradients(lambda v: _apply(data, pattern, n, v), precondition, b, x0, rtol, atol, maxiter)
        x = x.clone() if x.data_ptr() == x0.data_ptr() else x
    if adjoint and b.device.type != "meta" and bool((info != 0).any()):
        text = "cg: the system for the derivative did not converge to the tolerance, so the derivative is inaccurate"
        warnings.warn(text, SparseWarning, stacklevel=2)
    return x.contiguous(), info


def _fake(
    data: Tensor,
    b: Tensor,
    x0: Tensor,
    m: Any,
    pattern: Any,
    m_pattern: Any,
    rtol: Any,
    atol: Any,
    k: Any,
    adjoint: Any,
) -> tuple[Tensor, Tensor]:
    core = 1 if pattern else 2
    batch = torch.broadcast_shapes(data.shape[: data.dim() - core], b.shape[:-1], x0.shape[:-1])
    return b.new_empty((*batch, b.shape[-1])), b.new_empty(batch, dtype=torch.int64)


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Any) -> list[Tensor | None]:
    data, b, _, m, pattern, m_pattern, rtol, atol, maxiter, _ = inputs
    x, g = outputs[0], grads[0]
    if g is None:
        return [None] * 10

    def solve(right: Tensor) -> Tensor:
        return _solve(data, right, torch.zeros_like(right), m, pattern, m_pattern, rtol, atol, maxiter, True)[0]

    adjoint = through_grads_batched(solve, g)
    grad_data = grad_b = None
    if needs[0]:
        u, v = -adjoint.unsqueeze(-1), x.conj().unsqueeze(-1)
        if not pattern:
            grad_data = unbroadcast(u * v.mT, data)
        elif data.dim() == 1 and u.dim() > 2:  # several right-hand sides: their sum is one sampled product
            u, v = (w.squeeze(-1).reshape(-1, w.shape[-2]).mT for w in (u, v))
            grad_data = sample(u, v, _tensors(pattern))
        else:
            grad_data = unbroadcast(sample(u, v, _tensors(pattern)), data)
    if needs[1]:
        grad_b = unbroadcast(adjoint, b)
    return [grad_data, grad_b] + [None] * 8


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, None]:
    data, _, _, m, pattern, m_pattern, rtol, atol, maxiter, _ = inputs
    x = outputs[0]
    right = torch.zeros_like(x) if tangents[1] is None else tangents[1].expand_as(x)
    if tangents[0] is not None:
        right = right - _apply(tangents[0], pattern, x.shape[-1], x)
    moved, _ = _solve(data, right, torch.zeros_like(right), m, pattern, m_pattern, rtol, atol, maxiter, True)
    return moved, None


def _vmap(info: Any, in_dims: Any, data: Tensor, b: Tensor, x0: Tensor, m: Tensor | None, *rest: Any) -> Any:
    cores = (1 if rest[0] else 2, 1, 1, *(() if m is None else (1 if rest[1] else 2,)))
    out = torch.ops.sci.sparse_cg.default(*_move_batch_dims((data, b, x0, m), in_dims[:4], cores), *rest)
    if any(dim is not None for dim in in_dims[:3]):
        return out, (0, 0)
    return out, (None, None)


_solve = operator(
    "sparse_cg(Tensor data, Tensor b, Tensor x0, Tensor? m, Tensor[] pattern, Tensor[] m_pattern, float rtol, "
    "float atol, int maxiter, bool adjoint) -> (Tensor, Tensor)",
    kernel=_kernel,
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    vmap=_vmap,
)


# ---- operators known by their products -------------------------------------------------------------------------------


class _ThroughSolve(torch.autograd.Function):
    """Zero in value, and in its derivative ``A^-1`` applied to that of the residual.

    For x that solves A x = b and the residual r = b - A x, ``x + _ThroughSolve(r)`` has the derivative
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
        return ctx.back(g), None, None

    @staticmethod
    def jvp(ctx: Any, t: Tensor, *_: Any) -> Any:
        return ctx.ahead(t)


def _solve_operator(
    A: LinearOperator,
    b: Tensor,
    x0: Tensor,
    M: LinearOperator | None,
    rtol: float,
    atol: float,
    maxiter: int,
    callback: Callable[[Tensor], object] | None,
    adjoint: bool = False,
) -> tuple[Tensor, Tensor]:
    if b.dim() != 1:
        text = "b must be a vector where A or M is an operator or a callback is given"
        raise ValueError(f"cg: {text}, got shape {tuple(b.shape)}")
    with torch.no_grad():
        precondition = None if M is None else M.matvec
        fixed = b.detach()
        x, info = conjugate_gradients(A.matvec, precondition, fixed, x0.detach(), rtol, atol, maxiter, callback)
    if adjoint and bool(info != 0):
        text = "cg: the system for the derivative did not converge to the tolerance, so the derivative is inaccurate"
        warnings.warn(text, SparseWarning, stacklevel=2)
    moving = forward_mode_active() or transforms_active()
    if not (torch.is_grad_enabled() or moving):
        return x, info
    residual = b - A.matvec(x.detach())
    if not (residual.requires_grad or moving):
        return x, info
    # Of the two steps, the one that a derivative comes to last solves for a residual: nothing is left to do, unless it
    # is differentiated in turn. `enough` is how small the other one has made it.
    enough = [0.0]

    def solve(g: Tensor) -> Tensor:
        enough[0] = max(atol, rtol * float(torch.linalg.vector_norm(g.detach())))
        return _solve_operator(A, g, torch.zeros_like(g), M, rtol, atol, maxiter, None, True)[0]

    def solve_rest(g: Tensor) -> Tensor:
        return _solve_operator(A, g, torch.zeros_like(g), M, rtol, 2 * enough[0], maxiter, None, True)[0]

    x = x.detach() + _ThroughSolve.apply(residual, solve_rest, solve)  # type: ignore[no-untyped-call]
    x = x + _ThroughSolve.apply(b - A.matvec(x), solve, solve_rest)  # type: ignore[no-untyped-call]
    return x, info


# ---- the function ----------------------------------------------------------------------------------------------------


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype, device=device)

    yield Sample(random(4, 4), random(4))
    yield Sample(random(3, 3), random(2, 3))
    yield Sample(random(2, 3, 3), random(3))


def _call(cg: Any, A: Any, b: Any) -> Any:
    # A Hermitian positive definite matrix of independent entries, solved to full accuracy.
    n = A.shape[-1]
    A = A @ A.mH + n * torch.eye(n, dtype=A.dtype, device=A.device)
    return cg(A, b, rtol=8 * torch.finfo(b.dtype).eps)[0]


def _matrix(A: Any, name: str, n: int) -> tuple[str, Any]:
    """Return what kind of operator this is ("pattern", "dense" or "operator") and the operator."""
    if isinstance(A, SparseBase):
        A = A.tocsr()
    elif is_scipy(A) or (isinstance(A, Tensor) and A.layout is not torch.strided):
        A = csr_array(A)
    if isinstance(A, csr_array):
        kind: str = "pattern"
    elif isinstance(A, LinearOperator) or (hasattr(A, "matvec") and hasattr(A, "shape")):
        kind, A = "operator", aslinearoperator(A)
    else:
        kind, A = "dense", as_tensor(A, name, "cg")
    if len(A.shape) < 2 or A.shape[-1] != A.shape[-2]:
        raise ValueError(f"cg: {name} must be square, got shape {tuple(A.shape)}")
    if n >= 0 and A.shape[-1] != n:
        raise ValueError(f"cg: {name} has shape {tuple(A.shape)}, which does not fit {n} unknowns")
    return kind, A


@function(differentiable=("A", "b"), samples=_samples, call=_call, synchronizes=True)
def cg(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: int | None = None,
    M: Any = None,
    callback: Callable[[Tensor], object] | None = None,
) -> tuple[Tensor, Tensor]:
    r"""Solve ``A x = b`` by conjugate gradients, for a Hermitian positive definite `A`.

    Parameters
    ----------
    A : sparse array ``(N, N)``, Tensor ``(..., N, N)``, LinearOperator, or an object with ``shape`` and ``matvec``
        The matrix. It is taken for Hermitian and positive definite; neither is checked.
    b : Tensor or array-like, ``(..., N)`` or ``(N, 1)``
        Right-hand side; leading dimensions are a batch and broadcast against those of `A`.
    x0 : Tensor or array-like, optional
        Where to start; by default zero.
    rtol, atol : float
        A system is solved when ``norm(b - A x) <= max(rtol * norm(b), atol)``.
    maxiter : int, optional
        Give up after so many iterations; by default ``10 * N``.
    M : sparse array, Tensor, LinearOperator, optional
        Preconditioner: a Hermitian positive definite approximation of the inverse of `A`.
    callback : callable, optional
        ``callback(xk)`` is called after each iteration.

    Returns
    -------
    x : Tensor ``(..., N)``
        The solution, in the common floating dtype of `A` and `b`.
    info : Tensor of int64, ``(...)``
        0 where the system is solved; otherwise the number of iterations done.

    Raises
    ------
    ValueError
        For shapes that do not fit, and for a negative `maxiter`.
    TypeError
        For arguments that are no arrays of numbers.

    Notes
    -----
    ``info = 0`` is a statement about the true residual ``b - A x``, which is computed anew before it is made (and the
    iteration goes on from there if it is too large): the residual of the recursion can be much smaller. Where rounding
    keeps the true one from getting small enough, the iteration stops early. On CUDA the host looks at the residuals
    every 16 iterations.

    **Derivatives** are those of the solution, not of the iteration: with the gradient g with respect to x,

    .. math:: A^H \lambda = g, \qquad \bar b = \lambda, \qquad \bar A = -\lambda x^H,

    and forward ``dx = A^{-1} (db - dA x)`` [1]_, each by `cg` with the same tolerances and preconditioner, so their
    accuracy is that of the tolerance; a `SparseWarning` says when such a solve does not converge. :math:`\bar A` is
    sampled on the pattern of a sparse `A`, and treats its entries as independent: make `A` from parameters (one for
    both halves) and the chain rule does the rest; perturbations that leave `A` Hermitian are the only ones for which
    the formula, which solves with A for A^H, holds. `x0` and `M` do not influence the solution: their derivative is
    zero. For a `LinearOperator` gradients reach the tensors that its ``matvec`` uses.

    `callback` and operators that are not arrays run outside ``torch.compile``.

    References
    ----------
    .. [1] M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation",
       2008, section 2.3.1.
    .. [2] M. R. Hestenes and E. Stiefel, "Methods of conjugate gradients for solving linear systems", J. Research of
       the National Bureau of Standards 49, 1952.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import cg
    >>> A = csr_array(torch.tensor([[4.0, 1.0, 0.0], [1.0, 3.0, 0.0], [0.0, 0.0, 2.0]]))
    >>> x, info = cg(A, torch.tensor([1.0, 2.0, 4.0]))
    >>> int(info)
    0
    >>> torch.allclose(A @ x, torch.tensor([1.0, 2.0, 4.0]), atol=1e-4)
    True
    """
    kind, matrix = _matrix(A, "A", -1)
    n = int(matrix.shape[-1])
    right = as_tensor(b, "b", "cg", None if kind == "operator" else matrix.device)
    if right.dim() == 2 and right.shape == (n, 1) and n != 1:
        right = right.squeeze(-1)
    if right.dim() == 0 or right.shape[-1] != n:
        raise ValueError(f"cg: b has shape {tuple(right.shape)}, which does not fit A of shape {tuple(matrix.shape)}")
    if kind != "operator" and right.device != matrix.device:
        raise RuntimeError(f"cg: all tensors must be on one device, got A on {matrix.device} and b on {right.device}")
    dtype = right.dtype if matrix.dtype is None else torch.promote_types(matrix.dtype, right.dtype)
    start = None if x0 is None else as_tensor(x0, "x0", "cg", right.device)
    if start is not None:
        start = start.squeeze(-1) if start.shape == (n, 1) and n != 1 else start
        if start.dim() == 0 or start.shape[-1] != n:
            raise ValueError(f"cg: x0 has shape {tuple(start.shape)}, which does not fit {n} unknowns")
        dtype = torch.promote_types(dtype, start.dtype)
    dtype = compute_dtype(floating(dtype))
    right = right.to(dtype)
    start = torch.zeros_like(right) if start is None else start.to(dtype)
    limit = 10 * n if maxiter is None else _whole("maxiter", maxiter)
    rtol, atol = _tolerance("rtol", rtol), _tolerance("atol", atol)
    m_kind, m = ("none", None) if M is None else _matrix(M, "M", n)
    if kind == "operator" or m_kind == "operator" or callback is not None:
        if callback is not None and not callable(callback):
            raise bad_argument("cg", "callback", "a function", callback, TypeError)
        preconditioner = None if m is None else aslinearoperator(m)
        return _solve_operator(aslinearoperator(matrix), right, start, preconditioner, rtol, atol, limit, callback)
    data, pattern = _parts(kind, matrix, dtype, right)
    m_data, m_pattern = (None, []) if m is None else _parts(m_kind, m, dtype)
    x, info = _solve(data, right, start.detach(), m_data, pattern, m_pattern, rtol, atol, limit, False)
    return x, info


def _parts(kind: str, matrix: Any, dtype: torch.dtype, *values: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Return a matrix as the operator takes it: values, and the tensors of the pattern (none for a dense one)."""
    if kind == "dense":
        return matrix.to(dtype), []
    data = matrix._data.to(dtype)
    return data, [x for x in pattern_tensors(matrix._valid(), data, *values) if x is not None]


def _tolerance(name: str, value: Any) -> float:
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise bad_argument("cg", name, "a number", value, TypeError) from None
    if not found >= 0:
        raise bad_argument("cg", name, "a non-negative number", value)
    return found


def _whole(name: str, value: Any) -> int:
    try:
        found = python_operator.index(value)
    except TypeError:
        raise bad_argument("cg", name, "an integer", value, TypeError) from None
    if found < 0:
        raise bad_argument("cg", name, "a non-negative integer", value)
    return found
