"""Vector updates and inner products of an iteration, several in one pass over memory; orthogonalisation in two passes.

Large vectors are bound by memory: what counts is how often each is read and written. Steps such as
``recur(add(x, alpha, p), add(r, -alpha, q), dot(r, r))`` run block by block in one operator, so that every vector comes
from memory once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..._core.torch_private import transforms_active
from ._iterate import Apply, add_to, inner, norm, scale_add

_SMALL = 2**13  # numbers in a vector: below, memory is no matter, and separate calls cost less than one with a list


@dataclasses.dataclass
class Update:
    """``to = a u + b v``; without a, ``u + b v``, and without u, ``b v``.

    Factors are columns ``(*batch, 1)``, or a `Number` on CUDA.
    """

    to: Tensor
    a: Tensor | None
    u: Tensor | None
    b: Tensor
    v: Tensor


@dataclasses.dataclass
class Dot:
    """``u^H v``."""

    u: Tensor
    v: Tensor


def add(to: Tensor, b: Tensor, v: Tensor) -> Update:
    """Make ``to = to + b v``."""
    return Update(to, None, to, b, v)


def add_scaled(to: Tensor, u: Tensor, b: Tensor, v: Tensor) -> Update:
    """Make ``to = u + b v``."""
    return Update(to, None, u, b, v)


def combine(to: Tensor, a: Tensor, u: Tensor, b: Tensor, v: Tensor) -> Update:
    """Make ``to = a u + b v``."""
    return Update(to, a, u, b, v)


def scaled(to: Tensor, b: Tensor, v: Tensor) -> Update:
    """Make ``to = b v``."""
    return Update(to, None, None, b, v)


dot = Dot


def encoded(steps: Sequence[Update | Dot]) -> tuple[list[Tensor], list[Any], list[int], int]:
    """Return the vectors and the factors, the steps as operators take them, and how many inner products there are."""
    vectors: list[Tensor] = []
    places: dict[int, int] = {}
    factors: list[Any] = []
    code: list[int] = []
    count = 0

    def place(x: Tensor) -> int:
        found = places.get(id(x))
        if found is None:
            found = places[id(x)] = len(vectors)
            vectors.append(x)
        return found

    def factor(x: Any) -> int:
        factors.append(x)
        return len(factors) - 1

    for step in steps:
        if isinstance(step, Dot):
            code += (3, count, place(step.u), place(step.v), 0, 0)
            count += 1
        elif step.u is None:
            v = place(step.v)
            code += (2, place(step.to), v, v, 0, factor(step.b))
        elif step.a is None:
            code += (0, place(step.to), place(step.u), place(step.v), 0, factor(step.b))
        else:
            code += (1, place(step.to), place(step.u), place(step.v), factor(step.a), factor(step.b))
    return vectors, factors, code, count


def recur(*steps: Update | Dot) -> list[Tensor]:
    """Run the steps in their order, updates in place; the inner products, as columns ``(*batch, 1)``."""
    vectors, factors, code, count = encoded(steps)
    first = vectors[0]
    if first.numel() < _SMALL or not _direct(vectors):
        return _written_out(steps)
    batch, n = first.shape[:-1], first.shape[-1]
    rows = [x.view(-1, n) for x in vectors]
    if factors:
        column = torch.cat([x.to(first.dtype) for x in factors], -1)
        column = column.reshape(-1, len(factors))
    else:
        column = first.new_empty(0)
    parts = torch.ops.sci.vector_recurrence.default(rows, column, code, count)
    if not count:
        return []
    sums = parts.sum(1).reshape(*batch, count)
    return list(sums.split(1, -1))


class Steps:
    """What an iteration does, on tensors: groups of updates and inner products, and numbers ``(*batch, 1)``.

    On CUDA `DeviceSteps` stands in its place.
    """

    recur, inner, norm = staticmethod(recur), staticmethod(inner), staticmethod(norm)

    def __init__(self, like: Tensor) -> None:
        self.like = like

    def number(self, value: float) -> Tensor:
        return torch.full_like(self.like[..., :1], value)

    def choose(self, kept: Tensor, where: Tensor, x: Tensor) -> Tensor:
        """Return x for the systems of `where`, and `kept` for others, which may be overwritten."""
        return torch.where(where, x, kept)


def _direct(vectors: list[Tensor]) -> bool:
    """Are these ordinary tensors that the operator can work on?"""
    first = vectors[0]
    shape, dtype, device = first.shape, first.dtype, first.device
    for x in vectors:
        if type(x) is not Tensor or x.shape != shape or x.dtype != dtype or x.device != device:
            return False
        if not x.is_contiguous() or x.is_conj() or x.is_neg():
            return False
    return not transforms_active()


def _written_out(steps: tuple[Update | Dot, ...]) -> list[Tensor]:
    """Run the steps one by one."""
    found = []
    for step in steps:
        if isinstance(step, Dot):
            found.append(inner(step.u, step.v))
        elif step.u is None:
            step.to.copy_(step.b * step.v)
        elif step.a is None and step.u is step.to:
            add_to(step.to, step.b, step.v)
        elif step.a is None and step.v is step.to:
            scale_add(step.to, step.b, step.u)
        else:
            step.to.copy_((step.u if step.a is None else step.a * step.u) + step.b * step.v)
    return found


def orthogonalise(V: Tensor, w: Tensor, enough: float | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Make w orthogonal to orthonormal rows of V (Gram and Schmidt): the rest, the coefficients, the rest's norm.

    w may be overwritten. The first pass is repeated where a share of more than `enough`, some roundings by default, of
    its result lies in the rows' space.
    """
    if w.is_cpu and w.numel() >= _SMALL and V.shape[-2] and V.stride(-1) == 1 and V.dim() <= 3 and _direct([w]):
        n = w.shape[-1]
        basis = V if V.dim() == 3 else V.unsqueeze(0)
        share = 256 * torch.finfo(w.dtype).eps if enough is None else enough
        found = torch.ops.sci.gram_schmidt.default(basis, w.view(-1, n), share).view(*w.shape[:-1], V.shape[-2] + 1)
        return w, found[..., :-1], found[..., -1:].real.sqrt()
    if w.dim() == 1:
        h = torch.mv(V.conj(), w)
        w = torch.addmv(w, V.mT, h, alpha=-1)
        again = torch.mv(V.conj(), w)
        w = w.addmv_(V.mT, again, alpha=-1)
        h = h + again
    else:
        h = torch.zeros_like(w[..., :1])
        for _ in range(2):
            part = (V.conj() @ w.unsqueeze(-1)).squeeze(-1)
            w = w - (part.unsqueeze(-2) @ V).squeeze(-2)
            h = h + part
    return w, h, torch.linalg.vector_norm(w, dim=-1, keepdim=True)


def room(like: Tensor, shape: tuple[int, ...], kept: list[Tensor] | None = None) -> Tensor:
    """Return an empty tensor, in large pages where it is long; that of the last call with this list where it fits."""
    if kept and kept[0].shape == shape:
        return kept[0]
    plain = type(like) is Tensor and like.is_cpu and not transforms_active()
    made: Tensor = torch.ops.sci.room.default(like, shape) if plain else like.new_empty(shape)
    if kept is not None:
        kept[:] = [made]
    return made


class Repeated:
    """A matrix in compressed rows by which many vectors are multiplied, where nothing is differentiated.

    Where its diagonals are full, as a stencil's are, the third product gathers them: less is read from memory then.
    """

    def __init__(self, data: Tensor, indptr: Tensor, indices: Tensor, columns: int) -> None:
        self.parts = (data, indptr, indices)
        self.shape = (int(indptr.shape[0]) - 1, columns)
        self.diagonals: tuple[Tensor, ...] = ()
        self.uses = 0
        self.version = _version(data)

    def _gathered(self, adjoint: bool) -> bool:
        before, self.uses = self.uses, self.uses + (3 if adjoint else 1)  # the adjoint of compressed rows takes longer
        if before < 3 <= self.uses:
            found = torch.ops.sci.csr_diagonals.default(*self.parts, self.shape[1])
            self.diagonals = found if found[0].numel() else ()
        return bool(self.diagonals)

    def product(self, x: Tensor, otherwise: Apply, adjoint: bool = False) -> Tensor:
        """Return ``A x`` or ``A^H x`` for vectors ``(*batch, n)``; `otherwise` multiplies by the compressed rows."""
        data = self.parts[0]
        usable = type(x) is Tensor and x.dtype == data.dtype and x.is_cpu and not transforms_active()
        if not usable or x.numel() == 0 or _version(data) != self.version or not self._gathered(adjoint):
            return otherwise(x)
        rows = x.resolve_conj().resolve_neg().reshape(-1, x.shape[-1])
        y = torch.ops.sci.diagonals_product.default(*self.diagonals, rows, *self.shape, adjoint)
        result: Tensor = y.view(*x.shape[:-1], y.shape[-1])
        return result


def _version(x: Tensor) -> int:
    """Return how often a tensor was written to in place: entries that change are not the gathered ones."""
    return 0 if x.is_inference() else int(x._version)


def repeated(data: Tensor, pattern: Any, columns: int) -> Repeated | None:
    """Return the matrix for many products, where that may pay: one large matrix on the CPU."""
    plain = type(data) is Tensor and data.is_cpu and data.dim() == 1 and not transforms_active()
    if not plain or data.numel() < 4 * _SMALL or not (data.is_floating_point() or data.is_complex()):
        return None
    return Repeated(data.detach().resolve_conj().resolve_neg().contiguous(), pattern[0], pattern[1], columns)
