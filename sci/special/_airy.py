"""Airy functions, plain and scaled, and their integrals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import compute_dtype, promote
from sci._core.cards import Group, Sample, Ulp, function, inf, linear, logarithmic, nan, near, not_implemented, polar
from sci._core.dispatch import elementwise, write_out

# ---- references ----------------------------------------------------------------------------------------------------


def _digits(mp: Any, z: Any) -> int:
    return int(mp.dps + 3 * abs(mp.log10(1 + abs(z))) + 15)


def _reference(mp: Any, z: Any) -> tuple[Any, ...]:
    """Return Ai, Ai', Bi, Bi' with digits for the size of the exponent."""
    with mp.workdps(_digits(mp, z)):
        return mp.airyai(z), mp.airyai(z, derivative=1), mp.airybi(z), mp.airybi(z, derivative=1)


def _exponent(mp: Any, z: Any) -> tuple[Any, int]:
    zeta = 2 * z * mp.sqrt(z) / 3
    return zeta, 1 if mp.re(zeta) >= 0 else -1


def _reference_scaled(mp: Any, z: Any) -> tuple[Any, ...]:
    if not isinstance(z, mp.mpc) and z < 0:
        return mp.nan, mp.nan, mp.airybi(z), mp.airybi(z, derivative=1)
    with mp.workdps(_digits(mp, z)):
        zeta, s = _exponent(mp, z)
        up, down = mp.exp(zeta), mp.exp(-s * zeta)
        a, a1, b, b1 = _reference(mp, z)
        return up * a, up * a1, down * b, down * b1


def _reference_slope(mp: Any, z: Any) -> tuple[Any, ...]:
    if not isinstance(z, mp.mpc) and z < 0:
        return mp.nan, mp.airybi(z, derivative=1)
    with mp.workdps(_digits(mp, z)):
        a, a1, b, b1 = _reference_scaled(mp, z)
        root, s = mp.sqrt(z), _exponent(mp, z)[1]
        return a1 + root * a, b1 - s * root * b


def _reference_curvature(mp: Any, z: Any) -> tuple[Any, ...]:
    if not isinstance(z, mp.mpc) and z < 0:
        return mp.nan, z * mp.airybi(z)
    with mp.workdps(_digits(mp, z)):
        a, a1, b, b1 = _reference_scaled(mp, z)
        root, s = mp.sqrt(z), _exponent(mp, z)[1]
        return 2 * root * (a1 + root * a) + a / (2 * root), -s * (2 * root * (b1 - s * root * b) + b / (2 * root))


def _reference_phase(mp: Any, x: Any, y: Any) -> tuple[Any, ...]:
    zeta, s = _exponent(mp, mp.mpc(x, y))
    return mp.cos(mp.im(zeta)), s * mp.sin(mp.im(zeta))


# ---- derivatives -----------------------------------------------------------------------------------------------------


def _sign(z: Tensor, root: Tensor) -> Tensor:
    """Return the sign of Re z^(3/2); a real z is positive here."""
    if not z.is_complex():
        return torch.ones_like(z)
    one = torch.ones_like(z.real)
    return torch.where((z.detach() * root.detach()).real < 0, -one, one)


def _scaled_partials(z: Tensor, a: Tensor, a1: Tensor, b: Tensor, b1: Tensor) -> tuple[Tensor, ...]:
    """Return (f', sqrt(z) f') for f = exp(zeta) Ai and (f', -s sqrt(z) f') for exp(-s zeta) Bi: w'' = z w."""
    slope_a, slope_b = airy_scaled_slope(z)
    if z.is_complex():
        root = z.sqrt()
        return slope_a, root * slope_a, slope_b, -_sign(z, root) * root * slope_b
    negative = z < 0
    root = torch.where(negative, torch.ones_like(z), z).sqrt()
    return slope_a, root * slope_a, slope_b, torch.where(negative, z * b, -root * slope_b)


def _phase_partials(x: Tensor, y: Tensor, c: Tensor, s: Tensor, along: bool) -> tuple[Tensor, Tensor]:
    """The exponent changes by sqrt(z) dz."""
    z = torch.complex(x, y)
    root = z.sqrt()
    rate = _sign(z, root) * (root.imag if along else root.real)
    return -s * rate, c * rate


# ---- samples -------------------------------------------------------------------------------------------------------

_PLANE = (
    Group("plane", z=polar(0.01, 30)),
    Group("middle of the plane", z=polar(1, 12), count=40),
    Group("near the negative axis", z=polar(0.5, 15, 0.95, 1.05), count=12),
    Group("Stokes lines", z=polar(0.5, 15, 0.66, 0.673), count=8),
)
_AXIS = (
    Group("core", z=linear(-9, 9)),
    Group("oscillating", z=logarithmic(-1e4, -9), count=16),
    Group("seams", z=near(-9.2, -5.6, 0.0, 5.6, 9.2)),
    Group("tiny", z=logarithmic(1e-30, 1e-3), count=6),
    Group("large", z=logarithmic(9, 100), count=16, dtypes=("float64",)),
    Group("large", z=logarithmic(5, 22), count=12, dtypes=("float32",)),
)
_FAR = (
    Group("far", z=logarithmic(100, 1e30), count=12),
    Group("far in the plane", z=polar(30, 1e5), count=12),
)
_FEW = (
    Group("axis", z=linear(0.1, 9), count=12),
    Group("large", z=logarithmic(10, 1e6), count=8),
    Group("negative", z=linear(-9, -0.1), count=6),
    Group("plane", z=polar(0.1, 40), count=24),
)


# ---- cards -----------------------------------------------------------------------------------------------------------


@elementwise(
    "special/airy.h",
    "r -> r r r r, c -> c c c c",
    partials=(lambda z, ai, aip, bi, bip: (aip, z.masked_fill(z == inf, 0) * ai, bip, z * bi),),
    reference=_reference,
    samples=(*_AXIS, *_PLANE),
    special=(
        (inf, (0.0, -0.0, inf, inf)),
        (-inf, (0.0, nan, 0.0, nan)),
        (nan, (nan, nan, nan, nan)),
        (complex(inf, 1.0), (complex(nan, nan),) * 4),
    ),
    ulp=Ulp(float64=16, float32=16, partials=32),
    sorted=True,
)
def airy(z: Any, /, *, out: Any = None) -> Any:
    r"""
    Airy functions and their derivatives.

    Parameters
    ----------
    z : array_like
        Argument, real or complex.
    out : tuple of Tensor, optional
        Where to put the four results.

    Returns
    -------
    Ai, Aip, Bi, Bip : Tensor
        :math:`\mathrm{Ai}(z)`, :math:`\mathrm{Ai}'(z)`, :math:`\mathrm{Bi}(z)`, :math:`\mathrm{Bi}'(z)`, complex where
        `z` is.

    Raises
    ------
    TypeError
        Where `z` holds no numbers.

    See Also
    --------
    airye : scaled, without overflow and underflow
    ai_zeros, bi_zeros : zeros on the negative axis

    Notes
    -----
    The solutions of :math:`w'' = z w` [1]_. A table and one Taylor step give them for :math:`|z| < 9.2`, the asymptotic
    expansions in :math:`\zeta = \frac23 z^{3/2}` beyond; :math:`\zeta` carries twice the digits, so that neither phase
    nor exponent loses any. Derivatives are :math:`(\mathrm{Ai}', z\,\mathrm{Ai}, \mathrm{Bi}', z\,\mathrm{Bi})`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 9.2, 9.7, https://dlmf.nist.gov/9

    Examples
    --------
    >>> import torch
    >>> from sci.special import airy
    >>> ai, aip, bi, bip = airy(torch.tensor([-2.0, 0.0, 1.0], dtype=torch.float64))
    >>> ai
    tensor([0.2274, 0.3550, 0.1353], dtype=torch.float64)
    """


@elementwise(
    "special/airy.h",
    "r -> r r r r, c -> c c c c",
    partials=(_scaled_partials,),
    reference=_reference_scaled,
    samples=(*_AXIS, *_PLANE, *_FAR),
    special=((inf, (0.0, -inf, 0.0, inf)), (nan, (nan, nan, nan, nan))),
    ulp=Ulp(float64=16, float32=16, partials=1000),
    public=False,
    sorted=True,
)
def airy_scaled(z: Any, /, *, out: Any = None) -> Any:
    r"""
    Airy functions with a holomorphic scale.

    :math:`e^\zeta` times Ai and Ai', :math:`e^{-s\zeta}` times Bi and Bi' with :math:`\zeta = \frac23 z^{3/2}` and `s`
    the sign of its real part; for real negative `z` NaN, and Bi and Bi' themselves. `airye` is made of it.
    """


@elementwise(
    "special/airy.h",
    "r -> r r, c -> c c",
    partials=(lambda z, a, b: airy_scaled_curvature(z),),
    reference=_reference_slope,
    samples=_FEW,
    ulp=Ulp(float64=1000, float32=1000, partials=40000),
    public=False,
    sorted=True,
)
def airy_scaled_slope(z: Any, /, *, out: Any = None) -> Any:
    r"""
    Derivatives of the scaled Ai and Bi of :func:`airy_scaled`.

    The sum of :math:`e^\zeta \mathrm{Ai}'` and :math:`\sqrt z e^\zeta \mathrm{Ai}` cancels for large `z`, where the
    expansion is differentiated instead.
    """


@elementwise(
    "special/airy.h",
    "r -> r r, c -> c c",
    partials=(not_implemented("a third derivative of a scaled Airy function"),),
    reference=_reference_curvature,
    samples=_FEW,
    ulp=Ulp(float64=40000, float32=40000),
    public=False,
    sorted=True,
)
def airy_scaled_curvature(z: Any, /, *, out: Any = None) -> Any:
    r"""
    Second derivatives of the scaled Ai and Bi of :func:`airy_scaled`.

    By the differential equation for moderate `z`, from the differentiated expansion beyond. It serves second-order
    gradients; its own derivative raises.
    """


@elementwise(
    "special/airy.h",
    "r r -> r r",
    partials=(
        lambda x, y, c, s: _phase_partials(x, y, c, s, True),
        lambda x, y, c, s: _phase_partials(x, y, c, s, False),
    ),
    reference=_reference_phase,
    samples=(
        Group("plane", x=linear(-12, 12), y=linear(-9, 9), count=24),
        Group("far", x=linear(-900, 900), y=logarithmic(1, 1000), count=8, dtypes=("float64",)),
    ),
    ulp=Ulp(float64=8, float32=8, partials=16),
    public=False,
)
def airy_phase(x: Any, y: Any, /, *, out: Any = None) -> Any:
    r"""
    Cosine and sine of :math:`s\,\Im\zeta` at :math:`z = x + iy`.

    What :math:`e^{-s\zeta}` has to be multiplied with to become :math:`e^{-|\Re\zeta|}`; see :func:`airy_scaled`. The
    exponent carries twice the digits, so that the angle is right for large arguments; it changes by
    :math:`\sqrt z\,dz`.
    """


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.rand(2, 3, generator=generator, dtype=torch.float64) * 4 + 0.2
    yield Sample((torch.complex(x, 3 - x.flip(1)) if dtype.is_complex else x).to(dtype).to(device))


@function(differentiable=("z",), samples=_samples)
def airye(z: Any, *, out: Any = None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    r"""
    Exponentially scaled Airy functions and their derivatives.

    Parameters
    ----------
    z : array_like
        Argument, real or complex.
    out : tuple of Tensor, optional
        Where to put the four results.

    Returns
    -------
    eAi, eAip, eBi, eBip : Tensor
        :math:`e^\zeta \mathrm{Ai}(z)`, :math:`e^\zeta \mathrm{Ai}'(z)`, :math:`e^{-|\Re\zeta|} \mathrm{Bi}(z)`,
        :math:`e^{-|\Re\zeta|} \mathrm{Bi}'(z)` with :math:`\zeta = \frac23 z^{3/2}`. The first two are NaN for real
        negative `z`, where their factor is complex.

    Raises
    ------
    TypeError
        Where `z` holds no numbers.

    See Also
    --------
    airy : the functions without factors

    Notes
    -----
    Computed for every finite argument, however large. :math:`e^{-|\Re\zeta|}` is not holomorphic: for complex `z` the
    derivatives of the last two results are those of a function of two real variables. At a complex `z` on the cut, the
    negative axis, values are limits from above.

    Examples
    --------
    >>> import torch
    >>> from sci.special import airye
    >>> airye(torch.tensor([1.0, 1e8], dtype=torch.float64))[0]
    tensor([0.2635, 0.0028], dtype=torch.float64)
    """
    (t,) = promote("airye", half=True, z=z)
    wide = t.to(compute_dtype(t.dtype))
    ai, aip, bi, bip = airy_scaled(wide)
    if wide.is_complex():
        factor = torch.complex(*airy_phase(wide.real, wide.imag))
        bi, bip = factor * bi, factor * bip
    results = (ai, aip, bi, bip)
    if wide.dtype != t.dtype:
        results = (ai.to(t.dtype), aip.to(t.dtype), bi.to(t.dtype), bip.to(t.dtype))
    return results if out is None else write_out("airye", results, out)


def _integrals(mp: Any, x: Any) -> tuple[Any, ...]:
    with mp.workdps(_digits(mp, x)):
        right = mp.airyai(x, derivative=-1), mp.airybi(x, derivative=-1)
        return (*right, -mp.airyai(-x, derivative=-1), -mp.airybi(-x, derivative=-1))


def _integrands(x: Tensor, *out: Tensor) -> tuple[Tensor, ...]:
    ai, _, bi, _ = airy(x)
    left, _, low, _ = airy(-x)
    return ai, bi, left, low


@elementwise(
    "special/itairy.h",
    "r -> r r r r",
    partials=(_integrands,),
    reference=_integrals,
    samples=(
        Group("core", x=linear(-15, 15)),
        Group("seams", x=near(-15.0, -8.5, 0.0, 8.5, 15.0)),
        Group("tiny", x=logarithmic(1e-30, 1e-3), count=6),
        Group("large", x=logarithmic(15, 25), count=8, dtypes=("float64",)),
        Group("large", x=logarithmic(8, 12), count=6, dtypes=("float32",)),
    ),
    special=((inf, (1 / 3, inf, 2 / 3, 0.0)), (-inf, (-2 / 3, -0.0, -1 / 3, -inf)), (nan, (nan, nan, nan, nan))),
    ulp=Ulp(float64=12, float32=12, partials=32),
)
def itairy(x: Any, /, *, out: Any = None) -> Any:
    r"""
    Integrals of the Airy functions from 0.

    Parameters
    ----------
    x : array_like
        Upper limit, real.
    out : tuple of Tensor, optional
        Where to put the four results.

    Returns
    -------
    Apt, Bpt, Ant, Bnt : Tensor
        The integrals from 0 to `x` of :math:`\mathrm{Ai}(t)`, :math:`\mathrm{Bi}(t)`, :math:`\mathrm{Ai}(-t)` and
        :math:`\mathrm{Bi}(-t)`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    Notes
    -----
    Taylor series from a table for :math:`|x| < 15`, the integrated asymptotic expansions [1]_ beyond. SciPy's
    errors reach the size of the result between 3 and 9.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 9.10, https://dlmf.nist.gov/9.10

    Examples
    --------
    >>> import torch
    >>> from sci.special import itairy
    >>> itairy(torch.tensor([1.0, 20.0], dtype=torch.float64))[0]
    tensor([0.2363, 0.3333], dtype=torch.float64)
    """
