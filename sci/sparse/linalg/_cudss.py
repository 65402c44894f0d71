"""Sparse LU factors on CUDA: cuDSS through ``nvmath.sparse.advanced.DirectSolver``, imported when first asked for.

The interface solves ``A x = b`` alone, so ``A^H`` has factors of its own; they are made when a first adjoint solve
asks for them and kept beside those of A. Right-hand sides have the shape that was planned for and are updated in
place: wider ones are solved by parts. A zero pivot is replaced and not reported, so solutions are checked, and a
doubtful one is for the caller to find in another way.
"""

from __future__ import annotations

import functools
import importlib
import logging
import threading
import weakref
from typing import Any

import torch
from torch import Tensor

from ..._core.errors import warn
from .._products import matmul

_logger = logging.getLogger("sci.cudss")
_logger.setLevel(logging.ERROR)  # nvmath warns of each solver that has no library for threads of its planning


@functools.cache
def _direct_solver(device: torch.device) -> Any:
    try:
        DirectSolver = importlib.import_module("nvmath.sparse.advanced").DirectSolver
    except (ImportError, OSError, RuntimeError):  # not installed, or without the libraries that it loads
        return None
    solver = functools.partial(DirectSolver, options={"logger": _logger})
    try:  # it looks for cuDSS, and at its version, when a solver is made
        right = torch.ones(1, device=device)
        places = torch.tensor([0, 1], dtype=torch.int32, device=device)
        one = torch.sparse_csr_tensor(places, places[:1], right, size=(1, 1), check_invariants=False)
        solver(one, right[:, None]).free()
    except Exception as error:  # of many kinds
        text = f"nvmath-python is installed, but its cuDSS does not work, so that the host solves: {error}"
        warn(text, RuntimeWarning)
        return None
    return solver


def direct_solver(device: torch.device) -> Any:
    """Return what makes solvers for a device, or None where there is none."""
    return _direct_solver(device) if device.type == "cuda" else None


class _Side:
    """The factors of matrices ``values (m, e)`` with one pattern, planned for a number of right-hand sides."""

    def __init__(self, solver: Any, values: Tensor, keys: Tensor, n: int, width: int) -> None:
        starts = torch.arange(n + 1, device=keys.device) * n
        indptr, indices = torch.searchsorted(keys, starts).int(), (keys % n).int()
        self.values, self.pattern = values, (indptr, indices, None, None, None)
        m = values.shape[0]
        self.right = values.new_zeros(m, width, n).mT  # by columns
        size: tuple[int, ...] = (m, n, n)
        if m == 1:
            self.right, values, size = self.right[0], values[0], (n, n)
        else:
            indptr, indices = (x.repeat(m, 1) for x in (indptr, indices))
        matrix = torch.sparse_csr_tensor(indptr, indices, values, size=size, check_invariants=False)
        self.solver = solver(matrix, self.right)
        weakref.finalize(self, self.solver.free).atexit = False  # when CUDA may be gone
        self.solver.plan()
        self.solver.factorization_config.pivot_eps = torch.finfo(values.dtype).eps
        self.solver.factorize()

    def solve(self, right: Tensor) -> Tensor:
        parts = []
        for part in right.split(self.right.shape[-1], -1):
            self.right.zero_()
            self.right[..., : part.shape[-1]] = part.view(*self.right.shape[:-1], -1)
            parts.append(self.solver.solve()[..., : part.shape[-1]].clone())
        return torch.cat(parts, -1).reshape(right.shape)

    def sure(self, x: Tensor, right: Tensor) -> bool:
        """Say whether the residual is small, and the solution too small to come from a pivot that was replaced."""
        n, eps = x.shape[-2], torch.finfo(x.dtype).eps
        left = matmul(self.values, x, self.pattern, n, n, False)
        magnitudes = self.values.abs()
        sums = matmul(magnitudes, magnitudes.new_ones(n, 1), self.pattern, n, n, False)
        size, norm = sums.amax(1) * x.abs().amax(1), right.abs().amax(1)
        small = (left - right).abs().amax(1) <= eps**0.5 * (size + norm)
        return bool((small & (size <= 0.01 / eps * norm) & size.isfinite()).all())


class Factors:
    """LU factors of the matrices ``data (m, nnz)`` on a pattern of compressed rows, and of their adjoints."""

    def __init__(self, solver: Any, data: Tensor, indptr: Tensor, indices: Tensor, n: int) -> None:
        counts = indptr.long().diff()
        rows = torch.repeat_interleave(torch.arange(n, device=data.device), counts, output_size=indices.shape[0])
        self.keys, places = torch.unique(rows * n + indices.long(), return_inverse=True)
        self.values = data.new_zeros(data.shape[0], self.keys.shape[0]).index_add_(1, places, data)
        self.solver, self.n, self.sides = solver, n, dict[bool, _Side]()
        self.lock = threading.Lock()

    def solve(self, right: Tensor, adjoint: bool) -> Tensor | None:
        """Return the solutions for ``(m, n, k)``, or None where they are doubtful."""
        if right.shape[-1] == 0:  # to factorise is all that is wanted: see whether that can be done
            return None if self.solve(right.new_ones(*right.shape[:-1], 1), adjoint) is None else right.clone()
        with self.lock:  # backward passes have threads and streams of their own; the look at x waits for its solution
            if adjoint not in self.sides:
                self.sides[adjoint] = _Side(self.solver, *self._turned(adjoint), self.n, right.shape[-1])
            side = self.sides[adjoint]
            x = side.solve(right)
            return x if side.sure(x, right) else None

    def _turned(self, adjoint: bool) -> tuple[Tensor, Tensor]:
        if not adjoint:
            return self.values, self.keys
        keys, order = (self.keys % self.n * self.n + self.keys // self.n).sort()
        return self.values[:, order].conj().resolve_conj(), keys
