"""What kernels of small matrices move through global memory: ``python -m tests.emulator.traffic [QR ...]``.

Prints a Markdown table: bytes per matrix as the emulated device counts them (`counted_traffic`) beside the least,
inputs and results once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import torch
from torch import Tensor

from tests import emulator

COUNT = 64
SIZES = (3, 8, 16, 32)


def matrices(n: int) -> Tensor:
    """Return well-conditioned positive definite matrices, so that nothing is done twice."""
    torch.manual_seed(n)
    a = torch.rand(COUNT, n, n, dtype=torch.float64) / n
    return (a @ a.mT + torch.eye(n, dtype=torch.float64)).cuda()


def operators() -> dict[str, Callable[[Tensor], tuple[Tensor, ...]]]:
    """Return a call per row of the table, which gives all that it has read and written."""
    ops = torch.ops.sci

    def solve(a: Tensor, b: Tensor) -> tuple[Tensor, ...]:
        lu, pivots, _, _ = ops._lu_small(a)
        return a, b, ops._lu_solve_small(lu, pivots, b, 0)

    return {
        "QR": lambda a: (a, *ops._qr_small(a)),
        "LU": lambda a: (a, *ops._lu_small(a)),
        "Cholesky": lambda a: (a, *ops._cholesky_small(a, True)),
        "determinant": lambda a: (a, ops._det_small(a)),
        "solve, one column": lambda a: solve(a, a[..., :1].contiguous()),
        "inverse": lambda a: (a, *ops._inverse_small(a)),
        "eigh": lambda a: (a, *ops._eigh_small(a, True)),
        "svd": lambda a: (a, *ops._svd_small(a)),
    }


def main() -> None:
    emulator.start()
    from sci._core import runtime

    runtime.load_library()
    chosen = sys.argv[1:]
    print("| function | n | bytes moved | least | ratio |\n|---|---|---|---|---|")
    for name, call in operators().items():
        if chosen and name not in chosen:
            continue
        for n in SIZES:
            a = matrices(n)
            with emulator.counted_traffic() as moved:
                parts = call(a)
            least = sum(x.numel() * x.element_size() for x in parts)
            print(
                f"| {name} | {n} | {moved[0] / COUNT:.0f} | {least / COUNT:.0f} | {moved[0] / least:.1f} |", flush=True
            )


if __name__ == "__main__":
    main()
