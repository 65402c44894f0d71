"""Kelvin functions: J_0 and K_0 on the diagonals of the plane."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor

from sci._core.arrays import compute_dtype, promote
from sci._core.cards import Group, Sample, Ulp, function, inf, linear, logarithmic, nan, near
from sci._core.dispatch import elementwise


class KelvinResult(NamedTuple):
    """Kelvin functions as complex numbers: ber + i bei, ker + i kei, and their derivatives."""

    Be: Tensor
    Ke: Tensor
    Bep: Tensor
    Kep: Tensor


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.rand(2, 3, generator=generator, dtype=torch.float64) * 5 + 0.3
    yield Sample(x.to(dtype).to(device))


def _argument(name: str, x: Any) -> tuple[Tensor, torch.dtype]:
    (t,) = promote(name, allow_complex=False, half=True, x=x)
    return t.to(compute_dtype(t.dtype)), t.dtype


def _ray(mp: Any, x: Any, second: bool) -> tuple[Any, ...]:
    """Reference: the power series of I_0 and K_0 on the ray and their derivatives, with digits for what cancels."""
    with mp.workdps(int(2 * mp.dps + 20 + mp.fabs(x))):
        z = x * mp.expjpi(mp.mpf(1) / 4)
        log = -(mp.log(mp.fabs(x) / 2) + mp.euler + 1j * mp.pi / 4) if second else 1
        value = slope = mp.mpc(0)
        term, k, h = mp.mpc(1), 0, mp.mpf(0)
        while abs(term) > mp.eps or k < abs(x):
            value += (log + h) * term if second else term
            slope += ((log + h) * 2 * k - 1) * term if second else 2 * k * term
            k += 1
            h += mp.mpf(1) / k
            term *= z * z / (4 * k * k)
        slope /= x
        return mp.re(value), mp.im(value), mp.re(slope), mp.im(slope)


def _partials_first(x: Tensor, re: Tensor, im: Tensor, re1: Tensor, im1: Tensor) -> tuple[Tensor, ...]:
    """Both solve w'' = i w - w'/x, DLMF 10.61.3; beside 0 w'/x is -x^2/16 + i/2, where ber' is subnormal."""
    tiny = x.abs() < 1e-4
    safe = torch.where(tiny, torch.ones_like(x), x)
    return re1, im1, -im - torch.where(tiny, -im / 4, re1 / safe), re - torch.where(tiny, 0.5, im1 / safe)


def _partials_second(x: Tensor, re: Tensor, im: Tensor, re1: Tensor, im1: Tensor) -> tuple[Tensor, ...]:
    return re1, im1, -im - re1 / x, re - im1 / x


_POSITIVE = (
    Group("core", x=logarithmic(0.01, 12), count=24),
    Group("tiny", x=logarithmic(1e-30, 0.01), count=6),
    Group("seams", x=near(1.0, 3.0, 6.0, 8.0, 18.0)),
    Group("large", x=logarithmic(12, 85), count=12),
    Group("far", x=logarithmic(85, 900), count=8, dtypes=("float64",)),
)
_BOTH = (*_POSITIVE, Group("negative", x=linear(-12, 0), count=8))


@elementwise(
    "special/kelvin.h",
    "r -> r r r r",
    partials=(_partials_first,),
    reference=lambda mp, x: _ray(mp, x, False),
    samples=_BOTH,
    special=((0.0, (1.0, 0.0, 0.0, 0.0)), (inf, (nan, nan, nan, nan)), (nan, (nan, nan, nan, nan))),
    ulp=Ulp(float64=12, float32=12, partials=24),
    public=False,
    sorted=True,
)
def kelvin_first(x: Any, /, *, out: Any = None) -> Any:
    r"""
    :math:`\mathrm{ber}\,x`, :math:`\mathrm{bei}\,x` and their derivatives.

    A power series below 6; beyond, exponential and phase in two words times polynomials in 1/x. One evaluation serves
    values and slopes, and so every order of derivatives. Errors are relative to the moduli.
    """


@elementwise(
    "special/kelvin.h",
    "r -> r r r r",
    partials=(_partials_second,),
    reference=lambda mp, x: _ray(mp, x, True),
    samples=_POSITIVE,
    special=(
        (0.0, (inf, -math.pi / 4, -inf, 0.0)),
        (inf, (0.0, 0.0, 0.0, 0.0)),
        (-1.0, (nan, nan, nan, nan)),
        (nan, (nan, nan, nan, nan)),
    ),
    ulp=Ulp(float64=12, float32=12, partials=24),
    public=False,
    sorted=True,
)
def kelvin_second(x: Any, /, *, out: Any = None) -> Any:
    r"""
    :math:`\mathrm{ker}\,x`, :math:`\mathrm{kei}\,x` and their derivatives; NaN for `x` < 0.

    A power series with a logarithm below 1; beyond, exponential and phase in two words times polynomials in 1/x. One
    evaluation serves values and slopes, and so every order of derivatives. Errors are relative to the moduli.
    """


def _part(name: str, f: Callable[..., Any], which: int, x: Any) -> Tensor:
    t, dtype = _argument(name, x)
    return f(t)[which].to(dtype)


@function(differentiable=("x",), samples=_samples, complex=False)
def kelvin(x: Any) -> KelvinResult:
    r"""
    Kelvin functions and their derivatives, as complex numbers.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Be, Ke, Bep, Kep : Tensor
        :math:`\mathrm{ber}\,x + i\,\mathrm{bei}\,x`, :math:`\mathrm{ker}\,x + i\,\mathrm{kei}\,x` and the derivatives
        of both, as a named tuple. The second and fourth are NaN for `x` < 0.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    Notes
    -----
    :math:`J_0(x e^{3\pi i/4})` and :math:`K_0(x e^{\pi i/4})` [1]_; errors are relative to the modulus.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.61, https://dlmf.nist.gov/10.61

    Examples
    --------
    >>> import torch
    >>> from sci.special import kelvin
    >>> kelvin(torch.tensor([1.0], dtype=torch.float64)).Be
    tensor([0.9844+0.2496j], dtype=torch.complex128)
    """
    t, dtype = _argument("kelvin", x)
    wanted = torch.promote_types(dtype, torch.complex32)
    ber_, bei_, berp_, beip_ = kelvin_first(t)
    ker_, kei_, kerp_, keip_ = kelvin_second(t)
    pairs = ((ber_, bei_), (ker_, kei_), (berp_, beip_), (kerp_, keip_))
    return KelvinResult(*(torch.complex(re, im).to(wanted) for re, im in pairs))


@function(differentiable=("x",), samples=_samples, complex=False)
def ber(x: Any) -> Tensor:
    r"""
    Kelvin function ber.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        :math:`\mathrm{ber}\,x`, in the shape and floating dtype of `x`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    kelvin : all of them at once

    Notes
    -----
    The real part of :math:`J_0(x e^{3\pi i/4})`;
    differentiable to every order, by :math:`w'' = i w - w'/x` (DLMF 10.61.3). The error is relative to the
    modulus of that complex number.

    Examples
    --------
    >>> import torch
    >>> from sci.special import ber
    >>> ber(torch.tensor([1.0, 5.0], dtype=torch.float64))
    tensor([ 0.9844, -6.2301], dtype=torch.float64)
    """
    return _part("ber", kelvin_first, 0, x)


@function(differentiable=("x",), samples=_samples, complex=False)
def bei(x: Any) -> Tensor:
    r"""
    Kelvin function bei.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        :math:`\mathrm{bei}\,x`, in the shape and floating dtype of `x`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    kelvin : all of them at once

    Notes
    -----
    The imaginary part of :math:`J_0(x e^{3\pi i/4})`;
    differentiable to every order, by :math:`w'' = i w - w'/x` (DLMF 10.61.3). The error is relative to the
    modulus of that complex number.

    Examples
    --------
    >>> import torch
    >>> from sci.special import bei
    >>> bei(torch.tensor([1.0, 5.0], dtype=torch.float64))
    tensor([0.2496, 0.1160], dtype=torch.float64)
    """
    return _part("bei", kelvin_first, 1, x)


@function(differentiable=("x",), samples=_samples, complex=False)
def ker(x: Any) -> Tensor:
    r"""
    Kelvin function ker.

    Parameters
    ----------
    x : array_like
        Real argument; NaN where it is negative.

    Returns
    -------
    Tensor
        :math:`\mathrm{ker}\,x`, in the shape and floating dtype of `x`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    kelvin : all of them at once

    Notes
    -----
    The real part of :math:`K_0(x e^{\pi i/4})`;
    differentiable to every order, by :math:`w'' = i w - w'/x` (DLMF 10.61.3). The error is relative to the
    modulus of that complex number.

    Examples
    --------
    >>> import torch
    >>> from sci.special import ker
    >>> ker(torch.tensor([1.0, 5.0], dtype=torch.float64))
    tensor([ 0.2867, -0.0115], dtype=torch.float64)
    """
    return _part("ker", kelvin_second, 0, x)


@function(differentiable=("x",), samples=_samples, complex=False)
def kei(x: Any) -> Tensor:
    r"""
    Kelvin function kei.

    Parameters
    ----------
    x : array_like
        Real argument; NaN where it is negative.

    Returns
    -------
    Tensor
        :math:`\mathrm{kei}\,x`, in the shape and floating dtype of `x`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    kelvin : all of them at once

    Notes
    -----
    The imaginary part of :math:`K_0(x e^{\pi i/4})`;
    differentiable to every order, by :math:`w'' = i w - w'/x` (DLMF 10.61.3). The error is relative to the
    modulus of that complex number.

    Examples
    --------
    >>> import torch
    >>> from sci.special import kei
    >>> kei(torch.tensor([1.0, 5.0], dtype=torch.float64))
    tensor([-0.4950,  0.0112], dtype=torch.float64)
    """
    return _part("kei", kelvin_second, 1, x)


@function(differentiable=("x",), samples=_samples, complex=False)
def berp(x: Any) -> Tensor:
    r"""
    Derivative of the Kelvin function ber.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        :math:`\mathrm{ber}'\,x`, in the shape and floating dtype of `x`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    kelvin : all of them at once

    Notes
    -----
    The real part of :math:`J_0(x e^{3\pi i/4})`, differentiated;
    differentiable to every order, by :math:`w'' = i w - w'/x` (DLMF 10.61.3). The error is relative to the
    modulus of that complex number.

    Examples
    --------
    >>> import torch
    >>> from sci.special import berp
    >>> berp(torch.tensor([1.0, 5.0], dtype=torch.float64))
    tensor([-0.0624, -3.8453], dtype=torch.float64)
    """
    return _part("berp", kelvin_first, 2, x)


@function(differentiable=("x",), samples=_samples, complex=False)
def beip(x: Any) -> Tensor:
    r"""
    Derivative of the Kelvin function bei.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        :math:`\mathrm{bei}'\,x`, in the shape and floating dtype of `x`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    kelvin : all of them at once

    Notes
    -----
    The imaginary part of :math:`J_0(x e^{3\pi i/4})`, differentiated;
    differentiable to every order, by :math:`w'' = i w - w'/x` (DLMF 10.61.3). The error is relative to the
    modulus of that complex number.

    Examples
    --------
    >>> import torch
    >>> from sci.special import beip
    >>> beip(torch.tensor([1.0, 5.0], dtype=torch.float64))
    tensor([ 0.4974, -4.3541], dtype=torch.float64)
    """
    return _part("beip", kelvin_first, 3, x)


@function(differentiable=("x",), samples=_samples, complex=False)
def kerp(x: Any) -> Tensor:
    r"""
    Derivative of the Kelvin function ker.

    Parameters
    ----------
    x : array_like
        Real argument; NaN where it is negative.

    Returns
    -------
    Tensor
        :math:`\mathrm{ker}'\,x`, in the shape and floating dtype of `x`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    kelvin : all of them at once

    Notes
    -----
    The real part of :math:`K_0(x e^{\pi i/4})`, differentiated;
    differentiable to every order, by :math:`w'' = i w - w'/x` (DLMF 10.61.3). The error is relative to the
    modulus of that complex number.

    Examples
    --------
    >>> import torch
    >>> from sci.special import kerp
    >>> kerp(torch.tensor([1.0, 5.0], dtype=torch.float64))
    tensor([-0.6946,  0.0172], dtype=torch.float64)
    """
    return _part("kerp", kelvin_second, 2, x)


@function(differentiable=("x",), samples=_samples, complex=False)
def keip(x: Any) -> Tensor:
    r"""
    Derivative of the Kelvin function kei.

    Parameters
    ----------
    x : array_like
        Real argument; NaN where it is negative.

    Returns
    -------
    Tensor
        :math:`\mathrm{kei}'\,x`, in the shape and floating dtype of `x`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    See Also
    --------
    kelvin : all of them at once

    Notes
    -----
    The imaginary part of :math:`K_0(x e^{\pi i/4})`, differentiated;
    differentiable to every order, by :math:`w'' = i w - w'/x` (DLMF 10.61.3). The error is relative to the
    modulus of that complex number.

    Examples
    --------
    >>> import torch
    >>> from sci.special import keip
    >>> keip(torch.tensor([1.0, 5.0], dtype=torch.float64))
    tensor([ 0.3524, -0.0008], dtype=torch.float64)
    """
    return _part("keip", kelvin_second, 3, x)
