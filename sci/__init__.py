"""SciPy for PyTorch tensors: CPU and CUDA, batched, differentiable.

``from sci import linalg`` where ``from scipy import linalg`` stood. The domains load when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from sci._core.checks import data_checks
from sci._core.config import show_config
from sci._core.errors import HostRouteWarning
from sci._core.precompile import precompile
from sci._core.version import __version__

if TYPE_CHECKING:
    from sci import fft, interpolate, linalg, sparse, special, testing


_DOMAINS = ("fft", "interpolate", "linalg", "sparse", "special", "testing")

__all__ = [
    "HostRouteWarning",
    "__version__",
    "data_checks",
    "fft",
    "interpolate",
    "linalg",
    "precompile",
    "show_config",
    "sparse",
    "special",
    "testing",
]


def __getattr__(name: str) -> Any:
    if name in _DOMAINS:
        return importlib.import_module(f"sci.{name}")
    raise AttributeError(f"module 'sci' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
