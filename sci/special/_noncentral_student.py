"""The noncentral t distribution function, its derivatives and its inverses."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, not_implemented, values
from sci._core.dispatch import elementwise

from ._noncentral_chi_squared import derivative, inverse_partials
from ._noncentral_fisher import root_reference


def _cdf(mp: Any, v: Any, nc: Any, t: Any) -> Any:
    """Integral of Phi(t u - nc) over the density of sqrt(V/v), by the trapezoidal rule in w with log u = w - e^-w."""
    with mp.workdps(mp.dps + 10):
        v, nc, t = mp.mpf(v), mp.mpf(nc), mp.mpf(t)
        scale = mp.log(2) + (v / 2) * mp.log(v / 2) - mp.loggamma(v / 2)
        finest = max(0.7, 0.15 * mp.sqrt(v), 0.15 * abs(nc))
        steps = int(mp.ceil(mp.dps * finest))
        left = mp.log((3 * mp.dps + abs(nc) ** 2) / v + 8)
        total = mp.mpf(0)
        right = 3 + max(0, mp.log((6 * mp.dps + nc**2) / v)) / 2
        for k in range(-int(left * steps), int(right * steps)):
            w = mp.mpf(k) / steps
            e = mp.exp(-w)
            u = mp.exp(w - e)
            exponent = scale + v * (w - e) - v * u * u / 2
            if exponent < -3 * mp.dps - nc * nc - 200:
                continue
            total += mp.exp(exponent) * mp.ncdf(t * u - nc) * (1 + e)
        return total / steps


def _second_reference(mp: Any, i: Any, j: Any, *a: Any) -> Any:
    orders = {int(i): 2} if i == j else {int(i): 1, int(j): 1}
    return derivative(mp, lambda *b: _cdf(mp, *b), orders, a)


_BODY: dict[str, Any] = {"df": linear(1, 9), "nc": linear(-3, 3), "t": linear(-4, 4)}
_OPPOSITE: dict[str, Any] = {"df": linear(1, 9), "nc": linear(2, 5), "t": linear(-6, -1)}
_SAME: dict[str, Any] = {"df": linear(1, 30), "nc": linear(3, 6), "t": linear(2, 12)}
_NEAR: dict[str, Any] = {"df": logarithmic(0.2, 300), "nc": linear(-3, 3), "t": logarithmic(1e-9, 0.1)}
_FEW: dict[str, Any] = {"df": logarithmic(1e-3, 0.1), "nc": linear(-2, 2), "t": linear(-9, 9)}


@elementwise(
    "special/noncentral_student.h",
    "i i r r r -> r",
    partials=(discrete, discrete, *(not_implemented("a third derivative"),) * 3),
    reference=_second_reference,
    samples=(Group("body", count=2, dtypes=("float64",), i=values(0, 2), j=values(1, 2), **_BODY),),
    special=((0, 0, 5.0, 1.0, inf, 0.0), (0, 0, -5.0, 1.0, 1.0, nan), (3, 0, 1.0, 1.0, 1.0, nan)),
    # It changes sign.
    ulp=Ulp(float64=65536, float32=64),
    public=False,
    sorted=True,
)
def nctdtr_second(i: Any, j: Any, df: Any, nc: Any, t: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivatives of the noncentral t distribution function.

    Parameters
    ----------
    i, j : tensor_like of integers
        The arguments to differentiate in: 0 for `df`, 1 for `nc`, 2 for `t`.
    df, nc, t : tensor_like
        Arguments of `nctdtr`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The second derivative.

    Notes
    -----
    The algorithms of `nctdtr` on dual numbers of dual numbers.
    """


@elementwise(
    "special/noncentral_student.h",
    "i r r r -> r",
    partials=(discrete, *((lambda i, *a, j=j: nctdtr_second(i, j, *a[:3])) for j in range(3))),
    reference=lambda mp, i, *a: derivative(mp, lambda *b: _cdf(mp, *b), {int(i): 1}, a),
    samples=(
        Group("body", count=1, dtypes=("float64",), i=values(0, 1, 2), **_BODY),
        Group("near 0", count=1, dtypes=("float64",), i=values(0, 1, 2), **_NEAR),
        Group("few degrees of freedom", count=1, dtypes=("float64",), i=values(0, 1, 2), **_FEW),
    ),
    special=(
        (2, 1.0, 0.0, 0.0, 0.31830988618379067154),
        (0, 1.0, 0.0, inf, 0.0),
        (0, 0.0, 1.0, 1.0, nan),
        (3, 1.0, 1.0, 1.0, nan),
    ),
    # That in df changes sign, and so do second derivatives.
    ulp=Ulp(float64=4096, float32=16, partials=65536),
    public=False,
    sorted=True,
)
def nctdtr_partial(i: Any, df: Any, nc: Any, t: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    First derivatives of the noncentral t distribution function.

    Parameters
    ----------
    i : tensor_like of integers
        The argument to differentiate in: 0 for `df`, 1 for `nc`, 2 for `t`.
    df, nc, t : tensor_like
        Arguments of `nctdtr`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative; the density for ``i = 2``.

    Notes
    -----
    The algorithms of `nctdtr` on dual numbers.
    """


@elementwise(
    "special/noncentral_student.h",
    "r r r -> r",
    partials=tuple((lambda *a, i=i: nctdtr_partial(i, *a[:3])) for i in range(3)),
    reference=_cdf,
    samples=(
        Group("body", count=2, **_BODY),
        Group("opposite signs", count=2, dtypes=("float64",), **_OPPOSITE),
        Group("same sign", count=2, dtypes=("float64",), **_SAME),
        Group("near 0", count=2, dtypes=("float64",), **_NEAR),
        Group("few degrees of freedom", count=2, dtypes=("float64",), **_FEW),
    ),
    special=(
        (1.0, 0.0, 0.0, 0.5),
        (1.0, 0.0, 1.0, 0.75),
        (3.0, 1.0, 0.0, 0.15865525393145705142),
        (1.0, 1.0, inf, 1.0),
        (1.0, 1.0, -inf, 0.0),
        (0.0, 1.0, 1.0, nan),
        (1.0, inf, 1.0, nan),
        (inf, 1.0, 1.0, 0.5),
        (9.0, 65536.0, 45.0, 0.0),
        (nan, 1.0, 1.0, nan),
        (1.0, nan, 1.0, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=16, float32=4, partials=16384),
    pullback="arguments",
    sorted=True,
)
def nctdtr(df: Any, nc: Any, t: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Distribution function of the noncentral t distribution.

    The probability that :math:`(Z + \delta) / \sqrt{V / \nu}` is at most `t`, for a normal variable `Z` and a
    chi-squared variable `V` of :math:`\nu` degrees of freedom.

    Parameters
    ----------
    df : tensor_like
        Degrees of freedom, positive.
    nc : tensor_like
        Noncentrality.
    t : tensor_like
        Argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function, from 0 to 1, in the promoted dtype and the broadcast shape; NaN unless `df` is positive
        and `nc` is finite.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    nctdtrit : inverse in `t`
    nctdtridf : inverse in `df`
    nctdtrinc : inverse in `nc`
    stdtr : the distribution without noncentrality

    Notes
    -----
    Where `t` and `nc` have the same sign, a sum of positive terms about its saddle point [1]_, and for large
    noncentralities the trapezoidal rule with some 45 points: the time does not grow with the arguments. Elsewhere
    these terms cancel, and an integral over the distribution of `V` takes their place. Both tails are relatively
    accurate. The derivatives are the same algorithms on dual numbers. For infinite `df` this is ``ndtr(t - nc)``.

    References
    ----------
    .. [1] D. Benton and K. Krishnamoorthy, "Computing discrete mixtures of continuous distributions", Computational
       Statistics & Data Analysis 43 (2003), 249-267.

    Examples
    --------
    >>> import torch, sci
    >>> nc = torch.tensor([0.0, 1.0, 10.0], dtype=torch.float64, requires_grad=True)
    >>> p = sci.special.nctdtr(3.0, nc, 1.0)
    >>> p.sum().backward()
    >>> bool((nc.grad < 0).all())
    True
    """


@elementwise(
    "special/noncentral_student.h",
    "r r r -> r",
    partials=inverse_partials(nctdtr_partial, 2, 3, signed=True),
    reference=root_reference(_cdf, 2, 3, signed=True),
    samples=(Group("body", count=1, dtypes=("float64",), df=linear(2, 9), nc=linear(0.2, 2), p=linear(0.3, 0.8)),),
    special=(
        (1.0, 0.0, 0.75, 1.0),
        (1.0, 0.0, 0.5, 0.0),
        (1.0, 1.0, 0.0, -inf),
        (1.0, 1.0, 1.0, inf),
        (0.0, 1.0, 0.5, nan),
        (nan, 1.0, 0.5, nan),
        (1.0, nan, 0.5, nan),
        (1.0, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=8, partials=16384),
    pullback=True,
)
def nctdtrit(df: Any, nc: Any, p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the noncentral t distribution function in its argument.

    .. math:: \mathrm{nctdtrit}(df, nc, p) = t, \quad \mathrm{nctdtr}(df, nc, t) = p

    Parameters
    ----------
    df : tensor_like
        Degrees of freedom, positive.
    nc : tensor_like
        Noncentrality.
    p : tensor_like
        Probability from 0 to 1.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `t` with ``nctdtr(df, nc, t) = p``, in the promoted dtype and the broadcast shape: ``-inf`` for ``p = 0``,
        ``inf`` for ``p = 1``, NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    nctdtr : the distribution function

    Notes
    -----
    A root by Chandrupatla's method in the logarithm of the smaller tail. Derivatives by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> t = sci.special.nctdtrit(3.0, 1.0, torch.tensor([0.1, 0.5], dtype=torch.float64))
    >>> sci.special.nctdtr(3.0, 1.0, t)
    tensor([0.1000, 0.5000], dtype=torch.float64)
    """


@elementwise(
    "special/noncentral_student.h",
    "r r r -> r",
    partials=inverse_partials(nctdtr_partial, 0, 3),
    reference=root_reference(_cdf, 0, 3),
    samples=(Group("body", count=1, dtypes=("float64",), p=values(0.75, 0.8125), nc=values(0.25, 0.5), t=values(1.5)),),
    special=(
        (0.75, 0.0, 1.0, 1.0),
        (0.0, 1.0, 1.0, nan),
        (0.5, 1.0, 0.0, nan),
        (nan, 1.0, 0.5, nan),
        (0.5, nan, 0.5, nan),
        (0.5, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=128, float32=16, partials=16384),
)
def nctdtridf(p: Any, nc: Any, t: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the noncentral t distribution function in the degrees of freedom.

    .. math:: \mathrm{nctdtridf}(p, nc, t) = df, \quad \mathrm{nctdtr}(df, nc, t) = p

    Parameters
    ----------
    p : tensor_like
        Probability, strictly between 0 and 1.
    nc : tensor_like
        Noncentrality.
    t : tensor_like
        Argument, not 0.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `df` with ``nctdtr(df, nc, t) = p``, in the promoted dtype and the broadcast shape; NaN where none is found.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    nctdtr : the distribution function

    Notes
    -----
    The function need not be monotone in `df`: for positive `t` the root sought is that from ``df = 5`` upwards where
    the function is too small there, else downwards, or else the nearest one. Chandrupatla's method. Derivatives by the
    implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> df = sci.special.nctdtridf(torch.tensor([0.75, 0.8], dtype=torch.float64), 0.5, 1.5)
    >>> sci.special.nctdtr(df, 0.5, 1.5)
    tensor([0.7500, 0.8000], dtype=torch.float64)
    """


@elementwise(
    "special/noncentral_student.h",
    "r r r -> r",
    partials=inverse_partials(nctdtr_partial, 1, 3, signed=True),
    reference=root_reference(_cdf, 1, 3, signed=True),
    samples=(Group("body", count=1, dtypes=("float64",), df=linear(2, 9), p=linear(0.1, 0.7), t=linear(1, 4)),),
    special=(
        (1.0, 0.75, 1.0, 0.0),
        (1.0, 0.0, 1.0, nan),
        (1.0, 1.0, 1.0, nan),
        (0.0, 0.5, 1.0, nan),
        (nan, 0.5, 1.0, nan),
        (1.0, nan, 1.0, nan),
        (1.0, 0.5, nan, nan),
    ),
    ulp=Ulp(float64=64, float32=8, partials=16384),
)
def nctdtrinc(df: Any, p: Any, t: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the noncentral t distribution function in the noncentrality.

    .. math:: \mathrm{nctdtrinc}(df, p, t) = nc, \quad \mathrm{nctdtr}(df, nc, t) = p

    Parameters
    ----------
    df : tensor_like
        Degrees of freedom, positive.
    p : tensor_like
        Probability, strictly between 0 and 1.
    t : tensor_like
        Argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The `nc` with ``nctdtr(df, nc, t) = p``, of either sign, in the promoted dtype and the broadcast shape; NaN
        outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    nctdtr : the distribution function

    Notes
    -----
    A root by Chandrupatla's method in the logarithm of the smaller tail. Derivatives by the implicit function rule.

    Examples
    --------
    >>> import torch, sci
    >>> nc = sci.special.nctdtrinc(3.0, torch.tensor([0.1, 0.5], dtype=torch.float64), 2.0)
    >>> sci.special.nctdtr(3.0, nc, 2.0)
    tensor([0.1000, 0.5000], dtype=torch.float64)
    """
