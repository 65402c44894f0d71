"""Derivatives of spheroidal radial functions in c and cv. The mathematics is in csrc/special/spheroidal_radial.h."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, values
from sci._core.dispatch import elementwise

from . import _spheroidal_radial as functions
from ._spheroidal_angular import THIRD, curvature
from ._spheroidal_cv import obl_cv, pro_cv, spheroidal_cv_dc
from ._spheroidal_reference import OBLATE, PROLATE, radial, radial_continued, slopes

_DERIVATIVE = tuple(
    Group(
        name,
        oblate=values(0, 1),
        second=values(0, 1),
        m=values(0, 1, 2),
        n=values(2, 3, 4),
        c=c,
        x=linear(1.1, 3),
        count=count,
        dtypes=dtypes,
    )
    for name, c, count, dtypes in (
        ("core", linear(0.3, 8), 6, ("float32", "float64")),
        ("large c", logarithmic(10, 40), 4, ("float64",)),
    )
)


def _fixed(*by_cv: int) -> tuple[Group, ...]:
    """Samples of derivatives in c and cv."""
    return tuple(
        Group(
            f"{'oblate' if oblate else 'prolate'}, m = {m}, n = {n}, c = {c}",
            oblate=values(oblate),
            second=values(0, 1),
            by_cv=values(*by_cv),
            m=values(m),
            n=values(n),
            c=values(c),
            cv=values(cv),
            x=linear(1.1, 2.6),
            count=4,
            dtypes=("float32", "float64") if m == n else ("float64",),
        )
        for oblate, modes in enumerate((PROLATE, OBLATE))
        for m, n, c, cv in modes[1:4]
    )


_FIXED, _FIXED_TWICE = _fixed(0, 1), _fixed(0, 1, 2)


def _other(count: int, last: int) -> tuple[Group, ...]:
    """Samples of numbers beside characteristic values."""
    return tuple(
        Group(
            f"{'oblate' if oblate else 'prolate'}, m = {m}, n = {n}, c = {c}",
            oblate=values(oblate),
            second=values(0, 1),
            m=values(m),
            n=values(n),
            c=values(c),
            cv=values(cv + 0.25),
            x=linear(2.4, 3.5),
            count=count,
            dtypes=("float32", "float64") if m == n else ("float64",),
        )
        for oblate, modes in enumerate((PROLATE, OBLATE))
        for m, n, c, cv in modes[1:last]
    )


def _curvature(oblate: Tensor, m: Tensor, c: Tensor, cv: Tensor, x: Tensor, value: Tensor, slope: Tensor) -> Tensor:
    return torch.where(
        oblate != 0, functions.oblate_curvature(m, c, cv, x, value, slope), curvature(0, m, c, cv, x, value, slope)
    )


def _value(oblate: Tensor, second: Tensor, m: Tensor, n: Tensor, c: Tensor, cv: Tensor, x: Tensor) -> Tensor:
    """Return the function itself of the kind that two numbers tell."""
    prolate = torch.where(
        second != 0, functions.pro_rad2_cv(m, n, c, cv, x)[0], functions.pro_rad1_cv(m, n, c, cv, x)[0]
    )
    flat = torch.where(second != 0, functions.obl_rad2_cv(m, n, c, cv, x)[0], functions.obl_rad1_cv(m, n, c, cv, x)[0])
    return torch.where(oblate != 0, flat, prolate)


def _change(oblate: Tensor, x: Tensor, by_square: Tensor | float, by_cv: Tensor | float) -> Tensor:
    """Return what stands before R in the equation of R's derivative in c or cv; c^2 x^2 has the same sign in both."""
    rest = by_cv - by_square * x * x
    return torch.where(oblate != 0, rest / (1 + x * x), rest / ((x - 1) * (x + 1)))


def _derivative_by_x(
    oblate: Tensor, second: Tensor, m: Tensor, n: Tensor, c: Tensor, x: Tensor, r: Tensor, dr: Tensor
) -> tuple[Tensor, Tensor]:
    cv = torch.where(oblate != 0, obl_cv(m, n, c), pro_cv(m, n, c))
    change = _change(oblate, x, 2 * c, spheroidal_cv_dc(oblate, m, n, c))
    return dr, _curvature(oblate, m, c, cv, x, r, dr) + change * _value(oblate, second, m, n, c, cv, x)


def _fixed_by_x(
    oblate: Tensor,
    second: Tensor,
    by_cv: Tensor,
    m: Tensor,
    n: Tensor,
    c: Tensor,
    cv: Tensor,
    x: Tensor,
    r: Tensor,
    dr: Tensor,
) -> tuple[Tensor, Tensor]:
    change = _change(oblate, x, torch.where(by_cv != 0, 0, 2 * c), torch.where(by_cv != 0, 1, 0))
    _, by_c, by_value = spheroidal_rad_excess_d(oblate, second, m, n, c, cv, x)
    excess = torch.where(by_cv != 0, by_value, by_c)
    return dr, _curvature(oblate, m, c, cv, x, r, dr) + change * _value(oblate, second, m, n, c, cv, x) + excess


def _excess(mp: Any, oblate: Any, second: Any, m: Any, n: Any, c: Any, cv: Any, x: Any) -> Any:
    """Reference: the second derivative in x less that of the equation."""
    r, dr = radial_continued(mp, oblate, second, m, n, c, cv, x)
    form = 1 + x * x if oblate else x * x - 1
    equation = (-2 * x * dr + (cv - c * c * x * x + (-1 if oblate else 1) * m * m / form) * r) / form
    return slopes(mp, lambda t: radial_continued(mp, oblate, second, m, n, c, cv, t), x, 1)[1] - equation


def _excess_d(mp: Any, oblate: Any, second: Any, *at: Any) -> tuple[Any, ...]:
    def along(i: int) -> Any:
        return slopes(
            mp,
            lambda t: (_excess(mp, oblate, second, *at[:i], t, *at[i + 1 :]),),  # type: ignore[call-arg]
            at[i],
            1,
        )[0]

    return along(4), along(2), along(3)


def _reference_dc(order: int) -> Any:
    def reference(mp: Any, oblate: Any, second: Any, m: Any, n: Any, c: Any, x: Any) -> tuple[Any, ...]:
        return slopes(mp, lambda t: radial(mp, oblate, second, m, n, t, x), c, order)

    return reference


def _reference_cv(
    mp: Any, oblate: Any, second: Any, by_cv: Any, m: Any, n: Any, c: Any, cv: Any, x: Any
) -> tuple[Any, ...]:
    if by_cv:
        return slopes(mp, lambda t: radial_continued(mp, oblate, second, m, n, c, t, x), cv, 1)
    return slopes(mp, lambda t: radial_continued(mp, oblate, second, m, n, t, cv, x), c, 1)


def _reference_cv2(
    mp: Any, oblate: Any, second: Any, by_cv: Any, m: Any, n: Any, c: Any, cv: Any, x: Any
) -> tuple[Any, ...]:
    if by_cv == 2:
        return slopes(mp, lambda t: radial_continued(mp, oblate, second, m, n, c, t, x), cv, 2)
    if by_cv == 0:
        return slopes(mp, lambda t: radial_continued(mp, oblate, second, m, n, t, cv, x), c, 2)
    with mp.workdps(2 * mp.dps + 10):
        return slopes(mp, lambda t: _reference_cv(mp, oblate, second, 0, m, n, c, t, x), cv, 1)


@elementwise(
    "special/spheroidal_radial.h",
    "i i r r r r -> r r",
    partials=(discrete, discrete, discrete, discrete, THIRD, THIRD),
    reference=_reference_dc(2),
    samples=_DERIVATIVE,
    special=((0, 0, 1.0, 2.0, 3.0, 1.0, (nan, nan)),),
    ulp=Ulp(float64=4096, float32=64),
    public=False,
    sorted=True,
)
def spheroidal_rad_dc2(
    oblate: Any, second: Any, m: Any, n: Any, c: Any, x: Any, /, *, out: Tensor | None = None
) -> tuple[Tensor, ...]:
    r"""
    Second derivatives in `c` of a radial function (`oblate` = 0 or 1, of the `second` kind = 0 or 1) and of its slope.

    The algorithm of the functions on nested dual numbers, with the characteristic value following `c`. They serve
    second-order gradients and have no derivative themselves.
    """


@elementwise(
    "special/spheroidal_radial.h",
    "i i r r r r -> r r",
    partials=(
        discrete,
        discrete,
        discrete,
        discrete,
        lambda oblate, second, m, n, c, x, *out: spheroidal_rad_dc2(oblate, second, m, n, c, x),
        _derivative_by_x,
    ),
    reference=_reference_dc(1),
    samples=_DERIVATIVE,
    special=((0, 0, 1.0, 2.0, 3.0, 1.0, (nan, nan)), (0, 1, 0.0, 1.0, 0.0, 1.5, (inf, -inf))),
    ulp=Ulp(float64=1024, float32=32, partials=4096),
    public=False,
    sorted=True,
)
def spheroidal_rad_dc(
    oblate: Any, second: Any, m: Any, n: Any, c: Any, x: Any, /, *, out: Tensor | None = None
) -> tuple[Tensor, ...]:
    r"""
    Derivatives in `c` of a radial function (`oblate` = 0 or 1, of the `second` kind = 0 or 1) and of its slope.

    The algorithm of the functions on dual numbers, with the characteristic value following `c`.
    """


@elementwise(
    "special/spheroidal_radial.h",
    "i i r r r r r -> r r r",
    partials=(discrete, discrete, discrete, discrete, THIRD, THIRD, THIRD),
    reference=_excess_d,
    samples=_other(1, 3),
    special=((0, 0, 1.0, 2.0, 3.0, 8.0, 1.0, (nan, nan, nan)),),
    ulp=Ulp(float64=1024, float32=32),
    public=False,
)
def spheroidal_rad_excess_d(
    oblate: Any, second: Any, m: Any, n: Any, c: Any, cv: Any, x: Any, /, *, out: Tensor | None = None
) -> tuple[Tensor, ...]:
    r"""
    Derivatives of `spheroidal_rad_excess` in `x`, `c` and `cv`, in this order.

    The algorithm on dual numbers. They serve the second-order gradients of radial functions off characteristic values,
    and have no derivative themselves.
    """


@elementwise(
    "special/spheroidal_radial.h",
    "i i r r r r r -> r",
    partials=(
        discrete,
        discrete,
        discrete,
        discrete,
        lambda oblate, second, m, n, c, cv, x, out: spheroidal_rad_excess_d(oblate, second, m, n, c, cv, x)[1],
        lambda oblate, second, m, n, c, cv, x, out: spheroidal_rad_excess_d(oblate, second, m, n, c, cv, x)[2],
        lambda oblate, second, m, n, c, cv, x, out: spheroidal_rad_excess_d(oblate, second, m, n, c, cv, x)[0],
    ),
    reference=_excess,
    samples=_other(2, 4),
    special=((0, 0, 1.0, 2.0, 3.0, 8.0, 1.0, nan),),
    ulp=Ulp(float64=1024, float32=32, partials=1024),
    public=False,
)
def spheroidal_rad_excess(
    oblate: Any, second: Any, m: Any, n: Any, c: Any, cv: Any, x: Any, /, *, out: Tensor | None = None
) -> Tensor:
    r"""
    What the second derivative in `x` of a radial function for a `cv` at hand has beyond that of its equation.

    It is 0 where `cv` is a characteristic value, and where the function is made by steps along the equation. Elsewhere
    the sum lacks one term of the equation, whose derivative in `cv` is not 0 at a characteristic value.
    """


@elementwise(
    "special/spheroidal_radial.h",
    "i i i r r r r r -> r r",
    partials=(discrete, discrete, discrete, discrete, discrete, THIRD, THIRD, THIRD),
    reference=_reference_cv2,
    samples=_FIXED_TWICE,
    special=((0, 0, 0, 1.0, 2.0, 3.0, 8.0, 1.0, (nan, nan)),),
    ulp=Ulp(float64=4096, float32=64),
    public=False,
)
def spheroidal_rad_cv_d2(
    oblate: Any,
    second: Any,
    by_cv: Any,
    m: Any,
    n: Any,
    c: Any,
    cv: Any,
    x: Any,
    /,
    *,
    out: Tensor | None = None,
) -> tuple[Tensor, ...]:
    r"""
    Second derivatives of a radial function for a `cv` at hand and of its slope, `by_cv` = 0, 1 or 2 of the two in `cv`.

    The algorithm of the functions on nested dual numbers. They serve second-order gradients and have no derivative
    themselves.
    """


@elementwise(
    "special/spheroidal_radial.h",
    "i i i r r r r r -> r r",
    partials=(
        discrete,
        discrete,
        discrete,
        discrete,
        discrete,
        lambda oblate, second, by_cv, m, n, c, cv, x, *out: spheroidal_rad_cv_d2(oblate, second, by_cv, m, n, c, cv, x),
        lambda oblate, second, by_cv, m, n, c, cv, x, *out: spheroidal_rad_cv_d2(
            oblate, second, by_cv + 1, m, n, c, cv, x
        ),
        _fixed_by_x,
    ),
    reference=_reference_cv,
    samples=_FIXED,
    special=((0, 0, 0, 1.0, 2.0, 3.0, 8.0, 1.0, (nan, nan)),),
    ulp=Ulp(float64=1024, float32=32, partials=4096),
    public=False,
)
def spheroidal_rad_cv_d(
    oblate: Any,
    second: Any,
    by_cv: Any,
    m: Any,
    n: Any,
    c: Any,
    cv: Any,
    x: Any,
    /,
    *,
    out: Tensor | None = None,
) -> tuple[Tensor, ...]:
    r"""
    Derivatives of a radial function for a `cv` at hand and of its slope: in `c` (`by_cv` = 0) or `cv` (1).

    The algorithm of the functions on dual numbers; `oblate` and `second` as for `spheroidal_rad_dc`.
    """
