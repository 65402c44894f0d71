"""Compiled complex calls: conjugate views inside kernels and between operators must count."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from sci.linalg import cho_factor, cho_solve, cholesky, eigh, schur, solve_triangular, sqrtm
from tests.linalg.linalg_matrices import positive, random

A = random(3, 3, dtype=torch.complex128) + 3 * torch.eye(3)
B = positive(3, 3, dtype=torch.complex128)

CALLS: dict[str, Any] = {
    "generalised values": lambda a: eigh(a, B, lower=False)[0],
    "factor of an adjoint": lambda a: cholesky((a @ a.mH).mH, lower=True),
    "triangular with an adjoint": lambda a: solve_triangular(a.mH, a.conj(), trans=2),
    "solve": lambda a: cho_solve(cho_factor(a @ a.mH), a.mH),
    "root of an adjoint": lambda a: sqrtm(a.mH),
    "Schur form of a conjugate": lambda a: schur(a.conj())[0].abs(),
    "complex form of a real matrix": lambda a: schur(a.real, output="complex")[0].abs(),
}


@pytest.mark.parametrize("name", CALLS)
def test_compiled_is_eager(name: str) -> None:
    run = torch.compile(CALLS[name], fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(run(A), CALLS[name](A))
    torch.testing.assert_close(run(A.conj()), CALLS[name](A.conj()))
