"""Interpolation: piecewise polynomials, splines and regular grids."""

from __future__ import annotations

from ._bspline import BSpline
from ._cubic import CubicHermiteSpline, CubicSpline, PchipInterpolator
from ._make_splines import make_interp_spline, make_lsq_spline
from ._ppoly import PPoly
from ._rgi import RegularGridInterpolator, interpn

__all__ = [
    "BSpline",
    "CubicHermiteSpline",
    "CubicSpline",
    "PPoly",
    "PchipInterpolator",
    "RegularGridInterpolator",
    "interpn",
    "make_interp_spline",
    "make_lsq_spline",
]
