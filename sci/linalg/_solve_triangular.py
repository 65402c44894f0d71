"""Triangular systems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core import runtime
from sci._core.cards import Sample, function
from sci._core.checks import checks_enabled, finite_probe, read, require_finite
from sci._core.dispatch import operator
from sci._core.errors import bad_argument, flag
from sci._core.quick import cpu_kernel

from . import _lapack, _lapack_factors, _quick
from ._errors import LinAlgError
from ._matrices import (
    READY,
    batch_shape,
    broadcast_matrices,
    new_like,
    place_in_batch,
    require_square,
    right_hand_side,
    tensors,
    to_kind,
)
from ._small_gradients import TEAM_BYTES, plain, ready_on_cpu

runtime.load_library()
substitution = torch.ops.sci._substitution.default
_gradients_on_cpu = cpu_kernel("_triangle_small_gradient")

# Substitution on the CPU beats BLAS, whose calls and blocks cost more, up to these sizes: with few columns, with many.
# On a GPU a team of threads has a matrix up to the last.
_COLUMNS, _SIZE, _ROWS, _TEAM = 8, 512, 64, 32
_FEW = 512  # operations of a matrix of a batch for which one lane of the CPU is fast enough
_TRANS: dict[Any, int] = {0: 0, 1: 1, 2: 2, "N": 0, "T": 1, "C": 2}


def has_kernel(a: Tensor, b: Tensor) -> bool:
    """Return whether the kernel solves these systems."""
    most = _TEAM if a.is_cuda else _SIZE if b.shape[-1] <= _COLUMNS else _ROWS
    return a.shape[-1] <= most and (a.is_cpu or a.is_cuda) and a.dtype in READY


def substitute(
    a: Tensor, b: Tensor, trans: int, lower: bool, unit_diagonal: bool, twice: bool, check: bool
) -> tuple[Tensor, int]:
    """Return (X, code) of op(A) X = B, or with `twice` of op(A) op(A)^H X = B.

    Where `check` is wanted the code has 1 if A and 2 if X may hold a number that is not finite.
    """
    if a.is_cpu:
        return substitution(  # type: ignore[no-any-return]
            a.resolve_conj(), b.resolve_conj(), trans, lower, unit_diagonal, twice, check
        )
    if trans < 2 and not a.is_contiguous() and a.mT.is_contiguous():
        a, trans, lower = a.mT, 1 - trans, not lower
    x, flags = torch.ops.sci._triangle_small(a, b, trans, lower, unit_diagonal, twice, check)
    return x, 3 if check and flags.numel() > 0 and bool(flags.any()) else 0


def _compute(a: Tensor, b: Tensor, trans: int, lower: bool, unit_diagonal: bool, check_finite: bool) -> Tensor:
    function = "solve_triangular"
    a, b = broadcast_matrices(function, ("a", "b"), a, b)
    if has_kernel(a, b):
        checks = checks_enabled()
        x, code = substitute(a, b, trans, lower, unit_diagonal, False, checks)
        if not code:
            return x
        if check_finite:
            require_finite(function, {"a": a})
        if code & 2:
            _explain(function, a, b, unit_diagonal, check_finite)
        return x
    if _lapack.solves(a) and b.numel() > 0:
        x = _lapack_factors.trsm(a, b, trans, lower, unit_diagonal)
    else:
        op_a = a if trans == 0 else a.mT if trans == 1 else a.mH
        upper = lower if trans else not lower
        x = torch.linalg.solve_triangular(op_a, b, upper=upper, unitriangular=unit_diagonal).contiguous()
    if checks_enabled():
        # Infinities and NaN in b, and zeros on the diagonal, show in x; in the triangle that is not read they do not.
        *probes, solution = read(*([finite_probe(a)] if check_finite else []), finite_probe(x))
        if check_finite:
            require_finite(function, {"a": a}, probes)
        if solution - solution != 0:
            _explain(function, a, b, unit_diagonal, check_finite)
    return x


def _explain(function: str, a: Tensor, b: Tensor, unit_diagonal: bool, check_finite: bool) -> None:
    """Raise for what has made a solution infinite or NaN, unless it is overflow."""
    if check_finite:
        require_finite(function, {"b": b})
    zero = a.diagonal(dim1=-2, dim2=-1) == 0
    if not unit_diagonal and bool(zero.any()):
        where, place = place_in_batch(zero.to(torch.int8).argmax(-1) + zero.any(-1))
        raise LinAlgError(f"{function}: a is singular: diagonal entry {place - 1}{where} is zero")


def _fake(a: Tensor, b: Tensor, trans: int, lower: bool, unit_diagonal: bool, check_finite: bool) -> Tensor:
    return new_like(b, (*batch_shape(a, b), *b.shape[-2:]))


def gradients(
    a: Tensor, x: Tensor, g: Tensor, trans: int, lower: bool, unit_diagonal: bool, twice: bool
) -> tuple[Tensor, Tensor] | None:
    """Return the gradients of A and B of what `substitute` solves, in one pass; None where there is no kernel."""
    n, columns = x.shape[-2:]
    if max(n, columns) > _TEAM or x.numel() == 0 or a.shape[:-2] != x.shape[:-2] or a.dtype not in READY:
        return None
    if a.is_cpu:  # batches of larger ones take BLAS
        good = a.dim() == 2 or n * n * columns <= (2 if twice else 1) * _FEW
    else:
        room = n * ((n | 1) + (4 if twice else 2) * (columns | 1)) * a.element_size()
        good = a.is_cuda and room <= TEAM_BYTES
    if not good or not plain(a, x, g):
        return None
    kernel = _gradients_on_cpu if ready_on_cpu(a, x, g) else torch.ops.sci._triangle_small_gradient
    return kernel(a, x, g, trans, lower, unit_diagonal, twice)  # type: ignore[no-any-return]


def _triangle(x: Tensor, lower: bool, unit_diagonal: bool) -> Tensor:
    offset = 1 if unit_diagonal else 0
    return x.tril(-offset) if lower else x.triu(offset)


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, b, trans, lower, unit_diagonal, _ = inputs
    (x,), (g,) = outputs, grads
    if needs[0] and (found := gradients(a, x, g, trans, lower, unit_diagonal, False)) is not None:
        return found[0], to_kind(found[1], b) if needs[1] else None, None, None, None, None
    # op(A)^H G_b = g, where op(A)^H is conj(A) for trans = 1.
    if trans == 1:
        grad_b = triangular(a.conj(), g, 0, lower, unit_diagonal, False)
    else:
        grad_b = triangular(a, g, 2 - trans, lower, unit_diagonal, False)
    grad_a = None
    if needs[0]:
        grad_a = -grad_b @ x.mH
        grad_a = (grad_a, grad_a.mT, grad_a.mH)[trans]
        grad_a = to_kind(_triangle(grad_a, lower, unit_diagonal), a)
    return grad_a, to_kind(grad_b, b) if needs[1] else None, None, None, None, None


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    a, _, trans, lower, unit_diagonal, _ = inputs
    (x,), (da, db) = outputs, tangents[:2]
    right = None if db is None else db.expand_as(x)
    if da is not None:
        da = _triangle(da, lower, unit_diagonal)
        moved = (da, da.mT, da.mH)[trans] @ x
        right = -moved if right is None else right - moved
    return triangular(a, right, trans, lower, unit_diagonal, False)  # type: ignore[no-any-return]


# X = op(A)^-1 B on matrices and batches of equal dtype; also what other rules of this domain are written with.
triangular = operator(
    "solve_triangular(Tensor a, Tensor b, int trans, bool lower, bool unit_diagonal, bool check_finite) -> Tensor",
    kernel=_compute,
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    core_dims=(2, 2),
)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype).to(device)

    def matrix(*shape: int) -> Tensor:
        return random(*shape) + 3 * torch.eye(shape[-1], dtype=dtype, device=device)

    yield Sample(matrix(3, 3), random(3))
    yield Sample(matrix(3, 3), random(3, 2), lower=True)
    yield Sample(matrix(2, 3, 3), random(2, 3, 2), trans="T")
    yield Sample(matrix(2, 3, 3), random(3, 1), trans=2, lower=True, unit_diagonal=True)
    yield Sample(matrix(0, 0), random(0, 2))


@function(differentiable=("a", "b"), samples=_samples)
def solve_triangular(
    a: Any,
    b: Any,
    trans: int | str = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Tensor:
    r"""Solve ``a x = b`` for triangular ``a``.

    Equivalent to `scipy.linalg.solve_triangular`.

    Parameters
    ----------
    a : (..., n, n) tensor
        Triangular matrices; the other triangle is not read.
    b : (n,) or (..., n, k) tensor
        Right-hand sides. One dimension is one vector; otherwise the last two dimensions are a matrix. Batch
        dimensions broadcast.
    trans : {0, 1, 2, 'N', 'T', 'C'}
        The system: ``a x = b`` (0, 'N'), ``a^T x = b`` (1, 'T') or ``a^H x = b`` (2, 'C').
    lower : bool
        Read the lower triangle of `a`; by default the upper one.
    unit_diagonal : bool
        Take the diagonal of `a` as 1 without reading it.
    overwrite_b : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `a` or `b` holds NaN or infinity.

    Returns
    -------
    x : tensor
        The solution, of the shape of `b` with the broadcast batch dimensions.

    Raises
    ------
    LinAlgError
        `a` is not square, or has a zero on its diagonal (naming the entry and the matrix of the batch).
    ValueError
        Shapes do not match, an unknown `trans`, or not finite data.

    Notes
    -----
    *Derivative.* With :math:`\mathrm{op}(A) X = B`, :math:`\dot X = \mathrm{op}(A)^{-1} (\dot B - \mathrm{op}(\dot A)
    X)`; in reverse :math:`\bar B = \mathrm{op}(A)^{-H} \bar X` and :math:`\overline{\mathrm{op}(A)} = -\bar B X^H`, of
    which the triangle that is read is kept [1]_, section 2.3.1.

    References
    ----------
    .. [1] M. Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic
       differentiation", Oxford University Computing Laboratory, NA-08/01, 2008.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import solve_triangular
    >>> a = torch.tensor([[2.0, 0.0], [1.0, 4.0]])
    >>> solve_triangular(a, torch.tensor([2.0, 9.0]), lower=True)
    tensor([1., 2.])
    """
    name = "solve_triangular"
    lower, unit_diagonal = flag(name, "lower", lower), flag(name, "unit_diagonal", unit_diagonal)
    if (trans == 0 or trans == "N") and trans is not False:
        found = _quick.substitution(a, b, 0, lower, unit_diagonal, False, True)
        if found is not None:
            return found[0]  # type: ignore[no-any-return]
    a, b = tensors(name, a=a, b=b)
    n = require_square(name, "a", a)
    b, vector = right_hand_side(name, n, b)
    if isinstance(trans, bool) or not isinstance(trans, (int, str)) or trans not in _TRANS:
        raise bad_argument(name, "trans", "0, 1, 2, 'N', 'T' or 'C'", trans)
    broadcast_matrices(name, ("a", "b"), a, b)
    x = triangular(a, b, _TRANS[trans], lower, unit_diagonal, bool(check_finite))
    return x[..., 0] if vector else x  # type: ignore[no-any-return]
