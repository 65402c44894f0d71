"""`show_config`: what a bug report should say of the installation."""

from __future__ import annotations

import platform
from typing import Any

import torch

from . import runtime
from .errors import host_routes_taken


def show_config(mode: str = "stdout") -> dict[str, Any] | None:
    """Print versions, device, threads, the kernel cache and the host routes taken so far.

    Parameters
    ----------
    mode : {"stdout", "dicts"}
        Print, or return a dictionary instead, as ``scipy.show_config`` does.

    Returns
    -------
    dict or None
        The configuration for ``mode="dicts"``.

    Raises
    ------
    ValueError
        For another mode.

    Examples
    --------
    >>> import sci
    >>> sci.show_config("dicts")["sci"] == sci.__version__
    True
    """
    if mode not in ("stdout", "dicts"):
        raise ValueError(f"show_config: mode must be 'stdout' or 'dicts', got {mode!r}")
    config = _collect()
    if mode == "dicts":
        return config
    width = max(map(len, config))
    for key, value in config.items():
        print(f"{key:<{width}}  {value}")
    return None


def _device() -> str:
    index = torch.cuda.current_device()  # initialises CUDA, which the driver wants before it answers
    return f"{torch.cuda.get_device_name(index)} ({torch.ops.sci._device_arch(index)})"


def _products() -> str:
    try:
        return torch.get_float32_matmul_precision()
    except RuntimeError:  # set by both of torch's ways
        return "not known to torch"


def _collect() -> dict[str, Any]:
    from sci import __version__

    runtime.load_library()
    trouble = torch.ops.sci._cache_trouble()
    return {
        "sci": __version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "threads": torch.get_num_threads(),
        "device": _device() if torch.cuda.is_available() else "CPU",
        "cuda": torch.version.cuda or "not in this torch",
        "nvrtc": torch.ops.sci._nvrtc_version() or "not found",
        "float32 products": _products(),
        "library": str(runtime.library_path()),
        "kernels": len(torch.ops.sci._kernels().splitlines()),
        "kernel cache": str(runtime.cache_path()) + (f" ({trouble})" if trouble else ""),
        "host routes taken": host_routes_taken() or "none",
    }
