"""Conditions on data, and dtypes of real knots under complex values: what the classes of this package share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import promote
from .._core.checks import known


def holds(condition: Tensor) -> bool:
    """Return whether a condition on data holds; True where nobody can know: compiled, under vmap, checks off."""
    return known(condition) != 0


def promote_over_real(function: str, real: dict[str, Any], number: dict[str, Any]) -> tuple[Tensor, ...]:
    """Return the arguments in one precision and on one device: those of `real` first, which must be real."""
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
    return tuple(torch.broadcast_shapes(*(x.shape[: x.dim() - core] for x, core in parts)))


def real_product(a: Tensor, b: Tensor) -> Tensor:
    """Return ``Re(conj(a) b)`` summed over the last dimension: the gradient in a real scalar that multiplied a."""
    product = a.conj() * b
    return (product.real if product.is_complex() else product).sum(-1)


def normalize_axis(function: str, axis: int, ndim: int) -> int:
    """Return a non-negative axis, or raise ValueError."""
    if not -ndim <= axis < ndim:
        raise ValueError(f"{function}: axis {axis} is out of bounds for an array of dimension {ndim}")
    return axis % ndim


def shape_text(shape: Sequence[int]) -> str:
    """Return a shape as a tuple's text."""
    return str(tuple(shape))
