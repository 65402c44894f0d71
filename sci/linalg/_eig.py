"""Eigenvalues and eigenvectors of general matrices and pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.checks import checks_enabled, require_finite
from sci._core.dispatch import operator
from sci._core.errors import bad_argument, take_host_route

from . import _lapack_schur
from ._errors import LinAlgError, TorchLinAlgError
from ._gauges import require_determined, require_no_phase
from ._lu_operators import fits_kernel, general_solve
from ._matrices import (
    batch_shape,
    broadcast_matrices,
    differentiates,
    in_range,
    new_like,
    place_in_batch,
    random_matrices,
    require_square,
    tensors,
    to_kind,
)
from ._small_gradients import EIG, whole

_WHY = "the QZ algorithm has no GPU form"

# A V = V W, columns of norm 1. With C = V^-1 dA V (of a pair V^-1 B^-1 (dA V - dB V W)), E[i, j] = 1 / (w_j - w_i),
# 0 where the two agree to rounding error,
#     (1)  dw = diag(C),   dV = V (E C - diag(d)),   d_j = Re (V^H V (E C))_jj, which keeps the norms
# in reverse, with K = V^H gV and D = Re diag(K),
#     (2)  gC = diag(gw) + conj(E) (K - V^H V D),   gA = V^-H gC V^H
# The phase of a column is arbitrary; a loss that depends on it has Im diag(K) /= 0.


def _gaps(w: Tensor) -> Tensor:
    gaps = w[..., None, :] - w[..., :, None]
    if w.shape[-1] == 0:
        return gaps
    size = w.abs().amax(-1)[..., None, None]
    equal = gaps.abs() <= w.shape[-1] * torch.finfo(w.dtype).eps * size
    return torch.where(equal, 0, 1 / torch.where(equal, 1, gaps))


def _tangents(w: Tensor, v: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    turn = v @ (_gaps(w) * c)
    along = (v.conj() * turn).sum(-2).real
    return c.diagonal(dim1=-2, dim2=-1), turn - v * along[..., None, :]


def _gradient(w: Tensor, v: Tensor, gw: Tensor | None, gv: Tensor | None, function: str) -> Tensor:
    """gC of (2)."""
    inner = torch.zeros_like(v) if gw is None else torch.diag_embed(gw)
    if gv is not None:
        k, lengths = v.mH @ gv, torch.linalg.vector_norm(gv, dim=-2)
        require_no_phase(function, k, lengths)
        along = k.diagonal(dim1=-2, dim2=-1).real
        turn, inverse = k - (v.mH @ v) * along[..., None, :], _gaps(w).conj()
        require_determined(function, "eigenvalues", inverse, turn, lengths, gw, None)
        inner = inner + inverse * turn
    return inner


def _small(a: Tensor, vectors: bool, function: str) -> tuple[Tensor, Tensor]:
    """Return (w, V) of matrices side by side on the CPU's lanes; NaN of matrices that are not finite."""
    w, v, info = torch.ops.sci._eig_small(a, vectors)
    if checks_enabled() and bool(info.any()):
        info = torch.where(torch.isfinite(w[..., 0].real), info, 0)
        if bool(info.any()):
            where, count = place_in_batch(info)
            raise LinAlgError(f"{function}: the QR algorithm did not find {count} eigenvalues{where}")
    return w, v


def _compute(a: Tensor, check_finite: bool, function: str) -> tuple[Tensor, Tensor]:
    if check_finite:
        require_finite(function, {"a": a})
    if fits_kernel(a):
        return _small(a, True, function)
    x, power = in_range(a)
    try:
        w, v = torch.linalg.eig(x)
    except TorchLinAlgError as error:
        raise LinAlgError(f"{function}: {error}") from None
    return w * power.squeeze(-1), v.contiguous()


def _complex(dtype: torch.dtype) -> torch.dtype:
    return dtype if dtype.is_complex else dtype.to_complex()


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    (w, v), (gw, gv) = outputs, grads
    found = whole(EIG, v, w, v, gw, gv, option=not inputs[0].is_complex())
    if found is not None:
        return found, None, None
    moved = _gradient(w, v, gw, gv, inputs[2])
    return to_kind(general_solve(v.mH, moved @ v.mH, False, "eig"), inputs[0]), None, None


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, Tensor]:
    w, v = outputs
    return _tangents(w, v, general_solve(v, tangents[0].to(v.dtype) @ v, False, "eig"))


# (w, V), complex.
standard = operator(
    "eig(Tensor a, bool check_finite, str function) -> (Tensor, Tensor)",
    kernel=_compute,
    fake=lambda a, check_finite, function: (
        new_like(a, a.shape[:-1], _complex(a.dtype)),
        new_like(a, a.shape, _complex(a.dtype)),
    ),
    backward=_backward,
    jvp=_jvp,
    core_dims=(2,),
)


def _compute_values(a: Tensor, check_finite: bool, function: str) -> Tensor:
    if check_finite:
        require_finite(function, {"a": a})
    if fits_kernel(a):
        return _small(a, False, function)[0]
    x, power = in_range(a)
    try:
        return torch.linalg.eigvals(x) * power.squeeze(-1)  # type: ignore[no-any-return]
    except TorchLinAlgError as error:
        raise LinAlgError(f"{function}: {error}") from None


def _backward_values(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    _, v = standard(inputs[0], False, inputs[2])
    moved = general_solve(v.mH, grads[0][..., :, None] * v.mH, False, "eigvals")
    return to_kind(moved, inputs[0]), None, None


def _jvp_values(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    _, v = standard(inputs[0], False, inputs[2])
    c = general_solve(v, tangents[0].to(v.dtype) @ v, False, "eigvals")
    return c.diagonal(dim1=-2, dim2=-1)


# Eigenvalues alone. Its rule computes the vectors anew, so eager code that differentiates takes `standard`.
_values = operator(
    "eigvals(Tensor a, bool check_finite, str function) -> Tensor",
    kernel=_compute_values,
    fake=lambda a, check_finite, function: new_like(a, a.shape[:-1], _complex(a.dtype)),
    backward=_backward_values,
    jvp=_jvp_values,
    core_dims=(2,),
)


Four = tuple[Tensor, Tensor, Tensor, Tensor]


def _compute_pair(a: Tensor, b: Tensor, check_finite: bool, function: str) -> Four:
    a, b = broadcast_matrices(function, ("a", "b"), a, b)
    if check_finite:
        require_finite(function, {"a": a})
        require_finite(function, {"b": b})
    if a.device.type != "cpu":
        take_host_route(f"linalg.{function}", a.device, _WHY)
    alpha, beta, v, info = _lapack_schur.ggev(a.cpu(), b.cpu())
    if bool((info != 0).any()):
        raise LinAlgError(f"{function}: the QZ algorithm did not converge")
    infinite = (beta == 0) & (alpha != 0)  # of a singular B; a complex quotient would have a NaN beside the infinity
    w = torch.where(infinite, torch.inf, alpha / beta)
    return w.to(a.device), alpha.to(a.device), beta.to(a.device), v.to(a.device)


def _backward_pair(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, b, _, function = inputs
    (w, _, beta, v), (gw, ga, _, gv) = outputs, grads
    if ga is not None:
        ga = ga * beta.detach().conj()
        gw = ga if gw is None else gw + ga
    moved = general_solve(v.mH, _gradient(w, v, gw, gv, function) @ v.mH, False, function)
    left = general_solve(b.mH.to(v.dtype), moved, False, function)
    ratio = (v * w[..., None, :]) @ general_solve(v, _eye(v), False, function)
    return to_kind(left, a), to_kind(-left @ ratio.mH, b) if needs[1] else None, None, None


def _eye(v: Tensor) -> Tensor:
    return torch.eye(v.shape[-1], dtype=v.dtype, device=v.device).expand(v.shape)


def _jvp_pair(inputs: Any, outputs: Any, tangents: Any) -> Four:
    _, b, _, function = inputs
    (w, _, beta, v), (da, db) = outputs, tangents[:2]
    moved = torch.zeros_like(v) if da is None else da.to(v.dtype) @ v
    if db is not None:
        moved = moved - db.to(v.dtype) @ (v * w[..., None, :])
    c = general_solve(v, general_solve(b.to(v.dtype), moved, False, function), False, function)
    dw, dv = _tangents(w, v, c)
    return dw, dw * beta.detach(), torch.zeros_like(beta), dv


def _fake_pair(a: Tensor, b: Tensor, check_finite: bool, function: str) -> Four:
    batch, dtype = batch_shape(a, b), _complex(a.dtype)
    shape = (*batch, a.shape[-1])
    values = [new_like(a, shape, dtype) for _ in range(3)]
    return values[0], values[1], values[2], new_like(a, (*batch, *a.shape[-2:]), dtype)


# (w, alpha, beta, V) of a pair: beta A V = alpha B V. The derivative puts all of dw into alpha, with beta held.
_pair = operator(
    "eig_pair(Tensor a, Tensor b, bool check_finite, str function) -> (Tensor, Tensor, Tensor, Tensor)",
    kernel=_compute_pair,
    fake=_fake_pair,
    backward=_backward_pair,
    jvp=_jvp_pair,
    core_dims=(2, 2),
)


def _left(a: Tensor, b: Tensor | None, v: Tensor) -> Tensor:
    """Return left vectors, V^-H (for a pair (B V)^-H), in columns of norm 1."""
    right = v if b is None else b.to(v.dtype) @ v
    left = general_solve(right.mH, _eye(v), False, "eig")
    return left / torch.linalg.vector_norm(left, dim=-2, keepdim=True)


def _solve(
    function: str, a: Any, b: Any, check_finite: bool, homogeneous: bool
) -> tuple[Tensor, Tensor | None, Tensor, Tensor]:
    """Return values (homogeneous: two rows), b, the vectors (none are wanted of eigvals), and a."""
    if b is None:
        (a,) = tensors(function, a=a)
        require_square(function, "a", a)
        if function == "eigvals" and (torch.compiler.is_compiling() or not differentiates(a)):
            w = _values(a, bool(check_finite), function)
            return torch.stack([w, torch.ones_like(w)], -2) if homogeneous else w, None, w, a
        w, v = standard(a, bool(check_finite), function)
        return torch.stack([w, torch.ones_like(w)], -2) if homogeneous else w, None, v, a
    a, b = tensors(function, a=a, b=b)
    n = require_square(function, "a", a)
    if require_square(function, "b", b) != n:
        raise bad_argument(function, "b", f"{n} x {n}, as a", b)
    a, b = broadcast_matrices(function, ("a", "b"), a, b)
    w, alpha, beta, v = _pair(a, b, bool(check_finite), function)
    return torch.stack([alpha, beta.detach()], -2) if homogeneous else w, b, v, a


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 3))
    yield Sample(draw(2, 3, 3), draw(3, 3), left=True)
    yield Sample(draw(0, 0))


def _independent_of_phase(function: Any, a: Tensor, *b: Tensor, **options: Any) -> Any:
    w, *vectors = function(a, *b, **options)
    return w, *(v[..., :, None, :] * v[..., None, :, :].conj() for v in vectors)


@function(
    differentiable=("a", "b"),
    samples=_samples,
    call=_independent_of_phase,
    synchronizes=True,
    host_route=f"{_WHY} (pairs only)",
)
def eig(
    a: Any,
    b: Any = None,
    left: bool = False,
    right: bool = True,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    homogeneous_eigvals: bool = False,
) -> Any:
    r"""Eigenvalues and eigenvectors of matrices, or of pairs ``a v = w b v``.

    Equivalent to `scipy.linalg.eig`, with complex vectors always.

    Parameters
    ----------
    a : (..., n, n) tensor
        Matrices.
    b : (..., n, n) tensor, optional
        The other matrices of a generalised problem. Batch dimensions broadcast.
    left, right : bool
        Return left vectors, ``vl^H a = w vl^H b``, and right vectors.
    overwrite_a, overwrite_b : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `a` or `b` holds NaN or infinity.
    homogeneous_eigvals : bool
        Return numerators and denominators of the eigenvalues, which may be infinite, as two rows.

    Returns
    -------
    w : (..., n) or (..., 2, n) tensor
        Eigenvalues, complex, in no particular order.
    vl : (..., n, n) tensor
        Only with `left`: left vectors, in columns of norm 1.
    vr : (..., n, n) tensor
        Only with `right`: right vectors, in columns of norm 1.

    Raises
    ------
    LinAlgError
        Matrices are not square, the algorithm does not converge, left vectors of a defective matrix; in a backward
        pass: the loss depends on the arbitrary phases of vectors, or on the arbitrary basis of equal eigenvalues.
    ValueError
        Shapes do not match, or not finite data.

    See Also
    --------
    eigvals, eigh, schur

    Notes
    -----
    *Algorithm.* Balancing, the Hessenberg form and the shifted QR algorithm: LAPACK's, but for batches of matrices up
    to 32 x 32, which go side by side on the CPU's vector lanes, as all up to 8 x 8 do, or one per GPU thread. Of these,
    matrices that are not finite have NaN where `check_finite` is off.

    *Derivative.* With :math:`C = V^{-1} \dot A V`, for pairs :math:`V^{-1} B^{-1} (\dot A V - \dot B V W)`:
    :math:`\dot w = \mathrm{diag}(C)`, :math:`\dot V = V (E \circ C)` minus the part along each column,
    :math:`E_{ij} = 1/(w_j - w_i)` [1]_, section 3.1. Where eigenvalues agree to rounding error :math:`E_{ij} = 0`:
    gradients are exact there for losses that depend on the spanned subspace and on symmetric functions of the
    eigenvalues. At a defective matrix `V` is singular and there is no derivative. The generalised form needs a regular
    `b`; homogeneous denominators have no derivative of their own.

    *Gauge.* Phases are arbitrary, and so are the vectors of equal eigenvalues within their space: a loss that depends
    on them raises, and so does one of ``v f(w) v^-1`` there, which `w` and `v` do not determine.

    References
    ----------
    .. [1] M. Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic
       differentiation", Oxford University Computing Laboratory, NA-08/01, 2008.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import eig
    >>> w, v = eig(torch.tensor([[0.0, -1.0], [1.0, 0.0]]))
    >>> w
    tensor([0.+1.j, 0.-1.j])
    """
    w, b, v, a = _solve("eig", a, b, check_finite, bool(homogeneous_eigvals))
    found = [w]
    if left:
        found.append(_left(a, b, v))
    if right:
        found.append(v)
    return found[0] if len(found) == 1 else tuple(found)


def _samples_values(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 3))
    yield Sample(draw(2, 3, 3), draw(3, 3))


@function(differentiable=("a", "b"), samples=_samples_values, synchronizes=True, host_route=f"{_WHY} (pairs only)")
def eigvals(
    a: Any, b: Any = None, overwrite_a: bool = False, check_finite: bool = True, homogeneous_eigvals: bool = False
) -> Tensor:
    r"""Eigenvalues of matrices, or of pairs ``a v = w b v``.

    Equivalent to `scipy.linalg.eigvals`.

    Parameters
    ----------
    a : (..., n, n) tensor
        Matrices.
    b : (..., n, n) tensor, optional
        The other matrices of a generalised problem. Batch dimensions broadcast.
    overwrite_a : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `a` or `b` holds NaN or infinity.
    homogeneous_eigvals : bool
        Return numerators and denominators as two rows.

    Returns
    -------
    w : (..., n) or (..., 2, n) tensor
        Eigenvalues, complex.

    Raises
    ------
    LinAlgError, ValueError
        As `eig`.

    Notes
    -----
    *Derivative.* That of the eigenvalues in `eig`.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import eigvals
    >>> eigvals(torch.tensor([[0.0, -1.0], [1.0, 0.0]]))
    tensor([0.+1.j, 0.-1.j])
    """
    return _solve("eigvals", a, b, check_finite, bool(homogeneous_eigvals))[0]
