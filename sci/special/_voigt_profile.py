"""The Voigt profile and what its derivatives are made of."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, values
from sci._core.dispatch import elementwise

from ._ierfcx import scaled_integral


def _term_reference(mp: Any, n: Any, x: Any, sigma: Any, gamma: Any) -> Any:
    width = sigma * mp.sqrt(2)
    if width == 0:
        return 2 / mp.sqrt(mp.pi) / (2 * mp.mpc(gamma, -x)) ** (n + 1)
    return scaled_integral(mp, n, mp.mpc(gamma, -x) / width) / width ** (n + 1)


_SHAPES = (
    Group("core", x=linear(-8, 8), sigma=linear(0.2, 3), gamma=linear(0.1, 3), count=64),
    Group("narrow Lorentzian", x=linear(-6, 6), sigma=linear(0.5, 2), gamma=logarithmic(1e-12, 1e-2), count=32),
    Group("narrow Gaussian", x=logarithmic(1e-3, 1e3), sigma=logarithmic(1e-12, 1e-3), gamma=logarithmic(1e-2, 1e2)),
    Group("wide", x=logarithmic(1e-6, 1e6), sigma=logarithmic(1e-6, 1e6), gamma=logarithmic(1e-6, 1e6)),
)  # fmt: skip


@elementwise(
    "special/voigt_profile.h",
    "i r r r -> c",
    partials=(
        discrete,
        lambda n, x, sigma, gamma, out: 2j * (n + 1) * voigt_term(n + 1, x, sigma, gamma),
        lambda n, x, sigma, gamma, out: -4 * (n + 1) * (n + 2) * sigma * voigt_term(n + 2, x, sigma, gamma),
        lambda n, x, sigma, gamma, out: -2 * (n + 1) * voigt_term(n + 1, x, sigma, gamma),
    ),
    reference=_term_reference,
    samples=tuple(
        Group(group.name, count=group.count, dtypes=group.dtypes, n=values(1, 2), **group.axes) for group in _SHAPES
    ),
    special=((1, 1.0, 1.0, nan, complex(nan, nan)),),
    ulp=Ulp(float64=32, float32=32, complex128=32, complex64=32, partials=128),
    public=False,
)
def voigt_term(n: Any, x: Any, sigma: Any, gamma: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    What the derivatives of the Voigt profile are made of.

    With :math:`f_n(v) = e^{v^2} \mathrm{i}^n\mathrm{erfc}(v)` it is
    :math:`f_n(v) / (\sigma \sqrt 2)^{n+1}` at :math:`v = (\gamma - i x) / (\sigma \sqrt 2)`.

    Parameters
    ----------
    n : tensor_like of integers
        Order, 0 to 8.
    x : tensor_like
        Real argument.
    sigma : tensor_like
        Standard deviation of the normal part.
    gamma : tensor_like
        Half width of the Lorentzian part.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        Complex values.

    Notes
    -----
    The derivatives are terms of the orders ``n + 1`` and ``n + 2``, the latter, by the heat equation, in `sigma`.

    Examples
    --------
    >>> import torch
    >>> from sci.special._voigt_profile import voigt_term
    >>> voigt_term(0, torch.tensor(0.0, dtype=torch.float64), 0.0, 1.0)
    tensor(0.5642+0.j, dtype=torch.complex128)
    """


_ROOT = math.sqrt(math.pi)


@elementwise(
    "special/voigt_profile.h",
    "r r r -> r",
    partials=(
        lambda x, sigma, gamma, out: (-2 / _ROOT) * voigt_term(1, x, sigma, gamma).imag,
        lambda x, sigma, gamma, out: (-8 / _ROOT) * (sigma.nan_to_num() * voigt_term(2, x, sigma, gamma).real),
        lambda x, sigma, gamma, out: (-2 / _ROOT) * voigt_term(1, x, sigma, gamma).real,
    ),
    reference=lambda mp, x, sigma, gamma: mp.re(_term_reference(mp, 0, x, sigma, gamma)) / mp.sqrt(mp.pi),
    samples=_SHAPES,
    special=(
        (0.0, 0.0, 0.0, inf),
        (1.0, 0.0, 0.0, 0.0),
        (1.0, 0.0, 1.0, 0.15915494309189533577),
        (1.0, 1.0, 0.0, 0.24197072451914334980),
        (inf, 1.0, 1.0, 0.0),
        (1.0, inf, 1.0, 0.0),
        (1.0, 1.0, inf, 0.0),
        (nan, 1.0, 1.0, nan),
    ),
    ulp=Ulp(float64=12, float32=12, partials=64),
    pullback="arguments",
)
def voigt_profile(x: Any, sigma: Any, gamma: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Voigt profile, a normal density convolved with a Lorentzian.

    .. math:: V(x; \sigma, \gamma) = \frac{\operatorname{Re} w(z)}{\sigma \sqrt{2 \pi}},
              \qquad z = \frac{x + i \gamma}{\sigma \sqrt 2}

    Parameters
    ----------
    x : tensor_like
        Real argument.
    sigma : tensor_like
        Standard deviation of the normal density; 0 for the Lorentzian alone.
    gamma : tensor_like
        Half width at half maximum of the Lorentzian; 0 for the normal density alone.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The profile at `x`. With both widths 0 it is ``inf`` at 0 and 0 elsewhere.

    See Also
    --------
    wofz : Faddeeva's function

    Notes
    -----
    Within 5 eps; in the flanks of a narrow Lorentzian, where the real part of Faddeeva's function is small beside the
    imaginary one, too.

    The derivatives in all three arguments are scaled repeated integrals of erfc at the same point, that in `sigma` by
    the heat equation :math:`\partial V / \partial \sigma = \sigma \, \partial^2 V / \partial x^2`; at ``sigma = 0``
    they are the Lorentzian's.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.voigt_profile(torch.tensor([0.0, 1.0, 10.0], dtype=torch.float64), 1.0, 0.5)
    tensor([0.2790, 0.2002, 0.0016], dtype=torch.float64)
    """
