"""Iterations on CUDA whose numbers stay on the device: a group of updates and inner products is one launch.

The methods of `_short_recurrences` compute with numbers, columns ``(*batch, 1)``, between their groups of updates and
inner products. On CUDA an operator of torch for each would be as many launches. Here they are `Number` objects: what is
asked of them is noted, and done at the beginning of the launch of the next group, by each of its blocks
(``csrc/sparse/vector_program.h``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..._core import runtime
from ..._core.torch_private import transforms_active
from ._recurrence import Dot, Steps, Update, encoded

runtime.load_library()
_program = torch.ops.sci.vector_program.default

_PLACES, _MOST_OPERATIONS, _MOST_CONSTANTS = 256, 128, 32  # as in vector_program.h
_OPERATIONS = (
    "constant add subtract multiply divide negative conjugate real absolute root largest least hypotenuse equal less "
    "at_most and or not where with_sign finite"
)
_CODES = {name: code for code, name in enumerate(_OPERATIONS.split())}
DTYPES = (torch.float32, torch.float64, torch.complex64, torch.complex128)


class DeviceSteps:
    """The numbers of an iteration for vectors ``(*batch, n)``, and what is to be done with them."""

    def __init__(self, like: Tensor) -> None:
        self.batch, self.dtype = like.shape[:-1], like.dtype
        self.members = self.batch.numel()
        self.numbers = like.new_zeros((self.members, _PLACES))
        self.numbers[:, 1] = 1
        self.arrived = torch.zeros(self.members, dtype=torch.int32, device=like.device)
        self.free = list(range(_PLACES - 1, 1, -1))
        self.dying: list[int] = []  # places that the next launch may still read, though nobody names them
        self.operations: list[int] = []
        self.constants: list[float] = []
        self.zero, self.one = Number(self, 0), Number(self, 1)

    # ---- what methods ask for: the names are those of `Steps` ----

    def number(self, value: float) -> Number:
        return self.as_number(value)

    def inner(self, a: Tensor, b: Tensor) -> Number:
        return self.recur(Dot(a, b))[0]

    def norm(self, a: Tensor) -> Number:
        return self.inner(a, a).real.sqrt()

    def recur(self, *steps: Update | Dot) -> list[Number]:
        """Run the steps in their order, updates in place; the inner products."""
        vectors, factors, code, count = encoded(steps)
        numbers = [self.as_number(x) for x in factors]
        changed = []
        for at in range(0, len(code), 6):
            kind = code[at]
            if kind < 3:
                changed.append(code[at + 1])
                code[at + 4] = numbers[code[at + 4]].place if kind == 1 else 0
                code[at + 5] = numbers[code[at + 5]].place
        found = [Number(self, self._place()) for _ in range(count)]
        rows = [self._row(x) for x in vectors]
        self._launch(rows, code, [x.place for x in found])
        for i in changed:
            if rows[i].data_ptr() != vectors[i].data_ptr():
                vectors[i].copy_(rows[i].reshape(vectors[i].shape))
        return found

    def choose(self, kept: Tensor, where: Number, x: Tensor) -> Tensor:
        """Put x into `kept` where the systems are those of `where`."""
        self._launch([self._row(kept), self._row(x)], [4, 0, 1, 0, where.place, 0], [])
        return kept

    def _row(self, x: Tensor) -> Tensor:
        if x.dtype != self.dtype or x.is_conj() or x.is_neg() or not x.is_contiguous():
            x = x.resolve_conj().resolve_neg().to(self.dtype).contiguous()
        return x.reshape(self.members, x.shape[-1])

    # ---- numbers ----

    def as_number(self, x: Any) -> Number:
        if type(x) is Number:
            return x
        if isinstance(x, Tensor):
            made = Number(self, self._place())
            self._launch_pending()
            self.numbers[:, made.place] = x.reshape(self.members).to(self.dtype)
            return made
        if x == 0 or x == 1:
            return self.one if x else self.zero
        if len(self.constants) >= _MOST_CONSTANTS or len(self.operations) >= 5 * _MOST_OPERATIONS:
            self._launch_pending()
        self.constants.append(float(x))
        return self._noted(_CODES["constant"], len(self.constants) - 1, 0, 0)

    def operate(self, name: str, a: Any, b: Any = 0, c: Any = 0) -> Number:
        """Note an operation on numbers."""
        x, y, z = self.as_number(a), self.as_number(b), self.as_number(c)
        if len(self.operations) >= 5 * _MOST_OPERATIONS:
            self._launch_pending()
        return self._noted(_CODES[name], x.place, y.place, z.place)

    def _noted(self, code: int, a: int, b: int, c: int) -> Number:
        place = self._place()
        self.operations += (code, place, a, b, c)
        return Number(self, place)

    def column(self, x: Number) -> Tensor:
        """Return a number as a tensor ``(*batch, 1)`` of the vectors' dtype."""
        self._launch_pending()
        return self.numbers[:, x.place].clone().reshape(*self.batch, 1)

    def _place(self) -> int:
        if not self.free:
            self._launch_pending()
        return self.free.pop()

    def _launch_pending(self) -> None:
        self._launch([], [], [])

    def _launch(self, rows: list[Tensor], code: list[int], inner_places: list[int]) -> None:
        if rows or self.operations:
            _program(rows, self.numbers, self.arrived, self.operations, self.constants, code, inner_places)
        # A place that is given away now is written by the next launch at the earliest, which reads its old number no
        # more: blocks of one launch would not wait for each other.
        self.free += self.dying
        self.dying.clear()
        self.operations, self.constants = [], []


def steps_for(x: Tensor, r: Tensor) -> Any:
    """Return how an iteration for the solution x and the residual r does its steps."""
    plain = all(type(v) is Tensor and v.is_contiguous() and not v.is_conj() and not v.is_neg() for v in (x, r))
    fits = x.dtype == r.dtype and x.shape[:-1] == r.shape[:-1] and r.dtype in DTYPES and r.numel() > 0
    fits = fits and (r.shape[-1] >= _PLACES // 4 or r.shape[:-1].numel() <= 16)  # numbers take as much room as vectors
    if r.device.type != "cuda" or not plain or not fits or transforms_active():
        return Steps(r)
    return DeviceSteps(r)


class Number:
    """A real or complex number, or a truth (1 or 0), for each system of a batch, on the device."""

    __slots__ = ("place", "steps")

    def __init__(self, steps: DeviceSteps, place: int) -> None:
        self.steps, self.place = steps, place

    def __del__(self) -> None:
        if self.place > 1:
            self.steps.dying.append(self.place)

    @property
    def dtype(self) -> torch.dtype:
        return self.steps.dtype

    @property
    def real(self) -> Number:
        return self.steps.operate("real", self) if self.dtype.is_complex else self

    def column(self) -> Tensor:
        """Return the numbers as a tensor ``(*batch, 1)``."""
        return self.steps.column(self)

    def conj(self) -> Number:
        return self.steps.operate("conjugate", self) if self.dtype.is_complex else self

    def resolve_conj(self) -> Number:
        return self

    def to(self, dtype: torch.dtype) -> Number:
        return self

    def abs(self) -> Number:
        return self.steps.operate("absolute", self)

    def sqrt(self) -> Number:
        return self.steps.operate("root", self)

    def square(self) -> Number:
        return self * self

    def clamp(self, min: float) -> Number:
        return self.steps.operate("largest", self, min)

    def __add__(self, other: Any) -> Number:
        return self.steps.operate("add", self, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Number:
        return self.steps.operate("subtract", self, other)

    def __rsub__(self, other: Any) -> Number:
        return self.steps.operate("subtract", other, self)

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Tensor):
            return self.column() * other
        return self.steps.operate("multiply", self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Number:
        return self.steps.operate("divide", self, other)

    def __rtruediv__(self, other: Any) -> Number:
        return self.steps.operate("divide", other, self)

    def __neg__(self) -> Number:
        return self.steps.operate("negative", self)

    def __eq__(self, other: Any) -> Number:  # type: ignore[override]
        return self.steps.operate("equal", self, other)

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, other: Any) -> Number:
        return self.steps.operate("less", self, other)

    def __gt__(self, other: Any) -> Number:
        return self.steps.operate("less", other, self)

    def __le__(self, other: Any) -> Number:
        return self.steps.operate("at_most", self, other)

    def __ge__(self, other: Any) -> Number:
        return self.steps.operate("at_most", other, self)

    def __and__(self, other: Any) -> Number:
        return self.steps.operate("and", self, other)

    def __or__(self, other: Any) -> Number:
        return self.steps.operate("or", self, other)

    def __invert__(self) -> Number:
        return self.steps.operate("not", self)

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = _FUNCTIONS.get(function)
        if made is None:
            return NotImplemented
        steps = next(x.steps for x in args if type(x) is Number)
        return made(steps, *args)


def _operation(name: str) -> Callable[..., Number]:
    return lambda steps, *args: steps.operate(name, *args)


def _where(steps: DeviceSteps, mask: Number, a: Any, b: Any) -> Any:
    if isinstance(a, Tensor):
        return torch.where(mask.column() != 0, a, b)
    return steps.operate("where", mask, a, b)


def _times(steps: DeviceSteps, a: Any, b: Any) -> Tensor:
    result: Tensor = b.column() * a if type(b) is Number else a.column() * b
    return result


# What methods call of torch with numbers.
_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    torch.zeros_like: lambda steps, _: steps.zero,
    torch.ones_like: lambda steps, _: steps.one,
    torch.full_like: lambda steps, _, value: steps.as_number(value),
    torch.where: _where,
    torch.hypot: _operation("hypotenuse"),
    torch.maximum: _operation("largest"),
    torch.minimum: _operation("least"),
    torch.isfinite: _operation("finite"),
    torch.copysign: _operation("with_sign"),
    torch.Tensor.mul: _times,
    torch.Tensor.__mul__: _times,
}
