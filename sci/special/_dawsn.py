"""Dawson's integral and its derivatives."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, near, polar, rectangle, values
from sci._core.dispatch import elementwise

from ._gaussian import with_digits
from ._ierfcx import scaled_integral


def derivative_reference(mp: Any, n: Any, z: Any) -> Any:
    """(i sqrt(pi)/2) times the n-th derivative of exp(-z^2) - w(z), with the digits that this cancels."""
    n = int(n)

    def difference(z: Any) -> Any:
        faddeeva = (2j) ** n * mp.factorial(n) * scaled_integral(mp, n, mp.mpc(0, -1) * z)
        found = mp.mpc(0, 1) * mp.sqrt(mp.pi) / 2 * ((-1) ** n * mp.hermite(n, z) * mp.exp(-z * z) - faddeeva)
        return mp.re(found) if mp.im(z) == 0 else found

    with mp.workdps(mp.dps + 20):
        return with_digits(mp, difference, z)


_PLANE = (
    Group("plane", z=polar(1e-3, 8), count=32),
    Group("near the real axis", z=rectangle((-6, 6), (-1e-9, 1e-9)), count=16),
    Group("near the imaginary axis", z=rectangle((-1e-9, 1e-9), (0.1, 6)), count=16),
    Group("plane, far out", z=polar(9, 30, -0.2, 0.2), count=12),
)


@elementwise(
    "special/dawsn.h",
    "r -> r, c -> c",
    partials=(lambda z, out: dawsn_derivative(1, z),),
    reference=lambda mp, z: derivative_reference(mp, 0, z),
    samples=(
        Group("core", z=linear(-9, 9)),
        Group("series", z=linear(-0.6, 0.6), count=24),
        Group("seams", z=near(0.5, 1.0, 2.0, 5.0, 8.0)),
        Group("tail", z=logarithmic(8, 1e12), count=24, dtypes=("float64",)),
        Group("tail", z=logarithmic(8, 1e8), count=16, dtypes=("float32",)),
        Group("tiny", z=logarithmic(1e-200, 1e-3), count=12, dtypes=("float64",)),
        *_PLANE,
        Group("seam of the series", z=polar(0.7999, 0.8001), count=12),
    ),
    special=((0.0, 0.0), (-0.0, -0.0), (inf, 0.0), (-inf, -0.0), (nan, nan), (1.0, 0.53807950691276841914)),
    # The partial has its zero at 0.924, beside which the plane's 3 eps count.
    ulp=Ulp(float64=3, float32=3, complex128=8, complex64=8, partials=192),
)
def dawsn(z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Dawson's integral.

    .. math:: D(z) = e^{-z^2} \int_0^z e^{t^2} \, dt

    Parameters
    ----------
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        Dawson's integral of `z`.

    See Also
    --------
    wofz : Faddeeva's function, whose imaginary part it is on the real line
    erfi : the integral without the scaling

    Notes
    -----
    Real `z`: piecewise polynomials. Complex `z`: the parts of Faddeeva's function [1]_ put together so that nothing
    cancels near either axis. Within 2 ulp on the real line, 5 eps of the modulus in the plane.

    The derivative is :math:`1 - 2 z D(z)`, which cancels for large `z` and is computed as a function of its own.

    References
    ----------
    .. [1] M. al Azah and S. N. Chandler-Wilde, "Computation of the complex error function using modified trapezoidal
       rules", SIAM J. Numer. Anal. 59 (2021), 2346-2367.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.dawsn(torch.tensor([-1.0, 0.0, 0.5, 100.0], dtype=torch.float64))
    tensor([-0.5381,  0.0000,  0.4244,  0.0050], dtype=torch.float64)
    """


_N = values(1, 2, 3)


@elementwise(
    "special/dawsn.h",
    "i r -> r, i c -> c",
    partials=(discrete, lambda n, z, out: dawsn_derivative(n + 1, z)),
    reference=derivative_reference,
    samples=(
        Group("core", n=_N, z=linear(-9, 9)),
        Group("slope", n=values(1), z=linear(-1, 1), count=16),
        Group("slope, seams", n=values(1), z=near(0.5, 1.0, 2.0, 8.0)),
        Group("tail", n=_N, z=logarithmic(8, 1e6), count=16),
        Group("tiny", n=_N, z=logarithmic(1e-30, 1e-3), count=12),
        *(
            Group(group.name, count=group.count, dtypes=group.dtypes, n=_N, **group.axes)
            for group in _PLANE
        ),
    ),
    special=((0, 1.0, 0.53807950691276841914), (1, 0.0, 1.0), (1, inf, -0.0), (-1, 1.0, nan), (1, nan, nan)),
    # Beside their zeros the quadrature's 3 eps count against values that the argument's rounding moves as much.
    ulp=Ulp(float64=192, float32=192, complex128=24, complex64=24, partials=256),
    public=False,
    sorted=True,
)  # fmt: skip
def dawsn_derivative(n: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivatives of Dawson's integral, up to order 8.

    Parameters
    ----------
    n : tensor_like of integers
        Order, 0 to 8; NaN results for others.
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative of order `n`.

    Notes
    -----
    From the scaled integrals of erfc with their exponential part taken off, see the kernel's head. The derivative is
    the function of the next order.

    Examples
    --------
    >>> import torch
    >>> from sci.special._dawsn import dawsn_derivative
    >>> dawsn_derivative(1, torch.tensor([0.0, 1e4], dtype=torch.float64))
    tensor([ 1.0000e+00, -5.0000e-09], dtype=torch.float64)
    """
