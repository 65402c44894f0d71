"""Dense linear algebra: single matrices and batches, of well-conditioned matrices."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from benchmarks.cases import Case, Context, find, present
from benchmarks.linalg_tables import bands, batches, large, loop, structures


def _cho_solve(context: Context, lower: Tensor, b: Tensor) -> Case:
    """Return the row of a function whose first argument is a pair."""
    calls: dict[str, Callable[[], Any]] = {}
    for peer in ("sci", *context.peers):
        function = find(peer, "linalg.cho_solve") if peer in ("sci", "scipy") else None
        if function is not None:
            c, right = (lower, b) if peer == "sci" else (lower.numpy(force=True), b.numpy(force=True))
            calls[peer] = functools.partial(function, (c, True), right)
        elif peer == "torch":
            calls[peer] = functools.partial(torch.cholesky_solve, b, lower)
    return Case("linalg.cho_solve", f"{lower.shape[-1]} x {lower.shape[-1]}", calls)


def cases(context: Context) -> Iterator[Case]:
    """Yield rows of factorizations, solves and matrix functions."""
    yield from batches(context)
    yield from large(context)
    yield from bands(context)
    yield from structures(context)
    shapes = context.sizes((1, 8), (1, 32), (1, 128), (1, 512)) + context.sizes(
        (10_000, 4), (10_000, 8), (1000, 16), (100, 64)
    )
    for batch, n in shapes:
        batch = context.many(batch)
        eye = torch.eye(n, dtype=torch.float64, device=context.device)
        general = context.randn(batch, n, n) / n**0.5 + 3 * eye
        positive = general @ general.mT + eye
        b = context.randn(batch, n, 2)
        lower = torch.linalg.cholesky(positive)
        args: dict[str, tuple[tuple[Tensor, ...], Callable[..., Any] | None, dict[str, Any]]] = {
            "cholesky": ((positive,), lambda a: torch.linalg.cholesky(a).mT, {}),
            "solve": ((general, b), torch.linalg.solve, {}),
            "solve_triangular": (
                (lower, b),
                lambda a, b: torch.linalg.solve_triangular(a, b, upper=False),
                {"lower": True},
            ),
            "inv": ((general,), torch.linalg.inv, {}),
            "det": ((general,), torch.linalg.det, {}),
            "lu": ((general,), torch.linalg.lu, {}),
            "qr": ((general,), torch.linalg.qr, {}),
            "svd": ((general,), torch.linalg.svd, {}),
            "eigh": ((positive,), torch.linalg.eigh, {}),
            "eig": ((general,), torch.linalg.eig, {}),
            "schur": ((general,), None, {}),
            "hessenberg": ((general,), None, {"calc_q": True}),
            "ldl": ((positive,), torch.linalg.ldl_factor, {}),
            "qr_multiply": ((general, general), None, {}),
            "expm": ((general,), torch.linalg.matrix_exp, {}),
            "logm": ((positive,), None, {}),
            "sqrtm": ((positive,), None, {}),
            "solve_sylvester": ((general, positive, general), None, {}),
            "solve_continuous_lyapunov": ((general, positive), None, {}),
            "solve_discrete_lyapunov": ((general / 8, positive), None, {}),
        }
        if batch == 1:  # LAPACK, one matrix after the other
            args["qz"] = ((general, positive), None, {})
        if batch == 1:
            yield _cho_solve(context, lower[0], b[0])
        for name, (tensors, torch_call, keywords) in args.items():
            if n > 200 and context.quick:
                continue
            one = [x[0] for x in tensors] if batch == 1 else list(tensors)
            yield from present(
                context.case(
                    f"linalg.{name}",
                    f"{n} x {n}" if batch == 1 else f"{batch} of {n} x {n}",
                    *one,
                    torch_call=torch_call,
                    scipy_call=None if batch == 1 else loop(f"linalg.{name}", **keywords),
                    **keywords,
                )
            )
