"""Designed samples: the groups of a card turned into points of a dtype, the same on every machine."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from sci._core.cards import Axis, ElementwiseCard, Group

Point = tuple[Any, ...]
_LISTS = ("near", "values")
_NEIGHBOURS = (0, 1, -1, 2, -2, 4, -4)


def points(card: ElementwiseCard, signature: str, precision: str) -> list[tuple[str, Point]]:
    """Return the (group name, arguments) samples of a card for a signature ("rc") and a precision.

    Parameters
    ----------
    card : the card of an elementwise function
    signature : the kinds of the arguments, ``r``, ``c`` and ``i``
    precision : "float32" or "float64"; points are exact in it, and those it cannot hold are left out

    Returns
    -------
    list of (str, tuple)
        real arguments as float, complex as complex, integers as int. A group belongs to the signatures whose kinds its
        axes have: complex axes (`polar`, `rectangle`, complex `values`) go to ``c`` only, real ones to ``r``.
    """
    return designed_points(card.samples, card.arguments, signature, precision)


def designed_points(
    groups: Sequence[Group], arguments: Sequence[str], signature: str, precision: str, *, start: float = 0.5
) -> list[tuple[str, Point]]:
    """Return the (group name, arguments) samples of groups, as `points` does for a card's.

    Parameters
    ----------
    groups : sequence of Group
        Each has one axis per argument.
    arguments : sequence of str
        The arguments' names, in order.
    signature : str
        Their kinds: ``r`` real, ``c`` complex, ``i`` integer.
    precision : {"float64", "float32"}
        Points are exact in it; those it cannot hold are left out.
    start : float
        Where in [0, 1) the ranges' points begin; another one gives other points of the same spread.

    Returns
    -------
    list of (str, tuple)

    Examples
    --------
    >>> from sci.testing import Group, designed_points, near
    >>> [x for _, (x,) in designed_points([Group("seam", x=near(1.0))], ["x"], "r", "float64")][:2]
    [1.0, 1.0000000000000002]
    """
    found: dict[Point, str] = {}
    for group in groups:
        if precision in group.dtypes and _fits(group, arguments, signature):
            for point in _group_points(group, arguments, signature, precision, start):
                found.setdefault(
                    tuple((x, math.copysign(1, x)) if x == 0 and not isinstance(x, complex) else x for x in point),
                    group.name,
                )
    return [(name, tuple(x[0] if isinstance(x, tuple) else x for x in point)) for point, name in found.items()]


def _fits(group: Group, arguments: Sequence[str], signature: str) -> bool:
    if set(group.axes) != set(arguments):
        raise ValueError(f"the group {group.name!r} has axes {sorted(group.axes)}, the function {list(arguments)}")
    return all(
        _kind(group.axes[a]) == ("c" if kind == "c" else "r") for a, kind in zip(arguments, signature, strict=True)
    )


def _kind(axis: Axis) -> str:
    if axis.kind in ("polar", "rectangle") or any(isinstance(v, complex) for v in axis.values):
        return "c"
    return "r"


def _group_points(group: Group, arguments: Sequence[str], signature: str, precision: str, start: float) -> list[Point]:
    real = np.float32 if precision == "float32" else np.float64
    axes = [group.axes[a] for a in arguments]
    lists = [_list(axis, real) if axis.kind in _LISTS else None for axis in axes]
    raw: list[Point]
    if all(values is not None for values in lists):
        raw = list(itertools.product(*(values or [] for values in lists)))
    else:
        coordinates = sum(2 if axis.kind in ("polar", "rectangle") else 1 for axis in axes)
        steps = _low_discrepancy_steps(coordinates)
        raw = []
        for k in range(group.count):
            u = iter([(start + (k + 1) * step) % 1.0 for step in steps])
            raw.append(tuple(_value(axis, values, u) for axis, values in zip(axes, lists, strict=True)))
    rounded = [tuple(_round(x, kind, real) for x, kind in zip(point, signature, strict=True)) for point in raw]
    return [point for point in rounded if all(x is not None for x in point)]


def _low_discrepancy_steps(dimensions: int) -> list[float]:
    # Additive recurrence with the powers of the root of g^(d+1) = g + 1 (Roberts 2018): even in every projection.
    g = 2.0
    for _ in range(60):
        g = (1 + g) ** (1 / (dimensions + 1))
    return [(1 / g) ** (j + 1) for j in range(dimensions)]


def _list(axis: Axis, real: Any) -> list[float | complex]:
    if axis.kind == "values":
        return list(axis.values)
    out: list[float | complex] = []
    for value in axis.values:
        for steps in _NEIGHBOURS:
            x = real(value)
            for _ in range(abs(steps)):
                x = np.nextafter(x, real(math.copysign(math.inf, steps)))
            out.append(float(x))
    return out


def _value(axis: Axis, values: list[float | complex] | None, u: Any) -> float | complex:
    t = next(u)
    if values is not None:
        return values[int(t * len(values))]
    low, high = float(axis.values[0].real), float(axis.values[1].real)
    if axis.kind == "linear":
        return low + t * (high - low)
    if axis.kind == "integers":
        return float(math.floor(low + t * (high - low + 1)))
    if axis.kind == "logarithmic":
        sign = math.copysign(1.0, low)
        a, b = math.log(abs(low)), math.log(abs(high))
        return sign * math.exp(a + t * (b - a))
    s = next(u)
    if axis.kind == "rectangle":
        bottom, top = float(axis.values[2].real), float(axis.values[3].real)
        return complex(low + t * (high - low), bottom + s * (top - bottom))
    from_angle, to_angle = float(axis.values[2].real), float(axis.values[3].real)
    modulus = math.exp(math.log(low) + t * (math.log(high) - math.log(low)))
    angle = math.pi * (from_angle + s * (to_angle - from_angle))
    return complex(modulus * math.cos(angle), modulus * math.sin(angle))


def _round(x: float | complex, kind: str, real: Any) -> Any:
    """Round to the dtype; None where the value is lost there (a nonzero number that becomes 0 or infinite)."""
    if kind == "i":
        return int(x.real)
    if kind == "c":
        z = complex(x)
        parts = [_round(part, "r", real) for part in (z.real, z.imag)]
        return None if None in parts else complex(*parts)
    with np.errstate(over="ignore", under="ignore"):
        y = float(real(x))
    return None if (y == 0) != (x == 0) or math.isinf(y) else y
