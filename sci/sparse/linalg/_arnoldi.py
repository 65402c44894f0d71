"""Iterations on Arnoldi's basis: gmres, lgmres, gcrotmk."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from ..._core.torch_private import transforms_active
from ._device_steps import DTYPES
from ._iterate import GIVE_UP, Apply, Options, Step, System, add_to, inner, norm, ratio
from ._recurrence import add, orthogonalise, recur, room


@dataclasses.dataclass
class Cycle:
    """One cycle: ``A Z = C B + V H`` with orthonormal ``[C, V]``, and y that minimises ``|e1 - H y|``."""

    V: Tensor  # (*batch, k + 1, n), vectors are rows
    H: Tensor  # (*batch, k + 1, k)
    B: Tensor  # (*batch, c, k)
    Z: list[Tensor]  # empty where they are the rows of V
    y: Tensor  # (*batch, k)
    size: Tensor  # (*batch, 1), the minimum
    stuck: Tensor  # (*batch, 1): the space could not be enlarged

    def combine(self) -> Tensor:
        """Return ``Z y``."""
        if not self.Z:
            return _combine(self.V[..., :-1, :], self.y)
        result = self.y[..., :1] * self.Z[0]
        pairs = [(self.y[..., j : j + 1], z) for j, z in enumerate(self.Z)]
        for j in range(1, len(pairs), 12):
            recur(*(add(result, factor, z) for factor, z in pairs[j : j + 12]))
        return result

    def image(self) -> Tensor:
        """Return ``V H y``."""
        return _combine(self.V, (self.H @ self.y.unsqueeze(-1)).squeeze(-1))


def _combine(V: Tensor, y: Tensor) -> Tensor:
    return torch.mv(V.mT, y) if y.dim() == 1 else (y.unsqueeze(-2) @ V).squeeze(-2)


class Basis:
    """Orthonormal rows ``[C, V]`` that are built step by step, with H and B of a `Cycle`."""

    def __init__(self, rows: Tensor, steps: int, before: int) -> None:
        batch = rows.shape[:-2]
        self.rows, self.before = rows, before
        self.H = rows.new_zeros((*batch, steps + 1, steps))
        self.B = rows.new_zeros((*batch, before, steps))
        self.null = rows.new_zeros((*batch, steps + 1))
        self.null[..., 0] = 1
        self.size = torch.ones_like(self.null[..., :1].real)
        self.stuck = torch.zeros_like(self.size, dtype=torch.bool)

    def extend(self, j: int, w: Tensor) -> None:
        """Make the image w of row j of V the next one; w may be overwritten.

        The residual needs no rotations: for c with c^H H = 0 and c_0 = 1, which every column of H extends by one
        number, it is ``1 / |c|`` (Ayachour 2003).
        """
        c, null = self.before, self.null
        eps = torch.finfo(w.dtype).eps
        loss = eps**0.625  # of orthogonality: it enters residuals as such a share, and `A Z = C B + V H` not at all
        huge = eps**-4  # stands for infinity, whose products with zero are zero
        w, h, after = orthogonalise(self.rows[..., : c + j + 1, :], w, loss)
        before = torch.hypot(norm(h), after)
        self.B[..., j], h = h[..., :c], h[..., c:]
        small = after <= eps * before
        after = torch.where(small, torch.zeros_like(after), after)
        self.H[..., : j + 1, j] = h
        self.H[..., j + 1 : j + 2, j] = after.to(w.dtype)
        torch.mul(w, ratio(torch.ones_like(after), after), out=self.rows[..., c + j + 1, :])
        missing = (null[..., : j + 1] * h).sum(-1, keepdim=True)
        flat = missing.abs() <= 10 * eps * h.abs().amax(-1, keepdim=True)
        ended = torch.where(flat, torch.zeros_like(missing), torch.full_like(missing, huge))
        null[..., j + 1 : j + 2] = torch.where(after == 0, ended, -missing / after)
        self.size = 1 / norm(null[..., : j + 2])
        self.stuck = self.stuck | small


class DeviceBasis:
    """A `Basis` on CUDA, where a step is four launches (``csrc/sparse/arnoldi_step.h``)."""

    most_rows = 2048  # a block has a number for each, and 1024 others: 48 of the 64 KB that every GPU has

    def __init__(self, rows: Tensor, steps: int, before: int) -> None:
        batch, room = rows.shape[:-2], rows.shape[-2]
        self.batch, self.members = batch, batch.numel()
        self.rows = rows.view(self.members, room, rows.shape[-1])
        self.H = rows.new_zeros((*batch, steps + 1, steps))
        self.B = rows.new_zeros((*batch, before, steps))
        self.work = rows.new_zeros((self.members, 3, room))
        self.report = torch.zeros((self.members, 3), dtype=torch.float64, device=rows.device)
        self.arrived = torch.zeros(self.members, dtype=torch.int32, device=rows.device)

    @staticmethod
    def takes(rows: Tensor, v: Tensor) -> bool:
        plain = type(v) is Tensor and v.device.type == "cuda" and v.numel() > 0 and rows.is_contiguous()
        plain = plain and rows.shape[-2] <= DeviceBasis.most_rows
        return plain and v.dtype in DTYPES and not transforms_active()

    def extend(self, j: int, w: Tensor) -> None:
        w = w.resolve_conj().resolve_neg().to(self.rows.dtype).contiguous().view(self.members, -1)
        H, B = (x.view(self.members, *x.shape[-2:]) for x in (self.H, self.B))
        torch.ops.sci.arnoldi_step.default(self.rows, w, H, B, self.work, self.report, self.arrived, j)

    @property
    def size(self) -> Tensor:
        return self.report[:, 0].reshape(*self.batch, 1).to(self.H.real.dtype)

    @property
    def stuck(self) -> Tensor:
        return self.report[:, 1].reshape(*self.batch, 1) != 0


def arnoldi(
    apply: Apply,
    v: Tensor,
    steps: int,
    enough: Tensor,
    *,
    expand: Apply | None = None,
    given: Sequence[tuple[int, Tensor, Tensor | None]] = (),
    C: Sequence[Tensor] = (),
    note: Callable[[Any], object] | None = None,
    fresh: bool = False,
    space: list[Tensor] | None = None,
) -> Cycle:
    """Build a basis from the unit vectors v until the least squares residual is `enough`, or for so many steps.

    `expand` makes the next direction of the last basis vector (the flexible form of Saad 1993); `given` names steps
    whose direction, and image where it is known, is given; tensors that `apply` makes are written to where they are
    `fresh`; `space` keeps the room for the basis; `note` is told of the basis after each step.
    """
    batch, n, c = v.shape[:-1], v.shape[-1], len(C)
    rows = room(v, (*batch, c + steps + 1, n), space)
    for i, x in enumerate((*C, v)):
        rows[..., i, :] = x
    known = {step: (z, image) for step, z, image in given}
    Z: list[Tensor] = []
    basis = DeviceBasis(rows, steps, c) if DeviceBasis.takes(rows, v) else Basis(rows, steps, c)
    look = v.device.type == "cpu"
    k = 0
    for j in range(steps):
        z, w = known.get(j, (None, None))
        if z is None:
            z = rows[..., c + j, :] if expand is None else expand(rows[..., c + j, :])
        w = apply(z) if w is None and fresh else (apply(z) if w is None else w).clone()
        if expand is not None or given:
            Z.append(z)
        basis.extend(j, w)
        k = j + 1
        if note is not None:
            note(basis)
        if look and bool(((basis.size <= enough) | basis.stuck).all()):
            break
    H, V = basis.H[..., : k + 1, :k], rows[..., c : c + k + 1, :]
    return Cycle(V, H, basis.B[..., :k], Z, _least_squares(H), basis.size, basis.stuck)


def _least_squares(H: Tensor) -> Tensor:
    """Return y that minimises ``|e1 - H y|``; the smallest such y where H lacks rank."""
    Q, R = torch.linalg.qr(H)
    diagonal = R.diagonal(dim1=-2, dim2=-1).abs()
    tiny = 10 * H.shape[-1] * torch.finfo(H.dtype).eps
    right = Q[..., 0, :].conj().unsqueeze(-1)
    if bool((diagonal > tiny * diagonal.amax(-1, keepdim=True)).all()):
        return torch.linalg.solve_triangular(R, right, upper=True).squeeze(-1)
    finite = torch.isfinite(H).all(-1, keepdim=True).all(-2, keepdim=True)
    inverse = torch.linalg.pinv(torch.where(finite, H, torch.zeros_like(H)), rtol=tiny)
    return torch.where(finite.squeeze(-1), inverse[..., 0], torch.nan)


def _preconditioned(system: System) -> tuple[Apply, bool]:
    """Return ``M A x`` as a function, and whether it makes a new tensor each time."""
    if system.left is None:
        return system.apply, system.fresh
    return lambda u: system.precondition(system.apply(u)), False


def _next_factor(factor: Tensor, passed: Tensor) -> Tensor:
    """Ask the next cycle for less where this one passed its own test, which was too easy, and for more elsewhere."""
    eps = torch.finfo(factor.dtype).eps
    return torch.where(passed, (0.25 * factor).clamp(min=eps), (1.5 * factor).clamp(max=1.0))


def gmres(system: System, b: Tensor, x: Tensor, r: Tensor, options: Options) -> Iterator[Step]:
    """Generalised minimal residuals, restarted, preconditioned from the left (Saad and Schultz 1986).

    A step is a cycle. Within a cycle only the preconditioned residual is known, so its tolerance follows what the true
    residual turned out to be.
    """
    restart, limit = min(int(options.more[0]), b.shape[-1]), int(options.more[1])
    size_b, target = norm(b), options.tolerance
    left = norm(system.precondition(b))
    factor = torch.ones_like(size_b)
    space: list[Tensor] = []
    apply, fresh = _preconditioned(system)
    enough = left * torch.clamp(target / size_b, max=1.0)
    done = 0

    def note(basis: Any) -> None:
        nonlocal done
        done += 1
        if options.note is not None:
            options.note(basis.size * beta / size_b)

    while True:
        z = system.precondition(r)
        beta = norm(z)
        steps = min(restart, limit - done) if limit else restart
        v = z * ratio(torch.ones_like(beta), beta)
        cycle = arnoldi(apply, v, steps, ratio(enough, beta), note=note, fresh=fresh, space=space)
        x = x + _combine(cycle.V[..., :-1, :], cycle.y * beta)
        r = b - system.apply(x)
        size = norm(r)
        code = torch.where((cycle.stuck | (beta == 0)) & (size > target), GIVE_UP, 0)
        yield Step(x, size, code=code, true=True, cycle=True)
        if limit and done >= limit:
            return
        reached = cycle.size * beta
        factor = _next_factor(factor, reached <= enough)
        enough = reached * torch.minimum(factor, target / size)


def lgmres(system: System, b: Tensor, x: Tensor, r: Tensor, options: Options) -> Iterator[Step]:
    """Restarted gmres that keeps the last corrections in its space (Baker, Jessup and Manteuffel 2005)."""
    outer: list[tuple[Tensor, Tensor | None]] = options.state
    inner_m, outer_k = int(options.more[0]), int(options.more[1])
    store, prepend = bool(options.more[2]), bool(options.more[3])
    factor, target = torch.ones_like(norm(b)), options.tolerance
    space: list[Tensor] = []
    apply, fresh = _preconditioned(system)
    while True:
        z = system.precondition(r)
        beta, size = norm(z), norm(r)
        first = z * ratio(torch.ones_like(beta), beta)
        start = 0 if prepend else inner_m
        given = [(start + j, u.to(b), None if w is None else w.to(b)) for j, (u, w) in enumerate(outer)]
        steps = inner_m + len(outer)
        if prepend and outer and len(outer) < steps:
            given.append((len(outer), first, None))  # the space of the residual starts behind the given vectors
        enough = torch.minimum(factor, target / size)
        cycle = arnoldi(apply, first, steps, enough, given=given, fresh=fresh, space=space)
        factor = _next_factor(factor, cycle.size <= enough)
        change = beta * cycle.combine()
        length = norm(change)
        scale = ratio(torch.ones_like(length), length)
        if outer_k > 0:
            outer.append((change * scale, beta * cycle.image() * scale if store else None))
            del outer[: max(len(outer) - outer_k, 0)]
        x = x + change
        r = b - system.apply(x)
        size = norm(r)
        code = torch.where((length == 0) & (size > target), GIVE_UP, 0)
        yield Step(x, size, code=code, true=True, cycle=True)


def gcrotmk(system: System, b: Tensor, x: Tensor, r: Tensor, options: Options) -> Iterator[Step]:
    """Flexible GCROT(m, k) (Hicken and Zingg 2010, after de Sturler 1999), preconditioned from the right.

    The state is a list of pairs (c, u) with ``c = A u`` and orthonormal c; it starts each solve.
    """
    pairs: list[tuple[Tensor, Tensor]] = options.state
    m, k, smallest = int(options.more[0]), int(options.more[1]), bool(options.more[2])
    target = options.tolerance
    space: list[Tensor] = []
    for c, u in pairs:
        part = inner(c, r)
        x = x + part * u
        r = r - part * c
    while True:
        beta = norm(r)
        if bool((beta <= target).all()):
            yield Step(x, beta, cycle=True)
        C = [c for c, _ in pairs]
        steps = m + max(k - len(pairs), 0)
        v = r * ratio(torch.ones_like(beta), beta)
        expand = None if system.left is None else system.precondition
        cycle = arnoldi(
            system.apply, v, steps, ratio(target, beta), expand=expand, C=C, fresh=system.fresh, space=space
        )
        u = beta * cycle.combine()
        for j, (_, old) in enumerate(pairs):
            add_to(u, -beta * (cycle.B[..., j, :] * cycle.y).sum(-1, keepdim=True), old)
        c = beta * cycle.image()
        length = norm(c)
        scale = ratio(torch.ones_like(length), length)
        c, u = c.mul_(scale), u.mul_(scale)
        gamma = inner(c, r)
        r, x = r.clone(), x.clone()
        recur(add(r, -gamma, c), add(x, gamma, u))
        if pairs and len(pairs) >= k:
            if smallest:
                pairs[:] = _truncate(pairs, cycle, k - 1)
            else:
                del pairs[: len(pairs) - max(k - 1, 0)]
        if k > 0:
            pairs.append((c, u))
        size = norm(r)
        stuck = (length == 0) | ~torch.isfinite(length) | (gamma == 0)
        yield Step(x, size, code=torch.where(stuck & (size > target), GIVE_UP, 0), cycle=True)


def _truncate(pairs: list[tuple[Tensor, Tensor]], cycle: Cycle, keep: int) -> list[tuple[Tensor, Tensor]]:
    """Keep the directions of C on which the cycle leant most (de Sturler 1999, section 3)."""
    D = cycle.B @ torch.linalg.pinv(torch.linalg.qr(cycle.H)[1])
    W = torch.linalg.svd(D, full_matrices=False)[0][..., :keep]
    C = torch.stack([c for c, _ in pairs], -2)
    U = torch.stack([u for _, u in pairs], -2)
    Q, R = torch.linalg.qr((W.mT @ C).mT)
    U = torch.linalg.solve_triangular(R, (W.mT @ U).mT, upper=True, left=False)
    return [(Q[..., j], U[..., j]) for j in range(W.shape[-1])]


def orthonormal_pairs(pairs: list[tuple[Tensor | None, Tensor]], apply: Apply) -> list[tuple[Tensor, Tensor]]:
    """Complete pairs (c or None, u), and make the c orthonormal; directions that depend on others are dropped."""
    if not pairs:
        return []
    found: list[tuple[Tensor, Tensor]] = []
    for c, u in sorted(pairs, key=lambda pair: pair[0] is None):
        image = apply(u) if c is None else c
        before = norm(image)
        for _ in range(2):
            for other, direction in found:
                part = inner(other, image)
                image, u = image - part * other, u - part * direction
        after = norm(image)
        if bool((after > 1e-12 * before).all()):
            found.append((image / after, u / after))
    return found
