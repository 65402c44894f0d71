"""The reciprocal of the gamma function, an entire function, and its derivatives."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import (
    Group,
    Ulp,
    inf,
    linear,
    logarithmic,
    nan,
    near,
    not_implemented,
    polar,
    rectangle,
    values,
)
from sci._core.dispatch import elementwise

_BESIDE_ZEROS = tuple(-n * (1 + side * 2.0**-18) for n in (1, 2, 3, 7, 12, 14, 20) for side in (1, -1))


# Between the zeros the derivative has one of its own; these fractional parts keep off them.
_OFF_ZEROS = (0.015625, 0.09375, 0.5, 0.578125, 0.703125, 0.84375, 0.953125)

_DERIVATIVE_SAMPLES = (
    Group("recurrence", z=linear(0, 12.4)),
    Group("recurrence, negative", z=linear(-12.4, 0)),
    Group("Stirling", z=linear(13, 150), dtypes=("float64",)),
    Group("Stirling", z=linear(13, 30), dtypes=("float32",)),
    Group("zeros", z=values(-1.0, -2.0, -9.0, -14.0, -20.0)),
    Group("beside zeros", z=values(*_BESIDE_ZEROS)),
    Group("plane", z=rectangle((-12, 12), (-8, 8))),
    Group("plane, recurrence", z=rectangle((-8, 8), (-2, 2)), count=24),
)


@elementwise(
    "special/rgamma.h",
    "r -> r, c -> c",
    partials=(not_implemented("a third derivative"),),
    reference=lambda mp, z: mp.diff(mp.rgamma, z, 2),
    samples=_DERIVATIVE_SAMPLES,
    special=((nan, nan), (inf, 0.0)),
    # It changes sign between integers, where the terms cancel.
    ulp=Ulp(float64=1024, float32=1024, complex128=512, complex64=512),
    public=False,
    sorted=True,
)
def rgamma_curvature(z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of the reciprocal gamma function.

    Parameters
    ----------
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative, finite also at the zeros of the function, where :math:`\psi(z)` has a pole.

    Notes
    -----
    The algorithms of `rgamma` on dual numbers.
    """


@elementwise(
    "special/rgamma.h",
    "r -> r, c -> c",
    partials=(lambda z, out: rgamma_curvature(z),),
    reference=lambda mp, z: mp.diff(mp.rgamma, z, 1),
    samples=_DERIVATIVE_SAMPLES,
    special=((nan, nan), (inf, 0.0)),
    ulp=Ulp(float64=16, float32=16, complex128=64, complex64=64, partials=1024),
    public=False,
    sorted=True,
)
def rgamma_slope(z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    First derivative of the reciprocal gamma function.

    Parameters
    ----------
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative, finite also at the zeros of the function, where :math:`\psi(z)` has a pole.

    Notes
    -----
    The algorithms of `rgamma` on dual numbers.
    """


@elementwise(
    "special/gamma.h",
    "r -> r, c -> c",
    partials=(lambda z, out: rgamma_slope(z),),
    reference=lambda mp, z: mp.rgamma(z),
    samples=(
        Group("recurrence", z=linear(0, 13)),
        Group("recurrence, negative", z=linear(-13, 0)),
        Group("Stirling", z=linear(13, 171), dtypes=("float64",)),
        Group("Stirling", z=linear(13, 35), dtypes=("float32",)),
        Group("reflection", z=values(*(f - n for n in (14, 50, 150) for f in _OFF_ZEROS)), dtypes=("float64",)),
        Group("reflection", z=values(*(f - n for n in (14, 20, 29) for f in _OFF_ZEROS)), dtypes=("float32",)),
        Group("beside zeros", z=values(*_BESIDE_ZEROS)),
        Group("zeros", z=values(-1.0, -2.0, -9.0, -14.0, -20.0)),
        Group("tiny", z=logarithmic(1e-300, 1e-3), count=12, dtypes=("float64",)),
        Group("tiny negative", z=logarithmic(-1e-36, -1e-3), count=12),
        Group("seams", z=near(0.5, 1.5, 13.0, 12.5)),
        Group("plane, recurrence", z=rectangle((-8.5, 8.5), (-2, 2))),
        Group("plane", z=rectangle((-20, 20), (-20, 20))),
        Group("plane, wide", z=polar(20, 150), count=24, dtypes=("float64",)),
        Group("plane, tiny", z=polar(1e-15, 0.1), count=16),
    ),
    special=(
        (0.0, 0.0),
        (-0.0, -0.0),
        (-1.0, 0.0),
        (-40.0, 0.0),
        (1.0, 1.0),
        (2.0, 1.0),
        (200.0, 0.0),
        (inf, 0.0),
        (-inf, 0.0),
        (nan, nan),
    ),
    ulp=Ulp(float64=4, float32=4, complex128=32, complex64=32, partials=32),
    sorted=True,
    wide=True,
)
def rgamma(z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Reciprocal of the gamma function, :math:`1/\Gamma(z)`.

    Parameters
    ----------
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The entire function :math:`1/\Gamma(z)`, in the dtype of `z`: 0 at 0, -1, -2, ... and at ``inf`` and ``-inf``.

    Raises
    ------
    TypeError
        Where `z` holds no numbers.

    See Also
    --------
    gamma : the gamma function

    Notes
    -----
    Taylor series and recurrence near the origin, Stirling's formula and reflection elsewhere [1]_, relatively accurate
    beside the zeros: 4 ulp for real `z`; for complex `z` as `gamma`.

    The derivative :math:`-\psi(z)/\Gamma(z)` is computed without that quotient, which has no value at the zeros; the
    second derivative likewise. A third derivative raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 5.5, 5.7 and 5.11. https://dlmf.nist.gov/5

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.rgamma(torch.tensor([-1.0, 0.5, 4.0], dtype=torch.float64))
    tensor([0.0000, 0.5642, 0.1667], dtype=torch.float64)
    """
