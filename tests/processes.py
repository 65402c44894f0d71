"""Processes of their own that have torch: forked from one that has imported it and done no more.

To import torch takes a process two seconds. What is asked of the very start or end of an interpreter, of the dynamic
linker's variables or of an environment without this checkout needs `subprocess` still.
"""

from __future__ import annotations

import multiprocessing
import os
import pathlib
import runpy
import sys
import tempfile
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from subprocess import CompletedProcess
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[1]
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["torch"])


class Started:
    """A process that runs a function, from the root of the checkout; what it prints goes to files."""

    def __init__(self, run: Callable[..., object], *args: Any, **environment: str) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._files = [pathlib.Path(self._folder.name, name) for name in ("out", "err")]
        self._process: ForkServerProcess = _CONTEXT.Process(
            target=_begin, args=(self._files, {**os.environ, **environment}, run, args)
        )
        self._process.start()

    def result(self, timeout: float = 300) -> CompletedProcess[str]:
        """Wait for its end, and return its status and what it printed."""
        self._process.join(timeout)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        status = self._process.exitcode
        assert status is not None
        with self._folder:
            return CompletedProcess((), status, *(file.read_text() for file in self._files))


def _begin(files: list[pathlib.Path], environment: dict[str, str], run: Callable[..., object], args: Any) -> None:
    for number, file in zip((1, 2), files, strict=True):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    # The server's own were a test's, whose output had been captured.
    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    run(*args)


def _execute(code: str) -> None:
    exec(compile(code, "<test>", "exec"), {"__name__": "__main__"})


def start_python(code: str, **environment: str) -> Started:
    """Start ``python -c code``, with more in its environment."""
    return Started(_execute, code, **environment)


def run_python(code: str, **environment: str) -> CompletedProcess[str]:
    """Run ``python -c code``, with more in its environment."""
    return start_python(code, **environment).result()


def _run_module(name: str, arguments: tuple[str, ...]) -> None:
    sys.argv = [name, *arguments]
    runpy.run_module(name, run_name="__main__", alter_sys=True)


def run_module(name: str, *arguments: str) -> CompletedProcess[str]:
    """Run ``python -m name arguments``."""
    return Started(_run_module, name, arguments).result()
