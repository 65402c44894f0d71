"""What all iterative solvers share: systems, the driver that stops them, and the small operations of an iteration.

A method is a generator of `Step`: it knows how to go on, and nothing of tolerances, limits, callbacks or other members
of a batch. `iterate` asks it for steps until every system of the batch is done.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

Apply = Callable[[Tensor], Tensor]

GIVE_UP = 1  # a step's code where going on is of no use; reported as the number of steps done
_STRIDE = 16  # steps between two looks of the host at the residuals on CUDA


@dataclasses.dataclass(frozen=True)
class System:
    """A square matrix and its preconditioners as functions of vectors ``(*batch, n)``; None is the identity."""

    apply: Apply
    apply_adjoint: Apply
    left: Apply | None = None
    left_adjoint: Apply | None = None
    right: Apply | None = None
    right_adjoint: Apply | None = None
    fresh: bool = False  # `apply` makes a new tensor each time

    @property
    def adjoint(self) -> System:
        """The system of the adjoint matrix, with the adjoint preconditioners."""
        left, right = (self.left_adjoint, self.left), (self.right_adjoint, self.right)
        if self.right is not None:  # of M1^-1 A M2^-1, what stood left stands right
            left, right = right, left
        return System(self.apply_adjoint, self.apply, *left, *right, fresh=self.fresh)

    def precondition(self, v: Tensor) -> Tensor:
        return v if self.left is None else self.left(v)

    def precondition_adjoint(self, v: Tensor) -> Tensor:
        return v if self.left_adjoint is None else self.left_adjoint(v)

    def second(self, v: Tensor) -> Tensor:
        return v if self.right is None else self.right(v)

    def second_adjoint(self, v: Tensor) -> Tensor:
        return v if self.right_adjoint is None else self.right_adjoint(v)


@dataclasses.dataclass
class Options:
    """When to stop, and what a method in particular needs."""

    rtol: float
    atol: float
    maxiter: int
    more: tuple[float, ...] = ()
    tolerance: Any = None  # (*batch, 1), of the residual; set by `iterate`
    note: Callable[[Tensor], object] | None = None  # is told of inner iterations
    state: Any = None  # vectors kept between calls


@dataclasses.dataclass
class Step:
    """Where a method has got to; numbers may be `Number` on CUDA."""

    x: Tensor
    size: Tensor  # (*batch, 1), the residual's norm as the method knows it
    done: Tensor | None = None  # where the method has a stopping rule of its own
    code: Tensor | None = None  # int64 (*batch, 1): not 0 where it broke down
    true: bool = False  # `size` is that of b - A x itself
    cycle: bool = False  # beside what was done since the last one, a look of the host is nothing

    def settled(self) -> Step:
        """Return the step with numbers as tensors, which a method may have noted for the device alone."""
        if isinstance(self.size, Tensor):
            return self
        done = None if self.done is None else as_column(self.done) != 0
        return Step(self.x, as_column(self.size), done, _codes(self.code), self.true)


Method = Callable[[System, Tensor, Tensor, Tensor, Options], Iterator[Step]]


def iterate(
    method: Method,
    system: System,
    b: Tensor,
    x0: Tensor | None,
    options: Options,
    callback: Callable[[Tensor], object] | None = None,
) -> tuple[Tensor, Tensor]:
    """Solve ``A x = b`` for vectors ``(*batch, n)``; also 0, or a report of failure per system.

    A system is done when the *true* residual ``b - A x`` is small enough: when the method says so, the true one is
    computed, and the method starts again from there where they differ, as long as that helps. Systems that are done
    keep their solution whatever the method does to them. On CUDA the host looks every 16 steps, or after a cycle.
    """
    every = 1 if b.device.type == "cpu" or callback is not None else _STRIDE
    size_b = norm(b)
    tolerance = options.tolerance = torch.clamp(options.rtol * size_b, min=options.atol)
    if x0 is None or (x0.device.type == "cpu" and not bool(x0.any())):
        kept, r = torch.zeros_like(b), b.clone()
    else:
        kept = torch.where(size_b == 0, torch.zeros_like(x0), x0)
        r = b - system.apply(kept)
    size = norm(r)
    last = size
    solved = size <= tolerance
    active = ~solved & torch.isfinite(size)
    info = torch.zeros_like(size, dtype=torch.int64)
    k = 0
    while k < options.maxiter and bool(active.any()):
        step, again, code, ended = None, False, None, None
        for step in method(system, b, kept.clone(), r, options):
            k += 1
            if callback is not None:
                callback(step.x)
            if step.code is not None:
                code = step.code if code is None else torch.where(code == 0, step.code, code)
            if step.done is not None and every > 1:  # a rule that held between two looks
                step.done = ended = step.done if ended is None else step.done | ended
            if k % every and not step.cycle and k < options.maxiter:
                continue
            if code is not None:
                info, code = torch.where(active & (info == 0), _codes(code), info), None
            step = step.settled()
            hit = active & (step.size <= tolerance if step.done is None else step.done)
            if ended is not None:
                hit = hit & torch.isfinite(step.x).all(-1, keepdim=True)
            bad = active & ~hit & (~torch.isfinite(step.size) | (info != 0))
            if bool((hit | bad).any()):
                kept = torch.where(bad & torch.isfinite(step.x).all(-1, keepdim=True) | hit, step.x, kept)
                active = active & ~bad
                if step.done is None:
                    size = step.size if step.true else norm(b - system.apply(step.x))
                    right = hit & (size <= tolerance)
                    again_here = hit & ~right & (size < 0.5 * last)
                    info = torch.where(hit & ~right & ~again_here & (info == 0), GIVE_UP, info)
                    last = torch.where(hit, size, last)
                    again = bool(again_here.any())
                else:
                    right, again_here = hit, torch.zeros_like(hit)
                solved = solved | right
                active = active & (~hit | again_here)
            if again or k >= options.maxiter or not bool(active.any()):
                break
        if step is None:
            break
        kept = torch.where(active & torch.isfinite(step.x).all(-1, keepdim=True), step.x, kept)
        if not again:  # the limit, or a method that has ended
            break
        r = b - system.apply(kept)
    failed = torch.where(info < 0, info, max(k, 1))
    if not bool(solved.all()):  # the method may have missed it, for a norm of its own
        solved = solved | (norm(b - system.apply(kept)) <= tolerance)
    return kept, torch.where(solved, torch.zeros_like(info), failed).squeeze(-1)


def as_column(x: Any) -> Tensor:
    """Return a real number of a method as a tensor."""
    found = x if isinstance(x, Tensor) else x.column()
    return found.real if found.is_complex() else found


def _codes(x: Any) -> Any:
    return None if x is None else as_column(x).to(torch.int64)


# ---- small operations ------------------------------------------------------------------------------------------------


def inner(a: Tensor, b: Tensor) -> Tensor:
    """Return the inner products ``a^H b`` of vectors, as a column that broadcasts."""
    if a.dim() == 1:
        return _summed(torch.vdot(a, b)).unsqueeze(-1)
    return _summed(torch.linalg.vecdot(a, b)).unsqueeze(-1)


def norm(a: Tensor) -> Tensor:
    """Return the norms of vectors, as a column that broadcasts."""
    return _summed(torch.linalg.vector_norm(a, dim=-1, keepdim=True))


def _summed(x: Any) -> Tensor:
    """Sum up what processes hold of a sharded vector's product, once: every use of an open sum would do it again."""
    if not hasattr(x, "placements"):
        return x
    from torch.distributed.tensor import Replicate

    whole: Tensor = x.redistribute(placements=[Replicate()] * len(x.placements))
    return whole


def ratio(a: Tensor, b: Tensor) -> Tensor:
    """Divide, where 0 / 0, which a solved system gives, and a / 0, a breakdown, are 0."""
    return torch.where(b == 0, torch.zeros_like(b), a / b)


def add_to(x: Tensor, factor: Tensor, p: Tensor) -> Tensor:
    """Add ``factor * p`` to x in place; factors ``(*batch, 1)``."""
    if x.dim() == 1 and x.device.type == "cpu":
        return x.add_(p, alpha=factor.item())
    return x.addcmul_(factor.to(x.dtype), p)


def plus(x: Tensor, factor: Tensor, p: Tensor) -> Tensor:
    """Return ``x + factor * p`` as a new tensor."""
    if x.dim() == 1 and x.device.type == "cpu":
        return torch.add(x, p, alpha=factor.item())
    return torch.addcmul(x, factor.to(x.dtype), p)


def scale_add(p: Tensor, factor: Tensor, z: Tensor) -> Tensor:
    """Turn p into ``z + factor * p`` in place."""
    if p.dim() == 1 and p.device.type == "cpu":
        return torch.add(z, p, alpha=factor.item(), out=p)
    return p.mul_(factor).add_(z)


def broken(*causes: tuple[Tensor, int]) -> Tensor:
    """Return the code of the first cause that holds, else 0."""
    code = torch.zeros_like(causes[0][0], dtype=torch.int64)
    for cause, number in reversed(causes):
        code = torch.where(cause, number, code)
    return code
