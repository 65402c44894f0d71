"""Fast Hankel transforms of logarithmically spaced samples: `fht ifht fhtoffset`.

The Mellin transform turns a Hankel transform into a product ([1]_ of `fht`, equations 160 to 174): the periodic
sequence a_j is a sum of powers, and a power r^(2 pi i m / L), L = n dln, is transformed into a power times

    u_m = (kr)^(-2 i y) U(q + 2 i y),   U(x) = 2^x Gamma((mu + 1 + x) / 2) / Gamma((mu + 1 - x) / 2),   y = pi m / L.
"""

from __future__ import annotations

import functools
import math
import numbers
from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .. import special
from .._core.arrays import COMPLEX_OF, common_shape, kept_in_graphs, number, promote
from .._core.cards import Sample, function
from .._core.checks import known
from .._core.errors import bad_argument, warn
from .._core.torch_private import dispatch_modes
from ._backend import overridable
from ._fourier import DIVIDED, FROM_HALF, ODD, TO_HALF, from_half, last_axis, to_half


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    def number(x: float) -> Tensor:
        return torch.tensor(x, dtype=dtype, device=device)

    for n in (6, 5):
        a = torch.randn(2, n, generator=generator, dtype=dtype, device=device)
        yield Sample(a, number(0.7), number(0.3), number(0.2), number(0.4))
    mu = torch.tensor([[0.3], [-0.6]], dtype=dtype, device=device)
    yield Sample(a, number(0.7), mu, offset=number(-0.1))
    yield Sample(a, 0.5, 1.5)


def _is_pole(x: Tensor) -> Tensor:
    return (x <= 0) & (x == x.round())


def _leap(where: Tensor, t: Tensor) -> Tensor:
    """Return 0, with an infinite derivative in `t` where the result leaps."""
    return torch.where(where, torch.where(where, t - t.detach(), 1.0).sqrt(), 0.0)


def _zero_frequency(p: Tensor, m: Tensor, q: Tensor, inverse: bool) -> Tensor:
    """Return 2^q Gamma(p) / Gamma(m), its limit in mu where both are infinite; 0 or infinity where singular."""
    at_p, at_m = _is_pole(p), _is_pole(m)
    both = at_p & at_m
    safe_p, safe_m = torch.where(at_p, 1.0, p), torch.where(at_m, 1.0, m)
    zero = torch.zeros_like(safe_p)
    ratio = special.loggamma(torch.complex(safe_p, zero)) - special.loggamma(torch.complex(safe_m, zero))
    regular = torch.exp(ratio).real
    # By reflection (DLMF 5.5.3); the sines' quotient is (-1)^q along mu, but not along q, where the limit is another.
    far_p, far_m = torch.where(both, 1 - p, 1.0), torch.where(both, 1 - m, 1.0)
    sign = 1 - 2 * torch.remainder((p - m).detach().round(), 2)
    limit = sign * torch.exp(special.gammaln(far_m) - special.gammaln(far_p)) + _leap(both, q)
    zeros = special.gamma(safe_p) * special.rgamma(torch.where(at_m & ~at_p, m, 1.0))
    only_p, only_m = at_p & ~at_m, at_m & ~at_p
    value = torch.where(both, limit, torch.where(at_m, zeros, regular)) * torch.exp2(q)
    value = torch.where(only_p, math.inf if inverse else 0.0, value)  # forward: left out
    if inverse:
        value = torch.where(only_m, math.inf, value)  # left out: the division gives 0
    leaps = only_p | only_m if inverse else only_p
    return value + _leap(leaps, q) + _leap(leaps, p)


def _coefficients(
    n: int, dln: Tensor, mu: Tensor, offset: Tensor, bias: Tensor, dtype: torch.dtype, inverse: bool
) -> Tensor:
    """Return u_m exp(-2 pi i m / n), or for the inverse its conjugate, for m = 0 to n // 2, by phases in float64.

    Results stand in reversed order, and so do the numbers that the inverse takes: with this factor the transform of the
    half spectrum with the other sign of the exponent gives what a reversal before or behind it would.
    """
    m = torch.arange(1, n // 2 + 1, dtype=torch.float64, device=dln.device)
    y = (math.pi / n) * m / dln
    p, q = (mu + 1 + bias) / 2, (mu + 1 - bias) / 2
    p, q, y = torch.broadcast_tensors(p, q, y)
    a, b = special.loggamma(torch.complex(p, y)), special.loggamma(torch.complex(q, y))
    phase = a.imag + b.imag + 2 * y * (math.log(2) - offset) - (2 * math.pi / n) * m
    if inverse:
        phase = -phase
    u = torch.exp(torch.complex(a.real - b.real + math.log(2) * bias, phase))
    if n % 2 == 0 and n > 1:  # what an even length has no phase for
        u = torch.cat([u[..., :-1], u[..., -1:].real.to(u.dtype)], -1)
    first = _zero_frequency((mu + 1 + bias) / 2, (mu + 1 - bias) / 2, bias, inverse)
    u0 = (first + torch.zeros_like(p[..., :1] if n > 1 else first)).to(u.dtype)
    return torch.cat([u0.expand(*torch.broadcast_shapes(u0.shape[:-1], u.shape[:-1]), 1), u], -1).to(COMPLEX_OF[dtype])


class _Factors(NamedTuple):
    """What a transform multiplies with: samples before it (None: 1), frequencies, results after it."""

    before: Tensor | None
    frequencies: Tensor
    after: Tensor | None
    singular: Tensor  # whether the zero frequency has no transform


def _factors(
    n: int, dln: Tensor, mu: Tensor, offset: Tensor, bias: Tensor, dtype: torch.dtype, has_bias: bool, inverse: bool
) -> _Factors:
    p, m = _is_pole((mu + 1 + bias).detach() / 2), _is_pole((mu + 1 - bias).detach() / 2)
    singular = (m & ~p if inverse else p & ~m).any()
    dln, mu, offset, bias = (t.unsqueeze(-1) for t in (dln, mu, offset, bias))
    u = _coefficients(n, dln, mu, offset, bias, dtype, inverse)
    if not has_bias:
        return _Factors(None, u, None, singular)
    j = (torch.arange(n, dtype=torch.float64, device=dln.device) - (n - 1) / 2) * dln
    near, far = bias * j, bias * (j + offset)
    before, after = (far, near) if inverse else (-near, -far)
    return _Factors(torch.exp(before).to(dtype), u, torch.exp(after).to(dtype), singular)


@functools.lru_cache(maxsize=32)
def _kept_factors(
    n: int, numbers: tuple[float, ...], dtype: torch.dtype, device: torch.device, inverse: bool
) -> _Factors:
    """Return the factors for plain numbers: users transform with the same ones again and again."""
    with torch.inference_mode(False), torch.no_grad():
        dln, mu, offset, bias = (torch.tensor(x, dtype=torch.float64, device="cpu") for x in numbers)  # nothing waits
        found = _factors(n, dln, mu, offset, bias, dtype, numbers[-1] != 0, inverse)
        before, u, after = (None if t is None else t.to(device) for t in found[:3])
        assert u is not None
        return _Factors(before, u, after, found.singular)


def _numbers(name: str, array: str, a: Any, **parameters: Any) -> tuple[Tensor, ...]:
    """Return the samples, and the parameters in float64: plain numbers are not rounded to the samples' dtype first."""
    exact = {key: x for key, x in parameters.items() if isinstance(x, numbers.Real)}
    given = {key: x for key, x in parameters.items() if key not in exact}
    x, *rest = promote(name, allow_complex=False, **{array: a, **given})
    found = dict(zip(given, (t.to(torch.float64) for t in rest), strict=True))
    found.update({key: number(float(v), torch.float64, x.device) for key, v in exact.items()})
    return x, *(found[key] for key in parameters)


def _transform(name: str, a: Any, dln: Any, mu: Any, offset: Any, bias: Any, inverse: bool) -> Tensor:
    array = "A" if inverse else "a"
    given = (dln, mu, offset, bias)
    fixed = (
        all(isinstance(t, (int, float)) for t in given) and not torch.compiler.is_compiling() and not dispatch_modes()
    )
    if fixed:
        (x,) = promote(name, allow_complex=False, **{array: a})
    else:
        has_bias = not (isinstance(bias, numbers.Real) and bias == 0)
        x, dln, mu, offset, bias = _numbers(name, array, a, dln=dln, mu=mu, offset=offset, bias=bias)
        common_shape(name, dln=dln, mu=mu, offset=offset, bias=bias)
    if x.dim() == 0 or x.shape[-1] == 0:
        raise bad_argument(name, array, "an array of at least 1 dimension and 1 sample", a)
    n = x.shape[-1]
    if fixed:
        found = _kept_factors(n, tuple(map(float, given)), x.dtype, x.device, inverse)
        for factors in found[:3]:
            kept_in_graphs(factors)
    else:
        found = _factors(n, dln, mu, offset, bias, x.dtype, has_bias, inverse)
    before, u, after, singular = found
    if known(singular):
        what = "inverse transform" if inverse else "transform"
        warn(f"{name}: singular {what} for this mu and bias; consider changing the bias")
    if u.dim() > 1:
        x = x.expand(torch.broadcast_shapes(x.shape, (*u.shape[:-1], 1)))
    if before is not None:
        x = x * before
    if (z := last_axis(x, TO_HALF)) is None:
        z = to_half(x, [n], [-1], None, False)
    z = z / u if inverse else z * u
    if (out := last_axis(z, FROM_HALF | DIVIDED | (n % 2 and ODD))) is None:
        out = from_half(z, [n], [-1], "forward", False)
    return out if after is None else out * after


@function(differentiable=("a", "dln", "mu", "offset", "bias"), samples=_samples, complex=False)
@overridable
def fht(a: Any, dln: Any, mu: Any, offset: Any = 0.0, bias: Any = 0.0) -> Tensor:
    r"""Return the fast Hankel transform of a logarithmically spaced periodic sequence (FFTLog).

    Equivalent to `scipy.fft.fht`. A discrete version of

    .. math:: A(k) = \int_0^\infty a(r)\, J_\mu(kr)\, k\, dr

    for samples :math:`a_j` at :math:`r_j = r_c e^{(j - j_c) \mathtt{dln}}`, :math:`j_c = (n - 1) / 2`. The results
    :math:`A_j` belong to :math:`k_j = k_c e^{(j - j_c) \mathtt{dln}}`, where :math:`\log(k_c r_c)` is `offset`.

    Parameters
    ----------
    a : array_like (..., n)
        Real samples; integers become the default float dtype, float16 and bfloat16 become float32.
    dln : float or tensor_like (...)
        Spacing of the samples' logarithms.
    mu : float or tensor_like (...)
        Order of the transform, any real number.
    offset : float or tensor_like (...), optional
        Logarithm of the product of the two central points; `fhtoffset` finds good ones.
    bias : float or tensor_like (...), optional
        Exponent q of a power law: the samples are multiplied by :math:`(kr)^{-q}` before and the results by
        :math:`(kr)^q` after an unbiased transform of :math:`J_\mu(kr) (kr)^q`.

    Returns
    -------
    Tensor (..., n)
        The results. Parameters that are tensors broadcast with the leading dimensions of `a`.

    Raises
    ------
    TypeError
        If an argument is complex.
    ValueError
        If `a` has no samples.

    Warns
    -----
    UserWarning
        If :math:`(\mu + 1 + q)/2` is 0, -1, ... and :math:`(\mu + 1 - q)/2` is not: the zero frequency has no transform
        and is left out. (Not under the compiler, and not for tensors where `sci.data_checks` is off.)

    See Also
    --------
    ifht, fhtoffset

    Notes
    -----
    A real Fourier transform, a product with the coefficients :math:`u_m` of [1]_, equation 174, and a transform back,
    after [2]_. The coefficients are computed in float64 for every dtype, since their phases grow with n.

    The map is linear in `a`; it is differentiated in `dln`, `mu`, `offset` and `bias` through the logarithms of the
    gamma function, whose derivative is the digamma function. Where both arguments of the gamma functions are poles,
    the transform is the limit in `mu`, and its derivative in `bias`, along which it leaps, is infinite or NaN, as are
    the derivatives in `mu` and `bias` of a singular transform.

    References
    ----------
    .. [1] A. J. S. Hamilton, "Uncorrelated modes of the non-linear power spectrum", Mon. Not. R. Astron. Soc. 312
       (2000), 257-284.
    .. [2] J. D. Talman, "Numerical Fourier and Bessel transforms in logarithmic variables", J. Comput. Phys. 29 (1978),
       35-48.

    Examples
    --------
    The function :math:`r e^{-r^2/2}` is its own transform for order 0.

    >>> import torch, sci
    >>> r = torch.logspace(-7, 1, 128, dtype=torch.float64)
    >>> dln = torch.log(r[1] / r[0])
    >>> offset = sci.fft.fhtoffset(dln, mu=0.0, initial=-6 * torch.tensor(10.0).log())
    >>> k = torch.exp(offset) / r.flip(0)
    >>> a = sci.fft.fht(r * torch.exp(-(r**2) / 2), dln, mu=0.0, offset=offset)
    >>> bool((a - k * torch.exp(-(k**2) / 2)).abs().max() < 1e-5)
    True
    """
    return _transform("fht", a, dln, mu, offset, bias, False)


@function(differentiable=("A", "dln", "mu", "offset", "bias"), samples=_samples, complex=False)
@overridable
def ifht(A: Any, dln: Any, mu: Any, offset: Any = 0.0, bias: Any = 0.0) -> Tensor:
    r"""Return the inverse of the fast Hankel transform `fht`.

    Equivalent to `scipy.fft.ifht`. A discrete version of

    .. math:: a(r) = \int_0^\infty A(k)\, J_\mu(kr)\, r\, dk.

    Parameters
    ----------
    A : array_like (..., n)
        Real samples; integers become the default float dtype, float16 and bfloat16 become float32.
    dln : float or tensor_like (...)
        Spacing of the samples' logarithms.
    mu : float or tensor_like (...)
        Order of the transform, any real number.
    offset : float or tensor_like (...), optional
        Logarithm of the product of the two central points.
    bias : float or tensor_like (...), optional
        Exponent of the power law, as in `fht`.

    Returns
    -------
    Tensor (..., n)
        The results. Parameters that are tensors broadcast with the leading dimensions of `A`.

    Raises
    ------
    TypeError
        If an argument is complex.
    ValueError
        If `A` has no samples.

    Warns
    -----
    UserWarning
        If :math:`(\mu + 1 - q)/2` is 0, -1, ... and :math:`(\mu + 1 + q)/2` is not: the zero frequency has no inverse
        transform and is left out. (Not under the compiler, and not for tensors where `sci.data_checks` is off.)

    See Also
    --------
    fht, fhtoffset

    Notes
    -----
    The steps of `fht` undone; differentiable as it is.

    References
    ----------
    .. [1] A. J. S. Hamilton, "Uncorrelated modes of the non-linear power spectrum", Mon. Not. R. Astron. Soc. 312
       (2000), 257-284.

    Examples
    --------
    >>> import torch, sci
    >>> a = torch.tensor([1.0, 2.0, 3.0])
    >>> sci.fft.ifht(sci.fft.fht(a, 0.5, 1.0), 0.5, 1.0).round(decimals=4)
    tensor([1., 2., 3.])
    """
    return _transform("ifht", A, dln, mu, offset, bias, True)


def _samples_offset(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    def row(*x: float) -> Tensor:
        return torch.tensor(x, dtype=dtype, device=device)

    yield Sample(row(0.1, 0.3), row(2.0, -0.3), row(0.5, -1.0), row(0.0, 0.2))


@function(
    differentiable=("dln", "mu", "initial", "bias"),
    samples=_samples_offset,
    complex=False,
)
def fhtoffset(dln: Any, mu: Any, initial: Any = 0.0, bias: Any = 0.0) -> Tensor:
    r"""Return the offset next to `initial` with which the fast Hankel transform rings least.

    Equivalent to `scipy.fft.fhtoffset`.

    Parameters
    ----------
    dln : float or tensor_like
        Spacing of the samples' logarithms.
    mu : float or tensor_like
        Order of the transform.
    initial : float or tensor_like, optional
        The offset wished for.
    bias : float or tensor_like, optional
        Exponent of the power law.

    Returns
    -------
    Tensor
        The nearest offset for which the coefficient of the highest frequency of an even length is real; the arguments
        broadcast.

    Raises
    ------
    TypeError
        If an argument is complex.

    See Also
    --------
    fht

    Notes
    -----
    With :math:`y = \pi / (2\, \mathtt{dln})` the phase of that coefficient is
    :math:`2 y (\ln 2 - \mathtt{offset}) + \arg\Gamma(\tfrac{\mu + 1 + q}2 + i y)
    + \arg\Gamma(\tfrac{\mu + 1 - q}2 + i y)`, which must be a multiple of :math:`\pi` ([1]_, equation 186). The result
    varies with `dln`, `mu` and `bias`; of `initial` it is piecewise independent, so that its derivative is 0.

    References
    ----------
    .. [1] A. J. S. Hamilton, "Uncorrelated modes of the non-linear power spectrum", Mon. Not. R. Astron. Soc. 312
       (2000), 257-284.

    Examples
    --------
    >>> import sci
    >>> sci.fft.fhtoffset(0.1, 2.0, 0.5)
    tensor(0.5455)
    """
    given = promote("fhtoffset", allow_complex=False, dln=dln, mu=mu, initial=initial, bias=bias)
    _, *parameters = _numbers("fhtoffset", "", given[0], dln=dln, mu=mu, initial=initial, bias=bias)
    common_shape("fhtoffset", **dict(zip(("dln", "mu", "initial", "bias"), parameters, strict=True)))
    dln, mu, initial, bias = torch.broadcast_tensors(*parameters)
    y = math.pi / (2 * dln)
    a = special.loggamma(torch.complex((mu + 1 + bias) / 2, y)).imag
    b = special.loggamma(torch.complex((mu + 1 - bias) / 2, y)).imag
    turns = (math.log(2) - initial) / dln + (a + b) / math.pi
    return (initial + (turns - turns.round()) * dln).to(given[0].dtype)
