"""Eigenvalues and eigenvectors of Hermitian banded and of symmetric tridiagonal matrices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.errors import bad_argument, flag
from sci._core.quick import cpu_kernel, plain_on_cpu

from . import _lapack, _lapack_bands, _quick, _tridiagonal
from ._band_operators import from_band, lower_form
from ._eigh import eigh
from ._matrices import differentiates, random_matrices, require_finite_data, require_matrix, tensors

_SELECT = {0: "a", 1: "v", 2: "i", "a": "a", "v": "v", "i": "i", "all": "a", "value": "v", "index": "i"}


# LAPACK has routines for single bands, and batches of more than so many rows; below, dense matrices go side by side.
# Large wide bands are reduced faster in their dense form, and of one subdiagonal there is nothing to reduce. Measured
# against `eigh` and `eigh_tridiagonal`.
_SIDE_BY_SIDE, _BATCH = 48, 4
_LARGE, _WIDE = 200, 16
_TRIDIAGONAL = 128

_steps = cpu_kernel("_tridiagonal_eigh")


def _kind(function: str, select: Any) -> str:
    kind = _SELECT.get(select.lower() if isinstance(select, str) else select)
    if kind is None:
        raise bad_argument(function, "select", "'a', 'v' or 'i'", select)
    return kind


def _solve(function: str, dense: Tensor, eigvals_only: bool, select: Any, select_range: Any) -> Any:
    kind = _kind(function, select)
    if kind == "a":
        return eigh(dense, eigvals_only=eigvals_only, check_finite=False)
    if select_range is None or len(select_range) != 2:
        raise bad_argument(function, "select_range", "a pair of numbers", select_range)
    value, index = (select_range, None) if kind == "v" else (None, select_range)
    return eigh(dense, eigvals_only=eigvals_only, check_finite=False, subset_by_value=value, subset_by_index=index)


def _for_lapack(ab: Tensor, eigvals_only: bool) -> bool:
    width, n = ab.shape[-2:]
    if not ab.is_cpu or ab.numel() == 0 or differentiates(ab):
        return False
    return not _is_large_and_wide(width, n, eigvals_only) and (n > _SIDE_BY_SIDE or ab.numel() < _BATCH * width * n)


def _is_large_and_wide(width: int, n: int, eigvals_only: bool) -> bool:
    return n >= _LARGE and (4 * width > n if eigvals_only else width > _WIDE)


def _is_tridiagonal(ab: Tensor) -> bool:
    width, n = ab.shape[-2:]
    return width == 2 and n > 0 and not ab.is_complex() and (ab.dim() > 2 or n >= _TRIDIAGONAL)


def _dense_band(ab: Tensor, lower: bool) -> Tensor:
    low = from_band(lower_form(ab, lower), ab.shape[-2] - 1, 0)
    # eigh takes the derivative on Hermitian matrices, so both triangles are filled here.
    strict, d = low.tril(-1), low.diagonal(dim1=-2, dim2=-1)
    return strict + strict.mH + torch.diag_embed(d.real.to(low.dtype) if low.is_complex() else d)


def _band_problem(
    function: str, a_band: Any, lower: bool, check_finite: bool, eigvals_only: bool, select: Any, select_range: Any
) -> Any:
    if select == "a" and plain_on_cpu(a_band, _quick.ANY) and a_band.dim() == 2:
        alone = _alone(a_band, lower, eigvals_only)
        if alone is not None:
            return alone[0] if eigvals_only else alone
    (ab,) = tensors(function, a_band=a_band)
    require_matrix(function, "a_band", ab)
    require_finite_data(function, check_finite, a_band=ab)
    if _kind(function, select) == "a":
        if _is_tridiagonal(ab):
            d, e = (ab[..., 0, :], ab[..., 1, :-1]) if lower else (ab[..., 1, :], ab[..., 0, 1:])
            return _all_of_tridiagonal(function, d, e, eigvals_only)
        found = _lapack_bands.bevd(ab, lower, not eigvals_only) if _for_lapack(ab, eigvals_only) else None
        if found is not None:
            return found[0] if eigvals_only else found
    return _solve(function, _dense_band(ab, lower), eigvals_only, select, select_range)


def _alone(ab: Tensor, lower: bool, eigvals_only: bool) -> tuple[Tensor, Tensor | None] | None:
    """Return LAPACK's results for one finite band of a size for it, which nothing differentiates."""
    width, n = ab.shape
    if ab.numel() == 0 or _is_tridiagonal(ab) or _is_large_and_wide(width, n, eigvals_only):
        return None
    return _lapack_bands.bevd(ab, lower, not eigvals_only) if _lapack.finite(ab.numpy()) else None


def _independent_of_phase(function: Any, *args: Any, **options: Any) -> Any:
    w, v = function(*args, **options)
    return w, v[..., :, None, :] * v[..., None, :, :].conj()


def _band_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(2, 4), lower=True)
    yield Sample(draw(2, 3, 4), select="i", select_range=(1, 2))


@function(differentiable=("a_band",), samples=_band_samples, call=_independent_of_phase, synchronizes=True)
def eig_banded(
    a_band: Any,
    lower: bool = False,
    eigvals_only: bool = False,
    overwrite_a_band: bool = False,
    select: Any = "a",
    select_range: Any = None,
    max_ev: int = 0,
    check_finite: bool = True,
) -> Any:
    r"""Eigenvalues and eigenvectors of Hermitian banded matrices.

    Equivalent to `scipy.linalg.eig_banded`.

    Parameters
    ----------
    a_band : (..., u + 1, n) tensor
        The diagonals, as `solveh_banded` takes them.
    lower : bool
        Which form `a_band` has.
    eigvals_only : bool
        Return the eigenvalues alone.
    overwrite_a_band : bool
        Accepted and ignored: arguments are never overwritten.
    select : {'a', 'v', 'i'}
        All eigenvalues, those in the interval ``(low, high]``, or those with indices from `low` to `high`.
    select_range : (low, high), optional
        The interval or the indices.
    max_ev : int
        Accepted and ignored.
    check_finite : bool
        Raise ValueError where `a_band` holds NaN or infinity.

    Returns
    -------
    w : (..., m) tensor
        Eigenvalues, ascending.
    v : (..., n, m) tensor
        Eigenvectors in columns, unless `eigvals_only`.

    Raises
    ------
    LinAlgError
        The algorithm does not converge.
    ValueError
        An unknown `select`, or not finite data.

    Notes
    -----
    On the CPU single bands and batches of large ones go to LAPACK's sbevd and hbevd, real ones of one subdiagonal to
    `eigh_tridiagonal`; all else, and where a gradient is recorded, is `eigh` of the dense matrix. It is differentiated
    as `eigh`.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import eig_banded
    >>> eig_banded(torch.tensor([[2.0, 2.0], [1.0, 0.0]]), lower=True, eigvals_only=True)
    tensor([1., 3.])
    """
    options = flag("eig_banded", "lower", lower), bool(check_finite), bool(eigvals_only)
    return _band_problem("eig_banded", a_band, *options, select, select_range)


@function(differentiable=("a_band",), samples=_band_samples, synchronizes=True)
def eigvals_banded(
    a_band: Any,
    lower: bool = False,
    overwrite_a_band: bool = False,
    select: Any = "a",
    select_range: Any = None,
    check_finite: bool = True,
) -> Tensor:
    r"""Eigenvalues of Hermitian banded matrices.

    Equivalent to `scipy.linalg.eigvals_banded`; ``eig_banded(..., eigvals_only=True)`` under another name.

    Parameters
    ----------
    a_band : (..., u + 1, n) tensor
        The diagonals, as `solveh_banded` takes them.
    lower : bool
        Which form `a_band` has.
    overwrite_a_band : bool
        Accepted and ignored: arguments are never overwritten.
    select, select_range : optional
        As in `eig_banded`.
    check_finite : bool
        Raise ValueError where `a_band` holds NaN or infinity.

    Returns
    -------
    w : (..., m) tensor
        Eigenvalues, ascending.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import eigvals_banded
    >>> eigvals_banded(torch.tensor([[2.0, 2.0], [1.0, 0.0]]), lower=True)
    tensor([1., 3.])
    """
    lower = flag("eigvals_banded", "lower", lower)
    w: Tensor = _band_problem("eigvals_banded", a_band, lower, bool(check_finite), True, select, select_range)
    return w


def _all_of_tridiagonal(function: str, d: Tensor, e: Tensor, eigvals_only: bool) -> Any:
    if eigvals_only and (torch.compiler.is_compiling() or not differentiates(d, e)):
        return _tridiagonal.values(d, e, function)
    w, rows = _tridiagonal.vectors(d, e, function)
    return w if eigvals_only else (w, rows.mT)


def _tridiagonal_problem(
    function: str, d: Any, e: Any, check_finite: bool, eigvals_only: bool, select: Any, select_range: Any
) -> Any:
    if select == "a" and (found := _tridiagonal_alone(d, e, eigvals_only)) is not None:
        return found[0] if eigvals_only else found
    d, e = _require_tridiagonal(function, d, e, check_finite)
    if _kind(function, select) == "a":
        return _all_of_tridiagonal(function, d, e, eigvals_only)
    return _solve(function, _tridiagonal.dense(d, e), eigvals_only, select, select_range)


def _tridiagonal_alone(d: Any, e: Any, eigvals_only: bool) -> tuple[Tensor, Tensor] | None:
    """Return results for one finite matrix that nothing differentiates: of LAPACK, small ones by their kernel."""
    if not (plain_on_cpu(d, _quick.ANY) and plain_on_cpu(e, _quick.ANY)) or d.dtype is not e.dtype or d.is_complex():
        return None
    if d.dim() != 1 or e.dim() != 1 or e.shape[0] != d.shape[0] - 1 or e.numel() == 0:
        return None
    if not (_lapack.finite(d.numpy()) and _lapack.finite(e.numpy())):
        return None
    if d.shape[0] > _tridiagonal.SMALL:
        return _lapack_bands.stevd(d, e, not eigvals_only)
    w, rows, info = _steps(d, e, not eigvals_only)
    return None if info.item() else (w, rows.mT)


def _require_tridiagonal(function: str, d: Any, e: Any, check_finite: bool) -> tuple[Tensor, Tensor]:
    d, e = tensors(function, d=d, e=e)
    for name, x in (("d", d), ("e", e)):
        if x.dim() == 0 or x.is_complex():
            raise bad_argument(
                function, name, "a real vector or a batch of them", x, TypeError if x.dim() else ValueError
            )
    if e.shape[-1] != d.shape[-1] - 1:
        raise bad_argument(function, "e", f"of length {d.shape[-1] - 1}, one less than d", e)
    require_finite_data(function, check_finite, d=d, e=e)
    return d, e


_DRIVERS = ("auto", "stemr", "stebz", "sterf", "stev", "stevd")


def _require_driver(function: str, driver: Any, select: Any, eigvals_only: bool) -> None:
    """Refuse what SciPy refuses: drivers without vectors, or without a selection."""
    if not isinstance(driver, str):
        raise bad_argument(function, "lapack_driver", "a string", driver, TypeError)
    if driver not in _DRIVERS:
        raise bad_argument(function, "lapack_driver", f"one of {', '.join(_DRIVERS)}", driver)
    if driver == "sterf" and not eigvals_only:
        raise bad_argument(function, "lapack_driver", "another than 'sterf', which has no eigenvectors", driver)
    kind = _SELECT.get(select.lower() if isinstance(select, str) else select)
    if kind not in (None, "a") and driver in ("sterf", "stev", "stevd"):
        raise bad_argument(function, "lapack_driver", "'auto', 'stemr' or 'stebz' for some of the eigenvalues", driver)


def _tridiagonal_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(4), draw(3))
    yield Sample(draw(2, 3), draw(2, 2), select="i", select_range=(0, 1))


@function(
    differentiable=("d", "e"),
    samples=_tridiagonal_samples,
    call=_independent_of_phase,
    complex=False,
    synchronizes=True,
)
def eigh_tridiagonal(
    d: Any,
    e: Any,
    eigvals_only: bool = False,
    select: Any = "a",
    select_range: Any = None,
    check_finite: bool = True,
    tol: float = 0.0,
    lapack_driver: str = "auto",
) -> Any:
    r"""Eigenvalues and eigenvectors of real symmetric tridiagonal matrices.

    Equivalent to `scipy.linalg.eigh_tridiagonal`.

    Parameters
    ----------
    d : (..., n) tensor
        Diagonals.
    e : (..., n - 1) tensor
        Subdiagonals.
    eigvals_only : bool
        Return the eigenvalues alone.
    select : {'a', 'v', 'i'}
        All eigenvalues, those in the interval ``(low, high]``, or those with indices from `low` to `high`.
    select_range : (low, high), optional
        The interval or the indices.
    check_finite : bool
        Raise ValueError where `d` or `e` holds NaN or infinity.
    tol : float, optional
        Accepted and ignored.
    lapack_driver : {'auto', 'stemr', 'stebz', 'sterf', 'stev', 'stevd'}
        Checked, and without effect.

    Returns
    -------
    w : (..., m) tensor
        Eigenvalues, ascending.
    v : (..., n, m) tensor
        Eigenvectors in columns, unless `eigvals_only`.

    Raises
    ------
    TypeError
        `d` or `e` is complex.
    ValueError
        Lengths do not fit, an unknown `select`, a `lapack_driver` that cannot do what is asked, or not finite data.

    Notes
    -----
    On the CPU, batches of small matrices take QR steps side by side. In batches of larger ones eigenvalues alone do,
    and vectors come from them by twisted factorizations; matrices with close eigenvalues, single ones and large ones go
    to LAPACK's stevd. It is differentiated as `eigh`. A selection of
    eigenvalues, and any on a GPU, are `eigh` of the dense matrix.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import eigh_tridiagonal
    >>> eigh_tridiagonal(torch.tensor([2.0, 2.0]), torch.tensor([1.0]), eigvals_only=True)
    tensor([1., 3.])
    """
    _require_driver("eigh_tridiagonal", lapack_driver, select, bool(eigvals_only))
    return _tridiagonal_problem("eigh_tridiagonal", d, e, bool(check_finite), bool(eigvals_only), select, select_range)


@function(differentiable=("d", "e"), samples=_tridiagonal_samples, complex=False, synchronizes=True)
def eigvalsh_tridiagonal(
    d: Any,
    e: Any,
    select: Any = "a",
    select_range: Any = None,
    check_finite: bool = True,
    tol: float = 0.0,
    lapack_driver: str = "auto",
) -> Tensor:
    r"""Eigenvalues of real symmetric tridiagonal matrices.

    Equivalent to `scipy.linalg.eigvalsh_tridiagonal`.

    Parameters
    ----------
    d : (..., n) tensor
        Diagonals.
    e : (..., n - 1) tensor
        Subdiagonals.
    select, select_range : optional
        As in `eigh_tridiagonal`.
    check_finite : bool
        Raise ValueError where `d` or `e` holds NaN or infinity.
    tol : float, optional
        Accepted and ignored.
    lapack_driver : {'auto', 'stemr', 'stebz', 'sterf', 'stev', 'stevd'}
        Checked, and without effect.

    Returns
    -------
    w : (..., m) tensor
        Eigenvalues, ascending.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import eigvalsh_tridiagonal
    >>> eigvalsh_tridiagonal(torch.tensor([2.0, 2.0]), torch.tensor([1.0]))
    tensor([1., 3.])
    """
    _require_driver("eigvalsh_tridiagonal", lapack_driver, select, True)
    w: Tensor = _tridiagonal_problem("eigvalsh_tridiagonal", d, e, bool(check_finite), True, select, select_range)
    return w
