"""SciPy's BLAS and LAPACK on CPU tensors, for matrices large enough to gain by it.

On the CPU this is no transfer: the arrays share the tensors' memory. Routines that torch lacks (gees) come from here,
and those for which SciPy's OpenBLAS is faster than torch's library (triangular solves and Cholesky factors, by 10 to
40 percent from n = 64 on; QR, singular and Hermitian eigenvalues and vectors, by 10 to 25 percent from n = 128 or 256
on; measured by ``python -m benchmarks linalg`` on a processor of AMD). Where torch's library is MKL on a processor of
Intel, that is the faster one in all of this but Cholesky factors and singular values of float32: inverses and systems
with several right-hand sides take half the time there, decompositions .7 to .9. OpenBLAS has threads of its own, which
obey no `torch.set_num_threads` and fight with torch's for the cores: where torch has several threads, large matrices go
to torch. Matrices are row-major; the routines see their transposes.

This file finds the routines, says which sizes they are for and what their calls share; the calls stand in _lapack_*.py.
"""

from __future__ import annotations

import functools
import math
import platform
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sci._core.checks import finite_probe
from sci._core.quick import plain_on_cpu

from ._errors import LinAlgError
from ._matrices import place_in_batch
from ._quick import ANY

PREFIX = {torch.float32: "s", torch.float64: "d", torch.complex64: "c", torch.complex128: "z"}
_MIN_SIZE = 64
_THREADED_SIZE = 256  # from here on a routine is worth several threads
MIN_ALONE = 96  # below, a factor takes less time than SciPy's call
_MIN_DECOMPOSED = 256  # from here on those of A = QR, U S V^H and V W V^H, on one thread
_ASSOCIATIVE = 512  # bytes: rows apart by multiples of it meet in few sets of the cache
_STRIP, _MANY_ROWS = 64, 1024  # rows at a time in which more rows than so many are transposed


@functools.cache
def routine(name: str, dtype: torch.dtype) -> Callable[..., Any]:
    from scipy.linalg import blas, lapack  # loaded at the first large matrix, not with the library

    full = PREFIX[dtype] + name
    return getattr(blas if name in ("trsm", "trsv") else lapack, full)  # type: ignore[no-any-return]


def worthwhile(x: Tensor) -> bool:
    """Return whether the n x n matrices of `x` are on the CPU and large enough for a call per matrix."""
    n = x.shape[-1]
    return n >= _MIN_SIZE and x.is_cpu and x.dtype in PREFIX and on_one_thread(n)


@functools.cache
def mkl_on_intel() -> bool:
    """Return whether torch's library is MKL, on a processor of MKL's maker."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            processor = file.read(1000)
    except OSError:  # not Linux
        processor = platform.processor()
    return torch.backends.mkl.is_available() and "GenuineIntel" in processor


def solves(a: Tensor) -> bool:
    """Return whether systems with triangular factors are solved faster from here."""
    return worthwhile(a) and not mkl_on_intel()


def on_one_thread(n: int) -> bool:
    """Return whether n x n matrices are not worth several threads, or there are none."""
    return n < _THREADED_SIZE or torch.get_num_threads() == 1


def worthwhile_alone(x: Tensor) -> bool:
    """Return whether `x` is one matrix of a size from which LU and Cholesky factors are faster from here."""
    return x.dim() == 2 and x.shape[-1] >= MIN_ALONE and worthwhile(x)


def inverts(x: Tensor) -> bool:
    """Return whether `x` is one matrix of which inverse and determinant are faster from here."""
    return worthwhile_alone(x) and not mkl_on_intel()


def decomposes(a: Tensor, in_single_precision: bool = False) -> bool:
    """Return whether decompositions of many times n^3 operations are faster from here; of float32, only some are."""
    if min(a.shape[-2:]) < _MIN_DECOMPOSED or not a.is_cpu or a.dtype not in PREFIX or a.numel() == 0:
        return False
    if mkl_on_intel() and a.dtype != torch.float32:
        return False
    return torch.get_num_threads() == 1 and (in_single_precision or a.dtype != torch.float32)


def takes(a: Any, check_finite: bool) -> bool:
    """Return whether `a` is one such matrix that nothing differentiates, and finite if that is to be checked."""
    if not plain_on_cpu(a, ANY) or a.dim() != 2 or not worthwhile_alone(a):
        return False
    return not check_finite or finite(a.numpy())


def finite(x: Any) -> bool:
    """Return whether the numbers of an array are finite, and their squares: in half the time of their sum."""
    return math.isfinite(np.vdot(x, x).real)


def near_one(x: Any) -> bool:
    """Return whether the numbers of an array are finite and need no scaling (`in_range`), False also in doubt."""
    limit = math.sqrt(np.finfo(x.dtype).max)
    return bool(x.size / limit < np.vdot(x, x).real < limit)


def resolved(a: Tensor) -> Tensor:
    """Return `a` as NumPy takes it: without a graph, and not yet to be conjugated or negated."""
    return a.detach().resolve_conj().resolve_neg()


def columns(a: Tensor) -> Any:
    """Return a column-major copy of one matrix, which routines may overwrite: in half the time of their own or less."""
    a = resolved(a)
    if a.shape[1] * a.element_size() % _ASSOCIATIVE == 0:
        return a.mT.clone(memory_format=torch.contiguous_format).numpy().T
    x = a.numpy()
    copy, m = np.empty(x.shape, x.dtype, "F"), len(x)
    step = _STRIP if m > _MANY_ROWS else max(m, 1)
    for k in range(0, m, step):
        copy[k : k + step] = x[k : k + step]
    return copy


def row_major(x: Any) -> Tensor:
    """Return a column-major array as a row-major tensor."""
    return torch.from_numpy(columns(torch.from_numpy(x.T)).T)


def in_rows(x: Tensor) -> Tensor:
    """Return `x` row-major; one large matrix in less time than by torch."""
    alone = x.dim() == 2 and x.is_cpu and x.numel() >= _MIN_SIZE**2 and not x.is_contiguous()
    return row_major(x.numpy()) if alone else x.contiguous()


def one_by_one(a: Tensor, decompose: Callable[[Tensor], tuple[tuple[Tensor, ...], int]]) -> tuple[Tensor, ...]:
    """Return the results for every matrix of a batch; raise for the first for which LAPACK's info is not 0."""
    found = [decompose(x) for x in resolved(a).reshape(-1, *a.shape[-2:])]
    info = torch.tensor([code for _, code in found], device="cpu").view(a.shape[:-2])
    if bool(info.any()):
        where, code = place_in_batch(info)
        raise LinAlgError(f"LAPACK's algorithm did not converge, info = {code}{where}")
    if a.dim() == 2:
        return found[0][0]
    parts = zip(*(parts for parts, _ in found), strict=True)
    return tuple(torch.stack(part).view(*a.shape[:-2], *part[0].shape) for part in parts)


def defeated(a: Tensor, *factors: Tensor) -> bool:
    """Return whether factors are not finite: MKL divides complex columns by subnormal numbers, in vain."""
    return a.is_cpu and a.is_complex() and not all(bool(torch.isfinite(finite_probe(x))) for x in factors)
