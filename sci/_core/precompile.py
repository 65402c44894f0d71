"""`precompile`: every GPU kernel that a program will need, compiled before it runs."""

from __future__ import annotations

import concurrent.futures
import contextlib
import functools
import multiprocessing
import os
import re
from collections.abc import Iterable, Iterator, Sequence

import torch

from . import runtime
from .arrays import COMPLEX, FLOATING
from .errors import bad_argument

_DOMAINS = ("fft", "interpolate", "linalg", "sparse", "special")
_REAL = {"float32": "float", "float64": "double", "complex64": "complex<float>", "complex128": "complex<double>"}

_SECOND = re.compile(r"::call_\w+(_second|_curvature|_(d|by_)\w*2|_dvdz|_q2),")


def precompile(
    domain: str | Sequence[str] = _DOMAINS,
    dtypes: torch.dtype | Iterable[torch.dtype] = (*FLOATING, *COMPLEX),
    *,
    arch: str | None = None,
    jobs: int | None = None,
) -> int:
    """Compile a domain's GPU kernels into the cache on disk, with all cores.

    A kernel is otherwise compiled by NVRTC when it is first called, which takes from 0.1 s to some seconds each. One
    call of this function, when an image is built or on a machine without a GPU, saves all of them that wait.

    Parameters
    ----------
    domain : {"fft", "interpolate", "linalg", "sparse", "special"} or sequence of them
        Whose kernels; those of all domains by default.
    dtypes : torch.dtype or iterable of them
        float32, float64, complex64, complex128: kernels that work with numbers of these. All four by default; kernels
        that have no such number (on indices) are always compiled.
    arch : str, optional
        Such as "sm_90", the architecture to compile for; the current CUDA device's by default.
    jobs : int, optional
        The number of processes; as many as there are cores by default.

    Returns
    -------
    int
        How many kernels the cache now holds of those asked for.

    Raises
    ------
    ValueError
        For an unknown domain or dtype, or without `arch` where there is no CUDA device.
    RuntimeError
        Where NVRTC is missing or a kernel does not compile; the text names it.

    Notes
    -----
    The processes are spawned: a script that calls this needs the usual ``if __name__ == "__main__":``. The folder is
    ``SCI_CACHE``, or ``sci`` in the user's cache folder; `show_config` prints it.

    Examples
    --------
    >>> import sci, torch
    >>> sci.precompile("special", torch.float32, arch="sm_90")  # doctest: +SKIP
    154
    """
    domains = (domain,) if isinstance(domain, str) else tuple(domain)
    for one in domains:
        if one not in _DOMAINS:
            raise bad_argument("precompile", "domain", f"of {', '.join(_DOMAINS)}", one)
    kinds = (dtypes,) if isinstance(dtypes, torch.dtype) else tuple(dtypes)
    for dtype in kinds:
        if dtype not in FLOATING + COMPLEX:
            raise ValueError(f"precompile: dtypes must be of float32, float64, complex64, complex128, got {dtype}")
    if arch is None:
        if not torch.cuda.is_available():
            raise ValueError("precompile: arch must be given where there is no CUDA device, got None")
        arch = "sm_{}{}".format(*torch.cuda.get_device_capability())
    if not re.fullmatch(r"sm_\d+[af]?", arch):
        raise bad_argument("precompile", "arch", "an architecture such as 'sm_90'", arch)
    chosen = kernels(domains, kinds)
    workers = min(jobs or os.cpu_count() or 1, len(chosen))
    compile_one = functools.partial(_compile_one, arch=arch)
    if workers <= 1:
        return sum(map(compile_one, chosen))
    with worker_processes(workers) as pool:
        return sum(pool.map(compile_one, chosen))


@contextlib.contextmanager
def worker_processes(workers: int) -> Iterator[concurrent.futures.Executor]:
    """Give a pool of new processes; interrupted, or where work fails, it ends without what waits for its turn."""
    others = multiprocessing.active_children()
    with concurrent.futures.ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        try:
            yield pool
        except BaseException:
            for worker in multiprocessing.active_children():
                if worker not in others:
                    worker.terminate()
            raise


def kernels(domains: Sequence[str], dtypes: Iterable[torch.dtype]) -> list[int]:
    """Return the numbers of the kernels of some domains that work with numbers of some dtypes.

    Domains come in the order given; second derivatives, a third of the time, after all others: who stops has most.
    """
    runtime.load_library()
    wanted = {_REAL[str(dtype).removeprefix("torch.")] for dtype in dtypes}
    found = []
    listed = zip(torch.ops.sci._kernels().splitlines(), torch.ops.sci._kernel_sources().splitlines(), strict=True)
    for i, (name, source) in enumerate(listed):
        has = set(re.findall(r"complex<float>|complex<double>|\bfloat\b|\bdouble\b", name))
        # Mixed ones, as of a real order and a complex argument, belong to the complex dtype.
        complex_ones = {kind for kind in has if kind.startswith("complex")}
        # Elementwise functions are special's, also the few whose header is core's.
        folders = {"special"} if "::Elementwise<" in name else set(re.findall(r'#include "(\w+)/', source))
        if folders & set(domains) and (not has or (complex_ones or has) & wanted):
            place = min(domains.index(folder) for folder in folders & set(domains))
            found.append((_SECOND.search(name) is not None, place, i))
    return [i for *_, i in sorted(found)]


def _compile_one(index: int, arch: str) -> bool:
    """Compile one kernel into the cache, or find it there; runs in a worker process."""
    runtime.load_library()
    return bool(torch.ops.sci._cache_kernel(index, arch) > 0)
