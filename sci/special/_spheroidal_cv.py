"""Characteristic values of the spheroidal functions. The mathematics is in csrc/special/spheroidal_cv.h."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import promote
from sci._core.cards import (
    Group,
    Sample,
    Ulp,
    discrete,
    function,
    inf,
    linear,
    logarithmic,
    nan,
    not_implemented,
    values,
)
from sci._core.dispatch import elementwise
from sci._core.errors import whole_number

from ._spheroidal_reference import eigenvalue, slopes

_DOUBLE: dict[str, Any] = {"dtypes": ("float64",)}
_LINE = (
    Group("core", m=values(0, 1, 2, 3), n=values(3, 4, 5, 8), c=linear(0.1, 10), count=16),
    Group("small c", m=values(0, 0, 1), n=values(1, 2, 6), c=logarithmic(1e-8, 1e-2), count=6, **_DOUBLE),
    Group("large c", m=values(0, 1, 5), n=values(5, 7, 20), c=logarithmic(10, 300), count=10),
    Group("large n", m=values(0, 2, 40), n=values(60, 100, 55), c=logarithmic(1, 100), count=6, **_DOUBLE),
    Group("of c^2", m=values(0), n=values(0), c=logarithmic(1e-6, 300), count=6),
    Group("negative c", m=values(0, 1), n=values(2, 3), c=linear(-5, -1), count=3),
)
_FEW = (
    Group("core", m=values(0, 1, 2, 3), n=values(3, 4, 5, 8), c=linear(0.1, 10), count=8, oblate=values(0, 1)),
    Group("large c", m=values(0, 1, 5), n=values(5, 7, 20), c=logarithmic(10, 200), count=6, oblate=values(0, 1)),
)
_THIRD = not_implemented("a third derivative of a characteristic value")


_SPECIAL = (
    (0.0, 0.0, 0.0, 0.0),
    (1.0, 1.0, 0.0, 2.0),
    (2.0, 1.0, 1.0, nan),
    (-1.0, 1.0, 1.0, nan),
    (0.5, 1.0, 1.0, nan),
    (0.0, 1.5, 1.0, nan),
    (0.0, 1.0, nan, nan),
    (0.0, 1.0, inf, nan),
)


# ---- derivatives in c ------------------------------------------------------------------------------------------------


@elementwise(
    "special/spheroidal_cv.h",
    "i r r r -> r",
    partials=(discrete, discrete, discrete, _THIRD),
    reference=lambda mp, oblate, m, n, c: slopes(mp, lambda t: (eigenvalue(mp, oblate, m, n, t),), c, 2)[0],
    samples=_FEW,
    special=((0, 0.0, 0.0, 0.0, 0.6666666666666666), (1, 0.0, 0.0, 0.0, -0.6666666666666666), (0, 2.0, 1.0, 1.0, nan)),
    # For large c terms of size 1 cancel.
    ulp=Ulp(float64=512, float32=16),
    public=False,
    sorted=True,
)
def spheroidal_cv_dc2(oblate: Any, m: Any, n: Any, c: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of a characteristic value in `c`, of `pro_cv` (`oblate` = 0) or `obl_cv` (1).

    Newton's step for the eigenvalue on nested dual numbers: the equation of the eigenvalue differentiated twice. It
    serves second-order gradients and has no derivative itself.
    """


@elementwise(
    "special/spheroidal_cv.h",
    "i r r r -> r",
    partials=(
        discrete,
        discrete,
        discrete,
        lambda oblate, m, n, c, out: spheroidal_cv_dc2(oblate, m, n, c),
    ),
    reference=lambda mp, oblate, m, n, c: slopes(mp, lambda t: (eigenvalue(mp, oblate, m, n, t),), c, 1)[0],
    samples=_FEW,
    special=((0, 0.0, 0.0, 0.0, 0.0), (1, 1.0, 3.0, 0.0, 0.0), (0, 2.0, 1.0, 1.0, nan)),
    ulp=Ulp(float64=16, float32=8, partials=512),
    public=False,
    sorted=True,
)
def spheroidal_cv_dc(oblate: Any, m: Any, n: Any, c: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of a characteristic value in `c`, of `pro_cv` (`oblate` = 0) or `obl_cv` (1).

    Newton's step for the eigenvalue on dual numbers, which is :math:`\pm 2 c \langle x^2 \rangle` with the mean of the
    angular function's square.
    """


# ---- characteristic values -------------------------------------------------------------------------------------------


@elementwise(
    "special/spheroidal_cv.h",
    "r r r -> r",
    partials=(discrete, discrete, lambda m, n, c, out: spheroidal_cv_dc(0, m, n, c)),
    reference=lambda mp, m, n, c: eigenvalue(mp, False, m, n, c),
    samples=_LINE,
    special=_SPECIAL,
    ulp=Ulp(float64=4, float32=2, partials=32),
    sorted=True,
)
def pro_cv(m: Any, n: Any, c: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Characteristic value of the prolate spheroidal functions.

    Parameters
    ----------
    m : array_like
        Order, a whole number of at least 0.
    n : array_like
        Degree, a whole number of at least `m`.
    c : array_like
        Spheroidal parameter; its sign does not count.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`\lambda_{mn}(c)`; NaN where `m` and `n` are not as said, beyond 1000 for `m` or `n` - `m` and beyond
        10000 for `c`.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    pro_cv_seq : all degrees up to one
    obl_cv : of the oblate functions
    pro_ang1 : the functions of angle

    Notes
    -----
    :math:`\lambda_{mn}` is the number, increasing with `n` and equal to :math:`n(n+1)` at :math:`c = 0`, for which

    .. math::
        \frac{d}{dx} (1 - x^2) \frac{dS}{dx} + \Bigl(\lambda - c^2 x^2 - \frac{m^2}{1 - x^2}\Bigr) S = 0

    has a solution that is finite at both ends [1]_: an eigenvalue of a symmetric tridiagonal matrix, found by bisection
    and Newton's method, with a residual of twice the digits at last, since for large `c` its entries of size
    :math:`c^2` cancel to :math:`(2(n - m) + 1) c`. SciPy takes a negative `c` for 0 and ends at
    :math:`n - m = 198`.

    Derivative: :math:`d\lambda/dc = 2c \langle x^2 \rangle`, the mean being that of the function's square;
    the second one too.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 30.3. https://dlmf.nist.gov/30.3

    Examples
    --------
    >>> import torch
    >>> from sci.special import pro_cv
    >>> pro_cv(0, torch.tensor([0, 1, 2]), torch.tensor(1.0, dtype=torch.float64))
    tensor([0.3190, 2.5931, 6.5335], dtype=torch.float64)
    """


@elementwise(
    "special/spheroidal_cv.h",
    "r r r -> r",
    partials=(discrete, discrete, lambda m, n, c, out: spheroidal_cv_dc(1, m, n, c)),
    reference=lambda mp, m, n, c: eigenvalue(mp, True, m, n, c),
    samples=_LINE,
    special=_SPECIAL,
    ulp=Ulp(float64=4, float32=2, partials=32),
    sorted=True,
)
def obl_cv(m: Any, n: Any, c: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Characteristic value of the oblate spheroidal functions.

    Parameters
    ----------
    m : array_like
        Order, a whole number of at least 0.
    n : array_like
        Degree, a whole number of at least `m`.
    c : array_like
        Spheroidal parameter; its sign does not count.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`\lambda_{mn}(-ic)`, with :math:`+c^2 x^2` in the equation of `pro_cv`; NaN where `m` and `n` are not as
        said, beyond 1000 for `m` or `n` - `m` and beyond 10000 for `c`.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    obl_cv_seq : all degrees up to one
    pro_cv : of the prolate functions, and the method
    obl_ang1 : the functions of angle

    Notes
    -----
    For large `c` the values approach :math:`-c^2 + 2(m + 1 + 2\lfloor (n - m)/2 \rfloor) c` in pairs of neighbouring
    degrees [1]_. Derivative: :math:`d\lambda/dc = -2c \langle x^2 \rangle`; the second one too.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 30.9. https://dlmf.nist.gov/30.9

    Examples
    --------
    >>> import torch
    >>> from sci.special import obl_cv
    >>> obl_cv(0, torch.tensor([0, 1, 2]), torch.tensor(1.0, dtype=torch.float64))
    tensor([-0.3486,  1.3932,  5.4868], dtype=torch.float64)
    """


# ---- sequences -------------------------------------------------------------------------------------------------------


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    c = torch.rand(2, generator=generator, dtype=torch.float64) * 3 + 0.5
    yield Sample(1, 4, c.to(dtype).to(device))
    yield Sample(0, 3, c[0].to(dtype).to(device))


def _mode(name: str, argument: str, value: Any, least: int) -> int:
    if type(value) is int and value >= least:
        return value
    return whole_number(name, argument, value, least)


def _sequence(name: str, values_of: Any, m: Any, n: Any, c: Any) -> Tensor:
    order = _mode(name, "m", m, 0)
    degree = _mode(name, "n", n, order)
    (x,) = promote(name, allow_complex=False, half=True, c=c)
    degrees = torch.arange(order, degree + 1, dtype=x.dtype, device=x.device)
    found: Tensor = values_of(order, degrees, x.unsqueeze(-1) if x.ndim else x)
    return found


@function(differentiable=("c",), samples=_samples, complex=False)
def pro_cv_seq(m: int, n: int, c: Any) -> Tensor:
    r"""
    Characteristic values of the prolate spheroidal functions of all degrees up to `n`.

    Parameters
    ----------
    m : int
        Order, at least 0.
    n : int
        Highest degree, at least `m`.
    c : array_like
        Spheroidal parameter, of any shape.

    Returns
    -------
    Tensor
        The values for degrees `m` to `n` along a new last dimension.

    Raises
    ------
    ValueError
        Where `m` or `n` is not as said.
    TypeError
        Where `c` is complex or holds no numbers.

    See Also
    --------
    pro_cv : one of them, with the method and the derivative in `c`

    Examples
    --------
    >>> import torch
    >>> from sci.special import pro_cv_seq
    >>> pro_cv_seq(0, 3, torch.tensor(1.0, dtype=torch.float64))
    tensor([ 0.3190,  2.5931,  6.5335, 12.5145], dtype=torch.float64)
    """
    return _sequence("pro_cv_seq", pro_cv, m, n, c)


@function(differentiable=("c",), samples=_samples, complex=False)
def obl_cv_seq(m: int, n: int, c: Any) -> Tensor:
    r"""
    Characteristic values of the oblate spheroidal functions of all degrees up to `n`.

    Parameters
    ----------
    m : int
        Order, at least 0.
    n : int
        Highest degree, at least `m`.
    c : array_like
        Spheroidal parameter, of any shape.

    Returns
    -------
    Tensor
        The values for degrees `m` to `n` along a new last dimension.

    Raises
    ------
    ValueError
        Where `m` or `n` is not as said.
    TypeError
        Where `c` is complex or holds no numbers.

    See Also
    --------
    obl_cv : one of them, with the method and the derivative in `c`

    Examples
    --------
    >>> import torch
    >>> from sci.special import obl_cv_seq
    >>> obl_cv_seq(0, 3, torch.tensor(1.0, dtype=torch.float64))
    tensor([-0.3486,  1.3932,  5.4868, 11.4921], dtype=torch.float64)
    """
    return _sequence("obl_cv_seq", obl_cv, m, n, c)
