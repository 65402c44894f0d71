"""Gauss quadrature: nodes and weights of orthogonal polynomials, with derivatives in parameters.

Rules come of one operator, csrc/special/detail/gauss_rule.h, in O(n): of up to 32 points from the matrix of the
recurrence, of more by a walk from node to node. Their derivatives come of the same walk on dual numbers: those of the
nodes, and those of half the logarithms l of the weights but for one number, so that
w' = 2 w (l' - sum(w l') / sum(w)).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import as_tensor, chosen_device, floating, number
from sci._core.checks import known
from sci._core.dispatch import operator
from sci._core.errors import bad_argument, whole_number

from ._orthogonal import sh_legendre_polynomial
from ._poch import poch


class Family:
    """Monic polynomials of a recurrence P_{k+1} = (x - centres[k]) P_k - squares[k-1] P_{k-1}, for k < n.

    `recurrence` returns centres (..., n) and squares (..., n - 1). `total` is the integral of the weight. `rule` is the
    number of points, which of the families of csrc/special/detail/gauss_few.h this is, and its two parameters.
    """

    def __init__(
        self,
        recurrence: Callable[[], tuple[Tensor, Tensor]],
        total: Tensor,
        rule: tuple[int, int, Tensor, Tensor] | None = None,
    ) -> None:
        self.recurrence, self.total, self.rule = recurrence, total, rule


def count(name: str, n: Any, least: int = 1) -> int:
    """Return a number of nodes or a degree, checked."""
    return whole_number(name, "n", n, least, expected="a positive whole number" if least else "")


def parameter(name: str, argument: str, value: Any, above: float, device: Any = None) -> Tensor:
    """Return a parameter as a float64 tensor, checked against the bound below which the weight is not integrable."""
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)  # rounded once, to float64
    if plain and above < value < math.inf:
        return number(value, torch.float64, chosen_device(device))
    x = torch.tensor(value, dtype=torch.float64, device=device) if plain else as_tensor(value, argument, name, device)
    if x.is_complex() or x.dtype is torch.bool:
        raise bad_argument(name, argument, "real", value, TypeError)
    if known(((x > above) & (x < math.inf)).all()) == 0:
        raise bad_argument(name, f"`{argument}`", f"a finite number greater than {above:g}", value)
    return x.to(device=device, dtype=torch.float64)


def result_dtype(dtype: Any, *parameters: Any) -> torch.dtype:
    """Return the dtype of a rule: that asked for, that of tensors or arrays among the parameters, or the default."""
    if dtype is not None:
        return dtype
    found = [as_tensor(p).dtype for p in parameters if not isinstance(p, (int, float))]
    made = torch.get_default_dtype() if not found else found[0]
    for other in found[1:]:
        made = torch.promote_types(made, other)
    return floating(made)


def plain_rule(x: Tensor, w: Tensor, total: float, mu: bool, dtype: Any) -> tuple[Any, ...]:
    """Return nodes and weights in the dtype asked for or the default one, with their total if asked for."""
    made = torch.get_default_dtype() if dtype is None else dtype
    found = (x.to(made), w.to(made))
    return (*found, total) if mu else found


# ---- families ------------------------------------------------------------------------------------------------------


def indices(n: int, like: Tensor) -> Tensor:
    return torch.arange(n, dtype=torch.float64, device=like.device)


def jacobi_recurrence(n: int, alpha: Tensor, beta: Tensor) -> tuple[Tensor, Tensor]:
    """Coefficients of DLMF 18.9.2 for monic polynomials, for alpha, beta > -1."""
    alpha, beta = torch.broadcast_tensors(alpha, beta)
    a, b = alpha[..., None], beta[..., None]
    s, k = a + b, indices(n, alpha)
    later = k[1:]
    centres = torch.cat(((b - a) / (s + 2), (b - a) * s / ((2 * later + s) * (2 * later + s + 2))), -1)[..., :n]
    k = k[2:]
    t = 2 * k + s
    first = 4 * (1 + a) * (1 + b) / ((2 + s).square() * (3 + s))
    others = 4 * k * (k + a) * (k + b) * (k + s) / (t.square() * (t + 1) * (t - 1))
    return centres, torch.cat((first, others), -1)[..., : n - 1]


def gegenbauer_recurrence(n: int, lam: Tensor) -> tuple[Tensor, Tensor]:
    k, v = indices(n, lam)[2:], lam[..., None]
    first = 1 / (2 * (1 + v))
    others = k * (k + 2 * v - 1) / (4 * (k + v) * (k + v - 1))
    squares = torch.cat((first, others), -1)[..., : n - 1]
    # Zeros that depend on the parameter, so that all nodes have a derivative.
    return (0 * v).expand(*lam.shape, n), squares


def laguerre_recurrence(n: int, alpha: Tensor) -> tuple[Tensor, Tensor]:
    k, a = indices(n, alpha), alpha[..., None]
    return 2 * k + a + 1, k[1:] * (k[1:] + a)


def hermite_recurrence(n: int, scale: float, like: Tensor) -> tuple[Tensor, Tensor]:
    """Coefficients for the weight exp(-scale x^2)."""
    k = indices(n, like)
    return torch.zeros_like(k), k[1:] / (2 * scale)


# ---- nodes and weights ---------------------------------------------------------------------------------------------


JACOBI, SHIFTED, LAGUERRE, HERMITE = range(4)  # Jacobi's also on [0, 1]


_Slope = tuple[Tensor | None, Tensor]  # the derivatives of two tensors (..., n) in a parameter


def _rule_fake(a: Tensor, b: Tensor, total: Tensor, n: int, family: int) -> tuple[Tensor, ...]:
    return a.new_empty(*a.shape, n), a.new_empty(*a.shape, n)


def _slopes_fake(a: Tensor, b: Tensor, n: int, family: int, i: int, j: int) -> tuple[Tensor, ...]:
    return a.new_empty(*a.shape, n), a.new_empty(*a.shape, n)


def _backward(slopes: Sequence[_Slope | None], grads: Sequence[Tensor | None]) -> list[Tensor | None]:
    """Return the gradients in parameters in which two tensors have these derivatives."""
    found: list[Tensor | None] = []
    for slope in slopes:
        parts = (
            [(g * d).sum(-1) for g, d in zip(grads, slope, strict=True) if g is not None and d is not None]
            if slope
            else []
        )
        found.append(sum(parts[1:], parts[0]) if parts else None)
    return found


def _jvp(slopes: Sequence[_Slope | None], tangents: Sequence[Tensor | None]) -> tuple[Tensor | None, ...]:
    found = []
    for k in range(2):
        given = [(slope[k], t[..., None]) for slope, t in zip(slopes, tangents, strict=True) if slope and t is not None]
        parts = [d * t for d, t in given if d is not None]
        found.append(sum(parts[1:], parts[0]) if parts else None)
    return tuple(found)


def _slopes_slopes(inputs: Any, needs: Any) -> list[_Slope | None]:
    a, b, n, family, i, j = inputs
    return [_slopes(a, b, n, family, i + 1 - k, j + k) if needs[k] else None for k in range(2)]


_slopes: Callable[..., tuple[Tensor, Tensor]] = operator(
    "gauss_slopes",
    fake=_slopes_fake,
    backward=lambda inputs, outputs, grads, needs: [
        *_backward(_slopes_slopes(inputs, needs), grads),
        None,
        None,
        None,
        None,
    ],
    jvp=lambda inputs, outputs, tangents: _jvp(
        _slopes_slopes(inputs, [t is not None for t in tangents[:2]]), tangents[:2]
    ),
    core_dims=(0, 0),
    one_batch=True,
)


def _rule_slopes(inputs: Any, outputs: Any, needs: Any) -> list[_Slope | None]:
    """Return the derivatives of nodes and weights in a, b and the total."""
    (a, b, total, n, family), (_, w) = inputs, outputs
    found: list[_Slope | None] = []
    for k in range(2):
        if not needs[k]:
            found.append(None)
            continue
        x, half = _slopes(a, b, n, family, 1 - k, k)
        found.append((x, 2 * w * (half - (w * half).sum(-1, keepdim=True) / w.sum(-1, keepdim=True))))
    return [*found, (None, w / total[..., None]) if needs[2] else None]


_rule: Callable[..., tuple[Tensor, Tensor]] = operator(
    "gauss_rule",
    fake=_rule_fake,
    backward=lambda inputs, outputs, grads, needs: [
        *_backward(_rule_slopes(inputs, outputs, needs), grads),
        None,
        None,
    ],
    jvp=lambda inputs, outputs, tangents: _jvp(
        _rule_slopes(inputs, outputs, [t is not None for t in tangents[:3]]), tangents[:3]
    ),
    core_dims=(0, 0, 0),
    one_batch=True,
)


def nodes_and_weights(family: Family) -> tuple[Tensor, Tensor]:
    """Return nodes in ascending order and weights, of the parameters' batch shape."""
    assert family.rule is not None
    n, kind, a, b = family.rule
    return _rule(a, b, family.total, n, kind)


def rule(family: Family, mu: bool, made: torch.dtype) -> tuple[Any, ...]:
    """Return what the public functions return, in the dtype asked for."""
    x, w = nodes_and_weights(family)
    found = (x.to(made), w.to(made))
    return (*found, family.total.to(made)) if mu else found


# ---- Legendre rules of many points ---------------------------------------------------------------------------------


def legendre_on(n: int, device: Any, shifted: bool = False) -> tuple[Tensor, Tensor]:
    """Return nodes and weights on [-1, 1] or [0, 1]."""
    if n < 1000:
        where = chosen_device(device)
        zero, total = (number(v, torch.float64, where) for v in (0.0, 1.0 if shifted else 2.0))
        return _rule(zero, zero, total, n, SHIFTED if shifted else JACOBI)
    x, w, low = _legendre_many(n, device)
    return (low, w / 2) if shifted else (x, w)


def _legendre_many(n: int, device: Any) -> tuple[Tensor, Tensor, Tensor]:
    r"""Return nodes, weights and the nodes on [0, 1], in O(n): N. Hale and A. Townsend, SIAM J. Sci. Comput. 35 (2013)
    A652-A674.

    Newton steps in the angle on Stieltjes's expansion (DLMF 18.15.12) inside, on the recurrence for the 30 nodes next
    to each end, where that does not converge; from Tricomi's approximation (there, 18.16.9). For 1000 or more.
    """
    half = n // 2
    ends = 30
    # Angles from the pole where these are small, from the equator where those are: each relative to itself.
    k = torch.arange(1, half + 1, dtype=torch.float64, device=device)
    polar, level = k[: max(ends, n // 4)], k[max(ends, n // 4) :]
    theta = (4 * polar - 1) * (math.pi / (4 * n + 2))
    theta = theta + 1 / (8 * (n + 0.5) ** 2 * torch.tan(theta))
    psi = (n + 1 - 2 * level) * (math.pi / (2 * n + 1))
    psi = psi - torch.tan(psi) / (8 * (n + 0.5) ** 2)
    outer, inner = theta[:ends], theta[ends:]
    for _ in range(4):
        value, slope = _by_recurrence(n, outer)
        outer = outer - value / slope
    for _ in range(3):
        value, slope = _stieltjes(n, inner)
        inner = inner - value / slope
        value, slope = _stieltjes(n, psi, True)
        psi = psi - value / slope
    slopes = torch.cat((_by_recurrence(n, outer)[1], _stieltjes(n, inner)[1], _stieltjes(n, psi, True)[1]))
    x, w = torch.cat((torch.cos(outer), torch.cos(inner), torch.sin(psi))), 2 / slopes.square()
    low = torch.cat((torch.sin(outer / 2).square(), torch.sin(inner / 2).square(), (1 - torch.sin(psi)) / 2))
    if n % 2:
        _, slope = _by_recurrence(n, x.new_full((1,), math.pi / 2))
        x, w = torch.cat((x, x.new_zeros(1))), torch.cat((w, 2 / slope.square()))
        low = torch.cat((low, low.new_full((1,), 0.5)))
    mirrored = [t[:half].flip(0) for t in (x, w, low)]
    nodes = torch.cat((-x, mirrored[0])) + 0.0
    return nodes, torch.cat((w, mirrored[1])), torch.cat((low, 1 - mirrored[2]))


def _stieltjes(n: int, angle: Tensor, level: bool = False) -> tuple[Tensor, Tensor]:
    """Return P_n and its derivative in the angle: from the pole, or from the equator (`level`)."""
    sine, cosine = torch.sin(angle), torch.cos(angle)
    turn = (n + 0.5) * angle
    c, s = torch.cos(turn), torch.sin(turn)
    if level:
        sine, cosine = cosine, sine
        # The phase is n quarters of a turn less `turn`.
        c, s = ((c, -s), (s, c), (-c, s), (-s, -c))[n % 4]
    else:
        c, s = (c + s) * math.sqrt(0.5), (s - c) * math.sqrt(0.5)
    value, slope = torch.zeros_like(angle), torch.zeros_like(angle)
    factor = (2 / math.sqrt(math.pi)) / poch(angle.new_full((), n + 1.0), 0.5) / (2 * sine).sqrt()
    cot = cosine / sine
    for m in range(30):
        value = value + factor * c
        slope = slope - factor * ((n + m + 0.5) * s + (m + 0.5) * cot * c)
        # By theta - pi/2, whose cosine is the sine and whose sine is minus the cosine.
        c, s = c * sine + s * cosine, s * sine - c * cosine
        factor = factor * ((m + 0.5) ** 2 / ((m + 1) * (n + m + 1.5))) / (2 * sine)
    return value, -slope if level else slope


def _by_recurrence(n: int, theta: Tensor) -> tuple[Tensor, Tensor]:
    """Return the same by the recurrence, with 1 - cos theta kept."""
    x, low = torch.cos(theta), torch.sin(theta / 2).square()
    # At 2 low - 1 = -x, by parity.
    now, below = sh_legendre_polynomial(n, low), sh_legendre_polynomial(n - 1, low)
    now, below = (-now, below) if n % 2 else (now, -below)
    return now, n * (x * now - below) / torch.sin(theta)
