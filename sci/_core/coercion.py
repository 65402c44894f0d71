"""What the arguments of an elementwise function become: the dtypes of one of its signatures, on one device."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from .arrays import (
    COMPLEX,
    COMPLEX_OF,
    FLOATING,
    REAL_OF,
    as_tensor,
    common_device,
    compute_dtype,
    floating,
    number,
    result_dtype,
)
from .cards import ElementwiseCard
from .errors import bad_argument

Args = tuple[Any, ...]
DTYPES = {"r": FLOATING, "c": COMPLEX, "i": (torch.int64, torch.int64)}


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """How arguments of certain dtypes (or Python types) fit a signature with no more than numbers to convert."""

    tensors: tuple[int, ...]
    numbers: tuple[tuple[int, torch.dtype], ...]  # which, and what they become

    def with_tensors(self, args: Args) -> Args:
        """Return the arguments with tensors in place of numbers."""
        if not self.numbers:
            return args
        device = args[self.tensors[0]].device
        mixed = list(args)
        for i, dtype in self.numbers:
            mixed[i] = number(args[i], dtype, device)
        return tuple(mixed)


def make_plan(card: ElementwiseCard, key: Args) -> Plan | None:
    """Return the plan for arguments of these dtypes or types; None where it takes promotion, casts or arrays."""
    tensors = tuple(i for i, k in enumerate(key) if isinstance(k, torch.dtype))
    if all(key[i] == torch.int64 for i in tensors):
        return None
    for width in (0, 1):
        for ins, _ in card.signatures:
            dtypes = [DTYPES[kind][width] for kind in ins]
            if all(
                k == dtype or k is int or (k is float and kind != "i")
                for k, dtype, kind in zip(key, dtypes, ins, strict=True)
            ):
                numbers = tuple((i, dtypes[i]) for i in range(len(key)) if i not in tensors)
                return Plan(tensors, numbers)
    return None


def coerce(card: ElementwiseCard, args: Args) -> tuple[list[Tensor], torch.dtype | None]:
    """Bring arguments to the dtypes of one signature and to one device; also the dtype to cast the result back to."""
    names = card.arguments
    weak = [isinstance(x, (bool, int, float, complex)) for x in args]
    places = [x.device for x in args if isinstance(x, Tensor) and (x.dim() or x.device.type != "cpu")]
    place = places[0] if places else None
    tensors = [as_tensor(x, name, card.name, place) for x, name in zip(args, names, strict=True)]
    device = common_device(tensors, names, card.name)
    whole = [card.kinds(i) == "i" for i in range(len(names))]
    inexact = [(x, w) for x, w, integer in zip(tensors, weak, whole, strict=True) if not integer]
    dtype = floating(result_dtype([x for x, _ in inexact], [w for _, w in inexact]))
    compute = compute_dtype(dtype)
    real = REAL_OF.get(compute, compute)
    best = _signature(card, tensors, args)
    out = []
    for kind, x, name, given, is_number in zip(best, tensors, names, args, weak, strict=True):
        if kind == "i":
            if x.is_floating_point() or x.is_complex():
                x = _whole_number(card.name, name, x, given)
            out.append(x.to(device=device, dtype=torch.int64))
            continue
        to = COMPLEX_OF[real] if kind == "c" else real
        # A Python number is rounded once, to the dtype it joins: 0.3 beside float64 tensors is float64's 0.3.
        out.append(number(given, to, device) if is_number else x.to(device=device, dtype=to))
    return out, None if dtype == compute else dtype


def _signature(card: ElementwiseCard, tensors: Sequence[Tensor], args: Args) -> str:
    """Return the first signature that holds every argument; real arguments may become complex, not the reverse."""
    for ins, _ in card.signatures:
        if all(kind == "c" or not x.is_complex() for kind, x in zip(ins, tensors, strict=True)):
            return ins
    for i, x in enumerate(tensors):
        if x.is_complex() and "c" not in card.kinds(i):
            raise bad_argument(card.name, card.arguments[i], "real", args[i], TypeError)
    i = next(i for i, x in enumerate(tensors) if x.is_complex())
    raise bad_argument(card.name, card.arguments[i], "real with these other arguments", args[i], TypeError)


def _whole_number(function: str, name: str, x: Tensor, given: Any) -> Tensor:
    """Accept floats with whole values (`polygamma(1.0, x)`), as SciPy does; this reads the data."""
    if x.is_complex() or x.requires_grad:
        raise bad_argument(function, name, "integer", given, TypeError)
    if not (torch.compiler.is_compiling() or x.is_meta) and not bool((x == x.round()).all()):
        raise bad_argument(function, name, "integer", given, TypeError)
    return x
