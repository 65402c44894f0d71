"""float32 at arguments where it once overflowed, underflowed or lost its digits, against the same in float64."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from sci import special

POINTS: list[tuple[str, tuple[Any, ...]]] = [
    ("airy", (-67113336 + 7.542783714598045e-05j,)),
    ("airy", (-28.7242431640625 - 16.5j,)),
    ("beta", (-4384800.5, -18.5)),
    ("beta", (-29.5, -5446214.5)),
    ("betaln", (8069732448075776.0, -1.2387478424631383e-42)),
    ("betaln", (0.9999998807907104, -8.407790785948902e-45)),
    ("elliprj", (0.07126657664775848, 1.063399077119461e31, 0.5160585641860962, -20.0)),
    ("elliprj", (0.0, 3.868685061969163e37, 0.9982795715332031, -7.5)),
    ("erfi", (-9.5,)),
    ("erfi", (9.56,)),
    ("fresnel", (-2877.31005859375 + 0.00918800849467516j,)),
    ("fresnel", (-5795.29150390625 - 0.0031997228506952524j,)),
    ("fresnel", (9.5 + 3j,)),
    ("fresnel", (12.5 + 2.3583626747131348j,)),
    ("fresnel", (19.5 - 60188315648j,)),
    ("itairy", (-9.628005515529958e30,)),
    ("itairy", (9951521.0,)),
    ("modfresnelm", (5.387589243178867e21,)),
    ("modfresnelp", (-1.2121176062389396e22,)),
    ("poch", (5.5, -72582488.0)),
    ("poch", (-6598780.0, 7.499232292175293)),
    ("poch", (0.5000519752502441, -17.501718521118164)),
    ("betainccinv", (0.5, 5.560967682599204e37, 1.0726897772581661e-21)),
    ("betaincinv", (4.574032306671143, 5.0, 8.253647954873173e-43)),
    ("diric", (0.046190470457077026, 100000.0)),
    ("fdtri", (2.5489173524661603e36, 201.040283203125, 0.9999996423721313)),
    ("gammainccinv", (4.570587158203125, 1.401298464324817e-45)),
    ("gdtrix", (8.04943218877732e-20, 0.039222732186317444, 0.013605283573269844)),
    ("it2i0k0", (1.9022680272249818e33,)),
    ("jv", (1057251.0, 0.004600646439939737 + 76494.09375j)),
    ("kolmogi", (2.644530461873795e-41,)),
    ("pdtri", (4.570587158203125, 1.401298464324817e-45)),
    ("radian", (2.138931904482888e-06, 5.690959166929727e37, 25.0)),
    ("sinc", (-15.5 - 28.80929946899414j,)),
    ("sinc", (0.004171557258814573 + 28.5j,)),
    ("stdtrit", (float("inf"), 4.623984528606684e-10)),
    ("stdtrit", (float("inf"), 2.0539876004477264e-06)),
]


@pytest.mark.parametrize(("name", "point"), POINTS)
def test_single_precision_is_double_rounded(name: str, point: tuple[Any, ...]) -> None:
    narrow = [torch.tensor(x, dtype=torch.complex64 if isinstance(x, complex) else torch.float32) for x in point]
    wide = [x.to(torch.complex128 if x.is_complex() else torch.float64) for x in narrow]
    got, want = getattr(special, name)(*narrow), getattr(special, name)(*wide)
    for x, y in zip(
        got if isinstance(got, tuple) else (got,), want if isinstance(want, tuple) else (want,), strict=True
    ):
        y = y.to(x.dtype)  # with float32's range
        assert torch.equal(torch.isnan(x), torch.isnan(y))
        if torch.isfinite(y):
            assert abs(x - y) <= 16 * torch.finfo(torch.float32).eps * abs(y) + 1.5e-45
        elif not y.is_complex():
            assert x == y
