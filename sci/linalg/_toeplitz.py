"""Toeplitz and circulant matrices: products by FFT, systems by Levinson's recursion and by FFT."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core import runtime
from sci._core.cards import Sample, function
from sci._core.checks import checks_enabled, known, require_finite
from sci._core.dispatch import operator
from sci._core.errors import bad_argument, integer, real
from sci._core.quick import cpu_kernel, plain_on_cpu
from sci.fft import fft, ifft, irfft, rfft
from sci.fft._fourier import COMPLEX, fit, transform

from . import _quick
from ._errors import LinAlgError
from ._matrices import (
    batch_shape,
    broadcast_matrices,
    new_like,
    place_in_batch,
    random_matrices,
    require_finite_data,
    tensors,
    to_kind,
)
from ._special_matrices import windows

runtime.load_library()

_levinson = cpu_kernel("_levinson")

# A Toeplitz matrix is held as its diagonals t, (..., 1, m + n - 1): T[i, j] = t[n - 1 + i - j].


_DENSE = 4096  # up to so many entries matrices cost less than FFTs


def _product(t: Tensor, x: Tensor, m: int) -> Tensor:
    """T x for x (..., n, k): a convolution of t with x, of which m places are wanted, or the product as it stands."""
    n = x.shape[-2]
    if m == 0 or n == 0 or x.shape[-1] == 0 or 0 in batch_shape(t, x):
        return x.new_zeros(*batch_shape(t, x), m, x.shape[-1]) + 0 * (t.sum() + x.sum())
    if m * n * math.prod(t.shape[:-2]) <= _DENSE:
        return windows(t.squeeze(-2), n).flip(-1) @ x
    size = m + n - 1
    column = t.mT
    if t.is_complex() or x.is_complex():
        y = ifft(fft(column, size, axis=-2) * fft(x, size, axis=-2), axis=-2)
    else:
        y = irfft(rfft(column, size, axis=-2) * rfft(x, size, axis=-2), size, axis=-2)
    # The cyclic wrap touches only the first n - 1 places, which are not wanted.
    return y.narrow(-2, n - 1, m)


def _solve(t: Tensor, b: Tensor, check_finite: bool) -> Tensor:
    function = "solve_toeplitz"
    t, b = broadcast_matrices(function, ("c", "b"), t, b)
    x, info = torch.ops.sci._levinson(t.squeeze(-2), b.mT)
    if checks_enabled() and bool(info.any()):
        if check_finite:
            require_finite(function, {"c_or_cr": t.squeeze(-2)})
            require_finite(function, {"b": b})
        if bool((info > 0).any()):
            where, order = place_in_batch(info.clamp(min=0))
            raise LinAlgError(
                f"{function}: the leading minor of order {order}{where} is singular: Levinson's recursion stops"
            )
    return x.mT.contiguous()  # type: ignore[no-any-return]


def _solve_alone(c_or_cr: Any, b: Any) -> Tensor | None:
    """Return the solution of one regular system without a derivative; None for the general way."""
    c, r = c_or_cr if type(c_or_cr) is tuple and len(c_or_cr) == 2 else (c_or_cr, None)
    for x in (b, c) if r is None else (b, c, r):
        if not plain_on_cpu(x, _quick.ANY) or x.dtype is not b.dtype or x.dim() not in ((1, 2) if x is b else (1,)):
            return None
    n = c.shape[0]
    if n == 0 or b.shape[0] != n or b.numel() == 0 or (r is not None and r.shape != c.shape):
        return None
    column = c.numpy()
    row = column.conj() if r is None else r.numpy()
    vector = b.dim() == 1
    x, info = _levinson(torch.from_numpy(np.concatenate((row[:0:-1], column))), b[None] if vector else b.mT)
    if info.item():
        return None
    return x[0] if vector else x.mT.contiguous()


def _adjoint(t: Tensor) -> Tensor:
    return t.flip(-1).conj()


def _backward(inputs: Any, outputs: Any, grads: Any, needs: Sequence[bool]) -> Sequence[Tensor | None]:
    t, b, _ = inputs
    (x,), (g,) = outputs, grads
    grad_b = levinson(_adjoint(t), g, False)
    grad_t = None
    if needs[0]:
        # The sums of -gB x^H along diagonals are a correlation of gB with x.
        grad_t = to_kind(-_diagonal_sums(grad_b, x), t)
    return grad_t, to_kind(grad_b, b) if needs[1] else None, None


def _diagonal_sums(g: Tensor, x: Tensor) -> Tensor:
    n = x.shape[-2]
    size = max(2 * n - 1, 0)
    if n == 0 or 0 in batch_shape(g, x):
        return x.new_zeros(*batch_shape(g, x), 1, size)

    def transformed(y: Tensor, inverse: bool = False) -> Tensor:  # by the operator, which takes batched gradients
        y = fit(y.to(torch.promote_types(y.dtype, torch.complex64)).resolve_conj(), (size,), (-2,))
        return transform(y, [-2], COMPLEX, inverse, False, 1 / size if inverse else 1.0, 1.0)  # type: ignore[no-any-return]

    sums = transformed(transformed(g) * transformed(x.flip(-2).conj()), True).sum(-1)[..., None, :]
    return sums if x.is_complex() else sums.real


def _jvp(inputs: Any, outputs: Any, tangents: Any) -> Tensor:
    t, _, _ = inputs
    (x,), (dt, db) = outputs, tangents[:2]
    right = None if db is None else db.expand_as(x)
    if dt is not None:
        moved = _product(dt, x, x.shape[-2])
        right = -moved if right is None else right - moved
    return levinson(t, right, False)  # type: ignore[no-any-return]


# X of T X = B.
levinson = operator(
    "levinson(Tensor t, Tensor b, bool check_finite) -> Tensor",
    kernel=_solve,
    fake=lambda t, b, check_finite: new_like(b, (*batch_shape(t, b), *b.shape[-2:])),
    backward=_backward,
    jvp=_jvp,
    core_dims=(2, 2),
)


def _diagonals(function: str, c_or_cr: Any, other: Any, argument: str) -> tuple[Tensor, Tensor, int, int]:
    """Return t, the other operand, and the shape of T."""
    pair = (
        isinstance(c_or_cr, (tuple, list)) and len(c_or_cr) == 2 and not isinstance(c_or_cr[0], (int, float, complex))
    )
    if pair:
        c, r, other = tensors(function, c=c_or_cr[0], r=c_or_cr[1], **{argument: other})
    else:
        c, other = tensors(function, c=c_or_cr, **{argument: other})
        r = c.conj()
    for name, x in (("c", c), ("r", r)):
        if x.dim() == 0:
            raise bad_argument(function, name, "a vector or a batch of vectors", x)
    if c.shape[:-1] != r.shape[:-1]:
        batch = torch.broadcast_shapes(c.shape[:-1], r.shape[:-1])
        c, r = c.expand(*batch, c.shape[-1]), r.expand(*batch, r.shape[-1])
    m, n = c.shape[-1], r.shape[-1]
    t = torch.cat([r.narrow(-1, 1, max(n - 1, 0)).flip(-1) if n else r, c], -1)[..., None, :]
    return t, other, m, n


def _operand(function: str, n: int, x: Tensor, argument: str) -> tuple[Tensor, bool]:
    if x.dim() == 0 or x.shape[-1 if x.dim() == 1 else -2] != n:
        raise bad_argument(function, argument, f"of shape ({n},) or (..., {n}, k) to match the matrix", x)
    return (x[:, None], True) if x.dim() == 1 else (x, False)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)

    def column(*shape: int) -> Tensor:
        c = draw(*shape) / 4
        c[..., 0] = 2
        return c

    yield Sample(column(4), column(4), draw(4))
    yield Sample(column(2, 3), column(3), draw(3, 2))


def _with_pair(function: Any, c: Tensor, r: Tensor, b: Tensor) -> Any:
    return function((c, r), b)


@function(differentiable=("c_or_cr", "b"), samples=_samples, call=_with_pair, synchronizes=True)
def solve_toeplitz(c_or_cr: Any, b: Any, check_finite: bool = True) -> Tensor:
    r"""Solve ``T x = b`` for Toeplitz `T`, by Levinson's recursion.

    Equivalent to `scipy.linalg.solve_toeplitz`.

    Parameters
    ----------
    c_or_cr : (..., n) tensor, or pair of them
        The first column, or first column and first row. Without a row it is ``conj(c)``, and T is Hermitian. The first
        entry of the row is not read.
    b : (n,) or (..., n, k) tensor
        Right-hand sides. One dimension is one vector; otherwise the last two dimensions are a matrix. Batch
        dimensions broadcast.
    check_finite : bool
        Raise ValueError where an argument holds NaN or infinity.

    Returns
    -------
    x : tensor
        The solution, of the shape of `b` with the broadcast batch dimensions.

    Raises
    ------
    LinAlgError
        A leading minor vanishes, naming its order and the matrix of the batch: the recursion needs all of them.
    ValueError
        Shapes do not match, or not finite data.

    See Also
    --------
    matmul_toeplitz, solve_circulant, toeplitz

    Notes
    -----
    *Algorithm.* Levinson's recursion, ``O(n**2)`` operations and ``O(n)`` memory; on the CPU the systems of a batch
    stand side by side on the lanes of its vectors, on CUDA each has a thread. It is not backward stable where leading
    minors are ill-conditioned; `solve` with `toeplitz` is.

    *Derivative.* :math:`\bar B = T^{-H} \bar X`; the gradient of a diagonal of `T` is the sum of
    :math:`-\bar B X^H` along it, by FFT.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import solve_toeplitz
    >>> torch.allclose(solve_toeplitz(torch.tensor([2.0, 1.0]), torch.tensor([3.0, 3.0])), torch.ones(2))
    True
    """
    name = "solve_toeplitz"
    if (found := _solve_alone(c_or_cr, b)) is not None:
        return found
    t, b, m, n = _diagonals(name, c_or_cr, b, "b")
    if m != n:
        raise bad_argument(name, "r", f"of length {m}, as c", f"length {n}")
    b, vector = _operand(name, n, b, "b")
    broadcast_matrices(name, ("c", "b"), t, b)
    x = levinson(t, b, bool(check_finite))
    return x[..., 0] if vector else x  # type: ignore[no-any-return]


@function(differentiable=("c_or_cr", "x"), samples=_samples, call=_with_pair)
def matmul_toeplitz(c_or_cr: Any, x: Any, check_finite: bool = False, workers: int | None = None) -> Tensor:
    r"""Product of a Toeplitz matrix and a matrix, by FFT where these are not small.

    Equivalent to `scipy.linalg.matmul_toeplitz`.

    Parameters
    ----------
    c_or_cr : (..., m) tensor, or pair of (..., m) and (..., n) tensors
        The first column, or first column and first row. Without a row it is ``conj(c)``. The first entry of the row is
        not read.
    x : (n,) or (..., n, k) tensor
        The matrix. One dimension is one vector; otherwise the last two dimensions are a matrix. Batch dimensions
        broadcast.
    check_finite : bool
        Raise ValueError where an argument holds NaN or infinity.
    workers : int, optional
        Accepted and ignored.

    Returns
    -------
    y : tensor
        ``T @ x``.

    Raises
    ------
    ValueError
        Shapes do not match, or not finite data.

    Notes
    -----
    Three FFTs of length ``m + n - 1``, whose error is relative to the norms, not to single entries; up to 4096 entries
    of matrices the product as it stands.

    *Derivative.* By the chain rule; it is linear in each argument.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import matmul_toeplitz
    >>> y = matmul_toeplitz((torch.tensor([1.0, 2.0]), torch.tensor([1.0, 3.0])), torch.tensor([1.0, 1.0]))
    >>> torch.allclose(y, torch.tensor([4.0, 3.0]))
    True
    """
    name = "matmul_toeplitz"
    t, x, m, n = _diagonals(name, c_or_cr, x, "x")
    require_finite_data(name, check_finite, c_or_cr=t.squeeze(-2), x=x)
    x, vector = _operand(name, n, x, "x")
    broadcast_matrices(name, ("c", "x"), t, x)
    y = _product(t, x, m)
    return y[..., 0] if vector else y


def _samples_circulant(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(4), draw(4))
    yield Sample(draw(2, 3), draw(3, 2), baxis=0, outaxis=-1)


@function(differentiable=("c", "b"), samples=_samples_circulant, synchronizes=True)
def solve_circulant(
    c: Any,
    b: Any,
    singular: str = "raise",
    tol: float | None = None,
    caxis: int = -1,
    baxis: int = 0,
    outaxis: int = 0,
) -> Tensor:
    r"""Solve ``C x = b`` for circulant `C`, by FFT.

    Equivalent to `scipy.linalg.solve_circulant`.

    Parameters
    ----------
    c : tensor
        First columns of circulant matrices, along the dimension `caxis`.
    b : tensor
        Right-hand sides, along the dimension `baxis`. The other dimensions of `c` and `b` broadcast.
    singular : {'raise', 'lstsq'}
        For a matrix that is nearly singular: raise, or return the least-squares solution of smallest norm.
    tol : float, optional
        Eigenvalues up to this size count as zero. By default ``max(abs(w)) * n * eps``.
    caxis, baxis, outaxis : int
        The dimension of `c`, of `b`, and of the result that the system runs along.

    Returns
    -------
    x : tensor
        The solutions.

    Raises
    ------
    LinAlgError
        A matrix is nearly singular, with ``singular='raise'``.
    ValueError
        Lengths do not match, or an unknown option.

    Notes
    -----
    *Derivative.* By the chain rule through the FFTs; for a least-squares solution with the eigenvalues that count held.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import solve_circulant
    >>> x = solve_circulant(torch.tensor([2.0, 0.0, 1.0]), torch.tensor([3.0, 3.0, 3.0]))
    >>> torch.allclose(x, torch.ones(3))
    True
    """
    name = "solve_circulant"
    c, b = tensors(name, c=c, b=b)
    if singular not in ("raise", "lstsq"):
        raise bad_argument(name, "singular", "'raise' or 'lstsq'", singular)
    c, b = torch.atleast_1d(c), torch.atleast_1d(b)
    caxis, baxis, outaxis = (
        integer(name, label, axis) for label, axis in (("caxis", caxis), ("baxis", baxis), ("outaxis", outaxis))
    )
    c, b = c.movedim(caxis, -1), b.movedim(baxis, -1)
    n = c.shape[-1]
    if b.shape[-1] != n:
        raise bad_argument(name, "b", f"of length {n} along baxis, as c along caxis", f"length {b.shape[-1]}")
    if n == 0 or b.numel() == 0:
        return (c * b).movedim(-1, outaxis)
    w = fft(c)
    size = w.detach().abs()
    bound = size.amax(-1, keepdim=True) * n * torch.finfo(size.dtype).eps if tol is None else real(name, "tol", tol)
    small = size <= bound
    if singular == "raise":
        if checks_enabled() and known(small.any()):
            where, _ = place_in_batch(small.any(-1))
            raise LinAlgError(f"{name}: the circulant matrix{where} is nearly singular")
        q = fft(b) / w
    else:
        q = torch.where(small, 0, fft(b) / torch.where(small, 1, w))
    x = ifft(q)
    if not (c.is_complex() or b.is_complex()):
        x = x.real
    return x.movedim(-1, outaxis)
