"""Slopes at the edges: where a function of real arguments is finite its derivatives are numbers, unless it has none."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch

from sci import special
from sci._core.cards import ElementwiseCard, NoDerivative, elementwise_cards
from sci.special._betainc import betainc_da, betainc_daa, betainc_dab, betainc_db
from tools.reference import load_domain

load_domain("special")
INF = math.inf

# Numbers at which functions change, by the count of real arguments.
EDGES = {
    1: (0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, INF, -INF, 0.3, 7.5, -7.5, 40.0, 1e10, 1e-10, 1 - 2.0**-23),
    2: (0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, INF, -INF, 0.3, 7.5, -7.5, 40.0, 1e10, 1e-10, 1 - 2.0**-23),
    3: (0.0, 0.5, 1.0, 2.0, 7.5, INF, 1e10, -1.0),
    4: (0.0, 0.5, 2.0, INF, 1e10),
}  # fmt: skip

# Where there is no slope though there is a value: among poles, between complex logarithms, in endless oscillations.
NO_SLOPE: dict[str, Callable[..., bool]] = {
    "airy": lambda z: z == -INF,
    # Orders that are not whole are complex there, or their integrals infinite.
    "besselpoly": lambda a, lmb, nu: a < 0 or lmb + nu <= -1,
    **dict.fromkeys(("beta", "betaln"), lambda a, b: a < 0 or b < 0),
    "binom": lambda n, k: n == INF and k == 0,
    # Degrees that are not whole are complex there, or infinite.
    "eval_chebyc": lambda n, x: n == 0 and not -2 <= x < INF,
    "eval_chebyt": lambda n, x: n == 0 and not -1 <= x < INF,
    "eval_sh_chebyt": lambda n, x: n == 0 and not 0 <= x < INF,
    **dict.fromkeys(("fresnel", "modfresnelm", "modfresnelp"), math.isinf),
    **dict.fromkeys(("gammaincinv", "gammainccinv"), lambda a, y: a == INF),  # 0 at one end, else infinite
    # Poles of other parameters, or complex values; only 1 at z = 0 where another parameter is infinite.
    "hyp1f1": lambda a, b, z: b <= 0 and b % 1 == 0,
    "hyp2f1": lambda a, b, c, z: z > 1 or (c <= 0 and c % 1 == 0) or (z == 0 and (a == INF or b == INF)),
    # Orders that are not whole are complex there; infinite at -infinity.
    **dict.fromkeys(("iv", "jv", "modstruve", "struve"), lambda v, z: z < 0 or v == -INF),
    **dict.fromkeys(("kl_div", "rel_entr"), lambda x, y: x == y == 0),
    # At infinity as binom; in single precision what is made of (-7.5)_40 = 2e38 overflows.
    "poch": lambda z, m: (z <= 0 and z % 1 == 0) or (z, m) == (-7.5, 40) or (math.isinf(z) and m == 0),
    "powm1": lambda x, y: x < 0,
    "rgamma": lambda z: z == -INF,
    "xlog1py": lambda x, y: x == 0 and y < -1,
    "xlogy": lambda x, y: x == 0 and y < 0,
}

# There is a slope, and it is not found yet: it is NaN.
OPEN: dict[str, Callable[..., bool]] = {
    **dict.fromkeys(("eval_chebys", "eval_chebyu", "eval_sh_chebyu"), lambda n, x: n > 1e6),
    **dict.fromkeys(("hyp1f1", "hyperu"), lambda a, b, z: a == 0 and b == z == 1e10),
}


def cards() -> list[ElementwiseCard]:
    found = []
    for name, card in sorted(elementwise_cards.items()):
        spheroidal = name.startswith(("pro_", "obl_"))
        if card.public and not spheroidal and any("c" not in ins for ins, _ in card.signatures):
            found.append(card)
    return found


def grid(signature: str, dtype: torch.dtype) -> list[torch.Tensor]:
    """Return all combinations, as a column per argument."""
    edges = EDGES[signature.count("r")]
    points = itertools.product(*((0, 1, 2, 5) if kind == "i" else edges for kind in signature))
    dtypes = {"i": torch.int64, "r": dtype}
    return [torch.tensor(column, dtype=dtypes[kind]) for column, kind in zip(zip(*points), signature, strict=True)]


def slopes(card: ElementwiseCard, args: list[torch.Tensor], places: list[int]) -> list[list[torch.Tensor]]:
    """Return, for each output, the output and its derivatives in the arguments at `places`."""
    leaves = [x.clone().requires_grad_(i in places) for i, x in enumerate(args)]
    outs = card.function(*leaves)
    wanted = [leaves[i] for i in places]
    return [
        [out.detach(), *torch.autograd.grad(out, wanted, torch.ones_like(out), retain_graph=True)]
        for out in (outs if isinstance(outs, tuple) else (outs,))
    ]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("card", cards(), ids=lambda card: card.name)
def test_slopes_where_values_are_finite(card: ElementwiseCard, dtype: torch.dtype) -> None:
    signature = next(ins for ins, _ in card.signatures if "c" not in ins)
    args = grid(signature, dtype)
    rules = [i for i, rule in enumerate(card.partials) if not isinstance(rule, NoDerivative)]
    excuses = [table[card.name] for table in (NO_SLOPE, OPEN) if card.name in table]
    # All at once is one kernel where the card has a pullback, one alone is its rule.
    for places in [rules, *([i] for i in rules if len(rules) > 1)] if rules else []:
        for out, *found in slopes(card, args, places):
            value = torch.view_as_real(out).sum(-1) if out.is_complex() else out
            for place, slope in zip(places, found, strict=True):
                for i in (value.isfinite() & slope.isnan()).nonzero().flatten().tolist():
                    point = [x[i].item() for x in args]
                    named = f"{card.name}{tuple(point)} is {out[i].item()}, d/d{card.arguments[place]} NaN"
                    assert any(excuse(*point) for excuse in excuses), f"{named} ({len(places)} at once)"


# The limits, of which general rules make infinity times zero.
@pytest.mark.parametrize(
    ("name", "args", "want"),
    [
        ("gdtr", (1.0, 2.0, INF), (0.0, 0.0, 0.0)),
        ("gdtr", (INF, 2.0, 3.0), (0.0, 0.0, 0.0)),
        ("gdtr", (2.0, 0.5, 0.0), (0.0, 0.0, INF)),
        ("gdtrc", (0.0, 0.5, 3.0), (-INF, 0.0, 0.0)),
        ("gdtria", (0.3, 2.0, INF), (0.0, 0.0, 0.0)),
        ("gdtrix", (INF, 2.0, 0.3), (0.0, 0.0, 0.0)),
        ("gammainc", (1e300, 2.0), (0.0, 0.0)),
        ("chdtrc", (1e300, 2.0), (0.0, 0.0)),
        ("chndtr", (INF, 0.0, 0.0), (0.0, 0.0, 0.0)),
        ("beta", (2.0, INF), (0.0, 0.0)),
        ("powm1", (0.0, 0.0), (0.0, -INF)),
        ("powm1", (0.5, INF), (0.0, 0.0)),
        ("powm1", (INF, -INF), (0.0, 0.0)),
        ("boxcox", (1.0, INF), (1.0, 0.0)),
        ("boxcox1p", (0.0, -INF), (1.0, 0.0)),
        ("inv_boxcox", (-INF, 0.0), (0.0, 0.0)),
        ("inv_boxcox1p", (-INF, -2.0), (0.0, 0.0)),
        ("pseudo_huber", (INF, 3.0), (0.0, 3.0)),
        ("pseudo_huber", (0.0, INF), (INF, 0.0)),
        ("tklmbda", (0.0, 1e10), (INF, 0.0)),
        ("voigt_profile", (INF, 1.0, 2.0), (0.0, 0.0, 0.0)),
        ("voigt_profile", (1.0, INF, 2.0), (0.0, 0.0, 0.0)),
        ("ellipkinc", (0.0, -INF), (0.0, 0.0)),
        ("ellipeinc", (0.0, -INF), (INF, 0.0)),
        ("elliprc", (0.0, -INF), (0.0, 0.0)),
        ("elliprc", (INF, 2.0), (0.0, 0.0)),
        ("jv", (-1.0, 0.0), (INF, -0.5)),
        ("jv", (-2.0, 0.0), (-INF, 0.0)),
        ("jv", (INF, 2.0), (0.0, 0.0)),
        ("jv", (0.5, INF), (0.0, 0.0)),
        ("iv", (-1.0, 0.0), (INF, 0.5)),
        ("iv", (INF, 2.0), (0.0, 0.0)),
        ("yv", (-0.5, 0.0), (-INF, INF)),
        ("yv", (-1.5, 0.0), (INF, 0.0)),
        ("yv", (2.0, INF), (0.0, 0.0)),
        ("struve", (-1.0, 0.0), (-INF, 0.0)),
        ("struve", (-1.5, 0.0), (INF, 0.0)),
        ("struve", (1.0, INF), (INF, 0.0)),
        ("modstruve", (-2.5, 0.0), (-INF, 0.0)),
        ("hyp0f1", (INF, 3.0), (0.0, 0.0)),
        ("hyp1f1", (2.0, INF, 3.0), (0.0, 0.0, 0.0)),
        ("hyp1f1", (0.0, 0.5, INF), (INF, 0.0, 0.0)),
        ("hyp1f1", (0.0, 0.5, -INF), (-INF, 0.0, 0.0)),
        ("hyp2f1", (0.5, 2.0, INF, 0.5), (0.0, 0.0, 0.0, 0.0)),
        ("hyp2f1", (0.0, 1e10, 2.0, 0.5), (INF, 0.0, 0.0, 0.0)),
        ("hyperu", (2.0, 3.0, INF), (0.0, 0.0, 0.0)),
        ("hyperu", (-1.0, 7.5, 0.0), (-INF, -1.0, 1.0)),
        ("hyperu", (0.0, 2.0, 0.0), (INF, 0.0, 0.0)),
        ("eval_chebyu", (0.0, INF), (INF, 0.0)),
        ("eval_sh_chebyu", (-1.0, INF), (0.0, 0.0)),
        ("wright_bessel", (0.0, 0.0, 1e10), (INF, INF, 0.0)),
    ],
)
def test_limits_of_slopes(name: str, args: tuple[float, ...], want: tuple[float, ...]) -> None:
    function: Any = getattr(special, name)
    for places in [range(len(args)), *([i] for i in range(len(args)))]:
        xs = [torch.tensor(a, dtype=torch.float64, requires_grad=i in places) for i, a in enumerate(args)]
        found = torch.autograd.grad(function(*xs), [xs[i] for i in places])
        assert [g.item() for g in found] == [want[i] for i in places]


# Half width 1e-150 of a normal density: its second derivative in the width is within range, its third in x is not.
def test_voigt_slope_in_a_tiny_width() -> None:
    xs = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in (1e-150, 1e-150, 0.0)]
    slope = torch.autograd.grad(special.voigt_profile(*xs), xs)[1].item()
    assert slope == pytest.approx(0.0, abs=1e285)
    xs[0] = torch.tensor(2e-150, dtype=torch.float64, requires_grad=True)
    slope = torch.autograd.grad(special.voigt_profile(*xs), xs)[1].item()
    assert slope == pytest.approx(3 * math.exp(-2) / math.sqrt(2 * math.pi) * 1e300, rel=1e-13)


# Jacobi's functions of m = 1 for large u, by A&S 16.15: tanh u, sech u, sech u and their amplitude less terms in 1 - m.
@pytest.mark.parametrize(("u", "sign"), [(720.0, 1.0), (-1e10, -1.0)])
def test_slopes_of_elliptic_functions_beyond_the_range_of_the_exponential(u: float, sign: float) -> None:
    m = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    found = [torch.autograd.grad(out, m, retain_graph=True)[0].item() for out in special.ellipj(u, m)]
    assert found == [-sign / 4, INF, -INF, -sign * INF]


@pytest.mark.parametrize(("name", "v"), [("pbdv", 0.0), ("pbdv", 3.0), ("pbvv", -0.5), ("pbvv", 0.5)])
def test_slopes_between_infinities_of_both_signs(name: str, v: float) -> None:
    order = torch.tensor(v, dtype=torch.float64, requires_grad=True)
    found = [
        torch.autograd.grad(out, order, retain_graph=True)[0].item() for out in getattr(special, name)(order, -INF)
    ]
    rises = INF if v > 0 else -INF
    assert found == [rises, -rises]


@pytest.mark.parametrize("name", ["mathieu_modcem1", "mathieu_modsem1"])
@pytest.mark.parametrize("m", [0, 1, 2, 3])
def test_slopes_of_modified_mathieu_functions_at_zero(name: str, m: int) -> None:
    """DLMF 28.24: of order 1 they rise with the root of q, of order 3 with its third power."""
    if name == "mathieu_modsem1" and m == 0:
        return
    function: Any = getattr(special, name)
    q, tiny = torch.tensor([0.0, 1e-8], dtype=torch.float64)
    q.requires_grad_()
    for at, beside in zip(function(m, q, 0.7), function(m, tiny, 0.7), strict=True):
        slope, steep = torch.autograd.grad(at, q, retain_graph=True)[0].item(), (beside - at).item() / 1e-8
        if m == 1:
            assert slope == INF and steep > 1e3
        else:
            assert slope == pytest.approx(steep, rel=1e-6, abs=1e-4)


def test_tricomi_of_whole_b_far_below_in_a() -> None:
    """Slopes between points to either side of a whole b, whose estimate gave them up; reference by mpmath."""
    a = torch.tensor(-29.779079371468583, dtype=torch.float64, requires_grad=True)
    b = torch.tensor(39.0, dtype=torch.float64, requires_grad=True)
    found = torch.autograd.grad(special.hyperu(a, b, 0.026741902152388326), (a, b))
    for slope, wanted in zip(found, (7.811297959212688e133, 1.5547164479439056e135), strict=True):
        assert abs(float(slope) / wanted - 1) < 1e-12


def test_erfi_slope_where_it_underflows() -> None:
    z = torch.tensor([0.017 - 420j, 0.2 + 226.1j], dtype=torch.complex128, requires_grad=True)
    y = special.erfi(z)
    (slope,) = torch.autograd.grad(y, z, torch.ones_like(y))
    assert (slope == 0).all()


def test_beta_slopes_of_tiny_parameters() -> None:
    """I_a goes like b as b falls and I_b like a, to nothing at 0, and second slopes have their limits."""
    a, b, x = (torch.tensor(value, dtype=torch.float64) for value in (2.5, 1e-40, 0.3))
    zero = torch.zeros((), dtype=torch.float64)
    assert float(betainc_da(a, b, x) / betainc_da(a, 1e20 * b, x)) == pytest.approx(1e-20, rel=1e-13)
    assert float(betainc_db(b, a, x) / betainc_db(1e20 * b, a, x)) == pytest.approx(1e-20, rel=1e-13)
    assert betainc_da(a, zero, x) == 0 and betainc_daa(a, zero, x) == 0
    assert float(betainc_dab(a, zero, x)) == pytest.approx(float(betainc_dab(a, 1e20 * b, x)), rel=1e-12)
    assert float(betainc_daa(zero, a, x)) == pytest.approx(float(betainc_daa(1e28 * b, a, x)), rel=1e-10)
