"""Lambert's W and Wright's omega."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import (
    Group,
    Sample,
    Ulp,
    discrete,
    function,
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
from sci._core.errors import under_name

_BRANCH = -0.36787944117144233


def _slope(z: Tensor, k: Tensor, out: Tensor) -> Tensor:
    """exp(-w) / (1 + w), regular at 0; for large w, whose exponential would enlarge its rounding, w / (z (1 + w))."""
    large = out.abs() > 1
    one = torch.ones_like(out)
    small = torch.exp(-torch.where(large, one, out)) / (1 + out)
    return torch.where(large, out / (torch.where(large, z, one) * (1 + out)), small)


def _reference(mp: Any, z: Any, k: Any) -> Any:
    with mp.workdps(mp.dps + 20):
        return mp.lambertw(z, int(k))


@elementwise(
    "special/lambertw.h",
    "c i -> c",
    partials=(_slope, discrete),
    reference=_reference,
    samples=(
        Group("principal", z=polar(1e-3, 1e3), k=values(0), count=64),
        Group("principal, tiny and huge", z=polar(1e-30, 1e30), k=values(0), count=24),
        Group("other branches", z=polar(1e-4, 1e4), k=integers(-3, 3), count=64),
        Group("wide", z=polar(1e-30, 1e30), k=values(-1, 1, 40), count=24),
        Group("about the branch point", z=rectangle((-0.5, -0.25), (0.001, 0.15)), k=values(0, -1, 1), count=36),
        Group("beside the branch point", z=values(_BRANCH + 1e-9j, _BRANCH - 1e-6, _BRANCH + 1e-12), k=values(0)),
        Group("between", z=rectangle((-1.5, 3), (-1.5, 1.5)), k=values(0), count=36),
    ),
    special=((0j, 0, 0j), (1 + 0j, 0, 0.56714329040978387300 + 0j), (-0.2 + 0j, -1, -2.5426413577735264243 + 0j)),
    ulp=Ulp(float64=8, float32=8, complex128=8, complex64=8, partials=24),
    public=False,
)
def lambert_w(z: Any, k: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Lambert's W function: the kernel of `lambertw`.

    Parameters
    ----------
    z : tensor_like
        Complex argument.
    k : tensor_like of integers
        Branch.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The complex solution of ``w * exp(w) = z`` on the branch.

    Notes
    -----
    See `sci.special.lambertw`.

    Examples
    --------
    >>> import torch
    >>> from sci.special._lambertw import lambert_w
    >>> lambert_w(torch.tensor([1.0 + 0j], dtype=torch.complex128), 0)
    tensor([0.5671+0.j], dtype=torch.complex128)
    """


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.rand(3, 4, generator=generator, dtype=torch.float64) + 0.5
    yield Sample(x.to(device, dtype))
    yield Sample(x.to(device, dtype), 1)


@function(differentiable=("z",), discrete=("k",), samples=_samples)
def lambertw(z: Any, k: Any = 0, tol: float = 1e-8) -> Tensor:
    r"""
    Lambert's W function.

    Parameters
    ----------
    z : tensor_like
        Real or complex argument.
    k : tensor_like of integers
        Branch, 0 for the principal one.
    tol : float
        Accepted for SciPy's sake, without effect: results are accurate to rounding.

    Returns
    -------
    Tensor
        The solution of ``w * exp(w) = z`` on branch `k`, complex. At 0 it is 0 for the principal branch and ``-inf`` on
        the others; at infinity ``inf``, with the imaginary part ``arg(z) + 2 pi k``.

    Raises
    ------
    TypeError
        If `z` holds no numbers, or `k` no integers.

    See Also
    --------
    wrightomega : ``lambertw(exp(z))``

    Notes
    -----
    The branch 0 is cut along the reals below ``-1 / e``, the others along the negative reals; the cuts belong to the
    quadrant above [1]_. On ``(-1 / e, 0)`` the branch -1 is real for both signs of a zero imaginary part, as in SciPy.
    Within 5 eps of the modulus; beside the branch point as one rounding of `z` allows, where SciPy gives NaN.

    The derivative is :math:`e^{-w} / (1 + w) = w / (z (1 + w))`, infinite at the branch point.

    References
    ----------
    .. [1] R. M. Corless et al., "On the Lambert W function", Adv. Comput. Math. 5 (1996), 329-359.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.lambertw(torch.tensor([0.0, 1.0, -0.2], dtype=torch.float64), k=0).real
    tensor([ 0.0000,  0.5671, -0.2592], dtype=torch.float64)
    >>> sci.special.lambertw(torch.tensor(-0.2, dtype=torch.float64), k=-1)
    tensor(-2.5426+0.j, dtype=torch.complex128)
    """
    return under_name("lambertw", lambert_w, z, k)


def _omega_slope(w: Tensor) -> Tensor:
    """w / (1 + w), for large w as 1 / (1 + 1/w): of the quotient the slope would cancel."""
    large, one = w.abs() > 1, torch.ones_like(w)
    return torch.where(large, 1 / (1 + 1 / torch.where(large, w, one)), torch.where(large, one, w) / (1 + w))


def _omega(mp: Any, z: Any) -> Any:
    with mp.workdps(mp.dps + 20 + int(mp.log10(1 + abs(z)))):
        branch = int(mp.ceil((mp.im(z) - mp.pi) / (2 * mp.pi)))
        found = mp.lambertw(mp.exp(z), branch) if mp.re(z) < 1000 else _large_omega(mp, z)
        return mp.re(found) if mp.im(z) == 0 else found


def _large_omega(mp: Any, z: Any) -> Any:
    w = z - mp.log(z)
    for _ in range(60):
        step = (w + mp.log(w) - z) * w / (1 + w)
        w -= step
        if abs(step) < mp.eps * abs(w):
            break
    return w


@elementwise(
    "special/lambertw.h",
    "r -> r, c -> c",
    partials=(lambda z, out: _omega_slope(out),),
    reference=_omega,
    samples=(
        Group("core", z=linear(-12, 12), count=64),
        Group("left", z=linear(-700, -12), count=24, dtypes=("float64",)),
        Group("right", z=logarithmic(12, 1e30), count=24),
        Group("seams", z=near(1.0, 3.0, -36.0)),
        Group("plane", z=rectangle((-6, 8), (-12, 12)), count=64),
        Group("beside the branch points", z=rectangle((-1.3, -0.7), (2.9, 3.4)), count=24),
        Group("far out", z=polar(20, 600), count=24, dtypes=("float64",)),
    ),
    special=((0.0, 0.56714329040978387300), (-inf, 0.0), (inf, inf), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, complex128=8, complex64=8, partials=16),
)
def wrightomega(z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Wright's omega function, the solution of ``w + log(w) = z``.

    Parameters
    ----------
    z : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        Wright's omega of `z`.

    See Also
    --------
    lambertw : ``lambertw(exp(z))`` on the branch that the imaginary part tells

    Notes
    -----
    Halley's iteration, from a series beside the branch points :math:`-1 \pm i \pi`, in a form that neither overflows
    nor cancels [1]_. Within 4 eps; for negative `z` within what one rounding of it does.

    The derivative is :math:`\omega / (1 + \omega)`.

    References
    ----------
    .. [1] R. M. Corless and D. J. Jeffrey, "The Wright omega function", AISC 2002, LNCS 2385, 76-89.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.wrightomega(torch.tensor([-1.0, 0.0, 1.0, 1e300], dtype=torch.float64))
    tensor([ 2.7846e-01,  5.6714e-01,  1.0000e+00, 1.0000e+300], dtype=torch.float64)
    """
