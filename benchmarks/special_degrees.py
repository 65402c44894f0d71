"""Special functions of a degree that are not elementwise by card: polynomials, Legendre functions, harmonics, rules."""

from __future__ import annotations

from collections.abc import Iterator

import scipy.special as scipy_special
import torch
from torch import Tensor

from benchmarks.cases import Case, Context, present

_COUNT = 1 << 14
# Names with parameters and the range of the argument.
_POLYNOMIALS: tuple[tuple[str, tuple[float, ...], tuple[float, float]], ...] = (
    ("legendre", (), (-1, 1)),
    ("sh_legendre", (), (0, 1)),
    ("chebyt", (), (-1, 1)),
    ("chebyu", (), (-1, 1)),
    ("chebyc", (), (-2, 2)),
    ("chebys", (), (-2, 2)),
    ("sh_chebyt", (), (0, 1)),
    ("sh_chebyu", (), (0, 1)),
    ("gegenbauer", (0.75,), (-1, 1)),
    ("jacobi", (0.5, -0.25), (-1, 1)),
    ("sh_jacobi", (1.5, 0.75), (0, 1)),
    ("laguerre", (), (0, 20)),
    ("genlaguerre", (0.5,), (0, 20)),
    ("hermite", (), (-3, 3)),
    ("hermitenorm", (), (-3, 3)),
)
_RULES: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("legendre", ()),
    ("sh_legendre", ()),
    ("chebyt", ()),
    ("chebyu", ()),
    ("chebyc", ()),
    ("chebys", ()),
    ("sh_chebyt", ()),
    ("sh_chebyu", ()),
    ("gegenbauer", (0.75,)),
    ("jacobi", (0.5, -0.25)),
    ("sh_jacobi", (1.5, 0.75)),
    ("laguerre", ()),
    ("genlaguerre", (0.5,)),
    ("hermite", ()),
    ("hermitenorm", ()),
)


def _uniform(context: Context, low: float, high: float, count: int = _COUNT) -> Tensor:
    x = torch.rand(count, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return (x * (high - low) + low).to(context.device)


def polynomials(context: Context) -> Iterator[Case]:
    """Yield rows of every family at whole degrees, and at one that is not."""
    for name, parameters, (low, high) in _POLYNOMIALS:
        x = _uniform(context, low, high)
        for n in context.sizes(2, 5, 10, 32, 100):
            label = f"n={n}, {_COUNT} float64"
            yield from present(context.case(f"special.eval_{name}", label, n, *parameters, x))
        if name not in ("hermite", "hermitenorm"):  # SciPy's take whole degrees alone
            few = _uniform(context, max(low, -0.9), high, 1 << 11)
            label = f"n=7.5, {1 << 11} float64"
            yield from present(context.case(f"special.eval_{name}", label, 7.5, *parameters, few))


def one_degree(context: Context) -> Iterator[Case]:
    """Yield rows of Legendre functions of one degree and order."""
    z = _uniform(context, -0.95, 0.95)
    theta, phi = (z + 1) * 1.5, z * 3
    for n, m in context.sizes((2, 1), (5, 2), (20, 5), (100, 10)):
        label = f"n={n}, m={m}, {_COUNT} float64"
        for diff_n in (0, 1, 2):
            more = f"{label}, diff_n={diff_n}"
            yield from present(
                context.case("special.legendre_p", more, n, z, diff_n=diff_n),
                context.case("special.assoc_legendre_p", more, n, m, z, diff_n=diff_n),
                context.case("special.sph_legendre_p", more, n, m, theta, diff_n=diff_n),
                context.case("special.sph_harm_y", more, n, m, theta, phi, diff_n=diff_n),
            )
        yield from present(context.case("special.lpmv", label, m, n, z))
    for v, m in context.sizes((2.5, 1), (20.25, 3)):
        few = z[: 1 << 11]
        yield from present(context.case("special.lpmv", f"v={v}, m={m}, {len(few)} float64", m, v, few))


def small_tables(context: Context) -> Iterator[Case]:
    """Yield rows of tables of one argument."""
    one = torch.tensor(0.3, dtype=torch.float64, device=context.device)
    few = _uniform(context, 0.1, 0.9, 10)
    for z, label in ((one, "one float64"), (few, "10 float64")):
        yield from present(
            context.case("special.legendre_p_all", f"n=20, {label}", 20, z),
            context.case("special.assoc_legendre_p_all", f"n=m=10, {label}", 10, 10, z),
            context.case("special.sph_legendre_p_all", f"n=m=10, {label}", 10, 10, z),
            context.case("special.sph_harm_y_all", f"n=m=10, {label}", 10, 10, z, z),
            context.case("special.lqn", f"n=20, {label}", 20, z),
            context.case("special.lqmn", f"m=5, n=20, {label}", 5, 20, z) if z.ndim == 0 else None,
        )


def ellipsoidal(context: Context) -> Iterator[Case]:
    """Yield rows of ellipsoidal harmonics."""
    s = _uniform(context, 3.0, 9.0, 1 << 10)
    for n, p in context.sizes((1, 1), (3, 4), (8, 9)):
        label = f"n={n}, p={p}"
        yield from present(
            context.case("special.ellip_harm", f"{label}, one float64", 5.0, 8.0, n, p, s[0]),
            context.case("special.ellip_harm", f"{label}, {len(s)} float64", 5.0, 8.0, n, p, s),
            context.case("special.ellip_harm_2", f"{label}, one float64", 5.0, 8.0, n, p, s[0]),
            context.case("special.ellip_harm_2", f"{label}, {len(s) >> 4} float64", 5.0, 8.0, n, p, s[: len(s) >> 4]),
            context.case("special.ellip_normal", label, 5.0, 8.0, n, p),
        )


def rules(context: Context) -> Iterator[Case]:
    """Yield rows of Gauss's rules: SciPy's take O(n^2) but for some."""
    for name, parameters in _RULES:
        for n in context.sizes(5, 16, 32, 50, 200, 1000):
            scipy_call = getattr(scipy_special, f"roots_{name}")
            yield from present(context.case(f"special.roots_{name}", f"n={n}", n, *parameters, scipy_call=scipy_call))


def cases(context: Context) -> Iterator[Case]:
    """Yield all rows."""
    yield from polynomials(context)
    yield from one_degree(context)
    yield from small_tables(context)
    yield from ellipsoidal(context)
    yield from rules(context)
