"""The number of workers: SciPy's setting, checked and kept; torch's own threads do the work."""

from __future__ import annotations

import contextlib
import contextvars
import os
from collections.abc import Iterator

from .._core.cards import function
from .._core.errors import integer

_workers: contextvars.ContextVar[int] = contextvars.ContextVar("sci.fft.workers", default=1)


def count_workers(function: str, workers: int) -> int:
    """Return a number of workers, counted from the number of CPUs if it is negative."""
    cpus = os.cpu_count() or 1
    count = integer(function, "workers", workers)
    if count == 0:
        raise ValueError(f"{function}: workers must not be zero")
    if count < -cpus:
        raise ValueError(f"{function}: workers value out of range; got {count}, must not be less than {-cpus}")
    return count if count > 0 else count + 1 + cpus


@function(complex=False, batch=False, compiles=False)
def set_workers(workers: int) -> contextlib.AbstractContextManager[None]:
    """Set the default number of workers within a ``with`` statement.

    Equivalent to `scipy.fft.set_workers`, without its effect: torch's threads (`torch.set_num_threads`) do the work.

    Parameters
    ----------
    workers : int
        Number of workers; negative ones count from the number of CPUs.

    Returns
    -------
    context manager
        Within its scope, in this thread or task, `get_workers` returns the number.

    Raises
    ------
    ValueError
        If `workers` is 0 or less than minus the number of CPUs.

    See Also
    --------
    get_workers

    Examples
    --------
    >>> import sci
    >>> with sci.fft.set_workers(2):
    ...     sci.fft.get_workers()
    2
    """
    return _within(workers)


@contextlib.contextmanager
def _within(workers: int) -> Iterator[None]:
    token = _workers.set(count_workers("set_workers", workers))
    try:
        yield
    finally:
        _workers.reset(token)


@function(complex=False, batch=False, compiles=False)
def get_workers() -> int:
    """Return the default number of workers.

    Equivalent to `scipy.fft.get_workers`.

    Returns
    -------
    int
        What the innermost `set_workers` says, or 1.

    See Also
    --------
    set_workers

    Examples
    --------
    >>> import sci
    >>> sci.fft.get_workers()
    1
    """
    return _workers.get()
