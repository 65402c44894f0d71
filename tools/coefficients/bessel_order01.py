"""Write csrc/special/detail/bessel_order01_tables.h: python tools/coefficients/bessel_order01.py > FILE

Chebyshev interpolation of the smooth parts of Y, I and K of the orders 0 and 1, on intervals mapped to [-1, 1], cut
where the rest is below a quarter of an ulp of the largest value on the interval, as powers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath import mp

mp.dps = 45


def chebyshev(f: Callable[[Any], Any], low: Any, high: Any, count: int) -> list[Any]:
    """Coefficients of the Chebyshev interpolant of f on [low, high] by the discrete orthogonality of its nodes."""
    angles = [mp.pi * (2 * i + 1) / (2 * count) for i in range(count)]
    y = [f((low + high) / 2 + (high - low) / 2 * mp.cos(a)) for a in angles]
    c = [2 * mp.fsum(v * mp.cos(k * a) for v, a in zip(y, angles, strict=True)) / count for k in range(count)]
    c[0] /= 2
    return c


def powers(c: list[Any]) -> list[Any]:
    """Turn Chebyshev coefficients into those of powers, by T_{k+1} = 2 u T_k - T_{k-1}."""
    total = [mp.mpf(0)] * len(c)
    before, now = [mp.mpf(1)], [mp.mpf(0), mp.mpf(1)]
    for k, value in enumerate(c):
        t = before if k == 0 else now
        if k > 1:
            doubled = [mp.mpf(0), *(2 * x for x in now)]
            for i, x in enumerate(before):
                doubled[i] -= x
            before, now, t = now, doubled, doubled
        for i, x in enumerate(t):
            total[i] += value * x
    return total


def table(name: str, f: Callable[[Any], Any], low: Any, high: Any) -> None:
    """Print the coefficients for both precisions."""
    low, high = mp.mpf(low), mp.mpf(high)
    c = chebyshev(f, low, high, 46)
    size = max(abs(f(low + (high - low) * k / 8)) for k in range(1, 9))
    for real, digits in (("double", 53), ("float", 24)):
        n = len(c)
        while n > 2 and mp.fsum(abs(x) for x in c[n - 1 :]) < mp.mpf(2) ** (-digits - 2) * size:
            n -= 1
        show(name, real, powers(c[:n]))


def series(name: str, n: int) -> None:
    """Print the ascending series of I_n(x)/x^n in x^2/64 <= 1 (DLMF 10.25.2): all its terms are positive."""
    for real, digits in (("double", 53), ("float", 24)):
        c, k = [mp.mpf(2) ** -n], 0
        while k < 8 or c[-1] > mp.mpf(2) ** (-digits - 3) * mp.besseli(n, 8) / 8**n:
            k += 1
            c.append(c[-1] * 16 / (k * (k + n)))
        show(name, real, c)


def show(name: str, real: str, c: list[Any]) -> None:
    digits, mark, row = (20, "", 4) if real == "double" else (12, "f", 6)
    texts = [mp.nstr(x, digits) + mark for x in c]
    print(f"SCI_HD {real} {name}({real} u) {{")
    print(f"  SCI_TABLE({real}, c) = {{")
    for i in range(0, len(texts), row):
        print(f"      {', '.join(texts[i : i + row])},")
    print("  };\n  return horner(c, u);\n}")


def main() -> None:
    print("// Y, I and K of the orders 0 and 1: polynomials in u in [-1, 1], by tools/coefficients/bessel_order01.py.")
    print('#pragma once\n#include "special/detail/bessel_jy_common.h"\n\nnamespace sci {\nnamespace detail {\n')
    print("// clang-format off")
    tiny = mp.mpf(10) ** -18  # for the limit at 0; the smooth parts are even

    def even(g: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda w: g(mp.sqrt(w if w > 0 else tiny))

    def y(n: int) -> Callable[[Any], Any]:
        if n == 0:
            return lambda x: mp.bessely(0, x) - 2 / mp.pi * mp.log(x) * mp.besselj(0, x)
        return lambda x: (mp.bessely(1, x) - 2 / mp.pi * (mp.log(x) * mp.besselj(1, x) - 1 / x)) / x

    def k(n: int) -> Callable[[Any], Any]:
        if n == 0:
            return lambda x: mp.besselk(0, x) + mp.log(x) * mp.besseli(0, x)
        return lambda x: (mp.besselk(1, x) - 1 / x - mp.log(x) * mp.besseli(1, x)) / x

    def tail(f: Callable[[Any, Any], Any], n: int, sign: int) -> Callable[[Any], Any]:
        limit = mp.sqrt(mp.pi / 2) if sign > 0 else 1 / mp.sqrt(2 * mp.pi)
        return lambda t: mp.sqrt(1 / t) * mp.exp(sign / t) * f(n, 1 / t) if t > mp.mpf("1e-12") else limit

    third, eighth = mp.mpf(1) / 3, mp.mpf(1) / 8
    for n in (0, 1):
        table(f"bessel_y{n}_low", even(y(n)), 0, 16)
        table(f"bessel_y{n}_high", even(y(n)), 16, 64)
        series(f"bessel_i{n}_near", n)
        table(f"bessel_i{n}_far", tail(mp.besseli, n, -1), 0, eighth)
        table(f"bessel_k{n}_near", even(k(n)), 0, 1)
        table(f"bessel_k{n}_low", tail(mp.besselk, n, 1), third, 1)
        table(f"bessel_k{n}_middle", tail(mp.besselk, n, 1), eighth, third)
        table(f"bessel_k{n}_far", tail(mp.besselk, n, 1), 0, eighth)
    print("// clang-format on\n\n}  // namespace detail\n}  // namespace sci")


if __name__ == "__main__":
    main()
