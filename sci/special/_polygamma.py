"""The polygamma functions."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import (
    Group,
    Ulp,
    discrete,
    inf,
    integers,
    linear,
    logarithmic,
    nan,
    near,
    polar,
    rectangle,
    values,
)
from sci._core.dispatch import elementwise

_BESIDE_POLES = tuple(-k * (1 + side * 2.0**-16) for k in (1, 3, 6) for side in (1, -1))

_OFF_ZEROS = (0.015625, 0.09375, 0.25, 0.34375, 0.65625, 0.84375, 0.953125)


def _reference(mp: Any, n: Any, x: Any) -> Any:
    """Sum up to the right half-plane, then Hurwitz's zeta function, DLMF 25.11.12, with digits for its smallness."""
    n = int(n)
    if n == 0:
        return mp.digamma(x)
    s = n + 1
    with mp.workdps(mp.dps + 20 + int(s * max(1, mp.log10(abs(x) + 1)))):
        steps = max(0, int(mp.ceil(-mp.re(x))) + 1)
        total = mp.zeta(s, x + steps) + mp.fsum((x + i) ** -s for i in range(steps))
        return (-1) ** s * mp.factorial(n) * total


@elementwise(
    "special/polygamma.h",
    "i r -> r, i c -> c",
    partials=(discrete, lambda n, x, out: polygamma(n + 1, x)),
    reference=_reference,
    samples=(
        Group("trigamma", n=values(1), x=logarithmic(1e-3, 100)),
        Group("trigamma, negative", n=values(1), x=linear(-12, 0), count=24),
        Group("small orders", n=integers(2, 6), x=logarithmic(0.01, 100)),
        # Even orders have zeros about the half-integers; with an odd order the derivative is one of them.
        Group("even orders, negative", n=values(2, 4), x=linear(-8, 0), count=24),
        Group("odd orders, negative", n=values(3, 5), x=values(*(f - k for k in (1, 2, 4, 8) for f in _OFF_ZEROS))),
        Group("order 0", n=values(0), x=linear(0, 10), count=12),
        Group("larger orders", n=integers(7, 33), x=logarithmic(1, 30), count=24),
        Group("large orders", n=values(50, 100, 169), x=logarithmic(2, 300), count=24, dtypes=("float64",)),
        Group("factorial overflows", n=values(180, 250), x=logarithmic(40, 200), count=8, dtypes=("float64",)),
        Group("factorial overflows", n=values(40), x=logarithmic(8, 30), count=6, dtypes=("float32",)),
        Group("seams", n=values(1, 2, 3), x=near(1.0, 4.0, 8.0)),
        Group("half-integers", n=values(1, 2, 4), x=values(-0.5, -3.5, 2.5)),
        Group("beside poles", n=values(1, 2, 3), x=values(*_BESIDE_POLES)),
        Group("huge", n=values(1, 2, 3), x=logarithmic(1e3, 1e60), count=12, dtypes=("float64",)),
        Group("huge", n=values(1, 2, 3), x=logarithmic(1e3, 1e8), count=12, dtypes=("float32",)),
        Group("tiny", n=values(1, 2, 3), x=logarithmic(1e-50, 1e-3), count=12, dtypes=("float64",)),
        Group("tiny", n=values(1, 2, 3), x=logarithmic(1e-7, 1e-3), count=12, dtypes=("float32",)),
        Group("plane", n=integers(1, 4), x=rectangle((-9, 9), (-9, 9))),
        Group("plane, larger orders", n=values(6, 10, 15), x=rectangle((-6, 9), (-4, 4)), count=24),
        Group("plane, wide", n=values(1, 2, 3), x=polar(10, 1000), count=16),
    ),
    special=(
        (1, 0.0, inf),
        (1, -3.0, inf),
        (2, 0.0, -inf),
        (2, -0.0, inf),
        (2, -3.0, -inf),
        (3, -3.0, inf),
        (0, -3.0, nan),
        (1, 1.0, 1.6449340668482264365),
        (2, 1.0, -2.4041138063191885708),
        (1, inf, 0.0),
        (2, inf, -0.0),
        (1, -inf, nan),
        (2, -inf, nan),
        (2, nan, nan),
        (-1, 1.0, nan),
    ),
    ulp=Ulp(float64=4, float32=4, complex128=32, complex64=32),
    sorted=True,
)
def polygamma(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Polygamma functions, the derivatives of the digamma function.

    .. math:: \psi^{(n)}(x) = \frac{d^n}{dx^n}\,\psi(x)

    Parameters
    ----------
    n : tensor_like of integers
        Order of the derivative, not negative; NaN results where it is.
    x : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The polygamma function of order `n`. At the poles 0, -1, -2, ... it is ``inf`` for odd `n`; for even `n`,
        where the two sides differ, ``-inf``, the limit from the right, as SciPy has it, and at -0.0 the limit from the
        left, ``inf``. Order 0 is `digamma`, with its conventions. It is NaN at ``-inf`` and at complex poles.

    See Also
    --------
    digamma : the function of order 0
    gammaln : logarithm of the gamma function

    Notes
    -----
    With :math:`s = n + 1`, :math:`\psi^{(n)}(x) = (-1)^s\,n!\,\zeta(s, x)`. The terms of the sum are scaled by the
    first, so that neither :math:`n!` nor :math:`x^{-s}` overflows where the result does not, and the asymptotic series
    [1]_ ends the sum. In the left half-plane the reflection formula is used at `x` and at its distance to the nearest
    integer, which share the derivative of the cotangent; or, off the axis, the Fourier series of that derivative.
    Results are within 4 ulp or :math:`n + 1` ulp, what a rounding of `x` makes.

    The derivative in `x` is ``polygamma(n + 1, x)``; `n` has none.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 5.15. https://dlmf.nist.gov/5.15

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.polygamma(torch.tensor([1, 2, 3]), torch.tensor(1.0, dtype=torch.float64))
    tensor([ 1.6449, -2.4041,  6.4939], dtype=torch.float64)
    """
