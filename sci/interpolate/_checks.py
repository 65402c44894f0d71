"""Conditions on data, and dtypes of real knots under complex values: what the classes of this package share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._core.arrays import FLOATING, promote
from .._core.checks import checks_enabled, finite_probe, known, read
from .._core.errors import integer
from .._core.torch_private import fake_mode_active, forward_mode_active, is_batched_gradient, transforms_active
from ..linalg import LinAlgError
from ..linalg._lu_operators import solve_ex

_PLAIN = (Tensor, torch.nn.Parameter)


def holds(condition: Tensor) -> bool:
    """Return whether a condition on data holds; True where nobody can know: compiled, under vmap, checks off."""
    return known(condition) != 0


def solve_dense(name: str, a: Tensor, b: Tensor) -> Tensor:
    """Solve ``a x = b`` as `torch.linalg.solve`, which waits for the GPU even where checks of data are off."""
    x, info = solve_ex(a, b)
    if not holds((info == 0).all()):
        raise LinAlgError(f"{name}: Singular matrix")
    return x


def nothing_differentiates(*tensors: Tensor) -> bool:
    """Return whether these are plain tensors whose derivative nobody will ask for, in code that runs as it stands.

    Those on the meta device, which have no numbers, are not.
    """
    return not (
        torch.compiler.is_compiling()
        or transforms_active()
        or forward_mode_active()
        or not all(
            type(x) in _PLAIN and not x.is_meta for x in tensors
        )  # sharded ones have rules for operators that differentiate
        or (torch.is_grad_enabled() and any(x.requires_grad for x in tensors))
    )


def all_hold(*lowest: Tensor, finite: tuple[Tensor, ...] = ()) -> bool:
    """Return whether the 0-d tensors are positive and those of `finite` finite, with one transfer; see `holds`."""
    plain = nothing_differentiates() and not fake_mode_active()
    if not plain or any(is_batched_gradient(x) for x in (*lowest, *finite)):
        return all(holds(x > 0) for x in lowest) and all(holds(torch.isfinite(x).all()) for x in finite)
    probes = [*lowest, *(finite_probe(x) for x in finite)]
    if not checks_enabled() or probes[0].device.type == "meta":
        return True
    values = read(*probes)
    if not all(value > 0 for value in values[: len(lowest)]):
        return False
    # The sum of finite numbers may overflow: then look again.
    sums = zip(finite, values[len(lowest) :], strict=True)
    return all(value - value == 0 or holds(torch.isfinite(x).all()) for x, value in sums)


def require_finite(function: str, arguments: dict[str, Tensor]) -> None:
    """Raise ValueError, with the argument's name, if data hold NaN or infinity; see `holds`."""
    if all_hold(finite=tuple(arguments.values())):
        return
    for name, x in arguments.items():
        if not holds(torch.isfinite(x).all()):
            raise ValueError(f"{function}: {name} must not contain infs or NaNs")


def same_kind(x: Any, like: Tensor) -> bool:
    """Return whether x is a tensor of the dtype and on the device of `like`, so that promotion has nothing to do."""
    return type(x) is Tensor and x.dtype is like.dtype and x.device == like.device


def ready(*given: Any) -> bool:
    """Return whether all are real tensors of one dtype that is computed in, on one device."""
    if not given or type(given[0]) is not Tensor or given[0].dtype not in FLOATING:
        return False
    dtype, device = given[0].dtype, given[0].device
    for x in given:  # noqa: SIM110  # a loop: generators cost more than the answer
        if type(x) is not Tensor or x.dtype is not dtype or x.device != device:
            return False
    return True


def promote_over_real(function: str, real: dict[str, Any], number: dict[str, Any]) -> tuple[Tensor, ...]:
    """Return the arguments in one precision and on one device: those of `real` first, which must be real."""
    every = (*real.values(), *number.values())
    if ready(*every):
        return every
    for name, x in real.items():
        promote(function, allow_complex=False, **{name: x})
    done = promote(function, **real, **number)
    reals = tuple(x.real if x.is_complex() else x for x in done[: len(real)])
    return reals + done[len(real) :]


def flatten_trailing(x: Tensor, keep: int) -> Tensor:
    """Return x with all dimensions after the first `keep` made one; empty ones too, where ``reshape(-1)`` refuses."""
    return x.reshape(*x.shape[:keep], math.prod(x.shape[keep:]))


def sum_to(grad: Tensor, like: Tensor) -> Tensor:
    """Sum over the batch dimensions that broadcasting added to `like`."""
    return grad if grad.shape == like.shape else grad.sum_to_size(like.shape)


def batch_shape(*parts: tuple[Tensor, int]) -> tuple[int, ...]:
    """Broadcast the leading dimensions of (tensor, number of its last dimensions that do not take part)."""
    shapes = (x.shape[: x.dim() - core] for x, core in parts)
    return tuple(torch.broadcast_shapes(*shapes))  # type: ignore[no-untyped-call]


def real_product(a: Tensor, b: Tensor) -> Tensor:
    """Return ``Re(conj(a) b)`` summed over the last dimension: the gradient in a real scalar that multiplied a."""
    product = a.conj() * b
    if product.shape[-1] == 1 and not product.is_complex():
        return product.squeeze(-1)
    return (product.real if product.is_complex() else product).sum(-1)


def constant(size: int) -> int:
    """Return a size, from here on a constant to torch.compile: functions of `math` take no symbolic ones."""
    return sum(1 for _ in range(size))


def normalize_axis(function: str, axis: int, ndim: int) -> int:
    """Return a non-negative axis, or raise AxisError, which is a ValueError and an IndexError."""
    axis = integer(function, "axis", axis)
    if not -ndim <= axis < ndim:
        raise np.exceptions.AxisError(f"{function}: axis {axis} is out of bounds for an array of dimension {ndim}")
    return axis % ndim


def require_ends(bbox: Any, count: int) -> None:
    """Raise ValueError, in SciPy's words, unless `bbox` holds so many ends."""
    if not hasattr(bbox, "__len__") or len(bbox) != count:
        raise ValueError(f"bbox shape should be ({count},)")


def shape_text(shape: Sequence[int]) -> str:
    """Return a shape as a tuple's text."""
    return str(tuple(shape))
