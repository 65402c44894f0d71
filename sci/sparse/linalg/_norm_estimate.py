"""`onenormest`: a lower bound of the 1-norm from products with a few vectors, usually a close one."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..._core.cards import function
from ._implicit import adjoint_of, as_matrix, product_of
from ._interface import aslinearoperator

__all__ = ["onenormest"]


def _signs(X: Tensor) -> Tensor:
    return torch.where(X == 0, torch.ones_like(X), X / torch.where(X == 0, torch.ones_like(X), X).abs())


@function(differentiable=(), batch=False, compiles=False, synchronizes=True)
def onenormest(A: Any, t: int = 2, itmax: int = 5, compute_v: bool = False, compute_w: bool = False) -> Any:
    """Estimate the 1-norm of a matrix from its products, from below.

    Parameters
    ----------
    A : sparse array, Tensor, LinearOperator ``(N, N)``
        With products with the adjoint.
    t : int
        How many vectors are tried at a time; more make the estimate better.
    itmax : int
        Largest number of iterations, at least 2.
    compute_v, compute_w : bool
        Return v and w, too.

    Returns
    -------
    est : Tensor ``()``
        The estimate.
    v : Tensor ``(N,)``
        A unit vector with ``norm(A v, 1) = est``.
    w : Tensor ``(N,)``
        ``A v``.

    Raises
    ------
    ValueError
        `A` is not square, or `t` or `itmax` are too small.

    Notes
    -----
    Algorithm 2.4 of Higham and Tisseur [1]_, from a deterministic start. Small matrices are multiplied out.

    References
    ----------
    .. [1] N. J. Higham and F. Tisseur, "A block algorithm for matrix 1-norm estimation, with an application to 1-norm
       pseudospectra", SIAM J. Matrix Analysis and Applications 21, 2000.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.linalg import onenormest
    >>> onenormest(torch.tensor([[1.0, 0.0, 0.0], [5.0, 8.0, 2.0], [0.0, -1.0, 0.0]]))
    tensor(9.)
    """
    if t < 1 or itmax < 2:
        raise ValueError(f"onenormest: t must be at least 1 and itmax at least 2, got {t} and {itmax}")
    op = aslinearoperator(as_matrix(A, "A", "onenormest")[1])
    n = op.shape[0]
    dtype = op.dtype if op.dtype is not None else torch.get_default_dtype()
    dtype = dtype if dtype.is_floating_point or dtype.is_complex else torch.get_default_dtype()
    device = getattr(A, "device", torch.device("cpu"))
    apply, adjoint = product_of(op), adjoint_of(op)  # of rows
    with torch.no_grad():
        if n <= 4 or t >= n:
            columns = apply(torch.eye(n, dtype=dtype, device=device))
            sizes = columns.abs().sum(-1)
            place = int(sizes.argmax()) if n else 0
            est, w = (sizes[place], columns[place]) if n else (sizes.sum(), columns.sum(0))
        else:
            est, place, w = _estimate(apply, adjoint, n, t, itmax, dtype, device)
        v = torch.zeros(n, dtype=dtype, device=device)
        if n:
            v[place] = 1
    chosen = [x for x, asked in ((v, compute_v), (w, compute_w)) if asked]
    return (est, *chosen) if chosen else est


def _estimate(
    apply: Any, adjoint: Any, n: int, t: int, itmax: int, dtype: torch.dtype, device: torch.device
) -> tuple[Tensor, int, Tensor]:
    generator = torch.Generator().manual_seed(0)

    def signs(count: int) -> Tensor:
        return (torch.randint(0, 2, (count, n), generator=generator, device="cpu") * 2 - 1).to(device, dtype)

    X = signs(t)
    X[0] = 1
    X = X / n
    places: list[int] = []
    used = torch.zeros(n, dtype=torch.bool, device=device)
    est, place, w = torch.zeros((), dtype=dtype.to_real(), device=device), 0, torch.zeros(n, dtype=dtype, device=device)
    old: Tensor | None = None
    for k in range(itmax + 1):
        Y = apply(X)
        sizes = Y.abs().sum(-1)
        best = int(sizes.argmax())
        if k == 1 or (k > 1 and bool(sizes[best] > est)):
            # From here on the rows of X are unit vectors, and their images are columns of A.
            est, place, w = sizes[best], places[best], Y[best]
        elif k > 1:
            break
        if k == itmax:
            break
        S = _signs(Y)
        if old is not None and not dtype.is_complex and bool(((S @ old.mT).abs() == n).any(1).all()):
            break
        old = S
        if not dtype.is_complex:  # replace rows that are parallel to others
            for i in range(1, t):
                if bool(((S[:i] @ S[i]).abs() == n).any()):
                    S[i] = signs(1)[0]
        growth = adjoint(S).abs().amax(0)
        if k > 0 and bool(growth.amax() <= growth[place]):
            break
        order = torch.argsort(growth, descending=True)
        fresh = order[~used[order]][:t]
        if fresh.numel() == 0:
            break
        if k > 0 and bool(used[order[:t]].all()):
            break
        places = fresh.tolist()
        used[fresh] = True
        X = torch.zeros((len(places), n), dtype=dtype, device=device)
        X[torch.arange(len(places), device=device), fresh] = 1
    return est, place, w
