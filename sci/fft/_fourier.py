r"""The operator under the Fourier transforms, and how their arguments become its own.

``transform(x, axes, kind, inverse, odd, scale, middle)`` is, over one axis or several, with the sign of the exponent
+ for `inverse`,

====  =====================================================================================================
kind
====  =====================================================================================================
0     complex to complex: :math:`s F x`
1     real to half spectrum: :math:`s M H F x`, where H keeps the first half along the last of `axes` and M
      multiplies values that stand for two, those but k = 0 and k = n/2, by `middle`
2     half spectrum to real: the n numbers (n odd or even, as `odd` says) whose spectrum begins with :math:`s M x`
====  =====================================================================================================

Real and imaginary parts count as independent. A value that stands for two appears in a real result twice, once
conjugated, hence the adjoints: :math:`(s M_m H F)^T` is kind 2 with the other sign and middle m/2, that of kind 2 is
kind 1 with the other sign and 2 m, and that of :math:`s F` is :math:`s \bar F`. All are exact: the imaginary parts that
kind 2 ignores get the gradient 0, forward and reverse mode are the same map.
"""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from typing import Any

import torch
from torch import Tensor

from .._core import runtime
from .._core.arrays import COMPLEX_OF, REAL_OF
from .._core.dispatch import PLAIN, direct_operator, operator
from .._core.quick import COMPLEX_DTYPES, REAL_DTYPES, is_compiling

runtime.load_library()

COMPLEX, TO_HALF, FROM_HALF = 0, 1, 2
_ADJOINT = {COMPLEX: COMPLEX, TO_HALF: FROM_HALF, FROM_HALF: TO_HALF}
_FACTOR = {COMPLEX: 1.0, TO_HALF: 0.5, FROM_HALF: 2.0}


def _backward(args: Any, outputs: Any, grads: Any, needs: Any) -> Sequence[Tensor | None]:
    x, axes, kind, inverse, odd, scale, middle = args
    if not needs[0]:
        return (None,) * 7
    if kind == TO_HALF:
        odd = bool(x.shape[axes[-1]] % 2)
    g = grads[0].resolve_conj()
    grad = transform(g, axes, _ADJOINT[kind], not inverse, odd, scale, middle * _FACTOR[kind])
    return (grad, *(None,) * 6)


def _jvp(args: Any, outputs: Any, tangents: Any) -> Tensor:
    tangent: Tensor = transform(tangents[0].resolve_conj(), *args[1:])
    return tangent


def _fake(x: Tensor, axes: Any, kind: int, inverse: bool, odd: bool, scale: float, middle: float) -> Tensor:
    shape = list(x.shape)
    if kind == TO_HALF:
        shape[axes[-1]] = shape[axes[-1]] // 2 + 1
    if kind == FROM_HALF:
        shape[axes[-1]] = 2 * (shape[axes[-1]] - 1) + int(odd)
    dtype = x.dtype if kind == COMPLEX else COMPLEX_OF[x.dtype] if kind == TO_HALF else REAL_OF[x.dtype]
    return x.new_empty(shape, dtype=dtype)


transform = operator(
    "fourier_transform",
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    core_dims=(0,),  # axes are counted from the end, so a dimension that vmap adds in front changes nothing
    keeps="shapes",
)


# Bits of the number that tells the operator `fourier_in_brief` what to do, beside the kind.
INVERSE, ODD, DIVIDED, ROOT = 4, 8, 16, 32
_NORMS = {None: 0, "backward": 0, "ortho": ROOT, "forward": DIVIDED}
_INVERSE_NORMS = {None: DIVIDED, "backward": DIVIDED, "ortho": ROOT, "forward": 0}
_DTYPES = {COMPLEX: COMPLEX_DTYPES | REAL_DTYPES, TO_HALF: REAL_DTYPES, FROM_HALF: COMPLEX_DTYPES}
LAST_TWO = (-2, -1)


def axes_in_brief(place: int, ndim: int) -> list[int]:
    """Return the axes that a number of `brief_axes` names, counted from the end, as csrc/ops/fft_brief.h does."""
    if place == 0:
        return [-1]
    return [place - 3 - ndim] if place > 2 else list(range(-ndim if place == 1 else -2, 0))


def scale_in_brief(code: int, n: int) -> float:
    """Return the factor of the norm in a call's number, for the length or period `n`."""
    return 1 / math.sqrt(n) if code & ROOT else 1 / n if code & DIVIDED else 1.0


def _brief_backward(args: Any, outputs: Any, grads: Any, needs: Any) -> Sequence[Tensor | None]:
    x, code = args
    kind, axes = code & 3, axes_in_brief(code >> 6, x.dim())
    shape = (grads[0] if kind == FROM_HALF else x).shape
    scale = scale_in_brief(code, math.prod(shape[a] for a in axes))
    general = (x, axes, kind, bool(code & INVERSE), bool(code & ODD), scale, 1.0)
    grad = _backward(general, outputs, grads, needs)[0]
    return grad if grad is None or x.is_complex() else grad.real, None


_in_brief = direct_operator("fourier_in_brief", _brief_backward, "shapes")


def may_be_plain(x: Any, dtypes: Container[torch.dtype]) -> bool:
    """Ask of `x` what calls in brief ask for beside a plain tensor: a dtype of `dtypes`, numbers, an axis."""
    # Whether code is compiled comes first: the compiler traces none of this.
    return not is_compiling() and type(x) in PLAIN and x.dtype in dtypes and x.numel() > 0 and x.dim() > 0


def brief_axes(x: Tensor, axes: Any) -> int:
    """Return the number by which calls in brief name one axis, all (None) or the last two; -1 for others."""
    if axes.__class__ is int:
        if axes == -1:
            return 0
        ndim = x.dim()
        return (axes + 3 if axes >= 0 else axes + ndim + 3) if -ndim <= axes < ndim else -1
    if axes is None:
        return 1
    return 2 if axes.__class__ is tuple and axes == LAST_TWO and x.dim() > 1 else -1


def in_brief(x: Any, code: int, axes: Any, norm: Any, n: Any = None) -> Tensor | None:
    """Transform `x` at its lengths, in a call whose checks take less time than the transform of a short row.

    Returns None where a check must say more than that, which is the general way's business. `n` is the length of what
    a half spectrum stands for, None for the even one.
    """
    kind = code & 3
    if not (norm is None or norm.__class__ is str) or not may_be_plain(x, _DTYPES[kind]):
        return None
    scale = (_INVERSE_NORMS if code & INVERSE else _NORMS).get(norm)
    place = brief_axes(x, axes)
    if scale is None or place < 0:
        return None
    if kind == COMPLEX:
        if x.is_cuda and x.dtype in REAL_DTYPES:  # on the CPU the operator does it
            x = x.to(COMPLEX_OF[x.dtype])
    elif kind == FROM_HALF:
        half = x.shape[axes if axes.__class__ is int else -1]
        if half < 2 if n is None else n.__class__ is not int or n < 1 or n // 2 + 1 != half:
            return None
        if n is not None and n % 2:
            code |= ODD
    out = _in_brief(x, code | scale | place << 6)
    return None if out is NotImplemented else out


def last_axis(x: Tensor, code: int) -> Tensor | None:
    """Do the same along the last axis of an array that has numbers; `code` holds the norm."""
    out = NotImplemented if is_compiling() else _in_brief(x, code)
    return None if out is NotImplemented else out


def fit(x: Tensor, shape: Sequence[int], axes: Sequence[int]) -> Tensor:
    """Cut `x` along its axes to the lengths `shape`, or fill it up with zeros."""
    pads = [0] * (2 * x.dim())
    for n, axis in zip(shape, axes, strict=True):
        have = x.shape[axis]
        if have > n:
            x = x.narrow(axis, 0, n)
        elif have < n:
            pads[-2 * axis - 1] = n - have
    return torch.nn.functional.pad(x, pads) if any(pads) else x


def _scale(norm: str | None, shape: Sequence[int], inverse: bool) -> float:
    if norm == "ortho":
        return 1 / math.sqrt(math.prod(shape))
    return 1 / math.prod(shape) if (norm == "forward") != inverse else 1.0


def complex_transform(x: Tensor, shape: Sequence[int], axes: Sequence[int], norm: str | None, inverse: bool) -> Tensor:
    """Do what `fft` and `ifft` do along axes counted from the end."""
    z = x.resolve_conj() if x.is_complex() else x.to(COMPLEX_OF[x.dtype])
    if not axes:
        return z.clone() if z is x else z
    return transform(fit(z, shape, axes), list(axes), COMPLEX, inverse, False, _scale(norm, shape, inverse), 1.0)


def to_half(x: Tensor, shape: Sequence[int], axes: Sequence[int], norm: str | None, inverse: bool) -> Tensor:
    """Do what `rfft`, or with `inverse` `ihfft`, does along axes counted from the end."""
    return transform(fit(x, shape, axes), list(axes), TO_HALF, inverse, False, _scale(norm, shape, inverse), 1.0)


def from_half(x: Tensor, shape: Sequence[int], axes: Sequence[int], norm: str | None, inverse: bool) -> Tensor:
    """Do what `irfft`, or without `inverse` `hfft`, does: `shape` is that of the result."""
    z = x.resolve_conj() if x.is_complex() else x.to(COMPLEX_OF[x.dtype])
    z = fit(z, [*shape[:-1], shape[-1] // 2 + 1], axes)
    return transform(z, list(axes), FROM_HALF, inverse, bool(shape[-1] % 2), _scale(norm, shape, inverse), 1.0)
