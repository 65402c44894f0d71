"""Sparse solvers: steps of each iteration on a 3-D Poisson matrix, eigenvalues, direct solves and gradients."""

from __future__ import annotations

import functools
import importlib
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from benchmarks.cases import Case, Context, to_peer
from benchmarks.sparse_matrices import Parts, laplacian, random

_STEPS = 20
_SOLVERS = ("cg", "minres", "bicg", "bicgstab", "cgs", "tfqmr", "qmr", "gmres", "lgmres", "gcrotmk", "lsqr", "lsmr")
_CYCLES = {"gmres": {"restart": _STEPS}, "lgmres": {"inner_m": _STEPS}, "gcrotmk": {"m": _STEPS, "k": 10}}


def _array(parts: Parts, peer: str, device: torch.device) -> Any:
    root = importlib.import_module("sci.sparse" if peer == "sci" else "scipy.sparse")
    tensors = [torch.from_numpy(x).to(device) for x in parts]
    return root.csr_array(tuple(x if peer == "sci" else to_peer(peer, x) for x in tensors))


def _poisson(n: int, dimensions: int, peer: str, device: torch.device) -> Any:
    data, indices, indptr = laplacian(n, dimensions)
    return _array((np.where(data > 0, data - 1, data), indices, indptr), peer, device)


def _convection(n: int, peer: str, device: torch.device) -> Any:
    """Return a 3-D convection-diffusion matrix, whose eigenvalues are real and whose vectors are not orthogonal."""
    data, indices, indptr = laplacian(n, 3)
    row = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    return _array((np.where(data > 0, data - 1, np.where(indices > row, -0.6, -1.4)), indices, indptr), peer, device)


def _steps(solve: Any, name: str, A: Any, b: Any) -> Any:
    """Run a given number of steps, whatever the residual is by then."""
    if name in ("lsqr", "lsmr"):
        limit = {"lsqr": "iter_lim", "lsmr": "maxiter"}[name]
        return solve(A, b, atol=0, btol=0, conlim=0, **{limit: _STEPS})
    return solve(A, b, rtol=1e-30, maxiter=2 if name in _CYCLES else _STEPS, **_CYCLES.get(name, {}))


def _solved(solve: Any, A: Any, b: Any, **more: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy's, of rows where it expects columns; lobpcg's, of its last step
        return solve(A, b, **more)


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
        yield Case(f"{name}, {'two cycles of ' if name in _CYCLES else ''}{_STEPS} steps", label, calls)
    yield from _eigenvalues(context, peers, linalg, matrices, right, label)
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


def _eigenvalues(
    context: Context,
    peers: list[str],
    linalg: dict[str, Any],
    poisson: dict[str, Any],
    start: dict[str, Any],
    label: str,
) -> Iterator[Case]:
    """Yield eigenvalues and singular values from given starts, to the same tolerances."""
    more: dict[str, Any] = {"k": 10, "tol": 1e-3, "return_eigenvectors": False}
    calls = {p: functools.partial(linalg[p].eigsh, poisson[p], v0=start[p], **more) for p in peers}
    yield Case("eigsh, k=10, tol=1e-3", label, calls)
    n = 24 if context.quick else 64
    matrices = {p: _convection(n, p, context.device) for p in peers}
    right = {p: context.randn(n**3) if p == "sci" else to_peer(p, context.randn(n**3)) for p in peers}
    more = {"k": 6, "tol": 1e-3, "return_eigenvectors": False}
    calls = {p: functools.partial(linalg[p].eigs, matrices[p], v0=right[p], **more) for p in peers}
    yield Case("eigs, k=6, tol=1e-3", f"3-D convection-diffusion, {n**3} unknowns", calls)
    matrices = {p: _poisson(n, 3, p, context.device) for p in peers}
    X = context.randn(n**3, 6)
    blocks = {p: X if p == "sci" else to_peer(p, X) for p in peers}
    more = {"largest": False, "maxiter": 20, "tol": 1e-9}
    calls = {p: functools.partial(_solved, linalg[p].lobpcg, matrices[p], blocks[p], **more) for p in peers}
    yield Case("lobpcg, k=6, 20 steps", f"3-D Poisson, {n**3} unknowns", calls)
    n = 20_000 if context.quick else 200_000
    parts = random(n, 5)
    matrices = {p: _array(parts, p, context.device) for p in peers}
    right = {p: context.randn(n) if p == "sci" else to_peer(p, context.randn(n)) for p in peers}
    calls = {p: functools.partial(linalg[p].svds, matrices[p], k=6, tol=1e-2, v0=right[p]) for p in peers}
    yield Case("svds, k=6, tol=1e-2", f"random, {n} rows, {len(parts[0])} entries", calls)
