"""Student's t distribution function, its inverses, its density, and the derivatives in the degrees of freedom."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, not_implemented
from sci._core.dispatch import elementwise

from ._betainc import regularized_beta
from ._betaincinv import beta_quantile, quotient, shape_quantile
from ._digamma import digamma
from ._logarithm import log1p_moment
from ._polygamma import polygamma


def _cdf(mp: Any, v: Any, t: Any) -> Any:
    s = t * t / v
    tail = regularized_beta(mp, v / 2, mp.mpf(1) / 2, 1 / (1 + s), False, s / (1 + s)) / 2
    return tail if t <= 0 else 1 - tail


def _density(mp: Any, v: Any, t: Any) -> Any:
    return mp.exp(-(v + 1) / 2 * mp.log1p(t * t / v)) / (mp.sqrt(v) * mp.beta(v / 2, mp.mpf(1) / 2))


def _quantile(mp: Any, v: Any, p: Any) -> Any:
    half, both = mp.mpf(1) / 2, 2 * min(p, 1 - p)
    with mp.workdps(mp.dps + 20):
        if both > half:
            y = beta_quantile(mp, half, v / 2, both, True)
            t = mp.sqrt(v * y / (1 - y))
        else:
            x = beta_quantile(mp, v / 2, half, both, False)
            t = mp.sqrt(v * (1 - x) / x)
        return -t if p < 0.5 else t


def _excess(v: Any, order: int) -> Any:
    """Derivative of the given order of psi((v+1)/2) - psi(v/2) - 1/v, by its asymptotic series for large v."""
    total = torch.zeros_like(v)
    for power, c in ((14, 2730.5), (12, -172.75), (10, 15.5), (8, -2.125), (6, 0.5), (4, -0.25), (2, 0.5)):
        total = total + (c if order == 0 else -power * c / v) / v**power
    if order == 0:
        direct = digamma((v + 1) / 2) - digamma(v / 2) - 1 / v
    else:
        direct = polygamma(1, (v + 1) / 2) / 2 - polygamma(1, v / 2) / 2 + 1 / (v * v)
    return torch.where(v > 40, total, direct)


def _share(v: Any, t: Any) -> tuple[Any, Any]:
    """Return s/(1 + s) and 1/(1 + s) for s = t^2/v, without that square."""
    root = v.sqrt()
    whole = torch.hypot(root, t)
    return (t / whole) ** 2, (root / whole) ** 2


def _is_far(v: Any, t: Any) -> Any:
    return t.abs() > 1e4 * v.sqrt()


def _log_rest(v: Any, t: Any) -> Any:
    """Return log(1 + s) - s/(1 + s) for s = t^2/v; where that may overflow, by logarithms of its root."""
    far = _is_far(v, t)
    s = torch.where(far, 0.0, t) ** 2 / v
    root = torch.where(far, v.sqrt() / t.abs(), 0.5)
    large = torch.log1p(root * root) - 2 * torch.log(root) - 1 / (1 + root * root)
    return torch.where(far, large, s * s * log1p_moment(1, s))


def _pull(v: Any, t: Any) -> Any:
    """Return t/(1 + t^2/v), minus the logarithmic derivative of `student_bell` in t."""
    far = _is_far(v, t)
    near, outside = torch.where(far, 0.0, t), torch.where(far, t, 1.0)
    return torch.where(far, 1 / (1 / outside + outside / v), near / (1 + near * (near / v)))


def _bell_slope(v: Any, t: Any) -> Any:
    """Derivative of the logarithm of `student_bell` in v, terms of the order of the result."""
    return (_excess(v, 0) - _log_rest(v, t)) / 2


def _log_slope(v: Any, t: Any) -> Any:
    """The same of the density."""
    return _bell_slope(v, t) + _share(v, t)[0] / (2 * v)


def _log_bend(v: Any, t: Any) -> Any:
    """Second derivative of the density's logarithm in v."""
    share, rest = _share(v, t)
    return (_excess(v, 1) - share * ((1 + rest) / v - share) / v) / 2


def _over_density(df: Any, t: Any, above: Any) -> Any:
    """The quotient by the density, by a multiple of it that does not underflow; 0 where `t` is infinite."""
    inside = t.isfinite()
    t = torch.where(inside, t, 0.0)
    return quotient(inside, above(df, t) * torch.hypot(t / df.sqrt(), torch.ones_like(t)), student_bell(df, t))


_SAMPLES = (
    Group("core", df=linear(0.5, 12), t=linear(-6, 6), count=16),
    Group("small t", df=logarithmic(0.1, 100), t=logarithmic(1e-10, 0.1), count=8),
    Group("tails", df=logarithmic(0.5, 30), t=logarithmic(-1e6, -10), count=8),
    Group("many", df=logarithmic(20, 500), t=linear(-5, 5), count=12),
    Group("very many", df=logarithmic(1e3, 1e12), t=linear(-5, 5), count=8),
    Group("few", df=logarithmic(1e-3, 0.5), t=linear(-5, 5), count=8),
)
_SLOPED = (
    Group("core", df=linear(0.5, 12), t=linear(-6, 6), count=12),
    Group("tails", df=logarithmic(0.5, 12), t=logarithmic(-1e3, -10), count=6),
    Group("many", df=logarithmic(12, 200), t=linear(-4, 4), count=8),
    Group("very many", df=logarithmic(1e3, 1e12), t=linear(-5, 5), count=6),
)


@elementwise(
    "special/student.h",
    "r r -> r",
    partials=(
        lambda df, t, out: out * _bell_slope(df, t),
        lambda df, t, out: -out * _pull(df, t),
    ),
    reference=lambda mp, df, t: _density(mp, df, t) * mp.sqrt(1 + t * t / df),
    samples=_SAMPLES,
    special=(
        (1.0, inf, 0.0),
        (inf, 0.0, 0.39894228040143267794),
        (0.0, 1.0, nan),
        (1.0, 0.0, 0.31830988618379067154),
        (1.0, 1e300, 3.1830988618379067154e-301),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    # The power of a large number, as df rounds; the derivative in df cancels to df^-1 of its terms.
    ulp=Ulp(float64=32, float32=32, partials=131072),
    public=False,
    sorted=True,
)
def student_bell(df: Any, t: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Density of Student's t distribution times :math:`\sqrt{1 + t^2/\nu}`.

    Parameters
    ----------
    df : tensor_like
        Degrees of freedom, positive.
    t : tensor_like
        Argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function :math:`(1 + t^2/\nu)^{-\nu/2} / (\sqrt{\nu}\, B(\nu/2, 1/2))`.

    Notes
    -----
    Of the order of the tail where `t` is large, where the density underflows. The normal density for infinitely many
    degrees of freedom.
    """


@elementwise(
    "special/student.h",
    "r r -> r",
    partials=(
        lambda df, t, out: out * _log_slope(df, t),
        lambda df, t, out: -out * ((df + 1) / df * _pull(df, t)),
    ),
    reference=lambda mp, df, t: _density(mp, df, t),
    samples=_SAMPLES,
    special=(
        (1.0, inf, 0.0),
        (inf, 0.0, 0.39894228040143267794),
        (0.0, 1.0, nan),
        (1.0, 0.0, 0.31830988618379067154),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    # The power of a large number, as df rounds; the derivative in df cancels to df^-1 of its terms.
    ulp=Ulp(float64=32, float32=32, partials=131072),
    public=False,
    sorted=True,
)
def student_density(df: Any, t: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Density of Student's t distribution.

    Parameters
    ----------
    df : tensor_like
        Degrees of freedom, positive.
    t : tensor_like
        Argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The density :math:`(1 + t^2/\nu)^{-(\nu+1)/2} / (\sqrt{\nu}\, B(\nu/2, 1/2))`.

    Notes
    -----
    The normal density for infinitely many degrees of freedom.
    """


@elementwise(
    "special/student.h",
    "r r -> r",
    partials=(
        not_implemented("a third derivative"),
        lambda df, t, out: student_density(df, t) * (_log_slope(df, t) ** 2 + _log_bend(df, t)),
    ),
    reference=lambda mp, df, t: mp.diff(lambda v: _cdf(mp, v, t), df, 2),
    samples=_SLOPED,
    special=(
        (1.0, 0.0, 0.0),
        (1.0, inf, 0.0),
        (0.0, 1.0, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    # It changes sign.
    ulp=Ulp(float64=8192, float32=8192, partials=16384),
    public=False,
    sorted=True,
)
def stdtr_ddf2(df: Any, t: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of Student's t distribution function in the degrees of freedom.

    Parameters
    ----------
    df : tensor_like
        Degrees of freedom, positive.
    t : tensor_like
        Argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`\partial^2 F / \partial \nu^2`.

    Notes
    -----
    The algorithms of `stdtr` on dual numbers of dual numbers.
    """


@elementwise(
    "special/student.h",
    "r r -> r",
    partials=(
        lambda df, t, out: stdtr_ddf2(df, t),
        lambda df, t, out: student_density(df, t) * _log_slope(df, t),
    ),
    reference=lambda mp, df, t: mp.diff(lambda v: _cdf(mp, v, t), df),
    samples=_SLOPED,
    special=(
        (1.0, 0.0, 0.0),
        (1.0, inf, 0.0),
        (0.0, 1.0, nan),
        (inf, 1.0, 0.0),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    # It falls like df^-2 and its second derivatives change sign.
    ulp=Ulp(float64=2048, float32=2048, partials=8192),
    public=False,
    sorted=True,
)
def stdtr_ddf(df: Any, t: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of Student's t distribution function in the degrees of freedom.

    Parameters
    ----------
    df : tensor_like
        Degrees of freedom, positive.
    t : tensor_like
        Argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`\partial F / \partial \nu`, odd in `t`.

    Notes
    -----
    The algorithms of `stdtr` on dual numbers.
    """


@elementwise(
    "special/student.h",
    "r r -> r",
    partials=(
        lambda df, t, out: stdtr_ddf(df, t),
        lambda df, t, out: student_density(df, t),
    ),
    reference=lambda mp, df, t: _cdf(mp, df, t),
    samples=_SAMPLES,
    special=(
        (1.0, 0.0, 0.5),
        (1.0, 1.0, 0.75),
        (1.0, inf, 1.0),
        (2.0, -inf, 0.0),
        (inf, inf, 1.0),
        (inf, 1.0, 0.84134474606854294859),
        (0.0, 1.0, nan),
        (-1.0, 1.0, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=16, partials=4500),
    sorted=True,
)
def stdtr(df: Any, t: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Student's t distribution function.

    .. math:: F(t) = \frac{1}{\sqrt{\nu}\,B(\nu/2, 1/2)} \int_{-\infty}^t (1 + u^2/\nu)^{-(\nu+1)/2}\,du

    Parameters
    ----------
    df : tensor_like
        Degrees of freedom, positive.
    t : tensor_like
        Argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function, from 0 to 1, in the promoted dtype and the broadcast shape; the normal distribution function at
        ``df = inf``, NaN where `df` is not positive.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    stdtrit : inverse in `t`
    stdtridf : inverse in `df`

    Notes
    -----
    Half of an incomplete beta function, :math:`I_x(\nu/2, 1/2)` with :math:`x = \nu/(\nu + t^2)`, relatively accurate
    in the left tail; for ``df >= 40`` and ``t * t <= df`` a series about the normal distribution [2]_. The derivative
    in `t` is the density; the one in `df`, and the second, are the same algorithms on dual numbers.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 8.17. https://dlmf.nist.gov/8.17
    .. [2] G. W. Hill, "Student's t-distribution", Communications of the ACM 13 (1970), 617-619.

    Examples
    --------
    >>> import torch, sci
    >>> df = torch.tensor([1.0, 3.0, 30.0], dtype=torch.float64, requires_grad=True)
    >>> p = sci.special.stdtr(df, -2.0)
    >>> p.detach()
    tensor([0.1476, 0.0697, 0.0273], dtype=torch.float64)
    >>> p.sum().backward()
    >>> bool((df.grad < 0).all())
    True
    """


@elementwise(
    "special/student.h",
    "r r -> r",
    partials=(
        lambda df, p, out: _over_density(df, out, lambda v, t: -stdtr_ddf(v, t)),
        lambda df, p, out: torch.where(
            out.isfinite(), _over_density(df, out, lambda v, t: torch.ones_like(t)), out.abs()
        ),
    ),
    reference=lambda mp, df, p: _quantile(mp, df, p),
    samples=(
        Group("core", df=linear(0.5, 12), p=linear(0.02, 0.98), count=12),
        Group("tail", df=logarithmic(0.5, 100), p=logarithmic(1e-30, 0.02), count=8),
        Group("many", df=logarithmic(20, 300), p=linear(0.02, 0.98), count=8),
        Group("very many", df=logarithmic(1e3, 1e12), p=linear(0.02, 0.98), count=6),
        Group("far tail", df=logarithmic(1, 4), p=logarithmic(1e-34, 1e-10), count=6, dtypes=("float32",)),
        Group("far tail", df=logarithmic(1, 4), p=logarithmic(1e-280, 1e-100), count=6, dtypes=("float64",)),
    ),
    special=(
        (1.0, 0.5, 0.0),
        (1.0, 0.75, 1.0),
        (2.0, 0.0, -inf),
        (2.0, 1.0, inf),
        (inf, 0.5, 0.0),
        (0.0, 0.3, nan),
        (1.0, 1.5, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=64, partials=4096),
    sorted=True,
)
def stdtrit(df: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of Student's t distribution function in its argument.

    Parameters
    ----------
    df : tensor_like
        Degrees of freedom, positive.
    p : tensor_like
        Probability from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `t` with ``stdtr(df, t) = p``, in the promoted dtype and the broadcast shape: ``-inf`` for ``p = 0``,
        ``inf`` for ``p = 1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    stdtr : the distribution function

    Notes
    -----
    From the inverse of the incomplete beta function. By the implicit function rule :math:`\partial t/\partial p =
    1/f(t)` and :math:`\partial t/\partial \nu = -(\partial F/\partial \nu)/f(t)`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.stdtrit(3.0, torch.tensor([0.05, 0.5, 0.95], dtype=torch.float64))
    tensor([-2.3534,  0.0000,  2.3534], dtype=torch.float64)
    """


@elementwise(
    "special/student.h",
    "r r -> r",
    partials=(
        lambda p, t, out: 1 / stdtr_ddf(out, t),
        lambda p, t, out: -student_density(out, t) / stdtr_ddf(out, t),
    ),
    reference=lambda mp, p, t: shape_quantile(mp, lambda v: _cdf(mp, v, t), 2, p),
    samples=(
        Group("left", p=linear(0.1, 0.2), t=linear(-3, -1.5), count=4),
        Group("right", p=linear(0.8, 0.92), t=linear(2, 4), count=4),
    ),
    special=(
        (0.75, 1.0, 1.0),
        (0.25, -1.0, 1.0),
        (0.3, 1.0, nan),
        (0.99, 1.0, nan),
        (0.5, 1.0, nan),
        (0.0, 1.0, nan),
        (0.7, 0.0, nan),
        (0.7, inf, nan),
        (nan, 1.0, nan),
        (0.7, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=64, partials=4096),
)
def stdtridf(p: Any, t: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of Student's t distribution function in the degrees of freedom.

    .. math:: \mathrm{stdtridf}(p, t) = df, \quad \mathrm{stdtr}(df, t) = p

    Parameters
    ----------
    p : tensor_like
        Probability, strictly between 0 and 1.
    t : tensor_like
        Argument, not 0.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `df` with ``stdtr(df, t) = p``, in the promoted dtype and the broadcast shape; NaN where there is none: for
        fixed `t` the function lies between 1/2 and the normal distribution function.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    stdtr : the distribution function

    Notes
    -----
    A root by Chandrupatla's method in the logarithm of the smaller tail. Where there is no root SciPy gives the ends of
    its search, 1e10 or -1e100. Derivatives by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.stdtridf(torch.tensor([0.75, 0.8], dtype=torch.float64), 1.0)
    tensor([1.0000, 2.6387], dtype=torch.float64)
    """
