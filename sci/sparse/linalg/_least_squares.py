"""`lsqr` and `lsmr`: sparse least squares by iteration, differentiated implicitly."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor

from ..._core.arrays import as_tensor, compute_dtype, floating
from ..._core.cards import Sample, function
from ..._core.errors import real
from ..._core.torch_private import forward_grad_enabled
from ._bidiagonal import Bidiagonal, LeastSquares, Report, State, minimise
from ._bidiagonal import lsmr as lsmr_states
from ._bidiagonal import lsqr as lsqr_states
from ._implicit import (
    METHODS,
    ThroughSolve,
    as_matrix,
    carry_derivatives,
    may_carry_derivatives,
    number,
    products_of,
    vector,
    wanted,
    whole,
)
from ._interface import aslinearoperator
from ._iterate import Apply, Options, System, iterate

__all__ = ["lsmr", "lsqr"]


def _gram(p: LeastSquares, wide: bool) -> Apply:
    """Return ``A^H A + damp^2``, or for a wide matrix ``A A^H + damp^2``."""
    first, second = (p.apply_adjoint, p.apply) if wide else (p.apply, p.apply_adjoint)
    return lambda z: second(first(z)) + p.damp**2 * z


@dataclasses.dataclass(frozen=True)
class _GramSolver:
    """What solves ``gram(z) = w``; a function that names itself would keep the matrix until garbage is collected."""

    gram: Apply
    rtol: float
    limit: int

    def __call__(self, w: Tensor) -> Tensor:
        with torch.no_grad(), forward_grad_enabled(False):
            system = System(self.gram, self.gram)
            z, _ = iterate(METHODS["cg"], system, w.detach(), None, Options(self.rtol, 0.0, self.limit))
        return _refine(z, w - self.gram(z), self) if wanted() else z


def _refine(z: Tensor, residual: Tensor, solve: Apply) -> Tensor:
    if not carry_derivatives(residual):
        return z
    result: Tensor = z + ThroughSolve.apply(residual, solve, solve)  # type: ignore[no-untyped-call]
    return result


def _differentiable(p: LeastSquares, x: Tensor, wide: bool, rtol: float) -> Tensor:
    """Give x the derivatives of the minimiser.

    With r = b - A x, x solves ``A^H r = damp^2 (x - x0)``. A wide matrix of full rank fits b exactly without
    damping, and x - x0 = A^H y is the shortest such: y solves ``(A A^H + damp^2) y = b - A x0``.
    """
    if not p.differentiated:
        return x
    gram = _gram(p, wide)
    solve = _GramSolver(gram, rtol, 10 * (x.shape[-1] + p.b.shape[-1]))
    start = torch.zeros_like(x) if p.x0 is None else p.x0
    if wide:
        right = p.b - p.apply(start)
        y = solve(right.detach()).detach()
        for _ in range(2):
            y = _refine(y, right - gram(y), solve)
        moved = p.apply_adjoint(y)
        return x.detach() + (moved - moved.detach())
    x = x.detach()
    for _ in range(2):
        x = _refine(x, p.apply_adjoint(p.b - p.apply(x)) - p.damp**2 * (x - start), solve)
    return x


def _problem(
    name: str,
    A: Any,
    b: Any,
    x0: Any,
    damp: Any,
    atol: Any,
    btol: Any,
    conlim: Any,
    given_limit: dict[str, Any],
    limit: Callable[..., int],
) -> LeastSquares:
    kind, matrix = as_matrix(A, "A", name, square=False)
    if len(matrix.shape) != 2:
        raise ValueError(f"{name}: A must be a matrix, got shape {tuple(matrix.shape)}")
    m, n = (int(k) for k in matrix.shape)
    device = None if kind == "operator" else matrix.device
    right = as_tensor(b, "b", name, device)
    right = vector(right.reshape(1) if right.dim() == 0 else right, "b", name, m, device)
    dtype = right.dtype if matrix.dtype is None else torch.promote_types(matrix.dtype, right.dtype)
    start = None if x0 is None else vector(x0, "x0", name, n, right.device)
    dtype = compute_dtype(floating(dtype if start is None else torch.promote_types(dtype, start.dtype)))
    right = right.to(dtype)
    batch = right.shape[:-1] if start is None else torch.broadcast_shapes(right.shape[:-1], start.shape[:-1])
    op = aslinearoperator(matrix)
    ((argument, most),) = given_limit.items()
    return LeastSquares(
        *products_of(op),
        right.expand(*batch, m),
        None if start is None else start.detach().to(dtype).expand(*batch, n),
        n,
        abs(float(real(name, "damp", damp))),
        number("atol", atol, name),
        number("btol", btol, name),
        float(real(name, "conlim", conlim)),
        limit(m, n) if most is None else whole(argument, most, name),
        may_carry_derivatives(kind, matrix, right),
    )


def _run(
    name: str, states: Callable[[Bidiagonal], Iterator[State]], p: LeastSquares, show: bool, rtol: Any
) -> tuple[Tensor, Tensor, Tensor, Report]:
    fixed = dataclasses.replace(p, b=p.b.detach())

    def watch(x: Tensor, report: Report) -> None:
        print(f"{name}: norm(r) = {float(report.residual.max()):.6e}, norm(A^H r) = {float(report.normal.max()):.6e}")

    with torch.no_grad(), forward_grad_enabled(False):
        x, why, count, report = minimise(states, fixed, watch if show else None)
    tolerance = 0.01 * torch.finfo(x.dtype).eps ** 0.5 if rtol is None else number("derivative_rtol", rtol, name)
    x = _differentiable(p, x, p.b.shape[-1] < p.columns, tolerance)
    return x, why.squeeze(-1), count.squeeze(-1), report


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype, device=device)

    yield Sample(random(6, 3), random(6))
    yield Sample(random(3, 5), random(3))


def _call(solver: Any, A: Any, b: Any) -> Any:
    tiny = 8 * torch.finfo(b.dtype).eps
    limit = {"iter_lim": 200} if solver.__name__ == "lsqr" else {"maxiter": 200}
    return solver(A, b, damp=0.3, atol=tiny, btol=tiny, conlim=0, **limit)[0]


@function(differentiable=("A", "b"), samples=_samples, call=_call, batch=False, compiles=False, synchronizes=True)
def lsqr(
    A: Any,
    b: Any,
    damp: float = 0.0,
    atol: float = 1e-6,
    btol: float = 1e-6,
    conlim: float = 1e8,
    iter_lim: int | None = None,
    show: bool = False,
    calc_var: bool = False,
    x0: Any = None,
    *,
    derivative_rtol: float | None = None,
) -> tuple[Tensor, ...]:
    r"""Minimise ``|b - A x|^2 + damp^2 |x - x0|^2`` by the method of Paige and Saunders.

    Parameters
    ----------
    A : sparse array, Tensor, LinearOperator ``(M, N)``
        The matrix; the adjoint of an operator without ``rmatvec`` is found by differentiating its ``matvec``.
    b : Tensor or array-like, ``(..., M)`` or ``(M, 1)``
        Right-hand side, with leading batch dimensions.
    damp : float
        Damping.
    atol, btol : float
        Relative errors of `A` and `b`: what is accurate enough.
    conlim : float
        Stop when the condition number seems to exceed this; 0 for never.
    iter_lim : int, optional
        Give up after so many iterations; by default ``2 * N``.
    show : bool
        Print the residuals of each iteration.
    calc_var : bool
        Estimate the diagonal of ``(A^H A + damp^2)^-1``.
    x0 : Tensor or array-like ``(..., N)``, optional
        Where to start.
    derivative_rtol : float, optional
        Relative tolerance of the solves for derivatives; by default 1.5e-10 in double and 3e-6 in single precision.

    Returns
    -------
    x : Tensor ``(..., N)``
        The solution.
    istop, itn : Tensor of int64 ``(...)``
        Why the iteration stopped (1 and 2: solved, exactly or in the sense of least squares, 3: `conlim`, 4 to 6: the
        same at the limit of accuracy, 7: `iter_lim`, 0: x0 is the solution), and after how many iterations.
    r1norm, r2norm, anorm, acond, arnorm, xnorm : Tensor ``(...)``
        Norms of the residual, of that with the damping rows, of `A`; its condition; ``|A^H r|`` and ``|x|``.
    var : Tensor ``(..., N)``
        Zeros without `calc_var`.

    Raises
    ------
    ValueError
        For shapes that do not fit, and for negative limits and tolerances.

    Notes
    -----
    **Derivatives** in `A`, `b` and tensors that a `LinearOperator` uses are those of the minimiser, for matrices of
    full rank: with g the gradient with respect to x and :math:`(A^H A + d^2) z = g`,

    .. math:: \bar b = A z, \qquad \bar A = r z^H - (A z) x^H, \qquad r = b - A x,

    and for wide matrices those of the shortest solution. The systems are solved by conjugate gradients. Only x has
    derivatives, none of them in `x0` or `damp`.

    References
    ----------
    .. [1] C. C. Paige and M. A. Saunders, "LSQR: an algorithm for sparse linear equations and sparse least squares",
       ACM Trans. Mathematical Software 8, 1982.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.linalg import lsqr
    >>> A = torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    >>> x = lsqr(A, torch.tensor([1.0, 0.0, -1.0]))[0]
    >>> torch.allclose(x, torch.tensor([1.0, -1.0]), atol=1e-5)
    True
    """
    p = _problem("lsqr", A, b, x0, damp, atol, btol, conlim, {"iter_lim": iter_lim}, lambda m, n: 2 * n)
    x, why, count, r = _run("lsqr", lambda basis: lsqr_states(basis, calc_var), p, show, derivative_rtol)
    values = (r.residual, r.damped, r.norm_A, r.condition, r.normal, r.size_x)
    var = torch.zeros_like(x.detach().real) if r.variance is None else r.variance
    return x, why, count, *(v.squeeze(-1) for v in values), var


@function(differentiable=("A", "b"), samples=_samples, call=_call, batch=False, compiles=False, synchronizes=True)
def lsmr(
    A: Any,
    b: Any,
    damp: float = 0.0,
    atol: float = 1e-6,
    btol: float = 1e-6,
    conlim: float = 1e8,
    maxiter: int | None = None,
    show: bool = False,
    x0: Any = None,
    *,
    derivative_rtol: float | None = None,
) -> tuple[Tensor, ...]:
    """Minimise ``|b - A x|^2 + damp^2 |x - x0|^2`` by the method of Fong and Saunders.

    Parameters
    ----------
    A : sparse array, Tensor, LinearOperator ``(M, N)``
        The matrix; the adjoint of an operator without ``rmatvec`` is found by differentiating its ``matvec``.
    b : Tensor or array-like, ``(..., M)`` or ``(M, 1)``
        Right-hand side, with leading batch dimensions.
    damp, atol, btol, conlim, show, x0, derivative_rtol
        As for `lsqr`.
    maxiter : int, optional
        Give up after so many iterations; by default ``min(M, N)``.

    Returns
    -------
    x : Tensor ``(..., N)``
        The solution.
    istop, itn : Tensor of int64 ``(...)``
        Why the iteration stopped, as for `lsqr`, and after how many iterations.
    normr, normar, norma, conda, normx : Tensor ``(...)``
        Norms of the residual (with the damping rows), of ``A^H r``, of `A`; its condition; ``|x|``.

    Raises
    ------
    ValueError
        For shapes that do not fit, and for negative limits and tolerances.

    Notes
    -----
    ``|A^H r|`` falls monotonically, so it is safe to stop early. Derivatives are those of `lsqr`.

    References
    ----------
    .. [1] D. C.-L. Fong and M. Saunders, "LSMR: an iterative algorithm for sparse least-squares problems", SIAM J.
       Scientific Computing 33, 2011.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.linalg import lsmr
    >>> A = torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    >>> x = lsmr(A, torch.tensor([1.0, 0.0, -1.0]))[0]
    >>> torch.allclose(x, torch.tensor([1.0, -1.0]), atol=1e-5)
    True
    """
    p = _problem("lsmr", A, b, x0, damp, atol, btol, conlim, {"maxiter": maxiter}, min)
    x, why, count, r = _run("lsmr", lsmr_states, p, show, derivative_rtol)
    values = (r.damped, r.normal, r.norm_A, r.condition, r.size_x)
    return x, why, count, *(v.squeeze(-1) for v in values)
