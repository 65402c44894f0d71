"""Write csrc/special/detail/kelvin_tables.h: python tools/coefficients/kelvin.py > FILE

Below: the power series of DLMF 10.65. Beyond: Chebyshev interpolation in 1/x of the factors of exp(-+z) of K_0 and K_1
on the ray arg z = pi/4 and, for the first kind, on the one opposite to it, arg z = -3 pi/4 (DLMF 10.34.2), where the
factors are as smooth. All constants of modulus and phase are in the tables.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bessel_order01 as order01
from mpmath import mp

#: Below: power series of the first and the second kind.
FIRST, SECOND = 6, 1


def series(name: str, below: int, term: Callable[[int], Any]) -> None:
    """Print term(k) (below/2)^(4 k) with alternating signs: the coefficients in u = (x/below)^4 <= 1."""
    scale = mp.mpf(below) ** 4 / 16
    for real, digits in (("double", 53), ("float", 24)):
        c: list[Any] = []
        while len(c) < 3 or abs(c[-1]) > mp.mpf(2) ** (-digits - 3):
            c.append((-1) ** len(c) * term(len(c)) * scale ** len(c))
        order01.show(name, real, c)


def hankel(n: int, z: Any) -> Any:
    """Return the asymptotic series of K_n(z) over (pi/(2 z))^(1/2) exp(-z), DLMF 10.40.2, for |z| > 60."""
    total = term = mp.mpf(1)
    k = 0
    while abs(term) > mp.eps:
        k += 1
        term *= (4 * n * n - (2 * k - 1) ** 2) / (8 * k * z)
        total += term
    return total


def second(n: int) -> Callable[[Any], Any]:
    """Return the factor of x^(-1/2) exp(-x e^(pi i/4)) in ker + i kei or its derivative, of 1/x."""
    turn = mp.expjpi(mp.mpf(1) / 4)
    limit = mp.sqrt(mp.pi / 2) * mp.expjpi(-mp.mpf(1) / 8)

    def factor(t: Any) -> Any:
        side = 1 if n == 0 else -turn
        if t < mp.mpf(1) / 60:
            return side * limit * (hankel(n, turn / t) if t > 0 else 1)
        x = 1 / t
        return side * mp.besselk(n, x * turn) * mp.sqrt(x) * mp.exp(x * turn)

    return factor


def first(n: int) -> Callable[[Any], Any]:
    """Return the factor of x^(-1/2) exp(x e^(pi i/4)) in ber + i bei or its derivative, without that of the second."""
    turn = mp.expjpi(mp.mpf(1) / 4)
    limit = mp.expjpi(-mp.mpf(1) / 8) / mp.sqrt(2 * mp.pi)

    def factor(t: Any) -> Any:
        side = 1 if n == 0 else turn
        if t < mp.mpf(1) / 60:
            return side * limit * (hankel(n, -turn / t) if t > 0 else 1)
        x = 1 / t
        z = x * turn
        with mp.workdps(2 * mp.dps):
            return side * (mp.besseli(n, z) + (-1) ** n * mp.besselk(n, z) / (mp.pi * 1j)) * mp.sqrt(x) * mp.exp(-z)

    return factor


def pair(name: str, f: Callable[[Any], Any], low: Any, high: Any) -> None:
    """Print the tables of both parts, each with the digits of its own."""
    order01.table(name + "_re", lambda t: mp.re(f(t)), low, high)
    order01.table(name + "_im", lambda t: mp.im(f(t)), low, high)


def main() -> None:
    print("// Kelvin functions: polynomials in u in [-1, 1], by tools/coefficients/kelvin.py.")
    print(
        '#pragma once\n#include "core/complex.h"\n#include "core/polynomial.h"\n\nnamespace sci {\nnamespace detail {\n'
    )
    print("// clang-format off")
    fac, h = mp.factorial, mp.harmonic
    series("kelvin_ber", FIRST, lambda k: 1 / fac(2 * k) ** 2)
    series("kelvin_bei", FIRST, lambda k: 1 / fac(2 * k + 1) ** 2)
    series("kelvin_berp", FIRST, lambda k: (2 * k + 2) / fac(2 * k + 2) ** 2)
    series("kelvin_beip", FIRST, lambda k: (2 * k + 1) / fac(2 * k + 1) ** 2)
    series("kelvin_ker", SECOND, lambda k: h(2 * k + 2) / fac(2 * k + 2) ** 2)
    series("kelvin_kei", SECOND, lambda k: h(2 * k + 1) / fac(2 * k + 1) ** 2)
    series("kelvin_kerp", SECOND, lambda k: (2 * k + 2) * h(2 * k + 2) / fac(2 * k + 2) ** 2)
    series("kelvin_keip", SECOND, lambda k: (2 * k + 1) * h(2 * k + 1) / fac(2 * k + 1) ** 2)
    third, eighth, sixth = mp.mpf(1) / 3, mp.mpf(1) / 8, mp.mpf(1) / FIRST
    for n in (0, 1):
        pair(f"kelvin_k{n}_low", second(n), third, 1)
        pair(f"kelvin_k{n}_middle", second(n), eighth, third)
        pair(f"kelvin_k{n}_far", second(n), 0, eighth)
        pair(f"kelvin_i{n}_middle", first(n), sixth / 3, sixth)
        pair(f"kelvin_i{n}_far", first(n), 0, sixth / 3)
    print("// clang-format on\n\n}  // namespace detail\n}  // namespace sci")


if __name__ == "__main__":
    main()
