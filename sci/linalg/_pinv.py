"""Pseudoinverses, and least squares by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.checks import require_finite
from sci._core.dispatch import operator
from sci._core.errors import bad_argument, flag, real
from sci._core.quick import cpu_kernel, plain_on_cpu

from . import _hermitian, _lapack, _lapack_orthogonal, _quick, _svd_operators
from ._hermitian import from_triangle, real_dtype
from ._matrices import (
    READY,
    batch_shape,
    broadcast_matrices,
    hermitian_part,
    in_range,
    new_like,
    random_matrices,
    require_matrix,
    require_square,
    tensors,
    to_kind,
)
from ._small_gradients import TEAM_BYTES, plain, ready_on_cpu

_gradient_on_cpu = cpu_kernel("_pinv_gradient")
_LARGEST, _ALONE, _FEW = 32, 8, 4  # rows and columns that the gradient's kernel takes; on the CPU alone, in batches
_MOST_BY_VALUES = 1600  # numbers of a matrix; with more, LAPACK's QR with pivots is the faster way
_DRIVERS = (None, "gelsd", "gelsy", "gelss")


def _decompose(a: Tensor, hermitian: bool, function: str) -> tuple[Tensor, Tensor, Tensor]:
    """U, S, V^H; of a Hermitian matrix S may be negative."""
    if hermitian:
        w, v = _hermitian.compute(a, True, False, function)
        return v, w, v.mH
    return _svd_operators.factors(a, False, function)


def _cut(s: Tensor, atol: float, rtol: float) -> tuple[Tensor, Tensor]:
    """Return 1 / s where s counts and 0 elsewhere, and how many count."""
    size = s.abs()
    largest = size.amax(-1, keepdim=True) if s.shape[-1] else size.new_zeros((*s.shape[:-1], 1))
    counts = size > atol + rtol * largest
    inverse = torch.where(counts, 1 / torch.where(counts, s, 1), 0)
    return torch.where(torch.isfinite(largest), inverse, torch.nan), counts.sum(-1)


def _pinv(
    a: Tensor, hermitian: bool, atol: float, rtol: float, check_finite: bool, function: str
) -> tuple[Tensor, Tensor]:
    if check_finite:
        require_finite(function, {"a": a})
    u, s, vh = _decompose(a, hermitian, function)
    inverse, rank = _cut(s, atol, rtol)
    return ((vh.mH * inverse[..., None, :]) @ u.mH).contiguous(), rank.to(s.dtype)


def _fake_pinv(
    a: Tensor, hermitian: bool, atol: float, rtol: float, check_finite: bool, function: str
) -> tuple[Tensor, Tensor]:
    return new_like(a, (*a.shape[:-2], a.shape[-1], a.shape[-2])), new_like(a, a.shape[:-2], real_dtype(a.dtype))


def _gradient(a: Tensor, p: Tensor, g: Tensor, rank: Tensor) -> Tensor | None:
    """Return the gradient of small matrices in one pass; None where there is no kernel."""
    n, at_least = max(a.shape[-2:]), min(a.shape[-2:])
    if not 0 < at_least <= n <= _LARGEST or a.numel() == 0 or a.dtype not in READY:
        return None
    if a.is_cpu:
        good = n <= (_ALONE if a.dim() == 2 else _FEW)
    else:
        good = a.is_cuda and 6 * n * (n | 1) * a.element_size() <= TEAM_BYTES
    if not good or not plain(a, p, g, rank):
        return None
    kernel = _gradient_on_cpu if ready_on_cpu(a, p, g, rank) else torch.ops.sci._pinv_gradient
    return kernel(a, p, g, rank)  # type: ignore[no-any-return]


def _outside(rank: Tensor, a: Tensor) -> tuple[Tensor, Tensor]:
    """Return two factors (..., 1, 1), 0 of full rank: there the projection onto what A's rows, or its columns, do not
    reach is 0.

    Computed, it is the rounding error of P A, as large as the condition number and then twice multiplied by it.
    """
    known = rank.detach()[..., None, None]
    return (known < a.shape[-1]).to(a.dtype), (known < a.shape[-2]).to(a.dtype)


# Golub and Pereyra (1973), theorem 4.3, for constant rank:  dP = -P dA P + P P^H dA^H (I - A P) + (I - P A) dA^H P^H P
def _backward_pinv(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, hermitian = inputs[0], inputs[1]
    (p, rank), g = outputs, grads[0]
    if g is None:
        return (None,) * 6
    if (found := _gradient(a, p, g, rank)) is not None:
        return hermitian_part(found) if hermitian else found, *(None,) * 5
    ph, gh = p.mH, g.mH
    left, right = gh @ p, p @ gh
    middle = p @ left
    beside, below = _outside(rank, a)
    grad = (below * (left - a @ middle) - ph @ g) @ ph + beside * (ph @ (right - middle @ a))
    return hermitian_part(grad) if hermitian else grad, *(None,) * 5


def _jvp_pinv(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, Tensor]:
    a, hermitian = inputs[0], inputs[1]
    p, rank = outputs
    da = hermitian_part(tangents[0]) if hermitian else tangents[0]
    one, other = p @ (p.mH @ da.mH), (da.mH @ p.mH) @ p
    beside, below = _outside(rank, a)
    dp = below * (one - (one @ a) @ p) + beside * (other - p @ (a @ other)) - p @ da @ p
    return dp, torch.zeros_like(rank)


# (P, rank), the rank as a real number since forward mode has no place for integers.
pseudoinverse = operator(
    "pinv(Tensor a, bool hermitian, float atol, float rtol, bool check_finite, str function) -> (Tensor, Tensor)",
    kernel=_pinv,
    fake=_fake_pinv,
    backward=_backward_pinv,
    jvp=_jvp_pinv,
    core_dims=(2,),
)


def _tolerances(function: str, a: Tensor, atol: Any, rtol: Any) -> tuple[float, float]:
    for name, value in (("atol", atol), ("rtol", rtol)):
        if value is not None and not (isinstance(value, (int, float)) and value >= 0):
            raise bad_argument(function, name, "None or a number >= 0", value)
    if rtol is None:
        rtol = 0.0 if atol is not None and atol > 0 else max(a.shape[-2:]) * torch.finfo(a.dtype).eps
    return float(atol or 0.0), float(rtol)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(4, 2))
    yield Sample(draw(2, 2, 3))
    yield Sample(draw(3, 3), return_rank=True)
    yield Sample(draw(0, 2))


@function(differentiable=("a",), samples=_samples, synchronizes=True)
def pinv(
    a: Any,
    *,
    atol: float | None = None,
    rtol: float | None = None,
    return_rank: bool = False,
    check_finite: bool = True,
) -> Tensor | tuple[Tensor, Tensor]:
    r"""Moore-Penrose pseudoinverse.

    Equivalent to `scipy.linalg.pinv`.

    Parameters
    ----------
    a : (..., m, n) tensor
        Matrices.
    atol, rtol : float, optional
        Singular values up to ``atol + rtol * max(s)`` count as zero. By default `atol` is 0 and `rtol`
        ``max(m, n) * eps``, or 0 where `atol` is given.
    return_rank : bool
        Return the number of singular values that count as well.
    check_finite : bool
        Raise ValueError where `a` holds NaN or infinity.

    Returns
    -------
    p : (..., n, m) tensor
        The pseudoinverses.
    rank : (...) tensor of int64
        Only with `return_rank`.

    Raises
    ------
    LinAlgError
        The singular value decomposition does not converge.
    ValueError
        `a` is no matrix, a negative tolerance, or not finite data.

    Notes
    -----
    *Derivative.* For matrices of the rank that was found (where the rank changes there is none):
    :math:`\dot P = -P \dot A P + P P^H \dot A^H (I - A P) + (I - P A) \dot A^H P^H P` [1]_, theorem 4.3. It is exact at
    equal singular values.

    References
    ----------
    .. [1] G. H. Golub, V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems whose
       variables separate", SIAM J. Numer. Anal. 10 (1973) 413-432.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import pinv
    >>> pinv(torch.tensor([[2.0, 0.0], [0.0, 4.0], [0.0, 0.0]]))
    tensor([[0.5000, 0.0000, 0.0000],
            [0.0000, 0.2500, 0.0000]])
    """
    if atol is None and rtol is None and (quick := _quick.pseudoinverse(a, 0.0, -1.0, bool(check_finite))) is not None:
        return (quick[0], quick[1].to(torch.int64)) if return_rank else quick[0]
    (a,) = tensors("pinv", a=a)
    require_matrix("pinv", "a", a)
    p, rank = pseudoinverse(a, False, *_tolerances("pinv", a, atol, rtol), bool(check_finite), "pinv")
    return (p, rank.detach().to(torch.int64)) if return_rank else p


def _samples_hermitian(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 3))
    yield Sample(draw(2, 4, 4), lower=False)
    yield Sample(draw(0, 0))


def _of_hermitian(function: Any, a: Tensor, **options: Any) -> Any:
    return function(hermitian_part(a), **options)


@function(differentiable=("a",), samples=_samples_hermitian, call=_of_hermitian, synchronizes=True)
def pinvh(
    a: Any,
    atol: float | None = None,
    rtol: float | None = None,
    lower: bool = True,
    return_rank: bool = False,
    check_finite: bool = True,
) -> Tensor | tuple[Tensor, Tensor]:
    r"""Pseudoinverse of Hermitian matrices.

    Equivalent to `scipy.linalg.pinvh`.

    Parameters
    ----------
    a : (..., n, n) tensor
        Hermitian matrices, of which one triangle is read.
    atol, rtol : float, optional
        Eigenvalues of modulus up to ``atol + rtol * max(abs(w))`` count as zero; defaults as in `pinv`.
    lower : bool
        Read the lower triangle (the default), or the upper one.
    return_rank : bool
        Return the number of eigenvalues that count as well.
    check_finite : bool
        Raise ValueError where `a` holds NaN or infinity.

    Returns
    -------
    p : (..., n, n) tensor
        The pseudoinverses, Hermitian.
    rank : (...) tensor of int64
        Only with `return_rank`.

    Raises
    ------
    LinAlgError
        `a` is not square, or the eigenvalue algorithm does not converge.
    ValueError
        A negative tolerance, or not finite data.

    Notes
    -----
    *Derivative.* That of `pinv`, as a function on Hermitian matrices: gradients are Hermitian.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import pinvh
    >>> pinvh(torch.tensor([[2.0, 0.0], [0.0, 0.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.0000]])
    """
    (a,) = tensors("pinvh", a=a)
    require_square("pinvh", "a", a)
    full = from_triangle(a, flag("pinvh", "lower", lower), True, bool(check_finite), "pinvh", "a")
    p, rank = pseudoinverse(full, True, *_tolerances("pinvh", a, atol, rtol), False, "pinvh")
    return (p, rank.detach().to(torch.int64)) if return_rank else p


# ---- least squares ---------------------------------------------------------------------------------------------------


def _least_squares(
    a: Tensor, b: Tensor, rtol: float, check_finite: bool, function: str
) -> tuple[Tensor, Tensor, Tensor]:
    a, b = broadcast_matrices(function, ("a", "b"), a, b)
    if check_finite:
        require_finite(function, {"a": a})
        require_finite(function, {"b": b})
    if (found := _quick.least_squares(a, b, rtol, False)) is not None:
        return found[0], found[2].to(found[3].dtype), found[3]
    if a.dim() == 2 and min(a.shape) > 0 and (_lapack.worthwhile(a) or _lapack.worthwhile(a.mT)):
        x, s, count, info = _lapack_orthogonal.gelsd(a, b, rtol)
        if info == 0:
            return x.contiguous(), torch.tensor(count, dtype=s.dtype, device=s.device), s
    (a, power), (b, other) = in_range(a), in_range(b)
    u, s, vh = _decompose(a, False, function)
    inverse, rank = _cut(s, 0.0, rtol)
    x = (vh.mH @ (inverse[..., None] * (u.mH @ b))) * (other / power)
    return x.contiguous(), rank.to(s.dtype), s * power.squeeze(-1)


def _fake_least_squares(
    a: Tensor, b: Tensor, rtol: float, check_finite: bool, function: str
) -> tuple[Tensor, Tensor, Tensor]:
    batch, real = batch_shape(a, b), real_dtype(a.dtype)
    return (
        new_like(a, (*batch, a.shape[-1], b.shape[-1])),
        new_like(a, batch, real),
        new_like(a, (*batch, min(a.shape[-2:])), real),
    )


def _projected(a: Tensor, x: Tensor, g: Tensor, rtol: float, function: str) -> tuple[Tensor, Tensor, Tensor]:
    """Return P^H g, P P^H g and P^H x for P = A^+; where nothing differentiates them, of one decomposition, but of
    one small real matrix on the CPU, for which a kernel solves."""
    quick = a.is_cpu and max(a.dim(), x.dim()) == 2 and a.numel() <= _MOST_BY_VALUES and not a.is_complex()
    if quick or not plain(a, x, g):
        y, w = (least_squares(a.mH, c, rtol, False, function)[0] for c in (g, x))
        return y, least_squares(a, y, rtol, False, function)[0], w
    count = g.shape[-1]
    (a, power), (both, other) = in_range(a), in_range(torch.cat((g, x), -1))
    u, s, vh = _decompose(a, False, function)
    inverse = _cut(s, 0.0, rtol)[0][..., None]
    inner = inverse * (vh @ both)
    outer = u @ inner * (other / power)
    return outer[..., :count], vh.mH @ (inverse * inner[..., :count]) * (other / power) / power, outer[..., count:]


# x = P b with P = A^+, r = b - A x; Golub and Pereyra's dP, applied to b:
#     dx = P db - P dA x + P P^H dA^H r + (I - P A) dA^H P^H x
def _backward_least_squares(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, b, rtol, _, function = inputs
    x, g = outputs[0], grads[0]
    if g is None:
        return (None,) * 5
    if not needs[0]:
        return None, to_kind(least_squares(a.mH, g, rtol, False, function)[0], b), None, None, None
    y, z, w = _projected(a, x, g, rtol, function)
    beside, below = _outside(outputs[1], a)
    grad_a = to_kind(below * ((b - a @ x) @ z.mH) + beside * (w @ (g - a.mH @ y).mH) - y @ x.mH, a)
    return grad_a, to_kind(y, b) if needs[1] else None, None, None, None


def _jvp_least_squares(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, Tensor, Tensor]:
    a, b, rtol, _, function = inputs
    (x, rank, s), (da, db) = outputs, tangents[:2]

    def project(c: Tensor) -> Tensor:
        return least_squares(a, c, rtol, False, function)[0]  # type: ignore[no-any-return]

    dx = torch.zeros_like(x) if db is None else project(db)
    if da is not None:
        beside, below = _outside(rank, a)
        inner = below * (da.mH @ (b - a @ x))
        w = beside * (da.mH @ least_squares(a.mH, x, rtol, False, function)[0])
        moved = least_squares(a.mH, inner, rtol, False, function)[0] - da @ x - a @ w
        dx = dx + project(moved) + w
    return dx, torch.zeros_like(rank), torch.zeros_like(s)


# (A^+ b, rank, singular values); the derivative is that of the first, for constant rank.
least_squares = operator(
    "least_squares(Tensor a, Tensor b, float rtol, bool check_finite, str function) -> (Tensor, Tensor, Tensor)",
    kernel=_least_squares,
    fake=_fake_least_squares,
    backward=_backward_least_squares,
    jvp=_jvp_least_squares,
    core_dims=(2, 2),
)


def _without_values(a: Tensor, b: Tensor, rtol: float, check_finite: bool) -> tuple[Tensor, Tensor]:
    """Return the solutions and ranks of gelsy."""
    few = a.shape[-2] * a.shape[-1] <= _MOST_BY_VALUES or b.numel() == 0
    if few or not (plain_on_cpu(a, _quick.ANY) and plain_on_cpu(b, _quick.ANY)):
        x, rank, _ = least_squares(a, b, rtol, check_finite, "lstsq")
        return x, rank.detach().to(torch.int64)
    if check_finite:
        require_finite("lstsq", {"a": a})
        require_finite("lstsq", {"b": b})
    a, b = broadcast_matrices("lstsq", ("a", "b"), a, b)
    return _lapack_orthogonal.gelsy(a, b, rtol)


def _samples_lstsq(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(4, 2), draw(4))
    yield Sample(draw(2, 2, 3), draw(2, 2))
    yield Sample(draw(2, 4, 3), draw(2, 4, 2))
    yield Sample(draw(3, 0), draw(3))


def _solution(function: Any, a: Tensor, b: Tensor, **options: Any) -> Any:
    return function(a, b, **options)[0]


@function(differentiable=("a", "b"), samples=_samples_lstsq, call=_solution, synchronizes=True)
def lstsq(
    a: Any,
    b: Any,
    cond: float | None = None,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    lapack_driver: str | None = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    r"""Least-squares solution of ``a x = b``, of smallest norm.

    Equivalent to `scipy.linalg.lstsq`.

    Parameters
    ----------
    a : (..., m, n) tensor
        Matrices, of any rank.
    b : (m,) or (..., m, k) tensor
        Right-hand sides. One dimension is one vector; otherwise the last two dimensions are a matrix. Batch
        dimensions broadcast.
    cond : float, optional
        Singular values up to ``cond * max(s)`` count as zero; by default eps of the dtype.
    overwrite_a, overwrite_b : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `a` or `b` holds NaN or infinity.
    lapack_driver : {None, 'gelsd', 'gelsy', 'gelss'}
        With 'gelsy' QR with column pivots may take the place of singular values. Otherwise ignored.

    Returns
    -------
    x : tensor
        The solution, (n,) or (..., n, k).
    residues : tensor
        Squares of the residuals' norms, (k,) or (..., k), () for one vector; empty where ``m <= n``, or where a matrix
        has not full rank, and with 'gelsy'.
    rank : (...) tensor of int64
        The number of singular values that count.
    s : (..., min(m, n)) tensor
        Singular values; None with 'gelsy'.

    Raises
    ------
    LinAlgError
        The singular value decomposition does not converge.
    ValueError
        Shapes do not match, an unknown driver, or not finite data.

    Notes
    -----
    *Derivative of x*, for constant rank, also a deficient one: with :math:`P = A^+`, :math:`r = b - A x`,
    :math:`\dot x = P \dot b - P \dot A x + P P^H \dot A^H r + (I - P A) \dot A^H P^H x` [1]_. The residues are
    differentiable through `x`; for the derivative of `s` use `svdvals`.

    *'gelsy'.* On the CPU, of large matrices that nothing differentiates: a complete orthogonal factorization by
    LAPACK's routine of that name. The rank is that of the largest leading triangle of R with an estimated condition
    below ``1 / cond``, which near that bound may be another one than singular values give. Otherwise these are taken.

    The shape of `residues` depends on the rank. Where that cannot be read (under `torch.compile` and `torch.vmap`) full
    rank is assumed.

    References
    ----------
    .. [1] G. H. Golub, V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems whose
       variables separate", SIAM J. Numer. Anal. 10 (1973) 413-432, theorem 4.3.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import lstsq
    >>> x, residues, rank, s = lstsq(torch.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), torch.tensor([1.0, 3.0, 5.0]))
    >>> torch.allclose(x, torch.tensor([1.0, 2.0]), atol=1e-5)
    True
    """
    least = -1.0 if cond is None else cond if type(cond) is float and cond >= 0 else None
    without_values = lapack_driver == "gelsy"
    known = least is not None and lapack_driver in _DRIVERS
    if without_values and known:
        known = isinstance(a, Tensor) and a.numel() <= _MOST_BY_VALUES
    if known and (quick := _quick.least_squares(a, b, least, bool(check_finite))) is not None:
        x, residues, rank, s = quick
        return (x, new_like(s, (0,)), rank, None) if without_values else (x, residues, rank, s)
    a, b = tensors("lstsq", a=a, b=b)
    m, n = require_matrix("lstsq", "a", a)
    if lapack_driver not in _DRIVERS:
        raise bad_argument("lstsq", "lapack_driver", "None, 'gelsd', 'gelsy' or 'gelss'", lapack_driver)
    if b.dim() == 0 or b.shape[-1 if b.dim() == 1 else -2] != m:
        raise bad_argument("lstsq", "b", f"of shape ({m},) or (..., {m}, k) to match a", b)
    vector = b.dim() == 1
    b = b[:, None] if vector else b
    broadcast_matrices("lstsq", ("a", "b"), a, b)
    rtol = float(torch.finfo(a.dtype).eps if cond is None else real("lstsq", "cond", cond))
    if without_values:
        x, rank = _without_values(a, b, rtol, bool(check_finite))
        none = new_like(x, (*x.shape[:-2], 0), real_dtype(x.dtype))
        return x[..., 0] if vector else x, none, rank, None
    x, rank, s = least_squares(a, b, rtol, bool(check_finite), "lstsq")
    rank = rank.detach().to(torch.int64)
    if m > n and (rank.numel() == 0 or known_full(rank, n)):
        rest = b - a @ x
        residues = (rest * rest.conj()).sum(-2)
        residues = residues.real if residues.is_complex() else residues
        residues = residues[..., 0] if vector else residues
    else:
        residues = new_like(x, (*x.shape[:-2], 0), real_dtype(x.dtype))
    return x[..., 0] if vector else x, residues, rank, s.detach()


def known_full(rank: Tensor, n: int) -> bool:
    """Return whether all matrices have rank n, or that cannot be read."""
    if torch.compiler.is_compiling() or rank.device.type == "meta":
        return True
    try:
        return bool((rank == n).all())
    except RuntimeError:  # under vmap
        return True
