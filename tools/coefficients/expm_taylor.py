"""Constants of csrc/linalg/lanes_expm.h and sci/linalg/_expm.py: the exponential's Taylor polynomial of degree 18 with five
products, and the largest norms for which its backward error is below unit roundoff.

With c = (c7 x + c8 x^2 + c9 x^3) (x^6 + d2 x^2 + d1 x) + e6 x^6 + e3 x^3 + e2 x^2 + e1 x, of degree 9, and a and b in
1, x, x^2, x^3, x^6, the polynomial is a + (b + c) c (P. Bader, S. Blanes, F. Casas, Mathematics 7 (2019) 1174). Fourteen
equations determine b and the coefficients of c, up to a shift of c by a constant, and in several ways: this one is where
the moduli of the terms sum up to the least, 2.1 times the exponential of 1.09.
"""

from __future__ import annotations

import mpmath as mp

DEGREE, POWERS = 18, (0, 1, 2, 3, 6)
SCALE = 6  # of x, so that coefficients are of one size
START = (
    *(-0.40584271144281, 2.4334606863736745, 8.38569449422314, 3.1638383089925908, 1.697999992292756),
    *(0.055598671165589884, 0.39358701772287186, 0.18892176850697848, 0.12594784567131898),
    *(-11.14850297177443, 10.080948832734343, 2.0584074473238907, -1.5081338645742155, 1.5628594397167683),
)


def _product(a: list[mp.mpf], b: list[mp.mpf]) -> list[mp.mpf]:
    out = [mp.mpf(0)] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            out[i + j] += x * y
    return out


def _square(u: list[mp.mpf]) -> tuple[list[mp.mpf], list[mp.mpf], list[mp.mpf]]:
    """Return c, b and (b + c) c."""
    c, b = [mp.mpf(0), *u[:9]], [mp.mpf(0)] * 10
    for power, value in zip(POWERS, u[9:], strict=True):
        b[power] = value
    return c, b, _product([x + y for x, y in zip(b, c, strict=True)], c)


def scheme() -> dict[str, list[mp.mpf]]:
    """Return the coefficients of a and b at 1, x, x^2, x^3, x^6, of c's factors, and of what is added to them."""
    wanted = [mp.mpf(SCALE) ** k / mp.factorial(k) for k in range(DEGREE + 1)]
    open_ = [k for k in range(DEGREE + 1) if k not in POWERS]

    def equations(*u: mp.mpf) -> list[mp.mpf]:
        found = _square(list(u))[2]
        return [found[k] - wanted[k] for k in open_]

    c, b, found = _square(list(mp.findroot(equations, [mp.mpf(x) for x in START], tol=mp.mpf(10) ** -50)))
    a = {k: (wanted[k] - found[k]) / mp.mpf(SCALE) ** k for k in POWERS}
    c = [x / mp.mpf(SCALE) ** k for k, x in enumerate(c)]
    b = [x / mp.mpf(SCALE) ** k for k, x in enumerate(b)]
    d2 = c[5] / c[9]
    d1 = (c[4] - c[8] * d2) / c[9]
    return {
        "a": [a[k] for k in POWERS],
        "b": [b[k] for k in POWERS],
        "c7 c8 c9": c[7:],
        "d1 d2": [d1, d2],
        "e1 e2 e3 e6": [c[1], c[2] - c[7] * d1, c[3] - c[7] * d2 - c[8] * d1, c[6]],
    }


def theta(bits: int) -> mp.mpf:
    """Return the largest x with sum |h_k| x^(k - 1) <= 2^-bits for log(exp(-x) T(x)) = sum h_k x^k."""
    last = 120
    taylor = [1 / mp.factorial(k) if k <= DEGREE else mp.mpf(0) for k in range(last)]
    falling = [(-1) ** k / mp.factorial(k) for k in range(last)]
    r = _product(falling, taylor)[:last]
    # h' = r' / r
    h = [mp.mpf(0)] * last
    for k in range(1, last):
        h[k] = r[k] - sum((j * h[j] * r[k - j] for j in range(1, k)), mp.mpf(0)) / k
    return mp.findroot(
        lambda x: mp.log(sum(abs(h[k]) * x ** (k - 1) for k in range(DEGREE + 1, last))) + bits * mp.log(2), (1, 2)
    )


if __name__ == "__main__":
    mp.mp.dps = 60
    for name, values in scheme().items():
        print(name, *(mp.nstr(x, 20) for x in values))
    print("theta", mp.nstr(theta(53), 17), mp.nstr(theta(24), 17))
