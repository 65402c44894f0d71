"""The noncentral F distribution function, its derivatives and its inverses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, not_implemented, values
from sci._core.dispatch import elementwise

from ._betaincinv import shape_quantile
from ._noncentral_chi_squared import derivative, inverse_partials, poisson_mixture


def _cdf(mp: Any, m: Any, n: Any, nc: Any, f: Any) -> Any:
    with mp.workdps(mp.dps + 10):
        m, n, f = mp.mpf(m), mp.mpf(n), mp.mpf(f)
        a, b, x, y = m / 2, n / 2, m * f / (m * f + n), n / (m * f + n)
        log_step = a * mp.log(x) + b * mp.log(y) - mp.loggamma(a + 1) - mp.loggamma(b) + mp.loggamma(a + b)
        return poisson_mixture(mp, mp.mpf(nc) / 2, mp.exp(log_step), lambda j: x * (a + b + j) / (a + j + 1))


def _second_reference(mp: Any, i: Any, j: Any, *a: Any) -> Any:
    orders = {int(i): 2} if i == j else {int(i): 1, int(j): 1}
    return derivative(mp, lambda *b: _cdf(mp, *b), orders, a)


def root_reference(cdf: Callable[..., Any], solved: int, count: int, signed: bool = False) -> Callable[..., Any]:
    """Reference of an inverse whose result is positive unless `signed`."""

    def reference(mp: Any, *given: Any) -> Any:
        p = mp.mpf(given[solved])

        def along(k: Any) -> Any:
            return cdf(mp, *(k if i == solved else mp.mpf(given[i]) for i in range(count)))

        sign = 1
        if signed:
            with mp.workdps(15):
                middle = along(mp.mpf(0))
                sign = 1 if (p > middle) == (along(mp.mpf(1)) > middle) else -1
        return sign * shape_quantile(mp, lambda k: along(sign * k), 3, p)

    return reference


_BODY: dict[str, Any] = {"dfn": linear(0.5, 9), "dfd": linear(1, 12), "nc": linear(0.1, 12), "f": linear(0.3, 4)}
_TAIL: dict[str, Any] = {
    "dfn": linear(0.5, 9),
    "dfd": linear(1, 40),
    "nc": logarithmic(0.1, 100),
    "f": logarithmic(1e-2, 0.3),
}
_LARGE: dict[str, Any] = {"dfn": linear(2, 9), "dfd": linear(30, 90), "nc": linear(420, 480), "f": linear(50, 150)}


@elementwise(
    "special/noncentral_fisher.h",
    "i i r r r r -> r",
    partials=(discrete, discrete, *(not_implemented("a third derivative"),) * 4),
    reference=_second_reference,
    samples=(Group("body", count=1, i=values(0, 2, 3), j=values(1, 2), **_BODY),),
    special=((0, 0, 5.0, 1.0, 1.0, 0.0, 0.0), (0, 0, 5.0, 1.0, 1.0, -1.0, nan), (4, 0, 1.0, 1.0, 1.0, 1.0, nan)),
    # It changes sign.
    ulp=Ulp(float64=65536, float32=64),
    public=False,
)
def ncfdtr_second(i: Any, j: Any, dfn: Any, dfd: Any, nc: Any, f: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivatives of the noncentral F distribution function.

    Parameters
    ----------
    i, j : tensor_like of integers
        The arguments to differentiate in: 0 for `dfn`, 1 for `dfd`, 2 for `nc`, 3 for `f`.
    dfn, dfd, nc, f : tensor_like
        Arguments of `ncfdtr`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The second derivative.

    Notes
    -----
    The algorithms of `ncfdtr` on dual numbers of dual numbers. At ``f = 0`` derivatives in `f` need
    ``dfn > 4``.
    """


@elementwise(
    "special/noncentral_fisher.h",
    "i r r r r -> r",
    partials=(discrete, *((lambda i, *a, j=j: ncfdtr_second(i, j, *a[:4])) for j in range(4))),
    reference=lambda mp, i, *a: derivative(mp, lambda *b: _cdf(mp, *b), {int(i): 1}, a),
    samples=(
        Group("body", count=1, i=values(0, 1, 2, 3), **_BODY),
        Group("lower tail", count=1, i=values(0, 1, 2, 3), **_TAIL),
        Group("large", count=1, i=values(0, 1, 2, 3), **_LARGE),
    ),
    special=(
        (3, 2.0, 1.0, 0.0, 0.0, 1.0),
        (3, 1.0, 1.0, 1.0, 0.0, inf),
        (3, 3.0, 1.0, 1.0, 0.0, 0.0),
        (0, 3.0, 1.0, 1.0, 0.0, 0.0),
        (3, 3.0, 1.0, 1.0, inf, 0.0),
        (2, 1.0, -1.0, 1.0, 1.0, nan),
    ),
    # That in dfd changes sign, and so do second derivatives.
    ulp=Ulp(float64=4096, float32=16, partials=65536),
    public=False,
    sorted=True,
)
def ncfdtr_partial(i: Any, dfn: Any, dfd: Any, nc: Any, f: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    First derivatives of the noncentral F distribution function.

    Parameters
    ----------
    i : tensor_like of integers
        The argument to differentiate in: 0 for `dfn`, 1 for `dfd`, 2 for `nc`, 3 for `f`.
    dfn, dfd, nc, f : tensor_like
        Arguments of `ncfdtr`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative; the density for ``i = 3``.

    Notes
    -----
    The algorithms of `ncfdtr` on dual numbers.
    """


@elementwise(
    "special/noncentral_fisher.h",
    "r r r r -> r",
    partials=tuple((lambda *a, i=i: ncfdtr_partial(i, *a[:4])) for i in range(4)),
    reference=_cdf,
    samples=(
        Group("body", count=3, **_BODY),
        Group("lower tail", count=2, **_TAIL),
        Group("large", count=2, **_LARGE),
    ),
    special=(
        (1.0, 1.0, 1.0, 0.0, 0.0),
        (1.0, 1.0, 1.0, inf, 1.0),
        (2.0, 2.0, 0.0, 1.0, 0.5),
        (0.0, 1.0, 1.0, 1.0, nan),
        (1.0, 0.0, 1.0, 1.0, nan),
        (1.0, 1.0, -1.0, 1.0, nan),
        (1.0, 1.0, 1.0, -1.0, nan),
        (nan, 1.0, 1.0, 1.0, nan),
        (1.0, nan, 1.0, 1.0, nan),
        (1.0, 1.0, nan, 1.0, nan),
        (1.0, 1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=4, partials=16384),
    pullback="arguments",
    sorted=True,
)
def ncfdtr(dfn: Any, dfd: Any, nc: Any, f: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Distribution function of the noncentral F distribution.

    .. math:: F(f) = \sum_{j=0}^\infty e^{-\lambda/2} \frac{(\lambda/2)^j}{j!}\, I_y(m/2 + j, n/2),
        \quad y = \frac{m f}{m f + n}

    Parameters
    ----------
    dfn : tensor_like
        Degrees of freedom of the numerator, positive.
    dfd : tensor_like
        Degrees of freedom of the denominator, positive.
    nc : tensor_like
        Noncentrality, not negative.
    f : tensor_like
        Argument, not negative.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function, from 0 to 1, in the promoted dtype and the broadcast shape; NaN outside the domain and for
        infinite degrees of freedom or noncentrality.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    ncfdtri : inverse in `f`
    ncfdtridfn : inverse in `dfn`
    ncfdtrinc : inverse in `nc`
    fdtr : the distribution without noncentrality

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
    >>> p = sci.special.ncfdtr(2.0, 3.0, nc, 1.0)
    >>> p.sum().backward()
    >>> bool((nc.grad < 0).all())
    True
    """


@elementwise(
    "special/noncentral_fisher.h",
    "r r r r -> r",
    partials=inverse_partials(ncfdtr_partial, 3, 4),
    reference=root_reference(_cdf, 3, 4),
    samples=(Group("body", count=1, dfn=linear(2, 6), dfd=linear(6, 11), nc=linear(1, 4), p=linear(0.3, 0.6)),),
    special=(
        (1.0, 1.0, 1.0, 0.0, 0.0),
        (1.0, 1.0, 1.0, 1.0, inf),
        (1.0, 1.0, 1.0, 1.5, nan),
        (2.0, 2.0, 0.0, 0.5, 1.0),
        (nan, 0.5, 0.5, 0.5, nan),
        (0.5, nan, 0.5, 0.5, nan),
        (0.5, 0.5, nan, 0.5, nan),
        (0.5, 0.5, 0.5, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=4, partials=16384),
)
def ncfdtri(dfn: Any, dfd: Any, nc: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the noncentral F distribution function in its argument.

    .. math:: \mathrm{ncfdtri}(d_1, d_2, nc, p) = f, \quad \mathrm{ncfdtr}(d_1, d_2, nc, f) = p

    Parameters
    ----------
    dfn : tensor_like
        Degrees of freedom of the numerator, positive.
    dfd : tensor_like
        Degrees of freedom of the denominator, positive.
    nc : tensor_like
        Noncentrality, not negative.
    p : tensor_like
        Probability from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `f` with ``ncfdtr(dfn, dfd, nc, f) = p``, in the promoted dtype and the broadcast shape: 0 for
        ``p = 0``, ``inf`` for ``p = 1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    ncfdtr : the distribution function

    Notes
    -----
    A root by Chandrupatla's method in the logarithm of the smaller tail. Derivatives by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> f = sci.special.ncfdtri(2.0, 3.0, 1.0, torch.tensor([0.1, 0.5], dtype=torch.float64))
    >>> sci.special.ncfdtr(2.0, 3.0, 1.0, f)
    tensor([0.1000, 0.5000], dtype=torch.float64)
    """


@elementwise(
    "special/noncentral_fisher.h",
    "r r r r -> r",
    partials=inverse_partials(ncfdtr_partial, 0, 4),
    reference=root_reference(_cdf, 0, 4),
    samples=(Group("body", count=1, p=linear(0.2, 0.3), dfd=linear(6, 9), nc=linear(2, 4), f=linear(0.6, 0.9)),),
    special=(
        (0.5, 2.0, 0.0, 1.0, 2.0),
        (0.0, 2.0, 0.0, 1.0, nan),
        (1.0, 2.0, 0.0, 1.0, nan),
        (0.5, 2.0, 0.0, 0.0, nan),
        (nan, 0.5, 0.5, 0.5, nan),
        (0.5, nan, 0.5, 0.5, nan),
        (0.5, 0.5, nan, 0.5, nan),
        (0.5, 0.5, 0.5, nan, nan),
    ),
    ulp=Ulp(float64=128, float32=16, partials=16384),
)
def ncfdtridfn(p: Any, dfd: Any, nc: Any, f: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the noncentral F distribution function in the degrees of freedom of the numerator.

    .. math:: \mathrm{ncfdtridfn}(p, d_2, nc, f) = d_1, \quad \mathrm{ncfdtr}(d_1, d_2, nc, f) = p

    Parameters
    ----------
    p : tensor_like
        Probability, strictly between 0 and 1.
    dfd : tensor_like
        Degrees of freedom of the denominator, positive.
    nc : tensor_like
        Noncentrality, not negative.
    f : tensor_like
        Argument, positive.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `dfn` with ``ncfdtr(dfn, dfd, nc, f) = p``, in the promoted dtype and the broadcast shape; NaN where none
        is found.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    ncfdtr : the distribution function

    Notes
    -----
    The function need not be monotone in `dfn`: the root sought is that from ``dfn = 5`` upwards where the function
    is too large there, else downwards, or else the other way. Chandrupatla's method. Derivatives by the implicit
    function rule.

    Examples
    --------
    >>> import torch, sci
    >>> dfn = sci.special.ncfdtridfn(torch.tensor([0.1, 0.2], dtype=torch.float64), 9.0, 5.0, 0.8)
    >>> sci.special.ncfdtr(dfn, 9.0, 5.0, 0.8)
    tensor([0.1000, 0.2000], dtype=torch.float64)
    """


@elementwise(
    "special/noncentral_fisher.h",
    "r r r r -> r",
    partials=inverse_partials(ncfdtr_partial, 1, 4),
    reference=root_reference(_cdf, 1, 4),
    samples=(Group("body", count=1, dfn=linear(3, 6), p=linear(0.3, 0.4), nc=linear(0.5, 1), f=linear(2, 3)),),
    special=(
        (2.0, 0.5, 0.0, 1.0, 2.0),
        (2.0, 0.0, 0.0, 1.0, nan),
        (2.0, 1.0, 0.0, 1.0, nan),
        (2.0, 0.5, 0.0, 0.0, nan),
        (nan, 0.5, 0.5, 0.5, nan),
        (0.5, nan, 0.5, 0.5, nan),
        (0.5, 0.5, nan, 0.5, nan),
        (0.5, 0.5, 0.5, nan, nan),
    ),
    ulp=Ulp(float64=128, float32=16, partials=16384),
)
def ncfdtridfd(dfn: Any, p: Any, nc: Any, f: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the noncentral F distribution function in the degrees of freedom of the denominator.

    .. math:: \mathrm{ncfdtridfd}(d_1, p, nc, f) = d_2, \quad \mathrm{ncfdtr}(d_1, d_2, nc, f) = p

    Parameters
    ----------
    dfn : tensor_like
        Degrees of freedom of the numerator, positive.
    p : tensor_like
        Probability, strictly between 0 and 1.
    nc : tensor_like
        Noncentrality, not negative.
    f : tensor_like
        Argument, positive.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `dfd` with ``ncfdtr(dfn, dfd, nc, f) = p``, in the promoted dtype and the broadcast shape; NaN where none
        is found.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    ncfdtr : the distribution function

    Notes
    -----
    The function need not be monotone in `dfd`: the root sought is that from ``dfd = 5`` upwards where the function
    is too small there, else downwards, or else the other way. Chandrupatla's method, to full precision. Derivatives
    by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> dfd = sci.special.ncfdtridfd(2.0, torch.tensor([0.2, 0.5], dtype=torch.float64), 1.0, 3.0)
    >>> sci.special.ncfdtr(2.0, dfd, 1.0, 3.0)
    tensor([0.2000, 0.5000], dtype=torch.float64)
    """


@elementwise(
    "special/noncentral_fisher.h",
    "r r r r -> r",
    partials=inverse_partials(ncfdtr_partial, 2, 4),
    reference=root_reference(_cdf, 2, 4),
    samples=(Group("body", count=1, dfn=linear(2, 4), dfd=linear(6, 11), p=linear(0.3, 0.5), f=linear(2, 3)),),
    special=(
        (1.0, 1.0, 0.0, 1.0, nan),
        (2.0, 2.0, 0.75, 1.0, nan),
        (2.0, 2.0, 0.25, 0.0, nan),
        (nan, 0.5, 0.5, 0.5, nan),
        (0.5, nan, 0.5, 0.5, nan),
        (0.5, 0.5, nan, 0.5, nan),
        (0.5, 0.5, 0.5, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=8, partials=16384),
)
def ncfdtrinc(dfn: Any, dfd: Any, p: Any, f: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the noncentral F distribution function in the noncentrality.

    .. math:: \mathrm{ncfdtrinc}(d_1, d_2, p, f) = nc, \quad \mathrm{ncfdtr}(d_1, d_2, nc, f) = p

    Parameters
    ----------
    dfn : tensor_like
        Degrees of freedom of the numerator, positive.
    dfd : tensor_like
        Degrees of freedom of the denominator, positive.
    p : tensor_like
        Probability, strictly between 0 and 1.
    f : tensor_like
        Argument, positive.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `nc` with ``ncfdtr(dfn, dfd, nc, f) = p``, in the promoted dtype and the broadcast shape; NaN where there
        is none.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    ncfdtr : the distribution function

    Notes
    -----
    A root by Chandrupatla's method. The function falls from ``fdtr(dfn, dfd, f)`` to 0: a larger `p` has no solution.
    Derivatives by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> nc = sci.special.ncfdtrinc(2.0, 3.0, torch.tensor([0.1, 0.5], dtype=torch.float64), 3.0)
    >>> sci.special.ncfdtr(2.0, 3.0, nc, 3.0)
    tensor([0.1000, 0.5000], dtype=torch.float64)
    """
