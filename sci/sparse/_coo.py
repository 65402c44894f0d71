"""`coo_array`, `coo_matrix`: coordinates."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.cards import Sample, function
from .._core.errors import bad_argument
from . import _arithmetic, _indexing
from ._assignment import set_item
from ._base import SparseBase, classes, makers, sparray
from ._convert import (
    as_device,
    as_dtype,
    as_shape,
    from_coordinates,
    from_dense,
    from_scipy,
    from_torch_sparse,
    is_scipy,
    is_shape,
)
from ._matrix import spmatrix
from ._pattern import CompressedRows, Coordinates, as_index, index_dtype, structural
from ._products import segment_sum
from ._pytree import register
from ._tensors import tensordot

__all__ = ["coo_array", "coo_matrix"]


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype, device=device)

    row, col = torch.tensor([[3, 0, 1, 0, 3], [1, 2, 2, 0, 1]], device=device)
    yield Sample(random(5), row, col, random(3))
    yield Sample(random(5), row.int(), col.int(), random(2, 3, 2))


def _call(cls: Any, data: Any, row: Any, col: Any, x: Any) -> Any:
    A = cls((data, (row, col)), shape=(4, 3))
    return A.T @ (A @ x)


class CoordinatesBase(SparseBase):
    """Coordinates, as array and as matrix."""

    format = "coo"
    _format_name = "COOrdinate"
    _ndims = tuple(range(1, 65))
    _pattern: Coordinates

    def __init__(
        self,
        arg1: Any,
        shape: Any = None,
        dtype: Any = None,
        copy: bool = False,
        *,
        maxprint: int | None = None,
        device: Any = None,
    ) -> None:
        self._fill(type(self).__name__, arg1, shape, dtype, copy, maxprint, device)

    def _fill(
        self, name: str, arg1: Any, shape: Any, dtype: Any, copy: bool, maxprint: int | None, device: Any
    ) -> None:
        device = as_device(device, name)
        data, pattern = _parts(arg1, shape, device, name)
        wanted = as_dtype(dtype, name)
        if wanted is not None:
            data = data.to(wanted)
        elif is_shape(arg1):
            data = data.to(torch.get_default_dtype())
        if not self._is_array and len(pattern.shape) == 1 and not isinstance(arg1, SparseBase):
            row = torch.zeros_like(pattern.coords[0])  # a vector is a row
            pattern = Coordinates((row, *pattern.coords), (1, *pattern.shape), pattern.canonical)
        if not self._is_array and len(pattern.shape) != 2:
            raise ValueError(f"{name}: arg1 must have two dimensions, got shape {pattern.shape}")
        if shape is not None and tuple(pattern.shape) != as_shape(shape, name, ()):
            text = f"inconsistent shapes: shape {shape} does not fit an array of shape {pattern.shape}"
            raise ValueError(f"{name}: {text}")
        if device is not None:
            data, pattern = data.to(device), pattern.to(device)
        if copy:
            data = data.clone()
            coords = [x.clone() for x in pattern.coords]
            pattern = Coordinates(coords, pattern.shape, pattern.canonical, pattern.ordered)
        self._data, self._pattern, self._maxprint = data, pattern, maxprint

    @property
    def coords(self) -> tuple[Tensor, ...]:
        """Index tensors, one per dimension."""
        return self._pattern.coords

    @coords.setter
    def coords(self, coords: Any) -> None:
        indices = [as_index(x, f"coords[{d}]", type(self).__name__, self.device) for d, x in enumerate(coords)]
        if len(indices) != self.ndim:
            raise ValueError(f"{type(self).__name__}: coords must be {self.ndim} index arrays, got {len(indices)}")
        self._pattern = Coordinates(indices, self.shape).unchecked()

    def _set_coords(self, d: int, values: Any) -> None:
        coords = list(self.coords)
        coords[d] = as_index(values, f"coords[{d}]", type(self).__name__, self.device)
        self._pattern = Coordinates(coords, self.shape).unchecked()

    @property
    def row(self) -> Tensor:
        """The row of each entry; zeros for one dimension."""
        return self.coords[-2] if self.ndim > 1 else torch.zeros_like(self.coords[0])

    @row.setter
    def row(self, values: Any) -> None:
        if self.ndim < 2:
            raise ValueError("cannot set row attribute of a 1-dimensional sparse array")
        self._set_coords(-2, values)

    @property
    def col(self) -> Tensor:
        """The column of each entry."""
        return self.coords[-1]

    @col.setter
    def col(self, values: Any) -> None:
        self._set_coords(-1, values)

    @property
    def has_canonical_format(self) -> bool:
        """Are the entries known to be in row-major order, without duplicates?"""
        return self._pattern.ordered

    @has_canonical_format.setter
    def has_canonical_format(self, value: bool) -> None:
        self._pattern = Coordinates(self.coords, self.shape, bool(value))

    def _is_canonical(self) -> bool:
        return self._pattern.canonical  # the order of entries is nothing that a result depends on

    @property
    def data(self) -> Tensor:
        """The values of the stored entries, ``(nnz,)``: the leaf that gradients flow to."""
        return self._data

    @data.setter
    def data(self, values: Any) -> None:
        tensor = as_tensor(values, "data", type(self).__name__)
        if tensor.dim() == 0 or tensor.device != self._data.device:
            raise bad_argument(type(self).__name__, "data", f"one-dimensional on {self._data.device}", values)
        if tensor.shape[-1] != self._data.shape[-1]:  # indices that fit have to follow
            self._pattern = Coordinates(self.coords, self.shape, self._pattern.canonical).unchecked()
        self._data = tensor

    def _rows(self) -> tuple[Tensor, CompressedRows]:
        self._pattern.validate(self._data)
        return super()._rows()

    def _places(self) -> tuple[Tensor, Coordinates]:
        self._pattern.validate(self._data)
        return super()._places()

    def to_torch(self) -> Tensor:
        """Return a torch tensor of layout ``torch.sparse_coo``; differentiable in the values, which it shares."""
        indices = torch.stack([x.to(torch.int64) for x in self.coords])
        return torch.sparse_coo_tensor(indices, self._data, self.shape, check_invariants=False)

    def to_scipy(self) -> Any:
        """Return SciPy's coo array, sharing memory; the values must be on the CPU and record no gradient."""
        coords = tuple(self._numpy(x) for x in self.coords)
        return self._scipy_class()((self._numpy(self._data), coords), shape=self.shape)

    def transpose(self, axes: Any = None, copy: bool = False) -> Any:
        """Return the array with its dimensions reversed, or in the order `axes`; values are shared unless `copy`."""
        given = tuple(range(self.ndim))[::-1] if axes is None else axes
        if not isinstance(given, (tuple, list)) or len(given) != self.ndim:
            raise ValueError(f"transpose: axes don't match matrix dimensions: {self.ndim}, got {axes!r}")
        order = tuple(int(d) % self.ndim for d in given)
        if sorted(order) != list(range(self.ndim)):
            raise ValueError(f"transpose: axes don't match matrix dimensions, repeated axis in transpose: {axes}")
        same = order == tuple(range(self.ndim)) and self._pattern.ordered
        shape = [self.shape[d] for d in order]
        pattern = Coordinates([self.coords[d] for d in order], shape, self._pattern.canonical, same)
        return type(self)._make(self._data.clone() if copy else self._data, pattern)

    def reshape(self, *shape: Any, order: str = "C", copy: bool = False) -> Any:
        """Return the array with another shape of as many elements; one size may be -1."""
        wanted = list(shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape)
        if order not in ("C", "F"):
            raise bad_argument("reshape", "order", "'C' or 'F'", order)
        if order == "F":  # the array with its dimensions reversed, in row-major order
            return self.transpose().reshape(tuple(reversed(wanted)), copy=copy).transpose()
        total = 1
        for n in self.shape:
            total *= n
        known = 1
        for n in wanted:
            known *= n if n != -1 else 1
        if wanted.count(-1) == 1 and known:
            wanted[wanted.index(-1)] = total // known
            known *= total // known
        if known != total or any(n < 0 for n in wanted):
            raise ValueError(f"cannot reshape array of size {total} into shape {tuple(shape)}")
        if tuple(wanted) == self.shape and not copy:
            return self
        coords = []
        with structural(*self.coords):
            keys = self._pattern.keys()
            for n in reversed(wanted):
                coords.append((keys % max(n, 1)).to(index_dtype(*wanted)))
                keys = keys // max(n, 1)
        pattern = Coordinates(coords[::-1], wanted, self._pattern.canonical, self._pattern.ordered)
        return type(self)._make(self._data.clone() if copy else self._data, pattern)

    def sum_duplicates(self) -> None:
        """Add up entries at the same place, in place; entries are then in row-major order."""
        if self._pattern.ordered:
            return
        self._pattern.validate(self._data)
        with structural(*self.coords):
            keys, target = torch.unique(self._pattern.keys(), return_inverse=True)
            kept = keys.shape[0]
            first = torch.empty(kept, dtype=torch.int64, device=keys.device)
            # Any entry of a group tells its place; writing in reverse order leaves one of them.
            first[target] = torch.arange(target.shape[0], device=keys.device)
            coords = [x[first] for x in self.coords]
        self._pattern = Coordinates(coords, self.shape, canonical=True)
        self._data = segment_sum(self._data, target, kept)

    def eliminate_zeros(self) -> None:
        """Drop entries whose value is zero, in place."""
        keep = (self._data.detach() != 0).nonzero()[:, 0]
        places = self._pattern
        self._pattern = Coordinates([x[keep] for x in self.coords], self.shape, places.canonical, places.ordered)
        self._data = self._data.index_select(-1, keep)

    def resize(self, *shape: Any) -> None:
        """Change the shape in place; entries outside the new shape are dropped."""
        given = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list, torch.Size)) else shape
        sizes = as_shape(tuple(given), "resize", ())
        if not sizes or (not self._is_array and len(sizes) != 2):
            raise ValueError(f"shape must have two dimensions for a matrix, and one at least, got {sizes}")
        old = self.shape
        if len(sizes) != len(old):  # as SciPy: dimensions are merged or split in row-major order first
            total = max(math.prod(old), math.prod(sizes))
            flat = type(self)._make(self._data, self._pattern).reshape(-1)
            flat._pattern = Coordinates(flat.coords, (total,), self._pattern.canonical)
            rest = flat._cropped((math.prod(sizes),)).reshape(sizes)
            self._data, self._pattern = rest._data, rest._pattern
            return
        made = self._cropped(sizes)
        self._data, self._pattern = made._data, made._pattern

    def _cropped(self, sizes: tuple[int, ...]) -> Any:
        keep = torch.ones(self.nnz, dtype=torch.bool, device=self.device)
        for x, n in zip(self.coords, sizes, strict=True):
            keep &= x < n
        kept = keep.nonzero()[:, 0]
        places = self._pattern
        pattern = Coordinates([x[kept] for x in self.coords], sizes, places.canonical, places.ordered)
        return type(self)._make(self._data.index_select(-1, kept), pattern)

    def dot(self, other: Any) -> Any:
        """Multiply by a number or, as ``numpy.dot``, sum over this array's last axis and the other's last but one."""
        if not _arithmetic.is_scalar(other):
            other = _arithmetic.operand(other, self)
            if other is None:
                raise TypeError("dot: argument not supported type: expected a number or an array")
        if self.ndim < 3 and getattr(other, "ndim", 0) < 3:
            return super().dot(other)
        axis = -2 if getattr(other, "ndim", 0) > 1 else -1
        if getattr(other, "ndim", 0) == 0:
            return super().dot(other)
        if self.shape[-1] != other.shape[axis]:
            raise ValueError(f"shapes {self.shape} and {tuple(other.shape)} are not aligned for n-D dot")
        return tensordot(self, other, ([-1], [axis]))

    def tensordot(self, other: Any, axes: Any = 2) -> Any:
        """Sum products over pairs of axes: the last `axes` of this array with the first of `other`, or those listed.

        The result is dense for a dense `other`, and sparse, in coordinates, for a sparse one.
        """
        return tensordot(self, other, axes)


@function(differentiable=("data",), discrete=("row", "col"), samples=_samples, call=_call, synchronizes=True)
class coo_array(CoordinatesBase, sparray):  # noqa: N801
    """Sparse array in coordinates, of any number of dimensions.

    Parameters
    ----------
    arg1 : what to make it of
        - a dense tensor or array-like: its nonzero elements;
        - ``(data, coords)`` with one index array per dimension: values at coordinates, where duplicates add up;
        - a shape: no entries;
        - a sparse array, a torch sparse tensor (coo, csr, csc) or one of SciPy's sparse arrays.
    shape : tuple of ints, optional
        By default what the indices need.
    dtype : dtype, optional
        By default that of the values; for an empty array torch's default dtype.
    copy : bool
        Copy the values and indices, where they would be shared otherwise.
    maxprint : int, optional
        How many entries ``str`` shows.
    device : torch.device, optional
        Where to put the array; by default it stays where the values are.

    Attributes
    ----------
    data : Tensor
        Values, ``(nnz,)``.
    coords : tuple of Tensor
        Index tensors (int32 or int64), one per dimension; `row` and `col` are the first and the last.
    shape, dtype, device, ndim, nnz, size, T : as of a dense tensor, where `nnz` and `size` count the stored entries

    Raises
    ------
    ValueError
        For indices outside the shape, and lengths or shapes that do not fit.
    TypeError
        For indices that are not integers, and for values that torch has no dtype for.

    Notes
    -----
    Duplicate coordinates are kept until `sum_duplicates` or a conversion adds them up. Products sort the entries by row
    the first time and remember the order. Derivatives are those of `csr_array`.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import coo_array
    >>> A = coo_array((torch.tensor([1.0, 2.0, 3.0]), ([0, 1, 1], [2, 0, 0])), shape=(2, 3))
    >>> A.toarray()
    tensor([[0., 0., 1.],
            [5., 0., 0.]])
    >>> A.tocsr().data
    tensor([1., 5.])
    """

    def __getitem__(self, key: Any) -> Any:
        return _indexing.get(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        set_item(self, key, value)


@function(batch=False)
class coo_matrix(spmatrix, CoordinatesBase):  # noqa: N801
    """Sparse matrix in coordinates: `coo_array` with the operators of matrices.

    ``*`` is the matrix product and ``**`` the matrix power. Made of what a two-dimensional `coo_array` is made of; new
    code should take `coo_array`.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import coo_matrix
    >>> A = coo_matrix(torch.tensor([[1.0, 2.0], [0.0, 3.0]]))
    >>> (A * A).toarray()
    tensor([[1., 8.],
            [0., 9.]])
    """


register(coo_array)
register(coo_matrix)
classes["coo", True], classes["coo", False] = coo_array, coo_matrix
makers["coo"] = lambda A: A._places()


def _parts(arg1: Any, shape: Any, device: Any, name: str) -> tuple[Tensor, Coordinates]:
    """Return values and pattern of whatever an array in coordinates is made of."""
    if isinstance(arg1, SparseBase):
        return arg1._places()
    if is_shape(arg1):
        sizes = as_shape(arg1, name, ())
        if not sizes:
            raise ValueError(f"{name}: shape must have at least one dimension")
        none = torch.zeros(0, dtype=index_dtype(*sizes), device=device)
        return torch.zeros(0, device=device), Coordinates([none.clone() for _ in sizes], sizes, canonical=True)
    if isinstance(arg1, tuple):
        if len(arg1) != 2:
            raise ValueError(f"{name}: a tuple must be a shape or (data, coords)")
        return from_coordinates(*arg1, shape, name, ())
    pattern: Coordinates | CompressedRows
    if is_scipy(arg1):
        data, pattern = from_scipy(arg1, name)
    elif isinstance(arg1, Tensor) and arg1.layout is not torch.strided:
        data, pattern = from_torch_sparse(arg1, name)
    else:
        dense = as_tensor(arg1, "arg1", name)
        if dense.dim() == 0 and name.endswith("_array"):
            raise ValueError(f"{name}: a sparse array is not made from a scalar, got {arg1!r}")
        data, pattern = from_dense(dense.reshape(1) if dense.dim() == 0 else dense)
    if isinstance(pattern, CompressedRows):
        pattern, _ = pattern.coordinates()
    return data, pattern
