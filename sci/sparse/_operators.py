"""The operators of sparse arrays, and the functions of torch that take one together with a tensor."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch

from .._core.torch_private import torch_function
from . import _arithmetic


class Operators:
    """Arithmetic, comparison, products; each result has the format that SciPy's has."""

    format: str

    def _sum_format(self, other: Any) -> str:
        """Return the format of a sum, product or comparison with another sparse array."""
        if self.format in ("csr", "csc", "bsr"):
            return self.format
        return "dia" if self.format == "dia" and getattr(other, "format", "") == "dia" else "csr"

    def _comparison_format(self) -> str:
        return self.format if self.format in ("csr", "csc") else "csr"

    def dot(self: Any, other: Any) -> Any:
        """Multiply as ``self @ other``; a number multiplies the values."""
        if _arithmetic.is_scalar(other):
            return self._as(_arithmetic.multiply(self, other))
        made = self.__matmul__(other)  # by name: the compiler knows no @ of two arrays of this library
        return self @ other if made is NotImplemented else made

    def __matmul__(self: Any, other: Any) -> Any:
        made = _arithmetic.matmul(self, other)
        return made if made is NotImplemented else self._as(made, self._sum_format(other))

    def __rmatmul__(self: Any, other: Any) -> Any:
        made = _arithmetic.rmatmul(self, other)
        return made if made is NotImplemented else self._as(made, self._sum_format(other))

    def multiply(self: Any, other: Any) -> Any:
        """Multiply elementwise by a number, a dense or a sparse array that broadcasts; the result is sparse."""
        made = _arithmetic.multiply(self, other)
        if made is NotImplemented:
            raise TypeError(f"multiply: other must be a number or an array, got {type(other).__name__}")
        return self._multiplied(made, other)

    def _multiplied(self: Any, made: Any, other: Any) -> Any:
        if made.ndim > 2 or getattr(other, "format", None) is None:
            return self._as(made, "dia" if self.format == "dia" and made.ndim == 2 else None)
        return self._as(made, self._sum_format(other))

    def __mul__(self: Any, other: Any) -> Any:
        made = _arithmetic.multiply(self, other)
        return made if made is NotImplemented else self._multiplied(made, other)

    def __rmul__(self: Any, other: Any) -> Any:
        return self.__mul__(other)

    def __truediv__(self: Any, other: Any) -> Any:
        made = _arithmetic.divide(self, other)
        return made if made is NotImplemented else self._as(made, "dia" if self.format == "dia" else None)

    def __rtruediv__(self, other: Any) -> Any:
        return NotImplemented

    def __add__(self: Any, other: Any) -> Any:
        made = _arithmetic.add(self, other, 1)
        return made if made is NotImplemented else self._as(made, self._added_format(other))

    def _added_format(self: Any, other: Any) -> str | None:
        if _arithmetic.is_scalar(other):
            return None
        format = self._sum_format(other)
        if self.format == "dia" and getattr(other, "format", "") in ("csc", "bsr"):
            return str(other.format)
        return "dok" if self.format == "dok" else format

    def __radd__(self: Any, other: Any) -> Any:
        return self.__add__(other)

    def __sub__(self: Any, other: Any) -> Any:
        made = _arithmetic.add(self, other, -1)
        if made is NotImplemented:
            return made
        return self._as(made, None if _arithmetic.is_scalar(other) else self._sum_format(other))

    def __rsub__(self: Any, other: Any) -> Any:
        made = _arithmetic.subtract_from(other, self)
        return made if made is NotImplemented else self._as(made)

    def __pow__(self: Any, n: Any) -> Any:
        return self.power(n)

    def maximum(self: Any, other: Any) -> Any:
        """Return the elementwise maximum with a number or a sparse or dense array."""
        return self._extreme(other, torch.maximum)

    def minimum(self: Any, other: Any) -> Any:
        """Return the elementwise minimum with a number or a sparse or dense array."""
        return self._extreme(other, torch.minimum)

    def _extreme(self: Any, other: Any, act: Any) -> Any:
        made = _arithmetic.extreme(self, other, act)
        sparse = getattr(other, "format", None) is not None
        return self._as(made, self._comparison_format() if sparse else None)

    def _compare(self: Any, other: Any, act: Any) -> Any:
        made = _arithmetic.compare(self, other, act)
        return made if made is NotImplemented else self._as(made, self._comparison_format())

    def __eq__(self, other: object) -> Any:
        return self._compare(other, operator.eq)

    def __ne__(self, other: object) -> Any:
        return self._compare(other, operator.ne)

    def __lt__(self, other: Any) -> Any:
        return self._compare(other, operator.lt)

    def __gt__(self, other: Any) -> Any:
        return self._compare(other, operator.gt)

    def __le__(self, other: Any) -> Any:
        return self._compare(other, operator.le)

    def __ge__(self, other: Any) -> Any:
        return self._compare(other, operator.ge)

    __hash__ = object.__hash__  # by identity, as torch.Tensor does

    @torch_function  # type: ignore[arg-type]
    def __torch_function__(
        cls,  # noqa: N805
        func: Callable[..., Any],
        types: Any,
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Serve ``tensor @ A``, ``torch.matmul(A, x)`` and the other operators with a tensor on one side."""
        # A reflected method is wrapped: torch 2.15 calls it by the name of its wrapper while it compiles.
        act = _torch_functions.get(getattr(func, "__wrapped__", func).__name__)
        if act is None or kwargs:
            return NotImplemented
        return act(*args)


def _either(forward: str, reflected: str) -> Callable[..., Any]:
    """Return a binary operation that knows which of its operands is the sparse one."""

    def act(a: Any, b: Any) -> Any:
        return getattr(a, forward)(b) if isinstance(a, Operators) else getattr(b, reflected)(a)

    return act


def _reflected(name: str) -> Callable[..., Any]:
    """Return a reflected method of Tensor: it is called with the tensor first, though that is the right operand."""

    def call(x: Any, A: Any) -> Any:
        return getattr(A, name)(x)

    return call


def _unary(name: str) -> Callable[..., Any]:
    return lambda A: getattr(A, name)()


# By name: under the compiler the functions themselves are not always the same objects.
_matmul = _either("__matmul__", "__rmatmul__")
_torch_functions: dict[str, Callable[..., Any]] = {
    "matmul": _matmul,
    "mm": _matmul,
    "mv": _matmul,
    "__rmatmul__": _reflected("__matmul__"),
    "mul": _either("__mul__", "__rmul__"),
    "add": _either("__add__", "__radd__"),
    "sub": _either("__sub__", "__rsub__"),
    "__rsub__": _reflected("__sub__"),
    "div": _either("__truediv__", "__rtruediv__"),
    "true_divide": _either("__truediv__", "__rtruediv__"),
    "__rdiv__": _reflected("__truediv__"),
    "eq": _either("__eq__", "__eq__"),
    "ne": _either("__ne__", "__ne__"),
    "lt": _either("__lt__", "__gt__"),
    "gt": _either("__gt__", "__lt__"),
    "le": _either("__le__", "__ge__"),
    "ge": _either("__ge__", "__le__"),
    "__iadd__": lambda x, A: x.add_(A.toarray()),
    "__isub__": lambda x, A: x.sub_(A.toarray()),
    "abs": _unary("__abs__"),
    "neg": _unary("__neg__"),
    "conj": _unary("conj"),
}
_torch_functions["__eq__"] = _torch_functions["eq"]
_torch_functions["__ne__"] = _torch_functions["ne"]
