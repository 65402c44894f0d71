"""The Gaussian function, the derivative of the error functions."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, polar, rectangle
from sci._core.dispatch import elementwise


def with_digits(mp: Any, f: Any, z: Any, per_square: float = 0.0) -> Any:
    """Reference: f(z) with digits to spare, so that differences of it show derivatives that are tiny beside the value.

    Twice those of 1/z, since f may be even, and `per_square` |z|^2.
    """
    size = abs(z)
    digits = 2 * max(0, -mp.log10(size)) if 0 < size < 1 else per_square * size**2
    with mp.workdps(mp.dps + int(digits)):
        return f(z)


@elementwise(
    "special/gaussian.h",
    "r -> r, c -> c",
    partials=(lambda z, out: -2 * z * out,),
    reference=lambda mp, z: with_digits(mp, lambda z: mp.exp(-z * z), z),
    samples=(
        Group("core", z=linear(-6, 6)),
        Group("tail", z=linear(6, 26.6), dtypes=("float64",)),
        Group("tail", z=linear(6, 9.3), dtypes=("float32",)),
        Group("subnormal values", z=linear(26.7, 27.28), dtypes=("float64",), count=16),
        Group("subnormal values", z=linear(9.4, 10.1), dtypes=("float32",), count=16),
        Group("tiny", z=logarithmic(1e-300, 1e-3), count=12, dtypes=("float64",)),
        Group("tiny", z=logarithmic(1e-36, 1e-3), count=12, dtypes=("float32",)),
        Group("zero", z=near(0.0)),
        Group("plane", z=polar(1e-3, 9)),
        Group("plane, far out", z=rectangle((-20, 20), (-20, 20)), dtypes=("float64",)),
        Group("imaginary axis", z=polar(1e-3, 9, 0.5, 0.5), count=16),
    ),
    special=((0.0, 1.0), (-0.0, 1.0), (inf, 0.0), (-inf, 0.0), (nan, nan), (30.0, 0.0), (0j, 1 + 0j)),
    ulp=Ulp(float64=2, float32=2, complex128=4, complex64=4, partials=6),
    wide=True,
    public=False,
)
def gaussian(z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Gaussian function, ``exp(-z**2)``.

    Parameters
    ----------
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The Gaussian function of `z`.

    See Also
    --------
    sci.special.erf : its integral

    Notes
    -----
    ``exp(-z * z)`` as written loses up to 700 ulp in the tail, where one rounding of the square moves the exponential.
    Here the rounding error of the square is kept: within 1.2 ulp down to the underflow. Derivatives of `erf`, `erfc`
    and `erfinv` are made from it.

    Its derivative is ``-2 z exp(-z**2)``.

    Examples
    --------
    >>> import torch
    >>> from sci.special._gaussian import gaussian
    >>> gaussian(torch.tensor([0.0, 1.0, 9.0], dtype=torch.float64))
    tensor([1.0000e+00, 3.6788e-01, 6.6397e-36], dtype=torch.float64)
    """
