"""Iterations of short recurrences: cg, minres, bicg, bicgstab, cgs, tfqmr, qmr.

Letters are those of the sources. A quotient whose denominator vanishes is taken as zero, so that a solved system of a
batch stands still, and a breakdown is reported by a code: -10 for rho, -11 for the denominator of alpha (or omega).
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ._iterate import GIVE_UP, Options, Step, System, add_to, broken, inner, norm, plus, ratio, scale_add


def _tiny(rho: Tensor, *sizes: Tensor) -> Tensor:
    """Is an inner product of vectors of these sizes zero, but for rounding of rounding?"""
    bound = torch.finfo(rho.dtype).eps ** 2
    scale = torch.ones_like(rho.abs())
    for size in sizes:
        scale = scale * size
    return rho.abs() <= bound * scale


def cg(system: System, b: Tensor, x: Tensor, r: Tensor, options: Options) -> Iterator[Step]:
    """Conjugate gradients, preconditioned (Saad, Iterative Methods for Sparse Linear Systems, algorithm 9.1)."""
    p = torch.zeros_like(r)
    rho = torch.zeros_like(r[..., :1])
    while True:
        z = system.precondition(r)
        before, rho = rho, inner(r, z)
        p = scale_add(p, ratio(rho, before), z)
        q = system.apply(p)
        alpha = ratio(rho, inner(p, q))
        add_to(x, alpha, p)
        add_to(r, -alpha, q)
        yield Step(x, norm(r), code=broken((alpha == 0, GIVE_UP)))


def bicg(system: System, b: Tensor, x: Tensor, r: Tensor, options: Options) -> Iterator[Step]:
    """Biconjugate gradients (Fletcher 1976; Barrett et al., Templates, figure 2.7)."""
    shadow = r.clone()
    p, dual = torch.zeros_like(r), torch.zeros_like(r)
    rho = torch.zeros_like(r[..., :1])
    first = size = norm(r)
    while True:
        z, y = system.precondition(r), system.precondition_adjoint(shadow)
        before, rho = rho, inner(shadow, z)
        lost = _tiny(rho, size, first)
        beta = ratio(rho, before)
        p, dual = scale_add(p, beta, z), scale_add(dual, beta.conj().resolve_conj(), y)
        q = system.apply(p)
        below = inner(dual, q)
        alpha = ratio(rho, below)
        add_to(x, alpha, p)
        add_to(r, -alpha, q)
        add_to(shadow, -alpha.conj().resolve_conj(), system.apply_adjoint(dual))
        size = norm(r)
        yield Step(x, size, code=broken((lost, -10), (below == 0, -11)))


def bicgstab(system: System, b: Tensor, x: Tensor, r: Tensor, options: Options) -> Iterator[Step]:
    """Stabilised biconjugate gradients (van der Vorst 1992; Templates, figure 2.10)."""
    shadow = r.clone()
    p, v = torch.zeros_like(r), torch.zeros_like(r)
    rho = torch.zeros_like(r[..., :1])
    alpha, omega = torch.ones_like(rho), torch.ones_like(rho)
    first = size = norm(r)
    while True:
        before, rho = rho, inner(shadow, r)
        lost = _tiny(rho, size, first)
        beta = ratio(rho, before) * ratio(alpha, omega)
        add_to(p, -omega, v)
        p = scale_add(p, beta, r)
        y = system.precondition(p)
        v = system.apply(y)
        below = inner(shadow, v)
        alpha = ratio(rho, below)
        add_to(x, alpha, y)
        add_to(r, -alpha, v)
        z = system.precondition(r)
        t = system.apply(z)
        omega = ratio(inner(t, r), inner(t, t))
        stuck = (omega == 0) & (norm(r) > 0)
        add_to(x, omega, z)
        add_to(r, -omega, t)
        size = norm(r)
        yield Step(x, size, code=broken((lost, -10), ((below == 0) | stuck, -11)))


def cgs(system: System, b: Tensor, x: Tensor, r: Tensor, options: Options) -> Iterator[Step]:
    """Conjugate gradients squared (Sonneveld 1989; Templates, figure 2.9)."""
    shadow = r.clone()
    p, q = torch.zeros_like(r), torch.zeros_like(r)
    rho = torch.zeros_like(r[..., :1])
    first = size = norm(r)
    while True:
        before, rho = rho, inner(shadow, r)
        lost = _tiny(rho, size, first)
        beta = ratio(rho, before)
        u = r + beta * q
        p = scale_add(scale_add(p, beta, q), beta, u)
        v = system.apply(system.precondition(p))
        below = inner(shadow, v)
        alpha = ratio(rho, below)
        q = u - alpha * v
        z = system.precondition(u.add_(q))
        add_to(x, alpha, z)
        add_to(r, -alpha, system.apply(z))
        size = norm(r)
        yield Step(x, size, code=broken((lost, -10), (below == 0, -11)))


def tfqmr(system: System, b: Tensor, x: Tensor, r: Tensor, options: Options) -> Iterator[Step]:
    """Transpose-free quasi-minimal residuals (Freund 1993, algorithm 5.1), preconditioned from the right.

    The size of a step is Freund's bound of the residual, ``tau sqrt(m + 1)``.
    """
    shadow, u, w = r.clone(), r.clone(), r.clone()
    image = system.apply(system.precondition(u))
    v = image.clone()
    d = torch.zeros_like(r)
    rho = inner(shadow, r)
    tau = norm(r)
    theta, eta = torch.zeros_like(tau), torch.zeros_like(rho)
    alpha = rho
    ahead = u
    m = 0
    while True:
        code = None
        if m % 2 == 0:
            below = inner(shadow, v)
            alpha = ratio(rho, below)
            ahead = u - alpha * v
            code = broken((below == 0, -1))
        add_to(w, -alpha, image)
        d = scale_add(d, ratio(theta.square(), alpha) * eta, u)
        theta = ratio(norm(w), tau)
        c2 = 1 / (1 + theta.square())
        tau = tau * theta * c2.sqrt()
        eta = c2 * alpha
        add_to(x, eta, system.precondition(d))
        m += 1
        yield Step(x, tau * (m**0.5), code=code)
        if m % 2 == 0:
            before, rho = rho, inner(shadow, w)
            beta = ratio(rho, before)
            u = w + beta * u
            v = scale_add(v, beta, image)
            image = system.apply(system.precondition(u))
            v = scale_add(v, beta, image)
        else:
            u = ahead
            image = system.apply(system.precondition(u))


def qmr(system: System, b: Tensor, x: Tensor, r: Tensor, options: Options) -> Iterator[Step]:
    """Quasi-minimal residuals without look-ahead (Freund and Nachtigal 1994; Templates, figure 2.8)."""
    v, w = r.clone(), r.clone()
    y, z = system.precondition(v), system.second_adjoint(w)
    rho, xi = norm(y), norm(z)
    gamma = torch.ones_like(rho)
    theta = torch.zeros_like(rho)
    eta = -torch.ones_like(r[..., :1])
    below = torch.zeros_like(eta)
    p, q, d, s = (torch.zeros_like(r) for _ in range(4))
    while True:
        over, under = ratio(torch.ones_like(rho), rho), ratio(torch.ones_like(xi), xi)
        v, y, w, z = v * over, y * over, w * under, z * under
        delta = inner(z, y)
        quotient = ratio(delta, below)
        p = scale_add(p, -xi * quotient, system.second(y))
        q = scale_add(q, -rho * quotient.conj().resolve_conj(), system.precondition_adjoint(z))
        image = system.apply(p)
        below = inner(q, image)
        beta = ratio(below, delta)
        causes = ((rho == 0, -10), (xi == 0, -15), (delta == 0, -13), (below == 0, -14), (beta == 0, -11))
        v = image - beta * v
        y = system.precondition(v)
        before, rho = rho, norm(y)
        w = system.apply_adjoint(q) - beta.conj().resolve_conj() * w
        z = system.second_adjoint(w)
        xi = norm(z)
        gamma_before, theta_before = gamma, theta
        theta = ratio(rho, gamma_before * beta.abs())
        gamma = 1 / (1 + theta.square()).sqrt()
        eta = -eta * ratio(before.to(beta.dtype), beta) * (gamma / gamma_before).square()
        keep = (theta_before * gamma).square()
        d = eta * p + keep * d
        s = eta * image + keep * s
        x.add_(d)
        r.sub_(s)
        yield Step(x, norm(r), code=broken(*causes))


def minres(system: System, b: Tensor, x: Tensor, r: Tensor, options: Options) -> Iterator[Step]:
    """Minimal residuals for Hermitian matrices, indefinite or singular ones too (Paige and Saunders 1975).

    The stopping rule is theirs: ``|r| <= rtol |A| |x|`` or ``|A r| <= rtol |A| |r|``, with estimates of the norms.
    """
    rtol, eps = options.rtol, torch.finfo(r.dtype).eps
    r1, r2 = r.clone(), r.clone()
    y = system.precondition(r1)
    product = inner(r1, y)
    beta = product.real.clamp(min=0).sqrt()
    beta1 = beta
    zero = torch.zeros_like(beta)
    before, dbar, epsln, phibar, total = zero, zero, zero, beta, zero
    largest, least = zero, torch.full_like(beta, torch.finfo(beta.dtype).max)
    cs, sn = -torch.ones_like(beta), zero
    v, w, w2 = torch.empty_like(r), torch.zeros_like(r), torch.zeros_like(r)
    k = 0
    code = broken((product.real < 0, -1))
    while True:
        k += 1
        v = torch.mul(y, ratio(torch.ones_like(beta), beta), out=v)
        y = system.apply(v)
        if k > 1:
            y = plus(y, -ratio(beta, before), r1)
        alpha = inner(v, y).real
        y = plus(y, -ratio(alpha, beta), r2)
        r1, r2 = r2, y
        y = system.precondition(r2)
        before, product = beta, inner(r2, y).real
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
        # w1 goes, and the new w takes its place: w = (v - epsln w1 - delta w2) / gamma.
        w1, w2 = w2, w
        w = scale_add(w1, -epsln_before, v)
        add_to(w, -delta, w2).div_(gamma)
        add_to(x, phi, w)
        largest, least = torch.maximum(largest, gamma), torch.minimum(least, gamma)
        size_A, size_x = total.sqrt(), norm(x)
        test1 = torch.where(size_A * size_x == 0, torch.inf, phibar / (size_A * size_x))
        test2 = torch.where(size_A == 0, torch.inf, root / size_A)
        done = (test1 <= max(rtol, eps / 2)) | (test2 <= max(rtol, eps / 2)) | single
        done = done | (largest >= 0.1 / eps * least) | (size_A * size_x * eps >= beta1)
        yield Step(x, phibar, done & (code == 0), torch.where(product < 0, -1, code))
