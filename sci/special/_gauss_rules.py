"""Nodes and weights of Gauss quadrature for the classical weights other than Chebyshev's."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import chosen_device, common_device, common_shape, number
from sci._core.cards import Sample, function

from ._beta import beta as beta_function
from ._gamma import gamma
from ._gauss import (
    HERMITE,
    JACOBI,
    LAGUERRE,
    SHIFTED,
    Family,
    count,
    gegenbauer_recurrence,
    hermite_recurrence,
    jacobi_recurrence,
    laguerre_recurrence,
    legendre_on,
    nodes_and_weights,
    parameter,
    plain_rule,
    result_dtype,
    rule,
)
from ._jacobi_total import jacobi_total
from ._poch import poch


def _samples(*parameters: float) -> Callable[..., Iterator[Sample]]:
    def samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
        for n in (1, 4):
            yield Sample(n, *(torch.tensor([p, p + 0.5], dtype=dtype, device=device) for p in parameters))

    return samples


def _broadcast(name: str, **parameters: Tensor) -> tuple[Tensor, ...]:
    """Bring two parameters to one shape, and to one device where one of them is a number."""
    a, b = parameters.values()
    device, shape = common_device((a, b), tuple(parameters), name), common_shape(name, **parameters)
    same = a.shape == b.shape and a.device == b.device
    return (a, b) if same else (a.to(device).expand(shape), b.to(device).expand(shape))


# ---- families with their totals and refinements, shared with the polynomial objects ----------------------------------


def jacobi_rule(n: int, a: Tensor, b: Tensor) -> Family:
    a, b = _broadcast("roots_jacobi", alpha=a, beta=b)
    return Family(lambda: jacobi_recurrence(n, a, b), jacobi_total(a, b), (n, JACOBI, a, b))


def sh_jacobi_rule(n: int, p1: Tensor, q1: Tensor) -> Family:
    a, b = _broadcast("sh_jacobi", p=p1 - q1, q=q1 - 1)

    def recurrence() -> tuple[Tensor, Tensor]:
        centres, squares = jacobi_recurrence(n, a, b)
        return (1 + centres) / 2, squares / 4

    return Family(recurrence, beta_function(a + 1, b + 1), (n, SHIFTED, a, b))


def gegenbauer_rule(n: int, lam: Tensor) -> Family:
    total = math.sqrt(math.pi) / poch(lam + 0.5, 0.5)
    a = lam - 0.5
    return Family(lambda: gegenbauer_recurrence(n, lam), total, (n, JACOBI, a, a))


def laguerre_rule(n: int, a: Tensor) -> Family:
    return Family(lambda: laguerre_recurrence(n, a), gamma(a + 1), (n, LAGUERRE, a, a))


def plain_laguerre_rule(n: int, device: Any) -> Family:
    a = number(0.0, torch.float64, chosen_device(device))
    return Family(lambda: laguerre_recurrence(n, a), a + 1, (n, LAGUERRE, a, a))


def hermite_rule(n: int, scale: float, device: Any) -> Family:
    where = chosen_device(device)
    total, size = (number(v, torch.float64, where) for v in (math.sqrt(math.pi / scale), scale))
    return Family(lambda: hermite_recurrence(n, scale, total), total, (n, HERMITE, size, size))


@function()
def roots_legendre(n: Any, mu: bool = False, *, dtype: Any = None, device: Any = None) -> tuple[Any, ...]:
    r"""Gauss-Legendre quadrature, weight :math:`1` on :math:`[-1, 1]`.

    Parameters
    ----------
    n : int
        Number of points.
    mu : bool, optional
        Whether to return the sum of the weights as well.
    dtype : torch.dtype, optional
        Floating dtype of the result; by default torch's default dtype.
    device : torch.device, optional
        Where to make the result.

    Returns
    -------
    x, w : Tensor
        Nodes, ascending, and weights.
    mu : float
        The sum of the weights; only where `mu` is True.

    Raises
    ------
    ValueError
        Where `n` is no positive whole number.

    See Also
    --------
    roots_sh_legendre, roots_jacobi, legendre

    Notes
    -----
    Newton steps in the angle on Stieltjes's expansion, for the 30 nodes next to each end on the recurrence: O(n),
    nodes within an ulp or two, weights within some 30.

    Examples
    --------
    >>> import sci
    >>> sci.special.roots_legendre(2)
    (tensor([-0.5774,  0.5774]), tensor([1., 1.]))
    """
    x, w = legendre_on(count("roots_legendre", n), device)
    return plain_rule(x, w, 2.0, mu, dtype)


@function()
def roots_sh_legendre(n: Any, mu: bool = False, *, dtype: Any = None, device: Any = None) -> tuple[Any, ...]:
    r"""Gauss-Legendre quadrature, weight :math:`1` on :math:`[0, 1]`.

    Parameters
    ----------
    n : int
        Number of points.
    mu : bool, optional
        Whether to return the sum of the weights as well.
    dtype : torch.dtype, optional
        Floating dtype of the result; by default torch's default dtype.
    device : torch.device, optional
        Where to make the result.

    Returns
    -------
    x, w : Tensor
        Nodes, ascending, and weights.
    mu : float
        The sum of the weights; only where `mu` is True.

    Raises
    ------
    ValueError
        Where `n` is no positive whole number.

    See Also
    --------
    roots_legendre, sh_legendre

    Notes
    -----
    The rule of `roots_legendre`, moved from the angles: nodes next to 0 keep their digits.

    Examples
    --------
    >>> import sci
    >>> sci.special.roots_sh_legendre(2)
    (tensor([0.2113, 0.7887]), tensor([0.5000, 0.5000]))
    """
    x, w = legendre_on(count("roots_sh_legendre", n), device, True)
    return plain_rule(x, w, 1.0, mu, dtype)


@function(
    differentiable=(
        "alpha",
        "beta",
    ),
    samples=_samples(0.5, -0.25),
    complex=False,
)
def roots_jacobi(
    n: Any, alpha: Any, beta: Any, mu: bool = False, *, dtype: Any = None, device: Any = None
) -> tuple[Any, ...]:
    r"""Gauss-Jacobi quadrature, weight :math:`(1 - x)^\alpha (1 + x)^\beta` on :math:`[-1, 1]`.

    Parameters
    ----------
    n : int
        Number of points.
    alpha : tensor_like
        Exponent at 1, greater than -1.
    beta : tensor_like
        Exponent at -1, greater than -1.
    mu : bool, optional
        Whether to return the sum of the weights as well.
    dtype : torch.dtype, optional
        Floating dtype of the result; by default that of the parameters where they are tensors, else torch's default
    dtype.
    device : torch.device, optional
        Where to make the result, by default where the parameters are.

    Returns
    -------
    x, w : (..., n) Tensor
        Nodes, ascending, and weights, of the parameters' batch shape.
    mu : Tensor
        The sum of the weights; only where `mu` is True.

    Raises
    ------
    ValueError
        Where `n` is no positive whole number or a parameter is outside of its domain.

    See Also
    --------
    roots_legendre, roots_gegenbauer, jacobi

    Notes
    -----
    From node to node by Taylor series of the differential equation [1]_, in O(n): nodes within an ulp or two, weights
    within some 50. Derivatives in the parameters cost O(n): nodes to the third order, weights to the second.

    References
    ----------
    .. [1] A. Glaser, X. Liu, V. Rokhlin, "A fast algorithm for the calculation of the roots of special functions",
       SIAM J. Sci. Comput. 29 (2007) 1420-1438.

    Examples
    --------
    >>> import sci
    >>> sci.special.roots_jacobi(2, 0.5, 1.0)
    (tensor([-0.3785,  0.5604]), tensor([0.6708, 0.8377]))
    """
    a = parameter("roots_jacobi", "alpha", alpha, -1, device)
    b = parameter("roots_jacobi", "beta", beta, -1, device)
    return rule(jacobi_rule(count("roots_jacobi", n), a, b), mu, result_dtype(dtype, alpha, beta))


@function(
    differentiable=(
        "p1",
        "q1",
    ),
    samples=_samples(1.5, 0.75),
    complex=False,
)
def roots_sh_jacobi(
    n: Any, p1: Any, q1: Any, mu: bool = False, *, dtype: Any = None, device: Any = None
) -> tuple[Any, ...]:
    r"""Gauss-Jacobi quadrature, weight :math:`(1 - x)^{p_1 - q_1} x^{q_1 - 1}` on :math:`[0, 1]`.

    Parameters
    ----------
    n : int
        Number of points.
    p1 : tensor_like
        Parameter, greater than `q1` - 1.
    q1 : tensor_like
        Parameter, greater than 0.
    mu : bool, optional
        Whether to return the sum of the weights as well.
    dtype : torch.dtype, optional
        Floating dtype of the result; by default that of the parameters where they are tensors, else torch's default
    dtype.
    device : torch.device, optional
        Where to make the result, by default where the parameters are.

    Returns
    -------
    x, w : (..., n) Tensor
        Nodes, ascending, and weights, of the parameters' batch shape.
    mu : Tensor
        The sum of the weights; only where `mu` is True.

    Raises
    ------
    ValueError
        Where `n` is no positive whole number or a parameter is outside of its domain.

    See Also
    --------
    roots_jacobi, sh_jacobi

    Notes
    -----
    From node to node by Taylor series of the differential equation [1]_, in O(n): nodes within an ulp or two, weights
    within some 50. Derivatives in the parameters cost O(n): nodes to the third order, weights to the second.

    References
    ----------
    .. [1] A. Glaser, X. Liu, V. Rokhlin, "A fast algorithm for the calculation of the roots of special functions",
       SIAM J. Sci. Comput. 29 (2007) 1420-1438.

    Examples
    --------
    >>> import sci
    >>> sci.special.roots_sh_jacobi(2, 1.5, 1.0)
    (tensor([0.1788, 0.7101]), tensor([0.3891, 0.2776]))
    """
    name = "roots_sh_jacobi"
    p, q = parameter(name, "p1", p1, -math.inf, device), parameter(name, "q1", q1, 0, device)
    p, q = _broadcast(name, p1=p, q1=q)
    both = isinstance(p1, (int, float)) and isinstance(q1, (int, float))
    parameter(name, "p1 - q1", p1 - q1 if both else p - q, -1, device)
    return rule(sh_jacobi_rule(count(name, n), p, q), mu, result_dtype(dtype, p1, q1))


@function(differentiable=("alpha",), samples=_samples(0.75), complex=False)
def roots_gegenbauer(n: Any, alpha: Any, mu: bool = False, *, dtype: Any = None, device: Any = None) -> tuple[Any, ...]:
    r"""Gauss-Gegenbauer quadrature, weight :math:`(1 - x^2)^{\alpha - 1/2}` on :math:`[-1, 1]`.

    Parameters
    ----------
    n : int
        Number of points.
    alpha : tensor_like
        Parameter, greater than -1/2.
    mu : bool, optional
        Whether to return the sum of the weights as well.
    dtype : torch.dtype, optional
        Floating dtype of the result; by default that of the parameters where they are tensors, else torch's default
    dtype.
    device : torch.device, optional
        Where to make the result, by default where the parameters are.

    Returns
    -------
    x, w : (..., n) Tensor
        Nodes, ascending, and weights, of the parameters' batch shape.
    mu : Tensor
        The sum of the weights; only where `mu` is True.

    Raises
    ------
    ValueError
        Where `n` is no positive whole number or a parameter is outside of its domain.

    See Also
    --------
    roots_jacobi, roots_chebyt, gegenbauer

    Notes
    -----
    From node to node by Taylor series of the differential equation [1]_, in O(n): nodes within an ulp or two, weights
    within some 50. Derivatives in the parameters cost O(n): nodes to the third order, weights to the second.

    References
    ----------
    .. [1] A. Glaser, X. Liu, V. Rokhlin, "A fast algorithm for the calculation of the roots of special functions",
       SIAM J. Sci. Comput. 29 (2007) 1420-1438.

    Examples
    --------
    >>> import sci
    >>> sci.special.roots_gegenbauer(2, 0.75)
    (tensor([-0.5345,  0.5345]), tensor([0.8740, 0.8740]))
    """
    a = parameter("roots_gegenbauer", "alpha", alpha, -0.5, device)
    return rule(gegenbauer_rule(count("roots_gegenbauer", n), a), mu, result_dtype(dtype, alpha))


@function()
def roots_laguerre(n: Any, mu: bool = False, *, dtype: Any = None, device: Any = None) -> tuple[Any, ...]:
    r"""Gauss-Laguerre quadrature, weight :math:`e^{-x}` on :math:`[0, \infty)`.

    Parameters
    ----------
    n : int
        Number of points.
    mu : bool, optional
        Whether to return the sum of the weights as well.
    dtype : torch.dtype, optional
        Floating dtype of the result; by default torch's default dtype.
    device : torch.device, optional
        Where to make the result.

    Returns
    -------
    x, w : Tensor
        Nodes, ascending, and weights.
    mu : float
        The sum of the weights; only where `mu` is True.

    Raises
    ------
    ValueError
        Where `n` is no positive whole number.

    See Also
    --------
    roots_genlaguerre, laguerre

    Notes
    -----
    From node to node by Taylor series of the differential equation [1]_, in O(n): nodes within an ulp or two, weights
    within some 50. Weights below the least number are 0.

    References
    ----------
    .. [1] A. Glaser, X. Liu, V. Rokhlin, "A fast algorithm for the calculation of the roots of special functions",
       SIAM J. Sci. Comput. 29 (2007) 1420-1438.

    Examples
    --------
    >>> import sci
    >>> sci.special.roots_laguerre(2)
    (tensor([0.5858, 3.4142]), tensor([0.8536, 0.1464]))
    """
    x, w = nodes_and_weights(plain_laguerre_rule(count("roots_laguerre", n), device))
    return plain_rule(x, w, 1.0, mu, dtype)


@function(differentiable=("alpha",), samples=_samples(0.5), complex=False)
def roots_genlaguerre(
    n: Any, alpha: Any, mu: bool = False, *, dtype: Any = None, device: Any = None
) -> tuple[Any, ...]:
    r"""Gauss-Laguerre quadrature, generalized, weight :math:`x^\alpha e^{-x}` on :math:`[0, \infty)`.

    Parameters
    ----------
    n : int
        Number of points.
    alpha : tensor_like
        Exponent at 0, greater than -1.
    mu : bool, optional
        Whether to return the sum of the weights as well.
    dtype : torch.dtype, optional
        Floating dtype of the result; by default that of the parameters where they are tensors, else torch's default
    dtype.
    device : torch.device, optional
        Where to make the result, by default where the parameters are.

    Returns
    -------
    x, w : (..., n) Tensor
        Nodes, ascending, and weights, of the parameters' batch shape.
    mu : Tensor
        The sum of the weights; only where `mu` is True.

    Raises
    ------
    ValueError
        Where `n` is no positive whole number or a parameter is outside of its domain.

    See Also
    --------
    roots_laguerre, genlaguerre

    Notes
    -----
    From node to node by Taylor series of the differential equation [1]_, in O(n): nodes within an ulp or two, weights
    within some 50. Derivatives in the parameters cost O(n): nodes to the third order, weights to the second.

    References
    ----------
    .. [1] A. Glaser, X. Liu, V. Rokhlin, "A fast algorithm for the calculation of the roots of special functions",
       SIAM J. Sci. Comput. 29 (2007) 1420-1438.

    Examples
    --------
    >>> import sci
    >>> sci.special.roots_genlaguerre(2, 0.5)
    (tensor([0.9189, 4.0811]), tensor([0.7234, 0.1629]))
    """
    a = parameter("roots_genlaguerre", "alpha", alpha, -1, device)
    return rule(laguerre_rule(count("roots_genlaguerre", n), a), mu, result_dtype(dtype, alpha))


@function()
def roots_hermite(n: Any, mu: bool = False, *, dtype: Any = None, device: Any = None) -> tuple[Any, ...]:
    r"""Gauss-Hermite quadrature of the physicists, weight :math:`e^{-x^2}` on :math:`(-\infty, \infty)`.

    Parameters
    ----------
    n : int
        Number of points.
    mu : bool, optional
        Whether to return the sum of the weights as well.
    dtype : torch.dtype, optional
        Floating dtype of the result; by default torch's default dtype.
    device : torch.device, optional
        Where to make the result.

    Returns
    -------
    x, w : Tensor
        Nodes, ascending, and weights.
    mu : float
        The sum of the weights; only where `mu` is True.

    Raises
    ------
    ValueError
        Where `n` is no positive whole number.

    See Also
    --------
    roots_hermitenorm, hermite

    Notes
    -----
    From node to node by Taylor series of the differential equation [1]_, in O(n): nodes within an ulp or two, weights
    within some 50. Weights below the least number are 0.

    References
    ----------
    .. [1] A. Glaser, X. Liu, V. Rokhlin, "A fast algorithm for the calculation of the roots of special functions",
       SIAM J. Sci. Comput. 29 (2007) 1420-1438.

    Examples
    --------
    >>> import sci
    >>> sci.special.roots_hermite(2)
    (tensor([-0.7071,  0.7071]), tensor([0.8862, 0.8862]))
    """
    x, w = nodes_and_weights(hermite_rule(count("roots_hermite", n), 1.0, device))
    return plain_rule(x, w, math.sqrt(math.pi), mu, dtype)


@function()
def roots_hermitenorm(n: Any, mu: bool = False, *, dtype: Any = None, device: Any = None) -> tuple[Any, ...]:
    r"""Gauss-Hermite quadrature of the probabilists, weight :math:`e^{-x^2/2}` on :math:`(-\infty, \infty)`.

    Parameters
    ----------
    n : int
        Number of points.
    mu : bool, optional
        Whether to return the sum of the weights as well.
    dtype : torch.dtype, optional
        Floating dtype of the result; by default torch's default dtype.
    device : torch.device, optional
        Where to make the result.

    Returns
    -------
    x, w : Tensor
        Nodes, ascending, and weights.
    mu : float
        The sum of the weights; only where `mu` is True.

    Raises
    ------
    ValueError
        Where `n` is no positive whole number.

    See Also
    --------
    roots_hermite, hermitenorm

    Notes
    -----
    From node to node by Taylor series of the differential equation [1]_, in O(n): nodes within an ulp or two, weights
    within some 50. Weights below the least number are 0.

    References
    ----------
    .. [1] A. Glaser, X. Liu, V. Rokhlin, "A fast algorithm for the calculation of the roots of special functions",
       SIAM J. Sci. Comput. 29 (2007) 1420-1438.

    Examples
    --------
    >>> import sci
    >>> sci.special.roots_hermitenorm(2)
    (tensor([-1.,  1.]), tensor([1.2533, 1.2533]))
    """
    x, w = nodes_and_weights(hermite_rule(count("roots_hermitenorm", n), 0.5, device))
    return plain_rule(x, w, math.sqrt(2 * math.pi), mu, dtype)


p_roots = roots_legendre
ps_roots = roots_sh_legendre
j_roots = roots_jacobi
js_roots = roots_sh_jacobi
cg_roots = roots_gegenbauer
l_roots = roots_laguerre
la_roots = roots_genlaguerre
h_roots = roots_hermite
he_roots = roots_hermitenorm
