"""The functions that a CUDA kernel is made of, the largest first: ``python -m tools.kernel_functions REGEX``.

Prints, for each kernel whose name matches, instructions of PTX, calls and name of its functions. What stands in a
function many times (a gamma function at six places) is there as many times its size: `SCI_HD_LARGE` makes a function
of it. The time NVRTC takes goes with these numbers.
"""

from __future__ import annotations

import argparse
import pathlib
import re
import subprocess
import tempfile

import torch

from sci._core import runtime

FUNCTION = re.compile(r"^(?:\.visible |\.weak )?\.(?:func|entry)\s*(?:\([^)]*\)\s*)?(\w+)[^{;]*\{(.*?)^\}", re.S | re.M)


def functions(ptx: str) -> list[tuple[int, int, str]]:
    """Return instructions (and declarations), calls and linker's name of each function."""
    found = [(name, body.count(";")) for name, body in FUNCTION.findall(ptx)]
    return sorted(((size, len(re.findall(rf"\b{name},", ptx)), name) for name, size in found), reverse=True)


def readable(names: list[str]) -> list[str]:
    """Return names as the source has them."""
    result = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, text=True, check=True)
    return [re.sub(r"\bsci::(detail::)?", "", name) for name in result.stdout.splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("regex", help="which kernels, as in `python -m tools.compile_kernels --match`")
    parser.add_argument("--most", type=int, default=8, help="functions shown of a kernel")
    options = parser.parse_args()
    runtime.load_library()
    with tempfile.TemporaryDirectory() as folder:
        image = pathlib.Path(folder) / "kernel.ptx"
        for i, kernel in enumerate(torch.ops.sci._kernels().splitlines()):
            if not re.search(options.regex, kernel):
                continue
            torch.ops.sci._compile_kernels(str(i), "ptx", False, str(image))
            found = functions(image.read_text())
            print(f"{kernel}: {sum(size for size, *_ in found)}")
            names = readable([name for *_, name in found[: options.most]])
            for (size, calls, _), name in zip(found, names, strict=False):
                print(f"{size:8} {calls:3} {name[:100]}")


if __name__ == "__main__":
    main()
