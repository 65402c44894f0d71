"""The Hessenberg form of matrices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.dispatch import operator
from sci._core.errors import take_host_route

from . import _lapack, _lapack_schur
from ._lu_operators import fits_kernel
from ._matrices import differentiates, new_like, random_matrices, require_finite_data, require_square, tensors

_WHY = "its reflectors come one after the other; up to n = 32 there is a kernel"

# A = Q H Q^H with Q e1 = e1 and a real subdiagonal. With Omega = Q^H dQ (skew-Hermitian, first column zero) and
# M = Q^H dA Q,
#     (1)  dH = M + H Omega - Omega H.
# dH vanishes below the subdiagonal and is real there: column j of (1) gives column j + 1 of Omega from those before,
#     (2)  Omega[i, j+1] H[j+1, j] = (M + H Omega)[i, j] - sum_{k <= j} Omega[i, k] H[k, j],   i > j + 1,
# and, for i = j + 1, its imaginary part. In reverse, with gH on the pattern of H and
#     (3)  G = Q^H gQ + H^H gH - gH H^H,   gM = gH + Y,   gA = Q gM Q^H,
# Y is zero on that pattern and C = Y H^H - H^H Y has C - C^H = G - G^H outside of the first row and column, which gives
# the columns of Y from the last to the first.


def _compute(a: Tensor) -> tuple[Tensor, Tensor]:
    if fits_kernel(a):
        return torch.ops.sci._hessenberg_small(a)  # type: ignore[no-any-return]
    if a.device.type != "cpu":
        take_host_route("linalg.hessenberg", a.device, _WHY)
    h, q = _lapack_schur.gehrd(a.cpu())
    return h.to(a.device), q.to(a.device)


def _imaginary(x: Tensor) -> Tensor:
    return torch.complex(torch.zeros_like(x.real), x.imag) if x.is_complex() else torch.zeros_like(x)


def _on_pattern(x: Tensor) -> Tensor:
    """Keep the upper triangle and the real parts of the subdiagonal."""
    x = x.triu(-1)
    return x - torch.diag_embed(_imaginary(x.diagonal(-1, -2, -1)), -1) if x.is_complex() else x


def _times(x: Tensor, y: Tensor) -> Tensor:
    return (x @ y[..., None])[..., 0]


def _rotation(h: Tensor, m: Tensor) -> Tensor:
    """Omega of (2)."""
    n = h.shape[-1]
    columns = [torch.zeros_like(m[..., 0])]
    for j in range(n - 1):
        known = torch.stack(columns, -1)
        right = m[..., j] + _times(h, columns[j]) - _times(known, h[..., : j + 1, j])
        new = right / h[..., j + 1, j, None]
        parts = (-known[..., j + 1, :].conj(), _imaginary(new[..., j + 1 : j + 2]), new[..., j + 2 :])
        columns.append(torch.cat(parts, -1))
    return torch.stack(columns, -1)


def _multiplier(h: Tensor, k: Tensor) -> Tensor:
    """Y below (3), for K = G - G^H."""
    n = h.shape[-1]
    columns = [torch.zeros_like(k[..., 0])]  # from the last to the first
    for c in range(n - 1, 0, -1):
        known = torch.stack(columns[::-1], -1)  # Y[:, c:]
        down = _times(known, h[..., c, c:].conj()) - _times(h.mH, columns[-1])
        along = _times(known.mH, h[..., c])  # -conj of C[c, c:]
        new = k[..., c] - down
        new = new[..., c:] - along
        # On the diagonal C - C^H is twice the imaginary part of C.
        first = _imaginary(k[..., c : c + 1, c] / 2 - down[..., c : c + 1])
        new = torch.cat((torch.zeros_like(h[..., :c, c]), first, new[..., 1:]), -1)
        columns.append(new / h[..., c, c - 1, None].conj())
    return torch.stack(columns[::-1], -1)


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> tuple[Tensor, Tensor]:
    h, q = outputs
    m = q.mH @ tangents[0] @ q
    omega = _rotation(h, m)
    return _on_pattern(m + h @ omega - omega @ h), q @ omega


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    (h, q), (gh, gq) = outputs, grads
    gh = torch.zeros_like(h) if gh is None else _on_pattern(gh)
    g = h.mH @ gh - gh @ h.mH
    if gq is not None:
        g = g + q.mH @ gq
    return (q @ (gh + _multiplier(h, g - g.mH)) @ q.mH,)


_hessenberg = operator(
    "hessenberg(Tensor a) -> (Tensor, Tensor)",
    kernel=_compute,
    fake=lambda a: (new_like(a, a.shape), new_like(a, a.shape)),
    backward=_backward,
    jvp=_jvp,
    core_dims=(2,),
)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(2, 4, 4), calc_q=True)
    yield Sample(draw(3, 3))
    yield Sample(draw(2, 2), calc_q=True)
    yield Sample(draw(0, 0))


@function(differentiable=("a",), samples=_samples, host_route=_WHY)
def hessenberg(
    a: Any, calc_q: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> Tensor | tuple[Tensor, Tensor]:
    r"""Hessenberg form ``a = q h q^H`` with unitary `q` and zeros below the first subdiagonal of `h`.

    Equivalent to `scipy.linalg.hessenberg`.

    Parameters
    ----------
    a : (..., n, n) tensor
        Matrices.
    calc_q : bool
        Return `q` as well.
    overwrite_a : bool
        Accepted and ignored: arguments are never overwritten.
    check_finite : bool
        Raise ValueError where `a` holds NaN or infinity.

    Returns
    -------
    h : (..., n, n) tensor
        The Hessenberg form. For n > 2 its subdiagonal is real.
    q : (..., n, n) tensor
        The unitary matrix, with ``q e1 = e1``; only with `calc_q`.

    Raises
    ------
    LinAlgError
        `a` is not square.
    ValueError
        Not finite data.

    See Also
    --------
    schur

    Notes
    -----
    *Algorithm.* Householder's reduction [1]_, section 7.4.2, LAPACK's on the CPU, or for batches of matrices up to
    32 x 32 an own kernel, side by side on vector lanes or one per GPU thread.

    *Derivative.* With :math:`\Omega = Q^H \dot Q` and :math:`M = Q^H \dot A Q`: :math:`\dot H = M + H \Omega - \Omega
    H`, whose zeros and real subdiagonal give one column of :math:`\Omega` after the other, from :math:`\Omega e_1 = 0`;
    the differentiation of the defining equations by the implicit Q theorem [1]_, section 7.4.5. It exists where no
    entry of the subdiagonal vanishes (gradients are infinite or NaN there), and grows with the products of their
    inverses.

    References
    ----------
    .. [1] G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th ed., 2013.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import hessenberg
    >>> a = torch.tensor([[2.0, 5.0, 8.0], [5.0, 2.0, 2.0], [8.0, 7.0, 5.0]])
    >>> h, q = hessenberg(a, calc_q=True)
    >>> torch.allclose(q @ h @ q.T, a, atol=1e-5), float(h[2, 0])
    (True, 0.0)
    """
    if not calc_q and _lapack.takes(a, check_finite) and a.shape[0] == a.shape[1]:
        return _lapack_schur.hessenberg_form(a)
    (a,) = tensors("hessenberg", a=a)
    n = require_square("hessenberg", "a", a)
    require_finite_data("hessenberg", check_finite, a=a)
    if not calc_q and a.dim() == 2 and n > 32 and a.is_cpu and not differentiates(a):
        return _lapack_schur.hessenberg_form(a)
    if n <= 2:
        h, q = a.clone(), torch.eye(n, dtype=a.dtype, device=a.device).expand(a.shape)
    else:
        h, q = _hessenberg(a)
    return (h, q) if calc_q else h
