"""Interpolation: piecewise polynomials, splines and regular grids."""

from __future__ import annotations

from ._cubic import CubicHermiteSpline, CubicSpline, PchipInterpolator
from ._ppoly import PPoly
from ._rgi import RegularGridInterpolator, interpn

__all__ = [
    "CubicHermiteSpline",
    "CubicSpline",
    "PPoly",
    "PchipInterpolator",
    "RegularGridInterpolator",
    "interpn",
]
