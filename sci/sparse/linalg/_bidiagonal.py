"""Least squares on Golub and Kahan's bidiagonalisation: the iterations of lsqr and lsmr, for batches of vectors."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from ._device_steps import steps_for
from ._iterate import Apply, as_column, ratio
from ._recurrence import Update, add, add_scaled, combine, dot


@dataclasses.dataclass
class LeastSquares:
    """Minimise ``|b - A x|^2 + damp^2 |x - x0|^2``."""

    apply: Apply
    apply_adjoint: Apply
    b: Tensor
    x0: Tensor | None
    columns: int
    damp: float
    atol: float
    btol: float
    conlim: float
    maxiter: int
    differentiated: bool = True  # the solution may depend on something that is


@dataclasses.dataclass
class Report:
    """What is known of a solution; every field ``(*batch, 1)``."""

    residual: Tensor  # |b - A x|
    damped: Tensor  # with the damping rows
    normal: Tensor  # |A^H r - damp^2 (x - x0)|
    norm_A: Tensor  # noqa: N815
    condition: Tensor
    size_x: Tensor
    variance: Tensor | None = None


State = tuple[Tensor, Report]


def _rotation(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return c, s, r with ``c a + s b = r`` and ``s a = c b``."""
    r = torch.hypot(a, b)
    return ratio(a, r), ratio(b, r), r


class Bidiagonal:
    """Golub and Kahan's bidiagonalisation; u and v are as they come out of the recurrences, `beta` and `alpha` long."""

    def __init__(self, p: LeastSquares) -> None:
        self.p = p
        self.x = p.b.new_zeros((*p.b.shape[:-1], p.columns)) if p.x0 is None else p.x0.clone()
        self.u = (p.b.clone() if p.x0 is None else p.b - p.apply(self.x)).contiguous()
        self.run = steps_for(self.x, self.u)
        self.beta = self.run.norm(self.u)
        self.v = p.apply_adjoint(self.u * self.over_beta).clone()
        self.alpha = self.run.norm(self.v)

    @property
    def over_beta(self) -> Tensor:
        return ratio(torch.ones_like(self.beta), self.beta)

    @property
    def over_alpha(self) -> Tensor:
        return ratio(torch.ones_like(self.alpha), self.alpha)

    def advance(self) -> tuple[Tensor, Tensor]:
        """Go on to the next u and v: beta and alpha."""
        over = self.over_alpha
        (square,) = self.run.recur(
            combine(self.u, over, self.p.apply(self.v), -self.alpha * self.over_beta, self.u), dot(self.u, self.u)
        )
        self.beta = square.real.sqrt()
        over, factor = self.over_beta, -self.beta * over
        (square,) = self.run.recur(
            combine(self.v, over, self.p.apply_adjoint(self.u), factor, self.v), dot(self.v, self.v)
        )
        self.alpha = square.real.sqrt()
        return self.beta, self.alpha

    def add_v(self, w: Tensor, factor: Tensor) -> Update:
        """Make ``w = v + factor w`` with the unit vector v."""
        return combine(w, self.over_alpha, self.v, factor, w)


def lsqr(basis: Bidiagonal, variance: bool = False) -> Iterator[State]:
    """Yield the iterates of Paige and Saunders (1982), the start first; all are the same tensor."""
    p, x, beta, alpha = basis.p, basis.x, basis.beta, basis.alpha
    w = basis.v * basis.over_alpha
    zero = torch.zeros_like(beta)
    rhobar, phibar = alpha, beta
    total, directions, damped, size2, z = zero, zero, zero, zero, zero
    cs2, sn2 = -torch.ones_like(beta), zero
    var = torch.zeros_like(x.real if x.is_complex() else x) if variance else None
    yield x, Report(beta, beta, alpha * beta, zero, zero, zero, var)
    while True:
        before = alpha
        beta, alpha = basis.advance()
        total = total + before.square() + beta.square() + p.damp**2
        # Rotations: away with the damping, then with the subdiagonal.
        c, s, rhobar = _rotation(rhobar, torch.full_like(rhobar, p.damp))
        psi, phibar = s * phibar, c * phibar
        cs, sn, rho = _rotation(rhobar, beta)
        theta, rhobar = sn * alpha, -cs * alpha
        phi, phibar = cs * phibar, sn * phibar
        if var is not None:
            var = var + (w * ratio(torch.ones_like(rho), rho)).abs().square()
        (square,) = basis.run.recur(add(x, ratio(phi, rho), w), dot(w, w), basis.add_v(w, -ratio(theta, rho)))
        directions = directions + ratio(square.real.sqrt(), rho).square()
        # A rotation from the right gives the norm of x.
        delta, gambar = sn2 * rho, -cs2 * rho
        right = phi - delta * z
        size_x = (size2 + ratio(right, gambar).square()).sqrt()
        cs2, sn2, gamma = _rotation(gambar, theta)
        z = ratio(right, gamma)
        size2 = size2 + z.square()
        damped = damped + psi.square()
        size_r = (phibar.square() + damped).sqrt()
        square = size_r.square() - p.damp**2 * size2
        residual = torch.copysign(square.abs().sqrt(), square) if p.damp else size_r
        normal = alpha * (sn * phi).abs()
        norm_A = total.sqrt()
        yield x, Report(residual, size_r, normal, norm_A, norm_A * directions.sqrt(), size_x, var)


def lsmr(basis: Bidiagonal) -> Iterator[State]:
    """Yield the iterates of Fong and Saunders (2011), the start first; all are the same tensor."""
    p, x, beta, alpha = basis.p, basis.x, basis.beta, basis.alpha
    h, hbar = basis.v * basis.over_alpha, torch.zeros_like(basis.v)
    zero, one = torch.zeros_like(beta), torch.ones_like(beta)
    zetabar, alphabar = alpha * beta, alpha
    rho, rhobar, cbar, sbar = one, one, one, zero
    betadd, betad, rhodold, tautilde, thetatilde, zeta, d = beta, zero, one, zero, zero, zero, zero
    total = alpha.square()
    largest, least = zero, torch.full_like(beta, torch.finfo(beta.dtype).max)
    yield x, Report(beta, beta, alpha * beta, alpha, one, zero)
    k = 0
    while True:
        k += 1
        beta, alpha = basis.advance()
        chat, shat, alphahat = _rotation(alphabar, torch.full_like(alphabar, p.damp))
        rhoold = rho
        c, s, rho = _rotation(alphahat, beta)
        thetanew, alphabar = s * alpha, c * alpha
        rhobarold, zetaold = rhobar, zeta
        thetabar, rhotemp = sbar * rho, cbar * rho
        cbar, sbar, rhobar = _rotation(rhotemp, thetanew)
        zeta, zetabar = cbar * zetabar, -sbar * zetabar
        (square,) = basis.run.recur(
            add_scaled(hbar, h, -ratio(thetabar * rho, rhoold * rhobarold), hbar),
            add(x, ratio(zeta, rho * rhobar), hbar),
            basis.add_v(h, -ratio(thetanew, rho)),
            dot(x, x),
        )
        # The norm of the residual, by two more rotations.
        acute, check = chat * betadd, -shat * betadd
        hat, betadd = c * acute, -s * acute
        ctilde, stilde, rhotilde = _rotation(rhodold, thetabar)
        thetaold, thetatilde, rhodold = thetatilde, stilde * rhobar, ctilde * rhobar
        betad = ctilde * hat - stilde * betad
        tautilde = ratio(zetaold - thetaold * tautilde, rhotilde)
        tau = ratio(zeta - thetatilde * tautilde, rhodold)
        d = d + check.square()
        size_r = (d + (betad - tau).square() + betadd.square()).sqrt()
        norm_A = (total + beta.square()).sqrt()
        total = total + beta.square() + alpha.square()
        largest = torch.maximum(largest, rhobarold)
        if k > 1:
            least = torch.minimum(least, rhobarold)
        condition = ratio(torch.maximum(largest, rhotemp), torch.minimum(least, rhotemp))
        yield x, Report(size_r, size_r, zetabar.abs(), norm_A, condition, square.real.sqrt())


def minimise(
    method: Callable[[Bidiagonal], Iterator[State]],
    p: LeastSquares,
    watch: Callable[[Tensor, Report], object] | None = None,
) -> tuple[Tensor, Tensor, Tensor, Report]:
    """Run until every system has a reason to stop: x, the reasons (0 to 7), the iterations of each, what is known.

    The reasons are those of Paige and Saunders. Systems that have stopped keep their x; on CUDA the host looks every 16
    iterations.
    """
    every = 1 if p.b.device.type == "cpu" else 16
    basis = Bidiagonal(p)
    run, states = basis.run, method(basis)
    x, report = next(states)
    eps = torch.finfo(p.b.dtype).eps
    size_b = run.norm(p.b)
    why = count = torch.zeros_like(size_b, dtype=torch.int64)
    active = report.normal > 0
    limit = 1 / p.conlim if p.conlim > 0 else 0.0
    alone = every == 1 and p.b.shape[:-1].numel() == 1  # the loop goes on for one system: as long as it is active
    kept, known = x if alone else x.clone(), report
    k = 0
    while k < p.maxiter and (k % every or bool((as_column(active) != 0).any())):
        x, report = next(states)
        k += 1
        kept = x if alone else run.choose(kept, active, x)
        known = report if alone else _where(active, report, known)
        count = torch.where(active, k, count)
        if watch is not None:
            watch(kept, _settled(known))
        test1 = report.damped / size_b
        test2 = torch.where(
            report.norm_A * report.damped == 0, torch.inf, report.normal / (report.norm_A * report.damped)
        )
        test3 = torch.where(report.condition == 0, torch.inf, 1 / report.condition)
        growth = report.norm_A * report.size_x / size_b
        reasons = (
            (test1 <= p.btol + p.atol * growth, 1),
            (test2 <= p.atol, 2),
            (test3 <= limit, 3),
            (test1 / (1 + growth) <= eps / 2, 4),
            (test2 <= eps / 2, 5),
            (test3 <= eps / 2, 6),
            (~torch.isfinite(report.damped), 7),
        )
        found = torch.zeros_like(why)
        for reason, number in reversed(reasons):
            found = torch.where(reason, number, found)
        why = torch.where(active, found, why)
        active = active & (found == 0)
    why, count = (as_column(x).to(torch.int64) for x in (torch.where(active, 7, why), count))
    return kept, why, count, _settled(known)


def _where(mask: Any, new: Report, old: Report) -> Report:
    return _each(lambda a, b: torch.where(mask, a, b), new, old)


def _settled(report: Report) -> Report:
    """Return a report whose numbers are tensors, which may have been noted for the device alone."""
    return _each(as_column, report)


def _each(function: Callable[..., Any], *reports: Report) -> Report:
    rows = {f.name: [getattr(x, f.name) for x in reports] for f in dataclasses.fields(Report)}
    found: dict[str, Any] = {name: None if row[0] is None else function(*row) for name, row in rows.items()}
    return Report(**found)
