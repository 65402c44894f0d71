"""What a graph keeps of a call for its derivatives: arguments, results where a derivative reads them, or shapes alone.

What is not kept may be changed in place afterwards, and its memory is free as soon as nothing else holds it.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable
from typing import Any, Literal

from torch import Tensor

Args = tuple[Any, ...]
# See `operator` in dispatch.py; a function tells, when it is needed, whether it is "all" or "arguments".
Keeps = Literal["all", "arguments", "shapes"] | Callable[[], bool]


class Shape:
    """What is left of a tensor of which derivatives need no numbers."""

    __slots__ = ("dtype", "shape")

    def __init__(self, x: Tensor) -> None:
        self.shape, self.dtype = x.shape, x.dtype

    def dim(self) -> int:
        return len(self.shape)

    def is_complex(self) -> bool:
        return self.dtype.is_complex


def keep(ctx: Any, inputs: Args, output: Any, results: bool) -> tuple[Tensor, ...]:
    """Save an operator's arguments, and with `results` these, for `unpack`; returns the tensors among both."""
    outputs = output if isinstance(output, tuple) else (output,)
    tensors = tuple(x for x in inputs if isinstance(x, Tensor))
    ctx.save_for_backward(*tensors, *(outputs if results else ()))
    ctx.others = tuple(None if isinstance(x, Tensor) else (x,) for x in inputs)
    ctx.set_materialize_grads(False)
    return (*tensors, *outputs)


def unpack(ctx: Any) -> tuple[Args, tuple[Tensor, ...]]:
    """Return an operator's (inputs, outputs) from what was saved; no outputs where they are not kept."""
    saved, others = ctx.saved_tensors, getattr(ctx, "others", None)  # none where all are tensors
    if others is None:
        count = len(ctx.needs_input_grad)
        return saved[:count], saved[count:]
    tensors = iter(saved)
    inputs = tuple(next(tensors) if other is None else other[0] for other in others)
    return inputs, tuple(tensors)


def keep_shapes(ctx: Any, inputs: Args) -> None:
    """Save an operator's arguments without their numbers."""
    ctx.shapes = tuple(Shape(x) if isinstance(x, Tensor) else x for x in inputs)
    ctx.set_materialize_grads(False)


def unpack_shapes(ctx: Any) -> tuple[Args, tuple[()]]:
    """Return what `keep_shapes` saved, and no outputs."""
    return ctx.shapes, ()


def reads(rule: Callable[..., Any], first: int, count: int) -> bool:
    """Does a function read one of its parameters `first`, ..., `first` + `count` - 1? True where no code tells."""
    code = getattr(rule, "__code__", None)
    if code is None or code.co_flags & inspect.CO_VARARGS or code.co_argcount < first + count:
        return True
    names = set(code.co_varnames[first : first + count])
    for instruction in dis.get_instructions(code):
        named = instruction.argval if isinstance(instruction.argval, tuple) else (instruction.argval,)
        if any(isinstance(name, str) and name in names for name in named):
            return True
    return False
