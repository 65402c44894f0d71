"""The arithmetic-geometric mean."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, near, values
from sci._core.dispatch import elementwise


def _derivative_reference(mp: Any, n: Any, a: Any, b: Any) -> Any:
    with mp.workdps(3 * mp.dps):
        return mp.diff(lambda a: mp.agm(a, b), a, int(n), h=abs(a) * mp.mpf(10) ** (-mp.dps // 4))


@elementwise(
    "special/agm.h",
    "i r r -> r",
    partials=(
        discrete,
        lambda n, a, b, out: agm_derivative(n + 1, a, b),
        lambda n, a, b, out: ((1 - n) * out - a * agm_derivative(n + 1, a, b)) / b,
    ),
    reference=_derivative_reference,
    samples=(
        Group("core", n=values(1, 2), a=linear(0.1, 8), b=linear(0.1, 8), count=64),
        Group("wide", n=values(1), a=logarithmic(1e-6, 1e6), b=logarithmic(1e-6, 1e6), count=32),
        Group("about equality", n=values(1, 2), a=near(2.0), b=values(2.0)),
    ),
    special=(
        (1, 1.0, 1.0, 0.5),
        (1, 0.0, 2.0, inf),
        (1, 2.0, 0.0, 0.0),
        (1, 0.0, 0.0, 0.0),
        (1, -1.0, 1.0, nan),
        (1, nan, 1.0, nan),
        (1, 1.0, nan, nan),
    ),
    ulp=Ulp(float64=24, float32=24, partials=128),
    public=False,
    sorted=True,
)
def agm_derivative(n: Any, a: Any, b: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivatives of the arithmetic-geometric mean in `a`.

    Parameters
    ----------
    n : tensor_like of integers
        Order, 0 to 3; NaN results for others.
    a : tensor_like
        Real number, differentiated in.
    b : tensor_like
        Real number of the same sign.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative of order `n`.

    Notes
    -----
    The iteration on dual numbers. The derivative in `b` follows from Euler's rule, the function being homogeneous of
    degree ``1 - n``.

    Examples
    --------
    >>> import torch
    >>> from sci.special._agm import agm_derivative
    >>> agm_derivative(1, torch.tensor([1.0, 2.0], dtype=torch.float64), 1.0)
    tensor([0.5000, 0.4136], dtype=torch.float64)
    """


@elementwise(
    "special/agm.h",
    "r r -> r",
    partials=(
        lambda a, b, out: agm_derivative(1, a, b),
        lambda a, b, out: agm_derivative(1, b, a),
    ),
    reference=lambda mp, a, b: mp.agm(a, b),
    samples=(
        Group("core", a=linear(0.1, 8), b=linear(0.1, 8)),
        Group("wide", a=logarithmic(1e-100, 1e100), b=logarithmic(1e-100, 1e100), count=32, dtypes=("float64",)),
        Group("wide", a=logarithmic(1e-12, 1e12), b=logarithmic(1e-12, 1e12), count=32, dtypes=("float32",)),
        Group("about equality", a=near(2.0), b=values(2.0)),
        Group("far apart", a=values(1e300, 1e-300, 1.0), b=values(1e-300, 1e300, 1e-308), dtypes=("float64",)),
    ),
    special=(
        (0.0, 1.0, 0.0),
        (-1.0, -2.0, -1.4567910310469068692),
        (-1.0, 2.0, nan),
        (inf, 1.0, inf),
        (inf, 0.0, nan),
        (-inf, -1.0, -inf),
        (nan, 1.0, nan),
        (1.0, nan, nan),
        (3.0, 3.0, 3.0),
    ),
    ulp=Ulp(float64=4, float32=4, partials=16),
    pullback="arguments",
)
def agm(a: Any, b: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Arithmetic-geometric mean.

    The common limit of :math:`a_{n+1} = (a_n + b_n) / 2` and :math:`b_{n+1} = \sqrt{a_n b_n}`.

    Parameters
    ----------
    a : tensor_like
        Real number.
    b : tensor_like
        Real number of the same sign.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The mean, negative for two negative numbers, NaN for numbers of different signs, 0 where one is 0 and the other
        finite.

    Notes
    -----
    The iteration until the numbers share half their digits, and one term more [1]_. Within 3 ulp.

    The derivatives come of the same iteration on dual numbers, up to the third order. At 0 it is infinite in the
    argument that vanishes, 0 in the other and where both vanish.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 19.8(i). https://dlmf.nist.gov/19.8

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.agm(torch.tensor([1.0, 2.0], dtype=torch.float64), 24.0)
    tensor([8.2567, 9.7258], dtype=torch.float64)
    """
