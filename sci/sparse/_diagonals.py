"""Arrays and matrices given by their diagonals: `diags_array`, `eye_array` and the older names. Differentiable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor, made_there
from .._core.cards import Sample, function
from .._core.errors import bad_argument, integer, items, warn
from ._convert import as_dtype, as_shape
from ._dia import dia_array, dia_matrix
from ._layouts import Diagonals
from ._pattern import as_index, index_dtype

__all__ = ["diags", "diags_array", "eye", "eye_array", "identity", "spdiags"]

_unset: Any = object()


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype, device=device)

    yield Sample(random(4), random(3))


def _call(diags: Any, a: Any, b: Any) -> Any:
    return diags([a, b], offsets=[0, -1]).toarray()


def _is_array(x: Any) -> bool:
    return isinstance(x, (list, tuple)) or getattr(x, "ndim", 0) > 0


def _diagonals(diagonals: Any, offsets: Any) -> tuple[list[Any], list[int]]:
    """Return diagonals and offsets as lists; a single offset is for one diagonal, which need not be in a list."""
    if not _is_array(offsets):
        k = integer("diags_array", "offsets", offsets)
        if not hasattr(diagonals, "__len__"):
            raise bad_argument("diags_array", "diagonals", "a diagonal or a sequence of them", diagonals, TypeError)
        if not len(diagonals) and not isinstance(diagonals, Tensor):
            return [], []
        if len(diagonals) > 0 and _is_array(diagonals[0]):
            raise ValueError(f"diags_array: different number of diagonals ({len(diagonals)}) and offsets: one number")
        return [diagonals], [k]
    parts = items("diags_array", "diagonals", diagonals, "a sequence of diagonals")
    places = [integer("diags_array", "offsets", k) for k in offsets]
    if len(parts) != len(places):
        raise ValueError(f"diags_array: different number of diagonals ({len(parts)}) and offsets ({len(places)})")
    if len(set(places)) != len(places):
        raise ValueError(f"diags_array: repeated offsets are not allowed, got {places}")
    return parts, places


def _common_dtype(tensors: Sequence[Tensor], dtype: Any) -> torch.dtype:
    wanted = None if dtype is _unset else as_dtype(dtype, "diags_array")
    if wanted is not None:
        return wanted
    if not tensors:
        return torch.float64
    common = tensors[0].dtype
    for x in tensors[1:]:
        common = torch.promote_types(common, x.dtype)
    if dtype is _unset and not (common.is_floating_point or common.is_complex):
        default = torch.get_default_dtype()
        text = f"Input has data type {common}, but the output has been cast to {default}: pass dtype=None to keep it"
        warn(text, FutureWarning)
        return default
    return common


def _from_diagonals(cls: Any, diagonals: Any, offsets: Any, shape: Any, format: Any, dtype: Any) -> Any:
    parts, places = _diagonals(diagonals, offsets)
    tensors = [torch.atleast_1d(as_tensor(part, "diagonals", "diags_array")) for part in parts]
    if shape is None:
        size = tensors[0].shape[0] + abs(places[0]) if tensors else 0
        rows, columns = size, size
    else:
        rows, columns = as_shape(shape, "diags_array", (2,))
    device = next((x.device for x in tensors if x.device.type != "cpu"), torch.device("cpu"))
    common = _common_dtype(tensors, dtype)
    width = 0
    for k in places:  # torch.compile takes no maximum of a list of symbolic sizes
        width = max(width, min(rows + k, columns - k) + max(0, k))
    lines = []
    for number, (x, k) in enumerate(zip(tensors, places, strict=True)):
        length = min(rows + k, columns - k, rows, columns)
        if length < 0:
            raise ValueError(f"diags_array: offset {k} (index {number}) is out of bounds for shape {(rows, columns)}")
        short = x.shape[0] < length and (x.shape[0] != 1 or shape is None)
        if x.dim() != 1 or short:
            text = f"Diagonal length (index {number}: {tuple(x.shape)} at offset {k}) does not agree with array size"
            raise ValueError(f"diags_array: {text} {(rows, columns)}")
        before = max(0, k)
        x = x[:length].to(device=device, dtype=common).expand(length)
        lines.append(torch.nn.functional.pad(x, (before, width - before - length)))
    data = torch.stack(lines) if lines else torch.zeros((0, width), dtype=common)
    where = made_there(places, index_dtype(rows, columns), device)
    made = cls._make(data, Diagonals(where, (rows, columns), width, places))
    return made.asformat(format)


@function(differentiable=("diagonals",), samples=_samples, call=_call, batch=False)
def diags_array(
    diagonals: Any, /, *, offsets: Any = 0, shape: Any = None, format: str | None = None, dtype: Any = _unset
) -> Any:
    """Build a sparse array from diagonals.

    Parameters
    ----------
    diagonals : sequence of Tensors or array-likes
        The diagonals; with a shape, one of a single element fills its diagonal. With an int for `offsets`, a single
        diagonal.
    offsets : int or sequence of ints
        Where the diagonals are: 0 the main one, positive above it.
    shape : tuple of two ints, optional
        By default square and as large as the first diagonal needs.
    format : str, optional
        By default "dia".
    dtype : dtype, optional
        By default the common dtype of the diagonals, but torch's default dtype, with a FutureWarning, for integers;
        None for the common dtype in any case.

    Returns
    -------
    dia_array, or an array of the format asked for

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
    return _from_diagonals(dia_array, diagonals, offsets, shape, format, dtype)


@function(differentiable=("diagonals",), samples=_samples, call=_call, batch=False)
def diags(diagonals: Any, offsets: Any = 0, shape: Any = None, format: str | None = None, dtype: Any = _unset) -> Any:
    """Build a sparse matrix from diagonals: `diags_array` that makes a matrix.

    Parameters
    ----------
    diagonals, offsets, shape, format, dtype
        As of `diags_array`.

    Returns
    -------
    dia_matrix, or a matrix of the format asked for

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import diags
    >>> diags([torch.tensor([1.0, 2.0])], [0]).toarray()
    tensor([[1., 0.],
            [0., 2.]])
    """
    return _from_diagonals(dia_matrix, diagonals, offsets, shape, format, dtype)


def _rows_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    yield Sample(torch.randn(2, 4, generator=generator, dtype=dtype, device=device))


def _rows_call(spdiags: Any, data: Any) -> Any:
    return spdiags(data, [0, 1], 4, 4).toarray()


@function(
    differentiable=("data",), samples=_rows_samples, call=_rows_call, batch=False, compiles=False, synchronizes=True
)
def spdiags(data: Any, diags: Any, m: Any = None, n: int | None = None, format: str | None = None) -> Any:
    """Build a sparse matrix from the rows of a dense one, each of which becomes a diagonal.

    Parameters
    ----------
    data : Tensor or array-like ``(count, width)``
        Element j of each row comes into column j.
    diags : int or sequence of ints
        Where the diagonals are: 0 the main one, positive above it.
    m, n : int, or `m` a tuple of two ints
        Rows and columns; by default square, as wide as `data`.
    format : str, optional
        By default "dia".

    Returns
    -------
    dia_matrix, or a matrix of the format asked for

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import spdiags
    >>> spdiags(torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), [0, 1], 3, 3).toarray()
    tensor([[1., 5., 0.],
            [0., 2., 6.],
            [0., 0., 3.]])
    """
    values = torch.atleast_2d(as_tensor(data, "data", "spdiags"))
    if m is None and n is None:
        m = n = values.shape[1]
    elif n is None:
        m, n = m
    places = as_index(diags if _is_array(diags) else [diags], "diags", "spdiags", values.device)
    sizes = integer("spdiags", "m", m), integer("spdiags", "n", n)
    return dia_matrix((values, places), shape=sizes).asformat(format)


def _ones(cls: Any, m: int, n: int | None, k: int, dtype: Any, format: str | None, device: Any, name: str) -> Any:
    rows = integer(name, "m", m)
    columns = rows if n is None else integer(name, "n", n)
    if rows < 0 or columns < 0:
        raise ValueError(f"{name}: shape elements cannot be negative, got {(rows, columns)}")
    k = integer(name, "k", k)
    if k > columns or -k > rows:
        raise ValueError(f"{name}: Offset k={k} is out of bounds for the shape {(rows, columns)}")
    length = min(rows + k, columns - k, rows, columns)
    count = 1 if length > 0 else 0
    width = max(0, length + max(0, k)) * count
    ones = torch.ones((count, width), dtype=as_dtype(dtype, name) or torch.float64, device=device)
    where = torch.full((count,), k, dtype=index_dtype(rows, columns), device=device)
    return cls._make(ones, Diagonals(where, (rows, columns), width, [k] * count)).asformat(format)


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
    format : str, optional
        By default "dia".
    device : torch.device, optional
        Where to make it.

    Returns
    -------
    dia_array, or an array of the format asked for

    Examples
    --------
    >>> from sci.sparse import eye_array
    >>> eye_array(2, 3, k=1, dtype="float32").toarray()
    tensor([[0., 1., 0.],
            [0., 0., 1.]])
    """
    return _ones(dia_array, m, n, k, dtype, format, device, "eye_array")


@function(batch=False)
def eye(
    m: int, n: int | None = None, k: int = 0, dtype: Any = float, format: str | None = None, *, device: Any = None
) -> Any:
    """Build a sparse matrix with ones on a diagonal: `eye_array` that makes a matrix.

    Parameters
    ----------
    m, n, k, dtype, format, device
        As of `eye_array`.

    Returns
    -------
    dia_matrix, or a matrix of the format asked for

    Examples
    --------
    >>> from sci.sparse import eye
    >>> eye(2, dtype="float32").toarray()
    tensor([[1., 0.],
            [0., 1.]])
    """
    return _ones(dia_matrix, m, n, k, dtype, format, device, "eye")


@function(batch=False)
def identity(n: int, dtype: Any = float, format: str | None = None, *, device: Any = None) -> Any:
    """Build the sparse identity matrix.

    Parameters
    ----------
    n : int
        Rows and columns.
    dtype, format, device
        As of `eye_array`.

    Returns
    -------
    dia_matrix, or a matrix of the format asked for

    Examples
    --------
    >>> from sci.sparse import identity
    >>> identity(2, dtype="float32").toarray()
    tensor([[1., 0.],
            [0., 1.]])
    """
    n = integer("identity", "n", n)
    return _ones(dia_matrix, n, n, 0, dtype, format, device, "identity")
