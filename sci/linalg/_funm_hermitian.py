"""Functions of Hermitian matrices by their eigenvalues, with Daleckii and Krein's derivative."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core.dispatch import operator

from ._matrices import batch_shape, differentiates, hermitian_part, new_like, to_kind

# Gauss-Legendre quadrature; here, as torch.compile cannot trace NumPy's.
_NODES, _WEIGHTS = (x.tolist() for x in np.polynomial.legendre.leggauss(10))

# With A = V diag(w) V^H, the divided differences f[i, j] = (f(w_i) - f(w_j)) / (w_i - w_j) and X~ = V^H X V:
#     (1)  L(A, E)~_ij     = f[i, j] E~_ij
#     (2)  L(A, E, X)~_ij  = sum_k f[i, k, j] (E~_ik X~_kj + X~_ik E~_kj)
# (Daleckii and Krein; R. Bhatia, "Matrix Analysis", theorem V.3.3; N. J. Higham, "Functions of Matrices", (3.20)).
# Their adjoints have conj(f) and, in (2), E^H.


def _values(a: Tensor, v: Tensor, y: Tensor, d: Tensor, w: Tensor, y2: Tensor) -> Tensor:
    return ((v * y[..., None, :].to(_common(v, y))) @ v.mH.to(_common(v, y))).contiguous()


def _common(*xs: Tensor) -> torch.dtype:
    dtype = xs[0].dtype
    for x in xs[1:]:
        dtype = torch.promote_types(dtype, x.dtype)
    return dtype


def _first(a: Tensor, e: Tensor, v: Tensor, d: Tensor, w: Tensor, y2: Tensor) -> Tensor:
    dtype = _common(e, v, d)
    v = v.to(dtype)
    return (v @ (d * (v.mH @ e.to(dtype) @ v)) @ v.mH).contiguous()


def _second(a: Tensor, e: Tensor, x: Tensor, v: Tensor, d: Tensor, w: Tensor, y2: Tensor) -> Tensor:
    dtype = _common(e, x, v, d)
    v = v.to(dtype)
    e, x = (v.mH @ m.to(dtype) @ v for m in (e, x))
    f = _second_differences(d, w, y2)
    inner = torch.einsum("...ikj,...ik,...kj->...ij", f.to(dtype), e, x)
    inner = inner + torch.einsum("...ikj,...ik,...kj->...ij", f.to(dtype), x, e)
    return (v @ inner @ v.mH).contiguous()


def _second_differences(d: Tensor, w: Tensor, y2: Tensor) -> Tensor:
    """f[i, k, j] over the pair farthest apart, or half the mean of f'' where that agrees up to its rounding errors."""
    i, k, j = w[..., :, None, None], w[..., None, :, None], w[..., None, None, :]
    ik, kj, ij = d[..., :, :, None], d[..., None, :, :], d[..., :, None, :]
    far_ij = ((i - j).abs() >= (i - k).abs()) & ((i - j).abs() >= (k - j).abs())
    far_ik = ~far_ij & ((i - k).abs() >= (k - j).abs())
    gap = torch.where(far_ij, i - j, torch.where(far_ik, i - k, k - j))
    change = torch.where(far_ij, ik - kj, torch.where(far_ik, ij - kj, ik - ij))
    plain = change / torch.where(gap == 0, 1, gap)
    mean = (y2[..., :, None, None] + y2[..., None, :, None] + y2[..., None, None, :]) / 6
    size = torch.maximum(torch.maximum(ik.abs(), kj.abs()), ij.abs())
    near = (mean - plain).abs() * gap.abs() <= 64 * torch.finfo(w.dtype).eps * size
    return torch.where((gap == 0) | near, mean, plain)


def _shape(*xs: Tensor) -> Any:
    return (*batch_shape(*xs), *xs[0].shape[-2:])


def _no_mixed(*_: Any) -> Any:
    raise NotImplementedError(
        "funm: with hermitian, a second derivative in A and in a parameter of func is to be taken in A first"
    )


# x, which depends on A by a rule that is not written: the divided differences of the derivative of func in a parameter.
_held: Callable[..., Any] = operator(
    "funm_hermitian_held(Tensor a, Tensor x) -> Tensor",
    kernel=lambda a, x: x.clone(),
    fake=lambda a, x: new_like(x, x.shape),
    backward=lambda inputs, outputs, grads, needs: (_no_mixed() if needs[0] else None, _held(inputs[0], grads[0])),
    jvp=lambda inputs, outputs, tangents: _held(inputs[0], tangents[1]) if tangents[0] is None else _no_mixed(),
    vmap=lambda info, dims, a, x: (x.clone(), dims[1]),
    keeps="arguments",
)


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, v, y, d, w, y2 = inputs
    (g,) = grads
    grad_a = grad_y = None
    if needs[0]:
        grad_a = to_kind(hermitian_part(_frechet(a, g, v, d.conj(), w, y2.conj())), a)
    if needs[2]:
        dtype = _common(v, g)
        inner = (v.mH.to(dtype) @ g.to(dtype) @ v.to(dtype)).diagonal(dim1=-2, dim2=-1)
        inner = inner.real if inner.is_complex() and not y.is_complex() else inner
        grad_y = _held(a, inner.sum_to_size(y.shape))
    return grad_a, None, grad_y, None, None, None


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    a, v, _, d, w, y2 = inputs
    da, dy = tangents[0], tangents[2]
    total = torch.zeros_like(outputs[0])
    if da is not None:
        total = total + _frechet(a, hermitian_part(da), v, d, w, y2)
    return total if dy is None else total + _held(a, _values(a, v, dy, d, w, y2))


_hermitian = operator(
    "funm_hermitian(Tensor a, Tensor v, Tensor y, Tensor d, Tensor w, Tensor y2) -> Tensor",
    kernel=_values,
    fake=lambda a, v, y, d, w, y2: new_like(a, a.shape, _common(v, y)),
    backward=_backward,
    jvp=_jvp,
    core_dims=(2, 2, 1, 2, 1, 1),
)


def _backward_first(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    a, e, v, d, w, y2 = inputs
    (g,) = grads
    grad_a = grad_e = grad_d = None
    if needs[0]:
        grad_a = to_kind(hermitian_part(_second_frechet(a, e.mH, g, v, d.conj(), w, y2.conj())), a)
    if needs[1]:
        grad_e = to_kind(_frechet(a, g, v, d.conj(), w, y2.conj()), e)
    if needs[3]:
        dtype = _common(v, e, g)
        to = v.to(dtype)
        grad_d = _held(a, to_kind((to.mH @ e.to(dtype) @ to).conj() * (to.mH @ g.to(dtype) @ to), d))
    return grad_a, grad_e, None, grad_d, None, None


def _jvp_first(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    a, e, v, d, w, y2 = inputs
    da, de, dd = tangents[0], tangents[1], tangents[3]
    total = torch.zeros_like(outputs[0])
    if da is not None:
        total = total + _second_frechet(a, e, hermitian_part(da), v, d, w, y2)
    if de is not None:
        total = total + _frechet(a, de, v, d, w, y2)
    return total if dd is None else total + _held(a, _first(a, e, v, dd, w, y2))


_frechet = operator(
    "funm_hermitian_frechet(Tensor a, Tensor e, Tensor v, Tensor d, Tensor w, Tensor y2) -> Tensor",
    kernel=_first,
    fake=lambda a, e, v, d, w, y2: new_like(e, _shape(e, v, d), _common(e, v, d)),
    backward=_backward_first,
    jvp=_jvp_first,
    core_dims=(2, 2, 2, 2, 1, 1),
)
# Without a derivative of its own: third derivatives raise.
_second_frechet = operator(
    "funm_hermitian_second(Tensor a, Tensor e, Tensor x, Tensor v, Tensor d, Tensor w, Tensor y2) -> Tensor",
    kernel=_second,
    fake=lambda a, e, x, v, d, w, y2: new_like(e, _shape(e, x, v, d), _common(e, x, v, d)),
    core_dims=(2, 2, 2, 2, 2, 1, 1),
)


def _derivative(func: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the derivative of an elementwise function of real numbers, by automatic differentiation."""

    def slope(x: Tensor) -> Tensor:
        # In reverse mode, since torch nests no forward mode in another.
        y, pull = torch.func.vjp(func, x)  # type: ignore[misc]
        if not y.is_complex():
            return pull(torch.ones_like(y))[0]  # type: ignore[no-any-return]
        one = torch.ones_like(y)
        return torch.complex(pull(one)[0], pull(1j * one)[0])

    return slope


def _first_differences(w: Tensor, y: Tensor, fprime: Callable[[Any], Tensor]) -> Tensor:
    """f[i, j]: the mean of f' between the two where that agrees with the quotient up to the quotient's rounding errors.

    The quotient cancels for near eigenvalues; quadrature is wrong for distant ones.
    """
    i, j = w[..., :, None], w[..., None, :]
    gap = i - j
    plain = (y[..., :, None] - y[..., None, :]) / torch.where(gap == 0, 1, gap)
    mean = torch.zeros_like(plain)
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        # f[i, j] is symmetric in exact arithmetic and here.
        at = (i + j) / 2 + node / 2 * gap.abs()
        mean = mean + weight / 2 * fprime(at.flatten()).reshape(at.shape)
    size = torch.maximum(y[..., :, None].abs(), y[..., None, :].abs())
    near = (mean - plain).abs() * gap.abs() <= 64 * torch.finfo(w.dtype).eps * size
    return torch.where((gap == 0) | near, mean, plain)


def function_of_hermitian(a: Tensor, func: Callable[[Any], Any], fprime: Callable[[Any], Any] | None) -> Tensor:
    """Return V f(w) V^H."""
    from ._eigh import eigh
    from ._funm import called

    def flat(f: Callable[[Any], Any], x: Tensor) -> Tensor:
        return called(f, x.reshape(-1)).reshape(x.shape)

    w, v = eigh(a.detach())
    y = flat(func, w)
    if not differentiates(a):
        return _values(a, v, y, w, w, w)
    slope = _derivative(func) if fprime is None else fprime
    d = _first_differences(w, y, lambda x: called(slope, x))
    try:
        y2 = flat(_derivative(slope), w)
    except (RuntimeError, TypeError):  # a function of NumPy has no automatic derivative
        y2 = torch.full_like(y, torch.nan)
    return _hermitian(a, v, y, d, w, y2)  # type: ignore[no-any-return]
