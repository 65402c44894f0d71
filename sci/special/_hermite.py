"""Hermite polynomials of whole degree. The mathematics is in csrc/special/hermite.h."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, integers, linear, logarithmic, nan, values
from sci._core.dispatch import elementwise


def _reference(mp: Any, n: int, x: Any, c: int) -> Any:
    """Reference: the recurrence of DLMF 18.9.1 with digits to spare."""
    with mp.workdps(2 * mp.dps + 20):
        before, now = mp.mpf(0), mp.mpf(1)
        for k in range(int(n)):
            before, now = now, c * (x * now - k * before)
        return now


_SAMPLES = (
    Group("core", count=32, n=integers(0, 12), x=linear(-4, 4)),
    Group("larger degrees", count=16, n=integers(13, 60), x=linear(-8, 8), dtypes=("float64",)),
    Group("large degrees", count=8, n=integers(61, 150), x=linear(-10, 10), dtypes=("float64",)),
    Group("large arguments", count=8, n=integers(1, 6), x=logarithmic(10, 1e5)),
    Group("small arguments", count=8, n=values(1, 2, 5, 8), x=logarithmic(1e-12, 1e-2)),
)
_ULP = Ulp(float64=16, float32=16, partials=24)


@elementwise(
    "special/hermite.h",
    "i r -> r",
    partials=(discrete, lambda n, x, out: 2 * n * eval_hermite((n - 1).clamp(min=0), x)),
    reference=lambda mp, n, x: _reference(mp, n, x, 2),
    samples=_SAMPLES,
    special=(
        (0, nan, nan),
        (3, inf, inf),
        (3, -inf, -inf),
        (4, -inf, inf),
        (-1, 0.5, nan),
        (400, 1.0, -inf),
        (1, -0.0, -0.0),
    ),
    ulp=_ULP,
    wide=True,
    sorted=True,
)
def eval_hermite(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Hermite polynomial of the physicists.

    .. math::
        H_n(x) = (-1)^n e^{x^2} \frac{d^n}{dx^n} e^{-x^2}

    Parameters
    ----------
    n : tensor_like of int
        Degree; negative ones give NaN.
    x : tensor_like
        Argument, real.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`H_n(x)`, infinite where it overflows.

    See Also
    --------
    eval_hermitenorm

    Notes
    -----
    By the recurrence :math:`H_{k+1} = 2xH_k - 2kH_{k-1}` [1]_ with an exponent of its own. The derivative is
    :math:`2nH_{n-1}(x)`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 18.9, https://dlmf.nist.gov/18.9

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.eval_hermite(2, torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64))
    tensor([-2.,  2., 14.], dtype=torch.float64)
    """


@elementwise(
    "special/hermite.h",
    "i r -> r",
    partials=(discrete, lambda n, x, out: n * eval_hermitenorm((n - 1).clamp(min=0), x)),
    reference=lambda mp, n, x: _reference(mp, n, x, 1),
    samples=_SAMPLES,
    special=((0, nan, nan), (3, inf, inf), (3, -inf, -inf), (4, -inf, inf), (-1, 0.5, nan), (1, -0.0, -0.0)),
    ulp=_ULP,
    wide=True,
    sorted=True,
)
def eval_hermitenorm(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Hermite polynomial of the probabilists, with leading coefficient 1.

    .. math::
        He_n(x) = (-1)^n e^{x^2/2} \frac{d^n}{dx^n} e^{-x^2/2}

    Parameters
    ----------
    n : tensor_like of int
        Degree; negative ones give NaN.
    x : tensor_like
        Argument, real.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        :math:`He_n(x)`, infinite where it overflows.

    See Also
    --------
    eval_hermite

    Notes
    -----
    By the recurrence :math:`He_{k+1} = xHe_k - kHe_{k-1}` [1]_ with an exponent of its own. The derivative is
    :math:`nHe_{n-1}(x)`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 18.9, https://dlmf.nist.gov/18.9

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.eval_hermitenorm(2, torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64))
    tensor([-1.,  0.,  3.], dtype=torch.float64)
    """
