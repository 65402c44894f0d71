"""Eigenpairs by Krylov and Schur's method (Stewart 2001), which is thick-restart Lanczos for Hermitian operators.

The basis stays on the operator's device; the projected matrix, of `ncv` rows, is decomposed on the CPU.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import torch
from torch import Tensor

from ._iterate import Apply
from ._recurrence import orthogonalise, room

Pick = Callable[[Tensor], Tensor]  # of values: their places, the most wanted first


@dataclasses.dataclass
class Pairs:
    """What was found: values, vectors as rows, and which of them have converged."""

    values: Tensor
    vectors: Tensor
    converged: Tensor


@dataclasses.dataclass
class Krylov:
    """An operator, the inner product (None: the usual one) in which it is normal, and how to search."""

    apply: Apply
    product: Apply | None
    hermitian: bool
    pick: Pick
    k: int
    ncv: int
    maxiter: int
    tol: float
    fresh: Callable[[], Tensor]  # a random vector
    fresh_products: bool = False  # `apply` makes a new tensor each time


def _length(problem: Krylov, w: Tensor) -> float:
    image = w if problem.product is None else problem.product(w)
    return float(torch.vdot(w, image).real.clamp(min=0).sqrt())


def _orthogonalise(problem: Krylov, V: Tensor, w: Tensor) -> tuple[Tensor, Tensor, float]:
    """Make w orthogonal to the rows of V: the rest, the coefficients, and the rest's length.

    A second pass of Gram and Schmidt where the first one has cancelled (Daniel, Gragg, Kaufman and Stewart 1976).
    w may be overwritten.
    """
    if problem.product is None:
        w, total, size = orthogonalise(V, w)
        after = float(size)
        return w, total, after
    before = _length(problem, w)
    total = torch.zeros_like(V[:, 0])
    for _ in range(3):
        image = w if problem.product is None else problem.product(w)
        h = V.conj() @ image
        w = w - h @ V
        total = total + h
        after = _length(problem, w)
        if after > 0.7 * before:
            break
        before = after
    else:
        if after <= 0.7 * before:
            after = 0.0
    return w, total, after


def _extend(problem: Krylov, V: Tensor, H: Tensor, start: int) -> None:
    """Fill the basis up; where the space is invariant, go on with a random direction."""
    m, n = problem.ncv, V.shape[1]
    eps = torch.finfo(V.dtype).eps
    for j in range(start, m):
        w = problem.apply(V[j])
        if not problem.fresh_products:
            w = w.clone()
        if problem.product is None:
            w, h, length = _orthogonalise(problem, V[: j + 1], w)
            size = math.hypot(float(torch.linalg.vector_norm(h)), length)
        else:
            size = _length(problem, w)
            w, h, length = _orthogonalise(problem, V[: j + 1], w)
        H[: j + 1, j] = h.cpu().to(H.dtype)
        if not length <= 10 * eps * max(size, float(H[: j + 1, : j + 1].abs().max())):
            H[j + 1, j] = length
            torch.mul(w, 1 / length, out=V[j + 1])
            continue
        H[j + 1, j] = 0
        V[j + 1] = 0
        for _ in range(3 if j + 1 < n else 0):
            w, _, length = _orthogonalise(problem, V[: j + 1], problem.fresh())
            if length > 0:
                V[j + 1] = w / length
                break


def _decompose(problem: Krylov, T: Tensor) -> tuple[Tensor, Tensor]:
    """Return eigenvalues and unit eigenvectors (columns) of the projected matrix."""
    if not bool(torch.isfinite(T).all()):
        raise FloatingPointError("the operator's products are not finite")
    if problem.hermitian:
        values, Y = torch.linalg.eigh((T + T.mH) / 2)
        return values, Y
    values, Y = torch.linalg.eig(T)
    return values, Y


def _kept_space(problem: Krylov, T: Tensor, values: Tensor, Y: Tensor, p: int) -> Tensor:
    """Return an orthonormal basis (columns) of the invariant subspace of the p most wanted values, or p + 1."""
    order = problem.pick(values)
    if problem.hermitian:
        return Y[:, order[:p]]
    from ...linalg import schur

    wanted = torch.zeros(values.shape, dtype=torch.bool, device="cpu")
    wanted[order[:p]] = True
    if not T.is_complex():  # pairs stay together
        partners = (values.unsqueeze(1) - values.conj()).abs().argmin(1)
        wanted = wanted | wanted[partners]

    def chosen(re: float | complex, im: float = 0.0) -> bool:
        return bool(wanted[(values - (complex(re) + 1j * im)).abs().argmin()])

    _, Z, count = schur(T, output="complex" if T.is_complex() else "real", sort=chosen)
    result: Tensor = Z[:, : min(int(count), T.shape[0] - 1)]
    return result


def _spare(problem: Krylov, converged: int) -> int:
    """Return how many vectors are kept besides those wanted: some for those that are locked, some of the next values.

    The shares need the fewest products with meshes' and graphs' matrices.
    """
    free = problem.ncv - problem.k
    share = converged + free // 5 if problem.hermitian else max(converged, free // 3)
    return max(min(share, free // 2), 1)


def search(problem: Krylov, v0: Tensor) -> Pairs:
    """Find the k most wanted eigenpairs, with residuals of at most ``tol * |value|``, or an ulp of the largest."""
    m, k, n = problem.ncv, problem.k, v0.shape[0]
    eps = torch.finfo(v0.dtype).eps
    V = room(v0, (m + 1, n))
    double = torch.complex128 if v0.is_complex() else torch.float64
    H = torch.zeros((m + 1, m), dtype=double, device="cpu")  # also for a basis in single precision
    length = _length(problem, v0)
    if not length > 0:
        raise ValueError("the starting vector is zero")
    V[0] = v0 / length
    start = 0
    for cycle in range(max(problem.maxiter, 1)):
        _extend(problem, V, H, start)
        T, beta = H[:m, :m], H[m, m - 1].abs()
        values, Y = _decompose(problem, T)
        order = problem.pick(values)[:k]
        residuals = beta * Y[m - 1].abs()
        # A residual of an ulp of the operator's norm is as small as rounding lets it be.
        bound = torch.maximum(problem.tol * values.abs(), 2 * eps * values.abs().max()).clamp(min=eps**2)
        converged = (residuals <= bound)[order]
        if bool(converged.all()) or cycle + 1 >= problem.maxiter or (float(beta) == 0 and m >= n):
            break
        p = min(k + _spare(problem, int(converged.sum())), m - 1)
        Q = _kept_space(problem, T, values, Y, p)
        p = Q.shape[1]
        V[:p] = Q.mT.to(V) @ V[:m]
        V[p] = V[m]
        last = beta * Q[m - 1]
        projected = Q.mH @ T @ Q
        H = torch.zeros_like(H)
        H[:p, :p] = projected
        H[p, :p] = last
        start = p
    complex_ = Y.is_complex() and not V.is_complex()
    Y = Y[:, order].to(device=V.device, dtype=V.dtype.to_complex() if complex_ else V.dtype)
    values = values[order].to(device=V.device)
    kind = v0.dtype.to_complex() if values.is_complex() else v0.dtype.to_real()
    return Pairs(values.to(kind), Y.mT @ V[:m].to(Y.dtype), converged)


# ---- which values ----------------------------------------------------------------------------------------------------

_KEYS: dict[str, Callable[[Tensor], Tensor]] = {
    "LM": lambda v: -v.abs(),
    "SM": lambda v: v.abs(),
    "LA": lambda v: -v.real,
    "SA": lambda v: v.real,
    "LR": lambda v: -v.real,
    "SR": lambda v: v.real,
    "LI": lambda v: -v.imag,
    "SI": lambda v: v.imag,
}


def picker(which: str, real: bool = False) -> Pick:
    """Return the order that `which` asks for; of conjugate pairs that belong to a `real` matrix, both count alike."""
    if which == "BE":

        def both_ends(values: Tensor) -> Tensor:
            up = torch.argsort(values)
            places = torch.arange(len(up), device="cpu")
            return up[torch.argsort(torch.minimum(2 * (len(up) - 1 - places), 2 * places + 1))]

        return both_ends
    key = _KEYS[which]
    if real and which in ("LI", "SI"):
        sign = -1 if which == "LI" else 1
        return lambda values: torch.argsort(sign * values.imag.abs(), stable=True)
    return lambda values: torch.argsort(key(values), stable=True)
