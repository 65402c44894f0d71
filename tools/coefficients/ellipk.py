"""Coefficients of the complete elliptic integrals: ``python tools/coefficients/ellipk.py`` writes the table's header.

Each of K, E, B, D, S of csrc/special/ellipk.h is ``P(p) - log(p) Q(p)`` with polynomials P and Q in the complementary
parameter p = 1 - m over [0, 1]. P and Q are fitted together, by Lawson's iteration (reweighted least squares, which
tends to the best approximation in the maximum norm) for the relative error, at 240 points that crowd at p = 0. Apart,
each has a singularity at p = 1 and would need twice the degree.
"""

from __future__ import annotations

import pathlib

import mpmath as mp

ROOT = pathlib.Path(__file__).resolve().parents[2]
POINTS, SWEEPS = 240, 12
DEGREES = {
    "double": {"k": 10, "e": 10, "b": 11, "d": 11, "s": 12},
    "float": {"k": 4, "e": 4, "b": 5, "d": 5, "s": 6},
}


def ellipb(p: mp.mpf) -> mp.mpf:
    m = 1 - p
    return (mp.ellipe(m) - p * mp.ellipk(m)) / m if m else mp.pi / 4


def ellipd(p: mp.mpf) -> mp.mpf:
    m = 1 - p
    return (mp.ellipk(m) - mp.ellipe(m)) / m if m else mp.pi / 4


def ellips(p: mp.mpf) -> mp.mpf:
    m = 1 - p
    return (ellipd(p) - ellipb(p)) / m if m else mp.pi / 16


FUNCTIONS = {
    "k": lambda p: mp.ellipk(1 - p),
    "e": lambda p: mp.ellipe(1 - p),
    "b": ellipb,
    "d": ellipd,
    "s": ellips,
}


def fit(f, degree: int) -> tuple[list[mp.mpf], list[mp.mpf], mp.mpf]:
    """Return P, Q (constant terms first) and the largest relative error at the points."""
    points = [((1 - mp.cos(mp.pi * (2 * i + 1) / (2 * POINTS))) / 2) ** 3 for i in range(POINTS)]
    values = [f(p) for p in points]
    n = degree + 1
    rows = [[p**k / v for k in range(n)] + [-mp.log(p) * p**k / v for k in range(n)] for p, v in zip(points, values)]
    weights = [mp.mpf(1) / POINTS] * POINTS
    best = None
    for _ in range(SWEEPS):
        # Normal equations: the digits that they lose, the working precision has.
        normal = mp.matrix(2 * n, 2 * n)
        right = mp.matrix(2 * n, 1)
        for row, w in zip(rows, weights):
            for i in range(2 * n):
                right[i] += w * row[i]
                for j in range(i, 2 * n):
                    normal[i, j] += w * row[i] * row[j]
        for i in range(2 * n):
            for j in range(i):
                normal[i, j] = normal[j, i]
        solution = mp.lu_solve(normal, right)
        errors = [abs(1 - mp.fsum(a * b for a, b in zip(row, solution))) for row in rows]
        worst = max(errors)
        if best is None or worst < best[2]:
            best = (list(solution[:n]), list(solution[n:]), worst)
        total = mp.fsum(w * e for w, e in zip(weights, errors))
        weights = [w * e / total for w, e in zip(weights, errors)]
    return best


def main() -> None:
    mp.mp.dps = 110
    lines = [
        "// Written by tools/coefficients/ellipk.py: P and Q of P(p) - log(p) Q(p), constant terms first.",
        "#pragma once",
        '#include "core/polynomial.h"',
        "",
        "namespace sci {",
        "namespace detail {",
    ]
    for type_name, degrees in DEGREES.items():
        for name, degree in degrees.items():
            p, q, worst = fit(FUNCTIONS[name], degree)
            print(type_name, name, mp.nstr(worst, 3), "largest", mp.nstr(max(map(abs, p + q)), 3))
            for part, coefficients in (("p", p), ("q", q)):
                listed = ", ".join(mp.nstr(c, 20 if type_name == "double" else 10) for c in coefficients)
                lines += [
                    f"SCI_HD {type_name} ellip_{name}_{part}({type_name} x) {{",
                    f"  SCI_TABLE({type_name}, c) = {{{listed}}};",
                    "  return horner(c, x);",
                    "}",
                ]
    lines += ["}  // namespace detail", "}  // namespace sci", ""]
    (ROOT / "csrc" / "special" / "detail" / "ellipk_tables.h").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
