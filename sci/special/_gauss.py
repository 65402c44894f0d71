"""Gauss quadrature: nodes and weights from the recurrence of orthogonal polynomials, with derivatives in parameters.

Nodes and weights come of the walk in csrc/special/detail/gauss_walk.h, in O(n); of up to 32 points of the matrix of the
recurrence, in csrc/special/detail/gauss_few.h. Their derivatives in parameters come
of Newton steps on the orthonormal polynomials p_k, in O(n^2): with K = sum_{k<n} p_k(x)^2 the Christoffel-Darboux
formula (DLMF 18.2.12) gives p_n' = K / (b_n p_{n-1}) at a node, and the weight is mu_0 / K. Steps with coefficients
that require gradients carry these into nodes and weights: one step is exact to the first order, two to the second and
third.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import as_tensor, floating
from sci._core.checks import known
from sci._core.dispatch import operator
from sci._core.errors import bad_argument
from sci._core.torch_private import forward_mode_active, transforms_active

from ._orthogonal import sh_legendre_polynomial
from ._poch import poch


class Family:
    """Monic polynomials of a recurrence P_{k+1} = (x - centres[k]) P_k - squares[k-1] P_{k-1}, for k < n.

    `recurrence` returns centres (..., n) and squares (..., n - 1). `total` is the integral of the weight, which depends
    on every parameter. `walk` returns the nodes without derivatives, and the square roots of the weights up to one
    factor. `few` is the number of points, which of the families of csrc/special/detail/gauss_few.h this is, and its two
    parameters.
    """

    def __init__(
        self,
        recurrence: Callable[[], tuple[Tensor, Tensor]],
        total: Tensor,
        walk: Callable[[], tuple[Tensor, Tensor]] | None = None,
        few: tuple[int, int, Tensor, Tensor] | None = None,
        parameters: bool = True,
    ) -> None:
        self.recurrence, self.total, self.walk, self.few, self.parameters = recurrence, total, walk, few, parameters


def count(name: str, n: Any, least: int = 1) -> int:
    """Return a number of nodes or a degree, checked."""
    if isinstance(n, Tensor) and n.numel() == 1:
        n = n.item()
    if isinstance(n, bool) or not (isinstance(n, (int, float)) or hasattr(n, "__index__")) or n != n // 1:
        raise bad_argument(name, "n", "a whole number", n)
    if n < least:
        raise bad_argument(name, "n", "a positive whole number" if least else "a whole number of at least 0", n)
    return int(n)


def parameter(name: str, argument: str, value: Any, above: float, device: Any = None) -> Tensor:
    """Return a parameter as a float64 tensor, checked against the bound below which the weight is not integrable."""
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)  # rounded once, to float64
    if plain and above < value < math.inf:
        return torch.tensor(value, dtype=torch.float64, device=device)
    x = torch.tensor(value, dtype=torch.float64, device=device) if plain else as_tensor(value, argument, name, device)
    if x.is_complex() or x.dtype is torch.bool:
        raise bad_argument(name, argument, "real", value, TypeError)
    if known(~((x > above) & torch.isfinite(x)).all()):
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


def _walk_fake(a: Tensor, b: Tensor, n: int, count: int, family: int) -> tuple[Tensor, ...]:
    return tuple(a.new_empty(*a.shape, count) for _ in range(4))


_walk: Callable[..., tuple[Tensor, Tensor, Tensor, Tensor]] = operator("gauss_walk", fake=_walk_fake, core_dims=(0, 0))


# Up to this many points by `few_points`: of Jacobi's, Jacobi's on [0, 1], Laguerre's and Hermite's weight.
FEW = 32
JACOBI, SHIFTED, LAGUERRE, HERMITE = range(4)


def _few_fake(a: Tensor, b: Tensor, total: Tensor, n: int, family: int) -> tuple[Tensor, ...]:
    return a.new_empty(*a.shape, n), a.new_empty(*a.shape, n)


few_points: Callable[..., tuple[Tensor, Tensor]] = operator("gauss_few", fake=_few_fake, core_dims=(0, 0, 0))


def _scaled(root_weight: Tensor, exponent: Tensor) -> Tensor:
    """Put the powers of 2 together with the square roots of weights, the largest of which becomes about 1."""
    size = (root_weight.log2() + exponent).amax(-1, keepdim=True).round()
    return root_weight * torch.exp2(exponent - size)


def walk_jacobi(n: int, alpha: Tensor, beta: Tensor, shifted: bool = False) -> tuple[Tensor, Tensor]:
    """From both ends: on [-1, 1], or on [0, 1], where nodes next to 0 keep their digits."""
    a, b = (t.contiguous() for t in torch.broadcast_tensors(alpha.detach(), beta.detach()))
    if n == 1:
        x = ((b + 1) if shifted else (b - a)) / (a + b + 2)
        return x[..., None], torch.ones_like(x)[..., None]
    few, right, left = n < 8, (n + 1) // 2, n // 2
    t, x, w, e = _walk(a, b, n, right if few else right + 1, 0)
    low, y, v, f = _walk(b, a, n, left, 0)
    if few:  # the functions are P_n over P_n(1) and P_n(-1) (DLMF 18.6.1)
        k = indices(n, a)
        v = v * ((a[..., None] + 1 + k) / (b[..., None] + 1 + k)).prod(-1, keepdim=True)
    else:  # the last node from the left is the one after the last from the right
        v, f = v * (w[..., -1:] / v[..., -1:]), f + (e[..., -1:] - f[..., -1:])
    t, x, w, e = (u[..., :right].flip(-1) for u in (t, x, w, e))
    nodes = torch.cat((low, 1 - t), -1) if shifted else torch.cat((-y, x), -1)
    return nodes, _scaled(torch.cat((v, w), -1), torch.cat((f, e), -1))


def walk_gegenbauer(n: int, lam: Tensor) -> tuple[Tensor, Tensor]:
    half = n // 2
    a = lam.detach() - 0.5
    _, x, w, e = _walk(a, a, n, n - half, 0)
    outer, w = x[..., :half], _scaled(w, e)
    x = torch.cat((-outer, x.new_zeros(*x.shape[:-1], n % 2), outer.flip(-1)), -1)
    return x, torch.cat((w, w[..., :half].flip(-1)), -1)


def walk_laguerre(n: int, alpha: Tensor) -> tuple[Tensor, Tensor]:
    a = alpha.detach()
    x, _, w, e = _walk(a, a, n, n, 1)
    return x, _scaled(w, e)


def walk_hermite(n: int, scale: float, like: Tensor) -> tuple[Tensor, Tensor]:
    a = like.new_full((), 0.5 if n % 2 else -0.5)
    _, x, w, _ = _walk(a, a, n // 2, n // 2, 2)
    x = x / math.sqrt(scale)
    # The slope at a zero in the middle is 1 by the function's scale.
    return torch.cat((-x.flip(-1), x.new_zeros(n % 2), x)), torch.cat((w.flip(-1), w.new_ones(n % 2), w))


def _padded(squares: Tensor) -> Tensor:
    """Put an element in front, so that squares[k] stands before P_{k-1} in the step from P_k."""
    return torch.cat((squares.new_ones(*squares.shape[:-1], 1), squares), -1)


def _pass(centres: Tensor, squares: Tensor, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the Newton step at the nodes x, and K = sum p_k(x)^2 (with p_0 = 1) with half an exponent of its own."""
    n = centres.shape[-1]
    roots = _padded(squares).sqrt()
    before, now, total = torch.zeros_like(x), torch.ones_like(x), torch.ones_like(x)
    exponent = torch.zeros_like(x)  # of 2, by which p_k was divided
    for k in range(n):
        step = (x - centres[..., k, None]) * now
        step = step - roots[..., k, None] * before if k else step
        if k == n - 1:
            break
        before, now = now, step / roots[..., k + 1, None]
        total = total + now * now
        if k % 16 == 15:
            size = now.detach().abs() + before.detach().abs()
            out = (size > 1e40) | (size < 1e-40)
            places = torch.where(out, size.log2().round(), torch.zeros_like(size))
            unit = torch.exp2(-places)
            before, now, total = before * unit, now * unit, total * unit.square()
            exponent = exponent + places
    return step * now / total, total, exponent


def _without_derivatives(family: Family) -> tuple[Tensor, Tensor]:
    assert family.walk is not None and family.few is not None
    n, kind, a, b = family.few
    if n <= FEW:
        return few_points(a.detach(), b.detach(), family.total.detach(), n, kind)
    x, root = family.walk()
    return x, root * (family.total.detach()[..., None] / root.square().sum(-1, keepdim=True)) * root


def nodes_and_weights(family: Family) -> tuple[Tensor, Tensor]:
    """Return nodes in ascending order and weights, of the parameters' batch shape."""
    # Nodes are found without derivatives of any mode, which the steps below bring in.
    with torch.no_grad():
        x, w = _without_derivatives(family)
    grad = torch.is_grad_enabled() and family.total.requires_grad
    grad = grad or forward_mode_active() or transforms_active() or torch.compiler.is_compiling()
    if not (grad and family.parameters):
        return x, w
    centres, squares = family.recurrence()
    for _ in range(2):
        step, _, _ = _pass(centres, squares, x)
        # Only what the parameters change: the value stays the refined one.
        x = x - (step - step.detach())
    _, size, exponent = _pass(centres, squares, x)
    unit = torch.exp2(-exponent)
    rate = unit / size * unit
    rate = rate * (family.total[..., None] / rate.sum(-1, keepdim=True))
    return x, w + (rate - rate.detach())


def rule(family: Family, mu: bool, made: torch.dtype) -> tuple[Any, ...]:
    """Return what the public functions return, in the dtype asked for."""
    x, w = nodes_and_weights(family)
    found = (x.to(made), w.to(made))
    return (*found, family.total.to(made)) if mu else found


# ---- Legendre rules of many points ---------------------------------------------------------------------------------


def legendre_on(n: int, device: Any, shifted: bool = False) -> tuple[Tensor, Tensor]:
    """Return nodes and weights on [-1, 1] or [0, 1]."""
    if n <= FEW:
        zero = torch.zeros((), dtype=torch.float64, device=device)
        total = torch.full((), 1.0 if shifted else 2.0, dtype=torch.float64, device=device)
        return few_points(zero, zero, total, n, SHIFTED if shifted else JACOBI)
    x, w, low = legendre_rule(n, device)
    return (low, w / 2) if shifted else (x, w)


def legendre_rule(n: int, device: Any) -> tuple[Tensor, Tensor, Tensor]:
    r"""Return nodes, weights and the nodes on [0, 1], in O(n): N. Hale and A. Townsend, SIAM J. Sci. Comput. 35 (2013)
    A652-A674.

    Newton steps in the angle on Stieltjes's expansion (DLMF 18.15.12) inside, on the recurrence for the 30 nodes next
    to each end, where that does not converge; from Tricomi's approximation (there, 18.16.9). Fewer nodes by the walk.
    """
    half = n // 2
    if n < 1000:
        zero = torch.zeros((), dtype=torch.float64, device=device)
        t, x, w, _ = _walk(zero, zero, n, n - half, 0)
        if n % 2:  # the middle
            x[-1], t[-1] = 0, 0.5
        w = torch.cat((w, w[:half].flip(0))).square()
        nodes = torch.cat((-x, x[:half].flip(0))) + 0.0
        return nodes, w * (2 / w.sum()), torch.cat((t, 1 - t[:half].flip(0)))
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
