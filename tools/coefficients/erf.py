"""Tables of csrc/special/detail/erf_tables.h: run it and put the output in the place of the file.

* erf(x) / x - 1 for 0 <= x <= 1 as a polynomial in x^2 (Chebyshev interpolation in x^2; its error goes to stderr).
* erfcx(x) for 1 <= x <= 6 as a polynomial in u = 14.4 / (x + 3) - 2.6, which runs over [-1, 1].
* Maclaurin's series of erf (DLMF 7.6.1), which on a disc is as good as any polynomial.
* (x + 3) erfcx(x) for 1 <= x <= 28 as a polynomial in u = A / (x + 3) - B, which runs over [-1, 1].
"""

import sys

import mpmath as mp
from erfcx import HEAD, TAIL, accessor, interpolate

mp.mp.dps = 60


def near_zero(count):
    """Return the coefficients of erf(sqrt(w)) / sqrt(w) - 1 in powers of w, on [0, 1]."""
    return _powers_of_w(interpolate(_ratio, mp.mpf(0), mp.mpf(1), count))


def _ratio(w):
    return mp.erf(mp.sqrt(w)) / mp.sqrt(w) - 1


def _powers_of_w(c):
    """Turn powers of u = 2 w - 1 into powers of w."""
    out = [mp.mpf(0)] * len(c)
    for k, a in enumerate(c):
        for j in range(k + 1):
            out[j] += a * mp.binomial(k, j) * mp.mpf(2) ** j * (-1) ** (k - j)
    return out


def maclaurin(count):
    """Return the coefficients of erf(z) / z in powers of z^2."""
    return [2 / mp.sqrt(mp.pi) * (-1) ** n / (mp.factorial(n) * (2 * n + 1)) for n in range(count)]


def beyond_1(u):
    """Return erfcx at the point that u stands for."""
    x = mp.mpf("14.4") / (u + mp.mpf("2.6")) - 3
    return mp.exp(x * x) * mp.erfc(x)


LOW, HIGH = mp.mpf(1) / 4, mp.mpf(1) / 31  # 1 / (x + 3) at the ends, x = 1 and 28


def right(u):
    """Return (x + 3) erfcx(x) at the point that u stands for."""
    x = 2 / (u * (LOW - HIGH) + LOW + HIGH) - 3
    return (x + 3) * mp.exp(x * x) * mp.erfc(x)


def main():
    out = HEAD.replace("erfcx.py", "erf.py")
    for kind, count in (("double", 12), ("float", 7)):
        c = near_zero(count)
        error = max(abs(mp.polyval(c[::-1], w) - _ratio(w)) for w in mp.linspace(mp.mpf("1e-9"), 1, 60))
        print(kind, "error", mp.nstr(error, 3), file=sys.stderr)
        comment = f"erf(x) / x - 1 on [-1, 1] in powers of x^2, {count} of them."
        out += accessor("erf_near_zero", comment, c, kind, kind) + "\n"
    for kind, count in (("double", 15), ("float", 8)):
        comment = f"erfcx(x) for 1 <= x <= 6 in powers of 14.4 / (x + 3) - 2.6, {count} of them."
        out += (
            accessor("erfcx_beyond_1", comment, interpolate(beyond_1, mp.mpf(-1), mp.mpf(1), count), kind, kind) + "\n"
        )
    for kind, count in (("double", 16), ("float", 9)):
        comment = f"erf(z) / z in powers of z^2: {count} terms of Maclaurin's series, for |z| < 0.8."
        out += accessor("erf_maclaurin", comment, maclaurin(count), kind, kind) + "\n"
    print("A, B:", mp.nstr(2 / (LOW - HIGH), 20), mp.nstr((LOW + HIGH) / (LOW - HIGH), 20), file=sys.stderr)
    for kind, count in (("double", 20), ("float", 11)):
        comment = f"(x + 3) erfcx(x) for 1 <= x <= 28 in powers of A / (x + 3) - B, {count} of them."
        out += accessor("erfc_right", comment, interpolate(right, mp.mpf(-1), mp.mpf(1), count), kind, kind) + "\n"
    print(out.rstrip("\n") + "\n" + TAIL, end="")


if __name__ == "__main__":
    main()
