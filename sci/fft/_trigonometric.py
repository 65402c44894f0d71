r"""The operator under the cosine and sine transforms, and the arguments they have in common.

``transform(x, axes, type, sine, scale, end_in, end_out)`` is :math:`y = s E_{out} C E_{in} x` along one axis, and along
several the product of these, s taken once: C one of SciPy's unnormalised transforms, E a factor of the elements that a
transform counts with half the weight of the others (first and last for the cosine transform of type 1, first of the
input of type 3 and of the output of type 2; last in the sine transforms of types 2 and 3). With weights of 2 off these
ends the matrices are cosines and sines, so the adjoints are the operator again:

=======  ==================================================================================
type 1   :math:`(s E(b) C_1 E(a))^T = s E(a/2) C_1 E(2b)` (cosine); itself (sine)
type 2   :math:`(s E(b) C_2)^T = s C_3 E(2b)`
type 3   :math:`(s C_3 E(a))^T = s E(a/2) C_2`
type 4   itself
=======  ==================================================================================
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from .._core import runtime
from .._core.cards import Sample
from .._core.dispatch import direct_operator, operator
from .._core.errors import flag, integer
from .._core.quick import REAL_DTYPES
from ._arguments import check_axis, check_length, check_options, reversed_norm, shape_and_axes, transform_input
from ._fourier import DIVIDED, ROOT, axes_in_brief, brief_axes, fit, may_be_plain, scale_in_brief

runtime.load_library()

_TRANSPOSED = _INVERSE = {1: 1, 2: 3, 3: 2, 4: 4}


def _adjoint(args: tuple[Any, ...], x: Tensor) -> Tensor:
    _, axes, type, sine, scale, end_in, end_out = args
    adjoint: Tensor = transform(x, axes, _TRANSPOSED[type], sine, scale, 2 * end_out, end_in / 2)
    return adjoint


def _backward(args: Any, outputs: Any, grads: Any, needs: Any) -> Sequence[Tensor | None]:
    return (_adjoint(args, grads[0]) if needs[0] else None, None, None, None, None, None, None)


def _jvp(args: Any, outputs: Any, tangents: Any) -> Tensor:
    tangent: Tensor = transform(tangents[0], *args[1:])
    return tangent


def _fake(x: Tensor, *arguments: Any) -> Tensor:
    return x.new_empty(x.shape)


transform = operator(
    "trigonometric_transform",
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    core_dims=(0,),  # axes are counted from the end, so a dimension that vmap adds in front changes nothing
    keeps="shapes",
)


def _period(type: int, sine: bool, n: int) -> int:
    """Return how many times the identity a transform of its inverse is."""
    return 2 * n if type > 1 else 2 * (n + 1) if sine else 2 * (n - 1)


def _scale(norm: str | None, period: int) -> float:
    if norm == "ortho":
        return 1 / math.sqrt(period)
    return 1.0 if norm is None or norm == "backward" else 1 / period


def _ends(type: int, sine: bool, orthogonalize: bool) -> tuple[float, float]:
    """Return the factors of the end values before and after."""
    if not orthogonalize or type == 4 or (sine and type == 1):
        return 1.0, 1.0
    return math.sqrt(2) if type != 2 else 1.0, math.sqrt(0.5) if type != 3 else 1.0


def _along(
    x: Tensor,
    type: int,
    sine: bool,
    shape: Sequence[int],
    axes: Sequence[int],
    norm: str | None,
    orthogonalize: bool,
) -> Tensor:
    scale = 1.0
    for n in shape:
        scale *= _scale(norm, _period(type, sine, n))
    end_in, end_out = _ends(type, sine, orthogonalize)
    x = fit(x, shape, axes)
    if x.is_complex():  # real and imaginary parts are two columns of a real transform
        parts = torch.view_as_real(x.resolve_conj())
        return torch.view_as_complex(transform(parts, [a - 1 for a in axes], type, sine, scale, end_in, end_out))
    return transform(x, list(axes), type, sine, scale, end_in, end_out)


def _check_type(function: str, type: int, sine: bool, lengths: Sequence[int]) -> None:
    if type not in _TRANSPOSED:
        raise ValueError(f"{function}: invalid {'DST' if sine else 'DCT'} type {type!r}, must be 1, 2, 3 or 4")
    if type == 1 and not sine and any(n < 2 for n in lengths):
        raise ValueError(f"{function}: the DCT of type 1 needs at least 2 data points, got lengths {list(lengths)}")


# Bits of the number that tells the operator `trigonometric_in_brief` what to do, beside the type.
_SINE, _ORTHOGONAL = 8, 64
_NORMS = {None: 0, "backward": 0, "ortho": ROOT, "forward": DIVIDED}


def _brief_backward(args: Any, outputs: Any, grads: Any, needs: Any) -> Sequence[Tensor | None]:
    x, code = args
    type, sine, axes = code & 7, bool(code & _SINE), axes_in_brief(code >> 7, x.dim())
    scale = math.prod(scale_in_brief(code, _period(type, sine, x.shape[a])) for a in axes)
    ends = _ends(type, sine, bool(code & _ORTHOGONAL))
    return _backward((x, axes, type, sine, scale, *ends), outputs, grads, needs)[:2]


_in_brief = direct_operator("trigonometric_in_brief", _brief_backward, "shapes")


def _brief(x: Any, type: Any, axes: Any, norm: Any, orthogonalize: Any, sine: bool, inverse: bool) -> Tensor | None:
    """Transform `x` at its lengths without the checks, or return None: see `in_brief` of the Fourier transforms."""
    if type.__class__ is not int or type not in _TRANSPOSED or not (norm is None or norm.__class__ is str):
        return None
    if not may_be_plain(x, REAL_DTYPES):
        return None
    scale, place = _NORMS.get(norm), brief_axes(x, axes)
    if scale is None or place < 0 or (type == 1 and not sine and min(x.shape) < 2):
        return None
    code: int = _INVERSE[type] if inverse else type
    if inverse and scale != ROOT:
        scale ^= DIVIDED
    if orthogonalize is None:
        orthogonalize = norm == "ortho"
    if orthogonalize is True:
        code |= _ORTHOGONAL
    elif orthogonalize is not False:
        return None
    if sine:
        code |= _SINE
    out = _in_brief(x, code | scale | place << 7)
    return None if out is NotImplemented else out


def transform_1d(
    function: str,
    x: Any,
    type: int,
    n: int | None,
    axis: int,
    norm: str | None,
    workers: int | None,
    orthogonalize: bool | None,
    *,
    sine: bool,
    inverse: bool,
) -> Tensor:
    """Do what `dct`, `idct`, `dst` and `idst` do."""
    if n is None and workers is None and (out := _brief(x, type, axis, norm, orthogonalize, sine, inverse)) is not None:
        return out
    x = transform_input(function, x)
    check_options(function, norm, workers)
    axis = check_axis(function, x, axis)
    n = check_length(function, x.shape[axis] if n is None else n)
    type = integer(function, "type", type)
    _check_type(function, type, sine, (n,))
    orthogonalize = norm == "ortho" if orthogonalize is None else flag(function, "orthogonalize", orthogonalize)
    if inverse:
        type, norm = _INVERSE[type], reversed_norm(norm)
    return _along(x, type, sine, [n], [axis], norm, orthogonalize)


def transform_nd(
    function: str,
    x: Any,
    type: int,
    s: Any,
    axes: Any,
    norm: str | None,
    workers: int | None,
    orthogonalize: bool | None,
    *,
    sine: bool,
    inverse: bool,
) -> Tensor:
    """Do what `dctn`, `idctn`, `dstn` and `idstn` do."""
    if s is None and workers is None and (out := _brief(x, type, axes, norm, orthogonalize, sine, inverse)) is not None:
        return out
    out = transform_input(function, x)
    check_options(function, norm, workers)
    shape, places = shape_and_axes(function, out, s, axes)
    type = integer(function, "type", type)
    _check_type(function, type, sine, shape)
    orthogonalize = norm == "ortho" if orthogonalize is None else flag(function, "orthogonalize", orthogonalize)
    if inverse:
        type, norm = _INVERSE[type], reversed_norm(norm)
    if not places:
        return out.clone()
    return _along(out, type, sine, shape, places, norm, orthogonalize)


def samples_1d(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.randn(2, 5, 6, generator=generator, dtype=dtype, device=device)
    yield Sample(x, 1, orthogonalize=True)
    yield Sample(x, 2, axis=-2, norm="ortho")
    yield Sample(x, 3, n=4, orthogonalize=True)
    yield Sample(x, 4, n=7, norm="forward")


def samples_nd(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    x = torch.randn(2, 3, 4, generator=generator, dtype=dtype, device=device)
    yield Sample(x, axes=(-2, -1))
    yield Sample(x, 1, s=(5, 2), axes=(-1, -2), norm="ortho")
