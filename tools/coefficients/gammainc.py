"""Make the table of `csrc/special/detail/gammainc_tables.h`: the Taylor coefficients behind the uniform expansion.

Run as ``python tools/coefficients/gammainc.py > csrc/special/detail/gammainc_tables.h``. With
:math:`eta^2 / 2 = mu - log(1 + mu)` (DLMF 8.12.1) the function is ``f(eta) = eta / mu``, analytic for
``|eta| < 2 sqrt(pi)``. From ``mu' = eta (1 + mu) / mu = f + eta`` and ``mu f = eta`` the coefficients of both follow by
recurrence, exactly.
"""

from __future__ import annotations

from fractions import Fraction

COUNT = 36


def coefficients(count: int) -> list[Fraction]:
    """Return f_0, ..., f_(count-1)."""
    mu = [Fraction(0), Fraction(1)]
    f = [Fraction(1)]
    for n in range(1, count):
        below = -sum(mu[k] * f[n + 1 - k] for k in range(2, n + 1)) + (1 if n == 1 else 0)
        mu.append(below / (n + 2))
        f.append((n + 1) * mu[n + 1] - (1 if n == 1 else 0))
    return f


def main() -> None:
    print("// Made by tools/coefficients/gammainc.py; do not edit.")
    print('#pragma once\n#include "core/platform.h"\n\n// clang-format off\n')
    print("namespace sci {\nnamespace detail {\nnamespace gammainc_tables {\n")
    print("/// eta / (lambda - 1) = sum f_n eta^n, eta^2 / 2 = lambda - 1 - log lambda (DLMF 8.12.1).")
    print("SCI_HD const double* uniform_taylor() {\n  SCI_TABLE(double, c) = {")
    texts = [f"{float(x):.17e}" for x in coefficients(COUNT)]
    for i in range(0, COUNT, 4):
        print("      " + ", ".join(texts[i : i + 4]) + ",")
    print("  };\n  return c;\n}")
    print("\n}  // namespace gammainc_tables\n}  // namespace detail\n}  // namespace sci")


if __name__ == "__main__":
    main()
