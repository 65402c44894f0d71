"""Complex zeros of the error function and of the Fresnel integrals."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import function
from sci._core.errors import whole_number

from ._erf import erf
from ._fresnel import chirp, fresnel
from ._gaussian import gaussian


def _numbers(name: str, nt: Any) -> Tensor:
    """Return 1, ..., nt in double."""
    return torch.arange(1, whole_number(name, "nt", nt, 1, expected="a positive integer") + 1, dtype=torch.float64)


def _polish(z: Tensor, step: Callable[[Tensor], Tensor]) -> Tensor:
    """Newton's iteration, which from the asymptotic guesses needs five steps at most."""
    for _ in range(7):
        z = z - step(z)
    return z.to(torch.get_default_dtype().to_complex())


def _fresnel_zeros(lam: Tensor, which: int) -> Tensor:
    """From DLMF 7.13.5 and 7.13.6, alpha = (2 / pi) log(pi lambda)."""
    alpha = 2 / math.pi * torch.log(math.pi * lam)
    guess = torch.complex(lam + alpha * (alpha * math.pi - 4) / (8 * math.pi * lam**3), alpha / (2 * lam))
    return _polish(guess, lambda z: fresnel(z)[which] / chirp(which, z))


@function(complex=False, batch=False, compiles=False)
def erf_zeros(nt: int) -> Tensor:
    """
    Compute the first zeros of the error function in the first quadrant.

    Parameters
    ----------
    nt : int
        How many.

    Returns
    -------
    Tensor, shape ``(nt,)``
        The zeros by modulus, complex with torch's default precision. Their negatives and conjugates are zeros, too.

    Raises
    ------
    ValueError
        If `nt` is not a positive integer.

    See Also
    --------
    erf, fresnel_zeros

    Notes
    -----
    Newton's iteration in double from the asymptotic expansion [1]_.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 7.13(i). https://dlmf.nist.gov/7.13

    Examples
    --------
    >>> import sci
    >>> sci.special.erf_zeros(2)
    tensor([1.4506+1.8809j, 2.2447+2.6166j])
    """
    n = _numbers("erf_zeros", nt)
    lam = torch.sqrt((n - 0.125) * math.pi)
    mu = torch.log(lam * math.sqrt(2 * math.pi))
    shift, both = mu / (4 * lam), (1 - mu + mu * mu / 2) / (16 * lam**3)
    guess = torch.complex(lam - shift + both, lam + shift + both)
    return _polish(guess, lambda z: erf(z) / (2 / math.sqrt(math.pi) * gaussian(z)))


@function(complex=False, batch=False, compiles=False)
def fresnels_zeros(nt: int) -> Tensor:
    """
    Compute the first zeros of the Fresnel integral S in the first quadrant.

    Parameters
    ----------
    nt : int
        How many.

    Returns
    -------
    Tensor, shape ``(nt,)``
        The zeros by modulus, complex with torch's default precision.

    Raises
    ------
    ValueError
        If `nt` is not a positive integer.

    See Also
    --------
    fresnel, fresnel_zeros

    Notes
    -----
    Newton's iteration in double from the asymptotic expansion, DLMF 7.13(iii).

    Examples
    --------
    >>> import sci
    >>> sci.special.fresnels_zeros(2)
    tensor([2.0093+0.2885j, 2.8335+0.2443j])
    """
    return _fresnel_zeros(2 * torch.sqrt(_numbers("fresnels_zeros", nt)), 0)


@function(complex=False, batch=False, compiles=False)
def fresnelc_zeros(nt: int) -> Tensor:
    """
    Compute the first zeros of the Fresnel integral C in the first quadrant.

    Parameters
    ----------
    nt : int
        How many.

    Returns
    -------
    Tensor, shape ``(nt,)``
        The zeros by modulus, complex with torch's default precision.

    Raises
    ------
    ValueError
        If `nt` is not a positive integer.

    See Also
    --------
    fresnel, fresnel_zeros

    Notes
    -----
    Newton's iteration in double from the asymptotic expansion, DLMF 7.13(iii).

    Examples
    --------
    >>> import sci
    >>> sci.special.fresnelc_zeros(2)
    tensor([1.7437+0.3057j, 2.6515+0.2529j])
    """
    return _fresnel_zeros(torch.sqrt(4 * _numbers("fresnelc_zeros", nt) - 1), 1)


@function(complex=False, batch=False, compiles=False)
def fresnel_zeros(nt: int) -> tuple[Tensor, Tensor]:
    """
    Compute the first zeros of both Fresnel integrals in the first quadrant.

    Parameters
    ----------
    nt : int
        How many of each.

    Returns
    -------
    (Tensor, Tensor), shapes ``(nt,)``
        The zeros of S and those of C.

    Raises
    ------
    ValueError
        If `nt` is not a positive integer.

    See Also
    --------
    fresnels_zeros, fresnelc_zeros

    Notes
    -----
    Newton's iteration in double from the asymptotic expansion, DLMF 7.13(iii).

    Examples
    --------
    >>> import sci
    >>> sci.special.fresnel_zeros(1)
    (tensor([2.0093+0.2885j]), tensor([1.7437+0.3057j]))
    """
    _numbers("fresnel_zeros", nt)
    return fresnels_zeros(nt), fresnelc_zeros(nt)
