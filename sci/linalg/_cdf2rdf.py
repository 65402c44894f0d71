"""Complex eigenvalues and vectors of real matrices in real form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.checks import checks_enabled, known
from sci._core.errors import bad_argument

from ._eig import eig
from ._matrices import random_matrices, require_square, tensors


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, torch.float64, device)
    yield Sample(draw(2, 3, 3))
    yield Sample(draw(4, 4))


def _call_on_eigenvectors(function: Any, a: Tensor) -> Any:
    # Conjugate pairs do not vary independently, and phases turn the columns of a pair: a test varies the matrix.
    w, v = eig(a)
    values, vectors = function(w, v)
    return values, torch.linalg.vector_norm(vectors, dim=-1)


@function(differentiable=("w", "v"), samples=_samples, call=_call_on_eigenvectors, complex=False, synchronizes=True)
def cdf2rdf(w: Any, v: Any) -> tuple[Tensor, Tensor]:
    r"""Turn complex eigenvalues and eigenvectors of real matrices into a real block diagonal form.

    Equivalent to `scipy.linalg.cdf2rdf`.

    Parameters
    ----------
    w : (..., n) tensor
        Eigenvalues, the two of a conjugate pair next to each other.
    v : (..., n, n) tensor
        Eigenvectors, as columns.

    Returns
    -------
    wr : (..., n, n) tensor
        Real block diagonal matrix: a real eigenvalue, or ``[[x, y], [-y, x]]`` for the pair ``x + iy, x - iy``.
    vr : (..., n, n) tensor
        Real vectors: those of real eigenvalues; of a pair with ``x + iy`` first, ``-y`` and ``x``.

    Raises
    ------
    ValueError
        Shapes do not match, or an odd number of eigenvalues is not real.

    See Also
    --------
    eig, rsf2csf

    Notes
    -----
    With ``a v = v diag(w)``, also ``a vr = vr wr``.

    *Derivative.* The function is linear: means of the first and the conjugate of the second of each pair.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import cdf2rdf, eig
    >>> a = torch.tensor([[1.0, 2.0, 3.0], [0.0, 4.0, 5.0], [0.0, -5.0, 4.0]])
    >>> wr, vr = cdf2rdf(*eig(a))
    >>> torch.allclose(a @ vr, vr @ wr, atol=1e-5)
    True
    """
    w, v = tensors("cdf2rdf", w=w, v=v)
    n = require_square("cdf2rdf", "v", v)
    if w.dim() < 1 or w.shape[-1] != n:
        raise bad_argument("cdf2rdf", "w", f"of shape (..., {n}), as v has columns", w)
    if w.shape[:-1] != v.shape[:-2]:
        raise bad_argument("cdf2rdf", "w", f"of shape {tuple(v.shape[:-1])}, as v", w)
    if not w.is_complex():
        return torch.diag_embed(w), v
    pair = w.detach().imag != 0
    place = pair.cumsum(-1)
    if checks_enabled() and not torch.compiler.is_compiling() and known((pair.sum(-1) % 2 != 0).any()):
        raise ValueError("cdf2rdf: w must hold an even number of eigenvalues that are not real")
    first, second = pair & (place % 2 == 1), pair & (place % 2 == 0)
    # Means over the two of a pair, so that gradients reach both, each by half.
    other = torch.where(pair, torch.where(first, w.roll(-1, -1), w.roll(1, -1)).conj(), w)
    w = (w + other) / 2
    values = torch.diag_embed(w.real)
    if n > 1:
        values = values + torch.diag_embed(torch.where(first, w.imag, 0)[..., :-1], 1)
        values = values + torch.diag_embed(torch.where(second, w.imag, 0)[..., 1:], -1)
    first = first[..., None, :]
    other = torch.where(pair[..., None, :], torch.where(first, v.roll(-1, -1), v.roll(1, -1)).conj(), v)
    v = (v + other) / 2
    return values, torch.where(first, -v.imag, v.real)
