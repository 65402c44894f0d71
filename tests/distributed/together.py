"""Processes that run a check together."""

from __future__ import annotations

import socket
from collections.abc import Callable

from tests.processes import Started


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def run_together(check: Callable[[int, int, int], None], world: int) -> None:
    """Call ``check(rank, world, port)`` in as many processes, forked from one with all imports."""
    done = Started(_fork, check, world).result()
    assert done.returncode == 0, done.stderr


def _fork(check: Callable[[int, int, int], None], world: int) -> None:
    import torch.distributed.tensor  # takes longer than the checks

    import sci.distributed  # noqa: F401

    torch.set_num_threads(1)
    torch.multiprocessing.start_processes(check, (world, free_port()), nprocs=world, start_method="fork")
