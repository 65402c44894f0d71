"""Tensors, array-likes, promotion and devices: what every public function does with its arguments first.

Tensors follow torch's promotion. Array-likes (NumPy arrays, lists, numbers, anything with ``__dlpack__``) are accepted
anywhere: arrays keep their dtype, Python numbers are weak, and all join the tensors' device.
"""

from __future__ import annotations

import functools
import numbers
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from . import torch_private
from .checks import known
from .errors import bad_argument, describe

FLOATING = (torch.float32, torch.float64)
COMPLEX = (torch.complex64, torch.complex128)
# Tables, since the compiler does not trace torch.dtype.to_real and to_complex.
REAL_OF = {torch.complex32: torch.float16, torch.complex64: torch.float32, torch.complex128: torch.float64}
COMPLEX_OF = {
    torch.float16: torch.complex32,
    torch.bfloat16: torch.complex64,
    torch.float32: torch.complex64,
    torch.float64: torch.complex128,
}
_HALF_COMPLEX = {torch.complex32}
if hasattr(torch, "bcomplex32"):  # since torch 2.15; before, bfloat16 with a complex number made complex64
    REAL_OF[torch.bcomplex32] = torch.bfloat16
    COMPLEX_OF[torch.bfloat16] = torch.bcomplex32
    _HALF_COMPLEX.add(torch.bcomplex32)
_NUMBERS = (int, float, bool, complex)
_CPU = torch.device("cpu")
_HALF = (torch.float16, torch.bfloat16)
# torch has hardly any arithmetic for these, and they become a floating dtype anyhow.
_WIDE_UNSIGNED = frozenset((torch.uint16, torch.uint32, torch.uint64))
_ACCEPTED = frozenset(
    (*FLOATING, *COMPLEX, *_HALF, *_HALF_COMPLEX)
    + (torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)
)


def as_tensor(x: Any, argument: str = "x", function: str = "sci", device: torch.device | None = None) -> Tensor:
    """Return `x` as a tensor: a tensor as it is, an array-like with NumPy's dtype and, where that can be, its memory.

    Raises TypeError, naming `argument`, for anything that holds no numbers torch knows.
    """
    if isinstance(x, Tensor):
        if x.dtype in _WIDE_UNSIGNED:
            x = _signed(x, argument, function)
        if x.dtype not in _ACCEPTED or x.layout is not torch.strided:
            raise bad_argument(function, argument, "a dense tensor of a real, complex or integer dtype", x, TypeError)
        return x
    if type(x) in _NUMBERS or (isinstance(x, numbers.Number) and not isinstance(x, np.generic)):
        return number(x, _weak_dtype(x, argument, function), device or _CPU)
    if isinstance(x, (list, tuple)) and _holds_tensor(x):
        parts = [as_tensor(part, argument, function, device) for part in x]
        if any(part.shape != parts[0].shape or part.device != parts[0].device for part in parts):
            raise bad_argument(function, argument, "made of parts of one shape on one device", x)
        dtype = result_dtype(parts)
        return torch.stack([part.to(dtype) for part in parts])
    if hasattr(x, "__dlpack__") and not isinstance(x, (np.ndarray, np.generic)):
        return torch.utils.dlpack.from_dlpack(x)
    try:
        array = np.asarray(x)
        if array.dtype == object or array.dtype.kind not in "biufc":
            raise TypeError
        if any(stride < 0 for stride in array.strides) or not array.dtype.isnative or not array.flags.writeable:
            array = array.astype(array.dtype.newbyteorder("="), copy=True)
        tensor = torch.from_numpy(array) if array.ndim else torch.tensor(array[()], device=_CPU)
    except (TypeError, ValueError):
        raise bad_argument(function, argument, "a tensor, an array of numbers or a number", x, TypeError) from None
    if tensor.dtype in _WIDE_UNSIGNED:
        tensor = _signed(tensor, argument, function)
    return tensor if device is None else tensor.to(device)


def _signed(x: Tensor, argument: str, function: str) -> Tensor:
    """Return wide unsigned integers as int64; one that it does not hold raises (a check of data)."""
    signed = x.to(torch.int64)
    if x.dtype is torch.uint64 and known((signed < 0).any()):
        raise bad_argument(function, argument, "below 2**63 where it is of uint64", x)
    return signed


def _holds_tensor(x: Sequence[Any]) -> bool:
    return any(isinstance(part, Tensor) or (isinstance(part, (list, tuple)) and _holds_tensor(part)) for part in x)


def _weak_dtype(x: Any, argument: str, function: str) -> torch.dtype:
    if isinstance(x, bool):
        return torch.bool
    if isinstance(x, int):
        return torch.int64
    if isinstance(x, float):
        return torch.get_default_dtype()
    if isinstance(x, complex):
        return COMPLEX_OF[torch.get_default_dtype()]
    raise bad_argument(function, argument, "a tensor, an array of numbers or a number", x, TypeError)


def number(x: Any, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Return a Python number as a 0-d tensor; equal numbers share one, so that a call on CUDA copies nothing again."""
    if torch.compiler.is_compiling() or torch_private.dispatch_modes():
        return torch.tensor(x, dtype=dtype, device=device)
    # 1, 1.0 and True, and 0.0 and -0.0, also as parts of complex ones, are equal as keys and different as numbers.
    kind: Any = type(x)
    return kept_in_graphs(_cached_number(kind, x if x and kind is not complex else repr(x), x, dtype, device))


_KEPT_NUMBERS = 512
_on_gpus: set[torch.device] = set()  # where numbers are


@functools.lru_cache(maxsize=_KEPT_NUMBERS)
def _cached_number(kind: type, key: Any, x: Any, dtype: torch.dtype, device: torch.device) -> Tensor:
    if device.type == "cuda":
        _on_gpus.add(device)
    full = _cached_number.cache_info().currsize == _KEPT_NUMBERS
    if full and _on_gpus and not torch.cuda.is_current_stream_capturing():  # a capture may not wait
        # The one that makes place may still be read in another stream than its own, which alone its memory waits for.
        # A new number on a GPU is a copy that waits for its stream anyway.
        for gpu in tuple(_on_gpus):
            torch.cuda.synchronize(gpu)
    # Plain even within torch.func's transforms: one that belongs to a level would be kept beyond it.
    with torch.inference_mode(False), torch_private.below_transforms():
        return torch.tensor(x, dtype=dtype, device=device)


_Cached = TypeVar("_Cached", Tensor, Tensor | None)
_in_graphs: dict[int, Tensor] = {}


def kept_in_graphs(x: _Cached) -> _Cached:
    """Return a tensor of a cache; one that a CUDA graph is captured with is kept for good, as each replay reads it."""
    if x is not None and x.is_cuda and torch.cuda.is_current_stream_capturing():
        _in_graphs[id(x)] = x
    return x


_FEW = 32


def made_there(numbers: Any, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Return a number or a list as ``torch.tensor`` does; few without a copy from the host, which waits for a GPU."""
    if device.type == "cpu" or (isinstance(numbers, list) and not 0 < len(numbers) <= _FEW):
        return torch.tensor(numbers, dtype=dtype, device=device)
    if isinstance(numbers, list):
        return torch.stack([made_there(number, dtype, device) for number in numbers])
    return torch.full((), numbers, dtype=dtype, device=device)


def running_sum(x: Tensor) -> Tensor:
    """Return the sums of the first rows, in a certain order where torch is told to be deterministic."""
    if not (x.is_cuda and torch.are_deterministic_algorithms_enabled()):
        return x.cumsum(0)
    step = 1  # twice as many rows in each round
    while step < x.shape[0]:
        x = torch.cat((x[:step], x[step:] + x[:-step]))
        step *= 2
    return x


def chosen_device(device: Any) -> torch.device:
    """Return the device asked for, or torch's default."""
    if device is not None:
        return torch.device(device)
    return torch.get_default_device() if torch.compiler.is_compiling() or torch_private.function_modes() else _CPU


def _category(dtype: torch.dtype) -> int:
    return 3 if dtype.is_complex else 2 if dtype.is_floating_point else 0 if dtype is torch.bool else 1


def result_dtype(args: Sequence[Any], weak: Sequence[bool] | None = None) -> torch.dtype:
    """Return torch's common dtype of tensors: 0-d ones give way to dimensioned ones, and numbers (`weak`) to both."""
    best: torch.dtype | None = None
    levels: list[torch.dtype | None] = [None, None, None]
    for i, x in enumerate(args):
        level = 2 if weak is not None and weak[i] else 1 if x.dim() == 0 else 0
        known = levels[level]
        levels[level] = x.dtype if known is None else torch.promote_types(known, x.dtype)
    for dtype in levels:
        if dtype is None:
            continue
        if best is None or _category(dtype) > _category(best):
            best = dtype if best is None else _raise_category(best, dtype)
    assert best is not None
    return best


def _raise_category(strong: torch.dtype, weak: torch.dtype) -> torch.dtype:
    # float32[3] with a complex number: complex64; int64[3] with a float: that float.
    if weak.is_complex and strong.is_floating_point:
        return COMPLEX_OF[strong]
    return weak


def common_device(tensors: Sequence[Tensor], names: Sequence[str], function: str) -> torch.device:
    """Return the one device of the tensors, where 0-d CPU tensors count as numbers; raise if there are two."""
    found: torch.device | None = None
    where = ""
    for x, name in zip(tensors, names, strict=True):
        if x.dim() == 0 and x.device.type == "cpu":
            continue
        if found is not None and x.device != found:
            text = f"{function}: all tensors must be on one device, got {where} on {found} and {name} on {x.device}"
            raise RuntimeError(text)
        if found is None:
            found, where = x.device, name
    return found if found is not None else _CPU


def floating(dtype: torch.dtype) -> torch.dtype:
    """Return the floating or complex dtype in which a function of `dtype` computes: integers give the default type."""
    if dtype.is_floating_point or dtype.is_complex:
        return dtype
    return torch.get_default_dtype()


def compute_dtype(dtype: torch.dtype) -> torch.dtype:
    """Return the dtype kernels run in: half types compute in float32."""
    if dtype in _HALF:
        return torch.float32
    return torch.complex64 if dtype in _HALF_COMPLEX else dtype


def cast(x: Tensor, dtype: torch.dtype) -> Tensor:
    """Return `x` in a dtype, without the call where it is of that."""
    return x if x.dtype is dtype else x.to(dtype)


def _alike(values: Iterable[Any], allow_complex: bool) -> tuple[Tensor, ...] | None:
    """Return tensors of one dtype on one device, and Python numbers beside them as such; None for anything else."""
    first: Tensor | None = None
    alone = True
    for x in values:
        kind = type(x)
        if kind is Tensor:
            if x.layout is not torch.strided:
                return None
            if first is None:
                first = x
                if x.dtype not in FLOATING and not (allow_complex and x.dtype in COMPLEX):
                    return None
            elif x.dtype is not first.dtype or x.device != first.device:
                return None
        elif kind is float or (kind is int and abs(x) < 1 << 53):
            alone = False
        else:
            return None
    if first is None:
        return None
    dtype, device = first.dtype, first.device
    return tuple(values) if alone else tuple([x if type(x) is Tensor else number(x, dtype, device) for x in values])


def common_shape(function: str, /, **arguments: Tensor) -> torch.Size:
    """Return the shape that tensors broadcast to; ValueError, naming the arguments, where there is none."""
    full = [x.shape for x in arguments.values() if x.dim()]
    if all(shape == full[0] for shape in full[1:]):  # torch's function takes longer than a small call
        return full[0] if full else torch.Size(())
    try:
        return torch.broadcast_shapes(*(x.shape for x in arguments.values()))
    except RuntimeError:
        shapes = ", ".join(f"{name} {tuple(x.shape)}" for name, x in arguments.items() if x.dim())
        raise ValueError(f"{function}: shapes must broadcast, got {shapes}") from None


def promote(
    function: str,
    *,
    allow_complex: bool = True,
    half: bool = False,
    optional: Sequence[str] = (),
    **arguments: Any,
) -> tuple[Tensor, ...]:
    """Return the named array arguments as tensors of one floating dtype on one device.

    The first step of a function of linalg, fft, sparse or interpolate: ``a, b = promote("solve", a=a, b=b)``. ``None``
    stays ``None`` in the arguments that are `optional`. With ``half=False`` float16 and bfloat16 become float32 (the
    caller casts back where SciPy's torch users expect it).
    """
    if (alike := _alike(arguments.values(), allow_complex)) is not None:
        return alike
    names = [name for name, x in arguments.items() if x is not None or name not in optional]
    weak = [isinstance(arguments[name], numbers.Number) for name in names]
    given = [arguments[name] for name in names]
    if all(type(x) is Tensor for x in given):
        tensors = [as_tensor(x, name, function) for name, x in zip(names, given, strict=True)]
    else:
        places = [x.device for x in given if isinstance(x, Tensor) and (x.dim() or x.device.type != "cpu")]
        tensors = [
            as_tensor(x, name, function, places[0] if places else None) for name, x in zip(names, given, strict=True)
        ]
    device = common_device(tensors, names, function)
    dtype = floating(result_dtype(tensors, weak))
    if not half:
        dtype = compute_dtype(dtype)
    if dtype.is_complex and not allow_complex:
        name = next(n for n, x in zip(names, tensors, strict=True) if x.is_complex())
        raise TypeError(f"{function}: {name} must be real, got {describe(arguments[name])}")
    # A Python number is rounded once, to the dtype it joins: 0.3 beside float64 tensors is float64's 0.3.
    done = {
        name: number(x, dtype, device)
        if type(x) in (bool, int, float, complex)
        else tensor.to(device=device, dtype=dtype)
        for name, x, tensor in zip(names, given, tensors, strict=True)
    }
    return tuple(done.get(name) for name in arguments)  # type: ignore[misc]
