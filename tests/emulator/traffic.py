"""What kernels move through global memory: ``python -m tests.emulator.traffic [QR ...]``, for small matrices.

Prints a Markdown table: bytes per matrix as the emulated device counts them (`counted_traffic`) beside the least,
inputs and results once. ``python -m tests.emulator.traffic product`` is of sparse products: bytes per row; ``long`` of
those with a long row.
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
    from sci.linalg._small_systems import LOWER, PLAIN  # which loads the library: the emulator comes first

    ops = torch.ops.sci

    def solve(a: Tensor, kind: int, columns: int = 1) -> tuple[Tensor, ...]:
        b = a[..., :columns].contiguous()
        return a, b, *ops._solve_small(a, b, kind, True, True)

    def gradient(a: Tensor) -> tuple[Tensor, ...]:
        x, g = a[..., :1].contiguous(), a[..., 1:2].contiguous()
        return a, x, g, *ops._solve_small_gradient(a, x, g, PLAIN)

    def triangle(a: Tensor, twice: bool, columns: int = 4) -> tuple[Tensor, ...]:
        b = a.repeat(1, 1, 2)[..., :columns].contiguous()
        return a, b, *ops._triangle_small(a, b, 0, True, False, twice, True)

    def triangle_gradient(a: Tensor, twice: bool, columns: int = 4) -> tuple[Tensor, ...]:
        x, g = (a.repeat(1, 1, 3)[..., k : k + columns].contiguous() for k in (0, 1))
        return a, x, g, *ops._triangle_small_gradient(a, x, g, 0, True, False, twice)

    def with_factors(a: Tensor, columns: int = 4) -> tuple[Tensor, ...]:
        lu, pivots, _, _ = (x.cuda() for x in ops._lu_small(a.cpu()))
        b = a.repeat(1, 1, 2)[..., :columns].contiguous()
        return lu, pivots, b, *ops._lu_solve_teams(lu, pivots, b, 0, True)

    return {
        "QR": lambda a: (a, *ops._qr_small(a)),
        "LU": lambda a: (a, *ops._lu_small(a)),
        "Cholesky": lambda a: (a, *ops._cholesky_small(a, True)),
        "determinant": lambda a: (a, ops._det_small(a)),
        "solve, one column": lambda a: solve(a, PLAIN),
        "solve, positive definite": lambda a: solve(a, LOWER),
        "its gradient": gradient,
        "inverse": lambda a: (a, *ops._solve_small(a, None, PLAIN, True, True)),
        "triangle, 4 columns": lambda a: triangle(a, False),
        "Cholesky's factors, 4 columns": lambda a: triangle(a, True),
        "gradients of a triangle": lambda a: triangle_gradient(a, False),
        "gradients of Cholesky's factors": lambda a: triangle_gradient(a, True),
        "LU factors, 4 columns": with_factors,
        "eigh": lambda a: (a, *ops._eigh_small(a, True)),
        "eigvalsh": lambda a: (a, *ops._eigh_small(a, True, False)),
        "svd": lambda a: (a, *ops._svd_small(a)),
        "expm": lambda a: (a, ops._expm_team(a)),
        "svdvals": lambda a: (a, *ops._svd_small(a, vectors=False)),
    }


def products() -> None:
    """Print what products of sparse matrices with several columns move, beside entries, their rows of x, and y once."""
    from sci.sparse import csr_array

    side = 32
    n = side * side
    place = torch.arange(n)
    stencil = torch.zeros(n, n, dtype=torch.float64)
    for step, inside in ((1, place % side < side - 1), (side, place < n - side)):
        at = place[inside]
        stencil[at, at + step] = stencil[at + step, at] = -1
    stencil += 4 * torch.eye(n, dtype=torch.float64)
    torch.manual_seed(0)
    random = torch.rand(n, n, dtype=torch.float64)
    random = torch.where(random < 32 / n, random, 0)
    print("| matrix | columns | bytes a row | of entries, x and y | ratio |\n|---|---|---|---|---|")
    for name, dense in (("five-point stencil", stencil), ("32 entries a row", random)):
        A = csr_array(dense)
        A = csr_array((A.data, A.indices.int(), A.indptr.int()), shape=A.shape).to("cuda")
        for columns in (2, 4, 8, 32, 128):
            x = torch.rand(n, columns, dtype=torch.float64).cuda()
            with emulator.counted_traffic() as moved:
                _ = A @ x
            least = A.nnz * (12 + 8 * columns) + n * (4 + 8 * columns)
            print(f"| {name} | {columns} | {moved[0] / n:.0f} | {least / n:.0f} | {moved[0] / least:.2f} |", flush=True)


def long_rows() -> None:
    """Print what a product moves in which one row is long, and three entries are in the others, beside all once."""
    from sci.sparse import csr_array

    n = 4096
    print("| entries of the row | columns | launches | bytes | entries, x and y | ratio |\n|---|---|---|---|---|---|")
    for entries in (4096, 20_000, 200_000):
        counts = torch.full((n,), 3)
        counts[n // 3] = entries
        starts = torch.cat([torch.zeros(1, dtype=torch.int32), counts.cumsum(0, dtype=torch.int32)])
        size = int(starts[-1])
        torch.manual_seed(0)
        columns_of = torch.randint(n, (size,), dtype=torch.int32)
        A = csr_array((torch.rand(size, dtype=torch.float64), columns_of, starts), shape=(n, n)).to("cuda")
        for columns in (1, 8):
            x = torch.rand(n, columns, dtype=torch.float64).cuda()
            emulator.launches()
            with emulator.counted_traffic() as moved:
                _ = A @ x
            launches = len(emulator.launches())
            least = size * (12 + 8 * columns) + n * (4 + 8 * columns)
            print(f"| {entries} | {columns} | {launches} | {moved[0]} | {least} | {moved[0] / least:.2f} |", flush=True)


def main() -> None:
    emulator.start()
    from sci._core import runtime

    runtime.load_library()
    chosen = sys.argv[1:]
    if chosen == ["product"]:
        return products()
    if chosen == ["long"]:
        return long_rows()
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
