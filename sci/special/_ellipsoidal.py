"""Ellipsoidal harmonics: Lame functions as eigenvectors of tridiagonal matrices.

With u = s^2, roots r = (0, h2, k2) and E = prod |u - r_i|^(kappa_i/2) P(u), kappa_i in {0, 1}, Lame's equation (DLMF
29.3.1 in algebraic form) is for f = u (u - h2)(u - k2)

    4 f P'' + 2 sum_i (1 + 2 kappa_i) f/(u - r_i) P' + (g - n (n + 1) u) P = -a P,
    g = sum_{i != j} kappa_i (u - r_l) + 2 sum_{i < j} kappa_i kappa_j (u - r_l),   l the third of i, j,

a tridiagonal eigenproblem for the coefficients of P in powers of u - h2, symmetric after scaling.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core.arrays import promote
from sci._core.cards import Sample, function
from sci._core.errors import bad_argument

from ._gauss import legendre_rule

_NODES = 400  # of the midpoint rule for the norm, which converges geometrically
_LEGENDRE = 128


def _whole(name: str, argument: str, x: Any) -> np.ndarray[Any, Any]:
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


def _coefficients(n: int, p: int, h2: Tensor, k2: Tensor) -> tuple[tuple[int, int, int], list[Tensor]]:
    """Return kappa and the coefficients of P in powers of s^2 - h2, the last of which is 1."""
    kappa, degree, place = _kind(n, p)
    one = torch.ones_like(h2 + k2)
    if degree == 0:
        return kappa, [one]
    gap = k2 - h2
    roots = (-h2, torch.zeros_like(h2), gap)  # of f, in u - h2
    weights = [1 + 2 * k for k in kappa]
    slope, level = 0, torch.zeros_like(one)
    for i in range(3):
        for j in range(3):
            factor = kappa[i] + (2 * kappa[i] * kappa[j] if i < j else 0)
            if i != j and factor:
                slope += factor
                level = level - factor * roots[3 - i - j]
    q = n * (n + 1)
    diagonal, off, growth = [], [], [one]
    for j in range(degree + 1):
        linear = h2 * weights[2] - gap * weights[0] + (h2 - gap) * weights[1]
        diagonal.append(4 * j * (j - 1) * (h2 - gap) + 2 * j * linear + level - q * h2)
        if j:
            down = (4 * j * (j - 1) + 2 * j * weights[1]) * h2 * gap
            up = q - slope - 4 * (j - 1) * (j - 2) - 2 * (j - 1) * sum(weights)
            off.append(-(down * up).sqrt())
            growth.append(growth[-1] * (up / down).sqrt())
    matrix = torch.diag_embed(torch.stack(diagonal, -1)) + torch.diag_embed(torch.stack(off, -1), -1)
    matrix = matrix + torch.diag_embed(torch.stack(off, -1), 1)
    # Eigenvalues are -a, in ascending order; SciPy numbers by ascending a.
    vector = torch.linalg.eigh(matrix)[1][..., degree - place]
    scaled = [vector[..., j] * growth[j] for j in range(degree + 1)]
    return kappa, [c / scaled[-1] for c in scaled]


def _usable(h2: Tensor, k2: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return where 0 < h2 < k2, and arguments that are so everywhere."""
    valid = (h2 > 0) & (k2 > h2) & k2.isfinite()
    return valid, torch.where(valid, h2, 1.0), torch.where(valid, k2, 2.0)


def _lame(n: int, p: int, h2: Tensor, k2: Tensor, s: Tensor, signs: tuple[Any, Any]) -> Tensor:
    kappa, coefficients = _coefficients(n, p, h2, k2)
    v = s * s - h2
    value = coefficients[-1] * torch.ones_like(v)
    for c in reversed(coefficients[:-1]):
        value = value * v + c
    if kappa[0]:
        value = value * s
    if kappa[1]:
        value = value * v.abs().sqrt() * signs[0]
    return value * (s * s - k2).abs().sqrt() * signs[1] if kappa[2] else value


def _first(n: int, p: int, h2: Tensor, k2: Tensor, s: Tensor, signm: Tensor, signn: Tensor) -> Tensor:
    valid, a, b = _usable(h2, k2)
    valid = valid & (signm.abs() == 1) & (signn.abs() == 1)
    return torch.where(valid, _lame(n, p, a, b, s, (signm, signn)), math.nan)


def _second(n: int, p: int, h2: Tensor, k2: Tensor, s: Tensor) -> Tensor:
    valid, a, b = _usable(h2, k2)
    valid = valid & (s * s > b)
    at = torch.where(valid, s, 2 * b.sqrt())
    kappa, coefficients = _coefficients(n, p, a, b)
    k = b.sqrt()
    # int_0^(1/s) u^(2n) / (R^2 sqrt((1 - h2 u^2)(1 - k2 u^2))) du with R = u^n E(1/u) and k u = sin(theta)
    _, weights, places = legendre_rule(_LEGENDRE, at.device)
    end = (k / at).asin()
    sine2 = (end[..., None] * places.to(at.dtype)).sin() ** 2
    square = sine2 / b[..., None]
    v = 1 - a[..., None] * square  # (1/u^2 - h2) u^2
    r, power = torch.ones_like(v), torch.ones_like(v)
    for c in reversed(coefficients[:-1]):
        power = power * square
        r = r * v + c[..., None] * power
    denominator = r * r * v.sqrt()
    if kappa[1]:
        denominator = denominator * v
    if kappa[2]:
        denominator = denominator * (1 - sine2)
    total = (weights.to(at.dtype) / 2 * square**n / denominator).sum(-1)
    value = (2 * n + 1) * _lame(n, p, a, b, at, (1, 1)) * total * end / k
    return torch.where(valid, value, math.nan)


def _norm(n: int, p: int, h2: Tensor, k2: Tensor) -> Tensor:
    valid, a, b = _usable(h2, k2)
    angle = (torch.arange(_NODES, dtype=a.dtype, device=a.device) + 0.5) * (math.pi / 2 / _NODES)
    sine = angle.sin() ** 2
    low = a[..., None] * sine
    high = a[..., None] + (b - a)[..., None] * sine
    inner = _lame(n, p, a[..., None], b[..., None], low.sqrt(), (1, 1)) ** 2 / (b[..., None] - low).sqrt()
    outer = _lame(n, p, a[..., None], b[..., None], high.sqrt(), (1, 1)) ** 2 / high.sqrt()
    product = (outer * high).sum(-1) * inner.sum(-1) - outer.sum(-1) * (inner * low).sum(-1)
    return torch.where(valid, 8 * (math.pi / 2 / _NODES) ** 2 * product, math.nan)


def _by_degree(name: str, f: Callable[..., Tensor], n: Any, p: Any, *arguments: Tensor) -> Tensor:
    """Return f for whole numbers n and p, each pair of which has a matrix of its own."""
    if isinstance(n, int) and isinstance(p, int):
        if n < 0 or not 1 <= p <= 2 * n + 1:
            return sum(arguments) * math.nan  # type: ignore[return-value]
        return f(n, p, *arguments)
    degree, order = np.broadcast_arrays(_whole(name, "n", n), _whole(name, "p", p))
    if degree.ndim == 0:
        return _by_degree(name, f, int(degree), int(order), *arguments)
    tensors = torch.broadcast_tensors(*arguments, torch.zeros(degree.shape, device=arguments[0].device))[:-1]
    shape = tensors[0].shape
    flat = [t.reshape(-1) for t in tensors]
    pairs = np.stack([np.broadcast_to(x, shape).reshape(-1) for x in (degree, order)])
    unique, inverse = np.unique(pairs, axis=1, return_inverse=True)
    parts, places = [], []
    for i, (one, other) in enumerate(unique.T.tolist()):
        place = torch.from_numpy(np.flatnonzero(inverse.reshape(-1) == i)).to(flat[0].device)
        parts.append(_by_degree(name, f, one, other, *(t[place] for t in flat)))
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
    a polynomial in :math:`s^2 - h^2`, whose coefficients are an eigenvector of a tridiagonal matrix of about half the
    size of `n`, times up to three of :math:`s, \sqrt{|s^2 - h^2|}, \sqrt{|s^2 - k^2|}`. Derivatives in `h2` and `k2`
    go through the eigenvector. Orders are SciPy's. `n` and `p` are read on the host. The terms of the polynomial cancel
    between the foci: relative errors reach 1e-10 at degree 14.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 29.3, 29.12, https://dlmf.nist.gov/29.12

    Examples
    --------
    >>> import torch
    >>> from sci.special import ellip_harm
    >>> ellip_harm(5.0, 8.0, 1, 1, torch.tensor([2.5], dtype=torch.float64))
    tensor([2.5000], dtype=torch.float64)
    """
    a, b, x, m, k = promote("ellip_harm", allow_complex=False, h2=h2, k2=k2, s=s, signm=signm, signn=signn)
    return _by_degree("ellip_harm", _first, n, p, a, b, x, m, k)


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
    by Gauss's rule in the angle of sine :math:`k u`. Where a factor :math:`\sqrt{|s^2 - k^2|}` vanishes at
    :math:`s = k` the rule loses digits for `s` within some percent of it.

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
    return _by_degree("ellip_harm_2", _second, n, p, a, b, x)


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
    It has all digits but for `k2` within a part in 500 of `h2`, or `h2` below a part in 500 of `k2`.

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
    return _by_degree("ellip_normal", _norm, n, p, *torch.broadcast_tensors(a, b))
