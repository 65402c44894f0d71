"""Tables of csrc/special/detail/erfcinv_tables.h: run it and put the output in the place of the file.

erfinv(x) / x in polynomials. Middle: in x^2 up to 9/16, on 16 intervals of one length (float: eight). Elsewhere as a
function of w = -log(1 - x^2): in w on eight intervals of length 1, and beyond w = 8 in s = sqrt(w) on four intervals of
length 0.825 from 2.8 on (float: two), and to the smallest complement 1 - x on eight of length 2.7 from 6.1 on (float:
three of length 2 from 4.45 on); all of these have one length, so that one look-up serves them. Chebyshev interpolation
in 60 digits; relative errors go to stderr. Each row: the rest of the constant, the powers from u on (u in [-1, 1]), the
rounded constant.
"""

import itertools
import sys

import mpmath as mp
from erfcx import HEAD, TAIL, accessor, interpolate, rounded

mp.mp.dps = 60
MIDDLE = {"double": (16, 9), "float": (8, 5)}
LENGTH = {"double": 15, "float": 7}
PARTS = {  # (of the root or not, start, width, rows)
    "double": ((False, "0", "1", 8), (True, "2.8", "0.825", 4), (True, "6.1", "2.7", 8)),
    "float": ((False, "0", "1", 8), (True, "2.8", "0.825", 2), (True, "4.45", "2", 3)),
}


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


def table(f, start, width, rows, count, kind):
    """Return the rows for f on intervals of one width."""
    edges = [mp.mpf(start) + i * mp.mpf(width) for i in range(rows + 1)]
    return [c for low, high in itertools.pairwise(edges) for c in row(f, low, high, count, kind)]


def main():
    out = HEAD.replace("erfcx.py", "erfcinv.py")
    for kind in ("double", "float"):
        rows, count = MIDDLE[kind]
        values = table(lambda q: ratio(-mp.log1p(-q)), "0", mp.mpf(9) / 16 / rows, rows, count, kind)
        out += accessor("erfcinv_middle", f"{rows} rows of {count + 1}, in x^2.", values, kind, kind) + "\n"
        count, values = LENGTH[kind], []
        for root, start, width, rows in PARTS[kind]:
            values += table((lambda s: ratio(s * s)) if root else ratio, start, width, rows, count, kind)
        title = f"{len(values) // (count + 1)} rows of {count + 1}, eight in w, the others in sqrt(w)."
        out += accessor("erfcinv_table", title, values, kind, kind) + "\n"
    print(out.rstrip("\n") + "\n" + TAIL, end="")


if __name__ == "__main__":
    main()
