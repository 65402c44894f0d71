"""What SciPy has removed, with its message."""

from __future__ import annotations

from typing import Any

from .._core.cards import function


@function(samples=None, complex=False, batch=False, compiles=False)
class interp2d:  # noqa: N801 - SciPy's name
    """Raise: removed in SciPy 1.14.

    Equivalent to `scipy.interpolate.interp2d`, whose message it has: `RectBivariateSpline` and
    `RegularGridInterpolator` interpolate on grids, `LinearNDInterpolator`, `CloughTocher2DInterpolator` and `bisplrep`
    between scattered points.

    Parameters
    ----------
    x, y, z, kind, copy, bounds_error, fill_value
        Without effect.

    Raises
    ------
    NotImplementedError
        Always.

    Examples
    --------
    >>> from sci.interpolate import interp2d
    >>> interp2d([0, 1], [0, 1], [[0, 1], [1, 2]])
    Traceback (most recent call last):
        ...
    NotImplementedError: `interp2d` has been removed in SciPy 1.14.0...
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        z: Any,
        kind: str = "linear",
        copy: bool = True,
        bounds_error: bool = False,
        fill_value: Any = None,
    ) -> None:
        raise NotImplementedError(
            "`interp2d` has been removed in SciPy 1.14.0.\n\nOn regular grids use `RectBivariateSpline` or "
            "`RegularGridInterpolator`, for scattered data `LinearNDInterpolator`, `CloughTocher2DInterpolator` or "
            "`bisplrep` with `bisplev`."
        )
