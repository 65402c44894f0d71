"""Tables of csrc/special/detail/bessel_ik_tables.h: run it and put the output in the place of the file.

* The Taylor coefficients of 1/Gamma(1 + x) (DLMF 5.7.1), split into the even and the odd part.
* Debye's polynomials U_k (DLMF 10.41.9) as polynomials P_k in t^2: U_k(t) = t^k P_k(t^2), exact rational arithmetic.
* cosh(k h) - 1 for the trapezoidal rules of bessel_ik_quadrature.h.
"""

from fractions import Fraction

import mpmath as mp

mp.mp.dps = 60

GAMMA_TERMS = 11
DEBYE_TERMS = 16
STEPS = ("0.1953125", "0.171875", "0.125")
NODES = 30


def function(name, comment, values, per_line=4):
    text = [mp.nstr(mp.mpf(v), 20, min_fixed=-2, max_fixed=4) for v in values]
    lines = [", ".join(text[i : i + per_line]) for i in range(0, len(text), per_line)]
    body = ",\n".join("      " + line for line in lines)
    return f"// {comment}\nSCI_HD double {name}(int i) {{\n  SCI_TABLE(double, value) = {{\n{body}}};\n  return value[i];\n}}\n"


def debye(count):
    """The lists of the coefficients of P_1 .. P_count, ascending in t^2."""
    u = {0: Fraction(1)}
    out = []
    for k in range(1, count + 1):
        new = {}
        for power, c in u.items():  # U_{k+1} = t^2 (1 - t^2) U_k' / 2 + (1/8) int_0^t (1 - 5 s^2) U_k(s) ds
            for p, term in (
                (power + 1, c * Fraction(power, 2) + c / (8 * (power + 1))),
                (power + 3, -c * Fraction(power, 2) - 5 * c / (8 * (power + 3))),
            ):
                new[p] = new.get(p, Fraction(0)) + term
        u = new
        out.append([u[k + 2 * j] for j in range(k + 1)])
    return out


def main():
    rgamma = mp.taylor(lambda x: mp.rgamma(1 + x), 0, 2 * GAMMA_TERMS)
    print("// Made by tools/coefficients/bessel_ik.py.")
    print("#pragma once")
    print('#include "core/platform.h"\n')
    print("namespace sci {\nnamespace detail {\n")
    even = [mp.mpf(rgamma[2 * j]) for j in range(GAMMA_TERMS)]
    odd = [mp.mpf(rgamma[2 * j + 1]) for j in range(GAMMA_TERMS)]
    print(function("bessel_ik_rgamma_even", "1/Gamma(1 + x) = sum even(j) x^2j + x sum odd(j) x^2j, DLMF 5.7.1.", even))
    print(function("bessel_ik_rgamma_odd", "The odd part of the same.", odd))
    flat = [mp.mpf(c.numerator) / c.denominator for p in debye(DEBYE_TERMS) for c in reversed(p)]
    print(
        function(
            "bessel_ik_debye",
            "U_k(t) = t^k P_k(t^2), DLMF 10.41.9: the k + 1 coefficients of P_k, highest first, begin at (k - 1)(k + 2)/2.",
            flat,
        )
    )
    nodes = []
    for step in STEPS:
        for k in range(NODES):
            t = k * mp.mpf(step)
            nodes += [mp.cosh(t) - 1, mp.sinh(t)]
    print(
        function(
            "bessel_ik_nodes",
            f"cosh(t) - 1 and sinh(t) for t = 0, h, 2h, ..., {NODES} of them for each of h = {', '.join(STEPS)}.",
            nodes,
        )
    )
    print("}  // namespace detail\n}  // namespace sci")


if __name__ == "__main__":
    main()
