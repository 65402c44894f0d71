"""`sparray`, the base of the sparse arrays: what all formats share.

A sparse array is a pattern and, over it, one tensor of values. It is a pytree whose only leaf is that tensor, so
``torch.func``, ``torch.compile``, ``torch.export`` and optimizers take sparse arrays as they take tensors, and a
gradient with respect to a sparse array is a sparse array with the same pattern.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.cards import function
from .._core.errors import bad_argument
from .._core.torch_private import attribute_key, register_pytree_node, torch_function
from . import _arithmetic, _reductions
from ._convert import as_dtype
from ._pattern import CompressedRows, Coordinates

if TYPE_CHECKING:
    from ._coo import coo_array
    from ._csr import csr_array

__all__ = ["SparseEfficiencyWarning", "SparseWarning", "issparse", "sparray"]

Self = TypeVar("Self", bound="sparray")


class SparseWarning(Warning):
    """General warning of the sparse arrays."""


class SparseEfficiencyWarning(SparseWarning):
    """The operation is not efficient on a sparse array."""


def _torch_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


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

    format = "und"
    _format_name = ""
    # NumPy's arrays leave binary operators to this class.
    __array_ufunc__ = None
    __array_priority__ = 10.1

    _data: Tensor
    _pattern: Any
    _maxprint: int | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise ValueError(f"{type(self).__name__} is a base class: make a csr_array or a coo_array")

    # ---- making from parts -----------------------------------------------------------------------------------------

    @classmethod
    def _make(cls: type[Self], data: Any, pattern: Any) -> Self:
        made = object.__new__(cls)
        made._data = data
        made._pattern = pattern
        return made

    def _with_data(self: Self, data: Tensor) -> Self:
        """Return an array of the same pattern with other values."""
        return type(self)._make(data, self._pattern)

    # ---- attributes ------------------------------------------------------------------------------------------------

    @property
    def data(self) -> Tensor:
        """The values of the stored entries, ``(nnz,)``: the leaf that gradients flow to."""
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
        """The shape of the array."""
        shape: tuple[int, ...] = self._pattern.shape
        return shape

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
    def maxprint(self) -> int:
        """How many entries `str` shows."""
        return 50 if self._maxprint is None else self._maxprint

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
        """The matrix transpose; for two dimensions."""
        return self.transpose()

    @property
    def real(self: Self) -> Self:
        """The real part."""
        return self._with_data(self._data.real if self._data.is_complex() else self._data)

    @property
    def imag(self: Self) -> Self:
        """The imaginary part; zeros for a real array."""
        return self._with_data(self._data.imag if self._data.is_complex() else torch.zeros_like(self._data))

    # ---- conversions -----------------------------------------------------------------------------------------------

    def tocsr(self, copy: bool = False) -> csr_array:
        """Return the array in compressed rows."""
        raise NotImplementedError

    def tocoo(self, copy: bool = False) -> coo_array:
        """Return the array in coordinates."""
        raise NotImplementedError

    def asformat(self, format: str | None, copy: bool = False) -> Any:
        """Return the array in the format of that name ("csr", "coo"), or as a dense tensor ("array", "dense")."""
        if format is None or format == self.format:
            return self.copy() if copy else self
        if format in ("array", "dense"):
            return self.toarray()
        if format in ("csr", "coo"):
            return self.tocsr(copy) if format == "csr" else self.tocoo(copy)
        if format in ("csc", "bsr", "lil", "dok", "dia"):
            raise NotImplementedError(f"the sparse format {format!r} is not there: 'csr' and 'coo' are")
        raise bad_argument("asformat", "format", "'csr', 'coo', 'array' or 'dense'", format)

    def toarray(self, order: str | None = None, out: Tensor | None = None) -> Tensor:
        """Return the array as a dense tensor; duplicate entries add up. Row-major, or column-major for `order` "F".

        The derivative scatters tangents and gathers gradients.
        """
        if order not in (None, "C", "F"):
            raise bad_argument("toarray", "order", "None, 'C' or 'F'", order)
        if order is not None and out is not None:
            raise ValueError("order cannot be specified if out is not None")
        pattern = self._coordinates()
        total = 1
        for n in self.shape:
            total *= n
        data = self._data
        flat = data.new_zeros((*data.shape[:-1], total)).index_add(-1, pattern.keys(), data)
        dense = flat.reshape(*data.shape[:-1], *self.shape)
        if order == "F":
            axes = tuple(range(dense.dim()))[::-1]
            dense = dense.permute(axes).contiguous().permute(axes)
        if out is None:
            return dense
        from .._core.dispatch import write_out

        result: Tensor = write_out("toarray", dense, out)
        return result

    def todense(self, order: str | None = None, out: Tensor | None = None) -> Tensor:
        """Return the array as a dense tensor; the same as `toarray`."""
        return self.toarray(order, out)

    def to_torch(self) -> Tensor:
        """Return the array as a torch sparse tensor of the layout that fits its format."""
        raise NotImplementedError

    def to_scipy(self) -> Any:
        """Return the array as SciPy's of the same format, sharing memory; the values must be on the CPU."""
        raise NotImplementedError

    def _numpy(self, x: Tensor) -> Any:
        if x.device.type != "cpu":
            raise bad_argument("to_scipy", "self", "on the CPU (move it with .cpu())", x)
        if x.requires_grad:
            raise RuntimeError("to_scipy: the array records gradients, which SciPy would lose: detach() it first")
        return x.resolve_conj().resolve_neg().numpy()

    def _coordinates(self) -> Coordinates:
        raise NotImplementedError

    def astype(self: Self, dtype: Any, casting: str = "unsafe", copy: bool = True) -> Self:
        """Return the array with values of another dtype."""
        wanted = as_dtype(dtype, "astype")
        if wanted is None:
            wanted = torch.float64
        if casting != "unsafe" and not np.can_cast(_torch_name(self.dtype), _torch_name(wanted), casting):  # type: ignore[arg-type]
            text = f"Cannot cast array data from {self.dtype} to {wanted} according to the rule {casting!r}"
            raise TypeError(text)
        data = self._data.to(wanted)
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
        """Return a copy of the values; the pattern, which is never changed in place, is shared."""
        return self._with_data(self._data.clone())

    def conj(self: Self, copy: bool = True) -> Self:
        """Return the complex conjugate."""
        return self._with_data(self._data.conj()) if self._data.is_complex() else (self.copy() if copy else self)

    def conjugate(self: Self, copy: bool = True) -> Self:
        """Return the complex conjugate; the same as `conj`."""
        return self.conj(copy)

    def transpose(self, axes: Any = None, copy: bool = False) -> Any:
        """Return the transpose."""
        raise NotImplementedError

    # ---- reductions ------------------------------------------------------------------------------------------------

    def sum(self, axis: Any = None, dtype: Any = None, out: Tensor | None = None) -> Tensor:
        """Sum the elements over an axis (0, 1, negative, or a tuple), or all (None); dense."""
        return _reductions.total(self, axis, as_dtype(dtype, "sum"), out)

    def mean(self, axis: Any = None, dtype: Any = None, out: Tensor | None = None) -> Tensor:
        """Average the elements, implicit zeros included, over an axis or all; integers give the default float type."""
        return _reductions.mean(self, axis, as_dtype(dtype, "mean"), out)

    def max(self, axis: Any = None, out: None = None, *, explicit: bool = False) -> Any:
        """Return the maximum, implicit zeros included unless `explicit`: a scalar, or sparse over an axis."""
        return _reductions.extreme(self, axis, out, explicit, "amax")

    def min(self, axis: Any = None, out: None = None, *, explicit: bool = False) -> Any:
        """Return the minimum, implicit zeros included unless `explicit`: a scalar, or sparse over an axis."""
        return _reductions.extreme(self, axis, out, explicit, "amin")

    def count_nonzero(self, axis: int | None = None) -> Any:
        """Count the entries that are not zero, in all (an int) or along an axis (a tensor)."""
        return _reductions.count(self, axis, explicit=False)

    def getnnz(self, axis: int | None = None) -> Any:
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
        A = self.tocoo() if self.ndim != 2 else self.tocsr().tocoo()
        keep = (A.data != 0).nonzero()[:, 0]
        return tuple(places[keep] for places in A.coords)

    # ---- arithmetic ------------------------------------------------------------------------------------------------

    def dot(self, other: Any) -> Any:
        """Multiply as ``self @ other``; a number multiplies the values."""
        if _arithmetic.is_scalar(other):
            return self * other
        return self @ other

    def __matmul__(self, other: Any) -> Any:
        return _arithmetic.matmul(self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return _arithmetic.rmatmul(self, other)

    def multiply(self, other: Any) -> Any:
        """Multiply elementwise by a number, a dense or a sparse array that broadcasts; the result is sparse."""
        return _arithmetic.multiply(self, other)

    def __mul__(self, other: Any) -> Any:
        return _arithmetic.multiply(self, other)

    def __rmul__(self, other: Any) -> Any:
        return _arithmetic.multiply(self, other)

    def __truediv__(self, other: Any) -> Any:
        return _arithmetic.divide(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return NotImplemented

    def __add__(self, other: Any) -> Any:
        return _arithmetic.add(self, other, 1)

    def __radd__(self, other: Any) -> Any:
        return _arithmetic.add(self, other, 1)

    def __sub__(self, other: Any) -> Any:
        return _arithmetic.add(self, other, -1)

    def __rsub__(self, other: Any) -> Any:
        return _arithmetic.add(-self, other, 1)

    def __neg__(self: Self) -> Self:
        if self.dtype is torch.bool:
            raise NotImplementedError("negating a boolean sparse array is not supported.")
        return self._with_data(-self._data)

    def __pos__(self: Self) -> Self:
        return self

    def __abs__(self: Self) -> Self:
        return self._with_data(self._data.abs())

    def __round__(self: Self, ndigits: int = 0) -> Self:
        return self._with_data(torch.round(self._data, decimals=ndigits))

    def power(self: Self, n: Any, dtype: Any = None) -> Self:
        """Raise each element to the power `n`, a number other than zero."""
        if not _arithmetic.is_scalar(n):
            raise NotImplementedError("input is not scalar")
        if not n:
            text = "zero power is not supported as it would densify the matrix; use torch.ones(A.shape) instead"
            raise NotImplementedError(text)
        data = _arithmetic.summed(self)
        wanted = as_dtype(dtype, "power")
        return data._with_data((data._data if wanted is None else data._data.to(wanted)) ** n)

    def __pow__(self: Self, n: Any) -> Self:
        return self.power(n)

    def maximum(self, other: Any) -> Any:
        """Return the elementwise maximum with a number or a sparse or dense array."""
        return _arithmetic.extreme(self, other, torch.maximum)

    def minimum(self, other: Any) -> Any:
        """Return the elementwise minimum with a number or a sparse or dense array."""
        return _arithmetic.extreme(self, other, torch.minimum)

    def __eq__(self, other: object) -> Any:
        return _arithmetic.compare(self, other, operator.eq)

    def __ne__(self, other: object) -> Any:
        return _arithmetic.compare(self, other, operator.ne)

    def __lt__(self, other: Any) -> Any:
        return _arithmetic.compare(self, other, operator.lt)

    def __gt__(self, other: Any) -> Any:
        return _arithmetic.compare(self, other, operator.gt)

    def __le__(self, other: Any) -> Any:
        return _arithmetic.compare(self, other, operator.le)

    def __ge__(self, other: Any) -> Any:
        return _arithmetic.compare(self, other, operator.ge)

    __hash__ = object.__hash__  # by identity, as torch.Tensor does

    # ---- protocols -------------------------------------------------------------------------------------------------

    def __bool__(self) -> bool:
        if self.shape == (1, 1):
            return self.nnz != 0
        text = "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()."
        raise ValueError(text)

    def __len__(self) -> int:
        raise TypeError("sparse array length is ambiguous; use getnnz() or shape[0]")

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("a sparse array is not made dense by NumPy on its own: use A.toarray().numpy() or A.to_scipy()")

    def __repr__(self) -> str:
        kind = f"<{self._format_name} sparse array of dtype '{_torch_name(self.dtype)}'"
        where = "" if self.device.type == "cpu" else f" on {self.device}"
        return f"{kind}\n\twith {self.nnz} stored elements and shape {self.shape}{where}>"

    def __str__(self) -> str:
        text = repr(self)
        if self.nnz == 0 or self._data.dim() != 1:
            return text
        A = self.tocoo()
        limit = self.maxprint
        places = list(range(self.nnz))
        half = limit // 2
        head, tail = (places, []) if self.nnz <= limit else (places[:half], places[self.nnz - (limit - half) :])
        lines = _lines(A.coords, A.data, head)
        if tail:
            lines += ["  :\t:", *_lines(A.coords, A.data, tail)]
        return text + "\n  Coords\tValues\n" + "\n".join(lines)

    @torch_function  # type: ignore[arg-type]
    def __torch_function__(
        cls,  # noqa: N805
        func: Callable[..., Any],
        types: Any,
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Serve ``tensor @ A``, ``torch.matmul(A, x)`` and the other operators with a tensor on one side."""
        act = _torch_functions.get(func.__name__)
        if act is None or kwargs:
            return NotImplemented
        return act(*args)


def _lines(coords: Sequence[Tensor], data: Tensor, places: Sequence[int]) -> list[str]:
    if not places:
        return []
    begin, end = places[0], places[-1] + 1
    where = zip(*(x[begin:end].tolist() for x in coords), strict=True)
    return [f"  {place}\t{value}" for place, value in zip(where, data[begin:end].tolist(), strict=True)]


def _either(forward: Callable[..., Any], reflected: Callable[..., Any]) -> Callable[..., Any]:
    """Return a binary operation that knows which of its operands is the sparse one."""

    def act(a: Any, b: Any) -> Any:
        return forward(a, b) if isinstance(a, sparray) else reflected(b, a)

    return act


def _reflected(act: Callable[..., Any]) -> Callable[..., Any]:
    """Return a reflected method of Tensor: it is called with the tensor first, though that is the right operand."""

    def call(x: Any, A: Any) -> Any:
        return act(A, x)

    return call


# By name: under the compiler the functions themselves are not always the same objects.
_matmul = _either(_arithmetic.matmul, _arithmetic.rmatmul)
_torch_functions: dict[str, Callable[..., Any]] = {
    "matmul": _matmul,
    "mm": _matmul,
    "mv": _matmul,
    "__rmatmul__": _reflected(_arithmetic.matmul),
    "mul": _either(sparray.__mul__, sparray.__rmul__),
    "add": _either(sparray.__add__, sparray.__radd__),
    "sub": _either(sparray.__sub__, sparray.__rsub__),
    "__rsub__": _reflected(sparray.__sub__),
    "div": _either(sparray.__truediv__, sparray.__rtruediv__),
    "true_divide": _either(sparray.__truediv__, sparray.__rtruediv__),
    "__rdiv__": _reflected(sparray.__truediv__),
    "eq": _either(sparray.__eq__, sparray.__eq__),
    "ne": _either(sparray.__ne__, sparray.__ne__),
    "lt": _either(sparray.__lt__, sparray.__gt__),
    "gt": _either(sparray.__gt__, sparray.__lt__),
    "le": _either(sparray.__le__, sparray.__ge__),
    "ge": _either(sparray.__ge__, sparray.__le__),
    "abs": sparray.__abs__,
    "neg": sparray.__neg__,
    "conj": sparray.conj,
}
_torch_functions["__eq__"] = _torch_functions["eq"]
_torch_functions["__ne__"] = _torch_functions["ne"]


Context = tuple[Any, CompressedRows | Coordinates]


def register(cls: type[sparray]) -> None:
    """Make a class of sparse arrays a pytree: its values are the leaf, class and pattern the context."""

    def flatten(array: sparray) -> tuple[list[Any], Context]:
        return [array._data], (type(array), array._pattern)

    def unflatten(leaves: Iterable[Any], context: Context) -> sparray:
        (data,) = leaves
        made: sparray = context[0]._make(data, context[1])
        return made

    register_pytree_node(
        cls,
        flatten,
        unflatten,
        serialized_type_name=f"sci.sparse.{cls.__name__}",
        flatten_with_keys_fn=lambda array: ([(attribute_key("data"), array._data)], (type(array), array._pattern)),
    )


@function(differentiable=(), batch=False)
def issparse(x: Any) -> bool:
    """Tell whether `x` is one of this library's sparse arrays.

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
    return isinstance(x, sparray)
