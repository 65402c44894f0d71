"""Functions that build sparse arrays: diagonals, Kronecker products, stacks, random ones. Differentiable in values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.cards import Sample, function
from .._core.errors import bad_argument
from ._base import SparseBase
from ._convert import as_dtype, as_shape
from ._coo import coo_array
from ._csr import csr_array
from ._pattern import Coordinates, index_dtype, structural

__all__ = ["diags_array", "eye_array", "hstack", "kron", "kronsum", "random_array", "vstack"]


def _finished(A: coo_array, format: str | None, default: str = "csr") -> Any:
    return A.asformat(format or default)


def _coordinates(A: Any) -> coo_array:
    return A.tocoo(False) if isinstance(A, SparseBase) else coo_array(A)


def _random(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Callable[..., Tensor]:
    return lambda *shape: torch.randn(*shape, generator=generator, dtype=dtype, device=device)


def _diagonals_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    random = _random(generator, dtype, device)
    yield Sample(random(4), random(3))


def _diagonals_call(diags_array: Any, a: Any, b: Any) -> Any:
    return diags_array([a, b], offsets=[0, -1]).toarray()


@function(differentiable=("diagonals",), samples=_diagonals_samples, call=_diagonals_call, batch=False)
def diags_array(
    diagonals: Any, /, *, offsets: Any = 0, shape: Any = None, format: str | None = None, dtype: Any = None
) -> Any:
    """Build a sparse array from diagonals.

    Parameters
    ----------
    diagonals : sequence of Tensors or array-likes
        The diagonals; one of a single element fills its diagonal. With an int for `offsets`, a single diagonal.
    offsets : int or sequence of ints
        Where the diagonals are: 0 the main one, positive above it.
    shape : tuple of two ints, optional
        By default square and as large as the diagonals need.
    format : {"csr", "coo"}, optional
        By default "csr".
    dtype : dtype, optional
        By default the common dtype of the diagonals.

    Returns
    -------
    csr_array or coo_array

    Raises
    ------
    ValueError
        For numbers of diagonals and offsets that differ, repeated offsets, and diagonals of a wrong length.

    Notes
    -----
    Linear in the diagonals, to which gradients flow.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import diags_array
    >>> diags_array([torch.full((3,), 2.0), torch.full((2,), -1.0)], offsets=[0, 1]).toarray()
    tensor([[ 2., -1.,  0.],
            [ 0.,  2., -1.],
            [ 0.,  0.,  2.]])
    """
    if isinstance(offsets, int):
        single = isinstance(diagonals, Tensor) or not (len(diagonals) and _is_array(diagonals[0]))
        parts = [diagonals if single else diagonals[0]]
        places = [offsets]
    else:
        parts, places = list(diagonals), [int(k) for k in offsets]
    if len(parts) != len(places):
        raise ValueError(f"diags_array: {len(parts)} diagonals do not match {len(places)} offsets")
    if len(set(places)) != len(places):
        raise ValueError(f"diags_array: repeated offsets are not allowed, got {places}")
    tensors = [torch.atleast_1d(as_tensor(part, "diagonals", "diags_array")) for part in parts]
    if shape is None:
        size = tensors[0].shape[0] + abs(places[0])
        rows, columns = size, size
    else:
        rows, columns = as_shape(shape, "diags_array", (2,))
    index = index_dtype(rows, columns)
    device = next((x.device for x in tensors if x.device.type != "cpu"), tensors[0].device) if tensors else None
    common = as_dtype(dtype, "diags_array")
    for x in tensors:
        common = x.dtype if common is None else (common if dtype is not None else torch.promote_types(common, x.dtype))
    values, row, column = [], [], []
    for x, k in zip(tensors, places, strict=True):
        first = max(0, -k)
        length = min(rows - first, columns - first - k)
        if length < 0:
            raise ValueError(f"diags_array: offset {k} is out of bounds for shape ({rows}, {columns})")
        if x.dim() != 1 or x.shape[0] not in (1, length):
            text = f"the diagonal at offset {k} must have {length} elements or one, got shape {tuple(x.shape)}"
            raise ValueError(f"diags_array: {text}")
        along = torch.arange(length, dtype=index, device=device)
        values.append(x.to(device=device, dtype=common).expand(length))
        row.append(along + first)
        column.append(along + first + k)
    if not values:
        raise ValueError("diags_array: at least one diagonal is needed")
    pattern = Coordinates([torch.cat(row), torch.cat(column)], (rows, columns), canonical=True)
    return _finished(coo_array._make(torch.cat(values), pattern), format)


def _is_array(x: Any) -> bool:
    return isinstance(x, (list, tuple)) or getattr(x, "ndim", 0) > 0


@function(batch=False)
def eye_array(
    m: int, n: int | None = None, *, k: int = 0, dtype: Any = float, format: str | None = None, device: Any = None
) -> Any:
    """Build a sparse array with ones on a diagonal.

    Parameters
    ----------
    m, n : int
        Rows and columns; by default as many columns as rows.
    k : int
        Which diagonal: 0 the main one, positive above it.
    dtype : dtype
        By default float64, as in SciPy.
    format : {"csr", "coo"}, optional
        By default "csr".
    device : torch.device, optional
        Where to make it.

    Returns
    -------
    csr_array or coo_array

    Raises
    ------
    ValueError
        For a diagonal outside the array.

    Examples
    --------
    >>> from sci.sparse import eye_array
    >>> eye_array(2, 3, k=1, dtype="float32").toarray()
    tensor([[0., 1., 0.],
            [0., 0., 1.]])
    """
    rows, columns = as_shape((m, m if n is None else n), "eye_array", (2,))
    first = max(0, -k)
    length = min(rows - first, columns - first - k)
    if length < 0:
        raise ValueError(f"eye_array: offset {k} is out of bounds for shape ({rows}, {columns})")
    along = torch.arange(length, dtype=index_dtype(rows, columns), device=device)
    pattern = Coordinates([along + first, along + first + k], (rows, columns), canonical=True)
    ones = torch.ones(length, dtype=as_dtype(dtype, "eye_array"), device=device)
    return _finished(coo_array._make(ones, pattern), format)


def _pair_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    random = _random(generator, dtype, device)
    yield Sample(random(2, 2), random(3, 3))


def _pair_call(act: Any, a: Any, b: Any) -> Any:
    return act(csr_array(a), csr_array(b)).toarray()


@function(differentiable=("A", "B"), samples=_pair_samples, call=_pair_call, batch=False, compiles=False)
def kron(A: Any, B: Any, format: str | None = None) -> Any:
    """Return the Kronecker product of two sparse arrays.

    Parameters
    ----------
    A, B : sparse arrays or dense two-dimensional arrays
    format : {"csr", "coo"}, optional
        By default "coo".

    Returns
    -------
    coo_array or csr_array

    Raises
    ------
    ValueError
        For operands that are not two-dimensional.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import eye_array, kron
    >>> kron(eye_array(2, dtype="float32"), torch.tensor([[1.0, 2.0]])).toarray()
    tensor([[1., 2., 0., 0.],
            [0., 0., 1., 2.]])
    """
    left, right = _coordinates(A), _coordinates(B)
    if left.ndim != 2 or right.ndim != 2:
        raise ValueError(f"kron requires 2D input arrays, got shapes {left.shape} and {right.shape}")
    shape = tuple(m * n for m, n in zip(left.shape, right.shape, strict=True))
    index = index_dtype(*shape)
    with structural(*left.coords, *right.coords):
        coords = [
            (a.to(index).unsqueeze(1) * n + b.to(index)).reshape(-1)
            for a, b, n in zip(left.coords, right.coords, right.shape, strict=True)
        ]
    data = (left.data.unsqueeze(-1) * right.data).reshape(-1)
    canonical = left._pattern.canonical and right._pattern.canonical
    return _finished(coo_array._make(data, Coordinates(coords, shape, canonical)), format, "coo")


@function(differentiable=("A", "B"), samples=_pair_samples, call=_pair_call, batch=False, compiles=False)
def kronsum(A: Any, B: Any, format: str | None = None) -> Any:
    """Return the Kronecker sum ``kron(I, A) + kron(B, I)`` of two square sparse arrays.

    Parameters
    ----------
    A, B : sparse arrays or dense two-dimensional arrays, square
    format : {"csr", "coo"}, optional
        By default "csr".

    Returns
    -------
    csr_array or coo_array

    Raises
    ------
    ValueError
        For operands that are not square.

    Notes
    -----
    With the second difference in one dimension for A and B, this is the Laplacian of a grid.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import kronsum
    >>> D = torch.tensor([[2.0, -1.0], [-1.0, 2.0]])
    >>> kronsum(D, D).toarray()
    tensor([[ 4., -1., -1.,  0.],
            [-1.,  4.,  0., -1.],
            [-1.,  0.,  4., -1.],
            [ 0., -1., -1.,  4.]])
    """
    left, right = _coordinates(A), _coordinates(B)
    for name, X in (("A", left), ("B", right)):
        if X.ndim != 2 or X.shape[0] != X.shape[1]:
            raise ValueError(f"kronsum: {name} is not square, got shape {X.shape}")
    of_a = eye_array(left.shape[0], dtype=left.dtype, device=left.device)
    of_b = eye_array(right.shape[0], dtype=right.dtype, device=right.device)
    return _finished((kron(of_b, left, "csr") + kron(right, of_a, "csr")).tocoo(False), format)


def _stack(blocks: Any, axis: int, format: str | None, dtype: Any, name: str) -> Any:
    parts = [_coordinates(block) for block in blocks]
    if not parts:
        raise ValueError(f"{name}: blocks must not be empty")
    other = 1 - axis
    for part in parts:
        if part.ndim != 2 or part.shape[other] != parts[0].shape[other]:
            raise ValueError(f"{name}: incompatible shapes {[p.shape for p in parts]}")
    sizes = [part.shape[axis] for part in parts]
    shape = [0, 0]
    shape[axis], shape[other] = sum(sizes), parts[0].shape[other]
    index = index_dtype(*shape)
    common = as_dtype(dtype, name)
    if common is None:
        common = parts[0].dtype
        for part in parts:
            common = torch.promote_types(common, part.dtype)
    coords: list[Tensor] = []
    with structural(*(x for part in parts for x in part.coords)):
        for d in range(2):
            before, moved = 0, []
            for part, size in zip(parts, sizes, strict=True):
                moved.append(part.coords[d].to(index) + (before if d == axis else 0))
                before += size
            coords.append(torch.cat(moved))
    data = torch.cat([part.data.to(common) for part in parts], -1)
    canonical = all(part._pattern.canonical for part in parts)
    return _finished(coo_array._make(data, Coordinates(coords, shape, canonical)), format, "coo")


def _stack_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    random = _random(generator, dtype, device)
    yield Sample(random(2, 2), random(2, 2))


def _stack_call(act: Any, a: Any, b: Any) -> Any:
    return act([csr_array(a), csr_array(b)]).toarray()


@function(differentiable=("blocks",), samples=_stack_samples, call=_stack_call, batch=False, compiles=False)
def vstack(blocks: Sequence[Any], format: str | None = None, dtype: Any = None) -> Any:
    """Stack sparse arrays by rows.

    Parameters
    ----------
    blocks : sequence of sparse arrays with equally many columns
    format : {"csr", "coo"}, optional
        By default "coo".
    dtype : dtype, optional

    Returns
    -------
    coo_array or csr_array

    Raises
    ------
    ValueError
        For shapes that do not fit, and for no blocks.

    Examples
    --------
    >>> from sci.sparse import eye_array, vstack
    >>> vstack([eye_array(2), eye_array(1, 2)]).shape
    (3, 2)
    """
    return _stack(blocks, 0, format, dtype, "vstack")


@function(differentiable=("blocks",), samples=_stack_samples, call=_stack_call, batch=False, compiles=False)
def hstack(blocks: Sequence[Any], format: str | None = None, dtype: Any = None) -> Any:
    """Stack sparse arrays by columns.

    Parameters
    ----------
    blocks : sequence of sparse arrays with equally many rows
    format : {"csr", "coo"}, optional
        By default "coo".
    dtype : dtype, optional

    Returns
    -------
    coo_array or csr_array

    Raises
    ------
    ValueError
        For shapes that do not fit, and for no blocks.

    Examples
    --------
    >>> from sci.sparse import eye_array, hstack
    >>> hstack([eye_array(2), eye_array(2, 1)]).shape
    (2, 3)
    """
    return _stack(blocks, 1, format, dtype, "hstack")


@function(batch=False, compiles=False)
def random_array(
    shape: Any,
    *,
    density: float = 0.01,
    format: str = "coo",
    dtype: Any = None,
    rng: Any = None,
    data_sampler: Callable[..., Any] | None = None,
    device: Any = None,
) -> Any:
    """Return a sparse array of random values, uniform in [0, 1), at random places.

    Parameters
    ----------
    shape : tuple of ints
    density : float
        The share of elements that are stored, in [0, 1].
    format : {"coo", "csr"}
    dtype : dtype, optional
        By default float64, as in SciPy.
    rng : torch.Generator, numpy.random.Generator, int or None
        The source of random numbers, or a seed for one. One of NumPy's gives a seed.
    data_sampler : callable, optional
        ``data_sampler(size=n)`` returns n values.
    device : torch.device, optional

    Returns
    -------
    coo_array or csr_array

    Raises
    ------
    ValueError
        For a density outside [0, 1].

    Examples
    --------
    >>> from sci.sparse import random_array
    >>> random_array((10, 10), density=0.25, rng=0).nnz
    25
    """
    sizes = as_shape(shape, "random_array", ())
    if not 0 <= density <= 1:
        raise bad_argument("random_array", "density", "in [0, 1]", density)
    generator = rng if isinstance(rng, torch.Generator) else None
    where = generator.device if generator is not None else torch.device("cpu")
    if generator is None and rng is not None:
        seed = rng.integers(2**62) if hasattr(rng, "integers") else rng
        generator = torch.Generator().manual_seed(int(seed))
    wanted = as_dtype(dtype, "random_array") or torch.float64
    total = 1
    for n in sizes:
        total *= n
    count = round(total * density)
    # Drawing without repetition: a permutation, or, where few are wanted of many, draws until enough differ.
    if count * 4 > total or total < 1024:
        keys = torch.randperm(total, generator=generator, device=where)[:count]
    else:
        keys = torch.empty(0, dtype=torch.int64, device=where)
        while keys.shape[0] < count:
            more = torch.randint(total, (count + count // 4 + 16,), generator=generator, device=where)
            keys = torch.unique(torch.cat([keys, more]))
        keys = keys[torch.randperm(keys.shape[0], generator=generator, device=where)[:count]]
    keys = keys.sort().values
    if data_sampler is not None:
        data = as_tensor(data_sampler(size=count), "data_sampler", "random_array").to(wanted)
    elif wanted.is_floating_point or wanted.is_complex:
        data = torch.rand(count, generator=generator, dtype=wanted, device=where)
    else:
        data = torch.randint(0, 2 if wanted is torch.bool else 128, (count,), generator=generator, device=where).to(
            wanted
        )
    index, coords = index_dtype(*sizes), []
    for n in reversed(sizes):
        coords.append((keys % n).to(index))
        keys = keys // n
    made = coo_array._make(data.to(where), Coordinates(coords[::-1], sizes, canonical=True))
    return _finished(made if device is None else made.to(device), format, "coo")
