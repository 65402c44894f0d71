"""The LDL decomposition of symmetric and Hermitian matrices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.checks import known
from sci._core.dispatch import operator
from sci._core.errors import flag, take_host_route, warn

from . import _lapack, _lapack_factors
from ._hermitian import from_triangle
from ._matrices import differentiates, in_range, new_like, random_matrices, require_finite_data, require_square, tensors

_WHY = "its pivots are chosen one after the other"

# A = L D L^* with * the transpose, or the conjugate transpose of a Hermitian matrix. Permuted, L is unit triangular
# with unit 2 x 2 blocks where D has blocks. With M = L^-1 dA L^-* = X D + dD + D X^*, where dL = L X and X is strictly
# block triangular,
#     (1)  X = low(M) D^-1          (2)  dD = blockdiag(M)
# in reverse     (3)  gM = low(L^H gL D^-H) + blockdiag(gD),   gA = L^-H gM (L^-*)^H.


def _factors(a: Tensor, lower: bool, hermitian: bool) -> tuple[Tensor, Tensor, Tensor]:
    x, power = in_range(a)
    outer, d, p = _lapack_factors.ldl(x, lower, hermitian)
    return outer, d.mul_(power) if power.dim() else d, p


def _compute(a: Tensor, lower: bool, hermitian: bool) -> tuple[Tensor, Tensor, Tensor]:
    if a.device.type != "cpu":
        take_host_route("linalg.ldl", a.device, _WHY)
    outer, d, p = _factors(a.cpu(), lower, hermitian)
    return outer.to(a.device), d.to(a.device), p.to(a.device)


def _fake(a: Tensor, lower: bool, hermitian: bool) -> tuple[Tensor, Tensor, Tensor]:
    return new_like(a, a.shape), new_like(a, a.shape), new_like(a, a.shape[:-1], torch.int64)


def _parts(d: Tensor, lower: bool) -> tuple[Tensor, Tensor]:
    """Return where the diagonal blocks are, and the strict block triangle."""
    n = d.shape[-1]
    inside = torch.eye(n, dtype=torch.bool, device=d.device).expand(d.shape)
    if n > 1:
        pairs = torch.diag_embed(d.diagonal(1, -2, -1) != 0, 1) | torch.diag_embed(d.diagonal(-1, -2, -1) != 0, -1)
        inside = inside | pairs
    triangle = torch.ones(n, n, dtype=torch.bool, device=d.device)
    return inside, (triangle.tril(-1) if lower else triangle.triu(1)) & ~inside


def _star(x: Tensor, hermitian: bool) -> Tensor:
    return x.mH if hermitian else x.mT


def _inverse(x: Tensor) -> Tensor:
    return torch.linalg.inv_ex(x)[0]


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, Tensor, None]:
    (_, lower, hermitian), (outer, d, _) = inputs, outputs
    inside, outside = _parts(d.detach(), lower)
    inverse = _inverse(outer)
    m = inverse @ tangents[0] @ _star(inverse, hermitian)
    return outer @ (torch.where(outside, m, 0) @ _inverse(d)), torch.where(inside, m, 0), None


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    (_, lower, hermitian), (outer, d, _), (gl, gd, _) = inputs, outputs, grads
    inside, outside = _parts(d.detach(), lower)
    inverse = _inverse(outer)
    gm = torch.zeros_like(d) if gd is None else torch.where(inside, gd, 0)
    if gl is not None:
        gm = gm + torch.where(outside, outer.mH @ gl @ _inverse(d).mH, 0)
    return inverse.mH @ gm @ _star(inverse, hermitian).mH, None, None


_ldl = operator(
    "ldl(Tensor a, bool lower, bool hermitian) -> (Tensor, Tensor, Tensor)",
    kernel=_compute,
    fake=_fake,
    backward=_backward,
    jvp=_jvp,
    core_dims=(2,),
)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(2, 4, 4))
    yield Sample(draw(4, 4), lower=False, hermitian=False)
    yield Sample(draw(3, 3), hermitian=False)
    yield Sample(draw(0, 0))


def _on_symmetric(function: Any, a: Tensor, lower: bool = True, hermitian: bool = True) -> Any:
    return function((a + _star(a, hermitian)) / 2, lower, hermitian)


@function(differentiable=("A",), samples=_samples, call=_on_symmetric, host_route=_WHY)
def ldl(
    A: Any, lower: bool = True, hermitian: bool = True, overwrite_a: bool = False, check_finite: bool = True
) -> tuple[Tensor, Tensor, Tensor]:
    r"""LDL decomposition ``A = L D L^H`` (or ``L D L^T``) of Hermitian or symmetric, also indefinite, matrices.

    Equivalent to `scipy.linalg.ldl`.

    Parameters
    ----------
    A : (..., n, n) tensor
        Matrices, of which one triangle is read.
    lower : bool
        Which triangle is read, and of which kind the factor is.
    hermitian : bool
        Whether complex matrices are Hermitian or symmetric.
    overwrite_a : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `A` holds NaN or infinity.

    Returns
    -------
    lu : (..., n, n) tensor
        The outer factor, rows permuted: ``lu[perm]`` is triangular with a unit diagonal.
    d : (..., n, n) tensor
        The block diagonal factor, of 1 x 1 and 2 x 2 blocks.
    perm : (..., n) tensor of int64
        The permutation.

    Raises
    ------
    LinAlgError
        `A` is not square.
    ValueError
        Not finite data.

    Warns
    -----
    ComplexWarning
        The diagonal of a Hermitian `A` has imaginary parts, which are ignored.

    See Also
    --------
    cholesky, lu

    Notes
    -----
    *Algorithm.* Bunch and Kaufman's pivoting [1]_, LAPACK's on the CPU.

    *Derivative.* With :math:`M = L^{-1} \dot A L^{-H}`: :math:`\dot D` is the block diagonal of M, and :math:`\dot L =
    L\,\mathrm{low}(M) D^{-1}`, where low takes the strict block triangle; found by comparing the parts of :math:`M =
    X D + \dot D + D X^H`, as for Cholesky factors in [2]_. Pivots and blocks are held. It exists where D is regular,
    and is the derivative on Hermitian (symmetric) matrices.

    References
    ----------
    .. [1] J. R. Bunch, L. Kaufman, "Some stable methods for calculating inertia and solving symmetric linear systems",
       Mathematics of Computation 31 (1977) 163-179.
    .. [2] I. Murray, "Differentiation of the Cholesky decomposition", arXiv:1602.07527.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import ldl
    >>> a = torch.tensor([[2.0, -1.0, 3.0], [-1.0, 2.0, 0.0], [3.0, 0.0, 1.0]])
    >>> lu, d, perm = ldl(a)
    >>> torch.allclose(lu @ d @ lu.T, a, atol=1e-5)
    True
    """
    lower, hermitian = flag("ldl", "lower", lower), flag("ldl", "hermitian", hermitian)
    if _lapack.takes(A, False) and not hermitian * A.is_complex() and A.shape[0] == A.shape[1]:
        if _lapack.near_one(A.numpy()):
            return _lapack_factors.ldl(A, lower, False)
    (A,) = tensors("ldl", A=A)
    require_square("ldl", "A", A)
    hermitian = hermitian and A.is_complex()
    if hermitian and known((A.detach().diagonal(0, -2, -1).imag != 0).any()):
        text = "ldl: imaginary parts of the diagonal of A are ignored"
        warn(text, np.exceptions.ComplexWarning)
    if A.is_cpu and A.dim() == 2 and A.numel() > 0 and not differentiates(A):
        require_finite_data("ldl", check_finite, A=A)  # LAPACK reads one triangle itself
        return _factors(A, lower, hermitian)
    a = from_triangle(A, lower, hermitian, bool(check_finite), "ldl", "A")
    found: tuple[Tensor, Tensor, Tensor] = _ldl(a, lower, hermitian)
    return found
