"""Coefficients of csrc/special/detail/bessel_jy_*.h: python tools/coefficients/bessel_jy.py > tables.txt

Debye's polynomials U_k (DLMF 10.41.9), Olver's uniform coefficients as polynomials in u = log(x/v) (DLMF 10.20.10-11,
Chebyshev interpolation on the interval used, and Taylor coefficients for a disk), and the Airy functions at the centres of their Taylor series.
"""

import struct

from mpmath import mp, mpf

mp.dps = 120

DEBYE_TERMS = 16
OLVER_INTERVAL = (mpf("-1.05"), mpf("1.06"))  # not symmetric: no node may fall on 0


def debye_polynomials(count):
    """U_k(p) = p^k sum_j c[k][j] p^(2j), k = 0..count, by DLMF 10.41.9."""
    dense = [[mpf(1)]]
    for _ in range(count):
        u = dense[-1]
        new = [mpf(0)] * (len(u) + 3)
        for n, c in enumerate(u):
            new[n + 1] += mpf(n) / 2 * c + c / (8 * (n + 1))
            new[n + 3] += -mpf(n) / 2 * c - 5 * c / (8 * (n + 3))
        dense.append(new)
    return [[dense[k][k + 2 * j] for j in range(k + 1)] for k in range(count + 1)]


def airy_coefficients(count):
    """u_k and v_k of DLMF 9.7.2."""
    u = [mpf(1)]
    for k in range(1, count):
        u.append(u[-1] * (6 * k - 5) * (6 * k - 3) * (6 * k - 1) / (216 * k * (2 * k - 1)))
    return u, [(6 * k + 1) / mpf(1 - 6 * k) * c for k, c in enumerate(u)]


U = debye_polynomials(DEBYE_TERMS)
AIRY_U, AIRY_V = airy_coefficients(DEBYE_TERMS)


def debye_u(k, p):
    return p**k * mp.polyval(U[k][::-1], p * p)


def olver(u):
    """zeta^(1/2), (1 - z^2)^(-1/2), both i times a positive number for z = e^u > 1, and zeta (DLMF 10.20.2-3)."""
    z = mp.exp(u)
    if z < 1:
        root = mp.sqrt(1 - z * z)
        zeta = (mpf(3) / 2 * (mp.log((1 + root) / z) - root)) ** (mpf(2) / 3)
        return mp.sqrt(zeta), 1 / root, zeta
    root = mp.sqrt(z * z - 1)
    zeta = -((mpf(3) / 2 * (root - mp.atan(root))) ** (mpf(2) / 3))
    return mp.mpc(0, mp.sqrt(-zeta)), 1 / mp.mpc(0, root), zeta


def olver_a(k):
    def value(u):
        h, p, zeta = olver(u)
        total = sum((mpf(3) / 2) ** j * AIRY_V[j] * h ** (-3 * j) * debye_u(2 * k - j, p) for j in range(2 * k + 1))
        return mp.re(total) * (4 * zeta / -mp.expm1(2 * u)) ** (mpf(1) / 4)

    return value


def olver_b(k):
    def value(u):
        h, p, zeta = olver(u)
        total = sum((mpf(3) / 2) ** j * AIRY_U[j] * h ** (-3 * j) * debye_u(2 * k + 1 - j, p) for j in range(2 * k + 2))
        return mp.re(-total / h) * (4 * zeta / -mp.expm1(2 * u)) ** (mpf(1) / 4)

    return value


def fit(f, degree, interval=OLVER_INTERVAL):
    """Monomial coefficients of the Chebyshev interpolant of f on an interval, and its largest deviation."""
    a, b = interval
    n = degree + 1
    nodes = [(a + b) / 2 + (b - a) / 2 * mp.cos((2 * i + 1) * mp.pi / (2 * n)) for i in range(n)]
    values = [f(x) for x in nodes]
    # Newton's divided differences, expanded into monomials.
    d = list(values)
    for level in range(1, n):
        for i in range(n - 1, level - 1, -1):
            d[i] = (d[i] - d[i - 1]) / (nodes[i] - nodes[i - level])
    coefficients = [mpf(0)]
    for i in range(n - 1, -1, -1):
        shifted = [mpf(0), *coefficients]
        coefficients = [s - nodes[i] * c for s, c in zip(shifted, [*coefficients, mpf(0)], strict=True)]
        coefficients[0] += d[i]
    while len(coefficients) > n:
        coefficients.pop()
    probes = [a + (b - a) * (mpf(i) + mpf("0.37")) / 60 for i in range(60)]
    deviation = max(abs(mp.polyval(coefficients[::-1], x) - f(x)) for x in probes)
    return coefficients, deviation, abs(f(a + (b - a) * mpf("0.4981")))


def near_zero(order, low, high):
    """J_order(x) over the zeros in and beside [low, high], in t = (high^2 - x^2)/(high^2 - low^2), and those zeros.

    In this variable all coefficients have one sign, so that nothing cancels.
    """
    zeros = [mp.besseljzero(order, n) for n in ((1,) if low == 0 else (1, 2, 3))]
    low, high = mpf(low) ** 2, mpf(high) ** 2

    def value(t):
        x = mp.sqrt(high - (high - low) * t)
        return mp.besselj(order, x) / mp.fprod(x * x - zero**2 for zero in zeros) / (x if order else 1)

    return value, zeros


def hankel(order, odd):
    """P or Q/(8/x) of J = sqrt(2/(pi x)) (P cos w - Q sin w), as functions of t = (8/x)^2."""

    def value(t):
        x = 8 / mp.sqrt(t)
        h = mp.hankel1(order, x) * mp.expj(-(x - order * mp.pi / 2 - mp.pi / 4)) * mp.sqrt(mp.pi * x / 2)
        return mp.im(h) * x / 8 if odd else mp.re(h)

    return value


def show_orders_0_and_1():
    for order in (0, 1):
        for low, high, degrees in ((0, 4, (10, 6)), (4, 8, (12, 7))):
            value, zeros = near_zero(order, low, high)
            for zero in zeros:
                for upper in (mpf(float(zero)), mpf(struct.unpack("f", struct.pack("f", zero))[0])):
                    print(f"# zero {mp.nstr(upper, 20)} {mp.nstr(zero - upper, 20)}")
            for degree in degrees:
                c, deviation, size = fit(value, degree, (mpf(0), mpf(1)))
                if (order, degree) == (0, 6):
                    c[2] -= mpf("1.3e-8")  # makes J_0(0) = 1 in single precision
                print(
                    f"# j{order} [{low}, {high}] degree {degree}: deviation {mp.nstr(deviation, 3)}, {mp.nstr(size, 3)}"
                )
                show(f"j{order} {low}", c)
        for odd, name in ((False, "p"), (True, "q")):
            for degree in (12, 4):
                c, deviation, size = fit(hankel(order, odd), degree, (mpf("1e-8"), mpf(1)))
                print(f"# {name}{order} degree {degree}: deviation {mp.nstr(deviation, 3)}, {mp.nstr(size, 3)}")
                show(f"{name}{order}", c)


def show(name, numbers):
    print(f"{name}:")
    for i in range(0, len(numbers), 4):
        print("    " + ", ".join(mp.nstr(c, 18, min_fixed=0, max_fixed=0) for c in numbers[i : i + 4]) + ",")


def show_taylor():
    """Taylor coefficients about u = 0, as many as |u| <= 0.6 and v >= 33 need."""
    for name, f, terms in (
        ("zeta", lambda u: -olver(u)[2] / u, 20),
        *((f"a{k}", olver_a(k), terms) for k, terms in enumerate((23, 20, 17, 13, 9))),
        *((f"b{k}", olver_b(k), terms) for k, terms in enumerate((21, 17, 14, 10))),
    ):
        coefficients, _, _ = fit(f, 60)  # agrees with the function to 40 digits
        show(f"taylor {name}", coefficients[:terms])


def main():
    show("debye", [c for row in U for c in row])
    for name, f, degrees in (
        ("zeta", lambda u: -olver(u)[2] / u, (19, 8)),
        ("a0", olver_a(0), (21, 9)),
        ("a1", olver_a(1), (17, 5)),
        ("a2", olver_a(2), (13, 2)),
        ("a3", olver_a(3), (10, 1)),
        ("a4", olver_a(4), (6, 1)),
        ("b0", olver_b(0), (19, 7)),
        ("b1", olver_b(1), (15, 3)),
        ("b2", olver_b(2), (12, 1)),
        ("b3", olver_b(3), (8, 1)),
    ):
        for degree in degrees:
            coefficients, deviation, size = fit(f, degree)
            print(f"# {name} degree {degree}: deviation {mp.nstr(deviation, 3)}, size {mp.nstr(size, 5)}")
            show(name, coefficients)
    show_taylor()
    for i in range(-24, 25):
        s = mpf(i) / 2
        show(
            f"airy {mp.nstr(s, 4)}",
            [mp.airyai(s), mp.airyai(s, derivative=1), mp.airybi(s), mp.airybi(s, derivative=1)],
        )
    show_orders_0_and_1()


if __name__ == "__main__":
    main()
