"""Interpolation: piecewise polynomials, splines and regular grids."""

from __future__ import annotations

from ._akima import Akima1DInterpolator, pchip_interpolate
from ._bpoly import BPoly
from ._bspline import BSpline
from ._cubic import CubicHermiteSpline, CubicSpline, PchipInterpolator
from ._fitpack import insert, spalde, splantider, splder, splev, splint, sproot
from ._interp1d import interp1d
from ._make_splines import make_interp_spline, make_lsq_spline
from ._ndppoly import NdPPoly
from ._ppoly import PPoly
from ._rgi import RegularGridInterpolator, interpn
from ._splrep import splprep, splrep

__all__ = [
    "Akima1DInterpolator",
    "BPoly",
    "BSpline",
    "CubicHermiteSpline",
    "CubicSpline",
    "NdPPoly",
    "PPoly",
    "PchipInterpolator",
    "RegularGridInterpolator",
    "insert",
    "interp1d",
    "interpn",
    "make_interp_spline",
    "make_lsq_spline",
    "pchip_interpolate",
    "spalde",
    "splantider",
    "splder",
    "splev",
    "splint",
    "splprep",
    "splrep",
    "sproot",
]
