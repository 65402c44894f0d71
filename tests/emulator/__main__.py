"""Run a module on the emulated GPU: ``python -m tests.emulator benchmarks bars --device cuda --quick``."""

from __future__ import annotations

import runpy
import sys

from tests import emulator

emulator.start()
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
