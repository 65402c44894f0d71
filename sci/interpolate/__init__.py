"""Interpolation: piecewise polynomials, splines and regular grids."""

from __future__ import annotations

from ._akima import Akima1DInterpolator, pchip_interpolate
from ._bivariate import BivariateSpline, RectBivariateSpline, bisplev
from ._bpoly import BPoly
from ._bspline import BSpline
from ._clough_tocher import CloughTocher2DInterpolator
from ._cubic import CubicHermiteSpline, CubicSpline, PchipInterpolator
from ._fitpack import insert, spalde, splantider, splder, splev, splint, sproot
from ._interp1d import interp1d
from ._make_splines import make_interp_spline, make_lsq_spline
from ._make_splrep import generate_knots, make_splprep, make_splrep
from ._ndbspline import NdBSpline
from ._ndppoly import NdPPoly
from ._polynomials import BarycentricInterpolator, KroghInterpolator, barycentric_interpolate, krogh_interpolate
from ._power_forms import approximate_taylor_polynomial, lagrange, pade
from ._ppoly import PPoly
from ._rational import AAA, FloaterHormannInterpolator
from ._rbf import Rbf, RBFInterpolator
from ._removed import interp2d
from ._rgi import RegularGridInterpolator, interpn
from ._scattered import LinearNDInterpolator, NearestNDInterpolator, griddata
from ._smoothing_spline import make_smoothing_spline
from ._sphere import LSQSphereBivariateSpline, RectSphereBivariateSpline, SmoothSphereBivariateSpline
from ._splrep import splprep, splrep
from ._surfaces import LSQBivariateSpline, SmoothBivariateSpline, bisplrep
from ._univariate import InterpolatedUnivariateSpline, LSQUnivariateSpline, UnivariateSpline

__all__ = [
    "AAA",
    "Akima1DInterpolator",
    "BPoly",
    "BSpline",
    "BarycentricInterpolator",
    "BivariateSpline",
    "CloughTocher2DInterpolator",
    "CubicHermiteSpline",
    "CubicSpline",
    "FloaterHormannInterpolator",
    "InterpolatedUnivariateSpline",
    "KroghInterpolator",
    "LSQBivariateSpline",
    "LSQSphereBivariateSpline",
    "LSQUnivariateSpline",
    "LinearNDInterpolator",
    "NdBSpline",
    "NdPPoly",
    "NearestNDInterpolator",
    "PPoly",
    "PchipInterpolator",
    "RBFInterpolator",
    "Rbf",
    "RectBivariateSpline",
    "RectSphereBivariateSpline",
    "RegularGridInterpolator",
    "SmoothBivariateSpline",
    "SmoothSphereBivariateSpline",
    "UnivariateSpline",
    "approximate_taylor_polynomial",
    "barycentric_interpolate",
    "bisplev",
    "bisplrep",
    "generate_knots",
    "griddata",
    "insert",
    "interp1d",
    "interp2d",
    "interpn",
    "krogh_interpolate",
    "lagrange",
    "make_interp_spline",
    "make_lsq_spline",
    "make_smoothing_spline",
    "make_splprep",
    "make_splrep",
    "pade",
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
