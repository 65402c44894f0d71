"""Tables of csrc/special/detail/erfinv_tables.h: run it and put the output in the place of the file.

erfinv(x) / x as a function of w = -log(1 - x^2): a polynomial in w up to 6.25, and beyond it in sqrt(w), on [2.5, 4] and
[4, 6.07] (float: on [2.5, 4.1]); for the least probabilities on further intervals. Chebyshev interpolation in 60
digits, in powers of u in [-1, 1]; relative errors go to stderr.
"""

import sys

import mpmath as mp
from erfcx import HEAD, TAIL, accessor, interpolate

mp.mp.dps = 60
PIECES = {
    "double": (
        ("center", "w", "0", "6.25", 25),
        ("tail", "sqrt(w)", "2.5", "4", 21),
        ("end", "sqrt(w)", "4", "6.07", 19),
        ("low", "sqrt(w)", "6", "12.5", 22),
        ("lowest", "sqrt(w)", "12.5", "27.3", 22),
    ),
    "float": (
        ("center", "w", "0", "6.25", 13),
        ("tail", "sqrt(w)", "2.5", "4.1", 10),
        ("low", "sqrt(w)", "4", "10.2", 11),
    ),
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


def piece(f, low, high, count):
    """Return the polynomial for f on [low, high]."""
    c = interpolate(f, low, high, count)
    points = [mp.cos(mp.pi * j / 40) for j in range(41)]
    error = max(abs(mp.polyval(c[::-1], u) / f((low + high) / 2 + (high - low) / 2 * u) - 1) for u in points)
    print(f"[{mp.nstr(low, 4)}, {mp.nstr(high, 4)}]: relative error {mp.nstr(error, 3)}", file=sys.stderr)
    return c


def main():
    out = HEAD.replace("erfcx.py", "erfinv.py")
    for kind, pieces in PIECES.items():
        for name, variable, low, high, count in pieces:
            f = ratio if variable == "w" else lambda s: ratio(s * s)
            comment = f"{count} powers, for {variable} in [{low}, {high}]."
            values = piece(f, mp.mpf(low), mp.mpf(high), count)
            out += accessor(f"erfinv_{name}", comment, values, kind, kind) + "\n"
    print(out.rstrip("\n") + "\n" + TAIL, end="")


if __name__ == "__main__":
    main()
