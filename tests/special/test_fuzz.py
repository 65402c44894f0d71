"""Functions on all bit patterns of their arguments: each call ends, and NaN never becomes a number."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sci import special
from sci._core.cards import ElementwiseCard, elementwise_cards
from tools.reference import load_domain

load_domain("special")
CARDS = sorted(elementwise_cards.values(), key=lambda card: card.name)
POINTS = 12
SECONDS = 2.0  # for one argument on a busy machine: a loop without bound, not a slow one, is what shows here
# Bit patterns alone are huge or tiny: the numbers at which functions change are mixed in.
KNOWN = np.array(
    [0.0, -0.0, np.inf, -np.inf, np.nan, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 10, -10, 100, -170.6, 171.6, 1e5, -1e5, 1e15]
)


def numbers(bits: bytes, picks: bytes, precision: str) -> np.ndarray:
    """Return numbers of the given bits; for every other pick one of those at which functions change."""
    real = np.frombuffer(bits, np.float64 if precision == "float64" else np.float32)[: len(picks)]
    pick = np.frombuffer(picks, np.uint8)
    return np.where(pick < 128, real, KNOWN[pick % len(KNOWN)].astype(real.dtype))


@st.composite
def arguments(draw: st.DrawFn, kinds: str, precision: str) -> list[torch.Tensor]:
    """Draw `POINTS` arguments of each kind."""
    block = st.binary(min_size=8 * POINTS, max_size=8 * POINTS)
    picks = st.binary(min_size=POINTS, max_size=POINTS)
    found = []
    for kind in kinds:
        if kind == "i":
            whole, small = np.frombuffer(draw(block), np.int64), np.frombuffer(draw(picks), np.int8)
            found.append(torch.from_numpy(np.where(small % 2 == 0, whole, small)))
            continue
        parts = [
            torch.from_numpy(numbers(draw(block), draw(picks), precision)) for _ in ("re", "im")[: 1 + (kind == "c")]
        ]
        found.append(torch.complex(*parts) if kind == "c" else parts[0])
    return found


def check(card: ElementwiseCard, xs: list[torch.Tensor]) -> None:
    started = time.process_time()
    out = card.function(*xs)
    took = time.process_time() - started
    assert took < SECONDS * POINTS, f"{card.name}: {took:.1f} s for {xs}"
    unknown = torch.zeros(POINTS, dtype=torch.bool)
    for x in xs:
        # A complex number with one infinite part is infinite, whatever the other is.
        unknown |= torch.isnan(x) & ~torch.isinf(x)
    for k, o in enumerate(out if isinstance(out, tuple) else (out,)):
        wrong = unknown & ~torch.isnan(o)
        if wrong.any():
            i = int(wrong.to(torch.uint8).argmax())
            raise AssertionError(f"{card.name}({', '.join(str(x[i].item()) for x in xs)})[{k}] is {o[i].item()}")


def sweep(card: ElementwiseCard, examples: int) -> None:
    for kinds, _ in card.signatures:
        for precision in ("float64", "float32"):

            @settings(max_examples=examples, deadline=None, database=None, derandomize=True,
                      suppress_health_check=list(HealthCheck))  # fmt: skip
            @given(arguments(kinds, precision))
            def run(xs: list[torch.Tensor]) -> None:
                check(card, xs)

            run()


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_all_bit_patterns(card: ElementwiseCard) -> None:
    sweep(card, 2)  # the first is 0 everywhere


@pytest.mark.slow
@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_many_bit_patterns(card: ElementwiseCard) -> None:
    sweep(card, 300)


# ---- functions with code of their own --------------------------------------------------------------------------------

# What they take: w a small whole number, s a number, r and c tensors of real and complex ones; NaN of the last argument
# stays where the result has its shape.
FUNCTIONS: dict[str, str] = {
    **dict.fromkeys(("legendre_p", "legendre_p_all", "lqn"), "wr wc"),
    **dict.fromkeys(("assoc_legendre_p", "assoc_legendre_p_all", "lqmn"), "wwr wwc"),
    **dict.fromkeys(("sph_legendre_p", "sph_legendre_p_all"), "wwr"),
    **dict.fromkeys(("sph_harm_y", "sph_harm_y_all"), "wwrr"),
    "lpmv": "rrr",
    **dict.fromkeys(("eval_legendre", "eval_chebyt", "eval_chebyu", "eval_sh_legendre", "eval_laguerre"), "wr rr rc"),
    **dict.fromkeys(("eval_hermite", "eval_hermitenorm"), "wr"),
    **dict.fromkeys(("eval_gegenbauer", "eval_genlaguerre"), "wrr rrr rrc"),
    **dict.fromkeys(("eval_jacobi", "eval_sh_jacobi"), "wrrr rrrr rrrc"),
    **dict.fromkeys(("roots_legendre", "roots_chebyt", "roots_hermite", "roots_laguerre"), "w"),
    **dict.fromkeys(("roots_gegenbauer", "roots_genlaguerre", "gegenbauer", "genlaguerre"), "ws"),
    **dict.fromkeys(("roots_jacobi", "roots_sh_jacobi", "jacobi", "sh_jacobi"), "wss"),
    **dict.fromkeys(("pbdv_seq", "pbvv_seq"), "ss"),
    "pbdn_seq": "ws",
    **dict.fromkeys(("pro_cv_seq", "obl_cv_seq"), "wws"),
    **dict.fromkeys(("mathieu_even_coef", "mathieu_odd_coef"), "ws"),
    **dict.fromkeys(("ellip_harm", "ellip_harm_2"), "sswws"),
    "ellip_normal": "ssww",
}


@st.composite
def any_arguments(draw: st.DrawFn, kinds: str) -> list[Any]:
    real, found = arguments("r", "float64"), []
    for kind in kinds:
        if kind == "w":
            found.append(draw(st.integers(-2, 12)))
        elif kind == "s":
            found.append(draw(real)[0][0].item())
        else:
            found.append(draw(arguments(kind, "float64"))[0])
    return found


def sweep_function(name: str, examples: int) -> None:
    for kinds in FUNCTIONS[name].split():

        @settings(max_examples=examples, deadline=None, database=None, derandomize=True,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(any_arguments(kinds))
        def run(xs: list[Any]) -> None:
            started = time.process_time()
            try:
                out = getattr(special, name)(*xs)
            except (ValueError, TypeError):  # what it refuses, by name
                return
            assert time.process_time() - started < SECONDS * POINTS, f"{name}{tuple(xs)}"
            last = xs[-1]
            if isinstance(out, torch.Tensor) and isinstance(last, torch.Tensor) and out.shape == last.shape:
                unknown = torch.isnan(last) & ~torch.isinf(last)
                assert torch.isnan(out)[unknown].all(), f"{name}{tuple(xs)} is {out}"

        run()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_any_numbers(name: str) -> None:
    sweep_function(name, 4)


@pytest.mark.slow
@pytest.mark.parametrize("name", FUNCTIONS)
def test_many_numbers(name: str) -> None:
    sweep_function(name, 200)
