"""The confluent hypergeometric limit function. The mathematics is in csrc/special/hyp0f1.h."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, not_implemented, polar
from sci._core.dispatch import elementwise

_THIRD = not_implemented("a third derivative of the confluent limit function in its parameter")


def _reference(mp: Any, n: int, v: Any, z: Any) -> Any:
    """Reference: a derivative in the parameter."""
    with mp.workdps(mp.dps + 10):
        return mp.diff(lambda v: mp.hyp0f1(v, z), v, n)


_SAMPLES = (
    Group("core", v=linear(-2.7, 4), z=linear(-30, 30), count=12),
    Group("large", v=linear(-10, 30), z=linear(-500, 500), count=8, dtypes=("float64",)),
    Group("plane", v=linear(0.3, 4), z=polar(0.1, 100), count=12),
)


@elementwise(
    "special/hyp0f1.h",
    "r r -> r, r c -> c",
    partials=(_THIRD, _THIRD),
    reference=lambda mp, v, z: _reference(mp, 2, v, z),
    samples=_SAMPLES,
    special=((nan, 0.5, nan), (-1.0, 0.5, nan), (2.0, 0.0, 0.0)),
    ulp=Ulp(float64=2, float32=2),
    public=False,
    sorted=True,
)
def hyp0f1_db2(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`hyp0f1` in its parameter, :math:`\partial^2 F / \partial v^2`.

    Parameters
    ----------
    v : tensor_like
        Parameter, real.
    z : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative; NaN where `v` is 0, -1, -2, ... Its own derivatives raise.
    """


@elementwise(
    "special/hyp0f1.h",
    "r r -> r, r c -> c",
    partials=(
        lambda v, z, out: hyp0f1_db2(v, z),
        lambda v, z, out: (hyp0f1_db(v + 1, z) - hyp0f1(v + 1, z) / v) / v,
    ),
    reference=lambda mp, v, z: _reference(mp, 1, v, z),
    samples=_SAMPLES,
    special=((nan, 0.5, nan), (-1.0, 0.5, nan), (2.0, 0.0, 0.0)),
    ulp=Ulp(float64=2, float32=2, partials=32),
    public=False,
    sorted=True,
)
def hyp0f1_db(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    First derivative of :func:`hyp0f1` in its parameter, :math:`\partial F / \partial v`.

    Parameters
    ----------
    v : tensor_like
        Parameter, real.
    z : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The derivative; NaN where `v` is 0, -1, -2, ...
    """


@elementwise(
    "special/hyp0f1.h",
    "r r -> r, r c -> c",
    partials=(lambda v, z, out: hyp0f1_db(v, z), lambda v, z, out: hyp0f1(v + 1, z) / v),
    reference=lambda mp, v, z: mp.hyp0f1(v, z),
    samples=(
        Group("core", v=linear(-3, 4), z=linear(-20, 20)),
        Group("large z", v=linear(-3, 4), z=logarithmic(20, 1e4), count=24),
        Group("oscillating", v=linear(-3, 4), z=logarithmic(-1e6, -20), count=32, dtypes=("float64",)),
        Group("large", v=linear(-60, 100), z=linear(-3000, 3000), count=32, dtypes=("float64",)),
        Group("plane", v=linear(-3, 4), z=polar(0.1, 1e3)),
        Group("plane, large", v=linear(-30, 60), z=polar(1, 1e4), count=32, dtypes=("float64",)),
    ),
    special=(
        (1.0, 0.0, 1.0),
        (0.0, 1.0, nan),
        (-1.0, 1.0, nan),
        (-1.0, 0.0, nan),
        (inf, 1.0, 1.0),
        (1.0, inf, nan),
        (1.0, -inf, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
    ),
    ulp=Ulp(float64=32, float32=2, complex128=32, complex64=2, partials=32),
    sorted=True,
)
def hyp0f1(v: Any, z: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Confluent hypergeometric limit function.

    .. math::
        {}_0F_1(; v; z) = \sum_{n=0}^\infty \frac{1}{(v)_n} \frac{z^n}{n!}

    Parameters
    ----------
    v : tensor_like
        Parameter, real.
    z : tensor_like
        Argument, real or complex.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The function, in the promoted dtype and the broadcast shape; NaN where `v` is 0, -1, -2, ... and at infinite
        `z`.

    Raises
    ------
    TypeError
        Where the parameter is complex, or an argument holds no numbers.

    See Also
    --------
    hyp1f1 : Kummer's function
    jv : Bessel functions, :math:`J_n(x) = (x/2)^n {}_0F_1(; n+1; -x^2/4) / n!`

    Notes
    -----
    The power series and the asymptotic form of Bessel functions [1]_, with an estimate of the error, or Bessel
    functions of the order :math:`v - 1`. Where more than a few digits cancel the series in double-double arithmetic, or
    Taylor steps of the differential equation from 0.

    The derivative is :math:`F' = {}_0F_1(; v+1; z) / v`. Derivatives in `v`, to the second order, are the same
    algorithms on dual numbers; a third one raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 10.39 and 10.40. https://dlmf.nist.gov/10.40

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.hyp0f1(1.0, torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64))
    tensor([0.2239, 1.0000, 2.2796], dtype=torch.float64)
    """
