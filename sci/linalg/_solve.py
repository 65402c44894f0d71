"""Linear systems with general matrices and with known structure, and inverses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.checks import checks_enabled, finite_probe, known
from sci._core.errors import bad_argument, flag

from . import _lapack_conditions, _quick, _solve_alone
from ._band_operators import banded_solve, to_band
from ._bandwidth import largest_bandwidth
from ._cholesky import cholesky_factor, solve_with_factor
from ._errors import LinAlgError
from ._hermitian import from_triangle
from ._lu_operators import (
    estimate_inverse_norm,
    fits_lanes,
    general_solve,
    inverse,
    is_small,
)
from ._matrices import (
    broadcast_matrices,
    place_in_batch,
    random_matrices,
    require_finite_data,
    require_square,
    right_hand_side,
    tensors,
)
from ._regular import warn_if_ill_conditioned
from ._small_systems import LOWER, UPPER, fits_team, small_system
from ._solve_triangular import triangular

_STRUCTURES = {
    "general": "general",
    "gen": "general",
    "diagonal": "diagonal",
    "tridiagonal": "tridiagonal",
    "banded": "banded",
    "upper triangular": "upper",
    "lower triangular": "lower",
    "symmetric": "symmetric",
    "sym": "symmetric",
    "hermitian": "hermitian",
    "her": "hermitian",
    "positive definite": "positive",
    "pos": "positive",
}

# What the kernel reads, as csrc/ops/factors_jobs.h counts it, with `lower`.
_READ = {(kind, lower): 0 for kind in ("unknown", "general") for lower in (False, True)}
_READ |= {("symmetric", True): 1, ("symmetric", False): 2, ("hermitian", True): 3, ("hermitian", False): 4}


def _structure(function: str, assume_a: Any, also: tuple[str, ...] = ()) -> str:
    if assume_a is None:
        return "unknown"
    found = _STRUCTURES.get(assume_a) if isinstance(assume_a, str) else None
    if found is None or found in also:
        names = ", ".join(repr(name) for name, kind in _STRUCTURES.items() if kind not in also)
        raise bad_argument(function, "assume_a", f"None or one of {names}", assume_a)
    return found


def _diagonal_solve(function: str, a: Tensor, b: Tensor, check_finite: bool) -> Tensor:
    d = a.diagonal(dim1=-2, dim2=-1)
    require_finite_data(function, check_finite, a=d, b=b)
    if checks_enabled() and not torch.compiler.is_compiling() and d.numel():
        zero = d.detach() == 0
        if known(zero.any()):
            where, place = place_in_batch(zero.to(torch.int8).argmax(-1) + zero.any(-1))
            raise LinAlgError(f"{function}: a is singular: diagonal entry {place - 1}{where} is zero")
        size = d.detach().abs()
        if d.numel() and known(size.amin()) is not None:
            warn_if_ill_conditioned(function, "a", size.amin(-1) / size.amax(-1))
    return b / d[..., None]


def _check_condition(
    function: str, a: Tensor, apply: Callable[[Tensor, bool], Tensor], alone: Callable[[], float]
) -> None:
    """Warn if `apply`, the inverse of `a` or its adjoint, is large; without a record for a gradient.

    `alone` asks LAPACK for the reciprocal condition, of one matrix on the CPU.
    """
    if (
        not checks_enabled()
        or torch.compiler.is_compiling()
        or a.numel() == 0
        or known(finite_probe(a.detach())) is None
    ):
        return
    with torch.no_grad():
        if _lapack_conditions.estimates_condition(a):
            return warn_if_ill_conditioned(function, "a", torch.tensor(alone(), dtype=a.real.dtype, device="cpu"))
        inverse = estimate_inverse_norm(apply, a)
        warn_if_ill_conditioned(function, "a", 1 / (torch.linalg.matrix_norm(a, 1) * inverse))


def _check_positive(function: str, a: Tensor, lower: bool) -> None:
    """Warn of ill-conditioned matrices among those that go side by side on the CPU."""
    if checks_enabled() and not torch.compiler.is_compiling() and known(finite_probe(a)) is not None:
        warn_if_ill_conditioned(function, "a", torch.ops.sci._cholesky_condition(a.resolve_conj(), lower))


def _few_positive(a: Any, b: Any, lower: bool, check_finite: bool) -> Tensor | None:
    """Return solutions with small positive definite matrices; None for the general way, which knows what to say."""
    found = _quick.cholesky(a, lower, check_finite)
    if found is None:
        return None
    c = found[0]
    solved = _quick.substitution(c, b, 0 if lower else 2, lower, False, True, check_finite)
    if solved is None:
        return None
    if not _lapack_conditions.estimates_condition(a):
        _check_positive("solve", a, lower)
    elif checks_enabled():
        rcond = _lapack_conditions.condition_of_factor(a, c, lower)
        warn_if_ill_conditioned("solve", "a", torch.tensor(rcond, dtype=c.real.dtype, device="cpu"))
    return solved[0]  # type: ignore[no-any-return]


def _with_structure(function: str, a: Tensor, b: Tensor, structure: str, lower: bool, check_finite: bool) -> Tensor:
    if structure == "diagonal":
        return _diagonal_solve(function, a, b, check_finite)
    if structure in ("tridiagonal", "banded"):
        below, above = (1, 1) if structure == "tridiagonal" else largest_bandwidth(a)
        if 2 * below + above < a.shape[-1]:
            ab = to_band(a, below, above)
            held = ab.detach()
            _check_condition(
                function,
                a.detach(),
                lambda y, adjoint: banded_solve(held, y, below, above, adjoint, False, function),
                lambda: _lapack_conditions.condition_of_band(held, below, above),
            )
            return banded_solve(ab, b, below, above, False, check_finite, function)  # type: ignore[no-any-return]
        if structure == "tridiagonal":
            a = a.triu(-1).tril(1)
    if structure in ("upper", "lower"):
        low = structure == "lower"
        x = triangular(a, b, 0, low, False, check_finite)
        held = a.detach().tril() if low else a.detach().triu()
        _check_condition(
            function,
            held,
            lambda y, adjoint: triangular(held, y, 2 if adjoint else 0, low, False, False),
            lambda: _lapack_conditions.condition_of_triangle(held, low),
        )
        return x  # type: ignore[no-any-return]
    if structure == "positive" and is_small(a) and fits_team(a, b):
        return small_system(a, b, LOWER if lower else UPPER, True, check_finite, function)  # type: ignore[no-any-return]
    if structure == "positive":
        require_finite_data(function, check_finite, b=b)
        c = cholesky_factor(a, lower, check_finite, function, "a")
        held = c.detach()
        if fits_lanes(held):
            _check_positive(function, a.detach(), lower)
        else:
            _check_condition(
                function,
                a.detach(),
                lambda y, _: solve_with_factor(held, y, lower, False),
                lambda: _lapack_conditions.condition_of_factor(a.detach(), held, lower),
            )
        return solve_with_factor(c, b, lower, False)  # type: ignore[no-any-return]
    if structure in ("symmetric", "hermitian"):
        a = from_triangle(a, lower, structure == "hermitian", check_finite, function, "a")
    if not (is_small(a) and fits_team(a, b)):
        require_finite_data(function, check_finite, b=b)
    return general_solve(a, b, check_finite, function, structure == "unknown")


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device, shift=3)
    yield Sample(draw(3, 3), draw(3))
    yield Sample(draw(2, 4, 4), draw(4, 2), transposed=True)
    yield Sample(draw(2, 3, 3), draw(2, 3, 1), assume_a="tridiagonal")
    yield Sample(draw(5, 5), draw(5), assume_a="tridiagonal")
    yield Sample(draw(3, 3), draw(3), assume_a="upper triangular")
    yield Sample(draw(3, 3), draw(3), assume_a="diagonal")
    yield Sample(draw(0, 0), draw(0, 2))


@function(differentiable=("a", "b"), samples=_samples, synchronizes=True)
def solve(
    a: Any,
    b: Any,
    lower: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    assume_a: str | None = None,
    transposed: bool = False,
) -> Tensor:
    r"""Solve ``a x = b`` for square `a`.

    Equivalent to `scipy.linalg.solve`.

    Parameters
    ----------
    a : (..., n, n) tensor
        Matrices.
    b : (n,) or (..., n, k) tensor
        Right-hand sides. One dimension is one vector; otherwise the last two dimensions are a matrix. Batch
        dimensions broadcast.
    lower : bool
        Which triangle is read where `assume_a` is symmetric, Hermitian or positive definite.
    overwrite_a, overwrite_b : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `a` or `b` holds NaN or infinity.
    assume_a : str, optional
        What is known of `a`: ``'general'`` ('gen'), ``'diagonal'``, ``'tridiagonal'``, ``'banded'``, ``'upper
        triangular'``, ``'lower triangular'``, ``'symmetric'`` ('sym'), ``'hermitian'`` ('her'), ``'positive
        definite'`` ('pos'). Entries outside the structure are not read. None: a structure is looked for (Notes).
    transposed : bool
        Solve ``a^T x = b``.

    Returns
    -------
    x : tensor
        The solution, of the shape of `b` with the broadcast batch dimensions.

    Raises
    ------
    LinAlgError
        `a` is not square, or singular (naming the matrix of the batch and the pivot), or not positive definite.
    ValueError
        Shapes do not match, an unknown `assume_a`, or not finite data.

    Warns
    -----
    LinAlgWarning
        The estimated reciprocal condition number of `a` is below the dtype's eps.

    Notes
    -----
    *Algorithm.* LU with partial pivoting: kernels of their own for n up to 64, on CUDA one for factors and solution,
    LAPACK's or cuSOLVER's beyond; banded LU, substitution or Cholesky where `assume_a` says so. ``'symmetric'`` and
    ``'hermitian'`` complete the matrix from the triangle that is read, and use LU; LAPACK's symmetric factors (Bunch
    and Kaufman's) for one larger matrix on the CPU without a gradient. Without `assume_a`, large matrices are looked at
    as SciPy does: all of a batch triangular, tridiagonal (on the CPU) or Hermitian; a Hermitian one is
    tried with Cholesky first. What is found changes the time, and no derivative: all entries of `a` count.

    *Derivative.* :math:`\dot X = A^{-1} (\dot B - \dot A X)`; in reverse :math:`\bar B = A^{-H} \bar X`,
    :math:`\bar A = -\bar B X^H` [1]_, section 2.3.1, of which the structure keeps its part; for symmetric, Hermitian
    and positive definite `a` it is the derivative on such matrices.

    References
    ----------
    .. [1] M. Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic
       differentiation", Oxford University Computing Laboratory, NA-08/01, 2008.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import solve
    >>> a = torch.tensor([[3.0, 2.0, 0.0], [1.0, -1.0, 0.0], [0.0, 5.0, 1.0]])
    >>> torch.allclose(solve(a, torch.tensor([2.0, 4.0, -1.0])), torch.tensor([2.0, -2.0, 9.0]), atol=1e-5)
    True
    """
    structure = _structure("solve", assume_a)
    transposed = flag("solve", "transposed", transposed)
    lower = flag("solve", "lower", lower)
    read = None if transposed else _READ.get((structure, lower))
    if read is not None and (quick := _quick.solve(a, b, read, bool(check_finite))) is not None:
        return quick[0]  # type: ignore[no-any-return]
    positive = structure == "positive" and not transposed
    if positive and (quick := _quick.solve_positive(a, b, lower, bool(check_finite))) is not None:
        return quick[0]  # type: ignore[no-any-return]
    if (found := _solve_alone.solve(a, b, structure, lower, transposed, bool(check_finite))) is not None:
        return found
    if positive and (found := _few_positive(a, b, lower, bool(check_finite))) is not None:
        return found
    a, b = tensors("solve", a=a, b=b)
    if a.dim() == 0 or (a.shape == (1, 1) and (b.dim() < 2 or b.shape[-2] != 1)):  # a number, which divides all of b
        return solve(a.reshape(1, 1), b.reshape(1, -1), check_finite=check_finite).reshape(b.shape)
    n = require_square("solve", "a", a)
    b, vector = right_hand_side("solve", n, b)
    a, b = broadcast_matrices("solve", ("a", "b"), a, b)
    if transposed:
        a, lower = a.mT, not lower
        structure = {"upper": "lower", "lower": "upper"}.get(structure, structure)
    x = _with_structure("solve", a, b, structure, lower, bool(check_finite))
    return x[..., 0] if vector else x


def _samples_inv(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device, shift=3)
    yield Sample(draw(3, 3))
    yield Sample(draw(2, 4, 4))
    yield Sample(draw(3, 3), assume_a="upper triangular")
    yield Sample(draw(0, 0))


@function(differentiable=("a",), samples=_samples_inv, synchronizes=True)
def inv(
    a: Any, overwrite_a: bool = False, check_finite: bool = True, *, assume_a: str | None = None, lower: bool = False
) -> Tensor:
    r"""Inverse of matrices.

    Equivalent to `scipy.linalg.inv`. To solve a system, `solve` is faster and more accurate.

    Parameters
    ----------
    a : (..., n, n) tensor
        Matrices.
    overwrite_a : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `a` holds NaN or infinity.
    assume_a : str, optional
        What is known of `a`, as in `solve`, without ``'tridiagonal'`` and ``'banded'``.
    lower : bool
        Which triangle is read where `assume_a` is symmetric, Hermitian or positive definite.

    Returns
    -------
    x : (..., n, n) tensor
        The inverses.

    Raises
    ------
    LinAlgError
        `a` is not square, or singular (naming the matrix of the batch and the pivot).
    ValueError
        An unknown `assume_a`, or not finite data.

    Warns
    -----
    LinAlgWarning
        The estimated reciprocal condition number of `a` is below the dtype's eps.

    Notes
    -----
    *Derivative.* :math:`\dot X = -X \dot A X`, in reverse :math:`\bar A = -X^H \bar X X^H` [1]_, section 2.2.3.

    References
    ----------
    .. [1] M. Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic
       differentiation", Oxford University Computing Laboratory, NA-08/01, 2008.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import inv
    >>> inv(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    if assume_a is None and (found := _quick.inverse(a, bool(check_finite))) is not None:
        return found[0]  # type: ignore[no-any-return]
    (a,) = tensors("inv", a=a)
    n = require_square("inv", "a", a)
    structure = _structure("inv", assume_a, ("tridiagonal", "banded"))
    if structure in ("general", "unknown"):
        return inverse(a, bool(check_finite), structure == "unknown", "inv")  # type: ignore[no-any-return]
    eye = torch.eye(n, dtype=a.dtype, device=a.device).expand(a.shape)
    return _with_structure("inv", a, eye, structure, flag("inv", "lower", lower), bool(check_finite))
