"""The polynomials of csrc/core/wide.h: near-minimax, by interpolation in Chebyshev points. Prints them with their error.

exp   (e^r - 1 - r) / r^2            on |r| <= log(2)/2
log   (log(1+f) - 2s) / (2 s^3)      with s = f / (2+f), in powers of s^2, for 1+f in [sqrt(1/2), sqrt(2)]
sin   (sin r - r) / r^3              on |r| <= pi/4, in powers of r^2
cos   (cos r - 1 + r^2/2) / r^4      the same
exp2  (2^d - 1 - d log 2) / d^2      on |d| <= 1/2
sinc  (sinc r - 1) / r^2             on |r| <= 1/2, in powers of r^2, for special/sinc.h
"""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp

mp.mp.dps = 60


def fit(f: Callable[[mp.mpf], mp.mpf], low: mp.mpf, high: mp.mpf, count: int) -> tuple[list[mp.mpf], mp.mpf]:
    """Return the coefficients of the interpolant with `count` terms, and its largest error."""
    middle, half = (low + high) / 2, (high - low) / 2
    points = [middle + half * mp.cos((2 * i + 1) * mp.pi / (2 * count)) for i in range(count)]
    matrix = mp.matrix(count, count)
    for i, x in enumerate(points):
        for j in range(count):
            matrix[i, j] = x**j
    c = list(mp.lu_solve(matrix, mp.matrix([f(x) for x in points])))
    checks = [low + (high - low) * i / 400 for i in range(401)]
    return c, max(abs(mp.polyval(c[::-1], x) - f(x)) for x in checks)


def exp_rest(r: mp.mpf) -> mp.mpf:
    return sum(r**k / mp.factorial(k + 2) for k in range(45))


def log_rest(z: mp.mpf) -> mp.mpf:
    return sum(z**k / (2 * k + 3) for k in range(60))


def sin_rest(z: mp.mpf) -> mp.mpf:
    return sum((-1) ** (k + 1) * z**k / mp.factorial(2 * k + 3) for k in range(30))


def cos_rest(z: mp.mpf) -> mp.mpf:
    return sum((-1) ** k * z**k / mp.factorial(2 * k + 4) for k in range(30))


def exp2_rest(d: mp.mpf) -> mp.mpf:
    return sum(mp.log(2) ** (k + 2) * d**k / mp.factorial(k + 2) for k in range(45))


def sinc_rest(z: mp.mpf) -> mp.mpf:
    return sum((-1) ** (k + 1) * mp.pi ** (2 * k + 2) * z**k / mp.factorial(2 * k + 3) for k in range(40))


def main() -> None:
    r = mp.log(2) / 2 * mp.mpf("1.0001")
    s = (mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)
    q = (mp.pi / 4 * mp.mpf("1.0001")) ** 2
    d = mp.mpf("0.50005")
    for name, f, low, high, double, single in (
        ("exp", exp_rest, -r, r, 11, 6),
        ("log", log_rest, mp.mpf(0), s * s, 8, 4),
        ("sin", sin_rest, mp.mpf(0), q, 6, 4),
        ("cos", cos_rest, mp.mpf(0), q, 6, 4),
        ("exp2", exp2_rest, -d, d, 10, 5),
        ("sinc", sinc_rest, mp.mpf(0), mp.mpf("0.25"), 8, 5),
    ):
        for kind, count, digits in (("double", double, 20), ("float", single, 11)):
            c, error = fit(f, low, high, count)
            print(f"{name} {kind}, error {mp.nstr(error, 3)}:")
            print(", ".join(mp.nstr(x, digits) for x in c))


if __name__ == "__main__":
    main()
