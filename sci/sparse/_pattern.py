"""Patterns: where the entries of a sparse array are, apart from their values.

A `CompressedRows` or `Coordinates` object holds index tensors and what has been found out about them (is it sorted,
what does the transpose look like). Arrays that differ in their values share one pattern object, so a conversion or a
transposition is worked out once. Patterns are compared by identity: comparing index tensors would read the data.

Index tensors are int32 or int64. Work on them is never differentiated and never seen by a transform of ``torch.func``.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from .._core import runtime
from .._core.dispatch import operator
from .._core.errors import bad_argument
from .._core.quick import cpu_kernel, is_compiling
from .._core.torch_private import (
    below_transforms,
    dispatch_modes,
    forward_mode_active,
    is_batched_gradient,
    is_wrapped,
    transforms_active,
)

runtime.load_library()
_csr_inspect = torch.ops.sci.csr_inspect.default
_inspect_on_cpu = cpu_kernel("csr_inspect")
_csr_turn = torch.ops.sci.csr_turn.default
_csr_compress = torch.ops.sci.csr_compress.default

INDEX = (torch.int32, torch.int64)
_INT32_LIMIT = 2**31 - 1

Shape = tuple[int, ...]


def index_dtype(*sizes: int) -> torch.dtype:
    """Return the narrowest index dtype that holds all `sizes`."""
    return torch.int32 if all(size <= _INT32_LIMIT for size in sizes) else torch.int64


def known_count(entries: int) -> int:
    """Return a number of entries that an index dtype has to hold; compiled code may not know it, and takes 0."""
    return 0 if torch.compiler.is_compiling() else entries


def structural(*indices: Tensor) -> Any:
    """Return a context in which work on index tensors is kept away from transforms, so that results can be kept."""
    if torch.compiler.is_compiling() or not transforms_active() or any(is_wrapped(x) for x in indices):
        return contextlib.nullcontext()
    return below_transforms()


def keepable(*results: Tensor) -> bool:
    """May these tensors outlive the call: are they real ones, no tracer's and not of a graph yet to be replayed?"""
    if torch.compiler.is_compiling():
        return False
    if any(x.is_cuda for x in results) and torch.cuda.is_current_stream_capturing():
        return False
    return not dispatch_modes() and not any(is_wrapped(x) for x in results)


# ---- counting sort ---------------------------------------------------------------------------------------------------


def _bucket_sort_fake(keys: Tensor, buckets: int) -> tuple[Tensor, Tensor]:
    return keys.new_empty(buckets + 1), keys.new_empty(keys.shape[0])


_bucket_sort = operator("bucket_sort", fake=_bucket_sort_fake)


def bucket_sort(keys: Tensor, buckets: int) -> tuple[Tensor, Tensor]:
    """Sort integer keys in ``[0, buckets)`` stably: where each bucket begins (and the end), and the order."""
    if keys.device.type == "cpu":
        offsets, order = _bucket_sort(keys.contiguous(), buckets)
        return offsets, order
    ordered, order = torch.sort(keys, stable=True)
    borders = torch.arange(buckets + 1, device=keys.device, dtype=keys.dtype)
    offsets = torch.searchsorted(ordered, borders)
    return offsets.to(keys.dtype), order.to(keys.dtype)


# ---- values that move with a pattern ---------------------------------------------------------------------------------


def movable(data: Tensor) -> bool:
    """May a kernel move these values itself: does nothing differentiate or transform them?"""
    return (
        not is_compiling()
        and type(data) is Tensor
        and data.dim() == 1
        and data.is_cpu
        and not (data.requires_grad and torch.is_grad_enabled())
        and not transforms_active()
        and not forward_mode_active()
        and not data.is_conj()
        and not data.is_neg()
        and not is_batched_gradient(data)
    )


def moved(operate: Any, data: Tensor, *args: Any) -> tuple[Any, ...]:
    """Call an operator on CPU patterns that moves values along; where these are differentiated, move them by order."""
    if movable(data):
        found: tuple[Any, ...] = operate(data, *args)
        return found
    with structural():
        order, *rest = operate(None, *args)
    return (data.index_select(-1, order), *rest)


def expand_indptr(indptr: Tensor, count: int) -> Tensor:
    """Return the row of each of `count` entries."""
    if on_plain_cpu(indptr):
        made: Tensor = torch.ops.sci.csr_expand(indptr, count)
        return made
    rows = torch.arange(indptr.shape[0] - 1, device=indptr.device, dtype=indptr.dtype)
    return torch.repeat_interleave(rows, indptr[1:] - indptr[:-1], output_size=count)


# ---- compressed rows -------------------------------------------------------------------------------------------------

Transposed = tuple[Tensor, Tensor, Tensor]


def edits(*indices: Tensor) -> tuple[int, ...] | None:
    """Return torch's counts of in-place changes; None where there are none, in compiled code and inference mode."""
    if torch.compiler.is_compiling():
        return None
    try:
        return tuple([x._version for x in indices])
    except RuntimeError:  # tensors of inference mode count nothing
        return None


class CompressedRows:
    """The pattern of a matrix by rows: row i has columns ``indices[indptr[i] : indptr[i + 1]]``.

    A vector is a matrix of one row that is `flat`; `grid` is the shape of the matrix, `shape` that of the array.
    """

    def __init__(
        self,
        indptr: Tensor,
        indices: Tensor,
        grid: Sequence[int],
        canonical: bool | None = None,
        flat: bool = False,
    ) -> None:
        self.indptr, self.indices, self.flat = indptr, indices, flat
        self.grid: tuple[int, int] = (int(grid[0]), int(grid[1]))
        self._canonical = canonical
        self._sorted: bool | None = canonical or None
        self._transposed: Transposed | None = None
        self._transpose: CompressedRows | None = None
        self._rows: Tensor | None = None
        self._product: tuple[weakref.ref[CompressedRows], CompressedRows] | None = None
        self._unchecked = ""
        self._longest = -1
        self._edits = edits(indptr, indices)

    def unchecked(self, owner: str = "sparse") -> CompressedRows:
        """Mark indices that nobody has looked at: the first use checks them, in the owner's name."""
        self._unchecked = owner
        return self

    def fit(self, data: Tensor) -> None:
        """Check what can be checked without reading indices; enough for the CPU's kernels, which check these."""
        known = self._edits
        if torch.compiler.is_compiling():
            found = None
        elif known is not None and known[0] == self.indptr._version and known[1] == self.indices._version:
            found = known  # as nearly always: without a call
        else:
            found = edits(self.indptr, self.indices)
        if found is not known and found is not None:
            # Written to in place, as SciPy's users do: nothing that was derived of the old numbers holds.
            self._canonical = self._sorted = self._transposed = self._transpose = self._rows = self._product = None
            self._unchecked, self._edits, self._longest = self._unchecked or "sparse", found, -1
        if not self._unchecked:
            return
        if self.indptr.shape[0] != self.grid[0] + 1 or data.shape[-1] != self.indices.shape[0]:
            sizes = f"{self.indptr.shape[0]}, {self.indices.shape[0]} and {data.shape[-1]}"
            text = f"lengths of indptr, indices and data do not fit {self.grid[0]} rows: {sizes}"
            raise ValueError(f"{self._unchecked}: {text}")
        if not self.indices.is_cpu:
            self._inspect()

    def validate(self, data: Tensor) -> None:
        """Check indices that have not been checked, and find out whether they are in order."""
        self.fit(data)
        if self._unchecked:
            self._inspect()

    def _inspect(self) -> None:
        inspected(self._unchecked, self)
        self._unchecked = ""

    @contextlib.contextmanager
    def explained(self, data: Tensor) -> Iterator[None]:
        """Raise the error of a check where a kernel has met an index that lies outside."""
        try:
            yield
        except RuntimeError:
            self._unchecked = self._unchecked or "sparse"
            self.validate(data)
            raise

    @property
    def shape(self) -> Shape:
        return self.grid[1:] if self.flat else self.grid

    @property
    def nnz(self) -> int:
        return self.indices.shape[0]

    def compressed(self) -> tuple[CompressedRows, None]:
        """Return compressed rows and the order of the values in them, None where that is the order of the values."""
        return self, None

    def coordinates(self) -> tuple[Coordinates, None]:
        """Return coordinates and the order of the values in them, None where that is the order of the values."""
        coords = (self.indices,) if self.flat else (self.rows, self.indices)
        return Coordinates(coords, self.shape, bool(self._canonical)), None

    def copy(self) -> CompressedRows:
        """Return the pattern on index tensors of its own, with what is known of their order."""
        with structural(self.indptr, self.indices):
            made = CompressedRows(self.indptr.clone(), self.indices.clone(), self.grid, self._canonical, self.flat)
        made._sorted, made._unchecked, made._longest = self._sorted, self._unchecked, self._longest
        return made

    def marked(self, is_sorted: bool | None, canonical: bool | None) -> CompressedRows:
        """Return the pattern with what is known of it replaced: a promise, or None to look again."""
        made = CompressedRows(self.indptr, self.indices, self.grid, canonical, self.flat)
        made._sorted = True if canonical else is_sorted
        return made

    @property
    def longest(self) -> int:
        """How many entries the longest row has; -1 where that is not known, and in compiled code."""
        return -1 if torch.compiler.is_compiling() else self._longest

    @property
    def rows(self) -> Tensor:
        """The row of each entry."""
        if self._rows is not None:
            return self._rows
        with structural(self.indptr):
            rows = expand_indptr(self.indptr, self.nnz)
        if keepable(rows):
            self._rows = rows
        return rows

    @property
    def transposed(self) -> Transposed:
        """``(indptr, indices, order)`` of the transposed matrix; its entry p is this matrix's entry ``order[p]``."""
        if self._transposed is not None:
            return self._transposed
        with structural(self.indptr, self.indices):
            if on_plain_cpu(self.indptr, self.indices):
                order, indptr, indices = _csr_turn(None, self.indptr, self.indices, self.grid[1])
            else:
                indptr, order = bucket_sort(self.indices, self.grid[1])
                indices = self.rows.index_select(0, order)
            found = (indptr, indices, order)
        if keepable(*found):
            self._transposed = found
        return found

    def transpose(self) -> tuple[CompressedRows, Tensor]:
        """Return the pattern of the transposed matrix, and the order of its entries among this one's."""
        indptr, indices, order = self.transposed
        turned = self._transpose
        if turned is None:
            # Stable sorting by column leaves each column's rows in order: canonical stays so.
            turned = CompressedRows(indptr, indices, self.grid[::-1], True if self._canonical else None)
            turned._sorted = True
            if keepable(order):
                with structural(order):
                    back = torch.empty_like(order)
                    back[order] = torch.arange(self.nnz, device=order.device, dtype=order.dtype)
                if self._sorted:  # else transposing twice sorts the entries
                    turned._transposed = (self.indptr, self.indices, back)
                    turned._transpose = self
                self._transpose = turned
        return turned, order

    def turned(self, data: Tensor) -> tuple[Tensor, CompressedRows]:
        """Return the transposed pattern with values in its order, which is not kept where the values move at once."""
        if self._transposed is None and on_plain_cpu(self.indptr, self.indices) and movable(data):
            with self.explained(data):
                data, indptr, indices = _csr_turn(data, self.indptr, self.indices, self.grid[1])
            turned = CompressedRows(indptr, indices, self.grid[::-1], True if self._canonical else None)
            turned._sorted = True
            return data, turned
        turned, order = self.transpose()
        return data.index_select(-1, order), turned

    def known_transposed(self, wanted: bool) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        """Return what products with the transpose use: on one CPU thread they scatter, which needs no sorting."""
        if self._transposed is not None:
            return self._transposed
        if not wanted or (self.indices.device.type == "cpu" and one_thread()):
            return None, None, None
        return self.transposed

    @property
    def sorted(self) -> bool:
        """Are the columns of every row in order? (Reads the indices once; compiled code says no.)"""
        if self._sorted is None and not torch.compiler.is_compiling():
            self._find_order()
        return bool(self._sorted)

    @property
    def canonical(self) -> bool:
        """Are they in order and without duplicates? (Reads the indices once; compiled code says no.)"""
        if self._canonical is None and not torch.compiler.is_compiling():
            self._find_order()
        return bool(self._canonical)

    def _find_order(self) -> None:
        if self.nnz < 2:
            self._sorted = self._canonical = True
            return
        if on_plain_cpu(self.indptr, self.indices):
            inspected(self._unchecked or "sparse", self)
            return
        with structural(self.indptr, self.indices):
            rows = self.rows
            step = self.indices[1:] - self.indices[:-1]
            same = rows[1:] == rows[:-1]
            worst = torch.where(same, step, torch.ones_like(step)).min()
            lowest = int(worst.item())
        self._sorted, self._canonical = lowest >= 0, lowest > 0

    def keys(self) -> Tensor:
        """Return each entry's place in the row-major order of the dense matrix, as int64."""
        return self.rows.to(torch.int64) * self.grid[1] + self.indices

    def sort(self, data: Tensor) -> tuple[Tensor, CompressedRows]:
        """Return values and pattern with every row in order."""
        data, found = compress(data, self.rows, self.indices, self.grid)
        found.flat = self.flat
        return data, found

    def merge(self) -> tuple[CompressedRows, Tensor]:
        """Return the pattern without duplicates, for a sorted pattern, and where each entry goes."""
        with structural(self.indptr, self.indices):
            first = torch.ones(self.nnz, dtype=torch.bool, device=self.indices.device)
            rows = self.rows
            first[1:] = (self.indices[1:] != self.indices[:-1]) | (rows[1:] != rows[:-1])
            target = first.cumsum(0) - 1
            kept = first.nonzero()[:, 0]
            indptr = _count(rows[kept], self.grid[0])
            return CompressedRows(indptr, self.indices[kept], self.grid, True, self.flat), target

    def to(self, device: torch.device) -> CompressedRows:
        if device == self.indices.device:
            return self
        moved = CompressedRows(self.indptr.to(device), self.indices.to(device), self.grid, self._canonical, self.flat)
        moved._sorted, moved._longest = self._sorted, self._longest
        if self._longest < 0 and self.grid[0] > 0 and on_plain_cpu(self.indptr) and keepable(self.indptr):
            moved._longest = int((self.indptr[1:] - self.indptr[:-1]).max())
        return moved


def one_thread() -> bool:
    return torch.compiler.is_compiling() or torch.get_num_threads() == 1


def _count(rows: Tensor, count: int) -> Tensor:
    """Return where each row begins, for rows in order."""
    borders = torch.arange(count + 1, device=rows.device, dtype=rows.dtype)
    return torch.searchsorted(rows.contiguous(), borders, out_int32=rows.dtype is torch.int32)


def on_plain_cpu(*indices: Tensor) -> bool:
    """May the operators on patterns take these: are they on the CPU and not those of a tracer or a transform?"""
    if is_compiling() or dispatch_modes():
        return False
    for x in indices:  # noqa: SIM110  # a loop: generators cost more than the answer
        if not x.is_cpu or is_wrapped(x):
            return False
    return True


def same_index_dtype(*indices: Tensor) -> list[Tensor]:
    """Return index tensors of one dtype."""
    if all(x.dtype is indices[0].dtype for x in indices):
        return list(indices)
    return [x.to(torch.int64) for x in indices]


def compress(data: Tensor, rows: Tensor, columns: Tensor, shape: Sequence[int]) -> tuple[Tensor, CompressedRows]:
    """Return values at coordinates in compressed rows, sorted stably, which may hold duplicates."""
    if on_plain_cpu(rows, columns):
        rows, columns = same_index_dtype(rows, columns)
        data, indptr, indices, distinct = moved(_csr_compress, data, rows, columns, int(shape[0]))
        found = CompressedRows(indptr, indices, shape, canonical=distinct)
        found._sorted = True
        return data, found
    with structural(rows, columns):
        by_column = torch.argsort(columns, stable=True)  # there may be 2^40 of them
        indptr, by_row = bucket_sort(rows.index_select(0, by_column), int(shape[0]))
        order = by_column.index_select(0, by_row)
        found = CompressedRows(indptr, columns.index_select(0, order), shape)
    found._sorted = True
    return data.index_select(-1, order), found


def compress_order(rows: Tensor, columns: Tensor, shape: Sequence[int]) -> tuple[CompressedRows, Tensor]:
    """Return the pattern of coordinates in compressed rows, and the order of the entries."""
    with structural(rows, columns):
        entries = torch.arange(rows.shape[0], device=rows.device, dtype=rows.dtype)
        order, found = compress(entries, rows, columns, shape)
    return found, order


# ---- coordinates -----------------------------------------------------------------------------------------------------


class Coordinates:
    """The pattern of an array by coordinates: entry p lies at ``(coords[0][p], coords[1][p], ...)``."""

    def __init__(
        self, coords: Sequence[Tensor], shape: Sequence[int], canonical: bool = False, ordered: bool = True
    ) -> None:
        self.coords, self.shape = tuple(coords), tuple(int(n) for n in shape)
        # Are the places known to be distinct, and in row-major order, too?
        self.canonical, self.ordered = canonical, canonical and ordered
        self._compressed: tuple[CompressedRows, Tensor] | None = None
        self._unchecked = ""
        self._edits = edits(*self.coords)

    def unchecked(self, owner: str = "sparse") -> Coordinates:
        """Mark indices that nobody has looked at: the first use checks them, in the owner's name."""
        self._unchecked = owner
        return self

    def validate(self, data: Tensor) -> None:
        """Check indices that have not been checked: no kernel may meet one that lies outside."""
        found = edits(*self.coords)
        if found != self._edits and found is not None:
            self.canonical = self.ordered = False
            self._compressed = None
            self._unchecked, self._edits = self._unchecked or "sparse", found
        if not self._unchecked:
            return
        if any(x.shape[0] != data.shape[-1] for x in self.coords):
            sizes = [x.shape[0] for x in self.coords]
            raise ValueError(
                f"{self._unchecked}: all index and data arrays must have the same length, got {data.shape[-1]} "
                f"values and {sizes} indices"
            )
        checks = zip(self.coords, self.shape, strict=True)
        check_indices(self._unchecked, None, [(f"coords[{d}]", x, n) for d, (x, n) in enumerate(checks)])
        self._unchecked = ""

    @property
    def nnz(self) -> int:
        return self.coords[0].shape[0]

    def compressed(self) -> tuple[CompressedRows, Tensor]:
        """Return the compressed rows, where duplicates stay, and the order of the values in them."""
        if self._compressed is not None:
            return self._compressed
        if len(self.shape) == 1:
            found = compress_order(torch.zeros_like(self.coords[0]), self.coords[0], (1, *self.shape))
            found[0].flat = True
        else:
            found = compress_order(self.coords[0], self.coords[1], self.shape)
        if keepable(found[1]):
            self._compressed = found
        return found

    def coordinates(self) -> tuple[Coordinates, None]:
        return self, None

    def copy(self) -> Coordinates:
        """Return the pattern on index tensors of its own."""
        with structural(*self.coords):
            made = Coordinates([x.clone() for x in self.coords], self.shape, self.canonical, self.ordered)
        made.ordered, made._unchecked = self.ordered, self._unchecked
        return made

    def keys(self) -> Tensor:
        """Return each entry's place in the row-major order of the dense array, as int64."""
        key = torch.zeros_like(self.coords[0], dtype=torch.int64)
        for places, size in zip(self.coords, self.shape, strict=True):
            key = key * size + places
        return key

    def to(self, device: torch.device) -> Coordinates:
        if device == self.coords[0].device:
            return self
        return Coordinates([places.to(device) for places in self.coords], self.shape, self.canonical, self.ordered)


# ---- checks ----------------------------------------------------------------------------------------------------------


def as_index(x: Any, name: str, function: str, device: torch.device | None, dtype: torch.dtype | None = None) -> Tensor:
    """Return an index array as a one-dimensional int32 or int64 tensor."""
    if not isinstance(x, Tensor):
        import numpy as np

        if hasattr(x, "__dlpack__") and not isinstance(x, (np.ndarray, np.generic)):  # CuPy's arrays
            return as_index(torch.utils.dlpack.from_dlpack(x), name, function, device, dtype)
        array = np.asarray(x)
        if array.size == 0 and array.dtype.kind == "f":
            array = array.astype(np.int64)
        if array.dtype.kind not in "iu":
            raise bad_argument(function, name, "an array of integers", x, TypeError)
        if array.dtype not in (np.int32, np.int64):
            array = array.astype(np.int64)
        if not array.flags.writeable or not array.dtype.isnative or any(s < 0 for s in array.strides):
            array = array.astype(array.dtype.newbyteorder("="), copy=True)
        x = torch.from_numpy(array)
    known = x.dtype in INDEX
    if not known and (x.is_floating_point() or x.is_complex() or x.dtype is torch.bool):
        raise bad_argument(function, name, "an array of integers", x, TypeError)
    if x.dim() != 1:
        raise bad_argument(function, name, "one-dimensional", x)
    if dtype is None:
        if known and (device is None or x.device == device):
            return x
        dtype = x.dtype if x.dtype in INDEX else torch.int64
    return x.to(device=device, dtype=dtype)


def check_indices(function: str, indptr: Tensor | None, checks: Sequence[tuple[str, Tensor, int]]) -> int:
    """Raise where an index lies outside of its array, or `indptr` does not run from 0 upwards; one host read.

    Returns how many entries the longest row has, -1 where that was not read.
    """
    longest = -1
    if torch.compiler.is_compiling() or any(x.device.type == "meta" for _, x, _ in checks):
        return longest
    found: list[Tensor] = []
    with structural(*(x for _, x, _ in checks)):
        if indptr is not None:
            steps = torch.aminmax(indptr[1:] - indptr[:-1]) if indptr.shape[0] > 1 else (indptr[0], indptr[0])
            found += [indptr[0], indptr[-1], *steps]
        for _, x, _ in checks:
            if x.shape[0]:
                found += list(torch.aminmax(x))
            else:
                found += [x.new_zeros(()), x.new_full((), -1)]
        if dispatch_modes():
            return longest
        if all(x.is_cpu for x in found):
            numbers = [int(x.item()) for x in found]
        else:
            numbers = torch.stack([x.to(torch.int64) for x in found]).tolist()
    if indptr is not None:
        begin, end, step, longest, *numbers = numbers
        _check_starts(function, begin, end, step, checks[0][1].shape[0])
    for (name, _, size), low, high in zip(checks, numbers[::2], numbers[1::2], strict=True):
        _check_range(function, name, low, high, size)
    return longest


def _check_starts(function: str, begin: int, end: int, step: int, count: int) -> None:
    if begin != 0:
        raise ValueError(f"{function}: indptr must begin with 0, got {begin}")
    if end > count:
        raise ValueError(f"{function}: indptr ends with {end}, but indices has only {count} elements")
    if step < 0:
        raise ValueError(f"{function}: indptr must not decrease")


def _check_range(function: str, name: str, low: int, high: int, size: int) -> None:
    if low < 0 or high >= size:
        worst = low if low < 0 else high
        where = name.removeprefix("coords[").removesuffix("]")
        text = ""
        if where.isdecimal():  # in SciPy's words, too
            text = (
                f": negative axis {where} index:"
                if low < 0
                else f": axis {where} index {worst} exceeds matrix dimension"
            )
            text += f" {worst if low < 0 else size}"
        raise ValueError(f"{function}: {name} must lie in [0, {size}), got {worst}{text}")


# The first and the last number of indptr, its least step, the least and the largest index, whether these are in order
# within rows, and whether without duplicates.
Report = tuple[int, int, int, int, int, int, int]


def inspect(indptr: Tensor, indices: Tensor) -> Report | None:
    """Look at compressed rows on the CPU; None where they are elsewhere, or not there yet."""
    if not on_plain_cpu(indptr, indices):
        return None
    if not transforms_active():
        return _inspect_on_cpu(indptr, indices)  # type: ignore[no-any-return]
    with structural(indptr, indices):
        return _csr_inspect(indptr, indices)  # type: ignore[no-any-return]


def inspected(function: str, rows: CompressedRows, report: Report | None = None) -> CompressedRows:
    """Check compressed rows that were handed in, and note what the check has seen of their order."""
    report = report or inspect(rows.indptr, rows.indices)
    if report is None:
        rows._longest = check_indices(function, rows.indptr, [("indices", rows.indices, rows.grid[1])])
        return rows
    begin, end, step, low, high, is_sorted, canonical = report
    _check_starts(function, begin, end, step, rows.nnz)
    _check_range(function, "indices", low, high, rows.grid[1])
    rows._sorted, rows._canonical = bool(is_sorted), bool(is_sorted and canonical)
    return rows
