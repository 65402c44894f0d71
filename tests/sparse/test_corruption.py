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


@pytest.mark.cpu  # a GPU has a copy
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


def parts_of(S: Any) -> dict[str, Any]:
    return {name: getattr(S, name).copy() for name in ("data", "indices", "indptr")}


def edited(x: Any, place: int, value: int) -> Any:
    x[place] = value
    return x


# What a compressed array is made of, spoilt: of csr, csc and bsr alike, which have 6 rows (of blocks) and 5 columns.
SPOILT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "too many row starts": lambda p: p.update(indptr=np.append(p["indptr"], p["indptr"][-1])),
    "too few row starts": lambda p: p.update(indptr=p["indptr"][:-1]),
    "begins with 1": lambda p: edited(p["indptr"], 0, 1),
    "begins below 0": lambda p: edited(p["indptr"], 0, -1),
    "fewer values than indices": lambda p: p.update(data=p["data"][:-1]),
    "fewer indices than values": lambda p: p.update(indices=p["indices"][:-1]),
    "ends behind the entries": lambda p: edited(p["indptr"], -1, 1000),
    "a column too large": lambda p: edited(p["indices"], 3, 5),
    "a column far too large": lambda p: edited(p["indices"], -1, 2**31 - 1),
    "a negative column": lambda p: edited(p["indices"], 0, -1),
    "row starts that fall": lambda p: edited(p["indptr"], 2, p["indptr"][4] + 1),
    "a negative row start": lambda p: edited(p["indptr"], 3, -2),
}


@pytest.mark.parametrize("spoil", SPOILT)
@pytest.mark.parametrize("format", ["csr", "csc", "bsr"])
def test_check_format_of_every_compressed_array(format: str, spoil: str) -> None:
    D = np.where(np.arange(30).reshape(6, 5) % 3 < 2, 1.0, 0.0)
    D = {"csr": D, "csc": D.T, "bsr": np.kron(D, np.ones((2, 3)))}[format]
    S = getattr(scipy.sparse, f"{format}_array")(D, **({"blocksize": (2, 3)} if format == "bsr" else {}))
    S.sort_indices()
    p = parts_of(S)
    A = getattr(sp, f"{format}_array")((p["data"], p["indices"], p["indptr"]), shape=S.shape)
    A.check_format()
    p = parts_of(S)
    SPOILT[spoil](p)
    S.data, S.indices, S.indptr = p["data"], p["indices"], p["indptr"]
    with pytest.raises(ValueError, match=r"."):
        S.check_format()
    with pytest.raises(ValueError, match=f"{format}_array: "):
        A.data, A.indices, A.indptr = p["data"], p["indices"], p["indptr"]
        A.check_format()
    with pytest.raises(ValueError, match=f"{format}_array: "):
        getattr(sp, f"{format}_array")((p["data"], p["indices"], p["indptr"]), shape=S.shape).check_format()


@pytest.mark.parametrize("kind", ["array", "matrix"])
@pytest.mark.parametrize(
    "given",
    [
        (([1.0, 2.0], ([0, 3], [0, 1])), (3, 3)),
        (([1.0, 2.0], ([0, -1], [0, 1])), (3, 3)),
        (([1.0, 2.0], ([0, 1], [0, 7])), (3, 3)),
        (([1.0, 2.0], ([0, 1], [0])), (3, 3)),
        (([1.0, 2.0, 3.0], ([0, 1], [0, 1])), (3, 3)),
        (([1.0], ([0], [0], [0])), (3, 3)),
    ],
)
def test_coordinates_that_scipy_refuses(given: tuple[Any, Any], kind: str) -> None:
    for module in (scipy.sparse, sp):
        with pytest.raises((ValueError, TypeError)):
            getattr(module, f"coo_{kind}")(given[0], shape=given[1])


@pytest.mark.parametrize(
    "given",
    [
        (np.ones((2, 3)), [0]),
        (np.ones((2, 3)), [1, 1]),
        (np.ones((2, 2, 2)), [0, 1]),
        (np.ones((1, 3)), [[0]]),
    ],
)
def test_diagonals_that_scipy_refuses(given: tuple[Any, Any]) -> None:
    for module in (scipy.sparse, sp):
        with pytest.raises(ValueError, match=r"."):
            module.dia_array(given, shape=(3, 3))


@pytest.mark.parametrize("format", ["csr", "csc", "bsr"])
def test_what_is_known_of_the_order_ends_with_a_change(format: str) -> None:
    data = torch.ones(3, 1, 1) if format == "bsr" else torch.ones(3)
    A = getattr(sp, f"{format}_array")((data, [2, 0, 1], [0, 2, 3]), shape=(3, 2) if format == "csc" else (2, 3))
    A.has_sorted_indices = True  # a promise that does not hold
    A.has_sorted_indices = False
    A.sort_indices()
    assert A.indices.tolist() == [0, 2, 1]
    A.indices[0] = 1  # written to: nothing is known of the order any more
    A.indices[1] = 0
    assert not A.has_sorted_indices and not A.has_canonical_format


def test_operands_on_two_devices_are_named() -> None:
    A = sp.csr_array(torch.eye(3))
    x = torch.ones(3, device="meta")
    for act in (lambda: A @ x, lambda: A + torch.ones(3, 3, device="meta"), lambda: A.multiply(x)):
        with pytest.raises((ValueError, RuntimeError), match=r"(cpu|cuda|meta).*(cpu|cuda|meta)"):
            act()


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
