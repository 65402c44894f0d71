"""`dia_array`, `dia_matrix`: diagonals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.cards import Sample, function
from .._core.errors import bad_argument
from ._base import SparseBase, classes, makers, sparray
from ._compressed import as_rows
from ._convert import as_device, as_dtype, as_shape, is_scipy, is_shape
from ._coo import coo_array
from ._layouts import Diagonals
from ._matrix import spmatrix
from ._pattern import as_index, index_dtype, structural
from ._pytree import register

__all__ = ["dia_array", "dia_matrix"]


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype, device=device)

    offsets = torch.tensor([0, -1, 2], device=device)
    yield Sample(random(3, 5), offsets, random(5))
    yield Sample(random(3, 5), offsets.int(), random(5, 2))


def _call(cls: Any, data: Any, offsets: Any, x: Any) -> Any:
    return cls((data, offsets), shape=(4, 5)) @ x


class DiagonalsBase(SparseBase):
    """Diagonals, as array and as matrix."""

    format = "dia"
    _format_name = "DIAgonal"
    _pattern: Diagonals

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
        name = type(self).__name__
        device = as_device(device, name)
        data, pattern = _parts(arg1, shape, device, name)
        wanted = as_dtype(dtype, name)
        if wanted is not None:
            data = data.to(wanted)
        elif is_shape(arg1):
            data = data.to(torch.get_default_dtype())
        if shape is not None and pattern.shape != as_shape(shape, name, (2,)):
            raise ValueError(f"{name}: shape {tuple(shape)} does not fit an array of shape {pattern.shape}")
        if device is not None:
            data, pattern = data.to(device), pattern.to(device)
        if copy:
            data = data.clone()
            pattern = Diagonals(pattern.offsets.clone(), pattern.shape, pattern.width)
        self._data, self._pattern, self._maxprint = data, pattern, maxprint

    @property
    def offsets(self) -> Tensor:
        """Which diagonals: 0 the main one, positive above it."""
        return self._pattern.offsets

    @property
    def data(self) -> Tensor:
        """The diagonals, ``(count, width)``, element j of each in column j: the leaf that gradients flow to."""
        return self._data

    @data.setter
    def data(self, values: Any) -> None:
        tensor = as_tensor(values, "data", type(self).__name__)
        if tensor.dim() != 2 or tensor.shape[0] != self._data.shape[0] or tensor.device != self._data.device:
            expected = f"{self._data.shape[0]} diagonals on {self._data.device}"
            raise bad_argument(type(self).__name__, "data", expected, values)
        if tensor.shape[1] != self._data.shape[1]:
            self._pattern = Diagonals(self.offsets, self.shape, tensor.shape[1])
        self._data = tensor

    def _detail(self) -> str:
        return f" ({self._data.shape[0]} diagonals)"

    def _printed(self) -> Any:
        found = self.detach().tocsr()  # zeros inside of a diagonal are no news
        found.eliminate_zeros()
        return found._places()

    def transpose(self, axes: Any = None, copy: bool = False) -> Any:
        """Return the transpose, in diagonals."""
        if axes is not None:
            return super().transpose(axes, copy)
        rows, columns = self.shape
        with structural(self.offsets):
            place = torch.arange(rows, device=self.device) + self.offsets.to(torch.int64).reshape(-1, 1)
            inside = (place >= 0) & (place < min(self._pattern.width, columns))
            place = torch.where(inside, place, 0)
        if self._data.shape[1] == 0:
            data = self._data.new_zeros((self._data.shape[0], rows))
        else:
            zero = torch.zeros((), dtype=self.dtype, device=self.device)
            data = torch.where(inside, self._data.gather(1, place), zero)
        return type(self)._make(data, Diagonals(-self.offsets, (columns, rows), rows))

    def resize(self, *shape: Any) -> None:
        """Change the shape in place; entries outside the new shape are dropped."""
        given = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list, torch.Size)) else shape
        rows, columns = as_shape(tuple(given), "resize", (2,))
        width = min(self._pattern.width, columns)
        data = self._data[:, :width]
        if self.shape[0] < rows:  # elements that were below the last row would come in
            with structural(self.offsets):
                row = torch.arange(width, device=self.device) - self.offsets.to(torch.int64).reshape(-1, 1)
            data = torch.where(row < self.shape[0], data, torch.zeros((), dtype=self.dtype, device=self.device))
        self._data, self._pattern = data, Diagonals(self.offsets, (rows, columns), width)

    def __getitem__(self, key: Any) -> Any:
        raise TypeError(f"{type(self).__name__!r} object is not subscriptable: convert it, for example with tocsr()")

    def to_scipy(self) -> Any:
        """Return SciPy's array of this format, sharing memory; values must be on the CPU and record no gradient."""
        return self._scipy_class()((self._numpy(self._data), self._numpy(self.offsets)), shape=self.shape)


@function(
    differentiable=("data",),
    discrete=("offsets",),
    samples=_samples,
    call=_call,
    batch=False,
    compiles=False,
    synchronizes=True,
)
class dia_array(DiagonalsBase, sparray):  # noqa: N801
    """Sparse array in diagonals.

    Parameters
    ----------
    arg1 : what to make it of
        - ``(data, offsets)`` with the shape: diagonal ``offsets[d]`` has the element ``data[d, j]`` in column j, so the
          first elements of diagonals above the main one lie outside and are not used;
        - a dense two-dimensional tensor or array-like: its nonzero elements;
        - ``(M, N)``: no entries;
        - a sparse array, a torch sparse tensor or one of SciPy's sparse arrays.
    shape : tuple of two ints, optional
        Needed for ``(data, offsets)``.
    dtype : dtype, optional
        By default that of the values; for an empty array torch's default dtype.
    copy : bool
        Copy the values and offsets, where they would be shared otherwise.
    maxprint : int, optional
        How many entries ``str`` shows.
    device : torch.device, optional
        Where to put the array; by default it stays where the values are.

    Attributes
    ----------
    data, offsets : Tensor
        Diagonals ``(count, width)`` and where they are, ``(count,)``.
    shape, dtype, device, ndim, nnz, size, T : as of a dense tensor, where `nnz` counts the elements of the diagonals

    Raises
    ------
    ValueError
        For repeated offsets, and numbers of diagonals and offsets that differ.

    Notes
    -----
    Products run in compressed rows, whose pattern is worked out once. Zeros inside of diagonals are entries, also after
    a conversion. Derivatives are those of `csr_array`.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import dia_array
    >>> A = dia_array((torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), [0, 1]), shape=(3, 3))
    >>> A.toarray()
    tensor([[1., 5., 0.],
            [0., 2., 6.],
            [0., 0., 3.]])
    """


@function(batch=False)
class dia_matrix(spmatrix, DiagonalsBase):  # noqa: N801
    """Sparse matrix in diagonals: `dia_array` with the operators of matrices.

    ``*`` is the matrix product and ``**`` the matrix power. Made of what `dia_array` is made of; new code should take
    `dia_array`.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import dia_matrix
    >>> A = dia_matrix((torch.tensor([[1.0, 2.0]]), [0]), shape=(2, 2))
    >>> (A * A).toarray()
    tensor([[1., 0.],
            [0., 4.]])
    """


def diagonals_from(A: SparseBase) -> tuple[Tensor, Diagonals]:
    """Return values and pattern in diagonals; elements of these that are no entries are zeros."""
    from ._arithmetic import summed
    from ._reductions import summed_at

    data, places = summed(A)._places()
    row, column = places.coords
    with structural(row, column):
        offsets, which = torch.unique(column.to(torch.int64) - row, return_inverse=True)
        width = int(column.max().item()) + 1 if places.nnz else 0
        target = which * width + column
        offsets = offsets.to(index_dtype(*A.shape))
    count = offsets.shape[0]
    return summed_at(data, target, count * width).reshape(count, width), Diagonals(offsets, A.shape, width)


def _parts(arg1: Any, shape: Any, device: Any, name: str) -> tuple[Tensor, Diagonals]:
    """Return values and pattern of whatever `dia_array` is made of."""
    if isinstance(arg1, DiagonalsBase):
        return arg1._data, arg1._pattern
    if isinstance(arg1, SparseBase):
        if arg1.ndim != 2:
            raise ValueError(f"{name}: {name[:3].upper()} arrays don't support {arg1.ndim}D input, got {arg1.shape}")
        return diagonals_from(arg1)
    if is_shape(arg1) and len(arg1) == 2:
        sizes = as_shape(arg1, name, (2,))
        none = torch.zeros(0, dtype=index_dtype(*sizes), device=device)
        return torch.zeros((0, 0), device=device), Diagonals(none, sizes, 0)
    if is_scipy(arg1) and arg1.format == "dia":
        arg1, shape = (arg1.data, arg1.offsets), arg1.shape
    if isinstance(arg1, tuple):
        if len(arg1) != 2:
            raise ValueError(f"unrecognized form for {name} constructor: a tuple must be a shape or (data, offsets)")
        return _from_diagonals(*arg1, shape, device, name)
    if not is_scipy(arg1) and not (isinstance(arg1, Tensor) and arg1.layout is not torch.strided):
        arg1 = as_rows(as_tensor(arg1, "arg1", name), name)
    A = coo_array._made_for(name, arg1, device=device)
    if A.ndim != 2:
        raise ValueError(f"{name}: {name[:3].upper()} arrays don't support {A.ndim}D input, got {A.shape}")
    return diagonals_from(A)


def _from_diagonals(data: Any, offsets: Any, shape: Any, device: Any, name: str) -> tuple[Tensor, Diagonals]:
    if shape is None:
        raise ValueError(f"{name}: expected a shape argument")
    sizes = as_shape(shape, name, (2,))
    values = as_tensor(data, "data", name, device)
    values = torch.atleast_2d(values)
    if values.dim() != 2:
        raise bad_argument(name, "data", "two-dimensional", data)
    if isinstance(offsets, int):
        offsets = [offsets]
    elif getattr(offsets, "ndim", 1) == 0:
        offsets = offsets.reshape(1)
    places = as_index(offsets, "offsets", name, values.device)
    if places.shape[0] != values.shape[0]:
        text = f"number of diagonals ({values.shape[0]}) does not match the number of offsets ({places.shape[0]})"
        raise ValueError(f"{name}: {text}")
    pattern = Diagonals(places, sizes, values.shape[1])
    if len(set(pattern.places)) != len(pattern.places):
        raise ValueError(f"{name}: offset array contains duplicate values: {pattern.places}")
    return values, pattern


register(dia_array)
register(dia_matrix)
classes["dia", True], classes["dia", False] = dia_array, dia_matrix
makers["dia"] = diagonals_from
