"""Legendre functions and spherical harmonics: kernels (csrc/special/legendre.h) and what the public functions share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import as_tensor, cast, compute_dtype, number, promote
from sci._core.cards import Group, Sample, Ulp, discrete, inf, integers, linear, nan, rectangle, values
from sci._core.dispatch import elementwise
from sci._core.errors import bad_argument, one_number

from ._orthogonal import gegenbauer_polynomial, legendre_polynomial

# ---- kernels -------------------------------------------------------------------------------------------------------


def _polynomial(mp: Any, n: int, m: int, z: Any) -> Any:
    """Reference: the m-th derivative of P_n by the recurrence of Gegenbauer's polynomials, DLMF 18.9.1."""
    if m > n:
        return mp.mpf(0)
    before, now, lam = mp.mpf(0), mp.mpf(1), m + mp.mpf(1) / 2
    for k in range(n - m):
        before, now = now, (2 * (k + lam) * z * now - (k + 2 * lam - 1) * before) / (k + 1)
    return mp.fac2(2 * m - 1) * now


def _reference(mp: Any, order: int, n: int, m: int, norm: int, branch_cut: int, z: Any) -> Any:
    """Reference: Leibniz's rule for the power and the polynomial."""
    order, n, m, size = int(order), int(n), int(m), abs(int(m))

    def power(t: Any) -> Any:
        if branch_cut == 3:
            return (mp.sqrt(t - 1) * mp.sqrt(t + 1)) ** size
        return mp.sqrt(1 - t) ** size * mp.sqrt(1 + t) ** size

    with mp.workdps(2 * mp.dps + 20):
        total = sum(
            mp.binomial(order, k) * mp.diff(power, z, k) * _polynomial(mp, n, size + order - k, z)
            for k in range(order + 1)
        )
        ratio = mp.fac(n - size) / mp.fac(n + size) if size <= n else mp.mpf(0)
        scale = mp.sqrt((n + mp.mpf(1) / 2) * ratio) if norm else ratio if m < 0 else mp.mpf(1)
        return (-1 if size % 2 and m > 0 and branch_cut == 2 else 1) * scale * total


_PLAIN: dict[str, Any] = {"norm": values(0), "branch_cut": values(2)}


@elementwise(
    "special/legendre.h",
    "i i i i i r -> r, i i i i i c -> c",
    partials=(
        discrete,
        discrete,
        discrete,
        discrete,
        discrete,
        lambda order, n, m, norm, branch_cut, z, out: legendre_derivative(order + 1, n, m, norm, branch_cut, z),
    ),
    reference=_reference,
    samples=(
        Group(
            "core",
            count=32,
            order=values(0),
            n=integers(0, 12),
            m=values(0, 1, -1, 2, 3, -2),
            z=linear(-1, 1),
            **_PLAIN,
        ),
        Group("large", count=12, order=values(0), n=integers(20, 90), m=values(0, 1, 5), z=linear(-1, 1), **_PLAIN),
        Group(
            "with norm",
            count=12,
            order=values(0),
            n=integers(20, 150),
            m=values(0, 2, -7, 15),
            norm=values(1),
            branch_cut=values(2),
            z=linear(-0.99, 0.99),
        ),
        Group(
            "derivatives",
            count=16,
            order=values(1, 2),
            n=integers(2, 9),
            m=values(0, 1, 2, -1),
            z=linear(-0.95, 0.95),
            **_PLAIN,
        ),
        Group(
            "outside",
            count=8,
            order=values(0, 1),
            n=values(3, 5),
            m=values(0, 1, 2),
            norm=values(0, 1),
            branch_cut=values(3),
            z=linear(1.05, 4),
        ),
        Group(
            "plane",
            count=16,
            order=values(0, 0, 1),
            n=values(3, 5, 8),
            m=values(0, 1, 2, -1),
            norm=values(0, 1),
            branch_cut=values(2),
            z=rectangle((-3, 3), (0.1, 3)),
        ),
        Group(
            "plane, the other cut",
            count=8,
            order=values(0, 1),
            n=values(3, 5),
            m=values(1, 2),
            norm=values(0),
            branch_cut=values(3),
            z=rectangle((-3, 3), (0.1, 3)),
        ),
    ),
    special=(
        (0, 3, 0, 0, 2, 1.0, 1.0),
        (1, 3, 0, 0, 2, 1.0, 6.0),
        (1, 3, 0, 0, 2, -1.0, 6.0),
        (1, 3, 1, 0, 2, 1.0, inf),
        (1, 3, 1, 0, 2, -1.0, -inf),
        (2, 3, 3, 0, 2, 1.0, -inf),
        (1, 3, 2, 0, 2, 1.0, -30.0),
        (2, 3, 2, 0, 2, -1.0, 90.0),
        (0, 3, 1, 0, 2, 1.5, nan),
        (0, 3, 1, 0, 3, 0.5, nan),
        (0, 3, 5, 0, 2, 0.5, 0.0),
        (0, 3, 1, 0, 2, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, complex128=16, complex64=16, partials=64),
    wide=True,
    public=False,
)
def legendre_derivative(
    order: Any, n: Any, m: Any, norm: Any, branch_cut: Any, z: Any, /, *, out: Tensor | None = None
) -> Tensor:
    r"""
    Derivative of some order (up to 8) of the associated Legendre function in `z`.

    :math:`(1 - z^2)^{m/2}` times Gegenbauer's polynomial with :math:`\lambda = m + 1/2`, by the recurrence in the
    degree with an exponent of its own (DLMF 14.3.21, 18.9.1). Its derivative in `z` is the same
    function of the next order.
    """


def _reference_sphere(mp: Any, n: int, m: int, theta: Any) -> Any:
    """Reference: the definition, sin in place of the root, which continues it beyond [0, pi]."""
    n, m, size = int(n), int(m), abs(int(m))
    with mp.workdps(2 * mp.dps + 20):
        norm = mp.sqrt((n + mp.mpf(1) / 2) * mp.fac(n - size) / mp.fac(n + size) / (2 * mp.pi)) if size <= n else 0
        return (
            (-1 if size % 2 and m > 0 else 1) * norm * mp.sin(theta) ** size * _polynomial(mp, n, size, mp.cos(theta))
        )


def _side(theta: Tensor) -> Tensor:
    """Return half the sign of sin(theta), whose modulus the function takes: each derivative has both as factors."""
    return torch.where(theta.detach().sin() < 0, -0.5, 0.5).to(theta.dtype)


def _climb(n: Tensor, m: Tensor, dtype: torch.dtype, step: int) -> Tensor:
    """Return sqrt((n -+ m)(n +- m + 1)), the factor of a ladder operator of the sphere, which leads to m +- 1."""
    return ((n - step * m) * (n + step * m + 1)).clamp(min=0).to(dtype).sqrt()


def _by_angle(n: Tensor, m: Tensor, theta: Tensor, side: Tensor) -> Tensor:
    """Return the derivative in the angle, by both ladder operators."""
    up, down = (_climb(n, m, theta.dtype, step) * sph_legendre(n, m + step, theta) for step in (1, -1))
    return side * (up - down)


@elementwise(
    "special/legendre.h",
    "i i r -> r",
    partials=(
        discrete,
        discrete,
        lambda n, m, theta, out: _by_angle(n, m, theta, _side(theta)),
    ),
    reference=_reference_sphere,
    samples=(
        Group("core", count=32, n=integers(0, 12), m=values(0, 1, -1, 2, 3, -2), theta=linear(0, 3.14159)),
        Group("large", count=16, n=integers(20, 150), m=values(0, 1, 5, -20), theta=linear(0.01, 3.13)),
        Group(
            "beside the poles", count=12, n=integers(3, 60), m=values(0, 1, 2), theta=values(1e-8, 1e-4, 0.01, 3.1415)
        ),
        Group(
            "of high order",
            count=8,
            n=integers(160, 220),
            m=values(60, 100, 150),
            theta=linear(0.3, 2.8),
            dtypes=("float64",),
        ),
    ),
    special=((0, 0, 1.0, 0.28209479177387814), (2, 3, 0.5, 0.0), (2, 1, 0.0, -0.0), (2, 1, inf, nan), (2, 1, nan, nan)),
    # A derivative is a difference of two terms of one size: beside its zeros it has their error.
    ulp=Ulp(float64=16, float32=16, partials=64),
    wide=True,
    public=False,
    sorted=True,
)
def sph_legendre(n: Any, m: Any, theta: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Spherical Legendre function of an angle.

    As the kernel of :func:`legendre_derivative`, with :math:`1 - \cos\theta = 2\sin^2(\theta/2)`. The derivative is
    half the difference of both neighbours in `m`, by the ladder operators: finite at the poles.
    """


# ---- what is common to the public functions ------------------------------------------------------------------------


def derivative_count(name: str, diff_n: Any) -> int:
    if isinstance(diff_n, bool) or not isinstance(diff_n, int) or not 0 <= diff_n <= 2:
        raise bad_argument(name, "diff_n", "0, 1 or 2", diff_n)
    return diff_n


def table_size(name: str, argument: str, value: Any, signed: bool = False) -> int:
    """Return a degree or order up to which a table goes, checked."""
    size = one_number(value)
    if isinstance(size, bool) or not hasattr(size, "__index__") or (size < 0 and not signed):
        raise bad_argument(name, argument, "a whole number" + ("" if signed else " of at least 0"), value)
    return abs(int(size))


def whole_numbers(name: str, argument: str, value: Any, device: torch.device) -> Tensor:
    if type(value) is int and -(1 << 63) <= value < 1 << 63:
        return number(value, torch.int64, device)
    x = as_tensor(value, argument, name, device)
    if x.is_floating_point() or x.is_complex():
        raise bad_argument(name, argument, "integer", value, TypeError)
    return x.to(device=device, dtype=torch.int64)


def real_arguments(name: str, **arguments: Any) -> tuple[tuple[Tensor, ...], torch.dtype]:
    """Return real arguments in the dtype of computation, and the dtype of the result."""
    found = promote(name, half=True, allow_complex=False, **arguments)
    dtype = found[0].dtype
    return tuple([cast(x, compute_dtype(dtype)) for x in found]), dtype


def _derivatives(diff_n: int, n: Tensor, m: Tensor, z: Tensor, norm: Any = 0, branch_cut: Any = 2) -> Tensor:
    return stacked([legendre_derivative(k, n, m, norm, branch_cut, z) for k in range(diff_n + 1)])


def stacked(found: Sequence[Tensor]) -> Tensor:
    """Return tensors of one shape in a new first dimension."""
    return found[0].unsqueeze(0) if len(found) == 1 else torch.stack(tuple(found))


def angle_derivatives(diff_n: int, n: Tensor, m: Tensor, theta: Tensor) -> list[Tensor]:
    """Return the function and its derivatives in the angle by the ladder operators."""
    found = [sph_legendre(n, m, theta)]
    if diff_n == 0:
        return found
    side = _side(theta)
    found.append(_by_angle(n, m, theta, side))
    if diff_n > 1:
        up, down = (_climb(n, m, theta.dtype, step) * _by_angle(n, m + step, theta, side) for step in (1, -1))
        found.append(side * (up - down))
    return found


def polynomials(name: str, n: Any, z: Any, diff_n: Any) -> Tensor:
    """Return Legendre's polynomial and its derivatives, which are Gegenbauer's: DLMF 18.9.19."""
    order = derivative_count(name, diff_n)
    (x,) = promote(name, half=True, z=z)
    wide = cast(x, compute_dtype(x.dtype))
    degree = whole_numbers(name, "n", n, x.device)
    value = legendre_polynomial(degree, wide)
    if not (isinstance(n, int) and n >= 0):
        value = torch.where((degree >= 0) | wide.isnan(), value, torch.zeros_like(wide))
    found = [value]
    if order > 0:
        found.append(gegenbauer_polynomial(degree - 1, 1.5, wide))
    if order > 1:
        found.append(3 * gegenbauer_polynomial(degree - 2, 2.5, wide))
    return cast(stacked(found), x.dtype)


def legendre(name: str, n: Any, m: Any, z: Any, branch_cut: Any, norm: Any, diff_n: Any) -> Tensor:
    order = derivative_count(name, diff_n)
    (x,) = promote(name, half=True, z=z)
    wide = cast(x, compute_dtype(x.dtype))
    n, m = whole_numbers(name, "n", n, x.device), whole_numbers(name, "m", m, x.device)
    cut = whole_numbers(name, "branch_cut", branch_cut, x.device)
    return cast(_derivatives(order, n, m, wide, int(bool(norm)), cut), x.dtype)


def harmonics(by_angle: Sequence[Tensor], m: Tensor, phi: Tensor, dtype: torch.dtype) -> Any:
    """Return harmonics, gradients, Hessians from derivatives in theta: those in phi are factors i m."""
    factor = cast(m, phi.dtype)
    angle = factor * phi
    phase = torch.polar(torch.ones_like(angle), angle)
    by_angle = [p * phase for p in by_angle]
    wide = torch.complex128 if dtype is torch.float64 else torch.complex64
    out = [by_angle[0]]
    if len(by_angle) > 1:
        turn = torch.complex(torch.zeros_like(factor), factor)
        out.append(torch.stack((by_angle[1], turn * by_angle[0]), -1))
    if len(by_angle) > 2:
        mixed = turn * by_angle[1]
        rows = (torch.stack((by_angle[2], mixed), -1), torch.stack((mixed, -(factor * factor) * by_angle[0]), -1))
        out.append(torch.stack(rows, -2))
    found = tuple([cast(y, wide) for y in out])
    return found if len(found) > 1 else found[0]


Samples = Callable[[torch.Generator, torch.dtype, torch.device], Iterator[Sample]]


def legendre_samples(*leading: Sequence[int] | int, angles: int = 0, **options: Any) -> Samples:
    def samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
        x = torch.rand(max(angles, 1), 3, generator=generator, dtype=torch.float64) * 1.4 - 0.7
        x = x + 1.5 if angles else x
        z = (torch.complex(x, x.flip(1) + 1) if dtype.is_complex else x).to(dtype).to(device)
        head = [torch.tensor(a, device=device) if isinstance(a, list) else a for a in leading]
        yield Sample(*head, *z)
        yield Sample(*head, *z, diff_n=1, **options)

    return samples
