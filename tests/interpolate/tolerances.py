"""How far results may be from what they are compared with, in float64: one place for what several tests mean.

Each is for results of size 1. NumPy's ``assert_allclose`` takes a relative 1e-7 where only ``atol`` is given: these
have both.
"""

from __future__ import annotations

Tolerance = dict[str, float]


def of_size(tolerance: Tolerance, size: float) -> Tolerance:
    """Return the tolerance for results whose largest is `size`, beside which small ones have lost digits."""
    return tolerance | {"atol": tolerance["atol"] * size}


def relative(tolerance: Tolerance) -> Tolerance:
    """Return the tolerance for results whose small ones have all their digits."""
    return tolerance | {"atol": 0.0}


# The same sums in another order.
ROUNDED: Tolerance = {"rtol": 1e-12, "atol": 1e-12}
# Piecewise polynomials from the same coefficients, in SciPy's basis and in ours: a change of basis or an integral
# multiplies what rounding does by powers of the ratio of neighbouring intervals.
EVALUATED: Tolerance = {"rtol": 1e-11, "atol": 1e-11}
# Splines whose knots lie evenly, and one polynomial through some ten nodes.
WELL_SOLVED: Tolerance = {"rtol": 1e-10, "atol": 1e-11}
# Coefficients from a system of equations of any condition that the tests have, and what is computed from them.
SOLVED: Tolerance = {"rtol": 1e-9, "atol": 1e-9}
# Slopes of those: each derivative divides by the distance of the knots.
SLOPES: Tolerance = {"rtol": 1e-8, "atol": 1e-8}
# Coefficients of least squares with knots of SciPy's choice, which is made by comparing residuals.
FITTED: Tolerance = {"rtol": 1e-7, "atol": 1e-8}
