"""Hands the build its two own commands; everything else stands in pyproject.toml."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "tools"))

from build_backend import BinaryDistribution, BuildLibrary, Wheel
from setuptools import setup

setup(distclass=BinaryDistribution, cmdclass={"build_py": BuildLibrary, "bdist_wheel": Wheel})
