"""The build backend of ``pip install .``: setuptools, with the compiled library.

torch's headers are needed to compile. Where the Python at hand has torch, that one is used, so that nobody downloads a
second torch into an isolated build; only else is torch a requirement of the build.
"""

from __future__ import annotations

import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
from typing import Any

from setuptools import Distribution, build_meta
from setuptools.build_meta import *  # noqa: F403  (the hooks that stay as they are)
from setuptools.command import bdist_wheel as bdist_wheel_module
from setuptools.command.build_py import build_py

ROOT = pathlib.Path(__file__).resolve().parents[1]


def torch_folder() -> pathlib.Path | None:
    """Return the folder of torch: of this environment, or of the one an isolated build was started from."""
    spec = importlib.util.find_spec("torch")
    if spec and spec.submodule_search_locations:
        return pathlib.Path(spec.submodule_search_locations[0])
    outside = pathlib.Path(sysconfig.get_paths()["purelib"], "torch")
    return outside if (outside / "include" / "torch").is_dir() else None


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """Ask for torch only where there is none."""
    return [*build_meta.get_requires_for_build_wheel(config_settings), *([] if torch_folder() else ["torch>=2.11"])]


get_requires_for_build_editable = get_requires_for_build_wheel


class BinaryDistribution(Distribution):
    """A distribution with compiled code, though none of it is a Python extension."""

    def has_ext_modules(self) -> bool:
        return True


class BuildLibrary(build_py):
    """Compile the library and put it and the kernel headers, which NVRTC reads at run time, into the package."""

    def run(self) -> None:
        folder = torch_folder()
        if folder is None:
            raise SystemExit("sci: no torch to build against")
        jobs = str(os.cpu_count() or 1)
        subprocess.run(
            ["make", "-C", str(ROOT / "csrc"), f"-j{jobs}", f"PYTHON={sys.executable}", f"TORCH={folder}"], check=True
        )
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)  # a module that is gone since must not come along
        super().run()
        if not self.editable_mode:
            package = pathlib.Path(self.build_lib, "sci")
            shutil.copy2(ROOT / "sci" / "_core" / "libsci.so", package / "_core")
            for header in (ROOT / "csrc").rglob("*.h"):
                to = package / "csrc" / header.relative_to(ROOT / "csrc")
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(header, to)
            for table in (ROOT / "tests").glob("*/tables/*.csv"):  # for `python -m sci selfcheck`
                to = package / "testing" / "reference" / table.parts[-3] / table.name
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(table, to)


class Wheel(bdist_wheel_module.bdist_wheel):
    """One wheel for every Python: the library has no Python symbols."""

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]
