"""LU factors of matrices of any shape, and systems solved with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.checks import checks_enabled, known
from sci._core.errors import bad_argument, warn

from . import _lapack, _lapack_factors, _quick
from ._errors import LinAlgWarning
from ._hermitian import real_dtype
from ._lu_operators import fits_lanes, is_small
from ._matrices import (
    broadcast_matrices,
    differentiates,
    place_in_batch,
    random_matrices,
    require_finite_data,
    require_matrix,
    require_square,
    right_hand_side,
    tensors,
)
from ._packed_lu import packed_lu, permutation_matrix

# How `_lu_parts` (csrc/ops/linalg_lu.cpp) gives the permutation.
_MATRIX, _PLACES, _APPLIED = range(3)
_TRANS: dict[Any, int] = {0: 0, 1: 1, 2: 2, "N": 0, "T": 1, "C": 2}


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    for shape in ((3, 3), (2, 4, 2), (2, 3), (0, 0)):
        yield Sample(draw(*shape))


@function(differentiable=("a",), samples=_samples, call=lambda f, a, **o: f(a, **o)[0])
def lu_factor(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> tuple[Tensor, Tensor]:
    r"""LU factors with partial pivoting, in the form that `lu_solve` takes.

    Equivalent to `scipy.linalg.lu_factor`.

    Parameters
    ----------
    a : (..., m, n) tensor
        Matrices.
    overwrite_a : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `a` holds NaN or infinity.

    Returns
    -------
    lu : (..., m, n) tensor
        U on and above the diagonal; below it L, whose diagonal of ones is not stored.
    piv : (..., min(m, n)) tensor of int32
        Row i was exchanged with row ``piv[i]``.

    Raises
    ------
    ValueError
        `a` is no matrix, or not finite data.

    Warns
    -----
    LinAlgWarning
        A pivot is exactly zero.

    See Also
    --------
    lu, lu_solve, solve

    Notes
    -----
    *Derivative.* With the pivots held, :math:`P A = L U`: :math:`\dot L = L\,\mathrm{tril}_{-1}(L^{-1} P \dot A
    U^{-1})`, :math:`\dot U = \mathrm{triu}(L^{-1} P \dot A U^{-1})\,U` [1]_; below and beside the leading square part
    :math:`\dot L_2 = \dot A_2 U^{-1} - L_2\,\mathrm{triu}(\cdot)`, :math:`\dot U_2 = L^{-1} \dot A_2 -
    \mathrm{tril}_{-1}(\cdot)\,U_2`. There is none at a zero pivot, where it raises LinAlgError.

    References
    ----------
    .. [1] F. R. de Hoog, R. S. Anderssen, M. A. Lukas, "Differentiation of matrix functionals using triangular
       factorization", Mathematics of Computation 80 (2011) 1585-1600.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import lu_factor
    >>> lu_factor(torch.tensor([[1.0, 2.0], [4.0, 2.0]]))
    (tensor([[4.0000, 2.0000],
            [0.2500, 1.5000]]), tensor([1, 1], dtype=torch.int32))
    """
    if (found := _quick.lu(a, bool(check_finite))) is not None:
        return found[0], found[1]
    if _lapack.takes(a, check_finite):
        lu, pivots, code = _lapack_factors.lu_of_one(a)  # column-major, which `lu_solve` wants
        if not code:
            return lu, pivots
    (a,) = tensors("lu_factor", a=a)
    require_matrix("lu_factor", "a", a)
    require_finite_data("lu_factor", check_finite, a=a)
    if a.numel() == 0:
        pivots = torch.zeros((*a.shape[:-2], min(a.shape[-2:])), dtype=torch.int32, device=a.device)
        return a + 0, pivots
    lu, pivots, info = packed_lu(a)
    if known(info if info.dim() == 0 else info.amax()):
        where, place = place_in_batch(info)
        text = f"lu_factor: diagonal entry {place - 1} of U{where} is exactly zero: a singular matrix"
        warn(text, LinAlgWarning)
    return lu, pivots


def _samples_solve(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device, shift=3)
    pivots = torch.tensor([1, 1, 2], dtype=torch.int32, device=device)
    yield Sample(draw(3, 3), pivots, draw(3))
    yield Sample(draw(2, 3, 3), pivots.expand(2, 3), draw(3, 2), trans=1)
    yield Sample(draw(3, 3), pivots, draw(3, 1), trans=2)


@function(
    differentiable=("lu", "b"),
    discrete=("piv",),
    samples=_samples_solve,
    call=lambda f, lu, piv, b, **o: f((lu, piv), b, **o),
)
def lu_solve(
    lu_and_piv: Any, b: Any, trans: int | str = 0, overwrite_b: bool = False, check_finite: bool = True
) -> Tensor:
    r"""Solve ``a x = b``, given the LU factors of `a`.

    Equivalent to `scipy.linalg.lu_solve`.

    Parameters
    ----------
    lu_and_piv : (lu, piv)
        What `lu_factor` returns for square matrices.
    b : (n,) or (..., n, k) tensor
        Right-hand sides. One dimension is one vector; otherwise the last two dimensions are a matrix. Batch
        dimensions broadcast.
    trans : {0, 1, 2}
        The system: ``a x = b``, ``a^T x = b`` or ``a^H x = b``.
    overwrite_b : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `lu` or `b` holds NaN or infinity.

    Returns
    -------
    x : tensor
        The solution, of the shape of `b` with the broadcast batch dimensions.

    Raises
    ------
    LinAlgError
        `lu` is not square.
    ValueError
        Shapes do not match, an unknown `trans`, or not finite data.

    Notes
    -----
    *Derivative.* In the factors and in `b`, torch's rule. A singular U gives infinities, as in SciPy.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import lu_factor, lu_solve
    >>> a = torch.tensor([[1.0, 2.0], [4.0, 2.0]])
    >>> torch.allclose(lu_solve(lu_factor(a), torch.tensor([3.0, 6.0])), torch.ones(2))
    True
    """
    name = "lu_solve"
    if not isinstance(lu_and_piv, (tuple, list)) or len(lu_and_piv) != 2:
        raise bad_argument(name, "lu_and_piv", "the pair (lu, piv) that lu_factor returns", lu_and_piv, TypeError)
    if isinstance(lu_and_piv[1], Tensor) and trans in (0, 1, 2) and not isinstance(trans, bool):
        found = _quick.lu_solve(lu_and_piv[0], b, lu_and_piv[1], trans, bool(check_finite))
        if found is not None:
            return found[0]  # type: ignore[no-any-return]
    lu, b = tensors(name, lu=lu_and_piv[0], b=b)
    piv = torch.as_tensor(lu_and_piv[1], device=lu.device).to(torch.int32)
    n = require_square(name, "lu", lu)
    if piv.shape[-1:] != (n,):
        raise bad_argument(name, "piv", f"of length {n}", lu_and_piv[1])
    b, vector = right_hand_side(name, n, b)
    if isinstance(trans, bool) or trans not in _TRANS:
        raise bad_argument(name, "trans", "0, 1 or 2", trans)
    if lu.is_cuda and is_small(lu) and not differentiates(lu, b):
        x = _by_teams(lu, piv, b, _TRANS[trans], check_finite)
        return x[..., 0] if vector else x
    require_finite_data(name, check_finite, lu=lu, b=b)
    lu, b = broadcast_matrices(name, ("lu", "b"), lu, b)
    if b.numel() == 0:
        x = b + 0 * lu.sum()
    else:
        kind = _TRANS[trans]
        right = b.conj() if kind == 1 else b  # A^T x = b is A^H conj(x) = conj(b)
        x = torch.linalg.lu_solve(lu, piv.expand(lu.shape[:-1]) + 1, right, adjoint=kind != 0)
        x = x.conj() if kind == 1 else x
    return x[..., 0] if vector else x


def _by_teams(lu: Tensor, piv: Tensor, b: Tensor, trans: int, check_finite: bool) -> Tensor:
    """Return what `lu_solve` does, of small matrices on a GPU that nothing differentiates, by one kernel."""
    factors, right = broadcast_matrices("lu_solve", ("lu", "b"), lu, b)
    checks = checks_enabled()
    x, flags = torch.ops.sci._lu_solve_teams(factors, piv.expand(factors.shape[:-1]), right, trans, checks)
    if checks and flags.numel() and bool(flags.any()):
        if bool(((piv < 0) | (piv >= lu.shape[-1])).any()):
            raise bad_argument("lu_solve", "piv", f"of numbers from 0 to {lu.shape[-1] - 1}", piv)
        require_finite_data("lu_solve", check_finite, lu=lu, b=b)
    return x  # type: ignore[no-any-return]


def _large(a: Tensor, permute_l: bool, p_indices: bool) -> tuple[Tensor, ...]:
    """Return what `lu` does, of one matrix that nothing differentiates, by one factorization and no permutation matrix
    but where it is asked for."""
    m, k = a.shape[0], min(a.shape)
    factors, pivots, _ = _lapack_factors.lu_of_one(a)
    factors = _lapack.row_major(factors.numpy())
    order = list(range(m))
    for i, j in enumerate(pivots.tolist()):
        order[i], order[j] = order[j], order[i]
    up, low = factors[:k].triu(), factors[:, :k].tril_(-1)
    low.diagonal().fill_(1)
    rows = np.array(order)  # P^T A = A[rows] = L U
    if not permute_l and not p_indices:
        p = torch.zeros((m, m), dtype=real_dtype(a.dtype), device="cpu")
        p.numpy()[rows, np.arange(m)] = 1
        return p, low.contiguous(), up.contiguous()
    places = torch.from_numpy(rows.argsort())
    return (low[places], up.contiguous()) if permute_l else (places, low.contiguous(), up.contiguous())


def _samples_lu(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 3))
    yield Sample(draw(2, 4, 2), permute_l=True)
    yield Sample(draw(2, 3), p_indices=True)


@function(differentiable=("a",), samples=_samples_lu, call=lambda f, a, **o: f(a, **o)[-2:])
def lu(
    a: Any,
    permute_l: bool = False,
    overwrite_a: bool = False,
    check_finite: bool = True,
    p_indices: bool = False,
) -> tuple[Tensor, ...]:
    r"""LU decomposition with partial pivoting, ``a = p l u``.

    Equivalent to `scipy.linalg.lu`.

    Parameters
    ----------
    a : (..., m, n) tensor
        Matrices.
    permute_l : bool
        Return the product ``p l`` instead of both.
    overwrite_a : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `a` holds NaN or infinity.
    p_indices : bool
        Return the permutation as indices, ``a = l[p] u``.

    Returns
    -------
    p : (..., m, m) tensor, or (..., m) of int64
        The permutation matrix, real; with `p_indices` its indices. Not with `permute_l`.
    l : (..., m, k) tensor
        Lower triangular with a diagonal of ones, ``k = min(m, n)``; with `permute_l` the product ``p l``.
    u : (..., k, n) tensor
        Upper triangular.

    Raises
    ------
    ValueError
        `a` is no matrix, or not finite data.

    Notes
    -----
    *Derivative.* That of `lu_factor`.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import lu
    >>> p, l, u = lu(torch.tensor([[1.0, 2.0], [4.0, 2.0]]))
    >>> torch.allclose(p @ l @ u, torch.tensor([[1.0, 2.0], [4.0, 2.0]]))
    True
    """
    permutation = _APPLIED if permute_l else _PLACES if p_indices else _MATRIX
    if (found := _quick.lu_parts(a, bool(check_finite), permutation)) is not None:
        p, low, up = found
        return (low, up) if permute_l else (p, low, up)
    if _lapack.takes(a, check_finite):
        return _large(a, permute_l, p_indices)
    (a,) = tensors("lu", a=a)
    m, n = require_matrix("lu", "a", a)
    require_finite_data("lu", check_finite, a=a)
    if fits_lanes(a) and not differentiates(a):
        p, low, up, code = torch.ops.sci._lu_parts(a, False, permutation)
        if not code:
            return (low, up) if permute_l else (p, low, up)
    k = min(m, n)
    if a.numel() == 0:
        eye = torch.eye(m, dtype=a.dtype, device=a.device).expand(*a.shape[:-2], m, m)
        p, low, up = eye, eye.narrow(-1, 0, k) + 0 * a.sum(), a.narrow(-2, 0, k) + 0
    else:
        factors, pivots, _ = packed_lu(a)
        p = permutation_matrix(factors, pivots)
        below = torch.ones((m, n), dtype=torch.bool, device=a.device).tril(-1)
        # Of small matrices a quarter of the time of tril and triu.
        low = torch.where(below[:, :k], factors[..., :k], torch.eye(m, k, dtype=a.dtype, device=a.device))
        up = torch.where(below[:k], 0, factors[..., :k, :])
    if permute_l:
        return p @ low, up
    if p_indices:
        places = (p.abs() * torch.arange(m, device=a.device)).sum(-1).round().to(torch.int64)
        return places, low, up
    return p.real if p.is_complex() else p, low, up
