"""Tables of csrc/special/detail/erfcinv_tables.h: run it and put the output in the place of the file.

erfinv(x) / x as a function of w = -log(1 - x^2): polynomials in w on eight intervals of length 1, and beyond w = 8 in
s = sqrt(w) on four intervals of length 0.825 from 2.8 on (float: two), and to the smallest complement 1 - x on eight
of length 2.7 from 6.1 on (float: three of length 2 from 4.45 on). Chebyshev interpolation in 60 digits; relative
errors go to stderr. Each row: the rest of the constant, the powers from u on (u in [-1, 1]), the rounded constant.
"""

import sys

import mpmath as mp
from erfcx import HEAD, TAIL, accessor, interpolate, rounded

mp.mp.dps = 60
LENGTH = {"double": (12, 15), "float": (6, 7)}
ROWS = {"double": (8, 4), "float": (8, 2)}
FAR = {"double": (mp.mpf("6.1"), mp.mpf("2.7"), 8, 14), "float": (mp.mpf("4.45"), mp.mpf(2), 3, 7)}


def ratio(w):
    """Return erfinv(x) / x at x = sqrt(1 - exp(-w)), by Halley's iteration for erfc(y) = 1 - x."""
    if w == 0:
        return mp.sqrt(mp.pi) / 2
    x = mp.sqrt(-mp.expm1(-w))
    if w < 3:
        return mp.erfinv(x) / x
    complement = mp.exp(-w) / (1 + x)
    y = mp.sqrt(w - mp.log(mp.sqrt(mp.pi * w)))
    for _ in range(9):
        step = (mp.erfc(y) - complement) * mp.sqrt(mp.pi) / 2 * mp.exp(y * y)
        y += step / (1 - step * y)
    return y / x


def row(f, low, high, count, kind):
    """Return one row of a table for f on [low, high]."""
    c = interpolate(f, low, high, count)
    error = 0
    for j in range(41):
        u = mp.cos(mp.pi * j / 40)
        error = max(error, abs(mp.polyval(c[::-1], u) / f((low + high) / 2 + (high - low) / 2 * u) - 1))
    print(f"{kind} [{mp.nstr(low, 4)}, {mp.nstr(high, 4)}]: relative error {mp.nstr(error, 3)}", file=sys.stderr)
    constant = rounded(c[0], kind)
    return [c[0] - constant, *c[1:], constant]


def main():
    out = HEAD.replace("erfcx.py", "erfcinv.py")
    for kind in ("double", "float"):
        (center, tail), (rows, tail_rows) = LENGTH[kind], ROWS[kind]
        values = [c for i in range(rows) for c in row(ratio, mp.mpf(i), mp.mpf(i + 1), center, kind)]
        out += accessor("erfcinv_center", f"{rows} rows of {center + 1}, in w.", values, kind, kind) + "\n"
        start, width = mp.mpf("2.8"), mp.mpf("0.825")
        values = [
            c
            for i in range(tail_rows)
            for c in row(lambda s: ratio(s * s), start + i * width, start + (i + 1) * width, tail, kind)
        ]
        out += accessor("erfcinv_tail", f"{tail_rows} rows of {tail + 1}, in sqrt(w).", values, kind, kind) + "\n"
        start, width, rows, count = FAR[kind]
        values = [
            c
            for i in range(rows)
            for c in row(lambda s: ratio(s * s), start + i * width, start + (i + 1) * width, count, kind)
        ]
        out += accessor("erfcinv_far", f"{rows} rows of {count + 1}, in sqrt(w).", values, kind, kind) + "\n"
    print(out.rstrip("\n") + "\n" + TAIL, end="")


if __name__ == "__main__":
    main()
