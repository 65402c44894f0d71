"""The logarithm of the multivariate gamma function."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import compute_dtype, promote
from sci._core.cards import Sample, function
from sci._core.checks import known
from sci._core.errors import whole_number

from ._gammaln import gammaln


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    for d in (1, 2, 5):
        a = torch.rand(2, 3, generator=generator, dtype=torch.float64) * 4 + d
        yield Sample(a.to(dtype=dtype, device=device), d)


@function(differentiable=("a",), samples=_samples, complex=False, batch=False, synchronizes=True)
def multigammaln(a: Any, d: int) -> Tensor:
    r"""
    Logarithm of the multivariate gamma function.

    .. math:: \Gamma_d(a) = \int_{A > 0} e^{-\operatorname{tr} A}\,|A|^{a-(d+1)/2}\,dA
              = \pi^{d(d-1)/4} \prod_{j=1}^{d} \Gamma\Bigl(a - \frac{j-1}{2}\Bigr),

    the integral over the positive definite matrices of order `d`.

    Parameters
    ----------
    a : tensor_like
        Real argument of any shape, above ``(d - 1) / 2``.
    d : int
        Order of the matrices, positive.

    Returns
    -------
    Tensor
        The logarithm, in the shape and floating dtype of `a`.

    Raises
    ------
    ValueError
        Where `d` is no positive integer or an element of `a` is not above ``(d - 1) / 2``. The second reads the data;
        ``sci.data_checks(False)`` leaves it out, and such elements give the logarithm of the absolute value.
    TypeError
        Where `a` is not real.

    See Also
    --------
    gammaln : the function of order 1

    Notes
    -----
    The sum of `d` logarithms, by `gammaln`. The derivative is the sum of :math:`\psi(a - (j-1)/2)`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 35.3. https://dlmf.nist.gov/35.3

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.multigammaln(torch.tensor([2.0, 23.5], dtype=torch.float64), 3)
    tensor([  1.5963, 147.1417], dtype=torch.float64)
    """
    d = whole_number("multigammaln", "d", d, 1, expected="a positive integer (dimension)")
    (x,) = promote("multigammaln", allow_complex=False, half=True, a=a)
    least = (d - 1) / 2
    if known((~(x > least)).any()):
        raise ValueError(f"multigammaln: a must be above (d - 1) / 2 = {least}, got {float(x.min())}")
    wide = x.to(compute_dtype(x.dtype))
    steps = torch.arange(d, dtype=wide.dtype, device=wide.device) / 2
    total = gammaln(wide[..., None] - steps).sum(-1) + d * (d - 1) / 4 * math.log(math.pi)
    return total.to(x.dtype)
