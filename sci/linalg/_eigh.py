"""Eigenvalues and eigenvectors of Hermitian matrices, standard and generalised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import promote
from sci._core.cards import Sample, function
from sci._core.checks import require_finite
from sci._core.errors import bad_argument, flag, items

from . import _lapack, _lapack_hermitian, _quick
from ._eigh_generalised import generalised
from ._hermitian import standard, standard_values
from ._matrices import broadcast_matrices, differentiates, hermitian_part, require_square

_STANDARD = ("ev", "evd", "evr", "evx")
_GENERALISED = ("gv", "gvd", "gvx")


def _solve_standard(
    a: Tensor, lower: bool, check_finite: bool, function: str, eigvals_only: bool
) -> tuple[Tensor, Tensor | None]:
    if eigvals_only and (torch.compiler.is_compiling() or not differentiates(a)):
        return standard_values(a, lower, check_finite, function), None
    w, v = standard(a, lower, check_finite, function)
    return w, None if eigvals_only else v


# ---- the public functions ------------------------------------------------------------------------------------------


def _require_options(
    function: str,
    n: int,
    generalised: bool,
    type: Any,
    subset_by_index: Any,
    subset_by_value: Any,
    driver: str | None,
) -> tuple[tuple[int, int] | None, tuple[float, float] | None]:
    """Check the options as SciPy does; return the subsets as pairs of numbers."""
    if driver is not None and driver not in (*_STANDARD, *_GENERALISED):
        raise bad_argument(function, "driver", f"None or one of {', '.join((*_STANDARD, *_GENERALISED))}", driver)
    if driver in _GENERALISED and not generalised:
        raise bad_argument(function, "driver", f"one of {', '.join(_STANDARD)} without b", driver)
    if driver in _STANDARD and generalised:
        raise bad_argument(function, "driver", f"one of {', '.join(_GENERALISED)} with b", driver)
    if generalised and type not in (1, 2, 3):
        raise bad_argument(function, "type", "1, 2 or 3", type)
    if subset_by_index is not None and subset_by_value is not None:
        raise ValueError(f"{function}: subset_by_index and subset_by_value cannot both be given")
    if (subset_by_index is not None or subset_by_value is not None) and driver in ("ev", "evd", "gv", "gvd"):
        raise bad_argument(function, "driver", "evr, evx or gvx for a subset of eigenvalues", driver)
    index, value = None, None
    if subset_by_index is not None:
        first, last = map(int, items(function, "subset_by_index", subset_by_index, "a pair [first, last]", 2))
        if not 0 <= first <= last < n:
            text = f"{function}: subset_by_index must be [first, last] with 0 <= first <= last < {n}, got "
            raise ValueError(text + f"[{first}, {last}]")
        index = (first, last)
    if subset_by_value is not None:
        low, high = map(float, items(function, "subset_by_value", subset_by_value, "a pair [low, high]", 2))
        if not low < high:
            raise ValueError(f"{function}: subset_by_value must be [low, high] with low < high, got [{low}, {high}]")
        value = (low, high)
    return index, value


def _in_interval(function: str, w: Tensor, low: float, high: float) -> tuple[int, int]:
    """Return the range of eigenvalues in (low, high], which must be equally many in every matrix of a batch."""
    if torch.compiler.is_compiling() or w.device.type == "meta":
        text = f"{function}: with subset_by_value the size of the result depends on data, which cannot be compiled"
        raise NotImplementedError(text)
    bounds = torch.stack([(w <= low).sum(-1), (w <= high).sum(-1)]).reshape(2, -1)
    if bounds.shape[1] == 0:
        return 0, w.shape[-1]
    counts = bounds[1] - bounds[0]
    firsts, all_counts = bounds[0].tolist(), counts.tolist()
    if len(set(all_counts)) > 1 or len(set(firsts)) > 1:
        text = f"{function}: subset_by_value ({low}, {high}] selects different eigenvalues in the matrices of the batch"
        raise ValueError(f"{text}: numbers {sorted(set(zip(firsts, all_counts, strict=True)))} as (first, count)")
    return firsts[0], firsts[0] + all_counts[0]


def _solve(
    function: str,
    a: Any,
    b: Any,
    lower: bool,
    eigvals_only: bool,
    type: Any,
    check_finite: bool,
    subset_by_index: Any,
    subset_by_value: Any,
    driver: str | None,
) -> tuple[Tensor, Tensor | None]:
    if b is None:
        (a,) = promote(function, a=a)
    else:
        a, b = promote(function, a=a, b=b)
    n = require_square(function, "a", a)
    if b is not None:
        require_square(function, "b", b)
        if b.shape[-1] != n:
            raise bad_argument(function, "b", f"{n} x {n}, as a", b)
        a, b = broadcast_matrices(function, ("a", "b"), a, b)
    index, value = _require_options(function, n, b is not None, type, subset_by_index, subset_by_value, driver)
    lower, check_finite = flag(function, "lower", lower), bool(check_finite)
    if b is not None:
        w, v = generalised(a, b, lower, type, check_finite, function)
        v = None if eigvals_only else v
    elif index is not None and a.dim() == 2 and _lapack.worthwhile(a) and not differentiates(a):
        if check_finite:
            require_finite(function, {"a": a})
        return _lapack_hermitian.eigh_subset(a, lower, *index, not eigvals_only)
    else:
        w, v = _solve_standard(a, lower, check_finite, function, eigvals_only)
    if value is not None:
        first, end = _in_interval(function, w, *value)
    elif index is not None:
        first, end = index[0], index[1] + 1
    else:
        return w, v
    return w[..., first:end], None if v is None else v[..., first:end]


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    def matrix(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype).to(device)

    def positive(*shape: int) -> Tensor:
        x = matrix(*shape)
        return x @ x.mH / 2 + torch.eye(shape[-1], dtype=dtype, device=device)

    yield Sample(matrix(3, 3))
    yield Sample(matrix(2, 3, 3), lower=False, subset_by_index=(1, 2))
    for type in (1, 2, 3):
        yield Sample(matrix(2, 3, 3), positive(3, 3), type=type)
    yield Sample(matrix(0, 0))


def _independent_of_phase(function: Any, a: Tensor, b: Tensor | None = None, **options: Any) -> Any:
    w, v = function(hermitian_part(a), None if b is None else hermitian_part(b), **options)
    return w, v[..., :, None, :] * v[..., None, :, :].conj()


def _values_of_hermitian(function: Any, a: Tensor, b: Tensor | None = None, **options: Any) -> Any:
    return function(hermitian_part(a), None if b is None else hermitian_part(b), **options)


@function(differentiable=("a", "b"), samples=_samples, call=_independent_of_phase, synchronizes=True)
def eigh(
    a: Any,
    b: Any = None,
    *,
    lower: bool = True,
    eigvals_only: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    type: int = 1,
    check_finite: bool = True,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
    driver: str | None = None,
) -> tuple[Tensor, Tensor] | Tensor:
    r"""Eigenvalues and eigenvectors of Hermitian matrices, standard or generalised.

    Equivalent to `scipy.linalg.eigh`.

    Parameters
    ----------
    a : (..., n, n) tensor
        Hermitian matrices. Only one triangle is read.
    b : (..., n, n) tensor, optional
        Hermitian positive definite matrices of the generalised problem. Batch dimensions broadcast.
    lower : bool
        Read the lower triangles of `a` and `b` (the default), or the upper ones.
    eigvals_only : bool
        Return the eigenvalues alone.
    overwrite_a, overwrite_b : bool
        Accepted and ignored: arguments are never overwritten.
    type : {1, 2, 3}
        The generalised problem: ``a v = w b v`` (1), ``a b v = w v`` (2) or ``b a v = w v`` (3).
    check_finite : bool
        Raise ValueError where `a` or `b` holds NaN or infinity.
    subset_by_index : (first, last), optional
        Return only the eigenvalues with these indices, both included, counted from 0 in ascending order.
    subset_by_value : (low, high), optional
        Return only the eigenvalues in the half-open interval ``(low, high]``. All matrices of a batch must have the
        same ones (by index) there. The size of the result depends on the data, so this synchronises, and cannot be
        compiled.
    driver : str, optional
        Accepted and checked as SciPy does; the choice of the algorithm is ours.

    Returns
    -------
    w : (..., m) tensor
        Eigenvalues, real and ascending.
    v : (..., n, m) tensor
        Eigenvectors, in columns, unless `eigvals_only`. Normalised such that ``v^H v = I``, or ``v^H b v = I`` (types
        1 and 2), or ``v^H b^-1 v = I`` (type 3). Signs and phases are
        arbitrary, and the same alone and in a batch.

    Raises
    ------
    LinAlgError
        Matrices are not square, `b` is not positive definite (naming the matrix of the batch and the order of the
        leading minor), the algorithm does not converge; in a backward pass: the loss depends on the arbitrary phases
        of complex eigenvectors, or on the arbitrary basis of equal eigenvalues, or the gradients of `w` and `v` do not
        determine that of `a` there.
    ValueError
        Shapes or options do not fit, or not finite data.

    Notes
    -----
    *Derivative.* As a function on Hermitian matrices: gradients are Hermitian, and of a tangent the Hermitian part
    counts. With :math:`S = V^H \dot A V`: :math:`\dot w = \mathrm{diag}(S)`, :math:`\dot V = V (E \circ S)`,
    :math:`E_{ij} = 1/(w_j - w_i)`; in reverse :math:`\bar A = V (\mathrm{diag}(\bar w) + E \circ \mathrm{skew}(V^H
    \bar V)) V^H` [1]_, section 3.1. The generalised problem is reduced by the Cholesky factor of `b`, and
    differentiated through that reduction, in `a` and in `b`.

    *Equal eigenvalues.* Where two eigenvalues agree to the rounding error of computed ones (``n eps max|w|``),
    :math:`E_{ij} = 0`. Gradients are always finite. They are exact for every loss whose gradient the gradients of `w`
    and `v` determine there: symmetric functions of the equal eigenvalues, and functions of the spanned subspace such
    as its projector; also where eigenvalues agree only nearly. A loss that tells the vectors of one eigenspace apart
    has no derivative there. For ``v f(w) v^H`` the derivative exists but `w` and `v` do not determine it: use
    ``funm(a, f, hermitian=True)``. Backward passes, second ones too, raise LinAlgError for both, unless
    `sci.data_checks` are off; then, and in forward mode, the part that is determined is returned. A single eigenvalue
    without vectors has the gradient :math:`v v^H` of one of its vectors. In forward mode, tangents of functions of a
    nearly degenerate subspace have the rounding error ``eps / gap``.

    References
    ----------
    .. [1] M. Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic
       differentiation", Oxford University Computing Laboratory, NA-08/01, 2008.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import eigh
    >>> a = torch.tensor([[2.0, 1.0], [1.0, 2.0]])
    >>> eigh(a, eigvals_only=True)
    tensor([1., 3.])
    >>> w, v = eigh(a, torch.diag(torch.tensor([1.0, 2.0])))
    >>> torch.allclose(a @ v, torch.diag(torch.tensor([1.0, 2.0])) @ v * w, atol=1e-6)
    True
    """
    if b is None and subset_by_index is None and subset_by_value is None and driver is None:
        found = _quick.eigh(a, flag("eigh", "lower", lower), not eigvals_only, bool(check_finite))
        if found is not None:
            return found[0] if eigvals_only else (found[0], found[1])
    w, v = _solve("eigh", a, b, lower, bool(eigvals_only), type, check_finite, subset_by_index, subset_by_value, driver)
    return w if v is None else (w, v)


@function(differentiable=("a", "b"), samples=_samples, call=_values_of_hermitian, synchronizes=True)
def eigvalsh(
    a: Any,
    b: Any = None,
    *,
    lower: bool = True,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    type: int = 1,
    check_finite: bool = True,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
    driver: str | None = None,
) -> Tensor:
    """Eigenvalues of Hermitian matrices, standard or generalised.

    Equivalent to `scipy.linalg.eigvalsh`; ``eigh(..., eigvals_only=True)`` under another name.

    Parameters
    ----------
    a : (..., n, n) tensor
        Hermitian matrices. Only one triangle is read.
    b : (..., n, n) tensor, optional
        Hermitian positive definite matrices of the generalised problem. Batch dimensions broadcast.
    lower : bool
        Read the lower triangles of `a` and `b` (the default), or the upper ones.
    overwrite_a, overwrite_b : bool
        Accepted and ignored: arguments are never overwritten.
    type : {1, 2, 3}
        The generalised problem: ``a v = w b v`` (1), ``a b v = w v`` (2) or ``b a v = w v`` (3).
    check_finite : bool
        Raise ValueError where `a` or `b` holds NaN or infinity.
    subset_by_index, subset_by_value : pair of numbers, optional
        As in `eigh`.
    driver : str, optional
        Accepted and checked as SciPy does; the choice of the algorithm is ours.

    Returns
    -------
    w : (..., m) tensor
        Eigenvalues, real and ascending.

    Raises
    ------
    LinAlgError, ValueError
        As `eigh`.

    Notes
    -----
    *Derivative.* That of the eigenvalues in `eigh`; at equal eigenvalues exact for symmetric functions of them.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import eigvalsh
    >>> eigvalsh(torch.tensor([[2.0, 1.0], [1.0, 2.0]]))
    tensor([1., 3.])
    """
    if b is None and subset_by_index is None and subset_by_value is None and driver is None:
        found = _quick.eigh(a, flag("eigvalsh", "lower", lower), False, bool(check_finite))
        if found is not None:
            return found[0]  # type: ignore[no-any-return]
    return _solve("eigvalsh", a, b, lower, True, type, check_finite, subset_by_index, subset_by_value, driver)[0]
