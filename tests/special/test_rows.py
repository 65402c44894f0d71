"""Functions with a form of their own for rows of one degree and one set of parameters (csrc/core/rows.h)."""

from __future__ import annotations

import importlib
import itertools
from typing import Any

import pytest
import torch

from sci._core.cards import elementwise_cards
from sci.testing import points

importlib.import_module("sci.special")
NAMES = (
    *(f"eval_{family}" for family in ("chebyt", "chebyu", "chebyc", "chebys", "sh_chebyt", "sh_chebyu")),
    *("eval_hermite", "eval_hermitenorm", "legendre_derivative", "sph_legendre"),
    *("jacobi_function", "laguerre_function"),
    *(
        f"{family}_polynomial"
        for family in ("legendre", "sh_legendre", "gegenbauer", "jacobi", "sh_jacobi", "laguerre")
    ),
)


def arguments(name: str, dtype: torch.dtype) -> tuple[str, list[tuple[Any, ...]], torch.Tensor]:
    """Return the kinds of a card's arguments, sets of all but the last, and last arguments, special ones among them."""
    card = elementwise_cards[name]
    signature = card.signatures[0][0]
    found = [p for _, p in points(card, signature, "float32" if dtype is torch.float32 else "float64")]
    heads = list(dict.fromkeys(tuple(p[:-1]) for p in found))
    last = [p[-1] for p in found][:: len(found) // 40 + 1]
    inf = float("inf")
    last += [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 1e-30, 1e5, -1e12, 1e300, inf, -inf, float("nan")]
    return signature, heads[:: len(heads) // 8 + 1], torch.tensor(last, dtype=torch.float64).to(dtype)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_a_row_is_what_its_elements_are(name: str, dtype: torch.dtype) -> None:
    card = elementwise_cards[name]
    signature, heads, last = arguments(name, dtype)
    kinds = {"r": dtype, "i": torch.int64}
    for head in heads:
        numbers = [torch.tensor(x, dtype=kinds[k]) for x, k in zip(head, signature, strict=False)]
        row = card.function(*numbers, last)
        leaves = [a.expand(len(last)).clone() for a in (*numbers, last)]
        varied = [a.requires_grad_() for a in leaves if a.is_floating_point()]
        one_by_one = card.function(*leaves)
        slopes = torch.autograd.grad(one_by_one.sum(), varied)
        one_by_one = one_by_one.detach()
        terms = [
            (a.detach() * slope / one_by_one).abs().nan_to_num(0, 0, 0) for a, slope in zip(varied, slopes, strict=True)
        ]
        condition = torch.stack(terms).sum(0)
        eps = torch.finfo(dtype).eps
        near = (row - one_by_one).abs() <= 2 * eps * (16 + condition) * one_by_one.abs() + torch.finfo(dtype).tiny * eps
        same = near | (row == one_by_one) | (row.isnan() & one_by_one.isnan())
        assert same.all(), (name, head, last[~same], row[~same], one_by_one[~same])


def test_only_whole_rows_count() -> None:
    function = elementwise_cards["jacobi_polynomial"].function
    n, a = torch.arange(40), torch.linspace(-0.5, 3, 7, dtype=torch.float64)
    x = torch.linspace(-1.5, 1.5, 101, dtype=torch.float64)
    found = function(n[:, None, None], a[:, None], 0.25, x)
    shuffled = function(n[:, None, None], a[:, None], 0.25, x.flip(0)[None]).flip(-1)
    strided = function(n[:, None, None], a[:, None], 0.25, x.repeat_interleave(2)[::2])
    torch.testing.assert_close(found, shuffled, rtol=1e-13, atol=0)
    torch.testing.assert_close(found, strided, rtol=1e-12, atol=1e-14)
    for length in itertools.chain(range(1, 8), (31, 33, 65)):
        assert torch.equal(function(5, 0.5, 0.25, x[:length]).isfinite(), torch.ones(length, dtype=torch.bool))


@pytest.mark.parametrize(("n", "m"), [(0, 0), (3, -2), (40, 7), (300, -3), (900, 700)])
def test_long_rows_of_harmonics(n: int, m: int) -> None:
    """More arguments than take their steps together, on every side of the seams and at the poles."""
    theta = torch.linspace(-1, 7, 1003, dtype=torch.float64)
    function = elementwise_cards["sph_legendre"].function
    row = function(n, m, theta)
    one_by_one = function(*(torch.full((1003,), k) for k in (n, m)), theta)
    torch.testing.assert_close(row, one_by_one, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize(("alpha", "beta"), [(0.0, 0.0), (0.25, 0.25), (2.0, 3.0), (-0.5, 1.5)])
@pytest.mark.parametrize("v", [-2.75, 0.5, 2.25, 7.5, 40.125])
def test_rows_of_jacobis_function(v: float, alpha: float, beta: float) -> None:
    """Both series, their seam at 0 and the end of their reach, in single precision too."""
    function = elementwise_cards["jacobi_function"].function
    x = torch.cat([torch.linspace(-0.95, 2.5, 401, dtype=torch.float64), torch.tensor([1.0, 0.0, -1e-17, 1e-300])])
    wanted = function(*(torch.full_like(x, p) for p in (v, alpha, beta)), x)
    size = torch.maximum(wanted.abs(), function(v + 0.5, alpha, beta, x).abs())
    assert ((function(v, alpha, beta, x) - wanted).abs() < 1e-13 * size).all()
    single = function(v, alpha, beta, x.float())
    again = function(*(torch.full_like(single, p) for p in (v, alpha, beta)), x.float())
    torch.testing.assert_close(single, again, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("alpha", [0.0, 0.5, 7.0])
@pytest.mark.parametrize("v", [-2.75, 0.5, 7.5, 13.875, 40.125])
def test_rows_of_laguerres_function(v: float, alpha: float) -> None:
    function = elementwise_cards["laguerre_function"].function
    x = torch.cat([torch.linspace(-33, 40, 401, dtype=torch.float64), torch.tensor([0.0, 1e-300])])
    wanted = function(*(torch.full_like(x, p) for p in (v, alpha)), x)
    size = torch.maximum(wanted.abs(), function(v + 0.5, alpha, x).abs())
    assert ((function(v, alpha, x) - wanted).abs() < 1e-13 * size).all()
