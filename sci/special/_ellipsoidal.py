"""Ellipsoidal harmonics: Lame functions as products over the zeros of their polynomials.

With u = s^2, roots r = (0, h2, k2) and E = prod |u - r_i|^(kappa_i/2) P(u), kappa_i in {0, 1}, Lame's equation (DLMF
29.3.1 in algebraic form) is for f = u (u - h2)(u - k2)

    4 f P'' + 2 sum_i (1 + 2 kappa_i) f/(u - r_i) P' + (...) P = 0.

At a zero u_j of P, P''/P' is 2 sum_{l != j} 1/(u_j - u_l): the zeros are the points of equilibrium of Stieltjes (DLMF
29.12(iii), 31.15.2),

    sum_{l != j} 1/(u_j - u_l) + sum_i (1 + 2 kappa_i)/4 /(u_j - r_i) = 0,

and the function of number m in its family has m of them in (0, h2), the others in (h2, k2). The energy is convex there,
so that Newton's iteration finds them from any start, each to a few ulp of its distance from its neighbours.

Values are made by csrc/special/detail/lame.h; where something is differentiated, and for high degrees, the same is done
here in tensors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core.arrays import common_shape, promote
from sci._core.cards import Sample, function
from sci._core.dispatch import operator
from sci._core.errors import bad_argument
from sci._core.torch_private import forward_mode_active, transforms_active

from ._gauss import legendre_on

_lame = operator("lame", fake=lambda like, *_: torch.empty_like(like))
_LAME_DEGREE = 64  # of csrc/special/detail/lame.h
_NODES = 400  # of the midpoint rule for the norm, which converges geometrically
_LEGENDRE = 128


def _whole(name: str, argument: str, x: Any) -> np.ndarray[Any, Any]:
    if isinstance(x, Tensor) and x.is_meta:
        raise bad_argument(name, argument, "whole numbers at hand", x)
    array = np.asarray(x.detach().cpu() if isinstance(x, Tensor) else x)
    if array.dtype.kind not in "iuf" or not np.all(array == np.rint(array)):
        raise bad_argument(
            name, argument, "whole numbers", x, TypeError if array.dtype.kind not in "iuf" else ValueError
        )
    return array.astype(np.int64)


def _kind(n: int, p: int) -> tuple[tuple[int, int, int], int, int]:
    """Return kappa, the degree of P and the place of the eigenvalue: the families K, L, M, N in turn."""
    odd = n % 2
    place = p - 1
    for kappa in ((odd, 0, 0), (1 - odd, 1, 0), (1 - odd, 0, 1), (odd, 1, 1)):
        degree = (n - sum(kappa)) // 2
        if place <= degree:
            return kappa, degree, place
        place -= degree + 1
    raise AssertionError((n, p))


def _equilibrium(v: Tensor, h2: Tensor, gap: Tensor, kappa: tuple[int, int, int]) -> tuple[Tensor, Tensor]:
    """Return Newton's step from zeros v = u - h2, and the decrement that tells how far it is."""
    apart = v[..., :, None] - v[..., None, :]
    inverse = torch.eye(v.shape[-1], dtype=v.dtype, device=v.device)
    inverse = (1 - inverse) / (apart + inverse)
    force, stiffness = inverse.sum(-1), (inverse * inverse).sum(-1)
    for k, distance in zip(kappa, (h2[..., None] + v, v, v - gap[..., None]), strict=True):
        force = force + (0.25 + 0.5 * k) / distance
        stiffness = stiffness + (0.25 + 0.5 * k) / distance**2
    matrix = torch.diag_embed(stiffness) - inverse * inverse
    step = torch.linalg.solve(matrix, force[..., None])[..., 0]
    return step, (force * step).sum(-1, keepdim=True)


def _zeros(n: int, p: int, h2: Tensor, k2: Tensor) -> tuple[tuple[int, int, int], tuple[Tensor, ...]]:
    """Return kappa and the zeros of P, less h2."""
    kappa, degree, place = _kind(n, p)
    if degree == 0:
        return kappa, ()
    h2, k2 = torch.broadcast_tensors(h2.double(), k2.double())
    gap = k2 - h2
    a, b = h2.detach(), gap.detach()
    starts = []
    for count, scale in ((place, -a), (degree - place, b)):
        # Evenly spread in the angle of u = h2 cos(angle)^2 or h2 + (k2 - h2) sin(angle)^2.
        angle = torch.arange(count, dtype=torch.float64, device=h2.device) + 0.75
        angle = angle * (math.pi / 2 / (count + 0.5))
        starts.append(scale[..., None] * angle.sin() ** 2)
    v = torch.cat(starts, -1)
    for _ in range(12 + 2 * degree):  # enough for all ratios of the axes, by trial up to n = 30
        step, decrement = _equilibrium(v, a, b, kappa)
        # 4 times the energy is self-concordant: a step so damped stays inside, and converges quadratically.
        v = v + step / (1 + 2 * decrement.clamp_min(0).sqrt())
    for _ in range(2):  # whose derivatives are those of the zeros, to third order
        v = v + _equilibrium(v, h2, gap, kappa)[0]
    return kappa, v.unbind(-1)


def _usable(h2: Tensor, k2: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return where 0 < h2 < k2, and arguments that are so everywhere."""
    valid = (h2 > 0) & (k2 > h2) & k2.isfinite()
    return valid, torch.where(valid, h2, 1.0), torch.where(valid, k2, 2.0)


def _product(
    kappa: tuple[int, int, int], zeros: tuple[Tensor, ...], h2: Tensor, k2: Tensor, s: Tensor, signs: tuple[Any, Any]
) -> Tensor:
    v = s * s - h2
    value = torch.ones_like(v + k2)
    for zero in zeros:
        value = value * (v - zero.to(v.dtype))
    if kappa[0]:
        value = value * s
    if kappa[1]:
        value = value * v.abs().sqrt() * signs[0]
    return value * (s * s - k2).abs().sqrt() * signs[1] if kappa[2] else value


def _first(n: int, p: int, h2: Tensor, k2: Tensor, s: Tensor, signm: Tensor, signn: Tensor) -> Tensor:
    valid, a, b = _usable(h2, k2)
    valid = valid & (signm.abs() == 1) & (signn.abs() == 1)
    return torch.where(valid, _product(*_zeros(n, p, a, b), a, b, s, (signm, signn)), math.nan)


def _second(n: int, p: int, h2: Tensor, k2: Tensor, s: Tensor) -> Tensor:
    valid, a, b = _usable(h2, k2)
    valid = valid & (s * s > b)
    at = torch.where(valid, s, 2 * b.sqrt())
    kappa, zeros = _zeros(n, p, a, b)
    k = b.sqrt()
    # int_0^(1/s) u^(2n) / (R^2 sqrt((1 - h2 u^2)(1 - k2 u^2))) du with R = u^n E(1/u) and k u = sin(theta)
    places, weights = legendre_on(_LEGENDRE, at.device, True)
    end = (k / at).asin()
    sine2 = (end[..., None] * places.to(at.dtype)).sin() ** 2
    square = sine2 / b[..., None]
    v = 1 - a[..., None] * square  # (1/u^2 - h2) u^2
    r = torch.ones_like(v)
    for zero in zeros:
        r = r * (v - zero.to(v.dtype)[..., None] * square)
    denominator = r * r * v.sqrt()
    if kappa[1]:
        denominator = denominator * v
    if kappa[2]:
        denominator = denominator * (1 - sine2)
    total = (weights.to(at.dtype) * square**n / denominator).sum(-1)
    value = (2 * n + 1) * _product(kappa, zeros, a, b, at, (1, 1)) * total * end / k
    return torch.where(valid, value, math.nan)


def _norm(n: int, p: int, h2: Tensor, k2: Tensor) -> Tensor:
    valid, a, b = _usable(h2, k2)
    angle = (torch.arange(_NODES, dtype=a.dtype, device=a.device) + 0.5) * (math.pi / 2 / _NODES)
    sine = angle.sin() ** 2
    low = a[..., None] * sine
    high = a[..., None] + (b - a)[..., None] * sine
    kappa, zeros = _zeros(n, p, a, b)
    a, b, zeros = a[..., None], b[..., None], tuple(zero[..., None] for zero in zeros)
    inner = _product(kappa, zeros, a, b, low.sqrt(), (1, 1)) ** 2 / (b - low).sqrt()
    outer = _product(kappa, zeros, a, b, high.sqrt(), (1, 1)) ** 2 / high.sqrt()
    product = (outer * high).sum(-1) * inner.sum(-1) - outer.sum(-1) * (inner * low).sum(-1)
    return torch.where(valid, 8 * (math.pi / 2 / _NODES) ** 2 * product, math.nan)


_KINDS = (_first, _second, _norm)


def _plain(*arguments: Tensor) -> bool:
    """Is nothing differentiated, traced or transformed?"""
    if torch.compiler.is_compiling() or transforms_active() or forward_mode_active():
        return False
    return not (torch.is_grad_enabled() and any(x.requires_grad for x in arguments))


def _value(kind: int, f: Callable[..., Tensor], n: int, p: int, shape: torch.Size, *arguments: Tensor) -> Tensor:
    """Return f by the kernel `kind`, whose arguments after these do not matter to it, where that can be."""
    if n > _LAME_DEGREE or not _plain(*arguments):
        return f(n, p, *arguments)
    given = tuple(x if not x.dim() or x.shape == shape else x.expand(shape) for x in arguments)
    like = next((x for x in given if x.dim()), given[0])
    return _lame(like, *given, *given[:1] * (5 - len(given)), n, p, kind)


def _by_degree(name: str, f: Callable[..., Tensor], n: Any, p: Any, shape: torch.Size, *arguments: Tensor) -> Tensor:
    """Return f for whole numbers n and p, each pair of which has a matrix of its own; `shape` is the arguments'."""
    if isinstance(n, int) and isinstance(p, int):
        if n < 0 or not 1 <= p <= 2 * n + 1:
            return sum(arguments) * math.nan  # type: ignore[return-value]
        return _value(_KINDS.index(f), f, n, p, shape, *arguments)
    degree, order = np.broadcast_arrays(_whole(name, "n", n), _whole(name, "p", p))
    if degree.ndim == 0:
        return _by_degree(name, f, int(degree), int(order), shape, *arguments)
    tensors = torch.broadcast_tensors(*arguments, torch.zeros(degree.shape, device=arguments[0].device))[:-1]
    shape = tensors[0].shape
    flat = [t.reshape(-1) for t in tensors]
    pairs = np.stack([np.broadcast_to(x, shape).reshape(-1) for x in (degree, order)])
    unique, inverse = np.unique(pairs, axis=1, return_inverse=True)
    parts, places = [], []
    for i, (one, other) in enumerate(unique.T.tolist()):
        place = torch.from_numpy(np.flatnonzero(inverse.reshape(-1) == i)).to(flat[0].device)
        parts.append(_by_degree(name, f, one, other, place.shape, *(t[place] for t in flat)))
        places.append(place)
    if not parts:
        return flat[0].reshape(shape)
    return torch.cat(parts)[torch.argsort(torch.cat(places))].reshape(shape)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    h2 = (torch.rand(2, 3, generator=generator, dtype=torch.float64) + 0.8).to(dtype).to(device)
    s = (torch.rand(2, 3, generator=generator, dtype=torch.float64) + 2.2).to(dtype).to(device)
    for n, p in ((2, 2), (3, 4)):
        yield Sample(h2, h2 + 1.5, n, p, s)


def _samples_norm(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    for sample in _samples(generator, dtype, device):
        yield Sample(*sample.args[:4])


@function(differentiable=("h2", "k2", "s"), discrete=("n", "p"), samples=_samples, complex=False)
def ellip_harm(h2: Any, k2: Any, n: Any, p: Any, s: Any, signm: Any = 1, signn: Any = 1) -> Tensor:
    r"""
    Ellipsoidal harmonic functions of the first kind, the Lame functions :math:`E^p_n(s)`.

    Parameters
    ----------
    h2, k2 : array_like
        Squares of the distances of the foci, ``0 < h2 < k2``; NaN elsewhere.
    n : int or array_like of int
        Degree, at least 0; NaN below.
    p : int or array_like of int
        Order, from 1 to ``2 n + 1``; NaN elsewhere.
    s : array_like
        Coordinate.
    signm, signn : array_like, optional
        Signs of the factors :math:`\sqrt{|s^2 - h^2|}` and :math:`\sqrt{|s^2 - k^2|}`, 1 or -1; NaN for others.

    Returns
    -------
    Tensor
        :math:`E^p_n(s)`, in the broadcast shape, with the leading power of :math:`s` of factor 1.

    Raises
    ------
    ValueError, TypeError
        Where `n` or `p` is not whole, or an argument holds no numbers.

    Notes
    -----
    A solution of :math:`(s^2 - h^2)(s^2 - k^2) E'' + s (2 s^2 - h^2 - k^2) E' + (a - n (n + 1) s^2) E = 0` [1]_:
    a polynomial in :math:`s^2` times up to three of :math:`s, \sqrt{|s^2 - h^2|}, \sqrt{|s^2 - k^2|}`, computed as a
    product over the polynomial's zeros, which Newton's iteration finds from Stieltjes' equations of equilibrium [2]_.
    Derivatives in `h2` and `k2` are those of the zeros, by the implicit function theorem. Orders are SciPy's. `n` and
    `p` are read on the host.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 29.3, 29.12, https://dlmf.nist.gov/29.12
    .. [2] DLMF 31.15(ii), https://dlmf.nist.gov/31.15.ii

    Examples
    --------
    >>> import torch
    >>> from sci.special import ellip_harm
    >>> ellip_harm(5.0, 8.0, 1, 1, torch.tensor([2.5], dtype=torch.float64))
    tensor([2.5000], dtype=torch.float64)
    """
    a, b, x, m, k = promote("ellip_harm", allow_complex=False, h2=h2, k2=k2, s=s, signm=signm, signn=signn)
    shape = common_shape("ellip_harm", h2=a, k2=b, s=x, signm=m, signn=k)
    return _by_degree("ellip_harm", _first, n, p, shape, a, b, x, m, k)


@function(differentiable=("h2", "k2", "s"), discrete=("n", "p"), samples=_samples, complex=False)
def ellip_harm_2(h2: Any, k2: Any, n: Any, p: Any, s: Any) -> Tensor:
    r"""
    Ellipsoidal harmonic functions of the second kind :math:`F^p_n(s)`.

    Parameters
    ----------
    h2, k2 : array_like
        Squares of the distances of the foci, ``0 < h2 < k2``; NaN elsewhere.
    n : int or array_like of int
        Degree, at least 0; NaN below.
    p : int or array_like of int
        Order, from 1 to ``2 n + 1``; NaN elsewhere.
    s : array_like
        Coordinate, outside ``[-k, k]``; NaN inside.

    Returns
    -------
    Tensor
        :math:`F^p_n(s)`, in the broadcast shape.

    Raises
    ------
    ValueError, TypeError
        Where `n` or `p` is not whole, or an argument holds no numbers.

    Notes
    -----
    :math:`F^p_n(s) = (2n + 1) E^p_n(s) \int_0^{1/s} \frac{du}{E^p_n(1/u)^2 \sqrt{(1 - k^2 u^2)(1 - h^2 u^2)}}` [1]_,
    by Gauss's rule in the angle of sine :math:`k u`, on panels that narrow towards :math:`s = k`. Derivatives, of one
    rule, lose digits within some percent of there where a factor :math:`\sqrt{|s^2 - k^2|}` vanishes.

    References
    ----------
    .. [1] G. Dassios, *Ellipsoidal Harmonics*, Cambridge University Press, 2012, chapter 5

    Examples
    --------
    >>> import torch
    >>> from sci.special import ellip_harm_2
    >>> ellip_harm_2(5.0, 8.0, 2, 1, torch.tensor([10.0], dtype=torch.float64))
    tensor([0.0011], dtype=torch.float64)
    """
    a, b, x = promote("ellip_harm_2", allow_complex=False, h2=h2, k2=k2, s=s)
    shape = common_shape("ellip_harm_2", h2=a, k2=b, s=x)
    return _by_degree("ellip_harm_2", _second, n, p, shape, a, b, x)


@function(differentiable=("h2", "k2"), discrete=("n", "p"), samples=_samples_norm, complex=False)
def ellip_normal(h2: Any, k2: Any, n: Any, p: Any) -> Tensor:
    r"""
    Normalisation constants :math:`\gamma^p_n` of ellipsoidal harmonics.

    Parameters
    ----------
    h2, k2 : array_like
        Squares of the distances of the foci, ``0 < h2 < k2``; NaN elsewhere.
    n : int or array_like of int
        Degree, at least 0; NaN below.
    p : int or array_like of int
        Order, from 1 to ``2 n + 1``; NaN elsewhere.

    Returns
    -------
    Tensor
        :math:`\gamma^p_n`, in the broadcast shape.

    Raises
    ------
    ValueError, TypeError
        Where `n` or `p` is not whole, or an argument holds no numbers.

    Notes
    -----
    :math:`\gamma^p_n = 8 \int_0^h dx \int_h^k dy \frac{(y^2 - x^2) (E^p_n(y) E^p_n(x))^2}
    {\sqrt{(k^2 - y^2)(y^2 - h^2)(h^2 - x^2)(k^2 - x^2)}}` [1]_, a difference of products of single integrals, which
    the midpoint rule sums in the angles of :math:`x = h \sin\theta` and :math:`y^2 = h^2 + (k^2 - h^2) \sin^2\varphi`.
    It has all digits but for `k2` within a part in 50000 of `h2`, or `h2` below a part in 50000 of `k2`; derivatives,
    within a part in 500.

    References
    ----------
    .. [1] G. Dassios, *Ellipsoidal Harmonics*, Cambridge University Press, 2012, chapter 4

    Examples
    --------
    >>> from sci.special import ellip_normal
    >>> round(ellip_normal(5.0, 8.0, 3, 7).item(), 2)
    1723.39
    """
    a, b = promote("ellip_normal", allow_complex=False, h2=h2, k2=k2)
    shape = common_shape("ellip_normal", h2=a, k2=b)
    return _by_degree("ellip_normal", _norm, n, p, shape, *torch.broadcast_tensors(a, b))
