"""Legendre polynomials, associated Legendre functions and spherical harmonics over the kernels of _legendre.py."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.arrays import common_shape
from sci._core.cards import function

from ._legendre import (
    angle_derivatives,
    derivative_count,
    harmonics,
    legendre,
    legendre_samples,
    polynomials,
    real_arguments,
    stacked,
    whole_numbers,
)
from ._legendre_table import harmonics_all, legendre_all, sphere_all


@function(differentiable=("z",), discrete=("n",), samples=legendre_samples([0, 1, 4]))
def legendre_p(n: Any, z: Any, *, diff_n: int = 0) -> Tensor:
    r"""
    Legendre polynomial and its derivatives.

    Parameters
    ----------
    n : array_like of int
        Degree; negative degrees give 0.
    z : array_like
        Argument, real or complex.
    diff_n : {0, 1, 2}, optional
        Up to which order derivatives are returned.

    Returns
    -------
    Tensor
        Function and derivatives in `z`, of shape ``(diff_n + 1, ...)`` with the broadcast shape of `n` and `z` behind.

    Raises
    ------
    ValueError
        Where `diff_n` is not 0, 1 or 2.
    TypeError
        Where `n` is not of an integer dtype or an argument holds no numbers.

    See Also
    --------
    legendre_p_all, assoc_legendre_p

    Notes
    -----
    By the recurrence [1]_, beside 1 in its form of differences; derivatives are Gegenbauer's polynomials,
    :math:`P_n' = C^{(3/2)}_{n-1}`, :math:`P_n'' = 3 C^{(5/2)}_{n-2}`, and differentiate further as these do.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 18.9.1, https://dlmf.nist.gov/18.9

    Examples
    --------
    >>> import torch
    >>> from sci.special import legendre_p
    >>> legendre_p(2, torch.tensor([0.0, 1.0], dtype=torch.float64), diff_n=1)
    tensor([[-0.5000,  1.0000],
            [ 0.0000,  3.0000]], dtype=torch.float64)
    """
    return polynomials("legendre_p", n, z, diff_n)


@function(differentiable=("z",), samples=legendre_samples(4), batch=False)
def legendre_p_all(n: int, z: Any, *, diff_n: int = 0) -> Tensor:
    r"""
    Legendre polynomials of all degrees up to `n`, and their derivatives.

    Parameters
    ----------
    n : int
        Highest degree.
    z : array_like
        Argument, real or complex.
    diff_n : {0, 1, 2}, optional
        Up to which order derivatives are returned.

    Returns
    -------
    Tensor
        Shape ``(diff_n + 1, n + 1, ...)`` with the shape of `z` behind.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0, or `diff_n` is not 0, 1 or 2.

    See Also
    --------
    legendre_p

    Notes
    -----
    The values of `legendre_p`, all by one pass of its recurrence in the degree.

    Examples
    --------
    >>> import torch
    >>> from sci.special import legendre_p_all
    >>> legendre_p_all(2, torch.tensor(0.5, dtype=torch.float64))
    tensor([[ 1.0000,  0.5000, -0.1250]], dtype=torch.float64)
    """
    return legendre_all("legendre_p_all", n, None, z, 2, False, diff_n)


@function(
    differentiable=("z",), discrete=("n", "m", "branch_cut"), samples=legendre_samples([1, 3, 4], [0, 2, -1], norm=True)
)
def assoc_legendre_p(n: Any, m: Any, z: Any, *, branch_cut: Any = 2, norm: bool = False, diff_n: int = 0) -> Tensor:
    r"""
    Associated Legendre function of whole degree and order, and its derivatives.

    Parameters
    ----------
    n, m : array_like of int
        Degree and order; the function is 0 for negative degrees and where ``abs(m) > n``.
    z : array_like
        Argument, real or complex.
    branch_cut : array_like of int, optional
        2: the cut is where ``abs(z) > 1``; 3: where ``abs(z) < 1``. Real arguments on the cut give NaN.
    norm : bool, optional
        Whether to multiply by the square root of :math:`(n + 1/2) (n - m)! / (n + m)!`.
    diff_n : {0, 1, 2}, optional
        Up to which order derivatives are returned.

    Returns
    -------
    Tensor
        Function and derivatives in `z`, of shape ``(diff_n + 1, ...)``; at 1 and -1 limits, which may be infinite.

    Raises
    ------
    ValueError
        Where `diff_n` is not 0, 1 or 2.
    TypeError
        Where `n`, `m` or `branch_cut` is not of an integer dtype or an argument holds no numbers.

    See Also
    --------
    assoc_legendre_p_all, sph_legendre_p

    Notes
    -----
    :math:`(-1)^m (1 - z^2)^{m/2}\, d^m P_n/dz^m` [1]_; the power and the polynomial are carried with exponents of their
    own, so that no degree overflows before the result does. A derivative is the same kernel of the next order.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 14.6, https://dlmf.nist.gov/14.6

    Examples
    --------
    >>> import torch
    >>> from sci.special import assoc_legendre_p
    >>> assoc_legendre_p(2, 1, torch.tensor([0.0, 0.5], dtype=torch.float64), diff_n=1)
    tensor([[-0.0000, -1.2990],
            [-3.0000, -1.7321]], dtype=torch.float64)
    """
    return legendre("assoc_legendre_p", n, m, z, branch_cut, norm, diff_n)


@function(differentiable=("z",), discrete=("branch_cut",), samples=legendre_samples(2, 1), batch=False)
def assoc_legendre_p_all(n: int, m: int, z: Any, *, branch_cut: Any = 2, norm: bool = False, diff_n: int = 0) -> Tensor:
    r"""
    Associated Legendre functions of all degrees and orders up to `n` and `m`, and their derivatives.

    Parameters
    ----------
    n, m : int
        Highest degree and order.
    z : array_like
        Argument, real or complex.
    branch_cut, norm, diff_n
        As for `assoc_legendre_p`.

    Returns
    -------
    Tensor
        Shape ``(diff_n + 1, n + 1, 2 m + 1, ...)``; the orders are 0, 1, ..., `m`, -`m`, ..., -1, so that an order is
        its own index.

    Raises
    ------
    ValueError
        Where `n` or `m` is no whole number of at least 0, or `diff_n` is not 0, 1 or 2.

    See Also
    --------
    assoc_legendre_p

    Notes
    -----
    The values of `assoc_legendre_p`, all by one pass of its recurrence in the degree.

    Examples
    --------
    >>> import torch
    >>> from sci.special import assoc_legendre_p_all
    >>> assoc_legendre_p_all(1, 1, torch.tensor(0.6, dtype=torch.float64))
    tensor([[[ 1.0000,  0.0000,  0.0000],
             [ 0.6000, -0.8000,  0.4000]]], dtype=torch.float64)
    """
    return legendre_all("assoc_legendre_p_all", n, m, z, branch_cut, norm, diff_n)


@function(
    differentiable=("theta",),
    discrete=("n", "m"),
    samples=legendre_samples([1, 3, 4], [0, 2, -1], angles=1),
    complex=False,
)
def sph_legendre_p(n: Any, m: Any, theta: Any, *, diff_n: int = 0) -> Tensor:
    r"""
    Spherical Legendre function, the harmonic at azimuth 0, and its derivatives.

    Parameters
    ----------
    n, m : array_like of int
        Degree and order; the function is 0 for negative degrees and where ``abs(m) > n``.
    theta : array_like
        Polar angle, real.
    diff_n : {0, 1, 2}, optional
        Up to which order derivatives are returned.

    Returns
    -------
    Tensor
        Function and derivatives in `theta`, of shape ``(diff_n + 1, ...)``.

    Raises
    ------
    ValueError
        Where `diff_n` is not 0, 1 or 2.
    TypeError
        Where `n` or `m` is not of an integer dtype, or `theta` is complex or holds no numbers.

    See Also
    --------
    sph_harm_y, assoc_legendre_p

    Notes
    -----
    :math:`\sqrt{(2n + 1)(n - m)!/(4\pi(n + m)!)}\, P_n^m(\cos\theta)`, of period :math:`2\pi` and even in the angle.
    Derivatives are combinations of both neighbouring orders, as of the ladder operators of the sphere [1]_, finite at
    the poles.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 14.30, https://dlmf.nist.gov/14.30

    Examples
    --------
    >>> import torch
    >>> from sci.special import sph_legendre_p
    >>> sph_legendre_p(1, 1, torch.tensor([0.0, 1.0], dtype=torch.float64), diff_n=1)
    tensor([[-0.0000, -0.2907],
            [-0.3455, -0.1867]], dtype=torch.float64)
    """
    order = derivative_count("sph_legendre_p", diff_n)
    (angle,), dtype = real_arguments("sph_legendre_p", theta=theta)
    n, m = whole_numbers("sph_legendre_p", "n", n, angle.device), whole_numbers("sph_legendre_p", "m", m, angle.device)
    return stacked(angle_derivatives(order, n, m, angle)).to(dtype)


@function(differentiable=("theta",), samples=legendre_samples(2, 1, angles=1), batch=False, complex=False)
def sph_legendre_p_all(n: int, m: int, theta: Any, *, diff_n: int = 0) -> Tensor:
    r"""
    Spherical Legendre functions of all degrees and orders up to `n` and `m`, and their derivatives.

    Parameters
    ----------
    n, m : int
        Highest degree and order (of `m` the modulus).
    theta : array_like
        Polar angle, real.
    diff_n : {0, 1, 2}, optional
        Up to which order derivatives are returned.

    Returns
    -------
    Tensor
        Shape ``(diff_n + 1, n + 1, 2 m + 1, ...)``; the orders are 0, 1, ..., `m`, -`m`, ..., -1.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0, `m` not whole, or `diff_n` is not 0, 1 or 2.

    See Also
    --------
    sph_legendre_p

    Notes
    -----
    The values of `sph_legendre_p`, all by one pass of its recurrence in the degree.

    Examples
    --------
    >>> import torch
    >>> from sci.special import sph_legendre_p_all
    >>> sph_legendre_p_all(1, 1, torch.tensor(1.0, dtype=torch.float64))
    tensor([[[ 0.2821,  0.0000,  0.0000],
             [ 0.2640, -0.2907,  0.2907]]], dtype=torch.float64)
    """
    return sphere_all("sph_legendre_p_all", n, m, theta, diff_n)


@function(
    differentiable=("theta", "phi"),
    discrete=("n", "m"),
    samples=legendre_samples([1, 3, 4], [0, 2, -1], angles=2),
    complex=False,
)
def sph_harm_y(n: Any, m: Any, theta: Any, phi: Any, *, diff_n: int = 0) -> Any:
    r"""
    Spherical harmonics, with gradient and Hessian in the angles.

    .. math::
        Y_n^m(\theta, \phi) = \sqrt{\frac{2n + 1}{4\pi} \frac{(n - m)!}{(n + m)!}}\, P_n^m(\cos\theta)\, e^{im\phi}

    Parameters
    ----------
    n, m : array_like of int
        Degree and order; the function is 0 for negative degrees and where ``abs(m) > n``.
    theta : array_like
        Polar angle, real.
    phi : array_like
        Azimuth, real.
    diff_n : {0, 1, 2}, optional
        Up to which order derivatives are returned.

    Returns
    -------
    Tensor or tuple of Tensor
        The harmonics, complex, in the broadcast shape of all arguments; for `diff_n` of at least 1 a tuple with the
        gradient, which has a last dimension of 2 (`theta`, `phi`), and for 2 the Hessian with two of them.

    Raises
    ------
    ValueError
        Where `diff_n` is not 0, 1 or 2.
    TypeError
        Where `n` or `m` is not of an integer dtype, or an angle is complex or holds no numbers.

    See Also
    --------
    sph_harm_y_all, sph_legendre_p

    Notes
    -----
    A derivative in `phi` is a factor :math:`im`, one in `theta` a combination of both neighbouring orders, finite at
    the poles [1]_.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 14.30, https://dlmf.nist.gov/14.30

    Examples
    --------
    >>> import torch
    >>> from sci.special import sph_harm_y
    >>> sph_harm_y(2, torch.tensor([0, 1]), torch.tensor(1.0, dtype=torch.float64), 0.5)
    tensor([-0.0392+0.0000j, -0.3082-0.1684j], dtype=torch.complex128)
    """
    name = "sph_harm_y"
    order = derivative_count(name, diff_n)
    (polar, azimuth), dtype = real_arguments(name, theta=theta, phi=phi)
    n, m = whole_numbers(name, "n", n, polar.device), whole_numbers(name, "m", m, polar.device)
    common_shape(name, n=n, m=m, theta=polar, phi=azimuth)
    return harmonics(angle_derivatives(order, n, m, polar), m, azimuth, dtype)


@function(differentiable=("theta", "phi"), samples=legendre_samples(2, 1, angles=2), batch=False, complex=False)
def sph_harm_y_all(n: int, m: int, theta: Any, phi: Any, *, diff_n: int = 0) -> Any:
    r"""
    Spherical harmonics of all degrees and orders up to `n` and `m`, with gradients and Hessians.

    Parameters
    ----------
    n, m : int
        Highest degree and order (of `m` the modulus).
    theta : array_like
        Polar angle, real.
    phi : array_like
        Azimuth, real.
    diff_n : {0, 1, 2}, optional
        Up to which order derivatives are returned.

    Returns
    -------
    Tensor or tuple of Tensor
        As `sph_harm_y`, with two dimensions in front, ``n + 1`` and ``2 m + 1``; the orders are 0, 1, ..., `m`,
        -`m`, ..., -1.

    Raises
    ------
    ValueError
        Where `n` is no whole number of at least 0, `m` not whole, or `diff_n` is not 0, 1 or 2.

    See Also
    --------
    sph_harm_y

    Notes
    -----
    The values of `sph_harm_y`, all by one pass of its recurrence in the degree.

    Examples
    --------
    >>> import torch
    >>> from sci.special import sph_harm_y_all
    >>> sph_harm_y_all(3, 2, torch.tensor([0.5, 1.0]), torch.tensor([0.1, 0.2])).shape
    torch.Size([4, 5, 2])
    """
    return harmonics_all("sph_harm_y_all", n, m, theta, phi, diff_n)
