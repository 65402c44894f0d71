"""Matrices built from given entries: Toeplitz, Hankel, circulant, companion and the like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import as_tensor, common_device, result_dtype
from sci._core.cards import Sample, function
from sci._core.checks import known
from sci._core.errors import bad_argument, integer

from ._matrices import random_matrices, tensors


def _vector(function: str, argument: str, x: Tensor, least: int = 0) -> Tensor:
    if x.dim() == 0:
        x = x[None]
    if x.shape[-1] < least:
        raise bad_argument(function, argument, f"of length {least} at least", x)
    return x


def _entries(function: str, **arguments: Any) -> tuple[Tensor, ...]:
    """Return arguments as tensors of one dtype and device: entries that are only copied stay integers or booleans."""
    given = [as_tensor(x, name, function) for name, x in arguments.items()]
    if any(x.is_floating_point() or x.is_complex() for x in given):
        return tensors(function, **arguments)
    device = common_device(given, list(arguments), function)
    dtype = result_dtype(given)
    return tuple(x.to(device=device, dtype=dtype) for x in given)


def windows(values: Tensor, n: int) -> Tensor:
    """Return the rows ``values[..., i : i + n]``, a view: of `values` with n - 1 more entries, or of all if n = 0."""
    if 0 < n <= values.shape[-1]:
        return values.unfold(-1, n, 1)
    return values.narrow(-1, 0, 0).reshape(*values.shape[:-1], 0 if n else values.shape[-1], n)


def _pair(function: str, c: Tensor, r: Tensor) -> tuple[Tensor, Tensor]:
    c, r = _vector(function, "c", c), _vector(function, "r", r)
    if c.shape[:-1] == r.shape[:-1]:
        return c, r
    batch = torch.broadcast_shapes(c.shape[:-1], r.shape[:-1])
    return c.expand(*batch, c.shape[-1]), r.expand(*batch, r.shape[-1])


def _one(*shape: int) -> Any:
    def samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
        draw = random_matrices(generator, dtype, device)
        yield Sample(draw(*shape))
        yield Sample(draw(2, *shape))

    return samples


def _two(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3), draw(4))
    yield Sample(draw(2, 3), draw(3))


@function(differentiable=("c", "r"), samples=_two)
def toeplitz(c: Any, r: Any = None) -> Tensor:
    """Toeplitz matrices: constant along diagonals.

    Equivalent to `scipy.linalg.toeplitz`.

    Parameters
    ----------
    c : (..., m) tensor
        First columns.
    r : (..., n) tensor, optional
        First rows, whose first entry is not read. By default ``conj(c)``.

    Returns
    -------
    T : (..., m, n) tensor
        The matrices. Derivatives are sums along diagonals.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import toeplitz
    >>> toeplitz(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 4.0]))
    tensor([[1., 4.],
            [2., 1.],
            [3., 2.]])
    """
    if r is None:
        (c,) = _entries("toeplitz", c=c)
        c = _vector("toeplitz", "c", c)
        r = c.conj()
    else:
        c, r = _pair("toeplitz", *_entries("toeplitz", c=c, r=r))
    n = r.shape[-1]
    rest = r.narrow(-1, min(1, n), max(n - 1, 0)).flip(-1)
    return windows(torch.cat([rest, c], -1), n).flip(-1)


@function(differentiable=("c", "r"), samples=_two)
def hankel(c: Any, r: Any = None) -> Tensor:
    """Hankel matrices: constant along antidiagonals.

    Equivalent to `scipy.linalg.hankel`.

    Parameters
    ----------
    c : (..., m) tensor
        First columns.
    r : (..., n) tensor, optional
        Last rows, whose first entry is not read. By default zeros.

    Returns
    -------
    H : (..., m, n) tensor
        The matrices. Derivatives are sums along antidiagonals.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import hankel
    >>> hankel(torch.tensor([1.0, 2.0]), torch.tensor([2.0, 3.0, 4.0]))
    tensor([[1., 2., 3.],
            [2., 3., 4.]])
    """
    if r is None:
        (c,) = _entries("hankel", c=c)
        c = _vector("hankel", "c", c)
        r = torch.zeros_like(c)
    else:
        c, r = _pair("hankel", *_entries("hankel", c=c, r=r))
    n = r.shape[-1]
    return windows(torch.cat([c, r.narrow(-1, min(1, n), max(n - 1, 0))], -1), n).clone()


@function(differentiable=("c",), samples=_one(4))
def circulant(c: Any) -> Tensor:
    """Circulant matrices: each column is the one before, shifted cyclically.

    Equivalent to `scipy.linalg.circulant`.

    Parameters
    ----------
    c : (..., n) tensor
        First columns.

    Returns
    -------
    A : (..., n, n) tensor
        The matrices. Derivatives are sums along cyclic diagonals.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import circulant
    >>> circulant(torch.tensor([1.0, 2.0, 3.0]))
    tensor([[1., 3., 2.],
            [2., 1., 3.],
            [3., 2., 1.]])
    """
    (c,) = _entries("circulant", c=c)
    c = _vector("circulant", "c", c)
    n = c.shape[-1]
    return windows(torch.cat([c.narrow(-1, min(1, n), max(n - 1, 0)), c], -1), n).flip(-1)


def _samples_companion(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    for shape in ((4,), (2, 3)):
        a = draw(*shape)
        a[..., 0] = 2
        yield Sample(a)


def _require_leading(function: str, a: Tensor) -> None:
    if a.numel() and known((a.detach()[..., 0] == 0).any()):
        raise ValueError(f"{function}: a must have a leading coefficient other than zero, got 0")


@function(differentiable=("a",), samples=_samples_companion)
def companion(a: Any) -> Tensor:
    """Companion matrices of polynomials, whose eigenvalues are the roots.

    Equivalent to `scipy.linalg.companion`.

    Parameters
    ----------
    a : (..., n) tensor
        Coefficients, the one of the highest power first and not zero; ``n >= 2``.

    Returns
    -------
    c : (..., n - 1, n - 1) tensor
        The matrices: ``-a[1:] / a[0]`` in the first row, ones below the diagonal.

    Raises
    ------
    ValueError
        Fewer than two coefficients, or a leading zero.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import companion
    >>> companion(torch.tensor([1.0, -3.0, 2.0]))
    tensor([[ 3., -2.],
            [ 1.,  0.]])
    """
    (a,) = tensors("companion", a=a)
    a = _vector("companion", "a", a, 2)
    _require_leading("companion", a)
    row = -a.narrow(-1, 1, a.shape[-1] - 1) / a.narrow(-1, 0, 1)
    n = row.shape[-1]
    below = torch.diag_embed(torch.ones(n - 1, dtype=a.dtype, device=a.device), -1).narrow(-2, 1, n - 1)
    return torch.cat([row[..., None, :], below.expand(*row.shape[:-1], n - 1, n)], -2)


@function(differentiable=("a",), samples=_samples_companion)
def fiedler_companion(a: Any) -> Tensor:
    """Pentadiagonal companion matrices of polynomials, after Fiedler.

    Equivalent to `scipy.linalg.fiedler_companion`.

    Parameters
    ----------
    a : (..., n) tensor
        Coefficients, the one of the highest power first and not zero.

    Returns
    -------
    c : (..., n - 1, n - 1) tensor
        The matrices, with the roots as eigenvalues [1]_.

    Raises
    ------
    ValueError
        A leading zero, or no coefficients.

    References
    ----------
    .. [1] M. Fiedler, "A note on companion matrices", Linear Algebra and its Applications 372 (2003) 325-331.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import fiedler_companion
    >>> fiedler_companion(torch.tensor([1.0, -6.0, 11.0, -6.0]))
    tensor([[  6., -11.,   1.],
            [  1.,   0.,   0.],
            [  0.,   6.,   0.]])
    """
    (a,) = tensors("fiedler_companion", a=a)
    a = _vector("fiedler_companion", "a", a)
    n = a.shape[-1] - 1
    if n < 1:
        return a.new_zeros(*a.shape[:-1], 0) + 0 * a.sum() if a.dim() > 1 else a.new_zeros(0)
    _require_leading("fiedler_companion", a)
    monic = a / a.narrow(-1, 0, 1)
    if n == 1:
        return -monic.narrow(-1, 1, 1)[..., None]
    # Coefficient k lies at (k - 2, k - 1) for even k and at (k - 1, k - 2) for odd ones, from k = 2; the ones lie at
    # (1, 0), and at (k, k + 2) or (k + 2, k) for even or odd k from 0.
    even = torch.arange(n - 1, device=a.device) % 2 == 0
    first = torch.nn.functional.pad(torch.ones_like(monic[..., :1]), (0, n - 2))
    above = torch.where(even, -monic[..., 2:], 0)
    below = torch.where(even, first, -monic[..., 2:])
    out = torch.diag_embed(torch.nn.functional.pad(-monic[..., 1:2], (0, n - 1)))
    out = out + torch.diag_embed(above, 1) + torch.diag_embed(below, -1)
    ones = even[: n - 2].to(a.dtype)
    return out + torch.diag_embed(ones, 2) + torch.diag_embed(1 - ones, -2)


@function(differentiable=("a",), samples=_one(4))
def fiedler(a: Any) -> Tensor:
    """Fiedler matrices ``abs(a[i] - a[j])``.

    Equivalent to `scipy.linalg.fiedler`.

    Parameters
    ----------
    a : (..., n) tensor
        Entries.

    Returns
    -------
    F : (..., n, n) tensor
        Symmetric matrices with zeros on the diagonal. The derivative at equal entries is 0.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import fiedler
    >>> fiedler(torch.tensor([1.0, 4.0]))
    tensor([[0., 3.],
            [3., 0.]])
    """
    (a,) = _entries("fiedler", a=a)
    a = _vector("fiedler", "a", a)
    return (a[..., :, None] - a[..., None, :]).abs()


def _samples_leslie(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(4), draw(3))
    yield Sample(draw(2, 3), draw(2))


@function(differentiable=("f", "s"), samples=_samples_leslie)
def leslie(f: Any, s: Any) -> Tensor:
    """Leslie matrices of population dynamics.

    Equivalent to `scipy.linalg.leslie`.

    Parameters
    ----------
    f : (..., n) tensor
        Fecundities: the first row.
    s : (..., n - 1) tensor
        Survival: the first subdiagonal.

    Returns
    -------
    L : (..., n, n) tensor
        The matrices.

    Raises
    ------
    ValueError
        Lengths do not fit.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import leslie
    >>> leslie(torch.tensor([0.0, 2.0]), torch.tensor([0.5]))
    tensor([[0.0000, 2.0000],
            [0.5000, 0.0000]])
    """
    f, s = _entries("leslie", f=f, s=s)
    f, s = _vector("leslie", "f", f), _vector("leslie", "s", s, 1)
    n = f.shape[-1]
    if s.shape[-1] != n - 1:
        raise bad_argument("leslie", "s", f"of length {n - 1}, one less than f", s)
    below = torch.diag_embed(s, -1).narrow(-2, 1, n - 1)
    batch = torch.broadcast_shapes(f.shape[:-1], s.shape[:-1])
    return torch.cat([f[..., None, :].expand(*batch, 1, n), below.expand(*batch, n - 1, n)], -2)


def _samples_convolution(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(3), 4)
    yield Sample(draw(2, 3), 5, mode="same")


@function(differentiable=("a",), samples=_samples_convolution)
def convolution_matrix(a: Any, n: int, mode: str = "full") -> Tensor:
    """Matrices that convolve with a vector: ``convolution_matrix(a, n) @ v`` is the convolution of a with v.

    Equivalent to `scipy.linalg.convolution_matrix`.

    Parameters
    ----------
    a : (..., m) tensor
        What to convolve with.
    n : int
        Length of the vectors.
    mode : {'full', 'valid', 'same'}
        Which part of the convolution, as in `numpy.convolve`.

    Returns
    -------
    A : (..., k, n) tensor
        Toeplitz matrices with ``k = m + n - 1``, ``max(m, n) - min(m, n) + 1`` or ``max(m, n)`` rows.

    Raises
    ------
    ValueError
        An empty `a`, ``n < 1``, or an unknown `mode`.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import convolution_matrix
    >>> convolution_matrix(torch.tensor([1.0, 2.0]), 2)
    tensor([[1., 0.],
            [2., 1.],
            [0., 2.]])
    """
    name = "convolution_matrix"
    (a,) = _entries(name, a=a)
    a = _vector(name, "a", a)
    if a.shape[-1] == 0:
        raise ValueError(f"{name}: len(a) must be at least 1, got {tuple(a.shape)} for the shape of a")
    if integer(name, "n", n) <= 0:
        raise bad_argument(name, "n", "a positive integer", n)
    m = a.shape[-1]
    size = {"full": m + n - 1, "valid": max(m, n) - min(m, n) + 1, "same": max(m, n)}.get(mode)
    if size is None:
        raise bad_argument(name, "mode", "one of 'full', 'valid' and 'same'", mode)
    first = (m + n - 1 - size) // 2 if mode == "same" else min(m, n) - 1 if mode == "valid" else 0
    padded = torch.nn.functional.pad(a, (n - 1, n - 1))
    return windows(padded.narrow(-1, first, size + n - 1), n).flip(-1)


def _samples_blocks(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(2, 3), draw(1, 1), draw(2))
    yield Sample(draw(2, 2, 2), draw(1, 3))


@function(differentiable=("arrs",), samples=_samples_blocks)
def block_diag(*arrs: Any) -> Tensor:
    """Block diagonal matrices.

    Equivalent to `scipy.linalg.block_diag`.

    Parameters
    ----------
    *arrs : (..., m, n) tensors
        The blocks; a vector is one row, a number a 1 x 1 block. Batch dimensions broadcast.

    Returns
    -------
    D : (..., M, N) tensor
        Matrices with the blocks on the diagonal and zeros elsewhere; without blocks a 1 x 0 matrix.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import block_diag
    >>> block_diag(torch.tensor([[1.0, 2.0]]), 3.0)
    tensor([[1., 2., 0.],
            [0., 0., 3.]])
    """
    if not arrs:
        return torch.empty(1, 0)
    blocks = [torch.atleast_2d(x) for x in _entries("block_diag", **{f"arrs[{k}]": x for k, x in enumerate(arrs)})]
    batch = torch.broadcast_shapes(*(x.shape[:-2] for x in blocks))
    columns = sum(x.shape[-1] for x in blocks)
    rows, before = [], 0
    for x in blocks:
        wide = torch.nn.functional.pad(x, (before, columns - before - x.shape[-1]))
        rows.append(wide.expand(*batch, *wide.shape[-2:]))
        before += x.shape[-1]
    return torch.cat(rows, -2)
