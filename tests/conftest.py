"""Settings of the whole test suite."""

from __future__ import annotations

import argparse
import collections
import gc
import hashlib
import os
import pathlib
import sys
import time
from typing import Any

# Compiled graphs are cached by graph, not by derivative rule: a cached one would test yesterday's rule.
os.environ.setdefault("TORCHINDUCTOR_FORCE_DISABLE_CACHES", "1")

import pytest
import torch

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # tools and benchmarks, which are not installed

torch.set_num_threads(1)  # xdist has a process per core


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--device", default="cpu", choices=("cpu", "cuda", "emulated"), help="where the tests' tensors live"
    )
    parser.addoption("--moved", action="store_true", help="also tests that know of no device make their tensors there")
    parser.addoption("--all", action="store_true", help="run the long sweeps as well")
    parser.addoption("--seconds", type=float, help="begin no test after this time; those of the device come first")
    parser.addoption("--done", metavar="FILE", help="leave out the tests that FILE lists, and add those that were run")
    parser.addoption("--deadline", type=float, help=argparse.SUPPRESS)  # the same as a time of day, for all processes


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_WANTED], config.stash[_BEGUN] = collections.Counter(), collections.Counter()
    config.addinivalue_line("markers", "slow: a long sweep, run by `make test-all` (pytest --all) only")
    config.addinivalue_line("markers", "gpu: needs a GPU")
    config.addinivalue_line("markers", "cpu: of the CPU's own routes, not moved to a GPU by --moved")
    config.stash[_EMULATED] = config.option.device == "emulated"
    if config.stash[_EMULATED]:  # CUDA tensors without a GPU
        from tests import emulator

        emulator.start()
        torch.compile = _not_emulated
        config.option.device = "cuda"
    if config.option.done and not hasattr(config, "workerinput"):  # with xdist, the process that hears of all
        config.pluginmanager.register(Record(config.option.done))
    if config.option.seconds and not config.option.deadline:
        config.option.deadline = time.time() + config.option.seconds


def _not_emulated(*_: Any, **__: Any) -> Any:
    pytest.skip("Dynamo asks a CUDA build of torch")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if "slow" in item.keywords and not config.getoption("--all")]
    if not torch.cuda.is_available():
        needs_gpu = [item for item in items if "gpu" in item.keywords and item not in left_out]
        config.stash[_NO_GPU] = len(needs_gpu)
        left_out += needs_gpu
    if config.stash[_EMULATED]:
        from tests.emulator import LIMITS

        left_out += [item for item in items if "compile" in item.name]
        for name, reason in LIMITS.items():
            for item in items:
                if item.nodeid.startswith(f"tests/{name}"):
                    item.add_marker(pytest.mark.skip(reason=f"not emulated: {reason}"))
    if (done := config.option.done) and pathlib.Path(done).exists():
        names = {line.partition(" ")[2] for line in pathlib.Path(done).read_text().splitlines()}
        left_out += [item for item in items if item.nodeid in names]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]
    if config.option.seconds:  # what the device decides first, and of that a case of each test, then a second one ...
        config.stash[_WANTED].update(map(_folder, items))
        items.sort(key=lambda item: _shuffled(item.nodeid))
        cases: collections.Counter[str] = collections.Counter()
        order = {}
        for item in items:
            test = item.nodeid.partition("[")[0]
            order[item] = "device" not in getattr(item, "fixturenames", ()), cases[test]
            cases[test] += 1
        items.sort(key=order.__getitem__)


def pytest_collection_finish() -> None:
    # Twenty thousand tests and torch's modules stay to the end, and the compiler makes millions of objects beside them.
    gc.freeze()
    gc.set_threshold(50_000)


def _shuffled(name: str) -> bytes:
    return hashlib.md5(name.encode(), usedforsecurity=False).digest()


def _folder(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0].rpartition("/")[0]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    deadline = item.config.option.deadline
    if deadline and time.time() > deadline:
        item.session.shouldstop = _OVER  # to skip what is left, twenty thousand reports, would take a minute
        return True
    item.config.stash[_BEGUN][_folder(item)] += 1
    return None


def pytest_runtest_logfinish(nodeid: str) -> None:
    """End a process of xdist's in which a kernel has left nothing usable: the test is named, the others go on."""
    if "PYTEST_XDIST_WORKER" in os.environ and torch.version.cuda and torch.cuda.is_initialized():
        try:
            torch.cuda.synchronize()
        except RuntimeError:
            os._exit(1)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    wanted, begun = getattr(node, "workeroutput", {}).get("counts", ({}, {}))
    node.config.stash[_WANTED] |= wanted
    node.config.stash[_BEGUN] += begun


_OVER = "the time is over"
_WANTED = pytest.StashKey[collections.Counter[str]]()  # tests by folder, of all processes
_BEGUN = pytest.StashKey[collections.Counter[str]]()
_NO_GPU = pytest.StashKey[int]()
_EMULATED = pytest.StashKey[bool]()


class Record:
    """Writes the tests that were run to a file, a line each: outcome and name."""

    def __init__(self, path: str) -> None:
        self.path = path

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if (report.when == "call" or not report.passed) and report.when != "teardown":
            with open(self.path, "a") as file:
                file.write(f"{report.outcome} {report.nodeid}\n")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    stash = session.config.stash
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["counts"] = dict(stash[_WANTED]), dict(stash[_BEGUN])
    elif session.config.option.seconds and exitstatus == pytest.ExitCode.INTERRUPTED and stash[_WANTED]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED if session.testsfailed else pytest.ExitCode.OK
    if session.config.option.done and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:  # all were run before
        session.exitstatus = pytest.ExitCode.OK


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if count := config.stash.get(_NO_GPU, 0):
        terminalreporter.write_line(f"{count} tests need a GPU and were left out")
    late = config.stash[_WANTED] - config.stash[_BEGUN]
    for folder, count in sorted(late.items()):
        terminalreporter.write_line(f"left out, as the time was over: {count} tests of {folder}")
    if late:
        total = config.stash[_WANTED].total()
        terminalreporter.write_line(f"left out, as the time was over: {late.total()} tests of {total} in all")


@pytest.fixture(scope="session")
def device(request: pytest.FixtureRequest) -> torch.device:
    return torch.device(request.config.getoption("--device"))


@pytest.fixture(autouse=True)
def place(request: pytest.FixtureRequest) -> object:
    knows = "device" in request.fixturenames or {"gpu", "cpu"} & set(request.keywords)
    if not request.config.option.moved or knows or "compile" in request.node.name:  # Dynamo reads the tests' code
        yield
        return
    from tests.placement import moved

    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    with moved(torch.device(request.config.getoption("--device")), request.module, parameters):
        yield


@pytest.fixture(autouse=True)
def fresh_compiler() -> object:
    yield
    if compiler := sys.modules.get("torch._dynamo"):  # to load it takes seconds
        compiler.reset()
