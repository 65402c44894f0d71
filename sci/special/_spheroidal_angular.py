"""Spheroidal functions of angle. The mathematics is in csrc/special/spheroidal_angular.h."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, not_implemented, values
from sci._core.dispatch import elementwise

from ._spheroidal_cv import obl_cv, pro_cv, spheroidal_cv_dc
from ._spheroidal_reference import OBLATE, PROLATE, angular, angular_continued, slopes

# ---- samples ---------------------------------------------------------------------------------------------------------

_DOUBLE: dict[str, Any] = {"dtypes": ("float64",)}
_LINE = (
    Group("core", m=values(0, 1, 2, 3), n=values(3, 4, 5, 8), c=linear(0.1, 10), x=linear(-0.95, 0.95), count=16),
    Group(
        "small c", m=values(0, 1), n=values(2, 3), c=logarithmic(1e-8, 1e-2), x=linear(-0.9, 0.9), count=4, **_DOUBLE
    ),
    Group("large c", m=values(0, 1, 2), n=values(2, 3, 6), c=logarithmic(10, 200), x=linear(0, 1), count=10, **_DOUBLE),
    Group(
        "large n", m=values(0, 1, 4), n=values(20, 35), c=logarithmic(0.1, 60), x=linear(0, 0.99), count=6, **_DOUBLE
    ),
    Group("beside 1", m=values(0, 1, 4), n=values(4, 5), c=linear(1, 30), x=values(0.99, 1 - 2**-10), count=6),
    Group("beside 0", m=values(0, 1), n=values(2, 3), c=linear(1, 30), x=logarithmic(1e-9, 1e-2), count=4, **_DOUBLE),
    Group("negative c", m=values(1), n=values(2, 3), c=linear(-6, -1), x=linear(-0.9, 0.9), count=3, **_DOUBLE),
)
_FEW: dict[str, Any] = {"m": values(0, 1, 2, 3), "n": values(3, 4, 5, 8), "oblate": values(0, 1)}
_DERIVATIVE = (
    Group("core", c=linear(0.3, 8), x=linear(-0.95, 0.95), count=6, **_FEW),
    Group("large c", c=logarithmic(10, 60), x=linear(-0.95, 0.95), count=4, **_DOUBLE, **_FEW),
)
_PROLATE, _OBLATE = (
    tuple(
        Group(
            f"m = {m}, n = {n}, c = {c}",
            m=values(m),
            n=values(n),
            c=values(c),
            cv=values(cv),
            x=linear(-0.95, 0.97),
            count=3,
            dtypes=("float32", "float64") if m < 2 else ("float64",),
        )
        for m, n, c, cv in modes
    )
    for modes in (PROLATE, OBLATE)
)


def _fixed(*by_cv: int) -> tuple[Group, ...]:
    """Samples of derivatives in c and cv."""
    return tuple(
        Group(
            f"{'oblate' if oblate else 'prolate'}, m = {m}, n = {n}, c = {c}",
            oblate=values(oblate),
            by_cv=values(*by_cv),
            m=values(m),
            n=values(n),
            c=values(c),
            cv=values(cv),
            x=linear(-0.9, 0.95),
            count=3,
            dtypes=("float32", "float64") if m == n else ("float64",),
        )
        for oblate, modes in enumerate((PROLATE, OBLATE))
        for m, n, c, cv in modes[1:4]
    )


_FIXED, _FIXED_TWICE = _fixed(0, 1), _fixed(0, 1, 2)


_SPECIAL = (
    (1.0, 2.0, 3.0, 1.0, (nan, nan)),
    (1.0, 2.0, 3.0, -1.5, (nan, nan)),
    (2.0, 1.0, 3.0, 0.5, (nan, nan)),
    (0.5, 1.0, 3.0, 0.5, (nan, nan)),
    (0.0, 0.0, 0.0, 0.5, (1.0, -0.0)),
    (0.0, 1.0, 0.0, 0.5, (0.5, 1.0)),
    (1.0, 1.0, 3.0, 0.0, (1.0, 0.0)),
    (0.0, 1.0, nan, 0.5, (nan, nan)),
    (0.0, 1.0, inf, 0.5, (nan, nan)),
    (0.0, 1.0, 1.0, nan, (nan, nan)),
)
_SPECIAL_CV = (
    (1.0, 1.0, 1.0, 1.0, 0.0, (1.0, 0.0)),
    (1.0, 2.0, 3.0, 8.0, 1.0, (nan, nan)),
    (2.0, 1.0, 3.0, 8.0, 0.5, (nan, nan)),
    (1.0, 2.0, 3.0, nan, 0.5, (nan, nan)),
    (1.0, 2.0, 3.0, inf, 0.5, (nan, nan)),
)
THIRD = not_implemented("a third derivative of a spheroidal function in which c takes part")

# ---- derivatives -----------------------------------------------------------------------------------------------------


def curvature(oblate: Any, m: Tensor, c: Tensor, cv: Tensor, x: Tensor, value: Tensor, slope: Tensor) -> Tensor:
    """Return the second derivative in x by the equation (of angle, and of the prolate radial functions)."""
    form = (1 - x) * (1 + x)
    square = c * c * (1 - 2 * oblate) * x * x
    return (2 * x * slope - (cv - square - m * m / form) * value) / form


def _by_x(oblate: int, cv_of: Any) -> Any:
    def rule(m: Tensor, n: Tensor, c: Tensor, x: Tensor, s: Tensor, ds: Tensor) -> tuple[Tensor, Tensor]:
        return ds, curvature(oblate, m, c, cv_of(m, n, c), x, s, ds)

    return rule


def _derivative_by_x(
    oblate: Tensor, m: Tensor, n: Tensor, c: Tensor, x: Tensor, s: Tensor, ds: Tensor
) -> tuple[Tensor, Tensor]:
    """Differentiate the equation in c: (lambda' -+ 2c x^2) S joins the right-hand side."""
    cv = torch.where(oblate != 0, obl_cv(m, n, c), pro_cv(m, n, c))
    change = spheroidal_cv_dc(oblate, m, n, c) - 2 * c * (1 - 2 * oblate) * x * x
    return ds, curvature(oblate, m, c, cv, x, s, ds) - _forced(oblate, m, n, c, cv, x, change)


def _forced(oblate: Tensor, m: Tensor, n: Tensor, c: Tensor, cv: Tensor, x: Tensor, change: Tensor) -> Tensor:
    """What joins the equation of a derivative in a parameter, in whose direction the coefficient of S changes."""
    own = torch.where(oblate != 0, obl_ang1_cv(m, n, c, cv, x)[0], pro_ang1_cv(m, n, c, cv, x)[0])
    return change * own / ((1 - x) * (1 + x))


def _fixed_by_x(
    oblate: Tensor, by_cv: Tensor, m: Tensor, n: Tensor, c: Tensor, cv: Tensor, x: Tensor, s: Tensor, ds: Tensor
) -> tuple[Tensor, Tensor]:
    change = torch.where(by_cv != 0, 1, -2 * c * (1 - 2 * oblate) * x * x)
    return ds, curvature(oblate, m, c, cv, x, s, ds) - _forced(oblate, m, n, c, cv, x, change)


def _reference_dc(order: int) -> Any:
    def reference(mp: Any, oblate: Any, m: Any, n: Any, c: Any, x: Any) -> tuple[Any, ...]:
        return slopes(mp, lambda t: angular(mp, oblate, m, n, t, x), c, order)

    return reference


def _reference_cv2(mp: Any, oblate: Any, by_cv: Any, m: Any, n: Any, c: Any, cv: Any, x: Any) -> tuple[Any, ...]:
    if by_cv == 2:
        return slopes(mp, lambda t: angular_continued(mp, oblate, m, n, c, t, x), cv, 2)
    if by_cv == 0:
        return slopes(mp, lambda t: angular_continued(mp, oblate, m, n, t, cv, x), c, 2)
    with mp.workdps(2 * mp.dps + 10):
        return slopes(mp, lambda t: _reference_cv(mp, oblate, 0, m, n, c, t, x), cv, 1)


def _reference_cv(mp: Any, oblate: Any, by_cv: Any, m: Any, n: Any, c: Any, cv: Any, x: Any) -> tuple[Any, ...]:
    if by_cv:
        return slopes(mp, lambda t: angular_continued(mp, oblate, m, n, c, t, x), cv, 1)
    return slopes(mp, lambda t: angular_continued(mp, oblate, m, n, t, cv, x), c, 1)


@elementwise(
    "special/spheroidal_angular.h",
    "i r r r r -> r r",
    partials=(discrete, discrete, discrete, THIRD, THIRD),
    reference=_reference_dc(2),
    samples=_DERIVATIVE,
    special=((0, 1.0, 2.0, 3.0, 1.0, (nan, nan)), (0, 0.0, 1.0, 2.0, 0.0, (0.0, 0.0))),
    ulp=Ulp(float64=8192, float32=64),
    public=False,
)
def spheroidal_ang1_dc2(
    oblate: Any, m: Any, n: Any, c: Any, x: Any, /, *, out: Tensor | None = None
) -> tuple[Tensor, ...]:
    r"""
    Second derivatives in `c` of `pro_ang1` (`oblate` = 0) or `obl_ang1` (1): of the function and of its slope.

    The algorithm of the functions on nested dual numbers, with the characteristic value following `c`. They serve
    second-order gradients and have no derivative themselves.
    """


@elementwise(
    "special/spheroidal_angular.h",
    "i r r r r -> r r",
    partials=(
        discrete,
        discrete,
        discrete,
        lambda oblate, m, n, c, x, *out: spheroidal_ang1_dc2(oblate, m, n, c, x),
        _derivative_by_x,
    ),
    reference=_reference_dc(1),
    samples=_DERIVATIVE,
    special=((0, 1.0, 2.0, 3.0, 1.0, (nan, nan)), (0, 0.0, 1.0, 0.0, 0.5, (0.0, 0.0))),
    ulp=Ulp(float64=256, float32=32, partials=8192),
    public=False,
)
def spheroidal_ang1_dc(
    oblate: Any, m: Any, n: Any, c: Any, x: Any, /, *, out: Tensor | None = None
) -> tuple[Tensor, ...]:
    r"""
    Derivatives in `c` of `pro_ang1` (`oblate` = 0) or `obl_ang1` (1): of the function and of its slope.

    The algorithm of the functions on dual numbers, with the characteristic value following `c`.
    """


@elementwise(
    "special/spheroidal_angular.h",
    "i i r r r r r -> r r",
    partials=(
        discrete,
        discrete,
        discrete,
        discrete,
        lambda oblate, by_cv, m, n, c, cv, x, *out: spheroidal_ang1_cv_d2(oblate, by_cv, m, n, c, cv, x),
        lambda oblate, by_cv, m, n, c, cv, x, *out: spheroidal_ang1_cv_d2(oblate, by_cv + 1, m, n, c, cv, x),
        _fixed_by_x,
    ),
    reference=_reference_cv,
    samples=_FIXED,
    special=((0, 0, 1.0, 2.0, 3.0, 8.0, 1.0, (nan, nan)),),
    ulp=Ulp(float64=1024, float32=32, partials=8192),
    public=False,
)
def spheroidal_ang1_cv_d(
    oblate: Any, by_cv: Any, m: Any, n: Any, c: Any, cv: Any, x: Any, /, *, out: Tensor | None = None
) -> tuple[Tensor, ...]:
    r"""
    Derivatives of `pro_ang1_cv` (`oblate` = 0) or `obl_ang1_cv` (1) in `c` (`by_cv` = 0) or `cv` (1), the other fixed.

    The algorithm of the functions on dual numbers, whose continuation to other numbers than characteristic values the
    functions describe.
    """


@elementwise(
    "special/spheroidal_angular.h",
    "i i r r r r r -> r r",
    partials=(discrete, discrete, discrete, discrete, THIRD, THIRD, THIRD),
    reference=_reference_cv2,
    samples=_FIXED_TWICE,
    special=((0, 0, 1.0, 2.0, 3.0, 8.0, 1.0, (nan, nan)),),
    ulp=Ulp(float64=8192, float32=64),
    public=False,
)
def spheroidal_ang1_cv_d2(
    oblate: Any, by_cv: Any, m: Any, n: Any, c: Any, cv: Any, x: Any, /, *, out: Tensor | None = None
) -> tuple[Tensor, ...]:
    r"""
    Second derivatives of `pro_ang1_cv` (`oblate` = 0) or `obl_ang1_cv` (1), `by_cv` = 0, 1 or 2 of the two in `cv`.

    The algorithm of the functions on nested dual numbers. They serve second-order gradients and have no derivative
    themselves.
    """


# ---- functions of angle ----------------------------------------------------------------------------------------------


@elementwise(
    "special/spheroidal_angular.h",
    "r r r r -> r r",
    partials=(
        discrete,
        discrete,
        lambda m, n, c, x, *out: spheroidal_ang1_dc(0, m, n, c, x),
        _by_x(0, pro_cv),
    ),
    reference=lambda mp, m, n, c, x: angular(mp, False, m, n, c, x),
    samples=_LINE,
    special=_SPECIAL,
    ulp=Ulp(float64=32, float32=4, partials=1024),
    sorted=True,
)
def pro_ang1(m: Any, n: Any, c: Any, x: Any, /, *, out: Tensor | None = None) -> tuple[Tensor, ...]:
    r"""
    Prolate spheroidal function of angle, of the first kind, and its derivative.

    Parameters
    ----------
    m : array_like
        Order, a whole number of at least 0.
    n : array_like
        Degree, a whole number of at least `m`.
    c : array_like
        Spheroidal parameter; its sign does not count.
    x : array_like
        Argument, real, between -1 and 1.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    s, sp : Tensor
        :math:`S_{mn}(c, x)` and its derivative in `x`; NaN for :math:`|x| \geq 1` and where `m`, `n` or `c` is not as
        `pro_cv` says.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    pro_ang1_cv : for a characteristic value at hand
    pro_rad1, pro_rad2 : the radial functions
    obl_ang1 : oblate functions

    Notes
    -----
    The solution of the equation in `pro_cv` that is finite at both ends, of the size that Flammer [1]_ gives it: at
    0 it (for odd :math:`n - m` its slope) is that of :math:`P_n^m` without the sign :math:`(-1)^m`.

    Taylor series of the equation from 0 outwards and from 1 inwards, joined where the function oscillates. For large
    `c` values decay to :math:`e^{-c}` of that at 0, and keep their digits; SciPy's, from sums, have none left beyond
    :math:`c = 35`.

    Derivatives: in `x` by the equation; in `c`, with the characteristic value following, by the same algorithm on dual
    numbers; second derivatives of both. That of the slope in `x` loses digits beside 1, as ``1 / (1 - x)`` grows. A
    third derivative in which `c` takes part raises.

    References
    ----------
    .. [1] C. Flammer, *Spheroidal Wave Functions*, Stanford University Press, 1957.
    .. [2] NIST Digital Library of Mathematical Functions, chapter 30. https://dlmf.nist.gov/30

    Examples
    --------
    >>> import torch
    >>> from sci.special import pro_ang1
    >>> x = torch.tensor([0.0, 0.5, 0.9], dtype=torch.float64)
    >>> s, slope = pro_ang1(0, 2, 3.0, x)
    >>> s
    tensor([-0.5000,  0.1061,  0.9050], dtype=torch.float64)
    """


@elementwise(
    "special/spheroidal_angular.h",
    "r r r r r -> r r",
    partials=(
        discrete,
        discrete,
        lambda m, n, c, cv, x, *out: spheroidal_ang1_cv_d(0, 0, m, n, c, cv, x),
        lambda m, n, c, cv, x, *out: spheroidal_ang1_cv_d(0, 1, m, n, c, cv, x),
        lambda m, n, c, cv, x, *out: (out[1], curvature(0, m, c, cv, x, *out)),
    ),
    reference=lambda mp, m, n, c, cv, x: angular_continued(mp, False, m, n, c, cv, x),
    samples=_PROLATE,
    special=_SPECIAL_CV,
    ulp=Ulp(float64=160, float32=4, partials=1024),
    sorted=True,
)
def pro_ang1_cv(m: Any, n: Any, c: Any, cv: Any, x: Any, /, *, out: Tensor | None = None) -> tuple[Tensor, ...]:
    r"""
    Prolate spheroidal function of angle, for a characteristic value at hand, and its derivative.

    Parameters
    ----------
    m, n, c : array_like
        As for `pro_ang1`.
    cv : array_like
        Characteristic value, ``pro_cv(m, n, c)``.
    x : array_like
        Argument, real, between -1 and 1.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    s, sp : Tensor
        :math:`S_{mn}(c, x)` and its derivative in `x`, as `pro_ang1` gives them.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    pro_ang1 : the function, and the method

    Notes
    -----
    It saves the time that the eigenvalue takes. Where `cv` is no characteristic value, the equation has no solution
    that is finite at both ends; the two pieces that `pro_ang1` joins are continued then, and the derivative in `cv` is
    that of this continuation: together with ``d cv/dc`` it makes the derivative of `pro_ang1` in `c`, and so do
    the second ones.

    Examples
    --------
    >>> import torch
    >>> from sci.special import pro_ang1_cv, pro_cv
    >>> x = torch.tensor([0.0, 0.5, 0.9], dtype=torch.float64)
    >>> s, slope = pro_ang1_cv(0, 2, 3.0, pro_cv(0, 2, torch.tensor(3.0, dtype=torch.float64)), x)
    >>> s
    tensor([-0.5000,  0.1061,  0.9050], dtype=torch.float64)
    """


@elementwise(
    "special/spheroidal_angular.h",
    "r r r r -> r r",
    partials=(
        discrete,
        discrete,
        lambda m, n, c, x, *out: spheroidal_ang1_dc(1, m, n, c, x),
        _by_x(1, obl_cv),
    ),
    reference=lambda mp, m, n, c, x: angular(mp, True, m, n, c, x),
    samples=_LINE,
    special=_SPECIAL,
    ulp=Ulp(float64=32, float32=4, partials=1024),
    sorted=True,
)
def obl_ang1(m: Any, n: Any, c: Any, x: Any, /, *, out: Tensor | None = None) -> tuple[Tensor, ...]:
    r"""
    Oblate spheroidal function of angle, of the first kind, and its derivative.

    Parameters
    ----------
    m : array_like
        Order, a whole number of at least 0.
    n : array_like
        Degree, a whole number of at least `m`.
    c : array_like
        Spheroidal parameter; its sign does not count.
    x : array_like
        Argument, real, between -1 and 1.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    s, sp : Tensor
        :math:`S_{mn}(-ic, x)` and its derivative in `x`; NaN for :math:`|x| \geq 1` and where `m`, `n` or `c` is not as
        `obl_cv` says.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    obl_ang1_cv : for a characteristic value at hand
    obl_rad1, obl_rad2 : the radial functions
    pro_ang1 : prolate functions, the size of both, and the method

    Notes
    -----
    For large `c` the function is largest beside 1, where it grows to :math:`e^c` times its size at 0 [1]_. Derivatives
    as those of `pro_ang1`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 30.9. https://dlmf.nist.gov/30.9

    Examples
    --------
    >>> import torch
    >>> from sci.special import obl_ang1
    >>> x = torch.tensor([0.0, 0.5, 0.9], dtype=torch.float64)
    >>> s, slope = obl_ang1(0, 2, 3.0, x)
    >>> s
    tensor([-0.5000, -0.3223,  0.4114], dtype=torch.float64)
    """


@elementwise(
    "special/spheroidal_angular.h",
    "r r r r r -> r r",
    partials=(
        discrete,
        discrete,
        lambda m, n, c, cv, x, *out: spheroidal_ang1_cv_d(1, 0, m, n, c, cv, x),
        lambda m, n, c, cv, x, *out: spheroidal_ang1_cv_d(1, 1, m, n, c, cv, x),
        lambda m, n, c, cv, x, *out: (out[1], curvature(1, m, c, cv, x, *out)),
    ),
    reference=lambda mp, m, n, c, cv, x: angular_continued(mp, True, m, n, c, cv, x),
    samples=_OBLATE,
    special=_SPECIAL_CV,
    ulp=Ulp(float64=160, float32=4, partials=1024),
    sorted=True,
)
def obl_ang1_cv(m: Any, n: Any, c: Any, cv: Any, x: Any, /, *, out: Tensor | None = None) -> tuple[Tensor, ...]:
    r"""
    Oblate spheroidal function of angle, for a characteristic value at hand, and its derivative.

    Parameters
    ----------
    m, n, c : array_like
        As for `obl_ang1`.
    cv : array_like
        Characteristic value, ``obl_cv(m, n, c)``; for other numbers see `pro_ang1_cv`.
    x : array_like
        Argument, real, between -1 and 1.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    s, sp : Tensor
        :math:`S_{mn}(-ic, x)` and its derivative in `x`, as `obl_ang1` gives them.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    obl_ang1 : the function
    pro_ang1_cv : what it means where `cv` is no characteristic value

    Examples
    --------
    >>> import torch
    >>> from sci.special import obl_ang1_cv, obl_cv
    >>> x = torch.tensor([0.0, 0.5, 0.9], dtype=torch.float64)
    >>> s, slope = obl_ang1_cv(0, 2, 3.0, obl_cv(0, 2, torch.tensor(3.0, dtype=torch.float64)), x)
    >>> s
    tensor([-0.5000, -0.3223,  0.4114], dtype=torch.float64)
    """
