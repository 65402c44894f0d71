"""The generalised Schur (QZ) decomposition of pairs of matrices, ordered or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.errors import bad_argument

from ._errors import LinAlgError
from ._matrices import broadcast_matrices, random_matrices, require_finite_data, require_square, tensors
from ._qz_form import WHY, decomposition, reordered
from ._schur_form import blocks_of

# ---- eigenvalues of a form -----------------------------------------------------------------------------------------


def _eigenvalues(s: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """Return alpha and beta of generalised Schur forms; of a pair the one above the axis comes first."""
    alpha, beta = s.diagonal(dim1=-2, dim2=-1), t.diagonal(dim1=-2, dim2=-1)
    if s.is_complex():
        return alpha, beta
    blocks = blocks_of(s.detach())
    if blocks is None:
        return alpha.to(s.dtype.to_complex()), beta
    # A block [[a, b], [c, d]] beside diag(t, u) has the eigenvalues (x +- i y) / sqrt(t u),
    # x = (a sqrt(u / t) + d sqrt(t / u)) / 2,  y^2 = -b c - ((a sqrt(u / t) - d sqrt(t / u)) / 2)^2.
    a, d, one, two = (
        torch.where(blocks, x, 1) for x in (alpha[..., :-1], alpha[..., 1:], beta[..., :-1], beta[..., 1:])
    )
    up, low = (torch.where(blocks, s.diagonal(k, -2, -1), 1) for k in (1, -1))
    ratio = (two / one).sqrt()
    left, right = a * ratio, d / ratio
    inside = -up * low - ((left - right) / 2) ** 2
    y = torch.where(blocks & (inside > 0), torch.where(inside > 0, inside, 1).sqrt(), 0)
    x, scale = (left + right) / 2, one.sqrt() * two.sqrt()
    pad = torch.nn.functional.pad
    first, second = pad(blocks, (0, 1)), pad(blocks, (1, 0))

    def put(values: Tensor, otherwise: Tensor) -> Tensor:
        return torch.where(first, pad(values, (0, 1)), torch.where(second, pad(values, (1, 0)), otherwise))

    return torch.complex(put(x, alpha), pad(y, (0, 1)) - pad(y, (1, 0))), put(scale, beta)


def _real_quotient(alpha: Tensor, beta: Tensor) -> Tensor:
    return (alpha / torch.where(beta != 0, beta, 1)).real


_SORTS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "lhp": lambda alpha, beta: (beta != 0) & (_real_quotient(alpha, beta) < 0),
    "rhp": lambda alpha, beta: (beta != 0) & (_real_quotient(alpha, beta) > 0),
    "iuc": lambda alpha, beta: (beta != 0) & (alpha.abs() < beta.abs()),
    "ouc": lambda alpha, beta: alpha.abs() > beta.abs(),
}


def _selection(sort: Any, s: Tensor, t: Tensor) -> Tensor:
    alpha, beta = _eigenvalues(s, t)
    if isinstance(sort, str):
        select = _SORTS[sort](alpha, beta)
    elif torch.compiler.is_compiling() or s.device.type == "meta":
        raise NotImplementedError(
            "ordqz: a callable sort reads the eigenvalues; to compile use 'lhp', 'rhp', 'iuc', 'ouc'"
        )
    else:
        found = sort(alpha.numpy(force=True), beta.numpy(force=True))
        select = torch.as_tensor(found, dtype=torch.bool, device=s.device).reshape(alpha.shape)
    blocks = blocks_of(s)
    if blocks is not None:  # either of a pair selects both
        either = blocks & (select[..., 1:] | select[..., :-1])
        pad = torch.nn.functional.pad
        select = select | pad(either, (0, 1)) | pad(either, (1, 0))
    return select


def _arguments(name: str, a: Any, b: Any, output: Any, check_finite: bool) -> tuple[Tensor, Tensor, bool]:
    a, b = tensors(name, A=a, B=b)
    n = require_square(name, "A", a)
    if require_square(name, "B", b) != n:
        raise bad_argument(name, "B", f"{n} x {n}, as A", b, LinAlgError)
    if output not in ("real", "complex", "r", "c"):
        raise bad_argument(name, "output", "'real' or 'complex'", output)
    require_finite_data(name, check_finite, A=a, B=b)
    a, b = broadcast_matrices(name, ("A", "B"), a, b)
    return a, b, a.is_complex() or output in ("complex", "c")


def _projectors(q: Tensor, z: Tensor) -> Tensor:
    # The phases of a column of Q and that of Z are one.
    return q[..., :, None, :] * z[..., None, :, :].conj()


def _independent_of_gauge(function: Any, a: Tensor, b: Tensor, **options: Any) -> Any:
    s, t, q, z = function(a, b, **options)
    return s * s.conj(), t * t.conj(), _projectors(q, z)


def _independent_of_gauge_ordered(function: Any, a: Tensor, b: Tensor, **options: Any) -> Any:
    s, t, alpha, beta, q, z = function(a, b, **options)
    return s * s.conj(), t * t.conj(), alpha / beta, _projectors(q, z)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(2, 4, 4), draw(4, 4))
    yield Sample(draw(3, 3), draw(3, 3), output="complex")
    yield Sample(draw(0, 0), draw(0, 0))


@function(differentiable=("A", "B"), samples=_samples, call=_independent_of_gauge, host_route=WHY)
def qz(
    A: Any,
    B: Any,
    output: str = "real",
    lwork: int | None = None,
    sort: None = None,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    r"""Generalised Schur decomposition ``A = q s z^H, B = q t z^H`` with unitary `q` and `z`.

    Equivalent to `scipy.linalg.qz`.

    Parameters
    ----------
    A, B : (..., n, n) tensor
        Matrices, real or complex. Batch dimensions broadcast.
    output : {'real', 'complex'}
        For real matrices: the real form, in which `s` has a 2 x 2 block for each pair of complex eigenvalues, or the
        triangular complex form. Complex matrices have the complex form.
    lwork : int, optional
        Accepted and ignored.
    sort : None
        Must be None, as in SciPy; `ordqz` sorts.
    overwrite_a, overwrite_b : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `A` or `B` holds NaN or infinity.

    Returns
    -------
    s : (..., n, n) tensor
        The (quasi-)triangular form of `A`.
    t : (..., n, n) tensor
        The triangular form of `B`, with a real diagonal that is not negative, and diagonal beside blocks of `s`.
    q, z : (..., n, n) tensor
        The unitary matrices.

    Raises
    ------
    LinAlgError
        Matrices are not square, the QZ algorithm fails, or, in a backward pass, the loss depends on the arbitrary
        phases of a complex form or no derivative exists.
    ValueError
        An unknown option, or not finite data.

    See Also
    --------
    ordqz, schur

    Notes
    -----
    *Algorithm.* Moler and Stewart's QZ algorithm [1]_, LAPACK's on the CPU.

    *Derivative.* With :math:`\Omega = Q^H \dot Q, \Psi = Z^H \dot Z, M = Q^H \dot A Z, N = Q^H \dot B Z` the strictly
    lower triangles X of :math:`\Omega` and Y of :math:`\Psi` solve :math:`\mathrm{low}(X S - S Y) = \mathrm{low}(M),
    \mathrm{low}(X T - T Y) = \mathrm{low}(N)`, the generalised Sylvester equation of [2]_, section 7.7; then
    :math:`\dot S = M - \Omega S + S \Psi, \dot T = N - \Omega T + T \Psi`. The real diagonal of T, and the diagonal
    form of T beside 2 x 2 blocks, give the rest. The derivation is in the source.

    *Gauge.* Complex: each column of `q` and that of `z` have an arbitrary phase in common, taken as fixed in that of
    `z`; a loss that depends on it raises in the backward pass. Real: signs, which cannot vary.

    *Where no derivative exists.* Two eigenvalues equal, or T a multiple of the identity beside a 2 x 2 block, up to
    rounding: a backward pass raises, tangents are NaN. A column of a complex form where the diagonal of T vanishes
    has a free phase.

    References
    ----------
    .. [1] C. B. Moler, G. W. Stewart, "An algorithm for generalized matrix eigenvalue problems", SIAM Journal on
       Numerical Analysis 10 (1973) 241-256.
    .. [2] G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th ed., 2013.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import qz
    >>> a, b = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[2.0, 1.0], [0.0, 1.0]])
    >>> s, t, q, z = qz(a, b)
    >>> torch.allclose(q @ s @ z.T, a, atol=1e-5), torch.allclose(q @ t @ z.T, b, atol=1e-5)
    (True, True)
    """
    if sort is not None:
        raise bad_argument("qz", "sort", "None (ordqz sorts)", sort)
    a, b, complex_output = _arguments("qz", A, B, output, check_finite)
    found: tuple[Tensor, Tensor, Tensor, Tensor] = decomposition(a, b, complex_output, "qz")
    return found


def _samples_ordered(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(2, 4, 4), draw(4, 4))
    yield Sample(draw(3, 3), draw(3, 3), sort="ouc", output="complex")


@function(differentiable=("A", "B"), samples=_samples_ordered, call=_independent_of_gauge_ordered, host_route=WHY)
def ordqz(
    A: Any,
    B: Any,
    sort: Any = "lhp",
    output: str = "real",
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    r"""Generalised Schur decomposition of pairs of matrices with ordered eigenvalues.

    Equivalent to `scipy.linalg.ordqz`.

    Parameters
    ----------
    A, B : (..., n, n) tensor
        Matrices, real or complex. Batch dimensions broadcast.
    sort : {'lhp', 'rhp', 'iuc', 'ouc'} or callable
        Which eigenvalues ``alpha / beta`` come first: those in the left or right half-plane, inside or outside the unit
        circle, or those for which a callable is true. It gets arrays `alpha` and `beta` and returns flags; it reads the
        eigenvalues, so it synchronises and cannot be compiled.
    output : {'real', 'complex'}
        As in `qz`.
    overwrite_a, overwrite_b : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `A` or `B` holds NaN or infinity.

    Returns
    -------
    AA, BB : (..., n, n) tensor
        The forms of `A` and `B`.
    alpha : (..., n) tensor
        Numerators of the eigenvalues in the order of the forms, complex.
    beta : (..., n) tensor
        Their denominators; zero for infinite eigenvalues.
    Q, Z : (..., n, n) tensor
        The unitary matrices.

    Raises
    ------
    LinAlgError
        As `qz`, or eigenvalues are too close to be sorted.
    ValueError
        An unknown option, or not finite data.

    See Also
    --------
    qz

    Notes
    -----
    *Algorithm.* `qz`, and LAPACK's exchange of neighbouring blocks on the CPU. Of a pair of complex eigenvalues of a
    real form both are selected, or none.

    *Derivative.* That of `qz`, at the ordered form. `alpha` and `beta` are computed from it.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import ordqz
    >>> a, b = torch.diag(torch.tensor([3.0, -2.0])), torch.eye(2)
    >>> aa, bb, alpha, beta, q, z = ordqz(a, b, sort="lhp")
    >>> (alpha / beta).real
    tensor([-2.,  3.])
    """
    if not callable(sort) and (not isinstance(sort, str) or sort not in _SORTS):
        raise bad_argument("ordqz", "sort", "a callable, 'lhp', 'rhp', 'iuc' or 'ouc'", sort)
    a, b, complex_output = _arguments("ordqz", A, B, output, check_finite)
    form = decomposition(a.detach(), b.detach(), complex_output, "ordqz")
    form = tuple(x.detach() for x in form)
    select = _selection(sort, form[0], form[1])
    s, t, q, z = reordered(a, b, *form, select.to(torch.int32))
    alpha, beta = _eigenvalues(s, t)
    return s, t, alpha, beta, q, z
