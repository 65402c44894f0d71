"""The compiled library: where it is, loading it, and what it is told at start."""

from __future__ import annotations

import os
import pathlib
import sysconfig

import torch

_HERE = pathlib.Path(__file__).resolve().parent
_loaded = False


def library_path() -> pathlib.Path:
    """Return the path of the compiled library."""
    return _HERE / "libsci.so"


def source_path() -> pathlib.Path:
    """Return the folder of the kernel headers: beside the package in a checkout, inside it in a wheel."""
    inside = _HERE.parent / "csrc"
    return inside if inside.is_dir() else _HERE.parents[1] / "csrc"


def cache_path() -> pathlib.Path:
    """Return the folder of compiled GPU kernels: SCI_CACHE, or ``sci`` in the user's cache folder."""
    own = os.environ.get("SCI_CACHE")
    if own:
        return pathlib.Path(own)
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "sci"


def nvrtc_candidates() -> list[str]:
    """Return names of NVRTC, and where NVIDIA's Python packages have put it for a torch that does not bring it along.

    The release of torch's own CUDA comes first: the driver may be too old for what a newer one makes. Of this the
    package comes before what the system has under the name, which may be older than the GPU.
    """
    releases = [
        release for release in dict.fromkeys(((torch.version.cuda or "").partition(".")[0], "13", "12")) if release
    ]
    folders = dict.fromkeys((sysconfig.get_paths()["purelib"], str(pathlib.Path(torch.__file__).parents[1])))
    found = [path for folder in folders for path in pathlib.Path(folder, "nvidia").glob("*/lib/libnvrtc.so.*")]
    found = [path for path in found if "alt" not in path.name]
    own = [str(path) for path in found if path.name.endswith(f".so.{releases[0]}")]
    return [*own, *(f"libnvrtc.so.{release}" for release in releases), *map(str, found)]


def load_library() -> None:
    """Load the compiled library, once."""
    global _loaded
    if _loaded:
        return
    if not library_path().is_file():
        text = f"sci's compiled library {library_path()} is missing; in a checkout run `make build`"
        raise ImportError(text)
    torch.ops.load_library(str(library_path()))
    torch.ops.sci._configure(str(source_path()), str(cache_path()), "\n".join(nvrtc_candidates()))
    _loaded = True
