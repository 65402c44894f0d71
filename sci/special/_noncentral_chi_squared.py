"""The noncentral chi-squared distribution function, its derivatives and its inverses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, not_implemented, values
from sci._core.dispatch import elementwise

from ._betaincinv import quotient, shape_quantile


def poisson_mixture(mp: Any, mean: Any, step: Any, ratio: Callable[[int], Any]) -> Any:
    """Reference: sum over j of D(j) (w(0) + ... + w(j)) with D(0) = step, D(j+1) = ratio(j) D(j)."""
    weight = run = mp.exp(-mean)
    total = mp.mpf(0)
    j = 0
    while True:
        term = step * run
        total += term
        growth = ratio(j)
        if j > mean and growth < 1 and term < mp.eps * (1 - growth) * total:
            return total
        step *= growth
        j += 1
        weight *= mean / j
        run += weight


def _cdf(mp: Any, x: Any, v: Any, nc: Any) -> Any:
    with mp.workdps(mp.dps + 10):
        a, x = mp.mpf(v) / 2, mp.mpf(x) / 2
        step = mp.exp(a * mp.log(x) - x - mp.loggamma(a + 1))
        return poisson_mixture(mp, mp.mpf(nc) / 2, step, lambda j: x / (a + j + 1))


def derivative(mp: Any, f: Any, orders: dict[int, int], point: tuple[Any, ...]) -> Any:
    """Reference: the partial derivative of f of the given orders, by differences."""
    used = sorted(orders)

    def along(*x: Any) -> Any:
        full = list(point)
        for i, xi in zip(used, x, strict=True):
            full[i] = xi
        return f(*full)

    at = tuple(point[i] for i in used)
    with mp.workdps(mp.dps + 15):
        if len(used) == 1:
            return mp.diff(along, at[0], orders[used[0]])
        return mp.diff(along, at, tuple(orders[i] for i in used))


def _second_reference(mp: Any, i: Any, j: Any, x: Any, df: Any, nc: Any) -> Any:
    orders = {int(i): 2} if i == j else {int(i): 1, int(j): 1}
    return derivative(mp, lambda *a: _cdf(mp, *a), orders, (x, df, nc))


_SAMPLES = (
    Group("body", x=linear(1, 12), df=linear(0.5, 8), nc=linear(0.1, 6), count=5),
    Group("lower tail", x=logarithmic(1e-3, 1), df=logarithmic(0.1, 30), nc=logarithmic(0.1, 100), count=4),
    Group("large", x=linear(380, 560), df=logarithmic(1, 50), nc=linear(420, 480), count=4),
    Group("small noncentrality", x=linear(1, 9), df=linear(1, 6), nc=logarithmic(1e-9, 0.1), count=3),
)
_SLOPED = (
    Group("body", x=linear(1, 12), df=linear(0.5, 8), nc=linear(0.1, 6), count=3),
    Group("lower tail", x=logarithmic(1e-2, 1), df=logarithmic(0.5, 30), nc=logarithmic(0.1, 100), count=2),
    Group("large", x=linear(420, 500), df=logarithmic(1, 50), nc=linear(430, 470), count=2),
)


def _with(group: Group, **axes: Any) -> Group:
    return Group(group.name, count=group.count, dtypes=group.dtypes, **axes, **group.axes)


@elementwise(
    "special/noncentral_chi_squared.h",
    "i i r r r -> r",
    partials=(discrete, discrete, *(not_implemented("a third derivative"),) * 3),
    reference=_second_reference,
    samples=tuple(_with(g, i=values(0, 1, 2), j=values(1, 2)) for g in _SLOPED[:2]),
    special=((0, 0, 0.0, 5.0, 1.0, 0.0), (0, 0, -1.0, 5.0, 1.0, nan), (3, 0, 1.0, 1.0, 1.0, nan)),
    # It changes sign.
    ulp=Ulp(float64=4096, float32=64),
    public=False,
    sorted=True,
)
def chndtr_second(i: Any, j: Any, x: Any, df: Any, nc: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivatives of the noncentral chi-squared distribution function.

    Parameters
    ----------
    i, j : tensor_like of integers
        The arguments to differentiate in: 0 for `x`, 1 for `df`, 2 for `nc`.
    x, df, nc : tensor_like
        Arguments of `chndtr`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The second derivative.

    Notes
    -----
    The algorithms of `chndtr` on dual numbers of dual numbers. At ``x = 0`` derivatives in `x` need
    ``df > 4``.
    """


@elementwise(
    "special/noncentral_chi_squared.h",
    "i r r r -> r",
    partials=(
        discrete,
        lambda i, x, df, nc, out: chndtr_second(i, 0, x, df, nc),
        lambda i, x, df, nc, out: chndtr_second(i, 1, x, df, nc),
        lambda i, x, df, nc, out: chndtr_second(i, 2, x, df, nc),
    ),
    reference=lambda mp, i, *a: derivative(mp, lambda *b: _cdf(mp, *b), {int(i): 1}, a),
    samples=tuple(_with(g, i=values(0, 1, 2)) for g in _SLOPED),
    special=(
        (0, 0.0, 2.0, 0.0, 0.5),
        (0, 0.0, 1.0, 1.0, inf),
        (0, 0.0, 3.0, 1.0, 0.0),
        (1, 0.0, 3.0, 1.0, 0.0),
        (0, inf, 3.0, 1.0, 0.0),
        (2, 1.0, -1.0, 1.0, nan),
    ),
    # Second derivatives change sign.
    ulp=Ulp(float64=64, float32=16, partials=65536),
    public=False,
    sorted=True,
)
def chndtr_partial(i: Any, x: Any, df: Any, nc: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    First derivatives of the noncentral chi-squared distribution function.

    Parameters
    ----------
    i : tensor_like of integers
        The argument to differentiate in: 0 for `x`, 1 for `df`, 2 for `nc`.
    x, df, nc : tensor_like
        Arguments of `chndtr`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative; the density for ``i = 0``.

    Notes
    -----
    The algorithms of `chndtr` on dual numbers.
    """


def inverse_partials(slope: Callable[..., Any], solved: int, count: int, signed: bool = False) -> Any:
    """Partial derivatives of an inverse by the implicit function rule.

    `slope(i, *arguments)` is the distribution function's derivative in argument i of `count`. The inverse has the same
    arguments, but a probability in the place of the one solved for, which is positive unless `signed`.
    """

    def one(i: int) -> Callable[..., Any]:
        def partial(*given: Any) -> Any:
            *at, out = given
            inside = out.isfinite() & ((out > 0) | signed)
            at[solved] = torch.where(inside, out, 1.0)
            below = slope(solved, *at)
            above = torch.ones_like(below) if i == solved else -slope(i, *at)
            return torch.where(out.isnan(), out, quotient(inside, above, below))

        return partial

    return tuple(one(i) for i in range(count))


@elementwise(
    "special/noncentral_chi_squared.h",
    "r r r -> r",
    partials=tuple((lambda x, df, nc, out, i=i: chndtr_partial(i, x, df, nc)) for i in range(3)),
    reference=_cdf,
    samples=_SAMPLES,
    special=(
        (0.0, 1.0, 1.0, 0.0),
        (inf, 1.0, 1.0, 1.0),
        (1.0, 1.0, inf, 0.0),
        (1.0, inf, 1.0, 0.0),
        (1.0, 2.0, 0.0, 0.39346934028736657640),
        (-1.0, 1.0, 1.0, nan),
        (1.0, 0.0, 1.0, nan),
        (1.0, 1.0, -1.0, nan),
        (nan, 1.0, 1.0, nan),
        (1.0, nan, 1.0, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=4, partials=128),
    pullback="arguments",
    sorted=True,
)
def chndtr(x: Any, df: Any, nc: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Distribution function of the noncentral chi-squared distribution.

    .. math:: F(x) = \sum_{j=0}^\infty e^{-\lambda/2} \frac{(\lambda/2)^j}{j!}\, P(\nu/2 + j, x/2)

    Parameters
    ----------
    x : tensor_like
        Argument, not negative.
    df : tensor_like
        Degrees of freedom, positive.
    nc : tensor_like
        Noncentrality, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function, from 0 to 1, in the promoted dtype and the broadcast shape; NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    chndtrix : inverse in `x`
    chndtridf : inverse in `df`
    chndtrinc : inverse in `nc`
    chdtr : the distribution without noncentrality

    Notes
    -----
    The smaller one of the function and its complement is a sum of positive terms about its saddle point [1]_, and for
    large noncentralities the trapezoidal rule with some 45 points: the time does not grow with the arguments. The
    lower tail is relatively accurate. The derivatives are the same algorithms on dual numbers.

    References
    ----------
    .. [1] D. Benton and K. Krishnamoorthy, "Computing discrete mixtures of continuous distributions", Computational
       Statistics & Data Analysis 43 (2003), 249-267.

    Examples
    --------
    >>> import torch, sci
    >>> nc = torch.tensor([0.0, 1.0, 10.0], dtype=torch.float64, requires_grad=True)
    >>> p = sci.special.chndtr(4.0, 3.0, nc)
    >>> p.detach()
    tensor([0.7385, 0.6025, 0.0584], dtype=torch.float64)
    >>> p.sum().backward()
    >>> bool((nc.grad < 0).all())
    True
    """


def _root_reference(solved: int) -> Callable[..., Any]:
    def reference(mp: Any, *given: Any) -> Any:
        p = given[solved]

        def cdf(k: Any) -> Any:
            return _cdf(mp, *(k if i == solved else given[i] for i in range(3)))

        return shape_quantile(mp, cdf, 3, p)

    return reference


@elementwise(
    "special/noncentral_chi_squared.h",
    "r r r -> r",
    partials=inverse_partials(chndtr_partial, 0, 3),
    reference=_root_reference(0),
    samples=(
        Group("body", p=linear(0.02, 0.95), df=linear(0.5, 8), nc=linear(0.1, 12), count=3),
        Group("tail", p=logarithmic(1e-20, 1e-2), df=linear(0.5, 8), nc=linear(0.1, 12), count=2),
    ),
    special=(
        (0.0, 1.0, 1.0, 0.0),
        (1.0, 1.0, 1.0, inf),
        (1.5, 1.0, 1.0, nan),
        (0.5, 0.0, 1.0, nan),
        (0.5, 2.0, 0.0, 1.3862943611198906188),
        (nan, 1.0, 1.0, nan),
        (0.5, nan, 1.0, nan),
        (0.5, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=4, partials=512),
    sorted=True,
)
def chndtrix(p: Any, df: Any, nc: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the noncentral chi-squared distribution function in its argument.

    .. math:: \mathrm{chndtrix}(p, df, nc) = x, \quad \mathrm{chndtr}(x, df, nc) = p

    Parameters
    ----------
    p : tensor_like
        Probability from 0 to 1.
    df : tensor_like
        Degrees of freedom, positive.
    nc : tensor_like
        Noncentrality, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `x` with ``chndtr(x, df, nc) = p``, in the promoted dtype and the broadcast shape: 0 for ``p = 0``, ``inf``
        for ``p = 1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    chndtr : the distribution function

    Notes
    -----
    A root by Chandrupatla's method in the logarithm of the smaller tail. Derivatives by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> x = sci.special.chndtrix(torch.tensor([0.1, 0.5], dtype=torch.float64), 3.0, 1.0)
    >>> sci.special.chndtr(x, 3.0, 1.0)
    tensor([0.1000, 0.5000], dtype=torch.float64)
    """


@elementwise(
    "special/noncentral_chi_squared.h",
    "r r r -> r",
    partials=inverse_partials(chndtr_partial, 1, 3),
    reference=_root_reference(1),
    samples=(
        Group("body", x=linear(4, 12), p=linear(0.02, 0.7), nc=linear(0.1, 2), count=3),
        Group("tail", x=linear(4, 12), p=logarithmic(1e-15, 1e-2), nc=linear(0.1, 2), count=2),
    ),
    special=(
        (1.3862943611198906188, 0.5, 0.0, 2.0),
        (1.0, 0.0, 1.0, nan),
        (1.0, 0.999, 9.0, nan),
        (0.0, 0.5, 1.0, nan),
        (nan, 0.5, 1.0, nan),
        (1.0, nan, 1.0, nan),
        (1.0, 0.5, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=8, partials=1024),
)
def chndtridf(x: Any, p: Any, nc: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the noncentral chi-squared distribution function in the degrees of freedom.

    .. math:: \mathrm{chndtridf}(x, p, nc) = df, \quad \mathrm{chndtr}(x, df, nc) = p

    Parameters
    ----------
    x : tensor_like
        Argument, positive.
    p : tensor_like
        Probability, strictly between 0 and 1.
    nc : tensor_like
        Noncentrality, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `df` with ``chndtr(x, df, nc) = p``, in the promoted dtype and the broadcast shape; NaN where there is none.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    chndtr : the distribution function

    Notes
    -----
    A root by Chandrupatla's method. The function falls from its value for ``df = 0`` to 0: a larger `p` has no
    solution (SciPy returns the smallest number). Derivatives by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> df = sci.special.chndtridf(4.0, torch.tensor([0.1, 0.5], dtype=torch.float64), 1.0)
    >>> sci.special.chndtr(4.0, df, 1.0)
    tensor([0.1000, 0.5000], dtype=torch.float64)
    """


@elementwise(
    "special/noncentral_chi_squared.h",
    "r r r -> r",
    partials=inverse_partials(chndtr_partial, 2, 3),
    reference=_root_reference(2),
    samples=(
        Group("body", x=linear(4, 12), df=linear(0.5, 3), p=linear(0.02, 0.6), count=3),
        Group("tail", x=linear(4, 12), df=linear(0.5, 3), p=logarithmic(1e-15, 1e-2), count=2),
    ),
    special=(
        (1.0, 1.0, 0.0, nan),
        (1.0, 1.0, 0.99, nan),
        (0.0, 1.0, 0.5, nan),
        (1.0, 0.0, 0.5, nan),
        (nan, 1.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=8, partials=1024),
)
def chndtrinc(x: Any, df: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the noncentral chi-squared distribution function in the noncentrality.

    .. math:: \mathrm{chndtrinc}(x, df, p) = nc, \quad \mathrm{chndtr}(x, df, nc) = p

    Parameters
    ----------
    x : tensor_like
        Argument, positive.
    df : tensor_like
        Degrees of freedom, positive.
    p : tensor_like
        Probability, strictly between 0 and 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `nc` with ``chndtr(x, df, nc) = p``, in the promoted dtype and the broadcast shape; NaN where there is none.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    chndtr : the distribution function

    Notes
    -----
    A root by Chandrupatla's method. The function falls from ``chdtr(df, x)`` to 0: a larger `p` has no solution (SciPy
    returns the smallest number). Derivatives by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> nc = sci.special.chndtrinc(4.0, 1.0, torch.tensor([0.1, 0.5], dtype=torch.float64))
    >>> sci.special.chndtr(4.0, 1.0, nc)
    tensor([0.1000, 0.5000], dtype=torch.float64)
    """
