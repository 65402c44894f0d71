"""Iterations of every solver beside SciPy's; ``python -m tests.sparse.test_iteration_counts`` prints them all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse.linalg
import torch

import sci.sparse.linalg
from sci.sparse import csr_array, eye_array, kronsum
from tests.sparse.model_matrices import convection, line, poisson

SYMMETRIC = ["cg", "minres"]
GENERAL = ["bicg", "bicgstab", "cgs", "gcrotmk", "gmres", "lgmres", "qmr", "tfqmr"]
LEAST_SQUARES = ["lsqr", "lsmr"]
OUTER = ("lgmres", "gcrotmk")  # SciPy calls back before each cycle, and once more where it finds the system solved


def _near_singular(n: int) -> csr_array:
    shift = 0.99 * 2 * (2 - 2 * np.cos(np.pi / (n + 1)))
    return (poisson(n, 2) - shift * eye_array(n * n, dtype=torch.float64)).tocsr()


PROBLEMS = {
    "Poisson 2-D": poisson(20, 2),
    "Poisson 3-D": poisson(8, 3),
    "convection": convection(20),
    "stretched": kronsum(line(20, -1.0, 2.0, -1.0), line(20, -0.02, 0.04, -0.02)).tocsr(),
    "near-singular": _near_singular(16),
}
PAIRS = [
    (name, problem)
    for name in SYMMETRIC + GENERAL + LEAST_SQUARES
    for problem in PROBLEMS
    if not (problem == "convection" and name in SYMMETRIC)
]


def _run(name: str, problem: str) -> tuple[list[int], list[Any]]:
    """Return the iterations and the solutions of both libraries."""
    A = PROBLEMS[problem]
    b = torch.randn(A.shape[0], dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    counts, solutions = [], []
    for root, matrix, right in ((sci.sparse.linalg, A, b), (scipy.sparse.linalg, A.to_scipy(), b.numpy())):
        solve = getattr(root, name)
        if name in LEAST_SQUARES:
            limit = {"iter_lim" if name == "lsqr" else "maxiter": 2000}
            x, why, count, *_ = solve(matrix, right, atol=1e-8, btol=1e-8, **limit)
            assert 0 < int(why) < 7
        else:
            seen: list[int] = []
            more = {"callback_type": "pr_norm"} if name == "gmres" else {}
            x, info = solve(matrix, right, rtol=1e-7, callback=lambda _, seen=seen: seen.append(1), **more)
            assert int(info) == 0
            count = len(seen) - (name in OUTER and root is scipy.sparse.linalg)
        counts.append(int(count))
        solutions.append(np.asarray(x))
    return counts, solutions


@pytest.mark.parametrize(("name", "problem"), PAIRS)
def test_iterations_are_scipys(name: str, problem: str) -> None:
    (ours, scipys), (x, y) = _run(name, problem)
    if name == "gmres" and PROBLEMS[problem].device.type != "cpu":
        scipys = -(-scipys // 20) * 20  # a GPU is not asked within a cycle, of 20 by default
    assert abs(ours - scipys) <= max(0.1 * scipys, 1), (ours, scipys)
    np.testing.assert_allclose(x, y, rtol=0, atol=1e-3 * np.abs(y).max())
    A = PROBLEMS[problem]
    b = torch.randn(A.shape[0], dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    if name not in ("minres", *LEAST_SQUARES):
        assert torch.linalg.vector_norm(b - A @ torch.from_numpy(x)) <= 1.0001e-7 * torch.linalg.vector_norm(b)


if __name__ == "__main__":
    print(f"{'iterations, SciPy':18}" + "".join(f"{problem:>16}" for problem in PROBLEMS))
    for solver in SYMMETRIC + GENERAL + LEAST_SQUARES:
        found = (_run(solver, problem)[0] if (solver, problem) in PAIRS else None for problem in PROBLEMS)
        print(f"{solver:18}" + "".join(f"{'-' if pair is None else f'{pair[0]}, {pair[1]}':>16}" for pair in found))
