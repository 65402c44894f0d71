"""Settings of the whole test suite."""

from __future__ import annotations

import collections
import faulthandler
import gc
import hashlib
import os
import pathlib
import sys
import time
from typing import IO, Any

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
    done, own = config.option.done, getattr(config, "workerinput", None)
    if own is None:  # with xdist, the process that hears of all, and tells others, late ones too, what holds for them
        seconds = config.option.seconds
        config.stash[_END] = time.time() + seconds if seconds else None
        config.stash[_BEFORE] = os.path.getsize(done) if done and os.path.exists(done) else 0
        config.pluginmanager.register(Record(done, config.stash[_BEGUN]))
    else:
        config.stash[_END], config.stash[_BEFORE] = own["end"], own["before"]
        if done and own["end"]:
            config.stash[_STUCK] = open(f"{done}.stuck", "a")  # noqa: SIM115 - until the process ends


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput |= {"end": node.config.stash[_END], "before": node.config.stash[_BEFORE]}


def _not_emulated(*_: Any, **__: Any) -> Any:
    pytest.skip("Dynamo asks a CUDA build of torch")


@pytest.hookimpl(trylast=True)  # of what -k has left
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # By marks: keywords have the names of folders, too, in which a checkout lies.
    left_out = [item for item in items if item.get_closest_marker("slow") and not config.getoption("--all")]
    if not torch.cuda.is_available():
        needs_gpu = [item for item in items if item.get_closest_marker("gpu") and item not in left_out]
        config.stash[_NO_GPU] = len(needs_gpu)
        left_out += needs_gpu
    if config.stash[_EMULATED]:
        from tests.emulator import LIMITS

        left_out += [item for item in items if "compile" in item.name]
        for name, reason in LIMITS.items():
            for item in items:
                if item.nodeid.startswith(f"tests/{name}"):
                    item.add_marker(pytest.mark.skip(reason=f"not emulated: {reason}"))
    if before := config.stash[_BEFORE]:
        with open(config.option.done, "rb") as file:
            lines = file.read(before).decode().splitlines()
        names = {line.partition(" ")[2].partition("\t")[0] for line in lines}
        left_out += [item for item in items if item.nodeid in names]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]
    if config.option.seconds:  # what the device decides first, and of that a case of each test, then a second one ...
        config.stash[_WANTED].update(_folder(item.nodeid) for item in items)
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


def _folder(nodeid: str) -> str:
    return nodeid.partition("::")[0].rpartition("/")[0]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    end = item.config.stash[_END]
    if end and time.time() > end:
        item.session.shouldstop = _OVER  # to skip what is left, twenty thousand reports, would take a minute
        return True
    if stuck := item.config.stash.get(_STUCK, None):
        faulthandler.dump_traceback_later(PATIENCE, exit=True, file=stuck)
    return None


def pytest_runtest_logfinish(nodeid: str) -> None:
    """End a process of xdist's in which a kernel has left nothing usable: the test is named, the others go on.

    One that hangs ends after `PATIENCE` seconds, and FILE.stuck has where it was.
    """
    faulthandler.cancel_dump_traceback_later()
    if "PYTEST_XDIST_WORKER" in os.environ and torch.version.cuda and torch.cuda.is_initialized():
        try:
            torch.cuda.synchronize()
        except RuntimeError:
            os._exit(1)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[_WANTED] |= getattr(node, "workeroutput", {}).get("wanted", {})


PATIENCE = 150.0  # seconds for a test of a run that has an end: the slowest kernels take a minute to compile
_OVER = "the time is over"
_WANTED = pytest.StashKey[collections.Counter[str]]()  # tests by folder, of all processes
_BEGUN = pytest.StashKey[collections.Counter[str]]()
_NO_GPU = pytest.StashKey[int]()
_EMULATED = pytest.StashKey[bool]()
_END = pytest.StashKey["float | None"]()  # the time of day after which no test begins
_BEFORE = pytest.StashKey[int]()  # bytes of the list of tests that were done when the first process began
_STUCK = pytest.StashKey[IO[str]]()


class Record:
    """Counts tests that are begun, and writes those that were run to a file, a line each: outcome, name and, behind a
    tab, what failed."""

    def __init__(self, path: str | None, begun: collections.Counter[str]) -> None:
        self.path, self.begun = path, begun

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.begun[_folder(nodeid)] += 1

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self.path and (report.when == "call" or not report.passed) and report.when != "teardown":
            with open(self.path, "a") as file:
                file.write(f"{report.outcome} {report.nodeid}{_cause(report)}\n")


def _cause(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = getattr(crash, "message", "") or (str(report.longrepr or "") if report.failed else "")
    return "\t" + text.splitlines()[0][:200] if text else ""


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    stash = session.config.stash
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["wanted"] = dict(stash[_WANTED])
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
    knows = "device" in request.fixturenames or any(map(request.node.get_closest_marker, ("gpu", "cpu")))
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
