"""Orthogonal polynomials of whole or real degree: the public functions over kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import as_tensor, promote
from sci._core.cards import Sample, function
from sci._core.dispatch import write_out
from sci._core.errors import bad_argument
from sci._core.ufunc_keywords import accepts_ufunc_keywords

from ._binom import binom
from ._jacobi_function import gegenbauer_function, jacobi_function
from ._laguerre_function import laguerre_function
from ._laguerre_polynomials import laguerre_polynomial
from ._orthogonal import (
    gegenbauer_polynomial,
    jacobi_polynomial,
    legendre_polynomial,
    sh_jacobi_polynomial,
    sh_legendre_polynomial,
)


def _whole(name: str, n: Any, argument: str = "n") -> Any:
    """Return `n` for the kernels of whole degree, None where the dtype is that of a real degree."""
    if isinstance(n, float):
        return int(n) if n.is_integer() else None
    if isinstance(n, int):
        return n
    x = as_tensor(n, argument, name)
    return None if x.is_floating_point() or x.is_complex() else x


def _real_before(name: str, **arguments: Any) -> tuple[Tensor, ...]:
    """Return real parameters and an argument, the last, that may be complex, in one precision."""
    *names, _ = arguments
    parameters = {key: as_tensor(arguments[key], key, name) for key in names}
    for key, value in parameters.items():
        if value.is_complex():
            raise bad_argument(name, key, "real", arguments[key], TypeError)
    found = promote(name, half=True, **arguments)
    return (*(x.real if x.is_complex() else x for x in found[:-1]), found[-1])


def _call(name: str, kernel: Callable[..., Tensor], **arguments: Any) -> Tensor:
    """Call a kernel, whose own names are others; an error bears those of the function that was called."""
    try:
        return kernel(*arguments.values())
    except (TypeError, ValueError, RuntimeError):
        _real_before(name, **arguments)
        raise


def _result(name: str, value: Tensor, out: Tensor | None) -> Tensor:
    return value if out is None else write_out(name, value, out)


def _samples(*parameters: float, low: float = -0.9, high: float = 0.95) -> Callable[..., Iterator[Sample]]:
    """Return samples with degrees whole and real; parameters vary by a little from point to point."""

    def samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
        x = torch.rand(3, generator=generator, dtype=torch.float64) * (high - low) + low
        x = (torch.complex(x, x.flip(0) + 1) if dtype.is_complex else x).to(dtype).to(device)
        real = x.real if x.is_complex() else x
        others = [torch.full_like(real, p) + torch.arange(3, device=device, dtype=real.dtype) / 8 for p in parameters]
        yield Sample(torch.tensor([0, 1, 4], device=device), *others, x)
        yield Sample(torch.tensor([0.5, 1.75, 3.25], device=device, dtype=real.dtype), *others, x)

    return samples


@function(differentiable=("n", "x"), samples=_samples())
@accepts_ufunc_keywords
def eval_legendre(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Legendre's polynomial.

    .. math::
        P_n(x) = \frac{1}{2^n n!} \frac{d^n}{dx^n} (x^2 - 1)^n

    Parameters
    ----------
    n : tensor_like
        Degree: whole (integers, or Python numbers such as 2.0) or real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The polynomial, or the function of a degree that is not whole, in the broadcast shape.

    Raises
    ------
    TypeError
        Where a degree or parameter is complex, or an argument holds no numbers.

    See Also
    --------
    eval_sh_legendre, eval_jacobi, legendre_p, legendre

    Notes
    -----
    Of whole degree by steps of differences that keep the
    digits of :math:`1 - |x|` [1]_, of real degree by hypergeometric functions at small degrees and the recurrence from
    there. Degrees beyond :math:`10^6` give NaN, real ones on :math:`x < -1` infinity.
    :math:`P_{-n-1} = P_n`. The derivative is :math:`C^{(3/2)}_{n-1}`; that in a real degree comes of the same algorithm
    on dual numbers.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 18.5, https://dlmf.nist.gov/18.5

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    >>> sci.special.eval_legendre(2, x)
    tensor([-0.5000, -0.1250,  1.0000], dtype=torch.float64)
    """
    whole = _whole("eval_legendre", n)
    if whole is not None:
        return _result("eval_legendre", _call("eval_legendre", legendre_polynomial, n=whole, x=x), out)
    n, x = _real_before("eval_legendre", n=n, x=x)
    return _result("eval_legendre", jacobi_function(n, 0.0, 0.0, x), out)


@function(differentiable=("n", "x"), samples=_samples(low=0.1))
@accepts_ufunc_keywords
def eval_sh_legendre(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Legendre's polynomial on [0, 1].

    .. math::
        P^*_n(x) = P_n(2x - 1)

    Parameters
    ----------
    n : tensor_like
        Degree: whole (integers, or Python numbers such as 2.0) or real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The polynomial, or the function of a degree that is not whole, in the broadcast shape.

    Raises
    ------
    TypeError
        Where a degree or parameter is complex, or an argument holds no numbers.

    See Also
    --------
    eval_legendre, sh_legendre

    Notes
    -----
    As `eval_legendre` [1]_; of whole degree the digits of a small `x` are kept.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 18.5, https://dlmf.nist.gov/18.5

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    >>> sci.special.eval_sh_legendre(2, x)
    tensor([ 1.0000, -0.5000,  1.0000], dtype=torch.float64)
    """
    whole = _whole("eval_sh_legendre", n)
    if whole is not None:
        return _result("eval_sh_legendre", _call("eval_sh_legendre", sh_legendre_polynomial, n=whole, x=x), out)
    n, x = _real_before("eval_sh_legendre", n=n, x=x)
    return _result("eval_sh_legendre", jacobi_function(n, 0.0, 0.0, 2 * x - 1), out)


@function(differentiable=("n", "alpha", "beta", "x"), samples=_samples(0.5, -0.25))
@accepts_ufunc_keywords
def eval_jacobi(n: Any, alpha: Any, beta: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Jacobi's polynomial.

    .. math::
        P_n^{(\alpha,\beta)}(x) = \frac{\Gamma(n + \alpha + 1)}{\Gamma(n + 1)\,\Gamma(\alpha + 1)}
            {}_2F_1(-n, n + \alpha + \beta + 1; \alpha + 1; (1 - x)/2)

    Parameters
    ----------
    n : tensor_like
        Degree: whole (integers, or Python numbers such as 2.0) or real.
    alpha, beta : tensor_like
        Parameters, real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The polynomial, or the function of a degree that is not whole, in the broadcast shape.

    Raises
    ------
    TypeError
        Where a degree or parameter is complex, or an argument holds no numbers.

    See Also
    --------
    eval_gegenbauer, eval_legendre, eval_sh_jacobi, jacobi

    Notes
    -----
    Of whole degree by steps of differences that keep the
    digits of :math:`1 - |x|` [1]_, of real degree by hypergeometric functions at small degrees and the recurrence from
    there. Degrees beyond :math:`10^6` give NaN, real ones on :math:`x < -1` infinity.
    Polynomials exist for all parameters, also below -1; negative whole degrees give 0.

    The derivative is :math:`\frac{n+\alpha+\beta+1}{2} P^{(\alpha+1,\beta+1)}_{n-1}`. Derivatives in the parameters
    and a real degree, to the second order, are the same algorithms on dual numbers.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 18.5, https://dlmf.nist.gov/18.5

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    >>> sci.special.eval_jacobi(2, 0.5, 1.0, x)
    tensor([-0.6562, -0.1641,  1.8750], dtype=torch.float64)
    """
    name = "eval_jacobi"
    whole = _whole(name, n)
    if whole is None:
        return _result(name, _call(name, jacobi_function, n=n, alpha=alpha, beta=beta, x=x), out)
    return _result(name, _call(name, jacobi_polynomial, n=whole, alpha=alpha, beta=beta, x=x), out)


@function(differentiable=("n", "p", "q", "x"), samples=_samples(1.5, 0.75, low=0.1))
@accepts_ufunc_keywords
def eval_sh_jacobi(n: Any, p: Any, q: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Jacobi's polynomial on [0, 1], with leading coefficient 1.

    .. math::
        G_n^{(p,q)}(x) = \binom{2n + p - 1}{n}^{-1} P_n^{(p-q,q-1)}(2x - 1)

    Parameters
    ----------
    n : tensor_like
        Degree: whole (integers, or Python numbers such as 2.0) or real.
    p, q : tensor_like
        Parameters, real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The polynomial, or the function of a degree that is not whole, in the broadcast shape.

    Raises
    ------
    TypeError
        Where a degree or parameter is complex, or an argument holds no numbers.

    See Also
    --------
    eval_jacobi, sh_jacobi

    Notes
    -----
    As `eval_jacobi` [1]_; of whole degree the digits of a small `x` are kept.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 18.5, https://dlmf.nist.gov/18.5

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    >>> sci.special.eval_sh_jacobi(2, 1.5, 1.0, x)
    tensor([ 0.1270, -0.0675,  0.2381], dtype=torch.float64)
    """
    name = "eval_sh_jacobi"
    whole = _whole(name, n)
    if whole is None:
        n, p, q, x = _real_before(name, n=n, p=p, q=q, x=x)
        value = jacobi_function(n, p - q, q - 1, 2 * x - 1)
    else:
        p, q, x = _real_before(name, p=p, q=q, x=x)
        value, n = sh_jacobi_polynomial(whole, p - q, q - 1, x), whole
    return _result(name, value / binom(2 * n + p - 1, n), out)


@function(differentiable=("n", "alpha", "x"), samples=_samples(0.75))
@accepts_ufunc_keywords
def eval_gegenbauer(n: Any, alpha: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Gegenbauer's polynomial, also called ultraspherical.

    .. math::
        C_n^{(\alpha)}(x) = \frac{\Gamma(n + 2\alpha)}{\Gamma(n + 1)\,\Gamma(2\alpha)}
            {}_2F_1(-n, n + 2\alpha; \alpha + \tfrac12; (1 - x)/2)

    Parameters
    ----------
    n : tensor_like
        Degree: whole (integers, or Python numbers such as 2.0) or real.
    alpha : tensor_like
        Parameter, real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The polynomial, or the function of a degree that is not whole, in the broadcast shape.

    Raises
    ------
    TypeError
        Where a degree or parameter is complex, or an argument holds no numbers.

    See Also
    --------
    eval_jacobi, eval_legendre, eval_chebyu, gegenbauer

    Notes
    -----
    Of whole degree by steps of differences that keep the
    digits of :math:`1 - |x|` [1]_, of real degree by hypergeometric functions at small degrees and the recurrence from
    there. Degrees beyond :math:`10^6` give NaN, real ones on :math:`x < -1` infinity.
    Negative whole degrees give 0, and so does :math:`\alpha = 0` for :math:`n > 0`.

    The derivative is :math:`2\alpha C^{(\alpha+1)}_{n-1}`. Derivatives in the parameter and a real degree, to the
    second order, are the same algorithms on dual numbers.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 18.5, https://dlmf.nist.gov/18.5

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    >>> sci.special.eval_gegenbauer(2, 0.75, x)
    tensor([-0.7500, -0.0938,  1.8750], dtype=torch.float64)
    """
    whole = _whole("eval_gegenbauer", n)
    if whole is not None:
        return _result(
            "eval_gegenbauer", _call("eval_gegenbauer", gegenbauer_polynomial, n=whole, alpha=alpha, x=x), out
        )
    n, alpha, x = _real_before("eval_gegenbauer", n=n, alpha=alpha, x=x)
    return _result("eval_gegenbauer", gegenbauer_function(n, alpha, x), out)


@function(differentiable=("n", "alpha", "x"), samples=_samples(0.75, low=0.1, high=5))
@accepts_ufunc_keywords
def eval_genlaguerre(n: Any, alpha: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Laguerre's generalized polynomial.

    .. math::
        L_n^{(\alpha)}(x) = \frac{\Gamma(n + \alpha + 1)}{\Gamma(n + 1)\,\Gamma(\alpha + 1)}
            {}_1F_1(-n; \alpha + 1; x)

    Parameters
    ----------
    n : tensor_like
        Degree: whole (integers, or Python numbers such as 2.0) or real.
    alpha : tensor_like
        Parameter, real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The polynomial, or the function of a degree that is not whole, in the broadcast shape.

    Raises
    ------
    TypeError
        Where a degree or parameter is complex, or an argument holds no numbers.

    See Also
    --------
    eval_laguerre, assoc_laguerre, genlaguerre

    Notes
    -----
    Of whole degree by steps of differences [1]_, of real degree by :math:`{}_1F_1` at degrees about a quarter of
    :math:`|x|` and the recurrence from there. Degrees beyond :math:`10^6` give NaN. Polynomials exist for all
    `alpha`, also below -1; negative whole degrees give 0.

    The derivative is :math:`-L^{(\alpha+1)}_{n-1}`. Derivatives in the parameter and a real degree, to the second
    order, are the same algorithms on dual numbers.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 18.5, https://dlmf.nist.gov/18.5

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    >>> sci.special.eval_genlaguerre(2, 0.5, x)
    tensor([ 1.8750,  0.7500, -0.1250], dtype=torch.float64)
    """
    return _result("eval_genlaguerre", _laguerre("eval_genlaguerre", n=n, alpha=alpha, x=x), out)


@function(differentiable=("n", "x"), samples=_samples(low=0.1, high=5))
@accepts_ufunc_keywords
def eval_laguerre(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Laguerre's polynomial.

    .. math::
        L_n(x) = \frac{e^x}{n!} \frac{d^n}{dx^n} \left(x^n e^{-x}\right)

    Parameters
    ----------
    n : tensor_like
        Degree: whole (integers, or Python numbers such as 2.0) or real.
    x : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The polynomial, or the function of a degree that is not whole, in the broadcast shape.

    Raises
    ------
    TypeError
        Where a degree or parameter is complex, or an argument holds no numbers.

    See Also
    --------
    eval_genlaguerre, laguerre

    Notes
    -----
    Of whole degree by steps of differences [1]_, of real degree by :math:`{}_1F_1` at degrees about a quarter of
    :math:`|x|` and the recurrence from there. Degrees beyond :math:`10^6` give NaN. The derivative is
    :math:`-L^{(1)}_{n-1}`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 18.5, https://dlmf.nist.gov/18.5

    Examples
    --------
    >>> import torch, sci
    >>> x = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    >>> sci.special.eval_laguerre(2, x)
    tensor([ 1.0000,  0.1250, -0.5000], dtype=torch.float64)
    """
    return _result("eval_laguerre", _laguerre("eval_laguerre", n=n, alpha=0.0, x=x), out)


def _laguerre(name: str, **arguments: Any) -> Tensor:
    """Laguerre's function of arguments in the order n, alpha, x, under the caller's names."""
    degree = next(iter(arguments))
    whole = _whole(name, arguments[degree], degree)
    if whole is None:
        return _call(name, laguerre_function, **arguments)
    return _call(name, laguerre_polynomial, **(arguments | {degree: whole}))


def _laguerre_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    for sample in _samples(0.75, low=0.1, high=5)(generator, dtype, device):
        n, k, x = sample.args
        yield Sample(x, n, k)


@function(differentiable=("x", "n", "k"), samples=_laguerre_samples)
def assoc_laguerre(x: Any, n: Any, k: Any = 0.0) -> Tensor:
    r"""
    Laguerre's generalized polynomial, with the argument first.

    Parameters
    ----------
    x : tensor_like
        Argument, real or complex.
    n : tensor_like
        Degree, as that of `eval_genlaguerre`.
    k : tensor_like, optional
        Parameter, real.

    Returns
    -------
    Tensor
        :math:`L_n^{(k)}(x)`.

    Raises
    ------
    TypeError
        Where the degree or parameter is complex, or an argument holds no numbers.

    See Also
    --------
    eval_genlaguerre

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.assoc_laguerre(torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64), 2, 0.5)
    tensor([ 1.8750,  0.7500, -0.1250], dtype=torch.float64)
    """
    return _laguerre("assoc_laguerre", n=n, k=k, x=x)
