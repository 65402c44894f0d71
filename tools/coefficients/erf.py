"""Tables of csrc/special/detail/erf_tables.h and erfc_tables.h: `python tools/coefficients/erf.py FOLDER`.

* erf(x) / x - 1 for 0 <= x <= 1 as a polynomial in x^2 (Chebyshev interpolation in x^2; its error goes to stderr).
* Maclaurin's series of erf (DLMF 7.6.1), which on a disc is as good as any polynomial.
* erfc(x) on 88 intervals of length 1/16 from 1/2 on, in u in [-1, 1] of each, the constant in two parts.
"""

import pathlib
import sys

import mpmath as mp
from erfcx import HEAD, TAIL, accessor, interpolate, rounded

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


def middle_rows(kind, count):
    """Return the rows of erfc on [1/2, 6]: the constant's rest, the powers from u on, the constant."""
    out, largest = [], 0
    for index in range(8, 96):
        low, high = mp.mpf(index) / 16, mp.mpf(index + 1) / 16
        c = interpolate(mp.erfc, low, high, count)
        points = [(low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * j / 40) for j in range(41)]
        error = max(abs(mp.polyval(c[::-1], 32 * x - (2 * index + 1)) / mp.erfc(x) - 1) for x in points)
        largest = max(error, largest)
        constant = rounded(c[0], kind)
        out += [c[0] - constant, *c[1:], constant]
    print(f"erfc {kind}: relative error {mp.nstr(largest, 3)}", file=sys.stderr)
    return out


def main():
    out = HEAD.replace("erfcx.py", "erf.py")
    for kind, count in (("double", 12), ("float", 7)):
        c = near_zero(count)
        error = max(abs(mp.polyval(c[::-1], w) - _ratio(w)) for w in mp.linspace(mp.mpf("1e-9"), 1, 60))
        print(kind, "error", mp.nstr(error, 3), file=sys.stderr)
        comment = f"erf(x) / x - 1 on [-1, 1] in powers of x^2, {count} of them."
        out += accessor("erf_near_zero", comment, c, kind, kind) + "\n"
    for kind, count in (("double", 16), ("float", 9)):
        comment = f"erf(z) / z in powers of z^2: {count} terms of Maclaurin's series, for |z| < 0.8."
        out += accessor("erf_maclaurin", comment, maclaurin(count), kind, kind) + "\n"
    folder = pathlib.Path(sys.argv[1])
    (folder / "erf_tables.h").write_text(out.rstrip("\n") + "\n" + TAIL)
    out = HEAD.replace("erfcx.py", "erf.py")
    for kind, count in (("double", 12), ("float", 7)):
        comment = f"erfc on 88 intervals of length 1/16 from 1/2 on: rows of {count + 1}, as in erfcx_tables.h."
        out += accessor("erfc_middle", comment, middle_rows(kind, count), kind, kind) + "\n"
    (folder / "erfc_tables.h").write_text(out.rstrip("\n") + "\n" + TAIL)


if __name__ == "__main__":
    main()
