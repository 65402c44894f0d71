"""QR decompositions of matrices of which rows, columns or a rank-k part change, and products with Q."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import as_tensor
from sci._core.cards import Sample, function
from sci._core.checks import checks_enabled, known
from sci._core.errors import bad_argument, real

from ._errors import LinAlgError
from ._matrices import broadcast_matrices, random_matrices, require_finite_data, require_matrix, tensors
from ._qr import pivoted, qr
from ._qr_operator import decompose


def _factors(name: str, q: Tensor, r: Tensor) -> tuple[int, int, bool]:
    """Return m, n of the decomposed matrices, and whether Q is square; raise if the factors do not fit."""
    m, k = require_matrix(name, "Q", q)
    rows, n = require_matrix(name, "R", r)
    if k != rows:
        raise bad_argument(name, "R", f"a matrix of {k} rows, as Q has columns", r)
    if m != k and (m < k or k != n):
        raise bad_argument(name, "Q", "square, or m x n with m >= n beside an n x n R", q)
    return m, n, m == k


def _place(name: str, k: Any, size: int) -> int | Tensor:
    """Return the place or, for a batch of matrices, places as a tensor (..., 1)."""
    if getattr(k, "ndim", 0) > 0:
        places = as_tensor(k, "k", name)
        if places.is_floating_point() or places.is_complex():
            raise bad_argument(name, "k", "an integer or a batch of integers", k, TypeError)
        if known(((places < -size) | (places > size)).any()):
            raise bad_argument(name, "k", f"between {-size} and {size}", k)
        return torch.where(places < 0, places + size, places)[..., None]
    if isinstance(k, Tensor):
        k = k.item()
    if not isinstance(k, int) and not hasattr(k, "__index__"):
        raise bad_argument(name, "k", "an integer", k, TypeError)
    k = k.__index__()
    if not -size <= k <= size:
        raise bad_argument(name, "k", f"between {-size} and {size}", k)
    return k + size if k < 0 else k


def _pick(a: Tensor, dim: int, index: Tensor) -> Tensor:
    """Take rows or columns of each matrix, by places (..., count)."""
    batch = torch.broadcast_shapes(a.shape[:-2], index.shape[:-1])
    index = index[..., :, None] if dim == -2 else index[..., None, :]
    return torch.take_along_dim(a.expand(*batch, *a.shape[-2:]), index.expand(*batch, *index.shape[-2:]), dim)


def _insert(a: Tensor, u: Tensor, k: int | Tensor, dim: int) -> Tensor:
    size, p = a.shape[dim], u.shape[dim]
    if isinstance(k, int):
        return torch.cat((a.narrow(dim, 0, k), u, a.narrow(dim, k, size - k)), dim)
    place = torch.arange(size + p, device=a.device)
    index = torch.where(place < k, place, torch.where(place < k + p, place - k + size, place - p))
    return _pick(torch.cat((a, u), dim), dim, index)


def _delete(a: Tensor, k: int | Tensor, p: int, dim: int) -> Tensor:
    size = a.shape[dim]
    if isinstance(k, int):
        return torch.cat((a.narrow(dim, 0, k), a.narrow(dim, k + p, size - k - p)), dim)
    place = torch.arange(size - p, device=a.device)
    return _pick(a, dim, torch.where(place < k, place, place + p))


def _require_which(name: str, which: Any) -> None:
    if which not in ("row", "col"):
        raise bad_argument(name, "which", "'row' or 'col'", which)


def _independent_of_basis(function: Any, *args: Any, **options: Any) -> Any:
    # Of a square Q of a tall matrix the last columns are any basis of the complement.
    q, r = function(*args, **options)
    k = min(q.shape[-2], r.shape[-1])
    tail = q.narrow(-1, k, q.shape[-1] - k)
    return q.narrow(-1, 0, k), r.narrow(-2, 0, k), tail @ tail.mH


def _call_on_factors(function: Any, a: Tensor, *args: Any, mode: str = "full", **options: Any) -> Any:
    # Q and R do not vary independently: a test varies the matrix they belong to.
    q, r = qr(a, mode=mode)
    return _independent_of_basis(function, q, r, *args, **options)


# ---- rows and columns ----------------------------------------------------------------------------------------------


def _samples_insert(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(2, 4, 2), draw(4), 1, which="col", mode="economic")
    yield Sample(draw(3, 2), draw(2, 2), -1)
    yield Sample(draw(4, 2), draw(4, 2), 0, which="col")


@function(differentiable=("Q", "R", "u"), samples=_samples_insert, call=_call_on_factors, synchronizes=True)
def qr_insert(
    Q: Any,
    R: Any,
    u: Any,
    k: Any,
    which: str = "row",
    rcond: float | None = None,
    overwrite_qru: bool = False,
    check_finite: bool = True,
) -> tuple[Tensor, Tensor]:
    r"""QR decomposition of matrices ``Q R`` with rows or columns inserted.

    Equivalent to `scipy.linalg.qr_insert`.

    Parameters
    ----------
    Q : (..., m, m) or (..., m, n) tensor
        Unitary factors, full or economic.
    R : (..., m, n) or (..., n, n) tensor
        Upper triangular factors.
    u : (n,), (..., p, n), (m,) or (..., m, p) tensor
        One row, several rows, one column or several columns. Batch dimensions broadcast.
    k : int or (...) tensor of integers
        Before which row or column of ``Q R`` they are inserted; negative numbers count from the end.
    which : {'row', 'col'}
        Whether `u` holds rows or columns.
    rcond : float, optional
        Smallest reciprocal condition number that ``[Q, u / norm(u)]`` may have, by default the dtype's eps; for one
        column and economic factors.
    overwrite_qru : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `Q`, `R` or `u` holds NaN or infinity.

    Returns
    -------
    Q1, R1 : tensor
        The factors of the larger matrix, economic if `Q` was.

    Raises
    ------
    LinAlgError
        The reciprocal condition number is below `rcond`.
    ValueError
        Shapes that do not fit, `k` out of range, an unknown `which`, or not finite data.

    See Also
    --------
    qr, qr_delete, qr_update

    Notes
    -----
    *Algorithm.* The matrix with the insertion is formed and decomposed: on a batch this is faster than one plane
    rotation after the other, and as exact as `qr` itself.

    *Derivative.* Of the product and of `qr`, to second order; it exists where the columns are independent.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import qr, qr_insert
    >>> a = torch.tensor([[3.0, 1.0], [4.0, 2.0]])
    >>> q, r = qr_insert(*qr(a), torch.tensor([1.0, 1.0]), 1)
    >>> torch.allclose(q @ r, torch.tensor([[3.0, 1.0], [1.0, 1.0], [4.0, 2.0]]), atol=1e-5)
    True
    """
    Q, R, u = tensors("qr_insert", Q=Q, R=R, u=u)
    m, n, full = _factors("qr_insert", Q, R)
    _require_which("qr_insert", which)
    rows = which == "row"
    k = _place("qr_insert", k, m if rows else n)
    require_finite_data("qr_insert", check_finite, Q=Q, R=R, u=u)
    length = n if rows else m
    if u.dim() == 0 or u.shape[-1 if rows or u.dim() == 1 else -2] != length:
        shapes = f"({length},) or (..., p, {length})" if rows else f"({length},) or (..., {length}, p)"
        raise bad_argument("qr_insert", "u", f"of shape {shapes}", u)
    vector = u.dim() == 1
    if vector:
        u = u[None, :] if rows else u[:, None]
    if not rows and not full and vector:
        least = torch.finfo(Q.dtype).eps if rcond is None else real("qr_insert", "rcond", rcond)
        _require_independent(Q, u, float(least))
    a, u = broadcast_matrices("qr_insert", ("Q", "u"), Q @ R, u)
    return decompose(_insert(a, u, k, -2 if rows else -1), full)


def _require_independent(q: Tensor, u: Tensor, rcond: float) -> None:
    # With s the sine of the angle between u and the range of Q, the singular values of [Q, u / |u|] are
    # sqrt(1 + c), sqrt(1 - c) and ones.
    if not checks_enabled() or torch.compiler.is_compiling():
        return
    q, u = q.detach(), u.detach()
    size = torch.linalg.vector_norm(u, dim=-2, keepdim=True)
    u = u / torch.where(size > 0, size, 1)
    outside = u - q @ (q.mH @ u)
    outside = outside - q @ (q.mH @ outside)
    sine = torch.linalg.vector_norm(outside, dim=-2).clamp_max(1)
    found = sine / (1 + torch.sqrt((1 - sine) * (1 + sine)))
    if known((found < rcond).any()):
        raise LinAlgError(
            f"qr_insert: the columns of Q and u have reciprocal condition number {float(found.min()):.3g} < rcond"
        )


def _samples_delete(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(2, 4, 3), 1, which="col", mode="economic")
    yield Sample(draw(5, 2), 1, 2)


@function(differentiable=("Q", "R"), samples=_samples_delete, call=_call_on_factors)
def qr_delete(
    Q: Any,
    R: Any,
    k: Any,
    p: int = 1,
    which: str = "row",
    overwrite_qr: bool = False,
    check_finite: bool = True,
) -> tuple[Tensor, Tensor]:
    r"""QR decomposition of matrices ``Q R`` without some of their rows or columns.

    Equivalent to `scipy.linalg.qr_delete`.

    Parameters
    ----------
    Q : (..., m, m) or (..., m, n) tensor
        Unitary factors, full or economic.
    R : (..., m, n) or (..., n, n) tensor
        Upper triangular factors.
    k : int or (...) tensor of integers
        The first row or column of ``Q R`` that is deleted; negative numbers count from the end.
    p : int
        How many are deleted.
    which : {'row', 'col'}
        What is deleted.
    overwrite_qr : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `Q` or `R` holds NaN or infinity.

    Returns
    -------
    Q1, R1 : tensor
        The factors of the smaller matrix, economic if `Q` was.

    Raises
    ------
    ValueError
        Shapes that do not fit, `k` or `p` out of range, an unknown `which`, or not finite data.

    See Also
    --------
    qr, qr_insert, qr_update

    Notes
    -----
    *Algorithm* and *derivative* are those of `qr_insert`: the smaller matrix is formed and decomposed.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import qr, qr_delete
    >>> a = torch.tensor([[3.0, 1.0], [1.0, 1.0], [4.0, 2.0]])
    >>> q, r = qr_delete(*qr(a), 1)
    >>> torch.allclose(q @ r, torch.tensor([[3.0, 1.0], [4.0, 2.0]]), atol=1e-5)
    True
    """
    Q, R = tensors("qr_delete", Q=Q, R=R)
    m, n, full = _factors("qr_delete", Q, R)
    _require_which("qr_delete", which)
    rows = which == "row"
    size = m if rows else n
    k = _place("qr_delete", k, size)
    last = k if isinstance(k, int) else known(k.amax())
    if not isinstance(p, int) or not 1 <= p <= size - (last or 0):
        raise bad_argument("qr_delete", "p", f"at least 1, with k + p at most {size}", p)
    require_finite_data("qr_delete", check_finite, Q=Q, R=R)
    Q, R = broadcast_matrices("qr_delete", ("Q", "R"), Q, R)
    if rows:
        return decompose(_delete(Q, k, p, -2) @ R, full)
    turn, r = decompose(_delete(R, k, p, -1), full)
    return Q @ turn, r


def _samples_update(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(2, 4, 2), draw(4), draw(2), mode="economic")
    yield Sample(draw(3, 2), draw(3, 2), draw(2, 2))


@function(differentiable=("Q", "R", "u", "v"), samples=_samples_update, call=_call_on_factors)
def qr_update(
    Q: Any, R: Any, u: Any, v: Any, overwrite_qruv: bool = False, check_finite: bool = True
) -> tuple[Tensor, Tensor]:
    r"""QR decomposition of ``Q R + u v^H``.

    Equivalent to `scipy.linalg.qr_update`.

    Parameters
    ----------
    Q : (..., m, m) or (..., m, n) tensor
        Unitary factors, full or economic.
    R : (..., m, n) or (..., n, n) tensor
        Upper triangular factors.
    u : (m,) or (..., m, k) tensor
        Left factor of the change.
    v : (n,) or (..., n, k) tensor
        Right factor of the change. Batch dimensions broadcast.
    overwrite_qruv : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where an argument holds NaN or infinity.

    Returns
    -------
    Q1, R1 : tensor
        The factors of the changed matrix, economic if `Q` was.

    Raises
    ------
    ValueError
        Shapes that do not fit, or not finite data.

    See Also
    --------
    qr, qr_insert, qr_delete

    Notes
    -----
    *Algorithm* and *derivative* are those of `qr_insert`: the changed matrix is formed and decomposed.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import qr, qr_update
    >>> a, u, v = torch.eye(2), torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    >>> q, r = qr_update(*qr(a), u, v)
    >>> torch.allclose(q @ r, torch.tensor([[1.0, 1.0], [0.0, 1.0]]), atol=1e-6)
    True
    """
    Q, R, u, v = tensors("qr_update", Q=Q, R=R, u=u, v=v)
    m, n, full = _factors("qr_update", Q, R)
    require_finite_data("qr_update", check_finite, Q=Q, R=R, u=u, v=v)
    if u.dim() == 0 or u.shape[0 if u.dim() == 1 else -2] != m:
        raise bad_argument("qr_update", "u", f"of shape ({m},) or (..., {m}, k)", u)
    if (v.dim() == 1) != (u.dim() == 1) or v.shape[0 if v.dim() == 1 else -2] != n:
        raise bad_argument("qr_update", "v", f"of shape ({n},) or (..., {n}, k), as u", v)
    if u.dim() == 1:
        u, v = u[:, None], v[:, None]
    if u.shape[-1] != v.shape[-1]:
        raise bad_argument("qr_update", "v", f"of {u.shape[-1]} columns, as u", v)
    return decompose(Q @ R + u @ v.mH, full)


# ---- products with Q -----------------------------------------------------------------------------------------------


def _samples_multiply(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(2, 4, 2), draw(3, 4))
    yield Sample(draw(4, 2), draw(2), mode="left")
    yield Sample(draw(3, 3), draw(3, 2), mode="left", pivoting=True, conjugate=True)


@function(
    differentiable=("a", "c"),
    samples=_samples_multiply,
    host_route="column pivoting chooses one column after the other",
)
def qr_multiply(
    a: Any,
    c: Any,
    mode: str = "right",
    pivoting: bool = False,
    conjugate: bool = False,
    overwrite_a: bool = False,
    overwrite_c: bool = False,
) -> tuple[Tensor, ...]:
    r"""QR decomposition of `a`, of which Q is multiplied with `c`.

    Equivalent to `scipy.linalg.qr_multiply`.

    Parameters
    ----------
    a : (..., m, n) tensor
        Matrices.
    c : tensor
        The other factor: (..., p, m) for ``mode='right'``, (..., k, p) with ``k = min(m, n)`` for ``'left'``; one
        dimension is one row or one column. Batch dimensions broadcast.
    mode : {'left', 'right'}
        Return ``q @ c`` or ``c @ q``, of economic `q`.
    pivoting : bool
        Permute columns such that the diagonal of R does not grow: ``a[:, p] = q r``.
    conjugate : bool
        Take the complex conjugate of `q`.
    overwrite_a, overwrite_c : bool
        Arguments are never overwritten. With `overwrite_c` and ``mode='left'``, `c` has m rows and multiplies the full
        `q`, as in SciPy.

    Returns
    -------
    cq : tensor
        The product.
    r : (..., k, n) tensor
        The upper triangular factor.
    p : (..., n) tensor of int64
        Only with `pivoting`: the permutation.

    Raises
    ------
    ValueError
        Shapes that do not fit, an unknown `mode`, or not finite data.

    See Also
    --------
    qr

    Notes
    -----
    The product of the factors of `qr`, and its derivative.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import qr_multiply
    >>> a = torch.tensor([[3.0, 1.0], [4.0, 2.0]])
    >>> qc, r = qr_multiply(a, torch.eye(2), mode="left")
    >>> torch.allclose(qc @ r, a, atol=1e-6)
    True
    """
    a, c = tensors("qr_multiply", a=a, c=c)
    m, n = require_matrix("qr_multiply", "a", a)
    if mode not in ("left", "right"):
        raise bad_argument("qr_multiply", "mode", "'left' or 'right'", mode)
    require_finite_data("qr_multiply", True, a=a, c=c)
    k, left = min(m, n), mode == "left"
    vector = c.dim() == 1
    if vector:
        c = c[:, None] if left else c[None, :]
    full = bool(overwrite_c) and left
    length = m if full or not left else k
    if c.dim() < 2 or c.shape[-2 if left else -1] != length:
        expected = f"({length},) or (..., {length}, p)" if left else f"({length},) or (..., p, {length})"
        raise bad_argument("qr_multiply", "c", f"of shape {expected}", c)
    q, r, *rest = pivoted(a, full) if pivoting else decompose(a, full)
    r = r.narrow(-2, 0, k)
    q = q.conj() if conjugate else q
    product = q @ c if left else c @ q
    if vector:
        product = product[..., 0] if left else product[..., 0, :]
    return product, r, *rest
