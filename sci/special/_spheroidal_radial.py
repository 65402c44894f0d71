"""Spheroidal radial functions. The mathematics is in csrc/special/spheroidal_radial.h."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Axis, Group, Ulp, discrete, inf, linear, logarithmic, nan, values
from sci._core.dispatch import elementwise

from ._spheroidal_angular import curvature
from ._spheroidal_cv import obl_cv, pro_cv
from ._spheroidal_radial_derivatives import spheroidal_rad_cv_d, spheroidal_rad_dc, spheroidal_rad_excess
from ._spheroidal_reference import OBLATE, PROLATE, radial, radial_continued

# ---- samples ---------------------------------------------------------------------------------------------------------


_DOUBLE: dict[str, Any] = {"dtypes": ("float64",)}


def _line(start: float, close: Axis) -> tuple[Group, ...]:
    few: dict[str, Any] = {"m": values(0, 1, 2), "n": values(2, 3, 5)}
    return (
        Group("core", m=values(0, 1, 2, 3), n=values(3, 4, 5), c=linear(0.3, 8), x=linear(start + 0.05, 4), count=16),
        Group("small c", c=logarithmic(1e-6, 0.1), x=linear(1.1, 4), count=4, **_DOUBLE, **few),
        Group("large c", c=logarithmic(10, 60), x=linear(start + 0.05, 3), count=8, **_DOUBLE, **few),
        Group("large n", m=values(0, 4), n=values(20, 35), c=logarithmic(1, 40), x=linear(1.1, 3), count=5, **_DOUBLE),
        Group("close", c=linear(1, 8), x=close, count=6, **_DOUBLE, **few),
        Group("far", c=linear(0.5, 8), x=logarithmic(4, 1000), count=5, **few),
        Group("negative c", c=linear(-6, -1), x=linear(1.1, 3), count=3, **_DOUBLE, **few),
    )


_PROLATE_LINE = _line(1.0, values(1.001, 1.01))
_OBLATE_LINE = _line(0.0, values(1e-9, 1e-3, 0.02))
_PROLATE, _OBLATE = (
    tuple(
        Group(
            f"m = {m}, n = {n}, c = {c}",
            m=values(m),
            n=values(n),
            c=values(c),
            cv=values(cv),
            x=x,
            count=2,
            dtypes=("float32", "float64") if m == n else ("float64",),
        )
        for m, n, c, cv in modes
    )
    for modes, x in ((PROLATE, linear(1.03, 3)), (OBLATE, linear(0.5, 2.5)))
)


_SPECIAL = (
    (2.0, 1.0, 3.0, 1.5, (nan, nan)),
    (0.5, 1.0, 3.0, 1.5, (nan, nan)),
    (0.0, 1.0, 3.0, -1.5, (nan, nan)),
    (0.0, 1.0, nan, 1.5, (nan, nan)),
    (0.0, 1.0, inf, 1.5, (nan, nan)),
    (0.0, 1.0, 1.0, nan, (nan, nan)),
    (0.0, 1.0, 1.0, inf, (0.0, 0.0)),
)
_AT_ZERO = {
    1: ((0.0, 0.0, 0.0, 1.5, (1.0, 0.0)), (1.0, 2.0, 0.0, 1.5, (0.0, 0.0))),
    2: ((1.0, 2.0, 0.0, 1.5, (-inf, inf)),),
}
_AT_ONE = ((0.0, 1.0, 2.0, 1.0, (nan, nan)),)
_SPECIAL_CV = (
    (1.0, 2.0, 3.0, 8.0, -1.5, (nan, nan)),
    (1.0, 2.0, 3.0, nan, 1.5, (nan, nan)),
    (0.0, 1.0, 3.0, inf, 1.5, (nan, nan)),
)


def oblate_curvature(m: Tensor, c: Tensor, cv: Tensor, x: Tensor, value: Tensor, slope: Tensor) -> Tensor:
    """Return the second derivative in x by the equation of the oblate radial functions."""
    form = 1 + x * x
    return (-2 * x * slope + (cv - c * c * x * x - m * m / form) * value) / form


def _prolate_by_x(m: Tensor, n: Tensor, c: Tensor, x: Tensor, r: Tensor, dr: Tensor) -> tuple[Tensor, Tensor]:
    return dr, curvature(0, m, c, pro_cv(m, n, c), x, r, dr)


def _oblate_by_x(m: Tensor, n: Tensor, c: Tensor, x: Tensor, r: Tensor, dr: Tensor) -> tuple[Tensor, Tensor]:
    return dr, oblate_curvature(m, c, obl_cv(m, n, c), x, r, dr)


def _fixed_by_x(oblate: int, second: int) -> Any:
    def rule(m: Tensor, n: Tensor, c: Tensor, cv: Tensor, x: Tensor, r: Tensor, dr: Tensor) -> tuple[Tensor, Tensor]:
        bend = oblate_curvature(m, c, cv, x, r, dr) if oblate else curvature(0, m, c, cv, x, r, dr)
        return dr, bend + spheroidal_rad_excess(oblate, second, m, n, c, cv, x)

    return rule


# ---- radial functions ------------------------------------------------------------------------------------------------


@elementwise(
    "special/spheroidal_radial.h",
    "r r r r -> r r",
    partials=(
        discrete,
        discrete,
        lambda m, n, c, x, *out: spheroidal_rad_dc(0, 0, m, n, c, x),
        _prolate_by_x,
    ),
    reference=lambda mp, m, n, c, x: radial(mp, False, False, m, n, c, x),
    samples=_PROLATE_LINE,
    special=(*_SPECIAL, *_AT_ZERO[1], *_AT_ONE),
    ulp=Ulp(float64=128, float32=4, partials=4096),
    sorted=True,
)
def pro_rad1(m: Any, n: Any, c: Any, x: Any, /, *, out: Tensor | None = None) -> tuple[Tensor, ...]:
    r"""
    Prolate spheroidal radial function of the first kind and its derivative.

    Parameters
    ----------
    m : array_like
        Order, a whole number of at least 0.
    n : array_like
        Degree, a whole number of at least `m`.
    c : array_like
        Spheroidal parameter. The function has the parity of `n` in it.
    x : array_like
        Argument, real, greater than 1.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    r, rp : Tensor
        :math:`R^{(1)}_{mn}(c, x)` and its derivative in `x`; NaN for :math:`x \leq 1`, where `m`, `n` or `c` is not
        as `pro_cv` says, and where `c` or `n` is so large (some 600) that more than 512 terms would be needed. At
        `c` = 0 the limit: 1 for `n` = 0, else 0.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    pro_rad1_cv : for a characteristic value at hand
    pro_rad2 : of the second kind
    pro_ang1 : the function of angle
    obl_rad1 : oblate functions

    Notes
    -----
    The solution of the equation in :math:`x` beyond 1 that behaves like :math:`\cos(cx - (n + 1)\pi/2) / (cx)` for
    large `x`.

    A sum of spherical Bessel functions of :math:`c \sqrt{x^2 - 1}`, from the expansion of the product with the
    function of angle in spherical waves [1]_ taken at angle :math:`\pi/2`, where nothing cancels; SciPy's sum, taken
    at the pole, loses digits beside 1 and for large `c`.

    Derivatives: in `x` by the equation; in `c`, with the characteristic value following, by the same algorithm on dual
    numbers; second derivatives of both. A third derivative in which `c` takes part raises. Both kinds together satisfy
    :math:`R^{(1)} R^{(2)\prime} - R^{(1)\prime} R^{(2)} = 1 / (c (x^2 - 1))`.

    References
    ----------
    .. [1] A. L. Van Buren and J. E. Boisvert, "Accurate calculation of prolate spheroidal radial functions of the first
       kind and their first derivatives", Quarterly of Applied Mathematics 60 (2002), 589-599.
    .. [2] NIST Digital Library of Mathematical Functions, section 30.11. https://dlmf.nist.gov/30.11

    Examples
    --------
    >>> import torch
    >>> from sci.special import pro_rad1
    >>> x = torch.tensor([1.5, 2.0, 4.0], dtype=torch.float64)
    >>> r, slope = pro_rad1(0, 2, 3.0, x)
    >>> r
    tensor([0.3073, 0.0184, 0.0395], dtype=torch.float64)
    """


@elementwise(
    "special/spheroidal_radial.h",
    "r r r r r -> r r",
    partials=(
        discrete,
        discrete,
        lambda m, n, c, cv, x, *out: spheroidal_rad_cv_d(0, 0, 0, m, n, c, cv, x),
        lambda m, n, c, cv, x, *out: spheroidal_rad_cv_d(0, 0, 1, m, n, c, cv, x),
        _fixed_by_x(0, 0),
    ),
    reference=lambda mp, m, n, c, cv, x: radial_continued(mp, False, False, m, n, c, cv, x),
    samples=_PROLATE,
    special=_SPECIAL_CV,
    ulp=Ulp(float64=128, float32=4, partials=4096),
)
def pro_rad1_cv(m: Any, n: Any, c: Any, cv: Any, x: Any, /, *, out: Tensor | None = None) -> tuple[Tensor, ...]:
    r"""
    Prolate spheroidal radial function of the first kind, for a characteristic value at hand, and its derivative.

    .. math::

        \mathrm{pro\_rad1\_cv}(m, n, c, \lambda, x)
        = \left(R_{mn}^{(1)}(c, x), \frac{d}{dx} R_{mn}^{(1)}(c, x)\right)

    Parameters
    ----------
    m, n, c : array_like
        As for `pro_rad1`.
    cv : array_like
        Characteristic value, ``pro_cv(m, n, c)``.
    x : array_like
        Argument, real, greater than 1.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    r, rp : Tensor
        The function and its derivative in `x`, as `pro_rad1` gives them.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    pro_rad1 : the function, and the method

    Notes
    -----
    It saves the time that the eigenvalue takes. Where `cv` is no characteristic value the coefficients of the sum
    satisfy all of their equations but one, and the derivative in `cv` is that of this continuation: together with
    ``d cv/dc`` it makes the derivative of `pro_rad1` in `c`. Second derivatives exist; third ones in which
    `c` or `cv` takes part raise.

    Examples
    --------
    >>> import torch
    >>> from sci.special import pro_cv, pro_rad1_cv
    >>> x = torch.tensor([1.5, 2.0, 4.0], dtype=torch.float64)
    >>> r, slope = pro_rad1_cv(0, 2, 3.0, pro_cv(0, 2, torch.tensor(3.0, dtype=torch.float64)), x)
    >>> r
    tensor([0.3073, 0.0184, 0.0395], dtype=torch.float64)
    """


@elementwise(
    "special/spheroidal_radial.h",
    "r r r r -> r r",
    partials=(
        discrete,
        discrete,
        lambda m, n, c, x, *out: spheroidal_rad_dc(0, 1, m, n, c, x),
        _prolate_by_x,
    ),
    reference=lambda mp, m, n, c, x: radial(mp, False, True, m, n, c, x),
    samples=_PROLATE_LINE,
    special=(*_SPECIAL, *_AT_ZERO[2], *_AT_ONE),
    ulp=Ulp(float64=128, float32=4, partials=4096),
    sorted=True,
)
def pro_rad2(m: Any, n: Any, c: Any, x: Any, /, *, out: Tensor | None = None) -> tuple[Tensor, ...]:
    r"""
    Prolate spheroidal radial function of the second kind and its derivative.

    Parameters
    ----------
    m : array_like
        Order, a whole number of at least 0.
    n : array_like
        Degree, a whole number of at least `m`.
    c : array_like
        Spheroidal parameter. The function has the parity of `n` + 1 in it.
    x : array_like
        Argument, real, greater than 1.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    r, rp : Tensor
        :math:`R^{(2)}_{mn}(c, x)` and its derivative in `x`; NaN for :math:`x \leq 1`, where `m`, `n` or `c` is not
        as `pro_cv` says, and where `c` or `n` is so large (some 600) that more than 512 terms would be needed. At
        `c` = 0 the limit, -inf.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    pro_rad2_cv : for a characteristic value at hand
    pro_rad1 : of the first kind
    pro_ang1 : the function of angle
    obl_rad2 : oblate functions

    Notes
    -----
    The solution of the equation in :math:`x` beyond 1 that behaves like :math:`\sin(cx - (n + 1)\pi/2) / (cx)` for
    large `x`.

    The sum of `pro_rad1` with the Bessel functions of the second kind where it converges well; nearer to 1 the
    equation from there inwards, in which direction the function grows, by Taylor series. SciPy's values are wrong by
    percents and more for many arguments.

    Derivatives: in `x` by the equation; in `c`, with the characteristic value following, by the same algorithm on dual
    numbers; second derivatives of both. A third derivative in which `c` takes part raises. Both kinds together satisfy
    :math:`R^{(1)} R^{(2)\prime} - R^{(1)\prime} R^{(2)} = 1 / (c (x^2 - 1))`.

    References
    ----------
    .. [1] A. L. Van Buren and J. E. Boisvert, "Accurate calculation of prolate spheroidal radial functions of the first
       kind and their first derivatives", Quarterly of Applied Mathematics 60 (2002), 589-599.
    .. [2] NIST Digital Library of Mathematical Functions, section 30.11. https://dlmf.nist.gov/30.11

    Examples
    --------
    >>> import torch
    >>> from sci.special import pro_rad2
    >>> x = torch.tensor([1.5, 2.0, 4.0], dtype=torch.float64)
    >>> r, slope = pro_rad2(0, 2, 3.0, x)
    >>> r
    tensor([0.0136, 0.1949, 0.0769], dtype=torch.float64)
    """


@elementwise(
    "special/spheroidal_radial.h",
    "r r r r r -> r r",
    partials=(
        discrete,
        discrete,
        lambda m, n, c, cv, x, *out: spheroidal_rad_cv_d(0, 1, 0, m, n, c, cv, x),
        lambda m, n, c, cv, x, *out: spheroidal_rad_cv_d(0, 1, 1, m, n, c, cv, x),
        _fixed_by_x(0, 1),
    ),
    reference=lambda mp, m, n, c, cv, x: radial_continued(mp, False, True, m, n, c, cv, x),
    samples=_PROLATE,
    special=_SPECIAL_CV,
    ulp=Ulp(float64=128, float32=4, partials=4096),
)
def pro_rad2_cv(m: Any, n: Any, c: Any, cv: Any, x: Any, /, *, out: Tensor | None = None) -> tuple[Tensor, ...]:
    r"""
    Prolate spheroidal radial function of the second kind, for a characteristic value at hand, and its derivative.

    .. math::

        \mathrm{pro\_rad2\_cv}(m, n, c, \lambda, x)
        = \left(R_{mn}^{(2)}(c, x), \frac{d}{dx} R_{mn}^{(2)}(c, x)\right)

    Parameters
    ----------
    m, n, c : array_like
        As for `pro_rad2`.
    cv : array_like
        Characteristic value, ``pro_cv(m, n, c)``.
    x : array_like
        Argument, real, greater than 1.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    r, rp : Tensor
        The function and its derivative in `x`, as `pro_rad2` gives them.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    pro_rad2 : the function, and the method

    Notes
    -----
    It saves the time that the eigenvalue takes. Where `cv` is no characteristic value the coefficients of the sum
    satisfy all of their equations but one, and the derivative in `cv` is that of this continuation: together with
    ``d cv/dc`` it makes the derivative of `pro_rad2` in `c`. Second derivatives exist; third ones in which
    `c` or `cv` takes part raise.

    Examples
    --------
    >>> import torch
    >>> from sci.special import pro_cv, pro_rad2_cv
    >>> x = torch.tensor([1.5, 2.0, 4.0], dtype=torch.float64)
    >>> r, slope = pro_rad2_cv(0, 2, 3.0, pro_cv(0, 2, torch.tensor(3.0, dtype=torch.float64)), x)
    >>> r
    tensor([0.0136, 0.1949, 0.0769], dtype=torch.float64)
    """


@elementwise(
    "special/spheroidal_radial.h",
    "r r r r -> r r",
    partials=(
        discrete,
        discrete,
        lambda m, n, c, x, *out: spheroidal_rad_dc(1, 0, m, n, c, x),
        _oblate_by_x,
    ),
    reference=lambda mp, m, n, c, x: radial(mp, True, False, m, n, c, x),
    samples=_OBLATE_LINE,
    special=(*_SPECIAL, *_AT_ZERO[1]),
    ulp=Ulp(float64=128, float32=4, partials=4096),
    sorted=True,
)
def obl_rad1(m: Any, n: Any, c: Any, x: Any, /, *, out: Tensor | None = None) -> tuple[Tensor, ...]:
    r"""
    Oblate spheroidal radial function of the first kind and its derivative.

    Parameters
    ----------
    m : array_like
        Order, a whole number of at least 0.
    n : array_like
        Degree, a whole number of at least `m`.
    c : array_like
        Spheroidal parameter. The function has the parity of `n` in it.
    x : array_like
        Argument, real, not negative.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    r, rp : Tensor
        :math:`R^{(1)}_{mn}(-ic, ix)` and its derivative in `x`; NaN for :math:`x < 0`, where `m`, `n` or `c` is not
        as `obl_cv` says, and where `c` or `n` is so large (some 600) that more than 512 terms would be needed. At
        `c` = 0 the limit: 1 for `n` = 0, else 0.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    obl_rad1_cv : for a characteristic value at hand
    obl_rad2 : of the second kind
    obl_ang1 : the function of angle
    pro_rad1 : prolate functions

    Notes
    -----
    The solution of the equation in :math:`x` on the imaginary axis that behaves like
    :math:`\cos(cx - (n + 1)\pi/2) / (cx)` for large `x`.

    A sum of spherical Bessel functions of :math:`c x`, [2]_ 30.11.3; for `m` > 0 and moderate `x`, where it cancels,
    the equation from 0 outwards by Taylor series.

    Derivatives: in `x` by the equation; in `c`, with the characteristic value following, by the same algorithm on dual
    numbers; second derivatives of both. A third derivative in which `c` takes part raises. Both kinds together satisfy
    :math:`R^{(1)} R^{(2)\prime} - R^{(1)\prime} R^{(2)} = 1 / (c (x^2 + 1))`.

    References
    ----------
    .. [1] A. L. Van Buren and J. E. Boisvert, "Accurate calculation of prolate spheroidal radial functions of the first
       kind and their first derivatives", Quarterly of Applied Mathematics 60 (2002), 589-599.
    .. [2] NIST Digital Library of Mathematical Functions, section 30.11. https://dlmf.nist.gov/30.11

    Examples
    --------
    >>> import torch
    >>> from sci.special import obl_rad1
    >>> x = torch.tensor([0.0, 1.0, 4.0], dtype=torch.float64)
    >>> r, slope = obl_rad1(0, 2, 3.0, x)
    >>> r
    tensor([0.2225, 0.2883, 0.0086], dtype=torch.float64)
    """


@elementwise(
    "special/spheroidal_radial.h",
    "r r r r r -> r r",
    partials=(
        discrete,
        discrete,
        lambda m, n, c, cv, x, *out: spheroidal_rad_cv_d(1, 0, 0, m, n, c, cv, x),
        lambda m, n, c, cv, x, *out: spheroidal_rad_cv_d(1, 0, 1, m, n, c, cv, x),
        _fixed_by_x(1, 0),
    ),
    reference=lambda mp, m, n, c, cv, x: radial_continued(mp, True, False, m, n, c, cv, x),
    samples=_OBLATE,
    special=_SPECIAL_CV,
    ulp=Ulp(float64=128, float32=4, partials=4096),
    sorted=True,
)
def obl_rad1_cv(m: Any, n: Any, c: Any, cv: Any, x: Any, /, *, out: Tensor | None = None) -> tuple[Tensor, ...]:
    r"""
    Oblate spheroidal radial function of the first kind, for a characteristic value at hand, and its derivative.

    .. math::

        \mathrm{obl\_rad1\_cv}(m, n, c, \lambda, x)
        = \left(R_{mn}^{(1)}(-i c, i x), \frac{d}{dx} R_{mn}^{(1)}(-i c, i x)\right)

    Parameters
    ----------
    m, n, c : array_like
        As for `obl_rad1`.
    cv : array_like
        Characteristic value, ``obl_cv(m, n, c)``.
    x : array_like
        Argument, real, not negative.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    r, rp : Tensor
        The function and its derivative in `x`, as `obl_rad1` gives them.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    obl_rad1 : the function, and the method

    Notes
    -----
    It saves the time that the eigenvalue takes. Where `cv` is no characteristic value the coefficients of the sum
    satisfy all of their equations but one, and the derivative in `cv` is that of this continuation: together with
    ``d cv/dc`` it makes the derivative of `obl_rad1` in `c`. Second derivatives exist; third ones in which
    `c` or `cv` takes part raise.

    Examples
    --------
    >>> import torch
    >>> from sci.special import obl_cv, obl_rad1_cv
    >>> x = torch.tensor([0.0, 1.0, 4.0], dtype=torch.float64)
    >>> r, slope = obl_rad1_cv(0, 2, 3.0, obl_cv(0, 2, torch.tensor(3.0, dtype=torch.float64)), x)
    >>> r
    tensor([0.2225, 0.2883, 0.0086], dtype=torch.float64)
    """


@elementwise(
    "special/spheroidal_radial.h",
    "r r r r -> r r",
    partials=(
        discrete,
        discrete,
        lambda m, n, c, x, *out: spheroidal_rad_dc(1, 1, m, n, c, x),
        _oblate_by_x,
    ),
    reference=lambda mp, m, n, c, x: radial(mp, True, True, m, n, c, x),
    samples=_OBLATE_LINE,
    special=(*_SPECIAL, *_AT_ZERO[2]),
    ulp=Ulp(float64=128, float32=4, partials=4096),
    sorted=True,
)
def obl_rad2(m: Any, n: Any, c: Any, x: Any, /, *, out: Tensor | None = None) -> tuple[Tensor, ...]:
    r"""
    Oblate spheroidal radial function of the second kind and its derivative.

    Parameters
    ----------
    m : array_like
        Order, a whole number of at least 0.
    n : array_like
        Degree, a whole number of at least `m`.
    c : array_like
        Spheroidal parameter. The function has the parity of `n` + 1 in it.
    x : array_like
        Argument, real, not negative.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    r, rp : Tensor
        :math:`R^{(2)}_{mn}(-ic, ix)` and its derivative in `x`; NaN for :math:`x < 0`, where `m`, `n` or `c` is not
        as `obl_cv` says, and where `c` or `n` is so large (some 600) that more than 512 terms would be needed. At
        `c` = 0 the limit, -inf.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    obl_rad2_cv : for a characteristic value at hand
    obl_rad1 : of the first kind
    obl_ang1 : the function of angle
    pro_rad2 : prolate functions

    Notes
    -----
    The solution of the equation in :math:`x` on the imaginary axis that behaves like
    :math:`\sin(cx - (n + 1)\pi/2) / (cx)` for large `x`.

    The sum of `obl_rad1` with the Bessel functions of the second kind where it converges well; nearer to 0 the
    equation from there inwards by Taylor series. SciPy's values are wrong by orders of magnitude for many arguments.
    Beside 0 the first kind and the solution of the other parity with coefficients that keep their digits where, for
    large `c` and small `n`, the function is :math:`e^{-2c}` times the first kind.

    Derivatives: in `x` by the equation; in `c`, with the characteristic value following, by the same algorithm on dual
    numbers; second derivatives of both. A third derivative in which `c` takes part raises. Both kinds together satisfy
    :math:`R^{(1)} R^{(2)\prime} - R^{(1)\prime} R^{(2)} = 1 / (c (x^2 + 1))`.

    References
    ----------
    .. [1] A. L. Van Buren and J. E. Boisvert, "Accurate calculation of prolate spheroidal radial functions of the first
       kind and their first derivatives", Quarterly of Applied Mathematics 60 (2002), 589-599.
    .. [2] NIST Digital Library of Mathematical Functions, section 30.11. https://dlmf.nist.gov/30.11

    Examples
    --------
    >>> import torch
    >>> from sci.special import obl_rad2
    >>> x = torch.tensor([0.0, 1.0, 4.0], dtype=torch.float64)
    >>> r, slope = obl_rad2(0, 2, 3.0, x)
    >>> r
    tensor([-0.9290, -0.0507,  0.0819], dtype=torch.float64)
    """


@elementwise(
    "special/spheroidal_radial.h",
    "r r r r r -> r r",
    partials=(
        discrete,
        discrete,
        lambda m, n, c, cv, x, *out: spheroidal_rad_cv_d(1, 1, 0, m, n, c, cv, x),
        lambda m, n, c, cv, x, *out: spheroidal_rad_cv_d(1, 1, 1, m, n, c, cv, x),
        _fixed_by_x(1, 1),
    ),
    reference=lambda mp, m, n, c, cv, x: radial_continued(mp, True, True, m, n, c, cv, x),
    samples=_OBLATE,
    special=_SPECIAL_CV,
    ulp=Ulp(float64=128, float32=4, partials=4096),
)
def obl_rad2_cv(m: Any, n: Any, c: Any, cv: Any, x: Any, /, *, out: Tensor | None = None) -> tuple[Tensor, ...]:
    r"""
    Oblate spheroidal radial function of the second kind, for a characteristic value at hand, and its derivative.

    .. math::

        \mathrm{obl\_rad2\_cv}(m, n, c, \lambda, x)
        = \left(R_{mn}^{(2)}(-i c, i x), \frac{d}{dx} R_{mn}^{(2)}(-i c, i x)\right)

    Parameters
    ----------
    m, n, c : array_like
        As for `obl_rad2`.
    cv : array_like
        Characteristic value, ``obl_cv(m, n, c)``.
    x : array_like
        Argument, real, not negative.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    r, rp : Tensor
        The function and its derivative in `x`, as `obl_rad2` gives them.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    obl_rad2 : the function, and the method

    Notes
    -----
    It saves the time that the eigenvalue takes. Where `cv` is no characteristic value the coefficients of the sum
    satisfy all of their equations but one, and the derivative in `cv` is that of this continuation: together with
    ``d cv/dc`` it makes the derivative of `obl_rad2` in `c`. Second derivatives exist; third ones in which
    `c` or `cv` takes part raise.

    Examples
    --------
    >>> import torch
    >>> from sci.special import obl_cv, obl_rad2_cv
    >>> x = torch.tensor([0.0, 1.0, 4.0], dtype=torch.float64)
    >>> r, slope = obl_rad2_cv(0, 2, 3.0, obl_cv(0, 2, torch.tensor(3.0, dtype=torch.float64)), x)
    >>> r
    tensor([-0.9290, -0.0507,  0.0819], dtype=torch.float64)
    """
