"""Build the wheel: ``python -m tools.build_wheel`` writes ``dist/sci-VERSION-py3-none-manylinux_*.whl``.

auditwheel says which manylinux the compiled library fits and names the wheel so; torch's libraries stay outside, since
`import torch` has loaded them before.
"""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
TORCH_LIBRARIES = ("libtorch.so", "libtorch_cpu.so", "libtorch_cuda.so", "libc10.so")


def main() -> None:
    raw = ROOT / "build" / "wheel"
    shutil.rmtree(raw, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--wheel-dir", str(raw), str(ROOT)], check=True)
    (wheel,) = raw.glob("sci-*.whl")
    excluded = [part for name in TORCH_LIBRARIES for part in ("--exclude", name)]
    repair = [sys.executable, "-m", "auditwheel", "repair", *excluded, "-w", str(ROOT / "dist"), str(wheel)]
    subprocess.run(repair, check=True)
    (done,) = (ROOT / "dist").glob("sci-*manylinux*.whl")
    print(done.relative_to(ROOT))


if __name__ == "__main__":
    main()
