"""`RowSharded`: a sparse matrix with its rows shared out, whose products exchange the entries of x that they need."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.tensor import DTensor, Shard

from .._core.errors import bad_argument
from ..sparse import csr_array
from ..sparse._base import SparseBase
from ..sparse.linalg import LinearOperator

__all__ = ["RowSharded"]

Map = Callable[[Tensor], Tensor]


def _part(size: int, mesh: DeviceMesh) -> tuple[int, int]:
    """Return where this process's part of a dimension begins and ends: the parts of ``Shard``."""
    step = -(-size // mesh.size())
    start = min(mesh.get_local_rank() * step, size)
    return start, min(start + step, size)


# ---- the exchange ----------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class _Exchange:
    """Which entries of its part each process sends to which others, and how many it receives from them, by rank."""

    group: dist.ProcessGroup
    own: int  # entries of this process's part
    sent: Tensor  # their places in it, receiver after receiver
    sends: list[int]
    receives: list[int]

    def fetch(self, x: Tensor) -> Tensor:
        """Return x and below it the entries (rows of x) that others hold, in ascending order."""
        return torch.cat([x, self._send(x.index_select(0, self.sent), self.sends, self.receives)])

    def give_back(self, y: Tensor) -> Tensor:
        """Send to each entry's owner what belongs to it, and add: the adjoint of `fetch`."""
        back = self._send(y[self.own :], self.receives, self.sends)
        return y[: self.own].index_add(0, self.sent, back)

    def _send(self, x: Tensor, sends: list[int], receives: list[int]) -> Tensor:
        x = x.resolve_conj().resolve_neg().contiguous()
        out = x.new_empty((sum(receives), *x.shape[1:]))
        raw = torch.view_as_real if x.is_complex() else lambda part: part  # not all backends know complex numbers
        dist.all_to_all_single(raw(out), raw(x), receives, sends, group=self.group)
        return out


class _Linear(torch.autograd.Function):
    """A linear map of x between processes; it and its adjoint are each the derivative of the other.

    One node, whether a process needs any of the others or not: where it does not, torch's `cat` would leave it out of
    the graph, and the others would wait for it.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, f: Map, adjoint: Map) -> Tensor:
        ctx.pair = f, adjoint
        return f(x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        f, adjoint = ctx.pair
        return _linear(g, adjoint, f), None, None


def _linear(x: Tensor, f: Map, adjoint: Map) -> Tensor:
    out: Tensor = _Linear.apply(x, f, adjoint)  # type: ignore[no-untyped-call]
    return out


def _same_everywhere(data: Tensor, group: dist.ProcessGroup) -> Tensor:
    """Return values that all processes have alike: their gradient is the sum of those of all."""

    def total(g: Tensor) -> Tensor:
        out = g.resolve_conj().clone(memory_format=torch.contiguous_format)
        dist.all_reduce(torch.view_as_real(out) if out.is_complex() else out, group=group)
        return out

    return _linear(data, lambda x: x.view_as(x), total)


# ---- between DTensor and its part ------------------------------------------------------------------------------------
#
# As DTensor.to_local and from_local, whose derivatives cannot be differentiated again.


class _ToPart(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: DTensor) -> Tensor:
        ctx.mesh, ctx.shape = x.device_mesh, x.shape
        part = x.to_local()
        return part.view_as(part)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return _FromPart.apply(g, ctx.mesh, ctx.shape)  # type: ignore[no-untyped-call]


class _FromPart(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, y: Tensor, mesh: DeviceMesh, shape: torch.Size) -> Tensor:
        ctx.mesh = mesh
        stride = (1,) if len(shape) == 1 else (shape[1], 1)
        return DTensor.from_local(y.contiguous(), mesh, [Shard(0)], run_check=False, shape=shape, stride=stride)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return _part_of(g, ctx.mesh), None, None


def _part_of(x: Any, mesh: DeviceMesh) -> Tensor:
    """Return this process's rows of a DTensor, however it is sharded."""
    if x.device_mesh != mesh:
        raise ValueError(f"RowSharded: the matrix lies on {mesh}, the vector on {x.device_mesh}")
    if x.placements != (Shard(0),):
        x = x.redistribute(mesh, [Shard(0)])
    part: Tensor = _ToPart.apply(x)  # type: ignore[no-untyped-call]
    return part


# ---- the matrix ------------------------------------------------------------------------------------------------------


class RowSharded(LinearOperator):
    r"""A sparse matrix with its rows shared out over processes, as ``Shard(0)`` shares them out.

    Parameters
    ----------
    A : sparse array ``(M, N)``
        The whole matrix, the same on all processes. `from_rows` takes the rows of each process instead.
    mesh : DeviceMesh
        Of one dimension.

    Attributes
    ----------
    shape : tuple of two ints
    dtype : dtype
    rows : csr_array
        The rows of this process. Its columns are the part of x that lies here, then those needed of others.
    halo : int
        How many entries of x a product receives from other processes.
    sent : int
        How many it sends.

    Raises
    ------
    TypeError
        Where `A` is no sparse array, or what is multiplied is no ``DTensor``.
    ValueError
        For a mesh of several dimensions, and for a ``DTensor`` on another one.

    Notes
    -----
    ``A @ x`` takes a ``DTensor`` ``(N,)`` or ``(N, K)`` (one that is not ``Shard(0)`` is redistributed) and returns one
    of ``Shard(0)``. Each process sends others the entries that their rows need, found once when the matrix is made, and
    multiplies its rows: x is never gathered. A product with the adjoint, ``A.H @ y``, sends the same the other way, and
    adds. All processes have to call the same in the same order.

    It is a `LinearOperator`: `sci.sparse.linalg.cg` and `lobpcg` take it, with ``DTensor`` vectors, whose inner
    products are summed over processes.

    **Derivatives**, of any order in reverse mode, are those of the products: with the gradient g of y = A x,

    .. math:: \bar x = A^H g, \qquad \bar A_{ij} = g_i \bar x_j \text{ on the pattern.}

    The gradient of the values of a whole `A` is summed over processes, and so the same on all, as the values are; with
    `from_rows` each process has that of its rows, and nothing is sent.

    Examples
    --------
    In each of several processes that `torchrun` starts::

        mesh = init_device_mesh("cpu", (4,))
        A = RowSharded(laplacian, mesh)
        b = distribute_tensor(torch.ones(A.shape[0]), mesh, [Shard(0)])
        x, info = sci.sparse.linalg.cg(A, b)
    """

    def __init__(self, A: Any, mesh: DeviceMesh) -> None:
        if not isinstance(A, SparseBase) or len(A.shape) != 2:
            raise bad_argument("RowSharded", "A", "a sparse array of two dimensions", A, TypeError)
        _check(mesh)
        whole = A.tocsr()
        data = whole.data
        if data.requires_grad:
            data = _same_everywhere(data, mesh.get_group())
        start, end = _part(whole.shape[0], mesh)
        pointers = whole.indptr[start : end + 1]
        first, last = (int(pointers[0]), int(pointers[-1])) if end > start else (0, 0)
        pointers = pointers - first if end > start else whole.indptr[:1]
        self._set(data[first:last], whole.indices[first:last], pointers, whole.shape, mesh)

    @classmethod
    def from_rows(cls, rows: Any, mesh: DeviceMesh) -> RowSharded:
        """Make a matrix of the rows that each process has: a sparse array ``(m, N)`` of whole columns.

        The sizes m have to be those of ``Shard(0)``: the rounded up quotient, and what is left on the last ones.
        ValueError, on all processes, says where they are not.
        """
        if not isinstance(rows, SparseBase) or len(rows.shape) != 2:
            raise bad_argument("from_rows", "rows", "a sparse array of two dimensions", rows, TypeError)
        _check(mesh)
        own = rows.tocsr()
        sizes: list[Any] = [None] * mesh.size()
        dist.all_gather_object(sizes, tuple(own.shape), group=mesh.get_group())
        total = sum(m for m, _ in sizes)
        step = -(-total // mesh.size())
        fitting = [max(0, min(step, total - rank * step)) for rank in range(mesh.size())]
        if [m for m, _ in sizes] != fitting or len({n for _, n in sizes}) != 1:
            raise ValueError(f"from_rows: expected {fitting} rows and as many columns everywhere, got shapes {sizes}")
        result: Any = cls.__new__(cls)
        result._set(own.data, own.indices, own.indptr, (total, own.shape[1]), mesh)
        made: RowSharded = result
        return made

    def _set(self, data: Tensor, columns: Tensor, pointers: Tensor, shape: Any, mesh: DeviceMesh) -> None:
        super().__init__(data.dtype, shape)
        self.mesh = mesh
        start, end = _part(shape[1], mesh)
        own = end - start
        columns = columns.to(torch.int64)
        away = (columns < start) | (columns >= end)
        needed = columns[away].unique()
        place = torch.where(away, own + torch.searchsorted(needed, columns), columns - start)
        self.rows = csr_array((data, place, pointers), shape=(len(pointers) - 1, own + len(needed)))
        self._exchange = _plan(needed, start, own, -(-shape[1] // mesh.size()), mesh)

    @property
    def halo(self) -> int:
        return sum(self._exchange.receives)

    @property
    def sent(self) -> int:
        return sum(self._exchange.sends)

    def _part(self, x: Tensor) -> Tensor:
        if not isinstance(x, DTensor):
            text = "a RowSharded matrix multiplies DTensors only; distribute_tensor(x, mesh, [Shard(0)]) makes one"
            raise TypeError(f"RowSharded: {text}, got {type(x).__name__} {tuple(x.shape)}")
        return _part_of(x, self.mesh)

    def _as(self, dtype: torch.dtype) -> tuple[Any, torch.dtype]:
        dtype = torch.promote_types(self.rows.dtype, dtype)
        return (self.rows if self.rows.dtype == dtype else self.rows.astype(dtype)), dtype

    def _matvec(self, x: Tensor) -> Tensor:
        rows, dtype = self._as(x.dtype)
        part = self._part(x).to(dtype)
        y = rows @ _linear(part, self._exchange.fetch, self._exchange.give_back)
        return self._sharded(y, self.shape[0])

    def _rmatvec(self, x: Tensor) -> Tensor:
        rows, dtype = self._as(x.dtype)
        y = rows.conj().T @ self._part(x).to(dtype)
        x = _linear(y, self._exchange.give_back, self._exchange.fetch)
        return self._sharded(x, self.shape[1])

    def _sharded(self, y: Tensor, size: int) -> Tensor:
        shape = torch.Size((size, *y.shape[1:]))
        result: Tensor = _FromPart.apply(y, self.mesh, shape)  # type: ignore[no-untyped-call]
        return result

    def _matmat(self, X: Tensor) -> Tensor:
        return self._matvec(X)

    def _rmatmat(self, X: Tensor) -> Tensor:
        return self._rmatvec(X)


def _check(mesh: Any) -> None:
    if not isinstance(mesh, DeviceMesh):
        raise bad_argument("RowSharded", "mesh", "a DeviceMesh", mesh, TypeError)
    if mesh.ndim != 1:
        raise ValueError(f"RowSharded: expected a mesh of one dimension, got {mesh}; take one of its submeshes")


def _plan(needed: Tensor, start: int, own: int, step: int, mesh: DeviceMesh) -> _Exchange:
    """Ask the owners of the columns needed for them."""
    group, size = mesh.get_group(), mesh.size()
    counts = torch.bincount(needed // max(step, 1), minlength=size)
    asked = torch.empty_like(counts)
    dist.all_to_all_single(asked, counts, group=group)
    receives, sends = counts.tolist(), asked.tolist()
    places = needed.new_empty(sum(sends))
    dist.all_to_all_single(places, needed, sends, receives, group=group)
    return _Exchange(group, own, places - start, sends, receives)
