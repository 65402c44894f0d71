"""Measure SciPy and `sci` where SciPy is poor: ``python -m tools.weak_spots [--check]`` writes docs/weak-spots.md.

A row is a function, words for the region, and a few points in it; the truth is the reference of the function's card,
at 40 digits and confirmed at twice that. Add rows to `SPOTS`.
"""

from __future__ import annotations

import argparse
import cmath
import dataclasses
import pathlib
import sys
from collections.abc import Callable
from typing import Any

import mpmath
import scipy
import scipy.special
import torch

import sci.special
from sci._core.cards import elementwise_cards
from tools.reference import confirmed, load_domain, to_mp

PAGE = pathlib.Path(__file__).resolve().parents[1] / "docs" / "weak-spots.md"


@dataclasses.dataclass(frozen=True)
class Spot:
    """One row of the table; `reference`, with mpmath in front of the arguments, only where no card has one."""

    function: str
    where: str
    points: tuple[tuple[Any, ...], ...]
    reference: Callable[..., Any] | None = None


def _stirling2(mp: Any, n: int, k: int) -> Any:
    return mp.mpf(sci.special.stirling2(int(n), int(k), exact=True))


def _airye(mp: Any, x: Any) -> Any:
    up = mp.exp(2 * x * mp.sqrt(x) / 3)
    return (
        up * mp.airyai(x),
        up * mp.airyai(x, derivative=1),
        mp.airybi(x) / up,
        mp.airybi(x, derivative=1) / up,
    )


def _itmodstruve0(mp: Any, x: Any) -> Any:
    return mp.quad(lambda t: mp.struvel(0, t), mp.linspace(0, x, 9))


def _eval_jacobi(mp: Any, n: int, alpha: Any, beta: Any, x: Any) -> Any:
    """DLMF 18.5.8."""
    u, v, n = (x - 1) / 2, (x + 1) / 2, int(n)
    with mp.workdps(2 * mp.dps + 2 * n):
        terms = (mp.binomial(n + alpha, n - s) * mp.binomial(n + beta, s) * u**s * v ** (n - s) for s in range(n + 1))
        return mp.fsum(terms)


def _eval_gegenbauer(mp: Any, n: int, lam: Any, x: Any) -> Any:
    """DLMF 18.5.10."""
    with mp.workdps(2 * mp.dps + 2 * int(n)):
        half = range(int(n) // 2 + 1)
        return mp.fsum(
            (-1) ** k * mp.rf(lam, n - k) / (mp.factorial(k) * mp.factorial(n - 2 * k)) * (2 * x) ** (n - 2 * k)
            for k in half
        )


SPOTS = (
    Spot("airye", "argument above 1e6", ((3e6,), (1e8,)), _airye),
    Spot("ber", "above 10", ((10.16,), (11.0,)), lambda mp, x: mp.ber(0, x)),
    Spot("besselpoly", "large a", ((60.0, 1.5, 0.5), (200.0, 0.5, 1.5))),
    Spot("hankel1e", "large order, beside the transition", ((100.0, -8.78 - 43.03j), (1000.0, 476.0 + 879.5j))),
    Spot("it2i0k0", "above 10", ((14.0,), (25.0,))),
    Spot("it2j0y0", "above 10", ((14.0,), (45.0,))),
    Spot("it2struve0", "above 20", ((24.0,), (50.0,))),
    Spot("itairy", "size between 3 and 9", ((4.5,), (-7.0,), (8.5,))),
    Spot("iti0k0", "above 10", ((14.0,), (25.0,))),
    Spot("itmodstruve0", "above 20", ((24.0,), (40.0,)), _itmodstruve0),
    Spot("itstruve0", "above 20", ((24.0,), (50.0,))),
    Spot("iv", "large order, negative, small values", ((-100.5, 0.3 + 0.2j), (160.25, 1.5 + 1.0j), (350.5, 40.0))),
    Spot("kve", "large argument and order, complex", ((1000.0, 250.0 + 990.0j), (1000.0, -40.0 - 1000.0j))),
    Spot("yv", "order 1000, near the transition, complex", ((1000.0, -998.0 + 55.0j), (1000.0, 996.0 - 80.0j))),
    Spot("bdtrik", "everywhere", ((0.3, 20.0, 0.4), (0.9, 7.0, 0.6), (0.05, 300.0, 0.25))),
    Spot("bdtrin", "everywhere", ((3.0, 0.4, 0.3), (12.0, 0.7, 0.45), (40.0, 0.1, 0.2))),
    Spot("betaincinv", "result below the smallest number", ((3.6e-5, 3e5, 0.9), (5e-5, 0.03, 0.9))),
    Spot("eval_gegenbauer", "alpha of -1/2 or less", ((60, -20.25, 1.25), (107, -28.5, -0.921875)), _eval_gegenbauer),
    Spot(
        "eval_jacobi", "alpha of -1 or less", ((32, -28.75, 29.75, 1.0625), (48, -28.875, 28.625, 0.99)), _eval_jacobi
    ),
    Spot("fdtridfd", "everywhere", ((10.0, 0.5, 1.01), (5.0, 0.7, 1.4))),
    Spot("kl_div", "y within 1e-6 of x", ((1.0, 1.0000001), (3.0, 2.9999999), (0.5, 0.50000003), (200.0, 200.00001))),
    Spot("modfresnelm", "negative x", ((-0.5,), (-2.0,), (-7.5,))),
    Spot("modfresnelp", "negative x", ((-0.5,), (-2.0,), (-7.5,))),
    Spot("ncfdtridfd", "everywhere", ((3.0, 0.375, 0.75, 2.5),)),
    Spot("ncfdtrinc", "everywhere", ((2.0, 8.0, 0.375, 2.5), (3.0, 10.0, 0.25, 2.0))),
    Spot("nctdtr", "noncentrality of 30, t below 0", ((3.0, 30.0, -1.0), (8.0, 33.0, -2.0))),
    Spot("nctdtrinc", "everywhere", ((2.0, 0.375, 1.5), (9.5, 0.25, 3.0))),
    Spot("stirling2", "N above 50, not exact", ((60, 20), (80, 33), (100, 7)), _stirling2),
    Spot("tklmbda", "lambda near 0", ((0.5, 1e-6), (2.0, 1e-8), (-1.5, 1e-5), (3.0, -1e-9))),
)


def error(got: Any, want: Any) -> float:
    """Return the relative error, infinite for NaN."""
    worst = 0.0
    for g, w in zip(
        got if isinstance(got, tuple) else (got,), want if isinstance(want, tuple) else (want,), strict=True
    ):
        value = complex(g)
        if cmath.isnan(value):
            return float("inf")
        difference = abs(mpmath.mpc(value) - w)
        if difference > mpmath.mpf(2) ** -1074:
            worst = max(worst, float(difference / abs(w)) if w != 0 else float("inf"))
    return worst


def text(x: float) -> str:
    return "NaN, or no digit" if x >= 1 else "0" if x == 0 else f"{x:.0e}"


def measure(spot: Spot) -> tuple[float, float]:
    """Return the largest relative errors of SciPy and of `sci` over a row's points."""
    card = elementwise_cards.get(spot.function)
    reference = spot.reference or card.reference  # type: ignore[union-attr]
    ours, theirs = getattr(sci.special, spot.function), getattr(scipy.special, spot.function)
    worst = [0.0, 0.0]
    for point in spot.points:
        found = confirmed(lambda point=point: tuple_of(reference(mpmath.mp, *(to_mp(x) for x in point))))
        want = found if len(found) > 1 else found[0]
        worst[0] = max(worst[0], error(theirs(*point), want))
        tensors = [x if isinstance(x, int) else torch.tensor(x, dtype=_dtype(x)) for x in point]
        worst[1] = max(worst[1], error(ours(*tensors), want))
    return worst[0], worst[1]


def _dtype(x: Any) -> torch.dtype:
    return torch.complex128 if isinstance(x, complex) else torch.float64


def tuple_of(x: Any) -> tuple[Any, ...]:
    return tuple(x) if isinstance(x, (tuple, list)) else (x,)


def page() -> str:
    """Return the page, with the measured figures."""
    load_domain("special")
    torch.set_default_dtype(torch.float64)
    lines = [
        "# Where SciPy is poor",
        "",
        f"Largest relative errors in float64 of SciPy {scipy.__version__} and of `sci`, over a few points of a region",
        "where SciPy loses digits, against mpmath. Made by `python -m tools.weak_spots`.",
        "",
        "| function | where | SciPy | `sci` |",
        "|---|---|---|---|",
    ]
    for spot in sorted(SPOTS, key=lambda s: s.function):
        theirs, ours = measure(spot)
        lines.append(f"| `{spot.function}` | {spot.where} | {text(theirs)} | {text(ours)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only tell whether the page is as measured")
    options = parser.parse_args()
    new = page()
    if options.check:
        sys.exit(0 if PAGE.read_text() == new else f"stale: {PAGE}; run python -m tools.weak_spots")
    PAGE.write_text(new)


if __name__ == "__main__":
    main()
