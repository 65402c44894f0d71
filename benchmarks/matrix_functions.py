"""Functions of matrices and matrix equations: n = 500, batches of 8 x 8, and a Toeplitz system."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from benchmarks.cases import Case, Context, present
from benchmarks.linalg_tables import loop


def cases(context: Context) -> Iterator[Case]:
    """Yield rows; of functions that take SciPy long, fewer matrices, since it takes them one by one anyway."""

    def matrices(*shape: int) -> Tensor:
        eye = torch.eye(shape[-1], dtype=torch.float64, device=context.device)
        return context.randn(*shape) / shape[-1] ** 0.5 + 3 * eye

    one = matrices(500, 500)
    large: dict[str, Callable[..., Any] | None] = {"expm": torch.linalg.matrix_exp, "sqrtm": None, "logm": None}
    for name, torch_call in large.items():
        yield from present(context.case(f"linalg.{name}", "500 x 500", one, torch_call=torch_call))
    for size in (0.1, 1, 10, 100):
        x = context.randn(500, 500)
        x = x * (size / torch.linalg.matrix_norm(x, 1))
        yield from present(
            context.case("linalg.expm", f"500 x 500, norm {size}", x, torch_call=torch.linalg.matrix_exp)
        )
    many, fewer, few = context.many(10_000), 1000, 100
    eye = torch.eye(8, dtype=torch.float64, device=context.device)
    general, other = matrices(many, 8, 8), matrices(many, 8, 8)
    positive = general @ general.mT + eye
    rows: list[tuple[str, int, tuple[Tensor, ...]]] = [
        ("expm", many, (general,)),
        ("sqrtm", many, (general,)),
        ("sqrtm", many, (positive,)),
        ("logm", fewer, (general,)),
        ("cosm", many, (general,)),
        ("signm", few, (general - 2 * eye,)),
        ("solve_sylvester", fewer, (general / 8, other, positive)),
        ("solve_continuous_lyapunov", fewer, (general, positive)),
        ("solve_discrete_lyapunov", fewer, (general / 8, positive)),
        ("solve_continuous_are", fewer, (general / 8, other, positive, positive)),
        ("solve_discrete_are", fewer, (general / 8, other, positive, positive)),
    ]
    for name, count, tensors in rows:
        parts = [x[:count].contiguous() for x in tensors]
        note = ", positive definite" if tensors[0] is positive else ""
        torch_call = torch.linalg.matrix_exp if name == "expm" else None
        one_by_one = loop(f"linalg.{name}")
        arguments = f"{count} of 8 x 8{note}"
        yield from present(
            context.case(f"linalg.{name}", arguments, *parts, torch_call=torch_call, scipy_call=one_by_one)
        )
    column = 1 / (1 + torch.arange(4000, dtype=torch.float64, device=context.device)) + 0.1
    column[0] += 4
    yield from present(context.case("linalg.solve_toeplitz", "n = 4000", column, context.randn(4000)))
