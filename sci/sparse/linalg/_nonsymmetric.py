"""`bicg`, `bicgstab`, `cgs`, `tfqmr`, `qmr`: iterations of short recurrences for matrices that are not Hermitian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from ..._core.cards import function
from ._implicit import call_general, samples, solve

__all__ = ["bicg", "bicgstab", "cgs", "qmr", "tfqmr"]


@function(differentiable=("A", "b"), samples=samples, call=call_general, synchronizes=True)
def bicg(
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
    r"""Solve ``A x = b`` by biconjugate gradients.

    Parameters
    ----------
    A : sparse array ``(N, N)``, Tensor ``(..., N, N)``, LinearOperator, or an object with ``shape`` and ``matvec``
        The matrix.
    b : Tensor or array-like, ``(..., N)`` or ``(N, 1)``
        Right-hand side; leading dimensions are a batch and broadcast against those of `A`.
    x0 : Tensor or array-like, optional
        Where to start; by default zero; "Mb" for ``M @ b``.
    rtol, atol : float
        A system is solved when ``norm(b - A x) <= max(rtol * norm(b), atol)``.
    maxiter : int, optional
        Give up after so many iterations; by default ``10 * N``.
    M : sparse array, Tensor, LinearOperator, optional
        Preconditioner: an approximation of the inverse of `A`.
    callback : callable, optional
        ``callback(xk)`` is called after each iteration; `SolverProgress` is one.
    derivative_rtol : float, optional
        `rtol` of the solves for derivatives; by default `rtol`.

    Returns
    -------
    x : Tensor ``(..., N)``
        The solution, in the common floating dtype of `A` and `b`.
    info : Tensor of int64, ``(...)``
        0 where the system is solved; the number of iterations done where it is not; -10 or -11 after a breakdown.

    Raises
    ------
    ValueError
        For shapes that do not fit, and for negative limits and tolerances.
    TypeError
        For arguments that are no arrays of numbers.

    Notes
    -----
    An iteration multiplies by `A` and by its adjoint; the adjoint of a `LinearOperator` without ``rmatvec`` is found by
    differentiating its ``matvec``. Residuals may be irregular.

    ``info = 0`` is a statement about the true residual, as in `cg`.

    **Derivatives** in `A`, `b` and the tensors that a `LinearOperator` uses are those of the solution, not of the
    iteration: see `cg`. They solve with the adjoint matrix and the adjoint preconditioner.

    References
    ----------
    .. [1] R. Fletcher, "Conjugate gradient methods for indefinite systems", Lecture Notes in Mathematics 506, 1976.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import bicg
    >>> A = csr_array(torch.tensor([[4.0, 1.0, 0.0], [1.0, 3.0, 0.0], [0.0, 0.0, 2.0]]))
    >>> x, info = bicg(A, torch.tensor([1.0, 2.0, 4.0]))
    >>> int(info)
    0
    >>> torch.allclose(A @ x, torch.tensor([1.0, 2.0, 4.0]), atol=1e-3)
    True
    """
    found = solve("bicg", A, b, x0, rtol, atol, maxiter, M, callback, derivative_rtol=derivative_rtol)
    return found[:2]


@function(differentiable=("A", "b"), samples=samples, call=call_general, synchronizes=True)
def bicgstab(
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
    r"""Solve ``A x = b`` by stabilised biconjugate gradients.

    Parameters
    ----------
    A : sparse array ``(N, N)``, Tensor ``(..., N, N)``, LinearOperator, or an object with ``shape`` and ``matvec``
        The matrix.
    b : Tensor or array-like, ``(..., N)`` or ``(N, 1)``
        Right-hand side; leading dimensions are a batch and broadcast against those of `A`.
    x0 : Tensor or array-like, optional
        Where to start; by default zero; "Mb" for ``M @ b``.
    rtol, atol : float
        A system is solved when ``norm(b - A x) <= max(rtol * norm(b), atol)``.
    maxiter : int, optional
        Give up after so many iterations; by default ``10 * N``.
    M : sparse array, Tensor, LinearOperator, optional
        Preconditioner: an approximation of the inverse of `A`.
    callback : callable, optional
        ``callback(xk)`` is called after each iteration; `SolverProgress` is one.
    derivative_rtol : float, optional
        `rtol` of the solves for derivatives; by default `rtol`.

    Returns
    -------
    x : Tensor ``(..., N)``
        The solution, in the common floating dtype of `A` and `b`.
    info : Tensor of int64, ``(...)``
        0 where the system is solved; the number of iterations done where it is not; -10 or -11 after a breakdown.

    Raises
    ------
    ValueError
        For shapes that do not fit, and for negative limits and tolerances.
    TypeError
        For arguments that are no arrays of numbers.

    Notes
    -----
    An iteration multiplies twice by `A`.

    ``info = 0`` is a statement about the true residual, as in `cg`.

    **Derivatives** in `A`, `b` and the tensors that a `LinearOperator` uses are those of the solution, not of the
    iteration: see `cg`. They solve with the adjoint matrix and the adjoint preconditioner.

    References
    ----------
    .. [1] H. A. van der Vorst, "Bi-CGSTAB", SIAM J. Scientific and Statistical Computing 13, 1992.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import bicgstab
    >>> A = csr_array(torch.tensor([[4.0, 1.0, 0.0], [1.0, 3.0, 0.0], [0.0, 0.0, 2.0]]))
    >>> x, info = bicgstab(A, torch.tensor([1.0, 2.0, 4.0]))
    >>> int(info)
    0
    >>> torch.allclose(A @ x, torch.tensor([1.0, 2.0, 4.0]), atol=1e-3)
    True
    """
    found = solve("bicgstab", A, b, x0, rtol, atol, maxiter, M, callback, derivative_rtol=derivative_rtol)
    return found[:2]


@function(differentiable=("A", "b"), samples=samples, call=call_general, synchronizes=True)
def cgs(
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
    r"""Solve ``A x = b`` by conjugate gradients squared.

    Parameters
    ----------
    A : sparse array ``(N, N)``, Tensor ``(..., N, N)``, LinearOperator, or an object with ``shape`` and ``matvec``
        The matrix.
    b : Tensor or array-like, ``(..., N)`` or ``(N, 1)``
        Right-hand side; leading dimensions are a batch and broadcast against those of `A`.
    x0 : Tensor or array-like, optional
        Where to start; by default zero; "Mb" for ``M @ b``.
    rtol, atol : float
        A system is solved when ``norm(b - A x) <= max(rtol * norm(b), atol)``.
    maxiter : int, optional
        Give up after so many iterations; by default ``10 * N``.
    M : sparse array, Tensor, LinearOperator, optional
        Preconditioner: an approximation of the inverse of `A`.
    callback : callable, optional
        ``callback(xk)`` is called after each iteration; `SolverProgress` is one.
    derivative_rtol : float, optional
        `rtol` of the solves for derivatives; by default `rtol`.

    Returns
    -------
    x : Tensor ``(..., N)``
        The solution, in the common floating dtype of `A` and `b`.
    info : Tensor of int64, ``(...)``
        0 where the system is solved; the number of iterations done where it is not; -10 or -11 after a breakdown.

    Raises
    ------
    ValueError
        For shapes that do not fit, and for negative limits and tolerances.
    TypeError
        For arguments that are no arrays of numbers.

    Notes
    -----
    An iteration multiplies twice by `A`. It converges, and diverges, about twice as fast as `bicg`.

    ``info = 0`` is a statement about the true residual, as in `cg`.

    **Derivatives** in `A`, `b` and the tensors that a `LinearOperator` uses are those of the solution, not of the
    iteration: see `cg`. They solve with the adjoint matrix and the adjoint preconditioner.

    References
    ----------
    .. [1] P. Sonneveld, "CGS", SIAM J. Scientific and Statistical Computing 10, 1989.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import cgs
    >>> A = csr_array(torch.tensor([[4.0, 1.0, 0.0], [1.0, 3.0, 0.0], [0.0, 0.0, 2.0]]))
    >>> x, info = cgs(A, torch.tensor([1.0, 2.0, 4.0]))
    >>> int(info)
    0
    >>> torch.allclose(A @ x, torch.tensor([1.0, 2.0, 4.0]), atol=1e-3)
    True
    """
    found = solve("cgs", A, b, x0, rtol, atol, maxiter, M, callback, derivative_rtol=derivative_rtol)
    return found[:2]


@function(differentiable=("A", "b"), samples=samples, call=call_general, synchronizes=True)
def tfqmr(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: int | None = None,
    M: Any = None,
    callback: Callable[[Tensor], object] | None = None,
    show: bool = False,
    derivative_rtol: float | None = None,
) -> tuple[Tensor, Tensor]:
    r"""Solve ``A x = b`` by transpose-free quasi-minimal residuals.

    Parameters
    ----------
    A : sparse array ``(N, N)``, Tensor ``(..., N, N)``, LinearOperator, or an object with ``shape`` and ``matvec``
        The matrix.
    b : Tensor or array-like, ``(..., N)`` or ``(N, 1)``
        Right-hand side; leading dimensions are a batch and broadcast against those of `A`.
    x0 : Tensor or array-like, optional
        Where to start; by default zero; "Mb" for ``M @ b``.
    rtol, atol : float
        A system is solved when ``norm(b - A x) <= max(rtol * norm(b), atol)``.
    maxiter : int, optional
        Give up after so many iterations; by default ``min(10000, 10 * N)``.
    M : sparse array, Tensor, LinearOperator, optional
        Preconditioner: an approximation of the inverse of `A`.
    callback : callable, optional
        ``callback(xk)`` is called after each iteration; `SolverProgress` is one.
    show : bool
        Print how it ended.
    derivative_rtol : float, optional
        `rtol` of the solves for derivatives; by default `rtol`.

    Returns
    -------
    x : Tensor ``(..., N)``
        The solution, in the common floating dtype of `A` and `b`.
    info : Tensor of int64, ``(...)``
        0 where the system is solved; the number of iterations done where it is not; -1 after a breakdown.

    Raises
    ------
    ValueError
        For shapes that do not fit, and for negative limits and tolerances.
    TypeError
        For arguments that are no arrays of numbers.

    Notes
    -----
    Two iterations multiply twice by `A`. The preconditioner stands on the right. The bound of the residual that the
    method knows is checked first.

    ``info = 0`` is a statement about the true residual, as in `cg`.

    **Derivatives** in `A`, `b` and the tensors that a `LinearOperator` uses are those of the solution, not of the
    iteration: see `cg`. They solve with the adjoint matrix and the adjoint preconditioner.

    References
    ----------
    .. [1] R. W. Freund, "A transpose-free quasi-minimal residual algorithm", SIAM J. Scientific Computing 14, 1993.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import tfqmr
    >>> A = csr_array(torch.tensor([[4.0, 1.0, 0.0], [1.0, 3.0, 0.0], [0.0, 0.0, 2.0]]))
    >>> x, info = tfqmr(A, torch.tensor([1.0, 2.0, 4.0]))
    >>> int(info)
    0
    >>> torch.allclose(A @ x, torch.tensor([1.0, 2.0, 4.0]), atol=1e-3)
    True
    """
    count = 0

    def counting(x: Tensor) -> None:
        nonlocal count
        count += 1
        if callback is not None:
            callback(x)

    watch = counting if show else callback
    more = {"derivative_rtol": derivative_rtol, "limit": lambda n: min(10000, 10 * n)}
    x, info, _ = solve("tfqmr", A, b, x0, rtol, atol, maxiter, M, watch, **more)  # type: ignore[arg-type]
    if show and bool((info >= 0).all()):
        how = "not converged due to reach MAXIT" if bool((info > 0).any()) else "converged due to reach TOL"
        print(f"TFQMR: Linear solve {how} iterations {count}")
    return x, info


@function(differentiable=("A", "b"), samples=samples, call=call_general, synchronizes=True)
def qmr(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: int | None = None,
    M1: Any = None,
    M2: Any = None,
    callback: Callable[[Tensor], object] | None = None,
    derivative_rtol: float | None = None,
) -> tuple[Tensor, Tensor]:
    r"""Solve ``A x = b`` by quasi-minimal residuals.

    Parameters
    ----------
    A : sparse array ``(N, N)``, Tensor ``(..., N, N)``, LinearOperator, or an object with ``shape`` and ``matvec``
        The matrix.
    b : Tensor or array-like, ``(..., N)`` or ``(N, 1)``
        Right-hand side; leading dimensions are a batch and broadcast against those of `A`.
    x0 : Tensor or array-like, optional
        Where to start; by default zero; "Mb" for ``M @ b``.
    rtol, atol : float
        A system is solved when ``norm(b - A x) <= max(rtol * norm(b), atol)``.
    maxiter : int, optional
        Give up after so many iterations; by default ``10 * N``.
    M1, M2 : sparse array, Tensor, LinearOperator, optional
        Preconditioners from the left and from the right: ``M2 M1`` is an approximation of the inverse of `A`.
    callback : callable, optional
        ``callback(xk)`` is called after each iteration; `SolverProgress` is one.
    derivative_rtol : float, optional
        `rtol` of the solves for derivatives; by default `rtol`.

    Returns
    -------
    x : Tensor ``(..., N)``
        The solution, in the common floating dtype of `A` and `b`.
    info : Tensor of int64, ``(...)``
        0 where the system is solved; the number of iterations done where it is not; -10 to -15 after a breakdown.

    Raises
    ------
    ValueError
        For shapes that do not fit, and for negative limits and tolerances.
    TypeError
        For arguments that are no arrays of numbers.

    Notes
    -----
    An iteration multiplies by `A` and by its adjoint. There is no look-ahead: breakdowns are reported.

    ``info = 0`` is a statement about the true residual, as in `cg`.

    **Derivatives** in `A`, `b` and the tensors that a `LinearOperator` uses are those of the solution, not of the
    iteration: see `cg`. They solve with the adjoint matrix and the adjoint preconditioner.

    References
    ----------
    .. [1] R. W. Freund and N. M. Nachtigal, "QMR", Numerische Mathematik 60, 1991.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import qmr
    >>> A = csr_array(torch.tensor([[4.0, 1.0, 0.0], [1.0, 3.0, 0.0], [0.0, 0.0, 2.0]]))
    >>> x, info = qmr(A, torch.tensor([1.0, 2.0, 4.0]))
    >>> int(info)
    0
    >>> torch.allclose(A @ x, torch.tensor([1.0, 2.0, 4.0]), atol=1e-3)
    True
    """
    found = solve("qmr", A, b, x0, rtol, atol, maxiter, M1, callback, M2=M2, derivative_rtol=derivative_rtol)
    return found[:2]
