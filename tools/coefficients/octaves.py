"""Rows of polynomials over octaves, read by csrc/special/detail/octaves.h: `python tools/coefficients/octaves.py FOLDER`.

Writes the tables of Dawson's integral, Fresnel's, the exponential, sine and cosine integrals and of zeta, to be
formatted by clang-format. An octave [2^e, 2^(e+1)) is divided into 2^bits intervals; each has a row: the rest of the
constant, the powers from u on (u in [-1, 1]), the rounded constant. Chebyshev interpolation in 40 digits; the largest relative errors go to stderr.
"""

import pathlib
import sys

import mpmath as mp
from erfcx import HEAD, TAIL, accessor, interpolate, rounded

mp.mp.dps = 40
LIMIT = {"double": mp.mpf("2e-17"), "float": mp.mpf("4e-9")}  # aimed at, relative to the largest value in the row


def fit(f, low, high, count):
    """Return the powers in u and the error relative to the largest value."""
    c = interpolate(f, low, high, count)
    points = [mp.cos(mp.pi * (j + mp.mpf(1) / 3) / 12) for j in range(12)]
    exact = [f((low + high) / 2 + (high - low) / 2 * u) for u in points]
    scale = max(abs(y) for y in exact)
    return c, max(abs(mp.polyval(c[::-1], u) - y) for u, y in zip(points, exact, strict=True)) / scale


def shortest(f, low, high, kind):
    """Return the length of the shortest row that reaches the limit."""
    for count in range(3, 30):
        if fit(f, low, high, count)[1] < LIMIT[kind]:
            return count
    return 30


def intervals(first, last, bits):
    """Return the intervals of the octaves 2^first ... 2^last."""
    steps = 2**bits
    return [
        (mp.mpf(2) ** e * (1 + mp.mpf(j) / steps), mp.mpf(2) ** e * (1 + mp.mpf(j + 1) / steps))
        for e in range(first, last)
        for j in range(steps)
    ]


def octave_rows(name, comment, f, first, last, bits, kind):
    """Return the C++ table of f on [2^first, 2^last)."""
    places = intervals(first, last, bits)
    count = max(shortest(f, low, high, kind) for low, high in places)
    values, worst = [], 0
    for low, high in places:
        c, error = fit(f, low, high, count)
        worst = max(worst, error)
        constant = rounded(c[0], kind)
        values += [c[0] - constant, *c[1:], constant]
    print(f"{name} {kind}: {len(places)} rows of {count + 1}, error {mp.nstr(worst, 3)}", file=sys.stderr)
    comment = f"{comment}: octaves {first} to {last - 1} in {2**bits} rows of {count + 1}."
    return f"template <>\nconstexpr int {name}_length<{kind}> = {count};\n" + accessor(
        name + "_rows", comment, values, kind, kind
    )


def polynomial(name, comment, f, high, kind, low=0):
    """Return the C++ table of f in powers of w on [low, high]."""
    low, high = mp.mpf(low), mp.mpf(high)
    count = shortest(f, low, high, kind)
    c, error = fit(f, low, high, count)
    middle, half = (low + high) / 2, (high - low) / 2
    out = [mp.mpf(0)] * count  # powers of u = (w - middle) / half
    for k, a in enumerate(c):
        for j in range(k + 1):
            out[j] += a / half**k * mp.binomial(k, j) * (-middle) ** (k - j)
    print(f"{name} {kind}: {count} powers, error {mp.nstr(error, 3)}", file=sys.stderr)
    return f"template <>\nconstexpr int {name}_length<{kind}> = {count};\n" + accessor(
        name + "_powers", f"{comment}, {count} of them.", out, kind, kind
    )


def dawson(x):
    return mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x)


def digits(x):
    """Return precision that survives the cancellation of asymptotic differences at x."""
    return mp.workdps(50 + int(6 * max(0, mp.log10(x + 1))))


def dawson_near(w):
    return dawson(mp.sqrt(w)) / mp.sqrt(w) if w > 0 else mp.mpf(1)


def dawson_slope(x):
    with digits(x):
        return 1 - 2 * x * dawson(x)


def dawson_slope_near(w):
    return 2 * dawson_near(w)  # (1 - D') / w


def at_infinity(f, power, limit):
    """Return w -> f at x = w^(-1/power), and its limit at w = 0."""

    def tail(w):
        if w < mp.mpf(10) ** -14:
            return mp.mpf(limit)
        return f(w ** (-mp.mpf(1) / power))

    return tail


def dawson_far(x):
    with digits(x):
        return 2 * x * _dawson_asymptotic(x)


def _dawson_asymptotic(x):
    return dawson(x) if x < 60 else mp.fsum(mp.fac2(2 * k - 1) / (2 * x * (2 * x * x) ** k) for k in range(15))


def dawson_slope_far(x):
    if x < 60:
        with digits(x):
            return -2 * x * x * (1 - 2 * x * dawson(x))
    return mp.fsum(mp.fac2(2 * k - 1) / (2 * x * x) ** (k - 1) for k in range(1, 15))


def expi_scaled(x):
    return x * mp.exp(-x) * mp.ei(x)


def exp1_scaled(x):
    return x * mp.exp(x) * mp.e1(x)


def laplace(x, sign):
    """Return x e^(-+x) times the exponential integral for large x, by the series."""
    if x < 100:
        return expi_scaled(x) if sign > 0 else exp1_scaled(x)
    return mp.fsum(sign**k * mp.fac(k) / x**k for k in range(40))


def ein(x):
    """Return (gamma + log|x| ... ) Ei's entire part over x: sum x^k / ((k + 1) (k + 1)!)."""
    return mp.fsum(x**k / ((k + 1) * mp.fac(k + 1)) for k in range(40))


def sici_f(x):
    with digits(x):
        return x * (mp.ci(x) * mp.sin(x) + (mp.pi / 2 - mp.si(x)) * mp.cos(x))


def sici_g(x):
    with digits(x):
        return x * x * ((mp.pi / 2 - mp.si(x)) * mp.sin(x) - mp.ci(x) * mp.cos(x))


def sici_far(x, odd):
    if x < 100:
        return sici_g(x) if odd else sici_f(x)
    return mp.fsum((-1) ** k * mp.fac(2 * k + odd) / x ** (2 * k) for k in range(20))


def fresnel_f(x):
    with digits(x):
        p = mp.pi * x * x / 2
        return mp.pi * x * ((mp.mpf(1) / 2 - mp.fresnels(x)) * mp.cos(p) - (mp.mpf(1) / 2 - mp.fresnelc(x)) * mp.sin(p))


def fresnel_g(x):
    with digits(x):
        p = mp.pi * x * x / 2
        half = mp.mpf(1) / 2
        return mp.pi**2 * x**3 * ((half - mp.fresnelc(x)) * mp.cos(p) + (half - mp.fresnels(x)) * mp.sin(p))


def fresnel_far(x, odd):
    if x < 30:
        return fresnel_g(x) if odd else fresnel_f(x)
    return mp.fsum((-1) ** k * mp.fac2(4 * k - 1 + 2 * odd) / (mp.pi * x * x) ** (2 * k) for k in range(12))


def fresnel_near(w, odd):
    """Return C(x) / x or S(x) / x^3 at w = x^4 (DLMF 7.6.4, 7.6.6)."""
    half = mp.pi / 2
    return mp.fsum(
        (-1) ** k * half ** (2 * k + odd) * w**k / (mp.fac(2 * k + odd) * (4 * k + 1 + 2 * odd)) for k in range(30)
    )


FAMILIES = {"dawsn": ("dawsn",), "expint": ("expi", "exp1"), "sici": ("sici",), "fresnel": ("fresnel",)}


def integrals(prefixes):
    """Return the tables of the integrals whose names begin so."""
    out = HEAD.replace("erfcx.py", "octaves.py")
    bodies = (
        ("dawsn", "Dawson's integral", dawson, -1, 3, 2),
        ("dawsn_slope", "its derivative", dawson_slope, -1, 3, 2),
        ("expi", "x exp(-x) Ei(x)", expi_scaled, 0, 6, 3),
        ("exp1", "x exp(x) E_1(x)", exp1_scaled, 0, 6, 2),
        ("sici_f", "x f(x), DLMF 6.2.17", sici_f, 0, 6, 2),
        ("sici_g", "x^2 g(x), DLMF 6.2.18", sici_g, 0, 6, 2),
        ("fresnel_f", "pi x f(x), DLMF 7.2.10", fresnel_f, 0, 4, 2),
        ("fresnel_g", "pi^2 x^3 g(x), DLMF 7.2.11", fresnel_g, 0, 4, 2),
    )
    powers = (
        ("dawsn_near", "D(x) / x on [0, 1/2] in powers of x^2", dawson_near, 0.25, 0),
        ("dawsn_slope_near", "(1 - D'(x)) / x^2 on [0, 1/2] in powers of x^2", dawson_slope_near, 0.25, 0),
        ("dawsn_far", "2 x D(x) for x >= 8 in powers of 1/x^2", at_infinity(dawson_far, 2, 1), 1 / 64, 0),
        ("dawsn_slope_far", "-2 x^2 D'(x) for x >= 8 in powers of 1/x^2",
         at_infinity(dawson_slope_far, 2, 1), 1 / 64, 0),
        ("expi_far", "x exp(-x) Ei(x) for x >= 64 in powers of 1/x", at_infinity(lambda x: laplace(x, 1), 1, 1), 1 / 64, 0),
        ("exp1_far", "x exp(x) E_1(x) for x >= 64 in powers of 1/x", at_infinity(lambda x: laplace(x, -1), 1, 1), 1 / 64, 0),
        ("expi_near", "sum x^k / ((k + 1) (k + 1)!) on [-1, 1] in powers of x", ein, 1, -1),
        ("sici_f_far", "x f(x) for x >= 64 in powers of 1/x^2", at_infinity(lambda x: sici_far(x, 0), 2, 1), 1 / 4096, 0),
        ("sici_g_far", "x^2 g(x) for x >= 64 in powers of 1/x^2", at_infinity(lambda x: sici_far(x, 1), 2, 1), 1 / 4096, 0),
        ("fresnel_f_far", "pi x f(x) for x >= 16 in powers of 1/x^4",
         at_infinity(lambda x: fresnel_far(x, 0), 4, 1), 1 / 65536, 0),
        ("fresnel_g_far", "pi^2 x^3 g(x) for x >= 16 in powers of 1/x^4",
         at_infinity(lambda x: fresnel_far(x, 1), 4, 1), 1 / 65536, 0),
        ("fresnel_c_near", "C(x) / x on [0, 1] in powers of x^4", lambda w: fresnel_near(w, 0), 1, 0),
        ("fresnel_s_near", "S(x) / x^3 on [0, 1] in powers of x^4", lambda w: fresnel_near(w, 1), 1, 0),
    )  # fmt: skip
    bodies, powers = ([row for row in rows if row[0].startswith(prefixes)] for rows in (bodies, powers))
    names = [row[0] for row in (*bodies, *powers)]
    out += "// Numbers of coefficients, by type.\n"
    out += "".join(f"template <class T>\nconstexpr int {name}_length = 0;\n" for name in names) + "\n"
    for kind in ("double", "float"):
        for row in bodies:
            out += octave_rows(*row, kind) + "\n"
        for name, comment, f, high, low in powers:
            out += polynomial(name, comment, f, high, kind, low) + "\n"
    return out.rstrip("\n") + "\n" + TAIL


def zetac_scaled(y):
    """Return (x - 1) (zeta(x) - 1) 2^x at x = y - 2."""
    x = y - 2
    if abs(x - 1) < mp.mpf(10) ** -12:
        return 2 + (x - 1) * (2 * mp.euler - 2 + 2 * mp.log(2))
    with mp.workdps(80):
        return (x - 1) * (mp.zeta(x) - 1) * mp.mpf(2) ** x


def zeta_scaled(y):
    """Return (x - 1) zeta(x) at x = y - 2."""
    x = y - 2
    return (x - 1) * mp.zeta(x) if abs(x - 1) > mp.mpf(10) ** -12 else 1 + (x - 1) * mp.euler


def zeta_slope_scaled(y):
    """Return -(x - 1)^2 zeta'(x) 2^x at x = y - 2."""
    x = y - 2
    if abs(x - 1) < mp.mpf(10) ** -12:
        return 2 + 2 * mp.log(2) * (x - 1)
    with mp.workdps(90):
        return -((x - 1) ** 2) * mp.diff(mp.zeta, x, h=mp.mpf(10) ** -25) * mp.mpf(2) ** x


def zetas():
    """Return zeta_tables.h."""
    out = HEAD.replace("erfcx.py", "octaves.py")
    out += "// Numbers of coefficients, by type.\n"
    out += (
        "".join(f"template <class T>\nconstexpr int {name}_length = 0;\n" for name in ("zetac", "zeta", "zeta_slope"))
        + "\n"
    )
    for kind, last in (("double", 6), ("float", 5)):
        out += octave_rows("zetac", "(x - 1) (zeta(x) - 1) 2^x in y = x + 2", zetac_scaled, 0, last, 2, kind) + "\n"
        out += (
            octave_rows("zeta_slope", "-(x - 1)^2 zeta'(x) 2^x in y = x + 2", zeta_slope_scaled, 0, last, 2, kind)
            + "\n"
        )
        out += octave_rows("zeta", "(x - 1) zeta(x) in y = x + 2", zeta_scaled, 0, 2, 2, kind) + "\n"
    return out.rstrip("\n") + "\n" + TAIL


def main():
    folder = pathlib.Path(sys.argv[1])
    for family, prefixes in FAMILIES.items():
        (folder / f"{family}_tables.h").write_text(integrals(prefixes))
    (folder / "zeta_tables.h").write_text(zetas())


if __name__ == "__main__":
    main()
