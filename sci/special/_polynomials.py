"""Orthogonal polynomials as objects: coefficients, nodes and weights, norm, weight function."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch

from sci._core.cards import Sample, function

from ._binom import binom
from ._eval_polynomials import (
    eval_gegenbauer,
    eval_genlaguerre,
    eval_jacobi,
    eval_laguerre,
    eval_legendre,
    eval_sh_jacobi,
    eval_sh_legendre,
)
from ._gauss import count, nodes_and_weights, parameter, result_dtype
from ._gauss_rules import (
    gegenbauer_rule,
    hermite_rule,
    jacobi_rule,
    laguerre_rule,
    plain_laguerre_rule,
    roots_legendre,
    roots_sh_legendre,
    sh_jacobi_rule,
)
from ._hermite import eval_hermite, eval_hermitenorm
from ._orthogonal_polynomial import OrthogonalPolynomial, quotient, with_rule

_HALF, _ONE = torch.tensor([0.5, 1.0], dtype=torch.float64, device="cpu").unbind()


def _samples(*parameters: float) -> Callable[..., Iterator[Sample]]:
    def samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
        yield Sample(3, *(torch.tensor(p, dtype=dtype, device=device) for p in parameters))

    return samples


def _call(thing: Any, *args: Any, **kwargs: Any) -> Any:
    p = thing(*args, **kwargs)
    return p.c, p.weights, p.normcoef


@function()
def legendre(n: Any, monic: bool = False, *, dtype: Any = None, device: Any = None) -> OrthogonalPolynomial:
    r"""Legendre's polynomial, as an object.

    Parameters
    ----------
    n : int
        Degree, at least 0.
    monic : bool, optional
        Whether to scale it to the leading coefficient 1.
    dtype : torch.dtype, optional
        Floating dtype of the coefficients; by default torch's default dtype.
    device : torch.device, optional
        Where to make it.

    Returns
    -------
    OrthogonalPolynomial
        The polynomial with its coefficients `c` from the highest power, `weights` (nodes, weights of Gauss quadrature
        and these over the weight function), `limits`, `weight_func` and `normcoef`; calling it evaluates it by
        `eval_legendre`.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0.

    See Also
    --------
    eval_legendre, roots_legendre

    Notes
    -----
    Orthogonal with respect to :math:`1` on :math:`[-1, 1]`. The coefficients come of the recurrence of monic
    polynomials.

    Examples
    --------
    >>> import sci
    >>> sci.special.legendre(3).c
    tensor([ 2.5000,  0.0000, -1.5000,  0.0000])
    """
    degree = count("legendre", n, 0)
    return with_rule(
        degree,
        gegenbauer_rule(degree + 1, _HALF.to(device=device)),
        quotient(math.comb(2 * degree, degree), 2**degree),
        monic,
        lambda: roots_legendre(degree, dtype=torch.float64, device=device),
        lambda x: eval_legendre(degree, x),
        lambda x: torch.ones_like(x),
        (-1.0, 1.0),
        result_dtype(dtype),
    )


@function()
def sh_legendre(n: Any, monic: bool = False, *, dtype: Any = None, device: Any = None) -> OrthogonalPolynomial:
    r"""Legendre's polynomial on [0, 1], as an object.

    Parameters
    ----------
    n : int
        Degree, at least 0.
    monic : bool, optional
        Whether to scale it to the leading coefficient 1.
    dtype : torch.dtype, optional
        Floating dtype of the coefficients; by default torch's default dtype.
    device : torch.device, optional
        Where to make it.

    Returns
    -------
    OrthogonalPolynomial
        The polynomial with its coefficients `c` from the highest power, `weights` (nodes, weights of Gauss quadrature
        and these over the weight function), `limits`, `weight_func` and `normcoef`; calling it evaluates it by
        `eval_sh_legendre`.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0.

    See Also
    --------
    eval_sh_legendre, roots_sh_legendre

    Notes
    -----
    Orthogonal with respect to :math:`1` on :math:`[0, 1]`. The coefficients come of the recurrence of monic
    polynomials.

    Examples
    --------
    >>> import sci
    >>> sci.special.sh_legendre(2).c
    tensor([ 6., -6.,  1.])
    """
    degree = count("sh_legendre", n, 0)
    return with_rule(
        degree,
        sh_jacobi_rule(degree + 1, _ONE.to(device=device), _ONE.to(device=device)),
        quotient(math.comb(2 * degree, degree), 1),
        monic,
        lambda: roots_sh_legendre(degree, dtype=torch.float64, device=device),
        lambda x: eval_sh_legendre(degree, x),
        lambda x: torch.ones_like(x),
        (0.0, 1.0),
        result_dtype(dtype),
    )


@function()
def laguerre(n: Any, monic: bool = False, *, dtype: Any = None, device: Any = None) -> OrthogonalPolynomial:
    r"""Laguerre's polynomial, as an object.

    Parameters
    ----------
    n : int
        Degree, at least 0.
    monic : bool, optional
        Whether to scale it to the leading coefficient 1.
    dtype : torch.dtype, optional
        Floating dtype of the coefficients; by default torch's default dtype.
    device : torch.device, optional
        Where to make it.

    Returns
    -------
    OrthogonalPolynomial
        The polynomial with its coefficients `c` from the highest power, `weights` (nodes, weights of Gauss quadrature
        and these over the weight function), `limits`, `weight_func` and `normcoef`; calling it evaluates it by
        `eval_laguerre`.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0.

    See Also
    --------
    eval_laguerre, roots_laguerre

    Notes
    -----
    Orthogonal with respect to :math:`e^{-x}` on :math:`[0, \infty)`. The coefficients come of the recurrence of monic
    polynomials.

    Examples
    --------
    >>> import sci
    >>> sci.special.laguerre(2).c
    tensor([ 0.5000, -2.0000,  1.0000])
    """
    degree = count("laguerre", n, 0)
    return with_rule(
        degree,
        plain_laguerre_rule(degree + 1, device),
        quotient((-1) ** degree, math.factorial(degree)),
        monic,
        lambda: nodes_and_weights(plain_laguerre_rule(degree, device)),
        lambda x: eval_laguerre(degree, x),
        lambda x: torch.exp(-x),
        (0.0, math.inf),
        result_dtype(dtype),
    )


@function()
def hermite(n: Any, monic: bool = False, *, dtype: Any = None, device: Any = None) -> OrthogonalPolynomial:
    r"""Hermite's polynomial of the physicists, as an object.

    Parameters
    ----------
    n : int
        Degree, at least 0.
    monic : bool, optional
        Whether to scale it to the leading coefficient 1.
    dtype : torch.dtype, optional
        Floating dtype of the coefficients; by default torch's default dtype.
    device : torch.device, optional
        Where to make it.

    Returns
    -------
    OrthogonalPolynomial
        The polynomial with its coefficients `c` from the highest power, `weights` (nodes, weights of Gauss quadrature
        and these over the weight function), `limits`, `weight_func` and `normcoef`; calling it evaluates it by
        `eval_hermite`.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0.

    See Also
    --------
    eval_hermite, roots_hermite

    Notes
    -----
    Orthogonal with respect to :math:`e^{-x^2}`. The coefficients come of the recurrence of monic polynomials.

    Examples
    --------
    >>> import sci
    >>> sci.special.hermite(3).c
    tensor([  8.,   0., -12.,   0.])
    """
    degree = count("hermite", n, 0)
    return with_rule(
        degree,
        hermite_rule(degree + 1, 1.0, device),
        2.0**degree,
        monic,
        lambda: nodes_and_weights(hermite_rule(degree, 1.0, device)),
        lambda x: eval_hermite(degree, x),
        lambda x: torch.exp(-x * x),
        (-math.inf, math.inf),
        result_dtype(dtype),
    )


@function()
def hermitenorm(n: Any, monic: bool = False, *, dtype: Any = None, device: Any = None) -> OrthogonalPolynomial:
    r"""Hermite's polynomial of the probabilists, as an object.

    Parameters
    ----------
    n : int
        Degree, at least 0.
    monic : bool, optional
        Whether to scale it to the leading coefficient 1.
    dtype : torch.dtype, optional
        Floating dtype of the coefficients; by default torch's default dtype.
    device : torch.device, optional
        Where to make it.

    Returns
    -------
    OrthogonalPolynomial
        The polynomial with its coefficients `c` from the highest power, `weights` (nodes, weights of Gauss quadrature
        and these over the weight function), `limits`, `weight_func` and `normcoef`; calling it evaluates it by
        `eval_hermitenorm`.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0.

    See Also
    --------
    eval_hermitenorm, roots_hermitenorm

    Notes
    -----
    Orthogonal with respect to :math:`e^{-x^2/2}`. The coefficients come of the recurrence of monic polynomials.

    Examples
    --------
    >>> import sci
    >>> sci.special.hermitenorm(3).c
    tensor([ 1.,  0., -3.,  0.])
    """
    degree = count("hermitenorm", n, 0)
    return with_rule(
        degree,
        hermite_rule(degree + 1, 0.5, device),
        1.0,
        monic,
        lambda: nodes_and_weights(hermite_rule(degree, 0.5, device)),
        lambda x: eval_hermitenorm(degree, x),
        lambda x: torch.exp(-x * x / 2),
        (-math.inf, math.inf),
        result_dtype(dtype),
    )


@function(
    differentiable=(
        "alpha",
        "beta",
    ),
    samples=_samples(0.5, 0.25),
    call=_call,
    complex=False,
    batch=False,
    compiles=False,
    synchronizes=True,
)
def jacobi(
    n: Any, alpha: Any, beta: Any, monic: bool = False, *, dtype: Any = None, device: Any = None
) -> OrthogonalPolynomial:
    r"""Jacobi's polynomial, as an object.

    Parameters
    ----------
    n : int
        Degree, at least 0.
    alpha : float or 0-d Tensor
        Parameter, greater than -1.
    beta : float or 0-d Tensor
        Parameter, greater than -1.
    monic : bool, optional
        Whether to scale it to the leading coefficient 1.
    dtype : torch.dtype, optional
        Floating dtype of the coefficients; by default that of the parameters where they are tensors, else torch's
    default dtype.
    device : torch.device, optional
        Where to make it.

    Returns
    -------
    OrthogonalPolynomial
        The polynomial with its coefficients `c` from the highest power, `weights` (nodes, weights of Gauss quadrature
        and these over the weight function), `limits`, `weight_func` and `normcoef`; calling it evaluates it by
        `eval_jacobi`.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0 or a parameter is outside of its domain.

    See Also
    --------
    eval_jacobi, roots_jacobi

    Notes
    -----
    Orthogonal with respect to :math:`(1 - x)^\alpha (1 + x)^\beta` on :math:`[-1, 1]`. The coefficients come of the
    recurrence of monic polynomials. All parts are differentiable in the parameters.

    Examples
    --------
    >>> import sci
    >>> sci.special.jacobi(2, 0.5, 1.0).c
    tensor([ 3.0938, -0.5625, -0.6562])
    """
    degree = count("jacobi", n, 0)
    a, b = parameter("jacobi", "alpha", alpha, -1, device), parameter("jacobi", "beta", beta, -1, device)
    return with_rule(
        degree,
        jacobi_rule(degree + 1, a, b),
        binom(2.0 * degree + a + b, float(degree)) / 2.0**degree,
        monic,
        lambda: nodes_and_weights(jacobi_rule(degree, a, b)),
        lambda x: eval_jacobi(degree, a.to(x.dtype), b.to(x.dtype), x),
        lambda x: (1 - x) ** a * (1 + x) ** b,
        (-1.0, 1.0),
        result_dtype(dtype, alpha, beta),
    )


@function(
    differentiable=(
        "p",
        "q",
    ),
    samples=_samples(1.5, 0.75),
    call=_call,
    complex=False,
    batch=False,
    compiles=False,
    synchronizes=True,
)
def sh_jacobi(
    n: Any, p: Any, q: Any, monic: bool = False, *, dtype: Any = None, device: Any = None
) -> OrthogonalPolynomial:
    r"""Jacobi's polynomial on [0, 1], with leading coefficient 1, as an object.

    Parameters
    ----------
    n : int
        Degree, at least 0.
    p : float or 0-d Tensor
        Parameter, greater than `q` - 1.
    q : float or 0-d Tensor
        Parameter, greater than 0.
    monic : bool, optional
        Whether to scale it to the leading coefficient 1.
    dtype : torch.dtype, optional
        Floating dtype of the coefficients; by default that of the parameters where they are tensors, else torch's
    default dtype.
    device : torch.device, optional
        Where to make it.

    Returns
    -------
    OrthogonalPolynomial
        The polynomial with its coefficients `c` from the highest power, `weights` (nodes, weights of Gauss quadrature
        and these over the weight function), `limits`, `weight_func` and `normcoef`; calling it evaluates it by
        `eval_sh_jacobi`.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0 or a parameter is outside of its domain.

    See Also
    --------
    eval_sh_jacobi, roots_sh_jacobi

    Notes
    -----
    Orthogonal with respect to :math:`(1 - x)^{p-q} x^{q-1}` on :math:`[0, 1]`. The coefficients come of the
    recurrence of monic polynomials. All parts are differentiable in the parameters.

    Examples
    --------
    >>> import sci
    >>> sci.special.sh_jacobi(2, 1.5, 1.0).c
    tensor([ 1.0000, -0.8889,  0.1270])
    """
    degree = count("sh_jacobi", n, 0)
    a, b = parameter("sh_jacobi", "p", p, -math.inf, device), parameter("sh_jacobi", "q", q, 0, device)
    parameter("sh_jacobi", "p - q", a - b, -1)
    return with_rule(
        degree,
        sh_jacobi_rule(degree + 1, a, b),
        1.0,
        monic,
        lambda: nodes_and_weights(sh_jacobi_rule(degree, a, b)),
        lambda x: eval_sh_jacobi(degree, a.to(x.dtype), b.to(x.dtype), x),
        lambda x: (1 - x) ** (a - b) * x ** (b - 1),
        (0.0, 1.0),
        result_dtype(dtype, p, q),
    )


@function(
    differentiable=("alpha",),
    samples=_samples(0.75),
    call=_call,
    complex=False,
    batch=False,
    compiles=False,
    synchronizes=True,
)
def gegenbauer(
    n: Any, alpha: Any, monic: bool = False, *, dtype: Any = None, device: Any = None
) -> OrthogonalPolynomial:
    r"""Gegenbauer's polynomial, as an object.

    Parameters
    ----------
    n : int
        Degree, at least 0.
    alpha : float or 0-d Tensor
        Parameter, greater than -1/2.
    monic : bool, optional
        Whether to scale it to the leading coefficient 1.
    dtype : torch.dtype, optional
        Floating dtype of the coefficients; by default that of the parameters where they are tensors, else torch's
    default dtype.
    device : torch.device, optional
        Where to make it.

    Returns
    -------
    OrthogonalPolynomial
        The polynomial with its coefficients `c` from the highest power, `weights` (nodes, weights of Gauss quadrature
        and these over the weight function), `limits`, `weight_func` and `normcoef`; calling it evaluates it by
        `eval_gegenbauer`.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0 or a parameter is outside of its domain.

    See Also
    --------
    eval_gegenbauer, roots_gegenbauer

    Notes
    -----
    Orthogonal with respect to :math:`(1 - x^2)^{\alpha - 1/2}` on :math:`[-1, 1]`. The coefficients come of the
    recurrence of monic polynomials. All parts are differentiable in the parameters.

    Examples
    --------
    >>> import sci
    >>> sci.special.gegenbauer(2, 0.75).c
    tensor([ 2.6250,  0.0000, -0.7500])
    """
    degree = count("gegenbauer", n, 0)
    a = parameter("gegenbauer", "alpha", alpha, -0.5, device)
    return with_rule(
        degree,
        gegenbauer_rule(degree + 1, a),
        2.0**degree * binom(degree + a - 1, float(degree)) if degree else 1.0,
        monic,
        lambda: nodes_and_weights(gegenbauer_rule(degree, a)),
        lambda x: eval_gegenbauer(degree, a.to(x.dtype), x),
        lambda x: (1 - x * x) ** (a - 0.5),
        (-1.0, 1.0),
        result_dtype(dtype, alpha),
    )


@function(
    differentiable=("alpha",),
    samples=_samples(0.5),
    call=_call,
    complex=False,
    batch=False,
    compiles=False,
    synchronizes=True,
)
def genlaguerre(
    n: Any, alpha: Any, monic: bool = False, *, dtype: Any = None, device: Any = None
) -> OrthogonalPolynomial:
    r"""Laguerre's generalized polynomial, as an object.

    Parameters
    ----------
    n : int
        Degree, at least 0.
    alpha : float or 0-d Tensor
        Parameter, greater than -1.
    monic : bool, optional
        Whether to scale it to the leading coefficient 1.
    dtype : torch.dtype, optional
        Floating dtype of the coefficients; by default that of the parameters where they are tensors, else torch's
    default dtype.
    device : torch.device, optional
        Where to make it.

    Returns
    -------
    OrthogonalPolynomial
        The polynomial with its coefficients `c` from the highest power, `weights` (nodes, weights of Gauss quadrature
        and these over the weight function), `limits`, `weight_func` and `normcoef`; calling it evaluates it by
        `eval_genlaguerre`.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0 or a parameter is outside of its domain.

    See Also
    --------
    eval_genlaguerre, roots_genlaguerre

    Notes
    -----
    Orthogonal with respect to :math:`x^\alpha e^{-x}` on :math:`[0, \infty)`. The coefficients come of the recurrence
    of monic polynomials. All parts are differentiable in the parameters.

    Examples
    --------
    >>> import sci
    >>> sci.special.genlaguerre(2, 0.5).c
    tensor([ 0.5000, -2.5000,  1.8750])
    """
    degree = count("genlaguerre", n, 0)
    a = parameter("genlaguerre", "alpha", alpha, -1, device)
    return with_rule(
        degree,
        laguerre_rule(degree + 1, a),
        quotient((-1) ** degree, math.factorial(degree)),
        monic,
        lambda: nodes_and_weights(laguerre_rule(degree, a)),
        lambda x: eval_genlaguerre(degree, a.to(x.dtype), x),
        lambda x: x**a * torch.exp(-x),
        (0.0, math.inf),
        result_dtype(dtype, alpha),
    )
