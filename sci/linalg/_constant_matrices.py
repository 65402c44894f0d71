"""Matrices that their size determines: Hilbert, Pascal, Hadamard and the like; and random sketches."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core.arrays import COMPLEX_OF
from sci._core.cards import Sample, function
from sci._core.errors import bad_argument, integer

from ._matrices import numpy_generator, random_matrices, require_matrix, tensors

_INT64_MAX = 2**63 - 1


def _size(function: str, n: Any, least: int = 0) -> int:
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < least:
        raise bad_argument(function, "n", f"an integer >= {least}", n)
    return int(n)


def _integers(function: str, rows: list[list[int]], exact: bool, dtype: Any, device: Any) -> Tensor:
    """Return a matrix of Python integers: exact as int64, or rounded once to a floating dtype."""
    if exact:
        if any(abs(x) > _INT64_MAX for row in rows for x in row):
            raise ValueError(f"{function}: entries of this size do not fit into int64; use exact=False")
        return torch.tensor(rows, dtype=dtype or torch.int64, device=device).reshape(len(rows), len(rows))
    floats = [[float(x) for x in row] for row in rows]
    return torch.tensor(floats, dtype=dtype or torch.get_default_dtype(), device=device).reshape(len(rows), len(rows))


@function()
def hilbert(n: int, *, dtype: torch.dtype | None = None, device: Any = None) -> Tensor:
    """Hilbert matrix ``1 / (i + j + 1)``.

    Equivalent to `scipy.linalg.hilbert`, with a dtype and a device.

    Parameters
    ----------
    n : int
        Size.
    dtype : torch.dtype, optional
        By default torch's default dtype.
    device : torch.device, optional
        Where the result lies.

    Returns
    -------
    h : (n, n) tensor
        The matrix.

    Examples
    --------
    >>> from sci.linalg import hilbert
    >>> hilbert(2)
    tensor([[1.0000, 0.5000],
            [0.5000, 0.3333]])
    """
    n = _size("hilbert", n)
    i = torch.arange(n, device=device, dtype=dtype or torch.get_default_dtype())
    return 1 / (i[:, None] + i + 1)


@function()
def invhilbert(n: int, exact: bool = False, *, dtype: torch.dtype | None = None, device: Any = None) -> Tensor:
    """Inverse of the Hilbert matrix, whose entries are integers.

    Equivalent to `scipy.linalg.invhilbert`, with a dtype and a device.

    Parameters
    ----------
    n : int
        Size.
    exact : bool
        Return int64, and raise where an entry does not fit (``n > 14``); otherwise correctly rounded floats.
    dtype : torch.dtype, optional
        By default torch's default dtype.
    device : torch.device, optional
        Where the result lies.

    Returns
    -------
    h : (n, n) tensor
        The matrix.

    Raises
    ------
    ValueError
        Entries do not fit into int64.

    Examples
    --------
    >>> from sci.linalg import invhilbert
    >>> invhilbert(2, exact=True)
    tensor([[ 4, -6],
            [-6, 12]])
    """
    n = _size("invhilbert", n)

    def entry(i: int, j: int) -> int:
        s = i + j
        size = (s + 1) * math.comb(n + i, n - j - 1) * math.comb(n + j, n - i - 1) * math.comb(s, i) ** 2
        return -size if s % 2 else size

    return _integers("invhilbert", [[entry(i, j) for j in range(n)] for i in range(n)], exact, dtype, device)


_KINDS = ("symmetric", "lower", "upper")


@function()
def pascal(
    n: int, kind: str = "symmetric", exact: bool = True, *, dtype: torch.dtype | None = None, device: Any = None
) -> Tensor:
    """Pascal matrix of binomial coefficients.

    Equivalent to `scipy.linalg.pascal`, with a dtype and a device.

    Parameters
    ----------
    n : int
        Size.
    kind : {'symmetric', 'lower', 'upper'}
        ``binom(i + j, i)``, ``binom(i, j)``, or the transpose of the latter.
    exact : bool
        Return int64, and raise where an entry does not fit; otherwise correctly rounded floats.
    dtype : torch.dtype, optional
        By default int64, or torch's default dtype.
    device : torch.device, optional
        Where the result lies.

    Returns
    -------
    p : (n, n) tensor
        The matrix.

    Raises
    ------
    ValueError
        An unknown `kind`, or entries that do not fit into int64.

    Examples
    --------
    >>> from sci.linalg import pascal
    >>> pascal(3)
    tensor([[1, 1, 1],
            [1, 2, 3],
            [1, 3, 6]])
    """
    n = _size("pascal", n)
    if kind not in _KINDS:
        raise bad_argument("pascal", "kind", "'symmetric', 'lower' or 'upper'", kind)
    rows = [[math.comb(i + j, i) if kind == "symmetric" else math.comb(i, j) for j in range(n)] for i in range(n)]
    p = _integers("pascal", rows, exact, dtype, device)
    return p.mT if kind == "upper" else p


@function()
def invpascal(
    n: int, kind: str = "symmetric", exact: bool = True, *, dtype: torch.dtype | None = None, device: Any = None
) -> Tensor:
    """Inverse of the Pascal matrix.

    Equivalent to `scipy.linalg.invpascal`, with a dtype and a device.

    Parameters
    ----------
    n : int
        Size.
    kind : {'symmetric', 'lower', 'upper'}
        Which Pascal matrix, see `pascal`.
    exact : bool
        Return int64, and raise where an entry does not fit; otherwise correctly rounded floats.
    dtype : torch.dtype, optional
        By default int64, or torch's default dtype.
    device : torch.device, optional
        Where the result lies.

    Returns
    -------
    p : (n, n) tensor
        The inverse, of integers.

    Raises
    ------
    ValueError
        An unknown `kind`, or entries that do not fit into int64.

    Examples
    --------
    >>> from sci.linalg import invpascal
    >>> invpascal(2)
    tensor([[ 2, -1],
            [-1,  1]])
    """
    n = _size("invpascal", n)
    if kind not in _KINDS:
        raise bad_argument("invpascal", "kind", "'symmetric', 'lower' or 'upper'", kind)
    low = [[(-1) ** (i + j) * math.comb(i, j) for j in range(n)] for i in range(n)]
    if kind == "symmetric":  # P = L L^T, so its inverse is L^-T L^-1
        low = [[sum(low[k][i] * low[k][j] for k in range(n)) for j in range(n)] for i in range(n)]
    p = _integers("invpascal", low, exact, dtype, device)
    return p.mT if kind == "upper" else p


@function()
def hadamard(n: int, dtype: Any = int, *, device: Any = None) -> Tensor:
    """Hadamard matrix of Sylvester's construction: orthogonal rows of 1 and -1.

    Equivalent to `scipy.linalg.hadamard`, with a device.

    Parameters
    ----------
    n : int
        Size, a power of 2.
    dtype : torch.dtype, optional
        By default int64.
    device : torch.device, optional
        Where the result lies.

    Returns
    -------
    H : (n, n) tensor
        The matrix.

    Raises
    ------
    ValueError
        `n` is no power of 2.

    Examples
    --------
    >>> from sci.linalg import hadamard
    >>> hadamard(2)
    tensor([[ 1,  1],
            [ 1, -1]])
    """
    n = integer("hadamard", "n", n)
    if n < 1 or n & (n - 1):
        raise bad_argument("hadamard", "n", "a power of 2", n)
    given = {int: torch.int64, float: torch.float64, complex: torch.complex128}.get(dtype, dtype)
    h = torch.ones(1, 1, dtype=given, device=device)
    while h.shape[0] < n:
        h = torch.cat([torch.cat([h, h], 1), torch.cat([h, -h], 1)], 0)
    return h


@function()
def helmert(n: int, full: bool = False, *, dtype: torch.dtype | None = None, device: Any = None) -> Tensor:
    """Helmert matrix: orthonormal contrasts.

    Equivalent to `scipy.linalg.helmert`, with a dtype and a device.

    Parameters
    ----------
    n : int
        Size.
    full : bool
        Include the first row, which is constant.
    dtype : torch.dtype, optional
        By default torch's default dtype.
    device : torch.device, optional
        Where the result lies.

    Returns
    -------
    M : (n - 1, n) or (n, n) tensor
        The matrix.

    Examples
    --------
    >>> from sci.linalg import helmert
    >>> helmert(2, full=True)
    tensor([[ 0.7071,  0.7071],
            [ 0.7071, -0.7071]])
    """
    n = _size("helmert", n, 1)
    kind = dtype or torch.get_default_dtype()
    k = torch.arange(n, dtype=kind, device=device)[:, None]
    ones = torch.ones(n, n, dtype=kind, device=device)
    h = ones.tril(-1) - torch.diag(k[:, 0])
    h = h / (k * (k + 1)).clamp(min=1).sqrt()
    h = torch.cat([torch.full((1, n), n**-0.5, dtype=kind, device=device), h[1:]])
    return h if full else h[1:]


@function()
def dft(n: int, scale: str | None = None, *, dtype: torch.dtype | None = None, device: Any = None) -> Tensor:
    """Matrix of the discrete Fourier transform.

    Equivalent to `scipy.linalg.dft`, with a dtype and a device.

    Parameters
    ----------
    n : int
        Size.
    scale : {None, 'sqrtn', 'n'}
        Divide by nothing, ``sqrt(n)`` or ``n``.
    dtype : torch.dtype, optional
        A complex dtype; by default that of torch's default dtype.
    device : torch.device, optional
        Where the result lies.

    Returns
    -------
    m : (n, n) tensor
        ``exp(-2 pi i j k / n)``.

    Raises
    ------
    ValueError
        An unknown `scale`.

    Examples
    --------
    >>> from sci.linalg import dft
    >>> dft(2).real
    tensor([[ 1.,  1.],
            [ 1., -1.]])
    """
    if scale not in (None, "sqrtn", "n"):
        raise bad_argument("dft", "scale", "None, 'sqrtn' or 'n'", scale)
    n = _size("dft", n)
    kind = dtype or COMPLEX_OF[torch.get_default_dtype()]
    k = torch.arange(n, device=device)
    # Exponents modulo n, in double precision: the phases of large n keep their accuracy.
    phase = ((k[:, None] * k) % max(n, 1)).to(torch.float64) * (-2 * math.pi / max(n, 1))
    m = torch.complex(phase.cos(), phase.sin())
    m = m / math.sqrt(n) if scale == "sqrtn" else m / n if scale == "n" else m
    return m.to(kind)


def _samples_sketch(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterator[Sample]:
    draw = random_matrices(generator, dtype, device)
    yield Sample(draw(6, 2), 3, rng=0)
    yield Sample(draw(2, 5, 3), 2, rng=1)


def _random_groups(m: int, groups: Any, source: Any) -> tuple[Tensor, Tensor]:
    """Return for each of m rows its group and its sign."""
    name = "clarkson_woodruff_transform"
    groups = integer(name, "sketch_size", groups)
    if isinstance(source, torch.Generator):
        rows = torch.randint(groups, (m,), generator=source, device=source.device)
        return rows, torch.randint(2, (m,), generator=source, device=source.device) * 2 - 1
    numbers: Any = source if hasattr(source, "choice") else numpy_generator(name, source)
    draw = numbers.integers if hasattr(numbers, "integers") else numbers.randint
    rows = torch.from_numpy(np.asarray(draw(0, groups, m), np.int64))
    return rows, torch.from_numpy(np.asarray(numbers.choice([1, -1], m)))


def _is_sparse(x: Any) -> bool:
    from sci.sparse import issparse  # sci.sparse stands on sci.linalg

    return issparse(x)


def _sparse_sketch(a: Any, rows: Tensor, signs: Tensor, groups: int) -> Any:
    from sci.sparse import csr_array

    data, device = a.data, a.device
    place = torch.arange(a.shape[0], device=device)
    sketch = csr_array((signs.to(device=device, dtype=data.dtype), (rows.to(device), place)), (groups, a.shape[0]))
    return sketch @ a


@function(differentiable=("input_matrix",), samples=_samples_sketch, compiles=False, synchronizes=True)
def clarkson_woodruff_transform(input_matrix: Any, sketch_size: int, rng: Any = None, *, seed: Any = None) -> Any:
    """Sketch of matrices: rows with random signs, added up in random groups.

    Equivalent to `scipy.linalg.clarkson_woodruff_transform`; a NumPy generator or a seed gives SciPy's sketch.

    Parameters
    ----------
    input_matrix : (..., n, d) tensor
        Matrices, or one sparse array.
    sketch_size : int
        Number of rows of the sketch.
    rng : int, numpy.random.Generator or torch.Generator, optional
        Where the random numbers come from; the same for all matrices of a batch.
    seed : optional
        The older name of `rng`.

    Returns
    -------
    A_prime : (..., sketch_size, d) tensor
        The sketches (sparse of a sparse array), whose singular values are close to those of the matrices with high
        probability [1]_.

    Raises
    ------
    ValueError
        `input_matrix` is no matrix.
    NotImplementedError
        A sparse array of more than two dimensions.

    Notes
    -----
    Linear in the matrix; the derivative is the transposed sketch.

    References
    ----------
    .. [1] K. L. Clarkson, D. P. Woodruff, "Low rank approximation and regression in input sparsity time", STOC 2013.

    Examples
    --------
    >>> import torch
    >>> from sci.linalg import clarkson_woodruff_transform
    >>> clarkson_woodruff_transform(torch.ones(100, 3), 10, rng=0).shape
    torch.Size([10, 3])
    """
    name = "clarkson_woodruff_transform"
    if _is_sparse(input_matrix):
        if input_matrix.ndim != 2:
            raise NotImplementedError(f"{name}: Batch support for sparse arrays is not available.")
        rows, signs = _random_groups(input_matrix.shape[0], sketch_size, seed if rng is None else rng)
        return _sparse_sketch(input_matrix, rows, signs, sketch_size)
    (a,) = tensors(name, input_matrix=input_matrix)
    m, _ = require_matrix(name, "input_matrix", a)
    rows, signs = (x.to(a.device) for x in _random_groups(m, sketch_size, seed if rng is None else rng))
    out = a.new_zeros(*a.shape[:-2], sketch_size, a.shape[-1])
    return out.index_add(-2, rows, a * signs.to(a.dtype)[:, None])
