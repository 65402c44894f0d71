"""`precompile`: which kernels it chooses, that processes fill the cache with them, and its errors."""

from __future__ import annotations

import pathlib

import pytest
import torch

import sci
from sci._core import precompile as module
from sci._core import runtime

runtime.load_library()
ALL = (torch.float32, torch.float64, torch.complex64, torch.complex128)
DOMAINS = ("fft", "interpolate", "linalg", "sparse", "special")


def names(domains: tuple[str, ...], dtypes: tuple[torch.dtype, ...]) -> list[str]:
    listed = torch.ops.sci._kernels().splitlines()
    return [listed[i] for i in module.kernels(domains, dtypes)]


def test_every_kernel_has_one_domain_and_one_dtype_at_least() -> None:
    every = set(range(len(torch.ops.sci._kernels().splitlines())))
    by_domain = [set(module.kernels((domain,), ALL)) for domain in DOMAINS]
    assert set().union(*by_domain) == every
    assert all(by_domain)
    assert set().union(*(module.kernels(DOMAINS, (dtype,)) for dtype in ALL)) == every


def test_dtypes_choose() -> None:
    real, plane = names(("special",), (torch.float32,)), names(("special",), (torch.complex64,))
    assert "run<sci::Elementwise<sci::call_erf, float, 1, float>>" in real
    assert not [name for name in real if "double" in name or "complex" in name]
    # A kernel without a dtype in its name serves every one.
    typed = [name for name in plane if any(kind in name for kind in ("float", "double", "complex"))]
    assert typed and all("complex<float>" in name for name in typed)
    assert len(names(("special",), ALL)) > len(real) + len(plane)


def test_what_takes_most_comes_last() -> None:
    listed = names(("linalg", "special"), ALL)
    early, late = (
        [i for i, name in enumerate(listed) if any(f"call_{one}," in name for one in some)]
        for some in (("jv", "hankel2"), ("jv_dv2", "spheroidal_ang1_cv_d2"))
    )
    assert "Elementwise" not in listed[0]
    assert early and late and max(early) < min(late)


@pytest.mark.skipif(not torch.ops.sci._nvrtc_version(), reason="NVRTC is not installed")
@pytest.mark.parametrize("jobs", [1, 2])
def test_cache_is_filled(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    two = [i for i, name in enumerate(torch.ops.sci._kernels().splitlines()) if "call_erfinv," in name][:2]
    monkeypatch.setattr(module, "kernels", lambda domains, dtypes: two)
    monkeypatch.setenv("SCI_CACHE", str(tmp_path))
    paths = str(runtime.source_path()), "\n".join(runtime.nvrtc_candidates())
    torch.ops.sci._configure(paths[0], str(tmp_path), paths[1])
    try:
        assert sci.precompile("special", torch.float32, arch="sm_90", jobs=jobs) == 2
    finally:
        monkeypatch.undo()
        torch.ops.sci._configure(paths[0], str(runtime.cache_path()), paths[1])
    assert len(list(tmp_path.rglob("*.cubin"))) == 2


def test_errors_name_the_argument() -> None:
    with pytest.raises(ValueError, match=r"domain must be of fft, .*, got 'specials'"):
        sci.precompile("specials", arch="sm_90")
    with pytest.raises(ValueError, match=r"dtypes must be of float32, .*, got torch.int64"):
        sci.precompile("special", torch.int64, arch="sm_90")
    with pytest.raises(ValueError, match="arch must be an architecture such as 'sm_90', got '90'"):
        sci.precompile("special", arch="90")
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="arch must be given where there is no CUDA device"):
            sci.precompile("special")
