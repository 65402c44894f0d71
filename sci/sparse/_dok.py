"""`dok_array`, `dok_matrix`: a dictionary of keys."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, ValuesView
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.cards import Sample, function
from . import _indexing
from ._base import SparseBase, classes, makers, sparray
from ._convert import as_dtype, as_shape, is_shape
from ._coo import CoordinatesBase, coo_array
from ._editable import Editable
from ._matrix import spmatrix
from ._pattern import Coordinates
from ._pytree import register

__all__ = ["dok_array", "dok_matrix"]

_none = object()


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    yield Sample(torch.randn(3, generator=generator, dtype=dtype, device=device))


def _call(cls: Any, x: Any) -> Any:
    A = cls(x.new_zeros((2, 3)))
    A[0, 1] = x[0]
    A[1, 0] = x[1]
    A[1, :] = A[1, :].toarray() * x[2]
    return A @ x


class KeysBase(Editable):
    """A dictionary of keys, as array and as matrix."""

    format = "dok"
    _format_name = "Dictionary Of Keys"
    _ndims = (1, 2)

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
        ndims = self._ndims if self._is_array else (2,)
        if is_shape(arg1):
            as_shape(arg1, name, ndims)
        elif not isinstance(arg1, SparseBase) and not self._is_array:
            arg1 = arg1 if hasattr(arg1, "tocoo") else torch.atleast_2d(as_tensor(arg1, "arg1", name))
        A = coo_array._made_for(name, arg1, shape, as_dtype(dtype, name), copy, device)
        if A.ndim not in ndims:
            raise ValueError(f"{name}: DOK arrays don't support {A.ndim}D input, got {A.shape}")
        self._data, self._pattern = keys_from(A)
        self._maxprint = maxprint

    def __add__(self, other: Any) -> Any:
        try:
            return super().__add__(other)
        except NotImplementedError:  # a number: as SciPy's, every place becomes an entry
            return type(self)(self.toarray() + other)

    # ---- a dictionary ------------------------------------------------------------------------------------------------

    def _as_dict(self) -> dict[Any, Tensor]:
        data = self._data
        places = zip(*(x.tolist() for x in self._pattern.coords), strict=True)
        return dict(zip(places, data.unbind(-1), strict=True))

    def keys(self) -> KeysView[Any]:
        """Return the places of the entries: tuples of ints."""
        return self._as_dict().keys()

    def values(self) -> ValuesView[Tensor]:
        """Return the values of the entries, tensors without dimensions."""
        return self._as_dict().values()

    def items(self) -> ItemsView[Any, Tensor]:
        """Return pairs of place and value."""
        return self._as_dict().items()

    def _known(self, key: Any) -> bool:
        number = self._element_number(key if isinstance(key, tuple) else (key,))
        if number is None:
            raise TypeError(f"a key must be integers, one per dimension, got {key!r}")
        if number in self._edits:
            return bool(self._edits[number] != 0)
        return bool((self._stored_pattern.keys() == number).any())

    def __contains__(self, key: Any) -> bool:
        try:
            return self._known(key)
        except (IndexError, TypeError):
            return False

    def get(self, key: Any, default: Any = 0.0) -> Any:
        """Return the element at `key`, `default` where no entry is; the key must lie inside."""
        if not isinstance(key, tuple) or len(key) != self.ndim:
            if self.ndim != 1 or not isinstance(key, int):
                raise IndexError(f"Index {key!r} length needs to match self.shape {self.shape}")
        try:
            known = self._known(key)
        except TypeError:
            raise IndexError(f"Index {key!r} must be integers") from None
        return self[key] if known else default

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """Return the element at `key`, which becomes `default` where no entry is."""
        if not self._known(key):
            self[key] = 0 if default is None else default
        return self[key]

    def pop(self, key: Any, default: Any = _none, /) -> Any:
        """Remove the entry at `key` and return its value."""
        try:
            known = self._known(key)
        except IndexError:  # outside of the array: no key
            known = False
        if not known:
            if default is _none:
                raise KeyError(key)
            return default
        value = self[key]
        self[key] = 0
        return value

    def popitem(self) -> tuple[Any, Tensor]:
        """Remove an entry and return its place and value."""
        if not self.nnz:
            raise KeyError("popitem(): the array has no entries")
        key, value = self._as_dict().popitem()
        self[key] = 0
        return key, value

    def clear(self) -> None:
        """Remove all entries."""
        data, pattern = self._data, self._pattern
        self._data = data[..., :0]
        self._pattern = Coordinates([x[:0] for x in pattern.coords], pattern.shape, canonical=True)

    def update(self, val: Any) -> None:
        """Assign what a dictionary or a sequence of pairs of place and value holds."""
        pairs = val.items() if hasattr(val, "items") else val
        for key, value in list(pairs):
            self[key] = value

    @classmethod
    def fromkeys(cls, keys: Iterable[Any], value: Any = 1) -> Any:
        """Return an array with `value` at each of the given places, as large as these need."""
        places = [key if isinstance(key, tuple) else (key,) for key in keys]
        shape = tuple(max(sizes) + 1 for sizes in zip(*places, strict=True)) if places else (0, 0)
        made = cls(shape, dtype=as_tensor(value, "value", cls.__name__).dtype)
        for key in places:
            made[key] = value
        return made

    def __len__(self) -> int:
        return self.nnz

    def __delitem__(self, key: Any) -> None:
        if not self._known(key):
            raise KeyError(key)
        self[key] = 0

    def __reversed__(self) -> Iterator[Any]:
        if self._is_array:  # a dictionary's operators are the matrix's alone
            raise TypeError("a dok_array is not reversible")
        return reversed(self._as_dict())

    def __or__(self, other: Any) -> Any:
        if self._is_array or not isinstance(other, (KeysBase, dict)):
            return NotImplemented
        made = self.copy()
        made.update(other)
        return made

    def __ror__(self, other: Any) -> Any:
        if self._is_array or not isinstance(other, dict):
            return NotImplemented
        made = self.copy()
        made.clear()
        made.update(other)
        made.update(self)
        return made

    def __ior__(self, other: Any) -> Any:
        if self._is_array or not isinstance(other, (KeysBase, dict)):
            return NotImplemented
        self.update(other)
        return self

    # ---- an array ----------------------------------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Any:
        waiting = self._pending(key)
        if waiting is not None:
            return waiting
        made = _indexing.get(self, key)
        if isinstance(made, Tensor):
            return made
        return self._as(made, "dok" if made.ndim == self.ndim else None)

    def transpose(self, axes: Any = None, copy: bool = False) -> Any:
        """Return the transpose."""
        if axes is not None and self.ndim == 2:
            return super().transpose(axes, copy)
        places = self._pattern
        pattern = Coordinates(places.coords[::-1], places.shape[::-1], canonical=True, ordered=False)
        return type(self)._make(self._data.clone() if copy else self._data, pattern)


@function(differentiable=("arg1",), samples=_samples, call=_call, batch=False, compiles=False, synchronizes=True)
class dok_array(KeysBase, sparray):  # noqa: N801
    """Sparse array as a dictionary of keys, to be built element by element; of one or two dimensions.

    Parameters
    ----------
    arg1 : what to make it of
        - a dense tensor or array-like: its nonzero elements;
        - a shape: no entries;
        - a sparse array, a torch sparse tensor or one of SciPy's sparse arrays.
    shape : tuple of ints, optional
    dtype : dtype, optional
        By default that of the values; for an empty array torch's default dtype.
    copy : bool
        Copy the values.
    maxprint : int, optional
        How many entries ``str`` shows.
    device : torch.device, optional
        Where to put the array; by default it stays where the values are.

    Raises
    ------
    ValueError
        For more than two dimensions.

    Notes
    -----
    ``A[i, j] = x`` collects elements, numbers or tensors without dimensions, and gradients flow to these; they are
    stored together when the array is next used as a whole. The methods of a dictionary are there: `keys`, `values`,
    `items`, `get`, `pop`, `popitem`, `setdefault`, `update`, `clear`, `in`, `del`, `len`. Entries are in row-major
    order, not in the order of insertion.

    Examples
    --------
    >>> from sci.sparse import dok_array
    >>> A = dok_array((2, 3))
    >>> for i in range(2):
    ...     A[i, i + 1] = float(i + 1)
    >>> A.toarray()
    tensor([[0., 1., 0.],
            [0., 0., 2.]])
    >>> (0, 1) in A
    True
    """


@function(batch=False)
class dok_matrix(spmatrix, KeysBase):  # noqa: N801
    """Sparse matrix as a dictionary of keys: `dok_array` with the operators of matrices.

    ``*`` is the matrix product and ``**`` the matrix power. Made of what `dok_array` is made of; new code should take
    `dok_array`.

    Examples
    --------
    >>> from sci.sparse import dok_matrix
    >>> A = dok_matrix((2, 2))
    >>> A[0, 1] = 3.0
    >>> A[0].toarray()
    tensor([[0., 3.]])
    """


def keys_from(A: SparseBase) -> tuple[Tensor, Coordinates]:
    """Return values and pattern as a dictionary of keys: duplicates added up, in row-major order."""
    if isinstance(A, KeysBase):
        return A._data, A._pattern
    if isinstance(A, CoordinatesBase):
        A = coo_array._make(A._data, Coordinates(A.coords, A.shape))
        A.sum_duplicates()
        return A._data, A._pattern
    data, places = A.tocsr()._places() if A.ndim < 3 else A._places()
    return data, places if places.canonical else keys_from(coo_array._make(data, places))[1]


register(dok_array)
register(dok_matrix)
classes["dok", True], classes["dok", False] = dok_array, dok_matrix
makers["dok"] = lambda A: keys_from(A.tocoo())
