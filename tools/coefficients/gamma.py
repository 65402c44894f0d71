"""Make the tables of `csrc/special/detail/gamma_tables.h`: the gamma function and its logarithmic derivatives.

Run as ``python tools/coefficients/gamma.py > csrc/special/detail/gamma_tables.h`` (a quarter of a minute). Taylor
coefficients are exact to the digits printed. Fits are rational functions, near minimax in relative error: linearized
least squares on Chebyshev points, re-weighted with the error (Lawson, "Contributions to the theory of linear least
maximum approximation", thesis, UCLA, 1961) until the error curve is level; the error that was reached stands beside
each table.
"""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp

mp.mp.dps = 70
HALF = mp.mpf(1) / 2
TINY = mp.mpf(10) ** -6


def fit(f: Callable, low, high, upper: int, lower: int = 0) -> tuple:
    """Return the largest relative error and the coefficients of a fit ``upper / lower``, lowest order first."""
    count = 6 * (upper + lower + 2)
    low, high = mp.mpf(low), mp.mpf(high)
    points = [(low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    exact = [f(x) for x in points]
    denominators = [mp.mpf(1)] * count
    weights = [mp.mpf(1)] * count
    best = None
    for step in range(12):
        rows, right = [], []
        for x, y, q, w in zip(points, exact, denominators, weights, strict=True):
            s = mp.sqrt(w) / (abs(y) * q)
            rows.append([s * x**k for k in range(upper + 1)] + [-s * y * x**k for k in range(1, lower + 1)])
            right.append(s * y)
        matrix = mp.matrix(rows)
        c = mp.lu_solve(matrix.T * matrix, matrix.T * mp.matrix(right))
        p = [c[i] for i in range(upper + 1)]
        q = [mp.mpf(1)] + [c[upper + i] for i in range(1, lower + 1)]
        denominators = [mp.polyval(q[::-1], x) for x in points]
        errors = [abs(mp.polyval(p[::-1], x) / d / y - 1) for x, y, d in zip(points, exact, denominators, strict=True)]
        worst = max(errors)
        if best is None or worst < best[0]:
            best = worst, p, q
        if step > 1:
            weights = [w * e / worst + mp.mpf("1e-12") for w, e in zip(weights, errors, strict=True)]
            top = max(weights)
            weights = [w / top for w in weights]
    assert best is not None
    return best


def table(name: str, comment: str, numbers: list, real: str = "double") -> None:
    """Print one table as a C++ function: NVRTC has no address of a constant outside functions."""
    print(f"/// {comment}")
    print(f"SCI_HD const {real}* {name}() {{")
    print(f"  SCI_TABLE({real}, c) = {{")
    suffix, digits = ("f", 10) if real == "float" else ("", 18)
    texts = [mp.nstr(c, digits, strip_zeros=False, min_fixed=0, max_fixed=0) + suffix for c in numbers]
    width = 4
    for i in range(0, len(texts), width):
        print("      " + ", ".join(texts[i : i + width]) + ",")
    print("  };\n  return c;\n}")


def fitted(name: str, comment: str, f: Callable, low, high, upper: int, lower: int = 0, real: str = "double") -> None:
    """Fit and print; a rational function becomes NAME_p and NAME_q."""
    error, p, q = fit(f, low, high, upper, lower)
    comment = f"{comment}; relative error {mp.nstr(error, 2)}."
    if lower:
        table(name + "_p", comment, p, real)
        table(name + "_q", "Its denominator.", q, real)
    else:
        table(name, comment, p, real)


def split(name: str, comment: str, x) -> None:
    """Print a number as the sum of a double and a correction."""
    head = mp.mpf(float(x))
    print(f"/// {comment}")
    print(f"constexpr double {name} = {mp.nstr(head, 20)}, {name}_low = {mp.nstr(x - head, 18)};")


def scaled(t):
    """Gamma(x) x^(1/2 - x) e^x at t = 1/x, which tends to sqrt(2 pi)."""
    if t == 0:
        return mp.sqrt(2 * mp.pi)
    return mp.exp(mp.loggamma(1 / t) - (1 / t - HALF) * mp.log(1 / t) + 1 / t)


def gammaln_tail(s):
    """Binet's function times x, at s = 1/x^2."""
    x = 1 / mp.sqrt(s)
    return (mp.loggamma(x) - (x - HALF) * mp.log(x) + x - mp.log(2 * mp.pi) / 2) * x


def digamma_tail(s):
    """(log x - 1/(2x) - psi(x)) x^2 at s = 1/x^2."""
    x = 1 / mp.sqrt(s)
    return (mp.log(x) - 1 / (2 * x) - mp.digamma(x)) / s


def trigamma_tail(s):
    """(psi'(x) - 1/x - 1/(2x^2)) x^3 at s = 1/x^2."""
    x = 1 / mp.sqrt(s)
    return (mp.psi(1, x) - 1 / x - s / 2) * x**3


def gammaln_reduced(u):
    """Log Gamma(1 + u) / (u (u - 1)), which has no zero in [0, 1]."""
    if u in (0, 1):
        return abs(u - mp.euler)
    return mp.loggamma(1 + u) / (u * (u - 1))


POSITIVE_ROOT = mp.findroot(mp.digamma, mp.mpf("1.4616"))
NEGATIVE_ROOT = mp.findroot(mp.digamma, mp.mpf("-0.504"))


def digamma_reduced(u):
    """psi(1 + u) / (1 + u - root)."""
    return mp.digamma(1 + u) / (1 + u - POSITIVE_ROOT)


def main() -> None:
    print("// Made by tools/coefficients/gamma.py; do not edit. Coefficients, lowest order first.")
    print("#pragma once")
    print('#include "core/platform.h"\n\n// clang-format off\n')
    print("namespace sci {\nnamespace detail {\nnamespace gamma_tables {\n")
    table(
        "rgamma1p_taylor",
        "1 / Gamma(1 + w) = sum a_k w^k (DLMF 5.7.1, shifted by one).",
        mp.taylor(mp.rgamma, 1, 39),
    )
    for real, upper in (("double", 15), ("float", 7)):
        fitted(
            "rgamma1p_fit" + "f" * (real == "float"),
            "1 / Gamma(1 + w) on [-1/2, 1/2]",
            lambda w: mp.rgamma(1 + w), -HALF, HALF, upper, real=real,
        )  # fmt: skip
    fitted("scaled_fit", "Gamma(x) x^(1/2-x) e^x in 1/x, for x >= 8", scaled, 0, HALF / 4, 9)
    fitted("scaled_fitf", "The same for x >= 4", scaled, 0, HALF / 2, 4, real="float")
    fitted("gammaln_fit", "log Gamma(1 + u) / (u (u - 1)) on [0, 1]", gammaln_reduced, 0, 1, 6, 6)
    fitted("gammaln_fitf", "log Gamma(1 + u) / (u (u - 1)) on [0, 1]", gammaln_reduced, 0, 1, 9, real="float")
    fitted("gammaln_tail", "x mu(x) in 1/x^2, mu Binet's function, for x >= 8", gammaln_tail, TINY, HALF / 32, 6)
    fitted("gammaln_tailf", "The same for x >= 4", gammaln_tail, TINY, HALF / 8, 2, real="float")
    split("digamma_root", "The positive root of psi.", POSITIVE_ROOT)
    fitted("digamma_fit", "psi(1 + u) / (1 + u - root) on [0, 1]", digamma_reduced, 0, 1, 5, 6)
    fitted("digamma_fitf", "psi(1 + u) / (1 + u - root) on [0, 1]", digamma_reduced, 0, 1, 9, real="float")
    fitted("digamma_tail", "x^2 (log x - 1/(2x) - psi(x)) in 1/x^2, for x >= 8", digamma_tail, TINY, HALF / 32, 6)
    fitted("digamma_tailf", "The same for x >= 4", digamma_tail, TINY, HALF / 8, 2, real="float")
    fitted("trigamma_tail", "x^3 (psi'(x) - 1/x - 1/(2x^2)) in 1/x^2, for x >= 8", trigamma_tail, TINY, HALF / 32, 7)
    fitted("trigamma_tailf", "The same for x >= 4", trigamma_tail, TINY, HALF / 8, 3, real="float")
    table(
        "digamma_root_taylor",
        "psi(root + w) / w = sum c_k w^k at the positive root.",
        [mp.psi(k + 1, POSITIVE_ROOT) / mp.factorial(k + 1) for k in range(36)],
    )
    split("digamma_negative_root", "The root of psi in (-1, 0).", NEGATIVE_ROOT)
    table(
        "digamma_negative_root_taylor",
        "psi(root + w) / w = sum c_k w^k at that root.",
        [mp.psi(k + 1, NEGATIVE_ROOT) / mp.factorial(k + 1) for k in range(20)],
    )
    table(
        "zeta_minus_1",
        "(-1)^k (zeta(k) - 1) / k, from k = 2 (DLMF 5.7.3).",
        [(-1) ** k * (mp.zeta(k) - 1) / k for k in range(2, 36)],
    )
    table(
        "gammaln_bernoulli",
        "B_2k / (2k (2k - 1)), from k = 1 (DLMF 5.11.1).",
        [mp.bernoulli(2 * k) / (2 * k * (2 * k - 1)) for k in range(1, 13)],
    )
    table(
        "digamma_bernoulli",
        "B_2k / (2k), from k = 1 (DLMF 5.11.2).",
        [mp.bernoulli(2 * k) / (2 * k) for k in range(1, 13)],
    )
    table(
        "bernoulli_over_factorial",
        "B_2k / (2k)!, from k = 1 (DLMF 5.15.9).",
        [mp.bernoulli(2 * k) / mp.factorial(2 * k) for k in range(1, 17)],
    )
    print("\n}  // namespace gamma_tables\n}  // namespace detail\n}  // namespace sci")


if __name__ == "__main__":
    main()
