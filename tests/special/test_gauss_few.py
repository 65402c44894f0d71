"""Gauss rules of few points: against mpmath's eigenvalues of the recurrence's matrix, and beside rules by the walk."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
import torch

from sci import special

F64 = torch.float64


def _rule(centres: Any, squares: Any, total: Any) -> tuple[list[Any], list[Any]]:
    """Nodes and weights of a Jacobi matrix (Golub and Welsch)."""
    n = len(centres)
    matrix = mpmath.mp.matrix(n, n)
    for k in range(n):
        matrix[k, k] = centres[k]
        if k:
            matrix[k, k - 1] = matrix[k - 1, k] = mpmath.mp.sqrt(squares[k - 1])
    values, vectors = mpmath.mp.eigsy(matrix)
    pairs = sorted((values[k], total * vectors[0, k] ** 2) for k in range(n))
    return [x for x, _ in pairs], [w for _, w in pairs]


@pytest.mark.parametrize("n", [1, 2, 5, 12])
@pytest.mark.parametrize(("alpha", "beta"), [(0.0, 0.0), (0.5, -0.75), (2.0**-10 - 1, 12.0), (0.0, 2.0**-20 - 1)])
def test_every_digit(n: int, alpha: float, beta: float) -> None:
    with mpmath.workdps(40):
        mp = mpmath.mp
        a, b = mp.mpf(alpha), mp.mpf(beta)
        s = a + b
        centres = [(b - a) / (s + 2)] + [(b - a) * s / ((2 * k + s) * (2 * k + s + 2)) for k in range(1, n)]
        squares = [4 * (1 + a) * (1 + b) / ((2 + s) ** 2 * (3 + s))] + [
            4 * k * (k + a) * (k + b) * (k + s) / ((2 * k + s) ** 2 * ((2 * k + s) ** 2 - 1)) for k in range(2, n)
        ]
        nodes, weights = _rule(centres, squares, mp.beta(a + 1, b + 1))
        x, w = special.roots_sh_jacobi(n, alpha + beta + 1, beta + 1, dtype=F64)
        for found, want in zip(x.tolist(), nodes, strict=True):
            assert abs(found - (1 + want) / 2) <= 3e-16 * (1 + want) / 2  # also beside 0
        for found, want in zip(w.tolist(), weights, strict=True):
            assert abs(found - want) <= 3e-15 * want


def test_the_walk_goes_on_where_few_points_end() -> None:
    # Interlacing of nodes of 32 points (the matrix) and 33 (the walk), and the same integrals.
    n = 32
    for rule, integrand in (
        (lambda k: special.roots_laguerre(k, dtype=F64), lambda x: torch.cos(x / 3)),
        (lambda k: special.roots_hermite(k, dtype=F64), lambda x: torch.cos(x)),
        (lambda k: special.roots_jacobi(k, 0.3, -0.6, dtype=F64), lambda x: torch.exp(x)),
        (lambda k: special.roots_sh_legendre(k, dtype=F64), lambda x: torch.sqrt(1 + x)),
    ):
        (x, w), (y, v) = rule(n), rule(n + 1)
        assert (y[:-1] < x).all() and (x < y[1:]).all()
        assert abs((w * integrand(x)).sum() / (v * integrand(y)).sum() - 1) < 1e-14


def test_symmetry_is_exact() -> None:
    for n in (3, 8, 31):
        for x, w in (special.roots_legendre(n, dtype=F64), special.roots_hermite(n, dtype=F64)):
            assert torch.equal(x, -x.flip(0)) and torch.equal(w, w.flip(0))
