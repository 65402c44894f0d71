"""References are confirmed at twice the precision; what is tiny is told from what is zero by symmetry."""

from __future__ import annotations

import mpmath

from tools.reference import confirmed


def test_tiny_is_not_zero() -> None:
    # At 40 digits the first is noise of 1e-41, and its value is less than the next noise would be.
    for tiny in (1e-30, 1e-60, 1e-200, 1e-300):
        (found,) = confirmed(lambda tiny=tiny: (mpmath.sin(mpmath.pi) + mpmath.mpf(tiny),))
        assert float(found) == tiny


def test_zero_by_symmetry_is_zero() -> None:
    assert confirmed(lambda: (mpmath.sin(mpmath.pi), mpmath.mpf(1) / 3))[0] == 0
    assert confirmed(lambda: (mpmath.mpf(10) ** -700,)) == (0,)
