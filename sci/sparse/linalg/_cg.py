"""`cg` and `minres`: conjugate gradients and minimal residuals, for Hermitian matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..._core.arrays import as_tensor
from ..._core.cards import function
from ..._core.checks import known
from ..._core.errors import real
from ._implicit import call, samples, solve
from ._interface import aslinearoperator

__all__ = ["cg", "minres"]


@function(differentiable=("A", "b"), samples=samples, call=call, synchronizes=True)
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
    derivative_rtol: float | None = None,
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
        ``callback(xk)`` is called after each iteration; `SolverProgress` is one.
    derivative_rtol : float, optional
        `rtol` of the solves for derivatives; by default `rtol`.

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

    and forward ``dx = A^{-1} (db - dA x)`` [1]_, each by `cg` with the same preconditioner, to the tolerance
    `derivative_rtol`; a `SparseWarning` says when such a solve does not converge. :math:`\bar A` is sampled on the
    pattern of a sparse `A`, and treats its entries as independent: make `A` from parameters (one for
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
    found = solve("cg", A, b, x0, rtol, atol, maxiter, M, callback, derivative_rtol=derivative_rtol)
    return found[:2]


@function(differentiable=("A", "b"), samples=samples, call=call, compiles=False, batch=False, synchronizes=True)
def minres(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    shift: float = 0.0,
    maxiter: int | None = None,
    M: Any = None,
    callback: Callable[[Tensor], object] | None = None,
    show: bool = False,
    check: bool = False,
    derivative_rtol: float | None = None,
) -> tuple[Tensor, Tensor]:
    r"""Solve ``(A - shift) x = b`` by minimal residuals, for a Hermitian `A`.

    Parameters
    ----------
    A : sparse array ``(N, N)``, Tensor ``(..., N, N)``, LinearOperator, or an object with ``shape`` and ``matvec``
        The matrix, taken for Hermitian; it may be indefinite or singular.
    b : Tensor or array-like, ``(..., N)`` or ``(N, 1)``
        Right-hand side; leading dimensions are a batch and broadcast against those of `A`.
    x0 : Tensor or array-like, optional
        Where to start; by default zero; "Mb" for ``M @ b``.
    rtol : float
        Solved when ``norm(r) <= rtol * norm(A) * norm(x)`` or ``norm(A r) <= rtol * norm(A) * norm(r)``, as estimated.
    shift : float
        Subtracted from the diagonal.
    maxiter : int, optional
        Give up after so many iterations; by default ``5 * N``.
    M : sparse array, Tensor, LinearOperator, optional
        Preconditioner: an approximation of the inverse of `A`; Hermitian positive definite.
    callback : callable, optional
        ``callback(xk)`` is called after each iteration; `SolverProgress` is one.
    show : bool
        Print the norm of x in each iteration.
    check : bool
        Check that `A` and `M` are Hermitian on one vector.
    derivative_rtol : float, optional
        `rtol` of the solves for derivatives; by default `rtol`.

    Returns
    -------
    x : Tensor ``(..., N)``
        The solution, in the common floating dtype of `A` and `b`.
    info : Tensor of int64, ``(...)``
        0 where the system is solved, also in the sense of least squares; else the number of iterations done.

    Raises
    ------
    ValueError
        For shapes that do not fit, and for negative limits and tolerances.
    TypeError
        For arguments that are no arrays of numbers.

    Notes
    -----
    For a singular system the solution is that of least squares.

    `rtol` is relative to the size of `A` and x, other than in `cg`: the rule of Paige and Saunders [1]_.

    **Derivatives** in `A`, `b` and the tensors that a `LinearOperator` uses are those of the solution, not of the
    iteration: see `cg`. They solve with the same matrix and preconditioner.

    References
    ----------
    .. [1] C. C. Paige and M. A. Saunders, "Solution of sparse indefinite systems of linear equations", SIAM J.
       Numerical Analysis 12, 1975.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import minres
    >>> A = csr_array(torch.tensor([[4.0, 1.0, 0.0], [1.0, 3.0, 0.0], [0.0, 0.0, 2.0]]))
    >>> x, info = minres(A, torch.tensor([1.0, 2.0, 4.0]))
    >>> int(info)
    0
    >>> torch.allclose(A @ x, torch.tensor([1.0, 2.0, 4.0]), atol=1e-3)
    True
    """
    if check:
        _check_hermitian(A, M, b)
    moved = float(real("minres", "shift", shift))
    more: dict[str, Any] = {"limit": lambda n: 5 * n, "more": lambda n: (moved,)}
    watch = _Report(callback) if show else callback
    found = solve("minres", A, b, x0, rtol, 0.0, maxiter, M, watch, derivative_rtol=derivative_rtol, **more)
    if known((found[1] < 0).any()):
        raise ValueError("minres: the preconditioner is indefinite, or not Hermitian")
    return found[:2]


class _Report:
    """A callback that prints."""

    def __init__(self, callback: Callable[[Tensor], object] | None) -> None:
        self._callback, self._count = callback, 0

    def __call__(self, x: Tensor) -> None:
        self._count += 1
        print(f"minres: iteration {self._count}, norm(x) = {float(torch.linalg.vector_norm(x)):.6e}")
        if self._callback is not None:
            self._callback(x)


def _check_hermitian(A: Any, M: Any, b: Any) -> None:
    """Raise where ``<A y, A y>`` and ``<y, A A y>`` differ."""
    for matrix, text in ((A, "non-symmetric matrix"), (M, "non-symmetric preconditioner")):
        if matrix is None:
            continue
        op = aslinearoperator(matrix)
        y = as_tensor(b, "b", "minres").reshape(-1)
        w = op.matvec(y)
        s, t = torch.vdot(w, w), torch.vdot(y.to(w.dtype), op.matvec(w))
        eps = torch.finfo(w.dtype).eps
        if bool((s - t).abs() > (s.abs() + eps) * eps ** (1 / 3)):
            raise ValueError(f"minres: {text}")
