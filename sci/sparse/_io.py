"""`save_npz`, `load_npz`: sparse arrays in NumPy's zipped files, as SciPy reads and writes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._core.cards import function
from .._core.errors import bad_argument
from ._base import FORMATS, SparseBase, classes

__all__ = ["load_npz", "save_npz"]

_WITH_INDPTR = ("csr", "csc", "bsr")


@function(batch=False, compiles=False, synchronizes=True)
def save_npz(file: Any, matrix: Any, compressed: bool = True) -> None:
    """Save a sparse array in a ``.npz`` file.

    Parameters
    ----------
    file : str, path or file object
        Without the ending ``.npz``, a name gets it.
    matrix : sparse array of format csr, csc, bsr, dia or coo
        Values on any device; gradients are not saved.
    compressed : bool
        Compress the file.

    Raises
    ------
    NotImplementedError
        For the formats that have no tensors to save, dok and lil.

    Examples
    --------
    >>> import io, torch
    >>> from sci.sparse import csr_array, load_npz, save_npz
    >>> file = io.BytesIO()
    >>> save_npz(file, csr_array(torch.eye(2)))
    >>> _ = file.seek(0)
    >>> load_npz(file).toarray()
    tensor([[1., 0.],
            [0., 1.]])
    """
    if not isinstance(matrix, SparseBase):
        raise bad_argument("save_npz", "matrix", "a sparse array", matrix, TypeError)
    A: Any = matrix
    parts: dict[str, Any] = {}
    if A.format in _WITH_INDPTR:
        parts = {"indices": A.indices, "indptr": A.indptr}
    elif A.format == "dia":
        parts = {"offsets": A.offsets}
    elif A.format == "coo":
        parts = {"row": A.row, "col": A.col} if A.ndim == 2 else {"coords": torch.stack(A.coords)}
    else:
        raise NotImplementedError(f"Save is not implemented for sparse matrix of format {A.format}.")
    parts["data"] = A.data
    arrays = {name: x.numpy(force=True) for name, x in parts.items()}
    save = np.savez_compressed if compressed else np.savez
    save(file, format=A.format.encode("ascii"), shape=A.shape, _is_array=A._is_array, **arrays)


@function(batch=False, compiles=False)
def load_npz(file: Any) -> Any:
    """Load a sparse array from a ``.npz`` file that `save_npz` or SciPy has written.

    Parameters
    ----------
    file : str, path or file object

    Returns
    -------
    sparse array or matrix, on the CPU

    Raises
    ------
    ValueError
        For a file without a sparse array in it.

    Examples
    --------
    >>> import io, torch
    >>> from sci.sparse import coo_array, load_npz, save_npz
    >>> file = io.BytesIO()
    >>> save_npz(file, coo_array(torch.eye(2)))
    >>> _ = file.seek(0)
    >>> load_npz(file).nnz
    2
    """
    with np.load(file, allow_pickle=False) as found:
        if "format" not in found.files:
            raise ValueError(f"load_npz: the file {file} does not contain a sparse array or matrix.")
        name = found["format"].item()
        format = name.decode("ascii") if isinstance(name, bytes) else str(name)
        if format not in FORMATS:
            raise ValueError(f"load_npz: unknown format {format!r}")
        if format not in (*_WITH_INDPTR, "dia", "coo"):
            raise NotImplementedError(f"Load is not implemented for sparse matrix of format {format}.")
        array = bool(found["_is_array"]) if "_is_array" in found.files else False
        cls: Any = classes[format, array]
        shape = tuple(int(n) for n in found["shape"])
        data = _tensor(found["data"])
        if format in _WITH_INDPTR:
            return cls((data, _tensor(found["indices"]), _tensor(found["indptr"])), shape=shape)
        if format == "dia":
            return cls((data, _tensor(found["offsets"])), shape=shape)
        if "coords" in found.files:
            return cls((data, tuple(_tensor(found["coords"]))), shape=shape)
        return cls((data, (_tensor(found["row"]), _tensor(found["col"]))), shape=shape)


def _tensor(x: Any) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(x.astype(x.dtype.newbyteorder("="), copy=False)))
