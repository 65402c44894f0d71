"""Indices that do not hold: found by `check_format`, met by kernels, never a crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import torch

import sci.sparse as sp

N = 300


def parts(index: Any = np.int32) -> tuple[Any, Any, Any]:
    S = scipy.sparse.random_array((N, N), density=0.05, format="csr", rng=np.random.default_rng(0))
    return S.data.copy(), S.indices.astype(index), S.indptr.astype(index)


USES: dict[str, Callable[[Any], Any]] = {
    "vector": lambda A: A @ torch.ones(N, dtype=torch.float64),
    "columns": lambda A: A @ torch.ones(N, 9, dtype=torch.float64),
    "transposed": lambda A: A.T @ torch.ones(N, dtype=torch.float64),
    "left": lambda A: torch.ones(3, N, dtype=torch.float64) @ A,
    "product": lambda A: A @ A,
    "sum": lambda A: A + A.T.tocsr(),
    "tocsc": lambda A: A.tocsc(),
    "rows": lambda A: A[10:200],
    "list": lambda A: A[[5, 100, 299]],
    "box": lambda A: A[:, 20:250],
    "columns by list": lambda A: A[:, [5, 100, 299]],
    "dense": lambda A: A.toarray(),
    "reduced": lambda A: A.sum(0),
}
WRONG: dict[str, Callable[[Any, Any], None]] = {
    "large column": lambda indices, indptr: indices.__setitem__(7, 10**9),
    "negative column": lambda indices, indptr: indices.__setitem__(7, -5),
    "row start too large": lambda indices, indptr: indptr.__setitem__(150, 10**9),
    "negative row start": lambda indices, indptr: indptr.__setitem__(150, -(10**9)),
    "end too large": lambda indices, indptr: indptr.__setitem__(N, 10**9),
    "decreasing": lambda indices, indptr: indptr.__setitem__(150, 0),
}


@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("wrong", WRONG)
def test_writing_to_numpy_memory_does_not_crash(wrong: str, use: str, index: Any) -> None:
    data, indices, indptr = parts(index)
    A = sp.csr_array((data, indices, indptr), shape=(N, N))
    A @ torch.ones(N, dtype=torch.float64)  # has been checked, and used
    WRONG[wrong](indices, indptr)
    harmless = (wrong, use) in {("large column", "rows"), ("negative column", "rows")} or use == "list"
    try:
        USES[use](A)
    except (ValueError, RuntimeError, IndexError):
        return
    assert harmless or use in ("box", "rows", "sum", "reduced", "tocsc", "transposed", "dense")


@pytest.mark.parametrize("wrong", WRONG)
def test_check_format_finds_what_scipys_finds(wrong: str) -> None:
    data, indices, indptr = parts()
    S = scipy.sparse.csr_array((data, indices, indptr), shape=(N, N))
    A = sp.csr_array((data, indices, indptr), shape=(N, N))
    A.check_format()
    WRONG[wrong](S.indices, S.indptr)
    A.indices, A.indptr = S.indices, S.indptr
    with pytest.raises(ValueError, match=r"."):
        S.check_format()
    with pytest.raises(ValueError, match=r"csr_array: (indices|indptr|.*index pointer)"):
        A.check_format()


def test_large_arrays_are_checked_at_the_first_use() -> None:
    count = 2**16
    columns = torch.zeros(count, dtype=torch.int32)
    columns[40_000] = 5
    A = sp.csr_array((torch.ones(count), columns, torch.tensor([0, count], dtype=torch.int32)), shape=(1, 5))
    uses: list[Callable[[], Any]] = [lambda: A @ torch.ones(5), A.tocsc, A.toarray, lambda: A[:, [0]], A.check_format]
    for use in uses:
        with pytest.raises(ValueError, match=r"indices must lie in \[0, 5\), got 5"):
            use()


def test_small_arrays_are_checked_at_once() -> None:
    with pytest.raises(ValueError, match=r"csr_array: indices must lie in \[0, 2\), got 7"):
        sp.csr_array((torch.ones(1), [7], [0, 1]), shape=(1, 2))
    with pytest.raises(ValueError, match=r"coo_array: coords\[0\] must lie in \[0, 2\), got 2: axis 0 index 2 exceeds"):
        sp.coo_array((torch.ones(1), ([2], [0])), shape=(2, 2))
