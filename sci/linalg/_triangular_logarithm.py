"""The logarithm of large triangular and real quasi-triangular matrices by inverse scaling and squaring."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from sci._core import runtime

from ._schur_form import at, blocks_of

runtime.load_library()

# log(I + X) = int_0^1 X (I + s X)^-1 ds by Gauss-Legendre quadrature with m points is the diagonal Pade approximant
# r_m, exact to double's roundoff for 1-norms up to these (Higham [1], theorem 11.7 and table 11.1).
# [1] N. J. Higham, "Functions of Matrices", SIAM 2008.
_THETA = {3: 1.62e-2, 4: 5.39e-2, 5: 1.14e-1, 6: 1.87e-1, 7: 2.64e-1}
THETA = _THETA[7]
_MAX_ROOTS = 64  # halving the exponent this often brings any double to 1


def _rule(m: int) -> list[tuple[float, float]]:
    nodes, weights = np.polynomial.legendre.leggauss(m)
    return [((s + 1) / 2, w / 2) for s, w in zip(nodes.tolist(), weights.tolist(), strict=True)]


_RULES = {m: _rule(m) for m in _THETA}  # here, as torch.compile cannot trace NumPy's


def quadrature(norm: float) -> list[tuple[float, float]]:
    """Return the points s and weights of r_m for matrices X up to this norm."""
    return _RULES[next((m for m in _THETA if norm <= _THETA[m]), 7)]


class _Blocks:
    """The diagonal blocks of T, [d] or [a b; c a] with eigenvalues a +- i mu, and what is done with such blocks.

    Blocks are (diagonal, upper, lower) entries of a tridiagonal matrix, and of a triangular T the diagonal alone.
    """

    def __init__(self, t: Tensor) -> None:
        self.eigenvalues = d = t.diagonal(dim1=-2, dim2=-1)
        self.pairs = blocks_of(t)
        if self.pairs is None:
            return
        up, low = t.diagonal(1, -2, -1), t.diagonal(-1, -2, -1)
        mu = torch.where(self.pairs, -up * low, 0).clamp(min=0).sqrt()
        self.eigenvalues = torch.complex(d, _first(mu) - _second(mu))
        # A function of a block has these multiples of Im f(a + i mu) beside its diagonal.
        mu = torch.where(mu > 0, mu, 1)
        self.up, self.low = torch.where(self.pairs, up / mu, 0), torch.where(self.pairs, low / mu, 0)

    def of(self, values: Tensor) -> tuple[Tensor, ...]:
        """Return the blocks of f(T) from its eigenvalues."""
        if self.pairs is None:
            return (values,)
        part = values.imag[..., :-1]
        return values.real, self.up * part, self.low * part

    def outside(self, x: Tensor) -> Tensor:
        """Return `x` above the blocks."""
        return x.triu(1) if self.pairs is None else x.triu(1) - at(torch.where(self.pairs, x.diagonal(1, -2, -1), 0), 1)

    def inverse(self, s: float, blocks: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Return the blocks of (I + s X)^-1 from those of X."""
        d = 1 + s * blocks[0]
        if self.pairs is None:
            return (1 / d,)
        up, low = s * blocks[1], s * blocks[2]
        det = torch.where(self.pairs, d[..., :-1] * d[..., 1:] - up * low, 1)
        inside = _first(self.pairs) | _second(self.pairs)
        exchanged = _first(self.pairs * d[..., 1:] / det) + _second(self.pairs * d[..., :-1] / det)
        return torch.where(inside, exchanged, 1 / d), -up / det, -low / det


def _first(x: Tensor) -> Tensor:
    """Numbers of pairs of rows, (..., n - 1), as numbers of rows, at the first one of each pair."""
    return torch.nn.functional.pad(x, (0, 1))


def _second(x: Tensor) -> Tensor:
    return torch.nn.functional.pad(x, (1, 0))


def _matrix(blocks: tuple[Tensor, ...]) -> Tensor:
    x = torch.diag_embed(blocks[0])
    return x if len(blocks) == 1 else x + at(blocks[1], 1) + at(blocks[2], -1)


def _times(blocks: tuple[Tensor, ...], x: Tensor) -> Tensor:
    y = blocks[0][..., None] * x
    if len(blocks) > 1:
        y[..., :-1, :] += blocks[1][..., None] * x[..., 1:, :]
        y[..., 1:, :] += blocks[2][..., None] * x[..., :-1, :]
    return y


def triangular_logarithm(t: Tensor) -> Tensor:
    """Return log T, with as many roots as each T needs; NaN for a real T with an eigenvalue on the negative axis."""
    eye = torch.eye(t.shape[-1], dtype=t.dtype, device=t.device)
    u, roots = t, torch.zeros_like(t[..., 0, 0].real)
    for _ in range(_MAX_ROOTS):
        norm = torch.linalg.matrix_norm(u - eye, 1).nan_to_num(0.0)
        wanted = norm > THETA
        if not bool(wanted.any()):
            break
        root = torch.ops.sci._triangular_sqrt(u, u)[1]
        u = root if bool(wanted.all()) else torch.where(wanted[..., None, None], root, u)
        roots = roots + wanted
    scale = torch.exp2(roots)[..., None]
    parts = _Blocks(t)
    logs = parts.eigenvalues.log()
    # In the blocks d^(1/2^k) - 1 without cancellation, and the logarithm as it is.
    half = logs / (2 * scale)
    blocks = parts.of(2 * half.exp() * half.sinh())
    x, inside = parts.outside(u), _matrix(blocks)
    total = torch.zeros_like(t)
    for s, weight in quadrature(float(norm.amax())):
        # (I + s X)^-1 X with the blocks of I + s X divided out of both, so that a unit triangle is left.
        divisor = parts.inverse(s, blocks)
        above = _times(divisor, x)
        right = above + _times(divisor, inside)
        total += weight * torch.linalg.solve_triangular(s * above, right, upper=True, unitriangular=True)
    return parts.outside(total) * scale[..., None] + _matrix(parts.of(logs))
