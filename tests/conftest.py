"""Settings of the whole test suite."""

from __future__ import annotations

import os
import pathlib
import sys

# Compiled graphs are cached by graph, not by derivative rule: a cached one would test yesterday's rule.
os.environ.setdefault("TORCHINDUCTOR_FORCE_DISABLE_CACHES", "1")

import pytest
import torch

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # tools and benchmarks, which are not installed

torch.set_num_threads(1)  # xdist has a process per core


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--device", default="cpu", choices=("cpu", "cuda"), help="where the tests' tensors live")
    parser.addoption("--all", action="store_true", help="run the long sweeps as well")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: a long sweep, run by `make test-all` (pytest --all) only")
    config.addinivalue_line("markers", "gpu: needs a GPU")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if "slow" in item.keywords and not config.getoption("--all")]
    if not torch.cuda.is_available():
        needs_gpu = [item for item in items if "gpu" in item.keywords and item not in left_out]
        config.stash[_NO_GPU] = len(needs_gpu)
        left_out += needs_gpu
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


_NO_GPU = pytest.StashKey[int]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if count := config.stash.get(_NO_GPU, 0):
        terminalreporter.write_line(f"{count} tests need a GPU and were left out")


@pytest.fixture(scope="session")
def device(request: pytest.FixtureRequest) -> torch.device:
    return torch.device(request.config.getoption("--device"))


@pytest.fixture(autouse=True)
def fresh_compiler() -> object:
    yield
    torch._dynamo.reset()
