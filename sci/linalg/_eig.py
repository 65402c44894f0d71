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

from . import _lapack_eig, _quick
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
    without_infinities,
)
from ._small_gradients import EIG, whole

_WHY = "the QZ algorithm has no GPU form"
_WHY_LEFT = "left vectors of large matrices are computed by LAPACK"
_WHY_AGAIN = "torch's QR algorithm has not converged"

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
        if function != "eigvals":  # whose vectors are the rule's own: gV may be rounding error alone, of any phase
            require_no_phase(function, k, lengths)
        along = k.diagonal(dim1=-2, dim2=-1).real
        turn, inverse = k - (v.mH @ v) * along[..., None, :], _gaps(w).conj()
        require_determined(function, "eigenvalues", inverse, turn, lengths, gw, None)
        inner = inner + inverse * turn
    return inner


def _small(a: Tensor, vectors: bool, function: str, left: bool = False) -> tuple[Tensor, Tensor]:
    """Return (w, V) of matrices side by side on the CPU's lanes; NaN of matrices that are not finite."""
    w, v, info = torch.ops.sci._eig_small(a, vectors, left)
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
    x, bad = without_infinities(x, check_finite)
    try:
        w, v = torch.linalg.eig(x)
    except TorchLinAlgError:
        w, _, v = _instead(x, function)
    w, v = _nan_where(bad, w * power.squeeze(-1), v)
    return w, v.contiguous()


def _nan_where(bad: Tensor | None, w: Tensor, *vectors: Tensor) -> tuple[Tensor, ...]:
    """Return values and vectors, of `bad` matrices NaN."""
    if bad is None:
        return w, *vectors
    whole = bad[..., None, None]
    return torch.where(bad[..., None], torch.nan, w), *(torch.where(whole, torch.nan, v) for v in vectors)


def _instead(a: Tensor, function: str) -> tuple[Tensor, Tensor, Tensor]:
    """Decompose what torch's library (MKL) gives up, such as ones(40, 40)."""
    if not a.is_cpu:
        take_host_route(f"linalg.{function}", a.device, _WHY_AGAIN)
    return _by_lapack(a, function)


def _by_lapack(a: Tensor, function: str) -> tuple[Tensor, Tensor, Tensor]:
    """Return values, left and right vectors."""
    w, left, right, info = _lapack_eig.geev(a.cpu())
    if bool(info.any()):
        where, count = place_in_batch(info)
        raise LinAlgError(f"{function}: the QR algorithm did not find {count} eigenvalues{where}")
    return w.to(a.device), left.to(a.device), right.to(a.device)


def _complex(dtype: torch.dtype) -> torch.dtype:
    return dtype if dtype.is_complex else dtype.to_complex()


def _fake(a: Tensor, check_finite: bool, function: str) -> tuple[Tensor, Tensor]:
    return new_like(a, a.shape[:-1], _complex(a.dtype)), new_like(a, a.shape, _complex(a.dtype))


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    (w, v), (gw, gv) = outputs, grads
    found = whole(EIG, v, w, v, gw, gv, option=not inputs[0].is_complex())
    if found is not None:
        return found, None, None
    moved = gw[..., :, None] * v.mH if gv is None else _gradient(w, v, gw, gv, inputs[2]) @ v.mH
    return to_kind(general_solve(v.mH, moved, False, "eig"), inputs[0]), None, None


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, Tensor]:
    w, v = outputs
    return _tangents(w, v, general_solve(v, tangents[0].to(v.dtype) @ v, False, "eig"))


# (w, V), complex.
standard = operator(
    "eig(Tensor a, bool check_finite, str function) -> (Tensor, Tensor)",
    kernel=_compute,
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    core_dims=(2,),
)


def _compute_both(a: Tensor, check_finite: bool, function: str) -> tuple[Tensor, Tensor, Tensor]:
    if check_finite:
        require_finite(function, {"a": a})
    if fits_kernel(a):
        return *_small(a, True, function), _small(a, True, function, left=True)[1]
    if a.device.type != "cpu":
        take_host_route(f"linalg.{function}", a.device, _WHY_LEFT)
    x, power = in_range(a)
    w, left, right = _by_lapack(x, function)
    return w * power.squeeze(-1), right, left


def _backward_both(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    (a, *options), (w, v, u), (gw, gv, gu) = inputs, outputs, grads
    found = None if gw is None and gv is None else _backward(inputs, (w, v), (gw, gv), needs)[0]
    moved = None if gu is None else _backward((a.mH, *options), (w.conj(), u), (None, gu), needs)[0]
    if moved is not None:
        found = moved.mH if found is None else found + moved.mH
    return found, None, None


def _jvp_both(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, Tensor, Tensor]:
    w, v, u = outputs
    dw, dv = _jvp(inputs, (w, v), tangents)
    return dw, dv, _jvp(inputs, (w.conj(), u), (tangents[0].mH,))[1]


# (w, V, U) with left vectors, U^H A = W U^H: they are vectors of A^H, A^H U = U conj(W), and have its derivative.
_both_sides = operator(
    "eig_both_sides(Tensor a, bool check_finite, str function) -> (Tensor, Tensor, Tensor)",
    kernel=_compute_both,
    fake=lambda a, *options: (*_fake(a, *options), new_like(a, a.shape, _complex(a.dtype))),
    backward=_backward_both,
    jvp=_jvp_both,
    core_dims=(2,),
)


def _compute_values(a: Tensor, check_finite: bool, function: str) -> Tensor:
    if check_finite:
        require_finite(function, {"a": a})
    if fits_kernel(a):
        return _small(a, False, function)[0]
    x, power = in_range(a)
    x, bad = without_infinities(x, check_finite)
    try:
        w = torch.linalg.eigvals(x)
    except TorchLinAlgError:
        w, _, _ = _instead(x, function)
    return _nan_where(bad, w * power.squeeze(-1))[0]


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


Five = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]


def _compute_pair(a: Tensor, b: Tensor, left: bool, check_finite: bool, function: str) -> Five:
    a, b = broadcast_matrices(function, ("a", "b"), a, b)
    if check_finite:
        require_finite(function, {"a": a})
        require_finite(function, {"b": b})
    if a.device.type != "cpu":
        take_host_route(f"linalg.{function}", a.device, _WHY)
    alpha, beta, v, u, info = _lapack_eig.ggev(a.cpu(), b.cpu(), left)
    if bool((info != 0).any()):
        raise LinAlgError(f"{function}: the QZ algorithm did not converge")
    infinite = (beta == 0) & (alpha != 0)  # of a singular B; a complex quotient would have a NaN beside the infinity
    w = torch.where(infinite, torch.inf, alpha / beta)
    return w.to(a.device), alpha.to(a.device), beta.to(a.device), v.to(a.device), u.to(a.device)


def _pair_gradient(
    b: Tensor, w: Tensor, v: Tensor, gw: Tensor | None, gv: Tensor | None, function: str
) -> tuple[Tensor, Tensor]:
    """Return the gradients in A and B of values and right vectors."""
    moved = general_solve(v.mH, _gradient(w, v, gw, gv, function) @ v.mH, False, function)
    left = general_solve(b.mH.to(v.dtype), moved, False, function)
    ratio = (v * w[..., None, :]) @ general_solve(v, _eye(v), False, function)
    return left, -left @ ratio.mH


def _backward_pair(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, b, _, _, function = inputs
    (w, _, beta, v, u), (gw, ga, _, gv, gu) = outputs, grads
    if ga is not None:
        ga = ga * beta.detach().conj()
        gw = ga if gw is None else gw + ga
    found = None if gw is None and gv is None else _pair_gradient(b, w, v, gw, gv, function)
    if gu is not None and u.shape[-1] == w.shape[-1]:
        one, other = _pair_gradient(b.mH, w.conj(), u, None, gu, function)
        found = (one.mH, other.mH) if found is None else (found[0] + one.mH, found[1] + other.mH)
    if found is None:
        return (None,) * 5
    return to_kind(found[0], a), to_kind(found[1], b) if needs[1] else None, None, None, None


def _eye(v: Tensor) -> Tensor:
    return torch.eye(v.shape[-1], dtype=v.dtype, device=v.device).expand(v.shape)


def _pair_tangents(
    b: Tensor, w: Tensor, v: Tensor, da: Tensor | None, db: Tensor | None, function: str
) -> tuple[Tensor, Tensor]:
    moved = torch.zeros_like(v) if da is None else da.to(v.dtype) @ v
    if db is not None:
        moved = moved - db.to(v.dtype) @ (v * w[..., None, :])
    c = general_solve(v, general_solve(b.to(v.dtype), moved, False, function), False, function)
    return _tangents(w, v, c)


def _jvp_pair(inputs: Any, outputs: Any, tangents: Any) -> Five:
    _, b, left, _, function = inputs
    (w, _, beta, v, u), (da, db) = outputs, tangents[:2]
    dw, dv = _pair_tangents(b, w, v, da, db, function)
    du = torch.zeros_like(u)
    if left:
        over_a, over_b = (None if d is None else d.mH for d in (da, db))
        du = _pair_tangents(b.mH, w.conj(), u, over_a, over_b, function)[1]
    return dw, dw * beta.detach(), torch.zeros_like(beta), dv, du


def _fake_pair(a: Tensor, b: Tensor, left: bool, check_finite: bool, function: str) -> Five:
    batch, dtype, n = batch_shape(a, b), _complex(a.dtype), a.shape[-1]
    w, alpha, beta = (new_like(a, (*batch, n), dtype) for _ in range(3))
    return w, alpha, beta, new_like(a, (*batch, n, n), dtype), new_like(a, (*batch, n, n if left else 0), dtype)


# (w, alpha, beta, V, U) of a pair: beta A V = alpha B V; U, the vectors of the pair of adjoints, has no columns unless
# `left`. The derivative puts all of dw into alpha, with beta held.
_pair = operator(
    "eig_pair(Tensor a, Tensor b, bool left, bool check_finite, str function)"
    " -> (Tensor, Tensor, Tensor, Tensor, Tensor)",
    kernel=_compute_pair,
    fake=_fake_pair,
    backward=_backward_pair,
    jvp=_jvp_pair,
    core_dims=(2, 2),
)


def _solve(
    function: str, a: Any, b: Any, check_finite: bool, homogeneous: bool, left: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """Return values (homogeneous: two rows), right vectors (none are wanted of eigvals), and left ones if asked for."""
    if b is None:
        (a,) = tensors(function, a=a)
        require_square(function, "a", a)
        if function == "eigvals" and (torch.compiler.is_compiling() or not differentiates(a)):
            w = _values(a, check_finite, function)
            v = u = w
        elif left:
            w, v, u = _both_sides(a, check_finite, function)
        else:
            w, v = standard(a, check_finite, function)
            u = v
        return torch.stack([w, torch.ones_like(w)], -2) if homogeneous else w, v, u
    a, b = tensors(function, a=a, b=b)
    n = require_square(function, "a", a)
    if require_square(function, "b", b) != n:
        raise bad_argument(function, "b", f"{n} x {n}, as a", b)
    a, b = broadcast_matrices(function, ("a", "b"), a, b)
    w, alpha, beta, v, u = _pair(a, b, left, check_finite, function)
    return torch.stack([alpha, beta.detach()], -2) if homogeneous else w, v, u


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
    host_route=f"{_WHY} (pairs only); {_WHY_LEFT}; {_WHY_AGAIN}",
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
        Matrices are not square, the algorithm does not converge; in a backward pass: the loss depends on the arbitrary
        phases of vectors, or on the arbitrary basis of equal eigenvalues.
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
    shortest = b is None and not (left or homogeneous_eigvals)
    if shortest and (quick := _quick.eig(a, True, bool(check_finite))) is not None:
        return (quick[0], quick[1]) if right else quick[0]
    w, v, u = _solve("eig", a, b, bool(check_finite), bool(homogeneous_eigvals), bool(left))
    found = [w]
    if left:
        found.append(u)
    if right:
        found.append(v)
    return found[0] if len(found) == 1 else tuple(found)


def _samples_values(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 3))
    yield Sample(draw(2, 3, 3), draw(3, 3))


@function(
    differentiable=("a", "b"),
    samples=_samples_values,
    synchronizes=True,
    host_route=f"{_WHY} (pairs only); {_WHY_AGAIN}",
)
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
    if b is None and not homogeneous_eigvals and (quick := _quick.eig(a, False, bool(check_finite))) is not None:
        return quick[0]  # type: ignore[no-any-return]
    return _solve("eigvals", a, b, bool(check_finite), bool(homogeneous_eigvals))[0]
