"""One derivative rule for functions of matrices.

With the Frechet derivative L(A, E),

    (1)  f([A E; 0 A]) = [f(A) L(A, E); 0 f(A)]        (2)  <G, L(A, E)> = <L(A, G^H)^H, E>

(N. J. Higham, "Functions of Matrices", SIAM 2008, (3.16) and section 3.2). L(A, E) is an operator of its own; what it
needs for its derivative is itself again, at the block matrix of (1), so there is one to every order. L(A^H, G) in (2)
would be the same away from branch cuts, but on a cut it would be that of the other side: A^H has the conjugate
eigenvalues.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.dispatch import operator

from ._matrices import batch_shape, broadcast_matrices, new_like, to_kind


def _enlarged(a: Tensor, e: Tensor) -> tuple[Tensor, Tensor]:
    """Return [A sE; 0 A] and s, with which E has the size of A: the algorithms go by norms, and L is linear in E."""
    with torch.no_grad():
        size_a, size_e = (x.abs().amax((-2, -1), keepdim=True) if x.shape[-1] else x.abs().sum() for x in (a, e))
        usable = (size_e > 0) & torch.isfinite(size_e)
        scale = torch.where(usable, size_a.clamp(min=1e-8) / torch.where(usable, size_e, 1), 1.0)
    return _blocks(a, e * scale, torch.zeros_like(a)), scale


def _blocks(a: Tensor, e: Tensor, corner: Tensor) -> Tensor:
    return torch.cat([torch.cat([a, e], -1), torch.cat([corner, a], -1)], -2)


def _right(x: Tensor) -> Tensor:
    """The upper right block."""
    n = x.shape[-1] // 2
    return x.narrow(-2, 0, n).narrow(-1, n, n)


def apply_with_direction(f: Callable[..., Tensor], a: Tensor, e: Tensor, *others: Any) -> tuple[Tensor, Tensor]:
    """Return f(A) and L(A, E), by (1)."""
    n = a.shape[-1]
    whole, scale = _enlarged(a, e)
    x = f(whole, *others)
    return x.narrow(-2, 0, n).narrow(-1, 0, n), _right(x) / scale


def _listed(x: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (x,) if isinstance(x, Tensor) else x


def derivatives_by_blocks(f: Callable[[Tensor], Any], a: Tensor, e: Tensor) -> tuple[Tensor, ...]:
    """Return L(A, E) of one function or several, by (1)."""
    whole, scale = _enlarged(a, e)
    return tuple(_right(x) / scale for x in _listed(f(whole)))


def matrix_function(
    name: str,
    kernel: Callable[[Tensor], Any],
    frechet: Callable[[Tensor, Tensor], Any] | None = None,
    outputs: int = 1,
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Make the operators of f(A) and of L(A, E) from what computes them, for one function or for several at once.

    Without `frechet` the second one is computed by (1).
    """
    results = "Tensor" if outputs == 1 else f"({', '.join(['Tensor'] * outputs)})"

    def packed(xs: Sequence[Tensor]) -> Any:
        return xs[0] if outputs == 1 else tuple(xs)

    def value(a: Tensor) -> Any:
        return packed([x.contiguous() for x in _listed(kernel(a))])

    def directional(a: Tensor, e: Tensor) -> Any:
        a, e = broadcast_matrices(name, ("A", "E"), a, e)
        found = derivatives_by_blocks(kernel, a, e) if frechet is None else frechet(a, e)
        return packed([x.contiguous() for x in _listed(found)])

    def backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
        (a,) = inputs
        parts = [_listed(derivative(a, g.mH))[k].mH for k, g in enumerate(grads) if g is not None]
        return (sum(parts[1:], parts[0]) if parts else None,)

    def backward_directional(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
        a, e = inputs
        grad_a: Tensor | None = None
        grad_e: Tensor | None = None
        for k, g in enumerate(grads):
            if g is None:
                continue
            if needs[0]:
                # (2) at the block matrix, where G stands in the upper right block.
                whole, scale = _enlarged(*broadcast_matrices(name, ("A", "E"), a, e))
                n, zero = a.shape[-1], torch.zeros_like(g)
                corner = torch.cat([torch.cat([zero, zero], -1), torch.cat([g.mH, zero], -1)], -2)
                h = _listed(derivative(whole, corner))[k].mH
                own = h.narrow(-2, 0, n).narrow(-1, 0, n) + h.narrow(-2, n, n).narrow(-1, n, n)
                grad_a = own / scale if grad_a is None else grad_a + own / scale
                part = _right(h)
            else:
                part = _listed(derivative(a, g.mH))[k].mH
            grad_e = part if grad_e is None else grad_e + part
        return (
            to_kind(grad_a, a) if needs[0] and grad_a is not None else None,
            to_kind(grad_e, e) if needs[1] and grad_e is not None else None,
        )

    def jvp_directional(inputs: Any, outputs: Any, tangents: Any) -> Any:
        (a, e), (da, de) = inputs, tangents
        if da is None:
            return derivative(a, de)
        a, e = broadcast_matrices(name, ("A", "E"), a, e)
        whole, scale = _enlarged(a, e)
        moved = _blocks(da.expand_as(a), torch.zeros_like(e) if de is None else de * scale, torch.zeros_like(a))
        return packed([_right(x) / scale for x in _listed(derivative(whole, moved))])

    call: Callable[..., Any] = operator(
        f"{name}(Tensor a) -> {results}",
        kernel=value,
        fake=lambda a: packed([new_like(a, a.shape) for _ in range(outputs)]),
        backward=backward,
        jvp=lambda inputs, outputs, tangents: derivative(inputs[0], tangents[0]),
        core_dims=(2,),
        keeps="arguments",
    )
    derivative: Callable[..., Any] = operator(
        f"{name}_frechet(Tensor a, Tensor e) -> {results}",
        kernel=directional,
        fake=lambda a, e: packed([new_like(a, (*batch_shape(a, e), *a.shape[-2:])) for _ in range(outputs)]),
        backward=backward_directional,
        jvp=jvp_directional,
        core_dims=(2, 2),
        keeps="arguments",
    )
    return call, derivative
