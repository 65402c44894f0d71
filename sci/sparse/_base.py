"""`SparseBase`, what the sparse arrays and matrices of all formats share; `sparray`, what the arrays share.

A sparse array is a pattern and, over it, one tensor of values. It is a pytree whose only leaf is that tensor, so
``torch.func``, ``torch.compile``, ``torch.export`` and optimizers take sparse arrays as they take tensors, and a
gradient with respect to a sparse array is a sparse array with the same pattern.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.cards import function
from .._core.errors import bad_argument
from . import _reductions
from ._convert import as_dtype
from ._elementwise import Elementwise
from ._extremes import Extremes
from ._operators import Operators
from ._pattern import CompressedRows, Coordinates, structural
from ._printing import Printing
from ._ufuncs import Ufuncs

__all__ = ["SparseEfficiencyWarning", "SparseWarning", "issparse", "sparray"]

Self = TypeVar("Self", bound="SparseBase")
Parts = tuple[Tensor, Any]

FORMATS = ("csr", "csc", "coo", "bsr", "dia", "dok", "lil")


class SparseWarning(Warning):
    """General warning of the sparse arrays."""


class SparseEfficiencyWarning(SparseWarning):
    """The operation is not efficient on a sparse array."""


# The class of a format, for arrays (True) and matrices (False); and how an array of another format becomes it.
classes: dict[tuple[str, bool], type[SparseBase]] = {}
makers: dict[str, Callable[[SparseBase], Parts]] = {}


def torch_name(dtype: torch.dtype) -> str:
    """Return a dtype's name as NumPy spells it."""
    return str(dtype).removeprefix("torch.")


class SparseBase(Operators, Ufuncs, Elementwise, Extremes, Printing):
    """What sparse arrays and matrices of all formats share."""

    format = "und"
    _format_name = ""
    _is_array = True
    _ndims: tuple[int, ...] = (2,)
    __array_priority__ = 10.1

    _data: Tensor
    _pattern: Any
    _maxprint: int | None = None
    # Values that products have found to be as they lie in memory, their dtype, and whether they are on the CPU.
    _direct: tuple[Tensor, torch.dtype, bool] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise ValueError(f"{type(self).__name__} is a base class: make a csr_array or another format")

    @classmethod
    def __class_getitem__(cls, item: Any) -> types.GenericAlias:
        return types.GenericAlias(cls, item)

    # ---- making from parts -----------------------------------------------------------------------------------------

    @classmethod
    def _make(cls: type[Self], data: Any, pattern: Any) -> Self:
        made = object.__new__(cls)
        made._data = data
        made._pattern = pattern
        return made

    @classmethod
    def _made_for(
        cls: type[Self],
        name: str,
        arg1: Any,
        shape: Any = None,
        dtype: Any = None,
        copy: bool = False,
        device: Any = None,
    ) -> Self:
        """Make an array for a class that begins with one: errors name that class."""
        made = object.__new__(cls)
        made._fill(name, arg1, shape, dtype, copy, None, device)  # type: ignore[attr-defined]
        return made

    def _with_data(self: Self, data: Tensor) -> Self:
        """Return an array of the same pattern with other values."""
        return type(self)._make(data, self._pattern)

    @classmethod
    def _holds(cls, ndim: int) -> bool:
        """Can an array of this class have so many dimensions? Matrices have two."""
        return ndim in cls._ndims if cls._is_array else ndim == 2

    def _class(self, format: str) -> type[SparseBase]:
        """Return the class of a format, array or matrix as this one is."""
        return classes[format, self._is_array]

    def _as(self, made: Any, format: str | None = None) -> Any:
        """Return a result in a format (where it has the dimensions for that), array or matrix as this one is."""
        if not isinstance(made, SparseBase):
            return made
        if format is not None and made.format != format and classes[format, True]._holds(made.ndim):
            made = made.asformat(format)
        cls = self._class(made.format)
        if not cls._holds(made.ndim):
            cls = classes[made.format, True]
        return made if type(made) is cls else cls._make(made._data, made._pattern)

    def _array(self) -> Any:
        """Return the array of the same format, sharing everything."""
        return self if self._is_array else classes[self.format, True]._make(self._data, self._pattern)

    # ---- the values in the order of compressed rows and of coordinates ---------------------------------------------

    def _ordered(self, order: Tensor | None) -> Tensor:
        data = self._data
        if order is None:
            return data.reshape(-1) if self.format in ("bsr", "dia") else data
        return (
            data.reshape(-1).index_select(0, order) if self.format in ("bsr", "dia") else data.index_select(-1, order)
        )

    def _fitting(self) -> CompressedRows:
        """Return what is kept together, for kernels that check indices themselves; of csr and csc alone."""
        raise NotImplementedError

    def _rows(self) -> tuple[Tensor, CompressedRows]:
        """Return the values in compressed rows, where duplicates stay."""
        pattern, order = self._pattern.compressed()
        return self._ordered(order), pattern

    def _places(self) -> tuple[Tensor, Coordinates]:
        """Return the values in coordinates, where duplicates stay."""
        pattern, order = self._pattern.coordinates()
        return self._ordered(order), pattern

    # ---- attributes ------------------------------------------------------------------------------------------------

    @property
    def data(self) -> Any:
        """The values of the stored entries: the leaf that gradients flow to."""
        return self._data

    @data.setter
    def data(self, values: Any) -> None:
        tensor = as_tensor(values, "data", type(self).__name__)
        if tensor.shape != self._data.shape or tensor.device != self._data.device:
            expected = f"of shape {tuple(self._data.shape)} on {self._data.device}"
            raise bad_argument(type(self).__name__, "data", expected, values)
        self._data = tensor

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array; setting that of a matrix reshapes it in place."""
        shape: tuple[int, ...] = self._pattern.shape
        return shape

    @shape.setter
    def shape(self, shape: Any) -> None:
        if self._is_array:
            raise AttributeError(f"shape of {type(self).__name__} has no setter: use reshape")
        self.set_shape(shape)  # type: ignore[attr-defined]  # of a matrix

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self._pattern.shape)

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the values."""
        return self._data.dtype

    @property
    def device(self) -> torch.device:
        """The device of values and indices."""
        return self._data.device

    @property
    def nnz(self) -> int:
        """The number of stored entries, explicit zeros included."""
        count: int = self._pattern.nnz
        return count

    @property
    def size(self) -> int:
        """The number of stored entries."""
        return self.nnz

    @property
    def requires_grad(self) -> bool:
        """Is a gradient recorded for the values?"""
        return self._data.requires_grad

    def requires_grad_(self: Self, requires_grad: bool = True) -> Self:
        """Record operations on the values, as for a tensor; the gradient arrives in ``A.data.grad``."""
        self._data.requires_grad_(requires_grad)
        return self

    @property
    def T(self) -> Any:
        """The transpose."""
        return self.transpose()

    @property
    def mT(self) -> Any:
        """The matrix transpose, of the last two dimensions."""
        if self.ndim < 2:
            raise ValueError(f"matrix transpose with ndim < 2 is undefined, got shape {self.shape}")
        return self.transpose((*range(self.ndim - 2), self.ndim - 1, self.ndim - 2))

    @property
    def real(self: Self) -> Self:
        """The real part."""
        return self._with_data(self._data.real if self._data.is_complex() else self._data)

    @property
    def imag(self: Self) -> Self:
        """The imaginary part; zeros for a real array."""
        return self._with_data(self._data.imag if self._data.is_complex() else torch.zeros_like(self._data))

    # ---- conversions -----------------------------------------------------------------------------------------------

    def _to(self, format: str, copy: bool) -> Any:
        if format == self.format:
            return self.copy() if copy else self
        cls = self._class(format)
        if not cls._holds(self.ndim):
            sizes = "1D or 2D" if 1 in cls._ndims else "2D"
            raise ValueError(f"Cannot convert. {format.upper()} must be {sizes}. Got {self.ndim}D")
        data, pattern = makers[format](self)
        return cls._make(data.clone() if copy and data is self._data else data, pattern)

    def tocsr(self, copy: bool = False) -> Any:
        """Return the array in compressed rows; duplicates of coordinates add up."""
        return self._to("csr", copy)

    def tocsc(self, copy: bool = False) -> Any:
        """Return the array in compressed columns; duplicates of coordinates add up."""
        return self._to("csc", copy)

    def tocoo(self, copy: bool = False) -> Any:
        """Return the array in coordinates."""
        return self._to("coo", copy)

    def tobsr(self, blocksize: tuple[int, int] | None = None, copy: bool = False) -> Any:
        """Return the array in blocks of a size, by default of the size that stores fewest zeros."""
        if blocksize is None:
            return self._to("bsr", copy)
        if self.ndim != 2:
            raise ValueError(f"Cannot convert. BSR must be 2D. Got {self.ndim}D")
        return self._class("bsr")(self, blocksize=blocksize, copy=copy)

    def todia(self, copy: bool = False) -> Any:
        """Return the array in diagonals."""
        return self._to("dia", copy)

    def todok(self, copy: bool = False) -> Any:
        """Return the array as a dictionary of keys."""
        return self._to("dok", copy)

    def tolil(self, copy: bool = False) -> Any:
        """Return the array as lists of rows."""
        return self._to("lil", copy)

    def asformat(self, format: str | None, copy: bool = False) -> Any:
        """Return the array in the format of that name, or as a dense tensor ("array", "dense")."""
        if format is None or format == self.format:
            return self.copy() if copy else self
        if format in ("array", "dense"):
            return self.toarray()
        if format not in FORMATS:
            raise bad_argument("asformat", "format", f"one of {', '.join(FORMATS)}, 'array' or 'dense'", format)
        return self._to(format, copy)

    def toarray(self, order: str | None = None, out: Tensor | None = None) -> Tensor:
        """Return the array as a dense tensor; duplicate entries add up. Row-major, or column-major for `order` "F".

        The derivative scatters tangents and gathers gradients.
        """
        if order not in (None, "C", "F"):
            raise bad_argument("toarray", "order", "None, 'C' or 'F'", order)
        if order is not None and out is not None:
            raise ValueError("order cannot be specified if out is not None")
        data, pattern = self._places()
        total = 1
        for n in self.shape:
            total *= n
        flat = _reductions.summed_at(data, pattern.keys(), total)
        dense = flat.reshape(*data.shape[:-1], *self.shape)
        if order == "F":
            axes = tuple(range(dense.dim()))[::-1]
            dense = dense.permute(axes).contiguous().permute(axes)
        if out is None:
            return dense
        from .._core.dispatch import write_out

        if not isinstance(out, Tensor) or out.shape != dense.shape or out.dtype != dense.dtype:
            raise bad_argument("toarray", "out", f"a {dense.dtype} tensor of shape {tuple(dense.shape)}", out)
        result: Tensor = write_out("toarray", dense, out)
        return result

    def todense(self, order: str | None = None, out: Tensor | None = None) -> Tensor:
        """Return the array as a dense tensor; the same as `toarray`."""
        return self.toarray(order, out)

    def to_torch(self) -> Tensor:
        """Return the array as a torch sparse tensor, of layout coo where the format has none of its own."""
        made: Tensor = self.tocoo().to_torch()
        return made

    def to_scipy(self) -> Any:
        """Return the array as SciPy's of the same format, sharing memory; the values must be on the CPU."""
        made = self.tocoo().to_scipy()
        return made.asformat(self.format)

    def _numpy(self, x: Tensor) -> Any:
        if x.device.type != "cpu":
            raise bad_argument("to_scipy", "self", "on the CPU (move it with .cpu())", x)
        if x.requires_grad:
            raise RuntimeError("to_scipy: the array records gradients, which SciPy would lose: detach() it first")
        return x.numpy(force=True)

    def _scipy_class(self) -> Any:
        import scipy.sparse

        return getattr(scipy.sparse, f"{self.format}_{'array' if self._is_array else 'matrix'}")

    def astype(self: Self, dtype: Any, casting: str = "unsafe", copy: bool = True) -> Self:
        """Return the array with values of another dtype."""
        wanted = as_dtype(dtype, "astype")
        if wanted is None:
            wanted = torch.float64
        if casting != "unsafe" and not np.can_cast(torch_name(self.dtype), torch_name(wanted), casting):  # type: ignore[arg-type]
            text = f"Cannot cast array data from {self.dtype} to {wanted} according to the rule {casting!r}"
            raise TypeError(text)
        if wanted == self.dtype and not copy:
            return self
        data = self._data
        if data.is_complex() and not wanted.is_complex and wanted != torch.bool:  # truth asks for both parts
            data = data.real
        data = data.to(wanted)
        return self._with_data(data.clone() if copy and data is self._data else data)

    def to(self: Self, *args: Any, **kwargs: Any) -> Self:
        """Move or cast the values as ``Tensor.to`` does; indices follow to the device."""
        data = self._data.to(*args, **kwargs)
        return type(self)._make(data, self._pattern.to(data.device))

    def cpu(self: Self) -> Self:
        """Return the array on the CPU."""
        return self.to("cpu")

    def cuda(self: Self, device: Any = None) -> Self:
        """Return the array on a CUDA device."""
        return self.to(torch.device("cuda") if device is None else torch.device("cuda", device))

    def detach(self: Self) -> Self:
        """Return the array without its history of gradients; shares memory."""
        return self._with_data(self._data.detach())

    def copy(self: Self) -> Self:
        """Return a copy of the values and of the indices, which may be written to."""
        return type(self)._make(self._data.clone(), self._pattern.copy())

    def __copy__(self: Self) -> Self:
        return self.copy()

    def conj(self: Self, copy: bool = True) -> Self:
        """Return the complex conjugate."""
        return self._with_data(self._data.conj()) if self._data.is_complex() else (self.copy() if copy else self)

    def conjugate(self: Self, copy: bool = True) -> Self:
        """Return the complex conjugate; the same as `conj`."""
        return self.conj(copy)

    def transpose(self, axes: Any = None, copy: bool = False) -> Any:
        """Return the transpose; values are shared unless `copy`."""
        if self.ndim == 2 and axes not in (None, (1, 0), (-1, -2), (-1, 0)):
            text = "Sparse arrays/matrices do not support an 'axes' parameter because swapping dimensions is the only"
            raise ValueError(f"{text} logical permutation, got {axes}")
        return self._as(self.tocoo().transpose(axes, copy), self.format)

    def reshape(self, *shape: Any, order: str = "C", copy: bool = False) -> Any:
        """Return the array with another shape of as many elements; one size may be -1. In coordinates."""
        made = self._array().tocoo().reshape(*shape, order=order, copy=copy)
        if not self._is_array and made.ndim != 2:
            raise ValueError(f"shape must be two-dimensional, got {made.shape}")
        return self if made.shape == self.shape and not copy else self._as(made)

    def resize(self, *shape: Any) -> None:
        """Change the shape in place; entries outside the new shape are dropped."""
        sizes = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list, torch.Size)) else shape
        made = self._array().tocoo().copy()
        made.resize(*sizes)
        if not self._holds(made.ndim):
            raise ValueError(f"resize: a {self.format} array cannot have shape {made.shape}")
        made = self._as(made, self.format)
        self._data, self._pattern = made._data, made._pattern

    def eliminate_zeros(self) -> None:
        """Drop entries whose value is zero, in place."""
        data, pattern = self._places()
        keep = (data.detach() != 0).nonzero()[:, 0]
        with structural(*pattern.coords):
            kept = Coordinates([x[keep] for x in pattern.coords], pattern.shape, pattern.canonical)
        made = self._as(classes["coo", True]._make(data.index_select(-1, keep), kept), self.format)
        self._data, self._pattern = made._data, made._pattern

    def sum_duplicates(self) -> None:
        """Add up entries at the same place, in place; entries are then in order."""

    def _is_canonical(self) -> bool:
        """Are the entries in order and without duplicates?"""
        return bool(getattr(self, "has_canonical_format", True))

    # ---- reductions ------------------------------------------------------------------------------------------------

    def sum(self, axis: Any = None, dtype: Any = None, out: Tensor | None = None) -> Tensor:
        """Sum the elements over an axis (0, 1, negative, or a tuple), or all (None); dense."""
        return _reductions.total(self, axis, as_dtype(dtype, "sum"), out)

    def mean(self, axis: Any = None, dtype: Any = None, out: Tensor | None = None) -> Tensor:
        """Average the elements, implicit zeros included, over an axis or all; integers give the default float type."""
        return _reductions.mean(self, axis, as_dtype(dtype, "mean"), out)

    def count_nonzero(self, axis: Any = None) -> Any:
        """Count the entries that are not zero, in all (an int) or along an axis (a tensor)."""
        return _reductions.count(self, axis, explicit=False)

    def _getnnz(self, axis: Any = None) -> Any:
        """Count the stored entries, in all (an int) or along an axis (a tensor)."""
        return _reductions.count(self, axis, explicit=True)

    def diagonal(self, k: int = 0) -> Tensor:
        """Return the k-th diagonal as a dense vector."""
        return _reductions.diagonal(self, k)

    def trace(self, offset: int = 0) -> Tensor:
        """Return the sum of a diagonal."""
        return self.diagonal(offset).sum(-1)

    def nonzero(self) -> tuple[Tensor, ...]:
        """Return the indices of the nonzero elements, one tensor per dimension."""
        A = self.tocoo()
        if not A._pattern.ordered:
            A = A.copy()
            A.sum_duplicates()
        keep = (A._data != 0).nonzero()[:, 0]
        return tuple(places[keep] for places in A._pattern.coords)

    def setdiag(self, values: Any, k: int = 0) -> None:
        """Set the k-th diagonal, in place, to a number or to as many of `values` as fit."""
        from ._assignment import set_diagonal

        set_diagonal(self, values, k)

    # ---- protocols -------------------------------------------------------------------------------------------------

    def __bool__(self) -> bool:
        if self.shape == (1, 1):
            return self.nnz != 0
        text = "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()."
        raise ValueError(text)

    def __len__(self) -> int:
        raise TypeError("sparse array length is ambiguous; use getnnz() or shape[0]")

    def __iter__(self) -> Any:
        for i in range(self.shape[0]):
            yield self[i]  # type: ignore[index]

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("a sparse array is not made dense by NumPy on its own: use A.toarray().numpy() or A.to_scipy()")


class sparray:  # noqa: N801
    """Base class of all sparse arrays, for ``isinstance``; it cannot be made itself.

    Notes
    -----
    Operators follow NumPy's arrays: ``*`` is elementwise, ``@`` is the matrix product. Results keep explicit zeros,
    since which entries are there must not depend on values that are differentiated; `eliminate_zeros` drops them.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array, sparray
    >>> isinstance(csr_array(torch.eye(2)), sparray)
    True
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise ValueError(f"{type(self).__name__} is a base class: make a csr_array or another format")


@function(differentiable=(), batch=False)
def issparse(x: Any) -> bool:
    """Tell whether `x` is one of this library's sparse arrays or matrices.

    Parameters
    ----------
    x : object

    Returns
    -------
    bool

    Notes
    -----
    A torch sparse tensor or one of SciPy's sparse arrays is not: `csr_array` and `coo_array` take both.

    Examples
    --------
    >>> from sci.sparse import csr_array, issparse
    >>> issparse(csr_array((2, 3)))
    True
    >>> issparse([[1.0]])
    False
    """
    return isinstance(x, SparseBase)
