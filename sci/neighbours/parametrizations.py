"""Parametrisations of constrained matrices for ``torch.nn.utils.parametrize``, each with its inverse.

``register_parametrization(module, "weight", Orthogonal())`` lets an optimiser move an unconstrained matrix while
``module.weight`` stays orthogonal; assigning an orthogonal matrix to ``module.weight`` finds the parameters again.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sci import linalg

__all__ = ["Hurwitz", "Orthogonal", "PositiveDefinite", "SchurStable"]


def _square(a: Tensor, what: str) -> Tensor:
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise ValueError(f"{what} must be square in its last two dimensions, got shape {tuple(a.shape)}")
    return a


def _skew(x: Tensor) -> Tensor:
    lower = x.tril(-1)
    return lower - lower.mH


def _symmetric(x: Tensor) -> Tensor:
    upper = x.triu(1)
    return upper + upper.mH + torch.diag_embed(x.diagonal(dim1=-2, dim2=-1).real.to(x.dtype))


class Orthogonal(nn.Module):
    r"""Orthogonal (unitary) matrices of determinant 1: :math:`Q = \exp(L - L^H)`, L the strict lower triangle of X.

    The inverse is the principal logarithm of the nearest rotation (Kabsch 1976), so that any matrix can be a start. An
    orthogonal matrix of determinant -1 raises ValueError: no parameter comes near it.

    Examples
    --------
    >>> import torch
    >>> from torch.nn.utils import parametrize
    >>> from sci.neighbours.parametrizations import Orthogonal
    >>> layer = torch.nn.Linear(3, 3, bias=False, dtype=torch.float64)
    >>> _ = parametrize.register_parametrization(layer, "weight", Orthogonal())
    >>> torch.allclose(layer.weight.T @ layer.weight, torch.eye(3, dtype=torch.float64))
    True
    """

    def forward(self, x: Tensor) -> Tensor:
        """The orthogonal matrix of the parameters `x`, shape (..., n, n)."""
        return linalg.expm(_skew(_square(x, "Orthogonal: the parameter")))

    def right_inverse(self, q: Tensor) -> Tensor:
        """Parameters whose matrix is the rotation nearest to `q`."""
        u, s, vh = linalg.svd(_square(q, "Orthogonal: the matrix"))
        sign = torch.ones_like(s)
        if not q.is_complex():
            sign[..., -1:] = linalg.det(u @ vh).sign().unsqueeze(-1)
            orthogonal = (s - 1).abs().amax(-1) < torch.finfo(s.dtype).eps ** 0.5
            if bool((orthogonal & (sign[..., -1] < 0)).any()):
                raise ValueError("Orthogonal: the matrix has determinant -1; only rotations can be reached")
        u = (u * sign.unsqueeze(-2)) @ vh
        logarithm = linalg.logm(u)
        if logarithm.is_complex() and not u.is_complex():
            logarithm = logarithm.real
        return logarithm.tril(-1)


class PositiveDefinite(nn.Module):
    r"""Symmetric (Hermitian) positive definite matrices.

    :math:`P = \exp(S)`, S the Hermitian matrix with X's upper triangle.

    Examples
    --------
    >>> import torch
    >>> from sci.neighbours.parametrizations import PositiveDefinite
    >>> p = PositiveDefinite()
    >>> a = torch.tensor([[2.0, 1.0], [1.0, 3.0]], dtype=torch.float64)
    >>> torch.allclose(p(p.right_inverse(a)), a)
    True
    """

    def forward(self, x: Tensor) -> Tensor:
        """The positive definite matrix of the parameters `x`, shape (..., n, n)."""
        return linalg.expm(_symmetric(_square(x, "PositiveDefinite: the parameter")))

    def right_inverse(self, p: Tensor) -> Tensor:
        """Parameters of the positive definite matrix `p`; raises ValueError where it is not."""
        w, v = linalg.eigh(_square(p, "PositiveDefinite: the matrix"))
        if not bool((w > 0).all()):
            raise ValueError(f"PositiveDefinite: the matrix has an eigenvalue {w.min().item():.3g}")
        return ((v * w.log().unsqueeze(-2)) @ v.mH).triu()


class Hurwitz(nn.Module):
    r"""Real matrices whose eigenvalues have negative real parts: :math:`A = (J - I/2) \exp(S)`.

    J is skew, from the strict lower triangle of X, S symmetric, from the rest. By Lyapunov's theorem these are all of
    them: with :math:`AP + PA^T = -I`, the symmetric part of AP is -I/2 and :math:`\exp(S) = P^{-1}`. So X runs through
    all matrices once as A runs through the stable ones.

    Examples
    --------
    >>> import torch
    >>> from sci.neighbours.parametrizations import Hurwitz
    >>> a = Hurwitz()(torch.randn(4, 4, dtype=torch.float64, generator=torch.manual_seed(0)))
    >>> bool((torch.linalg.eigvals(a).real < 0).all())
    True
    """

    def forward(self, x: Tensor) -> Tensor:
        """The stable matrix of the parameters `x`, shape (..., n, n)."""
        x = _square(x, "Hurwitz: the parameter")
        eye = torch.eye(x.shape[-1], dtype=x.dtype, device=x.device)
        return (_skew(x) - 0.5 * eye) @ linalg.expm(_symmetric(x))

    def right_inverse(self, a: Tensor) -> Tensor:
        """Parameters of the stable matrix `a`; raises ValueError where it is not stable."""
        a = _square(a, "Hurwitz: the matrix")
        rightmost = torch.linalg.eigvals(a).real.max().item() if a.numel() else -1.0
        if not rightmost < 0:
            raise ValueError(f"Hurwitz: the matrix has an eigenvalue of real part {rightmost:.3g}")
        eye = torch.eye(a.shape[-1], dtype=a.dtype, device=a.device).expand(a.shape)
        p = linalg.solve_continuous_lyapunov(a, -eye)
        return (a @ p).tril(-1) + PositiveDefinite().right_inverse(linalg.inv(0.5 * (p + p.mT)))


class SchurStable(nn.Module):
    r"""Real matrices whose eigenvalues lie inside the unit circle.

    They are the Cayley transforms :math:`(I - A)^{-1}(I + A)` of the matrices A of `Hurwitz`.

    Examples
    --------
    >>> import torch
    >>> from sci.neighbours.parametrizations import SchurStable
    >>> stable = SchurStable()
    >>> f = torch.tensor([[0.9, 0.3], [-0.2, 0.8]], dtype=torch.float64)
    >>> torch.allclose(stable(stable.right_inverse(f)), f)
    True
    """

    def forward(self, x: Tensor) -> Tensor:
        """The stable matrix of the parameters `x`, shape (..., n, n)."""
        a = Hurwitz()(x)
        eye = torch.eye(a.shape[-1], dtype=a.dtype, device=a.device)
        return linalg.solve(eye - a, eye + a)

    def right_inverse(self, f: Tensor) -> Tensor:
        """Parameters of the stable matrix `f`; raises ValueError where it is not stable."""
        f = _square(f, "SchurStable: the matrix")
        radius = torch.linalg.eigvals(f).abs().max().item() if f.numel() else 0.0
        if not radius < 1:
            raise ValueError(f"SchurStable: the matrix has spectral radius {radius:.3g}")
        eye = torch.eye(f.shape[-1], dtype=f.dtype, device=f.device)
        return Hurwitz().right_inverse(linalg.solve(f + eye, f - eye))
