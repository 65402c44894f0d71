"""The CUDA route of sparse direct solves, against a stand-in for nvmath's solver that runs on the CPU.

The stand-in has the documented interface and its conditions; nothing here shows that the real one computes well.
"""

from __future__ import annotations

import gc
import logging
import sys
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from sci.sparse import csr_array
from sci.sparse.linalg import MatrixRankWarning, _cudss, factorized, splu, spsolve

INDPTR = torch.tensor([0, 2, 3, 6, 8])
INDICES = torch.tensor([0, 2, 1, 0, 2, 3, 1, 3])
calls: Counter[str] = Counter()


class Solver:
    """``nvmath.sparse.advanced.DirectSolver`` with dense factors; pivots that vanish are replaced, as cuDSS does."""

    def __init__(self, a: torch.Tensor, b: torch.Tensor) -> None:
        assert a.layout is torch.sparse_csr and a.dtype is b.dtype and a.shape[:-1] == b.shape[:-1]
        assert a.crow_indices().dtype is a.col_indices().dtype is torch.int32
        assert b.stride(-2) == 1 and b.stride(-1) >= b.shape[-2]
        self.a, self.b, self.done = a, b, ["made"]
        self.factorization_config = SimpleNamespace(pivot_eps=None)
        calls["made"] += 1

    def plan(self) -> None:
        assert self.done == ["made"]
        self.done.append("plan")
        calls["plan"] += 1

    def factorize(self) -> None:
        assert self.done == ["made", "plan"]
        self.done.append("factorize")
        calls["factorize"] += 1
        n = self.a.shape[-1]
        full = torch.zeros(*self.a.shape, dtype=self.a.dtype).view(-1, n, n)
        pattern = self.a.crow_indices().view(-1, n + 1), self.a.col_indices().view(len(full), -1)
        for matrix, indptr, indices, values in zip(full, *pattern, self.a.values().view(len(full), -1), strict=True):
            keys = torch.repeat_interleave(torch.arange(n), indptr.diff()) * n + indices
            assert bool((keys.diff() > 0).all())
            matrix.view(-1)[keys] = values
        lu, pivots, _ = torch.linalg.lu_factor_ex(full.view(self.a.shape))
        diagonal = lu.diagonal(dim1=-2, dim2=-1)
        diagonal[diagonal.abs() < 1e-15] = self.factorization_config.pivot_eps
        self.lu = lu, pivots

    def solve(self) -> torch.Tensor:
        assert self.done == ["made", "plan", "factorize"]
        calls["solve"] += 1
        return torch.linalg.lu_solve(*self.lu, self.b)

    def free(self) -> None:
        calls["free"] += 1


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    calls.clear()
    monkeypatch.setattr(_cudss, "direct_solver", lambda device: Solver)


def random(*shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(2))


def matrix(data: torch.Tensor) -> csr_array:
    rows = torch.repeat_interleave(torch.arange(4), INDPTR.diff())
    return csr_array((data + 5 * (rows == INDICES), INDICES, INDPTR), shape=(4, 4))


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128, torch.float32])
def test_values_and_derivatives(dtype: torch.dtype) -> None:
    for shape, batch in (((4,), ()), ((4, 3), ()), ((2, 4, 2), ()), ((4, 2), (3,)), ((2, 3, 4, 2), (3,)), ((4, 0), ())):
        data, b = random(*batch, 8, dtype=dtype), random(*shape, dtype=dtype)
        A = matrix(data).toarray() if not batch else torch.stack([matrix(x).toarray() for x in data])
        want = torch.linalg.solve(A, b.unsqueeze(-1) if b.dim() == 1 else b)
        found = spsolve(matrix(data), b)
        torch.testing.assert_close(found, want.squeeze(-1) if b.dim() == 1 else want)
    if dtype is not torch.float32:
        inputs = random(8, dtype=dtype).requires_grad_(), random(4, 2, dtype=dtype).requires_grad_()
        torch.autograd.gradcheck(lambda x, b: spsolve(matrix(x), b), inputs, check_forward_ad=True)
        torch.autograd.gradgradcheck(lambda x, b: spsolve(matrix(x), b), inputs)


def test_one_plan_and_one_factorisation_for_each_of_the_matrix_and_its_adjoint() -> None:
    data, b = random(3, 8).requires_grad_(), random(3, 4, 2).requires_grad_()
    x = spsolve(matrix(data), b)  # three matrices, one pattern
    assert calls == {"made": 1, "plan": 1, "factorize": 1, "solve": 1}
    grads = torch.autograd.grad(x.square().sum(), (data, b), create_graph=True)
    assert calls == {"made": 2, "plan": 2, "factorize": 2, "solve": 2}
    torch.autograd.grad(sum(g.square().sum() for g in grads), (data, b))
    assert calls["plan"] == calls["factorize"] == 2 and calls["solve"] > 2
    del x, grads
    gc.collect()
    assert calls["free"] == 2


def test_factors_that_are_kept() -> None:
    A, b = matrix(random(8, dtype=torch.complex128)), random(4, 3, dtype=torch.complex128)
    lu = splu(A)
    for trans, D in (("N", A.toarray()), ("T", A.toarray().mT), ("H", A.toarray().mH)):
        torch.testing.assert_close(lu.solve(b, trans), torch.linalg.solve(D, b))
    torch.testing.assert_close(factorized(A)(b[:, 0]), torch.linalg.solve(A.toarray(), b[:, 0]))
    assert calls["factorize"] == 3  # of A and its adjoint, and of A for the second function
    rows, columns = torch.empty(4, dtype=torch.int64), lu.perm_c.long()
    rows[lu.perm_r.long()] = torch.arange(4)  # Pr A Pc = L U, from the host
    torch.testing.assert_close((lu.L @ lu.U).toarray()[:, columns], A.toarray()[rows])


def test_unsorted_columns_and_entries_that_add_up() -> None:
    indices, indptr = torch.tensor([2, 0, 0, 1, 2, 2]), torch.tensor([0, 3, 4, 6])
    A, b = csr_array((random(6), indices, indptr), shape=(3, 3)), random(3)
    torch.testing.assert_close(spsolve(A, b), torch.linalg.solve(A.toarray(), b))
    assert calls["solve"] == 1


def test_doubtful_solutions_are_the_hosts() -> None:
    b = random(3)
    singular = csr_array(torch.tensor([[1.0, 2, 0], [2, 4, 0], [0, 0, 1]], dtype=torch.float64))
    with pytest.warns(MatrixRankWarning):
        assert bool(spsolve(singular, b).isnan().all())
    with pytest.raises(RuntimeError, match="singular"):
        splu(singular)
    assert calls["solve"] == 2
    near = csr_array(torch.tensor([[1.0, 1], [1, 1 + 1e-15]], dtype=torch.float64))
    want = torch.linalg.solve(near.toarray(), b[:2])
    torch.testing.assert_close(spsolve(near, b[:2]), want)


def test_a_solver_without_its_library_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """nvmath can be imported without cuDSS, or with another release of it, and says so of the first solver."""

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("requires cuDSS version 0.8, while you have cuDSS version 1.0")

    made: list[Any] = []
    for solver in (broken, lambda a, b, options: made.append(options) or Solver(a, b)):
        monkeypatch.setitem(sys.modules, "nvmath.sparse.advanced", SimpleNamespace(DirectSolver=solver))
        _cudss._direct_solver.cache_clear()
        if solver is broken:
            with pytest.warns(RuntimeWarning, match=r"its cuDSS does not work, .* version 1\.0"):
                assert _cudss._direct_solver(torch.device("cpu")) is None
        else:
            assert _cudss._direct_solver(torch.device("cpu")) is not None
    assert [options["logger"].level for options in made] == [logging.ERROR] and calls["free"] == 1
    _cudss._direct_solver.cache_clear()


def test_without_nvmath_there_is_no_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "nvmath.sparse.advanced", None)
    _cudss._direct_solver.cache_clear()
    assert _cudss.direct_solver(torch.device("cuda")) is None and _cudss.direct_solver(torch.device("cpu")) is None
    _cudss._direct_solver.cache_clear()
    assert calls == Counter()
    found: Any = spsolve(matrix(random(8)), random(4))
    assert calls == Counter() and found.shape == (4,)
