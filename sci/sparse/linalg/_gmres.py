"""`gmres`, `lgmres`, `gcrotmk`: minimal residuals over a basis that is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..._core.arrays import as_tensor
from ..._core.cards import function
from ..._core.checks import known
from ..._core.errors import bad_argument, integer, items, warn
from ._arnoldi import orthonormal_pairs
from ._implicit import call_general, samples, solve, whole
from ._iterate import System

__all__ = ["gcrotmk", "gmres", "lgmres"]


@function(differentiable=("A", "b"), samples=samples, call=call_general, synchronizes=True)
def gmres(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    restart: int | None = None,
    maxiter: int | None = None,
    M: Any = None,
    callback: Callable[..., object] | None = None,
    callback_type: str | None = None,
    derivative_rtol: float | None = None,
) -> tuple[Tensor, Tensor]:
    r"""Solve ``A x = b`` by restarted generalised minimal residuals.

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
    restart : int, optional
        Iterations of a cycle, each of which keeps a vector; by default 20, at most N.
    maxiter : int, optional
        Give up after so many cycles; by default ``10 * N``.
    M : sparse array, Tensor, LinearOperator, optional
        Preconditioner: an approximation of the inverse of `A`.
    callback : callable, optional
        Called as `callback_type` says; `SolverProgress` is one.
    callback_type : {"x", "pr_norm", "legacy"}, optional
        "x": with x after each cycle; "pr_norm": with the relative preconditioned residual in each iteration; "legacy",
        the default where there is a callback, which warns: as "pr_norm", and `maxiter` counts iterations.
    derivative_rtol : float, optional
        `rtol` of the solves for derivatives; by default `rtol`.

    Returns
    -------
    x : Tensor ``(..., N)``
        The solution, in the common floating dtype of `A` and `b`.
    info : Tensor of int64, ``(...)``
        0 where the system is solved; the number of cycles allowed where it is not; never negative.

    Raises
    ------
    ValueError
        For shapes that do not fit, and for negative limits and tolerances.
    TypeError
        For arguments that are no arrays of numbers.

    Notes
    -----
    The basis is made orthogonal by two passes of Gram and Schmidt, which are products with a matrix. The tolerance of a
    cycle, in the preconditioned norm, follows what the true residual turns out to be.

    ``info = 0`` is a statement about the true residual, as in `cg`.

    **Derivatives** in `A`, `b` and the tensors that a `LinearOperator` uses are those of the solution, not of the
    iteration: see `cg`. They solve with the adjoint matrix and the adjoint preconditioner.

    References
    ----------
    .. [1] Y. Saad and M. H. Schultz, "GMRES", SIAM J. Scientific and Statistical Computing 7, 1986.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import gmres
    >>> A = csr_array(torch.tensor([[4.0, 1.0, 0.0], [1.0, 3.0, 0.0], [0.0, 0.0, 2.0]]))
    >>> x, info = gmres(A, torch.tensor([1.0, 2.0, 4.0]))
    >>> int(info)
    0
    >>> torch.allclose(A @ x, torch.tensor([1.0, 2.0, 4.0]), atol=1e-3)
    True
    """
    if callback is not None and callback_type is None:
        text = "gmres is called without callback_type; 'legacy' is assumed, which counts inner iterations as maxiter"
        warn(f"scipy.sparse.linalg.{text}: called without specifying `callback_type`", DeprecationWarning)
    kind = "legacy" if callback_type is None else callback_type
    if kind not in ("x", "pr_norm", "legacy"):
        raise bad_argument("gmres", "callback_type", "'x', 'pr_norm' or 'legacy'", callback_type)
    if callback is not None and not callable(callback):
        raise bad_argument("gmres", "callback", "a function", callback, TypeError)
    note = None
    if callback is not None and kind != "x":

        def note(size: Tensor) -> None:
            callback(size.squeeze(-1))

    n = int(A.shape[-1]) if hasattr(A, "shape") else len(items("gmres", "A", A, "a matrix or a linear operator"))
    most = 10 * n if maxiter is None else maxiter
    inner = most if kind == "legacy" and callback is not None else 0
    length = 20 if restart is None else whole("restart", restart, "gmres")
    x, info, _ = solve(
        "gmres",
        A,
        b,
        x0,
        rtol,
        atol,
        maxiter,
        M,
        callback if kind == "x" else None,
        more=lambda n: (float(max(length, 1)), float(inner)),
        derivative_rtol=derivative_rtol,
        note=note,
    )
    return x, torch.where(info > 0, most, info)


@function(differentiable=("A", "b"), samples=samples, call=call_general, synchronizes=True)
def lgmres(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: int = 1000,
    M: Any = None,
    callback: Callable[[Tensor], object] | None = None,
    inner_m: int = 30,
    outer_k: int = 3,
    outer_v: list[Any] | None = None,
    store_outer_Av: bool = True,
    prepend_outer_v: bool = False,
    derivative_rtol: float | None = None,
) -> tuple[Tensor, Tensor]:
    r"""Solve ``A x = b`` by restarted minimal residuals that keep the last corrections.

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
        Give up after so many cycles; by default 1000.
    M : sparse array, Tensor, LinearOperator, optional
        Preconditioner: an approximation of the inverse of `A`.
    callback : callable, optional
        ``callback(xk)`` is called after each cycle; `SolverProgress` is one.
    inner_m : int
        Iterations of a cycle.
    outer_k : int
        Corrections that are kept.
    outer_v : list of pairs of tensors, optional
        Kept directions and their images (or None), which start the solve and are left there for the next one.
    store_outer_Av : bool
        Keep images, too.
    prepend_outer_v : bool
        Use the kept directions first.
    derivative_rtol : float, optional
        `rtol` of the solves for derivatives; by default `rtol`.

    Returns
    -------
    x : Tensor ``(..., N)``
        The solution, in the common floating dtype of `A` and `b`.
    info : Tensor of int64, ``(...)``
        0 where the system is solved; the number of cycles done where it is not; never negative.

    Raises
    ------
    ValueError
        For shapes that do not fit, and for negative limits and tolerances.
    TypeError
        For arguments that are no arrays of numbers.

    Notes
    -----
    Corrections that are kept lessen the loss of a restart.

    ``info = 0`` is a statement about the true residual, as in `cg`.

    **Derivatives** in `A`, `b` and the tensors that a `LinearOperator` uses are those of the solution, not of the
    iteration: see `cg`. They solve with the adjoint matrix and the adjoint preconditioner.

    References
    ----------
    .. [1] A. H. Baker, E. R. Jessup and T. Manteuffel, "A technique for accelerating the convergence of restarted
       GMRES", SIAM J. Matrix Analysis and Applications 26, 2005.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import lgmres
    >>> A = csr_array(torch.tensor([[4.0, 1.0, 0.0], [1.0, 3.0, 0.0], [0.0, 0.0, 2.0]]))
    >>> x, info = lgmres(A, torch.tensor([1.0, 2.0, 4.0]))
    >>> int(info)
    0
    >>> torch.allclose(A @ x, torch.tensor([1.0, 2.0, 4.0]), atol=1e-3)
    True
    """
    outer = [] if outer_v is None else outer_v
    kept = None if outer_v is None else (lambda system, dtype: outer)
    name = "lgmres"
    sizes = float(integer(name, "inner_m", inner_m)), float(integer(name, "outer_k", outer_k))
    numbers = (*sizes, float(store_outer_Av), float(prepend_outer_v))
    found = solve(
        "lgmres",
        A,
        b,
        x0,
        rtol,
        atol,
        maxiter,
        M,
        callback,
        more=lambda n: numbers,
        derivative_rtol=derivative_rtol,
        state=kept,
    )
    return found[:2]


@function(differentiable=("A", "b"), samples=samples, call=call_general, synchronizes=True)
def gcrotmk(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: int = 1000,
    M: Any = None,
    callback: Callable[[Tensor], object] | None = None,
    m: int = 20,
    k: int | None = None,
    CU: list[Any] | None = None,
    discard_C: bool = False,
    truncate: str = "oldest",
    derivative_rtol: float | None = None,
) -> tuple[Tensor, Tensor]:
    r"""Solve ``A x = b`` by flexible GCROT(m, k).

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
        Give up after so many cycles; by default 1000.
    M : sparse array, Tensor, LinearOperator, optional
        Preconditioner: an approximation of the inverse of `A`, which may change from call to call.
    callback : callable, optional
        ``callback(xk)`` is called after each cycle; `SolverProgress` is one.
    m : int
        Iterations of a cycle.
    k : int, optional
        Directions that are kept; by default `m`.
    CU : list of pairs of tensors, optional
        Kept directions u with their images c (or None), which start the solve and are left there for the next one.
    discard_C : bool
        Leave the images out.
    truncate : {"oldest", "smallest"}
        Which directions are dropped when there are too many.
    derivative_rtol : float, optional
        `rtol` of the solves for derivatives; by default `rtol`.

    Returns
    -------
    x : Tensor ``(..., N)``
        The solution, in the common floating dtype of `A` and `b`.
    info : Tensor of int64, ``(...)``
        0 where the system is solved; the number of cycles done where it is not; never negative.

    Raises
    ------
    ValueError
        For shapes that do not fit, and for negative limits and tolerances.
    TypeError
        For arguments that are no arrays of numbers.

    Notes
    -----
    The preconditioner stands on the right.

    ``info = 0`` is a statement about the true residual, as in `cg`.

    **Derivatives** in `A`, `b` and the tensors that a `LinearOperator` uses are those of the solution, not of the
    iteration: see `cg`. They solve with the adjoint matrix and the adjoint preconditioner.

    References
    ----------
    .. [1] J. E. Hicken and D. W. Zingg, "A simplified and flexible variant of GCROT for solving nonsymmetric linear
       systems", SIAM J. Scientific Computing 32, 2010.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.linalg import gcrotmk
    >>> A = csr_array(torch.tensor([[4.0, 1.0, 0.0], [1.0, 3.0, 0.0], [0.0, 0.0, 2.0]]))
    >>> x, info = gcrotmk(A, torch.tensor([1.0, 2.0, 4.0]))
    >>> int(info)
    0
    >>> torch.allclose(A @ x, torch.tensor([1.0, 2.0, 4.0]), atol=1e-3)
    True
    """
    if truncate not in ("oldest", "smallest"):
        raise bad_argument("gcrotmk", "truncate", "'oldest' or 'smallest'", truncate)
    right = as_tensor(b, "b", "gcrotmk").detach()
    if known(torch.isfinite(right).all()) == 0:
        raise ValueError("gcrotmk: b must contain only finite numbers")
    m = integer("gcrotmk", "m", m)
    numbers = (float(m), float(m if k is None else integer("gcrotmk", "k", k)), float(truncate == "smallest"))
    kept = None
    if CU is not None:

        def kept(system: System, dtype: torch.dtype) -> list[Any]:
            pairs = [(None if c is None or discard_C else c.to(dtype), u.to(dtype)) for c, u in CU]
            return orthonormal_pairs(pairs, system.apply)

    x, info, pairs = solve(
        "gcrotmk",
        A,
        b,
        x0,
        rtol,
        atol,
        maxiter,
        M,
        callback,
        more=lambda n: numbers,
        derivative_rtol=derivative_rtol,
        state=kept,
    )
    if CU is not None:
        CU[:] = [*((None if discard_C else c, u) for c, u in pairs), (None, x.detach().clone())]
    return x, info
