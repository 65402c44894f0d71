"""Coefficients in csrc/special/gaussian.h: exp(r) = 1 + r + r^2 P(r) for |r| <= log(2) / 2, and log 2 in two parts."""

import mpmath as mp

mp.mp.dps = 50


def remainder(r):
    """Return (exp(r) - 1 - r) / r^2."""
    return mp.hyp1f1(1, 3, r) / 2


def interpolate(f, a, b, count):
    """Return the monomial coefficients of the interpolant of f in the Chebyshev points of [a, b]."""
    points = [(a + b) / 2 + (b - a) / 2 * mp.cos(mp.pi * (2 * k + 1) / (2 * count)) for k in range(count)]
    matrix = mp.matrix(count, count)
    for i, x in enumerate(points):
        for j in range(count):
            matrix[i, j] = x**j
    return list(mp.lu_solve(matrix, mp.matrix([f(x) for x in points])))


def main():
    half = mp.log(2) / 2 * mp.mpf("1.0001")  # the nearest multiple is found in rounded arithmetic
    for name, count in (("float", 5), ("double", 10)):
        c = interpolate(remainder, -half, half, count)
        error = max(
            abs(r * r * (mp.polyval(c[::-1], r) - remainder(r)) / mp.exp(r)) for r in mp.linspace(-half, half, 99)
        )
        print(name, [mp.nstr(x, 18) for x in c], "relative error", mp.nstr(error, 2))
    for name, bits in (("float", 12), ("double", 32)):
        high = mp.floor(mp.log(2) * 2**bits) / 2**bits
        print(name, "log 2 =", mp.nstr(high, 20), "+", mp.nstr(mp.log(2) - high, 20))


if __name__ == "__main__":
    main()
