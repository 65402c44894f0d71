"""Owen's T function."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, values
from sci._core.dispatch import elementwise

from ._erf import erf
from ._gaussian import gaussian
from ._ndtr import normal_density


def _product(h: Tensor, a: Tensor) -> Tensor:
    """The product, 0 where one of them is 0 and the other infinite."""
    return torch.where((h == 0) & a.isinf() | (a == 0) & h.isinf(), 0.0, h * a)


def _by_a(h: Tensor, a: Tensor, out: Tensor) -> Tensor:
    """exp(-h^2 (1 + a^2) / 2) / (2 pi (1 + a^2)), the exponentials as squares."""
    root = gaussian(h / 2) * gaussian(_product(h, a) / 2)
    return root * root / ((2 * math.pi) * (1 + a * a))


def _reference(mp: Any, h: Any, a: Any) -> Any:
    """|a| <= 1: expand the exponential; the tails of its series by finite sums, with digits for their cancellation."""
    h = abs(h)
    if a < 0:
        return -_reference(mp, h, -a)
    if h == 0:
        return mp.atan(a) / (2 * mp.pi)
    if a > 1:
        if (a * a - 1) * h * h > 5 * mp.dps + 1600:
            return mp.erfc(h / mp.sqrt(2)) / 4  # the rest is beyond all digits
        if (a * h) ** 2 > 4 * mp.dps:  # digits for the derivative in a
            with mp.workdps(mp.dps + int((a * h) ** 2 / 4)):
                return _large_a(mp, h, a)
        return _large_a(mp, h, a)
    small = int(2 * max(0, -mp.log10(a) if a else 0))
    with mp.workdps(mp.dps + 20 + small + int(h * h * (1 + a * a) / 2)):
        half, term, partial = h * h / 2, mp.mpf(1), mp.mpf(1)
        edge, power, total, j = mp.exp(-half), a, mp.atan(a), 0
        while j < 100000:
            rest = 1 - edge * partial
            add = power / (2 * j + 1) * rest
            total += -add if j % 2 == 0 else add
            if abs(add) < mp.eps and j > half:
                break
            j += 1
            term *= half / j
            partial += term
            power *= a * a
        return total / (2 * mp.pi)


def _large_a(mp: Any, h: Any, a: Any) -> Any:
    p, q = mp.erfc(h / mp.sqrt(2)) / 2, mp.erfc(a * h / mp.sqrt(2)) / 2
    return (p + q) / 2 - p * q - _reference(mp, a * h, 1 / a)


@elementwise(
    "special/owens_t.h",
    "r r -> r",
    partials=(
        lambda h, a, out: -0.5 * normal_density(h) * erf(_product(h, a) * math.sqrt(0.5)),
        _by_a,
    ),
    reference=_reference,
    samples=(
        Group("core", h=linear(-4, 4), a=linear(-3, 3), count=64),
        Group("small a", h=linear(0, 12), a=logarithmic(1e-12, 0.1), count=24),
        Group("large h", h=linear(4, 30), a=linear(0, 1), count=24, dtypes=("float64",)),
        Group("large h", h=linear(4, 12), a=linear(0, 1), count=16, dtypes=("float32",)),
        Group("large a", h=linear(-8, 8), a=logarithmic(1, 1e6), count=24),
        Group("tiny h", h=logarithmic(1e-20, 1e-2), a=linear(0.1, 4), count=16),
        Group("seams", h=values(6.0, 2.0, 12.0), a=near(1.0, 0.5)),
    ),
    special=(
        (0.0, 2.0, 0.17620819117478336291),
        (1.0, 0.0, 0.0),
        (1.0, -0.0, -0.0),
        (inf, 1.0, 0.0),
        (1.0, inf, 0.079327626965728525700),
        (-1.0, -inf, -0.079327626965728525700),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=8, float32=8, partials=24),
    sorted=True,
)
def owens_t(h: Any, a: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Owen's T function.

    .. math:: T(h, a) = \frac{1}{2 \pi} \int_0^a \frac{e^{-h^2 (1 + x^2) / 2}}{1 + x^2} \, dx

    It is the probability of ``X > h`` and ``0 < Y < a X`` for independent standard normal X and Y.

    Parameters
    ----------
    h : tensor_like
        Real argument.
    a : tensor_like
        Real argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        Owen's T function.

    See Also
    --------
    ndtr : the normal distribution function

    Notes
    -----
    For \|a\| <= 1 a polynomial in :math:`x^2` for :math:`1 / (1 + x^2)`, integrated term by term [1]_, larger `a` by
    the relation of ``T(h, a)`` and ``T(a h, 1 / a)`` [2]_. Within 8 ulp, in the tails too.

    The derivatives are :math:`-\varphi(h) \, \mathrm{erf}(a h / \sqrt 2) / 2` with the normal density, and the
    integrand at `a`.

    References
    ----------
    .. [1] M. Patefield and D. Tandy, "Fast and accurate calculation of Owen's T-function", J. Stat. Softw. 5 (2000),
       no. 5.
    .. [2] D. B. Owen, "Tables for computing bivariate normal probabilities", Ann. Math. Statist. 27 (1956), 1075-1090.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.owens_t(torch.tensor([0.0, 1.0, 10.0], dtype=torch.float64), 0.5)
    tensor([7.3792e-02, 4.3065e-02, 3.8099e-24], dtype=torch.float64)
    """
