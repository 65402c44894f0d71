"""Carlson's symmetric elliptic integrals. The mathematics is in csrc/special/carlson.h."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, not_implemented, polar, rectangle, values
from sci._core.dispatch import elementwise

_RIGHT = polar(1e-2, 1e2, -0.5, 0.5)
_NEAR = polar(0.3, 2, -0.45, 0.45)
_PLANE = polar(1e-2, 1e2, -0.95, 0.95)
_ORDERS = {3: ("xx", "xy", "xz", "yy", "yz", "zz"), 4: ("xx", "xy", "xz", "xp", "yy", "yz", "yp", "zz", "zp", "pp")}


def _third_kind(mp: Any, x: Any, y: Any, z: Any, p: Any) -> Any:
    """Reference: the integral; below p = 0 the mean of its values on both sides of the cut."""
    value = mp.elliprj(x, y, z, p)
    return mp.re(value) if mp.im(p) == 0 and mp.re(p) < 0 else value


def _gradient(mp: Any, *at: Any) -> tuple[Any, ...]:
    """Reference: the gradient of R_D (three arguments) or R_J (four), closed forms with digits for differences."""
    with mp.workdps(mp.dps + 20):
        *free, last = at
        value = mp.elliprd(*at) if len(at) == 3 else _third_kind(mp, *at)
        found = []
        for k, x in enumerate(free):
            others = [other for j, other in enumerate((*free, last)) if j != k][:2]
            found.append((value - mp.elliprd(*others, x)) / (2 * (last - x)))
        return (*found, -(1.5 * value + sum(x * slope for x, slope in zip(free, found))) / last)  # of degree -3/2


def _hessian(mp: Any, *at: Any) -> tuple[Any, ...]:
    """Reference: the upper triangle of the Hessian of R_D or R_J."""

    def entry(i: int, k: int) -> Any:
        return mp.diff(lambda x: _gradient(mp, *at[:k], x, *at[k + 1 :])[i], at[k])

    return tuple(entry(i, k) for i in range(len(at)) for k in range(i, len(at)))


def _symmetric(entries: tuple[Tensor, ...], n: int) -> tuple[tuple[Tensor, ...], ...]:
    """Rows of the symmetric matrix whose upper triangle is `entries`."""
    place = {}
    for index, name in enumerate(_ORDERS[n]):
        i, k = ("xyzp".index(letter) for letter in name)
        place[i, k] = place[k, i] = entries[index]
    return tuple(tuple(place[i, k] for k in range(n)) for i in range(n))


def _on_cut(y: Tensor) -> Tensor:
    return (y.real < 0) & (y.imag == 0) if y.is_complex() else y < 0


def _rc_dx(x: Tensor, y: Tensor, out: Tensor) -> Tensor:
    # -R_D(y, y, x)/6; on the cut of y, where R_D has no value, [1/sqrt(x) - R_C]/(2 (x - y)), which cannot cancel.
    cut = _on_cut(y)
    regular = -elliprd(torch.where(cut, 1, y), torch.where(cut, 1, y), x) / 6
    found = torch.where(cut, (1 / torch.sqrt(x) - out) / (2 * torch.where(cut, x - y, 1)), regular)
    return torch.where(x.isinf() | y.isinf(), out, found)  # 0, or NaN outside the domain


def _rc_dy(x: Tensor, y: Tensor, out: Tensor) -> Tensor:
    # [R_C - sqrt(x)/y]/(2 (x - y)) cancels beside x = y; there -dR_C/dx - 1/(2 sqrt(x) y), terms as 1 to -3.
    far = (x - y).abs() > 0.75 * y.abs()
    xs, ys = torch.where(far, 1, x), torch.where(far, 1, y)
    beside = elliprd(ys, ys, xs) / 6 - 1 / (2 * torch.sqrt(xs) * ys)
    found = torch.where(far, (out - torch.sqrt(x) / y) / (2 * torch.where(far, x - y, 1)), beside)
    return torch.where(x.isinf() | y.isinf(), out, found)


@elementwise(
    "special/carlson.h",
    "r r -> r, c c -> c",
    partials=(_rc_dx, _rc_dy),
    reference=lambda mp, x, y: mp.elliprc(x, y),
    samples=(
        Group("core", x=linear(0.01, 5), y=linear(0.01, 5)),
        Group("beside x = y", x=values(1.0, 3.0), y=linear(0.99, 1.01)),
        Group("at x = y", x=values(1.0), y=near(1.0, 0.9975, 1.0025)),
        Group("beside 0", x=logarithmic(1e-30, 1e-10), y=logarithmic(1e-3, 1e3), count=8),
        Group("apart", x=logarithmic(1e-30, 1e30), y=logarithmic(1e-18, 1e18)),
        Group("huge", x=logarithmic(1e-140, 1e140), y=logarithmic(1e-120, 1e120), dtypes=("float64",)),
        Group("principal value", x=logarithmic(1e-3, 1e3), y=logarithmic(-1e3, -1e-3)),
        Group("plane", x=_PLANE, y=_PLANE),
        Group("plane, principal value", x=_PLANE, y=values(-0.01 + 0j, -0.5 + 0j, -3 + 0j, -100 + 0j), count=12),
        Group("plane, huge", x=polar(1e100, 1e280, -0.9, 0.9), y=polar(1e100, 1e280, -0.9, 0.9), dtypes=("float64",)),
    ),
    special=(
        (0.0, 1.0, 1.5707963267948966),
        (0.0, -1.0, 0.0),
        (1.0, 0.0, nan),
        (-1.0, 1.0, nan),
        (inf, 1.0, 0.0),
        (1.0, inf, 0.0),
        (1.0, -inf, 0.0),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=4, float32=4, complex128=8, complex64=8, partials=16),
)
def elliprc(x: Any, y: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Degenerate symmetric elliptic integral.

    .. math:: R_C(x, y) = \frac12 \int_0^\infty \frac{dt}{\sqrt{t + x} \, (t + y)} = R_F(x, y, y)

    Parameters
    ----------
    x, y : tensor_like
        Real or complex; `x` off the negative real axis, `y` not 0. For negative real `y`, Cauchy's principal value.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The integral; NaN outside the domain, 0 at infinity.

    See Also
    --------
    elliprf : the symmetric integral of the first kind

    Notes
    -----
    Real arguments by inverse circular and hyperbolic functions [1]_; complex ones, and real ones beside :math:`x = y`,
    by duplication [2]_.

    .. math::
        \frac{\partial R_C}{\partial x} = -\frac16 R_D(y, y, x), \qquad
        \frac{\partial R_C}{\partial y} = \frac{R_C(x, y) - \sqrt x / y}{2 (x - y)},

    the second, beside :math:`x = y`, as :math:`-\partial_x R_C - 1 / (2 \sqrt x \, y)`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 19.2(iv). https://dlmf.nist.gov/19.2
    .. [2] B. C. Carlson, "Numerical computation of real or complex elliptic integrals", Numer. Algorithms 10 (1995),
       13-26.

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64)
    >>> sci.special.elliprc(x, 1.0)
    tensor([1.5708, 1.0000, 0.8814], dtype=torch.float64)
    """


@elementwise(
    "special/carlson.h",
    "r r r -> r, c c c -> c",
    partials=(
        lambda x, y, z, out: -elliprd(y, z, x) / 6,
        lambda x, y, z, out: -elliprd(x, z, y) / 6,
        lambda x, y, z, out: -elliprd(x, y, z) / 6,
    ),
    reference=lambda mp, x, y, z: mp.elliprf(x, y, z),
    samples=(
        Group("core", x=linear(0, 3), y=linear(0.1, 5), z=linear(0.5, 2)),
        Group("alike", x=linear(0.99, 1.01), y=linear(0.98, 1.01), z=values(1.0), count=24),
        Group("beside 0", x=logarithmic(1e-30, 1e-10), y=logarithmic(1e-3, 1e3), z=logarithmic(1e-2, 1e2), count=16),
        Group("apart", x=logarithmic(1e-30, 1e30), y=logarithmic(1e-18, 1e18), z=logarithmic(1e-5, 1e5)),
        Group(
            "huge",
            x=logarithmic(1e-140, 1e140),
            y=logarithmic(1e-120, 1e120),
            z=logarithmic(1e-100, 1e100),
            dtypes=("float64",),
        ),
        Group("plane", x=_PLANE, y=_PLANE, z=_PLANE),
        Group("right half plane, apart", x=polar(1e-12, 1, -0.5, 0.5), y=_RIGHT, z=polar(1, 1e12, -0.5, 0.5), count=24),
    ),
    special=(
        (0.0, 1.0, 2.0, 1.3110287771460598),
        (0.0, 0.0, 1.0, inf),
        (-1.0, 1.0, 1.0, nan),
        (inf, 1.0, 1.0, 0.0),
        (0.0, 0.0, inf, 0.0),
        (nan, 1.0, 1.0, nan),
        (1.0, nan, 1.0, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=4, float32=4, complex128=8, complex64=8, partials=16),
)
def elliprf(x: Any, y: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Completely symmetric elliptic integral of the first kind.

    .. math:: R_F(x, y, z) = \frac12 \int_0^\infty \frac{dt}{\sqrt{(t + x)(t + y)(t + z)}}

    Parameters
    ----------
    x, y, z : tensor_like
        Real or complex, off the negative real axis, at most one of them 0.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The integral; infinite where two arguments are 0, 0 where one is infinite, NaN on the negative axis.

    See Also
    --------
    elliprd : its derivative, the symmetric integral of the second kind
    ellipkinc : Legendre's form

    Notes
    -----
    Carlson's duplication [1]_ until the arguments differ by 0.6 per cent, then a series of degree 7 [2]_.

    .. math:: \frac{\partial R_F}{\partial z} = -\frac16 R_D(x, y, z),

    and by symmetry in `x` and `y`.

    References
    ----------
    .. [1] B. C. Carlson, "Numerical computation of real or complex elliptic integrals", Numer. Algorithms 10 (1995),
       13-26.
    .. [2] NIST Digital Library of Mathematical Functions, section 19.36. https://dlmf.nist.gov/19.36

    Examples
    --------
    The lemniscate constant, :math:`R_F(0, 1, 2)`:

    >>> import torch, sci
    >>> sci.special.elliprf(torch.tensor(0.0, dtype=torch.float64), 1.0, 2.0)
    tensor(1.3110, dtype=torch.float64)
    """


@elementwise(
    "special/carlson.h",
    "r r r -> r r r r r r, c c c -> c c c c c c",
    partials=(not_implemented("a third derivative"),) * 3,
    reference=_hessian,
    samples=(
        Group("core", x=linear(0.1, 3), y=linear(0.1, 5), z=linear(0.5, 2), count=16),
        Group("apart", x=logarithmic(1e-3, 1e3), y=logarithmic(1e-2, 1e2), z=logarithmic(1e-1, 10), count=16),
        Group("plane", x=_RIGHT, y=_RIGHT, z=_RIGHT, count=12),
    ),
    special=(),
    ulp=Ulp(float64=16, float32=16, complex128=32, complex64=32),
    public=False,
)
def elliprd_hessian(x: Any, y: Any, z: Any, /, *, out: Tensor | None = None) -> tuple[Tensor, ...]:
    r"""
    Second derivatives of the symmetric elliptic integral of the second kind.

    Parameters
    ----------
    x, y, z : tensor_like
        As for `elliprd`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    tuple of Tensor
        The derivatives in xx, xy, xz, yy, yz, zz.

    Notes
    -----
    The duplication on dual numbers of dual numbers.
    """


@elementwise(
    "special/carlson.h",
    "r r r -> r r r, c c c -> c c c",
    partials=(
        lambda x, y, z, *out: _symmetric(elliprd_hessian(x, y, z), 3)[0],
        lambda x, y, z, *out: _symmetric(elliprd_hessian(x, y, z), 3)[1],
        lambda x, y, z, *out: _symmetric(elliprd_hessian(x, y, z), 3)[2],
    ),
    reference=_gradient,
    samples=(
        Group("core", x=linear(0.1, 3), y=linear(0.1, 5), z=linear(0.5, 2), count=24),
        Group("alike", x=linear(0.991, 1.013), y=linear(0.98, 1.011), z=values(1.0), count=8),
        Group("apart", x=logarithmic(1e-6, 1e6), y=logarithmic(1e-4, 1e4), z=logarithmic(1e-2, 1e2), count=16),
        Group("plane", x=_RIGHT, y=_RIGHT, z=_RIGHT, count=16),
    ),
    special=(),
    ulp=Ulp(float64=8, float32=8, complex128=16, complex64=16, partials=32),
    public=False,
)
def elliprd_gradient(x: Any, y: Any, z: Any, /, *, out: Tensor | None = None) -> tuple[Tensor, ...]:
    r"""
    Derivatives of the symmetric elliptic integral of the second kind.

    Parameters
    ----------
    x, y, z : tensor_like
        As for `elliprd`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    tuple of Tensor
        The derivatives in `x`, `y` and `z`.

    Notes
    -----
    The duplication on dual numbers: differences of `elliprd`, which the closed forms are, cancel where arguments agree.
    """


@elementwise(
    "special/carlson.h",
    "r r r -> r, c c c -> c",
    partials=(
        lambda x, y, z, out: elliprd_gradient(x, y, z)[0],
        lambda x, y, z, out: elliprd_gradient(x, y, z)[1],
        lambda x, y, z, out: elliprd_gradient(x, y, z)[2],
    ),
    reference=lambda mp, x, y, z: mp.elliprd(x, y, z),
    samples=(
        Group("core", x=linear(0.1, 3), y=linear(0.1, 5), z=linear(0.5, 2)),
        Group("alike", x=linear(0.99, 1.01), y=linear(0.98, 1.01), z=values(1.0), count=24),
        Group("beside 0", x=logarithmic(1e-30, 1e-10), y=logarithmic(1e-3, 1e3), z=logarithmic(1e-2, 1e2), count=16),
        Group("apart", x=logarithmic(1e-12, 1e12), y=logarithmic(1e-8, 1e8), z=logarithmic(1e-5, 1e5)),
        Group(
            "huge",
            x=logarithmic(1e-100, 1e100),
            y=logarithmic(1e-80, 1e80),
            z=logarithmic(1e-60, 1e60),
            dtypes=("float64",),
        ),
        Group("plane", x=_PLANE, y=_PLANE, z=_PLANE),
        Group("right half plane, apart", x=polar(1e-8, 1, -0.5, 0.5), y=_RIGHT, z=polar(1, 1e8, -0.5, 0.5), count=24),
    ),
    special=(
        (0.0, 1.0, 2.0, 1.067937989667396),
        (0.0, 0.0, 1.0, inf),
        (1.0, 1.0, 0.0, inf),
        (1.0, 1.0, -1.0, nan),
        (inf, 1.0, 1.0, 0.0),
        (1.0, 1.0, inf, 0.0),
        (nan, 1.0, 1.0, nan),
        (1.0, nan, 1.0, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=4, float32=4, complex128=8, complex64=8, partials=16),
)
def elliprd(x: Any, y: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Symmetric elliptic integral of the second kind.

    .. math:: R_D(x, y, z) = \frac32 \int_0^\infty \frac{dt}{\sqrt{(t + x)(t + y)} \, (t + z)^{3/2}} = R_J(x, y, z, z)

    Parameters
    ----------
    x, y, z : tensor_like
        Real or complex, off the negative real axis; `x` or `y` may be 0, not both, `z` may not.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The integral; infinite where `z`, or `x` and `y`, are 0; 0 at infinity; NaN on the negative axis.

    See Also
    --------
    elliprf, elliprj, elliprg

    Notes
    -----
    Carlson's duplication [1]_; its derivatives by the same duplication on dual numbers, since their closed forms,

    .. math:: \frac{\partial R_D}{\partial x} = \frac{R_D(x, y, z) - R_D(y, z, x)}{2 (z - x)},

    cancel where arguments agree. Third derivatives raise.

    References
    ----------
    .. [1] B. C. Carlson, "Numerical computation of real or complex elliptic integrals", Numer. Algorithms 10 (1995),
       13-26.

    Examples
    --------
    >>> import torch, sci
    >>> z = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    >>> value = sci.special.elliprd(0.0, 1.0, z)
    >>> torch.autograd.grad(value, z)
    (tensor(-0.6186, dtype=torch.float64),)
    """


@elementwise(
    "special/carlson.h",
    "r r r r -> r r r r r r r r r r, c c c c -> c c c c c c c c c c",
    partials=(not_implemented("a third derivative"),) * 4,
    reference=_hessian,
    samples=(
        Group("core", x=linear(0.1, 3), y=linear(0.1, 5), z=linear(0.5, 2), p=linear(0.2, 4), count=12),
        Group("plane", x=_NEAR, y=_NEAR, z=_NEAR, p=_NEAR, count=8),
    ),
    special=(),
    ulp=Ulp(float64=32, float32=32, complex128=64, complex64=64),
    public=False,
)
def elliprj_hessian(x: Any, y: Any, z: Any, p: Any, /, *, out: Tensor | None = None) -> tuple[Tensor, ...]:
    r"""
    Second derivatives of the symmetric elliptic integral of the third kind.

    Parameters
    ----------
    x, y, z, p : tensor_like
        As for `elliprj`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    tuple of Tensor
        The derivatives in xx, xy, xz, xp, yy, yz, yp, zz, zp, pp.

    Notes
    -----
    The duplication on dual numbers of dual numbers.
    """


@elementwise(
    "special/carlson.h",
    "r r r r -> r r r r, c c c c -> c c c c",
    partials=(
        lambda x, y, z, p, *out: _symmetric(elliprj_hessian(x, y, z, p), 4)[0],
        lambda x, y, z, p, *out: _symmetric(elliprj_hessian(x, y, z, p), 4)[1],
        lambda x, y, z, p, *out: _symmetric(elliprj_hessian(x, y, z, p), 4)[2],
        lambda x, y, z, p, *out: _symmetric(elliprj_hessian(x, y, z, p), 4)[3],
    ),
    reference=_gradient,
    samples=(
        Group("core", x=linear(0.1, 3), y=linear(0.1, 5), z=linear(0.5, 2), p=linear(0.2, 4), count=16),
        Group("principal value", x=linear(0.1, 3), y=linear(0.1, 5), z=linear(0.5, 2), p=linear(-3, -0.3), count=4),
        Group("plane", x=_NEAR, y=_NEAR, z=_NEAR, p=_NEAR, count=8),
    ),
    special=(),
    # Principal values are differences of terms of the size of R_F, beside whose roots their condition says too little.
    ulp=Ulp(float64=256, float32=256, complex128=16, complex64=16, partials=256),
    public=False,
)
def elliprj_gradient(x: Any, y: Any, z: Any, p: Any, /, *, out: Tensor | None = None) -> tuple[Tensor, ...]:
    r"""
    Derivatives of the symmetric elliptic integral of the third kind.

    Parameters
    ----------
    x, y, z, p : tensor_like
        As for `elliprj`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    tuple of Tensor
        The derivatives in `x`, `y`, `z` and `p`.

    Notes
    -----
    The duplication on dual numbers.
    """


@elementwise(
    "special/carlson.h",
    "r r r r -> r, c c c c -> c",
    partials=(
        lambda x, y, z, p, out: elliprj_gradient(x, y, z, p)[0],
        lambda x, y, z, p, out: elliprj_gradient(x, y, z, p)[1],
        lambda x, y, z, p, out: elliprj_gradient(x, y, z, p)[2],
        lambda x, y, z, p, out: elliprj_gradient(x, y, z, p)[3],
    ),
    reference=_third_kind,
    samples=(
        Group("core", x=linear(0.1, 3), y=linear(0.1, 5), z=linear(0.5, 2), p=linear(0.2, 4), count=24),
        Group("alike", x=linear(0.99, 1.01), y=linear(0.98, 1.01), z=values(1.0), p=linear(0.97, 1.02), count=8),
        Group(
            "beside 0",
            x=logarithmic(1e-30, 1e-10),
            y=logarithmic(1e-3, 1e3),
            z=logarithmic(1e-2, 1e2),
            p=linear(0.1, 3),
            count=16,
        ),
        Group(
            "apart",
            x=logarithmic(1e-12, 1e12),
            y=logarithmic(1e-8, 1e8),
            z=logarithmic(1e-5, 1e5),
            p=logarithmic(1e-6, 1e6),
            count=24,
        ),
        Group("small p", x=linear(0.1, 3), y=linear(0.1, 5), z=linear(0.5, 2), p=logarithmic(1e-30, 1e-3), count=8),
        Group("principal value", x=linear(0.1, 3), y=linear(0.1, 5), z=linear(0.5, 2), p=linear(-9, -0.1), count=6),
        Group("plane", x=_RIGHT, y=_RIGHT, z=_RIGHT, p=polar(1e-2, 1e2, -0.45, 0.45), count=24),
        Group("plane, near", x=_NEAR, y=_NEAR, z=_NEAR, p=_NEAR, count=6),
        Group("real and complex p", x=values(1 + 0j), y=values(20 + 0j), z=values(0.5 + 0j), p=_PLANE, count=4),
        Group(
            "conjugate pair",
            x=values(-20 + 20j),
            y=values(-20 - 20j),
            z=values(1 + 0j),
            p=rectangle((-3, 3), (0.1, 2)),
            count=12,
        ),
    ),
    special=(
        (0.0, 1.0, 2.0, 3.0, 0.7768862377858232),
        (0.0, 0.0, 1.0, 1.0, inf),
        (1.0, 1.0, 1.0, 0.0, nan),
        (-1.0, 1.0, 1.0, 1.0, nan),
        (inf, 1.0, 1.0, 1.0, 0.0),
        (1.0, 1.0, 1.0, inf, 0.0),
        (1.0, 1.0, 1.0, -inf, 0.0),
        (nan, 1.0, 1.0, 1.0, nan),
        (1.0, nan, 1.0, 1.0, nan),
        (1.0, 1.0, nan, 1.0, nan),
        (1.0, 1.0, 1.0, nan, nan),
    ),
    # The principal value crosses 0 in the samples: a difference of terms of the size of R_F.
    ulp=Ulp(float64=16, float32=16, complex128=16, complex64=16, partials=64),
)
def elliprj(x: Any, y: Any, z: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Symmetric elliptic integral of the third kind.

    .. math:: R_J(x, y, z, p) = \frac32 \int_0^\infty \frac{dt}{\sqrt{(t + x)(t + y)(t + z)} \, (t + p)}

    Parameters
    ----------
    x, y, z : tensor_like
        Real or complex, off the negative real axis, at most one of them 0.
    p : tensor_like
        Real or complex, not 0. For real `x`, `y`, `z` and negative `p`, Cauchy's principal value.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The integral; infinite where two of `x`, `y`, `z` are 0; 0 at infinity; NaN outside the domain, which for
        complex arguments is: none of them in the left half plane, or `x`, `y`, `z` real, or one of these real and two
        conjugate.

    See Also
    --------
    elliprd : the case of `p` equal to `z`

    Notes
    -----
    Carlson's duplication [1]_ with :math:`R_C(1, 1 + e)` from :math:`1 + e` itself, which keeps its digits for small
    `p`; principal values by [2]_, 19.20.14. Derivatives by the same duplication on dual numbers. Third derivatives
    raise.

    References
    ----------
    .. [1] B. C. Carlson, "Numerical computation of real or complex elliptic integrals", Numer. Algorithms 10 (1995),
       13-26.
    .. [2] NIST Digital Library of Mathematical Functions, section 19.20. https://dlmf.nist.gov/19.20

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.elliprj(torch.tensor([0.0, 1.0], dtype=torch.float64), 1.0, 2.0, 3.0)
    tensor([0.7769, 0.3988], dtype=torch.float64)
    """
