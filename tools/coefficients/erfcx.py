"""Tables of csrc/special/detail/erfcx_tables.h and faddeeva_tables.h: `python tools/coefficients/erfcx.py FOLDER`.

* Real erfcx (n = 0) and ierfcx (n = 1): with f_n(x) = exp(x^2) i^n erfc(x) and t = 1/(x + 2), the smooth function
  f_n / t^(n+1) on each of ten intervals of t of length 1/16 (x >= -3/8), as a polynomial in the variable u in [-1, 1]
  of the interval. Chebyshev interpolation in 60 digits, turned into powers of u; the polynomials' errors are printed.
  The constant coefficient is split into its rounded value and the rest, so that it costs no accuracy.
* Complex: nodes and weights of the trapezoidal rules, and of Gauss-Hermite rules.
"""

import pathlib
import sys

import mpmath as mp

mp.mp.dps = 60

DIGITS = {"double": 53, "float": 24}
ROWS = 10
LENGTH = {(0, "double"): 11, (0, "float"): 6, (1, "double"): 12, (1, "float"): 6}  # coefficients of f_n, per type


def rounded(value, kind):
    """Return `value` rounded to the type."""
    with mp.workprec(DIGITS[kind]):
        return +mp.mpf(value)


def text(value, kind):
    """Return a C++ literal that rounds to the same number of the type."""
    return mp.nstr(mp.mpf(value), {"double": 20, "float": 11}[kind], min_fixed=-2, max_fixed=4) + (
        "f" if kind == "float" else ""
    )


def scaled_integral(n, x):
    """Return exp(x^2) i^n erfc(x) by the recurrence, with digits to spare for its cancellation (DLMF 7.18.7)."""
    with mp.workdps(60 + int(2 * (n + 1) * max(0, mp.log10(abs(x) + 1))) + 10):
        before, now = 2 / mp.sqrt(mp.pi), mp.exp(x * x) * mp.erfc(x)
        for k in range(n):
            before, now = now, (before - 2 * x * now) / (2 * (k + 1))
        return now


def smooth(n, t):
    """Return f_n / t^(n+1) at x = 1/t - 2; at t = 0 its limit."""
    if t < mp.mpf(10) ** -12:
        return mp.mpf(2) ** -n / mp.sqrt(mp.pi)
    return scaled_integral(n, 1 / t - 2) / t ** (n + 1)


def chebyshev_to_powers(c):
    """Return the power series of sum c_k T_k(u), c_0 already halved."""
    before, now = [mp.mpf(1)], [mp.mpf(0), mp.mpf(1)]
    out = [mp.mpf(0)] * len(c)
    out[0] += c[0]
    for k in range(1, len(c)):
        for j, a in enumerate(now):
            out[j] += c[k] * a
        after = [mp.mpf(0)] + [2 * a for a in now]
        for j, a in enumerate(before):
            after[j] -= a
        before, now = now, after
    return out


def interpolate(f, low, high, count):
    """Return the powers of the Chebyshev interpolant of f with `count` coefficients, in u in [-1, 1]."""
    nodes = [mp.cos(mp.pi * (j + mp.mpf(1) / 2) / count) for j in range(count)]
    values = [f((low + high) / 2 + (high - low) / 2 * u) for u in nodes]
    c = [
        mp.mpf(2) / count * sum(v * mp.cos(k * mp.acos(u)) for u, v in zip(nodes, values, strict=True))
        for k in range(count)
    ]
    c[0] /= 2
    return chebyshev_to_powers(c)


def row(n, index, kind):
    """Return the coefficients of one interval of t: the constant's rest first, the rounded constant last."""
    low, high = mp.mpf(index) / 16, mp.mpf(index + 1) / 16
    c = interpolate(lambda t: smooth(n, t), low, high, LENGTH[n, kind])
    error = 0
    for j in range(41):
        u = mp.cos(mp.pi * j / 40)
        exact = smooth(n, (low + high) / 2 + (high - low) / 2 * u)
        error = max(error, abs(mp.polyval(c[::-1], u) / exact - 1))
    print(f"f_{n} {kind} interval {index}: relative error {mp.nstr(error, 3)}", file=sys.stderr)
    constant = rounded(c[0], kind)
    return [c[0] - constant, *c[1:], constant]


def lines(values, kind, per_line):
    """Return the values as indented lines of C++."""
    shown = [text(v, kind) for v in values]
    return ",\n".join("      " + ", ".join(shown[i : i + per_line]) for i in range(0, len(shown), per_line))


def accessor(name, comment, values, kind, parameter="", per_line=4):
    """Return a C++ function that hands out a table; `parameter` is its tag."""
    return (
        f"// {comment}\nSCI_HD const {kind}* {name}({parameter}) {{\n  SCI_TABLE({kind}, table) = {{\n"
        f"{lines(values, kind, per_line)}}};\n  return table;\n}}\n"
    )


HEAD = """// Made by tools/coefficients/erfcx.py.
#pragma once
#include "core/platform.h"

namespace sci {
namespace detail {

"""
TAIL = "\n}  // namespace detail\n}  // namespace sci\n"


def real_tables():
    """Return erfcx_tables.h."""
    out = HEAD
    for n, name in ((0, "erfcx_rows"), (1, "ierfcx_rows")):
        for kind in ("double", "float"):
            values = [c for index in range(ROWS) for c in row(n, index, kind)]
            comment = (
                f"Ten rows of {LENGTH[n, kind] + 1}: the rest of the constant, the powers from u on, the constant."
            )
            out += accessor(name, comment, values, kind, kind) + "\n"
    return out.rstrip("\n") + "\n" + TAIL


def trapezoid(step, count, kind):
    """Return (squares of nodes, weights) of the midpoint rule, then the same of the trapezoidal rule."""
    out = []
    for shift in (mp.mpf(1) / 2, mp.mpf(1)):
        t = [(k + shift) * step for k in range(count)]
        out += [x * x for x in t] + [2 * step / mp.pi * mp.exp(-x * x) for x in t]
    return out


def hermite(count):
    """Return the positive nodes of the Gauss-Hermite rule with 2 count nodes and their weights."""
    order = 2 * count
    nodes = [x for x in mp.polyroots(_hermite_coefficients(order), maxsteps=2000, extraprec=800) if x > 0]
    nodes.sort()
    weights = [
        mp.mpf(2) ** (order - 1) * mp.factorial(order) * mp.sqrt(mp.pi) / (order * mp.hermite(order - 1, x)) ** 2
        for x in nodes
    ]
    return nodes, weights


def _hermite_coefficients(n):
    before, now = [mp.mpf(1)], [mp.mpf(2), mp.mpf(0)]
    for k in range(1, n):
        after = [2 * a for a in now] + [mp.mpf(0)]
        for j, a in enumerate(before):
            after[len(after) - len(before) + j] -= 2 * k * a
        before, now = now, after
    return now


def complex_tables():
    """Return faddeeva_tables.h."""
    out = HEAD
    # The trapezoidal rule of step h is off by exp(-(pi / h)^2), and cut after N nodes by exp(-(N h)^2).
    rules = (
        ("faddeeva_trapezoid", "double", mp.sqrt(mp.pi / 12), 12, "erfcx: h = sqrt(pi/12), error 4e-17"),
        ("faddeeva_trapezoid", "float", mp.sqrt(mp.pi / 7), 7, "erfcx: h = sqrt(pi/7), error 3e-10"),
        ("ierfcx_trapezoid", "double", mp.mpf("0.4"), 20, "integrals of erfc: h = 0.4, error 2e-27 times (pi/h)^(2 n)"),
        ("ierfcx_trapezoid", "float", mp.mpf("0.5"), 13, "integrals of erfc: h = 0.5, error 7e-18 times (pi/h)^(2 n)"),
    )
    for name, kind, step, count, comment in rules:
        comment = f"Midpoint rule, then trapezoidal rule: {count} squared nodes, {count} weights each. For {comment}."
        out += accessor(name, comment, trapezoid(step, count, kind), kind, kind) + "\n"
    for kind, counts in (("double", (8, 5, 3)), ("float", (4, 2))):
        values = []
        for count in counts:
            nodes, weights = hermite(count)
            values += [x * x for x in nodes] + [2 * w / mp.pi for w in weights]
        orders = ", ".join(str(2 * c) for c in counts)
        comment = f"Gauss-Hermite rules of {orders} nodes: the positive nodes squared, their weights 2 w / pi."
        out += accessor("faddeeva_hermite", comment, values, kind, kind) + "\n"
    return out.rstrip("\n") + "\n" + TAIL


def main():
    folder = pathlib.Path(sys.argv[1])
    (folder / "erfcx_tables.h").write_text(real_tables())
    (folder / "faddeeva_tables.h").write_text(complex_tables())


if __name__ == "__main__":
    main()
