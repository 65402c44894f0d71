"""QR and RQ decompositions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.dispatch import operator
from sci._core.errors import bad_argument, integer, take_host_route

from . import _lapack_orthogonal, _quick
from ._matrices import differentiates, new_like, random_matrices, require_finite_data, require_matrix, tensors
from ._qr_operator import decompose

PIVOTING = "column pivoting chooses one column after the other"


def _find_pivots(a: Tensor) -> Tensor:
    if a.device.type != "cpu":
        take_host_route("linalg.qr", a.device, PIVOTING)
    return _lapack_orthogonal.geqp3(a.cpu()).to(a.device)


# The permutation of pivoted QR, from 0; piecewise constant.
column_pivots = operator(
    "qr_pivots(Tensor a) -> Tensor",
    kernel=_find_pivots,
    fake=lambda a: new_like(a, (*a.shape[:-2], a.shape[-1]), torch.int64),
    core_dims=(2,),
)

# R and reflectors as LAPACK packs them; torch has no derivative of it.
_packed = operator(
    "qr_packed(Tensor a) -> (Tensor, Tensor)",
    kernel=_lapack_orthogonal.geqrf,
    fake=lambda a: (new_like(a, a.shape), new_like(a, (*a.shape[:-2], min(a.shape[-2:])))),
    core_dims=(2,),
)


def pivoted(a: Tensor, full: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return Q, R and the permutation p of ``a[:, p] = q r``."""
    if a.dim() == 2 and a.is_cpu and a.numel() > 0 and not differentiates(a):
        return _lapack_orthogonal.pivoted_qr(a, a.shape[0] if full else min(a.shape))
    places = column_pivots(a.detach())
    q, r = decompose(torch.take_along_dim(a, places[..., None, :], -1), full)
    return q, r, places


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 3))
    yield Sample(draw(2, 4, 2), mode="economic")
    yield Sample(draw(2, 4), mode="economic", pivoting=True)
    yield Sample(draw(4, 2), pivoting=True)
    yield Sample(draw(0, 0))


def _independent_of_basis(function: Any, a: Tensor, **options: Any) -> Any:
    # Of a full Q the last columns are any basis of the complement.
    q, r, *rest = function(a, **options)
    k = min(a.shape[-2:])
    tail = q.narrow(-1, k, q.shape[-1] - k)
    return q.narrow(-1, 0, k), r, tail @ tail.mH, *rest


@function(differentiable=("a",), samples=_samples, call=_independent_of_basis, host_route=PIVOTING + " (with pivoting)")
def qr(
    a: Any,
    overwrite_a: bool = False,
    lwork: int | None = None,
    mode: str = "full",
    pivoting: bool = False,
    check_finite: bool = True,
) -> Any:
    r"""QR decomposition ``a = q r``.

    Equivalent to `scipy.linalg.qr`.

    Parameters
    ----------
    a : (..., m, n) tensor
        Matrices.
    overwrite_a : bool
        Accepted and ignored: arguments are never overwritten.
    lwork : int, optional
        Checked as SciPy does, and ignored: -1, or at least ``n`` (without `pivoting`) and the number of columns of `q`.
    mode : {'full', 'r', 'economic', 'raw'}
        Both factors; R alone; only the first ``k = min(m, n)`` columns of Q and rows of R; or Q as Householder vectors.
    pivoting : bool
        Permute columns such that the diagonal of R does not grow: ``a[:, p] = q r``.
    check_finite : bool
        Raise ValueError where `a` holds NaN or infinity.

    Returns
    -------
    q : (..., m, m) or (..., m, k) tensor
        The unitary factor, or its first columns. With ``mode='raw'`` the pair ``(qr, tau)`` of LAPACK's geqrf.
    r : (..., m, n) or (..., k, n) tensor
        The upper triangular factor.
    p : (..., n) tensor of int64
        Only with `pivoting`: the permutation.

    Raises
    ------
    ValueError
        `a` is no matrix, an unknown `mode`, an `lwork` that LAPACK would not take, or not finite data.

    See Also
    --------
    qr_multiply, rq

    Notes
    -----
    *Algorithm.* Householder's, LAPACK's or cuSOLVER's. The permutation is found on the CPU.

    *Derivative.* :math:`\Omega = Q^H \dot Q = \mathrm{low}(M) - \mathrm{low}(M)^H + i\,\mathrm{Im}\,\mathrm{diag}(M)`,
    :math:`M = Q^H \dot A R^{-1}`, :math:`\dot R = (M - \Omega) R` [1]_; for wide matrices of the first m columns. It
    exists where these have full rank. The permutation is held. Of a full Q of a tall matrix the last columns have the
    derivative of their subspace: a loss that depends on more of them raises. ``mode='raw'`` has none, and raises.

    References
    ----------
    .. [1] S. F. Walter, L. Lehmann, R. Lamour, "On evaluating higher-order derivatives of the QR decomposition of tall
       matrices with full column rank in forward and reverse mode algorithmic differentiation", Optimization Methods and
       Software 27 (2012) 391-403.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import qr
    >>> a = torch.tensor([[3.0, 1.0], [4.0, 2.0]])
    >>> q, r = qr(a)
    >>> torch.allclose(q @ r, a, atol=1e-6)
    True
    """
    if lwork is None and not pivoting and mode in ("full", "economic", "r"):
        quick = _quick.qr(a, mode != "economic", mode != "r", bool(check_finite))
        if quick is not None:
            return (quick[1],) if mode == "r" else (quick[0], quick[1])
    (a,) = tensors("qr", a=a)
    m, n = require_matrix("qr", "a", a)
    if mode not in ("full", "qr", "r", "economic", "raw"):
        raise bad_argument("qr", "mode", "'full', 'r', 'economic' or 'raw'", mode)
    if lwork is not None and lwork != -1 and min(m, n) > 0:
        columns = {"r": 0, "raw": 0, "economic": min(m, n)}.get(mode, m)
        least = max(columns, 0 if pivoting else n)
        if integer("qr", "lwork", lwork) < least:
            raise bad_argument("qr", "lwork", f"None, -1 or at least {least}", lwork)
    require_finite_data("qr", check_finite, a=a)
    found: tuple[Any, ...]
    if mode == "raw":
        places = column_pivots(a.detach()) if pivoting else None
        packed, tau = _packed(a if places is None else torch.take_along_dim(a, places[..., None, :], -1))
        found = ((packed, tau), packed.narrow(-2, 0, min(m, n)).triu())
        return found if places is None else (*found, places)
    full = mode in ("full", "qr") or (mode == "r" and m > n)
    if pivoting:
        q, r, places = pivoted(a, full and mode != "r")
        found = (r, places) if mode == "r" else (q, r, places)
    else:
        q, r = decompose(a, full and mode != "r")
        found = (r,) if mode == "r" else (q, r)
    if mode == "r" and m > n:
        found = (torch.nn.functional.pad(found[0], (0, 0, 0, m - n)), *found[1:])
    return found


def _samples_rq(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 3))
    yield Sample(draw(2, 2, 4), mode="economic")
    yield Sample(draw(4, 2))


@function(differentiable=("a",), samples=_samples_rq)
def rq(
    a: Any, overwrite_a: bool = False, lwork: int | None = None, mode: str = "full", check_finite: bool = True
) -> tuple[Tensor, Tensor] | Tensor:
    r"""RQ decomposition ``a = r q``.

    Equivalent to `scipy.linalg.rq`.

    Parameters
    ----------
    a : (..., m, n) tensor
        Matrices.
    overwrite_a : bool
        Accepted and ignored: arguments are never overwritten.
    lwork : int, optional
        Accepted and ignored.
    mode : {'full', 'r', 'economic'}
        Both factors, R alone, or only the last ``k = min(m, n)`` columns of R and rows of Q.
    check_finite : bool
        Raise ValueError where `a` holds NaN or infinity.

    Returns
    -------
    r : (..., m, n) or (..., m, k) tensor
        Upper triangular, counted from the lower right corner.
    q : (..., n, n) or (..., k, n) tensor
        The unitary factor, or its last rows.

    Raises
    ------
    ValueError
        `a` is no matrix, an unknown `mode`, or not finite data.

    Notes
    -----
    The QR decomposition of the conjugate transpose with its columns in reverse order, and its derivative.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import rq
    >>> a = torch.tensor([[3.0, 1.0], [4.0, 2.0]])
    >>> r, q = rq(a)
    >>> torch.allclose(r @ q, a, atol=1e-6)
    True
    """
    (a,) = tensors("rq", a=a)
    require_matrix("rq", "a", a)
    if mode not in ("full", "r", "economic"):
        raise bad_argument("rq", "mode", "'full', 'r' or 'economic'", mode)
    require_finite_data("rq", check_finite, a=a)
    if a.shape[-2] == 0 and mode == "full":
        return a + 0, torch.eye(a.shape[-1], dtype=a.dtype, device=a.device).expand(*a.shape[:-2], -1, -1)
    q, r = decompose(a.mH.flip(-1), mode != "economic")
    r = r.mH.flip(-2, -1)
    return r if mode == "r" else (r, q.mH.flip(-2))
