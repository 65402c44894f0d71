"""Splines through data, and splines near data by least squares, as objects in the B-spline basis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from .._core import runtime
from .._core.arrays import made_there
from .._core.cards import Sample, function
from .._core.checks import read
from .._core.errors import bad_argument, integer
from ..linalg import LinAlgError
from . import _knots
from ._banded import solve
from ._bspline import BSpline
from ._checks import (
    flatten_trailing,
    holds,
    normalize_axis,
    nothing_differentiates,
    promote_over_real,
    require_finite,
    shape_text,
    solve_dense,
)
from ._collocation import Rows, band_of, interpolate, least_squares, rows_at, stacked

runtime.load_library()


def _sites(dtype: torch.dtype, device: torch.device) -> Tensor:
    real = dtype.to_real() if dtype.is_complex else dtype
    return torch.tensor([-1.0, -0.7, -0.2, 0.1, 0.5, 0.9, 1.6, 2.0], dtype=real, device=device)


def _use(make: Any, *args: Any, **kwargs: Any) -> tuple[Tensor, ...]:
    spline = make(*args, **kwargs)
    at = made_there([-0.93, -0.41, 0.23, 0.71, 1.27, 1.83], dtype=spline.t.dtype, device=spline.t.device)
    return spline(at), spline(at, 1)


def _samples_interp(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, dtype=dtype, generator=generator).to(device)

    x = _sites(dtype, device)
    yield Sample(x, random(8))
    yield Sample(x, random(8, 2), 2)
    yield Sample(x, random(2, 8), 3, axis=1, bc_type=([(1, random(2))], "natural"))
    yield Sample(x, random(8), 5)
    y = random(8)
    yield Sample(x, torch.cat((y[:-1], y[:1])), 3, bc_type="periodic")


@function(differentiable=("x", "y", "t", "bc_type"), samples=_samples_interp, call=_use)
def make_interp_spline(
    x: Any, y: Any, k: int = 3, t: Any = None, bc_type: Any = None, axis: int = 0, check_finite: bool = True
) -> BSpline:
    r"""Compute the interpolating spline in the B-spline basis.

    Equivalent to `scipy.interpolate.make_interp_spline`, on tensors and differentiable in sites, values, knots and
    boundary values.

    Parameters
    ----------
    x : array_like, shape (n,)
        Sites, real, strictly increasing.
    y : array_like
        Values, real or complex, of any dimension; along `axis` as long as `x`.
    k : int, optional
        Degree. Default is 3, cubic.
    t : array_like, shape (nt + k + 1,), optional
        Knots; nt minus n must be the number of derivatives at the ends. Default: chosen after `x`.
    bc_type : str or 2-tuple, optional
        Conditions at the ends, for both or a pair: None or 'not-a-knot' (default), 'natural' (second derivative zero),
        'clamped' (first derivative zero), 'periodic' (both), or a list of ``(order, value)``, the value of the shape of
        `y` without `axis`.
    axis : int, optional
        Axis of `y` that goes with `x`. Default is 0.
    check_finite : bool, optional
        Whether to look for NaN and infinity. Default is True.

    Returns
    -------
    BSpline
        Of degree k.

    Raises
    ------
    ValueError
        If shapes, knots and conditions do not fit together, `x` is not strictly increasing, or values are not finite.
    LinAlgError
        If no spline on the given knots takes these values.

    Notes
    -----
    The coefficients solve a banded system: rows are the B-splines at the sites, and their derivatives at the ends
    [1]_, chapter XIII. Periodic systems are solved by the formula of Woodbury for their corners. Derivatives: with
    ``B(x, t) c = y``, ``dc = B^-1 (dy - dB c)``, in reverse one solve with the transposed matrix. Batches of `y` are
    columns of one solve; different sites per batch element are `torch.func.vmap`.

    References
    ----------
    .. [1] C. de Boor, *A Practical Guide to Splines*, revised edition, Springer, 2001.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import make_interp_spline
    >>> x = torch.linspace(0, 4, 9, dtype=torch.float64)
    >>> spline = make_interp_spline(x, x**3 - x)
    >>> spline(torch.tensor([0.7, 2.2], dtype=torch.float64))
    tensor([-0.3570,  8.4480], dtype=torch.float64)
    """
    name = "make_interp_spline"
    k = integer(name, "k", k)
    ends = _end_conditions(name, bc_type)
    periodic = isinstance(bc_type, str) and bc_type == "periodic"
    given = {
        f"bc_type[{i}] of order {order}": value
        for i, end in enumerate(ends)
        for order, value in end or ()
        if value is not None
    }
    real: dict[str, Any] = {"x": x} if t is None else {"x": x, "t": t}
    x, *rest = _promoted(name, real, {"y": y, **given})
    t = rest.pop(0) if t is not None else None
    y, *conditions = rest
    axis = normalize_axis(name, axis, y.dim())
    y = y.movedim(axis, 0) if axis else y
    _check_sites(name, x, y, strict=True)
    if check_finite:
        require_finite(name, {"x": x, "y": y})
    if periodic and not holds(((y[0] - y[-1]).abs() <= 1e-15 + 1e-5 * y[-1].abs()).all()):
        raise ValueError(f"{name}: First and last points does not match while periodic case expected")
    if k < 0:
        raise ValueError(f"{name}: Expect non-negative k, got {k}.")
    if (k < 2 and t is None) or k == 0:
        if any(end is not None for end in ends) or (k == 0 and t is not None):
            what = "t and bc_type" if k == 0 else "bc_type"
            raise ValueError(f"{name}: Too much info for k={k}: {what} can only be None.")
        _check_count(name, x, k)
        t = torch.cat((x, x[-1:])) if k == 0 else torch.cat((x[:1], x, x[-1:]))
        return BSpline.construct_fast(t, y, k, "periodic" if periodic else True, axis)
    chosen = t is None
    if t is None:
        make = _knots.periodic if periodic else _knots.not_a_knot if ends == [None, None] else _knots.augmented
        if make is _knots.not_a_knot:
            _check_count(name, x, k)
        t = make(x, k)
    else:
        _check_knots(name, t, x, k, x.shape[0] + k + 1)
    columns = flatten_trailing(y, 1)
    if chosen and not (periodic or any(ends)) and _plain(x, columns):
        # By plane rotations in one kernel, where nobody asks for derivatives.
        numbers = torch.view_as_real(columns.resolve_conj()).flatten(1) if columns.is_complex() else columns
        inner, one = t[k + 1 : -k - 1], torch.ones_like(x)
        low, high = read(x[0], x[-1])
        c = torch.ops.sci.spline_smoothing_search.default(x, numbers, one, inner, low, high, k, 0.0, 0, False, 0)[1]
        c = torch.view_as_complex(c.unflatten(1, (-1, 2))) if columns.is_complex() else c
        return BSpline.construct_fast(t, c.reshape(c.shape[0], *y.shape[1:]), k, axis=axis)
    if periodic:
        c = _periodic_coefficients(x, columns[:-1], t, k)
        return BSpline.construct_fast(t, c.reshape(c.shape[0], *y.shape[1:]), k, "periodic", axis)
    n, nt = x.shape[0], t.shape[0] - k - 1
    left, right = ([] if end is None else end for end in ends)
    if nt - n != len(left) + len(right):
        text = f"expected {nt - n}, got {len(left)}+{len(right)}"
        raise ValueError(f"{name}: The number of derivatives at boundaries does not match: {text}")
    if y.numel() == 0:
        return BSpline.construct_fast(t, y.new_zeros(nt, *y.shape[1:]), k, axis=axis)
    values = iter(conditions)
    system, side = [rows_at(t, x, k)], [columns]
    for end, site, front in ((left, x[:1], True), (right, x[-1:], False)):
        parts, targets = [], []
        for order, value in end:
            target = y.new_zeros(y.shape[1:]) if value is None else next(values)
            if target.shape != y.shape[1:]:
                text = (
                    f"value of order {order} has shape {shape_text(target.shape)}, expected {shape_text(y.shape[1:])}"
                )
                raise ValueError(f"{name}: bc_type: {text}")
            if not 0 <= order <= k:
                where = f"Bad boundary conditions at {site[0].item()}"
                raise ValueError(f"{name}: {where}: a derivative of order {order} of a spline of degree {k}")
            parts.append(rows_at(t, site, k, order))
            targets.append(target.reshape(1, columns.shape[1]))
        system = [*parts, *system] if front else [*system, *parts]
        side = [*targets, *side] if front else [*side, *targets]
    plain = len(side) == 1  # totally positive: needs no row exchanges
    c = interpolate(stacked(system), torch.cat(side), k, not plain)
    return BSpline.construct_fast(t, c.reshape(nt, *y.shape[1:]), k, axis=axis)


def _plain(x: Tensor, y: Tensor) -> bool:
    return x.dtype is torch.float64 and x.device.type == "cpu" and y.numel() > 0 and nothing_differentiates(x, y)


def _promoted(name: str, real: dict[str, Any], number: dict[str, Any]) -> tuple[Tensor, ...]:
    try:
        return promote_over_real(name, real, number)
    except TypeError as error:
        if "must be real" in str(error):
            raise ValueError(str(error)) from None
        raise


def _check_sites(name: str, x: Tensor, y: Tensor, strict: bool) -> None:
    if x.dim() != 1:
        raise ValueError(f"{name}: Expect x to be a 1D strictly increasing sequence, got shape {shape_text(x.shape)}")
    if x.shape[0] != y.shape[0]:
        raise ValueError(f"{name}: Shapes of x {shape_text(x.shape)} and y {shape_text(y.shape)} are incompatible")
    step = x.diff()
    if not holds((step > 0).all() if strict else (step >= 0).all()):
        if strict and not holds((step != 0).all()):
            raise ValueError(f"{name}: Expect x to not have duplicates")
        raise ValueError(f"{name}: Expect x to be a 1D {'strictly ' if strict else ''}increasing sequence.")


def _check_count(name: str, x: Tensor, k: int) -> None:
    if x.shape[0] < k + 1:
        raise ValueError(f"{name}: Need at least {k + 1} sites for degree {k}, got {x.shape[0]}")


def _check_knots(name: str, t: Tensor, x: Tensor, k: int, fewest: int) -> None:
    if t.dim() != 1 or not holds((t.diff() >= 0).all()):
        raise ValueError(f"{name}: Expect t to be a 1-D sorted array_like.")
    if t.shape[0] < fewest:
        raise ValueError(f"{name}: Got {t.shape[0]} knots, need at least {fewest}.")
    if not holds((x[0] >= t[k]) & (x[-1] <= t[-k - 1])):
        raise ValueError(f"{name}: Out of bounds w/ x = {x.detach().tolist()}.")


_End = list[tuple[int, Any]] | None


def _end_conditions(name: str, bc_type: Any) -> list[_End]:
    """Return the conditions at both ends: None, or pairs (order, value) in which None is a zero."""
    if bc_type is None or (isinstance(bc_type, str) and bc_type in ("not-a-knot", "periodic")):
        return [None, None]
    if isinstance(bc_type, str):
        ends: Sequence[Any] = (bc_type, bc_type)
    else:
        try:
            left, right = bc_type
        except (TypeError, ValueError):
            raise ValueError(f"{name}: Unknown boundary condition: {bc_type}") from None
        ends = (left, right)
    done: list[_End] = []
    for end in ends:
        if end is None or (isinstance(end, str) and end == "not-a-knot"):
            done.append(None)
        elif isinstance(end, str):
            if end not in ("clamped", "natural"):
                raise ValueError(f"{name}: Unknown boundary condition : {end}")
            done.append([(1 if end == "clamped" else 2, None)])
        else:
            try:
                done.append([(int(order), value) for order, value in end])
            except (TypeError, ValueError):
                text = "Derivatives, `bc_type`, should be specified as a pair of iterables of pairs of (order, value)."
                raise ValueError(f"{name}: {text}") from None
    return done


def _periodic_coefficients(x: Tensor, y: Tensor, t: Tensor, k: int) -> Tensor:
    """Return the coefficients of the periodic spline through y (n - 1, columns) at all sites but the last.

    The first k are the last k again. What is left is a cyclic band, whose corners are a correction of low rank:
    ``(B + U V^T)^-1 y = z - Q (I + V^T Q)^-1 V^T z`` with ``z = B^-1 y, Q = B^-1 U`` (Woodbury).
    """
    n = y.shape[0]
    rows = rows_at(t, x[:-1], k)
    shift = k // 2  # the column that stands on the diagonal
    w = max(shift, k - shift)
    column = rows.columns() - shift
    if n <= 2 * w + 1:
        dense = y.new_zeros(n, n).to(t.dtype)
        place = torch.arange(n, device=t.device)[:, None].expand_as(column)
        dense = dense.index_put((place, column % n), rows.values, accumulate=True)
        solution = solve_dense("make_interp_spline", dense.to(y.dtype), y)
    else:
        site = torch.arange(n, device=t.device)[:, None]
        wrapped = (column < 0) | (column >= n)
        band, _ = band_of(Rows(rows.first - shift, torch.where(wrapped, 0, rows.values), n), w)
        # One column of U per coefficient that corners touch: the first w and the last w.
        touched = torch.cat((torch.arange(w, device=t.device), torch.arange(n - w, n, device=t.device)))
        which = torch.where(column < 0, column + 2 * w, column - n)  # its number in `touched`, where it is wrapped
        entry = torch.where(wrapped, site * 2 * w + which, n * 2 * w)
        corners = rows.values.new_zeros(n * 2 * w + 1)
        corners = corners.index_put((entry.flatten(),), rows.values.flatten(), accumulate=True)[:-1]
        u = corners.reshape(n, 2 * w).to(y.dtype)
        both = solve(band, torch.cat((y, u), 1), True)
        z, q = both[:, : y.shape[1]], both[:, y.shape[1] :]
        inner = torch.eye(2 * w, dtype=y.dtype, device=y.device) + q[touched]
        solution = z - q @ solve_dense("make_interp_spline", inner, z[touched])
    whole = torch.arange(t.shape[0] - k - 1, device=t.device) - shift
    return solution[whole % n]


def _samples_lsq(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    real = dtype.to_real() if dtype.is_complex else dtype
    x = torch.linspace(-1, 2, 14, dtype=real, device=device)
    y = torch.randn(14, 2, dtype=dtype, generator=generator).to(device)
    w = (0.5 + torch.rand(14, dtype=real, generator=generator)).to(device)
    t = torch.tensor([-1.4, -1.3, -1.2, -1.1, 0.05, 0.97, 2.1, 2.2, 2.3, 2.4], dtype=real, device=device)
    yield Sample(x, y[:, 0], t, 3, w)
    yield Sample(x, y, t[1:-1], 2)


@function(differentiable=("x", "y", "t", "w"), samples=_samples_lsq, call=_use)
def make_lsq_spline(
    x: Any, y: Any, t: Any, k: int = 3, w: Any = None, axis: int = 0, check_finite: bool = True, *, method: str = "qr"
) -> BSpline:
    r"""Compute the spline on given knots that is nearest to data by weighted least squares.

    It minimises ``sum(w**2 * abs(y - S(x))**2)``. Equivalent to `scipy.interpolate.make_lsq_spline`, on tensors and
    differentiable in all of them.

    Parameters
    ----------
    x : array_like, shape (m,)
        Sites, real, non-decreasing.
    y : array_like
        Values, real or complex; along `axis` as long as `x`.
    t : array_like, shape (n + k + 1,)
        Knots. There must be a choice of n sites with ``t[j] < x[j] < t[j + k + 1]`` (Schoenberg and Whitney).
    k : int, optional
        Degree. Default is 3.
    w : array_like, shape (m,), optional
        Positive weights. Default is 1.
    axis : int, optional
        Axis of `y` that goes with `x`. Default is 0.
    check_finite : bool, optional
        Whether to look for NaN and infinity. Default is True.
    method : str, optional
        "qr" (default) or "norm-eq". Both are solved alike, see below.

    Returns
    -------
    BSpline
        Of degree k on the knots `t`.

    Raises
    ------
    ValueError
        If shapes do not fit, sites or knots are not sorted, or sites lie outside of the knots.
    LinAlgError
        If the sites do not determine the spline.

    Notes
    -----
    The banded normal equations [1]_, chapter XIV, and one step of iterative refinement in the residual, which gives the
    accuracy of a QR decomposition. All of it is differentiated.

    References
    ----------
    .. [1] C. de Boor, *A Practical Guide to Splines*, revised edition, Springer, 2001.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import make_lsq_spline
    >>> x = torch.linspace(0, 3, 31, dtype=torch.float64)
    >>> t = torch.tensor([0, 0, 0, 0, 1.5, 3, 3, 3, 3], dtype=torch.float64)
    >>> make_lsq_spline(x, x**3, t)(2.0).item()
    8.0...
    """
    name = "make_lsq_spline"
    k = integer(name, "k", k)
    if method not in ("qr", "norm-eq"):
        raise bad_argument(name, "method", "'qr' or 'norm-eq'", method)
    real = {"x": x, "t": t} if w is None else {"x": x, "t": t, "w": w}
    x, t, *rest = _promoted(name, real, {"y": y})
    y = rest[-1]
    w = rest[0] if w is not None else torch.ones_like(x)
    axis = normalize_axis(name, axis, y.dim())
    y = y.movedim(axis, 0) if axis else y
    _check_sites(name, x, y, strict=False)
    if k < 0:
        raise ValueError(f"{name}: Expect non-negative k, got {k}.")
    if w.dim() != 1 or w.shape != x.shape:
        raise ValueError(f"{name}: w must have the shape of x {shape_text(x.shape)}, got {shape_text(w.shape)}")
    if check_finite:
        require_finite(name, {"x": x, "y": y, "w": w})
    _check_knots(name, t, x, k, 2 * k + 2)
    if x.shape[0] < t.shape[0] - k - 1:
        raise ValueError(f"{name}: {x.shape[0]} sites do not determine {t.shape[0] - k - 1} coefficients")
    c = least_squares(rows_at(t, x, k), flatten_trailing(y, 1), w)
    if not holds(torch.isfinite(c).all()):
        raise LinAlgError(f"{name}: the sites do not determine the spline on these knots")
    return BSpline.construct_fast(t, c.reshape(c.shape[0], *y.shape[1:]), k, axis=axis)
