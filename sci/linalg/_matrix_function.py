"""One derivative rule for functions of matrices.

With the Frechet derivative L(A, E),

    (1)  f([A E; 0 A]) = [f(A) L(A, E); 0 f(A)]        (2)  <G, L(A, E)> = <L(A, G^H)^H, E>

(N. J. Higham, "Functions of Matrices", SIAM 2008, (3.16) and section 3.2), so that an operator that computes f is all
its own rule needs, to every order. L(A^H, G) in (2) would be the same away from branch cuts, but on a cut it would be
that of the other side: A^H has the conjugate eigenvalues.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.dispatch import operator

from ._matrices import new_like


def apply_with_direction(f: Callable[..., Tensor], a: Tensor, e: Tensor, *others: Any) -> tuple[Tensor, Tensor]:
    """Return f(A) and L(A, E), by (1)."""
    n = a.shape[-1]
    # The block E is scaled to the size of A: the algorithms go by norms, and L is linear in E.
    with torch.no_grad():
        size_a, size_e = (x.abs().amax((-2, -1), keepdim=True) if n else x.abs().sum() for x in (a, e))
        usable = (size_e > 0) & torch.isfinite(size_e)
        scale = torch.where(usable, size_a.clamp(min=1e-8) / torch.where(usable, size_e, 1), 1.0)
    zero = torch.zeros_like(a)
    whole = torch.cat([torch.cat([a, e * scale], -1), torch.cat([zero, a], -1)], -2)
    x = f(whole, *others)
    top = x.narrow(-2, 0, n)
    return top.narrow(-1, 0, n), top.narrow(-1, n, n) / scale


def matrix_function(name: str, kernel: Callable[[Tensor], Tensor]) -> Callable[..., Any]:
    """Make the operator of a function of matrices from what computes it."""

    def backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
        (a,), (g,) = inputs, grads
        return (apply_with_direction(call, a, g.mH)[1].mH,)

    def jvp(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
        return apply_with_direction(call, inputs[0], tangents[0])[1]

    call: Callable[..., Any] = operator(
        f"{name}(Tensor a) -> Tensor",
        kernel=lambda a: kernel(a).contiguous(),
        fake=lambda a: new_like(a, a.shape),
        backward=backward,
        jvp=jvp,
        core_dims=(2,),
    )
    return call
