"""Iterations of short recurrences: cg, minres, bicg, bicgstab, cgs, tfqmr, qmr.

Letters are those of the sources. A quotient whose denominator vanishes is taken as zero, so that a solved system of a
batch stands still, and a breakdown is reported by a code: -10 for rho, -11 for the denominator of alpha (or omega).
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ._device_steps import steps_for
from ._iterate import GIVE_UP, Options, Step, System, broken, ratio
from ._recurrence import add, add_scaled, combine, dot, scaled


def _tiny(rho: Tensor, *sizes: Tensor) -> Tensor:
    """Is an inner product of vectors of these sizes zero, but for rounding of rounding?"""
    bound = torch.finfo(rho.dtype).eps ** 2
    scale = torch.ones_like(rho.abs())
    for size in sizes:
        scale = scale * size
    return rho.abs() <= bound * scale


def _size(square: Tensor) -> Tensor:
    """Return the norm of a vector whose inner product with itself is known."""
    return square.real.clamp(min=0).sqrt()


def _conj(x: Tensor) -> Tensor:
    return x.conj().resolve_conj()


def cg(system: System, b: Tensor, x: Tensor, r: Tensor, options: Options) -> Iterator[Step]:
    """Conjugate gradients, preconditioned (Saad, Iterative Methods for Sparse Linear Systems, algorithm 9.1)."""
    run = steps_for(x, r)
    p = torch.zeros_like(r)
    rho = run.number(0)
    square = run.inner(r, r)
    while True:
        z = system.precondition(r)
        before, rho = rho, square if z is r else run.inner(r, z)
        run.recur(add_scaled(p, z, ratio(rho, before), p))
        q = system.apply(p)
        alpha = ratio(rho, run.inner(p, q))
        (square,) = run.recur(add(x, alpha, p), add(r, -alpha, q), dot(r, r))
        yield Step(x, _size(square), code=broken((alpha == 0, GIVE_UP)))


def bicg(system: System, b: Tensor, x: Tensor, r: Tensor, options: Options) -> Iterator[Step]:
    """Biconjugate gradients (Fletcher 1976; Barrett et al., Templates, figure 2.7)."""
    run = steps_for(x, r)
    shadow = r.clone()
    p, dual = torch.zeros_like(r), torch.zeros_like(r)
    rho = run.number(0)
    first = size = run.norm(r)
    ahead = run.inner(shadow, r)
    while True:
        z, y = system.precondition(r), system.precondition_adjoint(shadow)
        before, rho = rho, ahead if z is r else run.inner(shadow, z)
        lost = _tiny(rho, size, first)
        beta = ratio(rho, before)
        run.recur(add_scaled(p, z, beta, p), add_scaled(dual, y, _conj(beta), dual))
        q = system.apply(p)
        below = run.inner(dual, q)
        alpha = ratio(rho, below)
        image = system.apply_adjoint(dual)
        updates = add(x, alpha, p), add(r, -alpha, q), add(shadow, -_conj(alpha), image)
        square, ahead = run.recur(*updates, dot(r, r), dot(shadow, r))
        size = _size(square)
        yield Step(x, size, code=broken((lost, -10), (below == 0, -11)))


def bicgstab(system: System, b: Tensor, x: Tensor, r: Tensor, options: Options) -> Iterator[Step]:
    """Stabilised biconjugate gradients (van der Vorst 1992; Templates, figure 2.10)."""
    run = steps_for(x, r)
    shadow = r.clone()
    p, v = torch.zeros_like(r), torch.zeros_like(r)
    rho = run.number(0)
    alpha, omega = torch.ones_like(rho), torch.ones_like(rho)
    first = size = run.norm(r)
    ahead = run.inner(shadow, r)
    while True:
        before, rho = rho, ahead
        lost = _tiny(rho, size, first)
        beta = ratio(rho, before) * ratio(alpha, omega)
        run.recur(combine(p, beta, p, -beta * omega, v), add(p, torch.ones_like(beta), r))
        y = system.precondition(p)
        v = system.apply(y)
        below = run.inner(shadow, v)
        alpha = ratio(rho, below)
        (square,) = run.recur(add(r, -alpha, v), dot(r, r))
        z = system.precondition(r)
        t = system.apply(z)
        over, under = run.recur(dot(t, r), dot(t, t))
        omega = ratio(over, under)
        stuck = (omega == 0) & (square.real > 0)
        # x before r: without a preconditioner, z is r.
        updates = add(x, alpha, y), add(x, omega, z), add(r, -omega, t)
        square, ahead = run.recur(*updates, dot(r, r), dot(shadow, r))
        size = _size(square)
        yield Step(x, size, code=broken((lost, -10), ((below == 0) | stuck, -11)))


def cgs(system: System, b: Tensor, x: Tensor, r: Tensor, options: Options) -> Iterator[Step]:
    """Conjugate gradients squared (Sonneveld 1989; Templates, figure 2.9)."""
    run = steps_for(x, r)
    shadow = r.clone()
    p, q, u = torch.zeros_like(r), torch.zeros_like(r), torch.empty_like(r)
    rho = run.number(0)
    first = size = run.norm(r)
    ahead = run.inner(shadow, r)
    one = torch.ones_like(rho)
    while True:
        before, rho = rho, ahead
        lost = _tiny(rho, size, first)
        beta = ratio(rho, before)
        # u = r + beta q, p = u + beta (q + beta p)
        run.recur(add_scaled(p, q, beta, p), add_scaled(u, r, beta, q), add_scaled(p, u, beta, p))
        v = system.apply(system.precondition(p))
        below = run.inner(shadow, v)
        alpha = ratio(rho, below)
        run.recur(add_scaled(q, u, -alpha, v), add(u, one, q))
        z = system.precondition(u)
        image = system.apply(z)
        updates = add(x, alpha, z), add(r, -alpha, image)
        square, ahead = run.recur(*updates, dot(r, r), dot(shadow, r))
        size = _size(square)
        yield Step(x, size, code=broken((lost, -10), (below == 0, -11)))


def tfqmr(system: System, b: Tensor, x: Tensor, r: Tensor, options: Options) -> Iterator[Step]:
    """Transpose-free quasi-minimal residuals (Freund 1993, algorithm 5.1), preconditioned from the right.

    The size of a step is Freund's bound of the residual, ``tau sqrt(m + 1)``.
    """
    run = steps_for(x, r)
    shadow, u, w = r.clone(), r.clone(), r.clone()
    image = system.apply(system.precondition(u))
    v = image.clone()
    d, other = torch.zeros_like(r), torch.empty_like(r)
    rho, below = run.inner(shadow, r), run.inner(shadow, v)
    tau = run.norm(r)
    theta, eta = torch.zeros_like(tau), torch.zeros_like(rho)
    alpha = rho
    m = 0
    while True:
        code = None
        even = m % 2 == 0
        if even:
            alpha = ratio(rho, below)
            code = broken((below == 0, -1))
        steps = add(w, -alpha, image), add_scaled(d, u, ratio(theta.square(), alpha) * eta, d)
        more = (add_scaled(other, u, -alpha, v),) if even else (dot(shadow, w),)
        square, *ahead = run.recur(*steps, dot(w, w), *more)
        theta = ratio(_size(square), tau)
        c2 = 1 / (1 + theta.square())
        tau = tau * theta * c2.sqrt()
        eta = c2 * alpha
        run.recur(add(x, eta, system.precondition(d)))
        m += 1
        yield Step(x, tau * (m**0.5), code=code)
        if even:
            u, other = other, u
            image = system.apply(system.precondition(u))
        else:
            before, rho = rho, ahead[0]
            beta = ratio(rho, before)
            run.recur(add_scaled(u, w, beta, u), add_scaled(v, image, beta, v))
            image = system.apply(system.precondition(u))
            (below,) = run.recur(add_scaled(v, image, beta, v), dot(shadow, v))


def qmr(system: System, b: Tensor, x: Tensor, r: Tensor, options: Options) -> Iterator[Step]:
    """Quasi-minimal residuals without look-ahead (Freund and Nachtigal 1994; Templates, figure 2.8)."""
    run = steps_for(x, r)
    # v, w, y, z are as they come out of the recurrences: `over` and `under` make unit vectors of them.
    v, w = r.clone(), r.clone()
    y, z = system.precondition(v), system.second_adjoint(w)
    rho, xi, product = run.norm(y), run.norm(z), run.inner(z, y)
    gamma = torch.ones_like(rho)
    theta = torch.zeros_like(rho)
    eta = run.number(-1)
    below = torch.zeros_like(eta)
    one = torch.ones_like(eta)
    p, q, d, s = (torch.zeros_like(r) for _ in range(4))
    while True:
        over, under = ratio(torch.ones_like(rho), rho), ratio(torch.ones_like(xi), xi)
        delta = product * over * under
        quotient = ratio(delta, below)
        first = combine(p, over, system.second(y), -xi * quotient, p)
        run.recur(first, combine(q, under, system.precondition_adjoint(z), -rho * _conj(quotient), q))
        image = system.apply(p)
        below = run.inner(q, image)
        beta = ratio(below, delta)
        causes = ((rho == 0, -10), (xi == 0, -15), (delta == 0, -13), (below == 0, -14), (beta == 0, -11))
        updates = (
            add_scaled(v, image, -beta * over, v),
            add_scaled(w, system.apply_adjoint(q), -_conj(beta) * under, w),
        )
        square, other, product = run.recur(*updates, dot(v, v), dot(w, w), dot(w, v))
        y, z = system.precondition(v), system.second_adjoint(w)
        before = rho
        rho = _size(square) if y is v else run.norm(y)
        xi = _size(other) if z is w else run.norm(z)
        if y is not v or z is not w:
            product = run.inner(z, y)
        gamma_before, theta_before = gamma, theta
        theta = ratio(rho, gamma_before * beta.abs())
        gamma = 1 / (1 + theta.square()).sqrt()
        eta = -eta * ratio(before.to(beta.dtype), beta) * (gamma / gamma_before).square()
        keep = (theta_before * gamma).square()
        updates = combine(d, eta, p, keep, d), combine(s, eta, image, keep, s)
        (square,) = run.recur(*updates, add(x, one, d), add(r, -one, s), dot(r, r))
        yield Step(x, _size(square), code=broken(*causes))


def minres(system: System, b: Tensor, x: Tensor, r: Tensor, options: Options) -> Iterator[Step]:
    """Minimal residuals for Hermitian matrices, indefinite or singular ones too (Paige and Saunders 1975).

    The stopping rule is theirs: ``|r| <= rtol |A| |x|`` or ``|A r| <= rtol |A| |r|``, with estimates of the norms.
    """
    run = steps_for(x, r)
    rtol, eps = options.rtol, torch.finfo(r.dtype).eps
    r1, r2, spare = r.clone(), r.clone(), torch.empty_like(r)
    y = system.precondition(r1)
    product = run.inner(r1, y)
    beta = product.real.clamp(min=0).sqrt()
    beta1 = beta
    zero = torch.zeros_like(beta)
    before, dbar, epsln, phibar, total = zero, zero, zero, beta, zero
    largest, least = zero, torch.full_like(beta, torch.finfo(beta.dtype).max)
    cs, sn = -torch.ones_like(beta), zero
    w, w2 = torch.zeros_like(r), torch.zeros_like(r)
    v = y * ratio(torch.ones_like(beta), beta)
    k = 0
    code = broken((product.real < 0, -1))
    while True:
        k += 1
        (alpha,) = run.recur(add_scaled(spare, system.apply(v), -ratio(beta, before), r1), dot(v, spare))
        alpha = alpha.real
        (product,) = run.recur(add(spare, -ratio(alpha, beta), r2), dot(spare, spare))
        r1, r2, spare = r2, spare, r1
        y = system.precondition(r2)
        before, product = beta, (product if y is r2 else run.inner(r2, y)).real
        beta = product.clamp(min=0).sqrt()
        # The norm of the tridiagonal matrix; that of the right-hand side is no part of it.
        total = total + alpha.square() + beta.square() + (before.square() if k > 1 else 0)
        single = (beta <= 10 * eps * beta1) if k == 1 else torch.zeros_like(beta, dtype=torch.bool)
        # The previous rotation, then the next one.
        epsln_before = epsln
        delta = cs * dbar + sn * alpha
        gbar = sn * dbar - cs * alpha
        epsln, dbar = sn * beta, -cs * beta
        root = torch.hypot(gbar, dbar)
        gamma = torch.hypot(gbar, beta).clamp(min=eps)
        cs, sn = gbar / gamma, beta / gamma
        phi, phibar = cs * phibar, sn * phibar
        # w1 goes, and the new w takes its place: w = (v - epsln w1 - delta w2) / gamma. With it, the next v.
        w1, w2 = w2, w
        w = w1
        (square,) = run.recur(
            combine(w, 1 / gamma, v, -epsln_before / gamma, w),
            add(w, -delta / gamma, w2),
            add(x, phi, w),
            scaled(v, ratio(torch.ones_like(beta), beta), y),
            dot(x, x),
        )
        largest, least = torch.maximum(largest, gamma), torch.minimum(least, gamma)
        size_A, size_x = total.sqrt(), _size(square)
        test1 = torch.where(size_A * size_x == 0, torch.inf, phibar / (size_A * size_x))
        test2 = torch.where(size_A == 0, torch.inf, root / size_A)
        done = (test1 <= max(rtol, eps / 2)) | (test2 <= max(rtol, eps / 2)) | single
        done = done | (largest >= 0.1 / eps * least) | (size_A * size_x * eps >= beta1)
        yield Step(x, phibar, done & (code == 0), torch.where(product < 0, -1, code))
