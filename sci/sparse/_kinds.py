"""What kind of sparse matrix something is: `isspmatrix` and one predicate per format; index dtypes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from .._core.cards import function
from .._core.errors import bad_argument
from ._convert import as_dtype
from ._matrix import spmatrix
from ._pattern import as_index

__all__ = [
    "get_index_dtype",
    "isspmatrix",
    "isspmatrix_bsr",
    "isspmatrix_coo",
    "isspmatrix_csc",
    "isspmatrix_csr",
    "isspmatrix_dia",
    "isspmatrix_dok",
    "isspmatrix_lil",
    "safely_cast_index_arrays",
]

_INT32_LIMIT = 2**31 - 1


@function(batch=False)
def isspmatrix(x: Any) -> bool:
    """Tell whether `x` is one of this library's sparse matrices; sparse arrays are not.

    Parameters
    ----------
    x : object

    Returns
    -------
    bool

    Examples
    --------
    >>> from sci.sparse import csr_array, csr_matrix, isspmatrix
    >>> isspmatrix(csr_matrix((2, 2))), isspmatrix(csr_array((2, 2)))
    (True, False)
    """
    return isinstance(x, spmatrix)


def _of_format(format: str) -> Callable[[Any], bool]:
    def predicate(x: Any) -> bool:
        return isinstance(x, spmatrix) and getattr(x, "format", None) == format

    predicate.__name__ = predicate.__qualname__ = f"isspmatrix_{format}"
    predicate.__doc__ = f"""Tell whether `x` is a `{format}_matrix`; a `{format}_array` is not.

    Parameters
    ----------
    x : object

    Returns
    -------
    bool

    Examples
    --------
    >>> from sci.sparse import {format}_array, {format}_matrix, isspmatrix_{format}
    >>> isspmatrix_{format}({format}_matrix((2, 2))), isspmatrix_{format}({format}_array((2, 2)))
    (True, False)
    """
    return function(batch=False)(predicate)


isspmatrix_csr = _of_format("csr")
isspmatrix_csc = _of_format("csc")
isspmatrix_coo = _of_format("coo")
isspmatrix_bsr = _of_format("bsr")
isspmatrix_dia = _of_format("dia")
isspmatrix_dok = _of_format("dok")
isspmatrix_lil = _of_format("lil")


@function(batch=False, synchronizes=True)
def get_index_dtype(arrays: Any = (), maxval: float | None = None, check_contents: bool = False) -> torch.dtype:
    """Return the dtype for indices: int32 where that holds all, else int64.

    Parameters
    ----------
    arrays : Tensor or sequence of Tensors or array-likes
        Index arrays; their dtypes have to fit.
    maxval : number, optional
        The largest index that is needed.
    check_contents : bool
        Read arrays of int64, which may fit int32 after all.

    Returns
    -------
    torch.dtype

    Examples
    --------
    >>> from sci.sparse import get_index_dtype
    >>> get_index_dtype(maxval=2**31)
    torch.int64
    """
    if maxval is not None and maxval > _INT32_LIMIT:
        return torch.int64
    given: Iterable[Any] = arrays if isinstance(arrays, (tuple, list)) else (arrays,)
    for x in given:
        x = x if isinstance(x, Tensor) else torch.as_tensor(x)  # which would move a tensor to the default device
        index = as_index(x.reshape(-1), "arrays", "get_index_dtype", None)
        if index.dtype is torch.int32:
            continue
        if not check_contents:
            return torch.int64
        if index.numel():
            low, high = torch.stack(torch.aminmax(index)).tolist()
            if low < -_INT32_LIMIT - 1 or high > _INT32_LIMIT:
                return torch.int64
    return torch.int32


@function(batch=False, synchronizes=True)
def safely_cast_index_arrays(A: Any, idx_dtype: Any = torch.int32, msg: str = "") -> Any:
    """Return the index tensors of a sparse array in another dtype.

    Parameters
    ----------
    A : sparse array of format csr, csc, bsr, coo or dia
    idx_dtype : dtype
    msg : str
        Appended to the text of an error.

    Returns
    -------
    tuple of Tensors
        ``(indices, indptr)`` for csr, csc and bsr, ``coords`` for coo, and a Tensor, `offsets`, for dia.

    Raises
    ------
    ValueError
        If an index does not fit.
    TypeError
        For a format without index tensors.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array, safely_cast_index_arrays
    >>> indices, indptr = safely_cast_index_arrays(csr_array(torch.eye(2)), torch.int64)
    >>> indptr
    tensor([0, 1, 2])
    """
    if not hasattr(A, "asformat"):
        raise bad_argument("safely_cast_index_arrays", "A", "a sparse array", A, TypeError)
    wanted = as_dtype(idx_dtype, "safely_cast_index_arrays") or torch.int32
    limit = torch.iinfo(wanted).max
    if any(n > limit + 1 for n in A.shape):
        raise ValueError(f"safely_cast_index_arrays: the shape {A.shape} is too large for {wanted}. {msg}")
    format = getattr(A, "format", None)
    if format in ("csr", "csc", "bsr"):
        if A.nnz > limit:
            raise ValueError(f"safely_cast_index_arrays: {A.nnz} entries are too many for {wanted}. {msg}")
        return _cast(A.indices, wanted), _cast(A.indptr, wanted)
    if format == "coo":
        return tuple(_cast(x, wanted) for x in A.coords)
    if format == "dia":
        return _cast(A.offsets, wanted)
    raise bad_argument("safely_cast_index_arrays", "A", "a csr, csc, bsr, coo or dia array", A, TypeError)


def _cast(x: Tensor, dtype: torch.dtype) -> Tensor:
    if x.dtype == dtype:
        return x
    limits = torch.iinfo(dtype)
    if x.numel():
        low, high = torch.stack(torch.aminmax(x)).tolist()
        if low < limits.min or high > limits.max:
            raise ValueError(
                f"safely_cast_index_arrays: an index of {low if low < limits.min else high} is too large for {dtype}"
            )
    return x.to(dtype)
