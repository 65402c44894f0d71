"""NumPy's functions of arrays on sparse ones: operators beside NumPy's arrays, in place too, and ``np.sin(A)``."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

# Operators by what they are called for a sparse array on the left and on the right.
_BINARY = {
    "add": ("__add__", "__radd__"),
    "subtract": ("__sub__", "__rsub__"),
    "multiply": ("__mul__", "__rmul__"),
    "matmul": ("__matmul__", "__rmatmul__"),
    "divide": ("__truediv__", "__rtruediv__"),
    "true_divide": ("__truediv__", "__rtruediv__"),
    "power": ("__pow__", "__rpow__"),
    "equal": ("__eq__", "__eq__"),
    "not_equal": ("__ne__", "__ne__"),
    "less": ("__lt__", "__gt__"),
    "greater": ("__gt__", "__lt__"),
    "less_equal": ("__le__", "__ge__"),
    "greater_equal": ("__ge__", "__le__"),
    "maximum": ("maximum", "maximum"),
    "minimum": ("minimum", "minimum"),
}
_ANGLES = ("sin", "tan", "arcsin", "arctan", "sinh", "tanh", "arcsinh", "arctanh", "deg2rad", "rad2deg")
_OTHERS = ("sqrt", "expm1", "log1p", "rint", "sign", "floor", "ceil", "trunc")
_UNARY = {"absolute": "__abs__", "negative": "__neg__", "conjugate": "conj"}
_UNARY |= {name: name for name in (*_ANGLES, *_OTHERS)}


class Ufuncs:
    """What NumPy calls where one of its functions meets a sparse array."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
        kwargs.pop("axes", None)  # of ``x @= A``: the last two, as anyhow
        if method != "__call__" or kwargs:
            return NotImplemented
        left = not isinstance(inputs[0], (np.ndarray, np.generic))
        if len(inputs) == 1:
            name = _UNARY.get(ufunc.__name__)
        else:
            name = _BINARY.get(ufunc.__name__, (None, None))[not left]
        act = getattr(self, name, None) if name else None
        if act is None:
            raise TypeError(f"unsupported operand: a sparse array, of numpy.{ufunc.__name__}")
        made = act(*inputs[1:]) if left else act(inputs[0])
        # In place a dense result goes where it is asked to be; `x *= A` makes x sparse, as with SciPy's arrays.
        if made is NotImplemented or out is None or made.shape != out[0].shape or not isinstance(made, Tensor):
            return made
        out[0][...] = made.numpy(force=True)
        return out[0]
