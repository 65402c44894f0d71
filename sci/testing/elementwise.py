"""`check_elementwise`: an elementwise function against a reference of many digits, in ulp, over designed samples."""

from __future__ import annotations

import dataclasses
import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core.cards import Group
from sci._core.errors import bad_argument

from .metric import ulp_error
from .samples import Point, designed_points

_SHOWN = 5  # points of a failing group in the error's text


@dataclasses.dataclass(frozen=True)
class Accuracy:
    """The errors of one group of samples in one dtype, in ulp."""

    group: str
    dtype: str
    points: int
    mean: float
    largest: float
    condition: float  # the largest error that one ulp in each argument would explain


def check_elementwise(
    function: Callable[..., Tensor],
    reference: Callable[..., Any],
    groups: Iterable[Group],
    *,
    ulp: float = 4.0,
    signature: str = "",
    precisions: Sequence[str] = ("float64", "float32"),
    device: Any = "cpu",
) -> list[Accuracy]:
    """Check an elementwise function against a reference, in units in the last place.

    A point passes if its error is at most `ulp`, or at most what one ulp in each of its arguments would explain: an
    ill-conditioned point is not held against a function, and every other is, poles and overflow included.

    Parameters
    ----------
    function : callable
        The function under test: takes and returns tensors.
    reference : callable
        Takes Python numbers (float, complex, int), returns a number of at least 30 right digits that ``float`` or
        ``complex`` rounds, such as one of mpmath's, which it computes at the precision set there.
    groups : iterable of Group
        The designed samples, one axis per argument of `function`, by its parameters' names.
    ulp : float
        The promised accuracy.
    signature : str
        The kinds of the arguments, a letter for each: ``r`` real, ``c`` complex, ``i`` integer. By default all real.
    precisions : sequence of {"float64", "float32"}
        In which to check; complex arguments are of the complex dtype of that precision.
    device : device
        Where the tensors are.

    Returns
    -------
    list of Accuracy
        Per group and dtype: number of points, mean and largest error, largest condition.

    Raises
    ------
    AssertionError
        For points beyond their bound; the text lists the worst of them.
    ValueError
        For axes that do not fit the function's arguments, and where no group has points.

    See Also
    --------
    check_operator : derivatives, vmap and compilation

    Examples
    --------
    >>> import math, torch
    >>> from sci.testing import Group, check_elementwise, linear, near
    >>> groups = [Group("core", x=linear(0.5, 2)), Group("seam", x=near(1.0))]
    >>> found = check_elementwise(torch.sqrt, math.sqrt, groups, ulp=1, precisions=["float32"])
    >>> [(row.group, row.points, row.largest <= 1) for row in found]
    [('core', 48, True), ('seam', 7, True)]
    >>> check_elementwise(lambda x: x / 2 + 0.5, math.sqrt, groups)  # Taylor's polynomial is not enough
    Traceback (most recent call last):
        ...
    AssertionError: core float64: 48 of 48 points beyond their bound...
    """
    groups = list(groups)
    names = _argument_names(function, groups)
    kinds = signature or "r" * len(names)
    if len(kinds) != len(names) or set(kinds) - set("rci"):
        raise bad_argument("check_elementwise", "signature", f"{len(names)} letters of r, c and i", signature)
    rows, failures = [], []
    for precision in precisions:
        if precision not in ("float64", "float32"):
            raise bad_argument("check_elementwise", "precisions", "of 'float64' and 'float32'", precision)
        named: dict[str, list[Point]] = {}
        for group, point in designed_points(groups, names, kinds, precision):
            named.setdefault(group, []).append(point)
        for group, found in named.items():
            row, failure = _check_group(function, reference, group, found, kinds, precision, ulp, device)
            rows.append(row)
            failures += failure
    if not rows:
        raise ValueError(f"check_elementwise: no group has points for the signature {kinds!r}")
    if failures:
        raise AssertionError("\n".join(failures))
    return rows


def _argument_names(function: Callable[..., Any], groups: Sequence[Group]) -> list[str]:
    """Return the arguments in the function's order; where it does not tell, in the first group's."""
    axes = list(groups[0].axes) if groups else []
    try:
        parameters = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return axes
    return sorted(axes, key=parameters.index) if set(axes) <= set(parameters) else axes


def _check_group(
    function: Callable[..., Tensor],
    reference: Callable[..., Any],
    group: str,
    points: list[Point],
    kinds: str,
    precision: str,
    ulp: float,
    device: Any,
) -> tuple[Accuracy, list[str]]:
    real = {"float32": torch.float32, "float64": torch.float64}[precision]
    dtypes = {"r": real, "c": real.to_complex(), "i": torch.int64}
    columns = [
        torch.tensor([point[i] for point in points], dtype=dtypes[kind], device=device) for i, kind in enumerate(kinds)
    ]
    out = function(*columns).detach().cpu()
    dtype = str(out.dtype).removeprefix("torch.")
    number: Callable[[Any], Any] = complex if out.is_complex() else float
    want = [_number(reference, point, number) for point in points]
    errors = ulp_error(out.numpy(), want, dtype)
    conditions = np.zeros(len(points))
    for i, kind in enumerate(kinds):
        if kind == "i":
            continue
        moved = [(*p[:i], _next(p[i], precision), *p[i + 1 :]) for p in points]
        with np.errstate(invalid="ignore"):
            change = ulp_error([_number(reference, point, number) for point in moved], want, dtype)
        conditions += np.where(np.isfinite(change), change, 0)
    bounds = np.maximum(ulp, conditions)
    bad = [i for i in np.argsort(-errors) if not errors[i] <= bounds[i]]
    lines = []
    if bad:
        lines.append(f"{group} {dtype}: {len(bad)} of {len(points)} points beyond their bound")
        for i in bad[:_SHOWN]:
            got = out[i].item()
            lines.append(f"  {points[i]}: {got} for {want[i]}, {errors[i]:.3g} ulp, bound {bounds[i]:.3g}")
    row = Accuracy(group, dtype, len(points), float(errors.mean()), float(errors.max()), float(conditions.max()))
    return row, lines


def _number(reference: Callable[..., Any], point: Point, number: Callable[[Any], Any]) -> Any:
    try:
        return number(reference(*point))
    except OverflowError:  # of a double: the function's result has to be infinite as well
        value = reference(*point)
        return math.copysign(math.inf, value) if number is float else complex(math.inf, 0)


def _next(x: Any, precision: str) -> Any:
    """Return the neighbour of a number, away from 0; of a complex one, along its modulus."""
    real = np.float32 if precision == "float32" else np.float64
    if isinstance(x, complex):
        return x * (1 + float(np.finfo(real).eps))
    return float(np.nextafter(real(x), real(math.copysign(math.inf, x))))
