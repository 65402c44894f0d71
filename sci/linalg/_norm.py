"""Norms of vectors and matrices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Sample, function
from sci._core.checks import known
from sci._core.errors import bad_argument

from . import _quick
from ._matrices import random_matrices, require_finite_data, tensors
from ._svd import values

_LEAST = 2.0**-480  # norms from here on have squares in the range
_KINDS = {None: 0, "fro": 0, 1: 1, float("inf"): 2}  # NormKind in csrc/linalg/matrix_norms.h
_MATRIX_ORDERS = (None, "fro", "nuc", 1, -1, 2, -2, float("inf"), -float("inf"))


def _require_finite_norms(out: Tensor, check_finite: bool, a: Tensor) -> tuple[float, float]:
    """Raise for NaN and infinity in `a`, which show in norms to which all entries add; return least and largest norm,
    1 where there are none or they cannot be read."""
    if out.numel() == 0:
        require_finite_data("norm", check_finite, a=a)
        return 1.0, 1.0
    low, high = (known(x) for x in torch.aminmax(out.detach()))
    if low is None or high is None:
        return 1.0, 1.0
    if high - high != 0:
        require_finite_data("norm", check_finite, a=a)
    return low, high


def _length(a: Tensor, axes: tuple[int, ...] | None, keepdims: bool, check_finite: bool) -> Tensor:
    """Return the root of the sum of squares, which is made in double precision: long sums would lose digits."""
    dims = tuple(range(a.dim())) if axes is None else tuple(k % a.dim() for k in axes)
    x, over = (torch.view_as_real(a.resolve_conj()), (*dims, a.dim())) if a.is_complex() else (a, dims)

    def root(x: Tensor) -> Tensor:
        out = torch.linalg.vector_norm(x, dim=over, keepdim=keepdims, dtype=torch.float64)
        return out.squeeze(-1) if keepdims and a.is_complex() else out

    out = root(x)
    low, high = _require_finite_norms(out, check_finite, a)
    if x.dtype == torch.float64 and x.numel() > 0 and not (low >= _LEAST and high < float("inf")):
        # Squares left the range: over powers of 2.
        largest = x.detach().abs().amax(over, keepdim=True)
        exponent = torch.frexp(torch.where(torch.isfinite(largest), largest, 1))[1] - 1
        power = torch.ldexp(torch.ones_like(largest), exponent)
        out = root(x / power)
        out = out * power.reshape(out.shape)
    return out.to(x.dtype)


def _quickly(a: Any, ord: Any, axis: Any) -> Tensor | None:
    """Return norms over the last dimensions by the kernel for plain tensors; None where it has none or is unsure."""
    dims = a.dim() if type(a) is Tensor else 0
    if dims == 0 or isinstance(ord, bool) or not isinstance(ord, (str, int, float, type(None))):
        return None
    if axis in ((-2, -1), (dims - 2, dims - 1)) and dims >= 2:
        count = 2
    elif axis is None and (ord is None or dims == 2):
        count = dims
    elif axis in (-1, dims - 1) and ord is None:
        count = 1
    else:
        return None
    kind = _KINDS.get(ord)
    found = None if kind is None else _quick.norms(a, count, kind)
    return None if found is None else found[0]


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3, 2))
    yield Sample(draw(2, 3, 3), ord=2, axis=(-2, -1))
    yield Sample(draw(2, 3, 2), ord="nuc", axis=(1, 2), keepdims=True)
    yield Sample(draw(4), ord=3)
    yield Sample(draw(2, 4), ord=1, axis=-1)


@function(differentiable=("a",), samples=_samples, batch=False, synchronizes=True)
def norm(a: Any, ord: Any = None, axis: Any = None, keepdims: bool = False, check_finite: bool = True) -> Tensor:
    r"""Norm of vectors or matrices.

    Equivalent to `scipy.linalg.norm`.

    Parameters
    ----------
    a : tensor
        Vectors or matrices. Without `axis` it has one or two dimensions, unless `ord` is None.
    ord : {None, number, inf, -inf, 'fro', 'nuc'}, optional
        Vectors: the p of ``sum(abs(a)**p)**(1/p)``, 0 for the number of nonzero entries, inf and -inf for the largest
        and smallest modulus; None is 2. Matrices: 'fro' (None too) Frobenius, 'nuc' the sum of singular values, 2 and
        -2 the largest and smallest one, 1 and -1 (inf and -inf) largest and smallest column (row) sum of moduli.
    axis : int or pair of int, optional
        The dimension of vectors, or the two of matrices. None takes all of `a`; with ``ord=None`` as one vector.
    keepdims : bool
        Keep the reduced dimensions with size 1.
    check_finite : bool
        Raise ValueError where `a` holds NaN or infinity.

    Returns
    -------
    n : tensor
        The norms, real.

    Raises
    ------
    ValueError
        An `ord` that vectors or matrices do not have, dimensions that do not fit, or not finite data.

    Notes
    -----
    *Derivative.* A subgradient where there is none: 0 at zero for sums of moduli and powers, shared evenly among equal
    largest entries, :math:`U V^H` for 'nuc'. Norms by singular values have second derivatives where these are distinct.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import norm
    >>> norm(torch.tensor([3.0, 4.0])), norm(torch.tensor([[1.0, -7.0], [2.0, 3.0]]), 1)
    (tensor(5.), tensor(10.))
    """
    if not keepdims and (found := _quickly(a, ord, axis)) is not None:
        return found
    (a,) = tensors("norm", a=a)
    if axis is None:
        if ord is None:
            return _length(a, None, keepdims, check_finite)
        if a.dim() not in (1, 2):
            raise bad_argument("norm", "a", "of one or two dimensions where ord is given and axis is not", a)
        axes = tuple(range(a.dim()))
    else:
        axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    if len(axes) not in (1, 2) or not all(isinstance(k, int) and -a.dim() <= k < a.dim() for k in axes):
        raise bad_argument("norm", "axis", f"None, or one or two dimensions of the {a.dim()} of a", str(axis))
    if len(axes) == 1:
        if isinstance(ord, str) or (ord is not None and not isinstance(ord, (int, float))):
            raise bad_argument("norm", "ord", "None or a number for vectors", ord)
        if ord is None or ord == 2:
            return _length(a, axes, keepdims, check_finite)
        require_finite_data("norm", check_finite, a=a)
        if a.shape[axes[0]] == 0 and (ord < 0 or ord == torch.inf):  # a sum of nothing, which torch refuses
            if ord == -torch.inf:
                raise bad_argument("norm", "a", f"of vectors with entries for ord={ord}, which takes a minimum", a)
            zero = torch.linalg.vector_norm(a, 1, dim=axes, keepdim=keepdims)
            return zero if ord > 0 else zero.pow(ord)
        return torch.linalg.vector_norm(a, ord, dim=axes, keepdim=keepdims)
    if ord not in _MATRIX_ORDERS:
        raise bad_argument("norm", "ord", "None, 'fro', 'nuc', 1, -1, 2, -2, inf or -inf for matrices", ord)
    rows, columns = (k % a.dim() for k in axes)
    if rows == columns:
        raise bad_argument("norm", "axis", "two different dimensions", str(axis))
    if a.shape[rows] * a.shape[columns] == 0 and isinstance(ord, (int, float)):
        # How many sums, or singular values, there are to take the largest or smallest of.
        count = {1: a.shape[columns], torch.inf: a.shape[rows]}.get(abs(ord), 0)
        if count == 0 and ord < 0:
            raise bad_argument("norm", "a", f"of matrices with entries for ord={ord}, which takes a minimum", a)
        if count == 0:
            return _length(a, (rows, columns), keepdims, check_finite)
    if ord in ("nuc", 2, -2):
        require_finite_data("norm", check_finite, a=a)
        s = values(a.movedim((rows, columns), (-2, -1)), False, "norm")
        out = s.sum(-1) if ord == "nuc" else s.amax(-1) if ord == 2 else s.amin(-1)
        return out.unsqueeze(min(rows, columns)).unsqueeze(max(rows, columns)) if keepdims else out
    if ord is None or ord == "fro":
        return _length(a, (rows, columns), keepdims, check_finite)
    out = torch.linalg.matrix_norm(a, ord, dim=(rows, columns), keepdim=keepdims)
    if ord in (1, float("inf")):
        _require_finite_norms(out, check_finite, a)
    else:  # infinity does not show in the least of sums
        require_finite_data("norm", check_finite, a=a)
    return out
