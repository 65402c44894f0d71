"""The cosine-sine decomposition of unitary matrices in four blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.errors import integer

from ._cossin_form import WHY, Parts, decomposition, join, middle
from ._matrices import batch_shape, random_matrices, tensors


def _whole(X: Any, p: Any, q: Any) -> tuple[Tensor, int, int]:
    """Return the matrix with its partition, from itself or from four blocks."""
    if p or q:
        (x,) = tensors("cossin", X=X)
        p = 1 if p is None else integer("cossin", "p", p)
        q = 1 if q is None else integer("cossin", "q", q)
        if x.dim() < 2 or x.shape[-1] != x.shape[-2]:
            raise ValueError(f"cossin: Cosine Sine decomposition only supports square matrices, got {tuple(x.shape)}")
        m = x.shape[-1]
        for name, k in (("p", p), ("q", q)):
            if not 0 < k < m:
                raise ValueError(f"cossin: invalid {name}={k}, 0<{name}<{m} must hold")
        return x, p, q
    if not isinstance(X, Iterable):
        raise ValueError("cossin: when p and q are None, X must be an iterable containing the subblocks of X")
    given = list(X)
    if len(given) != 4:
        raise ValueError(f"cossin: when p and q are None, exactly four arrays should be in X, got {len(given)}")
    names = ("x11", "x12", "x21", "x22")
    blocks = [torch.atleast_2d(x) for x in tensors("cossin", **dict(zip(names, given, strict=True)))]
    for name, block in zip(names, blocks, strict=True):
        if block.shape[-1] == 0:
            raise ValueError(f"cossin: {name} can't be empty")
    (p, q), (below, right) = blocks[0].shape[-2:], blocks[3].shape[-2:]
    for name, block, shape in (("x12", blocks[1], (p, right)), ("x21", blocks[2], (below, q))):
        if tuple(block.shape[-2:]) != shape:
            raise ValueError(f"cossin: Invalid {name} dimensions: desired {shape}, got {tuple(block.shape[-2:])}")
    if p + below != q + right:
        raise ValueError(
            f"cossin: the subblocks form no square array (but {p + below} x {q + right}). This might be due to missing "
            "p, q arguments."
        )
    batch = batch_shape(*blocks)
    one, two, three, four = (x.expand(*batch, *x.shape[-2:]) for x in blocks)
    return torch.cat([torch.cat([one, two], -1), torch.cat([three, four], -1)], -2), p, q


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(4, 4), 2, 2)
    yield Sample(draw(2, 5, 5), 2, 4, swap_sign=True)
    yield Sample(draw(5, 5), 3, 1)
    yield Sample(draw(5, 5), 1, 3, swap_sign=True)
    yield Sample(draw(5, 5), 4, 4)


def _of_unitary(function: Any, a: Tensor, p: int, q: int, **options: Any) -> Any:
    # A test varies what has no constraint: the skew-Hermitian part of A, whose exponential is unitary. What is
    # determined are the angles and the products of vectors of U and V that belong together.
    x = torch.linalg.matrix_exp((a - a.mH) / 2)
    parts = Parts(a.shape[-1], p, q, False)
    (u1, u2), theta, (v1, v2) = function(x, p, q, separate=True, **options)
    first, second = u1.split(parts.rows1, -1), u2.split(parts.rows2, -1)
    left, right = v1.mH.split(parts.columns1, -1), v2.mH.split(parts.columns2, -1)
    products = [
        torch.einsum("...ik,...jk->...kij", first[1], y.conj()) for y in (first[1], second[1], left[1], right[1])
    ]
    identities = first[0] @ left[0].mH, second[0] @ right[0].mH, first[2] @ right[2].mH, second[2] @ left[2].mH
    return theta, *products, *identities


@function(differentiable=("X",), samples=_samples, call=_of_unitary, host_route=WHY)
def cossin(
    X: Any,
    p: int | None = None,
    q: int | None = None,
    separate: bool = False,
    swap_sign: bool = False,
    compute_u: bool = True,
    compute_vh: bool = True,
) -> Any:
    r"""Cosine-sine decomposition of unitary matrices.

    Equivalent to `scipy.linalg.cossin`. With blocks :math:`X_{11}` of size (p, q) and so on

    .. math::

       \begin{pmatrix} X_{11} & X_{12} \\ X_{21} & X_{22} \end{pmatrix} =
       \begin{pmatrix} U_1 & \\ & U_2 \end{pmatrix} \Sigma \begin{pmatrix} V_1 & \\ & V_2 \end{pmatrix}^H, \quad
       \Sigma = \left(\begin{array}{ccc|ccc} I & & & & & \\ & C & & & -S & \\ & & & & & -I \\ \hline
       & & & I & & \\ & S & & & C & \\ & & I & & & \end{array}\right),

    where :math:`C = \cos\theta` and :math:`S = \sin\theta` are diagonal with r = min(p, m - p, q, m - q) angles.

    Parameters
    ----------
    X : (..., m, m) tensor or four tensors
        Unitary matrices, or their blocks ``(X11, X12, X21, X22)`` where `p` and `q` are not given.
    p, q : int, optional
        Rows and columns of the upper left block.
    separate : bool
        Return the blocks of the factors and the angles.
    swap_sign : bool
        Have the minus signs in the lower left block.
    compute_u, compute_vh : bool
        If false an empty tensor is returned in place of `u` (`vh`).

    Returns
    -------
    u : (..., m, m) tensor
        Block diagonal unitary matrices; with `separate` the pair ``(U1, U2)``.
    cs : (..., m, m) tensor
        The middle factors, real; with `separate` the angles :math:`\theta`, (..., r), in [0, pi/2].
    vh : (..., m, m) tensor
        Block diagonal unitary matrices; with `separate` the pair ``(V1^H, V2^H)``.

    Raises
    ------
    LinAlgError
        The algorithm did not converge (naming the matrix of the batch); in a backward pass, that a loss depends on
        what is not determined (see Notes).
    ValueError
        Blocks that do not fit, `p` or `q` outside of 0 < p, q < m, or not finite data.

    See Also
    --------
    svd, polar

    Notes
    -----
    *Algorithm.* Simultaneous bidiagonalisation of the blocks and implicit QR [1]_, LAPACK's on the CPU. That `X` is
    unitary is not checked.

    *Derivative.* Among unitary matrices: of a tangent and of a gradient the part along them counts. With :math:`N =
    \mathrm{skew}(U^H \dot X V \Sigma^T)`, :math:`\Omega = U^H \dot U` and :math:`\Psi = V^H \dot V`, all of them
    skew-Hermitian, :math:`N = \Omega - \Sigma \Psi \Sigma^T + \dot\Sigma \Sigma^T`. Its upper right block gives
    :math:`\dot\theta = -\mathrm{Re}\,\mathrm{diag}\,N_{12}` and :math:`\Psi_{1,2} = D \mp E` with :math:`D = (N_{12} +
    N_{12}^H) / 2\sin(\theta_i - \theta_j)` and :math:`E = (N_{12} - N_{12}^H) / 2\sin(\theta_i + \theta_j)`, the
    diagonal blocks then :math:`\Omega`. Vectors are determined up to one phase (sign) per angle, common to U and V,
    and those of an identity block up to a unitary matrix, which acts on U and V alike. Gradients do not depend on the
    choice, and a loss that does raises `LinAlgError` in the backward pass, unless checks of data are off. Where two
    angles are equal, or an angle is 0 or pi/2 beside an identity, the derivative has the part that is determined and
    is finite.

    References
    ----------
    .. [1] B. D. Sutton, "Computing the complete CS decomposition", Numerical Algorithms 50 (2009) 33-65.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import cossin
    >>> c, s = torch.cos(torch.tensor(0.5)), torch.sin(torch.tensor(0.5))
    >>> x = torch.stack([torch.stack([c, -s]), torch.stack([s, c])])
    >>> u, theta, vh = cossin(x, 1, 1, separate=True)
    >>> theta
    tensor([0.5000])
    """
    x, p, q = _whole(X, p, q)
    u1, u2, theta, v1, v2 = decomposition(x, p, q, bool(swap_sign))
    if not compute_u:
        u1 = u2 = x.new_empty(0, 0)
    if not compute_vh:
        v1 = v2 = x.new_empty(0, 0)
    if separate:
        return (u1, u2), theta, (v1, v2)
    cs = middle(theta, Parts(x.shape[-1], p, q, bool(swap_sign)))
    return join(u1, u2), cs, join(v1, v2)
