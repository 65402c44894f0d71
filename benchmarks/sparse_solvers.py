"""Sparse solvers on Poisson matrices: thirty steps of each iteration, eigenvalues, direct solves and gradients."""

from __future__ import annotations

import functools
import importlib
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from benchmarks.cases import Case, Context, to_peer
from benchmarks.sparse_matrices import laplacian

_STEPS = 30
_SOLVERS = ("cg", "minres", "bicg", "bicgstab", "cgs", "tfqmr", "qmr", "gmres", "lgmres", "gcrotmk", "lsqr", "lsmr")
_CYCLES = ("gmres", "lgmres", "gcrotmk")  # a step is a cycle, as long as the others take steps


def _poisson(n: int, dimensions: int, peer: str, device: torch.device) -> Any:
    data, indices, indptr = laplacian(n, dimensions)
    data = np.where(data > 0, data - 1, data)
    root = importlib.import_module("sci.sparse" if peer == "sci" else "scipy.sparse")
    parts = [torch.from_numpy(x).to(device) for x in (data, indices, indptr)]
    return root.csr_array(tuple(x if peer == "sci" else to_peer(peer, x) for x in parts))


def _steps(solve: Any, name: str, A: Any, b: Any) -> Any:
    """Run a given number of steps, whatever the residual is by then."""
    if name in ("lsqr", "lsmr"):
        limit = {"lsqr": "iter_lim", "lsmr": "maxiter"}[name]
        return solve(A, b, atol=0, btol=0, conlim=0, **{limit: _STEPS})
    more = {"gmres": {"restart": _STEPS}, "lgmres": {"inner_m": _STEPS}, "gcrotmk": {"m": _STEPS}}.get(name, {})
    return solve(A, b, rtol=1e-30, maxiter=1 if name in _CYCLES else _STEPS, **more)


def _solved(solve: Any, A: Any, b: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy's, of rows where it expects columns
        return solve(A, b)


def cases(context: Context) -> Iterator[Case]:
    """Yield the solvers; SciPy's beside them on the CPU."""
    peers = ["sci", *(peer for peer in context.peers if peer == "scipy")]
    linalg = {p: importlib.import_module("sci.sparse.linalg" if p == "sci" else "scipy.sparse.linalg") for p in peers}
    n = 40 if context.quick else 100
    label = f"3-D Poisson, {n**3} unknowns"
    matrices = {p: _poisson(n, 3, p, context.device) for p in peers}
    b = context.randn(n**3)
    right = {p: b if p == "sci" else to_peer(p, b) for p in peers}
    for name in _SOLVERS:
        solve = {p: functools.partial(_steps, getattr(linalg[p], name), name) for p in peers}
        calls = {p: functools.partial(solve[p], matrices[p], right[p]) for p in peers}
        yield Case(f"{name}, {_STEPS} steps", label, calls)
    more = {"k": 10, "tol": 1e-3, "return_eigenvectors": False}
    calls = {p: functools.partial(linalg[p].eigsh, matrices[p], v0=right[p], **more) for p in peers}
    yield Case("eigsh, k=10, tol=1e-3", label, calls)
    n = 100 if context.quick else 400
    label = f"2-D Poisson, {n**2} unknowns"
    matrices = {p: _poisson(n, 2, p, context.device) for p in peers}
    b = context.randn(n**2)
    right = {p: b if p == "sci" else to_peer(p, b) for p in peers}
    calls = {p: functools.partial(linalg[p].cg, matrices[p], right[p], rtol=1e-6) for p in peers}
    yield Case("cg to rtol=1e-6", label, calls)
    calls = {p: functools.partial(_solved, linalg[p].spsolve, matrices[p], right[p]) for p in peers}
    A = matrices["sci"]
    leaf, wanted, ones = A.data.clone().requires_grad_(), b.clone().requires_grad_(), torch.ones_like(b)
    B, spsolve = A._with_data(leaf), linalg["sci"].spsolve
    gradients = {"and its gradients": lambda: torch.autograd.grad(spsolve(B, wanted), (leaf, wanted), ones)}
    yield Case("spsolve", label, {**calls, **gradients})
    lower = {p: importlib.import_module(f"{p}.sparse").tril(A, format="csr") for p, A in matrices.items()}
    calls = {p: functools.partial(_solved, linalg[p].spsolve_triangular, lower[p], right[p]) for p in peers}
    yield Case("spsolve_triangular", label, calls)
